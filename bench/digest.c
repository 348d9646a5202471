/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The digest of a result: do two sides give the same rows?
 *
 * Rows are hashed and the hashes added, so that their order does not count. Floats are left out of the hash and added up:
 * sums of floats depend on their order, and are compared with a tolerance. Values of nested types count as one row each and
 * no more; what tells right from wrong is the tests' work, this is only to notice that times of different things are
 * compared.
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>

#define FLOAT_TOLERANCE 1e-9

static const struct {
    duckdb_type type;
    uint32_t bytes;
} widths[] = {
    {DUCKDB_TYPE_BOOLEAN, 1},      {DUCKDB_TYPE_TINYINT, 1},      {DUCKDB_TYPE_UTINYINT, 1},
    {DUCKDB_TYPE_SMALLINT, 2},     {DUCKDB_TYPE_USMALLINT, 2},    {DUCKDB_TYPE_INTEGER, 4},
    {DUCKDB_TYPE_UINTEGER, 4},     {DUCKDB_TYPE_DATE, 4},         {DUCKDB_TYPE_BIGINT, 8},
    {DUCKDB_TYPE_UBIGINT, 8},      {DUCKDB_TYPE_TIME, 8},         {DUCKDB_TYPE_TIME_TZ, 8},
    {DUCKDB_TYPE_TIMESTAMP, 8},    {DUCKDB_TYPE_TIMESTAMP_S, 8},  {DUCKDB_TYPE_TIMESTAMP_MS, 8},
    {DUCKDB_TYPE_TIMESTAMP_NS, 8}, {DUCKDB_TYPE_TIMESTAMP_TZ, 8}, {DUCKDB_TYPE_HUGEINT, 16},
    {DUCKDB_TYPE_UHUGEINT, 16},    {DUCKDB_TYPE_UUID, 16},        {DUCKDB_TYPE_INTERVAL, 16},
};

struct column {
    duckdb_type type; /* as stored */
    uint32_t bytes;   /* 0: no type of fixed width */
    const void *data;
    uint64_t *validity;
};

static duckdb_type stored_type(duckdb_result *result, idx_t index)
{
    duckdb_type type = duckdb_column_type(result, index);
    duckdb_logical_type logical = duckdb_column_logical_type(result, index);

    if (type == DUCKDB_TYPE_DECIMAL)
        type = duckdb_decimal_internal_type(logical);
    else if (type == DUCKDB_TYPE_ENUM)
        type = duckdb_enum_internal_type(logical);
    duckdb_destroy_logical_type(&logical);
    return type;
}

static uint32_t width_of(duckdb_type type)
{
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        if (widths[i].type == type)
            return widths[i].bytes;
    return 0;
}

static uint64_t mix(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < bytes; i++) /* FNV-1a */
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash ^ (hash >> 29);
}

static uint64_t mix_cell(const struct column *column, idx_t row, uint64_t hash, double *float_sum)
{
    if (column->validity != NULL && !duckdb_validity_row_is_valid(column->validity, row))
        return mix(hash, "null", 4);
    if (column->type == DUCKDB_TYPE_DOUBLE) {
        *float_sum += ((const double *)column->data)[row];
    } else if (column->type == DUCKDB_TYPE_FLOAT) {
        *float_sum += (double)((const float *)column->data)[row];
    } else if (column->type == DUCKDB_TYPE_VARCHAR || column->type == DUCKDB_TYPE_BLOB) {
        duckdb_string_t cell = ((const duckdb_string_t *)column->data)[row];
        hash = mix(hash, duckdb_string_t_data(&cell), duckdb_string_t_length(cell));
    } else if (column->bytes > 0) {
        hash = mix(hash, (const char *)column->data + row * column->bytes, column->bytes);
    }
    return mix(hash, "", 1); /* the end of a cell */
}

static void digest_chunk(duckdb_result *result, duckdb_data_chunk chunk, struct measurement *ret)
{
    idx_t rows = duckdb_data_chunk_get_size(chunk), count = duckdb_data_chunk_get_column_count(chunk);
    struct column *columns = xcalloc(count, sizeof(*columns));

    for (idx_t i = 0; i < count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        duckdb_type type = stored_type(result, i);
        columns[i] = (struct column){.type = type,
                                     .bytes = width_of(type),
                                     .data = duckdb_vector_get_data(vector),
                                     .validity = duckdb_vector_get_validity(vector)};
    }
    for (idx_t row = 0; row < rows; row++) {
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (idx_t i = 0; i < count; i++)
            hash = mix_cell(&columns[i], row, hash, &ret->float_sum);
        ret->hash += hash;
    }
    ret->rows += rows;
    free(columns);
}

void digest_result(duckdb_result *result, struct measurement *ret)
{
    duckdb_data_chunk chunk;

    while ((chunk = duckdb_fetch_chunk(*result)) != NULL) {
        digest_chunk(result, chunk, ret);
        duckdb_destroy_data_chunk(&chunk);
    }
}

bool measurement_same_result(const struct measurement *a, const struct measurement *b)
{
    double larger = fmax(fabs(a->float_sum), fabs(b->float_sum));

    return a->rows == b->rows && a->hash == b->hash &&
           fabs(a->float_sum - b->float_sum) <= FLOAT_TOLERANCE * larger;
}
