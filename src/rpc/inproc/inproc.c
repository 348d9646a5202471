/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The in-process transport: an array of workers, which may grow within its capacity: the count is written after the worker.
 * So it needs no lock; what it calls may be called from any thread. Who
 * gives units changes only while no task runs.
 */
#include "rpc/inproc/inproc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/outputs.h"

struct inproc {
    struct transport base;
    struct store *coordinator;
    uint32_t capacity;
    char **names;         /* of workers that were added; NULL: none were */
    uint64_t units_query; /* the session's running query; it has one at a time */
    unit_provider units;
    void *units_data;
    struct worker_service *workers[];
};

static struct inproc *inproc_of(struct transport *transport)
{
    return (struct inproc *)(void *)transport;
}

static enum eider_status inproc_run_task(struct transport *transport, uint32_t worker,
                                         const struct task_request *request, task_done done, void *data,
                                         struct eider_error *err)
{
    struct worker_service *service;

    if (worker >= transport->worker_count)
        return error_set(err, EIDER_ERROR_WORKER, "there is no worker %u", worker);
    service = inproc_of(transport)->workers[worker];
    return service->vtable->run_task(service, request, transport, done, data, err);
}

static void inproc_cancel_query(struct transport *transport, uint64_t query)
{
    for (uint32_t i = 0; i < transport->worker_count; i++) {
        struct worker_service *service = inproc_of(transport)->workers[i];
        service->vtable->cancel_query(service, query);
    }
}

static void inproc_release_query(struct transport *transport, uint64_t query)
{
    for (uint32_t i = 0; i < transport->worker_count; i++) {
        struct worker_service *service = inproc_of(transport)->workers[i];
        service->vtable->release_query(service, query);
    }
    store_drop_query(inproc_of(transport)->coordinator, query);
}

static struct store *store_of(struct transport *transport, uint32_t worker)
{
    struct worker_service *service;

    if (worker == TRANSPORT_COORDINATOR)
        return inproc_of(transport)->coordinator;
    if (worker >= transport->worker_count)
        return NULL;
    service = inproc_of(transport)->workers[worker];
    return service->vtable->store(service);
}

/* The output of a slice, with a reference. */
static enum eider_status find_output(struct transport *transport, const struct task_input *input,
                                     const struct task_slice *slice, struct layout *layout,
                                     struct output **ret, struct eider_error *err)
{
    struct store *store = store_of(transport, slice->worker);

    *ret = NULL;
    if (store == NULL)
        return error_set(err, EIDER_ERROR_WORKER, "there is no worker %u", slice->worker);
    return input_output(store, input, slice, layout, ret, err);
}

static enum eider_status inproc_open_input(struct transport *transport, const struct task_input *input,
                                           struct layout *layout, struct exchange_reader **ret,
                                           struct eider_error *err)
{
    struct reader_input *inputs = calloc(input->slice_count + 1, sizeof(*inputs));
    enum eider_status status = EIDER_OK;
    uint32_t found = 0;

    *ret = NULL;
    if (inputs == NULL)
        return error_no_memory(err);
    for (; status == EIDER_OK && found < input->slice_count; found++) {
        const struct task_slice *slice = &input->slices[found];
        status = find_output(transport, input, slice, layout, &inputs[found].output, err);
        inputs[found].first_partition = slice->first_partition;
        inputs[found].partition_count = slice->partition_count;
    }
    if (status == EIDER_OK)
        status = reader_new_outputs(layout, inputs, input->slice_count, ret, err);
    for (uint32_t i = 0; i < found; i++)
        output_unref(inputs[i].output);
    free(inputs);
    return status;
}

static enum eider_status inproc_fill_filter(struct transport *transport, uint32_t worker,
                                            struct output_key key, struct bloom *filter,
                                            struct eider_error *err)
{
    struct store *store = store_of(transport, worker);
    struct output *output = store == NULL ? NULL : store_find(store, key);
    enum eider_status status;

    if (output == NULL)
        return error_set(err, EIDER_ERROR_WORKER, "the output of stage %u task %u is not on worker %u",
                         key.stage, key.task, worker);
    status = output_fill_bloom(output, filter, err);
    output_unref(output);
    return status;
}

static uint64_t inproc_hash_count(struct transport *transport, uint32_t worker, struct output_key key)
{
    struct store *store = store_of(transport, worker);
    struct output *output = store == NULL ? NULL : store_find(store, key);
    uint64_t count = output == NULL ? UINT64_MAX : output_hash_count(output);

    output_unref(output);
    return count;
}

static enum eider_status inproc_next_units(struct transport *transport, const struct unit_request *request,
                                           struct unit_batch *ret, struct eider_error *err)
{
    const struct inproc *inproc = inproc_of(transport);

    if (inproc->units == NULL || inproc->units_query != request->task.query)
        return error_set(err, EIDER_ERROR_PLAN, "the feed '%s' is not open", request->feed);
    return inproc->units(inproc->units_data, request, ret, err);
}

static void inproc_serve_units(struct transport *transport, uint64_t query, unit_provider provider,
                               void *data)
{
    struct inproc *inproc = inproc_of(transport);

    inproc->units_query = query;
    inproc->units = provider;
    inproc->units_data = data;
}

static void inproc_free(struct transport *transport)
{
    for (uint32_t i = 0; i < transport->worker_count; i++) {
        struct worker_service *service = inproc_of(transport)->workers[i];
        if (service != NULL)
            service->vtable->free(service);
        if (inproc_of(transport)->names != NULL)
            free(inproc_of(transport)->names[i]);
    }
    free(inproc_of(transport)->names);
    free(transport);
}

static const struct transport_vtable inproc_vtable = {
    .run_task = inproc_run_task,
    .cancel_query = inproc_cancel_query,
    .release_query = inproc_release_query,
    .open_input = inproc_open_input,
    .fill_filter = inproc_fill_filter,
    .hash_count = inproc_hash_count,
    .next_units = inproc_next_units,
    .serve_units = inproc_serve_units,
    .free = inproc_free,
};

enum eider_status inproc_reserve(uint32_t capacity, struct store *coordinator, struct transport **ret,
                                 struct eider_error *err)
{
    struct inproc *inproc = calloc(1, sizeof(*inproc) + capacity * sizeof(inproc->workers[0]));

    *ret = NULL;
    if (inproc == NULL)
        return error_no_memory(err);
    inproc->base.vtable = &inproc_vtable;
    inproc->capacity = capacity;
    inproc->coordinator = coordinator;
    *ret = &inproc->base;
    return EIDER_OK;
}

enum eider_status inproc_new(uint32_t workers, struct store *coordinator, struct transport **ret,
                             struct eider_error *err)
{
    enum eider_status status = inproc_reserve(workers, coordinator, ret, err);

    if (status == EIDER_OK)
        atomic_store(&(*ret)->worker_count, workers);
    return status;
}

void inproc_set_worker(struct transport *transport, uint32_t number, struct worker_service *worker)
{
    inproc_of(transport)->workers[number] = worker;
}

uint32_t inproc_find(struct transport *transport, const char *name)
{
    const struct inproc *inproc = inproc_of(transport);

    for (uint32_t i = 0; inproc->names != NULL && i < transport->worker_count; i++) {
        if (strcmp(inproc->names[i], name) == 0)
            return i;
    }
    return UINT32_MAX;
}

bool inproc_add_worker(struct transport *transport, const char *name, struct worker_service *worker)
{
    struct inproc *inproc = inproc_of(transport);
    uint32_t number = transport->worker_count;

    if (inproc->names == NULL)
        inproc->names = calloc(inproc->capacity, sizeof(*inproc->names));
    if (number >= inproc->capacity || inproc->names == NULL || (inproc->names[number] = strdup(name)) == NULL)
        return false;
    inproc->workers[number] = worker;
    atomic_store(&transport->worker_count, number + 1);
    return true;
}
