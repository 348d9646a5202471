/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading rows that other nodes have: a cursor for each node, and the batches of the last pages. A thread that finds no batch
 * asks a node for the next page itself; one thread at a time asks the same node, the others ask another or wait.
 *
 * The lock guards all but what is constant, and is not held during a call. Failure: the first error ends the reader, for every
 * caller from then on.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exchange/batch_bytes.h"
#include "rpc/calls/calls.h"

struct node {
    struct calls_source source;
    struct calls_page page;          /* what is asked for next; the slices are the reader's */
    const atomic_bool *now_complete; /* what is asked for has become complete; NULL: nobody says */
    bool busy;                       /* a thread asks */
    bool ended;
};

struct calls_reader {
    struct exchange_reader base;
    struct budget *budget;
    struct exchange_reader *own;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool own_ended;
    struct eider_error error; /* of status EIDER_OK: none */
    struct batch **batches;   /* in the order in which they came, from batch_first on */
    size_t batch_first, batch_count, batch_room;
    uint32_t next; /* node to ask */
    uint32_t node_count;
    struct node nodes[];
};

static struct calls_reader *reader_of(struct exchange_reader *base)
{
    return (struct calls_reader *)(void *)base;
}

enum eider_status calls_send(const struct eider_transport *to, const char *address, const struct buf *request,
                             struct eider_message *response, struct wire_reader *ret, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    enum eider_status status;

    if (request->failed)
        return error_set(err, EIDER_ERROR_MEMORY, "a request to %s is too large, or there is no memory",
                         address);
    status = to->call(to->data, address, request->data, request->size, response, &said);
    if (status != EIDER_OK)
        return error_set(err, status, "%s cannot be called: %s", address, error_said(&said));
    if (response->buf.failed)
        return error_set(err, EIDER_ERROR_MEMORY, "the answer of %s is too large, or there is no memory",
                         address);
    *ret = (struct wire_reader){.data = (const uint8_t *)response->buf.data, .left = response->buf.size};
    status = wire_get_response(ret, &said);
    if (status == EIDER_ERROR_CORRUPT ||
        (status == EIDER_ERROR_UNSUPPORTED && said.stage < 0 && said.task < 0))
        return error_set(err, status == EIDER_ERROR_CORRUPT ? status : EIDER_ERROR_WORKER, "%s: %s", address,
                         said.message);
    if (status != EIDER_OK && err != NULL)
        *err = said;
    return status;
}

/* ---- Pages ---- */

/* Makes room first, so that a batch is never lost. Locked. */
static enum eider_status push(struct calls_reader *reader, struct batch *batch, struct eider_error *err)
{
    if (reader->batch_first > 0 && reader->batch_first + reader->batch_count == reader->batch_room) {
        memmove(reader->batches, reader->batches + reader->batch_first,
                reader->batch_count * sizeof(struct batch *));
        reader->batch_first = 0;
    }
    if (reader->batch_count == reader->batch_room) {
        size_t room = reader->batch_room == 0 ? 16 : reader->batch_room * 2;
        struct batch **batches = realloc(reader->batches, room * sizeof(struct batch *));

        if (batches == NULL) {
            batch_unref(batch);
            return error_no_memory(err);
        }
        reader->batches = batches;
        reader->batch_room = room;
    }
    reader->batches[reader->batch_first + reader->batch_count++] = batch;
    return EIDER_OK;
}

/* The first of those that are there. Locked. */
static struct batch *take_batch(struct calls_reader *reader)
{
    struct batch *batch = reader->batches[reader->batch_first++];

    if (--reader->batch_count == 0)
        reader->batch_first = 0;
    return batch;
}

struct page_head {
    enum calls_page_end end;
    bool complete;
    struct output_size size;
    uint32_t slice, partition;
    uint64_t batch;
    uint32_t count;
};

static struct page_head get_head(struct wire_reader *answer)
{
    struct page_head head = {.end = (enum calls_page_end)wire_u8(answer)};

    head.complete = wire_u8(answer) != 0;
    head.size.rows = wire_u64(answer);
    head.size.bytes = wire_u64(answer);
    head.size.batches = wire_u64(answer);
    head.slice = wire_u32(answer);
    head.partition = wire_u32(answer);
    head.batch = wire_u64(answer);
    head.count = wire_count(answer, sizeof(uint64_t));
    if (head.end > CALLS_PAGE_END)
        answer->bad = true;
    return head;
}

static enum eider_status get_batches(struct calls_reader *reader, struct wire_reader *answer, uint32_t count,
                                     struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; status == EIDER_OK && i < count; i++) {
        struct batch *batch;
        size_t bytes;
        const void *data = wire_bytes(answer, &bytes);

        if (answer->bad)
            break;
        status = batch_get(data, bytes, reader->base.layout, reader->budget, &batch, err);
        if (status == EIDER_OK) {
            pthread_mutex_lock(&reader->lock);
            status = push(reader, batch, err);
            pthread_mutex_unlock(&reader->lock);
        }
    }
    return status != EIDER_OK ? status : wire_end(answer, err);
}

/* Asks the node, which is busy with this thread. */
static enum eider_status ask(struct calls_reader *reader, struct node *node, uint32_t wait_ms,
                             struct page_head *ret, struct eider_error *err)
{
    struct eider_message response;
    struct wire_reader answer;
    struct buf request;
    enum eider_status status;

    buf_init(&request, WIRE_MAX_BYTES);
    buf_init(&response.buf, WIRE_MAX_BYTES);
    node->page.wait_ms = wait_ms;
    node->page.complete |= node->now_complete != NULL && atomic_load(node->now_complete);
    wire_put_request(&request, WIRE_FETCH);
    wire_put_u64(&request, node->source.session);
    calls_put_page(&request, &node->page);
    status = calls_send(node->source.to, node->source.address, &request, &response, &answer, err);
    if (status == EIDER_OK) {
        *ret = get_head(&answer);
        status = get_batches(reader, &answer, ret->count, err);
        if (status == EIDER_ERROR_CORRUPT)
            status = error_set(err, status, "the rows of %s are damaged", node->source.address);
    }
    if (status == EIDER_OK) {
        node->page.slice = ret->slice;
        node->page.partition = ret->partition;
        node->page.batch = ret->batch;
    } else {
        if (err->stage >= 0 || status != EIDER_ERROR_MEMORY) /* that without a place is the reader's own */
            error_origin(err, err->stage, err->task, node->source.worker);
    }
    buf_done(&request);
    buf_done(&response.buf);
    return status;
}

/* ---- The reader ---- */

static void add_ms(struct timespec *time, uint32_t ms)
{
    clock_gettime(CLOCK_REALTIME, time);
    time->tv_sec += ms / 1000;
    time->tv_nsec += (long)(ms % 1000) * 1000000;
    if (time->tv_nsec >= 1000000000) {
        time->tv_sec++;
        time->tv_nsec -= 1000000000;
    }
}

/* A node that has more and that nobody asks. Locked. */
static struct node *idle_node(struct calls_reader *reader, bool *ret_all_ended)
{
    *ret_all_ended = true;
    for (uint32_t i = 0; i < reader->node_count; i++) {
        struct node *node = &reader->nodes[(reader->next + i) % reader->node_count];

        if (node->ended)
            continue;
        *ret_all_ended = false;
        if (!node->busy) {
            reader->next = (reader->next + i + 1) % reader->node_count;
            return node;
        }
    }
    return NULL;
}

static enum reader_result failed(struct calls_reader *reader, struct eider_error *err)
{
    if (err != NULL)
        *err = reader->error;
    return READER_ERROR;
}

/* Asks one node, without the lock in between. */
static void ask_node(struct calls_reader *reader, struct node *node, uint32_t wait_ms)
{
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct page_head head = {.count = 0};
    enum eider_status status;

    node->busy = true;
    pthread_mutex_unlock(&reader->lock);
    status = ask(reader, node, wait_ms, &head, &err);
    pthread_mutex_lock(&reader->lock);
    node->busy = false;
    node->ended = status == EIDER_OK && head.end == CALLS_PAGE_END;
    if (status == EIDER_OK && reader->base.complete && head.count == 0 && !node->ended)
        status = error_set(&err, EIDER_ERROR_CORRUPT, "%s said that all rows are there, and gives none",
                           node->source.address);
    if (status != EIDER_OK && reader->error.status == EIDER_OK)
        reader->error = err;
    pthread_cond_broadcast(&reader->changed);
}

/* Rows of this process. Locked; the lock is not held meanwhile. */
static enum reader_result next_own(struct calls_reader *reader, uint32_t wait_ms, struct batch **ret_batch,
                                   struct eider_error *err)
{
    enum reader_result result;

    if (reader->own == NULL || reader->own_ended)
        return READER_END;
    pthread_mutex_unlock(&reader->lock);
    result = reader_next(reader->own, wait_ms, ret_batch, err);
    pthread_mutex_lock(&reader->lock);
    reader->own_ended = reader->own_ended || result == READER_END;
    return result;
}

static enum reader_result next_locked(struct calls_reader *reader, uint32_t wait_ms, struct batch **ret_batch,
                                      struct eider_error *err)
{
    struct timespec until;
    uint32_t asked = 0;

    add_ms(&until, wait_ms);
    for (;;) {
        enum reader_result own;
        struct node *node;
        bool all_ended;

        if (reader->error.status != EIDER_OK)
            return failed(reader, err);
        if (reader->batch_count > 0) {
            *ret_batch = take_batch(reader);
            return READER_BATCH;
        }
        if ((own = next_own(reader, 0, ret_batch, err)) == READER_BATCH || own == READER_ERROR)
            return own;
        if (reader->batch_count > 0)
            continue;
        node = idle_node(reader, &all_ended);
        if (all_ended) /* what is left, if anything, is of this process */
            return own == READER_END ? READER_END : next_own(reader, wait_ms, ret_batch, err);
        if (node != NULL && (reader->base.complete || asked <= reader->node_count)) {
            bool last = asked++ == reader->node_count; /* the others have nothing at the moment */
            ask_node(reader, node, last && own == READER_END ? wait_ms : 0);
        } else if (reader->base.complete) {
            pthread_cond_wait(&reader->changed, &reader->lock);
        } else if (wait_ms == 0 || node != NULL ||
                   pthread_cond_timedwait(&reader->changed, &reader->lock, &until) != 0) {
            return READER_AGAIN;
        }
    }
}

static enum reader_result next(struct exchange_reader *base, uint32_t wait_ms, struct batch **ret_batch,
                               struct eider_error *err)
{
    struct calls_reader *reader = reader_of(base);
    enum reader_result result;

    pthread_mutex_lock(&reader->lock);
    result = next_locked(reader, wait_ms < CALLS_MAX_WAIT_MS ? wait_ms : CALLS_MAX_WAIT_MS, ret_batch, err);
    pthread_mutex_unlock(&reader->lock);
    return result;
}

static void free_reader(struct exchange_reader *base)
{
    struct calls_reader *reader = reader_of(base);

    while (reader->batch_count > 0)
        batch_unref(take_batch(reader));
    for (uint32_t i = 0; i < reader->node_count; i++)
        free(reader->nodes[i].page.slices);
    free(reader->batches);
    reader_free(reader->own);
    budget_unref(reader->budget);
    pthread_cond_destroy(&reader->changed);
    pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static const struct reader_vtable calls_vtable = {.next = next, .free = free_reader};

/* Asks for the first page: it says how many rows there are. */
static enum eider_status open_node(struct calls_reader *reader, const struct task_input *input,
                                   const struct calls_fetch *fetch, struct eider_error *err)
{
    struct node *node = &reader->nodes[reader->node_count];
    size_t bytes = fetch->slice_count * sizeof(*fetch->slices);
    struct page_head head;
    enum eider_status status;

    *node = (struct node){.source = fetch->source,
                          .now_complete = input->now_complete,
                          .page = {.partitions = input->partitions,
                                   .complete = input->complete,
                                   .fingerprint = layout_fingerprint(reader->base.layout),
                                   .slices = malloc(bytes + 1),
                                   .slice_count = fetch->slice_count}};
    if (node->page.slices == NULL)
        return error_no_memory(err);
    reader->node_count++;
    memcpy(node->page.slices, fetch->slices, bytes);
    if ((status = ask(reader, node, 0, &head, err)) != EIDER_OK)
        return status;
    node->ended = head.end == CALLS_PAGE_END;
    reader->base.complete &= head.complete;
    reader->base.rows += head.size.rows;
    reader->base.bytes += head.size.bytes;
    reader->base.batches += head.size.batches;
    return EIDER_OK;
}

enum eider_status calls_reader_new(struct layout *layout, const struct calls_reading *reading,
                                   struct exchange_reader **ret, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct calls_reader *reader = calloc(1, sizeof(*reader) + reading->fetch_count * sizeof(struct node));
    struct exchange_reader *own = reading->own;
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    if (reader == NULL) {
        reader_free(own);
        return error_no_memory(err);
    }
    reader->base =
        (struct exchange_reader){.vtable = &calls_vtable, .layout = layout_ref(layout), .complete = true};
    reader->own = own;
    reader->budget = budget_ref(reading->budget);
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->changed, NULL);
    if (own != NULL) {
        reader->base.complete = own->complete;
        reader->base.rows = own->rows;
        reader->base.bytes = own->bytes;
        reader->base.batches = own->batches;
    }
    for (uint32_t i = 0; status == EIDER_OK && i < reading->fetch_count; i++)
        status = open_node(reader, reading->input, &reading->fetches[i], &said);
    if (status != EIDER_OK) {
        if (err != NULL)
            *err = said;
        reader_free(&reader->base);
        return status;
    }
    *ret = &reader->base;
    return EIDER_OK;
}
