/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: fixed-size structs that the caller owns. Nothing here allocates, so every failure can be reported.
 */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

const char *eider_status_name(enum eider_status status)
{
    switch (status) {
    case EIDER_OK:
        return "EIDER_OK";
    case EIDER_ERROR_MEMORY:
        return "EIDER_ERROR_MEMORY";
    case EIDER_ERROR_ARGUMENT:
        return "EIDER_ERROR_ARGUMENT";
    case EIDER_ERROR_SQL:
        return "EIDER_ERROR_SQL";
    case EIDER_ERROR_CANCELLED:
        return "EIDER_ERROR_CANCELLED";
    case EIDER_ERROR_PLAN:
        return "EIDER_ERROR_PLAN";
    case EIDER_ERROR_CORRUPT:
        return "EIDER_ERROR_CORRUPT";
    case EIDER_ERROR_UNSUPPORTED:
        return "EIDER_ERROR_UNSUPPORTED";
    case EIDER_ERROR_IO:
        return "EIDER_ERROR_IO";
    case EIDER_ERROR_WORKER:
        return "EIDER_ERROR_WORKER";
    case EIDER_ERROR_CHANGED:
        return "EIDER_ERROR_CHANGED";
    case EIDER_ERROR_NOT_DISTRIBUTED:
        return "EIDER_ERROR_NOT_DISTRIBUTED";
    case EIDER_ERROR_INTERNAL:
        return "EIDER_ERROR_INTERNAL";
    }
    return "unknown status";
}

bool eider_status_is_retryable(enum eider_status status)
{
    return status == EIDER_ERROR_WORKER || status == EIDER_ERROR_CHANGED;
}

/* vsnprintf, but never ends in the middle of a UTF-8 sequence. */
static void format_cut(char *target, size_t bytes, const char *format, va_list args)
{
    int length = vsnprintf(target, bytes, format, args);
    size_t end = bytes - 1;

    if (length < 0 || (size_t)length < bytes)
        return;
    while (end > 0 && ((unsigned char)target[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)target[end - 1] >= 0xC0)
        end--;
    target[end] = '\0';
}

enum eider_status error_set(struct eider_error *err, enum eider_status status, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return status;
    err->status = status;
    err->hint[0] = err->node[0] = '\0';
    err->stage = err->task = err->worker = -1;
    va_start(args, format);
    format_cut(err->message, sizeof(err->message), format, args);
    va_end(args);
    return status;
}

enum eider_status error_no_memory(struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_MEMORY, "out of memory");
}

void error_hint(struct eider_error *err, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return;
    va_start(args, format);
    format_cut(err->hint, sizeof(err->hint), format, args);
    va_end(args);
}

void error_node(struct eider_error *err, const char *node)
{
    if (err != NULL)
        snprintf(err->node, sizeof(err->node), "%s", node);
}

void error_origin(struct eider_error *err, int32_t stage, int32_t task, int32_t worker)
{
    if (err == NULL)
        return;
    err->stage = stage;
    err->task = task;
    err->worker = worker;
}

const char *error_said(const struct eider_error *err)
{
    return err->message[0] != '\0' ? err->message : "it failed without saying why";
}
