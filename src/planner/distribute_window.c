/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows and set operations in the distribute pass.
 *
 *   window, rows spread by (a part of) what all its windows partition by   in place
 *   window, with expressions that all its windows partition by             shuffle by those → in place
 *   the same, under a filter on its rank                                   fewer rows before: rank_limit.c
 *   windows without a key that all have, each with some                    one node over another, each with a shuffle
 *   EXCEPT, INTERSECT, both sides in step by the same columns              in place
 *   EXCEPT, INTERSECT                                                      shuffle what is not spread by the hash of
 *                                                                          one side's columns, or of all → in place
 *   what is too small for two tasks, or has nothing to partition by        coalesce → one task
 * A task that has all rows of a partition computes its windows as one task would; a task that has all copies of a row on
 * both sides, what is left of them. Rows in which the keys are NULL hash alike, as windows and set operations want it.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "plan/schema.h"
#include "planner/ranges.h"

/* ---- Windows ---- */

static bool holds(const struct expr_list *list, const struct eider_expr *expr)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (expr_equal(list->items[i], expr))
            return true;
    }
    return false;
}

bool distribute_window_keys(struct distribute *d, const struct node_window *node, struct expr_list *ret)
{
    const struct expr_window *first = expr_as_window(node->windows.items[0]);

    *ret = expr_list_new(d->arena, first->partitions.count);
    ret->count = 0;
    for (uint32_t i = 0; i < first->partitions.count; i++) {
        bool common = !holds(ret, first->partitions.items[i]);
        for (uint32_t k = 1; common && k < node->windows.count; k++)
            common = holds(&expr_as_window(node->windows.items[k])->partitions, first->partitions.items[i]);
        if (common)
            ret->items[ret->count++] = first->partitions.items[i];
    }
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

/* The windows over an input that is placed. */
static bool place_over(struct distribute *d, const struct node_window *node,
                       const struct eider_task_count *answer, struct placed *ret)
{
    struct expr_list keys;
    uint32_t tasks;

    if (!distribute_window_keys(d, node, &keys))
        return false;
    if (distribute_is_spread(ret) && !(ret->spread == SPREAD_KEYS && key_slots_within(&ret->keys, &keys))) {
        if (!rank_limit_apply(d, node, ret))
            return false;
        tasks = distribute_tasks_answered(d, answer, distribute_bytes(ret->node));
        if (keys.count == 0 || tasks == 1 ? !distribute_coalesce(d, ret)
                                          : !distribute_shuffle_wanted(d, &node->base, &keys, tasks, ret))
            return false;
    }
    ranges_use(ret);
    ret->node = distribute_rebuild(d, &node->base,
                                   ret); /* the input's columns come first: keys stay where they are */
    return ret->node != NULL;
}

/* True if the windows have no key in common, but each has one. */
static bool need_several_shuffles(struct distribute *d, const struct node_window *node)
{
    struct expr_list keys;

    for (uint32_t i = 0; i < node->windows.count; i++) {
        if (expr_as_window(node->windows.items[i])->partitions.count == 0)
            return false;
    }
    return distribute_window_keys(d, node, &keys) && keys.count == 0;
}

/* Moves the first of the windows that are left, and all that have a key in common with it, to a node over `input`;
 * positions[i] becomes the column of window i. */
static struct node_window *take_group(struct distribute *d, const struct node_window *node,
                                      const struct eider_node *input, uint32_t *positions)
{
    struct node_window *group = node_window_new(d->arena);
    struct expr_list keys;

    if (group == NULL)
        return NULL;
    group->input = input;
    group->base.rows = node->base.rows;
    group->windows = expr_list_new(d->arena, node->windows.count);
    group->windows.count = 0;
    for (uint32_t i = 0; group->windows.items != NULL && i < node->windows.count; i++) {
        if (positions[i] != 0)
            continue;
        group->windows.items[group->windows.count++] = node->windows.items[i];
        if (!distribute_window_keys(d, group, &keys))
            return NULL;
        if (keys.count > 0)
            positions[i] = input->columns.count + group->windows.count - 1;
        else
            group->windows.count--;
    }
    return schema_derive(d->arena, &group->base, &group->base.columns) ? group : NULL;
}

/* Windows that cannot share a shuffle: one node over another, and a projection that puts their columns in order. */
static bool place_in_groups(struct distribute *d, const struct node_window *node,
                            const struct eider_task_count *answer, struct placed *ret)
{
    uint32_t width = node->input->columns.count, count = node->windows.count;
    uint32_t *positions = arena_alloc_array(d->arena, count, sizeof(*positions)); /* 0: none yet */
    struct node_projection *order = node_projection_new(d->arena);
    struct key_slots keys;

    if (positions == NULL || order == NULL)
        return distribute_no_memory(d);
    for (uint32_t taken = 0; taken < count; taken = ret->node->columns.count - width) {
        struct node_window *group = take_group(d, node, ret->node, positions);
        if (group == NULL)
            return distribute_no_memory(d);
        if (!place_over(d, group, answer, ret))
            return false;
    }
    order->base.columns = node->base.columns;
    order->base.rows = node->base.rows;
    order->exprs = expr_list_new(d->arena, width + count);
    for (uint32_t i = 0; i < order->exprs.count; i++)
        order->exprs.items[i] = expr_column_of(d->arena, ret->node, i < width ? i : positions[i - width]);
    order->input = ret->node;
    keys = key_slots_map(d->arena, &ret->keys, &order->exprs);
    ret->keys = keys;
    ret->node = &order->base;
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

bool distribute_window(struct distribute *d, const struct node_window *node,
                       const struct eider_task_count *answer, struct placed *ret)
{
    const struct node_filter *filter = d->filter;

    if (!distribute_place(d, node->input, ret))
        return false;
    d->filter = filter;
    if (distribute_is_spread(ret) && node->input->columns.count > 0 && need_several_shuffles(d, node) &&
        distribute_tasks_answered(d, answer, distribute_bytes(ret->node)) > 1)
        return place_in_groups(d, node, answer, ret);
    return place_over(d, node, answer, ret);
}

/* ---- Set operations ---- */

bool distribute_in_step(struct distribute *d, const struct placed *inputs, uint32_t count,
                        struct key_slots *ret)
{
    const struct key_slots **keys = arena_alloc_array(d->arena, count, sizeof(*keys));

    for (uint32_t i = 0; keys != NULL && i < count; i++) {
        if (inputs[i].spread != SPREAD_KEYS)
            return false;
        keys[i] = &inputs[i].keys;
    }
    if (keys == NULL || !key_slots_common(d->arena, keys, count, ret))
        return false;
    for (uint32_t i = 1; i < count; i++) {
        if (!ranges_meet(d, &inputs[0], &inputs[i]))
            return false;
    }
    return true;
}

static bool in_step(struct distribute *d, const struct placed *inputs, uint32_t count)
{
    struct key_slots keys;
    bool meet = distribute_in_step(d, inputs, count, &keys);

    if (meet)
        ranges_use(&inputs[0]);
    return meet;
}

/* The columns by whose hash a side is spread already, in their order; else all. */
static bool columns_to_meet_by(struct distribute *d, const struct placed *inputs, uint32_t count,
                               struct u32_list *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct key_slots *keys = &inputs[i].keys;
        bool all = inputs[i].spread == SPREAD_KEYS && inputs[i].ranges == NULL && keys->count > 0;
        for (uint32_t k = 0; all && k < keys->count; k++)
            all = keys->slots[k].count > 0;
        if (!all)
            continue;
        *ret = u32_list_new(d->arena, keys->count);
        for (uint32_t k = 0; k < ret->count; k++)
            ret->items[k] = keys->slots[k].items[0];
        return !arena_failed(d->arena) || distribute_no_memory(d);
    }
    *ret = u32_list_identity(d->arena, inputs[0].node->columns.count);
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

static bool is_spread_by(const struct placed *input, const struct u32_list *columns)
{
    if (input->spread != SPREAD_KEYS || input->ranges != NULL || input->keys.count != columns->count)
        return false;
    for (uint32_t k = 0; k < columns->count; k++) {
        if (!key_slot_has(&input->keys.slots[k], columns->items[k]))
            return false;
    }
    return true;
}

static bool shuffle_to_meet(struct distribute *d, struct placed *inputs, uint32_t count, uint32_t tasks)
{
    struct u32_list columns;

    if (!columns_to_meet_by(d, inputs, count, &columns))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct expr_list keys = expr_list_new(d->arena, columns.count);
        if (is_spread_by(&inputs[i], &columns))
            continue;
        for (uint32_t k = 0; k < keys.count; k++)
            keys.items[k] = expr_column_of(d->arena, inputs[i].node, columns.items[k]);
        if (arena_failed(d->arena))
            return distribute_no_memory(d);
        if (!distribute_shuffle(d, &inputs[i], &keys, tasks))
            return false;
    }
    return true;
}

bool distribute_setop(struct distribute *d, const struct node_setop *node,
                      const struct eider_task_count *answer, struct placed *ret)
{
    uint32_t count = node->inputs.count, spread = 0, tasks = 1;
    struct placed *inputs = arena_alloc_array(d->arena, count, sizeof(*inputs));

    if (inputs == NULL)
        return distribute_no_memory(d);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t worth = distribute_tasks_answered(d, answer, distribute_bytes(node->inputs.items[i]));
        if (!distribute_place(d, node->inputs.items[i], &inputs[i]) || !distribute_leave_local(d, &inputs[i]))
            return false;
        spread += distribute_is_spread(&inputs[i]);
        tasks = worth > tasks ? worth : tasks;
    }
    if (spread > 0 && tasks > 1 && node->base.columns.count > 0 && !in_step(d, inputs, count) &&
        !shuffle_to_meet(d, inputs, count, tasks))
        return false;
    if (!in_step(d, inputs, count)) {
        for (uint32_t i = 0; i < count; i++) {
            if (!distribute_coalesce(d, &inputs[i]))
                return false;
        }
    }
    *ret = inputs[0];
    for (uint32_t i = 1; i < count; i++)
        distribute_merge(ret, &inputs[i], ret);
    ret->node = distribute_rebuild(d, &node->base, inputs);
    return ret->node != NULL;
}
