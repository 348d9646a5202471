/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries: prepare, run, explain, statistics. The planning itself is in plan_query.c, the running in run_query.c.
 */
#include "coordinator/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
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

static enum eider_status plan_if_query(struct eider_query *query, struct eider_error *err)
{
    const struct statement_class *statement = &query->statement;
    struct eider_session *session = query->session;

    if (statement->kind != STATEMENT_QUERY &&
        !(statement->kind == STATEMENT_EXPLAIN && statement->rest_kind == STATEMENT_QUERY && !statement->analyze &&
          !statement->has_options)) {
        verdict_no(&query->verdict, VERDICT_NOT_A_QUERY, "the statement is no query");
        return EIDER_OK;
    }
    if (session->cluster == NULL) {
        verdict_no(&query->verdict, VERDICT_NO_CLUSTER, "there is no cluster");
        return EIDER_OK;
    }
    return query_plan(query, statement->kind == STATEMENT_EXPLAIN ? statement->rest : statement->first, err);
}

enum eider_status eider_prepare(struct eider_session *session, const char *sql, struct eider_query **ret,
                                struct eider_error *err)
{
    double started = now_ms();
    struct eider_query *query;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_prepare: ret is NULL");
    *ret = NULL;
    if (session == NULL || sql == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_prepare: session or sql is NULL");
    if ((status = check_single(sql, err)) != EIDER_OK)
        return status;
    if ((query = calloc(1, sizeof(*query))) == NULL)
        return error_no_memory(err);
    query->session = session;
    query->arena = arena_new();
    query->sql = query->arena == NULL ? NULL : arena_strndup(query->arena, sql, strlen(sql));
    if (query->sql == NULL) {
        eider_query_free(query);
        return error_no_memory(err);
    }
    lexer_classify(query->sql, strlen(query->sql), &query->statement);
    status = plan_if_query(query, err);
    if (status != EIDER_OK) {
        eider_query_free(query);
        return status;
    }
    query->stats.planning_ms = now_ms() - started;
    query->stats.distributed = eider_query_is_distributed(query);
    *ret = query;
    return EIDER_OK;
}

void eider_query_free(struct eider_query *query)
{
    if (query == NULL)
        return;
    session_settings_unref(query->session_settings);
    arena_free(query->arena);
    free(query);
}

/* ---- Questions ---- */

bool eider_query_is_distributed(const struct eider_query *query)
{
    return query->verdict.kind == VERDICT_DISTRIBUTABLE && query->statement.kind == STATEMENT_QUERY;
}

const char *eider_query_verdict(const struct eider_query *query)
{
    return query->verdict.reason;
}

const char *eider_query_verdict_kind(const struct eider_query *query)
{
    return verdict_kind_name(query->verdict.kind);
}

void eider_query_get_stats(const struct eider_query *query, struct eider_query_stats *ret)
{
    *ret = query->stats;
}

const char *eider_query_explain(struct eider_query *query)
{
    struct buf out;

    if (query->explain != NULL)
        return query->explain;
    buf_init(&out, EXPLAIN_MAX_BYTES);
    if (query->verdict.kind == VERDICT_DISTRIBUTABLE)
        stage_graph_display(&out, &query->graph, false);
    else
        buf_printf(&out, "not distributed (%s): %s\n", verdict_kind_name(query->verdict.kind), query->verdict.reason);
    query->explain = out.failed ? NULL : arena_strndup(query->arena, out.data, out.size);
    buf_done(&out);
    return query->explain != NULL ? query->explain : "the plan is too large to be shown";
}

/* ---- Running ---- */

/* EXPLAIN of a query: the rows that DuckDB's EXPLAIN would have, with the distributed plan in them. */
static enum eider_status run_explain(struct eider_query *query, duckdb_result *ret_result, struct eider_error *err)
{
    const char *text = eider_query_explain(query);
    duckdb_connection connection = query->session->connection;
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;

    if (duckdb_prepare(connection, "SELECT 'distributed_plan' AS explain_key, $1::VARCHAR AS explain_value",
                       &statement) != DuckDBSuccess ||
        duckdb_bind_varchar(statement, 1, text) != DuckDBSuccess ||
        duckdb_execute_prepared(statement, ret_result) != DuckDBSuccess) {
        status = error_set(err, EIDER_ERROR_SQL, "EXPLAIN failed: %s", duckdb_prepare_error(statement));
        duckdb_destroy_result(ret_result);
    }
    duckdb_destroy_prepare(&statement);
    return status;
}

enum eider_status eider_query_run(struct eider_query *query, duckdb_result *ret_result, struct eider_error *err)
{
    struct query_run run;
    enum eider_status status;

    if (query == NULL || ret_result == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_query_run: query or ret_result is NULL");
    *ret_result = (duckdb_result){0};
    if (query->statement.kind == STATEMENT_EXPLAIN && query->verdict.kind == VERDICT_DISTRIBUTABLE)
        return run_explain(query, ret_result, err);
    status = query_run_start(query, RUN_MATERIALIZE, &run, ret_result, err);
    if (status == EIDER_OK)
        status = query_run_end(&run, status, err);
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
    status = eider_prepare(session, sql, &query, err);
    if (status == EIDER_OK)
        status = eider_query_run(query, ret_result, err);
    eider_query_free(query);
    return status;
}
