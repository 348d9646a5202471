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
    enum {
        AFTER_TREE = 1, /* the plan is one tree */
        AFTER_SHARED,   /* a CTE may be shared by several boundaries */
        AFTER_GRAPH     /* the plan is the stage graph */
    } after;
} passes[] = {
    {"order", pass_order, AFTER_TREE},
    {"files", pass_files, AFTER_TREE},
    {"estimate", pass_estimate, AFTER_TREE},
    {"prune", pass_prune, AFTER_TREE},
    {"rules", pass_rules, AFTER_TREE},
    {"check", pass_check, AFTER_TREE},
    {"distribute", pass_distribute, AFTER_SHARED},
    {"finalise", pass_finalise, AFTER_GRAPH},
    {"bloom", pass_bloom, AFTER_GRAPH},
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

static void observe(const struct planner_options *options, const char *pass, const struct eider_node *plan,
                    const struct stage_graph *graph)
{
    if (options->observer != NULL)
        options->observer(options->observer_data, pass, plan, graph);
}

enum eider_status planner_plan(struct arena *arena, const struct eider_node *plan,
                               const struct planner_options *options, struct stage_graph *ret,
                               struct verdict *verdict, struct eider_error *err)
{
    struct eider_error scratch = {.status = EIDER_OK};
    struct planning p = {.arena = arena,
                         .options = options,
                         .plan = plan,
                         .graph = ret,
                         .verdict = verdict,
                         .err = err != NULL ? err : &scratch};

    *ret = (struct stage_graph){.stage_count = 0};
    observe(options, "import", plan, NULL);
    for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
        enum eider_status status = passes[i].run(&p);
#ifndef NDEBUG
        if (status == EIDER_OK && passes[i].after == AFTER_TREE)
            status = plan_check_roundtrip(p.plan, err);
#endif
        if (status != EIDER_OK || verdict->kind != VERDICT_DISTRIBUTABLE)
            return status;
        observe(options, passes[i].name, passes[i].after == AFTER_GRAPH ? NULL : p.plan,
                passes[i].after == AFTER_GRAPH ? ret : NULL);
    }
#ifndef NDEBUG
    return check_graph(ret, err);
#else
    return EIDER_OK;
#endif
}
