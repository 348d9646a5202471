/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering: copies selected rows of one vector to the end of an open column, whatever its kind.
 *
 * Lists and arrays turn a selection of rows into a selection of their elements, a slice at a time, and
 * recurse:
 *
 *     rows 2, 0 of the lists [a b] [] [c d e]  →  elements 2 3 4 0 1 of the child; entries {n, 3}, {n + 3, 2}
 *
 * Below a struct or array that is NULL, a row is GATHER_NONE: what the vector holds there is undefined and
 * never looked at. NULL rows are written as zeros, so nothing undefined leaves the process.
 *
 * Threads: everything belongs to the caller. Failure: a part may be left with entries whose elements are
 * missing; it can then only be cleared.
 */
#include "exchange/builder.h"
#include "exchange/part.h"
#include "exchange/scatter.h"

static inline bool row_is_valid(const uint64_t *validity, uint32_t row)
{
    return validity == NULL || (validity[row / 64] >> (row % 64) & 1) != 0;
}

static inline void clear_bit(uint64_t *validity, uint64_t row)
{
    validity[row / 64] &= ~(UINT64_C(1) << (row % 64));
}

/* ---- Fixed width ---- */

#define GATHER_FIXED(type)                                                                                   \
    do {                                                                                                     \
        const type *source = view->data;                                                                     \
        type *target = (type *)(void *)column->data + to;                                                    \
        for (uint32_t i = 0; i < picked->count; i++)                                                         \
            target[i] = source[rows[i]];                                                                     \
    } while (0)

static void gather_valid(const struct vector_view *view, struct part_column *column, uint32_t width,
                         const struct picked *picked)
{
    const uint32_t *rows = picked->rows;
    uint64_t to = picked->to;

    switch (width) {
    case 1:
        GATHER_FIXED(uint8_t);
        break;
    case 2:
        GATHER_FIXED(uint16_t);
        break;
    case 4:
        GATHER_FIXED(uint32_t);
        break;
    case 8:
        GATHER_FIXED(uint64_t);
        break;
    default:
        GATHER_FIXED(struct scatter_wide);
        break;
    }
}

/* The same with stores around the cache. */
static void gather_settled(const struct vector_view *view, struct part_column *column, uint32_t width,
                           const struct picked *picked)
{
    const uint32_t *rows = picked->rows;
    uint32_t count = picked->count;
    const struct scatter_wide *source16 = view->data;
    const uint64_t *source8 = view->data;
    const uint32_t *source4 = view->data;
    uint8_t *target = column->data + picked->to * width;

    switch (width) {
    case 4:
        for (uint32_t i = 0; i < count; i++)
            scatter_store_4((uint32_t *)(void *)target + i, source4[rows[i]]);
        break;
    case 8:
        for (uint32_t i = 0; i < count; i++)
            scatter_store_8((uint64_t *)(void *)target + i, source8[rows[i]]);
        break;
    case 16:
        for (uint32_t i = 0; i < count; i++)
            scatter_store_16((struct scatter_wide *)(void *)target + i, &source16[rows[i]]);
        break;
    default:
        gather_valid(view, column, width, picked);
        break;
    }
}

#define GATHER_NULLABLE(type)                                                                                \
    do {                                                                                                     \
        const type *source = view->data;                                                                     \
        type *target = (type *)(void *)column->data + to;                                                    \
        for (uint32_t i = 0; i < picked->count; i++) {                                                       \
            uint32_t row = picked->rows[i];                                                                  \
            if (row != GATHER_NONE && row_is_valid(view->validity, row)) {                                   \
                target[i] = source[row];                                                                     \
            } else {                                                                                         \
                memset(&target[i], 0, sizeof(type));                                                         \
                clear_bit(column->validity, to + i);                                                         \
            }                                                                                                \
        }                                                                                                    \
    } while (0)

static void gather_nullable(const struct vector_view *view, struct part_column *column, uint32_t width,
                            const struct picked *picked)
{
    uint64_t to = picked->to;

    switch (width) {
    case 1:
        GATHER_NULLABLE(uint8_t);
        break;
    case 2:
        GATHER_NULLABLE(uint16_t);
        break;
    case 4:
        GATHER_NULLABLE(uint32_t);
        break;
    case 8:
        GATHER_NULLABLE(uint64_t);
        break;
    default:
        GATHER_NULLABLE(struct scatter_wide);
        break;
    }
}

/* ---- Strings ---- */

/* Copies the bytes of a long string into the part's heap. */
static enum eider_status move_string(const struct gather *gather, struct layout_string *string)
{
    struct part *part = gather->part;
    enum eider_status status;

    if (string->length > part->heap_left &&
        (status = part_grow_heap(part, string->length, gather->budget, gather->err)) != EIDER_OK)
        return status;
    memcpy(part->heap_next, string->data, string->length);
    string->data = part->heap_next;
    part->heap_next += string->length;
    part->heap_left -= string->length;
    part->heap_bytes += string->length;
    return EIDER_OK;
}

static enum eider_status gather_valid_strings(const struct gather *gather, uint32_t node,
                                              const struct picked *picked)
{
    const struct layout_string *source = gather->views[node].data;
    struct layout_string *target =
        (struct layout_string *)(void *)gather->part->columns[node].data + picked->to;
    bool settled = gather->part->settled;
    enum eider_status status;

    for (uint32_t i = 0; i < picked->count; i++) {
        struct layout_string string = source[picked->rows[i]];

        if (string.length > LAYOUT_STRING_INLINE_BYTES && (status = move_string(gather, &string)) != EIDER_OK)
            return status;
        if (settled)
            scatter_store_16(&target[i], &string);
        else
            target[i] = string;
    }
    return EIDER_OK;
}

static enum eider_status gather_nullable_strings(const struct gather *gather, uint32_t node,
                                                 const struct picked *picked)
{
    const struct vector_view *view = &gather->views[node];
    struct part_column *column = &gather->part->columns[node];
    const struct layout_string *source = view->data;
    struct layout_string *target = (struct layout_string *)(void *)column->data + picked->to;
    enum eider_status status;

    for (uint32_t i = 0; i < picked->count; i++) {
        uint32_t row = picked->rows[i];

        if (row == GATHER_NONE || !row_is_valid(view->validity, row)) {
            memset(&target[i], 0, sizeof(target[i]));
            clear_bit(column->validity, picked->to + i);
            continue;
        }
        target[i] = source[row];
        if (target[i].length > LAYOUT_STRING_INLINE_BYTES &&
            (status = move_string(gather, &target[i])) != EIDER_OK)
            return status;
    }
    return EIDER_OK;
}

/* ---- Nested ---- */

/* Writes the validity bits of a node without data of its own. */
static void gather_validity(const struct gather *gather, uint32_t node, const struct picked *picked)
{
    for (uint32_t i = 0; i < picked->count; i++) {
        uint32_t row = picked->rows[i];

        if (row == GATHER_NONE || !row_is_valid(gather->views[node].validity, row))
            clear_bit(gather->part->columns[node].validity, picked->to + i);
    }
}

static enum eider_status gather_struct(const struct gather *gather, uint32_t node,
                                       const struct picked *picked, bool nullable)
{
    const struct layout_node *shape = &gather->layout->nodes[node];
    struct picked members = *picked;

    members.depth++;
    if (nullable) {
        uint32_t *rows = gather->scratch[picked->depth];

        gather_validity(gather, node, picked);
        for (uint32_t i = 0; i < picked->count; i++) {
            uint32_t row = picked->rows[i];
            bool valid = row != GATHER_NONE && row_is_valid(gather->views[node].validity, row);

            rows[i] = valid ? row : GATHER_NONE;
        }
        members.rows = rows;
        members.sparse = true;
    }
    for (uint32_t child = node + 1; child < shape->next; child = gather->layout->nodes[child].next) {
        enum eider_status status = gather_node(gather, child, &members);

        if (status != EIDER_OK)
            return status;
    }
    return EIDER_OK;
}

/* Elements that wait for being copied. */
struct elements {
    const struct gather *gather;
    uint32_t child;
    bool is_list; /* they are rows of a segment of their own */
    uint32_t *rows;
    struct picked picked; /* its rows are the above */
};

static enum eider_status flush_elements(struct elements *elements)
{
    const struct gather *gather = elements->gather;
    uint32_t segment = gather->layout->nodes[elements->child].segment;
    struct picked *picked = &elements->picked;
    enum eider_status status;

    if (picked->count == 0)
        return EIDER_OK;
    if (elements->is_list) {
        status =
            part_reserve(gather->part, gather->layout, segment, picked->count, gather->budget, gather->err);
        if (status != EIDER_OK)
            return status;
        picked->to = gather->part->segments[segment].rows;
    }
    status = gather_node(gather, elements->child, picked);
    if (status != EIDER_OK)
        return status;
    if (elements->is_list)
        gather->part->segments[segment].rows += picked->count;
    else
        picked->to += picked->count;
    picked->count = 0;
    return EIDER_OK;
}

/* `count` elements from `first` on; or as many NULL ones if first is GATHER_NONE. */
static enum eider_status add_elements(struct elements *elements, uint32_t first, uint64_t count)
{
    struct picked *picked = &elements->picked;
    enum eider_status status;

    while (count > 0) {
        uint32_t room = GATHER_SLICE - picked->count;
        uint32_t step = count < room ? (uint32_t)count : room;
        uint32_t *rows = elements->rows + picked->count;

        if (first == GATHER_NONE) {
            for (uint32_t i = 0; i < step; i++)
                rows[i] = GATHER_NONE;
            picked->sparse = true;
        } else {
            for (uint32_t i = 0; i < step; i++)
                rows[i] = first + i;
            first += step;
        }
        picked->count += step;
        count -= step;
        if (picked->count == GATHER_SLICE && (status = flush_elements(elements)) != EIDER_OK)
            return status;
    }
    return EIDER_OK;
}

/* The collector of elements for a list or array of these rows. */
static struct elements elements_of(const struct gather *gather, uint32_t node, const struct picked *picked)
{
    uint32_t *rows = gather->scratch[picked->depth];
    const struct layout_node *shape = &gather->layout->nodes[node];

    return (struct elements){
        .gather = gather,
        .child = node + 1,
        .is_list = shape->kind == LAYOUT_LIST,
        .rows = rows,
        .picked = {.rows = rows, .to = picked->to * shape->array_size, .depth = picked->depth + 1}};
}

static enum eider_status gather_list(const struct gather *gather, uint32_t node, const struct picked *picked,
                                     bool nullable)
{
    const struct vector_view *view = &gather->views[node];
    struct part_column *column = &gather->part->columns[node];
    const struct layout_list *source = view->data;
    struct layout_list *target = (struct layout_list *)(void *)column->data + picked->to;
    struct elements elements = elements_of(gather, node, picked);
    uint64_t offset = gather->part->segments[gather->layout->nodes[node + 1].segment].rows;
    enum eider_status status;

    for (uint32_t i = 0; i < picked->count; i++) {
        uint32_t row = picked->rows[i];

        if (nullable && (row == GATHER_NONE || !row_is_valid(view->validity, row))) {
            target[i] = (struct layout_list){.offset = offset};
            clear_bit(column->validity, picked->to + i);
            continue;
        }
        if (source[row].length > UINT32_MAX - 1 || source[row].offset > UINT32_MAX - 1 - source[row].length)
            return error_set(gather->err, EIDER_ERROR_UNSUPPORTED,
                             "a list has more elements than can be exchanged");
        target[i] = (struct layout_list){.offset = offset, .length = source[row].length};
        offset += source[row].length;
        status = add_elements(&elements, (uint32_t)source[row].offset, source[row].length);
        if (status != EIDER_OK)
            return status;
    }
    return flush_elements(&elements);
}

static enum eider_status gather_array(const struct gather *gather, uint32_t node, const struct picked *picked,
                                      bool nullable)
{
    const struct vector_view *view = &gather->views[node];
    uint32_t size = gather->layout->nodes[node].array_size;
    struct elements elements = elements_of(gather, node, picked);
    enum eider_status status;

    if (nullable)
        gather_validity(gather, node, picked);
    for (uint32_t i = 0; i < picked->count; i++) {
        uint32_t row = picked->rows[i];
        bool valid = !nullable || (row != GATHER_NONE && row_is_valid(view->validity, row));

        if (valid && row > (UINT32_MAX - 1) / size - 1)
            return error_set(gather->err, EIDER_ERROR_UNSUPPORTED,
                             "an array has more elements than can be exchanged");
        status = add_elements(&elements, valid ? row * size : GATHER_NONE, size);
        if (status != EIDER_OK)
            return status;
    }
    return flush_elements(&elements);
}

/* ---- Any kind ---- */

enum eider_status gather_node(const struct gather *gather, uint32_t node, const struct picked *picked)
{
    const struct layout_node *shape = &gather->layout->nodes[node];
    const struct vector_view *view = &gather->views[node];
    struct part_column *column = &gather->part->columns[node];
    bool nullable = picked->sparse || view->validity != NULL;

    if (nullable)
        part_begin_nulls(gather->part, gather->layout, node);
    switch (shape->kind) {
    case LAYOUT_FIXED:
        if (nullable)
            gather_nullable(view, column, shape->width, picked);
        else if (gather->part->settled)
            gather_settled(view, column, shape->width, picked);
        else
            gather_valid(view, column, shape->width, picked);
        return EIDER_OK;
    case LAYOUT_STRING:
        return nullable ? gather_nullable_strings(gather, node, picked)
                        : gather_valid_strings(gather, node, picked);
    case LAYOUT_LIST:
        return gather_list(gather, node, picked, nullable);
    case LAYOUT_STRUCT:
        return gather_struct(gather, node, picked, nullable);
    case LAYOUT_ARRAY:
        return gather_array(gather, node, picked, nullable);
    case LAYOUT_INVALID:
        break;
    }
    return error_set(gather->err, EIDER_ERROR_INTERNAL, "an exchange has a column of no kind");
}
