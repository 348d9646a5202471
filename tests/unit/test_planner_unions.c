/* SPDX-License-Identifier: Apache-2.0 */
/* How the inputs of a union share the tasks of its stage: by their bytes, in few tasks each, nested unions within their share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planner/passes.h"

static const struct leaf_share FOUR = {4, 0, 4};

static void check_shares(const struct leaf_share *whole, const double *bytes, uint32_t count,
                         const double (*expected)[2])
{
    struct leaf_share shares[8];

    union_shares(whole, bytes, count, shares);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(shares[i].tasks, whole->tasks);
        assert_float_equal(shares[i].from, expected[i][0], 1e-9);
        assert_float_equal(shares[i].to, expected[i][1], 1e-9);
    }
}

static void inputs_share_the_tasks_by_their_bytes(void **state)
{
    (void)state;
    check_shares(&FOUR, (double[]){50, 50}, 2, (double[][2]){{0, 2}, {2, 4}});
    check_shares(&FOUR, (double[]){60, 30, 10}, 3, (double[][2]){{0, 2.4}, {2.4, 3.6}, {3, 4}});
}

static void borders_close_to_those_of_tasks_are_moved_there(void **state)
{
    (void)state;
    check_shares(&FOUR, (double[]){73, 27}, 2, (double[][2]){{0, 3}, {3, 4}});
    check_shares(&FOUR, (double[]){27, 73}, 2, (double[][2]){{0, 1}, {1, 4}});
}

static void small_inputs_are_in_one_task_each(void **state)
{
    (void)state;
    check_shares(&FOUR, (double[]){90, 5, 5}, 3, (double[][2]){{0, 3.6}, {3, 4}, {3, 4}});
    /* more inputs than tasks */
    check_shares(&(struct leaf_share){2, 0, 2}, (double[]){1, 1, 1, 1, 1}, 5,
                 (double[][2]){{0, 1}, {0, 1}, {1, 2}, {1, 2}, {1, 2}});
}

static void what_has_no_bytes_of_its_own_is_in_all_tasks(void **state)
{
    (void)state;
    check_shares(&FOUR, (double[]){0, 10, -1, 10}, 4, (double[][2]){{0, 4}, {0, 2}, {0, 4}, {2, 4}});
}

static void a_union_in_a_union_shares_its_share(void **state)
{
    (void)state;
    check_shares(&(struct leaf_share){8, 2, 6}, (double[]){1, 3}, 2, (double[][2]){{2, 3}, {3, 6}});
    /* within the one task that it has */
    check_shares(&(struct leaf_share){8, 7, 8}, (double[]){1, 1}, 2, (double[][2]){{7, 7.5}, {7.5, 8}});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_share_the_tasks_by_their_bytes),
        cmocka_unit_test(borders_close_to_those_of_tasks_are_moved_there),
        cmocka_unit_test(small_inputs_are_in_one_task_each),
        cmocka_unit_test(what_has_no_bytes_of_its_own_is_in_all_tasks),
        cmocka_unit_test(a_union_in_a_union_shares_its_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
