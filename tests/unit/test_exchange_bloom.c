/* SPDX-License-Identifier: Apache-2.0 */
/* Bloom filters: never a false no, few false yes, merging, the wire form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchange/bloom.h"
#include "exchange/partition.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static struct bloom *filled(uint64_t keys, uint64_t seed, uint64_t words)
{
    struct bloom *bloom;

    assert_int_equal(bloom_new(words, NULL, &bloom, NULL), EIDER_OK);
    for (uint64_t i = 0; i < keys; i++) {
        uint64_t hash = next_random(&seed);

        bloom_add(bloom, &hash, 1);
    }
    return bloom;
}

static void test_answers(void **state)
{
    static const uint64_t counts[] = {1, 100, 1000, 65536, 100000, 1000000};

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct bloom *bloom = filled(counts[i], 42, bloom_words_for(counts[i]));
        uint64_t seed = 42, foreign = 4711, wrong = 0, hashes[64];
        bool answers[64];

        for (uint64_t j = 0; j < counts[i]; j++)
            assert_true(bloom_may_contain(bloom, next_random(&seed)));
        for (int j = 0; j < 100000; j++)
            wrong += bloom_may_contain(bloom, next_random(&foreign));
        assert_in_range(wrong, 0, 1500);
        for (int j = 0; j < 64; j++)
            hashes[j] = next_random(&foreign);
        bloom_probe(bloom, hashes, 64, answers);
        for (int j = 0; j < 64; j++)
            assert_int_equal(answers[j], bloom_may_contain(bloom, hashes[j]));
        bloom_unref(bloom);
    }
}

/* The keys of one partition must spread over the whole filter. */
static void test_one_partition(void **state)
{
    struct bloom *bloom;
    uint64_t seed = 42, added = 0, wrong = 0;

    (void)state;
    assert_int_equal(bloom_new(bloom_words_for(100000), NULL, &bloom, NULL), EIDER_OK);
    while (added < 100000) {
        uint64_t hash = next_random(&seed);

        if (partition_of_hash(hash, 16) != 3)
            continue;
        bloom_add(bloom, &hash, 1);
        added++;
    }
    for (int i = 0; i < 100000; i++)
        wrong += bloom_may_contain(bloom, next_random(&seed));
    assert_in_range(wrong, 0, 1500);
    bloom_unref(bloom);
}

static void test_merge_and_wire(void **state)
{
    struct bloom *a = filled(1000, 1, 1024), *b = filled(1000, 2, 1024), *other = filled(1, 1, 2048), *copy;
    uint64_t seed = 1, count = bloom_word_count(a), *words = calloc(count, sizeof(*words));
    struct eider_error err;

    (void)state;
    assert_int_equal(bloom_merge(b, a, &err), EIDER_OK);
    for (int i = 0; i < 1000; i++)
        assert_true(bloom_may_contain(b, next_random(&seed)));
    assert_int_equal(bloom_merge(b, other, &err), EIDER_ERROR_ARGUMENT);
    bloom_save(a, words);
    assert_int_equal(bloom_new(1024, NULL, &copy, &err), EIDER_OK);
    assert_int_equal(bloom_load(copy, words, count - 1, &err), EIDER_ERROR_CORRUPT);
    assert_int_equal(bloom_load(copy, words, count, &err), EIDER_OK);
    seed = 1;
    for (int i = 0; i < 1000; i++)
        assert_true(bloom_may_contain(copy, next_random(&seed)));
    free(words);
    bloom_unref(a);
    bloom_unref(b);
    bloom_unref(other);
    bloom_unref(copy);
}

static void test_sizes(void **state)
{
    struct budget *budget = budget_new(8192);
    struct eider_error err;
    struct bloom *bloom;

    (void)state;
    assert_int_equal(bloom_new(1000, budget, &bloom, &err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(bloom_new(BLOOM_MAX_WORDS * 2, budget, &bloom, &err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(bloom_new(2048, budget, &bloom, &err), EIDER_ERROR_MEMORY);
    assert_int_equal(bloom_new(1024, budget, &bloom, &err), EIDER_OK);
    assert_int_equal(budget_used(budget), 8192);
    bloom_unref(bloom);
    assert_int_equal(budget_used(budget), 0);
    assert_int_equal(bloom_words_for(UINT64_MAX / 64), BLOOM_MAX_WORDS);
    budget_unref(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_one_partition),
        cmocka_unit_test(test_merge_and_wire),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
