/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_TESTS_CUSTOM_PLANS_H
#define EIDER_TESTS_CUSTOM_PLANS_H

/*
 * Plans whose boundaries a rule has placed, and tests of what the planner says of them. Each plan is built by hand and
 * returned by a rule named "custom"; the query that it stands for has nothing but the same columns (and an order, where
 * that matters). Include it after cmocka.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planner/decompose.h"
#include "planner/planner.h"
#include "unit/plans.h"

#define PREFIX "the rule custom made a plan that is inconsistent: "

struct lab {
    struct arena *arena;
    struct planner_options options;
    struct stage_graph graph;
    struct verdict verdict;
    struct eider_error err;
};

/* Every file has 8 MiB, 8,000 rows in row groups of 1,000; files with a 3 in their name have another schema. */
static inline enum eider_status some_file(void *data, const char *path, struct planner_file *ret,
                                          struct eider_error *err)
{
    (void)data;
    (void)err;
    *ret = (struct planner_file){.bytes = 8 << 20,
                                 .mtime_ns = 1,
                                 .rows = 8000,
                                 .row_group_rows = 1000,
                                 .schema_hash = strchr(path, '3') != NULL ? 2 : 1};
    return EIDER_OK;
}

static inline int set_up(void **state)
{
    struct lab *lab = calloc(1, sizeof(*lab));

    assert_non_null(lab);
    lab->arena = arena_new();
    lab->options = (struct planner_options){.workers = 4,
                                            .bytes_per_task = 1,
                                            .partitions_per_task = 1,
                                            .broadcast_joins = true,
                                            .broadcast_rows = 1000,
                                            .file_info = some_file};
    *state = lab;
    return 0;
}

static inline int tear_down(void **state)
{
    struct lab *lab = *state;

    arena_free(lab->arena);
    free(lab);
    return 0;
}

/* ---- Rules ---- */

static inline enum eider_status give(void *data, struct arena *arena, const struct eider_node *plan,
                                     const struct eider_node **ret, struct eider_error *err)
{
    (void)arena;
    (void)plan;
    (void)err;
    *ret = data;
    return EIDER_OK;
}

static inline enum eider_status plan_with(struct lab *lab, const struct eider_node *query,
                                          const struct planner_rule_entry *rule)
{
    lab->options.rules = rule;
    lab->options.rule_count = 1;
    lab->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
    memset(&lab->err, 0, sizeof(lab->err));
    return planner_plan(lab->arena, query, &lab->options, &lab->graph, &lab->verdict, &lab->err);
}

static inline enum eider_status plan_custom(struct lab *lab, const struct eider_node *query,
                                            const struct eider_node *custom)
{
    const struct planner_rule_entry rule = {"custom", give, (void *)(uintptr_t)custom};

    return plan_with(lab, query, &rule);
}

/* No rows in these columns: stands for any query. */
static inline const struct eider_node *query_of(struct lab *lab, const struct eider_node *custom)
{
    struct node_empty *empty = node_empty_new(lab->arena);

    empty->base.columns = custom->columns;
    return &empty->base;
}

static inline void assert_says(const struct lab *lab, const char *node, const char *text)
{
    if (strstr(lab->err.message, text) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", text, lab->err.message);
    assert_int_equal(lab->err.status, EIDER_ERROR_PLAN);
    assert_string_equal(lab->err.node, node);
}

static inline void refused_for(struct lab *lab, const struct eider_node *query,
                               const struct eider_node *custom, const char *node, const char *text)
{
    if (plan_custom(lab, query, custom) != EIDER_ERROR_PLAN)
        fail_msg("not refused, but should: %s %s", node, text);
    assert_says(lab, node, text);
    if (strncmp(lab->err.message, PREFIX, strlen(PREFIX)) != 0)
        fail_msg("no rule in \"%s\"", lab->err.message);
}

static inline void refused(struct lab *lab, const struct eider_node *custom, const char *node,
                           const char *text)
{
    refused_for(lab, query_of(lab, custom), custom, node, text);
}

static inline void accepted_for(struct lab *lab, const struct eider_node *query,
                                const struct eider_node *custom)
{
    if (plan_custom(lab, query, custom) != EIDER_OK)
        fail_msg("refused: %s", lab->err.message);
}

static inline void accepted(struct lab *lab, const struct eider_node *custom)
{
    accepted_for(lab, query_of(lab, custom), custom);
    assert_int_equal(lab->verdict.kind, VERDICT_DISTRIBUTABLE);
}

/* ---- Nodes ---- */

#define COPY_COLUMNS(node, from)                                                                             \
    do {                                                                                                     \
        (node)->base.columns = (from)->columns;                                                              \
        (node)->base.rows = -1;                                                                              \
    } while (0)

static inline const struct eider_node *scan(struct lab *lab)
{
    const struct eider_node *node = sample_scan(lab->arena, 2, 3, 1e6);
    const struct file_slice_list *files = &node_as_parquet_scan(node)->files;

    for (uint32_t i = 0; i < files->count; i++)
        files->items[i].bytes = 8 << 20;
    return node;
}

static inline struct node_network_coalesce *coalesce_node(struct lab *lab, const struct eider_node *input,
                                                          uint32_t producers)
{
    struct node_network_coalesce *node = node_network_coalesce_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->producer_tasks = producers;
    return node;
}

static inline const struct eider_node *coalesce(struct lab *lab, const struct eider_node *input,
                                                uint32_t producers)
{
    return &coalesce_node(lab, input, producers)->base;
}

static inline const struct eider_node *broadcast(struct lab *lab, const struct eider_node *input,
                                                 uint32_t producers)
{
    struct node_network_broadcast *node = node_network_broadcast_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->producer_tasks = producers;
    return &node->base;
}

static inline const struct eider_node *repartition(struct lab *lab, const struct eider_node *input,
                                                   const struct eider_expr *key, uint32_t partitions)
{
    struct node_repartition *node = node_repartition_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->partitions = partitions;
    if (key != NULL) {
        node->keys = expr_list_new(lab->arena, 1);
        node->keys.items[0] = key;
    }
    return &node->base;
}

static inline const struct eider_node *shuffle_over(struct lab *lab, const struct eider_node *input,
                                                    uint32_t producers)
{
    struct node_network_shuffle *node = node_network_shuffle_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->producer_tasks = producers;
    return &node->base;
}

/* 3 tasks to some, by one column, in 8 partitions. */
static inline const struct eider_node *shuffle(struct lab *lab, const struct eider_node *input,
                                               uint32_t column)
{
    const struct eider_expr *key = expr_column_of(lab->arena, input, column);

    return shuffle_over(lab, repartition(lab, input, key, 8), 3);
}

static inline struct sort_key_list keys_of(struct lab *lab, const struct eider_node *input, uint32_t count)
{
    struct sort_key_list orders = sort_key_list_new(lab->arena, count);

    for (uint32_t i = 0; i < count; i++)
        orders.items[i].expr = expr_column_of(lab->arena, input, i);
    return orders;
}

static inline struct node_sort *sort_node(struct lab *lab, const struct eider_node *input)
{
    struct node_sort *node = node_sort_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->orders = keys_of(lab, input, 1);
    node->projection = u32_list_identity(lab->arena, input->columns.count);
    return node;
}

static inline const struct eider_node *sort(struct lab *lab, const struct eider_node *input)
{
    return &sort_node(lab, input)->base;
}

static inline struct node_topn *topn_node(struct lab *lab, const struct eider_node *input, uint64_t limit,
                                          uint64_t offset)
{
    struct node_topn *node = node_topn_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->orders = keys_of(lab, input, 1);
    node->limit = limit;
    node->offset = offset;
    return node;
}

static inline const struct eider_node *topn(struct lab *lab, const struct eider_node *input, uint64_t limit,
                                            uint64_t offset)
{
    return &topn_node(lab, input, limit, offset)->base;
}

static inline struct node_limit *limit_node(struct lab *lab, const struct eider_node *input, uint64_t limit,
                                            uint64_t offset)
{
    struct node_limit *node = node_limit_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    node->has_limit = true;
    node->limit = limit;
    node->offset = offset;
    return node;
}

static inline const struct eider_node *limit(struct lab *lab, const struct eider_node *input, uint64_t count,
                                             uint64_t offset)
{
    return &limit_node(lab, input, count, offset)->base;
}

static inline struct node_distinct *distinct_node(struct lab *lab, const struct eider_node *input)
{
    struct node_distinct *node = node_distinct_new(lab->arena);

    COPY_COLUMNS(node, input);
    node->input = input;
    return node;
}

static inline const struct eider_node *distinct(struct lab *lab, const struct eider_node *input)
{
    return &distinct_node(lab, input)->base;
}

static inline const struct eider_node *distinct_on(struct lab *lab, const struct eider_node *input,
                                                   uint32_t column)
{
    struct node_distinct *node = distinct_node(lab, input);

    node->targets = expr_list_new(lab->arena, 1);
    node->targets.items[0] = expr_column_of(lab->arena, input, column);
    return &node->base;
}

/* The input's columns, in this order. */
static inline const struct eider_node *projection(struct lab *lab, const struct eider_node *input,
                                                  uint32_t count, const uint32_t *columns)
{
    struct node_projection *node = node_projection_new(lab->arena);

    node->input = input;
    node->base.rows = -1;
    node->base.columns = column_list_new(lab->arena, count);
    node->exprs = expr_list_new(lab->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        node->base.columns.items[i] = input->columns.items[columns[i]];
        node->exprs.items[i] = expr_column_of(lab->arena, input, columns[i]);
    }
    return &node->base;
}

static inline const struct eider_node *single(struct lab *lab, const struct eider_node *input,
                                              uint32_t groups)
{
    return sample_aggregate(lab->arena, input, groups, "median", type_simple(TYPE_DOUBLE), 10);
}

static inline struct node_aggregate * final(struct lab *lab, const struct node_aggregate *of,
                                            const struct eider_node *input)
{
    return aggregate_merge(lab->arena, of, input, AGGREGATE_FINAL);
}

static inline struct node_aggregate *reduce(struct lab *lab, const struct node_aggregate *of,
                                            const struct eider_node *input)
{
    return aggregate_merge(lab->arena, of, input, AGGREGATE_PARTIAL_REDUCE);
}

/* avg(b), grouped by a if there is a group; its phases are made of this. */
static inline const struct node_aggregate *average(struct lab *lab, uint32_t groups)
{
    return node_as_aggregate(
        sample_aggregate(lab->arena, scan(lab), groups, "avg", type_simple(TYPE_DOUBLE), 10));
}

static inline struct node_aggregate *partial(struct lab *lab, const struct node_aggregate *of)
{
    return aggregate_partial(lab->arena, of, scan(lab));
}

static inline const struct eider_node *join(struct lab *lab, const struct eider_node *left,
                                            const struct eider_node *right, enum join_type type)
{
    return sample_join(lab->arena, left, right, type, 1e6);
}

static inline const struct eider_node *two_inputs(struct lab *lab, const struct eider_node *left,
                                                  const struct eider_node *right, bool positional)
{
    struct node_cross_join *cross = node_cross_join_new(lab->arena);
    struct node_positional_join *other = node_positional_join_new(lab->arena);

    cross->left = other->left = left;
    cross->right = other->right = right;
    cross->base.columns = other->base.columns =
        sample_columns(lab->arena, left->columns.count + right->columns.count, type_simple(TYPE_BIGINT));
    return positional ? &other->base : &cross->base;
}

static inline const struct eider_node *unite(struct lab *lab, const struct eider_node *a,
                                             const struct eider_node *b)
{
    struct node_union *node = node_union_new(lab->arena);

    COPY_COLUMNS(node, a);
    node->inputs = node_list_new(lab->arena, 2);
    node->inputs.items[0] = a;
    node->inputs.items[1] = b;
    return &node->base;
}

/* count() OVER (PARTITION BY column) */
static inline const struct eider_node *window(struct lab *lab, const struct eider_node *input,
                                              uint32_t column)
{
    struct node_window *node = node_window_new(lab->arena);
    struct expr_window *call = expr_window_new(lab->arena, type_simple(TYPE_BIGINT));

    call->name = str_from("count");
    call->partitions = expr_list_new(lab->arena, 1);
    call->partitions.items[0] = expr_column_of(lab->arena, input, column);
    call->unit = FRAME_RANGE;
    call->start_bound = BOUND_UNBOUNDED_PRECEDING;
    call->end_bound = BOUND_CURRENT_ROW;
    call->exclude = EXCLUDE_NOTHING;
    node->input = input;
    node->windows = expr_list_new(lab->arena, 1);
    node->windows.items[0] = &call->base;
    node->base.columns = sample_columns(lab->arena, input->columns.count + 1, type_simple(TYPE_BIGINT));
    return &node->base;
}

static inline const struct eider_node *cte_ref(struct lab *lab, const struct eider_node *definition)
{
    struct node_cte_ref *ref = node_cte_ref_new(lab->arena);

    COPY_COLUMNS(ref, definition);
    ref->cte = 7;
    return &ref->base;
}

static inline const struct eider_node *cte(struct lab *lab, const struct eider_node *definition,
                                           const struct eider_node *body)
{
    struct node_cte *node = node_cte_new(lab->arena);

    COPY_COLUMNS(node, body);
    node->cte = 7;
    node->name = str_from("t");
    node->definition = definition;
    node->body = body;
    return &node->base;
}

static inline struct node_distributed_leaf *distributed_leaf(struct lab *lab, uint32_t variants)
{
    struct node_distributed_leaf *node = node_distributed_leaf_new(lab->arena);

    node->leaf = scan(lab);
    COPY_COLUMNS(node, node->leaf);
    node->variants = node_list_new(lab->arena, variants);
    for (uint32_t i = 0; i < variants; i++)
        node->variants.items[i] = scan(lab);
    return node;
}

static inline const struct eider_node *table(struct lab *lab)
{
    struct node_table_scan *node = node_table_scan_new(lab->arena);
    const struct node_parquet_scan *like = node_as_parquet_scan(scan(lab));

    COPY_COLUMNS(node, &like->base);
    node->catalog = node->schema = node->table = str_from("t");
    node->read = like->read;
    node->projection = like->projection;
    return &node->base;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
