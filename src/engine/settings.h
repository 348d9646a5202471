/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_SETTINGS_H
#define EIDER_ENGINE_SETTINGS_H

/*
 * Eider's own settings, from one list (settings.def): registered in the database with SET and RESET as for
 * DuckDB's own, listed by eider_setting_list, read from the application's session when a query is planned.
 */

#include <stdbool.h>
#include <stdint.h>

#include "duckdb.h"

#include "base/error.h"
#include "engine/engine.h"

#define SETTING_BYTES(member) uint64_t member
#define SETTING_COUNT(member) uint32_t member
#define SETTING_BOOL(member)  bool member
struct settings {
#define SETTING(KIND, member, default_text, min, max, description) SETTING_##KIND(member);
#include "engine/settings.def"
#undef SETTING
};
#undef SETTING_BYTES
#undef SETTING_COUNT
#undef SETTING_BOOL

/* The values of the session on this connection. Errors: ARGUMENT with a message that names the setting, its
 * value and what is allowed; MEMORY. The thread that uses the connection. */
enum eider_status settings_read(duckdb_connection connection, struct settings *ret, struct eider_error *err);

/* The built-in defaults. */
void settings_default(struct settings *ret);

/* Makes the engine follow these values where they are its own: the limit of its budget. */
void settings_apply(const struct settings *settings, struct engine *engine);

/* "64MB", "1.5 GiB", "512 kb", "1000": a number of bytes, with DuckDB's units (KB = 1000, KiB = 1024), or "25%" of
 * `whole`, which cannot be more than all of it. False if it is neither. */
bool settings_parse_bytes(const char *text, uint64_t whole, uint64_t *ret);

/* Registers the settings in the database, if they are not there. Errors: MEMORY, SQL. */
enum eider_status settings_register(duckdb_connection connection, struct eider_error *err);

#endif
