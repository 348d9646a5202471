/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which of a node's columns the operators above it need rows to be spread: joins, groups, windows. If a node's rows are
 * spread by some of the columns that an operator wants, that operator needs no boundary of its own.
 *
 *   sum(…) GROUP BY a             wants {a} of the window, and of the aggregate below
 *     rank() PARTITION BY a, b    wants {a, b} of the aggregate
 *       count(*) GROUP BY a, b, c
 * So the aggregate's rows are shuffled by a, once for all three, if a has enough values to keep all tasks busy.
 *
 * Top-down, before anything is placed: a node's wanted columns are passed on to those of its inputs that they come from, and
 * what it wants itself is put before them. It is a matter of cost alone, so what is not seen does no harm. One walk; the sets
 * live in the arena.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "planner/estimate.h"

#define MAX_SETS 4 /* of the nearest operators above */

/* What one operator above wants. */
struct wanted_set {
    bool *columns;
    bool shuffles; /* it would be worth a shuffle of its own: no join that is going to broadcast */
    double rows;   /* that it would shuffle */
    const struct eider_node *by;
};

struct wanted_columns {
    const struct eider_node *node;
    struct wanted_set sets[MAX_SETS]; /* the nearest first */
    uint32_t count;
    struct wanted_columns *next;
};

static void want(struct distribute *d, const struct eider_node *node, struct wanted_columns *wanted);

static struct wanted_columns *wanted_new(struct distribute *d, const struct eider_node *node)
{
    struct wanted_columns *made = arena_alloc(d->arena, sizeof(*made));

    if (made != NULL)
        made->node = node;
    return made;
}

/* Another set of `wanted`, as `like` but for its columns; NULL if there are enough. */
static struct wanted_set *set_new(struct distribute *d, struct wanted_columns *wanted,
                                  const struct wanted_set *like)
{
    struct wanted_set *set = &wanted->sets[wanted->count];

    if (wanted->count == MAX_SETS)
        return NULL;
    *set = *like;
    set->columns = arena_alloc_array(d->arena, (size_t)wanted->node->columns.count + 1, sizeof(bool));
    wanted->count += set->columns != NULL;
    return set->columns != NULL ? set : NULL;
}

static void add_column(struct wanted_set *set, const struct eider_node *node, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    if (set != NULL && column != NULL && column->index < node->columns.count)
        set->columns[column->index] = true;
}

/* What the operator `like->by` itself wants: those of `exprs` that are columns of its input. */
static void want_exprs(struct distribute *d, struct wanted_columns *input, const struct wanted_set *like,
                       const struct expr_list *exprs)
{
    struct wanted_set *set = exprs->count > 0 ? set_new(d, input, like) : NULL;

    for (uint32_t i = 0; i < exprs->count; i++)
        add_column(set, input->node, exprs->items[i]);
}

/* ---- Joins ---- */

/* True if one side is so small that the other will not be shuffled. */
static bool will_broadcast(const struct distribute *d, const struct join_shape *shape)
{
    double most = d->options->broadcast_joins ? (double)d->options->broadcast_rows / d->max_tasks : -1;

    return (join_may_broadcast_left(shape) && distribute_rows(node_child(shape->node, 0)) <= most) ||
           (join_may_broadcast_right(shape) && distribute_rows(node_child(shape->node, 1)) <= most);
}

/* What is wanted of one column by a set above, also of those that are equal to it. */
static void pass_equal(const struct join_shape *shape, struct wanted_set *const sides[2],
                       const struct eider_node *const inputs[2])
{
    for (uint32_t i = 0;
         shape->type == JOIN_INNER && shape->conditions != NULL && i < shape->conditions->count; i++) {
        const struct join_condition *condition = &shape->conditions->items[i];
        const struct expr_column *left = expr_as_column(condition->left);
        const struct expr_column *right = expr_as_column(condition->right);
        if (left == NULL || right == NULL || !join_is_key(shape, condition))
            continue;
        if (sides[0]->columns[left->index])
            add_column(sides[1], inputs[1], condition->right);
        else if (sides[1]->columns[right->index])
            add_column(sides[0], inputs[0], condition->left);
    }
}

static void want_of_join(struct distribute *d, const struct eider_node *node,
                         const struct wanted_columns *wanted)
{
    const struct eider_node *inputs[2] = {node_child(node, 0), node_child(node, 1)};
    struct join_shape shape = join_shape_of(d->arena, node);
    struct wanted_columns *of[2] = {wanted_new(d, inputs[0]), wanted_new(d, inputs[1])};
    bool right_alone = shape.type == JOIN_RIGHT_SEMI || shape.type == JOIN_RIGHT_ANTI;
    uint32_t width = right_alone ? 0 : inputs[0]->columns.count;
    struct wanted_set like = {.shuffles = !will_broadcast(d, &shape),
                              .rows = distribute_rows(inputs[0]) + distribute_rows(inputs[1]),
                              .by = node};

    if (of[0] == NULL || of[1] == NULL)
        return;
    for (uint32_t s = 0; s <= wanted->count; s++) { /* its own set first */
        struct wanted_set *sides[2];
        bool own = s == 0;
        for (uint32_t i = 0; i < 2; i++)
            sides[i] = set_new(d, of[i], own ? &like : &wanted->sets[s - 1]);
        if (sides[0] == NULL || sides[1] == NULL)
            break;
        for (uint32_t i = 0; own && shape.conditions != NULL && i < shape.conditions->count; i++) {
            if (!join_is_key(&shape, &shape.conditions->items[i]))
                continue;
            add_column(sides[0], inputs[0], shape.conditions->items[i].left);
            add_column(sides[1], inputs[1], shape.conditions->items[i].right);
        }
        for (uint32_t i = 0; !own && i < shape.projection.count && i < node->columns.count; i++) {
            uint32_t index = shape.projection.items[i], side = index >= width;
            index -= side ? width : 0;
            if (wanted->sets[s - 1].columns[i] && index < inputs[side]->columns.count)
                sides[side]->columns[index] = true;
        }
        if (!own)
            pass_equal(&shape, sides, inputs);
    }
    want(d, inputs[0], of[0]);
    want(d, inputs[1], of[1]);
}

/* ---- Others ---- */

static void want_itself(struct distribute *d, const struct eider_node *node, struct wanted_columns *input)
{
    const struct node_aggregate *aggregate = node_as_aggregate(node);
    const struct node_window *window = node_as_window(node);
    const struct node_distinct *distinct = node_as_distinct(node);
    struct wanted_set like = {.shuffles = true, .rows = distribute_rows(input->node), .by = node}, *set;
    struct expr_list keys;

    if (aggregate != NULL && aggregate->sets.count == 0)
        want_exprs(d, input, &like, &aggregate->groups);
    else if (distinct != NULL && distinct->targets.count > 0)
        want_exprs(d, input, &like, &distinct->targets);
    else if (window != NULL && distribute_window_keys(d, window, &keys))
        want_exprs(d, input, &like, &keys);
    else if ((distinct != NULL || node->tag == NODE_SETOP) && (set = set_new(d, input, &like)) != NULL) {
        for (uint32_t i = 0; i < input->node->columns.count; i++)
            set->columns[i] = true;
    }
}

/* The column of the node's input number `child` that its output column is; UINT32_MAX: none. */
static uint32_t comes_from(const struct eider_node *node, uint32_t child, uint32_t column)
{
    const struct node_filter *filter = node_as_filter(node);
    const struct node_projection *projection = node_as_projection(node);
    const struct node_aggregate *aggregate = node_as_aggregate(node);
    const struct expr_column *expr = NULL;

    if (filter != NULL)
        return filter->projection.items[column];
    if (node->tag == NODE_DISTINCT || node->tag == NODE_UNNEST || node->tag == NODE_WINDOW ||
        node->tag == NODE_UNION || node->tag == NODE_SETOP || (node->tag == NODE_CTE && child == 1))
        return column; /* the input's columns come first */
    if (projection != NULL)
        expr = expr_as_column(projection->exprs.items[column]);
    else if (aggregate != NULL && aggregate->sets.count == 0 && column < aggregate->groups.count)
        expr = expr_as_column(aggregate->groups.items[column]);
    return expr != NULL ? expr->index : UINT32_MAX;
}

static void want_of_input(struct distribute *d, const struct eider_node *node, uint32_t child,
                          const struct wanted_columns *wanted)
{
    const struct eider_node *input = node_child(node, child);
    struct wanted_columns *made = wanted_new(d, input);

    if (made == NULL)
        return;
    want_itself(d, node, made);
    for (uint32_t s = 0; s < wanted->count; s++) {
        struct wanted_set *set = set_new(d, made, &wanted->sets[s]);
        for (uint32_t i = 0; set != NULL && i < node->columns.count; i++) {
            uint32_t from = wanted->sets[s].columns[i] ? comes_from(node, child, i) : UINT32_MAX;
            if (from < input->columns.count)
                set->columns[from] = true;
        }
    }
    want(d, input, made);
}

static void want(struct distribute *d, const struct eider_node *node, struct wanted_columns *wanted)
{
    wanted->next = d->wanted;
    d->wanted = wanted;
    if (node->tag == NODE_HASH_JOIN || node->tag == NODE_ASOF_JOIN || node->tag == NODE_NESTED_LOOP_JOIN ||
        node->tag == NODE_CROSS_JOIN) {
        want_of_join(d, node, wanted);
        return;
    }
    for (uint32_t i = 0, count = node_child_count(node); i < count; i++)
        want_of_input(d, node, i, wanted);
}

bool distribute_find_wanted(struct distribute *d, const struct eider_node *plan)
{
    struct wanted_columns *none = wanted_new(d, plan);

    if (none != NULL)
        want(d, plan, none);
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

static const struct wanted_columns *wanted_of(const struct distribute *d, const struct eider_node *node)
{
    const struct wanted_columns *wanted = d->wanted;

    while (wanted != NULL && wanted->node != node)
        wanted = wanted->next;
    return wanted;
}

static bool set_has(const struct wanted_set *set, const struct u32_list *slot)
{
    for (uint32_t i = 0; i < slot->count; i++) {
        if (set->columns[slot->items[i]])
            return true;
    }
    return false;
}

double distribute_wanted_rows(const struct distribute *d, const struct eider_node *node,
                              const struct key_slots *keys)
{
    const struct wanted_columns *wanted = wanted_of(d, node);
    double rows = -1;

    for (uint32_t s = 0; wanted != NULL && s < wanted->count; s++) {
        for (uint32_t i = 0; i < keys->count; i++) {
            if (wanted->sets[s].rows > rows && set_has(&wanted->sets[s], &keys->slots[i]))
                rows = wanted->sets[s].rows;
        }
    }
    return rows;
}

bool distribute_is_wanted_by(const struct distribute *d, const struct eider_node *node, uint32_t column,
                             const struct eider_node *by)
{
    const struct wanted_columns *wanted = wanted_of(d, node);

    for (uint32_t s = 0; wanted != NULL && s < wanted->count; s++) {
        if (wanted->sets[s].by == by && wanted->sets[s].columns[column])
            return true;
    }
    return false;
}

/* Calls `visit` for each column of the scan that `by` wants. */
static bool visit_scan(struct distribute *d, const struct wanted_columns *wanted, const struct eider_node *by,
                       wanted_visit visit, const void *data)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(wanted->node);

    for (uint32_t s = 0; scan != NULL && s < wanted->count; s++) {
        for (uint32_t i = 0; wanted->sets[s].by == by && i < wanted->node->columns.count; i++) {
            if (wanted->sets[s].columns[i] && visit(d, scan, i, data))
                return true;
        }
    }
    return false;
}

bool distribute_wanted_with(struct distribute *d, uint32_t cte, const struct key_slots *keys,
                            wanted_visit visit, const void *data)
{
    for (const struct wanted_columns *ref = d->wanted; ref != NULL; ref = ref->next) {
        if (ref->node->tag != NODE_CTE_REF || node_as_cte_ref(ref->node)->cte != cte)
            continue;
        for (uint32_t s = 0; s < ref->count; s++) {
            bool has = false;
            for (uint32_t i = 0; i < keys->count; i++)
                has |= set_has(&ref->sets[s], &keys->slots[i]);
            for (const struct wanted_columns *other = has ? d->wanted : NULL; other != NULL;
                 other = other->next) {
                if (visit_scan(d, other, ref->sets[s].by, visit, data))
                    return true;
            }
        }
    }
    return false;
}

/* ---- Choosing ---- */

/* Those of `keys` that have a column in the set. */
static struct u32_list within(struct distribute *d, const struct wanted_set *set,
                              const struct key_slots *slots, const struct u32_list *keys)
{
    struct u32_list made = u32_list_new(d->arena, keys->count);

    made.count = 0;
    for (uint32_t i = 0; made.items != NULL && i < keys->count; i++) {
        if (set_has(set, &slots->slots[keys->items[i]]))
            made.items[made.count++] = keys->items[i];
    }
    return made;
}

struct expr_list distribute_pick(struct arena *arena, const struct expr_list *keys,
                                 const struct u32_list *picked)
{
    struct expr_list made = expr_list_new(arena, picked->count);

    for (uint32_t i = 0; i < made.count; i++)
        made.items[i] = keys->items[picked->items[i]];
    return made;
}

bool distribute_choose_keys(struct distribute *d, const struct eider_node *node,
                            const struct key_slots *slots, const struct eider_node *input,
                            const struct expr_list *keys, struct u32_list *ret)
{
    const struct wanted_columns *wanted = wanted_of(d, node);

    *ret = u32_list_identity(d->arena, keys->count);
    for (uint32_t s = 0; wanted != NULL && keys->count > 1 && s < wanted->count; s++) {
        struct u32_list fewer = within(d, &wanted->sets[s], slots, ret);
        struct expr_list chosen = distribute_pick(d->arena, keys, &fewer);
        double values;
        if (!wanted->sets[s].shuffles || fewer.count == ret->count || fewer.count == 0)
            continue;
        if ((values = estimate_tuples(d->arena, d->options, input, &chosen)) < 0)
            return distribute_no_memory(d);
        if (values >= MIN_KEY_VALUES * d->partitions)
            *ret = fewer;
    }
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

bool distribute_shuffle_wanted(struct distribute *d, const struct eider_node *node,
                               const struct expr_list *keys, uint32_t tasks, struct placed *placed)
{
    struct key_slots slots = key_slots_of(d->arena, keys);
    struct expr_list chosen;
    struct u32_list picked;

    if (!distribute_choose_keys(d, node, &slots, node_child(node, 0), keys, &picked))
        return false;
    chosen = distribute_pick(d->arena, keys, &picked);
    return distribute_shuffle(d, placed, &chosen, tasks);
}
