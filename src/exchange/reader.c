/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading outputs of this process: a cursor over (input, partition, batch) that many threads advance.
 *
 * Invariant: the cursor never passes a batch that was not delivered; an input is left when it is complete and
 * its last partition is exhausted. Threads: a mutex guards the cursor and is not held while waiting. Failure:
 * an output that failed ends the reader with its error, for every caller from then on.
 */
#include "exchange/reader.h"

#include <pthread.h>
#include <stdlib.h>

struct output_reader {
    struct exchange_reader base;
    pthread_mutex_t mutex;
    uint32_t input_count;
    uint32_t input; /* the cursor */
    uint32_t partition;
    uint64_t batch;
    struct reader_input inputs[];
};

void reader_free(struct exchange_reader *reader)
{
    struct layout *layout;

    if (reader == NULL)
        return;
    layout = reader->layout;
    reader->vtable->free(reader);
    layout_unref(layout);
}

/* The batch at the cursor, which moves. If AGAIN, *ret_open is the output to wait for, as it was at
 * *ret_version. */
static enum reader_result take(struct output_reader *reader, struct batch **ret_batch,
                               struct output **ret_open, uint64_t *ret_version, struct eider_error *err)
{
    while (reader->input < reader->input_count) {
        const struct reader_input *input = &reader->inputs[reader->input];
        enum output_state state = OUTPUT_COMPLETE;

        while (reader->partition < input->partition_count) {
            *ret_version = output_version(input->output);
            state = output_batch(input->output, input->first_partition + reader->partition, reader->batch,
                                 ret_batch, err);
            if (state == OUTPUT_FAILED)
                return READER_ERROR;
            if (*ret_batch != NULL) {
                reader->batch++;
                return READER_BATCH;
            }
            if (state == OUTPUT_OPEN) {
                *ret_open = input->output;
                return READER_AGAIN;
            }
            reader->partition++;
            reader->batch = 0;
        }
        reader->input++;
        reader->partition = 0;
    }
    return READER_END;
}

static enum reader_result next(struct exchange_reader *base, uint32_t wait_ms, struct batch **ret_batch,
                               struct eider_error *err)
{
    struct output_reader *reader = (struct output_reader *)base;
    struct output *open = NULL;
    enum reader_result result;
    uint64_t version = 0;

    for (int attempt = 0; attempt < 2; attempt++) {
        pthread_mutex_lock(&reader->mutex);
        result = take(reader, ret_batch, &open, &version, err);
        pthread_mutex_unlock(&reader->mutex);
        if (result != READER_AGAIN || wait_ms == 0)
            break;
        if (attempt == 0)
            output_wait(open, &version, wait_ms);
    }
    return result;
}

static void free_outputs(struct exchange_reader *base)
{
    struct output_reader *reader = (struct output_reader *)base;

    for (uint32_t i = 0; i < reader->input_count; i++)
        output_unref(reader->inputs[i].output);
    pthread_mutex_destroy(&reader->mutex);
    free(reader);
}

static const struct reader_vtable output_vtable = {.next = next, .free = free_outputs};

/* Counts an input in. */
static enum eider_status add_input(struct output_reader *reader, const struct reader_input *input,
                                   struct eider_error *err)
{
    uint32_t count = output_partition_count(input->output);
    struct eider_error failure;
    struct output_size size;
    enum output_state state;

    if (input->first_partition > count || input->partition_count > count - input->first_partition)
        return error_set(err, EIDER_ERROR_ARGUMENT, "partitions %u to %u of %u do not exist",
                         input->first_partition, input->first_partition + input->partition_count, count);
    if (!layout_equal(output_layout(input->output), reader->base.layout))
        return error_set(err, EIDER_ERROR_ARGUMENT, "an input has other columns than its reader");
    state = output_state(input->output, &failure); /* before the size: a complete one does not grow */
    if (state == OUTPUT_FAILED) {
        if (err != NULL)
            *err = failure;
        return failure.status;
    }
    size = output_size(input->output, input->first_partition, input->partition_count);
    reader->base.complete &= state == OUTPUT_COMPLETE;
    reader->base.rows += size.rows;
    reader->base.bytes += size.bytes;
    reader->base.batches += size.batches;
    reader->inputs[reader->input_count] = *input;
    output_ref(input->output);
    reader->input_count++;
    return EIDER_OK;
}

enum eider_status reader_new_outputs(struct layout *layout, const struct reader_input *inputs,
                                     uint32_t input_count, struct exchange_reader **ret,
                                     struct eider_error *err)
{
    struct output_reader *reader = calloc(1, sizeof(*reader) + input_count * sizeof(*inputs));

    *ret = NULL;
    if (reader == NULL)
        return error_no_memory(err);
    reader->base =
        (struct exchange_reader){.vtable = &output_vtable, .layout = layout_ref(layout), .complete = true};
    pthread_mutex_init(&reader->mutex, NULL);
    for (uint32_t i = 0; i < input_count; i++) {
        enum eider_status status = add_input(reader, &inputs[i], err);

        if (status != EIDER_OK) {
            reader_free(&reader->base);
            return status;
        }
    }
    *ret = &reader->base;
    return EIDER_OK;
}
