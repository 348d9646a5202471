/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which columns of a join are keys of something above it in the plan: of another join, of groups, of windows. If the join's
 * rows are spread by such a column, it is worth something to keep them so.
 *
 * Top-down, before anything is placed: a node's wanted columns are passed on to those of its inputs that they come from, and
 * its own keys are added. It is a matter of cost alone, so what is not seen does no harm. One walk; the flags live in the arena.
 */
#include "planner/distribute.h"

#include "plan/object.h"

struct wanted_columns {
    const struct eider_node *join;
    const bool *columns;
    struct wanted_columns *next;
};

static void want(struct distribute *d, const struct eider_node *node, const bool *columns);

static bool *flags_for(struct distribute *d, const struct eider_node *node)
{
    return arena_alloc_array(d->arena, (size_t)node->columns.count + 1, sizeof(bool));
}

static void add_column(bool *flags, const struct eider_node *node, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL && column->index < node->columns.count)
        flags[column->index] = true;
}

static void want_of_join(struct distribute *d, const struct eider_node *node, const bool *columns)
{
    const struct eider_node *sides[2] = {node_child(node, 0), node_child(node, 1)};
    struct join_shape shape = join_shape_of(d->arena, node);
    bool *flags[2] = {flags_for(d, sides[0]), flags_for(d, sides[1])};
    struct wanted_columns *made = arena_alloc(d->arena, sizeof(*made));
    bool right_alone = shape.type == JOIN_RIGHT_SEMI || shape.type == JOIN_RIGHT_ANTI;
    uint32_t width = right_alone ? 0 : sides[0]->columns.count;

    if (made == NULL || flags[0] == NULL || flags[1] == NULL)
        return;
    *made = (struct wanted_columns){node, columns, d->wanted};
    d->wanted = made;
    for (uint32_t i = 0; i < shape.projection.count && i < node->columns.count; i++) {
        uint32_t index = shape.projection.items[i], side = index >= width;
        if (columns[i] && index - (side ? width : 0) < sides[side]->columns.count)
            flags[side][index - (side ? width : 0)] = true;
    }
    for (uint32_t i = 0; shape.conditions != NULL && i < shape.conditions->count; i++) {
        if (!join_is_key(&shape, &shape.conditions->items[i]))
            continue;
        add_column(flags[0], sides[0], shape.conditions->items[i].left);
        add_column(flags[1], sides[1], shape.conditions->items[i].right);
    }
    want(d, sides[0], flags[0]);
    want(d, sides[1], flags[1]);
}

/* Nodes with one input: what of it is wanted. */
static void want_of_input(struct distribute *d, const struct eider_node *node, const bool *columns, bool *ret)
{
    const struct eider_node *input = node_child(node, 0);
    const struct node_filter *filter = node_as_filter(node);
    const struct node_projection *projection = node_as_projection(node);
    const struct node_aggregate *aggregate = node_as_aggregate(node);
    const struct node_window *window = node_as_window(node);
    const struct expr_list *outputs = NULL;

    (void)d;
    if (filter != NULL) {
        for (uint32_t i = 0; i < filter->projection.count; i++)
            ret[filter->projection.items[i]] |= columns[i];
    } else if (projection != NULL) {
        outputs = &projection->exprs;
    } else if (aggregate != NULL && aggregate->sets.count == 0) {
        outputs = &aggregate->groups;
    } else if (node->tag == NODE_DISTINCT || node->tag == NODE_UNNEST || window != NULL) {
        for (uint32_t i = 0; i < input->columns.count; i++)
            ret[i] = node->tag == NODE_DISTINCT || columns[i]; /* the input's columns come first */
    }
    for (uint32_t i = 0; outputs != NULL && i < outputs->count; i++) {
        if (aggregate != NULL || columns[i])
            add_column(ret, input, outputs->items[i]);
    }
    for (uint32_t i = 0; window != NULL && i < window->windows.count; i++) {
        const struct expr_list *partitions = &expr_as_window(window->windows.items[i])->partitions;
        for (uint32_t k = 0; k < partitions->count; k++)
            add_column(ret, input, partitions->items[k]);
    }
}

static void want(struct distribute *d, const struct eider_node *node, const bool *columns)
{
    uint32_t count = node_child_count(node);
    bool *flags;

    if (node->tag == NODE_HASH_JOIN || node->tag == NODE_ASOF_JOIN || node->tag == NODE_NESTED_LOOP_JOIN ||
        node->tag == NODE_CROSS_JOIN) {
        want_of_join(d, node, columns);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((flags = flags_for(d, node_child(node, i))) == NULL)
            return;
        if (count == 1)
            want_of_input(d, node, columns, flags);
        want(d, node_child(node, i), flags);
    }
}

bool distribute_find_wanted(struct distribute *d, const struct eider_node *plan)
{
    const bool *none = flags_for(d, plan);

    if (none != NULL)
        want(d, plan, none);
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

bool distribute_is_wanted(const struct distribute *d, const struct eider_node *join,
                          const struct key_slots *keys)
{
    const struct wanted_columns *wanted = d->wanted;

    while (wanted != NULL && wanted->join != join)
        wanted = wanted->next;
    for (uint32_t i = 0; wanted != NULL && i < keys->count; i++) {
        for (uint32_t k = 0; k < keys->slots[i].count; k++) {
            if (wanted->columns[keys->slots[i].items[k]])
                return true;
        }
    }
    return false;
}
