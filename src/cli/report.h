/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_REPORT_H
#define EIDER_CLI_REPORT_H

#include <stdint.h>

#include "eider/eider.h"

/*
 * What goes to standard error. Every message starts with "eider: ". Each function writes once, so that lines
 * of several processes do not mix. Failures to write are ignored.
 */

/* Where a statement comes from. */
struct place {
    const char *name; /* NULL: nothing to name */
    uint64_t line;    /* 0: none */
};

/*
 *     eider: load.sql:12: Conversion Error: …
 *       stage 2, task 3, worker 1, HashJoinExec
 *       hint: …
 */
void report_error(const struct place *place, const struct eider_error *error);

void report_message(const char *message);

/* {"planning_ms":1.2,"execution_ms":…,"stages":…,"tasks":…,"rows_exchanged":…,"bytes_exchanged":…,"head_rows":…,
 * "head_bytes":…,"rows_filtered":…,"distributed":…,"verdict_kind":"…","verdict":"…"} */
void report_stats(const struct eider_query *query);

#endif
