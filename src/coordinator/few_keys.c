/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few keys of a stage, for an IN list in the place of a Bloom filter: `day IN (DATE '2026-11-26')` lets DuckDB skip the
 * row groups and the files of other days, which a function that it cannot look into does not.
 *
 * They are read where the coordinator is, as a head would read them: SELECT DISTINCT key FROM the stage's rows, of which there
 * are few.
 */
#include "coordinator/few_keys.h"

#include "plan/object.h"

#define MAX_KEYS 64u

/* SELECT DISTINCT key FROM the input LIMIT …; NULL if out of memory. */
static const struct eider_node *keys_plan(struct arena *arena, const struct plan_stage *stage,
                                          const struct expr_column *key)
{
    struct node_exchange_source *source = node_exchange_source_new(arena);
    struct node_projection *projection = node_projection_new(arena);
    struct node_distinct *distinct = node_distinct_new(arena);
    struct node_limit *limit = node_limit_new(arena);

    if (source == NULL || projection == NULL || distinct == NULL || limit == NULL)
        return NULL;
    source->stage = stage->id;
    source->kind = BOUNDARY_BROADCAST;
    source->base.columns = stage->root->columns;
    source->base.rows = stage->root->rows;
    projection->input = &source->base;
    projection->exprs = expr_list_new(arena, 1);
    projection->base.columns = column_list_new(arena, 1);
    if (projection->exprs.count == 0 || projection->base.columns.count == 0)
        return NULL;
    projection->exprs.items[0] = expr_column_of(arena, &source->base, key->index);
    projection->base.columns.items[0] = stage->root->columns.items[key->index];
    distinct->input = &projection->base;
    distinct->base.columns = projection->base.columns;
    limit->input = &distinct->base;
    limit->has_limit = true;
    limit->limit = MAX_KEYS + 1;
    limit->base.columns = projection->base.columns;
    return arena_failed(arena) ? NULL : &limit->base;
}

static const struct eider_expr *string(struct arena *arena, const struct eider_type *type,
                                       const duckdb_string_t *value)
{
    struct expr_string *made = expr_string_new(arena, type);
    duckdb_string_t copy = *value;

    if (made == NULL)
        return NULL;
    made->bytes = str_make(arena, duckdb_string_t_data(&copy), duckdb_string_t_length(copy));
    return &made->base;
}

static bool is_exact(const struct eider_type *type)
{
    return type->tag == TYPE_TINYINT || type->tag == TYPE_SMALLINT || type->tag == TYPE_INTEGER ||
           type->tag == TYPE_BIGINT || type->tag == TYPE_DATE || type->tag == TYPE_TIMESTAMP ||
           type->tag == TYPE_VARCHAR;
}

/* Row `row` of a column of a type that is_exact. */
static const struct eider_expr *constant(struct arena *arena, const struct eider_type *type, const void *data,
                                         idx_t row)
{
    switch ((int)type->tag) {
    case TYPE_TINYINT:
        return expr_whole(arena, type, ((const int8_t *)data)[row]);
    case TYPE_SMALLINT:
        return expr_whole(arena, type, ((const int16_t *)data)[row]);
    case TYPE_INTEGER:
    case TYPE_DATE:
        return expr_whole(arena, type, ((const int32_t *)data)[row]);
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
        return expr_whole(arena, type, ((const int64_t *)data)[row]);
    default:
        return string(arena, type, &((const duckdb_string_t *)data)[row]);
    }
}

/* Appends a chunk's values. False: a NULL, too many, or out of memory. */
static bool add_chunk(struct arena *arena, const struct eider_type *type, duckdb_data_chunk chunk,
                      struct expr_list *ret)
{
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
    uint64_t *validity = duckdb_vector_get_validity(vector);
    idx_t rows = duckdb_data_chunk_get_size(chunk);

    for (idx_t i = 0; i < rows; i++) {
        if (ret->count == MAX_KEYS || (validity != NULL && !duckdb_validity_row_is_valid(validity, i)))
            return false;
        ret->items[ret->count] = constant(arena, type, duckdb_vector_get_data(vector), i);
        if (ret->items[ret->count++] == NULL)
            return false;
    }
    return true;
}

static void take_keys(struct arena *arena, const struct eider_type *type, duckdb_result *result,
                      struct expr_list *ret)
{
    struct expr_list keys = expr_list_new(arena, MAX_KEYS);
    duckdb_data_chunk chunk;
    bool ok = keys.count == MAX_KEYS;

    keys.count = 0;
    while (ok && (chunk = duckdb_fetch_chunk(*result)) != NULL) {
        ok = add_chunk(arena, type, chunk, &keys);
        duckdb_destroy_data_chunk(&chunk);
    }
    if (ok)
        *ret = keys;
}

enum eider_status few_keys_find(const struct aside *aside, const struct plan_stage *stage,
                                const struct task_input *input, struct arena *arena, struct expr_list *ret,
                                struct eider_error *err)
{
    const struct node_repartition *repartition = node_as_repartition(stage->root);
    const struct expr_column *key;
    const struct eider_node *plan;
    duckdb_result result;
    enum eider_status status;

    *ret = (struct expr_list){NULL, 0};
    if (repartition == NULL || repartition->keys.count != 1 ||
        (key = expr_as_column(repartition->keys.items[0])) == NULL || !is_exact(key->base.type))
        return EIDER_OK;
    if ((plan = keys_plan(arena, stage, key)) == NULL)
        return error_no_memory(err);
    status = aside_run(aside, plan, input, &result, err);
    if (status == EIDER_OK)
        take_keys(arena, key->base.type, &result, ret);
    duckdb_destroy_result(&result);
    return status;
}
