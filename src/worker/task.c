/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One task: from an encoded plan to rows in the store.
 *
 *   decode → open inputs (readers, sources) → SQL → run with the sink → check counts → output complete
 *
 * A task that reads a feed has a statement for each batch of units, all into one sink. A task that writes its rows itself has
 * COPY statements in the place of the sink, and an output without rows.
 *
 * Everything that a task makes is freed when it ends, however it ends; on failure the output is marked as failed, so
 * that whoever waits for it learns why. Runs on one thread; DuckDB uses its own inside.
 */
#include "worker/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/layout.h"
#include "engine/sink.h"
#include "engine/target.h"
#include "plan/codec.h"
#include "plan/object.h"
#include "sqlgen/quote.h"
#include "sqlgen/sqlgen.h"
#include "worker/blame.h"

#define SQL_MAX_BYTES ((size_t)64 << 20)

/* ---- Files ---- */

struct file_check {
    enum eider_status status;
    struct eider_error *err;
};

static bool check_files(void *data, const struct eider_node *node)
{
    struct file_check *check = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    const struct node_function_scan *function = node_as_function_scan(node);
    struct file_slice_list files = {NULL, 0};

    if (scan != NULL)
        files = scan->files;
    else if (function != NULL)
        files = function->files;
    for (uint32_t i = 0; i < files.count; i++) {
        const struct file_slice *file = &files.items[i];
        struct stat info;
        if (file->mtime_ns == 0) /* no file of this machine: nothing is known of it */
            continue;
        if (stat(file->path.data, &info) != 0) {
            check->status = error_set(check->err, EIDER_ERROR_CHANGED, "the file %s is gone: %s",
                                      file->path.data, strerror(errno));
            return false;
        }
        if ((uint64_t)info.st_size != file->bytes ||
            (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec != file->mtime_ns) {
            check->status = error_set(check->err, EIDER_ERROR_CHANGED,
                                      "the file %s changed while the query was running", file->path.data);
            error_hint(check->err, "run the query again");
            return false;
        }
    }
    return true;
}

enum eider_status fragment_check_files(const struct eider_node *root, struct eider_error *err)
{
    struct file_check check = {.status = EIDER_OK, .err = err};

    node_walk(root, check_files, &check);
    return check.status;
}

/* ---- The task ---- */

struct running {
    const struct task_context *context;
    const struct task_request *request;
    struct arena *arena;
    const struct eider_node *root;
    const struct eider_type **types;
    struct layout *layout;
    struct output *output;
    struct sink *sink;
    struct fragment_inputs *inputs;
    struct buf sql;
    uint64_t rows_written;
};

static enum eider_status open_output(struct running *task, struct eider_error *err)
{
    const struct task_request *request = task->request;
    enum eider_status status;

    if ((task->types = fragment_column_types(task->arena, task->root)) == NULL)
        return error_no_memory(err);
    status = engine_layout_new(task->types, task->root->columns.count, &task->layout, err);
    if (status == EIDER_OK)
        status = store_output(task->context->store, request->id, task->layout, request->partitions,
                              &task->output, err);
    return status;
}

static enum eider_status open_sink(struct running *task, struct eider_error *err)
{
    const struct node_repartition *repartition = node_as_repartition(task->root);
    struct sink_options options = {.run = task->context->run,
                                   .output = task->output,
                                   .types = task->types,
                                   .type_count = task->root->columns.count,
                                   .concurrent_tasks = task->request->concurrent_tasks,
                                   .by_value = repartition != NULL && repartition->by_value,
                                   .max_hashes = task->request->max_hashes};

    return sink_new(task->context->engine, &options, &task->sink, err);
}

static enum eider_status write_sql(struct running *task, struct eider_error *err)
{
    struct sqlgen_context sql = *fragment_inputs_sql(task->inputs);

    sql.sink_token = sink_token(task->sink);
    return sqlgen_task(task->root, &sql, &task->sql, err);
}

/* Names of files that no other statement of the stage gives: the folder is not empty, which OVERWRITE_OR_IGNORE passes over. */
static void put_copy(struct running *task, const char *query, uint32_t statement)
{
    const struct task_copy *copy = task->request->copy;

    buf_clear(&task->sql);
    buf_printf(&task->sql, "COPY (%s) TO ", query);
    quote_string(&task->sql, str_from(copy->folder));
    buf_printf(&task->sql, " (%s, OVERWRITE_OR_IGNORE true, FILENAME_PATTERN 'data_%u_%u_{i}')",
               copy->options, task->request->id.task, statement);
}

/* There is no sink that would compare the types of the columns with the plan. */
static enum eider_status run_copy(struct running *task, uint32_t statement, uint64_t *ret_rows,
                                  struct eider_error *err)
{
    duckdb_connection connection = task->context->connection;
    const struct column_list *columns = &task->root->columns;
    enum eider_status status;
    struct buf query;

    buf_init(&query, SQL_MAX_BYTES);
    status = sqlgen_result(task->root, columns, fragment_inputs_sql(task->inputs), &query, err);
    if (status == EIDER_OK && !query.failed)
        put_copy(task, query.data, statement);
    if (status == EIDER_OK && (query.failed || task->sql.failed))
        status = error_no_memory(err);
    if (status == EIDER_OK)
        status = engine_target_check(connection, query.data, columns, task->sql.data, err);
    if (status == EIDER_OK)
        status = run_count(task->context->run, connection, task->sql.data, ret_rows, err);
    buf_done(&query);
    return status;
}

static enum eider_status run_sink(struct running *task, uint64_t *ret_rows, struct eider_error *err)
{
    enum eider_status status;

    buf_clear(&task->sql);
    status = write_sql(task, err);
    if (status == EIDER_OK)
        status = run_count(task->context->run, task->context->connection, task->sql.data, ret_rows, err);
    return status;
}

/* A fragment that ends in a sort: its rows go into the output in their order. */
static enum eider_status run_sort(struct running *task, uint64_t *ret_rows, struct eider_error *err)
{
    struct run *run = task->context->run;
    enum eider_status status;
    duckdb_result result;

    *ret_rows = 0;
    buf_clear(&task->sql);
    status = sqlgen_query(task->root, fragment_inputs_sql(task->inputs), &task->sql, err);
    if (status == EIDER_OK)
        status =
            run_execute_written(run, task->context->connection, task->sql.data, RUN_STREAM, &result, err);
    if (status != EIDER_OK)
        return status;
    status = sink_append_result(task->sink, &result, ret_rows, err);
    if (status == EIDER_OK)
        status = run_result_error(run, &result, err);
    duckdb_destroy_result(&result);
    run_detach(run);
    return status;
}

static enum eider_status run_statement(struct running *task, uint32_t statement, uint64_t *ret_rows,
                                       struct eider_error *err)
{
    if (task->request->copy != NULL)
        return run_copy(task, statement, ret_rows, err);
    return task->root->tag == NODE_SORT ? run_sort(task, ret_rows, err) : run_sink(task, ret_rows, err);
}

static enum eider_status run_sql(struct running *task, struct eider_error *err)
{
    bool copies = task->request->copy != NULL;
    uint64_t rows = 0, all_rows = 0;
    uint32_t statements = 0;
    enum eider_status status = EIDER_OK;

    for (bool more = true; more && status == EIDER_OK;) {
        status = run_statement(task, statements++, &rows, err);
        if (status != EIDER_OK)
            status = fragment_blame(task->context, fragment_inputs_sql(task->inputs), err);
        all_rows += rows;
        if (status == EIDER_OK)
            status = fragment_inputs_next(task->inputs, &more, err);
    }
    task->rows_written = copies ? all_rows : 0;
    if (status == EIDER_OK && !copies)
        status = sink_finish(task->sink, all_rows, err);
    if (status == EIDER_OK)
        status = fragment_check_files(task->root, err);
    if (status == EIDER_OK)
        status = output_complete(task->output, err);
    return status;
}

static enum eider_status run_task(struct running *task, struct eider_error *err)
{
    const struct task_request *request = task->request;
    const struct fragment_reads reads = {.reader = request->id,
                                         .tasks = request->tasks,
                                         .statements = true,
                                         .inputs = request->inputs,
                                         .input_count = request->input_count,
                                         .filters = request->filters,
                                         .filter_count = request->filter_count};
    enum eider_status status = plan_decode(request->plan, request->plan_bytes, task->arena, &task->root, err);

    if (status == EIDER_OK && task->context->setup != NULL)
        status = worker_setup_rewrite(task->context->setup, task->arena, task->root, &task->root, err);
    if (status == EIDER_OK)
        status = open_output(task, err);
    if (status == EIDER_OK)
        status = fragment_check_files(task->root, err);
    if (status == EIDER_OK)
        status = fragment_inputs_open(task->context, task->root, &reads, &task->inputs, err);
    if (status == EIDER_OK && request->copy == NULL)
        status = open_sink(task, err);
    if (status == EIDER_OK)
        status = run_sql(task, err);
    return status;
}

enum eider_status task_execute(const struct task_context *context, const struct task_request *request,
                               struct task_report *ret, struct eider_error *err)
{
    struct running task = {.context = context, .request = request, .arena = arena_new()};
    struct eider_error local = {.status = EIDER_OK};
    enum eider_status status;

    *ret = (struct task_report){0};
    buf_init(&task.sql, SQL_MAX_BYTES);
    status = task.arena == NULL ? error_no_memory(&local) : run_task(&task, &local);
    if (status == EIDER_ERROR_UNSUPPORTED && context->setup != NULL && context->setup->rewrites.count > 0)
        status = local.status = EIDER_ERROR_SQL; /* see worker_setup_new */
    if (status == EIDER_OK) {
        struct output_size size = output_size(task.output, 0, request->partitions);
        *ret =
            (struct task_report){.rows = size.rows, .bytes = size.bytes, .rows_written = task.rows_written};
        for (uint32_t i = 0; i < request->filter_count && i < STAGE_MAX_FILTERS; i++)
            ret->kept_out[i] = fragment_inputs_kept_out(task.inputs, i);
    } else if (task.output != NULL) {
        /* a head that streams may hear of it here first */
        error_origin(&local, (int32_t)request->id.stage, (int32_t)request->id.task, context->worker);
        output_fail(task.output, &local);
    }
    sink_free(task.sink);
    fragment_inputs_free(task.inputs);
    output_unref(task.output);
    layout_unref(task.layout);
    buf_done(&task.sql);
    arena_free(task.arena);
    if (status != EIDER_OK && err != NULL)
        *err = local;
    return status;
}
