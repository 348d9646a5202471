/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_CONTEXT_H
#define EIDER_PLAN_CONTEXT_H

#include "base/arena.h"

/* What an application's callbacks get to make nodes with; opaque to them. */
struct eider_plan_context {
    struct arena *arena; /* the plan's: it lives as long as the query */
};

#endif
