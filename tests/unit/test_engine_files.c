/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read from the footers of Parquet files is what DuckDB reads; files that are damaged, or are none, are clear
 * errors; the cache notices every change.
 */
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "duckdb.h"
#include "engine/files.h"
#include "engine/footer.h"

static char folder[] = "/tmp/eider-files-XXXXXX";
static duckdb_database database;
static duckdb_connection connection;
static struct engine_files *files;
static struct arena *arena;
static struct engine_file_info info;
static struct eider_error err;

static void run(const char *sql)
{
    duckdb_result result;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static uint64_t number(const char *sql)
{
    duckdb_result result;
    uint64_t value;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    value = duckdb_value_uint64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return value;
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    run("SET threads = 1");
    run("CREATE TABLE t AS SELECT i, i::VARCHAR AS s, [i] AS l, {'a': i} AS st, MAP {i: i} AS m, i / 7 AS d "
        "FROM range(10000) r(i)");
    run("COPY t TO 'some.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    run("COPY (FROM t LIMIT 0) TO 'none.parquet' (FORMAT parquet)");
    run("COPY (FROM t LIMIT 1) TO 'one.parquet' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, "
        "KV_METADATA {a: 'b'})");
    run("COPY (SELECT s, i FROM t) TO 'other.parquet' (FORMAT parquet)");
    files = engine_files_new();
    arena = arena_new();
    assert_true(files != NULL && arena != NULL);
    return 0;
}

static int tear_down(void **state)
{
    char command[sizeof(folder) + 16];

    (void)state;
    engine_files_free(files);
    arena_free(arena);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static void ask(const char *path)
{
    if (engine_file_info(files, path, arena, &info, &err) != EIDER_OK)
        fail_msg("%s: %s", path, err.message);
}

/* Size, rows and row groups are those of parquet_metadata. */
static void test_same_as_duckdb(void **state)
{
    static const char *const paths[] = {"some.parquet", "none.parquet", "one.parquet", "other.parquet"};
    char sql[300];

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct stat status;

        ask(paths[i]);
        assert_true(info.is_local);
        assert_int_equal(stat(paths[i], &status), 0);
        assert_int_equal(info.bytes, status.st_size);
        assert_int_equal(info.mtime_ns, status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec);
        snprintf(sql, sizeof(sql), "SELECT num_rows FROM parquet_file_metadata('%s')", paths[i]);
        assert_int_equal(info.rows, number(sql));
        snprintf(sql, sizeof(sql), "SELECT num_row_groups FROM parquet_file_metadata('%s')", paths[i]);
        assert_int_equal(info.row_group_count, number(sql));
        for (uint32_t group = 0; group < info.row_group_count; group++) {
            snprintf(
                sql, sizeof(sql),
                "SELECT any_value(row_group_num_rows) FROM parquet_metadata('%s') WHERE row_group_id = %u",
                paths[i], group);
            assert_int_equal(info.row_group_rows[group], number(sql));
            snprintf(sql, sizeof(sql),
                     "SELECT sum(total_compressed_size) FROM parquet_metadata('%s') WHERE row_group_id = %u",
                     paths[i], group);
            assert_int_equal(info.row_group_bytes[group], number(sql));
        }
    }
}

static void test_schema_hash(void **state)
{
    uint64_t hash;

    (void)state;
    ask("some.parquet");
    hash = info.schema_hash;
    ask("none.parquet");
    assert_int_equal(info.schema_hash, hash);
    ask("one.parquet");
    assert_int_equal(info.schema_hash, hash);
    ask("other.parquet");
    assert_int_not_equal(info.schema_hash, hash);
}

static void test_changes(void **state)
{
    (void)state;
    run("COPY (FROM range(10)) TO 'changing.parquet' (FORMAT parquet)");
    ask("changing.parquet");
    assert_int_equal(info.rows, 10);
    ask("changing.parquet");
    assert_int_equal(info.rows, 10);
    run("COPY (FROM range(20)) TO 'changing.parquet' (FORMAT parquet)");
    ask("changing.parquet");
    assert_int_equal(info.rows, 20);
    assert_int_equal(rename("one.parquet", "changing.parquet"), 0);
    ask("changing.parquet");
    assert_int_equal(info.rows, 1);
    assert_int_equal(rename("changing.parquet", "one.parquet"), 0);
    assert_int_equal(engine_file_info(files, "changing.parquet", arena, &info, &err), EIDER_ERROR_IO);
    assert_string_equal(err.message, "changing.parquet is not there");
}

static void write_bytes(const char *path, const void *data, size_t bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    fclose(file);
}

static void test_no_parquet_files(void **state)
{
    static const struct {
        const char *bytes;
        size_t count;
        const char *message;
    } cases[] = {
        {"", 0, "bad is no valid Parquet file: it is too short"},
        {"PAR1PAR1", 8, "bad is no valid Parquet file: it is too short"},
        {"PAR1 and something else", 23, "bad is no valid Parquet file: it does not end like one"},
        {"PAR1xxxx\xff\xff\xff\x7fPAR1", 16,
         "bad is no valid Parquet file: its footer is longer than the file, or than any should be"},
        {"PAR1xxxx\x04\0\0\0PAR1", 16, "bad is no valid Parquet file: its footer is damaged"},
        {"PAR1xxxx\x04\0\0\0PARE", 16, "bad is no valid Parquet file: its footer is encrypted"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_bytes("bad", cases[i].bytes, cases[i].count);
        assert_int_equal(engine_file_info(files, "bad", arena, &info, &err), EIDER_ERROR_IO);
        assert_string_equal(err.message, cases[i].message);
    }
}

static void test_other_paths(void **state)
{
    char url[sizeof(folder) + 40];

    (void)state;
    ask("s3://bucket/some.parquet");
    assert_false(info.is_local);
    ask("https://host/some.parquet");
    assert_false(info.is_local);
    ask(folder);
    assert_false(info.is_local);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    ask("fifo");
    assert_false(info.is_local);
    snprintf(url, sizeof(url), "file://%s/some.parquet", folder);
    ask(url);
    assert_true(info.is_local);
    assert_int_equal(info.rows, 10000);
    assert_int_equal(engine_file_info(files, "some.parquet/x", arena, &info, &err), EIDER_ERROR_IO);
}

/* ---- Columns ---- */

static double real(const char *sql)
{
    duckdb_result result;
    double value;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    value = duckdb_value_double(&result, 0, 0);
    duckdb_destroy_result(&result);
    return value;
}

/* The least and greatest number of a column in all row groups are those that DuckDB finds in the rows. `as` makes a
 * number of a value: what the column is stored as. */
static void test_ranges(void **state)
{
    static const struct {
        const char *name, *column, *as; /* as: NULL if no range is known */
    } columns[] = {
        {"tiny", "(i % 200 - 100)::TINYINT", "%s"},
        {"int", "(i * 7 - 5000)::INTEGER", "%s"},
        {"big", "i * 10000000000 - 3", "%s"},
        {"usmall", "(60000 + i % 5000)::USMALLINT", "%s"},
        {"uint", "(4000000000 + i)::UINTEGER", "%s"},
        {"ubig", "18446744073709000000::UBIGINT + i::UBIGINT", "%s"},
        {"dec4", "(i / 100)::DECIMAL(4, 1)", "%s * 10"},
        {"dec9", "(i / 7)::DECIMAL(9, 2)", "%s * 100"},
        {"dec18", "(-i / 7)::DECIMAL(18, 3)", "%s * 1000"},
        {"day", "DATE '1992-01-01' + i::INTEGER", "date_diff('day', DATE '1970-01-01', %s)"},
        {"ts", "TIMESTAMP '1969-12-01' + to_hours(i)", "epoch_us(%s)"},
        {"tz", "TIMESTAMPTZ '2024-02-29 00:00:00+00' + to_seconds(i)", "epoch_us(%s)"},
        {"ms", "(TIMESTAMP '2024-02-29' + to_hours(i))::TIMESTAMP_MS", "epoch_us(%s)"},
        {"ns", "(TIMESTAMP '2024-02-29' + to_hours(i))::TIMESTAMP_NS", "epoch_us(%s)"},
        {"tm", "TIME '01:02:03' + to_seconds(i)", "epoch_us(%s)"},
        {"f", "(i / 3)::FLOAT", "%s"},
        {"dbl", "i / 7 - 1000", "%s"},
        {"gaps", "CASE WHEN i < 5000 THEN NULL ELSE i END", "%s"},
        {"str", "i::VARCHAR", NULL},
        {"wide", "i::DECIMAL(30, 2)", NULL},
        {"nan", "CASE WHEN i = 7000 THEN 'nan'::DOUBLE ELSE i END", NULL},
        {"none", "NULL::INTEGER", NULL},
        {"flag", "i > 3", NULL},
    };
    struct engine_file_column found;
    struct buf copy;
    char sql[400];

    (void)state;
    buf_init(&copy, 65536);
    buf_puts(&copy, "COPY (SELECT ");
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        buf_printf(&copy, "%s AS \"%s\", ", columns[i].column, columns[i].name);
    buf_puts(&copy,
             "[i] AS l FROM range(10000) t(i)) TO 'ranges.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    run(copy.data);
    buf_done(&copy);
    assert_false(engine_file_column(files, "ranges.parquet", "int", &found)); /* nobody has read it yet */
    ask("ranges.parquet");
    assert_true(info.row_group_count > 3);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        char least[100], greatest[100], value[200];

        assert_true(engine_file_column(files, "ranges.parquet", columns[i].name, &found));
        assert_int_equal(found.file_rows, 10000);
        if (found.has_range != (columns[i].as != NULL))
            fail_msg("%s: has_range is %d", columns[i].name, found.has_range);
        if (columns[i].as == NULL)
            continue;
        snprintf(least, sizeof(least), "min(\"%s\")", columns[i].name);
        snprintf(greatest, sizeof(greatest), "max(\"%s\")", columns[i].name);
        snprintf(value, sizeof(value), columns[i].as, least);
        snprintf(sql, sizeof(sql), "SELECT (%s)::DOUBLE FROM 'ranges.parquet'", value);
        if (found.least != real(sql))
            fail_msg("%s: least is %.17g, not %.17g", columns[i].name, found.least, real(sql));
        snprintf(value, sizeof(value), columns[i].as, greatest);
        snprintf(sql, sizeof(sql), "SELECT (%s)::DOUBLE FROM 'ranges.parquet'", value);
        if (found.greatest != real(sql))
            fail_msg("%s: greatest is %.17g, not %.17g", columns[i].name, found.greatest, real(sql));
    }
    assert_false(engine_file_column(files, "ranges.parquet", "l", &found));
    assert_false(engine_file_column(files, "ranges.parquet", "nothing", &found));
}

/* Any bytes parse to a footer or to nothing. */
/* Bounds are for certain, so they are there only where nothing is left to chance. */
static void test_bounds(void **state)
{
    static const struct {
        const char *name, *column;
        bool has_bounds;
        double covered; /* of greatest - least, about */
    } columns[] = {
        {"up", "i", true, 1},
        {"down", "(-i)::INTEGER", true, 1},
        {"repeated", "(i // 9)::SMALLINT", true, 1},
        {"mixed", "i * 7919 % 10000", true, 5},
        {"day", "DATE '1969-12-01' + i::INTEGER", true, 1},
        {"ts", "TIMESTAMP '1969-12-01' + to_hours(i)", true, 1},
        {"one_null", "CASE WHEN i <> 77 THEN i END", false, 0},
        {"uns", "i::UINTEGER", false, 0},
        {"ms", "(TIMESTAMP '1969-12-01' + to_hours(i))::TIMESTAMP_MS", false, 0},
        {"large", "i + 9007199254735000", false, 0},
        {"dbl", "i::DOUBLE", false, 0},
        {"str", "i::VARCHAR", false, 0},
    };
    struct engine_file_column found;
    struct buf copy;

    (void)state;
    buf_init(&copy, 65536);
    buf_puts(&copy, "COPY (SELECT ");
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        buf_printf(&copy, "%s AS \"%s\", ", columns[i].column, columns[i].name);
    buf_puts(&copy, "FROM range(10000) t(i)) TO 'bounds.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
    run(copy.data);
    buf_done(&copy);
    ask("bounds.parquet");
    assert_int_equal(info.row_group_count, 5);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        assert_true(engine_file_column(files, "bounds.parquet", columns[i].name, &found));
        assert_int_equal(found.row_group_count, 5);
        if (found.has_bounds != columns[i].has_bounds)
            fail_msg("%s: has_bounds is %d", columns[i].name, found.has_bounds);
        if (found.has_bounds &&
            fabs(found.covered / (found.greatest - found.least) - columns[i].covered) > 0.05)
            fail_msg("%s: covered %.17g", columns[i].name, found.covered);
    }
}

/* DuckDB calls the second of two columns that differ in case only by another name, which may be that of a third. */
static void test_bounds_of_names_that_differ_in_case(void **state)
{
    struct engine_file_column found;
    static char bytes[65536];
    FILE *file;
    size_t size;

    (void)state;
    run("COPY (SELECT i AS wxy, i AS qqq FROM range(100) t(i)) TO 'case.parquet' (FORMAT parquet)");
    ask("case.parquet");
    assert_true(engine_file_column(files, "case.parquet", "wxy", &found) && found.has_bounds);
    assert_non_null(file = fopen("case.parquet", "r+b"));
    size = fread(bytes, 1, sizeof(bytes), file);
    for (size_t i = 0; i + 3 <= size; i++) {
        if (memcmp(bytes + i, "qqq", 3) == 0)
            memcpy(bytes + i, "WXY", 3);
    }
    rewind(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    ask("case.parquet");
    assert_true(engine_file_column(files, "case.parquet", "WXY", &found));
    assert_false(found.has_bounds);
}

static void test_damaged_footers(void **state)
{
    static const char *const paths[] = {"some.parquet", "one.parquet"};
    uint64_t random = 42;
    int refused = 0, accepted = 0;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(paths[i], "rb");
        uint8_t tail[8], *footer, *copy;
        uint32_t length;

        assert_non_null(file);
        assert_int_equal(fseek(file, -8, SEEK_END), 0);
        assert_int_equal(fread(tail, 1, 8, file), 8);
        length = (uint32_t)tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16;
        footer = malloc(length);
        assert_non_null(footer);
        assert_int_equal(fseek(file, -8 - (long)length, SEEK_END), 0);
        assert_int_equal(fread(footer, 1, length, file), length);
        fclose(file);
        for (int round = 0; round < 4000; round++) {
            size_t bytes = length;
            struct footer *parsed;
            bool bad;

            copy = malloc(length); /* exact, so that reading past the end shows */
            assert_non_null(copy);
            memcpy(copy, footer, length);
            for (int k = 0; k < 1 + round % 4; k++) {
                random = random * UINT64_C(6364136223846793005) + 1;
                copy[(random >> 33) % length] = (uint8_t)(random >> 25);
            }
            if (round % 5 == 0)
                bytes = (random >> 33) % length;
            parsed = footer_parse(copy, bytes, &bad);
            assert_true(parsed != NULL || bad);
            accepted += parsed != NULL;
            refused += parsed == NULL;
            footer_free(parsed);
            free(copy);
        }
        free(footer);
    }
    assert_true(refused > 100 && accepted > 100);
}

/* ---- Several threads ---- */

static void *ask_often(void *data)
{
    const char *const *paths = data;

    for (int i = 0; i < 300; i++) {
        struct arena *own = arena_new();
        struct engine_file_info found;

        if (own == NULL || engine_file_info(files, paths[i % 3], own, &found, NULL) != EIDER_OK ||
            found.rows != (i % 3 == 0   ? 10000
                           : i % 3 == 1 ? 0
                                        : 1))
            abort();
        arena_free(own);
    }
    return NULL;
}

static void test_threads(void **state)
{
    static const char *const paths[] = {"some.parquet", "none.parquet", "one.parquet"};
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, (void *)paths), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_duckdb),
        cmocka_unit_test(test_schema_hash),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_no_parquet_files),
        cmocka_unit_test(test_other_paths),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_bounds_of_names_that_differ_in_case),
        cmocka_unit_test(test_damaged_footers),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_ranges),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
