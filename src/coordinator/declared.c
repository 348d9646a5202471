/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that an application declares for its session: kept for the importer. Threads: the session's. */
#include "coordinator/declared.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "coordinator/session.h"
#include "eider/functions.h"

#define MAX_DECLARED   10000u
#define MAX_NAME_BYTES 256
#define OWN_PREFIX     "eider_" /* functions that plans hold and nobody may call: sqlgen/macro.c */

static enum function_kind import_kind(enum eider_function_kind kind)
{
    switch (kind) {
    case EIDER_FUNCTION_SCALAR:
        return FUNCTION_SCALAR;
    case EIDER_FUNCTION_AGGREGATE:
        return FUNCTION_AGGREGATE;
    case EIDER_FUNCTION_TABLE:
        return FUNCTION_TABLE;
    }
    return FUNCTION_INVALID;
}

static enum eider_status add(struct declared_functions *functions, enum function_kind kind, const char *name,
                             struct eider_error *err)
{
    struct import_declared *items =
        realloc(functions->items, (functions->count + 1) * sizeof(*functions->items));
    char *copy = strdup(name);

    if (items != NULL)
        functions->items = items;
    if (items == NULL || copy == NULL) {
        free(copy);
        return error_no_memory(err);
    }
    items[functions->count++] = (struct import_declared){kind, copy};
    return EIDER_OK;
}

enum eider_status eider_session_declare_function(struct eider_session *session, enum eider_function_kind kind,
                                                 const char *name, struct eider_error *err)
{
    static const char me[] = "eider_session_declare_function";
    enum function_kind known = import_kind(kind);
    struct declared_functions *functions;
    enum eider_status status = handle_check(session, HANDLE_SESSION, me, err);

    if (status != EIDER_OK)
        return status;
    if (name == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the name is NULL", me);
    if (known == FUNCTION_INVALID || name[0] == '\0' || strlen(name) > MAX_NAME_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: a kind of functions and a name of 1 to %d bytes are needed", me,
                         MAX_NAME_BYTES);
    if (strncasecmp(name, OWN_PREFIX, sizeof(OWN_PREFIX) - 1) == 0)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: names that begin with " OWN_PREFIX " are Eider's own", me);
    functions = &session->functions;
    for (uint32_t i = 0; i < functions->count; i++) {
        if (functions->items[i].kind == known && strcasecmp(functions->items[i].name, name) == 0)
            return EIDER_OK;
    }
    if (functions->count == MAX_DECLARED)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: a session has up to %u functions", me, MAX_DECLARED);
    verdict_cache_clear(&session->verdicts);
    session->generation++;
    return add(functions, known, name, err);
}

void declared_functions_free(struct declared_functions *functions)
{
    for (uint32_t i = 0; i < functions->count; i++)
        free((char *)functions->items[i].name);
    free(functions->items);
    *functions = (struct declared_functions){NULL, 0};
}
