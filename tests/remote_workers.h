/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_REMOTE_WORKERS_H
#define TESTS_REMOTE_WORKERS_H

/*
 * A remote cluster within one process: each worker has a database of its own, and is reached by messages only. What goes wrong
 * on the way can be made to: `spoil` sees every request before, and every response after it was answered.
 */
#include <stdio.h>
#include <string.h>

#include "eider/eider.h"
#include "eider/remote.h"

#define REMOTE_MAX_WORKERS 16
#define REMOTE_COORDINATOR "coordinator"

struct remote_worker {
    char address[24];
    duckdb_database database;
    struct eider_worker_service *service; /* NULL: nobody is there */
};

struct remote_workers {
    struct remote_worker workers[REMOTE_MAX_WORKERS];
    uint32_t count;
    struct eider_cluster *cluster; /* borrowed; for requests to the coordinator */
    /* Not EIDER_OK: the call fails so. `response` is NULL before the request is answered. May be NULL. */
    enum eider_status (*spoil)(void *data, const char *address, const uint8_t *request, size_t bytes,
                               struct eider_message *response);
    void *spoil_data;
};

static inline enum eider_status remote_call(void *data, const char *address, const void *request,
                                            size_t bytes, struct eider_message *response,
                                            struct eider_error *err)
{
    struct remote_workers *remote = data;
    enum eider_status status = EIDER_OK;
    bool answered = false;

    if (remote->spoil != NULL)
        status = remote->spoil(remote->spoil_data, address, request, bytes, NULL);
    if (status == EIDER_OK && strcmp(address, REMOTE_COORDINATOR) == 0) {
        eider_cluster_answer(remote->cluster, request, bytes, response);
        answered = true;
    }
    for (uint32_t i = 0; status == EIDER_OK && !answered && i < remote->count; i++) {
        if (strcmp(remote->workers[i].address, address) == 0 && remote->workers[i].service != NULL) {
            eider_worker_service_answer(remote->workers[i].service, request, bytes, response);
            answered = true;
        }
    }
    if (answered && remote->spoil != NULL)
        status = remote->spoil(remote->spoil_data, address, request, bytes, response);
    if (status == EIDER_OK && answered)
        return EIDER_OK;
    if (err != NULL)
        snprintf(err->message, sizeof(err->message), "nobody is there");
    return status != EIDER_OK ? status : EIDER_ERROR_WORKER;
}

static inline enum eider_status remote_resolve(void *data, struct eider_worker_list *list,
                                               struct eider_error *err)
{
    struct remote_workers *remote = data;

    (void)err;
    for (uint32_t i = 0; i < remote->count; i++)
        eider_worker_list_add(list, remote->workers[i].address);
    return EIDER_OK;
}

static inline void remote_stop(struct remote_workers *remote)
{
    for (uint32_t i = 0; i < remote->count; i++) {
        eider_worker_service_free(remote->workers[i].service);
        duckdb_close(&remote->workers[i].database);
    }
    remote->count = 0;
}

/* Workers and a cluster of them, whose reference the caller has. Nothing is left on failure. */
static inline enum eider_status remote_start(struct remote_workers *remote, uint32_t count,
                                             const struct eider_worker_service_options *options,
                                             struct eider_cluster **ret, struct eider_error *err)
{
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    enum eider_status status = EIDER_OK;

    memset(remote, 0, sizeof(*remote));
    transport.call = remote_call;
    transport.data = remote;
    for (; status == EIDER_OK && remote->count < count; remote->count++) {
        struct remote_worker *worker = &remote->workers[remote->count];

        snprintf(worker->address, sizeof(worker->address), "w%u", remote->count);
        if (duckdb_open(NULL, &worker->database) != DuckDBSuccess)
            status = EIDER_ERROR_SQL;
        else
            status = eider_worker_service_new(worker->database, &transport, options, &worker->service, err);
    }
    transport.address = REMOTE_COORDINATOR;
    if (status == EIDER_OK)
        status = eider_cluster_new_remote(&transport, remote_resolve, remote, NULL, ret, err);
    if (status != EIDER_OK)
        remote_stop(remote);
    else
        remote->cluster = *ret;
    return status;
}

#endif
