/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fidelity: does SQL that is written from a plan give what the query gave that the plan was made of?
 *
 *   fidelity --tables DIR … [--schema FILE] [--queries DIR [--filter TEXT]] [--random COUNT [--seed N] [--first N]] [--verbose]
 *
 * For each query (of a corpus, or of the generator of random ones) that DuckDB plans and import accepts, the rows and
 * columns of the original are compared with
 *   whole:  the whole plan as one statement
 *   pieces: the plan cut above every operator (fidelity_cut.c): each piece runs as a task through the real sink, and
 *           what is above it reads its rows from the real source. The columns of each piece must have the plan's types.
 * Everything runs on one connection, so no settings have to travel; what import declines is counted and listed.
 *
 * Exit status: 0, 1 if a query failed, 2 for wrong usage, 3 if the test itself could not go on.
 */
#include "fidelity.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/planning.h"
#include "gen.h"
#include "import/import.h"
#include "plan/validate.h"

/* ---- Statements ------------------------------------------------------------------------------------------------ */

void bench_must(struct bench *bench, const char *sql)
{
    duckdb_result result;
    if (duckdb_query(bench->connection, sql, &result) != DuckDBSuccess) {
        die("%s\nin: %s", duckdb_result_error(&result), sql);
    }
    duckdb_destroy_result(&result);
}

/* What became of a statement. */
struct answer {
    bool ok;
    char *error;
    struct rows rows;
    double ms;
};

static void answer_take(struct answer *answer, duckdb_result *result)
{
    answer->ok = rows_init(&answer->rows, result, 10000000);
    if (!answer->ok) {
        die("a result has too many rows");
    }
}

static void answer_fail(struct answer *answer, const char *message)
{
    answer->ok = false;
    answer->error = xstrdup(message != NULL ? message : "");
}

static void answer_done(struct answer *answer)
{
    if (answer->ok) {
        rows_done(&answer->rows);
    }
    free(answer->error);
    *answer = (struct answer){0};
}

/* For random queries, which may never end. */
static void interrupt(union sigval value)
{
    duckdb_interrupt(*(duckdb_connection *)value.sival_ptr);
}

static void bench_deadline(struct bench *bench, int seconds)
{
    struct itimerspec when = {.it_value.tv_sec = seconds};
    if (bench->has_timer && timer_settime(bench->timer, 0, &when, NULL) != 0) {
        die("no timer: %s", strerror(errno));
    }
}

static void bench_make_timer(struct bench *bench)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD};
    event.sigev_notify_function = interrupt;
    event.sigev_value.sival_ptr = &bench->connection;
    if (timer_create(CLOCK_MONOTONIC, &event, &bench->timer) != 0) {
        die("no timer: %s", strerror(errno));
    }
    bench->has_timer = true;
}

static void run_plain(struct bench *bench, const char *sql, struct answer *ret)
{
    duckdb_result result;
    double start = clock_ms();
    *ret = (struct answer){0};
    if (duckdb_query(bench->connection, sql, &result) == DuckDBSuccess) {
        ret->ms = clock_ms() - start;
        answer_take(ret, &result);
    } else {
        answer_fail(ret, duckdb_result_error(&result));
    }
    duckdb_destroy_result(&result);
}

/* ---- One query -------------------------------------------------------------------------------------------------- */

struct plan {
    struct arena *arena;
    const struct eider_node *root; /* NULL: declined */
    struct column_list columns;
    struct verdict verdict;
};

/* Dies if planning itself fails. */
static void plan_query(struct bench *bench, const char *sql, struct plan *ret)
{
    struct engine_plan_request request = {.sql = sql, .flags = ENGINE_PLAN_TREE | ENGINE_PLAN_COLUMNS};
    struct engine_plan plan = {0};
    struct imported imported = {0};
    struct eider_error err = {0};
    *ret = (struct plan){.arena = arena_new()};
    if (engine_plan(bench->planner, &request, ret->arena, &plan, &ret->verdict, &err) != EIDER_OK) {
        die("planning failed: %s\nin: %s", err.message, sql);
    }
    if (ret->verdict.kind != VERDICT_DISTRIBUTABLE) {
        return;
    }
    struct import_input input = {.plan_json = plan.plan_json, .plan_bytes = plan.plan_bytes};
    if (import_plan(ret->arena, &input, &imported, &ret->verdict, &err) != EIDER_OK) {
        die("import failed: %s\nin: %s", err.message, sql);
    }
    if (imported.root != NULL && plan_validate(imported.root, &err) != EIDER_OK) {
        die("%s\nin: %s", err.message, sql);
    }
    ret->root = imported.root;
    ret->columns = plan.columns;
}

/* What stands before the first colon of DuckDB's message is the kind of error. */
static bool same_failure(const struct answer *expected, const struct answer *actual, struct buf *why)
{
    size_t bytes = strcspn(expected->error, ":");
    if (actual->ok || memmem(actual->error, strlen(actual->error), expected->error, bytes) == NULL) {
        buf_printf(why, "    expected error: %s\n    found error:    %s\n", expected->error,
                   actual->ok ? "none" : actual->error);
        return false;
    }
    return true;
}

static bool same_answer(const struct corpus_case *item, const struct answer *expected,
                        const struct answer *actual, const struct answer *superset, struct buf *why)
{
    struct rows_comparison how = {.ordered = item->ordered, .tolerance = item->tolerance};
    if (!expected->ok) {
        return same_failure(expected, actual, why);
    }
    if (!actual->ok) {
        buf_printf(why, "    failed: %s\n", actual->error);
        return false;
    }
    if (!rows_same_columns(&expected->rows, &actual->rows, why)) {
        return false;
    }
    if (item->check == CHECK_EQUAL) {
        return rows_same(&expected->rows, &actual->rows, &how, why);
    }
    if (item->check != CHECK_NONE && expected->rows.count != actual->rows.count) {
        buf_printf(why, "    %zu rows expected, %zu found\n", expected->rows.count, actual->rows.count);
        return false;
    }
    return superset == NULL || rows_subset(&actual->rows, &superset->rows, &how, why);
}

static void run_whole(struct bench *bench, const struct plan *plan, struct answer *ret, struct buf *sql)
{
    struct eider_error err = {0};
    *ret = (struct answer){0};
    buf_clear(sql);
    if (sqlgen_result(plan->root, &plan->columns, NULL, sql, &err) != EIDER_OK) {
        answer_fail(ret, err.message);
        return;
    }
    run_plain(bench, sql->data, ret);
}

/* False if the rows between the pieces were too many: of a cross product, for example. */
static bool run_pieces(struct bench *bench, const struct plan *plan, struct answer *ret, struct buf *sql)
{
    struct eider_error err = {0};
    duckdb_result result;
    *ret = (struct answer){0};
    enum eider_status status = cut_and_run(bench, plan->root, &plan->columns, &result, sql, &err);
    if (status != EIDER_OK) {
        answer_fail(ret, err.message);
        return status != EIDER_ERROR_MEMORY;
    }
    answer_take(ret, &result);
    duckdb_destroy_result(&result);
    cut_forget(bench);
    return true;
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

static void apply_settings(struct bench *bench, const struct corpus_case *item, bool set)
{
    for (size_t i = 0; i < item->settings.count; i++) {
        const char *setting = item->settings.items[i], *equals = strchr(setting, '=');
        if (equals == NULL || text_starts_with(setting, "eider_")) {
            continue;
        }
        int name = (int)(equals - setting);
        char *sql =
            set ? xprintf("SET %.*s = %s", name, setting, equals + 1) : xprintf("RESET %.*s", name, setting);
        bench_must(bench, sql);
        free(sql);
    }
}

/* One query, and what it should give. */
struct trial {
    struct bench *bench;
    struct report *report;
    const struct corpus_case *item;
    struct answer expected;
    struct answer superset; /* if the case has one */
    struct buf sql;         /* the last that was written */
};

static bool is_right(const struct trial *trial, const struct answer *actual, struct buf *why)
{
    return same_answer(trial->item, &trial->expected, actual,
                       trial->item->superset != NULL ? &trial->superset : NULL, why);
}

/* DuckDB may give another answer with one thread, or could with rows in another order: then there is no right one. */
static bool is_stable(const struct trial *trial)
{
    static const char *const cancelling[] = {"covar", "corr(", "regr_", "skewness", "kurtosis"};
    for (size_t i = 0; i < sizeof(cancelling) / sizeof(cancelling[0]); i++) {
        if (strstr(trial->item->sql, cancelling[i]) != NULL) {
            return false; /* differences near zero: not even their sign is fixed */
        }
    }
    struct answer again;
    struct buf why;
    buf_init(&why, 1 << 20);
    bench_must(trial->bench, "SET threads = 1");
    run_plain(trial->bench, trial->item->sql, &again);
    bench_must(trial->bench, "SET threads = 2");
    bool same = is_right(trial, &again, &why);
    answer_done(&again);
    buf_done(&why);
    return same;
}

static void judge(struct trial *trial, const char *how, const struct answer *actual)
{
    struct buf why;
    buf_init(&why, 1 << 20);
    if (is_right(trial, actual, &why)) {
        trial->report->passed++;
    } else if (trial->bench->has_timer && !is_stable(trial)) {
        trial->report->unstable++;
    } else {
        trial->report->failed++;
        printf("FAILED %s, %s\n%s    %.20000s\n", trial->item->name, how, why.data, trial->sql.data);
    }
    buf_done(&why);
}

/* False if it took too long. */
static bool run_original(struct trial *trial)
{
    bench_deadline(trial->bench, 5);
    run_plain(trial->bench, trial->item->sql, &trial->expected);
    bench_deadline(trial->bench, 0);
    if (!trial->expected.ok && strstr(trial->expected.error, "INTERRUPT") != NULL) {
        trial->report->slow++;
        return false;
    }
    if (trial->item->superset != NULL) {
        run_plain(trial->bench, trial->item->superset, &trial->superset);
    }
    return true;
}

static void run_planned(struct bench *bench, const struct corpus_case *item, const struct plan *plan,
                        struct report *report)
{
    struct trial trial = {.bench = bench, .report = report, .item = item};
    struct answer actual;
    buf_init(&trial.sql, BENCH_SQL_BYTES);
    if (run_original(&trial)) {
        run_whole(bench, plan, &actual, &trial.sql);
        judge(&trial, "whole", &actual);
        if (bench->verbose) {
            printf("%-40s %8.2f ms original, %8.2f ms whole\n", item->name, trial.expected.ms, actual.ms);
        }
        answer_done(&actual);
        if (item->no_shuffle) { /* rows lose their order between pieces */
            report->not_cut++;
        } else {
            if (run_pieces(bench, plan, &actual, &trial.sql) || !bench->has_timer) {
                judge(&trial, "pieces", &actual);
            } else {
                report->not_cut++;
            }
            answer_done(&actual);
        }
    }
    answer_done(&trial.expected);
    answer_done(&trial.superset);
    buf_done(&trial.sql);
}

/* A setting that sessions do not distribute under: it changes what the SQL of a plan would have to be. */
static bool is_refused(const struct corpus_case *item)
{
    for (size_t i = 0; i < item->settings.count; i++) {
        if (text_starts_with(item->settings.items[i], "scalar_subquery_error_on_multiple_rows=")) {
            return true;
        }
    }
    return false;
}

static void run_case(struct bench *bench, const struct corpus_case *item, struct report *report)
{
    struct plan plan;
    if (is_refused(item)) {
        report->declined++;
        return;
    }
    apply_settings(bench, item, true);
    for (size_t i = 0; i < item->setups.count; i++) {
        bench_must(bench, item->setups.items[i]);
    }
    plan_query(bench, item->sql, &plan);
    if (plan.root == NULL) {
        struct answer answer;
        if (item->teardowns.count > 0) { /* which may need what the query does */
            run_plain(bench, item->sql, &answer);
            answer_done(&answer);
        }
        report->declined++;
        if (bench->verbose) {
            printf("%-40s declined: %s\n", item->name, plan.verdict.reason);
        }
    } else {
        run_planned(bench, item, &plan, report);
    }
    for (size_t i = 0; i < item->teardowns.count; i++) {
        bench_must(bench, item->teardowns.items[i]);
    }
    apply_settings(bench, item, false);
    arena_free(plan.arena);
}

static void run_random(struct bench *bench, uint64_t seed, uint64_t first, uint64_t count,
                       struct report *report)
{
    bench_make_timer(bench);
    for (uint64_t i = first; i < first + count; i++) {
        struct choices choices;
        struct generated query;
        char *name =
            xprintf("random query %llu of seed %llu", (unsigned long long)i, (unsigned long long)seed);
        choices_init_random(&choices, seed * UINT64_C(1000003) + i);
        generate(&choices, bench->has_tpch, &query);
        struct corpus_case item = {.name = name,
                                   .sql = query.sql,
                                   .expect = EXPECT_ANY,
                                   .check = CHECK_EQUAL,
                                   .tolerance = 1e-9,
                                   .ordered = query.ordered};
        uint32_t failed = report->failed;
        run_case(bench, &item, report);
        if (report->failed > failed) {
            printf("  original: %s\n", query.sql);
        }
        generated_done(&query);
        free(name);
        choices_done(&choices);
    }
    timer_delete(bench->timer);
    bench->has_timer = false;
}

static void run_corpus_of(struct bench *bench, const char *folder, const char *data, const char *filter,
                          struct report *report)
{
    struct corpus corpus;
    corpus_init(&corpus, folder, data, "any");
    for (size_t i = 0; i < corpus.count; i++) {
        if (filter == NULL || strstr(corpus.items[i].name, filter) != NULL) {
            run_case(bench, &corpus.items[i], report);
        }
    }
    corpus_done(&corpus);
}

/* ---- The bench --------------------------------------------------------------------------------------------------- */

/* A view per Parquet, CSV or JSON file, or folder of Parquet files. */
static void add_tables(struct bench *bench, const char *folder)
{
    struct strings entries = {0};
    list_folder(folder, &entries);
    for (size_t i = 0; i < entries.count; i++) {
        const char *entry = entries.items[i], *dot = strrchr(entry, '.');
        char *path = xprintf("%s/%s", folder, entry);
        char *source = NULL;
        if (path_is_folder(path)) {
            struct strings inside = {0};
            list_folder(path, &inside);
            const char *first = inside.count > 0 ? inside.items[0] : "";
            if (strchr(first, '=') != NULL) {
                source = xprintf("read_parquet('%s/**/*.parquet')", path);
            } else if (text_ends_with(first, ".parquet")) {
                source = xprintf("read_parquet('%s/*.parquet')", path);
            }
            strings_done(&inside);
            dot = NULL;
        } else if (text_ends_with(entry, ".parquet") || text_ends_with(entry, ".csv") ||
                   text_ends_with(entry, ".json")) {
            source = xprintf("read_%s('%s')", dot + 1, path);
        }
        if (source != NULL) {
            char *sql = xprintf("CREATE VIEW \"%.*s\" AS FROM %s",
                                (int)(dot == NULL ? strlen(entry) : (size_t)(dot - entry)), entry, source);
            bench_must(bench, sql);
            free(sql);
        }
        free(source);
        free(path);
    }
    strings_done(&entries);
}

static void bench_init(struct bench *bench)
{
    struct eider_error err = {0};
    *bench = (struct bench){0};
    if (duckdb_open(NULL, &bench->database) != DuckDBSuccess ||
        duckdb_connect(bench->database, &bench->connection) != DuckDBSuccess) {
        die("cannot open a database");
    }
    if (engine_open(bench->database, &bench->engine, &err) != EIDER_OK ||
        engine_planner_new(bench->engine, bench->connection, &bench->planner, &err) != EIDER_OK ||
        store_new(engine_budget(bench->engine), &bench->store, &err) != EIDER_OK) {
        die("%s", err.message);
    }
    bench_must(bench, "SET threads = 2");
}

static void bench_done(struct bench *bench)
{
    store_free(bench->store);
    engine_planner_free(bench->planner);
    engine_unref(bench->engine);
    duckdb_disconnect(&bench->connection);
    duckdb_close(&bench->database);
}

struct options {
    const char *queries;
    const char *filter;
    const char *schema;
    struct strings tables;
    uint64_t random;
    uint64_t seed;
    uint64_t first;
    bool verbose;
};

static bool parse_options(int argc, char **argv, struct options *ret)
{
    static const struct option options[] = {{"tables", required_argument, NULL, 't'},
                                            {"schema", required_argument, NULL, 's'},
                                            {"queries", required_argument, NULL, 'q'},
                                            {"filter", required_argument, NULL, 'f'},
                                            {"random", required_argument, NULL, 'r'},
                                            {"seed", required_argument, NULL, 'e'},
                                            {"first", required_argument, NULL, 'i'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    int id;
    while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (id) {
        case 't':
            strings_add(&ret->tables, optarg);
            break;
        case 's':
            ret->schema = optarg;
            break;
        case 'q':
            ret->queries = optarg;
            break;
        case 'f':
            ret->filter = optarg;
            break;
        case 'r':
            ret->random = strtoull(optarg, NULL, 10);
            break;
        case 'e':
            ret->seed = strtoull(optarg, NULL, 10);
            break;
        case 'i':
            ret->first = strtoull(optarg, NULL, 10);
            break;
        case 'v':
            ret->verbose = true;
            break;
        default:
            return false;
        }
    }
    return ret->tables.count > 0 && (ret->queries != NULL || ret->random > 0) && optind == argc;
}

int main(int argc, char **argv)
{
    struct options options = {.seed = 1};
    struct bench bench;
    struct report report = {0};
    if (!parse_options(argc, argv, &options)) {
        fprintf(
            stderr,
            "usage: fidelity --tables DIR … [--schema FILE] [--queries DIR [--filter TEXT]] [--random COUNT "
            "[--seed N] [--first N]] [--verbose]\n");
        return 2;
    }
    bench_init(&bench);
    bench.verbose = options.verbose;
    bench.has_tpch = options.tables.count > 1;
    for (size_t i = 0; i < options.tables.count; i++) {
        add_tables(&bench, options.tables.items[i]);
    }
    if (options.schema != NULL) {
        char *sql = read_file(options.schema, NULL);
        bench_must(&bench, sql);
        free(sql);
    }
    if (options.queries != NULL) {
        run_corpus_of(&bench, options.queries, options.tables.items[0], options.filter, &report);
    }
    if (options.random > 0) {
        run_random(&bench, options.seed, options.first, options.random, &report);
    }
    printf("%u comparisons equal, %u not; queries: %u declined, %u not cut, %u without one answer, %u too "
           "slow; %u pieces, "
           "%.3f ms to write each\n",
           report.passed, report.failed, report.declined, report.not_cut, report.unstable, report.slow,
           bench.pieces, bench.pieces > 0 ? bench.piece_ms / bench.pieces : 0);
    bench_done(&bench);
    strings_done(&options.tables);
    return report.failed == 0 && report.passed > 0 ? 0 : 1;
}
