/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_TEXT_PARTS_H
#define EIDER_ENGINE_TEXT_PARTS_H

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "plan/plan.h"

/* A call. */
struct text_parts_call {
    duckdb_connection connection;
    const char *arguments; /* what stands behind the path: , "delim" := ';') */
    bool possible;         /* read_csv, and text_parts_knows all of its arguments */
    bool detects;          /* unless auto_detect is false */
};

/* True if calls with this argument of read_csv can be divided. */
bool text_parts_knows(const char *argument);

/* *ret: it is possible, and whatever part of the files it gets, the call finds out about them what it finds out about all.
 * Looks into all of them. Errors: MEMORY, CANCELLED. The thread that uses the connection. */
enum eider_status text_parts_prove(const struct text_parts_call *call, const struct file_slice_list *files,
                                   struct arena *arena, bool *ret, struct eider_error *err);

#endif
