/* SPDX-License-Identifier: Apache-2.0 */
/* The rules pass: what an application's rule may return, and how its errors read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/custom_plans.h"

static enum eider_status fail_aloud(void *data, struct arena *arena, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    (void)arena;
    (void)plan;
    (void)ret;
    err->status = EIDER_ERROR_IO;
    err->stage = err->task = err->worker = -1;
    (void)snprintf(err->message, sizeof(err->message), "%s", (const char *)data);
    (void)snprintf(err->hint, sizeof(err->hint), "plug it in");
    return EIDER_ERROR_UNSUPPORTED;
}

static enum eider_status fail_in_silence(void *data, struct arena *arena, const struct eider_node *plan,
                                         const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)arena;
    (void)plan;
    (void)ret;
    (void)err;
    return EIDER_ERROR_IO;
}

static void errors_name_the_rule(void **state)
{
    struct lab *lab = *state;
    char own[] = "no table of partitions", prefixed[] = "the rule reader: no luck";
    const struct planner_rule_entry aloud = {"reader", fail_aloud, own},
                                    silent = {"mute", fail_in_silence, NULL},
                                    again = {"reader", fail_aloud, prefixed}, none = {"empty", give, NULL};

    assert_int_equal(plan_with(lab, scan(lab), &aloud), EIDER_ERROR_UNSUPPORTED);
    assert_int_equal(lab->err.status, EIDER_ERROR_UNSUPPORTED);
    assert_string_equal(lab->err.message, "the rule reader: no table of partitions");
    assert_string_equal(lab->err.hint, "plug it in");
    assert_int_equal(plan_with(lab, scan(lab), &again), EIDER_ERROR_UNSUPPORTED);
    assert_string_equal(lab->err.message, "the rule reader: no luck");
    assert_int_equal(lab->err.status, EIDER_ERROR_UNSUPPORTED);
    assert_int_equal(plan_with(lab, scan(lab), &silent), EIDER_ERROR_IO);
    assert_int_equal(lab->err.status, EIDER_ERROR_IO);
    assert_string_equal(lab->err.message, "the rule mute: it failed with EIDER_ERROR_IO and did not say why");
    assert_int_equal(plan_with(lab, scan(lab), &none), EIDER_ERROR_PLAN);
    assert_says(lab, "DataSourceExec", "the rule empty returned no plan: ");
}

static void plans_are_trees(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *twice = scan(lab);
    struct node_filter *loop = node_filter_new(lab->arena);
    struct node_distinct *open = node_distinct_new(lab->arena);
    struct node_distributed *distributed = node_distributed_new(lab->arena);
    struct node_exchange_source *source = node_exchange_source_new(lab->arena);
    struct node_sort *wrong = sort_node(lab, scan(lab));
    struct node_empty *unknown = node_empty_new(lab->arena);

    COPY_COLUMNS(unknown, twice);
    unknown->base.tag = NODE_INVALID;
    refused(lab, distinct(lab, &unknown->base), "?", "is no node");
    refused(lab, unite(lab, coalesce(lab, twice, 2), coalesce(lab, twice, 2)), "DataSourceExec",
            "is used twice");
    COPY_COLUMNS(loop, twice);
    loop->input = &loop->base;
    refused(lab, &loop->base, "FilterExec", "is used twice");
    COPY_COLUMNS(open, twice);
    refused(lab, &open->base, "DistinctExec", "has no input");
    distributed->input = twice;
    COPY_COLUMNS(distributed, twice);
    refused(lab, &distributed->base, "DistributedExec", "is made by the planner");
    COPY_COLUMNS(source, twice);
    refused(lab, &source->base, "ExchangeSourceExec", "is made by the planner");
    wrong->projection.items[0] = 9;
    refused(lab, &wrong->base, "SortExec", "projects a column that it does not have");
}

/* More nodes than the table of seen ones has room for at first. */
static void large_plans_are_trees_too(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *plan = coalesce(lab, scan(lab), 3);

    for (int i = 0; i < 900; i++)
        plan = distinct(lab, plan);
    accepted(lab, plan);
    for (int i = 0; i < 200; i++)
        plan = distinct(lab, plan);
    refused(lab, plan, "DistinctExec", "is nested too deeply");
}

static void the_schema_stays(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *query = scan(lab);
    static const uint32_t one[] = {0}, swapped[] = {1, 0};
    struct node_projection *cast;
    struct expr_cast *expr = expr_cast_new(lab->arena, type_simple(TYPE_DOUBLE));

    refused_for(lab, query, coalesce(lab, projection(lab, scan(lab), 1, one), 2), "NetworkCoalesceExec",
                "changes the schema: it has 1 columns, not 2");
    refused_for(lab, query, coalesce(lab, projection(lab, scan(lab), 2, swapped), 2), "NetworkCoalesceExec",
                "changes the schema: column 1 is b BIGINT, not a BIGINT");
    cast = (struct node_projection *)(uintptr_t)projection(lab, scan(lab), 2, (const uint32_t[]){0, 1});
    expr->child = cast->exprs.items[1];
    cast->exprs.items[1] = &expr->base;
    cast->base.columns.items[1].type = type_simple(TYPE_DOUBLE);
    refused_for(lab, query, &cast->base, "ProjectionExec",
                "changes the schema: column 2 is b DOUBLE, not b BIGINT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(errors_name_the_rule),
        TEST(plans_are_trees),
        TEST(large_plans_are_trees_too),
        TEST(the_schema_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
