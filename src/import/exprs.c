/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bound expressions, by their class. The tree stays as DuckDB gives it: implicit casts stand where they were put.
 *
 * References are positions over the concatenated output of the children (BOUND_REF) or, below lateral table
 * functions, DuckDB's own (table, column) pairs (BOUND_COLUMN_REF). `struct scope` leads either to a column of the
 * node's full input. The reference's type must be that of the column: a difference would mean that a field was
 * misread somewhere, and is unreadable.
 */
#include <string.h>

#include "import/reader.h"

const char *const import_expr_base[] = {"expression_class", "type", "alias", "query_location", NULL};

enum {
    REF_TYPE,
    REF_INDEX
};
static const char *const ref_keys[] = {"return_type", "index"};
IMPORT_SHAPE(ref_shape, "a column reference", VERDICT_EXPRESSION, import_expr_base, ref_keys);

enum {
    COLUMN_REF_TYPE,
    COLUMN_REF_BINDING,
    COLUMN_REF_DEPTH
};
static const char *const column_ref_keys[] = {"return_type", "binding", "depth"};
IMPORT_SHAPE(column_ref_shape, "a column reference", VERDICT_EXPRESSION, import_expr_base, column_ref_keys);

static const char *const binding_keys[] = {"table_index", "column_index"};
IMPORT_SHAPE(binding_shape, "a column reference", VERDICT_EXPRESSION, NULL, binding_keys);

static const char *const constant_keys[] = {"value"};
IMPORT_SHAPE(constant_shape, "a constant", VERDICT_EXPRESSION, import_expr_base, constant_keys);

enum {
    CAST_CHILD,
    CAST_TYPE,
    CAST_TRY
};
static const char *const cast_keys[] = {"child", "return_type", "try_cast"};
IMPORT_SHAPE(cast_shape, "a cast", VERDICT_EXPRESSION, import_expr_base, cast_keys);

static const char *const comparison_keys[] = {"left", "right"};
IMPORT_SHAPE(comparison_shape, "a comparison", VERDICT_EXPRESSION, import_expr_base, comparison_keys);

static const char *const conjunction_keys[] = {"children"};
IMPORT_SHAPE(conjunction_shape, "a conjunction", VERDICT_EXPRESSION, import_expr_base, conjunction_keys);

enum {
    OPERATOR_TYPE,
    OPERATOR_CHILDREN
};
static const char *const operator_keys[] = {"return_type", "children"};
IMPORT_SHAPE(operator_shape, "an operator expression", VERDICT_EXPRESSION, import_expr_base, operator_keys);

enum {
    B_INPUT,
    B_LOWER,
    B_UPPER,
    B_LOWER_INCLUSIVE,
    B_UPPER_INCLUSIVE
};
static const char *const between_keys[] = {"input", "lower", "upper", "lower_inclusive", "upper_inclusive"};
IMPORT_SHAPE(between_shape, "BETWEEN", VERDICT_EXPRESSION, import_expr_base, between_keys);

enum {
    CASE_TYPE,
    CASE_CHECKS,
    CASE_ELSE
};
static const char *const case_keys[] = {"return_type", "case_checks", "else_expr"};
IMPORT_SHAPE(case_shape, "CASE", VERDICT_EXPRESSION, import_expr_base, case_keys);

static const char *const check_keys[] = {"when_expr", "then_expr"};
IMPORT_SHAPE(check_shape, "a branch of CASE", VERDICT_EXPRESSION, NULL, check_keys);

enum {
    O_TYPE,
    O_NULL_ORDER,
    O_EXPRESSION
};
static const char *const order_keys[] = {"type", "null_order", "expression"};
IMPORT_SHAPE(order_shape, "ORDER BY", VERDICT_EXPRESSION, NULL, order_keys);

struct scope import_scope(const struct relation *relation)
{
    struct scope scope = {.parts = {{.relation = relation}}, .part_count = 1};

    return scope;
}

/* ---- References ---- */

static const struct eider_expr *read_reference(struct import *im, const struct scope *scope, uint64_t index,
                                               const struct eider_type *type)
{
    for (uint32_t p = 0; p < scope->part_count; p++) {
        const struct scope_part *part = &scope->parts[p];
        const struct eider_node *node = part->relation->node;
        uint32_t count = part->map != NULL ? part->map->count : node->columns.count;
        uint32_t position;

        if (index >= count) {
            index -= count;
            continue;
        }
        position = part->map != NULL ? part->map->items[index] : (uint32_t)index;
        if (position >= node->columns.count || !type_equal(type, node->columns.items[position].type))
            break;
        return expr_column(im->arena, node->columns.items[position].type, part->base + position,
                           node->columns.items[position].name);
    }
    import_unreadable(im, "a column reference");
    return NULL;
}

/* Inside of a lambda with n parameters, reference k < n is parameter n - 1 - k, and what follows are the captures,
 * which are expressions of the scope around it. */
static const struct eider_expr *read_lambda_reference(struct import *im, const struct scope *scope,
                                                      uint64_t index, const struct eider_type *type)
{
    struct expr_lambda_parameter *parameter;
    const struct eider_expr *captured;
    uint64_t capture;

    if (index < scope->parameters) {
        if ((parameter = expr_lambda_parameter_new(im->arena, type)) == NULL)
            return NULL;
        parameter->level = scope->level;
        parameter->position = scope->parameters - 1 - (uint32_t)index;
        return &parameter->base;
    }
    capture = index - scope->parameters + scope->first_capture;
    if (capture < json_object_array_length(scope->captures)) {
        captured = import_expr(im, scope->outer, import_item(scope->captures, (uint32_t)capture));
        if (captured == NULL || type_equal(captured->type, type))
            return captured;
    }
    import_unreadable(im, "a capture of a lambda");
    return NULL;
}

static const struct eider_expr *read_ref(struct import *im, const struct scope *scope,
                                         struct json_object *json)
{
    struct json_object *values[2];
    const struct eider_type *type;
    uint64_t index;

    if (!import_fields(im, json, &ref_shape, values) || !import_u64(im, values[REF_INDEX], &index) ||
        (type = import_type(im, values[REF_TYPE])) == NULL)
        return NULL;
    if (scope->outer != NULL)
        return read_lambda_reference(im, scope, index, type);
    return read_reference(im, scope, index, type);
}

static const struct eider_expr *read_column_ref(struct import *im, const struct scope *scope,
                                                struct json_object *json)
{
    struct json_object *values[3], *binding[2];
    const struct eider_type *type;
    uint64_t table, column;

    if (!import_fields(im, json, &column_ref_shape, values) ||
        (type = import_type(im, values[COLUMN_REF_TYPE])) == NULL)
        return NULL;
    if (!import_is_default(values[COLUMN_REF_DEPTH]) || scope->outer != NULL) {
        import_unreadable(im, "a column reference");
        return NULL;
    }
    if (!import_fields(im, values[COLUMN_REF_BINDING], &binding_shape, binding) ||
        !import_u64(im, binding[0], &table) || !import_u64(im, binding[1], &column))
        return NULL;
    for (uint32_t p = 0, base = 0; p < scope->part_count; p++) {
        const struct scope_part *part = &scope->parts[p];
        const struct eider_node *node = part->relation->node;
        uint32_t count = part->map != NULL ? part->map->count : node->columns.count;

        for (uint32_t i = 0; i < count; i++) {
            uint32_t position = part->map != NULL ? part->map->items[i] : i;
            if (position < node->columns.count && part->relation->bindings[position].table == table &&
                part->relation->bindings[position].column == column)
                return read_reference(im, scope, base + i, type);
        }
        base += count;
    }
    import_unreadable(im, "a column reference");
    return NULL;
}

/* ---- Small builders ---- */

const struct eider_expr *import_cast(struct import *im, const struct eider_expr *expr,
                                     const struct eider_type *type)
{
    struct expr_cast *cast;

    if (expr == NULL || type == NULL || type_equal(expr->type, type))
        return expr;
    if ((cast = expr_cast_new(im->arena, type)) == NULL)
        return NULL;
    cast->child = expr;
    return &cast->base;
}

const struct eider_expr *import_operator(struct import *im, enum operator op, const struct eider_expr *left,
                                         const struct eider_expr *right)
{
    struct expr_operator *expr = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN));

    if (expr == NULL || left == NULL)
        return NULL;
    expr->op = op;
    expr->children = expr_list_new(im->arena, right != NULL ? 2 : 1);
    if (expr->children.count == 0)
        return NULL;
    expr->children.items[0] = left;
    if (right != NULL)
        expr->children.items[1] = right;
    return &expr->base;
}

/* ---- Classes ---- */

static const struct eider_expr *read_constant(struct import *im, const struct scope *scope,
                                              struct json_object *json)
{
    struct json_object *values[1];

    (void)scope;
    return import_fields(im, json, &constant_shape, values) ? import_value(im, values[0]) : NULL;
}

static const struct eider_expr *cast_to(struct import *im, const struct eider_expr *child,
                                        const struct eider_type *type);

static const struct eider_expr *unnamed_cast(struct import *im)
{
    verdict_no(im->verdict, VERDICT_TYPE, "a cast to a STRUCT without field names cannot be written");
    return NULL;
}

/* Its arguments; NULL if the expression is no row(…). */
static const struct expr_list *row_args(const struct eider_expr *expr)
{
    const struct expr_function *row = expr_as_function(expr);

    return row != NULL && str_is(row->name, "row") ? &row->args : NULL;
}

/* struct_extract_at(expr, index + 1), cast. Not to another row(…): each level would write `expr` as often as it has fields. */
static const struct eider_expr *cast_field(struct import *im, const struct eider_expr *expr, uint32_t index,
                                           const struct eider_type *type)
{
    const struct eider_type *from = type_as_struct(expr->type)->fields.items[index].type;
    struct expr_function *field = expr_call(im->arena, from, "struct_extract_at", 2);

    if (!type_equal(from, type) && !type_has_names(type))
        return unnamed_cast(im);
    if (field == NULL)
        return NULL;
    field->args.items[0] = expr;
    field->args.items[1] = expr_bigint(im->arena, (int64_t)index + 1);
    return cast_to(im, &field->base, type);
}

/* row(…) of another one's fields, each cast: SQL cannot name the type. */
static const struct eider_expr *cast_row(struct import *im, const struct eider_expr *child,
                                         const struct eider_type *type)
{
    const struct column_list *to = &type_as_struct(type)->fields;
    const struct expr_list *args = row_args(child);
    struct expr_function *made = expr_call(im->arena, type, "row", to->count);

    if (to->count != type_as_struct(child->type)->fields.count)
        return unnamed_cast(im);
    if (made == NULL)
        return NULL;
    for (uint32_t i = 0; i < made->args.count; i++) {
        const struct eider_type *field = to->items[i].type;
        made->args.items[i] =
            args != NULL ? cast_to(im, args->items[i], field) : cast_field(im, child, i, field);
        if (made->args.items[i] == NULL)
            return NULL;
    }
    return args != NULL ? &made->base
                        : expr_when(im->arena, expr_is_not_null(im->arena, child), &made->base, NULL);
}

static const struct eider_expr *cast_to(struct import *im, const struct eider_expr *child,
                                        const struct eider_type *type)
{
    if (type_has_names(type) || type_equal(child->type, type))
        return expr_cast_to(im->arena, child, type);
    if (child->type->tag == TYPE_SQLNULL)
        return expr_null(im->arena, type);
    if (type_is_unnamed(type) && type_is_unnamed(child->type))
        return cast_row(im, child, type);
    return unnamed_cast(im);
}

static const struct eider_expr *read_cast(struct import *im, const struct scope *scope,
                                          struct json_object *json)
{
    struct json_object *values[3];
    const struct eider_type *type;
    struct expr_cast *expr;

    if (!import_fields(im, json, &cast_shape, values) ||
        (type = import_type(im, values[CAST_TYPE])) == NULL ||
        (expr = expr_cast_new(im->arena, type)) == NULL ||
        !import_bool(im, values[CAST_TRY], &expr->try_cast) ||
        (expr->child = import_expr(im, scope, values[CAST_CHILD])) == NULL)
        return NULL;
    if (type_has_names(type))
        return &expr->base;
    return expr->try_cast ? unnamed_cast(im) : cast_to(im, expr->child, type);
}

enum comparison import_comparison(const char *text)
{
    static const struct {
        const char *text;
        enum comparison op;
    } comparisons[] = {
        {"COMPARE_EQUAL", COMPARE_EQUAL},
        {"COMPARE_NOTEQUAL", COMPARE_NOT_EQUAL},
        {"COMPARE_LESSTHAN", COMPARE_LESS},
        {"COMPARE_GREATERTHAN", COMPARE_GREATER},
        {"COMPARE_LESSTHANOREQUALTO", COMPARE_LESS_EQUAL},
        {"COMPARE_GREATERTHANOREQUALTO", COMPARE_GREATER_EQUAL},
        {"COMPARE_DISTINCT_FROM", COMPARE_DISTINCT_FROM},
        {"COMPARE_NOT_DISTINCT_FROM", COMPARE_NOT_DISTINCT_FROM},
    };

    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
        if (strcmp(comparisons[i].text, text) == 0)
            return comparisons[i].op;
    }
    return comparison_INVALID;
}

static const struct eider_expr *unknown_expression(struct import *im, struct json_object *json)
{
    verdict_no(im->verdict, VERDICT_EXPRESSION, "an expression of the kind %.40s/%.40s is not understood",
               import_chars(import_key(json, "expression_class")), import_chars(import_key(json, "type")));
    return NULL;
}

static const struct eider_expr *read_comparison(struct import *im, const struct scope *scope,
                                                struct json_object *json)
{
    struct json_object *values[2];
    struct expr_comparison *expr = expr_comparison_new(im->arena, type_simple(TYPE_BOOLEAN));

    if (expr == NULL || !import_fields(im, json, &comparison_shape, values))
        return NULL;
    expr->op = import_comparison(import_chars(import_key(json, "type")));
    if (expr->op == comparison_INVALID)
        return unknown_expression(im, json);
    if ((expr->left = import_expr(im, scope, values[0])) == NULL ||
        (expr->right = import_expr(im, scope, values[1])) == NULL)
        return NULL;
    return &expr->base;
}

static const struct eider_expr *read_conjunction(struct import *im, const struct scope *scope,
                                                 struct json_object *json)
{
    struct json_object *values[1], *type = import_key(json, "type");
    struct expr_operator *expr = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN));

    if (expr == NULL || !import_fields(im, json, &conjunction_shape, values) ||
        !import_exprs(im, scope, values[0], &expr->children))
        return NULL;
    if (import_is(type, "CONJUNCTION_AND"))
        expr->op = OPERATOR_AND;
    else if (import_is(type, "CONJUNCTION_OR"))
        expr->op = OPERATOR_OR;
    if (expr->op == operator_INVALID || expr->children.count == 0)
        return unknown_expression(im, json);
    return &expr->base;
}

static const struct eider_expr *read_operator(struct import *im, const struct scope *scope,
                                              struct json_object *json)
{
    static const struct {
        const char *text;
        enum operator op;
        uint32_t least, most; /* children */
    } operators[] = {
        {"OPERATOR_NOT", OPERATOR_NOT, 1, 1},
        {"OPERATOR_IS_NULL", OPERATOR_IS_NULL, 1, 1},
        {"OPERATOR_IS_NOT_NULL", OPERATOR_IS_NOT_NULL, 1, 1},
        {"COMPARE_IN", OPERATOR_IN, 2, UINT32_MAX},
        {"COMPARE_NOT_IN", OPERATOR_NOT_IN, 2, UINT32_MAX},
        {"OPERATOR_COALESCE", OPERATOR_COALESCE, 1, UINT32_MAX},
        {"OPERATOR_NULLIF", OPERATOR_NULLIF, 2, 2},
        {"OPERATOR_TRY", OPERATOR_TRY, 1, 1},
        {"ARRAY_CONSTRUCTOR", OPERATOR_ARRAY, 0, UINT32_MAX},
    };
    struct json_object *values[2];
    const char *text = import_chars(import_key(json, "type"));
    const struct eider_type *type;
    struct expr_operator *expr;

    if (!import_fields(im, json, &operator_shape, values) ||
        (type = import_type(im, values[OPERATOR_TYPE])) == NULL ||
        (expr = expr_operator_new(im->arena, type)) == NULL ||
        !import_exprs(im, scope, values[OPERATOR_CHILDREN], &expr->children))
        return NULL;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (strcmp(operators[i].text, text) == 0 && expr->children.count >= operators[i].least &&
            expr->children.count <= operators[i].most) {
            expr->op = operators[i].op;
            return &expr->base;
        }
    }
    return unknown_expression(im, json);
}

static const struct eider_expr *read_between(struct import *im, const struct scope *scope,
                                             struct json_object *json)
{
    struct json_object *values[5];
    struct expr_between *expr = expr_between_new(im->arena, type_simple(TYPE_BOOLEAN));

    if (expr == NULL || !import_fields(im, json, &between_shape, values) ||
        !import_bool(im, values[B_LOWER_INCLUSIVE], &expr->lower_inclusive) ||
        !import_bool(im, values[B_UPPER_INCLUSIVE], &expr->upper_inclusive) ||
        (expr->input = import_expr(im, scope, values[B_INPUT])) == NULL ||
        (expr->lower = import_expr(im, scope, values[B_LOWER])) == NULL ||
        (expr->upper = import_expr(im, scope, values[B_UPPER])) == NULL)
        return NULL;
    return &expr->base;
}

static const struct eider_expr *read_case(struct import *im, const struct scope *scope,
                                          struct json_object *json)
{
    struct json_object *values[3], *check[2];
    const struct eider_type *type;
    struct expr_case *expr;
    uint32_t count;
    bool ok;

    if (!import_fields(im, json, &case_shape, values) ||
        (type = import_type(im, values[CASE_TYPE])) == NULL ||
        (expr = expr_case_new(im->arena, type)) == NULL || !import_list(im, values[CASE_CHECKS], &count))
        return NULL;
    if (count == 0)
        return unknown_expression(im, json);
    expr->branches = case_branch_list_new(im->arena, count);
    for (uint32_t i = 0; i < expr->branches.count; i++) {
        struct case_branch *branch = &expr->branches.items[i];
        if (!import_fields(im, import_item(values[CASE_CHECKS], i), &check_shape, check) ||
            (branch->when = import_expr(im, scope, check[0])) == NULL ||
            (branch->then = import_expr(im, scope, check[1])) == NULL)
            return NULL;
    }
    expr->otherwise = import_opt_expr(im, scope, values[CASE_ELSE], &ok);
    return ok && expr->branches.count == count ? &expr->base : NULL;
}

static const struct eider_expr *read_parameter(struct import *im, const struct scope *scope,
                                               struct json_object *json)
{
    (void)scope;
    (void)json;
    verdict_no(im->verdict, VERDICT_PARAMETER, "the statement has parameters");
    return NULL;
}

static const struct eider_expr *read_class(struct import *im, const struct scope *scope,
                                           struct json_object *json)
{
    static const struct {
        const char *name;
        const struct eider_expr *(*read)(struct import *, const struct scope *, struct json_object *);
    } classes[] = {
        {"BOUND_REF", read_ref},
        {"BOUND_CONSTANT", read_constant},
        {"BOUND_FUNCTION", import_function},
        {"BOUND_COMPARISON", read_comparison},
        {"BOUND_CAST", read_cast},
        {"BOUND_CONJUNCTION", read_conjunction},
        {"BOUND_OPERATOR", read_operator},
        {"BOUND_BETWEEN", read_between},
        {"BOUND_CASE", read_case},
        {"BOUND_COLUMN_REF", read_column_ref},
        {"BOUND_PARAMETER", read_parameter},
    };
    const char *name = import_chars(import_key(json, "expression_class"));

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strcmp(classes[i].name, name) == 0)
            return classes[i].read(im, scope, json);
    }
    return unknown_expression(im, json);
}

const struct eider_expr *import_expr(struct import *im, const struct scope *scope, struct json_object *json)
{
    const struct eider_expr *expr;

    if (!import_enter(im))
        return NULL;
    expr = read_class(im, scope, json);
    import_leave(im);
    return expr;
}

const struct eider_expr *import_opt_expr(struct import *im, const struct scope *scope,
                                         struct json_object *json, bool *ret_ok)
{
    const struct eider_expr *expr = json != NULL ? import_expr(im, scope, json) : NULL;

    *ret_ok = json == NULL || expr != NULL;
    return expr;
}

bool import_exprs(struct import *im, const struct scope *scope, struct json_object *json,
                  struct expr_list *ret)
{
    uint32_t count;

    *ret = (struct expr_list){NULL, 0};
    if (!import_list(im, json, &count))
        return false;
    *ret = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        if ((ret->items[i] = import_expr(im, scope, import_item(json, i))) == NULL)
            return false;
    }
    return ret->count == count;
}

bool import_orders(struct import *im, const struct scope *scope, struct json_object *json,
                   struct sort_key_list *ret)
{
    uint32_t count;

    *ret = (struct sort_key_list){NULL, 0};
    if (!import_list(im, json, &count))
        return false;
    *ret = sort_key_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        struct json_object *values[3];

        if (!import_fields(im, import_item(json, i), &order_shape, values))
            return false;
        ret->items[i].descending = import_is(values[O_TYPE], "DESCENDING");
        ret->items[i].nulls_first = import_is(values[O_NULL_ORDER], "NULLS FIRST");
        if ((!ret->items[i].descending && !import_is(values[O_TYPE], "ASCENDING")) ||
            (!ret->items[i].nulls_first && !import_is(values[O_NULL_ORDER], "NULLS LAST")))
            return import_unreadable(im, "ORDER BY");
        if ((ret->items[i].expr = import_expr(im, scope, values[O_EXPRESSION])) == NULL)
            return false;
    }
    return ret->count == count;
}
