/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a statement has parameters: ?, ?1, $1 and $name, outside of strings, names and comments. What is taken for one and
 * is none shows when the names are compared with DuckDB's. Pure; no allocation.
 */
#include "base/parameters.h"

#include "base/tokens.h"

/* Where the parameter ends that the token at `start` begins; that token ends at the lexer's position. 0: it is none. Of
 * $ "name" it is the $. */
static size_t parameter_end(const struct lexer *lexer, const char *text, size_t bytes, size_t start)
{
    struct lexer behind = *lexer;
    enum token next;

    if (text[start] != '?' && text[start] != '$')
        return 0;
    if (lexer->position > start + 1) /* $1 */
        return lexer->position;
    next = lexer_token(&behind, text, bytes, true);
    if (text[start] == '$')
        return next == TOKEN_WORD ? behind.position : start + 1; /* $name, or $ "name" */
    return next == TOKEN_OTHER && text[start + 1] >= '0' && text[start + 1] <= '9' ? behind.position
                                                                                   : start + 1; /* ?1, ? */
}

bool lexer_parameter(struct lexer *lexer, const char *text, size_t bytes, struct parameter_token *ret)
{
    for (;;) {
        bool between = lexer->state == LEXER_START;
        size_t start = lexer->position, end;
        enum token token = lexer_token(lexer, text, bytes, true);

        if (token == TOKEN_END)
            return false;
        if (token != TOKEN_OTHER || !between || lexer->state != LEXER_START || text[start] == '\'')
            continue;
        if (text[start] == '$' && lexer->position > start + 1 && text[lexer->position - 1] == '$')
            continue; /* a short $$string$$ */
        if ((end = parameter_end(lexer, text, bytes, start)) == 0)
            continue;
        lexer->position = end;
        *ret = (struct parameter_token){.start = start, .end = end};
        return true;
    }
}
