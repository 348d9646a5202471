/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Table filters: conditions on one column that DuckDB has pushed into a scan. They become ordinary boolean
 * expressions. OPTIONAL_FILTER and DYNAMIC_FILTER repeat what stands elsewhere in the plan and are left out, which is
 * right under AND alone: as a member of an OR they are declined.
 */
#include "import/reader.h"

static const char *const filter_base[] = {"filter_type", NULL};
#define FILTER_SHAPE(name, keys) IMPORT_SHAPE(name, "a table filter", VERDICT_FILTER, filter_base, keys)

static bool read_filter(struct import *im, const struct eider_expr *column, struct json_object *json,
                        struct expr_builder *ret);

static bool declined(struct import *im, const char *what)
{
    return verdict_no(im->verdict, VERDICT_FILTER, "a table filter of the kind %.40s is not understood",
                      what);
}

static bool read_constant(struct import *im, const struct eider_expr *column, struct json_object *json,
                          struct expr_builder *ret)
{
    static const char *const keys[] = {"comparison_type", "constant"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[2];
    struct expr_comparison *expr = expr_comparison_new(im->arena, type_simple(TYPE_BOOLEAN));

    if (expr == NULL || !import_fields(im, json, &shape, values) ||
        (expr->right = import_value(im, values[1])) == NULL)
        return false;
    expr->left = column;
    expr->op = import_comparison(import_chars(values[0]));
    if (expr->op == comparison_INVALID || !type_equal(expr->right->type, column->type))
        return import_unreadable(im, "a table filter");
    return import_push(im, ret, &expr->base);
}

static bool read_null(struct import *im, const struct eider_expr *column, struct json_object *json,
                      struct expr_builder *ret)
{
    static const char *const keys[] = {""};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[1];
    enum operator op = import_is(import_key(json, "filter_type"), "IS_NULL") ? OPERATOR_IS_NULL
                                                                             : OPERATOR_IS_NOT_NULL;

    return import_fields(im, json, &shape, values) &&
           import_push(im, ret, import_operator(im, op, column, NULL));
}

/* column IN (…) */
static bool read_in(struct import *im, const struct eider_expr *column, struct json_object *json,
                    struct expr_builder *ret)
{
    static const char *const keys[] = {"values"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[1];
    struct expr_operator *expr = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN));
    uint32_t count;

    if (expr == NULL || !import_fields(im, json, &shape, values) || !import_list(im, values[0], &count))
        return false;
    if (count == 0)
        return declined(im, "an empty IN");
    expr->op = OPERATOR_IN;
    expr->children = expr_list_new(im->arena, count + 1);
    if (expr->children.count != count + 1)
        return false;
    expr->children.items[0] = column;
    for (uint32_t i = 0; i < count; i++) {
        const struct eider_expr *value = import_value(im, import_item(values[0], i));

        if ((expr->children.items[i + 1] = value) == NULL)
            return false;
        if (!type_equal(value->type, column->type))
            return import_unreadable(im, "a table filter");
    }
    return import_push(im, ret, &expr->base);
}

static bool read_and(struct import *im, const struct eider_expr *column, struct json_object *json,
                     struct expr_builder *ret)
{
    static const char *const keys[] = {"child_filters"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[1];
    uint32_t count;

    if (!import_fields(im, json, &shape, values) || !import_list(im, values[0], &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!import_table_filter(im, column, import_item(values[0], i), ret))
            return false;
    }
    return true;
}

/* One expression for a list of conditions that must all hold. */
static const struct eider_expr *conjunction(struct import *im, const struct expr_list *list)
{
    struct expr_operator *expr;

    if (list->count == 1)
        return list->items[0];
    if ((expr = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN))) == NULL)
        return NULL;
    expr->op = OPERATOR_AND;
    expr->children = *list;
    return &expr->base;
}

static bool read_or(struct import *im, const struct eider_expr *column, struct json_object *json,
                    struct expr_builder *ret)
{
    static const char *const keys[] = {"child_filters"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[1];
    struct expr_operator *expr = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN));
    uint32_t count;

    if (expr == NULL || !import_fields(im, json, &shape, values) || !import_list(im, values[0], &count))
        return false;
    if (count == 0)
        return declined(im, "an empty OR");
    expr->op = OPERATOR_OR;
    expr->children = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < expr->children.count; i++) {
        struct expr_builder member = {.capacity = 0};

        if (!import_table_filter(im, column, import_item(values[0], i), &member))
            return false;
        if (member.list.count == 0)
            return declined(im, "an OR with an optional member");
        if ((expr->children.items[i] = conjunction(im, &member.list)) == NULL)
            return false;
    }
    return expr->children.count == count && import_push(im, ret, &expr->base);
}

/* A filter on one field of a STRUCT column. */
static bool read_struct(struct import *im, const struct eider_expr *column, struct json_object *json,
                        struct expr_builder *ret)
{
    static const char *const keys[] = {"child_idx", "child_name", "child_filter"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[3];
    const struct type_struct *type = type_as_struct(column->type);
    struct expr_function *extract;
    uint64_t index;

    if (!import_fields(im, json, &shape, values) || !import_u64(im, values[0], &index))
        return false;
    if (type == NULL || index >= type->fields.count)
        return import_unreadable(im, "a table filter");
    if ((extract = expr_function_new(im->arena, type->fields.items[index].type)) == NULL)
        return false;
    extract->name = str_from("struct_extract");
    return import_append(im, &extract->args, column) &&
           import_append(im, &extract->args, import_text(im, type->fields.items[index].name)) &&
           import_table_filter(im, &extract->base, values[2], ret);
}

/* Any expression: reference 0 is the column. */
static bool read_expression(struct import *im, const struct eider_expr *column, struct json_object *json,
                            struct expr_builder *ret)
{
    static const char *const keys[] = {"expr"};
    FILTER_SHAPE(shape, keys);
    struct json_object *values[1];
    struct eider_node node = {.tag = NODE_EMPTY, .columns = column_list_new(im->arena, 1)};
    struct binding none = {UINT64_MAX, UINT64_MAX};
    struct relation relation = {&node, &none};
    struct scope scope = import_scope(&relation);
    struct expr_list columns = {&column, 1};
    const struct eider_expr *expr;

    if (node.columns.count != 1 || !import_fields(im, json, &shape, values))
        return false;
    node.columns.items[0] = (struct column){{"", 0}, column->type};
    if ((expr = import_expr(im, &scope, values[0])) == NULL)
        return false;
    if (expr->type->tag != TYPE_BOOLEAN)
        return import_unreadable(im, "a table filter");
    return import_push(im, ret, expr_substitute(im->arena, expr, &columns));
}

bool import_is_redundant_filter(struct json_object *json)
{
    struct json_object *type = import_key(json, "filter_type");

    return import_is(type, "OPTIONAL_FILTER") || import_is(type, "DYNAMIC_FILTER");
}

static bool read_filter(struct import *im, const struct eider_expr *column, struct json_object *json,
                        struct expr_builder *ret)
{
    struct json_object *type = import_key(json, "filter_type");

    if (import_is_redundant_filter(json))
        return true;
    if (import_is(type, "CONSTANT_COMPARISON"))
        return read_constant(im, column, json, ret);
    if (import_is(type, "IS_NULL") || import_is(type, "IS_NOT_NULL"))
        return read_null(im, column, json, ret);
    if (import_is(type, "CONJUNCTION_AND"))
        return read_and(im, column, json, ret);
    if (import_is(type, "CONJUNCTION_OR"))
        return read_or(im, column, json, ret);
    if (import_is(type, "IN_FILTER"))
        return read_in(im, column, json, ret);
    if (import_is(type, "STRUCT_EXTRACT"))
        return read_struct(im, column, json, ret);
    if (import_is(type, "EXPRESSION_FILTER"))
        return read_expression(im, column, json, ret);
    return declined(im, import_chars(type));
}

bool import_table_filter(struct import *im, const struct eider_expr *column, struct json_object *json,
                         struct expr_builder *ret)
{
    bool ok;

    if (!import_enter(im))
        return false;
    ok = read_filter(im, column, json, ret);
    import_leave(im);
    return ok;
}
