/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_ASIDE_H
#define EIDER_COORDINATOR_ASIDE_H

#include "engine/connection.h"
#include "worker/inputs.h"

/* Small queries of the coordinator's own between the stages of a query: on a connection of the engine's, with the session's
 * settings. */
struct aside {
    struct task_context context; /* its connection does not count */
    struct session_settings *settings;
};

/* Runs a plan, which may read one input, EXCHANGE_SOURCE number 0 (NULL: none). On success *ret is destroyed by the caller.
 * Errors: those of any statement. */
enum eider_status aside_run(const struct aside *aside, const struct eider_node *plan,
                            const struct task_input *input, duckdb_result *ret, struct eider_error *err);

#endif
