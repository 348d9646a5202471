/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mode `random`: queries of the generator, each run by DuckDB and by one of the sessions of Eider, in turn. Where
 * the rows differ, DuckDB is asked again with other thread counts and on shuffled rows: if it does not agree with
 * itself, the query has no right answer and is skipped and counted. Otherwise it is shrunk and printed. One thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "lab.h"
#include "shrink.h"

enum {
    MAX_VERDICTS = 64,
    MAX_RESULT_ROWS = 2000000 /* of a random query; what has more is skipped */
};
static const double oracle_timeout_ms = 8000;

enum verdict {
    QUERY_EQUAL = 1,
    QUERY_BOTH_FAIL,
    QUERY_TOO_SLOW, /* for DuckDB */
    QUERY_TOO_LARGE,
    QUERY_UNSTABLE, /* DuckDB does not agree with itself */
    QUERY_DIFFERENT
};

struct tally {
    uint64_t queries;
    uint64_t distributed;
};

struct verdict_tally {
    char kind[48];
    uint64_t queries;
};

struct report {
    uint64_t by_verdict[QUERY_DIFFERENT + 1];
    struct tally all;
    struct tally features[GEN_FEATURE_COUNT];
    struct verdict_tally local[MAX_VERDICTS]; /* why queries were not distributed */
    uint64_t rows;
    double oracle_ms;
    double eider_ms;
};

struct run {
    struct lab *lab;
    struct engine *engine; /* the session that the current query goes to */
    bool tpch;
    struct report report;
};

/* ---- One query ---------------------------------------------------------------------------------------------- */

static void case_of(struct generated *query, struct corpus_case *ret)
{
    *ret = (struct corpus_case){.name = (char *)(uintptr_t) "random",
                                .sql = query->sql,
                                .expect = EXPECT_ANY,
                                .check = CHECK_EQUAL,
                                .tolerance = 1e-9,
                                .ordered = query->ordered};
}

/* Runs a query on both; `why` gets the difference. `actual` is done by the caller. */
static enum verdict compare(struct run *run, const struct corpus_case *item, struct outcome *actual,
                            struct buf *why)
{
    struct outcome expected;
    enum verdict verdict = QUERY_EQUAL;
    *actual = (struct outcome){0};
    engine_run(&run->lab->oracle, item->sql, oracle_timeout_ms, &expected);
    run->report.oracle_ms += expected.ms;
    if (expected.timed_out || expected.too_large) {
        verdict = expected.timed_out ? QUERY_TOO_SLOW : QUERY_TOO_LARGE;
        outcome_done(&expected);
        return verdict;
    }
    engine_run(run->engine, item->sql, run->lab->options->timeout_ms, actual);
    run->report.eider_ms += actual->ms;
    if (!expected.ok && !actual->ok && !actual->timed_out) {
        verdict = QUERY_BOTH_FAIL;
        if (run->lab->options->verbose) {
            printf("both fail: %s\n  %s\n", expected.error.message, item->sql);
        }
    } else if (!lab_same(item, &expected, actual, NULL, why)) {
        struct buf disagreement;
        buf_init(&disagreement, 1 << 20);
        bool stable = !expected.ok || lab_oracle_agrees(run->lab, item, &expected, &disagreement);
        verdict = stable ? QUERY_DIFFERENT : QUERY_UNSTABLE;
        if (!stable && run->lab->options->verbose) {
            printf("unstable: %s\n%s", item->sql, disagreement.data);
        }
        buf_done(&disagreement);
    }
    run->report.rows += expected.ok ? expected.rows.count : 0;
    outcome_done(&expected);
    return verdict;
}

/* ---- Shrinking ---------------------------------------------------------------------------------------------- */

/* The case that is being shrunk. */
struct shrunk {
    struct run *run;
    struct generated query;
};

static char *make_smaller(void *data, struct choices *choices)
{
    struct shrunk *shrunk = data;
    generated_done(&shrunk->query);
    generate(choices, shrunk->run->tpch, &shrunk->query);
    return xstrdup(shrunk->query.sql);
}

static bool smaller_fails(void *data)
{
    struct shrunk *shrunk = data;
    struct corpus_case item;
    struct outcome actual;
    struct buf why;
    buf_init(&why, 1 << 20);
    case_of(&shrunk->query, &item);
    bool fails = compare(shrunk->run, &item, &actual, &why) == QUERY_DIFFERENT;
    outcome_done(&actual);
    buf_done(&why);
    return fails;
}

static void report_failure(struct run *run, uint64_t number, struct choices *choices, struct generated *query,
                           const struct buf *why)
{
    const struct options *options = run->lab->options;
    printf("\nFAILED: query %" PRIu64 " of seed %" PRIu64 " (--seed %" PRIu64 " --first %" PRIu64
           " --count 1), %s\n%s  %s\n",
           number, options->seed, options->seed, number, run->engine->label, why->data, query->sql);
    fflush(stdout);
    struct shrunk shrunk = {.run = run};
    struct shrink_subject subject = {&shrunk, make_smaller, smaller_fails};
    struct report saved = run->report;
    shrink_and_print(&subject, choices);
    run->report = saved;
    generated_done(&shrunk.query);
}

/* ---- The report --------------------------------------------------------------------------------------------- */

static void count_local(struct report *report, const char *kind)
{
    for (size_t i = 0; i < MAX_VERDICTS; i++) {
        struct verdict_tally *tally = &report->local[i];
        if (tally->queries == 0) {
            snprintf(tally->kind, sizeof(tally->kind), "%s", kind);
        }
        if (strcmp(tally->kind, kind) == 0) {
            tally->queries++;
            return;
        }
    }
}

static void count_query(struct report *report, const struct generated *query, const struct outcome *actual)
{
    uint64_t distributed = actual->stats.distributed ? 1 : 0;
    report->all.queries++;
    report->all.distributed += distributed;
    for (int i = 0; i < GEN_FEATURE_COUNT; i++) {
        if (query->features & (UINT64_C(1) << i)) {
            report->features[i].queries++;
            report->features[i].distributed += distributed;
        }
    }
    if (distributed == 0) {
        count_local(report, actual->verdict_kind);
    }
}

static double percent(const struct tally *tally)
{
    return tally->queries == 0 ? 0 : 100.0 * (double)tally->distributed / (double)tally->queries;
}

static int print_report(const struct report *report, const struct options *options)
{
    printf("\n%-24s %8s %12s\n", "uses", "queries", "distributed");
    for (int i = 0; i < GEN_FEATURE_COUNT; i++) {
        const struct tally *tally = &report->features[i];
        printf("%-24s %8" PRIu64 " %11.1f%%\n", gen_feature_name((enum gen_feature)i), tally->queries,
               percent(tally));
    }
    printf("%-24s %8" PRIu64 " %11.1f%%\n", "all", report->all.queries, percent(&report->all));
    for (size_t i = 0; i < MAX_VERDICTS && report->local[i].queries > 0; i++) {
        printf("not distributed: %-20s %8" PRIu64 "\n", report->local[i].kind, report->local[i].queries);
    }
    printf("\nrows compared: %" PRIu64 "; ms in DuckDB: %.0f, in Eider: %.0f\n", report->rows,
           report->oracle_ms, report->eider_ms);
    printf("fail in both: %" PRIu64 ", too slow for DuckDB: %" PRIu64 ", too large: %" PRIu64
           ", DuckDB disagrees with itself: %" PRIu64 "\n",
           report->by_verdict[QUERY_BOTH_FAIL], report->by_verdict[QUERY_TOO_SLOW],
           report->by_verdict[QUERY_TOO_LARGE], report->by_verdict[QUERY_UNSTABLE]);
    printf("seed %" PRIu64 ": %" PRIu64 " passed, %" PRIu64 " failed\n", options->seed,
           report->by_verdict[QUERY_EQUAL], report->by_verdict[QUERY_DIFFERENT]);
    if (report->by_verdict[QUERY_DIFFERENT] > 0 ||
        report->by_verdict[QUERY_EQUAL] * 10 < options->count * 8) {
        return 1;
    }
    if (percent(&report->all) < options->min_distributed_percent) {
        printf("fewer than %u %% are distributed\n", options->min_distributed_percent);
        return 1;
    }
    return 0;
}

/* ---- The mode ----------------------------------------------------------------------------------------------- */

static void one_query(struct run *run, uint64_t number)
{
    const struct options *options = run->lab->options;
    struct choices choices;
    struct generated query;
    struct corpus_case item;
    struct outcome actual;
    struct buf why;
    buf_init(&why, 1 << 20);
    choices_init_random(&choices, options->seed * UINT64_C(1000003) + number);
    generate(&choices, run->tpch, &query);
    case_of(&query, &item);
    run->engine = &run->lab->eiders[number % run->lab->eider_count];
    enum verdict verdict = compare(run, &item, &actual, &why);
    run->report.by_verdict[verdict]++;
    if (options->verbose) {
        printf("-- %" PRIu64 " %s %s rows %zu, %.1f ms %s\n%s;\n", number, run->engine->label,
               actual.verdict_kind, actual.ok ? actual.rows.count : 0, actual.ms, actual.verdict, query.sql);
    }
    if (actual.prepared && verdict != QUERY_BOTH_FAIL) {
        count_query(&run->report, &query, &actual);
    }
    outcome_done(&actual);
    if (verdict == QUERY_DIFFERENT) {
        report_failure(run, number, &choices, &query, &why);
    }
    choices_done(&choices);
    generated_done(&query);
    buf_done(&why);
}

int run_random(const struct options *options)
{
    struct lab lab;
    if (options->tables.count == 0) {
        die("this mode needs --tables");
    }
    lab_init(&lab, options, true);
    lab_limit_rows(&lab, MAX_RESULT_ROWS);
    struct run run = {.lab = &lab, .tpch = lab_has_tpch(&lab)};
    double start = clock_ms();
    for (uint64_t i = 0; i < options->count; i++) {
        one_query(&run, options->first + i);
        if ((i + 1) % 1000 == 0) {
            printf("%" PRIu64 " queries, %.0f s\n", i + 1, (clock_ms() - start) / 1000);
            fflush(stdout);
        }
    }
    int status = print_report(&run.report, options);
    lab_done(&lab);
    return status;
}
