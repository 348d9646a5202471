/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader over readers, one after the other.
 *
 * Threads: any number, though only a single one gets the batches in order. The current reader is an atomic position, which
 * moves on when that reader has ended. Failure: that of the current reader, for every caller.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "exchange/reader.h"

struct sequence_reader {
    struct exchange_reader base;
    _Atomic uint32_t current;
    uint32_t count;
    struct exchange_reader *readers[];
};

static enum reader_result next(struct exchange_reader *base, uint32_t wait_ms, struct batch **ret_batch,
                               struct eider_error *err)
{
    struct sequence_reader *sequence = (struct sequence_reader *)base;
    uint32_t current = atomic_load(&sequence->current);

    while (current < sequence->count) {
        enum reader_result result = reader_next(sequence->readers[current], wait_ms, ret_batch, err);

        if (result != READER_END)
            return result;
        /* Another thread may have moved it already: then `current` becomes what it is now. */
        if (atomic_compare_exchange_strong(&sequence->current, &current, current + 1))
            current++;
    }
    return READER_END;
}

static void free_sequence(struct exchange_reader *base)
{
    struct sequence_reader *sequence = (struct sequence_reader *)base;

    for (uint32_t i = 0; i < sequence->count; i++)
        reader_free(sequence->readers[i]);
    free(sequence);
}

static const struct reader_vtable sequence_vtable = {.next = next, .free = free_sequence};

enum eider_status reader_new_sequence(struct layout *layout, struct exchange_reader *const *readers,
                                      uint32_t count, struct exchange_reader **ret, struct eider_error *err)
{
    struct sequence_reader *sequence =
        calloc(1, sizeof(*sequence) + count * sizeof(struct exchange_reader *));

    *ret = NULL;
    if (sequence == NULL) {
        for (uint32_t i = 0; i < count; i++)
            reader_free(readers[i]);
        return error_no_memory(err);
    }
    sequence->base =
        (struct exchange_reader){.vtable = &sequence_vtable, .layout = layout_ref(layout), .complete = true};
    atomic_init(&sequence->current, 0);
    sequence->count = count;
    for (uint32_t i = 0; i < count; i++) {
        sequence->readers[i] = readers[i];
        sequence->base.complete &= readers[i]->complete;
        sequence->base.rows += readers[i]->rows;
        sequence->base.bytes += readers[i]->bytes;
        sequence->base.batches += readers[i]->batches;
    }
    *ret = &sequence->base;
    return EIDER_OK;
}
