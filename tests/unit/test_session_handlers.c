/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers of a session, over Parquet files made here: the rows stay the same whatever they answer, tasks run where they
 * say, what they fail with reaches the application, and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "coordinator/session.h"
#include "eider/eider.h"
#include "plan/context.h"
#include "plan/object.h"

#define ROWS    200000
#define WORKERS 4
#define SUM     "SELECT sum(v) FROM t WHERE v >= 0"
#define SUM_IS  "19999900000"
#define GROUPS                                                                                               \
    "SELECT count(*) FROM (SELECT a.g, count(*) AS n FROM t a JOIN t b ON a.v = b.v GROUP BY a.g) WHERE n "  \
    "= 2000"

static char folder[] = "/tmp/eider-test-handlers-XXXXXX";

struct fixture {
    duckdb_database database;
    duckdb_connection connection;
    struct eider_cluster *cluster;
    struct eider_session *session;
    struct eider_error err;
};

static void sql(duckdb_connection connection, const char *text)
{
    duckdb_result result;

    if (duckdb_query(connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static void open_fixture(struct fixture *f)
{
    char text[512];

    memset(f, 0, sizeof(*f));
    assert_int_equal(duckdb_open(NULL, &f->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(f->database, &f->connection), DuckDBSuccess);
    sql(f->connection, "SET threads = 2");
    snprintf(text, sizeof(text), "CREATE VIEW t AS SELECT * FROM read_parquet('%s/*.parquet')", folder);
    sql(f->connection, text);
    assert_int_equal(eider_cluster_new_local(WORKERS, &f->cluster, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

/* No query leaves an output behind. */
static void close_fixture(struct fixture *f)
{
    assert_int_equal(budget_used(engine_budget(f->session->engine)), 0);
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    duckdb_disconnect(&f->connection);
    duckdb_close(&f->database);
}

static void add(struct fixture *f, struct eider_handlers handlers)
{
    handlers.size = sizeof(handlers);
    if (handlers.name == NULL)
        handlers.name = "mine";
    assert_int_equal(eider_session_add_handlers(f->session, &handlers, &f->err), EIDER_OK);
}

/* The first cell of a distributed query is `expected`. Returns the tasks that there were. */
static uint32_t assert_answer(struct fixture *f, const char *text, const char *expected)
{
    struct eider_query *query = NULL;
    struct eider_query_stats stats;
    duckdb_result result;
    char *cell;

    if (eider_prepare(f->session, text, &query, &f->err) != EIDER_OK ||
        eider_query_run(query, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    if (!eider_query_is_distributed(query))
        fail_msg("%s: %s", text, eider_query_verdict(query));
    cell = duckdb_value_varchar(&result, 0, 0);
    assert_string_equal(cell, expected);
    duckdb_free(cell);
    duckdb_destroy_result(&result);
    eider_query_get_stats(query, &stats);
    eider_query_free(query);
    return stats.tasks;
}

static void assert_fails(struct fixture *f, const char *text, enum eider_status status, const char *message)
{
    duckdb_result result;

    f->err = (struct eider_error){.status = EIDER_OK};
    assert_int_equal(eider_query(f->session, text, &result, &f->err), status);
    assert_int_equal(f->err.status, status);
    assert_string_equal(f->err.message, message);
}

/* ---- Registration ---- */

static void count_free(void *data)
{
    ++*(int *)data;
}

static void handlers_live_as_long_as_the_session(void **unused)
{
    struct fixture f;
    struct eider_handlers handlers = {.size = sizeof(handlers), .free_data = count_free};
    char name[] = "short-lived";
    int freed = 0;

    (void)unused;
    open_fixture(&f);
    handlers.data = &freed;
    assert_int_equal(eider_session_add_handlers(NULL, &handlers, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_add_handlers(f.session, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_ERROR_ARGUMENT);
    handlers.name = "";
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_ERROR_ARGUMENT);
    handlers.name = name;
    handlers.size = 8;
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_ERROR_ARGUMENT);
    handlers.size = sizeof(handlers);
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_OK);
    memset(name, 'x', sizeof(name) - 1);
    assert_string_equal(f.session->handlers[0].name, "short-lived");
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_OK);
    assert_answer(&f, SUM, SUM_IS); /* they answer nothing */
    assert_int_equal(freed, 0);
    close_fixture(&f);
    assert_int_equal(freed, 2);
}

/* ---- Task counts ---- */

static enum eider_status desire(void *data, const struct eider_node *node, struct eider_task_count *ret,
                                struct eider_error *err)
{
    (void)err;
    if (node->tag == NODE_PARQUET_SCAN)
        *ret = *(const struct eider_task_count *)data;
    return EIDER_OK;
}

static void counts_are_what_handlers_say(void **unused)
{
    struct fixture f;
    struct eider_task_count count = {EIDER_TASKS_DESIRED, 3};
    struct eider_query *query;

    (void)unused;
    open_fixture(&f);
    assert_int_equal(assert_answer(&f, SUM, SUM_IS), 4);
    sql(f.connection, "SET eider_bytes_per_task = '1GB'");
    assert_int_equal(eider_prepare(f.session, SUM, &query, &f.err), EIDER_OK);
    assert_string_equal(eider_query_verdict_kind(query), "small"); /* and remembered */
    eider_query_free(query);
    add(&f, (struct eider_handlers){.desired_tasks = desire, .data = &count});
    assert_int_equal(assert_answer(&f, SUM, SUM_IS), 3);
    count.tasks = 0;
    assert_fails(&f, SUM, EIDER_ERROR_PLAN,
                 "handlers 'mine', desired_tasks: 0 tasks for DataSourceExec, but a stage has 1 to 100000 of "
                 "them");
    count.tasks = 2;
    assert_int_equal(assert_answer(&f, SUM, SUM_IS), 2);
    assert_answer(&f, GROUPS, "100");
    close_fixture(&f);
}

/* Whatever is answered for whichever node: the rows are the same. */
static enum eider_status desire_by_chance(void *data, const struct eider_node *node,
                                          struct eider_task_count *ret, struct eider_error *err)
{
    unsigned *state = data;

    (void)node;
    (void)err;
    *state = *state * 1103515245 + 12345;
    *ret =
        (struct eider_task_count){(enum eider_task_count_kind)((*state >> 16) % 3), 1 + (*state >> 20) % 5};
    return EIDER_OK;
}

static void counts_do_not_change_the_rows(void **unused)
{
    static const char *const queries[] = {
        "SELECT count(*) || ' ' || sum(n) FROM (SELECT a.g, count(*) AS n FROM t a JOIN t b ON a.v = b.v "
        "GROUP BY a.g)",
        "SELECT sum(g) || ' ' || count(*) FROM (SELECT DISTINCT g, v % 7 FROM t)",
        "SELECT sum(v) FROM (SELECT v FROM t ORDER BY v DESC LIMIT 10)",
        "SELECT sum(x) FROM (SELECT v AS x FROM t UNION ALL SELECT g FROM t UNION ALL SELECT 5 UNION ALL "
        "FROM range(9))",
        "SELECT sum(u) FROM (SELECT unnest([v, g]) AS u FROM t WHERE g < 50)",
        "SELECT count(*) FROM t WHERE v % 1000 IN (SELECT g FROM t WHERE v < 300)",
        "SELECT count(*) FROM t WHERE v NOT IN (SELECT v FROM t WHERE g = 3)",
        "WITH c AS (SELECT g, median(v) AS m FROM t GROUP BY g) SELECT count(*) FROM c a FULL JOIN c b ON "
        "a.m = b.m + 1",
        "SELECT sum(s) FROM (SELECT sum(v) OVER (PARTITION BY g) AS s FROM t WHERE v < 5000)",
        "SELECT count(*) FROM t a, range(3) r WHERE a.v < r.range * 1000",
        "SELECT count(*) FROM t LEFT JOIN local ON t.g = local.k",
        "SELECT sum(m) FROM (SELECT (SELECT max(b.v) FROM t b WHERE b.g = local.k) AS m FROM local)",
    };
    struct fixture f;
    duckdb_result result;
    unsigned state = 1, distributed = 0;

    (void)unused;
    open_fixture(&f);
    sql(f.connection, "CREATE TABLE local AS SELECT range AS k FROM range(0, 200, 2)");
    sql(f.connection, "SET eider_verdict_cache = false");
    add(&f, (struct eider_handlers){.desired_tasks = desire_by_chance, .data = &state});
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        char *expected, *cell;
        assert_int_equal(duckdb_query(f.connection, queries[i], &result), DuckDBSuccess);
        expected = duckdb_value_varchar(&result, 0, 0);
        duckdb_destroy_result(&result);
        for (int round = 0; round < 12; round++) {
            struct eider_query *query;
            if (eider_prepare(f.session, queries[i], &query, &f.err) != EIDER_OK ||
                eider_query_run(query, &result, &f.err) != EIDER_OK)
                fail_msg("%s: %s", queries[i], f.err.message);
            cell = duckdb_value_varchar(&result, 0, 0);
            if (strcmp(cell, expected) != 0)
                fail_msg("%s: %s, not %s\n%s", queries[i], cell, expected, eider_query_explain(query));
            distributed += eider_query_is_distributed(query);
            duckdb_free(cell);
            duckdb_destroy_result(&result);
            eider_query_free(query);
        }
        duckdb_free(expected);
    }
    assert_true(distributed > 60);
    close_fixture(&f);
}

/* ---- Leaves ---- */

struct scaler {
    enum eider_status status;
    uint32_t leaves, one_task; /* how many were asked for, and for one task */
};

/* The first file, nothing, and the second file. */
static const struct eider_node *file_by_file(struct arena *arena, const struct node_parquet_scan *scan)
{
    struct node_distributed_leaf *made = node_distributed_leaf_new(arena);
    struct node_empty *empty = node_empty_new(arena);

    empty->base.columns = scan->base.columns;
    made->leaf = &scan->base;
    made->base.columns = scan->base.columns;
    made->base.rows = scan->base.rows;
    made->variants = node_list_new(arena, 3);
    made->variants.items[1] = &empty->base;
    for (uint32_t i = 0; i < 2; i++) {
        struct node_parquet_scan *one = (struct node_parquet_scan *)node_clone(arena, &scan->base);
        one->files = file_slice_list_new(arena, 1);
        one->files.items[0] = scan->files.items[i];
        made->variants.items[i * 2] = &one->base;
    }
    return &made->base;
}

static enum eider_status scale(void *data, struct eider_plan_context *context, const struct eider_node *leaf,
                               uint32_t tasks, const struct eider_node **ret, struct eider_error *err)
{
    struct scaler *scaler = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(leaf);
    struct node_distributed_leaf *made;

    (void)err;
    scaler->leaves++;
    scaler->one_task += tasks == 1;
    if (scan != NULL && tasks >= 3)
        *ret = file_by_file(context->arena, scan);
    if (tasks == 1) {
        made = node_distributed_leaf_new(context->arena);
        made->leaf = leaf;
        made->base.columns = leaf->columns;
        made->base.rows = leaf->rows;
        made->variants = node_list_new(context->arena, 1);
        made->variants.items[0] = leaf;
        *ret = &made->base;
    }
    return scaler->status;
}

static void scaled_leaves_give_all_rows(void **unused)
{
    struct fixture f;
    struct scaler scaler = {.status = EIDER_OK};

    (void)unused;
    open_fixture(&f);
    add(&f, (struct eider_handlers){.scale_up_leaf = scale, .data = &scaler});
    assert_int_equal(assert_answer(&f, SUM, SUM_IS), 4);
    assert_int_equal(scaler.leaves, 1);
    assert_answer(&f, GROUPS, "100");
    assert_int_equal(scaler.one_task, 0);
    /* leaves of one task, in the head and on the application's connection */
    sql(f.connection, "CREATE TABLE local AS SELECT range AS k FROM range(10)");
    assert_answer(&f, "SELECT sum(x) FROM (SELECT sum(v) AS x FROM t UNION ALL SELECT 1)", "19999900001");
    assert_answer(&f, "SELECT count(*) FROM t JOIN local ON t.g = local.k", "20000");
    assert_true(scaler.one_task >= 2);
    scaler.status = EIDER_ERROR_IO;
    assert_fails(&f, SUM, EIDER_ERROR_IO,
                 "handlers 'mine', scale_up_leaf: failed without a message: EIDER_ERROR_IO");
    close_fixture(&f);
}

/* ---- Routes ---- */

enum routing {
    ROUTE_MIRRORED = 1, /* the first task to the last worker */
    ROUTE_ALL_TO_ONE,
    ROUTE_SPREAD, /* other workers in each stage */
    ROUTE_TOO_FAR,
    ROUTE_PARTLY,
    ROUTE_UNSUPPORTED
};

static enum eider_status route(void *data, const struct eider_stage *stage, uint32_t *workers,
                               struct eider_error *err)
{
    enum routing how = *(const enum routing *)data;

    assert_int_equal(stage->worker_count, WORKERS);
    for (uint32_t i = 0; i < stage->tasks; i++) {
        if (how == ROUTE_MIRRORED)
            workers[i] = WORKERS - 1 - i % WORKERS;
        else if (how == ROUTE_ALL_TO_ONE)
            workers[i] = 2;
        else if (how == ROUTE_SPREAD)
            workers[i] = (stage->stage + 3 * i) % WORKERS;
        else if (how == ROUTE_TOO_FAR)
            workers[i] = i == 1 ? 9 : 0;
        else if (how == ROUTE_PARTLY && i > 0)
            workers[i] = 1;
    }
    if (how != ROUTE_UNSUPPORTED)
        return EIDER_OK;
    snprintf(err->message, sizeof(err->message), "not today");
    return EIDER_ERROR_UNSUPPORTED;
}

static void tasks_run_where_handlers_say(void **unused)
{
    struct fixture f;
    enum routing how = ROUTE_MIRRORED;
    duckdb_result result;

    (void)unused;
    open_fixture(&f);
    add(&f, (struct eider_handlers){.route_tasks = route, .data = &how});
    for (int i = 0; i < 5; i++) { /* the error of a task says where it was */
        assert_int_equal(
            eider_query(f.session, "SELECT g, sum(CAST(s AS INTEGER)) FROM t GROUP BY g", &result, &f.err),
            EIDER_ERROR_SQL);
        assert_int_equal(f.err.stage, 1);
        assert_int_equal(f.err.worker, WORKERS - 1 - f.err.task);
    }
    how = ROUTE_ALL_TO_ONE;
    assert_int_equal(
        eider_query(f.session, "SELECT g, sum(CAST(s AS INTEGER)) FROM t GROUP BY g", &result, &f.err),
        EIDER_ERROR_SQL);
    assert_int_equal(f.err.worker, 2);
    for (how = ROUTE_MIRRORED; how <= ROUTE_SPREAD; how++) {
        assert_answer(&f, SUM, SUM_IS);
        assert_answer(&f, GROUPS, "100");
    }
    close_fixture(&f);
}

static void wrong_routes_end_the_query(void **unused)
{
    struct fixture f;
    enum routing how = ROUTE_TOO_FAR;
    struct eider_query *query;
    struct eider_stream *stream;

    (void)unused;
    open_fixture(&f);
    sql(f.connection, "CREATE TABLE local AS SELECT range AS k FROM range(10)");
    add(&f, (struct eider_handlers){.route_tasks = route, .data = &how});
    assert_fails(
        &f, SUM, EIDER_ERROR_PLAN,
        "handlers 'mine', route_tasks: stage 1: worker 9 for task 1, but there are 4 workers, from 0");
    assert_int_equal(f.err.stage, 1);
    assert_int_equal(f.err.task, 1);
    how = ROUTE_PARTLY;
    assert_fails(&f, SUM, EIDER_ERROR_PLAN,
                 "handlers 'mine', route_tasks: stage 1: no worker for task 0, but for other tasks");
    how = ROUTE_UNSUPPORTED; /* no reason to run on DuckDB alone */
    assert_fails(&f, SUM, EIDER_ERROR_UNSUPPORTED, "handlers 'mine', route_tasks: not today");
    assert_fails(&f, "SELECT count(*) FROM t JOIN local ON t.g = local.k", EIDER_ERROR_UNSUPPORTED,
                 "handlers 'mine', route_tasks: not today");
    assert_int_equal(eider_prepare(f.session, SUM, &query, &f.err),
                     EIDER_OK); /* it is not asked while planning */
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_ERROR_UNSUPPORTED);
    eider_query_free(query);
    how = ROUTE_SPREAD;
    assert_answer(&f, SUM, SUM_IS); /* the session goes on */
    close_fixture(&f);
}

/* ---- Data ---- */

static int make_data(void **unused)
{
    duckdb_database database;
    duckdb_connection connection;
    char text[512];

    (void)unused;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof(text),
                 "COPY (SELECT range AS v, range %% 100 AS g, 'row ' || range AS s FROM range(%d, %d)) TO "
                 "'%s/%d.parquet' (FORMAT parquet, ROW_GROUP_SIZE 10240)",
                 i * (ROWS / 2), (i + 1) * (ROWS / 2), folder, i);
        sql(connection, text);
    }
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}

static int remove_data(void **unused)
{
    char path[128];

    (void)unused;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%d.parquet", folder, i);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handlers_live_as_long_as_the_session),
        cmocka_unit_test(counts_are_what_handlers_say),
        cmocka_unit_test(counts_do_not_change_the_rows),
        cmocka_unit_test(scaled_leaves_give_all_rows),
        cmocka_unit_test(tasks_run_where_handlers_say),
        cmocka_unit_test(wrong_routes_end_the_query),
    };

    return cmocka_run_group_tests(tests, make_data, remove_data);
}
