/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants as SQL expressions that have exactly their type and value: always with their type, since a bare 1
 * or 'x' is of a literal type that picks other functions. Times are written as text in UTC, so no setting
 * changes them.
 *
 * Worked example: the DECIMAL(15,2) 150 is CAST('1.50' AS DECIMAL(15,2)), the INTEGER -1 is CAST(-1 AS
 * INTEGER), the DATE -1 is CAST('1969-12-31' AS DATE).
 *
 * Pure functions; false means that the type has no such value.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sqlgen/quote.h"
#include "sqlgen/wide.h"

#define DAY_SECONDS INT64_C(86400)

/* ---- Integers ---- */

/* Digits of the number, the last one first; at least `least` of them. Returns how many. */
static uint32_t wide_digits(struct wide value, uint32_t least, char digits[64])
{
    uint32_t count = 0;

    do {
        digits[count++] = (char)('0' + wide_divide_by_ten(&value));
    } while (value.upper != 0 || value.lower != 0 || count < least);
    return count;
}

/* The number with a point before its last `scale` digits. */
static void put_wide(struct buf *out, bool negative, uint64_t upper, uint64_t lower, uint32_t scale)
{
    struct wide value = {upper, lower};
    char digits[64];
    uint32_t count;

    if (negative) {
        buf_putc(out, '-');
        value = wide_negate(value);
    }
    count = wide_digits(value, scale + 1, digits);
    while (count > 0) {
        buf_putc(out, digits[--count]);
        if (count == scale && scale > 0)
            buf_putc(out, '.');
    }
}

static bool quote_integer(struct buf *out, const struct expr_integer *constant)
{
    const struct eider_type *type = constant->base.type;
    bool is_unsigned = type->tag == TYPE_UHUGEINT;
    bool is_narrow = constant->upper == 0 || (constant->upper == -1 && constant->lower > INT64_MAX);
    const char *quote = is_narrow && !is_unsigned ? "" : "'";

    buf_puts(out, "CAST(");
    buf_puts(out, quote);
    put_wide(out, !is_unsigned && constant->upper < 0, (uint64_t)constant->upper, constant->lower, 0);
    buf_puts(out, quote);
    buf_puts(out, " AS ");
    buf_puts(out, type_tag_sql(type->tag));
    buf_putc(out, ')');
    return true;
}

static bool quote_decimal(struct buf *out, const struct expr_integer *constant)
{
    const struct type_decimal *type = type_as_decimal(constant->base.type);

    if (type->scale > type->width || type->width > 38)
        return false;
    buf_puts(out, "CAST('");
    put_wide(out, constant->upper < 0, (uint64_t)constant->upper, constant->lower, type->scale);
    buf_puts(out, "' AS ");
    quote_type(out, constant->base.type);
    buf_putc(out, ')');
    return true;
}

/* ---- Dates and times ---- */

static void put_padded(struct buf *out, uint64_t value, uint32_t width)
{
    char digits[64];
    uint32_t count = wide_digits((struct wide){0, value}, width, digits);

    while (count > 0)
        buf_putc(out, digits[--count]);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar; the year before 1 is 1 BC. The algorithm counts
 * eras of 400 years from March (H. Hinnant, "chrono-compatible low-level date algorithms"). Returns whether
 * the year is BC. */
static bool put_date(struct buf *out, int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    put_padded(out, (uint64_t)(year > 0 ? year : 1 - year), 4);
    buf_putc(out, '-');
    put_padded(out, (uint64_t)month, 2);
    buf_putc(out, '-');
    put_padded(out, (uint64_t)day, 2);
    if (year <= 0)
        buf_puts(out, " (BC)");
    return year <= 0;
}

/* `rest` in units of which a second has `per_second`; `digits` of them behind the point. 24:00:00 is a time. */
static void put_time(struct buf *out, int64_t value, int64_t per_second, uint32_t digits)
{
    int64_t seconds = value / per_second, rest = value % per_second;

    put_padded(out, (uint64_t)(seconds / 3600), 2);
    buf_putc(out, ':');
    put_padded(out, (uint64_t)(seconds / 60 % 60), 2);
    buf_putc(out, ':');
    put_padded(out, (uint64_t)(seconds % 60), 2);
    if (rest > 0) {
        buf_putc(out, '.');
        put_padded(out, (uint64_t)rest, digits);
    }
}

static bool put_infinity(struct buf *out, int64_t value, int64_t infinity)
{
    if (value != infinity && value != -infinity)
        return false;
    buf_puts(out, value > 0 ? "infinity" : "-infinity");
    return true;
}

static bool put_timestamp(struct buf *out, int64_t value, int64_t per_second, uint32_t digits)
{
    int64_t per_day = per_second * DAY_SECONDS;
    int64_t days = value / per_day - (value % per_day < 0 ? 1 : 0);

    if (days < INT32_MIN || days > INT32_MAX)
        return false;
    put_date(out, days);
    buf_putc(out, ' ');
    put_time(out, value - days * per_day, per_second, digits);
    return true;
}

/* Microseconds in the upper 40 bits, then 57599 minus the offset in seconds. */
static bool put_timetz(struct buf *out, uint64_t bits)
{
    int64_t micros = (int64_t)(bits >> 24), offset = 57599 - (int64_t)(bits & 0xFFFFFF);

    if (micros > DAY_SECONDS * 1000000 || offset < -57599 || offset > 57599)
        return false;
    put_time(out, micros, 1000000, 6);
    buf_putc(out, offset < 0 ? '-' : '+');
    put_time(out, offset < 0 ? -offset : offset, 1, 0);
    return true;
}

static bool put_moment(struct buf *out, enum type_tag tag, int64_t value)
{
    switch ((int)tag) {
    case TYPE_DATE:
        if (value < INT32_MIN || value > INT32_MAX)
            return false;
        if (!put_infinity(out, value, INT32_MAX))
            put_date(out, value);
        return true;
    case TYPE_TIME:
        if (value < 0 || value > DAY_SECONDS * 1000000)
            return false;
        put_time(out, value, 1000000, 6);
        return true;
    case TYPE_TIME_NS:
        if (value < 0 || value > DAY_SECONDS * 1000000000)
            return false;
        put_time(out, value, 1000000000, 9);
        return true;
    case TYPE_TIMETZ:
        return put_timetz(out, (uint64_t)value);
    case TYPE_TIMESTAMP_S:
        return put_infinity(out, value, INT64_MAX) || put_timestamp(out, value, 1, 0);
    case TYPE_TIMESTAMP_MS:
        return put_infinity(out, value, INT64_MAX) || put_timestamp(out, value, 1000, 3);
    case TYPE_TIMESTAMP:
        return put_infinity(out, value, INT64_MAX) || put_timestamp(out, value, 1000000, 6);
    case TYPE_TIMESTAMPTZ:
        if (put_infinity(out, value, INT64_MAX))
            return true;
        if (!put_timestamp(out, value, 1000000, 6))
            return false;
        buf_puts(out, "+00");
        return true;
    default:
        return false;
    }
}

static bool quote_moment(struct buf *out, const struct expr_integer *constant)
{
    enum type_tag tag = constant->base.type->tag;

    /* Above the upper word there is only the sign. */
    if (constant->upper != ((int64_t)constant->lower < 0 ? -1 : 0) &&
        (tag != TYPE_TIMETZ || constant->upper != 0))
        return false;
    buf_puts(out, "CAST('");
    if (!put_moment(out, tag, (int64_t)constant->lower))
        return false;
    buf_puts(out, "' AS ");
    buf_puts(out, type_tag_sql(tag));
    buf_putc(out, ')');
    return true;
}

/* As text, DuckDB does not read the first day of the range. */
static bool quote_timestamp_ns(struct buf *out, int64_t value)
{
    if (value == INT64_MAX || value == -INT64_MAX) {
        buf_puts(out, value > 0 ? "CAST('infinity' AS TIMESTAMP_NS)" : "CAST('-infinity' AS TIMESTAMP_NS)");
        return true;
    }
    buf_puts(out, "system.main.\"make_timestamp_ns\"(CAST(");
    put_wide(out, value < 0, value < 0 ? UINT64_MAX : 0, (uint64_t)value, 0);
    buf_puts(out, " AS BIGINT))");
    return true;
}

static bool interval_part(struct buf *out, const char *function, int64_t value, const char *type)
{
    buf_puts(out, "system.main.\"");
    buf_puts(out, function);
    buf_puts(out, "\"(CAST(");
    put_wide(out, value < 0, value < 0 ? UINT64_MAX : 0, (uint64_t)value, 0);
    buf_puts(out, " AS ");
    buf_puts(out, type);
    buf_puts(out, "))");
    return true;
}

/* The parts apart: as one text, or multiplied, DuckDB would carry days into months. */
static bool quote_interval(struct buf *out, const struct expr_interval *constant)
{
    bool months = constant->months != 0, micros = constant->micros != 0;
    bool days = constant->days != 0 || (!months && !micros);

    if (constant->months < INT32_MIN || constant->months > INT32_MAX || constant->days < INT32_MIN ||
        constant->days > INT32_MAX)
        return false;
    if (months && (days || micros))
        buf_puts(out, "system.main.\"+\"(");
    if (months)
        interval_part(out, "to_months", constant->months, "INTEGER");
    if (months && (days || micros))
        buf_puts(out, ", ");
    if (days && micros)
        buf_puts(out, "system.main.\"+\"(");
    if (days)
        interval_part(out, "to_days", constant->days, "INTEGER");
    if (days && micros)
        buf_puts(out, ", ");
    if (micros)
        interval_part(out, "to_microseconds", constant->micros, "BIGINT");
    buf_puts(out, days && micros ? ")" : "");
    buf_puts(out, months && (days || micros) ? ")" : "");
    return true;
}

/* ---- Others ---- */

static bool quote_uuid(struct buf *out, const struct expr_integer *constant)
{
    uint64_t upper = (uint64_t)constant->upper;

    buf_printf(out, "CAST('%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64 "' AS UUID)",
               upper >> 32, upper >> 16 & 0xFFFF, upper & 0xFFFF, constant->lower >> 48,
               constant->lower & UINT64_C(0xFFFFFFFFFFFF));
    return true;
}

static bool quote_enum_value(struct buf *out, const struct expr_integer *constant)
{
    const struct type_enum *type = type_as_enum(constant->base.type);

    if (constant->upper != 0 || constant->lower >= type->values.count)
        return false;
    buf_puts(out, "CAST(");
    quote_string(out, type->values.items[constant->lower]);
    buf_puts(out, " AS ");
    if (!quote_type(out, &type->base))
        return false;
    buf_putc(out, ')');
    return true;
}

static bool quote_integers(struct buf *out, const struct expr_integer *constant)
{
    switch ((int)constant->base.type->tag) {
    case TYPE_BOOLEAN:
        buf_puts(out, constant->lower != 0 || constant->upper != 0 ? "true" : "false");
        return true;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_HUGEINT:
    case TYPE_UTINYINT:
    case TYPE_USMALLINT:
    case TYPE_UINTEGER:
    case TYPE_UBIGINT:
    case TYPE_UHUGEINT:
        return quote_integer(out, constant);
    case TYPE_DECIMAL:
        return quote_decimal(out, constant);
    case TYPE_UUID:
        return quote_uuid(out, constant);
    case TYPE_ENUM:
        return quote_enum_value(out, constant);
    case TYPE_TIMESTAMP_NS:
        return quote_timestamp_ns(out, (int64_t)constant->lower);
    default:
        return quote_moment(out, constant);
    }
}

/* 17 digits bring back every double. printf's point depends on the locale; SQL's does not. */
static void put_digits(struct buf *out, const char *format, double value)
{
    char text[64];
    bool in_point = false;

    snprintf(text, sizeof(text), format, value);
    for (const char *c = text; *c != '\0'; c++) {
        bool is_point = strchr("0123456789e+-", *c) == NULL;
        if (!is_point || !in_point)
            buf_putc(out, is_point ? '.' : *c);
        in_point = is_point;
    }
}

void quote_double_digits(struct buf *out, double value)
{
    put_digits(out, "%.16e", value);
}

static bool quote_double(struct buf *out, const struct expr_double *constant)
{
    bool is_float = constant->base.type->tag == TYPE_FLOAT;

    if (!is_float && constant->base.type->tag != TYPE_DOUBLE)
        return false;
    buf_puts(out, "CAST('");
    if (isnan(constant->value))
        buf_puts(out, "nan");
    else if (isinf(constant->value))
        buf_puts(out, constant->value > 0 ? "inf" : "-inf");
    else if (is_float)
        put_digits(out, "%.8e", constant->value);
    else
        put_digits(out, "%.16e", constant->value);
    buf_puts(out, is_float ? "' AS FLOAT)" : "' AS DOUBLE)");
    return true;
}

/* Bytes as text: \xNN for all but plain ASCII, the inverse of DuckDB's cast. */
static void put_blob(struct buf *out, struct eider_str bytes)
{
    buf_putc(out, '\'');
    for (uint32_t i = 0; i < bytes.size; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        if (c >= 0x20 && c < 0x7F && c != '\\' && c != '\'')
            buf_putc(out, (char)c);
        else
            buf_printf(out, "\\x%02X", c);
    }
    buf_putc(out, '\'');
}

static bool quote_bytes(struct buf *out, const struct expr_string *constant)
{
    enum type_tag tag = constant->base.type->tag;

    if (tag != TYPE_VARCHAR && tag != TYPE_JSON && tag != TYPE_BLOB)
        return false;
    buf_puts(out, "CAST(");
    if (tag == TYPE_BLOB)
        put_blob(out, constant->bytes);
    else
        quote_string(out, constant->bytes);
    buf_puts(out, " AS ");
    buf_puts(out, type_tag_sql(tag));
    buf_putc(out, ')');
    return true;
}

/* ---- Nested constants ---- */

static bool quote_list(struct buf *out, const struct expr_list *items, uint32_t first, uint32_t step)
{
    buf_puts(out, "system.main.\"list_value\"(");
    for (uint32_t i = first; i < items->count; i += step) {
        if (i > first)
            buf_puts(out, ", ");
        if (!quote_constant(out, items->items[i]))
            return false;
    }
    buf_putc(out, ')');
    return true;
}

/* Of `items`, or of NULLs if those are NULL. */
static bool quote_struct(struct buf *out, const struct expr_list *items, const struct eider_type *type)
{
    const struct column_list *fields = &type_as_struct(type)->fields;
    bool unnamed = type_is_unnamed(type);

    if (items != NULL && items->count != fields->count)
        return false;
    buf_puts(out, unnamed ? "system.main.\"row\"(" : "system.main.\"struct_pack\"(");
    for (uint32_t i = 0; i < fields->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        if (!unnamed && !quote_identifier(out, fields->items[i].name))
            return false;
        if (!unnamed)
            buf_puts(out, " := ");
        if (items == NULL ? !quote_null(out, fields->items[i].type) : !quote_constant(out, items->items[i]))
            return false;
    }
    buf_putc(out, ')');
    return true;
}

static bool quote_union(struct buf *out, const struct expr_list *items, const struct column_list *members)
{
    const struct expr_integer *tag = items->count == 2 ? expr_as_integer(items->items[0]) : NULL;

    if (tag == NULL || tag->upper != 0 || tag->lower >= members->count)
        return false;
    buf_puts(out, "system.main.\"union_value\"(");
    if (!quote_identifier(out, members->items[tag->lower].name))
        return false;
    buf_puts(out, " := ");
    if (!quote_constant(out, items->items[1]))
        return false;
    buf_putc(out, ')');
    return true;
}

static bool quote_nested_value(struct buf *out, const struct expr_list *items, const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_ARRAY:
        if (items->count != type_as_array(type)->size)
            return false;
        return quote_list(out, items, 0, 1);
    case TYPE_LIST:
        return quote_list(out, items, 0, 1);
    case TYPE_MAP:
        if (items->count % 2 != 0)
            return false;
        buf_puts(out, "system.main.\"map\"(");
        if (!quote_list(out, items, 0, 2))
            return false;
        buf_puts(out, ", ");
        if (!quote_list(out, items, 1, 2))
            return false;
        buf_putc(out, ')');
        return true;
    case TYPE_STRUCT:
        return quote_struct(out, items, type);
    case TYPE_UNION:
        return quote_union(out, items, &type_as_union(type)->members);
    default:
        return false;
    }
}

static bool quote_nested(struct buf *out, const struct expr_nested *constant)
{
    /* Its parts have their types, and so it has its own, if it has any parts. */
    if (!type_has_names(constant->base.type))
        return constant->children.count > 0 &&
               quote_nested_value(out, &constant->children, constant->base.type);
    buf_puts(out, "CAST(");
    if (!quote_nested_value(out, &constant->children, constant->base.type))
        return false;
    buf_puts(out, " AS ");
    if (!quote_type(out, constant->base.type))
        return false;
    buf_putc(out, ')');
    return true;
}

bool quote_null(struct buf *out, const struct eider_type *type)
{
    bool is_list = type->tag == TYPE_LIST;

    if (type_has_names(type)) {
        buf_puts(out, "CAST(NULL AS ");
        if (!quote_type(out, type))
            return false;
        buf_putc(out, ')');
        return true;
    }
    if (!is_list && type->tag != TYPE_STRUCT)
        return false;
    buf_puts(out, is_list ? "CASE WHEN false THEN system.main.\"list_value\"(" : "CASE WHEN false THEN ");
    if (is_list ? !quote_null(out, type_as_list(type)->child) : !quote_struct(out, NULL, type))
        return false;
    buf_puts(out, is_list ? ") END" : " END");
    return true;
}

bool quote_constant(struct buf *out, const struct eider_expr *constant)
{
    if (constant == NULL || constant->type == NULL)
        return false;
    switch ((int)constant->tag) {
    case EXPR_NULL:
        return quote_null(out, constant->type);
    case EXPR_INTEGER:
        return quote_integers(out, expr_as_integer(constant));
    case EXPR_DOUBLE:
        return quote_double(out, expr_as_double(constant));
    case EXPR_STRING:
        return quote_bytes(out, expr_as_string(constant));
    case EXPR_INTERVAL:
        return constant->type->tag == TYPE_INTERVAL && quote_interval(out, expr_as_interval(constant));
    case EXPR_NESTED:
        return quote_nested(out, expr_as_nested(constant));
    default:
        return false;
    }
}
