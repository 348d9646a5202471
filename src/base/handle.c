/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of live handles: hash chains through the objects themselves, so that registering cannot fail. A handle
 * is looked up by its address and not read, as it may be freed memory. The memory of a freed handle may become a new one
 * of its kind, which then is taken for it: this finds mistakes, it does not prevent them. One lock, held for a few
 * instructions, with no other taken under it.
 */
#include "base/handle.h"

#ifndef NDEBUG
#include <pthread.h>
#include <stdint.h>

#define CHAINS 256u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct handle *chains[CHAINS];

static struct handle **chain_of(const void *owner)
{
    uint64_t hash = (uint64_t)(uintptr_t)owner * UINT64_C(0x9e3779b97f4a7c15);

    return &chains[hash >> 56];
}

void handle_add(struct handle *handle, const void *owner, enum handle_kind kind)
{
    struct handle **chain = chain_of(owner);

    pthread_mutex_lock(&lock);
    *handle = (struct handle){.next = *chain, .owner = owner, .kind = kind};
    *chain = handle;
    pthread_mutex_unlock(&lock);
}

void handle_remove(struct handle *handle)
{
    pthread_mutex_lock(&lock);
    for (struct handle **at = chain_of(handle->owner); *at != NULL; at = &(*at)->next) {
        if (*at == handle) {
            *at = handle->next;
            break;
        }
    }
    *handle = (struct handle){.kind = HANDLE_INVALID};
    pthread_mutex_unlock(&lock);
}

bool handle_is_alive(const void *owner, enum handle_kind kind)
{
    bool found = false;

    if (owner == NULL)
        return false;
    pthread_mutex_lock(&lock);
    for (const struct handle *at = *chain_of(owner); at != NULL && !found; at = at->next)
        found = at->owner == owner && at->kind == kind;
    pthread_mutex_unlock(&lock);
    return found;
}
#endif

static const char *kind_name(enum handle_kind kind)
{
    switch (kind) {
    case HANDLE_CLUSTER:
        return "cluster";
    case HANDLE_SESSION:
        return "session";
    case HANDLE_QUERY:
        return "query";
    case HANDLE_STREAM:
        return "stream";
    case HANDLE_WORKER_SERVICE:
        return "worker service";
    case HANDLE_INVALID:
        break;
    }
    return "handle";
}

enum eider_status handle_check(const void *owner, enum handle_kind kind, const char *function,
                               struct eider_error *err)
{
    const char *name = kind_name(kind);

    if (handle_is_alive(owner, kind))
        return EIDER_OK;
    if (owner == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the %s is NULL", function, name);
    return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the %s was freed already, or is no %s", function, name,
                     name);
}
