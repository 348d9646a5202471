/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/worker_list.h"

#include <string.h>

#include "base/error.h"

void eider_worker_list_add(struct eider_worker_list *list, const char *name)
{
    if (list == NULL || list->problem != NULL)
        return;
    if (name == NULL || name[0] == '\0' || strlen(name) >= EIDER_WORKER_NAME_BYTES)
        list->problem = "a worker without a name, or with too long a name";
    for (uint32_t i = 0; list->problem == NULL && i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0)
            list->problem = arena_printf(list->arena, "the worker %s twice", name);
    }
    if (list->problem == NULL && list->count == EIDER_MAX_WORKERS)
        list->problem = "too many workers";
    if (list->problem == NULL && (list->names[list->count] = arena_printf(list->arena, "%s", name)) != NULL)
        list->count++;
}

enum eider_status worker_list_resolve(const struct worker_resolver *resolver, struct eider_cluster *cluster,
                                      struct arena *arena, struct eider_worker_list **ret,
                                      struct eider_error *err)
{
    struct eider_worker_list *list = arena_alloc(arena, sizeof(*list));
    struct eider_error said = {.status = EIDER_OK};
    enum eider_status status;

    *ret = list;
    if (list == NULL)
        return error_no_memory(err);
    memset(list, 0, sizeof(*list));
    list->arena = arena;
    list->cluster = cluster;
    status = resolver->resolve(resolver->data, list, &said);
    if (status != EIDER_OK)
        return error_set(err, status, "the resolver of the cluster: %s", error_said(&said));
    if (list->problem != NULL)
        return error_set(err, EIDER_ERROR_WORKER, "the resolver of the cluster named %s", list->problem);
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}
