/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning by DuckDB: json_serialize_plan and preparing, on the application's connection.
 *
 * `disabled_optimizers` is a setting of the whole database. So one lock of the process (several handles may lead to
 * one database) covers: read the user's value, SET GLOBAL to its union with ours on a connection of our own (the
 * application's may be in an aborted transaction), plan, put the user's value back. Were it changed by someone else
 * meanwhile, that change stays. The gate keeps Eider's other statements from being planned meanwhile (gate.h says why).
 *
 * json_serialize_plan comes first: it catches its own errors and so does not abort the application's transaction.
 * Preparing follows only when it has succeeded.
 *
 * Threads: a planner has one user; the lock is static. Failure: what DuckDB says about the statement is a verdict.
 */
#include "engine/planning.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/lexer.h"
#include "engine/gate.h"
#include "engine/layout.h"
#include "engine/state.h"

/* They rewrite plans for one process, or leave plans that cannot be serialised; workers have all of them on. */
#define DISABLED_OPTIMIZERS                                                                                  \
    "column_lifetime,common_aggregate,compressed_materialization,in_clause,join_filter_pushdown,"            \
    "late_materialization,row_group_pruner,top_n_window_elimination"

#define LOCK_STEP_NS    10000000L /* how often someone who waits asks whether it was cancelled */
#define MAX_SET_BYTES   4096
#define MAX_QUERY_BYTES ((size_t)256 << 20)

static pthread_mutex_t planning_mutex = PTHREAD_MUTEX_INITIALIZER;

struct engine_planner {
    struct engine *engine;
    duckdb_connection application;
    duckdb_connection own; /* for SET GLOBAL */
    duckdb_client_context own_context;
    duckdb_prepared_statement serialize; /* NULL until the first plan */
};

/* One call of engine_plan. */
struct planning {
    struct engine_planner *planner;
    const struct engine_plan_request *request;
    struct arena *arena;
    struct engine_plan *ret;
    struct verdict *verdict;
    struct eider_error *err;
};

void engine_planner_free(struct engine_planner *planner)
{
    if (planner == NULL)
        return;
    duckdb_destroy_prepare(&planner->serialize);
    duckdb_destroy_client_context(&planner->own_context);
    duckdb_disconnect(&planner->own);
    engine_unref(planner->engine);
    free(planner);
}

enum eider_status engine_planner_new(struct engine *engine, duckdb_connection application,
                                     struct engine_planner **ret, struct eider_error *err)
{
    struct engine_planner *planner = calloc(1, sizeof(*planner));

    *ret = NULL;
    if (planner == NULL)
        return error_no_memory(err);
    planner->engine = engine_ref(engine);
    planner->application = application;
    if (duckdb_connect(engine->database, &planner->own) != DuckDBSuccess) {
        engine_planner_free(planner);
        return error_set(err, EIDER_ERROR_SQL, "DuckDB gives no connection to plan with");
    }
    duckdb_connection_get_client_context(planner->own, &planner->own_context);
    if (planner->own_context == NULL) {
        engine_planner_free(planner);
        return error_no_memory(err);
    }
    *ret = planner;
    return EIDER_OK;
}

/* ---- Outcomes ---- */

static enum eider_status cancelled(const struct planning *planning)
{
    return error_set(planning->err, EIDER_ERROR_CANCELLED, "the query was cancelled");
}

static bool is_cancelled(const struct planning *planning)
{
    return planning->request->cancelled != NULL && planning->request->cancelled(planning->request->data);
}

/* What a failed statement means: it was interrupted, or DuckDB refuses it and will say so again. */
static enum eider_status refused(const struct planning *planning, duckdb_error_type type, const char *message)
{
    if (type == DUCKDB_ERROR_INTERRUPT)
        return cancelled(planning);
    verdict_no(planning->verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses the statement: %.200s",
               message != NULL ? message : "");
    return EIDER_OK;
}

static bool is_open(const struct planning *planning)
{
    return planning->verdict->kind == VERDICT_DISTRIBUTABLE;
}

/* ---- Statements ---- */

/* Behind spaces, comments and opening parentheses. */
static const char *first_word(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n\f\v(;");
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            int depth = 1;
            for (sql += 2; *sql != '\0' && depth > 0; sql++) {
                if ((sql[0] == '*' && sql[1] == '/') || (sql[0] == '/' && sql[1] == '*'))
                    depth += *sql++ == '*' ? -1 : 1;
            }
        } else {
            return sql;
        }
    }
}

static bool starts_with_word(const char *sql, const char *const *words, size_t count)
{
    const char *word = first_word(sql);
    size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");

    for (size_t i = 0; i < count; i++) {
        if (strlen(words[i]) == length && strncasecmp(word, words[i], length) == 0)
            return true;
    }
    return false;
}

/* Other statements have nothing to distribute, and DuckDB need not be asked. WITH … INSERT gets through here, and
 * is found out by the root of its plan. */
static bool is_query(const char *sql)
{
    static const char *const words[] = {"SELECT", "WITH",        "FROM",         "VALUES",  "TABLE",
                                        "PIVOT",  "PIVOT_WIDER", "PIVOT_LONGER", "UNPIVOT", "SUMMARIZE"};

    return starts_with_word(sql, words, sizeof(words) / sizeof(words[0]));
}

/* The only text of the only row. Destroys the result. */
static enum eider_status take_text(struct planning *planning, duckdb_result *result, const char **ret,
                                   size_t *ret_bytes)
{
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    enum eider_status status = EIDER_OK;

    *ret = "";
    *ret_bytes = 0;
    if (chunk != NULL && duckdb_data_chunk_get_size(chunk) > 0) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, 0);
        uint64_t *validity = duckdb_vector_get_validity(vector);

        if (validity == NULL || duckdb_validity_row_is_valid(validity, 0)) {
            duckdb_string_t *text = duckdb_vector_get_data(vector);
            *ret_bytes = duckdb_string_t_length(*text);
            *ret = arena_strndup(planning->arena, duckdb_string_t_data(text), *ret_bytes);
        }
    }
    if (*ret == NULL)
        status = error_no_memory(planning->err);
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(result);
    return status;
}

static bool run_quietly(duckdb_connection connection, const char *sql)
{
    duckdb_result result;
    bool ok = duckdb_query(connection, sql, &result) == DuckDBSuccess;

    duckdb_destroy_result(&result);
    return ok;
}

/* For the whole database, with the value quoted; to be freed. NULL: out of memory, or too long. */
static char *optimizers_statement(const char *value)
{
    char *statement;
    struct buf sql;

    buf_init(&sql, MAX_SET_BYTES);
    buf_puts(&sql, "SET GLOBAL disabled_optimizers = '");
    for (; *value != '\0'; value++) {
        if (*value == '\'')
            buf_putc(&sql, '\'');
        buf_putc(&sql, *value);
    }
    buf_putc(&sql, '\'');
    statement = buf_take(&sql, NULL);
    buf_done(&sql);
    return statement;
}

/* ---- The plan ---- */

static enum eider_status prepare_serialize(struct planning *planning)
{
    struct engine_planner *planner = planning->planner;
    enum eider_status status = EIDER_OK;

    if (planner->serialize != NULL)
        return EIDER_OK;
    if (duckdb_prepare(planner->application,
                       "SELECT system.main.json_serialize_plan(CAST($1 AS VARCHAR), skip_null := true, "
                       "skip_empty := false, skip_default := true, optimize := true)",
                       &planner->serialize) != DuckDBSuccess) {
        status = refused(planning, DUCKDB_ERROR_INVALID, duckdb_prepare_error(planner->serialize));
        duckdb_destroy_prepare(&planner->serialize);
    }
    return status;
}

/* The plan of one text, as ret->plan_json. */
static enum eider_status serialize_text(struct planning *planning, const char *sql)
{
    static const char interrupted[] = "{\"error\":true,\"error_type\":\"interrupt\"";
    struct engine_planner *planner = planning->planner;
    enum eider_status status = prepare_serialize(planning);
    duckdb_result result;

    if (status != EIDER_OK || planner->serialize == NULL)
        return status;
    if (duckdb_bind_varchar(planner->serialize, 1, sql) != DuckDBSuccess)
        return error_no_memory(planning->err);
    if (duckdb_execute_prepared(planner->serialize, &result) != DuckDBSuccess) {
        status = refused(planning, duckdb_result_error_type(&result), duckdb_result_error(&result));
        duckdb_destroy_result(&result);
        /* whatever the reason, the next plan starts from a fresh statement */
        duckdb_destroy_prepare(&planner->serialize);
        planner->serialize = NULL;
        return status;
    }
    status = take_text(planning, &result, &planning->ret->plan_json, &planning->ret->plan_bytes);
    if (status == EIDER_OK && strncmp(planning->ret->plan_json, interrupted, sizeof(interrupted) - 1) == 0)
        return cancelled(planning);
    return status;
}

static bool may_be_table(const char *sql)
{
    static const char *const words[] = {"SELECT", "WITH", "FROM", "VALUES", "TABLE"};

    return starts_with_word(sql, words, sizeof(words) / sizeof(words[0])) &&
           lexer_is_storable(sql, strlen(sql));
}

/* True if the text that DuckDB gave is an error which another form of the query may not have. */
static bool is_error(const struct planning *planning)
{
    return strncmp(planning->ret->plan_json, "{\"error\":true", 13) == 0 &&
           strstr(planning->ret->plan_json, "Serialize not implemented") == NULL;
}

/*
 * The plan of a table made of the query, because it has the names of the columns too; none is made. Where that cannot be
 * had (SUMMARIZE is no table, nor is what changes tables), the plan of the query alone.
 */
static enum eider_status serialize(struct planning *planning)
{
    enum eider_status status = EIDER_OK;
    bool done = false;
    struct buf sql;

    if (may_be_table(planning->request->sql)) {
        buf_init(&sql, MAX_QUERY_BYTES);
        buf_puts(&sql, "CREATE TEMP TABLE \"eider result\" AS\n");
        buf_puts(&sql, planning->request->sql);
        if (!sql.failed) {
            status = serialize_text(planning, sql.data);
            done = status != EIDER_OK || !is_open(planning) || !is_error(planning);
        }
        buf_done(&sql);
    }
    return done ? status : serialize_text(planning, planning->request->sql);
}

static bool has_plan(const struct planning *planning)
{
    if ((planning->request->flags & ENGINE_PLAN_TREE) == 0)
        return is_open(planning);
    return is_open(planning) && planning->ret->plan_bytes > 0 &&
           strncmp(planning->ret->plan_json, "{\"error\":true", 13) != 0;
}

/* ---- The lock ---- */

static enum eider_status lock(struct planning *planning)
{
    if (planning->request->cancelled == NULL)
        return pthread_mutex_lock(&planning_mutex) == 0 ? EIDER_OK : error_no_memory(planning->err);
    for (;;) {
        struct timespec until;
        int failed;

        if (is_cancelled(planning))
            return cancelled(planning);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOCK_STEP_NS;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        failed = pthread_mutex_timedlock(&planning_mutex, &until);
        if (failed == 0)
            return EIDER_OK;
        if (failed != ETIMEDOUT)
            return error_no_memory(planning->err);
    }
}

/* Puts the user's list back with `statement`, unless someone has changed it since. It needs no memory of ours. */
static enum eider_status restore_optimizers(struct planning *planning, const char *ours,
                                            const char *statement, enum eider_status status)
{
    struct engine_planner *planner = planning->planner;
    char *now = engine_setting_text(planner->own_context, "disabled_optimizers");
    bool untouched = now == NULL || strcmp(now, ours) == 0;

    duckdb_free(now);
    if (!untouched || run_quietly(planner->own, statement))
        return status;
    return error_set(planning->err, EIDER_ERROR_SQL,
                     "the setting disabled_optimizers cannot be put back: %.200s", statement);
}

static enum eider_status plan_locked(struct planning *planning)
{
    struct engine_planner *planner = planning->planner;
    enum eider_status status;
    char *before = engine_setting_text(planner->own_context, "disabled_optimizers"), *ours = NULL;
    char *both = arena_printf(planning->arena, "%s%s%s", DISABLED_OPTIMIZERS,
                              before != NULL && *before != '\0' ? "," : "", before != NULL ? before : "");
    char *change = both != NULL ? optimizers_statement(both) : NULL;
    char *restore = before != NULL ? optimizers_statement(before) : NULL;

    if (before == NULL || both == NULL) {
        status = error_no_memory(planning->err);
    } else if (change == NULL || restore == NULL || !run_quietly(planner->own, change)) {
        verdict_no(planning->verdict, VERDICT_SETTING,
                   "DuckDB does not let the setting disabled_optimizers change");
        status = EIDER_OK;
    } else {
        ours = engine_setting_text(planner->own_context, "disabled_optimizers");
        status = is_cancelled(planning) ? cancelled(planning) : serialize(planning);
        status = restore_optimizers(planning, ours != NULL ? ours : both, restore, status);
    }
    free(change);
    free(restore);
    duckdb_free(ours);
    duckdb_free(before);
    return status;
}

/* ---- Settings and columns ---- */

/* Settings under which planning is impossible or the serialised plan is another one: json_serialize_plan parses
 * with the default options, whatever the session's are. */
static bool check_settings(struct planning *planning)
{
    static const struct {
        const char *name;
        const char *good;
        const char *why;
    } settings[] = {
        {"lock_configuration", "false", "planning has to change settings for a moment"},
        {"integer_division", "false", "the plan that DuckDB gives does not follow it"},
        {"preserve_identifier_case", "true", "the plan that DuckDB gives does not follow it"},
        {"allow_parser_override_extension", "default", "the plan that DuckDB gives does not follow it"},
    };
    duckdb_client_context context = NULL;
    bool ok = true;

    duckdb_connection_get_client_context(planning->planner->application, &context);
    for (size_t i = 0; context != NULL && ok && i < sizeof(settings) / sizeof(settings[0]); i++) {
        char *value = engine_setting_text(context, settings[i].name);

        if (value != NULL && strcasecmp(value, settings[i].good) != 0)
            ok = verdict_no(planning->verdict, VERDICT_SETTING, "%s is %.60s: %s", settings[i].name, value,
                            settings[i].why);
        duckdb_free(value);
    }
    duckdb_destroy_client_context(&context);
    return ok;
}

static enum eider_status read_columns(struct planning *planning, duckdb_prepared_statement statement)
{
    idx_t count = duckdb_prepared_statement_column_count(statement);
    struct column_list columns = column_list_new(planning->arena, (uint32_t)count);

    if (count == 0 || columns.count != count)
        return error_no_memory(planning->err);
    for (uint32_t i = 0; i < columns.count; i++) {
        const char *name = duckdb_prepared_statement_column_name(statement, i);
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
        enum eider_status status;

        columns.items[i].name =
            str_make(planning->arena, name != NULL ? name : "", name != NULL ? strlen(name) : 0);
        duckdb_free((void *)name);
        status = engine_type_from_duckdb(planning->arena, type, &columns.items[i].type, planning->err);
        duckdb_destroy_logical_type(&type);
        if (status == EIDER_ERROR_UNSUPPORTED) {
            verdict_no(planning->verdict, VERDICT_TYPE,
                       "column %u of the result has a type that cannot be handed on", i + 1);
            return EIDER_OK;
        }
        if (status != EIDER_OK)
            return status;
    }
    planning->ret->columns = columns;
    return EIDER_OK;
}

/* Names and types of the result: those of the prepared statement are DuckDB's own. */
static enum eider_status describe(struct planning *planning)
{
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;

    if (gate_prepare(planning->planner->application, planning->request->sql, &statement) != DuckDBSuccess) {
        const char *message = duckdb_prepare_error(statement);
        bool interrupted = message != NULL && strncmp(message, "INTERRUPT", 9) == 0;
        status = refused(planning, interrupted ? DUCKDB_ERROR_INTERRUPT : DUCKDB_ERROR_INVALID, message);
    } else if (duckdb_nparams(statement) > 0) {
        verdict_no(planning->verdict, VERDICT_PARAMETER, "the statement has parameters");
    } else {
        status = read_columns(planning, statement);
    }
    duckdb_destroy_prepare(&statement);
    return status;
}

static enum eider_status plan_tree(struct planning *planning)
{
    enum eider_status status = lock(planning);

    if (status != EIDER_OK)
        return status;
    gate_close();
    status = plan_locked(planning);
    gate_open();
    pthread_mutex_unlock(&planning_mutex);
    return status;
}

/* Looking into files may take long, so it comes before the lock. */
static enum eider_status plan_text(struct planning *planning)
{
    const struct engine_plan_request *request = planning->request;
    struct text_scans *scans = NULL;
    enum eider_status status = text_scans_open(planning->planner->application, request->text_functions,
                                               planning->arena, &scans, planning->verdict, planning->err);

    if (status == EIDER_OK && is_open(planning))
        status =
            text_scans_describe(scans, request->sql, request->task_bytes, planning->verdict, planning->err);
    if (status == EIDER_OK && is_open(planning)) {
        planning->ret->text_files = text_scans_files(scans);
        status = is_cancelled(planning) ? cancelled(planning) : plan_tree(planning);
    }
    return text_scans_close(scans, status, planning->err);
}

enum eider_status engine_plan(struct engine_planner *planner, const struct engine_plan_request *request,
                              struct arena *arena, struct engine_plan *ret, struct verdict *verdict,
                              struct eider_error *err)
{
    struct planning planning = {planner, request, arena, ret, verdict, err};
    enum eider_status status = EIDER_OK;

    memset(ret, 0, sizeof(*ret));
    ret->plan_json = "";
    if (!is_query(request->sql)) {
        verdict_no(verdict, VERDICT_NOT_A_QUERY, "the statement is no query");
        return EIDER_OK;
    }
    if (!check_settings(&planning))
        return EIDER_OK;
    if ((request->flags & ENGINE_PLAN_TREE) != 0)
        status = request->text_functions != 0 ? plan_text(&planning) : plan_tree(&planning);
    if (status != EIDER_OK || !has_plan(&planning) || (request->flags & ENGINE_PLAN_COLUMNS) == 0)
        return status;
    return is_cancelled(&planning) ? cancelled(&planning) : describe(&planning);
}
