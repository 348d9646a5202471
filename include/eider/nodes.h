/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_NODES_H
#define EIDER_NODES_H

/*
 * The kinds of plan nodes: a struct per kind, with a reader and a constructor. See eider/plan.h for how both work, and for
 * the constructors of network boundaries.
 */

#include "eider/expr.h"
#include "eider/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* What a column of a scan is. */
enum eider_scan_role {
    EIDER_SCAN_COLUMN = 1,
    EIDER_SCAN_FILENAME,
    EIDER_SCAN_FILE_ROW_NUMBER,
    EIDER_SCAN_FILE_INDEX,
    EIDER_SCAN_ROWID,
    EIDER_SCAN_EMPTY
};

/* Which rows a join gives. */
enum eider_join_type {
    EIDER_JOIN_INNER = 1,
    EIDER_JOIN_LEFT,
    EIDER_JOIN_RIGHT,
    EIDER_JOIN_FULL,
    EIDER_JOIN_LEFT_SEMI,
    EIDER_JOIN_LEFT_ANTI,
    EIDER_JOIN_RIGHT_SEMI,
    EIDER_JOIN_RIGHT_ANTI,
    EIDER_JOIN_MARK,
    EIDER_JOIN_SINGLE
};

/* EXCEPT or INTERSECT. */
enum eider_setop {
    EIDER_SETOP_EXCEPT = 1,
    EIDER_SETOP_INTERSECT
};

/* The kinds of network boundaries. */
enum eider_boundary {
    EIDER_BOUNDARY_SHUFFLE = 1,
    EIDER_BOUNDARY_COALESCE,
    EIDER_BOUNDARY_BROADCAST
};

/* A file, or a range of its rows. */
struct eider_file_slice {
    struct eider_str path;
    uint64_t bytes;
    int64_t mtime_ns; /* with `bytes`, tells whether the file changed since it was planned; 0: not known */
    uint64_t first_row;
    uint64_t row_count; /* 0: to the end of the file */
};
struct eider_file_slice_list {
    const struct eider_file_slice *items;
    uint32_t count;
};

/* A column that a scan reads. The column has the type of the last field of `path`. */
struct eider_scan_column {
    enum eider_scan_role role;
    struct eider_str name;         /* in the file or table */
    struct eider_str_list path;    /* the fields to descend into */
    const struct eider_type *type; /* of the whole column */
};
struct eider_scan_column_list {
    const struct eider_scan_column *items;
    uint32_t count;
};

/* `left` is over the columns of the left child, `right` over those of the right one. */
struct eider_join_condition {
    const struct eider_expr *left;
    enum eider_comparison op;
    const struct eider_expr *right;
};
struct eider_join_condition_list {
    const struct eider_join_condition *items;
    uint32_t count;
};

/* Positions in a list. */
struct eider_index_set {
    struct eider_u32_list indexes;
};
struct eider_index_set_list {
    const struct eider_index_set *items;
    uint32_t count;
};

/* A row of expressions. */
struct eider_expr_row {
    struct eider_expr_list values;
};
struct eider_expr_row_list {
    const struct eider_expr_row *items;
    uint32_t count;
};

/* Of a scan that is cut into ranges of a column: about `bytes` of all that is read lie below `value`. */
struct eider_range_point {
    int64_t value;
    uint64_t bytes;
};
struct eider_range_point_list {
    const struct eider_range_point *items;
    uint32_t count;
};

/* ---- Leaves ------------------------------------------------------------------------------------------------------ */

/* Parquet files. */
struct eider_node_parquet_scan {
    struct eider_file_slice_list files;
    struct eider_scan_column_list read; /* what filters and projection refer to by position */
    struct eider_expr_list filters;
    struct eider_u32_list projection;
    struct eider_named_expr_list options; /* of read_parquet, as constants: hive_partitioning … */
    /* Both are the planner's; a rule leaves them 0. With points, by value, each task reads the rows whose column range_key
     * of the output lies in its range of values, and scans with the same points are cut alike. */
    uint32_t range_key;
    struct eider_range_point_list range_points;
};
EIDER_API bool eider_node_as_parquet_scan(const struct eider_node *node, struct eider_node_parquet_scan *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_parquet_scan(struct eider_plan_context *ctx, const struct eider_node_parquet_scan *fields,
                            const struct eider_node **ret, struct eider_error *err);

/* A native or temporary table: read on the application's connection, or shared among tasks if all connections see the same in
 * it: the database is attached READ_ONLY, or eider_split_native_tables is set, and the application has no transaction open. */
struct eider_node_table_scan {
    struct eider_str catalog;
    struct eider_str schema;
    struct eider_str table;
    struct eider_scan_column_list read; /* what filters and projection refer to by position */
    struct eider_expr_list filters;
    struct eider_u32_list projection;
    uint64_t first_row;
    uint64_t row_count; /* 0: all rows; else the rowids first_row … first_row + row_count - 1 */
};
EIDER_API bool eider_node_as_table_scan(const struct eider_node *node, struct eider_node_table_scan *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_table_scan(struct eider_plan_context *ctx, const struct eider_node_table_scan *fields,
                          const struct eider_node **ret, struct eider_error *err);

/* A table function over constants: range, generate_series, unnest, read_csv, read_json, and those that the application
 * declared. */
struct eider_node_function_scan {
    struct eider_str name;
    struct eider_str_list names; /* of all its columns, in order */
    struct eider_expr_list args;
    struct eider_named_expr_list named_args;
    bool ordinality;                    /* WITH ORDINALITY */
    struct eider_scan_column_list read; /* what filters and projection refer to by position */
    struct eider_expr_list filters;
    struct eider_u32_list projection;
    struct eider_file_slice_list
        files; /* that it reads, whole: a task fails if one of them has changed. May be none */
    bool
        divisible; /* its only argument are the files, and tasks can pick theirs by a column `filename` of it */
    uint32_t
        keys; /* of JSON objects, if they are the names of all columns, and DuckDB found them out; else 0 */
};
EIDER_API bool eider_node_as_function_scan(const struct eider_node *node,
                                           struct eider_node_function_scan *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_function_scan(struct eider_plan_context *ctx, const struct eider_node_function_scan *fields,
                             const struct eider_node **ret, struct eider_error *err);

/* Rows of expressions without columns, at least one. */
struct eider_node_values {
    struct eider_expr_row_list rows;
};
EIDER_API bool eider_node_as_values(const struct eider_node *node, struct eider_node_values *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_values(struct eider_plan_context *ctx,
                                                                   const struct eider_node_values *fields,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/* Columns and no row. */
struct eider_node_empty {
    struct eider_column_list columns;
};
EIDER_API bool eider_node_as_empty(const struct eider_node *node, struct eider_node_empty *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_empty(struct eider_plan_context *ctx,
                                                                  const struct eider_node_empty *fields,
                                                                  const struct eider_node **ret,
                                                                  struct eider_error *err);

/* One row of one INTEGER column, NULL: what SELECT without FROM reads. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_dummy_scan(struct eider_plan_context *ctx,
                                                                       const struct eider_node **ret,
                                                                       struct eider_error *err);

/* The rows of a CTE, within its body. */
struct eider_node_cte_ref {
    uint32_t cte;                     /* its number */
    struct eider_column_list columns; /* those of its definition */
};
EIDER_API bool eider_node_as_cte_ref(const struct eider_node *node, struct eider_node_cte_ref *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_cte_ref(struct eider_plan_context *ctx,
                                                                    const struct eider_node_cte_ref *fields,
                                                                    const struct eider_node **ret,
                                                                    struct eider_error *err);

/* ---- One child ------------------------------------------------------------------------------------------------ */

/* Rows for which all predicates are true. */
struct eider_node_filter {
    const struct eider_node *input;
    struct eider_expr_list predicates;
    struct eider_u32_list projection;
};
EIDER_API bool eider_node_as_filter(const struct eider_node *node, struct eider_node_filter *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_filter(struct eider_plan_context *ctx,
                                                                   const struct eider_node_filter *fields,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/* An output column for each expression. */
struct eider_node_projection {
    const struct eider_node *input;
    struct eider_expr_list exprs;
};
EIDER_API bool eider_node_as_projection(const struct eider_node *node, struct eider_node_projection *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_projection(struct eider_plan_context *ctx, const struct eider_node_projection *fields,
                          const struct eider_node **ret, struct eider_error *err);

/*
 * GROUP BY. Output: groups, aggregates, grouping functions (BIGINT). A FINAL avg is a sum of sums and a sum of
 * counts, with a projection above it.
 */
struct eider_node_aggregate {
    const struct eider_node *input;
    enum eider_aggregate_mode mode;
    struct eider_expr_list groups;
    struct eider_expr_list aggregates;
    struct eider_index_set_list sets; /* GROUPING SETS, as positions in groups; none: one set of all */
    struct eider_index_set_list grouping_functions;
    struct eider_str_list labels; /* the aggregates of the query, for people; none in mode SINGLE */
};
EIDER_API bool eider_node_as_aggregate(const struct eider_node *node, struct eider_node_aggregate *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_aggregate(struct eider_plan_context *ctx, const struct eider_node_aggregate *fields,
                         const struct eider_node **ret, struct eider_error *err);

/* Spreads rows over partitions by the hash of the keys: the input of a shuffle. */
struct eider_node_repartition {
    const struct eider_node *input;
    struct eider_expr_list keys;
    uint32_t partitions;
    bool by_value; /* the only key, a UBIGINT, is the partition: in Eider's own plans only */
};
EIDER_API bool eider_node_as_repartition(const struct eider_node *node, struct eider_node_repartition *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_repartition(struct eider_plan_context *ctx, const struct eider_node_repartition *fields,
                           const struct eider_node **ret, struct eider_error *err);

/* ORDER BY. */
struct eider_node_sort {
    const struct eider_node *input;
    struct eider_sort_key_list orders;
    struct eider_u32_list projection;
};
EIDER_API bool eider_node_as_sort(const struct eider_node *node, struct eider_node_sort *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_sort(struct eider_plan_context *ctx,
                                                                 const struct eider_node_sort *fields,
                                                                 const struct eider_node **ret,
                                                                 struct eider_error *err);

/* ORDER BY … LIMIT … OFFSET …. */
struct eider_node_topn {
    const struct eider_node *input;
    struct eider_sort_key_list orders;
    uint64_t limit;
    uint64_t offset;
};
EIDER_API bool eider_node_as_topn(const struct eider_node *node, struct eider_node_topn *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_topn(struct eider_plan_context *ctx,
                                                                 const struct eider_node_topn *fields,
                                                                 const struct eider_node **ret,
                                                                 struct eider_error *err);

/* LIMIT and OFFSET without an order. */
struct eider_node_limit {
    const struct eider_node *input;
    bool has_limit;
    uint64_t limit;
    uint64_t offset;
    bool has_percent;
    double percent; /* 0 to 100, a share of the rows */
};
EIDER_API bool eider_node_as_limit(const struct eider_node *node, struct eider_node_limit *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_limit(struct eider_plan_context *ctx,
                                                                  const struct eider_node_limit *fields,
                                                                  const struct eider_node **ret,
                                                                  struct eider_error *err);

/* DISTINCT over all columns, or DISTINCT ON the targets, keeping the first by the orders. */
struct eider_node_distinct {
    const struct eider_node *input;
    struct eider_expr_list targets;
    struct eider_sort_key_list orders;
};
EIDER_API bool eider_node_as_distinct(const struct eider_node *node, struct eider_node_distinct *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_distinct(struct eider_plan_context *ctx,
                                                                     const struct eider_node_distinct *fields,
                                                                     const struct eider_node **ret,
                                                                     struct eider_error *err);

/* Output: the columns of the input, then one for each window call. */
struct eider_node_window {
    const struct eider_node *input;
    struct eider_expr_list windows;
};
EIDER_API bool eider_node_as_window(const struct eider_node *node, struct eider_node_window *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_window(struct eider_plan_context *ctx,
                                                                   const struct eider_node_window *fields,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/* Output: the columns of the input, then the elements of the lists, side by side, padded with NULL. */
struct eider_node_unnest {
    const struct eider_node *input;
    struct eider_expr_list exprs;
};
EIDER_API bool eider_node_as_unnest(const struct eider_node *node, struct eider_node_unnest *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_unnest(struct eider_plan_context *ctx,
                                                                   const struct eider_node_unnest *fields,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/*
 * FROM input, LATERAL name(args). Output: the columns of the function by projection, then those of the input that
 * `passed` names.
 */
struct eider_node_lateral_function {
    const struct eider_node *input;
    struct eider_str name;
    struct eider_str_list names; /* of all columns of the function, in order */
    struct eider_expr_list args;
    bool ordinality;
    struct eider_scan_column_list read; /* what filters and projection refer to by position */
    struct eider_expr_list filters;
    struct eider_u32_list projection;
    struct eider_u32_list passed;
};
EIDER_API bool eider_node_as_lateral_function(const struct eider_node *node,
                                              struct eider_node_lateral_function *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_lateral_function(struct eider_plan_context *ctx,
                                const struct eider_node_lateral_function *fields,
                                const struct eider_node **ret, struct eider_error *err);

/* TABLESAMPLE. */
struct eider_node_sample {
    const struct eider_node *input;
    bool is_percent;
    double percent;
    uint64_t rows;
    struct eider_str method;
    bool has_seed;
    int64_t seed;
};
EIDER_API bool eider_node_as_sample(const struct eider_node *node, struct eider_node_sample *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_sample(struct eider_plan_context *ctx,
                                                                   const struct eider_node_sample *fields,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/* ---- Joins: left is the probe side, right the build side. Full output: the columns of both; of one side for semi and
 * anti joins; left and a BOOLEAN for a mark join. The residual is over the columns of left, then right. ---- */

/* At least one condition is an equality. */
struct eider_node_hash_join {
    const struct eider_node *left;
    const struct eider_node *right;
    enum eider_join_type type;
    struct eider_join_condition_list conditions;
    const struct eider_expr *residual; /* or NULL */
    struct eider_u32_list projection;
};
EIDER_API bool eider_node_as_hash_join(const struct eider_node *node, struct eider_node_hash_join *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_hash_join(struct eider_plan_context *ctx, const struct eider_node_hash_join *fields,
                         const struct eider_node **ret, struct eider_error *err);

/* No condition need be an equality. */
struct eider_node_nested_loop_join {
    const struct eider_node *left;
    const struct eider_node *right;
    enum eider_join_type type;
    struct eider_join_condition_list conditions;
    const struct eider_expr *residual; /* or NULL */
    struct eider_u32_list projection;
};
EIDER_API bool eider_node_as_nested_loop_join(const struct eider_node *node,
                                              struct eider_node_nested_loop_join *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_nested_loop_join(struct eider_plan_context *ctx,
                                const struct eider_node_nested_loop_join *fields,
                                const struct eider_node **ret, struct eider_error *err);

/* All pairs of rows. */
struct eider_node_cross_join {
    const struct eider_node *left;
    const struct eider_node *right;
};
EIDER_API bool eider_node_as_cross_join(const struct eider_node *node, struct eider_node_cross_join *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_cross_join(struct eider_plan_context *ctx, const struct eider_node_cross_join *fields,
                          const struct eider_node **ret, struct eider_error *err);

/* Row 1 with row 1, row 2 with row 2, …. */
struct eider_node_positional_join {
    const struct eider_node *left;
    const struct eider_node *right;
};
EIDER_API bool eider_node_as_positional_join(const struct eider_node *node,
                                             struct eider_node_positional_join *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_positional_join(struct eider_plan_context *ctx,
                               const struct eider_node_positional_join *fields, const struct eider_node **ret,
                               struct eider_error *err);

/* ASOF: the best match of an inequality. */
struct eider_node_asof_join {
    const struct eider_node *left;
    const struct eider_node *right;
    enum eider_join_type type;
    struct eider_join_condition_list conditions;
    const struct eider_expr *residual; /* or NULL */
    struct eider_u32_list projection;
};
EIDER_API bool eider_node_as_asof_join(const struct eider_node *node, struct eider_node_asof_join *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_asof_join(struct eider_plan_context *ctx, const struct eider_node_asof_join *fields,
                         const struct eider_node **ret, struct eider_error *err);

/* ---- Several children ------------------------------------------------------------------------------------------ */

/* UNION ALL; UNION has a distinct above it. */
struct eider_node_union {
    struct eider_node_list inputs;
};
EIDER_API bool eider_node_as_union(const struct eider_node *node, struct eider_node_union *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_union(struct eider_plan_context *ctx,
                                                                  const struct eider_node_union *fields,
                                                                  const struct eider_node **ret,
                                                                  struct eider_error *err);

/* EXCEPT or INTERSECT, of distinct rows or ALL. */
struct eider_node_setop {
    enum eider_setop op;
    bool all;
    struct eider_node_list inputs;
};
EIDER_API bool eider_node_as_setop(const struct eider_node *node, struct eider_node_setop *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_setop(struct eider_plan_context *ctx,
                                                                  const struct eider_node_setop *fields,
                                                                  const struct eider_node **ret,
                                                                  struct eider_error *err);

/* The definition is computed once; cte_refs to `cte` in the body read it. */
struct eider_node_cte {
    uint32_t cte;
    struct eider_str name;
    const struct eider_node *definition;
    const struct eider_node *body;
};
EIDER_API bool eider_node_as_cte(const struct eider_node *node, struct eider_node_cte *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_new_cte(struct eider_plan_context *ctx,
                                                                const struct eider_node_cte *fields,
                                                                const struct eider_node **ret,
                                                                struct eider_error *err);

/* WITH RECURSIVE: the recursion reads the rows of the step before as a cte_ref to `cte`. */
struct eider_node_recursive_cte {
    uint32_t cte;
    bool union_all;
    const struct eider_node *anchor;
    const struct eider_node *recursion;
};
EIDER_API bool eider_node_as_recursive_cte(const struct eider_node *node,
                                           struct eider_node_recursive_cte *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_recursive_cte(struct eider_plan_context *ctx, const struct eider_node_recursive_cte *fields,
                             const struct eider_node **ret, struct eider_error *err);

/* ---- Distribution -------------------------------------------------------------------------------------------------- */

/* A boundary, made with eider_network_shuffle. */
struct eider_node_network_shuffle {
    const struct eider_node *input;
    uint32_t stage; /* the stage below; 0 before it has a number */
    uint32_t producer_tasks;
    uint32_t consumer_tasks;
};
EIDER_API bool eider_node_as_network_shuffle(const struct eider_node *node,
                                             struct eider_node_network_shuffle *ret);

/* A boundary, made with eider_network_coalesce. */
struct eider_node_network_coalesce {
    const struct eider_node *input;
    uint32_t stage; /* the stage below; 0 before it has a number */
    uint32_t producer_tasks;
    uint32_t consumer_tasks;
    bool ordered; /* over a sort of each task's range: keeps the order of the rows and of the tasks */
};
EIDER_API bool eider_node_as_network_coalesce(const struct eider_node *node,
                                              struct eider_node_network_coalesce *ret);

/* A boundary, made with eider_network_broadcast. */
struct eider_node_network_broadcast {
    const struct eider_node *input;
    uint32_t stage; /* the stage below; 0 before it has a number */
    uint32_t producer_tasks;
    uint32_t consumer_tasks;
};
EIDER_API bool eider_node_as_network_broadcast(const struct eider_node *node,
                                               struct eider_node_network_broadcast *ret);

/* What stands for a boundary in the fragment of a task: the rows of one of its inputs. */
struct eider_node_exchange_source {
    uint32_t input; /* which */
    uint32_t stage;
    enum eider_boundary kind;
    bool ordered;
    bool unfiltered; /* by estimate they are most of what is in the files that the stage below reads */
};
EIDER_API bool eider_node_as_exchange_source(const struct eider_node *node,
                                             struct eider_node_exchange_source *ret);

/*
 * A leaf, and what each task of its stage reads of it: variants are leaves with the same columns, at least one and no more than
 * the stage has tasks. A task beyond the variants reads nothing. Only in plans whose boundaries the rule places.
 */
struct eider_node_distributed_leaf {
    const struct eider_node *leaf;
    struct eider_node_list variants;
};
EIDER_API bool eider_node_as_distributed_leaf(const struct eider_node *node,
                                              struct eider_node_distributed_leaf *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_distributed_leaf(struct eider_plan_context *ctx,
                                const struct eider_node_distributed_leaf *fields,
                                const struct eider_node **ret, struct eider_error *err);

/* The root of a distributed plan in pictures; no plan of a rule holds it. */
struct eider_node_distributed {
    const struct eider_node *input;
};
EIDER_API bool eider_node_as_distributed(const struct eider_node *node, struct eider_node_distributed *ret);

#ifdef __cplusplus
}
#endif
#endif
