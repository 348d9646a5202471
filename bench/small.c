/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small queries, which are not worth distributing: what does a cluster cost them?
 *
 *     bench_small [--workers N] [--threads N] [--rounds N] [--set NAME=VALUE …] [--json FILE]
 *
 * Data: Parquet and CSV files of a few rows in a folder of its own below /tmp, removed at the end, and native tables in each
 * side's database. Exit status as bench_tpch.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is made of files, once. @ is the folder. */
static const char make_files[] =
    "COPY (SELECT i AS id, i % 7 AS grp, i * 1.5 AS v, 'name ' || i AS name FROM range(1000) r(i)) "
    "TO '@/small.parquet';"
    "COPY (SELECT i AS id, i % 7 AS grp, i * 1.5 AS v, 'name ' || i AS name FROM range(1000) r(i)) TO "
    "'@/small.csv';"
    "COPY (SELECT i AS id, i % 1000 AS small_id, i * 0.25 AS v FROM range(100000) r(i)) TO "
    "'@/medium.parquet';"
    "COPY (SELECT i AS id, i % 16 AS part FROM range(16000) r(i)) TO '@/parts' (FORMAT parquet, PARTITION_BY "
    "part, "
    "WRITE_PARTITION_COLUMNS true);";

/* Tables and views of each side. */
static const char make_tables[] =
    "CREATE TEMPORARY VIEW small AS FROM read_parquet('@/small.parquet');"
    "CREATE TEMPORARY VIEW small_csv AS FROM read_csv('@/small.csv');"
    "CREATE TEMPORARY VIEW medium AS FROM read_parquet('@/medium.parquet');"
    "CREATE TEMPORARY VIEW parts AS FROM read_parquet('@/parts/*/*.parquet', hive_partitioning = false);"
    "CREATE TABLE native AS FROM small;"
    "CREATE TABLE native_medium AS FROM medium;";

static const struct bench_query queries[] = {
    {"constant", "SELECT 1"},
    {"parquet_point", "SELECT * FROM small WHERE id = 500"},
    {"parquet_aggregate", "SELECT grp, count(*), sum(v) FROM small GROUP BY grp ORDER BY grp"},
    {"parquet_100k_rows", "SELECT small_id, avg(v) FROM medium GROUP BY small_id ORDER BY 2 DESC LIMIT 10"},
    {"parquet_join",
     "SELECT s.grp, sum(m.v) FROM medium m JOIN small s ON s.id = m.small_id GROUP BY s.grp ORDER BY 1"},
    {"parquet_6_joins",
     "SELECT a.grp, count(*), sum(f.v) FROM small a JOIN small b USING (id) JOIN small c USING (id) "
     "JOIN small d USING (id) JOIN small e USING (id) JOIN small f USING (id) "
     "WHERE b.grp < 5 AND c.name LIKE 'name%' AND d.v > 10 GROUP BY a.grp ORDER BY a.grp"},
    {"parquet_16_files", "SELECT part, count(*), max(id) FROM parts GROUP BY part ORDER BY part"},
    {"parquet_window", "SELECT id, row_number() OVER (PARTITION BY grp ORDER BY v DESC, id) AS r FROM small "
                       "QUALIFY r <= 3 ORDER BY id"},
    {"csv_aggregate", "SELECT grp, count(*), sum(v) FROM small_csv GROUP BY grp ORDER BY grp"},
    {"native_point", "SELECT * FROM native WHERE id = 500"},
    {"native_aggregate", "SELECT grp, count(*), sum(v) FROM native GROUP BY grp ORDER BY grp"},
    {"native_100k_rows",
     "SELECT small_id, avg(v) FROM native_medium GROUP BY small_id ORDER BY 2 DESC LIMIT 10"},
    {"declined_function", "SELECT count(*) FROM medium WHERE random() >= 0"},
    {"no_query", "UPDATE native SET v = v WHERE id = 500"},
};

static char *in_folder(const char *sql, const char *folder)
{
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);

    if (out == NULL)
        die("out of memory");
    for (; *sql != '\0'; sql++) {
        if (*sql == '@')
            fputs(folder, out);
        else
            fputc(*sql, out);
    }
    if (fclose(out) != 0)
        die("out of memory");
    return text;
}

static void open_tables(duckdb_connection connection, void *data)
{
    char *sql = in_folder(make_tables, data);

    must_query(connection, sql);
    free(sql);
}

/* In a process of its own: the benchmark opens no database. */
static void in_process(void (*what)(const char *folder), const char *folder)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        what(folder);
        exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        die("cannot make the files in %s", folder);
}

static void write_files(const char *folder)
{
    char *sql = in_folder(make_files, folder);
    duckdb_database database;
    duckdb_connection connection;

    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        die("DuckDB does not open");
    must_query(connection, sql);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    free(sql);
}

static char folder[] = "/tmp/eider-bench-XXXXXX";
static pid_t owner;

static void remove_folder(void)
{
    if (getpid() != owner)
        return;
    if (fork() == 0) {
        execlp("rm", "rm", "-rf", "--", folder, (char *)NULL);
        _exit(127);
    }
    while (wait(NULL) > 0)
        continue;
}

int main(int argc, char **argv)
{
    static struct bench all;
    struct bench *bench = &all;
    struct comparison comparison;
    int status;

    compare_cpus(&comparison);
    *bench = (struct bench){.name = "small",
                            .open = open_tables,
                            .data = folder,
                            .threads = comparison.cpu_count,
                            .workers = 4,
                            .rounds = 100,
                            .warmups = 5,
                            .query_count = sizeof(queries) / sizeof(queries[0])};
    memcpy(bench->queries, queries, sizeof(queries));
    for (int i = 1; i < argc;) {
        if (option_common(bench, argc, argv, &i))
            continue;
        fprintf(stderr, "bench_small: unknown argument %s\n", argv[i]);
        return 2;
    }
    if (mkdtemp(folder) == NULL)
        die("cannot make a folder below /tmp: %s", strerror(errno));
    owner = getpid();
    atexit(remove_folder);
    in_process(write_files, folder);
    bench->description = "small queries";
    report_head(bench);
    compare_run(bench, &comparison);
    report_differences(&comparison);
    report_tail(&comparison);
    report_json(&comparison);
    status = comparison.agree ? 0 : 1;
    compare_done(&comparison);
    return status;
}
