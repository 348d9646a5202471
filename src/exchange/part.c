/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of open batches: see exchange/part.h.
 *
 * A block of a segment with nodes A (8 bytes a row) and B (2 bytes), for 32 rows:
 *     | A: 256 bytes | B: 64 bytes | validity of A: 8 bytes | validity of B: 8 bytes | unused
 * Capacities are multiples of 16 rows, so that data of every width is aligned.
 *
 * Invariants: rows <= capacity; a node without NULLs has no meaningful validity bits. Threads: a part belongs
 * to one. Failure: every function leaves the part as it was.
 */
#include "exchange/part.h"

#include "exchange/scatter.h"

#include <stdlib.h>

#define ROW_STEP            16u
#define FIRST_SEGMENT_BYTES ((size_t)8192)
#define FIRST_HEAP_BYTES    ((size_t)1024)
#define GROWTH              4u /* of blocks, from batch to batch */
#define MAX_HEAP_BYTES      ((size_t)1 << 17)
#define UNLIMITED           UINT64_MAX

static uint64_t bit_words(uint64_t rows)
{
    return (rows + 63) / 64;
}

/* Calls for the nodes that lie in `segment` itself, and not in a list below it. */
static uint32_t next_in_segment(const struct layout *layout, uint32_t segment, uint32_t node)
{
    uint32_t end = layout->segments[segment].end_node;

    while (node < end && layout->nodes[node].segment != segment)
        node++;
    return node;
}

static uint32_t first_in_segment(const struct layout *layout, uint32_t segment)
{
    return next_in_segment(layout, segment, layout->segments[segment].first_node);
}

/* The bytes that `rows` rows of a segment take in a block. */
static uint64_t segment_bytes(const struct layout *layout, uint32_t segment, uint64_t rows)
{
    uint64_t bytes = 0;

    for (uint32_t i = first_in_segment(layout, segment); i < layout->segments[segment].end_node;
         i = next_in_segment(layout, segment, i + 1)) {
        const struct layout_node *node = &layout->nodes[i];

        bytes += rows * node->factor * node->width + bit_words(rows * node->factor) * 8;
    }
    return bytes;
}

/* How many rows fit into a block. */
static uint64_t segment_capacity(const struct layout *layout, uint32_t segment, size_t block_bytes)
{
    uint64_t rows = block_bytes * 8 / layout->segments[segment].row_bits / ROW_STEP * ROW_STEP;

    while (rows > 0 && segment_bytes(layout, segment, rows) > block_bytes)
        rows -= ROW_STEP;
    return rows;
}

/* Points `columns` into a block for `capacity` rows; if the part has rows, they move there. */
static void move_segment(struct part *part, const struct layout *layout, uint32_t segment, uint8_t *block,
                         uint64_t capacity)
{
    uint64_t rows = part->segments[segment].rows;
    uint8_t *data = block;
    uint64_t *validity;

    for (uint32_t i = first_in_segment(layout, segment); i < layout->segments[segment].end_node;
         i = next_in_segment(layout, segment, i + 1)) {
        const struct layout_node *node = &layout->nodes[i];

        if (rows > 0 && node->width > 0)
            memcpy(data, part->columns[i].data, rows * node->factor * node->width);
        part->columns[i].data = data;
        data += capacity * node->factor * node->width;
    }
    validity = (uint64_t *)(void *)data;
    for (uint32_t i = first_in_segment(layout, segment); i < layout->segments[segment].end_node;
         i = next_in_segment(layout, segment, i + 1)) {
        struct part_column *column = &part->columns[i];
        uint64_t words = bit_words(capacity * layout->nodes[i].factor);
        uint64_t used = bit_words(rows * layout->nodes[i].factor);

        if (column->has_nulls) {
            memcpy(validity, column->validity, used * 8);
            memset(validity + used, 0xFF, (words - used) * 8);
        }
        column->validity = validity;
        validity += words;
    }
}

enum eider_status part_grow(struct part *part, const struct layout *layout, uint32_t segment, uint64_t count,
                            struct budget *budget, struct eider_error *err)
{
    struct part_segment *target = &part->segments[segment];
    uint64_t needed = target->rows + count;
    size_t bytes = target->first_block_bytes > 0 ? target->first_block_bytes : FIRST_SEGMENT_BYTES;
    struct pool_block *block;
    enum eider_status status;
    uint64_t capacity;

    if (layout->segments[segment].row_bits == 0) {
        target->capacity = UNLIMITED;
        return EIDER_OK;
    }
    if (target->block != NULL)
        bytes = target->block->bytes * 2;
    while ((capacity = segment_capacity(layout, segment, bytes)) < needed)
        bytes = bytes < POOL_MAX_BLOCK_BYTES ? bytes * 2 : bytes + bytes / 2;
    status = pool_take(budget, bytes, &block, err);
    if (status != EIDER_OK)
        return status;
    move_segment(part, layout, segment, block->data, capacity);
    pool_give(budget, target->block);
    target->block = block;
    target->capacity = capacity;
    return EIDER_OK;
}

void part_begin_nulls(struct part *part, const struct layout *layout, uint32_t node)
{
    struct part_column *column = &part->columns[node];
    const struct layout_node *shape = &layout->nodes[node];

    if (column->has_nulls)
        return;
    memset(column->validity, 0xFF, bit_words(part->segments[shape->segment].capacity * shape->factor) * 8);
    column->has_nulls = true;
}

enum eider_status part_grow_heap(struct part *part, size_t bytes, struct budget *budget,
                                 struct eider_error *err)
{
    size_t chunk = FIRST_HEAP_BYTES;
    struct pool_block *block;
    enum eider_status status;

    while (chunk < MAX_HEAP_BYTES && chunk < part->heap_bytes)
        chunk *= 2;
    status = pool_take(budget, bytes > chunk ? bytes : chunk, &block, err);
    if (status != EIDER_OK)
        return status;
    block->next = part->heap;
    part->heap = block;
    part->heap_next = block->data;
    part->heap_left = block->bytes;
    return EIDER_OK;
}

uint64_t part_bytes(const struct part *part, const struct layout *layout)
{
    uint64_t bits = 0;

    for (uint32_t i = 0; i < layout->segment_count; i++)
        bits += part->segments[i].rows * layout->segments[i].row_bits;
    return part->heap_bytes + bits / 8;
}

/* Moves a segment that leaves most of its block empty into a smaller one. */
static enum eider_status shrink_segment(struct part *part, const struct layout *layout, uint32_t segment,
                                        struct budget *budget, struct eider_error *err)
{
    struct part_segment *target = &part->segments[segment];
    uint64_t rows = (target->rows + ROW_STEP - 1) / ROW_STEP * ROW_STEP;
    size_t bytes = pool_block_bytes(segment_bytes(layout, segment, rows));
    struct pool_block *block;
    enum eider_status status;

    if (target->block == NULL || target->rows == 0 || bytes >= target->block->bytes)
        return EIDER_OK;
    status = pool_take(budget, bytes, &block, err);
    if (status != EIDER_OK)
        return status;
    move_segment(part, layout, segment, block->data, segment_capacity(layout, segment, bytes));
    pool_give(budget, target->block);
    target->block = block;
    target->capacity = segment_capacity(layout, segment, bytes);
    return EIDER_OK;
}

static struct pool_block *chain(struct pool_block *block, struct pool_block *rest)
{
    if (block == NULL)
        return rest;
    block->next = rest;
    return block;
}

/* What a segment begins the next batch with: more, while batches are small. */
static size_t next_block_bytes(const struct part *part, size_t block_bytes, uint64_t batch_bytes)
{
    if (batch_bytes >= part->full_block_bytes / GROWTH || block_bytes >= part->full_block_bytes)
        return block_bytes;
    return block_bytes * GROWTH < part->full_block_bytes ? block_bytes * GROWTH : part->full_block_bytes;
}

enum eider_status part_seal(struct part *part, struct layout *layout, struct budget *budget,
                            struct batch **ret, struct eider_error *err)
{
    struct batch *batch;
    enum eider_status status;

    *ret = NULL;
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        if ((status = shrink_segment(part, layout, i, budget, err)) != EIDER_OK)
            return status;
    }
    scatter_fence();
    batch = batch_new(layout, budget);
    if (batch == NULL)
        return error_no_memory(err);
    batch->rows = part->segments[0].rows;
    batch->bytes = part_bytes(part, layout);
    for (uint32_t i = 0; i < layout->node_count; i++) {
        const struct part_column *column = &part->columns[i];

        if (part->segments[layout->nodes[i].segment].rows == 0)
            continue;
        if (layout->nodes[i].width > 0)
            batch->columns[i].data = column->data;
        if (column->has_nulls)
            batch->columns[i].validity = column->validity;
    }
    batch->blocks = part->heap;
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        struct part_segment *segment = &part->segments[i];

        batch->segment_rows[i] = segment->rows;
        if (segment->block != NULL)
            segment->first_block_bytes = next_block_bytes(part, segment->block->bytes, batch->bytes);
        batch->blocks = chain(segment->block, batch->blocks);
        segment->block = NULL;
    }
    part->heap = NULL;
    part->settled = batch->bytes >= part->full_block_bytes / GROWTH;
    part_clear(part, layout, budget);
    *ret = batch;
    return EIDER_OK;
}

void part_clear(struct part *part, const struct layout *layout, struct budget *budget)
{
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        struct part_segment *segment = &part->segments[i];

        pool_give(budget, segment->block);
        segment->block = NULL;
        segment->rows = segment->capacity = 0;
    }
    for (uint32_t i = 0; i < layout->node_count; i++)
        part->columns[i] = (struct part_column){0};
    pool_give_all(budget, part->heap);
    part->heap = NULL;
    part->heap_next = NULL;
    part->heap_left = 0;
    part->heap_bytes = 0;
}
