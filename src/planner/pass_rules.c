/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules pass: the application's rules, in order, over a plan whose aggregates are in two phases (a rule looks for
 * a Final above a Partial). Without rules nothing happens. If no rule changes anything, the plan before the split goes
 * on, because the distribute pass splits better: it knows how rows are spread.
 *
 * A rule is the application's code, so what it returns is looked at before anything else walks it: it must be a tree
 * (each node once, not too deep, no child missing), hold together (plan_validate), hold no node that only later passes
 * make, and have the columns of the plan before. Every error names the rule. Whether boundaries stand where they may is
 * the check pass's question.
 */
#include "planner/passes.h"

#include <stdio.h>
#include <string.h>

#include "plan/codec.h"
#include "plan/display.h"
#include "plan/object.h"
#include "plan/validate.h"
#include "planner/decompose.h"

#define INCONSISTENT "the plan is inconsistent: "

static const struct eider_node *split(void *data, struct arena *arena, const struct eider_node *node)
{
    const struct node_aggregate *single = node_as_aggregate(node), *phase;

    (void)data;
    if (single == NULL || !aggregate_is_decomposable(single))
        return node;
    if ((phase = aggregate_partial(arena, single, single->input)) == NULL)
        return NULL;
    if ((phase = aggregate_merge(arena, single, &phase->base, AGGREGATE_FINAL)) == NULL)
        return NULL;
    return aggregate_finish(arena, single, &phase->base);
}

const struct eider_node *two_phase(struct arena *arena, const struct eider_node *plan)
{
    return node_transform(arena, plan, split, NULL);
}

bool node_is_boundary(const struct eider_node *node)
{
    return node->tag == NODE_NETWORK_SHUFFLE || node->tag == NODE_NETWORK_COALESCE ||
           node->tag == NODE_NETWORK_BROADCAST;
}

static bool find_boundary(void *data, const struct eider_node *node)
{
    bool *found = data;

    *found |= node_is_boundary(node);
    return !*found;
}

/* ---- Errors ---- */

enum eider_status plan_refuse(struct eider_error *err, const char *rule, const struct eider_node *node,
                              const char *format, ...)
{
    const char *name = node_tag_display(node->tag);
    char what[EIDER_ERROR_MESSAGE_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    if (rule != NULL)
        error_set(err, EIDER_ERROR_PLAN, "the rule %s made a plan that is inconsistent: %s %s", rule, name,
                  what);
    else
        error_set(err, EIDER_ERROR_PLAN, INCONSISTENT "%s %s", name, what);
    error_node(err, name);
    return EIDER_ERROR_PLAN;
}

/* What the rule itself said went wrong, with its name in front. It may have said nothing. */
static enum eider_status rule_failed(struct planning *p, const char *rule, enum eider_status status,
                                     const struct eider_error *said)
{
    char prefix[EIDER_ERROR_NODE_BYTES + 16];
    struct eider_error err = *said;

    (void)snprintf(prefix, sizeof(prefix), "the rule %.*s: ", EIDER_ERROR_NODE_BYTES - 1, rule);
    if (said->message[0] == '\0')
        error_set(&err, status, "%sit failed with %s and did not say why", prefix, eider_status_name(status));
    else if (strncmp(said->message, prefix, strlen(prefix)) != 0)
        (void)error_set(&err, status, "%s%s", prefix, said->message);
    err.status = status;
    if (said->message[0] != '\0') {
        memcpy(err.hint, said->hint, sizeof(err.hint));
        memcpy(err.node, said->node, sizeof(err.node));
        err.stage = said->stage;
        err.task = said->task;
        err.worker = said->worker;
    }
    if (p->err != NULL)
        *p->err = err;
    return status;
}

/* An inconsistency that plan_validate found. */
static enum eider_status rule_invalid(struct planning *p, const char *rule, const struct eider_error *found)
{
    const char *what = found->message;

    if (strncmp(what, INCONSISTENT, strlen(INCONSISTENT)) == 0)
        what += strlen(INCONSISTENT);
    error_set(p->err, EIDER_ERROR_PLAN, "the rule %s made a plan that is inconsistent: %s", rule, what);
    error_node(p->err, found->node);
    return EIDER_ERROR_PLAN;
}

/* ---- Is it a tree? ---- */

/* The nodes that were seen, by address, in a table that is never more than half full. */
struct tree {
    struct planning *p;
    const char *rule;
    const struct eider_node **slots;
    size_t size, used;
    enum eider_status status;
};

static size_t slot_of(const struct tree *tree, const struct eider_node *node)
{
    size_t slot =
        (size_t)(((uint64_t)(uintptr_t)node >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32) % tree->size;

    while (tree->slots[slot] != NULL && tree->slots[slot] != node)
        slot = (slot + 1) % tree->size;
    return slot;
}

static bool grow(struct tree *tree)
{
    struct tree larger = *tree;

    larger.size = tree->size * 2 + 64;
    larger.slots = arena_alloc_array(tree->p->arena, larger.size, sizeof(const struct eider_node *));
    if (larger.slots == NULL) {
        tree->status = error_no_memory(tree->p->err);
        return false;
    }
    for (size_t i = 0; i < tree->size; i++) {
        if (tree->slots[i] != NULL)
            larger.slots[slot_of(&larger, tree->slots[i])] = tree->slots[i];
    }
    *tree = larger;
    return true;
}

static bool not_a_tree(struct tree *tree, const struct eider_node *node, const char *what)
{
    tree->status = plan_refuse(tree->p->err, tree->rule, node, "%s", what);
    return false;
}

static bool is_tree(struct tree *tree, const struct eider_node *node, uint32_t depth)
{
    size_t slot;

    if (node_record(node->tag) == NULL)
        return not_a_tree(tree, node, "is no node: make nodes with their constructors");
    if (node->tag == NODE_DISTRIBUTED || node->tag == NODE_EXCHANGE_SOURCE)
        return not_a_tree(tree, node, "is made by the planner when it cuts a plan: place a network boundary");
    if (depth > PLAN_MAX_DEPTH)
        return not_a_tree(tree, node, "is nested too deeply: the plan may have no loops");
    if (tree->used * 2 >= tree->size && !grow(tree))
        return false;
    slot = slot_of(tree, node);
    if (tree->slots[slot] == node)
        return not_a_tree(tree, node, "is used twice in it: copy the node, or share its rows by a CteExec");
    tree->slots[slot] = node;
    tree->used++;
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        const struct eider_node *child = node_child(node, i);
        if (child == NULL)
            return not_a_tree(tree, node, "has no input: every input must be set");
        if (i > 0 && node->tag == NODE_DISTRIBUTED_LEAF && child == node_child(node, 0))
            continue; /* a variant may be the leaf itself */
        if (!is_tree(tree, child, depth + 1))
            return false;
    }
    return true;
}

/* ---- Are its columns those before? ---- */

static const char *column_text(struct arena *arena, const struct column *column)
{
    const char *text = NULL;
    struct buf out;

    buf_init(&out, 4096);
    type_text(&out, column->type);
    if (!out.failed)
        text = arena_printf(arena, "%.*s %.*s", (int)column->name.size, column->name.data, (int)out.size,
                            out.data);
    buf_done(&out);
    return text != NULL ? text : "?";
}

static enum eider_status check_columns(struct planning *p, const char *rule, const struct eider_node *before,
                                       const struct eider_node *after)
{
    const struct column_list *old = &before->columns, *new = &after->columns;

    if (old->count != new->count)
        return plan_refuse(
            p->err, rule, after,
            "at its top changes the schema: it has %u columns, not %u; keep the columns of the "
            "plan",
            new->count, old->count);
    for (uint32_t i = 0; i < old->count; i++) {
        if (type_equal(old->items[i].type, new->items[i].type) &&
            str_equal(old->items[i].name, new->items[i].name))
            continue;
        return plan_refuse(
            p->err, rule, after,
            "at its top changes the schema: column %u is %s, not %s; keep the columns of the plan", i + 1,
            column_text(p->arena, &new->items[i]), column_text(p->arena, &old->items[i]));
    }
    return EIDER_OK;
}

/* ---- The pass ---- */

static enum eider_status run_rule(struct planning *p, const struct planner_rule_entry *entry,
                                  const struct eider_node **plan)
{
    const struct eider_node *before = *plan, *after = NULL;
    const char *name = entry->name != NULL ? entry->name : "(without a name)";
    struct tree tree = {.p = p, .rule = name};
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    enum eider_status status = entry->rule(entry->data, p->arena, before, &after, &err);

    if (status != EIDER_OK)
        return rule_failed(p, name, status, &err);
    if (after == before)
        return EIDER_OK;
    if (after == NULL) {
        error_set(p->err, EIDER_ERROR_PLAN,
                  "the rule %s returned no plan: to change nothing, return the plan that it was given", name);
        error_node(p->err, node_tag_display(before->tag));
        return EIDER_ERROR_PLAN;
    }
    if (!is_tree(&tree, after, 0))
        return tree.status;
    if (plan_validate(after, &err) != EIDER_OK)
        return rule_invalid(p, name, &err);
    *plan = after;
    p->rule = name;
    return check_columns(p, name, before, after);
}

/* The order in which the rows of a plan without boundaries come, by what is between its root and a sort. */
static const struct sort_key_list *order_of(const struct eider_node *node)
{
    switch ((int)node->tag) {
    case NODE_SORT:
        return &node_as_sort(node)->orders;
    case NODE_TOPN:
        return &node_as_topn(node)->orders;
    case NODE_FILTER:
    case NODE_PROJECTION:
    case NODE_LIMIT:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
        return order_of(node_child(node, 0));
    case NODE_CTE:
        return order_of(node_as_cte(node)->body);
    default:
        return NULL;
    }
}

enum eider_status pass_rules(struct planning *p)
{
    const struct eider_node *plan;

    p->order = order_of(p->plan);
    if (p->options->rule_count > 0) {
        if ((plan = two_phase(p->arena, p->plan)) == NULL)
            return error_no_memory(p->err);
        for (uint32_t i = 0; i < p->options->rule_count; i++) {
            enum eider_status status = run_rule(p, &p->options->rules[i], &plan);
            if (status != EIDER_OK)
                return status;
        }
        if (p->rule != NULL)
            p->plan = plan;
        p->graph->by_rule = p->rule != NULL;
    }
    node_walk(p->plan, find_boundary, &p->has_boundaries);
    return EIDER_OK;
}
