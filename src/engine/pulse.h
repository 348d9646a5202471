/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_PULSE_H
#define EIDER_ENGINE_PULSE_H

/*
 * Waiting on the application's connection so that duckdb_interrupt is noticed.
 *
 * While stages run on workers, the application's connection would be idle, and DuckDB forgets an interrupt of an idle
 * connection. So the coordinator waits inside a statement on it: SELECT eider_pulse('TOKEN'), whose *bind* waits. Binding
 * happens on the calling thread, so none of DuckDB's own threads is held; an interrupt that comes meanwhile stays set and
 * ends the statement when it starts to execute.
 */

#include "engine/engine.h"
#include "engine/run.h"

#define PULSE_MS 50u

/* Waits up to wait_ms; true if the wait is over. Called on the thread of pulse_wait. */
typedef bool (*pulse_condition)(void *data, uint32_t wait_ms);

/* Returns EIDER_OK once the condition holds. Errors: CANCELLED (interrupt, run_cancel), MEMORY, SQL. The thread that uses
 * the connection. */
enum eider_status pulse_wait(struct engine *engine, struct run *run, duckdb_connection connection,
                             pulse_condition condition, void *data, struct eider_error *err);

/* Registers eider_pulse; engine_open does. */
enum eider_status pulse_register(duckdb_connection connection, struct eider_error *err);

#endif
