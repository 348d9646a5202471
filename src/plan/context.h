/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_CONTEXT_H
#define EIDER_PLAN_CONTEXT_H

#include "plan/plan.h"

struct custom_kinds;

/* What rules and handlers build plans with: the memory of the query that is being planned. */
struct eider_plan_context {
    struct arena *arena;
    uint32_t workers;                   /* how many the cluster has */
    const struct custom_kinds *customs; /* that the session knows; NULL: none */
};

#endif
