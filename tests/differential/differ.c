/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differ: runs queries with DuckDB alone and with Eider in one process and compares the rows.
 *
 *   differ data DIR                 makes the test data (tests/data/generate.sql)
 *   differ self   …                 does DuckDB agree with itself on every query of a corpus?
 *   differ corpus …                 does Eider agree with DuckDB on it, and is each query distributed as expected?
 *   differ random …                 the same for random queries
 *   differ metamorphic …            does Eider agree with itself on random queries, split and under other settings?
 *
 * Exit status: 0, 1 if a query failed, 2 for wrong usage, 3 if the test itself could not go on.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab.h"

static const char usage_text[] =
    "usage: differ data DIR\n"
    "       differ self|corpus|random|metamorphic [options]\n"
    "  --tables DIR       data folder: a view per file or folder in it; repeatable, @DATA@ in queries is the "
    "first\n"
    "  --native           the tables are tables of the databases, not views over files, and Eider splits "
    "them\n"
    "  --remote           workers with databases of their own, reached by messages\n"
    "  --schema FILE      script to run when the views are there\n"
    "  --queries DIR      folder of .sql files (self, corpus)\n"
    "  --expect WHAT      expectation of files that state none\n"
    "  --spread TABLES    comma-separated: with 2 or more workers each scan of these is in several tasks\n"
    "  --filter TEXT      only files whose name contains it\n"
    "  --workers LIST     numbers of workers, such as 1,2,4 (default 4)\n"
    "  --threads N        threads of each database (default 2)\n"
    "  --set NAME=VALUE   setting of Eider's sessions, as SQL; repeatable\n"
    "  --rebuild HOW      a rule writes each plan again with public functions: same, or derived (names of "
    "columns)\n"
    "  --timeout-ms N     for one query (default 60000)\n"
    "  --seed N           of the random queries (default 1)\n"
    "  --first N          number of the first random query (default 0)\n"
    "  --count N          how many random queries (default 300)\n"
    "  --min-distributed PERCENT   fail if fewer random queries are distributed\n"
    "  --verbose\n";

static int usage(const char *problem, const char *what)
{
    fprintf(stderr, "differ: %s%s\n%s", problem, what, usage_text);
    return 2;
}

/* ---- Test data ---------------------------------------------------------------------------------------------- */

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        die("cannot make folder %s: %s", path, strerror(errno));
    }
}

/* Makes the folders of all `TO 'a/b/c.parquet'` in the script, below the current one. */
static void make_target_folders(const char *sql)
{
    static const char mark[] = "TO '";
    const char *hit;
    while ((hit = strstr(sql, mark)) != NULL) {
        hit += strlen(mark);
        size_t bytes = strcspn(hit, "'");
        for (size_t i = 0; i < bytes; i++) {
            if (hit[i] == '/') {
                char *folder = xstrndup(hit, i);
                make_folder(folder);
                free(folder);
            }
        }
        sql = hit + bytes;
    }
}

static int run_data(const char *folder)
{
    char *sql = read_file(EIDER_TEST_DATA_DIR "/generate.sql", NULL);
    make_folder(folder);
    if (chdir(folder) != 0) {
        die("cannot enter %s: %s", folder, strerror(errno));
    }
    make_target_folders(sql);
    duckdb_database database;
    duckdb_connection connection;
    duckdb_result result;
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess) {
        die("cannot open a database");
    }
    if (duckdb_query(connection, sql, &result) != DuckDBSuccess) {
        die("generate.sql: %s", duckdb_result_error(&result));
    }
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    free(sql);
    return 0;
}

/* ---- Options ------------------------------------------------------------------------------------------------ */

static bool parse_number(const char *text, uint64_t *ret)
{
    char *end;
    errno = 0;
    *ret = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && text[0] != '-';
}

static bool parse_workers(const char *text, struct options *ret)
{
    ret->worker_count = 0;
    while (*text != '\0') {
        char *end;
        unsigned long value = strtoul(text, &end, 10);
        if (end == text || (*end != '\0' && *end != ',') || value == 0 || value > EIDER_MAX_WORKERS ||
            ret->worker_count == MAX_WORKER_COUNTS) {
            return false;
        }
        ret->workers[ret->worker_count++] = (uint32_t)value;
        text = *end == ',' ? end + 1 : end;
    }
    return ret->worker_count > 0;
}

enum option_id {
    OPTION_TABLES = 1,
    OPTION_NATIVE,
    OPTION_REMOTE,
    OPTION_SCHEMA,
    OPTION_QUERIES,
    OPTION_EXPECT,
    OPTION_SPREAD,
    OPTION_FILTER,
    OPTION_WORKERS,
    OPTION_THREADS,
    OPTION_SET,
    OPTION_REBUILD,
    OPTION_TIMEOUT,
    OPTION_SEED,
    OPTION_FIRST,
    OPTION_COUNT,
    OPTION_MIN_DISTRIBUTED,
    OPTION_VERBOSE
};

static const struct option long_options[] = {
    {"tables", required_argument, NULL, OPTION_TABLES},
    {"native", no_argument, NULL, OPTION_NATIVE},
    {"remote", no_argument, NULL, OPTION_REMOTE},
    {"schema", required_argument, NULL, OPTION_SCHEMA},
    {"queries", required_argument, NULL, OPTION_QUERIES},
    {"expect", required_argument, NULL, OPTION_EXPECT},
    {"spread", required_argument, NULL, OPTION_SPREAD},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"workers", required_argument, NULL, OPTION_WORKERS},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"set", required_argument, NULL, OPTION_SET},
    {"rebuild", required_argument, NULL, OPTION_REBUILD},
    {"timeout-ms", required_argument, NULL, OPTION_TIMEOUT},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"first", required_argument, NULL, OPTION_FIRST},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"min-distributed", required_argument, NULL, OPTION_MIN_DISTRIBUTED},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {NULL, 0, NULL, 0},
};

/* Options whose argument is a number. */
static bool parse_numeric(int id, const char *text, struct options *ret)
{
    uint64_t number;
    if (!parse_number(text, &number)) {
        return false;
    }
    switch (id) {
    case OPTION_THREADS:
        ret->threads = (int)number;
        return number >= 1 && number <= 256;
    case OPTION_TIMEOUT:
        ret->timeout_ms = (double)number;
        return true;
    case OPTION_SEED:
        ret->seed = number;
        return true;
    case OPTION_FIRST:
        ret->first = number;
        return true;
    case OPTION_COUNT:
        ret->count = number;
        return true;
    case OPTION_MIN_DISTRIBUTED:
        ret->min_distributed_percent = (uint32_t)number;
        return number <= 100;
    default:
        return false;
    }
}

static bool parse_option(int id, char *text, struct options *ret)
{
    switch (id) {
    case OPTION_TABLES:
        strings_add(&ret->tables, text);
        return path_is_folder(text);
    case OPTION_REMOTE:
        ret->remote = true;
        return true;
    case OPTION_NATIVE:
        ret->native = true;
        strings_add(&ret->settings, "eider_split_native_tables=true");
        return true;
    case OPTION_SCHEMA:
        ret->schema = text;
        return true;
    case OPTION_QUERIES:
        ret->queries = text;
        return path_is_folder(text);
    case OPTION_EXPECT:
        ret->expect = text;
        return true;
    case OPTION_SPREAD:
        ret->spread = text;
        return true;
    case OPTION_FILTER:
        ret->filter = text;
        return true;
    case OPTION_WORKERS:
        return parse_workers(text, ret);
    case OPTION_SET:
        strings_add(&ret->settings, text);
        return strchr(text, '=') != NULL;
    case OPTION_REBUILD:
        ret->rebuild = strcmp(text, "same") == 0 ? REBUILD_SAME : REBUILD_DERIVED;
        return ret->rebuild == REBUILD_SAME || strcmp(text, "derived") == 0;
    case OPTION_VERBOSE:
        ret->verbose = true;
        return true;
    default:
        return parse_numeric(id, text, ret);
    }
}

int main(int argc, char **argv)
{
    struct options options = {
        .workers = {4}, .worker_count = 1, .threads = 2, .timeout_ms = 60000, .seed = 1, .count = 300};
    if (argc < 2) {
        return usage("no mode", "");
    }
    const char *mode = argv[1];
    if (strcmp(mode, "data") == 0) {
        return argc == 3 ? run_data(argv[2]) : usage("data takes one folder", "");
    }
    optind = 2;
    int id;
    while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (id == '?') {
            return 2;
        }
        if (!parse_option(id, optarg, &options)) {
            return usage("wrong argument: ", optarg);
        }
    }
    if (optind < argc) {
        return usage("unexpected argument: ", argv[optind]);
    }
    int status;
    if (strcmp(mode, "self") == 0) {
        status = run_self(&options);
    } else if (strcmp(mode, "corpus") == 0) {
        status = run_corpus(&options);
    } else if (strcmp(mode, "random") == 0) {
        status = run_random(&options);
    } else if (strcmp(mode, "metamorphic") == 0) {
        status = run_metamorphic(&options);
    } else {
        status = usage("unknown mode: ", mode);
    }
    strings_done(&options.tables);
    strings_done(&options.settings);
    return status;
}
