/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tools for rebuilding plans, within a rule: other names, rows and children, find, replace, map, aggregates in another mode;
 * each with what it refuses.
 */
#include "eider/nodes.h"
#include "rebuild.h"
#include "unit/rule_fixture.h"

static const char aggregate_query[] = "SELECT g, sum(v), avg(n) FROM t GROUP BY g";

static const struct eider_node *limit_over(const struct eider_node *input)
{
    struct eider_node_limit fields = {.input = input, .has_limit = true, .limit = 10};
    const struct eider_node *node;

    made(eider_node_new_limit(ctx, &fields, &node, &err));
    return node;
}

/* A projection of one column. */
static const struct eider_node *narrow(const struct eider_node *input)
{
    const struct eider_expr *expr = col(input, 0);
    struct eider_node_projection fields = {.input = input, .exprs = {&expr, 1}};
    const struct eider_node *node;

    made(eider_node_new_projection(ctx, &fields, &node, &err));
    return node;
}

/* ---- One node ---- */

static void names_and_rows(const struct eider_node *plan)
{
    const struct eider_str names[] = {STR("a"), STR("b \"c\""), {NULL, 0}, STR("a")}, broken[4] = {{NULL, 3}};
    const struct eider_str_list list = LIST(names), few = {names, 3}, none = {NULL, 4}, odd = LIST(broken);
    const struct eider_node *node, *again = NULL;

    (void)plan;
    made(eider_node_with_names(ctx, scan, &list, &node, &err));
    assert_columns(node, "a BIGINT, b \"c\" BIGINT,  VARCHAR, a DOUBLE");
    assert_columns(scan, "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE");
    refused(eider_node_with_names(ctx, scan, &few, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names: 3 names for 4 columns of DataSourceExec");
    refused(eider_node_with_names(ctx, scan, &none, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names");
    refused(eider_node_with_names(ctx, scan, &odd, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names: name 0 has a size but no bytes");
    refused(eider_node_with_names(ctx, NULL, &list, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names");
    refused(eider_node_with_names(NULL, scan, &list, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names");
    refused(eider_node_with_names(ctx, scan, NULL, &again, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names");
    refused(eider_node_with_names(ctx, scan, &list, NULL, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_names");

    made(eider_node_with_rows(ctx, node, 1e9, &again, &err));
    assert_true(eider_node_rows(again) == 1e9);
    assert_columns(again, "a BIGINT, b \"c\" BIGINT,  VARCHAR, a DOUBLE");
    made(eider_node_with_rows(ctx, again, -3, &again, &err));
    assert_true(eider_node_rows(again) < 0);
    made(eider_node_with_rows(ctx, again, 0.0 / strtod("0", NULL), &again, &err));
    assert_true(eider_node_rows(again) < 0);
    refused(eider_node_with_rows(ctx, NULL, 1, &again, &err), EIDER_ERROR_ARGUMENT, "eider_node_with_rows");
    refused(eider_node_with_rows(NULL, scan, 1, &again, &err), EIDER_ERROR_ARGUMENT, "eider_node_with_rows");
    refused(eider_node_with_rows(ctx, scan, 1, NULL, &err), EIDER_ERROR_ARGUMENT, "eider_node_with_rows");
}

static void children(const struct eider_node *plan)
{
    const struct eider_node *both[] = {scan, scan}, *limited = limit_over(scan), *node = NULL, *other[1],
                            *nothing[] = {NULL};
    const struct eider_node_list one = {both, 1}, two = LIST(both), none = {NULL, 0}, null_items = {NULL, 1},
                                 others = LIST(other), missing = LIST(nothing);
    struct eider_node_union fields = {LIST(both)};
    struct eider_node_limit l;

    (void)plan;
    other[0] = narrow(scan);
    made(eider_node_with_children(ctx, limit_over(limited), &one, &node, &err));
    assert_true(eider_node_as_limit(node, &l) && l.input == scan && l.limit == 10);
    made(eider_node_new_union(ctx, &fields, &node, &err));
    made(eider_node_with_children(ctx, node, &two, &node, &err));
    assert_int_equal(eider_node_child_count(node), 2);
    made(eider_node_with_children(ctx, scan, &none, &node, &err));
    assert_true(eider_node_equal(node, scan));
    node = NULL;
    refused(eider_node_with_children(ctx, limited, &two, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_children: 2 children for LimitExec, which has 1");
    refused(eider_node_with_children(ctx, limited, &none, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_children: 0 children");
    refused(eider_node_with_children(ctx, limited, &null_items, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_children");
    refused(eider_node_with_children(ctx, limited, &missing, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_with_children: an argument is NULL");
    refused(eider_node_with_children(ctx, limited, &others, &node, &err), EIDER_ERROR_PLAN,
            "eider_node_with_children: ProjectionExec has other columns than the DataSourceExec");
    refused(eider_node_with_children(ctx, scan, &one, &node, &err), EIDER_ERROR_ARGUMENT, "which has 0");
    refused(eider_node_with_children(ctx, NULL, &one, &node, &err), EIDER_ERROR_ARGUMENT, "is NULL");
    refused(eider_node_with_children(ctx, limited, NULL, &node, &err), EIDER_ERROR_ARGUMENT, "is NULL");
    refused(eider_node_with_children(NULL, limited, &one, &node, &err), EIDER_ERROR_ARGUMENT, "is NULL");
    refused(eider_node_with_children(ctx, limited, &one, NULL, &err), EIDER_ERROR_ARGUMENT, "is NULL");
    assert_null(node);
}

/* ---- Trees ---- */

static bool is_limit(void *data, const struct eider_node *node)
{
    (*(int *)data)++;
    return eider_node_get_kind(node) == EIDER_NODE_LIMIT;
}

static void find_and_replace(const struct eider_node *plan)
{
    const struct eider_node *inner = limit_over(scan), *outer = limit_over(inner), *inputs[2], *node,
                            *stranger;
    struct eider_node_union fields = {LIST(inputs)};
    const struct eider_node *top;
    int calls = 0;

    (void)plan;
    assert_ptr_equal(eider_plan_find(outer, is_limit, &calls), outer);
    assert_int_equal(calls, 1);
    assert_null(eider_plan_find(scan, is_limit, &calls));
    assert_null(eider_plan_find(NULL, is_limit, &calls));
    assert_null(eider_plan_find(outer, NULL, NULL));
    inputs[0] = inner;
    inputs[1] = scan;
    made(eider_node_new_union(ctx, &fields, &top, &err));
    /* scan is there twice: both are replaced, and limits off the way are shared */
    stranger = limit_over(scan);
    made(eider_plan_replace(ctx, top, scan, stranger, &node, &err));
    assert_ptr_equal(eider_node_child(node, 1), stranger);
    assert_ptr_equal(eider_node_child(eider_node_child(node, 0), 0), stranger);
    made(eider_plan_replace(ctx, top, inner, inner, &node, &err));
    assert_ptr_equal(node, top);
    made(eider_plan_replace(ctx, top, top, scan, &node, &err));
    assert_ptr_equal(node, scan);
    node = NULL;
    refused(eider_plan_replace(ctx, top, stranger, scan, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_plan_replace: the plan does not hold the LimitExec");
    refused(eider_plan_replace(ctx, top, scan, narrow(scan), &node, &err), EIDER_ERROR_PLAN,
            "eider_plan_replace: ProjectionExec has other columns than the DataSourceExec");
    refused(eider_plan_replace(ctx, NULL, scan, scan, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_plan_replace");
    refused(eider_plan_replace(ctx, top, NULL, scan, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_plan_replace");
    refused(eider_plan_replace(ctx, top, scan, NULL, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_plan_replace");
    refused(eider_plan_replace(ctx, top, scan, scan, NULL, &err), EIDER_ERROR_ARGUMENT, "eider_plan_replace");
    refused(eider_plan_replace(NULL, top, scan, scan, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_plan_replace");
    assert_null(node);
}

enum map_mode {
    MAP_SAME = 1,
    MAP_WRAP, /* each scan gets a limit */
    MAP_FAIL,
    MAP_FAIL_SILENTLY,
    MAP_NULL,
    MAP_NARROW
};

static enum eider_status map(void *data, struct eider_plan_context *context, const struct eider_node *node,
                             const struct eider_node **ret, struct eider_error *error)
{
    enum map_mode mode = *(enum map_mode *)data;

    assert_ptr_equal(context, ctx);
    assert_non_null(error);
    *ret = node;
    if (eider_node_get_kind(node) != EIDER_NODE_PARQUET_SCAN)
        return EIDER_OK;
    if (mode == MAP_WRAP)
        *ret = limit_over(node);
    if (mode == MAP_NULL)
        *ret = NULL;
    if (mode == MAP_NARROW)
        *ret = narrow(node);
    if (mode == MAP_FAIL) {
        error->status = EIDER_ERROR_IO;
        snprintf(error->message, sizeof(error->message), "no map");
    }
    return mode == MAP_FAIL || mode == MAP_FAIL_SILENTLY ? EIDER_ERROR_IO : EIDER_OK;
}

static enum eider_status map_as(const struct eider_node *plan, enum map_mode mode,
                                const struct eider_node **ret)
{
    return eider_plan_map(ctx, plan, map, &mode, ret, &err);
}

static void map_plan(const struct eider_node *plan)
{
    const struct eider_node *outer = limit_over(limit_over(scan)), *node;
    enum map_mode mode = MAP_FAIL;

    (void)plan;
    made(map_as(outer, MAP_SAME, &node));
    assert_ptr_equal(node, outer);
    made(map_as(outer, MAP_WRAP, &node));
    assert_int_equal(eider_node_get_kind(eider_node_child(eider_node_child(node, 0), 0)), EIDER_NODE_LIMIT);
    node = NULL;
    refused(map_as(outer, MAP_FAIL, &node), EIDER_ERROR_IO, "no map");
    refused(map_as(outer, MAP_FAIL_SILENTLY, &node), EIDER_ERROR_IO,
            "eider_plan_map: the callback failed without");
    refused(map_as(outer, MAP_NULL, &node), EIDER_ERROR_ARGUMENT,
            "eider_plan_map: the callback gave no node for a DataSourceExec");
    refused(map_as(outer, MAP_NARROW, &node), EIDER_ERROR_PLAN,
            "eider_plan_map: ProjectionExec has other columns than the DataSourceExec");
    assert_int_equal(eider_plan_map(ctx, outer, map, &mode, &node, NULL), EIDER_ERROR_IO);
    refused(map_as(NULL, MAP_SAME, &node), EIDER_ERROR_ARGUMENT, "eider_plan_map");
    refused(eider_plan_map(ctx, outer, NULL, NULL, &node, &err), EIDER_ERROR_ARGUMENT, "eider_plan_map");
    refused(eider_plan_map(ctx, outer, map, &mode, NULL, &err), EIDER_ERROR_ARGUMENT, "eider_plan_map");
    refused(eider_plan_map(NULL, outer, map, &mode, &node, &err), EIDER_ERROR_ARGUMENT, "eider_plan_map");
    assert_null(node);
}

/* ---- Aggregates ---- */

static bool is_final(void *data, const struct eider_node *node)
{
    struct eider_node_aggregate fields;

    (void)data;
    return eider_node_as_aggregate(node, &fields) && fields.mode == EIDER_AGGREGATE_FINAL;
}

static void modes(const struct eider_node *plan)
{
    const struct eider_node *final = eider_plan_find(plan, is_final, NULL), *partial, *node, *reduced;
    struct eider_node_aggregate f, merge, p;

    assert_non_null(final);
    partial = eider_node_child(final, 0);
    assert_true(eider_node_as_aggregate(partial, &p) && p.mode == EIDER_AGGREGATE_PARTIAL);
    assert_true(eider_node_as_aggregate(final, &merge));
    made(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_PARTIAL_REDUCE, partial, &reduced, &err));
    assert_true(eider_node_as_aggregate(reduced, &f) && f.mode == EIDER_AGGREGATE_PARTIAL_REDUCE);
    assert_ptr_equal(f.input, partial);
    assert_int_equal(eider_node_columns(reduced).count, eider_node_columns(partial).count);
    made(eider_aggregate_with_mode(ctx, reduced, EIDER_AGGREGATE_FINAL, reduced, &node, &err));
    assert_true(eider_node_as_aggregate(node, &f) && f.mode == EIDER_AGGREGATE_FINAL && f.input == reduced);
    assert_int_equal(f.aggregates.count, merge.aggregates.count);
    node = NULL;
    refused(eider_aggregate_with_mode(ctx, partial, EIDER_AGGREGATE_FINAL, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: it takes a FINAL or PARTIAL_REDUCE aggregate");
    refused(eider_aggregate_with_mode(ctx, scan, EIDER_AGGREGATE_FINAL, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: it takes");
    refused(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_PARTIAL, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: the mode must be");
    refused(eider_aggregate_with_mode(ctx, final, (enum eider_aggregate_mode)0, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: the mode must be");
    refused(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, scan, &node, &err), EIDER_ERROR_PLAN,
            "eider_aggregate_with_mode: DataSourceExec does not have the columns");
    refused(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, NULL, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: an argument is NULL");
    refused(eider_aggregate_with_mode(ctx, NULL, EIDER_AGGREGATE_FINAL, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: an argument is NULL");
    refused(eider_aggregate_with_mode(NULL, final, EIDER_AGGREGATE_FINAL, partial, &node, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: an argument is NULL");
    refused(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, partial, NULL, &err),
            EIDER_ERROR_ARGUMENT, "eider_aggregate_with_mode: an argument is NULL");
    assert_null(node);
}

/* ---- Boundaries that a rule placed, written again by the next one ---- */

/* A shuffle between the phases of aggregates, and a coalesce above. */
static enum eider_status place(void *data, struct eider_plan_context *context, const struct eider_node *plan,
                               const struct eider_node **ret, struct eider_error *error)
{
    const struct eider_node *final = eider_plan_find(plan, is_final, NULL), *node;
    const struct eider_expr *key;
    struct eider_node_repartition fields = {.keys = {&key, 1}, .partitions = 6};
    enum eider_status status;

    (void)data;
    fields.input = eider_node_child(final, 0);
    if ((status = eider_expr_column_of(context, fields.input, 0, &key, error)) != EIDER_OK ||
        (status = eider_node_new_repartition(context, &fields, &node, error)) != EIDER_OK ||
        (status = eider_network_shuffle(context, node, 4, &node, error)) != EIDER_OK ||
        (status = eider_aggregate_with_mode(context, final, EIDER_AGGREGATE_FINAL, node, &node, error)) !=
            EIDER_OK ||
        (status = eider_network_coalesce(context, node, 3, 1, &node, error)) != EIDER_OK)
        return status;
    return eider_plan_replace(context, plan, final, node, ret, error);
}

static void test_boundaries_come_back(void **state)
{
    struct rebuild_options options = {.derive_names = false};
    struct fixture f;

    (void)state;
    fixture_open(&f, 4);
    made(eider_session_add_rule(f.session, "place", place, NULL, NULL, &err));
    made(eider_session_add_rule(f.session, "rebuild", rebuild_plan, &options, NULL, &err));
    assert_same_answer(&f, "SELECT sum(v) AS s, g FROM t GROUP BY g ORDER BY s DESC", true);
    assert_true(options.kinds & (UINT64_C(1) << EIDER_NODE_NETWORK_SHUFFLE));
    assert_true(options.kinds & (UINT64_C(1) << EIDER_NODE_NETWORK_COALESCE));
    assert_true(options.kinds & (UINT64_C(1) << EIDER_NODE_REPARTITION));
    fixture_close(&f);
}

/* ---- A leaf that a rule has spread itself ---- */

struct spread {
    uint32_t tasks;    /* 0: no boundary */
    uint32_t variants; /* 0: a file each */
};

static enum eider_status spread_scan(void *data, struct eider_plan_context *context,
                                     const struct eider_node *plan, const struct eider_node **ret,
                                     struct eider_error *error)
{
    const struct spread *spread = data;
    const struct eider_node *leaf = eider_plan_find(plan, rule_is_scan, NULL), *variants[FIXTURE_FILES],
                            *node;
    struct eider_node_distributed_leaf fields = {.leaf = leaf, .variants = LIST(variants)};
    struct eider_node_parquet_scan all, one;
    enum eider_status status = EIDER_OK;

    assert_true(eider_node_as_parquet_scan(leaf, &all) && all.files.count == FIXTURE_FILES);
    one = all;
    one.files.count = 1;
    for (uint32_t i = 0; i < FIXTURE_FILES && status == EIDER_OK; i++) {
        one.files.items = &all.files.items[i];
        status = eider_node_new_parquet_scan(context, &one, &variants[i], error);
    }
    if (spread->variants > 0) {
        variants[0] = leaf;
        fields.variants.count = spread->variants;
    }
    if (status == EIDER_OK)
        status = eider_node_new_distributed_leaf(context, &fields, &node, error);
    if (status == EIDER_OK && spread->tasks > 0)
        status = eider_network_coalesce(context, node, spread->tasks, 1, &node, error);
    return status == EIDER_OK ? eider_plan_replace(context, plan, leaf, node, ret, error) : status;
}

static void test_spread_leaf(void **state)
{
    static const struct spread fine[] = {{4, 0}, {3, 0}, {4, 1}, {1, 1}};
    struct spread spread;
    struct fixture f;

    (void)state;
    fixture_open(&f, 4);
    made(eider_session_add_rule(f.session, "spread", spread_scan, &spread, NULL, &err));
    for (size_t i = 0; i < ITEMS(fine); i++) {
        spread = fine[i];
        assert_same_answer(&f, "SELECT count(*) FROM t WHERE g < 3", spread.tasks > 1);
        assert_same_answer(&f, "SELECT sum(v) AS s, g FROM t GROUP BY g ORDER BY s DESC", spread.tasks > 1);
    }
    spread = (struct spread){2, 0};
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_PLAN,
                 "DistributedLeafExec has 3 variants in a stage with 2 task(s)");
    assert_string_equal(f.err.node, "DistributedLeafExec");
    spread = (struct spread){0, 0};
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_PLAN,
                 "DistributedLeafExec stands in a plan without a network boundary");
    fixture_close(&f);
}

static void no_leaf(const struct eider_node *plan)
{
    const struct eider_node *limited = limit_over(scan), *node = NULL;
    struct eider_node_distributed_leaf fields = {.leaf = scan, .variants = {&limited, 1}};

    (void)plan;
    refused(eider_node_new_distributed_leaf(ctx, &fields, &node, &err), EIDER_ERROR_PLAN,
            "DistributedLeafExec has a leaf or variant that is none");
    fields.variants.count = 0;
    refused(eider_node_new_distributed_leaf(ctx, &fields, &node, &err), EIDER_ERROR_PLAN,
            "DistributedLeafExec has no variants");
    assert_null(node);
}

/* ---- Tests ---- */

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_rule(name);                                                                                       \
    }
TEST(names_and_rows)
TEST(children)
TEST(find_and_replace)
TEST(map_plan)
TEST(no_leaf)

static void test_modes(void **state)
{
    (void)state;
    in_rule_of(aggregate_query, modes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_rows),
        cmocka_unit_test(test_children),
        cmocka_unit_test(test_find_and_replace),
        cmocka_unit_test(test_map_plan),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_boundaries_come_back),
        cmocka_unit_test(test_spread_leaf),
        cmocka_unit_test(test_no_leaf),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
