/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_PARTIAL_SKIP_H
#define EIDER_PLANNER_PARTIAL_SKIP_H

#include "planner/planner.h"

/*
 * Leaving out the partial phase of an aggregate, if the first rows show that it would reduce little: each row is a state of its
 * own then, and the final phase is what it was. Estimates say so before where they can (distribute_aggregate.c).
 *
 * Pure functions over the fragments of a stage; the coordinator runs the probe (coordinator/partial_probe.c).
 */

/* True if a partial aggregate in so many tasks can be left out, and only the first rows can tell: it reads much data, through a
 * chain of filters and projections, out of Parquet files, each kind of its states can be had of one row, and a key is an
 * expression. */
bool partial_skip_applies(const struct planner_options *options, const struct node_aggregate *node,
                          uint32_t tasks);

/* The rows, by estimate, that a task of a stage reads which shuffles states of such an aggregate; 0: it does not. */
double partial_skip_rows(const struct planner_options *options, const struct plan_stage *stage);

/* The first `rows` rows of what the aggregate of this fragment reads, filters aside: a plan of two columns and one row, how many
 * groups these rows have (BIGINT), and how many they are (HUGEINT). NULL if out of memory, or the fragment has no such aggregate,
 * because the task has nothing to read. */
const struct eider_node *partial_skip_probe(struct arena *arena, const struct eider_node *fragment,
                                            uint64_t rows);

/* True if `rows` rows with that many groups, taken from all_rows, say that all have more than a fourth as many groups as rows. */
bool partial_skip_decide(double groups, double rows, double all_rows);

/* The fragment without its partial phase; NULL if out of memory. */
const struct eider_node *partial_skip(struct arena *arena, const struct eider_node *fragment);

#endif
