/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views over the tables of a folder.
 *
 * The views are temporary: nothing of them stays in a database file. One that would hide a table or view of
 * the database is refused. Making a view reads the head of a file. If that fails there is no view; the reason
 * is kept, and DuckDB is told it when a query names the table: a replacement scan turns the unknown name into
 * a table function that fails with it.
 *
 * Threads: DuckDB may ask for replacements on any thread; the list does not change by then, and is freed by
 * the database.
 */
#include "cli/tables.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/report.h"
#include "sqlgen/quote.h"

#define MAX_SQL_BYTES     ((size_t)512 << 20)
#define NO_TABLE_FUNCTION "eider_shell_no_table"

static struct eider_str str(const char *text)
{
    return (struct eider_str){text, (uint32_t)strlen(text)};
}

static const char *read_function(enum table_kind kind)
{
    switch (kind) {
    case TABLE_PARQUET:
        return "system.main.read_parquet";
    case TABLE_CSV:
        return "system.main.read_csv";
    case TABLE_JSON:
        return "system.main.read_json";
    case TABLE_NONE:
        break;
    }
    return "";
}

static void put_view(struct buf *sql, const struct table_entry *entry)
{
    buf_puts(sql, "CREATE TEMPORARY VIEW ");
    (void)quote_identifier(sql, str(entry->name)); /* file names hold no NUL */
    buf_printf(sql, " AS SELECT * FROM %s([", read_function(entry->kind));
    for (size_t i = 0; i < entry->file_count; i++) {
        buf_puts(sql, i > 0 ? ", " : "");
        quote_path(sql, str(entry->files[i]));
    }
    buf_puts(sql, entry->hive ? "], hive_partitioning = true)" : "])");
}

/* True if the statement gives a row. */
static bool gives_row(duckdb_connection connection, const char *sql)
{
    duckdb_result result = {0};
    bool row = false;

    if (duckdb_query(connection, sql, &result) == DuckDBSuccess) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(result);

        row = chunk != NULL && duckdb_data_chunk_get_size(chunk) > 0;
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return row;
}

/* True if the database has a table or view of that name where unqualified names are looked for. */
static bool is_taken(duckdb_connection connection, const struct table_entry *entry, struct buf *sql)
{
    buf_clear(sql);
    buf_puts(sql, "SELECT 1 FROM system.information_schema.tables WHERE system.main.lower(table_name) = "
                  "system.main.lower(");
    quote_string(sql, str(entry->name));
    buf_puts(sql, ") AND ((table_catalog = system.main.current_database() AND table_schema = "
                  "system.main.current_schema()) OR table_catalog = 'temp') LIMIT 1");
    return !sql->failed && gives_row(connection, sql->data);
}

/* DuckDB's message without the kind of error in front: "IO Error: …". */
static const char *skip_error_kind(const char *message)
{
    const char *colon = strstr(message, "Error: ");

    return colon != NULL && colon - message < 32 ? colon + strlen("Error: ") : message;
}

/* Makes the view, or gives the entry a problem. */
static enum eider_status create_view(duckdb_connection connection, struct table_entry *entry,
                                     struct arena *arena, struct buf *sql, struct eider_error *err)
{
    duckdb_result result = {0};
    enum eider_status status = EIDER_OK;

    if (is_taken(connection, entry, sql))
        return error_set(err, EIDER_ERROR_ARGUMENT, "the database has a table \"%s\" already, beside '%s'",
                         entry->name, entry->path);
    buf_clear(sql);
    put_view(sql, entry);
    if (sql->failed)
        status = error_no_memory(err);
    else if (duckdb_query(connection, sql->data, &result) != DuckDBSuccess)
        entry->problem = arena_printf(arena, "%s", skip_error_kind(duckdb_result_error(&result)));
    duckdb_destroy_result(&result);
    return status;
}

/* ---- Tables that cannot be read ---- */

/* The bind of eider_shell_no_table(message): fails with the message. */
static void no_table_bind(duckdb_bind_info info)
{
    duckdb_value value = duckdb_bind_get_parameter(info, 0);
    char *message = duckdb_get_varchar(value);

    duckdb_bind_set_error(info, message != NULL ? message : "out of memory");
    duckdb_free(message);
    duckdb_destroy_value(&value);
}

static void no_table_init(duckdb_init_info info)
{
    (void)info;
}

static void no_table_function(duckdb_function_info info, duckdb_data_chunk output)
{
    (void)info;
    duckdb_data_chunk_set_size(output, 0);
}

static enum eider_status register_no_table(duckdb_connection connection, struct eider_error *err)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_state state;

    duckdb_table_function_set_name(function, NO_TABLE_FUNCTION);
    duckdb_table_function_add_parameter(function, type);
    duckdb_table_function_set_bind(function, no_table_bind);
    duckdb_table_function_set_init(function, no_table_init);
    duckdb_table_function_set_function(function, no_table_function);
    state = duckdb_register_table_function(connection, function);
    duckdb_destroy_logical_type(&type);
    duckdb_destroy_table_function(&function);
    if (state != DuckDBSuccess)
        return error_set(err, EIDER_ERROR_SQL, "DuckDB refuses the function " NO_TABLE_FUNCTION);
    return EIDER_OK;
}

/* DuckDB asks what stands for a table that it does not know. */
static void replace_table(duckdb_replacement_scan_info info, const char *name, void *data)
{
    struct table_list *list = data;
    duckdb_value value;
    struct buf message;

    buf_init(&message, MAX_SQL_BYTES);
    for (size_t i = 0; i < list->count && message.size == 0; i++)
        if (list->entries[i].problem != NULL && strcasecmp(list->entries[i].name, name) == 0)
            buf_printf(&message, "the table \"%s\" of '%s' cannot be used: %s", name, list->entries[i].path,
                       list->entries[i].problem);
    if (message.size == 0)
        atomic_store(&list->missed, true); /* DuckDB will say so; tables_hint may know more */
    if (message.size > 0 && !message.failed) {
        value = duckdb_create_varchar(message.data);
        duckdb_replacement_scan_set_function_name(info, NO_TABLE_FUNCTION);
        duckdb_replacement_scan_add_parameter(info, value);
        duckdb_destroy_value(&value);
    }
    buf_done(&message);
}

void tables_warn(const struct table_list *list)
{
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (list->entries[i].warning != NULL)
            report_message(list->entries[i].warning);
}

void tables_hint(struct table_list *list, struct eider_error *err)
{
    if (list != NULL && atomic_exchange(&list->missed, false) && list->empty_folder != NULL)
        error_hint(err, "the folder '%s' holds no Parquet, CSV or JSON file", list->empty_folder);
}

static void free_list(void *data)
{
    arena_free(((struct table_list *)data)->arena); /* the list is in it */
}

static bool has_problem(const struct table_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->entries[i].problem != NULL)
            return true;
    return list->empty_folder != NULL;
}

/* ---- All of it ---- */

static enum eider_status create_views(duckdb_connection connection, struct table_list *list,
                                      struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct buf sql;

    buf_init(&sql, MAX_SQL_BYTES);
    for (size_t i = 0; status == EIDER_OK && i < list->count; i++) {
        struct table_entry *entry = &list->entries[i];
        duckdb_error_data invalid = duckdb_valid_utf8_check(entry->name, strlen(entry->name));

        if (invalid != NULL)
            entry->problem = "the name is no valid UTF-8"; /* so nobody can ask for it */
        else if (entry->problem == NULL)
            status = create_view(connection, entry, list->arena, &sql, err);
        duckdb_destroy_error_data(&invalid);
    }
    buf_done(&sql);
    return status == EIDER_OK && arena_failed(list->arena) ? error_no_memory(err) : status;
}

enum eider_status tables_create(duckdb_database database, duckdb_connection connection,
                                const char *const *folders, size_t count, struct table_list **ret,
                                struct eider_error *err)
{
    struct arena *arena = arena_new();
    struct table_list *list = arena == NULL ? NULL : arena_alloc(arena, sizeof(*list));
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    if (list == NULL) {
        arena_free(arena);
        return error_no_memory(err);
    }
    list->arena = arena;
    for (size_t i = 0; i < count && status == EIDER_OK; i++)
        status = tables_scan(folders[i], list, err);
    if (status == EIDER_OK)
        status = tables_resolve(list, err);
    if (status == EIDER_OK)
        status = create_views(connection, list, err);
    if (status == EIDER_OK && has_problem(list)) {
        status = register_no_table(connection, err);
        if (status == EIDER_OK) {
            duckdb_add_replacement_scan(database, replace_table, list, free_list);
            *ret = list;
            return EIDER_OK;
        }
    }
    arena_free(arena);
    return status;
}
