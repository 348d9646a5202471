/* SPDX-License-Identifier: Apache-2.0 */
/* Public expressions: kinds, readers, constructors, short forms. As nodes.c: the field tables do the work. */
#include "eider/expr.h"

#include "api/adopt.h"
#include "api/text.h"
#include "plan/display.h"

enum eider_expr_kind eider_expr_get_kind(const struct eider_expr *expr)
{
    return expr == NULL ? EIDER_EXPR_INVALID : (enum eider_expr_kind)expr->tag;
}

const struct eider_type *eider_expr_get_type(const struct eider_expr *expr)
{
    return expr == NULL ? NULL : expr->type;
}

bool eider_expr_equal(const struct eider_expr *a, const struct eider_expr *b)
{
    return expr_equal(a, b);
}

size_t eider_expr_text(const struct eider_expr *expr, char *text, size_t size)
{
    struct buf out;

    buf_init(&out, TEXT_MAX_BYTES);
    if (expr != NULL)
        expr_text(&out, expr);
    return text_give(&out, text, size);
}

/* DuckDB itself compares VARCHARs with constants that are BLOBs, where it knows a range for a regular expression. */
static bool are_comparable(const struct eider_type *a, const struct eider_type *b)
{
    return type_equal(a, b) || (a->tag == TYPE_VARCHAR && b->tag == TYPE_BLOB) ||
           (a->tag == TYPE_BLOB && b->tag == TYPE_VARCHAR);
}

/* False, with an error, for a comparison of two types, or one that is no BOOLEAN. */
static bool compares_types(const struct eider_expr *expr, struct eider_error *err)
{
    const struct expr_comparison *comparison = expr_as_comparison(expr);
    const char *problem = NULL;

    if (comparison == NULL)
        return true;
    if (!are_comparable(comparison->left->type, comparison->right->type))
        problem = "its sides have different types";
    else if (expr->type->tag != TYPE_BOOLEAN)
        problem = "its type is not BOOLEAN";
    if (problem != NULL)
        error_set(err, EIDER_ERROR_ARGUMENT, "comparison: %s", problem);
    return problem == NULL;
}

static enum eider_status make(struct eider_plan_context *ctx, const struct expr_fields *fields,
                              const struct eider_expr **ret, struct eider_error *err)
{
    const struct eider_expr *made;
    enum eider_status status;

    if (ctx == NULL || fields->data == NULL || ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: an argument is NULL", expr_tag_name(fields->tag));
    if ((status = adopt_expr(ctx, fields, &made, err)) != EIDER_OK || !compares_types(made, err))
        return status != EIDER_OK ? status : EIDER_ERROR_ARGUMENT;
    *ret = made;
    return EIDER_OK;
}

#define READER(TAG, name)                                                                                    \
    bool eider_expr_as_##name(const struct eider_expr *expr, struct eider_expr_##name *ret)                  \
    {                                                                                                        \
        _Static_assert(sizeof(*ret) + sizeof(*expr) <= sizeof(struct expr_##name), #name);                   \
        if (expr == NULL || ret == NULL || expr->tag != EXPR_##TAG)                                          \
            return false;                                                                                    \
        expose_expr(expr, sizeof(*ret), ret);                                                                \
        return true;                                                                                         \
    }

#define KIND(TAG, name)                                                                                      \
    READER(TAG, name)                                                                                        \
    enum eider_status eider_expr_new_##name(struct eider_plan_context *ctx, const struct eider_type *type,   \
                                            const struct eider_expr_##name *fields,                          \
                                            const struct eider_expr **ret, struct eider_error *err)          \
    {                                                                                                        \
        struct expr_fields all = {EXPR_##TAG, type, fields, sizeof(*fields)};                                \
        return make(ctx, &all, ret, err);                                                                    \
    }

KIND(COLUMN, column)
KIND(INTEGER, integer)
KIND(DOUBLE, double)
KIND(STRING, string)
KIND(INTERVAL, interval)
KIND(NESTED, nested)
KIND(FUNCTION, function)
KIND(CAST, cast)
KIND(COMPARISON, comparison)
KIND(OPERATOR, operator)
KIND(BETWEEN, between)
KIND(CASE, case)
KIND(SLICE, slice)
KIND(LAMBDA, lambda)
KIND(LAMBDA_PARAMETER, lambda_parameter)
KIND(AGGREGATE, aggregate)
KIND(WINDOW, window)
READER(BLOOM_PROBE, bloom_probe)

enum eider_status eider_expr_new_null(struct eider_plan_context *ctx, const struct eider_type *type,
                                      const struct eider_expr **ret, struct eider_error *err)
{
    if (ctx == NULL || ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "null: an argument is NULL");
    return adopt_expr(ctx, &(struct expr_fields){EXPR_NULL, type, NULL, 0}, ret, err);
}

/* ---- Short forms ---- */

enum eider_status eider_expr_column_of(struct eider_plan_context *ctx, const struct eider_node *node,
                                       uint32_t index, const struct eider_expr **ret, struct eider_error *err)
{
    struct eider_expr_column column = {.index = index};

    if (ctx == NULL || ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "column: an argument is NULL");
    if (!adopt_is_ours(ctx, node, "column", err))
        return EIDER_ERROR_ARGUMENT;
    if (index >= node->columns.count)
        return error_set(err, EIDER_ERROR_ARGUMENT, "column: %s has %u columns, not one of number %u",
                         node_tag_display(node->tag), node->columns.count, index);
    column.name = node->columns.items[index].name;
    return adopt_expr(
        ctx, &(struct expr_fields){EXPR_COLUMN, node->columns.items[index].type, &column, sizeof(column)},
        ret, err);
}

enum eider_status eider_expr_bigint(struct eider_plan_context *ctx, int64_t value,
                                    const struct eider_expr **ret, struct eider_error *err)
{
    struct eider_expr_integer integer = {.upper = value < 0 ? -1 : 0, .lower = (uint64_t)value};

    return make(ctx, &(struct expr_fields){EXPR_INTEGER, type_simple(TYPE_BIGINT), &integer, sizeof(integer)},
                ret, err);
}

enum eider_status eider_expr_varchar(struct eider_plan_context *ctx, const char *text,
                                     const struct eider_expr **ret, struct eider_error *err)
{
    struct eider_expr_string string = {.bytes = eider_str_from(text)};

    return make(ctx,
                &(struct expr_fields){EXPR_STRING, type_simple(TYPE_VARCHAR), text != NULL ? &string : NULL,
                                      sizeof(string)},
                ret, err);
}

enum eider_status eider_expr_compare(struct eider_plan_context *ctx, enum eider_comparison op,
                                     const struct eider_expr *left, const struct eider_expr *right,
                                     const struct eider_expr **ret, struct eider_error *err)
{
    struct eider_expr_comparison comparison = {.op = op, .left = left, .right = right};

    return make(
        ctx,
        &(struct expr_fields){EXPR_COMPARISON, type_simple(TYPE_BOOLEAN), &comparison, sizeof(comparison)},
        ret, err);
}
