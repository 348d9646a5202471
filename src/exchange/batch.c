/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches: one allocation for the struct and its arrays, blocks of the pool for the rows.
 *
 * Invariant: what `columns` and strings point at lies in `blocks`. Threads: immutable but for the reference
 * count.
 */
#include "exchange/batch.h"

#include <stdatomic.h>
#include <stdlib.h>

struct batch *batch_new(struct layout *layout, struct budget *budget)
{
    size_t column_bytes = layout->node_count * sizeof(struct batch_column);
    struct batch *batch =
        calloc(1, sizeof(*batch) + column_bytes + layout->segment_count * sizeof(*batch->segment_rows));

    if (batch == NULL)
        return NULL;
    atomic_init(&batch->refs, 1);
    batch->layout = layout_ref(layout);
    batch->budget = budget_ref(budget);
    batch->columns = (struct batch_column *)(batch + 1);
    batch->segment_rows = (uint64_t *)(batch->columns + layout->node_count);
    return batch;
}

struct batch *batch_ref(struct batch *batch)
{
    atomic_fetch_add_explicit(&batch->refs, 1, memory_order_relaxed);
    return batch;
}

void batch_unref(struct batch *batch)
{
    if (batch == NULL || atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel) != 1)
        return;
    pool_give_all(batch->budget, batch->blocks);
    budget_unref(batch->budget);
    layout_unref(batch->layout);
    free(batch);
}
