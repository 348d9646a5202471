/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Task connections and the settings that go with them.
 *
 * A connection that has got settings is never reset: it goes back to the pool with them, and is only given to a task
 * that needs the same ones. Nearly all queries of a session do, so a task rarely waits for a SET.
 *
 * Threads: the pool has a mutex, held for list operations only; capturing reads the application's connection in the
 * application's thread, and the engine's own connection under its mutex. Failure: a connection that cannot take a
 * setting is closed.
 */
#include "engine/connection.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "engine/gate.h"
#include "engine/state.h"

#define MAX_IDLE       32u
#define NAMES_VALID_MS 1000
#define MAX_COPIED     64u

struct session_settings {
    _Atomic uint32_t refs;
    uint32_t count;
    struct session_setting list[]; /* strings are behind it */
};

enum rule_kind {
    RULE_COPIED,
    RULE_SENT,
    RULE_REFUSED,
    RULE_IGNORED
};

static const struct rule {
    const char *name;
    enum rule_kind kind;
    const char *default_text;
    const char *why;
} rules[] = {
#define COPIED(name, default_text)       {name, RULE_COPIED, default_text, NULL},
#define SENT(name)                       {name, RULE_SENT, NULL, NULL},
#define REFUSED(name, default_text, why) {name, RULE_REFUSED, default_text, why},
#define IGNORED(name)                    {name, RULE_IGNORED, NULL, NULL},
#include "engine/session_settings.def"
#undef COPIED
#undef SENT
#undef REFUSED
#undef IGNORED
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

/* ---- Lists of settings ---- */

static const struct rule *rule_for(const char *name)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (strcasecmp(rules[i].name, name) == 0)
            return &rules[i];
    }
    return NULL;
}

bool session_setting_is_listed(const char *name)
{
    return rule_for(name) != NULL;
}

enum eider_status session_settings_new(const struct session_setting *list, uint32_t count,
                                       struct session_settings **ret, struct eider_error *err)
{
    struct session_settings *settings;
    size_t bytes = sizeof(*settings) + count * sizeof(*list);
    char *text;

    *ret = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct rule *rule = rule_for(list[i].name);

        if (rule == NULL || (rule->kind != RULE_COPIED && rule->kind != RULE_SENT))
            return error_set(err, EIDER_ERROR_ARGUMENT, "a task cannot set %.100s", list[i].name);
        bytes += strlen(list[i].name) + strlen(list[i].value) + 2;
    }
    settings = calloc(1, bytes);
    if (settings == NULL)
        return error_no_memory(err);
    atomic_init(&settings->refs, 1);
    settings->count = count;
    text = (char *)&settings->list[count];
    for (uint32_t i = 0; i < count; i++) {
        settings->list[i].name = text;
        text = stpcpy(text, list[i].name) + 1;
        settings->list[i].value = text;
        text = stpcpy(text, list[i].value) + 1;
    }
    *ret = settings;
    return EIDER_OK;
}

struct session_settings *session_settings_ref(struct session_settings *settings)
{
    atomic_fetch_add_explicit(&settings->refs, 1, memory_order_relaxed);
    return settings;
}

void session_settings_unref(struct session_settings *settings)
{
    if (settings != NULL && atomic_fetch_sub_explicit(&settings->refs, 1, memory_order_acq_rel) == 1)
        free(settings);
}

const struct session_setting *session_settings_list(const struct session_settings *settings,
                                                    uint32_t *ret_count)
{
    *ret_count = settings == NULL ? 0 : settings->count;
    return settings == NULL ? NULL : settings->list;
}

static bool settings_equal(const struct session_settings *a, const struct session_settings *b)
{
    uint32_t count = a == NULL ? 0 : a->count;

    if (count != (b == NULL ? 0 : b->count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(a->list[i].name, b->list[i].name) != 0 || strcmp(a->list[i].value, b->list[i].value) != 0)
            return false;
    }
    return true;
}

/* ---- Capturing ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static void free_names(char **names)
{
    for (char **name = names; names != NULL && *name != NULL; name++)
        free(*name);
    free(names);
}

/* The names in the first column of a result that no rule is for. NULL if out of memory. */
static char **unlisted_names(duckdb_result *result)
{
    idx_t rows = duckdb_row_count(result), count = 0;
    char **names = calloc(rows + 1, sizeof(char *));

    for (idx_t i = 0; names != NULL && i < rows; i++) {
        char *name = duckdb_value_varchar(result, 0, i);

        if (name == NULL || ((rule_for(name) == NULL && strncmp(name, "eider_", 6) != 0) &&
                             (names[count++] = strdup(name)) == NULL)) {
            duckdb_free(name);
            free_names(names);
            return NULL;
        }
        duckdb_free(name);
    }
    return names;
}

/* The statement that lists them; prepared, because it runs often. */
static bool list_settings(struct engine *engine, duckdb_result *ret)
{
    struct gate_pass pass = {.inside = false};
    bool ok;

    memset(ret, 0, sizeof(*ret));
    if (engine->list_settings == NULL && gate_prepare(engine->own, "SELECT name FROM duckdb_settings()",
                                                      &engine->list_settings) != DuckDBSuccess)
        return false;
    gate_enter(&pass); /* it may be planned again */
    ok = duckdb_execute_prepared(engine->list_settings, ret) == DuckDBSuccess;
    gate_leave(&pass);
    return ok;
}

/* Asks DuckDB again which settings there are, if that is long ago. They only become more. Locked. */
static enum eider_status refresh_names(struct engine *engine, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_result result;
    char **names;

    if (engine->names_ms > 0 && now_ms() - engine->names_ms < NAMES_VALID_MS)
        return EIDER_OK;
    if (!list_settings(engine, &result)) {
        const char *why = duckdb_result_error(&result);
        if (why == NULL)
            why = duckdb_prepare_error(engine->list_settings);
        status = error_set(err, EIDER_ERROR_SQL, "DuckDB does not list its settings: %s",
                           why != NULL ? why : "no reason given");
        duckdb_destroy_prepare(&engine->list_settings);
    } else if (engine->extra_names == NULL || duckdb_row_count(&result) != engine->names) {
        if ((names = unlisted_names(&result)) == NULL) {
            status = error_no_memory(err);
        } else {
            free_names(engine->extra_names);
            engine->extra_names = names;
            engine->names = duckdb_row_count(&result);
        }
    }
    if (status == EIDER_OK)
        engine->names_ms = now_ms();
    duckdb_destroy_result(&result);
    return status;
}

void engine_settings_may_be_new(struct engine *engine)
{
    pthread_mutex_lock(&engine->own_mutex);
    engine->names_ms = 0;
    pthread_mutex_unlock(&engine->own_mutex);
}

/* Compares settings without a rule with the database's own values. */
static enum eider_status check_unlisted(struct engine *engine, duckdb_client_context context,
                                        struct verdict *verdict, struct eider_error *err)
{
    enum eider_status status;

    pthread_mutex_lock(&engine->own_mutex);
    status = refresh_names(engine, err);
    for (char **name = engine->extra_names; status == EIDER_OK && *name != NULL; name++) {
        char *value = engine_setting_text(context, *name);
        char *common = engine_setting_text(engine->own_context, *name);

        if ((value == NULL) != (common == NULL) || (value != NULL && strcmp(value, common) != 0))
            verdict_no(verdict, VERDICT_SETTING,
                       "the session has changed %s, which is not known to be harmless", *name);
        duckdb_free(value);
        duckdb_free(common);
    }
    pthread_mutex_unlock(&engine->own_mutex);
    return status;
}

enum eider_status session_settings_capture(struct engine *engine, duckdb_connection connection,
                                           struct session_settings **ret, struct verdict *verdict,
                                           struct eider_error *err)
{
    struct session_setting list[MAX_COPIED];
    char *texts[MAX_COPIED];
    uint32_t count = 0;
    duckdb_client_context context = NULL;
    enum eider_status status;

    *ret = NULL;
    duckdb_connection_get_client_context(connection, &context);
    if (context == NULL)
        return error_no_memory(err);
    for (size_t i = 0; i < RULE_COUNT && rules[i].kind != RULE_IGNORED && count < MAX_COPIED; i++) {
        const struct rule *rule = &rules[i];
        char *text = engine_setting_text(context, rule->name);
        bool is_default =
            text == NULL || (rule->default_text != NULL && strcasecmp(text, rule->default_text) == 0);

        if (rule->kind == RULE_REFUSED && !is_default)
            verdict_no(verdict, VERDICT_SETTING, "%s is '%.60s': %s", rule->name, text, rule->why);
        if (rule->kind == RULE_REFUSED || is_default) {
            duckdb_free(text);
            continue;
        }
        list[count] = (struct session_setting){.name = rule->name, .value = text};
        texts[count++] = text;
    }
    status = check_unlisted(engine, context, verdict, err);
    if (status == EIDER_OK && verdict->kind == VERDICT_DISTRIBUTABLE)
        status = session_settings_new(list, count, ret, err);
    while (count > 0)
        duckdb_free(texts[--count]);
    duckdb_destroy_client_context(&context);
    return status;
}

/* ---- Connections ---- */

static void close_connection(struct engine_connection *connection)
{
    if (connection == NULL)
        return;
    duckdb_disconnect(&connection->connection);
    session_settings_unref(connection->settings);
    free(connection);
}

void engine_connections_trim(struct engine *engine, uint32_t keep)
{
    struct engine_connection **link, *closed;

    pthread_mutex_lock(&engine->idle_mutex);
    link = &engine->idle;
    while (*link != NULL && keep > 0) {
        link = &(*link)->next;
        keep--;
    }
    closed = *link;
    *link = NULL;
    pthread_mutex_unlock(&engine->idle_mutex);
    while (closed != NULL) {
        struct engine_connection *next = closed->next;

        close_connection(closed);
        closed = next;
    }
}

static void append_quoted(struct buf *sql, const char *text, char quote)
{
    buf_putc(sql, quote);
    for (; *text != '\0'; text++) {
        if (*text == quote)
            buf_putc(sql, quote);
        buf_putc(sql, *text);
    }
    buf_putc(sql, quote);
}

static enum eider_status apply_setting(duckdb_connection connection, const struct session_setting *setting,
                                       struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_result result;
    struct buf sql;

    buf_init(&sql, 1 << 16);
    buf_puts(&sql, "SET SESSION ");
    append_quoted(&sql, setting->name, '"');
    buf_puts(&sql, " = ");
    append_quoted(&sql, setting->value, '\'');
    if (sql.failed) {
        status = error_no_memory(err);
    } else {
        if (gate_query(connection, sql.data, &result) != DuckDBSuccess)
            status = error_set(err, EIDER_ERROR_SQL, "a task cannot take over the setting %s: %s",
                               setting->name, duckdb_result_error(&result));
        duckdb_destroy_result(&result);
    }
    buf_done(&sql);
    return status;
}

/* Sets what the connection does not have yet. */
static enum eider_status apply_settings(struct engine_connection *connection,
                                        struct session_settings *settings, struct eider_error *err)
{
    duckdb_client_context context = NULL;
    enum eider_status status = EIDER_OK;

    if (settings == NULL)
        return EIDER_OK;
    connection->settings = session_settings_ref(settings);
    duckdb_connection_get_client_context(connection->connection, &context);
    if (context == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < settings->count && status == EIDER_OK; i++) {
        char *text = engine_setting_text(context, settings->list[i].name);

        if (text == NULL || strcmp(text, settings->list[i].value) != 0)
            status = apply_setting(connection->connection, &settings->list[i], err);
        duckdb_free(text);
    }
    duckdb_destroy_client_context(&context);
    return status;
}

static struct engine_connection *take_idle(struct engine *engine, const struct session_settings *settings)
{
    struct engine_connection *found = NULL;

    pthread_mutex_lock(&engine->idle_mutex);
    for (struct engine_connection **link = &engine->idle; *link != NULL; link = &(*link)->next) {
        if (settings_equal((*link)->settings, settings)) {
            found = *link;
            *link = found->next;
            found->next = NULL;
            break;
        }
    }
    pthread_mutex_unlock(&engine->idle_mutex);
    return found;
}

enum eider_status engine_connection_take(struct engine *engine, struct session_settings *settings,
                                         struct engine_connection **ret, struct eider_error *err)
{
    struct engine_connection *connection = take_idle(engine, settings);
    enum eider_status status;

    *ret = connection;
    if (connection != NULL)
        return EIDER_OK;
    connection = calloc(1, sizeof(*connection));
    if (connection == NULL)
        return error_no_memory(err);
    if (duckdb_connect(engine->database, &connection->connection) != DuckDBSuccess) {
        free(connection);
        return error_set(err, EIDER_ERROR_SQL, "DuckDB gives no connection for a task");
    }
    status = apply_settings(connection, settings, err);
    if (status != EIDER_OK) {
        close_connection(connection);
        return status;
    }
    *ret = connection;
    return EIDER_OK;
}

duckdb_connection engine_connection_handle(struct engine_connection *connection)
{
    return connection->connection;
}

void engine_connection_give(struct engine *engine, struct engine_connection *connection)
{
    if (connection == NULL)
        return;
    pthread_mutex_lock(&engine->idle_mutex);
    connection->next = engine->idle;
    engine->idle = connection;
    pthread_mutex_unlock(&engine->idle_mutex);
    engine_connections_trim(engine, MAX_IDLE);
}
