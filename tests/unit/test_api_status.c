/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses and versions: what an application logs, and decides by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "eider/eider.h"

/* The numbers are those of the wire and of programs that were compiled before: they never change. */
static void statuses_have_names_and_numbers(void **unused)
{
    static const char *const names[] = {
        "EIDER_OK",
        "EIDER_ERROR_MEMORY",
        "EIDER_ERROR_ARGUMENT",
        "EIDER_ERROR_SQL",
        "EIDER_ERROR_CANCELLED",
        "EIDER_ERROR_PLAN",
        "EIDER_ERROR_CORRUPT",
        "EIDER_ERROR_UNSUPPORTED",
        "EIDER_ERROR_IO",
        "EIDER_ERROR_WORKER",
        "EIDER_ERROR_CHANGED",
        "EIDER_ERROR_NOT_DISTRIBUTED",
        "EIDER_ERROR_INTERNAL",
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(eider_status_name((enum eider_status)i), names[i]);
    assert_string_equal(eider_status_name((enum eider_status)(EIDER_ERROR_INTERNAL + 1)), "unknown status");
    assert_string_equal(eider_status_name((enum eider_status)4000), "unknown status");
}

static void two_statuses_are_worth_another_attempt(void **unused)
{
    (void)unused;
    for (int i = 0; i <= EIDER_ERROR_INTERNAL + 1; i++)
        assert_int_equal(eider_status_is_retryable((enum eider_status)i),
                         i == EIDER_ERROR_WORKER || i == EIDER_ERROR_CHANGED);
}

static void versions_are_those_of_the_libraries(void **unused)
{
    (void)unused;
    assert_string_equal(eider_version(), EXPECTED_VERSION);
    assert_string_equal(eider_duckdb_version(), duckdb_library_version());
    assert_int_equal(eider_duckdb_version()[0], 'v');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_names_and_numbers),
        cmocka_unit_test(two_statuses_are_worth_another_attempt),
        cmocka_unit_test(versions_are_those_of_the_libraries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
