/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker routing: which worker runs which task.
 *
 * Where workers keep files in a cache, a file should always go to the same worker. This handler sends the task that reads a
 * file to the worker that the file's name says, whatever other files there are, and leaves all other stages to Eider.
 */
#include <stdio.h>
#include <string.h>

#include <eider/eider.h>

#include "common/table.h"
#include "common/weather.h"

#define WORKERS 4

static bool is_split_scan(void *data, const struct eider_node *node)
{
    struct eider_node_distributed_leaf leaf;

    (void)data;
    return eider_node_as_distributed_leaf(node, &leaf) &&
           eider_node_get_kind(leaf.leaf) == EIDER_NODE_PARQUET_SCAN;
}

/* The files are too small to be worth a task each; here they get one all the same. */
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

/* The file's own name, without folders: a number that does not change. */
static uint32_t hash_of(const char *path)
{
    const char *name = strrchr(path, '/');
    uint32_t hash = 2166136261u;

    for (name = name != NULL ? name + 1 : path; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

/* Tasks without a file of their own go round. */
static enum eider_status route_by_file(void *data, const struct eider_stage *stage, uint32_t *workers,
                                       struct eider_error *err)
{
    const struct eider_node *node = eider_plan_find(stage->plan, is_split_scan, NULL);
    struct eider_node_distributed_leaf leaf;
    struct eider_node_parquet_scan scan;

    (void)data;
    (void)err;
    if (!eider_node_as_distributed_leaf(node, &leaf))
        return EIDER_OK; /* no answer: ask the next */
    for (uint32_t task = 0; task < stage->tasks; task++) {
        const char *path = "";
        if (task < leaf.variants.count && eider_node_as_parquet_scan(leaf.variants.items[task], &scan) &&
            scan.files.count > 0)
            path = scan.files.items[0].path.data;
        workers[task] = *path != '\0' ? hash_of(path) % stage->worker_count : task % stage->worker_count;
        printf("stage %u, task %u: %s on %s\n", stage->stage, task,
               *path != '\0' ? strrchr(path, '/') + 1 : "nothing", stage->worker_names[workers[task]]);
    }
    return EIDER_OK;
}

static enum eider_status run(duckdb_database database, duckdb_connection connection, struct eider_error *err)
{
    static const char sql[] = "SELECT \"RainToday\", max(\"MaxTemp\") AS warmest FROM weather "
                              "GROUP BY \"RainToday\" ORDER BY \"RainToday\"";
    struct eider_handlers handlers = {.size = sizeof(handlers),
                                      .name = "by file",
                                      .desired_tasks = one_per_file,
                                      .route_tasks = route_by_file};
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    duckdb_result result;
    enum eider_status status;

    if ((status = eider_cluster_new_local(WORKERS, &cluster, err)) == EIDER_OK &&
        (status = eider_session_new(database, connection, cluster, NULL, &session, err)) == EIDER_OK &&
        (status = eider_session_add_handlers(session, &handlers, err)) == EIDER_OK &&
        (status = eider_query(session, sql, &result, err)) == EIDER_OK) {
        table_print(&result);
        duckdb_destroy_result(&result);
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
