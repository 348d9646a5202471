/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_GATE_H
#define EIDER_ENGINE_GATE_H

/*
 * The planning gate. DuckDB reads its setting disabled_optimizers while it plans any statement, and without a lock:
 * a statement that is planned in the moment in which the setting is changed may read freed memory, and one that is planned
 * while Eider plans would go without the optimizers that Eider has switched off. So each statement of Eider's takes a pass
 * while DuckDB plans it, and the gate is closed while the setting is not the user's.
 *
 * A pass lasts GATE_PASS_MS at most: whoever closes the gate waits no longer for a statement, as it must be running by
 * then. A closed gate keeps nobody out for longer than GATE_CLOSED_MS: a function of the application that uses Eider
 * while DuckDB binds it for Eider must not wait for itself. One gate for the process. Any thread.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "duckdb.h"

#define GATE_PASS_MS   200
#define GATE_CLOSED_MS 2000

/* A pass, zeroed before its first use. It stays where it is until gate_leave. */
struct gate_pass {
    atomic_bool inside;
    struct gate_pass *next;
    int64_t since_ms;
};

/* DuckDB begins to plan a statement. */
void gate_enter(struct gate_pass *pass);

/* It has planned it. Without effect for a pass that is not inside; any thread. */
void gate_leave(struct gate_pass *pass);

/* duckdb_query for a short statement, inside. */
duckdb_state gate_query(duckdb_connection connection, const char *sql, duckdb_result *ret);

/* duckdb_prepare, inside. */
duckdb_state gate_prepare(duckdb_connection connection, const char *sql, duckdb_prepared_statement *ret);

/* The setting is about to change; one thread at a time. */
void gate_close(void);

/* It is the user's again. */
void gate_open(void);

#endif
