/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_PLANNING_H
#define EIDER_ENGINE_PLANNING_H

/*
 * Asking DuckDB for its plan of a query, on the application's connection, whose transaction, TEMP objects, search path,
 * macros, variables and settings decide what the query means.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/verdict.h"
#include "engine/engine.h"
#include "engine/text_scans.h"
#include "plan/plan.h"

/* The helper statements of one session. One thread at a time: the one that uses the application's connection. */
struct engine_planner;

/* Keeps a reference to the engine; `application` is borrowed and must outlive the planner. Errors: MEMORY, SQL. */
enum eider_status engine_planner_new(struct engine *engine, duckdb_connection application,
                                     struct engine_planner **ret, struct eider_error *err);
void engine_planner_free(struct engine_planner *planner); /* accepts NULL */

enum engine_plan_flags {
    ENGINE_PLAN_TREE =
        1 << 0, /* the plan itself; without it, the statement must be one that had a plan just now */
    ENGINE_PLAN_COLUMNS =
        1 << 1 /* names and types of the result, as DuckDB gives them: plans the query once more */
};

struct engine_plan_request {
    const char *sql;               /* one statement */
    unsigned flags;                /* of enum engine_plan_flags */
    unsigned text_functions;       /* of enum text_function: for these the plan has eider_text_scan */
    uint64_t task_bytes;           /* text scans of more than that are worth several tasks */
    bool (*cancelled)(void *data); /* NULL: never; asked between the steps and while waiting */
    void *data;
};

struct engine_plan {
    const char *
        plan_json; /* what import_plan reads; may be empty, or say that DuckDB refuses; "" if not asked for */
    size_t plan_bytes;
    struct column_list columns;        /* empty if not asked for */
    struct text_files_list text_files; /* of the plan's text scans */
};

/*
 * Texts and columns live in `arena`.
 *
 * The optimizers that rewrite a plan for one process are off meanwhile, for the whole database, under a lock of the
 * process; they are as before when this returns, whatever it returns. Statements of
 * other threads that DuckDB plans in these milliseconds get plans without those optimizers, nothing worse.
 *
 * EIDER_OK with a verdict: the statement is no query (NOT_A_QUERY), has parameters (PARAMETER), a setting forbids
 * planning (SETTING), a column has a type without a representation (TYPE), a text scan only runs locally
 * (TABLE_FUNCTION), or DuckDB refuses the statement (PLAN_REFUSED, with the start of its message): run it on DuckDB, which
 * reports its own error. A plan that DuckDB writes as an error is no verdict here: import_plan reads it.
 * Errors: CANCELLED (duckdb_interrupt, or cancelled()), MEMORY; SQL if the optimizers cannot be switched back on.
 */
enum eider_status engine_plan(struct engine_planner *planner, const struct engine_plan_request *request,
                              struct arena *arena, struct engine_plan *ret, struct verdict *verdict,
                              struct eider_error *err);

#endif
