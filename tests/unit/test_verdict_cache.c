/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cache of verdicts by itself: what is the same statement, what is kept and for how long, what has to go for others,
 * and no memory. The clock is an argument.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "coordinator/verdict_cache.h"
#include "unit/allocations.h"

static struct settings settings;

static struct verdict no(enum verdict_kind kind)
{
    struct verdict verdict = {.kind = kind};

    snprintf(verdict.reason, sizeof(verdict.reason), "because of %s", verdict_kind_name(kind));
    return verdict;
}

static void put(struct verdict_cache *cache, const char *sql, double now_ms)
{
    struct verdict verdict = no(VERDICT_SMALL);

    verdict_cache_put(cache, &settings, sql, now_ms, &verdict);
    assert_true(cache->count <= VERDICT_CACHE_MAX_ENTRIES && cache->bytes <= VERDICT_CACHE_MAX_BYTES);
}

static bool knows(struct verdict_cache *cache, const char *sql, double now_ms)
{
    struct verdict verdict = {.kind = VERDICT_DISTRIBUTABLE};
    bool found = verdict_cache_find(cache, &settings, sql, now_ms, &verdict);

    assert_int_equal(verdict.kind, found ? VERDICT_SMALL : VERDICT_DISTRIBUTABLE);
    assert_string_equal(verdict.reason, found ? "because of small" : "");
    return found;
}

static int set_up(void **state)
{
    (void)state;
    memset(&settings, 0, sizeof(settings));
    settings_default(&settings);
    return 0;
}

static void test_same_statement(void **state)
{
    static const char *const same[] = {
        "SELECT a FROM t WHERE b = 17 AND c = 'x'", "SELECT a FROM t WHERE b = 17 AND c = 'x';",
        "SELECT a  FROM t -- all\n WHERE b = 17 /* seventeen */ AND c = 'x' ; "};
    static const char *const other[] = {"SELECT a FROM t WHERE b = 17 AND c = 'y'",
                                        "SELECT a FROM t WHERE b = 18 AND c = 'x'",
                                        "SELECT a FROM t WHERE b = $17 AND c = 'x'",
                                        "SELECT a FROM t WHERE b = 17 AND c = \"x\"",
                                        "SELECT a FROM t WHERE b = 17",
                                        ""};
    struct verdict_cache cache = {.count = 0};

    (void)state;
    assert_false(knows(&cache, same[0], 0));
    put(&cache, same[0], 0);
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        assert_true(knows(&cache, same[i], 1));
    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        assert_false(knows(&cache, other[i], 1));
    verdict_cache_clear(&cache);
}

static void test_settings(void **state)
{
    struct verdict_cache cache = {.count = 0};

    (void)state;
    put(&cache, "SELECT 1", 0);
    settings.bytes_per_task = 1;
    assert_false(knows(&cache, "SELECT 1", 0));
    settings_default(&settings);
    settings.max_tasks_per_stage = 3;
    assert_false(knows(&cache, "SELECT 1", 0));
    settings_default(&settings);
    assert_true(knows(&cache, "SELECT 1", 0));
    verdict_cache_clear(&cache);
}

/* Verdicts of the moment are not kept, and neither is that a query is distributed. */
static void test_kinds(void **state)
{
    static const enum verdict_kind never[] = {VERDICT_DISTRIBUTABLE, VERDICT_NOT_A_QUERY, VERDICT_NO_CLUSTER,
                                              VERDICT_PLAN_REFUSED,  VERDICT_SETTING,     VERDICT_TRANSACTION,
                                              VERDICT_NET,           VERDICT_TARGET};
    struct verdict_cache cache = {.count = 0};

    (void)state;
    for (int kind = 0; kind < VERDICT_KIND_COUNT; kind++) {
        struct verdict verdict = no((enum verdict_kind)kind), found;
        bool kept = true;

        for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
            kept = kept && never[i] != verdict.kind;
        put(&cache, "SELECT 2", 0); /* what is known from now on is the newer verdict, or nothing */
        verdict_cache_put(&cache, &settings, "SELECT 2", 0, &verdict);
        assert_int_equal(verdict_cache_find(&cache, &settings, "SELECT 2", 0, &found), kept);
        assert_int_equal(cache.count, kept);
        if (kept)
            assert_string_equal(found.reason, verdict.reason);
    }
    verdict_cache_clear(&cache);
}

static void test_life(void **state)
{
    struct verdict_cache cache = {.count = 0};

    (void)state;
    put(&cache, "SELECT 2", 500);
    for (int i = 0; i < 100; i++)
        assert_true(knows(&cache, "SELECT 2",
                          500 + VERDICT_CACHE_LIFE_MS * i / 100)); /* which does not make it live longer */
    assert_false(knows(&cache, "SELECT 2", 500 + VERDICT_CACHE_LIFE_MS));
    assert_int_equal(cache.count, 0);
    put(&cache, "SELECT 2", 0);
    put(&cache, "SELECT 2", 8000);
    assert_int_equal(cache.count, 1);
    assert_true(knows(&cache, "SELECT 2", VERDICT_CACHE_LIFE_MS + 1));
    verdict_cache_clear(&cache);
    assert_int_equal(cache.bytes, 0);
    assert_false(knows(&cache, "SELECT 2", 0));
}

/* The one that was used least recently goes. */
static void test_entries(void **state)
{
    struct verdict_cache cache = {.count = 0};
    char sql[64];

    (void)state;
    for (int i = 0; i < VERDICT_CACHE_MAX_ENTRIES + 10; i++) {
        snprintf(sql, sizeof(sql), "SELECT c%d", i);
        put(&cache, sql, 0);
        assert_true(knows(&cache, "SELECT c0", 0));
    }
    assert_int_equal(cache.count, VERDICT_CACHE_MAX_ENTRIES);
    assert_false(knows(&cache, "SELECT c1", 0));
    assert_false(knows(&cache, "SELECT c10", 0));
    assert_true(knows(&cache, "SELECT c11", 0));
    verdict_cache_clear(&cache);
}

static void test_bytes(void **state)
{
    size_t bytes = VERDICT_CACHE_MAX_STATEMENT_BYTES;
    struct verdict_cache cache = {.count = 0};
    char *sql = malloc(bytes + 2);

    (void)state;
    assert_non_null(sql);
    memset(sql, 'x', bytes + 1);
    sql[bytes + 1] = '\0';
    put(&cache, sql, 0);
    assert_int_equal(cache.count, 0); /* too long */
    sql[bytes] = '\0';
    for (int i = 0; i < 26; i++) {
        sql[0] = (char)('a' + i);
        put(&cache, sql, 0);
        assert_true(knows(&cache, sql, 0));
    }
    assert_in_range(cache.count, 14, 15); /* of what 1 MiB holds of 64 KiB */
    verdict_cache_clear(&cache);
    free(sql);
}

static void test_no_memory(void **state)
{
    (void)state;
#ifdef ALLOCATIONS_CAN_FAIL
    for (long failing = 0; failing < 2; failing++) {
        struct verdict_cache cache = {.count = 0};

        put(&cache, "SELECT old", 0);
        allocations_fail_after(failing);
        put(&cache, "SELECT 2", 0);
        allocations_succeed();
        assert_false(knows(&cache, "SELECT 2", 0));
        allocations_fail_after(0);
        assert_false(knows(&cache, "SELECT old", 0));
        allocations_succeed();
        assert_true(knows(&cache, "SELECT old", 0));
        verdict_cache_clear(&cache);
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_same_statement, set_up), cmocka_unit_test_setup(test_settings, set_up),
        cmocka_unit_test_setup(test_kinds, set_up),          cmocka_unit_test_setup(test_life, set_up),
        cmocka_unit_test_setup(test_entries, set_up),        cmocka_unit_test_setup(test_bytes, set_up),
        cmocka_unit_test_setup(test_no_memory, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
