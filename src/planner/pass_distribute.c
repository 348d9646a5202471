/* SPDX-License-Identifier: Apache-2.0 */
/* The distribute pass: see distribute.c. Plans whose boundaries a rule placed are left as they are, without asking. Debug
 * builds check the plan as if a rule had made it. */
#include "planner/check.h"
#include "planner/distribute.h"
#include "planner/passes.h"

#include "plan/object.h"
#include "plan/text_scan.h"
#include "planner/ranges.h"

#define MAX_PARTITIONS 64

static uint32_t at_least_one(uint32_t n)
{
    return n > 0 ? n : 1;
}

/* Each task finds out the columns first, by the beginnings of so many files. What is read there costs several times what the rest
 * does (20,480 objects of each file are 5 % of files of 60 MB, and a quarter of the time), so the tasks are to be few. */
static double looked_at(const struct node_function_scan *scan)
{
    const double most = 32;

    return scan->files.count < most ? scan->files.count : most;
}

/* The last of the handlers. Of inner nodes it says nothing: those above a boundary have their estimates by then. */
static enum eider_status estimate_tasks(void *data, const struct eider_node *node,
                                        struct eider_task_count *ret, struct eider_error *err)
{
    const struct distribute *d = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    const struct node_function_scan *function = node_as_function_scan(node);
    struct planner_table table = {.shared = false};
    double bytes = 0;

    (void)err;
    if (node->tag == NODE_TABLE_SCAN)
        table = table_of(d->options, node_as_table_scan(node));
    if (scan != NULL) {
        bytes = scan_bytes(d->options, scan);
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, distribute_tasks_for(d, bytes)};
    } else if (function != NULL && function->divisible) {
        for (uint32_t i = 0; i < function->files.count; i++)
            bytes += (double)function->files.items[i].bytes;
        bytes /= text_scan_detects_keys(function) ? looked_at(function) : 1;
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, distribute_tasks_for(d, bytes)};
        if (ret->tasks > function->files.count)
            ret->tasks = function->files.count;
    } else if (table.shared) {
        bytes = distribute_width(node) * (double)table.rows;
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, distribute_tasks_for(d, bytes)};
    } else if (node_child_count(node) == 0 && node->tag != NODE_CTE_REF) {
        *ret = (struct eider_task_count){EIDER_TASKS_MAXIMUM, 1};
    }
    return EIDER_OK;
}

enum eider_status pass_distribute(struct planning *p)
{
    const struct planner_options *options = p->options;
    struct distribute d = {.arena = p->arena, .options = options, .top_below = true, .err = p->err};
    struct placed placed;

    if (p->has_boundaries)
        return EIDER_OK;
    d.handlers = (struct handlers){.items = options->handlers, .count = options->handler_count};
    d.handlers.own = (struct eider_handlers){.name = "eider", .desired_tasks = estimate_tasks, .data = &d};
    d.max_tasks = at_least_one(options->workers);
    if (options->max_tasks_per_stage > 0 && options->max_tasks_per_stage < d.max_tasks)
        d.max_tasks = options->max_tasks_per_stage;
    d.partitions = d.max_tasks * at_least_one(options->partitions_per_task);
    if (d.partitions > MAX_PARTITIONS)
        d.partitions = d.max_tasks > MAX_PARTITIONS ? d.max_tasks : MAX_PARTITIONS;
    if (!distribute_find_wanted(&d, p->plan) || !distribute_place(&d, p->plan, &placed))
        return d.status;
    if (placed.spread == SPREAD_LOCAL) {
        verdict_no(p->verdict, VERDICT_NATIVE_TABLE,
                   "all of it reads tables of this database, which are read here");
        return EIDER_OK;
    }
    if (!distribute_coalesce(&d, &placed) || !ranges_commit(&d))
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
