/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a prepared query: on DuckDB alone, or as an execution of its stage graph.
 *
 * A distributed query that reads native tables must see one snapshot in its leaf stages and its head, so in autocommit
 * it runs in a transaction of its own (BEGIN … COMMIT around it). Whether the connection is in autocommit is asked of
 * DuckDB: there, each statement has another transaction number.
 *
 * In the application's own transaction a statement that fails aborts it, as in DuckDB: what was done before must not be
 * committed as if all had gone well.
 */
#include "coordinator/session.h"
#include "coordinator/unique.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "coordinator/copy_out.h"
#include "engine/gate.h"
#include "plan/object.h"

#define PLAN_VALID_MS 1000

/* ---- Transactions ---- */

static enum eider_status run_plain(struct query_run *run, const char *sql, struct eider_error *err)
{
    duckdb_result result;
    enum eider_status status =
        run_execute(run->run, run->query->session->connection, sql, RUN_MATERIALIZE, &result, err);

    if (status == EIDER_OK)
        duckdb_destroy_result(&result);
    return status;
}

static enum eider_status begin_snapshot(struct query_run *run, struct eider_error *err)
{
    bool autocommit = false;
    enum eider_status status =
        connection_is_autocommit(run->run, run->query->session->connection, &autocommit, err);

    if (status == EIDER_OK && autocommit)
        status = run_plain(run, "BEGIN TRANSACTION", err);
    run->owns_transaction = status == EIDER_OK && autocommit;
    return status;
}

/* The run may be cancelled, which must not keep the transaction open. What it has written may not be committed. */
static enum eider_status end_snapshot(struct query_run *run, enum eider_status status,
                                      struct eider_error *err)
{
    bool commits = status == EIDER_OK;
    duckdb_result result;

    if (!run->owns_transaction)
        return status;
    run->owns_transaction = false;
    if (gate_query(run->query->session->connection, commits ? "COMMIT" : "ROLLBACK", &result) !=
            DuckDBSuccess &&
        commits)
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return status;
}

/* The failure of a task is not yet one of the application's transaction. In autocommit this has no effect. */
static void abort_transaction(struct query_run *run)
{
    duckdb_result result;

    (void)gate_query(run->query->session->connection,
                     "SELECT system.main.error('a distributed query failed')", &result);
    duckdb_destroy_result(&result);
}

/* ---- Running ---- */

/* The statement up to its query, which the head's takes the place of. */
static const char *write_before(const struct eider_query *query)
{
    const struct statement_class *statement = &query->statement;

    return arena_strndup(query->arena, query->sql + statement->first, statement->query - statement->first);
}

/* The head's rows are the result or what is stored, unless tasks have stored some. */
static enum eider_status store_rows(struct query_run *run, enum run_mode mode, duckdb_result *ret_result,
                                    struct eider_error *err)
{
    struct execution_stats stats;

    execution_get_stats(run->execution, &stats);
    if (run->copy != NULL && stats.rows_written > 0)
        return copy_out_end(run, stats.rows_written, ret_result, err);
    copy_out_undo(run);
    return execution_run_head(run->execution, mode, ret_result, err);
}

static enum eider_status start_distributed(struct query_run *run, enum run_mode mode,
                                           duckdb_result *ret_result, struct eider_error *err)
{
    struct eider_query *query = run->query;
    struct eider_session *session = query->session;
    struct execution_options options = {.engine = session->engine,
                                        .transport = session->transport,
                                        .store = session->store,
                                        .connection = session->connection,
                                        .settings = query->session_settings,
                                        .headers = session->headers.items,
                                        .header_count = session->headers.count,
                                        .customs = &session->customs,
                                        .feeds = &session->feeds,
                                        .graph = &query->graph,
                                        .workers = &query->workers,
                                        .columns = &query->columns,
                                        .run = run->run,
                                        .handlers = session->handlers,
                                        .handler_count = session->handler_count,
                                        .query = unique_number(),
                                        .concurrent_tasks = query->settings.tasks_at_once,
                                        .stream =
                                            mode == RUN_STREAM || query->graph.head.root->tag == NODE_LIMIT};
    enum eider_status status;

    if (query->statement.kind == STATEMENT_WRITE) {
        options.before = write_before(query);
        options.behind = query->sql + query->statement.query_end;
        if (options.before == NULL)
            return error_no_memory(err);
        options.stream = false; /* the statement may change what tasks read */
        mode = RUN_MATERIALIZE; /* it writes all rows before it says how many */
    }
    if ((status = copy_out_begin(run, options.query, err)) != EIDER_OK)
        return status;
    options.copy = run->copy;
    if (query->reads_tables && (status = begin_snapshot(run, err)) != EIDER_OK)
        return status;
    if (query->tables.used > 0)
        options.stream = false; /* what the tasks have read is looked at before the first row is given out */
    settings_apply(&query->settings, session->engine);
    session->cluster->vtable->set_tasks_at_once(session->cluster, query->settings.tasks_at_once);
    if ((status = execution_new(&options, &run->execution, err)) != EIDER_OK)
        return status;
    session_set_execution(session, run->execution);
    if ((status = execution_route(run->execution, err)) != EIDER_OK)
        return status;
    run->dispatched = true;
    status = shared_tables_check(&query->tables, run->run, session->connection, run->owns_transaction, err);
    if (status == EIDER_OK)
        status = execution_open_feeds(run->execution, err);
    if (status == EIDER_OK)
        status = execution_run_stages(run->execution, err);
    if (status == EIDER_OK)
        status =
            shared_tables_check(&query->tables, run->run, session->connection, run->owns_transaction, err);
    return status == EIDER_OK ? store_rows(run, mode, ret_result, err) : status;
}

static enum eider_status run_alone(struct query_run *run, enum run_mode mode, duckdb_result *ret_result,
                                   struct eider_error *err)
{
    const struct eider_query *query = run->query;
    struct run_bound bound = {query->sql, query->parameters.values, query->parameters.count};

    if (bound.count > 0)
        return run_execute_bound(run->run, query->session->connection, &bound, mode, ret_result, err);
    return run_execute(run->run, query->session->connection, query->sql, mode, ret_result, err);
}

/* A run remembers its failure, so what runs instead needs another; a cancellation is for both. */
static enum eider_status renew_run(struct query_run *run, struct eider_error *err)
{
    struct run *fresh = NULL, *old = run->run;
    enum eider_status status = run_new(&fresh, err);

    if (status != EIDER_OK)
        return status;
    session_begin(run->query->session, fresh, NULL);
    if (run_is_cancelled(old))
        run_cancel(fresh);
    run->run = fresh;
    run_unref(old);
    return EIDER_OK;
}

/*
 * The net: a fragment whose SQL DuckDB does not understand, or whose columns have other types than the plan says, means
 * that the plan was not understood in full. No row has been seen yet, so the query runs on DuckDB alone, and its
 * verdict tells why.
 */
static enum eider_status run_caught(struct query_run *run, enum run_mode mode, duckdb_result *ret_result,
                                    const struct eider_error *why, struct eider_error *err)
{
    struct eider_query *query = run->query;
    enum eider_status status;

    session_set_execution(query->session, NULL);
    execution_free(run->execution);
    run->execution = NULL;
    (void)end_snapshot(run, EIDER_ERROR_UNSUPPORTED, NULL);
    if ((status = renew_run(run, err)) != EIDER_OK)
        return status;
    verdict_no(&query->verdict, VERDICT_NET, "a fragment is not what the plan says: %s", why->message);
    query->explain = NULL;
    query->stats.distributed = false;
    return run_alone(run, mode, ret_result, err);
}

static bool is_not_custom(void *data, const struct eider_node *node)
{
    (void)data;
    return node->tag != NODE_CUSTOM;
}

/* A plan that an application made, or says in SQL, is its own matter: the net would hide its mistakes. */
static bool has_custom(const struct stage_graph *graph)
{
    bool none = !graph->by_rule && node_walk(graph->head.root, is_not_custom, NULL);

    for (uint32_t i = 0; none && i < graph->stage_count; i++)
        none = node_walk(graph->stages[i].root, is_not_custom, NULL);
    return !none;
}

static enum eider_status run_distributed(struct query_run *run, enum run_mode mode, duckdb_result *ret_result,
                                         struct eider_error *err)
{
    struct eider_error cause = {.status = EIDER_OK};
    enum eider_status status = start_distributed(run, mode, ret_result, &cause), failed = EIDER_OK;

    if (status != EIDER_OK && run->execution != NULL) {
        failed = execution_finish(run->execution, &cause);
        status = failed != EIDER_OK ? failed : status;
    }
    copy_out_undo(run);
    if (status == EIDER_ERROR_UNSUPPORTED && run->dispatched && !has_custom(&run->query->graph))
        return run_caught(run, mode, ret_result, &cause, err);
    if (status != EIDER_OK && err != NULL)
        *err = cause;
    return status;
}

/* Rows of native tables, which are read here whatever their number, and the start and good end of a transaction. */
static bool changes_rows_only(const char *statement)
{
    static const char *const words[] = {"INSERT", "UPDATE", "DELETE", "BEGIN", "COMMIT"};
    size_t length = strspn(statement, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == length && strncasecmp(statement, words[i], length) == 0)
            return true;
    }
    return false;
}

/* Settings, views, files, and what we do not know. EXPLAIN of such a statement may be an EXPLAIN ANALYZE. */
static bool may_change_verdicts(const struct eider_query *query)
{
    const struct statement_class *statement = &query->statement;

    if (statement->kind == STATEMENT_QUERY || statement->kind == STATEMENT_BLANK)
        return false;
    if (statement->kind == STATEMENT_EXPLAIN)
        return statement->rest_kind != STATEMENT_QUERY;
    return !changes_rows_only(query->sql + statement->first);
}

/*
 * A prepared query means what it means when it runs: settings, views and files may have changed since. What other statements
 * of the session have changed shows at once, what others have changed after a while.
 */
static bool is_stale(const struct eider_query *query)
{
    return (query->statement.kind == STATEMENT_QUERY || query->statement.kind == STATEMENT_WRITE) &&
           (query->generation != query->session->generation || now_ms() - query->planned_ms > PLAN_VALID_MS);
}

enum eider_status query_run_start(struct eider_query *query, enum run_mode mode, struct query_run *ret,
                                  duckdb_result *ret_result, struct eider_error *err)
{
    struct eider_session *session = query->session;
    struct query_run run = {.query = query, .started_ms = now_ms()};
    enum eider_status status;

    *ret_result = (duckdb_result){0};
    if (query->ran)
        return error_set(err, EIDER_ERROR_ARGUMENT, "this query has been run; prepare it again");
    query->ran = true;
    if ((is_stale(query) || query->parameters.changed) && (status = query_prepare(query, err)) != EIDER_OK)
        return status;
    if (may_change_verdicts(query)) {
        verdict_cache_clear(&session->verdicts);
        engine_settings_may_be_new(session->engine);
    }
    session->generation += query->statement.kind != STATEMENT_QUERY;
    if ((status = run_new(&run.run, err)) != EIDER_OK)
        return status;
    session_begin(session, run.run, NULL);
    if (query->verdict.kind == VERDICT_DISTRIBUTABLE)
        status = run_distributed(&run, mode, ret_result, err);
    else
        status = run_alone(&run, mode, ret_result, err);
    *ret = run;
    if (status != EIDER_OK)
        status = query_run_end(ret, status, err);
    return status;
}

static void take_stats(struct query_run *run)
{
    struct eider_query_stats *stats = &run->query->stats;
    struct execution_stats done;

    stats->execution_ms = now_ms() - run->started_ms;
    if (run->execution == NULL)
        return;
    execution_get_stats(run->execution, &done);
    stats->stages = done.stages;
    stats->tasks = done.tasks;
    stats->rows_exchanged = done.rows_exchanged;
    stats->bytes_exchanged = done.bytes_exchanged;
    stats->head_rows = done.head_rows;
    stats->head_bytes = done.head_bytes;
    stats->rows_filtered = done.rows_filtered;
    run->query->explain = NULL; /* it says more now */
}

enum eider_status query_run_end(struct query_run *run, enum eider_status status, struct eider_error *err)
{
    struct eider_error cause;
    enum eider_status failed = EIDER_OK;

    session_end(run->query->session);
    if (run->execution != NULL)
        failed = execution_finish(run->execution, &cause);
    if (status != EIDER_OK && failed != EIDER_OK) {
        status = failed;
        if (err != NULL)
            *err = cause;
    }
    if (status == EIDER_ERROR_UNSUPPORTED && run->execution != NULL &&
        run->dispatched) { /* not caught: the application's SQL */
        status = EIDER_ERROR_SQL;
        if (err != NULL)
            err->status = status;
    }
    take_stats(run);
    if (status != EIDER_OK && run->execution != NULL && !run->owns_transaction)
        abort_transaction(run);
    execution_free(run->execution);
    status = end_snapshot(run, status, err);
    run_detach(run->run);
    run_unref(run->run);
    run->execution = NULL;
    run->run = NULL;
    return status;
}
