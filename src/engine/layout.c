/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each type is for DuckDB and for the exchange: one table, and the rules for the types with parameters.
 *
 * The physical forms are those of DuckDB's vectors: a DECIMAL is the smallest integer that holds its width,
 * an ENUM the index of its value, a MAP a list of key-value structs, a UNION a struct of a tag and its
 * members, and what is kept as bytes (BLOB, BIT, BIGNUM) is a string. No value is converted on its way.
 *
 * Threads: pure functions. Failure: a type without an entry is EIDER_ERROR_UNSUPPORTED, and never guessed.
 */
#include "engine/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "plan/display.h"

#define MAX_TYPE_DEPTH 60

/* Which parameters a type has. */
enum shape {
    SHAPE_SIMPLE,
    SHAPE_DECIMAL,
    SHAPE_ENUM,
    SHAPE_LIST,
    SHAPE_ARRAY,
    SHAPE_MAP,
    SHAPE_STRUCT,
    SHAPE_UNION
};

struct representation {
    duckdb_type id;
    enum layout_kind kind; /* LAYOUT_INVALID: cannot be exchanged */
    uint32_t width;        /* FIXED; 0: depends on the type's parameters */
    enum shape shape;
};

static const struct representation representations[TYPE_TAG_END] = {
    [TYPE_SQLNULL] = {DUCKDB_TYPE_SQLNULL, LAYOUT_FIXED, 4, SHAPE_SIMPLE},
    [TYPE_BOOLEAN] = {DUCKDB_TYPE_BOOLEAN, LAYOUT_FIXED, 1, SHAPE_SIMPLE},
    [TYPE_TINYINT] = {DUCKDB_TYPE_TINYINT, LAYOUT_FIXED, 1, SHAPE_SIMPLE},
    [TYPE_SMALLINT] = {DUCKDB_TYPE_SMALLINT, LAYOUT_FIXED, 2, SHAPE_SIMPLE},
    [TYPE_INTEGER] = {DUCKDB_TYPE_INTEGER, LAYOUT_FIXED, 4, SHAPE_SIMPLE},
    [TYPE_BIGINT] = {DUCKDB_TYPE_BIGINT, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_HUGEINT] = {DUCKDB_TYPE_HUGEINT, LAYOUT_FIXED, 16, SHAPE_SIMPLE},
    [TYPE_UTINYINT] = {DUCKDB_TYPE_UTINYINT, LAYOUT_FIXED, 1, SHAPE_SIMPLE},
    [TYPE_USMALLINT] = {DUCKDB_TYPE_USMALLINT, LAYOUT_FIXED, 2, SHAPE_SIMPLE},
    [TYPE_UINTEGER] = {DUCKDB_TYPE_UINTEGER, LAYOUT_FIXED, 4, SHAPE_SIMPLE},
    [TYPE_UBIGINT] = {DUCKDB_TYPE_UBIGINT, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_UHUGEINT] = {DUCKDB_TYPE_UHUGEINT, LAYOUT_FIXED, 16, SHAPE_SIMPLE},
    [TYPE_FLOAT] = {DUCKDB_TYPE_FLOAT, LAYOUT_FIXED, 4, SHAPE_SIMPLE},
    [TYPE_DOUBLE] = {DUCKDB_TYPE_DOUBLE, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_VARCHAR] = {DUCKDB_TYPE_VARCHAR, LAYOUT_STRING, 0, SHAPE_SIMPLE},
    [TYPE_JSON] = {DUCKDB_TYPE_VARCHAR, LAYOUT_STRING, 0, SHAPE_SIMPLE}, /* with the alias JSON */
    [TYPE_BLOB] = {DUCKDB_TYPE_BLOB, LAYOUT_STRING, 0, SHAPE_SIMPLE},
    [TYPE_BIT] = {DUCKDB_TYPE_BIT, LAYOUT_STRING, 0, SHAPE_SIMPLE},
    [TYPE_BIGNUM] = {DUCKDB_TYPE_BIGNUM, LAYOUT_STRING, 0, SHAPE_SIMPLE},
    [TYPE_UUID] = {DUCKDB_TYPE_UUID, LAYOUT_FIXED, 16, SHAPE_SIMPLE},
    [TYPE_DATE] = {DUCKDB_TYPE_DATE, LAYOUT_FIXED, 4, SHAPE_SIMPLE},
    [TYPE_TIME] = {DUCKDB_TYPE_TIME, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIME_NS] = {DUCKDB_TYPE_TIME_NS, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMETZ] = {DUCKDB_TYPE_TIME_TZ, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMESTAMP] = {DUCKDB_TYPE_TIMESTAMP, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMESTAMP_S] = {DUCKDB_TYPE_TIMESTAMP_S, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMESTAMP_MS] = {DUCKDB_TYPE_TIMESTAMP_MS, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMESTAMP_NS] = {DUCKDB_TYPE_TIMESTAMP_NS, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_TIMESTAMPTZ] = {DUCKDB_TYPE_TIMESTAMP_TZ, LAYOUT_FIXED, 8, SHAPE_SIMPLE},
    [TYPE_INTERVAL] = {DUCKDB_TYPE_INTERVAL, LAYOUT_FIXED, 16, SHAPE_SIMPLE},
    [TYPE_DECIMAL] = {DUCKDB_TYPE_DECIMAL, LAYOUT_FIXED, 0, SHAPE_DECIMAL},
    [TYPE_ENUM] = {DUCKDB_TYPE_ENUM, LAYOUT_FIXED, 0, SHAPE_ENUM},
    [TYPE_LIST] = {DUCKDB_TYPE_LIST, LAYOUT_LIST, 0, SHAPE_LIST},
    [TYPE_ARRAY] = {DUCKDB_TYPE_ARRAY, LAYOUT_ARRAY, 0, SHAPE_ARRAY},
    [TYPE_MAP] = {DUCKDB_TYPE_MAP, LAYOUT_LIST, 0, SHAPE_MAP},
    [TYPE_STRUCT] = {DUCKDB_TYPE_STRUCT, LAYOUT_STRUCT, 0, SHAPE_STRUCT},
    [TYPE_UNION] = {DUCKDB_TYPE_UNION, LAYOUT_STRUCT, 0, SHAPE_UNION},
};

static enum eider_status unsupported(const struct eider_type *type, struct eider_error *err)
{
    struct buf text;

    buf_init(&text, 200);
    if (type != NULL && type->tag > TYPE_INVALID && type->tag < TYPE_TAG_END)
        type_text(&text, type);
    error_set(err, EIDER_ERROR_UNSUPPORTED, "values of type %s cannot be exchanged between tasks",
              text.failed || text.size == 0 ? "(unknown)" : text.data);
    buf_done(&text);
    return EIDER_ERROR_UNSUPPORTED;
}

static const struct representation *representation_of(const struct eider_type *type)
{
    if (type == NULL || type->tag <= TYPE_INVALID || type->tag >= TYPE_TAG_END)
        return NULL;
    return representations[type->tag].kind == LAYOUT_INVALID ? NULL : &representations[type->tag];
}

const struct eider_type *engine_type_simple(duckdb_type id)
{
    for (int tag = 1; tag < (int)TYPE_TAG_END; tag++) {
        if (representations[tag].id == id && representations[tag].shape == SHAPE_SIMPLE && tag != TYPE_JSON)
            return type_simple((enum type_tag)tag);
    }
    return NULL;
}

static uint32_t decimal_width(uint32_t digits)
{
    return digits <= 4 ? 2 : digits <= 9 ? 4 : digits <= 18 ? 8 : 16;
}

static uint32_t enum_width(uint32_t values)
{
    return values <= UINT8_MAX ? 1 : values <= UINT16_MAX ? 2 : 4;
}

/* ---- Layouts ---- */

struct spec_list {
    struct layout_spec *items; /* NULL: only count */
    uint32_t count;
};

static void push(struct spec_list *list, struct layout_spec spec)
{
    if (list->items != NULL)
        list->items[list->count] = spec;
    list->count++;
}

static enum eider_status push_type(struct spec_list *list, const struct eider_type *type, int depth,
                                   struct eider_error *err);

static enum eider_status push_fields(struct spec_list *list, const struct column_list *fields, int depth,
                                     struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; i < fields->count && status == EIDER_OK; i++)
        status = push_type(list, fields->items[i].type, depth + 1, err);
    return status;
}

static enum eider_status push_map(struct spec_list *list, const struct type_map *map, int depth,
                                  struct eider_error *err)
{
    enum eider_status status;

    push(list, (struct layout_spec){.kind = LAYOUT_LIST, .child_count = 1});
    push(list, (struct layout_spec){.kind = LAYOUT_STRUCT, .child_count = 2});
    status = push_type(list, map->key, depth + 2, err);
    return status != EIDER_OK ? status : push_type(list, map->value, depth + 2, err);
}

/* The specifications of a type's nodes, in pre-order. */
static enum eider_status push_type(struct spec_list *list, const struct eider_type *type, int depth,
                                   struct eider_error *err)
{
    const struct representation *form = representation_of(type);
    struct layout_spec spec;

    if (form == NULL || depth > MAX_TYPE_DEPTH || list->count >= LAYOUT_MAX_NODES)
        return unsupported(type, err);
    spec = (struct layout_spec){.kind = form->kind, .width = form->width};
    switch (form->shape) {
    case SHAPE_DECIMAL:
        spec.width = decimal_width(type_as_decimal(type)->width);
        break;
    case SHAPE_ENUM:
        spec.width = enum_width(type_as_enum(type)->values.count);
        break;
    case SHAPE_LIST:
        spec.child_count = 1;
        push(list, spec);
        return push_type(list, type_as_list(type)->child, depth + 1, err);
    case SHAPE_ARRAY:
        spec.child_count = 1;
        spec.array_size = type_as_array(type)->size;
        push(list, spec);
        return push_type(list, type_as_array(type)->child, depth + 1, err);
    case SHAPE_MAP:
        return push_map(list, type_as_map(type), depth, err);
    case SHAPE_STRUCT:
        spec.child_count = type_as_struct(type)->fields.count;
        push(list, spec);
        return push_fields(list, &type_as_struct(type)->fields, depth, err);
    case SHAPE_UNION:
        spec.child_count = type_as_union(type)->members.count + 1;
        push(list, spec);
        push(list, (struct layout_spec){.kind = LAYOUT_FIXED, .width = 1}); /* the tag */
        return push_fields(list, &type_as_union(type)->members, depth, err);
    case SHAPE_SIMPLE:
        break;
    }
    push(list, spec);
    return EIDER_OK;
}

enum eider_status engine_layout_new(const struct eider_type *const *types, uint32_t type_count,
                                    struct layout **ret, struct eider_error *err)
{
    struct spec_list list = {0};
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    for (uint32_t i = 0; i < type_count && status == EIDER_OK; i++)
        status = push_type(&list, types[i], 1, err);
    if (status != EIDER_OK)
        return status;
    list.items = calloc((size_t)list.count + 1, sizeof(*list.items));
    if (list.items == NULL)
        return error_no_memory(err);
    list.count = 0;
    for (uint32_t i = 0; i < type_count && status == EIDER_OK; i++)
        status = push_type(&list, types[i], 1, err);
    if (status == EIDER_OK)
        status = layout_new(list.items, list.count, type_count, ret, err);
    free(list.items);
    return status;
}

/* ---- To DuckDB's types ---- */

static enum eider_status fields_to_duckdb(const struct eider_type *type, const struct column_list *fields,
                                          duckdb_logical_type *ret, struct eider_error *err)
{
    duckdb_logical_type *types = calloc((size_t)fields->count + 1, sizeof(duckdb_logical_type));
    const char **names = calloc((size_t)fields->count + 1, sizeof(char *));
    enum eider_status status = EIDER_OK;

    if (types == NULL || names == NULL)
        status = error_no_memory(err);
    for (uint32_t i = 0; i < fields->count && status == EIDER_OK; i++) {
        names[i] = fields->items[i].name.data;
        status = engine_type_to_duckdb(fields->items[i].type, &types[i], err);
    }
    if (status == EIDER_OK)
        *ret = type->tag == TYPE_UNION ? duckdb_create_union_type(types, names, fields->count)
                                       : duckdb_create_struct_type(types, names, fields->count);
    for (uint32_t i = 0; types != NULL && i < fields->count; i++)
        duckdb_destroy_logical_type(&types[i]);
    free(types);
    free(names);
    return status;
}

static enum eider_status enum_to_duckdb(const struct type_enum *type, duckdb_logical_type *ret,
                                        struct eider_error *err)
{
    const char **names = calloc((size_t)type->values.count + 1, sizeof(char *));

    if (names == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < type->values.count; i++)
        names[i] = type->values.items[i].data;
    *ret = duckdb_create_enum_type(names, type->values.count);
    free(names);
    return EIDER_OK;
}

static enum eider_status child_to_duckdb(const struct eider_type *type, duckdb_logical_type *ret,
                                         struct eider_error *err)
{
    duckdb_logical_type child = NULL, key = NULL;
    enum eider_status status;

    if (type->tag == TYPE_MAP) {
        status = engine_type_to_duckdb(type_as_map(type)->key, &key, err);
        if (status == EIDER_OK)
            status = engine_type_to_duckdb(type_as_map(type)->value, &child, err);
        if (status == EIDER_OK)
            *ret = duckdb_create_map_type(key, child);
        duckdb_destroy_logical_type(&key);
    } else if (type->tag == TYPE_ARRAY) {
        status = engine_type_to_duckdb(type_as_array(type)->child, &child, err);
        if (status == EIDER_OK)
            *ret = duckdb_create_array_type(child, type_as_array(type)->size);
    } else {
        status = engine_type_to_duckdb(type_as_list(type)->child, &child, err);
        if (status == EIDER_OK)
            *ret = duckdb_create_list_type(child);
    }
    duckdb_destroy_logical_type(&child);
    return status;
}

enum eider_status engine_type_to_duckdb(const struct eider_type *type, duckdb_logical_type *ret,
                                        struct eider_error *err)
{
    const struct representation *form = representation_of(type);
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    if (form == NULL)
        return unsupported(type, err);
    switch (form->shape) {
    case SHAPE_DECIMAL:
        *ret = duckdb_create_decimal_type((uint8_t)type_as_decimal(type)->width,
                                          (uint8_t)type_as_decimal(type)->scale);
        break;
    case SHAPE_ENUM:
        status = enum_to_duckdb(type_as_enum(type), ret, err);
        break;
    case SHAPE_LIST:
    case SHAPE_ARRAY:
    case SHAPE_MAP:
        status = child_to_duckdb(type, ret, err);
        break;
    case SHAPE_STRUCT:
        status = fields_to_duckdb(type, &type_as_struct(type)->fields, ret, err);
        break;
    case SHAPE_UNION:
        status = fields_to_duckdb(type, &type_as_union(type)->members, ret, err);
        break;
    case SHAPE_SIMPLE:
        *ret = duckdb_create_logical_type(form->id);
        if (type->tag == TYPE_JSON)
            duckdb_logical_type_set_alias(*ret, "JSON");
        break;
    }
    if (status == EIDER_OK && *ret == NULL)
        return unsupported(type, err);
    return status;
}

/* ---- From DuckDB's types ---- */

static enum eider_status fields_from_duckdb(struct arena *arena, duckdb_logical_type type, bool is_union,
                                            struct column_list *ret, struct eider_error *err)
{
    idx_t count = is_union ? duckdb_union_type_member_count(type) : duckdb_struct_type_child_count(type);

    if (count > LAYOUT_MAX_NODES)
        return error_set(err, EIDER_ERROR_UNSUPPORTED, "a type with %zu members is too wide", (size_t)count);
    *ret = column_list_new(arena, (uint32_t)count);
    if (ret->count != count)
        return error_no_memory(err);
    for (idx_t i = 0; i < count; i++) {
        char *name =
            is_union ? duckdb_union_type_member_name(type, i) : duckdb_struct_type_child_name(type, i);
        duckdb_logical_type child =
            is_union ? duckdb_union_type_member_type(type, i) : duckdb_struct_type_child_type(type, i);
        enum eider_status status = engine_type_from_duckdb(arena, child, &ret->items[i].type, err);

        if (name != NULL)
            ret->items[i].name = str_make(arena, name, strlen(name));
        duckdb_free(name);
        duckdb_destroy_logical_type(&child);
        if (status != EIDER_OK)
            return status;
    }
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}

static enum eider_status enum_from_duckdb(struct arena *arena, duckdb_logical_type type, struct str_list *ret,
                                          struct eider_error *err)
{
    uint32_t count = duckdb_enum_dictionary_size(type);

    *ret = str_list_new(arena, count);
    if (ret->count != count)
        return error_no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        char *name = duckdb_enum_dictionary_value(type, i);

        if (name != NULL)
            ret->items[i] = str_make(arena, name, strlen(name));
        duckdb_free(name);
    }
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}

static enum eider_status child_from_duckdb(struct arena *arena, duckdb_logical_type child,
                                           const struct eider_type **ret, struct eider_error *err)
{
    enum eider_status status = engine_type_from_duckdb(arena, child, ret, err);

    duckdb_destroy_logical_type(&child);
    return status;
}

/* The tag without parameters for one of DuckDB's type ids; TYPE_INVALID if there is none. */
static enum type_tag tag_of(duckdb_logical_type type)
{
    duckdb_type id = duckdb_get_type_id(type);

    if (id == DUCKDB_TYPE_VARCHAR) {
        char *alias = duckdb_logical_type_get_alias(type);
        bool is_json = alias != NULL && strcmp(alias, "JSON") == 0;

        duckdb_free(alias);
        return is_json ? TYPE_JSON : TYPE_VARCHAR;
    }
    for (int tag = TYPE_INVALID + 1; tag < TYPE_TAG_END; tag++) {
        if (representations[tag].kind != LAYOUT_INVALID && representations[tag].id == id)
            return (enum type_tag)tag;
    }
    return TYPE_INVALID;
}

/* Fills in the parameters of a type that has some. */
static enum eider_status parameters_from_duckdb(struct arena *arena, duckdb_logical_type type,
                                                enum shape shape, const struct eider_type **ret,
                                                struct eider_error *err)
{
    struct type_enum *values = NULL;
    struct type_list *list = NULL;
    struct type_array *array = NULL;
    struct type_map *map = NULL;
    struct type_struct *fields = NULL;
    struct type_union *members = NULL;
    enum eider_status status = EIDER_OK;

    switch (shape) {
    case SHAPE_SIMPLE:
        return error_set(err, EIDER_ERROR_INTERNAL, "a simple type has no parameters");
    case SHAPE_DECIMAL:
        *ret = type_decimal(arena, duckdb_decimal_width(type), duckdb_decimal_scale(type));
        break;
    case SHAPE_ENUM:
        if ((values = type_enum_new(arena)) != NULL)
            status = enum_from_duckdb(arena, type, &values->values, err);
        *ret = (const struct eider_type *)values;
        break;
    case SHAPE_LIST:
        if ((list = type_list_new(arena)) != NULL)
            status = child_from_duckdb(arena, duckdb_list_type_child_type(type), &list->child, err);
        *ret = (const struct eider_type *)list;
        break;
    case SHAPE_ARRAY:
        if ((array = type_array_new(arena)) != NULL) {
            array->size = (uint32_t)duckdb_array_type_array_size(type);
            status = child_from_duckdb(arena, duckdb_array_type_child_type(type), &array->child, err);
        }
        *ret = (const struct eider_type *)array;
        break;
    case SHAPE_MAP:
        if ((map = type_map_new(arena)) != NULL) {
            status = child_from_duckdb(arena, duckdb_map_type_key_type(type), &map->key, err);
            if (status == EIDER_OK)
                status = child_from_duckdb(arena, duckdb_map_type_value_type(type), &map->value, err);
        }
        *ret = (const struct eider_type *)map;
        break;
    case SHAPE_STRUCT:
        if ((fields = type_struct_new(arena)) != NULL)
            status = fields_from_duckdb(arena, type, false, &fields->fields, err);
        *ret = (const struct eider_type *)fields;
        break;
    case SHAPE_UNION:
        if ((members = type_union_new(arena)) != NULL)
            status = fields_from_duckdb(arena, type, true, &members->members, err);
        *ret = (const struct eider_type *)members;
        break;
    }
    return status == EIDER_OK && *ret == NULL ? error_no_memory(err) : status;
}

enum eider_status engine_type_from_duckdb(struct arena *arena, duckdb_logical_type type,
                                          const struct eider_type **ret, struct eider_error *err)
{
    enum type_tag tag = tag_of(type);

    *ret = NULL;
    if (tag == TYPE_INVALID)
        return error_set(err, EIDER_ERROR_UNSUPPORTED,
                         "values of DuckDB's type number %d cannot be exchanged between tasks",
                         (int)duckdb_get_type_id(type));
    if (representations[tag].shape != SHAPE_SIMPLE)
        return parameters_from_duckdb(arena, type, representations[tag].shape, ret, err);
    *ret = type_simple(tag);
    return EIDER_OK;
}
