/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's handlers: kept as they were given, with a copy of their names, in the order of registration. The planner and
 * routing borrow the list for a query's planning and start, on the session's thread; so it may grow between queries.
 */
#include "coordinator/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static enum eider_status check(const struct eider_session *session, const struct eider_handlers *handlers,
                               struct eider_error *err)
{
    if (session == NULL || handlers == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_session_add_handlers: session or handlers is NULL");
    if (handlers->size < sizeof(*handlers))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_session_add_handlers: size is not sizeof(struct eider_handlers)");
    if (handlers->name == NULL || handlers->name[0] == '\0')
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_add_handlers: the handlers have no name");
    return EIDER_OK;
}

enum eider_status eider_session_add_handlers(struct eider_session *session,
                                             const struct eider_handlers *handlers, struct eider_error *err)
{
    enum eider_status status = check(session, handlers, err);
    struct eider_handlers *list;
    char *name;

    if (status != EIDER_OK)
        return status;
    list = realloc(session->handlers, (session->handler_count + 1) * sizeof(*list));
    if (list == NULL)
        return error_no_memory(err);
    session->handlers = list;
    if ((name = strdup(handlers->name)) == NULL)
        return error_no_memory(err);
    list[session->handler_count] = *handlers;
    list[session->handler_count++].name = name;
    verdict_cache_clear(&session->verdicts); /* what was too small may not be so now */
    session->generation++;
    return EIDER_OK;
}

void session_free_handlers(struct eider_session *session)
{
    for (uint32_t i = 0; i < session->handler_count; i++) {
        struct eider_handlers *handlers = &session->handlers[i];
        if (handlers->free_data != NULL)
            handlers->free_data(handlers->data);
        free((char *)(uintptr_t)handlers->name); /* the copy of it */
    }
    free(session->handlers);
    session->handlers = NULL;
    session->handler_count = 0;
}
