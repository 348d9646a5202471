/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs the statements: DuckDB alone, and Eider through its public interface, each on a connection of its own.
 * Engines of Eider share one database, as several sessions of one application do. One thread uses the engines; the
 * watchdog's thread only interrupts them. A statement that does not even stop when it is cancelled ends the program:
 * a hang is a failure too.
 */
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "remote_workers.h"

enum {
    MAX_ROWS = 20000000
};
static const double cancel_grace_ms = 60000;

/* ---- Watchdog ----------------------------------------------------------------------------------------------- */

static void engine_interrupt(struct engine *engine)
{
    if (engine->session != NULL) {
        eider_session_cancel(engine->session);
    } else {
        duckdb_interrupt(engine->connection);
    }
}

static void *watchdog_main(void *data)
{
    struct watchdog *watchdog = data;
    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 20000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        if (watchdog->target == NULL) {
            pthread_cond_wait(&watchdog->wake, &watchdog->lock);
            continue;
        }
        pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &until);
        double now = clock_ms();
        if (watchdog->target != NULL && now > watchdog->deadline_ms) {
            if (now > watchdog->deadline_ms + cancel_grace_ms) {
                die("%s: a statement does not stop when it is cancelled", watchdog->target->label);
            }
            watchdog->fired = true;
            engine_interrupt(watchdog->target); /* again and again: the statement may not have begun yet */
        }
    }
    pthread_mutex_unlock(&watchdog->lock);
    return NULL;
}

void watchdog_init(struct watchdog *watchdog)
{
    *watchdog = (struct watchdog){0};
    pthread_mutex_init(&watchdog->lock, NULL);
    pthread_cond_init(&watchdog->wake, NULL);
    if (pthread_create(&watchdog->thread, NULL, watchdog_main, watchdog) != 0) {
        die("cannot start a thread");
    }
}

static void watchdog_watch(struct watchdog *watchdog, struct engine *engine, double timeout_ms)
{
    pthread_mutex_lock(&watchdog->lock);
    watchdog->target = engine;
    watchdog->fired = false;
    watchdog->deadline_ms = clock_ms() + timeout_ms;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
}

/* True if it had to interrupt. */
static bool watchdog_leave(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    watchdog->target = NULL;
    bool fired = watchdog->fired;
    pthread_mutex_unlock(&watchdog->lock);
    return fired;
}

void watchdog_done(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stop = true;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->wake);
    pthread_mutex_destroy(&watchdog->lock);
}

/* ---- Engines ------------------------------------------------------------------------------------------------ */

void engine_init_duckdb(struct engine *engine, const char *label, int threads, struct watchdog *watchdog)
{
    *engine = (struct engine){.owns_database = true, .watchdog = watchdog};
    snprintf(engine->label, sizeof(engine->label), "%s", label);
    char number[16];
    snprintf(number, sizeof(number), "%d", threads);
    duckdb_config config = NULL;
    char *error = NULL;
    if (duckdb_create_config(&config) != DuckDBSuccess ||
        duckdb_set_config(config, "threads", number) != DuckDBSuccess ||
        duckdb_open_ext(NULL, &engine->database, config, &error) != DuckDBSuccess ||
        duckdb_connect(engine->database, &engine->connection) != DuckDBSuccess) {
        die("cannot open a database: %s", error == NULL ? "no reason given" : error);
    }
    duckdb_destroy_config(&config);
}

/* The cluster of the engine. */
static enum eider_status make_cluster(struct engine *engine, bool remote, struct eider_error *err)
{
    if (!remote) {
        return eider_cluster_new_local(engine->workers, &engine->cluster, err);
    }
    engine->remote = xcalloc(1, sizeof(*engine->remote));
    return remote_start(engine->remote, engine->workers, NULL, &engine->cluster, err);
}

void engine_init_eider(struct engine *engine, duckdb_database database, uint32_t workers, bool remote,
                       struct watchdog *watchdog)
{
    *engine = (struct engine){.database = database, .workers = workers, .watchdog = watchdog};
    snprintf(engine->label, sizeof(engine->label), "eider %u", workers);
    struct eider_error err;
    if (duckdb_connect(database, &engine->connection) != DuckDBSuccess) {
        die("cannot connect to the database");
    }
    if (make_cluster(engine, remote, &err) != EIDER_OK ||
        eider_session_new(database, engine->connection, engine->cluster, NULL, &engine->session, &err) !=
            EIDER_OK) {
        die("%s: %s", engine->label, err.message);
    }
}

void engine_done(struct engine *engine)
{
    eider_session_free(engine->session);
    eider_cluster_unref(engine->cluster);
    if (engine->remote != NULL) {
        remote_stop(engine->remote);
        free(engine->remote);
    }
    duckdb_disconnect(&engine->connection);
    if (engine->owns_database) {
        duckdb_close(&engine->database);
    }
    *engine = (struct engine){0};
}

/* ---- Statements --------------------------------------------------------------------------------------------- */

/* The rows of a result; a statement with more of them than the engine takes has failed. */
static void take_rows(const struct engine *engine, duckdb_result *result, struct outcome *ret)
{
    ret->too_large = !rows_init(&ret->rows, result, engine->max_rows == 0 ? MAX_ROWS : engine->max_rows);
    if (ret->too_large) {
        ret->ok = false;
        ret->error = (struct eider_error){.status = EIDER_ERROR_SQL, .stage = -1, .task = -1, .worker = -1};
        snprintf(ret->error.message, sizeof(ret->error.message), "the result has too many rows");
    }
}

static void run_duckdb(struct engine *engine, const char *sql, struct outcome *ret)
{
    duckdb_result result;
    ret->ok = duckdb_query(engine->connection, sql, &result) == DuckDBSuccess;
    if (ret->ok) {
        take_rows(engine, &result, ret);
    } else {
        const char *message = duckdb_result_error(&result);
        ret->error = (struct eider_error){.status = EIDER_ERROR_SQL, .stage = -1, .task = -1, .worker = -1};
        snprintf(ret->error.message, sizeof(ret->error.message), "%s", message == NULL ? "" : message);
    }
    duckdb_destroy_result(&result);
}

static void run_eider(struct engine *engine, const char *sql, struct outcome *ret)
{
    struct eider_query *query = NULL;
    if (eider_prepare(engine->session, sql, &query, &ret->error) != EIDER_OK) {
        return;
    }
    ret->prepared = true;
    snprintf(ret->verdict_kind, sizeof(ret->verdict_kind), "%s", eider_query_verdict_kind(query));
    snprintf(ret->verdict, sizeof(ret->verdict), "%s", eider_query_verdict(query));
    const char *picture = eider_query_explain(query);
    ret->picture = xstrdup(picture == NULL ? "" : picture);
    duckdb_result result;
    ret->ok = eider_query_run(query, &result, &ret->error) == EIDER_OK;
    if (ret->ok) {
        take_rows(engine, &result, ret);
        duckdb_destroy_result(&result);
    }
    eider_query_get_stats(query, &ret->stats);
    eider_query_free(query);
}

void engine_run(struct engine *engine, const char *sql, double timeout_ms, struct outcome *ret)
{
    *ret = (struct outcome){0};
    double start = clock_ms();
    if (timeout_ms > 0) {
        watchdog_watch(engine->watchdog, engine, timeout_ms);
    }
    if (engine->session == NULL) {
        run_duckdb(engine, sql, ret);
    } else {
        run_eider(engine, sql, ret);
    }
    bool fired = timeout_ms > 0 && watchdog_leave(engine->watchdog);
    ret->timed_out = fired && !ret->ok;
    ret->ms = clock_ms() - start;
}

void outcome_done(struct outcome *outcome)
{
    if (outcome->ok) {
        rows_done(&outcome->rows);
    }
    free(outcome->picture);
    *outcome = (struct outcome){0};
}

void engine_must(struct engine *engine, const char *sql)
{
    struct outcome outcome;
    engine_run(engine, sql, 0, &outcome);
    if (!outcome.ok) {
        die("%s: %s\nin: %s", engine->label, outcome.error.message, sql);
    }
    outcome_done(&outcome);
}

void engine_run_script(struct engine *engine, const char *path)
{
    char *sql = read_file(path, NULL);
    struct outcome outcome = {0};
    run_duckdb(engine, sql, &outcome); /* the C API runs all statements of a text and gives the last result */
    if (!outcome.ok) {
        die("%s: %s", path, outcome.error.message);
    }
    outcome_done(&outcome);
    free(sql);
}

/* ---- Tables ------------------------------------------------------------------------------------------------- */

/* What to read for an entry of a data folder, as SQL: NULL for entries that are no table. */
static char *entry_source(const char *folder, const char *entry, char **ret_name)
{
    char *path = xprintf("%s/%s", folder, entry);
    const char *dot = strrchr(entry, '.');
    char *source = NULL;
    if (path_is_folder(path)) {
        struct strings inside = {0};
        list_folder(path, &inside);
        bool nested = inside.count > 0 && strchr(inside.items[0], '=') != NULL;
        bool flat = inside.count > 0 && text_ends_with(inside.items[0], ".parquet");
        if (nested || flat) {
            source = xprintf("read_parquet('%s/%s')", path, nested ? "**/*.parquet" : "*.parquet");
        }
        strings_done(&inside);
        dot = NULL;
    } else if (text_ends_with(entry, ".parquet")) {
        source = xprintf("read_parquet('%s')", path);
    } else if (text_ends_with(entry, ".csv")) {
        source = xprintf("read_csv('%s')", path);
    } else if (text_ends_with(entry, ".json")) {
        source = xprintf("read_json('%s')", path);
    }
    *ret_name = source == NULL ? NULL : xstrndup(entry, dot == NULL ? strlen(entry) : (size_t)(dot - entry));
    free(path);
    return source;
}

enum table_kind {
    TABLE_VIEW = 1, /* over the file */
    TABLE_STORED,   /* the file's rows in their order */
    TABLE_SHUFFLED  /* in another; of CSV and JSON files a view */
};

static void add_tables(struct engine *engine, const char *folder, enum table_kind kind)
{
    struct strings entries = {0};
    list_folder(folder, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        char *name = NULL;
        char *source = entry_source(folder, entries.items[i], &name);
        if (source == NULL) {
            continue;
        }
        char *sql;
        if (kind == TABLE_SHUFFLED && text_starts_with(source, "read_parquet")) {
            /* Sort by a hash of the whole row: far from the order of the files, and the same each time. */
            sql = xprintf("CREATE TABLE \"%s\" AS SELECT * FROM %s t ORDER BY hash(t)", name, source);
        } else {
            sql = xprintf("CREATE %s \"%s\" AS SELECT * FROM %s", kind == TABLE_STORED ? "TABLE" : "VIEW",
                          name, source);
        }
        engine_must(engine, sql);
        free(sql);
        free(source);
        free(name);
    }
    strings_done(&entries);
}

void engine_add_views(struct engine *engine, const char *folder)
{
    add_tables(engine, folder, TABLE_VIEW);
}

void engine_add_shuffled_tables(struct engine *engine, const char *folder)
{
    add_tables(engine, folder, TABLE_SHUFFLED);
}

void engine_add_native_tables(struct engine *engine, const char *folder)
{
    add_tables(engine, folder, TABLE_STORED);
}
