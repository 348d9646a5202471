/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf of one's own: numbers(n), which DuckDB alone computes with one call of range, computed by several tasks.
 *
 * The leaf is a custom node of the kind "numbers". The coordinator encodes how far to count; each worker decodes that and
 * says in SQL which numbers its task gives. A rule puts the leaf into the plan, and a handler says how many tasks it is worth.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eider/eider.h>

#include "common/table.h"

/* ---- The kind: its codec, and what a task runs ---- */

static enum eider_status encode(void *data, const void *object, struct eider_writer *out,
                                struct eider_error *err)
{
    (void)data;
    (void)err;
    eider_write(out, object, sizeof(int64_t));
    return EIDER_OK;
}

static enum eider_status decode(void *data, const void *bytes, size_t size, void **ret,
                                struct eider_error *err)
{
    (void)data;
    if (size != sizeof(int64_t) || (*ret = malloc(size)) == NULL) {
        snprintf(err->message, sizeof(err->message), "these are not the bytes of a number");
        return err->status = EIDER_ERROR_CORRUPT;
    }
    memcpy(*ret, bytes, size);
    return EIDER_OK;
}

static void free_object(void *data, void *object)
{
    (void)data;
    free(object);
}

/* Task i of n counts the i-th n-th of the numbers. */
static enum eider_status write_sql(void *data, const void *object, const struct eider_task *task,
                                   struct eider_writer *out, struct eider_error *err)
{
    int64_t end = *(const int64_t *)object;

    (void)data;
    (void)err;
    eider_write_text(out, "SELECT range FROM range(");
    eider_write_int64(out, end * task->task / task->tasks);
    eider_write_text(out, ", ");
    eider_write_int64(out, end * (task->task + 1) / task->tasks);
    eider_write_text(out, ")");
    return EIDER_OK;
}

static const struct eider_custom_kind numbers = {.size = sizeof(struct eider_custom_kind),
                                                 .name = "numbers",
                                                 .parallel = true,
                                                 .encode = encode,
                                                 .decode = decode,
                                                 .free_object = free_object,
                                                 .sql = write_sql};

/* Every worker is told the kind, too. */
static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    return eider_worker_add_custom(worker, &numbers, err);
}

/* ---- The rule: range(n) becomes a leaf of that kind ---- */

static bool is_range(void *data, const struct eider_node *node)
{
    struct eider_node_function_scan scan;

    (void)data;
    return eider_node_as_function_scan(node, &scan) && strcmp(scan.name.data, "range") == 0 &&
           scan.args.count == 1 && scan.filters.count == 0;
}

static enum eider_status use_numbers(void *data, struct eider_plan_context *ctx,
                                     const struct eider_node *plan, const struct eider_node **ret,
                                     struct eider_error *err)
{
    const struct eider_node *range = eider_plan_find(plan, is_range, NULL), *leaf;
    struct eider_node_function_scan scan;
    struct eider_expr_integer argument;
    struct eider_node_custom node = {.kind = eider_str_from("numbers")};
    enum eider_status status;
    char label[64];
    int64_t end;

    (void)data;
    *ret = plan;
    if (!eider_node_as_function_scan(range, &scan) || !eider_expr_as_integer(scan.args.items[0], &argument))
        return EIDER_OK;
    end = (int64_t)argument.lower;
    snprintf(label, sizeof(label), "NumbersExec: 0 to %" PRId64, end - 1);
    node.label = eider_str_from(label);
    node.columns = eider_node_columns(range);
    if ((status = eider_node_new_custom(ctx, &node, &end, &leaf, err)) != EIDER_OK)
        return status;
    return eider_plan_replace(ctx, plan, range, leaf, ret, err);
}

/* ---- The handler: a task for each of so many workers ---- */

static enum eider_status desired_tasks(void *data, const struct eider_node *node,
                                       struct eider_task_count *ret, struct eider_error *err)
{
    struct eider_node_custom custom;

    (void)err;
    if (eider_node_as_custom(node, &custom))
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, *(const uint32_t *)data};
    return EIDER_OK;
}

/* ---- The program around it ---- */

static enum eider_status run(duckdb_database database, duckdb_connection connection, uint32_t workers,
                             struct eider_error *err)
{
    static const char sql[] = "SELECT count(*) AS numbers, sum(range) AS total FROM range(1000000)";
    struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "numbers", .desired_tasks = desired_tasks, .data = &workers};
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    struct eider_query *query = NULL;
    duckdb_result result;
    enum eider_status status;

    if ((status = eider_cluster_new_local(workers, &cluster, err)) == EIDER_OK &&
        (status = eider_cluster_set_worker_setup(cluster, set_up, NULL, NULL, err)) == EIDER_OK &&
        (status = eider_session_new(database, connection, cluster, NULL, &session, err)) == EIDER_OK &&
        (status = eider_session_add_custom(session, &numbers, err)) == EIDER_OK &&
        (status = eider_session_add_rule(session, "use_numbers", use_numbers, NULL, NULL, err)) == EIDER_OK &&
        (status = eider_session_add_handlers(session, &handlers, err)) == EIDER_OK &&
        (status = eider_prepare(session, sql, &query, err)) == EIDER_OK) {
        fputs(eider_query_explain(query), stdout);
        if ((status = eider_query_run(query, &result, err)) == EIDER_OK) {
            table_print(&result);
            duckdb_destroy_result(&result);
        }
    }
    eider_query_free(query);
    eider_session_free(session);
    eider_cluster_unref(cluster);
    return status;
}

int main(int argc, char **argv)
{
    uint32_t workers = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 4;
    struct eider_error err = {.status = EIDER_OK};
    duckdb_database database;
    duckdb_connection connection;
    enum eider_status status;

    if (argc > 2 || (argc == 2 && strspn(argv[1], "0123456789") != strlen(argv[1]))) {
        fprintf(stderr, "usage: custom_execution_plan [number of workers]\n");
        return 2;
    }
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        return 1;
    if ((status = run(database, connection, workers, &err)) != EIDER_OK)
        fprintf(stderr, "%s\n", err.message);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return status == EIDER_OK ? 0 : 1;
}
