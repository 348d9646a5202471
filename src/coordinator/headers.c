/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of a session: checked when they are set, sent with every task. Threads: the session's. */
#include "coordinator/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "coordinator/session.h"
#include "eider/worker.h"

#define MAX_HEADERS     100u
#define MAX_NAME_BYTES  128u
#define MAX_VALUE_BYTES 8192u

static const char reserved[] = "eider-";

static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t size = strlen(name);

    return size >= 1 && size <= MAX_NAME_BYTES && strspn(name, allowed) == size;
}

static bool is_value(const char *value)
{
    size_t size = strlen(value);

    for (size_t i = 0; i < size; i++) {
        if (value[i] < 0x20 || value[i] > 0x7e)
            return false;
    }
    return size <= MAX_VALUE_BYTES;
}

static enum eider_status check(const struct eider_session *session, const char *name, const char *value,
                               struct eider_error *err)
{
    static const char me[] = "eider_session_set_header";

    enum eider_status status = handle_check(session, HANDLE_SESSION, me, err);

    if (status != EIDER_OK)
        return status;
    if (name == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the name is NULL", me);
    if (!is_name(name))
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: a name has 1 to %u letters, digits, '-' and '_'", me,
                         MAX_NAME_BYTES);
    if (strncasecmp(name, reserved, sizeof(reserved) - 1) == 0)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: names that begin with %s are Eider's own", me,
                         reserved);
    if (value != NULL && !is_value(value))
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: a value is printable ASCII of up to %u bytes", me,
                         MAX_VALUE_BYTES);
    return EIDER_OK;
}

static void drop(struct session_headers *headers, uint32_t index)
{
    free((char *)headers->items[index].name);
    free((char *)headers->items[index].value);
    headers->items[index] = headers->items[--headers->count];
}

static enum eider_status add(struct session_headers *headers, const char *name, const char *value,
                             struct eider_error *err)
{
    struct task_header *items = realloc(headers->items, (headers->count + 1) * sizeof(*items));
    char *name_copy = strdup(name), *value_copy = strdup(value);

    if (items != NULL)
        headers->items = items;
    if (items == NULL || name_copy == NULL || value_copy == NULL) {
        free(name_copy);
        free(value_copy);
        return error_no_memory(err);
    }
    items[headers->count++] = (struct task_header){name_copy, value_copy};
    return EIDER_OK;
}

enum eider_status eider_session_set_header(struct eider_session *session, const char *name, const char *value,
                                           struct eider_error *err)
{
    enum eider_status status = check(session, name, value, err);
    struct session_headers *headers;
    uint32_t old;

    if (status != EIDER_OK)
        return status;
    headers = &session->headers;
    for (old = 0; old < headers->count && strcasecmp(headers->items[old].name, name) != 0; old++)
        ;
    if (value != NULL) {
        if (old == headers->count && headers->count >= MAX_HEADERS)
            return error_set(err, EIDER_ERROR_ARGUMENT,
                             "eider_session_set_header: a session has up to %u headers", MAX_HEADERS);
        if ((status = add(headers, name, value, err)) != EIDER_OK)
            return status;
        if (old == headers->count - 1)
            return EIDER_OK;
    }
    if (old < headers->count)
        drop(headers, old);
    return EIDER_OK;
}

void session_headers_free(struct session_headers *headers)
{
    while (headers->count > 0)
        drop(headers, headers->count - 1);
    free(headers->items);
    headers->items = NULL;
}
