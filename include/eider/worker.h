/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_H
#define EIDER_WORKER_H

/*
 * Workers: what an application prepares on each before tasks run there, and headers that reach them.
 */

#include "eider/custom.h"
#include "eider/rules.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_cluster;
struct eider_session;

/* ---- Set-up ------------------------------------------------------------------------------------------------------- */

/* A worker while it is set up, for one session. */
struct eider_worker;

/*
 * Called on a worker before the first task of a session runs there, and again before the next task after the session's headers
 * have changed; then what an earlier call added is dropped. Here an application loads extensions, registers functions, adds
 * kinds of custom nodes and rewrites. In a local cluster the workers of a session share its database, so what is registered
 * there with SQL or DuckDB's C API may be there already. Any thread, one call at a time for a worker. What it returns but
 * EIDER_OK fails the task, and with it the query (EIDER_ERROR_UNSUPPORTED as EIDER_ERROR_SQL); the next one tries again.
 */
typedef enum eider_status (*eider_worker_setup)(void *data, struct eider_worker *worker,
                                                struct eider_error *err);

/*
 * The set-up of all workers of a local cluster, for sessions that are made from now on. `free_data` (may be NULL) is called with
 * `data` when the cluster is freed; on failure it is not. Errors: ARGUMENT (the cluster has one already).
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_cluster_set_worker_setup(struct eider_cluster *cluster, eider_worker_setup setup, void *data,
                               void (*free_data)(void *data), struct eider_error *err);

/* The number of the worker, from 0. */
EIDER_API uint32_t eider_worker_number(const struct eider_worker *worker);

/* Its name: what a resolver calls it, else "worker 0", …; until the callback returns. */
EIDER_API const char *eider_worker_name(const struct eider_worker *worker);

/* A connection to the worker's DuckDB, until the callback returns. What is SET on it is only for itself; SET GLOBAL, LOAD and
 * registered functions are for the whole DuckDB. */
EIDER_API duckdb_connection eider_worker_connection(struct eider_worker *worker);

/* The value of a header of the session, its name in any letter case; NULL if it has none. Until the callback returns. */
EIDER_API const char *eider_worker_header(const struct eider_worker *worker, const char *name);

/* Adds a kind of custom nodes, as eider_session_add_custom. `free_data` is called when the set-up is dropped. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_worker_add_custom(struct eider_worker *worker,
                                                                     const struct eider_custom_kind *kind,
                                                                     struct eider_error *err);

/*
 * Adds a rewrite: it gets the fragment of each task on this worker before it runs, after the rewrites that were added before,
 * and gives back the fragment to run. It may change neither the columns of the fragment nor which inputs it reads nor how its
 * rows are partitioned. Its error fails the query with its text (EIDER_ERROR_UNSUPPORTED as EIDER_ERROR_SQL), and so does a
 * fragment of which DuckDB does not take the SQL: nothing runs in place of a rewritten one. Called in any thread, several at
 * once. The head stage, and queries that are not distributed, have no rewrites.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_worker_add_rewrite(struct eider_worker *worker, const char *name, eider_rule rewrite, void *data,
                         void (*free_data)(void *data), struct eider_error *err);

/* ---- Headers -------------------------------------------------------------------------------------------------------- */

/*
 * A header that goes with every task of the session's queries from now on, such as a tenant or a trace id. Setting one again
 * replaces it, NULL removes it. Names: letters, digits, '-', '_', 1 to 128 bytes, not beginning with "eider-"; letter case
 * does not matter. Values: printable ASCII, up to 8 KiB. At most 100 headers. Errors: ARGUMENT, MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_session_set_header(struct eider_session *session,
                                                                      const char *name, const char *value,
                                                                      struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
