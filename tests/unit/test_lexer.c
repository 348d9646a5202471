/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lexer of scripts: where statements end, in whole text and in text that arrives in pieces; agreement
 * with DuckDB's own count of statements; classification. Random bytes check that no input breaks it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/lexer.h"
#include "duckdb.h"
#include "eider/script.h"

#define MAX_STATEMENTS 4096
#define FUZZ_ROUNDS    20000

/* The statements of a text: the offset behind each, and whether the last one lacks its semicolon. */
struct split {
    size_t count;
    size_t ends[MAX_STATEMENTS];
};

static void split_whole(const char *text, size_t bytes, struct split *ret)
{
    size_t at = 0, length;
    bool blank = false;

    ret->count = 0;
    while ((length = eider_statement_length(text + at, bytes - at, &blank)) > 0) {
        at += length;
        assert_true(at <= bytes && ret->count < MAX_STATEMENTS);
        assert_int_equal(text[at - 1], ';');
        ret->ends[ret->count++] = at;
    }
    if (!blank)
        ret->ends[ret->count++] = bytes;
}

/* The same text in pieces of `step` bytes, each in memory of its own size, so that a sanitizer sees reads
 * behind it. */
static void split_pieces(const char *text, size_t bytes, size_t step, struct split *ret)
{
    size_t start = 0, end = 0;
    struct lexer lexer = {0};

    ret->count = 0;
    for (;;) {
        bool last = end == bytes;
        size_t length;
        char *piece = malloc(end - start + 1);

        assert_non_null(piece);
        memcpy(piece, text + start, end - start);
        piece = realloc(piece, end > start ? end - start : 1);
        length = lexer_statement(&lexer, piece, end - start, last);
        free(piece);
        if (length == 0)
            start += lexer_drop_blanks(&lexer);
        if (length > 0) {
            start += length;
            ret->ends[ret->count++] = start;
            lexer = (struct lexer){0};
        } else if (last) {
            break;
        } else {
            end = bytes - end < step ? bytes : end + step;
        }
        assert_true(lexer.position <= end - start);
    }
    if (lexer.started)
        ret->ends[ret->count++] = bytes;
}

static void check_pieces(const char *text, size_t bytes)
{
    static struct split whole, pieces;
    size_t step;

    split_whole(text, bytes, &whole);
    for (step = 1; step < 5 && step <= bytes; step++) {
        split_pieces(text, bytes, step, &pieces);
        assert_int_equal(whole.count, pieces.count);
        assert_memory_equal(whole.ends, pieces.ends, whole.count * sizeof(size_t));
    }
}

/* Statements as they are meant, a '\x01' behind each: the text to split is the same without those marks. */
static const char *const split_cases[] = {
    "",
    "  \n -- nothing; here\n/* ; */ ;; ;",
    "SELECT 1;\x01 SELECT 2;\x01",
    "SELECT 1;\x01 SELECT 2\x01",
    ";;SELECT 1;\x01;;",
    "SELECT ';';\x01 SELECT 'it''s; fine';\x01",
    "SELECT 'back\\';\x01 SELECT ';\x01",
    "SELECT E'back\\';';\x01 SELECT 2;\x01",
    "SELECT e'a\\\\';\x01SELECT 2;\x01",
    "SELECT E'a'\n'b\\';c';\x01",
    "SELECT E'a' -- x'\n 'b\\';c';\x01",
    "SELECT E'a' 'b\\';\x01 SELECT ';\x01",
    "SELECT E'a' /* x */\n 'b\\';\x01 '\x01",
    "SELECT E'a''\\';b';\x01",
    "SELECT xe'\\';\x01 ';\x01",
    "SELECT \"a;\"\"b;\";\x01 SELECT 2;\x01",
    "SELECT \"it's\";\x01 SELECT 'a\"b';\x01",
    "SELECT $$a;'b$$;\x01 SELECT 2;\x01",
    "SELECT $x$a;$$;$y$;$x$;\x01",
    "SELECT $x$ $x $x$;\x01",
    "SELECT a$$;\x01 SELECT b$$;\x01",
    "SELECT 1$$;$$;\x01",
    "SELECT 1e5$$;$$;\x01",
    "SELECT 1e$$;\x01$$;\x01",
    "SELECT 1_000$$;$$;\x01",
    "SELECT 1_$$;\x01$$\x01",
    "SELECT $1$$;$$;\x01",
    "SELECT $1, $name;\x01 SELECT 2;\x01",
    "SELECT .5e1$$;$$;\x01",
    "SELECT \xC3\xA9$$;\x01 SELECT $$;$$;\x01",
    "SELECT a\xC2\xA0$$;$$;\x01",
    "SELECT a\xE2\x80\x83$$;$$;\x01",
    "\xEF\xBB\xBFSELECT 1;\x01\xC2\xA0;",
    "SELECT 1 -- a; b\n;\x01",
    "SELECT 1 -- a; b\r;\x01 -- end",
    "SELECT 1 /* a; /* b; */ c; */;\x01 SELECT 2;\x01",
    "SELECT 1 /* '; */;\x01 SELECT '/*;*/';\x01",
    "SELECT 2*/* x; */3;\x01",
    "SELECT 2//* x; */3;\x01",
    "SELECT 1+--x;\n2;\x01",
    "SELECT 1 /* never closed; SELECT 2;\x01",
    "/* never closed; SELECT 2;\x01",
    "/*/ ; */SELECT 1;\x01",
    "SELECT 'never closed; SELECT 2;\x01",
    "SELECT \"never closed; SELECT 2;\x01",
    "SELECT $x$never closed; SELECT $ $x;\x01",
    "SELECT 1 -\x01",
    "-\x01",
    "/\x01",
    "$\x01",
    "E\x01",
    "SELECT 1;\x01 e\x01",
};

static void test_split(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(split_cases) / sizeof(split_cases[0]); i++) {
        static struct split expected, actual;
        char text[256];
        const char *c;
        size_t bytes = 0;

        expected.count = 0;
        for (c = split_cases[i]; *c != '\0'; c++) {
            if (*c == '\x01')
                expected.ends[expected.count++] = bytes;
            else
                text[bytes++] = *c;
        }
        split_whole(text, bytes, &actual);
        if (expected.count != actual.count ||
            memcmp(expected.ends, actual.ends, actual.count * sizeof(size_t)) != 0)
            fail_msg("split wrongly: %s", split_cases[i]);
        check_pieces(text, bytes);
    }
}

/* ---- Against DuckDB ---- */

static duckdb_database database;
static duckdb_connection connection;

static int open_duckdb(void **state)
{
    (void)state;
    return duckdb_open(NULL, &database) == DuckDBSuccess &&
                   duckdb_connect(database, &connection) == DuckDBSuccess
               ? 0
               : -1;
}

static int close_duckdb(void **state)
{
    (void)state;
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}

/* DuckDB's count of statements; -1 if it refuses the script. */
static long duckdb_count(const char *script)
{
    duckdb_extracted_statements statements = NULL;
    idx_t count = duckdb_extract_statements(connection, script, &statements);
    bool refused = count == 0 && duckdb_extract_statements_error(statements) != NULL;

    duckdb_destroy_extracted(&statements);
    return refused ? -1 : (long)count;
}

static void check_against_duckdb(const char *script)
{
    static struct split split;
    long count = duckdb_count(script);

    if (count < 0)
        return;
    split_whole(script, strlen(script), &split);
    if ((long)split.count != count)
        fail_msg("DuckDB counts %ld statements, we %zu: %s", count, split.count, script);
}

static void test_corpus_agrees(void **state)
{
    static const char *const scripts[] = {
        "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT * FROM t; DROP TABLE t",
        "CREATE MACRO m(a) AS a + 1; SELECT m(1); -- done",
        "WITH a AS (SELECT ';' x) SELECT * FROM a; FROM range(3); VALUES (1), (2); TABLE t;",
        "SELECT {'a;': 1, 'b': [1, 2]}, MAP {'k;': 2}, x -> x + 1; SELECT a[1:2], b::INT;",
        "PREPARE p AS SELECT $1; EXECUTE p(5); SELECT $$ ; $$ || $a$ ; $$ $a$;",
        "COPY (SELECT 1) TO 'a;b.csv' (FORMAT csv, DELIMITER ';'); PRAGMA table_info('t;');",
        "EXPLAIN ANALYZE SELECT 1; SET threads = 2; BEGIN; COMMIT; CALL pragma_version();",
        "SELECT 'a'\n'b;' ; SELECT E'a\\'' \n '\\';' ; SELECT X'1;'",
        "SELECT \"a;b\" FROM (SELECT 1 AS \"a;b\") \"t;\"; SELECT 1 /* /* ; */ ; */ + 2;",
        "SELECT 1_000, 1e3, .5, 0x1F, 5., a$b FROM (SELECT 1 a$b); SELECT 3 // 2, 2 ** 3, 5 % 3, 1 <-> 2;",
        "SELECT\xC2\xA0x;\xE3\x80\x80SELECT 2;",
        ";;; -- nothing",
        "",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        if (duckdb_count(scripts[i]) < 0)
            fail_msg("DuckDB refuses: %s", scripts[i]);
        check_against_duckdb(scripts[i]);
        check_pieces(scripts[i], strlen(scripts[i]));
    }
}

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % below;
}

static const char *pick(const char *const *list)
{
    uint32_t count = 0;

    while (list[count] != NULL)
        count++;
    return list[draw(count)];
}

static const char *const terms[] = {
    "1",         "1e5",     "1_0.5",    ".5e-3",  "5.",         "0x1F",         "'a;'",
    "''",        "E'\\';'", "e'a\\\\'", "'\n;'",  "'a'\n'b'",   "'\\'",         "$$;$$",
    "$a$;$b$",   "x';'",    "NULL",     "\"x;\"", "\"a\"\";\"", "a$$",          "n\xC3\xA9",
    "[1, 2]",    "(1)",     "{'a;':1}", "$1",     "b::INT",     "E'a'\n'\\';'", "E'a' -- '\n'\\';'",
    "E'a''\\''", NULL};
/* No Unicode spaces: DuckDB finds those in a pass of its own, which takes the a$$ of a name for a quote. */
static const char *const blanks[] = {" ",      "\n",   "\r",           "\t",   "-- x;\n", "/* ; */",
                                     "/*/;*/", "/**/", "/* /* ; */*/", "--\r", NULL};
static const char *const operators[] = {"||", "+", "-", "*", "//", "/", ",", "<->", NULL};
static const char *const noise[] = {"'",  "\"", "$",  "$$", "$a$", "E'", "--", "/*",
                                    "*/", "\\", "1e", "(",  ";",   "1_", "E",  NULL};

static void random_script(struct buf *script)
{
    uint32_t statements = 1 + draw(3), i;

    buf_clear(script);
    for (i = 0; i < statements; i++) {
        buf_puts(script, draw(20) == 0 ? "" : "SELECT");
        buf_puts(script, pick(blanks));
        buf_puts(script, pick(terms));
        while (draw(3) > 0) {
            buf_puts(script, draw(2) == 0 ? pick(blanks) : "");
            buf_puts(script, draw(20) == 0 ? pick(noise) : pick(operators));
            buf_puts(script, draw(2) == 0 ? pick(blanks) : "");
            buf_puts(script, pick(terms));
        }
        buf_puts(script, draw(20) == 0 ? pick(noise) : ";");
    }
}

/* Scripts of random pieces. DuckDB refuses a part of them; for the others the counts agree. */
static void test_random_scripts_agree(void **state)
{
    struct buf script;
    unsigned round, valid = 0;

    (void)state;
    seed = 20240611;
    buf_init(&script, 1 << 16);
    for (round = 0; round < FUZZ_ROUNDS; round++) {
        random_script(&script);
        assert_false(script.failed);
        valid += duckdb_count(script.data) > 1;
        check_against_duckdb(script.data);
        check_pieces(script.data, script.size);
    }
    buf_done(&script);
    assert_true(valid > FUZZ_ROUNDS / 20);
}

static void check_normal(const char *sql, const char *expected)
{
    struct buf out;

    buf_init(&out, 1024);
    lexer_normalise(sql, strlen(sql), &out);
    assert_false(out.failed);
    assert_string_equal(out.data, expected);
    buf_done(&out);
}

static void test_normalise(void **state)
{
    (void)state;
    check_normal("SELECT a  FROM t\n -- all\n /* /* of */ it */ WHERE b ; ", "SELECT a FROM t WHERE b");
    check_normal("SELECT a FROM t -- all", "SELECT a FROM t");
    check_normal("  ; SELECT 5;SELECT", "SELECT 5");
    check_normal("a>17 AND b< 1.5e-3 OR c=.5 LIMIT 1_000", "a>17 AND b< 1.5e-3 OR c=.5 LIMIT 1_000");
    check_normal("1=0 LIMIT 10 OFFSET 0", "1=0 LIMIT 10 OFFSET 0");
    check_normal("$1, $22, t1.c2, 'x 7', \"y 8\", $$z  9$$, #3",
                 "$1, $22, t1.c2, 'x 7', \"y 8\", $$z  9$$, #3");
    check_normal("E'a\\'  5' , 5", "E'a\\'  5' , 5");
    check_normal("E'a' -- x\n 'b  c' FROM", "E'a' -- x\n 'b  c' FROM");
    check_normal("'a''b' 'a'\n'b'", "'a''b' 'a' 'b'");
    check_normal("SELECT 'open  7", "SELECT 'open  7");
    check_normal("", "");
}

static void test_random_bytes(void **state)
{
    static const char common[] = "';\"$-/*eE\n\\ a1\xC2\xA0\xE2\x80.()";
    struct buf normal;
    unsigned round;

    (void)state;
    buf_init(&normal, 64); /* never longer than the text */
    seed = 42;
    for (round = 0; round < FUZZ_ROUNDS; round++) {
        char text[64];
        size_t bytes = draw(sizeof(text)), i;
        struct statement_class class;

        for (i = 0; i < bytes; i++)
            text[i] = draw(4) == 0 ? (char)draw(256) : common[draw(sizeof(common) - 1)];
        check_pieces(text, bytes);
        lexer_classify(text, bytes, &class);
        assert_true(class.first <= bytes && class.rest <= bytes);
        buf_clear(&normal);
        lexer_normalise(text, bytes, &normal);
        assert_false(normal.failed);
    }
    buf_done(&normal);
}

/* A long literal that arrives in small pieces is looked at once: this would take minutes otherwise. */
static void test_long_literals(void **state)
{
    static const char *const opens[] = {"'", "\"", "$$", "/*", "E'", "--", "a"};
    static const char *const closes[] = {"'", "\"", "$$", "*/1", "'", "\n1", " "};
    size_t bytes = 32 << 20, i, end;
    char *text = malloc(bytes);

    (void)state;
    assert_non_null(text);
    for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
        struct lexer lexer = {0};

        memset(text, 'x', bytes);
        memcpy(text, opens[i], strlen(opens[i]));
        memcpy(text + bytes - 1 - strlen(closes[i]), closes[i], strlen(closes[i]));
        text[bytes - 1] = ';';
        for (end = 0; end < bytes - 1; end += 256)
            assert_int_equal(lexer_statement(&lexer, text, end, false), 0);
        assert_int_equal(lexer_statement(&lexer, text, bytes, false), bytes);
    }
    free(text);
}

/* ---- Classification ---- */

/* The query in a statement that stores its rows; NULL: the statement is none. */
static void test_queries_of_writes(void **state)
{
    static const struct {
        const char *sql, *query;
    } cases[] = {
        {"create or replace temporary table a.\"b \"\" ( AS\".c as select 1;", "select 1"},
        {"CREATE TABLE t (a, \"b)\") AS (SELECT ')') ", "(SELECT ')') "},
        {"CREATE TABLE t AS WITH x AS (SELECT 1) FROM x", "WITH x AS (SELECT 1) FROM x"},
        {"CREATE TABLE t AS SELECT 1 WITH NO DATA", NULL},
        {"CREATE TABLE t AS SELECT data FROM x", "SELECT data FROM x"},
        {"CREATE TABLE IF NOT EXISTS t AS SELECT 1", "SELECT 1"},
        {"CREATE TABLE IF NOT t AS SELECT 1", NULL},
        {"CREATE TABLE t (a INTEGER)", NULL},
        {"CREATE VIEW v AS SELECT 1", NULL},
        {"CREATE TABLE t AS VALUES (1)", NULL},
        {"CREATE TABLE t AS PIVOT x ON y", NULL},
        {"CREATE OR x TABLE t AS SELECT 1", NULL},
        {"CREATE TABLE t. AS SELECT 1", NULL},
        {"INSERT INTO t SELECT 1 ON CONFLICT (a) DO NOTHING", "SELECT 1 "},
        {"insert or replace into t as u (a, b) by position from x returning (a)", "from x "},
        {"INSERT INTO t SELECT * FROM a JOIN b ON conflict.x = 1",
         "SELECT * FROM a JOIN b ON conflict.x = 1"},
        {"INSERT INTO t (SELECT 'RETURNING' -- RETURNING\n) RETURNING *",
         "(SELECT 'RETURNING' -- RETURNING\n) "},
        {"INSERT INTO t SELECT (SELECT 1 RETURNING)", "SELECT (SELECT 1 RETURNING)"},
        {"INSERT INTO t SELECT $$ RETURNING $$, E'\\' RETURNING' RETURNING a",
         "SELECT $$ RETURNING $$, E'\\' RETURNING' "},
        {"INSERT INTO t VALUES (1)", NULL},
        {"INSERT INTO t DEFAULT VALUES", NULL},
        {"INSERT INTO t SET a = 1", NULL},
        {"INSERT OR FAIL INTO t SELECT 1", NULL},
        {"COPY (SELECT ')', (1)) TO 'x' (FORMAT csv)", "SELECT ')', (1)"},
        {"COPY ((SELECT 1) UNION (SELECT 2)) TO 'x'", "(SELECT 1) UNION (SELECT 2)"},
        {"COPY t TO 'x'", NULL},
        {"COPY t (a) FROM 'x'", NULL},
        {"COPY (SELECT 1", NULL},
        {"COPY (SELECT 1) FROM 'x'", NULL},
        {"WITH x AS (SELECT 1) INSERT INTO t FROM x", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *text = cases[i].sql, *query = cases[i].query;
        struct statement_class class;
        lexer_classify(text, strlen(text), &class);
        if ((class.kind == STATEMENT_WRITE) != (query != NULL))
            fail_msg("classified wrongly: %s", text);
        if (query != NULL && (class.query_end - class.query != strlen(query) ||
                              strncmp(text + class.query, query, strlen(query)) != 0))
            fail_msg("%s: the query is %.*s", text, (int)(class.query_end - class.query), text + class.query);
        if (query == NULL)
            assert_int_equal(class.query_end, 0);
        for (size_t bytes = 0; bytes <= strlen(text); bytes++) { /* cut anywhere, it is still in bounds */
            lexer_classify(text, bytes, &class);
            assert_true(class.query <= class.query_end && class.query_end <= bytes);
        }
    }
}

static void test_classify(void **state)
{
    static const struct {
        const char *sql;
        enum statement_kind kind;
        const char *rest; /* of EXPLAIN */
        enum statement_kind rest_kind;
        bool analyze, has_options;
    } cases[] = {
        {"", STATEMENT_BLANK, NULL, STATEMENT_BLANK, false, false},
        {" /* x */ ; -- y", STATEMENT_BLANK, NULL, STATEMENT_BLANK, false, false},
        {"-- x\n/* never closed", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"SELECT 1", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"/* x */ -- y\n select*from t", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"\xEF\xBB\xBF"
         "from t",
         STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"values (1)", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"TABLE t", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"pivot t on a", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"((SELECT 1))", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"selects", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"'SELECT'", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"\"select\" 1", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"'open", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"CREATE TABLE t AS SELECT 1", STATEMENT_WRITE, NULL, STATEMENT_BLANK, false, false},
        {"INSERT INTO t SELECT 1", STATEMENT_WRITE, NULL, STATEMENT_BLANK, false, false},
        {"EXPLAIN COPY (FROM t) TO 'x'", STATEMENT_EXPLAIN, "COPY (FROM t) TO 'x'", STATEMENT_WRITE, false,
         false},
        {"SHOW TABLES", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"WITH a AS (SELECT 1) SELECT * FROM a", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"WITH RECURSIVE a(x) USING KEY (x) AS (SELECT (1)), b AS MATERIALIZED (SELECT ')') FROM a",
         STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"WITH a AS (SELECT 1) (SELECT 2)", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"WITH insert(x) AS (SELECT 1), b AS NOT MATERIALIZED (SELECT 2) INSERT INTO t FROM b",
         STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"WITH a AS (SELECT 1) DELETE FROM t", STATEMENT_OTHER, NULL, STATEMENT_BLANK, false, false},
        {"WITH a AS (SELECT", STATEMENT_QUERY, NULL, STATEMENT_BLANK, false, false},
        {"EXPLAIN SELECT 1", STATEMENT_EXPLAIN, "SELECT 1", STATEMENT_QUERY, false, false},
        {"explain /* x */ analyze\nfrom t;", STATEMENT_EXPLAIN, "from t;", STATEMENT_QUERY, true, false},
        {"EXPLAIN ANALYZE VERBOSE TABLE t", STATEMENT_EXPLAIN, "TABLE t", STATEMENT_QUERY, true, false},
        {"EXPLAIN CREATE TABLE t (a INT)", STATEMENT_EXPLAIN, "CREATE TABLE t (a INT)", STATEMENT_OTHER,
         false, false},
        {"EXPLAIN (SELECT 1)", STATEMENT_EXPLAIN, "(SELECT 1)", STATEMENT_QUERY, false, false},
        {"EXPLAIN ((SELECT 1))", STATEMENT_EXPLAIN, "((SELECT 1))", STATEMENT_QUERY, false, false},
        {"EXPLAIN (FORMAT json) SELECT 1", STATEMENT_EXPLAIN, "SELECT 1", STATEMENT_QUERY, false, true},
        {"EXPLAIN (ANALYZE, FORMAT json) SELECT 1", STATEMENT_EXPLAIN, "SELECT 1", STATEMENT_QUERY, true,
         true},
        {"EXPLAIN (ANALYZE false) SELECT 1", STATEMENT_EXPLAIN, "SELECT 1", STATEMENT_QUERY, false, true},
        {"EXPLAIN WITH a AS (SELECT 1) FROM a", STATEMENT_EXPLAIN, "WITH a AS (SELECT 1) FROM a",
         STATEMENT_QUERY, false, false},
        {"EXPLAIN", STATEMENT_EXPLAIN, "", STATEMENT_BLANK, false, false},
        {"EXPLAIN (FORMAT", STATEMENT_EXPLAIN, "", STATEMENT_BLANK, false, true},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct statement_class class;

        lexer_classify(cases[i].sql, strlen(cases[i].sql), &class);
        if (class.kind != cases[i].kind || class.rest_kind != cases[i].rest_kind ||
            class.analyze != cases[i].analyze || class.has_options != cases[i].has_options)
            fail_msg("classified wrongly: %s", cases[i].sql);
        if (cases[i].rest != NULL)
            assert_string_equal(cases[i].sql + class.rest, cases[i].rest);
    }
    {
        struct statement_class class;

        lexer_classify(" -- x\n ;\n SELECT 1", 18, &class);
        assert_int_equal(class.first, 10);
    }
}

/* What DuckDB takes behind CREATE TABLE … AS and not alone, or as something else. */
static void test_storable(void **state)
{
    static const struct {
        const char *sql;
        bool storable;
    } cases[] = {
        {"SELECT 1", true},
        {"SELECT 1;", true},
        {"(FROM t WHERE a = 'into')", true},
        {"SELECT \"into\" FROM t -- into", true},
        {"SELECT a INTO b FROM t", false},
        {"(SELECT a into b FROM t)", false},
        {"SELECT a FROM t FOR UPDATE", false},
        {"SELECT a FROM t FOR /* x */ No KEY UPDATE", false},
        {"SELECT a FROM t FOR SHARE OF t", false},
        {"SELECT a FROM t FOR KEY SHARE", false},
        {"SELECT [x + 1 FOR x IN l] FROM t", true},
        {"SELECT substring(update FROM 1 FOR 2) FROM t", true},
        {"SELECT a FROM t WITH NO DATA", false},
        {"SELECT a FROM t AS data ;", false},
        {"SELECT a FROM data AS t", true},
        {"", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (lexer_is_storable(cases[i].sql, strlen(cases[i].sql)) != cases[i].storable)
            fail_msg("judged wrongly: %s", cases[i].sql);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test_setup_teardown(test_corpus_agrees, open_duckdb, close_duckdb),
        cmocka_unit_test_setup_teardown(test_random_scripts_agree, open_duckdb, close_duckdb),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_long_literals),
        cmocka_unit_test(test_classify),
        cmocka_unit_test(test_storable),
        cmocka_unit_test(test_queries_of_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
