/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins in the distribute pass.
 *
 * A join may run in several tasks in three ways, each right for some join types:
 *   in step          both sides are spread by the join keys: every match is within one task. All types, but a mark
 *                    join (IN) only on keys that compare NULLs as equal: it must see every NULL of the right side.
 *   broadcast right  every task has all of the right side and a part of the left: types whose every output row comes
 *                    from one left row (inner, left, left semi, left anti, mark, single).
 *   broadcast left   the mirror image (inner, right, right semi, right anti).
 * Broadcast if the side is small (rows × tasks), else shuffle the sides that are not in step yet, else broadcast all the
 * same, else one task (a full join without equality).
 *
 * Keys of both sides must hash alike when they are equal, hence they must have one type: a condition between two
 * types is no key.
 */
#include "planner/distribute.h"

#include "plan/object.h"

struct join {
    const struct eider_node *node;
    enum join_type type;
    const struct join_condition_list *conditions; /* NULL: cross join */
    struct u32_list projection;
    struct expr_list left_keys, right_keys; /* the conditions that a shuffle may use */
    struct placed left, right;
};

static bool is_one(const struct placed *placed)
{
    return placed->spread == SPREAD_ONE || placed->spread == SPREAD_LOCAL;
}

static bool may_broadcast_right(const struct join *join)
{
    switch (join->type) {
    case JOIN_INNER:
    case JOIN_LEFT:
    case JOIN_LEFT_SEMI:
    case JOIN_LEFT_ANTI:
    case JOIN_MARK:
    case JOIN_SINGLE:
        return true;
    case JOIN_RIGHT:
    case JOIN_FULL:
    case JOIN_RIGHT_SEMI:
    case JOIN_RIGHT_ANTI:
    case join_type_INVALID:
    case join_type_END:
        break;
    }
    return false;
}

static bool may_broadcast_left(const struct join *join)
{
    if (join->node->tag == NODE_ASOF_JOIN)
        return false;
    return join->type == JOIN_INNER || join->type == JOIN_RIGHT || join->type == JOIN_RIGHT_SEMI ||
           join->type == JOIN_RIGHT_ANTI;
}

static bool is_key(const struct join *join, const struct join_condition *condition)
{
    if (!type_equal(condition->left->type, condition->right->type))
        return false;
    if (condition->op == COMPARE_NOT_DISTINCT_FROM)
        return true;
    return condition->op == COMPARE_EQUAL && join->type != JOIN_MARK;
}

static bool find_keys(struct distribute *d, struct join *join)
{
    uint32_t count = join->conditions == NULL ? 0 : join->conditions->count, keys = 0;

    join->left_keys = expr_list_new(d->arena, count);
    join->right_keys = expr_list_new(d->arena, count);
    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    for (uint32_t i = 0; i < count; i++) {
        const struct join_condition *condition = &join->conditions->items[i];
        if (is_key(join, condition)) {
            join->left_keys.items[keys] = condition->left;
            join->right_keys.items[keys++] = condition->right;
        }
    }
    join->left_keys.count = join->right_keys.count = keys;
    return true;
}

static bool open_join(struct distribute *d, const struct eider_node *node, struct join *ret)
{
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);

    *ret = (struct join){.node = node, .type = JOIN_INNER};
    if (hash != NULL) {
        ret->type = hash->type;
        ret->conditions = &hash->conditions;
        ret->projection = hash->projection;
    } else if (asof != NULL) {
        ret->type = asof->type;
        ret->conditions = &asof->conditions;
        ret->projection = asof->projection;
    } else if (loop != NULL) {
        ret->type = loop->type;
        ret->projection = loop->projection;
    } else {
        ret->projection = u32_list_identity(d->arena, node->columns.count);
    }
    return find_keys(d, ret);
}

/* ---- Keys of the output ---- */

static bool keeps_left(enum join_type type)
{
    return type != JOIN_RIGHT && type != JOIN_FULL && type != JOIN_RIGHT_SEMI && type != JOIN_RIGHT_ANTI;
}

static bool keeps_right(enum join_type type)
{
    return type == JOIN_INNER || type == JOIN_RIGHT || type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI;
}

static struct key_slots right_slots(struct distribute *d, const struct join *join)
{
    bool alone = join->type == JOIN_RIGHT_SEMI || join->type == JOIN_RIGHT_ANTI;
    uint32_t first = alone ? 0 : node_child(join->node, 0)->columns.count;

    return key_slots_project(d->arena, &join->right.keys, &join->projection, first,
                             node_child(join->node, 1)->columns.count);
}

static struct key_slots left_slots(struct distribute *d, const struct join *join)
{
    return key_slots_project(d->arena, &join->left.keys, &join->projection, 0,
                             node_child(join->node, 0)->columns.count);
}

/* The union of both, slot by slot. */
static struct key_slots both_slots(struct distribute *d, const struct key_slots *a, const struct key_slots *b)
{
    struct key_slots made = {arena_alloc_array(d->arena, a->count, sizeof(struct u32_list)), a->count};

    for (uint32_t i = 0; made.slots != NULL && i < a->count; i++) {
        made.slots[i] = u32_list_new(d->arena, a->slots[i].count + b->slots[i].count);
        for (uint32_t k = 0; k < made.slots[i].count; k++)
            made.slots[i].items[k] =
                k < a->slots[i].count ? a->slots[i].items[k] : b->slots[i].items[k - a->slots[i].count];
    }
    if (made.slots == NULL)
        made.count = 0;
    return made;
}

/* The join where its sides are now; `spread` and `keys` of the output are given. */
static bool finish_join(struct distribute *d, const struct join *join, enum spread spread,
                        struct key_slots keys, struct placed *ret)
{
    const struct placed sides[2] = {join->left, join->right};

    *ret = (struct placed){.spread = spread, .keys = keys};
    distribute_merge(&join->left, &join->right, ret);
    ret->node = distribute_rebuild(d, join->node, sides);
    return ret->node != NULL;
}

/* ---- In step ---- */

static bool slot_has(const struct u32_list *slot, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    for (uint32_t i = 0; column != NULL && i < slot->count; i++) {
        if (slot->items[i] == column->index)
            return true;
    }
    return false;
}

/* For each key that `placed` is spread by, the join key that it is: then *ret are the other side's keys in that order.
 * False if a key is no join key. */
static bool align(struct distribute *d, const struct placed *placed, const struct expr_list *own,
                  const struct expr_list *other, struct expr_list *ret)
{
    if (placed->spread != SPREAD_HASH || placed->keys.count == 0)
        return false;
    *ret = expr_list_new(d->arena, placed->keys.count);
    for (uint32_t i = 0; i < ret->count; i++) {
        for (uint32_t k = 0; ret->items[i] == NULL && k < own->count; k++) {
            if (slot_has(&placed->keys.slots[i], own->items[k]))
                ret->items[i] = other->items[k];
        }
        if (ret->items[i] == NULL)
            return false;
    }
    return ret->count > 0;
}

/* True if `placed` is spread by exactly `keys`, in that order. */
static bool is_spread_by(const struct placed *placed, const struct expr_list *keys)
{
    if (placed->spread != SPREAD_HASH || placed->keys.count != keys->count)
        return false;
    for (uint32_t i = 0; i < keys->count; i++) {
        if (!slot_has(&placed->keys.slots[i], keys->items[i]))
            return false;
    }
    return true;
}

static bool join_in_step(struct distribute *d, const struct join *join, struct placed *ret)
{
    struct key_slots left = left_slots(d, join), right = right_slots(d, join), keys = {NULL, 0};
    enum spread spread = SPREAD_HASH;

    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    if (keeps_left(join->type) && keeps_right(join->type))
        keys = both_slots(d, &left, &right);
    else if (keeps_left(join->type))
        keys = left;
    else if (keeps_right(join->type))
        keys = right;
    else
        spread = SPREAD_ANY;
    return finish_join(d, join, spread, keys, ret);
}

static bool join_shuffled(struct distribute *d, struct join *join, const struct eider_task_count *answer,
                          struct placed *ret)
{
    double left_bytes = distribute_bytes(node_child(join->node, 0));
    double right_bytes = distribute_bytes(node_child(join->node, 1));
    uint32_t tasks =
        distribute_tasks_answered(d, answer, left_bytes > right_bytes ? left_bytes : right_bytes);
    struct expr_list keys;

    if (align(d, &join->left, &join->left_keys, &join->right_keys, &keys)) {
        if (!is_spread_by(&join->right, &keys) &&
            !distribute_shuffle(d, &join->right, &keys, join->left.tasks))
            return false;
    } else if (align(d, &join->right, &join->right_keys, &join->left_keys, &keys)) {
        if (!distribute_shuffle(d, &join->left, &keys, join->right.tasks))
            return false;
    } else if (tasks == 1) {
        return distribute_coalesce(d, &join->left) && distribute_coalesce(d, &join->right) &&
               finish_join(d, join, SPREAD_ONE, (struct key_slots){NULL, 0}, ret);
    } else if (!distribute_shuffle(d, &join->left, &join->left_keys, tasks) ||
               !distribute_shuffle(d, &join->right, &join->right_keys, tasks)) {
        return false;
    }
    return join_in_step(d, join, ret);
}

/* ---- Broadcast ---- */

static bool join_broadcast_right(struct distribute *d, struct join *join, struct placed *ret)
{
    struct key_slots keys = {NULL, 0};

    if (is_one(&join->left))
        return distribute_coalesce(d, &join->right) && finish_join(d, join, SPREAD_ONE, keys, ret);
    if (!distribute_broadcast(d, &join->right, join->left.tasks))
        return false;
    keys = left_slots(d, join);
    return finish_join(d, join, join->left.spread, keys, ret);
}

static bool join_broadcast_left(struct distribute *d, struct join *join, struct placed *ret)
{
    struct key_slots keys = {NULL, 0};

    if (is_one(&join->right))
        return distribute_coalesce(d, &join->left) && finish_join(d, join, SPREAD_ONE, keys, ret);
    if (!distribute_broadcast(d, &join->left, join->right.tasks))
        return false;
    keys = right_slots(d, join);
    return finish_join(d, join, join->right.spread, keys, ret);
}

static bool is_small(const struct distribute *d, const struct eider_node *node, uint32_t tasks)
{
    return d->options->broadcast_joins &&
           distribute_rows(node) * (double)tasks <= (double)d->options->broadcast_rows;
}

static bool sides_in_step(struct distribute *d, const struct join *join)
{
    struct expr_list keys;

    return align(d, &join->left, &join->left_keys, &join->right_keys, &keys) &&
           is_spread_by(&join->right, &keys);
}

bool distribute_join(struct distribute *d, const struct eider_node *node,
                     const struct eider_task_count *answer, struct placed *ret)
{
    const struct eider_node *left = node_child(node, 0), *right = node_child(node, 1);
    struct join join;

    if (!open_join(d, node, &join) || !distribute_place(d, left, &join.left) ||
        !distribute_place(d, right, &join.right))
        return false;
    if (join.left.spread == SPREAD_LOCAL && join.right.spread == SPREAD_LOCAL)
        return finish_join(d, &join, SPREAD_LOCAL, (struct key_slots){NULL, 0}, ret);
    if (!distribute_leave_local(d, &join.left) || !distribute_leave_local(d, &join.right))
        return false;
    if (is_one(&join.left) && is_one(&join.right))
        return finish_join(d, &join, SPREAD_ONE, (struct key_slots){NULL, 0}, ret);
    if (sides_in_step(d, &join))
        return join_in_step(d, &join, ret);
    if (!is_one(&join.left) && may_broadcast_right(&join) && is_small(d, right, join.left.tasks))
        return join_broadcast_right(d, &join, ret);
    if (!is_one(&join.right) && may_broadcast_left(&join) && is_small(d, left, join.right.tasks))
        return join_broadcast_left(d, &join, ret);
    if (join.left_keys.count > 0)
        return join_shuffled(d, &join, answer, ret);
    if (may_broadcast_right(&join) &&
        (!may_broadcast_left(&join) || distribute_rows(right) <= distribute_rows(left)))
        return join_broadcast_right(d, &join, ret);
    if (may_broadcast_left(&join))
        return join_broadcast_left(d, &join, ret);
    return distribute_coalesce(d, &join.left) && distribute_coalesce(d, &join.right) &&
           finish_join(d, &join, SPREAD_ONE, (struct key_slots){NULL, 0}, ret);
}
