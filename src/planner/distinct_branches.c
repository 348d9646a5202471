/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DISTINCT aggregates of many values, by branches.
 *
 * A group's distinct values can be counted in parts only where each value is in one of them, and the rows of one node can be
 * spread by one aggregate's values, not by those of two. So the aggregate becomes a union of several over the same input, one for
 * each thing that is to be distinct, and one for all others:
 *
 *     g, count(DISTINCT x), sum(DISTINCT y), max(z)
 *     →  g, count(x), NULL, NULL    over the distinct g, x          shuffled by these
 *        g, NULL, sum(y), NULL      over the distinct g, y
 *        g, NULL, NULL, max(z)      over the rows
 *     →  g, any_value of each       every group is in every branch, and one branch alone has a value
 *
 * Each of these is a plan like any other, which is then placed as such: distinct rows once per task where that removes most of
 * them, aggregates in phases. What FILTER leaves out is NULL among the distinct values, which the aggregates do not look at.
 *
 * The input is read again for each branch where nothing is done twice then: a scan of Parquet files without filters, of which
 * each branch reads its own columns. All others are a stage that the branches read, as references to a CTE do. Its rows are
 * shuffled by the values of one branch, that with the most of them, which so needs no boundary of its own.
 *
 * Not for grouping sets, whose groups are of different columns, nor if any aggregate has no partial states, nor for a great many
 * branches: there the rows meet once.
 */
#include "planner/decompose.h"
#include "planner/distribute.h"
#include "planner/estimate.h"

#include "plan/object.h"
#include "plan/schema.h"
#include "planner/passes.h"

struct branches {
    struct distribute *d;
    const struct node_aggregate *node;
    uint32_t *of_call; /* the branch of each aggregate: REST, or a number from 1 on */
    uint32_t count;    /* of those that are distinct */
    bool has_rest;
    const struct eider_node *source; /* what every branch reads */
};

#define REST         0
#define MAX_BRANCHES 16 /* each is a stage or two */

/* ---- Which aggregate goes where ---- */

static const struct expr_aggregate *call_of(const struct branches *b, uint32_t index)
{
    return expr_as_aggregate(b->node->aggregates.items[index]);
}

static bool same_values(const struct expr_aggregate *a, const struct expr_aggregate *b)
{
    bool same = a->args.count == b->args.count && (a->filter == NULL) == (b->filter == NULL);

    for (uint32_t i = 0; same && i < a->args.count; i++)
        same = expr_equal(a->args.items[i], b->args.items[i]);
    return same && (a->filter == NULL || expr_equal(a->filter, b->filter));
}

/* The branch of the first aggregate of the same distinct values, or a new one. */
static uint32_t branch_for(struct branches *b, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (b->of_call[i] != REST && same_values(call_of(b, i), call_of(b, index)))
            return b->of_call[i];
    }
    return ++b->count;
}

/* False: some aggregate cannot be computed so, or it would be in too many branches. */
static bool divide(struct branches *b, const bool *listed)
{
    for (uint32_t i = 0; i < b->node->aggregates.count; i++) {
        b->of_call[i] = REST;
        if (!listed[i] && aggregate_is_of_distinct(b->node, i))
            b->of_call[i] = branch_for(b, i);
        else if (!aggregate_has_states(b->node, i))
            return false;
        b->has_rest |= b->of_call[i] == REST;
    }
    return b->count > 0 && b->count <= MAX_BRANCHES;
}

/* ---- Branches ---- */

/* The aggregate with those calls only that are of one branch. */
static struct node_aggregate *aggregate_new(struct branches *b, uint32_t branch,
                                            const struct eider_node *input)
{
    struct arena *arena = b->d->arena;
    struct node_aggregate *made = (struct node_aggregate *)node_clone(arena, &b->node->base);
    uint32_t groups = b->node->groups.count, count = 0;

    if (made == NULL)
        return NULL;
    made->input = input;
    made->aggregates = expr_list_new(arena, b->node->aggregates.count);
    made->base.columns = column_list_new(arena, groups + b->node->aggregates.count);
    if (arena_failed(arena))
        return NULL;
    for (uint32_t i = 0; i < groups; i++)
        made->base.columns.items[i] = b->node->base.columns.items[i];
    for (uint32_t i = 0; i < b->node->aggregates.count; i++) {
        if (b->of_call[i] != branch)
            continue;
        made->base.columns.items[groups + count] = b->node->base.columns.items[groups + i];
        made->aggregates.items[count++] = b->node->aggregates.items[i];
    }
    made->aggregates.count = count;
    made->base.columns.count = groups + count;
    return made;
}

static const struct eider_expr *without_distinct(struct arena *arena, const struct expr_aggregate *call,
                                                 const struct eider_node *distinct, uint32_t first)
{
    struct expr_aggregate *made = expr_aggregate_new(arena, call->base.type);

    if (made == NULL)
        return NULL;
    made->name = call->name;
    made->args = expr_list_new(arena, call->args.count);
    for (uint32_t i = 0; i < made->args.count; i++)
        made->args.items[i] = expr_column_of(arena, distinct, first + i);
    return &made->base;
}

/* The groups, and the values that `call` is over. */
static bool values_of(struct branches *b, const struct expr_aggregate *call, struct expr_list *ret)
{
    struct arena *arena = b->d->arena;
    uint32_t groups = b->node->groups.count;

    *ret = expr_list_new(arena, groups + call->args.count);
    for (uint32_t i = 0; i < ret->count; i++)
        ret->items[i] = i < groups ? b->node->groups.items[i] : call->args.items[i - groups];
    return ret->count > 0;
}

/* The distinct ones among them. */
static const struct eider_node *distinct_values(struct branches *b, const struct expr_aggregate *call)
{
    struct arena *arena = b->d->arena;
    struct node_projection *values = node_projection_new(arena);
    struct node_distinct *made = node_distinct_new(arena);
    uint32_t groups = b->node->groups.count;

    if (values == NULL || made == NULL || !values_of(b, call, &values->exprs))
        return NULL;
    values->input = b->source;
    values->base.rows = b->source->rows;
    made->base.rows = estimate_tuples(arena, b->d->options, b->node->input, &values->exprs);
    for (uint32_t i = groups; call->filter != NULL && i < values->exprs.count; i++)
        values->exprs.items[i] = expr_when(arena, call->filter, values->exprs.items[i], NULL);
    if (arena_failed(arena) || !schema_derive(arena, &values->base, &values->base.columns))
        return NULL;
    made->input = &values->base;
    made->base.columns = values->base.columns;
    return &made->base;
}

static const struct eider_node *aggregate_of(struct branches *b, uint32_t branch)
{
    const struct eider_node *distinct = NULL;
    struct arena *arena = b->d->arena;
    struct node_aggregate *made;

    for (uint32_t i = 0; branch != REST && distinct == NULL; i++) {
        if (b->of_call[i] == branch && (distinct = distinct_values(b, call_of(b, i))) == NULL)
            return NULL;
    }
    made = aggregate_new(b, branch, distinct == NULL ? b->source : distinct);
    if (made == NULL || distinct == NULL)
        return made == NULL ? NULL : &made->base;
    made->groups = expr_list_new(arena, b->node->groups.count);
    for (uint32_t i = 0; i < made->groups.count; i++)
        made->groups.items[i] = expr_column_of(arena, distinct, i);
    for (uint32_t i = 0; i < made->aggregates.count; i++)
        made->aggregates.items[i] = without_distinct(arena, expr_as_aggregate(made->aggregates.items[i]),
                                                     distinct, b->node->groups.count);
    return arena_failed(arena) ? NULL : &made->base;
}

/* In the columns of the whole: NULL where another branch has the value. */
static const struct eider_node *branch_new(struct branches *b, uint32_t branch)
{
    struct arena *arena = b->d->arena;
    const struct eider_node *input = aggregate_of(b, branch);
    struct node_projection *made = node_projection_new(arena);
    uint32_t groups = b->node->groups.count, next = 0;

    if (input == NULL || made == NULL)
        return NULL;
    made->input = input;
    made->base.rows = input->rows;
    made->base.columns = b->node->base.columns;
    made->exprs = expr_list_new(arena, made->base.columns.count);
    for (uint32_t i = 0; i < made->exprs.count; i++) {
        if (i < groups || b->of_call[i - groups] == branch)
            made->exprs.items[i] = expr_column_of(arena, input, next++);
        else
            made->exprs.items[i] = expr_null(arena, made->base.columns.items[i].type);
    }
    return arena_failed(arena) ? NULL : &made->base;
}

static const struct eider_node *any_of_each(struct branches *b, const struct eider_node *input)
{
    struct arena *arena = b->d->arena;
    struct node_aggregate *made = (struct node_aggregate *)node_clone(arena, &b->node->base);
    uint32_t groups = b->node->groups.count;

    if (made == NULL)
        return NULL;
    made->input = input;
    made->groups = expr_list_new(arena, groups);
    made->aggregates = expr_list_new(arena, b->node->aggregates.count);
    for (uint32_t i = 0; i < made->groups.count; i++)
        made->groups.items[i] = expr_column_of(arena, input, i);
    for (uint32_t i = 0; i < made->aggregates.count; i++) {
        struct expr_aggregate *call = expr_aggregate_new(arena, input->columns.items[groups + i].type);
        if (call == NULL)
            return NULL;
        call->name = str_from("any_value");
        call->args = expr_list_new(arena, 1);
        if (call->args.count == 1)
            call->args.items[0] = expr_column_of(arena, input, groups + i);
        made->aggregates.items[i] = &call->base;
    }
    return arena_failed(arena) ? NULL : &made->base;
}

static const struct eider_node *union_of(struct branches *b)
{
    uint32_t first = b->has_rest ? REST : 1;
    struct node_union *made = node_union_new(b->d->arena);

    if (made == NULL)
        return NULL;
    if (first == b->count) /* one alone is the whole */
        return aggregate_of(b, first);
    made->inputs = node_list_new(b->d->arena, b->count + 1 - first);
    made->base.columns = b->node->base.columns;
    made->base.rows = b->node->base.rows * made->inputs.count;
    for (uint32_t i = 0; i < made->inputs.count; i++) {
        if ((made->inputs.items[i] = branch_new(b, first + i)) == NULL)
            return NULL;
    }
    return made->inputs.count == 0 ? NULL : any_of_each(b, &made->base);
}

/* ---- The input ---- */

static bool may_be_read_again(const struct eider_node *node)
{
    while (node->tag == NODE_PROJECTION)
        node = node_child(node, 0);
    return node->tag == NODE_PARQUET_SCAN && node_as_parquet_scan(node)->filters.count == 0;
}

/* The columns that the shared rows are best shuffled by; none if there are none, or they have too few values. */
static struct expr_list best_keys(struct branches *b)
{
    double most = MIN_KEY_VALUES * b->d->partitions;
    struct expr_list best = {NULL, 0};

    for (uint32_t i = 0; i < b->node->aggregates.count; i++) {
        const struct expr_aggregate *call = call_of(b, i);
        bool are_columns = b->of_call[i] != REST && call->filter == NULL;
        double values;
        for (uint32_t k = 0; k < call->args.count; k++)
            are_columns = are_columns && expr_as_column(call->args.items[k]) != NULL;
        values = are_columns ? estimate_tuples(b->d->arena, b->d->options, b->node->input, &call->args) : 0;
        if (values < most)
            continue;
        most = values;
        best = call->args;
    }
    return best;
}

/* True unless it failed: d->status says why. */
static bool find_source(struct branches *b, const struct placed *input)
{
    struct expr_list keys;

    b->source = b->node->input;
    if (may_be_read_again(b->source))
        return true;
    keys = best_keys(b);
    return (b->source = distribute_share(b->d, input, b->count + b->has_rest, &keys)) != NULL;
}

const struct eider_node *distinct_branches(struct distribute *d, const struct node_aggregate *node,
                                           const bool *listed, const struct placed *input)
{
    struct branches b = {.d = d, .node = node};
    const struct eider_node *plan = NULL;

    b.of_call = arena_alloc_array(d->arena, node->aggregates.count + 1u, sizeof(*b.of_call));
    if (b.of_call == NULL || node->sets.count > 0 || node->grouping_functions.count > 0 ||
        !divide(&b, listed))
        return NULL;
    if (find_source(&b, input))
        plan = union_of(&b);
    if (plan != NULL)
        plan = prune_plan(d->arena, plan);
    if (plan == NULL && d->status == EIDER_OK)
        distribute_no_memory(d);
    return plan;
}
