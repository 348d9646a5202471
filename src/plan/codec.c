/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan codec: one writer and one reader over the field tables; see codec.h for the form.
 * The reader trusts nothing: every count is checked against the bytes that are left (an item takes at least one byte),
 * depth and size have maxima, enums and tags have ranges, and the finished tree goes through plan_validate.
 */
#include "plan/codec.h"

#include <string.h>

#include "plan/object.h"
#include "plan/validate.h"

static const char magic[4] = {'E', 'I', 'D', 'P'};

/* ---- Writer ---- */

static void put_varint(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_putc(out, (char)(value | 0x80));
        value >>= 7;
    }
    buf_putc(out, (char)value);
}

static void put_fixed64(struct buf *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        buf_putc(out, (char)(value >> (8 * i)));
}

static void put_object(struct buf *out, enum field_kind family, const void *object);
static void put_fields(struct buf *out, const struct plan_record *record, const void *object);

static void put_str(struct buf *out, const struct eider_str *str)
{
    put_varint(out, str->size);
    buf_append(out, str->data, str->size);
}

static void put_list(struct buf *out, const struct plan_field *field, struct any_list list)
{
    size_t bytes = field_item_bytes(field);

    put_varint(out, list.count);
    for (uint32_t i = 0; i < list.count; i++) {
        const void *item = (const char *)list.items + i * bytes;
        if (field->kind == FIELD_U32S)
            put_varint(out, *(const uint32_t *)item);
        else if (field->kind == FIELD_STRS)
            put_str(out, item);
        else if (field->kind == FIELD_RECS)
            put_fields(out, field->record, item);
        else
            put_object(out, field->kind == FIELD_EXPRS ? FIELD_EXPR : FIELD_NODE, *(const void *const *)item);
    }
}

static void put_field(struct buf *out, const struct plan_field *field, const void *object)
{
    const void *value = (const char *)object + field->offset;
    uint64_t bits;
    uint32_t number;

    switch (field->kind) {
    case FIELD_BOOL:
        put_varint(out, *(const bool *)value ? 1 : 0);
        break;
    case FIELD_U32:
    case FIELD_ENUM:
        memcpy(&number, value, sizeof(number));
        put_varint(out, number);
        break;
    case FIELD_U64:
        put_varint(out, *(const uint64_t *)value);
        break;
    case FIELD_I64:
        memcpy(&bits, value, sizeof(bits));
        put_varint(out, (bits << 1) ^ (0 - (bits >> 63)));
        break;
    case FIELD_DOUBLE:
        memcpy(&bits, value, sizeof(bits));
        put_fixed64(out, bits);
        break;
    case FIELD_STR:
        put_str(out, value);
        break;
    case FIELD_TYPE:
        put_object(out, FIELD_TYPE, *(const void *const *)value);
        break;
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
        put_object(out, FIELD_EXPR, *(const void *const *)value);
        break;
    case FIELD_NODE:
        put_object(out, FIELD_NODE, *(const void *const *)value);
        break;
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_EXPRS:
    case FIELD_NODES:
    case FIELD_RECS:
        put_list(out, field, field_list(object, field));
        break;
    case FIELD_END:
        break;
    }
}

static void put_fields(struct buf *out, const struct plan_record *record, const void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++)
        put_field(out, field, object);
}

static const struct plan_record *find_record(enum field_kind family, int tag)
{
    if (family == FIELD_TYPE)
        return type_record((enum type_tag)tag);
    if (family == FIELD_EXPR)
        return expr_record((enum expr_tag)tag);
    return node_record((enum node_tag)tag);
}

static void put_object(struct buf *out, enum field_kind family, const void *object)
{
    int tag;

    if (object == NULL) {
        put_varint(out, 0);
        return;
    }
    memcpy(&tag, object, sizeof(tag));
    put_varint(out, (uint64_t)tag);
    put_fields(out, find_record(family, tag), object);
}

enum eider_status plan_encode(const struct eider_node *node, struct buf *out, struct eider_error *err)
{
    buf_append(out, magic, sizeof(magic));
    buf_putc(out, PLAN_CODEC_VERSION);
    put_object(out, FIELD_NODE, node);
    if (out->failed)
        return error_set(err, EIDER_ERROR_MEMORY,
                         "the encoded plan is larger than %zu bytes, or out of memory", out->max_bytes);
    return EIDER_OK;
}

void plan_encode_type(const struct eider_type *type, struct buf *out)
{
    put_object(out, FIELD_TYPE, type);
}

/* ---- Reader ---- */

struct reader {
    const unsigned char *data;
    size_t bytes;
    size_t position;
    uint32_t depth;
    struct arena *arena;
    const char *problem; /* the first one; then everything stops */
};

static bool fail(struct reader *reader, const char *problem)
{
    if (reader->problem == NULL)
        reader->problem = problem;
    return false;
}

static size_t left(const struct reader *reader)
{
    return reader->bytes - reader->position;
}

static bool get_varint(struct reader *reader, uint64_t *ret)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte;
        if (left(reader) == 0)
            return fail(reader, "ends early");
        byte = reader->data[reader->position++];
        if (shift == 63 && byte > 1)
            return fail(reader, "holds a number that is too long");
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            *ret = value;
            return true;
        }
    }
    return fail(reader, "holds a number that is too long");
}

static bool get_u32(struct reader *reader, uint32_t *ret)
{
    uint64_t value;

    if (!get_varint(reader, &value))
        return false;
    if (value > UINT32_MAX)
        return fail(reader, "holds a number out of range");
    *ret = (uint32_t)value;
    return true;
}

static bool get_fixed64(struct reader *reader, uint64_t *ret)
{
    *ret = 0;
    if (left(reader) < 8)
        return fail(reader, "ends early");
    for (unsigned i = 0; i < 8; i++)
        *ret |= (uint64_t)reader->data[reader->position++] << (8 * i);
    return true;
}

static bool get_str(struct reader *reader, struct eider_str *ret)
{
    uint64_t size;

    if (!get_varint(reader, &size))
        return false;
    if (size > left(reader))
        return fail(reader, "holds a string that is longer than the message");
    ret->data = arena_strndup(reader->arena, (const char *)reader->data + reader->position, (size_t)size);
    ret->size = (uint32_t)size;
    reader->position += (size_t)size;
    return ret->data != NULL || fail(reader, "needs more memory than there is");
}

static const void *get_object(struct reader *reader, enum field_kind family);
static bool get_fields(struct reader *reader, const struct plan_record *record, void *object);

static bool get_item(struct reader *reader, const struct plan_field *field, void *item)
{
    const void *object;

    switch ((int)field->kind) {
    case FIELD_U32S:
        return get_u32(reader, item);
    case FIELD_STRS:
        return get_str(reader, item);
    case FIELD_RECS:
        return get_fields(reader, field->record, item);
    default:
        object = get_object(reader, field->kind == FIELD_EXPRS ? FIELD_EXPR : FIELD_NODE);
        if (object == NULL)
            return fail(reader, "has a hole in a list");
        memcpy(item, &object, sizeof(object));
        return true;
    }
}

static bool get_list(struct reader *reader, const struct plan_field *field, void *object)
{
    struct any_list list = {NULL, 0};
    size_t bytes = field_item_bytes(field);
    uint64_t count;

    if (!get_varint(reader, &count))
        return false;
    if (count > left(reader))
        return fail(reader, "holds a list that is longer than the message");
    list.count = (uint32_t)count;
    if (count > 0 && (list.items = arena_alloc_array(reader->arena, list.count, bytes)) == NULL)
        return fail(reader, "needs more memory than there is");
    memcpy((char *)object + field->offset, &list, sizeof(list));
    for (uint32_t i = 0; i < list.count; i++) {
        if (!get_item(reader, field, (char *)list.items + i * bytes))
            return false;
    }
    return true;
}

static bool get_number(struct reader *reader, const struct plan_field *field, void *value)
{
    uint64_t number;

    if (field->kind == FIELD_DOUBLE) {
        if (!get_fixed64(reader, &number))
            return false;
        memcpy(value, &number, sizeof(number));
        return true;
    }
    if (!get_varint(reader, &number))
        return false;
    if (field->kind == FIELD_BOOL) {
        *(bool *)value = number != 0;
        return number <= 1 || fail(reader, "holds a boolean out of range");
    }
    if (field->kind == FIELD_I64)
        number = (number >> 1) ^ (0 - (number & 1));
    if (field->kind == FIELD_U64 || field->kind == FIELD_I64) {
        memcpy(value, &number, sizeof(number));
        return true;
    }
    if (number > UINT32_MAX || (field->kind == FIELD_ENUM && (number == 0 || number >= field->enum_end)))
        return fail(reader, "holds a number out of range");
    memcpy(value, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
    return true;
}

static bool get_pointer(struct reader *reader, const struct plan_field *field, void *value)
{
    enum field_kind family = field->kind == FIELD_OPT_EXPR ? FIELD_EXPR : field->kind;
    const void *object = get_object(reader, family);

    memcpy(value, &object, sizeof(object));
    if (reader->problem != NULL)
        return false;
    return object != NULL || field->kind == FIELD_OPT_EXPR || fail(reader, "lacks a part that must be there");
}

static bool get_field(struct reader *reader, const struct plan_field *field, void *object)
{
    void *value = (char *)object + field->offset;

    switch (field->kind) {
    case FIELD_BOOL:
    case FIELD_U32:
    case FIELD_ENUM:
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_DOUBLE:
        return get_number(reader, field, value);
    case FIELD_STR:
        return get_str(reader, value);
    case FIELD_TYPE:
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_NODE:
        return get_pointer(reader, field, value);
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_EXPRS:
    case FIELD_NODES:
    case FIELD_RECS:
        return get_list(reader, field, object);
    case FIELD_END:
        break;
    }
    return fail(reader, "has a field of an unknown kind");
}

static bool get_fields(struct reader *reader, const struct plan_record *record, void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        if (!get_field(reader, field, object))
            return false;
    }
    return true;
}

/* NULL for "none" and for failure: reader->problem tells. */
static const void *get_object(struct reader *reader, enum field_kind family)
{
    const struct plan_record *record;
    uint32_t tag;
    void *object;

    if (!get_u32(reader, &tag) || tag == 0)
        return NULL;
    record = tag > INT32_MAX ? NULL : find_record(family, (int)tag);
    if (record == NULL) {
        fail(reader, "holds an object of an unknown kind");
        return NULL;
    }
    if (++reader->depth > PLAN_MAX_DEPTH) {
        fail(reader, "is nested too deeply");
        return NULL;
    }
    object = arena_alloc(reader->arena, record->size);
    if (object == NULL) {
        fail(reader, "needs more memory than there is");
        return NULL;
    }
    memcpy(object, &tag, sizeof(tag));
    if (!get_fields(reader, record, object))
        return NULL;
    reader->depth--;
    return object;
}

enum eider_status plan_decode(const void *data, size_t bytes, struct arena *arena,
                              const struct eider_node **ret, struct eider_error *err)
{
    struct reader reader = {.data = data, .bytes = bytes, .arena = arena};
    const struct eider_node *node;

    *ret = NULL;
    if (bytes > PLAN_MAX_BYTES)
        return error_set(err, EIDER_ERROR_CORRUPT, "the encoded plan has %zu bytes, more than %zu", bytes,
                         PLAN_MAX_BYTES);
    if (bytes < sizeof(magic) + 1 || memcmp(data, magic, sizeof(magic)) != 0)
        return error_set(err, EIDER_ERROR_CORRUPT, "the encoded plan does not start as a plan");
    if (reader.data[sizeof(magic)] != PLAN_CODEC_VERSION)
        return error_set(err, EIDER_ERROR_CORRUPT,
                         "the encoded plan has version %u, this build reads version %u",
                         reader.data[sizeof(magic)], (unsigned)PLAN_CODEC_VERSION);
    reader.position = sizeof(magic) + 1;
    node = get_object(&reader, FIELD_NODE);
    if (node == NULL)
        fail(&reader, "is empty");
    else if (left(&reader) > 0)
        fail(&reader, "goes on after its end");
    if (reader.problem != NULL)
        return error_set(err, arena_failed(arena) ? EIDER_ERROR_MEMORY : EIDER_ERROR_CORRUPT,
                         "the encoded plan %s, at byte %zu", reader.problem, reader.position);
    if (plan_validate(node, err) != EIDER_OK) {
        if (err != NULL)
            err->status = EIDER_ERROR_CORRUPT;
        return EIDER_ERROR_CORRUPT;
    }
    *ret = node;
    return EIDER_OK;
}

enum eider_status plan_check_roundtrip(const struct eider_node *node, struct eider_error *err)
{
    struct arena *arena = arena_new();
    const struct eider_node *copy = arena == NULL ? NULL : node_copy(arena, node), *decoded = NULL;
    enum eider_status status = EIDER_OK;
    struct buf encoded;

    buf_init(&encoded, PLAN_MAX_BYTES);
    if (copy == NULL)
        status = error_no_memory(err);
    else if (!node_equal(node, copy) || node_hash(node) != node_hash(copy))
        status = error_set(err, EIDER_ERROR_INTERNAL, "a plan differs from its copy");
    if (status == EIDER_OK)
        status = plan_encode(copy, &encoded, err);
    if (status == EIDER_OK)
        status = plan_decode(encoded.data, encoded.size, arena, &decoded, err);
    if (status == EIDER_OK && !node_equal(node, decoded))
        status = error_set(err, EIDER_ERROR_INTERNAL, "a plan differs from what its encoding decodes to");
    buf_done(&encoded);
    arena_free(arena);
    return status;
}
