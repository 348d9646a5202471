/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_STORE_H
#define EIDER_EXCHANGE_STORE_H

/*
 * What tasks have produced: for each task attempt an *output*, with its sealed batches by partition. A worker
 * has one store; several readers may read one output, while it is written or later.
 *
 * An output is open until its producer says how it ended: complete, or failed. Then it does not change, but
 * for being dropped with its query. Outputs are counted by reference: dropping a query takes the store's
 * references away, readers that still hold one keep their batches (or, if it was still open, see it fail as
 * cancelled).
 *
 * Everything that an output holds counts against the store's budget. Later, batches over the limit will go to
 * a file: readers get batches only through output_batch, which may then have to read.
 *
 * Any thread may call anything here. Locks: the store's, then an output's; no callbacks.
 */

#include <stdbool.h>
#include <stdint.h>

#include "exchange/batch.h"
#include "exchange/bloom.h"
#include "exchange/budget.h"
#include "exchange/partition.h"

struct store;
struct output;

struct output_key {
    uint64_t query;
    uint32_t stage;
    uint32_t task;
    uint32_t attempt;
};

enum output_state {
    OUTPUT_INVALID = 0,
    OUTPUT_OPEN,
    OUTPUT_COMPLETE,
    OUTPUT_FAILED
};

/* Stores may share a budget; each takes a reference. Errors: MEMORY. */
enum eider_status store_new(struct budget *budget, struct store **ret, struct eider_error *err);
/* Drops everything, as store_drop_query. Accepts NULL. */
void store_free(struct store *store);
struct budget *store_budget(struct store *store);

/*
 * The output of that key, made if there is none: the producer and the readers that wait for it may come in
 * any order. All must agree on layout and partition count. Errors: ARGUMENT if they do not agree; MEMORY. The
 * tasks and readers of a query end before it is dropped, else a late one would leave an output behind. The
 * reference is given back with output_unref.
 */
enum eider_status store_output(struct store *store, struct output_key key, struct layout *layout,
                               uint32_t partition_count, struct output **ret, struct eider_error *err);

/* The output of that key, with a reference, or NULL. */
struct output *store_find(struct store *store, struct output_key key);

/* Drops one output (of an attempt that is not wanted), or everything of a query. Open outputs become failed
 * with EIDER_ERROR_CANCELLED. Unknown ones are no error. */
void store_drop_output(struct store *store, struct output_key key);
void store_drop_query(struct store *store, uint64_t query);

uint64_t store_output_count(struct store *store);

/* ---- Outputs ---- */

struct output *output_ref(struct output *output);
void output_unref(struct output *output); /* accepts NULL */

struct output_key output_key(const struct output *output);
struct layout *output_layout(const struct output *output); /* borrowed */
uint32_t output_partition_count(const struct output *output);
struct budget *output_budget(const struct output *output);

/* Producer: adds a batch to a partition and takes over the caller's reference, on failure too. Errors:
 * MEMORY; the output's own error if it is no longer open. */
enum eider_status output_add(struct output *output, uint32_t partition, struct batch *batch,
                             struct eider_error *err);
/* Producer: adds hashes of its rows' keys, which a Bloom filter can be made of; takes the chain over. When
 * more than output_limit_hashes said have come, all are dropped, now and later. */
struct output_hashes {
    struct output_hashes *next;
    struct pool_block *block;
    uint64_t count; /* hashes at block->data */
};
void output_add_hashes(struct output *output, struct output_hashes *chain);
/* 0 (as at the start): keep none. */
void output_limit_hashes(struct output *output, uint64_t max_hashes);

/* Producer: no more rows will come. Errors: the output's own if it failed before. */
enum eider_status output_complete(struct output *output, struct eider_error *err);
/* Frees the rows and makes readers fail with this error. Without effect if it is not open. */
void output_fail(struct output *output, const struct eider_error *error);

/* How it stands; if failed, *err (may be NULL) is set to why. */
enum output_state output_state(struct output *output, struct eider_error *err);

struct output_size {
    uint64_t rows;
    uint64_t bytes;
    uint64_t batches;
};
/* Sizes so far of partitions first … first + count - 1, added up. */
struct output_size output_size(struct output *output, uint32_t first, uint32_t count);

/* How many key hashes are kept; UINT64_MAX if they were dropped or never kept. */
uint64_t output_hash_count(struct output *output);
/* Adds the kept hashes to a filter and forgets them. Errors: ARGUMENT if there are none. */
enum eider_status output_fill_bloom(struct output *output, struct bloom *bloom, struct eider_error *err);

/*
 * Batch number `index` of a partition, with a reference. *ret is NULL if it does not exist (yet): then the
 * result is the state, taken at the same moment, so COMPLETE means the end. If the output failed: FAILED, and
 * *err says why.
 */
enum output_state output_batch(struct output *output, uint32_t partition, uint64_t index, struct batch **ret,
                               struct eider_error *err);

/* Grows with every change. */
uint64_t output_version(struct output *output);

/* Waits up to `wait_ms` until anything changed since *version, which is updated. */
void output_wait(struct output *output, uint64_t *version, uint32_t wait_ms);

#endif
