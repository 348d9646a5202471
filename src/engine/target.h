/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_TARGET_H
#define EIDER_ENGINE_TARGET_H

/*
 * Statements that store the rows of a query: what DuckDB does with the rows, asked before there are any.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/verdict.h"
#include "engine/run.h"
#include "plan/plan.h"

struct engine_target {
    bool
        counts_rows; /* a default of the table is a sequence's next number: it depends on the order of rows */
};

/*
 * Asks DuckDB on `connection`, the application's, whether it would run the query of the statement `sql` if it were given it.
 * A statement that it refuses does not end the transaction. EIDER_OK with a verdict: the statement does not bind
 * (PLAN_REFUSED), DuckDB answers it without running the query, or refuses to run it (TARGET), or it makes a column of a type
 * that Eider does not keep (TYPE). Errors: CANCELLED, MEMORY.
 */
enum eider_status engine_target_look(struct run *run, duckdb_connection connection, const char *sql,
                                     struct engine_target *ret, struct verdict *verdict,
                                     struct eider_error *err);

/*
 * EIDER_OK if the rows of the query `sql` have exactly these columns, by names and types, and DuckDB understands the
 * statement `around`, which holds it. Nothing is run. Errors: UNSUPPORTED, MEMORY.
 */
enum eider_status engine_target_check(duckdb_connection connection, const char *sql,
                                      const struct column_list *columns, const char *around,
                                      struct eider_error *err);

#endif
