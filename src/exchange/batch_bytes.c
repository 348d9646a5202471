/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches as bytes; see batch_bytes.h for the form.
 *
 * The reader makes two passes: the first adds up what each node takes, so that one block can be taken for all, and checks that
 * against the bytes that are left; the second copies. Offsets of lists and pointers of strings are made anew, never read.
 */
#include "exchange/batch_bytes.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "batches are exchanged as they lie in the memory of a little-endian machine"
#endif

#define ALIGNMENT 64u /* DuckDB's conversion from Arrow is undefined on less */
#define MAX_ROWS  (UINT64_C(1) << 40)

static uint64_t node_rows(const struct batch *batch, uint32_t node)
{
    const struct layout_node *n = &batch->layout->nodes[node];

    return batch->segment_rows[n->segment] * n->factor;
}

static uint64_t validity_bytes(uint64_t rows)
{
    return (rows + 63) / 64 * 8;
}

static void put_u64(struct buf *out, uint64_t value)
{
    buf_append(out, &value, sizeof(value));
}

/* ---- Writer ---- */

static const char *string_bytes(const struct layout_string *string)
{
    return string->length <= LAYOUT_STRING_INLINE_BYTES ? string->prefix : string->data;
}

static uint64_t strings_bytes(const struct layout_string *strings, uint64_t rows)
{
    uint64_t bytes = 0;

    for (uint64_t i = 0; i < rows; i++)
        bytes += strings[i].length;
    return bytes;
}

static void put_strings(struct buf *out, const struct layout_string *strings, uint64_t rows)
{
    for (uint64_t i = 0; i < rows; i++)
        buf_append(out, &strings[i].length, sizeof(strings[i].length));
    for (uint64_t i = 0; i < rows; i++)
        buf_append(out, string_bytes(&strings[i]), strings[i].length);
}

static void put_node(struct buf *out, const struct batch *batch, uint32_t node)
{
    const struct batch_column *column = &batch->columns[node];
    const struct layout_list *lists = column->data;
    uint64_t rows = node_rows(batch, node);

    if (column->validity != NULL)
        buf_append(out, column->validity, validity_bytes(rows));
    switch (batch->layout->nodes[node].kind) {
    case LAYOUT_FIXED:
        buf_append(out, column->data, rows * batch->layout->nodes[node].width);
        break;
    case LAYOUT_STRING:
        put_strings(out, column->data, rows);
        break;
    case LAYOUT_LIST:
        for (uint64_t i = 0; i < rows; i++)
            put_u64(out, lists[i].length);
        break;
    case LAYOUT_STRUCT:
    case LAYOUT_ARRAY:
    case LAYOUT_INVALID:
        break;
    }
}

void batch_put(struct buf *out, const struct batch *batch)
{
    const struct layout *layout = batch->layout;

    put_u64(out, batch->rows);
    for (uint32_t i = 1; i < layout->segment_count; i++)
        put_u64(out, batch->segment_rows[i]);
    for (uint32_t i = 0; i < layout->node_count; i++) {
        buf_putc(out, batch->columns[i].validity != NULL);
        put_u64(out, layout->nodes[i].kind == LAYOUT_STRING
                         ? strings_bytes(batch->columns[i].data, node_rows(batch, i))
                         : 0);
    }
    for (uint32_t i = 0; i < layout->node_count; i++)
        put_node(out, batch, i);
}

/* ---- Reader ---- */

struct batch_reader {
    const uint8_t *data;
    size_t left;
    struct batch *batch;
    const uint8_t *heads; /* of the nodes: 9 bytes each */
    uint8_t *free;        /* of the block */
    struct eider_error *err;
};

static enum eider_status corrupt(const struct batch_reader *reader, const char *what)
{
    return error_set(reader->err, EIDER_ERROR_CORRUPT, "a batch of rows is damaged: %s", what);
}

static const void *take(struct batch_reader *reader, uint64_t bytes)
{
    const uint8_t *data = reader->data;

    if (bytes > reader->left)
        return NULL;
    reader->data += bytes;
    reader->left -= bytes;
    return data;
}

static uint64_t get_u64(const void *data)
{
    uint64_t value;

    memcpy(&value, data, sizeof(value));
    return value;
}

static bool has_validity(const struct batch_reader *reader, uint32_t node)
{
    return reader->heads[(size_t)node * 9] == 1;
}

static uint64_t heap_bytes(const struct batch_reader *reader, uint32_t node)
{
    return get_u64(reader->heads + (size_t)node * 9 + 1);
}

static uint64_t aligned(uint64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* What the node's data take in the message, without validity and strings. */
static uint64_t sent_width(const struct layout_node *node)
{
    return node->kind == LAYOUT_STRING ? sizeof(uint32_t) : node->kind == LAYOUT_LIST ? 8 : node->width;
}

static enum eider_status read_heads(struct batch_reader *reader, uint64_t *ret_bytes)
{
    struct batch *batch = reader->batch;
    const struct layout *layout = batch->layout;
    const uint8_t *rows = take(reader, (uint64_t)layout->segment_count * 8);
    uint64_t sent = 0;

    *ret_bytes = 0;
    reader->heads = rows == NULL ? NULL : take(reader, (uint64_t)layout->node_count * 9);
    if (reader->heads == NULL)
        return corrupt(reader, "it is too short");
    for (uint32_t i = 0; i < layout->segment_count; i++) {
        if ((batch->segment_rows[i] = get_u64(rows + (size_t)i * 8)) > MAX_ROWS)
            return corrupt(reader, "it has too many rows");
    }
    batch->rows = batch->segment_rows[0];
    for (uint32_t i = 0; i < layout->node_count; i++) {
        uint64_t count = node_rows(batch, i); /* < 2^60: MAX_ROWS × LAYOUT_MAX_FACTOR */
        uint64_t strings = heap_bytes(reader, i), width = sent_width(&layout->nodes[i]), valid;

        valid = has_validity(reader, i) ? validity_bytes(count) : 0;
        if (reader->heads[(size_t)i * 9] > 1 || (width > 0 && count > reader->left / width) ||
            valid > reader->left || strings > reader->left ||
            (layout->nodes[i].kind != LAYOUT_STRING && strings > 0))
            return corrupt(reader, "a column is too long");
        sent += count * width + valid + strings;
        *ret_bytes += aligned(valid) + aligned(count * layout->nodes[i].width) + aligned(strings);
    }
    return sent == reader->left ? EIDER_OK : corrupt(reader, "its columns do not fill it");
}

static void *place(struct batch_reader *reader, uint64_t bytes)
{
    void *at = reader->free;

    reader->free += aligned(bytes);
    return at;
}

static bool is_null(const struct batch_column *column, uint64_t row)
{
    return column->validity != NULL && (column->validity[row / 64] >> (row % 64) & 1) == 0;
}

static enum eider_status read_strings(struct batch_reader *reader, uint32_t node, uint64_t rows)
{
    struct batch_column *column = &reader->batch->columns[node];
    uint64_t left = heap_bytes(reader, node);
    const uint8_t *lengths = take(reader, rows * sizeof(uint32_t));
    const uint8_t *bytes = take(reader, left);
    struct layout_string *strings = column->data;
    char *heap = place(reader, left);

    memcpy(heap, bytes, left);
    for (uint64_t i = 0; i < rows; i++) {
        struct layout_string *string = &strings[i];

        memset(string, 0, sizeof(*string));
        memcpy(&string->length, lengths + i * sizeof(uint32_t), sizeof(uint32_t));
        if (string->length > left || (string->length > 0 && is_null(column, i)))
            return corrupt(reader, "a string is too long");
        if (string->length <= LAYOUT_STRING_INLINE_BYTES) {
            memcpy(string->prefix, heap, string->length);
        } else {
            memcpy(string->prefix, heap, sizeof(string->prefix));
            string->data = heap;
        }
        heap += string->length;
        left -= string->length;
    }
    return left == 0 ? EIDER_OK : corrupt(reader, "there are more strings than rows");
}

static enum eider_status read_lists(struct batch_reader *reader, uint32_t node, uint64_t rows)
{
    struct batch_column *column = &reader->batch->columns[node];
    uint64_t elements = reader->batch->segment_rows[reader->batch->layout->nodes[node + 1].segment];
    const uint8_t *lengths = take(reader, rows * 8);
    struct layout_list *lists = column->data;
    uint64_t offset = 0;

    for (uint64_t i = 0; i < rows; i++) {
        lists[i] = (struct layout_list){.offset = offset, .length = get_u64(lengths + i * 8)};
        if (lists[i].length > elements - offset || (lists[i].length > 0 && is_null(column, i)))
            return corrupt(reader, "a list is too long");
        offset += lists[i].length;
    }
    return offset == elements ? EIDER_OK : corrupt(reader, "there are more elements than lists");
}

/* The sizes were checked: take cannot fail. */
static enum eider_status read_node(struct batch_reader *reader, uint32_t node)
{
    const struct layout_node *n = &reader->batch->layout->nodes[node];
    struct batch_column *column = &reader->batch->columns[node];
    uint64_t rows = node_rows(reader->batch, node), valid = validity_bytes(rows);

    if (has_validity(reader, node) && rows > 0) {
        column->validity = place(reader, valid);
        memcpy(column->validity, take(reader, valid), valid);
        if (rows % 64 != 0)
            column->validity[rows / 64] |= UINT64_MAX << (rows % 64);
    }
    if (n->width > 0 && rows > 0)
        column->data = place(reader, rows * n->width);
    if (n->kind == LAYOUT_STRING && rows > 0)
        return read_strings(reader, node, rows);
    if (n->kind == LAYOUT_LIST)
        return read_lists(reader, node, rows);
    if (n->kind == LAYOUT_FIXED && rows > 0)
        memcpy(column->data, take(reader, rows * n->width), rows * n->width);
    return EIDER_OK;
}

enum eider_status batch_get(const void *data, size_t bytes, struct layout *layout, struct budget *budget,
                            struct batch **ret, struct eider_error *err)
{
    struct batch_reader reader = {
        .data = data, .left = bytes, .batch = batch_new(layout, budget), .err = err};
    enum eider_status status;
    uint64_t block_bytes;

    *ret = NULL;
    if (reader.batch == NULL)
        return error_no_memory(err);
    status = read_heads(&reader, &block_bytes);
    if (status == EIDER_OK && block_bytes > 0)
        status = pool_take(budget, block_bytes, &reader.batch->blocks, err);
    if (status == EIDER_OK)
        reader.free = block_bytes > 0 ? reader.batch->blocks->data : NULL;
    for (uint32_t i = 0; status == EIDER_OK && i < layout->node_count; i++)
        status = read_node(&reader, i);
    if (status != EIDER_OK) {
        batch_unref(reader.batch);
        return status;
    }
    reader.batch->bytes = bytes;
    *ret = reader.batch;
    return EIDER_OK;
}

uint64_t layout_fingerprint(const struct layout *layout)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ layout->column_count; /* FNV-1a, a word at a time */

    for (uint32_t i = 0; i < layout->node_count; i++) {
        const struct layout_node *node = &layout->nodes[i];
        const uint64_t words[] = {(uint64_t)node->kind, node->width, node->array_size, node->child_count};

        for (int w = 0; w < 4; w++)
            hash = (hash ^ words[w]) * UINT64_C(1099511628211);
    }
    return hash;
}
