/* SPDX-License-Identifier: Apache-2.0 */
/* The memory budget and the pool of blocks. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/budget.h"
#include "exchange/pool.h"

static void test_budget(void **state)
{
    struct budget *budget = budget_new(1000);
    struct eider_error err;

    (void)state;
    assert_int_equal(budget_reserve(budget, 600, &err), EIDER_OK);
    assert_int_equal(budget_reserve(budget, 400, &err), EIDER_OK);
    assert_int_equal(budget_reserve(budget, 1, &err), EIDER_ERROR_MEMORY);
    assert_non_null(strstr(err.hint, "eider_exchange_memory"));
    assert_int_equal(budget_reserve(budget, UINT64_MAX, &err), EIDER_ERROR_MEMORY);
    assert_int_equal(budget_used(budget), 1000);
    budget_release(budget, 600);
    budget_set_limit(budget, 100);
    assert_int_equal(budget_reserve(budget, 0, &err), EIDER_ERROR_MEMORY);
    budget_release(budget, 400);
    assert_int_equal(budget_reserve(budget, 100, &err), EIDER_OK);
    budget_release(budget, 100);
    assert_int_equal(budget_peak(budget), 1000);
    budget_unref(budget);
}

static void *reserve_often(void *object)
{
    struct budget *budget = object;
    uintptr_t taken = 0;

    for (int i = 0; i < 20000; i++)
        taken += budget_reserve(budget, 1, NULL) == EIDER_OK;
    return (void *)taken;
}

static void test_budget_threads(void **state)
{
    struct budget *budget = budget_new(50000);
    pthread_t threads[4];
    uintptr_t all = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reserve_often, budget), 0);
    for (size_t i = 0; i < 4; i++) {
        void *taken;

        pthread_join(threads[i], &taken);
        all += (uintptr_t)taken;
    }
    assert_int_equal(all, 50000);
    assert_int_equal(budget_used(budget), 50000);
    assert_int_equal(budget_peak(budget), 50000);
    budget_unref(budget);
}

static void test_blocks(void **state)
{
    struct budget *budget = budget_new(UINT64_MAX);
    struct pool_block *a, *b, *big;
    struct eider_error err;
    void *data;

    (void)state;
    pool_trim(0);
    assert_int_equal(pool_take(budget, 700, &a, &err), EIDER_OK);
    assert_int_equal(a->bytes, 1024);
    assert_int_equal((uintptr_t)a->data % 64, 0);
    assert_int_equal(budget_used(budget), 1024);
    memset(a->data, 1, a->bytes);
    data = a->data;
    pool_give(budget, a);
    assert_int_equal(budget_used(budget), 0);
    assert_int_equal(pool_cached_bytes(), 1024);
    assert_int_equal(pool_take(budget, 1024, &a, &err), EIDER_OK);
    assert_ptr_equal(a->data, data); /* used again */
    assert_int_equal(pool_take(budget, 1, &b, &err), EIDER_OK);
    assert_int_equal(b->bytes, POOL_MIN_BYTES);
    a->next = b;
    pool_give_all(budget, a);
    assert_int_equal(pool_cached_bytes(), 1024 + POOL_MIN_BYTES);
    pool_trim(1024);
    assert_true(pool_cached_bytes() <= 1024);
    assert_int_equal(pool_take(budget, POOL_MAX_BLOCK_BYTES + 1, &big, &err), EIDER_OK);
    assert_true(big->bytes > POOL_MAX_BLOCK_BYTES);
    pool_give(budget, big);
    pool_trim(0);
    assert_int_equal(pool_cached_bytes(), 0); /* large blocks are not kept */
    budget_unref(budget);
}

static void test_limits(void **state)
{
    struct budget *budget = budget_new(4096);
    struct pool_block *a, *b;
    struct eider_error err;

    (void)state;
    assert_int_equal(pool_take(budget, 4096, &a, &err), EIDER_OK);
    assert_int_equal(pool_take(budget, 1, &b, &err), EIDER_ERROR_MEMORY);
    assert_null(b);
    pool_give(budget, a);
    assert_int_equal(pool_take(budget, SIZE_MAX, &b, &err), EIDER_ERROR_MEMORY);
    assert_int_equal(budget_used(budget), 0);
    budget_unref(budget);
    pool_trim(0);
}

/* The cache has a maximum. */
static void test_cache_is_bounded(void **state)
{
    struct budget *budget = budget_new(UINT64_MAX);
    size_t count = POOL_MAX_CACHED_BYTES / POOL_MAX_BLOCK_BYTES + 2;
    struct pool_block *chain = NULL;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct pool_block *block;

        assert_int_equal(pool_take(budget, POOL_MAX_BLOCK_BYTES, &block, NULL), EIDER_OK);
        block->next = chain;
        chain = block;
    }
    pool_give_all(budget, chain);
    assert_int_equal(pool_cached_bytes(), POOL_MAX_CACHED_BYTES);
    assert_int_equal(budget_used(budget), 0);
    pool_trim(0);
    budget_unref(budget);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget), cmocka_unit_test(test_budget_threads),   cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_cache_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
