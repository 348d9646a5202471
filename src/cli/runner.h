/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_RUNNER_H
#define EIDER_CLI_RUNNER_H

#include <stdbool.h>

#include "cli/convert.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/script.h"
#include "cli/tables.h"

/* What the statements of a run share. One thread at a time. */
struct runner {
    const struct options *options;
    struct output *output;
    struct interrupt *interrupt;
    duckdb_database database;
    duckdb_connection connection;
    struct eider_session *session;
    struct table_list *tables; /* those that are no views; NULL: none */
    struct converter *converter;
};

/*
 * Runs one statement and prints its rows. Errors are returned, not reported. After a failure of the output
 * nothing more can be printed: output_status tells.
 */
EIDER_MUST_CHECK enum eider_status runner_statement(struct runner *runner, const struct statement *statement,
                                                    struct eider_error *err);

#endif
