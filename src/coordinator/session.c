/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: an application's connection, the engine of its database, and the transport to the cluster.
 *
 * `lock` guards run and execution for eider_session_cancel. It is held while they are cancelled, so that they exist;
 * what they call takes only locks of its own below.
 */
#include "coordinator/session.h"

#include <stdlib.h>
#include <time.h>

#include "base/error.h"

double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

enum eider_status eider_session_new(duckdb_database database, duckdb_connection connection,
                                    struct eider_cluster *cluster,
                                    const struct eider_session_options *options, struct eider_session **ret,
                                    struct eider_error *err)
{
    struct eider_session *session;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_new: ret is NULL");
    *ret = NULL;
    if (database == NULL || connection == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_new: database or connection is NULL");
    if (options != NULL && options->size < sizeof(size_t))
        return error_set(
            err, EIDER_ERROR_ARGUMENT,
            "eider_session_new: the options are not initialised with EIDER_SESSION_OPTIONS_INIT");
    if (cluster != NULL &&
        (status = handle_check(cluster, HANDLE_CLUSTER, "eider_session_new", err)) != EIDER_OK)
        return status;
    if ((session = calloc(1, sizeof(*session))) == NULL)
        return error_no_memory(err);
    handle_add(&session->handle, session, HANDLE_SESSION);
    session->database = database;
    session->connection = connection;
    pthread_mutex_init(&session->lock, NULL);
    status = engine_open(database, &session->engine, err);
    if (status == EIDER_OK)
        status = store_new(engine_budget(session->engine), &session->store, err);
    if (status == EIDER_OK && cluster != NULL) {
        session->cluster = eider_cluster_ref(cluster);
        status = cluster->vtable->connect(cluster, session->engine, session->store, &session->transport, err);
    }
    if (status != EIDER_OK) {
        eider_session_free(session);
        return status;
    }
    *ret = session;
    return EIDER_OK;
}

void eider_session_free(struct eider_session *session)
{
    if (!handle_is_alive(session, HANDLE_SESSION))
        return;
    handle_remove(&session->handle);
    engine_planner_free(session->planner);
    engine_files_free(session->files);
    verdict_cache_clear(&session->verdicts);
    text_names_done(&session->text_names);
    session_rules_free(&session->rules);
    declared_functions_free(&session->functions);
    custom_kinds_free(&session->customs);
    session_feeds_free(&session->feeds);
    session_headers_free(&session->headers);
    session_free_handlers(session);
    transport_free(session->transport);
    store_free(session->store);
    engine_unref(session->engine);
    eider_cluster_unref(session->cluster);
    pthread_mutex_destroy(&session->lock);
    free(session);
}

void session_begin(struct eider_session *session, struct run *run, struct execution *execution)
{
    pthread_mutex_lock(&session->lock);
    session->run = run;
    session->execution = execution;
    if (run != NULL && session->cancelled)
        run_cancel(run);
    pthread_mutex_unlock(&session->lock);
}

void session_set_busy(struct eider_session *session, bool busy)
{
    pthread_mutex_lock(&session->lock);
    session->busy = busy;
    session->cancelled = false;
    pthread_mutex_unlock(&session->lock);
}

void session_set_execution(struct eider_session *session, struct execution *execution)
{
    pthread_mutex_lock(&session->lock);
    session->execution = execution;
    pthread_mutex_unlock(&session->lock);
}

void session_end(struct eider_session *session)
{
    session_begin(session, NULL, NULL);
}

void eider_session_cancel(struct eider_session *session)
{
    if (!handle_is_alive(session, HANDLE_SESSION))
        return;
    pthread_mutex_lock(&session->lock);
    session->cancelled = session->busy;
    if (session->run != NULL)
        run_cancel(session->run);
    if (session->execution != NULL)
        execution_cancel(session->execution);
    pthread_mutex_unlock(&session->lock);
}
