/* SPDX-License-Identifier: Apache-2.0 */
/* Runs, and what goes wrong with sinks and sources: cancelling, errors with their status, tokens, counts, streams. */
#include <pthread.h>
#include <time.h>

#include "engine/connection.h"
#include "engine/probe.h"
#include "unit/engine_fixture.h"

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct canceller {
    struct run *run;
    long after_ms;
};

static void *cancel_later(void *object)
{
    struct canceller *canceller = object;

    sleep_ms(canceller->after_ms);
    run_cancel(canceller->run);
    return NULL;
}

/* Executes SQL, cancelled after a while; gives the status. */
static enum eider_status cancelled(struct fixture *fixture, const char *sql, long after_ms)
{
    struct canceller canceller = {.after_ms = after_ms};
    struct eider_error err;
    enum eider_status status;
    duckdb_result result;
    pthread_t thread;

    CHECK(run_new(&canceller.run, &check_error));
    pthread_create(&thread, NULL, cancel_later, &canceller);
    status = run_execute(canceller.run, fixture->connection, sql, RUN_MATERIALIZE, &result, &err);
    pthread_join(thread, NULL);
    if (status == EIDER_OK)
        duckdb_destroy_result(&result);
    assert_int_equal(
        run_execute(canceller.run, fixture->connection, "SELECT 1", RUN_MATERIALIZE, &result, &err),
        EIDER_ERROR_CANCELLED); /* sticky */
    run_unref(canceller.run);
    return status;
}

static void test_cancel(void **state)
{
    static const char long_query[] =
        "SELECT sum(hash(a.i, b.i) % 7) FROM range(1000000) a(i), range(1000000) b(i)";
    struct fixture fixture;
    char *value;
    double start;

    (void)state;
    fixture_open(&fixture);
    start = now_ms();
    assert_int_equal(cancelled(&fixture, long_query, 100), EIDER_ERROR_CANCELLED);
    for (long i = 0; i < 20; i++) /* at every moment of planning */
        assert_int_equal(cancelled(&fixture, long_query, i % 5), EIDER_ERROR_CANCELLED);
    assert_true(now_ms() - start < 20000);
    value = fixture_value(&fixture, "SELECT 42"); /* the connection is as before */
    assert_string_equal(value, "42");
    duckdb_free(value);
    fixture_close(&fixture);
}

/* An interrupt by the application is a cancelled query too. */
static void *interrupt_later(void *connection)
{
    sleep_ms(100);
    duckdb_interrupt(connection);
    return NULL;
}

static void test_interrupt(void **state)
{
    struct fixture fixture;
    struct eider_error err;
    duckdb_result result;
    pthread_t thread;
    struct run *run;

    (void)state;
    fixture_open(&fixture);
    CHECK(run_new(&run, &check_error));
    pthread_create(&thread, NULL, interrupt_later, fixture.connection);
    assert_int_equal(
        run_execute(run, fixture.connection,
                    "SELECT sum(hash(a.i, b.i) % 7) FROM range(1000000) a(i), range(1000000) b(i)",
                    RUN_MATERIALIZE, &result, &err),
        EIDER_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    run_unref(run);
    fixture_close(&fixture);
}

static void test_errors(void **state)
{
    static const struct {
        const char *sql;
        enum eider_status status;
        const char *text;
    } cases[] = {
        {"SELEKT 1", EIDER_ERROR_SQL, "syntax error"},
        {"SELECT * FROM no_such_table", EIDER_ERROR_SQL, "no_such_table"},
        {"SELECT CAST('x' || i AS INTEGER) FROM range(3) r(i)", EIDER_ERROR_SQL, "Could not convert"},
        {"SELECT * FROM read_parquet('/nonexistent/file.parquet')", EIDER_ERROR_IO, "No files found"},
        {"SELECT error('INTERRUPT Error is only a text here')", EIDER_ERROR_SQL, "only a text"},
        {"", EIDER_ERROR_SQL, "No statement"},
        {"SELECT eider_sink('sink-0', NULL)", EIDER_ERROR_SQL, "token is not known"},
        {"SELECT eider_sink(NULL, NULL, 1)", EIDER_ERROR_SQL, "must be a token"},
        {"SELECT eider_sink(i::VARCHAR, NULL) FROM range(3) r(i)", EIDER_ERROR_SQL, "must be a token"},
        {"SELECT eider_sink()", EIDER_ERROR_SQL, "eider_sink"},
        {"SELECT * FROM eider_source('from-0')", EIDER_ERROR_SQL, "token is not known"},
        {"SELECT * FROM eider_source(NULL)", EIDER_ERROR_SQL, "eider_source"},
        {"SELECT * FROM eider_source()", EIDER_ERROR_SQL, "eider_source"},
        {"SELECT eider_bloom('keys-0', 1)", EIDER_ERROR_SQL, "token is not known"},
    };
    struct fixture fixture;
    duckdb_result result;
    struct run *run;

    (void)state;
    fixture_open(&fixture);
    CHECK(run_new(&run, &check_error));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct eider_error err = {0};
        enum eider_status status =
            run_execute(run, fixture.connection, cases[i].sql, RUN_MATERIALIZE, &result, &err);

        if (status != cases[i].status || strstr(err.message, cases[i].text) == NULL)
            fail_msg("%s: %s: %s", cases[i].sql, eider_status_name(status), err.message);
    }
    run_unref(run);
    fixture_close(&fixture);
}

/* One sink over a BIGINT column, for tests of what can go wrong. */
struct one_sink {
    struct run *run;
    struct sink *sink;
    struct exchanged exchanged;
    char sql[512];
};

static void open_sink(struct fixture *fixture, struct one_sink *one, const char *from)
{
    struct sink_options options = {0};

    memset(one, 0, sizeof(*one));
    fixture_types(fixture, "SELECT 1::BIGINT", &one->exchanged);
    CHECK(engine_layout_new(one->exchanged.types, 1, &one->exchanged.layout, &check_error));
    CHECK(store_output(fixture->store, (struct output_key){.query = ++fixture->query}, one->exchanged.layout,
                       2, &one->exchanged.output, &check_error));
    CHECK(run_new(&one->run, &check_error));
    options = (struct sink_options){.run = one->run,
                                    .output = one->exchanged.output,
                                    .types = one->exchanged.types,
                                    .type_count = 1,
                                    .concurrent_tasks = 2,
                                    .max_hashes = 1000};
    CHECK(sink_new(fixture->engine, &options, &one->sink, &check_error));
    snprintf(one->sql, sizeof(one->sql), "SELECT count(eider_sink('%s', hash(c0), c0)) FROM (%s) t(c0)",
             sink_token(one->sink), from);
}

static void close_sink(struct fixture *fixture, struct one_sink *one)
{
    sink_free(one->sink);
    run_unref(one->run);
    exchanged_done(&one->exchanged);
    store_drop_query(fixture->store, fixture->query);
}

static void test_sink_refuses(void **state)
{
    static const struct {
        const char *from;
        const char *text;
    } cases[] = {
        {"SELECT i::INTEGER FROM range(10) r(i)", "INTEGER"},
        {"SELECT [i] FROM range(10) r(i)", "BIGINT[]"},
        {"SELECT i::VARIANT FROM range(10) r(i)", "cannot be exchanged"},
    };
    struct fixture fixture;
    struct one_sink one;
    struct eider_error err;
    uint64_t rows;

    (void)state;
    fixture_open(&fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_sink(&fixture, &one, cases[i].from);
        if (run_count(one.run, fixture.connection, one.sql, &rows, &err) == EIDER_OK ||
            strstr(err.message, cases[i].text) == NULL)
            fail_msg("%s: %s", cases[i].from, err.message);
        close_sink(&fixture, &one);
    }
    fixture_close(&fixture);
}

static void test_counts(void **state)
{
    struct fixture fixture;
    struct one_sink one;
    struct eider_error err;
    uint64_t rows;
    char sql[700];

    (void)state;
    fixture_open(&fixture);
    open_sink(&fixture, &one, "SELECT i FROM range(5000) r(i)");
    assert_int_equal(sink_finish(one.sink, 1, &err), EIDER_ERROR_INTERNAL); /* it has not run */
    CHECK(run_count(one.run, fixture.connection, one.sql, &rows, &check_error));
    assert_int_equal(rows, 5000);
    CHECK(sink_finish(one.sink, rows, &check_error));
    close_sink(&fixture, &one);
    open_sink(&fixture, &one, "SELECT i FROM range(5000) r(i)");
    CHECK(run_count(one.run, fixture.connection, one.sql, &rows, &check_error));
    assert_int_equal(sink_finish(one.sink, rows - 1, &err), EIDER_ERROR_INTERNAL);
    close_sink(&fixture, &one);
    /* A statement that is not of the expected form. */
    open_sink(&fixture, &one, "SELECT i FROM range(5) r(i)");
    snprintf(sql, sizeof(sql), "SELECT * FROM (%s), range(2)", one.sql);
    assert_int_equal(run_count(one.run, fixture.connection, sql, &rows, &err), EIDER_ERROR_INTERNAL);
    close_sink(&fixture, &one);
    /* Without rows. */
    open_sink(&fixture, &one, "SELECT i FROM range(5) r(i) WHERE i > 10");
    CHECK(run_count(one.run, fixture.connection, one.sql, &rows, &check_error));
    assert_int_equal(rows, 0);
    CHECK(sink_finish(one.sink, 0, &check_error));
    close_sink(&fixture, &one);
    fixture_close(&fixture);
}

/* An error inside a task, the budget, cancelling: each keeps its status, nothing is left behind. */
static void test_task_failures(void **state)
{
    struct fixture fixture;
    struct one_sink one;
    struct canceller canceller;
    struct eider_error err;
    pthread_t thread;
    uint64_t rows;

    (void)state;
    fixture_open(&fixture);
    open_sink(&fixture, &one,
              "SELECT CASE WHEN i = 900000 THEN error('in the middle') ELSE i END FROM range(1000000) r(i)");
    assert_int_equal(run_count(one.run, fixture.connection, one.sql, &rows, &err), EIDER_ERROR_SQL);
    assert_non_null(strstr(err.message, "in the middle"));
    close_sink(&fixture, &one);

    open_sink(&fixture, &one, "SELECT i FROM range(100000000) r(i)");
    budget_set_limit(engine_budget(fixture.engine), 4 << 20);
    assert_int_equal(run_count(one.run, fixture.connection, one.sql, &rows, &err), EIDER_ERROR_MEMORY);
    assert_non_null(strstr(err.hint, "eider_exchange_memory"));
    close_sink(&fixture, &one);
    assert_int_equal(budget_used(engine_budget(fixture.engine)), 0);
    budget_set_limit(engine_budget(fixture.engine), UINT64_MAX);

    open_sink(&fixture, &one, "SELECT i % 10 FROM range(10000000000) r(i) WHERE i % 100000 = 0");
    canceller = (struct canceller){.run = one.run, .after_ms = 50};
    pthread_create(&thread, NULL, cancel_later, &canceller);
    assert_int_equal(run_count(one.run, fixture.connection, one.sql, &rows, &err), EIDER_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    close_sink(&fixture, &one);
    fixture_close(&fixture);
}

/* A sink whose statement is still known to DuckDB when it is freed. */
static void test_prepared_statement_outlives(void **state)
{
    duckdb_prepared_statement statement;
    struct fixture fixture;
    struct one_sink one;
    duckdb_result result;

    (void)state;
    fixture_open(&fixture);
    open_sink(&fixture, &one, "SELECT i FROM range(5000) r(i)");
    assert_int_equal(duckdb_prepare(fixture.connection, one.sql, &statement), DuckDBSuccess);
    close_sink(&fixture, &one);
    assert_int_equal(duckdb_execute_prepared(statement, &result), DuckDBError);
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&statement);
    fixture_close(&fixture);
}

/* ---- Sources whose input is still being written ---- */

struct producer {
    struct fixture *fixture;
    struct output *output;
    uint32_t batches;
    bool fails;
};

static void *produce_slowly(void *object)
{
    struct producer *producer = object;
    struct eider_error failure;

    for (uint32_t i = 0; i < producer->batches; i++) {
        struct batch *batch = batch_new(output_layout(producer->output), output_budget(producer->output));

        sleep_ms(5);
        CHECK(pool_take(batch->budget, 8 * 100, &batch->blocks, &check_error));
        for (uint64_t j = 0; j < 100; j++)
            ((int64_t *)batch->blocks->data)[j] = (int64_t)(i * 100 + j);
        batch->columns[0].data = batch->blocks->data;
        batch->rows = batch->segment_rows[0] = 100;
        batch->bytes = 800;
        CHECK(output_add(producer->output, 0, batch, &check_error));
    }
    sleep_ms(40);
    error_set(&failure, EIDER_ERROR_WORKER, "the producer is gone");
    if (producer->fails)
        output_fail(producer->output, &failure);
    else
        CHECK(output_complete(producer->output, &check_error));
    return NULL;
}

static struct source *open_input(struct fixture *fixture, struct exchanged *exchanged, struct run *run)
{
    memset(exchanged, 0, sizeof(*exchanged));
    fixture_types(fixture, "SELECT 1::BIGINT", exchanged);
    exchanged->partitions = 1;
    CHECK(engine_layout_new(exchanged->types, 1, &exchanged->layout, &check_error));
    CHECK(store_output(fixture->store, (struct output_key){.query = ++fixture->query}, exchanged->layout, 1,
                       &exchanged->output, &check_error));
    return fixture_source(fixture, exchanged, run);
}

static void check_streaming(struct fixture *fixture, bool fails, enum run_mode mode)
{
    struct producer producer = {.fixture = fixture, .batches = 30, .fails = fails};
    struct exchanged exchanged;
    struct eider_error err;
    enum eider_status status;
    struct source *source;
    duckdb_result result;
    duckdb_data_chunk chunk;
    uint64_t rows = 0;
    pthread_t thread;
    struct run *run;
    char sql[256];

    CHECK(run_new(&run, &check_error));
    source = open_input(fixture, &exchanged, run);
    producer.output = exchanged.output;
    snprintf(sql, sizeof(sql), "SELECT c0 FROM eider_source('%s') WHERE v", source_token(source));
    pthread_create(&thread, NULL, produce_slowly, &producer);
    status = run_execute(run, fixture->connection, sql, mode, &result, &err);
    while (status == EIDER_OK && (chunk = duckdb_fetch_chunk(result)) != NULL) {
        rows += duckdb_data_chunk_get_size(chunk);
        duckdb_destroy_data_chunk(&chunk);
    }
    if (status == EIDER_OK)
        status = run_result_error(run, &result, &err);
    pthread_join(thread, NULL);
    duckdb_destroy_result(&result);
    run_detach(run);
    if (fails) {
        assert_int_equal(status, EIDER_ERROR_WORKER);
        assert_string_equal(err.message, "the producer is gone");
    } else {
        assert_int_equal(status, EIDER_OK);
        assert_int_equal(rows, 3000);
    }
    source_free(source);
    run_unref(run);
    exchanged_done(&exchanged);
    store_drop_query(fixture->store, fixture->query);
}

static void test_incomplete_input(void **state)
{
    struct fixture fixture;
    struct exchanged exchanged;
    struct eider_error err;
    struct source *source;
    duckdb_result result;
    struct run *run;
    char sql[256];

    (void)state;
    fixture_open(&fixture);
    check_streaming(&fixture, false, RUN_MATERIALIZE);
    check_streaming(&fixture, true, RUN_MATERIALIZE);
    check_streaming(&fixture, false, RUN_STREAM);
    check_streaming(&fixture, true, RUN_STREAM);
    /* Without v, rows that are none could get into the result. */
    CHECK(run_new(&run, &check_error));
    source = open_input(&fixture, &exchanged, run);
    snprintf(sql, sizeof(sql), "SELECT c0 FROM eider_source('%s')", source_token(source));
    assert_int_equal(run_execute(run, fixture.connection, sql, RUN_MATERIALIZE, &result, &err),
                     EIDER_ERROR_SQL);
    assert_non_null(strstr(err.message, "WHERE v"));
    source_free(source);
    run_unref(run);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

/* A scan that waits for rows that never come can be cancelled. */
static void test_cancel_waiting(void **state)
{
    struct canceller canceller = {.after_ms = 100};
    struct fixture fixture;
    struct exchanged exchanged;
    struct eider_error err;
    struct source *source;
    duckdb_result result;
    pthread_t thread;
    char sql[256];
    double start;

    (void)state;
    fixture_open(&fixture);
    CHECK(run_new(&canceller.run, &check_error));
    source = open_input(&fixture, &exchanged, canceller.run);
    snprintf(sql, sizeof(sql), "SELECT sum(c0) FROM eider_source('%s') WHERE v", source_token(source));
    pthread_create(&thread, NULL, cancel_later, &canceller);
    start = now_ms();
    assert_int_equal(run_execute(canceller.run, fixture.connection, sql, RUN_MATERIALIZE, &result, &err),
                     EIDER_ERROR_CANCELLED);
    assert_true(now_ms() - start < 5000);
    pthread_join(thread, NULL);
    source_free(source);
    run_unref(canceller.run);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

static void test_bloom(void **state)
{
    struct fixture fixture;
    struct bloom *bloom;
    struct probe *probe;
    char sql[256], *value;

    (void)state;
    fixture_open(&fixture);
    CHECK(bloom_new(bloom_words_for(1000), engine_budget(fixture.engine), &bloom, &check_error));
    for (int i = 0; i < 1000; i++) {
        uint64_t hash;

        snprintf(sql, sizeof(sql), "SELECT hash(%d::BIGINT)", i * 7);
        value = fixture_value(&fixture, sql);
        hash = strtoull(value, NULL, 10);
        duckdb_free(value);
        bloom_add(bloom, &hash, 1);
    }
    CHECK(probe_new(fixture.engine, bloom, &probe, &check_error));
    bloom_unref(bloom);
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM range(7000) r(i) WHERE i %% 7 = 0 AND eider_bloom('%s', hash(i))",
             probe_token(probe));
    value = fixture_value(&fixture, sql);
    assert_string_equal(value, "1000");
    duckdb_free(value);
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM range(100000) r(i) WHERE eider_bloom('%s', hash(i + 7000))",
             probe_token(probe));
    value = fixture_value(&fixture, sql);
    assert_in_range(strtol(value, NULL, 10), 0, 2000);
    duckdb_free(value);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM range(10) r(i) WHERE eider_bloom('%s', NULL)",
             probe_token(probe));
    value = fixture_value(&fixture, sql);
    assert_string_equal(value, "10");
    duckdb_free(value);
    probe_free(probe);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_sink_refuses),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_task_failures),
        cmocka_unit_test(test_prepared_statement_outlives),
        cmocka_unit_test(test_incomplete_input),
        cmocka_unit_test(test_cancel_waiting),
        cmocka_unit_test(test_bloom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
