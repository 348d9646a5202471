/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_ROWS_H
#define DIFFER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"
#include "util.h"

/*
 * The rows of a result, taken out of DuckDB and made comparable. Each row is a text, in which every value of every
 * type, nested ones included, stands exactly as DuckDB holds it (integers of any width as their digits, strings with
 * every odd byte escaped, dates and the like as their raw numbers), but for FLOAT and DOUBLE: these stand as '#' in
 * the text and as a number beside it, so that they can be compared with a tolerance.
 */
struct row {
    size_t text; /* offset in `text` of the set */
    size_t text_bytes;
    size_t floats; /* offset in `floats` of the set */
    size_t float_count;
};

struct rows {
    size_t column_count;
    char **names;
    char **types; /* SQL-like, recursive: STRUCT("a" INTEGER, "b" VARCHAR[]) */
    struct row *items;
    size_t count;
    size_t capacity;
    struct buf text;
    double *floats;
    size_t float_count;
    size_t float_capacity;
};

/* Takes all rows out of `result`, which stays the caller's. False, and nothing is left, if there are more than `max_rows` or
 * their text is too long. */
bool rows_init(struct rows *rows, duckdb_result *result, size_t max_rows);
void rows_done(struct rows *rows);
/* Adds the rows of another set with as many columns. */
void rows_append(struct rows *rows, const struct rows *more);

/* How two sets are compared. */
struct rows_comparison {
    bool ordered;     /* row by row; otherwise as multisets */
    double tolerance; /* relative, of FLOAT and DOUBLE; NaN equals NaN, 0.0 equals -0.0 */
};

/* True if both have the same column names and types; otherwise `why` says what differs. */
bool rows_same_columns(const struct rows *left, const struct rows *right, struct buf *why);

/* True if both hold the same rows; otherwise `why` shows the first ones that differ. Columns are not looked at. */
bool rows_same(const struct rows *left, const struct rows *right, const struct rows_comparison *how,
               struct buf *why);

/* True if every row of `part` is one of `whole`, as multisets. */
bool rows_subset(const struct rows *part, const struct rows *whole, const struct rows_comparison *how,
                 struct buf *why);

/* Row `i` as text for people. */
void rows_print(const struct rows *rows, size_t i, struct buf *out);

#endif
