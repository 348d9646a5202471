/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_BUILDER_H
#define EIDER_EXCHANGE_BUILDER_H

/*
 * Turns a stream of vectors into sealed batches of one output, by partition. Each thread of a task has a
 * builder of its own. Rows are distributed by a counting sort and copied column by column. A partition's rows
 * are sealed and handed to the output when they reach `seal_bytes`; small outputs stay small, since buffers
 * start small and double.
 */

#include <stdbool.h>
#include <stdint.h>

#include "exchange/layout.h"
#include "exchange/store.h"

#define BUILDER_MAX_ROWS       2048u /* of one append */
#define BUILDER_MAX_SEAL_BYTES ((uint64_t)1 << 20)
#define BUILDER_MIN_SEAL_BYTES ((uint64_t)1 << 14)

/* A flat vector of the engine, for one node of the layout: borrowed while an append runs. */
struct vector_view {
    const void *data;         /* STRUCT and ARRAY: unused */
    const uint64_t *validity; /* bit set: not NULL; NULL if no row is */
};

struct builder_options {
    struct output *output; /* the builder takes a reference */
    uint64_t seal_bytes;   /* clamped to the limits above */
    bool by_value;         /* what is given as a hash is the partition */
    bool keep_hashes;      /* hand the hashes to the output, for a Bloom filter; see output_limit_hashes */
};

struct builder;

enum eider_status builder_new(const struct builder_options *options, struct builder **ret,
                              struct eider_error *err);
void builder_free(struct builder *builder); /* accepts NULL; drops what was not finished */

/*
 * Adds `rows` (at most BUILDER_MAX_ROWS) rows: one view for each node of the layout, in its order
 * (their validity pointers may be changed). Rows go to partition_of_hash(hashes[i]) (partition_of_value, if by value),
 * or to partition 0 if `hashes` is NULL or the row's bit in `hash_validity` (may be NULL) is clear.
 * Errors: MEMORY, UNSUPPORTED (a list of more than 2^32 - 2 elements at once), the
 * output's own. After an error the builder can only be freed. One thread at a time.
 */
enum eider_status builder_append(struct builder *builder, struct vector_view *views, const uint64_t *hashes,
                                 const uint64_t *hash_validity, uint32_t rows, struct eider_error *err);

/* Seals what is left and hands it, with the hashes, to the output. The builder is empty then. */
enum eider_status builder_finish(struct builder *builder, struct eider_error *err);

uint64_t builder_rows(const struct builder *builder); /* all that were appended */

#endif
