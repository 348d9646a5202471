/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which share of the rows passes a predicate:
 *   column = constant           1/distinct; 0.1 if nothing is known of the values
 *   column IN (n constants)     n times that
 *   column < constant, BETWEEN  the share of the column's range in its files' footers, if that is known; 0.2 for each
 *                               bound if not. The bounds of one column in a list of predicates are one interval:
 *                                   d >= '1994-01-01' AND d < '1995-01-01' in 1992 to 1998: 365/2556
 *   column = column             1/the greater number of distinct values; <, <= …: 1/3
 *   IS NULL                     0.05; IS NOT NULL: 1
 *   LIKE, any other function    0.2; NOT LIKE: 0.8
 *   a BOOLEAN column            0.5
 *   NOT, AND, OR                1 - s; the product; the sum, at most 1
 * A predicate over a single column takes the same share of its values.
 *
 * Pure, but for the range of a column, which is looked up once per scan; one thread per plan.
 */
#include "planner/estimate.h"

#include "plan/object.h"

#define OF_UNKNOWN    0.2  /* any predicate, or one bound of a column of unknown range */
#define OF_ONE_VALUE  0.1  /* among values of which nothing is known */
#define OF_NULL       0.05 /* IS NULL */
#define OF_BOOLEAN    0.5
#define OF_INEQUALITY (1.0 / 3)

#define NO_COLUMN    UINT32_MAX
#define MAX_TOGETHER 64 /* predicates of one list among which bounds of a column find each other */

/* ---- The ranges of columns ---- */

struct estimate_range {
    bool asked, known;
    double least, greatest;
};

struct estimate_range *estimate_ranges_new(struct arena *arena, uint32_t count)
{
    return arena_alloc_array(arena, count + 1u, sizeof(struct estimate_range));
}

static void ask_files(const struct estimate_source *source, uint32_t read, struct estimate_range *range)
{
    const struct planner_options *options = source->options;
    const struct scan_column *column = &source->scan->read.items[read];
    uint32_t count = source->scan->files.count;

    range->asked = true;
    if (options->column_range == NULL || column->role != SCAN_COLUMN || column->path.count > 0)
        return;
    for (uint32_t i = 0; i < count; i++) {
        double least, greatest;
        if (!options->column_range(options->file_data, source->scan->files.items[i].path.data,
                                   column->name.data, &least, &greatest))
            return;
        if (i == 0 || least < range->least)
            range->least = least;
        if (i == 0 || greatest > range->greatest)
            range->greatest = greatest;
    }
    range->known = count > 0;
}

static bool is_floating(const struct eider_type *type)
{
    return type->tag == TYPE_FLOAT || type->tag == TYPE_DOUBLE;
}

bool estimate_range_of(const struct estimate_column *column, double *ret_least, double *ret_greatest,
                       double *ret_step)
{
    const struct estimate_source *source = column->source;
    struct estimate_range *range;

    if (source == NULL || source->scan == NULL || source->ranges == NULL)
        return false;
    range = &source->ranges[column->read];
    if (!range->asked)
        ask_files(source, column->read, range);
    *ret_least = range->least;
    *ret_greatest = range->greatest;
    *ret_step = is_floating(source->scan->read.items[column->read].type) ? 0 : 1;
    return range->known;
}

/* ---- Bounds ---- */

/* A constant as ranges count it: times in microseconds, decimals unscaled. False: it is no such number. */
static bool number_of(const struct eider_expr *expr, double *ret)
{
    const struct expr_integer *integer = expr_as_integer(expr);
    const struct expr_double *real = expr_as_double(expr);

    if (real != NULL)
        *ret = real->value;
    if (integer == NULL)
        return real != NULL;
    /* the usual ones apart: -1 is -2^64 + (2^64 - 1), of which a double would leave 0 */
    *ret = integer->upper == (int64_t)integer->lower >> 63
               ? (double)(int64_t)integer->lower
               : (double)integer->upper * 18446744073709551616.0 + (double)integer->lower;
    switch ((int)expr->type->tag) {
    case TYPE_TIMESTAMP_S:
        *ret *= 1e6;
        return true;
    case TYPE_TIMESTAMP_MS:
        *ret *= 1e3;
        return true;
    case TYPE_TIMESTAMP_NS:
    case TYPE_TIME_NS:
        *ret /= 1e3;
        return true;
    case TYPE_BOOLEAN:
    case TYPE_ENUM:
    case TYPE_UUID:
    case TYPE_TIMETZ:
        return false;
    default:
        return true;
    }
}

static bool is_constant(const struct eider_expr *expr)
{
    return expr->tag == EXPR_NULL || expr->tag == EXPR_INTEGER || expr->tag == EXPR_DOUBLE ||
           expr->tag == EXPR_STRING || expr->tag == EXPR_INTERVAL || expr->tag == EXPR_NESTED;
}

/* The column that an expression is, in the same numbers: casts only between integers. */
static const struct expr_column *number_column(const struct eider_expr *expr)
{
    while (expr_as_cast(expr) != NULL && type_is_integer(expr->type) &&
           type_is_integer(expr_as_cast(expr)->child->type))
        expr = expr_as_cast(expr)->child;
    return expr_as_column(expr);
}

/* What one or two bounds leave of a column. */
struct interval {
    uint32_t column;
    uint32_t bounds; /* how many there are */
    bool is_known;   /* the bounds are numbers */
    double lower, upper;
    bool excludes_lower, excludes_upper;
};

static void bound_by(struct interval *interval, const struct eider_expr *constant, bool is_lower,
                     bool excludes)
{
    double value = 0;

    interval->bounds++;
    interval->is_known &= number_of(constant, &value);
    if (is_lower && value >= interval->lower) {
        interval->excludes_lower = excludes;
        interval->lower = value;
    } else if (!is_lower && value <= interval->upper) {
        interval->excludes_upper = excludes;
        interval->upper = value;
    }
}

static enum comparison mirrored(enum comparison op)
{
    switch (op) {
    case COMPARE_LESS:
        return COMPARE_GREATER;
    case COMPARE_LESS_EQUAL:
        return COMPARE_GREATER_EQUAL;
    case COMPARE_GREATER:
        return COMPARE_LESS;
    case COMPARE_GREATER_EQUAL:
        return COMPARE_LESS_EQUAL;
    case COMPARE_EQUAL:
    case COMPARE_NOT_EQUAL:
    case COMPARE_DISTINCT_FROM:
    case COMPARE_NOT_DISTINCT_FROM:
    case comparison_INVALID:
    case comparison_END:
        break;
    }
    return op;
}

static bool is_ordered(enum comparison op)
{
    return mirrored(op) != op;
}

/* Adds the bounds that an expression is to the interval of the same column, or starts one if it has no column yet. */
static bool add_bounds(struct interval *interval, const struct eider_expr *expr)
{
    const struct expr_comparison *comparison = expr_as_comparison(expr);
    const struct expr_between *between = expr_as_between(expr);
    const struct expr_column *column;

    if (between != NULL && is_constant(between->lower) && is_constant(between->upper)) {
        column = number_column(between->input);
    } else if (comparison != NULL && is_ordered(comparison->op) && is_constant(comparison->right)) {
        column = number_column(comparison->left);
    } else if (comparison != NULL && is_ordered(comparison->op) && is_constant(comparison->left)) {
        column = number_column(comparison->right);
    } else {
        return false;
    }
    if (column == NULL || (interval->bounds > 0 && column->index != interval->column))
        return false;
    interval->column = column->index;
    if (between != NULL) {
        bound_by(interval, between->lower, true, !between->lower_inclusive);
        bound_by(interval, between->upper, false, !between->upper_inclusive);
    } else {
        enum comparison op = is_constant(comparison->right) ? comparison->op : mirrored(comparison->op);
        bound_by(interval, is_constant(comparison->right) ? comparison->right : comparison->left,
                 op == COMPARE_GREATER || op == COMPARE_GREATER_EQUAL,
                 op == COMPARE_GREATER || op == COMPARE_LESS);
    }
    return true;
}

static double interval_share(const struct estimate *input, const struct interval *interval)
{
    const struct estimate_column *column = &input->columns[interval->column];
    double least, greatest, step, lower, upper, share = 1;

    if (!interval->is_known || !estimate_range_of(column, &least, &greatest, &step)) {
        for (uint32_t i = 0; i < interval->bounds && i < 2; i++)
            share *= OF_UNKNOWN;
        return share;
    }
    lower = interval->lower + (interval->excludes_lower ? step : 0);
    upper = interval->upper - (interval->excludes_upper ? step : 0);
    lower = lower > least ? lower : least;
    upper = upper < greatest ? upper : greatest;
    if (upper < lower)
        return 0;
    share = greatest - least + step > 0 ? (upper - lower + step) / (greatest - least + step) : 1;
    return share > 1 / column->distinct ? share : 1 / column->distinct;
}

/* ---- Predicates ---- */

static double at_most_one(double share)
{
    return share < 1 ? share : 1;
}

/* Of `expr = a constant`. */
static double one_value(const struct estimate *input, const struct eider_expr *expr)
{
    return estimate_is_known(input, expr) ? 1 / estimate_distinct(input, expr, VALUES_DISTINCT)
                                          : OF_ONE_VALUE;
}

double estimate_pair_selectivity(double left_values, enum comparison op, double right_values)
{
    double equal = 1 / (left_values > right_values ? left_values : right_values);

    if (op == COMPARE_EQUAL || op == COMPARE_NOT_DISTINCT_FROM)
        return equal;
    if (op == COMPARE_NOT_EQUAL || op == COMPARE_DISTINCT_FROM)
        return 1 - equal;
    return OF_INEQUALITY;
}

static double comparison_share(const struct estimate *input, const struct expr_comparison *expr)
{
    bool swapped = is_constant(expr->left);
    const struct eider_expr *left = swapped ? expr->right : expr->left;
    const struct eider_expr *right = swapped ? expr->left : expr->right;
    bool is_not = expr->op == COMPARE_NOT_EQUAL || expr->op == COMPARE_DISTINCT_FROM;

    if (!is_constant(right))
        return estimate_pair_selectivity(estimate_distinct(input, left, VALUES_DISTINCT), expr->op,
                                         estimate_distinct(input, right, VALUES_DISTINCT));
    if (is_ordered(expr->op))
        return OF_UNKNOWN;
    return is_not ? 1 - one_value(input, left) : one_value(input, left);
}

static double list_share(const struct estimate *input, const struct expr_list *list);

static double operator_share(const struct estimate *input, const struct expr_operator *expr)
{
    const struct expr_list *children = &expr->children;
    double share = 0;

    switch (expr->op) {
    case OPERATOR_AND:
        return list_share(input, children);
    case OPERATOR_OR:
        for (uint32_t i = 0; i < children->count; i++)
            share += estimate_selectivity(input, children->items[i]);
        return at_most_one(share);
    case OPERATOR_NOT:
        return 1 - estimate_selectivity(input, children->items[0]);
    case OPERATOR_IS_NULL:
        return OF_NULL;
    case OPERATOR_IS_NOT_NULL:
        return 1;
    case OPERATOR_IN:
    case OPERATOR_NOT_IN:
        share = at_most_one((double)(children->count - 1) * one_value(input, children->items[0]));
        return expr->op == OPERATOR_IN ? share : 1 - share;
    case OPERATOR_COALESCE:
    case OPERATOR_NULLIF:
    case OPERATOR_TRY:
    case OPERATOR_ARRAY:
    case operator_INVALID:
    case operator_END:
        break;
    }
    return OF_UNKNOWN;
}

static bool is_negated(const struct expr_function *expr)
{
    return str_is(expr->name, "!~~") || str_is(expr->name, "!~~*") || str_is(expr->name, "not_like_escape") ||
           str_is(expr->name, "not_ilike_escape");
}

double estimate_selectivity(const struct estimate *input, const struct eider_expr *predicate)
{
    struct interval interval = {.is_known = true, .lower = -1e300, .upper = 1e300};
    const struct expr_function *function = expr_as_function(predicate);
    const struct expr_integer *constant = expr_as_integer(predicate);

    if (add_bounds(&interval, predicate) && interval.column < input->count)
        return interval_share(input, &interval);
    if (predicate->tag == EXPR_COMPARISON)
        return comparison_share(input, expr_as_comparison(predicate));
    if (predicate->tag == EXPR_OPERATOR)
        return operator_share(input, expr_as_operator(predicate));
    if (predicate->tag == EXPR_BETWEEN)
        return OF_UNKNOWN * OF_UNKNOWN;
    if (predicate->tag == EXPR_NULL)
        return 0;
    if (constant != NULL)
        return constant->lower != 0 ? 1 : 0;
    if (predicate->tag == EXPR_COLUMN)
        return OF_BOOLEAN;
    return function != NULL && is_negated(function) ? 1 - OF_UNKNOWN : OF_UNKNOWN;
}

/* ---- Lists of predicates ---- */

/* The share of predicate number `at` of a list, with all other bounds of its column; 1 if an earlier one has it. */
static double share_at(const struct estimate *input, const struct expr_list *list, uint32_t at)
{
    struct interval interval = {.is_known = true, .lower = -1e300, .upper = 1e300};

    if (!add_bounds(&interval, list->items[at]) || interval.column >= input->count)
        return estimate_selectivity(input, list->items[at]);
    for (uint32_t i = 0; at < MAX_TOGETHER && i < list->count && i < MAX_TOGETHER; i++) {
        struct interval other = interval;
        if (i == at || !add_bounds(&other, list->items[i]))
            continue;
        if (i < at)
            return 1;
        interval = other;
    }
    return interval_share(input, &interval);
}

static double list_share(const struct estimate *input, const struct expr_list *list)
{
    double share = 1;

    for (uint32_t i = 0; i < list->count; i++)
        share *= share_at(input, list, i);
    return share;
}

/* NO_COLUMN: none so far; UINT32_MAX - 1: more than one. */
static bool find_only_column(void *data, const struct eider_expr *expr)
{
    uint32_t *found = data;
    const struct expr_column *column = expr_as_column(expr);

    if (column == NULL || column->index == *found)
        return true;
    *found = *found == NO_COLUMN ? column->index : NO_COLUMN - 1;
    return *found != NO_COLUMN - 1;
}

static void take_share(struct estimate_column *column, double share)
{
    column->distinct = column->distinct * share > 1 ? column->distinct * share : 1;
    column->domain = column->domain * share > 1 ? column->domain * share : 1;
}

void estimate_filter(struct estimate *input, const struct expr_list *predicates)
{
    double rows = input->rows, all = list_share(input, predicates);

    if (predicates->count == 0)
        return;
    for (uint32_t i = 0; i < predicates->count; i++) {
        uint32_t column = NO_COLUMN;
        expr_walk(predicates->items[i], find_only_column, &column);
        if (column < input->count)
            take_share(&input->columns[column], share_at(input, predicates, i));
    }
    if (rows > 0)
        estimate_set_rows(input, estimate_bounded(rows * all));
}
