/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLUSTER_H
#define EIDER_CLUSTER_H

/*
 * Clusters: who the workers are, and how to reach them.
 */

#include <stdint.h>

#include "eider/error.h"
#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_cluster;

#define EIDER_MAX_WORKERS 1024

/*
 * A cluster of `workers` (1 to EIDER_MAX_WORKERS) in this process. Its workers share the database of each session
 * that uses it: one thread pool, one memory limit. On success *ret is a reference that the caller gives back with
 * eider_cluster_unref; on failure *ret is NULL. Errors: ARGUMENT, MEMORY. Any thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_cluster_new_local(uint32_t workers, struct eider_cluster **ret, struct eider_error *err);

/* ---- Workers that come and go ----------------------------------------------------------------------------------- */

/* The workers that a resolver names. */
struct eider_worker_list;

#define EIDER_WORKER_NAME_BYTES 256

/* Adds a worker; the name (1 to EIDER_WORKER_NAME_BYTES - 1 bytes, copied) may stand there once. What is wrong with it
 * fails the query with an error that names the resolver. */
EIDER_API void eider_worker_list_add(struct eider_worker_list *list, const char *name);

/*
 * Names the workers that there are now. Called before each query is planned, in the thread of its session. No worker is fine:
 * the query runs on DuckDB alone, and its verdict says so. What it returns but EIDER_OK fails the query.
 */
typedef enum eider_status (*eider_resolve)(void *data, struct eider_worker_list *workers,
                                           struct eider_error *err);

/*
 * A cluster in this process whose workers a resolver names: a name is a worker, and stays the same one within a session. A
 * session meets EIDER_MAX_WORKERS names at most. `free_data` (may be NULL) is called with `data` when the cluster is freed; on
 * failure it is not. Otherwise as eider_cluster_new_local.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_cluster_new_resolved(eider_resolve resolve, void *data,
                                                                        void (*free_data)(void *data),
                                                                        struct eider_cluster **ret,
                                                                        struct eider_error *err);

/* ---- Life --------------------------------------------------------------------------------------------------------- */

/* One more reference; returns the cluster. NULL stays NULL. Any thread. */
EIDER_API struct eider_cluster *eider_cluster_ref(struct eider_cluster *cluster);

/* Gives a reference back; the last one frees the cluster. Accepts NULL. Any thread. */
EIDER_API void eider_cluster_unref(struct eider_cluster *cluster);

/* How many workers it has; 0 if a resolver says. Any thread. */
EIDER_API uint32_t eider_cluster_worker_count(const struct eider_cluster *cluster);

#ifdef __cplusplus
}
#endif
#endif
