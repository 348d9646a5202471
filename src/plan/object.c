/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copy, equality, hash and print of plan objects, each a single function over field tables: it handles an object or a
 * record, and calls itself for what the fields hold. Objects of the three families differ only in their tag, so one
 * `struct family` row per family is all the difference. Pure; recursion is as deep as the plan, whose depth import and
 * decode bound.
 */
#include "plan/object.h"

#include <inttypes.h>
#include <string.h>

/* ---- Families ---- */

/* The record of an object by its tag, which is its first member in every family. */
static const struct plan_record *record_of(enum field_kind family, const void *object)
{
    switch ((int)family) {
    case FIELD_TYPE:
        return type_record(*(const enum type_tag *)object);
    case FIELD_EXPR:
        return expr_record(*(const enum expr_tag *)object);
    default:
        return node_record(*(const enum node_tag *)object);
    }
}

/* The family of what a field points at: FIELD_TYPE, FIELD_EXPR or FIELD_NODE; FIELD_END if it is no pointer. */
static enum field_kind family_of(enum field_kind kind)
{
    switch (kind) {
    case FIELD_TYPE:
        return FIELD_TYPE;
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_EXPRS:
        return FIELD_EXPR;
    case FIELD_NODE:
    case FIELD_NODES:
        return FIELD_NODE;
    case FIELD_END:
    case FIELD_BOOL:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_DOUBLE:
    case FIELD_ENUM:
    case FIELD_STR:
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_RECS:
        return FIELD_END;
    }
    return FIELD_END;
}

static const void *at(const void *object, const struct plan_field *field)
{
    return (const char *)object + field->offset;
}

static const void *pointer_at(const void *object, const struct plan_field *field)
{
    const void *pointer;

    memcpy(&pointer, at(object, field), sizeof(pointer));
    return pointer;
}

struct any_list field_list(const void *object, const struct plan_field *field)
{
    struct any_list list;

    memcpy(&list, at(object, field), sizeof(list));
    return list;
}

size_t field_item_bytes(const struct plan_field *field)
{
    switch (field->kind) {
    case FIELD_U32S:
        return sizeof(uint32_t);
    case FIELD_STRS:
        return sizeof(struct eider_str);
    case FIELD_EXPRS:
    case FIELD_NODES:
        return sizeof(void *);
    case FIELD_RECS:
        return field->record->size;
    case FIELD_END:
    case FIELD_BOOL:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_DOUBLE:
    case FIELD_ENUM:
    case FIELD_STR:
    case FIELD_TYPE:
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_NODE:
        return 0;
    }
    return 0;
}

static size_t scalar_bytes(enum field_kind kind)
{
    switch (kind) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_U32:
    case FIELD_ENUM:
        return sizeof(uint32_t);
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_DOUBLE:
        return sizeof(uint64_t);
    case FIELD_END:
    case FIELD_STR:
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_TYPE:
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_NODE:
    case FIELD_EXPRS:
    case FIELD_NODES:
    case FIELD_RECS:
        return 0;
    }
    return 0;
}

/* ---- Copy ---- */

static void *copy_object(struct arena *arena, enum field_kind family, const void *object);

static bool copy_str(struct arena *arena, struct eider_str *str)
{
    str->data = arena_strndup(arena, str->data, str->size);
    return str->data != NULL;
}

static bool copy_fields(struct arena *arena, const struct plan_record *record, void *object);

/* The items of a list were copied as bytes into `items`: makes what they hold the copy's own. */
static bool copy_items(struct arena *arena, const struct plan_field *field, char *items, uint32_t count)
{
    size_t bytes = field_item_bytes(field);
    enum field_kind family = family_of(field->kind);

    for (uint32_t i = 0; i < count; i++) {
        char *item = items + i * bytes;
        if (field->kind == FIELD_STRS && !copy_str(arena, (struct eider_str *)(void *)item))
            return false;
        if (field->kind == FIELD_RECS && !copy_fields(arena, field->record, item))
            return false;
        if (family != FIELD_END) {
            void *part;
            memcpy(&part, item, sizeof(part));
            if ((part = copy_object(arena, family, part)) == NULL)
                return false;
            memcpy(item, &part, sizeof(part));
        }
    }
    return true;
}

static bool copy_list(struct arena *arena, const struct plan_field *field, void *object)
{
    struct any_list list = field_list(object, field);
    char *items;

    if (list.count == 0)
        return true;
    items = arena_alloc_array(arena, list.count, field_item_bytes(field));
    if (items == NULL)
        return false;
    memcpy(items, list.items, list.count * field_item_bytes(field));
    list.items = items;
    memcpy((char *)object + field->offset, &list, sizeof(list));
    return copy_items(arena, field, items, list.count);
}

/* `object` is a byte copy of the original: replaces every pointer in it by a copy of what it points at. */
static bool copy_fields(struct arena *arena, const struct plan_record *record, void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        if (scalar_bytes(field->kind) > 0)
            continue;
        if (field->kind == FIELD_STR) {
            if (!copy_str(arena, (struct eider_str *)(void *)((char *)object + field->offset)))
                return false;
        } else if (field_item_bytes(field) > 0) {
            if (!copy_list(arena, field, object))
                return false;
        } else {
            const void *part = pointer_at(object, field);
            if (part != NULL && (part = copy_object(arena, family_of(field->kind), part)) == NULL)
                return false;
            memcpy((char *)object + field->offset, &part, sizeof(part));
        }
    }
    return true;
}

static void *copy_object(struct arena *arena, enum field_kind family, const void *object)
{
    const struct plan_record *record = record_of(family, object);
    void *copy = record == NULL ? NULL : arena_alloc(arena, record->size);

    if (copy == NULL)
        return NULL;
    memcpy(copy, object, record->size);
    return copy_fields(arena, record, copy) ? copy : NULL;
}

const struct eider_type *type_copy(struct arena *arena, const struct eider_type *type)
{
    return type == NULL ? NULL : copy_object(arena, FIELD_TYPE, type);
}

const struct eider_expr *expr_copy(struct arena *arena, const struct eider_expr *expr)
{
    return expr == NULL ? NULL : copy_object(arena, FIELD_EXPR, expr);
}

const struct eider_node *node_copy(struct arena *arena, const struct eider_node *node)
{
    return node == NULL ? NULL : copy_object(arena, FIELD_NODE, node);
}

/* ---- Equal ---- */

static bool equal_object(enum field_kind family, const void *a, const void *b);

static bool equal_fields(const struct plan_record *record, const void *a, const void *b);

static bool equal_lists(const struct plan_field *field, const void *a, const void *b)
{
    struct any_list x = field_list(a, field), y = field_list(b, field);
    size_t bytes = field_item_bytes(field);
    enum field_kind family = family_of(field->kind);

    if (x.count != y.count)
        return false;
    for (uint32_t i = 0; i < x.count; i++) {
        const char *left = (const char *)x.items + i * bytes, *right = (const char *)y.items + i * bytes;
        if (field->kind == FIELD_U32S) {
            if (memcmp(left, right, bytes) != 0)
                return false;
        } else if (field->kind == FIELD_STRS) {
            if (!str_equal(*(const struct eider_str *)(const void *)left,
                           *(const struct eider_str *)(const void *)right))
                return false;
        } else if (field->kind == FIELD_RECS) {
            if (!equal_fields(field->record, left, right))
                return false;
        } else if (!equal_object(family, *(const void *const *)(const void *)left,
                                 *(const void *const *)(const void *)right)) {
            return false;
        }
    }
    return true;
}

static bool equal_fields(const struct plan_record *record, const void *a, const void *b)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        size_t bytes = scalar_bytes(field->kind);
        if (bytes > 0) {
            if (memcmp(at(a, field), at(b, field), bytes) != 0)
                return false;
        } else if (field->kind == FIELD_STR) {
            if (!str_equal(*(const struct eider_str *)at(a, field), *(const struct eider_str *)at(b, field)))
                return false;
        } else if (field_item_bytes(field) > 0) {
            if (!equal_lists(field, a, b))
                return false;
        } else if (!equal_object(family_of(field->kind), pointer_at(a, field), pointer_at(b, field))) {
            return false;
        }
    }
    return true;
}

static bool equal_object(enum field_kind family, const void *a, const void *b)
{
    const struct plan_record *record;

    if (a == b)
        return true;
    if (a == NULL || b == NULL || (record = record_of(family, a)) != record_of(family, b) || record == NULL)
        return false;
    return equal_fields(record, a, b);
}

bool type_equal(const struct eider_type *a, const struct eider_type *b)
{
    return equal_object(FIELD_TYPE, a, b);
}

bool expr_equal(const struct eider_expr *a, const struct eider_expr *b)
{
    return equal_object(FIELD_EXPR, a, b);
}

bool node_equal(const struct eider_node *a, const struct eider_node *b)
{
    return equal_object(FIELD_NODE, a, b);
}

/* ---- Hash: FNV-1a over the same walk ---- */

#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t hash_bytes(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;

    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ byte[i]) * FNV_PRIME;
    return hash;
}

static uint64_t hash_object(uint64_t hash, enum field_kind family, const void *object);

static uint64_t hash_fields(uint64_t hash, const struct plan_record *record, const void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        size_t bytes = scalar_bytes(field->kind), item_bytes = field_item_bytes(field);
        struct any_list list = {NULL, 0};
        if (bytes > 0) {
            hash = hash_bytes(hash, at(object, field), bytes);
        } else if (field->kind == FIELD_STR) {
            const struct eider_str *str = at(object, field);
            hash = hash_bytes(hash, str->data, str->size);
        } else if (item_bytes > 0) {
            list = field_list(object, field);
            hash = hash_bytes(hash, &list.count, sizeof(list.count));
        } else {
            hash = hash_object(hash, family_of(field->kind), pointer_at(object, field));
        }
        for (uint32_t i = 0; i < list.count; i++) {
            const char *item = (const char *)list.items + i * item_bytes;
            if (field->kind == FIELD_U32S)
                hash = hash_bytes(hash, item, item_bytes);
            else if (field->kind == FIELD_STRS)
                hash = hash_bytes(hash, ((const struct eider_str *)(const void *)item)->data,
                                  ((const struct eider_str *)(const void *)item)->size);
            else if (field->kind == FIELD_RECS)
                hash = hash_fields(hash, field->record, item);
            else
                hash = hash_object(hash, family_of(field->kind), *(const void *const *)(const void *)item);
        }
    }
    return hash;
}

static uint64_t hash_object(uint64_t hash, enum field_kind family, const void *object)
{
    const struct plan_record *record = object == NULL ? NULL : record_of(family, object);

    if (record == NULL)
        return hash_bytes(hash, "", 1);
    return hash_fields(hash_bytes(hash, object, sizeof(int)), record, object);
}

uint64_t type_hash(const struct eider_type *type)
{
    return hash_object(FNV_START, FIELD_TYPE, type);
}

uint64_t expr_hash(const struct eider_expr *expr)
{
    return hash_object(FNV_START, FIELD_EXPR, expr);
}

uint64_t node_hash(const struct eider_node *node)
{
    return hash_object(FNV_START, FIELD_NODE, node);
}

/* ---- Print ---- */

static void print_object(struct buf *out, enum field_kind family, const void *object, int depth);

static void print_str(struct buf *out, struct eider_str str)
{
    buf_putc(out, '"');
    for (uint32_t i = 0; i < str.size; i++) {
        unsigned char c = (unsigned char)str.data[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            buf_printf(out, "\\x%02x", c);
        else
            buf_putc(out, (char)c);
    }
    buf_putc(out, '"');
}

static void print_fields(struct buf *out, const struct plan_record *record, const void *object, int depth);

static void print_list(struct buf *out, const struct plan_field *field, struct any_list list, int depth)
{
    size_t bytes = field_item_bytes(field);

    buf_putc(out, '[');
    for (uint32_t i = 0; i < list.count; i++) {
        const char *item = (const char *)list.items + i * bytes;
        if (i > 0)
            buf_puts(out, ", ");
        if (field->kind == FIELD_U32S)
            buf_printf(out, "%" PRIu32, *(const uint32_t *)(const void *)item);
        else if (field->kind == FIELD_STRS)
            print_str(out, *(const struct eider_str *)(const void *)item);
        else if (field->kind == FIELD_RECS)
            print_fields(out, field->record, item, depth);
        else
            print_object(out, family_of(field->kind), *(const void *const *)(const void *)item, depth);
    }
    buf_putc(out, ']');
}

static void print_scalar(struct buf *out, const struct plan_field *field, const void *object)
{
    const void *value = at(object, field);
    int number;

    switch (field->kind) {
    case FIELD_BOOL:
        buf_puts(out, *(const bool *)value ? "true" : "false");
        break;
    case FIELD_U32:
        buf_printf(out, "%" PRIu32, *(const uint32_t *)value);
        break;
    case FIELD_U64:
        buf_printf(out, "%" PRIu64, *(const uint64_t *)value);
        break;
    case FIELD_I64:
        buf_printf(out, "%" PRId64, *(const int64_t *)value);
        break;
    case FIELD_DOUBLE:
        buf_printf(out, "%.17g", *(const double *)value);
        break;
    case FIELD_ENUM:
        memcpy(&number, value, sizeof(number));
        buf_puts(out, field->enum_text(number));
        break;
    case FIELD_STR:
        print_str(out, *(const struct eider_str *)value);
        break;
    case FIELD_END:
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_TYPE:
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_NODE:
    case FIELD_EXPRS:
    case FIELD_NODES:
    case FIELD_RECS:
        break;
    }
}

static void print_fields(struct buf *out, const struct plan_record *record, const void *object, int depth)
{
    const char *separator = "";

    buf_putc(out, '{');
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        buf_printf(out, "%s%s: ", separator, field->name);
        separator = ", ";
        if (scalar_bytes(field->kind) > 0 || field->kind == FIELD_STR)
            print_scalar(out, field, object);
        else if (field_item_bytes(field) > 0)
            print_list(out, field, field_list(object, field), depth);
        else
            print_object(out, family_of(field->kind), pointer_at(object, field), depth);
    }
    buf_putc(out, '}');
}

static void print_object(struct buf *out, enum field_kind family, const void *object, int depth)
{
    const struct plan_record *record = object == NULL ? NULL : record_of(family, object);

    if (record == NULL) {
        buf_puts(out, object == NULL ? "none" : "?");
        return;
    }
    if (family == FIELD_NODE) {
        buf_printf(out, "\n%*s", depth * 2, "");
        depth++;
    }
    buf_puts(out, record->name);
    if (family != FIELD_TYPE || record->fields->kind != FIELD_END)
        print_fields(out, record, object, depth);
}

void type_print(struct buf *out, const struct eider_type *type)
{
    print_object(out, FIELD_TYPE, type, 0);
}

void expr_print(struct buf *out, const struct eider_expr *expr)
{
    print_object(out, FIELD_EXPR, expr, 0);
}

void node_print(struct buf *out, const struct eider_node *node)
{
    print_object(out, FIELD_NODE, node, 0);
}
