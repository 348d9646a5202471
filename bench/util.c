/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for the benchmarks' programs: memory, files, statements, options. Failures end the process: with status 2 if the
 * command line is wrong, else 1.
 */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

void *xcalloc(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);

    if (memory == NULL)
        die("out of memory");
    return memory;
}

char *xprintf(const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        die("out of memory");
    va_end(args);
    return text;
}

char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t capacity = 0;

    if (file == NULL)
        die("cannot open %s: %s", path, strerror(errno));
    if (getdelim(&text, &capacity, '\0', file) < 0)
        die("cannot read %s, or it is empty", path);
    fclose(file);
    return text;
}

/* ---- DuckDB ---- */

void must_query(duckdb_connection connection, const char *sql)
{
    duckdb_result result;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        die("%s\n  %s", duckdb_result_error(&result), sql);
    duckdb_destroy_result(&result);
}

char *must_text(duckdb_connection connection, const char *sql)
{
    duckdb_result result;
    duckdb_data_chunk chunk;
    duckdb_string_t *cell;
    uint64_t *validity;
    char *text;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        die("%s\n  %s", duckdb_result_error(&result), sql);
    chunk = duckdb_fetch_chunk(result);
    if (chunk == NULL || duckdb_column_type(&result, 0) != DUCKDB_TYPE_VARCHAR)
        die("no text from: %s", sql);
    validity = duckdb_vector_get_validity(duckdb_data_chunk_get_vector(chunk, 0));
    cell = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    text = validity != NULL && !duckdb_validity_row_is_valid(validity, 0)
               ? xprintf("%s", "")
               : xprintf("%.*s", (int)duckdb_string_t_length(*cell), duckdb_string_t_data(cell));
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    return text;
}

/* ---- Options ---- */

static _Noreturn void wrong_usage(const char *problem, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, problem, what);
    exit(2);
}

const char *option_value(const char *name, int argc, char **argv, int *index)
{
    if (strcmp(argv[*index], name) != 0)
        return NULL;
    if (*index + 1 >= argc)
        wrong_usage("an option without its value", name);
    *index += 2;
    return argv[*index - 1];
}

uint32_t option_number(const char *name, const char *value, uint32_t min, uint32_t max)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || value[0] == '-' || number < min || number > max) {
        fprintf(stderr, "%s: %s takes a number from %u to %u, not %s\n", program_invocation_short_name, name,
                min, max, value);
        exit(2);
    }
    return (uint32_t)number;
}

bool option_common(struct bench *bench, int argc, char **argv, int *index)
{
    const char *value;

    if ((value = option_value("--workers", argc, argv, index)) != NULL) {
        bench->workers = option_number("--workers", value, 1, 1024);
    } else if ((value = option_value("--threads", argc, argv, index)) != NULL) {
        bench->threads = option_number("--threads", value, 1, 1024);
    } else if ((value = option_value("--rounds", argc, argv, index)) != NULL) {
        bench->rounds = option_number("--rounds", value, 1, BENCH_MAX_ROUNDS);
    } else if ((value = option_value("--json", argc, argv, index)) != NULL) {
        bench->json_path = value;
    } else if ((value = option_value("--set", argc, argv, index)) != NULL) {
        if (strchr(value, '=') == NULL || value[0] == '=')
            wrong_usage("--set takes NAME=VALUE, not", value);
        if (bench->setting_count == BENCH_MAX_SETTINGS)
            wrong_usage("too many settings", value);
        bench->settings[bench->setting_count++] = value;
    } else {
        return false;
    }
    return true;
}
