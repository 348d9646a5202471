/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a comparison found, for people on standard output, for machines as JSON lines.
 *
 * A total is the sum over the queries of their medians.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eider/eider.h"

#define MIB 1048576.0

struct totals {
    double wall_ms[SIDE_COUNT];
    double cpu_ms[SIDE_COUNT];
    double fastest_wall_ms[SIDE_COUNT];
    double fastest_cpu_ms[SIDE_COUNT];
    double planning_ms;
    uint32_t stages, tasks, distributed;
    uint64_t rows_exchanged, bytes_exchanged;
};

static double ratio(const double *of)
{
    return of[SIDE_DUCKDB] > 0 ? of[SIDE_EIDER] / of[SIDE_DUCKDB] : 0;
}

static void add(struct totals *totals, const struct summary *summary)
{
    for (uint32_t side = 0; side < SIDE_COUNT; side++) {
        totals->wall_ms[side] += summary->wall_ms[side];
        totals->cpu_ms[side] += summary->cpu_ms[side];
        totals->fastest_wall_ms[side] += summary->fastest_wall_ms[side];
        totals->fastest_cpu_ms[side] += summary->fastest_cpu_ms[side];
    }
    totals->planning_ms += summary->planning_ms;
    totals->stages += summary->last.stages;
    totals->tasks += summary->last.tasks;
    totals->distributed += summary->last.distributed ? 1 : 0;
    totals->rows_exchanged += summary->last.rows_exchanged;
    totals->bytes_exchanged += summary->last.bytes_exchanged;
}

/* ---- For people ---- */

void report_head(const struct bench *bench)
{
    struct comparison machine;

    compare_cpus(&machine);
    printf("%s\n", bench->description);
    printf("DuckDB %s %s Eider %s with %u workers in one process: a process each, in turns\n",
           eider_duckdb_version(), bench->baseline == NULL ? "alone, and under" : "under", eider_version(),
           bench->workers);
    printf("CPUs %s, %u DuckDB threads on each side, %u rounds after %u to warm up, medians\n", machine.cpus,
           bench->threads, bench->rounds, bench->warmups);
    for (uint32_t i = 0; i < bench->setting_count; i++)
        printf("%s%s%s", i == 0 ? "settings: " : ", ", bench->settings[i],
               i + 1 == bench->setting_count ? "\n" : "");
    printf("\n");
    fflush(stdout);
}

void report_tail(const struct comparison *comparison)
{
    if (comparison->foreign_share >= 0)
        printf("other processes used %.0f %% of these CPUs meanwhile%s\n", comparison->foreign_share * 100,
               comparison->foreign_share > 0.05 ? ": wall times are noisy, and CPU times too, if less" : "");
    printf("most memory: %s %.0f MiB, %s %.0f MiB\n", side_name(SIDE_DUCKDB),
           (double)comparison->peak_bytes[SIDE_DUCKDB] / MIB, side_name(SIDE_EIDER),
           (double)comparison->peak_bytes[SIDE_EIDER] / MIB);
    printf("results: %s\n", comparison->agree ? "the same on both sides" : "THEY DIFFER, see above");
}

static void print_row(const char *name, const double *wall, const double *cpu)
{
    printf("%-14s %9.1f %9.1f %6.2f  %9.1f %9.1f %6.2f", name, wall[SIDE_DUCKDB], wall[SIDE_EIDER],
           ratio(wall), cpu[SIDE_DUCKDB], cpu[SIDE_EIDER], ratio(cpu));
}

void report_ratios(const struct comparison *comparison)
{
    const struct bench *bench = comparison->bench;
    struct totals totals = {.stages = 0};
    double worst = 0, worst_planning = 0;
    const char *worst_name = "", *worst_planning_name = "";

    printf("%-14s %26s  %26s\n", "", "------- wall, ms --------", "-------- CPU, ms --------");
    printf("%-14s %9s %9s %6s  %9s %9s %6s %8s %6s %6s %10s %10s\n", "query", side_name(SIDE_DUCKDB),
           side_name(SIDE_EIDER), "ratio", side_name(SIDE_DUCKDB), side_name(SIDE_EIDER), "ratio", "plan ms",
           "stages", "tasks", "rows sent", "MiB sent");
    for (uint32_t query = 0; query < bench->query_count; query++) {
        struct summary summary;

        compare_summary(comparison, query, &summary);
        add(&totals, &summary);
        print_row(bench->queries[query].name, summary.wall_ms, summary.cpu_ms);
        if (summary.last.distributed)
            printf(" %8.1f %6u %6u %10llu %10.2f\n", summary.planning_ms, summary.last.stages,
                   summary.last.tasks, (unsigned long long)summary.last.rows_exchanged,
                   (double)summary.last.bytes_exchanged / MIB);
        else
            printf(" %8.1f  not distributed: %s\n", summary.planning_ms, summary.last.text);
        if (ratio(summary.wall_ms) > worst) {
            worst = ratio(summary.wall_ms);
            worst_name = bench->queries[query].name;
        }
        if (summary.planning_ms > worst_planning) {
            worst_planning = summary.planning_ms;
            worst_planning_name = bench->queries[query].name;
        }
    }
    print_row("total", totals.wall_ms, totals.cpu_ms);
    printf(" %8.1f %6u %6u %10llu %10.2f\n\n", totals.planning_ms, totals.stages, totals.tasks,
           (unsigned long long)totals.rows_exchanged, (double)totals.bytes_exchanged / MIB);
    printf("total: wall %.2f, CPU %.2f times DuckDB alone; of the fastest rounds: wall %.2f, CPU %.2f\n",
           ratio(totals.wall_ms), ratio(totals.cpu_ms), ratio(totals.fastest_wall_ms),
           ratio(totals.fastest_cpu_ms));
    printf("worst wall: %s, %.2f; longest planning: %s, %.1f ms; %u of %u distributed\n", worst_name, worst,
           worst_planning_name, worst_planning, totals.distributed, bench->query_count);
}

void report_differences(const struct comparison *comparison)
{
    const struct bench *bench = comparison->bench;
    double worst = -1e300;
    const char *worst_name = "";

    printf("%-22s %32s  %32s\n", "", "----------- wall, ms ------------",
           "------------ CPU, ms ------------");
    printf("%-22s %10s %10s %10s  %10s %10s %10s %8s  %s\n", "query", side_name(SIDE_DUCKDB),
           side_name(SIDE_EIDER), "more", side_name(SIDE_DUCKDB), side_name(SIDE_EIDER), "more", "plan ms",
           "verdict");
    for (uint32_t query = 0; query < bench->query_count; query++) {
        struct summary summary;
        double more;

        compare_summary(comparison, query, &summary);
        more = summary.wall_ms[SIDE_EIDER] - summary.wall_ms[SIDE_DUCKDB];
        printf("%-22s %10.3f %10.3f %10.3f  %10.3f %10.3f %10.3f %8.3f  %s\n", bench->queries[query].name,
               summary.wall_ms[SIDE_DUCKDB], summary.wall_ms[SIDE_EIDER], more, summary.cpu_ms[SIDE_DUCKDB],
               summary.cpu_ms[SIDE_EIDER], summary.cpu_ms[SIDE_EIDER] - summary.cpu_ms[SIDE_DUCKDB],
               summary.planning_ms, summary.last.text);
        if (!summary.last.distributed && more > worst) {
            worst = more;
            worst_name = bench->queries[query].name;
        }
    }
    if (*worst_name != '\0')
        printf("\nmost that an undistributed query costs more than in DuckDB: %.3f ms (%s)\n", worst,
               worst_name);
}

/* ---- For machines ---- */

static void json_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c < 0x20)
            fprintf(file, "\\u%04x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

static void json_run(FILE *file, const struct comparison *comparison)
{
    const struct bench *bench = comparison->bench;

    fprintf(file, "{\"kind\":\"run\",\"benchmark\":");
    json_string(file, bench->name);
    fprintf(file, ",\"description\":");
    json_string(file, bench->description);
    fprintf(file,
            ",\"eider\":\"%s\",\"duckdb\":\"%s\",\"cpus\":\"%s\",\"threads\":%u,\"workers\":%u,\"rounds\":%u",
            eider_version(), eider_duckdb_version(), comparison->cpus, bench->threads, bench->workers,
            bench->rounds);
    fprintf(file, ",\"settings\":[");
    for (uint32_t i = 0; i < bench->setting_count; i++) {
        fputs(i > 0 ? "," : "", file);
        json_string(file, bench->settings[i]);
    }
    fprintf(
        file,
        "],\"foreign_cpu_share\":%.3f,\"duckdb_peak_bytes\":%llu,\"eider_peak_bytes\":%llu,\"agree\":%s}\n",
        comparison->foreign_share, (unsigned long long)comparison->peak_bytes[SIDE_DUCKDB],
        (unsigned long long)comparison->peak_bytes[SIDE_EIDER], comparison->agree ? "true" : "false");
}

static void json_times(FILE *file, const double *wall, const double *cpu)
{
    fprintf(file, ",\"duckdb_wall_ms\":%.3f,\"eider_wall_ms\":%.3f,\"wall_ratio\":%.4f", wall[SIDE_DUCKDB],
            wall[SIDE_EIDER], ratio(wall));
    fprintf(file, ",\"duckdb_cpu_ms\":%.3f,\"eider_cpu_ms\":%.3f,\"cpu_ratio\":%.4f", cpu[SIDE_DUCKDB],
            cpu[SIDE_EIDER], ratio(cpu));
}

static void json_fastest(FILE *file, const double *wall, const double *cpu)
{
    fprintf(file, ",\"fastest_wall_ratio\":%.4f,\"fastest_cpu_ratio\":%.4f", ratio(wall), ratio(cpu));
}

/* The times of every round, so that others can compute what they like. */
static void json_rounds(FILE *file, const struct comparison *comparison, uint32_t query)
{
    for (uint32_t i = 0; i < SIDE_COUNT; i++) {
        enum side_kind side = i == 0 ? SIDE_DUCKDB : SIDE_EIDER;
        fprintf(file, ",\"%s_wall_ms_rounds\":[", side == SIDE_DUCKDB ? "duckdb" : "eider");
        for (uint32_t round = 0; round < comparison->bench->rounds; round++)
            fprintf(file, "%s%.3f", round > 0 ? "," : "",
                    compare_at(comparison, query, round, side)->wall_ms);
        fprintf(file, "],\"%s_cpu_ms_rounds\":[", side == SIDE_DUCKDB ? "duckdb" : "eider");
        for (uint32_t round = 0; round < comparison->bench->rounds; round++)
            fprintf(file, "%s%.3f", round > 0 ? "," : "", compare_at(comparison, query, round, side)->cpu_ms);
        fputc(']', file);
    }
}

static void json_query(FILE *file, const struct comparison *comparison, uint32_t query, struct totals *totals)
{
    struct summary summary;

    compare_summary(comparison, query, &summary);
    add(totals, &summary);
    fprintf(file, "{\"kind\":\"query\",\"query\":");
    json_string(file, comparison->bench->queries[query].name);
    json_times(file, summary.wall_ms, summary.cpu_ms);
    json_fastest(file, summary.fastest_wall_ms, summary.fastest_cpu_ms);
    fprintf(file, ",\"planning_ms\":%.3f,\"distributed\":%s,\"verdict\":", summary.planning_ms,
            summary.last.distributed ? "true" : "false");
    json_string(file, summary.last.text);
    fprintf(file,
            ",\"stages\":%u,\"tasks\":%u,\"rows_exchanged\":%llu,\"bytes_exchanged\":%llu,\"rows\":%llu",
            summary.last.stages, summary.last.tasks, (unsigned long long)summary.last.rows_exchanged,
            (unsigned long long)summary.last.bytes_exchanged, (unsigned long long)summary.last.rows);
    json_rounds(file, comparison, query);
    fprintf(file, "}\n");
}

void report_json(const struct comparison *comparison)
{
    const struct bench *bench = comparison->bench;
    struct totals totals = {.stages = 0};
    FILE *file;

    if (bench->json_path == NULL)
        return;
    if ((file = fopen(bench->json_path, "w")) == NULL)
        die("cannot write %s: %s", bench->json_path, strerror(errno));
    json_run(file, comparison);
    for (uint32_t query = 0; query < bench->query_count; query++)
        json_query(file, comparison, query, &totals);
    fprintf(file, "{\"kind\":\"total\"");
    json_times(file, totals.wall_ms, totals.cpu_ms);
    json_fastest(file, totals.fastest_wall_ms, totals.fastest_cpu_ms);
    fprintf(file,
            ",\"planning_ms\":%.3f,\"queries\":%u,\"distributed\":%u,\"rows_exchanged\":%llu,"
            "\"bytes_exchanged\":%llu}\n",
            totals.planning_ms, bench->query_count, totals.distributed,
            (unsigned long long)totals.rows_exchanged, (unsigned long long)totals.bytes_exchanged);
    if (fflush(file) != 0 || ferror(file) != 0)
        die("cannot write %s: %s", bench->json_path, strerror(errno));
    fclose(file);
}
