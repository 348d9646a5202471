/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions and types in one line, for plan pictures and messages. Never SQL that runs: that is sqlgen's. Text is
 * cut at a bound, so that a huge constant does not make a huge picture.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "plan/display.h"
#include "plan/object.h"

#define STRING_MAX 64

void type_text(struct buf *out, const struct eider_type *type)
{
    const char *sql = type == NULL ? "?" : type_tag_sql(type->tag);

    if (sql != NULL) {
        buf_puts(out, sql);
    } else if (type->tag == TYPE_DECIMAL) {
        buf_printf(out, "DECIMAL(%" PRIu32 ",%" PRIu32 ")", type_as_decimal(type)->width, type_as_decimal(type)->scale);
    } else if (type->tag == TYPE_LIST) {
        type_text(out, type_as_list(type)->child);
        buf_puts(out, "[]");
    } else if (type->tag == TYPE_ARRAY) {
        type_text(out, type_as_array(type)->child);
        buf_printf(out, "[%" PRIu32 "]", type_as_array(type)->size);
    } else if (type->tag == TYPE_MAP) {
        buf_puts(out, "MAP(");
        type_text(out, type_as_map(type)->key);
        buf_puts(out, ", ");
        type_text(out, type_as_map(type)->value);
        buf_putc(out, ')');
    } else if (type->tag == TYPE_STRUCT || type->tag == TYPE_UNION) {
        const struct column_list *fields =
            type->tag == TYPE_STRUCT ? &type_as_struct(type)->fields : &type_as_union(type)->members;
        buf_puts(out, type->tag == TYPE_STRUCT ? "STRUCT(" : "UNION(");
        for (uint32_t i = 0; i < fields->count; i++) {
            buf_printf(out, "%s%s ", i > 0 ? ", " : "", fields->items[i].name.data);
            type_text(out, fields->items[i].type);
        }
        buf_putc(out, ')');
    } else {
        buf_puts(out, type_tag_name(type->tag));
    }
}

static void list_text(struct buf *out, const struct expr_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        expr_text(out, list->items[i]);
    }
}

/* Decimal digits of a signed 128-bit number, with a point before the last `scale` digits. */
static void wide_text(struct buf *out, int64_t upper, uint64_t lower, uint32_t scale)
{
    uint64_t words[2] = {(uint64_t)upper, lower};
    char digits[64];
    uint32_t count = 0;

    if (upper < 0) {
        buf_putc(out, '-');
        words[0] = ~words[0] + (lower == 0 ? 1 : 0);
        words[1] = 0 - lower;
    }
    do {
        uint64_t rest = 0, parts[4] = {words[0] >> 32, words[0] & UINT32_MAX, words[1] >> 32, words[1] & UINT32_MAX};
        for (int i = 0; i < 4; i++) {
            uint64_t value = (rest << 32) | parts[i];
            parts[i] = value / 10;
            rest = value % 10;
        }
        words[0] = (parts[0] << 32) | parts[1];
        words[1] = (parts[2] << 32) | parts[3];
        digits[count++] = (char)('0' + rest);
    } while (count < sizeof(digits) - 1 && (words[0] != 0 || words[1] != 0 || count <= scale));
    while (count > 0) {
        buf_putc(out, digits[--count]);
        if (count == scale && scale > 0)
            buf_putc(out, '.');
    }
}

static void integer_text(struct buf *out, const struct expr_integer *integer)
{
    const struct eider_type *type = integer->base.type;
    time_t seconds;
    struct tm calendar;
    char text[32];

    switch ((int)type->tag) {
    case TYPE_BOOLEAN:
        buf_puts(out, integer->lower != 0 ? "true" : "false");
        return;
    case TYPE_DECIMAL:
        wide_text(out, integer->upper, integer->lower, type_as_decimal(type)->scale);
        return;
    case TYPE_DATE:
        seconds = (time_t)((int64_t)integer->lower * 86400);
        if ((int64_t)integer->lower > -719000 && (int64_t)integer->lower < 2900000 && gmtime_r(&seconds, &calendar) &&
            strftime(text, sizeof(text), "%Y-%m-%d", &calendar) > 0) {
            buf_puts(out, text);
            return;
        }
        break;
    case TYPE_ENUM:
        if (integer->lower < type_as_enum(type)->values.count) {
            buf_printf(out, "'%s'", type_as_enum(type)->values.items[integer->lower].data);
            return;
        }
        break;
    default:
        break;
    }
    wide_text(out, integer->upper, integer->lower, 0);
}

static void string_text(struct buf *out, struct eider_str str)
{
    buf_putc(out, '\'');
    for (uint32_t i = 0; i < str.size && i < STRING_MAX; i++) {
        unsigned char c = (unsigned char)str.data[i];
        if (c < 0x20 || c == 0x7F)
            buf_printf(out, "\\x%02x", c);
        else
            buf_putc(out, (char)c);
    }
    buf_puts(out, str.size > STRING_MAX ? "…'" : "'");
}

static void sort_keys_text(struct buf *out, const struct sort_key_list *keys)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        expr_text(out, keys->items[i].expr);
        buf_puts(out, keys->items[i].descending ? " DESC" : " ASC");
        buf_puts(out, keys->items[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

static bool is_word_operator(struct eider_str name)
{
    return name.size > 0 && strchr("+-*/%^|&<>=~!@#", name.data[0]) != NULL;
}

static void function_text(struct buf *out, const struct expr_function *function)
{
    if (function->args.count == 2 && is_word_operator(function->name)) {
        buf_putc(out, '(');
        expr_text(out, function->args.items[0]);
        buf_printf(out, " %s ", function->name.data);
        expr_text(out, function->args.items[1]);
        buf_putc(out, ')');
        return;
    }
    buf_printf(out, "%s(", function->name.data);
    list_text(out, &function->args);
    buf_putc(out, ')');
}

static void op_text(struct buf *out, const struct expr_operator *op)
{
    const char *text = operator_text(op->op);

    switch (op->op) {
    case OPERATOR_AND:
    case OPERATOR_OR:
        buf_putc(out, '(');
        for (uint32_t i = 0; i < op->children.count; i++) {
            if (i > 0)
                buf_printf(out, " %s ", text);
            expr_text(out, op->children.items[i]);
        }
        buf_putc(out, ')');
        return;
    case OPERATOR_NOT:
        buf_puts(out, "NOT ");
        list_text(out, &op->children);
        return;
    case OPERATOR_IS_NULL:
    case OPERATOR_IS_NOT_NULL:
        list_text(out, &op->children);
        buf_printf(out, " %s", text);
        return;
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        for (uint32_t i = 0; i < op->children.count; i++) {
            expr_text(out, op->children.items[i]);
            if (i == 0)
                buf_printf(out, " %s (", text);
            else if (i + 1 < op->children.count)
                buf_puts(out, ", ");
        }
        buf_putc(out, ')');
        return;
    case OPERATOR_COALESCE:
    case OPERATOR_NULLIF:
    case OPERATOR_TRY:
    case OPERATOR_ARRAY:
    case operator_INVALID:
    case operator_END:
        break;
    }
    buf_printf(out, "%s(", text);
    list_text(out, &op->children);
    buf_putc(out, ')');
}

static void aggregate_text(struct buf *out, const struct expr_aggregate *aggregate)
{
    bool star = aggregate->args.count == 0 &&
                (str_is(aggregate->name, "count") || str_is(aggregate->name, "count_star"));

    buf_printf(out, "%s(%s%s", star ? "count" : aggregate->name.data, aggregate->distinct ? "DISTINCT " : "",
               star ? "*" : "");
    list_text(out, &aggregate->args);
    if (aggregate->orders.count > 0) {
        buf_puts(out, " ORDER BY ");
        sort_keys_text(out, &aggregate->orders);
    }
    buf_putc(out, ')');
    if (aggregate->filter != NULL) {
        buf_puts(out, " FILTER (WHERE ");
        expr_text(out, aggregate->filter);
        buf_putc(out, ')');
    }
}

static void window_text(struct buf *out, const struct expr_window *window)
{
    buf_printf(out, "%s(", window->name.data);
    list_text(out, &window->args);
    buf_puts(out, ") OVER (");
    if (window->partitions.count > 0) {
        buf_puts(out, "PARTITION BY ");
        list_text(out, &window->partitions);
    }
    if (window->orders.count > 0) {
        buf_puts(out, window->partitions.count > 0 ? " ORDER BY " : "ORDER BY ");
        sort_keys_text(out, &window->orders);
    }
    buf_putc(out, ')');
}

static void case_text(struct buf *out, const struct expr_case *expr)
{
    buf_puts(out, "CASE");
    for (uint32_t i = 0; i < expr->branches.count; i++) {
        buf_puts(out, " WHEN ");
        expr_text(out, expr->branches.items[i].when);
        buf_puts(out, " THEN ");
        expr_text(out, expr->branches.items[i].then);
    }
    if (expr->otherwise != NULL) {
        buf_puts(out, " ELSE ");
        expr_text(out, expr->otherwise);
    }
    buf_puts(out, " END");
}

static void between_text(struct buf *out, const struct expr_between *expr)
{
    expr_text(out, expr->lower);
    buf_puts(out, expr->lower_inclusive ? " <= " : " < ");
    expr_text(out, expr->input);
    buf_puts(out, expr->upper_inclusive ? " <= " : " < ");
    expr_text(out, expr->upper);
}

void expr_text(struct buf *out, const struct eider_expr *expr)
{
    switch (expr->tag) {
    case EXPR_COLUMN:
        buf_puts(out, expr_as_column(expr)->name.data != NULL ? expr_as_column(expr)->name.data : "?");
        return;
    case EXPR_NULL:
        buf_puts(out, "NULL");
        return;
    case EXPR_INTEGER:
        integer_text(out, expr_as_integer(expr));
        return;
    case EXPR_DOUBLE:
        buf_printf(out, "%.15g", expr_as_double(expr)->value);
        return;
    case EXPR_STRING:
        string_text(out, expr_as_string(expr)->bytes);
        return;
    case EXPR_INTERVAL:
        buf_printf(out, "INTERVAL '%" PRId64 " months %" PRId64 " days %" PRId64 " us'",
                   expr_as_interval(expr)->months, expr_as_interval(expr)->days, expr_as_interval(expr)->micros);
        return;
    case EXPR_NESTED:
        buf_putc(out, '[');
        list_text(out, &expr_as_nested(expr)->children);
        buf_putc(out, ']');
        return;
    case EXPR_FUNCTION:
        function_text(out, expr_as_function(expr));
        return;
    case EXPR_CAST:
        buf_puts(out, expr_as_cast(expr)->try_cast ? "TRY_CAST(" : "CAST(");
        expr_text(out, expr_as_cast(expr)->child);
        buf_puts(out, " AS ");
        type_text(out, expr->type);
        buf_putc(out, ')');
        return;
    case EXPR_COMPARISON:
        expr_text(out, expr_as_comparison(expr)->left);
        buf_printf(out, " %s ", comparison_text(expr_as_comparison(expr)->op));
        expr_text(out, expr_as_comparison(expr)->right);
        return;
    case EXPR_OPERATOR:
        op_text(out, expr_as_operator(expr));
        return;
    case EXPR_BETWEEN:
        between_text(out, expr_as_between(expr));
        return;
    case EXPR_CASE:
        case_text(out, expr_as_case(expr));
        return;
    case EXPR_SLICE:
        expr_text(out, expr_as_slice(expr)->value);
        buf_puts(out, "[…]");
        return;
    case EXPR_LAMBDA:
        buf_puts(out, "lambda: ");
        expr_text(out, expr_as_lambda(expr)->body);
        return;
    case EXPR_LAMBDA_PARAMETER:
        buf_printf(out, "p%" PRIu32 "_%" PRIu32, expr_as_lambda_parameter(expr)->level,
                   expr_as_lambda_parameter(expr)->position);
        return;
    case EXPR_BLOOM_PROBE:
        buf_printf(out, "bloom%" PRIu32 "(", expr_as_bloom_probe(expr)->filter);
        list_text(out, &expr_as_bloom_probe(expr)->args);
        buf_putc(out, ')');
        return;
    case EXPR_AGGREGATE:
        aggregate_text(out, expr_as_aggregate(expr));
        return;
    case EXPR_WINDOW:
        window_text(out, expr_as_window(expr));
        return;
    case EXPR_INVALID:
    case EXPR_TAG_END:
        break;
    }
    buf_puts(out, "?");
}
