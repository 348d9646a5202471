/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates in phases, as an application's rule arranges them: trees of two and three levels, whose states are merged up to
 * twice before Final. Every aggregate that has states gives what DuckDB alone gives: to 1e-9 if it is a DOUBLE, else exactly;
 * exact averages too.
 */
#include <math.h>

#include "unit/session_fixture.h"

/* ---- A rule: Partial in 6 tasks, merged in 3, then 2, then 1 ---- */

struct tree {
    uint32_t levels; /* of merges, Final among them: 2 or 3 */
    uint32_t built;
};

static bool is_final(void *data, const struct eider_node *node)
{
    struct eider_node_aggregate aggregate;

    (void)data;
    return eider_node_as_aggregate(node, &aggregate) && aggregate.mode == EIDER_AGGREGATE_FINAL;
}

static enum eider_status build_tree(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    static const uint32_t widths[] = {6, 3, 2, 1};
    struct tree *tree = data;
    const struct eider_node *final = eider_plan_find(plan, is_final, NULL), *node;
    enum eider_status status;

    *ret = plan;
    if (final == NULL)
        return EIDER_OK;
    node = eider_node_child(final, 0);
    for (uint32_t i = 0; i < tree->levels && i < 3; i++) {
        bool last = i + 1 == tree->levels;
        status = eider_network_coalesce(ctx, node, widths[i], last ? 1 : widths[i + 1], &node, err);
        if (status == EIDER_OK)
            status = eider_aggregate_with_mode(
                ctx, final, last ? EIDER_AGGREGATE_FINAL : EIDER_AGGREGATE_PARTIAL_REDUCE, node, &node, err);
        if (status != EIDER_OK)
            return status;
    }
    tree->built++;
    return eider_plan_replace(ctx, plan, final, node, ret, err);
}

static void open_tree(struct fixture *f, struct tree *tree)
{
    fixture_open(f, 4);
    assert_int_equal(eider_session_add_rule(f->session, "build_tree", build_tree, tree, NULL, &f->err),
                     EIDER_OK);
    sql(f->connection, "CREATE TYPE kind AS ENUM ('k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6')");
}

/* ---- Comparing with DuckDB alone ---- */

static bool same_cell(duckdb_result *a, duckdb_result *b, idx_t column, idx_t row)
{
    char *left = duckdb_value_varchar(a, column, row), *right = duckdb_value_varchar(b, column, row);
    bool same = (left == NULL) == (right == NULL);

    if (same && left != NULL && duckdb_column_type(a, column) == DUCKDB_TYPE_DOUBLE) {
        double x = strtod(left, NULL), y = strtod(right, NULL);
        same = (isnan(x) && isnan(y)) || x == y || fabs(x - y) <= 1e-9 * fmax(fabs(x), fabs(y));
    } else if (same && left != NULL) {
        same = strcmp(left, right) == 0;
    }
    if (!same)
        print_error("column %s, row %u: %s instead of %s\n", duckdb_column_name(b, column), (unsigned)row,
                    left == NULL ? "NULL" : left, right == NULL ? "NULL" : right);
    duckdb_free(left);
    duckdb_free(right);
    return same;
}

static void assert_same_rows(struct fixture *f, const char *text, duckdb_result *actual)
{
    duckdb_result expected;
    bool same = true;

    if (duckdb_query(f->connection, text, &expected) != DuckDBSuccess)
        fail_msg("%s: %s", text, duckdb_result_error(&expected));
    assert_int_equal(duckdb_column_count(actual), duckdb_column_count(&expected));
    if (duckdb_row_count(actual) != duckdb_row_count(&expected))
        fail_msg("%s: %u rows", text, (unsigned)duckdb_row_count(actual));
    for (idx_t c = 0; c < duckdb_column_count(actual); c++) {
        assert_int_equal(duckdb_column_type(actual, c), duckdb_column_type(&expected, c));
        for (idx_t r = 0; r < duckdb_row_count(actual); r++)
            same &= same_cell(actual, &expected, c, r);
    }
    if (!same)
        fail_msg("other values than DuckDB's: %s", text);
    duckdb_destroy_result(&expected);
}

static void check(struct fixture *f, struct tree *tree, const char *text)
{
    struct eider_query *query = NULL;
    duckdb_result result;
    uint32_t built = tree->built;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    if (!eider_query_is_distributed(query) || tree->built == built ||
        strstr(eider_query_explain(query), "mode=Partial,") == NULL ||
        strstr(eider_query_explain(query), "mode=PartialReduce") == NULL)
        fail_msg("%s: no tree: %s\n%s", text, eider_query_verdict(query), eider_query_explain(query));
    if (eider_query_run(query, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    assert_same_rows(f, text, &result);
    duckdb_destroy_result(&result);
    eider_query_free(query);
}

/* ---- Queries: aggregates over some rows, in some groups ---- */

/* @ is a FILTER, or nothing. x and y are the DOUBLEs of the rows. */
static const char *const lists[] = {
    "var_pop(x)@, var_samp(x)@, variance(y)@, stddev(x)@, stddev_pop(y)@, stddev_samp(x)@, sem(x)@",
    "covar_pop(y, x)@, covar_samp(y, x)@, corr(y, x)@, regr_slope(y, x)@, regr_intercept(y, x)@, regr_r2(y, "
    "x)@",
    "regr_count(y, x)@, regr_avgx(y, x)@, regr_avgy(y, x)@, regr_sxx(y, x)@, regr_syy(y, x)@, regr_sxy(y, "
    "x)@",
    "count(DISTINCT v % 100)@, sum(DISTINCT v % 100)@, avg(DISTINCT v % 100)@, count(DISTINCT s)@, "
    "count(DISTINCT s::kind)@, count(DISTINCT d)@, sum(DISTINCT d)@, avg(DISTINCT d)@, count(DISTINCT v % 3 "
    "= 0)@, "
    "count(DISTINCT encode(s))@, count(DISTINCT TIMESTAMP '2024-01-01' + to_days((v % 9)::INTEGER))@",
    "arg_min(s, v)@, arg_max(s, v)@, arg_min_null(nullif(s, 'k0'), v)@, arg_max_null(nullif(s, 'k5'), v)@, "
    "arg_max(nullif(s, 'k5'), v)@, product(1 + (v % 3)::DOUBLE / 1e6)@",
    /* decimals of each width that DuckDB stores in its own way */
    "sum((v % 90)::DECIMAL(4, 1))@, avg((v % 90)::DECIMAL(4, 1))@, sum(v::DECIMAL(9, 3))@, "
    "avg(-v::DECIMAL(9, "
    "3))@, sum(v::DECIMAL(18, 9))@, sum(v::DECIMAL(38, 20) / 3)@, sum(-v::DECIMAL(38, 9))@, "
    "avg(v::DECIMAL(38, "
    "9))@, sum(DISTINCT d::DECIMAL(38, 9))@, count(DISTINCT d::DECIMAL(18, 3))@, stddev(d)@, arg_max(d, v)@, "
    "arg_min(d::DECIMAL(38, 4), v)@, arg_max(v, v::DECIMAL(38, 4))@",
    /* and averages to the last bit, as text */
    "avg((v % 7919)::SMALLINT)@::VARCHAR, avg(v * 271828182845)@::VARCHAR, avg(v::HUGEINT * "
    "10000000000000000061)@::VARCHAR, "
    "avg((v % 10 / 10)::DECIMAL(1, 1))@::VARCHAR, avg((v % 99991 / 1e5)::DECIMAL(9, 6))@::VARCHAR, "
    "avg((v / 7)::DECIMAL(18, 9))@::VARCHAR, avg((v / 7)::DECIMAL(38, 20))@::VARCHAR, avg((v % 1000)::DOUBLE "
    "/ 8)@::VARCHAR",
    "sum(d)@, avg(d)@, min(d)@, max(d)@, sum(v)@, avg(v)@, count(*)@, count(x)@, bool_and(v >= 0)@, "
    "bool_or(v < 5)@, "
    "bit_xor(v)@, bit_or(v)@, bit_and(v)@, count_if(v % 2 = 0)@, any_value(g >= 0)@, min(DISTINCT s)@",
};

/* Power sums lose digits where the mean is far from 0, in DuckDB as well, and a skewness of 0 is all noise. */
static const char powers[] = "skewness(x * x / 1e4)@, kurtosis(x * x / 1e4)@, kurtosis_pop(y)@";

#define ROWS "SELECT v, g, s, (v % 1000 / 8)::DECIMAL(10, 2) AS d, "

static const struct {
    const char *rows;
    bool far;      /* from 0 */
    bool filtered; /* with a FILTER as well */
} inputs[] = {
    {ROWS "n AS x, (v * 7919 % 1009)::DOUBLE / 8 AS y FROM t", false, false},
    /* NULLs, a group of them */
    {ROWS "CASE WHEN v % 5 <> 0 THEN n END AS x, "
          "CASE WHEN v % 7 <> 0 AND g <> 3 THEN (v * 31 % 977)::DOUBLE END AS y FROM t",
     false, true},
    {ROWS "1e9 + v * 7919 % 1009 AS x, (v * 7919 % 1009 - v * 31 % 977 / 2)::DOUBLE AS y FROM t", true,
     false},
    /* few rows of each group */
    {ROWS "n AS x, sqrt(v) AS y FROM t WHERE v % 4999 < 3 AND v <> 1", false, false},
    /* equal values, whose power sums are nothing but errors */
    {ROWS "0.1::DOUBLE AS x, g + 0.1::DOUBLE AS y FROM t", true, false},
    {ROWS "n AS x, n AS y FROM t WHERE v = 12345", false, false},
    {ROWS "n AS x, n AS y FROM t WHERE v < 0 AND n < 0", false, false},
};

static char *with_filter(const char *list, const char *filter)
{
    const size_t size = 4096;
    char *text = calloc(1, size);
    size_t used = 0;

    assert_non_null(text);
    for (; *list != '\0'; list++)
        used += (size_t)(*list == '@' ? snprintf(text + used, size - used, "%s", filter)
                                      : snprintf(text + used, size - used, "%c", *list));
    assert_true(used < size);
    return text;
}

static void check_list(struct fixture *f, struct tree *tree, const char *list, size_t input)
{
    const char *rows = inputs[input].rows;
    static const char *const filters[] = {"", " FILTER (WHERE v % 3 = 1 AND g <> 4)"};
    char text[8192];

    for (int i = 0; i < (inputs[input].filtered ? 2 : 1); i++) {
        char *calls = with_filter(list, filters[i]);
        snprintf(text, sizeof(text), "SELECT %s FROM (%s)", calls, rows);
        check(f, tree, text);
        snprintf(text, sizeof(text), "SELECT g, %s FROM (%s) GROUP BY g ORDER BY g", calls, rows);
        check(f, tree, text);
        free(calls);
    }
}

static void trees_give_the_answers_of_duckdb(void **unused)
{
    (void)unused;
    for (uint32_t levels = 2; levels <= 3; levels++) {
        struct tree tree = {.levels = levels};
        struct fixture f;

        open_tree(&f, &tree);
        for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
            if (levels < 3 && !inputs[i].filtered)
                continue; /* the widest tree has all that the others have */
            for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
                check_list(&f, &tree, lists[k], i);
            if (!inputs[i].far)
                check_list(&f, &tree, powers, i);
        }
        fixture_close(&f);
    }
}

static void grouping_sets_are_made_of_states(void **unused)
{
    struct tree tree = {.levels = 3};
    struct fixture f;

    (void)unused;
    open_tree(&f, &tree);
    check(&f, &tree,
          "SELECT g, s, stddev(n), corr(n, v * 7919 % 1009), kurtosis(n), count(DISTINCT v % 100), "
          "grouping(g) FROM t "
          "GROUP BY ROLLUP (g, s) ORDER BY ALL");
    check(&f, &tree,
          "SELECT g, var_pop(n), regr_count(n, v), count(DISTINCT s), sum(DISTINCT v) FROM t WHERE v < 0 AND "
          "n < 0 "
          "GROUP BY GROUPING SETS ((), (g))");
    fixture_close(&f);
}

/* What DuckDB refuses is refused, with its words. */
static void what_is_not_finite_is_refused(void **unused)
{
    static const char *const cases[][2] = {
        {"var_pop(x)", "VARPOP is out of range"},
        {"stddev(x)", "STDDEV_SAMP is out of range"},
        {"sem(x)", "SEM is out of range"},
        {"skewness(x)", "SKEW is out of range"},
        {"kurtosis(x)", "Kurtosis is out of range"},
        {"regr_slope(n, x)", "VARPOP is out of range"},
        {"regr_sxx(n, x)", "VARPOP is out of range"},
        {"corr(n, x)", "is out of range"},
        {"corr(x, n)", "is out of range"},
        {"regr_r2(x, n)", "is out of range"},
    };
    struct tree tree = {.levels = 2};
    struct fixture f;
    char text[512];

    (void)unused;
    open_tree(&f, &tree);
    /* the sum of two tasks is too large, that of each is not */
    assert_fails(&f, "SELECT sum(CASE WHEN v IN (7, 29000) THEN 9e37::DECIMAL(38, 0) END) FROM t",
                 EIDER_ERROR_SQL, "Overflow in HUGEINT addition");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        /* a row per task's share that is not finite: each state alone is fine */
        snprintf(text, sizeof(text),
                 "SELECT %s FROM (SELECT CASE WHEN v = 7 THEN 'inf'::DOUBLE ELSE n END AS x, n FROM t "
                 "WHERE v IN (7, 8000, 15000, 22000, 29000))",
                 cases[i][0]);
        assert_fails(&f, text, EIDER_ERROR_SQL, cases[i][1]);
    }
    check(&f, &tree,
          "SELECT var_samp(x), stddev(x), var_pop(x), regr_sxx(x, x), regr_r2(x, x), skewness(x), "
          "kurtosis_pop(x) "
          "FROM (SELECT 'inf'::DOUBLE + v AS x FROM t WHERE v = 7)");
    check(
        &f, &tree,
        "SELECT covar_pop(x, n), covar_samp(n, x), regr_avgx(n, x), regr_slope(x, n), regr_r2(x, 1 + 0 * n) "
        "FROM (SELECT CASE WHEN v = 7 THEN 'inf'::DOUBLE ELSE n END AS x, n FROM t)");
    fixture_close(&f);
}

/* DISTINCT has another equality than lists for these: they are computed whole. */
static void some_types_have_no_list_of_values(void **unused)
{
    static const char *const values[] = {"n", "n::FLOAT", "to_days(g::INTEGER)", "{'g': g}", "[g]"};
    struct tree tree = {.levels = 2};
    struct fixture f;
    char text[256];

    (void)unused;
    open_tree(&f, &tree);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        snprintf(text, sizeof(text), "SELECT count(DISTINCT %s) FROM t", values[i]);
        assert_same_answer(&f, text, true);
    }
    assert_int_equal(tree.built, 0);
    fixture_close(&f);
}

/* A macro of the application takes no function's place. */
static void macros_do_not_get_in_between(void **unused)
{
    struct tree tree = {.levels = 2};
    struct fixture f;
    char *cell;

    (void)unused;
    open_tree(&f, &tree);
    sql(f.connection, "CREATE MACRO list_reduce(a, b) AS 1");
    sql(f.connection, "CREATE MACRO struct_extract(a, b) AS 2");
    sql(f.connection, "CREATE MACRO favg(a) AS 3");
    cell = fixture_answer(&f, "SELECT round(var_pop(v), 3) FROM t", true);
    assert_string_equal(cell, "74999999.917");
    duckdb_free(cell);
    assert_fails(&f, "SELECT eider_moments(n) FROM t", EIDER_ERROR_SQL, "eider_moments");
    fixture_close(&f);
}

/* ---- The automatic planner ---- */

static void states_of_many_tasks_meet_in_steps(void **unused)
{
    static const char query[] =
        "SELECT g, var_samp(n), sum(v), count(DISTINCT s) FROM t GROUP BY g ORDER BY g";
    static const struct {
        const char *part;
        bool steps;
    } parts[] = {{"[Stage 1] => NetworkCoalesceExec: output_partitions=3, input_tasks=9", true},
                 {"[Stage 2] => NetworkCoalesceExec: output_partitions=3, input_tasks=3", true},
                 {"mode=PartialReduce", true}};
    struct eider_query *prepared = NULL;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 9);
    for (int on = 0; on < 2; on++) {
        duckdb_result result;
        sql(f.connection, on ? "SET eider_partial_reduce_tree = true" : "RESET eider_partial_reduce_tree");
        assert_int_equal(eider_prepare(f.session, query, &prepared, &f.err), EIDER_OK);
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            if ((strstr(eider_query_explain(prepared), parts[i].part) != NULL) != (on == 1))
                fail_msg("%s, steps %d:\n%s", parts[i].part, on, eider_query_explain(prepared));
        }
        if (eider_query_run(prepared, &result, &f.err) != EIDER_OK)
            fail_msg("%s", f.err.message);
        assert_same_rows(&f, query, &result);
        duckdb_destroy_result(&result);
        eider_query_free(prepared);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_give_the_answers_of_duckdb),
        cmocka_unit_test(grouping_sets_are_made_of_states),
        cmocka_unit_test(what_is_not_finite_is_refused),
        cmocka_unit_test(some_types_have_no_list_of_values),
        cmocka_unit_test(macros_do_not_get_in_between),
        cmocka_unit_test(states_of_many_tasks_meet_in_steps),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
