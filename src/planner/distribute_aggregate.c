/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates and DISTINCT in the distribute pass.
 *
 *   rows spread by (a part of) the group keys   Single, in place: no group spans two tasks
 *   decomposable, and it reduces                Partial → boundary → Final, and a projection
 *   DISTINCT ones of many values, few groups    a union of aggregates, each over its distinct values: distinct_branches.c
 *   else, with group keys                       shuffle the rows by the keys → Single
 *   else                                        coalesce the rows → Single
 *   Partial, PartialReduce (a rule left them)   where its input is
 *   Final                                       above a boundary
 * The boundary between the phases is a coalesce to one task where the states are few and only the end of the query stands
 * above (so the head merges them), else a shuffle on the keys.
 * Partial aggregation of keys that hardly repeat costs a hash table and saves nothing, so it needs an estimated
 * reduction of MIN_REDUCTION (PERFORMANCE: a 4 × reduction did not pay). A DISTINCT aggregate's states are lists of values,
 * which must be few as well: MAX_LISTED in all, as every merge goes through all of them.
 *
 * With the option partial_reduce_tree, states that go to one task from many do so in steps:
 *   Partial, 64 tasks → PartialReduce, 8 tasks → PartialReduce, 3 tasks → Final, 1 task
 */
#include "planner/decompose.h"
#include "planner/distribute.h"
#include "planner/estimate.h"
#include "planner/partial_skip.h"
#include "planner/ranges.h"

#include <math.h>

#include "plan/object.h"

#define MIN_REDUCTION      8.0
#define MIN_REDUCTION_SLOW 64.0     /* of states whose merge is slow: decompose.c says what was measured */
#define FEW_STATES         100000.0 /* rows that one task merges without being missed */
#define FEW_GROUPS         4 /* a task: then some tasks may well have twice as many as others, or none */
#define MAX_LISTED         100000.0 /* values */
/* Tasks whose states are worth a step in between. With fewer, it would leave three tasks at most that merge two or three states
 * each, which takes less time than a stage needs to start. */
#define WIDE 8

/* How the keys of the input look in an output that starts with the group expressions. */
static struct key_slots keys_after_grouping(struct distribute *d, const struct placed *input,
                                            const struct expr_list *groups)
{
    return key_slots_map(d->arena, &input->keys, groups);
}

/* In place: the spread stays as it is. */
static bool aggregate_in_place(struct distribute *d, const struct node_aggregate *node,
                               const struct placed *input, struct placed *ret)
{
    *ret = *input;
    ret->keys = keys_after_grouping(d, input, &node->groups);
    ret->node = distribute_rebuild(d, &node->base, input);
    return ret->node != NULL;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* Estimated rows of partial states over all tasks. */
static double state_rows(const struct eider_node *node, const struct eider_node *input, uint32_t tasks)
{
    return smaller(distribute_rows(node) * (double)tasks, distribute_rows(input));
}

static bool reduces(double states, double least, const struct eider_node *input)
{
    return states * least <= distribute_rows(input) || states <= FEW_STATES / 10;
}

/* True if all values that the lists of DISTINCT aggregates hold, over all tasks, are few. *ret_listed says of which they are. */
static bool lists_are_few(struct distribute *d, const struct node_aggregate *node, uint32_t tasks,
                          bool *ret_listed)
{
    double listed = 0;
    bool every = true;

    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        const struct eider_expr *value = aggregate_listed(node, i);
        double pairs = value == NULL ? 0 : estimate_pairs(d->arena, d->options, node, value);
        double values = smaller(pairs * (double)tasks, distribute_rows(node->input));
        if (value == NULL)
            continue;
        ret_listed[i] =
            pairs >= 0 && reduces(values, MIN_REDUCTION, node->input) && listed + values <= MAX_LISTED;
        listed += ret_listed[i] ? values : 0;
        every &= ret_listed[i];
    }
    return every;
}

static uint32_t rounded_root(uint32_t tasks)
{
    uint32_t root = (uint32_t)estimate_root(tasks);

    return root * root < tasks ? root + 1 : root;
}

/* States of many tasks, merged by about the square root of that many until they are few: each step then merges as many as
 * the next one. */
static bool reduce_in_steps(struct distribute *d, const struct node_aggregate *node, struct placed *states)
{
    struct node_aggregate *phase;

    while (d->options->partial_reduce_tree && distribute_is_spread(states) && states->tasks >= WIDE) {
        if (!distribute_scatter(d, states, rounded_root(states->tasks)))
            return false;
        if ((phase = aggregate_merge(d->arena, node, states->node, AGGREGATE_PARTIAL_REDUCE)) == NULL)
            return distribute_no_memory(d);
        states->node = &phase->base;
    }
    return true;
}

static bool group_columns(struct distribute *d, const struct eider_node *node, uint32_t count,
                          struct expr_list *ret)
{
    *ret = expr_list_new(d->arena, count);
    for (uint32_t i = 0; i < ret->count; i++)
        ret->items[i] = expr_column_of(d->arena, node, i);
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

/* Shuffles by the groups of `node`, which are the columns `keys` of `placed`, or by a part of them: *ret_picked says which. */
static bool shuffle_by_groups(struct distribute *d, const struct node_aggregate *node, struct placed *placed,
                              const struct expr_list *keys, uint32_t tasks, struct u32_list *ret_picked)
{
    struct expr_list columns, chosen;
    struct key_slots slots;

    if (!group_columns(d, &node->base, node->groups.count, &columns))
        return false;
    slots = key_slots_of(d->arena, &columns); /* the output has the groups first */
    if (!distribute_choose_keys(d, &node->base, &slots, node->input, &node->groups, ret_picked))
        return false;
    chosen = distribute_pick(d->arena, keys, ret_picked);
    return distribute_shuffle(d, placed, &chosen, tasks);
}

/* `top_states` are the states if they may meet in the head, else a large number. */
static bool aggregate_in_phases(struct distribute *d, const struct node_aggregate *node,
                                const struct eider_task_count *answer, const struct placed *input,
                                double top_states, struct placed *ret)
{
    struct node_aggregate *phase = aggregate_partial(d->arena, node, input->node);
    bool one = node->groups.count == 0 || node->sets.count > 0;
    bool few = answer->kind == EIDER_TASKS_ASK_NEXT && top_states <= FEW_STATES;
    struct u32_list picked;
    struct expr_list keys;
    uint32_t tasks;

    if (phase == NULL)
        return distribute_no_memory(d);
    *ret = *input;
    ret->node = &phase->base;
    distribute_settle(ret->node, answer, ret);
    tasks = one || few ? 1 : distribute_tasks_answered(d, answer, distribute_bytes(&phase->base));
    if (tasks == 1 ? !reduce_in_steps(d, node, ret) || !distribute_coalesce(d, ret)
                   : !group_columns(d, ret->node, node->groups.count, &keys) ||
                         !shuffle_by_groups(d, node, ret, &keys, tasks, &picked))
        return false;
    if ((phase = aggregate_merge(d->arena, node, ret->node, AGGREGATE_FINAL)) == NULL)
        return distribute_no_memory(d);
    ret->keys = keys_after_grouping(d, ret, &phase->groups);
    ret->node = aggregate_finish(d->arena, node, &phase->base);
    return ret->node != NULL || distribute_no_memory(d);
}

/* Group expressions as keys of a shuffle below: only those of types that hash alike when they are equal. */
static bool aggregate_after_shuffle(struct distribute *d, const struct node_aggregate *node,
                                    const struct placed *input, struct placed *ret)
{
    struct placed placed = *input;
    uint32_t tasks = distribute_tasks_for(d, distribute_bytes(node->input));
    struct u32_list picked;

    tasks = tasks > input->tasks ? tasks : input->tasks;
    if (!shuffle_by_groups(d, node, &placed, &node->groups, tasks, &picked))
        return false;
    *ret = placed;
    ret->keys = key_slots_of(d->arena, &node->groups);
    ret->keys.count = picked.count;
    for (uint32_t i = 0; i < ret->keys.count; i++) {
        ret->keys.slots[i] = u32_list_new(d->arena, 1);
        if (ret->keys.slots[i].count == 1)
            ret->keys.slots[i].items[0] = picked.items[i];
    }
    ret->node = distribute_rebuild(d, &node->base, &placed);
    return ret->node != NULL;
}

/* A phase of a split that the rules pass made, in a plan that a rule has changed elsewhere. */
static bool aggregate_final(struct distribute *d, const struct node_aggregate *node,
                            const struct eider_task_count *answer, const struct placed *input,
                            double top_states, struct placed *ret)
{
    bool one = node->groups.count == 0 || node->sets.count > 0;
    bool few = answer->kind == EIDER_TASKS_ASK_NEXT && top_states <= FEW_STATES;
    struct placed placed = *input;
    uint32_t tasks = one || few ? 1 : distribute_tasks_answered(d, answer, distribute_bytes(node->input));

    if (tasks == 1 ? !distribute_coalesce(d, &placed) : !distribute_shuffle(d, &placed, &node->groups, tasks))
        return false;
    return aggregate_in_place(d, node, &placed, ret);
}

/* True if nobody knows how many groups there are, and the partial phase can be left out when it runs. */
static bool first_rows_decide(struct distribute *d, const struct node_aggregate *node,
                              const struct placed *input)
{
    const struct node_aggregate *phase = NULL;

    if (node->groups.count > 0 && node->sets.count == 0 && aggregate_is_decomposable(node))
        phase = aggregate_partial(d->arena, node, input->node);
    return phase != NULL && partial_skip_applies(d->options, phase, input->tasks);
}

/* Groups that a shuffle by their keys would not spread over all tasks. */
static bool has_few_groups(const struct distribute *d, const struct node_aggregate *node)
{
    return node->groups.count == 0 ||
           (node->base.rows >= 0 && node->base.rows < (double)FEW_GROUPS * (double)d->max_tasks);
}

bool distribute_aggregate(struct distribute *d, const struct node_aggregate *node,
                          const struct eider_task_count *answer, struct placed *ret)
{
    const struct eider_node *branches;
    struct placed input;
    double states, least;
    bool top = d->top, few,
         *listed = arena_alloc_array(d->arena, node->aggregates.count + 1u, sizeof(*listed));

    if (listed == NULL)
        return distribute_no_memory(d);
    if (!distribute_place(d, node->input, &input))
        return false;
    if (!distribute_is_spread(&input) || node->mode == AGGREGATE_PARTIAL ||
        node->mode == AGGREGATE_PARTIAL_REDUCE)
        return aggregate_in_place(d, node, &input, ret);
    if (input.spread == SPREAD_KEYS && node->sets.count == 0 &&
        key_slots_within(&input.keys, &node->groups)) {
        ranges_use(&input);
        return aggregate_in_place(d, node, &input, ret);
    }
    states = state_rows(&node->base, node->input, input.tasks);
    least = aggregate_merges_slowly(node) ? MIN_REDUCTION_SLOW : MIN_REDUCTION;
    if (node->mode == AGGREGATE_FINAL)
        return aggregate_final(d, node, answer, &input, top ? states : HUGE_VAL, ret);
    few = lists_are_few(d, node, input.tasks, listed);
    if (aggregate_is_decomposable(node) && (node->groups.count == 0 || reduces(states, least, node->input)) &&
        few)
        return aggregate_in_phases(d, node, answer, &input, top ? states : HUGE_VAL, ret);
    branches = has_few_groups(d, node) ? distinct_branches(d, node, listed, &input) : NULL;
    if (branches != NULL) {
        d->top_below = top;
        return distribute_place(d, branches, ret);
    }
    if (d->status != EIDER_OK)
        return false;
    if (first_rows_decide(d, node, &input))
        return aggregate_in_phases(d, node, answer, &input, HUGE_VAL, ret);
    if (node->groups.count > 0 && node->sets.count == 0)
        return aggregate_after_shuffle(d, node, &input, ret);
    return distribute_coalesce(d, &input) && aggregate_in_place(d, node, &input, ret);
}

/* ---- DISTINCT ---- */

/* All columns, or the targets of DISTINCT ON. */
static bool distinct_keys(struct distribute *d, const struct node_distinct *node, const struct placed *input,
                          struct expr_list *ret)
{
    if (node->targets.count > 0) {
        *ret = node->targets;
        return true;
    }
    return group_columns(d, input->node, input->node->columns.count, ret);
}

bool distribute_distinct(struct distribute *d, const struct node_distinct *node,
                         const struct eider_task_count *answer, struct placed *ret)
{
    struct placed input;
    struct expr_list keys;
    double states;
    bool top = d->top, few;
    uint32_t tasks;

    if (!distribute_place(d, node->input, &input) || !distinct_keys(d, node, &input, &keys))
        return false;
    states = state_rows(&node->base, node->input, input.tasks);
    if (distribute_is_spread(&input) &&
        !(input.spread == SPREAD_KEYS && key_slots_within(&input.keys, &keys))) {
        /* Once per task where that removes most rows, then over all rows of a key. */
        if (reduces(states, MIN_REDUCTION, node->input)) {
            if ((input.node = distribute_rebuild(d, &node->base, &input)) == NULL)
                return false;
            distribute_settle(&node->base, answer, &input);
            if (node->targets.count == 0 && !group_columns(d, input.node, input.node->columns.count, &keys))
                return false;
        }
        few = top && states <= FEW_STATES && answer->kind == EIDER_TASKS_ASK_NEXT;
        tasks = few ? 1 : distribute_tasks_answered(d, answer, distribute_bytes(input.node));
        if (tasks == 1 ? !distribute_coalesce(d, &input)
                       : !distribute_shuffle_wanted(d, &node->base, &keys, tasks, &input))
            return false;
    }
    ranges_use(&input);
    *ret = input;
    ret->node = distribute_rebuild(d, &node->base, &input);
    return ret->node != NULL;
}
