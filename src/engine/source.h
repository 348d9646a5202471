/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_SOURCE_H
#define EIDER_ENGINE_SOURCE_H

/*
 * A source: the way of exchanged rows into DuckDB. SQL: `SELECT c0, c1, … FROM
 * system.main."eider_source"('TOKEN')`. Its columns are c0, c1, … of the given types, and a BOOLEAN `v`.
 *
 * If the reader is complete when the source is made, every row is a row, and `v` need not be read. Else the
 * statement must read it as `… WHERE v`: DuckDB knows no "not yet", so when nothing comes for SOURCE_WAIT_MS,
 * the source gives one row with v = false, which keeps cancellation quick; without `v` in the query, it fails
 * when it starts.
 *
 * Strings are handed over as pointers into the batches, so the source holds all that it has read: free it
 * when the statement's result has been destroyed or, if materialised, returned. One source is for one scan in
 * one statement: to read rows twice, make two. Any thread.
 */

#include "engine/engine.h"
#include "engine/run.h"
#include "exchange/reader.h"
#include "plan/plan.h"

#define SOURCE_WAIT_MS 10u

struct source;

struct source_options {
    struct run *run;
    struct exchange_reader *reader;        /* the source takes it over, on failure too */
    const struct eider_type *const *types; /* copied */
    uint32_t type_count;
    bool ordered;            /* read by one thread, in the reader's order */
    uint64_t estimated_rows; /* if the reader is not complete; 0: unknown */
};

/* Errors: ARGUMENT, MEMORY, UNSUPPORTED (a type that cannot be exchanged). */
enum eider_status source_new(struct engine *engine, const struct source_options *options, struct source **ret,
                             struct eider_error *err);
const char *source_token(const struct source *source); /* lives as long as the source; holds no quotes */
uint64_t source_rows(const struct source *source);     /* delivered so far */
void source_free(struct source *source);               /* accepts NULL */

#endif
