/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_ENGINE_H
#define DIFFER_ENGINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "duckdb.h"
#include "eider/eider.h"
#include "rows.h"
#include "util.h"

/* One thread that interrupts whatever runs too long. */
struct watchdog {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct engine *target; /* NULL: nothing to watch */
    double deadline_ms;
    bool fired;
    bool stop;
};

void watchdog_init(struct watchdog *watchdog);
void watchdog_done(struct watchdog *watchdog);

/* DuckDB alone (session is NULL) or Eider with some number of workers: something that runs SQL. */
struct engine {
    char label[24];
    duckdb_database database;
    bool owns_database;
    duckdb_connection connection;
    uint32_t workers;
    struct eider_cluster *cluster;
    struct eider_session *session;
    struct remote_workers *remote; /* NULL: the workers are in a local cluster */
    struct watchdog *watchdog;
    size_t max_rows; /* of a result; 0: 20,000,000 */
};

/* Opens a database in memory with `threads` threads and a connection to it. */
void engine_init_duckdb(struct engine *engine, const char *label, int threads, struct watchdog *watchdog);
/* A session with `workers` workers on another connection to `database`, which it borrows. `remote`: workers with databases of
 * their own, reached by messages. */
void engine_init_eider(struct engine *engine, duckdb_database database, uint32_t workers, bool remote,
                       struct watchdog *watchdog);
void engine_done(struct engine *engine);

/* What became of a statement. */
struct outcome {
    bool ok;
    bool timed_out;
    bool too_large;           /* it had more rows than the engine takes, and they were thrown away */
    struct eider_error error; /* if not ok; DuckDB's own message has status EIDER_ERROR_SQL */
    struct rows rows;
    double ms;
    /* of Eider only */
    bool prepared;
    char verdict_kind[48];
    char verdict[256];
    char *picture;
    struct eider_query_stats stats;
};

/* Runs one statement and takes its rows. `timeout_ms` 0 means for ever. */
void engine_run(struct engine *engine, const char *sql, double timeout_ms, struct outcome *ret);
void outcome_done(struct outcome *outcome);

/* Runs statements that must succeed, one after the other; dies with DuckDB's message. */
void engine_must(struct engine *engine, const char *sql);
/* The same of a file, as one script on the plain connection. */
void engine_run_script(struct engine *engine, const char *path);

/* One view per Parquet, CSV or JSON file or folder of Parquet files in `folder`. */
void engine_add_views(struct engine *engine, const char *folder);
/* The same as native tables, their rows shuffled; CSV and JSON files stay views. */
/* The same rows in their order, as tables of the database. */
void engine_add_native_tables(struct engine *engine, const char *folder);
void engine_add_shuffled_tables(struct engine *engine, const char *folder);

#endif
