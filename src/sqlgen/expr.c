/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions to SQL.
 *
 * Functions are called as system.main."name"(…), operators too: a macro of the same name cannot take their
 * place, and "/" as a call means division whatever integer_division says. Arguments have the types that DuckDB
 * once cast them to, so binding again finds the same overload; the exceptions (arithmetic of DECIMALs) are in
 * decimal.c.
 *
 * Pure, recursive as deep as the expression (bounded by writer_enter).
 */
#include "sqlgen/expr.h"

#include <string.h>

#include "plan/object.h"
#include "sqlgen/macro.h"
#include "sqlgen/quote.h"

/* ---- Columns ---- */

/* read_parquet's name for a column, or the name of one that it makes up. */
static void read_column(struct writer *w, const char *alias, const struct scan_column *column)
{
    static const char *const virtual_names[] = {
        [SCAN_FILENAME] = "filename",
        [SCAN_FILE_ROW_NUMBER] = "file_row_number",
        [SCAN_FILE_INDEX] = "file_index",
        [SCAN_ROWID] = "rowid",
        [SCAN_EMPTY] = NULL,
    };

    if (column->role == SCAN_EMPTY) {
        put_null(w, column->type);
        return;
    }
    for (uint32_t i = 0; i < column->path.count; i++)
        put_function(w, "struct_extract");
    put(w, alias);
    put(w, ".");
    if (column->role == SCAN_COLUMN)
        put_identifier(w, column->name);
    else
        put_identifier(w, str_from(virtual_names[column->role]));
    for (uint32_t i = 0; i < column->path.count; i++) {
        put(w, ", ");
        quote_string(w->out, column->path.items[i]);
        put(w, ")");
    }
}

void scope_column(struct writer *w, const struct scope *scope, uint32_t index)
{
    if (scope->map != NULL) {
        if (index >= scope->map->count) {
            writer_fail(w, EIDER_ERROR_PLAN, NULL, "it refers to a column that does not exist");
            return;
        }
        index = scope->map->items[index];
    }
    if (scope->read != NULL && scope->kind == SCOPE_READ && index >= scope->read->count) {
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "it refers to a column that is not read");
        return;
    }
    switch (scope->kind) {
    case SCOPE_TABLE:
        put(w, scope->alias);
        put_name(w, ".c", index);
        return;
    case SCOPE_JOIN:
        put_name(w, index < scope->left_width ? "l.c" : "r.c",
                 index < scope->left_width ? index : index - scope->left_width);
        return;
    case SCOPE_READ:
        read_column(w, scope->alias, &scope->read->items[index]);
        return;
    case SCOPE_LATERAL:
        if (index < scope->read->count)
            read_column(w, "r", &scope->read->items[index]);
        else
            put_name(w, "l.c", index - scope->read->count);
        return;
    case SCOPE_DUMMY:
        put_null(w, scope->type);
        return;
    case SCOPE_INVALID:
        break;
    }
    writer_fail(w, EIDER_ERROR_INTERNAL, NULL, "it has a column in a place without columns");
}

/* ---- Operators ---- */

static void write_list_between(struct writer *w, const struct scope *scope, const struct expr_list *list,
                               const char *between)
{
    put(w, "(");
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            put(w, between);
        write_expr(w, scope, list->items[i]);
    }
    put(w, ")");
}

static void write_binary(struct writer *w, const struct scope *scope, const struct eider_expr *left,
                         const char *op, const struct eider_expr *right)
{
    put(w, "(");
    write_expr(w, scope, left);
    put(w, op);
    write_expr(w, scope, right);
    put(w, ")");
}

static const char *comparison_sql(enum comparison op)
{
    switch (op) {
    case COMPARE_EQUAL:
        return " = ";
    case COMPARE_NOT_EQUAL:
        return " <> ";
    case COMPARE_LESS:
        return " < ";
    case COMPARE_LESS_EQUAL:
        return " <= ";
    case COMPARE_GREATER:
        return " > ";
    case COMPARE_GREATER_EQUAL:
        return " >= ";
    case COMPARE_DISTINCT_FROM:
        return " IS DISTINCT FROM ";
    case COMPARE_NOT_DISTINCT_FROM:
        return " IS NOT DISTINCT FROM ";
    case comparison_INVALID:
    case comparison_END:
        break;
    }
    return " ? ";
}

/* DuckDB compares strings with the BLOBs that it makes of regular expressions, byte by byte; SQL needs encode() for it. */
static void write_comparand(struct writer *w, const struct scope *scope, const struct eider_expr *expr,
                            const struct eider_expr *other)
{
    bool encode = expr->type->tag == TYPE_VARCHAR && other->type->tag == TYPE_BLOB;

    if (encode)
        put_function(w, "encode");
    write_expr(w, scope, expr);
    put(w, encode ? ")" : "");
}

static void write_comparison(struct writer *w, const struct scope *scope, const struct expr_comparison *expr)
{
    put(w, "(");
    write_comparand(w, scope, expr->left, expr->right);
    put(w, comparison_sql(expr->op));
    write_comparand(w, scope, expr->right, expr->left);
    put(w, ")");
}

/* One candidate is a comparison: "x IN (list)" could be read as a search in the list. */
static void write_in(struct writer *w, const struct scope *scope, const struct expr_operator *expr)
{
    bool negated = expr->op == OPERATOR_NOT_IN;

    if (expr->children.count < 2) {
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "it has an IN without candidates");
        return;
    }
    if (expr->children.count == 2) {
        write_binary(w, scope, expr->children.items[0], negated ? " <> " : " = ", expr->children.items[1]);
        return;
    }
    put(w, "(");
    write_expr(w, scope, expr->children.items[0]);
    put(w, negated ? " NOT IN (" : " IN (");
    for (uint32_t i = 1; i < expr->children.count; i++) {
        if (i > 1)
            put(w, ", ");
        write_expr(w, scope, expr->children.items[i]);
    }
    put(w, "))");
}

static void write_call(struct writer *w, const struct scope *scope, const char *name,
                       const struct expr_list *args)
{
    put(w, name);
    write_exprs(w, scope, args);
    put(w, ")");
}

/*
 * x >= a AND x <= b is how plans hold a BETWEEN. It is written as one again: DuckDB's parser makes one list of nested ANDs,
 * and then its optimizer draws other conclusions than from the original query.
 */
static bool write_as_between(struct writer *w, const struct scope *scope, const struct expr_list *children)
{
    const struct expr_comparison *low, *high;

    if (children->count != 2)
        return false;
    low = expr_as_comparison(children->items[0]);
    high = expr_as_comparison(children->items[1]);
    if (low == NULL || high == NULL || low->op != COMPARE_GREATER_EQUAL || high->op != COMPARE_LESS_EQUAL ||
        !type_equal(low->left->type, low->right->type) || !type_equal(high->left->type, high->right->type) ||
        !expr_equal(low->left, high->left))
        return false;
    put(w, "(");
    write_expr(w, scope, low->left);
    put(w, " BETWEEN ");
    write_expr(w, scope, low->right);
    put(w, " AND ");
    write_expr(w, scope, high->right);
    put(w, ")");
    return true;
}

static void write_operator(struct writer *w, const struct scope *scope, const struct expr_operator *expr)
{
    switch (expr->op) {
    case OPERATOR_NOT:
        put(w, "(NOT ");
        write_expr(w, scope, expr->children.items[0]);
        put(w, ")");
        return;
    case OPERATOR_IS_NULL:
    case OPERATOR_IS_NOT_NULL:
        put(w, "(");
        write_expr(w, scope, expr->children.items[0]);
        put(w, expr->op == OPERATOR_IS_NULL ? " IS NULL)" : " IS NOT NULL)");
        return;
    case OPERATOR_AND:
        if (!write_as_between(w, scope, &expr->children))
            write_list_between(w, scope, &expr->children, " AND ");
        return;
    case OPERATOR_OR:
        write_list_between(w, scope, &expr->children, " OR ");
        return;
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        write_in(w, scope, expr);
        return;
    case OPERATOR_COALESCE:
        write_call(w, scope, "COALESCE(", &expr->children);
        return;
    case OPERATOR_NULLIF:
        write_call(w, scope, "NULLIF(", &expr->children);
        return;
    case OPERATOR_TRY:
        write_call(w, scope, "TRY(", &expr->children);
        return;
    case OPERATOR_ARRAY:
        write_call(w, scope, "system.main.\"list_value\"(", &expr->children);
        return;
    case operator_INVALID:
    case operator_END:
        break;
    }
    writer_fail(w, EIDER_ERROR_PLAN, NULL, "it has an unknown operator");
}

void write_condition(struct writer *w, const struct scope *left_scope, const struct scope *right_scope,
                     const struct join_condition *condition)
{
    put(w, "(");
    write_expr(w, left_scope, condition->left);
    put(w, comparison_sql(condition->op));
    write_expr(w, right_scope, condition->right);
    put(w, ")");
}

static void write_between(struct writer *w, const struct scope *scope, const struct expr_between *expr)
{
    if (expr->lower_inclusive && expr->upper_inclusive) {
        put(w, "(");
        write_expr(w, scope, expr->input);
        put(w, " BETWEEN ");
        write_expr(w, scope, expr->lower);
        put(w, " AND ");
        write_expr(w, scope, expr->upper);
        put(w, ")");
        return;
    }
    put(w, "(");
    write_binary(w, scope, expr->input, expr->lower_inclusive ? " >= " : " > ", expr->lower);
    put(w, " AND ");
    write_binary(w, scope, expr->input, expr->upper_inclusive ? " <= " : " < ", expr->upper);
    put(w, ")");
}

static void write_case(struct writer *w, const struct scope *scope, const struct expr_case *expr)
{
    put(w, "CASE");
    for (uint32_t i = 0; i < expr->branches.count; i++) {
        put(w, " WHEN ");
        write_expr(w, scope, expr->branches.items[i].when);
        put(w, " THEN ");
        write_expr(w, scope, expr->branches.items[i].then);
    }
    if (expr->otherwise != NULL) {
        put(w, " ELSE ");
        write_expr(w, scope, expr->otherwise);
    }
    put(w, " END");
}

static void write_slice(struct writer *w, const struct scope *scope, const struct expr_slice *expr)
{
    put(w, "(");
    write_expr(w, scope, expr->value);
    put(w, ")[");
    if (expr->begin != NULL)
        write_expr(w, scope, expr->begin);
    put(w, ":");
    if (expr->end != NULL)
        write_expr(w, scope, expr->end);
    else if (expr->step != NULL)
        put(w, "-");
    if (expr->step != NULL) {
        put(w, ":");
        write_expr(w, scope, expr->step);
    }
    put(w, "]");
}

/* ---- Functions ---- */

static void put_parameter(struct writer *w, uint32_t level, uint32_t position)
{
    put_name(w, "p", level);
    put_name(w, "_", position);
}

static void write_lambda(struct writer *w, const struct scope *scope, const struct expr_lambda *expr)
{
    put(w, "lambda ");
    for (uint32_t i = 0; i < expr->parameters; i++) {
        if (i > 0)
            put(w, ", ");
        put_parameter(w, expr->level, i);
    }
    put(w, ": ");
    write_expr(w, scope, expr->body);
}

/* Functions that DuckDB binds to another type than they were used as: error() is "NULL", for example, and equi_width_bins() of an
 * INTEGER that was cast to BIGINT for it is a list of INTEGER in the plan. */
static bool needs_cast(const struct expr_function *function)
{
    return (str_is(function->name, "error") && function->base.type->tag != TYPE_SQLNULL) ||
           str_is(function->name, "equi_width_bins");
}

static void write_function(struct writer *w, const struct scope *scope, const struct expr_function *function)
{
    bool cast = needs_cast(function);

    if (write_macro(w, scope, function->name, &function->args, NULL))
        return;
    if (is_decimal_arithmetic(function)) {
        write_decimal_arithmetic(w, scope, function);
        return;
    }
    if (cast)
        put(w, "CAST(");
    if (!quote_function(w->out, function->name))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "the name of a function holds a NUL byte");
    put(w, "(");
    for (uint32_t i = 0; i < function->args.count; i++) {
        if (i > 0)
            put(w, ", ");
        if (i < function->arg_names.count && function->arg_names.items[i].size > 0) {
            put_identifier(w, function->arg_names.items[i]);
            put(w, " := ");
        }
        write_expr(w, scope, function->args.items[i]);
    }
    put(w, ")");
    if (cast) {
        put(w, " AS ");
        put_type(w, function->base.type);
        put(w, ")");
    }
}

static void write_cast(struct writer *w, const struct scope *scope, const struct expr_cast *expr)
{
    put(w, expr->try_cast ? "TRY_CAST(" : "CAST(");
    write_expr(w, scope, expr->child);
    put(w, " AS ");
    put_type(w, expr->base.type);
    put(w, ")");
}

/* ---- All ---- */

static void write_bloom_probe(struct writer *w, const struct scope *scope,
                              const struct expr_bloom_probe *probe)
{
    if (w->context == NULL || probe->filter >= w->context->filter_count) {
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "it probes a Bloom filter that the task does not have");
        return;
    }
    put_function(w, "eider_bloom");
    quote_string(w->out, str_from(w->context->filters[probe->filter]));
    put(w, ", ");
    put_function(w, "hash");
    write_exprs(w, scope, &probe->args);
    put(w, "))");
}

static void write_tagged(struct writer *w, const struct scope *scope, const struct eider_expr *expr)
{
    switch (expr->tag) {
    case EXPR_COLUMN:
        scope_column(w, scope, expr_as_column(expr)->index);
        return;
    case EXPR_NULL:
    case EXPR_INTEGER:
    case EXPR_DOUBLE:
    case EXPR_STRING:
    case EXPR_INTERVAL:
    case EXPR_NESTED:
        if (!quote_constant(w->out, expr))
            writer_fail(w, EIDER_ERROR_PLAN, NULL, "it has a constant that its type cannot have");
        return;
    case EXPR_FUNCTION:
        write_function(w, scope, expr_as_function(expr));
        return;
    case EXPR_CAST:
        write_cast(w, scope, expr_as_cast(expr));
        return;
    case EXPR_COMPARISON:
        write_comparison(w, scope, expr_as_comparison(expr));
        return;
    case EXPR_OPERATOR:
        write_operator(w, scope, expr_as_operator(expr));
        return;
    case EXPR_BETWEEN:
        write_between(w, scope, expr_as_between(expr));
        return;
    case EXPR_CASE:
        write_case(w, scope, expr_as_case(expr));
        return;
    case EXPR_SLICE:
        write_slice(w, scope, expr_as_slice(expr));
        return;
    case EXPR_LAMBDA:
        write_lambda(w, scope, expr_as_lambda(expr));
        return;
    case EXPR_LAMBDA_PARAMETER:
        put_parameter(w, expr_as_lambda_parameter(expr)->level, expr_as_lambda_parameter(expr)->position);
        return;
    case EXPR_BLOOM_PROBE:
        write_bloom_probe(w, scope, expr_as_bloom_probe(expr));
        return;
    case EXPR_AGGREGATE:
        write_aggregate(w, scope, expr_as_aggregate(expr));
        return;
    case EXPR_WINDOW:
        write_window(w, scope, expr_as_window(expr));
        return;
    case EXPR_INVALID:
    case EXPR_TAG_END:
        break;
    }
    writer_fail(w, EIDER_ERROR_PLAN, NULL, "it has an unknown expression");
}

void write_expr(struct writer *w, const struct scope *scope, const struct eider_expr *expr)
{
    if (writer_failed(w))
        return;
    if (writer_enter(w))
        write_tagged(w, scope, expr);
    writer_leave(w);
}

void write_exprs(struct writer *w, const struct scope *scope, const struct expr_list *exprs)
{
    for (uint32_t i = 0; i < exprs->count; i++) {
        if (i > 0)
            put(w, ", ");
        write_expr(w, scope, exprs->items[i]);
    }
}

void write_sort_direction(struct writer *w, const struct sort_key *key)
{
    put(w, key->descending ? " DESC" : " ASC");
    put(w, key->nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

void write_sort_keys(struct writer *w, const struct scope *scope, const struct sort_key_list *keys)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        if (i > 0)
            put(w, ", ");
        write_expr(w, scope, keys->items[i].expr);
        write_sort_direction(w, &keys->items[i]);
    }
}

bool is_constant(const struct eider_expr *expr)
{
    return expr->tag == EXPR_NULL || expr->tag == EXPR_INTEGER || expr->tag == EXPR_DOUBLE ||
           expr->tag == EXPR_STRING || expr->tag == EXPR_INTERVAL || expr->tag == EXPR_NESTED;
}
