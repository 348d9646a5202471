/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_LAYOUT_H
#define EIDER_ENGINE_LAYOUT_H

/*
 * Types of plans, types of DuckDB, and layouts of the exchange: one table says what each type is in the
 * others' words. A type without an entry cannot be exchanged. Any thread.
 */

#include <stdbool.h>

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "exchange/layout.h"
#include "plan/plan.h"

/* The layout of columns of these types. Errors: UNSUPPORTED, ARGUMENT (too many nodes), MEMORY. */
enum eider_status engine_layout_new(const struct eider_type *const *types, uint32_t type_count,
                                    struct layout **ret, struct eider_error *err);

/* The caller destroys the type with duckdb_destroy_logical_type. Errors: UNSUPPORTED, MEMORY. */
enum eider_status engine_type_to_duckdb(const struct eider_type *type, duckdb_logical_type *ret,
                                        struct eider_error *err);

/* The type of the plan for one without parameters; static, NULL for others. */
const struct eider_type *engine_type_simple(duckdb_type id);

/* The type in the arena. Errors: UNSUPPORTED with a message that names it, MEMORY. */
enum eider_status engine_type_from_duckdb(struct arena *arena, duckdb_logical_type type,
                                          const struct eider_type **ret, struct eider_error *err);

#endif
