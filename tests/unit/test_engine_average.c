/* SPDX-License-Identifier: Apache-2.0 */
/* eider_average and eider_average_int16 give what DuckDB's avg gives, to the last bit. */
#include "unit/engine_fixture.h"

static const struct {
    const char *type;
    uint32_t digits, scale;
    bool in_16_bits;
} kinds[] = {
    {"SMALLINT", 4, 0, true},           {"INTEGER", 9, 0, false},
    {"BIGINT", 18, 0, false},           {"HUGEINT", 20, 0, false},
    {"HUGEINT", 34, 0, false},          {"DECIMAL(1, 1)", 1, 1, true},
    {"DECIMAL(4, 0)", 4, 0, true},      {"DECIMAL(4, 2)", 4, 2, true},
    {"DECIMAL(4, 4)", 4, 4, true},      {"DECIMAL(5, 5)", 5, 5, false},
    {"DECIMAL(9, 4)", 9, 4, false},     {"DECIMAL(9, 9)", 9, 9, false},
    {"DECIMAL(10, 2)", 10, 2, false},   {"DECIMAL(14, 6)", 14, 6, false},
    {"DECIMAL(18, 0)", 18, 0, false},   {"DECIMAL(18, 9)", 18, 9, false},
    {"DECIMAL(18, 18)", 18, 18, false}, {"DECIMAL(19, 3)", 19, 3, false},
    {"DECIMAL(25, 20)", 25, 20, false}, {"DECIMAL(36, 2)", 34, 2, false},
    {"DECIMAL(38, 34)", 34, 34, false},
};

static void assert_value(struct fixture *f, const char *text, const char *expected)
{
    char *value = fixture_value(f, text);

    if ((value == NULL) != (expected == NULL) || (value != NULL && strcmp(value, expected) != 0))
        fail_msg("%s: %s instead of %s", text, value == NULL ? "NULL" : value,
                 expected == NULL ? "NULL" : expected);
    duckdb_free(value);
}

/* 6,000 values of all lengths in 1,500 groups, and in one: of both signs, then of each alone. */
static void they_round_as_avg_does(void **unused)
{
    static const char *const signs[] = {"CASE WHEN hash(i, 2) % 2 = 0 THEN '-' ELSE '' END", "''", "'-'"};
    struct fixture f;
    char text[1024];

    (void)unused;
    fixture_open(&f);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (size_t s = 0; s < 3; s++) {
            snprintf(
                text, sizeof(text),
                "CREATE OR REPLACE TABLE v AS SELECT g, (sign || left(x, 35 - %u) || '.' || right(x, "
                "%u))::%s AS x "
                "FROM (SELECT hash(i, 1) %% 1500 AS g, %s AS sign, lpad(right(lpad((hash(i, 3)::HUGEINT * "
                "(hash(i, 4) // 3))::VARCHAR, 34, '7'), 1 + (hash(i, 5) %% %u)::INTEGER), 35, '0') AS x "
                "FROM range(6000) r(i))",
                kinds[k].scale, kinds[k].scale, kinds[k].type, signs[s], kinds[k].digits);
            fixture_sql(&f, text);
            snprintf(text, sizeof(text),
                     "SELECT count(*) FROM (SELECT avg(x) AS a, sum(x) AS s, count(x) AS n FROM v "
                     "GROUP BY GROUPING SETS ((), (g))) WHERE a IS DISTINCT FROM system.main.%s(s, n)",
                     kinds[k].in_16_bits ? "eider_average_int16" : "eider_average");
            assert_value(&f, text, "0");
        }
    }
    fixture_close(&f);
}

/* Sums whose average in double is not that in long double; which of them DuckDB computes depends on the width. */
static void the_two_are_not_the_same(void **unused)
{
    static const char text[] = "SELECT [avg(x) = eider_average(s, n), avg(x) = eider_average_int16(s, n), "
                               "avg(x) = s::DOUBLE / n]::VARCHAR "
                               "FROM v, (SELECT sum(x) AS s, count(x) AS n FROM v) GROUP BY s, n";
    struct fixture f;

    (void)unused;
    fixture_open(&f);
    fixture_sql(&f, "CREATE TABLE v AS SELECT unnest([0.3039, 0, 0, 0, 0, 0, 0])::DECIMAL(4, 4) AS x");
    assert_value(&f, text, "[false, true, true]");
    fixture_sql(&f, "CREATE OR REPLACE TABLE v AS SELECT unnest([0.05539, 0, 0])::DECIMAL(5, 5) AS x");
    assert_value(&f, text, "[true, false, false]");
    fixture_sql(&f, "CREATE OR REPLACE TABLE v AS SELECT unnest([0.3, 0, 0])::DECIMAL(1, 1) AS x");
    assert_value(&f, text, "[true, true, false]");
    fixture_sql(&f, "CREATE OR REPLACE TABLE v AS SELECT (range < 115)::SMALLINT AS x FROM range(2051)");
    assert_value(&f, text, "[false, true, true]");
    fixture_sql(&f, "ALTER TABLE v ALTER x TYPE INTEGER");
    assert_value(&f, text, "[true, false, false]");
    fixture_close(&f);
}

static void there_is_no_average_of_nothing(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f);
    assert_value(&f, "SELECT eider_average(NULL::HUGEINT, 2)", NULL);
    assert_value(&f, "SELECT eider_average(2::HUGEINT, NULL)", NULL);
    assert_value(&f, "SELECT eider_average_int16(0::HUGEINT, 0)", NULL);
    assert_value(&f,
                 "SELECT list(eider_average(CASE WHEN i % 2 = 0 THEN i END, 2) ORDER BY i)::VARCHAR "
                 "FROM (SELECT range::HUGEINT AS i FROM range(5))",
                 "[0.0, NULL, 1.0, NULL, 2.0]");
    fixture_close(&f);
}

static void the_sum_is_wide(void **unused)
{
    static const char *const refused[] = {"1", "1::BIGINT", "1::DECIMAL(18, 2)", "1::DOUBLE", "'1'"};
    struct fixture f;
    duckdb_result result;
    char text[128];

    (void)unused;
    fixture_open(&f);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        snprintf(text, sizeof(text), "SELECT eider_average(%s, 1)", refused[i]);
        assert_int_equal(duckdb_query(f.connection, text, &result), DuckDBError);
        assert_non_null(strstr(duckdb_result_error(&result), "the sum must be a HUGEINT or a DECIMAL"));
        duckdb_destroy_result(&result);
    }
    assert_value(&f, "SELECT eider_average(1.5::DECIMAL(19, 2), 1)", "1.5");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_round_as_avg_does),
        cmocka_unit_test(the_two_are_not_the_same),
        cmocka_unit_test(there_is_no_average_of_nothing),
        cmocka_unit_test(the_sum_is_wide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
