/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_SCHEMA_H
#define EIDER_PLAN_SCHEMA_H

#include "plan/plan.h"

/*
 * The output columns that follow from a node's fields and inputs: types as plan_validate wants them, names of the columns
 * that pass through, and for others the function's name or cN. False if the node has none that follow (EMPTY, CTE_REF,
 * CUSTOM, EXCHANGE_SOURCE), or out of memory (arena_failed tells). What is inconsistent gets columns that plan_validate refuses.
 */
bool schema_derive(struct arena *arena, const struct eider_node *node, struct column_list *ret);

/* True if both have columns of the same types, in the same order. */
bool schema_same_types(const struct column_list *a, const struct column_list *b);

#endif
