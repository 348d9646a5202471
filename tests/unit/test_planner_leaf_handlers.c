/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves that handlers scale: who is asked for what, in automatic plans and in those whose boundaries a rule placed, and
 * every answer that is an error.
 */
#include "unit/handlers_fixture.h"

#include "plan/context.h"
#include "plan/stage.h"

/* ---- Leaves ---- */

enum scaling {
    SCALE_NOTHING = 1, /* ask the next */
    SCALE_VARIANTS,
    SCALE_BELOW_FILTER,
    SCALE_NO_VARIANT,
    SCALE_OTHER_COLUMNS,
    SCALE_OTHER_VARIANT,
    SCALE_BOUNDARY,
    SCALE_TABLE,
    SCALE_HOLE,
    SCALE_FAILURE
};

struct scaler {
    enum scaling how;
    enum node_tag only; /* 0: every leaf */
    uint32_t variants;
    uint32_t asked, tasks; /* of the last call */
};

static const struct eider_node *distributed(struct arena *arena, const struct eider_node *leaf,
                                            const struct eider_node *variant, uint32_t variants)
{
    struct node_distributed_leaf *node = node_distributed_leaf_new(arena);

    node->leaf = leaf;
    node->base.columns = leaf->columns;
    node->base.rows = leaf->rows;
    node->variants = node_list_new(arena, variants);
    for (uint32_t i = 0; i < variants; i++)
        node->variants.items[i] = variant;
    return &node->base;
}

static const struct eider_node *coalesced(struct arena *arena, const struct eider_node *input, uint32_t tasks)
{
    struct node_network_coalesce *boundary = node_network_coalesce_new(arena);

    boundary->input = input;
    boundary->producer_tasks = tasks;
    boundary->base.columns = input->columns;
    boundary->base.rows = input->rows;
    return &boundary->base;
}

static enum eider_status scale(void *data, struct eider_plan_context *context, const struct eider_node *leaf,
                               uint32_t tasks, const struct eider_node **ret, struct eider_error *err)
{
    struct scaler *scaler = data;
    struct arena *arena = context->arena;

    assert_null(*ret);
    if (scaler->only != NODE_INVALID && scaler->only != leaf->tag)
        return EIDER_OK;
    scaler->asked++;
    scaler->tasks = tasks;
    switch (scaler->how) {
    case SCALE_NOTHING:
        break;
    case SCALE_VARIANTS:
        *ret = distributed(arena, leaf, leaf, scaler->variants);
        break;
    case SCALE_BELOW_FILTER:
        *ret = sample_filter(arena, distributed(arena, leaf, leaf, scaler->variants));
        break;
    case SCALE_NO_VARIANT:
        *ret = distributed(arena, leaf, leaf, 0);
        break;
    case SCALE_OTHER_COLUMNS:
        *ret = sample_values(arena, 5, 1);
        break;
    case SCALE_OTHER_VARIANT:
        *ret = distributed(arena, leaf, sample_values(arena, 5, 1), 1);
        break;
    case SCALE_BOUNDARY:
        *ret = coalesced(arena, leaf, 2);
        break;
    case SCALE_TABLE:
        *ret = distributed(arena, leaf, sample_table(arena), 1);
        break;
    case SCALE_HOLE:
        *ret = distributed(arena, leaf, NULL, 1);
        break;
    case SCALE_FAILURE:
        snprintf(err->message, sizeof(err->message), "no list of files");
        return EIDER_ERROR_WORKER;
    }
    return EIDER_OK;
}

static struct eider_handlers scaling(struct scaler *scaler, const char *name)
{
    return (struct eider_handlers){
        .size = sizeof(struct eider_handlers), .name = name, .scale_up_leaf = scale, .data = scaler};
}

static void leaves_are_what_a_handler_makes_of_them(void **unused)
{
    struct planned p;
    struct scaler first = {.how = SCALE_NOTHING}, second = {.how = SCALE_VARIANTS, .variants = 2};
    const struct node_distributed_leaf *leaf;
    const struct eider_node *node, *fragment;

    (void)unused;
    start(&p);
    add(&p, scaling(&first, "first"));
    node = sample_aggregate(p.arena, sample_scan(p.arena, 1, 4, 1e6), 0, "max", type_simple(TYPE_BIGINT), 1);
    plan(&p, node);
    assert_int_equal(first.asked, 1);
    assert_int_equal(first.tasks, 4);
    leaf = node_as_distributed_leaf(node_child(p.graph.stages[0].root, 0));
    assert_int_equal(leaf->variants.count, 4); /* the planner's own */
    add(&p, scaling(&second, "second"));
    plan(&p, node);
    assert_int_equal(first.asked, 2);
    leaf = node_as_distributed_leaf(node_child(p.graph.stages[0].root, 0));
    assert_int_equal(leaf->variants.count, 2);
    fragment = stage_fragment(p.arena, &p.graph.stages[0], 1);
    assert_int_equal(node_child(fragment, 0)->tag, NODE_PARQUET_SCAN);
    fragment = stage_fragment(p.arena, &p.graph.stages[0], 2); /* beyond the variants */
    assert_int_equal(node_child(fragment, 0)->tag, NODE_EMPTY);
    second.how = SCALE_BELOW_FILTER;
    plan(&p, node);
    fragment = stage_fragment(p.arena, &p.graph.stages[0], 0);
    assert_int_equal(node_child(fragment, 0)->tag, NODE_FILTER);
    assert_int_equal(node_child(node_child(fragment, 0), 0)->tag, NODE_PARQUET_SCAN);
    arena_free(p.arena);
}

static void wrong_leaves_are_errors(void **unused)
{
    static const struct {
        enum scaling how;
        enum eider_status status;
        const char *message;
    } cases[] = {
        {SCALE_VARIANTS, EIDER_ERROR_PLAN, "has more variants than its stage has tasks"},
        {SCALE_BELOW_FILTER, EIDER_ERROR_PLAN, "has more variants than its stage has tasks"},
        {SCALE_NO_VARIANT, EIDER_ERROR_PLAN, "has no variant for any task"},
        {SCALE_OTHER_COLUMNS, EIDER_ERROR_PLAN, "has other columns"},
        {SCALE_BOUNDARY, EIDER_ERROR_PLAN, "has a network boundary in it"},
        {SCALE_TABLE, EIDER_ERROR_PLAN, "reads another table of the database, which workers may not see"},
        {SCALE_HOLE, EIDER_ERROR_PLAN, "has a node without its input"},
    };
    struct planned p;
    struct scaler scaler = {.variants = 5};
    const struct eider_node *node;
    char expected[256];

    (void)unused;
    start(&p);
    add(&p, scaling(&scaler, "mine"));
    node = counted(&p, sample_scan(p.arena, 2, 4, 1e6));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        scaler.how = cases[i].how;
        snprintf(expected, sizeof(expected),
                 "handlers 'mine', scale_up_leaf: what stands for DataSourceExec %s", cases[i].message);
        assert_fails(&p, node, cases[i].status, expected);
        assert_string_equal(p.err.node, "DataSourceExec");
    }
    scaler.how = SCALE_FAILURE;
    assert_fails(&p, node, EIDER_ERROR_WORKER, "handlers 'mine', scale_up_leaf: no list of files");
    scaler.how = SCALE_OTHER_VARIANT; /* plan_validate sees it */
    assert_int_equal(plan_status(&p, node), EIDER_ERROR_PLAN);
    assert_memory_equal(p.err.message, "handlers 'mine', scale_up_leaf: ", 32);
    assert_string_equal(p.err.node, "DistributedLeafExec");
    arena_free(p.arena);
}

/* ---- Boundaries that a rule places ---- */

static uint32_t rule_variants;

/* The left side of a join in three tasks, the rest of it in the head. */
static enum eider_status split_left(void *data, struct arena *arena, const struct eider_node *node,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *left = node_child(node, 0);
    const struct eider_node *children[2] = {left, node_child(node, 1)};

    (void)data;
    (void)err;
    if (rule_variants > 0)
        left = distributed(arena, left, left, rule_variants);
    children[0] = coalesced(arena, left, 3);
    *ret = node_with_children(arena, node, children);
    return EIDER_OK;
}

static void custom_plans_are_scaled_but_not_counted(void **unused)
{
    static const struct planner_rule_entry rule = {"split", split_left, NULL};
    struct planned p;
    struct answers answers = {{{NODE_PARQUET_SCAN, 0, MAXIMUM(1)}}, {0}};
    struct scaler values = {.how = SCALE_VARIANTS, .only = NODE_VALUES, .variants = 1};
    const struct eider_node *node;
    const struct node_distributed_leaf *leaf;

    (void)unused;
    start(&p);
    p.options.rules = &rule;
    p.options.rule_count = 1;
    add(&p, answering(&answers));
    add(&p, scaling(&values, "values"));
    node = sample_join(p.arena, sample_scan(p.arena, 2, 4, 1e6), sample_values(p.arena, 2, 3), JOIN_INNER, 1);
    rule_variants = 0;
    plan(&p, node);
    assert_tasks(&p, "3");
    assert_int_equal(answers.asked[NODE_PARQUET_SCAN], 0);
    assert_int_equal(values.asked, 1); /* in the head */
    assert_int_equal(values.tasks, 1);
    assert_int_equal(node_child(p.graph.head.root, 1)->tag, NODE_DISTRIBUTED_LEAF);
    assert_int_equal(node_child(stage_fragment(p.arena, &p.graph.head, 0), 1)->tag, NODE_VALUES);
    rule_variants = 3; /* a leaf that is scaled already stays as it is */
    plan(&p, node);
    leaf = node_as_distributed_leaf(p.graph.stages[0].root);
    assert_non_null(leaf);
    assert_int_equal(leaf->variants.items[0]->tag, NODE_PARQUET_SCAN);
    rule_variants = 4;
    assert_fails(
        &p, node, EIDER_ERROR_PLAN,
        "the rule split made a plan that is inconsistent: DistributedLeafExec has 4 variants in a stage "
        "with 3 task(s), so that nobody would read some: give it at most one per task");
    arena_free(p.arena);
}

/* ---- Bloom filters over an application's variants ---- */

/* Scans that read b, a where the leaf reads a, b, with the same output. */
static enum eider_status scale_turned(void *data, struct eider_plan_context *context,
                                      const struct eider_node *leaf, uint32_t tasks,
                                      const struct eider_node **ret, struct eider_error *err)
{
    struct node_parquet_scan *turned;
    uint32_t width;

    (void)data;
    (void)tasks;
    (void)err;
    turned = (struct node_parquet_scan *)node_clone(context->arena, leaf);
    width = turned->read.count;
    turned->read = scan_column_list_new(context->arena, width);
    turned->projection = u32_list_new(context->arena, node_as_parquet_scan(leaf)->projection.count);
    for (uint32_t i = 0; i < width; i++)
        turned->read.items[i] = node_as_parquet_scan(leaf)->read.items[width - 1 - i];
    for (uint32_t i = 0; i < turned->projection.count; i++)
        turned->projection.items[i] = width - 1 - node_as_parquet_scan(leaf)->projection.items[i];
    *ret = distributed(context->arena, leaf, &turned->base, 1);
    return EIDER_OK;
}

static void filters_stand_above_leaves_of_another_order(void **unused)
{
    struct planned p;
    const struct eider_node *node;
    uint32_t probed = 0;

    (void)unused;
    start(&p);
    p.options.broadcast_joins = false;
    p.options.bloom_filters = true;
    node = sample_aggregate(p.arena,
                            sample_join(p.arena, sample_scan(p.arena, 2, 5, 1e6),
                                        sample_filter(p.arena, sample_scan(p.arena, 2, 4, 1e6)), JOIN_INNER,
                                        1e6),
                            1, "max", type_simple(TYPE_BIGINT), 10);
    for (int round = 0; round < 2; round++) {
        plan(&p, node);
        probed = 0;
        for (uint32_t i = 0; i < p.graph.stage_count; i++)
            probed += p.graph.stages[i].filter_count;
        assert_int_equal(probed, 1);
        for (uint32_t i = 0; i < p.graph.stage_count; i++) {
            const struct eider_node *below = node_child(p.graph.stages[i].root, 0);
            if (p.graph.stages[i].filter_count > 0)
                assert_int_equal(below->tag, round == 0 ? NODE_DISTRIBUTED_LEAF : NODE_FILTER);
        }
        if (round == 0)
            add(&p, (struct eider_handlers){.name = "turned", .scale_up_leaf = scale_turned});
    }
    arena_free(p.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_are_what_a_handler_makes_of_them),
        cmocka_unit_test(wrong_leaves_are_errors),
        cmocka_unit_test(custom_plans_are_scaled_but_not_counted),
        cmocka_unit_test(filters_stand_above_leaves_of_another_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
