/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_CONVERT_H
#define EIDER_CLI_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"
#include "eider/error.h"

/*
 * Turns chunks of a result into chunks of text, by DuckDB's own casts: so every type prints as DuckDB prints
 * it.
 *
 * How: a connection of its own runs SELECT CAST(c0 AS VARCHAR), … FROM a table function that hands out the
 * chunk at hand, without copying it. One thread at a time.
 */
struct converter;

enum conversion {
    CONVERT_TEXT = 0, /* everything to VARCHAR */
    CONVERT_JSON,     /* nested types and floating point by way of JSON, then to VARCHAR */
    CONVERT_ARROW     /* only ENUM, within nested types too, to VARCHAR */
};

/* The columns of a result. Names and types are borrowed. */
struct columns {
    uint64_t count;
    const char **names;
    duckdb_logical_type *types;
};

/* On failure *ret is NULL. Errors: MEMORY, SQL. */
EIDER_MUST_CHECK enum eider_status converter_new(duckdb_database database, struct converter **ret,
                                                 struct eider_error *err);
void converter_free(struct converter *converter); /* accepts NULL */

/*
 * Takes over the settings of a connection on which casts depend (the time zone). Cheap if they have not changed. To be
 * called after every statement that may change them, before the next one may lock the configuration. Errors: MEMORY, SQL.
 */
EIDER_MUST_CHECK enum eider_status converter_sync(struct converter *converter, duckdb_connection settings_of,
                                                  struct eider_error *err);

/*
 * Prepares for the chunks of a result with these columns, until converter_end. Casts that depend on settings
 * use those of the last converter_sync. Errors: MEMORY, SQL (a type that DuckDB cannot cast).
 */
EIDER_MUST_CHECK enum eider_status converter_begin(struct converter *converter, enum conversion conversion,
                                                   const struct columns *columns, struct eider_error *err);

/* Forgets the result, whose columns may go then. Accepts NULL, and a converter that has none. */
void converter_end(struct converter *converter);

/* The type of a column as SQL text, such as "DECIMAL(15,2)"; lives until converter_end. */
const char *converter_type_text(const struct converter *converter, uint64_t column);

/* True if the type is of this kind (no nested one), or holds one that is. */
bool converter_type_holds(duckdb_logical_type type, duckdb_type id);

/* Types that hold other values, for which CONVERT_JSON gives JSON. */
bool converter_is_nested(duckdb_type id);

/* The columns after conversion; lives until converter_end. */
const struct columns *converter_columns(const struct converter *converter);

/* How DuckDB turns chunks of them into Arrow: nothing is lost, and nothing depends on the user's settings but
 * the time zone. The caller destroys the options. */
duckdb_arrow_options converter_arrow_options(const struct converter *converter);

/*
 * Calls `take(data, converted chunk)` until the chunk is used up. The chunk stays the caller's. Errors: SQL,
 * and what `take` returns, which ends the conversion.
 */
typedef enum eider_status converter_take(void *data, duckdb_data_chunk chunk, struct eider_error *err);
EIDER_MUST_CHECK enum eider_status converter_run(struct converter *converter, duckdb_data_chunk chunk,
                                                 converter_take *take, void *data, struct eider_error *err);

#endif
