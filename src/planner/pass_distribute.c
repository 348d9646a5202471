/* SPDX-License-Identifier: Apache-2.0 */
/* The distribute pass: see distribute.c. Plans whose boundaries a rule placed are left as they are. Debug builds check
 * the plan as if a rule had made it. */
#include "planner/check.h"
#include "planner/distribute.h"
#include "planner/passes.h"

#define MAX_PARTITIONS 64

static uint32_t at_least_one(uint32_t n)
{
    return n > 0 ? n : 1;
}

enum eider_status pass_distribute(struct planning *p)
{
    const struct planner_options *options = p->options;
    struct distribute d = {.arena = p->arena, .options = options, .top_below = true, .err = p->err};
    struct placed placed;

    if (p->has_boundaries)
        return EIDER_OK;
    d.max_tasks = at_least_one(options->workers);
    if (options->max_tasks_per_stage > 0 && options->max_tasks_per_stage < d.max_tasks)
        d.max_tasks = options->max_tasks_per_stage;
    d.partitions = d.max_tasks * at_least_one(options->partitions_per_task);
    if (d.partitions > MAX_PARTITIONS)
        d.partitions = d.max_tasks > MAX_PARTITIONS ? d.max_tasks : MAX_PARTITIONS;
    if (!distribute_place(&d, p->plan, &placed))
        return d.status;
    if (placed.spread == SPREAD_LOCAL) {
        verdict_no(p->verdict, VERDICT_NATIVE_TABLE,
                   "all of it reads tables of this database, which are read here");
        return EIDER_OK;
    }
    if (!distribute_coalesce(&d, &placed))
        return d.status;
    p->plan = placed.node;
    if (arena_failed(p->arena))
        return error_no_memory(p->err);
#ifndef NDEBUG
    return check_plan(p);
#else
    return EIDER_OK;
#endif
}
