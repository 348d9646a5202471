/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_SELECT_H
#define EIDER_SQLGEN_SELECT_H

/*
 * Plans to queries. A run of nodes that one SELECT can say becomes one: select.c finds the longest such run
 * from a node down, and writes it over its base, the first node that does not belong to it.
 */

#include "sqlgen/scope.h"

#define SELECT_MAX_FILTERS 8

struct filter_layer {
    const struct expr_list *predicates;
    struct u32_list map; /* its input columns → columns of the base */
};

/*
 * SELECT head FROM base WHERE filters ORDER BY orders LIMIT limit.
 *
 * `out` leads from the columns of the query to those of the head, `in` from the input columns of the head to
 * those of the base. Without a head, `out` leads to the base. The columns of a base are those that it has
 * before its own projection.
 */
struct select {
    const struct eider_node *head; /* PROJECTION, AGGREGATE, WINDOW, UNNEST, DISTINCT, or NULL */
    struct u32_list out;
    struct u32_list in;
    struct filter_layer filters[SELECT_MAX_FILTERS]; /* the outermost first */
    uint32_t filter_count;
    const struct sort_key_list *orders;
    bool orders_on_output;     /* over the head's output columns, else over those of the base */
    struct u32_list order_map; /* input columns of the sort → head's output or base */
    bool has_limit;
    const struct node_limit *limit; /* or a TOPN's: */
    const struct node_topn *topn;
    const struct eider_node *base;
    const struct eider_node *barrier; /* stays a subselect */
    const struct u32_list *not_null;  /* columns of the query that must not be NULL, if that is easily said */
};

/* What a query's columns are called, and to which types they are cast; NULL: c0, c1 … as they are. */
void write_query(struct writer *w, const struct eider_node *node, const struct column_list *names);

/* `(query)`. Rows with a NULL in one of the `not_null` columns may be left out (NULL: none). */
void write_subquery(struct writer *w, const struct eider_node *node, const struct u32_list *not_null);

/* `(query) AS alias` */
void write_child(struct writer *w, const struct eider_node *node, const char *alias,
                 const struct u32_list *not_null);

/* peel.c: fills in *select from `node` down. Definitions of CTEs on the way are written to the WITH list. */
void select_peel(struct writer *w, const struct eider_node *node, struct select *select);
bool list_is_identity(const struct u32_list *list, uint32_t width);

/* from.c: bases that stand in FROM as they are. */
bool from_is_direct(const struct eider_node *node);
struct scope from_scope(const struct eider_node *base);
/* The columns of a direct base that leave it, as positions before its projection; items is NULL if all do. */
struct u32_list from_projection(struct writer *w, const struct eider_node *base);
void write_from(struct writer *w, const struct eider_node *base); /* " FROM …" */
/* What the base itself filters by: " WHERE … AND …"; *where tells whether a WHERE stands already. */
void write_from_conditions(struct writer *w, const struct eider_node *base, bool *where);
void put_and(struct writer *w, bool *where);
/* A scan of Parquet files that must be split into several SELECTs, or of no file. */
void write_parquet_groups(struct writer *w, const struct node_parquet_scan *scan);

/* join.c */
enum join_type join_type_of(const struct eider_node *node);
bool join_is_direct(const struct eider_node *node);
void write_join(struct writer *w, const struct eider_node *node);      /* " FROM l JOIN r ON …" */
void write_mark_join(struct writer *w, const struct eider_node *node); /* a query */
void write_single_join(struct writer *w, const struct eider_node *node);

/* A join of any kind with conditions, seen alike. */
struct join {
    const struct eider_node *node;
    const struct eider_node *left, *right;
    enum join_type type;
    const struct join_condition_list *conditions;
    const struct eider_expr *residual;
    const struct u32_list *projection;
};
struct join join_view(const struct eider_node *node);
/* A copy without a projection: all columns leave it. NULL if out of memory. */
const struct eider_node *join_with_full_output(struct writer *w, const struct eider_node *node);
/* " ON (…)": all conditions and the residual. */
void write_on(struct writer *w, const struct join *join);

/* node.c: queries that are no SELECT over a base. */
void write_own_query(struct writer *w, const struct eider_node *node);
/* Puts the definition of a CTE into the WITH list. */
void define_cte(struct writer *w, const struct node_cte *cte);

/* AS c0, AS c1 … */
void put_as(struct writer *w, uint32_t column);

#endif
