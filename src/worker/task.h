/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_TASK_H
#define EIDER_WORKER_TASK_H

#include "api/custom.h"
#include "engine/connection.h"
#include "engine/run.h"
#include "plan/plan.h"
#include "rpc/transport.h"
#include "worker/setup.h"

/* What a task, or the head stage, needs to run. Borrowed. */
struct task_context {
    struct engine *engine;
    struct transport *transport;
    struct store *store; /* for its output */
    struct run *run;
    duckdb_connection connection;
    const struct custom_kinds *customs; /* NULL: none */
    struct worker_setup *setup;         /* whose rewrites the fragment goes through; NULL: none */
    int32_t worker;                     /* its number; -1: the coordinator */
};

/*
 * Runs one attempt at a task to its end: decodes the plan, writes its SQL, runs it, and leaves the rows in the store as a
 * complete output (or as a failed one). Fails without a trace if the run is cancelled. Any thread.
 */
enum eider_status task_execute(const struct task_context *context, const struct task_request *request,
                               struct task_report *ret, struct eider_error *err);

/* ---- Inputs of a fragment, for tasks and for the head stage ---- */

struct fragment_inputs;

/* What a fragment reads besides its files: inputs[i] is EXCHANGE_SOURCE number i, filters[i] is BLOOM_PROBE number i. */
struct fragment_reads {
    uint32_t stage, task, tasks; /* who reads */
    const struct task_input *inputs;
    uint32_t input_count;
    const struct task_filter *filters;
    uint32_t filter_count;
};

/* Opens them. */
enum eider_status fragment_inputs_open(const struct task_context *context, const struct eider_node *root,
                                       const struct fragment_reads *reads, struct fragment_inputs **ret,
                                       struct eider_error *err);
/* The context of sqlgen over them; borrowed, lives as long as they do. */
const struct sqlgen_context *fragment_inputs_sql(const struct fragment_inputs *inputs);
void fragment_inputs_free(struct fragment_inputs *inputs); /* accepts NULL; no statement may read them */

/* Fails with CHANGED if a file of the fragment is not what the plan says, with IO if it is gone. */
enum eider_status fragment_check_files(const struct eider_node *root, struct eider_error *err);

#endif
