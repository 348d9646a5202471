/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of rows, and what else is answered from a store: the sizes of outputs, the hashes of their keys, units of feeds. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exchange/batch_bytes.h"
#include "rpc/calls/calls.h"

#define SLICE_BYTES 28u
#define STEP_MS     5u /* how often an output is looked for that is not there yet */

void calls_put_page(struct buf *out, const struct calls_page *page)
{
    wire_put_u32(out, page->partitions);
    wire_put_u8(out, page->complete);
    wire_put_u64(out, page->fingerprint);
    wire_put_u32(out, page->wait_ms);
    wire_put_u32(out, page->slice_count);
    for (uint32_t i = 0; i < page->slice_count; i++) {
        wire_put_key(out, page->slices[i].output);
        wire_put_u32(out, page->slices[i].first_partition);
        wire_put_u32(out, page->slices[i].partition_count);
    }
    wire_put_u32(out, page->slice);
    wire_put_u32(out, page->partition);
    wire_put_u64(out, page->batch);
}

enum eider_status calls_get_page(struct wire_reader *reader, struct arena *arena, struct calls_page *ret,
                                 struct eider_error *err)
{
    uint32_t count;

    *ret = (struct calls_page){.partitions = wire_u32(reader)};
    ret->complete = wire_u8(reader) != 0;
    ret->fingerprint = wire_u64(reader);
    ret->wait_ms = wire_u32(reader);
    count = wire_count(reader, SLICE_BYTES);
    if ((ret->slices = arena_alloc_array(arena, (size_t)count + 1, sizeof(*ret->slices))) == NULL)
        return error_no_memory(err);
    for (; ret->slice_count < count; ret->slice_count++) {
        struct task_slice *slice = &ret->slices[ret->slice_count];
        *slice = (struct task_slice){.output = wire_get_key(reader)};
        slice->first_partition = wire_u32(reader);
        slice->partition_count = wire_u32(reader);
    }
    ret->slice = wire_u32(reader);
    ret->partition = wire_u32(reader);
    ret->batch = wire_u64(reader);
    if (ret->wait_ms > CALLS_MAX_WAIT_MS)
        ret->wait_ms = CALLS_MAX_WAIT_MS;
    return wire_end(reader, err);
}

/* ---- Answering a page ---- */

struct page_answer {
    struct calls_page page;
    struct store *store;
    struct buf rows;  /* batches: bytes and length */
    struct buf batch; /* the next one */
    uint32_t count;
    enum calls_page_end end;
    bool complete; /* all rows are there */
    struct output_size size;
    struct eider_error *err;
};

static void sleep_ms(uint32_t ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

/* *ret is NULL if it is not there and need not be. */
static enum eider_status find_output(struct page_answer *answer, const struct task_slice *slice,
                                     struct output **ret)
{
    struct output *output = store_find(answer->store, slice->output);
    uint32_t count = output == NULL ? 0 : output_partition_count(output);
    enum eider_status status = EIDER_OK;

    *ret = output;
    if (output == NULL && answer->page.complete)
        return error_set(answer->err, EIDER_ERROR_WORKER, "the output of stage %u task %u is not there",
                         slice->output.stage, slice->output.task);
    if (output == NULL)
        return EIDER_OK;
    if (count != answer->page.partitions || slice->first_partition > count ||
        slice->partition_count > count - slice->first_partition)
        status = error_set(answer->err, EIDER_ERROR_ARGUMENT, "partitions %u to %u of %u do not exist",
                           slice->first_partition, slice->first_partition + slice->partition_count, count);
    else if (layout_fingerprint(output_layout(output)) != answer->page.fingerprint)
        status = error_set(answer->err, EIDER_ERROR_ARGUMENT, "an input has other columns than its reader");
    if (status != EIDER_OK) {
        output_unref(output);
        *ret = NULL;
    }
    return status;
}

/* Before the rows are taken: what is complete now does not grow. */
static enum eider_status add_sizes(struct page_answer *answer)
{
    enum eider_status status = EIDER_OK;

    answer->complete = true;
    for (uint32_t i = 0; status == EIDER_OK && i < answer->page.slice_count; i++) {
        const struct task_slice *slice = &answer->page.slices[i];
        struct output *output;
        struct output_size size = {0};

        if ((status = find_output(answer, slice, &output)) != EIDER_OK)
            return status;
        if (output == NULL || output_state(output, NULL) != OUTPUT_COMPLETE)
            answer->complete = false;
        if (output != NULL)
            size = output_size(output, slice->first_partition, slice->partition_count);
        answer->size.rows += size.rows;
        answer->size.bytes += size.bytes;
        answer->size.batches += size.batches;
        output_unref(output);
    }
    return status;
}

static enum eider_status add_batch(struct page_answer *answer, const struct batch *batch)
{
    buf_clear(&answer->batch);
    batch_put(&answer->batch, batch);
    wire_put_bytes(&answer->rows, answer->batch.data, answer->batch.size);
    answer->count++;
    if (answer->batch.failed || answer->rows.failed)
        return error_set(answer->err, EIDER_ERROR_MEMORY, "a batch of rows is too large for a message");
    return EIDER_OK;
}

/* Rows of one output from the cursor on. *ret_done: there are no more, and the cursor is behind it. */
static enum eider_status add_rows(struct page_answer *answer, struct output *output, bool *ret_done)
{
    struct calls_page *page = &answer->page;
    const struct task_slice *slice = &page->slices[page->slice];
    enum eider_status status = EIDER_OK;

    *ret_done = false;
    while (page->partition < slice->partition_count) {
        struct batch *batch = NULL;
        enum output_state state =
            output_batch(output, slice->first_partition + page->partition, page->batch, &batch, answer->err);

        if (state == OUTPUT_FAILED)
            return answer->err->status;
        if (batch == NULL && state == OUTPUT_OPEN)
            return EIDER_OK;
        if (batch == NULL) {
            page->partition++;
            page->batch = 0;
            continue;
        }
        status = add_batch(answer, batch);
        batch_unref(batch);
        page->batch++;
        if (status != EIDER_OK || answer->rows.size >= CALLS_PAGE_BYTES)
            return status;
    }
    page->slice++;
    page->partition = 0;
    *ret_done = true;
    return EIDER_OK;
}

/* Fills the page; waits once if there is nothing. */
static enum eider_status fill_page(struct page_answer *answer)
{
    uint32_t waited = 0;

    while (answer->page.slice < answer->page.slice_count) {
        struct output *output;
        uint64_t version = 0;
        bool done = false;
        enum eider_status status = find_output(answer, &answer->page.slices[answer->page.slice], &output);

        if (status == EIDER_OK && output != NULL) {
            version = output_version(output);
            status = add_rows(answer, output, &done);
        }
        if (status == EIDER_OK && !done && answer->count == 0 && waited < answer->page.wait_ms) {
            uint32_t step = output != NULL ? answer->page.wait_ms - waited : STEP_MS;
            if (output != NULL)
                output_wait(output, &version, step);
            else
                sleep_ms(step);
            waited += step;
            done = true; /* look again */
        }
        output_unref(output);
        if (status != EIDER_OK)
            return status;
        answer->end = answer->rows.size >= CALLS_PAGE_BYTES ? CALLS_PAGE_MORE : CALLS_PAGE_AGAIN;
        if (!done || answer->end == CALLS_PAGE_MORE)
            return EIDER_OK;
    }
    answer->end = CALLS_PAGE_END;
    return EIDER_OK;
}

static void put_page_answer(struct buf *response, const struct page_answer *answer)
{
    wire_put_ok(response);
    wire_put_u8(response, (uint8_t)answer->end);
    wire_put_u8(response, answer->complete);
    wire_put_u64(response, answer->size.rows);
    wire_put_u64(response, answer->size.bytes);
    wire_put_u64(response, answer->size.batches);
    wire_put_u32(response, answer->page.slice);
    wire_put_u32(response, answer->page.partition);
    wire_put_u64(response, answer->page.batch);
    wire_put_u32(response, answer->count);
    buf_append(response, answer->rows.data, answer->rows.size);
}

static enum eider_status answer_page(struct store *store, struct wire_reader *reader, struct buf *response,
                                     struct eider_error *err)
{
    struct page_answer answer = {.store = store, .err = err};
    struct arena *arena = arena_new();
    enum eider_status status =
        arena == NULL ? error_no_memory(err) : calls_get_page(reader, arena, &answer.page, err);

    buf_init(&answer.rows, WIRE_MAX_BYTES - 4096);
    buf_init(&answer.batch, WIRE_MAX_BYTES - 4096);
    if (status == EIDER_OK)
        status = add_sizes(&answer);
    if (status == EIDER_OK)
        status = fill_page(&answer);
    if (status == EIDER_OK)
        put_page_answer(response, &answer);
    buf_done(&answer.rows);
    buf_done(&answer.batch);
    arena_free(arena);
    return status;
}

/* ---- The other answers ---- */

static enum eider_status no_output(struct output_key key, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_WORKER, "the output of stage %u task %u is not there", key.stage,
                     key.task);
}

static enum eider_status answer_hash_count(struct store *store, struct wire_reader *reader,
                                           struct buf *response, struct eider_error *err)
{
    struct output_key key = wire_get_key(reader);
    enum eider_status status = wire_end(reader, err);
    struct output *output = status == EIDER_OK ? store_find(store, key) : NULL;

    if (status == EIDER_OK && output == NULL)
        status = no_output(key, err);
    if (status == EIDER_OK) {
        wire_put_ok(response);
        wire_put_u64(response, output_hash_count(output));
    }
    output_unref(output);
    return status;
}

static enum eider_status answer_filter(struct store *store, struct wire_reader *reader, struct buf *response,
                                       struct eider_error *err)
{
    struct output_key key = wire_get_key(reader);
    uint64_t words = wire_u64(reader);
    enum eider_status status = wire_end(reader, err);
    struct output *output = status == EIDER_OK ? store_find(store, key) : NULL;
    struct bloom *bloom = NULL;

    if (status == EIDER_OK && output == NULL)
        status = no_output(key, err);
    if (status == EIDER_OK && words > (WIRE_MAX_BYTES - 4096) / sizeof(uint64_t))
        status = error_set(err, EIDER_ERROR_ARGUMENT, "a filter of %llu words is too large for a message",
                           (unsigned long long)words);
    if (status == EIDER_OK)
        status = bloom_new(words, store_budget(store), &bloom, err);
    if (status == EIDER_OK)
        status = output_fill_bloom(output, bloom, err);
    if (status == EIDER_OK) {
        uint64_t *saved = malloc(words * sizeof(*saved));
        if (saved == NULL) {
            status = error_no_memory(err);
        } else {
            bloom_save(bloom, saved);
            wire_put_ok(response);
            wire_put_bytes(response, saved, words * sizeof(*saved));
        }
        free(saved);
    }
    bloom_unref(bloom);
    output_unref(output);
    return status;
}

static enum eider_status answer_units(const struct calls_rows *rows, struct wire_reader *reader,
                                      struct buf *response, struct eider_error *err)
{
    struct arena *arena = arena_new();
    struct unit_request request = {.task = wire_get_key(reader)};
    struct unit_batch batch;
    enum eider_status status;

    if (arena == NULL)
        return error_no_memory(err);
    unit_batch_init(&batch);
    request.leaf = wire_u32(reader);
    request.feed = wire_text(reader, arena);
    status = request.feed == NULL ? error_no_memory(err) : wire_end(reader, err);
    if (status == EIDER_OK)
        status = rows->units == NULL || rows->units_query != request.task.query
                     ? error_set(err, EIDER_ERROR_PLAN, "the feed '%s' is not open", request.feed)
                     : rows->units(rows->units_data, &request, &batch, err);
    if (status == EIDER_OK && unit_batch_failed(&batch))
        status = error_no_memory(err);
    if (status == EIDER_OK) {
        wire_put_ok(response);
        wire_put_units(response, &batch);
    }
    unit_batch_done(&batch);
    arena_free(arena);
    return status;
}

enum eider_status calls_answer_rows(const struct calls_rows *rows, enum wire_method method,
                                    struct wire_reader *reader, struct buf *response, struct eider_error *err)
{
    switch (method) {
    case WIRE_FETCH:
        return answer_page(rows->store, reader, response, err);
    case WIRE_FILTER:
        return answer_filter(rows->store, reader, response, err);
    case WIRE_HASH_COUNT:
        return answer_hash_count(rows->store, reader, response, err);
    case WIRE_UNITS:
        return answer_units(rows, reader, response, err);
    case WIRE_INVALID:
    case WIRE_INFO:
    case WIRE_RUN_TASK:
    case WIRE_CANCEL:
    case WIRE_RELEASE:
    case WIRE_METHOD_END:
        break;
    }
    return error_set(err, EIDER_ERROR_UNSUPPORTED, "a request that this node does not answer");
}
