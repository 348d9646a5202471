/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants. A Value is {"type": …, "is_null": …, "value": …}, where the value's form follows from the type: a number,
 * {"upper", "lower"} for 128 bits, text, escaped text for BLOB, {"children": […]} for nested ones. BIT and BIGNUM
 * are declined: their bytes do not survive JSON.
 */
#include "import/reader.h"

enum {
    V_TYPE,
    V_IS_NULL,
    V_VALUE
};
static const char *const value_keys[] = {"type", "is_null", "value"};
IMPORT_SHAPE(value_shape, "a constant", VERDICT_CONSTANT, NULL, value_keys);

static const char *const wide_keys[] = {"upper", "lower"};
IMPORT_SHAPE(wide_shape, "a constant", VERDICT_CONSTANT, NULL, wide_keys);

static const char *const interval_keys[] = {"months", "days", "micros"};
IMPORT_SHAPE(interval_shape, "an INTERVAL constant", VERDICT_CONSTANT, NULL, interval_keys);

static const char *const children_keys[] = {"children"};
IMPORT_SHAPE(children_shape, "a nested constant", VERDICT_CONSTANT, NULL, children_keys);

static const struct eider_expr *integer(struct import *im, const struct eider_type *type, int64_t upper,
                                        uint64_t lower)
{
    struct expr_integer *expr = expr_integer_new(im->arena, type);

    if (expr == NULL)
        return NULL;
    expr->upper = upper;
    expr->lower = lower;
    return &expr->base;
}

static const struct eider_expr *read_signed(struct import *im, const struct eider_type *type,
                                            struct json_object *json)
{
    int64_t value;

    if (json == NULL || !import_i64(im, json, &value)) {
        import_unreadable(im, "a constant");
        return NULL;
    }
    return integer(im, type, value < 0 ? -1 : 0, (uint64_t)value);
}

static const struct eider_expr *read_unsigned(struct import *im, const struct eider_type *type,
                                              struct json_object *json)
{
    uint64_t value;

    if (json == NULL || !import_u64(im, json, &value)) {
        import_unreadable(im, "a constant");
        return NULL;
    }
    return integer(im, type, 0, value);
}

/* 128 bits. DuckDB keeps UUIDs with their top bit flipped, so that they sort as signed numbers. */
static const struct eider_expr *read_wide(struct import *im, const struct eider_type *type,
                                          struct json_object *json)
{
    struct json_object *values[2];
    uint64_t unsigned_upper, lower;
    int64_t upper;

    if (!import_fields(im, json, &wide_shape, values) || !import_u64(im, values[1], &lower))
        return NULL;
    if (type->tag == TYPE_UHUGEINT) {
        if (!import_u64(im, values[0], &unsigned_upper))
            return NULL;
        upper = (int64_t)unsigned_upper;
    } else if (!import_i64(im, values[0], &upper)) {
        return NULL;
    }
    if (type->tag == TYPE_UUID)
        upper = (int64_t)((uint64_t)upper ^ (UINT64_C(1) << 63));
    return integer(im, type, upper, lower);
}

static const struct eider_expr *read_boolean(struct import *im, const struct eider_type *type,
                                             struct json_object *json)
{
    bool value;

    if (json == NULL || !import_bool(im, json, &value)) {
        import_unreadable(im, "a constant");
        return NULL;
    }
    return integer(im, type, 0, value ? 1 : 0);
}

static const struct eider_expr *read_double(struct import *im, const struct eider_type *type,
                                            struct json_object *json)
{
    struct expr_double *expr = expr_double_new(im->arena, type);

    if (json == NULL)
        import_unreadable(im, "a constant");
    return expr != NULL && json != NULL && import_double(im, json, &expr->value) ? &expr->base : NULL;
}

static const struct eider_expr *read_string(struct import *im, const struct eider_type *type,
                                            struct json_object *json)
{
    struct expr_string *expr = expr_string_new(im->arena, type);

    if (json == NULL)
        import_unreadable(im, "a constant");
    return expr != NULL && json != NULL && import_str(im, json, &expr->bytes) ? &expr->base : NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Printable bytes stand for themselves, others (and the backslash) are \xNN. */
static const struct eider_expr *read_blob(struct import *im, const struct eider_type *type,
                                          struct json_object *json)
{
    struct expr_string *expr = expr_string_new(im->arena, type);
    struct eider_str source;
    const char *text;
    size_t bytes, size = 0;
    char *out;

    if (expr == NULL || json == NULL || !import_str(im, json, &source)) {
        import_unreadable(im, "a BLOB constant");
        return NULL;
    }
    text = source.data;
    bytes = source.size;
    if ((out = arena_alloc(im->arena, bytes + 1)) == NULL)
        return NULL;
    for (size_t i = 0; i < bytes; i++) {
        int high, low;

        if (text[i] != '\\') {
            out[size++] = text[i];
            continue;
        }
        high = i + 3 < bytes && text[i + 1] == 'x' ? hex_digit(text[i + 2]) : -1;
        low = high >= 0 ? hex_digit(text[i + 3]) : -1;
        if (low < 0) {
            verdict_no(im->verdict, VERDICT_CONSTANT, "a BLOB constant is not escaped as expected");
            return NULL;
        }
        out[size++] = (char)(high * 16 + low);
        i += 3;
    }
    expr->bytes = (struct eider_str){out, (uint32_t)size};
    return &expr->base;
}

static const struct eider_expr *read_interval(struct import *im, const struct eider_type *type,
                                              struct json_object *json)
{
    struct expr_interval *expr = expr_interval_new(im->arena, type);
    struct json_object *values[3];

    if (expr == NULL || !import_fields(im, json, &interval_shape, values) ||
        !import_i64(im, values[0], &expr->months) || !import_i64(im, values[1], &expr->days) ||
        !import_i64(im, values[2], &expr->micros))
        return NULL;
    return &expr->base;
}

/* The type of the `index`th child as it stands in JSON. */
static const struct eider_type *child_type(const struct eider_type *type, uint32_t index)
{
    const struct type_struct *structure = type_as_struct(type);

    if (structure != NULL)
        return index < structure->fields.count ? structure->fields.items[index].type : NULL;
    if (type_as_list(type) != NULL)
        return type_as_list(type)->child;
    if (type_as_array(type) != NULL)
        return type_as_array(type)->child;
    return NULL;
}

/* Keys and values one after the other; each entry is a STRUCT in JSON. */
static bool read_map_entries(struct import *im, const struct type_map *type, struct json_object *list,
                             uint32_t count, struct expr_list *ret)
{
    *ret = expr_list_new(im->arena, count * 2);
    for (uint32_t i = 0; i + 1 < ret->count; i += 2) {
        struct json_object *values[3], *children[1];

        if (!import_fields(im, import_item(list, i / 2), &value_shape, values) ||
            !import_fields(im, values[V_VALUE], &children_shape, children))
            return false;
        if (!json_object_is_type(children[0], json_type_array) || json_object_array_length(children[0]) != 2)
            return import_unreadable(im, "an entry of a MAP constant");
        ret->items[i] = import_value_of(im, type->key, import_item(children[0], 0));
        ret->items[i + 1] = import_value_of(im, type->value, import_item(children[0], 1));
        if (ret->items[i] == NULL || ret->items[i + 1] == NULL)
            return false;
    }
    return ret->count == count * 2;
}

/* The tag, then one value per member, of which only the tagged one counts. */
static bool read_union_member(struct import *im, const struct type_union *type, struct json_object *list,
                              uint32_t count, struct expr_list *ret)
{
    const struct expr_integer *tag;

    if (count != type->members.count + 1)
        return import_unreadable(im, "a UNION constant");
    *ret = expr_list_new(im->arena, 2);
    if (ret->count == 0)
        return false;
    ret->items[0] = import_value_of(im, type_simple(TYPE_UTINYINT), import_item(list, 0));
    tag = expr_as_integer(ret->items[0]);
    if (tag == NULL || tag->lower >= type->members.count)
        return import_unreadable(im, "a UNION constant");
    ret->items[1] = import_value_of(im, type->members.items[tag->lower].type,
                                    import_item(list, (uint32_t)tag->lower + 1));
    return ret->items[1] != NULL;
}

static const struct eider_expr *read_nested(struct import *im, const struct eider_type *type,
                                            struct json_object *json)
{
    struct expr_nested *expr = expr_nested_new(im->arena, type);
    struct json_object *list[1];
    uint32_t count, expected;

    if (expr == NULL || !import_fields(im, json, &children_shape, list) || !import_list(im, list[0], &count))
        return NULL;
    if (type_as_map(type) != NULL)
        return read_map_entries(im, type_as_map(type), list[0], count, &expr->children) ? &expr->base : NULL;
    if (type_as_union(type) != NULL)
        return read_union_member(im, type_as_union(type), list[0], count, &expr->children) ? &expr->base
                                                                                           : NULL;
    expected = count;
    if (type_as_struct(type) != NULL)
        expected = type_as_struct(type)->fields.count;
    else if (type_as_array(type) != NULL)
        expected = type_as_array(type)->size;
    if (count != expected) {
        import_unreadable(im, "a nested constant");
        return NULL;
    }
    expr->children = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < expr->children.count; i++) {
        expr->children.items[i] = import_value_of(im, child_type(type, i), import_item(list[0], i));
        if (expr->children.items[i] == NULL)
            return NULL;
    }
    return expr->children.count == count ? &expr->base : NULL;
}

static const struct eider_expr *read_decimal(struct import *im, const struct eider_type *type,
                                             struct json_object *json)
{
    return type_as_decimal(type)->width > 18 ? read_wide(im, type, json) : read_signed(im, type, json);
}

static const struct eider_expr *read_enum(struct import *im, const struct eider_type *type,
                                          struct json_object *json)
{
    const struct eider_expr *expr = read_unsigned(im, type, json);

    if (expr != NULL && expr_as_integer(expr)->lower >= type_as_enum(type)->values.count) {
        import_unreadable(im, "an ENUM constant");
        return NULL;
    }
    return expr;
}

static const struct eider_expr *read_value(struct import *im, const struct eider_type *type,
                                           struct json_object *json)
{
    switch (type->tag) {
    case TYPE_BOOLEAN:
        return read_boolean(im, type, json);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIME_NS:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_S:
    case TYPE_TIMESTAMP_MS:
    case TYPE_TIMESTAMP_NS:
    case TYPE_TIMESTAMPTZ:
    case TYPE_TIMETZ:
        return read_signed(im, type, json);
    case TYPE_UTINYINT:
    case TYPE_USMALLINT:
    case TYPE_UINTEGER:
    case TYPE_UBIGINT:
        return read_unsigned(im, type, json);
    case TYPE_HUGEINT:
    case TYPE_UHUGEINT:
    case TYPE_UUID:
        return read_wide(im, type, json);
    case TYPE_DECIMAL:
        return read_decimal(im, type, json);
    case TYPE_ENUM:
        return read_enum(im, type, json);
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
        return read_double(im, type, json);
    case TYPE_VARCHAR:
    case TYPE_JSON:
        return read_string(im, type, json);
    case TYPE_BLOB:
        return read_blob(im, type, json);
    case TYPE_INTERVAL:
        return read_interval(im, type, json);
    case TYPE_LIST:
    case TYPE_ARRAY:
    case TYPE_MAP:
    case TYPE_STRUCT:
    case TYPE_UNION:
        return read_nested(im, type, json);
    case TYPE_BIT:
    case TYPE_BIGNUM:
    case TYPE_SQLNULL:
    case TYPE_INVALID:
    case TYPE_TAG_END:
        break;
    }
    verdict_no(im->verdict, VERDICT_CONSTANT, "a constant of type %s cannot be written",
               type_tag_name(type->tag));
    return NULL;
}

const struct eider_expr *import_value_of(struct import *im, const struct eider_type *type,
                                         struct json_object *json)
{
    const struct eider_expr *expr = NULL;
    struct json_object *values[3];
    bool is_null;

    if (!import_enter(im))
        return NULL;
    if (type == NULL) {
        import_unreadable(im, "a nested constant");
    } else if (import_fields(im, json, &value_shape, values) &&
               import_bool(im, values[V_IS_NULL], &is_null)) {
        if (is_null) {
            struct expr_null *null = expr_null_new(im->arena, type);
            expr = null != NULL ? &null->base : NULL;
        } else {
            expr = read_value(im, type, values[V_VALUE]);
        }
    }
    import_leave(im);
    return expr;
}

const struct eider_expr *import_value(struct import *im, struct json_object *json)
{
    const struct eider_type *type = import_type(im, import_key(json, "type"));

    return type != NULL ? import_value_of(im, type, json) : NULL;
}

const struct eider_expr *import_text(struct import *im, struct eider_str text)
{
    struct expr_string *expr = expr_string_new(im->arena, type_simple(TYPE_VARCHAR));

    if (expr == NULL)
        return NULL;
    expr->bytes = text;
    return &expr->base;
}

const struct eider_expr *import_boolean(struct import *im, bool value)
{
    return integer(im, type_simple(TYPE_BOOLEAN), 0, value ? 1 : 0);
}
