/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Averages of exact numbers: the scalar functions eider_average and eider_average_int16, (sum, count) -> DOUBLE, which
 * round as DuckDB's avg does, so that an average made of partial sums is the same to the last bit.
 *
 * avg adds integers and DECIMALs up exactly, without their point, and divides once by count × 10^scale: in long double, but in
 * double for what it stores in 16 bits (SMALLINT, DECIMAL of up to 4 digits). CAST(sum AS DOUBLE) / count rounds the
 * sum first:
 *
 *     5.001375 / 100 as DOUBLEs   0.050013749999999996
 *     5001375 / (100 × 10^6)      0.05001375
 *
 * long double is whatever the platform has, here as in DuckDB. The sum is a HUGEINT or a DECIMAL that is stored as one, whose
 * scale the bind finds out. Pure functions of their arguments; NULL if either is NULL or nothing was counted.
 */
#include <stdlib.h>

#include "engine/functions.h"

struct average {
    long double unit; /* 10^scale: how many of what is summed make 1 */
    bool in_double;
};

static void *copy_bind_data(void *data)
{
    struct average *copy = malloc(sizeof(*copy));

    if (copy != NULL)
        *copy = *(const struct average *)data;
    return copy;
}

/* DuckDB's powers of ten for this are doubles, exact up to 10^22. */
static double power_of_ten(uint8_t scale)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
                                    1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28, 1e29,
                                    1e30, 1e31, 1e32, 1e33, 1e34, 1e35, 1e36, 1e37, 1e38};

    return powers[scale < 39 ? scale : 38];
}

static void bind(duckdb_bind_info info)
{
    duckdb_expression sum = duckdb_scalar_function_bind_get_argument(info, 0);
    duckdb_logical_type type = duckdb_expression_return_type(sum);
    struct average *average = malloc(sizeof(*average));
    bool is_decimal = duckdb_get_type_id(type) == DUCKDB_TYPE_DECIMAL;

    if (average == NULL) {
        duckdb_scalar_function_bind_set_error(info, "out of memory");
    } else if (duckdb_get_type_id(type) != DUCKDB_TYPE_HUGEINT &&
               (!is_decimal || duckdb_decimal_internal_type(type) != DUCKDB_TYPE_HUGEINT)) {
        duckdb_scalar_function_bind_set_error(info,
                                              "the sum must be a HUGEINT or a DECIMAL of over 18 digits");
        free(average);
    } else {
        average->unit = is_decimal ? power_of_ten(duckdb_decimal_scale(type)) : 1;
        average->in_double = duckdb_scalar_function_bind_get_extra_info(info) != NULL;
        duckdb_scalar_function_set_bind_data(info, average, free);
        duckdb_scalar_function_set_bind_data_copy(info, copy_bind_data);
    }
    duckdb_destroy_logical_type(&type);
    duckdb_destroy_expression(&sum);
}

/* As DuckDB casts a HUGEINT: the half of a small negative number is not rounded against 2^64. */
static long double number_of(duckdb_hugeint value)
{
    if (value.upper == -1)
        return -(long double)(UINT64_MAX - value.lower) - 1;
    return (long double)value.lower + (long double)value.upper * ((long double)UINT64_MAX + 1);
}

static double divide(const struct average *average, duckdb_hugeint sum, int64_t count)
{
    if (average->in_double)
        return (double)(int64_t)sum.lower / ((double)count * (double)average->unit);
    return (double)(number_of(sum) / ((long double)count * average->unit));
}

static bool is_valid(const uint64_t *validity, idx_t row)
{
    return validity == NULL || (validity[row / 64] >> (row % 64) & 1) != 0;
}

static void call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct average *average = duckdb_scalar_function_get_bind_data(info);
    duckdb_vector sums = duckdb_data_chunk_get_vector(input, 0),
                  counts = duckdb_data_chunk_get_vector(input, 1);
    const uint64_t *sum_validity = duckdb_vector_get_validity(sums),
                   *count_validity = duckdb_vector_get_validity(counts);
    const duckdb_hugeint *sum = duckdb_vector_get_data(sums);
    const int64_t *count = duckdb_vector_get_data(counts);
    double *result = duckdb_vector_get_data(output);
    idx_t rows = duckdb_data_chunk_get_size(input);

    for (idx_t i = 0; i < rows; i++) {
        if (is_valid(sum_validity, i) && is_valid(count_validity, i) && count[i] > 0) {
            result[i] = divide(average, sum[i], count[i]);
        } else {
            duckdb_vector_ensure_validity_writable(output);
            duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), i);
        }
    }
}

static bool register_one(duckdb_connection connection, const char *name, bool in_double)
{
    static char yes; /* the extra info that says in_double: its address */
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    duckdb_state state;

    duckdb_scalar_function_set_name(function, name);
    duckdb_scalar_function_add_parameter(function, any);
    duckdb_scalar_function_add_parameter(function, bigint);
    duckdb_scalar_function_set_return_type(function, number);
    duckdb_scalar_function_set_special_handling(function);
    if (in_double)
        duckdb_scalar_function_set_extra_info(function, &yes, NULL);
    duckdb_scalar_function_set_bind(function, bind);
    duckdb_scalar_function_set_function(function, call);
    state = duckdb_register_scalar_function(connection, function);
    duckdb_destroy_scalar_function(&function);
    duckdb_destroy_logical_type(&any);
    duckdb_destroy_logical_type(&bigint);
    duckdb_destroy_logical_type(&number);
    return state == DuckDBSuccess;
}

bool functions_register_average(duckdb_connection connection)
{
    return register_one(connection, "eider_average", false) &&
           register_one(connection, "eider_average_int16", true);
}
