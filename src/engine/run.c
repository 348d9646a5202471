/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: executing SQL so that it can be cancelled, and so that errors keep their status.
 *
 * DuckDB clears its interrupt flag when it begins to prepare and to plan a statement, so an interrupt that
 * comes then would be lost. A run therefore prepares and plans first, then enters its connection under the
 * mutex and looks at its own flag; from there on run_cancel interrupts, until the connection is left, under
 * the same mutex.
 *
 * Invariant: `connection` is set only while a planned statement executes on it, or a streamed result is open.
 * Threads: one mutex, held while duckdb_interrupt sets its flag, and for nothing longer. Failure: the run's
 * first own failure, then cancellation, then DuckDB's error.
 */
#include "engine/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct run {
    _Atomic uint32_t refs;
    atomic_bool cancelled;
    pthread_mutex_t mutex;
    duckdb_connection connection;
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
    pthread_mutex_destroy(&run->mutex);
    free(run);
}

void run_cancel(struct run *run)
{
    atomic_store(&run->cancelled, true);
    pthread_mutex_lock(&run->mutex);
    if (run->connection != NULL)
        duckdb_interrupt(run->connection);
    pthread_mutex_unlock(&run->mutex);
}

bool run_is_cancelled(const struct run *run)
{
    return atomic_load_explicit(&run->cancelled, memory_order_relaxed);
}

void run_fail(struct run *run, const struct eider_error *error)
{
    pthread_mutex_lock(&run->mutex);
    if (run->failure.status == EIDER_OK)
        run->failure = *error;
    pthread_mutex_unlock(&run->mutex);
}

/*
 * Begins to be interruptible. If the run is cancelled already, interrupts at once: the planned statement must be executed
 * all the same, since DuckDB's threads may be at work on it, and DuckDB would let them finish if it were just dropped.
 */
static void enter(struct run *run, duckdb_connection connection)
{
    pthread_mutex_lock(&run->mutex);
    run->connection = connection;
    if (atomic_load(&run->cancelled))
        duckdb_interrupt(connection);
    pthread_mutex_unlock(&run->mutex);
}

static void leave(struct run *run)
{
    pthread_mutex_lock(&run->mutex);
    run->connection = NULL;
    pthread_mutex_unlock(&run->mutex);
}

void run_detach(struct run *run)
{
    pthread_mutex_lock(&run->mutex);
    if (run->connection != NULL)
        duckdb_interrupt(
            run->connection); /* DuckDB's threads may still compute chunks; its next statement clears it */
    run->connection = NULL;
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
    enum eider_status status = EIDER_ERROR_SQL;

    pthread_mutex_lock(&run->mutex);
    if (run->failure.status != EIDER_OK) {
        status = run->failure.status;
        if (err != NULL)
            *err = run->failure;
        pthread_mutex_unlock(&run->mutex);
        return status;
    }
    pthread_mutex_unlock(&run->mutex);
    if (text == NULL || text[0] == '\0')
        text = "DuckDB failed without a message";
    if (run_is_cancelled(run) || type == DUCKDB_ERROR_INTERRUPT || strncmp(text, "INTERRUPT Error", 15) == 0)
        return cancelled_error(err);
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

/*
 * Some statements are several to DuckDB (a PIVOT that first has to find its columns), which it runs but does not
 * prepare. Their result is complete in either mode.
 */
static bool is_several_statements(const char *text)
{
    return text != NULL && strstr(text, "Cannot prepare multiple statements at once") != NULL;
}

static enum eider_status execute_unprepared(struct run *run, duckdb_connection connection, const char *sql,
                                            duckdb_result *ret_result, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    enter(run, connection);
    if (duckdb_query(connection, sql, ret_result) != DuckDBSuccess) {
        status = failure(run, duckdb_result_error_type(ret_result), duckdb_result_error(ret_result), err);
        duckdb_destroy_result(ret_result);
        memset(ret_result, 0, sizeof(*ret_result));
    }
    leave(run);
    return status;
}

enum eider_status run_execute(struct run *run, duckdb_connection connection, const char *sql,
                              enum run_mode mode, duckdb_result *ret_result, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    duckdb_pending_result pending = NULL;
    enum eider_status status = EIDER_OK;
    duckdb_state state;

    memset(ret_result, 0, sizeof(*ret_result));
    if (run_is_cancelled(run))
        return cancelled_error(err);
    if (duckdb_prepare(connection, sql, &statement) != DuckDBSuccess) {
        if (is_several_statements(duckdb_prepare_error(statement))) {
            duckdb_destroy_prepare(&statement);
            return execute_unprepared(run, connection, sql, ret_result, err);
        }
        status = failure(run, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement), err);
        goto done;
    }
    state = mode == RUN_STREAM ? duckdb_pending_prepared_streaming(statement, &pending)
                               : duckdb_pending_prepared(statement, &pending);
    if (state != DuckDBSuccess) {
        status = failure(run, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), err);
        goto done;
    }
    enter(run, connection);
    state = duckdb_execute_pending(pending, ret_result);
    if (state != DuckDBSuccess || mode != RUN_STREAM)
        leave(run);
    if (state != DuckDBSuccess) {
        status = failure(run, duckdb_result_error_type(ret_result), duckdb_result_error(ret_result), err);
        duckdb_destroy_result(ret_result);
        memset(ret_result, 0, sizeof(*ret_result));
    }

done:
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
