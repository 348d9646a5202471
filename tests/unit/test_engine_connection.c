/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that travel with tasks, task connections, engines and what they register. */
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "engine/connection.h"
#include "engine/settings.h"
#include "eider/eider.h"
#include "unit/engine_fixture.h"

/* ---- Session settings ---- */

static struct session_settings *capture(struct fixture *fixture, struct verdict *verdict)
{
    struct session_settings *settings;

    memset(verdict, 0, sizeof(*verdict));
    CHECK(session_settings_capture(fixture->engine, fixture->connection, &settings, verdict, &check_error));
    return settings;
}

static const char *captured_value(const struct session_settings *settings, const char *name)
{
    uint32_t count;
    const struct session_setting *list = session_settings_list(settings, &count);

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0)
            return list[i].value;
    }
    return NULL;
}

static char *value_on(duckdb_connection connection, const char *sql)
{
    duckdb_result result;
    char *value;

    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    value = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    return value;
}

/* Every setting that this DuckDB has is classified. */
static void test_every_setting_is_listed(void **state)
{
    struct fixture fixture;
    duckdb_result result;

    (void)state;
    fixture_open(&fixture);
    assert_int_equal(duckdb_query(fixture.connection,
                                  "SELECT name FROM duckdb_settings() WHERE name NOT LIKE 'eider_%'",
                                  &result),
                     DuckDBSuccess);
    assert_true(duckdb_row_count(&result) > 150);
    for (idx_t i = 0; i < duckdb_row_count(&result); i++) {
        char *name = duckdb_value_varchar(&result, 0, i);

        if (!session_setting_is_listed(name))
            fail_msg("%s is not in session_settings.def", name);
        duckdb_free(name);
    }
    duckdb_destroy_result(&result);
    assert_false(session_setting_is_listed("no_such_setting"));
    fixture_close(&fixture);
}

static void test_capture(void **state)
{
    struct session_settings *settings;
    struct fixture fixture;
    struct verdict verdict;
    uint32_t count;

    (void)state;
    fixture_open(&fixture);
    settings = capture(&fixture, &verdict);
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
    session_settings_list(settings, &count);
    assert_int_equal(count, 2); /* TimeZone and Calendar always go along */
    session_settings_unref(settings);
    fixture_sql(&fixture,
                "SET TimeZone = 'America/St_Johns'; SET ieee_floating_point_ops = false; "
                "SET explain_output = 'all'; SET streaming_buffer_size = '1MB'; SET default_order = 'DESC'; "
                "SET search_path = 'main'; SET threads = 3; SET GLOBAL errors_as_json = true");
    settings = capture(&fixture, &verdict);
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
    session_settings_list(settings, &count);
    assert_int_equal(count, 5);
    assert_string_equal(captured_value(settings, "TimeZone"), "America/St_Johns");
    assert_string_equal(captured_value(settings, "ieee_floating_point_ops"), "false");
    assert_string_equal(captured_value(settings, "errors_as_json"), "true");
    assert_non_null(captured_value(settings, "default_order"));
    assert_null(captured_value(settings, "explain_output"));
    session_settings_unref(settings);
    fixture_close(&fixture);
}

static void expect_verdict(struct fixture *fixture, const char *set, const char *name, const char *reset)
{
    struct verdict verdict;

    fixture_sql(fixture, set);
    assert_null(capture(fixture, &verdict));
    assert_int_equal(verdict.kind, VERDICT_SETTING);
    if (strstr(verdict.reason, name) == NULL)
        fail_msg("%s: %s", set, verdict.reason);
    fixture_sql(fixture, reset);
}

static void test_refused_settings(void **state)
{
    duckdb_config_option option = duckdb_create_config_option();
    duckdb_value value = duckdb_create_int64(7);
    struct session_settings *settings;
    struct fixture fixture;
    struct verdict verdict;

    (void)state;
    fixture_open(&fixture);
    expect_verdict(&fixture, "SET integer_division = true", "integer_division", "RESET integer_division");
    expect_verdict(&fixture, "SET GLOBAL integer_division = true", "integer_division",
                   "RESET GLOBAL integer_division");
    expect_verdict(&fixture, "SET default_collation = 'NOCASE'", "default_collation",
                   "RESET default_collation");
    expect_verdict(&fixture, "SET scalar_subquery_error_on_multiple_rows = false", "scalar_subquery",
                   "RESET scalar_subquery_error_on_multiple_rows");
    /* What an extension added, and nobody has judged yet. */
    duckdb_config_option_set_name(option, "colour_of_rows");
    duckdb_config_option_set_default_value(option, value);
    assert_int_equal(duckdb_register_config_option(fixture.connection, option), DuckDBSuccess);
    duckdb_destroy_config_option(&option);
    duckdb_destroy_value(&value);
    session_settings_unref(capture(&fixture, &verdict));
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
    sleep(2); /* until the list of settings is asked for again */
    expect_verdict(&fixture, "SET SESSION colour_of_rows = 8", "colour_of_rows",
                   "SET SESSION colour_of_rows = 7");
    fixture_sql(&fixture, "RESET SESSION colour_of_rows");
    fixture_sql(&fixture, "SET SESSION colour_of_rows = 7; SET SESSION eider_bytes_per_task = '1MB'");
    settings = capture(&fixture, &verdict);
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
    session_settings_unref(settings);
    fixture_close(&fixture);
}

static void test_task_connections(void **state)
{
    static const struct session_setting forbidden = {.name = "threads", .value = "64"};
    static const struct session_setting invalid = {.name = "TimeZone", .value = "Nowhere/'; DROP TABLE x"};
    struct session_settings *settings, *same;
    struct engine_connection *first, *second, *plain;
    struct fixture fixture;
    struct verdict verdict;
    struct eider_error err;
    duckdb_connection handle;
    char *value;

    (void)state;
    fixture_open(&fixture);
    CHECK(engine_connection_take(fixture.engine, NULL, &plain, &check_error));
    fixture_sql(&fixture, "SET TimeZone = 'America/St_Johns'; SET ieee_floating_point_ops = false");
    settings = capture(&fixture, &verdict);
    CHECK(engine_connection_take(fixture.engine, settings, &first, &check_error));
    value = value_on(engine_connection_handle(first),
                     "SELECT TIMESTAMPTZ '2020-06-01 12:00:00+00' || ' ' || (1.0::DOUBLE / 0 IS NULL)");
    assert_string_equal(value, "2020-06-01 09:30:00-02:30 true");
    duckdb_free(value);
    value = value_on(engine_connection_handle(plain), "SELECT (1.0::DOUBLE / 0)::VARCHAR");
    assert_string_equal(value, "inf");
    duckdb_free(value);
    /* The same settings get the same connection again, others do not. */
    handle = engine_connection_handle(first);
    engine_connection_give(fixture.engine, first);
    CHECK(engine_connection_take(fixture.engine, NULL, &second, &check_error));
    assert_ptr_not_equal(engine_connection_handle(second), handle);
    value = value_on(engine_connection_handle(second), "SELECT (1.0::DOUBLE / 0)::VARCHAR");
    assert_string_equal(value, "inf");
    duckdb_free(value);
    same = capture(&fixture, &verdict);
    CHECK(engine_connection_take(fixture.engine, same, &first, &check_error));
    assert_ptr_equal(engine_connection_handle(first), handle);
    engine_connection_give(fixture.engine, first);
    engine_connection_give(fixture.engine, second);
    engine_connection_give(fixture.engine, plain);
    session_settings_unref(settings);
    session_settings_unref(same);
    /* From outside: only what may be copied, and only what DuckDB accepts. */
    assert_int_equal(session_settings_new(&forbidden, 1, &settings, &err), EIDER_ERROR_ARGUMENT);
    CHECK(session_settings_new(&invalid, 1, &settings, &check_error));
    assert_int_equal(engine_connection_take(fixture.engine, settings, &first, &err), EIDER_ERROR_SQL);
    assert_non_null(strstr(err.message, "TimeZone"));
    session_settings_unref(settings);
    fixture_close(&fixture);
}

static void test_pool_is_bounded(void **state)
{
    struct engine_connection *connections[100];
    struct fixture fixture;

    (void)state;
    fixture_open(&fixture);
    for (size_t i = 0; i < 100; i++)
        CHECK(engine_connection_take(fixture.engine, NULL, &connections[i], &check_error));
    for (size_t i = 0; i < 100; i++)
        engine_connection_give(fixture.engine, connections[i]);
    fixture_close(&fixture);
}

/* ---- Eider's settings ---- */

static void test_settings(void **state)
{
    static const struct {
        const char *set;
        const char *problem; /* in the message; NULL: none */
    } cases[] = {
        {"SET eider_bytes_per_task = '1GiB'", NULL},
        {"SET eider_bytes_per_task = 'many'", "eider_bytes_per_task is 'many'"},
        {"SET eider_bytes_per_task = '0'", "eider_bytes_per_task"},
        {"SET eider_bytes_per_task = '-5MB'", "eider_bytes_per_task"},
        {"SET eider_bytes_per_task = NULL", "eider_bytes_per_task"},
        {"SET eider_max_tasks_per_stage = 1000000", "from 0 to 1024"},
        {"SET eider_max_tasks_per_stage = -1", "eider_max_tasks_per_stage is -1"},
        {"SET GLOBAL eider_partitions_per_task = 0", "eider_partitions_per_task"},
        {"SET eider_exchange_memory = '10%'", NULL},
        {"SET eider_exchange_memory = '100%'", NULL},
        {"SET eider_exchange_memory = '0.000001%'", NULL},
        {"SET eider_exchange_memory = '0%'", "eider_exchange_memory is '0%', but must be from 1048576 to "},
        {"SET eider_exchange_memory = '101%'",
         "eider_exchange_memory is '101%', but must be from 1048576 to "},
        {"SET eider_exchange_memory = '1e30'", "eider_exchange_memory is '1e30'"},
        {"SET eider_exchange_memory = '1048577TiB'", " bytes, or a share of at most 100%"},
        {"SET eider_exchange_memory = '1048576TiB'", NULL},
        {"SET eider_bytes_per_task = '1e30GB'", "eider_bytes_per_task is '1e30GB'"},
    };
    struct settings settings, defaults;
    struct fixture fixture;
    struct eider_error err;

    (void)state;
    fixture_open(&fixture);
    settings_default(&defaults);
    CHECK(settings_read(fixture.connection, &settings, &check_error));
    assert_int_equal(settings.bytes_per_task, defaults.bytes_per_task);
    assert_int_equal(settings.tasks_at_once, 1);
    assert_true(settings.broadcast_joins);
    assert_false(settings.partial_reduce_tree);
    fixture_sql(&fixture, "SET eider_bytes_per_task = '3MB'; SET GLOBAL eider_max_tasks_per_stage = 9; "
                          "SET SESSION eider_broadcast_joins = false; SET memory_limit = '1GB'");
    CHECK(settings_read(fixture.connection, &settings, &check_error));
    assert_int_equal(settings.bytes_per_task, 3000000);
    assert_int_equal(settings.max_tasks_per_stage, 9);
    assert_false(settings.broadcast_joins);
    assert_in_range(settings.exchange_memory, 240000000, 260000000);
    settings_apply(&settings, fixture.engine);
    assert_int_equal(budget_limit(engine_budget(fixture.engine)), settings.exchange_memory);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum eider_status status;

        fixture_sql(&fixture, cases[i].set);
        status = settings_read(fixture.connection, &settings, &err);
        assert_int_equal(status, cases[i].problem == NULL ? EIDER_OK : EIDER_ERROR_ARGUMENT);
        if (cases[i].problem != NULL && strstr(err.message, cases[i].problem) == NULL)
            fail_msg("%s: %s", cases[i].set, err.message);
        fixture_sql(&fixture, "RESET eider_bytes_per_task; RESET eider_max_tasks_per_stage; "
                              "SET GLOBAL eider_partitions_per_task = 1; RESET eider_exchange_memory");
    }
    fixture_close(&fixture);
}

static void test_setting_list(void **state)
{
    struct fixture fixture;
    char sql[256];

    (void)state;
    fixture_open(&fixture);
    for (const struct eider_setting *setting = eider_setting_list(); setting->name != NULL; setting++) {
        char *value;

        snprintf(sql, sizeof(sql),
                 "SELECT value || '|' || input_type FROM duckdb_settings() WHERE name = '%s'", setting->name);
        value = fixture_value(&fixture, sql);
        snprintf(sql, sizeof(sql), "%s|%s", setting->default_value, setting->type);
        assert_string_equal(value, sql);
        assert_true(strlen(setting->description) > 10);
        duckdb_free(value);
    }
    fixture_close(&fixture);
}

static void test_bytes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"1000", 1000},
                {" 64MB ", 64000000},
                {"1.5 GiB", 1610612736},
                {"512 kb", 512000},
                {"50%", 500},
                {"100%", 1000},
                {"2K", 2000},
                {"3 bytes", 3},
                {"1tib", 1099511627776},
                {"99999999999999999999999", UINT64_MAX}};
    static const char *const bad[] = {"",   "MB",    "-1",   "1 XB", "inf",  "nan",  "0x10",
                                      "1e", "12 34", "1MB!", "%",    "101%", "1e30%"};
    uint64_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(settings_parse_bytes(good[i].text, 1000, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (settings_parse_bytes(bad[i], 1000, &bytes))
            fail_msg("'%s' is taken as %llu", bad[i], (unsigned long long)bytes);
    }
}

/* ---- Engines ---- */

static void test_engines(void **state)
{
    struct fixture fixture;
    struct engine *again;
    duckdb_database other;
    struct eider_error err;

    (void)state;
    fixture_open(&fixture);
    CHECK(engine_open(fixture.database, &again, &check_error));
    assert_ptr_equal(again, fixture.engine);
    engine_unref(again);
    assert_int_equal(duckdb_open(NULL, &other), DuckDBSuccess);
    CHECK(engine_open(other, &again, &check_error));
    assert_ptr_not_equal(again, fixture.engine);
    engine_unref(again);
    CHECK(engine_open(other, &again, &check_error)); /* the functions are there already */
    engine_unref(again);
    duckdb_close(&other);
    assert_int_equal(engine_open(NULL, &again, &err), EIDER_ERROR_ARGUMENT);
    fixture_close(&fixture);
}

/* Two handles of one database: two engines, one set of functions. */
static void test_two_handles(void **state)
{
    duckdb_instance_cache cache = duckdb_create_instance_cache();
    char path[64], *problem = NULL;
    duckdb_database a, b;
    duckdb_connection connection;
    struct engine *first, *second;

    (void)state;
    snprintf(path, sizeof(path), "/tmp/eider-test-%d.db", (int)getpid());
    assert_int_equal(duckdb_get_or_create_from_cache(cache, path, &a, NULL, &problem), DuckDBSuccess);
    assert_int_equal(duckdb_get_or_create_from_cache(cache, path, &b, NULL, &problem), DuckDBSuccess);
    CHECK(engine_open(a, &first, &check_error));
    CHECK(engine_open(b, &second, &check_error));
    assert_int_equal(duckdb_connect(b, &connection), DuckDBSuccess);
    assert_true(engine_functions_visible(first, connection));
    assert_true(engine_functions_visible(second, connection));
    duckdb_disconnect(&connection);
    engine_unref(first);
    engine_unref(second);
    duckdb_close(&a);
    duckdb_close(&b);
    duckdb_destroy_instance_cache(&cache);
    unlink(path);
}

/* A transaction that is older than the registration does not see it; an application's ROLLBACK does not undo it. */
static void test_transactions(void **state)
{
    duckdb_database database;
    duckdb_connection old, other;
    duckdb_result result;
    struct engine *engine;
    char *value;

    (void)state;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &old), DuckDBSuccess);
    assert_int_equal(duckdb_query(old, "BEGIN; CREATE TABLE t AS SELECT abs(-5) AS x", NULL), DuckDBSuccess);
    CHECK(engine_open(database, &engine, &check_error));
    assert_false(engine_functions_visible(engine, old));
    value = value_on(old, "SELECT x FROM t"); /* asking did not break the transaction */
    assert_string_equal(value, "5");
    duckdb_free(value);
    assert_int_equal(duckdb_query(old, "ROLLBACK", &result), DuckDBSuccess);
    duckdb_destroy_result(&result);
    assert_true(engine_functions_visible(engine, old));
    assert_int_equal(duckdb_connect(database, &other), DuckDBSuccess);
    assert_true(engine_functions_visible(engine, other));
    duckdb_disconnect(&other);
    duckdb_disconnect(&old);
    engine_unref(engine);
    duckdb_close(&database);
}

static void test_read_only(void **state)
{
    duckdb_config config;
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    char path[64];

    (void)state;
    snprintf(path, sizeof(path), "/tmp/eider-test-%d.db", (int)getpid());
    assert_int_equal(duckdb_open(path, &database), DuckDBSuccess);
    duckdb_close(&database);
    assert_int_equal(duckdb_create_config(&config), DuckDBSuccess);
    duckdb_set_config(config, "access_mode", "READ_ONLY");
    assert_int_equal(duckdb_open_ext(path, &database, config, NULL), DuckDBSuccess);
    duckdb_destroy_config(&config);
    CHECK(engine_open(database, &engine, &check_error));
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    assert_true(engine_functions_visible(engine, connection));
    duckdb_disconnect(&connection);
    engine_unref(engine);
    duckdb_close(&database);
    unlink(path);
}

static void *open_often(void *database)
{
    for (int i = 0; i < 20; i++) {
        struct engine *engine;

        CHECK(engine_open(database, &engine, &check_error));
        assert_true(engine_thread_count(engine) > 0);
        engine_unref(engine);
    }
    return NULL;
}

static void test_threads(void **state)
{
    duckdb_database database;
    pthread_t threads[4];

    (void)state;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, open_often, database);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    duckdb_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_setting_is_listed),
        cmocka_unit_test(test_capture),
        cmocka_unit_test(test_refused_settings),
        cmocka_unit_test(test_task_connections),
        cmocka_unit_test(test_pool_is_bounded),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_setting_list),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_engines),
        cmocka_unit_test(test_two_handles),
        cmocka_unit_test(test_transactions),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
