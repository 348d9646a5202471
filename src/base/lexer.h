/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_LEXER_H
#define EIDER_BASE_LEXER_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * The lexer of SQL scripts: where statements end, and what kind each is by its first keywords. It knows the
 * tokens of DuckDB's scanner (quotes, E'' escapes and continuations, dollar quotes, nested comments,
 * identifiers that hold a '$'), not its grammar: text that DuckDB refuses still splits. Any byte string is
 * fine, NUL and invalid UTF-8 included. The public form is eider_statement_length.
 */

enum lexer_state {
    LEXER_START =
        0, /* between tokens; the first, so that zeroed memory is a lexer at the start of a statement */
    LEXER_IDENTIFIER,
    LEXER_STRING,         /* '…' */
    LEXER_ESCAPE_STRING,  /* E'…' */
    LEXER_ESCAPE_END,     /* behind E'…', which a new line and another quote continue */
    LEXER_ESCAPE_COMMENT, /* a comment there */
    LEXER_QUOTED_NAME,    /* "…" */
    LEXER_DOLLAR_STRING,  /* $tag$…$tag$ */
    LEXER_LINE_COMMENT,
    LEXER_BLOCK_COMMENT
};

/*
 * A place in the text of one statement. It can stop within any long token, so text that arrives in pieces is
 * looked at once. Zeroed: at the start of a statement. One thread at a time.
 */
struct lexer {
    size_t position; /* the next byte to look at */
    enum lexer_state state;
    bool started; /* something but white space and comments was seen */
    bool newline; /* LEXER_ESCAPE_END, _COMMENT: a new line was seen */
    size_t depth; /* LEXER_BLOCK_COMMENT: how many are open */
    size_t first; /* offset of the first token, if started */
    size_t tag,
        tag_end; /* LEXER_DOLLAR_STRING: offsets of its opening $tag$; _BLOCK_COMMENT: tag is its start */
};

/*
 * Goes on with the statement that starts at text[0]. Returns the number of bytes up to and including its
 * semicolon, or 0 if the `bytes` given hold no end of it: then call again with the same text and more behind
 * it. `last` says that no more will come. Semicolons before the statement's first token are skipped. To go on
 * behind a statement, start with a zeroed lexer at its end. With 0 and `last`, `started` tells whether an
 * unfinished statement is left.
 */
size_t lexer_statement(struct lexer *lexer, const char *text, size_t bytes, bool last);

/*
 * The bytes at the start of the text that the lexer is done with: blanks before the statement. The caller may drop them
 * from the text; the lexer counts from behind them from now on. Not behind a return value that is not 0.
 */
size_t lexer_drop_blanks(struct lexer *lexer);

enum statement_kind {
    STATEMENT_BLANK = 0, /* white space, comments and semicolons */
    STATEMENT_QUERY,     /* SELECT, WITH … SELECT, FROM, VALUES, TABLE, PIVOT, UNPIVOT, (…) */
    STATEMENT_EXPLAIN,
    STATEMENT_WRITE, /* stores the rows of a query: CREATE TABLE … AS, INSERT INTO … SELECT, COPY (…) TO */
    STATEMENT_OTHER
};

/* What the first keywords of a statement say; the offsets are into its text. */
struct statement_class {
    enum statement_kind kind;
    size_t first; /* of its first token; the length of the text if blank */
    /* Of STATEMENT_WRITE, and of its EXPLAIN: where the query stands. The statement with another query of the same columns there
     * means the same of that one's rows. */
    size_t query, query_end;
    bool conflict; /* and of several rows of one key not all are stored: INSERT OR …, ON CONFLICT */
    /* Of STATEMENT_EXPLAIN: */
    size_t rest;                   /* offset of the explained statement's first token */
    enum statement_kind rest_kind; /* its kind */
    bool analyze;                  /* EXPLAIN ANALYZE, or ANALYZE among the options */
    bool has_options;              /* EXPLAIN (FORMAT …), which is DuckDB's own matter */
};

void lexer_classify(const char *sql, size_t bytes, struct statement_class *ret);

/*
 * True if CREATE TABLE … AS before the query is right for DuckDB exactly if the query is. Not so if it ends in DATA, as WITH NO
 * DATA does, nor of SELECT … INTO and SELECT … FOR UPDATE, which DuckDB refuses at the start of a statement only. Where that is
 * not sure, it is false: FOR key IN in a list comprehension.
 */
bool lexer_is_storable(const char *sql, size_t bytes);

/*
 * Appends the statement at sql[0] up to its semicolon, with one space for each run of white space and comments; strings
 * and names stay as they are written. Never longer than the statement.
 */
void lexer_normalise(const char *sql, size_t bytes, struct buf *out);

#endif
