/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_HANDLERS_H
#define EIDER_HANDLERS_H

/*
 * Handlers: what an application says of the tasks of its queries.
 *
 *   desired_tasks   how many tasks a stage should have, asked for each node of the plan
 *   scale_up_leaf   which part of a leaf each task of its stage reads
 *   route_tasks     which worker runs each task of a stage
 *
 * A session asks its handlers in the order in which they were added and takes the first answer; Eider's own handlers
 * (files by their size, rows by files and row groups, workers in turn) are asked last. A callback that is NULL answers
 * nothing.
 *
 * Callbacks run on the session's thread, inside eider_prepare, eider_query (the first two) and eider_query_run, eider_query
 * or eider_query_stream (route_tasks), with no lock of Eider's held. They must not use the session or its
 * connection. What they are given is theirs for the call only; nodes and the plan's memory live as long as the query.
 *
 * A callback that returns another status than EIDER_OK fails the query with that status; `err` is never NULL in a
 * callback, and the message that it leaves there gets the names of handlers and callback in front. An answer that
 * cannot be is EIDER_ERROR_PLAN, and its message names handlers, callback and node or task.
 */

#include <stddef.h>
#include <stdint.h>

#include "eider/error.h"
#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;
struct eider_node;         /* a node of a plan, immutable */
struct eider_plan_context; /* where the nodes of a query's plan are made; it frees them with the query */

/* ---- How many tasks ------------------------------------------------------------------------------------------- */

/* The most tasks that a stage can have. */
#define EIDER_MAX_TASKS 100000

enum eider_task_count_kind {
    EIDER_TASKS_ASK_NEXT = 0, /* no answer */
    EIDER_TASKS_DESIRED,      /* soft: gives way to more, and to a maximum */
    EIDER_TASKS_MAXIMUM       /* hard: stands, unless there is a smaller maximum */
};

/* An answer; all zero is none. */
struct eider_task_count {
    enum eider_task_count_kind kind;
    uint32_t tasks; /* 1 to EIDER_MAX_TASKS */
};

/* ---- Stages, as routing sees them ------------------------------------------------------------------------------ */

/* In routes: no answer. In the workers of an input: the task ran on the application's connection. */
#define EIDER_NO_WORKER UINT32_MAX

/* A stage whose output another reads. */
struct eider_stage_input {
    uint32_t stage;          /* its number */
    uint32_t tasks;          /* how many it has */
    const uint32_t *workers; /* the worker of each of them */
};

struct eider_stage {
    uint32_t stage;                  /* its number, from 1 */
    uint32_t tasks;                  /* how many it has, at least 1 */
    uint32_t worker_count;           /* workers are 0 … worker_count - 1 */
    const char *const *worker_names; /* of each: what a resolver calls it, else "worker 0", … */
    const struct eider_node *plan;   /* what its tasks run */
    const struct eider_stage_input *const *inputs; /* whose output it reads */
    uint32_t input_count;
};

/* ---- Handlers --------------------------------------------------------------------------------------------------- */

struct eider_handlers {
    size_t size;      /* sizeof(struct eider_handlers) */
    const char *name; /* for messages; not empty */

    /*
     * How many tasks the stage should have that `node` is going to be in. Asked once for every node of the query's plan,
     * before it is cut into stages; never for a plan whose boundaries a rule placed. *ret comes in as "no answer".
     *
     * The answers within a stage merge: of desired numbers the largest counts, a maximum beats desired numbers (larger and
     * smaller ones), of maxima the smallest counts. Then at most as many tasks as workers, and as
     * eider_max_tasks_per_stage says. Where nobody answers: a scan of Parquet files desires tasks by its bytes, any other
     * leaf has a maximum of one, a node right above a boundary desires tasks by the bytes that cross it, and other
     * nodes have no wish. An operator that works per task and then over the rows of all tasks (an aggregate, DISTINCT,
     * top-n) is asked once, and the answer counts in both stages.
     *
     * An answer never changes the rows: what needs all rows in one task, reads tables of the database, or has
     * inputs in one task anyway stays in one task.
     */
    enum eider_status (*desired_tasks)(void *data, const struct eider_node *node,
                                       struct eider_task_count *ret, struct eider_error *err);

    /*
     * What stands for `leaf` in a stage of `tasks` tasks (which may be 1). Asked once for every leaf of every stage, the head
     * stage included. *ret comes in as NULL and stays so for "ask the next"; else it is a plan with the columns of
     * the leaf (their number and types):
     *   - a DistributedLeafExec over the leaf with 1 to `tasks` variants: task i reads variant i, tasks beyond the variants
     *     read nothing. Together, the variants have to give each row of the leaf once.
     *   - any other plan: each task runs it as it stands; DistributedLeafExecs in it are split among the tasks. A leaf in it
     *     that is not below one of those is read by every task.
     * There are no network boundaries in it, and tables of the database only where the leaf is one.
     */
    enum eider_status (*scale_up_leaf)(void *data, struct eider_plan_context *context,
                                       const struct eider_node *leaf, uint32_t tasks,
                                       const struct eider_node **ret, struct eider_error *err);

    /*
     * The worker of each task of a stage: workers[i] for task i, repeats allowed. All come in as EIDER_NO_WORKER; left so,
     * all of them, they mean "ask the next". Asked when a query starts to run, before its first task does; for the stages in
     * the order of their numbers, so the workers of a stage's inputs are known. Not asked for the head stage and for stages
     * that read tables of the database which tasks do not share: those run on the application's connection.
     */
    enum eider_status (*route_tasks)(void *data, const struct eider_stage *stage, uint32_t *workers,
                                     struct eider_error *err);

    void *data;
    void (*free_data)(void *data); /* called once, when the session is freed; may be NULL */
};

/*
 * Adds handlers to a session, to be asked after those that it has. The struct and its name are copied; on success
 * `data` is the session's until eider_session_free gives it to free_data, on failure it stays the caller's. Holds for
 * queries that are prepared (routing: run) from then on. Not from within a callback. A query that is known as not worth
 * distributing may run so for some seconds without being planned, and then no handler is asked.
 * Errors: ARGUMENT, MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_session_add_handlers(struct eider_session *session,
                                                                        const struct eider_handlers *handlers,
                                                                        struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
