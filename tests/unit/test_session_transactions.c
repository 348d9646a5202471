/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CREATE TABLE AS, INSERT and COPY whose query runs in stages: what they leave behind, within transactions, when they
 * fail and when they are cancelled.
 */
#include <pthread.h>

#include "unit/session_fixture.h"

#define COUNTS    "SELECT g, count(*) AS n, sum(v) AS s FROM t GROUP BY g"
#define BAD_QUERY "SELECT g, sum(CAST('x' || v AS INTEGER)) AS s FROM t GROUP BY g"

static char *path_of(const char *name)
{
    static char paths[4][600];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s-%s", fixture_folder, name);
    return path;
}

static char *with_path(const char *format, const char *name)
{
    static char texts[4][2048];
    static unsigned next;
    char *text = texts[next++ % 4];

    snprintf(text, sizeof(texts[0]), format, path_of(name)); /* NOLINT: formats of this file */
    return text;
}

/* Runs it; it must (not) be distributed. Returns how many rows it has changed. */
static uint64_t run(struct fixture *f, const char *text, bool distributed)
{
    struct eider_query *query = NULL;
    struct eider_query_stats stats;
    duckdb_result result;
    uint64_t changed;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    if (eider_query_run(query, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    if (eider_query_is_distributed(query) != distributed)
        fail_msg("%s: %s", text, eider_query_verdict(query));
    eider_query_get_stats(query, &stats);
    assert_int_equal(stats.distributed, distributed);
    assert_true(!distributed || stats.stages > 0);
    changed = duckdb_rows_changed(&result);
    duckdb_destroy_result(&result);
    eider_query_free(query);
    return changed;
}

/* What DuckDB says, as text. */
static void assert_cell(struct fixture *f, const char *text, const char *expected)
{
    duckdb_result result;
    char *cell;

    if (duckdb_query(f->connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    cell = duckdb_value_varchar(&result, 0, 0);
    assert_string_equal(cell, expected);
    duckdb_free(cell);
    duckdb_destroy_result(&result);
}

/* The statements before it in a script are as they were, for DuckDB and for Eider. */
static void assert_aborted(struct fixture *f)
{
    duckdb_result result;

    assert_int_equal(duckdb_query(f->connection, "SELECT 1", &result), DuckDBError);
    assert_non_null(strstr(duckdb_result_error(&result), "Current transaction is aborted"));
    duckdb_destroy_result(&result);
}

/* ---- What they do ---- */

static void rows_that_were_changed_are_counted(void **unused)
{
    struct fixture f;
    duckdb_result result;

    (void)unused;
    fixture_open(&f, 3);
    assert_int_equal(run(&f, "CREATE TABLE made AS " COUNTS, true), 0); /* as in DuckDB */
    assert_int_equal(run(&f, "INSERT INTO made " COUNTS, true), 10);
    assert_cell(&f, "SELECT (count(*), sum(n), sum(s))::VARCHAR FROM made", "(20, 60000, 899970000)");
    assert_int_equal(eider_query(f.session, "INSERT INTO made " COUNTS, &result, &f.err), EIDER_OK);
    assert_string_equal(duckdb_column_name(&result, 0), "Count");
    assert_int_equal(duckdb_value_int64(&result, 0, 0), 10);
    assert_int_equal(duckdb_result_statement_type(result), DUCKDB_STATEMENT_TYPE_INSERT);
    duckdb_destroy_result(&result);
    fixture_close(&f);
}

/* All rows are read before the file is opened, and it is another one afterwards. */
static void a_file_may_replace_what_it_is_made_of(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    run(&f,
        with_path("COPY (SELECT v, g FROM t) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE 4096)", "self.parquet"),
        true);
    run(&f,
        with_path("COPY (SELECT v + 1 AS v, g FROM '%1$s' WHERE v %% 3 = 0) TO '%1$s' (FORMAT parquet)",
                  "self.parquet"),
        true);
    assert_cell(&f, with_path("SELECT (count(*), sum(v))::VARCHAR FROM '%s'", "self.parquet"),
                "(10000, 149995000)");
    unlink(path_of("self.parquet"));
    fixture_close(&f);
}

static void rows_are_returned_and_streamed(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    struct eider_stream *stream;
    duckdb_data_chunk chunk;
    uint64_t rows = 0;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE made (g BIGINT, n BIGINT, d INTEGER DEFAULT 7)");
    assert_int_equal(
        eider_prepare(f.session, "INSERT INTO made (g, n) SELECT v, g FROM t RETURNING g, d", &query, &f.err),
        EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    assert_int_equal(eider_stream_column_count(stream), 2);
    assert_string_equal(eider_stream_column_name(stream, 1), "d");
    while (eider_stream_next(stream, &chunk, &f.err) == EIDER_OK && chunk != NULL) {
        rows += duckdb_data_chunk_get_size(chunk);
        duckdb_destroy_data_chunk(&chunk);
    }
    eider_stream_close(stream);
    eider_query_free(query);
    assert_int_equal(rows, FIXTURE_ROWS);
    /* A stream that is closed early has inserted all the same. */
    assert_int_equal(eider_prepare(f.session,
                                   "INSERT INTO made (g, n) SELECT g, count(*) FROM t GROUP BY g RETURNING g",
                                   &query, &f.err),
                     EIDER_OK);
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    eider_stream_close(stream);
    eider_query_free(query);
    assert_cell(&f, "SELECT count(*) FROM made", "30010");
    fixture_close(&f);
}

/* ---- Transactions ---- */

static void a_rollback_takes_everything_back(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE kept (g BIGINT, n BIGINT, s HUGEINT)");
    run(&f, "BEGIN", false);
    run(&f, "CREATE TABLE made AS " COUNTS, true);
    run(&f, "INSERT INTO kept " COUNTS, true);
    run(&f, "INSERT INTO kept SELECT g, kept.n, kept.s FROM kept JOIN (SELECT DISTINCT g FROM t) USING (g)",
        true);
    assert_cell(&f, "SELECT count(*) FROM kept", "20");
    run(&f, "ROLLBACK", false);
    assert_cell(&f, "SELECT count(*) FROM kept", "0");
    assert_cell(&f, "SELECT count(*) FROM duckdb_tables()", "1");
    fixture_close(&f);
}

/* A statement that fails, in a task or at the end, aborts the transaction as in DuckDB: COMMIT must not keep the rest. */
static void a_failure_aborts_the_transaction(void **unused)
{
    static const char made[] = "CREATE TABLE made AS " BAD_QUERY;
    static const char *const bad[] = {
        "INSERT INTO kept SELECT g, s, s FROM (" BAD_QUERY ")",
        "INSERT INTO kept SELECT g, n, CASE WHEN n > 0 THEN NULL ELSE s END FROM (" COUNTS ")",
        made,
        BAD_QUERY,
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE kept (g BIGINT, n BIGINT, s HUGEINT NOT NULL)");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        run(&f, "BEGIN", false);
        run(&f, "INSERT INTO kept " COUNTS, true);
        assert_fails(&f, bad[i], EIDER_ERROR_SQL, i == 1 ? "Constraint Error" : "Conversion Error");
        assert_aborted(&f);
        run(&f, "COMMIT", false); /* rolls back */
        assert_cell(&f, "SELECT count(*) FROM kept", "0");
        assert_fails(&f, bad[i], EIDER_ERROR_SQL, i == 1 ? "Constraint Error" : "Conversion Error");
        assert_cell(&f, "SELECT count(*) FROM kept", "0");
    }
    assert_cell(&f, "SELECT count(*) FROM duckdb_tables()", "1");
    fixture_close(&f);
}

/* What DuckDB finds out by binding aborts nothing, and neither does what it refuses at once. */
static void a_refusal_aborts_nothing(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE kept (g BIGINT, n BIGINT, s HUGEINT)");
    run(&f, "BEGIN", false);
    run(&f, "INSERT INTO kept " COUNTS, true);
    assert_fails(&f, "INSERT INTO nowhere " COUNTS, EIDER_ERROR_SQL, "Catalog Error");
    assert_fails(&f, "INSERT INTO kept SELECT g FROM t GROUP BY g", EIDER_ERROR_SQL, "Binder Error");
    assert_fails(&f, "CREATE TABLE kept AS " COUNTS, EIDER_ERROR_SQL, "Catalog Error");
    assert_fails(&f, "COPY (" COUNTS ") TO 'x' (FORMAT nothing)", EIDER_ERROR_SQL, "Catalog Error");
    run(&f, "CREATE TABLE IF NOT EXISTS kept AS " BAD_QUERY, false);
    run(&f, "COMMIT", false);
    assert_cell(&f, "SELECT count(*) FROM kept", "10");
    fixture_close(&f);
}

/* A function of the application's: commits on another connection. */
static void commit_other(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    bool *values = duckdb_vector_get_data(output);

    (void)input;
    sql(duckdb_scalar_function_get_extra_info(info), "COMMIT");
    values[0] = true;
}

static void add_commit_other(struct fixture *f, duckdb_connection other)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);

    duckdb_scalar_function_set_name(function, "commit_other");
    duckdb_scalar_function_set_return_type(function, type);
    duckdb_scalar_function_set_extra_info(function, other, NULL);
    duckdb_scalar_function_set_function(function, commit_other);
    duckdb_scalar_function_set_volatile(function);
    assert_int_equal(duckdb_register_scalar_function(f->connection, function), DuckDBSuccess);
    duckdb_destroy_logical_type(&type);
    duckdb_destroy_scalar_function(&function);
}

/* A query over native tables runs in a transaction of its own, whose COMMIT may fail: here somebody else was faster. */
static void a_commit_that_fails_is_an_error(void **unused)
{
    struct fixture f;
    duckdb_connection other;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE keys AS SELECT 3 AS g");
    sql(f.connection, "CREATE TABLE kept (g BIGINT PRIMARY KEY, n BIGINT)");
    assert_int_equal(duckdb_connect(f.database, &other), DuckDBSuccess);
    add_commit_other(&f, other);
    sql(other, "BEGIN");
    sql(other, "INSERT INTO kept VALUES (3, 0)");
    assert_fails(&f,
                 "INSERT INTO kept SELECT g, count(*) FROM t JOIN keys USING (g) GROUP BY g "
                 "RETURNING commit_other()",
                 EIDER_ERROR_SQL, "Failed to commit");
    assert_cell(&f, "SELECT (count(*), sum(n))::VARCHAR FROM kept", "(1, 0)");
    run(&f, "INSERT INTO kept SELECT g, count(*) FROM t WHERE g <> 3 GROUP BY g", true);
    assert_cell(&f, "SELECT count(*) FROM kept", "10");
    duckdb_disconnect(&other);
    fixture_close(&f);
}

/* ---- Targets ---- */

static void read_only_databases_are_not_written(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, with_path("ATTACH '%s' AS ro", "ro.db"));
    sql(f.connection, "CREATE TABLE ro.kept (g BIGINT, n BIGINT, s HUGEINT)");
    sql(f.connection, "DETACH ro");
    sql(f.connection, with_path("ATTACH '%s' AS ro (READ_ONLY)", "ro.db"));
    assert_fails(&f, "INSERT INTO ro.kept " COUNTS, EIDER_ERROR_SQL, "read-only");
    assert_fails(&f, "INSERT INTO ro.kept SELECT g, s, s FROM (" BAD_QUERY ")", EIDER_ERROR_SQL, "read-only");
    assert_fails(&f, "CREATE TABLE ro.made AS " COUNTS, EIDER_ERROR_SQL, "read-only");
    run(&f, "CREATE TEMP TABLE made AS " COUNTS, true);
    sql(f.connection, "DETACH ro");
    unlink(path_of("ro.db"));
    fixture_close(&f);
}

static void failed_copies_leave_nothing(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    assert_fails(&f, with_path("COPY (" BAD_QUERY ") TO '%s' (FORMAT csv)", "bad"), EIDER_ERROR_SQL,
                 "Conversion Error");
    assert_int_not_equal(access(path_of("bad"), F_OK), 0);
    assert_fails(&f, with_path("COPY (" COUNTS ") TO '%s/nowhere/x.csv'", "bad"), EIDER_ERROR_IO, "IO Error");
    fixture_close(&f);
}

/* Others see what the session has made: plans of before do not count any more. */
static void tables_show_at_once(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    duckdb_result result;

    (void)unused;
    fixture_open(&f, 3);
    assert_int_equal(eider_prepare(f.session, "CREATE TABLE IF NOT EXISTS made AS " COUNTS, &query, &f.err),
                     EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    run(&f, "CREATE TABLE made AS SELECT 1 AS one", false);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    assert_false(eider_query_is_distributed(query));
    assert_string_equal(eider_query_verdict_kind(query), "target");
    duckdb_destroy_result(&result);
    eider_query_free(query);
    assert_cell(&f, "SELECT one FROM made", "1");
    run(&f, "DROP TABLE made", false);
    run(&f, "CREATE TABLE IF NOT EXISTS made AS " COUNTS, true);
    fixture_close(&f);
}

/* ---- Cancelling ---- */

static void *cancel_soon(void *data)
{
    struct fixture *f = data;

    usleep(200000);
    eider_session_cancel(f->session);
    return NULL;
}

static void cancelling_leaves_nothing(void **unused)
{
    struct fixture f;
    pthread_t thread;

    (void)unused;
    fixture_open(&f, 3);
    pthread_create(&thread, NULL, cancel_soon, &f);
    assert_fails(
        &f, "CREATE TABLE made AS SELECT a.g, count(*) FROM t a, t b, t c WHERE a.v < b.n + c.n GROUP BY a.g",
        EIDER_ERROR_CANCELLED, "");
    pthread_join(thread, NULL);
    assert_cell(&f, "SELECT count(*) FROM duckdb_tables()", "0");
    run(&f, "CREATE TABLE made AS " COUNTS, true);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_were_changed_are_counted),
        cmocka_unit_test(a_file_may_replace_what_it_is_made_of),
        cmocka_unit_test(rows_are_returned_and_streamed),
        cmocka_unit_test(a_rollback_takes_everything_back),
        cmocka_unit_test(a_failure_aborts_the_transaction),
        cmocka_unit_test(a_refusal_aborts_nothing),
        cmocka_unit_test(a_commit_that_fails_is_an_error),
        cmocka_unit_test(read_only_databases_are_not_written),
        cmocka_unit_test(failed_copies_leave_nothing),
        cmocka_unit_test(tables_show_at_once),
        cmocka_unit_test(cancelling_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
