/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of statement a text is, by its keywords, and where in it stands a query whose rows it stores.
 *
 * This is no parser: what is not clearly of a form that is known here is STATEMENT_OTHER, which DuckDB runs as it is. What is
 * taken for a query and is none is found out when DuckDB plans it. Pure; no allocation.
 *
 * Example: "INSERT INTO t (a) SELECT x FROM u ON CONFLICT DO NOTHING" is a WRITE whose query is "SELECT x FROM u ".
 */
#include "base/lexer.h"

#include <string.h>
#include <strings.h>

#include "base/tokens.h"

/* A walk over the tokens that are not blank. */
struct cursor {
    struct lexer lexer;
    const char *text;
    size_t bytes;
    enum token token;
    size_t start; /* of the token */
};

static void advance(struct cursor *cursor)
{
    do {
        cursor->start = cursor->lexer.position;
        cursor->token = lexer_token(&cursor->lexer, cursor->text, cursor->bytes, true);
    } while (cursor->token == TOKEN_BLANK);
}

/* True if the token is one of the words of a list that NULL ends. */
static bool is_word(const struct cursor *cursor, const char *const *words)
{
    size_t bytes = cursor->lexer.position - cursor->start;

    if (cursor->token != TOKEN_WORD)
        return false;
    for (; *words != NULL; words++)
        if (strlen(*words) == bytes && strncasecmp(*words, cursor->text + cursor->start, bytes) == 0)
            return true;
    return false;
}

static const char *const with_words[] = {"with", NULL};
static const char *const explain_words[] = {"explain", NULL};
static const char *const analyze_words[] = {"analyze", "analyse", NULL};
static const char *const verbose_words[] = {"verbose", NULL};
static const char *const off_words[] = {"false", "off", NULL};
static const char *const cte_words[] = {"as", "using", NULL};
static const char *const query_words[] = {"select", "with",    "from",        "values",       "table",
                                          "pivot",  "unpivot", "pivot_wider", "pivot_longer", NULL};

/* Behind the open parenthesis that is the current token, to the token behind the one that closes it. */
static void skip_parentheses(struct cursor *cursor)
{
    size_t depth = 0;

    do {
        if (cursor->token == TOKEN_OPEN)
            depth++;
        else if (cursor->token == TOKEN_CLOSE)
            depth--;
        advance(cursor);
    } while (depth > 0 && cursor->token != TOKEN_END);
}

/*
 * WITH a (x) AS (…), b AS (…) SELECT or INSERT …: what stands behind the last parenthesis that neither a
 * comma, nor AS or USING KEY follow.
 */
static enum statement_kind classify_with(struct cursor *cursor)
{
    while (cursor->token != TOKEN_END) {
        if (cursor->token != TOKEN_OPEN) {
            advance(cursor);
            continue;
        }
        skip_parentheses(cursor);
        if (cursor->token != TOKEN_COMMA && !is_word(cursor, cte_words))
            break;
    }
    /* Unfinished text counts as a query: DuckDB will say what is wrong with it. */
    return cursor->token == TOKEN_WORD && !is_word(cursor, query_words) ? STATEMENT_OTHER : STATEMENT_QUERY;
}

/* ---- Statements that store the rows of a query ---- */

static const char *const create_words[] = {"create", NULL};
static const char *const insert_words[] = {"insert", NULL};
static const char *const copy_words[] = {"copy", NULL};
static const char *const or_words[] = {"or", NULL};
static const char *const replace_words[] = {"replace", NULL};
static const char *const instead_words[] = {"replace", "ignore", NULL};
static const char *const temporary_words[] = {"temp", "temporary", NULL};
static const char *const table_words[] = {"table", NULL};
static const char *const if_words[] = {"if", NULL};
static const char *const not_words[] = {"not", NULL};
static const char *const exists_words[] = {"exists", NULL};
static const char *const into_words[] = {"into", NULL};
static const char *const as_words[] = {"as", NULL};
static const char *const by_words[] = {"by", NULL};
static const char *const match_words[] = {"name", "position", NULL};
static const char *const on_words[] = {"on", NULL};
static const char *const conflict_words[] = {"conflict", NULL};
static const char *const do_words[] = {"do", "on", NULL};
static const char *const returning_words[] = {"returning", NULL};
static const char *const data_words[] = {"data", NULL};
static const char *const to_words[] = {"to", NULL};
static const char *const for_words[] = {"for", NULL};
static const char *const lock_words[] = {"update", "no", "share", "key", NULL};
/* What may begin the query. VALUES is no work, TABLE a copy, and DuckDB plans no PIVOT. */
static const char *const rows_words[] = {"select", "from", "with", NULL};

static bool skip_word(struct cursor *cursor, const char *const *words)
{
    if (!is_word(cursor, words))
        return false;
    advance(cursor);
    return true;
}

static bool starts_with(const struct cursor *cursor, char c)
{
    return cursor->token == TOKEN_OTHER && cursor->text[cursor->start] == c;
}

/* a, "b", a."b".c: to the token behind. False: it is no name. */
static bool skip_name(struct cursor *cursor)
{
    for (;;) {
        bool quoted = starts_with(cursor, '"');
        size_t end = cursor->lexer.position;
        if (cursor->token != TOKEN_WORD && !quoted)
            return false;
        advance(cursor);
        while (quoted && starts_with(cursor, '"') && cursor->start == end) { /* a doubled quote */
            end = cursor->lexer.position;
            advance(cursor);
        }
        if (!starts_with(cursor, '.'))
            return true;
        advance(cursor);
    }
}

/* A list in parentheses that is none of a query's: names of columns. */
static void skip_columns(struct cursor *cursor)
{
    struct cursor behind = *cursor;

    if (cursor->token != TOKEN_OPEN)
        return;
    advance(&behind);
    if (behind.token != TOKEN_OPEN && !is_word(&behind, rows_words))
        skip_parentheses(cursor);
}

static bool is_at_rows(const struct cursor *cursor)
{
    struct cursor behind = *cursor;

    while (behind.token == TOKEN_OPEN)
        advance(&behind);
    return is_word(&behind, rows_words);
}

/* ON CONFLICT (…), ON CONFLICT DO …, RETURNING …: not of the query before it. A join's ON conflict.x has another token there. */
static bool ends_query(const struct cursor *cursor)
{
    struct cursor behind = *cursor;

    if (is_word(cursor, returning_words))
        return true;
    return skip_word(&behind, on_words) && skip_word(&behind, conflict_words) &&
           (behind.token == TOKEN_OPEN || is_word(&behind, do_words));
}

/* From the query to its end: the statement's, or where something else begins. */
static bool take_query(struct cursor *cursor, bool may_have_tail, struct statement_class *ret)
{
    struct cursor last = *cursor;

    if (!is_at_rows(cursor))
        return false;
    ret->query = cursor->start;
    while (cursor->token != TOKEN_END && cursor->token != TOKEN_SEMICOLON) {
        if (may_have_tail && ends_query(cursor))
            break;
        last = *cursor;
        if (cursor->token == TOKEN_OPEN)
            skip_parentheses(cursor);
        else
            advance(cursor);
    }
    /* A comment behind it may come as several tokens, of which the last is no start. */
    ret->query_end = cursor->token == TOKEN_END ? cursor->bytes : cursor->start;
    ret->conflict |= is_word(cursor, on_words);
    return may_have_tail || !is_word(&last, data_words); /* WITH NO DATA */
}

/* CREATE [OR REPLACE] [TEMP] TABLE [IF NOT EXISTS] name [(columns)] AS query. */
static bool take_create(struct cursor *cursor, struct statement_class *ret)
{
    if (skip_word(cursor, or_words) && !skip_word(cursor, replace_words))
        return false;
    (void)skip_word(cursor, temporary_words);
    if (!skip_word(cursor, table_words))
        return false;
    if (skip_word(cursor, if_words) && (!skip_word(cursor, not_words) || !skip_word(cursor, exists_words)))
        return false;
    if (!skip_name(cursor))
        return false;
    skip_columns(cursor);
    return skip_word(cursor, as_words) && take_query(cursor, false, ret);
}

/* INSERT [OR REPLACE | OR IGNORE] INTO name [AS alias] [(columns)] [BY NAME | BY POSITION] query [ON CONFLICT …] [RETURNING …] */
static bool take_insert(struct cursor *cursor, struct statement_class *ret)
{
    ret->conflict = skip_word(cursor, or_words);
    if (ret->conflict && !skip_word(cursor, instead_words))
        return false;
    if (!skip_word(cursor, into_words) || !skip_name(cursor))
        return false;
    if (skip_word(cursor, as_words) && !skip_name(cursor))
        return false;
    skip_columns(cursor);
    if (skip_word(cursor, by_words) && !skip_word(cursor, match_words))
        return false;
    return take_query(cursor, true, ret);
}

/* COPY (query) TO … */
static bool take_copy(struct cursor *cursor, struct statement_class *ret)
{
    if (cursor->token != TOKEN_OPEN)
        return false;
    advance(cursor);
    if (!is_at_rows(cursor))
        return false;
    ret->query = cursor->start;
    while (cursor->token != TOKEN_END && cursor->token != TOKEN_CLOSE) {
        if (cursor->token == TOKEN_OPEN)
            skip_parentheses(cursor);
        else
            advance(cursor);
    }
    ret->query_end = cursor->start;
    advance(cursor); /* nothing follows text that is not finished */
    return is_word(cursor, to_words);
}

static bool take_write(struct cursor *cursor, struct statement_class *ret)
{
    if (skip_word(cursor, create_words))
        return take_create(cursor, ret);
    if (skip_word(cursor, insert_words))
        return take_insert(cursor, ret);
    return skip_word(cursor, copy_words) && take_copy(cursor, ret);
}

/* The kind of what starts at the current token, EXPLAIN apart. */
static enum statement_kind classify_rest(struct cursor *cursor, struct statement_class *ret)
{
    if (cursor->token == TOKEN_END || cursor->token == TOKEN_SEMICOLON)
        return STATEMENT_BLANK;
    if (cursor->token == TOKEN_OPEN)
        return STATEMENT_QUERY;
    if (is_word(cursor, with_words)) {
        advance(cursor);
        return classify_with(cursor);
    }
    if (is_word(cursor, query_words))
        return STATEMENT_QUERY;
    if (take_write(cursor, ret))
        return STATEMENT_WRITE;
    ret->query = ret->query_end = 0;
    ret->conflict = false;
    return STATEMENT_OTHER;
}

/* EXPLAIN (ANALYZE, FORMAT json): from its parenthesis to the token behind; false if it opens a query
 * instead. */
static bool explain_options(struct cursor *cursor, bool *ret_analyze)
{
    struct cursor behind = *cursor;

    advance(&behind);
    if (behind.token != TOKEN_WORD || is_word(&behind, query_words))
        return false;
    while (behind.token != TOKEN_END && behind.token != TOKEN_CLOSE) {
        bool analyze = is_word(&behind, analyze_words);

        advance(&behind);
        if (analyze)
            *ret_analyze = !is_word(&behind, off_words);
    }
    advance(&behind);
    *cursor = behind;
    return true;
}

void lexer_classify(const char *sql, size_t bytes, struct statement_class *ret)
{
    struct cursor cursor = {.text = sql, .bytes = bytes};

    *ret = (struct statement_class){.first = bytes};
    do
        advance(&cursor);
    while (cursor.token == TOKEN_SEMICOLON);
    if (cursor.token == TOKEN_END && !cursor.lexer.started && cursor.lexer.state != LEXER_BLOCK_COMMENT)
        return;
    ret->first = cursor.lexer.started ? cursor.lexer.first : cursor.lexer.tag; /* a comment without an end */
    if (!is_word(&cursor, explain_words)) {
        ret->kind = cursor.token == TOKEN_END ? STATEMENT_OTHER : classify_rest(&cursor, ret);
        return;
    }
    ret->kind = STATEMENT_EXPLAIN;
    advance(&cursor);
    if (cursor.token == TOKEN_OPEN) {
        ret->has_options = explain_options(&cursor, &ret->analyze);
    } else {
        if (is_word(&cursor, analyze_words)) {
            ret->analyze = true;
            advance(&cursor);
        }
        if (is_word(&cursor, verbose_words))
            advance(&cursor);
    }
    ret->rest = cursor.token == TOKEN_END ? bytes : cursor.start;
    ret->rest_kind = classify_rest(&cursor, ret);
}

bool lexer_is_storable(const char *sql, size_t bytes)
{
    struct cursor cursor = {.text = sql, .bytes = bytes};
    bool after_for = false, after_data = false;

    for (advance(&cursor); cursor.token != TOKEN_END; advance(&cursor)) {
        if (cursor.token == TOKEN_SEMICOLON)
            continue;
        if (is_word(&cursor, into_words) || (after_for && is_word(&cursor, lock_words)))
            return false;
        after_for = is_word(&cursor, for_words);
        after_data = is_word(&cursor, data_words);
    }
    return !after_data;
}
