/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modes that go through a corpus: `self` (does DuckDB agree with itself on every case?) and `corpus` (does Eider
 * agree with DuckDB, and is each case distributed as its header says?). One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "picture.h"

/* What became of the cases whose names share the part before the first '_'. */
struct group {
    char name[32];
    uint32_t cases;
    uint32_t distributed; /* answered in stages, with the largest number of workers */
    uint32_t local;
    uint32_t failed;
};

struct report {
    struct group *groups;
    size_t group_count;
    struct strings verdicts; /* kinds that cases of the corpus may have */
    uint32_t passed;
    uint32_t failed;
};

static struct group *report_group(struct report *report, const char *case_name)
{
    size_t bytes = strcspn(case_name, "_");
    for (size_t i = 0; i < report->group_count; i++) {
        if (strlen(report->groups[i].name) == bytes &&
            strncmp(report->groups[i].name, case_name, bytes) == 0) {
            return &report->groups[i];
        }
    }
    report->groups = xrealloc(report->groups, report->group_count + 1, sizeof(*report->groups));
    struct group *group = &report->groups[report->group_count++];
    *group = (struct group){0};
    snprintf(group->name, sizeof(group->name), "%.*s", (int)bytes, case_name);
    return group;
}

static void report_case(struct report *report, const struct corpus_case *item, const struct buf *why)
{
    struct group *group = report_group(report, item->name);
    group->cases++;
    if (why->size == 0) {
        report->passed++;
        return;
    }
    group->failed++;
    report->failed++;
    printf("FAILED %s\n%s", item->name, why->data);
}

static int report_end(struct report *report, const char *title)
{
    printf("\n%-16s %6s %12s %6s %7s\n", title, "cases", "distributed", "local", "failed");
    for (size_t i = 0; i < report->group_count; i++) {
        const struct group *group = &report->groups[i];
        printf("%-16s %6u %12u %6u %7u\n", group->name, group->cases, group->distributed, group->local,
               group->failed);
    }
    printf("\n%u passed, %u failed\n", report->passed, report->failed);
    bool ok = report->failed == 0 && report->passed > 0;
    free(report->groups);
    strings_done(&report->verdicts);
    return ok ? 0 : 1;
}

/* A kind of nodes or expressions that no plan held was not tested. */
static void print_rebuilt(const struct lab *lab)
{
    if (lab->options->rebuild != REBUILD_NOT) {
        printf("rebuilt: %d kinds of nodes, %d of expressions\n", __builtin_popcountll(lab->rebuild.kinds),
               __builtin_popcountll(lab->rebuild.expr_kinds));
    }
}

static bool is_wanted(const struct options *options, const struct corpus_case *item)
{
    return options->filter == NULL || strstr(item->name, options->filter) != NULL;
}

static void read_corpus(const struct options *options, struct corpus *ret)
{
    if (options->queries == NULL || options->tables.count == 0) {
        die("this mode needs --queries and --tables");
    }
    corpus_init(ret, options->queries, options->tables.items[0], options->expect);
    for (size_t i = 0; i < ret->count; i++) {
        /* for rules aggregates are split beforehand, which may make other stages */
        if (options->rebuild != REBUILD_NOT && ret->items[i].expect != EXPECT_LOCAL) {
            ret->items[i].expect = EXPECT_ANY;
        }
    }
}

/* ---- Against itself ----------------------------------------------------------------------------------------- */

static void self_case(struct lab *lab, const struct corpus_case *item, struct buf *why)
{
    struct outcome expected;
    lab_run_case(lab, &lab->oracle, item, &expected);
    if (lab_same(item, &expected, &expected, NULL, why)) {
        lab_oracle_agrees(lab, item, &expected, why);
    }
    if (expected.ok && expected.rows.count == 0 && lab->options->verbose) {
        printf("note: %s has no rows\n", item->name);
    }
    outcome_done(&expected);
}

int run_self(const struct options *options)
{
    struct corpus corpus;
    struct lab lab;
    struct report report = {0};
    read_corpus(options, &corpus);
    lab_init(&lab, options, false);
    for (size_t i = 0; i < corpus.count; i++) {
        if (is_wanted(options, &corpus.items[i])) {
            struct buf why;
            buf_init(&why, 1 << 20);
            self_case(&lab, &corpus.items[i], &why);
            report_case(&report, &corpus.items[i], &why);
            buf_done(&why);
        }
    }
    lab_done(&lab);
    corpus_done(&corpus);
    return report_end(&report, "duckdb = duckdb");
}

/* ---- Eider against DuckDB ----------------------------------------------------------------------------------- */

static void check_distributed(const struct corpus_case *item, const struct outcome *outcome, bool remote,
                              struct buf *why)
{
    struct picture_place place;
    if (!outcome->stats.distributed && remote && strcmp(outcome->verdict_kind, "native_table") == 0) {
        return; /* remote workers have databases of their own */
    }
    if (!outcome->stats.distributed) {
        buf_printf(why, "    should be distributed: %s: %s\n", outcome->verdict_kind, outcome->verdict);
        return;
    }
    if (outcome->stats.tasks <= outcome->stats.stages) {
        buf_printf(why, "    no stage has several tasks\n%s\n", outcome->picture);
        return;
    }
    picture_find(outcome->picture, item->node, &place);
    if (item->node[0] != '\0' && place.lines == 0) {
        buf_printf(why, "    the plan has no %s\n%s\n", item->node, outcome->picture);
    } else if (item->expect == EXPECT_DISTRIBUTED && place.max_tasks < 2) {
        buf_printf(why, "    %s is computed in one task\n%s\n", item->node, outcome->picture);
    } else if (item->expect == EXPECT_ONE_TASK && place.max_tasks > 1) {
        buf_printf(why, "    %s is computed in %u tasks\n%s\n", item->node, place.max_tasks,
                   outcome->picture);
    }
}

/* One worker has nobody to share with: every boundary vanishes, and the verdict says so. */
static void check_single(const struct corpus_case *item, const struct outcome *outcome, struct buf *why)
{
    if (outcome->stats.distributed) {
        buf_puts(why, "    distributed, although there is one worker\n");
    } else if ((item->expect == EXPECT_DISTRIBUTED || item->expect == EXPECT_ONE_TASK) &&
               strcmp(outcome->verdict_kind, "single_task") != 0) {
        buf_printf(why, "    the verdict should be single_task, not %s\n", outcome->verdict_kind);
    }
}

static bool is_known_verdict(const struct report *report, const char *kind)
{
    for (size_t i = 0; i < report->verdicts.count; i++) {
        if (strcmp(report->verdicts.items[i], kind) == 0) {
            return true;
        }
    }
    return false;
}

static void check_expectation(const struct report *report, const struct engine *engine,
                              const struct corpus_case *item, const struct outcome *outcome, struct buf *why)
{
    if (outcome->prepared &&
        outcome->stats.distributed != (strcmp(outcome->verdict_kind, "distributable") == 0)) {
        buf_printf(why, "    statistics and verdict contradict each other: %s\n", outcome->verdict_kind);
    }
    if (!outcome->stats.distributed && engine->workers > 1 &&
        !is_known_verdict(report, outcome->verdict_kind)) {
        buf_printf(why, "    verdict %s is not in verdicts.txt: %s\n", outcome->verdict_kind,
                   outcome->verdict);
    }
    if (engine->workers == 1) {
        check_single(item, outcome, why);
        return;
    }
    switch (item->expect) {
    case EXPECT_ANY:
        break;
    case EXPECT_DISTRIBUTED:
    case EXPECT_ONE_TASK:
        check_distributed(item, outcome, engine->remote != NULL, why);
        break;
    case EXPECT_LOCAL:
        if (strcmp(outcome->verdict_kind, item->node) != 0) {
            buf_printf(why, "    the verdict should be %s, not %s: %s\n", item->node, outcome->verdict_kind,
                       outcome->verdict);
        }
        break;
    }
}

/* What one case is run against. */
struct trial {
    struct lab *lab;
    const struct report *report;
    const struct corpus_case *item;
    const struct outcome *expected; /* what DuckDB alone makes of it */
    const struct rows *superset;    /* NULL if the case has none */
};

static void check_spread(const struct options *options, const struct outcome *outcome, struct buf *why)
{
    const char *at = options->spread;
    while (at != NULL && *at != '\0') {
        size_t bytes = strcspn(at, ",");
        char *table = xstrndup(at, bytes);
        struct picture_place place;
        picture_find_scan(outcome->picture, table, &place);
        if (place.lines > 0 && place.min_tasks < 2) {
            buf_printf(why, "    a scan of %s is in one task\n%s\n", table, outcome->picture);
        }
        free(table);
        at += bytes + (at[bytes] == ',' ? 1 : 0);
    }
}

/* Runs the case with one number of workers; what is wrong is added to `why`. Returns true if it was distributed. */
static bool check_engine(const struct trial *trial, struct engine *engine, struct buf *why)
{
    const struct corpus_case *item = trial->item;
    struct outcome actual;
    struct buf wrong;
    buf_init(&wrong, 1 << 20);
    lab_run_case(trial->lab, engine, item, &actual);
    lab_same(item, trial->expected, &actual, trial->superset, &wrong);
    check_expectation(trial->report, engine, item, &actual, &wrong);
    if (engine->workers > 1 && actual.picture != NULL) {
        check_spread(trial->lab->options, &actual, &wrong);
    }
    if (wrong.size > 0) {
        buf_printf(why, "  %s:\n%s", engine->label, wrong.data);
    }
    if (trial->lab->options->verbose) {
        printf("%-32s %-9s %-18s %3u stages %3u tasks  plan %6.2f ms  all %7.1f ms  duckdb %7.1f ms\n",
               item->name, engine->label, actual.verdict_kind, actual.stats.stages, actual.stats.tasks,
               actual.stats.planning_ms, actual.ms, trial->expected->ms);
    }
    bool distributed = actual.stats.distributed;
    buf_done(&wrong);
    outcome_done(&actual);
    return distributed;
}

static void corpus_case_run(struct lab *lab, struct report *report, const struct corpus_case *item)
{
    struct outcome expected;
    struct outcome superset = {0};
    struct buf why;
    buf_init(&why, 1 << 22);
    lab_run_case(lab, &lab->oracle, item, &expected);
    if (item->superset != NULL) {
        engine_run(&lab->oracle, item->superset, 0, &superset);
        if (!superset.ok) {
            buf_printf(&why, "    the superset fails: %s\n", superset.error.message);
        }
    }
    struct trial trial = {.lab = lab,
                          .report = report,
                          .item = item,
                          .expected = &expected,
                          .superset = superset.ok ? &superset.rows : NULL};
    bool distributed = false;
    for (size_t i = 0; i < lab->eider_count; i++) {
        distributed |= check_engine(&trial, &lab->eiders[i], &why);
    }
    struct group *group = report_group(report, item->name);
    if (distributed) {
        group->distributed++;
    } else {
        group->local++;
    }
    if (why.size > 0) {
        buf_printf(&why, "  query: %.1500s\n", item->sql);
    }
    report_case(report, item, &why);
    fflush(stdout);
    buf_done(&why);
    outcome_done(&superset);
    outcome_done(&expected);
}

int run_corpus(const struct options *options)
{
    struct corpus corpus;
    struct lab lab;
    struct report report = {0};
    read_corpus(options, &corpus);
    corpus_read_verdicts(options->queries, &report.verdicts);
    lab_init(&lab, options, true);
    for (size_t i = 0; i < corpus.count; i++) {
        if (is_wanted(options, &corpus.items[i])) {
            corpus_case_run(&lab, &report, &corpus.items[i]);
        }
    }
    print_rebuilt(&lab);
    lab_done(&lab);
    corpus_done(&corpus);
    return report_end(&report, "eider = duckdb");
}
