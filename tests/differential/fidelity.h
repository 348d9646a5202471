/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIDELITY_H
#define FIDELITY_H

/* What the two files of `fidelity` share. */

#include <time.h>

#include "corpus.h"
#include "duckdb.h"
#include "engine/engine.h"
#include "exchange/store.h"
#include "rows.h"
#include "sqlgen/sqlgen.h"

#define BENCH_SQL_BYTES ((size_t)1 << 26)

/* A database with an engine, and a store for the rows between pieces. */
struct bench {
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct engine_planner *planner;
    struct store *store;
    uint64_t next_query;
    uint32_t pieces;
    double piece_ms; /* spent on writing their SQL */
    timer_t timer;   /* interrupts the connection */
    bool has_timer;
    bool has_tpch; /* for the generator */
    bool verbose;
};

struct report {
    uint32_t passed;
    uint32_t failed;
    uint32_t declined;
    uint32_t not_cut;
    uint32_t unstable; /* DuckDB does not agree with itself */
    uint32_t slow;
};

void bench_must(struct bench *bench, const char *sql); /* dies with DuckDB's message */

/*
 * Runs a plan in pieces. *ret_result is the caller's; call cut_forget when it has been destroyed. `sql` gets the text of
 * the last piece that ran, for messages. On failure there is nothing to forget.
 */
enum eider_status cut_and_run(struct bench *bench, const struct eider_node *root,
                              const struct column_list *columns, duckdb_result *ret_result, struct buf *sql,
                              struct eider_error *err);
void cut_forget(struct bench *bench);

#endif
