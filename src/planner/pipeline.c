/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner: a table of passes, run in order. Each pass has its own file, whose head says what it does, why it
 * stands where it does and what it declines. After each pass the plan must hold together; debug builds check it, and
 * push it through copy, encode and decode.
 */
#include "plan/codec.h"
#include "plan/validate.h"
#include "planner/passes.h"

static const struct {
    const char *name;
    enum eider_status (*run)(struct planning *p);
    bool is_tree_after; /* the plan is still one tree: a CTE is not yet shared by several boundaries */
} passes[] = {
    {"order", pass_order, true},
    {"files", pass_files, true},
    {"rules", pass_rules, true},
    {"distribute", pass_distribute, false},
    {"finalise", pass_finalise, false},
    {"bloom", pass_bloom, false},
};

#ifndef NDEBUG
static enum eider_status check_graph(const struct stage_graph *graph, struct eider_error *err)
{
    enum eider_status status = plan_check_roundtrip(graph->head.root, err);

    for (uint32_t i = 0; status == EIDER_OK && i < graph->stage_count; i++)
        status = plan_check_roundtrip(graph->stages[i].root, err);
    return status;
}
#endif

enum eider_status planner_plan(struct arena *arena, const struct eider_node *plan,
                               const struct planner_options *options, struct stage_graph *ret,
                               struct verdict *verdict, struct eider_error *err)
{
    struct planning p = {
        .arena = arena, .options = options, .plan = plan, .graph = ret, .verdict = verdict, .err = err};

    *ret = (struct stage_graph){.stage_count = 0};
    for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
        enum eider_status status = passes[i].run(&p);
#ifndef NDEBUG
        if (status == EIDER_OK && passes[i].is_tree_after)
            status = plan_check_roundtrip(p.plan, err);
#endif
        if (status != EIDER_OK || verdict->kind != VERDICT_DISTRIBUTABLE)
            return status;
    }
#ifndef NDEBUG
    return check_graph(ret, err);
#else
    return EIDER_OK;
#endif
}
