/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as DuckDB's shell prints it: an array of one object per row, a row per line. Booleans and the numbers
 * that a double holds well are bare, nested values are JSON themselves, everything else is a string. As
 * there, NaN and the infinities are bare too, which JSON does not know, and columns of the same name give
 * members of the same name.
 */
#include "cli/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

static void put_string(struct output *output, const char *data, size_t size)
{
    static const char short_escapes[] = "\b\f\n\r\t", short_names[] = "bfnrt";
    size_t start = 0;

    output_putc(output, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        const char *known = c == 0 ? NULL : strchr(short_escapes, c);
        char escape[8];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        output_write(output, data + start, i - start);
        start = i + 1;
        if (c >= 0x20)
            snprintf(escape, sizeof(escape), "\\%c", c);
        else if (known != NULL)
            snprintf(escape, sizeof(escape), "\\%c", short_names[known - short_escapes]);
        else
            snprintf(escape, sizeof(escape), "\\u%04x", c);
        output_puts(output, escape);
    }
    output_write(output, data + start, size - start);
    output_putc(output, '"');
}

/* True if a value of the type stands in JSON as its text is. */
static bool is_bare(duckdb_logical_type type)
{
    duckdb_type id = duckdb_get_type_id(type);
    char *alias = duckdb_logical_type_get_alias(type);
    bool json = alias != NULL && strcasecmp(alias, "JSON") == 0;

    duckdb_free(alias);
    return json || id == DUCKDB_TYPE_BOOLEAN || id == DUCKDB_TYPE_TINYINT || id == DUCKDB_TYPE_SMALLINT ||
           id == DUCKDB_TYPE_INTEGER || id == DUCKDB_TYPE_BIGINT || id == DUCKDB_TYPE_UTINYINT ||
           id == DUCKDB_TYPE_USMALLINT || id == DUCKDB_TYPE_UINTEGER || id == DUCKDB_TYPE_FLOAT ||
           id == DUCKDB_TYPE_DOUBLE || converter_is_nested(id);
}

static enum eider_status json_begin(struct printer *printer, struct eider_error *err)
{
    bool *bare = calloc(printer->columns->count + 1, sizeof(bool));

    if (bare == NULL)
        return error_no_memory(err);
    printer->state = bare;
    for (uint64_t i = 0; i < printer->columns->count; i++)
        bare[i] = is_bare(printer->columns->types[i]);
    output_putc(printer->output, '[');
    return EIDER_OK;
}

static enum eider_status json_rows(struct printer *printer, duckdb_data_chunk chunk, struct eider_error *err)
{
    idx_t rows = duckdb_data_chunk_get_size(chunk);
    const bool *bare = printer->state;
    struct cell cell;

    (void)err;
    for (idx_t row = 0; row < rows; row++) {
        output_puts(printer->output, printer->row + row > 0 ? ",\n{" : "{");
        for (uint64_t i = 0; i < printer->columns->count; i++) {
            if (i > 0)
                output_putc(printer->output, ',');
            put_string(printer->output, printer->columns->names[i], strlen(printer->columns->names[i]));
            output_putc(printer->output, ':');
            cell = print_cell(&printer->text[i], row);
            if (cell.data == NULL)
                output_puts(printer->output, "null");
            else if (bare[i])
                output_write(printer->output, cell.data, cell.size);
            else
                put_string(printer->output, cell.data, cell.size);
        }
        output_putc(printer->output, '}');
    }
    return EIDER_OK;
}

static enum eider_status json_end(struct printer *printer, struct eider_error *err)
{
    (void)err;
    output_puts(printer->output, "]\n");
    return EIDER_OK;
}

static void json_done(struct printer *printer)
{
    free(printer->state);
}

const struct format format_json = {.name = "json",
                                   .conversion = CONVERT_JSON,
                                   .streams = true,
                                   .begin = json_begin,
                                   .rows = json_rows,
                                   .end = json_end,
                                   .done = json_done};
