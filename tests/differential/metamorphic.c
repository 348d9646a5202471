/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mode `metamorphic`: random queries of which Eider's own answers must agree with each other.
 *
 *   split     the rows of q are those of q WHERE p, q WHERE NOT p and q WHERE p IS NULL, together, for a random predicate p
 *             over the output of q (ternary logic partitioning: Rigger, Su: Finding Bugs in Database Systems via Query
 *             Partitioning). p travels down into q, so the three are planned in other ways than q
 *   variants  q has the same rows with other settings and numbers of tasks
 *
 * What differs counts only if DuckDB agrees with itself: about q in every case, about the split too if that is what
 * differs. It must also agree with DuckDB on q. One thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"
#include "lab.h"
#include "shrink.h"

enum {
    MAX_RESULT_ROWS = 300000, /* what has more is skipped */
    PARTS = 3,
    MAX_SETTINGS = 2
};
static const double oracle_timeout_ms = 8000;

/* Settings of Eider that must not change the rows. */
static const struct variant {
    const char *name;
    const char *settings[MAX_SETTINGS + 1];
} variants[] = {
    {"other workers", {NULL}},
    {"no broadcasts", {"eider_broadcast_joins=false", NULL}},
    {"small broadcasts", {"eider_broadcast_rows=2000", NULL}},
    {"no filters", {"eider_bloom_filters=false", NULL}},
    {"no broadcasts, no filters", {"eider_broadcast_joins=false", "eider_bloom_filters=false", NULL}},
    {"more partitions", {"eider_partitions_per_task=3", "eider_broadcast_joins=false", NULL}},
    {"no ranges", {"eider_range_scans=false", NULL}},
    {"sorts of ranges", {"eider_range_sorts=true", NULL}},
    {"no ranges, no broadcasts", {"eider_range_scans=false", "eider_broadcast_joins=false", NULL}},
    {"two tasks", {"eider_max_tasks_per_stage=2", NULL}},
    {"reduction tree", {"eider_partial_reduce_tree=true", NULL}},
    {"fewer tasks", {"eider_bytes_per_task='60kB'", NULL}},
    {"three tasks at once", {"eider_tasks_at_once=3", NULL}},
};

enum {
    VARIANTS = sizeof(variants) / sizeof(variants[0])
};

enum verdict {
    QUERY_EQUAL = 1,
    QUERY_FAILS,    /* in DuckDB, too */
    QUERY_TOO_MUCH, /* too slow or too large for DuckDB */
    QUERY_UNSTABLE, /* DuckDB does not agree with itself */
    QUERY_DIFFERENT
};

struct tally {
    uint64_t runs;
    uint64_t distributed;
};

struct run {
    struct lab *lab;
    bool tpch;
    uint64_t number; /* of the query */
    struct generated query;
    /* the report */
    uint64_t by_verdict[QUERY_DIFFERENT + 1];
    struct tally whole, parts, variants;
    uint64_t rows, split; /* compared; queries of which two parts or more have rows */
};

static void count_run(struct tally *tally, const struct outcome *outcome)
{
    tally->runs++;
    tally->distributed += outcome->stats.distributed ? 1 : 0;
}

static struct engine *session(const struct run *run, uint64_t number)
{
    return &run->lab->eiders[number % run->lab->eider_count];
}

static void case_of(const struct generated *query, struct corpus_case *ret)
{
    *ret = (struct corpus_case){.name = (char *)(uintptr_t) "metamorphic",
                                .sql = query->sql,
                                .expect = EXPECT_ANY,
                                .check = CHECK_EQUAL,
                                .tolerance = 1e-9,
                                .ordered = query->ordered};
}

static char *part_sql(const struct generated *query, int part)
{
    static const char *const forms[PARTS][2] = {{"", ""}, {"NOT ", ""}, {"", " IS NULL"}};
    return xprintf("SELECT * FROM (%s) %s WHERE %s(%s)%s", query->sql, query->alias, forms[part][0],
                   query->predicate, forms[part][1]);
}

/* ---- The split ---------------------------------------------------------------------------------------------- */

/* Compares the rows of all parts with those of the query. *ret_failed: a part fails, so there is nothing to compare. */
static bool split_agrees(struct run *run, struct engine *engine, const struct rows *whole, bool *ret_failed,
                         struct buf *why)
{
    struct rows_comparison how = {.tolerance = 1e-9};
    struct outcome parts[PARTS];
    uint64_t with_rows = 0;
    bool same = true;
    *ret_failed = false;
    for (int i = 0; i < PARTS; i++) {
        char *sql = part_sql(&run->query, i);
        engine_run(engine, sql, run->lab->options->timeout_ms, &parts[i]);
        if (engine->session != NULL) {
            count_run(&run->parts, &parts[i]);
        }
        if (!parts[i].ok) {
            buf_printf(why, "    %s: part %d fails: %s\n    %s\n", engine->label, i + 1,
                       parts[i].timed_out ? "too slow" : parts[i].error.message, sql);
            *ret_failed = true;
        } else {
            with_rows += parts[i].rows.count > 0 ? 1 : 0;
            same = same && rows_same_columns(whole, &parts[i].rows, why);
        }
        free(sql);
    }
    if (same && !*ret_failed) {
        rows_append(&parts[0].rows, &parts[1].rows);
        rows_append(&parts[0].rows, &parts[2].rows);
        same = rows_same(whole, &parts[0].rows, &how, why);
        run->split += engine->session != NULL && with_rows > 1 ? 1 : 0;
    }
    for (int i = 0; i < PARTS; i++) {
        outcome_done(&parts[i]);
    }
    return same && !*ret_failed;
}

static enum verdict check_split(struct run *run, const struct rows *expected, const struct rows *whole,
                                struct buf *why)
{
    struct buf ignored;
    bool failed;
    enum verdict verdict = QUERY_EQUAL;
    if (split_agrees(run, session(run, run->number), whole, &failed, why)) {
        return QUERY_EQUAL;
    }
    buf_init(&ignored, 1 << 20);
    if (split_agrees(run, &run->lab->oracle, expected, &failed, &ignored)) {
        buf_printf(why, "    split by: %s\n", run->query.predicate);
        verdict = QUERY_DIFFERENT;
    } else {
        verdict = failed ? QUERY_FAILS : QUERY_UNSTABLE;
    }
    buf_done(&ignored);
    return verdict;
}

/* ---- Variants ----------------------------------------------------------------------------------------------- */

static bool variant_agrees(struct run *run, size_t v, const struct outcome *whole, struct buf *why)
{
    struct engine *engine = session(run, run->number + v + 1);
    struct corpus_case item;
    struct outcome outcome;
    case_of(&run->query, &item);
    for (size_t i = 0; variants[v].settings[i] != NULL; i++) {
        strings_add(&item.settings, variants[v].settings[i]);
    }
    lab_run_case(run->lab, engine, &item, &outcome);
    count_run(&run->variants, &outcome);
    bool same = lab_same(&item, whole, &outcome, NULL, why);
    if (!same) {
        buf_printf(why, "    %s, %s\n", engine->label, variants[v].name);
    }
    outcome_done(&outcome);
    strings_done(&item.settings);
    return same;
}

static bool variants_agree(struct run *run, const struct outcome *whole, struct buf *why)
{
    for (size_t v = 0; v < VARIANTS; v++) {
        if (!variant_agrees(run, v, whole, why)) {
            return false;
        }
    }
    return true;
}

/* ---- One query ---------------------------------------------------------------------------------------------- */

static enum verdict check_whole(struct run *run, const struct outcome *expected, struct buf *why)
{
    struct engine *engine = session(run, run->number);
    struct corpus_case item;
    struct outcome whole;
    struct buf disagreement;
    case_of(&run->query, &item);
    lab_run_case(run->lab, engine, &item, &whole);
    count_run(&run->whole, &whole);
    enum verdict verdict = QUERY_EQUAL;
    bool same = lab_same(&item, expected, &whole, NULL, why);
    if (same) {
        run->rows += whole.rows.count;
        verdict = check_split(run, &expected->rows, &whole.rows, why);
        same = verdict != QUERY_EQUAL || variants_agree(run, &whole, why);
    }
    if (!same || verdict == QUERY_DIFFERENT) {
        buf_init(&disagreement, 1 << 20);
        verdict =
            lab_oracle_agrees(run->lab, &item, expected, &disagreement) ? QUERY_DIFFERENT : QUERY_UNSTABLE;
        buf_done(&disagreement);
    }
    outcome_done(&whole);
    return verdict;
}

static enum verdict check(struct run *run, struct buf *why)
{
    struct outcome expected;
    enum verdict verdict;
    engine_run(&run->lab->oracle, run->query.sql, oracle_timeout_ms, &expected);
    if (expected.timed_out || expected.too_large) {
        verdict = QUERY_TOO_MUCH;
    } else if (!expected.ok) {
        verdict = QUERY_FAILS;
    } else {
        verdict = check_whole(run, &expected, why);
    }
    outcome_done(&expected);
    return verdict;
}

static char *make_smaller(void *data, struct choices *choices)
{
    struct run *run = data;
    generated_done(&run->query);
    generate_split(choices, run->tpch, &run->query);
    return xprintf("%s\n  split of %s by: %s", run->query.sql, run->query.alias, run->query.predicate);
}

static bool smaller_fails(void *data)
{
    struct run *run = data;
    struct buf why;
    buf_init(&why, 1 << 20);
    bool fails = check(run, &why) == QUERY_DIFFERENT;
    buf_done(&why);
    return fails;
}

static void one_query(struct run *run, uint64_t number)
{
    const struct options *options = run->lab->options;
    struct choices choices;
    struct buf why;
    buf_init(&why, 1 << 20);
    run->number = number;
    choices_init_random(&choices, options->seed * UINT64_C(1000003) + number);
    generate_split(&choices, run->tpch, &run->query);
    if (options->verbose) {
        printf("-- %" PRIu64 "\n%s;\n-- split of %s by %s\n", number, run->query.sql, run->query.alias,
               run->query.predicate);
    }
    enum verdict verdict = check(run, &why);
    run->by_verdict[verdict]++;
    if (verdict == QUERY_DIFFERENT) {
        printf("\nFAILED: query %" PRIu64 " of seed %" PRIu64 " (--seed %" PRIu64 " --first %" PRIu64
               " --count 1)\n%s  %s\n  split of %s by: %s\n",
               number, options->seed, options->seed, number, why.data, run->query.sql, run->query.alias,
               run->query.predicate);
        fflush(stdout);
        struct run smaller = {.lab = run->lab, .tpch = run->tpch, .number = number};
        struct shrink_subject subject = {&smaller, make_smaller, smaller_fails};
        shrink_and_print(&subject, &choices);
        generated_done(&smaller.query);
    }
    generated_done(&run->query);
    choices_done(&choices);
    buf_done(&why);
}

static void print_tally(const char *name, const struct tally *tally)
{
    printf("%-16s %8" PRIu64 " runs, %5.1f %% distributed\n", name, tally->runs,
           tally->runs == 0 ? 0 : 100.0 * (double)tally->distributed / (double)tally->runs);
}

static int print_report(const struct run *run, const struct options *options)
{
    uint64_t equal = run->by_verdict[QUERY_EQUAL], different = run->by_verdict[QUERY_DIFFERENT];
    print_tally("queries", &run->whole);
    print_tally("parts", &run->parts);
    print_tally("variants", &run->variants);
    printf("rows: %" PRIu64 "; queries that a predicate really split: %" PRIu64 "\n", run->rows, run->split);
    printf("fail in DuckDB: %" PRIu64 ", too slow or large for it: %" PRIu64
           ", it disagrees with itself: %" PRIu64 "\n",
           run->by_verdict[QUERY_FAILS], run->by_verdict[QUERY_TOO_MUCH], run->by_verdict[QUERY_UNSTABLE]);
    printf("seed %" PRIu64 ": %" PRIu64 " passed, %" PRIu64 " failed\n", options->seed, equal, different);
    double percent =
        run->parts.runs == 0 ? 0 : 100.0 * (double)run->parts.distributed / (double)run->parts.runs;
    if (different > 0 || equal * 10 < options->count * 7 || percent < options->min_distributed_percent) {
        return 1;
    }
    return 0;
}

int run_metamorphic(const struct options *options)
{
    struct lab lab;
    if (options->tables.count == 0) {
        die("this mode needs --tables");
    }
    lab_init(&lab, options, true);
    lab_limit_rows(&lab, MAX_RESULT_ROWS);
    struct run run = {.lab = &lab, .tpch = lab_has_tpch(&lab)};
    for (uint64_t i = 0; i < options->count; i++) {
        one_query(&run, options->first + i);
    }
    int status = print_report(&run, options);
    lab_done(&lab);
    return status;
}
