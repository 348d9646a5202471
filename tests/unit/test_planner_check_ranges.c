/* SPDX-License-Identifier: Apache-2.0 */
/* The check pass on sorts of ranges: the plan that the planner makes of one is right, and each part of it is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "plan/object.h"
#include "unit/custom_plans.h"

#define LOST "keeps the order of tasks, which is none"

/* Copies what the distribute pass has made. */
struct seen {
    struct arena *arena;
    const struct eider_node *plan;
};

static void look(void *data, const char *pass, const struct eider_node *plan, const struct stage_graph *graph)
{
    struct seen *seen = data;

    (void)graph;
    if (strcmp(pass, "distribute") == 0)
        seen->plan = node_copy(seen->arena, plan);
}

static const struct eider_node *sort_of_ranges(struct lab *lab, const struct eider_node *query)
{
    struct seen seen = {.arena = lab->arena};

    lab->options.range_sorts = true;
    lab->options.observer = look;
    lab->options.observer_data = &seen;
    lab->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
    if (planner_plan(lab->arena, query, &lab->options, &lab->graph, &lab->verdict, &lab->err) != EIDER_OK)
        fail_msg("%s", lab->err.message);
    lab->options.observer = NULL;
    assert_non_null(seen.plan);
    return seen.plan;
}

/* The nodes of such a plan, to be changed. */
struct ranges {
    struct node_network_coalesce *top;
    struct node_sort *sort;
    struct node_network_shuffle *shuffle;
    struct node_repartition *by;
    struct node_projection *partition;
    struct node_projection *key;
};

static struct ranges open_ranges(struct lab *lab, const struct eider_node *query)
{
    struct ranges ranges = {.top = (void *)(uintptr_t)sort_of_ranges(lab, query)};

    assert_int_equal(ranges.top->base.tag, NODE_NETWORK_COALESCE);
    assert_true(ranges.top->ordered);
    ranges.sort = (void *)(uintptr_t)node_as_sort(ranges.top->input);
    ranges.shuffle = (void *)(uintptr_t)node_as_network_shuffle(ranges.sort->input);
    ranges.by = (void *)(uintptr_t)node_as_repartition(ranges.shuffle->input);
    ranges.partition = (void *)(uintptr_t)node_as_projection(ranges.by->input);
    ranges.key = (void *)(uintptr_t)node_as_projection(node_as_cross_join(ranges.partition->input)->left);
    assert_non_null(ranges.key);
    return ranges;
}

static void parts_of_it_are_refused(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *query = sort(lab, scan(lab));
    struct ranges ranges = open_ranges(lab, query);
    const struct eider_node *whole = &ranges.top->base;
    const struct eider_expr **partition = &ranges.partition->exprs.items[ranges.partition->exprs.count - 1];
    const struct eider_expr *tree = *partition;
    struct expr_case *branch = (void *)(uintptr_t)expr_as_case(tree);
    const struct eider_expr *then = branch->branches.items[0].then;

    accepted_for(lab, query, whole);
    ranges.top->ordered = false;
    refused_for(lab, query, whole, "NetworkShuffleExec", "is by value");
    ranges.top->ordered = true;
    ranges.by->by_value = false;
    refused_for(lab, query, whole, "NetworkCoalesceExec", LOST);
    ranges.by->by_value = true;
    ranges.sort->orders.items[0].descending = true;
    refused_for(lab, query, whole, "NetworkCoalesceExec", LOST);
    ranges.sort->orders.items[0].descending = false;
    ranges.sort->orders.items[0].nulls_first = true;
    refused_for(lab, query, whole, "NetworkCoalesceExec", LOST);
    ranges.sort->orders.items[0].nulls_first = false;
    ranges.sort->orders.items[0].expr = expr_column_of(lab->arena, ranges.sort->input, 1);
    refused_for(lab, query, whole, "NetworkCoalesceExec", LOST);
    ranges.sort->orders.items[0].expr = expr_column_of(lab->arena, ranges.sort->input, 0);
    branch->branches.items[0].then = branch->otherwise;
    branch->otherwise = then;
    refused_for(lab, query, whole, "NetworkCoalesceExec", LOST);
    branch->otherwise = branch->branches.items[0].then;
    branch->branches.items[0].then = then;
    accepted_for(lab, query, whole);
}

static void columns_stay_in_place(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *query = sort(lab, scan(lab));
    struct ranges ranges = open_ranges(lab, query);
    const struct eider_expr *first = ranges.key->exprs.items[0];

    ranges.key->exprs.items[0] = ranges.key->exprs.items[1];
    ranges.key->exprs.items[1] = first;
    assert_int_not_equal(plan_custom(lab, query, &ranges.top->base), EIDER_OK);
}

static void order_is_of_a_sort_of_ranges(void **state)
{
    struct lab *lab = *state;
    struct node_network_coalesce *over_sort = coalesce_node(lab, sort(lab, scan(lab)), 3);
    struct node_network_coalesce *over_scan = coalesce_node(lab, scan(lab), 3);

    over_sort->ordered = over_scan->ordered = true;
    refused(lab, &over_sort->base, "NetworkCoalesceExec", LOST);
    refused(lab, &over_scan->base, "NetworkCoalesceExec", LOST);
}

/* What else is below the sort is a stage, which the sample and the rows are read from. */
static void a_stage_is_read_twice(void **state)
{
    struct lab *lab = *state;
    struct ranges ranges = open_ranges(lab, sort(lab, distinct(lab, scan(lab))));
    const struct node_network_coalesce *rows = node_as_network_coalesce(ranges.key->input);

    assert_non_null(rows);
    assert_int_equal(rows->consumer_tasks, rows->producer_tasks);
    assert_int_equal(lab->graph.stage_count, 6);
    assert_int_equal(plan_custom(lab, sort(lab, distinct(lab, scan(lab))), &ranges.top->base), EIDER_OK);
}

static enum eider_status wants_some(void *data, const struct eider_node *node, struct eider_task_count *ret,
                                    struct eider_error *err)
{
    (void)data;
    (void)node;
    (void)ret;
    (void)err;
    return EIDER_OK;
}

/* Sorts below the top stay in one task, and where handlers may say that the two readers of a stage are not alike. */
static void not_every_sort(void **state)
{
    struct lab *lab = *state;
    struct eider_handlers handler = {.name = "some", .desired_tasks = wants_some};
    const struct eider_node *found[] = {sort_of_ranges(lab, distinct(lab, sort(lab, scan(lab)))), NULL};

    lab->options.handlers = &handler;
    lab->options.handler_count = 1;
    found[1] = sort_of_ranges(lab, sort(lab, distinct(lab, scan(lab))));
    lab->options.handler_count = 0;
    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        while (found[i]->tag != NODE_SORT)
            found[i] = node_child(found[i], 0);
        assert_int_not_equal(node_child(found[i], 0)->tag, NODE_NETWORK_SHUFFLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_of_it_are_refused), TEST(columns_stay_in_place), TEST(order_is_of_a_sort_of_ranges),
        TEST(a_stage_is_read_twice),   TEST(not_every_sort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
