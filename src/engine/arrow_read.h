/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_ARROW_READ_H
#define EIDER_ENGINE_ARROW_READ_H

/*
 * Arrow's schemas as types, and rows of Arrow's arrays as vectors. Private to the engine. Any thread.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "plan/plan.h"

struct ArrowArray;
struct ArrowSchema;

/* The type in the arena. Errors: UNSUPPORTED with a message that names Arrow's format, MEMORY. */
enum eider_status arrow_type(struct arena *arena, const struct ArrowSchema *schema,
                             const struct eider_type **ret, struct eider_error *err);

/* What is wrong with the shape of an array of a schema that arrow_type took, "gives …"; NULL: nothing. Offsets and lengths
 * within its buffers are the producer's. */
const char *arrow_check(const struct ArrowSchema *schema, const struct ArrowArray *array);

/* Copies rows [first, first + count) of an array to row `to` on of a vector of its type, which is flat and valid so far. NULL,
 * or what is wrong with a value, "gives …". */
const char *arrow_read(const struct ArrowSchema *schema, const struct ArrowArray *array, uint64_t first,
                       idx_t count, duckdb_vector vector, idx_t to);

#endif
