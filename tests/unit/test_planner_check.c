/* SPDX-License-Identifier: Apache-2.0 */
/* The check pass: boundaries, leaves, aggregates, DISTINCT, sorts and limits. Each shape that is refused and each that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/custom_plans.h"

/* ---- Boundaries ---- */

static void counts_agree(void **state)
{
    struct lab *lab = *state;
    struct node_network_coalesce *node = coalesce_node(lab, scan(lab), 0);

    refused(lab, &node->base, "NetworkCoalesceExec", "has zero producer tasks");
    node->producer_tasks = 100001;
    refused(lab, &node->base, "NetworkCoalesceExec", "has too many tasks");
    node->producer_tasks = 3;
    node->consumer_tasks = 2;
    refused(lab, &node->base, "NetworkCoalesceExec", "has 2 consumer task(s), but stands in a stage with 1");
    refused(lab, coalesce(lab, &node->base, 3), "NetworkCoalesceExec",
            "has 2 consumer task(s), but stands in a stage with 3");
    accepted(lab, coalesce(lab, &node->base, 2));
    assert_int_equal(lab->graph.stage_count, 2);
    assert_int_equal(lab->graph.stages[0].tasks, 3);
    assert_int_equal(lab->graph.stages[1].tasks, 2);
    node->consumer_tasks = 100001;
    refused(lab, coalesce(lab, &node->base, 2), "NetworkCoalesceExec", "has too many tasks");
}

static void shuffles_have_keys(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *input = scan(lab);
    const struct eider_expr *key = expr_column_of(lab->arena, input, 0);

    refused(lab, shuffle_over(lab, scan(lab), 3), "NetworkShuffleExec", "needs a hash RepartitionExec");
    refused(lab, shuffle_over(lab, repartition(lab, input, NULL, 4), 3), "RepartitionExec", "has no key");
    refused(lab, shuffle_over(lab, repartition(lab, input, key, 0), 3), "RepartitionExec",
            "has no partition");
    refused(lab, coalesce(lab, distinct(lab, repartition(lab, input, key, 4)), 3), "RepartitionExec",
            "stands where no boundary reads it");
    refused(lab, repartition(lab, input, key, 4), "RepartitionExec", "stands where no boundary reads it");
    accepted(lab, shuffle_over(lab, repartition(lab, input, key, 4), 3));
    accepted(lab, coalesce(lab, repartition(lab, input, key, 4), 3));
}

static void copies_of_rows_stay_in_their_stage(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *copies = broadcast(lab, scan(lab), 3);

    refused(lab, coalesce(lab, copies, 2), "NetworkCoalesceExec", "would pass on every row 2 times");
    refused(lab, coalesce(lab, sample_filter(lab->arena, copies), 2), "NetworkCoalesceExec",
            "would pass on every row 2 times");
    accepted(lab, copies); /* the head has one task */
}

/* ---- Leaves ---- */

static void leaves_that_cannot_be_shared(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *mixed = sample_scan(lab->arena, 2, 4, 1e6); /* the fourth has another schema */
    const struct eider_node *two = projection(lab, scan(lab), 2, (const uint32_t[]){0, 1});

    refused(lab, coalesce(lab, table(lab), 2), "DataSourceExec", "reads a table of this database");
    accepted(lab, coalesce(lab, table(lab), 1));
    refused(lab, coalesce(lab, mixed, 2), "DataSourceExec", "reads files that 2 tasks cannot share");
    accepted(lab, unite(lab, coalesce(lab, mixed, 1), coalesce(lab, two, 2)));
    accepted(lab, coalesce(lab, sample_values(lab->arena, 2, 3), 2)); /* by the first task alone */
}

static void ctes_stay_in_their_stage(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *definition = scan(lab), *ref = cte_ref(lab, definition);

    refused(lab, cte(lab, definition, coalesce(lab, ref, 2)), "CteRefExec",
            "stands in a stage with 2 tasks, each of which would read all of CTE 7");
    refused(lab, cte(lab, table(lab), coalesce(lab, unite(lab, ref, table(lab)), 1)), "CteRefExec",
            "reads CTE 7, whose definition is in another stage");
    refused(lab, coalesce(lab, cte(lab, definition, scan(lab)), 2), "CteExec",
            "needs all rows and stands in a stage with 2 tasks");
    accepted(lab, cte(lab, coalesce(lab, definition, 3), coalesce(lab, ref, 1))); /* this boundary vanishes */
    accepted(lab, cte(lab, coalesce(lab, definition, 3), unite(lab, ref, cte_ref(lab, definition))));
}

static void variants_are_for_tasks(void **state)
{
    struct lab *lab = *state;
    struct node_distributed_leaf *leaf = distributed_leaf(lab, 2), *whole = distributed_leaf(lab, 2);
    struct node_parquet_scan *other = (struct node_parquet_scan *)(uintptr_t)scan(lab);

    refused(lab, &distributed_leaf(lab, 1)->base, "DistributedLeafExec",
            "stands in a plan without a network");
    refused(lab, coalesce(lab, &distributed_leaf(lab, 0)->base, 2), "DistributedLeafExec", "has no variant");
    refused(lab, coalesce(lab, &leaf->base, 1), "DistributedLeafExec",
            "has 2 variants in a stage with 1 task(s)");
    accepted(lab, coalesce(lab, &leaf->base, 3)); /* the third task reads nothing */
    assert_ptr_equal(lab->graph.stages[0].root, &leaf->base);
    accepted(lab, unite(lab, coalesce(lab, &leaf->base, 2), &distributed_leaf(lab, 1)->base));
    assert_int_equal(node_child(lab->graph.head.root, 1)->tag, NODE_PARQUET_SCAN);
    leaf->variants.items[1] = distinct(lab, scan(lab));
    refused(lab, coalesce(lab, &leaf->base, 2), "DistributedLeafExec", "has a variant with a DistinctExec");
    leaf->variants.items[1] = sample_filter(lab->arena, table(lab));
    refused(lab, coalesce(lab, &leaf->base, 2), "DataSourceExec", "reads a table of this database");
    other->projection.items[0] = 1;
    leaf->variants.items[1] = &other->base;
    refused(lab, coalesce(lab, &leaf->base, 2), "DistributedLeafExec", "reads other columns than the leaf");
    leaf->variants.items[1] = query_of(lab, &leaf->base);
    other->projection.items[0] = 0;
    whole->leaf = distinct(lab, whole->leaf);
    refused(lab, coalesce(lab, &whole->base, 2), "DistributedLeafExec", "has a variant with a DistinctExec");
    accepted(lab, coalesce(lab, &leaf->base, 2));
}

/* ---- Aggregates ---- */

static void partial_states_are_merged(void **state)
{
    struct lab *lab = *state;
    const struct node_aggregate *of = average(lab, 1);
    const struct eider_node *states = coalesce(lab, &partial(lab, of)->base, 3), *tree;

    accepted(lab, &final(lab, of, states)->base);
    tree = coalesce(lab, &reduce(lab, of, states)->base, 2);
    tree = coalesce(lab, &reduce(lab, of, tree)->base, 2);
    accepted(lab, aggregate_finish(lab->arena, of, &final(lab, of, tree)->base));
    assert_int_equal(lab->graph.stage_count, 3);
    accepted(lab, coalesce(lab, &final(lab, of, shuffle(lab, &partial(lab, of)->base, 0))->base, 4));
    refused(lab, states, "AggregateExec", "in mode Partial makes partial states that nothing merges");
    refused(lab, coalesce(lab, &reduce(lab, of, states)->base, 2), "AggregateExec",
            "in mode PartialReduce makes partial states that nothing merges");
    refused(lab, &final(lab, of, distinct(lab, states))->base, "AggregateExec",
            "in mode Partial makes partial states that nothing merges");
    refused(lab, sample_aggregate(lab->arena, states, 1, "sum", type_simple(TYPE_HUGEINT), 1),
            "AggregateExec", "in mode Partial makes partial states that nothing merges");
}

static void only_states_are_merged(void **state)
{
    struct lab *lab = *state;
    const struct node_aggregate *of = average(lab, 1);
    struct node_aggregate *states = partial(lab, of);
    const struct eider_node *rows = coalesce(lab, sample_scan(lab->arena, 3, 3, 1e6), 3);
    static const uint32_t identity[] = {0, 1, 2};

    refused(lab, &final(lab, of, rows)->base, "AggregateExec",
            "in mode Final merges partial states that nothing makes");
    refused(lab,
            &final(lab, of, coalesce(lab, &final(lab, of, coalesce(lab, &states->base, 3))->base, 1))->base,
            "AggregateExec", "in mode Final merges partial states that nothing makes");
    accepted(lab, &final(lab, of, projection(lab, coalesce(lab, &states->base, 3), 3, identity))->base);

    states->sets = index_set_list_new(lab->arena, 1);
    refused(lab, &final(lab, of, coalesce(lab, &states->base, 3))->base, "AggregateExec",
            "in mode Partial has grouping sets");
}

static struct expr_aggregate *call_of(struct node_aggregate *node, uint32_t index)
{
    return (struct expr_aggregate *)(uintptr_t)node->aggregates.items[index];
}

/* The ways in which a Final can miss what the Partial below it computes: a, sum(b), count(b). */
static void merges_fit_their_states(void **state)
{
    static const char no[] = "does not merge the states of the AggregateExec below it";
    struct lab *lab = *state;
    const struct node_aggregate *of = average(lab, 1);
    const struct eider_node *sums =
        sample_aggregate(lab->arena, scan(lab), 1, "sum", type_simple(TYPE_HUGEINT), 9);
    struct node_aggregate *states = partial(lab, of), *merge;
    struct expr_aggregate *call;

    for (int wrong = 0; wrong < 9; wrong++) {
        merge = final(lab, of, coalesce(lab, &states->base, 3));
        call = call_of(merge, 1);
        if (wrong == 0) {
            accepted(lab, &merge->base);
            continue;
        }
        if (wrong == 1)
            merge->groups.items[0] = expr_column_of(lab->arena, merge->input, 2); /* a BIGINT too */
        else if (wrong == 2)
            call->name = str_from("count");
        else if (wrong == 3)
            call->args.items[0] = expr_column_of(lab->arena, merge->input, 1); /* the sum, twice */
        else if (wrong == 4)
            call->distinct = true;
        else if (wrong == 5)
            call->orders = keys_of(lab, merge->input, 1);
        else if (wrong == 6)
            call->filter = sample_equal(lab->arena, call->args.items[0], expr_bigint(lab->arena, 1));
        else if (wrong == 7)
            call_of(states, 1)->distinct = true;
        else
            call_of(states, 1)->orders = keys_of(lab, states->input, 1);
        refused(lab, &merge->base, "AggregateExec", no);
        call_of(states, 1)->distinct = false;
    }
    states = partial(lab, of);
    merge = final(lab, of, coalesce(lab, &states->base, 3));
    call_of(merge, 1)->args = expr_list_new(lab->arena, 2);
    call_of(merge, 1)->args.items[0] = expr_column_of(lab->arena, merge->input, 2);
    call_of(merge, 1)->args.items[1] = expr_column_of(lab->arena, merge->input, 0);
    refused(lab, &merge->base, "AggregateExec", no);
    merge = final(lab, node_as_aggregate(sums), coalesce(lab, &states->base, 3)); /* leaves out the count */
    refused(lab, &merge->base, "AggregateExec", no);
}

static void merges_have_the_same_groups(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *input = sample_scan(lab->arena, 3, 3, 1e6);
    const struct node_aggregate *by_two =
        node_as_aggregate(sample_aggregate(lab->arena, input, 2, "sum", type_simple(TYPE_HUGEINT), 10));
    struct node_aggregate *states = aggregate_partial(lab->arena, by_two, input);
    struct node_aggregate *merge = final(lab, by_two, coalesce(lab, &states->base, 3));

    accepted(lab, &merge->base);
    merge->groups.count = 1;
    merge->base.columns.count = 2;
    merge->base.columns.items[1] = merge->base.columns.items[2];
    refused(lab, &merge->base, "AggregateExec", "it must have the same groups");
}

static void groups_meet_in_one_task(void **state)
{
    struct lab *lab = *state;
    const struct node_aggregate *of = average(lab, 1), *whole = average(lab, 0);
    struct node_aggregate *sets;
    static const uint32_t swapped[] = {1, 0};
    const struct eider_node *moved = projection(lab, shuffle(lab, scan(lab), 1), 2, swapped);

    refused(lab, coalesce(lab, &final(lab, of, coalesce(lab, &partial(lab, of)->base, 3))->base, 2),
            "AggregateExec", "in mode Final may have rows of one group in several of its 2 tasks");
    refused(lab, coalesce(lab, single(lab, scan(lab), 1), 2), "AggregateExec",
            "in mode Single may have rows of one group in several of its 2 tasks");
    refused(lab, coalesce(lab, single(lab, shuffle(lab, scan(lab), 1), 1), 2), "AggregateExec",
            "in mode Single may have rows of one group in several of its 2 tasks");
    accepted(lab, coalesce(lab, single(lab, shuffle(lab, scan(lab), 0), 1), 2));
    accepted(lab, coalesce(lab, single(lab, shuffle(lab, scan(lab), 1), 2), 2)); /* a part of the group */
    accepted(lab, coalesce(lab, single(lab, moved, 1), 2));
    accepted(lab, coalesce(lab, single(lab, sample_filter(lab->arena, shuffle(lab, scan(lab), 0)), 1), 2));
    accepted(lab, coalesce(lab, distinct_on(lab, single(lab, shuffle(lab, scan(lab), 0), 1), 0), 2));
    refused(lab, coalesce(lab, &final(lab, whole, coalesce(lab, &partial(lab, whole)->base, 3))->base, 2),
            "AggregateExec", "in mode Final would make one row in each of its 2 tasks");
    sets = (struct node_aggregate *)(uintptr_t)single(lab, shuffle(lab, scan(lab), 0), 1);
    sets->sets = index_set_list_new(lab->arena, 2);
    sets->sets.items[0].indexes = u32_list_identity(lab->arena, 1);
    refused(lab, coalesce(lab, &sets->base, 2), "AggregateExec", "has grouping sets, which need all rows");
    sets->input = coalesce(lab, scan(lab), 3);
    accepted(lab, &sets->base);
    refused(lab, coalesce(lab, single(lab, broadcast(lab, scan(lab), 3), 1), 2), "AggregateExec",
            "aggregates rows that each of its 2 tasks has all of");
}

/* GROUP BY a = b, shuffled by that expression. */
static void keys_may_be_expressions(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *input = scan(lab), *swapped, *rows;
    const struct eider_expr *a = expr_column_of(lab->arena, input, 0),
                            *b = expr_column_of(lab->arena, input, 1);
    struct node_aggregate *node;
    struct node_distinct *on;
    struct node_filter *narrow;
    static const uint32_t order[] = {1, 0};

    rows = shuffle_over(lab, repartition(lab, input, sample_equal(lab->arena, a, b), 8), 3);
    node = (struct node_aggregate *)(uintptr_t)single(lab, rows, 1);
    node->groups.items[0] = sample_equal(lab->arena, a, b);
    node->base.columns.items[0].type = type_simple(TYPE_BOOLEAN);
    accepted(lab, coalesce(lab, &node->base, 2));
    node->input = sample_filter(lab->arena, rows); /* does not change the columns */
    accepted(lab, coalesce(lab, &node->base, 2));
    accepted(lab, coalesce(lab, distinct_on(lab, &node->base, 0), 2)); /* the key is a column now */
    /* a = b of the output is another: its columns are b, a, a = b */
    node = (struct node_aggregate *)(uintptr_t)sample_aggregate(lab->arena, rows, 2, "count",
                                                                type_simple(TYPE_BIGINT), 9);
    node->groups = expr_list_new(lab->arena, 3);
    node->base.columns = sample_columns(lab->arena, 4, type_simple(TYPE_BIGINT));
    node->base.columns.items[2].type = type_simple(TYPE_BOOLEAN);
    node->groups.items[0] = b;
    node->groups.items[1] = a;
    node->groups.items[2] = sample_equal(lab->arena, a, b);
    accepted(lab, coalesce(lab, distinct_on(lab, &node->base, 2), 2));
    on = (struct node_distinct *)(uintptr_t)distinct_on(lab, &node->base, 0);
    on->targets.items[0] = sample_equal(lab->arena, a, b);
    refused(lab, coalesce(lab, &on->base, 2), "DistinctExec", "may have equal rows");
    on->input = sample_filter(lab->arena, rows);
    on->base.columns = rows->columns;
    accepted(lab, coalesce(lab, &on->base, 2));
    narrow = (struct node_filter *)(uintptr_t)on->input;
    narrow->projection.items[0] = 1;
    narrow->projection.items[1] = 0;
    refused(lab, coalesce(lab, &on->base, 2), "DistinctExec", "may have equal rows");
    node = (struct node_aggregate *)(uintptr_t)single(lab, rows, 1);
    node->groups.items[0] = sample_equal(lab->arena, a, b);
    node->base.columns.items[0].type = type_simple(TYPE_BOOLEAN);
    swapped = projection(lab, rows, 2, order);
    node->input = swapped; /* a and b are other columns here */
    refused(lab, coalesce(lab, &node->base, 2), "AggregateExec", "may have rows of one group in several");
}

/* ---- DISTINCT ---- */

static void distinct_rows_meet_in_one_task(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *each = distinct(lab, scan(lab)), *first = distinct_on(lab, scan(lab), 0);
    struct node_distinct *ordered;
    static const uint32_t one[] = {0};

    accepted(lab, coalesce(lab, distinct(lab, shuffle(lab, scan(lab), 1)), 2));
    accepted(lab, coalesce(lab, distinct_on(lab, shuffle(lab, scan(lab), 1), 1), 2));
    refused(lab, coalesce(lab, each, 3), "DistinctExec", "may have equal rows in several of its 3 tasks");
    refused(lab, coalesce(lab, distinct_on(lab, shuffle(lab, scan(lab), 1), 0), 2), "DistinctExec",
            "may have equal rows in several of its 2 tasks");
    refused(lab, coalesce(lab, distinct(lab, projection(lab, shuffle(lab, scan(lab), 1), 1, one)), 2),
            "DistinctExec", "may have equal rows in several of its 2 tasks");
    accepted(lab, distinct(lab, coalesce(lab, each, 3)));
    accepted(lab, coalesce(lab, distinct(lab, shuffle(lab, each, 0)), 2));
    refused(lab, distinct_on(lab, coalesce(lab, each, 3), 0), "DistinctExec",
            "may have equal rows in several");
    ordered = (struct node_distinct *)(uintptr_t)distinct_on(lab, coalesce(lab, first, 3), 0);
    accepted(lab, &ordered->base);
    ordered->orders = keys_of(lab, ordered->input, 2);
    refused(lab, &ordered->base, "DistinctExec", "may have equal rows in several");
    refused(lab, distinct(lab, sample_filter(lab->arena, coalesce(lab, each, 3))), "DistinctExec",
            "may have equal rows in several");
    refused(lab, distinct(lab, coalesce(lab, distinct(lab, broadcast(lab, scan(lab), 3)), 2)), "DistinctExec",
            "is over rows that each of its 2 tasks has all of");
}

/* ---- Sorts and limits ---- */

static void limits_are_repeated_above(void **state)
{
    struct lab *lab = *state;
    struct node_limit *percent = limit_node(lab, scan(lab), 5, 0), *skip;
    const struct eider_node *each = limit(lab, scan(lab), 5, 0);

    accepted(lab, limit(lab, coalesce(lab, each, 3), 5, 0));
    accepted(lab, limit(lab, coalesce(lab, each, 3), 3, 2));
    accepted(lab, limit(lab, coalesce(lab, limit(lab, coalesce(lab, each, 3), 5, 0), 2), 4, 0));
    refused(lab, coalesce(lab, each, 3), "LimitExec", "would keep its rows in each of its 3 tasks");
    refused(lab, limit(lab, coalesce(lab, each, 3), 4, 2), "LimitExec", "would keep its rows in each");
    refused(lab, limit(lab, coalesce(lab, each, 3), UINT64_MAX, 3), "LimitExec",
            "would keep its rows in each");
    refused(lab, limit(lab, coalesce(lab, limit(lab, scan(lab), 5, 1), 3), 4, 0), "LimitExec",
            "would keep its rows in each");
    refused(lab, limit(lab, sample_filter(lab->arena, coalesce(lab, each, 3)), 4, 0), "LimitExec",
            "would keep its rows in each");
    percent->has_limit = false; /* all rows, of which the first two are left out above */
    accepted(lab, limit(lab, coalesce(lab, &percent->base, 3), 4, 2));
    skip = limit_node(lab, coalesce(lab, each, 3), 0, 2);
    skip->has_limit = false;
    refused(lab, &skip->base, "LimitExec", "would keep its rows in each");
    percent->has_limit = percent->has_percent = true;
    percent->percent = 10;
    refused(lab, limit(lab, coalesce(lab, &percent->base, 3), 4, 0), "LimitExec",
            "would keep its rows in each");
    percent->input = coalesce(lab, each, 3);
    refused(lab, &percent->base, "LimitExec", "would keep its rows in each");
    percent->input = coalesce(lab, scan(lab), 3);
    accepted(lab, &percent->base);
    refused(lab, limit(lab, coalesce(lab, limit(lab, broadcast(lab, scan(lab), 3), 5, 0), 2), 5, 0),
            "LimitExec", "may keep other rows in each of its 2 tasks");
}

static void top_rows_are_chosen_again_above(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *each = topn(lab, scan(lab), 5, 0);
    struct node_topn *other;

    accepted(lab, topn(lab, coalesce(lab, each, 3), 3, 2));
    refused(lab, coalesce(lab, each, 3), "TopNExec", "would keep its rows in each of its 3 tasks");
    refused(lab, topn(lab, coalesce(lab, each, 3), 4, 2), "TopNExec", "would keep its rows in each");
    refused(lab, topn(lab, coalesce(lab, topn(lab, scan(lab), 5, 1), 3), 4, 0), "TopNExec",
            "would keep its rows in each");
    other = topn_node(lab, coalesce(lab, each, 3), 5, 0);
    other->orders.items[0].descending = true;
    refused(lab, &other->base, "TopNExec", "would keep its rows in each");
    other->orders.items[0] = (struct sort_key){expr_column_of(lab->arena, each, 1), false, false};
    refused(lab, &other->base, "TopNExec", "would keep its rows in each");
    refused(lab, limit(lab, coalesce(lab, each, 3), 5, 0), "TopNExec", "would keep its rows in each");
    refused(lab, topn(lab, coalesce(lab, topn(lab, broadcast(lab, scan(lab), 3), 5, 0), 2), 5, 0), "TopNExec",
            "may keep other rows in each of its 2 tasks");
}

static void sorts_are_in_one_task(void **state)
{
    struct lab *lab = *state;

    refused(lab, coalesce(lab, sort(lab, scan(lab)), 3), "SortExec", "stands in a stage with 3 tasks");
    refused(lab, distinct(lab, coalesce(lab, sort(lab, scan(lab)), 3)), "SortExec",
            "stands in a stage with 3 tasks");
    accepted(lab, sort(lab, coalesce(lab, sort(lab, scan(lab)), 3)));
    accepted(lab, topn(lab, coalesce(lab, sort(lab, scan(lab)), 3), 5, 0));
}

static void the_result_keeps_its_order(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *query = sort(lab, scan(lab)), *rows = coalesce(lab, scan(lab), 3);
    struct node_sort *down = sort_node(lab, rows), *more = sort_node(lab, rows);
    static const uint32_t identity[] = {0, 1};

    accepted_for(lab, query, sort(lab, rows));
    accepted_for(lab, query, projection(lab, limit(lab, sort(lab, rows), 5, 0), 2, identity));
    accepted_for(lab, query, coalesce(lab, sort(lab, rows), 1)); /* this boundary vanishes */
    refused_for(lab, query, coalesce(lab, topn(lab, unite(lab, table(lab), rows), 9, 0), 1), "TopNExec",
                "sorts the result below a network boundary");
    refused_for(lab, query, rows, "NetworkCoalesceExec", "does not give the rows in the order of the query");
    refused_for(lab, query, distinct(lab, sort(lab, rows)), "DistinctExec",
                "does not give the rows in the order of the query");
    down->orders.items[0].descending = true;
    refused_for(lab, query, &down->base, "SortExec", "does not give the rows in the order of the query");
    more->orders = keys_of(lab, rows, 2);
    refused_for(lab, query, &more->base, "SortExec", "does not give the rows in the order of the query");
    refused_for(lab, &more->base, sort(lab, coalesce(lab, scan(lab), 3)), "SortExec",
                "does not give the rows in the order of the query");
    query = cte(lab, scan(lab), sort(lab, cte_ref(lab, rows)));
    refused_for(lab, query, rows, "NetworkCoalesceExec", "does not give the rows in the order of the query");
    accepted_for(lab, query, cte(lab, rows, sort(lab, cte_ref(lab, rows))));
    query = topn(lab, scan(lab), 5, 0);
    refused_for(lab, projection(lab, query, 2, identity), rows, "NetworkCoalesceExec",
                "does not give the rows in the order of the query");
}

/* A boundary below an operator that takes the first of sorted rows. */
static void sorted_input_is_read_in_its_stage(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *sorted = topn(lab, unite(lab, table(lab), coalesce(lab, scan(lab), 3)), 9, 0);
    const struct eider_node *read = coalesce(lab, sorted, 1); /* does not vanish: it reads a table */
    const struct node_aggregate *first;
    struct node_aggregate *list;
    struct node_distinct *on;

    refused(lab, limit(lab, read, 3, 0), "LimitExec",
            "depends on the order that the TopNExec below it makes");
    refused(lab, limit(lab, sample_filter(lab->arena, read), 3, 0), "LimitExec", "depends on the order");
    refused(lab, limit(lab, coalesce(lab, sample_filter(lab->arena, coalesce(lab, sorted, 1)), 3), 3, 0),
            "LimitExec", "depends on the order");
    refused(lab, distinct_on(lab, read, 0), "DistinctExec", "depends on the order");
    on = (struct node_distinct *)(uintptr_t)distinct_on(lab, read, 0);
    on->orders = keys_of(lab, read, 2);
    accepted(lab, &on->base);
    list = (struct node_aggregate *)(uintptr_t)sample_aggregate(lab->arena, read, 1, "list",
                                                                type_simple(TYPE_BIGINT), 1);
    call_of(list, 0)->orders = keys_of(lab, read, 1);
    accepted(lab, &list->base);
    accepted(lab, projection(lab, limit(lab, read, 1, 0), 0, NULL)); /* EXISTS: any row will do */
    refused(lab, sample_aggregate(lab->arena, read, 1, "list", type_simple(TYPE_BIGINT), 1), "AggregateExec",
            "depends on the order");
    accepted(lab, single(lab, read, 1));
    accepted(lab, limit(lab, sorted, 3, 0));
    accepted(lab, limit(lab, sort(lab, read), 3, 0));
    first = node_as_aggregate(sample_aggregate(lab->arena, read, 1, "first", type_simple(TYPE_BIGINT), 1));
    refused(lab,
            &final(lab, first, coalesce(lab, &aggregate_partial(lab->arena, first, read)->base, 3))->base,
            "AggregateExec", "depends on the order");
}

/* A rule that places no boundary leaves the distribute pass to do it, over a plan that must be right, too. */
static void plans_without_boundaries(void **state)
{
    struct lab *lab = *state;
    const struct node_aggregate *of = average(lab, 1);

    accepted(lab, aggregate_finish(lab->arena, of, &final(lab, of, &partial(lab, of)->base)->base));
    assert_true(lab->graph.stage_count > 0);
    refused(lab, &partial(lab, of)->base, "AggregateExec", "makes partial states that nothing merges");
    refused_for(lab, sort(lab, scan(lab)), scan(lab), "DataSourceExec", "in the order of the query");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_agree),
        TEST(shuffles_have_keys),
        TEST(copies_of_rows_stay_in_their_stage),
        TEST(leaves_that_cannot_be_shared),
        TEST(ctes_stay_in_their_stage),
        TEST(variants_are_for_tasks),
        TEST(partial_states_are_merged),
        TEST(only_states_are_merged),
        TEST(merges_fit_their_states),
        TEST(merges_have_the_same_groups),
        TEST(groups_meet_in_one_task),
        TEST(keys_may_be_expressions),
        TEST(distinct_rows_meet_in_one_task),
        TEST(limits_are_repeated_above),
        TEST(top_rows_are_chosen_again_above),
        TEST(sorts_are_in_one_task),
        TEST(the_result_keeps_its_order),
        TEST(sorted_input_is_read_in_its_stage),
        TEST(plans_without_boundaries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
