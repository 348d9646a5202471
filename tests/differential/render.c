/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of DuckDB's vectors as exact text. Nothing is cast or formatted by DuckDB: a difference that its output
 * functions would hide (an INTERVAL of 30 days or of one month) is seen. One thread at a time.
 */
#include "render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Types -------------------------------------------------------------------------------------------------- */

static void shape_add_child(struct shape *shape, duckdb_logical_type type)
{
    shape->children = xrealloc(shape->children, shape->child_count + 1, sizeof(*shape->children));
    shape_init(&shape->children[shape->child_count++], type);
    duckdb_destroy_logical_type(&type);
}

void shape_init(struct shape *shape, duckdb_logical_type type)
{
    *shape = (struct shape){.id = duckdb_get_type_id(type)};
    switch ((int)shape->id) {
    case DUCKDB_TYPE_DECIMAL:
        shape->internal = duckdb_decimal_internal_type(type);
        break;
    case DUCKDB_TYPE_ENUM:
        shape->internal = duckdb_enum_internal_type(type);
        shape->label_count = duckdb_enum_dictionary_size(type);
        shape->labels = xcalloc(shape->label_count, sizeof(*shape->labels));
        for (size_t i = 0; i < shape->label_count; i++) {
            char *label = duckdb_enum_dictionary_value(type, i);
            shape->labels[i] = xstrdup(label);
            duckdb_free(label);
        }
        break;
    case DUCKDB_TYPE_LIST:
        shape_add_child(shape, duckdb_list_type_child_type(type));
        break;
    case DUCKDB_TYPE_ARRAY:
        shape->array_size = duckdb_array_type_array_size(type);
        shape_add_child(shape, duckdb_array_type_child_type(type));
        break;
    case DUCKDB_TYPE_MAP:
        shape_add_child(shape, duckdb_map_type_key_type(type));
        shape_add_child(shape, duckdb_map_type_value_type(type));
        break;
    case DUCKDB_TYPE_STRUCT:
        for (idx_t i = 0; i < duckdb_struct_type_child_count(type); i++) {
            shape_add_child(shape, duckdb_struct_type_child_type(type, i));
        }
        break;
    case DUCKDB_TYPE_UNION:
        for (idx_t i = 0; i < duckdb_union_type_member_count(type); i++) {
            shape_add_child(shape, duckdb_union_type_member_type(type, i));
        }
        break;
    default:
        break;
    }
}

void shape_done(struct shape *shape)
{
    for (size_t i = 0; i < shape->label_count; i++) {
        free(shape->labels[i]);
    }
    free(shape->labels);
    for (size_t i = 0; i < shape->child_count; i++) {
        shape_done(&shape->children[i]);
    }
    free(shape->children);
    *shape = (struct shape){0};
}

static const char *const type_names[] = {
    [DUCKDB_TYPE_BOOLEAN] = "BOOLEAN",
    [DUCKDB_TYPE_TINYINT] = "TINYINT",
    [DUCKDB_TYPE_SMALLINT] = "SMALLINT",
    [DUCKDB_TYPE_INTEGER] = "INTEGER",
    [DUCKDB_TYPE_BIGINT] = "BIGINT",
    [DUCKDB_TYPE_UTINYINT] = "UTINYINT",
    [DUCKDB_TYPE_USMALLINT] = "USMALLINT",
    [DUCKDB_TYPE_UINTEGER] = "UINTEGER",
    [DUCKDB_TYPE_UBIGINT] = "UBIGINT",
    [DUCKDB_TYPE_FLOAT] = "FLOAT",
    [DUCKDB_TYPE_DOUBLE] = "DOUBLE",
    [DUCKDB_TYPE_TIMESTAMP] = "TIMESTAMP",
    [DUCKDB_TYPE_DATE] = "DATE",
    [DUCKDB_TYPE_TIME] = "TIME",
    [DUCKDB_TYPE_INTERVAL] = "INTERVAL",
    [DUCKDB_TYPE_HUGEINT] = "HUGEINT",
    [DUCKDB_TYPE_VARCHAR] = "VARCHAR",
    [DUCKDB_TYPE_BLOB] = "BLOB",
    [DUCKDB_TYPE_TIMESTAMP_S] = "TIMESTAMP_S",
    [DUCKDB_TYPE_TIMESTAMP_MS] = "TIMESTAMP_MS",
    [DUCKDB_TYPE_TIMESTAMP_NS] = "TIMESTAMP_NS",
    [DUCKDB_TYPE_UUID] = "UUID",
    [DUCKDB_TYPE_BIT] = "BIT",
    [DUCKDB_TYPE_TIME_TZ] = "TIMETZ",
    [DUCKDB_TYPE_TIMESTAMP_TZ] = "TIMESTAMPTZ",
    [DUCKDB_TYPE_UHUGEINT] = "UHUGEINT",
    [DUCKDB_TYPE_BIGNUM] = "BIGNUM",
    [DUCKDB_TYPE_SQLNULL] = "\"NULL\"",
    [DUCKDB_TYPE_TIME_NS] = "TIME_NS",
    [DUCKDB_TYPE_GEOMETRY] = "GEOMETRY",
    [DUCKDB_TYPE_VARIANT] = "VARIANT",
};

/* Prints a child's type and destroys it. */
static void child_print(duckdb_logical_type type, struct buf *out)
{
    print_type(type, out);
    duckdb_destroy_logical_type(&type);
}

static void field_print(char *name, duckdb_logical_type type, struct buf *out)
{
    buf_printf(out, "\"%s\" ", name);
    duckdb_free(name);
    child_print(type, out);
}

static void enum_print(duckdb_logical_type type, struct buf *out)
{
    buf_puts(out, "ENUM(");
    for (idx_t i = 0; i < duckdb_enum_dictionary_size(type); i++) {
        char *label = duckdb_enum_dictionary_value(type, i);
        buf_puts(out, i == 0 ? "" : ", ");
        render_bytes(out, label, strlen(label));
        duckdb_free(label);
    }
    buf_putc(out, ')');
}

static void fields_print(duckdb_logical_type type, bool is_union, struct buf *out)
{
    idx_t count = is_union ? duckdb_union_type_member_count(type) : duckdb_struct_type_child_count(type);
    buf_puts(out, is_union ? "UNION(" : "STRUCT(");
    for (idx_t i = 0; i < count; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        if (is_union) {
            field_print(duckdb_union_type_member_name(type, i), duckdb_union_type_member_type(type, i), out);
        } else {
            field_print(duckdb_struct_type_child_name(type, i), duckdb_struct_type_child_type(type, i), out);
        }
    }
    buf_putc(out, ')');
}

static void print_type_plain(duckdb_logical_type type, struct buf *out)
{
    duckdb_type id = duckdb_get_type_id(type);
    switch ((int)id) {
    case DUCKDB_TYPE_DECIMAL:
        buf_printf(out, "DECIMAL(%d,%d)", duckdb_decimal_width(type), duckdb_decimal_scale(type));
        break;
    case DUCKDB_TYPE_ENUM:
        enum_print(type, out);
        break;
    case DUCKDB_TYPE_LIST:
        child_print(duckdb_list_type_child_type(type), out);
        buf_puts(out, "[]");
        break;
    case DUCKDB_TYPE_ARRAY:
        child_print(duckdb_array_type_child_type(type), out);
        buf_printf(out, "[%" PRIu64 "]", duckdb_array_type_array_size(type));
        break;
    case DUCKDB_TYPE_MAP:
        buf_puts(out, "MAP(");
        child_print(duckdb_map_type_key_type(type), out);
        buf_puts(out, ", ");
        child_print(duckdb_map_type_value_type(type), out);
        buf_putc(out, ')');
        break;
    case DUCKDB_TYPE_STRUCT:
        fields_print(type, false, out);
        break;
    case DUCKDB_TYPE_UNION:
        fields_print(type, true, out);
        break;
    default:
        if ((size_t)id < sizeof(type_names) / sizeof(type_names[0]) && type_names[id] != NULL) {
            buf_puts(out, type_names[id]);
        } else {
            buf_printf(out, "TYPE_%d", (int)id);
        }
    }
}

void print_type(duckdb_logical_type type, struct buf *out)
{
    char *alias = duckdb_logical_type_get_alias(type);
    if (alias != NULL && alias[0] != '\0') {
        buf_printf(out, "%s=", alias);
    }
    duckdb_free(alias);
    print_type_plain(type, out);
}

/* ---- Values ------------------------------------------------------------------------------------------------- */

void render_bytes(struct buf *out, const char *data, size_t bytes)
{
    size_t plain = 0; /* start of the bytes that stand for themselves */
    buf_putc(out, '\'');
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c < 32 || c == 127 || c == '\\' || c == '\'' || c == '#') {
            buf_append(out, data + plain, i - plain);
            buf_printf(out, "\\x%02x", c);
            plain = i + 1;
        }
    }
    buf_append(out, data + plain, bytes - plain);
    buf_putc(out, '\'');
}

static void render_hex(struct buf *out, const char *data, size_t bytes)
{
    buf_puts(out, "x'");
    for (size_t i = 0; i < bytes; i++) {
        buf_printf(out, "%02x", (unsigned char)data[i]);
    }
    buf_putc(out, '\'');
}

static void render_double(struct rows *rows, double value)
{
    if (rows->float_count == rows->float_capacity) {
        rows->float_capacity = rows->float_capacity == 0 ? 256 : rows->float_capacity * 2;
        rows->floats = xrealloc(rows->floats, rows->float_capacity, sizeof(*rows->floats));
    }
    rows->floats[rows->float_count++] = value;
    buf_putc(&rows->text, '#');
}

/* 128-bit integers by their digits are no use to anybody who reads a difference: hexadecimal is exact and short. */
static void render_128(struct buf *out, const void *data)
{
    uint64_t words[2];
    memcpy(words, data, sizeof(words));
    if (words[1] == 0 || (words[1] == UINT64_MAX && words[0] > INT64_MAX)) {
        buf_printf(out, "%" PRId64, (int64_t)words[0]);
        buf_puts(out, words[1] == 0 && words[0] > INT64_MAX ? "u" : "");
    } else {
        buf_printf(out, "0x%" PRIx64 "%016" PRIx64, words[1], words[0]);
    }
}

/* The value as an integer of its width; false for types that are none. */
static bool render_integer(struct buf *out, duckdb_type id, const void *data, idx_t row)
{
    switch ((int)id) {
    case DUCKDB_TYPE_TINYINT:
        buf_printf(out, "%d", ((const int8_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_SMALLINT:
        buf_printf(out, "%d", ((const int16_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
        buf_printf(out, "%" PRId32, ((const int32_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIME_NS:
        buf_printf(out, "%" PRId64, ((const int64_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_UTINYINT:
        buf_printf(out, "%u", ((const uint8_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_USMALLINT:
        buf_printf(out, "%u", ((const uint16_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_UINTEGER:
        buf_printf(out, "%" PRIu32, ((const uint32_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_TIME_TZ:
        buf_printf(out, "%" PRIu64, ((const uint64_t *)data)[row]);
        return true;
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_UUID:
        render_128(out, (const char *)data + row * 16);
        return true;
    default:
        return false;
    }
}

static uint64_t enum_index(duckdb_type internal, const void *data, idx_t row)
{
    if (internal == DUCKDB_TYPE_UTINYINT) {
        return ((const uint8_t *)data)[row];
    }
    return internal == DUCKDB_TYPE_USMALLINT ? ((const uint16_t *)data)[row] : ((const uint32_t *)data)[row];
}

static void render_list(struct rows *rows, const struct shape *shape, duckdb_vector child,
                        duckdb_list_entry entry)
{
    buf_putc(&rows->text, '[');
    for (idx_t i = 0; i < entry.length; i++) {
        buf_puts(&rows->text, i == 0 ? "" : ", ");
        render_value(rows, &shape->children[0], child, entry.offset + i);
    }
    buf_putc(&rows->text, ']');
}

/* A MAP is a list of entries, each a struct of key and value. */
static void render_map(struct rows *rows, const struct shape *shape, duckdb_vector vector,
                       duckdb_list_entry entry)
{
    duckdb_vector entries = duckdb_list_vector_get_child(vector);
    duckdb_vector keys = duckdb_struct_vector_get_child(entries, 0);
    duckdb_vector values = duckdb_struct_vector_get_child(entries, 1);
    buf_putc(&rows->text, '{');
    for (idx_t i = 0; i < entry.length; i++) {
        buf_puts(&rows->text, i == 0 ? "" : ", ");
        render_value(rows, &shape->children[0], keys, entry.offset + i);
        buf_putc(&rows->text, '=');
        render_value(rows, &shape->children[1], values, entry.offset + i);
    }
    buf_putc(&rows->text, '}');
}

static void render_struct(struct rows *rows, const struct shape *shape, duckdb_vector vector, idx_t row)
{
    buf_putc(&rows->text, '(');
    for (size_t i = 0; i < shape->child_count; i++) {
        buf_puts(&rows->text, i == 0 ? "" : ", ");
        render_value(rows, &shape->children[i], duckdb_struct_vector_get_child(vector, i), row);
    }
    buf_putc(&rows->text, ')');
}

/* A UNION is a struct of its tag and its members. */
static void render_union(struct rows *rows, const struct shape *shape, duckdb_vector vector, idx_t row)
{
    const uint8_t *tags = duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 0));
    uint8_t tag = tags[row];
    if (tag >= shape->child_count) {
        buf_printf(&rows->text, "<tag %u>", tag);
        return;
    }
    buf_printf(&rows->text, "<%u: ", tag);
    render_value(rows, &shape->children[tag], duckdb_struct_vector_get_child(vector, (idx_t)tag + 1), row);
    buf_putc(&rows->text, '>');
}

static void render_nested(struct rows *rows, const struct shape *shape, duckdb_vector vector, idx_t row)
{
    const duckdb_list_entry *entries = duckdb_vector_get_data(vector);
    switch ((int)shape->id) {
    case DUCKDB_TYPE_LIST:
        render_list(rows, shape, duckdb_list_vector_get_child(vector), entries[row]);
        break;
    case DUCKDB_TYPE_ARRAY:
        render_list(rows, shape, duckdb_array_vector_get_child(vector),
                    (duckdb_list_entry){.offset = row * shape->array_size, .length = shape->array_size});
        break;
    case DUCKDB_TYPE_MAP:
        render_map(rows, shape, vector, entries[row]);
        break;
    case DUCKDB_TYPE_STRUCT:
        render_struct(rows, shape, vector, row);
        break;
    case DUCKDB_TYPE_UNION:
        render_union(rows, shape, vector, row);
        break;
    default:
        die("no text for a value of type %d", (int)shape->id);
    }
}

static void render_string(struct rows *rows, const struct shape *shape, duckdb_string_t *value)
{
    const char *data = duckdb_string_t_data(value);
    size_t bytes = duckdb_string_t_length(*value);
    if (shape->id == DUCKDB_TYPE_VARCHAR) {
        render_bytes(&rows->text, data, bytes);
    } else {
        render_hex(&rows->text, data, bytes);
    }
}

void render_value(struct rows *rows, const struct shape *shape, duckdb_vector vector, idx_t row)
{
    struct buf *out = &rows->text;
    uint64_t *validity = duckdb_vector_get_validity(vector);
    void *data = duckdb_vector_get_data(vector);
    if (validity != NULL && !duckdb_validity_row_is_valid(validity, row)) {
        buf_puts(out, "NULL");
        return;
    }
    switch ((int)shape->id) {
    case DUCKDB_TYPE_SQLNULL:
        buf_puts(out, "NULL");
        break;
    case DUCKDB_TYPE_BOOLEAN:
        buf_puts(out, ((const uint8_t *)data)[row] != 0 ? "true" : "false");
        break;
    case DUCKDB_TYPE_FLOAT:
        render_double(rows, (double)((const float *)data)[row]);
        break;
    case DUCKDB_TYPE_DOUBLE:
        render_double(rows, ((const double *)data)[row]);
        break;
    case DUCKDB_TYPE_INTERVAL: {
        const duckdb_interval *value = (const duckdb_interval *)data + row;
        buf_printf(out, "%" PRId32 "mo %" PRId32 "d %" PRId64 "us", value->months, value->days,
                   value->micros);
        break;
    }
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_GEOMETRY:
        render_string(rows, shape, (duckdb_string_t *)data + row);
        break;
    case DUCKDB_TYPE_DECIMAL:
        render_integer(out, shape->internal, data, row);
        break;
    case DUCKDB_TYPE_ENUM: {
        uint64_t index = enum_index(shape->internal, data, row);
        const char *label = index < shape->label_count ? shape->labels[index] : "<outside the ENUM>";
        render_bytes(out, label, strlen(label));
        break;
    }
    default:
        if (!render_integer(out, shape->id, data, row)) {
            render_nested(rows, shape, vector, row);
        }
    }
}
