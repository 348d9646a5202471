/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a stream whose connection is used for something else while it is open. */
#include "unit/session_fixture.h"

static void use_connection(struct fixture *f, int how)
{
    struct eider_query *other;
    duckdb_result result;

    if (how == 0) {
        sql(f->connection, "SELECT 1");
    } else if (how == 1) {
        assert_int_equal(eider_query(f->session, "SELECT 1", &result, &f->err), EIDER_OK);
        duckdb_destroy_result(&result);
    } else {
        assert_int_equal(eider_prepare(f->session, "SELECT sum(v) FROM t", &other, &f->err), EIDER_OK);
        eider_query_free(other);
    }
}

/* DuckDB ends the result of a connection that begins another statement. */
static void another_statement_takes_the_rows(void **unused)
{
    static const char *const queries[] = {"SELECT v FROM t WHERE v >= 0", "SELECT range FROM range(1000000)"};
    struct eider_query *query;
    struct eider_stream *stream;
    duckdb_data_chunk chunk;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(eider_prepare(f.session, queries[i % 2], &query, &f.err), EIDER_OK);
        assert_int_equal(eider_query_is_distributed(query), i % 2 == 0);
        assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
        assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_OK);
        duckdb_destroy_data_chunk(&chunk);
        use_connection(&f, i / 2);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_ERROR_ARGUMENT);
            assert_null(chunk);
            assert_string_equal(f.err.message,
                                "the stream has lost its rows: another statement was begun on its "
                                "connection while it was open");
            assert_non_null(strstr(f.err.hint, "close the stream"));
        }
        eider_stream_close(stream);
        eider_query_free(query);
    }
    fixture_close(&f);
}

/* Whether the head hears of it by the rows that do not come, or by the end of the task. */
static void a_failed_task_is_named(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (int i = 0; i < 40; i++) {
        struct eider_query *query = NULL;
        struct eider_stream *stream = NULL;
        duckdb_data_chunk chunk = NULL;
        enum eider_status status;

        assert_int_equal(
            eider_prepare(f.session,
                          "SELECT g, count(*) FROM t WHERE CASE WHEN v = 25000 THEN error('boom') ELSE "
                          "true END GROUP BY g",
                          &query, &f.err),
            EIDER_OK);
        status = eider_query_stream(query, &stream, &f.err);
        while (status == EIDER_OK) {
            status = eider_stream_next(stream, &chunk, &f.err);
            assert_true(status != EIDER_OK || chunk != NULL);
            duckdb_destroy_data_chunk(&chunk);
        }
        assert_int_equal(status, EIDER_ERROR_SQL);
        assert_non_null(strstr(f.err.message, "boom"));
        assert_int_equal(f.err.stage, 1);
        assert_true(f.err.task >= 0 && f.err.worker >= 0);
        eider_stream_close(stream);
        eider_query_free(query);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_task_is_named),
        cmocka_unit_test(another_statement_takes_the_rows),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
