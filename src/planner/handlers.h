/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_HANDLERS_H
#define EIDER_PLANNER_HANDLERS_H

#include "eider/handlers.h"
#include "plan/context.h"
#include "plan/plan.h"

/*
 * Asking handlers: the application's in their order, then Eider's own, through the same callbacks. The first answer
 * counts. What the application's handlers say is checked here, and what they fail with gets their name; see the public header
 * for what each callback means. `err` may be NULL.
 */
struct handlers {
    const struct eider_handlers *items;
    uint32_t count;
    struct eider_handlers own; /* asked last */
};

/* *ret: "ask the next" if nobody answers. */
enum eider_status handlers_desired_tasks(const struct handlers *handlers, const struct eider_node *node,
                                         struct eider_task_count *ret, struct eider_error *err);

/* The own handler answers for every leaf. */
enum eider_status handlers_scale_up_leaf(const struct handlers *handlers, struct eider_plan_context *context,
                                         const struct eider_node *leaf, uint32_t tasks,
                                         const struct eider_node **ret, struct eider_error *err);

/* Fills `workers`, one per task of the stage. The own handler answers for every stage. */
enum eider_status handlers_route_tasks(const struct handlers *handlers, const struct eider_stage *stage,
                                       uint32_t *workers, struct eider_error *err);

/* What two parts of a stage want together. "No answer" has a number too: an estimate, which gives way to more. */
struct eider_task_count task_count_merge(struct eider_task_count a, struct eider_task_count b);

#endif
