/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_EXPR_H
#define EIDER_SQLGEN_EXPR_H

/* Expressions to SQL. What is written needs no parentheses around it, wherever it stands. */

#include "sqlgen/scope.h"

void write_expr(struct writer *w, const struct scope *scope, const struct eider_expr *expr);
void write_exprs(struct writer *w, const struct scope *scope, const struct expr_list *exprs); /* a, b, c */
void write_sort_keys(struct writer *w, const struct scope *scope, const struct sort_key_list *keys);
void write_sort_direction(struct writer *w, const struct sort_key *key); /* " DESC NULLS LAST" */

/* left op right, in parentheses; the sides are over scopes of their own. */
void write_condition(struct writer *w, const struct scope *left_scope, const struct scope *right_scope,
                     const struct join_condition *condition);

/* +, -, * and % of DECIMALs, whose arguments and result must be found by DuckDB again: decimal.c. */
bool is_decimal_arithmetic(const struct expr_function *function);
void write_decimal_arithmetic(struct writer *w, const struct scope *scope,
                              const struct expr_function *function);

/* call.c */
void write_aggregate(struct writer *w, const struct scope *scope, const struct expr_aggregate *call);
void write_window(struct writer *w, const struct scope *scope, const struct expr_window *call);

bool is_constant(const struct eider_expr *expr);

#endif
