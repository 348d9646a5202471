/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimates of distinct values of expressions, from those of the columns that they are over. Each guess errs towards
 * "many", which means less work on partial states:
 *   column, cast       those of the column
 *   constant           1
 *   BOOLEAN, ENUM      those of the type
 *   CASE               those of its branches, together
 *   parts of a date    few, and those of year() by the days
 *   anything else      as many as there are combinations of the columns in it
 *   several            as many as there are combinations; but those of one scan have no more than it has rows
 *
 *     GROUP BY c_custkey, c_name, n_name: c_* are of one scan of 150,000 rows, so min(150,000², 150,000) × 25
 *
 * Pure; any thread.
 */
#include "planner/estimate.h"

#include "plan/object.h"

#define MAX_SOURCES 16 /* scans that are told apart; columns of further ones are taken to be independent */
#define MANY        1e15

/* Functions of a point in time have few values, however many days there are. */
static const struct {
    const char *name;
    double values; /* at most; for "year": per 365 days */
} few_values[] = {
    {"year", 0},      {"month", 12},  {"quarter", 4}, {"day", 31},    {"dayofmonth", 31},
    {"dayofweek", 7}, {"isodow", 7},  {"week", 53},   {"weekday", 7}, {"weekofyear", 53},
    {"hour", 24},     {"minute", 60}, {"second", 60},
};

#define FEW_VALUES (sizeof(few_values) / sizeof(few_values[0]))

static double at_most(double value, double bound)
{
    return value < bound ? value : bound;
}

/* FEW_VALUES: it is none of them. */
static size_t few_values_of(const struct eider_expr *expr)
{
    const struct expr_function *function = expr_as_function(expr);
    size_t i = 0;

    while (i < FEW_VALUES && (function == NULL || !str_is(function->name, few_values[i].name)))
        i++;
    return i;
}

/* How many values there can be, NULL among them. */
static double most_values(const struct eider_type *type)
{
    if (type->tag == TYPE_BOOLEAN)
        return 3;
    return type->tag == TYPE_ENUM ? type_as_enum(type)->values.count + 1 : MANY;
}

const struct expr_column *estimate_column_of(const struct eider_expr *expr)
{
    while (expr_as_cast(expr) != NULL)
        expr = expr_as_cast(expr)->child;
    return expr_as_column(expr);
}

bool estimate_is_known(const struct estimate *input, const struct eider_expr *expr)
{
    const struct expr_column *column = estimate_column_of(expr);

    if (most_values(expr->type) < MANY)
        return true;
    if (column != NULL)
        return column->index < input->count && !input->columns[column->index].is_guess;
    return few_values_of(expr) < FEW_VALUES;
}

/* ---- Combinations ---- */

/* The product of the values of columns, where those of one scan are multiplied apart, to be bounded by its rows. */
struct product {
    const struct estimate *input;
    enum estimate_values which;
    double values; /* of what is of no scan */
    uint32_t scans;
    struct {
        const struct estimate_source *source;
        double values;
    } scan[MAX_SOURCES];
    uint64_t seen; /* of the first 64 columns of the input: a column twice has no more values than once */
};

static void multiply(struct product *product, uint32_t index, double most)
{
    const struct estimate_column *column = &product->input->columns[index];
    double values = at_most(product->which == VALUES_DOMAIN ? column->domain : column->distinct, most);
    uint32_t i = 0;

    if (index < 64 && (product->seen >> index & 1) != 0)
        return;
    product->seen |= index < 64 ? UINT64_C(1) << index : 0;
    while (i < product->scans && product->scan[i].source != column->source)
        i++;
    if (column->source == NULL || i == MAX_SOURCES) {
        product->values = at_most(product->values * values, MANY);
        return;
    }
    if (i == product->scans) {
        product->scan[product->scans++].source = column->source;
        product->scan[i].values = 1;
    }
    product->scan[i].values = at_most(product->scan[i].values * values, MANY);
}

static double product_of(const struct product *product)
{
    double values = product->values;

    for (uint32_t i = 0; i < product->scans; i++) {
        const struct estimate_source *source = product->scan[i].source;
        double rows = product->which == VALUES_DOMAIN ? source->all_rows : source->rows;
        values = at_most(values * at_most(product->scan[i].values, rows > 1 ? rows : 1), MANY);
    }
    return values;
}

static bool multiply_column(void *data, const struct eider_expr *expr)
{
    struct product *product = data;
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL && column->index < product->input->count)
        multiply(product, column->index, most_values(expr->type));
    return true;
}

static double values_of(const struct estimate *input, const struct eider_expr *expr,
                        enum estimate_values which)
{
    const struct expr_case *branches = expr_as_case(expr);
    struct product product = {.input = input, .which = which, .values = 1};
    size_t few = few_values_of(expr);
    double values;

    if (branches != NULL) {
        values = branches->otherwise == NULL ? 1 : values_of(input, branches->otherwise, which);
        for (uint32_t i = 0; i < branches->branches.count; i++)
            values += values_of(input, branches->branches.items[i].then, which);
        return at_most(values, MANY);
    }
    expr_walk(expr, multiply_column, &product);
    values = product_of(&product);
    values = at_most(values, most_values(expr->type));
    if (few < FEW_VALUES)
        values = at_most(few_values[few].values > 0 ? values : values / 365 + 2,
                         few_values[few].values > 0 ? few_values[few].values : 10000);
    return values;
}

double estimate_distinct(const struct estimate *input, const struct eider_expr *expr,
                         enum estimate_values which)
{
    double values = values_of(input, expr, which);

    if (which == VALUES_DISTINCT)
        values = at_most(values, input->rows);
    return values > 1 ? values : 1;
}

double estimate_groups(const struct estimate *input, const struct expr_list *groups,
                       enum estimate_values which)
{
    struct product product = {.input = input, .which = which, .values = 1};
    double values;

    for (uint32_t i = 0; i < groups->count; i++) {
        if (expr_as_column(groups->items[i]) != NULL)
            multiply_column(&product, groups->items[i]);
        else
            product.values = at_most(product.values * values_of(input, groups->items[i], which), MANY);
    }
    values = product_of(&product);
    if (which == VALUES_DISTINCT)
        values = at_most(values, input->rows);
    return values > 1 ? values : 1;
}
