/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators, except joins (joins.c) and scans (scans.c). A reader gets an operator's JSON, reads its children first and
 * makes the node; every node's output columns are explicit. The names of columns are for people: an expression's
 * alias, or else its text.
 */
#include <string.h>

#include "import/reader.h"
#include "plan/display.h"

#define MAX_NAME       200             /* bytes of a name that is an expression's text */
#define EXPRESSION_MAX ((size_t)65536) /* what is longer has no name */

const char *const import_operator_base[] = {"type", "children", NULL};

#define OPERATOR_SHAPE(name, what, keys)                                                                     \
    IMPORT_SHAPE(name, what, VERDICT_OPERATOR_FIELD, import_operator_base, keys)

/* ---- Helpers ---- */

const struct binding *import_bindings(struct import *im, uint64_t table, uint32_t count)
{
    struct binding *bindings = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*bindings));

    for (uint32_t i = 0; bindings != NULL && i < count; i++)
        bindings[i] = (struct binding){table, i};
    return bindings;
}

/* No alias, or one of digits: DuckDB calls what a GROUP BY names by its position "0". */
static bool says_nothing(struct eider_str name)
{
    uint32_t digits = 0;

    while (digits < name.size && name.data[digits] >= '0' && name.data[digits] <= '9')
        digits++;
    return digits == name.size;
}

/* The expression itself, cut between characters if it is long. A constant gives no name: what refers to a column called 1
 * would read like the number. */
static struct eider_str name_of(struct import *im, const struct eider_expr *expr)
{
    struct eider_str name = {"", 0};
    struct buf text;
    size_t size;

    if (expr_as_case(expr) != NULL)
        return str_from("CASE … END");
    if (expr->tag == EXPR_NULL || expr->tag == EXPR_INTEGER || expr->tag == EXPR_DOUBLE ||
        expr->tag == EXPR_STRING)
        return name;
    buf_init(&text, EXPRESSION_MAX);
    expr_text(&text, expr);
    size = text.size < MAX_NAME ? text.size : MAX_NAME;
    while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    if (!text.failed)
        name = str_make(im->arena, text.data, size);
    buf_done(&text);
    return name;
}

struct column import_column(struct import *im, const struct eider_expr *expr, struct json_object *json)
{
    const struct expr_column *same = expr_as_column(expr);
    struct column column = {.name = {"", 0}, .type = expr->type};

    (void)import_str(im, import_key(json, "alias"), &column.name);
    if (says_nothing(column.name))
        column.name = same != NULL ? same->name : name_of(im, expr);
    return column;
}

/* Output columns for a list of expressions, after `kept` columns that stay free; false if out of memory. */
static bool name_columns(struct import *im, const struct expr_list *exprs, struct json_object *json,
                         uint32_t kept, struct column_list *ret)
{
    *ret = column_list_new(im->arena, kept + exprs->count);
    if (ret->count != kept + exprs->count)
        return false;
    for (uint32_t i = 0; i < exprs->count; i++)
        ret->items[kept + i] = import_column(im, exprs->items[i], import_item(json, i));
    return true;
}

/* What leaves through a projection map (all of it if the map is empty): positions, columns, bindings. */
static bool project(struct import *im, const struct relation *input, const struct u32_list *map,
                    struct u32_list *ret_projection, struct relation *ret)
{
    uint32_t width = input->node->columns.count;
    struct u32_list all = map->count > 0 ? *map : u32_list_identity(im->arena, width);
    struct binding *bindings = arena_alloc_array(im->arena, (size_t)all.count + 1, sizeof(*bindings));

    *ret_projection = all;
    ret->bindings = bindings;
    ret->node->columns = column_list_new(im->arena, all.count);
    if (bindings == NULL || (map->count == 0 && all.count != width) || ret->node->columns.count != all.count)
        return false;
    for (uint32_t i = 0; i < all.count; i++) {
        if (all.items[i] >= width)
            return import_unreadable(im, "a projection map");
        ret->node->columns.items[i] = input->node->columns.items[all.items[i]];
        bindings[i] = input->bindings[all.items[i]];
    }
    return true;
}

bool import_same_types(const struct column_list *a, const struct column_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!type_equal(a->items[i].type, b->items[i].type))
            return false;
    }
    return true;
}

static bool pass_through(struct relation *ret, struct eider_node *node, const struct relation *input)
{
    node->columns = input->node->columns;
    *ret = (struct relation){node, input->bindings};
    return true;
}

bool import_children(struct import *im, struct json_object *json, struct relation *children, uint32_t count)
{
    struct json_object *list = import_key(json, "children");
    uint32_t found;

    if (!import_list(im, list, &found))
        return false;
    if (found != count)
        return import_unreadable(im, "the inputs of an operator");
    for (uint32_t i = 0; i < count; i++) {
        if (!import_operator_tree(im, import_item(list, i), &children[i]))
            return false;
    }
    return true;
}

/* ---- One child ---- */

static bool read_projection(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "expressions"};
    OPERATOR_SHAPE(shape, "PROJECTION", keys);
    struct json_object *values[2];
    struct node_projection *node = node_projection_new(im->arena);
    struct relation input;
    struct scope scope;
    uint64_t table;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    node->input = input.node;
    if (!import_exprs(im, &scope, values[1], &node->exprs) ||
        !name_columns(im, &node->exprs, values[1], 0, &node->base.columns))
        return false;
    *ret = (struct relation){&node->base, import_bindings(im, table, node->exprs.count)};
    return true;
}

/* A filter whose conditions statistics have proved always true lets everything through: what is left of it is its
 * projection. */
static bool drop_filter(struct import *im, const struct relation *input, const struct u32_list *map,
                        struct relation *ret)
{
    struct node_projection *node = node_projection_new(im->arena);
    struct u32_list projection;

    *ret = *input;
    if (map->count == 0 || node == NULL)
        return node != NULL;
    ret->node = &node->base;
    if (!project(im, input, map, &projection, ret))
        return false;
    node->input = input->node;
    node->exprs = expr_list_new(im->arena, projection.count);
    for (uint32_t i = 0; i < node->exprs.count; i++)
        node->exprs.items[i] = expr_column_of(im->arena, input->node, projection.items[i]);
    return node->exprs.count == projection.count;
}

static bool read_filter(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"expressions", "projection_map"};
    OPERATOR_SHAPE(shape, "FILTER", keys);
    struct json_object *values[2];
    struct node_filter *node = node_filter_new(im->arena);
    struct relation input;
    struct u32_list map;
    struct scope scope;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u32_list(im, values[1], &map) ||
        !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    if (!import_exprs(im, &scope, values[0], &node->predicates))
        return false;
    if (node->predicates.count == 0)
        return drop_filter(im, &input, &map, ret);
    node->input = input.node;
    ret->node = &node->base;
    return project(im, &input, &map, &node->projection, ret);
}

static bool read_order(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"orders", "projections"};
    OPERATOR_SHAPE(shape, "ORDER BY", keys);
    struct json_object *values[2];
    struct node_sort *node = node_sort_new(im->arena);
    struct relation input;
    struct u32_list map;
    struct scope scope;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u32_list(im, values[1], &map) ||
        !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    node->input = input.node;
    ret->node = &node->base;
    return import_orders(im, &scope, values[0], &node->orders) &&
           (node->orders.count > 0 || import_unreadable(im, "ORDER BY")) &&
           project(im, &input, &map, &node->projection, ret);
}

static bool read_topn(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"orders", "limit", "offset"};
    OPERATOR_SHAPE(shape, "TOP N", keys);
    struct json_object *values[3];
    struct node_topn *node = node_topn_new(im->arena);
    struct relation input;
    struct scope scope;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !import_u64(im, values[1], &node->limit) || !import_u64(im, values[2], &node->offset) ||
        !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    node->input = input.node;
    return import_orders(im, &scope, values[0], &node->orders) &&
           (node->orders.count > 0 || import_unreadable(im, "TOP N")) &&
           pass_through(ret, &node->base, &input);
}

/* UNSET, a constant number of rows, or a constant share; what depends on the data is declined. */
static bool read_limit_value(struct import *im, struct json_object *json, struct node_limit *node,
                             bool offset)
{
    static const char *const keys[] = {"type", "constant_integer", "constant_percentage", "expression"};
    IMPORT_SHAPE(shape, "LIMIT", VERDICT_OPERATOR_FIELD, NULL, keys);
    struct json_object *values[4];
    uint64_t rows;
    double percent;

    if (!import_fields(im, json, &shape, values) || !import_u64(im, values[1], &rows) ||
        !import_double(im, values[2], &percent))
        return false;
    if (import_is(values[0], "UNSET"))
        return true;
    if (import_is(values[0], "CONSTANT_VALUE")) {
        node->has_limit = node->has_limit || !offset;
        *(offset ? &node->offset : &node->limit) = rows;
        return true;
    }
    if (import_is(values[0], "CONSTANT_PERCENTAGE") && !offset && percent >= 0 && percent <= 100) {
        node->has_percent = true;
        node->percent = percent;
        return true;
    }
    return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a LIMIT is not constant (%.40s)",
                      import_chars(values[0]));
}

static bool read_limit(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"limit_val", "offset_val"};
    OPERATOR_SHAPE(shape, "LIMIT", keys);
    struct json_object *values[2];
    struct node_limit *node = node_limit_new(im->arena);
    struct relation input;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !read_limit_value(im, values[0], node, false) || !read_limit_value(im, values[1], node, true) ||
        !import_children(im, json, &input, 1))
        return false;
    node->input = input.node;
    return pass_through(ret, &node->base, &input);
}

/* True if the targets are the input's columns, each at least once: then it is an ordinary DISTINCT. */
static bool covers_input(struct import *im, const struct expr_list *targets, uint32_t width)
{
    bool *seen = arena_alloc(im->arena, width);
    uint32_t missing = width;

    for (uint32_t i = 0; i < targets->count && seen != NULL; i++) {
        const struct expr_column *column = expr_as_column(targets->items[i]);
        if (column != NULL && column->index < width && !seen[column->index]) {
            seen[column->index] = true;
            missing--;
        }
    }
    return missing == 0;
}

static bool read_distinct(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"distinct_type", "distinct_targets", "order_by"};
    static const char *const order_keys[] = {"orders"};
    OPERATOR_SHAPE(shape, "DISTINCT", keys);
    IMPORT_SHAPE(order_shape, "the order of DISTINCT ON", VERDICT_OPERATOR_FIELD, NULL, order_keys);
    struct json_object *values[3], *order[1] = {NULL};
    struct node_distinct *node = node_distinct_new(im->arena);
    struct relation input;
    struct scope scope;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_children(im, json, &input, 1))
        return false;
    if (!import_is(values[0], "DISTINCT") && !import_is(values[0], "DISTINCT_ON"))
        return import_unreadable(im, "DISTINCT");
    scope = import_scope(&input);
    node->input = input.node;
    if (!import_exprs(im, &scope, values[1], &node->targets) ||
        (values[2] != NULL && !import_fields(im, values[2], &order_shape, order)) ||
        !import_orders(im, &scope, order[0], &node->orders))
        return false;
    if (node->targets.count == 0)
        return import_unreadable(im, "DISTINCT");
    /* with all columns for targets, order decides nothing */
    if (covers_input(im, &node->targets, input.node->columns.count)) {
        node->targets = (struct expr_list){NULL, 0};
        node->orders = (struct sort_key_list){NULL, 0};
    }
    return pass_through(ret, &node->base, &input);
}

static bool read_window(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"window_index", "expressions"};
    OPERATOR_SHAPE(shape, "WINDOW", keys);
    struct json_object *values[2];
    struct node_window *node = node_window_new(im->arena);
    struct relation input;
    struct scope scope;
    struct binding *bindings;
    uint64_t table;
    uint32_t count, width;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !import_list(im, values[1], &count) || !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    width = input.node->columns.count;
    node->input = input.node;
    node->windows = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < node->windows.count; i++) {
        if ((node->windows.items[i] = import_window_call(im, &scope, import_item(values[1], i))) == NULL)
            return false;
    }
    bindings = arena_alloc_array(im->arena, (size_t)width + count + 1, sizeof(*bindings));
    if (node->windows.count != count || bindings == NULL ||
        !name_columns(im, &node->windows, values[1], width, &node->base.columns))
        return false;
    if (width > 0) {
        memcpy(node->base.columns.items, input.node->columns.items, width * sizeof(struct column));
        memcpy(bindings, input.bindings, width * sizeof(*bindings));
    }
    for (uint32_t i = 0; i < count; i++)
        bindings[width + i] = (struct binding){table, i};
    *ret = (struct relation){&node->base, bindings};
    return true;
}

/* {"expression_class": "BOUND_UNNEST", "child": …}: the list to be unnested. */
static const struct eider_expr *read_unnest_child(struct import *im, const struct scope *scope,
                                                  struct json_object *json, struct column *ret_column)
{
    static const char *const keys[] = {"return_type", "child"};
    IMPORT_SHAPE(shape, "UNNEST", VERDICT_EXPRESSION, import_expr_base, keys);
    struct json_object *values[2];
    const struct eider_expr *expr;

    if (!import_is(import_key(json, "expression_class"), "BOUND_UNNEST")) {
        verdict_no(im->verdict, VERDICT_EXPRESSION, "UNNEST holds something that is no list");
        return NULL;
    }
    if (!import_fields(im, json, &shape, values) || (expr = import_expr(im, scope, values[1])) == NULL)
        return NULL;
    if (type_as_list(expr->type) == NULL) {
        verdict_no(im->verdict, VERDICT_EXPRESSION, "UNNEST of something that is no list is not understood");
        return NULL;
    }
    *ret_column = import_column(im, expr, json);
    if ((ret_column->type = import_type(im, values[0])) == NULL)
        return NULL;
    return expr;
}

static bool read_unnest(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"unnest_index", "expressions"};
    OPERATOR_SHAPE(shape, "UNNEST", keys);
    struct json_object *values[2];
    struct node_unnest *node = node_unnest_new(im->arena);
    struct relation input;
    struct scope scope;
    struct binding *bindings;
    uint64_t table;
    uint32_t count, width;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !import_list(im, values[1], &count) || !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    width = input.node->columns.count;
    node->input = input.node;
    node->exprs = expr_list_new(im->arena, count);
    node->base.columns = column_list_new(im->arena, width + count);
    bindings = arena_alloc_array(im->arena, (size_t)width + count + 1, sizeof(*bindings));
    if (bindings == NULL || node->exprs.count != count || node->base.columns.count != width + count)
        return false;
    for (uint32_t i = 0; i < width; i++) {
        node->base.columns.items[i] = input.node->columns.items[i];
        bindings[i] = input.bindings[i];
    }
    for (uint32_t i = 0; i < count; i++) {
        node->exprs.items[i] =
            read_unnest_child(im, &scope, import_item(values[1], i), &node->base.columns.items[width + i]);
        if (node->exprs.items[i] == NULL)
            return false;
        bindings[width + i] = (struct binding){table, i};
    }
    *ret = (struct relation){&node->base, bindings};
    return true;
}

/* ---- Samples ---- */

bool import_sample(struct import *im, struct relation *input, struct json_object *options,
                   struct relation *ret)
{
    static const char *const keys[] = {"sample_size", "is_percentage", "method", "seed"};
    IMPORT_SHAPE(shape, "SAMPLE", VERDICT_OPERATOR_FIELD, NULL, keys);
    struct json_object *values[4];
    struct node_sample *node = node_sample_new(im->arena);
    const struct eider_expr *size;

    if (node == NULL || !import_fields(im, options, &shape, values) ||
        !import_bool(im, values[1], &node->is_percent) || !import_str(im, values[2], &node->method) ||
        !import_i64(im, values[3], &node->seed) || (size = import_value(im, values[0])) == NULL)
        return false;
    if (expr_as_double(size) != NULL && node->is_percent)
        node->percent = expr_as_double(size)->value;
    else if (expr_as_integer(size) != NULL && !node->is_percent && size->type->tag == TYPE_BIGINT &&
             expr_as_integer(size)->upper == 0)
        node->rows = expr_as_integer(size)->lower;
    else
        return import_unreadable(im, "SAMPLE");
    if (!str_is(node->method, "System") && !str_is(node->method, "Bernoulli") &&
        !str_is(node->method, "Reservoir"))
        return import_unreadable(im, "SAMPLE");
    node->has_seed = node->seed >= 0;
    if (!node->has_seed)
        node->seed = 0;
    node->input = input->node;
    return pass_through(ret, &node->base, input);
}

static bool read_sample(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"sample_options"};
    OPERATOR_SHAPE(shape, "SAMPLE", keys);
    struct json_object *values[1];
    struct relation input;

    return import_fields(im, json, &shape, values) && import_children(im, json, &input, 1) &&
           import_sample(im, &input, values[0], ret);
}

/* ---- Aggregation ---- */

/* Lists of positions, each below `limit`. */
static bool read_index_sets(struct import *im, struct json_object *json, uint32_t limit,
                            struct index_set_list *ret)
{
    uint32_t count;

    *ret = (struct index_set_list){NULL, 0};
    if (!import_list(im, json, &count))
        return false;
    *ret = index_set_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        if (!import_u32_list(im, import_item(json, i), &ret->items[i].indexes))
            return false;
        for (uint32_t k = 0; k < ret->items[i].indexes.count; k++) {
            if (ret->items[i].indexes.items[k] >= limit)
                return import_unreadable(im, "a grouping set");
        }
    }
    return ret->count == count;
}

/* One set of all the groups, each of them once, is a plain GROUP BY. */
static bool is_plain_group_by(struct import *im, const struct index_set_list *sets, uint32_t groups)
{
    bool *seen = arena_alloc(im->arena, groups);

    if (sets->count != 1 || sets->items[0].indexes.count != groups || seen == NULL)
        return false;
    for (uint32_t i = 0; i < groups; i++) {
        if (seen[sets->items[0].indexes.items[i]])
            return false;
        seen[sets->items[0].indexes.items[i]] = true;
    }
    return true;
}

/* Groups, aggregates, grouping functions: the output of an aggregation. */
static bool name_aggregation(struct import *im, struct node_aggregate *node, struct json_object *groups,
                             struct json_object *aggregates, const uint64_t *tables, struct relation *ret)
{
    uint32_t first = node->groups.count, second = first + node->aggregates.count;
    uint32_t count = second + node->grouping_functions.count;
    struct binding *bindings = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*bindings));

    node->base.columns = column_list_new(im->arena, count);
    if (bindings == NULL || node->base.columns.count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct column *column = &node->base.columns.items[i];

        if (i < first) {
            *column = import_column(im, node->groups.items[i], import_item(groups, i));
            bindings[i] = (struct binding){tables[0], i};
        } else if (i < second) {
            *column =
                import_column(im, node->aggregates.items[i - first], import_item(aggregates, i - first));
            bindings[i] = (struct binding){tables[1], i - first};
        } else {
            *column = (struct column){str_from("grouping"), type_simple(TYPE_BIGINT)};
            bindings[i] = (struct binding){tables[2], i - second};
        }
    }
    *ret = (struct relation){&node->base, bindings};
    return true;
}

static bool read_aggregate(struct import *im, struct json_object *json, struct relation *ret)
{
    enum {
        AGGREGATES,
        GROUP_INDEX,
        AGGREGATE_INDEX,
        GROUPINGS_INDEX,
        GROUPS,
        SETS,
        FUNCTIONS,
        VALIDITY,
        COUNT
    };
    static const char *const keys[COUNT] = {"expressions",        "group_index",      "aggregate_index",
                                            "groupings_index",    "groups",           "grouping_sets",
                                            "grouping_functions", "distinct_validity"};
    OPERATOR_SHAPE(shape, "an aggregation", keys);
    struct json_object *values[COUNT];
    struct node_aggregate *node = node_aggregate_new(im->arena);
    struct relation input;
    struct scope scope;
    uint64_t tables[3];
    uint32_t count;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !import_u64(im, values[GROUP_INDEX], &tables[0]) ||
        !import_u64(im, values[AGGREGATE_INDEX], &tables[1]) ||
        !import_u64(im, values[GROUPINGS_INDEX], &tables[2]) ||
        !import_list(im, values[AGGREGATES], &count) || !import_children(im, json, &input, 1))
        return false;
    scope = import_scope(&input);
    node->input = input.node;
    node->mode = AGGREGATE_SINGLE;
    node->aggregates = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        node->aggregates.items[i] = import_aggregate_call(im, &scope, import_item(values[AGGREGATES], i));
        if (node->aggregates.items[i] == NULL)
            return false;
    }
    if (node->aggregates.count != count || !import_exprs(im, &scope, values[GROUPS], &node->groups) ||
        !read_index_sets(im, values[SETS], node->groups.count, &node->sets) ||
        !read_index_sets(im, values[FUNCTIONS], node->groups.count, &node->grouping_functions))
        return false;
    if (is_plain_group_by(im, &node->sets, node->groups.count))
        node->sets = (struct index_set_list){NULL, 0};
    return name_aggregation(im, node, values[GROUPS], values[AGGREGATES], tables, ret);
}

/* ---- Set operations ---- */

/* The rows of all inputs. Of a UNION from whose inputs all but one were proved empty, that one is left. */
static bool finish_union(struct import *im, struct node_list nodes, bool all, struct relation *ret)
{
    struct node_union *unite = node_union_new(im->arena);
    struct node_distinct *distinct = node_distinct_new(im->arena);

    if (unite == NULL || distinct == NULL)
        return false;
    unite->inputs = nodes;
    unite->base.columns = nodes.items[0]->columns;
    distinct->base.columns = unite->base.columns;
    distinct->input = nodes.count > 1 ? &unite->base : nodes.items[0];
    if (!all)
        ret->node = &distinct->base;
    else if (nodes.count > 1)
        ret->node = &unite->base;
    return true;
}

static bool finish_setop(struct import *im, struct node_list nodes, bool all, enum setop op,
                         struct relation *ret)
{
    struct node_setop *setop = node_setop_new(im->arena);

    if (setop == NULL)
        return false;
    setop->inputs = nodes;
    setop->all = all;
    setop->op = op;
    setop->base.columns = nodes.items[0]->columns;
    ret->node = &setop->base;
    return true;
}

static bool read_setop(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "column_count", "setop_all", "allow_out_of_order"};
    OPERATOR_SHAPE(shape, "a set operation", keys);
    struct json_object *values[4], *list = import_key(json, "children"), *type = import_key(json, "type");
    struct relation *inputs;
    struct node_list nodes;
    bool is_union = import_is(type, "LOGICAL_UNION"), all = true;
    uint64_t table;
    uint32_t count;

    if (!import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !import_list(im, list, &count) || (values[2] != NULL && !import_bool(im, values[2], &all)))
        return false;
    inputs = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*inputs));
    nodes = node_list_new(im->arena, count);
    if (inputs == NULL || nodes.count != count || !import_children(im, json, inputs, count))
        return false;
    if (count < (is_union ? 1U : 2U))
        return import_unreadable(im, "a set operation");
    for (uint32_t i = 0; i < count; i++) {
        nodes.items[i] = inputs[i].node;
        if (!import_same_types(&inputs[i].node->columns, &inputs[0].node->columns))
            return import_unreadable(im, "a set operation");
    }
    *ret = (struct relation){inputs[0].node, import_bindings(im, table, inputs[0].node->columns.count)};
    if (is_union)
        return finish_union(im, nodes, all, ret);
    /* Everywhere else a collation is an expression of the plan; EXCEPT and INTERSECT apply it themselves. */
    if (im->collated)
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD,
                          "EXCEPT and INTERSECT of text with a collation are not understood");
    return finish_setop(im, nodes, all, import_is(type, "LOGICAL_EXCEPT") ? SETOP_EXCEPT : SETOP_INTERSECT,
                        ret);
}

/* ---- All of them ---- */

static const struct {
    const char *type;
    bool (*read)(struct import *, struct json_object *, struct relation *);
} operators[] = {
    {"LOGICAL_PROJECTION", read_projection},
    {"LOGICAL_FILTER", read_filter},
    {"LOGICAL_GET", import_get},
    {"LOGICAL_COMPARISON_JOIN", import_join},
    {"LOGICAL_AGGREGATE_AND_GROUP_BY", read_aggregate},
    {"LOGICAL_ORDER_BY", read_order},
    {"LOGICAL_TOP_N", read_topn},
    {"LOGICAL_LIMIT", read_limit},
    {"LOGICAL_DISTINCT", read_distinct},
    {"LOGICAL_WINDOW", read_window},
    {"LOGICAL_UNNEST", read_unnest},
    {"LOGICAL_SAMPLE", read_sample},
    {"LOGICAL_ANY_JOIN", import_join},
    {"LOGICAL_DELIM_JOIN", import_join},
    {"LOGICAL_ASOF_JOIN", import_join},
    {"LOGICAL_CROSS_PRODUCT", import_join},
    {"LOGICAL_POSITIONAL_JOIN", import_join},
    {"LOGICAL_DELIM_GET", import_delim_get},
    {"LOGICAL_UNION", read_setop},
    {"LOGICAL_EXCEPT", read_setop},
    {"LOGICAL_INTERSECT", read_setop},
    {"LOGICAL_DUMMY_SCAN", import_dummy_scan},
    {"LOGICAL_EMPTY_RESULT", import_empty_result},
    {"LOGICAL_EXPRESSION_GET", import_expression_get},
    {"LOGICAL_CHUNK_GET", import_chunk_get},
    {"LOGICAL_MATERIALIZED_CTE", import_cte},
    {"LOGICAL_RECURSIVE_CTE", import_recursive_cte},
    {"LOGICAL_CTE_REF", import_cte_ref},
};

static bool read_operator(struct import *im, struct json_object *json, struct relation *ret)
{
    const char *type = import_chars(import_key(json, "type"));

    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (strcmp(operators[i].type, type) == 0)
            return operators[i].read(im, json, ret);
    }
    if (import_is_statement(type))
        return verdict_no(im->verdict, VERDICT_NOT_A_QUERY, "the statement changes something");
    return verdict_no(im->verdict, VERDICT_OPERATOR, "the operator %.60s is not understood", type);
}

bool import_operator_tree(struct import *im, struct json_object *json, struct relation *ret)
{
    bool ok;

    *ret = (struct relation){NULL, NULL};
    if (!import_enter(im))
        return false;
    ok = read_operator(im, json, ret) && ret->node != NULL && ret->bindings != NULL;
    import_leave(im);
    return ok;
}
