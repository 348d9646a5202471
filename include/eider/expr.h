/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXPR_H
#define EIDER_EXPR_H

/*
 * Expressions of plans: a struct per kind, with a reader and a constructor. See eider/plan.h for how both work.
 *
 * Every expression has a type. The constructor takes it, because it is DuckDB's binder that knows what a function
 * returns; a wrong one is found when a task is bound, and the query fails with an error that says so. The short forms at
 * the end work it out.
 */

#include "eider/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

enum eider_expr_kind {
    EIDER_EXPR_INVALID = 0,
    EIDER_EXPR_COLUMN,
    EIDER_EXPR_NULL,
    EIDER_EXPR_INTEGER,
    EIDER_EXPR_DOUBLE,
    EIDER_EXPR_STRING,
    EIDER_EXPR_INTERVAL,
    EIDER_EXPR_NESTED,
    EIDER_EXPR_FUNCTION,
    EIDER_EXPR_CAST,
    EIDER_EXPR_COMPARISON,
    EIDER_EXPR_OPERATOR,
    EIDER_EXPR_BETWEEN,
    EIDER_EXPR_CASE,
    EIDER_EXPR_SLICE,
    EIDER_EXPR_LAMBDA,
    EIDER_EXPR_LAMBDA_PARAMETER,
    EIDER_EXPR_BLOOM_PROBE,
    EIDER_EXPR_AGGREGATE,
    EIDER_EXPR_WINDOW
};

/* The kind; EIDER_EXPR_INVALID for NULL. */
EIDER_API enum eider_expr_kind eider_expr_get_kind(const struct eider_expr *expr);

/* The type; NULL for NULL. */
EIDER_API const struct eider_type *eider_expr_get_type(const struct eider_expr *expr);

/* Equal in every field. */
EIDER_API bool eider_expr_equal(const struct eider_expr *a, const struct eider_expr *b);

/* Writes the expression as people read it, such as "a > 5", into `text`, cut to `size` bytes with the NUL. Returns its full
 * length. */
EIDER_API size_t eider_expr_text(const struct eider_expr *expr, char *text, size_t size);

/* ---- Enums and parts ------------------------------------------------------------------------------------------ */

/* How two values are compared. */
enum eider_comparison {
    EIDER_COMPARE_EQUAL = 1,        /* = */
    EIDER_COMPARE_NOT_EQUAL,        /* <> */
    EIDER_COMPARE_LESS,             /* < */
    EIDER_COMPARE_LESS_EQUAL,       /* <= */
    EIDER_COMPARE_GREATER,          /* > */
    EIDER_COMPARE_GREATER_EQUAL,    /* >= */
    EIDER_COMPARE_DISTINCT_FROM,    /* IS DISTINCT FROM */
    EIDER_COMPARE_NOT_DISTINCT_FROM /* IS NOT DISTINCT FROM */
};

/* What an operator does with its operands. */
enum eider_operator {
    EIDER_OPERATOR_NOT = 1,     /* NOT */
    EIDER_OPERATOR_IS_NULL,     /* IS NULL */
    EIDER_OPERATOR_IS_NOT_NULL, /* IS NOT NULL */
    EIDER_OPERATOR_AND,         /* AND */
    EIDER_OPERATOR_OR,          /* OR */
    EIDER_OPERATOR_IN,          /* IN */
    EIDER_OPERATOR_NOT_IN,      /* NOT IN */
    EIDER_OPERATOR_COALESCE,    /* COALESCE */
    EIDER_OPERATOR_NULLIF,      /* NULLIF */
    EIDER_OPERATOR_TRY,         /* TRY */
    EIDER_OPERATOR_ARRAY        /* ARRAY */
};

/* What the bounds of a window frame count. */
enum eider_frame_unit {
    EIDER_FRAME_ROWS = 1,
    EIDER_FRAME_RANGE,
    EIDER_FRAME_GROUPS
};

/* Where a window frame begins or ends. */
enum eider_frame_bound {
    EIDER_BOUND_UNBOUNDED_PRECEDING = 1,
    EIDER_BOUND_PRECEDING,
    EIDER_BOUND_CURRENT_ROW,
    EIDER_BOUND_FOLLOWING,
    EIDER_BOUND_UNBOUNDED_FOLLOWING
};

/* Which rows a window frame leaves out. */
enum eider_frame_exclude {
    EIDER_EXCLUDE_NOTHING = 1,
    EIDER_EXCLUDE_CURRENT_ROW,
    EIDER_EXCLUDE_GROUP,
    EIDER_EXCLUDE_TIES
};

/* One key of an order. */
struct eider_sort_key {
    const struct eider_expr *expr;
    bool descending;
    bool nulls_first;
};
struct eider_sort_key_list {
    const struct eider_sort_key *items;
    uint32_t count;
};

/* WHEN when THEN then. */
struct eider_case_branch {
    const struct eider_expr *when;
    const struct eider_expr *then;
};
struct eider_case_branch_list {
    const struct eider_case_branch *items;
    uint32_t count;
};

/* A named argument: name := expr. */
struct eider_named_expr {
    struct eider_str name;
    const struct eider_expr *expr;
};
struct eider_named_expr_list {
    const struct eider_named_expr *items;
    uint32_t count;
};

/* ---- Columns and constants -------------------------------------------------------------------------------------- */

/* A column of the input, by position: over the columns of the children, left before right. */
struct eider_expr_column {
    uint32_t index;
    struct eider_str name; /* for people */
};
EIDER_API bool eider_expr_as_column(const struct eider_expr *expr, struct eider_expr_column *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_column(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_column *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* NULL of a type. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_null(struct eider_plan_context *ctx,
                                                                 const struct eider_type *type,
                                                                 const struct eider_expr **ret,
                                                                 struct eider_error *err);

/*
 * What DuckDB stores as an integer of up to 128 bits: BOOLEAN, the integers, DECIMAL (unscaled), DATE (days), TIME
 * and TIMESTAMP (in their own unit since 1970), TIMETZ (its bits), UUID (in the order of its text), ENUM (the
 * index).
 */
struct eider_expr_integer {
    int64_t upper; /* the upper 64 bits: -1 for a negative value of up to 64 bits, else 0 */
    uint64_t lower;
};
EIDER_API bool eider_expr_as_integer(const struct eider_expr *expr, struct eider_expr_integer *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_integer(struct eider_plan_context *ctx,
                                                                    const struct eider_type *type,
                                                                    const struct eider_expr_integer *fields,
                                                                    const struct eider_expr **ret,
                                                                    struct eider_error *err);

/* A FLOAT or DOUBLE. */
struct eider_expr_double {
    double value;
};
EIDER_API bool eider_expr_as_double(const struct eider_expr *expr, struct eider_expr_double *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_double(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_double *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* VARCHAR, JSON, BLOB: any bytes. */
struct eider_expr_string {
    struct eider_str bytes;
};
EIDER_API bool eider_expr_as_string(const struct eider_expr *expr, struct eider_expr_string *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_string(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_string *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* An INTERVAL. */
struct eider_expr_interval {
    int64_t months;
    int64_t days;
    int64_t micros;
};
EIDER_API bool eider_expr_as_interval(const struct eider_expr *expr, struct eider_expr_interval *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_interval(struct eider_plan_context *ctx,
                                                                     const struct eider_type *type,
                                                                     const struct eider_expr_interval *fields,
                                                                     const struct eider_expr **ret,
                                                                     struct eider_error *err);

/*
 * A nested constant: the elements of a LIST or ARRAY, the fields of a STRUCT in order, key, value, key, value … of
 * a MAP; of a UNION the index of the member as an integer of type UTINYINT, then its value.
 */
struct eider_expr_nested {
    struct eider_expr_list children;
};
EIDER_API bool eider_expr_as_nested(const struct eider_expr *expr, struct eider_expr_nested *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_nested(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_nested *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

/* A scalar function. */
struct eider_expr_function {
    struct eider_str name;
    struct eider_expr_list args;
    struct eider_str_list arg_names; /* none, or as many as args: struct_pack(a := 1) */
};
EIDER_API bool eider_expr_as_function(const struct eider_expr *expr, struct eider_expr_function *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_function(struct eider_plan_context *ctx,
                                                                     const struct eider_type *type,
                                                                     const struct eider_expr_function *fields,
                                                                     const struct eider_expr **ret,
                                                                     struct eider_error *err);

/* CAST(child AS the type), or TRY_CAST. */
struct eider_expr_cast {
    const struct eider_expr *child;
    bool try_cast;
};
EIDER_API bool eider_expr_as_cast(const struct eider_expr *expr, struct eider_expr_cast *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_cast(struct eider_plan_context *ctx,
                                                                 const struct eider_type *type,
                                                                 const struct eider_expr_cast *fields,
                                                                 const struct eider_expr **ret,
                                                                 struct eider_error *err);

/* A comparison. Both sides have the same type, or are a VARCHAR and a BLOB; the result is a BOOLEAN. */
struct eider_expr_comparison {
    enum eider_comparison op;
    const struct eider_expr *left;
    const struct eider_expr *right;
};
EIDER_API bool eider_expr_as_comparison(const struct eider_expr *expr, struct eider_expr_comparison *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_expr_new_comparison(struct eider_plan_context *ctx, const struct eider_type *type,
                          const struct eider_expr_comparison *fields, const struct eider_expr **ret,
                          struct eider_error *err);

/* An operator over one or more operands. */
struct eider_expr_operator {
    enum eider_operator op;
    struct eider_expr_list children;
};
EIDER_API bool eider_expr_as_operator(const struct eider_expr *expr, struct eider_expr_operator *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_operator(struct eider_plan_context *ctx,
                                                                     const struct eider_type *type,
                                                                     const struct eider_expr_operator *fields,
                                                                     const struct eider_expr **ret,
                                                                     struct eider_error *err);

/* input BETWEEN lower AND upper, each bound inclusive or not. */
struct eider_expr_between {
    const struct eider_expr *input;
    const struct eider_expr *lower;
    const struct eider_expr *upper;
    bool lower_inclusive;
    bool upper_inclusive;
};
EIDER_API bool eider_expr_as_between(const struct eider_expr *expr, struct eider_expr_between *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_between(struct eider_plan_context *ctx,
                                                                    const struct eider_type *type,
                                                                    const struct eider_expr_between *fields,
                                                                    const struct eider_expr **ret,
                                                                    struct eider_error *err);

/* CASE WHEN … THEN … ELSE … END. */
struct eider_expr_case {
    struct eider_case_branch_list branches;
    const struct eider_expr *otherwise; /* or NULL */
};
EIDER_API bool eider_expr_as_case(const struct eider_expr *expr, struct eider_expr_case *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_case(struct eider_plan_context *ctx,
                                                                 const struct eider_type *type,
                                                                 const struct eider_expr_case *fields,
                                                                 const struct eider_expr **ret,
                                                                 struct eider_error *err);

/* (value)[begin:end:step]. */
struct eider_expr_slice {
    const struct eider_expr *value;
    const struct eider_expr *begin; /* or NULL */
    const struct eider_expr *end;   /* or NULL */
    const struct eider_expr *step;  /* or NULL */
};
EIDER_API bool eider_expr_as_slice(const struct eider_expr *expr, struct eider_expr_slice *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_slice(struct eider_plan_context *ctx,
                                                                  const struct eider_type *type,
                                                                  const struct eider_expr_slice *fields,
                                                                  const struct eider_expr **ret,
                                                                  struct eider_error *err);

/* lambda p0, p1: body, as an argument of a function. */
struct eider_expr_lambda {
    uint32_t level;      /* 0 for the outermost lambda */
    uint32_t parameters; /* how many */
    const struct eider_expr *body;
};
EIDER_API bool eider_expr_as_lambda(const struct eider_expr *expr, struct eider_expr_lambda *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_lambda(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_lambda *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* A parameter of the lambda of that level. */
struct eider_expr_lambda_parameter {
    uint32_t level;
    uint32_t position;
};
EIDER_API bool eider_expr_as_lambda_parameter(const struct eider_expr *expr,
                                              struct eider_expr_lambda_parameter *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_expr_new_lambda_parameter(struct eider_plan_context *ctx, const struct eider_type *type,
                                const struct eider_expr_lambda_parameter *fields,
                                const struct eider_expr **ret, struct eider_error *err);

/*
 * False for rows whose keys no row of an earlier stage has. Only the planner makes these, in the fragments of
 * tasks.
 */
struct eider_expr_bloom_probe {
    uint32_t filter; /* which of the task */
    struct eider_expr_list args;
};
EIDER_API bool eider_expr_as_bloom_probe(const struct eider_expr *expr, struct eider_expr_bloom_probe *ret);

/* A call of an aggregate function: in aggregate nodes only. count(*) is count without arguments. */
struct eider_expr_aggregate {
    struct eider_str name;
    struct eider_expr_list args;
    bool distinct;
    const struct eider_expr *filter;   /* or NULL */
    struct eider_sort_key_list orders; /* string_agg(x ORDER BY y) */
};
EIDER_API bool eider_expr_as_aggregate(const struct eider_expr *expr, struct eider_expr_aggregate *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_expr_new_aggregate(struct eider_plan_context *ctx, const struct eider_type *type,
                         const struct eider_expr_aggregate *fields, const struct eider_expr **ret,
                         struct eider_error *err);

/* A call of a window or aggregate function OVER a window: in window nodes only. */
struct eider_expr_window {
    struct eider_str name;
    struct eider_expr_list args;
    bool distinct;
    bool ignore_nulls;
    const struct eider_expr *filter; /* or NULL */
    struct eider_sort_key_list arg_orders;
    struct eider_expr_list partitions;
    struct eider_sort_key_list orders;
    enum eider_frame_unit unit;
    enum eider_frame_bound start_bound;
    const struct eider_expr *start; /* the offset of a PRECEDING or FOLLOWING bound */
    enum eider_frame_bound end_bound;
    const struct eider_expr *end; /* likewise */
    enum eider_frame_exclude exclude;
};
EIDER_API bool eider_expr_as_window(const struct eider_expr *expr, struct eider_expr_window *ret);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_new_window(struct eider_plan_context *ctx,
                                                                   const struct eider_type *type,
                                                                   const struct eider_expr_window *fields,
                                                                   const struct eider_expr **ret,
                                                                   struct eider_error *err);

/* ---- Short forms ------------------------------------------------------------------------------------------------- */

/* Column `index` of the node's output. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_expr_column_of(struct eider_plan_context *ctx, const struct eider_node *node, uint32_t index,
                     const struct eider_expr **ret, struct eider_error *err);

/* Constants. */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_bigint(struct eider_plan_context *ctx, int64_t value,
                                                               const struct eider_expr **ret,
                                                               struct eider_error *err);
EIDER_API EIDER_MUST_CHECK enum eider_status eider_expr_varchar(struct eider_plan_context *ctx,
                                                                const char *text,
                                                                const struct eider_expr **ret,
                                                                struct eider_error *err);

/* left op right, as a BOOLEAN. The sides must have the same type. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_expr_compare(struct eider_plan_context *ctx, enum eider_comparison op, const struct eider_expr *left,
                   const struct eider_expr *right, const struct eider_expr **ret, struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
