/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_ARROW_SCAN_H
#define EIDER_ENGINE_ARROW_SCAN_H

/*
 * An Arrow scan: the way of an application's Arrow C stream into DuckDB. SQL: `SELECT * FROM
 * system.main."eider_arrow"('TOKEN')`. Its columns are c0, c1, … of the node's types.
 *
 * A stream is read once, from its beginning to its end, so one scan is for one statement that reads it in one place: a
 * second reader is an error. Rows are copied out of the arrays.
 */

#include "engine/engine.h"
#include "engine/run.h"
#include "plan/plan.h"

struct ArrowArrayStream;
struct arrow_scan;

struct arrow_scan_options {
    struct run *run;
    struct ArrowArrayStream *stream;   /* moved from: on failure too, the stream is released or the scan's */
    const char *kind;                  /* of the custom node, for messages; copied */
    const struct column_list *columns; /* of the node; borrowed until arrow_scan_new returns */
    uint64_t estimated_rows;           /* 0: unknown */
};

/*
 * Asks the stream for its schema, and compares it with the columns. Errors, which name the kind: PLAN (another number of
 * columns, other types), what get_schema says (IO, MEMORY), UNSUPPORTED (a type that cannot be exchanged), MEMORY.
 */
enum eider_status arrow_scan_new(const struct arrow_scan_options *options, struct arrow_scan **ret,
                                 struct eider_error *err);
const char *arrow_scan_token(const struct arrow_scan *scan); /* lives as long as the scan; holds no quotes */

/* Releases the stream. No statement may read it any more. Accepts NULL. */
void arrow_scan_free(struct arrow_scan *scan);

#endif
