/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_INPUTS_H
#define EIDER_WORKER_INPUTS_H

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

struct fragment_inputs;

/* What a fragment reads besides its files: inputs[i] is EXCHANGE_SOURCE number i, filters[i] is BLOOM_PROBE number i. */
struct fragment_reads {
    struct output_key reader; /* the task: its query, stage and number */
    uint32_t tasks;           /* of the stage */
    bool statements;          /* the reader can run several, by fragment_inputs_next */
    const struct task_input *inputs;
    uint32_t input_count;
    const struct task_filter *filters;
    uint32_t filter_count;
};

/* Opens them. Waits for the first units if the fragment reads a feed. What `reads` points at outlives them. */
enum eider_status fragment_inputs_open(const struct task_context *context, const struct eider_node *root,
                                       const struct fragment_reads *reads, struct fragment_inputs **ret,
                                       struct eider_error *err);
/* The context of sqlgen over them; borrowed, lives until fragment_inputs_next. */
const struct sqlgen_context *fragment_inputs_sql(const struct fragment_inputs *inputs);

/*
 * After a statement has ended: true if there is another one to run, with other SQL, because the fragment reads a feed that has
 * given more units. Waits for them.
 */
enum eider_status fragment_inputs_next(struct fragment_inputs *inputs, bool *ret_more,
                                       struct eider_error *err);
/* How many rows the filter of that number has kept out of the statements so far. */
uint64_t fragment_inputs_kept_out(const struct fragment_inputs *inputs, uint32_t filter);
void fragment_inputs_free(struct fragment_inputs *inputs); /* accepts NULL; no statement may read them */

/* The types of a node's columns as an array in the arena; NULL if out of memory. */
const struct eider_type **fragment_column_types(struct arena *arena, const struct eider_node *node);

#endif
