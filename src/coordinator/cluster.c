/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters: reference counting, and the cluster in this process.
 *
 * The local cluster owns the executor, so that all its workers and sessions together run as many tasks at once as the
 * setting says. Each session gets workers of its own over its database's engine: they cost nothing while idle.
 */
#include "coordinator/cluster.h"

#include <stdlib.h>

#include "base/error.h"
#include "rpc/inproc/inproc.h"
#include "worker/executor.h"
#include "worker/worker.h"

struct eider_cluster *eider_cluster_ref(struct eider_cluster *cluster)
{
    if (!handle_is_alive(cluster, HANDLE_CLUSTER))
        return NULL;
    atomic_fetch_add_explicit(&cluster->refs, 1, memory_order_relaxed);
    return cluster;
}

void eider_cluster_unref(struct eider_cluster *cluster)
{
    if (!handle_is_alive(cluster, HANDLE_CLUSTER) ||
        atomic_fetch_sub_explicit(&cluster->refs, 1, memory_order_acq_rel) != 1)
        return;
    handle_remove(&cluster->handle);
    cluster->vtable->free(cluster);
}

uint32_t eider_cluster_worker_count(const struct eider_cluster *cluster)
{
    return handle_is_alive(cluster, HANDLE_CLUSTER) ? cluster->workers : 0;
}

enum eider_status eider_cluster_set_worker_setup(struct eider_cluster *cluster, eider_worker_setup setup,
                                                 void *data, void (*free_data)(void *data),
                                                 struct eider_error *err)
{
    static const char me[] = "eider_cluster_set_worker_setup";
    enum eider_status status = handle_check(cluster, HANDLE_CLUSTER, me, err);
    bool taken;

    if (status != EIDER_OK)
        return status;
    if (setup == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the set-up is NULL", me);
    pthread_mutex_lock(&cluster->lock);
    taken = cluster->setup.setup != NULL;
    if (!taken) {
        cluster->setup = (struct worker_setup_callback){setup, data};
        cluster->free_setup = free_data;
    }
    pthread_mutex_unlock(&cluster->lock);
    return taken ? error_set(err, EIDER_ERROR_ARGUMENT, "%s: the cluster has a set-up already", me)
                 : EIDER_OK;
}

/* ---- In this process ---- */

struct local_cluster {
    struct eider_cluster base;
    struct executor *executor;
};

static struct local_cluster *local_of(struct eider_cluster *cluster)
{
    return (struct local_cluster *)(void *)cluster;
}

static enum eider_status local_connect(struct eider_cluster *cluster, struct engine *engine,
                                       struct store *coordinator, struct transport **ret,
                                       struct eider_error *err)
{
    enum eider_status status = inproc_new(cluster->workers, coordinator, ret, err);
    struct worker_options options = {
        .engine = engine, .executor = local_of(cluster)->executor, .transport = *ret};

    pthread_mutex_lock(&cluster->lock);
    options.setup = cluster->setup;
    pthread_mutex_unlock(&cluster->lock);
    for (uint32_t i = 0; status == EIDER_OK && i < cluster->workers; i++) {
        struct worker_service *worker = NULL;
        options.number = i;
        status = worker_new(&options, &worker, err);
        if (status == EIDER_OK)
            inproc_set_worker(*ret, i, worker);
    }
    if (status != EIDER_OK) {
        transport_free(*ret);
        *ret = NULL;
    }
    return status;
}

static void local_set_tasks_at_once(struct eider_cluster *cluster, uint32_t tasks)
{
    executor_set_width(local_of(cluster)->executor, tasks);
}

static void local_free(struct eider_cluster *cluster)
{
    executor_free(local_of(cluster)->executor);
    if (cluster->free_setup != NULL)
        cluster->free_setup(cluster->setup.data);
    pthread_mutex_destroy(&cluster->lock);
    free(cluster);
}

static const struct cluster_vtable local_vtable = {
    .connect = local_connect,
    .set_tasks_at_once = local_set_tasks_at_once,
    .free = local_free,
};

enum eider_status eider_cluster_new_local(uint32_t workers, struct eider_cluster **ret,
                                          struct eider_error *err)
{
    struct local_cluster *local;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_cluster_new_local: ret is NULL");
    *ret = NULL;
    if (workers < 1 || workers > EIDER_MAX_WORKERS)
        return error_set(err, EIDER_ERROR_ARGUMENT, "a local cluster has 1 to %d workers, not %u",
                         EIDER_MAX_WORKERS, workers);
    if ((local = calloc(1, sizeof(*local))) == NULL)
        return error_no_memory(err);
    pthread_mutex_init(&local->base.lock, NULL);
    local->base.vtable = &local_vtable;
    local->base.workers = workers;
    atomic_init(&local->base.refs, 1);
    if ((status = executor_new(&local->executor, err)) != EIDER_OK) {
        pthread_mutex_destroy(&local->base.lock);
        free(local);
        return status;
    }
    handle_add(&local->base.handle, &local->base, HANDLE_CLUSTER);
    *ret = &local->base;
    return EIDER_OK;
}
