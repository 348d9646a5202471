/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV and JSON files beside Parquet files: what changes while a query waits, what is not worth a look, and that nothing is
 * left in the session. What such queries answer is for the corpus (tests/corpus/text_*).
 */
#include <sys/stat.h>

#include "unit/session_fixture.h"

static char csv_path[sizeof(fixture_folder) + 16];

static void write_csv(struct fixture *f, int rows)
{
    char text[512];

    snprintf(csv_path, sizeof(csv_path), "%s/c.csv", fixture_folder);
    snprintf(text, sizeof(text),
             "COPY (SELECT range AS g, 'x' || range AS name FROM range(%d)) TO '%s' (HEADER)", rows,
             csv_path);
    sql(f->connection, text);
}

static const char *joined(const char *source)
{
    static char text[1024];

    snprintf(text, sizeof(text), "SELECT count(*) FROM t JOIN %s c USING (g) WHERE c.name <> 'x1'", source);
    return text;
}

static const char *call(void)
{
    static char text[256];

    snprintf(text, sizeof(text), "read_csv('%s', header = true)", csv_path);
    return text;
}

static struct eider_query *prepare(struct fixture *f, const char *text)
{
    struct eider_query *query = NULL;

    if (eider_prepare(f->session, text, &query, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    return query;
}

static void assert_verdict(struct fixture *f, const char *text, const char *kind)
{
    struct eider_query *query = prepare(f, text);

    assert_string_equal(eider_query_verdict_kind(query), kind);
    eider_query_free(query);
}

static void nothing_is_left(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    write_csv(&f, 5);
    assert_answer(&f, joined(call()), true, "12000");
    assert_answer(&f, "SELECT count(*) FROM duckdb_functions() WHERE database_name = 'temp'", false, "0");
    sql(f.connection, "BEGIN");
    assert_answer(&f, joined(call()), true, "12000");
    sql(f.connection, "ROLLBACK");
    assert_same_answer(&f, joined(call()), true);
    assert_int_equal(unlink(csv_path), 0);
    fixture_close(&f);
}

static void changed_files_are_noticed(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    duckdb_result result;

    (void)unused;
    fixture_open(&f, 2);
    write_csv(&f, 5);
    query = prepare(&f, joined(call()));
    assert_true(eider_query_is_distributed(query));
    write_csv(&f, 700);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_CHANGED);
    assert_non_null(strstr(f.err.message, "c.csv"));
    eider_query_free(query);
    query = prepare(&f, joined(call()));
    assert_int_equal(unlink(csv_path), 0);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_CHANGED);
    eider_query_free(query);
    fixture_close(&f);
}

/* A pipe gives its bytes once: whoever looked into this one would wait forever. */
static void pipes_are_not_opened(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 2);
    write_csv(&f, 5);
    assert_int_equal(unlink(csv_path), 0);
    assert_int_equal(mkfifo(csv_path, 0600), 0);
    assert_verdict(&f, joined(call()), "table_function");
    assert_int_equal(unlink(csv_path), 0);
    fixture_close(&f);
}

/* The file is no CSV file, which DuckDB would say if it was asked. */
static void small_statements_are_not_looked_into(void **unused)
{
    struct fixture f;
    FILE *file;

    (void)unused;
    fixture_open(&f, 2);
    write_csv(&f, 5);
    sql(f.connection, "RESET eider_bytes_per_task");
    assert_non_null(file = fopen(csv_path, "w"));
    fputs("\xff\xfe\x00\xff", file);
    fclose(file);
    assert_verdict(&f, joined(call()), "small");
    sql(f.connection, "SET eider_bytes_per_task = '1'");
    assert_verdict(&f, joined(call()), "plan_refused");
    assert_int_equal(unlink(csv_path), 0);
    fixture_close(&f);
}

static void urls_of_files_are_read(void **unused)
{
    struct fixture f;
    char text[512];

    (void)unused;
    fixture_open(&f, 2);
    write_csv(&f, 5);
    snprintf(text, sizeof(text), "read_csv('file://%s')", csv_path);
    assert_same_answer(&f, joined(text), true);
    assert_int_equal(unlink(csv_path), 0);
    fixture_close(&f);
}

/* Nothing in the statement tells that there is such a file. */
static void views_are_looked_through(void **unused)
{
    struct fixture f;
    char text[512];

    (void)unused;
    fixture_open(&f, 2);
    write_csv(&f, 5);
    snprintf(text, sizeof(text), "CREATE TEMP VIEW inner_view(g, name) AS SELECT * FROM %s", call());
    sql(f.connection, text);
    sql(f.connection, "CREATE TEMP VIEW \"outer view\" AS SELECT g, name FROM inner_view WHERE g >= 0");
    assert_answer(&f, joined("\"outer view\""), true, "12000");
    assert_answer(&f, joined("\"outer view\""), true, "12000");
    sql(f.connection, "RESET eider_bytes_per_task");
    assert_verdict(&f, joined("\"outer view\""), "small");
    assert_int_equal(unlink(csv_path), 0);
    fixture_close(&f);
}

/* ---- Several files ---- */

/* Three files of 3,000 rows; row 2,500 of the last one has `last` for its number, which no sample of 100 rows sees. */
static const char *several(struct fixture *f, const char *last)
{
    static char call[sizeof(fixture_folder) + 64];
    char text[512];

    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof(text),
                 "COPY (SELECT CASE WHEN range = %d THEN '%s' ELSE range::VARCHAR END AS g, 'x' AS name FROM "
                 "range(%d, %d)) TO '%s/s%d.csv' (HEADER)",
                 2 * 3000 + 2500, last, i * 3000, (i + 1) * 3000, fixture_folder, i);
        sql(f->connection, text);
    }
    snprintf(call, sizeof(call), "read_csv('%s/s*.csv', sample_size = 100)", fixture_folder);
    return call;
}

static void remove_several(void)
{
    char path[sizeof(fixture_folder) + 32];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/s%d.csv", fixture_folder, i);
        assert_int_equal(unlink(path), 0);
    }
}

static void several_tasks_read_files(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    char text[512];

    (void)unused;
    fixture_open(&f, 2);
    snprintf(text, sizeof(text), "SELECT sum(g), count(*) FROM %s", several(&f, "8500"));
    query = prepare(&f, text);
    assert_non_null(strstr(eider_query_explain(query), "input_tasks=2"));
    assert_non_null(strstr(eider_query_explain(query), "DistributedLeafExec"));
    eider_query_free(query);
    assert_answer(&f, text, true, "40495500");
    sql(f.connection, "SET eider_bytes_per_task = '40kB'"); /* of about 60 */
    assert_answer(&f, text, true, "40495500");
    sql(f.connection, "RESET eider_bytes_per_task");
    assert_verdict(&f, text, "small");
    remove_several();
    fixture_close(&f);
}

/* 20 files of 11 bytes: to look at all of them would be to read them twice. */
static void small_files_are_not_looked_at(void **unused)
{
    static const char query[] = "SELECT g, count(*) FROM read_csv('%s/t*.csv'%s) GROUP BY g";
    struct fixture f;
    char path[sizeof(fixture_folder) + 32], text[512];

    (void)unused;
    fixture_open(&f, 2);
    for (int i = 0; i < 20; i++) {
        FILE *file;

        snprintf(path, sizeof(path), "%s/t%d.csv", fixture_folder, i);
        assert_non_null(file = fopen(path, "w"));
        fputs("g,name\n1,x\n", file);
        fclose(file);
    }
    snprintf(text, sizeof(text), query, fixture_folder, "");
    assert_verdict(&f, text, "distributable");
    sql(f.connection, "SET eider_bytes_per_task = '200'");
    assert_verdict(&f, text, "small");
    snprintf(text, sizeof(text), query, fixture_folder,
             ", auto_detect = false, header = true, delim = ',', columns = {'g': 'INTEGER', 'n': 'VARCHAR'}");
    assert_verdict(&f, text, "distributable");
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof(path), "%s/t%d.csv", fixture_folder, i);
        assert_int_equal(unlink(path), 0);
    }
    fixture_close(&f);
}

/* Tasks of a call that finds out its columns read the beginnings of all files, so there are fewer of them. */
static void json_is_said_or_found_out(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    char text[512], path[sizeof(fixture_folder) + 32];

    (void)unused;
    fixture_open(&f, 4);
    for (int i = 0; i < 20; i++) {
        snprintf(
            text, sizeof(text),
            "COPY (SELECT range AS g, DATE '2024-01-01' AS d, 'x' AS n FROM range(%d, %d)) TO '%s/j%d.json'",
            i * 100, (i + 1) * 100, fixture_folder, i);
        sql(f.connection, text);
    }
    sql(f.connection, "SET eider_bytes_per_task = '20kB'"); /* of about 90 */
    snprintf(text, sizeof(text), "SELECT sum(g), count(*) FROM read_json('%s/j*.json')", fixture_folder);
    assert_answer(&f, text, true, "1999000");
    query = prepare(&f, text);
    assert_non_null(strstr(eider_query_explain(query), "input_tasks=4"));
    eider_query_free(query);
    snprintf(text, sizeof(text), "SELECT sum(g), count(d) FROM read_json('%s/j*.json')", fixture_folder);
    assert_verdict(&f, text, "small");
    sql(f.connection, "SET eider_bytes_per_task = '200'");
    assert_answer(&f, text, true, "1999000");
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof(path), "%s/j%d.json", fixture_folder, i);
        assert_int_equal(unlink(path), 0);
    }
    fixture_close(&f);
}

/* The row shows in a task that reads the file beside others or alone: the error is that of DuckDB, with file and line. */
static void bad_rows_are_errors_with_their_place(void **unused)
{
    struct fixture f;
    struct eider_query *query;
    duckdb_result result;
    char text[512];

    (void)unused;
    fixture_open(&f, 3);
    snprintf(text, sizeof(text), "SELECT sum(g), count(*) FROM %s", several(&f, "bad"));
    query = prepare(&f, text);
    assert_string_equal(eider_query_verdict_kind(query), "distributable");
    assert_int_not_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    if (strstr(f.err.message, "s2.csv") == NULL || strstr(f.err.message, "Line: 2502") == NULL)
        fail_msg("%s", f.err.message);
    eider_query_free(query);
    remove_several();
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left),
        cmocka_unit_test(changed_files_are_noticed),
        cmocka_unit_test(pipes_are_not_opened),
        cmocka_unit_test(small_statements_are_not_looked_into),
        cmocka_unit_test(urls_of_files_are_read),
        cmocka_unit_test(views_are_looked_through),
        cmocka_unit_test(small_files_are_not_looked_at),
        cmocka_unit_test(several_tasks_read_files),
        cmocka_unit_test(json_is_said_or_found_out),
        cmocka_unit_test(bad_rows_are_errors_with_their_place),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
