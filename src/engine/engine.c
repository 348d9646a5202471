/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engines: one for each database of this process that has sessions.
 *
 * Engines are found by their database handle. Functions and settings are registered in the database itself, so a database
 * that two handles lead to has two engines and one set of functions, which work for both: tokens belong to the process.
 * An engine looks whether the functions are there by preparing a scan of a source of its own, and registers them only
 * if not: what a transaction can see is not changed without need. eider_source is registered last, so where it is seen and
 * knows a token of this copy of Eider, this copy has registered all of them.
 *
 * Threads: one mutex guards the list of engines and is held while an engine is made, so that two sessions do not
 * register at once. Failure: a half-made engine is freed whole.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/functions.h"
#include "engine/gate.h"
#include "engine/pulse.h"
#include "engine/settings.h"
#include "engine/state.h"
#include "exchange/layout.h"
#include "exchange/pool.h"
#include "exchange/reader.h"

static struct {
    pthread_mutex_t mutex;
    struct engine *first;
} engines = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* ---- Functions ---- */

bool engine_functions_visible(struct engine *engine, duckdb_connection connection)
{
    duckdb_prepared_statement statement = NULL;
    char sql[128];
    bool visible;

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM system.main.\"eider_source\"('%s')",
             source_token(engine->ping));
    visible = gate_prepare(connection, sql, &statement) == DuckDBSuccess;
    duckdb_destroy_prepare(&statement);
    return visible;
}

static enum eider_status register_functions(struct engine *engine, struct eider_error *err)
{
    if (engine_functions_visible(engine, engine->own))
        return EIDER_OK;
    if (pulse_register(engine->own, err) != EIDER_OK || !functions_register_sink(engine->own) ||
        !functions_register_probe(engine->own) || !functions_register_arrow(engine->own) ||
        !functions_register_text(engine->own) || !functions_register_average(engine->own) ||
        !functions_register_source(engine->own) || !engine_functions_visible(engine, engine->own))
        return error_set(
            err, EIDER_ERROR_SQL,
            "the functions eider_sink, eider_bloom, eider_arrow and eider_source cannot be registered in "
            "this database: something else of these names is there, or another copy of Eider");
    return EIDER_OK;
}

/* A source without columns, whose token the functions must know. */
static enum eider_status make_ping(struct engine *engine, struct eider_error *err)
{
    struct source_options options = {0};
    struct layout *layout = NULL;
    enum eider_status status = run_new(&engine->ping_run, err);

    if (status == EIDER_OK)
        status = layout_new(NULL, 0, 0, &layout, err);
    if (status == EIDER_OK)
        status = reader_new_outputs(layout, NULL, 0, &options.reader, err);
    layout_unref(layout);
    options.run = engine->ping_run;
    return status != EIDER_OK ? status : source_new(engine, &options, &engine->ping, err);
}

/* ---- Life ---- */

static void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    engine_connections_trim(engine, 0);
    source_free(engine->ping);
    run_unref(engine->ping_run);
    for (char **name = engine->extra_names; name != NULL && *name != NULL; name++)
        free(*name);
    free(engine->extra_names);
    duckdb_destroy_prepare(&engine->list_settings);
    duckdb_destroy_client_context(&engine->own_context);
    duckdb_disconnect(&engine->own);
    budget_unref(engine->budget);
    pthread_mutex_destroy(&engine->own_mutex);
    pthread_mutex_destroy(&engine->idle_mutex);
    free(engine);
}

static enum eider_status engine_new(duckdb_database database, struct engine **ret, struct eider_error *err)
{
    struct engine *engine = calloc(1, sizeof(*engine));
    struct settings settings;
    enum eider_status status;

    *ret = NULL;
    if (engine == NULL)
        return error_no_memory(err);
    pthread_mutex_init(&engine->own_mutex, NULL);
    pthread_mutex_init(&engine->idle_mutex, NULL);
    engine->refs = 1;
    engine->database = database;
    settings_default(&settings);
    engine->budget = budget_new(settings.exchange_memory);
    if (engine->budget == NULL) {
        status = error_no_memory(err);
        goto fail;
    }
    if (duckdb_connect(database, &engine->own) != DuckDBSuccess) {
        status = error_set(err, EIDER_ERROR_SQL, "DuckDB gives no connection for Eider");
        goto fail;
    }
    duckdb_connection_get_client_context(engine->own, &engine->own_context);
    if ((status = make_ping(engine, err)) != EIDER_OK ||
        (status = register_functions(engine, err)) != EIDER_OK ||
        (status = settings_register(engine->own, err)) != EIDER_OK)
        goto fail;
    *ret = engine;
    return EIDER_OK;

fail:
    engine_free(engine);
    return status;
}

enum eider_status engine_open(duckdb_database database, struct engine **ret, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct engine *engine;

    *ret = NULL;
    if (database == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "there is no database");
    pthread_mutex_lock(&engines.mutex);
    for (engine = engines.first; engine != NULL && engine->database != database; engine = engine->next)
        ;
    if (engine != NULL) {
        engine->refs++;
    } else if ((status = engine_new(database, &engine, err)) == EIDER_OK) {
        engine->next = engines.first;
        engines.first = engine;
    }
    pthread_mutex_unlock(&engines.mutex);
    *ret = engine;
    return status;
}

struct engine *engine_ref(struct engine *engine)
{
    pthread_mutex_lock(&engines.mutex);
    engine->refs++;
    pthread_mutex_unlock(&engines.mutex);
    return engine;
}

void engine_unref(struct engine *engine)
{
    bool last;

    if (engine == NULL)
        return;
    pthread_mutex_lock(&engines.mutex);
    last = --engine->refs == 0;
    for (struct engine **link = &engines.first; last && *link != NULL; link = &(*link)->next) {
        if (*link == engine) {
            *link = engine->next;
            break;
        }
    }
    last = last && engines.first == NULL;
    if (engine->refs == 0)
        engine_free(engine);
    pthread_mutex_unlock(&engines.mutex);
    if (last)
        pool_trim(0);
}

enum eider_status engine_connect(struct engine *engine, duckdb_connection *ret, struct eider_error *err)
{
    if (duckdb_connect(engine->database, ret) != DuckDBSuccess)
        return error_set(err, EIDER_ERROR_SQL, "DuckDB gives no connection");
    return EIDER_OK;
}

struct budget *engine_budget(struct engine *engine)
{
    return engine->budget;
}

uint32_t engine_thread_count(struct engine *engine)
{
    char *text;
    long threads;

    pthread_mutex_lock(&engine->own_mutex);
    text = engine_setting_text(engine->own_context, "threads");
    pthread_mutex_unlock(&engine->own_mutex);
    threads = text == NULL ? 1 : strtol(text, NULL, 10);
    duckdb_free(text);
    return threads < 1 ? 1 : threads > 4096 ? 4096 : (uint32_t)threads;
}
