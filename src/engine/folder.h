/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_FOLDER_H
#define EIDER_ENGINE_FOLDER_H

/*
 * COPY (query) TO a folder: whether several statements of the same options may write it in the place of one.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "engine/run.h"
#include "plan/plan.h"

struct engine_copy {
    const char *sql;                   /* the statement */
    const struct column_list *columns; /* of its query */
};

struct engine_folder {
    const char *path; /* NULL: one statement has to write it */
    const char *options;
};

/*
 * Asks DuckDB on `connection`, the application's, what the statement writes. A path: a folder
 * of this machine that is not there yet, to be filled with Parquet files by the options, which are SQL and all that the
 * statement has said of the files. Texts are in `arena`. Errors: CANCELLED, MEMORY.
 */
enum eider_status engine_folder_look(struct run *run, duckdb_connection connection, struct arena *arena,
                                     const struct engine_copy *copy, struct engine_folder *ret,
                                     struct eider_error *err);

/*
 * Executes a statement whose result is that of a COPY which has written so many rows: only DuckDB makes such results, whose
 * kind an application can ask for. Errors: as run_execute.
 */
enum eider_status engine_folder_result(struct run *run, duckdb_connection connection, uint64_t rows,
                                       duckdb_result *ret_result, struct eider_error *err);

#endif
