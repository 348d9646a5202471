/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: a result whose chunks are computed while they are fetched, and its form as an Arrow C stream.
 *
 * The head stage reads outputs that still grow; closing the stream destroys the result first, then stops what still
 * runs. A chunk may point into exchanged batches, so it must be gone before the stream is closed; what goes out as Arrow
 * is a copy of its own (DuckDB's conversion copies strings).
 */
#include "coordinator/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/arrow_abi.h"

struct eider_stream {
    struct handle handle;
    struct query_run run;
    duckdb_result result;
    bool exhausted; /* the last chunk was fetched, or an error came */
    bool ended;
    enum eider_status status;
    struct eider_error error;
};

enum eider_status eider_query_stream(struct eider_query *query, struct eider_stream **ret,
                                     struct eider_error *err)
{
    struct eider_stream *stream;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_query_stream: ret is NULL");
    *ret = NULL;
    if ((status = query_check(query, "eider_query_stream", err)) != EIDER_OK)
        return status;
    if ((stream = calloc(1, sizeof(*stream))) == NULL)
        return error_no_memory(err);
    status = query_run_start(query, RUN_STREAM, &stream->run, &stream->result, err);
    if (status != EIDER_OK) {
        free(stream);
        return status;
    }
    handle_add(&stream->handle, stream, HANDLE_STREAM);
    *ret = stream;
    return EIDER_OK;
}

/*
 * Ends a result that was not read to its end: DuckDB frees all of it only if its own tasks have ended, which an
 * interrupt makes them do.
 */
static void interrupt_result(struct eider_stream *stream)
{
    duckdb_data_chunk chunk;

    run_cancel(stream->run.run);
    while ((chunk = duckdb_fetch_chunk(stream->result)) != NULL)
        duckdb_destroy_data_chunk(&chunk);
}

/* Destroys the result and ends the run, once. */
static enum eider_status stream_end(struct eider_stream *stream, enum eider_status status,
                                    struct eider_error *err)
{
    if (stream->ended)
        return status;
    stream->ended = true;
    if (!stream->exhausted)
        interrupt_result(stream);
    duckdb_destroy_result(&stream->result);
    return query_run_end(&stream->run, status, err);
}

/* DuckDB gives up the rows of a connection that begins another statement, and says that of its own objects. */
static enum eider_status lost_rows(enum eider_status status, struct eider_error *err)
{
    if (status != EIDER_ERROR_SQL || strstr(err->message, "unsuccessful or closed") == NULL)
        return status;
    error_set(
        err, EIDER_ERROR_ARGUMENT,
        "the stream has lost its rows: another statement was begun on its connection while it was open");
    error_hint(err, "read all rows or close the stream before, or use another session for the statement");
    return EIDER_ERROR_ARGUMENT;
}

enum eider_status eider_stream_next(struct eider_stream *stream, duckdb_data_chunk *ret_chunk,
                                    struct eider_error *err)
{
    enum eider_status status;

    if (ret_chunk == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_stream_next: ret_chunk is NULL");
    *ret_chunk = NULL;
    if ((status = handle_check(stream, HANDLE_STREAM, "eider_stream_next", err)) != EIDER_OK ||
        (status = query_check(stream->run.query, "eider_stream_next", err)) != EIDER_OK)
        return status;
    if (!stream->ended && stream->status == EIDER_OK) {
        *ret_chunk = duckdb_fetch_chunk(stream->result);
        if (*ret_chunk != NULL)
            return EIDER_OK;
        stream->exhausted = true;
        stream->status = run_result_error(stream->run.run, &stream->result, &stream->error);
        stream->status = lost_rows(stream->status, &stream->error);
        if (stream->status != EIDER_OK)
            stream->status = stream_end(stream, stream->status, &stream->error);
    }
    if (stream->status != EIDER_OK && err != NULL)
        *err = stream->error;
    return stream->status;
}

uint64_t eider_stream_column_count(const struct eider_stream *stream)
{
    duckdb_result result;

    if (!handle_is_alive(stream, HANDLE_STREAM))
        return 0;
    result = stream->result;
    return duckdb_column_count(&result);
}

const char *eider_stream_column_name(const struct eider_stream *stream, uint64_t column)
{
    duckdb_result result;

    if (!handle_is_alive(stream, HANDLE_STREAM))
        return NULL;
    result = stream->result;
    return duckdb_column_name(&result, column);
}

duckdb_logical_type eider_stream_column_type(const struct eider_stream *stream, uint64_t column)
{
    duckdb_result result;

    if (!handle_is_alive(stream, HANDLE_STREAM))
        return NULL;
    result = stream->result;
    return duckdb_column_logical_type(&result, column);
}

void eider_stream_close(struct eider_stream *stream)
{
    if (!handle_is_alive(stream, HANDLE_STREAM))
        return;
    handle_remove(&stream->handle);
    (void)stream_end(stream, stream->status, NULL);
    free(stream);
}

/* ---- As an Arrow C stream ---- */

struct arrow_stream {
    struct eider_stream *stream;
    duckdb_arrow_options options;
    struct eider_error error;
};

static int arrow_failed(struct arrow_stream *arrow, duckdb_error_data error)
{
    error_set(&arrow->error, EIDER_ERROR_UNSUPPORTED, "the result cannot be given as Arrow: %s",
              duckdb_error_data_message(error));
    duckdb_destroy_error_data(&error);
    return EIO;
}

static int arrow_get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out)
{
    struct arrow_stream *arrow = self->private_data;
    uint64_t count = eider_stream_column_count(arrow->stream);
    duckdb_logical_type *types = calloc(count + 1, sizeof(duckdb_logical_type));
    const char **names = calloc(count + 1, sizeof(*names));
    duckdb_error_data error = NULL;
    int result = ENOMEM;

    memset(out, 0, sizeof(*out));
    if (types != NULL && names != NULL) {
        for (uint64_t i = 0; i < count; i++) {
            types[i] = eider_stream_column_type(arrow->stream, i);
            names[i] = eider_stream_column_name(arrow->stream, i);
        }
        error = duckdb_to_arrow_schema(arrow->options, types, names, count, out);
        result = error == NULL ? 0 : arrow_failed(arrow, error);
        for (uint64_t i = 0; i < count; i++)
            duckdb_destroy_logical_type(&types[i]);
    }
    free(types);
    free(names);
    return result;
}

static int arrow_get_next(struct ArrowArrayStream *self, struct ArrowArray *out)
{
    struct arrow_stream *arrow = self->private_data;
    duckdb_data_chunk chunk = NULL;
    duckdb_error_data error;

    memset(out, 0, sizeof(*out));
    if (eider_stream_next(arrow->stream, &chunk, &arrow->error) != EIDER_OK)
        return arrow->error.status == EIDER_ERROR_CANCELLED ? ECANCELED : EIO;
    if (chunk == NULL)
        return 0; /* the end: a released array */
    error = duckdb_data_chunk_to_arrow(arrow->options, chunk, out);
    duckdb_destroy_data_chunk(&chunk);
    return error == NULL ? 0 : arrow_failed(arrow, error);
}

static const char *arrow_get_last_error(struct ArrowArrayStream *self)
{
    const struct arrow_stream *arrow = self->private_data;

    return arrow->error.status == EIDER_OK ? NULL : arrow->error.message;
}

static void arrow_release(struct ArrowArrayStream *self)
{
    struct arrow_stream *arrow = self->private_data;

    duckdb_destroy_arrow_options(&arrow->options);
    eider_stream_close(arrow->stream);
    free(arrow);
    self->private_data = NULL;
    self->release = NULL;
}

enum eider_status eider_stream_to_arrow(struct eider_stream *stream, struct ArrowArrayStream *ret,
                                        struct eider_error *err)
{
    struct arrow_stream *arrow;

    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_stream_to_arrow: ret is NULL");
    memset(ret, 0, sizeof(*ret));
    if ((status = handle_check(stream, HANDLE_STREAM, "eider_stream_to_arrow", err)) != EIDER_OK)
        return status;
    if ((arrow = calloc(1, sizeof(*arrow))) == NULL)
        return error_no_memory(err);
    arrow->stream = stream;
    arrow->options = duckdb_result_get_arrow_options(&stream->result);
    *ret = (struct ArrowArrayStream){.get_schema = arrow_get_schema,
                                     .get_next = arrow_get_next,
                                     .get_last_error = arrow_get_last_error,
                                     .release = arrow_release,
                                     .private_data = arrow};
    return EIDER_OK;
}
