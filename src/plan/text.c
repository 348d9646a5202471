/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions and types in one line, for plan pictures and messages. Never SQL that runs: that is sqlgen's. Text is
 * cut at a bound, so that a huge constant does not make a huge picture. Parentheses stand where the precedence of SQL's
 * operators needs them, and nowhere else.
 */
#include <inttypes.h>
#include <stdio.h>
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
        buf_printf(out, "DECIMAL(%" PRIu32 ",%" PRIu32 ")", type_as_decimal(type)->width,
                   type_as_decimal(type)->scale);
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
            buf_printf(out, "%s%s%s", i > 0 ? ", " : "", fields->items[i].name.data,
                       fields->items[i].name.size > 0 ? " " : "");
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
        uint64_t rest = 0,
                 parts[4] = {words[0] >> 32, words[0] & UINT32_MAX, words[1] >> 32, words[1] & UINT32_MAX};
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

/* "1998-09-02 10:30:00.5"; `fraction` has so many digits. False if out of range. */
static bool time_text(struct buf *out, int64_t seconds, uint32_t fraction, uint32_t digits, bool date_only)
{
    time_t point = (time_t)seconds;
    struct tm at;

    /* years 1 to 9999 */
    if (seconds < -62135596800 || seconds > 253402300799 || gmtime_r(&point, &at) == NULL)
        return false;
    buf_printf(out, "%04d-%02d-%02d", at.tm_year + 1900, at.tm_mon + 1, at.tm_mday);
    if (!date_only)
        buf_printf(out, " %02d:%02d:%02d", at.tm_hour, at.tm_min, at.tm_sec);
    if (fraction > 0) {
        char part[16];
        int length = snprintf(part, sizeof(part), ".%0*" PRIu32, (int)digits, fraction);
        while (length > 0 && part[length - 1] == '0')
            part[--length] = '\0';
        buf_puts(out, part);
    }
    return true;
}

/* A point in time that counts `per_second` units (10 to the power of `digits`) since 1970. */
static bool point_text(struct buf *out, const char *type, int64_t value, uint32_t digits)
{
    int64_t per_second = 1, fraction;
    size_t before = out->size;

    for (uint32_t i = 0; i < digits; i++)
        per_second *= 10;
    fraction = value % per_second < 0 ? value % per_second + per_second : value % per_second;
    buf_printf(out, "%s '", type);
    if (time_text(out, (value - fraction) / per_second, (uint32_t)fraction, digits, false)) {
        buf_putc(out, '\'');
        return true;
    }
    if (!out->failed) {
        out->size = before;
        out->data[before] = '\0';
    }
    return false;
}

static bool calendar_text(struct buf *out, const struct eider_type *type, int64_t value)
{
    size_t before = out->size;

    switch ((int)type->tag) {
    case TYPE_DATE:
        buf_puts(out, "DATE '");
        if (value < 4000000 && value > -4000000 && time_text(out, value * 86400, 0, 0, true)) {
            buf_putc(out, '\'');
            return true;
        }
        if (!out->failed) {
            out->size = before;
            out->data[before] = '\0';
        }
        return false;
    case TYPE_TIMESTAMP:
        return point_text(out, "TIMESTAMP", value, 6);
    case TYPE_TIMESTAMPTZ:
        return point_text(out, "TIMESTAMPTZ", value, 6);
    case TYPE_TIMESTAMP_S:
        return point_text(out, "TIMESTAMP_S", value, 0);
    case TYPE_TIMESTAMP_MS:
        return point_text(out, "TIMESTAMP_MS", value, 3);
    case TYPE_TIMESTAMP_NS:
        return point_text(out, "TIMESTAMP_NS", value, 9);
    default:
        return false;
    }
}

static void string_text(struct buf *out, const struct eider_type *type, struct eider_str str);

static void integer_text(struct buf *out, const struct expr_integer *integer)
{
    const struct eider_type *type = integer->base.type;

    if (calendar_text(out, type, (int64_t)integer->lower))
        return;
    if (type->tag == TYPE_BOOLEAN)
        buf_puts(out, integer->lower != 0 ? "true" : "false");
    else if (type->tag == TYPE_ENUM && integer->lower < type_as_enum(type)->values.count)
        string_text(out, type, type_as_enum(type)->values.items[integer->lower]);
    else
        wide_text(out, integer->upper, integer->lower,
                  type->tag == TYPE_DECIMAL ? type_as_decimal(type)->scale : 0);
}

/* Cut between characters: bytes 10xxxxxx go on with one. */
static uint32_t shown_bytes(struct eider_str str)
{
    uint32_t shown = STRING_MAX;

    if (str.size <= STRING_MAX)
        return str.size;
    while (shown > STRING_MAX - 4 && ((unsigned char)str.data[shown] & 0xC0) == 0x80)
        shown--;
    return shown;
}

static void string_text(struct buf *out, const struct eider_type *type, struct eider_str str)
{
    uint32_t shown = shown_bytes(str);

    buf_putc(out, '\'');
    for (uint32_t i = 0; i < shown; i++) {
        unsigned char c = (unsigned char)str.data[i];
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && type->tag == TYPE_BLOB))
            buf_printf(out, "\\x%02X", c);
        else if (c == '\'')
            buf_puts(out, "''");
        else
            buf_putc(out, (char)c);
    }
    buf_puts(out, str.size > shown ? "…'" : "'");
}

static void interval_part(struct buf *out, bool *first, int64_t count, const char *unit)
{
    if (count == 0)
        return;
    buf_printf(out, "%s%" PRId64 " %s%s", *first ? "" : " ", count, unit,
               count == 1 || count == -1 ? "" : "s");
    *first = false;
}

static void interval_text(struct buf *out, const struct expr_interval *interval)
{
    bool first = true;

    buf_puts(out, "INTERVAL '");
    interval_part(out, &first, interval->months / 12, "year");
    interval_part(out, &first, interval->months % 12, "month");
    interval_part(out, &first, interval->days, "day");
    interval_part(out, &first, interval->micros / 3600000000, "hour");
    interval_part(out, &first, interval->micros / 60000000 % 60, "minute");
    interval_part(out, &first, interval->micros / 1000000 % 60, "second");
    interval_part(out, &first, interval->micros % 1000000, "microsecond");
    buf_puts(out, first ? "0 days'" : "'");
}

static void nested_text(struct buf *out, const struct expr_nested *nested)
{
    const struct type_struct *type = type_as_struct(nested->base.type);

    buf_putc(out, type != NULL ? '{' : '[');
    for (uint32_t i = 0; i < nested->children.count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        if (type != NULL && i < type->fields.count)
            buf_printf(out, "%s: ", type->fields.items[i].name.data);
        expr_text(out, nested->children.items[i]);
    }
    buf_putc(out, type != NULL ? '}' : ']');
}

/* ---- Operators ---- */

/* How strongly an operator holds its operands together. */
enum precedence {
    PRECEDENCE_OR = 1,
    PRECEDENCE_AND,
    PRECEDENCE_NOT,
    PRECEDENCE_COMPARISON, /* and LIKE, IN, IS, BETWEEN */
    PRECEDENCE_OTHER,      /* ||, &, <<, … */
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,
    PRECEDENCE_POWER,
    PRECEDENCE_NONE /* it needs no parentheses anywhere */
};

/* DuckDB's names of operators that SQL writes as words. */
static const struct {
    const char *name, *text;
} words[] = {{"~~", "LIKE"}, {"!~~", "NOT LIKE"}, {"~~*", "ILIKE"}, {"!~~*", "NOT ILIKE"}, {"~~~", "GLOB"}};

static const char *infix(const struct expr_function *function)
{
    if (function->args.count != 2 || function->name.size == 0)
        return NULL;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_is(function->name, words[i].name))
            return words[i].text;
    }
    return strchr("+-*/%^|&<>=~!@#", function->name.data[0]) != NULL ? function->name.data : NULL;
}

static enum precedence infix_precedence(const char *text)
{
    if (strcmp(text, "+") == 0 || strcmp(text, "-") == 0)
        return PRECEDENCE_SUM;
    if (strcmp(text, "*") == 0 || strcmp(text, "/") == 0 || strcmp(text, "//") == 0 || strcmp(text, "%") == 0)
        return PRECEDENCE_PRODUCT;
    if (strcmp(text, "^") == 0 || strcmp(text, "**") == 0)
        return PRECEDENCE_POWER;
    return strchr("LNIG", text[0]) != NULL ? PRECEDENCE_COMPARISON : PRECEDENCE_OTHER;
}

static enum precedence precedence_of(const struct eider_expr *expr)
{
    const struct expr_function *function = expr_as_function(expr);
    const struct expr_operator *op = expr_as_operator(expr);

    if (function != NULL)
        return infix(function) != NULL ? infix_precedence(infix(function)) : PRECEDENCE_NONE;
    if (expr->tag == EXPR_COMPARISON || expr->tag == EXPR_BETWEEN)
        return PRECEDENCE_COMPARISON;
    if (op == NULL)
        return PRECEDENCE_NONE;
    switch (op->op) {
    case OPERATOR_OR:
        return PRECEDENCE_OR;
    case OPERATOR_AND:
        return PRECEDENCE_AND;
    case OPERATOR_NOT:
        return PRECEDENCE_NOT;
    case OPERATOR_IS_NULL:
    case OPERATOR_IS_NOT_NULL:
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        return PRECEDENCE_COMPARISON;
    case OPERATOR_COALESCE:
    case OPERATOR_NULLIF:
    case OPERATOR_TRY:
    case OPERATOR_ARRAY:
    case operator_INVALID:
    case operator_END:
        break;
    }
    return PRECEDENCE_NONE;
}

/* The operand of an operator that needs at least `least`. */
static void operand_text(struct buf *out, const struct eider_expr *expr, enum precedence least)
{
    bool parentheses = precedence_of(expr) < least;

    if (parentheses)
        buf_putc(out, '(');
    expr_text(out, expr);
    if (parentheses)
        buf_putc(out, ')');
}

/* Operators of one precedence go from left to right: a - b - c, but a - (b - c). */
static void infix_text(struct buf *out, const struct eider_expr *left, const char *op,
                       const struct eider_expr *right, enum precedence precedence)
{
    bool chains = precedence > PRECEDENCE_COMPARISON;

    operand_text(out, left, chains ? precedence : precedence + 1);
    buf_printf(out, " %s ", op);
    operand_text(out, right, precedence + 1);
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

static void function_text(struct buf *out, const struct expr_function *function)
{
    const char *op = infix(function);

    if (op != NULL) {
        infix_text(out, function->args.items[0], op, function->args.items[1], infix_precedence(op));
        return;
    }
    buf_printf(out, "%s(", function->name.data);
    for (uint32_t i = 0; i < function->args.count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        if (function->arg_names.count > 0 && function->arg_names.items[i].size > 0)
            buf_printf(out, "%s := ", function->arg_names.items[i].data);
        expr_text(out, function->args.items[i]);
    }
    buf_putc(out, ')');
}

static void op_text(struct buf *out, const struct expr_operator *op)
{
    const char *text = operator_text(op->op);

    switch (op->op) {
    case OPERATOR_AND:
    case OPERATOR_OR:
        for (uint32_t i = 0; i < op->children.count; i++) {
            if (i > 0)
                buf_printf(out, " %s ", text);
            operand_text(out, op->children.items[i],
                         PRECEDENCE_NOT); /* AND in OR too: it is easier to read */
        }
        return;
    case OPERATOR_NOT:
        buf_puts(out, "NOT ");
        operand_text(out, op->children.items[0], PRECEDENCE_COMPARISON + 1);
        return;
    case OPERATOR_IS_NULL:
    case OPERATOR_IS_NOT_NULL:
        operand_text(out, op->children.items[0], PRECEDENCE_COMPARISON + 1);
        buf_printf(out, " %s", text);
        return;
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        operand_text(out, op->children.items[0], PRECEDENCE_COMPARISON + 1);
        buf_printf(out, " %s (", text);
        for (uint32_t i = 1; i < op->children.count; i++) {
            buf_puts(out, i > 1 ? ", " : "");
            expr_text(out, op->children.items[i]);
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

static void bound_text(struct buf *out, enum frame_bound bound, const struct eider_expr *offset)
{
    if (offset != NULL && (bound == BOUND_PRECEDING || bound == BOUND_FOLLOWING)) {
        expr_text(out, offset);
        buf_putc(out, ' ');
    }
    buf_puts(out, frame_bound_text(bound));
}

/* The frame, unless it is what SQL takes if none is given. */
static void frame_text(struct buf *out, const struct expr_window *window)
{
    bool usual = window->unit == FRAME_RANGE && window->start_bound == BOUND_UNBOUNDED_PRECEDING &&
                 window->end_bound == BOUND_CURRENT_ROW;

    if (!usual) {
        buf_printf(out, " %s BETWEEN ", frame_unit_text(window->unit));
        bound_text(out, window->start_bound, window->start);
        buf_puts(out, " AND ");
        bound_text(out, window->end_bound, window->end);
    }
    if (window->exclude != EXCLUDE_NOTHING && window->exclude != frame_exclude_INVALID)
        buf_printf(out, " EXCLUDE %s", frame_exclude_text(window->exclude));
}

static void window_text(struct buf *out, const struct expr_window *window)
{
    buf_printf(out, "%s(%s", window->name.data, window->distinct ? "DISTINCT " : "");
    list_text(out, &window->args);
    if (window->arg_orders.count > 0) {
        buf_puts(out, " ORDER BY ");
        sort_keys_text(out, &window->arg_orders);
    }
    buf_puts(out, window->ignore_nulls ? " IGNORE NULLS)" : ")");
    if (window->filter != NULL) {
        buf_puts(out, " FILTER (WHERE ");
        expr_text(out, window->filter);
        buf_putc(out, ')');
    }
    buf_puts(out, " OVER (");
    if (window->partitions.count > 0) {
        buf_puts(out, "PARTITION BY ");
        list_text(out, &window->partitions);
    }
    if (window->orders.count > 0) {
        buf_puts(out, window->partitions.count > 0 ? " ORDER BY " : "ORDER BY ");
        sort_keys_text(out, &window->orders);
    }
    frame_text(out, window);
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

/* BETWEEN takes in both ends; what leaves one out is a chain of comparisons. */
static void between_text(struct buf *out, const struct expr_between *expr)
{
    enum precedence least = PRECEDENCE_COMPARISON + 1;

    if (expr->lower_inclusive && expr->upper_inclusive) {
        operand_text(out, expr->input, least);
        buf_puts(out, " BETWEEN ");
        operand_text(out, expr->lower, least);
        buf_puts(out, " AND ");
        operand_text(out, expr->upper, least);
        return;
    }
    operand_text(out, expr->lower, least);
    buf_puts(out, expr->lower_inclusive ? " <= " : " < ");
    operand_text(out, expr->input, least);
    buf_puts(out, expr->upper_inclusive ? " <= " : " < ");
    operand_text(out, expr->upper, least);
}

static void slice_text(struct buf *out, const struct expr_slice *slice)
{
    operand_text(out, slice->value, PRECEDENCE_NONE);
    buf_putc(out, '[');
    if (slice->begin != NULL)
        expr_text(out, slice->begin);
    buf_putc(out, ':');
    if (slice->end != NULL)
        expr_text(out, slice->end);
    if (slice->step != NULL) {
        buf_putc(out, ':');
        expr_text(out, slice->step);
    }
    buf_putc(out, ']');
}

static void column_text(struct buf *out, const struct expr_column *column)
{
    if (column->name.size > 0)
        buf_puts(out, column->name.data);
    else
        buf_printf(out, "#%" PRIu32, column->index);
}

static void lambda_text(struct buf *out, const struct expr_lambda *lambda)
{
    buf_puts(out, "lambda ");
    for (uint32_t i = 0; i < lambda->parameters; i++)
        buf_printf(out, "%sp%" PRIu32 "_%" PRIu32, i > 0 ? ", " : "", lambda->level, i);
    buf_puts(out, ": ");
    expr_text(out, lambda->body);
}

void expr_text(struct buf *out, const struct eider_expr *expr)
{
    switch (expr->tag) {
    case EXPR_COLUMN:
        column_text(out, expr_as_column(expr));
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
        string_text(out, expr->type, expr_as_string(expr)->bytes);
        return;
    case EXPR_INTERVAL:
        interval_text(out, expr_as_interval(expr));
        return;
    case EXPR_NESTED:
        nested_text(out, expr_as_nested(expr));
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
        infix_text(out, expr_as_comparison(expr)->left, comparison_text(expr_as_comparison(expr)->op),
                   expr_as_comparison(expr)->right, PRECEDENCE_COMPARISON);
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
        slice_text(out, expr_as_slice(expr));
        return;
    case EXPR_LAMBDA:
        lambda_text(out, expr_as_lambda(expr));
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
