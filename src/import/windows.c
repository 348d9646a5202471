/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Window calls.
 *
 * The bounds of a RANGE frame stand in the plan as values of the order key: for `RANGE BETWEEN 5 PRECEDING …` over
 * ORDER BY a, start_expr is a - 5. The offset is read back out of that: the call of - (or +, for FOLLOWING; the other
 * way round under DESC) whose first argument is the key, perhaps under casts. Where DuckDB has simplified that, and
 * all are integers, the offset is their difference: ORDER BY a + 1 with start_expr a - 1 has (a + 1) - (a - 1).
 * Anything else is declined, since the value itself printed as an offset would be another frame.
 */
#include <string.h>

#include "import/reader.h"

enum {
    W_TYPE,
    W_CHILDREN,
    W_NAME,
    W_ARGUMENTS,
    W_ORIGINAL,
    W_CATALOG,
    W_SCHEMA,
    W_HAS_DATA,
    W_DATA,
    W_PARTITIONS,
    W_ORDERS,
    W_FILTER,
    W_IGNORE_NULLS,
    W_START,
    W_END,
    W_START_EXPR,
    W_END_EXPR,
    W_OFFSET,
    W_DEFAULT,
    W_EXCLUDE,
    W_DISTINCT,
    W_ARG_ORDERS,
    W_COUNT
};
static const char *const window_keys[W_COUNT] = {
    "return_type",  "children",    "name",          "arguments",     "original_arguments",
    "catalog_name", "schema_name", "has_serialize", "function_data", "partitions",
    "orders",       "filters",     "ignore_nulls",  "start",         "end",
    "start_expr",   "end_expr",    "offset_expr",   "default_expr",  "exclude_clause",
    "distinct",     "arg_orders"};
IMPORT_SHAPE(window_shape, "a window function", VERDICT_EXPRESSION, import_expr_base, window_keys);

/* The functions that are windows only. lag and lead have their offset and default beside their children. */
static const struct {
    const char *type;
    const char *name;
} window_functions[] = {
    {"WINDOW_ROW_NUMBER", "row_number"},
    {"WINDOW_RANK", "rank"},
    {"WINDOW_RANK_DENSE", "dense_rank"},
    {"WINDOW_NTILE", "ntile"},
    {"WINDOW_PERCENT_RANK", "percent_rank"},
    {"WINDOW_CUME_DIST", "cume_dist"},
    {"WINDOW_FIRST_VALUE", "first_value"},
    {"WINDOW_LAST_VALUE", "last_value"},
    {"WINDOW_NTH_VALUE", "nth_value"},
    {"WINDOW_LEAD", "lead"},
    {"WINDOW_LAG", "lag"},
    {"WINDOW_FILL", "fill"},
};

static const struct {
    const char *text;
    enum frame_bound bound;
    enum frame_unit unit; /* FRAME_INVALID: says nothing */
} bounds[] = {
    {"UNBOUNDED_PRECEDING", BOUND_UNBOUNDED_PRECEDING, frame_unit_INVALID},
    {"UNBOUNDED_FOLLOWING", BOUND_UNBOUNDED_FOLLOWING, frame_unit_INVALID},
    {"CURRENT_ROW_RANGE", BOUND_CURRENT_ROW, FRAME_RANGE},
    {"CURRENT_ROW_ROWS", BOUND_CURRENT_ROW, FRAME_ROWS},
    {"CURRENT_ROW_GROUPS", BOUND_CURRENT_ROW, FRAME_GROUPS},
    {"EXPR_PRECEDING_ROWS", BOUND_PRECEDING, FRAME_ROWS},
    {"EXPR_FOLLOWING_ROWS", BOUND_FOLLOWING, FRAME_ROWS},
    {"EXPR_PRECEDING_RANGE", BOUND_PRECEDING, FRAME_RANGE},
    {"EXPR_FOLLOWING_RANGE", BOUND_FOLLOWING, FRAME_RANGE},
    {"EXPR_PRECEDING_GROUPS", BOUND_PRECEDING, FRAME_GROUPS},
    {"EXPR_FOLLOWING_GROUPS", BOUND_FOLLOWING, FRAME_GROUPS},
};

static bool declined(struct import *im, const char *why)
{
    return verdict_no(im->verdict, VERDICT_WINDOW_FRAME, "%s", why);
}

static const struct eider_expr *strip_casts(const struct eider_expr *expr)
{
    while (expr_as_cast(expr) != NULL && !expr_as_cast(expr)->try_cast)
        expr = expr_as_cast(expr)->child;
    return expr;
}

/* What lies between two integers, the order key and the bound's value, whose type is that in which DuckDB computes. NULL: out of
 * memory. */
static const struct eider_expr *difference(struct import *im, const struct eider_expr *high,
                                           const struct eider_expr *low, const struct eider_type *type)
{
    struct expr_function *made = expr_call(im->arena, type, "-", 2);

    if (made == NULL)
        return NULL;
    made->args.items[0] = expr_cast_to(im->arena, high, type);
    made->args.items[1] = expr_cast_to(im->arena, low, type);
    return made->args.items[0] != NULL && made->args.items[1] != NULL ? &made->base : NULL;
}

/* The offset behind a RANGE bound; NULL, with a verdict, if it cannot be told. */
static const struct eider_expr *decode_range(struct import *im, const struct expr_window *window,
                                             enum frame_bound bound, const struct eider_expr *value)
{
    const struct expr_function *call = expr_as_function(strip_casts(value));
    bool minus = bound == BOUND_PRECEDING;
    const struct eider_expr *key;

    if (window->orders.count == 1) {
        key = window->orders.items[0].expr;
        if (window->orders.items[0].descending)
            minus = !minus;
        if (call != NULL && call->args.count == 2 && str_is(call->name, minus ? "-" : "+") &&
            expr_equal(strip_casts(call->args.items[0]), strip_casts(key)))
            return call->args.items[1];
        if (type_is_integer(key->type) && type_is_integer(value->type))
            return minus ? difference(im, key, value, value->type) : difference(im, value, key, value->type);
    }
    declined(im, "the offset of a RANGE frame cannot be recovered");
    return NULL;
}

static bool read_bound(struct import *im, const struct scope *scope, struct json_object *text,
                       struct json_object *json, struct expr_window *window, bool start)
{
    const struct eider_expr *offset;
    enum frame_bound bound = frame_bound_INVALID;
    enum frame_unit unit = frame_unit_INVALID;
    bool ok;

    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (import_is(text, bounds[i].text)) {
            bound = bounds[i].bound;
            unit = bounds[i].unit;
        }
    }
    offset = import_opt_expr(im, scope, json, &ok);
    if (!ok)
        return false;
    if (bound == frame_bound_INVALID ||
        (offset != NULL) != (bound == BOUND_PRECEDING || bound == BOUND_FOLLOWING))
        return declined(im, "a window frame is not understood");
    if (unit != frame_unit_INVALID && window->unit != frame_unit_INVALID && unit != window->unit)
        return declined(im, "the bounds of a window frame have different units");
    if (unit != frame_unit_INVALID)
        window->unit = unit;
    if (offset != NULL && unit == FRAME_RANGE && (offset = decode_range(im, window, bound, offset)) == NULL)
        return false;
    if (start) {
        window->start_bound = bound;
        window->start = offset;
    } else {
        window->end_bound = bound;
        window->end = offset;
    }
    return true;
}

static bool read_frame(struct import *im, const struct scope *scope, struct json_object **values,
                       struct expr_window *window)
{
    static const struct {
        const char *text;
        enum frame_exclude exclude;
    } excludes[] = {{"NO_OTHER", EXCLUDE_NOTHING},
                    {"CURRENT_ROW", EXCLUDE_CURRENT_ROW},
                    {"GROUP", EXCLUDE_GROUP},
                    {"TIES", EXCLUDE_TIES}};

    for (size_t i = 0; i < sizeof(excludes) / sizeof(excludes[0]); i++) {
        if (import_is(values[W_EXCLUDE], excludes[i].text))
            window->exclude = excludes[i].exclude;
    }
    if (window->exclude == frame_exclude_INVALID)
        return declined(im, "the EXCLUDE of a window frame is not understood");
    if (!read_bound(im, scope, values[W_START], values[W_START_EXPR], window, true) ||
        !read_bound(im, scope, values[W_END], values[W_END_EXPR], window, false))
        return false;
    if (window->unit == frame_unit_INVALID) /* unbounded on both sides: all units are the same */
        window->unit = FRAME_ROWS;
    return true;
}

/* lag(x, offset, default): a default needs an offset before it. */
static bool read_lag_arguments(struct import *im, const struct scope *scope, struct json_object **values,
                               struct expr_window *window)
{
    const struct eider_expr *offset, *fallback;
    bool ok;

    offset = import_opt_expr(im, scope, values[W_OFFSET], &ok);
    if (!ok)
        return false;
    fallback = import_opt_expr(im, scope, values[W_DEFAULT], &ok);
    if (!ok)
        return false;
    if (offset == NULL && fallback != NULL)
        offset = expr_bigint(im->arena, 1);
    if (offset != NULL && !import_append(im, &window->args, offset))
        return false;
    return fallback == NULL || import_append(im, &window->args, fallback);
}

static bool read_function(struct import *im, struct json_object *json, struct json_object **values,
                          struct expr_window *window)
{
    struct function_json function = {values[W_NAME], values[W_CATALOG], values[W_SCHEMA], values[W_HAS_DATA],
                                     values[W_DATA]};
    struct json_object *type = import_key(json, "type");

    if (import_is(type, "WINDOW_AGGREGATE"))
        return import_check_function(im, FUNCTION_AGGREGATE, &function) &&
               import_erased_arguments(im, &function, window->base.type,
                                       window->args.count > 0 ? window->args.items[0]->type : NULL,
                                       &window->args) &&
               import_aggregate_name(im, values[W_NAME], window->base.type, &window->args, &window->name);
    for (size_t i = 0; i < sizeof(window_functions) / sizeof(window_functions[0]); i++) {
        if (import_is(type, window_functions[i].type)) {
            window->name = str_from(window_functions[i].name);
            return true;
        }
    }
    return verdict_no(im->verdict, VERDICT_EXPRESSION, "the window function %.60s is not understood",
                      import_chars(type));
}

const struct eider_expr *import_window_call(struct import *im, const struct scope *scope,
                                            struct json_object *json)
{
    struct json_object *values[W_COUNT];
    const struct eider_type *type;
    struct expr_window *window;
    bool ok;

    if (!import_is(import_key(json, "expression_class"), "BOUND_WINDOW")) {
        verdict_no(im->verdict, VERDICT_EXPRESSION,
                   "a window operator holds something that is no window function");
        return NULL;
    }
    if (!import_fields(im, json, &window_shape, values) || (type = import_type(im, values[W_TYPE])) == NULL ||
        (window = expr_window_new(im->arena, type)) == NULL ||
        !import_exprs(im, scope, values[W_CHILDREN], &window->args) ||
        !import_exprs(im, scope, values[W_PARTITIONS], &window->partitions) ||
        !import_orders(im, scope, values[W_ORDERS], &window->orders) ||
        !import_orders(im, scope, values[W_ARG_ORDERS], &window->arg_orders) ||
        !import_bool(im, values[W_IGNORE_NULLS], &window->ignore_nulls) ||
        !import_bool(im, values[W_DISTINCT], &window->distinct) || !read_function(im, json, values, window) ||
        !read_lag_arguments(im, scope, values, window) || !read_frame(im, scope, values, window))
        return NULL;
    window->filter = import_opt_expr(im, scope, values[W_FILTER], &ok);
    return ok ? &window->base : NULL;
}
