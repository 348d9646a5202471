/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_EXECUTION_H
#define EIDER_COORDINATOR_EXECUTION_H

#include "coordinator/cluster.h"
#include "coordinator/feeds.h"
#include "engine/connection.h"
#include "engine/run.h"
#include "plan/stage.h"
#include "rpc/transport.h"

/*
 * The running of one stage graph: stages are dispatched when their inputs are complete, the head stage runs on the
 * application's connection. Used by the thread that owns the session; execution_cancel by any.
 */
struct execution;

struct execution_options {
    struct engine *engine;
    struct transport *transport;
    struct store *store; /* of the coordinator */
    duckdb_connection connection;
    struct session_settings *settings;
    const struct task_header *headers; /* of the session; they may change when the query has ended */
    uint32_t header_count;
    const struct custom_kinds *customs; /* of the session: for the head and local stages */
    const struct session_feeds *feeds;  /* of the session; until execution_open_feeds returns */
    struct stage_graph *graph;          /* outlives the execution, which writes down what filters have done */
    const struct column_list *columns;  /* of the result: names and types; outlives the execution */
    struct run *run;                    /* of the session's connection: for the head and local stages */
    const struct eider_handlers *handlers; /* the application's, for routing; until execution_route returns */
    uint32_t handler_count;
    const struct query_workers *workers; /* likewise */
    uint64_t query;                      /* unique among the queries of the transport and the store */
    uint32_t concurrent_tasks;
    const char *before,
        *behind; /* of the head's query in its statement; outlive the execution. NULL: nothing */
    const struct task_copy
        *copy;   /* what the tasks that the head would read do with their rows; NULL: send them */
    bool stream; /* the head starts while the stages below it still run */
};

struct execution_stats {
    uint32_t stages;
    uint32_t tasks;
    uint64_t rows_exchanged;
    uint64_t bytes_exchanged;
    uint64_t head_rows; /* of those: what the head stage reads */
    uint64_t head_bytes;
    uint64_t rows_filtered;
    uint64_t rows_written; /* by the tasks themselves */
};

enum eider_status execution_new(const struct execution_options *options, struct execution **ret,
                                struct eider_error *err);

/* Decides which worker runs each task, asking the handlers. Before the stages run. */
enum eider_status execution_route(struct execution *execution, struct eider_error *err);

/* Opens the feeds that the query reads, which execution_finish closes. Before the stages run. */
enum eider_status execution_open_feeds(struct execution *execution, struct eider_error *err);

/* Runs the stages below the head (all of them, or, to stream, those that must be complete first). */
enum eider_status execution_run_stages(struct execution *execution, struct eider_error *err);

/* Runs the head stage. mode RUN_STREAM: the result is read before execution_finish. */
enum eider_status execution_run_head(struct execution *execution, enum run_mode mode,
                                     duckdb_result *ret_result, struct eider_error *err);

/* Stops what still runs, waits for it, and frees all outputs of the query. Returns the first error of a task, which
 * is the cause of an error of the head. The result of the head must be complete, or destroyed. */
enum eider_status execution_finish(struct execution *execution, struct eider_error *err);

void execution_get_stats(struct execution *execution, struct execution_stats *ret);

/* Finishes if that was not done. Accepts NULL. */
void execution_free(struct execution *execution);

/* Any thread: tasks on workers stop. The head's run is cancelled by its owner. */
void execution_cancel(struct execution *execution);

#endif
