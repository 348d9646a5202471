/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_PARAMETERS_H
#define EIDER_BASE_PARAMETERS_H

#include "base/lexer.h"

struct parameter_token {
    size_t start, end; /* offsets into the text */
};

/* Goes on to the next parameter of the statement, from a zeroed lexer. False: there is none. */
bool lexer_parameter(struct lexer *lexer, const char *text, size_t bytes, struct parameter_token *ret);

#endif
