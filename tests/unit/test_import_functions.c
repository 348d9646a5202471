/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of DuckDB's functions that the importer accepts (import/functions.def) is that of the DuckDB which this is
 * linked with: every name, kind and stability, and in the order that the search needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "duckdb.h"

struct function {
    const char *kind;
    const char *stability;
    const char *name;
};

static const struct function functions[] = {
#define FUNCTION(kind, stability, name) {#kind, #stability, name},
#include "import/functions.def"
#undef FUNCTION
};

static void test_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof(functions) / sizeof(functions[0]); i++) {
        int order = strcmp(functions[i - 1].name, functions[i].name);
        assert_true(order < 0 || (order == 0 && strcmp(functions[i - 1].kind, functions[i].kind) < 0));
    }
}

static void test_same_as_duckdb(void **state)
{
    static const char sql[] =
        "SELECT upper(function_type), coalesce(max(stability), 'CONSISTENT'), function_name FROM "
        "duckdb_functions() "
        "WHERE internal AND schema_name = 'main' AND function_type IN ('scalar', 'aggregate', 'table') "
        "GROUP BY function_type, function_name ORDER BY encode(function_name), function_type";
    size_t count = sizeof(functions) / sizeof(functions[0]);
    duckdb_database database;
    duckdb_connection connection;
    duckdb_result result;

    (void)state;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    assert_int_equal(duckdb_query(connection, sql, &result), DuckDBSuccess);
    assert_int_equal(duckdb_row_count(&result), count); /* else run scripts/gen-functions */
    for (size_t i = 0; i < count; i++) {
        char *kind = duckdb_value_varchar(&result, 0, i), *stability = duckdb_value_varchar(&result, 1, i);
        char *name = duckdb_value_varchar(&result, 2, i);

        assert_string_equal(functions[i].name, name);
        assert_string_equal(functions[i].kind, kind);
        assert_string_equal(functions[i].stability, stability);
        duckdb_free(kind);
        duckdb_free(stability);
        duckdb_free(name);
    }
    duckdb_destroy_result(&result);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sorted), cmocka_unit_test(test_same_as_duckdb)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
