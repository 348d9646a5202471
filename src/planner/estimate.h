/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_ESTIMATE_H
#define EIDER_PLANNER_ESTIMATE_H

#include "planner/planner.h"

/*
 * What the estimate pass knows of the rows of a subtree; shared by its files. Estimates decide only between plans that
 * are all right, so guesses are allowed here, and no failure to know anything is an error.
 */

/* A scan, as the columns that come out of it refer to it. */
struct estimate_source {
    const struct planner_options *options;
    const struct node_parquet_scan *scan; /* NULL: of something else */
    double all_rows;                      /* before its filters */
    double rows;                          /* after them */
    struct estimate_range *ranges;        /* of each column that it reads, found out when someone asks */
};

struct estimate_column {
    double distinct; /* different values in the rows at hand, at least 1 and at most the rows */
    double
        domain; /* those that there would be without the filters on other columns below; at least `distinct` */
    bool is_guess;                        /* nothing is known of its values, and `distinct` is the rows */
    const struct estimate_source *source; /* the scan whose column it is, unchanged; NULL: it is computed */
    uint32_t read;                        /* number of that column among those that the scan reads */
    const struct estimate_source *equal;  /* another, of which a join has made a column equal to this one */
};

/* The rows of a node and its output columns. */
struct estimate {
    double rows;
    struct estimate_column *columns;
    uint32_t count;
};

/* Which number of an estimate_column counts. */
enum estimate_values {
    VALUES_DISTINCT = 1,
    VALUES_DOMAIN
};

/* ---- estimate.c ---- */

/* `count` columns of which nothing is known. */
struct estimate estimate_new(struct arena *arena, uint32_t count, double rows);
/* Copies: the first `count` columns (of further ones nothing is known), those that a projection names, and two inputs of
 * a join side by side, with the rows of the left. */
struct estimate estimate_copy(struct arena *arena, const struct estimate *from, uint32_t count);
struct estimate estimate_pick(struct arena *arena, const struct estimate *from,
                              const struct u32_list *projection);
struct estimate estimate_beside(struct arena *arena, const struct estimate *left,
                                const struct estimate *right);
/* Bounds of rows: at least 1 where there may be any, and never so many that they fit into no integer. */
double estimate_bounded(double rows);
/* No column has more values than there are rows. */
void estimate_set_rows(struct estimate *estimate, double rows);
double estimate_root(double value); /* the square root, at least 1 */

/* ---- pass_estimate.c ---- */

/* How many different pairs of a group of `node` and a value there are, over an input that the pass has been through; unknown
 * values are as many as there are rows. < 0: out of memory. */
double estimate_pairs(struct arena *arena, const struct planner_options *options,
                      const struct node_aggregate *node, const struct eider_expr *value);

/* How many different tuples of `exprs`, at least one, over a node that the pass has been through. < 0: out of memory. */
double estimate_tuples(struct arena *arena, const struct planner_options *options,
                       const struct eider_node *node, const struct expr_list *exprs);

/* ---- distinct.c ---- */

/* How many different values an expression over `input` has, at least 1. */
double estimate_distinct(const struct estimate *input, const struct eider_expr *expr,
                         enum estimate_values which);
/* The same for the tuples of several. */
double estimate_groups(const struct estimate *input, const struct expr_list *groups,
                       enum estimate_values which);
/* True if the values of an expression are known well enough for 1/distinct to be the share of one of them. */
bool estimate_is_known(const struct estimate *input, const struct eider_expr *expr);
/* The column that an expression is, casts aside; NULL if it is none. */
const struct expr_column *estimate_column_of(const struct eider_expr *expr);

/* ---- selectivity.c ---- */

/* The range of a column of a scan; *ret_step is the distance of two values: 0 for floating-point numbers. False: unknown. */
bool estimate_range_of(const struct estimate_column *column, double *ret_least, double *ret_greatest,
                       double *ret_step);
/* Memory for the ranges of a scan. NULL: none is known. */
struct estimate_range *estimate_ranges_new(struct arena *arena, uint32_t count);

/* The share of the rows of `input`, 0 to 1, for which a predicate is true. */
double estimate_selectivity(const struct estimate *input, const struct eider_expr *predicate);
/* The share of pairs for which `left op right` is true: each of them over its own side. */
double estimate_pair_selectivity(double left_values, enum comparison op, double right_values);
/* Leaves the rows of `input` for which all predicates are true: fewer rows, and fewer values of the columns. */
void estimate_filter(struct estimate *input, const struct expr_list *predicates);

/* ---- estimate_join.c ---- */

/* Any kind of join over its two inputs. False: out of memory. */
bool estimate_join(struct arena *arena, const struct eider_node *node, const struct estimate *inputs,
                   struct estimate *ret);

#endif
