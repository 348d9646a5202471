/* SPDX-License-Identifier: Apache-2.0 */
/* Names and types of a result, from DuckDB's plan of a table that is made of the query: where they are certain, and where
 * they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "duckdb.h"
#include "engine/planning.h"
#include "import/import.h"
#include "plan/display.h"
#include "plan/object.h"

struct lab {
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct engine_planner *planner;
};

static int set_up(void **state)
{
    struct lab *lab = calloc(1, sizeof(*lab));
    struct eider_error err;
    duckdb_result result;

    assert_non_null(lab);
    assert_int_equal(duckdb_open(NULL, &lab->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(lab->database, &lab->connection), DuckDBSuccess);
    assert_int_equal(duckdb_query(lab->connection,
                                  "CREATE TABLE t AS SELECT i AS a, 's' || i AS s FROM range(9) r(i)",
                                  &result),
                     DuckDBSuccess);
    duckdb_destroy_result(&result);
    assert_int_equal(engine_open(lab->database, &lab->engine, &err), EIDER_OK);
    assert_int_equal(engine_planner_new(lab->engine, lab->connection, &lab->planner, &err), EIDER_OK);
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;

    engine_planner_free(lab->planner);
    engine_unref(lab->engine);
    duckdb_disconnect(&lab->connection);
    duckdb_close(&lab->database);
    free(lab);
    return 0;
}

/* "name TYPE, name TYPE": what the plan says of the result; "?" if it does not, "-" if there is no plan. */
static void check(struct lab *lab, const char *sql, const char *expected)
{
    struct engine_plan_request request = {.sql = sql, .flags = ENGINE_PLAN_TREE};
    struct arena *arena = arena_new();
    struct verdict verdict = {.kind = VERDICT_DISTRIBUTABLE};
    struct eider_error err;
    struct imported imported;
    struct engine_plan plan;
    struct buf text;

    assert_int_equal(engine_plan(lab->planner, &request, arena, &plan, &verdict, &err), EIDER_OK);
    assert_int_equal(
        import_plan(arena, &(struct import_input){.plan_json = plan.plan_json, .plan_bytes = plan.plan_bytes},
                    &imported, &verdict, &err),
        EIDER_OK);
    buf_init(&text, 1000);
    buf_puts(&text, imported.root == NULL ? "-" : imported.columns.count == 0 ? "?" : "");
    for (uint32_t i = 0; i < imported.columns.count; i++) {
        buf_printf(&text, "%s%s ", i > 0 ? ", " : "", imported.columns.items[i].name.data);
        type_text(&text, imported.columns.items[i].type);
    }
    assert_string_equal(text.data, expected);
    buf_done(&text);
    arena_free(arena);
}

static void test_certain(void **state)
{
    check(*state, "SELECT a, a + 1, s AS \"odd \"\"name\" FROM t",
          "a BIGINT, (a + 1) BIGINT, odd \"name VARCHAR");
    check(*state, "FROM t", "a BIGINT, s VARCHAR");
    check(*state, "TABLE t", "a BIGINT, s VARCHAR");
    check(*state, "(SELECT max(a) FROM t)", "max(a) BIGINT");
    check(*state, "WITH x AS (SELECT a FROM t) SELECT a::DECIMAL(9,2) AS d FROM x ORDER BY 1 DESC;",
          "d DECIMAL(9,2)");
    check(*state, "SELECT a AS x_1, a AS y_, a AS _2, a AS z2 FROM t -- the end",
          "x_1 BIGINT, y_ BIGINT, _2 BIGINT, z2 BIGINT");
    check(*state, "SELECT a AS DATA FROM t", "DATA BIGINT");
    check(*state, "SELECT NULL AS n, [NULL] AS l FROM t", "n INTEGER, l INTEGER[]");
}

/* A table cannot have what such a result has. */
static void test_uncertain(void **state)
{
    check(*state, "SELECT a, a FROM t", "?");
    check(*state, "SELECT a AS x, s AS X FROM t", "?");
    check(*state, "SELECT a AS x_1, s AS x FROM t", "?");
    check(*state, "SELECT a FROM t AS data", "?"); /* ends like WITH DATA */
}

/* What DuckDB refuses must not get a plan because it is right behind CREATE TABLE AS. */
static void test_refused(void **state)
{
    check(*state, "SELECT a FROM t WITH NO DATA", "-");
    check(*state, "SELECT a FROM t WITH DATA -- all of it", "-");
    check(*state, "SELECT a FROM t WITH NO /* none */ data;", "-");
    check(*state, "SELECT b FROM t", "-");
    check(*state, "WITH x AS (SELECT 1) INSERT INTO t SELECT 1, 'x'", "-");
}

static void test_nothing_is_made(void **state)
{
    struct lab *lab = *state;
    duckdb_result result;

    check(lab, "SELECT a FROM t", "a BIGINT");
    assert_int_equal(
        duckdb_query(lab->connection, "SELECT * FROM duckdb_tables() WHERE table_name <> 't'", &result),
        DuckDBSuccess);
    assert_int_equal(duckdb_row_count(&result), 0);
    duckdb_destroy_result(&result);
    assert_int_equal(duckdb_query(lab->connection, "BEGIN TRANSACTION READ ONLY", &result), DuckDBSuccess);
    duckdb_destroy_result(&result);
    check(lab, "SELECT a FROM t", "a BIGINT");
    assert_int_equal(duckdb_query(lab->connection, "COMMIT", &result), DuckDBSuccess);
    duckdb_destroy_result(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certain),
        cmocka_unit_test(test_uncertain),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_nothing_is_made),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
