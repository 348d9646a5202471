/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_MACRO_H
#define EIDER_SQLGEN_MACRO_H

/*
 * Functions of plans that are no functions of DuckDB: the states of aggregates that no single aggregate of DuckDB merges
 * (planner/decompose.c) are made, merged and finished by expressions, which stand here under names of their own.
 */

#include "sqlgen/scope.h"

/* Writes the call if `name` is such a function. False: it is none, and nothing was written. Its FILTER goes to every aggregate
 * within; `filter` may be NULL. */
bool write_macro(struct writer *w, const struct scope *scope, struct eider_str name,
                 const struct expr_list *args, const struct eider_expr *filter);

/* call.c: " FILTER (WHERE …)", or nothing if it is NULL. */
void write_filter(struct writer *w, const struct scope *scope, const struct eider_expr *filter);

#endif
