/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ERROR_H
#define EIDER_ERROR_H

/*
 * Statuses and errors.
 *
 * A function that can fail returns `enum eider_status` and takes, as its last parameter, a caller-owned
 * `struct eider_error *` that may be NULL. On EIDER_OK the error is left alone. The struct has a fixed size and
 * owns nothing: running out of memory can be reported too, and there is nothing to free.
 *
 * A query that cannot be distributed is no error: it runs on DuckDB alone and its verdict says why.
 */

#include <stdbool.h>
#include <stdint.h>

#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

enum eider_status {
    EIDER_OK = 0,
    EIDER_ERROR_MEMORY = 1,      /* out of memory, or over the memory budget of the exchange */
    EIDER_ERROR_ARGUMENT = 2,    /* the caller passed something that the function's comment forbids */
    EIDER_ERROR_SQL = 3,         /* DuckDB refused or failed the statement; the message is DuckDB's */
    EIDER_ERROR_CANCELLED = 4,   /* the query was cancelled or interrupted */
    EIDER_ERROR_PLAN = 5,        /* a plan that is inconsistent: the message names the node */
    EIDER_ERROR_CORRUPT = 6,     /* bytes from outside that are no valid message */
    EIDER_ERROR_UNSUPPORTED = 7, /* a type or feature that this build cannot handle */
    EIDER_ERROR_IO = 8,          /* reading or writing a file failed */
    EIDER_ERROR_WORKER = 9,      /* a worker is gone or answers no more: another attempt may succeed */
    EIDER_ERROR_CHANGED = 10,    /* a file changed between planning and reading: planning again may succeed */
    EIDER_ERROR_NOT_DISTRIBUTED = 11, /* the caller required distribution and the verdict says no */
    EIDER_ERROR_INTERNAL = 12         /* a bug in Eider */
};

#define EIDER_ERROR_MESSAGE_BYTES 2048
#define EIDER_ERROR_HINT_BYTES    256
#define EIDER_ERROR_NODE_BYTES    64

/* Where and why something failed. Stage and task are -1 where they do not apply. */
struct eider_error {
    enum eider_status status;
    char message[EIDER_ERROR_MESSAGE_BYTES]; /* fit to show as it is; cut at the end if longer */
    char hint[EIDER_ERROR_HINT_BYTES];       /* what to do about it, or "" */
    char node[EIDER_ERROR_NODE_BYTES];       /* the plan node, or "" */
    int32_t stage;                           /* 1-based stage number, 0 for the head stage */
    int32_t task;                            /* 0-based task number */
    int32_t worker;                          /* 0-based worker number */
};

/* The name of a status, such as "EIDER_ERROR_SQL". Never NULL, static. Any thread. */
EIDER_API const char *eider_status_name(enum eider_status status);

/* True if trying the same thing again may succeed (a worker was lost, a file changed). Any thread. */
EIDER_API bool eider_status_is_retryable(enum eider_status status);

#ifdef __cplusplus
}
#endif
#endif
