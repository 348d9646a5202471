/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of aggregates. count_star is count without arguments; sum_no_overflow, which DuckDB puts in where sums cannot
 * overflow and nobody may call, is sum: both return the same type.
 */
#include "import/reader.h"

enum {
    A_TYPE,
    A_CHILDREN,
    A_NAME,
    A_ARGUMENTS,
    A_ORIGINAL,
    A_CATALOG,
    A_SCHEMA,
    A_HAS_DATA,
    A_DATA,
    A_KIND,
    A_FILTER,
    A_ORDERS,
    A_COUNT
};
static const char *const aggregate_keys[A_COUNT] = {
    "return_type",        "children",       "name",        "arguments",
    "original_arguments", "catalog_name",   "schema_name", "has_serialize",
    "function_data",      "aggregate_type", "filter",      "order_bys"};
IMPORT_SHAPE(aggregate_shape, "an aggregate", VERDICT_EXPRESSION, import_expr_base, aggregate_keys);

static const char *const order_keys[] = {"orders"};
IMPORT_SHAPE(order_shape, "the order of an aggregate", VERDICT_EXPRESSION, NULL, order_keys);

/* What sum returns for a type; NULL if it is no number. */
static const struct eider_type *sum_type(struct import *im, const struct eider_type *type)
{
    const struct type_decimal *decimal = type_as_decimal(type);

    return decimal != NULL ? type_decimal(im->arena, 38, decimal->scale) : type_simple(TYPE_HUGEINT);
}

bool import_aggregate_name(struct import *im, struct json_object *name, const struct eider_type *type,
                           const struct expr_list *args, struct eider_str *ret)
{
    if (import_is(name, "count_star") && args->count == 0) {
        *ret = str_from("count");
        return true;
    }
    if (import_is(name, "sum_no_overflow")) {
        *ret = str_from("sum");
        if (args->count == 1 && type_equal(type, sum_type(im, args->items[0]->type)))
            return true;
        return verdict_no(im->verdict, VERDICT_FUNCTION, "sum_no_overflow has an unexpected type");
    }
    return import_str(im, name, ret);
}

static bool read_orders(struct import *im, const struct scope *scope, struct json_object *json,
                        struct sort_key_list *ret)
{
    struct json_object *values[1];

    *ret = (struct sort_key_list){NULL, 0};
    return json == NULL ||
           (import_fields(im, json, &order_shape, values) && import_orders(im, scope, values[0], ret));
}

const struct eider_expr *import_aggregate_call(struct import *im, const struct scope *scope,
                                               struct json_object *json)
{
    struct json_object *values[A_COUNT];
    const struct eider_type *type;
    struct expr_aggregate *expr;
    struct function_json function;
    bool ok;

    if (!import_is(import_key(json, "expression_class"), "BOUND_AGGREGATE")) {
        verdict_no(im->verdict, VERDICT_EXPRESSION, "an aggregation holds something that is no aggregate");
        return NULL;
    }
    if (!import_fields(im, json, &aggregate_shape, values))
        return NULL;
    function = (struct function_json){values[A_NAME], values[A_CATALOG], values[A_SCHEMA], values[A_HAS_DATA],
                                      values[A_DATA]};
    if (!import_check_function(im, FUNCTION_AGGREGATE, &function) ||
        (type = import_type(im, values[A_TYPE])) == NULL ||
        (expr = expr_aggregate_new(im->arena, type)) == NULL ||
        !import_exprs(im, scope, values[A_CHILDREN], &expr->args) ||
        !import_erased_arguments(im, &function, type, expr->args.count > 0 ? expr->args.items[0]->type : NULL,
                                 &expr->args) ||
        !import_aggregate_name(im, values[A_NAME], type, &expr->args, &expr->name) ||
        !read_orders(im, scope, values[A_ORDERS], &expr->orders))
        return NULL;
    expr->distinct = import_is(values[A_KIND], "DISTINCT");
    if (!expr->distinct && !import_is(values[A_KIND], "NON_DISTINCT")) {
        import_unreadable(im, "an aggregate");
        return NULL;
    }
    expr->filter = import_opt_expr(im, scope, values[A_FILTER], &ok);
    return ok ? &expr->base : NULL;
}
