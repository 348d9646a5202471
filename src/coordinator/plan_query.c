/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From SQL to a stage graph: DuckDB's plan as JSON, import, planner. Whatever says no on the way is the verdict, and
 * the statement then runs on DuckDB as it is.
 *
 * DuckDB plans the statement once for that, and the columns of the result come with the plan. Only where they are not certain
 * (import/result.c), and the query is to be distributed, DuckDB is asked for them, and plans the statement once more.
 */
#include "coordinator/session.h"

#include <string.h>

#include "base/error.h"
#include "engine/gate.h"
#include "import/import.h"
#include "planner/planner.h"

static enum eider_status file_info(void *data, const char *path, struct planner_file *ret,
                                   struct eider_error *err)
{
    struct eider_query *query = data;
    struct engine_file_info info;
    enum eider_status status = engine_file_info(query->session->files, path, query->arena, &info, err);

    *ret = (struct planner_file){.bytes = 0};
    if (status != EIDER_OK || !info.is_local)
        return status;
    ret->bytes = info.bytes;
    ret->mtime_ns = info.mtime_ns;
    ret->rows = info.rows;
    ret->schema_hash = info.schema_hash;
    for (uint32_t i = 0; i < info.row_group_count; i++) {
        if (info.row_group_rows[i] > ret->row_group_rows)
            ret->row_group_rows = info.row_group_rows[i];
    }
    return EIDER_OK;
}

static double column_distinct(void *data, const char *first_path, uint32_t file_count, const char *column)
{
    struct eider_query *query = data;
    struct engine_file_column found;

    if (!engine_file_column(query->session->files, first_path, column, &found) || found.distinct < 0)
        return -1;
    /* Values that grow with the rows of one file are taken to grow with the files. */
    return found.distinct * 20 > (double)found.file_rows ? found.distinct * file_count : found.distinct;
}

static bool column_range(void *data, const char *path, const char *column, double *ret_least,
                         double *ret_greatest)
{
    struct eider_query *query = data;
    struct engine_file_column found;

    if (!engine_file_column(query->session->files, path, column, &found) || !found.has_range)
        return false;
    *ret_least = found.least;
    *ret_greatest = found.greatest;
    return true;
}

static bool column_bounds(void *data, const char *path, const char *column, struct planner_bounds *ret)
{
    struct eider_query *query = data;
    struct engine_file_column found;

    if (!engine_file_column(query->session->files, path, column, &found) || !found.has_bounds)
        return false;
    *ret = (struct planner_bounds){.least = (int64_t)found.least,
                                   .greatest = (int64_t)found.greatest,
                                   .covered = found.covered,
                                   .row_groups = found.row_group_count};
    return true;
}

static bool is_cancelled(void *data)
{
    return run_is_cancelled(data);
}

static enum eider_status ask(struct eider_query *query, const char *sql, unsigned flags, struct run *run,
                             struct engine_plan *ret, struct eider_error *err)
{
    struct engine_plan_request request = {.sql = sql, .flags = flags, .cancelled = is_cancelled, .data = run};

    return engine_plan(query->session->planner, &request, query->arena, ret, &query->verdict, err);
}

/* Import and planner. */
static enum eider_status plan_tree(struct eider_query *query, const struct engine_plan *tree,
                                   struct eider_error *err)
{
    const struct settings *settings = &query->settings;
    struct planner_options options = {.workers = query->workers.count,
                                      .bytes_per_task = settings->bytes_per_task,
                                      .max_tasks_per_stage = settings->max_tasks_per_stage,
                                      .partitions_per_task = settings->partitions_per_task,
                                      .broadcast_joins = settings->broadcast_joins,
                                      .range_scans = settings->range_scans,
                                      .bloom_filters = settings->bloom_filters,
                                      .partial_reduce_tree = settings->partial_reduce_tree,
                                      .broadcast_rows = settings->broadcast_rows,
                                      .file_info = file_info,
                                      .column_distinct = column_distinct,
                                      .column_range = column_range,
                                      .column_bounds = column_bounds,
                                      .file_data = query,
                                      .customs = &query->session->customs,
                                      .rule_count = query->session->rules.count,
                                      .handlers = query->session->handlers,
                                      .handler_count = query->session->handler_count,
                                      .observer = query->session->observer,
                                      .observer_data = query->session->observer_data};
    const struct declared_functions *functions = &query->session->functions;
    struct import_input input = {tree->plan_json, tree->plan_bytes, functions->items, functions->count};
    struct imported imported = {.root = NULL};
    enum eider_status status = import_plan(query->arena, &input, &imported, &query->verdict, err);

    query->reads_tables = imported.table_scans > 0;
    query->columns = imported.columns;
    if (status != EIDER_OK || query->verdict.kind != VERDICT_DISTRIBUTABLE)
        return status;
    options.rules = session_rules_entries(query->session, query->arena, options.workers);
    if (options.rules == NULL)
        return error_no_memory(err);
    return planner_plan(query->arena, imported.root, &options, &query->graph, &query->verdict, err);
}

static bool goes_on(const struct eider_query *query, enum eider_status status)
{
    return status == EIDER_OK && query->verdict.kind == VERDICT_DISTRIBUTABLE;
}

static enum eider_status check_functions(struct eider_query *query)
{
    if (!engine_functions_visible(query->session->engine, query->session->connection))
        verdict_no(&query->verdict, VERDICT_TRANSACTION,
                   "the transaction is older than Eider's functions in this database");
    return EIDER_OK;
}

/* What DuckDB refuses before it reads a row, no task should read rows for: a table that is not there, or has other columns. */
static enum eider_status check_write(struct eider_query *query)
{
    duckdb_prepared_statement prepared = NULL;

    if (gate_prepare(query->session->connection, query->sql, &prepared) != DuckDBSuccess) {
        const char *message = duckdb_prepare_error(prepared);
        verdict_no(&query->verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses the statement: %.200s",
                   message != NULL ? message : "");
    }
    duckdb_destroy_prepare(&prepared);
    return EIDER_OK;
}

static enum eider_status plan_statement(struct eider_query *query, const char *sql, struct run *run,
                                        struct eider_error *err)
{
    struct eider_session *session = query->session;
    struct engine_plan tree, described;
    enum eider_status status = EIDER_OK;

    if (session->files == NULL && (session->files = engine_files_new()) == NULL)
        status = error_no_memory(err);
    if (status == EIDER_OK && session->planner == NULL)
        status = engine_planner_new(session->engine, session->connection, &session->planner, err);
    if (status == EIDER_OK)
        status = ask(query, sql, ENGINE_PLAN_TREE, run, &tree, err);
    if (goes_on(query, status))
        status = plan_tree(query, &tree, err);
    if (goes_on(query, status))
        status = check_functions(query);
    if (goes_on(query, status))
        status = session_settings_capture(session->engine, session->connection, &query->session_settings,
                                          &query->verdict, err);
    if (goes_on(query, status) && query->statement.kind == STATEMENT_WRITE)
        status = check_write(query);
    if (goes_on(query, status) && query->columns.count == 0) {
        status = ask(query, sql, ENGINE_PLAN_COLUMNS, run, &described, err);
        query->columns = described.columns;
    }
    return status;
}

static enum eider_status find_workers(struct eider_query *query, struct eider_error *err)
{
    struct eider_session *session = query->session;
    enum eider_status status = cluster_workers(session->cluster, session->engine, session->transport,
                                               query->arena, &query->workers, err);

    if (status == EIDER_OK && query->workers.count == 0)
        verdict_no(&query->verdict, VERDICT_NO_CLUSTER, "the resolver of the cluster knows no worker");
    return status;
}

/*
 * Statements that are repeated and not distributed are planned once in a while only. EXPLAIN always plans: whoever asks
 * wants to know how it is now. What a query from here says when it is asked to explain itself is the remembered verdict,
 * which is why it runs as it does.
 */
static enum eider_status plan_unless_known(struct eider_query *query, const char *sql, struct run *run,
                                           struct eider_error *err)
{
    struct verdict_cache *verdicts = &query->session->verdicts;
    const struct settings *settings = &query->settings;
    enum eider_status status = settings_read(query->session->connection, &query->settings, err);
    bool remembers;

    if (status != EIDER_OK)
        return status;
    status = find_workers(query, err);
    if (!goes_on(query, status))
        return status;
    /* a rule may change its mind, workers may come */
    remembers = settings->verdict_cache && query->session->rules.count == 0 &&
                query->session->cluster->vtable->resolve == NULL;
    if (remembers && query->statement.kind != STATEMENT_EXPLAIN &&
        verdict_cache_find(verdicts, settings, sql, now_ms(), &query->verdict))
        return EIDER_OK;
    status = plan_statement(query, sql, run, err);
    if (status == EIDER_OK && remembers)
        verdict_cache_put(verdicts, settings, sql, now_ms(), &query->verdict);
    return status;
}

enum eider_status query_plan(struct eider_query *query, const char *sql, struct eider_error *err)
{
    struct run *run = NULL;
    enum eider_status status = run_new(&run, err);

    if (status != EIDER_OK)
        return status;
    session_begin(query->session, run, NULL);
    status = plan_unless_known(query, sql, run, err);
    session_end(query->session);
    if (status == EIDER_OK && run_is_cancelled(run)) /* when DuckDB was past noticing it */
        status = error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
    run_unref(run);
    return status;
}
