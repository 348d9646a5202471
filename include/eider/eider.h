/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EIDER_H
#define EIDER_EIDER_H

/*
 * Eider: distributed query execution for DuckDB.
 *
 * Few nouns: a *cluster* is who the workers are, a *session* joins it to an application's DuckDB connection, a
 * *query* is one statement prepared on a session. Three steps: make a cluster, make a session, call eider_query;
 * what comes back is DuckDB's own result.
 *
 * Every query that DuckDB answers is answered, and the same: what cannot be distributed runs on DuckDB alone, and
 * the verdict of the query says why.
 *
 * Threads: a session is used by one thread at a time, like the DuckDB connection under it; sessions on different
 * connections work side by side. eider_session_cancel may be called from any thread and from a signal handler's
 * thread. The library never logs, prints or exits.
 *
 * Handles (cluster, session, query, stream) may be NULL: then a function returns EIDER_ERROR_ARGUMENT, or false, 0 or NULL, and
 * does nothing. Debug builds do the same for a handle that was freed; in release builds that is undefined.
 *
 * While a query is planned (some milliseconds), DuckDB's setting disabled_optimizers, which counts for a whole database, is
 * not the application's. DuckDB reads it without a lock, so a statement that DuckDB plans on another connection of
 * that database in just that moment may meet freed memory. Statements of sessions wait for each other; where threads use one
 * database at once, give each of their connections a session.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "duckdb.h"
#include "eider/cluster.h"
#include "eider/error.h"
#include "eider/export.h"
#include "eider/feed.h"
#include "eider/functions.h"
#include "eider/handlers.h"
#include "eider/parameters.h"
#include "eider/rules.h"
#include "eider/script.h"
#include "eider/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;
struct eider_query;
struct eider_stream;

/* ---- Version ------------------------------------------------------------------------------------------------ */

/* Eider's version, such as "0.1.0". Static. Any thread. */
EIDER_API const char *eider_version(void);

/* The version of the DuckDB library that is loaded, such as "v1.5.6". Static. Any thread. */
EIDER_API const char *eider_duckdb_version(void);

/* ---- Session ------------------------------------------------------------------------------------------------ */

/*
 * Options of a session; start from EIDER_SESSION_OPTIONS_INIT, so that members of later versions get defaults.
 */
struct eider_session_options {
    size_t size; /* sizeof(struct eider_session_options) */
};
#define EIDER_SESSION_OPTIONS_INIT                                                                           \
    {                                                                                                        \
        sizeof(struct eider_session_options)                                                                 \
    }

/*
 * A session on `connection`, which must belong to `database` (DuckDB's C API does not lead from one to the other).
 * The session borrows both: they stay the application's and must outlive it. It takes a reference of `cluster`,
 * which may be NULL: then every query runs on DuckDB alone. `options` may be NULL. Functions whose names start with
 * `eider_` and the settings of eider_setting_list are registered in the database, once.
 * Errors: ARGUMENT, MEMORY, SQL. The thread that uses the connection.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_session_new(duckdb_database database, duckdb_connection connection, struct eider_cluster *cluster,
                  const struct eider_session_options *options, struct eider_session **ret,
                  struct eider_error *err);

/* Frees the session; its queries and streams must be gone. Accepts NULL. */
EIDER_API void eider_session_free(struct eider_session *session);

/* Stops what the session is running now, tasks on workers included: the running call returns
 * EIDER_ERROR_CANCELLED. Without a running query: no effect. Any thread; takes no lock that a query holds long. */
EIDER_API void eider_session_cancel(struct eider_session *session);

/* ---- Queries ------------------------------------------------------------------------------------------------ */

/*
 * Runs one statement (exactly one, see eider_statement_length) and gives DuckDB's result, complete and
 * materialised. The query of CREATE TABLE … AS, INSERT INTO … SELECT and COPY (…) TO is distributed as any other, and its
 * rows are stored by the session's connection, in its transaction. Other statements that are no queries run on DuckDB as
 * they are; EXPLAIN shows the distributed plan if the session has a cluster. On success *ret_result is the caller's,
 * freed with duckdb_destroy_result; on
 * failure it holds nothing and need not be destroyed. Errors: SQL (DuckDB's message), CANCELLED, MEMORY, and those of a
 * task with stage, task and worker set. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_query(struct eider_session *session, const char *sql,
                                                         duckdb_result *ret_result, struct eider_error *err);

/*
 * Plans one statement without running it. If other statements of the session run before it does, or a second passes, it is
 * planned again when it runs. *ret is freed with eider_query_free, before the session. A statement that
 * DuckDB refuses (syntax, unknown table) is still prepared: running it gives DuckDB's error. Errors: ARGUMENT,
 * MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_prepare(struct eider_session *session, const char *sql,
                                                           struct eider_query **ret, struct eider_error *err);

/* Accepts NULL. The session's thread. */
EIDER_API void eider_query_free(struct eider_query *query);

/* True if the query will run in stages on the cluster. */
EIDER_API bool eider_query_is_distributed(const struct eider_query *query);

/* Why it is not distributed, a sentence; "" if it is. Lives as long as the query. */
EIDER_API const char *eider_query_verdict(const struct eider_query *query);

/* The kind of the verdict, one fixed word such as "volatile_function"; "distributable" if it is. Static. */
EIDER_API const char *eider_query_verdict_kind(const struct eider_query *query);

/* The picture of the distributed plan, or of the verdict, several lines; once the query has run, with the rows that filters have
 * kept out. Lives as long as the query. */
EIDER_API const char *eider_query_explain(struct eider_query *query);

/* Runs the query, once; as eider_query. A second run is EIDER_ERROR_ARGUMENT. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_query_run(struct eider_query *query, duckdb_result *ret_result, struct eider_error *err);

/* What a query did. Times in milliseconds. */
struct eider_query_stats {
    double planning_ms;       /* from SQL to a distributed plan, or to the verdict */
    double execution_ms;      /* until the result was complete */
    uint32_t stages;          /* stages below the head stage; 0 if not distributed */
    uint32_t tasks;           /* tasks of those stages */
    uint64_t rows_exchanged;  /* rows that left tasks */
    uint64_t bytes_exchanged; /* their bytes in the exchange */
    uint64_t head_rows;       /* of those rows: what the head stage reads */
    uint64_t head_bytes;      /* their bytes */
    uint64_t rows_filtered;   /* rows that Bloom filters (no lists) of keys kept out of tasks */
    bool distributed;
};

/* Fills *ret with what is known so far. The session's thread. */
EIDER_API void eider_query_get_stats(const struct eider_query *query, struct eider_query_stats *ret);

/* ---- Streams ------------------------------------------------------------------------------------------------ */

/*
 * Runs the query and streams its result: rows arrive while the last stage still runs. The stream borrows the query;
 * close it before the query is freed and before the connection is used for anything else.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_query_stream(struct eider_query *query, struct eider_stream **ret, struct eider_error *err);

/* The next chunk, owned by the caller (duckdb_destroy_data_chunk) and valid until the stream is closed; NULL with
 * EIDER_OK at the end. Errors: what the query fails with; ARGUMENT if the connection has been used for something else. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_stream_next(struct eider_stream *stream, duckdb_data_chunk *ret_chunk, struct eider_error *err);

EIDER_API uint64_t eider_stream_column_count(const struct eider_stream *stream);
EIDER_API const char *eider_stream_column_name(const struct eider_stream *stream, uint64_t column);
/* The caller destroys the type with duckdb_destroy_logical_type. */
EIDER_API duckdb_logical_type eider_stream_column_type(const struct eider_stream *stream, uint64_t column);

/* Stops what still runs and frees the stream. Accepts NULL. */
EIDER_API void eider_stream_close(struct eider_stream *stream);

struct ArrowArrayStream;

/*
 * Turns the stream into an Arrow C stream, which takes it over: releasing the Arrow stream closes it. On failure the
 * stream stays the caller's. Every call on the Arrow stream: the session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_stream_to_arrow(struct eider_stream *stream, struct ArrowArrayStream *ret, struct eider_error *err);

/* ---- Settings ----------------------------------------------------------------------------------------------- */

/* One setting of Eider's, set with SQL: SET eider_bytes_per_task = '64MB'. */
struct eider_setting {
    const char *name;
    const char *type;          /* "BIGINT", "BOOLEAN" or "VARCHAR" */
    const char *default_value; /* as SQL text */
    const char *description;
};

/* All settings, ended by one whose name is NULL. Static. Any thread. */
EIDER_API const struct eider_setting *eider_setting_list(void);

#ifdef __cplusplus
}
#endif
#endif
