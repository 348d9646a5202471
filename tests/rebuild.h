/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_REBUILD_H
#define TESTS_REBUILD_H

/*
 * A rule that reads a whole plan with public functions and writes it again: every node, expression and type is taken
 * apart with its reader and made with its constructor. What comes out must equal what went in, and queries must still
 * give the same rows. Also for programs that are no cmocka tests: what goes wrong is the rule's error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eider/custom.h"
#include "eider/rules.h"

/* How, as the data of the rule. */
struct rebuild_options {
    bool
        derive_names; /* but of the root leaves the names of columns as the constructors derive them: no comparison then */
    uint64_t kinds; /* of nodes that were rebuilt, a bit each: filled in */
    uint64_t expr_kinds;
};

#define REBUILD_CHUNK_BYTES ((size_t)1 << 18)

/* Memory for lists, in few allocations. */
struct rebuild_chunk {
    struct rebuild_chunk *next;
    size_t used, capacity;
    union {
        double alignment;
        char bytes[1];
    } data;
};

struct rebuild {
    struct rebuild_options *options;
    struct eider_plan_context *ctx;
    const struct eider_node *root; /* of the plan that is rebuilt */
    struct eider_error *err;
    enum eider_status status; /* once it is not OK, nothing more is made */
    struct rebuild_chunk *chunks;
};

static void rebuild_fail(struct rebuild *r, const char *what, const char *of)
{
    if (r->status != EIDER_OK)
        return;
    r->status = r->err->status = EIDER_ERROR_INTERNAL;
    snprintf(r->err->message, sizeof(r->err->message), "%s: %s", of, what);
}

/* Room for a list; NULL if there is none, or if something failed before. */
static void *rebuild_list(struct rebuild *r, uint32_t count, size_t item_bytes)
{
    size_t bytes = (count * item_bytes + 15) / 16 * 16 + 16;
    struct rebuild_chunk *chunk = r->chunks;

    if (r->status != EIDER_OK)
        return NULL;
    if (chunk == NULL || chunk->capacity - chunk->used < bytes) {
        size_t capacity = bytes > REBUILD_CHUNK_BYTES ? bytes : REBUILD_CHUNK_BYTES;
        if ((chunk = calloc(1, sizeof(*chunk) + capacity)) == NULL) {
            r->status = r->err->status = EIDER_ERROR_MEMORY;
            return NULL;
        }
        chunk->capacity = capacity;
        chunk->next = r->chunks;
        r->chunks = chunk;
    }
    chunk->used += bytes;
    return chunk->data.bytes + chunk->used - bytes;
}

/* ---- Types ---- */

static const struct eider_type *rebuild_type(struct rebuild *r, const struct eider_type *type)
{
    duckdb_logical_type logical;
    const struct eider_type *made = NULL;
    char text[256];

    if (r->status != EIDER_OK)
        return NULL;
    if ((logical = eider_type_to_duckdb(type)) == NULL) {
        r->status = r->err->status = EIDER_ERROR_MEMORY;
        return NULL;
    }
    r->status = eider_type_from_duckdb(r->ctx, logical, &made, r->err);
    duckdb_destroy_logical_type(&logical);
    if (r->status == EIDER_OK && !eider_type_equal(type, made)) {
        eider_type_text(type, text, sizeof(text));
        rebuild_fail(r, "the type comes back as another one", text);
    }
    return made;
}

/* ---- Expressions ---- */

static const struct eider_expr *rebuild_expr(struct rebuild *r, const struct eider_expr *expr);

static const struct eider_expr *rebuild_maybe(struct rebuild *r, const struct eider_expr *expr)
{
    return expr == NULL ? NULL : rebuild_expr(r, expr);
}

static struct eider_expr_list rebuild_exprs(struct rebuild *r, struct eider_expr_list list)
{
    const struct eider_expr **items = rebuild_list(r, list.count, sizeof(const struct eider_expr *));

    for (uint32_t i = 0; items != NULL && i < list.count; i++)
        items[i] = rebuild_expr(r, list.items[i]);
    return (struct eider_expr_list){items, list.count};
}

static struct eider_sort_key_list rebuild_keys(struct rebuild *r, struct eider_sort_key_list list)
{
    struct eider_sort_key *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++) {
        items[i] = list.items[i];
        items[i].expr = rebuild_expr(r, list.items[i].expr);
    }
    return (struct eider_sort_key_list){items, list.count};
}

static struct eider_case_branch_list rebuild_branches(struct rebuild *r, struct eider_case_branch_list list)
{
    struct eider_case_branch *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++) {
        items[i].when = rebuild_expr(r, list.items[i].when);
        items[i].then = rebuild_expr(r, list.items[i].then);
    }
    return (struct eider_case_branch_list){items, list.count};
}

static struct eider_named_expr_list rebuild_named(struct rebuild *r, struct eider_named_expr_list list)
{
    struct eider_named_expr *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++) {
        items[i].name = list.items[i].name;
        items[i].expr = rebuild_expr(r, list.items[i].expr);
    }
    return (struct eider_named_expr_list){items, list.count};
}

/* A function for a kind: reads `f`, lets the statements change it, and makes the expression with `type`. */
#define REBUILD_EXPR(name, ...)                                                                              \
    static const struct eider_expr *rebuild_expr_##name(struct rebuild *r, const struct eider_type *type,    \
                                                        const struct eider_expr *expr)                       \
    {                                                                                                        \
        const struct eider_expr *made = NULL;                                                                \
        struct eider_expr_##name f;                                                                          \
        if (!eider_expr_as_##name(expr, &f)) {                                                               \
            rebuild_fail(r, "the reader refuses its own kind", #name);                                       \
            return NULL;                                                                                     \
        }                                                                                                    \
        __VA_ARGS__                                                                                          \
        if (r->status == EIDER_OK)                                                                           \
            r->status = eider_expr_new_##name(r->ctx, type, &f, &made, r->err);                              \
        return made;                                                                                         \
    }
REBUILD_EXPR(column, )
REBUILD_EXPR(integer, )
REBUILD_EXPR(double, )
REBUILD_EXPR(string, )
REBUILD_EXPR(interval, )
REBUILD_EXPR(lambda_parameter, )
REBUILD_EXPR(nested, f.children = rebuild_exprs(r, f.children);)
REBUILD_EXPR(function, f.args = rebuild_exprs(r, f.args);)
REBUILD_EXPR(cast, f.child = rebuild_expr(r, f.child);)
REBUILD_EXPR(comparison, f.left = rebuild_expr(r, f.left); f.right = rebuild_expr(r, f.right);)
REBUILD_EXPR(operator, f.children = rebuild_exprs(r, f.children);)
REBUILD_EXPR(between, f.input = rebuild_expr(r, f.input); f.lower = rebuild_expr(r, f.lower);
             f.upper = rebuild_expr(r, f.upper);)
REBUILD_EXPR(case, f.branches = rebuild_branches(r, f.branches); f.otherwise = rebuild_maybe(r, f.otherwise);)
REBUILD_EXPR(slice, f.value = rebuild_expr(r, f.value); f.begin = rebuild_maybe(r, f.begin);
             f.end = rebuild_maybe(r, f.end); f.step = rebuild_maybe(r, f.step);)
REBUILD_EXPR(lambda, f.body = rebuild_expr(r, f.body);)
REBUILD_EXPR(aggregate, f.args = rebuild_exprs(r, f.args); f.filter = rebuild_maybe(r, f.filter);
             f.orders = rebuild_keys(r, f.orders);)
REBUILD_EXPR(window, f.args = rebuild_exprs(r, f.args); f.filter = rebuild_maybe(r, f.filter);
             f.arg_orders = rebuild_keys(r, f.arg_orders); f.partitions = rebuild_exprs(r, f.partitions);
             f.orders = rebuild_keys(r, f.orders); f.start = rebuild_maybe(r, f.start);
             f.end = rebuild_maybe(r, f.end);)

static const struct eider_expr *rebuild_expr_null(struct rebuild *r, const struct eider_type *type)
{
    const struct eider_expr *made = NULL;

    r->status = eider_expr_new_null(r->ctx, type, &made, r->err);
    return made;
}

static const struct eider_expr *rebuild_expr_kind(struct rebuild *r, const struct eider_type *type,
                                                  const struct eider_expr *expr)
{
    switch (eider_expr_get_kind(expr)) {
    case EIDER_EXPR_COLUMN:
        return rebuild_expr_column(r, type, expr);
    case EIDER_EXPR_NULL:
        return rebuild_expr_null(r, type);
    case EIDER_EXPR_INTEGER:
        return rebuild_expr_integer(r, type, expr);
    case EIDER_EXPR_DOUBLE:
        return rebuild_expr_double(r, type, expr);
    case EIDER_EXPR_STRING:
        return rebuild_expr_string(r, type, expr);
    case EIDER_EXPR_INTERVAL:
        return rebuild_expr_interval(r, type, expr);
    case EIDER_EXPR_NESTED:
        return rebuild_expr_nested(r, type, expr);
    case EIDER_EXPR_FUNCTION:
        return rebuild_expr_function(r, type, expr);
    case EIDER_EXPR_CAST:
        return rebuild_expr_cast(r, type, expr);
    case EIDER_EXPR_COMPARISON:
        return rebuild_expr_comparison(r, type, expr);
    case EIDER_EXPR_OPERATOR:
        return rebuild_expr_operator(r, type, expr);
    case EIDER_EXPR_BETWEEN:
        return rebuild_expr_between(r, type, expr);
    case EIDER_EXPR_CASE:
        return rebuild_expr_case(r, type, expr);
    case EIDER_EXPR_SLICE:
        return rebuild_expr_slice(r, type, expr);
    case EIDER_EXPR_LAMBDA:
        return rebuild_expr_lambda(r, type, expr);
    case EIDER_EXPR_LAMBDA_PARAMETER:
        return rebuild_expr_lambda_parameter(r, type, expr);
    case EIDER_EXPR_AGGREGATE:
        return rebuild_expr_aggregate(r, type, expr);
    case EIDER_EXPR_WINDOW:
        return rebuild_expr_window(r, type, expr);
    case EIDER_EXPR_BLOOM_PROBE:
    case EIDER_EXPR_INVALID:
        break;
    }
    rebuild_fail(r, "no plan of a rule holds it", "an expression");
    return NULL;
}

static const struct eider_expr *rebuild_expr(struct rebuild *r, const struct eider_expr *expr)
{
    const struct eider_type *type = rebuild_type(r, eider_expr_get_type(expr));
    const struct eider_expr *made = NULL;
    char text[256];

    if (r->status == EIDER_OK)
        made = rebuild_expr_kind(r, type, expr);
    if (r->status == EIDER_OK && !eider_expr_equal(expr, made)) {
        eider_expr_text(expr, text, sizeof(text));
        rebuild_fail(r, "the expression comes back as another one", text);
    }
    r->options->expr_kinds |= UINT64_C(1) << eider_expr_get_kind(expr);
    return made;
}

/* ---- Nodes ---- */

static const struct eider_node *rebuild_node(struct rebuild *r, const struct eider_node *node);

static struct eider_node_list rebuild_nodes(struct rebuild *r, struct eider_node_list list)
{
    const struct eider_node **items = rebuild_list(r, list.count, sizeof(const struct eider_node *));

    for (uint32_t i = 0; items != NULL && i < list.count; i++)
        items[i] = rebuild_node(r, list.items[i]);
    return (struct eider_node_list){items, list.count};
}

static struct eider_column_list rebuild_columns(struct rebuild *r, struct eider_column_list list)
{
    struct eider_column *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++)
        items[i] = (struct eider_column){list.items[i].name, rebuild_type(r, list.items[i].type)};
    return (struct eider_column_list){items, list.count};
}

static struct eider_scan_column_list rebuild_read(struct rebuild *r, struct eider_scan_column_list list)
{
    struct eider_scan_column *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++) {
        items[i] = list.items[i];
        items[i].type = rebuild_type(r, list.items[i].type);
    }
    return (struct eider_scan_column_list){items, list.count};
}

static struct eider_join_condition_list rebuild_conditions(struct rebuild *r,
                                                           struct eider_join_condition_list list)
{
    struct eider_join_condition *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++) {
        items[i].left = rebuild_expr(r, list.items[i].left);
        items[i].op = list.items[i].op;
        items[i].right = rebuild_expr(r, list.items[i].right);
    }
    return (struct eider_join_condition_list){items, list.count};
}

static struct eider_expr_row_list rebuild_rows(struct rebuild *r, struct eider_expr_row_list list)
{
    struct eider_expr_row *items = rebuild_list(r, list.count, sizeof(*items));

    for (uint32_t i = 0; items != NULL && i < list.count; i++)
        items[i].values = rebuild_exprs(r, list.items[i].values);
    return (struct eider_expr_row_list){items, list.count};
}

/* As REBUILD_EXPR. */
#define REBUILD_NODE(name, ...)                                                                              \
    static const struct eider_node *rebuild_node_##name(struct rebuild *r, const struct eider_node *node)    \
    {                                                                                                        \
        const struct eider_node *made = NULL;                                                                \
        struct eider_node_##name f;                                                                          \
        if (!eider_node_as_##name(node, &f)) {                                                               \
            rebuild_fail(r, "the reader refuses its own kind", #name);                                       \
            return NULL;                                                                                     \
        }                                                                                                    \
        __VA_ARGS__                                                                                          \
        if (r->status == EIDER_OK)                                                                           \
            r->status = eider_node_new_##name(r->ctx, &f, &made, r->err);                                    \
        return made;                                                                                         \
    }
REBUILD_NODE(parquet_scan, f.read = rebuild_read(r, f.read); f.filters = rebuild_exprs(r, f.filters);
             f.options = rebuild_named(r, f.options);)
REBUILD_NODE(table_scan, f.read = rebuild_read(r, f.read); f.filters = rebuild_exprs(r, f.filters);)
REBUILD_NODE(function_scan, f.args = rebuild_exprs(r, f.args); f.named_args = rebuild_named(r, f.named_args);
             f.read = rebuild_read(r, f.read); f.filters = rebuild_exprs(r, f.filters);)
REBUILD_NODE(values, f.rows = rebuild_rows(r, f.rows);)
REBUILD_NODE(empty, f.columns = rebuild_columns(r, f.columns);)
REBUILD_NODE(cte_ref, f.columns = rebuild_columns(r, f.columns);)
REBUILD_NODE(filter, f.input = rebuild_node(r, f.input); f.predicates = rebuild_exprs(r, f.predicates);)
REBUILD_NODE(projection, f.input = rebuild_node(r, f.input); f.exprs = rebuild_exprs(r, f.exprs);)
REBUILD_NODE(aggregate, f.input = rebuild_node(r, f.input); f.groups = rebuild_exprs(r, f.groups);
             f.aggregates = rebuild_exprs(r, f.aggregates);)
REBUILD_NODE(repartition, f.input = rebuild_node(r, f.input); f.keys = rebuild_exprs(r, f.keys);)
REBUILD_NODE(sort, f.input = rebuild_node(r, f.input); f.orders = rebuild_keys(r, f.orders);)
REBUILD_NODE(topn, f.input = rebuild_node(r, f.input); f.orders = rebuild_keys(r, f.orders);)
REBUILD_NODE(limit, f.input = rebuild_node(r, f.input);)
REBUILD_NODE(distinct, f.input = rebuild_node(r, f.input); f.targets = rebuild_exprs(r, f.targets);
             f.orders = rebuild_keys(r, f.orders);)
REBUILD_NODE(window, f.input = rebuild_node(r, f.input); f.windows = rebuild_exprs(r, f.windows);)
REBUILD_NODE(unnest, f.input = rebuild_node(r, f.input); f.exprs = rebuild_exprs(r, f.exprs);)
REBUILD_NODE(lateral_function, f.input = rebuild_node(r, f.input); f.args = rebuild_exprs(r, f.args);
             f.read = rebuild_read(r, f.read); f.filters = rebuild_exprs(r, f.filters);)
REBUILD_NODE(sample, f.input = rebuild_node(r, f.input);)
REBUILD_NODE(hash_join, f.left = rebuild_node(r, f.left); f.right = rebuild_node(r, f.right);
             f.conditions = rebuild_conditions(r, f.conditions); f.residual = rebuild_maybe(r, f.residual);)
REBUILD_NODE(nested_loop_join, f.left = rebuild_node(r, f.left); f.right = rebuild_node(r, f.right);
             f.conditions = rebuild_conditions(r, f.conditions); f.residual = rebuild_maybe(r, f.residual);)
REBUILD_NODE(asof_join, f.left = rebuild_node(r, f.left); f.right = rebuild_node(r, f.right);
             f.conditions = rebuild_conditions(r, f.conditions); f.residual = rebuild_maybe(r, f.residual);)
REBUILD_NODE(cross_join, f.left = rebuild_node(r, f.left); f.right = rebuild_node(r, f.right);)
REBUILD_NODE(positional_join, f.left = rebuild_node(r, f.left); f.right = rebuild_node(r, f.right);)
REBUILD_NODE(union, f.inputs = rebuild_nodes(r, f.inputs);)
REBUILD_NODE(setop, f.inputs = rebuild_nodes(r, f.inputs);)
REBUILD_NODE(cte, f.definition = rebuild_node(r, f.definition); f.body = rebuild_node(r, f.body);)
REBUILD_NODE(recursive_cte, f.anchor = rebuild_node(r, f.anchor); f.recursion = rebuild_node(r, f.recursion);)
REBUILD_NODE(distributed_leaf, f.leaf = rebuild_node(r, f.leaf); f.variants = rebuild_nodes(r, f.variants);)

static const struct eider_node *rebuild_dummy_scan(struct rebuild *r)
{
    const struct eider_node *made = NULL;

    r->status = eider_node_new_dummy_scan(r->ctx, &made, r->err);
    return made;
}

static const struct eider_node *rebuild_boundary(struct rebuild *r, const struct eider_node *node)
{
    struct eider_node_network_shuffle shuffle;
    struct eider_node_network_coalesce coalesce;
    struct eider_node_network_broadcast broadcast;
    const struct eider_node *input = rebuild_node(r, eider_node_child(node, 0)), *made = NULL;

    if (r->status != EIDER_OK)
        return NULL;
    if (eider_node_as_network_shuffle(node, &shuffle))
        r->status = eider_network_shuffle(r->ctx, input, shuffle.producer_tasks, &made, r->err);
    else if (eider_node_as_network_coalesce(node, &coalesce))
        r->status = eider_network_coalesce(r->ctx, input, coalesce.producer_tasks, coalesce.consumer_tasks,
                                           &made, r->err);
    else if (eider_node_as_network_broadcast(node, &broadcast))
        r->status = eider_network_broadcast(r->ctx, input, broadcast.producer_tasks, broadcast.consumer_tasks,
                                            &made, r->err);
    return made;
}

typedef const struct eider_node *(*rebuild_function)(struct rebuild *r, const struct eider_node *node);

static const struct eider_node *rebuild_node_kind(struct rebuild *r, const struct eider_node *node)
{
    static const rebuild_function functions[] = {
        [EIDER_NODE_PARQUET_SCAN] = rebuild_node_parquet_scan,
        [EIDER_NODE_TABLE_SCAN] = rebuild_node_table_scan,
        [EIDER_NODE_FUNCTION_SCAN] = rebuild_node_function_scan,
        [EIDER_NODE_VALUES] = rebuild_node_values,
        [EIDER_NODE_EMPTY] = rebuild_node_empty,
        [EIDER_NODE_CTE_REF] = rebuild_node_cte_ref,
        [EIDER_NODE_FILTER] = rebuild_node_filter,
        [EIDER_NODE_PROJECTION] = rebuild_node_projection,
        [EIDER_NODE_AGGREGATE] = rebuild_node_aggregate,
        [EIDER_NODE_REPARTITION] = rebuild_node_repartition,
        [EIDER_NODE_SORT] = rebuild_node_sort,
        [EIDER_NODE_TOPN] = rebuild_node_topn,
        [EIDER_NODE_LIMIT] = rebuild_node_limit,
        [EIDER_NODE_DISTINCT] = rebuild_node_distinct,
        [EIDER_NODE_WINDOW] = rebuild_node_window,
        [EIDER_NODE_UNNEST] = rebuild_node_unnest,
        [EIDER_NODE_LATERAL_FUNCTION] = rebuild_node_lateral_function,
        [EIDER_NODE_SAMPLE] = rebuild_node_sample,
        [EIDER_NODE_HASH_JOIN] = rebuild_node_hash_join,
        [EIDER_NODE_NESTED_LOOP_JOIN] = rebuild_node_nested_loop_join,
        [EIDER_NODE_CROSS_JOIN] = rebuild_node_cross_join,
        [EIDER_NODE_POSITIONAL_JOIN] = rebuild_node_positional_join,
        [EIDER_NODE_ASOF_JOIN] = rebuild_node_asof_join,
        [EIDER_NODE_UNION] = rebuild_node_union,
        [EIDER_NODE_SETOP] = rebuild_node_setop,
        [EIDER_NODE_CTE] = rebuild_node_cte,
        [EIDER_NODE_RECURSIVE_CTE] = rebuild_node_recursive_cte,
        [EIDER_NODE_NETWORK_SHUFFLE] = rebuild_boundary,
        [EIDER_NODE_NETWORK_COALESCE] = rebuild_boundary,
        [EIDER_NODE_NETWORK_BROADCAST] = rebuild_boundary,
        [EIDER_NODE_DISTRIBUTED_LEAF] = rebuild_node_distributed_leaf,
    };
    enum eider_node_kind kind = eider_node_get_kind(node);

    if (kind == EIDER_NODE_DUMMY_SCAN)
        return rebuild_dummy_scan(r);
    if (kind == EIDER_NODE_CUSTOM) /* the object is not to be had */
        return node;
    if ((size_t)kind < sizeof(functions) / sizeof(functions[0]) && functions[kind] != NULL)
        return functions[kind](r, node);
    rebuild_fail(r, "no plan of a rule holds it", eider_node_name(node));
    return NULL;
}

/* The names and the estimate that the node had. */
static const struct eider_node *rebuild_base(struct rebuild *r, const struct eider_node *node,
                                             const struct eider_node *made)
{
    struct eider_column_list columns = eider_node_columns(node);
    struct eider_str *names = rebuild_list(r, columns.count, sizeof(*names));

    for (uint32_t i = 0; names != NULL && i < columns.count; i++)
        names[i] = columns.items[i].name;
    if (r->status == EIDER_OK &&
        (!r->options->derive_names || node == r->root)) /* no rule may change the result */
        r->status = eider_node_with_names(r->ctx, made, &(struct eider_str_list){names, columns.count}, &made,
                                          r->err);
    if (r->status == EIDER_OK)
        r->status = eider_node_with_rows(r->ctx, made, eider_node_rows(node), &made, r->err);
    return made;
}

static const struct eider_node *rebuild_node(struct rebuild *r, const struct eider_node *node)
{
    const struct eider_node *made = NULL;

    if (r->status == EIDER_OK)
        made = rebuild_node_kind(r, node);
    if (r->status == EIDER_OK)
        made = rebuild_base(r, node, made);
    if (r->status == EIDER_OK && !r->options->derive_names && !eider_node_equal(node, made))
        rebuild_fail(r, "the node comes back as another one", eider_node_name(node));
    r->options->kinds |= UINT64_C(1) << eider_node_get_kind(node);
    return made;
}

/* The rule. */
static inline enum eider_status rebuild_plan(void *data, struct eider_plan_context *ctx,
                                             const struct eider_node *plan, const struct eider_node **ret,
                                             struct eider_error *err)
{
    struct rebuild r = {.options = data, .ctx = ctx, .root = plan, .err = err, .status = EIDER_OK};

    *ret = rebuild_node(&r, plan);
    for (struct rebuild_chunk *chunk = r.chunks, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    return r.status;
}

#endif
