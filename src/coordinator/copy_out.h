/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_COPY_OUT_H
#define EIDER_COORDINATOR_COPY_OUT_H

/*
 * COPY (query) TO a folder, written by the tasks of the stage below the head.
 */

#include "coordinator/session.h"

/* Whether the tasks of the planned query write: fills query->copy_stage and query->folder. Errors: CANCELLED, MEMORY. */
enum eider_status copy_out_plan(struct eider_query *query, struct run *run, struct eider_error *err);

/* Makes the folder that the tasks write into, run->copy; none if the head has to write. `number` is that of the query. */
enum eider_status copy_out_begin(struct query_run *run, uint64_t number, struct eider_error *err);

/* All tasks have written, `rows` rows altogether: their folder becomes the statement's. */
enum eider_status copy_out_end(struct query_run *run, uint64_t rows, duckdb_result *ret_result,
                               struct eider_error *err);

/* Removes what tasks have written, unless it is the statement's folder. No task runs any more. */
void copy_out_undo(struct query_run *run);

#endif
