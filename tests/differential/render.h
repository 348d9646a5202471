/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_RENDER_H
#define DIFFER_RENDER_H

#include "duckdb.h"
#include "rows.h"

/* A type of DuckDB, read once per column so that rendering a value asks the C API for nothing but its bytes. */
struct shape {
    duckdb_type id;
    duckdb_type internal; /* of DECIMAL and ENUM */
    uint64_t array_size;
    char **labels; /* of ENUM */
    size_t label_count;
    struct shape *children; /* LIST, ARRAY: 1; MAP: key and value; STRUCT: fields; UNION: members */
    size_t child_count;
};

void shape_init(struct shape *shape, duckdb_logical_type type);
void shape_done(struct shape *shape);

/* The name of a type, in which everything that makes it a different type stands. */
void print_type(duckdb_logical_type type, struct buf *out);

/* Appends value `row` of the vector to the text (and floats) of `rows`. */
void render_value(struct rows *rows, const struct shape *shape, duckdb_vector vector, idx_t row);

/* Appends bytes in single quotes, odd ones as \xNN. */
void render_bytes(struct buf *out, const char *data, size_t bytes);

#endif
