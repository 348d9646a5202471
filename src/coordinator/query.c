/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries: prepare, run, explain, statistics. The planning itself is in plan_query.c, the running in run_query.c.
 */
#include "coordinator/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "engine/gate.h"
#include "plan/display.h"

#define EXPLAIN_MAX_BYTES ((size_t)16 << 20)

/* ---- Preparing ---- */

/* One statement, and nothing but blanks behind it. */
static enum eider_status check_single(const char *sql, struct eider_error *err)
{
    size_t bytes = strlen(sql), end;
    bool blank = false;

    end = eider_statement_length(sql, bytes, &blank);
    if (end == 0)
        return EIDER_OK;
    (void)eider_statement_length(sql + end, bytes - end, &blank);
    if (blank || end == bytes)
        return EIDER_OK;
    error_set(err, EIDER_ERROR_ARGUMENT, "there is more than one statement");
    error_hint(err, "split the text with eider_statement_length");
    return EIDER_ERROR_ARGUMENT;
}

/* A query, or a statement that stores the rows of one: then the query is planned, and its head stage stores them. */
static bool has_rows(enum statement_kind kind)
{
    return kind == STATEMENT_QUERY || kind == STATEMENT_WRITE;
}

static enum eider_status plan_if_query(struct eider_query *query, struct eider_error *err)
{
    const struct statement_class *statement = &query->statement;
    bool explains = statement->kind == STATEMENT_EXPLAIN;
    enum statement_kind kind = explains ? statement->rest_kind : statement->kind;
    size_t start = explains ? statement->rest : statement->first, end = strlen(query->sql);
    const char *text;

    if (!has_rows(kind) || (explains && (statement->analyze || statement->has_options))) {
        verdict_no(&query->verdict, VERDICT_NOT_A_QUERY, "the statement is no query");
        return EIDER_OK;
    }
    if (query->session->cluster == NULL) {
        verdict_no(&query->verdict, VERDICT_NO_CLUSTER, "there is no cluster");
        return EIDER_OK;
    }
    if (!parameters_ready(query))
        return EIDER_OK;
    text = parameters_text(query, start, end);
    query->target = text;
    if (kind == STATEMENT_WRITE && text != NULL)
        text = parameters_text(query, statement->query, statement->query_end);
    return text != NULL ? query_plan(query, text, err) : error_no_memory(err);
}

enum eider_status query_prepare(struct eider_query *query, struct eider_error *err)
{
    double started = now_ms();
    enum eider_status status;

    session_settings_unref(query->session_settings);
    query->session_settings = NULL;
    query->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
    query->graph = (struct stage_graph){.stage_count = 0};
    query->columns = (struct column_list){NULL, 0};
    query->folder = (struct engine_folder){NULL, NULL};
    query->copy_stage = 0;
    query->explain = NULL;
    query->parameters.changed = false;
    status = plan_if_query(query, err);
    if (status != EIDER_OK) { /* half a plan is none; whoever comes next tries again */
        query->graph = (struct stage_graph){.stage_count = 0};
        query->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
        verdict_no(&query->verdict, VERDICT_PLAN_REFUSED, "the query could not be planned (%s)",
                   eider_status_name(status));
        query->parameters.changed = true;
    }
    query->planned_ms = now_ms();
    query->generation = query->session->generation;
    query->stats.planning_ms = query->planned_ms - started;
    query->stats.distributed = eider_query_is_distributed(query);
    return status;
}

enum eider_status eider_prepare(struct eider_session *session, const char *sql, struct eider_query **ret,
                                struct eider_error *err)
{
    struct eider_query *query;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_prepare: ret is NULL");
    *ret = NULL;
    if ((status = handle_check(session, HANDLE_SESSION, "eider_prepare", err)) != EIDER_OK)
        return status;
    if (sql == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_prepare: sql is NULL");
    if ((status = check_single(sql, err)) != EIDER_OK)
        return status;
    if ((query = calloc(1, sizeof(*query))) == NULL)
        return error_no_memory(err);
    handle_add(&query->handle, query, HANDLE_QUERY);
    query->session = session;
    query->arena = arena_new();
    query->sql = query->arena == NULL ? NULL : arena_strndup(query->arena, sql, strlen(sql));
    if (query->sql == NULL) {
        eider_query_free(query);
        return error_no_memory(err);
    }
    lexer_classify(query->sql, strlen(query->sql), &query->statement);
    status = parameters_find(query, err);
    if (status == EIDER_OK)
        status = query_prepare(query, err);
    if (status != EIDER_OK) {
        eider_query_free(query);
        return status;
    }
    *ret = query;
    return EIDER_OK;
}

void eider_query_free(struct eider_query *query)
{
    if (!handle_is_alive(query, HANDLE_QUERY))
        return;
    handle_remove(&query->handle);
    session_settings_unref(query->session_settings);
    parameters_done(&query->parameters);
    arena_free(query->arena);
    free(query);
}

/* ---- Questions ---- */

bool eider_query_is_distributed(const struct eider_query *query)
{
    return handle_is_alive(query, HANDLE_QUERY) && query->verdict.kind == VERDICT_DISTRIBUTABLE &&
           has_rows(query->statement.kind);
}

const char *eider_query_verdict(const struct eider_query *query)
{
    return handle_is_alive(query, HANDLE_QUERY) ? query->verdict.reason : NULL;
}

const char *eider_query_left_out(const struct eider_query *query)
{
    return handle_is_alive(query, HANDLE_QUERY) ? query->workers.left_out : NULL;
}

const char *eider_query_verdict_kind(const struct eider_query *query)
{
    return handle_is_alive(query, HANDLE_QUERY) ? verdict_kind_name(query->verdict.kind) : NULL;
}

void eider_query_get_stats(const struct eider_query *query, struct eider_query_stats *ret)
{
    if (ret == NULL)
        return;
    memset(ret, 0, sizeof(*ret));
    if (handle_is_alive(query, HANDLE_QUERY))
        *ret = query->stats;
}

/* What becomes of the rows: "CREATE TABLE t AS <the rows of the head stage>", "COPY ( <the tasks of stage 2> ) TO 'out'". */
static void explain_write(const struct eider_query *query, struct buf *out)
{
    const struct statement_class *statement = &query->statement;
    size_t start = statement->kind == STATEMENT_EXPLAIN ? statement->rest : statement->first;

    if (statement->query_end == 0)
        return;
    lexer_normalise(query->sql + start, statement->query - start, out);
    if (query->copy_stage != 0)
        buf_printf(out, " <rows that the tasks of stage %u write> ", query->copy_stage);
    else
        buf_puts(out, " <the rows of the head stage> ");
    lexer_normalise(query->sql + statement->query_end, strlen(query->sql) - statement->query_end, out);
    buf_puts(out, "\n");
}

const char *eider_query_explain(struct eider_query *query)
{
    struct eider_error err;
    struct buf out;

    if (!handle_is_alive(query, HANDLE_QUERY))
        return NULL;
    if (query->parameters.changed && !query->ran && query_prepare(query, &err) != EIDER_OK) {
        const char *text = arena_printf(query->arena, "%s", err.message);
        return text != NULL ? text : "the query could not be planned";
    }
    if (query->explain != NULL)
        return query->explain;
    buf_init(&out, EXPLAIN_MAX_BYTES);
    if (query->verdict.kind == VERDICT_DISTRIBUTABLE) {
        explain_write(query, &out);
        stage_graph_display(&out, &query->graph,
                            query->statement.kind == STATEMENT_EXPLAIN ? DISPLAY_ESTIMATES : DISPLAY_PLAIN);
    } else
        buf_printf(&out, "not distributed (%s): %s\n", verdict_kind_name(query->verdict.kind),
                   query->verdict.reason);
    if (query->verdict.kind != VERDICT_DISTRIBUTABLE && query->graph.head.root != NULL)
        plan_display(&out, query->graph.head.root);
    query->explain = out.failed ? NULL : arena_strndup(query->arena, out.data, out.size);
    buf_done(&out);
    return query->explain != NULL ? query->explain : "the plan is too large to be shown";
}

/* ---- Running ---- */

enum eider_status query_check(const struct eider_query *query, const char *function, struct eider_error *err)
{
    enum eider_status status = handle_check(query, HANDLE_QUERY, function, err);

    return status == EIDER_OK ? handle_check(query->session, HANDLE_SESSION, function, err) : status;
}

/*
 * EXPLAIN of a query: rows as DuckDB's EXPLAIN has them. The first is the distributed plan, or the verdict; if the query
 * is not distributed, DuckDB's own rows follow.
 */
#define EXPLAIN_MAX_ROWS 8

struct explain_rows {
    const char *keys[EXPLAIN_MAX_ROWS];
    const char *values[EXPLAIN_MAX_ROWS];
    uint32_t count;
};

static void add_explain_row(struct explain_rows *rows, const char *key, const char *value)
{
    if (rows->count == EXPLAIN_MAX_ROWS || key == NULL || value == NULL)
        return;
    rows->keys[rows->count] = key;
    rows->values[rows->count++] = value;
}

static const char *copy_cell(struct arena *arena, duckdb_vector vector, idx_t row)
{
    duckdb_string_t *cell = (duckdb_string_t *)duckdb_vector_get_data(vector) + row;

    return arena_strndup(arena, duckdb_string_t_data(cell), duckdb_string_t_length(*cell));
}

static enum eider_status run_duckdb_explain(struct eider_query *query, struct explain_rows *rows,
                                            struct eider_error *err)
{
    struct query_run run;
    duckdb_result result;
    duckdb_data_chunk chunk;
    enum eider_status status = query_run_start(query, RUN_MATERIALIZE, &run, &result, err);

    if (status != EIDER_OK)
        return status;
    while ((chunk = duckdb_fetch_chunk(result)) != NULL) {
        for (idx_t i = 0, n = duckdb_data_chunk_get_size(chunk); i < n; i++)
            add_explain_row(rows, copy_cell(query->arena, duckdb_data_chunk_get_vector(chunk, 0), i),
                            copy_cell(query->arena, duckdb_data_chunk_get_vector(chunk, 1), i));
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return query_run_end(&run, status, err);
}

static enum eider_status explain_result(struct eider_query *query, const struct explain_rows *rows,
                                        duckdb_result *ret_result, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;
    bool ok;
    struct buf sql;

    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT * FROM (VALUES ");
    for (uint32_t i = 0; i < rows->count; i++)
        buf_printf(&sql, "%s($%u::VARCHAR, $%u::VARCHAR)", i > 0 ? ", " : "", 2 * i + 1, 2 * i + 2);
    buf_puts(&sql, ") AS t(explain_key, explain_value)");
    ok = gate_prepare(query->session->connection, sql.data, &statement) == DuckDBSuccess;
    for (uint32_t i = 0; ok && i < rows->count; i++)
        ok = duckdb_bind_varchar(statement, 2 * i + 1, rows->keys[i]) == DuckDBSuccess &&
             duckdb_bind_varchar(statement, 2 * i + 2, rows->values[i]) == DuckDBSuccess;
    if (!ok || duckdb_execute_prepared(statement, ret_result) != DuckDBSuccess) {
        const char *message = ok ? duckdb_result_error(ret_result) : duckdb_prepare_error(statement);
        status = error_set(err, EIDER_ERROR_SQL, "EXPLAIN failed: %s", message != NULL ? message : "unknown");
        duckdb_destroy_result(ret_result);
        *ret_result = (duckdb_result){0};
    }
    duckdb_destroy_prepare(&statement);
    buf_done(&sql);
    return status;
}

static enum eider_status run_explain(struct eider_query *query, duckdb_result *ret_result,
                                     struct eider_error *err)
{
    struct explain_rows rows = {.count = 0};
    enum eider_status status = EIDER_OK;

    add_explain_row(&rows, "distributed_plan", eider_query_explain(query));
    if (query->verdict.kind != VERDICT_DISTRIBUTABLE)
        status = run_duckdb_explain(query, &rows, err);
    return status == EIDER_OK ? explain_result(query, &rows, ret_result, err) : status;
}

/* True if it is an EXPLAIN that Eider answers itself. */
static bool is_own_explain(const struct eider_query *query)
{
    return query->statement.kind == STATEMENT_EXPLAIN && query->verdict.kind != VERDICT_NOT_A_QUERY &&
           query->verdict.kind != VERDICT_NO_CLUSTER;
}

enum eider_status eider_query_run(struct eider_query *query, duckdb_result *ret_result,
                                  struct eider_error *err)
{
    struct query_run run;
    enum eider_status status;

    if (ret_result == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_query_run: ret_result is NULL");
    *ret_result = (duckdb_result){0};
    if ((status = query_check(query, "eider_query_run", err)) != EIDER_OK)
        return status;
    if (query->parameters.changed && !query->ran && (status = query_prepare(query, err)) != EIDER_OK)
        return status;
    if (is_own_explain(query))
        return run_explain(query, ret_result, err);
    status = query_run_start(query, RUN_MATERIALIZE, &run, ret_result, err);
    if (status == EIDER_OK && (status = query_run_end(&run, status, err)) != EIDER_OK) {
        duckdb_destroy_result(ret_result);
        *ret_result = (duckdb_result){0};
    }
    return status;
}

enum eider_status eider_query(struct eider_session *session, const char *sql, duckdb_result *ret_result,
                              struct eider_error *err)
{
    struct eider_query *query = NULL;
    enum eider_status status;

    if (ret_result == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_query: ret_result is NULL");
    *ret_result = (duckdb_result){0};
    if ((status = handle_check(session, HANDLE_SESSION, "eider_query", err)) != EIDER_OK)
        return status;
    session_set_busy(session, true);
    status = eider_prepare(session, sql, &query, err);
    if (status == EIDER_OK)
        status = eider_query_run(query, ret_result, err);
    session_set_busy(session, false);
    eider_query_free(query);
    return status;
}
