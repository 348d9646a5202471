/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions with a lambda. DuckDB keeps the body in function_data and appends what it captures to the children:
 *
 *     list_transform(l, x -> x + a)      children [l, a], body  ref(0) + ref(1)
 *
 * In the body, references below the number of parameters count the parameters from the last to the first, and the
 * others are the captures (exprs.c, read_lambda_reference). A capture is written out where it is used: it is an
 * expression of the scope around the lambda. Each lambda that stands inside of another has a deeper level.
 */
#include <string.h>

#include "import/reader.h"

enum {
    L_TYPE,
    L_BODY,
    L_HAS_INDEX,
    L_HAS_INITIAL
};
static const char *const lambda_keys[] = {"return_type", "lambda_expr", "has_index", "has_initial"};
IMPORT_SHAPE(lambda_shape, "a lambda", VERDICT_FUNCTION_DATA, NULL, lambda_keys);

static bool is_reduce(const char *name)
{
    return strcmp(name, "list_reduce") == 0 || strcmp(name, "array_reduce") == 0 ||
           strcmp(name, "reduce") == 0;
}

static const struct eider_expr *read_body(struct import *im, const struct scope *scope,
                                          struct json_object *body)
{
    struct expr_lambda *lambda;
    const struct eider_expr *expr;

    im->lambda_level++;
    expr = import_expr(im, scope, body);
    im->lambda_level--;
    if (expr == NULL || (lambda = expr_lambda_new(im->arena, expr->type)) == NULL)
        return NULL;
    lambda->level = scope->level;
    lambda->parameters = scope->parameters;
    lambda->body = expr;
    return &lambda->base;
}

const struct eider_expr *import_lambda_function(struct import *im, const struct scope *scope,
                                                const struct function_json *function,
                                                struct json_object *children, const struct eider_type *type)
{
    struct json_object *values[4];
    struct expr_function *expr = expr_function_new(im->arena, type);
    struct scope inner = {.outer = scope, .level = im->lambda_level, .captures = children};
    bool has_index, has_initial;
    uint32_t count;

    if (expr == NULL || !import_fields(im, function->data, &lambda_shape, values) ||
        !import_bool(im, values[L_HAS_INDEX], &has_index) ||
        !import_bool(im, values[L_HAS_INITIAL], &has_initial) || !import_list(im, children, &count) ||
        !import_str(im, function->name, &expr->name))
        return NULL;
    inner.parameters = (is_reduce(import_chars(function->name)) ? 2U : 1U) + (has_index ? 1U : 0U);
    inner.first_capture = has_initial ? 2 : 1;
    if (values[L_BODY] == NULL || count < inner.first_capture) {
        verdict_no(im->verdict, VERDICT_FUNCTION_DATA, "%.60s has no lambda", import_chars(function->name));
        return NULL;
    }
    expr->args = expr_list_new(im->arena, has_initial ? 3 : 2);
    if (expr->args.count == 0 ||
        (expr->args.items[0] = import_expr(im, scope, import_item(children, 0))) == NULL ||
        (expr->args.items[1] = read_body(im, &inner, values[L_BODY])) == NULL)
        return NULL;
    if (has_initial && (expr->args.items[2] = import_expr(im, scope, import_item(children, 1))) == NULL)
        return NULL;
    return &expr->base;
}
