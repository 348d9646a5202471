/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_DECOMPOSE_H
#define EIDER_PLANNER_DECOMPOSE_H

#include "plan/plan.h"

/*
 * Splits an aggregation into phases by the decomposition table (decompose.c): partial states that are plain columns,
 * their merge, and the expression that makes the answer of merged states.
 */
struct decomposition {
    struct arena *arena;
    const struct node_aggregate *single;
};

/* True if every aggregate of the node has an entry in the table (and it has one grouping set). */
bool aggregate_is_decomposable(const struct node_aggregate *node);

/* True if aggregate `index` has an entry in the table. */
bool aggregate_has_states(const struct node_aggregate *node, uint32_t index);

/* True if aggregate `index` is DISTINCT, which makes a difference, and would have an entry without it: over the distinct values
 * of its arguments, where NULL is as good as none. */
bool aggregate_is_of_distinct(const struct node_aggregate *node, uint32_t index);

/* If the state of aggregate `index` is a list of all its distinct values, so one that does not shrink the input much unless
 * they are few: what they are values of. NULL: it is not. */
const struct eider_expr *aggregate_listed(const struct node_aggregate *node, uint32_t index);

/* True if merging a state takes as long as shuffling some forty rows: those of variances and regressions. */
bool aggregate_merges_slowly(const struct node_aggregate *node);

/* The Partial phase over `input`, which stands for the input of `single` (same columns). Output: groups, then the
 * state columns of each aggregate. NULL if out of memory. */
struct node_aggregate *aggregate_partial(struct arena *arena, const struct node_aggregate *single,
                                         const struct eider_node *input);

/* A phase that merges states into states: PartialReduce or Final. `input` has the columns of the Partial phase. */
struct node_aggregate *aggregate_merge(struct arena *arena, const struct node_aggregate *single,
                                       const struct eider_node *input, enum aggregate_mode mode);

/* True if `merge`, an aggregate of a merging phase, puts states together that `state` of the phase below it made. Looks at
 * the functions only. */
bool aggregate_is_merge(const struct expr_aggregate *merge, const struct expr_aggregate *state);

/* The projection above a Final phase: the columns of `single`. */
const struct eider_node *aggregate_finish(struct arena *arena, const struct node_aggregate *single,
                                          const struct eider_node *final);

#endif
