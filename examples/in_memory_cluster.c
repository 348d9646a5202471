/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster in memory, for tests: workers come and go as a resolver says, and each is set up by the application.
 *
 * The same query runs while there are 0, 1, 3 and 2 workers. A header of the session reaches the set-up of each worker.
 */
#include <stdio.h>

#include <eider/eider.h>

#include "common/weather.h"

struct registry {
    uint32_t workers; /* that are there now */
};

static enum eider_status resolve(void *data, struct eider_worker_list *workers, struct eider_error *err)
{
    const struct registry *registry = data;

    (void)err;
    for (uint32_t i = 0; i < registry->workers; i++) {
        char name[32];
        snprintf(name, sizeof(name), "rack-%u", i);
        eider_worker_list_add(workers, name);
    }
    return EIDER_OK;
}

/* Once for each worker, before its first task. */
static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    (void)err;
    printf("  %s is set up for %s\n", eider_worker_name(worker), eider_worker_header(worker, "tenant"));
    return EIDER_OK;
}

static enum eider_status one_per_file(void *data, const struct eider_node *node, struct eider_task_count *ret,
                                      struct eider_error *err)
{
    struct eider_node_parquet_scan scan;

    (void)data;
    (void)err;
    if (eider_node_as_parquet_scan(node, &scan))
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, scan.files.count};
    return EIDER_OK;
}

static enum eider_status run_query(struct eider_session *session, uint32_t workers, struct eider_error *err)
{
    static const char sql[] = "SELECT count(*) FROM weather WHERE \"RainToday\" = 'Yes'";
    struct eider_query_stats stats;
    struct eider_query *query = NULL;
    duckdb_result result;
    enum eider_status status;

    printf("%u workers:\n", workers);
    if ((status = eider_prepare(session, sql, &query, err)) == EIDER_OK &&
        (status = eider_query_run(query, &result, err)) == EIDER_OK) {
        eider_query_get_stats(query, &stats);
        printf("  %lld rainy days, %u tasks", (long long)duckdb_value_int64(&result, 0, 0), stats.tasks);
        if (!eider_query_is_distributed(query))
            printf(" (%s)", eider_query_verdict(query));
        printf("\n");
        duckdb_destroy_result(&result);
    }
    eider_query_free(query);
    return status;
}

static enum eider_status run(duckdb_database database, duckdb_connection connection, struct eider_error *err)
{
    static const uint32_t workers[] = {0, 1, 3, 2};
    struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "one per file", .desired_tasks = one_per_file};
    struct registry registry = {0};
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    enum eider_status status;

    if ((status = eider_cluster_new_resolved(resolve, &registry, NULL, &cluster, err)) == EIDER_OK &&
        (status = eider_cluster_set_worker_setup(cluster, set_up, NULL, NULL, err)) == EIDER_OK &&
        (status = eider_session_new(database, connection, cluster, NULL, &session, err)) == EIDER_OK &&
        (status = eider_session_set_header(session, "tenant", "blue", err)) == EIDER_OK)
        status = eider_session_add_handlers(session, &handlers, err);
    for (size_t i = 0; status == EIDER_OK && i < sizeof(workers) / sizeof(workers[0]); i++) {
        registry.workers = workers[i];
        status = run_query(session, workers[i], err);
    }
    eider_session_free(session);
    eider_cluster_unref(cluster);
    return status;
}

int main(void)
{
    struct eider_error err = {.status = EIDER_OK};
    struct weather weather = {.dir = ""};
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    int code = 1;

    if (duckdb_open(NULL, &database) == DuckDBSuccess &&
        duckdb_connect(database, &connection) == DuckDBSuccess && weather_create(&weather, connection)) {
        code = run(database, connection, &err) == EIDER_OK ? 0 : 1;
        if (code != 0)
            fprintf(stderr, "%s\n", err.message);
    }
    weather_remove(&weather);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return code;
}
