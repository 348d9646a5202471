/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a session: kept in order, and called for the planner with the context of the query.
 *
 * What a rule gives back must be of the query's own plan. Nodes are only made by constructors, which take no node of another
 * plan, so looking at the root is enough. Threads: the session's. Failure: what a rule says, or what is wrong with its plan,
 * with its name before it.
 */
#include "coordinator/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "coordinator/session.h"
#include "plan/context.h"
#include "plan/object.h"
#include "plan/validate.h"

#define MAX_RULES 1000u

struct session_rule {
    char name[EIDER_RULE_NAME_BYTES];
    eider_rule rule;
    void *data;
    void (*free_data)(void *data);
};

/* A rule in the planning of one query: a copy, as a rule may add others. */
struct rule_call {
    const struct eider_session *session;
    struct session_rule rule;
    uint32_t workers;
};

static enum eider_status check_rule(const struct eider_session *session, const char *name, eider_rule rule,
                                    struct eider_error *err)
{
    enum eider_status status = handle_check(session, HANDLE_SESSION, "eider_session_add_rule", err);

    if (status != EIDER_OK)
        return status;
    if (name == NULL || rule == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_add_rule: an argument is NULL");
    if (name[0] == '\0' || strlen(name) >= EIDER_RULE_NAME_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_add_rule: a name has 1 to %d bytes",
                         EIDER_RULE_NAME_BYTES - 1);
    if (session->rules.count >= MAX_RULES)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_add_rule: a session has up to %u rules",
                         MAX_RULES);
    for (uint32_t i = 0; i < session->rules.count; i++) {
        if (strcmp(session->rules.items[i].name, name) == 0)
            return error_set(err, EIDER_ERROR_ARGUMENT,
                             "eider_session_add_rule: the session has a rule %s already", name);
    }
    return EIDER_OK;
}

enum eider_status eider_session_add_rule(struct eider_session *session, const char *name, eider_rule rule,
                                         void *data, void (*free_data)(void *data), struct eider_error *err)
{
    enum eider_status status = check_rule(session, name, rule, err);
    struct session_rule *items;

    if (status != EIDER_OK)
        return status;
    items = realloc(session->rules.items, (session->rules.count + 1) * sizeof(*items));
    if (items == NULL)
        return error_no_memory(err);
    session->rules.items = items;
    items[session->rules.count] = (struct session_rule){.rule = rule, .data = data, .free_data = free_data};
    memcpy(items[session->rules.count++].name, name, strlen(name));
    verdict_cache_clear(&session->verdicts);
    session->generation++;
    return EIDER_OK;
}

void session_rules_free(struct session_rules *rules)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        if (rules->items[i].free_data != NULL)
            rules->items[i].free_data(rules->items[i].data);
    }
    free(rules->items);
    *rules = (struct session_rules){NULL, 0};
}

enum eider_status eider_session_add_custom(struct eider_session *session,
                                           const struct eider_custom_kind *kind, struct eider_error *err)
{
    static const char me[] = "eider_session_add_custom";
    enum eider_status status = handle_check(session, HANDLE_SESSION, me, err);

    return status == EIDER_OK ? custom_kinds_add(&session->customs, kind, me, err) : status;
}

uint32_t eider_plan_workers(const struct eider_plan_context *ctx)
{
    return ctx == NULL ? 0 : ctx->workers;
}

static enum eider_status call_rule(void *data, struct arena *arena, const struct eider_node *plan,
                                   const struct eider_node **ret, struct eider_error *err)
{
    const struct rule_call *call = data;
    struct eider_plan_context ctx = {
        .arena = arena, .workers = call->workers, .customs = &call->session->customs};
    struct eider_error local = {.status = EIDER_OK};
    const struct eider_node *made = NULL;
    enum eider_status status = call->rule.rule(call->rule.data, &ctx, plan, &made, &local);

    if (status != EIDER_OK) {
        if (err != NULL)
            *err = local; /* the planner says whose it is */
        return status;
    }
    if (made != NULL && !arena_owns(arena, made))
        return error_set(err, EIDER_ERROR_PLAN, "it gave back a plan of another query");
    *ret = made;
    return EIDER_OK;
}

const struct planner_rule_entry *session_rules_entries(const struct eider_session *session,
                                                       struct arena *arena, uint32_t workers)
{
    const struct session_rules *rules = &session->rules;
    struct planner_rule_entry *entries = arena_alloc_array(arena, rules->count, sizeof(*entries));
    struct rule_call *calls = arena_alloc_array(arena, rules->count, sizeof(*calls));

    if (entries == NULL || calls == NULL)
        return NULL;
    for (uint32_t i = 0; i < rules->count; i++) {
        calls[i] = (struct rule_call){session, rules->items[i], workers};
        entries[i] = (struct planner_rule_entry){calls[i].rule.name, call_rule, &calls[i]};
    }
    return entries;
}
