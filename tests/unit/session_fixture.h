/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

/*
 * For tests that use sessions as an application does: a database with the view t over three Parquet files (v 0 … 29,999;
 * g = v % 10; s = 'k' || v % 7; n = v::DOUBLE / 4), a local cluster, a session that distributes everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "eider/eider.h"

#define FIXTURE_FILES 3
#define FIXTURE_ROWS  30000

#define TRY(call) /* ends the function with the status of a call that failed */                              \
    do {                                                                                                     \
        enum eider_status status_ = (call);                                                                  \
        if (status_ != EIDER_OK)                                                                             \
            return status_;                                                                                  \
    } while (0)

struct fixture {
    duckdb_database database;
    duckdb_connection connection;
    struct eider_cluster *cluster;
    struct eider_session *session;
    struct eider_error err;
};

static char fixture_folder[] = "/tmp/eider-test-fixture-XXXXXX";

static void sql(duckdb_connection connection, const char *text)
{
    duckdb_result result;

    if (duckdb_query(connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

/* Group set-up and tear-down of the tests. */
static int fixture_make_data(void **unused)
{
    duckdb_database database;
    duckdb_connection connection;
    char text[512];

    (void)unused;
    assert_non_null(mkdtemp(fixture_folder));
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    for (int i = 0; i < FIXTURE_FILES; i++) {
        snprintf(text, sizeof(text),
                 "COPY (SELECT range AS v, range %% 10 AS g, 'k' || range %% 7 AS s, range::DOUBLE / 4 AS n "
                 "FROM range(%d, %d)) TO '%s/%d.parquet' (ROW_GROUP_SIZE 4096)",
                 i * (FIXTURE_ROWS / FIXTURE_FILES), (i + 1) * (FIXTURE_ROWS / FIXTURE_FILES), fixture_folder,
                 i);
        sql(connection, text);
    }
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return 0;
}

static int fixture_remove_data(void **unused)
{
    char path[512];

    (void)unused;
    for (int i = 0; i < FIXTURE_FILES; i++) {
        snprintf(path, sizeof(path), "%s/%d.parquet", fixture_folder, i);
        unlink(path);
    }
    return rmdir(fixture_folder);
}

static void fixture_open(struct fixture *f, uint32_t workers)
{
    char text[512];

    memset(f, 0, sizeof(*f));
    assert_int_equal(duckdb_open(NULL, &f->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(f->database, &f->connection), DuckDBSuccess);
    sql(f->connection, "SET threads = 2");
    snprintf(text, sizeof(text), "CREATE VIEW t AS SELECT * FROM read_parquet('%s/*.parquet')",
             fixture_folder);
    sql(f->connection, text);
    assert_int_equal(eider_cluster_new_local(workers, &f->cluster, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

static void fixture_close(struct fixture *f)
{
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    duckdb_disconnect(&f->connection);
    duckdb_close(&f->database);
}

/* The first cell of a query's result as text, to be freed with duckdb_free; the query must (not) be distributed. */
static inline char *fixture_answer(struct fixture *f, const char *text, bool distributed)
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
    duckdb_destroy_result(&result);
    eider_query_free(query);
    return cell;
}

static inline void assert_answer(struct fixture *f, const char *text, bool distributed, const char *expected)
{
    char *cell = fixture_answer(f, text, distributed);

    assert_string_equal(cell, expected);
    duckdb_free(cell);
}

/* The first cell is what DuckDB alone says. */
static inline void assert_same_answer(struct fixture *f, const char *text, bool distributed)
{
    duckdb_result result;
    char *expected;

    if (duckdb_query(f->connection, text, &result) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&result));
    expected = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    assert_non_null(expected);
    assert_answer(f, text, distributed, expected);
    duckdb_free(expected);
}

/* Running (or planning) the query gives this status, and a message that holds `part`. */
static inline void assert_fails(struct fixture *f, const char *text, enum eider_status status,
                                const char *part)
{
    duckdb_result result;

    if (eider_query(f->session, text, &result, &f->err) == EIDER_OK) {
        duckdb_destroy_result(&result);
        fail_msg("%s: it does not fail", text);
    }
    if (f->err.status != status || strstr(f->err.message, part) == NULL)
        fail_msg("%s: %s: %s", text, eider_status_name(f->err.status), f->err.message);
}

#endif
