/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small questions to DuckDB. A path without wildcards is looked up without DuckDB, as that is most of them; where that
 * finds nothing, DuckDB is asked, which knows ~, its setting file_search_path, and other file systems.
 *
 * Threads: none of its own. Failure: what DuckDB refuses is no answer, and no error.
 */
#include "engine/lookup.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "engine/files.h"
#include "engine/gate.h"

#define MAX_PATTERN_BYTES ((size_t)1 << 20)
#define MAX_ROWS          1000000

static const char *cell_text(struct arena *arena, duckdb_vector vector, idx_t row)
{
    uint64_t *validity = duckdb_vector_get_validity(vector);
    duckdb_string_t *text = (duckdb_string_t *)duckdb_vector_get_data(vector) + row;

    if (validity != NULL && !duckdb_validity_row_is_valid(validity, row))
        return "";
    return arena_strndup(arena, duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

static enum eider_status read_cells(duckdb_result *result, struct arena *arena, struct lookup_rows *ret,
                                    struct eider_error *err)
{
    uint32_t capacity = 0;
    duckdb_data_chunk chunk;

    ret->columns = (uint32_t)duckdb_column_count(result);
    while ((chunk = duckdb_fetch_chunk(*result)) != NULL) {
        idx_t size = duckdb_data_chunk_get_size(chunk);

        if (ret->count + size > capacity && !arena_failed(arena)) {
            const char **longer;
            capacity = capacity * 2 + (uint32_t)size;
            longer = arena_alloc_array(arena, (size_t)capacity * ret->columns, sizeof(*longer));
            if (longer != NULL && ret->count > 0)
                memcpy(longer, ret->cells, (size_t)ret->count * ret->columns * sizeof(*longer));
            ret->cells = longer;
        }
        for (idx_t row = 0; row < size && !arena_failed(arena); row++, ret->count++) {
            for (uint32_t i = 0; i < ret->columns; i++)
                ret->cells[(size_t)ret->count * ret->columns + i] =
                    cell_text(arena, duckdb_data_chunk_get_vector(chunk, i), row);
        }
        duckdb_destroy_data_chunk(&chunk);
        if (arena_failed(arena) || ret->count > MAX_ROWS)
            break;
    }
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}

enum eider_status lookup_rows(duckdb_connection connection, const char *sql, struct arena *arena,
                              struct lookup_rows *ret, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_result result;

    *ret = (struct lookup_rows){.count = 0};
    if (gate_query(connection, sql, &result) == DuckDBSuccess)
        status = read_cells(&result, arena, ret, err);
    else if (duckdb_result_error_type(&result) == DUCKDB_ERROR_INTERRUPT)
        status = error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    duckdb_destroy_result(&result);
    return status;
}

/* ---- Files ---- */

/* A URL of a file is the name of one to DuckDB, but not to those who look at its time later: then nothing is known. */
static void look(struct file_slice *slice, struct lookup_files *ret)
{
    if (strncasecmp(slice->path.data, "file:", 5) == 0) {
        slice->bytes = 0;
        slice->mtime_ns = 0;
        ret->known = false;
        return;
    }
    switch (engine_file_look(slice->path.data, &slice->bytes, &slice->mtime_ns)) {
    case ENGINE_FILE_REGULAR:
        return;
    case ENGINE_FILE_SPECIAL:
        ret->special = true;
        break;
    case ENGINE_FILE_UNKNOWN:
        break;
    }
    ret->known = false;
}

static enum eider_status ask(duckdb_connection connection, const char *pattern, struct arena *arena,
                             struct lookup_rows *ret, struct eider_error *err)
{
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, MAX_PATTERN_BYTES);
    buf_puts(&sql, "SELECT file FROM system.main.glob('");
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\'')
            buf_putc(&sql, '\'');
        buf_putc(&sql, *pattern);
    }
    buf_puts(&sql, "')");
    *ret = (struct lookup_rows){.count = 0};
    status = sql.failed ? error_no_memory(err) : lookup_rows(connection, sql.data, arena, ret, err);
    buf_done(&sql);
    return status;
}

enum eider_status lookup_files(duckdb_connection connection, const char *pattern, struct arena *arena,
                               struct lookup_files *ret, struct eider_error *err)
{
    struct file_slice one = {.path = str_make(arena, pattern, strlen(pattern))};
    struct lookup_rows rows = {.count = 0};
    enum eider_status status = EIDER_OK;
    bool plain = strpbrk(pattern, "*?[") == NULL;

    *ret = (struct lookup_files){.known = true};
    if (plain && engine_file_look(pattern, &one.bytes, &one.mtime_ns) != ENGINE_FILE_UNKNOWN) {
        ret->files = file_slice_list_new(arena, 1);
        if (ret->files.count == 1)
            ret->files.items[0] = one;
    } else if ((status = ask(connection, pattern, arena, &rows, err)) == EIDER_OK) {
        ret->files = file_slice_list_new(arena, rows.count);
        for (uint32_t i = 0; i < ret->files.count; i++)
            ret->files.items[i].path = str_from(rows.cells[i]);
    }
    if (status != EIDER_OK || arena_failed(arena))
        return status != EIDER_OK ? status : error_no_memory(err);
    for (uint32_t i = 0; i < ret->files.count; i++)
        look(&ret->files.items[i], ret);
    ret->known = ret->known && ret->files.count > 0;
    return EIDER_OK;
}
