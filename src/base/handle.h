/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_HANDLE_H
#define EIDER_BASE_HANDLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Public handles that are alive, so that debug builds can tell an application that it uses one after it was freed. Where NDEBUG
 * is defined nothing is registered, and a handle is taken for alive if it is not NULL.
 */
enum handle_kind {
    HANDLE_INVALID = 0,
    HANDLE_CLUSTER,
    HANDLE_SESSION,
    HANDLE_QUERY,
    HANDLE_STREAM,
    HANDLE_WORKER_SERVICE
};

/* A member of what the handle points at. Zeroed: not registered. */
struct handle {
    struct handle *next;
    const void *owner; /* the handle, as the application has it */
    enum handle_kind kind;
};

#ifdef NDEBUG
static inline void handle_add(struct handle *handle, const void *owner, enum handle_kind kind)
{
    (void)handle;
    (void)owner;
    (void)kind;
}

static inline void handle_remove(struct handle *handle)
{
    (void)handle;
}

static inline bool handle_is_alive(const void *owner, enum handle_kind kind)
{
    (void)kind;
    return owner != NULL;
}
#else
/* From now on `owner` is alive; until handle_remove, which may be called without it. Any thread. */
void handle_add(struct handle *handle, const void *owner, enum handle_kind kind);
void handle_remove(struct handle *handle);

/* True if `owner` is a handle of this kind; it is not read. NULL is none. Any thread. */
bool handle_is_alive(const void *owner, enum handle_kind kind);
#endif

/* The same as a status: ARGUMENT, with a message that names `function`. */
enum eider_status handle_check(const void *owner, enum handle_kind kind, const char *function,
                               struct eider_error *err);

#endif
