/* SPDX-License-Identifier: Apache-2.0 */
/* The planning gate: who waits for whom, and that nobody waits for ever. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "duckdb.h"

#include "engine/gate.h"
#include "engine/run.h"

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Waits end after a while, whatever happens; on a machine that is too busy, the tests below cannot see what was before. */
static void assert_not_yet(const atomic_bool *done, double started, double end_ms)
{
    bool early = atomic_load(done);

    if (now_ms() - started < end_ms)
        assert_false(early);
}

static void *close_gate(void *data)
{
    gate_close();
    atomic_store((atomic_bool *)data, true);
    return NULL;
}

static void *enter_gate(void *data)
{
    struct gate_pass pass = {0};

    gate_enter(&pass);
    atomic_store((atomic_bool *)data, true);
    gate_leave(&pass);
    return NULL;
}

static void test_closing_waits_for_those_inside(void **state)
{
    struct gate_pass first = {0}, second = {0};
    double started = now_ms();
    atomic_bool done = false;
    pthread_t thread;

    (void)state;
    gate_enter(&first);
    gate_enter(&second);
    assert_int_equal(pthread_create(&thread, NULL, close_gate, &done), 0);
    sleep_ms(30);
    assert_not_yet(&done, started, GATE_PASS_MS);
    gate_leave(&first);
    gate_leave(&first); /* twice is once */
    sleep_ms(30);
    assert_not_yet(&done, started, GATE_PASS_MS);
    gate_leave(&second);
    pthread_join(thread, NULL);
    gate_open();
}

static void test_a_closed_gate_keeps_others_out(void **state)
{
    double started = now_ms();
    atomic_bool done = false;
    pthread_t thread;

    (void)state;
    gate_close();
    assert_int_equal(pthread_create(&thread, NULL, enter_gate, &done), 0);
    sleep_ms(30);
    assert_not_yet(&done, started, GATE_CLOSED_MS);
    gate_open();
    pthread_join(thread, NULL);
    assert_true(atomic_load(&done));
}

static void test_waits_end(void **state)
{
    struct gate_pass running = {0}, inner = {0};
    double started = now_ms();

    (void)state;
    gate_enter(&running); /* a statement that runs for long */
    gate_close();
    assert_true(now_ms() - started >= GATE_PASS_MS - 5);
    started = now_ms();
    gate_enter(&inner); /* by whoever closed it */
    assert_true(now_ms() - started >= GATE_CLOSED_MS - 5);
    gate_leave(&inner);
    gate_open();
    gate_leave(&running);
    gate_enter(&running); /* again, without having left: still one */
    gate_enter(&running);
    gate_leave(&running);
    started = now_ms();
    gate_close();
    gate_open();
    assert_true(now_ms() - started < GATE_PASS_MS);
}

struct statement {
    duckdb_connection connection;
    enum run_mode mode;
    atomic_bool done;
};

static void *run_statement(void *data)
{
    struct statement *statement = data;
    struct run *run;
    duckdb_result result;

    if (run_new(&run, NULL) == EIDER_OK &&
        run_execute(run, statement->connection, "SELECT 1", statement->mode, &result, NULL) == EIDER_OK) {
        atomic_store(&statement->done, true);
        duckdb_destroy_result(&result);
        run_detach(run);
    }
    run_unref(run);
    return NULL;
}

static void test_statements_take_a_pass(void **state)
{
    duckdb_database database;

    (void)state;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    for (int i = 0; i < 2; i++) {
        struct statement statement = {.mode = i == 0 ? RUN_MATERIALIZE : RUN_STREAM, .done = false};
        double started;
        pthread_t thread;

        assert_int_equal(duckdb_connect(database, &statement.connection), DuckDBSuccess);
        gate_close();
        assert_int_equal(pthread_create(&thread, NULL, run_statement, &statement), 0);
        sleep_ms(50);
        assert_false(atomic_load(&statement.done));
        gate_open();
        pthread_join(thread, NULL);
        assert_true(atomic_load(&statement.done));
        started = now_ms();
        gate_close(); /* it has left */
        gate_open();
        assert_true(now_ms() - started < GATE_PASS_MS);
        duckdb_disconnect(&statement.connection);
    }
    duckdb_close(&database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closing_waits_for_those_inside),
        cmocka_unit_test(test_a_closed_gate_keeps_others_out),
        cmocka_unit_test(test_waits_end),
        cmocka_unit_test(test_statements_take_a_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
