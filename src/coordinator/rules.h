/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_RULES_H
#define EIDER_COORDINATOR_RULES_H

#include "eider/rules.h"
#include "planner/planner.h"

struct eider_session;

/* The rules of a session, in order. */
struct session_rules {
    struct session_rule *items;
    uint32_t count;
};

void session_rules_free(struct session_rules *rules);

/* The rules as the planner takes them, in `arena`; NULL if out of memory. `workers` is what the rules are told. */
const struct planner_rule_entry *session_rules_entries(const struct eider_session *session,
                                                       struct arena *arena, uint32_t workers);

#endif
