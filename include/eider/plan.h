/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_H
#define EIDER_PLAN_H

/*
 * Plans: the trees that rules and handlers get, and build.
 *
 * A plan is made of *nodes*, which hold *expressions* (eider/expr.h); both have *types*. All of them are immutable and
 * belong to the query that is being planned: whoever makes them frees nothing, and nothing of them may be used after
 * the callback that got its `struct eider_plan_context` has returned.
 *
 * Reading: eider_node_get_kind says what a node is, eider_node_as_filter(node, &filter) copies the fields of a filter
 * out (false: it is another kind). What the fields point at stays the plan's.
 *
 * Building: fill the same struct and call eider_node_new_filter(ctx, &filter, &node, &err). Lists and strings are copied.
 * The output columns are worked out from the fields and inputs; eider_node_with_names gives them other names. A node that
 * does not hold together (a column reference beyond the input, a predicate that is no BOOLEAN, a node of another plan) is
 * EIDER_ERROR_PLAN or EIDER_ERROR_ARGUMENT with a message that names it.
 *
 * Columns are referred to by position: over the columns of the first input, then those of the second. A `projection` lists
 * the positions of the full output that leave the node; `items` NULL stands for all of them, when building.
 *
 * Threads: the one that the callback was called in. Errors of all constructors: ARGUMENT, PLAN, MEMORY.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"
#include "eider/error.h"
#include "eider/export.h"
#include "eider/str.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_node;         /* a node of a plan */
struct eider_expr;         /* an expression */
struct eider_type;         /* a type */
struct eider_plan_context; /* what a callback builds with: the query that is being planned */

/* ---- Lists ---------------------------------------------------------------------------------------------------- */

struct eider_u32_list {
    const uint32_t *items;
    uint32_t count;
};
struct eider_str_list {
    const struct eider_str *items;
    uint32_t count;
};
struct eider_node_list {
    const struct eider_node *const *items;
    uint32_t count;
};
struct eider_expr_list {
    const struct eider_expr *const *items;
    uint32_t count;
};

/* ---- Types ---------------------------------------------------------------------------------------------------- */

/* A type from DuckDB's. Errors: UNSUPPORTED (a type that no plan can hold), MEMORY. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_type_from_duckdb(struct eider_plan_context *ctx,
                                                                    duckdb_logical_type logical,
                                                                    const struct eider_type **ret,
                                                                    struct eider_error *err);

/* A type without parameters: DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR … Static; NULL for the others. Any thread. */
EIDER_API const struct eider_type *eider_type_simple(duckdb_type type);

/* DuckDB's type; the caller destroys it with duckdb_destroy_logical_type. NULL if out of memory. */
EIDER_API duckdb_logical_type eider_type_to_duckdb(const struct eider_type *type);

EIDER_API bool eider_type_equal(const struct eider_type *a, const struct eider_type *b);

/* Writes the type as SQL, such as "DECIMAL(15,2)", into `text`, cut to `size` bytes with the NUL. Returns its full length. */
EIDER_API size_t eider_type_text(const struct eider_type *type, char *text, size_t size);

/* ---- Nodes ---------------------------------------------------------------------------------------------------- */

enum eider_node_kind {
    EIDER_NODE_INVALID = 0,
    EIDER_NODE_PARQUET_SCAN,
    EIDER_NODE_TABLE_SCAN,
    EIDER_NODE_FUNCTION_SCAN,
    EIDER_NODE_VALUES,
    EIDER_NODE_EMPTY,
    EIDER_NODE_DUMMY_SCAN,
    EIDER_NODE_CTE_REF,
    EIDER_NODE_FILTER,
    EIDER_NODE_PROJECTION,
    EIDER_NODE_AGGREGATE,
    EIDER_NODE_REPARTITION,
    EIDER_NODE_SORT,
    EIDER_NODE_TOPN,
    EIDER_NODE_LIMIT,
    EIDER_NODE_DISTINCT,
    EIDER_NODE_WINDOW,
    EIDER_NODE_UNNEST,
    EIDER_NODE_LATERAL_FUNCTION,
    EIDER_NODE_SAMPLE,
    EIDER_NODE_CUSTOM,
    EIDER_NODE_HASH_JOIN,
    EIDER_NODE_NESTED_LOOP_JOIN,
    EIDER_NODE_CROSS_JOIN,
    EIDER_NODE_POSITIONAL_JOIN,
    EIDER_NODE_ASOF_JOIN,
    EIDER_NODE_UNION,
    EIDER_NODE_SETOP,
    EIDER_NODE_CTE,
    EIDER_NODE_RECURSIVE_CTE,
    EIDER_NODE_NETWORK_SHUFFLE,
    EIDER_NODE_NETWORK_COALESCE,
    EIDER_NODE_NETWORK_BROADCAST,
    EIDER_NODE_EXCHANGE_SOURCE,
    EIDER_NODE_DISTRIBUTED_LEAF,
    EIDER_NODE_DISTRIBUTED
};

/* An output column. */
struct eider_column {
    struct eider_str name;
    const struct eider_type *type;
};
struct eider_column_list {
    const struct eider_column *items;
    uint32_t count;
};

/* The kind; EIDER_NODE_INVALID for NULL. */
EIDER_API enum eider_node_kind eider_node_get_kind(const struct eider_node *node);

/* What the plan picture calls it, such as "AggregateExec"; "?" for NULL. Static. */
EIDER_API const char *eider_node_name(const struct eider_node *node);

/* The output columns; none for NULL. */
EIDER_API struct eider_column_list eider_node_columns(const struct eider_node *node);

/* About how many rows it gives; negative if unknown. */
EIDER_API double eider_node_rows(const struct eider_node *node);

EIDER_API uint32_t eider_node_child_count(const struct eider_node *node);
EIDER_API const struct eider_node *eider_node_child(const struct eider_node *node,
                                                    uint32_t index); /* NULL: none */

/* Equal in every field, children included. */
EIDER_API bool eider_node_equal(const struct eider_node *a, const struct eider_node *b);

/* The node with other names of its columns, one for each. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_with_names(struct eider_plan_context *ctx,
                                                                   const struct eider_node *node,
                                                                   const struct eider_str_list *names,
                                                                   const struct eider_node **ret,
                                                                   struct eider_error *err);

/* The node with another estimate of its rows; negative: unknown. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_with_rows(struct eider_plan_context *ctx,
                                                                  const struct eider_node *node, double rows,
                                                                  const struct eider_node **ret,
                                                                  struct eider_error *err);

/* The node over other children, as many as it has, each with columns of the same types as the one before. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_node_with_children(struct eider_plan_context *ctx,
                                                                      const struct eider_node *node,
                                                                      const struct eider_node_list *children,
                                                                      const struct eider_node **ret,
                                                                      struct eider_error *err);

/* ---- Finding and rebuilding ------------------------------------------------------------------------------------- */

/* The first node, from the root down and left to right, for which `matches` is true; NULL if there is none. */
EIDER_API const struct eider_node *eider_plan_find(const struct eider_node *plan,
                                                   bool (*matches)(void *data, const struct eider_node *node),
                                                   void *data);

/* The plan with one of its nodes replaced by another with columns of the same types. `old` is found by identity and must
 * be in the plan. Nodes off the way to it are shared. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_plan_replace(struct eider_plan_context *ctx, const struct eider_node *plan,
                   const struct eider_node *old, const struct eider_node *replacement,
                   const struct eider_node **ret, struct eider_error *err);

/*
 * The plan rebuilt from its leaves up: `map` gets each node, with its children already rebuilt, and sets *ret to what
 * takes its place, the node itself if nothing changes. What `map` returns other than EIDER_OK ends it; its `err` is never
 * NULL.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_plan_map(
    struct eider_plan_context *ctx, const struct eider_node *plan,
    enum eider_status (*map)(void *data, struct eider_plan_context *ctx, const struct eider_node *node,
                             const struct eider_node **ret, struct eider_error *err),
    void *data, const struct eider_node **ret, struct eider_error *err);

/* The plan as the pictures of EXPLAIN draw it, without stages; cut to `size` bytes with the NUL. Returns its full length. */
EIDER_API size_t eider_plan_text(const struct eider_node *plan, char *text, size_t size);

/* ---- Network boundaries ----------------------------------------------------------------------------------------- */

/*
 * A boundary ends the stage below it and begins the one above. A rule that places one places them all: the planner then only
 * checks and finalises the plan. `producer_tasks` is how many tasks the stage below has. The tasks of a stage are the
 * producer_tasks of the boundary above it (1 above the last one, in the head stage), so `consumer_tasks` must be those of
 * the boundary above; 0 takes them from there.
 */

/* Rows go to the task that their hash says: `input` must be a repartition. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_network_shuffle(struct eider_plan_context *ctx, const struct eider_node *input, uint32_t producer_tasks,
                      const struct eider_node **ret, struct eider_error *err);

/* Each consumer task reads the rows of a contiguous group of producer tasks; the first groups are the larger ones. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_network_coalesce(struct eider_plan_context *ctx, const struct eider_node *input,
                       uint32_t producer_tasks, uint32_t consumer_tasks, const struct eider_node **ret,
                       struct eider_error *err);

/* Every consumer task reads all rows; they are computed once. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_network_broadcast(struct eider_plan_context *ctx, const struct eider_node *input,
                        uint32_t producer_tasks, uint32_t consumer_tasks, const struct eider_node **ret,
                        struct eider_error *err);

/* ---- Aggregates in phases --------------------------------------------------------------------------------------- */

enum eider_aggregate_mode {
    EIDER_AGGREGATE_SINGLE = 1,     /* rows in, answers out */
    EIDER_AGGREGATE_PARTIAL,        /* rows in, states out: one row per group and task */
    EIDER_AGGREGATE_PARTIAL_REDUCE, /* states in, states out, as often as wanted */
    EIDER_AGGREGATE_FINAL           /* states in, merged states out: all states of a group in one task */
};

/*
 * A phase that merges states like `merge` (a FINAL or PARTIAL_REDUCE aggregate) over another input and in another
 * mode, PARTIAL_REDUCE or FINAL. `input` has the columns of a PARTIAL or PARTIAL_REDUCE phase of the same aggregate.
 * A FINAL phase is itself followed by a projection that makes the answers of the states; leave that in place.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_aggregate_with_mode(struct eider_plan_context *ctx, const struct eider_node *merge,
                          enum eider_aggregate_mode mode, const struct eider_node *input,
                          const struct eider_node **ret, struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
