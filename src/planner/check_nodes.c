/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each operator of the check pass needs of its inputs. See pass_check.c and check.h.
 *
 * In a stage with one task everything may stand. In a stage with more, an operator may stand where its result over all
 * rows is the union of its results over the rows of each task:
 *   row by row             always
 *   Partial, PartialReduce always: their states are merged above
 *   Final, Single,         where all rows of a group (a partition) are in one task
 *   DISTINCT, window
 *   joins                  where all rows that may match are in one task
 * or where it only drops rows that the same operator above the boundary would drop (TOP-N, LIMIT, DISTINCT), or does
 * nothing that lasts (a sort below a sort).
 * Where every task has all rows (a broadcast), only what gives the same rows in each of them may stand: row by row, and
 * joins. A LIMIT may keep other rows in each task.
 */
#include "planner/check.h"

#include "plan/object.h"
#include "planner/decompose.h"

/* ---- Keys ---- */

/* True if key `index` of the rows is this expression over their columns. */
static bool key_is(const struct rows *rows, uint32_t index, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    for (uint32_t i = 0; column != NULL && i < rows->keys.slots[index].count; i++) {
        if (rows->keys.slots[index].items[i] == column->index)
            return true;
    }
    return rows->exprs != NULL && expr_equal(rows->exprs->items[index], expr);
}

/* True if rows in which all of `exprs` are equal are in one task. */
static bool keys_within(const struct rows *rows, const struct expr_list *exprs)
{
    if (rows->spread != ROWS_KEYS || rows->keys.count == 0)
        return false;
    for (uint32_t i = 0; i < rows->keys.count; i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < exprs->count; k++)
            found = key_is(rows, i, exprs->items[k]);
        if (!found)
            return false;
    }
    return true;
}

/* The keys in an output that starts with `exprs`. */
static struct key_slots keys_in(struct arena *arena, const struct rows *rows, const struct expr_list *exprs)
{
    struct key_slots made = {arena_alloc_array(arena, rows->keys.count, sizeof(struct u32_list)),
                             rows->keys.count};

    for (uint32_t i = 0; made.slots != NULL && i < made.count; i++) {
        struct u32_list *slot = &made.slots[i];
        *slot = u32_list_new(arena, exprs->count);
        slot->count = 0;
        for (uint32_t k = 0; slot->items != NULL && k < exprs->count; k++) {
            if (key_is(rows, i, exprs->items[k]))
                slot->items[slot->count++] = k;
        }
    }
    if (made.slots == NULL)
        made.count = 0;
    return made;
}

/* ---- Row by row ---- */

static bool is_identity(const struct u32_list *projection, const struct eider_node *input)
{
    for (uint32_t i = 0; i < projection->count; i++) {
        if (projection->items[i] != i)
            return false;
    }
    return projection->count == input->columns.count;
}

static void project(struct check *c, const struct u32_list *projection, const struct eider_node *input,
                    struct rows *rows)
{
    if (!is_identity(projection, input))
        rows->exprs = NULL;
    rows->keys = key_slots_project(c->p->arena, &rows->keys, projection, 0, UINT32_MAX);
}

/* The function's columns, then those of the input that it passes. */
static struct key_slots passed_keys(struct check *c, const struct node_lateral_function *node,
                                    const struct key_slots *keys)
{
    struct u32_list all = u32_list_new(c->p->arena, node->projection.count + node->passed.count);

    for (uint32_t i = 0; i < all.count; i++)
        all.items[i] =
            i < node->projection.count ? UINT32_MAX : node->passed.items[i - node->projection.count];
    return key_slots_project(c->p->arena, keys, &all, 0, UINT32_MAX);
}

bool check_row_by_row(struct check *c, const struct eider_node *node, const struct rows *input,
                      struct rows *ret)
{
    const struct node_filter *filter = node_as_filter(node);
    const struct node_projection *projection = node_as_projection(node);

    *ret = *input;
    if (filter != NULL) {
        project(c, &filter->projection, filter->input, ret);
    } else if (projection != NULL) {
        ret->keys = keys_in(c->p->arena, input, &projection->exprs);
        ret->exprs = NULL;
    } else if (node->tag == NODE_LATERAL_FUNCTION) {
        ret->keys = passed_keys(c, node_as_lateral_function(node), &input->keys);
        ret->exprs = NULL;
    }
    return true; /* an unnest has the columns of its input first */
}

/* ---- Aggregates ---- */

static bool makes_states(const struct node_aggregate *node)
{
    return node->mode == AGGREGATE_PARTIAL || node->mode == AGGREGATE_PARTIAL_REDUCE;
}

static bool merges_states(const struct node_aggregate *node)
{
    return node->mode == AGGREGATE_PARTIAL_REDUCE || node->mode == AGGREGATE_FINAL;
}

static bool merges_state(const struct expr_aggregate *merge, const struct node_aggregate *below,
                         uint32_t index)
{
    const struct expr_aggregate *state = expr_as_aggregate(below->aggregates.items[index]);
    uint32_t column = below->groups.count + index;
    bool reads_it = false;

    /* What is distinct or first among a part of the rows is not so among all. */
    if (state->distinct || state->orders.count > 0)
        return false;
    if (merge == NULL || merge->filter != NULL || merge->distinct || merge->orders.count > 0 ||
        !type_equal(merge->base.type, below->base.columns.items[column].type))
        return false;
    for (uint32_t i = 0; i < merge->args.count; i++) {
        const struct expr_column *arg = expr_as_column(merge->args.items[i]);
        if (arg == NULL || arg->index < below->groups.count)
            return false;
        reads_it |= arg->index == column;
    }
    return reads_it && aggregate_is_merge(merge, state);
}

/* True if `node` merges the states of `below` one by one, by the same groups. */
static bool merges(const struct node_aggregate *node, const struct node_aggregate *below)
{
    if (node->groups.count != below->groups.count || node->aggregates.count != below->aggregates.count)
        return false;
    for (uint32_t i = 0; i < node->groups.count; i++) {
        const struct expr_column *group = expr_as_column(node->groups.items[i]);
        if (group == NULL || group->index != i)
            return false;
    }
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        if (!merges_state(expr_as_aggregate(node->aggregates.items[i]), below, i))
            return false;
    }
    return true;
}

/* Partial states are no answers: they go from phase to phase, with nothing between but boundaries. */
static bool check_phase(struct check *c, const struct node_aggregate *node, const struct place *place)
{
    const char *mode = aggregate_mode_text(node->mode);
    const struct node_aggregate *above = node_as_aggregate(place->above), *below;
    const struct eider_node *input = node->input;

    if (makes_states(node) && (above == NULL || !merges_states(above)))
        return check_refuse(
            c, &node->base,
            "in mode %s makes partial states that nothing merges: above it, with only boundaries "
            "between, must be an AggregateExec in mode PartialReduce or Final",
            mode);
    if (makes_states(node) && (node->sets.count > 0 || node->grouping_functions.count > 0))
        return check_refuse(c, &node->base, "in mode %s has grouping sets: only the Final may have them",
                            mode);
    if (!merges_states(node))
        return true;
    while (check_passes_on(input))
        input = node_child(input, 0);
    below = node_as_aggregate(input);
    if (below == NULL || !makes_states(below))
        return check_refuse(
            c, &node->base,
            "in mode %s merges partial states that nothing makes: below it, with only boundaries "
            "between, must be an AggregateExec in mode Partial or PartialReduce",
            mode);
    if (!merges(node, below))
        return check_refuse(
            c, &node->base,
            "in mode %s does not merge the states of the AggregateExec below it: it must have the "
            "same groups, and merge each of its columns by the function for it; DISTINCT and ordered "
            "aggregates have no partial states",
            mode);
    return true;
}

/* Aggregates whose result depends on the order of their input if they have no order of their own. */
static bool reads_order(const struct node_aggregate *node)
{
    static const char *const names[] = {"first",     "last",        "any_value", "arbitrary", "list",
                                        "array_agg", "string_agg",  "listagg",   "arg_min",   "arg_max",
                                        "argmin",    "argmax",      "min_by",    "max_by",    "mode",
                                        "histogram", "group_concat"};

    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        const struct expr_aggregate *call = expr_as_aggregate(node->aggregates.items[i]);
        for (size_t k = 0; call->orders.count == 0 && k < sizeof(names) / sizeof(names[0]); k++) {
            if (str_is(call->name, names[k]))
                return true;
        }
    }
    return false;
}

static bool lost_order(struct check *c, const struct eider_node *node, const struct rows *input)
{
    return check_refuse(
        c, node,
        "depends on the order that the %s below it makes, and a network boundary between them does "
        "not keep it: put both into one stage",
        node_tag_display(input->lost->tag));
}

bool check_aggregate(struct check *c, const struct node_aggregate *node, const struct place *place,
                     const struct rows *input, struct rows *ret)
{
    *ret = *input;
    ret->keys = keys_in(c->p->arena, input, &node->groups);
    ret->exprs = NULL;
    if (!check_phase(c, node, place))
        return false;
    if (input->lost != NULL && reads_order(node))
        return lost_order(c, &node->base, input);
    if (place->tasks == 1)
        return true;
    if (input->spread == ROWS_ALL)
        return check_refuse(c, &node->base,
                            "aggregates rows that each of its %u tasks has all of, so every row counts %u "
                            "times: "
                            "coalesce or shuffle them, do not broadcast them",
                            place->tasks, place->tasks);
    if (makes_states(node))
        return true;
    if (node->groups.count == 0)
        return check_refuse(c, &node->base,
                            "in mode %s would make one row in each of its %u tasks: coalesce its input to "
                            "one task",
                            aggregate_mode_text(node->mode), place->tasks);
    if (node->sets.count > 0 || node->grouping_functions.count > 0)
        return check_refuse(c, &node->base,
                            "has grouping sets, which need all rows: coalesce its input to one task");
    if (!keys_within(input, &node->groups))
        return check_refuse(
            c, &node->base,
            "in mode %s may have rows of one group in several of its %u tasks: shuffle its input by "
            "its group columns, or some of them, or coalesce it to one task",
            aggregate_mode_text(node->mode), place->tasks);
    return true;
}

/* ---- DISTINCT ---- */

static bool same_exprs(const struct expr_list *a, const struct expr_list *b)
{
    bool same = a->count == b->count;

    for (uint32_t i = 0; same && i < a->count; i++)
        same = expr_equal(a->items[i], b->items[i]);
    return same;
}

static bool same_orders(const struct sort_key_list *a, const struct sort_key_list *b)
{
    bool same = a->count == b->count;

    for (uint32_t i = 0; same && i < a->count; i++)
        same = expr_equal(a->items[i].expr, b->items[i].expr) &&
               a->items[i].descending == b->items[i].descending &&
               a->items[i].nulls_first == b->items[i].nulls_first;
    return same;
}

/* True if all rows that DISTINCT takes for one are in one task. */
static bool is_distinct_in_task(const struct node_distinct *node, const struct rows *input)
{
    bool every = input->spread == ROWS_KEYS && input->keys.count > 0;

    if (node->targets.count > 0)
        return keys_within(input, &node->targets);
    for (uint32_t i = 0; every && i < input->keys.count; i++)
        every = input->keys.slots[i].count > 0;
    return every;
}

bool check_distinct(struct check *c, const struct node_distinct *node, const struct place *place,
                    const struct rows *input, struct rows *ret)
{
    const struct node_distinct *above = node_as_distinct(place->above);

    *ret = *input;
    if (input->lost != NULL && node->targets.count > 0 && node->orders.count == 0)
        return lost_order(c, &node->base, input);
    if (place->tasks == 1 || is_distinct_in_task(node, input))
        return true;
    if (input->spread == ROWS_ALL)
        return check_refuse(c, &node->base,
                            "is over rows that each of its %u tasks has all of: put it below the broadcast",
                            place->tasks);
    if (above != NULL && same_exprs(&above->targets, &node->targets) &&
        same_orders(&above->orders, &node->orders))
        return true;
    return check_refuse(
        c, &node->base,
        "may have equal rows in several of its %u tasks: shuffle its input by its columns, or put "
        "the same DistinctExec above the next boundary as well",
        place->tasks);
}

/* ---- Sorts and limits ---- */

/* What reads the first `limit` rows after `offset` is satisfied with `kept` from each task. */
static bool keeps_enough(uint64_t kept, uint64_t limit, uint64_t offset)
{
    return limit <= UINT64_MAX - offset && limit + offset <= kept;
}

static bool over_copies(struct check *c, const struct eider_node *node, const struct place *place)
{
    return check_refuse(
        c, node,
        "may keep other rows in each of its %u tasks, which all have all rows: put it below the "
        "broadcast, in a stage with one task",
        place->tasks);
}

bool check_topn(struct check *c, const struct node_topn *node, const struct place *place,
                const struct rows *input, struct rows *ret)
{
    const struct node_topn *above = node_as_topn(place->above);

    *ret = *input;
    if (place->tasks == 1)
        return true;
    if (input->spread == ROWS_ALL)
        return over_copies(c, &node->base, place);
    if (above != NULL && same_orders(&above->orders, &node->orders) && node->offset == 0 &&
        keeps_enough(node->limit, above->limit, above->offset))
        return true;
    return check_refuse(
        c, &node->base,
        "would keep its rows in each of its %u tasks: coalesce its input to one task, or put a "
        "TopNExec with the same keys above the next boundary, whose limit and offset together are "
        "not more than the limit here, and no offset here",
        place->tasks);
}

static bool is_column(void *data, const struct eider_expr *expr)
{
    (void)data;
    return expr->tag != EXPR_COLUMN;
}

/* EXISTS asks for a row, no matter which: then no column of it is read. */
static bool any_row_will_do(const struct node_limit *node, const struct place *place)
{
    const struct node_projection *above = node_as_projection(place->above);

    for (uint32_t i = 0; above != NULL && i < above->exprs.count; i++) {
        if (!expr_walk(above->exprs.items[i], is_column, NULL))
            return false;
    }
    return above != NULL || node->base.columns.count == 0;
}

bool check_limit(struct check *c, const struct node_limit *node, const struct place *place,
                 const struct rows *input, struct rows *ret)
{
    const struct node_limit *above = node_as_limit(place->above);

    *ret = *input;
    if (input->lost != NULL && !any_row_will_do(node, place))
        return lost_order(c, &node->base, input);
    if (place->tasks == 1)
        return true;
    if (input->spread == ROWS_ALL)
        return over_copies(c, &node->base, place);
    if (above != NULL && above->has_limit && !above->has_percent && !node->has_percent && node->offset == 0 &&
        (!node->has_limit || keeps_enough(node->limit, above->limit, above->offset)))
        return true;
    return check_refuse(
        c, &node->base,
        "would keep its rows in each of its %u tasks: coalesce its input to one task, or put a "
        "LimitExec above the next boundary, whose limit and offset together are not more than the "
        "limit here, and no offset or percentage here",
        place->tasks);
}

/* Below another sort it is needless, but right. */
bool check_sort(struct check *c, const struct node_sort *node, const struct place *place,
                const struct rows *input, struct rows *ret)
{
    const struct eider_node *above = place->above;

    *ret = *input;
    project(c, &node->projection, node->input, ret);
    if (place->tasks == 1 || place->in_ranges ||
        (above != NULL && (above->tag == NODE_SORT || above->tag == NODE_TOPN)))
        return true;
    return check_refuse(
        c, &node->base,
        "stands in a stage with %u tasks, whose rows come together in no order: sort above the "
        "next boundary, in a stage with one task",
        place->tasks);
}

/* ---- Windows ---- */

bool check_window(struct check *c, const struct node_window *node, const struct place *place,
                  const struct rows *input, struct rows *ret)
{
    *ret = *input; /* the input's columns come first */
    if (node == c->ranks && input->spread != ROWS_ALL)
        return true;
    for (uint32_t i = 0; place->tasks > 1 && i < node->windows.count; i++) {
        const struct expr_window *window = expr_as_window(node->windows.items[i]);
        if (window == NULL || !keys_within(input, &window->partitions))
            return check_refuse(
                c, &node->base,
                "may have rows of one partition in several of its %u tasks: shuffle its input by "
                "columns of PARTITION BY, or coalesce it to one task",
                place->tasks);
    }
    return true;
}

/* ---- Several inputs ---- */

/* True if both are spread alike, given that their keys are equal. */
static bool same_parts(const struct rows *a, const struct rows *b)
{
    if (a->ranges == NULL || b->ranges == NULL)
        return a->ranges == b->ranges && a->partitions == b->partitions;
    for (uint32_t i = 0; i < a->ranges->count && i < b->ranges->count; i++) {
        if (a->ranges->items[i].value != b->ranges->items[i].value ||
            a->ranges->items[i].bytes != b->ranges->items[i].bytes)
            return false;
    }
    return a->ranges->count == b->ranges->count;
}

static bool in_step(const struct join_shape *shape, const struct rows *left, const struct rows *right)
{
    uint32_t conditions = shape->conditions == NULL ? 0 : shape->conditions->count;

    if (left->spread != ROWS_KEYS || right->spread != ROWS_KEYS || left->keys.count == 0 ||
        left->keys.count != right->keys.count || !same_parts(left, right))
        return false;
    for (uint32_t i = 0; i < left->keys.count; i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < conditions; k++) {
            const struct join_condition *condition = &shape->conditions->items[k];
            found = join_is_key(shape, condition) && key_is(left, i, condition->left) &&
                    key_is(right, i, condition->right);
        }
        if (!found)
            return false;
    }
    return true;
}

/* Which of several equal matches DuckDB takes is not said, so copies of these joins may differ. */
static bool may_be_copied(const struct join_shape *shape)
{
    return shape->node->tag != NODE_ASOF_JOIN && shape->type != JOIN_SINGLE;
}

static bool refuse_copies(struct check *c, const struct join_shape *shape, const struct place *place,
                          const char *side)
{
    return check_refuse(
        c, shape->node,
        "of type %s has all rows of its %s side in each of its %u tasks, and would emit them in "
        "each: shuffle both sides by the join's keys, or coalesce them to one task",
        join_type_text(shape->type), side, place->tasks);
}

bool check_join(struct check *c, const struct eider_node *node, const struct place *place,
                const struct rows *inputs, struct rows *ret)
{
    const struct rows *left = &inputs[0], *right = &inputs[1];
    struct join_shape shape = join_shape_of(c->p->arena, node);

    *ret = (struct rows){.spread = ROWS_ONE};
    if (place->tasks == 1)
        return true;
    if (left->spread == ROWS_ALL && right->spread == ROWS_ALL && may_be_copied(&shape)) {
        ret->spread = ROWS_ALL;
    } else if (right->spread == ROWS_ALL && left->spread != ROWS_ALL) {
        if (!join_may_broadcast_right(&shape))
            return refuse_copies(c, &shape, place, "right");
        *ret = (struct rows){.spread = left->spread, .partitions = left->partitions, .ranges = left->ranges};
        ret->keys = join_left_slots(c->p->arena, &shape, &left->keys);
    } else if (left->spread == ROWS_ALL && right->spread != ROWS_ALL) {
        if (!join_may_broadcast_left(&shape))
            return refuse_copies(c, &shape, place, "left");
        *ret =
            (struct rows){.spread = right->spread, .partitions = right->partitions, .ranges = right->ranges};
        ret->keys = join_right_slots(c->p->arena, &shape, &right->keys);
    } else if (in_step(&shape, left, right)) {
        bool kept = join_slots_in_step(c->p->arena, &shape, &left->keys, &right->keys, &ret->keys);
        ret->spread = kept ? ROWS_KEYS : ROWS_ANY;
        ret->partitions = left->partitions;
        ret->ranges = left->ranges;
    } else {
        return check_refuse(
            c, node,
            "may have rows that match in different tasks, of which its stage has %u: broadcast one "
            "side, or shuffle both by the same equality conditions into equally many partitions, "
            "or coalesce them to one task",
            place->tasks);
    }
    return true;
}

/* The keys that all inputs are spread by, if they are in step: equal rows of any two of them are in one task. */
static bool common_keys(struct check *c, const struct rows *inputs, uint32_t count, struct key_slots *ret)
{
    const struct key_slots **keys = arena_alloc_array(c->p->arena, count, sizeof(*keys));

    for (uint32_t i = 0; keys != NULL && i < count; i++) {
        if (inputs[i].spread != ROWS_KEYS || !same_parts(&inputs[i], &inputs[0]))
            return false;
        keys[i] = &inputs[i].keys;
    }
    return keys != NULL && key_slots_common(c->p->arena, keys, count, ret);
}

bool check_union(struct check *c, const struct node_union *node, const struct place *place,
                 const struct rows *inputs, struct rows *ret)
{
    uint32_t copies = 0;
    struct key_slots keys;

    for (uint32_t i = 0; i < node->inputs.count; i++)
        copies += inputs[i].spread == ROWS_ALL;
    if (copies > 0 && copies < node->inputs.count)
        return check_refuse(c, &node->base,
                            "has an input of which each of its %u tasks has all rows, beside others: do not "
                            "broadcast it",
                            place->tasks);
    *ret = (struct rows){.spread = place->tasks == 1 ? ROWS_ONE : copies > 0 ? ROWS_ALL : ROWS_ANY};
    if (place->tasks > 1 && common_keys(c, inputs, node->inputs.count, &keys))
        *ret = (struct rows){.spread = ROWS_KEYS,
                             .keys = keys,
                             .partitions = inputs[0].partitions,
                             .ranges = inputs[0].ranges};
    return true;
}

/* Equal rows of all inputs must meet: then they do if each input is spread by the same columns. */
bool check_setop(struct check *c, const struct node_setop *node, const struct place *place,
                 const struct rows *inputs, struct rows *ret)
{
    struct key_slots keys;

    *ret = place->tasks == 1 ? (struct rows){.spread = ROWS_ONE} : inputs[0];
    if (place->tasks == 1 || common_keys(c, inputs, node->inputs.count, &keys))
        return true;
    return check_refuse(c, &node->base,
                        "may have equal rows in different tasks, of which its stage has %u: shuffle all its "
                        "inputs by the same columns, or coalesce them to one task",
                        place->tasks);
}

bool check_in_one_task(struct check *c, const struct eider_node *node, const struct place *place,
                       struct rows *ret)
{
    *ret = (struct rows){.spread = ROWS_ONE};
    if (place->tasks == 1)
        return true;
    return check_refuse(c, node,
                        "needs all rows and stands in a stage with %u tasks: coalesce its inputs to one task",
                        place->tasks);
}
