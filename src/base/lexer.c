/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lexer of SQL scripts: splits them into statements. What kind of statement one is, classify.c says.
 *
 * It follows the rules of DuckDB's scanner, which is PostgreSQL's with standard_conforming_strings on:
 *   - '' and "" double their quote; only E'…' has backslashes, and goes on behind a new line: E'a' \n 'b\'c';
 *   - $tag$…$tag$ starts a string unless an identifier is open (a$b$ is a name);
 *   - block comments nest; line comments end at \n or \r; both start within a run of operator characters too
 * (1+--x);
 *   - a number ends before a letter that cannot belong to it (1$$x$$ is a number and a string);
 *   - DuckDB takes a list of Unicode spaces for spaces, outside of quotes.
 *
 * Invariants: `position` never moves back, so splitting a stream costs its length, plus a second look at a
 * short token that was cut. Inside a token that may be long the lexer can stop at any byte. No allocation, no
 * failure.
 *
 * Example: "a; E'\';'" gives 2 and then, on " E'\';'", 0 with started = true.
 */
#include "base/lexer.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/tokens.h"
#include "eider/script.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || ((unsigned char)c & 0x80) != 0;
}

static bool is_name(char c)
{
    return is_name_start(c) || is_digit(c) || c == '$';
}

/* The bytes of the Unicode space at text[0]; 0 if there is none, or not wholly. The list is DuckDB's. */
static size_t unicode_space(const char *text, size_t bytes)
{
    const unsigned char *c = (const unsigned char *)text;

    if (bytes >= 2 && c[0] == 0xC2 && c[1] == 0xA0)
        return 2;
    if (bytes < 3)
        return 0;
    if (c[0] == 0xE2 && c[1] == 0x80 && ((c[2] >= 0x80 && c[2] <= 0x8B) || c[2] == 0xAF))
        return 3;
    if (c[0] == 0xE2 && c[1] == 0x81 && (c[2] == 0x9F || c[2] == 0xA0))
        return 3;
    if (c[0] == 0xE3 && c[1] == 0x80 && c[2] == 0x80)
        return 3;
    if (c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF)
        return 3;
    return 0;
}

/* ---- Long tokens: each function goes on with an open one, and returns TOKEN_END if the text ends in it ----
 */

/* '…' and "…". A doubled quote is two strings side by side to us, which end at the same place. */
static enum token scan_quoted(struct lexer *lexer, const char *text, size_t bytes, char quote)
{
    const char *end = memchr(text + lexer->position, quote, bytes - lexer->position);

    if (end == NULL) {
        lexer->position = bytes;
        return TOKEN_END;
    }
    lexer->position = (size_t)(end - text) + 1;
    lexer->state = LEXER_START;
    return TOKEN_OTHER;
}

static enum token scan_escape_string(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    while (lexer->position < bytes) {
        char c = text[lexer->position];

        if (c == '\'') {
            lexer->position++;
            lexer->state = LEXER_ESCAPE_END;
            lexer->newline = false;
            return TOKEN_BLANK; /* not over yet: scan_escape_end decides */
        }
        if (c == '\\' && lexer->position + 1 == bytes && !last)
            return TOKEN_END;
        lexer->position += c == '\\' && lexer->position + 1 < bytes ? 2 : 1;
    }
    return TOKEN_END;
}

/* Behind the quote of E'…': another quote at once is a doubled one, another one behind a new line continues
 * it. */
static enum token scan_escape_end(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    size_t at = lexer->position;
    char c;

    if (at == bytes)
        return TOKEN_END;
    c = text[at];
    if (c == '\'' && (lexer->newline || text[at - 1] == '\'')) {
        lexer->position++;
        lexer->state = LEXER_ESCAPE_STRING;
        return TOKEN_BLANK;
    }
    if (is_space(c)) {
        lexer->newline = lexer->newline || is_newline(c);
        lexer->position++;
        return TOKEN_BLANK;
    }
    if (c == '-') {
        if (at + 1 == bytes && !last)
            return TOKEN_END;
        if (at + 1 < bytes && text[at + 1] == '-') {
            lexer->position += 2;
            lexer->state = LEXER_ESCAPE_COMMENT;
            return TOKEN_BLANK;
        }
    }
    lexer->state = LEXER_START;
    return TOKEN_OTHER;
}

static enum token scan_line_comment(struct lexer *lexer, const char *text, size_t bytes,
                                    enum lexer_state behind)
{
    while (lexer->position < bytes) {
        if (is_newline(text[lexer->position])) {
            lexer->state = behind;
            return TOKEN_BLANK;
        }
        lexer->position++;
    }
    return TOKEN_END;
}

static enum token scan_block_comment(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    while (lexer->position < bytes) {
        const char *c = text + lexer->position;

        if ((*c == '*' || *c == '/') && lexer->position + 1 == bytes && !last)
            return TOKEN_END;
        if (*c == '*' && lexer->position + 1 < bytes && c[1] == '/') {
            lexer->position += 2;
            if (--lexer->depth == 0) {
                lexer->state = LEXER_START;
                return TOKEN_BLANK;
            }
        } else if (*c == '/' && lexer->position + 1 < bytes && c[1] == '*') {
            lexer->position += 2;
            lexer->depth++;
        } else {
            lexer->position++;
        }
    }
    return TOKEN_END;
}

static enum token scan_dollar_string(struct lexer *lexer, const char *text, size_t bytes)
{
    size_t tag_bytes = lexer->tag_end - lexer->tag;

    for (;;) {
        const char *dollar = memchr(text + lexer->position, '$', bytes - lexer->position);

        lexer->position = dollar == NULL ? bytes : (size_t)(dollar - text);
        if (bytes - lexer->position < tag_bytes)
            return TOKEN_END;
        if (memcmp(dollar, text + lexer->tag, tag_bytes) == 0) {
            lexer->position += tag_bytes;
            lexer->state = LEXER_START;
            return TOKEN_OTHER;
        }
        lexer->position++;
    }
}

static enum token scan_identifier(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    while (lexer->position < bytes) {
        const char *c = text + lexer->position;

        if (!last && ((unsigned char)*c & 0x80) != 0 && bytes - lexer->position < 3)
            return TOKEN_END; /* could be the start of a Unicode space */
        if (!is_name(*c) || unicode_space(c, bytes - lexer->position) > 0) {
            lexer->state = LEXER_START;
            return TOKEN_WORD;
        }
        lexer->position++;
    }
    if (!last)
        return TOKEN_END;
    lexer->state = LEXER_START;
    return TOKEN_WORD;
}

/* ---- Short tokens: looked at as a whole, and again from their start if the text ends within them ---- */

static size_t skip_digits(const char *text, size_t bytes, size_t at)
{
    while (at < bytes &&
           (is_digit(text[at]) || (text[at] == '_' && at + 1 < bytes && is_digit(text[at + 1]))))
        at++;
    return at;
}

/* A number or a parameter that starts at the position. 1e5 is one token, 1e a number and a name. */
static enum token scan_number(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    size_t end = skip_digits(text, bytes, lexer->position + 1), exponent;

    if (end < bytes && text[end] == '.' && text[lexer->position] != '.' && text[lexer->position] != '$')
        end = skip_digits(text, bytes, end + 1);
    if (end < bytes && (text[end] == 'e' || text[end] == 'E') && text[lexer->position] != '$') {
        exponent = end + 1;
        if (exponent < bytes && (text[exponent] == '+' || text[exponent] == '-'))
            exponent++;
        if (exponent < bytes && is_digit(text[exponent]))
            end = skip_digits(text, bytes, exponent);
        else if (exponent == bytes && !last)
            return TOKEN_END;
    }
    if (!last && (end == bytes || (text[end] == '_' && end + 1 == bytes)))
        return TOKEN_END;
    lexer->position = end;
    return TOKEN_OTHER;
}

/* $tag$ opens a string, $1 and $name are parameters. */
static enum token scan_dollar(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    size_t end = lexer->position + 1;

    if (end < bytes && is_digit(text[end]))
        return scan_number(lexer, text, bytes, last);
    if (end < bytes && is_name_start(text[end]))
        while (end < bytes && text[end] != '$' && is_name(text[end]))
            end++;
    if (end == bytes && !last)
        return TOKEN_END;
    if (end < bytes && text[end] == '$') {
        lexer->tag = lexer->position;
        lexer->tag_end = lexer->position = end + 1;
        lexer->state = LEXER_DOLLAR_STRING;
        return scan_dollar_string(lexer, text, bytes);
    }
    lexer->position++;
    return TOKEN_OTHER;
}

static enum token scan_character(struct lexer *lexer, char c)
{
    lexer->position++;
    if (c == ';')
        return TOKEN_SEMICOLON;
    if (c == ',')
        return TOKEN_COMMA;
    if (c == '(')
        return TOKEN_OPEN;
    return c == ')' ? TOKEN_CLOSE : TOKEN_OTHER;
}

/* A token that is not blank starts here. */
static void begin(struct lexer *lexer)
{
    if (!lexer->started)
        lexer->first = lexer->position;
    lexer->started = true;
}

/* White space, and the starts of comments; TOKEN_OTHER if neither is here. */
static enum token scan_blank(struct lexer *lexer, const char *text, size_t bytes)
{
    const char *c = text + lexer->position;
    size_t left = bytes - lexer->position, space = is_space(*c) ? 1 : unicode_space(c, left);

    if (space > 0) {
        lexer->position += space;
        return TOKEN_BLANK;
    }
    if (left > 1 && *c == '-' && c[1] == '-') {
        lexer->state = LEXER_LINE_COMMENT;
    } else if (left > 1 && *c == '/' && c[1] == '*') {
        lexer->state = LEXER_BLOCK_COMMENT;
        lexer->depth = 1;
        lexer->tag = lexer->position;
    } else {
        return TOKEN_OTHER;
    }
    lexer->position += 2;
    return TOKEN_BLANK;
}

/* Between tokens. */
static enum token scan_start(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    const char *c = text + lexer->position;
    size_t left = bytes - lexer->position;

    if (!last &&
        ((left == 1 && strchr("-/.$eE", *c) != NULL) || (left < 3 && ((unsigned char)*c & 0x80) != 0)))
        return TOKEN_END; /* what it is depends on what follows */
    if (scan_blank(lexer, text, bytes) == TOKEN_BLANK)
        return TOKEN_BLANK;
    if (*c == ';')
        return scan_character(lexer, *c);
    begin(lexer);
    if (*c == '\'' || *c == '"') {
        lexer->state = *c == '"' ? LEXER_QUOTED_NAME : LEXER_STRING;
        lexer->position++;
        return scan_quoted(lexer, text, bytes, *c);
    }
    if ((*c == 'e' || *c == 'E') && left > 1 && c[1] == '\'') {
        lexer->state = LEXER_ESCAPE_STRING;
        lexer->position += 2;
        return TOKEN_OTHER;
    }
    if (*c == '$')
        return scan_dollar(lexer, text, bytes, last);
    if (is_digit(*c) || (*c == '.' && left > 1 && is_digit(c[1])))
        return scan_number(lexer, text, bytes, last);
    if (is_name_start(*c)) {
        lexer->state = LEXER_IDENTIFIER;
        return scan_identifier(lexer, text, bytes, last);
    }
    return scan_character(lexer, *c);
}

enum token lexer_token(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    if (lexer->position == bytes && lexer->state != LEXER_IDENTIFIER)
        return TOKEN_END;
    switch (lexer->state) {
    case LEXER_START:
        break;
    case LEXER_IDENTIFIER:
        return scan_identifier(lexer, text, bytes, last);
    case LEXER_STRING:
        return scan_quoted(lexer, text, bytes, '\'');
    case LEXER_QUOTED_NAME:
        return scan_quoted(lexer, text, bytes, '"');
    case LEXER_ESCAPE_STRING:
        return scan_escape_string(lexer, text, bytes, last);
    case LEXER_ESCAPE_END:
        return scan_escape_end(lexer, text, bytes, last);
    case LEXER_ESCAPE_COMMENT:
        return scan_line_comment(lexer, text, bytes, LEXER_ESCAPE_END);
    case LEXER_DOLLAR_STRING:
        return scan_dollar_string(lexer, text, bytes);
    case LEXER_LINE_COMMENT:
        return scan_line_comment(lexer, text, bytes, LEXER_START);
    case LEXER_BLOCK_COMMENT:
        return scan_block_comment(lexer, text, bytes, last);
    }
    return scan_start(lexer, text, bytes, last);
}

size_t lexer_statement(struct lexer *lexer, const char *text, size_t bytes, bool last)
{
    enum token token;

    do {
        token = lexer_token(lexer, text, bytes, last);
        if (token == TOKEN_SEMICOLON && lexer->started)
            return lexer->position;
    } while (token != TOKEN_END);
    if (last && lexer->state == LEXER_BLOCK_COMMENT && !lexer->started) {
        lexer->started = true; /* a comment without an end is no blank: DuckDB refuses it */
        lexer->first = lexer->tag;
    }
    return 0;
}

size_t lexer_drop_blanks(struct lexer *lexer)
{
    size_t bytes = lexer->started ? 0 : lexer->position;

    /* An open comment is kept from its start: without that, what is in it would be SQL. */
    if (!lexer->started && lexer->state == LEXER_BLOCK_COMMENT)
        bytes = lexer->tag;
    lexer->position -= bytes;
    lexer->tag -= lexer->tag >= bytes ? bytes : lexer->tag;
    return bytes;
}

size_t eider_statement_length(const char *text, size_t bytes, bool *ret_blank)
{
    struct lexer lexer = {0};
    size_t length = lexer_statement(&lexer, text, bytes, true);

    if (ret_blank != NULL)
        *ret_blank = length == 0 && !lexer.started;
    return length;
}

/* ---- What tells statements apart ---- */

/* True if the step from `state` was over white space or a comment. Those behind E'…' decide how it goes on. */
static bool is_gap(enum lexer_state state, enum token token)
{
    return state == LEXER_LINE_COMMENT || state == LEXER_BLOCK_COMMENT ||
           (state == LEXER_START && token == TOKEN_BLANK);
}

void lexer_normalise(const char *sql, size_t bytes, struct buf *out)
{
    struct lexer lexer = {0};
    bool gap = false;

    for (;;) {
        enum lexer_state state = lexer.state;
        size_t start = lexer.position, length;
        bool started = lexer.started;
        enum token token = lexer_token(&lexer, sql, bytes, true);

        length = lexer.position - start;
        if (token == TOKEN_SEMICOLON && started)
            return;
        if (is_gap(state, token) || token == TOKEN_SEMICOLON) {
            gap = started;
        } else if (length > 0) {
            if (gap)
                buf_putc(out, ' ');
            gap = false;
            buf_append(out, sql + start, length);
        }
        if (token == TOKEN_END)
            return;
    }
}
