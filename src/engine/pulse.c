/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pulse: see pulse.h. One statement per PULSE_MS of waiting, so an interrupt is noticed within that time.
 *
 * A registry of those who wait, by token; `lock` guards it and is not held while waiting: an entry lives on
 * the stack of pulse_wait, whose statement is the only one that knows its token. A token that is not known,
 * or waited for by another thread, is an error of the statement.
 */
#include "engine/pulse.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "engine/gate.h"

#define TOKEN_BYTES 40

struct waiter {
    struct waiter *next;
    char token[TOKEN_BYTES];
    pthread_t thread;
    pulse_condition condition;
    void *data;
    bool over;
    struct gate_pass pass; /* from the end of waiting on, which is in the bind */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters;

static struct waiter *find_waiter(const char *token)
{
    struct waiter *found = NULL;

    pthread_mutex_lock(&lock);
    for (struct waiter *waiter = waiters; waiter != NULL; waiter = waiter->next) {
        if (strcmp(waiter->token, token) == 0 && pthread_equal(waiter->thread, pthread_self()))
            found = waiter;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void pulse_bind(duckdb_bind_info info)
{
    duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, 0);
    duckdb_client_context context = NULL;
    duckdb_value value = NULL;
    duckdb_error_data error = NULL;
    struct waiter *waiter = NULL;

    duckdb_scalar_function_get_client_context(info, &context);
    if (argument != NULL && duckdb_expression_is_foldable(argument))
        error = duckdb_expression_fold(context, argument, &value);
    if (value != NULL && !duckdb_is_null_value(value)) {
        char *token = duckdb_get_varchar(value);
        waiter = token == NULL ? NULL : find_waiter(token);
        duckdb_free(token);
    }
    if (waiter != NULL) {
        waiter->over = waiter->condition(waiter->data, PULSE_MS);
        gate_enter(&waiter->pass);
    } else {
        duckdb_scalar_function_bind_set_error(info, "eider_pulse is Eider's own and cannot be called");
    }
    duckdb_destroy_value(&value);
    duckdb_destroy_error_data(&error);
    duckdb_destroy_expression(&argument);
    duckdb_destroy_client_context(&context);
}

static void pulse_call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    int64_t *values = duckdb_vector_get_data(output);

    (void)info;
    for (idx_t i = 0, n = duckdb_data_chunk_get_size(input); i < n; i++)
        values[i] = 0;
}

enum eider_status pulse_register(duckdb_connection connection, struct eider_error *err)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_state state;

    duckdb_scalar_function_set_name(function, "eider_pulse");
    duckdb_scalar_function_add_parameter(function, text);
    duckdb_scalar_function_set_return_type(function, number);
    duckdb_scalar_function_set_volatile(function);
    duckdb_scalar_function_set_bind(function, pulse_bind);
    duckdb_scalar_function_set_function(function, pulse_call);
    state = duckdb_register_scalar_function(connection, function);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&number);
    duckdb_destroy_scalar_function(&function);
    return state == DuckDBSuccess
               ? EIDER_OK
               : error_set(err, EIDER_ERROR_SQL, "the function eider_pulse cannot be registered");
}

enum eider_status pulse_wait(struct engine *engine, struct run *run, duckdb_connection connection,
                             pulse_condition condition, void *data, struct eider_error *err)
{
    struct waiter waiter = {.thread = pthread_self(), .condition = condition, .data = data};
    enum eider_status status = EIDER_OK;
    uint64_t random[2] = {0, 0};
    duckdb_result result = {0};
    char sql[128];

    (void)engine;
    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return error_set(err, EIDER_ERROR_INTERNAL, "the system gives no random numbers");
    snprintf(waiter.token, sizeof(waiter.token), "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
    snprintf(sql, sizeof(sql), "SELECT system.main.\"eider_pulse\"('%s')", waiter.token);
    pthread_mutex_lock(&lock);
    waiter.next = waiters;
    waiters = &waiter;
    pthread_mutex_unlock(&lock);
    while (status == EIDER_OK && !waiter.over) {
        /* Not run_execute: it prepares first, and an interrupt of the bind would be forgotten before the execution. */
        if (run_is_cancelled(run) || duckdb_query(connection, sql, &result) != DuckDBSuccess)
            status = run_result_error(run, &result, err);
        gate_leave(&waiter.pass);
        duckdb_destroy_result(&result);
        memset(&result, 0, sizeof(result));
    }
    pthread_mutex_lock(&lock);
    for (struct waiter **link = &waiters; *link != NULL; link = &(*link)->next) {
        if (*link == &waiter) {
            *link = waiter.next;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    return status;
}
