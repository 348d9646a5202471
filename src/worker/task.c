/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One task: from an encoded plan to rows in the store.
 *
 *   decode → open inputs (readers, sources) → SQL → run with the sink → check counts → output complete
 *
 * Everything that a task makes is freed when it ends, however it ends; on failure the output is marked as failed, so
 * that whoever waits for it learns why. Runs on one thread; DuckDB uses its own inside.
 */
#include "worker/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/arrow_abi.h"
#include "engine/arrow_scan.h"
#include "engine/layout.h"
#include "engine/probe.h"
#include "engine/sink.h"
#include "engine/source.h"
#include "plan/codec.h"
#include "plan/object.h"
#include "sqlgen/sqlgen.h"

#define SQL_MAX_BYTES ((size_t)64 << 20)

/* ---- Types of columns ---- */

/* The types of a node's columns as an array in the arena. */
static const struct eider_type **column_types(struct arena *arena, const struct eider_node *node)
{
    const struct eider_type **types = arena_alloc_array(arena, node->columns.count + 1, sizeof(*types));

    for (uint32_t i = 0; types != NULL && i < node->columns.count; i++)
        types[i] = node->columns.items[i].type;
    return types;
}

/* ---- Inputs ---- */

struct fragment_inputs {
    struct arena *arena;
    struct source **sources; /* by input number */
    struct sqlgen_input *sql_inputs;
    uint32_t count;
    struct probe **probes; /* by filter number */
    const char **sql_filters;
    uint32_t filter_count;
    struct sqlgen_custom *customs;
    struct arrow_scan **scans; /* of those customs that are streams */
    uint32_t custom_count, scan_count;
    struct sqlgen_context sql;
};

struct open_context {
    const struct task_context *context;
    const struct task_input *inputs;
    struct fragment_inputs *made;
    enum eider_status status;
    struct eider_error *err;
};

static enum eider_status open_one(struct open_context *open, const struct node_exchange_source *node)
{
    const struct task_input *input = &open->inputs[node->input];
    const struct eider_type **types = column_types(open->made->arena, &node->base);
    struct source_options options = {.run = open->context->run, .types = types};
    struct layout *layout = NULL;
    enum eider_status status;

    if (types == NULL)
        return error_no_memory(open->err);
    options.type_count = node->base.columns.count;
    options.estimated_rows = node->base.rows > 0 ? (uint64_t)node->base.rows : 0;
    status = engine_layout_new(types, options.type_count, &layout, open->err);
    if (status == EIDER_OK)
        status = open->context->transport->vtable->open_input(open->context->transport, input, layout,
                                                              &options.reader, open->err);
    if (status == EIDER_OK) {
        bool complete = options.reader->complete;
        status = source_new(open->context->engine, &options, &open->made->sources[node->input], open->err);
        if (status == EIDER_OK) {
            open->made->sql_inputs[node->input].token = source_token(open->made->sources[node->input]);
            open->made->sql_inputs[node->input].complete = complete;
        }
    }
    layout_unref(layout);
    return status;
}

static bool open_source(void *data, const struct eider_node *node)
{
    struct open_context *open = data;
    const struct node_exchange_source *source = node_as_exchange_source(node);

    if (source == NULL)
        return true;
    if (source->input >= open->made->count || open->made->sources[source->input] != NULL)
        open->status = error_set(
            open->err, EIDER_ERROR_PLAN, "ExchangeSourceExec reads input %u, which %s", source->input,
            source->input >= open->made->count ? "the task does not have" : "another one reads");
    else
        open->status = open_one(open, source);
    return open->status == EIDER_OK;
}

static enum eider_status open_filters(const struct task_context *context, const struct fragment_reads *reads,
                                      struct fragment_inputs *made, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; status == EIDER_OK && i < reads->filter_count; i++) {
        struct bloom *bloom = NULL;
        status = bloom_new(reads->filters[i].word_count, engine_budget(context->engine), &bloom, err);
        if (status == EIDER_OK)
            status = bloom_load(bloom, reads->filters[i].words, reads->filters[i].word_count, err);
        if (status == EIDER_OK)
            status = probe_new(context->engine, bloom, &made->probes[i], err);
        if (status == EIDER_OK)
            made->sql_filters[i] = probe_token(made->probes[i]);
        bloom_unref(bloom);
    }
    return status;
}

/* ---- Custom nodes ---- */

struct custom_context {
    const struct task_context *context;
    struct eider_task task;
    struct fragment_inputs *made;
    enum eider_status status;
    struct eider_error *err;
};

static bool count_custom(void *data, const struct eider_node *node)
{
    uint32_t *count = data;

    *count += node->tag == NODE_CUSTOM;
    return true;
}

/* The SELECT that reads a stream, which the scan takes over. */
static enum eider_status open_stream(struct custom_context *custom, const struct node_custom *node,
                                     struct ArrowArrayStream *stream, struct buf *text)
{
    struct fragment_inputs *made = custom->made;
    struct arrow_scan_options options = {.run = custom->context->run,
                                         .stream = stream,
                                         .kind = node->kind.data,
                                         .columns = &node->base.columns};
    enum eider_status status;

    options.estimated_rows = node->base.rows > 0 ? (uint64_t)node->base.rows : 0;
    status = arrow_scan_new(&options, &made->scans[made->scan_count], custom->err);
    if (status == EIDER_OK)
        buf_printf(text, "SELECT * FROM system.main.\"eider_arrow\"('%s')",
                   arrow_scan_token(made->scans[made->scan_count++]));
    return status;
}

static bool write_custom(void *data, const struct eider_node *node)
{
    struct custom_context *custom = data;
    struct fragment_inputs *made = custom->made;
    struct ArrowArrayStream stream;
    struct buf text;
    const struct custom_result result = {&text, &stream};

    if (node->tag != NODE_CUSTOM)
        return true;
    buf_init(&text, SQL_MAX_BYTES);
    custom->status =
        custom_compute(custom->context->customs, node_as_custom(node), &custom->task, &result, custom->err);
    if (custom->status == EIDER_OK && stream.release != NULL)
        custom->status = open_stream(custom, node_as_custom(node), &stream, &text);
    if (custom->status == EIDER_OK) {
        struct eider_str sql = str_make(made->arena, text.data, text.size);
        made->customs[made->custom_count++] = (struct sqlgen_custom){node, sql};
        if (text.failed || arena_failed(made->arena))
            custom->status = error_no_memory(custom->err);
    }
    buf_done(&text);
    return custom->status == EIDER_OK;
}

static enum eider_status write_customs(const struct task_context *context, const struct eider_node *root,
                                       const struct fragment_reads *reads, struct fragment_inputs *made,
                                       struct eider_error *err)
{
    struct custom_context custom = {.context = context,
                                    .task = {reads->stage, reads->task, reads->tasks, context->worker},
                                    .made = made,
                                    .status = EIDER_OK,
                                    .err = err};
    uint32_t count = 0;

    node_walk(root, count_custom, &count);
    made->customs = arena_alloc_array(made->arena, count + 1, sizeof(*made->customs));
    made->scans = arena_alloc_array(made->arena, count + 1, sizeof(struct arrow_scan *));
    if (made->customs == NULL || made->scans == NULL)
        return error_no_memory(err);
    node_walk(root, write_custom, &custom);
    made->sql.customs = made->customs;
    made->sql.custom_count = made->custom_count;
    return custom.status;
}

static struct fragment_inputs *inputs_new(const struct fragment_reads *reads)
{
    struct fragment_inputs *made = calloc(1, sizeof(*made));

    if (made == NULL)
        return NULL;
    if ((made->arena = arena_new()) != NULL) {
        made->sources = arena_alloc_array(made->arena, reads->input_count + 1, sizeof(struct source *));
        made->sql_inputs = arena_alloc_array(made->arena, reads->input_count + 1, sizeof(*made->sql_inputs));
        made->probes = arena_alloc_array(made->arena, reads->filter_count + 1, sizeof(struct probe *));
        made->sql_filters = arena_alloc_array(made->arena, reads->filter_count + 1, sizeof(char *));
    }
    if (made->arena == NULL || arena_failed(made->arena)) {
        fragment_inputs_free(made);
        return NULL;
    }
    made->count = reads->input_count;
    made->filter_count = reads->filter_count;
    made->sql.inputs = made->sql_inputs;
    made->sql.input_count = made->count;
    made->sql.filters = made->sql_filters;
    made->sql.filter_count = made->filter_count;
    return made;
}

enum eider_status fragment_inputs_open(const struct task_context *context, const struct eider_node *root,
                                       const struct fragment_reads *reads, struct fragment_inputs **ret,
                                       struct eider_error *err)
{
    struct open_context open = {
        .context = context, .inputs = reads->inputs, .made = inputs_new(reads), .err = err};

    *ret = NULL;
    if (open.made == NULL)
        return error_no_memory(err);
    node_walk(root, open_source, &open);
    if (open.status == EIDER_OK)
        open.status = open_filters(context, reads, open.made, err);
    if (open.status == EIDER_OK)
        open.status = write_customs(context, root, reads, open.made, err);
    if (open.status != EIDER_OK)
        fragment_inputs_free(open.made);
    else
        *ret = open.made;
    return open.status;
}

const struct sqlgen_context *fragment_inputs_sql(const struct fragment_inputs *inputs)
{
    return &inputs->sql;
}

void fragment_inputs_free(struct fragment_inputs *inputs)
{
    if (inputs == NULL)
        return;
    for (uint32_t i = 0; i < inputs->count; i++)
        source_free(inputs->sources[i]);
    for (uint32_t i = 0; i < inputs->filter_count; i++)
        probe_free(inputs->probes[i]);
    for (uint32_t i = 0; i < inputs->scan_count; i++)
        arrow_scan_free(inputs->scans[i]);
    arena_free(inputs->arena);
    free(inputs);
}

/* ---- Files ---- */

struct file_check {
    enum eider_status status;
    struct eider_error *err;
};

static bool check_files(void *data, const struct eider_node *node)
{
    struct file_check *check = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);

    for (uint32_t i = 0; scan != NULL && i < scan->files.count; i++) {
        const struct file_slice *file = &scan->files.items[i];
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
};

static enum eider_status open_output(struct running *task, struct eider_error *err)
{
    const struct task_request *request = task->request;
    enum eider_status status;

    if ((task->types = column_types(task->arena, task->root)) == NULL)
        return error_no_memory(err);
    status = engine_layout_new(task->types, task->root->columns.count, &task->layout, err);
    if (status == EIDER_OK)
        status = store_output(task->context->store, request->id, task->layout, request->partitions,
                              &task->output, err);
    return status;
}

static enum eider_status open_sink(struct running *task, struct eider_error *err)
{
    struct sink_options options = {.run = task->context->run,
                                   .output = task->output,
                                   .types = task->types,
                                   .type_count = task->root->columns.count,
                                   .concurrent_tasks = task->request->concurrent_tasks,
                                   .max_hashes = task->request->max_hashes};

    return sink_new(task->context->engine, &options, &task->sink, err);
}

static enum eider_status write_sql(struct running *task, struct eider_error *err)
{
    struct sqlgen_context sql = *fragment_inputs_sql(task->inputs);

    sql.sink_token = sink_token(task->sink);
    return sqlgen_task(task->root, &sql, &task->sql, err);
}

static enum eider_status run_sql(struct running *task, struct eider_error *err)
{
    uint64_t rows = 0;
    enum eider_status status =
        run_count(task->context->run, task->context->connection, task->sql.data, &rows, err);

    if (status == EIDER_OK)
        status = sink_finish(task->sink, rows, err);
    if (status == EIDER_OK)
        status = fragment_check_files(task->root, err);
    if (status == EIDER_OK)
        status = output_complete(task->output, err);
    return status;
}

static enum eider_status run_task(struct running *task, struct eider_error *err)
{
    const struct task_request *request = task->request;
    struct fragment_reads reads = {.stage = request->id.stage,
                                   .task = request->id.task,
                                   .tasks = request->tasks,
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
    if (status == EIDER_OK)
        status = open_sink(task, err);
    if (status == EIDER_OK)
        status = write_sql(task, err);
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
    if (status == EIDER_OK) {
        struct output_size size = output_size(task.output, 0, request->partitions);
        *ret = (struct task_report){.rows = size.rows, .bytes = size.bytes};
    } else if (task.output != NULL) {
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
