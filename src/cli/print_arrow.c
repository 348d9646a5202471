/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Arrow format: per result one Arrow IPC stream (schema, a record batch per chunk, end), one behind the
 * other.
 *
 * DuckDB turns chunks into Arrow arrays, with arrow_lossless_conversion, so that HUGEINT, UUID, BIT and
 * TIMETZ keep their values; nanoarrow writes the messages. ENUM was made text by the converter, since the
 * writer knows no dictionaries. An INTERVAL too large for Arrow's nanoseconds is an error: DuckDB would give
 * another one.
 */
#include "cli/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "nanoarrow/nanoarrow_ipc.h"

struct arrow_print {
    duckdb_arrow_options options;
    struct ArrowSchema schema;
    struct ArrowArrayView view;
    struct ArrowIpcWriter writer;
    bool has_writer, has_interval;
};

/* ---- Intervals ---- */

static bool intervals_fit(duckdb_vector vector, idx_t rows);

static bool members_fit(duckdb_vector vector, idx_t members, idx_t rows)
{
    for (idx_t i = 0; i < members; i++)
        if (!intervals_fit(duckdb_struct_vector_get_child(vector, i), rows))
            return false;
    return true;
}

/* True if each INTERVAL in the vector has at most 2^63 nanoseconds beside its months and days. */
static bool intervals_fit(duckdb_vector vector, idx_t rows)
{
    duckdb_logical_type type = duckdb_vector_get_column_type(vector);
    uint64_t *validity = duckdb_vector_get_validity(vector);
    duckdb_type id = duckdb_get_type_id(type);
    bool fit = true;

    if (id == DUCKDB_TYPE_INTERVAL) {
        const duckdb_interval *values = duckdb_vector_get_data(vector);

        for (idx_t i = 0; i < rows && fit; i++)
            fit = !duckdb_validity_row_is_valid(validity, i) ||
                  (values[i].micros <= INT64_MAX / 1000 && values[i].micros >= INT64_MIN / 1000);
    } else if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_MAP) {
        fit = intervals_fit(duckdb_list_vector_get_child(vector), duckdb_list_vector_get_size(vector));
    } else if (id == DUCKDB_TYPE_ARRAY) {
        fit = intervals_fit(duckdb_array_vector_get_child(vector), rows * duckdb_array_type_array_size(type));
    } else if (id == DUCKDB_TYPE_STRUCT) {
        fit = members_fit(vector, duckdb_struct_type_child_count(type), rows);
    } else if (id == DUCKDB_TYPE_UNION) {
        fit = members_fit(vector, duckdb_union_type_member_count(type) + 1, rows); /* the tag is the first */
    }
    duckdb_destroy_logical_type(&type);
    return fit;
}

/* ---- The writer ---- */

static ArrowErrorCode write_bytes(struct ArrowIpcOutputStream *stream, const void *data, int64_t bytes,
                                  int64_t *ret_written, struct ArrowError *error)
{
    (void)error;
    output_write(stream->private_data, data, (size_t)bytes);
    *ret_written = bytes;
    return NANOARROW_OK;
}

static void release_stream(struct ArrowIpcOutputStream *stream)
{
    stream->release = NULL;
}

static enum eider_status refused(const char *what, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_UNSUPPORTED, "the result cannot be written as Arrow: %s", what);
}

/* DuckDB gives {"exception_type":"…","exception_message":"…"} here: only the message is for people. */
static enum eider_status refused_by_duckdb(duckdb_error_data error, struct eider_error *err)
{
    static const char key[] = "\"exception_message\":\"";
    const char *text = duckdb_error_data_message(error), *start = strstr(text, key);
    enum eider_status status;
    char *message, *end;

    message = strdup(start != NULL ? start + strlen(key) : text);
    if (message != NULL && start != NULL && (end = strstr(message, "\"}")) != NULL)
        *end = '\0';
    status = message == NULL ? error_no_memory(err) : refused(message, err);
    free(message);
    duckdb_destroy_error_data(&error);
    return status;
}

static enum eider_status arrow_begin(struct printer *printer, struct eider_error *err)
{
    struct ArrowIpcOutputStream stream = {write_bytes, release_stream, printer->output};
    const struct columns *columns = converter_columns(printer->converter);
    struct arrow_print *arrow = calloc(1, sizeof(*arrow));
    struct ArrowError error = {{0}};
    duckdb_error_data failure;

    if (arrow == NULL)
        return error_no_memory(err);
    printer->state = arrow;
    ArrowArrayViewInitFromType(&arrow->view, NANOARROW_TYPE_UNINITIALIZED);
    for (uint64_t i = 0; i < columns->count; i++)
        arrow->has_interval |= converter_type_holds(columns->types[i], DUCKDB_TYPE_INTERVAL);
    arrow->options = converter_arrow_options(printer->converter);
    failure = duckdb_to_arrow_schema(arrow->options, columns->types, columns->names, columns->count,
                                     &arrow->schema);
    if (failure != NULL)
        return refused_by_duckdb(failure, err);
    if (ArrowIpcWriterInit(&arrow->writer, &stream) != NANOARROW_OK)
        return error_no_memory(err);
    arrow->has_writer = true;
    if (ArrowArrayViewInitFromSchema(&arrow->view, &arrow->schema, &error) != NANOARROW_OK ||
        ArrowIpcWriterWriteSchema(&arrow->writer, &arrow->schema, &error) != NANOARROW_OK)
        return refused(error.message, err);
    return EIDER_OK;
}

static enum eider_status arrow_rows(struct printer *printer, duckdb_data_chunk chunk, struct eider_error *err)
{
    struct arrow_print *arrow = printer->state;
    idx_t rows = duckdb_data_chunk_get_size(chunk);
    enum eider_status status = EIDER_OK;
    struct ArrowArray array = {0};
    struct ArrowError error = {{0}};
    duckdb_error_data failure;

    for (idx_t i = 0; arrow->has_interval && i < duckdb_data_chunk_get_column_count(chunk); i++)
        if (!intervals_fit(duckdb_data_chunk_get_vector(chunk, i), rows))
            return refused("an INTERVAL is too large for its nanoseconds", err);
    failure = duckdb_data_chunk_to_arrow(arrow->options, chunk, &array);
    if (failure != NULL)
        return refused_by_duckdb(failure, err);
    if (ArrowArrayViewSetArray(&arrow->view, &array, &error) != NANOARROW_OK ||
        ArrowIpcWriterWriteArrayView(&arrow->writer, &arrow->view, &error) != NANOARROW_OK)
        status = refused(error.message, err);
    array.release(&array);
    return status;
}

static enum eider_status arrow_end(struct printer *printer, struct eider_error *err)
{
    struct arrow_print *arrow = printer->state;
    struct ArrowError error = {{0}};

    if (ArrowIpcWriterWriteArrayView(&arrow->writer, NULL, &error) != NANOARROW_OK)
        return refused(error.message, err);
    return EIDER_OK;
}

static void arrow_done(struct printer *printer)
{
    struct arrow_print *arrow = printer->state;

    if (arrow == NULL)
        return;
    if (arrow->has_writer)
        ArrowIpcWriterReset(&arrow->writer);
    ArrowArrayViewReset(&arrow->view);
    if (arrow->schema.release != NULL)
        arrow->schema.release(&arrow->schema);
    duckdb_destroy_arrow_options(&arrow->options);
    free(arrow);
}

const struct format format_arrow = {.name = "arrow",
                                    .conversion = CONVERT_ARROW,
                                    .streams = true,
                                    .begin = arrow_begin,
                                    .rows = arrow_rows,
                                    .end = arrow_end,
                                    .done = arrow_done};
