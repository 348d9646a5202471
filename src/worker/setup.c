/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set-up of a worker for a session: the application's callback, and what it added.
 *
 * Rewrites are checked: a fragment keeps its columns, the inputs that it reads, and the partitioning at its root, because the
 * coordinator and other tasks count on them. Threads: made by one, then read by many. Failure: a half-made set-up is
 * dropped whole.
 */
#include "worker/setup.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "plan/context.h"
#include "plan/object.h"
#include "plan/schema.h"
#include "plan/validate.h"

#define MAX_REWRITES 1000u

struct worker_rewrite {
    char name[EIDER_RULE_NAME_BYTES];
    eider_rule rewrite;
    void *data;
    void (*free_data)(void *data);
};

struct eider_worker {
    struct worker_id id;
    duckdb_connection connection;
    struct worker_setup *setup;
};

/* ---- Life ---- */

struct worker_setup *worker_setup_ref(struct worker_setup *setup)
{
    atomic_fetch_add_explicit(&setup->refs, 1, memory_order_relaxed);
    return setup;
}

void worker_setup_unref(struct worker_setup *setup)
{
    if (setup == NULL || atomic_fetch_sub_explicit(&setup->refs, 1, memory_order_acq_rel) != 1)
        return;
    custom_kinds_free(&setup->customs);
    for (uint32_t i = 0; i < setup->rewrites.count; i++) {
        if (setup->rewrites.items[i].free_data != NULL)
            setup->rewrites.items[i].free_data(setup->rewrites.items[i].data);
    }
    free(setup->rewrites.items);
    for (uint32_t i = 0; i < setup->header_count; i++) {
        free((char *)setup->headers[i].name);
        free((char *)setup->headers[i].value);
    }
    free(setup->headers);
    free(setup);
}

static bool copy_headers(struct worker_setup *setup, const struct task_request *request)
{
    setup->headers = calloc(request->header_count + 1, sizeof(*setup->headers));
    if (setup->headers == NULL)
        return false;
    for (uint32_t i = 0; i < request->header_count; i++) {
        char *name = strdup(request->headers[i].name), *value = strdup(request->headers[i].value);
        setup->headers[setup->header_count++] = (struct task_header){name, value};
        if (name == NULL || value == NULL)
            return false;
    }
    return true;
}

bool worker_setup_fits(const struct worker_setup *setup, const struct task_request *request)
{
    if (setup->header_count != request->header_count)
        return false;
    for (uint32_t i = 0; i < setup->header_count; i++) {
        if (strcmp(setup->headers[i].name, request->headers[i].name) != 0 ||
            strcmp(setup->headers[i].value, request->headers[i].value) != 0)
            return false;
    }
    return true;
}

static enum eider_status call_setup(const struct worker_setup_callback *callback, struct engine *engine,
                                    struct eider_worker *worker, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    enum eider_status status;

    if (callback->setup == NULL)
        return EIDER_OK;
    if ((status = engine_connect(engine, &worker->connection, err)) != EIDER_OK)
        return status;
    status = callback->setup(callback->data, worker, &said);
    duckdb_disconnect(&worker->connection);
    if (status == EIDER_ERROR_UNSUPPORTED)
        status = EIDER_ERROR_SQL;
    if (status != EIDER_OK)
        error_set(err, status, "the set-up of %s: %s", worker->id.name, error_said(&said));
    return status;
}

enum eider_status worker_setup_new(const struct worker_setup_callback *callback, struct engine *engine,
                                   const struct worker_id *worker, const struct task_request *request,
                                   struct worker_setup **ret, struct eider_error *err)
{
    struct worker_setup *setup = calloc(1, sizeof(*setup));
    struct eider_worker handle = {.id = *worker, .setup = setup};
    enum eider_status status;

    *ret = NULL;
    if (setup == NULL)
        return error_no_memory(err);
    atomic_init(&setup->refs, 1);
    status = copy_headers(setup, request) ? call_setup(callback, engine, &handle, err) : error_no_memory(err);
    if (status == EIDER_OK)
        *ret = setup;
    else
        worker_setup_unref(setup);
    return status;
}

/* ---- What the callback can do ---- */

uint32_t eider_worker_number(const struct eider_worker *worker)
{
    return worker == NULL ? 0 : worker->id.number;
}

const char *eider_worker_name(const struct eider_worker *worker)
{
    return worker == NULL ? "" : worker->id.name;
}

duckdb_connection eider_worker_connection(struct eider_worker *worker)
{
    return worker == NULL ? NULL : worker->connection;
}

const char *eider_worker_header(const struct eider_worker *worker, const char *name)
{
    for (uint32_t i = 0; worker != NULL && name != NULL && i < worker->setup->header_count; i++) {
        if (strcasecmp(worker->setup->headers[i].name, name) == 0)
            return worker->setup->headers[i].value;
    }
    return NULL;
}

enum eider_status eider_worker_add_custom(struct eider_worker *worker, const struct eider_custom_kind *kind,
                                          struct eider_error *err)
{
    if (worker == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_worker_add_custom: the worker is NULL");
    return custom_kinds_add(&worker->setup->customs, kind, "eider_worker_add_custom", err);
}

enum eider_status eider_worker_add_rewrite(struct eider_worker *worker, const char *name, eider_rule rewrite,
                                           void *data, void (*free_data)(void *data), struct eider_error *err)
{
    static const char me[] = "eider_worker_add_rewrite";
    struct worker_rewrites *rewrites;
    struct worker_rewrite *items;

    if (worker == NULL || name == NULL || rewrite == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: an argument is NULL", me);
    rewrites = &worker->setup->rewrites;
    if (name[0] == '\0' || strlen(name) >= EIDER_RULE_NAME_BYTES || rewrites->count >= MAX_REWRITES)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: a name has 1 to %d bytes, a worker up to %u rewrites", me,
                         EIDER_RULE_NAME_BYTES - 1, MAX_REWRITES);
    items = realloc(rewrites->items, (rewrites->count + 1) * sizeof(*items));
    if (items == NULL)
        return error_no_memory(err);
    rewrites->items = items;
    items[rewrites->count] =
        (struct worker_rewrite){.rewrite = rewrite, .data = data, .free_data = free_data};
    memcpy(items[rewrites->count++].name, name, strlen(name));
    return EIDER_OK;
}

/* ---- Rewrites ---- */

struct input_count {
    uint32_t input; /* UINT32_MAX: all of them */
    uint32_t count;
};

static bool count_input(void *data, const struct eider_node *node)
{
    const struct node_exchange_source *source = node_as_exchange_source(node);
    struct input_count *counted = data;

    if (source != NULL && (counted->input == UINT32_MAX || counted->input == source->input))
        counted->count++;
    return true;
}

static uint32_t reads_of(const struct eider_node *root, uint32_t input)
{
    struct input_count counted = {input, 0};

    node_walk(root, count_input, &counted);
    return counted.count;
}

struct input_comparison {
    const struct eider_node *before, *after;
};

static bool is_read_alike(void *data, const struct eider_node *node)
{
    const struct input_comparison *both = data;
    const struct node_exchange_source *source = node_as_exchange_source(node);

    return source == NULL || reads_of(both->before, source->input) == reads_of(both->after, source->input);
}

static bool same_partitioning(const struct eider_node *a, const struct eider_node *b)
{
    const struct node_repartition *left = node_as_repartition(a), *right = node_as_repartition(b);

    if (left == NULL || right == NULL)
        return left == right;
    if (left->partitions != right->partitions || left->by_value != right->by_value ||
        left->keys.count != right->keys.count)
        return false;
    for (uint32_t i = 0; i < left->keys.count; i++) {
        if (!expr_equal(left->keys.items[i], right->keys.items[i]))
            return false;
    }
    return true;
}

static const char *what_changed(const struct eider_node *before, const struct eider_node *after)
{
    struct input_comparison both = {before, after};

    if (!schema_same_types(&before->columns, &after->columns))
        return "changed the columns of the fragment";
    if (!same_partitioning(before, after))
        return "changed how the rows of the fragment are partitioned";
    return reads_of(before, UINT32_MAX) == reads_of(after, UINT32_MAX) &&
                   node_walk(after, is_read_alike, &both)
               ? NULL
               : "changed which inputs the fragment reads";
}

static enum eider_status rewrite_once(const struct worker_rewrite *rewrite, struct eider_plan_context *ctx,
                                      const struct eider_node **root, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    const struct eider_node *made = NULL;
    const char *problem = NULL;
    enum eider_status status = rewrite->rewrite(rewrite->data, ctx, *root, &made, &said);

    if (status != EIDER_OK)
        return error_set(err, status, "the rewrite %s: %s", rewrite->name, error_said(&said));
    if (made == NULL)
        problem = "gave back no fragment";
    else if (made != *root && !arena_owns(ctx->arena, made))
        problem = "gave back a plan of another task";
    else if (plan_validate(made, &said) != EIDER_OK)
        problem = said.message;
    else
        problem = what_changed(*root, made);
    if (problem != NULL)
        return error_set(err, EIDER_ERROR_PLAN, "the rewrite %s: %s", rewrite->name, problem);
    *root = made;
    return EIDER_OK;
}

enum eider_status worker_setup_rewrite(const struct worker_setup *setup, struct arena *arena,
                                       const struct eider_node *root, const struct eider_node **ret,
                                       struct eider_error *err)
{
    struct eider_plan_context ctx = {.arena = arena, .customs = &setup->customs};
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; status == EIDER_OK && i < setup->rewrites.count; i++)
        status = rewrite_once(&setup->rewrites.items[i], &ctx, &root, err);
    *ret = root;
    return status;
}
