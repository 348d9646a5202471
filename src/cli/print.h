/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_PRINT_H
#define EIDER_CLI_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/convert.h"
#include "cli/output.h"

/* A column of the chunk at hand, if the format converts to text. */
struct text_column {
    duckdb_string_t *cells;
    uint64_t *validity; /* NULL: no NULLs */
};

/*
 * Output formats. A format prints one result: begin, rows for each chunk, end. It sees chunks after
 * conversion. Failures of the output itself are not its matter: they stay in `output`.
 */
struct printer {
    struct output *output;
    const struct columns *columns;     /* as the query gives them */
    const struct converter *converter; /* for their types as text */
    uint64_t total_rows;               /* of the result; PRINT_ROWS_UNKNOWN if it is streamed */
    bool terminal;                     /* fit the output to a terminal of this width */
    uint32_t terminal_width;
    uint64_t row;             /* rows printed or skipped so far; kept by the caller */
    struct text_column *text; /* one per column; kept by the caller */
    void *state;              /* of the format */
};

#define PRINT_ROWS_UNKNOWN UINT64_MAX

struct format {
    const char *name;
    enum conversion conversion;
    bool streams; /* prints rows as they come; false: wants to know total_rows */
    enum eider_status (*begin)(struct printer *printer, struct eider_error *err);
    enum eider_status (*rows)(struct printer *printer, duckdb_data_chunk chunk, struct eider_error *err);
    /* Finishes the result; not called after a failure. */
    enum eider_status (*end)(struct printer *printer, struct eider_error *err);
    /* Frees what begin made, also after a failure. */
    void (*done)(struct printer *printer);
    /* True if the `count` rows from printer->row will not be shown: then they need no conversion. NULL: never. */
    bool (*skips)(const struct printer *printer, uint64_t count);
};

extern const struct format format_box, format_csv, format_json, format_arrow;

/* NULL if there is no format of that name. */
const struct format *format_find(const char *name);

/* A cell of a text column; data is NULL if the value is. */
struct cell {
    const char *data;
    size_t size;
};
struct cell print_cell(const struct text_column *column, uint64_t row);

/* Points the text columns at a chunk. */
void print_point(struct text_column *text, duckdb_data_chunk chunk);

#endif
