/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments that binding took away from an aggregate and left in its function_data: they come back as constants.
 *
 *     quantile_cont(x, [0.1, 0.9])   function_data {quantiles: [0.1, 0.9], order, desc: false}, children [x]
 *
 * An aggregate with data that is not in the list below is declined.
 */
#include <string.h>

#include "import/reader.h"

struct erased {
    struct json_object *data;
    const struct eider_type *type;     /* what the aggregate returns */
    const struct eider_type *argument; /* the type of its first argument; NULL if it has none */
};

bool import_append(struct import *im, struct expr_list *list, const struct eider_expr *item)
{
    struct expr_list longer;

    if (item == NULL)
        return false;
    longer = expr_list_new(im->arena, list->count + 1);
    if (longer.count == 0)
        return false;
    if (list->count > 0)
        memcpy(longer.items, list->items, list->count * sizeof(*list->items));
    longer.items[list->count] = item;
    *list = longer;
    return true;
}

bool import_push(struct import *im, struct expr_builder *builder, const struct eider_expr *item)
{
    if (item == NULL)
        return false;
    if (builder->list.count == builder->capacity) {
        uint32_t capacity = builder->capacity > 0 ? builder->capacity * 2 : 8;
        struct expr_list longer = expr_list_new(im->arena, capacity);

        if (longer.count == 0)
            return false;
        if (builder->list.count > 0)
            memcpy(longer.items, builder->list.items, builder->list.count * sizeof(*longer.items));
        builder->list.items = longer.items;
        builder->capacity = capacity;
    }
    builder->list.items[builder->list.count++] = item;
    return true;
}

static bool declined(struct import *im, const char *what)
{
    return verdict_no(im->verdict, VERDICT_FUNCTION_DATA, "the arguments of %s cannot be recovered", what);
}

static const struct eider_expr *negated(struct import *im, const struct eider_expr *expr)
{
    const struct expr_integer *integer = expr_as_integer(expr);
    const struct expr_double *real = expr_as_double(expr);

    if (integer != NULL) {
        struct expr_integer *copy = expr_integer_new(im->arena, expr->type);
        if (copy == NULL)
            return NULL;
        copy->lower = ~integer->lower + 1; /* 128-bit two's complement */
        copy->upper = (int64_t)(~(uint64_t)integer->upper + (copy->lower == 0 ? 1 : 0));
        return &copy->base;
    }
    if (real != NULL) {
        struct expr_double *copy = expr_double_new(im->arena, expr->type);
        if (copy == NULL)
            return NULL;
        copy->value = -real->value;
        return &copy->base;
    }
    declined(im, "a quantile");
    return NULL;
}

/* True if the aggregate was given a list of quantiles: then it returns a list of what it returns for one. A list
 * that is itself the argument's type is one quantile of lists. */
static bool wants_list(const struct erased *erased)
{
    return type_as_list(erased->type) != NULL && !type_equal(erased->type, erased->argument);
}

/* The quantiles as one constant: a scalar, or a list whose elements have one type. */
static const struct eider_expr *as_argument(struct import *im, const struct erased *erased,
                                            const struct expr_list *quantiles)
{
    struct expr_nested *list;

    if (!wants_list(erased)) {
        if (quantiles->count != 1)
            declined(im, "a quantile");
        return quantiles->count == 1 ? quantiles->items[0] : NULL;
    }
    for (uint32_t i = 1; i < quantiles->count; i++) {
        if (!type_equal(quantiles->items[0]->type, quantiles->items[i]->type)) {
            declined(im, "a list of quantiles");
            return NULL;
        }
    }
    list = expr_nested_new(im->arena, import_list_type(im, quantiles->count > 0 ? quantiles->items[0]->type
                                                                                : type_simple(TYPE_DOUBLE)));
    if (list == NULL || list->base.type == NULL)
        return NULL;
    list->children = *quantiles;
    return &list->base;
}

static bool put_quantiles(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"quantiles", "order", "desc"};
    IMPORT_SHAPE(shape, "a quantile", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[3];
    struct expr_list quantiles;
    uint32_t count;
    bool descending;

    if (!import_fields(im, erased->data, &shape, values) || !import_bool(im, values[2], &descending) ||
        !import_list(im, values[0], &count))
        return false;
    quantiles = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < quantiles.count; i++) {
        const struct eider_expr *value = import_value(im, import_item(values[0], i));

        if (value != NULL && descending)
            value = negated(im, value);
        if ((quantiles.items[i] = value) == NULL)
            return false;
    }
    return quantiles.count == count && import_append(im, args, as_argument(im, erased, &quantiles));
}

/* Numbers without a type: FLOAT for approx_quantile, DOUBLE for reservoir_quantile. */
static bool put_numbers(struct import *im, const struct erased *erased, struct json_object *numbers,
                        enum type_tag type, struct expr_list *args)
{
    struct expr_list quantiles;
    uint32_t count;

    if (!import_list(im, numbers, &count))
        return false;
    quantiles = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < quantiles.count; i++) {
        struct expr_double *number = expr_double_new(im->arena, type_simple(type));

        if (number == NULL || !import_double(im, import_item(numbers, i), &number->value))
            return false;
        quantiles.items[i] = &number->base;
    }
    return quantiles.count == count && import_append(im, args, as_argument(im, erased, &quantiles));
}

static bool put_approx_quantiles(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"quantiles"};
    IMPORT_SHAPE(shape, "approx_quantile", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[1];

    return import_fields(im, erased->data, &shape, values) &&
           put_numbers(im, erased, values[0], TYPE_FLOAT, args);
}

static bool put_reservoir_quantiles(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"quantiles", "sample_size"};
    IMPORT_SHAPE(shape, "reservoir_quantile", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[2];
    struct expr_integer *size = expr_integer_new(im->arena, type_simple(TYPE_INTEGER));

    if (size == NULL || !import_fields(im, erased->data, &shape, values) ||
        !import_u64(im, values[1], &size->lower))
        return false;
    if (size->lower == 0 || size->lower > INT32_MAX)
        return declined(im, "reservoir_quantile");
    return put_numbers(im, erased, values[0], TYPE_DOUBLE, args) && import_append(im, args, &size->base);
}

static bool put_separator(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"separator"};
    IMPORT_SHAPE(shape, "string_agg", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[1];
    struct eider_str separator;

    return import_fields(im, erased->data, &shape, values) && import_str(im, values[0], &separator) &&
           import_append(im, args, import_text(im, separator));
}

/* Without bounds DuckDB found none, and fails when the aggregate runs: so does the call without them. */
static bool put_bit_bounds(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"min", "max"};
    IMPORT_SHAPE(shape, "bitstring_agg", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[2];
    const struct eider_expr *low, *high;

    if (!import_fields(im, erased->data, &shape, values) || (low = import_value(im, values[0])) == NULL ||
        (high = import_value(im, values[1])) == NULL)
        return false;
    if (expr_as_null(low) != NULL && expr_as_null(high) != NULL)
        return true;
    return import_append(im, args, low) && import_append(im, args, high);
}

/* median and mad are quantiles without an argument. */
static bool put_nothing(struct import *im, const struct erased *erased, struct expr_list *args)
{
    static const char *const keys[] = {"quantiles", "order", "desc"};
    IMPORT_SHAPE(shape, "an aggregate", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[3];

    (void)args;
    return import_fields(im, erased->data, &shape, values);
}

/* sum_no_overflow has data in which nothing stands. */
static bool put_empty(struct import *im, const struct erased *erased, struct expr_list *args)
{
    (void)args;
    return import_is_default(erased->data) || declined(im, "an aggregate");
}

bool import_erased_arguments(struct import *im, const struct function_json *function,
                             const struct eider_type *type, const struct eider_type *argument,
                             struct expr_list *args)
{
    static const struct {
        const char *name;
        bool (*put)(struct import *, const struct erased *, struct expr_list *);
    } aggregates[] = {
        {"quantile", put_quantiles},
        {"quantile_disc", put_quantiles},
        {"quantile_cont", put_quantiles},
        {"approx_quantile", put_approx_quantiles},
        {"reservoir_quantile", put_reservoir_quantiles},
        {"string_agg", put_separator},
        {"group_concat", put_separator},
        {"listagg", put_separator},
        {"bitstring_agg", put_bit_bounds},
        {"median", put_nothing},
        {"mad", put_nothing},
        {"sum_no_overflow", put_empty},
    };
    struct erased erased = {function->data, type, argument};
    bool has_data;

    if (!import_bool(im, function->has_serialize, &has_data))
        return false;
    if (!has_data && function->data == NULL)
        return true;
    for (size_t i = 0; i < sizeof(aggregates) / sizeof(aggregates[0]); i++) {
        if (import_is(function->name, aggregates[i].name))
            return aggregates[i].put(im, &erased, args);
    }
    return verdict_no(im->verdict, VERDICT_FUNCTION_DATA,
                      "the aggregate %.60s keeps data that cannot be written again",
                      import_chars(function->name));
}
