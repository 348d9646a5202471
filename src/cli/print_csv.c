/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as DuckDB's shell prints it: a header line per result, NULL for NULL, and quotes around a field that
 * holds a comma, either quote, a control character or anything beyond ASCII.
 */
#include "cli/print.h"

#include <string.h>

/* What makes a field need quotes. */
static bool is_special(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\'' || c == ',' || c >= 0x7F;
}

static void put_field(struct output *output, const char *data, size_t size)
{
    size_t at = 0;

    while (at < size && !is_special((unsigned char)data[at]))
        at++;
    if (at == size) {
        output_write(output, data, size);
        return;
    }
    output_putc(output, '"');
    while (size > 0) {
        const char *quote = memchr(data, '"', size);
        size_t plain = quote == NULL ? size : (size_t)(quote - data) + 1;

        output_write(output, data, plain);
        if (quote != NULL)
            output_putc(output, '"');
        data += plain;
        size -= plain;
    }
    output_putc(output, '"');
}

static enum eider_status csv_begin(struct printer *printer, struct eider_error *err)
{
    (void)err;
    for (uint64_t i = 0; i < printer->columns->count; i++) {
        if (i > 0)
            output_putc(printer->output, ',');
        put_field(printer->output, printer->columns->names[i], strlen(printer->columns->names[i]));
    }
    output_putc(printer->output, '\n');
    return EIDER_OK;
}

static enum eider_status csv_rows(struct printer *printer, duckdb_data_chunk chunk, struct eider_error *err)
{
    idx_t rows = duckdb_data_chunk_get_size(chunk);
    struct cell cell;

    (void)err;
    for (idx_t row = 0; row < rows; row++) {
        for (uint64_t i = 0; i < printer->columns->count; i++) {
            if (i > 0)
                output_putc(printer->output, ',');
            cell = print_cell(&printer->text[i], row);
            if (cell.data != NULL)
                put_field(printer->output, cell.data, cell.size);
            else
                output_puts(printer->output, "NULL");
        }
        output_putc(printer->output, '\n');
    }
    return EIDER_OK;
}

static enum eider_status csv_end(struct printer *printer, struct eider_error *err)
{
    (void)printer;
    (void)err;
    return EIDER_OK;
}

static void csv_done(struct printer *printer)
{
    (void)printer;
}

const struct format format_csv = {.name = "csv",
                                  .conversion = CONVERT_TEXT,
                                  .streams = true,
                                  .begin = csv_begin,
                                  .rows = csv_rows,
                                  .end = csv_end,
                                  .done = csv_done};
