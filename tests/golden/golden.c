/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden MODE …: plans as checked-in text.
 *
 *   pictures  the stage graph of every query, over TPC-H data
 *   chains    the whole way of every query, from the imported plan to SQL, over small tables that it makes itself
 *   pages     what is made in docs: not-distributable.md, and the plans in planner.md
 *   spread    no expectation but rules: where TPC-H plans scan, join and aggregate large tables
 *
 * A query is a file NAME.sql, its expectation NAME.txt in the folder of expectations. Lines `-- set: name=value` at the
 * head of a query are settings for it alone, `-- workers: n` asks for a cluster of that size. With --update expectations are
 * written; git diff then shows what a change of the planner does to all plans. Exit status: 0 as expected, 1 not, 2 the test
 * could not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

static bool is_asked_for(const struct options *options, const char *name)
{
    return options->filter == NULL || strstr(name, options->filter) != NULL;
}

/* ---- Modes ---- */

static bool write_picture(struct lab *lab, const char *sql, struct buf *out)
{
    struct eider_query *query = lab_prepare(lab, sql);

    if (query == NULL)
        return false;
    buf_puts(out, eider_query_explain(query));
    eider_query_free(query);
    return true;
}

typedef bool (*writer)(struct lab *lab, const char *sql, struct buf *out);

static int compare_all(struct lab *lab, const char *data, writer write)
{
    const struct options *options = lab->options;
    struct golden_report report = {.options = options, .suffix = ".txt", .data = data};
    struct names names = list_files(options->queries, ".sql");
    int status;

    for (size_t i = 0; i < names.count; i++) {
        char *path = path_of(options->queries, names.items[i], ".sql"), *sql = read_text(path);
        struct buf text;
        buf_init(&text, GOLDEN_TEXT_MAX);
        if (sql != NULL && is_asked_for(options, names.items[i])) {
            lab_prepare_for(lab, sql);
            if (write(lab, sql, &text))
                compare(&report, names.items[i], &text);
            else
                report.failed++;
            lab_reset_after(lab, sql);
        }
        buf_done(&text);
        free(sql);
        free(path);
    }
    compare_orphans(&report, &names);
    status = compare_done(&report);
    names_done(&names);
    return status;
}

static int run_pictures(const struct options *options)
{
    struct lab lab;
    int status;

    lab_open_tpch(&lab, options);
    status = compare_all(&lab, options->tables, write_picture);
    lab_close(&lab);
    return status;
}

/* The small tables are made anew for each run; tables.sql beside the queries says which. Returns the folder of the files. */
static char *open_small_tables(struct lab *lab, const struct options *options)
{
    char *data = path_of(options->scratch, "data", ""),
         *path = path_of(options->queries, "../tables", ".sql");
    char *script = read_text(path);
    struct buf sql;

    if (script == NULL)
        die("%s is missing", path);
    make_folder(data);
    buf_init(&sql, GOLDEN_TEXT_MAX);
    replace_all(&sql, script, "@DATA@", data);
    lab_open(lab, options);
    lab_run(lab, sql.data);
    buf_done(&sql);
    free(script);
    free(path);
    return data;
}

static int run_chains(const struct options *options)
{
    struct lab lab;
    char *data = open_small_tables(&lab, options);
    int status = compare_all(&lab, data, chain_write);

    lab_close(&lab);
    free(data);
    return status;
}

static int run_pages(const struct options *options)
{
    struct lab lab;
    char *data = open_small_tables(&lab, options);
    struct golden_report report = {.options = options, .suffix = ".md", .data = data};

    write_verdicts_page(&lab, &report);
    write_planner_page(&lab, &report);
    lab_close(&lab);
    free(data);
    return compare_done(&report);
}

/* The ways in which TPC-H is planned: by default, with limits that are to this data as the defaults are to a hundred
 * times as much, and without broadcasts. */
static const char *const spread_settings[][2] = {
    {"defaults", "SET eider_broadcast_rows = 300000"},
    {"broadcast_rows=3000", "SET eider_broadcast_rows = 3000"},
    {"broadcast_joins=false", "SET eider_broadcast_joins = false"},
};

static uint32_t check_query(struct lab *lab, const char *name, const char *way, const char *sql)
{
    struct eider_query *query = lab_prepare(lab, sql);
    struct buf found;
    uint32_t breaches = 1;

    if (query == NULL)
        return 1;
    buf_init(&found, GOLDEN_TEXT_MAX);
    if (query->verdict.kind != VERDICT_DISTRIBUTABLE)
        buf_printf(&found, "%s", eider_query_verdict(query));
    else
        breaches = spread_check(&query->graph, &found);
    if (breaches > 0)
        printf("FAILED %s (%s):\n%s%s\n", name, way, found.data, eider_query_explain(query));
    buf_done(&found);
    eider_query_free(query);
    return breaches;
}

static int run_spread(const struct options *options)
{
    struct names names = list_files(options->queries, ".sql");
    uint32_t breaches = 0, queries = 0;
    struct lab lab;

    lab_open_tpch(&lab, options);
    for (size_t w = 0; w < sizeof(spread_settings) / sizeof(spread_settings[0]); w++) {
        lab_run(&lab, spread_settings[w][1]);
        for (size_t i = 0; i < names.count; i++) {
            char *path = path_of(options->queries, names.items[i], ".sql"), *sql = read_text(path);
            if (sql != NULL && is_asked_for(options, names.items[i])) {
                breaches += check_query(&lab, names.items[i], spread_settings[w][0], sql);
                queries++;
            }
            free(sql);
            free(path);
        }
    }
    lab_close(&lab);
    names_done(&names);
    printf("%u plans, %u breaches\n", (unsigned)queries, (unsigned)breaches);
    return breaches > 0 || queries == 0 ? 1 : 0;
}

/* ---- Command line ---- */

static const char usage[] =
    "usage: golden pictures --tables DIR --queries DIR --expected DIR --scratch DIR [--update]\n"
    "       golden chains --queries DIR --expected DIR --scratch DIR [--update]\n"
    "       golden pages --queries DIR --expected DIR --scratch DIR [--update]\n"
    "       golden spread --tables DIR --queries DIR\n"
    "       and for each: [--threads N] [--only PART_OF_A_NAME]";

static const char *value_of(int argc, char **argv, int *at)
{
    if (*at + 1 >= argc)
        die("%s needs a value\n%s", argv[*at], usage);
    return argv[++*at];
}

static void read_options(int argc, char **argv, struct options *ret)
{
    *ret = (struct options){.threads = 2};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--update") == 0)
            ret->update = true;
        else if (strcmp(argv[i], "--tables") == 0)
            ret->tables = value_of(argc, argv, &i);
        else if (strcmp(argv[i], "--queries") == 0)
            ret->queries = value_of(argc, argv, &i);
        else if (strcmp(argv[i], "--expected") == 0)
            ret->expected = value_of(argc, argv, &i);
        else if (strcmp(argv[i], "--scratch") == 0)
            ret->scratch = value_of(argc, argv, &i);
        else if (strcmp(argv[i], "--only") == 0)
            ret->filter = value_of(argc, argv, &i);
        else if (strcmp(argv[i], "--threads") == 0)
            ret->threads = (uint32_t)strtoul(value_of(argc, argv, &i), NULL, 10);
        else
            die("unknown argument %s\n%s", argv[i], usage);
    }
}

/* One mode: what it needs of the command line, and what runs it. */
static const struct mode {
    const char *name;
    bool reads_tables; /* of TPC-H; the others make their own */
    bool compares;
    int (*run)(const struct options *options);
} modes[] = {
    {"pictures", true, true, run_pictures},
    {"chains", false, true, run_chains},
    {"pages", false, true, run_pages},
    {"spread", true, false, run_spread},
};

int main(int argc, char **argv)
{
    const struct mode *mode = NULL;
    struct options options;

    for (size_t i = 0; argc >= 2 && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(argv[1], modes[i].name) == 0)
            mode = &modes[i];
    }
    if (mode == NULL)
        die("%s", usage);
    read_options(argc, argv, &options);
    if (options.queries == NULL || options.threads == 0 || (mode->reads_tables && options.tables == NULL) ||
        (mode->compares && (options.expected == NULL || options.scratch == NULL)))
        die("%s", usage);
    if (mode->compares)
        make_folder(options.scratch);
    return mode->run(&options);
}
