/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_TRANSPORT_H
#define EIDER_TRANSPORT_H

/*
 * Transports of an application: whatever carries bytes to another node and back (a socket, HTTP, a message queue, shared memory).
 * eider/remote.h has what uses them.
 */

#include <stddef.h>
#include <stdint.h>

#include "eider/error.h"
#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Messages ------------------------------------------------------------------------------------------------------- */

/* The bytes of a response, which grow. One thread at a time. */
struct eider_message;

/* A message without bytes, or NULL if there is no memory. Freed with eider_message_free, which accepts NULL. */
EIDER_API struct eider_message *eider_message_new(void);
EIDER_API void eider_message_free(struct eider_message *message);

/* Appends bytes (copied). Without memory, or beyond 1 GiB, the message fails: who waits for it gets an error. */
EIDER_API void eider_message_append(struct eider_message *message, const void *data, size_t bytes);

/* The bytes so far, until the message changes; never NULL. */
EIDER_API const void *eider_message_data(const struct eider_message *message, size_t *ret_bytes);

/* ---- The transport ---------------------------------------------------------------------------------------------------- */

/*
 * Sends a request to a node, waits for the response, and appends it to `response`. Called by any thread, by many at once, also
 * for one node. A request may take as long as a task runs; one that takes part of the session's cancelling is called from
 * eider_session_cancel, so it must not wait for the session's thread. A request reaches the node once at most: what may have been
 * lost on the way is not sent again, but an error. The call ends by itself if the node cannot be reached or is lost (timeouts and
 * keep-alive are the application's): EIDER_ERROR_WORKER, unless it says otherwise.
 */
typedef enum eider_status (*eider_call)(void *data, const char *address, const void *request,
                                        size_t request_bytes, struct eider_message *response,
                                        struct eider_error *err);

struct eider_transport {
    size_t size; /* of this struct, for versions to come */
    eider_call call;
    /* Where workers reach the coordinator's eider_cluster_answer; NULL: nowhere. Then a query whose tasks need rows or units of
     * the coordinator fails. Workers leave it NULL. */
    const char *address;
    void *data; /* the application's */
};

#define EIDER_TRANSPORT_INIT                                                                                 \
    {                                                                                                        \
        sizeof(struct eider_transport), NULL, NULL, NULL                                                     \
    }

#ifdef __cplusplus
}
#endif
#endif
