/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types. DuckDB writes {"id": "DECIMAL", "type_info": {…}}; what has no spelling in SQL, or no place in an exchange,
 * is declined: aliases other than JSON, extension types, VARIANT, GEOMETRY, aggregate states.
 * Collations are left out: binding has already turned them into function calls wherever they decide something
 * (`a = b COLLATE NOCASE` is lower(a) = lower(b) in the plan), so that from here on strings compare as bytes. A type
 * without parameters is one static object.
 */
#include <string.h>

#include "import/reader.h"

static const char *const type_keys[] = {"id", "type_info"};
IMPORT_SHAPE(type_shape, "a type", VERDICT_TYPE, NULL, type_keys);

enum {
    I_TYPE,
    I_ALIAS,
    I_EXTENSION,
    I_WIDTH,
    I_SCALE,
    I_CHILD,
    I_SIZE,
    I_FIELDS,
    I_VALUES_COUNT,
    I_VALUES,
    I_COLLATION,
    I_COUNT
};
static const char *const info_keys[I_COUNT] = {"type",         "alias",      "extension_info", "width",
                                               "scale",        "child_type", "size",           "child_types",
                                               "values_count", "values",     "collation"};
IMPORT_SHAPE(info_shape, "a type", VERDICT_TYPE, NULL, info_keys);

enum {
    FIELD_FIRST,
    FIELD_SECOND
};
static const char *const field_keys[] = {"first", "second"};
IMPORT_SHAPE(field_shape, "a field of a type", VERDICT_TYPE, NULL, field_keys);

static const struct eider_type *declined(struct import *im, const char *what)
{
    verdict_no(im->verdict, VERDICT_TYPE, "%s cannot be handed to tasks", what);
    return NULL;
}

/* Types whose name says all; the most frequent first. */
static const struct {
    const char *id;
    enum type_tag tag;
} simple_types[] = {
    {"BIGINT", TYPE_BIGINT},
    {"INTEGER", TYPE_INTEGER},
    {"VARCHAR", TYPE_VARCHAR},
    {"DATE", TYPE_DATE},
    {"DOUBLE", TYPE_DOUBLE},
    {"BOOLEAN", TYPE_BOOLEAN},
    {"TIMESTAMP", TYPE_TIMESTAMP},
    {"HUGEINT", TYPE_HUGEINT},
    {"TIMESTAMP WITH TIME ZONE", TYPE_TIMESTAMPTZ},
    {"TINYINT", TYPE_TINYINT},
    {"SMALLINT", TYPE_SMALLINT},
    {"UTINYINT", TYPE_UTINYINT},
    {"USMALLINT", TYPE_USMALLINT},
    {"UINTEGER", TYPE_UINTEGER},
    {"UBIGINT", TYPE_UBIGINT},
    {"UHUGEINT", TYPE_UHUGEINT},
    {"FLOAT", TYPE_FLOAT},
    {"BLOB", TYPE_BLOB},
    {"BIT", TYPE_BIT},
    {"BIGNUM", TYPE_BIGNUM},
    {"UUID", TYPE_UUID},
    {"TIME", TYPE_TIME},
    {"TIME_NS", TYPE_TIME_NS},
    {"TIME WITH TIME ZONE", TYPE_TIMETZ},
    {"TIMESTAMP_S", TYPE_TIMESTAMP_S},
    {"TIMESTAMP_MS", TYPE_TIMESTAMP_MS},
    {"TIMESTAMP_NS", TYPE_TIMESTAMP_NS},
    {"INTERVAL", TYPE_INTERVAL},
    {"NULL", TYPE_SQLNULL},
};

static enum type_tag simple_tag(const char *id)
{
    for (size_t i = 0; i < sizeof(simple_types) / sizeof(simple_types[0]); i++) {
        if (strcmp(simple_types[i].id, id) == 0)
            return simple_types[i].tag;
    }
    return TYPE_INVALID;
}

const struct eider_type *import_list_type(struct import *im, const struct eider_type *child)
{
    struct type_list *type = child != NULL ? type_list_new(im->arena) : NULL;

    if (type == NULL)
        return NULL;
    type->child = child;
    return &type->base;
}

static const struct eider_type *read_decimal(struct import *im, struct json_object **info)
{
    uint32_t width, scale;

    if (!import_u32(im, info[I_WIDTH], &width) || !import_u32(im, info[I_SCALE], &scale))
        return NULL;
    if (width < 1 || width > 38 || scale > width)
        return declined(im, "a DECIMAL of impossible width");
    return type_decimal(im->arena, width, scale);
}

/* Fields from `first` on. All have a name, or none has. */
static bool read_fields(struct import *im, struct json_object *json, uint32_t first, struct column_list *ret)
{
    uint32_t count;

    *ret = (struct column_list){NULL, 0};
    if (!import_list(im, json, &count))
        return false;
    if (count <= first) {
        declined(im, "an empty STRUCT or UNION");
        return false;
    }
    *ret = column_list_new(im->arena, count - first);
    for (uint32_t i = 0; i < ret->count; i++) {
        struct json_object *values[2];

        if (!import_fields(im, import_item(json, first + i), &field_shape, values) ||
            !import_str(im, values[FIELD_FIRST], &ret->items[i].name) ||
            (ret->items[i].type = import_type(im, values[FIELD_SECOND])) == NULL)
            return false;
        if ((ret->items[i].name.size == 0) != (ret->items[0].name.size == 0)) {
            declined(im, "a STRUCT of which some fields have no name");
            return false;
        }
    }
    return ret->count > 0;
}

static const struct eider_type *read_map(struct import *im, struct json_object *child)
{
    const struct type_struct *entry = type_as_struct(import_type(im, child));
    struct type_map *type;

    if (entry == NULL || entry->fields.count != 2) {
        import_unreadable(im, "the entries of a MAP");
        return NULL;
    }
    if ((type = type_map_new(im->arena)) == NULL)
        return NULL;
    type->key = entry->fields.items[0].type;
    type->value = entry->fields.items[1].type;
    return &type->base;
}

static const struct eider_type *read_enum(struct import *im, struct json_object **info)
{
    struct type_enum *type = type_enum_new(im->arena);
    uint32_t count;

    if (type == NULL || !import_list(im, info[I_VALUES], &count))
        return NULL;
    if (count == 0)
        return declined(im, "an empty ENUM");
    type->values = str_list_new(im->arena, count);
    for (uint32_t i = 0; i < type->values.count; i++) {
        if (!import_str(im, import_item(info[I_VALUES], i), &type->values.items[i]))
            return NULL;
    }
    return type->values.count == count ? &type->base : NULL;
}

static const struct eider_type *read_array(struct import *im, struct json_object **info)
{
    struct type_array *type = type_array_new(im->arena);

    if (type == NULL || (type->child = import_type(im, info[I_CHILD])) == NULL ||
        !import_u32(im, info[I_SIZE], &type->size))
        return NULL;
    return type->size > 0 ? &type->base : declined(im, "an empty ARRAY");
}

static const struct eider_type *read_nested(struct import *im, const char *id, struct json_object **info)
{
    if (strcmp(id, "DECIMAL") == 0)
        return read_decimal(im, info);
    if (strcmp(id, "LIST") == 0)
        return import_list_type(im, import_type(im, info[I_CHILD]));
    if (strcmp(id, "ARRAY") == 0)
        return read_array(im, info);
    if (strcmp(id, "MAP") == 0)
        return read_map(im, info[I_CHILD]);
    if (strcmp(id, "ENUM") == 0)
        return read_enum(im, info);
    if (strcmp(id, "STRUCT") == 0) {
        struct type_struct *type = type_struct_new(im->arena);
        return type != NULL && read_fields(im, info[I_FIELDS], 0, &type->fields) ? &type->base : NULL;
    }
    if (strcmp(id, "UNION") == 0) { /* the first field is the tag */
        struct type_union *type = type_union_new(im->arena);
        return type != NULL && read_fields(im, info[I_FIELDS], 1, &type->members) ? &type->base : NULL;
    }
    verdict_no(im->verdict, VERDICT_TYPE, "values of type %.60s cannot be handed to tasks", id);
    return NULL;
}

static const struct eider_type *read_type(struct import *im, struct json_object *json)
{
    struct json_object *values[2], *info[I_COUNT] = {NULL};
    const char *id, *alias;
    enum type_tag simple;

    if (!import_fields(im, json, &type_shape, values))
        return NULL;
    id = import_chars(values[0]);
    simple = simple_tag(id);
    if (values[1] == NULL && simple != TYPE_INVALID)
        return type_simple(simple);
    if (values[1] == NULL || !import_fields(im, values[1], &info_shape, info)) {
        verdict_no(im->verdict, VERDICT_TYPE, "values of type %.60s cannot be handed to tasks", id);
        return NULL;
    }
    alias = import_chars(info[I_ALIAS]);
    if (simple == TYPE_VARCHAR && strcmp(alias, "JSON") == 0 && info[I_EXTENSION] == NULL)
        return type_simple(TYPE_JSON);
    if (*alias != '\0' || info[I_EXTENSION] != NULL) {
        verdict_no(im->verdict, VERDICT_TYPE, "values of the type %.60s cannot be handed to tasks", alias);
        return NULL;
    }
    im->collated |= *import_chars(info[I_COLLATION]) != '\0';
    return simple != TYPE_INVALID ? type_simple(simple) : read_nested(im, id, info);
}

const struct eider_type *import_type(struct import *im, struct json_object *json)
{
    const struct eider_type *type;

    if (!import_enter(im))
        return NULL;
    type = read_type(im, json);
    import_leave(im);
    return type;
}
