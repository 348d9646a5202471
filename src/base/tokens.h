/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_TOKENS_H
#define EIDER_BASE_TOKENS_H

/* The steps of the lexer, for those who look at the tokens of a statement. */

#include "base/lexer.h"

enum token {
    TOKEN_END, /* the text ran out */
    TOKEN_BLANK,
    TOKEN_WORD, /* an unquoted identifier or keyword */
    TOKEN_COMMA,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_SEMICOLON,
    TOKEN_OTHER /* a string, quoted name, number, any other character */
};

/* One step: a token, or a part of one. A long token may come as several TOKEN_OTHER and TOKEN_BLANK. */
enum token lexer_token(struct lexer *lexer, const char *text, size_t bytes, bool last);

#endif
