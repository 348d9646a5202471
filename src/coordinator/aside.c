/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's own queries: see aside.h. */
#include "coordinator/aside.h"

#include "sqlgen/sqlgen.h"

#define SQL_MAX_BYTES ((size_t)16 << 20)

static enum eider_status run_on(const struct task_context *context, const struct eider_node *plan,
                                const struct task_input *input, duckdb_result *ret, struct eider_error *err)
{
    const struct fragment_reads reads = {
        .reader = {.query = input != NULL && input->slice_count > 0 ? input->slices[0].output.query : 0},
        .tasks = 1,
        .inputs = input,
        .input_count = input != NULL};
    struct fragment_inputs *inputs = NULL;
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, SQL_MAX_BYTES);
    status = fragment_inputs_open(context, plan, &reads, &inputs, err);
    if (status == EIDER_OK)
        status = sqlgen_result(plan, &plan->columns, fragment_inputs_sql(inputs), &sql, err);
    if (status == EIDER_OK && sql.failed)
        status = error_no_memory(err);
    if (status == EIDER_OK)
        status = run_execute_written(context->run, context->connection, sql.data, RUN_MATERIALIZE, ret, err);
    fragment_inputs_free(inputs);
    buf_done(&sql);
    return status;
}

enum eider_status aside_run(const struct aside *aside, const struct eider_node *plan,
                            const struct task_input *input, duckdb_result *ret, struct eider_error *err)
{
    struct task_context context = aside->context;
    struct engine_connection *connection = NULL;
    enum eider_status status;

    *ret = (duckdb_result){0};
    status = engine_connection_take(context.engine, aside->settings, &connection, err);
    if (status != EIDER_OK)
        return status;
    context.connection = engine_connection_handle(connection);
    status = run_on(&context, plan, input, ret, err);
    engine_connection_give(context.engine, connection);
    return status;
}
