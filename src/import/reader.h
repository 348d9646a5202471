/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_IMPORT_READER_H
#define EIDER_IMPORT_READER_H

/*
 * What the readers of this folder share. Each turns one kind of JSON object into one kind of plan object and returns
 * NULL (or false) if it declines, with the verdict set, or if memory ran out (arena_failed). Internal to src/import.
 */

#include "import/import.h"
#include "import/fields.h"
#include "plan/object.h"

/* DuckDB's name of an output column: below lateral table functions, expressions still refer by it. */
struct binding {
    uint64_t table;
    uint64_t column;
};

/* An operator that has been read: bindings has one entry per output column of the node. */
struct relation {
    struct eider_node *node;
    const struct binding *bindings;
};

/* A common table expression in sight. */
struct cte_scope {
    const struct cte_scope *outer;
    uint64_t index; /* DuckDB's */
    uint32_t cte;   /* ours */
    const struct eider_node *definition;
};

/* The innermost DELIM_JOIN whose other side is being read. */
struct delim_scope {
    struct delim_scope *outer;
    const struct eider_node *side; /* the duplicate-eliminated side */
    uint32_t cte;                  /* the number that it gets if anyone refers to it */
    struct expr_list columns;      /* the duplicate-eliminated columns, over `side` */
    uint32_t uses;
};

struct import {
    struct arena *arena;
    struct verdict *verdict;
    const struct import_input *input;
    struct imported *facts;
    uint32_t depth;
    uint32_t objects;      /* read so far */
    uint32_t lambda_level; /* lambdas around what is being read */
    bool collated;         /* a type that has been read has a collation, which our types do not keep */
    const struct cte_scope *ctes;
    struct delim_scope *delims;
};

/* Where column references lead: the concatenation of up to two relations, each seen through a map, or, inside of a
 * lambda, its parameters and then what it captures of the outside. */
struct scope_part {
    const struct relation *relation;
    const struct u32_list *map; /* NULL: all columns */
    uint32_t base;              /* where the relation's columns begin in the node's full input */
};
struct scope {
    struct scope_part parts[2];
    uint32_t part_count;
    /* of a lambda */
    const struct scope *outer; /* NULL outside of lambdas */
    uint32_t level;
    uint32_t parameters;
    struct json_object *captures;
    uint32_t first_capture;
};

/* ---- import.c ---- */

bool import_unreadable(struct import *im, const char *what); /* false, always */
bool import_enter(struct import *im); /* false if too deep; else pair with import_leave */
void import_leave(struct import *im);
bool import_is_statement(const char *type); /* an operator that is no part of a query: INSERT, COPY, … */

/* A list that grows. */
struct expr_builder {
    struct expr_list list;
    uint32_t capacity;
};
bool import_push(struct import *im, struct expr_builder *builder, const struct eider_expr *item);

/* ---- types.c, values.c ---- */

const struct eider_type *import_type(struct import *im, struct json_object *json);
const struct eider_type *import_list_type(struct import *im, const struct eider_type *child);
/* A Value with its own type, and one whose type is known. */
const struct eider_expr *import_value(struct import *im, struct json_object *json);
const struct eider_expr *import_value_of(struct import *im, const struct eider_type *type,
                                         struct json_object *json);
const struct eider_expr *import_text(struct import *im, struct eider_str text); /* a VARCHAR constant */
const struct eider_expr *import_boolean(struct import *im, bool value);

/* ---- exprs.c ---- */

extern const char *const import_expr_base[]; /* the keys of every expression */
const struct eider_expr *import_expr(struct import *im, const struct scope *scope, struct json_object *json);
const struct eider_expr *import_opt_expr(struct import *im, const struct scope *scope,
                                         struct json_object *json, bool *ret_ok);
bool import_exprs(struct import *im, const struct scope *scope, struct json_object *json,
                  struct expr_list *ret);
bool import_orders(struct import *im, const struct scope *scope, struct json_object *json,
                   struct sort_key_list *ret);
enum comparison import_comparison(const char *text); /* COMPARE_INVALID if it is none */
struct scope import_scope(const struct relation *relation);
const struct eider_expr *import_cast(struct import *im, const struct eider_expr *expr,
                                     const struct eider_type *type);
const struct eider_expr *import_operator(struct import *im, enum operator op, const struct eider_expr *left,
                                         const struct eider_expr *right); /* BOOLEAN; right may be NULL */

/* ---- functions.c, arguments.c, lambdas.c ---- */

enum function_stability {
    STABILITY_CONSISTENT = 0,
    STABILITY_CONSISTENT_WITHIN_QUERY,
    STABILITY_VOLATILE
};

/* What FunctionSerializer writes. */
struct function_json {
    struct json_object *name;
    struct json_object *catalog;
    struct json_object *schema;
    struct json_object *has_serialize;
    struct json_object *data;
};
/* True if the application has declared the function. */
bool import_is_declared(const struct import *im, enum function_kind kind, struct json_object *name);
/* False, with a verdict, unless the function is DuckDB's own and gives the same result everywhere, or is declared. */
bool import_check_function(struct import *im, enum function_kind kind, const struct function_json *function);
const struct eider_expr *import_function(struct import *im, const struct scope *scope,
                                         struct json_object *json);

/* Puts the arguments back that binding took away from an aggregate and left in its function_data. `type` is what it
 * returns, `argument` the type of its first argument (NULL if it has none). */
bool import_erased_arguments(struct import *im, const struct function_json *function,
                             const struct eider_type *type, const struct eider_type *argument,
                             struct expr_list *args);
bool import_append(struct import *im, struct expr_list *list,
                   const struct eider_expr *item); /* copies the list */

/* A function with a lambda. */
const struct eider_expr *import_lambda_function(struct import *im, const struct scope *scope,
                                                const struct function_json *function,
                                                struct json_object *children, const struct eider_type *type);

/* ---- aggregates.c, windows.c ---- */

/* The name that SQL knows an aggregate by. */
bool import_aggregate_name(struct import *im, struct json_object *name, const struct eider_type *type,
                           const struct expr_list *args, struct eider_str *ret);
const struct eider_expr *import_aggregate_call(struct import *im, const struct scope *scope,
                                               struct json_object *json);
const struct eider_expr *import_window_call(struct import *im, const struct scope *scope,
                                            struct json_object *json);

/* ---- operators.c, leaves.c, joins.c, delim.c, scans.c, filters.c ---- */

extern const char *const import_operator_base[]; /* the keys of every operator */
bool import_operator_tree(struct import *im, struct json_object *json, struct relation *ret);
bool import_children(struct import *im, struct json_object *json, struct relation *children, uint32_t count);
const struct binding *import_bindings(struct import *im, uint64_t table, uint32_t count);
bool import_same_types(const struct column_list *a, const struct column_list *b);
struct column import_column(struct import *im, const struct eider_expr *expr, struct json_object *json);
bool import_dummy_scan(struct import *im, struct json_object *json, struct relation *ret);
bool import_empty_result(struct import *im, struct json_object *json, struct relation *ret);
/* *ret are the rows of `rows`, lists of expressions over the input, for each row of it. */
bool import_lateral_values(struct import *im, const struct relation *input, struct json_object *rows,
                           const struct column_list *columns, struct eider_node **ret);
bool import_expression_get(struct import *im, struct json_object *json, struct relation *ret);
bool import_chunk_get(struct import *im, struct json_object *json, struct relation *ret);
bool import_cte(struct import *im, struct json_object *json, struct relation *ret);
bool import_recursive_cte(struct import *im, struct json_object *json, struct relation *ret);
bool import_cte_ref(struct import *im, struct json_object *json, struct relation *ret);
bool import_join(struct import *im, struct json_object *json, struct relation *ret);
bool import_delim_get(struct import *im, struct json_object *json, struct relation *ret);
bool import_get(struct import *im, struct json_object *json, struct relation *ret);
bool import_sample(struct import *im, struct relation *input, struct json_object *options,
                   struct relation *ret);
bool import_is_redundant_filter(
    struct json_object *json); /* what it says is said elsewhere in the plan, too */
/* result.c: the query below CREATE TABLE … AS, NULL if the plan is another; and its columns, if they are certain */
struct json_object *import_result_root(struct json_object *plan);
void import_result(struct import *im, struct json_object *plan, const struct column_list *computed);
/* text_scans.c: name, arguments and files of a call of eider_text_scan. */
bool import_text_call(struct import *im, struct json_object *parameters, struct json_object *named,
                      struct node_function_scan *ret);

/* Fills in what the tasks of such a call may do, once its names are there. */
void import_text_parts(const struct import *im, struct node_function_scan *node);
/* Appends the conditions of one column's table filter to `ret`. */
bool import_table_filter(struct import *im, const struct eider_expr *column, struct json_object *json,
                         struct expr_builder *ret);

#endif
