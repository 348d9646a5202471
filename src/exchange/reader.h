/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_READER_H
#define EIDER_EXCHANGE_READER_H

/*
 * A reader: where a consumer task gets its rows from, one batch after the other, wherever they lie. The
 * source function (engine/source.h) knows only this interface. Implementations: outputs of this process
 * (below); the network.
 *
 * One reader is pulled by many threads at once; each batch goes to one of them. To read the same rows twice,
 * make two readers.
 */

#include <stdbool.h>
#include <stdint.h>

#include "exchange/batch.h"
#include "exchange/store.h"

enum reader_result {
    READER_INVALID = 0,
    READER_BATCH, /* *ret_batch holds one, with a reference for the caller */
    READER_END,   /* no more, for every caller from now on */
    READER_AGAIN, /* nothing within wait_ms, but more may come */
    READER_ERROR  /* *err is set */
};

struct exchange_reader;

struct reader_vtable {
    enum reader_result (*next)(struct exchange_reader *reader, uint32_t wait_ms, struct batch **ret_batch,
                               struct eider_error *err);
    void (*free)(struct exchange_reader *reader);
};

/* The common part of every implementation, first in its struct. Constant once made. */
struct exchange_reader {
    const struct reader_vtable *vtable;
    struct layout *layout; /* a reference of its own */
    bool complete;         /* all rows are there: next never says AGAIN */
    uint64_t rows;         /* how many if complete, else how many there are so far */
    uint64_t bytes;
    uint64_t batches;
};

/* The next batch; waits up to wait_ms (0: not at all). Any thread. */
static inline enum reader_result reader_next(struct exchange_reader *reader, uint32_t wait_ms,
                                             struct batch **ret_batch, struct eider_error *err)
{
    return reader->vtable->next(reader, wait_ms, ret_batch, err);
}

void reader_free(struct exchange_reader *reader); /* accepts NULL; no thread may be inside next */

/* Partitions of an output of this process. */
struct reader_input {
    struct output *output; /* the reader takes a reference of its own */
    uint32_t first_partition;
    uint32_t partition_count;
};

/*
 * Reads the inputs in their order, and the partitions of each in theirs, by reference. Outputs may still be
 * open: a reader then waits for them one after the other. All must have the same layout as `layout`, node for
 * node (it says what is read if there are no inputs). Errors: ARGUMENT, MEMORY, and the error of an output
 * that failed.
 */
enum eider_status reader_new_outputs(struct layout *layout, const struct reader_input *inputs,
                                     uint32_t input_count, struct exchange_reader **ret,
                                     struct eider_error *err);

/* One reader after the other, in their order; for a single thread, each in its own order. Takes the readers over, on failure
 * too, but not the array. Errors: MEMORY. */
enum eider_status reader_new_sequence(struct layout *layout, struct exchange_reader *const *readers,
                                      uint32_t count, struct exchange_reader **ret, struct eider_error *err);

#endif
