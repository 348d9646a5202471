/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning on the application's connection: what it gives, and that it leaves no trace: the settings that it changes
 * for a moment are as before on every path.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "duckdb.h"
#include "engine/planning.h"

#define ALL (ENGINE_PLAN_TREE | ENGINE_PLAN_COLUMNS)

struct session {
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct engine_planner *planner;
    struct arena *arena;
    struct engine_plan plan;
    struct verdict verdict;
    struct eider_error err;
};

static void run(struct session *session, const char *sql)
{
    duckdb_result result;

    if (duckdb_query(session->connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static void run_failing(struct session *session, const char *sql)
{
    duckdb_result result;

    assert_int_equal(duckdb_query(session->connection, sql, &result), DuckDBError);
    duckdb_destroy_result(&result);
}

static void open_planner(struct session *session)
{
    if (engine_planner_new(session->engine, session->connection, &session->planner, &session->err) !=
        EIDER_OK)
        fail_msg("%s", session->err.message);
}

static int set_up(void **state)
{
    struct session *session = calloc(1, sizeof(*session));

    assert_non_null(session);
    assert_int_equal(duckdb_open(NULL, &session->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(session->database, &session->connection), DuckDBSuccess);
    run(session, "SET threads = 1");
    run(session, "CREATE TABLE t AS SELECT i AS a, 's' || i AS s FROM range(100) r(i)");
    assert_int_equal(engine_open(session->database, &session->engine, &session->err), EIDER_OK);
    open_planner(session);
    session->arena = arena_new();
    assert_non_null(session->arena);
    *state = session;
    return 0;
}

static int tear_down(void **state)
{
    struct session *session = *state;

    arena_free(session->arena);
    engine_planner_free(session->planner);
    engine_unref(session->engine);
    duckdb_disconnect(&session->connection);
    duckdb_close(&session->database);
    free(session);
    return 0;
}

static enum eider_status plan(struct session *session, const char *sql, unsigned flags)
{
    struct engine_plan_request request = {.sql = sql, .flags = flags};

    memset(&session->verdict, 0, sizeof(session->verdict));
    return engine_plan(session->planner, &request, session->arena, &session->plan, &session->verdict,
                       &session->err);
}

static char *setting(struct session *session, const char *name)
{
    duckdb_client_context context = NULL;
    duckdb_value value;
    char *text;

    duckdb_connection_get_client_context(session->connection, &context);
    value = duckdb_client_context_get_config_option(context, name, NULL);
    text = duckdb_get_varchar(value);
    duckdb_destroy_value(&value);
    duckdb_destroy_client_context(&context);
    return text;
}

static void assert_setting(struct session *session, const char *name, const char *expected)
{
    char *value = setting(session, name);

    assert_string_equal(value, expected);
    duckdb_free(value);
}

/* ---- What it gives ---- */

static void test_texts_and_columns(void **state)
{
    struct session *session = *state;

    assert_int_equal(plan(session, "SELECT a, a + 1, s AS \"odd \"\"name\", a FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_non_null(strstr(session->plan.plan_json, "\"LOGICAL_GET\""));
    assert_int_equal(strlen(session->plan.plan_json), session->plan.plan_bytes);
    assert_int_equal(session->plan.columns.count, 4);
    assert_true(str_is(session->plan.columns.items[1].name, "(a + 1)"));
    assert_true(str_is(session->plan.columns.items[2].name, "odd \"name"));
    assert_true(str_is(session->plan.columns.items[3].name, "a"));
    assert_int_equal(session->plan.columns.items[3].type->tag, TYPE_BIGINT);

    assert_int_equal(plan(session, "SELECT a FROM t", ENGINE_PLAN_TREE), EIDER_OK);
    assert_int_equal(session->plan.columns.count, 0);
    assert_int_equal(plan(session, "SELECT a FROM t", ENGINE_PLAN_COLUMNS), EIDER_OK);
    assert_string_equal(session->plan.plan_json, "");
    assert_int_equal(session->plan.columns.count, 1);
}

/* Plans are those without the optimizers that DUCKDB cannot serialise, whatever the user's own list. */
static void test_optimizers(void **state)
{
    struct session *session = *state;

    run(session, "SET disabled_optimizers = 'filter_pushdown'");
    assert_int_equal(plan(session,
                          "SELECT a, count(*), count(a), avg(a), sum(a) FROM t GROUP BY a ORDER BY a",
                          ENGINE_PLAN_TREE),
                     EIDER_OK);
    assert_null(strstr(session->plan.plan_json, "__internal_compress"));
    assert_non_null(strstr(session->plan.plan_json, "\"LOGICAL_AGGREGATE_AND_GROUP_BY\""));
    assert_setting(session, "disabled_optimizers", "filter_pushdown");
    assert_int_equal(plan(session, "SELECT a FROM t WHERE a > 5", ENGINE_PLAN_TREE), EIDER_OK);
    assert_non_null(strstr(session->plan.plan_json, "\"LOGICAL_FILTER\"")); /* the user's choice counts */
    run(session, "RESET disabled_optimizers");
    assert_int_equal(plan(session, "SELECT a FROM t WHERE a > 5", ENGINE_PLAN_TREE), EIDER_OK);
    assert_null(strstr(session->plan.plan_json, "\"LOGICAL_FILTER\""));
    assert_setting(session, "disabled_optimizers", "");
}

/* The session's own objects and settings count; a macro of the helper's name does not. */
static void test_session_objects(void **state)
{
    struct session *session = *state;

    run(session, "CREATE TEMP TABLE mine AS SELECT 1 AS x");
    run(session, "CREATE SCHEMA other");
    run(session, "CREATE TABLE other.hidden AS SELECT 2 AS y");
    run(session, "SET search_path = 'other,main'");
    run(session, "SET VARIABLE v = 7");
    run(session, "CREATE MACRO main.json_serialize_plan(a, b := 1) AS 'macro'");
    run(session, "BEGIN");
    run(session, "CREATE TABLE fresh AS SELECT 3 AS z");
    assert_int_equal(plan(session, "SELECT x, y, z, getvariable('v') FROM mine, hidden, fresh", ALL),
                     EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_int_equal(session->plan.columns.count, 4);
    assert_non_null(strstr(session->plan.plan_json, "\"fresh\""));
    run(session, "ROLLBACK");
    run(session, "DROP MACRO main.json_serialize_plan");
}

/* ---- No trace ---- */

static void test_settings_stay(void **state)
{
    static const char *const statements[] = {"SELECT a FROM t",
                                             "SELECT nothing FROM t",
                                             "SELECT ((",
                                             "FROM nowhere",
                                             "SELECT ?",
                                             "SELECT 1; SELECT 2",
                                             "DROP TABLE t",
                                             "SELECT '1'::BIT",
                                             "SELECT error('x')",
                                             "SELECT a::VARIANT FROM t",
                                             "FROM read_parquet('none')",
                                             ""};
    struct session *session = *state;

    run(session, "SET GLOBAL disabled_optimizers = 'join_order,in_clause'");
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        assert_int_equal(plan(session, statements[i], ALL), EIDER_OK);
        assert_setting(session, "disabled_optimizers", "in_clause,join_order");
    }
}

static void test_verdicts(void **state)
{
    static const struct {
        const char *set;
        const char *reset;
    } settings[] = {
        {"SET integer_division = true", "RESET integer_division"},
        {"SET preserve_identifier_case = false", "RESET preserve_identifier_case"},
    };
    struct session *session = *state;

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        run(session, settings[i].set);
        assert_int_equal(plan(session, "SELECT a / 3 FROM t", ALL), EIDER_OK);
        assert_int_equal(session->verdict.kind, VERDICT_SETTING);
        run(session, settings[i].reset);
    }
    assert_int_equal(plan(session, "SELECT nothing FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind,
                     VERDICT_DISTRIBUTABLE); /* the text says it: import_plan reads that */
    assert_non_null(strstr(session->plan.plan_json, "\"error\":true"));
    assert_int_equal(plan(session, "  -- nothing\n DROP TABLE t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_NOT_A_QUERY);
    assert_int_equal(plan(session, "SELECT a::VARIANT FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_TYPE);
    run(session, "SET lock_configuration = true"); /* cannot be undone: last */
    assert_int_equal(plan(session, "SELECT a FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_SETTING);
}

/* In an aborted transaction nothing can be planned, and afterwards everything. */
static void test_aborted_transaction(void **state)
{
    struct session *session = *state;

    run(session, "BEGIN");
    run_failing(session, "SELECT error('stop') FROM t");
    run_failing(session, "SELECT 1");
    assert_int_equal(plan(session, "SELECT a FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_PLAN_REFUSED);
    assert_setting(session, "disabled_optimizers", "");
    run(session, "ROLLBACK");
    assert_int_equal(plan(session, "SELECT a FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_int_equal(session->plan.columns.count, 1);
}

/* Planning what DuckDB refuses does not abort the application's transaction. */
static void test_transaction_survives(void **state)
{
    struct session *session = *state;

    run(session, "BEGIN");
    run(session, "INSERT INTO t VALUES (1000, 'new')");
    assert_int_equal(plan(session, "SELECT nothing FROM t", ALL), EIDER_OK);
    assert_int_equal(plan(session, "SELECT ((", ALL), EIDER_OK);
    assert_int_equal(plan(session, "FROM read_parquet('/nowhere/x.parquet')", ALL), EIDER_OK);
    run(session, "SELECT 1");
    run(session, "COMMIT");
    assert_int_equal(plan(session, "SELECT a FROM t", ALL), EIDER_OK);
}

/* ---- Cancelling ---- */

static bool count_down(void *data)
{
    int *left = data;

    return (*left)-- <= 0;
}

/* cancelled() may say so at any of the steps. */
static void test_cancelled(void **state)
{
    struct session *session = *state;
    enum eider_status status = EIDER_ERROR_CANCELLED;
    int steps = 0;

    for (; status == EIDER_ERROR_CANCELLED; steps++) {
        int left = steps;
        struct engine_plan_request request = {
            .sql = "SELECT a FROM t", .flags = ALL, .cancelled = count_down, .data = &left};

        assert_true(steps < 20);
        memset(&session->verdict, 0, sizeof(session->verdict));
        status = engine_plan(session->planner, &request, session->arena, &session->plan, &session->verdict,
                             &session->err);
        assert_setting(session, "disabled_optimizers", "");
    }
    assert_int_equal(status, EIDER_OK);
    assert_true(steps > 2);
}

struct interrupter {
    duckdb_connection connection;
    atomic_bool stop;
};

static void *interrupt(void *data)
{
    struct interrupter *interrupter = data;

    while (!atomic_load(&interrupter->stop)) {
        duckdb_interrupt(interrupter->connection);
        usleep(200);
    }
    return NULL;
}

/* duckdb_interrupt ends planning, whichever step it meets, and leaves the settings alone. */
static void test_interrupted(void **state)
{
    struct session *session = *state;
    struct interrupter interrupter = {.connection = session->connection};
    pthread_t thread;
    int cancelled = 0;

    atomic_init(&interrupter.stop, false);
    assert_int_equal(pthread_create(&thread, NULL, interrupt, &interrupter), 0);
    for (int i = 0; i < 200 || (i < 100000 && cancelled == 0); i++) {
        enum eider_status status =
            plan(session,
                 "SELECT x.a, count(*) FROM t x, t y, t z WHERE x.a = y.a AND y.s = z.s GROUP BY x.a", ALL);

        assert_true(status == EIDER_OK || status == EIDER_ERROR_CANCELLED);
        cancelled += status == EIDER_ERROR_CANCELLED;
    }
    atomic_store(&interrupter.stop, true);
    pthread_join(thread, NULL);
    assert_true(cancelled > 0);
    assert_int_equal(plan(session, "SELECT a FROM t", ALL), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_setting(session, "disabled_optimizers", "");
}

/* ---- Text scans ---- */

static enum eider_status plan_text(struct session *session, const char *sql)
{
    struct engine_plan_request request = {
        .sql = sql, .flags = ENGINE_PLAN_TREE, .text_functions = TEXT_READ_CSV | TEXT_READ_CSV_AUTO};

    memset(&session->verdict, 0, sizeof(session->verdict));
    return engine_plan(session->planner, &request, session->arena, &session->plan, &session->verdict,
                       &session->err);
}

/* What stands for DuckDB's functions while there is a plan is gone afterwards. */
static void assert_no_macros(struct session *session)
{
    duckdb_result result;

    assert_int_equal(duckdb_query(session->connection,
                                  "SELECT count(*) FROM duckdb_functions() WHERE database_name = 'temp'",
                                  &result),
                     DuckDBSuccess);
    assert_int_equal(duckdb_value_int64(&result, 0, 0), 0);
    duckdb_destroy_result(&result);
}

static void test_text_scans(void **state)
{
    struct session *session = *state;
    char path[] = "/tmp/eider-test-planning-XXXXXX", text[256];

    assert_true(close(mkstemp(path)) == 0);
    snprintf(text, sizeof(text), "COPY t TO '%s' (FORMAT csv, HEADER)", path);
    run(session, text);
    snprintf(text, sizeof(text),
             "CREATE VIEW w AS SELECT s, a FROM read_csv('%s', header = true, delim = ',')", path);
    run(session, text);
    assert_int_equal(plan_text(session, "SELECT count(s) FROM w WHERE a > 7"), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_non_null(strstr(session->plan.plan_json, "\"eider_text_scan\""));
    assert_int_equal(session->plan.text_files.count, 1);
    assert_string_equal(session->plan.text_files.items[0].pattern, path);
    assert_int_equal(session->plan.text_files.items[0].files.count, 1);
    assert_true(session->plan.text_files.items[0].files.items[0].bytes > 400);
    assert_no_macros(session);

    assert_int_equal(plan_text(session, "SELECT nothing FROM w"), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_PLAN_REFUSED);
    assert_no_macros(session);

    run(session, "BEGIN");
    run(session, "CREATE TABLE mine AS SELECT 1 AS one");
    assert_int_equal(plan_text(session, "SELECT * FROM w, mine"), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_no_macros(session);
    run_failing(session, "SELECT 1/0::DECIMAL, error('x')");
    assert_int_equal(plan_text(session, "SELECT * FROM w, mine"), EIDER_OK);
    assert_int_not_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    run(session, "ROLLBACK");
    assert_no_macros(session);
    assert_int_equal(unlink(path), 0);
}

static void test_text_scans_interrupted(void **state)
{
    struct session *session = *state;
    struct interrupter interrupter = {.connection = session->connection};
    char path[] = "/tmp/eider-test-planning-XXXXXX", text[256];
    int cancelled = 0;
    pthread_t thread;

    assert_true(close(mkstemp(path)) == 0);
    snprintf(text, sizeof(text), "COPY t TO '%s' (FORMAT csv, HEADER)", path);
    run(session, text);
    snprintf(text, sizeof(text),
             "SELECT x.a, count(*) FROM t x, read_csv('%s') y WHERE x.a = y.a GROUP BY x.a", path);
    atomic_init(&interrupter.stop, false);
    assert_int_equal(pthread_create(&thread, NULL, interrupt, &interrupter), 0);
    for (int i = 0; i < 100 || (i < 100000 && cancelled == 0); i++) {
        enum eider_status status = plan_text(session, text);

        if (status != EIDER_OK && status != EIDER_ERROR_CANCELLED)
            fail_msg("%s", session->err.message);
        cancelled += status == EIDER_ERROR_CANCELLED;
    }
    atomic_store(&interrupter.stop, true);
    pthread_join(thread, NULL);
    assert_true(cancelled > 0);
    assert_no_macros(session);
    assert_int_equal(plan_text(session, text), EIDER_OK);
    assert_int_equal(session->verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_int_equal(unlink(path), 0);
}

/* ---- Several at once ---- */

struct planning_thread {
    struct session *session;
    duckdb_connection connection;
    struct engine_planner *planner;
    pthread_t thread;
};

static void *plan_often(void *data)
{
    struct planning_thread *mine = data;
    struct engine_plan_request request = {.sql = "SELECT a, count(*), count(a) FROM t GROUP BY a ORDER BY a",
                                          .flags = ALL};

    for (int i = 0; i < 30; i++) {
        struct arena *arena = arena_new();
        struct engine_plan result;
        struct verdict verdict = {0};
        struct eider_error err;

        if (arena == NULL ||
            engine_plan(mine->planner, &request, arena, &result, &verdict, &err) != EIDER_OK ||
            verdict.kind != VERDICT_DISTRIBUTABLE || strstr(result.plan_json, "__internal") != NULL)
            abort();
        arena_free(arena);
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct session *session = *state;
    struct planning_thread threads[4];

    run(session, "SET GLOBAL disabled_optimizers = 'in_clause'");
    for (size_t i = 0; i < 4; i++) {
        threads[i].session = session;
        assert_int_equal(duckdb_connect(session->database, &threads[i].connection), DuckDBSuccess);
        assert_int_equal(
            engine_planner_new(session->engine, threads[i].connection, &threads[i].planner, &session->err),
            EIDER_OK);
    }
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i].thread, NULL, plan_often, &threads[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i].thread, NULL);
        engine_planner_free(threads[i].planner);
        duckdb_disconnect(&threads[i].connection);
    }
    assert_setting(session, "disabled_optimizers", "in_clause");
}

/* What somebody else sets while a query is planned stays. */
static bool set_optimizers(void *data)
{
    struct session *session = data;
    duckdb_connection other;
    duckdb_result result;
    char *now = setting(session, "disabled_optimizers");

    if (strstr(now, "row_group_pruner") != NULL) { /* planning has begun */
        assert_int_equal(duckdb_connect(session->database, &other), DuckDBSuccess);
        assert_int_equal(duckdb_query(other, "SET GLOBAL disabled_optimizers = 'top_n'", &result),
                         DuckDBSuccess);
        duckdb_destroy_result(&result);
        duckdb_disconnect(&other);
    }
    duckdb_free(now);
    return false;
}

static void test_changed_meanwhile(void **state)
{
    struct session *session = *state;
    struct engine_plan_request request = {
        .sql = "SELECT a FROM t", .flags = ALL, .cancelled = set_optimizers, .data = session};

    memset(&session->verdict, 0, sizeof(session->verdict));
    assert_int_equal(engine_plan(session->planner, &request, session->arena, &session->plan,
                                 &session->verdict, &session->err),
                     EIDER_OK);
    assert_setting(session, "disabled_optimizers", "top_n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_texts_and_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_optimizers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_session_objects, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_settings_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_aborted_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_transaction_survives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_scans, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_scans_interrupted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changed_meanwhile, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
