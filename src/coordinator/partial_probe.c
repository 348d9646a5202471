/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the first rows repeat keys: planner/partial_skip.h makes the plan and reads its answer, here it is run, once for a
 * stage, over what its first task is going to read.
 */
#include "coordinator/partial_probe.h"

#include "planner/partial_skip.h"

#define LEAST_ROWS 1024.0 /* of a task: fewer are not worth a look */
#define SHARE      16.0   /* of a task's rows, one in so many */
#define MOST_ROWS  20480.0

/* The one row of the probe. */
static bool take_counts(duckdb_result *result, double *ret_groups, double *ret_rows)
{
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    bool ok = chunk != NULL && duckdb_data_chunk_get_size(chunk) == 1;

    if (ok) {
        const int64_t *groups = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
        duckdb_vector sums = duckdb_data_chunk_get_vector(chunk, 1);
        const duckdb_hugeint *rows = duckdb_vector_get_data(sums);
        uint64_t *validity = duckdb_vector_get_validity(sums);
        ok = validity == NULL || duckdb_validity_row_is_valid(validity, 0); /* no rows, no sum */
        *ret_groups = (double)groups[0];
        *ret_rows = ok ? (double)rows[0].lower : 0;
    }
    duckdb_destroy_data_chunk(&chunk);
    return ok;
}

enum eider_status partial_probe(const struct aside *aside, struct arena *arena, struct plan_stage *stage,
                                struct eider_error *err)
{
    double sample = stage->partial_rows / SHARE < MOST_ROWS ? stage->partial_rows / SHARE : MOST_ROWS;
    const struct eider_node *fragment, *probe;
    struct eider_error local = {.status = EIDER_OK};
    duckdb_result result;
    double groups, rows;
    enum eider_status status;

    stage->partial_skipped = false;
    if (stage->partial_rows < LEAST_ROWS)
        return EIDER_OK;
    if ((fragment = stage_fragment(arena, stage, 0)) == NULL)
        return error_no_memory(err);
    if ((probe = partial_skip_probe(arena, fragment, (uint64_t)sample)) == NULL)
        return EIDER_OK;
    status = aside_run(aside, probe, NULL, &result, &local);
    if (status == EIDER_OK && take_counts(&result, &groups, &rows))
        stage->partial_skipped = partial_skip_decide(groups, rows, stage->partial_rows);
    duckdb_destroy_result(&result);
    if (status != EIDER_ERROR_CANCELLED && status != EIDER_ERROR_MEMORY)
        return EIDER_OK;
    if (err != NULL)
        *err = local;
    return status;
}
