/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_CLUSTER_H
#define EIDER_COORDINATOR_CLUSTER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/handle.h"
#include "eider/eider.h"
#include "engine/engine.h"
#include "rpc/transport.h"
#include "worker/setup.h"

/* A cluster is who the workers are and how to reach them. Reference-counted; its kinds fill in the vtable. */
struct eider_cluster {
    struct handle handle;
    const struct cluster_vtable *vtable;
    atomic_uint refs;
    uint32_t workers;
    struct worker_setup_callback setup; /* under `lock`, as sessions of other threads may connect */
    void (*free_setup)(void *data);
    pthread_mutex_t lock;
};

struct cluster_vtable {
    /* A transport for a session on `engine`; `coordinator` is the session's own store. The session frees it. */
    enum eider_status (*connect)(struct eider_cluster *cluster, struct engine *engine,
                                 struct store *coordinator, struct transport **ret, struct eider_error *err);
    /* How many tasks one process runs at once from now on. */
    void (*set_tasks_at_once)(struct eider_cluster *cluster, uint32_t tasks);
    void (*free)(struct eider_cluster *cluster);
};

#endif
