/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose SQL is wrong: DuckDB speaks of the statement of a task as a whole, in which the SELECTs of custom nodes are parts. When
 * it has failed, each SELECT is prepared alone, with no rows for {input}. Nothing of this is done for statements that work.
 *
 * One thread. Failure: what cannot be found out leaves the error as it is.
 */
#include "worker/blame.h"

#include <string.h>

#include "engine/gate.h"
#include "engine/layout.h"
#include "plan/display.h"
#include "plan/object.h"
#include "sqlgen/quote.h"

#define SQL_MAX_BYTES    ((size_t)64 << 20)
#define DIFFERENCE_BYTES 400u

struct suspect {
    const struct node_custom *node;
    duckdb_prepared_statement statement; /* of its SELECT */
    struct arena *arena;                 /* for types */
};

/* (SELECT CAST(NULL AS …) AS "a", … WHERE false) */
static void put_no_rows(struct buf *out, const struct column_list *columns)
{
    buf_puts(out, columns->count == 0 ? "(SELECT NULL" : "(SELECT ");
    for (uint32_t i = 0; i < columns->count; i++) {
        buf_puts(out, i > 0 ? ", CAST(NULL AS " : "CAST(NULL AS ");
        (void)quote_type(out, columns->items[i].type); /* the statement had them too */
        buf_puts(out, ") AS ");
        (void)quote_identifier(out, columns->items[i].name);
    }
    buf_puts(out, " WHERE false)");
}

static void put_select(struct buf *out, const struct node_custom *node, const char *text)
{
    static const char input[] = "{input}";

    buf_puts(out, "SELECT * FROM (\n");
    for (const char *found; (found = strstr(text, input)) != NULL; text = found + sizeof(input) - 1) {
        buf_append(out, text, (size_t)(found - text));
        if (node->inputs.count > 0)
            put_no_rows(out, &node->inputs.items[0]->columns);
    }
    buf_puts(out, text);
    buf_puts(out, "\n)");
}

static const struct eider_type *type_of(const struct suspect *suspect, uint32_t column)
{
    duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(suspect->statement, column);
    const struct eider_type *made = NULL;

    if (engine_type_from_duckdb(suspect->arena, type, &made, NULL) != EIDER_OK)
        made = NULL;
    duckdb_destroy_logical_type(&type);
    return made;
}

/* "v is VARCHAR, the node says BIGINT; …"; nothing if all types are the node's. */
static void put_differences(struct buf *out, const struct suspect *suspect)
{
    const struct column_list *columns = &suspect->node->base.columns;

    for (uint32_t i = 0; i < columns->count && !out->failed; i++) {
        const struct eider_type *type = type_of(suspect, i);
        if (type == NULL || type_equal(type, columns->items[i].type))
            continue;
        buf_printf(out, "%scolumn %u (", out->size > 0 ? "; " : "", i);
        buf_append(out, columns->items[i].name.data, columns->items[i].name.size);
        buf_puts(out, ") is ");
        type_text(out, type);
        buf_puts(out, ", the node says ");
        type_text(out, columns->items[i].type);
    }
}

/* Other types are cast: DuckDB says of values that they cannot be, and it may be speaking of others. */
static void hint_types(const struct suspect *suspect, struct eider_error *err)
{
    struct buf differences;

    if (strncmp(err->message, "Conversion Error", strlen("Conversion Error")) != 0)
        return;
    buf_init(&differences, DIFFERENCE_BYTES);
    put_differences(&differences, suspect);
    if (differences.size > 0 && !differences.failed)
        error_hint(err, "the SQL of the custom node kind %s is cast to the node's types: %s",
                   suspect->node->kind.data, differences.data);
    buf_done(&differences);
}

static bool blame_columns(const struct suspect *suspect, struct eider_error *err)
{
    uint32_t columns = suspect->node->base.columns.count,
             found = (uint32_t)duckdb_prepared_statement_column_count(suspect->statement);

    if (columns == 0 || found == columns) {
        hint_types(suspect, err);
        return false;
    }
    error_set(err, EIDER_ERROR_PLAN, "the SQL of the custom node kind %s has %u columns, but the node has %u",
              suspect->node->kind.data, found, columns);
    return true;
}

/* Prepares the SELECT of a custom node alone; true if `err` now says what is wrong with it. */
static bool blame_node(const struct task_context *context, const struct sqlgen_custom *custom,
                       struct eider_error *err)
{
    struct suspect suspect = {.node = node_as_custom(custom->node), .arena = arena_new()};
    bool blamed = false;
    struct buf text;

    buf_init(&text, SQL_MAX_BYTES);
    put_select(&text, suspect.node, custom->sql.data);
    if (suspect.arena == NULL || text.failed) {
        /* it stays as it is */
    } else if (gate_prepare(context->connection, text.data, &suspect.statement) == DuckDBSuccess) {
        blamed = blame_columns(&suspect, err);
    } else {
        error_set(err, EIDER_ERROR_SQL, "the SQL of the custom node kind %s: %s", suspect.node->kind.data,
                  duckdb_prepare_error(suspect.statement));
        blamed = true;
    }
    if (blamed)
        error_node(err, suspect.node->kind.data);
    duckdb_destroy_prepare(&suspect.statement);
    buf_done(&text);
    arena_free(suspect.arena);
    return blamed;
}

/* Not within a transaction that the failure has aborted. */
static bool can_prepare(duckdb_connection connection)
{
    duckdb_prepared_statement statement = NULL;
    bool can = gate_prepare(connection, "SELECT 1", &statement) == DuckDBSuccess;

    duckdb_destroy_prepare(&statement);
    return can;
}

enum eider_status fragment_blame(const struct task_context *context, const struct sqlgen_context *sql,
                                 struct eider_error *err)
{
    bool blamed = (err->status != EIDER_ERROR_SQL && err->status != EIDER_ERROR_UNSUPPORTED) ||
                  sql->custom_count == 0 || !can_prepare(context->connection);

    for (uint32_t i = 0; i < sql->custom_count && !blamed; i++) {
        if (sql->customs[i].sql.size > 0 &&
            custom_is_sql(context->customs, node_as_custom(sql->customs[i].node)))
            blamed = blame_node(context, &sql->customs[i], err);
    }
    return err->status;
}
