/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_SQLGEN_H
#define EIDER_SQLGEN_SQLGEN_H

/*
 * Plans and fragments of plans become DuckDB SQL. Pure text in, text out: nothing here knows DuckDB's library.
 *
 * The columns of every query that is written are c0, c1, … in the order of the node's columns; a node without
 * columns gives one column z, which nobody reads. Each node is computed by the same operator of DuckDB that
 * it stands for, so the rows are those of the plan; the rules are in the heads of the .c files.
 *
 * Every plan that plan_validate accepts is written, but for kinds that must have been replaced before
 * (network boundaries, DISTRIBUTED_LEAF, DISTRIBUTED) and forms of joins that no SQL says: EIDER_ERROR_PLAN
 * names the node. The text is appended to `out`, whose max_bytes bounds it; after a failure, what was
 * appended is to be thrown away. Any thread, as long as each `out` and `err` has one user.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "plan/plan.h"

/* Of nodes above each other, and of expressions inside each other: beyond that, UNSUPPORTED. */
#define SQLGEN_MAX_DEPTH 2000

/* What EXCHANGE_SOURCE nodes with this input number read. */
struct sqlgen_input {
    const char *token; /* as engine/source.h gives it */
    bool complete;     /* all rows are there: `v` need not be read */
};

/* What a CUSTOM node does: one SELECT; {input} stands for the rows of its input. Empty: it has no rows. */
struct sqlgen_custom {
    const struct eider_node *node;
    struct eider_str sql;
};

/* Everything is borrowed until the call returns. A NULL context has no inputs. */
struct sqlgen_context {
    const struct sqlgen_input *inputs; /* by input number; a token may be NULL if no node reads it */
    uint32_t input_count;
    const char *const *filters; /* tokens of Bloom filters (engine/probe.h), by number */
    uint32_t filter_count;
    const struct sqlgen_custom *customs; /* each CUSTOM node, in any order */
    uint32_t custom_count;
    const char *sink_token; /* for sqlgen_task */
};

/* A SELECT for the plan. The order of its rows is that of the plan's root if that has one. */
enum eider_status sqlgen_query(const struct eider_node *root, const struct sqlgen_context *context,
                               struct buf *out, struct eider_error *err);

/*
 * The same for the result of a statement: column i is called columns[i].name (any text without NUL bytes;
 * twice the same is fine) and is cast to columns[i].type if the plan's is another. As many columns as the
 * root has, else EIDER_ERROR_ARGUMENT.
 */
enum eider_status sqlgen_result(const struct eider_node *root, const struct column_list *columns,
                                const struct sqlgen_context *context, struct buf *out,
                                struct eider_error *err);

/*
 * The statement of a task: SELECT count(eider_sink('TOKEN', hash, c0, …)) FROM (the plan). If the root is a
 * REPARTITION, its input is computed and `hash` is the hash of its keys, or its key if it is by value; else `hash` is
 * NULL. An order at the root is not kept, as the threads that call the sink have none: for that there is sqlgen_query.
 */
enum eider_status sqlgen_task(const struct eider_node *root, const struct sqlgen_context *context,
                              struct buf *out, struct eider_error *err);

#endif
