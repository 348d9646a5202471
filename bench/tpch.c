/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TPC-H, DuckDB alone against Eider:
 *
 *     bench_tpch --data DIR --queries-dir DIR [--queries 1,3,9] [--workers N] [--threads N] [--rounds N]
 *                [--set NAME=VALUE …] [--json FILE] [--rules]
 *
 * --data is what scripts/tpch-data made: a folder of Parquet files per table. With --rules: Eider against itself without
 * single rules of its planner (rules.c). Exit status: 0, 1 if something failed or the results differ, 2 for wrong usage.
 * scripts/bench sets everything up and then runs this.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TPCH_QUERIES 22u

struct options {
    struct bench bench;
    const char *data, *queries_dir;
    bool wanted[TPCH_QUERIES + 1];
    bool all;
    bool rules; /* Eider against itself */
};

static const char usage[] =
    "usage: bench_tpch --data DIR --queries-dir DIR [--queries 1,3,9] [--workers N]\n"
    "                  [--threads N] [--rounds N] [--set NAME=VALUE ...] [--json FILE] [--rules]\n";

/* A view per table over the list of its files: a pattern would be looked up again by each query. */
static void make_views(duckdb_connection connection, void *data)
{
    const struct options *options = data;
    char *sql = xprintf("SELECT coalesce(string_agg('CREATE TEMPORARY VIEW \"' || name || '\" AS SELECT * "
                        "FROM read_parquet([' || "
                        "files || ']);', ' ' ORDER BY name), '') FROM (SELECT split_part(file, '/', -2) AS "
                        "name, string_agg('''' || "
                        "replace(file, '''', '''''') || '''', ', ' ORDER BY file) AS files FROM "
                        "glob('%s/*/*.parquet') GROUP BY 1)",
                        options->data);
    char *views = must_text(connection, sql);

    if (*views == '\0')
        die("there are no folders of Parquet files in %s", options->data);
    must_query(connection, views);
    free(views);
    free(sql);
}

static void parse_queries(struct options *options, const char *list)
{
    char *copy = xprintf("%s", list), *rest = copy, *item;

    options->all = false;
    while ((item = strsep(&rest, ",")) != NULL)
        options->wanted[option_number("--queries", item, 1, TPCH_QUERIES)] = true;
    free(copy);
}

static void parse(struct options *options, int argc, char **argv)
{
    const char *value;

    for (int i = 1; i < argc;) {
        if (option_common(&options->bench, argc, argv, &i))
            continue;
        if ((value = option_value("--data", argc, argv, &i)) != NULL) {
            options->data = value;
        } else if ((value = option_value("--queries-dir", argc, argv, &i)) != NULL) {
            options->queries_dir = value;
        } else if ((value = option_value("--queries", argc, argv, &i)) != NULL) {
            parse_queries(options, value);
        } else if (strcmp(argv[i], "--rules") == 0) {
            options->rules = true;
            i++;
        } else {
            fprintf(stderr, "bench_tpch: unknown argument %s\n%s", argv[i], usage);
            exit(2);
        }
    }
    if (options->data == NULL || options->queries_dir == NULL || strchr(options->data, '\'') != NULL) {
        fputs(usage, stderr);
        exit(2);
    }
}

static void read_queries(struct options *options)
{
    struct bench *bench = &options->bench;

    for (uint32_t number = 1; number <= TPCH_QUERIES; number++) {
        struct bench_query *query = &bench->queries[bench->query_count];
        char *path;

        if (!options->all && !options->wanted[number])
            continue;
        path = xprintf("%s/q%02u.sql", options->queries_dir, number);
        query->name = xprintf("q%02u", number);
        query->sql = read_text(path);
        bench->query_count++;
        free(path);
    }
}

/* Against DuckDB alone. False: the results differ. */
static bool run_tpch(const struct bench *bench)
{
    struct comparison comparison;
    bool agree;

    report_head(bench);
    compare_run(bench, &comparison);
    report_ratios(&comparison);
    report_tail(&comparison);
    report_json(&comparison);
    agree = comparison.agree;
    compare_done(&comparison);
    return agree;
}

int main(int argc, char **argv)
{
    static struct options all;
    struct options *options = &all;
    struct bench *bench = &options->bench;
    struct comparison machine;

    *options = (struct options){
        .all = true,
        .bench = {
            .name = "tpch", .open = make_views, .data = options, .workers = 4, .rounds = 5, .warmups = 1}};
    compare_cpus(&machine);
    bench->threads = machine.cpu_count;
    parse(options, argc, argv);
    read_queries(options);
    bench->description = xprintf("TPC-H, %s", options->data);
    return (options->rules ? rules_run(bench) : run_tpch(bench)) ? 0 : 1;
}
