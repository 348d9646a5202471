/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_TESTS_PLANS_H
#define EIDER_TESTS_PLANS_H

/* Small plans for tests: one of every kind of node, type and expression, each valid. */

#include "plan/object.h"

static inline struct eider_str sample_str(const char *text)
{
    return str_from(text);
}

static inline struct column_list sample_columns(struct arena *arena, uint32_t count,
                                                const struct eider_type *type)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct column_list list = column_list_new(arena, count);

    for (uint32_t i = 0; i < count; i++)
        list.items[i] = (struct column){str_from(names[i % 6]), type};
    return list;
}

/* VALUES of `rows` rows: a BIGINT column per `columns`. */
static inline const struct eider_node *sample_values(struct arena *arena, uint32_t columns, uint32_t rows)
{
    struct node_values *node = node_values_new(arena);

    node->base.columns = sample_columns(arena, columns, type_simple(TYPE_BIGINT));
    node->base.rows = rows;
    node->rows = expr_row_list_new(arena, rows);
    for (uint32_t i = 0; i < rows; i++) {
        node->rows.items[i].values = expr_list_new(arena, columns);
        for (uint32_t k = 0; k < columns; k++)
            node->rows.items[i].values.items[k] = expr_bigint(arena, i * columns + k);
    }
    return &node->base;
}

/* A Parquet scan of BIGINT columns over `files` files of `bytes` bytes. */
static inline const struct eider_node *sample_scan(struct arena *arena, uint32_t columns, uint32_t files,
                                                   double rows)
{
    struct node_parquet_scan *node = node_parquet_scan_new(arena);

    node->base.columns = sample_columns(arena, columns, type_simple(TYPE_BIGINT));
    node->base.rows = rows;
    node->files = file_slice_list_new(arena, files);
    for (uint32_t i = 0; i < files; i++)
        node->files.items[i].path = (struct eider_str){arena_printf(arena, "/data/t/f%u.parquet", i), 0};
    for (uint32_t i = 0; i < files; i++)
        node->files.items[i].path = str_from(node->files.items[i].path.data);
    node->read = scan_column_list_new(arena, columns);
    for (uint32_t i = 0; i < columns; i++)
        node->read.items[i] = (struct scan_column){
            .role = SCAN_COLUMN, .name = node->base.columns.items[i].name, .type = type_simple(TYPE_BIGINT)};
    node->projection = u32_list_identity(arena, columns);
    return &node->base;
}

static inline const struct eider_expr *sample_equal(struct arena *arena, const struct eider_expr *left,
                                                    const struct eider_expr *right)
{
    struct expr_comparison *expr = expr_comparison_new(arena, type_simple(TYPE_BOOLEAN));

    expr->op = COMPARE_EQUAL;
    expr->left = left;
    expr->right = right;
    return &expr->base;
}

static inline const struct eider_node *sample_filter(struct arena *arena, const struct eider_node *input)
{
    struct node_filter *node = node_filter_new(arena);

    node->input = input;
    node->predicates = expr_list_new(arena, 1);
    node->predicates.items[0] = sample_equal(arena, expr_column_of(arena, input, 0), expr_bigint(arena, 7));
    node->projection = u32_list_identity(arena, input->columns.count);
    node->base.columns = input->columns;
    node->base.rows = input->rows;
    return &node->base;
}

/* GROUP BY the first `groups` columns, with one aggregate `name` of the last column (count: of nothing). */
static inline const struct eider_node *sample_aggregate(struct arena *arena, const struct eider_node *input,
                                                        uint32_t groups, const char *name,
                                                        const struct eider_type *type, double rows)
{
    struct node_aggregate *node = node_aggregate_new(arena);
    struct expr_aggregate *call = expr_aggregate_new(arena, type);

    call->name = str_from(name);
    if (!str_is(call->name, "count")) {
        call->args = expr_list_new(arena, 1);
        call->args.items[0] = expr_column_of(arena, input, input->columns.count - 1);
    }
    node->input = input;
    node->mode = AGGREGATE_SINGLE;
    node->groups = expr_list_new(arena, groups);
    node->aggregates = expr_list_new(arena, 1);
    node->base.columns = column_list_new(arena, groups + 1);
    node->base.rows = rows;
    for (uint32_t i = 0; i < groups; i++) {
        node->groups.items[i] = expr_column_of(arena, input, i);
        node->base.columns.items[i] = input->columns.items[i];
    }
    node->aggregates.items[0] = &call->base;
    node->base.columns.items[groups] = (struct column){call->name, type};
    return &node->base;
}

/* An equality join on the first columns; every column of both sides comes out. */
static inline const struct eider_node *sample_join(struct arena *arena, const struct eider_node *left,
                                                   const struct eider_node *right, enum join_type type,
                                                   double rows)
{
    struct node_hash_join *node = node_hash_join_new(arena);
    uint32_t l = left->columns.count, r = right->columns.count, width = l + r;

    if (type == JOIN_LEFT_SEMI || type == JOIN_LEFT_ANTI)
        width = l;
    if (type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI)
        width = r;
    if (type == JOIN_MARK)
        width = l + 1;
    node->left = left;
    node->right = right;
    node->type = type;
    node->conditions = join_condition_list_new(arena, 1);
    node->conditions.items[0] = (struct join_condition){expr_column_of(arena, left, 0), COMPARE_EQUAL,
                                                        expr_column_of(arena, right, 0)};
    node->projection = u32_list_identity(arena, width);
    node->base.columns = column_list_new(arena, width);
    node->base.rows = rows;
    for (uint32_t i = 0; i < width; i++) {
        const struct eider_node *side =
            type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI || i >= l ? right : left;
        if (type == JOIN_MARK && i == l)
            node->base.columns.items[i] = (struct column){str_from("mark"), type_simple(TYPE_BOOLEAN)};
        else
            node->base.columns.items[i] = side->columns.items[side == left || width == r ? i : i - l];
    }
    return &node->base;
}

#endif
