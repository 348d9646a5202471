/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_RUN_H
#define EIDER_ENGINE_RUN_H

/*
 * A run: the execution of one task (or of the head stage), which can be cancelled from any thread. It knows
 * the connection that is busy for it, and remembers the first failure that a sink or source of it met, or a task that it waits
 * for: DuckDB passes on only a text, so that failure, status and hint included, takes the place of DuckDB's error.
 *
 * A run executes one statement at a time. run_cancel is sticky: what is started afterwards fails at once. It
 * is not lost either when it comes while a statement is being planned, though DuckDB forgets interrupts then.
 */

#include <stdbool.h>
#include <stdint.h>

#include "duckdb.h"

#include "base/error.h"

struct run;

enum eider_status run_new(struct run **ret, struct eider_error *err);
struct run *run_ref(struct run *run);
void run_unref(struct run *run); /* accepts NULL */

/* Any thread. Returns when the statement has ended, after 50 ms at the latest. */
void run_cancel(struct run *run);
bool run_is_cancelled(const struct run *run);
void run_fail(struct run *run, const struct eider_error *error); /* the first failure counts */

/* The failure that it remembers; EIDER_OK, and err is left alone: none. Any thread. */
enum eider_status run_failure(struct run *run, struct eider_error *err);

enum run_mode {
    RUN_INVALID = 0,
    RUN_MATERIALIZE, /* the result is complete when run_execute returns */
    RUN_STREAM       /* its chunks are computed while they are fetched; end it with run_detach */
};

/* DuckDB has planned the statement that the run executes: its functions begin to work. Any thread. */
void run_planned(struct run *run);

/*
 * Executes one statement. On success *ret_result is the caller's (duckdb_destroy_result); on failure it is
 * zeroed. Errors: CANCELLED; the run's own failure; SQL with DuckDB's message (MEMORY and IO where DuckDB
 * says so). The thread that uses the connection.
 */
enum eider_status run_execute(struct run *run, duckdb_connection connection, const char *sql,
                              enum run_mode mode, duckdb_result *ret_result, struct eider_error *err);

/*
 * The same for a statement with parameters: `values` has their values by number, of which those that are NULL are not bound, so
 * that DuckDB names them in its error.
 */
struct run_bound {
    const char *sql;
    const duckdb_value *values;
    uint64_t count;
};
enum eider_status run_execute_bound(struct run *run, duckdb_connection connection,
                                    const struct run_bound *bound, enum run_mode mode,
                                    duckdb_result *ret_result, struct eider_error *err);

/* The same for SQL that we wrote: if DuckDB does not understand it (it does not bind), the error is UNSUPPORTED. */
enum eider_status run_execute_written(struct run *run, duckdb_connection connection, const char *sql,
                                      enum run_mode mode, duckdb_result *ret_result, struct eider_error *err);

/* Executes a statement of ours whose result is one BIGINT, such as the count() around a sink. Errors: as run_execute.
 */
enum eider_status run_count(struct run *run, duckdb_connection connection, const char *sql,
                            uint64_t *ret_count, struct eider_error *err);

/* After a streamed result has been destroyed: stops what DuckDB may still compute for it, and leaves the connection alone
 * from now on. Without a stream: no effect. */
void run_detach(struct run *run);

/* While a streamed result is fetched: turns DuckDB's error text (NULL: none) into a status, as run_execute
 * does. */
enum eider_status run_result_error(struct run *run, duckdb_result *result, struct eider_error *err);

#endif
