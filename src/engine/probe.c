/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: the scalar function eider_bloom.
 *
 * It is not volatile, so that DuckDB pushes it into scans; it is a pure function of its token and the hash, for as long
 * as the token is known. Threads: the filter does not change any more. Failure: an unknown token fails the bind.
 */
#include "engine/probe.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "engine/functions.h"
#include "engine/registry.h"

struct probe {
    _Atomic uint32_t refs;
    char token[TOKEN_BYTES];
    struct bloom *bloom;
    _Atomic uint64_t kept_out; /* rows */
};

static void probe_ref(void *object)
{
    struct probe *probe = object;

    atomic_fetch_add_explicit(&probe->refs, 1, memory_order_relaxed);
}

static void probe_unref(void *object)
{
    struct probe *probe = object;

    if (atomic_fetch_sub_explicit(&probe->refs, 1, memory_order_acq_rel) != 1)
        return;
    bloom_unref(probe->bloom);
    free(probe);
}

enum eider_status probe_new(struct engine *engine, struct bloom *bloom, struct probe **ret,
                            struct eider_error *err)
{
    struct probe *probe = calloc(1, sizeof(*probe));
    enum eider_status status;

    (void)engine; /* it only has to be there: it has registered the function */
    *ret = NULL;
    if (probe == NULL)
        return error_no_memory(err);
    atomic_init(&probe->refs, 1);
    probe->bloom = bloom_ref(bloom);
    status = registry_add(REGISTRY_PROBE, probe, probe->token, err);
    if (status != EIDER_OK) {
        probe_unref(probe);
        return status;
    }
    *ret = probe;
    return EIDER_OK;
}

const char *probe_token(const struct probe *probe)
{
    return probe->token;
}

uint64_t probe_kept_out(const struct probe *probe)
{
    return atomic_load_explicit(&probe->kept_out, memory_order_relaxed);
}

void probe_free(struct probe *probe)
{
    if (probe == NULL)
        return;
    registry_remove(probe->token);
    probe_unref(probe);
}

static void *copy_bind_data(void *probe)
{
    probe_ref(probe);
    return probe;
}

static void bind(duckdb_bind_info info)
{
    const char *problem = "its token is not known";
    char *token = registry_token_of_argument(info, &problem);
    struct probe *probe = token == NULL ? NULL : registry_find(REGISTRY_PROBE, token, probe_ref);

    duckdb_free(token);
    if (probe == NULL) {
        struct eider_error error;

        error_set(&error, EIDER_ERROR_SQL, "eider_bloom is for Eider's own statements: %s", problem);
        duckdb_scalar_function_bind_set_error(info, error.message);
        return;
    }
    duckdb_scalar_function_set_bind_data(info, probe, probe_unref);
    duckdb_scalar_function_set_bind_data_copy(info, copy_bind_data);
}

static void call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    struct probe *probe = duckdb_scalar_function_get_bind_data(info);
    duckdb_vector hash = duckdb_data_chunk_get_vector(input, 1);
    const uint64_t *validity = duckdb_vector_get_validity(hash);
    bool *result = duckdb_vector_get_data(output);
    idx_t rows = duckdb_data_chunk_get_size(input);
    uint64_t kept = 0;

    bloom_probe(probe->bloom, duckdb_vector_get_data(hash), rows, result);
    for (idx_t i = 0; validity != NULL && i < rows; i++)
        result[i] |= (validity[i / 64] >> (i % 64) & 1) == 0;
    for (idx_t i = 0; i < rows; i++)
        kept += result[i];
    atomic_fetch_add_explicit(&probe->kept_out, rows - kept, memory_order_relaxed);
}

bool functions_register_probe(duckdb_connection connection)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type hash = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
    duckdb_logical_type boolean = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    duckdb_state state;

    duckdb_scalar_function_set_name(function, "eider_bloom");
    duckdb_scalar_function_add_parameter(function, text);
    duckdb_scalar_function_add_parameter(function, hash);
    duckdb_scalar_function_set_return_type(function, boolean);
    duckdb_scalar_function_set_special_handling(function);
    duckdb_scalar_function_set_bind(function, bind);
    duckdb_scalar_function_set_function(function, call);
    state = duckdb_register_scalar_function(connection, function);
    duckdb_destroy_scalar_function(&function);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&hash);
    duckdb_destroy_logical_type(&boolean);
    return state == DuckDBSuccess;
}
