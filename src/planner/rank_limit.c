/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QUALIFY row_number() OVER (PARTITION BY k ORDER BY o) <= n, before the rows travel.
 *
 * A row that has n rows before it among the rows of its task has as many among all, so a task may drop it. Those that
 * are left keep their numbers, and are numbered again where all rows of a partition are:
 *
 *     Filter rn <= 3                       Filter rn <= 3
 *       Window rn                →           Window rn
 *         rows                                 Shuffle by k
 *                                                Filter rn <= 3
 *                                                  Window rn
 *                                                    rows
 *
 * The same holds for rank() and dense_rank(), which are at most as large within a task: of a row that is kept by any of the
 * three, all rows before it are kept as well, and of rank() and dense_rank() all that are equal to it. So the numbers of all
 * windows of the node are as they were, provided that all are of these three, over the same keys: others would miss the rows.
 * Which of several equal rows row_number() takes is arbitrary, as it is in DuckDB.
 *
 * It pays if few rows are left, by estimate: a task sorts its rows in any case, here or above the boundary.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "plan/schema.h"
#include "planner/check.h"
#include "planner/estimate.h"

#define MIN_REDUCTION 4

struct rank_limit {
    uint32_t window; /* of the node's windows */
    uint64_t limit;
};

static bool same_keys(const struct expr_window *a, const struct expr_window *b)
{
    bool same = a->partitions.count == b->partitions.count && a->orders.count == b->orders.count;

    for (uint32_t i = 0; same && i < a->partitions.count; i++)
        same = expr_equal(a->partitions.items[i], b->partitions.items[i]);
    for (uint32_t i = 0; same && i < a->orders.count; i++)
        same = expr_equal(a->orders.items[i].expr, b->orders.items[i].expr) &&
               a->orders.items[i].descending == b->orders.items[i].descending &&
               a->orders.items[i].nulls_first == b->orders.items[i].nulls_first;
    return same;
}

/* Without arguments, and over the frame that nobody has written. */
static bool is_rank(const struct expr_window *window)
{
    return (str_is(window->name, "row_number") || str_is(window->name, "rank") ||
            str_is(window->name, "dense_rank")) &&
           window->args.count == 0 && window->arg_orders.count == 0 && window->orders.count > 0 &&
           !window->distinct && !window->ignore_nulls && window->filter == NULL &&
           window->unit == FRAME_RANGE && window->start_bound == BOUND_UNBOUNDED_PRECEDING &&
           window->end_bound == BOUND_CURRENT_ROW && window->exclude == EXCLUDE_NOTHING;
}

static bool are_ranks(const struct node_window *node)
{
    const struct expr_window *first = expr_as_window(node->windows.items[0]);

    for (uint32_t i = 0; i < node->windows.count; i++) {
        const struct expr_window *window = expr_as_window(node->windows.items[i]);
        if (window == NULL || !is_rank(window) || !same_keys(first, window))
            return false;
    }
    return true;
}

/* Of `window <= 3`, `window < 4` and `window = 3`: the window and the 3. */
static bool read_predicate(const struct eider_expr *predicate, const struct node_window *node,
                           struct rank_limit *ret)
{
    const struct expr_comparison *comparison = expr_as_comparison(predicate);
    const struct expr_column *column = comparison == NULL ? NULL : expr_as_column(comparison->left);
    const struct expr_integer *value = comparison == NULL ? NULL : expr_as_integer(comparison->right);
    uint32_t before = node->input->columns.count;
    bool less;

    if (column == NULL || value == NULL || value->upper != 0 || column->index < before ||
        column->index - before >= node->windows.count)
        return false;
    less = comparison->op == COMPARE_LESS;
    if (!less && comparison->op != COMPARE_LESS_EQUAL && comparison->op != COMPARE_EQUAL)
        return false;
    if (value->lower <= less || value->lower > INT64_MAX)
        return false;
    *ret = (struct rank_limit){column->index - before, value->lower - less};
    return true;
}

/* The smallest limit that the filter above the windows sets. */
static bool read_limit(const struct node_filter *filter, const struct node_window *node,
                       struct rank_limit *ret)
{
    struct rank_limit limit;
    bool found = false;

    for (uint32_t i = 0; i < filter->predicates.count; i++) {
        if (!read_predicate(filter->predicates.items[i], node, &limit))
            continue;
        if (!found || limit.limit < ret->limit)
            *ret = limit;
        found = true;
    }
    return found && are_ranks(node);
}

/* ---- In the distribute pass ---- */

/* The window and the filter over what is placed. */
static bool drop(struct distribute *d, const struct node_window *node, const struct rank_limit *limit,
                 double rows, struct placed *placed)
{
    struct node_window *window = node_window_new(d->arena);
    struct node_filter *filter = node_filter_new(d->arena);
    struct expr_comparison *keeps = expr_comparison_new(d->arena, type_simple(TYPE_BOOLEAN));
    uint32_t width = placed->node->columns.count;

    if (window == NULL || filter == NULL || keeps == NULL)
        return distribute_no_memory(d);
    window->input = placed->node;
    window->base.rows = placed->node->rows;
    window->windows = expr_list_new(d->arena, 1);
    if (window->windows.count == 0)
        return distribute_no_memory(d);
    window->windows.items[0] = node->windows.items[limit->window];
    if (!schema_derive(d->arena, &window->base, &window->base.columns))
        return distribute_no_memory(d);
    keeps->op = COMPARE_LESS_EQUAL;
    keeps->left = expr_column_of(d->arena, &window->base, width);
    keeps->right = expr_bigint(d->arena, (int64_t)limit->limit);
    filter->input = &window->base;
    filter->predicates = expr_list_new(d->arena, 1);
    filter->projection = u32_list_identity(d->arena, width);
    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    filter->predicates.items[0] = &keeps->base;
    filter->base.columns = placed->node->columns;
    filter->base.rows = rows;
    placed->node = &filter->base;
    return true;
}

bool rank_limit_apply(struct distribute *d, const struct node_window *node, struct placed *placed)
{
    const struct expr_list *partitions;
    struct rank_limit limit;
    double groups = 1, left;

    if (d->filter == NULL || d->filter->input != &node->base || !read_limit(d->filter, node, &limit))
        return true;
    partitions = &expr_as_window(node->windows.items[0])->partitions;
    if (partitions->count > 0 &&
        (groups = estimate_tuples(d->arena, d->options, node->input, partitions)) < 0)
        return distribute_no_memory(d);
    left = groups * (double)limit.limit * placed->tasks;
    if (left * MIN_REDUCTION > distribute_rows(node->input))
        return true;
    return drop(d, node, &limit, left, placed);
}

/* ---- In the check pass ---- */

const struct node_window *rank_limit_below(const struct node_filter *filter, const struct node_window *node)
{
    const struct eider_node *below = node->input;
    const struct node_filter *drops;
    const struct node_window *window;
    struct rank_limit limit, kept;

    if (filter == NULL || filter->input != &node->base || !read_limit(filter, node, &limit))
        return NULL;
    while (node_is_boundary(below) || below->tag == NODE_REPARTITION)
        below = node_child(below, 0);
    drops = node_as_filter(below);
    window = drops == NULL ? NULL : node_as_window(drops->input);
    if (window == NULL || window->windows.count != 1 || drops->predicates.count != 1 ||
        !read_limit(drops, window, &kept) || kept.limit < limit.limit ||
        !expr_equal(window->windows.items[0], node->windows.items[limit.window]) ||
        drops->projection.count != window->input->columns.count)
        return NULL;
    for (uint32_t i = 0; i < drops->projection.count; i++) {
        if (drops->projection.items[i] != i)
            return NULL;
    }
    return window;
}
