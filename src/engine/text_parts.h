/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_TEXT_PARTS_H
#define EIDER_ENGINE_TEXT_PARTS_H

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "plan/plan.h"

/* A call of one of the functions that read text files. */
struct text_parts_call {
    duckdb_connection connection;
    bool json;          /* not a CSV function */
    bool detects;       /* finds out the columns, as no argument says them */
    bool names_file;    /* has a column filename because the call asks for it */
    bool indivisible;   /* an argument is against it */
    const char **names; /* of its columns */
    uint32_t column_count;
    const char *arguments;               /* what stands behind the path: , "delim" := ';') */
    const struct file_slice_list *files; /* a list per path */
    uint32_t list_count;
};

/* Takes note of an argument that the call has. */
void text_parts_note(struct text_parts_call *call, const char *name, duckdb_value value);

/* *ret: several tasks may make the call, each for some of its files. Looks into all files of a call that detects the columns of
 * CSV files. Errors: MEMORY, CANCELLED. The thread that uses the connection. */
enum eider_status text_parts_prove(const struct text_parts_call *call, struct arena *arena, bool *ret,
                                   struct eider_error *err);

/* Of a JSON call that detects its columns: how many there are, if their names are the keys of its objects; else 0. */
uint32_t text_parts_keys(const struct text_parts_call *call);

#endif
