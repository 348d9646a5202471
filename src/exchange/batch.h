/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_BATCH_H
#define EIDER_EXCHANGE_BATCH_H

#include <stdint.h>

#include "exchange/layout.h"
#include "exchange/pool.h"

/*
 * Rows that will not change any more, column by column, as a layout says. Made by a builder (or by whoever
 * receives one from elsewhere), counted by reference, immutable: any thread may read it.
 *
 * Promises to readers:
 * - data of a NULL row is zero (FIXED, STRING); a NULL list is {where the next list starts, 0};
 * - the elements of lists follow each other in the order of their rows, without gaps;
 * - members of a NULL struct and elements of a NULL array are NULL;
 * - pointers of strings lead into the batch's own blocks.
 */
struct batch_column {
    void *data;         /* NULL for STRUCT and ARRAY, and in a segment without rows */
    uint64_t *validity; /* bit set: not NULL; NULL if no row is */
};

struct batch {
    _Atomic uint32_t refs;
    uint64_t rows;
    uint64_t bytes; /* of data, validity and strings in use */
    struct layout *layout;
    struct budget *budget;        /* a reference, as of the layout */
    struct pool_block *blocks;    /* all that it holds */
    struct batch_column *columns; /* one for each node of the layout */
    uint64_t *segment_rows;       /* one for each segment; [0] equals rows */
};

/* An empty batch, with references of its own, to be filled in by its maker. NULL if out of memory. */
struct batch *batch_new(struct layout *layout, struct budget *budget);
struct batch *batch_ref(struct batch *batch);
void batch_unref(struct batch *batch); /* accepts NULL */

#endif
