/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_SHARED_TABLES_H
#define EIDER_COORDINATOR_SHARED_TABLES_H

/*
 * Native tables that tasks may read on connections of their own: those of databases that are attached READ_ONLY, which nobody
 * changes while they are, and with eider_split_native_tables those of others. Unless the application has a transaction open.
 */

#include "base/arena.h"
#include "base/error.h"
#include "duckdb.h"
#include "engine/run.h"
#include "plan/plan.h"
#include "planner/planner.h"

#define MAX_SHARED_TABLES 64

struct shared_table {
    struct eider_str catalog, schema, table;
    uint64_t
        database; /* its number, which no other has that is attached later; 0: its tables are not shared */
    bool read_only;
    bool shared;
    uint64_t rows;
};

/* Of one plan of a query. `run` and `connection` are borrowed while it is planned. */
struct shared_tables {
    struct run *run;
    duckdb_connection connection;
    bool splits_writable;
    bool knows_transaction;     /* it was asked: */
    bool in_transaction;        /* of the application: some would have been shared otherwise */
    struct shared_table *items; /* all that were asked about */
    uint32_t count;
    uint32_t used; /* of them, shared */
};

/* Before a plan is made. Nothing is asked before the planner asks. Errors: MEMORY. */
enum eider_status shared_tables_begin(struct shared_tables *tables, struct arena *arena, struct run *run,
                                      duckdb_connection connection, bool splits_writable,
                                      struct eider_error *err);

/* For planner_options: `data` is the shared_tables. */
void shared_tables_info(void *data, const struct node_table_scan *scan, struct planner_table *ret);

/* Whether the tables are still what they were when the query was planned. Errors: UNSUPPORTED if they are not, or if
 * the transaction is the application's; MEMORY, CANCELLED, SQL. */
enum eider_status shared_tables_check(const struct shared_tables *tables, struct run *run,
                                      duckdb_connection connection, bool owns_transaction,
                                      struct eider_error *err);

/* Whether each statement on the connection is a transaction of its own. Errors: CANCELLED, SQL. */
enum eider_status connection_is_autocommit(struct run *run, duckdb_connection connection, bool *ret,
                                           struct eider_error *err);

#endif
