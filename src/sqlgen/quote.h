/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_QUOTE_H
#define EIDER_SQLGEN_QUOTE_H

/*
 * The one place where names and values become SQL text. Nothing else in sqlgen writes a quote. All functions
 * append to `out`; those that can meet something SQL cannot say return false. Any thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "plan/plan.h"

/* "name", always quoted. False if it holds a NUL byte, which no identifier can. */
bool quote_identifier(struct buf *out, struct eider_str name);

/* A string literal of any bytes: 'it''s'. NUL bytes become chr(0): then it is an expression in parentheses. */
void quote_string(struct buf *out, struct eider_str text);

/* A string literal for a file function, which reads globs: * ? and [ stand for themselves. */
void quote_path(struct buf *out, struct eider_str path);

/* system.main."name": DuckDB's own function, whatever macros the database has. False as quote_identifier. */
bool quote_function(struct buf *out, struct eider_str name);

/* A type as SQL: DECIMAL(15,2), STRUCT("a" INTEGER). False if it cannot be written: a name with a NUL byte, or a STRUCT whose
 * fields have no names. */
bool quote_type(struct buf *out, const struct eider_type *type);

/* A NULL of exactly that type, also of many that cannot be written. False: of others. */
bool quote_null(struct buf *out, const struct eider_type *type);

/*
 * A constant (EXPR_NULL, INTEGER, DOUBLE, STRING, INTERVAL, NESTED) as an expression that has exactly its
 * type and value. False if the expression is no constant or its type has no constants (BIT, BIGNUM, and a
 * value that the type cannot have).
 */
bool quote_constant(struct buf *out, const struct eider_expr *constant);

/* Decimal digits; faster than printf. */
void quote_number(struct buf *out, uint64_t value);

/* A finite number as a literal, 1.25e+01; whatever the locale is. */
void quote_double_digits(struct buf *out, double value);

#endif
