/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY (query) TO a folder of files: the files of a distributed query have the rows of DuckDB's own, in folders of one name,
 * and DuckDB's rules on folders that are not empty hold. How many files there are depends on threads and is not compared.
 */
#include "unit/session_fixture.h"

#include <ftw.h>

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

static void folders_have_the_same_rows(void **unused)
{
    static const struct {
        const char *options, *rows;
    } cases[] = {
        {"FORMAT parquet, PER_THREAD_OUTPUT true", ROWS("read_parquet")},
        {"FORMAT csv, HEADER true, PER_THREAD_OUTPUT", ROWS("read_csv")},
        {"FORMAT json, PER_THREAD_OUTPUT true", ROWS("read_json")},
        {"FORMAT parquet, PARTITION_BY (g)", ROWS("read_parquet")},
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
    static const char *const options[] = {"FORMAT parquet, PARTITION_BY (g)",
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
    static const char *const options[] = {"FORMAT parquet, PARTITION_BY (g)",
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_have_the_same_rows),
        cmocka_unit_test(rules_on_folders_hold),
        cmocka_unit_test(no_rows),
    };

    return cmocka_run_group_tests_name("copies", tests, fixture_make_data, fixture_remove_data);
}
