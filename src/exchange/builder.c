/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: the way of rows from vectors into sealed batches, by partition.
 *
 * One append of up to 2,048 rows: a partition index for each row, a counting sort that lists the rows of each
 * partition, then for each column, and each partition in it, one tight loop over that list. Columns are the
 * outer loop so that the vector being read stays in the first-level cache.
 *
 *     hashes → partitions 1 0 1 2 0  →  counts 2 2 1  →  rows 1 4 | 0 2 | 3
 *
 * When is a part sealed? When the block of its fixed-size rows is full, or when strings and lists bring it to twice
 * `seal_bytes`. Blocks start small and grow from batch to batch, up to seal_bytes, so that nothing is copied twice and
 * small outputs stay small.
 *
 * Threads: one at a time. Failure: after an error the builder can only be freed.
 */
#include "exchange/builder.h"

#include <stdlib.h>

#include "exchange/part.h"
#include "exchange/partition.h"
#include "exchange/scatter.h"

#define MAX_BATCH_ROWS   (UINT64_C(1) << 20)
#define FIRST_HASH_BYTES ((size_t)4096)
#define MAX_HASH_BYTES   ((size_t)1 << 20)

struct builder {
    struct output *output;
    struct layout *layout;
    struct budget *budget;
    uint32_t partition_count;
    uint64_t seal_bytes;
    uint64_t rows;
    struct part *parts;
    struct part_column *columns;   /* of all parts */
    struct part_segment *segments; /* of all parts */
    struct output_hashes *hashes;  /* the open one */
    bool keep_hashes;
    bool by_value;
    uint32_t **scratch; /* see struct gather */
    uint32_t *counts;   /* one for each partition */
    uint32_t *starts;   /* partition_count + 1: where its rows begin in `selection` */
    uint32_t active_count;
    uint32_t *active; /* the partitions that the current rows go to */
    uint16_t partitions[BUILDER_MAX_ROWS];
    uint32_t selection[BUILDER_MAX_ROWS];
};

static bool allocate_parts(struct builder *builder)
{
    size_t count = builder->partition_count;
    const struct layout *layout = builder->layout;
    size_t scratch_rows = GATHER_SLICE > BUILDER_MAX_ROWS ? GATHER_SLICE : BUILDER_MAX_ROWS;

    builder->parts = calloc(count, sizeof(*builder->parts));
    builder->columns = calloc(count * layout->node_count + 1, sizeof(*builder->columns));
    builder->segments = calloc(count * layout->segment_count, sizeof(*builder->segments));
    builder->counts = calloc(count, sizeof(*builder->counts));
    builder->starts = calloc(count + 1, sizeof(*builder->starts));
    builder->active = calloc(count, sizeof(*builder->active));
    builder->scratch = calloc((size_t)layout->depth + 1, sizeof(*builder->scratch));
    if (builder->parts == NULL || builder->columns == NULL || builder->segments == NULL ||
        builder->counts == NULL || builder->starts == NULL || builder->active == NULL ||
        builder->scratch == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        builder->parts[i].columns = builder->columns + i * layout->node_count;
        builder->parts[i].segments = builder->segments + i * layout->segment_count;
        builder->parts[i].full_block_bytes = pool_block_bytes(builder->seal_bytes);
    }
    for (uint32_t i = 0; i <= layout->depth && !layout->is_flat; i++) {
        builder->scratch[i] = malloc(scratch_rows * sizeof(uint32_t));
        if (builder->scratch[i] == NULL)
            return false;
    }
    return true;
}

enum eider_status builder_new(const struct builder_options *options, struct builder **ret,
                              struct eider_error *err)
{
    struct builder *builder = calloc(1, sizeof(*builder));

    *ret = NULL;
    if (builder == NULL)
        return error_no_memory(err);
    builder->output = output_ref(options->output);
    builder->layout = layout_ref(output_layout(options->output));
    builder->budget = budget_ref(output_budget(options->output));
    builder->partition_count = output_partition_count(options->output);
    builder->keep_hashes = options->keep_hashes;
    builder->by_value = options->by_value;
    builder->seal_bytes = options->seal_bytes;
    if (builder->seal_bytes > BUILDER_MAX_SEAL_BYTES)
        builder->seal_bytes = BUILDER_MAX_SEAL_BYTES;
    if (builder->seal_bytes < BUILDER_MIN_SEAL_BYTES)
        builder->seal_bytes = BUILDER_MIN_SEAL_BYTES;
    if (!allocate_parts(builder)) {
        builder_free(builder);
        return error_no_memory(err);
    }
    *ret = builder;
    return EIDER_OK;
}

static void free_hashes(struct builder *builder)
{
    if (builder->hashes == NULL)
        return;
    pool_give(builder->budget, builder->hashes->block);
    free(builder->hashes);
    builder->hashes = NULL;
}

void builder_free(struct builder *builder)
{
    if (builder == NULL)
        return;
    for (uint32_t i = 0; i < builder->partition_count && builder->parts != NULL; i++) {
        if (builder->parts[i].columns != NULL)
            part_clear(&builder->parts[i], builder->layout, builder->budget);
    }
    free_hashes(builder);
    for (uint32_t i = 0; i <= builder->layout->depth && builder->scratch != NULL; i++)
        free(builder->scratch[i]);
    free(builder->scratch);
    free(builder->parts);
    free(builder->columns);
    free(builder->segments);
    free(builder->counts);
    free(builder->starts);
    free(builder->active);
    budget_unref(builder->budget);
    layout_unref(builder->layout);
    output_unref(builder->output);
    free(builder);
}

/* ---- Distributing rows ---- */

static void all_to_first(struct builder *builder, uint32_t rows)
{
    builder->starts[0] = 0;
    builder->starts[1] = rows;
    builder->active[0] = 0;
    builder->active_count = 1;
    for (uint32_t i = 0; i < rows; i++)
        builder->selection[i] = i;
}

/* The counting sort: afterwards the rows of partition p are selection[starts[p] … starts[p + 1] - 1]. */
static void distribute(struct builder *builder, const uint64_t *hashes, const uint64_t *hash_validity,
                       uint32_t rows)
{
    uint32_t count = builder->partition_count, position = 0;

    if (count == 1 || hashes == NULL) {
        for (uint32_t i = 2; i <= count; i++)
            builder->starts[i] = rows;
        all_to_first(builder, rows);
        return;
    }
    memset(builder->counts, 0, count * sizeof(*builder->counts));
    if (builder->by_value) {
        for (uint32_t i = 0; i < rows; i++) {
            bool valid = hash_validity == NULL || (hash_validity[i / 64] >> (i % 64) & 1) != 0;

            builder->partitions[i] = valid ? (uint16_t)partition_of_value(hashes[i], count) : 0;
        }
    } else if (hash_validity == NULL) {
        for (uint32_t i = 0; i < rows; i++)
            builder->partitions[i] = (uint16_t)partition_of_hash(hashes[i], count);
    } else {
        for (uint32_t i = 0; i < rows; i++) {
            bool valid = (hash_validity[i / 64] >> (i % 64) & 1) != 0;

            builder->partitions[i] = valid ? (uint16_t)partition_of_hash(hashes[i], count) : 0;
        }
    }
    for (uint32_t i = 0; i < rows; i++)
        builder->counts[builder->partitions[i]]++;
    builder->active_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = position;

        builder->starts[i] = start;
        position += builder->counts[i];
        builder->counts[i] = start;
        builder->active[builder->active_count] = i;
        builder->active_count += position > start;
    }
    builder->starts[count] = position;
    for (uint32_t i = 0; i < rows; i++)
        builder->selection[builder->counts[builder->partitions[i]]++] = i;
}

/* ---- Sealing ---- */

static enum eider_status seal(struct builder *builder, uint32_t partition, struct eider_error *err)
{
    struct batch *batch;
    enum eider_status status =
        part_seal(&builder->parts[partition], builder->layout, builder->budget, &batch, err);

    return status != EIDER_OK ? status : output_add(builder->output, partition, batch, err);
}

/* Room for `count` rows in segment 0 of a partition: there already, or by sealing what is there. */
static enum eider_status make_room(struct builder *builder, uint32_t partition, uint32_t count,
                                   struct eider_error *err)
{
    struct part *part = &builder->parts[partition];
    const struct part_segment *segment = &part->segments[0];
    enum eider_status status;

    if (segment->capacity - segment->rows >= count && segment->rows < MAX_BATCH_ROWS)
        return EIDER_OK;
    if (segment->rows > 0 && (status = seal(builder, partition, err)) != EIDER_OK)
        return status;
    return part_reserve(part, builder->layout, 0, count, builder->budget, err);
}

/* A view's validity, or NULL if it has no NULL among the rows: the loops without NULLs are faster. */
static const uint64_t *needed_validity(const uint64_t *validity, uint32_t rows)
{
    if (validity == NULL)
        return NULL;
    for (uint32_t i = 0; i < rows / 64; i++) {
        if (validity[i] != UINT64_MAX)
            return validity;
    }
    if (rows % 64 != 0 && (~validity[rows / 64] << (64 - rows % 64)) != 0)
        return validity;
    return NULL;
}

/* ---- Hashes for a Bloom filter ---- */

static enum eider_status keep_hashes(struct builder *builder, const uint64_t *hashes, uint32_t rows,
                                     struct eider_error *err)
{
    while (rows > 0) {
        struct output_hashes *open = builder->hashes;
        size_t bytes = open == NULL ? FIRST_HASH_BYTES : open->block->bytes * 2;
        uint64_t room = open == NULL ? 0 : open->block->bytes / sizeof(uint64_t) - open->count;
        uint32_t step = rows < room ? rows : (uint32_t)room;
        enum eider_status status;

        if (room == 0) {
            if (open != NULL)
                output_add_hashes(builder->output, open);
            builder->hashes = NULL;
            if (output_hash_count(builder->output) == UINT64_MAX) {
                builder->keep_hashes = false;
                return EIDER_OK;
            }
            open = calloc(1, sizeof(*open));
            if (open == NULL)
                return error_no_memory(err);
            status = pool_take(builder->budget, bytes < MAX_HASH_BYTES ? bytes : MAX_HASH_BYTES, &open->block,
                               err);
            if (status != EIDER_OK) {
                free(open);
                return status;
            }
            builder->hashes = open;
            continue;
        }
        memcpy((uint64_t *)open->block->data + open->count, hashes, step * sizeof(*hashes));
        open->count += step;
        hashes += step;
        rows -= step;
    }
    return EIDER_OK;
}

/* Rows whose hash is NULL have no key. */
static enum eider_status keep_valid_hashes(struct builder *builder, const uint64_t *hashes,
                                           const uint64_t *validity, uint32_t rows, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    if (validity == NULL)
        return keep_hashes(builder, hashes, rows, err);
    for (uint32_t i = 0; i < rows && status == EIDER_OK; i++) {
        if ((validity[i / 64] >> (i % 64) & 1) != 0)
            status = keep_hashes(builder, &hashes[i], 1, err);
    }
    return status;
}

/* ---- Appending ---- */

/* All rows of a vector go to one partition. */
static void copy_whole(struct part *part, uint32_t node, const struct layout_node *shape,
                       const struct vector_view *view, uint32_t rows)
{
    uint8_t *target = part->columns[node].data + part->segments[0].rows * shape->width;
    size_t bytes = (size_t)rows * shape->width;

    if (part->settled)
        scatter_copy(target, view->data, bytes);
    else
        memcpy(target, view->data, bytes);
}

static enum eider_status append_column(struct builder *builder, struct gather *gather, uint32_t node,
                                       uint32_t rows)
{
    const struct layout_node *shape = &builder->layout->nodes[node];
    const struct vector_view *view = &gather->views[node];
    /* With one partition the selection is 0, 1, 2 … */
    bool whole = builder->active_count == 1 && shape->kind == LAYOUT_FIXED && view->validity == NULL;

    for (uint32_t i = 0; i < builder->active_count; i++) {
        uint32_t partition = builder->active[i];
        uint32_t start = builder->starts[partition];
        struct part *part = &builder->parts[partition];
        const struct picked picked = {.rows = builder->selection + start,
                                      .count = builder->starts[partition + 1] - start,
                                      .depth = 1,
                                      .to = part->segments[0].rows};
        enum eider_status status;

        if (whole) {
            copy_whole(part, node, shape, view, rows);
            continue;
        }
        gather->part = part;
        status = gather_node(gather, node, &picked);
        if (status != EIDER_OK)
            return status;
    }
    return EIDER_OK;
}

enum eider_status builder_append(struct builder *builder, struct vector_view *views, const uint64_t *hashes,
                                 const uint64_t *hash_validity, uint32_t rows, struct eider_error *err)
{
    const struct layout *layout = builder->layout;
    struct gather gather = {
        .layout = layout, .views = views, .budget = builder->budget, .scratch = builder->scratch, .err = err};
    enum eider_status status;

    if (rows > BUILDER_MAX_ROWS)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%u rows are too many for one append", rows);
    if (rows == 0)
        return EIDER_OK;
    hash_validity = needed_validity(hash_validity, rows);
    if (builder->keep_hashes && hashes != NULL) {
        status = keep_valid_hashes(builder, hashes, hash_validity, rows, err);
        if (status != EIDER_OK)
            return status;
    }
    distribute(builder, hashes, hash_validity, rows);
    for (uint32_t i = 0; i < builder->active_count; i++) {
        uint32_t p = builder->active[i];

        status = make_room(builder, p, builder->starts[p + 1] - builder->starts[p], err);
        if (status != EIDER_OK)
            return status;
    }
    for (uint32_t i = 0; i < layout->column_count; i++) {
        struct vector_view *view = &views[layout->columns[i]];

        view->validity = needed_validity(view->validity, rows);
        status = append_column(builder, &gather, layout->columns[i], rows);
        if (status != EIDER_OK)
            return status;
    }
    for (uint32_t i = 0; i < builder->active_count; i++) {
        uint32_t p = builder->active[i];
        struct part *part = &builder->parts[p];

        part->segments[0].rows += builder->starts[p + 1] - builder->starts[p];
        if ((layout->has_strings || layout->segment_count > 1) &&
            part_bytes(part, layout) > 2 * builder->seal_bytes &&
            (status = seal(builder, p, err)) != EIDER_OK)
            return status;
    }
    builder->rows += rows;
    return EIDER_OK;
}

enum eider_status builder_finish(struct builder *builder, struct eider_error *err)
{
    enum eider_status status;

    for (uint32_t i = 0; i < builder->partition_count; i++) {
        if (builder->parts[i].segments[0].rows > 0 && (status = seal(builder, i, err)) != EIDER_OK)
            return status;
    }
    if (builder->hashes != NULL)
        output_add_hashes(builder->output, builder->hashes);
    builder->hashes = NULL;
    return EIDER_OK;
}

uint64_t builder_rows(const struct builder *builder)
{
    return builder->rows;
}
