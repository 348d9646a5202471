/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY (query) TO a folder of files: the files of a distributed query have the rows of DuckDB's own, in folders of one name,
 * and DuckDB's rules on folders that are not empty hold. How many files there are depends on threads and is not compared.
 */
#include "unit/session_fixture.h"

#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <sys/stat.h>

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_folders(void)
{
    char path[256];

    for (const char *name = "ab"; *name != '\0'; name++) {
        snprintf(path, sizeof(path), "%s.%c", fixture_folder, *name);
        (void)nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
        assert_int_equal(access(path, F_OK), -1);
    }
}

static char *cell_of(duckdb_connection connection, const char *format, char folder)
{
    char text[1024], path[256];
    duckdb_result result;
    char *cell;

    snprintf(path, sizeof(path), "%s.%c", fixture_folder, folder);
    snprintf(text, sizeof(text), format, path, path);
    if (duckdb_query(connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    cell = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    return cell;
}

static void copy_text(char *ret, size_t bytes, char folder, const char *query, const char *options)
{
    int length = snprintf(ret, bytes, "COPY (%s) TO '%s.%c' (%s)", query, fixture_folder, folder, options);

    assert_true(length > 0 && (size_t)length < bytes);
}

/* DuckDB alone writes into folder a, Eider into folder b. */
static void write_both(struct fixture *f, const char *query, const char *options)
{
    duckdb_result result;
    char text[1024];
    char *answer, *expected;

    copy_text(text, sizeof(text), 'a', query, options);
    if (duckdb_query(f->connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    expected = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    copy_text(text, sizeof(text), 'b', query, options);
    answer = fixture_answer(f, text, true);
    assert_string_equal(answer, expected);
    duckdb_free(answer);
    duckdb_free(expected);
}

static void assert_same_cells(struct fixture *f, const char *format, const char *options)
{
    char *expected = cell_of(f->connection, format, 'a');
    char *cell = cell_of(f->connection, format, 'b');

    if ((cell == NULL) != (expected == NULL) || (cell != NULL && strcmp(cell, expected) != 0))
        fail_msg("%s: %s, not %s", options, cell, expected);
    duckdb_free(cell);
    duckdb_free(expected);
}

#define ROWS(READ)                                                                                           \
    "SELECT count(*) || md5(string_agg(x, ';' ORDER BY x)) FROM (SELECT (r)::VARCHAR AS x FROM " READ        \
    "('%s/**', hive_partitioning = true) r)"
#define FOLDERS                                                                                              \
    "SELECT string_agg(folder, ';' ORDER BY folder) FROM (SELECT DISTINCT replace(parse_dirpath(file), "     \
    "parse_dirpath('%s/x'), '') AS folder FROM glob('%s/**'))"

#define CODECS                                                                                               \
    "SELECT string_agg(x, ';' ORDER BY x) FROM (SELECT DISTINCT compression || path_in_schema || type AS x " \
    "FROM parquet_metadata('%s/**'))"

static void folders_have_the_same_rows(void **unused)
{
    static const struct {
        const char *options, *rows;
    } cases[] = {
        {"FORMAT parquet, PER_THREAD_OUTPUT true", ROWS("read_parquet")},
        {"FORMAT csv, HEADER true, PER_THREAD_OUTPUT", ROWS("read_csv")},
        {"FORMAT json, PER_THREAD_OUTPUT true", ROWS("read_json")},
        {"FORMAT parquet, PARTITION_BY (g), ROW_GROUP_SIZE 2048", ROWS("read_parquet")},
        {"FORMAT parquet, PARTITION_BY (w, g), FILENAME_PATTERN 'x_{i}'", ROWS("read_parquet")},
        {"FORMAT csv, PARTITION_BY (w), WRITE_PARTITION_COLUMNS true", ROWS("read_csv")},
    };
    static const char query[] = "SELECT v % 7 AS k, g, max(v) AS m, nullif('a/=' || v % 3, 'a/=1') AS w "
                                "FROM t GROUP BY ALL";
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        remove_folders();
        write_both(&f, query, cases[i].options);
        assert_same_cells(&f, cases[i].rows, cases[i].options);
        assert_same_cells(&f, FOLDERS, cases[i].options);
    }
    remove_folders();
    fixture_close(&f);
}

/* DuckDB refuses it before it reads a row, so no task has to. */
static void assert_not_distributed(struct fixture *f, const char *text)
{
    struct eider_query *query = NULL;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    assert_false(eider_query_is_distributed(query));
    assert_string_equal(eider_query_verdict_kind(query), "target");
    eider_query_free(query);
}

static void rules_on_folders_hold(void **unused)
{
    static const char first[] = "SELECT g, count(*) AS n FROM t GROUP BY g";
    static const char second[] = "SELECT g, max(v) AS n FROM t WHERE g > 3 GROUP BY g";
    static const char *const options[] = {"FORMAT parquet, PARTITION_BY (g), ROW_GROUP_SIZE 2048",
                                          "FORMAT parquet, PER_THREAD_OUTPUT true"};
    static const char *const modes[] = {"OVERWRITE true", "APPEND true", "OVERWRITE_OR_IGNORE true"};
    char text[1024], with_mode[256];
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection,
        "SET threads = 1"); /* how many files a folder has, and so which are written over, is for threads to say */
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < 3; j++) {
            remove_folders();
            write_both(&f, first, options[i]);
            copy_text(text, sizeof(text), 'b', second, options[i]);
            assert_not_distributed(&f, text);
            assert_fails(&f, text, EIDER_ERROR_IO, "is not empty");
            assert_same_cells(&f, ROWS("read_parquet"), options[i]);
            snprintf(with_mode, sizeof(with_mode), "%s, %s", options[i], modes[j]);
            write_both(&f, second, with_mode);
            assert_same_cells(&f, ROWS("read_parquet"), with_mode);
        }
    }
    remove_folders();
    fixture_close(&f);
}

/* No partition has no folder, but there is a file of no rows where files are those of threads. */
static void no_rows(void **unused)
{
    static const char *const options[] = {"FORMAT parquet, PARTITION_BY (g), ROW_GROUP_SIZE 2048",
                                          "FORMAT parquet, PER_THREAD_OUTPUT true"};
    struct fixture f;
    char path[256];

    (void)unused;
    fixture_open(&f, 3);
    for (size_t i = 0; i < 2; i++) {
        remove_folders();
        write_both(&f, "SELECT g, count(*) AS n FROM t GROUP BY g HAVING count(*) < 0", options[i]);
        assert_same_cells(&f, "SELECT count(*) FROM glob('%s/**')", options[i]);
        snprintf(path, sizeof(path), "%s.b", fixture_folder);
        assert_int_equal(access(path, F_OK), 0);
    }
    remove_folders();
    fixture_close(&f);
}

/* ---- Written by the tasks ---- */

/* Nothing of folder b is there, under whatever name. */
static void assert_nothing_left(void)
{
    char pattern[256];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s.b*", fixture_folder);
    assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
}

/* Runs COPY into folder b: who writes can be seen, and the result says what DuckDB's does. */
static void copy_by(struct fixture *f, const char *query, const char *options, bool tasks, uint64_t rows)
{
    struct eider_query *prepared = NULL;
    struct eider_query_stats stats;
    duckdb_result result;
    char text[1024];

    copy_text(text, sizeof(text), 'b', query, options);
    assert_int_equal(eider_prepare(f->session, text, &prepared, &f->err), EIDER_OK);
    if ((strstr(eider_query_explain(prepared), "write>") != NULL) != tasks)
        fail_msg("%s: %s", text, eider_query_explain(prepared));
    if (eider_query_run(prepared, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    eider_query_get_stats(prepared, &stats);
    assert_true(stats.distributed);
    if ((stats.head_rows == 0) != tasks)
        fail_msg("%s: the head reads %llu rows", text, (unsigned long long)stats.head_rows);
    assert_int_equal(duckdb_result_statement_type(result), DUCKDB_STATEMENT_TYPE_COPY);
    assert_int_equal(duckdb_result_return_type(result), DUCKDB_RESULT_TYPE_CHANGED_ROWS);
    assert_int_equal(duckdb_rows_changed(&result), rows);
    assert_string_equal(duckdb_column_name(&result, 0), "Count");
    duckdb_destroy_result(&result);
    eider_query_free(prepared);
}

static void duckdb_copies(struct fixture *f, const char *query, const char *options)
{
    char text[1024];

    copy_text(text, sizeof(text), 'a', query, options);
    sql(f->connection, text);
}

static void tasks_write_what_duckdb_writes(void **unused)
{
    static const char *const queries[] = {
        "SELECT v, g, nullif('a/=%é ' || v % 4, 'a/=%é 1') AS \"w \"\"x\", n / 7 AS n FROM t WHERE v % 3 = 0",
        "SELECT v, g % 4 AS g, CASE g WHEN 1 THEN '' ELSE s END AS \"w \"\"x\" FROM t WHERE v % 3 = 0",
    };
    static const char *const options[] = {
        "FORMAT parquet, PER_THREAD_OUTPUT true",
        "FORMAT parquet, PARTITION_BY (g), ROW_GROUP_SIZE 2048",
        "PARTITION_BY (\"w \"\"x\", G), FORMAT parquet, WRITE_PARTITION_COLUMNS true",
        "PARTITION_BY (g, \"W \"\"x\"), COMPRESSION zstd, COMPRESSION_LEVEL 7, FORMAT parquet",
    };
    struct fixture f;

    (void)unused;
    for (uint32_t i = 0; i < 2; i++) {
        fixture_open(&f, 2 + 3 * i);
        for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++) {
            remove_folders();
            duckdb_copies(&f, queries[i], options[k]);
            copy_by(&f, queries[i], options[k], true, FIXTURE_ROWS / 3);
            assert_same_cells(&f, ROWS("read_parquet"), options[k]);
            assert_same_cells(&f, FOLDERS, options[k]);
            assert_same_cells(&f, CODECS, options[k]);
        }
        remove_folders();
        assert_nothing_left();
        fixture_close(&f);
    }
}

/* What is not understood, or is more than to collect rows, is written by the head, and is the same. */
static void the_head_writes_the_rest(void **unused)
{
    static const struct {
        const char *query, *options;
    } cases[] = {
        {"SELECT v, g FROM t", "FORMAT csv, PARTITION_BY (g)"},
        {"SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g), FILENAME_PATTERN 'f{i}'"},
        {"SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g), FILENAME_PATTERN 'data_{uuid}'"},
        {"SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g), FILE_EXTENSION 'pq'"},
        {"SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g), OVERWRITE true"},
        {"SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g), HIVE_FILE_PATTERN false"},
        {"SELECT v, g FROM t", "FORMAT parquet, PER_THREAD_OUTPUT, KV_METADATA {k: 'it''s'}"},
        {"SELECT v, g FROM t", "FORMAT parquet, PER_THREAD_OUTPUT, FILE_SIZE_BYTES '1MB'"},
        {"SELECT v, g AS v, g FROM t", "FORMAT parquet, PARTITION_BY (g)"},
        {"SELECT v, g FROM t ORDER BY v DESC", "FORMAT parquet, PER_THREAD_OUTPUT"},
        {"SELECT count(*) AS v, sum(v) AS g FROM t", "FORMAT parquet, PER_THREAD_OUTPUT"},
    };
    struct fixture f;
    char *rows;

    (void)unused;
    fixture_open(&f, 3);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        remove_folders();
        duckdb_copies(&f, cases[i].query, cases[i].options);
        snprintf(text, sizeof(text), "SELECT count(*) FROM (%s)", cases[i].query);
        rows = cell_of(f.connection, text, 'a');
        copy_by(&f, cases[i].query, cases[i].options, false, strtoull(rows, NULL, 10));
        duckdb_free(rows);
        if (strstr(cases[i].options, "csv") == NULL)
            assert_same_cells(&f, ROWS("read_parquet"), cases[i].options);
    }
    remove_folders();
    assert_nothing_left();
    fixture_close(&f);
}

/* An empty folder stays the one that it is; DuckDB's rules hold for what comes between planning and writing. */
static void folders_that_are_there(void **unused)
{
    static const char query[] = "SELECT v, g FROM t", options[] = "FORMAT parquet, PARTITION_BY (g)";
    struct eider_query *prepared = NULL;
    struct stat before, after;
    char path[256], text[1024];
    duckdb_result result;
    struct fixture f;

    (void)unused;
    remove_folders();
    fixture_open(&f, 3);
    snprintf(path, sizeof(path), "%s.b", fixture_folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(stat(path, &before), 0);
    copy_by(&f, query, options, false, FIXTURE_ROWS);
    assert_int_equal(stat(path, &after), 0);
    assert_true(before.st_ino == after.st_ino && before.st_mode == after.st_mode);
    remove_folders();

    copy_text(text, sizeof(text), 'b', query, options);
    assert_int_equal(eider_prepare(f.session, text, &prepared, &f.err), EIDER_OK);
    assert_non_null(strstr(eider_query_explain(prepared), "write>"));
    snprintf(text, sizeof(text), "COPY (SELECT 42 AS v, 1 AS g) TO '%s' (%s)", path, options);
    sql(f.connection, text);
    assert_int_equal(eider_query_run(prepared, &result, &f.err), EIDER_ERROR_IO);
    assert_non_null(strstr(f.err.message, "not empty"));
    eider_query_free(prepared);
    remove_folders();
    assert_nothing_left();
    fixture_close(&f);
}

/* Somebody else fills the folder while the tasks run. */
static enum eider_status fill_folder(void *data, const struct eider_stage *stage, uint32_t *workers,
                                     struct eider_error *err)
{
    char path[256];

    (void)data;
    (void)stage;
    (void)workers;
    (void)err;
    snprintf(path, sizeof(path), "%s.b", fixture_folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s.b/theirs", fixture_folder);
    assert_int_equal(mkdir(path, 0700), 0);
    return EIDER_OK;
}

static void a_folder_of_others_is_left_alone(void **unused)
{
    static const struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "others", .route_tasks = fill_folder};
    char path[256], text[1024];
    struct fixture f;

    (void)unused;
    remove_folders();
    fixture_open(&f, 3);
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_OK);
    copy_text(text, sizeof(text), 'b', "SELECT v, g FROM t", "FORMAT parquet, PARTITION_BY (g)");
    assert_fails(&f, text, EIDER_ERROR_IO, "not empty");
    snprintf(path, sizeof(path), "%s.b/theirs", fixture_folder);
    assert_int_equal(rmdir(path), 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
    assert_nothing_left();
    fixture_close(&f);
}

static void a_task_that_fails_leaves_nothing(void **unused)
{
    static const char query[] =
        "SELECT v, g, CASE WHEN v = 29999 THEN error('the last row') ELSE v END AS e FROM t";
    static const char *const options[] = {"FORMAT parquet, PARTITION_BY (g), ROW_GROUP_SIZE 2048",
                                          "FORMAT parquet, PER_THREAD_OUTPUT true"};
    char text[1024];
    struct fixture f;

    (void)unused;
    remove_folders();
    fixture_open(&f, 3);
    for (size_t i = 0; i < 2; i++) {
        struct eider_query *prepared = NULL;

        copy_text(text, sizeof(text), 'b', query, options[i]);
        assert_int_equal(eider_prepare(f.session, text, &prepared, &f.err), EIDER_OK);
        assert_non_null(strstr(eider_query_explain(prepared), "write>"));
        eider_query_free(prepared);
        assert_fails(&f, text, EIDER_ERROR_SQL, "the last row");
        assert_nothing_left();
        copy_by(&f, "SELECT v, g FROM t", options[i], true, FIXTURE_ROWS); /* the session goes on */
        remove_folders();
    }
    fixture_close(&f);
}

/* Cancels when the tasks have begun to write. */
static void *cancel_writing(void *data)
{
    struct fixture *f = data;
    char pattern[256];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s.b.eider*/*/*", fixture_folder);
    for (int i = 0; i < 2000 && glob(pattern, 0, NULL, &found) != 0; i++)
        usleep(5000);
    globfree(&found);
    eider_session_cancel(f->session);
    return NULL;
}

static void a_cancelled_copy_leaves_nothing(void **unused)
{
    char text[1024];
    struct fixture f;
    pthread_t thread;

    (void)unused;
    remove_folders();
    fixture_open(&f, 3);
    sql(f.connection, "SET partitioned_write_flush_threshold = 1000");
    copy_text(text, sizeof(text), 'b', "SELECT a.v, a.g FROM t a, t b", "FORMAT parquet, PARTITION_BY (g)");
    assert_int_equal(pthread_create(&thread, NULL, cancel_writing, &f), 0);
    assert_fails(&f, text, EIDER_ERROR_CANCELLED, "cancelled");
    pthread_join(thread, NULL);
    assert_nothing_left();
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_have_the_same_rows),
        cmocka_unit_test(rules_on_folders_hold),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(tasks_write_what_duckdb_writes),
        cmocka_unit_test(the_head_writes_the_rest),
        cmocka_unit_test(folders_that_are_there),
        cmocka_unit_test(a_folder_of_others_is_left_alone),
        cmocka_unit_test(a_task_that_fails_leaves_nothing),
        cmocka_unit_test(a_cancelled_copy_leaves_nothing),
    };

    return cmocka_run_group_tests_name("copies", tests, fixture_make_data, fixture_remove_data);
}
