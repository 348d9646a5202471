/* SPDX-License-Identifier: Apache-2.0 */
/* When the first rows say that a partial aggregate is not worth it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planner/partial_skip.h"

/* Of a million rows that a task reads. */
static bool decide(double groups, double rows)
{
    return partial_skip_decide(groups, rows, 1e6);
}

static void counts_of_pairs_tell_the_groups(void **unused)
{
    (void)unused;
    assert_true(decide(1000, 1000));           /* no pair */
    assert_true(decide(20480 - 400, 20480));   /* about 524,000 groups */
    assert_false(decide(20480 - 1000, 20480)); /* about 210,000 */
    assert_false(decide(10, 20480));
    assert_false(decide(0, 0)); /* nothing was seen */
}

/* As few pairs mean few groups only if there are not many more rows. */
static void all_rows_count(void **unused)
{
    (void)unused;
    assert_true(partial_skip_decide(20470, 20480, 1e7));
    assert_false(partial_skip_decide(20470, 20480, 1e9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_pairs_tell_the_groups),
        cmocka_unit_test(all_rows_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
