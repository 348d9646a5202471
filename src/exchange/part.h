/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_PART_H
#define EIDER_EXCHANGE_PART_H

/*
 * A part: the open batch of one partition in a builder. Private to the exchange: builder.c decides where rows
 * go and when a part is sealed, gather.c copies rows into parts, part.c owns their memory.
 *
 * Each segment of the layout has one block, cut into the data of its nodes, then their validity bits, for
 * `capacity` rows. A part is sealed when its rows fill their block, and the next one begins with a larger block,
 * so rows are written once. Elements of lists do not end where a block does: theirs doubles, and its content
 * moves, so blocks are addressed through `columns` only. Strings live in a chain of heap blocks that never move.
 */

#include <string.h>

#include "exchange/batch.h"
#include "exchange/layout.h"
#include "exchange/pool.h"

struct part_column {
    uint8_t *data;
    uint64_t *validity; /* room for the bits; meaningful once has_nulls */
    bool has_nulls;     /* then bits at and behind the last row are set */
};

struct part_segment {
    struct pool_block *block;
    uint64_t rows;
    uint64_t capacity;
    size_t first_block_bytes; /* what the block of the next batch starts with; 0: of the first batch */
};

struct part {
    bool settled;                  /* batches are large: see exchange/scatter.h */
    size_t full_block_bytes;       /* what blocks grow to, unless a row is larger */
    struct part_column *columns;   /* one for each node */
    struct part_segment *segments; /* one for each segment */
    struct pool_block *heap;       /* the newest block first */
    char *heap_next;
    size_t heap_left;
    uint64_t heap_bytes; /* in use */
};

/* Makes room for `count` more rows in a segment, whatever size that takes. Errors: MEMORY. */
enum eider_status part_grow(struct part *part, const struct layout *layout, uint32_t segment, uint64_t count,
                            struct budget *budget, struct eider_error *err);

static inline enum eider_status part_reserve(struct part *part, const struct layout *layout, uint32_t segment,
                                             uint64_t count, struct budget *budget, struct eider_error *err)
{
    if (part->segments[segment].capacity - part->segments[segment].rows >= count)
        return EIDER_OK;
    return part_grow(part, layout, segment, count, budget, err);
}

/* Starts to record NULLs of a node: all rows so far are valid, and those to come unless their bit is cleared.
 */
void part_begin_nulls(struct part *part, const struct layout *layout, uint32_t node);

/* A new heap block for at least `bytes`. Errors: MEMORY. */
enum eider_status part_grow_heap(struct part *part, size_t bytes, struct budget *budget,
                                 struct eider_error *err);

/* Bytes in use by data, validity and strings. */
uint64_t part_bytes(const struct part *part, const struct layout *layout);

/* Moves the rows into a batch and leaves the part empty. Errors: MEMORY; then the part is as it was. */
enum eider_status part_seal(struct part *part, struct layout *layout, struct budget *budget,
                            struct batch **ret, struct eider_error *err);

/* Gives back what the part holds. */
void part_clear(struct part *part, const struct layout *layout, struct budget *budget);

/* ---- gather.c ---- */

struct vector_view;

#define GATHER_NONE  UINT32_MAX /* in a selection: a NULL row */
#define GATHER_SLICE 16384u     /* elements of lists and arrays that are copied at a time */

/* Where rows come from and go to. */
struct gather {
    const struct layout *layout;
    const struct vector_view *views; /* one for each node */
    struct part *part;
    struct budget *budget;
    uint32_t **scratch; /* for each depth, GATHER_SLICE or BUILDER_MAX_ROWS row numbers, whichever is more */
    struct eider_error *err; /* may be NULL */
};

/* Which rows of a vector. */
struct picked {
    const uint32_t *rows;
    uint32_t count;
    bool sparse;    /* some may be GATHER_NONE */
    uint32_t depth; /* of the node; 1 for a column */
    uint64_t to;    /* the row of the part's node that the first one becomes */
};

/* Copies rows of the node's vector, and of its subtree, into the part. There is room for them in the node's own segment
 * already. Errors: MEMORY, UNSUPPORTED. */
enum eider_status gather_node(const struct gather *gather, uint32_t node, const struct picked *picked);

#endif
