/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes above the leaves as SQL: DuckDB runs the query of a plan, and gives what a query that says the same gives. */
#include "sqlgen_lab.h"

/* t(i, n, s): rows with NULLs and duplicates. */
static const struct eider_node *table(struct lab *lab)
{
    lab_run(lab,
            "CREATE TABLE IF NOT EXISTS t AS FROM (VALUES (1, 10, 'abc'), (2, NULL, 'x'), (NULL, 30, NULL), "
            "(-4, 40, 'it''s'), (2, NULL, 'x'), (2, 5, 'y')) AS t(i, n, s)");
    return n_table(lab, "t", 3, "i", t_of(TYPE_INTEGER), "n", t_of(TYPE_INTEGER), "s", t_of(TYPE_VARCHAR));
}

static const struct eider_expr *plus(struct lab *lab, const struct eider_node *node, uint32_t column,
                                     int32_t value)
{
    return x_call(lab, t_of(TYPE_INTEGER), "+",
                  x_list(lab, 2, x_col(lab, node, column), x_integer(lab, value)));
}

static const struct eider_node *filtered(struct lab *lab, const struct eider_node *input, uint32_t column,
                                         enum comparison op, int32_t value, struct u32_list projection)
{
    return n_filter(lab, input,
                    x_list(lab, 1, x_cmp(lab, x_col(lab, input, column), op, x_integer(lab, value))),
                    projection);
}

/* The rows of a query in their order, as one text: a,b;c,d. NULL is nothing. */
static const char *in_order(struct lab *lab, const char *sql)
{
    duckdb_result result;
    struct buf text;
    const char *copy;

    buf_init(&text, LAB_MAX_BYTES);
    lab_query(lab, sql, &result);
    for (idx_t row = 0; row < duckdb_row_count(&result); row++) {
        for (idx_t column = 0; column < duckdb_column_count(&result); column++) {
            char *value = duckdb_value_varchar(&result, column, row);
            buf_printf(&text, "%s%s", column > 0 ? "," : row > 0 ? ";" : "", value != NULL ? value : "");
            duckdb_free(value);
        }
    }
    copy = arena_strndup(lab->arena, text.data, text.size);
    duckdb_destroy_result(&result);
    buf_done(&text);
    return copy;
}

/* ---- Filters, projections, sorts, limits ---- */

static void test_filter_and_projection(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *filter, *project;

    filter = filtered(lab, t, 1, COMPARE_GREATER, 5, x_u32s(lab, 2, 2u, 0u));
    lab_plan_is(lab, filter, "SELECT s, i FROM t WHERE n > 5");
    project = n_project(lab, filter,
                        x_list(lab, 3, plus(lab, filter, 1, 1), x_col(lab, filter, 0), x_integer(lab, 7)));
    lab_plan_is(lab, project, "SELECT i + 1, s, 7 FROM t WHERE n > 5");
    /* A filter above an expression sees its result. */
    filter = filtered(lab, project, 0, COMPARE_LESS, 0, x_u32s(lab, 2, 1u, 0u));
    lab_plan_is(lab, filter, "SELECT s, i + 1 FROM t WHERE n > 5 AND i + 1 < 0");
    /* One SELECT for the first three. */
    lab_contains_not(lab_sql(lab, project, NULL), "(SELECT");
    filter = n_filter(lab, t, x_list(lab, 0), x_u32s(lab, 1, 0u));
    lab_plan_is(lab, filter, "SELECT i FROM t");
}

static void test_many_filters(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *node = table(lab);

    for (int32_t i = 0; i < 30; i++)
        node = filtered(lab, node, (uint32_t)i % 2, COMPARE_LESS, 100 - i, x_u32s(lab, 2, 1u, 0u));
    lab_plan_is(lab, node, "SELECT i, n FROM t WHERE i < 71");
}

static void test_zero_columns(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *none = n_filter(lab, table(lab), x_list(lab, 0), x_u32s(lab, 0));
    const struct eider_node *values =
        n_values(lab, x_columns(lab, 0), 3, x_list(lab, 0), x_list(lab, 0), x_list(lab, 0));
    const struct eider_type *bigint = t_of(TYPE_BIGINT);

    lab_plan_is(
        lab,
        &n_aggregate(lab, none, x_list(lab, 0), x_list(lab, 1, x_agg(lab, bigint, "count", x_list(lab, 0))))
             ->base,
        "SELECT count(*) FROM t");
    lab_plan_is(
        lab,
        &n_aggregate(lab, values, x_list(lab, 0), x_list(lab, 1, x_agg(lab, bigint, "count", x_list(lab, 0))))
             ->base,
        "SELECT CAST(3 AS BIGINT)");
    /* An aggregate without columns still is one row. */
    lab_plan_is(lab,
                n_project(lab, &n_aggregate(lab, none, x_list(lab, 0), x_list(lab, 0))->base,
                          x_list(lab, 1, x_integer(lab, 1))),
                "SELECT 1");
}

static void test_sort(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *sort, *project;

    sort = n_sort(lab, t,
                  x_keys(lab, 2, x_key(x_col(lab, t, 0), true, false), x_key(x_col(lab, t, 1), false, true)),
                  x_u32s(lab, 2, 2u, 0u));
    assert_string_equal(in_order(lab, lab_sql(lab, sort, NULL)), "x,2;x,2;y,2;abc,1;it's,-4;,");
    lab_contains(lab_sql(lab, sort, NULL), " ORDER BY "); /* outermost */
    lab_contains_not(lab_sql(lab, sort, NULL), "(SELECT");
    /* A projection above it, whose names could be mistaken for the keys. */
    project = n_project(lab, sort, x_list(lab, 2, plus(lab, sort, 1, 1), x_col(lab, sort, 0)));
    assert_string_equal(in_order(lab, lab_sql(lab, project, NULL)), "3,x;3,x;3,y;2,abc;-3,it's;,");
    lab_contains_not(lab_sql(lab, project, NULL), "(SELECT");
    /* Over a projection: by what it computes, also where the key is not kept. */
    project = n_project(lab, t, x_list(lab, 2, plus(lab, t, 0, -10), x_col(lab, t, 2)));
    sort = n_sort(lab, project,
                  x_keys(lab, 2, x_key(x_col(lab, project, 0), false, true),
                         x_key(x_col(lab, project, 1), true, false)),
                  x_u32s(lab, 1, 1u));
    assert_string_equal(in_order(lab, lab_sql(lab, sort, NULL)), ";it's;abc;y;x;x");
    /* By an expression over the projection. */
    sort = n_sort(lab, project,
                  x_keys(lab, 2,
                         x_key(x_call(lab, t_of(TYPE_INTEGER), "abs", x_list(lab, 1, x_col(lab, project, 0))),
                               false, false),
                         x_key(x_col(lab, project, 1), false, false)),
                  x_u32s(lab, 2, 1u, 0u));
    assert_string_equal(in_order(lab, lab_sql(lab, sort, NULL)), "x,-8;x,-8;y,-8;abc,-9;it's,-14;,");
    /* By constants: no order, and no positions. */
    sort = n_sort(lab, t,
                  x_keys(lab, 2, x_key(x_integer(lab, 9), false, false),
                         x_key(x_int(lab, TYPE_BOOLEAN, 1), false, false)),
                  x_u32s(lab, 1, 0u));
    lab_plan_is(lab, sort, "SELECT i FROM t");
}

static void test_limit(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *sort, *limit;
    struct node_topn *topn = node_topn_new(lab->arena);
    struct node_limit *percent = node_limit_new(lab->arena);

    sort = n_sort(lab, t, x_keys(lab, 1, x_key(x_col(lab, t, 1), false, false)), x_u32s(lab, 2, 0u, 1u));
    limit = n_limit(lab, sort, 2, 1);
    lab_plan_is(lab, limit, "SELECT i, n FROM t ORDER BY n NULLS LAST LIMIT 2 OFFSET 1");
    lab_plan_is(lab, n_limit(lab, limit, 1, 1), "SELECT i, n FROM t ORDER BY n NULLS LAST LIMIT 1 OFFSET 2");
    lab_plan_is(lab, filtered(lab, limit, 1, COMPARE_GREATER, 10, x_u32s(lab, 1, 0u)),
                "SELECT i FROM (SELECT i, n FROM t ORDER BY n NULLS LAST LIMIT 2 OFFSET 1) WHERE n > 10");
    lab_plan_is(
        lab,
        n_sort(lab, limit, x_keys(lab, 1, x_key(x_col(lab, limit, 0), false, false)), x_u32s(lab, 1, 0u)),
        "SELECT i FROM (SELECT i, n FROM t ORDER BY n NULLS LAST LIMIT 2 OFFSET 1)");
    lab_plan_is(lab, n_limit(lab, t, 0, 0), "SELECT * FROM t WHERE false");
    topn->input = t;
    topn->orders = x_keys(lab, 1, x_key(x_col(lab, t, 0), true, false));
    topn->limit = 4;
    topn->offset = 3;
    topn->base.columns = t->columns;
    lab_plan_is(lab, &topn->base, "SELECT * FROM t ORDER BY i DESC NULLS LAST LIMIT 4 OFFSET 3");
    lab_plan_is(lab, n_limit(lab, &topn->base, 2, 1),
                "SELECT * FROM t ORDER BY i DESC NULLS LAST LIMIT 2 OFFSET 4");
    percent->input = sort;
    percent->has_percent = true;
    percent->percent = 50;
    percent->base.columns = sort->columns;
    lab_plan_is(lab, &percent->base, "SELECT i, n FROM t ORDER BY n NULLS LAST LIMIT 50%");
    percent->has_percent = false;
    percent->offset = 4;
    lab_plan_is(lab, &percent->base, "SELECT i, n FROM t ORDER BY n NULLS LAST OFFSET 4");
}

/* ---- Aggregates ---- */

static void test_aggregates(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *project;
    const struct eider_type *huge = t_of(TYPE_HUGEINT), *bigint = t_of(TYPE_BIGINT),
                            *text = t_of(TYPE_VARCHAR);
    const struct eider_expr *i = x_col(lab, t, 0), *n = x_col(lab, t, 1), *s = x_col(lab, t, 2);
    struct expr_aggregate *distinct, *ordered, *some;
    struct node_aggregate *node;

    distinct = (struct expr_aggregate *)x_agg(lab, bigint, "count", x_list(lab, 1, i));
    distinct->distinct = true;
    ordered = (struct expr_aggregate *)x_agg(lab, text, "string_agg", x_list(lab, 2, s, x_text(lab, "-")));
    ordered->orders = x_keys(lab, 2, x_key(s, true, false), x_key(n, false, true));
    some = (struct expr_aggregate *)x_agg(lab, huge, "sum", x_list(lab, 1, n));
    some->filter = x_cmp(lab, i, COMPARE_GREATER, x_integer(lab, 0));
    node = n_aggregate(lab, t, x_list(lab, 1, i),
                       x_list(lab, 5, x_agg(lab, huge, "sum", x_list(lab, 1, n)),
                              x_agg(lab, bigint, "count", x_list(lab, 0)), &distinct->base, &ordered->base,
                              &some->base));
    lab_plan_is(lab, &node->base,
                "SELECT i, sum(n), count(*), count(DISTINCT i), string_agg(s, '-' ORDER BY s DESC NULLS "
                "LAST, n ASC NULLS "
                "FIRST), sum(n) FILTER (WHERE i > 0) FROM t GROUP BY i");
    /* Groups may be computed, or constant, and need not be kept. */
    node = n_aggregate(lab, t,
                       x_list(lab, 3, plus(lab, t, 0, 1), x_integer(lab, 2), x_int(lab, TYPE_BOOLEAN, 1)),
                       x_list(lab, 1, x_agg(lab, bigint, "count_star", x_list(lab, 0))));
    lab_plan_is(lab, &node->base, "SELECT i + 1, 2, true, count(*) FROM t GROUP BY i + 1");
    project =
        n_project(lab, &node->base, x_list(lab, 2, x_col(lab, &node->base, 3), x_col(lab, &node->base, 3)));
    lab_plan_is(lab, project, "SELECT count(*), count(*) FROM t GROUP BY i + 1");
    lab_plan_is(lab,
                n_sort(lab, &node->base, x_keys(lab, 1, x_key(x_col(lab, &node->base, 0), false, false)),
                       x_u32s(lab, 1, 3u)),
                "SELECT count(*) FROM t GROUP BY i + 1");
    /* DuckDB's own sum_no_overflow is sum. */
    node = n_aggregate(lab, t, x_list(lab, 0),
                       x_list(lab, 1, x_agg(lab, huge, "sum_no_overflow", x_list(lab, 1, n))));
    lab_plan_is(lab, &node->base, "SELECT sum(n) FROM t");
    lab_plan_is(
        lab,
        filtered(lab,
                 n_project(lab, &node->base,
                           x_list(lab, 1, x_cast(lab, x_col(lab, &node->base, 0), t_of(TYPE_INTEGER)))),
                 0, COMPARE_GREATER, 1000, x_u32s(lab, 1, 0u)),
        "SELECT 1 WHERE false");
}

static void set_sets(struct lab *lab, struct node_aggregate *node)
{
    node->sets = index_set_list_new(lab->arena, 4);
    node->sets.items[0].indexes = x_u32s(lab, 2, 0u, 1u);
    node->sets.items[1].indexes = x_u32s(lab, 1, 1u);
    node->sets.items[2].indexes = x_u32s(lab, 1, 1u);
    node->sets.items[3].indexes = x_u32s(lab, 0);
}

static void test_grouping_sets(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_expr *count = x_agg(lab, t_of(TYPE_BIGINT), "count", x_list(lab, 0));
    struct node_aggregate *node =
        n_aggregate(lab, t, x_list(lab, 2, x_col(lab, t, 0), x_col(lab, t, 2)), x_list(lab, 1, count));

    set_sets(lab, node);
    lab_plan_is(lab, &node->base,
                "SELECT i, s, count(*) FROM t GROUP BY GROUPING SETS ((i, s), (s), (s), ())");
    /* With GROUPING, and with computed groups. */
    node = n_aggregate(lab, t, x_list(lab, 2, plus(lab, t, 0, 1), x_col(lab, t, 2)), x_list(lab, 1, count));
    set_sets(lab, node);
    node->grouping_functions = index_set_list_new(lab->arena, 1);
    node->grouping_functions.items[0].indexes = x_u32s(lab, 2, 1u, 0u);
    node->base.columns =
        x_columns(lab, 4, t_of(TYPE_INTEGER), t_of(TYPE_VARCHAR), t_of(TYPE_BIGINT), t_of(TYPE_BIGINT));
    lab_plan_is(lab, &node->base,
                "SELECT x, s, count(*), grouping(s, x) FROM (SELECT i + 1 AS x, s FROM t) GROUP BY GROUPING "
                "SETS ((x, s), "
                "(s), (s), ())");
    /* The same column as two groups: each is a group of its own. */
    node = n_aggregate(lab, t, x_list(lab, 2, x_col(lab, t, 0), x_col(lab, t, 0)), x_list(lab, 1, count));
    set_sets(lab, node);
    lab_plan_is(lab, &node->base,
                "SELECT a, b, count(*) FROM (SELECT i AS a, i + 0 AS b FROM t) GROUP BY GROUPING SETS ((a, "
                "b), (b), (b), ())");
    node = n_aggregate(lab, t, x_list(lab, 1, x_col(lab, t, 0)), x_list(lab, 1, count));
    node->sets = index_set_list_new(lab->arena, 1);
    lab_plan_is(lab, &node->base, "SELECT CAST(NULL AS INTEGER), count(*) FROM t");
    node->input = filtered(lab, t, 0, COMPARE_GREATER, 100, x_u32s(lab, 3, 0u, 1u, 2u));
    lab_plan_is(lab, &node->base, "SELECT CAST(NULL AS INTEGER), CAST(0 AS BIGINT)");
}

static void test_distinct(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *pair;
    struct node_distinct *node = node_distinct_new(lab->arena);

    pair = n_project(lab, t, x_list(lab, 2, plus(lab, t, 0, 1), x_col(lab, t, 2)));
    node->input = pair;
    node->base.columns = pair->columns;
    lab_plan_is(lab, &node->base, "SELECT DISTINCT i + 1, s FROM t");
    lab_plan_is(lab, n_project(lab, &node->base, x_list(lab, 1, x_col(lab, &node->base, 0))),
                "SELECT x FROM (SELECT DISTINCT i + 1 AS x, s FROM t)");
    lab_plan_is(
        lab,
        n_limit(lab,
                n_sort(lab, &node->base, x_keys(lab, 1, x_key(x_col(lab, &node->base, 1), false, false)),
                       x_u32s(lab, 2, 0u, 1u)),
                3, 0),
        "SELECT DISTINCT i + 1, s FROM t ORDER BY s LIMIT 3");
    node = node_distinct_new(lab->arena);
    node->input = t;
    node->targets = x_list(lab, 1, x_col(lab, t, 0));
    node->orders = x_keys(lab, 1, x_key(x_col(lab, t, 1), false, false));
    node->base.columns = t->columns;
    lab_plan_is(lab, &node->base, "SELECT DISTINCT ON (i) i, n, s FROM t ORDER BY n NULLS LAST");
    /* Sorted by something else, it picks the same rows. */
    lab_plan_is(lab,
                n_sort(lab, &node->base, x_keys(lab, 1, x_key(x_col(lab, &node->base, 1), true, true)),
                       x_u32s(lab, 3, 0u, 1u, 2u)),
                "SELECT DISTINCT ON (i) i, n, s FROM t ORDER BY n NULLS LAST");
}

/* ---- Windows and UNNEST ---- */

static const struct eider_expr *window(struct lab *lab, const struct eider_node *t, const char *name,
                                       enum type_tag type, struct expr_list args)
{
    struct expr_window *expr = expr_window_new(lab->arena, t_of(type));

    expr->name = str_from(name);
    expr->args = args;
    expr->partitions = x_list(lab, 1, x_col(lab, t, 0));
    expr->orders = x_keys(lab, 1, x_key(x_col(lab, t, 1), true, false));
    expr->unit = FRAME_RANGE;
    expr->start_bound = BOUND_UNBOUNDED_PRECEDING;
    expr->end_bound = BOUND_CURRENT_ROW;
    expr->exclude = EXCLUDE_NOTHING;
    return &expr->base;
}

static void check_windows(struct lab *lab, const struct eider_node *input, struct expr_list windows,
                          const char *expected)
{
    struct node_window *node = node_window_new(lab->arena);
    uint32_t width = input->columns.count;

    node->input = input;
    node->windows = windows;
    node->base.columns = column_list_new(lab->arena, width + windows.count);
    for (uint32_t i = 0; i < width; i++)
        node->base.columns.items[i] = input->columns.items[i];
    for (uint32_t i = 0; i < windows.count; i++)
        node->base.columns.items[width + i] = (struct column){str_from("w"), windows.items[i]->type};
    lab_plan_is(lab, &node->base, expected);
}

static void test_windows(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_expr *n = x_col(lab, t, 1), *s = x_col(lab, t, 2);
    struct expr_window *frame, *range, *groups, *values, *filter, *distinct;
    const char *over = "(PARTITION BY i ORDER BY n DESC NULLS LAST)";

    check_windows(
        lab, t,
        x_list(lab, 4, window(lab, t, "rank", TYPE_BIGINT, x_list(lab, 0)),
               window(lab, t, "lag", TYPE_INTEGER,
                      x_list(lab, 3, n, x_int(lab, TYPE_BIGINT, 1), x_integer(lab, -1))),
               window(lab, t, "sum", TYPE_HUGEINT, x_list(lab, 1, n)),
               window(lab, t, "count", TYPE_BIGINT, x_list(lab, 0))),
        arena_printf(
            lab->arena,
            "SELECT *, rank() OVER %s, lag(n, 1, -1) OVER %s, sum(n) OVER %s, count(*) OVER %s FROM t", over,
            over, over, over));
    frame = (struct expr_window *)window(lab, t, "sum", TYPE_HUGEINT, x_list(lab, 1, n));
    frame->unit = FRAME_ROWS;
    frame->start_bound = BOUND_PRECEDING;
    frame->start = x_int(lab, TYPE_BIGINT, 1);
    frame->end_bound = BOUND_FOLLOWING;
    frame->end = x_int(lab, TYPE_BIGINT, 2);
    frame->exclude = EXCLUDE_TIES;
    range = (struct expr_window *)window(lab, t, "sum", TYPE_HUGEINT, x_list(lab, 1, n));
    range->partitions = x_list(lab, 0);
    range->start_bound = BOUND_PRECEDING;
    range->start = x_integer(lab, 10);
    groups = (struct expr_window *)window(lab, t, "count", TYPE_BIGINT, x_list(lab, 1, s));
    groups->unit = FRAME_GROUPS;
    groups->start_bound = BOUND_CURRENT_ROW;
    groups->end_bound = BOUND_UNBOUNDED_FOLLOWING;
    groups->exclude = EXCLUDE_CURRENT_ROW;
    check_windows(lab, t, x_list(lab, 3, &frame->base, &range->base, &groups->base),
                  "SELECT *, sum(n) OVER (PARTITION BY i ORDER BY n DESC NULLS LAST ROWS BETWEEN 1 PRECEDING "
                  "AND 2 FOLLOWING "
                  "EXCLUDE TIES), sum(n) OVER (ORDER BY n DESC NULLS LAST RANGE BETWEEN 10 PRECEDING AND "
                  "CURRENT ROW), count(s) "
                  "OVER (PARTITION BY i ORDER BY n DESC NULLS LAST GROUPS BETWEEN CURRENT ROW AND UNBOUNDED "
                  "FOLLOWING EXCLUDE "
                  "CURRENT ROW) FROM t");
    values = (struct expr_window *)window(lab, t, "first_value", TYPE_INTEGER, x_list(lab, 1, n));
    values->ignore_nulls = true;
    values->arg_orders = x_keys(lab, 1, x_key(s, true, false));
    filter = (struct expr_window *)window(lab, t, "count", TYPE_BIGINT, x_list(lab, 1, n));
    filter->filter = x_cmp(lab, n, COMPARE_GREATER, x_integer(lab, 5));
    distinct = (struct expr_window *)window(lab, t, "count", TYPE_BIGINT, x_list(lab, 1, s));
    distinct->distinct = true;
    check_windows(lab, filtered(lab, t, 0, COMPARE_LESS, 2, x_u32s(lab, 3, 0u, 1u, 2u)),
                  x_list(lab, 3, &values->base, &filter->base, &distinct->base),
                  "SELECT *, first_value(n ORDER BY s DESC NULLS LAST IGNORE NULLS) OVER (PARTITION BY i "
                  "ORDER BY n DESC NULLS "
                  "LAST), count(n) FILTER (WHERE n > 5) OVER (PARTITION BY i ORDER BY n DESC NULLS LAST), "
                  "count(DISTINCT s) "
                  "OVER (PARTITION BY i ORDER BY n DESC NULLS LAST) FROM t WHERE i < 2");
}

static void test_unnest(void **state)
{
    struct lab *lab = *state;
    struct type_list *list = type_list_new(lab->arena);
    struct node_unnest *node = node_unnest_new(lab->arena);
    const struct eider_node *t, *kept;

    list->child = t_of(TYPE_INTEGER);
    lab_run(lab, "CREATE OR REPLACE TABLE u AS FROM (VALUES (1, [1, 2], [3]), (2, [], NULL), (3, NULL, [5, "
                 "6, NULL])) AS u(a, b, c)");
    t = n_table(lab, "u", 3, "a", t_of(TYPE_INTEGER), "b", &list->base, "c", &list->base);
    node->input = t;
    node->exprs = x_list(lab, 2, x_col(lab, t, 1), x_col(lab, t, 2));
    node->base.columns = x_columns(lab, 5, t_of(TYPE_INTEGER), &list->base, &list->base, t_of(TYPE_INTEGER),
                                   t_of(TYPE_INTEGER));
    lab_plan_is(lab, &node->base, "SELECT a, b, c, unnest(b), unnest(c) FROM u");
    /* A list that is not kept still makes rows. */
    kept = n_project(lab, &node->base, x_list(lab, 1, x_col(lab, &node->base, 3)));
    lab_plan_is(lab, kept, "SELECT x FROM (SELECT unnest(b) AS x, unnest(c) FROM u)");
    lab_plan_is(
        lab,
        n_limit(lab,
                n_sort(lab, &node->base, x_keys(lab, 1, x_key(x_col(lab, &node->base, 4), false, false)),
                       x_u32s(lab, 2, 0u, 4u)),
                2, 0),
        "SELECT a, unnest(c) AS x FROM u ORDER BY x NULLS LAST LIMIT 2");
}

/* ---- Set operations and CTEs ---- */

static void test_set_operations(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *a, *b, *c;

    a = n_project(lab, t, x_list(lab, 1, x_col(lab, t, 0)));
    b = n_project(lab, t, x_list(lab, 1, x_col(lab, t, 1)));
    c = n_limit(
        lab, n_sort(lab, a, x_keys(lab, 1, x_key(x_col(lab, a, 0), false, false)), x_u32s(lab, 1, 0u)), 1, 0);
    lab_plan_is(lab, n_union(lab, x_nodes(lab, 3, a, b, c)),
                "SELECT i FROM t UNION ALL SELECT n FROM t UNION ALL SELECT -4");
    lab_plan_is(lab, n_setop(lab, SETOP_EXCEPT, false, x_nodes(lab, 3, a, c, b)),
                "SELECT i FROM t EXCEPT SELECT -4 EXCEPT SELECT n FROM t");
    lab_plan_is(lab, n_setop(lab, SETOP_EXCEPT, true, x_nodes(lab, 2, a, c)),
                "SELECT i FROM t EXCEPT ALL SELECT -4");
    lab_plan_is(lab, n_setop(lab, SETOP_INTERSECT, false, x_nodes(lab, 2, a, a)), "SELECT DISTINCT i FROM t");
    lab_plan_is(lab, n_setop(lab, SETOP_INTERSECT, true, x_nodes(lab, 2, a, a)), "SELECT i FROM t");
    lab_plan_is(
        lab,
        n_limit(lab,
                n_sort(lab, n_union(lab, x_nodes(lab, 2, a, a)),
                       x_keys(lab, 1, x_key(x_col(lab, a, 0), true, true)), x_u32s(lab, 1, 0u)),
                3, 0),
        "SELECT i FROM (SELECT i FROM t UNION ALL SELECT i FROM t) ORDER BY i DESC NULLS FIRST LIMIT 3");
}

static const struct eider_node *cte_ref(struct lab *lab, uint32_t cte, struct column_list columns)
{
    struct node_cte_ref *node = node_cte_ref_new(lab->arena);

    node->cte = cte;
    node->base.columns = columns;
    return &node->base;
}

static const struct eider_node *cte(struct lab *lab, uint32_t number, const struct eider_node *definition,
                                    const struct eider_node *body)
{
    struct node_cte *node = node_cte_new(lab->arena);

    node->cte = number;
    node->name = str_from("name");
    node->definition = definition;
    node->body = body;
    node->base.columns = body->columns;
    return &node->base;
}

static void test_ctes(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *first, *second, *body, *both;

    first = filtered(lab, t, 0, COMPARE_GREATER, 0, x_u32s(lab, 2, 0u, 1u));
    second = n_project(lab, cte_ref(lab, 7, first->columns), x_list(lab, 1, plus(lab, first, 0, 100)));
    body = n_union(
        lab, x_nodes(lab, 2, cte_ref(lab, 3, second->columns),
                     n_project(lab, cte_ref(lab, 7, first->columns), x_list(lab, 1, x_col(lab, first, 0)))));
    both = cte(lab, 7, first, cte(lab, 3, second, body));
    lab_plan_is(lab, both, "SELECT i + 100 FROM t WHERE i > 0 UNION ALL SELECT i FROM t WHERE i > 0");
    lab_contains(lab_sql(lab, both, NULL), "k7 AS MATERIALIZED (");
    /* Below other nodes, and sorted: the definitions move to the front, the order stays outermost. */
    body = n_sort(lab,
                  cte(lab, 9, both,
                      n_sort(lab, cte_ref(lab, 9, both->columns),
                             x_keys(lab, 1, x_key(x_col(lab, both, 0), true, false)), x_u32s(lab, 1, 0u))),
                  x_keys(lab, 0), x_u32s(lab, 1, 0u));
    assert_string_equal(in_order(lab, lab_sql(lab, body, NULL)), "102;102;102;101;2;2;2;1");
}

static void test_recursive_cte(void **state)
{
    struct lab *lab = *state;
    struct node_recursive_cte *node = node_recursive_cte_new(lab->arena);
    const struct eider_node *anchor, *step, *inner;

    anchor = n_values(lab, x_columns(lab, 2, t_of(TYPE_INTEGER), t_of(TYPE_INTEGER)), 1,
                      x_list(lab, 2, x_integer(lab, 1), x_integer(lab, 1)));
    node->base.columns = anchor->columns;
    node->cte = 4;
    node->union_all = true;
    node->anchor = anchor;
    step = cte_ref(lab, 4, anchor->columns);
    step = filtered(lab, step, 0, COMPARE_LESS, 5, x_u32s(lab, 2, 0u, 1u));
    step = n_project(
        lab, step,
        x_list(lab, 2, plus(lab, step, 0, 1),
               x_call(lab, t_of(TYPE_INTEGER), "*", x_list(lab, 2, x_col(lab, step, 1), x_integer(lab, 2)))));
    node->recursion = step;
    lab_plan_is(lab, &node->base,
                "SELECT CAST(range AS INTEGER), CAST(2**(range - 1) AS INTEGER) FROM range(1, 6)");
    /* A CTE inside of the recursion reads the rows of the last step, so it must stay there. */
    inner = filtered(lab, cte_ref(lab, 4, anchor->columns), 0, COMPARE_LESS, 5, x_u32s(lab, 2, 0u, 1u));
    step = cte_ref(lab, 6, inner->columns);
    node->recursion =
        cte(lab, 6, inner, n_project(lab, step, x_list(lab, 2, plus(lab, step, 0, 1), x_col(lab, step, 1))));
    lab_plan_is(lab, filtered(lab, &node->base, 0, COMPARE_GREATER, 2, x_u32s(lab, 1, 0u)),
                "SELECT CAST(range AS INTEGER) FROM range(3, 6)");
    node->union_all = false;
    node->recursion = cte_ref(lab, 4, anchor->columns);
    lab_plan_is(lab, &node->base, "SELECT 1, 1");
}

static void test_sample(void **state)
{
    struct lab *lab = *state;
    struct node_sample *node = node_sample_new(lab->arena);
    const struct eider_node *t = table(lab), *count;
    static const char *const methods[] = {"reservoir", "bernoulli", "system"};

    node->input = t;
    node->base.columns = t->columns;
    node->is_percent = true;
    node->percent = 100;
    node->has_seed = true;
    node->seed = 42;
    for (int i = 0; i < 3; i++) {
        node->method = str_from(methods[i]);
        lab_plan_is(lab, &node->base, "SELECT * FROM t");
    }
    node->method = str_from("reservoir");
    node->is_percent = false;
    node->rows = 4;
    count = &n_aggregate(lab, &node->base, x_list(lab, 0),
                         x_list(lab, 1, x_agg(lab, t_of(TYPE_BIGINT), "count", x_list(lab, 0))))
                 ->base;
    lab_plan_is(lab, count, "SELECT CAST(4 AS BIGINT)");
}

/* ---- Limits of text ---- */

/* A chain deeper than DuckDB's parser allows, alternating so that no two nodes become one SELECT. */
static void test_deep_plans(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *node =
        n_values(lab, x_columns(lab, 1, t_of(TYPE_INTEGER)), 1, x_list(lab, 1, x_integer(lab, 1)));

    for (int i = 0; i < 500; i++)
        node = n_project(lab, node, x_list(lab, 1, plus(lab, node, 0, 1)));
    lab_plan_is(lab, node, "SELECT 501");
}

static void test_too_deep(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *node =
        n_values(lab, x_columns(lab, 1, t_of(TYPE_INTEGER)), 1, x_list(lab, 1, x_integer(lab, 1)));
    struct eider_error err = {0};
    struct buf buf;

    for (int i = 0; i < SQLGEN_MAX_DEPTH; i++)
        node = n_project(lab, node, x_list(lab, 1, plus(lab, node, 0, 1)));
    buf_init(&buf, LAB_MAX_BYTES);
    assert_int_equal(sqlgen_query(node, NULL, &buf, &err), EIDER_ERROR_UNSUPPORTED);
    buf_done(&buf);
    buf_init(&buf, 20);
    assert_int_equal(sqlgen_query(table(lab), NULL, &buf, &err), EIDER_ERROR_MEMORY);
    buf_done(&buf);
}

/* States of Eider's own are expressions over DuckDB's aggregates: as many rows make the answer as one. */
static void test_own_aggregates(void **state)
{
    struct lab *lab = *state;
    struct eider_error err = {0};
    struct type_struct *moments = type_struct_new(lab->arena);
    const struct eider_type *number = t_of(TYPE_DOUBLE);
    const struct eider_node *t = table(lab), *states, *merged;
    struct expr_list groups = x_list(lab, 1, x_col(lab, t, 2));
    struct expr_aggregate *made;
    struct buf buf;

    moments->fields = x_columns(lab, 3, t_of(TYPE_BIGINT), number, number);
    moments->fields.items[0].name = str_from("n");
    moments->fields.items[1].name = str_from("mean");
    moments->fields.items[2].name = str_from("m2");
    made = (struct expr_aggregate *)x_agg(lab, &moments->base, "eider_moments",
                                          x_list(lab, 1, x_cast(lab, x_col(lab, t, 1), number)));
    made->filter = x_cmp(lab, x_col(lab, t, 0), COMPARE_GREATER, x_integer(lab, 0));
    states = &n_aggregate(lab, t, groups, x_list(lab, 1, &made->base))->base;
    merged = &n_aggregate(lab, states, x_list(lab, 0),
                          x_list(lab, 1,
                                 x_agg(lab, &moments->base, "eider_merge_moments",
                                       x_list(lab, 1, x_col(lab, states, 1)))))
                  ->base;
    lab_plan_is(lab, merged, "SELECT {'n': 2::BIGINT, 'mean': 7.5::DOUBLE, 'm2': 12.5::DOUBLE}");
    lab_plan_is(
        lab,
        n_project(
            lab, merged,
            x_list(lab, 1, x_call(lab, number, "eider_var_samp", x_list(lab, 1, x_col(lab, merged, 0))))),
        "SELECT var_samp(n) FROM t WHERE i > 0");
    lab_contains(lab_sql(lab, merged, NULL), "system.main.\"+\"(");
    buf_init(&buf, LAB_MAX_BYTES);
    made->args.count = 0;
    assert_int_equal(sqlgen_query(states, NULL, &buf, &err), EIDER_ERROR_PLAN);
    buf_done(&buf);
}

static void test_refused(void **state)
{
    struct lab *lab = *state;
    struct eider_error err = {0};
    struct buf buf;
    struct node_network_coalesce *coalesce = node_network_coalesce_new(lab->arena);
    struct node_distributed *distributed = node_distributed_new(lab->arena);
    struct node_exchange_source *source = node_exchange_source_new(lab->arena);

    buf_init(&buf, LAB_MAX_BYTES);
    coalesce->input = distributed->input = table(lab);
    coalesce->base.columns = distributed->base.columns = source->base.columns = table(lab)->columns;
    assert_int_equal(sqlgen_query(filtered(lab, &coalesce->base, 0, COMPARE_EQUAL, 1, x_u32s(lab, 1, 0u)),
                                  NULL, &buf, &err),
                     EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "NetworkCoalesceExec");
    assert_int_equal(sqlgen_query(&distributed->base, NULL, &buf, &err), EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "DistributedExec");
    assert_int_equal(sqlgen_query(&source->base, NULL, &buf, &err), EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "ExchangeSourceExec");
    buf_done(&buf);
}

/* ---- Results ---- */

static void test_result(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *sort;
    struct column_list names = column_list_new(lab->arena, 3);
    struct eider_error err = {0};
    struct buf buf;

    sort = n_sort(
        lab, t, x_keys(lab, 2, x_key(x_col(lab, t, 1), false, false), x_key(x_col(lab, t, 2), false, false)),
        x_u32s(lab, 3, 0u, 0u, 2u));
    names.items[0] = (struct column){str_from("n"), t_of(TYPE_BIGINT)};
    names.items[1] = (struct column){str_from("n"), t_of(TYPE_INTEGER)};
    names.items[2] = (struct column){str_from("a \"b\""), t_of(TYPE_VARCHAR)};
    buf_init(&buf, LAB_MAX_BYTES);
    assert_int_equal(sqlgen_result(sort, &names, NULL, &buf, &err), EIDER_OK);
    assert_string_equal(
        lab_text(lab, arena_printf(
                          lab->arena,
                          "SELECT string_agg(concat(column_name, ' ', column_type), ', ') FROM (DESCRIBE %s)",
                          buf.data)),
        "n BIGINT, n INTEGER, a \"b\" VARCHAR");
    assert_string_equal(in_order(lab, buf.data), "2,2,y;1,1,abc;,,;-4,-4,it's;2,2,x;2,2,x");
    names.count = 2;
    assert_int_equal(sqlgen_result(sort, &names, NULL, &buf, &err), EIDER_ERROR_ARGUMENT);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_and_projection),
        cmocka_unit_test(test_many_filters),
        cmocka_unit_test(test_zero_columns),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_aggregates),
        cmocka_unit_test(test_grouping_sets),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_unnest),
        cmocka_unit_test(test_set_operations),
        cmocka_unit_test(test_ctes),
        cmocka_unit_test(test_recursive_cte),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_deep_plans),
        cmocka_unit_test(test_too_deep),
        cmocka_unit_test(test_own_aggregates),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_result),
    };

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
