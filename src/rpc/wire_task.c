/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks as bytes: every member of struct task_request, in its order. */
#include <string.h>

#include "rpc/wire.h"

#define KEY_BYTES   20u
#define SLICE_BYTES (KEY_BYTES + 12u)
#define INPUT_BYTES 9u
#define PAIR_BYTES  16u

/* ---- Writer ---- */

static void put_inputs(struct buf *out, const struct task_request *request)
{
    wire_put_u32(out, request->input_count);
    for (uint32_t i = 0; i < request->input_count; i++) {
        const struct task_input *input = &request->inputs[i];

        wire_put_u32(out, input->slice_count);
        for (uint32_t s = 0; s < input->slice_count; s++) {
            wire_put_key(out, input->slices[s].output);
            wire_put_u32(out, input->slices[s].worker);
            wire_put_u32(out, input->slices[s].first_partition);
            wire_put_u32(out, input->slices[s].partition_count);
        }
        wire_put_u32(out, input->partitions);
        wire_put_u8(out, input->complete);
    }
}

void wire_put_task(struct buf *out, const struct wire_task *task)
{
    const struct task_request *request = &task->request;

    wire_put_text(out, task->coordinator);
    wire_put_u64(out, task->session);
    wire_put_u32(out, task->address_count);
    for (uint32_t i = 0; i < task->address_count; i++)
        wire_put_text(out, task->addresses[i]);
    wire_put_u32(out, task->self);
    wire_put_key(out, request->id);
    wire_put_bytes(out, request->plan, request->plan_bytes);
    wire_put_u32(out, request->tasks);
    wire_put_u32(out, request->partitions);
    put_inputs(out, request);
    wire_put_u32(out, request->setting_count);
    for (uint32_t i = 0; i < request->setting_count; i++) {
        wire_put_text(out, request->settings[i].name);
        wire_put_text(out, request->settings[i].value);
    }
    wire_put_u32(out, request->header_count);
    for (uint32_t i = 0; i < request->header_count; i++) {
        wire_put_text(out, request->headers[i].name);
        wire_put_text(out, request->headers[i].value);
    }
    wire_put_u32(out, request->filter_count);
    for (uint32_t i = 0; i < request->filter_count; i++)
        wire_put_bytes(out, request->filters[i].words, request->filters[i].word_count * sizeof(uint64_t));
    wire_put_u64(out, request->max_hashes);
    wire_put_u32(out, request->concurrent_tasks);
}

/* ---- Reader ---- */

static struct task_slice *get_slices(struct wire_reader *reader, struct arena *arena, uint32_t addresses,
                                     uint32_t *ret_count)
{
    uint32_t count = wire_count(reader, SLICE_BYTES);
    struct task_slice *slices = arena_alloc_array(arena, (size_t)count + 1, sizeof(*slices));

    *ret_count = slices == NULL ? 0 : count;
    for (uint32_t i = 0; i < *ret_count; i++) {
        slices[i].output = wire_get_key(reader);
        slices[i].worker = wire_u32(reader);
        slices[i].first_partition = wire_u32(reader);
        slices[i].partition_count = wire_u32(reader);
        if (slices[i].worker >= addresses && slices[i].worker != TRANSPORT_COORDINATOR)
            reader->bad = true;
    }
    return slices;
}

static void get_inputs(struct wire_reader *reader, struct arena *arena, struct wire_task *task)
{
    uint32_t count = wire_count(reader, INPUT_BYTES);
    struct task_input *inputs = arena_alloc_array(arena, (size_t)count + 1, sizeof(*inputs));

    task->request.inputs = inputs;
    task->request.input_count = inputs == NULL ? 0 : count;
    for (uint32_t i = 0; i < task->request.input_count; i++) {
        inputs[i].slices = get_slices(reader, arena, task->address_count, &inputs[i].slice_count);
        inputs[i].partitions = wire_u32(reader);
        inputs[i].complete = wire_u8(reader) != 0;
        inputs[i].now_complete = NULL;
        if (inputs[i].partitions < 1 || inputs[i].partitions > PARTITION_MAX)
            reader->bad = true;
    }
}

static const struct task_setting *get_settings(struct wire_reader *reader, struct arena *arena,
                                               uint32_t *ret_count)
{
    uint32_t count = wire_count(reader, PAIR_BYTES);
    struct task_setting *settings = arena_alloc_array(arena, (size_t)count + 1, sizeof(*settings));

    *ret_count = settings == NULL ? 0 : count;
    for (uint32_t i = 0; i < *ret_count; i++) {
        settings[i].name = wire_text(reader, arena);
        settings[i].value = wire_text(reader, arena);
    }
    return settings;
}

static const struct task_header *get_headers(struct wire_reader *reader, struct arena *arena,
                                             uint32_t *ret_count)
{
    uint32_t count = wire_count(reader, PAIR_BYTES);
    struct task_header *headers = arena_alloc_array(arena, (size_t)count + 1, sizeof(*headers));

    *ret_count = headers == NULL ? 0 : count;
    for (uint32_t i = 0; i < *ret_count; i++) {
        headers[i].name = wire_text(reader, arena);
        headers[i].value = wire_text(reader, arena);
    }
    return headers;
}

/* Copies the words: those of the message lie anywhere. */
static const struct task_filter *get_filters(struct wire_reader *reader, struct arena *arena,
                                             uint32_t *ret_count)
{
    uint32_t count = wire_count(reader, sizeof(uint64_t));
    struct task_filter *filters = arena_alloc_array(arena, (size_t)count + 1, sizeof(*filters));

    *ret_count = filters == NULL ? 0 : count;
    for (uint32_t i = 0; i < *ret_count; i++) {
        size_t bytes;
        const void *data = wire_bytes(reader, &bytes);
        uint64_t *words = arena_alloc(arena, bytes + 1);

        if (bytes == 0 || bytes % sizeof(*words) != 0)
            reader->bad = true;
        if (words != NULL)
            memcpy(words, data, bytes);
        filters[i] = (struct task_filter){words, words == NULL ? 0 : bytes / sizeof(*words)};
    }
    return filters;
}

enum eider_status wire_get_task(struct wire_reader *reader, struct arena *arena, struct wire_task *ret,
                                struct eider_error *err)
{
    struct task_request *request = &ret->request;
    uint32_t count;

    *ret = (struct wire_task){.coordinator = wire_text(reader, arena)};
    ret->session = wire_u64(reader);
    count = wire_count(reader, sizeof(uint64_t));
    if ((ret->addresses = arena_alloc_array(arena, (size_t)count + 1, sizeof(*ret->addresses))) == NULL)
        return error_no_memory(err);
    for (; ret->address_count < count; ret->address_count++)
        ret->addresses[ret->address_count] = wire_text(reader, arena);
    ret->self = wire_u32(reader);
    request->id = wire_get_key(reader);
    request->plan = wire_bytes(reader, &request->plan_bytes);
    request->tasks = wire_u32(reader);
    request->partitions = wire_u32(reader);
    get_inputs(reader, arena, ret);
    request->settings = get_settings(reader, arena, &request->setting_count);
    request->headers = get_headers(reader, arena, &request->header_count);
    request->filters = get_filters(reader, arena, &request->filter_count);
    request->max_hashes = wire_u64(reader);
    request->concurrent_tasks = wire_u32(reader);
    if (request->partitions > PARTITION_MAX)
        reader->bad = true;
    return arena_failed(arena) ? error_no_memory(err) : wire_end(reader, err);
}

/* ---- Reports ---- */

void wire_put_report(struct buf *out, const struct task_report *report)
{
    wire_put_u64(out, report->rows);
    wire_put_u64(out, report->bytes);
    for (uint32_t i = 0; i < STAGE_MAX_FILTERS; i++)
        wire_put_u64(out, report->kept_out[i]);
}

void wire_get_report(struct wire_reader *reader, struct task_report *ret)
{
    *ret = (struct task_report){.rows = wire_u64(reader)};
    ret->bytes = wire_u64(reader);
    for (uint32_t i = 0; i < STAGE_MAX_FILTERS; i++)
        ret->kept_out[i] = wire_u64(reader);
}
