/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a stage graph.
 *
 * The owner's thread dispatches: it starts every stage whose inputs are complete (all its tasks at once; workers queue
 * them), runs local stages itself on the application's connection, and sleeps until a task reports. Which worker runs a
 * task was decided before, by execution_route. When all stages are complete the head runs over their outputs.
 *
 * To stream, the stages whose rows the head hands on (and that are not local) are only started, and the head reads their
 * outputs while they grow; a LIMIT in the head then ends the query early, and what still runs is cancelled. What the head
 * sorts or groups, it reads with all threads once it is complete.
 *
 * The first failure wins: it stops all tasks of the query, and is what the caller gets, with stage, task and worker.
 * Tasks that end because of it (CANCELLED) are not causes.
 *
 * Threads: `lock` guards everything that task_ended touches, `changed` says that a task ended. No call into transport
 * or engine is made under it. A request lives until its task has reported.
 */
#include "coordinator/execution.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "coordinator/few_keys.h"
#include "coordinator/partial_probe.h"
#include "coordinator/probes.h"
#include "coordinator/routing.h"
#include "engine/pulse.h"
#include "engine/target.h"
#include "plan/codec.h"
#include "plan/object.h"
#include "planner/partial_skip.h"
#include "sqlgen/sqlgen.h"
#include "worker/blame.h"
#include "worker/task.h"

#define HEAD_SQL_MAX_BYTES ((size_t)64 << 20)
#define FIRST_ATTEMPT      1
#define MAX_FILTER_KEYS    (UINT64_C(8) << 20) /* more are not kept: 64 MiB of hashes, 16 MiB of filter */

enum stage_state {
    STAGE_WAITING = 1,
    STAGE_RUNNING,
    STAGE_COMPLETE
};

struct stage_run {
    struct plan_stage *stage;
    enum stage_state state;
    atomic_bool complete; /* as the state says, for readers */
    bool streams;         /* read by the head while it runs, which hands its rows on */
    uint32_t tasks_left;
    bool
        filter_made; /* the Bloom filter of its keys was asked for: filter.words is NULL if it is not worth it */
    struct task_filter filter;
    uint64_t filter_keys; /* how many the filter was made of, with those that are equal */
    bool few_asked;       /* for `few`: the keys themselves, if they are few */
    struct expr_list few;
};

struct task_run {
    struct execution *execution;
    struct stage_run *stage;
    uint32_t task;
    struct task_request request;
    struct buf plan;
    struct task_input *inputs;
    uint32_t filters[STAGE_MAX_FILTERS]; /* which of the stage's each of the request is */
};

struct execution {
    struct execution_options options;
    struct arena *arena;
    struct stage_run *stages;
    struct routes routes;
    struct task_setting *settings;
    uint32_t setting_count;
    struct fragment_inputs *head_inputs;
    struct feed_runs feeds;
    bool finished;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t running; /* tasks that have not reported */
    bool failed, stopping;
    struct eider_error error; /* the first one */
    struct execution_stats stats;
};

/* ---- Making ---- */

static void mark_streams(struct execution *execution)
{
    const struct plan_stage *head = &execution->options.graph->head;

    for (uint32_t i = 0; execution->options.stream && i < head->input_count; i++) {
        struct stage_run *run = &execution->stages[head->inputs[i].stage - 1];
        run->streams = !run->stage->local && stage_hands_on(head, head->inputs[i].stage);
    }
    for (uint32_t i = 0; i < execution->options.graph->stage_count; i++) {
        const struct plan_stage *stage = execution->stages[i].stage;
        for (uint32_t k = 0; k < stage->input_count; k++) /* somebody needs it complete */
            execution->stages[stage->inputs[k].stage - 1].streams = false;
        for (uint32_t k = 0; k < stage->filter_count; k++)
            execution->stages[stage->filters[k] - 1].streams = false;
    }
}

static bool copy_settings(struct execution *execution)
{
    uint32_t count = 0;
    const struct session_setting *list = execution->options.settings == NULL
                                             ? NULL
                                             : session_settings_list(execution->options.settings, &count);

    execution->settings = arena_alloc_array(execution->arena, count + 1, sizeof(*execution->settings));
    execution->setting_count = count;
    for (uint32_t i = 0; execution->settings != NULL && i < count; i++)
        execution->settings[i] = (struct task_setting){list[i].name, list[i].value};
    return execution->settings != NULL;
}

enum eider_status execution_new(const struct execution_options *options, struct execution **ret,
                                struct eider_error *err)
{
    struct execution *execution = calloc(1, sizeof(*execution));
    struct stage_graph *graph = options->graph;

    *ret = NULL;
    if (execution == NULL)
        return error_no_memory(err);
    execution->options = *options;
    pthread_mutex_init(&execution->lock, NULL);
    pthread_cond_init(&execution->changed, NULL);
    execution->finished = true; /* nothing to finish yet */
    if ((execution->arena = arena_new()) != NULL)
        execution->stages =
            arena_alloc_array(execution->arena, graph->stage_count + 1, sizeof(struct stage_run));
    if (execution->arena == NULL || execution->stages == NULL || !copy_settings(execution)) {
        execution_free(execution);
        return error_no_memory(err);
    }
    for (uint32_t i = 0; i < graph->stage_count; i++) {
        execution->stages[i] = (struct stage_run){.stage = &graph->stages[i], .state = STAGE_WAITING};
        memset(graph->stages[i].kept_out, 0, sizeof(graph->stages[i].kept_out));
        memset(graph->stages[i].filter_keys, 0, sizeof(graph->stages[i].filter_keys));
        graph->stages[i].has_run = graph->stages[i].partial_skipped = false;
    }
    mark_streams(execution);
    execution->stats.stages = graph->stage_count;
    for (uint32_t i = 0; i < graph->stage_count; i++)
        execution->stats.tasks += graph->stages[i].tasks;
    execution->finished = false;
    *ret = execution;
    return EIDER_OK;
}

/* ---- Failure ---- */

static void record_failure(struct execution *execution, const struct eider_error *error)
{
    bool first;

    pthread_mutex_lock(&execution->lock);
    first = !execution->failed && !execution->stopping;
    if (first) {
        execution->failed = true;
        execution->error = *error;
    }
    pthread_cond_broadcast(&execution->changed);
    pthread_mutex_unlock(&execution->lock);
    if (!first)
        return;
    run_fail(execution->options.run, error); /* so that a head stage that streams waits no longer */
    execution->options.transport->vtable->cancel_query(execution->options.transport,
                                                       execution->options.query);
}

static enum eider_status failure_of(struct execution *execution, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    pthread_mutex_lock(&execution->lock);
    if (execution->failed) {
        status = execution->error.status;
        if (err != NULL)
            *err = execution->error;
    }
    pthread_mutex_unlock(&execution->lock);
    return status;
}

void execution_cancel(struct execution *execution)
{
    struct eider_error error = {.status = EIDER_OK};

    error_set(&error, EIDER_ERROR_CANCELLED, "the query was cancelled");
    record_failure(execution, &error);
}

/* ---- Tasks ---- */

enum eider_status execution_route(struct execution *execution, struct eider_error *err)
{
    struct handlers handlers = {.items = execution->options.handlers,
                                .count = execution->options.handler_count};

    return routes_make(execution->arena, execution->options.graph, execution->options.workers, &handlers,
                       &execution->routes, err);
}

/* From the thread of a task. A query that ends needs no more units. */
static enum eider_status next_units(void *data, const struct unit_request *request, struct unit_batch *ret,
                                    struct eider_error *err)
{
    struct execution *execution = data;
    bool ends;

    pthread_mutex_lock(&execution->lock);
    ends = execution->failed || execution->stopping;
    pthread_mutex_unlock(&execution->lock);
    if (ends)
        return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    return feed_runs_next(&execution->feeds, request, ret, err);
}

enum eider_status execution_open_feeds(struct execution *execution, struct eider_error *err)
{
    struct transport *transport = execution->options.transport;

    transport->vtable->serve_units(transport, execution->options.query, next_units, execution);
    return feed_runs_open(&execution->feeds, execution->arena, execution->options.graph,
                          execution->options.feeds, err);
}

static uint32_t worker_of(const struct execution *execution, const struct plan_stage *stage, uint32_t task)
{
    return execution->routes.workers[stage->id - 1][task];
}

static struct output_key key_of(const struct execution *execution, uint32_t stage, uint32_t task)
{
    return (struct output_key){execution->options.query, stage, task, FIRST_ATTEMPT};
}

/* What task `task` of a stage reads as input `input`: a slice per producer task. */
static bool fill_input(const struct execution *execution, struct arena *arena,
                       const struct stage_input *input, uint32_t task, struct task_input *ret)
{
    const struct stage_run *producer = &execution->stages[input->stage - 1];
    uint32_t first, count, first_task = 0, task_count = input->producer_tasks;
    uint32_t first_partition = 0, partition_count = producer->stage->partitions;

    stage_input_range(input, task, &first, &count);
    if (input->kind == BOUNDARY_SHUFFLE) {
        first_partition = first;
        partition_count = count;
    } else {
        first_task = first;
        task_count = count;
    }
    ret->slices = arena_alloc_array(arena, task_count + 1, sizeof(*ret->slices));
    if (ret->slices == NULL)
        return false;
    ret->slice_count = task_count;
    ret->partitions = producer->stage->partitions;
    ret->complete = !producer->streams;
    ret->now_complete = &producer->complete;
    for (uint32_t i = 0; i < task_count; i++) {
        ret->slices[i] = (struct task_slice){.output = key_of(execution, input->stage, first_task + i),
                                             .worker = worker_of(execution, producer->stage, first_task + i),
                                             .first_partition = first_partition,
                                             .partition_count = partition_count};
    }
    return true;
}

static struct task_input *fill_inputs(const struct execution *execution, struct arena *arena,
                                      const struct plan_stage *stage, uint32_t task)
{
    struct task_input *inputs = arena_alloc_array(arena, stage->input_count + 1, sizeof(*inputs));

    for (uint32_t i = 0; inputs != NULL && i < stage->input_count; i++) {
        if (!fill_input(execution, arena, &stage->inputs[i], task, &inputs[i]))
            return NULL;
    }
    return inputs;
}

/* Of what runs on the application's connection. */
static struct task_context local_context(const struct execution *execution)
{
    return (struct task_context){.engine = execution->options.engine,
                                 .transport = execution->options.transport,
                                 .store = execution->options.store,
                                 .run = execution->options.run,
                                 .connection = execution->options.connection,
                                 .customs = execution->options.customs,
                                 .worker = -1};
}

/* ---- Bloom filters ---- */

static enum eider_status fill_filter(struct execution *execution, const struct plan_stage *stage,
                                     uint64_t keys, struct task_filter *ret, struct eider_error *err)
{
    struct transport *transport = execution->options.transport;
    struct bloom *bloom = NULL;
    uint64_t *words = NULL;
    enum eider_status status =
        bloom_new(bloom_words_for(keys), engine_budget(execution->options.engine), &bloom, err);

    for (uint32_t task = 0; status == EIDER_OK && task < stage->tasks; task++)
        status = transport->vtable->fill_filter(transport, worker_of(execution, stage, task),
                                                key_of(execution, stage->id, task), bloom, err);
    if (status == EIDER_OK &&
        (words = arena_alloc_array(execution->arena, bloom_word_count(bloom), sizeof(*words))) == NULL)
        status = error_no_memory(err);
    if (status == EIDER_OK) {
        bloom_save(bloom, words);
        *ret = (struct task_filter){words, bloom_word_count(bloom)};
    }
    bloom_unref(bloom);
    return status;
}

/* The filter over a complete stage's keys, made once. No words: the stage kept no hashes. */
static enum eider_status filter_of(struct execution *execution, struct stage_run *stage,
                                   struct eider_error *err)
{
    struct transport *transport = execution->options.transport;
    uint64_t keys = 0;

    if (stage->filter_made)
        return EIDER_OK;
    stage->filter_made = true;
    for (uint32_t task = 0; task < stage->stage->tasks; task++) {
        uint64_t count = transport->vtable->hash_count(transport, worker_of(execution, stage->stage, task),
                                                       key_of(execution, stage->stage->id, task));
        if (count == UINT64_MAX || (keys += count) > MAX_FILTER_KEYS)
            return EIDER_OK;
    }
    stage->filter_keys = keys;
    return fill_filter(execution, stage->stage, keys, &stage->filter, err);
}

/* The constants of `few` for the scans of a stage that can skip files or row groups by them. */
static enum eider_status few_keys_of(struct execution *execution, struct stage_run *stage,
                                     struct expr_list *ret, struct eider_error *err)
{
    const struct stage_input all = {.stage = stage->stage->id,
                                    .kind = BOUNDARY_BROADCAST,
                                    .producer_tasks = stage->stage->tasks,
                                    .consumer_tasks = 1};
    const struct aside aside = {local_context(execution), execution->options.settings};
    struct task_input input;
    enum eider_status status;

    if (!stage->few_asked) {
        stage->few_asked = true;
        if (stage->filter_keys == 0 || stage->filter_keys > FEW_KEYS_MAX_ROWS)
            return EIDER_OK;
        if (!fill_input(execution, execution->arena, &all, 0, &input))
            return error_no_memory(err);
        status = few_keys_find(&aside, stage->stage, &input, execution->arena, &stage->few, err);
        if (status != EIDER_OK)
            return status;
    }
    *ret = stage->few;
    return EIDER_OK;
}

/* The stage's filters, and its fragment with probes of those that exist. */
static enum eider_status add_filters(struct execution *execution, const struct plan_stage *stage,
                                     struct task_run *run, const struct eider_node **fragment,
                                     struct eider_error *err)
{
    struct task_filter *filters =
        arena_alloc_array(execution->arena, stage->filter_count + 1, sizeof(*filters));
    struct probe_fates fates = {.few = {{NULL, 0}}};
    uint32_t count = 0;

    if (filters == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < stage->filter_count; i++) {
        struct stage_run *source = &execution->stages[stage->filters[i] - 1];
        enum eider_status status = filter_of(execution, source, err);
        if (status == EIDER_OK && stage->filter_prunes[i])
            status = few_keys_of(execution, source, &fates.few[i], err);
        if (status != EIDER_OK)
            return status;
        run->stage->stage->filter_keys[i] = fates.few[i].count;
        fates.to[i] = source->filter.words != NULL ? count : UINT32_MAX;
        if (source->filter.words != NULL) {
            run->filters[count] = i;
            filters[count++] = source->filter;
        }
    }
    run->request.filters = filters;
    run->request.filter_count = count;
    if (stage->filter_count == 0)
        return EIDER_OK;
    *fragment = probes_replace(execution->arena, *fragment, &fates);
    return *fragment != NULL ? EIDER_OK : error_no_memory(err);
}

/* ---- Requests ---- */

static bool feeds_head(const struct execution *execution, const struct plan_stage *stage)
{
    const struct plan_stage *head = &execution->options.graph->head;

    for (uint32_t i = 0; i < head->input_count; i++) {
        if (head->inputs[i].stage == stage->id)
            return true;
    }
    return false;
}

/* The fragment with the names of the result. */
static const struct eider_node *named_fragment(const struct execution *execution,
                                               const struct eider_node *fragment)
{
    struct node_projection *projection = node_projection_new(execution->arena);

    if (projection == NULL)
        return NULL;
    projection->base.columns = *execution->options.columns;
    projection->base.rows = fragment->rows;
    projection->input = fragment;
    projection->exprs = expr_list_new(execution->arena, fragment->columns.count);
    for (uint32_t i = 0; i < projection->exprs.count; i++)
        projection->exprs.items[i] = expr_column_of(execution->arena, fragment, i);
    return arena_failed(execution->arena) ? NULL : &projection->base;
}

static enum eider_status fill_request(struct execution *execution, const struct plan_stage *stage,
                                      uint32_t task, struct task_run *run, struct eider_error *err)
{
    const struct eider_node *fragment = stage_fragment(execution->arena, stage, task);
    struct task_request *request = &run->request;
    enum eider_status status;

    run->inputs = fill_inputs(execution, execution->arena, stage, task);
    if (fragment == NULL || run->inputs == NULL)
        return error_no_memory(err);
    if ((status = add_filters(execution, stage, run, &fragment, err)) != EIDER_OK)
        return status;
    if (stage->partial_skipped && (fragment = partial_skip(execution->arena, fragment)) == NULL)
        return error_no_memory(err);
    if (execution->options.copy != NULL && feeds_head(execution, stage)) {
        request->copy = execution->options.copy;
        if ((fragment = named_fragment(execution, fragment)) == NULL)
            return error_no_memory(err);
    }
    if ((status = plan_encode(fragment, &run->plan, err)) != EIDER_OK)
        return status;
    request->id = key_of(execution, stage->id, task);
    request->plan = run->plan.data;
    request->plan_bytes = run->plan.size;
    request->tasks = stage->tasks;
    request->partitions = stage->partitions;
    request->headers = execution->options.headers;
    request->header_count = execution->options.header_count;
    request->inputs = run->inputs;
    request->input_count = stage->input_count;
    request->settings = execution->settings;
    request->setting_count = execution->setting_count;
    request->max_hashes = stage->feeds_filter ? MAX_FILTER_KEYS : 0;
    request->concurrent_tasks = execution->options.concurrent_tasks;
    return EIDER_OK;
}

/* From any thread. */
static void task_ended(void *data, enum eider_status status, const struct task_report *report,
                       const struct eider_error *err)
{
    struct task_run *run = data;
    struct execution *execution = run->execution;

    if (status != EIDER_OK)
        record_failure(execution, err);
    buf_done(&run->plan);
    pthread_mutex_lock(&execution->lock);
    if (status == EIDER_OK) {
        execution->stats.rows_exchanged += report->rows;
        execution->stats.bytes_exchanged += report->bytes;
        execution->stats.rows_written += report->rows_written;
        if (feeds_head(execution, run->stage->stage)) {
            execution->stats.head_rows += report->rows;
            execution->stats.head_bytes += report->bytes;
        }
        for (uint32_t i = 0; i < run->request.filter_count; i++) {
            run->stage->stage->kept_out[run->filters[i]] += report->kept_out[i];
            execution->stats.rows_filtered += report->kept_out[i];
        }
        if (--run->stage->tasks_left == 0) {
            run->stage->stage->has_run = true;
            run->stage->state = STAGE_COMPLETE;
            atomic_store(&run->stage->complete, true);
        }
    }
    execution->running--;
    pthread_cond_broadcast(&execution->changed);
    pthread_mutex_unlock(&execution->lock);
}

/* A local stage: its one task runs here, on the application's connection. */
static void run_local(struct execution *execution, struct task_run *run)
{
    struct task_context context = local_context(execution);
    struct eider_error err = {.status = EIDER_OK};
    struct task_report report;
    enum eider_status status = task_execute(&context, &run->request, &report, &err);

    if (status != EIDER_OK)
        error_origin(&err, (int32_t)run->request.id.stage, (int32_t)run->request.id.task, -1);
    task_ended(run, status, &report, status == EIDER_OK ? NULL : &err);
}

static enum eider_status start_task(struct execution *execution, struct stage_run *stage, uint32_t task,
                                    struct eider_error *err)
{
    struct transport *transport = execution->options.transport;
    struct task_run *run = arena_alloc(execution->arena, sizeof(*run));
    enum eider_status status;

    if (run == NULL)
        return error_no_memory(err);
    run->execution = execution;
    run->stage = stage;
    run->task = task;
    buf_init(&run->plan, PLAN_MAX_BYTES);
    status = fill_request(execution, stage->stage, task, run, err);
    if (status == EIDER_OK) {
        pthread_mutex_lock(&execution->lock);
        execution->running++;
        pthread_mutex_unlock(&execution->lock);
        if (stage->stage->local) {
            run_local(execution, run);
            return EIDER_OK;
        }
        status = transport->vtable->run_task(transport, worker_of(execution, stage->stage, task),
                                             &run->request, task_ended, run, err);
        if (status != EIDER_OK) {
            pthread_mutex_lock(&execution->lock);
            execution->running--;
            pthread_mutex_unlock(&execution->lock);
        }
    }
    if (status != EIDER_OK)
        buf_done(&run->plan);
    return status;
}

static void start_stage(struct execution *execution, struct stage_run *stage)
{
    const struct aside aside = {local_context(execution), execution->options.settings};
    struct eider_error err = {.status = EIDER_OK};

    pthread_mutex_lock(&execution->lock);
    stage->state = STAGE_RUNNING;
    stage->tasks_left = stage->stage->tasks;
    pthread_mutex_unlock(&execution->lock);
    if (partial_probe(&aside, execution->arena, stage->stage, &err) != EIDER_OK) {
        record_failure(execution, &err);
        return;
    }
    for (uint32_t task = 0; task < stage->stage->tasks; task++) {
        if (start_task(execution, stage, task, &err) != EIDER_OK) {
            error_origin(&err, (int32_t)stage->stage->id, (int32_t)task, -1);
            record_failure(execution, &err);
            return;
        }
    }
}

/* ---- Dispatch ---- */

/* Under the lock. */
static bool is_ready(const struct execution *execution, const struct stage_run *stage)
{
    if (stage->state != STAGE_WAITING)
        return false;
    for (uint32_t i = 0; i < stage->stage->input_count; i++) {
        if (execution->stages[stage->stage->inputs[i].stage - 1].state != STAGE_COMPLETE)
            return false;
    }
    for (uint32_t i = 0; i < stage->stage->filter_count; i++) {
        if (execution->stages[stage->stage->filters[i] - 1].state != STAGE_COMPLETE)
            return false;
    }
    return true;
}

/* The next stage to start: workers' stages before local ones, which keep this thread busy. Under the lock. */
static struct stage_run *next_stage(struct execution *execution)
{
    struct stage_run *local = NULL;

    for (uint32_t i = 0; i < execution->options.graph->stage_count; i++) {
        struct stage_run *stage = &execution->stages[i];
        if (!is_ready(execution, stage))
            continue;
        if (!stage->stage->local)
            return stage;
        if (local == NULL)
            local = stage;
    }
    return local;
}

/* True if nothing is left to wait for before the head may start. Under the lock. */
static bool head_may_start(const struct execution *execution)
{
    for (uint32_t i = 0; i < execution->options.graph->stage_count; i++) {
        const struct stage_run *stage = &execution->stages[i];
        if (stage->state == STAGE_COMPLETE || (stage->streams && stage->state == STAGE_RUNNING))
            continue;
        return false;
    }
    return true;
}

/* Sleeps until a task ends, at most `wait_ms`; true if there is something to do. The pulse calls it. */
static bool wait_for_tasks(void *data, uint32_t wait_ms)
{
    struct execution *execution = data;
    struct timespec until;
    bool ready;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)wait_ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&execution->lock);
    ready = execution->failed || head_may_start(execution) || next_stage(execution) != NULL;
    while (!ready && pthread_cond_timedwait(&execution->changed, &execution->lock, &until) == 0)
        ready = execution->failed || head_may_start(execution) || next_stage(execution) != NULL;
    pthread_mutex_unlock(&execution->lock);
    return ready;
}

enum eider_status execution_run_stages(struct execution *execution, struct eider_error *err)
{
    for (;;) {
        struct stage_run *next;
        struct eider_error local = {.status = EIDER_OK};
        bool failed, done;
        pthread_mutex_lock(&execution->lock);
        failed = execution->failed;
        done = head_may_start(execution);
        next = failed || done ? NULL : next_stage(execution);
        pthread_mutex_unlock(&execution->lock);
        if (failed)
            return failure_of(execution, err);
        if (done)
            return EIDER_OK;
        if (next != NULL) {
            start_stage(execution, next);
        } else if (pulse_wait(execution->options.engine, execution->options.run,
                              execution->options.connection, wait_for_tasks, execution, &local) != EIDER_OK) {
            record_failure(execution, &local);
        }
    }
}

/* ---- The head ---- */

/*
 * The statement around the query, with the head in its place. It changes things, so it is run only if DuckDB understands it
 * and it means the same: whatever goes wrong then is its error, and no reason to run it again. Its files are not looked
 * at afterwards, because COPY may have written them.
 */
static enum eider_status run_write(struct execution *execution, const char *head, duckdb_result *ret_result,
                                   struct eider_error *err)
{
    const struct execution_options *options = &execution->options;
    struct eider_error local = {.status = EIDER_OK};
    enum eider_status status = EIDER_OK;
    struct buf sql;

    buf_init(&sql, HEAD_SQL_MAX_BYTES);
    buf_printf(&sql, "%s\n%s\n%s", options->before, head, options->behind);
    if (sql.failed)
        status = error_no_memory(&local);
    if (status == EIDER_OK)
        status = engine_target_check(options->connection, head, options->columns, sql.data, &local);
    if (status == EIDER_OK) {
        status =
            run_execute(options->run, options->connection, sql.data, RUN_MATERIALIZE, ret_result, &local);
        if (status == EIDER_ERROR_UNSUPPORTED)
            status = local.status = EIDER_ERROR_SQL;
    }
    if (status != EIDER_OK && err != NULL)
        *err = local;
    buf_done(&sql);
    return status;
}

enum eider_status execution_run_head(struct execution *execution, enum run_mode mode,
                                     duckdb_result *ret_result, struct eider_error *err)
{
    const struct plan_stage *head = &execution->options.graph->head;
    struct task_context context = local_context(execution);
    struct task_input *inputs = fill_inputs(execution, execution->arena, head, 0);
    const struct fragment_reads reads = {
        .reader = key_of(execution, 0, 0), .tasks = 1, .inputs = inputs, .input_count = head->input_count};
    const struct eider_node *root = stage_fragment(execution->arena, head, 0);
    enum eider_status status;
    struct buf sql;

    *ret_result = (duckdb_result){0};
    if (inputs == NULL || root == NULL)
        return error_no_memory(err);
    buf_init(&sql, HEAD_SQL_MAX_BYTES);
    status = fragment_check_files(root, err);
    if (status == EIDER_OK)
        status = fragment_inputs_open(&context, root, &reads, &execution->head_inputs, err);
    if (status == EIDER_OK)
        status = sqlgen_result(root, execution->options.columns, fragment_inputs_sql(execution->head_inputs),
                               &sql, err);
    if (status == EIDER_OK && sql.failed)
        status = error_no_memory(err);
    if (status == EIDER_OK && execution->options.before != NULL)
        status = run_write(execution, sql.data, ret_result, err);
    else if (status == EIDER_OK)
        status = run_execute_written(execution->options.run, execution->options.connection, sql.data, mode,
                                     ret_result, err);
    if (status != EIDER_OK && err != NULL && execution->head_inputs != NULL)
        status = fragment_blame(&context, fragment_inputs_sql(execution->head_inputs), err);
    if (status == EIDER_OK && mode == RUN_MATERIALIZE && execution->options.before == NULL &&
        (status = fragment_check_files(root, err)) != EIDER_OK)
        duckdb_destroy_result(ret_result);
    if (status != EIDER_OK && err != NULL && err->stage < 0)
        err->stage = 0;
    buf_done(&sql);
    return status;
}

/* ---- The end ---- */

enum eider_status execution_finish(struct execution *execution, struct eider_error *err)
{
    bool running;

    if (execution->finished)
        return failure_of(execution, err);
    execution->finished = true;
    pthread_mutex_lock(&execution->lock);
    execution->stopping = true; /* what ends from now on is no failure */
    running = execution->running > 0;
    pthread_mutex_unlock(&execution->lock);
    if (running)
        execution->options.transport->vtable->cancel_query(execution->options.transport,
                                                           execution->options.query);
    pthread_mutex_lock(&execution->lock);
    while (execution->running > 0)
        pthread_cond_wait(&execution->changed, &execution->lock);
    pthread_mutex_unlock(&execution->lock);
    fragment_inputs_free(execution->head_inputs);
    execution->head_inputs = NULL;
    execution->options.transport->vtable->serve_units(execution->options.transport, execution->options.query,
                                                      NULL, NULL);
    feed_runs_close(&execution->feeds);
    execution->options.transport->vtable->release_query(execution->options.transport,
                                                        execution->options.query);
    return failure_of(execution, err);
}

void execution_get_stats(struct execution *execution, struct execution_stats *ret)
{
    pthread_mutex_lock(&execution->lock);
    *ret = execution->stats;
    pthread_mutex_unlock(&execution->lock);
}

void execution_free(struct execution *execution)
{
    if (execution == NULL)
        return;
    (void)execution_finish(execution, NULL);
    arena_free(execution->arena);
    pthread_cond_destroy(&execution->changed);
    pthread_mutex_destroy(&execution->lock);
    free(execution);
}
