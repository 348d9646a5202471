/* SPDX-License-Identifier: Apache-2.0 */
#include "common/table.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 32

static size_t widths[MAX_COLUMNS];

static void print_rule(idx_t columns)
{
    for (idx_t i = 0; i < columns; i++) {
        putchar('+');
        for (size_t k = 0; k < widths[i] + 2; k++)
            putchar('-');
    }
    puts("+");
}

/* A value as text; the caller frees it with duckdb_free. */
static char *value_text(duckdb_result *result, idx_t column, idx_t row)
{
    char *text = duckdb_value_varchar(result, column, row);

    if (text == NULL && (text = duckdb_malloc(1)) != NULL)
        text[0] = '\0';
    return text;
}

void table_print(duckdb_result *result)
{
    idx_t columns = duckdb_column_count(result), rows = duckdb_row_count(result);

    if (columns > MAX_COLUMNS)
        columns = MAX_COLUMNS;
    for (idx_t i = 0; i < columns; i++) {
        widths[i] = strlen(duckdb_column_name(result, i));
        for (idx_t row = 0; row < rows; row++) {
            char *text = value_text(result, i, row);
            if (text != NULL && strlen(text) > widths[i])
                widths[i] = strlen(text);
            duckdb_free(text);
        }
    }
    print_rule(columns);
    for (idx_t i = 0; i < columns; i++)
        printf("| %-*s ", (int)widths[i], duckdb_column_name(result, i));
    puts("|");
    print_rule(columns);
    for (idx_t row = 0; row < rows; row++) {
        for (idx_t i = 0; i < columns; i++) {
            char *text = value_text(result, i, row);
            printf("| %-*s ", (int)widths[i], text != NULL ? text : "");
            duckdb_free(text);
        }
        puts("|");
    }
    print_rule(columns);
}
