/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_SESSION_H
#define EIDER_COORDINATOR_SESSION_H

#include <pthread.h>

#include "base/arena.h"
#include "base/handle.h"
#include "base/lexer.h"
#include "base/verdict.h"
#include "coordinator/cluster.h"
#include "coordinator/declared.h"
#include "coordinator/execution.h"
#include "coordinator/feeds.h"
#include "coordinator/headers.h"
#include "coordinator/parameters.h"
#include "coordinator/planned_files.h"
#include "coordinator/rules.h"
#include "coordinator/shared_tables.h"
#include "coordinator/text_files.h"
#include "coordinator/verdict_cache.h"
#include "eider/eider.h"
#include "eider/remote.h"
#include "engine/connection.h"
#include "engine/files.h"
#include "engine/folder.h"
#include "engine/planning.h"
#include "engine/settings.h"
#include "planner/planner.h"

/*
 * A session: one application connection and what Eider keeps for it. Used by one thread at a time; only the members
 * under `lock` are touched by eider_session_cancel, which any thread may call.
 */
struct eider_session {
    struct handle handle;
    duckdb_database database;     /* the application's */
    duckdb_connection connection; /* the application's */
    struct engine *engine;
    struct engine_planner *planner; /* made with the first query that it plans */
    struct engine_files *files;     /* so is this */
    struct verdict_cache verdicts;
    struct text_names text_names;
    struct session_rules rules;
    struct declared_functions functions;
    struct custom_kinds customs;
    struct session_feeds feeds;
    struct session_headers headers;
    uint64_t generation;             /* counts what may make another plan of a statement */
    bool functions_visible;          /* those of the engine, to the application's connection */
    struct eider_cluster *cluster;   /* NULL: none */
    struct transport *transport;     /* NULL if there is no cluster */
    struct store *store;             /* the coordinator's own outputs */
    struct eider_handlers *handlers; /* the application's, in order; names are copies */
    uint32_t handler_count;
    planner_observer observer; /* for tests: sees each query's plan after each pass. NULL: nobody looks */
    void *observer_data;

    pthread_mutex_t lock;
    struct run *run;             /* what the connection is busy with; NULL: nothing */
    struct execution *execution; /* the running distributed query; NULL: none */
    bool busy;                   /* in eider_query, which has more than one run: planning, then running */
    bool cancelled;              /* while busy: it holds for the runs to come too */
};

/* One statement, from eider_prepare to eider_query_free. */
struct eider_query {
    struct handle handle;
    struct eider_session *session;
    struct arena *arena;
    const char *sql; /* NUL-terminated */
    struct statement_class statement;
    struct query_parameters parameters;
    const char *target; /* of a statement that stores rows: its text as it is planned */
    struct verdict verdict;
    struct stage_graph graph; /* if distributable */
    struct query_workers workers;
    struct column_list columns; /* of the result */
    struct settings settings;
    struct session_settings *session_settings;
    char *explain; /* made on demand; in the arena */
    struct eider_query_stats stats;
    double planned_ms;           /* when it was */
    uint64_t generation;         /* of the session, then */
    bool reads_tables;           /* native tables: leaf stages on the connection, unless they are shared */
    struct shared_tables tables; /* those that any connection may read */
    struct planned_files files;  /* what this plan knows of files */
    struct engine_folder folder; /* if tasks write: into what */
    uint32_t copy_stage;         /* the tasks of this stage write the folder; 0: the head stores the rows */
    bool keeps_order;            /* its rows come as they are stored */
    bool ran;
};

/* Plans the query, unless it is none: fills verdict, graph and columns anew. */
enum eider_status query_prepare(struct eider_query *query, struct eider_error *err);

/* Plans `sql`, which is or is in query->sql: fills verdict, graph and columns. A verdict that the session remembers is enough for
 * a query that runs, not for EXPLAIN. Errors: MEMORY and what planning cannot decline. */
enum eider_status query_plan(struct eider_query *query, const char *sql, struct eider_error *err);

/* Gives the application's data back. */
void session_free_handlers(struct eider_session *session);
/* OK if the query and its session are alive, else ARGUMENT; `function` is for the message. */
enum eider_status query_check(const struct eider_query *query, const char *function, struct eider_error *err);

/* Between these, eider_session_cancel reaches `run` and `execution` (may be NULL). */
void session_begin(struct eider_session *session, struct run *run, struct execution *execution);
void session_set_execution(struct eider_session *session, struct execution *execution);
void session_end(struct eider_session *session);

/* Around several runs that are one call to the application: a cancellation between or during them is for all. */
void session_set_busy(struct eider_session *session, bool busy);

/* ---- The parts of running a query, for results and for streams ---- */

struct query_run {
    struct eider_query *query;
    struct run *run;
    struct execution *execution;  /* NULL: not distributed */
    bool dispatched;              /* tasks were started, or may have been */
    const struct task_copy *copy; /* the folder that tasks write; NULL: none that is left to be removed */
    bool owns_transaction;        /* BEGIN was ours: COMMIT or ROLLBACK is too */
    double started_ms;
};

/* Starts: dispatches stages if the query is distributed, and runs the last statement with `mode`. On failure nothing is
 * left to end. */
enum eider_status query_run_start(struct eider_query *query, enum run_mode mode, struct query_run *ret,
                                  duckdb_result *ret_result, struct eider_error *err);
/* Ends: frees everything of the execution. The result must be complete or destroyed. `status` is how it went so far;
 * a failed task is the cause of a failed head, so the returned status and err tell that. */
enum eider_status query_run_end(struct query_run *run, enum eider_status status, struct eider_error *err);

double now_ms(void);

#endif
