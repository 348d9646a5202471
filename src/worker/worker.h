/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_WORKER_H
#define EIDER_WORKER_WORKER_H

#include "engine/engine.h"
#include "rpc/transport.h"
#include "base/executor.h"
#include "worker/setup.h"

/*
 * A worker: runs tasks on the DuckDB of `engine`, on threads of `executor`, keeps their outputs in a store of its own
 * within the engine's memory budget. It takes a reference of the engine; the executor must outlive it. Errors: MEMORY.
 */
struct worker_options {
    struct engine *engine;
    struct executor *executor;
    uint32_t number;
    const char *name; /* copied */
    struct worker_setup_callback setup;
};
enum eider_status worker_new(const struct worker_options *options, struct worker_service **ret,
                             struct eider_error *err);

#endif
