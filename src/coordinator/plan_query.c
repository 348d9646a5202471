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
#include "coordinator/copy_out.h"
#include "engine/state.h"
#include "engine/target.h"
#include "import/import.h"
#include "plan/object.h"
#include "planner/planner.h"

static bool is_cancelled(void *data)
{
    return run_is_cancelled(data);
}

/* One statement while it is planned. */
struct statement {
    struct eider_query *query;
    const char *sql;
    struct run *run;
    unsigned text_functions; /* that its plan goes round */
    const struct eider_node *root;
};

static bool goes_on(const struct eider_query *query, enum eider_status status)
{
    return status == EIDER_OK && query->verdict.kind == VERDICT_DISTRIBUTABLE;
}

static enum eider_status ask(const struct statement *statement, unsigned flags, struct engine_plan *ret,
                             struct eider_error *err)
{
    struct eider_query *query = statement->query;
    struct engine_plan_request request = {.sql = statement->sql,
                                          .flags = flags,
                                          .task_bytes = query->settings.bytes_per_task,
                                          .cancelled = is_cancelled,
                                          .data = statement->run};

    if ((flags & ENGINE_PLAN_TREE) != 0)
        request.text_functions = statement->text_functions;
    return engine_plan(query->session->planner, &request, query->arena, ret, &query->verdict, err);
}

/* ---- CSV and JSON files ---- */

/* What is found in the statement: functions that its plan has to go round, or that it is not worth a plan. */
static enum eider_status find_text_files(struct statement *statement, struct eider_error *err)
{
    struct eider_query *query = statement->query;
    struct eider_session *session = query->session;
    struct text_files_found found;
    enum eider_status status =
        text_files_find(session->connection, statement->sql, query->arena, &session->text_names, &found, err);

    if (status != EIDER_OK || found.functions == 0)
        return status;
    statement->text_functions = found.functions;
    if (found.special)
        verdict_no(&query->verdict, VERDICT_TABLE_FUNCTION,
                   "a scan of CSV or JSON files reads what is no regular file");
    else if (found.known && found.bytes <= (double)query->settings.bytes_per_task &&
             session->handler_count == 0 && session->rules.count == 0)
        verdict_no(&query->verdict, VERDICT_SMALL,
                   "there is too little work to distribute besides CSV and JSON files that one task reads");
    return EIDER_OK;
}

/* The functions of which one is the scan that DuckDB has met and does not write; 0 if the plan is another. */
static unsigned unwritten_functions(const struct engine_plan *tree)
{
    if (tree->plan_bytes == 0 || strncmp(tree->plan_json, "{\"error\":true", 13) != 0 ||
        strstr(tree->plan_json, "Serialize not implemented") == NULL)
        return 0;
    if (strstr(tree->plan_json, "CSV") != NULL)
        return TEXT_CSV_FUNCTIONS;
    return TEXT_JSON_FUNCTIONS;
}

/*
 * The plan, around CSV and JSON files if need be. A statement that does not look like it shows at the first try, and the
 * functions that it calls in macros, which nobody has looked into, at the next ones.
 */
static enum eider_status ask_tree(struct statement *statement, struct engine_plan *ret,
                                  struct eider_error *err)
{
    struct eider_query *query = statement->query;
    bool looked = text_files_suspected(&query->session->text_names, statement->sql);
    enum eider_status status = looked ? find_text_files(statement, err) : EIDER_OK;

    while (goes_on(query, status)) {
        unsigned before = statement->text_functions, unwritten;

        status = ask(statement, ENGINE_PLAN_TREE, ret, err);
        if (!goes_on(query, status) || (unwritten = unwritten_functions(ret)) == 0)
            break;
        if (!looked)
            status = find_text_files(statement, err);
        looked = true;
        statement->text_functions |= unwritten;
        if (statement->text_functions == before)
            break;
    }
    return status;
}

/*
 * The plan was made with other functions in the place of DuckDB's, so the statement is compared with what it is to DuckDB: it has
 * to be one, with the same columns.
 */
static enum eider_status check_text_plan(const struct statement *statement, struct eider_error *err)
{
    struct eider_query *query = statement->query;
    const struct column_list *planned = &statement->root->columns;
    struct engine_plan described;
    enum eider_status status = text_functions_check(query->session->connection, statement->text_functions,
                                                    query->arena, &query->verdict, err);
    bool same;

    if (goes_on(query, status))
        status = ask(statement, ENGINE_PLAN_COLUMNS, &described, err);
    if (!goes_on(query, status))
        return status;
    same = described.columns.count == planned->count &&
           (query->columns.count == 0 || query->columns.count == planned->count);
    for (uint32_t i = 0; i < planned->count && same; i++) {
        const struct column *column = &described.columns.items[i];
        same = type_equal(column->type, planned->items[i].type) &&
               (query->columns.count == 0 || str_equal(column->name, query->columns.items[i].name));
    }
    query->columns = described.columns;
    if (!same)
        verdict_no(&query->verdict, VERDICT_TABLE_FUNCTION,
                   "with its scans of CSV or JSON files the statement has other columns");
    return EIDER_OK;
}

/* ---- The plan ---- */

/* True if the rows of the head become the result in their order. What DuckDB writes, it would write with one thread, because a
 * source has no batch index. */
static bool result_keeps_order(const struct eider_query *query)
{
    duckdb_client_context context = NULL;
    bool keeps = false;
    char *text;

    if (query->statement.query_end != 0)
        return false;
    duckdb_connection_get_client_context(query->session->connection, &context);
    if (context == NULL)
        return false;
    text = engine_setting_text(context, "preserve_insertion_order");
    keeps = text != NULL && strcmp(text, "true") == 0;
    duckdb_free(text);
    duckdb_destroy_client_context(&context);
    return keeps;
}

/* Import and planner. */
static enum eider_status plan_tree(struct statement *statement, const struct engine_plan *tree,
                                   struct eider_error *err)
{
    struct eider_query *query = statement->query;
    const struct settings *settings = &query->settings;
    struct planner_options options = {
        .workers = query->workers.count,
        .bytes_per_task = settings->bytes_per_task,
        .max_tasks_per_stage = settings->max_tasks_per_stage,
        .partitions_per_task = settings->partitions_per_task,
        .broadcast_joins = settings->broadcast_joins,
        .range_scans = settings->range_scans,
        .range_sorts = settings->range_sorts && result_keeps_order(query),
        .bloom_filters = settings->bloom_filters,
        .partial_reduce_tree = settings->partial_reduce_tree,
        .broadcast_rows = settings->broadcast_rows,
        .file_info = planned_files_info,
        .column_distinct = planned_files_distinct,
        .column_share = planned_files_share,
        .column_range = planned_files_range,
        .column_bounds = planned_files_bounds,
        .file_data = &query->files,
        .table_info = query->session->cluster->shares_database ? shared_tables_info : NULL,
        .table_data = &query->tables,
        .customs = &query->session->customs,
        .rule_count = query->session->rules.count,
        .handlers = query->session->handlers,
        .handler_count = query->session->handler_count,
        .observer = query->session->observer,
        .observer_data = query->session->observer_data};
    const struct declared_functions *functions = &query->session->functions;
    struct import_input input = {.plan_json = tree->plan_json,
                                 .plan_bytes = tree->plan_bytes,
                                 .declared = functions->items,
                                 .declared_count = functions->count,
                                 .text_files = tree->text_files};
    struct imported imported = {.root = NULL};
    enum eider_status status = import_plan(query->arena, &input, &imported, &query->verdict, err);

    statement->root = imported.root;
    query->reads_tables = imported.table_scans > 0;
    query->tables = (struct shared_tables){.count = 0};
    planned_files_begin(&query->files, query->session->files, query->arena);
    query->keeps_order = imported.root != NULL && planner_keeps_order(imported.root);
    query->columns = imported.columns;
    if (status != EIDER_OK || query->verdict.kind != VERDICT_DISTRIBUTABLE)
        return status;
    if (query->reads_tables && (status = shared_tables_begin(&query->tables, query->arena, statement->run,
                                                             query->session->connection,
                                                             settings->split_native_tables, err)) != EIDER_OK)
        return status;
    options.rules = session_rules_entries(query->session, query->arena, options.workers);
    if (options.rules == NULL)
        return error_no_memory(err);
    return planner_plan(query->arena, imported.root, &options, &query->graph, &query->verdict, err);
}

/* A transaction that sees them is followed by younger ones only, so the answer yes is asked for once. */
static enum eider_status check_functions(struct eider_query *query)
{
    struct eider_session *session = query->session;

    session->functions_visible =
        session->functions_visible || engine_functions_visible(session->engine, session->connection);
    if (!session->functions_visible)
        verdict_no(&query->verdict, VERDICT_TRANSACTION,
                   "the transaction is older than Eider's functions in this database");
    return EIDER_OK;
}

/*
 * What DuckDB does with the rows may forbid that tasks make them: it would refuse them all, or what is left of them depends on
 * the order in which they come.
 */
static enum eider_status check_write(struct eider_query *query, struct run *run, struct eider_error *err)
{
    const struct statement_class *statement = &query->statement;
    struct engine_target target;
    enum eider_status status;

    if (statement->query_end == 0)
        return EIDER_OK;
    if (statement->conflict && query->keeps_order) {
        verdict_no(&query->verdict, VERDICT_ORDER_DEPENDENT,
                   "which of several rows of one key is kept depends on the order of stored rows");
        return EIDER_OK;
    }
    status =
        engine_target_look(run, query->session->connection, query->target, &target, &query->verdict, err);
    if (goes_on(query, status) && target.counts_rows && query->keeps_order)
        verdict_no(&query->verdict, VERDICT_ORDER_DEPENDENT,
                   "the numbers of a sequence are given in the order of stored rows");
    return status;
}

static enum eider_status plan_statement(struct eider_query *query, const char *sql, struct run *run,
                                        struct eider_error *err)
{
    struct eider_session *session = query->session;
    struct statement statement = {.query = query, .sql = sql, .run = run};
    struct engine_plan tree = {.plan_json = ""}, described;
    enum eider_status status = EIDER_OK;

    if (session->files == NULL && (session->files = engine_files_new()) == NULL)
        status = error_no_memory(err);
    if (status == EIDER_OK && session->planner == NULL)
        status = engine_planner_new(session->engine, session->connection, &session->planner, err);
    if (status == EIDER_OK)
        status = ask_tree(&statement, &tree, err);
    if (goes_on(query, status))
        status = plan_tree(&statement, &tree, err);
    if (goes_on(query, status)) {
        parameters_check_plan(query, tree.plan_json, tree.plan_bytes);
        status = check_functions(query);
    }
    if (goes_on(query, status))
        status = session_settings_capture(session->engine, session->connection, &query->session_settings,
                                          &query->verdict, err);
    if (goes_on(query, status))
        status = check_write(query, run, err);
    if (goes_on(query, status) && statement.text_functions != 0)
        status = check_text_plan(&statement, err);
    if (goes_on(query, status) && query->columns.count == 0) {
        status = ask(&statement, ENGINE_PLAN_COLUMNS, &described, err);
        query->columns = described.columns;
    }
    if (goes_on(query, status))
        status = parameters_name_columns(query, err);
    return goes_on(query, status) ? copy_out_plan(query, run, err) : status;
}

/* With values in the place of parameters. */
static enum eider_status plan_bound(struct eider_query *query, const char *sql, struct run *run,
                                    struct eider_error *err)
{
    enum eider_status status = parameters_enter(query, run, err);

    if (goes_on(query, status))
        status = plan_statement(query, sql, run, err);
    parameters_leave(query);
    return status;
}

static enum eider_status find_workers(struct eider_query *query, struct eider_error *err)
{
    struct eider_session *session = query->session;
    enum eider_status status = cluster_workers(session->cluster, session->engine, session->transport,
                                               query->arena, &query->workers, err);

    if (status == EIDER_OK && query->workers.count == 0 && query->workers.left_out != NULL)
        verdict_no(&query->verdict, VERDICT_NO_CLUSTER,
                   "no worker that the resolver named can be used: %.300s", query->workers.left_out);
    else if (status == EIDER_OK && query->workers.count == 0)
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
    /* a rule may change its mind, workers may come, values may be others */
    remembers = settings->verdict_cache && query->parameters.count == 0 && query->session->rules.count == 0 &&
                query->statement.query_end == 0 && query->session->cluster->vtable->resolve == NULL;
    if (remembers && query->statement.kind != STATEMENT_EXPLAIN &&
        verdict_cache_find(verdicts, settings, sql, now_ms(), &query->verdict))
        return EIDER_OK;
    status = plan_bound(query, sql, run, err);
    if (query->tables.in_transaction)
        remembers = false; /* the transaction will end */
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
