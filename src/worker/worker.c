/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker: a registry of running tasks over a store. A task is queued on the executor; when its turn comes it takes a
 * pooled connection with the session's settings, runs, and reports.
 *
 * Locks: `lock` guards the list of jobs and the ended queries; below it are only run_cancel, which is called under it so
 * that the run still exists, and the store's locks. `done` is called without it. A query that was cancelled or released stays so:
 * tasks of it that come later fail at once.
 */
#include "worker/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/connection.h"
#include "worker/task.h"

struct job {
    struct job *next;
    struct worker *worker;
    const struct task_request *request;
    struct transport *transport;
    task_done done;
    void *data;
    struct run *run;
};

/* The newest queries that were cancelled or released: their tasks may still be on the way. */
#define ENDED_QUERIES 1024

struct worker {
    struct worker_service base;
    struct engine *engine;
    struct executor *executor;
    struct store *store;
    struct worker_id id;
    char *name; /* the id's */
    pthread_mutex_t lock;
    struct job *jobs;
    uint64_t ended[ENDED_QUERIES]; /* a ring; 0: none */
    uint32_t next_ended;
    struct worker_setup_callback callback;
    pthread_cond_t set_up;      /* setting_up has become false */
    bool setting_up;            /* some task's thread is in the callback */
    struct worker_setup *setup; /* for the headers of the last task; NULL: never set up */
};

static struct worker *worker_of(struct worker_service *service)
{
    return (struct worker *)(void *)service;
}

static void unlink_job(struct worker *worker, struct job *job)
{
    pthread_mutex_lock(&worker->lock);
    for (struct job **link = &worker->jobs; *link != NULL; link = &(*link)->next) {
        if (*link == job) {
            *link = job->next;
            break;
        }
    }
    pthread_mutex_unlock(&worker->lock);
}

static enum eider_status job_settings(const struct task_request *request, struct session_settings **ret,
                                      struct eider_error *err)
{
    struct session_setting *list = calloc(request->setting_count + 1, sizeof(*list));
    enum eider_status status;

    if (list == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < request->setting_count; i++)
        list[i] = (struct session_setting){request->settings[i].name, request->settings[i].value};
    status = session_settings_new(list, request->setting_count, ret, err);
    free(list);
    return status;
}

/*
 * The set-up for the headers of a task, a reference. The callback runs in the thread of the task that needs it first, without
 * the lock; the others wait for it. Tasks of different headers in turn would set up each time, but a worker has one session.
 */
static enum eider_status take_setup(struct worker *worker, const struct task_request *request,
                                    struct worker_setup **ret, struct eider_error *err)
{
    struct worker_setup *old = NULL, *made = NULL;
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    pthread_mutex_lock(&worker->lock);
    while (worker->setting_up)
        pthread_cond_wait(&worker->set_up, &worker->lock);
    if (worker->setup != NULL && worker_setup_fits(worker->setup, request)) {
        *ret = worker_setup_ref(worker->setup);
        pthread_mutex_unlock(&worker->lock);
        return EIDER_OK;
    }
    worker->setting_up = true;
    pthread_mutex_unlock(&worker->lock);
    status = worker_setup_new(&worker->callback, worker->engine, &worker->id, request, &made, err);
    pthread_mutex_lock(&worker->lock);
    old = worker->setup;
    worker->setup = made;
    worker->setting_up = false;
    if (made != NULL)
        *ret = worker_setup_ref(made);
    pthread_cond_broadcast(&worker->set_up);
    pthread_mutex_unlock(&worker->lock);
    worker_setup_unref(old);
    return status;
}

static enum eider_status run_job(struct job *job, struct task_report *report, struct eider_error *err)
{
    struct worker *worker = job->worker;
    struct session_settings *settings = NULL;
    struct engine_connection *connection = NULL;
    struct worker_setup *setup = NULL;
    enum eider_status status = EIDER_OK;

    if (run_is_cancelled(job->run))
        return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    status = take_setup(worker, job->request, &setup, err);
    if (status == EIDER_OK)
        status = job_settings(job->request, &settings, err);
    if (status == EIDER_OK)
        status = engine_connection_take(worker->engine, settings, &connection, err);
    if (status == EIDER_OK) {
        struct task_context context = {.engine = worker->engine,
                                       .transport = job->transport,
                                       .store = worker->store,
                                       .run = job->run,
                                       .connection = engine_connection_handle(connection),
                                       .customs = &setup->customs,
                                       .setup = setup,
                                       .worker = (int32_t)worker->id.number};
        status = task_execute(&context, job->request, report, err);
    }
    engine_connection_give(worker->engine, connection);
    session_settings_unref(settings);
    worker_setup_unref(setup);
    return status;
}

static void job_run(void *data)
{
    struct job *job = data;
    struct task_report report = {0};
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    enum eider_status status = run_job(job, &report, &err);

    unlink_job(job->worker, job);
    run_unref(job->run);
    if (status != EIDER_OK)
        error_origin(&err, (int32_t)job->request->id.stage, (int32_t)job->request->id.task,
                     (int32_t)job->worker->id.number);
    job->done(job->data, status, &report, status == EIDER_OK ? NULL : &err);
    free(job);
}

static bool has_ended(const struct worker *worker, uint64_t query)
{
    for (uint32_t i = 0; i < ENDED_QUERIES; i++) {
        if (worker->ended[i] == query)
            return true;
    }
    return false;
}

static void remember_ended(struct worker *worker, uint64_t query)
{
    if (has_ended(worker, query))
        return;
    worker->ended[worker->next_ended] = query;
    worker->next_ended = (worker->next_ended + 1) % ENDED_QUERIES;
}

static bool same_key(const struct output_key *a, const struct output_key *b)
{
    return a->query == b->query && a->stage == b->stage && a->task == b->task && a->attempt == b->attempt;
}

/* True if the task came before: a transport may have sent it twice. Locked. */
static bool came_before(const struct worker *worker, const struct output_key *id)
{
    struct output *output = store_find(worker->store, *id);
    bool before = output != NULL && output_state(output, NULL) != OUTPUT_OPEN;

    for (const struct job *job = worker->jobs; job != NULL && !before; job = job->next)
        before = same_key(&job->request->id, id);
    output_unref(output);
    return before;
}

static enum eider_status worker_run_task(struct worker_service *service, const struct task_request *request,
                                         struct transport *transport, task_done done, void *data,
                                         struct eider_error *err)
{
    struct worker *worker = worker_of(service);
    struct job *job = calloc(1, sizeof(*job));
    enum eider_status status;
    bool twice;

    if (job == NULL)
        return error_no_memory(err);
    *job = (struct job){
        .worker = worker, .request = request, .transport = transport, .done = done, .data = data};
    if ((status = run_new(&job->run, err)) != EIDER_OK) {
        free(job);
        return status;
    }
    pthread_mutex_lock(&worker->lock);
    twice = came_before(worker, &request->id);
    if (!twice) {
        job->next = worker->jobs;
        worker->jobs = job;
    }
    if (has_ended(worker, request->id.query))
        run_cancel(job->run);
    pthread_mutex_unlock(&worker->lock);
    if (twice) {
        run_unref(job->run);
        free(job);
        return error_set(err, EIDER_ERROR_WORKER, "this attempt at the task has come before");
    }
    status = executor_submit(worker->executor, job_run, job, err);
    if (status != EIDER_OK) {
        unlink_job(worker, job);
        run_unref(job->run);
        free(job);
    }
    return status;
}

static void worker_cancel_query(struct worker_service *service, uint64_t query)
{
    struct worker *worker = worker_of(service);

    pthread_mutex_lock(&worker->lock);
    remember_ended(worker, query);
    for (struct job *job = worker->jobs; job != NULL; job = job->next) {
        if (job->request->id.query == query)
            run_cancel(job->run);
    }
    pthread_mutex_unlock(&worker->lock);
}

static void worker_release_query(struct worker_service *service, uint64_t query)
{
    struct worker *worker = worker_of(service);

    pthread_mutex_lock(&worker->lock);
    remember_ended(worker, query);
    pthread_mutex_unlock(&worker->lock);
    store_drop_query(worker->store, query);
}

static struct store *worker_store(struct worker_service *service)
{
    return worker_of(service)->store;
}

static void worker_free(struct worker_service *service)
{
    struct worker *worker = worker_of(service);

    worker_setup_unref(worker->setup);
    store_free(worker->store);
    engine_unref(worker->engine);
    free(worker->name);
    pthread_cond_destroy(&worker->set_up);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

static const struct worker_service_vtable worker_vtable = {
    .run_task = worker_run_task,
    .cancel_query = worker_cancel_query,
    .release_query = worker_release_query,
    .store = worker_store,
    .free = worker_free,
};

enum eider_status worker_new(const struct worker_options *options, struct worker_service **ret,
                             struct eider_error *err)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    enum eider_status status;

    *ret = NULL;
    if (worker == NULL)
        return error_no_memory(err);
    worker->name = strdup(options->name);
    status = worker->name == NULL ? error_no_memory(err)
                                  : store_new(engine_budget(options->engine), &worker->store, err);
    if (status != EIDER_OK) {
        free(worker->name);
        free(worker);
        return status;
    }
    worker->base.vtable = &worker_vtable;
    worker->engine = engine_ref(options->engine);
    worker->executor = options->executor;
    worker->id = (struct worker_id){options->number, worker->name};
    worker->callback = options->setup;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->set_up, NULL);
    *ret = &worker->base;
    return EIDER_OK;
}
