/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The laboratory: DuckDB alone as the oracle, Eider with several numbers of workers, and what it takes to run one
 * case on each of them under the same conditions and to compare. One thread, but for the watchdog's.
 */
#include "lab.h"

#include <stdlib.h>
#include <string.h>

static void set_up_tables(struct engine *engine, const struct options *options)
{
    for (size_t i = 0; i < options->tables.count; i++) {
        if (options->native) {
            engine_add_native_tables(engine, options->tables.items[i]);
        } else {
            engine_add_views(engine, options->tables.items[i]);
        }
    }
    if (options->schema != NULL) {
        engine_run_script(engine, options->schema);
    }
}

/* Runs `SET name = value` for "name=value". */
static void apply_setting(struct engine *engine, const char *setting)
{
    const char *equals = strchr(setting, '=');
    if (equals == NULL) {
        die("wrong setting: %s", setting);
    }
    char *sql = xprintf("SET %.*s = %s", (int)(equals - setting), setting, equals + 1);
    engine_must(engine, sql);
    free(sql);
}

static void add_rebuild(struct lab *lab, struct engine *engine)
{
    struct eider_error err;
    lab->rebuild.derive_names = lab->options->rebuild == REBUILD_DERIVED;
    if (lab->options->rebuild != REBUILD_NOT &&
        eider_session_add_rule(engine->session, "rebuild", rebuild_plan, &lab->rebuild, NULL, &err) !=
            EIDER_OK) {
        die("%s: %s", engine->label, err.message);
    }
}

void lab_init(struct lab *lab, const struct options *options, bool with_eider)
{
    *lab = (struct lab){.options = options};
    watchdog_init(&lab->watchdog);
    engine_init_duckdb(&lab->oracle, "duckdb", options->threads, &lab->watchdog);
    set_up_tables(&lab->oracle, options);
    if (!with_eider) {
        return;
    }
    engine_init_duckdb(&lab->host, "host", options->threads, &lab->watchdog);
    set_up_tables(&lab->host, options);
    for (size_t i = 0; i < options->worker_count; i++) {
        struct engine *engine = &lab->eiders[lab->eider_count++];
        engine_init_eider(engine, lab->host.database, options->workers[i], options->remote, &lab->watchdog);
        add_rebuild(lab, engine);
        for (size_t s = 0; s < options->settings.count; s++) {
            apply_setting(engine, options->settings.items[s]);
        }
    }
}

void lab_done(struct lab *lab)
{
    for (size_t i = 0; i < lab->eider_count; i++) {
        engine_done(&lab->eiders[i]);
    }
    if (lab->host.database != NULL) {
        engine_done(&lab->host);
    }
    if (lab->has_shuffled) {
        engine_done(&lab->shuffled);
    }
    engine_done(&lab->oracle);
    watchdog_done(&lab->watchdog);
}

void lab_limit_rows(struct lab *lab, size_t max_rows)
{
    lab->max_rows = max_rows;
    lab->oracle.max_rows = max_rows;
    for (size_t i = 0; i < lab->eider_count; i++) {
        lab->eiders[i].max_rows = max_rows;
    }
}

bool lab_has_tpch(struct lab *lab)
{
    struct outcome outcome;
    engine_run(&lab->oracle, "SELECT * FROM lineitem LIMIT 0", 0, &outcome);
    bool has = outcome.ok;
    outcome_done(&outcome);
    return has;
}

/* Undoes a case's setting: to what the command line asked for, if it did. */
static void reset_setting(const struct lab *lab, struct engine *engine, const char *setting)
{
    size_t name = strcspn(setting, "=");
    if (engine->session == NULL && text_starts_with(setting, "eider_")) {
        return;
    }
    char *sql = xprintf("RESET %.*s", (int)name, setting);
    engine_must(engine, sql);
    free(sql);
    for (size_t i = 0; engine->session != NULL && i < lab->options->settings.count; i++) {
        if (strncmp(lab->options->settings.items[i], setting, name + 1) == 0) {
            apply_setting(engine, lab->options->settings.items[i]);
        }
    }
}

void lab_run_case(struct lab *lab, struct engine *engine, const struct corpus_case *item, struct outcome *ret)
{
    for (size_t i = 0; i < item->settings.count; i++) {
        if (engine->session != NULL || !text_starts_with(item->settings.items[i], "eider_")) {
            apply_setting(engine, item->settings.items[i]);
        }
    }
    for (size_t i = 0; i < item->setups.count; i++) {
        engine_must(engine, item->setups.items[i]);
    }
    engine_run(engine, item->sql, lab->options->timeout_ms, ret);
    for (size_t i = 0; i < item->teardowns.count; i++) {
        engine_must(engine, item->teardowns.items[i]);
    }
    for (size_t i = 0; i < item->settings.count; i++) {
        reset_setting(lab, engine, item->settings.items[i]);
    }
}

/* ---- Comparing ---------------------------------------------------------------------------------------------- */

/* The kind of an error: what stands before the first colon of DuckDB's message. */
static bool same_error_kind(const char *expected, const char *actual)
{
    size_t bytes = strcspn(expected, ":");
    return memmem(actual, strlen(actual), expected, bytes) != NULL;
}

static bool same_failure(const struct outcome *expected, const struct outcome *actual, struct buf *why)
{
    if (expected->ok || actual->ok) {
        buf_printf(why, "    it should fail, but %s\n",
                   expected->ok ? "DuckDB alone gives an answer" : "it gives an answer");
        return false;
    }
    if (actual->timed_out || !same_error_kind(expected->error.message, actual->error.message)) {
        buf_printf(why, "    expected error: %s\n    found error:    %s\n", expected->error.message,
                   actual->timed_out ? "(too slow)" : actual->error.message);
        return false;
    }
    return true;
}

static bool same_answer(const struct corpus_case *item, const struct rows *expected,
                        const struct rows *actual, const struct rows *superset, struct buf *why)
{
    struct rows_comparison how = {.ordered = item->ordered, .tolerance = item->tolerance};
    switch (item->check) {
    case CHECK_EQUAL:
        return rows_same(expected, actual, &how, why);
    case CHECK_SUBSET:
    case CHECK_COUNT:
        if (expected->count != actual->count) {
            buf_printf(why, "    %zu rows expected, %zu found\n", expected->count, actual->count);
            return false;
        }
        return superset == NULL || rows_subset(actual, superset, &how, why);
    case CHECK_NONE:
    case CHECK_ERROR:
        break;
    }
    return true;
}

bool lab_same(const struct corpus_case *item, const struct outcome *expected, const struct outcome *actual,
              const struct rows *superset, struct buf *why)
{
    if (item->check == CHECK_ERROR) {
        return same_failure(expected, actual, why);
    }
    if (!expected->ok || !actual->ok) {
        const struct outcome *bad = expected->ok ? actual : expected;
        buf_printf(why, "    %s: %s\n", expected->ok ? "failed" : "DuckDB alone failed",
                   bad->timed_out ? "too slow" : bad->error.message);
        return false;
    }
    return rows_same_columns(&expected->rows, &actual->rows, why) &&
           same_answer(item, &expected->rows, &actual->rows, superset, why);
}

/* ---- Does DuckDB agree with itself? ------------------------------------------------------------------------- */

static void need_shuffled(struct lab *lab)
{
    if (lab->has_shuffled) {
        return;
    }
    const struct options *options = lab->options;
    engine_init_duckdb(&lab->shuffled, "shuffled", options->threads, &lab->watchdog);
    for (size_t i = 0; i < options->tables.count; i++) {
        engine_add_shuffled_tables(&lab->shuffled, options->tables.items[i]);
    }
    if (options->schema != NULL) {
        engine_run_script(&lab->shuffled, options->schema);
    }
    lab->shuffled.max_rows = lab->max_rows;
    lab->has_shuffled = true;
}

static bool agrees(struct lab *lab, struct engine *engine, const char *how, const struct corpus_case *item,
                   const struct outcome *expected, struct buf *why)
{
    struct outcome outcome;
    lab_run_case(lab, engine, item, &outcome);
    bool same = lab_same(item, expected, &outcome, NULL, why);
    if (!same) {
        buf_printf(why, "    DuckDB does not agree with itself: %s\n", how);
    }
    outcome_done(&outcome);
    return same;
}

bool lab_oracle_agrees(struct lab *lab, const struct corpus_case *item, const struct outcome *expected,
                       struct buf *why)
{
    engine_must(&lab->oracle, "SET threads = 1");
    bool same = agrees(lab, &lab->oracle, "1 thread", item, expected, why);
    engine_must(&lab->oracle, "SET threads = 4");
    same = same && agrees(lab, &lab->oracle, "4 threads", item, expected, why);
    char *sql = xprintf("SET threads = %d", lab->options->threads);
    engine_must(&lab->oracle, sql);
    free(sql);
    if (same && !item->no_shuffle) {
        need_shuffled(lab);
        same = agrees(lab, &lab->shuffled, "shuffled rows", item, expected, why);
    }
    return same;
}
