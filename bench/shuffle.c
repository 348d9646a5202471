/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exchange alone: rows from a Parquet file into hash partitions, and out again.
 *
 *     bench_shuffle [ROWS [COLUMNS [PARTITIONS [ROUNDS]]]]      (10000000 5 16 7)
 *
 * Each round, in turn and on the same threads: *scan* aggregates all columns of the file; *in* sends its rows through
 * eider_sink; *out* aggregates all columns of what was sent, through eider_source. Prints the times of each round, then
 * medians and two ratios in wall and CPU time: what the shuffle adds to the scan that feeds it, (in + out - scan) / scan,
 * and all of it, (in + out) / scan.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/engine.h"
#include "engine/layout.h"
#include "engine/run.h"
#include "engine/sink.h"
#include "engine/source.h"
#include "exchange/store.h"
#include "plan/plan.h"

#define MAX_COLUMNS 64u
#define MAX_ROUNDS  100u

struct times {
    double wall_ms;
    double cpu_ms;
};

struct bench {
    uint64_t rows;
    uint32_t columns;
    uint32_t partitions;
    uint32_t rounds;
    char path[256];
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct store *store;
    struct arena *arena;
    struct layout *layout;
    const struct eider_type *types[MAX_COLUMNS];
    struct times scan[MAX_ROUNDS], in[MAX_ROUNDS], out[MAX_ROUNDS];
};

static void check(enum eider_status status, const struct eider_error *err)
{
    if (status == EIDER_OK)
        return;
    fprintf(stderr, "bench_shuffle: %s\n", err->message);
    exit(1);
}

static void sql(struct bench *bench, const char *text)
{
    duckdb_result result;

    if (duckdb_query(bench->connection, text, &result) != DuckDBSuccess) {
        fprintf(stderr, "bench_shuffle: %s\n", duckdb_result_error(&result));
        exit(1);
    }
    duckdb_destroy_result(&result);
}

static struct times now(void)
{
    struct timespec wall;
    struct rusage usage;

    clock_gettime(CLOCK_MONOTONIC, &wall);
    getrusage(RUSAGE_SELF, &usage);
    return (struct times){.wall_ms = (double)wall.tv_sec * 1e3 + (double)wall.tv_nsec / 1e6,
                          .cpu_ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                                    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3};
}

static struct times since(struct times start)
{
    struct times end = now();

    return (struct times){.wall_ms = end.wall_ms - start.wall_ms, .cpu_ms = end.cpu_ms - start.cpu_ms};
}

/* Columns of different widths, none of them sorted or tiny. */
static const struct {
    const char *expression;
    const char *aggregate; /* of column %u, cheap */
    enum type_tag tag;
} kinds[] = {
    {"(hash(i) >> 4)::BIGINT", "max(c%u)", TYPE_BIGINT},
    {"(hash(i + 1) % 2000000)::INTEGER", "max(c%u)", TYPE_INTEGER},
    {"(hash(i + 2) % 1000000)::DOUBLE / 100", "sum(c%u)", TYPE_DOUBLE},
    {"DATE '1992-01-01' + (hash(i + 3) % 2500)::INTEGER", "max(c%u)", TYPE_DATE},
    {"'Clerk#' || (hash(i + 4) % 10000)", "sum(strlen(c%u))", TYPE_VARCHAR},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static void make_file(struct bench *bench)
{
    struct buf text;

    snprintf(bench->path, sizeof(bench->path), "/tmp/eider-bench-%d.parquet", (int)getpid());
    buf_init(&text, 1 << 16);
    buf_puts(&text, "COPY (SELECT ");
    for (uint32_t i = 0; i < bench->columns; i++)
        buf_printf(&text, "%s%s AS c%u", i > 0 ? ", " : "", kinds[i % KIND_COUNT].expression, i);
    buf_printf(&text, " FROM range(%llu) r(i)) TO '%s' (FORMAT parquet)", (unsigned long long)bench->rows,
               bench->path);
    sql(bench, text.data);
    buf_done(&text);
}

/* SELECT max(c0), max(c1), sum(c2) … FROM what */
static void aggregate(struct bench *bench, const char *what, struct run *run)
{
    struct eider_error err;
    duckdb_result result;
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_puts(&text, "SELECT ");
    for (uint32_t i = 0; i < bench->columns; i++) {
        char item[64];

        snprintf(item, sizeof(item), kinds[i % KIND_COUNT].aggregate, i);
        buf_printf(&text, "%s%s", i > 0 ? ", " : "", item);
    }
    buf_printf(&text, " FROM %s", what);
    check(run_execute(run, bench->connection, text.data, RUN_MATERIALIZE, &result, &err), &err);
    duckdb_destroy_result(&result);
    buf_done(&text);
}

static struct times scan(struct bench *bench)
{
    struct eider_error err;
    struct run *run;
    char what[320];
    struct times start = now(), spent;

    check(run_new(&run, &err), &err);
    snprintf(what, sizeof(what), "read_parquet('%s')", bench->path);
    aggregate(bench, what, run);
    run_unref(run);
    spent = since(start);
    return spent;
}

static struct times shuffle_in(struct bench *bench, struct output *output)
{
    struct sink_options options = {
        .output = output, .types = bench->types, .type_count = bench->columns, .concurrent_tasks = 1};
    struct times start = now(), spent;
    struct eider_error err;
    struct sink *sink;
    struct buf text;
    uint64_t rows;

    check(run_new(&options.run, &err), &err);
    check(sink_new(bench->engine, &options, &sink, &err), &err);
    buf_init(&text, 1 << 16);
    buf_printf(&text, "SELECT count(system.main.\"eider_sink\"('%s', hash(c0)", sink_token(sink));
    for (uint32_t i = 0; i < bench->columns; i++)
        buf_printf(&text, ", c%u", i);
    buf_printf(&text, ")) FROM read_parquet('%s')", bench->path);
    check(run_count(options.run, bench->connection, text.data, &rows, &err), &err);
    check(sink_finish(sink, rows, &err), &err);
    check(output_complete(output, &err), &err);
    sink_free(sink);
    run_unref(options.run);
    buf_done(&text);
    spent = since(start);
    return spent;
}

static struct times shuffle_out(struct bench *bench, struct output *output)
{
    const struct reader_input input = {.output = output, .partition_count = bench->partitions};
    struct source_options options = {.types = bench->types, .type_count = bench->columns};
    struct times start = now(), spent;
    struct eider_error err;
    struct source *source;
    char what[128];

    check(run_new(&options.run, &err), &err);
    check(reader_new_outputs(bench->layout, &input, 1, &options.reader, &err), &err);
    check(source_new(bench->engine, &options, &source, &err), &err);
    snprintf(what, sizeof(what), "system.main.\"eider_source\"('%s')", source_token(source));
    aggregate(bench, what, options.run);
    if (source_rows(source) != bench->rows) {
        fprintf(stderr, "bench_shuffle: %llu rows came out\n", (unsigned long long)source_rows(source));
        exit(1);
    }
    source_free(source);
    run_unref(options.run);
    spent = since(start);
    return spent;
}

static void round_of(struct bench *bench, uint32_t round)
{
    struct output_key key = {.query = round + 1};
    struct output *output;
    struct eider_error err;

    bench->scan[round] = scan(bench);
    check(store_output(bench->store, key, bench->layout, bench->partitions, &output, &err), &err);
    bench->in[round] = shuffle_in(bench, output);
    bench->out[round] = shuffle_out(bench, output);
    printf("round %2u: scan %7.1f ms (cpu %7.1f)  in %7.1f (%7.1f)  out %7.1f (%7.1f)  %5.1f MiB\n", round,
           bench->scan[round].wall_ms, bench->scan[round].cpu_ms, bench->in[round].wall_ms,
           bench->in[round].cpu_ms, bench->out[round].wall_ms, bench->out[round].cpu_ms,
           (double)output_size(output, 0, bench->partitions).bytes / 1048576);
    output_unref(output);
    store_drop_query(bench->store, key.query);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Round 0 warms up. */
static struct times median(const struct times *times, uint32_t rounds)
{
    double wall[MAX_ROUNDS], cpu[MAX_ROUNDS];

    for (uint32_t i = 0; i < rounds; i++) {
        wall[i] = times[i + 1].wall_ms;
        cpu[i] = times[i + 1].cpu_ms;
    }
    qsort(wall, rounds, sizeof(double), compare);
    qsort(cpu, rounds, sizeof(double), compare);
    return (struct times){.wall_ms = wall[rounds / 2], .cpu_ms = cpu[rounds / 2]};
}

static uint64_t argument(int argc, char **argv, int index, uint64_t fallback, uint64_t max)
{
    unsigned long long value = argc > index ? strtoull(argv[index], NULL, 10) : fallback;

    if (value < 1 || value > max) {
        fprintf(stderr, "usage: bench_shuffle [ROWS [COLUMNS [PARTITIONS [ROUNDS]]]]\n");
        exit(2);
    }
    return value;
}

static void report(const struct bench *bench)
{
    struct times all = median(bench->scan, bench->rounds), in = median(bench->in, bench->rounds);
    struct times out = median(bench->out, bench->rounds);
    double rows = (double)bench->rows;

    printf("median:   scan %7.1f ms (cpu %7.1f)  in %7.1f (%7.1f)  out %7.1f (%7.1f)\n", all.wall_ms,
           all.cpu_ms, in.wall_ms, in.cpu_ms, out.wall_ms, out.cpu_ms);
    printf("cpu ns a row: scan %.1f, in %.1f, out %.1f\n", all.cpu_ms * 1e6 / rows, in.cpu_ms * 1e6 / rows,
           out.cpu_ms * 1e6 / rows);
    printf("shuffle / scan: wall %.2f, cpu %.2f\n", (in.wall_ms + out.wall_ms - all.wall_ms) / all.wall_ms,
           (in.cpu_ms + out.cpu_ms - all.cpu_ms) / all.cpu_ms);
    printf("scan + shuffle / scan: wall %.2f, cpu %.2f\n", (in.wall_ms + out.wall_ms) / all.wall_ms,
           (in.cpu_ms + out.cpu_ms) / all.cpu_ms);
}

int main(int argc, char **argv)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct eider_error err;

    if (bench == NULL)
        return 1;
    bench->rows = argument(argc, argv, 1, 10000000, 1000000000);
    bench->columns = (uint32_t)argument(argc, argv, 2, 5, MAX_COLUMNS);
    bench->partitions = (uint32_t)argument(argc, argv, 3, 16, 4096);
    bench->rounds = (uint32_t)argument(argc, argv, 4, 7, MAX_ROUNDS - 1);
    if (duckdb_open(NULL, &bench->database) != DuckDBSuccess ||
        duckdb_connect(bench->database, &bench->connection) != DuckDBSuccess)
        return 1;
    check(engine_open(bench->database, &bench->engine, &err), &err);
    check(store_new(engine_budget(bench->engine), &bench->store, &err), &err);
    for (uint32_t i = 0; i < bench->columns; i++)
        bench->types[i] = type_simple(kinds[i % KIND_COUNT].tag);
    check(engine_layout_new(bench->types, bench->columns, &bench->layout, &err), &err);
    make_file(bench);
    printf("%llu rows, %u columns, %u partitions, %u threads\n", (unsigned long long)bench->rows,
           bench->columns, bench->partitions, engine_thread_count(bench->engine));
    for (uint32_t round = 0; round <= bench->rounds; round++)
        round_of(bench, round);
    report(bench);
    unlink(bench->path);
    layout_unref(bench->layout);
    store_free(bench->store);
    engine_unref(bench->engine);
    duckdb_disconnect(&bench->connection);
    duckdb_close(&bench->database);
    free(bench);
    return 0;
}
