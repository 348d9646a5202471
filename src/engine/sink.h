/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_SINK_H
#define EIDER_ENGINE_SINK_H

/*
 * A sink: the way of a fragment's rows out of DuckDB, into an output. SQL of a task:
 *
 *     SELECT count(system.main."eider_sink"('TOKEN', hash, c0, c1, …)) FROM (fragment) AS t(c0, c1, …)
 *
 * `hash` is a UBIGINT, such as hash(key, …); NULL sends every row to partition 0. There may be no columns.
 * The sink must stand nowhere but as the argument of the outermost count(): as a filter or a bare projection,
 * DuckDB moves it.
 *
 * The caller opens the output, then: sink_new, run_count with the SQL, sink_finish with the count, sink_free,
 * and output_complete or output_fail. Any thread.
 */

#include "engine/engine.h"
#include "engine/run.h"
#include "exchange/store.h"
#include "plan/plan.h"

struct sink;

struct sink_options {
    struct run *run;
    struct output *output;                 /* open; its layout is that of the types */
    const struct eider_type *const *types; /* of the columns; borrowed until sink_free */
    uint32_t type_count;
    uint32_t concurrent_tasks; /* that share the budget with this one; at least 1 */
    bool by_value;             /* the sink's hash is the partition */
    uint64_t max_hashes;       /* keep up to so many key hashes for a Bloom filter; 0: none */
};

/* Errors: ARGUMENT, MEMORY. The sink takes references of run and output. */
enum eider_status sink_new(struct engine *engine, const struct sink_options *options, struct sink **ret,
                           struct eider_error *err);

/* Lives as long as the sink. Holds no quotes. */
const char *sink_token(const struct sink *sink);

/*
 * Instead of a statement with the function: all rows of a streamed result of the sink's columns, in its order, as one thread
 * reads it; the result stays the caller's. Errors: UNSUPPORTED (other columns), CANCELLED, MEMORY, those of the output; a
 * failure of the statement itself ends the rows, and shows in the result.
 */
enum eider_status sink_append_result(struct sink *sink, duckdb_result *result, uint64_t *ret_rows,
                                     struct eider_error *err);

/*
 * After the statement has succeeded (or all of several, one after the other; then their counts are added up): seals what is
 * left, and checks that the sink saw as many rows as were counted. Errors: INTERNAL if it did not; MEMORY; those of the output.
 */
enum eider_status sink_finish(struct sink *sink, uint64_t counted_rows, struct eider_error *err);

/* Makes the token unknown and drops what was not finished. No statement may be running. Accepts NULL. */
void sink_free(struct sink *sink);

#endif
