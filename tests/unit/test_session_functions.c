/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the application that are declared to be on workers: in tasks, as shuffle keys, as leaves; and its settings. */
#include <stdatomic.h>

#include "unit/session_fixture.h"

/* ---- Functions as an application registers them ---- */

static void twice(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const int64_t *values = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 0));
    int64_t *results = duckdb_vector_get_data(output);

    (void)info;
    for (idx_t i = 0, n = duckdb_data_chunk_get_size(input); i < n; i++)
        results[i] = (int64_t)(2 * (uint64_t)values[i]); /* that of a NULL may be anything */
}

static void register_twice(duckdb_connection connection)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);

    duckdb_scalar_function_set_name(function, "app_twice");
    duckdb_scalar_function_add_parameter(function, bigint);
    duckdb_scalar_function_set_return_type(function, bigint);
    duckdb_scalar_function_set_function(function, twice);
    assert_int_equal(duckdb_register_scalar_function(connection, function), DuckDBSuccess);
    duckdb_destroy_logical_type(&bigint);
    duckdb_destroy_scalar_function(&function);
}

/* app_numbers(first, count): count rows. */
struct numbers {
    int64_t next, end;
    atomic_bool published; /* set last: ThreadSanitizer does not see how DuckDB hands it over */
};

static void numbers_bind(duckdb_bind_info info)
{
    duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_value first = duckdb_bind_get_parameter(info, 0), count = duckdb_bind_get_parameter(info, 1);
    struct numbers *numbers = malloc(sizeof(*numbers));

    assert_non_null(numbers);
    numbers->next = duckdb_get_int64(first);
    numbers->end = numbers->next + duckdb_get_int64(count);
    duckdb_bind_set_bind_data(info, numbers, free);
    duckdb_bind_add_result_column(info, "number", bigint);
    duckdb_destroy_value(&first);
    duckdb_destroy_value(&count);
    duckdb_destroy_logical_type(&bigint);
}

static void numbers_init(duckdb_init_info info)
{
    const struct numbers *bound = duckdb_init_get_bind_data(info);
    struct numbers *numbers = malloc(sizeof(*numbers));

    assert_non_null(numbers);
    numbers->next = bound->next;
    numbers->end = bound->end;
    atomic_store_explicit(&numbers->published, true, memory_order_release);
    duckdb_init_set_init_data(info, numbers, free);
}

static void numbers_scan(duckdb_function_info info, duckdb_data_chunk output)
{
    struct numbers *numbers = duckdb_function_get_init_data(info);
    int64_t *values = duckdb_vector_get_data(duckdb_data_chunk_get_vector(output, 0));
    idx_t count = 0;

    assert_true(atomic_load_explicit(&numbers->published, memory_order_acquire));
    while (count < duckdb_vector_size() && numbers->next < numbers->end)
        values[count++] = numbers->next++;
    duckdb_data_chunk_set_size(output, count);
}

static void register_numbers(duckdb_connection connection)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);

    duckdb_table_function_set_name(function, "app_numbers");
    duckdb_table_function_add_parameter(function, bigint);
    duckdb_table_function_add_parameter(function, bigint);
    duckdb_table_function_set_bind(function, numbers_bind);
    duckdb_table_function_set_init(function, numbers_init);
    duckdb_table_function_set_function(function, numbers_scan);
    assert_int_equal(duckdb_register_table_function(connection, function), DuckDBSuccess);
    duckdb_destroy_logical_type(&bigint);
    duckdb_destroy_table_function(&function);
}

/* ---- Tests ---- */

static void undeclared_functions_stay_local(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    register_twice(f.connection);
    register_numbers(f.connection);
    assert_same_answer(&f, "SELECT sum(app_twice(v)) FROM t", false);
    assert_same_answer(&f, "SELECT sum(v) FROM t JOIN app_numbers(5, 10) ON v = number", false);
    fixture_close(&f);
}

static void declared_functions_run_in_tasks(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    register_twice(f.connection);
    register_numbers(f.connection);
    assert_same_answer(&f, "SELECT sum(app_twice(v)) FROM t", false);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, "APP_Twice", &f.err),
                     EIDER_OK);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, "app_twice", &f.err),
                     EIDER_OK);
    assert_same_answer(&f, "SELECT sum(app_twice(v)) FROM t", true);
    assert_same_answer(&f, "SELECT sum(v) FROM t JOIN app_numbers(5, 10) ON v = number", false);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_TABLE, "app_numbers", &f.err),
                     EIDER_OK);
    assert_same_answer(&f, "SELECT sum(v) FROM t JOIN app_numbers(5, 10) ON v = number", true);
    assert_same_answer(&f, "SELECT sum(number) FROM app_numbers(0, 100000)", false); /* one leaf, one task */
    fixture_close(&f);
}

static void declared_functions_are_shuffle_keys(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    register_twice(f.connection);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, "app_twice", &f.err),
                     EIDER_OK);
    assert_same_answer(&f,
                       "SELECT sum(k * c) FROM (SELECT app_twice(v) AS k, count(*) AS c, list(s) FROM t "
                       "GROUP BY app_twice(v))",
                       true);
    assert_same_answer(&f, "SELECT count(*) FROM t a JOIN t b ON app_twice(a.v) = app_twice(b.g)", true);
    fixture_close(&f);
}

static void wrong_declarations_are_refused(void **unused)
{
    struct fixture f;
    char name[400];

    (void)unused;
    fixture_open(&f, 2);
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(eider_session_declare_function(NULL, EIDER_FUNCTION_SCALAR, "f", &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, NULL, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, "", &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, name, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(
        eider_session_declare_function(f.session, EIDER_FUNCTION_AGGREGATE, "Eider_moments", &f.err),
        EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_declare_function(f.session, (enum eider_function_kind)9, "f", &f.err),
                     EIDER_ERROR_ARGUMENT);
    fixture_close(&f);
}

/* As by LOAD: whatever the list of settings was a moment ago, the session has looked since its last statement. */
static void settings_that_come_are_noticed_at_once(void **unused)
{
    duckdb_config_option option = duckdb_create_config_option();
    duckdb_value value = duckdb_create_int64(7);
    struct eider_query *query = NULL;
    duckdb_result result;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 2);
    assert_answer(&f, "SELECT count(*) FROM t", true, "30000"); /* now it has the list */
    duckdb_config_option_set_name(option, "colour_of_rows");
    duckdb_config_option_set_default_value(option, value);
    assert_int_equal(duckdb_register_config_option(f.connection, option), DuckDBSuccess);
    duckdb_destroy_config_option(&option);
    duckdb_destroy_value(&value);
    assert_int_equal(eider_query(f.session, "SET SESSION colour_of_rows = 8", &result, &f.err), EIDER_OK);
    duckdb_destroy_result(&result);
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &f.err), EIDER_OK);
    assert_string_equal(eider_query_verdict_kind(query), "setting");
    assert_non_null(strstr(eider_query_verdict(query), "colour_of_rows"));
    eider_query_free(query);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undeclared_functions_stay_local),
        cmocka_unit_test(declared_functions_run_in_tasks),
        cmocka_unit_test(declared_functions_are_shuffle_keys),
        cmocka_unit_test(wrong_declarations_are_refused),
        cmocka_unit_test(settings_that_come_are_noticed_at_once),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
