/* SPDX-License-Identifier: Apache-2.0 */
/* A worker that answers an application's requests: one worker on one database, its threads, and how it reaches others. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/executor.h"
#include "base/handle.h"
#include "eider/eider.h"
#include "eider/remote.h"
#include "engine/settings.h"
#include "rpc/calls/calls.h"
#include "worker/worker.h"

struct eider_worker_service {
    struct handle handle;
    struct eider_transport to;
    struct engine *engine;
    struct executor *executor;
    struct calls_worker worker;
    char *version;
    pthread_mutex_t lock; /* of `connection` */
    duckdb_connection connection;
};

/* The settings of the worker's DuckDB may have changed. What makes no sense there stays as it was. */
static void follow_settings(void *data)
{
    struct eider_worker_service *service = data;
    struct settings settings;

    pthread_mutex_lock(&service->lock);
    if (settings_read(service->connection, &settings, NULL) == EIDER_OK)
        settings_apply(&settings, service->engine);
    pthread_mutex_unlock(&service->lock);
}

static enum eider_status check(duckdb_database database, const struct eider_transport *transport,
                               const struct eider_worker_service_options *options, struct eider_error *err)
{
    static const char me[] = "eider_worker_service_new";

    if (database == NULL || transport == NULL || transport->call == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the database, the transport or its call is NULL",
                         me);
    if (transport->size < sizeof(*transport))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the transport is not initialised with EIDER_TRANSPORT_INIT", me);
    if (options != NULL && options->size < sizeof(*options))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the options are not initialised with EIDER_WORKER_SERVICE_OPTIONS_INIT", me);
    if (options != NULL && options->version != NULL && strlen(options->version) >= EIDER_VERSION_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: a version has at most %d bytes", me,
                         EIDER_VERSION_BYTES - 1);
    return EIDER_OK;
}

static enum eider_status start(struct eider_worker_service *service,
                               const struct eider_worker_service_options *options, struct eider_error *err)
{
    struct worker_options worker = {.engine = service->engine,
                                    .executor = service->executor,
                                    .name = "",
                                    .setup = {options->setup, options->setup_data}};
    enum eider_status status = worker_new(&worker, &service->worker.service, err);

    service->worker.to = &service->to;
    service->worker.executor = service->executor;
    service->worker.before_task = follow_settings;
    service->worker.data = service;
    service->worker.version = service->version;
    service->worker.eider_version = eider_version();
    service->worker.duckdb_version = eider_duckdb_version();
    service->worker.budget = engine_budget(service->engine);
    return status;
}

enum eider_status eider_worker_service_new(duckdb_database database, const struct eider_transport *transport,
                                           const struct eider_worker_service_options *options,
                                           struct eider_worker_service **ret, struct eider_error *err)
{
    static const struct eider_worker_service_options none = EIDER_WORKER_SERVICE_OPTIONS_INIT;
    struct eider_worker_service *service;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_worker_service_new: ret is NULL");
    *ret = NULL;
    if ((status = check(database, transport, options, err)) != EIDER_OK)
        return status;
    options = options != NULL ? options : &none;
    if ((service = calloc(1, sizeof(*service))) == NULL)
        return error_no_memory(err);
    handle_add(&service->handle, service, HANDLE_WORKER_SERVICE);
    pthread_mutex_init(&service->lock, NULL);
    service->to = *transport;
    service->to.address = NULL;
    service->version = strdup(options->version != NULL ? options->version : "");
    status = service->version == NULL ? error_no_memory(err) : engine_open(database, &service->engine, err);
    if (status == EIDER_OK && duckdb_connect(database, &service->connection) != DuckDBSuccess)
        status = error_set(err, EIDER_ERROR_SQL, "DuckDB gives no connection for the settings of a worker");
    if (status == EIDER_OK)
        status = executor_new(&service->executor, err);
    if (status == EIDER_OK)
        status = start(service, options, err);
    if (status != EIDER_OK) {
        eider_worker_service_free(service);
        return status;
    }
    *ret = service;
    return EIDER_OK;
}

void eider_worker_service_answer(struct eider_worker_service *service, const void *request,
                                 size_t request_bytes, struct eider_message *response)
{
    struct eider_error err = {.stage = -1, .task = -1, .worker = -1};

    if (response == NULL)
        return;
    if (handle_check(service, HANDLE_WORKER_SERVICE, "eider_worker_service_answer", &err) != EIDER_OK)
        wire_put_error(&response->buf, &err);
    else
        calls_answer_worker(&service->worker, request, request == NULL ? 0 : request_bytes, &response->buf);
}

void eider_worker_service_free(struct eider_worker_service *service)
{
    if (!handle_is_alive(service, HANDLE_WORKER_SERVICE))
        return;
    handle_remove(&service->handle);
    executor_free(service->executor);
    if (service->worker.service != NULL)
        service->worker.service->vtable->free(service->worker.service);
    duckdb_disconnect(&service->connection);
    engine_unref(service->engine);
    pthread_mutex_destroy(&service->lock);
    free(service->version);
    free(service);
}
