/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A custom distributed plan: a progressive partial-reduction tree.
 *
 * Instead of gathering N partial aggregates in one task, the rule below lets M tasks merge them first:
 *
 *     AggregateExec: mode=Final            1 task     finishes the aggregation
 *       NetworkCoalesceExec                M → 1
 *         AggregateExec: mode=PartialReduce M tasks   merges states into states
 *           NetworkCoalesceExec            N → M
 *             AggregateExec: mode=Partial  N tasks    one per slice of the input
 *
 * The rule places the boundaries only; the planner scales the Parquet scan to N tasks and finalises the plan.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <eider/eider.h>

#include "common/table.h"
#include "common/weather.h"

/* Ends the function with the status of a call that failed. */
#define TRY(call)                                                                                            \
    do {                                                                                                     \
        enum eider_status status_ = (call);                                                                  \
        if (status_ != EIDER_OK)                                                                             \
            return status_;                                                                                  \
    } while (0)

struct tree_width {
    uint32_t leaf_tasks;
    uint32_t mid_tasks; /* 0: no tree */
};

static bool is_final_aggregate(void *data, const struct eider_node *node)
{
    struct eider_node_aggregate aggregate;

    (void)data;
    return eider_node_as_aggregate(node, &aggregate) && aggregate.mode == EIDER_AGGREGATE_FINAL;
}

static enum eider_status reduction_tree(void *data, struct eider_plan_context *ctx,
                                        const struct eider_node *plan, const struct eider_node **ret,
                                        struct eider_error *err)
{
    const struct tree_width *width = data;
    const struct eider_node *final = eider_plan_find(plan, is_final_aggregate, NULL);
    const struct eider_node *node = eider_node_child(final, 0); /* the Partial below it */

    *ret = plan;
    if (final == NULL)
        return EIDER_OK;
    TRY(eider_network_coalesce(ctx, node, width->leaf_tasks, width->mid_tasks, &node, err));
    TRY(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_PARTIAL_REDUCE, node, &node, err));
    TRY(eider_network_coalesce(ctx, node, width->mid_tasks, 1, &node, err));
    TRY(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, node, &node, err));
    return eider_plan_replace(ctx, plan, final, node, ret, err);
}

/* For comparison: all partial aggregates go straight to the last one. */
static enum eider_status wide_coalesce(void *data, struct eider_plan_context *ctx,
                                       const struct eider_node *plan, const struct eider_node **ret,
                                       struct eider_error *err)
{
    const struct tree_width *width = data;
    const struct eider_node *final = eider_plan_find(plan, is_final_aggregate, NULL);
    const struct eider_node *node = eider_node_child(final, 0);

    *ret = plan;
    if (final == NULL)
        return EIDER_OK;
    TRY(eider_network_coalesce(ctx, node, width->leaf_tasks, 1, &node, err));
    TRY(eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, node, &node, err));
    return eider_plan_replace(ctx, plan, final, node, ret, err);
}

/* ---- The program around it ---- */

struct options {
    const char *sql;
    struct tree_width width;
    uint32_t workers;
    bool show_plan, stats;
};

static int usage(void)
{
    fputs("usage: custom_distributed_partial_reduction_tree SQL [--leaf-tasks 3] [--mid-tasks 2]\n"
          "           [--workers 4] [--show-distributed-plan] [--stats]\n"
          "The table is weather. --mid-tasks 0 makes one wide coalesce instead of a tree.\n",
          stderr);
    return 2;
}

#define MOST_TASKS 1000

/* Whether argument i is this option; then its value is read, or what is wrong with it is said and *ok becomes false. */
static bool is_count(char **argv, int i, const char *option, uint32_t least, uint32_t *ret, bool *ok)
{
    const char *text = argv[i + 1]; /* NULL behind the last one */
    char *end = NULL;
    long value;

    if (strcmp(argv[i], option) != 0)
        return false;
    value = text != NULL && isdigit((unsigned char)*text) ? strtol(text, &end, 10) : -1;
    if (value < (long)least || value > MOST_TASKS || *end != '\0') {
        fprintf(stderr, "%s: a number from %u to %d, not '%s'\n", option, least, MOST_TASKS,
                text != NULL ? text : "");
        *ok = false;
    }
    *ret = (uint32_t)value;
    return true;
}

static bool read_options(int argc, char **argv, struct options *ret)
{
    bool ok = true;

    *ret = (struct options){.width = {.leaf_tasks = 3, .mid_tasks = 2}, .workers = 4};
    for (int i = 1; ok && i < argc; i++) {
        if (strcmp(argv[i], "--show-distributed-plan") == 0)
            ret->show_plan = true;
        else if (strcmp(argv[i], "--stats") == 0)
            ret->stats = true;
        else if (is_count(argv, i, "--leaf-tasks", 1, &ret->width.leaf_tasks, &ok) ||
                 is_count(argv, i, "--mid-tasks", 0, &ret->width.mid_tasks, &ok) ||
                 is_count(argv, i, "--workers", 1, &ret->workers, &ok))
            i++;
        else if (argv[i][0] != '-' && ret->sql == NULL)
            ret->sql = argv[i];
        else {
            fprintf(stderr, "unexpected argument '%s'\n", argv[i]);
            ok = false;
        }
    }
    return ok && ret->sql != NULL;
}

static enum eider_status run_query(struct eider_session *session, const struct options *options,
                                   struct eider_error *err)
{
    struct eider_query_stats stats;
    struct eider_query *query;
    duckdb_result result;
    enum eider_status status;

    TRY(eider_prepare(session, options->sql, &query, err));
    if (options->show_plan) {
        fputs(eider_query_explain(query), stdout);
        eider_query_free(query);
        return EIDER_OK;
    }
    status = eider_query_run(query, &result, err);
    if (status == EIDER_OK) {
        table_print(&result);
        duckdb_destroy_result(&result);
        eider_query_get_stats(query, &stats);
        if (options->stats)
            printf("%u stages, %u tasks; into the head stage: %llu rows, %llu bytes; in all: %llu rows, %llu "
                   "bytes\n",
                   stats.stages, stats.tasks, (unsigned long long)stats.head_rows,
                   (unsigned long long)stats.head_bytes, (unsigned long long)stats.rows_exchanged,
                   (unsigned long long)stats.bytes_exchanged);
    }
    eider_query_free(query);
    return status;
}

static enum eider_status run(duckdb_database database, duckdb_connection connection, struct options *options,
                             struct eider_error *err)
{
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    enum eider_status status;

    status = eider_cluster_new_local(options->workers, &cluster, err);
    if (status == EIDER_OK)
        status = eider_session_new(database, connection, cluster, NULL, &session, err);
    if (status == EIDER_OK)
        status = eider_session_add_rule(session, "partial_reduction_tree",
                                        options->width.mid_tasks > 0 ? reduction_tree : wide_coalesce,
                                        &options->width, NULL, err);
    if (status == EIDER_OK)
        status = run_query(session, options, err);
    eider_session_free(session);
    eider_cluster_unref(cluster);
    return status;
}

int main(int argc, char **argv)
{
    struct eider_error err = {.status = EIDER_OK};
    struct weather weather = {.dir = ""};
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    struct options options;
    int code = 1;

    if (!read_options(argc, argv, &options))
        return usage();
    if (duckdb_open(NULL, &database) == DuckDBSuccess &&
        duckdb_connect(database, &connection) == DuckDBSuccess && weather_create(&weather, connection)) {
        code = run(database, connection, &options, &err) == EIDER_OK ? 0 : 1;
        if (code != 0)
            fprintf(stderr, "%s\n", err.message);
    }
    weather_remove(&weather);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return code;
}
