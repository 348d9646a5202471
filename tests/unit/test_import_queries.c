/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries through DuckDB's planner and the importer: what is declined and as what, and what the trees of the traps hold.
 * Every kind of verdict that the importer gives stands here at least once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "duckdb.h"
#include "engine/planning.h"
#include "import/import.h"
#include "plan/codec.h"
#include "plan/object.h"

static char folder[] = "/tmp/eider-import-XXXXXX";
static duckdb_database database;
static duckdb_connection connection;
static struct engine *engine;
static struct engine_planner *planner;

static void run(const char *sql)
{
    duckdb_result result;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static int set_up(void **state)
{
    struct eider_error err;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    run("SET threads = 1");
    run("CREATE TABLE t (a INTEGER, b BIGINT, s VARCHAR, d DOUBLE, dec DECIMAL(12, 2), day DATE, ts "
        "TIMESTAMP, tz TIMESTAMPTZ, l INTEGER[], "
        "st STRUCT(x INTEGER, y VARCHAR), bits BIT)");
    run("INSERT INTO t SELECT i, i, 's' || i, i, i, DATE '2020-01-01' + i::INTEGER, TIMESTAMP '2020-01-01', "
        "TIMESTAMPTZ '2020-01-01 00:00:00+00', [i], "
        "{'x': i, 'y': 'y'}, '101'::BIT FROM range(50) r(i)");
    run("CREATE TABLE u AS SELECT a, b, s FROM t");
    run("CREATE SEQUENCE seq");
    run("CREATE TYPE money AS DECIMAL(12, 2)");
    run("CREATE MACRO abs(x) AS 42");
    run("COPY (SELECT a, b, s, d FROM t) TO 'p.parquet' (FORMAT parquet)");
    run("COPY (SELECT a, a % 2 AS g FROM t) TO 'hive' (FORMAT parquet, PARTITION_BY (g))");
    run("COPY (SELECT a FROM t) TO 'c.csv'");
    run("COPY (SELECT a FROM t) TO 'j.json'");
    assert_int_equal(engine_open(database, &engine, &err), EIDER_OK);
    assert_int_equal(engine_planner_new(engine, connection, &planner, &err), EIDER_OK);
    return 0;
}

static int tear_down(void **state)
{
    char command[sizeof(folder) + 16];

    (void)state;
    engine_planner_free(planner);
    engine_unref(engine);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

/* Plans and imports; the tree, printed, or NULL with the verdict set. */
static char *import_query(const char *sql, struct verdict *verdict)
{
    struct engine_plan_request request = {.sql = sql, .flags = ENGINE_PLAN_TREE | ENGINE_PLAN_COLUMNS};
    struct arena *arena = arena_new();
    struct engine_plan plan;
    struct imported imported = {.root = NULL};
    struct eider_error err = {0};
    struct buf text;
    char *tree = NULL;
    size_t bytes;

    memset(verdict, 0, sizeof(*verdict));
    if (engine_plan(planner, &request, arena, &plan, verdict, &err) != EIDER_OK)
        fail_msg("%s: %s", sql, err.message);
    if (verdict->kind == VERDICT_DISTRIBUTABLE) {
        struct import_input input = {.plan_json = plan.plan_json, .plan_bytes = plan.plan_bytes};
        assert_int_equal(import_plan(arena, &input, &imported, verdict, &err), EIDER_OK);
    }
    assert_int_equal(imported.root != NULL, verdict->kind == VERDICT_DISTRIBUTABLE);
    if (imported.root != NULL) {
        if (plan_check_roundtrip(imported.root, &err) != EIDER_OK)
            fail_msg("%s: %s", sql, err.message);
        assert_int_equal(plan.columns.count, imported.root->columns.count);
        for (uint32_t i = 0; i < plan.columns.count; i++) {
            if (!type_equal(plan.columns.items[i].type, imported.root->columns.items[i].type))
                fail_msg("%s: column %u has another type in the tree", sql, i);
        }
        buf_init(&text, (size_t)8 << 20);
        node_print(&text, imported.root);
        tree = buf_take(&text, &bytes);
        assert_non_null(tree);
    }
    arena_free(arena);
    return tree;
}

struct declined_case {
    const char *sql;
    enum verdict_kind kind;
};

static void check_declined(const struct declined_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct verdict verdict;
        char *tree = import_query(cases[i].sql, &verdict);

        if (verdict.kind != cases[i].kind)
            fail_msg("%s\nexpected %s, but is %s: %s", cases[i].sql, verdict_kind_name(cases[i].kind),
                     verdict_kind_name(verdict.kind), verdict.reason);
        assert_true(tree != NULL || verdict.reason[0] != '\0');
        free(tree);
    }
}

#define CHECK_DECLINED(cases) check_declined(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_statements(void **state)
{
    static const struct declined_case cases[] = {
        {"INSERT INTO u VALUES (1, 2, 'x')", VERDICT_NOT_A_QUERY},
        {"CREATE TABLE z AS SELECT 1", VERDICT_NOT_A_QUERY},
        {"WITH w AS (SELECT 1 AS a) INSERT INTO u SELECT a, a, '' FROM w", VERDICT_NOT_A_QUERY},
        {"WITH w AS MATERIALIZED (SELECT 1 AS a) DELETE FROM u WHERE a IN (FROM w)", VERDICT_NOT_A_QUERY},
        {"/* SELECT */ -- SELECT\n UPDATE u SET a = 1", VERDICT_NOT_A_QUERY},
        {"EXPLAIN SELECT 1", VERDICT_NOT_A_QUERY},
        {"DESCRIBE u", VERDICT_NOT_A_QUERY},
        {"SELECTION", VERDICT_NOT_A_QUERY},
        {"SET threads = 1", VERDICT_NOT_A_QUERY},
        {"", VERDICT_NOT_A_QUERY},
        {"SELECT * FROM nowhere", VERDICT_PLAN_REFUSED},
        {"SELECT nothing FROM u", VERDICT_PLAN_REFUSED},
        {"SELECT (((", VERDICT_PLAN_REFUSED},
        {"SELECT 1; SELECT 2", VERDICT_PLAN_REFUSED},
        {"PIVOT u ON a USING sum(b)", VERDICT_PLAN_REFUSED},
        {"SELECT a FROM u WHERE a = ?", VERDICT_PARAMETER},
        {"(((SELECT 1)))", VERDICT_DISTRIBUTABLE},
        {"/* a /* nested */ comment */ FROM u", VERDICT_DISTRIBUTABLE},
        {"TABLE u;", VERDICT_DISTRIBUTABLE},
        {"SUMMARIZE u", VERDICT_DISTRIBUTABLE},
    };

    (void)state;
    CHECK_DECLINED(cases);
}

static void test_operators(void **state)
{
    static const struct declined_case cases[] = {
        {"WITH RECURSIVE r(x, y) USING KEY (x) AS (SELECT 1, 2 UNION SELECT x, y + 1 FROM r WHERE y < 5) "
         "FROM r",
         VERDICT_OPERATOR_FIELD},
        {"SELECT a FROM u LIMIT (SELECT 3)", VERDICT_OPERATOR_FIELD},
        {"SELECT * FROM u, (VALUES (u.a), (u.b)) v", VERDICT_DISTRIBUTABLE},
        {"SELECT (a, b) = ANY (SELECT a, b FROM u) AND a <> ANY (SELECT a FROM u) FROM t",
         VERDICT_DISTRIBUTABLE},
        {"SELECT a FROM t WHERE a > (SELECT b FROM u WHERE u.a > t.a)", VERDICT_DISTRIBUTABLE},
        {"SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN a PRECEDING AND CURRENT ROW) FROM u",
         VERDICT_DISTRIBUTABLE},
        {"SELECT sum(a) OVER (ORDER BY (a + 1) RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM u",
         VERDICT_DISTRIBUTABLE},
        {"SELECT sum(a) OVER (ORDER BY 1.5 RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM u",
         VERDICT_WINDOW_FRAME},
        {"FROM t POSITIONAL JOIN u", VERDICT_DISTRIBUTABLE},
        {"SELECT unnest(NULL)", VERDICT_EXPRESSION},
    };

    (void)state;
    CHECK_DECLINED(cases);
}

static void test_functions(void **state)
{
    static const struct declined_case cases[] = {
        {"SELECT random() FROM u", VERDICT_VOLATILE_FUNCTION},
        {"SELECT a FROM u WHERE random() < 0.5", VERDICT_VOLATILE_FUNCTION},
        {"SELECT count(DISTINCT uuid()) FROM u", VERDICT_VOLATILE_FUNCTION},
        {"SELECT list_transform(l, x -> x + random()) FROM t", VERDICT_VOLATILE_FUNCTION},
        {"SELECT nextval('seq') FROM u", VERDICT_VOLATILE_FUNCTION},
        {"SELECT alias(a) FROM u", VERDICT_VOLATILE_FUNCTION},
        {"SELECT vector_type(a) FROM u", VERDICT_VOLATILE_FUNCTION},
        {"SELECT age(ts) FROM t", VERDICT_SESSION_FUNCTION},
        {"SELECT json_serialize_sql(s) FROM u", VERDICT_SESSION_FUNCTION},
        {"SELECT in_search_path(s, 'main') FROM u", VERDICT_SESSION_FUNCTION},
        {"SELECT now(), current_date, current_schema(), current_setting('threads'), version() FROM u",
         VERDICT_DISTRIBUTABLE},
        {"SELECT age(ts, ts), error(s), abs(a), system.main.abs(a), \"+\"(a, 1) FROM t",
         VERDICT_DISTRIBUTABLE},
        {"SELECT year(tz), date_trunc('month', tz), date_part(['year'], tz), strftime(tz, '%c') FROM t",
         VERDICT_DISTRIBUTABLE},
        {"SELECT list_aggregate(l, 'histogram'), list_sort(l), list_aggregate(l, 'string_agg', '/') FROM t",
         VERDICT_DISTRIBUTABLE},
        {"SELECT bitstring_agg(a, 0, 100), reservoir_quantile(a, 0.5, 100), mad(d), quantile(a, [0.5, 0.1]), "
         "mode(a) FROM t",
         VERDICT_DISTRIBUTABLE},
        {"SELECT quantile_disc(l, 0.5), quantile_disc(l, [0.5]) FROM t", VERDICT_DISTRIBUTABLE},
    };

    (void)state;
    CHECK_DECLINED(cases);
}

static void test_types(void **state)
{
    static const struct declined_case cases[] = {
        {"SELECT row(a, b), [row(a, b)], row(row(a), NULL) FROM u", VERDICT_DISTRIBUTABLE},
        {"SELECT row(a, b) FROM u UNION ALL SELECT row(0.5, 1) FROM u", VERDICT_DISTRIBUTABLE},
        {"SELECT [row(a, b)] FROM u UNION ALL SELECT [row(0.5, 1)] FROM u", VERDICT_TYPE},
        {"SELECT a::VARIANT FROM u", VERDICT_TYPE},
        {"SELECT a::money FROM u", VERDICT_DISTRIBUTABLE},
        {"SELECT bits FROM t", VERDICT_DISTRIBUTABLE},
        {"SELECT a, '1'::BIT FROM u", VERDICT_CONSTANT},
        {"SELECT a, 12::BIGNUM FROM u", VERDICT_CONSTANT},
        {"SELECT a, '{}'::JSON, s::JSON FROM u", VERDICT_DISTRIBUTABLE},
        {"SELECT s COLLATE NOCASE, s COLLATE de.noaccent FROM u ORDER BY 1, 2", VERDICT_DISTRIBUTABLE},
        {"SELECT NULL, [], [NULL], {'a': NULL} FROM u", VERDICT_DISTRIBUTABLE},
    };

    (void)state;
    CHECK_DECLINED(cases);
}

static void test_scans(void **state)
{
    static const struct declined_case cases[] = {
        {"FROM 'c.csv'", VERDICT_TABLE_FUNCTION},
        {"FROM 'j.json'", VERDICT_TABLE_FUNCTION},
        {"FROM duckdb_settings()", VERDICT_TABLE_FUNCTION},
        {"FROM glob('*')", VERDICT_TABLE_FUNCTION},
        {"FROM read_text('c.csv')", VERDICT_TABLE_FUNCTION},
        {"FROM range(3) AS t(a)", VERDICT_DISTRIBUTABLE},
        {"FROM repeat('x', 3)", VERDICT_DISTRIBUTABLE},
        {"SELECT u.a, e.key FROM u, json_each('{\"a\": ' || u.a || '}') e", VERDICT_DISTRIBUTABLE},
        {"FROM read_parquet('p.parquet', schema := MAP {0: {name: 'x', type: 'INTEGER', default_value: "
         "NULL}})",
         VERDICT_PARQUET_OPTION},
        {"SELECT a FROM read_parquet('hive/*/*.parquet', union_by_name := true) WHERE g = 1",
         VERDICT_PARQUET_OPTION},
        {"SELECT a FROM read_parquet('hive/*/*.parquet', union_by_name := true)", VERDICT_DISTRIBUTABLE},
        {"SELECT a, g FROM read_parquet('hive/*/*.parquet') WHERE g = 7", VERDICT_DISTRIBUTABLE},
    };

    (void)state;
    CHECK_DECLINED(cases);
}

/* ---- What the trees of the traps hold ---- */

static const struct {
    const char *sql;
    const char *holds[4];
} traps[] = {
    /* the file's names, not the query's */
    {"SELECT x FROM read_parquet('p.parquet') AS t(x, y) WHERE y > 3",
     {"name: \"a\", path: []", "name: \"b\", path: []"}},
    /* columns that a filter alone needs are read, and do not leave the scan */
    {"SELECT s FROM 'p.parquet' WHERE a = 5",
     {"projection: [1]", "op: =, left: column{type: integer, index: 0"}},
    {"SELECT a FROM read_parquet('p.parquet', file_row_number := true) WHERE file_row_number = 3",
     {"role: file_row_number"}},
    {"FROM read_parquet('hive/*/*.parquet', hive_types := {'g': VARCHAR})",
     {"name: \"hive_types\"", "bytes: \"VARCHAR\""}},
    {"FROM read_parquet('p.parquet', filename := 'f')",
     {"name: \"filename\", expr: string{type: varchar, bytes: \"f\"}"}},
    {"SELECT a FROM read_parquet('hive/*/*.parquet') WHERE g = 7", {"empty{"}},
    /* an offset is what it was in the query */
    {"SELECT sum(b) OVER (ORDER BY a DESC RANGE BETWEEN 3 PRECEDING AND 1 FOLLOWING) FROM u",
     {"start_bound: PRECEDING, start: integer{type: integer, upper: 0, lower: 3}",
      "end_bound: FOLLOWING, end: integer{type: integer, upper: 0, lower: 1}"}},
    {"SELECT lag(a, 1, 7) OVER (), lead(a) OVER (), row_number() OVER () FROM u",
     {"name: \"lag\", args: [column{type: integer, index: 0, name: \"a\"}, "}},
    /* arguments come back */
    {"SELECT string_agg(s, '; ') FROM u",
     {"name: \"string_agg\", args: [column{type: varchar, index: 0, name: \"s\"}, string{type: varchar, "
      "bytes: \"; \"}]"}},
    {"SELECT quantile_cont(d, -0.25) FROM t",
     {"integer{type: decimal{width: 3, scale: 2}, upper: -1, lower: 18446744073709551591"}},
    {"SELECT date_part(['year', 'day'], day) FROM t",
     {"args: [nested{type: list{child: varchar}, children: [string{type: varchar, bytes: \"year\"}"}},
    {"SELECT list_reduce(l, (x, i) -> x + i, 5) FROM t",
     {"lambda{type: integer, level: 0, parameters: 2",
      "lambda_parameter{type: integer, level: 0, position: 1}", "lower: 5}"}},
    {"SELECT list_transform(l, x -> list_sum(list_transform(l, y -> y + x + a))) FROM t",
     {"level: 1, parameters: 1", "lambda_parameter{type: integer, level: 0, position: 0}"}},
    {"SELECT count(*), count(a), sum(a), sum(dec) FROM t",
     {"name: \"count\", args: []", "name: \"sum\", args: [column{type: integer"}},
    {"SELECT l[:2], l[2:], l[1:-:2] FROM t",
     {"slice{type: list{child: integer}, value: column{type: list{child: integer}, index: 0, name: "
      "\"l\"}, begin: none"}},
    /* joins */
    {"SELECT t.a FROM t LEFT JOIN u ON t.a = u.a AND t.b + u.b > 5 AND u.b < t.b",
     {"hash_join{", "conditions: [{left: column{type: integer, index: 0",
      "op: >, left: function{type: bigint, name: \"+\""}},
    {"SELECT t.a FROM t LEFT JOIN u ON t.b + u.b > 5", {"nested_loop_join{", "residual: comparison"}},
    {"SELECT t.a FROM t JOIN u ON t.a < u.a AND t.b > u.b", {"nested_loop_join{", "op: <", "op: >"}},
    {"SELECT a FROM t WHERE EXISTS (FROM u WHERE u.a = t.a AND u.b <> t.b)",
     {"hash_join{", "Semi, conditions"}},
    {"SELECT a, a IN (SELECT a FROM u) FROM t", {"type: LeftMark", "name: \"mark\", type: boolean"}},
    {"SELECT a, (SELECT s FROM u WHERE u.a = t.a) FROM t", {"type: LeftSingle"}},
    {"SELECT a, (SELECT count(*) FROM u WHERE u.a < t.a) FROM t",
     {"cte{", "distinct{", "cte_ref{", "nested_loop_join{"}},
    /* distinct */
    {"SELECT a FROM t UNION SELECT a FROM u", {"distinct{", "union{"}},
    {"WITH RECURSIVE r AS (SELECT a FROM u UNION SELECT 1) FROM r", {"distinct{", "union{"}},
    {"SELECT DISTINCT ON (a) a, s FROM u ORDER BY a, s DESC",
     {"targets: [column{type: integer, index: 0", "descending: true"}},
    {"SELECT a FROM u LIMIT 0", {"empty{"}},
    {"SELECT DISTINCT s COLLATE NOCASE FROM u", {"targets: [function{type: varchar, name: \"lower\""}},
    {"SELECT * FROM range(2, 9, 3) WITH ORDINALITY AS r(x, o)", {"names: [\"x\"]"}},
    {"SELECT u.a, r.x FROM u, range(u.a) r(x)", {"lateral_function{", "cast{type: bigint", "passed: [1]"}},
    {"SELECT a FROM u USING SAMPLE 3 ROWS (reservoir, 7)", {"sample{", "has_seed: true, seed: 7"}},
    {"SELECT a FROM u TABLESAMPLE 10%", {"sample{", "method: \"System\""}},
    {"SELECT a FROM u LIMIT 20 % OFFSET 2", {"has_percent: true, percent: 20", "offset: 2"}},
    {"SELECT '\\x01\\xFE\\x5C'::BLOB, UUID '00000000-0000-0000-0000-000000000001' FROM u",
     {"bytes: \"\\x01\xfe\\\\", "type: uuid, upper: 0, lower: 1"}},
};

static void test_traps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        struct verdict verdict;
        char *tree = import_query(traps[i].sql, &verdict);

        if (tree == NULL)
            fail_msg("%s: %s: %s", traps[i].sql, verdict_kind_name(verdict.kind), verdict.reason);
        for (size_t k = 0; k < 4 && traps[i].holds[k] != NULL; k++) {
            if (strstr(tree, traps[i].holds[k]) == NULL)
                fail_msg("%s\nholds no %s:\n%s", traps[i].sql, traps[i].holds[k], tree);
        }
        free(tree);
    }
}

/* A long list of conditions is no deep plan. */
static void test_sizes(void **state)
{
    struct verdict verdict;
    struct buf sql;
    char *tree;

    (void)state;
    buf_init(&sql, (size_t)1 << 20);
    buf_puts(&sql, "SELECT a FROM u WHERE a = 0");
    for (int i = 0; i < 700; i++)
        buf_printf(&sql, " OR (b = %d AND s = 's%d')", i, i);
    tree = import_query(sql.data, &verdict);
    assert_non_null(tree);
    free(tree);
    buf_done(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements), cmocka_unit_test(test_operators), cmocka_unit_test(test_functions),
        cmocka_unit_test(test_types),      cmocka_unit_test(test_scans),     cmocka_unit_test(test_traps),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
