/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source: the table function eider_source and what stands behind its token.
 *
 * All batches that came from the reader are kept, in one list, until the source is freed: strings in DuckDB's vectors
 * point into them. A scan is a cursor into that list, so a statement that scans a source again (the recursive side of a
 * recursive CTE does) reads the same rows; only a scan that is ahead of all others pulls from the reader.
 *
 * DuckDB may free a scan a little after its statement has returned: the thread that ends the last pipeline may still hold
 * that. So the rows go with source_free, or with the last thread of a scan, and what else refers to a source keeps none.
 *
 * Each thread of a scan fills chunks of up to 2,048 rows from the batch it has taken, and goes on to the next batch in
 * the middle of a chunk, so that many small batches do not make many small chunks.
 *
 * Invariants: batches[0 … batch_count-1] never change while a thread of a scan is left; a scan ends only when the reader
 * has ended and no thread is about to append what it has pulled. Threads: the source's mutex guards the list; it is not
 * held while the reader waits. Failure: an error of the reader is told to the run, its text to DuckDB.
 */
#include "engine/source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/functions.h"
#include "engine/layout.h"
#include "engine/registry.h"

#define BYTES_PER_THREAD ((uint64_t)1 << 19) /* more threads than that many of them do not pay */
#define NAME_BYTES       16

struct source {
    _Atomic uint32_t refs;
    char token[TOKEN_BYTES];
    struct run *run;
    duckdb_logical_type *types;
    uint32_t type_count;
    bool complete;           /* what the reader gives has been there from the start */
    uint64_t estimated_rows; /* all, if complete */
    uint32_t thread_count;
    _Atomic uint64_t rows;

    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t pulled;
    struct exchange_reader *reader; /* NULL when the rows are gone */
    uint32_t open_threads;          /* of all scans */
    bool closed;
    bool ended;       /* the reader has no more */
    uint32_t pulling; /* threads between a pull and its append */
    struct batch **batches;
    uint64_t batch_count;
    uint64_t batch_capacity;
};

/* One scan of a statement. */
struct scan {
    struct source *source;
    _Atomic bool published; /* set last by init: what other threads read comes after what init wrote */
    uint64_t next;          /* batch; the source's mutex */
    idx_t column_count;
    uint32_t
        columns[]; /* of the source, for each column of the output; type_count is `v`, more is none of ours */
};

/* One thread of a scan. */
struct scan_thread {
    struct source *source;
    const struct batch *batch;
    uint64_t row;
};

/* ---- Life ---- */

static void source_ref(void *object)
{
    struct source *source = object;

    atomic_fetch_add_explicit(&source->refs, 1, memory_order_relaxed);
}

static void free_rows(struct batch **batches, uint64_t count, struct exchange_reader *reader)
{
    for (uint64_t i = 0; i < count; i++)
        batch_unref(batches[i]);
    free(batches);
    reader_free(reader);
}

static void source_unref(void *object)
{
    struct source *source = object;

    if (atomic_fetch_sub_explicit(&source->refs, 1, memory_order_acq_rel) != 1)
        return;
    free_rows(source->batches, source->batch_count, source->reader);
    for (uint32_t i = 0; source->types != NULL && i < source->type_count; i++)
        duckdb_destroy_logical_type(&source->types[i]);
    free(source->types);
    run_unref(source->run);
    pthread_cond_destroy(&source->pulled);
    pthread_mutex_destroy(&source->mutex);
    free(source);
}

/* How many threads may scan. One that waits keeps a thread of DuckDB's from other work, so an incomplete input gets
 * half of them. */
static uint32_t scan_threads(const struct exchange_reader *reader, uint32_t all)
{
    uint64_t wanted = reader->bytes / BYTES_PER_THREAD + 1;

    if (!reader->complete)
        return (all + 1) / 2;
    if (wanted > reader->batches)
        wanted = reader->batches;
    return wanted < 1 ? 1 : wanted > all ? all : (uint32_t)wanted;
}

static enum eider_status copy_types(struct source *source, const struct source_options *options,
                                    struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    source->types = calloc((size_t)options->type_count + 1, sizeof(duckdb_logical_type));
    if (source->types == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < options->type_count && status == EIDER_OK; i++)
        status = engine_type_to_duckdb(options->types[i], &source->types[i], err);
    return status;
}

enum eider_status source_new(struct engine *engine, const struct source_options *options, struct source **ret,
                             struct eider_error *err)
{
    struct source *source = calloc(1, sizeof(*source));
    struct layout *layout = NULL;
    pthread_condattr_t attributes;
    enum eider_status status;

    *ret = NULL;
    if (source == NULL) {
        reader_free(options->reader);
        return error_no_memory(err);
    }
    atomic_init(&source->refs, 1);
    pthread_mutex_init(&source->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&source->pulled, &attributes);
    pthread_condattr_destroy(&attributes);
    source->run = run_ref(options->run);
    source->reader = options->reader;
    source->type_count = options->type_count;
    source->complete = options->reader->complete;
    source->estimated_rows = source->complete ? options->reader->rows : options->estimated_rows;
    source->thread_count = options->ordered ? 1 : scan_threads(options->reader, engine_thread_count(engine));
    status = engine_layout_new(options->types, options->type_count, &layout, err);
    if (status == EIDER_OK && !layout_equal(layout, options->reader->layout))
        status = error_set(err, EIDER_ERROR_ARGUMENT, "a source's columns are not those of its reader");
    layout_unref(layout);
    if (status == EIDER_OK)
        status = copy_types(source, options, err);
    if (status == EIDER_OK)
        status = registry_add(REGISTRY_SOURCE, source, source->token, err);
    if (status != EIDER_OK) {
        source_unref(source);
        return status;
    }
    *ret = source;
    return EIDER_OK;
}

const char *source_token(const struct source *source)
{
    return source->token;
}

uint64_t source_rows(const struct source *source)
{
    return atomic_load_explicit(&source->rows, memory_order_relaxed);
}

/* Unlocks, and frees the rows of a closed source that no thread reads any more. */
static void unlock_and_drop(struct source *source)
{
    struct exchange_reader *reader = NULL;
    struct batch **batches = NULL;
    uint64_t count = 0;

    if (source->closed && source->open_threads == 0) {
        reader = source->reader;
        batches = source->batches;
        count = source->batch_count;
        source->reader = NULL;
        source->batches = NULL;
        source->batch_count = 0;
    }
    pthread_mutex_unlock(&source->mutex);
    free_rows(batches, count, reader);
}

void source_free(struct source *source)
{
    if (source == NULL)
        return;
    registry_remove(source->token);
    pthread_mutex_lock(&source->mutex);
    source->closed = true;
    unlock_and_drop(source);
    source_unref(source);
}

/* ---- Batches ---- */

/* Appends what was pulled, taking it over. Locked. */
static bool keep_batch(struct source *source, struct batch *batch)
{
    if (source->batch_count == source->batch_capacity) {
        uint64_t capacity = source->batch_capacity == 0 ? 16 : source->batch_capacity * 2;
        struct batch **batches = realloc(source->batches, capacity * sizeof(struct batch *));

        if (batches == NULL) {
            batch_unref(batch);
            return false;
        }
        source->batches = batches;
        source->batch_capacity = capacity;
    }
    source->batches[source->batch_count++] = batch;
    return true;
}

/* Waits until a thread that has pulled a batch appends it; never long. Locked. */
static void wait_for_pullers(struct source *source)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    pthread_cond_timedwait(&source->pulled, &source->mutex, &until);
}

/* Asks the reader for one more batch and appends it. Locked, but not while the reader waits. */
static enum reader_result pull(struct source *source, uint32_t wait_ms, struct eider_error *err)
{
    struct batch *batch = NULL;
    enum reader_result result;

    source->pulling++;
    pthread_mutex_unlock(&source->mutex);
    result = reader_next(source->reader, wait_ms, &batch, err);
    pthread_mutex_lock(&source->mutex);
    source->pulling--;
    if (result == READER_BATCH && !keep_batch(source, batch)) {
        error_no_memory(err);
        result = READER_ERROR;
    }
    if (result == READER_END)
        source->ended = true;
    pthread_cond_broadcast(&source->pulled);
    return result;
}

/* The next batch of a scan. */
static enum reader_result next_batch(struct scan *scan, uint32_t wait_ms, const struct batch **ret,
                                     struct eider_error *err)
{
    struct source *source = scan->source;
    enum reader_result result = READER_INVALID;

    pthread_mutex_lock(&source->mutex);
    while (result == READER_INVALID) {
        if (scan->next < source->batch_count) {
            *ret = source->batches[scan->next++];
            result = READER_BATCH;
        } else if (source->closed) {
            error_set(err, EIDER_ERROR_INTERNAL, "a source was read after its task had ended");
            result = READER_ERROR;
        } else if (!source->ended) {
            enum reader_result pulled = pull(source, wait_ms, err);

            if (pulled == READER_ERROR || (pulled == READER_AGAIN && scan->next >= source->batch_count))
                result = pulled;
        } else if (source->pulling > 0) {
            wait_for_pullers(source);
        } else {
            result = READER_END;
        }
    }
    pthread_mutex_unlock(&source->mutex);
    return result;
}

/* ---- Bind and init ---- */

static void add_columns(duckdb_bind_info info, const struct source *source)
{
    duckdb_logical_type boolean = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    char name[NAME_BYTES];

    for (uint32_t i = 0; i < source->type_count; i++) {
        snprintf(name, sizeof(name), "c%u", i);
        duckdb_bind_add_result_column(info, name, source->types[i]);
    }
    duckdb_bind_add_result_column(info, "v", boolean);
    duckdb_destroy_logical_type(&boolean);
}

static void bind(duckdb_bind_info info)
{
    duckdb_value value = duckdb_bind_get_parameter(info, 0);
    const char *problem = "its token is not known";
    char *token = registry_token_of_value(value, &problem);
    struct source *source = token == NULL ? NULL : registry_find(REGISTRY_SOURCE, token, source_ref);

    duckdb_free(token);
    duckdb_destroy_value(&value);
    if (source == NULL) {
        struct eider_error error;

        error_set(&error, EIDER_ERROR_SQL, "eider_source is for Eider's own statements: %s", problem);
        duckdb_bind_set_error(info, error.message);
        return;
    }
    duckdb_bind_set_bind_data(info, source, source_unref);
    add_columns(info, source);
    if (source->complete || source->estimated_rows > 0)
        duckdb_bind_set_cardinality(info, source->estimated_rows, source->complete);
}

static void scan_free(void *object)
{
    struct scan *scan = object;

    (void)atomic_load_explicit(&scan->published, memory_order_acquire);
    source_unref(scan->source);
    free(scan);
}

static void init(duckdb_init_info info)
{
    struct source *source = duckdb_init_get_bind_data(info);
    idx_t count = duckdb_init_get_column_count(info);
    struct scan *scan = calloc(1, sizeof(*scan) + count * sizeof(uint32_t));
    bool has_v = false;

    if (scan == NULL) {
        duckdb_init_set_error(info, "out of memory");
        return;
    }
    source_ref(source);
    scan->source = source;
    scan->column_count = count;
    for (idx_t i = 0; i < count; i++) {
        idx_t column = duckdb_init_get_column_index(info, i);

        scan->columns[i] = column > source->type_count ? UINT32_MAX : (uint32_t)column;
        has_v |= column == source->type_count;
    }
    if (!has_v && !source->complete) {
        scan_free(scan);
        duckdb_init_set_error(info,
                              "eider_source: an input that is still being written must be read WHERE v");
        return;
    }
    atomic_store_explicit(&scan->published, true, memory_order_release);
    run_planned(source->run);
    duckdb_init_set_max_threads(info, source->thread_count);
    duckdb_init_set_init_data(info, scan, scan_free);
}

static void thread_free(void *object)
{
    struct scan_thread *thread = object;
    struct source *source = thread->source;

    pthread_mutex_lock(&source->mutex);
    source->open_threads--;
    unlock_and_drop(source);
    source_unref(source);
    free(thread);
}

static void init_thread(duckdb_init_info info)
{
    struct source *source = duckdb_init_get_bind_data(info);
    struct scan_thread *thread = calloc(1, sizeof(*thread));

    if (thread == NULL) {
        duckdb_init_set_error(info, "out of memory");
        return;
    }
    source_ref(source);
    thread->source = source;
    pthread_mutex_lock(&source->mutex);
    source->open_threads++;
    pthread_mutex_unlock(&source->mutex);
    duckdb_init_set_init_data(info, thread, thread_free);
}

/* ---- Filling vectors ---- */

/* Copies `count` validity bits from row `from` on to row `to` on of a vector whose rows are valid so far. */
static void copy_validity(duckdb_vector vector, idx_t to, const uint64_t *source, uint64_t from, idx_t count)
{
    uint64_t *target;

    if (source == NULL)
        return;
    duckdb_vector_ensure_validity_writable(vector);
    target = duckdb_vector_get_validity(vector);
    if (to % 64 == 0 && from % 64 == 0) {
        memcpy(target + to / 64, source + from / 64, count / 64 * 8);
        to += count / 64 * 64;
        from += count / 64 * 64;
        count %= 64;
    }
    for (idx_t i = 0; i < count; i++) {
        uint64_t bit = UINT64_C(1) << ((to + i) % 64);

        if ((source[(from + i) / 64] >> ((from + i) % 64) & 1) != 0)
            target[(to + i) / 64] |= bit;
        else
            target[(to + i) / 64] &= ~bit;
    }
}

static void copy_rows(const struct batch *batch, uint32_t node, uint64_t from, idx_t count,
                      duckdb_vector vector, idx_t to);

/* The elements of consecutive lists are consecutive too. */
static void copy_lists(const struct batch *batch, uint32_t node, uint64_t from, idx_t count,
                       duckdb_vector vector, idx_t to)
{
    const struct layout_list *source = (const struct layout_list *)batch->columns[node].data + from;
    uint64_t first = source[0].offset, end = source[count - 1].offset + source[count - 1].length;
    idx_t size = duckdb_list_vector_get_size(vector);
    struct layout_list *target;

    if (end > first) {
        duckdb_list_vector_reserve(vector, size + (end - first));
        duckdb_list_vector_set_size(vector, size + (end - first));
        copy_rows(batch, node + 1, first, end - first, duckdb_list_vector_get_child(vector), size);
    }
    target = (struct layout_list *)duckdb_vector_get_data(vector) + to;
    for (idx_t i = 0; i < count; i++)
        target[i] =
            (struct layout_list){.offset = source[i].offset - first + size, .length = source[i].length};
}

/* Copies rows of a node and its subtree into a vector. */
static void copy_rows(const struct batch *batch, uint32_t node, uint64_t from, idx_t count,
                      duckdb_vector vector, idx_t to)
{
    const struct layout_node *shape = &batch->layout->nodes[node];
    const struct batch_column *column = &batch->columns[node];
    uint32_t child = node + 1;

    copy_validity(vector, to, column->validity, from, count);
    switch (shape->kind) {
    case LAYOUT_FIXED:
    case LAYOUT_STRING:
        memcpy((char *)duckdb_vector_get_data(vector) + to * shape->width,
               (const char *)column->data + from * shape->width, count * shape->width);
        break;
    case LAYOUT_LIST:
        copy_lists(batch, node, from, count, vector, to);
        break;
    case LAYOUT_STRUCT:
        for (idx_t i = 0; i < shape->child_count; i++) {
            copy_rows(batch, child, from, count, duckdb_struct_vector_get_child(vector, i), to);
            child = batch->layout->nodes[child].next;
        }
        break;
    case LAYOUT_ARRAY:
        copy_rows(batch, child, from * shape->array_size, count * shape->array_size,
                  duckdb_array_vector_get_child(vector), to * shape->array_size);
        break;
    case LAYOUT_INVALID:
        break;
    }
}

static void set_null_row(duckdb_vector vector)
{
    duckdb_vector_ensure_validity_writable(vector);
    duckdb_vector_get_validity(vector)[0] &= ~UINT64_C(1);
}

/* Makes row 0 of a vector, and what belongs to it below, NULL. */
static void fill_null(const struct layout *layout, uint32_t node, duckdb_vector vector, idx_t rows)
{
    const struct layout_node *shape = &layout->nodes[node];
    uint32_t child = node + 1;

    duckdb_vector_ensure_validity_writable(vector);
    for (idx_t i = 0; i < rows; i++)
        duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), i);
    if (shape->width > 0)
        memset(duckdb_vector_get_data(vector), 0, rows * shape->width);
    if (shape->kind == LAYOUT_ARRAY)
        fill_null(layout, child, duckdb_array_vector_get_child(vector), rows * shape->array_size);
    for (idx_t i = 0; shape->kind == LAYOUT_STRUCT && i < shape->child_count; i++) {
        fill_null(layout, child, duckdb_struct_vector_get_child(vector, i), rows);
        child = layout->nodes[child].next;
    }
}

/* ---- Call ---- */

/* Copies rows of one batch to the end of the chunk, which has `filled` already. */
static void fill_chunk(const struct scan *scan, const struct scan_thread *thread, idx_t count, idx_t filled,
                       duckdb_data_chunk chunk)
{
    const struct layout *layout = thread->batch->layout;

    for (idx_t i = 0; i < scan->column_count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        uint32_t column = scan->columns[i];

        if (column < scan->source->type_count)
            copy_rows(thread->batch, layout->columns[column], thread->row, count, vector, filled);
        else if (column == scan->source->type_count)
            memset((char *)duckdb_vector_get_data(vector) + filled, 1, count);
    }
}

/* The one row that says: no rows yet. */
static void fill_waiting(const struct scan *scan, duckdb_data_chunk chunk)
{
    const struct layout *layout = scan->source->reader->layout;

    for (idx_t i = 0; i < scan->column_count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
        uint32_t column = scan->columns[i];

        if (column < scan->source->type_count)
            fill_null(layout, layout->columns[column], vector, 1);
        else if (column == scan->source->type_count)
            memset(duckdb_vector_get_data(vector), 0, 1);
        else
            set_null_row(vector);
    }
    duckdb_data_chunk_set_size(chunk, 1);
}

/* Fills a chunk from as many batches as it takes. READER_BATCH: it has rows. */
static enum reader_result fill(struct scan *scan, struct scan_thread *thread, duckdb_data_chunk chunk,
                               struct eider_error *err)
{
    idx_t capacity = duckdb_vector_size(), filled = 0;
    enum reader_result result = READER_BATCH;

    while (filled < capacity) {
        uint64_t left;
        idx_t count;

        if (thread->batch == NULL) {
            result = next_batch(scan, filled == 0 ? SOURCE_WAIT_MS : 0, &thread->batch, err);
            if (result != READER_BATCH)
                break;
            thread->row = 0;
        }
        left = thread->batch->rows - thread->row;
        count = left < capacity - filled ? left : capacity - filled;
        if (count > 0)
            fill_chunk(scan, thread, count, filled, chunk);
        filled += count;
        thread->row += count;
        if (thread->row == thread->batch->rows)
            thread->batch = NULL;
    }
    if (result == READER_ERROR)
        return result;
    duckdb_data_chunk_set_size(chunk, filled);
    atomic_fetch_add_explicit(&scan->source->rows, filled, memory_order_relaxed);
    return filled > 0 ? READER_BATCH : result;
}

static void call(duckdb_function_info info, duckdb_data_chunk chunk)
{
    struct scan *scan = duckdb_function_get_init_data(info);
    struct scan_thread *thread = duckdb_function_get_local_init_data(info);
    enum reader_result result = READER_ERROR;
    struct eider_error error;

    /* DuckDB hands the scan over too, but in code that ThreadSanitizer does not see. */
    if (!atomic_load_explicit(&scan->published, memory_order_acquire)) {
        duckdb_function_set_error(info, "eider_source: a scan that was not started");
        return;
    }
    if (run_is_cancelled(scan->source->run))
        error_set(&error, EIDER_ERROR_CANCELLED, "the query was cancelled");
    else
        result = fill(scan, thread, chunk, &error);
    /* What it waits for may never come: a task that fails early, or does not start any more, leaves no output that says so. */
    if (result == READER_AGAIN && run_failure(scan->source->run, &error) != EIDER_OK)
        result = READER_ERROR;
    if (result == READER_AGAIN) {
        fill_waiting(scan, chunk);
    } else if (result == READER_ERROR) {
        run_fail(scan->source->run, &error);
        duckdb_function_set_error(info, error.message);
    }
}

bool functions_register_source(duckdb_connection connection)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_state state;

    duckdb_table_function_set_name(function, "eider_source");
    duckdb_table_function_add_parameter(function, text);
    duckdb_table_function_supports_projection_pushdown(function, true);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init);
    duckdb_table_function_set_local_init(function, init_thread);
    duckdb_table_function_set_function(function, call);
    state = duckdb_register_table_function(connection, function);
    duckdb_destroy_table_function(&function);
    duckdb_destroy_logical_type(&text);
    return state == DuckDBSuccess;
}
