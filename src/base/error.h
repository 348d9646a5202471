/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_ERROR_H
#define EIDER_BASE_ERROR_H

#include <stdarg.h>

#include "eider/error.h"

/* Fills `err` (may be NULL) with a formatted message and returns `status`, so that a caller can `return` it.
 * Hint, node and origin are reset. Messages that are too long are cut at a UTF-8 border. Any thread. */
enum eider_status error_set(struct eider_error *err, enum eider_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for running out of memory: needs none. */
enum eider_status error_no_memory(struct eider_error *err);

/* Adds to an error that is already set; `err` may be NULL. */
void error_hint(struct eider_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_node(struct eider_error *err, const char *node);
void error_origin(struct eider_error *err, int32_t stage, int32_t task, int32_t worker);

/* What a callback of an application said when it failed; it may have set nothing but the message, or not even that. */
const char *error_said(const struct eider_error *err);

#endif
