/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RULES_H
#define EIDER_RULES_H

/*
 * Rules: an application's own steps of planning.
 *
 * A rule gets the plan of a query after DuckDB has optimised it and before network boundaries are placed. Aggregates that can be
 * split are in two phases already: FINAL over PARTIAL, with a projection above. The rule gives back the plan to go on with: the
 * same one, or one that it built with eider/nodes.h. If it places network boundaries (eider_network_coalesce and its
 * relatives), the planner places none itself: it checks the plan, scales leaves to the tasks of their stages, drops
 * boundaries from one task to one, and numbers the stages.
 *
 * A rule may not change the columns of the query's result, and every plan that could give other rows than DuckDB alone is
 * refused: EIDER_ERROR_PLAN, with a message that names the rule and the node.
 */

#include "eider/nodes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;

/*
 * A rule: sets *ret to the plan to go on with, `plan` itself if nothing is to change. It owns and frees nothing; ctx, plan and
 * what is built with them may not be used after it returns. Whatever it returns but EIDER_OK fails the query; `err`
 * (never NULL) should say why. Called in the thread that plans, once per planning: also for EXPLAIN.
 */
typedef enum eider_status (*eider_rule)(void *data, struct eider_plan_context *ctx,
                                        const struct eider_node *plan, const struct eider_node **ret,
                                        struct eider_error *err);

#define EIDER_RULE_NAME_BYTES 64

/*
 * Adds a rule to the session; queries that are prepared from now on run through it, after the rules that were added
 * before. `name` (up to EIDER_RULE_NAME_BYTES - 1 bytes, copied, one of its kind in the session) is for errors.
 * `free_data` (may be NULL) is called with `data` when the session is freed; on failure of this function it is not.
 * Errors: ARGUMENT, MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_session_add_rule(struct eider_session *session,
                                                                    const char *name, eider_rule rule,
                                                                    void *data, void (*free_data)(void *data),
                                                                    struct eider_error *err);

/* How many workers there are for the query that is being planned. */
EIDER_API uint32_t eider_plan_workers(const struct eider_plan_context *ctx);

#ifdef __cplusplus
}
#endif
#endif
