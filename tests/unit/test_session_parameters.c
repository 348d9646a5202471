/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters: DuckDB's own prepared statements are the oracle, for names, types and values of the result, and for errors. */
#include <math.h>

#include "unit/session_fixture.h"

static void bind(struct fixture *f, struct eider_query *query, const duckdb_value *values, idx_t count)
{
    for (idx_t i = 0; i < count; i++)
        if (eider_query_bind(query, i + 1, values[i], &f->err) != EIDER_OK)
            fail_msg("%s", f->err.message);
}

static void assert_same_results(const char *text, duckdb_result *mine, duckdb_result *theirs)
{
    if (duckdb_column_count(mine) != duckdb_column_count(theirs) ||
        duckdb_row_count(mine) != duckdb_row_count(theirs))
        fail_msg("%s: other columns or number of rows", text);
    for (idx_t column = 0; column < duckdb_column_count(mine); column++) {
        assert_string_equal(duckdb_column_name(mine, column), duckdb_column_name(theirs, column));
        if (duckdb_column_type(mine, column) != duckdb_column_type(theirs, column))
            fail_msg("%s: column %d has another type", text, (int)column);
        for (idx_t row = 0; row < duckdb_row_count(mine); row++) {
            char *a = duckdb_value_varchar(mine, column, row), *b = duckdb_value_varchar(theirs, column, row);

            if ((a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0))
                fail_msg("%s: %s instead of %s", text, a == NULL ? "NULL" : a, b == NULL ? "NULL" : b);
            duckdb_free(a);
            duckdb_free(b);
        }
    }
}

/* DuckDB's answer; its message, to be freed, if it has none. */
static char *oracle(struct fixture *f, const char *text, const duckdb_value *values, idx_t count,
                    duckdb_result *ret)
{
    duckdb_prepared_statement statement = NULL;
    char *message = NULL;

    memset(ret, 0, sizeof(*ret));
    if (duckdb_prepare(f->connection, text, &statement) != DuckDBSuccess) {
        message = strdup(duckdb_prepare_error(statement));
    } else {
        for (idx_t i = 0; i < count; i++)
            assert_int_equal(duckdb_bind_value(statement, i + 1, values[i]), DuckDBSuccess);
        if (duckdb_execute_prepared(statement, ret) != DuckDBSuccess)
            message = strdup(duckdb_result_error(ret));
    }
    duckdb_destroy_prepare(&statement);
    return message;
}

/* The same rows, or the same error, as DuckDB; `verdict` is what the query must have. */
static void check(struct fixture *f, const char *text, const duckdb_value *values, idx_t count,
                  const char *verdict)
{
    struct eider_query *query = NULL;
    duckdb_result mine, theirs;
    char *message = oracle(f, text, values, count, &theirs);
    enum eider_status status;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    assert_false(eider_query_is_distributed(query));
    if (eider_query_parameter_count(query) > 0)
        bind(f, query, values, count);
    status = eider_query_run(query, &mine, &f->err);
    if (message == NULL && status != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    /* behind its first line the message shows the SQL, which is a task's */
    if (message != NULL &&
        (status == EIDER_OK || strncmp(f->err.message, message, strcspn(message, "\n")) != 0))
        fail_msg("%s: %s instead of %s", text, status == EIDER_OK ? "rows" : f->err.message, message);
    if (strcmp(eider_query_verdict_kind(query), verdict) != 0)
        fail_msg("%s: %s: %s", text, eider_query_verdict_kind(query), eider_query_verdict(query));
    if (message == NULL)
        assert_same_results(text, &mine, &theirs);
    duckdb_destroy_result(&mine);
    duckdb_destroy_result(&theirs);
    free(message);
    eider_query_free(query);
}

static void check_value(struct fixture *f, const char *text, duckdb_value value, const char *verdict)
{
    check(f, text, &value, 1, verdict);
    duckdb_destroy_value(&value);
}

static const char distributable[] = "distributable";

/* ---- Values of all types ---- */

static duckdb_value blob(const char *bytes, idx_t size)
{
    return duckdb_create_blob((const uint8_t *)bytes, size);
}

static duckdb_value list_of(duckdb_type id, duckdb_value *items, idx_t count)
{
    duckdb_logical_type type = duckdb_create_logical_type(id);
    duckdb_value list = duckdb_create_list_value(type, items, count);

    duckdb_destroy_logical_type(&type);
    for (idx_t i = 0; i < count; i++)
        duckdb_destroy_value(&items[i]);
    return list;
}

static duckdb_value enum_value(void)
{
    const char *names[] = {"sad", "it's", "k3"};
    duckdb_logical_type type = duckdb_create_enum_type(names, 3);
    duckdb_value value = duckdb_create_enum_value(type, 1);

    duckdb_destroy_logical_type(&type);
    return value;
}

static duckdb_value struct_value(void)
{
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR), members[2], type;
    duckdb_value values[2];
    const char *names[] = {"a b", "c\"d"};

    members[0] = text;
    members[1] = duckdb_create_list_type(text);
    type = duckdb_create_struct_type(members, names, 2);
    values[0] = duckdb_create_varchar("it's \x01 \n");
    values[1] = list_of(DUCKDB_TYPE_VARCHAR,
                        (duckdb_value[]){duckdb_create_varchar("x"), duckdb_create_null_value()}, 2);
    {
        duckdb_value value = duckdb_create_struct_value(type, values);
        duckdb_destroy_logical_type(&type);
        duckdb_destroy_logical_type(&members[0]);
        duckdb_destroy_logical_type(&members[1]);
        duckdb_destroy_value(&values[0]);
        duckdb_destroy_value(&values[1]);
        return value;
    }
}

static void values_of_all_types(void **unused)
{
    /* The value's text, its type, and what tells its bits, NaN and -0.0; beside something that takes tasks. */
    static const char text[] = "SELECT max(v) AS m, CAST($1 AS VARCHAR) AS shown, typeof($1) AS type, "
                               "hash($1) AS bits, count(*) FILTER (WHERE $1 IS NULL) FROM t";
    duckdb_value values[] = {
        duckdb_create_bool(true),
        duckdb_create_int8(INT8_MIN),
        duckdb_create_uint8(UINT8_MAX),
        duckdb_create_int16(INT16_MIN),
        duckdb_create_uint16(UINT16_MAX),
        duckdb_create_int32(INT32_MIN),
        duckdb_create_uint32(UINT32_MAX),
        duckdb_create_int64(INT64_MIN),
        duckdb_create_uint64(UINT64_MAX),
        duckdb_create_hugeint((duckdb_hugeint){.lower = 0, .upper = INT64_MIN}),
        duckdb_create_uhugeint((duckdb_uhugeint){.lower = UINT64_MAX, .upper = UINT64_MAX}),
        duckdb_create_decimal(
            (duckdb_decimal){.width = 5, .scale = 2, .value = {.lower = (uint64_t)-12345, .upper = -1}}),
        duckdb_create_decimal((duckdb_decimal){.width = 38, .scale = 10, .value = {.lower = 1, .upper = 77}}),
        duckdb_create_float(0.1F),
        duckdb_create_float(-0.0F),
        duckdb_create_double((double)NAN),
        duckdb_create_double(-0.0),
        duckdb_create_double(-(double)INFINITY),
        duckdb_create_double(5e-324),
        duckdb_create_date((duckdb_date){.days = INT32_MAX}),
        duckdb_create_date((duckdb_date){.days = -INT32_MAX}),
        duckdb_create_date((duckdb_date){.days = -800000}),
        duckdb_create_time((duckdb_time){.micros = 86399999999}),
        duckdb_create_time_ns((duckdb_time_ns){.nanos = 1}),
        duckdb_create_time_tz_value(duckdb_create_time_tz(1, -3600)),
        duckdb_create_timestamp((duckdb_timestamp){.micros = INT64_MAX}),
        duckdb_create_timestamp((duckdb_timestamp){.micros = -INT64_MAX}),
        duckdb_create_timestamp((duckdb_timestamp){.micros = -1}),
        duckdb_create_timestamp_tz((duckdb_timestamp){.micros = 1}),
        duckdb_create_timestamp_s((duckdb_timestamp_s){.seconds = 7}),
        duckdb_create_timestamp_ms((duckdb_timestamp_ms){.millis = 7}),
        duckdb_create_timestamp_ns((duckdb_timestamp_ns){.nanos = 7}),
        duckdb_create_interval((duckdb_interval){.months = -1, .days = 40, .micros = 90000000000}),
        duckdb_create_uuid((duckdb_uhugeint){.lower = 1, .upper = UINT64_C(1) << 63}),
        duckdb_create_varchar("it's \"quoted\" $1 ? \\ \t\n\x01 \xC3\xA4"),
        duckdb_create_varchar_length("a\0b", 3),
        duckdb_create_varchar(""),
        blob("a\0'\\\xFF", 5),
        enum_value(),
        list_of(DUCKDB_TYPE_INTEGER, (duckdb_value[]){duckdb_create_int32(1), duckdb_create_null_value()}, 2),
        list_of(DUCKDB_TYPE_INTEGER, (duckdb_value[]){NULL}, 0),
        struct_value(),
        duckdb_create_null_value(),
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_non_null(values[i]);
        check_value(&f, text, values[i], distributable);
    }
    fixture_close(&f);
}

/* ---- Where parameters stand ---- */

static void queries_mean_the_same(void **unused)
{
    static const char *const texts[] = {
        "SELECT count(*) FROM t WHERE v = $1",
        "SELECT g, sum(v) AS total FROM t WHERE v > ? GROUP BY g ORDER BY g",
        "SELECT g + $1, count(*) FROM t GROUP BY g + $1 ORDER BY 1",
        "SELECT sum(a.v) FROM t a JOIN t b ON a.v = b.v + $1",
        "SELECT v FROM t ORDER BY v LIMIT $1",
        "SELECT v, $1, $1 + 1 AS one FROM t ORDER BY v LIMIT 3 OFFSET $1",
        "SELECT sum(CASE WHEN g > $1 THEN 1 ELSE 0 END) FROM t WHERE g IN (1, $1, 7)",
        "SELECT sum(x) FROM (SELECT g::TINYINT + $1 AS x FROM t)",
        "SELECT quantile_disc(v, 0.5) FROM t WHERE v < (SELECT max(g) * $limit FROM t)",
        "SELECT count(*), '$1 ?' AS \"?\", $$ $1 $$ /* $2 ? */ FROM t WHERE v<?-- $3",
        "WITH c AS (SELECT v FROM t WHERE g = $1) SELECT count(*) FROM c",
        "SELECT sum(n * $1) FROM t",
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        check_value(&f, texts[i], duckdb_create_int8(5), distributable);
        check_value(&f, texts[i], duckdb_create_int32(5), distributable);
        check_value(&f, texts[i], duckdb_create_int64(5), distributable);
        check_value(&f, texts[i], duckdb_create_uint64(5), distributable);
    }
    check_value(&f, texts[0], duckdb_create_varchar("77"), distributable);
    check_value(&f, texts[1], duckdb_create_double(2.5), distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE s = $1", duckdb_create_varchar("k3"), distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE s LIKE $1", duckdb_create_varchar("%3"), distributable);
    check_value(&f, "SELECT max(s || $1), min(coalesce(s, $1)) FROM t", duckdb_create_varchar("'x"),
                distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE DATE '2020-01-01' + v::INTEGER < $1",
                duckdb_create_varchar("2021-01-01"), distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE s::ENUM('k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6') = $1",
                duckdb_create_varchar("k3"), distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE v IN (SELECT unnest($1))",
                list_of(DUCKDB_TYPE_INTEGER, (duckdb_value[]){duckdb_create_int32(1)}, 1), distributable);
    fixture_close(&f);
}

static void several_parameters(void **unused)
{
    static const char *const texts[] = {
        "SELECT count(*) FROM t WHERE v > ? AND s = ?",
        "SELECT count(*) FROM t WHERE s = $2 AND v > $1 AND v > $1 - 10",
        "SELECT count(*) FROM t WHERE v > ?1 AND s = ?2",
        "SELECT count(*), $Least AS a FROM t WHERE v > $least AND s = $word",
        "SELECT $1, $1, $2, v + $1 FROM t ORDER BY v LIMIT 2",
    };
    duckdb_value values[] = {duckdb_create_int32(100), duckdb_create_varchar("k3")};
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check(&f, texts[i], values, 2, distributable);
    duckdb_destroy_value(&values[0]);
    duckdb_destroy_value(&values[1]);
    fixture_close(&f);
}

/* Names of expressions are values here, or what columns are found by; or DuckDB reads another parameter than it seems. */
static void what_is_not_understood_runs_on_duckdb(void **unused)
{
    static const char *const texts[] = {
        "SELECT to_json(x)::VARCHAR FROM (SELECT max(v) + $1 FROM t) x",
        "SELECT name, value FROM (UNPIVOT (SELECT max(v) + $1 FROM t) ON *)",
        "SELECT COLUMNS(c -> c LIKE '%1%') FROM (SELECT max(v) + $1, 2 FROM t)",
        "SELECT * LIKE '%$%' FROM (SELECT max(v) + $1, 2 FROM t)",
        "SELECT \"(max(v) + $1)\" FROM (SELECT max(v) + $1 FROM t)",
        "SELECT ? + $1 FROM t LIMIT 1",
        "SELECT count(*) FROM t WHERE v = $ x",
        "SELECT v FROM t ORDER BY $1",
        "SELECT count(*) FROM t GROUP BY $1",
        "SELECT count(*) FROM t WHERE v = $1 +",
        "INSERT INTO log VALUES ($1)",
    };
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    sql(f.connection, "CREATE TABLE log (x INTEGER)");
    for (size_t i = 0; i + 1 < sizeof(texts) / sizeof(texts[0]); i++)
        check_value(&f, texts[i], duckdb_create_int32(3), "parameter");
    check_value(&f, texts[10], duckdb_create_int32(3), "not_a_query");
    assert_answer(&f, "SELECT count(*) || ' ' || sum(x) FROM log", false, "2 6");
    check_value(&f, "SELECT v + $1 FROM t ORDER BY v", duckdb_create_varchar("x"), distributable);
    check_value(&f, "SELECT count(*) FROM t WHERE v = $1", duckdb_create_varchar("x"), distributable);
    fixture_close(&f);
}

/* ---- The functions ---- */

static void names_and_wrong_arguments(void **unused)
{
    struct eider_query *query = NULL;
    duckdb_value five = duckdb_create_int32(5);
    duckdb_result result;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    assert_int_equal(
        eider_prepare(f.session, "SELECT count(*) FROM t WHERE v < $top AND g = $Group", &query, &f.err),
        EIDER_OK);
    assert_string_equal(eider_query_verdict(query), "the parameter $top has no value yet");
    assert_int_equal(eider_query_parameter_count(query), 2);
    assert_string_equal(eider_query_parameter_name(query, 1), "top");
    assert_string_equal(eider_query_parameter_name(query, 2), "Group");
    assert_null(eider_query_parameter_name(query, 0));
    assert_null(eider_query_parameter_name(query, 3));
    assert_int_equal(eider_query_bind(query, 0, five, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_query_bind(query, 3, five, &f.err), EIDER_ERROR_ARGUMENT);
    assert_string_equal(f.err.message, "there is no parameter 3; the statement has 2");
    assert_int_equal(eider_query_bind(query, 1, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_query_bind_name(query, "bottom", five, &f.err), EIDER_ERROR_ARGUMENT);
    assert_string_equal(f.err.message, "there is no parameter $bottom");
    assert_int_equal(eider_query_bind_name(query, NULL, five, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_query_bind_name(query, "group", five, &f.err), EIDER_OK);
    assert_non_null(strstr(eider_query_explain(query), "not distributed (parameter)"));
    assert_int_equal(eider_query_bind_name(query, "TOP", five, &f.err), EIDER_OK);
    assert_non_null(strstr(eider_query_explain(query), "v < 5"));
    assert_true(eider_query_is_distributed(query));
    duckdb_destroy_value(&five);
    five = duckdb_create_int32(500);
    assert_int_equal(eider_query_bind(query, 1, five, &f.err), EIDER_OK); /* another value: another plan */
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    assert_int_equal(duckdb_value_int64(&result, 0, 0), 50);
    duckdb_destroy_result(&result);
    assert_int_equal(eider_query_bind(query, 1, five, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_ARGUMENT);
    eider_query_free(query);
    assert_answer(&f, "SELECT count(*) FROM duckdb_variables()", false, "0");
    duckdb_destroy_value(&five);
    fixture_close(&f);
}

static void a_parameter_without_a_value(void **unused)
{
    duckdb_value five = duckdb_create_int32(5);
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    check(&f, "SELECT count(*) FROM t WHERE v < $1 AND g = $2", &five, 1, "parameter");
    assert_int_equal(f.err.status, EIDER_ERROR_SQL);
    assert_non_null(strstr(f.err.message, "prepared statement parameters: 2"));
    check(&f, "SELECT count(*) FROM t WHERE v < $top", NULL, 0, "parameter");
    duckdb_destroy_value(&five);
    fixture_close(&f);
}

static void streams(void **unused)
{
    duckdb_value values[] = {duckdb_create_int32(20000), duckdb_create_int32(3)};
    static const char *const texts[] = {"SELECT v FROM t WHERE v < $1 AND g = $2",
                                        "SELECT v + $1 - $1 FROM range(20000) r(v) WHERE v % 10 = $2"};
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    for (int i = 0; i < 2; i++) {
        struct eider_query *query = NULL;
        struct eider_stream *stream = NULL;
        duckdb_data_chunk chunk;
        idx_t rows = 0;

        assert_int_equal(eider_prepare(f.session, texts[i], &query, &f.err), EIDER_OK);
        bind(&f, query, values, 2);
        assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
        assert_int_equal(eider_query_is_distributed(query), i == 0);
        for (;;) {
            assert_int_equal(eider_stream_next(stream, &chunk, &f.err), EIDER_OK);
            if (chunk == NULL)
                break;
            rows += duckdb_data_chunk_get_size(chunk);
            duckdb_destroy_data_chunk(&chunk);
        }
        assert_int_equal(rows, 2000);
        eider_stream_close(stream);
        eider_query_free(query);
    }
    duckdb_destroy_value(&values[0]);
    duckdb_destroy_value(&values[1]);
    fixture_close(&f);
}

static void explain_and_statements_that_store_rows(void **unused)
{
    duckdb_value value = duckdb_create_int32(7);
    struct eider_query *query = NULL;
    duckdb_result result;
    struct fixture f;
    char *text;

    (void)unused;
    fixture_open(&f, 4);
    assert_int_equal(eider_prepare(f.session, "EXPLAIN SELECT sum(v) FROM t WHERE v < ?", &query, &f.err),
                     EIDER_OK);
    bind(&f, query, &value, 1);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    text = duckdb_value_varchar(&result, 1, 0);
    assert_non_null(strstr(text, "Stage 1"));
    assert_non_null(strstr(text, "v < 7"));
    duckdb_free(text);
    duckdb_destroy_result(&result);
    eider_query_free(query);

    check(&f, "CREATE OR REPLACE TABLE made AS SELECT v + $1, $1 AS b FROM t WHERE g = $1", &value, 1,
          distributable);
    assert_answer(&f, "SELECT sum(\"(v + $1)\") || ' ' || sum(b) || ' ' || count(*) FROM made", false,
                  "45027000 21000 3000");
    check(&f, "INSERT INTO made SELECT v, g FROM t WHERE v < $1", &value, 1, distributable);
    assert_answer(&f, "SELECT count(*) FROM made", false, "3014"); /* DuckDB has inserted them as well */
    check(&f, "INSERT INTO made SELECT v, g FROM t WHERE v < $1 RETURNING b + $1", &value, 1, "parameter");
    duckdb_destroy_value(&value);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_all_types),
        cmocka_unit_test(queries_mean_the_same),
        cmocka_unit_test(several_parameters),
        cmocka_unit_test(what_is_not_understood_runs_on_duckdb),
        cmocka_unit_test(names_and_wrong_arguments),
        cmocka_unit_test(a_parameter_without_a_value),
        cmocka_unit_test(streams),
        cmocka_unit_test(explain_and_statements_that_store_rows),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
