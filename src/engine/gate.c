/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planning gate: see gate.h. A list of those inside, and a flag.
 *
 * Threads: one mutex, a leaf; held for the list only. Failure: none, every wait ends.
 */
#include "engine/gate.h"

#include <pthread.h>
#include <stddef.h>
#include <time.h>

#define STEP_MS 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct gate_pass *inside;
static bool closed;

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until something changes, a step at most: the clock of the condition may jump, that of the limits does not. */
static void wait_a_step(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += STEP_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&changed, &lock, &until);
}

void gate_enter(struct gate_pass *pass)
{
    int64_t until;

    gate_leave(pass);
    pthread_mutex_lock(&lock);
    until = closed ? now_ms() + GATE_CLOSED_MS : 0;
    while (closed && now_ms() < until)
        wait_a_step();
    pass->since_ms = now_ms();
    pass->next = inside;
    inside = pass;
    atomic_store(&pass->inside, true);
    pthread_mutex_unlock(&lock);
}

static void leave(struct gate_pass *pass)
{
    pthread_mutex_lock(&lock);
    for (struct gate_pass **link = &inside; *link != NULL; link = &(*link)->next) {
        if (*link == pass) {
            *link = pass->next;
            break;
        }
    }
    atomic_store(&pass->inside, false);
    if (closed)
        pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void gate_leave(struct gate_pass *pass)
{
    if (atomic_load_explicit(&pass->inside, memory_order_relaxed))
        leave(pass);
}

duckdb_state gate_query(duckdb_connection connection, const char *sql, duckdb_result *ret)
{
    struct gate_pass pass = {0};
    duckdb_state state;

    gate_enter(&pass);
    state = duckdb_query(connection, sql, ret);
    leave(&pass);
    return state;
}

duckdb_state gate_prepare(duckdb_connection connection, const char *sql, duckdb_prepared_statement *ret)
{
    struct gate_pass pass = {0};
    duckdb_state state;

    gate_enter(&pass);
    state = duckdb_prepare(connection, sql, ret);
    leave(&pass);
    return state;
}

static bool somebody_plans(void)
{
    int64_t oldest = now_ms() - GATE_PASS_MS;

    for (const struct gate_pass *pass = inside; pass != NULL; pass = pass->next) {
        if (pass->since_ms > oldest)
            return true;
    }
    return false;
}

void gate_close(void)
{
    pthread_mutex_lock(&lock);
    closed = true;
    while (somebody_plans())
        wait_a_step();
    pthread_mutex_unlock(&lock);
}

void gate_open(void)
{
    pthread_mutex_lock(&lock);
    closed = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}
