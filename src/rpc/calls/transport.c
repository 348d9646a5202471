/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport over calls: of a coordinator, and for the time of a task of a worker.
 *
 * Addresses are only added, and counted after they are written, so they are read without a lock. Tasks wait in an executor, as
 * a call ends when its task does. `units_lock` keeps the provider of units while an answer uses it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/executor.h"
#include "rpc/calls/calls.h"
#include "rpc/outputs.h"

#define CALLS_AT_ONCE 64 /* tasks that run, for all workers together */

struct calls {
    struct transport base;
    const struct eider_transport *to;
    uint64_t session;
    struct budget *budget;
    uint32_t self;           /* whose outputs are in rows.store */
    const char *coordinator; /* its address; NULL: it has none */
    struct calls_rows rows;  /* what is answered from; units are under units_lock */
    pthread_rwlock_t units_lock;
    const char **addresses; /* base.worker_count of them */
    bool owns_addresses;
    /* of a coordinator */
    struct executor *executor;
    uint32_t capacity;
    void (*closing)(void *data, struct transport *transport);
    void (*lost)(void *data);
    void *closing_data;
    atomic_bool *has_tasks; /* for each worker: it has got some, of whichever query */
};

static struct calls *calls_of(struct transport *transport)
{
    return (struct calls *)(void *)transport;
}

/* ---- One request ---- */

struct exchange {
    struct buf request;
    struct eider_message response;
    struct wire_reader answer;
};

static void exchange_init(struct exchange *exchange, const struct calls *calls, enum wire_method method)
{
    buf_init(&exchange->request, WIRE_MAX_BYTES);
    buf_init(&exchange->response.buf, WIRE_MAX_BYTES);
    wire_put_request(&exchange->request, method);
    wire_put_u64(&exchange->request, calls->session);
}

static void exchange_done(struct exchange *exchange)
{
    buf_done(&exchange->request);
    buf_done(&exchange->response.buf);
}

/* The address of a node; NULL: there is none. */
static const char *address_of(const struct calls *calls, uint32_t worker)
{
    if (worker == TRANSPORT_COORDINATOR)
        return calls->coordinator;
    return worker < calls->base.worker_count ? calls->addresses[worker] : NULL;
}

static enum eider_status exchange_run(struct exchange *exchange, const struct calls *calls, uint32_t worker,
                                      struct eider_error *err)
{
    const char *address = address_of(calls, worker);

    if (address == NULL && worker == TRANSPORT_COORDINATOR)
        return error_set(err, EIDER_ERROR_WORKER,
                         "the coordinator has no address, so its rows and units cannot be asked for");
    if (address == NULL)
        return error_set(err, EIDER_ERROR_WORKER, "there is no worker %u", worker);
    return calls_send(calls->to, address, &exchange->request, &exchange->response, &exchange->answer, err);
}

/* ---- Tasks ---- */

struct call_job {
    struct calls *calls;
    uint32_t worker;
    const struct task_request *request;
    task_done done;
    void *data;
};

static enum eider_status call_task(const struct call_job *job, struct task_report *report,
                                   struct eider_error *err)
{
    const struct calls *calls = job->calls;
    const struct wire_task task = {.request = *job->request,
                                   .coordinator = calls->coordinator != NULL ? calls->coordinator : "",
                                   .session = calls->session,
                                   .addresses = calls->addresses,
                                   .address_count = calls->base.worker_count,
                                   .self = job->worker};
    struct exchange exchange;
    enum eider_status status;

    exchange_init(&exchange, calls, WIRE_RUN_TASK);
    wire_put_task(&exchange.request, &task);
    status = exchange_run(&exchange, calls, job->worker, err);
    if (status == EIDER_OK) {
        wire_get_report(&exchange.answer, report);
        status = wire_end(&exchange.answer, err);
    }
    exchange_done(&exchange);
    return status;
}

static void run_call(void *data)
{
    struct call_job *job = data;
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct task_report report = {0};
    enum eider_status status = call_task(job, &report, &err);

    if (status == EIDER_ERROR_WORKER && job->calls->lost != NULL)
        job->calls->lost(job->calls->closing_data);
    if (status != EIDER_OK)
        error_origin(&err, (int32_t)job->request->id.stage, (int32_t)job->request->id.task,
                     (int32_t)job->worker);
    job->done(job->data, status, &report, status == EIDER_OK ? NULL : &err);
    free(job);
}

static enum eider_status calls_run_task(struct transport *transport, uint32_t worker,
                                        const struct task_request *request, task_done done, void *data,
                                        struct eider_error *err)
{
    struct calls *calls = calls_of(transport);
    struct call_job *job;
    enum eider_status status;

    if (worker >= transport->worker_count)
        return error_set(err, EIDER_ERROR_WORKER, "there is no worker %u", worker);
    if ((job = malloc(sizeof(*job))) == NULL)
        return error_no_memory(err);
    *job = (struct call_job){calls, worker, request, done, data};
    atomic_store(&calls->has_tasks[worker], true);
    if ((status = executor_submit(calls->executor, run_call, job, err)) != EIDER_OK)
        free(job);
    return status;
}

/* To all workers that have got tasks. What one of them says to it changes nothing. */
static void tell(struct calls *calls, enum wire_method method, uint64_t query)
{
    for (uint32_t i = 0; i < calls->base.worker_count; i++) {
        struct exchange exchange;

        if (!atomic_load(&calls->has_tasks[i]))
            continue;
        exchange_init(&exchange, calls, method);
        wire_put_u64(&exchange.request, query);
        (void)exchange_run(&exchange, calls, i, NULL);
        exchange_done(&exchange);
    }
}

static void calls_cancel_query(struct transport *transport, uint64_t query)
{
    tell(calls_of(transport), WIRE_CANCEL, query);
}

static void calls_release_query(struct transport *transport, uint64_t query)
{
    tell(calls_of(transport), WIRE_RELEASE, query);
    store_drop_query(calls_of(transport)->rows.store, query);
}

/* ---- Rows ---- */

/* Of this process: a reader, or NULL if the input has none here. */
static enum eider_status open_own(const struct calls *calls, const struct task_input *input,
                                  struct layout *layout, struct exchange_reader **ret,
                                  struct eider_error *err)
{
    struct reader_input *inputs = calloc(input->slice_count + 1, sizeof(*inputs));
    enum eider_status status = EIDER_OK;
    uint32_t found = 0;

    *ret = NULL;
    if (inputs == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; status == EIDER_OK && i < input->slice_count; i++) {
        const struct task_slice *slice = &input->slices[i];

        if (slice->worker != calls->self)
            continue;
        status = input_output(calls->rows.store, input, slice, layout, &inputs[found].output, err);
        inputs[found].first_partition = slice->first_partition;
        inputs[found].partition_count = slice->partition_count;
        found += status == EIDER_OK;
    }
    if (status == EIDER_OK && found > 0)
        status = reader_new_outputs(layout, inputs, found, ret, err);
    for (uint32_t i = 0; i < found; i++)
        output_unref(inputs[i].output);
    free(inputs);
    return status;
}

/* The slices that others have, with those of one node side by side; `slices` has room for all. */
static enum eider_status sort_slices(const struct calls *calls, const struct task_input *input,
                                     struct task_slice *slices, struct calls_fetch *fetches,
                                     uint32_t *ret_count, struct eider_error *err)
{
    uint32_t filled = 0;

    *ret_count = 0;
    for (uint32_t i = 0; i < input->slice_count; i++) {
        uint32_t worker = input->slices[i].worker, first = filled;
        bool seen = worker == calls->self;

        for (uint32_t s = 0; s < filled && !seen; s++)
            seen = slices[s].worker == worker;
        if (seen)
            continue;
        if (address_of(calls, worker) == NULL)
            return error_set(err, EIDER_ERROR_WORKER, "a node that has rows for a task has no address");
        for (uint32_t s = i; s < input->slice_count; s++) {
            if (input->slices[s].worker == worker)
                slices[filled++] = input->slices[s];
        }
        fetches[(*ret_count)++] =
            (struct calls_fetch){.source = {.to = calls->to,
                                            .address = address_of(calls, worker),
                                            .session = calls->session,
                                            .worker = worker == TRANSPORT_COORDINATOR ? -1 : (int32_t)worker},
                                 .slices = slices + first,
                                 .slice_count = filled - first};
    }
    return EIDER_OK;
}

static enum eider_status calls_open_input(struct transport *transport, const struct task_input *input,
                                          struct layout *layout, struct exchange_reader **ret,
                                          struct eider_error *err)
{
    const struct calls *calls = calls_of(transport);
    struct task_slice *slices = malloc((input->slice_count + 1) * sizeof(*slices));
    struct calls_fetch *fetches = malloc((input->slice_count + 1) * sizeof(*fetches));
    struct calls_reading reading = {.input = input, .fetches = fetches, .budget = calls->budget};
    enum eider_status status = slices == NULL || fetches == NULL
                                   ? error_no_memory(err)
                                   : open_own(calls, input, layout, &reading.own, err);

    *ret = NULL;
    if (status == EIDER_OK) {
        status = sort_slices(calls, input, slices, fetches, &reading.fetch_count, err);
        if (status != EIDER_OK)
            reader_free(reading.own);
    }
    if (status == EIDER_OK && reading.fetch_count == 0 && reading.own != NULL)
        *ret = reading.own;
    else if (status == EIDER_OK)
        status = calls_reader_new(layout, &reading, ret, err);
    free(slices);
    free(fetches);
    return status;
}

static enum eider_status calls_fill_filter(struct transport *transport, uint32_t worker,
                                           struct output_key key, struct bloom *filter,
                                           struct eider_error *err)
{
    const struct calls *calls = calls_of(transport);
    struct exchange exchange;
    enum eider_status status;
    uint64_t *words;
    const void *data;
    size_t bytes;

    if (worker == calls->self) {
        struct output *output = store_find(calls->rows.store, key);

        status = output == NULL ? error_set(err, EIDER_ERROR_WORKER, "the output of stage %u task %u is gone",
                                            key.stage, key.task)
                                : output_fill_bloom(output, filter, err);
        output_unref(output);
        return status;
    }
    exchange_init(&exchange, calls, WIRE_FILTER);
    wire_put_key(&exchange.request, key);
    wire_put_u64(&exchange.request, bloom_word_count(filter));
    status = exchange_run(&exchange, calls, worker, err);
    data = status == EIDER_OK ? wire_bytes(&exchange.answer, &bytes) : NULL;
    if (status == EIDER_OK && (status = wire_end(&exchange.answer, err)) == EIDER_OK) {
        if ((words = malloc(bytes + 1)) == NULL)
            status = error_no_memory(err);
        else
            status = bloom_load(filter, memcpy(words, data, bytes), bytes / sizeof(*words), err);
        free(words);
    }
    exchange_done(&exchange);
    return status;
}

static uint64_t calls_hash_count(struct transport *transport, uint32_t worker, struct output_key key)
{
    const struct calls *calls = calls_of(transport);
    struct exchange exchange;
    uint64_t count = UINT64_MAX;

    if (worker == calls->self) {
        struct output *output = store_find(calls->rows.store, key);

        count = output == NULL ? UINT64_MAX : output_hash_count(output);
        output_unref(output);
        return count;
    }
    exchange_init(&exchange, calls, WIRE_HASH_COUNT);
    wire_put_key(&exchange.request, key);
    if (exchange_run(&exchange, calls, worker, NULL) == EIDER_OK) {
        count = wire_u64(&exchange.answer);
        if (wire_end(&exchange.answer, NULL) != EIDER_OK)
            count = UINT64_MAX;
    }
    exchange_done(&exchange);
    return count;
}

/* ---- Units ---- */

static enum eider_status calls_next_units(struct transport *transport, const struct unit_request *request,
                                          struct unit_batch *ret, struct eider_error *err)
{
    struct calls *calls = calls_of(transport);
    struct exchange exchange;
    enum eider_status status;

    if (calls->self == TRANSPORT_COORDINATOR) {
        if (calls->rows.units == NULL || calls->rows.units_query != request->task.query)
            return error_set(err, EIDER_ERROR_PLAN, "the feed '%s' is not open", request->feed);
        return calls->rows.units(calls->rows.units_data, request, ret, err);
    }
    exchange_init(&exchange, calls, WIRE_UNITS);
    wire_put_key(&exchange.request, request->task);
    wire_put_u32(&exchange.request, request->leaf);
    wire_put_text(&exchange.request, request->feed);
    status = exchange_run(&exchange, calls, TRANSPORT_COORDINATOR, err);
    if (status == EIDER_OK) {
        wire_get_units(&exchange.answer, ret);
        status = wire_end(&exchange.answer, err);
    }
    exchange_done(&exchange);
    return status;
}

static void calls_serve_units(struct transport *transport, uint64_t query, unit_provider provider, void *data)
{
    struct calls *calls = calls_of(transport);

    pthread_rwlock_wrlock(&calls->units_lock);
    calls->rows.units = provider;
    calls->rows.units_data = data;
    calls->rows.units_query = query;
    pthread_rwlock_unlock(&calls->units_lock);
}

void calls_answer_coordinator(struct transport *transport, enum wire_method method,
                              struct wire_reader *reader, struct buf *response)
{
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct calls *calls = calls_of(transport);

    if (method == WIRE_UNITS)
        pthread_rwlock_rdlock(&calls->units_lock);
    if (calls_answer_rows(&calls->rows, method, reader, response, &err) != EIDER_OK)
        wire_put_error(response, &err);
    if (method == WIRE_UNITS)
        pthread_rwlock_unlock(&calls->units_lock);
}

/* ---- Life ---- */

static void calls_free(struct transport *transport)
{
    struct calls *calls = calls_of(transport);

    if (calls->closing != NULL)
        calls->closing(calls->closing_data, transport);
    executor_free(calls->executor);
    for (uint32_t i = 0; calls->owns_addresses && i < transport->worker_count; i++)
        free((char *)calls->addresses[i]);
    if (calls->owns_addresses)
        free(calls->addresses);
    free(calls->has_tasks);
    budget_unref(calls->budget);
    pthread_rwlock_destroy(&calls->units_lock);
    free(calls);
}

static const struct transport_vtable calls_vtable = {
    .run_task = calls_run_task,
    .cancel_query = calls_cancel_query,
    .release_query = calls_release_query,
    .open_input = calls_open_input,
    .fill_filter = calls_fill_filter,
    .hash_count = calls_hash_count,
    .next_units = calls_next_units,
    .serve_units = calls_serve_units,
    .free = calls_free,
};

static struct calls *new_calls(const struct eider_transport *to, struct store *store, struct budget *budget)
{
    struct calls *calls = calloc(1, sizeof(*calls));

    if (calls == NULL)
        return NULL;
    calls->base.vtable = &calls_vtable;
    calls->to = to;
    calls->rows.store = store;
    calls->budget = budget_ref(budget);
    pthread_rwlock_init(&calls->units_lock, NULL);
    return calls;
}

enum eider_status calls_new(const struct calls_options *options, struct transport **ret,
                            struct eider_error *err)
{
    struct calls *calls = new_calls(options->to, options->store, options->budget);
    enum eider_status status;

    *ret = NULL;
    if (calls == NULL)
        return error_no_memory(err);
    calls->session = options->session;
    calls->self = TRANSPORT_COORDINATOR;
    calls->coordinator = options->to->address;
    calls->capacity = options->capacity;
    calls->owns_addresses = true;
    calls->addresses = calloc(options->capacity, sizeof(*calls->addresses));
    calls->has_tasks = calloc(options->capacity, sizeof(*calls->has_tasks));
    status = calls->addresses == NULL || calls->has_tasks == NULL ? error_no_memory(err)
                                                                  : executor_new(&calls->executor, err);
    if (status != EIDER_OK) {
        calls_free(&calls->base);
        return status;
    }
    executor_set_width(calls->executor, CALLS_AT_ONCE);
    calls->closing = options->closing;
    calls->lost = options->lost;
    calls->closing_data = options->closing_data;
    *ret = &calls->base;
    return EIDER_OK;
}

uint32_t calls_number(struct transport *transport, const char *address)
{
    struct calls *calls = calls_of(transport);
    uint32_t count = transport->worker_count;

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(calls->addresses[i], address) == 0)
            return i;
    }
    if (count == calls->capacity || (calls->addresses[count] = strdup(address)) == NULL)
        return UINT32_MAX;
    atomic_store(&transport->worker_count, count + 1);
    return count;
}

enum eider_status calls_new_for_task(const struct calls_worker *worker, const struct wire_task *task,
                                     struct transport **ret, struct eider_error *err)
{
    struct calls *calls =
        new_calls(worker->to, worker->service->vtable->store(worker->service), worker->budget);

    *ret = NULL;
    if (calls == NULL)
        return error_no_memory(err);
    calls->session = task->session;
    calls->self = task->self;
    calls->coordinator = task->coordinator[0] != '\0' ? task->coordinator : NULL;
    calls->addresses = task->addresses;
    atomic_store(&calls->base.worker_count, task->address_count);
    *ret = &calls->base;
    return EIDER_OK;
}
