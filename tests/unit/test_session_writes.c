/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that store the rows of a query: what they leave behind, and what they answer, is what DuckDB alone would; their
 * queries are distributed; a failure leaves nothing.
 */
#include "unit/session_fixture.h"

#define MADE  "SELECT md5(string_agg(x, ';')) FROM (SELECT (r)::VARCHAR AS x FROM target r ORDER BY 1)"
#define TYPES "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE target)"

static char *first_cell(duckdb_connection connection, const char *text)
{
    duckdb_result result;
    char *cell;

    if (duckdb_query(connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    cell = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    return cell;
}

static void assert_same_cell(struct fixture *f, const char *text, const char *expected, const char *statement)
{
    char *cell = first_cell(f->connection, text);

    if ((cell == NULL) != (expected == NULL) || (cell != NULL && strcmp(cell, expected) != 0))
        fail_msg("%s leaves %s, not %s", statement, cell, expected);
    duckdb_free(cell);
}

static void prepare_target(struct fixture *f, const char *setup)
{
    sql(f->connection, "DROP TABLE IF EXISTS target");
    if (setup != NULL)
        sql(f->connection, setup);
}

/* Runs the statement on DuckDB alone and on Eider, each on a fresh target, and compares. */
static void assert_same_write(struct fixture *f, const char *setup, const char *statement, bool distributed)
{
    char *rows, *types, *answer, *cell;
    duckdb_result result;
    uint64_t changed;

    prepare_target(f, setup);
    if (duckdb_query(f->connection, statement, &result) != DuckDBSuccess)
        fail_msg("%s: %s", statement, duckdb_result_error(&result));
    answer = duckdb_value_varchar(&result, 0, 0);
    changed = duckdb_rows_changed(&result);
    duckdb_destroy_result(&result);
    rows = first_cell(f->connection, MADE);
    types = first_cell(f->connection, TYPES);
    prepare_target(f, setup);
    cell = fixture_answer(f, statement, distributed);
    assert_string_equal(cell, answer);
    assert_same_cell(f, MADE, rows, statement);
    assert_same_cell(f, TYPES, types, statement);
    prepare_target(f, setup);
    assert_int_equal(eider_query(f->session, statement, &result, &f->err), EIDER_OK);
    assert_int_equal(duckdb_rows_changed(&result), changed);
    duckdb_destroy_result(&result);
    duckdb_free(cell);
    duckdb_free(answer);
    duckdb_free(rows);
    duckdb_free(types);
}

static void tables_are_made_of_queries(void **unused)
{
    static const char *const statements[] = {
        "CREATE TABLE target AS SELECT g, count(*) AS n, sum(n) AS \"the sum\" FROM t GROUP BY g",
        "create temp table target as (select v, s from t where v % 3 = 0) -- and nothing else",
        "CREATE OR REPLACE TABLE target(a, b) AS WITH x AS (SELECT s, max(v) AS m FROM t GROUP BY s) FROM x;",
        "CREATE TABLE memory.main.\"target\" AS SELECT a.g, b.s FROM t a JOIN t b USING (v)",
        "CREATE TABLE target AS SELECT v, v AS v2, 'ON CONFLICT' AS c FROM t ORDER BY v DESC LIMIT 100",
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        assert_same_write(&f, NULL, statements[i], true);
    fixture_close(&f);
}

static void order_is_kept(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    assert_same_write(&f, NULL, "CREATE TABLE target AS SELECT v FROM t WHERE g = 4 ORDER BY v DESC", true);
    assert_same_cell(
        &f, "SELECT count(*) FROM (SELECT v, lag(v) OVER (ORDER BY rowid) AS b FROM target) WHERE b < v", "0",
        "CREATE TABLE … ORDER BY");
    fixture_close(&f);
}

static void rows_are_inserted(void **unused)
{
    static const struct {
        const char *setup, *statement;
    } cases[] = {
        {"CREATE TABLE target (g BIGINT, n DOUBLE)", "INSERT INTO target SELECT g, sum(n) FROM t GROUP BY g"},
        {"CREATE TABLE target (a INTEGER DEFAULT 7, g VARCHAR)",
         "INSERT INTO main.target AS x (g) SELECT DISTINCT s FROM t"},
        {"CREATE TABLE target (n BIGINT, g BIGINT)",
         "INSERT INTO target BY NAME SELECT g, count(*) AS n FROM t GROUP BY g"},
        {"CREATE TABLE target AS SELECT 3 AS g, 0::BIGINT AS n; CREATE UNIQUE INDEX u ON target (g)",
         "INSERT OR IGNORE INTO target SELECT g, count(*) FROM t GROUP BY g"},
        {"CREATE TABLE target (g BIGINT PRIMARY KEY, n BIGINT); INSERT INTO target VALUES (3, 1)",
         "INSERT INTO target SELECT g, count(*) FROM t GROUP BY g ON CONFLICT (g) DO UPDATE SET n = n + "
         "excluded.n"},
        {"CREATE TABLE target (g BIGINT PRIMARY KEY, n BIGINT); INSERT INTO target VALUES (3, 1)",
         "INSERT INTO target SELECT g, count(*) FROM t GROUP BY g ON CONFLICT DO NOTHING"},
        {"CREATE TABLE target AS SELECT range AS v, 'x' AS s FROM range(50)",
         "INSERT INTO target SELECT t.v, t.s FROM t JOIN target ON t.v = target.v + 10"},
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_same_write(&f, cases[i].setup, cases[i].statement, true);
    prepare_target(&f, "CREATE TABLE target (n BIGINT)");
    assert_answer(&f, "INSERT INTO target SELECT count(*) FROM t RETURNING n + 1", true, "30001");
    fixture_close(&f);
}

static void files_are_written(void **unused)
{
    struct fixture f;
    char text[512];

    (void)unused;
    fixture_open(&f, 3);
    snprintf(text, sizeof(text), "COPY (SELECT g, count(*) AS n FROM t GROUP BY g) TO '%s.parquet'",
             fixture_folder);
    assert_answer(&f, text, true, "10");
    snprintf(text, sizeof(text), "SELECT sum(n * g) FROM '%s.parquet'", fixture_folder);
    assert_same_cell(&f, text, "135000", "COPY");
    snprintf(text, sizeof(text), "%s.parquet", fixture_folder);
    assert_int_equal(unlink(text), 0);
    snprintf(text, sizeof(text),
             "COPY (SELECT CASE WHEN v < 29999 THEN v ELSE error('no') END FROM t) TO '%s.csv'",
             fixture_folder);
    assert_fails(&f, text, EIDER_ERROR_SQL, "no");
    snprintf(text, sizeof(text), "%s.csv", fixture_folder);
    assert_int_equal(access(text, F_OK), -1);
    fixture_close(&f);
}

/* DuckDB alone, which knows best what they mean. */
static void others_run_on_duckdb(void **unused)
{
    static const char *const statements[] = {
        "INSERT INTO target VALUES (1)",
        "INSERT INTO target (g) VALUES ((SELECT count(*) FROM t))",
        "WITH x AS (SELECT count(*) AS n FROM t) INSERT INTO target SELECT n FROM x",
        "CREATE TABLE IF NOT EXISTS target AS SELECT count(*) AS g FROM t", /* it is there */
        "INSERT INTO target SELECT random() FROM t LIMIT 3",
        "INSERT INTO target SELECT max(g) FROM target",
        "INSERT INTO keyed SELECT g FROM t WHERE v > 5 ON CONFLICT DO NOTHING",
        "INSERT OR IGNORE INTO keyed SELECT g FROM t",
        "CREATE OR REPLACE TABLE words AS SELECT w.s, count(*) AS n FROM words w JOIN t USING (s) GROUP BY 1",
        "INSERT INTO counted (v) SELECT v FROM t",
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    prepare_target(&f, "CREATE TABLE target (g DOUBLE); CREATE TABLE keyed (g DOUBLE PRIMARY KEY); "
                       "CREATE SEQUENCE numbers; "
                       "CREATE TABLE counted (i BIGINT DEFAULT nextval('numbers'), v BIGINT); "
                       "CREATE TABLE words (s VARCHAR COLLATE NOCASE); INSERT INTO words VALUES ('k1')");
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        duckdb_result result;
        struct eider_query *query;
        assert_int_equal(eider_prepare(f.session, statements[i], &query, &f.err), EIDER_OK);
        assert_false(eider_query_is_distributed(query));
        assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
        duckdb_destroy_result(&result);
        eider_query_free(query);
    }
    fixture_close(&f);
}

static void failures_leave_nothing(void **unused)
{
    static const char rows[] = "SELECT count(*) FROM target";
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    assert_fails(&f,
                 "CREATE TABLE target AS SELECT CASE WHEN v < 29999 THEN v ELSE error('bad row') END FROM t",
                 EIDER_ERROR_SQL, "bad row");
    assert_same_cell(&f, "SELECT count(*) FROM duckdb_tables()", "0", "CREATE TABLE");
    sql(f.connection, "CREATE TABLE target (v BIGINT PRIMARY KEY, w BIGINT)");
    assert_fails(&f, "INSERT INTO target SELECT g, v FROM t", EIDER_ERROR_SQL, "uplicate key");
    assert_same_cell(&f, rows, "0", "INSERT");
    assert_fails(&f, "INSERT INTO target SELECT target.w, t.v FROM t LEFT JOIN target ON t.v = target.v",
                 EIDER_ERROR_SQL, "NULL");
    assert_same_cell(&f, rows, "0", "INSERT");
    assert_fails(&f, "CREATE TABLE target AS SELECT g, v FROM t", EIDER_ERROR_SQL, "already exists");
    assert_fails(&f, "INSERT INTO target SELECT v FROM t", EIDER_ERROR_SQL, "2 columns but 1");
    assert_fails(&f, "INSERT INTO nowhere SELECT v FROM t", EIDER_ERROR_SQL, "nowhere");
    sql(f.connection, "BEGIN");
    assert_answer(&f, "INSERT INTO target SELECT v, g FROM t", true, "30000");
    assert_answer(&f, "SELECT count(*) FROM target JOIN t ON target.v = t.v", true, "30000");
    sql(f.connection, "ROLLBACK");
    assert_same_cell(&f, rows, "0", "ROLLBACK");
    fixture_close(&f);
}

static void explain_tells_what_becomes_of_the_rows(void **unused)
{
    static const char plan[] = "INSERT INTO target (g) <the rows of the head stage> RETURNING g\n"
                               "┌───── DistributedExec ── Tasks: t0:[p0]\n";
    struct eider_query *query;
    duckdb_result result;
    struct fixture f;
    char *cell;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE target (g BIGINT PRIMARY KEY)");
    assert_int_equal(
        eider_prepare(f.session,
                      "EXPLAIN INSERT INTO target /* key */ (g)\nSELECT DISTINCT g FROM t RETURNING g",
                      &query, &f.err),
        EIDER_OK);
    assert_int_equal(strncmp(eider_query_explain(query), plan, strlen(plan)), 0);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    cell = duckdb_value_varchar(&result, 1, 0);
    assert_int_equal(strncmp(cell, plan, strlen(plan)), 0);
    duckdb_free(cell);
    duckdb_destroy_result(&result);
    eider_query_free(query);
    assert_same_cell(&f, "SELECT count(*) FROM target", "0", "EXPLAIN");
    fixture_close(&f);
}

/* A prepared one means what it means when it runs; a stream of one is its answer. */
static void prepared_and_streamed(void **unused)
{
    struct eider_query *query;
    struct eider_stream *stream;
    duckdb_data_chunk chunk;
    duckdb_result result;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE target (g BIGINT)");
    assert_int_equal(
        eider_prepare(f.session, "INSERT INTO target SELECT v FROM t WHERE g = 1", &query, &f.err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    assert_int_equal(eider_query(f.session, "DROP TABLE target", &result, &f.err), EIDER_OK);
    duckdb_destroy_result(&result);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_SQL);
    eider_query_free(query);
    sql(f.connection, "CREATE TABLE target (g BIGINT)");
    assert_int_equal(
        eider_prepare(f.session, "INSERT INTO target SELECT v FROM t WHERE g = 1", &query, &f.err), EIDER_OK);
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_OK);
    assert_int_equal(*(int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)), 3000);
    duckdb_destroy_data_chunk(&chunk);
    eider_stream_close(stream);
    eider_query_free(query);
    assert_same_cell(&f, "SELECT count(*) FROM target", "3000", "a stream");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_made_of_queries),
        cmocka_unit_test(order_is_kept),
        cmocka_unit_test(rows_are_inserted),
        cmocka_unit_test(files_are_written),
        cmocka_unit_test(others_run_on_duckdb),
        cmocka_unit_test(failures_leave_nothing),
        cmocka_unit_test(explain_tells_what_becomes_of_the_rows),
        cmocka_unit_test(prepared_and_streamed),
    };

    return cmocka_run_group_tests_name("writes", tests, fixture_make_data, fixture_remove_data);
}
