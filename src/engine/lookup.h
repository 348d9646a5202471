/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_LOOKUP_H
#define EIDER_ENGINE_LOOKUP_H

/*
 * Small questions to DuckDB on the application's connection, which sees what the application sees: files behind a path or
 * glob, and the texts of views. All live in `arena`. The thread that uses the connection.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "plan/plan.h"

/* What stands behind a path. */
struct lookup_files {
    struct file_slice_list
        files;    /* in DuckDB's order; size and time are 0 if the file is not of this machine */
    bool known;   /* there are some, and all are regular files of this machine */
    bool special; /* one is a pipe or a device, which may give its bytes only once */
};

/* The files that DuckDB finds for a path or glob. None is no error. Errors: MEMORY, CANCELLED. */
enum eider_status lookup_files(duckdb_connection connection, const char *pattern, struct arena *arena,
                               struct lookup_files *ret, struct eider_error *err);

/* The cells of a result whose columns are all VARCHAR, row by row; NULL is "". */
struct lookup_rows {
    const char **cells;
    uint32_t columns;
    uint32_t count; /* of rows */
};

/* Runs a statement. What DuckDB refuses gives no rows. Errors: MEMORY, CANCELLED. */
enum eider_status lookup_rows(duckdb_connection connection, const char *sql, struct arena *arena,
                              struct lookup_rows *ret, struct eider_error *err);

#endif
