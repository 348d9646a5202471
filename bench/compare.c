/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds: every query on both sides, in turns, so that what happens on the machine meanwhile meets both. Medians over the
 * rounds are what counts.
 *
 * How busy other processes kept the same CPUs is computed from /proc/stat: what was not idle, less what the sides used. On a
 * machine that is shared this tells how far wall times are to be trusted.
 */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- CPUs ---- */

void compare_cpus(struct comparison *ret)
{
    cpu_set_t set;
    size_t bytes = 0;

    ret->cpu_count = 0;
    ret->cpus[0] = '\0';
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return;
    for (unsigned first = 0; first < CPU_SETSIZE; first++) {
        unsigned last = first;
        if (!CPU_ISSET(first, &set))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set))
            last++;
        ret->cpu_count += last - first + 1;
        if (bytes < sizeof(ret->cpus))
            bytes += (size_t)snprintf(ret->cpus + bytes, sizeof(ret->cpus) - bytes,
                                      last > first ? "%s%u-%u" : "%s%u", bytes > 0 ? "," : "", first, last);
        first = last;
    }
}

/* Time that the CPUs of this process have not been idle, since the start of the machine; < 0: unknown. */
static double busy_ms(void)
{
    FILE *file = fopen("/proc/stat", "r");
    double ticks = 0, ms_per_tick = 1e3 / (double)sysconf(_SC_CLK_TCK);
    char *line = NULL;
    size_t capacity = 0;
    cpu_set_t set;

    if (file == NULL)
        return -1;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        CPU_ZERO(&set);
    while (getline(&line, &capacity, file) > 0 && strncmp(line, "cpu", 3) == 0) {
        char *p = line + 3;
        unsigned long cpu = strtoul(p, &p, 10);
        if (line[3] == ' ' || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &set))
            continue;
        for (int i = 0; i < 8; i++) { /* user nice system idle iowait irq softirq steal */
            double value = (double)strtoull(p, &p, 10);
            if (i != 3 && i != 4)
                ticks += value;
        }
    }
    free(line);
    fclose(file);
    return ticks * ms_per_tick;
}

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* ---- Rounds ---- */

const struct measurement *compare_at(const struct comparison *comparison, uint32_t query, uint32_t round,
                                     enum side_kind side)
{
    return &comparison->all[((size_t)query * comparison->bench->rounds + round) * SIDE_COUNT + side];
}

static const char *name_of(const struct comparison *comparison, enum side_kind side)
{
    if (comparison->bench->baseline == NULL)
        return side_name(side);
    return side == SIDE_DUCKDB ? "Eider as it is" : "Eider as it is changed";
}

static void run_query(struct comparison *comparison, struct side *const *sides, uint32_t query,
                      uint32_t round, struct measurement *ret)
{
    const struct bench_query *text = &comparison->bench->queries[query];

    for (uint32_t i = 0; i < SIDE_COUNT; i++) {
        enum side_kind side = (query + round + i) % SIDE_COUNT == 0 ? SIDE_DUCKDB : SIDE_EIDER;
        side_run(sides[side], query, &ret[side]);
        if (ret[side].failed)
            die("%s fails on %s: %s", name_of(comparison, side), text->name, ret[side].text);
    }
    if (!measurement_same_result(&ret[SIDE_DUCKDB], &ret[SIDE_EIDER])) {
        if (comparison->agree)
            fprintf(stderr, "%s: the results differ on %s: %llu rows of %s, %llu of %s\n",
                    program_invocation_short_name, text->name, (unsigned long long)ret[SIDE_DUCKDB].rows,
                    name_of(comparison, SIDE_DUCKDB), (unsigned long long)ret[SIDE_EIDER].rows,
                    name_of(comparison, SIDE_EIDER));
        comparison->agree = false;
    }
}

static void run_rounds(struct comparison *comparison, struct side *const *sides)
{
    const struct bench *bench = comparison->bench;
    bool shows_progress = isatty(STDERR_FILENO) != 0;
    double started = 0, busy = 0, own = 0, spent;

    for (uint32_t round = 0; round < bench->warmups + bench->rounds; round++) {
        if (shows_progress)
            fprintf(stderr, "\rround %u of %u ", round, bench->warmups + bench->rounds);
        if (round == bench->warmups) {
            started = now_ms();
            busy = busy_ms();
        }
        for (uint32_t query = 0; query < bench->query_count; query++) {
            struct measurement pair[SIDE_COUNT];
            run_query(comparison, sides, query, round, pair);
            if (round < bench->warmups)
                continue;
            memcpy(&comparison->all[((size_t)query * bench->rounds + round - bench->warmups) * SIDE_COUNT],
                   pair, sizeof(pair));
            own += pair[SIDE_DUCKDB].cpu_ms + pair[SIDE_EIDER].cpu_ms;
        }
    }
    spent = (now_ms() - started) * comparison->cpu_count;
    comparison->foreign_share = busy < 0 || spent <= 0 ? -1 : (busy_ms() - busy - own) / spent;
    if (comparison->foreign_share < 0 && busy >= 0)
        comparison->foreign_share = 0; /* ticks are coarse */
    if (shows_progress)
        fprintf(stderr, "\r                        \r");
}

void compare_run(const struct bench *bench, struct comparison *ret)
{
    struct side *sides[SIDE_COUNT];

    *ret = (struct comparison){.bench = bench, .agree = true};
    ret->all = xcalloc((size_t)bench->query_count * bench->rounds * SIDE_COUNT, sizeof(*ret->all));
    compare_cpus(ret);
    sides[SIDE_DUCKDB] =
        bench->baseline == NULL ? side_start(SIDE_DUCKDB, bench) : side_start(SIDE_EIDER, bench->baseline);
    sides[SIDE_EIDER] = side_start(SIDE_EIDER, bench);
    run_rounds(ret, sides);
    side_stop(sides[SIDE_EIDER], &ret->peak_bytes[SIDE_EIDER]);
    side_stop(sides[SIDE_DUCKDB], &ret->peak_bytes[SIDE_DUCKDB]);
}

void compare_done(struct comparison *comparison)
{
    free(comparison->all);
    comparison->all = NULL;
}

/* ---- Medians ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts them: values[0] is the least afterwards. */
static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

void compare_summary(const struct comparison *comparison, uint32_t query, struct summary *ret)
{
    uint32_t rounds = comparison->bench->rounds;
    double *values = xcalloc(rounds, sizeof(*values));

    for (uint32_t i = 0; i < SIDE_COUNT; i++) {
        enum side_kind side = i == 0 ? SIDE_DUCKDB : SIDE_EIDER;
        for (uint32_t round = 0; round < rounds; round++)
            values[round] = compare_at(comparison, query, round, side)->wall_ms;
        ret->wall_ms[side] = median(values, rounds);
        ret->fastest_wall_ms[side] = values[0];
        for (uint32_t round = 0; round < rounds; round++)
            values[round] = compare_at(comparison, query, round, side)->cpu_ms;
        ret->cpu_ms[side] = median(values, rounds);
        ret->fastest_cpu_ms[side] = values[0];
    }
    for (uint32_t round = 0; round < rounds; round++)
        values[round] = compare_at(comparison, query, round, SIDE_EIDER)->planning_ms;
    ret->planning_ms = median(values, rounds);
    ret->last = *compare_at(comparison, query, rounds - 1, SIDE_EIDER);
    free(values);
}
