/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a COPY, as DuckDB has bound it, says all that it writes, with the options evaluated. So a COPY is understood if it
 * has no field and no option but those named here, and those have the values that are expected. A field that DuckDB leaves out
 * has its default.
 *
 * Threads: the one of the connection. Failure: whatever DuckDB says of the statement means that it is not understood.
 */
#include "engine/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "plan/object.h"
#include "sqlgen/quote.h"

#define MAX_OPTION_BYTES ((size_t)1 << 20)

/*
 * A folder with a colon may be one of a file system that is none of this machine. Where DuckDB may write only into some
 * folders, another one beside it is not allowed.
 */
static const char look[] =
    "WITH plan AS MATERIALIZED (SELECT system.main.json_extract(CAST("
    "system.main.json_serialize_plan(CAST($1 AS VARCHAR), skip_null := true, skip_empty := false, "
    "skip_default := true, optimize := false) AS VARCHAR), '$.plans[0]') AS p), "
    "fields AS MATERIALIZED (SELECT p, system.main.json_keys(p) AS keys, "
    "system.main.json_extract_string(p, '$.file_path') AS path, "
    "system.main.json_extract(p, '$.copy_info.options[*]') AS options FROM plan), "
    "given AS MATERIALIZED (SELECT system.main.json_extract_string(o, '$.key') AS name, "
    "system.main.json_extract_string(o, '$.value[0].value') AS value, "
    "system.main.json_array_length(o, '$.value') AS count FROM (SELECT unnest(options) AS o FROM fields)), "
    "texts AS MATERIALIZED (SELECT coalesce(system.main.string_agg(system.main.concat(', ', name, ' ''', "
    "value, ''''), ''), '') AS text, coalesce(system.main.bool_and(coalesce(count = 1 AND "
    "system.main.lower(name) IN ('compression', 'compression_level', 'row_group_size') AND "
    "system.main.regexp_full_match(value, '[A-Za-z0-9_]+'), false)), true) AS known FROM given) "
    "SELECT path, system.main.concat('FORMAT parquet', text, ', WRITE_PARTITION_COLUMNS ', "
    "system.main.json_extract_string(p, '$.write_partition_columns')), "
    "CAST(system.main.json_extract(p, '$.partition_columns') AS VARCHAR) FROM fields, texts WHERE known "
    "AND system.main.list_has_all(['type', 'children', 'file_path', 'use_tmp_file', 'filename_pattern', "
    "'overwrite_or_ignore', 'per_thread_output', 'partition_output', 'partition_columns', 'names', "
    "'expected_types', 'copy_info', 'function_name', 'function_has_serialize', 'function_data', "
    "'file_extension', 'rotate', 'return_type', 'write_partition_columns'], keys) "
    "AND system.main.json_extract_string(p, '$.type') = 'LOGICAL_COPY_TO_FILE' "
    "AND system.main.json_extract_string(p, '$.function_name') = 'parquet' "
    "AND 'true' IN (system.main.json_extract_string(p, '$.per_thread_output'), "
    "system.main.json_extract_string(p, '$.partition_output')) "
    "AND (system.main.json_extract_string(p, '$.partition_output') = 'true') "
    "= (system.main.json_array_length(p, '$.partition_columns') > 0) "
    "AND system.main.json_extract_string(p, '$.overwrite_or_ignore') = 'COPY_ERROR_ON_CONFLICT' "
    "AND system.main.json_extract_string(p, '$.return_type') = 'CHANGED_ROWS' "
    "AND system.main.json_extract_string(p, '$.filename_pattern') = '{\"base\":\"data_\",\"pos\":5}' "
    "AND system.main.json_extract_string(p, '$.file_extension') = 'parquet' "
    "AND system.main.json_extract_string(p, '$.rotate') = 'false' "
    "AND NOT system.main.regexp_matches(path, ':|^~|/$') AND path <> '' "
    "AND CAST(system.main.current_setting('enable_external_access') AS BOOLEAN)";

static bool is_same_name(struct eider_str a, struct eider_str b)
{
    return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0;
}

/* COPY gives columns of one name others, by which it partitions. */
static bool has_two_of_a_name(const struct column_list *columns)
{
    for (uint32_t i = 0; i < columns->count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (is_same_name(columns->items[i].name, columns->items[k].name))
                return true;
        }
    }
    return false;
}

/* [0, 2] → PARTITION_BY ("a", "c"); without numbers the files are those of threads. */
static bool put_partitions(struct buf *out, const char *numbers, const struct column_list *columns)
{
    const char *next = numbers + strcspn(numbers, "0123456789");

    if (*next == '\0') {
        buf_puts(out, ", PER_THREAD_OUTPUT true");
        return true;
    }
    if (has_two_of_a_name(columns))
        return false;
    for (const char *before = ", PARTITION_BY ("; *next != '\0'; before = ", ") {
        char *end = NULL;
        unsigned long column = strtoul(next, &end, 10);

        buf_puts(out, before);
        if (column >= columns->count || !quote_identifier(out, columns->items[column].name))
            return false;
        next = end + strcspn(end, "0123456789");
    }
    buf_puts(out, ")");
    return true;
}

static const char *copy_cell(struct arena *arena, duckdb_data_chunk chunk, idx_t column)
{
    duckdb_string_t *text = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column));

    return arena_strndup(arena, duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

static enum eider_status take_folder(struct arena *arena, duckdb_data_chunk chunk,
                                     const struct column_list *columns, struct engine_folder *ret,
                                     struct eider_error *err)
{
    const char *path = copy_cell(arena, chunk, 0), *options = copy_cell(arena, chunk, 1);
    const char *numbers = copy_cell(arena, chunk, 2);
    enum eider_status status = EIDER_OK;
    struct stat info;
    struct buf text;

    if (path == NULL || options == NULL || numbers == NULL)
        return error_no_memory(err);
    if (lstat(path, &info) == 0 || errno != ENOENT)
        return EIDER_OK;
    buf_init(&text, MAX_OPTION_BYTES);
    buf_puts(&text, options);
    if (put_partitions(&text, numbers, columns) && !text.failed) {
        ret->options = arena_strndup(arena, text.data, text.size);
        ret->path = ret->options != NULL ? path : NULL;
        status = ret->options != NULL ? EIDER_OK : error_no_memory(err);
    }
    buf_done(&text);
    return status;
}

enum eider_status engine_folder_look(struct run *run, duckdb_connection connection, struct arena *arena,
                                     const struct engine_copy *copy, struct engine_folder *ret,
                                     struct eider_error *err)
{
    duckdb_value text = duckdb_create_varchar(copy->sql);
    const struct run_bound bound = {look, &text, 1};
    struct eider_error why = {.status = EIDER_OK};
    duckdb_result result = {0};
    duckdb_data_chunk chunk = NULL;
    enum eider_status status = run_execute_bound(run, connection, &bound, RUN_MATERIALIZE, &result, &why);

    *ret = (struct engine_folder){NULL, NULL};
    duckdb_destroy_value(&text);
    if (status != EIDER_OK && status != EIDER_ERROR_CANCELLED && status != EIDER_ERROR_MEMORY)
        return EIDER_OK;
    if (status == EIDER_OK && (chunk = duckdb_fetch_chunk(result)) != NULL &&
        duckdb_data_chunk_get_size(chunk) == 1)
        status = take_folder(arena, chunk, copy->columns, ret, &why);
    if (status != EIDER_OK && err != NULL)
        *err = why;
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    return status;
}

enum eider_status engine_folder_result(struct run *run, duckdb_connection connection, uint64_t rows,
                                       duckdb_result *ret_result, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct buf sql;

    buf_init(&sql, 1024);
    buf_printf(&sql,
               "COPY (SELECT CAST(NULL AS BOOLEAN) AS x FROM system.main.range(CAST(%llu AS BIGINT))) "
               "TO '/dev/null' (FORMAT parquet, USE_TMP_FILE false)",
               (unsigned long long)rows);
    status = sql.failed ? error_no_memory(err)
                        : run_execute(run, connection, sql.data, RUN_MATERIALIZE, ret_result, err);
    buf_done(&sql);
    return status;
}
