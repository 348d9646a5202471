/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_DISTINCT_H
#define EIDER_PLANNER_DISTINCT_H

#include "planner/planner.h"

/*
 * How many different values a list of expressions over `input` has, at most its estimated rows. DuckDB's estimate for
 * GROUP BY over files is the number of input rows, because files have no distinct counts; so columns are followed down
 * to their scan, whose table's rows bound them, and to their Parquet dictionaries (planner_options.column_distinct).
 */
double distinct_groups(const struct planner_options *options, const struct eider_node *input,
                       const struct expr_list *groups);

#endif
