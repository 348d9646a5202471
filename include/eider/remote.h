/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_REMOTE_H
#define EIDER_REMOTE_H

/*
 * Workers in other processes or on other machines, reached over a transport of the application.
 *
 * Eider makes the messages. An application brings one function, which sends a request to a node and waits for the response, and
 * gives the requests that arrive to eider_worker_service_answer (at workers) or eider_cluster_answer (at the coordinator). A node
 * is named by its address: any text that the application understands.
 *
 *     coordinator                                           worker "b:9000"
 *     eider_cluster_new_remote                              eider_worker_service_new
 *        └ call("b:9000", request, response)  ── bytes ──▶     └ eider_worker_service_answer(request, response)
 *     eider_cluster_answer(request, response) ◀── bytes ──         call("a:8000", request, response)
 *
 * Workers call each other for the rows that they exchange, and the coordinator where it has rows or work units for them.
 *
 * Messages are not encrypted and carry no proof of who sent them: the transport has to see to both, and to deliver a request to
 * nobody but whom it is for, as it was sent. Workers read the files that queries name by the same paths as the coordinator.
 */

#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"
#include "eider/cluster.h"
#include "eider/transport.h"
#include "eider/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The worker's side -------------------------------------------------------------------------------------------------- */

/* A worker that answers requests. */
struct eider_worker_service;

struct eider_worker_service_options {
    size_t size;         /* of this struct, for versions to come */
    const char *version; /* of the deployment, free text of up to 255 bytes; NULL: "" */
    /* NULL: none. See eider/worker.h; here its worker has number 0 and the name "", and is that of all sessions of all
     * coordinators: it is set up anew whenever a task has other headers than the one before. */
    eider_worker_setup setup;
    void *setup_data;
};

#define EIDER_WORKER_SERVICE_OPTIONS_INIT                                                                    \
    {                                                                                                        \
        sizeof(struct eider_worker_service_options), NULL, NULL, NULL                                        \
    }

/*
 * A worker that runs tasks on `database`, which must outlive it, and calls other nodes with `transport` (copied). `options` (may
 * be NULL) is copied. On success the caller frees *ret with eider_worker_service_free. Errors: ARGUMENT, MEMORY, SQL. Any thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_worker_service_new(duckdb_database database, const struct eider_transport *transport,
                         const struct eider_worker_service_options *options,
                         struct eider_worker_service **ret, struct eider_error *err);

/*
 * Answers one request: appends the response, which may be an error, to `response`. A request to run a task returns when the task
 * has ended. Any bytes are a request; those that make no sense get an error as response. Any thread, many at once; a worker needs
 * as many threads as it has requests, since those for rows and for cancelling come while tasks run.
 */
EIDER_API void eider_worker_service_answer(struct eider_worker_service *service, const void *request,
                                           size_t request_bytes, struct eider_message *response);

/* Frees the worker and the rows that it keeps. No request may be in it any more. Accepts NULL. */
EIDER_API void eider_worker_service_free(struct eider_worker_service *service);

/* ---- The coordinator's side ------------------------------------------------------------------------------------------- */

/*
 * A cluster of workers that `transport` (copied) reaches. `resolve` names them by their addresses, with `data`, before each query
 * is planned. A worker that does not answer, or whose version of DuckDB or of Eider's protocol is not the coordinator's, is left
 * out of the query: eider_query_left_out says which and why. Native and TEMP tables are read by the coordinator, and their rows
 * sent. `free_data` (may be NULL) is called with `data` when the cluster is freed; on failure it is not. Any thread. Errors:
 * ARGUMENT, MEMORY.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_cluster_new_remote(const struct eider_transport *transport, eider_resolve resolve, void *data,
                         void (*free_data)(void *data), struct eider_cluster **ret, struct eider_error *err);

/* Answers a request of a worker, as eider_worker_service_answer. Any thread, as long as the caller has a reference of the
 * cluster; also while sessions are freed. */
EIDER_API void eider_cluster_answer(struct eider_cluster *cluster, const void *request, size_t request_bytes,
                                    struct eider_message *response);

#define EIDER_VERSION_BYTES 256

/* What a worker says of itself. */
struct eider_worker_info {
    char version[EIDER_VERSION_BYTES];        /* the application's */
    char eider_version[EIDER_VERSION_BYTES];  /* as eider_version */
    char duckdb_version[EIDER_VERSION_BYTES]; /* as eider_duckdb_version */
};

/*
 * For resolvers of a remote cluster: asks a worker about itself, so that those of an unwanted version need not be added. What was
 * heard within the last second is not asked again. Errors: those of the call, CORRUPT (no worker of Eider answered), ARGUMENT
 * (the cluster is not remote), MEMORY.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_worker_list_ask(struct eider_worker_list *list,
                                                                   const char *address,
                                                                   struct eider_worker_info *ret,
                                                                   struct eider_error *err);

struct eider_query;

/* The workers that the resolver named and that the query does without, with the reasons, a line each; NULL: there are none. Until
 * the query is freed or planned again. */
EIDER_API const char *eider_query_left_out(const struct eider_query *query);

#ifdef __cplusplus
}
#endif
#endif
