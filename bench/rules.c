/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each of the planner's rules is worth: the queries under Eider's settings as they are, against Eider with one rule
 * switched off, a process each, in turns. One rule after the other, so that no more than two processes hold memory.
 *
 * A rule is here if a setting switches it; those that are part of the generated SQL, or that estimates decide alone, are not.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MIB 1048576.0

static const struct rule {
    const char *name; /* what is changed */
    const char *setting;
} rules[] = {
    {"no Bloom filters", "eider_bloom_filters=false"},
    {"no broadcasts", "eider_broadcast_joins=false"},
    {"broadcasts of a tenth", "eider_broadcast_rows=30000"},
    {"broadcasts ten times as large", "eider_broadcast_rows=3000000"},
    {"no ranges of sorted files", "eider_range_scans=false"},
    {"four partitions a task", "eider_partitions_per_task=4"},
    {"four tasks at once", "eider_tasks_at_once=4"},
    {"states merged in steps", "eider_partial_reduce_tree=true"},
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

/* The first side is Eider as it is, the second without the rule. */
struct effect {
    double wall_ms[SIDE_COUNT], cpu_ms[SIDE_COUNT], bytes[SIDE_COUNT];
    double worst, best; /* ratios of wall times of one query */
    const char *worst_name, *best_name;
};

static double ratio(const double *of)
{
    return of[0] > 0 ? of[1] / of[0] : 1;
}

static void sum_up(const struct comparison *comparison, struct effect *ret)
{
    const struct bench *bench = comparison->bench;

    *ret = (struct effect){.worst_name = "", .best_name = "", .best = 1e300};
    for (uint32_t query = 0; query < bench->query_count; query++) {
        struct summary summary;
        double change;

        compare_summary(comparison, query, &summary);
        for (uint32_t side = 0; side < SIDE_COUNT; side++) {
            ret->wall_ms[side] += summary.wall_ms[side];
            ret->cpu_ms[side] += summary.cpu_ms[side];
            ret->bytes[side] +=
                (double)compare_at(comparison, query, bench->rounds - 1, side)->bytes_exchanged;
        }
        change = ratio(summary.wall_ms);
        if (change > ret->worst) {
            ret->worst = change;
            ret->worst_name = bench->queries[query].name;
        }
        if (change < ret->best) {
            ret->best = change;
            ret->best_name = bench->queries[query].name;
        }
    }
}

static void print_effect(const struct rule *rule, const struct effect *effect)
{
    printf("%-30s %9.1f %9.1f %6.2f  %9.1f %9.1f %6.2f  %8.2f %8.2f %6.2f  %s %.2f, %s %.2f\n", rule->name,
           effect->wall_ms[0], effect->wall_ms[1], ratio(effect->wall_ms), effect->cpu_ms[0],
           effect->cpu_ms[1], ratio(effect->cpu_ms), effect->bytes[0] / MIB, effect->bytes[1] / MIB,
           ratio(effect->bytes), effect->worst_name, effect->worst, effect->best_name, effect->best);
    fflush(stdout);
}

static void json_effect(FILE *file, const struct rule *rule, const struct effect *effect)
{
    if (file == NULL)
        return;
    fprintf(
        file,
        "{\"kind\":\"rule\",\"rule\":\"%s\",\"setting\":\"%s\",\"wall_ms\":[%.3f,%.3f],\"wall_ratio\":%.4f,"
        "\"cpu_ms\":[%.3f,%.3f],\"cpu_ratio\":%.4f,\"bytes\":[%.0f,%.0f],\"bytes_ratio\":%.4f,"
        "\"worst\":\"%s\",\"worst_ratio\":%.4f,\"best\":\"%s\",\"best_ratio\":%.4f}\n",
        rule->name, rule->setting, effect->wall_ms[0], effect->wall_ms[1], ratio(effect->wall_ms),
        effect->cpu_ms[0], effect->cpu_ms[1], ratio(effect->cpu_ms), effect->bytes[0], effect->bytes[1],
        ratio(effect->bytes), effect->worst_name, effect->worst, effect->best_name, effect->best);
    fflush(file);
}

bool rules_run(const struct bench *bench)
{
    FILE *json = bench->json_path == NULL ? NULL : fopen(bench->json_path, "w");
    struct bench changed = *bench;
    double foreign = 0;
    bool agree = true;

    if (bench->json_path != NULL && json == NULL)
        die("cannot write %s: %s", bench->json_path, strerror(errno));
    if (bench->setting_count == BENCH_MAX_SETTINGS)
        die("there are too many settings");
    changed.baseline = bench;
    report_head(&changed);
    printf("%-30s %26s  %26s  %24s  %s\n", "", "------- wall, ms --------", "-------- CPU, ms --------",
           "------- MiB sent -------", "wall, by query:");
    printf("%-30s %9s %9s %6s  %9s %9s %6s  %8s %8s %6s  %s\n", "changed", "as it is", "changed", "ratio",
           "as it is", "changed", "ratio", "as it is", "changed", "ratio", "worst and best ratio");
    for (size_t i = 0; i < RULE_COUNT; i++) {
        struct comparison comparison;
        struct effect effect;

        changed.settings[bench->setting_count] = rules[i].setting;
        changed.setting_count = bench->setting_count + 1;
        compare_run(&changed, &comparison);
        sum_up(&comparison, &effect);
        print_effect(&rules[i], &effect);
        json_effect(json, &rules[i], &effect);
        agree = agree && comparison.agree;
        foreign = comparison.foreign_share > foreign ? comparison.foreign_share : foreign;
        compare_done(&comparison);
    }
    printf("\nother processes used at most %.0f %% of these CPUs meanwhile\n", foreign * 100);
    printf("results: %s\n", agree ? "always the same" : "THEY DIFFER, see above");
    if (json != NULL && fclose(json) != 0)
        die("cannot write %s: %s", bench->json_path, strerror(errno));
    return agree;
}
