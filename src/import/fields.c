/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON by lists of known keys: see fields.h. json-c holds the text; nothing here keeps a pointer into it.
 *
 * import_fields looks a key up by walking the shape's list from where the last key was found, so an object written in
 * DuckDB's order costs one comparison a key.
 */
#include "import/fields.h"

#include <string.h>

#include <json_object_iterator.h>

#include "import/reader.h"

bool import_is_default(struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        return true;
    case json_type_boolean:
        return !json_object_get_boolean(value);
    case json_type_int:
        return json_object_get_uint64(value) == 0 && json_object_get_int64(value) == 0;
    case json_type_double:
        return false;
    case json_type_string:
        return json_object_get_string_len(value) == 0;
    case json_type_array:
        return json_object_array_length(value) == 0;
    case json_type_object:
        return json_object_object_length(value) == 0;
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

bool import_fields(struct import *im, struct json_object *object, const struct import_shape *shape,
                   struct json_object **values)
{
    struct json_object_iterator at, end;
    uint32_t next = 0;

    memset(values, 0, shape->count * sizeof(*values));
    if (!json_object_is_type(object, json_type_object))
        return import_unreadable(im, shape->what);
    at = json_object_iter_begin(object);
    end = json_object_iter_end(object);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        const char *key = json_object_iter_peek_name(&at);
        struct json_object *value = json_object_iter_peek_value(&at);
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

bool import_bool(struct import *im, struct json_object *value, bool *ret)
{
    *ret = false;
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_boolean))
        return import_unreadable(im, "a truth value");
    *ret = json_object_get_boolean(value);
    return true;
}

bool import_u64(struct import *im, struct json_object *value, uint64_t *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_int) ||
        (json_object_get_int64(value) < 0 && json_object_get_uint64(value) == 0))
        return import_unreadable(im, "an unsigned number");
    *ret = json_object_get_uint64(value);
    return true;
}

bool import_u32(struct import *im, struct json_object *value, uint32_t *ret)
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

bool import_i64(struct import *im, struct json_object *value, int64_t *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_int) || json_object_get_uint64(value) > (uint64_t)INT64_MAX)
        return import_unreadable(im, "a number");
    *ret = json_object_get_int64(value);
    return true;
}

bool import_double(struct import *im, struct json_object *value, double *ret)
{
    *ret = 0;
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_double) && !json_object_is_type(value, json_type_int))
        return import_unreadable(im, "a floating-point number");
    *ret = json_object_get_double(value);
    return true;
}

bool import_str(struct import *im, struct json_object *value, struct eider_str *ret)
{
    *ret = (struct eider_str){"", 0};
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_string))
        return import_unreadable(im, "a string");
    *ret = str_make(im->arena, json_object_get_string(value), (size_t)json_object_get_string_len(value));
    return true;
}

const char *import_chars(struct json_object *value)
{
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

bool import_is(struct json_object *value, const char *text)
{
    return strcmp(import_chars(value), text) == 0;
}

bool import_list(struct import *im, struct json_object *value, uint32_t *ret_count)
{
    size_t count;

    *ret_count = 0;
    if (value == NULL)
        return true;
    if (!json_object_is_type(value, json_type_array))
        return import_unreadable(im, "a list");
    count = json_object_array_length(value);
    if (count > UINT32_MAX / 2)
        return verdict_no(im->verdict, VERDICT_LIMIT, "the plan holds a list of %zu items", count);
    *ret_count = (uint32_t)count;
    return true;
}

struct json_object *import_item(struct json_object *list, uint32_t index)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_get_idx(list, index) : NULL;
}

bool import_u32_list(struct import *im, struct json_object *value, struct u32_list *ret)
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

struct json_object *import_key(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &value))
        return NULL;
    return value;
}
