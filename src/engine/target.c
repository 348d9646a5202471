/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a statement writes to, by one query on the application's connection: json_serialize_plan binds the statement and
 * catches its errors, so that a refusal leaves the transaction as it is; DuckDB's own functions read that JSON.
 *
 * DuckDB does not run the query of a CREATE TABLE whose table is there (it fails, or has nothing to do), and runs nothing that
 * writes to a database that is read-only, or into a folder with files. Whether a table is there is asked by preparing a query
 * of it. That others change it afterwards is no wrong answer: DuckDB looks again when it runs the statement.
 *
 * Threads: the one of the connection. Failure: what DuckDB says of the statement is a verdict.
 */
#include "engine/target.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/gate.h"
#include "engine/layout.h"
#include "plan/object.h"
#include "sqlgen/quote.h"

#define MAX_NAME_BYTES 65536

static const char look[] =
    "WITH plan AS MATERIALIZED (SELECT CAST(system.main.json_serialize_plan(CAST($1 AS VARCHAR), skip_null "
    ":= true, skip_empty := false, skip_default := true, optimize := false) "
    "AS VARCHAR) AS text), "
    "good AS MATERIALIZED (SELECT CASE WHEN system.main.json_valid(text) THEN text END AS j FROM plan), "
    "parts AS MATERIALIZED (SELECT j, system.main.json_extract(j, '$.plans[0].info') AS made, "
    "system.main.json_extract(j, '$..table_info')[1] AS filled FROM good), "
    "names AS MATERIALIZED (SELECT j, made, filled, "
    "system.main.json_extract_string(j, '$.error') AS error, "
    "system.main.json_extract_string(coalesce(made, filled), '$.catalog') AS catalog FROM parts) "
    "SELECT CASE WHEN error IS DISTINCT FROM 'false' THEN 'refused' "
    "WHEN system.main.json_extract_string(j, '$.plans[0].overwrite_or_ignore') = 'COPY_ERROR_ON_CONFLICT' "
    "AND 'true' IN (system.main.json_extract_string(j, '$.plans[0].per_thread_output'), "
    "system.main.json_extract_string(j, '$.plans[0].partition_output')) THEN 'folder' "
    "WHEN catalog IN (SELECT database_name FROM system.main.duckdb_databases() WHERE readonly) THEN "
    "'read-only' "
    "WHEN system.main.contains(CAST(system.main.json_extract(made, '$.columns') AS VARCHAR), "
    "'\"collation\"') THEN 'collated' "
    "WHEN made IS NOT NULL AND system.main.json_extract_string(made, '$.on_conflict') "
    "IS DISTINCT FROM 'REPLACE_ON_CONFLICT' THEN 'new' "
    "WHEN system.main.contains(CAST(system.main.json_extract(filled, '$.columns') AS VARCHAR), "
    "'\"nextval\"') "
    "THEN 'counted' ELSE '' END, "
    "coalesce(system.main.json_extract_string(j, '$.error_message'), ''), coalesce(catalog, ''), "
    "coalesce(system.main.json_extract_string(made, '$.schema'), ''), "
    "coalesce(system.main.json_extract_string(made, '$.table'), ''), "
    "coalesce(system.main.json_extract_string(j, '$.plans[0].file_path'), '') FROM names";

enum {
    LOOK_WORD,
    LOOK_MESSAGE,
    LOOK_CATALOG,
    LOOK_SCHEMA,
    LOOK_TABLE,
    LOOK_PATH,
    LOOK_COUNT
};

/* The texts of the only row. Destroys the result. */
static enum eider_status take_row(struct arena *arena, duckdb_result *result, const char **ret,
                                  struct eider_error *err)
{
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    enum eider_status status = EIDER_OK;

    for (idx_t i = 0; i < LOOK_COUNT && status == EIDER_OK; i++) {
        duckdb_string_t *text = chunk == NULL || duckdb_data_chunk_get_size(chunk) == 0
                                    ? NULL
                                    : duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, i));

        ret[i] = text == NULL
                     ? ""
                     : arena_strndup(arena, duckdb_string_t_data(text), duckdb_string_t_length(*text));
        if (ret[i] == NULL)
            status = error_no_memory(err);
    }
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(result);
    return status;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* True if DuckDB says that there is no such table; false as well if that is not clear. */
static bool is_missing(duckdb_connection connection, const char **names)
{
    duckdb_prepared_statement statement = NULL;
    bool missing = false;
    struct buf sql;

    buf_init(&sql, MAX_NAME_BYTES);
    buf_puts(&sql, "SELECT NULL FROM ");
    for (int i = LOOK_CATALOG; i <= LOOK_TABLE; i++) { /* C strings: no NUL byte inside */
        (void)quote_identifier(&sql, str_from(names[i]));
        buf_puts(&sql, i < LOOK_TABLE ? "." : "");
    }
    if (!sql.failed && gate_prepare(connection, sql.data, &statement) != DuckDBSuccess) {
        const char *message = duckdb_prepare_error(statement);

        buf_clear(&sql); /* a view of that name may miss another table */
        buf_printf(&sql, "Catalog Error: Table with name %s does not exist", names[LOOK_TABLE]);
        missing = message != NULL && !sql.failed && starts_with(message, sql.data);
    }
    duckdb_destroy_prepare(&statement);
    buf_done(&sql);
    return missing;
}

/*
 * True if there is something in the folder. DuckDB minds files only, at any depth: it answers as well when it is asked in vain.
 * False for what is no folder of this machine.
 */
static bool has_entries(const char *path)
{
    DIR *folder = opendir(path);
    bool found = false;

    if (folder == NULL)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;)
        found = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return found;
}

static void judge(duckdb_connection connection, const char **row, struct engine_target *ret,
                  struct verdict *verdict)
{
    const char *word = row[LOOK_WORD];

    ret->counts_rows = strcmp(word, "counted") == 0;
    if (word[0] == '\0' || ret->counts_rows)
        return;
    if (strcmp(word, "new") == 0) {
        if (!is_missing(connection, row))
            verdict_no(verdict, VERDICT_TARGET,
                       "the table %.100s is there already: DuckDB does not run the query", row[LOOK_TABLE]);
    } else if (strcmp(word, "folder") == 0) {
        if (has_entries(row[LOOK_PATH]))
            verdict_no(verdict, VERDICT_TARGET,
                       "the folder %.200s is not empty: DuckDB does not run the query", row[LOOK_PATH]);
    } else if (strcmp(word, "read-only") == 0) {
        verdict_no(verdict, VERDICT_TARGET, "the database %.100s is read-only", row[LOOK_CATALOG]);
    } else if (strcmp(word, "collated") == 0) {
        verdict_no(verdict, VERDICT_TYPE, "a column of the table has a collation, which tasks do not keep");
    } else {
        verdict_no(verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses the statement: %.200s", row[LOOK_MESSAGE]);
    }
}

enum eider_status engine_target_look(struct run *run, duckdb_connection connection, const char *sql,
                                     struct engine_target *ret, struct verdict *verdict,
                                     struct eider_error *err)
{
    struct eider_error why = {.status = EIDER_OK};
    const char *row[LOOK_COUNT];
    struct arena *arena = arena_new();
    enum eider_status status;
    duckdb_result result = {0};
    duckdb_value text = duckdb_create_varchar(sql);
    const struct run_bound bound = {look, &text, 1};

    *ret = (struct engine_target){.counts_rows = false};
    status = arena == NULL ? error_no_memory(&why)
                           : run_execute_bound(run, connection, &bound, RUN_MATERIALIZE, &result, &why);
    if (status == EIDER_OK)
        status = take_row(arena, &result, row, &why);
    if (status == EIDER_OK)
        judge(connection, row, ret, verdict);
    if (status == EIDER_ERROR_SQL) { /* such as a transaction that was aborted before */
        verdict_no(verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses the statement: %.200s", why.message);
        status = EIDER_OK;
    }
    if (status != EIDER_OK && err != NULL)
        *err = why;
    duckdb_destroy_value(&text);
    arena_free(arena);
    return status;
}

/* ---- Columns ---- */

static enum eider_status other_column(uint32_t column, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_UNSUPPORTED, "column %u of the head stage is not that of the query",
                     column + 1);
}

static enum eider_status check_column(struct arena *arena, duckdb_prepared_statement statement,
                                      uint32_t index, const struct column *expected, struct eider_error *err)
{
    const char *name = duckdb_prepared_statement_column_name(statement, index);
    duckdb_logical_type logical = duckdb_prepared_statement_column_logical_type(statement, index);
    const struct eider_type *type = NULL;
    enum eider_status status = engine_type_from_duckdb(arena, logical, &type, err);

    if (status == EIDER_OK &&
        (name == NULL || !str_is(expected->name, name) || !type_equal(type, expected->type)))
        status = other_column(index, err);
    duckdb_destroy_logical_type(&logical);
    duckdb_free((void *)name);
    return status;
}

static enum eider_status check_columns(duckdb_prepared_statement statement, const struct column_list *columns,
                                       struct eider_error *err)
{
    struct arena *arena = arena_new();
    enum eider_status status = EIDER_OK;

    if (arena == NULL)
        return error_no_memory(err);
    if (duckdb_prepared_statement_column_count(statement) != columns->count)
        status = error_set(err, EIDER_ERROR_UNSUPPORTED, "the head stage has other columns than the query");
    for (uint32_t i = 0; i < columns->count && status == EIDER_OK; i++)
        status = check_column(arena, statement, i, &columns->items[i], err);
    arena_free(arena);
    return status;
}

static enum eider_status prepare(duckdb_connection connection, const char *sql,
                                 duckdb_prepared_statement *ret, struct eider_error *err)
{
    const char *message;

    if (gate_prepare(connection, sql, ret) == DuckDBSuccess)
        return EIDER_OK;
    message = duckdb_prepare_error(*ret);
    return error_set(err, EIDER_ERROR_UNSUPPORTED, "%s", message != NULL ? message : "it cannot be prepared");
}

enum eider_status engine_target_check(duckdb_connection connection, const char *sql,
                                      const struct column_list *columns, const char *around,
                                      struct eider_error *err)
{
    duckdb_prepared_statement query = NULL, statement = NULL;
    enum eider_status status = prepare(connection, sql, &query, err);

    if (status == EIDER_OK)
        status = check_columns(query, columns, err);
    if (status == EIDER_OK)
        status = prepare(connection, around, &statement, err);
    duckdb_destroy_prepare(&statement);
    duckdb_destroy_prepare(&query);
    return status;
}
