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
#include "planner/passes.h"
#include "planner/ranges.h"

#define MUCH_LESS 4.0     /* rows that are broadcast, by those that need no shuffle then */
#define KEEP_KEYS 8.0     /* so many times more rows may be broadcast to keep keys */
#define WORTH     2.0     /* rows that travel, by those that do after a side in one task was made several */
#define FEW_SENT  20000.0 /* rows that are broadcast without being noticed */
#define SELECTIVE 8.0     /* rows of a side's files, by those that its filters leave */

struct join {
    struct join_shape shape;
    struct expr_list left_keys, right_keys; /* the conditions that a shuffle may use */
    struct placed left, right;
};

static bool is_one(const struct placed *placed)
{
    return placed->spread == SPREAD_ONE || placed->spread == SPREAD_LOCAL;
}

bool join_may_broadcast_right(const struct join_shape *join)
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

bool join_may_broadcast_left(const struct join_shape *join)
{
    if (join->node->tag == NODE_ASOF_JOIN)
        return false;
    return join->type == JOIN_INNER || join->type == JOIN_RIGHT || join->type == JOIN_RIGHT_SEMI ||
           join->type == JOIN_RIGHT_ANTI;
}

bool join_is_key(const struct join_shape *join, const struct join_condition *condition)
{
    if (!type_equal(condition->left->type, condition->right->type))
        return false;
    if (condition->op == COMPARE_NOT_DISTINCT_FROM)
        return true;
    return condition->op == COMPARE_EQUAL && join->type != JOIN_MARK;
}

static bool find_keys(struct distribute *d, struct join *join)
{
    uint32_t count = join->shape.conditions == NULL ? 0 : join->shape.conditions->count, keys = 0;

    join->left_keys = expr_list_new(d->arena, count);
    join->right_keys = expr_list_new(d->arena, count);
    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    for (uint32_t i = 0; i < count; i++) {
        const struct join_condition *condition = &join->shape.conditions->items[i];
        if (join_is_key(&join->shape, condition)) {
            join->left_keys.items[keys] = condition->left;
            join->right_keys.items[keys++] = condition->right;
        }
    }
    join->left_keys.count = join->right_keys.count = keys;
    return true;
}

struct join_shape join_shape_of(struct arena *arena, const struct eider_node *node)
{
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);
    struct join_shape shape = {.node = node, .type = JOIN_INNER};

    if (hash != NULL) {
        shape.type = hash->type;
        shape.conditions = &hash->conditions;
        shape.projection = hash->projection;
    } else if (asof != NULL) {
        shape.type = asof->type;
        shape.conditions = &asof->conditions;
        shape.projection = asof->projection;
    } else if (loop != NULL) {
        shape.type = loop->type;
        shape.projection = loop->projection;
    } else {
        shape.projection = u32_list_identity(arena, node->columns.count);
    }
    return shape;
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

/* The columns of one key in both sides beside each other, the left's first; room for `more`. NULL: the side has no such key. */
static struct u32_list beside(struct arena *arena, const struct u32_list *left, const struct u32_list *right,
                              uint32_t width, uint32_t more)
{
    uint32_t of_left = left != NULL ? left->count : 0, of_right = right != NULL ? right->count : 0;
    struct u32_list made = u32_list_new(arena, of_left + of_right + more);

    if (made.count == 0)
        return made;
    made.count = of_left + of_right;
    for (uint32_t i = 0; i < made.count; i++)
        made.items[i] = i < of_left ? left->items[i] : right->items[i - of_left] + width;
    return made;
}

/* Adds the columns that the join has made equal to one of the key: of one type, so they hash alike. True if there are some;
 * `slot` has room for one by condition. */
static bool add_equal(const struct join_shape *join, uint32_t width, struct u32_list *slot)
{
    uint32_t before = slot->count;

    for (uint32_t i = 0; slot->count > 0 && i < join->conditions->count; i++) {
        const struct join_condition *condition = &join->conditions->items[i];
        const struct expr_column *left = expr_as_column(condition->left);
        const struct expr_column *right = expr_as_column(condition->right);
        if (left == NULL || right == NULL || !join_is_key(join, condition))
            continue;
        if (key_slot_has(slot, left->index) && !key_slot_has(slot, width + right->index))
            slot->items[slot->count++] = width + right->index;
        else if (key_slot_has(slot, width + right->index) && !key_slot_has(slot, left->index))
            slot->items[slot->count++] = left->index;
    }
    return slot->count > before;
}

/* The keys of one side (the other is NULL) or both in the output. An inner join's rows have equal values in what it compares,
 * so each column of such a pair is the key if the other is; in an outer join's, one may be NULL. */
static struct key_slots slots_of(struct arena *arena, const struct join_shape *join,
                                 const struct key_slots *left, const struct key_slots *right)
{
    bool alone = join->type == JOIN_RIGHT_SEMI || join->type == JOIN_RIGHT_ANTI;
    bool equal = join->type == JOIN_INNER && join->conditions != NULL;
    uint32_t width = alone ? 0 : node_child(join->node, 0)->columns.count;
    uint32_t count = left != NULL ? left->count : right->count;
    struct key_slots made = {arena_alloc_array(arena, count, sizeof(struct u32_list)), count};

    for (uint32_t i = 0; made.slots != NULL && i < count; i++) {
        made.slots[i] =
            beside(arena, left != NULL ? &left->slots[i] : NULL, right != NULL ? &right->slots[i] : NULL,
                   width, equal ? join->conditions->count : 0);
        while (equal && add_equal(join, width, &made.slots[i]))
            ;
    }
    if (made.slots == NULL)
        made.count = 0;
    return key_slots_project(arena, &made, &join->projection, 0, UINT32_MAX);
}

struct key_slots join_right_slots(struct arena *arena, const struct join_shape *join,
                                  const struct key_slots *right)
{
    return slots_of(arena, join, NULL, right);
}

struct key_slots join_left_slots(struct arena *arena, const struct join_shape *join,
                                 const struct key_slots *left)
{
    return slots_of(arena, join, left, NULL);
}

bool join_slots_in_step(struct arena *arena, const struct join_shape *join, const struct key_slots *left,
                        const struct key_slots *right, struct key_slots *ret)
{
    bool has_left = keeps_left(join->type), has_right = keeps_right(join->type);

    *ret = (struct key_slots){NULL, 0};
    if (has_left || has_right)
        *ret = slots_of(arena, join, has_left ? left : NULL, has_right ? right : NULL);
    return has_left || has_right;
}

/* The join where its sides are now; its rows are spread as those of `like`, by other keys (NULL: they are in one task). */
static bool finish_join(struct distribute *d, const struct join *join, const struct placed *like,
                        struct key_slots keys, struct placed *ret)
{
    const struct placed sides[2] = {join->left, join->right};

    *ret = (struct placed){.spread = like != NULL ? like->spread : SPREAD_ONE, .keys = keys};
    ret->ranges = like != NULL ? like->ranges : NULL;
    distribute_merge(&join->left, &join->right, ret);
    ret->node = distribute_rebuild(d, join->shape.node, sides);
    return ret->node != NULL;
}

/* ---- In step ---- */

static bool slot_has(const struct u32_list *slot, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    return column != NULL && key_slot_has(slot, column->index);
}

/* For each key that `placed` is spread by, the join key that it is: then *ret are the other side's keys in that order.
 * False if a key is no join key. */
static bool align(struct distribute *d, const struct placed *placed, const struct expr_list *own,
                  const struct expr_list *other, struct expr_list *ret)
{
    if (placed->spread != SPREAD_KEYS || placed->keys.count == 0)
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
    if (placed->spread != SPREAD_KEYS || placed->keys.count != keys->count)
        return false;
    for (uint32_t i = 0; i < keys->count; i++) {
        if (!slot_has(&placed->keys.slots[i], keys->items[i]))
            return false;
    }
    return true;
}

static bool is_by_hash(const struct placed *placed)
{
    return placed->spread == SPREAD_KEYS && placed->ranges == NULL;
}

static bool join_in_step(struct distribute *d, const struct join *join, struct placed *ret)
{
    struct placed like = join->left;
    struct key_slots keys;

    if (!join_slots_in_step(d->arena, &join->shape, &join->left.keys, &join->right.keys, &keys))
        like.spread = SPREAD_ANY;
    ranges_use(&join->left);
    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    return finish_join(d, join, &like, keys, ret);
}

/* Both sides by the join's keys, or by a part of them. */
static bool shuffle_both(struct distribute *d, struct join *join, uint32_t tasks)
{
    struct key_slots left = key_slots_of(d->arena, &join->left_keys);
    struct key_slots right = key_slots_of(d->arena, &join->right_keys), slots;
    struct expr_list left_keys, right_keys;
    struct u32_list picked;

    if (!join_slots_in_step(d->arena, &join->shape, &left, &right, &slots))
        picked = u32_list_identity(d->arena, join->left_keys.count);
    else if (!distribute_choose_keys(d, join->shape.node, &slots, node_child(join->shape.node, 0),
                                     &join->left_keys, &picked))
        return false;
    left_keys = distribute_pick(d->arena, &join->left_keys, &picked);
    right_keys = distribute_pick(d->arena, &join->right_keys, &picked);
    if (arena_failed(d->arena))
        return distribute_no_memory(d);
    return distribute_shuffle(d, &join->left, &left_keys, tasks) &&
           distribute_shuffle(d, &join->right, &right_keys, tasks);
}

static bool join_shuffled(struct distribute *d, struct join *join, const struct eider_task_count *answer,
                          struct placed *ret)
{
    double left_bytes = distribute_bytes(node_child(join->shape.node, 0));
    double right_bytes = distribute_bytes(node_child(join->shape.node, 1));
    uint32_t tasks =
        distribute_tasks_answered(d, answer, left_bytes > right_bytes ? left_bytes : right_bytes);
    struct expr_list keys;

    if (is_by_hash(&join->left) && align(d, &join->left, &join->left_keys, &join->right_keys, &keys)) {
        if (!(is_by_hash(&join->right) && is_spread_by(&join->right, &keys)) &&
            !distribute_shuffle(d, &join->right, &keys, join->left.tasks))
            return false;
    } else if (is_by_hash(&join->right) &&
               align(d, &join->right, &join->right_keys, &join->left_keys, &keys)) {
        if (!distribute_shuffle(d, &join->left, &keys, join->right.tasks))
            return false;
    } else if (tasks == 1) {
        return distribute_coalesce(d, &join->left) && distribute_coalesce(d, &join->right) &&
               finish_join(d, join, NULL, (struct key_slots){NULL, 0}, ret);
    } else if (!shuffle_both(d, join, tasks)) {
        return false;
    }
    return join_in_step(d, join, ret);
}

/* ---- Broadcast ---- */

static bool join_broadcast_right(struct distribute *d, struct join *join, struct placed *ret)
{
    struct key_slots keys = {NULL, 0};

    if (is_one(&join->left))
        return distribute_coalesce(d, &join->right) && finish_join(d, join, NULL, keys, ret);
    if (!distribute_broadcast(d, &join->right, join->left.tasks))
        return false;
    keys = join_left_slots(d->arena, &join->shape, &join->left.keys);
    return finish_join(d, join, &join->left, keys, ret);
}

static bool join_broadcast_left(struct distribute *d, struct join *join, struct placed *ret)
{
    struct key_slots keys = {NULL, 0};

    if (is_one(&join->right))
        return distribute_coalesce(d, &join->left) && finish_join(d, join, NULL, keys, ret);
    if (!distribute_broadcast(d, &join->left, join->right.tasks))
        return false;
    keys = join_right_slots(d->arena, &join->shape, &join->right.keys);
    return finish_join(d, join, &join->right, keys, ret);
}

/* `other` is the side that stays where it is. If it keeps keys by that, more may be sent to it: `kept` are the rows that need no
 * shuffle above then (< 0: none). */
static bool is_small(const struct distribute *d, const struct eider_node *node, const struct placed *other,
                     double kept)
{
    double sent = distribute_rows(node) * (double)other->tasks, most = (double)d->options->broadcast_rows;

    if (kept >= 0 && sent * MUCH_LESS <= distribute_rows(other->node) + kept)
        most *= KEEP_KEYS;
    return d->options->broadcast_joins && sent <= most;
}

/* Rows that what is above does not shuffle because that side is spread by a column that it needs, which a shuffle for this join
 * would lose: by ranges, all that it reads, by hash, those of this side. < 0: there is no such column. */
static double keys_to_keep(struct distribute *d, const struct join *join, bool right)
{
    const struct placed *placed = right ? &join->right : &join->left;
    const struct expr_list *keys = right ? &join->right_keys : &join->left_keys;
    struct key_slots kept;
    double rows;

    if (placed->spread != SPREAD_KEYS || key_slots_within(&placed->keys, keys))
        return -1;
    kept = right ? join_right_slots(d->arena, &join->shape, &placed->keys)
                 : join_left_slots(d->arena, &join->shape, &placed->keys);
    rows = distribute_wanted_rows(d, join->shape.node, &kept);
    return rows < 0 || placed->ranges != NULL ? rows : distribute_rows(placed->node);
}

static bool sides_in_step(struct distribute *d, const struct join *join)
{
    struct expr_list keys;

    return align(d, &join->left, &join->left_keys, &join->right_keys, &keys) &&
           is_spread_by(&join->right, &keys) && ranges_meet(d, &join->left, &join->right);
}

/* A side in one task of which filters leave few rows is better broadcast than cut by ranges: where a task's range has none of
 * them, DuckDB reads the other side all the same, but with all of them at hand it skips row groups by their least and greatest
 * key. */
static bool is_selective(const struct distribute *d, const struct join *join)
{
    bool left = join->left.spread == SPREAD_ONE;
    const struct placed *one = left ? &join->left : &join->right, *other = left ? &join->right : &join->left;
    bool broadcast = left ? join_may_broadcast_left(&join->shape) : join_may_broadcast_right(&join->shape);
    double rows = distribute_rows(one->node);

    return one->spread == SPREAD_ONE && broadcast && is_small(d, one->node, other, -1) &&
           rows * (double)other->tasks <= FEW_SENT &&
           rows * SELECTIVE <= stage_file_rows(d->options, one->node);
}

/* A side that is worth one task gets as many as the other has, if it can be cut by the other's ranges: then nothing travels. */
static bool raise_to_step(struct distribute *d, struct join *join)
{
    struct placed *one = join->left.spread == SPREAD_ONE ? &join->left : &join->right;
    const struct placed *other = one == &join->left ? &join->right : &join->left, before = *one;

    if (one->spread != SPREAD_ONE || one->kind != EIDER_TASKS_DESIRED || one->ranges == NULL ||
        other->spread != SPREAD_KEYS || other->ranges == NULL)
        return false;
    one->spread = SPREAD_KEYS;
    one->tasks = other->tasks;
    if (sides_in_step(d, join))
        return true;
    *one = before;
    return false;
}

/* Rows that travel into the node's stage; those that are broadcast count once for each of its tasks. */
static double sent_into(const struct eider_node *node, uint32_t tasks)
{
    double sent = 0;

    if (node_is_boundary(node))
        return distribute_rows(node) * (node->tag == NODE_NETWORK_BROADCAST ? (double)tasks : 1);
    for (uint32_t i = 0, count = node_child_count(node); i < count; i++)
        sent += sent_into(node_child(node, i), tasks);
    return sent;
}

/* Rows that travel if a side in one task stays there: they are broadcast, or both sides are shuffled. */
static double sent_without_raise(struct distribute *d, const struct join *join, bool right)
{
    const struct placed *one = right ? &join->right : &join->left,
                        *other = right ? &join->left : &join->right;
    double rows = distribute_rows(one->node), sent = sent_into(one->node, other->tasks);
    bool broadcast = right ? join_may_broadcast_right(&join->shape) : join_may_broadcast_left(&join->shape);

    if (broadcast && is_small(d, one->node, other, keys_to_keep(d, join, !right)))
        return sent + rows * other->tasks;
    return sent + rows + distribute_rows(other->node);
}

/* The same for a side in one task with more below it than files: it is placed once more, with the files that are in the order
 * of the key cut by the ranges of the other side's, and what they are joined with broadcast. If that sends less, it is kept and
 * *ret is true. False: d->status says why. */
static bool raise_below(struct distribute *d, struct join *join, bool *ret)
{
    bool right = join->right.spread == SPREAD_ONE;
    struct placed *one = right ? &join->right : &join->left, *other = right ? &join->left : &join->right;
    struct placed before = *one;
    struct expr_list keys;
    double sent;

    *ret = false;
    if (one->spread != SPREAD_ONE || other->ranges == NULL || d->raise.by != NULL || distribute_is_told(d) ||
        !align(d, other, right ? &join->left_keys : &join->right_keys,
               right ? &join->right_keys : &join->left_keys, &keys))
        return !arena_failed(d->arena) || distribute_no_memory(d);
    sent = sent_without_raise(d, join, right);
    d->raise.by = join->shape.node;
    d->raise.tasks = other->tasks;
    if (!distribute_place(d, node_child(join->shape.node, right), one))
        return false;
    d->raise.by = NULL;
    *ret = one->spread == SPREAD_KEYS && sent_into(one->node, other->tasks) * WORTH <= sent &&
           sides_in_step(d, join);
    if (!*ret)
        *one = before;
    return true;
}

bool distribute_join(struct distribute *d, const struct eider_node *node,
                     const struct eider_task_count *answer, struct placed *ret)
{
    const struct eider_node *left = node_child(node, 0), *right = node_child(node, 1);
    struct join join;
    bool raised;

    join = (struct join){.shape = join_shape_of(d->arena, node)};
    if (!find_keys(d, &join) || !distribute_place(d, left, &join.left) ||
        !distribute_place(d, right, &join.right))
        return false;
    if (join.left.spread == SPREAD_LOCAL && join.right.spread == SPREAD_LOCAL)
        return finish_join(d, &join, &join.left, (struct key_slots){NULL, 0}, ret);
    if (!distribute_leave_local(d, &join.left) || !distribute_leave_local(d, &join.right))
        return false;
    if (is_one(&join.left) && is_one(&join.right))
        return finish_join(d, &join, NULL, (struct key_slots){NULL, 0}, ret);
    if (sides_in_step(d, &join))
        return join_in_step(d, &join, ret);
    if (!is_selective(d, &join)) {
        if (raise_to_step(d, &join))
            return join_in_step(d, &join, ret);
        if (!raise_below(d, &join, &raised) || raised)
            return raised && join_in_step(d, &join, ret);
    }
    if (!is_one(&join.left) && join_may_broadcast_right(&join.shape) &&
        is_small(d, right, &join.left, keys_to_keep(d, &join, false)))
        return join_broadcast_right(d, &join, ret);
    if (!is_one(&join.right) && join_may_broadcast_left(&join.shape) &&
        is_small(d, left, &join.right, keys_to_keep(d, &join, true)))
        return join_broadcast_left(d, &join, ret);
    if (join.left_keys.count > 0)
        return join_shuffled(d, &join, answer, ret);
    if (join_may_broadcast_right(&join.shape) &&
        (!join_may_broadcast_left(&join.shape) || distribute_rows(right) <= distribute_rows(left)))
        return join_broadcast_right(d, &join, ret);
    if (join_may_broadcast_left(&join.shape))
        return join_broadcast_left(d, &join, ret);
    return distribute_coalesce(d, &join.left) && distribute_coalesce(d, &join.right) &&
           finish_join(d, &join, NULL, (struct key_slots){NULL, 0}, ret);
}
