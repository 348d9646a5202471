/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A database in memory, with a session on a cluster of four workers that takes every byte for a task, so that small
 * tables are distributed like large ones. One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

#define WORKERS 4

void lab_run(struct lab *lab, const char *sql)
{
    duckdb_result result;

    if (duckdb_query(lab->connection, sql, &result) != DuckDBSuccess)
        die("%s\nin: %s", duckdb_result_error(&result), sql);
    duckdb_destroy_result(&result);
}

void lab_set_workers(struct lab *lab, uint32_t workers)
{
    struct eider_error err = {.status = EIDER_OK};

    if (workers == 0)
        workers = WORKERS;
    if (workers == lab->workers)
        return;
    eider_session_free(lab->session);
    eider_cluster_unref(lab->cluster);
    lab->session = NULL;
    lab->cluster = NULL;
    if (eider_cluster_new_local(workers, &lab->cluster, &err) != EIDER_OK ||
        eider_session_new(lab->database, lab->connection, lab->cluster, NULL, &lab->session, &err) !=
            EIDER_OK)
        die("%s", err.message);
    lab->workers = workers;
}

void lab_open(struct lab *lab, const struct options *options)
{
    char threads[64];

    *lab = (struct lab){.options = options};
    if (duckdb_open(NULL, &lab->database) != DuckDBSuccess ||
        duckdb_connect(lab->database, &lab->connection) != DuckDBSuccess)
        die("DuckDB cannot be opened");
    lab_set_workers(lab, WORKERS);
    (void)snprintf(threads, sizeof(threads), "SET threads = %u", (unsigned)options->threads);
    lab_run(lab, threads);
    lab_run(lab, "SET eider_bytes_per_task = '1'");
    lab_run(lab, "SET eider_verdict_cache = false"); /* plans are what is looked at */
}

void lab_open_tpch(struct lab *lab, const struct options *options)
{
    static const char *const tables[] = {"lineitem", "orders",   "customer", "part",
                                         "partsupp", "supplier", "nation",   "region"};

    lab_open(lab, options);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct buf sql;
        buf_init(&sql, 65536);
        buf_printf(&sql, "CREATE VIEW %s AS SELECT * FROM read_parquet('", tables[i]);
        replace_all(&sql, options->tables, "'", "''");
        buf_printf(&sql, "/%s/*.parquet')", tables[i]);
        lab_run(lab, sql.data);
        buf_done(&sql);
    }
}

void lab_close(struct lab *lab)
{
    eider_session_free(lab->session);
    eider_cluster_unref(lab->cluster);
    duckdb_disconnect(&lab->connection);
    duckdb_close(&lab->database);
}

struct eider_query *lab_prepare(struct lab *lab, const char *sql)
{
    struct eider_error err = {.status = EIDER_OK};
    struct eider_query *query = NULL;

    if (eider_prepare(lab->session, sql, &query, &err) != EIDER_OK)
        fprintf(stderr, "%s\nin: %s\n", err.message, sql);
    return query;
}

/* ---- Settings of a query ---- */

/* The next line of the head that begins with `mark`. */
static const char *next_line(const char **text, const char *mark, size_t *ret_bytes)
{
    while (strncmp(*text, "--", 2) == 0) {
        const char *line = *text;
        *ret_bytes = strcspn(line, "\n");
        *text = line + *ret_bytes + (line[*ret_bytes] == '\n' ? 1 : 0);
        if (strncmp(line, mark, strlen(mark)) == 0) {
            *ret_bytes -= strlen(mark);
            return line + strlen(mark);
        }
    }
    return NULL;
}

static void change_settings(struct lab *lab, const char *text, bool reset)
{
    const char *setting;
    size_t bytes;

    while ((setting = next_line(&text, "-- set: ", &bytes)) != NULL) {
        size_t name = strcspn(setting, "=");
        struct buf sql;
        if (name >= bytes)
            die("not name=value: %.*s", (int)bytes, setting);
        buf_init(&sql, 65536);
        if (reset)
            buf_printf(&sql, "RESET %.*s", (int)name, setting);
        else
            buf_printf(&sql, "SET %.*s = '%.*s'", (int)name, setting, (int)(bytes - name - 1),
                       setting + name + 1);
        lab_run(lab, sql.data);
        buf_done(&sql);
    }
}

/* 0: the query does not say. */
static uint32_t workers_of(const char *text)
{
    size_t bytes;
    const char *workers = next_line(&text, "-- workers: ", &bytes);

    return workers == NULL ? 0 : (uint32_t)strtoul(workers, NULL, 10);
}

void lab_prepare_for(struct lab *lab, const char *sql)
{
    lab_set_workers(lab, workers_of(sql));
    change_settings(lab, sql, false);
}

void lab_reset_after(struct lab *lab, const char *sql)
{
    change_settings(lab, sql, true);
    lab_set_workers(lab, 0);
    lab_run(lab, "SET eider_bytes_per_task = '1'"); /* it may be among them */
}
