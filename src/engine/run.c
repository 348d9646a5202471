/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: executing SQL so that it can be cancelled, and so that errors keep their status.
 *
 * A complete result comes from duckdb_query, which plans a statement once: a prepared statement over files is planned
 * a second time when it is executed. Only a stream has to be prepared, since nothing else gives one.
 *
 * DuckDB clears its interrupt flag when it begins with a statement, so an interrupt that comes just before would be
 * lost. A run that is to be planned only once enters its connection before that, and run_cancel repeats its
 * interrupt until the connection is left, or for so long that DuckDB must have begun. A stream is entered when it is
 * planned, under the mutex, with a look at the run's own flag.
 *
 * Invariant: `connection` is set only while a statement executes on it, or a streamed result is open. Threads: one
 * mutex, held while duckdb_interrupt sets its flag, and for nothing longer. Failure: the run's first own failure, then
 * cancellation, then DuckDB's error.
 */
#include "engine/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/gate.h"

/* How long run_cancel repeats an interrupt. */
#define INTERRUPTS        50
#define INTERRUPT_STEP_NS 1000000L

struct run {
    _Atomic uint32_t refs;
    atomic_bool cancelled;
    pthread_mutex_t mutex;
    pthread_cond_t left; /* the connection */
    duckdb_connection connection;
    bool planned;               /* what executes on it: an interrupt is not forgotten any more */
    struct gate_pass pass;      /* while DuckDB plans the statement */
    struct eider_error failure; /* status EIDER_OK: none */
};

enum eider_status run_new(struct run **ret, struct eider_error *err)
{
    struct run *run = calloc(1, sizeof(*run));

    *ret = run;
    if (run == NULL)
        return error_no_memory(err);
    atomic_init(&run->refs, 1);
    pthread_mutex_init(&run->mutex, NULL);
    pthread_cond_init(&run->left, NULL);
    return EIDER_OK;
}

struct run *run_ref(struct run *run)
{
    atomic_fetch_add_explicit(&run->refs, 1, memory_order_relaxed);
    return run;
}

void run_unref(struct run *run)
{
    if (run == NULL || atomic_fetch_sub_explicit(&run->refs, 1, memory_order_acq_rel) != 1)
        return;
    pthread_cond_destroy(&run->left);
    pthread_mutex_destroy(&run->mutex);
    free(run);
}

/* Waits until somebody leaves a connection, one step at most. Under the mutex. */
static void wait_a_step(struct run *run)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += INTERRUPT_STEP_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&run->left, &run->mutex, &until);
}

void run_cancel(struct run *run)
{
    atomic_store(&run->cancelled, true);
    pthread_mutex_lock(&run->mutex);
    for (int i = 0; i < INTERRUPTS && run->connection != NULL; i++) {
        duckdb_interrupt(run->connection);
        if (run->planned)
            break;
        wait_a_step(run);
    }
    pthread_mutex_unlock(&run->mutex);
}

bool run_is_cancelled(const struct run *run)
{
    return atomic_load_explicit(&run->cancelled, memory_order_relaxed);
}

void run_planned(struct run *run)
{
    gate_leave(&run->pass);
}

void run_fail(struct run *run, const struct eider_error *error)
{
    pthread_mutex_lock(&run->mutex);
    if (run->failure.status == EIDER_OK)
        run->failure = *error;
    pthread_mutex_unlock(&run->mutex);
}

enum eider_status run_failure(struct run *run, struct eider_error *err)
{
    enum eider_status status;

    pthread_mutex_lock(&run->mutex);
    status = run->failure.status;
    if (status != EIDER_OK && err != NULL)
        *err = run->failure;
    pthread_mutex_unlock(&run->mutex);
    return status;
}

/*
 * Begins to be interruptible. If the run is cancelled already, interrupts at once: the planned statement must be executed
 * all the same, since DuckDB's threads may be at work on it, and DuckDB would let them finish if it were just dropped.
 */
static void enter(struct run *run, duckdb_connection connection, bool planned)
{
    pthread_mutex_lock(&run->mutex);
    run->connection = connection;
    run->planned = planned;
    if (atomic_load(&run->cancelled))
        duckdb_interrupt(connection);
    pthread_mutex_unlock(&run->mutex);
}

static void leave(struct run *run)
{
    pthread_mutex_lock(&run->mutex);
    run->connection = NULL;
    pthread_cond_broadcast(&run->left);
    pthread_mutex_unlock(&run->mutex);
}

void run_detach(struct run *run)
{
    pthread_mutex_lock(&run->mutex);
    if (run->connection != NULL)
        duckdb_interrupt(
            run->connection); /* DuckDB's threads may still compute chunks; its next statement clears it */
    run->connection = NULL;
    pthread_cond_broadcast(&run->left);
    pthread_mutex_unlock(&run->mutex);
}

static enum eider_status cancelled_error(struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
}

/* Why a statement failed. `type` is DUCKDB_ERROR_INVALID where DuckDB tells only the text. */
static enum eider_status failure(struct run *run, duckdb_error_type type, const char *text,
                                 struct eider_error *err)
{
    enum eider_status status = run_failure(run, err);

    if (status != EIDER_OK)
        return status;
    if (text == NULL || text[0] == '\0')
        text = "DuckDB failed without a message";
    if (run_is_cancelled(run) || type == DUCKDB_ERROR_INTERRUPT || strncmp(text, "INTERRUPT Error", 15) == 0)
        return cancelled_error(err);
    status = EIDER_ERROR_SQL;
    if (type == DUCKDB_ERROR_OUT_OF_MEMORY || strncmp(text, "Out of Memory Error", 19) == 0)
        status = EIDER_ERROR_MEMORY;
    else if (type == DUCKDB_ERROR_IO || strncmp(text, "IO Error", 8) == 0)
        status = EIDER_ERROR_IO;
    return error_set(err, status, "%s", text);
}

enum eider_status run_result_error(struct run *run, duckdb_result *result, struct eider_error *err)
{
    const char *text = duckdb_result_error(result);

    if (text == NULL || text[0] == '\0')
        return run_is_cancelled(run) ? cancelled_error(err) : EIDER_OK;
    return failure(run, duckdb_result_error_type(result), text, err);
}

static enum eider_status execute_complete(struct run *run, duckdb_connection connection, const char *sql,
                                          duckdb_result *ret_result, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    gate_enter(&run->pass);
    enter(run, connection, false);
    if (run_is_cancelled(run))
        status = cancelled_error(err);
    else if (duckdb_query(connection, sql, ret_result) != DuckDBSuccess)
        status = failure(run, duckdb_result_error_type(ret_result), duckdb_result_error(ret_result), err);
    else if (duckdb_result_statement_type(*ret_result) == DUCKDB_STATEMENT_TYPE_INVALID)
        status = error_set(err, EIDER_ERROR_SQL, "No statement: the text is empty");
    leave(run);
    gate_leave(&run->pass);
    if (status != EIDER_OK) {
        duckdb_destroy_result(ret_result);
        memset(ret_result, 0, sizeof(*ret_result));
    }
    return status;
}

/*
 * Some statements are several to DuckDB (a PIVOT that first has to find its columns), which it runs but does not
 * prepare. Their result is complete in either mode.
 */
static bool is_several_statements(const char *text)
{
    return text != NULL && strstr(text, "Cannot prepare multiple statements at once") != NULL;
}

static enum eider_status execute_stream(struct run *run, duckdb_connection connection, const char *sql,
                                        duckdb_result *ret_result, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_pending_result pending = NULL;
    enum eider_status status = EIDER_OK;
    bool planned;

    gate_enter(&run->pass);
    if (duckdb_prepare(connection, sql, &statement) != DuckDBSuccess) {
        gate_leave(&run->pass);
        if (is_several_statements(duckdb_prepare_error(statement))) {
            duckdb_destroy_prepare(&statement);
            return execute_complete(run, connection, sql, ret_result, err);
        }
        status = failure(run, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement), err);
        goto done;
    }
    planned = duckdb_pending_prepared_streaming(statement, &pending) == DuckDBSuccess;
    gate_leave(&run->pass);
    if (!planned) {
        status = failure(run, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), err);
        goto done;
    }
    enter(run, connection, true);
    if (duckdb_execute_pending(pending, ret_result) != DuckDBSuccess) {
        leave(run);
        status = failure(run, duckdb_result_error_type(ret_result), duckdb_result_error(ret_result), err);
        duckdb_destroy_result(ret_result);
        memset(ret_result, 0, sizeof(*ret_result));
    }

done:
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
    return status;
}

enum eider_status run_execute(struct run *run, duckdb_connection connection, const char *sql,
                              enum run_mode mode, duckdb_result *ret_result, struct eider_error *err)
{
    memset(ret_result, 0, sizeof(*ret_result));
    if (run_is_cancelled(run))
        return cancelled_error(err);
    return mode == RUN_STREAM ? execute_stream(run, connection, sql, ret_result, err)
                              : execute_complete(run, connection, sql, ret_result, err);
}

/* ---- With parameters ---- */

static enum eider_status prepare_bound(struct run *run, duckdb_connection connection,
                                       const struct run_bound *bound, duckdb_prepared_statement *ret,
                                       struct eider_error *err)
{
    bool ok = gate_prepare(connection, bound->sql, ret) == DuckDBSuccess;

    for (uint64_t i = 0; i < bound->count && ok; i++)
        ok = bound->values[i] == NULL || duckdb_bind_value(*ret, i + 1, bound->values[i]) == DuckDBSuccess;
    return ok ? EIDER_OK : failure(run, DUCKDB_ERROR_INVALID, duckdb_prepare_error(*ret), err);
}

static enum eider_status start_bound(struct run *run, duckdb_prepared_statement statement, enum run_mode mode,
                                     duckdb_pending_result *ret, struct eider_error *err)
{
    duckdb_state state;

    gate_enter(&run->pass); /* with the values it may be planned again */
    state = mode == RUN_STREAM ? duckdb_pending_prepared_streaming(statement, ret)
                               : duckdb_pending_prepared(statement, ret);
    gate_leave(&run->pass);
    return state == DuckDBSuccess ? EIDER_OK
                                  : failure(run, DUCKDB_ERROR_INVALID, duckdb_pending_error(*ret), err);
}

enum eider_status run_execute_bound(struct run *run, duckdb_connection connection,
                                    const struct run_bound *bound, enum run_mode mode,
                                    duckdb_result *ret_result, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_pending_result pending = NULL;
    enum eider_status status;

    memset(ret_result, 0, sizeof(*ret_result));
    if (run_is_cancelled(run))
        return cancelled_error(err);
    status = prepare_bound(run, connection, bound, &statement, err);
    if (status == EIDER_OK)
        status = start_bound(run, statement, mode, &pending, err);
    if (status == EIDER_OK) {
        enter(run, connection, true);
        if (duckdb_execute_pending(pending, ret_result) != DuckDBSuccess) {
            status = failure(run, duckdb_result_error_type(ret_result), duckdb_result_error(ret_result), err);
            duckdb_destroy_result(ret_result);
            memset(ret_result, 0, sizeof(*ret_result));
        }
        if (status != EIDER_OK || mode != RUN_STREAM)
            leave(run);
    }
    duckdb_destroy_pending(&pending);
    duckdb_destroy_prepare(&statement);
    return status;
}

/* Errors that say that the text is wrong, not the data. */
static bool does_not_bind(const char *message)
{
    static const char *const kinds[] = {"Binder Error", "Catalog Error", "Parser Error",
                                        "Not implemented Error", "INTERNAL Error"};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strncmp(message, kinds[i], strlen(kinds[i])) == 0)
            return true;
    }
    return false;
}

enum eider_status run_execute_written(struct run *run, duckdb_connection connection, const char *sql,
                                      enum run_mode mode, duckdb_result *ret_result, struct eider_error *err)
{
    struct eider_error local = {.status = EIDER_OK};
    enum eider_status status = run_execute(run, connection, sql, mode, ret_result, &local);

    if (status == EIDER_ERROR_SQL && does_not_bind(local.message))
        status = local.status = EIDER_ERROR_UNSUPPORTED;
    if (status != EIDER_OK && err != NULL)
        *err = local;
    return status;
}

enum eider_status run_count(struct run *run, duckdb_connection connection, const char *sql,
                            uint64_t *ret_count, struct eider_error *err)
{
    duckdb_result result;
    duckdb_data_chunk chunk;
    enum eider_status status = run_execute_written(run, connection, sql, RUN_MATERIALIZE, &result, err);

    *ret_count = 0;
    if (status != EIDER_OK)
        return status;
    chunk = duckdb_fetch_chunk(result);
    if (chunk == NULL || duckdb_data_chunk_get_size(chunk) != 1 || duckdb_column_count(&result) != 1 ||
        duckdb_column_type(&result, 0) != DUCKDB_TYPE_BIGINT)
        status = error_set(err, EIDER_ERROR_INTERNAL, "the statement of a task did not return one count");
    else
        *ret_count = *(const uint64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    return status;
}
