/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking handlers, and checking what they answer. Eider's own handler, the last, is trusted: its errors are what they are,
 * and debug builds check every plan anyway. The application's are not: an answer that cannot be is an error which says
 * who gave it, because it would otherwise show up far from its cause.
 *
 * No state, no locks: callbacks run on the thread that plans or runs the query.
 */
#include "planner/handlers.h"

#include "plan/object.h"
#include "plan/schema.h"
#include "plan/validate.h"
#include "planner/passes.h"

/* ---- Who is asked, and what goes wrong ---- */

static const struct eider_handlers *handler_at(const struct handlers *handlers, uint32_t index)
{
    return index < handlers->count ? &handlers->items[index] : &handlers->own;
}

/* A callback and what it was asked about, for messages. */
struct asked {
    const struct eider_handlers *handler;
    const char *callback;
    const struct eider_node *node; /* NULL: a stage */
    bool own;
};

static struct asked asked_of(const struct handlers *handlers, uint32_t index, const char *callback,
                             const struct eider_node *node)
{
    return (struct asked){handler_at(handlers, index), callback, node, index == handlers->count};
}

static const char *node_name(const struct asked *asked)
{
    return asked->node != NULL ? node_tag_display(asked->node->tag) : "";
}

static struct eider_error blank_error(void)
{
    return (struct eider_error){.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
}

/* The callback failed with `status` and left `theirs`, which is text of an application: it may lack its end. */
static enum eider_status callback_failed(const struct asked *asked, enum eider_status status,
                                         struct eider_error *theirs, struct eider_error *err)
{
    theirs->message[sizeof(theirs->message) - 1] = '\0';
    theirs->hint[sizeof(theirs->hint) - 1] = '\0';
    theirs->node[sizeof(theirs->node) - 1] = '\0';
    if (asked->own) {
        if (err != NULL)
            *err = *theirs;
        return status;
    }
    error_set(err, status, "handlers '%s', %s: %s%s", asked->handler->name, asked->callback,
              theirs->message[0] != '\0' ? theirs->message : "failed without a message: ",
              theirs->message[0] != '\0' ? "" : eider_status_name(status));
    error_hint(err, "%s", theirs->hint);
    error_node(err, theirs->node[0] != '\0' ? theirs->node : node_name(asked));
    error_origin(err, theirs->stage, theirs->task, theirs->worker);
    return status;
}

/* ---- desired_tasks ---- */

struct eider_task_count task_count_merge(struct eider_task_count a, struct eider_task_count b)
{
    if (a.kind == EIDER_TASKS_MAXIMUM && b.kind == EIDER_TASKS_MAXIMUM)
        return a.tasks < b.tasks ? a : b;
    if (a.kind == EIDER_TASKS_MAXIMUM || b.kind == EIDER_TASKS_MAXIMUM)
        return a.kind == EIDER_TASKS_MAXIMUM ? a : b;
    return (struct eider_task_count){a.kind > b.kind ? a.kind : b.kind,
                                     a.tasks > b.tasks ? a.tasks : b.tasks};
}

static enum eider_status check_count(const struct asked *asked, const struct eider_task_count *count,
                                     struct eider_error *err)
{
    if (count->kind != EIDER_TASKS_DESIRED && count->kind != EIDER_TASKS_MAXIMUM)
        error_set(err, EIDER_ERROR_PLAN, "handlers '%s', %s: the answer for %s is of the unknown kind %d",
                  asked->handler->name, asked->callback, node_name(asked), (int)count->kind);
    else if (count->tasks == 0 || count->tasks > EIDER_MAX_TASKS)
        error_set(err, EIDER_ERROR_PLAN,
                  "handlers '%s', %s: %u tasks for %s, but a stage has 1 to %d of them", asked->handler->name,
                  asked->callback, count->tasks, node_name(asked), EIDER_MAX_TASKS);
    else
        return EIDER_OK;
    error_node(err, node_name(asked));
    return EIDER_ERROR_PLAN;
}

enum eider_status handlers_desired_tasks(const struct handlers *handlers, const struct eider_node *node,
                                         struct eider_task_count *ret, struct eider_error *err)
{
    *ret = (struct eider_task_count){EIDER_TASKS_ASK_NEXT, 0};
    for (uint32_t i = 0; i <= handlers->count; i++) {
        struct asked asked = asked_of(handlers, i, "desired_tasks", node);
        struct eider_error theirs = blank_error();
        enum eider_status status;
        if (asked.handler->desired_tasks == NULL)
            continue;
        status = asked.handler->desired_tasks(asked.handler->data, node, ret, &theirs);
        if (status != EIDER_OK)
            return callback_failed(&asked, status, &theirs, err);
        if (ret->kind != EIDER_TASKS_ASK_NEXT)
            return asked.own ? EIDER_OK : check_count(&asked, ret, err);
        ret->tasks = 0;
    }
    return EIDER_OK;
}

/* ---- scale_up_leaf ---- */

static enum eider_status bad_leaf(const struct asked *asked, const char *problem, struct eider_error *err)
{
    error_set(err, EIDER_ERROR_PLAN, "handlers '%s', %s: what stands for %s %s", asked->handler->name,
              asked->callback, node_name(asked), problem);
    error_node(err, node_name(asked));
    return EIDER_ERROR_PLAN;
}

static bool is_same_table(const struct node_table_scan *a, const struct node_table_scan *b)
{
    return a != NULL && str_equal(a->catalog, b->catalog) && str_equal(a->schema, b->schema) &&
           str_equal(a->table, b->table);
}

/* The first thing that is wrong with a plan that stands for a leaf; NULL: nothing. Before plan_validate, which trusts that
 * nodes have their children. */
static const char *problem_in(const struct asked *asked, const struct eider_node *node, uint32_t tasks)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);
    const char *problem = NULL;

    if (node == NULL)
        return "has a node without its input";
    if (node_is_boundary(node) || node->tag == NODE_REPARTITION || node->tag == NODE_EXCHANGE_SOURCE ||
        node->tag == NODE_DISTRIBUTED)
        return "has a network boundary in it";
    if (node->tag == NODE_TABLE_SCAN &&
        !is_same_table(node_as_table_scan(asked->node), node_as_table_scan(node)))
        return "reads another table of the database, which workers may not see";
    if (leaf != NULL && leaf->variants.count == 0)
        return "has no variant for any task";
    if (leaf != NULL && leaf->variants.count > tasks)
        return "has more variants than its stage has tasks";
    for (uint32_t i = 0, n = node_child_count(node); problem == NULL && i < n; i++)
        problem = problem_in(asked, node_child(node, i), tasks);
    return problem;
}

static enum eider_status check_scaled(const struct asked *asked, const struct eider_node *made,
                                      uint32_t tasks, struct eider_error *err)
{
    struct eider_error found = blank_error();
    const char *problem = problem_in(asked, made, tasks);
    enum eider_status status;

    if (problem != NULL)
        return bad_leaf(asked, problem, err);
    if ((status = plan_validate(made, &found)) != EIDER_OK)
        return callback_failed(asked, status, &found, err);
    if (!schema_same_types(&made->columns, &asked->node->columns))
        return bad_leaf(asked, "has other columns", err);
    return EIDER_OK;
}

enum eider_status handlers_scale_up_leaf(const struct handlers *handlers, struct eider_plan_context *context,
                                         const struct eider_node *leaf, uint32_t tasks,
                                         const struct eider_node **ret, struct eider_error *err)
{
    *ret = NULL;
    for (uint32_t i = 0; *ret == NULL && i <= handlers->count; i++) {
        struct asked asked = asked_of(handlers, i, "scale_up_leaf", leaf);
        struct eider_error theirs = blank_error();
        enum eider_status status;
        if (asked.handler->scale_up_leaf == NULL)
            continue;
        status = asked.handler->scale_up_leaf(asked.handler->data, context, leaf, tasks, ret, &theirs);
        if (status != EIDER_OK)
            return callback_failed(&asked, status, &theirs, err);
        if (*ret != NULL && !asked.own && (status = check_scaled(&asked, *ret, tasks, err)) != EIDER_OK)
            return status;
    }
    return EIDER_OK;
}

/* ---- route_tasks ---- */

static enum eider_status check_routes(const struct asked *asked, const struct eider_stage *stage,
                                      const uint32_t *workers, struct eider_error *err)
{
    for (uint32_t task = 0; task < stage->tasks; task++) {
        if (workers[task] < stage->worker_count)
            continue;
        if (workers[task] == EIDER_NO_WORKER)
            error_set(err, EIDER_ERROR_PLAN,
                      "handlers '%s', %s: stage %u: no worker for task %u, but for other tasks",
                      asked->handler->name, asked->callback, stage->stage, task);
        else
            error_set(err, EIDER_ERROR_PLAN,
                      "handlers '%s', %s: stage %u: worker %u for task %u, but there are %u workers, from 0",
                      asked->handler->name, asked->callback, stage->stage, workers[task], task,
                      stage->worker_count);
        error_origin(err, (int32_t)stage->stage, (int32_t)task, -1);
        return EIDER_ERROR_PLAN;
    }
    return EIDER_OK;
}

static bool is_answered(const struct eider_stage *stage, const uint32_t *workers)
{
    for (uint32_t task = 0; task < stage->tasks; task++) {
        if (workers[task] != EIDER_NO_WORKER)
            return true;
    }
    return false;
}

enum eider_status handlers_route_tasks(const struct handlers *handlers, const struct eider_stage *stage,
                                       uint32_t *workers, struct eider_error *err)
{
    for (uint32_t task = 0; task < stage->tasks; task++)
        workers[task] = EIDER_NO_WORKER;
    for (uint32_t i = 0; i <= handlers->count; i++) {
        struct asked asked = asked_of(handlers, i, "route_tasks", NULL);
        struct eider_error theirs = blank_error();
        enum eider_status status;
        if (asked.handler->route_tasks == NULL)
            continue;
        theirs.stage = (int32_t)stage->stage;
        status = asked.handler->route_tasks(asked.handler->data, stage, workers, &theirs);
        if (status != EIDER_OK)
            return callback_failed(&asked, status, &theirs, err);
        if (is_answered(stage, workers))
            return asked.own ? EIDER_OK : check_routes(&asked, stage, workers, err);
    }
    return EIDER_OK;
}
