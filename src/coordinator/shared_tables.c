/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which native tables tasks may read on connections of their own, and whether that is still so when they have read.
 *
 * A database that is attached READ_ONLY has the same rows for every connection. Others have if nobody writes, for which the
 * application answers with eider_split_native_tables. In a transaction of the application nothing is shared: its rows are seen
 * by its own connection alone, and a database that it has read stays the same for it when others detach it. TEMP tables are
 * those of an internal database, and are never shared.
 *
 * Tasks find a table by its names. Someone else could detach the database and attach another under its name, so its
 * number is compared before the stages run and when they have: the same number before and after was there in between. The
 * first comparison also reads the tables in the query's transaction, which from then on has these databases; so the head, which
 * comes after the second, has what the tasks had.
 *
 * Macros of the application may have any name, so the functions here are called with theirs in full.
 */
#include "coordinator/shared_tables.h"

#include <string.h>

#include "base/buf.h"
#include "sqlgen/quote.h"

#define MAX_SQL_BYTES ((size_t)1 << 20)

enum eider_status connection_is_autocommit(struct run *run, duckdb_connection connection, bool *ret,
                                           struct eider_error *err)
{
    static const char sql[] = "SELECT system.main.\"txid_current\"()::BIGINT";
    uint64_t first = 0, second = 0;
    enum eider_status status = run_count(run, connection, sql, &first, err);

    if (status == EIDER_OK)
        status = run_count(run, connection, sql, &second, err);
    *ret = first != second;
    return status;
}

enum eider_status shared_tables_begin(struct shared_tables *tables, struct arena *arena, struct run *run,
                                      duckdb_connection connection, bool splits_writable,
                                      struct eider_error *err)
{
    *tables = (struct shared_tables){.run = run, .connection = connection};
    tables->items = arena_alloc_array(arena, MAX_SHARED_TABLES, sizeof(*tables->items));
    if (tables->items == NULL)
        return error_no_memory(err);
    tables->splits_writable = splits_writable;
    return EIDER_OK;
}

/* ---- One table ---- */

static void put_name(struct buf *out, const struct shared_table *table)
{
    out->failed |= !quote_identifier(out, table->catalog);
    buf_putc(out, '.');
    out->failed |= !quote_identifier(out, table->schema);
    buf_putc(out, '.');
    out->failed |= !quote_identifier(out, table->table);
}

/* 0: what was asked for is not there, or DuckDB does not answer. */
static uint64_t ask(const struct shared_tables *tables, const struct buf *sql)
{
    uint64_t found = 0;

    if (sql->failed || run_count(tables->run, tables->connection, sql->data, &found, NULL) != EIDER_OK)
        return 0;
    return found;
}

/* The number of its database, if that may be shared. */
static uint64_t ask_database(const struct shared_tables *tables, const struct shared_table *table,
                             bool read_only, struct buf *sql)
{
    buf_clear(sql);
    buf_puts(sql, "SELECT coalesce((SELECT database_oid FROM system.main.\"duckdb_databases\"() "
                  "WHERE NOT internal AND type = 'duckdb' AND database_name = ");
    quote_string(sql, table->catalog);
    buf_puts(sql, read_only ? " AND readonly), 0)::BIGINT" : "), 0)::BIGINT");
    return ask(tables, sql);
}

/* Counts the rows, which the table knows unless some were deleted. A column that is called rowid hides what tasks are cut by. */
static bool ask_rows(const struct shared_tables *tables, struct shared_table *table, struct buf *name,
                     struct buf *sql)
{
    buf_clear(sql);
    put_name(name, table);
    if (name->failed)
        return false;
    buf_printf(sql,
               "SELECT CASE WHEN EXISTS (FROM (DESCRIBE %s) WHERE column_name ILIKE 'rowid') "
               "THEN 0::BIGINT ELSE 1::BIGINT END",
               name->data);
    if (ask(tables, sql) == 0)
        return false;
    buf_clear(sql);
    buf_printf(sql, "SELECT system.main.\"count_star\"() FROM %s", name->data);
    table->rows = ask(tables, sql);
    return true;
}

/* Fills the database of the table, from another table of it if one was asked about. */
static void find_database(struct shared_tables *tables, struct shared_table *table, struct buf *sql)
{
    const struct shared_table *known = tables->items;

    while (!str_equal(known->catalog, table->catalog))
        known++;
    if (known < table) {
        table->database = known->database;
        table->read_only = known->read_only;
        return;
    }
    table->database = ask_database(tables, table, true, sql);
    table->read_only = table->database != 0;
    if (!table->read_only && tables->splits_writable)
        table->database = ask_database(tables, table, false, sql);
}

/* Once for all tables. */
static bool is_in_transaction(struct shared_tables *tables)
{
    bool autocommit = false;

    if (!tables->knows_transaction)
        tables->in_transaction =
            connection_is_autocommit(tables->run, tables->connection, &autocommit, NULL) != EIDER_OK ||
            !autocommit;
    tables->knows_transaction = true;
    return tables->in_transaction;
}

static void look(struct shared_tables *tables, struct shared_table *table)
{
    struct buf name, sql;

    buf_init(&name, MAX_SQL_BYTES);
    buf_init(&sql, MAX_SQL_BYTES);
    find_database(tables, table, &sql);
    table->shared =
        table->database != 0 && !is_in_transaction(tables) && ask_rows(tables, table, &name, &sql);
    tables->used += table->shared;
    buf_done(&name);
    buf_done(&sql);
}

void shared_tables_info(void *data, const struct node_table_scan *scan, struct planner_table *ret)
{
    struct shared_tables *tables = data;
    uint32_t i = 0;

    while (i < tables->count && !(str_equal(tables->items[i].catalog, scan->catalog) &&
                                  str_equal(tables->items[i].schema, scan->schema) &&
                                  str_equal(tables->items[i].table, scan->table)))
        i++;
    *ret = (struct planner_table){.shared = false};
    if (i == MAX_SHARED_TABLES || tables->items == NULL)
        return;
    if (i == tables->count) {
        tables->items[tables->count++] =
            (struct shared_table){.catalog = scan->catalog, .schema = scan->schema, .table = scan->table};
        look(tables, &tables->items[i]);
    }
    *ret = (struct planner_table){tables->items[i].shared, tables->items[i].rows};
}

/* ---- When the query runs ---- */

static bool is_first(const struct shared_tables *tables, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (tables->items[i].shared && tables->items[i].database == tables->items[index].database)
            return false;
    }
    return tables->items[index].shared;
}

enum eider_status shared_tables_check(const struct shared_tables *tables, struct run *run,
                                      duckdb_connection connection, bool owns_transaction,
                                      struct eider_error *err)
{
    uint64_t expected = 0, found = 0;
    enum eider_status status;
    struct buf sql;

    if (tables->used == 0)
        return EIDER_OK;
    if (!owns_transaction)
        return error_set(err, EIDER_ERROR_UNSUPPORTED,
                         "tables that were to be shared are read in a transaction now");
    buf_init(&sql, MAX_SQL_BYTES);
    buf_puts(&sql, "SELECT system.main.\"count_star\"() FROM system.main.\"duckdb_databases\"() WHERE false");
    for (uint32_t i = 0; i < tables->count; i++) {
        const struct shared_table *table = &tables->items[i];
        if (!is_first(tables, i))
            continue;
        expected++;
        buf_puts(&sql, table->read_only ? " OR (readonly AND" : " OR (NOT readonly AND");
        buf_printf(&sql, " database_oid = %llu AND database_name = ", (unsigned long long)table->database);
        quote_string(&sql, table->catalog);
        buf_puts(&sql, ") OR EXISTS (FROM ");
        put_name(&sql, table);
        buf_puts(&sql, " WHERE false)");
    }
    status = sql.failed ? error_no_memory(err) : run_count(run, connection, sql.data, &found, err);
    buf_done(&sql);
    if (status == EIDER_OK && found != expected)
        status = error_set(err, EIDER_ERROR_UNSUPPORTED, "a database that was read has been detached");
    return status;
}
