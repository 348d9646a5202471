/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check pass, for sorts of ranges (distribute_sort.c): only where all of it stands together are the rows in order, so a
 * coalesce that keeps the order of tasks and a shuffle by value are each refused without the other. That the partitions follow
 * the keys of the sort is seen by their expression: a tree of comparisons of one sort key with boundaries.
 */
#include "planner/check.h"

#include "plan/object.h"

bool check_is_ordered(const struct eider_node *node)
{
    const struct node_network_coalesce *coalesce = node_as_network_coalesce(node);

    return coalesce != NULL && coalesce->ordered;
}

/* The column that a tree of comparisons compares with others, if its partitions ascend from left to right: *next is the one
 * that must come. */
static bool ascends(const struct eider_expr *expr, uint32_t *key, uint64_t *next)
{
    const struct expr_integer *leaf = expr_as_integer(expr);
    const struct expr_case *branch = expr_as_case(expr);
    const struct expr_comparison *when;
    const struct expr_column *left, *right;

    if (leaf != NULL)
        return leaf->upper == 0 && leaf->lower == (*next)++;
    if (branch == NULL || branch->branches.count != 1 || branch->otherwise == NULL)
        return false;
    when = expr_as_comparison(branch->branches.items[0].when);
    left = when == NULL ? NULL : expr_as_column(when->left);
    right = when == NULL ? NULL : expr_as_column(when->right);
    if (left == NULL || right == NULL || when->op != COMPARE_LESS)
        return false;
    if (*key == UINT32_MAX)
        *key = left->index;
    return left->index == *key && right->index > *key && ascends(branch->branches.items[0].then, key, next) &&
           ascends(branch->otherwise, key, next);
}

/* create_sort_key over the keys of the sort, in their directions. */
static bool is_key_of(const struct eider_expr *expr, const struct node_sort *sort)
{
    const struct expr_function *key = expr_as_function(expr);

    if (key == NULL || !str_is(key->name, "create_sort_key") || key->args.count < 2 * sort->orders.count)
        return false;
    for (uint32_t i = 0; i < sort->orders.count; i++) {
        const struct sort_key *order = &sort->orders.items[i];
        const struct expr_string *direction = expr_as_string(key->args.items[2 * i + 1]);

        if (!expr_equal(key->args.items[2 * i], order->expr) || direction == NULL ||
            str_is(direction->bytes, "DESC NULLS LAST") != (order->descending && !order->nulls_first) ||
            str_is(direction->bytes, "DESC NULLS FIRST") != (order->descending && order->nulls_first) ||
            str_is(direction->bytes, "ASC NULLS FIRST") != (!order->descending && order->nulls_first))
            return false;
    }
    return true;
}

/* The columns that the sort reads are the same in the shuffle and where the key is made. */
static bool passes_columns(const struct node_projection *projection)
{
    for (uint32_t i = 0; i + 1 < projection->exprs.count; i++) {
        const struct expr_column *column = expr_as_column(projection->exprs.items[i]);
        if (column == NULL || column->index != i)
            return false;
    }
    return projection->exprs.count > 0;
}

/* The shuffle by value below a sort of ranges; NULL: it is none. */
static const struct eider_node *ranges_of(const struct node_sort *sort)
{
    const struct node_network_shuffle *shuffle = sort == NULL ? NULL : node_as_network_shuffle(sort->input);
    const struct node_repartition *by = shuffle == NULL ? NULL : node_as_repartition(shuffle->input);
    const struct node_projection *top = by == NULL ? NULL : node_as_projection(by->input), *below;
    const struct node_cross_join *join = top == NULL ? NULL : node_as_cross_join(top->input);
    const struct expr_column *value;
    uint32_t key = UINT32_MAX;
    uint64_t next = 0;

    below = join == NULL ? NULL : node_as_projection(join->left);
    if (below == NULL || !by->by_value || by->keys.count != 1 || !passes_columns(top) ||
        !passes_columns(below))
        return NULL;
    value = expr_as_column(by->keys.items[0]);
    if (value == NULL || value->index != top->exprs.count - 1 ||
        !ascends(top->exprs.items[value->index], &key, &next) || next != by->partitions ||
        key != below->exprs.count - 1 || !is_key_of(below->exprs.items[key], sort))
        return NULL;
    return &shuffle->base;
}

bool check_ranges(struct check *c, const struct eider_node *boundary, const struct place *place)
{
    const struct node_network_coalesce *coalesce = node_as_network_coalesce(boundary);
    const struct node_network_shuffle *shuffle = node_as_network_shuffle(boundary);

    if (check_is_ordered(boundary)) {
        c->by_value = ranges_of(node_as_sort(coalesce->input));
        if (c->by_value == NULL || place->tasks != 1)
            return check_refuse(
                c, boundary,
                "keeps the order of tasks, which is none: below it must be a sort of ranges, and "
                "its own stage has one task");
        return true;
    }
    if (shuffle != NULL && node_as_repartition(shuffle->input)->by_value && boundary != c->by_value)
        return check_refuse(c, boundary,
                            "is by value, which only the ranges of a sort are: shuffle by the hash of keys");
    return true;
}
