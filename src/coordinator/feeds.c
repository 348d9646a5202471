/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds: those of a session, and their states while a query runs.
 *
 * A state belongs to a leaf: to a stage, the name of the feed, and the leaf's number among those of the stage's fragments
 * that read the same feed. Which tasks of the stage read it is found out by looking at the leaves of each task, because a leaf
 * may have another variant in each; those that do are numbered, so that the application knows who will ask.
 *
 * Locks: the turn of a state is held over `next`, which is the application's; no other lock of ours is taken below it. The
 * list of states does not change while tasks run. Failure: the first error of `next` ends its feed: it is not called again.
 */
#include "coordinator/feeds.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "coordinator/session.h"
#include "plan/object.h"

#define MAX_FEEDS 1000u
#define NOT_READ  UINT32_MAX

struct feed_run {
    struct feed_run *next;
    struct eider_feed feed;
    struct eider_feed_reader reader;
    uint32_t leaf;
    uint32_t *numbers; /* of the readers, for each task of the stage; NOT_READ: it does not read */
    uint32_t stage_tasks;
    bool *ended; /* by the reader's number */
    void *state;
    bool is_open;

    pthread_mutex_t turn;
    struct eider_error failure; /* of next; EIDER_OK: none */
};

struct eider_units {
    struct unit_batch *batch;
};

void eider_units_add(struct eider_units *units, const void *data, size_t size)
{
    if (units != NULL && (data != NULL || size == 0))
        unit_batch_add(units->batch, data, size);
}

void eider_units_end(struct eider_units *units)
{
    if (units != NULL)
        units->batch->end = true;
}

/* ---- Of a session ---- */

static const struct eider_feed *find_feed(const struct session_feeds *feeds, struct eider_str name)
{
    for (uint32_t i = 0; i < feeds->count; i++) {
        if (str_is(name, feeds->items[i].name))
            return &feeds->items[i];
    }
    return NULL;
}

static enum eider_status check_feed(const struct eider_session *session, const struct eider_feed *feed,
                                    struct eider_error *err)
{
    if (session == NULL || feed == NULL || feed->size < sizeof(*feed))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_session_add_feed: session or feed is NULL, or the feed's size is not set");
    if (feed->name == NULL || feed->name[0] == '\0' || strlen(feed->name) >= EIDER_FEED_NAME_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_session_add_feed: a feed needs a name of 1 to %d bytes",
                         EIDER_FEED_NAME_BYTES - 1);
    if (feed->next == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_session_add_feed: the feed '%s' has no next",
                         feed->name);
    if (find_feed(&session->feeds, str_from(feed->name)) != NULL || session->feeds.count >= MAX_FEEDS)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_session_add_feed: there is a feed '%s' already, or there are %u", feed->name,
                         MAX_FEEDS);
    return EIDER_OK;
}

enum eider_status eider_session_add_feed(struct eider_session *session, const struct eider_feed *feed,
                                         struct eider_error *err)
{
    enum eider_status status = check_feed(session, feed, err);
    struct eider_feed *items;
    char *name;

    if (status != EIDER_OK)
        return status;
    items = realloc(session->feeds.items, (session->feeds.count + 1) * sizeof(*items));
    if (items == NULL)
        return error_no_memory(err);
    session->feeds.items = items;
    if ((name = strdup(feed->name)) == NULL)
        return error_no_memory(err);
    items[session->feeds.count] = *feed;
    items[session->feeds.count++].name = name;
    return EIDER_OK;
}

void session_feeds_free(struct session_feeds *feeds)
{
    for (uint32_t i = 0; i < feeds->count; i++) {
        if (feeds->items[i].free_data != NULL)
            feeds->items[i].free_data(feeds->items[i].data);
        free((char *)(uintptr_t)feeds->items[i].name); /* the copy of it */
    }
    free(feeds->items);
    *feeds = (struct session_feeds){NULL, 0};
}

/* ---- Who reads ---- */

struct collection {
    struct feed_runs *runs;
    struct arena *arena;
    const struct session_feeds *feeds;
    const struct plan_stage *stage;
    uint32_t task;
    struct feed_run *last; /* of the list */
    enum eider_status status;
    struct eider_error *err;
};

static enum eider_status callback_failed(const struct eider_feed *feed, const char *callback,
                                         enum eider_status status, const struct eider_error *said,
                                         struct eider_error *err)
{
    error_set(err, status, "feed '%s', %s: %s", feed->name, callback, error_said(said));
    if (said->hint[0] != '\0')
        error_hint(err, "%s", said->hint);
    return status;
}

static struct feed_run *add_run(struct collection *c, const struct node_custom *node, uint32_t leaf)
{
    const struct eider_feed *feed = find_feed(c->feeds, node->feed);
    struct feed_run *run;

    if (feed == NULL) {
        c->status = error_set(c->err, EIDER_ERROR_PLAN,
                              "a custom node of kind %s reads the feed '%s', which the session does not have",
                              node->kind.data, node->feed.data);
        error_node(c->err, node->kind.data);
        error_hint(c->err, "add it with eider_session_add_feed");
        return NULL;
    }
    run = arena_alloc(c->arena, sizeof(*run));
    if (run != NULL)
        run->numbers = arena_alloc_array(c->arena, c->stage->tasks, sizeof(*run->numbers));
    if (run != NULL)
        run->ended = arena_alloc_array(c->arena, c->stage->tasks, sizeof(*run->ended));
    if (run == NULL || run->numbers == NULL || run->ended == NULL) {
        c->status = error_no_memory(c->err);
        return NULL;
    }
    run->feed = *feed;
    run->reader = (struct eider_feed_reader){.stage = c->stage->id, .node = &node->base};
    run->leaf = leaf;
    run->stage_tasks = c->stage->tasks;
    for (uint32_t i = 0; i < run->stage_tasks; i++)
        run->numbers[i] = NOT_READ;
    pthread_mutex_init(&run->turn, NULL);
    if (c->last == NULL)
        c->runs->first = run;
    else
        c->last->next = run;
    c->last = run;
    return run;
}

static struct feed_run *find_run(const struct feed_runs *runs, uint32_t stage, struct eider_str feed,
                                 uint32_t leaf)
{
    for (struct feed_run *run = runs->first; run != NULL; run = run->next) {
        if (run->reader.stage == stage && run->leaf == leaf && str_is(feed, run->feed.name))
            return run;
    }
    return NULL;
}

/* A leaf of the task's fragment: the first of this feed in it that the task is not known to read yet. */
static bool add_leaf(struct collection *c, const struct node_custom *node)
{
    struct feed_run *run;
    uint32_t leaf = 0;

    while ((run = find_run(c->runs, c->stage->id, node->feed, leaf)) != NULL &&
           run->numbers[c->task] != NOT_READ)
        leaf++;
    if (run == NULL && (run = add_run(c, node, leaf)) == NULL)
        return false;
    run->numbers[c->task] = run->reader.tasks++;
    return true;
}

/* In the order of node_walk over the task's fragment, children first. */
static bool collect(struct collection *c, const struct eider_node *node)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);
    const struct node_custom *custom = node_as_custom(node);

    if (leaf != NULL)
        return c->task >= leaf->variants.count || collect(c, leaf->variants.items[c->task]);
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (!collect(c, node_child(node, i)))
            return false;
    }
    return custom == NULL || custom->feed.size == 0 || add_leaf(c, custom);
}

static bool reads_no_feed(void *data, const struct eider_node *node)
{
    const struct node_custom *custom = node_as_custom(node);

    (void)data;
    return custom == NULL || custom->feed.size == 0;
}

static bool collect_stage(struct collection *c, const struct plan_stage *stage)
{
    if (node_walk(stage->root, reads_no_feed, NULL))
        return true;
    c->stage = stage;
    for (c->task = 0; c->task < stage->tasks; c->task++) {
        if (!collect(c, stage->root))
            return false;
    }
    return true;
}

/* ---- Of a query ---- */

static enum eider_status open_run(struct feed_run *run, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    enum eider_status status = EIDER_OK;

    if (run->feed.open != NULL)
        status = run->feed.open(run->feed.data, &run->reader, &run->state, &said);
    run->is_open = status == EIDER_OK;
    if (status != EIDER_OK) {
        (void)callback_failed(&run->feed, "open", status, &said, err);
        error_node(err, node_as_custom(run->reader.node)->kind.data);
    }
    return status;
}

enum eider_status feed_runs_open(struct feed_runs *runs, struct arena *arena, const struct stage_graph *graph,
                                 const struct session_feeds *feeds, struct eider_error *err)
{
    struct collection c = {.runs = runs, .arena = arena, .feeds = feeds, .status = EIDER_OK, .err = err};
    bool ok = true;

    for (uint32_t i = 0; ok && i < graph->stage_count; i++)
        ok = collect_stage(&c, &graph->stages[i]);
    if (ok)
        (void)collect_stage(&c, &graph->head);
    for (struct feed_run *run = runs->first; run != NULL && c.status == EIDER_OK; run = run->next)
        c.status = open_run(run, err);
    return c.status;
}

/* In the state's turn. */
static enum eider_status ask(struct feed_run *run, uint32_t reader, struct unit_batch *ret,
                             struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    struct eider_units units = {ret};
    enum eider_status status;

    if (run->ended[reader]) {
        ret->end = true;
        return EIDER_OK;
    }
    if (run->failure.status == EIDER_OK) {
        status = run->feed.next(run->feed.data, run->state, reader, &units, &said);
        run->ended[reader] = ret->end;
        if (status == EIDER_OK)
            return EIDER_OK;
        (void)callback_failed(&run->feed, "next", status, &said, &run->failure);
        error_node(&run->failure, node_as_custom(run->reader.node)->kind.data);
    }
    if (err != NULL)
        *err = run->failure;
    return run->failure.status;
}

enum eider_status feed_runs_next(const struct feed_runs *runs, const struct unit_request *request,
                                 struct unit_batch *ret, struct eider_error *err)
{
    struct feed_run *run = find_run(runs, request->task.stage, str_from(request->feed), request->leaf);
    enum eider_status status;

    if (run == NULL || !run->is_open || request->task.task >= run->stage_tasks ||
        run->numbers[request->task.task] == NOT_READ)
        return error_set(err, EIDER_ERROR_PLAN,
                         "the feed '%s' was not opened for this leaf: it was not in the plan of the query",
                         request->feed);
    pthread_mutex_lock(&run->turn);
    status = ask(run, run->numbers[request->task.task], ret, err);
    pthread_mutex_unlock(&run->turn);
    return status;
}

void feed_runs_close(struct feed_runs *runs)
{
    for (struct feed_run *run = runs->first; run != NULL; run = run->next) {
        if (run->is_open && run->feed.close != NULL)
            run->feed.close(run->feed.data, run->state);
        run->is_open = false;
        pthread_mutex_destroy(&run->turn);
    }
    runs->first = NULL;
}
