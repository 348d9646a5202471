/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules pass: the application's rules, in order, over a plan whose aggregates are in two phases (a rule looks for
 * a Final above a Partial). Without rules nothing happens. If no rule changes anything, the plan before the split goes
 * on, because the distribute pass splits better: it knows how rows are spread.
 */
#include "planner/passes.h"

#include "plan/object.h"
#include "plan/validate.h"
#include "planner/decompose.h"

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

enum eider_status pass_rules(struct planning *p)
{
    const struct eider_node *before, *plan;

    if (p->options->rule_count > 0) {
        if ((before = plan = two_phase(p->arena, p->plan)) == NULL)
            return error_no_memory(p->err);
        for (uint32_t i = 0; i < p->options->rule_count; i++) {
            const struct planner_rule_entry *entry = &p->options->rules[i];
            enum eider_status status = entry->rule(entry->data, p->arena, plan, &plan, p->err);
            if (status == EIDER_OK)
                status = plan_validate(plan, p->err);
            if (status != EIDER_OK)
                return status;
        }
        if (plan != before)
            p->plan = plan;
    }
    node_walk(p->plan, find_boundary, &p->has_boundaries);
    return EIDER_OK;
}
