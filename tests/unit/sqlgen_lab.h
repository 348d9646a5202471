/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_TESTS_SQLGEN_LAB_H
#define EIDER_TESTS_SQLGEN_LAB_H

/*
 * A DuckDB to run generated SQL on, and short builders for plans. Everything fails the test at once; plans live in one
 * arena of the lab.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "duckdb.h"
#include "plan/object.h"
#include "plan/validate.h"
#include "sqlgen/quote.h"
#include "sqlgen/sqlgen.h"

#define LAB_MAX_BYTES ((size_t)1 << 24)

struct lab {
    duckdb_database database;
    duckdb_connection connection;
    struct arena *arena;
};

static inline int lab_setup(void **state)
{
    struct lab *lab = calloc(1, sizeof(*lab));

    if (lab == NULL || duckdb_open(NULL, &lab->database) != DuckDBSuccess ||
        duckdb_connect(lab->database, &lab->connection) != DuckDBSuccess)
        return -1;
    *state = lab;
    return (lab->arena = arena_new()) != NULL ? 0 : -1;
}

static inline int lab_teardown(void **state)
{
    struct lab *lab = *state;

    duckdb_disconnect(&lab->connection);
    duckdb_close(&lab->database);
    arena_free(lab->arena);
    free(lab);
    return 0;
}

static inline void lab_query(struct lab *lab, const char *sql, duckdb_result *ret)
{
    if (duckdb_query(lab->connection, sql, ret) != DuckDBSuccess)
        fail_msg("%s\n  in: %s", duckdb_result_error(ret), sql);
}

static inline void lab_run(struct lab *lab, const char *sql)
{
    duckdb_result result;

    lab_query(lab, sql, &result);
    duckdb_destroy_result(&result);
}

/* The first column of the first row, as DuckDB's text of it, in the arena; "NULL" if it is NULL or there is no row. */
static inline const char *lab_text(struct lab *lab, const char *sql)
{
    duckdb_result result;
    char *text;
    const char *copy;

    lab_query(lab, sql, &result);
    text = duckdb_row_count(&result) > 0 ? duckdb_value_varchar(&result, 0, 0) : NULL;
    copy = arena_printf(lab->arena, "%s", text != NULL ? text : "NULL");
    duckdb_free(text);
    duckdb_destroy_result(&result);
    return copy;
}

/* True if DuckDB refuses the statement. */
static inline bool lab_refuses(struct lab *lab, const char *sql)
{
    duckdb_result result;
    bool refused = duckdb_query(lab->connection, sql, &result) != DuckDBSuccess;

    duckdb_destroy_result(&result);
    return refused;
}

/* Both give the same rows, as multisets, with the same types. */
static inline void lab_same(struct lab *lab, const char *actual, const char *expected)
{
    const char *types = "SELECT string_agg(column_type, '; ') FROM (DESCRIBE %s)";
    const char *both = "SELECT count(*) FROM (SELECT * FROM (%s) EXCEPT ALL SELECT * FROM (%s))";

    assert_string_equal(lab_text(lab, arena_printf(lab->arena, types, actual)),
                        lab_text(lab, arena_printf(lab->arena, types, expected)));
    if (strcmp(lab_text(lab, arena_printf(lab->arena, both, actual, expected)), "0") != 0 ||
        strcmp(lab_text(lab, arena_printf(lab->arena, both, expected, actual)), "0") != 0)
        fail_msg("other rows:\n  %s\nthan:\n  %s", actual, expected);
}

/* The SQL of a plan, in the arena. The plan must be valid. */
static inline const char *lab_sql(struct lab *lab, const struct eider_node *node,
                                  const struct sqlgen_context *context)
{
    struct eider_error err = {0};
    struct buf buf;
    const char *copy;

    assert_false(arena_failed(lab->arena));
    if (plan_validate(node, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    buf_init(&buf, LAB_MAX_BYTES);
    if (sqlgen_query(node, context, &buf, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    copy = arena_strndup(lab->arena, buf.data, buf.size);
    buf_done(&buf);
    return copy;
}

/* The plan gives the rows of `expected`, and columns of the types that it says. */
static inline void lab_plan_is(struct lab *lab, const struct eider_node *node, const char *expected)
{
    const char *sql = lab_sql(lab, node, NULL);
    struct buf types;

    lab_same(lab, sql, expected);
    buf_init(&types, LAB_MAX_BYTES);
    for (uint32_t i = 0; i < node->columns.count; i++) {
        const char *type;
        buf_clear(&types);
        assert_true(quote_type(&types, node->columns.items[i].type));
        type = lab_text(lab, arena_printf(lab->arena,
                                          "SELECT column_type FROM (DESCRIBE %s) WHERE column_name = 'c%u'",
                                          sql, i));
        assert_string_equal(
            type, lab_text(lab, arena_printf(lab->arena,
                                             "SELECT column_type FROM (DESCRIBE SELECT CAST(NULL AS %s))",
                                             types.data)));
    }
    buf_done(&types);
}

/* The SQL holds `part`. */
static inline void lab_contains(const char *sql, const char *part)
{
    if (strstr(sql, part) == NULL)
        fail_msg("not in the SQL: %s\n  %s", part, sql);
}

static inline void lab_contains_not(const char *sql, const char *part)
{
    if (strstr(sql, part) != NULL)
        fail_msg("in the SQL: %s\n  %s", part, sql);
}

/* ---- Builders ---- */

static inline const struct eider_type *t_of(enum type_tag tag)
{
    return type_simple(tag);
}

static inline const struct eider_expr *x_int(struct lab *lab, enum type_tag tag, int64_t value)
{
    struct expr_integer *expr = expr_integer_new(lab->arena, type_simple(tag));

    expr->upper = value < 0 ? -1 : 0;
    expr->lower = (uint64_t)value;
    return &expr->base;
}

static inline const struct eider_expr *x_integer(struct lab *lab, int32_t value)
{
    return x_int(lab, TYPE_INTEGER, value);
}

static inline const struct eider_expr *x_text(struct lab *lab, const char *text)
{
    struct expr_string *expr = expr_string_new(lab->arena, type_simple(TYPE_VARCHAR));

    expr->bytes = str_from(text);
    return &expr->base;
}

static inline const struct eider_expr *x_null(struct lab *lab, enum type_tag tag)
{
    return &expr_null_new(lab->arena, type_simple(tag))->base;
}

static inline const struct eider_expr *x_col(struct lab *lab, const struct eider_node *node, uint32_t index)
{
    return expr_column_of(lab->arena, node, index);
}

static inline struct expr_list x_list(struct lab *lab, uint32_t count, ...)
{
    struct expr_list list = expr_list_new(lab->arena, count);
    va_list args;

    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        list.items[i] = va_arg(args, const struct eider_expr *);
    va_end(args);
    return list;
}

static inline const struct eider_expr *x_call(struct lab *lab, const struct eider_type *type,
                                              const char *name, struct expr_list args)
{
    struct expr_function *expr = expr_function_new(lab->arena, type);

    expr->name = str_from(name);
    expr->args = args;
    return &expr->base;
}

static inline const struct eider_expr *x_cast(struct lab *lab, const struct eider_expr *child,
                                              const struct eider_type *type)
{
    struct expr_cast *expr = expr_cast_new(lab->arena, type);

    expr->child = child;
    return &expr->base;
}

static inline const struct eider_expr *x_cmp(struct lab *lab, const struct eider_expr *left,
                                             enum comparison op, const struct eider_expr *right)
{
    struct expr_comparison *expr = expr_comparison_new(lab->arena, type_simple(TYPE_BOOLEAN));

    expr->left = left;
    expr->op = op;
    expr->right = right;
    return &expr->base;
}

static inline const struct eider_expr *x_op(struct lab *lab, const struct eider_type *type, enum operator op,
                                            struct expr_list children)
{
    struct expr_operator *expr = expr_operator_new(lab->arena, type);

    expr->op = op;
    expr->children = children;
    return &expr->base;
}

static inline const struct eider_expr *x_agg(struct lab *lab, const struct eider_type *type, const char *name,
                                             struct expr_list args)
{
    struct expr_aggregate *expr = expr_aggregate_new(lab->arena, type);

    expr->name = str_from(name);
    expr->args = args;
    return &expr->base;
}

static inline struct sort_key x_key(const struct eider_expr *expr, bool descending, bool nulls_first)
{
    return (struct sort_key){expr, descending, nulls_first};
}

static inline struct sort_key_list x_keys(struct lab *lab, uint32_t count, ...)
{
    struct sort_key_list list = sort_key_list_new(lab->arena, count);
    va_list args;

    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        list.items[i] = va_arg(args, struct sort_key);
    va_end(args);
    return list;
}

static inline struct u32_list x_u32s(struct lab *lab, uint32_t count, ...)
{
    struct u32_list list = u32_list_new(lab->arena, count);
    va_list args;

    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        list.items[i] = va_arg(args, uint32_t);
    va_end(args);
    return list;
}

/* Columns with these types; the last argument is NULL. */
static inline struct column_list x_columns(struct lab *lab, uint32_t count, ...)
{
    struct column_list list = column_list_new(lab->arena, count);
    va_list args;

    va_start(args, count);
    for (uint32_t i = 0; i < count; i++) {
        list.items[i].name = str_from("x");
        list.items[i].type = va_arg(args, const struct eider_type *);
    }
    va_end(args);
    return list;
}

static inline struct column_list x_picked(struct lab *lab, const struct eider_node *node,
                                          struct u32_list projection)
{
    struct column_list list = column_list_new(lab->arena, projection.count);

    for (uint32_t i = 0; i < projection.count; i++) {
        list.items[i].name = str_from("x");
        list.items[i].type = node_full_type(node, projection.items[i]);
    }
    return list;
}

static inline const struct eider_node *n_values(struct lab *lab, struct column_list columns, uint32_t count,
                                                ...)
{
    struct node_values *node = node_values_new(lab->arena);
    va_list args;

    node->base.columns = columns;
    node->rows = expr_row_list_new(lab->arena, count);
    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        node->rows.items[i].values = va_arg(args, struct expr_list);
    va_end(args);
    return &node->base;
}

/* A native table, main.`name`, with columns of these names. */
static inline const struct eider_node *n_table(struct lab *lab, const char *name, uint32_t count, ...)
{
    struct node_table_scan *node = node_table_scan_new(lab->arena);
    va_list args;

    node->catalog = str_from("memory");
    node->schema = str_from("main");
    node->table = str_from(name);
    node->read = scan_column_list_new(lab->arena, count);
    va_start(args, count);
    for (uint32_t i = 0; i < count; i++) {
        node->read.items[i].role = SCAN_COLUMN;
        node->read.items[i].name = str_from(va_arg(args, const char *));
        node->read.items[i].type = va_arg(args, const struct eider_type *);
    }
    va_end(args);
    node->projection = u32_list_identity(lab->arena, count);
    node->base.columns = x_picked(lab, &node->base, node->projection);
    return &node->base;
}

static inline const struct eider_node *n_filter(struct lab *lab, const struct eider_node *input,
                                                struct expr_list predicates, struct u32_list projection)
{
    struct node_filter *node = node_filter_new(lab->arena);

    node->input = input;
    node->predicates = predicates;
    node->projection = projection;
    node->base.columns = x_picked(lab, &node->base, projection);
    return &node->base;
}

static inline const struct eider_node *n_project(struct lab *lab, const struct eider_node *input,
                                                 struct expr_list exprs)
{
    struct node_projection *node = node_projection_new(lab->arena);

    node->input = input;
    node->exprs = exprs;
    node->base.columns = column_list_new(lab->arena, exprs.count);
    for (uint32_t i = 0; i < exprs.count; i++)
        node->base.columns.items[i] = (struct column){str_from("x"), exprs.items[i]->type};
    return &node->base;
}

static inline struct node_aggregate *n_aggregate(struct lab *lab, const struct eider_node *input,
                                                 struct expr_list groups, struct expr_list aggregates)
{
    struct node_aggregate *node = node_aggregate_new(lab->arena);

    node->input = input;
    node->mode = AGGREGATE_SINGLE;
    node->groups = groups;
    node->aggregates = aggregates;
    node->base.columns = column_list_new(lab->arena, groups.count + aggregates.count);
    for (uint32_t i = 0; i < groups.count + aggregates.count; i++)
        node->base.columns.items[i] =
            (struct column){str_from("x"), i < groups.count ? groups.items[i]->type
                                                            : aggregates.items[i - groups.count]->type};
    return node;
}

static inline const struct eider_node *n_sort(struct lab *lab, const struct eider_node *input,
                                              struct sort_key_list orders, struct u32_list projection)
{
    struct node_sort *node = node_sort_new(lab->arena);

    node->input = input;
    node->orders = orders;
    node->projection = projection;
    node->base.columns = x_picked(lab, &node->base, projection);
    return &node->base;
}

static inline const struct eider_node *n_limit(struct lab *lab, const struct eider_node *input,
                                               uint64_t limit, uint64_t offset)
{
    struct node_limit *node = node_limit_new(lab->arena);

    node->input = input;
    node->has_limit = true;
    node->limit = limit;
    node->offset = offset;
    node->base.columns = input->columns;
    return &node->base;
}

static inline struct join_condition x_on(const struct eider_expr *left, enum comparison op,
                                         const struct eider_expr *right)
{
    return (struct join_condition){left, op, right};
}

/* A hash join of all columns. */
static inline struct node_hash_join *n_join(struct lab *lab, const struct eider_node *left,
                                            const struct eider_node *right, enum join_type type,
                                            uint32_t count, ...)
{
    struct node_hash_join *node = node_hash_join_new(lab->arena);
    va_list args;

    node->left = left;
    node->right = right;
    node->type = type;
    node->conditions = join_condition_list_new(lab->arena, count);
    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        node->conditions.items[i] = va_arg(args, struct join_condition);
    va_end(args);
    node->projection = u32_list_identity(lab->arena, node_full_width(&node->base));
    node->base.columns = x_picked(lab, &node->base, node->projection);
    return node;
}

static inline struct node_list x_nodes(struct lab *lab, uint32_t count, ...)
{
    struct node_list list = node_list_new(lab->arena, count);
    va_list args;

    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        list.items[i] = va_arg(args, const struct eider_node *);
    va_end(args);
    return list;
}

static inline const struct eider_node *n_union(struct lab *lab, struct node_list inputs)
{
    struct node_union *node = node_union_new(lab->arena);

    node->inputs = inputs;
    node->base.columns = inputs.items[0]->columns;
    return &node->base;
}

static inline const struct eider_node *n_setop(struct lab *lab, enum setop op, bool all,
                                               struct node_list inputs)
{
    struct node_setop *node = node_setop_new(lab->arena);

    node->op = op;
    node->all = all;
    node->inputs = inputs;
    node->base.columns = inputs.items[0]->columns;
    return &node->base;
}

#endif
