/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_PARAMETERS_H
#define EIDER_COORDINATOR_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"

#include "base/error.h"
#include "engine/run.h"

struct eider_query;

struct query_parameter {
    const char *name; /* as DuckDB says it, without $ */
    duckdb_type type; /* what the context makes of it; INVALID: unknown, or of a type with a name */
};

struct query_parameter_use {
    size_t start, end; /* in query->sql */
    uint64_t index;
};

/* The parameters of one query. Zeroed: it has none. */
struct query_parameters {
    uint64_t count;
    struct query_parameter *items;
    duckdb_value *values; /* NULL: none yet */
    uint32_t use_count;
    struct query_parameter_use *uses;
    const char *obstacle; /* why the text cannot be planned with values; NULL: it can be */
    bool changed;         /* there are values that the plan has not seen */
    bool
        planned_again; /* DuckDB would plan the statement again for these values; parameters_ready finds it out */
};

/* Finds the parameters, by asking DuckDB. Errors: MEMORY. */
enum eider_status parameters_find(struct eider_query *query, struct eider_error *err);
void parameters_done(struct query_parameters *parameters);

/* True if the query can be planned; else the verdict is set. */
bool parameters_ready(struct eider_query *query);

/* query->sql from `start` to `end`, with variables in the place of parameters. In the query's arena; NULL: no memory. */
const char *parameters_text(struct eider_query *query, size_t start, size_t end);

/* The variables exist on the connection between these two. A verdict is set if DuckDB refuses one. Errors: CANCELLED, MEMORY. */
enum eider_status parameters_enter(struct eider_query *query, struct run *run, struct eider_error *err);
void parameters_leave(struct eider_query *query);

/* Sets the verdict if in the plan something other than a name of the result depends on how parameters are written. */
void parameters_check_plan(struct eider_query *query, const char *json, size_t bytes);

/* Gives the columns of the result the names that they have in DuckDB: (k + $1). Errors: MEMORY. */
enum eider_status parameters_name_columns(struct eider_query *query, struct eider_error *err);

#endif
