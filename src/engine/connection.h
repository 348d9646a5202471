/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_CONNECTION_H
#define EIDER_ENGINE_CONNECTION_H

/*
 * Task connections, and the settings of the application's session that tasks must share.
 *
 * A task runs on a connection of the engine's, never on the application's (but for leaves that read native
 * tables, and the head). What the application changed with SET on its session would be missing there, so
 * settings that can change a result travel with the task: session_settings_capture finds those that differ,
 * one table (session_settings.def) says for every setting of DuckDB whether it is copied, does not matter, or
 * prevents distribution.
 */

#include "duckdb.h"

#include "base/verdict.h"
#include "engine/engine.h"

/* Names and values that a task's connection gets by SET SESSION. Immutable, counted by reference. Any thread.
 */
struct session_settings;

struct session_setting {
    const char *name;
    const char *value; /* as text, not quoted */
};

/* Copies the list. Errors: MEMORY; ARGUMENT for a setting that is not one of those that are copied. */
enum eider_status session_settings_new(const struct session_setting *list, uint32_t count,
                                       struct session_settings **ret, struct eider_error *err);
struct session_settings *session_settings_ref(struct session_settings *settings);
void session_settings_unref(struct session_settings *settings); /* accepts NULL */
const struct session_setting *session_settings_list(const struct session_settings *settings,
                                                    uint32_t *ret_count);

/* Whether session_settings.def says what a setting of DuckDB means for tasks. */
bool session_setting_is_listed(const char *name);

/* A statement may have loaded an extension: ask which settings there are the next time. Any thread. */
void engine_settings_may_be_new(struct engine *engine);

/*
 * The settings of `connection` that tasks need. If one of them differs and cannot be copied, *verdict says
 * no, and *ret is NULL with EIDER_OK. Settings that an extension added are compared as well; which there are
 * is asked of DuckDB when a second has passed, and after engine_settings_may_be_new. About 0.05 ms. Errors: MEMORY, SQL.
 * The thread that uses the connection.
 */
enum eider_status session_settings_capture(struct engine *engine, duckdb_connection connection,
                                           struct session_settings **ret, struct verdict *verdict,
                                           struct eider_error *err);

/*
 * A connection of the engine's database in autocommit with these settings (NULL: none), for one user at a
 * time, until engine_connection_give. Pooled: a connection is only used again for the same settings, so
 * nothing leaks from one query into another. Errors: MEMORY, SQL. Any thread.
 */
struct engine_connection;
enum eider_status engine_connection_take(struct engine *engine, struct session_settings *settings,
                                         struct engine_connection **ret, struct eider_error *err);
duckdb_connection engine_connection_handle(struct engine_connection *connection);
void engine_connection_give(struct engine *engine, struct engine_connection *connection); /* accepts NULL */

#endif
