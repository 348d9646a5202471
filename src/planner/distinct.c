/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimates of distinct values: see distinct.h. Estimates decide only between plans that are all right, so guesses
 * are allowed here; each errs towards "many", which means less work on partial states.
 */
#include "planner/distinct.h"

#include "plan/object.h"
#include "planner/distribute.h"

/* Functions of a point in time have few values, however many days there are. */
static const struct {
    const char *name;
    double values; /* at most; for "year": per 365 days */
} few_values[] = {
    {"year", 0},      {"month", 12},  {"quarter", 4}, {"day", 31},    {"dayofmonth", 31},
    {"dayofweek", 7}, {"isodow", 7},  {"week", 53},   {"weekday", 7}, {"weekofyear", 53},
    {"hour", 24},     {"minute", 60}, {"second", 60},
};

static double at_most(double value, double bound)
{
    return value < bound ? value : bound;
}

static double column_of(const struct planner_options *options, const struct eider_node *node, uint32_t index);

struct product {
    const struct planner_options *options;
    const struct eider_node *input;
    double values;
};

/* Every column below multiplies: the pairs of two columns are at most as many as the product of their values. */
static bool multiply(void *data, const struct eider_expr *expr)
{
    struct product *product = data;
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL)
        product->values *= column_of(product->options, product->input, column->index);
    return product->values < 1e15;
}

static double values_of(const struct planner_options *options, const struct eider_node *input,
                        const struct eider_expr *expr)
{
    struct product product = {options, input, 1};
    const struct expr_function *function = expr_as_function(expr);
    const struct expr_case *branches = expr_as_case(expr);

    if (expr->type->tag == TYPE_BOOLEAN)
        return 3;
    if (expr->type->tag == TYPE_ENUM)
        return type_as_enum(expr->type)->values.count + 1;
    if (branches != NULL) {
        double sum = branches->otherwise == NULL ? 1 : values_of(options, input, branches->otherwise);
        for (uint32_t i = 0; i < branches->branches.count; i++)
            sum += values_of(options, input, branches->branches.items[i].then);
        return sum;
    }
    expr_walk(expr, multiply, &product);
    for (size_t i = 0; function != NULL && i < sizeof(few_values) / sizeof(few_values[0]); i++) {
        if (str_is(function->name, few_values[i].name))
            return few_values[i].values > 0 ? at_most(product.values, few_values[i].values)
                                            : at_most(product.values / 365 + 2, 10000);
    }
    return product.values;
}

static double scanned(const struct planner_options *options, const struct node_parquet_scan *scan,
                      uint32_t index)
{
    const struct scan_column *column = &scan->read.items[scan->projection.items[index]];
    double rows = distribute_rows(&scan->base), values = -1;

    if (options->column_distinct != NULL && scan->files.count > 0 && column->role == SCAN_COLUMN &&
        column->path.count == 0)
        values = options->column_distinct(options->file_data, scan->files.items[0].path.data,
                                          scan->files.count, column->name.data);
    return values < 0 ? rows : at_most(values, rows);
}

static double joined(const struct planner_options *options, const struct eider_node *node,
                     enum join_type type, uint32_t index)
{
    const struct eider_node *left = node_child(node, 0), *right = node_child(node, 1);
    uint32_t width = left->columns.count;

    if (type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI)
        return column_of(options, right, index);
    if (index < width)
        return column_of(options, left, index);
    return type == JOIN_MARK ? 3 : column_of(options, right, index - width);
}

static double unbounded(const struct planner_options *options, const struct eider_node *node, uint32_t index)
{
    double sum = 0;

    switch ((int)node->tag) {
    case NODE_PARQUET_SCAN:
        return scanned(options, node_as_parquet_scan(node), index);
    case NODE_FILTER:
        return column_of(options, node_child(node, 0), node_as_filter(node)->projection.items[index]);
    case NODE_SORT:
        return column_of(options, node_child(node, 0), node_as_sort(node)->projection.items[index]);
    case NODE_PROJECTION:
        return values_of(options, node_child(node, 0), node_as_projection(node)->exprs.items[index]);
    case NODE_AGGREGATE:
        if (index < node_as_aggregate(node)->groups.count)
            return values_of(options, node_child(node, 0), node_as_aggregate(node)->groups.items[index]);
        break;
    case NODE_HASH_JOIN:
        return joined(options, node, node_as_hash_join(node)->type,
                      node_as_hash_join(node)->projection.items[index]);
    case NODE_NESTED_LOOP_JOIN:
        return joined(options, node, node_as_nested_loop_join(node)->type,
                      node_as_nested_loop_join(node)->projection.items[index]);
    case NODE_CROSS_JOIN:
        return joined(options, node, JOIN_INNER, index);
    case NODE_UNION:
        for (uint32_t i = 0, n = node_child_count(node); i < n; i++)
            sum += column_of(options, node_child(node, i), index);
        return sum;
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_DISTINCT:
    case NODE_REPARTITION:
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
        return column_of(options, node_child(node, 0), index);
    case NODE_WINDOW:
    case NODE_UNNEST:
        if (index < node_child(node, 0)->columns.count)
            return column_of(options, node_child(node, 0), index);
        break;
    default:
        break;
    }
    return distribute_rows(node);
}

static double column_of(const struct planner_options *options, const struct eider_node *node, uint32_t index)
{
    double rows = distribute_rows(node), values = at_most(unbounded(options, node, index), rows);

    return values < 1 ? 1 : values;
}

double distinct_groups(const struct planner_options *options, const struct eider_node *input,
                       const struct expr_list *groups)
{
    double rows = distribute_rows(input), values = 1;

    for (uint32_t i = 0; i < groups->count && values < rows; i++)
        values *= values_of(options, input, groups->items[i]);
    return at_most(values, rows);
}
