/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_ENGINE_H
#define EIDER_ENGINE_ENGINE_H

/*
 * An engine: what Eider adds to one DuckDB database. It owns a connection of its own, always in autocommit,
 * on which the functions eider_sink, eider_source, eider_bloom and the like and the settings are registered, and a few
 * pooled task connections (engine/connection.h). Sessions on the same duckdb_database share one engine.
 *
 * The functions find what they work on by a token: an unguessable string that sink_new, source_new and
 * probe_new make. Registering survives the engine: functions stay in the database, and a later engine finds
 * them there.
 *
 * Any thread may call anything here.
 */

#include "duckdb.h"

#include "base/error.h"
#include "exchange/budget.h"

struct engine;

/*
 * The engine of `database`, made if there is none, with a reference for the caller. The database must outlive
 * the engine. Errors: MEMORY; SQL if the functions cannot be registered (a message says what is in the way).
 */
enum eider_status engine_open(duckdb_database database, struct engine **ret, struct eider_error *err);
struct engine *engine_ref(struct engine *engine);
void engine_unref(struct engine *engine); /* accepts NULL */

/* The budget for all that is exchanged by queries of this database; borrowed. Its limit is the setting
 * eider_exchange_memory, as it was when a query last began (settings_apply). */
/* A new connection to the database, which the caller disconnects. Errors: SQL. */
enum eider_status engine_connect(struct engine *engine, duckdb_connection *ret, struct eider_error *err);

struct budget *engine_budget(struct engine *engine);

/* How many threads DuckDB may use now. */
uint32_t engine_thread_count(struct engine *engine);

/*
 * Whether SQL on this connection can use the functions: a transaction that is older than their registration
 * does not see them. The thread that uses the connection; about 0.1 ms, so ask once per transaction.
 */
bool engine_functions_visible(struct engine *engine, duckdb_connection connection);

#endif
