/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink: the scalar function eider_sink and what stands behind its token.
 *
 * DuckDB binds the call once (the token becomes a sink, column types are compared with the expected ones), makes a state
 * for each thread that evaluates it, calls it with chunks of up to 2,048 rows, and frees the states before the
 * statement returns. A state that is freed leaves its builder to the sink, because freeing cannot report a failure; the next
 * state takes it over, so that several statements make no more builders than one, and sink_finish seals what they hold.
 *
 * Rows whose order counts do not come through the function, because its threads take them in any order: the caller's thread
 * reads them from a result.
 *
 * Chunks arrive flat, with one exception: DuckDB's Flatten does not look below a constant list, so its elements may still
 * be a constant or dictionary vector. Such a list is recognised (all rows are the same one) and copied, which flattens it.
 *
 * Threads: a state belongs to one thread; the sink's mutex guards the list of builders. Failure: the first error of any
 * thread is told to the run, and its text to DuckDB, which ends the statement.
 */
#include "engine/sink.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/functions.h"
#include "engine/layout.h"
#include "engine/registry.h"
#include "exchange/builder.h"
#include "plan/display.h"
#include "plan/object.h"

#define FIRST_COLUMN 2u /* of the function's arguments */

struct finished_builder {
    struct finished_builder *next;
    struct builder *builder;
};

struct sink {
    _Atomic uint32_t refs;
    char token[TOKEN_BYTES];
    struct run *run;
    struct output *output;
    struct layout *layout;
    const struct eider_type *const *types; /* until it is closed */
    uint32_t type_count;
    uint64_t seal_bytes;
    bool keep_hashes;
    bool by_value;

    pthread_mutex_t mutex; /* for all below */
    bool closed;
    uint32_t open_states;
    struct finished_builder *builders;
};

/* What one thread evaluates the function with. */
struct sink_state {
    struct sink *sink;
    struct finished_builder *finished; /* allocated ahead: giving it back cannot fail */
    struct vector_view *views;
    duckdb_vector *copies; /* of constant lists, while a chunk is appended; one for each node */
    uint32_t copy_count;
};

/* ---- Life ---- */

static void sink_ref(void *object)
{
    struct sink *sink = object;

    atomic_fetch_add_explicit(&sink->refs, 1, memory_order_relaxed);
}

static void free_builders(struct finished_builder *list)
{
    while (list != NULL) {
        struct finished_builder *next = list->next;

        builder_free(list->builder);
        free(list);
        list = next;
    }
}

static void sink_unref(void *object)
{
    struct sink *sink = object;

    if (atomic_fetch_sub_explicit(&sink->refs, 1, memory_order_acq_rel) != 1)
        return;
    free_builders(sink->builders);
    pthread_mutex_destroy(&sink->mutex);
    output_unref(sink->output);
    run_unref(sink->run);
    free(sink);
}

enum eider_status sink_new(struct engine *engine, const struct sink_options *options, struct sink **ret,
                           struct eider_error *err)
{
    struct sink *sink = calloc(1, sizeof(*sink));
    uint32_t tasks = options->concurrent_tasks > 0 ? options->concurrent_tasks : 1;
    enum eider_status status;

    *ret = NULL;
    if (sink == NULL)
        return error_no_memory(err);
    atomic_init(&sink->refs, 1);
    pthread_mutex_init(&sink->mutex, NULL);
    sink->run = run_ref(options->run);
    sink->output = output_ref(options->output);
    sink->layout = output_layout(options->output);
    sink->types = options->types;
    sink->type_count = options->type_count;
    sink->keep_hashes = options->max_hashes > 0;
    sink->by_value = options->by_value;
    sink->seal_bytes = budget_limit(output_budget(options->output)) / 4 / tasks /
                       engine_thread_count(engine) / output_partition_count(options->output);
    output_limit_hashes(options->output, options->max_hashes);
    if (sink->layout->column_count != options->type_count)
        status = error_set(err, EIDER_ERROR_ARGUMENT, "a sink of %u columns cannot write to an output of %u",
                           options->type_count, sink->layout->column_count);
    else
        status = registry_add(REGISTRY_SINK, sink, sink->token, err);
    if (status != EIDER_OK) {
        sink_unref(sink);
        return status;
    }
    *ret = sink;
    return EIDER_OK;
}

const char *sink_token(const struct sink *sink)
{
    return sink->token;
}

void sink_free(struct sink *sink)
{
    struct finished_builder *builders;

    if (sink == NULL)
        return;
    registry_remove(sink->token);
    pthread_mutex_lock(&sink->mutex);
    sink->closed = true;
    builders = sink->builders;
    sink->builders = NULL;
    pthread_mutex_unlock(&sink->mutex);
    free_builders(builders);
    sink_unref(sink);
}

enum eider_status sink_finish(struct sink *sink, uint64_t counted_rows, struct eider_error *err)
{
    struct finished_builder *builders;
    enum eider_status status = EIDER_OK;
    uint32_t open_states;
    uint64_t rows = 0;

    pthread_mutex_lock(&sink->mutex);
    builders = sink->builders;
    sink->builders = NULL;
    open_states = sink->open_states;
    pthread_mutex_unlock(&sink->mutex);
    for (const struct finished_builder *item = builders; item != NULL; item = item->next)
        rows += builder_rows(item->builder);
    if (open_states > 0)
        status = error_set(err, EIDER_ERROR_INTERNAL, "a sink was finished while its statement was running");
    else if (rows != counted_rows)
        status = error_set(err, EIDER_ERROR_INTERNAL, "a task counted %llu rows, but %llu came to its sink",
                           (unsigned long long)counted_rows, (unsigned long long)rows);
    for (struct finished_builder *item = builders; item != NULL && status == EIDER_OK; item = item->next)
        status = builder_finish(item->builder, err);
    free_builders(builders);
    return status;
}

/* ---- Bind ---- */

static void *copy_bind_data(void *sink)
{
    sink_ref(sink);
    return sink;
}

/* Compares the type of a column with the expected one; takes it over. */
static enum eider_status check_type(const struct sink *sink, struct arena *arena, duckdb_logical_type logical,
                                    uint32_t column, struct eider_error *err)
{
    const struct eider_type *type = NULL;
    enum eider_status status = EIDER_ERROR_SQL;

    if (logical != NULL)
        status = engine_type_from_duckdb(arena, logical, &type, err);
    else
        error_set(err, EIDER_ERROR_SQL, "column %u of a sink has no type", column);
    if (status == EIDER_OK && !type_equal(type, sink->types[column])) {
        struct buf expected, found;

        buf_init(&expected, 400);
        buf_init(&found, 400);
        type_text(&expected, sink->types[column]);
        type_text(&found, type);
        status = error_set(
            err, EIDER_ERROR_UNSUPPORTED, "column %u of a task's rows is %s, but the plan says %s", column,
            found.failed ? "another type" : found.data, expected.failed ? "otherwise" : expected.data);
        buf_done(&expected);
        buf_done(&found);
    }
    duckdb_destroy_logical_type(&logical);
    return status;
}

static enum eider_status check_column(const struct sink *sink, struct arena *arena, duckdb_bind_info info,
                                      uint32_t column, struct eider_error *err)
{
    duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, FIRST_COLUMN + column);
    duckdb_logical_type logical = argument == NULL ? NULL : duckdb_expression_return_type(argument);

    duckdb_destroy_expression(&argument);
    return check_type(sink, arena, logical, column, err);
}

static enum eider_status check_columns(struct sink *sink, duckdb_bind_info info, struct eider_error *err)
{
    idx_t count = duckdb_scalar_function_bind_get_argument_count(info);
    enum eider_status status = EIDER_OK;
    struct arena *arena;

    if (count != (idx_t)FIRST_COLUMN + sink->type_count)
        return error_set(err, EIDER_ERROR_SQL, "a sink of %u columns got %llu", sink->type_count,
                         (unsigned long long)(count < FIRST_COLUMN ? 0 : count - FIRST_COLUMN));
    arena = arena_new();
    if (arena == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < sink->type_count && status == EIDER_OK; i++)
        status = check_column(sink, arena, info, i, err);
    arena_free(arena);
    return status;
}

static void bind(duckdb_bind_info info)
{
    const char *problem = "its token is not known";
    char *token = registry_token_of_argument(info, &problem);
    struct sink *sink = token == NULL ? NULL : registry_find(REGISTRY_SINK, token, sink_ref);
    struct eider_error error;
    bool closed;

    duckdb_free(token);
    if (sink == NULL) {
        error_set(&error, EIDER_ERROR_SQL, "eider_sink is for Eider's own statements: %s", problem);
        duckdb_scalar_function_bind_set_error(info, error.message);
        return;
    }
    pthread_mutex_lock(&sink->mutex);
    closed = sink->closed;
    pthread_mutex_unlock(&sink->mutex);
    if (closed) {
        duckdb_scalar_function_bind_set_error(info,
                                              "eider_sink is for Eider's own statements: its task has ended");
    } else if (check_columns(sink, info, &error) != EIDER_OK) {
        run_fail(sink->run, &error);
        duckdb_scalar_function_bind_set_error(info, error.message);
    } else {
        duckdb_scalar_function_set_bind_data(info, sink, sink_unref);
        duckdb_scalar_function_set_bind_data_copy(info, copy_bind_data);
        return;
    }
    sink_unref(sink);
}

/* ---- State of a thread ---- */

static void state_free(void *object)
{
    struct sink_state *state = object;
    struct sink *sink = state->sink;

    pthread_mutex_lock(&sink->mutex);
    sink->open_states--;
    if (state->finished != NULL && state->finished->builder != NULL && !sink->closed) {
        state->finished->next = sink->builders;
        sink->builders = state->finished;
        state->finished = NULL;
    }
    pthread_mutex_unlock(&sink->mutex);
    free_builders(state->finished);
    free(state->views);
    free(state->copies);
    free(state);
    sink_unref(sink);
}

/* NULL if out of memory. */
static struct sink_state *state_new(struct sink *sink)
{
    size_t nodes = (size_t)sink->layout->node_count + 1;
    struct sink_state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    sink_ref(sink);
    state->sink = sink;
    pthread_mutex_lock(&sink->mutex);
    sink->open_states++;
    if ((state->finished = sink->builders) != NULL) {
        sink->builders = state->finished->next;
        state->finished->next = NULL;
    }
    pthread_mutex_unlock(&sink->mutex);
    if (state->finished == NULL)
        state->finished = calloc(1, sizeof(*state->finished));
    state->views = calloc(nodes, sizeof(*state->views));
    state->copies = calloc(nodes, sizeof(duckdb_vector));
    if (state->finished == NULL || state->views == NULL || state->copies == NULL) {
        state_free(state);
        return NULL;
    }
    return state;
}

static void init(duckdb_init_info info)
{
    struct sink *sink = duckdb_scalar_function_init_get_bind_data(info);
    struct sink_state *state = NULL;

    if (sink != NULL) {
        run_planned(sink->run);
        state = state_new(sink);
    }
    if (state == NULL)
        duckdb_scalar_function_init_set_error(info, "out of memory");
    else
        duckdb_scalar_function_init_set_state(info, state, state_free);
}

/* ---- Views of DuckDB's vectors ---- */

/* True if the list may have been a constant vector, below which Flatten does not look. */
static bool may_hide_unflat_child(const struct vector_view *view, idx_t rows)
{
    const struct layout_list *lists = view->data;

    for (idx_t i = 0; i < rows; i++) {
        if (view->validity != NULL && (view->validity[i / 64] >> (i % 64) & 1) == 0)
            return false;
        if (lists[i].length != lists[0].length || lists[i].offset != lists[0].offset)
            return false;
    }
    return rows > 0 && lists[0].length > 0;
}

/* A deep and flat copy of a vector, freed after the chunk; NULL if out of memory. */
static duckdb_vector copy_vector(struct sink_state *state, duckdb_vector vector, idx_t rows)
{
    duckdb_logical_type type = duckdb_vector_get_column_type(vector);
    duckdb_selection_vector selection = duckdb_create_selection_vector(rows);
    duckdb_vector copy = duckdb_create_vector(type, rows);

    duckdb_destroy_logical_type(&type);
    if (selection == NULL || copy == NULL) {
        duckdb_destroy_selection_vector(selection);
        duckdb_destroy_vector(&copy);
        return NULL;
    }
    for (idx_t i = 0; i < rows; i++)
        duckdb_selection_vector_get_data_ptr(selection)[i] = (sel_t)i;
    duckdb_vector_copy_sel(vector, copy, selection, rows, 0, 0);
    duckdb_destroy_selection_vector(selection);
    state->copies[state->copy_count++] = copy;
    return copy;
}

/* Fills in the views of a node and its subtree. False if out of memory. `flat`: nothing below needs to be copied. */
static bool view_vector(struct sink_state *state, uint32_t node, duckdb_vector vector, idx_t rows, bool flat)
{
    const struct layout *layout = state->sink->layout;
    const struct layout_node *shape = &layout->nodes[node];
    struct vector_view *view = &state->views[node];

    view->validity = duckdb_vector_get_validity(vector);
    view->data = shape->width > 0 ? duckdb_vector_get_data(vector) : NULL;
    if (shape->kind == LAYOUT_ARRAY)
        return view_vector(state, node + 1, duckdb_array_vector_get_child(vector), rows * shape->array_size,
                           flat);
    if (shape->kind == LAYOUT_STRUCT) {
        uint32_t child = node + 1;

        for (idx_t i = 0; i < shape->child_count; i++) {
            if (!view_vector(state, child, duckdb_struct_vector_get_child(vector, i), rows, flat))
                return false;
            child = layout->nodes[child].next;
        }
    }
    if (shape->kind != LAYOUT_LIST)
        return true;
    if (!flat && may_hide_unflat_child(view, rows)) {
        vector = copy_vector(state, vector, rows);
        if (vector == NULL)
            return false;
        flat = true;
        view->validity = duckdb_vector_get_validity(vector);
        view->data = duckdb_vector_get_data(vector);
    }
    return view_vector(state, node + 1, duckdb_list_vector_get_child(vector),
                       duckdb_list_vector_get_size(vector), flat);
}

/* ---- Call ---- */

/* Appends a chunk whose columns start at `first`. `hash`: NULL if all rows go to partition 0. */
static enum eider_status append_chunk(struct sink_state *state, duckdb_data_chunk input, uint32_t first,
                                      duckdb_vector hash, struct eider_error *err)
{
    struct sink *sink = state->sink;
    uint32_t rows = (uint32_t)duckdb_data_chunk_get_size(input);
    enum eider_status status = EIDER_OK;

    if (run_is_cancelled(sink->run))
        return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    if (state->finished->builder == NULL) {
        const struct builder_options options = {.output = sink->output,
                                                .seal_bytes = sink->seal_bytes,
                                                .keep_hashes = sink->keep_hashes,
                                                .by_value = sink->by_value};

        status = builder_new(&options, &state->finished->builder, err);
    }
    for (uint32_t i = 0; i < sink->type_count && status == EIDER_OK; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(input, first + i);

        if (!view_vector(state, sink->layout->columns[i], vector, rows, false))
            status = error_no_memory(err);
    }
    if (status == EIDER_OK)
        status = builder_append(state->finished->builder, state->views,
                                hash != NULL ? duckdb_vector_get_data(hash) : NULL,
                                hash != NULL ? duckdb_vector_get_validity(hash) : NULL, rows, err);
    while (state->copy_count > 0)
        duckdb_destroy_vector(&state->copies[--state->copy_count]);
    return status;
}

static void call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    struct sink_state *state = duckdb_scalar_function_get_state(info);
    struct eider_error error;

    if (append_chunk(state, input, FIRST_COLUMN, duckdb_data_chunk_get_vector(input, 1), &error) !=
        EIDER_OK) {
        run_fail(state->sink->run, &error);
        duckdb_scalar_function_set_error(info, error.message);
        return;
    }
    memset(duckdb_vector_get_data(output), 1, duckdb_data_chunk_get_size(input));
}

/* ---- In order ---- */

static enum eider_status check_result(const struct sink *sink, duckdb_result *result, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct arena *arena;

    if (duckdb_column_count(result) != sink->type_count)
        return error_set(err, EIDER_ERROR_UNSUPPORTED, "a sink of %u columns got %llu", sink->type_count,
                         (unsigned long long)duckdb_column_count(result));
    if ((arena = arena_new()) == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < sink->type_count && status == EIDER_OK; i++)
        status = check_type(sink, arena, duckdb_column_logical_type(result, i), i, err);
    arena_free(arena);
    return status;
}

enum eider_status sink_append_result(struct sink *sink, duckdb_result *result, uint64_t *ret_rows,
                                     struct eider_error *err)
{
    enum eider_status status = check_result(sink, result, err);
    struct sink_state *state;
    duckdb_data_chunk chunk;

    *ret_rows = 0;
    if (status != EIDER_OK)
        return status;
    if ((state = state_new(sink)) == NULL)
        return error_no_memory(err);
    while (status == EIDER_OK && (chunk = duckdb_fetch_chunk(*result)) != NULL) {
        *ret_rows += duckdb_data_chunk_get_size(chunk);
        status = append_chunk(state, chunk, 0, NULL, err);
        duckdb_destroy_data_chunk(&chunk);
    }
    state_free(state);
    return status;
}

bool functions_register_sink(duckdb_connection connection)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type hash = duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT);
    duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    duckdb_logical_type boolean = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    duckdb_state state;

    duckdb_scalar_function_set_name(function, "eider_sink");
    duckdb_scalar_function_add_parameter(function, text);
    duckdb_scalar_function_add_parameter(function, hash);
    duckdb_scalar_function_set_varargs(function, any);
    duckdb_scalar_function_set_return_type(function, boolean);
    duckdb_scalar_function_set_special_handling(function);
    duckdb_scalar_function_set_volatile(function);
    duckdb_scalar_function_set_bind(function, bind);
    duckdb_scalar_function_set_init(function, init);
    duckdb_scalar_function_set_function(function, call);
    state = duckdb_register_scalar_function(connection, function);
    duckdb_destroy_scalar_function(&function);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&hash);
    duckdb_destroy_logical_type(&any);
    duckdb_destroy_logical_type(&boolean);
    return state == DuckDBSuccess;
}
