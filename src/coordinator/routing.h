/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_ROUTING_H
#define EIDER_COORDINATOR_ROUTING_H

#include "coordinator/cluster.h"
#include "plan/stage.h"
#include "planner/handlers.h"

/*
 * Which worker runs which task. Decided once per run, for all stages and before the first task starts: whoever reads a stage
 * has to know where its outputs lie, and a route that cannot be is found before anything was computed.
 */
struct routes {
    uint32_t **workers; /* [stage - 1][task]; TRANSPORT_COORDINATOR: on the application's connection */
};

/*
 * Asks the handlers, then routes itself: task t to worker t mod N, but a stage of one task to where the one task of a stage
 * that it reads is. `workers` are those of the query, at least one: handlers know them by their position, the routes hold
 * their numbers. The routes live in `arena`. Errors: MEMORY, PLAN (an answer that cannot be), and those of handlers. No lock
 * may be held.
 */
enum eider_status routes_make(struct arena *arena, const struct stage_graph *graph,
                              const struct query_workers *workers, struct handlers *handlers,
                              struct routes *ret, struct eider_error *err);

#endif
