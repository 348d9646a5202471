/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PARAMETERS_H
#define EIDER_PARAMETERS_H

/*
 * Parameters of a prepared query: ?, $1 and $name, numbered and named as DuckDB does. They get values between eider_prepare and
 * the run; without all of them, running is DuckDB's error. A query with parameters is planned when all have values: by
 * eider_query_explain, or when it runs. Until then it is not distributed, with the verdict `parameter`.
 *
 * While it is planned, the values are variables of the connection whose names begin with eider_parameter_.
 */

#include <stdint.h>

#include "duckdb.h"
#include "eider/error.h"
#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_query;

/* How many parameters there are; 0 as well if DuckDB refuses the statement. The session's thread. */
EIDER_API uint64_t eider_query_parameter_count(const struct eider_query *query);

/* The name of parameter `index`, counted from 1: "name" for $name, the number for $1 and ?. NULL if there is none. Lives as
 * long as the query. The session's thread. */
EIDER_API const char *eider_query_parameter_name(const struct eider_query *query, uint64_t index);

/*
 * Gives parameter `index`, counted from 1, a value in the place of the one it had. The value is copied, and stays the
 * caller's; duckdb_create_null_value makes a NULL. A query that was run takes no more values: prepare it again. Errors:
 * ARGUMENT (no such parameter, no value, the query has been run); then the parameter is as before. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_query_bind(struct eider_query *query, uint64_t index,
                                                              duckdb_value value, struct eider_error *err);

/* The same by name, without the $; capitals do not matter, as in DuckDB. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_query_bind_name(struct eider_query *query,
                                                                   const char *name, duckdb_value value,
                                                                   struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
