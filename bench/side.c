/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A side: a process that runs queries on DuckDB alone, or on Eider, when it is told to through a pipe.
 *
 * Separate processes, because DuckDB alone was up to 1.8 times slower in one that had run staged plans before (memory that
 * the allocator keeps). The process is a fork of the benchmark, which itself never opens a database; only the side of Eider
 * makes a session. What travels: the number of a query there, a struct measurement back. A side that finds its pipe closed
 * ends, so none outlives the benchmark.
 *
 * Time starts before the text of the query is parsed and ends when its result is complete and everything of its execution is
 * freed; the digest of the result comes after that. CPU time is that of the whole process, DuckDB's threads included.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "eider/eider.h"

struct side {
    enum side_kind kind;
    pid_t pid;
    int to, from;
};

/* In the process of a side. */
struct host {
    const struct bench *bench;
    duckdb_database database;
    duckdb_connection connection;
    struct eider_session *session; /* NULL: DuckDB alone */
};

const char *side_name(enum side_kind kind)
{
    return kind == SIDE_DUCKDB ? "DuckDB" : "Eider";
}

/* ---- Pipes ---- */

/* False at the end, or if the other process is gone. */
static bool read_all(int fd, void *data, size_t bytes)
{
    for (char *p = data; bytes > 0;) {
        ssize_t n = read(fd, p, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        bytes -= (size_t)n;
    }
    return true;
}

static bool write_all(int fd, const void *data, size_t bytes)
{
    for (const char *p = data; bytes > 0;) {
        ssize_t n = write(fd, p, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        p += n;
        bytes -= (size_t)n;
    }
    return true;
}

/* ---- In the process of a side ---- */

static void apply_settings(const struct host *host)
{
    for (uint32_t i = 0; i < host->bench->setting_count; i++) {
        const char *setting = host->bench->settings[i], *equals = strchr(setting, '=');
        char *sql;

        if (host->session == NULL && strncmp(setting, "eider_", 6) == 0)
            continue;
        sql = xprintf("SET %.*s = '%s'", (int)(equals - setting), setting, equals + 1);
        must_query(host->connection, sql);
        free(sql);
    }
}

static void host_open(struct host *host, enum side_kind kind)
{
    struct eider_cluster *cluster = NULL;
    struct eider_error err;
    char *sql = xprintf("SET threads = %u", host->bench->threads);

    if (duckdb_open(NULL, &host->database) != DuckDBSuccess ||
        duckdb_connect(host->database, &host->connection) != DuckDBSuccess)
        die("DuckDB does not open");
    if (kind == SIDE_EIDER) {
        if (eider_cluster_new_local(host->bench->workers, &cluster, &err) != EIDER_OK ||
            eider_session_new(host->database, host->connection, cluster, NULL, &host->session, &err) !=
                EIDER_OK)
            die("%s", err.message);
        eider_cluster_unref(cluster);
    }
    must_query(host->connection, sql);
    apply_settings(host);
    host->bench->open(host->connection, host->bench->data);
    free(sql);
}

static double cpu_now(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static double wall_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fail(struct measurement *ret, const char *message)
{
    ret->failed = true;
    snprintf(ret->text, sizeof(ret->text), "%s", message != NULL ? message : "failed without a message");
}

static bool run_duckdb(struct host *host, const char *sql, duckdb_result *result, struct measurement *ret)
{
    if (duckdb_query(host->connection, sql, result) == DuckDBSuccess)
        return true;
    fail(ret, duckdb_result_error(result));
    duckdb_destroy_result(result);
    return false;
}

static bool run_eider(struct host *host, const char *sql, duckdb_result *result, struct measurement *ret)
{
    struct eider_query *query = NULL;
    struct eider_query_stats stats = {0};
    struct eider_error err;
    bool ok = eider_prepare(host->session, sql, &query, &err) == EIDER_OK &&
              eider_query_run(query, result, &err) == EIDER_OK;

    if (ok) {
        eider_query_get_stats(query, &stats);
        snprintf(ret->text, sizeof(ret->text), "%s", eider_query_verdict_kind(query));
    } else {
        fail(ret, err.message);
    }
    eider_query_free(query);
    ret->planning_ms = stats.planning_ms;
    ret->stages = stats.stages;
    ret->tasks = stats.tasks;
    ret->rows_exchanged = stats.rows_exchanged;
    ret->bytes_exchanged = stats.bytes_exchanged;
    ret->distributed = stats.distributed;
    return ok;
}

static void measure(struct host *host, const char *sql, struct measurement *ret)
{
    duckdb_result result;
    double wall = wall_now(), cpu = cpu_now();
    bool ok =
        host->session == NULL ? run_duckdb(host, sql, &result, ret) : run_eider(host, sql, &result, ret);

    ret->wall_ms = wall_now() - wall;
    ret->cpu_ms = cpu_now() - cpu;
    if (!ok)
        return;
    digest_result(&result, ret);
    duckdb_destroy_result(&result);
}

static _Noreturn void serve(enum side_kind kind, const struct bench *bench, int from, int to)
{
    struct host host = {.bench = bench};
    struct measurement measurement = {0};
    uint32_t query;

    host_open(&host, kind);
    if (!write_all(to, &measurement, sizeof(measurement))) /* ready */
        exit(1);
    while (read_all(from, &query, sizeof(query))) {
        memset(&measurement, 0, sizeof(measurement));
        measure(&host, bench->queries[query].sql, &measurement);
        if (!write_all(to, &measurement, sizeof(measurement)))
            break;
    }
    eider_session_free(host.session);
    duckdb_disconnect(&host.connection);
    duckdb_close(&host.database);
    exit(0);
}

/* ---- In the benchmark ---- */

struct side *side_start(enum side_kind kind, const struct bench *bench)
{
    struct side *side = xcalloc(1, sizeof(*side));
    struct measurement ready;
    int to[2], from[2];

    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        die("no pipe: %s", strerror(errno));
    fflush(NULL);
    side->kind = kind;
    if ((side->pid = fork()) < 0)
        die("no process: %s", strerror(errno));
    if (side->pid == 0) {
        close(to[1]);
        close(from[0]);
        free(side);
        serve(kind, bench, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    side->to = to[1];
    side->from = from[0];
    signal(SIGPIPE, SIG_IGN);
    if (!read_all(side->from, &ready, sizeof(ready)))
        die("the process of %s did not start", side_name(kind));
    return side;
}

void side_run(struct side *side, uint32_t query, struct measurement *ret)
{
    if (!write_all(side->to, &query, sizeof(query)) || !read_all(side->from, ret, sizeof(*ret)))
        die("the process of %s is gone", side_name(side->kind));
}

void side_stop(struct side *side, uint64_t *ret_peak_bytes)
{
    struct rusage usage = {0};
    int status = 0;

    close(side->to);
    close(side->from);
    if (wait4(side->pid, &status, 0, &usage) == side->pid && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        die("the process of %s ended badly (%s %d)", side_name(side->kind),
            WIFEXITED(status) ? "status" : "signal",
            WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    *ret_peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
    free(side);
}
