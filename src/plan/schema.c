/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output columns of nodes. Types by position come from node_full_type; what a node computes has the type of its expression.
 * Pure functions; memory of the caller's arena.
 */
#include "plan/schema.h"

#include "plan/object.h"
#include "plan/validate.h"

struct schema {
    struct arena *arena;
    struct column_list columns;
    uint32_t capacity;
};

static bool reserve(struct schema *schema, uint32_t count)
{
    schema->columns = column_list_new(schema->arena, count);
    schema->capacity = schema->columns.count;
    schema->columns.count = 0;
    return schema->capacity == count;
}

static void add(struct schema *schema, struct eider_str name, const struct eider_type *type)
{
    if (schema->columns.count < schema->capacity)
        schema->columns.items[schema->columns.count++] = (struct column){name, type};
}

static void add_columns(struct schema *schema, const struct column_list *columns)
{
    for (uint32_t i = 0; i < columns->count; i++)
        add(schema, columns->items[i].name, columns->items[i].type);
}

static struct eider_str numbered(struct schema *schema, uint32_t number)
{
    const char *text = arena_printf(schema->arena, "c%u", number);

    return str_from(text != NULL ? text : "");
}

static struct eider_str expr_name(struct schema *schema, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);
    const struct expr_function *function = expr_as_function(expr);
    const struct expr_aggregate *aggregate = expr_as_aggregate(expr);
    const struct expr_window *window = expr_as_window(expr);

    if (column != NULL && column->name.size > 0)
        return column->name;
    if (function != NULL)
        return function->name;
    if (aggregate != NULL)
        return aggregate->name;
    return window != NULL ? window->name : numbered(schema, schema->columns.count);
}

static void add_exprs(struct schema *schema, const struct expr_list *exprs)
{
    for (uint32_t i = 0; i < exprs->count; i++)
        add(schema, expr_name(schema, exprs->items[i]), exprs->items[i]->type);
}

/* ---- Projections of the full output ---- */

static const struct scan_column_list *scan_read(const struct eider_node *node)
{
    if (node->tag == NODE_PARQUET_SCAN)
        return &node_as_parquet_scan(node)->read;
    if (node->tag == NODE_TABLE_SCAN)
        return &node_as_table_scan(node)->read;
    if (node->tag == NODE_FUNCTION_SCAN)
        return &node_as_function_scan(node)->read;
    return node->tag == NODE_LATERAL_FUNCTION ? &node_as_lateral_function(node)->read : NULL;
}

static enum join_type node_join_type(const struct eider_node *node)
{
    const struct node_hash_join *hash_join = node_as_hash_join(node);
    const struct node_nested_loop_join *loop_join = node_as_nested_loop_join(node);
    const struct node_asof_join *asof_join = node_as_asof_join(node);

    if (hash_join != NULL)
        return hash_join->type;
    if (loop_join != NULL)
        return loop_join->type;
    return asof_join != NULL ? asof_join->type : JOIN_INNER;
}

static struct eider_str full_name(struct schema *schema, const struct eider_node *node, uint32_t index)
{
    const struct scan_column_list *read = scan_read(node);
    const struct eider_node *left = node_child(node, 0), *right = node_child(node, 1);

    if (read != NULL) {
        const struct scan_column *column = index < read->count ? &read->items[index] : NULL;
        if (column != NULL && column->path.count > 0)
            return column->path.items[column->path.count - 1];
        return column != NULL && column->name.size > 0 ? column->name : numbered(schema, index);
    }
    if (left != NULL && index < left->columns.count)
        return left->columns.items[index].name;
    if (node_join_type(node) == JOIN_MARK)
        return str_from("mark");
    index -= left != NULL ? left->columns.count : 0;
    return right != NULL && index < right->columns.count ? right->columns.items[index].name
                                                         : numbered(schema, index);
}

static void add_projection(struct schema *schema, const struct eider_node *node,
                           const struct u32_list *projection)
{
    enum join_type type = node_join_type(node);
    bool right_only = type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI;
    uint32_t shift = right_only ? node_child(node, 0)->columns.count : 0;

    for (uint32_t i = 0; i < projection->count; i++)
        add(schema, full_name(schema, node, projection->items[i] + shift),
            node_full_type(node, projection->items[i]));
}

static const struct u32_list *node_projection(const struct eider_node *node)
{
    switch ((int)node->tag) {
    case NODE_PARQUET_SCAN:
        return &node_as_parquet_scan(node)->projection;
    case NODE_TABLE_SCAN:
        return &node_as_table_scan(node)->projection;
    case NODE_FUNCTION_SCAN:
        return &node_as_function_scan(node)->projection;
    case NODE_LATERAL_FUNCTION:
        return &node_as_lateral_function(node)->projection;
    case NODE_FILTER:
        return &node_as_filter(node)->projection;
    case NODE_SORT:
        return &node_as_sort(node)->projection;
    case NODE_HASH_JOIN:
        return &node_as_hash_join(node)->projection;
    case NODE_NESTED_LOOP_JOIN:
        return &node_as_nested_loop_join(node)->projection;
    case NODE_ASOF_JOIN:
        return &node_as_asof_join(node)->projection;
    default:
        return NULL;
    }
}

/* ---- Kinds ---- */

static bool derive_aggregate(struct schema *schema, const struct node_aggregate *node)
{
    if (!reserve(schema, node->groups.count + node->aggregates.count + node->grouping_functions.count))
        return false;
    add_exprs(schema, &node->groups);
    add_exprs(schema, &node->aggregates);
    for (uint32_t i = 0; i < node->grouping_functions.count; i++)
        add(schema, str_from("grouping"), type_simple(TYPE_BIGINT));
    return true;
}

static bool derive_lateral(struct schema *schema, const struct node_lateral_function *node)
{
    const struct column_list *input = &node->input->columns;

    if (!reserve(schema, node->projection.count + node->passed.count))
        return false;
    add_projection(schema, &node->base, &node->projection);
    for (uint32_t i = 0; i < node->passed.count; i++) {
        uint32_t index = node->passed.items[i];
        if (index < input->count)
            add(schema, input->items[index].name, input->items[index].type);
    }
    return true;
}

static bool derive_unnest(struct schema *schema, const struct node_unnest *node)
{
    if (!reserve(schema, node->input->columns.count + node->exprs.count))
        return false;
    add_columns(schema, &node->input->columns);
    for (uint32_t i = 0; i < node->exprs.count; i++) {
        const struct type_list *list = type_as_list(node->exprs.items[i]->type);
        add(schema, str_from("unnest"), list != NULL ? list->child : NULL);
    }
    return true;
}

static bool derive_both(struct schema *schema, const struct eider_node *node)
{
    const struct column_list *left = &node_child(node, 0)->columns, *right = &node_child(node, 1)->columns;

    if (!reserve(schema, left->count + right->count))
        return false;
    add_columns(schema, left);
    add_columns(schema, right);
    return true;
}

static bool derive_exprs(struct schema *schema, const struct column_list *before,
                         const struct expr_list *exprs)
{
    if (!reserve(schema, before->count + exprs->count))
        return false;
    add_columns(schema, before);
    add_exprs(schema, exprs);
    return true;
}

static bool derive_values(struct schema *schema, const struct node_values *node)
{
    const struct expr_list none = {NULL, 0};
    const struct column_list before = {NULL, 0};

    return derive_exprs(schema, &before, node->rows.count > 0 ? &node->rows.items[0].values : &none);
}

/* Those of the child that decides. */
static bool derive_same(struct schema *schema, const struct eider_node *node)
{
    uint32_t decides = node->tag == NODE_CTE ? 1 : 0;
    const struct eider_node *child = node_child(node, decides);

    if (child == NULL || !reserve(schema, child->columns.count))
        return false;
    add_columns(schema, &child->columns);
    return true;
}

static bool derive(struct schema *schema, const struct eider_node *node)
{
    const struct column_list none = {NULL, 0};
    const struct u32_list *projection = node_projection(node);

    switch (node->tag) {
    case NODE_PARQUET_SCAN:
    case NODE_TABLE_SCAN:
    case NODE_FUNCTION_SCAN:
    case NODE_FILTER:
    case NODE_SORT:
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_ASOF_JOIN:
        if (!reserve(schema, projection->count))
            return false;
        add_projection(schema, node, projection);
        return true;
    case NODE_VALUES:
        return derive_values(schema, node_as_values(node));
    case NODE_DUMMY_SCAN:
        if (!reserve(schema, 1))
            return false;
        add(schema, str_from("c0"), type_simple(TYPE_INTEGER));
        return true;
    case NODE_PROJECTION:
        return derive_exprs(schema, &none, &node_as_projection(node)->exprs);
    case NODE_AGGREGATE:
        return derive_aggregate(schema, node_as_aggregate(node));
    case NODE_WINDOW:
        return derive_exprs(schema, &node_child(node, 0)->columns, &node_as_window(node)->windows);
    case NODE_UNNEST:
        return derive_unnest(schema, node_as_unnest(node));
    case NODE_LATERAL_FUNCTION:
        return derive_lateral(schema, node_as_lateral_function(node));
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
        return derive_both(schema, node);
    case NODE_REPARTITION:
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_DISTINCT:
    case NODE_SAMPLE:
    case NODE_UNION:
    case NODE_SETOP:
    case NODE_CTE:
    case NODE_RECURSIVE_CTE:
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
    case NODE_DISTRIBUTED_LEAF:
    case NODE_DISTRIBUTED:
        return derive_same(schema, node);
    case NODE_EMPTY:
    case NODE_CUSTOM:
    case NODE_CTE_REF:
    case NODE_EXCHANGE_SOURCE:
    case NODE_INVALID:
    case NODE_TAG_END:
        break;
    }
    return false;
}

bool schema_derive(struct arena *arena, const struct eider_node *node, struct column_list *ret)
{
    struct schema schema = {.arena = arena};

    if (!derive(&schema, node) || arena_failed(arena))
        return false;
    *ret = schema.columns;
    return true;
}

bool schema_same_types(const struct column_list *a, const struct column_list *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!type_equal(a->items[i].type, b->items[i].type))
            return false;
    }
    return true;
}
