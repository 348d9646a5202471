/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_CLUSTER_H
#define EIDER_COORDINATOR_CLUSTER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/handle.h"
#include "eider/eider.h"
#include "engine/engine.h"
#include "rpc/transport.h"
#include "worker/setup.h"

/* The workers of a query, in the order in which its tasks go to them. */
struct query_workers {
    uint32_t count;
    uint32_t *numbers; /* of the transport */
    const char **names;
    const char *left_out; /* who was named and cannot be used, a line each; NULL: nobody */
};

/* A cluster is who the workers are and how to reach them. Reference-counted; its kinds fill in the vtable. */
struct eider_cluster {
    struct handle handle;
    const struct cluster_vtable *vtable;
    atomic_uint refs;
    uint32_t workers;                   /* 0: a resolver says */
    bool shares_database;               /* its workers run on the database of each session */
    struct worker_setup_callback setup; /* under `lock`, as sessions of other threads may connect */
    void (*free_setup)(void *data);
    pthread_mutex_t lock;
};

struct cluster_vtable {
    /* A transport for a session on `engine`; `coordinator` is the session's own store. The session frees it. */
    enum eider_status (*connect)(struct eider_cluster *cluster, struct engine *engine,
                                 struct store *coordinator, struct transport **ret, struct eider_error *err);
    /* The workers that there are now, in `arena`. NULL: always those that the transport has. */
    enum eider_status (*resolve)(struct eider_cluster *cluster, struct engine *engine,
                                 struct transport *transport, struct arena *arena, struct query_workers *ret,
                                 struct eider_error *err);
    /* How many tasks one process runs at once from now on. */
    void (*set_tasks_at_once)(struct eider_cluster *cluster, uint32_t tasks);
    void (*free)(struct eider_cluster *cluster);
};

/* The workers for a query; count 0: none is there. */
enum eider_status cluster_workers(struct eider_cluster *cluster, struct engine *engine,
                                  struct transport *transport, struct arena *arena, struct query_workers *ret,
                                  struct eider_error *err);

#endif
