/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SCRIPT_H
#define EIDER_SCRIPT_H

/* Scripts: where statements end. */

#include <stdbool.h>
#include <stddef.h>

#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Finds the end of the first statement of a script: quotes, dollar quotes and nested comments are understood.
 * Returns the number of bytes up to and including its semicolon, or 0 if the text holds no complete statement:
 * then *ret_blank tells whether only white space, comments and semicolons are left. `text` holds `bytes` bytes and
 * needs no final NUL. Any thread.
 */
EIDER_API size_t eider_statement_length(const char *text, size_t bytes, bool *ret_blank);

#ifdef __cplusplus
}
#endif
#endif
