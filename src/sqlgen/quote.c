/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifiers, strings, paths, functions and types as SQL text. Constants are in literal.c.
 *
 * Invariant: what goes between quotes is doubled byte by byte (a quote byte is never part of another UTF-8
 * character), and NUL bytes, at which DuckDB's C API would end the statement, never reach the output. Pure
 * functions; failure is false, running out of memory is buf.failed.
 */
#include "sqlgen/quote.h"

#include <string.h>

static void put_doubled(struct buf *out, const char *data, size_t size, char quote)
{
    while (size > 0) {
        const char *hit = memchr(data, quote, size);
        size_t plain = hit == NULL ? size : (size_t)(hit - data) + 1;
        buf_append(out, data, plain);
        if (hit != NULL)
            buf_putc(out, quote);
        data += plain;
        size -= plain;
    }
}

void quote_number(struct buf *out, uint64_t value)
{
    char digits[20];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_append(out, digits + first, sizeof(digits) - first);
}

bool quote_identifier(struct buf *out, struct eider_str name)
{
    if (name.size > 0 && memchr(name.data, '\0', name.size) != NULL)
        return false;
    buf_putc(out, '"');
    put_doubled(out, name.data, name.size, '"');
    buf_putc(out, '"');
    return true;
}

bool quote_function(struct buf *out, struct eider_str name)
{
    buf_puts(out, "system.main.");
    return quote_identifier(out, name);
}

static void put_string(struct buf *out, const char *data, size_t size)
{
    buf_putc(out, '\'');
    put_doubled(out, data, size, '\'');
    buf_putc(out, '\'');
}

void quote_string(struct buf *out, struct eider_str text)
{
    const char *data = text.data, *nul;
    size_t size = text.size;

    if (size == 0 || memchr(data, '\0', size) == NULL) {
        put_string(out, data, size);
        return;
    }
    buf_puts(out, "system.main.\"concat\"(");
    while ((nul = memchr(data, '\0', size)) != NULL) {
        put_string(out, data, (size_t)(nul - data));
        buf_puts(out, ", system.main.\"chr\"(0), ");
        size -= (size_t)(nul - data) + 1;
        data = nul + 1;
    }
    put_string(out, data, size);
    buf_putc(out, ')');
}

/*
 * DuckDB expands * ? and [ in each part of a local path but the first of an absolute one, and takes a path
 * that matches nothing as it is. "[*]" in a pattern is a plain "*". URLs have rules of their own and are left
 * alone.
 *
 *     /data/a[1].parquet  →  '/data/a[[]1].parquet'
 */
void quote_path(struct buf *out, struct eider_str path)
{
    const char *data = path.data, *end = path.data + path.size;
    bool escape = path.size == 0 || memmem(data, path.size, "://", 3) == NULL;

    if (path.size > 0 && memchr(data, '\0', path.size) != NULL) {
        quote_string(out, path); /* no such file: DuckDB says so */
        return;
    }
    buf_putc(out, '\'');
    if (escape && path.size > 0 && data[0] == '/') {
        const char *slash = memchr(data + 1, '/', path.size - 1);
        const char *next = slash == NULL ? end : slash;
        put_doubled(out, data, (size_t)(next - data), '\'');
        data = next;
    }
    for (; data < end; data++) {
        if (*data == '\'')
            buf_puts(out, "''");
        else if (escape && (*data == '*' || *data == '?' || *data == '['))
            buf_printf(out, "[%c]", *data);
        else
            buf_putc(out, *data);
    }
    buf_putc(out, '\'');
}

static bool quote_members(struct buf *out, const struct column_list *members)
{
    buf_putc(out, '(');
    for (uint32_t i = 0; i < members->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        if (!quote_identifier(out, members->items[i].name))
            return false;
        buf_putc(out, ' ');
        if (!quote_type(out, members->items[i].type))
            return false;
    }
    buf_putc(out, ')');
    return true;
}

static bool quote_enum(struct buf *out, const struct str_list *values)
{
    buf_puts(out, "ENUM(");
    for (uint32_t i = 0; i < values->count; i++) {
        struct eider_str value = values->items[i];
        if (value.size > 0 && memchr(value.data, '\0', value.size) != NULL)
            return false;
        if (i > 0)
            buf_puts(out, ", ");
        put_string(out, value.data, value.size);
    }
    buf_putc(out, ')');
    return true;
}

static bool quote_nested_type(struct buf *out, const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_DECIMAL:
        buf_puts(out, "DECIMAL(");
        quote_number(out, type_as_decimal(type)->width);
        buf_putc(out, ',');
        quote_number(out, type_as_decimal(type)->scale);
        buf_putc(out, ')');
        return true;
    case TYPE_LIST:
        if (!quote_type(out, type_as_list(type)->child))
            return false;
        buf_puts(out, "[]");
        return true;
    case TYPE_ARRAY:
        if (!quote_type(out, type_as_array(type)->child))
            return false;
        buf_putc(out, '[');
        quote_number(out, type_as_array(type)->size);
        buf_putc(out, ']');
        return true;
    case TYPE_MAP:
        buf_puts(out, "MAP(");
        if (!quote_type(out, type_as_map(type)->key))
            return false;
        buf_puts(out, ", ");
        if (!quote_type(out, type_as_map(type)->value))
            return false;
        buf_putc(out, ')');
        return true;
    case TYPE_STRUCT:
        if (type_is_unnamed(type))
            return false;
        buf_puts(out, "STRUCT");
        return quote_members(out, &type_as_struct(type)->fields);
    case TYPE_UNION:
        buf_puts(out, "UNION");
        return quote_members(out, &type_as_union(type)->members);
    case TYPE_ENUM:
        return quote_enum(out, &type_as_enum(type)->values);
    default:
        return false;
    }
}

bool quote_type(struct buf *out, const struct eider_type *type)
{
    const char *sql = type == NULL ? NULL : type_tag_sql(type->tag);

    if (sql == NULL)
        return type != NULL && quote_nested_type(out, type);
    buf_puts(out, sql);
    return true;
}
