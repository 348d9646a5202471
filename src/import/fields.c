/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON by lists of known keys: see fields.h. A null is the same as nothing.
 *
 * import_fields looks a key up by walking the shape's list from where the last key was found, so an object written in
 * DuckDB's order costs one comparison a key.
 */
#include "import/fields.h"

#include <string.h>

#include "import/reader.h"

static bool is_kind(const struct import_json *value, enum import_json_kind kind)
{
    return value != NULL && value->kind == kind;
}

static const struct import_json *without_null(const struct import_json *value)
{
    return value != NULL && value->kind != IMPORT_JSON_NULL ? value : NULL;
}

bool import_is_default(const struct import_json *value)
{
    if (value == NULL)
        return true;
    switch (value->kind) {
    case IMPORT_JSON_NULL:
        return true;
    case IMPORT_JSON_BOOL:
        return !value->as.truth;
    case IMPORT_JSON_INTEGER:
        return value->as.integer == 0;
    case IMPORT_JSON_STRING:
    case IMPORT_JSON_LIST:
    case IMPORT_JSON_OBJECT:
        return value->count == 0;
    case IMPORT_JSON_UNSIGNED:
    case IMPORT_JSON_DOUBLE:
    case IMPORT_JSON_INVALID:
        break;
    }
    return false;
}

static bool is_base_key(const struct import_shape *shape, const char *key)
{
    for (const char *const *base = shape->base; base != NULL && *base != NULL; base++) {
        if (strcmp(*base, key) == 0)
            return true;
    }
    return false;
}

/* The position of `key` in the shape, searched from `from` on and then from the start; count if it is not there. */
static uint32_t find_key(const struct import_shape *shape, const char *key, uint32_t from)
{
    for (uint32_t i = 0; i < shape->count; i++) {
        uint32_t at = (from + i) % shape->count;
        if (strcmp(shape->keys[at], key) == 0)
            return at;
    }
    return shape->count;
}

bool import_fields(struct import *im, const struct import_json *object, const struct import_shape *shape,
                   const struct import_json **values)
{
    uint32_t next = 0;

    memset(values, 0, shape->count * sizeof(*values));
    if (!is_kind(object, IMPORT_JSON_OBJECT))
        return import_unreadable(im, shape->what);
    for (uint32_t i = 0; i < object->count; i++) {
        const char *key = object->as.members[i].name;
        const struct import_json *value = without_null(&object->as.members[i].value);
        uint32_t found;

        if (is_base_key(shape, key))
            continue;
        found = find_key(shape, key, next);
        if (found < shape->count) {
            values[found] = value;
            next = found + 1;
        } else if (!import_is_default(value)) {
            return verdict_no(im->verdict, shape->kind, "%s has a field \"%.60s\" that is not understood",
                              shape->what, key);
        }
    }
    return true;
}

bool import_bool(struct import *im, const struct import_json *value, bool *ret)
{
    *ret = false;
    if (value == NULL)
        return true;
    if (value->kind != IMPORT_JSON_BOOL)
        return import_unreadable(im, "a truth value");
    *ret = value->as.truth;
    return true;
}

bool import_u64(struct import *im, const struct import_json *value, uint64_t *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (value->kind == IMPORT_JSON_UNSIGNED)
        *ret = value->as.unsigned_integer;
    else if (value->kind == IMPORT_JSON_INTEGER && value->as.integer >= 0)
        *ret = (uint64_t)value->as.integer;
    else
        return import_unreadable(im, "an unsigned number");
    return true;
}

bool import_u32(struct import *im, const struct import_json *value, uint32_t *ret)
{
    uint64_t wide;

    *ret = 0;
    if (!import_u64(im, value, &wide))
        return false;
    if (wide > UINT32_MAX)
        return import_unreadable(im, "a number: it is too large");
    *ret = (uint32_t)wide;
    return true;
}

bool import_i64(struct import *im, const struct import_json *value, int64_t *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (value->kind != IMPORT_JSON_INTEGER)
        return import_unreadable(im, "a number");
    *ret = value->as.integer;
    return true;
}

bool import_double(struct import *im, const struct import_json *value, double *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (value->kind == IMPORT_JSON_DOUBLE)
        *ret = value->as.number;
    else if (value->kind == IMPORT_JSON_INTEGER)
        *ret = (double)value->as.integer;
    else if (value->kind == IMPORT_JSON_UNSIGNED)
        *ret = (double)value->as.unsigned_integer;
    else
        return import_unreadable(im, "a floating-point number");
    return true;
}

bool import_str(struct import *im, const struct import_json *value, struct eider_str *ret)
{
    *ret = (struct eider_str){"", 0};
    if (value == NULL)
        return true;
    if (value->kind != IMPORT_JSON_STRING)
        return import_unreadable(im, "a string");
    *ret = str_make(im->arena, value->as.text, value->count);
    return true;
}

const char *import_chars(const struct import_json *value)
{
    return is_kind(value, IMPORT_JSON_STRING) ? value->as.text : "";
}

bool import_is(const struct import_json *value, const char *text)
{
    return strcmp(import_chars(value), text) == 0;
}

bool import_list(struct import *im, const struct import_json *value, uint32_t *ret_count)
{
    *ret_count = 0;
    if (value == NULL)
        return true;
    if (value->kind != IMPORT_JSON_LIST)
        return import_unreadable(im, "a list");
    if (value->count > UINT32_MAX / 2)
        return verdict_no(im->verdict, VERDICT_LIMIT, "the plan holds a list of %u items", value->count);
    *ret_count = value->count;
    return true;
}

uint32_t import_count(const struct import_json *value)
{
    return is_kind(value, IMPORT_JSON_LIST) ? value->count : 0;
}

const struct import_json *import_item(const struct import_json *list, uint32_t index)
{
    return index < import_count(list) ? without_null(&list->as.items[index]) : NULL;
}

bool import_u32_list(struct import *im, const struct import_json *value, struct u32_list *ret)
{
    uint32_t count;

    *ret = (struct u32_list){NULL, 0};
    if (!import_list(im, value, &count))
        return false;
    *ret = u32_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        if (!import_u32(im, import_item(value, i), &ret->items[i]))
            return false;
    }
    return ret->count == count;
}

const struct import_json *import_key(const struct import_json *object, const char *key)
{
    for (uint32_t i = 0; is_kind(object, IMPORT_JSON_OBJECT) && i < object->count; i++) {
        if (strcmp(object->as.members[i].name, key) == 0)
            return without_null(&object->as.members[i].value);
    }
    return NULL;
}
