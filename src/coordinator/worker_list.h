/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_WORKER_LIST_H
#define EIDER_COORDINATOR_WORKER_LIST_H

#include "base/arena.h"
#include "eider/cluster.h"

/* What a resolver fills. */
struct eider_worker_list {
    struct arena *arena;
    struct eider_cluster *cluster;
    const char *names[EIDER_MAX_WORKERS];
    uint32_t count;
    const char *problem; /* the first thing that is wrong; NULL: nothing */
};

/* An application's resolver. */
struct worker_resolver {
    eider_resolve resolve;
    void *data;
    void (*free_data)(void *data);
};

/* A list with what the resolver names, in the arena. Errors: the resolver's, WORKER (what it names makes no sense), MEMORY. */
enum eider_status worker_list_resolve(const struct worker_resolver *resolver, struct eider_cluster *cluster,
                                      struct arena *arena, struct eider_worker_list **ret,
                                      struct eider_error *err);

#endif
