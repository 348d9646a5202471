/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_BATCH_BYTES_H
#define EIDER_EXCHANGE_BATCH_BYTES_H

#include "base/buf.h"
#include "exchange/batch.h"

/*
 * Batches as bytes, for transports that carry messages. Numbers are little-endian.
 *
 *     rows             u64 for each segment
 *     for each node    u8: 1 if validity follows, else 0; u64: bytes of its strings
 *     for each node    validity, a bit for each row, in words of 8 bytes
 *                      FIXED: the data; STRING: u32 lengths, then the strings; LIST: u64 lengths; else nothing
 *
 * The reader has the layout already. It trusts no count and no length: any bytes become a batch that can be read, or an error,
 * and the memory that a batch takes is bounded by the bytes it is made of. Values are not looked at.
 */
void batch_put(struct buf *out, const struct batch *batch);

/* Errors: CORRUPT, MEMORY. The batch counts against the budget. Any thread. */
enum eider_status batch_get(const void *data, size_t bytes, struct layout *layout, struct budget *budget,
                            struct batch **ret, struct eider_error *err);

/* Differs, but for rare collisions, for layouts that are not equal. */
uint64_t layout_fingerprint(const struct layout *layout);

#endif
