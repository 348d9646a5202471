/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Arrow scan: the table function eider_arrow and what stands behind its token.
 *
 * The schema is read and compared before there is a statement, in the thread of the task, so that its errors are ours and
 * not texts of DuckDB's binder. Then get_next is called whenever the last array has been given out, whose rows are copied
 * (arrow_read.c), up to 2,048 at a time, into the chunks that DuckDB wants.
 *
 * Invariants: `stream` is released once, by arrow_scan_free or by arrow_scan_new on failure; `array` holds rows from `row` on
 * that were not given out. Threads: one scan at a time, in one thread at a time; `turn` is held over get_next, and hands over
 * from one thread to the next. Failure: told to the run with the name of the kind, and its text to DuckDB.
 */
#include "engine/arrow_scan.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/arrow_abi.h"
#include "engine/arrow_read.h"
#include "engine/functions.h"
#include "engine/layout.h"
#include "engine/registry.h"
#include "plan/display.h"
#include "plan/object.h"

#define NAME_BYTES      16
#define TYPE_TEXT_BYTES 400

struct arrow_scan {
    _Atomic uint32_t refs;
    char token[TOKEN_BYTES];
    char *kind;
    struct run *run;
    duckdb_logical_type *types;
    uint32_t type_count;
    uint64_t estimated_rows;
    struct ArrowSchema schema;
    atomic_bool started; /* by a statement */

    pthread_mutex_t turn; /* for all below */
    struct ArrowArrayStream stream;
    bool closed;
    bool ended;              /* the stream has no more */
    struct ArrowArray array; /* the last one; zeroed: none */
    uint64_t row;            /* of the array: the next one to give out */
};

/* Which of its columns a statement reads. */
struct arrow_columns {
    struct arrow_scan *scan;
    atomic_bool published; /* set last */
    idx_t count;
    uint32_t columns[]; /* for each column of the output; type_count and more is none of ours */
};

/* ---- Errors ---- */

/* What the stream says of its last failure. */
static enum eider_status stream_failed(struct arrow_scan *scan, const char *callback, int code,
                                       struct eider_error *err)
{
    const char *text =
        scan->stream.get_last_error == NULL ? NULL : scan->stream.get_last_error(&scan->stream);
    enum eider_status status = code == ENOMEM ? EIDER_ERROR_MEMORY : EIDER_ERROR_IO;

    if (run_is_cancelled(scan->run))
        return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    error_set(err, status, "%s of the Arrow stream of the custom node kind %s: %s", callback, scan->kind,
              text != NULL && text[0] != '\0' ? text : strerror(code));
    error_node(err, scan->kind);
    return status;
}

static enum eider_status bad_stream(struct arrow_scan *scan, const char *what, struct eider_error *err)
{
    error_set(err, EIDER_ERROR_CORRUPT, "the Arrow stream of the custom node kind %s %s", scan->kind, what);
    error_node(err, scan->kind);
    return EIDER_ERROR_CORRUPT;
}

/* ---- Life ---- */

static void scan_ref(void *object)
{
    struct arrow_scan *scan = object;

    atomic_fetch_add_explicit(&scan->refs, 1, memory_order_relaxed);
}

static void scan_unref(void *object)
{
    struct arrow_scan *scan = object;

    if (atomic_fetch_sub_explicit(&scan->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (uint32_t i = 0; scan->types != NULL && i < scan->type_count; i++)
        duckdb_destroy_logical_type(&scan->types[i]);
    free(scan->types);
    run_unref(scan->run);
    pthread_mutex_destroy(&scan->turn);
    free(scan->kind);
    free(scan);
}

static void release_array(struct arrow_scan *scan)
{
    if (scan->array.release != NULL)
        scan->array.release(&scan->array);
    scan->array = (struct ArrowArray){.release = NULL};
    scan->row = 0;
}

void arrow_scan_free(struct arrow_scan *scan)
{
    if (scan == NULL)
        return;
    registry_remove(scan->token);
    pthread_mutex_lock(&scan->turn);
    scan->closed = true;
    release_array(scan);
    if (scan->schema.release != NULL)
        scan->schema.release(&scan->schema);
    if (scan->stream.release != NULL)
        scan->stream.release(&scan->stream);
    scan->stream.release = NULL;
    pthread_mutex_unlock(&scan->turn);
    scan_unref(scan);
}

/* ---- The schema ---- */

static enum eider_status other_type(const struct arrow_scan *scan, const struct column *column,
                                    uint32_t number, const struct eider_type *found, struct eider_error *err)
{
    struct buf is, says;

    buf_init(&is, TYPE_TEXT_BYTES);
    buf_init(&says, TYPE_TEXT_BYTES);
    type_text(&is, found);
    type_text(&says, column->type);
    error_set(err, EIDER_ERROR_PLAN,
              "column %u (%s) of the Arrow stream of the custom node kind %s is %s, but the node says %s",
              number, column->name.size > 0 ? column->name.data : "without a name", scan->kind,
              is.failed ? "another type" : is.data, says.failed ? "otherwise" : says.data);
    error_node(err, scan->kind);
    buf_done(&is);
    buf_done(&says);
    return EIDER_ERROR_PLAN;
}

static enum eider_status compare_columns(struct arrow_scan *scan, struct arena *arena,
                                         const struct column_list *columns, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    const struct eider_type *found;
    enum eider_status status;

    for (uint32_t i = 0; i < columns->count; i++) {
        status = arrow_type(arena, scan->schema.children[i], &found, &said);
        if (status != EIDER_OK) {
            error_set(err, status, "column %u of the Arrow stream of the custom node kind %s: %s", i,
                      scan->kind, said.message);
            error_node(err, scan->kind);
            return status;
        }
        if (!type_equal(found, columns->items[i].type))
            return other_type(scan, &columns->items[i], i, found, err);
    }
    return EIDER_OK;
}

static enum eider_status compare_schema(struct arrow_scan *scan, const struct column_list *columns,
                                        struct eider_error *err)
{
    struct arena *arena;
    enum eider_status status;

    if (scan->schema.n_children != (int64_t)columns->count) {
        error_set(err, EIDER_ERROR_PLAN,
                  "the Arrow stream of the custom node kind %s has %lld columns, but the node has %u",
                  scan->kind, (long long)scan->schema.n_children, columns->count);
        error_node(err, scan->kind);
        return EIDER_ERROR_PLAN;
    }
    if ((arena = arena_new()) == NULL)
        return error_no_memory(err);
    status = compare_columns(scan, arena, columns, err);
    arena_free(arena);
    return status;
}

static enum eider_status read_schema(struct arrow_scan *scan, const struct column_list *columns,
                                     struct eider_error *err)
{
    int code;

    if (scan->stream.get_schema == NULL || scan->stream.get_next == NULL || scan->stream.release == NULL)
        return bad_stream(scan, "has no get_schema, get_next or release", err);
    if ((code = scan->stream.get_schema(&scan->stream, &scan->schema)) != 0) {
        scan->schema.release = NULL; /* nothing was given */
        return stream_failed(scan, "get_schema", code, err);
    }
    if (scan->schema.release == NULL || scan->schema.format == NULL || strcmp(scan->schema.format, "+s") != 0)
        return bad_stream(scan, "has a schema that is no struct of columns", err);
    return compare_schema(scan, columns, err);
}

static enum eider_status copy_types(struct arrow_scan *scan, const struct column_list *columns,
                                    struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    scan->types = calloc((size_t)columns->count + 1, sizeof(duckdb_logical_type));
    if (scan->types == NULL)
        return error_no_memory(err);
    scan->type_count = columns->count;
    for (uint32_t i = 0; i < columns->count && status == EIDER_OK; i++)
        status = engine_type_to_duckdb(columns->items[i].type, &scan->types[i], err);
    return status;
}

enum eider_status arrow_scan_new(const struct arrow_scan_options *options, struct arrow_scan **ret,
                                 struct eider_error *err)
{
    struct arrow_scan *scan = calloc(1, sizeof(*scan));
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    if (scan == NULL) {
        if (options->stream->release != NULL)
            options->stream->release(options->stream);
        return error_no_memory(err);
    }
    atomic_init(&scan->refs, 1);
    pthread_mutex_init(&scan->turn, NULL);
    scan->stream = *options->stream;
    options->stream->release = NULL;
    scan->run = run_ref(options->run);
    scan->estimated_rows = options->estimated_rows;
    scan->kind = strdup(options->kind);
    if (scan->kind == NULL)
        status = error_no_memory(err);
    if (status == EIDER_OK)
        status = copy_types(scan, options->columns, err);
    if (status == EIDER_OK)
        status = read_schema(scan, options->columns, err);
    if (status == EIDER_OK)
        status = registry_add(REGISTRY_ARROW, scan, scan->token, err);
    if (status != EIDER_OK) {
        arrow_scan_free(scan);
        return status;
    }
    *ret = scan;
    return EIDER_OK;
}

const char *arrow_scan_token(const struct arrow_scan *scan)
{
    return scan->token;
}

/* ---- Bind and init ---- */

static void bind(duckdb_bind_info info)
{
    duckdb_value value = duckdb_bind_get_parameter(info, 0);
    const char *problem = "its token is not known";
    char *token = registry_token_of_value(value, &problem), name[NAME_BYTES];
    struct arrow_scan *scan = token == NULL ? NULL : registry_find(REGISTRY_ARROW, token, scan_ref);

    duckdb_free(token);
    duckdb_destroy_value(&value);
    if (scan == NULL) {
        struct eider_error error;

        error_set(&error, EIDER_ERROR_SQL, "eider_arrow is for Eider's own statements: %s", problem);
        duckdb_bind_set_error(info, error.message);
        return;
    }
    duckdb_bind_set_bind_data(info, scan, scan_unref);
    for (uint32_t i = 0; i < scan->type_count; i++) {
        snprintf(name, sizeof(name), "c%u", i);
        duckdb_bind_add_result_column(info, name, scan->types[i]);
    }
    if (scan->estimated_rows > 0)
        duckdb_bind_set_cardinality(info, scan->estimated_rows, false);
}

static void columns_free(void *object)
{
    struct arrow_columns *columns = object;

    (void)atomic_load_explicit(&columns->published, memory_order_acquire);
    scan_unref(columns->scan);
    free(columns);
}

static void init(duckdb_init_info info)
{
    struct arrow_scan *scan = duckdb_init_get_bind_data(info);
    idx_t count = duckdb_init_get_column_count(info);
    struct arrow_columns *columns = calloc(1, sizeof(*columns) + count * sizeof(uint32_t));
    struct eider_error error;

    if (columns == NULL) {
        duckdb_init_set_error(info, "out of memory");
        return;
    }
    if (atomic_exchange(&scan->started, true)) {
        free(columns);
        error_set(&error, EIDER_ERROR_PLAN,
                  "the Arrow stream of the custom node kind %s is read twice in one task, which a stream "
                  "does not allow: give the rows by SQL",
                  scan->kind);
        error_node(&error, scan->kind);
        run_fail(scan->run, &error);
        duckdb_init_set_error(info, error.message);
        return;
    }
    scan_ref(scan);
    columns->scan = scan;
    columns->count = count;
    for (idx_t i = 0; i < count; i++) {
        idx_t column = duckdb_init_get_column_index(info, i);

        columns->columns[i] = column >= scan->type_count ? UINT32_MAX : (uint32_t)column;
    }
    atomic_store_explicit(&columns->published, true, memory_order_release);
    run_planned(scan->run);
    duckdb_init_set_max_threads(info, 1);
    duckdb_init_set_init_data(info, columns, columns_free);
}

/* ---- Call ---- */

/* Gets the next array; none at the end of the stream. Its turn. */
static enum eider_status next_array(struct arrow_scan *scan, struct eider_error *err)
{
    const char *problem;
    int code = scan->stream.get_next(&scan->stream, &scan->array);

    if (code != 0) {
        scan->array = (struct ArrowArray){.release = NULL}; /* nothing was given */
        return stream_failed(scan, "get_next", code, err);
    }
    if (scan->array.release == NULL) {
        scan->ended = true;
        return EIDER_OK;
    }
    problem = arrow_check(&scan->schema, &scan->array);
    return problem == NULL ? EIDER_OK : bad_stream(scan, problem, err);
}

/* Copies rows of the array. */
static enum eider_status give_rows(struct arrow_scan *scan, const struct arrow_columns *columns,
                                   duckdb_data_chunk output, struct eider_error *err)
{
    uint64_t left = (uint64_t)scan->array.length - scan->row;
    idx_t size = duckdb_vector_size(), count = left < size ? left : size;
    const char *problem = NULL;

    for (idx_t i = 0; i < columns->count && problem == NULL; i++) {
        uint32_t column = columns->columns[i];
        if (column < scan->type_count) /* the columns are counted from the array's own offset */
            problem = arrow_read(scan->schema.children[column], scan->array.children[column],
                                 (uint64_t)scan->array.offset + scan->row, count,
                                 duckdb_data_chunk_get_vector(output, i), 0);
    }
    if (problem != NULL)
        return bad_stream(scan, problem, err);
    duckdb_data_chunk_set_size(output, count);
    scan->row += count;
    return EIDER_OK;
}

/* Makes sure that the array has rows, unless the stream has ended. Its turn. */
static enum eider_status need_rows(struct arrow_scan *scan, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    if (scan->closed)
        return error_set(err, EIDER_ERROR_INTERNAL, "an Arrow stream was read after its task had ended");
    while (status == EIDER_OK && !scan->ended && scan->row == (uint64_t)scan->array.length) {
        release_array(scan);
        if (run_is_cancelled(scan->run))
            status = error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
        else
            status = next_array(scan, err);
    }
    return status;
}

/* Rows are copied without the turn: what DuckDB throws when it runs out of memory must not leave it locked. */
static void call(duckdb_function_info info, duckdb_data_chunk output)
{
    const struct arrow_columns *columns = duckdb_function_get_init_data(info);
    struct arrow_scan *scan;
    enum eider_status status;
    struct eider_error error;
    bool ended;

    /* DuckDB hands them over too, but in code that ThreadSanitizer does not see. */
    if (!atomic_load_explicit(&columns->published, memory_order_acquire)) {
        duckdb_function_set_error(info, "eider_arrow: a scan that was not started");
        return;
    }
    scan = columns->scan;
    pthread_mutex_lock(&scan->turn);
    status = need_rows(scan, &error);
    ended = scan->ended;
    pthread_mutex_unlock(&scan->turn);
    duckdb_data_chunk_set_size(output, 0);
    if (status == EIDER_OK && !ended) {
        status = give_rows(scan, columns, output, &error);
        pthread_mutex_lock(&scan->turn); /* whose turn is next sees what this one did */
        pthread_mutex_unlock(&scan->turn);
    }
    if (status != EIDER_OK) {
        run_fail(scan->run, &error);
        duckdb_function_set_error(info, error.message);
    }
}

bool functions_register_arrow(duckdb_connection connection)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_state state;

    duckdb_table_function_set_name(function, "eider_arrow");
    duckdb_table_function_add_parameter(function, text);
    duckdb_table_function_supports_projection_pushdown(function, true);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init);
    duckdb_table_function_set_function(function, call);
    state = duckdb_register_table_function(connection, function);
    duckdb_destroy_table_function(&function);
    duckdb_destroy_logical_type(&text);
    return state == DuckDBSuccess;
}
