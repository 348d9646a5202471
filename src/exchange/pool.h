/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_POOL_H
#define EIDER_EXCHANGE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exchange/budget.h"

/*
 * Memory blocks for the exchange, kept for reuse: fresh memory from the kernel costs more than the rows that
 * go into it. One pool for the process. Blocks come in powers of two from POOL_MIN_BYTES and are aligned to
 * 64 bytes; their content is undefined. The pool keeps at most POOL_MAX_CACHED_BYTES, and gives back to the
 * system what has not been needed for some seconds, whenever it is used at all; pool_trim does so at once.
 * Any thread.
 */
#define POOL_MIN_BYTES        ((size_t)512)
#define POOL_MAX_BLOCK_BYTES  ((size_t)1 << 26) /* larger blocks go straight to the system */
#define POOL_MAX_CACHED_BYTES ((size_t)1 << 29)

/* A chain of blocks, each counted against one budget. */
struct pool_block {
    struct pool_block *next;
    size_t bytes; /* of data, a power of two (or more than POOL_MAX_BLOCK_BYTES) */
    void *data;
};

/* How many bytes a block for `bytes` has: the next size of block. */
size_t pool_block_bytes(size_t bytes);

/* A block of at least `bytes`, reserved in `budget`. Errors: MEMORY. */
enum eider_status pool_take(struct budget *budget, size_t bytes, struct pool_block **ret,
                            struct eider_error *err);

/* Gives back a block, or a chain of them (through `next`). Accepts NULL. */
void pool_give(struct budget *budget, struct pool_block *block);
void pool_give_all(struct budget *budget, struct pool_block *chain);

/* Frees cached blocks until at most `keep_bytes` are left. */
void pool_trim(size_t keep_bytes);
size_t pool_cached_bytes(void);

#endif
