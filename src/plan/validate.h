/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_VALIDATE_H
#define EIDER_PLAN_VALIDATE_H

#include "plan/plan.h"

/*
 * Checks that a plan holds together: every column reference is within its input and of its type, projections are
 * within the full output and the output columns have the types that the node computes, lists that must not be empty
 * are not, widths and scales are legal, references to CTEs lie where the CTE is visible. Also from trusted code: debug
 * builds validate after each pass. EIDER_ERROR_PLAN names the node.
 */
enum eider_status plan_validate(const struct eider_node *node, struct eider_error *err);

/* The same for one node over inputs that are fine, but for where CTEs are visible. */
enum eider_status plan_validate_node(const struct eider_node *node, struct eider_error *err);

/* How many columns the full output of a node has before its projection, and the type of each; NULL if out of range. */
uint32_t node_full_width(const struct eider_node *node);
const struct eider_type *node_full_type(const struct eider_node *node, uint32_t index);

#endif
