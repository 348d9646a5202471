/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the output formats share: the table of them, and access to cells.
 */
#include "cli/print.h"

#include <string.h>

static const struct format *const formats[] = {&format_box, &format_csv, &format_json, &format_arrow};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

struct cell print_cell(const struct text_column *column, uint64_t row)
{
    duckdb_string_t *text = column->cells + row;

    if (column->validity != NULL && (column->validity[row / 64] >> (row % 64) & 1) == 0)
        return (struct cell){NULL, 0};
    /* Short strings are in place, longer ones behind a pointer; as duckdb_string_t_data, without a call per cell. */
    return (struct cell){text->value.inlined.length <= sizeof(text->value.inlined.inlined)
                             ? text->value.inlined.inlined
                             : text->value.pointer.ptr,
                         text->value.inlined.length};
}

void print_point(struct text_column *text, duckdb_data_chunk chunk)
{
    idx_t count = duckdb_data_chunk_get_column_count(chunk);

    for (idx_t i = 0; i < count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);

        text[i] = (struct text_column){duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector)};
    }
}
