/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of work units: bytes end to end, and their sizes. A failed batch is thrown away as a whole. */
#include "rpc/units.h"

#include <string.h>

void unit_batch_init(struct unit_batch *batch)
{
    memset(batch, 0, sizeof(*batch));
    buf_init(&batch->bytes, UNITS_MAX_BYTES);
    buf_init(&batch->sizes, UNITS_MAX_BYTES);
}

void unit_batch_done(struct unit_batch *batch)
{
    buf_done(&batch->bytes);
    buf_done(&batch->sizes);
}

void unit_batch_clear(struct unit_batch *batch)
{
    buf_clear(&batch->bytes);
    buf_clear(&batch->sizes);
    batch->count = 0;
}

void unit_batch_add(struct unit_batch *batch, const void *data, size_t size)
{
    uint64_t bytes = size;

    if (size > 0)
        buf_append(&batch->bytes, data, size);
    buf_append(&batch->sizes, &bytes, sizeof(bytes));
    batch->count++;
}

bool unit_batch_failed(const struct unit_batch *batch)
{
    return batch->bytes.failed || batch->sizes.failed;
}
