/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker answers. A task is run on the worker's own threads, and the thread of its request waits for it. */
#include <pthread.h>

#include "rpc/calls/calls.h"

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ended;
    enum eider_status status;
    struct task_report report;
    struct eider_error err;
};

static void task_ended(void *data, enum eider_status status, const struct task_report *report,
                       const struct eider_error *err)
{
    struct waiting *waiting = data;

    pthread_mutex_lock(&waiting->lock);
    waiting->status = status;
    waiting->report = *report;
    if (err != NULL)
        waiting->err = *err;
    waiting->ended = true;
    pthread_cond_signal(&waiting->changed); /* under the lock: the waiting one then ends */
    pthread_mutex_unlock(&waiting->lock);
}

static enum eider_status run_and_wait(const struct calls_worker *worker, const struct wire_task *task,
                                      struct transport *transport, struct waiting *waiting,
                                      struct eider_error *err)
{
    enum eider_status status = worker->service->vtable->run_task(worker->service, &task->request, transport,
                                                                 task_ended, waiting, err);

    if (status != EIDER_OK)
        return status;
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->ended)
        pthread_cond_wait(&waiting->changed, &waiting->lock);
    pthread_mutex_unlock(&waiting->lock);
    if (waiting->status != EIDER_OK)
        *err = waiting->err;
    return waiting->status;
}

static enum eider_status answer_task(const struct calls_worker *worker, struct wire_reader *reader,
                                     struct buf *response, struct eider_error *err)
{
    struct waiting waiting = {.ended = false};
    struct transport *transport = NULL;
    struct arena *arena = arena_new();
    struct wire_task task = {.coordinator = ""};
    enum eider_status status =
        arena == NULL ? error_no_memory(err) : wire_get_task(reader, arena, &task, err);

    pthread_mutex_init(&waiting.lock, NULL);
    pthread_cond_init(&waiting.changed, NULL);
    if (status == EIDER_OK) {
        worker->before_task(worker->data);
        executor_set_width(worker->executor, task.request.concurrent_tasks);
        status = calls_new_for_task(worker, &task, &transport, err);
    }
    if (status == EIDER_OK)
        status = run_and_wait(worker, &task, transport, &waiting, err);
    if (status == EIDER_OK) {
        wire_put_ok(response);
        wire_put_report(response, &waiting.report);
    }
    transport_free(transport);
    pthread_cond_destroy(&waiting.changed);
    pthread_mutex_destroy(&waiting.lock);
    arena_free(arena);
    return status;
}

static enum eider_status answer_query(const struct calls_worker *worker, enum wire_method method,
                                      struct wire_reader *reader, struct buf *response,
                                      struct eider_error *err)
{
    uint64_t query = wire_u64(reader);
    enum eider_status status = wire_end(reader, err);

    if (status != EIDER_OK)
        return status;
    if (method == WIRE_CANCEL)
        worker->service->vtable->cancel_query(worker->service, query);
    else
        worker->service->vtable->release_query(worker->service, query);
    wire_put_ok(response);
    return EIDER_OK;
}

static void answer_info(const struct calls_worker *worker, struct buf *response)
{
    wire_put_ok(response);
    wire_put_text(response, worker->version);
    wire_put_text(response, worker->eider_version);
    wire_put_text(response, worker->duckdb_version);
}

static enum eider_status answer(const struct calls_worker *worker, struct wire_reader *reader,
                                struct buf *response, struct eider_error *err)
{
    const struct calls_rows rows = {.store = worker->service->vtable->store(worker->service)};
    enum wire_method method = wire_get_request(reader, err);

    if (method == WIRE_INVALID)
        return err->status;
    if (method == WIRE_INFO) {
        answer_info(worker, response);
        return EIDER_OK;
    }
    (void)wire_u64(reader); /* the coordinator's session */
    if (method == WIRE_RUN_TASK)
        return answer_task(worker, reader, response, err);
    if (method == WIRE_CANCEL || method == WIRE_RELEASE)
        return answer_query(worker, method, reader, response, err);
    return calls_answer_rows(&rows, method, reader, response, err);
}

void calls_answer_worker(const struct calls_worker *worker, const void *request, size_t bytes,
                         struct buf *response)
{
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct wire_reader reader = {.data = request, .left = bytes};

    if (answer(worker, &reader, response, &err) != EIDER_OK)
        wire_put_error(response, &err);
}
