/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_STATE_H
#define EIDER_ENGINE_STATE_H

/* What an engine holds, for the files of the engine that share it. Private to the engine. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "engine/connection.h"
#include "engine/engine.h"
#include "engine/run.h"
#include "engine/source.h"

struct engine_connection {
    struct engine_connection *next; /* while idle */
    duckdb_connection connection;
    struct session_settings *settings; /* NULL: none */
};

struct engine {
    uint32_t refs;       /* the lock of all engines */
    struct engine *next; /* the lock of all engines */
    duckdb_database database;
    struct budget *budget;
    struct run *ping_run;
    struct source *ping; /* a source without columns or rows, to see whether the functions are there */

    pthread_mutex_t own_mutex; /* for the engine's own connection and all up to the next mutex */
    duckdb_connection own;
    duckdb_client_context own_context;
    duckdb_prepared_statement list_settings; /* NULL until the first time */
    char **extra_names; /* of settings that session_settings.def does not list; ended by NULL */
    idx_t names;        /* of all settings, when those were found */
    int64_t names_ms;   /* when DuckDB was asked; 0: it has to be */

    pthread_mutex_t idle_mutex; /* for the list of idle task connections, the last used first */
    struct engine_connection *idle;
};

/* Closes idle connections until at most `keep` are left. */
void engine_connections_trim(struct engine *engine, uint32_t keep);

/* The text of a setting's value, to be freed with duckdb_free; NULL if there is no such setting. NULL values are "". */
char *engine_setting_text(duckdb_client_context context, const char *name);

#endif
