/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public nodes: kinds, readers, constructors. Most kinds need no code of their own: their fields are copied as they are
 * (adopt.c, layout.c), their columns follow from them (plan/schema.c).
 */
#include "eider/nodes.h"

#include "api/adopt.h"

static enum eider_status no_argument(const char *owner, struct eider_error *err)
{
    error_set(err, EIDER_ERROR_ARGUMENT, "%s: an argument is NULL", owner);
    error_node(err, owner);
    return EIDER_ERROR_ARGUMENT;
}

/* ---- Readers ---- */

enum eider_node_kind eider_node_get_kind(const struct eider_node *node)
{
    return node == NULL ? EIDER_NODE_INVALID : (enum eider_node_kind)node->tag;
}

const char *eider_node_name(const struct eider_node *node)
{
    return node == NULL ? "?" : node_tag_display(node->tag);
}

struct eider_column_list eider_node_columns(const struct eider_node *node)
{
    struct eider_column_list list = {NULL, 0};

    if (node != NULL)
        list = (struct eider_column_list){(const struct eider_column *)(const void *)node->columns.items,
                                          node->columns.count};
    return list;
}

double eider_node_rows(const struct eider_node *node)
{
    return node == NULL ? -1 : node->rows;
}

uint32_t eider_node_child_count(const struct eider_node *node)
{
    return node == NULL ? 0 : node_child_count(node);
}

const struct eider_node *eider_node_child(const struct eider_node *node, uint32_t index)
{
    return node == NULL ? NULL : node_child(node, index);
}

bool eider_node_equal(const struct eider_node *a, const struct eider_node *b)
{
    return node_equal(a, b);
}

#define READER(TAG, name)                                                                                    \
    bool eider_node_as_##name(const struct eider_node *node, struct eider_node_##name *ret)                  \
    {                                                                                                        \
        _Static_assert(sizeof(*ret) + sizeof(*node) <= sizeof(struct node_##name), #name);                   \
        if (node == NULL || ret == NULL || node->tag != NODE_##TAG)                                          \
            return false;                                                                                    \
        expose_node(node, sizeof(*ret), ret);                                                                \
        return true;                                                                                         \
    }

/* ---- Constructors ---- */

static enum eider_status make(struct eider_plan_context *ctx, enum node_tag tag, const void *fields,
                              size_t bytes, const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node *node;
    enum eider_status status;

    if (ctx == NULL || fields == NULL || ret == NULL)
        return no_argument(node_tag_display(tag), err);
    status = adopt_node(ctx, tag, fields, bytes, &node, err);
    return status == EIDER_OK ? adopt_finish(ctx, node, ret, err) : status;
}

#define MAKER(TAG, name)                                                                                     \
    enum eider_status eider_node_new_##name(struct eider_plan_context *ctx,                                  \
                                            const struct eider_node_##name *fields,                          \
                                            const struct eider_node **ret, struct eider_error *err)          \
    {                                                                                                        \
        return make(ctx, NODE_##TAG, fields, sizeof(*fields), ret, err);                                     \
    }

#define KIND(TAG, name) READER(TAG, name) MAKER(TAG, name)
KIND(PARQUET_SCAN, parquet_scan)
KIND(TABLE_SCAN, table_scan)
KIND(FUNCTION_SCAN, function_scan)
KIND(VALUES, values)
KIND(FILTER, filter)
KIND(PROJECTION, projection)
KIND(AGGREGATE, aggregate)
KIND(REPARTITION, repartition)
KIND(SORT, sort)
KIND(TOPN, topn)
KIND(LIMIT, limit)
KIND(DISTINCT, distinct)
KIND(WINDOW, window)
KIND(UNNEST, unnest)
KIND(LATERAL_FUNCTION, lateral_function)
KIND(SAMPLE, sample)
KIND(HASH_JOIN, hash_join)
KIND(NESTED_LOOP_JOIN, nested_loop_join)
KIND(CROSS_JOIN, cross_join)
KIND(POSITIONAL_JOIN, positional_join)
KIND(ASOF_JOIN, asof_join)
KIND(UNION, union)
KIND(SETOP, setop)
KIND(CTE, cte)
KIND(RECURSIVE_CTE, recursive_cte)
READER(DISTRIBUTED_LEAF, distributed_leaf)
READER(NETWORK_SHUFFLE, network_shuffle)
READER(NETWORK_COALESCE, network_coalesce)
READER(NETWORK_BROADCAST, network_broadcast)
READER(EXCHANGE_SOURCE, exchange_source)
READER(DISTRIBUTED, distributed)

/* ---- Kinds whose columns do not follow from their fields ---- */

bool eider_node_as_empty(const struct eider_node *node, struct eider_node_empty *ret)
{
    if (node == NULL || ret == NULL || node->tag != NODE_EMPTY)
        return false;
    ret->columns = eider_node_columns(node);
    return true;
}

bool eider_node_as_cte_ref(const struct eider_node *node, struct eider_node_cte_ref *ret)
{
    const struct node_cte_ref *ref = node_as_cte_ref(node);

    if (ref == NULL || ret == NULL)
        return false;
    ret->cte = ref->cte;
    ret->columns = eider_node_columns(node);
    return true;
}

static enum eider_status make_with_columns(struct eider_plan_context *ctx, struct eider_node *node,
                                           const struct eider_column_list *columns,
                                           const struct eider_node **ret, struct eider_error *err)
{
    enum eider_status status;

    if (node == NULL)
        return error_no_memory(err);
    status = adopt_columns(ctx, node_tag_display(node->tag), columns, &node->columns, err);
    return status == EIDER_OK ? adopt_finish(ctx, node, ret, err) : status;
}

enum eider_status eider_node_new_empty(struct eider_plan_context *ctx, const struct eider_node_empty *fields,
                                       const struct eider_node **ret, struct eider_error *err)
{
    struct node_empty *node;

    if (ctx == NULL || fields == NULL || ret == NULL)
        return no_argument(node_tag_display(NODE_EMPTY), err);
    node = node_empty_new(ctx->arena);
    return make_with_columns(ctx, node != NULL ? &node->base : NULL, &fields->columns, ret, err);
}

enum eider_status eider_node_new_cte_ref(struct eider_plan_context *ctx,
                                         const struct eider_node_cte_ref *fields,
                                         const struct eider_node **ret, struct eider_error *err)
{
    struct node_cte_ref *node;

    if (ctx == NULL || fields == NULL || ret == NULL)
        return no_argument(node_tag_display(NODE_CTE_REF), err);
    if ((node = node_cte_ref_new(ctx->arena)) == NULL)
        return error_no_memory(err);
    node->base.rows = -1;
    node->cte = fields->cte;
    return make_with_columns(ctx, &node->base, &fields->columns, ret, err);
}

enum eider_status eider_node_new_dummy_scan(struct eider_plan_context *ctx, const struct eider_node **ret,
                                            struct eider_error *err)
{
    struct node_dummy_scan *node;

    if (ctx == NULL || ret == NULL)
        return no_argument(node_tag_display(NODE_DUMMY_SCAN), err);
    if ((node = node_dummy_scan_new(ctx->arena)) == NULL)
        return error_no_memory(err);
    node->base.rows = 1;
    return adopt_finish(ctx, &node->base, ret, err);
}

/* What a task reads instead of the leaf has no input, which another task might compute. */
enum eider_status eider_node_new_distributed_leaf(struct eider_plan_context *ctx,
                                                  const struct eider_node_distributed_leaf *fields,
                                                  const struct eider_node **ret, struct eider_error *err)
{
    const char *name = node_tag_display(NODE_DISTRIBUTED_LEAF), *problem = NULL;
    const struct eider_node *made;
    enum eider_status status;

    if (ret == NULL)
        return no_argument(name, err);
    status = make(ctx, NODE_DISTRIBUTED_LEAF, fields, fields != NULL ? sizeof(*fields) : 0, &made, err);
    if (status != EIDER_OK)
        return status;
    if (fields->variants.count == 0)
        problem = "has no variants";
    for (uint32_t i = 0, n = node_child_count(made); i < n; i++) {
        if (node_child_count(node_child(made, i)) > 0)
            problem = "has a leaf or variant that is none, as it has an input";
    }
    if (problem != NULL) {
        error_set(err, EIDER_ERROR_PLAN, "%s %s", name, problem);
        error_node(err, name);
        return EIDER_ERROR_PLAN;
    }
    *ret = made;
    return EIDER_OK;
}

/* ---- Boundaries ---- */

enum eider_status eider_network_shuffle(struct eider_plan_context *ctx, const struct eider_node *input,
                                        uint32_t producer_tasks, const struct eider_node **ret,
                                        struct eider_error *err)
{
    struct eider_node_network_shuffle fields = {.input = input, .producer_tasks = producer_tasks};
    const char *name = node_tag_display(NODE_NETWORK_SHUFFLE);

    if (ctx == NULL || ret == NULL)
        return no_argument(name, err);
    if (!adopt_is_ours(ctx, input, name, err))
        return EIDER_ERROR_ARGUMENT;
    if (input->tag != NODE_REPARTITION) {
        error_set(err, EIDER_ERROR_PLAN, "%s: its input must be a hash repartition, not %s", name,
                  node_tag_display(input->tag));
        error_node(err, name);
        error_hint(err, "make one with eider_node_new_repartition");
        return EIDER_ERROR_PLAN;
    }
    return make(ctx, NODE_NETWORK_SHUFFLE, &fields, sizeof(fields), ret, err);
}

enum eider_status eider_network_coalesce(struct eider_plan_context *ctx, const struct eider_node *input,
                                         uint32_t producer_tasks, uint32_t consumer_tasks,
                                         const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_network_coalesce fields = {
        .input = input, .producer_tasks = producer_tasks, .consumer_tasks = consumer_tasks};

    return make(ctx, NODE_NETWORK_COALESCE, &fields, sizeof(fields), ret, err);
}

enum eider_status eider_network_broadcast(struct eider_plan_context *ctx, const struct eider_node *input,
                                          uint32_t producer_tasks, uint32_t consumer_tasks,
                                          const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_network_broadcast fields = {
        .input = input, .producer_tasks = producer_tasks, .consumer_tasks = consumer_tasks};

    return make(ctx, NODE_NETWORK_BROADCAST, &fields, sizeof(fields), ret, err);
}
