/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions as an application uses them, on files made here: results, verdicts, errors with their origin, cancelling in
 * every way, transactions and snapshots, settings, streams, several sessions at once, and nothing left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "coordinator/session.h"
#include "eider/eider.h"

#define ROWS 200000

static char folder[] = "/tmp/eider-test-session-XXXXXX";

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

static void open_fixture(struct fixture *f, uint32_t workers)
{
    char text[512];

    memset(f, 0, sizeof(*f));
    assert_int_equal(duckdb_open(NULL, &f->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(f->database, &f->connection), DuckDBSuccess);
    sql(f->connection, "SET threads = 2");
    snprintf(text, sizeof(text), "CREATE VIEW t AS SELECT * FROM read_parquet('%s/*.parquet')", folder);
    sql(f->connection, text);
    assert_int_equal(eider_cluster_new_local(workers, &f->cluster, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

static void close_fixture(struct fixture *f)
{
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    duckdb_disconnect(&f->connection);
    duckdb_close(&f->database);
}

/* The first cell of a query's result as text; the query must be (or not be) distributed. */
static void assert_answer(struct fixture *f, const char *text, bool distributed, const char *expected)
{
    struct eider_query *query = NULL;
    duckdb_result result;
    char *cell;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    if (eider_query_run(query, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    if (eider_query_is_distributed(query) != distributed)
        fail_msg("%s: %s", text, eider_query_verdict(query));
    cell = duckdb_value_varchar(&result, 0, 0);
    assert_non_null(cell);
    assert_string_equal(cell, expected);
    duckdb_free(cell);
    duckdb_destroy_result(&result);
    eider_query_free(query);
}

static enum eider_status run_status(struct fixture *f, const char *text)
{
    duckdb_result result;
    enum eider_status status = eider_query(f->session, text, &result, &f->err);

    if (status == EIDER_OK)
        duckdb_destroy_result(&result);
    return status;
}

/* Outputs of all workers and of the coordinator: 0 when no query runs. */
static uint64_t outputs_left(struct fixture *f)
{
    return budget_used(engine_budget(f->session->engine));
}

/* ---- Answers ---- */

static void queries_run_in_stages(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_query_stats stats;
    duckdb_result result;

    (void)unused;
    open_fixture(&f, 4);
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000");
    assert_answer(&f, "SELECT count(*) FROM (SELECT g, sum(v) FROM t GROUP BY g HAVING sum(v) > 0)", true,
                  "100");
    assert_answer(&f, "SELECT 42", false, "42");
    assert_int_equal(
        eider_prepare(f.session, "SELECT g, avg(v) FROM t GROUP BY g ORDER BY g", &query, &f.err), EIDER_OK);
    assert_non_null(strstr(eider_query_explain(query), "Stage 1"));
    assert_string_equal(eider_query_verdict(query), "");
    assert_string_equal(eider_query_verdict_kind(query), "distributable");
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    assert_int_equal(duckdb_row_count(&result), 100);
    assert_string_equal(duckdb_column_name(&result, 1), "avg(v)");
    eider_query_get_stats(query, &stats);
    assert_true(stats.distributed && stats.stages >= 1 && stats.tasks >= 4 && stats.rows_exchanged > 0);
    duckdb_destroy_result(&result);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_ARGUMENT);
    eider_query_free(query);
    assert_int_equal(outputs_left(&f), 0);
    close_fixture(&f);
}

static void one_worker_runs_it_alone(void **unused)
{
    struct fixture f;
    struct eider_query *query;

    (void)unused;
    open_fixture(&f, 1);
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", false, "19999900000");
    assert_int_equal(eider_prepare(f.session, "SELECT g, sum(v) FROM t GROUP BY g", &query, &f.err),
                     EIDER_OK);
    assert_string_equal(eider_query_verdict_kind(query), "single_task");
    eider_query_free(query);
    close_fixture(&f);
}

static void explain_shows_stages_or_the_verdict(void **unused)
{
    struct fixture f;
    duckdb_result result;
    char *cell;

    (void)unused;
    open_fixture(&f, 2);
    assert_int_equal(eider_query(f.session, "EXPLAIN SELECT g, count(*) FROM t GROUP BY g", &result, &f.err),
                     EIDER_OK);
    assert_string_equal(duckdb_column_name(&result, 0), "explain_key");
    cell = duckdb_value_varchar(&result, 1, 0);
    assert_non_null(strstr(cell, "DistributedExec"));
    duckdb_free(cell);
    duckdb_destroy_result(&result);
    assert_int_equal(eider_query(f.session, "EXPLAIN SELECT * FROM t LIMIT 3", &result, &f.err), EIDER_OK);
    cell = duckdb_value_varchar(&result, 1, 0);
    assert_non_null(strstr(cell, "order_dependent"));
    duckdb_free(cell);
    assert_int_equal(duckdb_row_count(&result), 2); /* DuckDB's own plan follows */
    duckdb_destroy_result(&result);
    close_fixture(&f);
}

/* ---- Errors ---- */

static void errors_say_where(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 4);
    assert_int_equal(run_status(&f, "SELECT g, sum(CAST(s AS INTEGER)) FROM t GROUP BY g"), EIDER_ERROR_SQL);
    assert_non_null(strstr(f.err.message, "Conversion Error"));
    assert_true(f.err.stage >= 1 && f.err.task >= 0 && f.err.worker >= 0);
    assert_int_equal(outputs_left(&f), 0);
    assert_int_equal(run_status(&f, "SELECT nonsense FROM t"), EIDER_ERROR_SQL);
    assert_non_null(strstr(f.err.message, "nonsense"));
    assert_int_equal(run_status(&f, "SELEC 1"), EIDER_ERROR_SQL);
    assert_int_equal(run_status(&f, "SELECT 1; SELECT 2"), EIDER_ERROR_ARGUMENT);
    assert_int_equal(run_status(&f, "SELECT 1; -- and nothing else"), EIDER_OK);
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000"); /* the session goes on */
    close_fixture(&f);
}

static void the_exchange_has_a_budget(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 4);
    sql(f.connection, "SET eider_range_scans = false");
    sql(f.connection, "SET eider_exchange_memory = '1MiB'");
    assert_int_equal(run_status(&f, "SELECT count(*) FROM (SELECT v, s, list(g) FROM t GROUP BY v, s)"),
                     EIDER_ERROR_MEMORY);
    assert_non_null(strstr(f.err.hint, "eider_exchange_memory"));
    assert_int_equal(outputs_left(&f), 0);
    sql(f.connection, "RESET eider_exchange_memory");
    assert_answer(&f, "SELECT count(*) FROM (SELECT v, s, list(g) FROM t GROUP BY v, s)", true, "200000");
    close_fixture(&f);
}

static void bad_settings_are_named(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 2);
    sql(f.connection, "SET eider_bytes_per_task = 'much'");
    assert_int_equal(run_status(&f, "SELECT sum(v) FROM t WHERE v > 0"), EIDER_ERROR_ARGUMENT);
    assert_non_null(strstr(f.err.message, "eider_bytes_per_task"));
    close_fixture(&f);
}

/* ---- Changing files ---- */

static void changed_files_are_noticed(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    duckdb_result result;
    char text[512];

    (void)unused;
    open_fixture(&f, 2);
    snprintf(text, sizeof(text),
             "COPY (SELECT range AS v FROM range(5000)) TO '%s/change.pq' (FORMAT parquet)", folder);
    sql(f.connection, text);
    snprintf(text, sizeof(text), "SELECT sum(v) FROM read_parquet('%s/change.pq') WHERE v > 0", folder);
    assert_int_equal(eider_prepare(f.session, text, &query, &f.err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    snprintf(text, sizeof(text),
             "COPY (SELECT range AS v FROM range(7000)) TO '%s/change.pq' (FORMAT parquet)", folder);
    sql(f.connection, text);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_CHANGED);
    assert_non_null(strstr(f.err.message, "change.pq"));
    assert_true(eider_status_is_retryable(f.err.status));
    eider_query_free(query);
    snprintf(text, sizeof(text), "SELECT sum(v) FROM read_parquet('%s/change.pq') WHERE v > 5", folder);
    assert_int_equal(eider_prepare(f.session, text, &query, &f.err), EIDER_OK);
    snprintf(text, sizeof(text), "%s/change.pq", folder);
    assert_int_equal(unlink(text), 0);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_CHANGED);
    eider_query_free(query);
    close_fixture(&f);
}

/* ---- Cancelling ---- */

#define SLOW "SELECT count(*), sum(a.v * b.v) FROM t a JOIN t b ON a.g = b.g WHERE a.v + b.v > -1"

enum way {
    BY_SESSION = 1,
    BY_INTERRUPT
};

struct canceller {
    struct fixture *f;
    enum way way;
    unsigned delay_ms;
    atomic_bool over;
};

static bool is_busy(struct eider_session *session)
{
    bool busy;

    pthread_mutex_lock(&session->lock);
    busy = session->busy;
    pthread_mutex_unlock(&session->lock);
    return busy;
}

/* DuckDB forgets an interrupt that comes between two statements, so that one is repeated; a cancellation is not. */
static void *cancel_later(void *data)
{
    struct canceller *canceller = data;

    while (!is_busy(canceller->f->session))
        usleep(100);
    usleep(canceller->delay_ms * 1000);
    if (canceller->way == BY_SESSION)
        eider_session_cancel(canceller->f->session);
    while (canceller->way == BY_INTERRUPT && !atomic_load(&canceller->over)) {
        duckdb_interrupt(canceller->f->connection);
        usleep(10000);
    }
    return NULL;
}

static void check_cancel(struct fixture *f, enum way way, unsigned delay_ms)
{
    struct canceller canceller = {.f = f, .way = way, .delay_ms = delay_ms};
    double started = now_ms();
    pthread_t thread;

    pthread_create(&thread, NULL, cancel_later, &canceller);
    assert_int_equal(run_status(f, SLOW), EIDER_ERROR_CANCELLED);
    atomic_store(&canceller.over, true);
    pthread_join(thread, NULL);
    assert_true(now_ms() - started < 20000); /* it takes minutes otherwise */
    assert_int_equal(outputs_left(f), 0);
}

static void cancelling_stops_every_task(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 4);
    check_cancel(&f, BY_SESSION, 300);
    check_cancel(&f, BY_INTERRUPT, 300);
    for (unsigned delay_ms = 1; delay_ms <= 61; delay_ms += 4) /* in planning and just after it */
        check_cancel(&f, BY_SESSION, delay_ms);
    check_cancel(&f, BY_INTERRUPT, 700);
    eider_session_cancel(f.session); /* nothing runs: no effect */
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000");
    close_fixture(&f);
}

/* ---- Transactions ---- */

static void native_tables_follow_the_transaction(void **unused)
{
    static const char *const query = "SELECT count(*) FROM n JOIN t ON n.k = t.v";
    struct fixture f;
    duckdb_connection other;

    (void)unused;
    open_fixture(&f, 3);
    sql(f.connection, "CREATE TABLE n AS SELECT range AS k FROM range(1000)");
    assert_answer(&f, query, true, "1000");
    sql(f.connection, "BEGIN");
    sql(f.connection, "INSERT INTO n SELECT range FROM range(2000, 2010)");
    assert_answer(&f, query, true, "1010"); /* its own rows, not committed */
    assert_int_equal(duckdb_connect(f.database, &other), DuckDBSuccess);
    sql(other, "INSERT INTO n SELECT range FROM range(3000, 3500)");
    assert_answer(&f, query, true, "1010"); /* not those of others */
    sql(f.connection, "ROLLBACK");
    assert_answer(&f, query, true, "1500");
    sql(f.connection, "CREATE TEMP TABLE mine AS SELECT range AS k FROM range(7)");
    assert_answer(&f, "SELECT count(*) FROM mine JOIN t ON mine.k = t.v", true, "7");
    /* in autocommit, the query's own transaction is over afterwards */
    sql(f.connection, "BEGIN");
    sql(f.connection, "COMMIT");
    duckdb_disconnect(&other);
    close_fixture(&f);
}

static void aborted_transactions_stay_duckdbs_matter(void **unused)
{
    struct fixture f;
    duckdb_result result;

    (void)unused;
    open_fixture(&f, 2);
    sql(f.connection, "BEGIN");
    assert_int_equal(duckdb_query(f.connection, "SELECT error('stop')", &result), DuckDBError);
    duckdb_destroy_result(&result);
    assert_int_equal(run_status(&f, "SELECT sum(v) FROM t WHERE v > 0"), EIDER_ERROR_SQL);
    sql(f.connection, "ROLLBACK");
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000");
    close_fixture(&f);
}

/* ---- Settings of the session ---- */

static void settings_travel_with_tasks(void **unused)
{
    static const char *const query =
        "SELECT max(hour(make_timestamptz(2020, 1, 1, 12, 0, 0.0 + v % 1, 'UTC'))) FROM t";
    struct fixture f;

    (void)unused;
    open_fixture(&f, 3);
    sql(f.connection, "SET TimeZone = 'America/New_York'");
    assert_answer(&f, query, true, "7");
    sql(f.connection, "SET TimeZone = 'Asia/Tokyo'");
    assert_answer(&f, query, true, "21");
    sql(f.connection, "SET TimeZone = 'UTC'");
    assert_answer(&f, query, true, "12");
    close_fixture(&f);
}

static void the_users_settings_are_as_before(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 2);
    sql(f.connection, "SET disabled_optimizers = 'statistics_propagation'");
    sql(f.connection, "SET explain_output = 'all'");
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000");
    assert_int_equal(run_status(&f, "SELECT nonsense"), EIDER_ERROR_SQL);
    assert_answer(&f, "SELECT current_setting('disabled_optimizers')", false, "statistics_propagation");
    assert_answer(&f, "SELECT current_setting('explain_output')", false, "all");
    close_fixture(&f);
}

/* ---- Remembered verdicts ---- */

static void count_plans(void *data, const char *pass, const struct eider_node *plan,
                        const struct stage_graph *graph)
{
    (void)plan;
    (void)graph;
    if (strcmp(pass, "import") == 0)
        ++*(uint32_t *)data;
}

/* With a view `one` of a few rows: the verdict of COUNT_ONE is small. */
#define COUNT_ONE  "SELECT count(*) FROM one WHERE v >= 0"
#define MAKE_LARGE "CREATE OR REPLACE VIEW one AS SELECT * FROM t"

static void open_counted(struct fixture *f, uint32_t workers, uint32_t *plans)
{
    *plans = 0;
    open_fixture(f, workers);
    sql(f->connection, "CREATE VIEW one AS SELECT range AS v FROM range(5)");
    f->session->observer = count_plans;
    f->session->observer_data = plans;
}

static void small_queries_are_planned_once(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_stream *stream;
    uint32_t plans;

    (void)unused;
    open_counted(&f, 3, &plans);
    assert_answer(&f, COUNT_ONE, false, "5");
    assert_int_equal(plans, 1);
    assert_answer(&f, COUNT_ONE, false, "5");
    assert_answer(&f, "SELECT count(*) FROM one WHERE v >= 3", false, "2");
    assert_int_equal(plans, 2); /* another statement */
    assert_answer(&f, "SELECT count(*) FROM one -- again\n WHERE v >= 3", false, "2");
    assert_int_equal(plans, 2);
    assert_int_equal(eider_prepare(f.session, COUNT_ONE, &query, &f.err), EIDER_OK);
    assert_string_equal(eider_query_verdict_kind(query), "small");
    assert_non_null(strstr(eider_query_explain(query), "not distributed (small): too little"));
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    eider_stream_close(stream);
    eider_query_free(query);
    assert_int_equal(plans, 2);
    assert_int_equal(run_status(&f, "EXPLAIN " COUNT_ONE), EIDER_OK);
    assert_int_equal(plans, 3); /* EXPLAIN looks anew */
    sql(f.connection, "SET eider_verdict_cache = false");
    assert_answer(&f, COUNT_ONE, false, "5");
    assert_int_equal(plans, 4);
    close_fixture(&f);
}

static void what_the_session_changes_shows_at_once(void **unused)
{
    static const char *const others[] = {"SET threads = 2", "CREATE TABLE x AS SELECT 1 AS a",
                                         "EXPLAIN ANALYZE INSERT INTO x VALUES (3)", "ROLLBACK"};
    static const char *const rows[] = {"INSERT INTO x VALUES (2)", "UPDATE x SET a = 3", "DELETE FROM x",
                                       "begin", "commit"};
    struct fixture f;
    uint32_t plans;

    (void)unused;
    open_counted(&f, 3, &plans);
    for (uint32_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_answer(&f, COUNT_ONE, false, "5");
        assert_answer(&f, COUNT_ONE, false, "5");
        assert_int_equal(plans, i + 1);
        if (strcmp(others[i], "ROLLBACK") == 0)
            assert_int_equal(run_status(&f, "BEGIN"), EIDER_OK);
        assert_int_equal(run_status(&f, others[i]), EIDER_OK);
    }
    assert_answer(&f, COUNT_ONE, false, "5");
    plans = 0;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(run_status(&f, rows[i]), EIDER_OK);
        assert_answer(&f, COUNT_ONE, false, "5");
    }
    assert_int_equal(plans, 0); /* tables are read here, whatever is in them */
    assert_int_equal(run_status(&f, MAKE_LARGE), EIDER_OK);
    assert_answer(&f, COUNT_ONE, true, "200000");
    assert_int_equal(run_status(&f, "SET eider_bytes_per_task = '1GB'"), EIDER_OK);
    assert_answer(&f, COUNT_ONE, false, "200000");
    assert_int_equal(run_status(&f, "SET eider_bytes_per_task = '1'"), EIDER_OK);
    assert_answer(&f, COUNT_ONE, true, "200000");
    close_fixture(&f);
}

/* What others change may cost distribution for a while, and no more. */
static void an_old_verdict_gives_the_same_rows(void **unused)
{
    struct fixture f;
    uint32_t plans;

    (void)unused;
    open_counted(&f, 3, &plans);
    assert_answer(&f, COUNT_ONE, false, "5");
    sql(f.connection, MAKE_LARGE);
    assert_answer(&f, COUNT_ONE, false, "200000");
    assert_int_equal(plans, 1);
    assert_int_equal(run_status(&f, "EXPLAIN " COUNT_ONE), EIDER_OK);
    assert_answer(&f, COUNT_ONE, true, "200000"); /* EXPLAIN has planned it */
    sql(f.connection, "CREATE OR REPLACE VIEW one AS SELECT range AS v FROM range(7)");
    assert_answer(&f, COUNT_ONE, false, "7");
    sql(f.connection, "DROP VIEW one");
    assert_int_equal(run_status(&f, COUNT_ONE), EIDER_ERROR_SQL);
    close_fixture(&f);
}

/* ---- Streams and limits ---- */

static void streams_give_all_rows(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_stream *stream;
    duckdb_data_chunk chunk;
    uint64_t rows = 0;
    int64_t sum = 0;

    (void)unused;
    open_fixture(&f, 4);
    assert_int_equal(eider_prepare(f.session, "SELECT v FROM t WHERE v % 2 = 0", &query, &f.err), EIDER_OK);
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    assert_int_equal(eider_stream_column_count(stream), 1);
    assert_string_equal(eider_stream_column_name(stream, 0), "v");
    for (;;) {
        assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_OK);
        if (chunk == NULL)
            break;
        for (idx_t i = 0, n = duckdb_data_chunk_get_size(chunk); i < n; i++, rows++)
            sum += ((int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)))[i];
        duckdb_destroy_data_chunk(&chunk);
    }
    assert_int_equal(rows, ROWS / 2);
    assert_int_equal(sum, (int64_t)ROWS / 2 * (ROWS / 2 - 1));
    eider_stream_close(stream);
    eider_query_free(query);
    assert_int_equal(outputs_left(&f), 0);
    close_fixture(&f);
}

static void closing_a_stream_early_stops_it(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_stream *stream;
    duckdb_data_chunk chunk;

    (void)unused;
    open_fixture(&f, 4);
    for (int chunks = 0; chunks < 3; chunks++) {
        assert_int_equal(eider_prepare(f.session, "SELECT v, s FROM t WHERE v >= 0", &query, &f.err),
                         EIDER_OK);
        assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
        for (int i = 0; i < chunks; i++) {
            assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_OK);
            duckdb_destroy_data_chunk(&chunk);
        }
        eider_stream_close(stream);
        eider_query_free(query);
        assert_int_equal(outputs_left(&f), 0);
    }
    assert_answer(&f, "SELECT sum(v) FROM t WHERE v >= 0", true, "19999900000");
    close_fixture(&f);
}

static void errors_reach_a_stream(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_stream *stream = NULL;
    duckdb_data_chunk chunk = NULL;
    enum eider_status status;

    (void)unused;
    open_fixture(&f, 4);
    assert_int_equal(eider_prepare(f.session, "SELECT CAST(s AS INTEGER) FROM t", &query, &f.err), EIDER_OK);
    status = eider_query_stream(query, &stream, &f.err);
    while (status == EIDER_OK && (status = eider_stream_next(stream, &chunk, &f.err)) == EIDER_OK &&
           chunk != NULL)
        duckdb_destroy_data_chunk(&chunk);
    assert_int_equal(status, EIDER_ERROR_SQL);
    assert_non_null(strstr(f.err.message, "Conversion Error"));
    eider_stream_close(stream);
    eider_query_free(query);
    assert_int_equal(outputs_left(&f), 0);
    close_fixture(&f);
}

static void a_limit_needs_few_rows(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 4);
    assert_answer(&f, "SELECT count(*) FROM (SELECT a.v FROM t a JOIN t b ON a.v = b.v LIMIT 10)", true,
                  "10");
    assert_answer(&f, "SELECT a.g IS NOT NULL FROM t a JOIN t b ON a.v = b.v LIMIT 5", true, "true");
    assert_int_equal(outputs_left(&f), 0);
    close_fixture(&f);
}

/* ---- Several at once ---- */

struct side {
    struct fixture *f;
    struct eider_session *session;
    duckdb_connection connection;
    int wrong;
};

static void *run_side(void *data)
{
    struct side *side = data;

    for (int i = 0; i < 5; i++) {
        struct eider_error err;
        duckdb_result result;
        if (eider_query(side->session, "SELECT sum(n) FROM (SELECT g, count(*) AS n FROM t GROUP BY g)",
                        &result, &err) != EIDER_OK) {
            side->wrong++;
            continue;
        }
        side->wrong += duckdb_value_int64(&result, 0, 0) != ROWS;
        duckdb_destroy_result(&result);
    }
    return NULL;
}

static void sessions_work_side_by_side(void **unused)
{
    struct fixture f;
    struct side sides[3];
    pthread_t threads[3];

    (void)unused;
    open_fixture(&f, 3);
    for (int i = 0; i < 3; i++) {
        sides[i] = (struct side){.f = &f};
        assert_int_equal(duckdb_connect(f.database, &sides[i].connection), DuckDBSuccess);
        assert_int_equal(
            eider_session_new(f.database, sides[i].connection, f.cluster, NULL, &sides[i].session, &f.err),
            EIDER_OK);
        sql(sides[i].connection, "SET eider_bytes_per_task = '1'");
    }
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, run_side, &sides[i]);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(sides[i].wrong, 0);
        eider_session_free(sides[i].session);
        duckdb_disconnect(&sides[i].connection);
    }
    assert_int_equal(outputs_left(&f), 0);
    close_fixture(&f);
}

static void many_queries_leave_nothing(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f, 4);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(run_status(&f, "SELECT a.g, count(*) FROM t a JOIN t b ON a.v = b.v GROUP BY a.g"),
                         EIDER_OK);
        assert_int_equal(outputs_left(&f), 0);
    }
    close_fixture(&f);
}

/* ---- Arguments ---- */

static void wrong_arguments_are_refused(void **unused)
{
    struct fixture f;
    struct eider_cluster *cluster;
    struct eider_session *session;
    duckdb_result result;

    (void)unused;
    open_fixture(&f, 2);
    assert_int_equal(eider_cluster_new_local(0, &cluster, &f.err), EIDER_ERROR_ARGUMENT);
    assert_null(cluster);
    assert_int_equal(eider_cluster_new_local(EIDER_MAX_WORKERS + 1, &cluster, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_new(NULL, f.connection, NULL, NULL, &session, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_null(session);
    assert_int_equal(eider_query(f.session, NULL, &result, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_query(NULL, "SELECT 1", &result, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_worker_count(f.cluster), 2);
    eider_session_free(NULL);
    eider_query_free(NULL);
    eider_stream_close(NULL);
    eider_cluster_unref(NULL);
    eider_session_cancel(NULL);
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
                 "'%s/%d.parquet' "
                 "(FORMAT parquet, ROW_GROUP_SIZE 10240)",
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
        cmocka_unit_test(queries_run_in_stages),
        cmocka_unit_test(one_worker_runs_it_alone),
        cmocka_unit_test(explain_shows_stages_or_the_verdict),
        cmocka_unit_test(errors_say_where),
        cmocka_unit_test(the_exchange_has_a_budget),
        cmocka_unit_test(bad_settings_are_named),
        cmocka_unit_test(changed_files_are_noticed),
        cmocka_unit_test(cancelling_stops_every_task),
        cmocka_unit_test(native_tables_follow_the_transaction),
        cmocka_unit_test(aborted_transactions_stay_duckdbs_matter),
        cmocka_unit_test(settings_travel_with_tasks),
        cmocka_unit_test(the_users_settings_are_as_before),
        cmocka_unit_test(small_queries_are_planned_once),
        cmocka_unit_test(what_the_session_changes_shows_at_once),
        cmocka_unit_test(an_old_verdict_gives_the_same_rows),
        cmocka_unit_test(streams_give_all_rows),
        cmocka_unit_test(closing_a_stream_early_stops_it),
        cmocka_unit_test(errors_reach_a_stream),
        cmocka_unit_test(a_limit_needs_few_rows),
        cmocka_unit_test(sessions_work_side_by_side),
        cmocka_unit_test(many_queries_leave_nothing),
        cmocka_unit_test(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, make_data, remove_data);
}
