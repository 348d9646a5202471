/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the run of nodes that one SELECT says. From the outermost down, SQL knows
 *
 *     LIMIT, ORDER BY, the head (SELECT list, GROUP BY …), WHERE, FROM
 *
 * and a head that is only a SELECT list may also stand above ORDER BY and LIMIT. Projections that only pick
 * columns are no layers at all: they are composed into the maps of the layers above them.
 *
 *     SORT [c1] ← PROJECTION [c0 + 1, c2] ← FILTER [c3 > 5] {0,2,3} ← scan
 *     SELECT t."a" + 1 AS c0, t."d" AS c1 FROM … AS t WHERE t."d" > 5 ORDER BY 2
 *
 * Invariant: an *open* map leads to the columns of select->base; a step down composes each open map with what
 * the node passes on. A map is closed when it leads to the output of the head. Why one SELECT is the same as
 * several: DuckDB evaluates the clauses in just this order, no expression is written twice, and none moves
 * across another.
 */
#include "plan/object.h"
#include "sqlgen/expr.h"
#include "sqlgen/select.h"

bool list_is_identity(const struct u32_list *list, uint32_t width)
{
    if (list->count != width)
        return false;
    for (uint32_t i = 0; i < width; i++) {
        if (list->items[i] != i)
            return false;
    }
    return true;
}

static struct u32_list identity(struct writer *w, uint32_t count)
{
    struct u32_list list = u32_list_identity(w->arena, count);

    if (list.count != count)
        writer_no_memory(w);
    return list;
}

static void compose(struct writer *w, struct u32_list *map, const struct u32_list *step)
{
    for (uint32_t i = 0; i < map->count; i++) {
        if (map->items[i] >= step->count) {
            writer_fail(w, EIDER_ERROR_PLAN, NULL, "it refers to a column that does not exist");
            map->items[i] = 0;
            continue;
        }
        map->items[i] = step->items[map->items[i]];
    }
}

static void step_down(struct writer *w, struct select *select, const struct u32_list *step)
{
    compose(w, select->head != NULL ? &select->in : &select->out, step);
    if (select->orders != NULL && !select->orders_on_output)
        compose(w, &select->order_map, step);
    for (uint32_t i = 0; i < select->filter_count; i++)
        compose(w, &select->filters[i].map, step);
}

/* ---- What may still be added ---- */

static bool keys_are_columns(const struct sort_key_list *keys)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (keys->items[i].expr->tag != EXPR_COLUMN)
            return false;
    }
    return true;
}

/* LIMIT and ORDER BY: above everything, or below a plain SELECT list. */
static bool accepts_tail(const struct select *select)
{
    return select->filter_count == 0 && select->orders == NULL &&
           (select->head == NULL || select->head->tag == NODE_PROJECTION);
}

static bool accepts_head(const struct select *select)
{
    return select->head == NULL && select->filter_count == 0 &&
           (select->orders == NULL || keys_are_columns(select->orders));
}

/* A DISTINCT needs all its columns. DISTINCT ON picks rows by the ORDER BY of its SELECT, which must be its
 * own. */
static bool accepts_distinct(const struct select *select, const struct node_distinct *distinct)
{
    if (!accepts_head(select) || !list_is_identity(&select->out, distinct->base.columns.count))
        return false;
    return distinct->targets.count == 0 ||
           (select->orders == NULL && (!select->has_limit || distinct->orders.count == 0));
}

/* ---- Layers ---- */

static void set_head(struct writer *w, struct select *select, const struct eider_node *head,
                     const struct eider_node *input)
{
    select->head = head;
    select->in = identity(w, input->columns.count);
    select->orders_on_output = select->orders != NULL;
    select->base = input;
}

static void set_orders(struct writer *w, struct select *select, const struct sort_key_list *orders,
                       const struct eider_node *input)
{
    select->orders = orders;
    select->order_map = identity(w, input->columns.count);
    select->base = input;
}

static bool picks_columns(const struct node_projection *projection)
{
    for (uint32_t i = 0; i < projection->exprs.count; i++) {
        if (projection->exprs.items[i]->tag != EXPR_COLUMN)
            return false;
    }
    return true;
}

static bool peel_projection(struct writer *w, struct select *select, const struct node_projection *projection)
{
    struct u32_list step;

    if (!picks_columns(projection)) {
        if (!accepts_head(select))
            return false;
        set_head(w, select, &projection->base, projection->input);
        return true;
    }
    step = u32_list_new(w->arena, projection->exprs.count);
    if (step.count != projection->exprs.count) {
        writer_no_memory(w);
        return false;
    }
    for (uint32_t i = 0; i < step.count; i++)
        step.items[i] = expr_as_column(projection->exprs.items[i])->index;
    step_down(w, select, &step);
    select->base = projection->input;
    return true;
}

static bool peel_filter(struct writer *w, struct select *select, const struct node_filter *filter)
{
    struct filter_layer *layer = &select->filters[select->filter_count];

    if (select->filter_count == SELECT_MAX_FILTERS)
        return false;
    step_down(w, select, &filter->projection);
    layer->predicates = &filter->predicates;
    layer->map = identity(w, filter->input->columns.count);
    select->filter_count++;
    select->base = filter->input;
    return true;
}

/* ---- Aggregates ---- */

static bool groups_are_simple(const struct node_aggregate *node)
{
    for (uint32_t i = 0; i < node->groups.count; i++) {
        if (node->groups.items[i]->tag != EXPR_COLUMN)
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (expr_as_column(node->groups.items[i])->index == expr_as_column(node->groups.items[k])->index)
                return false;
        }
    }
    return true;
}

/*
 * GROUPING(…) and grouping sets name groups by their expressions, so each group must be one that no other is.
 * Groups that are computed, or the same column twice, become columns of a projection below, which stays a subselect.
 */
static const struct node_aggregate *simplify_groups(struct writer *w, const struct node_aggregate *node,
                                                    const struct eider_node **ret_barrier)
{
    uint32_t width = node->input->columns.count, groups = node->groups.count;
    struct node_projection *below;
    struct node_aggregate *copy;

    *ret_barrier = NULL;
    if ((node->sets.count == 0 && node->grouping_functions.count == 0) || groups_are_simple(node))
        return node;
    below = node_projection_new(w->arena);
    copy = (struct node_aggregate *)node_clone(w->arena, &node->base);
    if (below == NULL || copy == NULL)
        return node;
    below->input = node->input;
    below->exprs = expr_list_new(w->arena, width + groups);
    below->base.columns = column_list_new(w->arena, width + groups);
    copy->groups = expr_list_new(w->arena, groups);
    if (arena_failed(w->arena))
        return node;
    for (uint32_t i = 0; i < width + groups; i++) {
        below->exprs.items[i] =
            i < width ? expr_column_of(w->arena, node->input, i) : node->groups.items[i - width];
        below->base.columns.items[i] =
            i < width ? node->input->columns.items[i] : node->base.columns.items[i - width];
    }
    for (uint32_t i = 0; i < groups; i++)
        copy->groups.items[i] = expr_column(w->arena, node->groups.items[i]->type, width + i, str_from(""));
    copy->input = *ret_barrier = &below->base;
    return copy;
}

static bool peel_aggregate(struct writer *w, struct select *select, const struct node_aggregate *aggregate)
{
    if (!accepts_head(select))
        return false;
    aggregate = simplify_groups(w, aggregate, &select->barrier);
    if (arena_failed(w->arena)) {
        writer_no_memory(w);
        return false;
    }
    set_head(w, select, &aggregate->base, aggregate->input);
    return true;
}

/* ---- All ---- */

static bool peel_limit(struct select *select, const struct node_limit *limit)
{
    if (!accepts_tail(select) || select->has_limit)
        return false;
    select->has_limit = true;
    select->limit = limit;
    select->base = limit->input;
    return true;
}

static bool peel_sort(struct writer *w, struct select *select, const struct node_sort *sort)
{
    if (!accepts_tail(select))
        return false;
    step_down(w, select, &sort->projection);
    set_orders(w, select, &sort->orders, sort->input);
    return true;
}

static bool peel_topn(struct writer *w, struct select *select, const struct node_topn *topn)
{
    if (!accepts_tail(select) || select->has_limit)
        return false;
    select->has_limit = true;
    select->topn = topn;
    set_orders(w, select, &topn->orders, topn->input);
    return true;
}

/* Takes the base into the SELECT, if it can. */
static bool peel_one(struct writer *w, struct select *select)
{
    const struct eider_node *node = select->base;

    if (node == select->barrier)
        return false;
    switch ((int)node->tag) {
    case NODE_CTE:
        define_cte(w, node_as_cte(node));
        select->base = node_as_cte(node)->body;
        return true;
    case NODE_REPARTITION: /* no boundary is left above it */
        select->base = node_as_repartition(node)->input;
        return true;
    case NODE_LIMIT:
        return peel_limit(select, node_as_limit(node));
    case NODE_SORT:
        return peel_sort(w, select, node_as_sort(node));
    case NODE_TOPN:
        return peel_topn(w, select, node_as_topn(node));
    case NODE_PROJECTION:
        return peel_projection(w, select, node_as_projection(node));
    case NODE_FILTER:
        return peel_filter(w, select, node_as_filter(node));
    case NODE_AGGREGATE:
        return peel_aggregate(w, select, node_as_aggregate(node));
    case NODE_DISTINCT:
        if (!accepts_distinct(select, node_as_distinct(node)))
            return false;
        set_head(w, select, node, node_as_distinct(node)->input);
        return true;
    case NODE_WINDOW:
        if (!accepts_head(select))
            return false;
        set_head(w, select, node, node_as_window(node)->input);
        return true;
    case NODE_UNNEST: /* how many rows there are depends on each of its columns */
        if (!accepts_head(select) || !list_is_identity(&select->out, node->columns.count))
            return false;
        set_head(w, select, node, node_as_unnest(node)->input);
        return true;
    default:
        return false;
    }
}

void select_peel(struct writer *w, const struct eider_node *node, struct select *select)
{
    struct u32_list projection;

    *select = (struct select){.base = node};
    select->out = identity(w, node->columns.count);
    while (!writer_failed(w) && peel_one(w, select))
        ;
    if (writer_failed(w) || !from_is_direct(select->base))
        return;
    projection = from_projection(w, select->base);
    if (projection.items != NULL)
        step_down(w, select, &projection);
}
