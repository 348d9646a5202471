/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters: reference counting, and the cluster in this process.
 *
 * The local cluster owns the executor, so that all its workers and sessions together run as many tasks at once as the
 * setting says. Each session gets workers of its own over its database's engine: they cost nothing while idle.
 */
#include "coordinator/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "coordinator/worker_list.h"
#include "rpc/inproc/inproc.h"
#include "base/executor.h"
#include "worker/worker.h"

#define WORKER_NAME "worker %u" /* where no resolver names them */

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

static enum eider_status all_workers(struct transport *transport, struct arena *arena,
                                     struct query_workers *ret, struct eider_error *err)
{
    ret->count = transport->worker_count;
    ret->numbers = arena_alloc_array(arena, ret->count, sizeof(*ret->numbers));
    ret->names = arena_alloc_array(arena, ret->count, sizeof(*ret->names));
    for (uint32_t i = 0; ret->numbers != NULL && ret->names != NULL && i < ret->count; i++) {
        ret->numbers[i] = i;
        ret->names[i] = arena_printf(arena, WORKER_NAME, i);
    }
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}

enum eider_status cluster_workers(struct eider_cluster *cluster, struct engine *engine,
                                  struct transport *transport, struct arena *arena, struct query_workers *ret,
                                  struct eider_error *err)
{
    if (cluster->vtable->resolve == NULL)
        return all_workers(transport, arena, ret, err);
    return cluster->vtable->resolve(cluster, engine, transport, arena, ret, err);
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
    if (!cluster->shares_database)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the workers of this cluster are set up where they run", me);
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
    struct worker_resolver resolver; /* zeroed: the workers are counted */
};

static struct local_cluster *local_of(struct eider_cluster *cluster)
{
    return (struct local_cluster *)(void *)cluster;
}

static enum eider_status new_worker(struct eider_cluster *cluster, struct engine *engine,
                                    const struct worker_id *id, struct worker_service **ret,
                                    struct eider_error *err)
{
    struct worker_options options = {
        .engine = engine, .executor = local_of(cluster)->executor, .number = id->number, .name = id->name};

    pthread_mutex_lock(&cluster->lock);
    options.setup = cluster->setup;
    pthread_mutex_unlock(&cluster->lock);
    return worker_new(&options, ret, err);
}

static enum eider_status local_connect(struct eider_cluster *cluster, struct engine *engine,
                                       struct store *coordinator, struct transport **ret,
                                       struct eider_error *err)
{
    enum eider_status status = inproc_new(cluster->workers, coordinator, ret, err);

    for (uint32_t i = 0; status == EIDER_OK && i < cluster->workers; i++) {
        struct worker_service *worker = NULL;
        char name[32];

        snprintf(name, sizeof(name), WORKER_NAME, i);
        status = new_worker(cluster, engine, &(struct worker_id){i, name}, &worker, err);
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
    if (local_of(cluster)->resolver.free_data != NULL)
        local_of(cluster)->resolver.free_data(local_of(cluster)->resolver.data);
    pthread_mutex_destroy(&cluster->lock);
    free(cluster);
}

static const struct cluster_vtable local_vtable = {
    .connect = local_connect,
    .set_tasks_at_once = local_set_tasks_at_once,
    .free = local_free,
};

static enum eider_status local_new(const struct cluster_vtable *vtable, struct local_cluster **ret,
                                   struct eider_error *err)
{
    struct local_cluster *local = calloc(1, sizeof(*local));
    enum eider_status status;

    if (local == NULL)
        return error_no_memory(err);
    if ((status = executor_new(&local->executor, err)) != EIDER_OK) {
        free(local);
        return status;
    }
    pthread_mutex_init(&local->base.lock, NULL);
    local->base.vtable = vtable;
    local->base.shares_database = true;
    atomic_init(&local->base.refs, 1);
    handle_add(&local->base.handle, &local->base, HANDLE_CLUSTER);
    *ret = local;
    return EIDER_OK;
}

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
    if ((status = local_new(&local_vtable, &local, err)) != EIDER_OK)
        return status;
    local->base.workers = workers;
    *ret = &local->base;
    return EIDER_OK;
}

/* ---- In this process, named by a resolver ---- */

/* The number of a worker's name, which becomes a worker if it is none yet. */
static enum eider_status number_of(struct eider_cluster *cluster, struct engine *engine,
                                   struct transport *transport, const char *name, uint32_t *ret,
                                   struct eider_error *err)
{
    struct worker_service *worker = NULL;
    enum eider_status status;

    if ((*ret = inproc_find(transport, name)) != UINT32_MAX)
        return EIDER_OK;
    *ret = transport->worker_count;
    if (*ret >= EIDER_MAX_WORKERS)
        return error_set(err, EIDER_ERROR_WORKER, "the session has met %d workers by name already",
                         EIDER_MAX_WORKERS);
    status = new_worker(cluster, engine, &(struct worker_id){*ret, name}, &worker, err);
    if (status == EIDER_OK && !inproc_add_worker(transport, name, worker)) {
        worker->vtable->free(worker);
        status = error_no_memory(err);
    }
    return status;
}

static enum eider_status resolved_workers(struct eider_cluster *cluster, struct engine *engine,
                                          struct transport *transport, struct arena *arena,
                                          struct query_workers *ret, struct eider_error *err)
{
    struct eider_worker_list *list;
    enum eider_status status = worker_list_resolve(&local_of(cluster)->resolver, cluster, arena, &list, err);

    *ret = (struct query_workers){.count = 0};
    if (status != EIDER_OK)
        return status;
    if ((ret->numbers = arena_alloc_array(arena, list->count, sizeof(*ret->numbers))) == NULL)
        return error_no_memory(err);
    ret->names = list->names;
    for (; status == EIDER_OK && ret->count < list->count; ret->count++)
        status =
            number_of(cluster, engine, transport, list->names[ret->count], &ret->numbers[ret->count], err);
    return status;
}

static enum eider_status resolved_connect(struct eider_cluster *cluster, struct engine *engine,
                                          struct store *coordinator, struct transport **ret,
                                          struct eider_error *err)
{
    (void)cluster;
    (void)engine;
    return inproc_reserve(EIDER_MAX_WORKERS, coordinator, ret, err);
}

static const struct cluster_vtable resolved_vtable = {
    .connect = resolved_connect,
    .resolve = resolved_workers,
    .set_tasks_at_once = local_set_tasks_at_once,
    .free = local_free,
};

enum eider_status eider_cluster_new_resolved(eider_resolve resolve, void *data, void (*free_data)(void *data),
                                             struct eider_cluster **ret, struct eider_error *err)
{
    struct local_cluster *local;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_cluster_new_resolved: ret is NULL");
    *ret = NULL;
    if (resolve == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_cluster_new_resolved: the resolver is NULL");
    if ((status = local_new(&resolved_vtable, &local, err)) != EIDER_OK)
        return status;
    local->resolver = (struct worker_resolver){resolve, data, free_data};
    *ret = &local->base;
    return EIDER_OK;
}
