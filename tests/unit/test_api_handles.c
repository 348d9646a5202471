/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles of the public interface: every function takes NULL without effect, and debug builds say of a freed handle that it
 * was freed, which AddressSanitizer would not let them find out by reading it.
 */
#include "base/handle.h"
#include "engine/arrow_abi.h"
#include "unit/session_fixture.h"

static struct eider_error err;

static void assert_refused(enum eider_status status, const char *part)
{
    if (status != EIDER_ERROR_ARGUMENT || err.status != status || strstr(err.message, part) == NULL)
        fail_msg("%s: \"%s\", not \"%s\"", eider_status_name(status), err.message, part);
    memset(&err, 0, sizeof(err));
}

static enum eider_status no_rule(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                 const struct eider_node **ret, struct eider_error *error)
{
    (void)data;
    (void)ctx;
    (void)error;
    *ret = plan;
    return EIDER_OK;
}

static enum eider_status no_setup(void *data, struct eider_worker *worker, struct eider_error *error)
{
    (void)data;
    (void)worker;
    (void)error;
    return EIDER_OK;
}

static enum eider_status no_sql(void *data, const void *object, const struct eider_task *task,
                                struct eider_writer *out, struct eider_error *error)
{
    (void)data;
    (void)object;
    (void)task;
    (void)error;
    eider_write_text(out, "SELECT 1");
    return EIDER_OK;
}

/* ---- What each kind of handle is taken by: all of it refuses this one, with a message that holds `part` ---- */

static void refuse_cluster(struct eider_cluster *cluster, const char *part)
{
    assert_null(eider_cluster_ref(cluster));
    assert_int_equal(eider_cluster_worker_count(cluster), 0);
    assert_refused(eider_cluster_set_worker_setup(cluster, no_setup, NULL, NULL, &err), part);
    eider_cluster_unref(cluster);
}

static void refuse_session(struct eider_session *session, const char *part)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;
    struct eider_query *query = (struct eider_query *)&kind;
    duckdb_result result;

    kind.name = "kind";
    kind.sql = no_sql;
    eider_session_cancel(session);
    memset(&result, 0x5a, sizeof(result));
    assert_refused(eider_query(session, "SELECT 1", &result, &err), part);
    assert_null(result.internal_data); /* nothing to destroy */
    assert_refused(eider_prepare(session, "SELECT 1", &query, &err), part);
    assert_null(query);
    assert_refused(eider_session_add_rule(session, "rule", no_rule, NULL, NULL, &err), part);
    assert_refused(eider_session_add_custom(session, &kind, &err), part);
    assert_refused(eider_session_declare_function(session, EIDER_FUNCTION_SCALAR, "f", &err), part);
    assert_refused(eider_session_set_header(session, "name", "value", &err), part);
    eider_session_free(session);
}

static void refuse_query(struct eider_query *query, const char *part)
{
    struct eider_query_stats stats, zero = {.distributed = false};
    struct eider_stream *stream = (struct eider_stream *)&stats;
    duckdb_result result;

    assert_false(eider_query_is_distributed(query));
    assert_null(eider_query_verdict(query));
    assert_null(eider_query_verdict_kind(query));
    assert_null(eider_query_explain(query));
    assert_int_equal(eider_query_parameter_count(query), 0);
    assert_null(eider_query_parameter_name(query, 1));
    assert_refused(eider_query_bind(query, 1, NULL, &err), part);
    assert_refused(eider_query_bind_name(query, "1", NULL, &err), part);
    memset(&stats, 0x5a, sizeof(stats));
    eider_query_get_stats(query, &stats);
    assert_true(stats.planning_ms == zero.planning_ms && stats.head_bytes == 0 && !stats.distributed);
    eider_query_get_stats(query, NULL);
    memset(&result, 0x5a, sizeof(result));
    assert_refused(eider_query_run(query, &result, &err), part);
    assert_null(result.internal_data);
    assert_refused(eider_query_stream(query, &stream, &err), part);
    assert_null(stream);
    eider_query_free(query);
}

static void refuse_stream(struct eider_stream *stream, const char *part)
{
    duckdb_data_chunk chunk = (duckdb_data_chunk)&err;
    struct ArrowArrayStream arrow;

    assert_refused(eider_stream_next(stream, &chunk, &err), part);
    assert_null(chunk);
    assert_int_equal(eider_stream_column_count(stream), 0);
    assert_null(eider_stream_column_name(stream, 0));
    assert_null(eider_stream_column_type(stream, 0));
    memset(&arrow, 0x5a, sizeof(arrow));
    assert_refused(eider_stream_to_arrow(stream, &arrow, &err), part);
    assert_null(arrow.release);
    eider_stream_close(stream);
}

/* ---- NULL ---- */

static void test_null_handles(void **state)
{
    (void)state;
    refuse_cluster(NULL, "the cluster is NULL");
    refuse_session(NULL, "the session is NULL");
    refuse_query(NULL, "the query is NULL");
    refuse_stream(NULL, "the stream is NULL");
    assert_int_equal(eider_query(NULL, NULL, NULL, NULL), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_number(NULL), 0);
    assert_null(eider_worker_connection(NULL));
    assert_null(eider_worker_header(NULL, "name"));
    assert_refused(eider_worker_add_custom(NULL, NULL, &err), "eider_worker_add_custom");
    assert_refused(eider_worker_add_rewrite(NULL, "name", no_rule, NULL, NULL, &err),
                   "eider_worker_add_rewrite");
    assert_int_equal(eider_plan_workers(NULL), 0);
    eider_write(NULL, "bytes", 5);
    eider_write_text(NULL, "text");
    eider_write_int64(NULL, 1);
    eider_write_literal(NULL, "text");
    eider_write_identifier(NULL, "text");
}

/* The other arguments of functions whose handle is fine. */
static void test_null_arguments(void **state)
{
    struct eider_query *query;
    struct eider_stream *stream;
    struct eider_session *session = NULL;
    duckdb_result result;
    struct fixture f;

    (void)state;
    fixture_open(&f, 2);
    assert_refused(eider_cluster_new_local(2, NULL, &err), "eider_cluster_new_local");
    assert_refused(eider_cluster_set_worker_setup(f.cluster, NULL, NULL, NULL, &err), "the set-up is NULL");
    assert_refused(eider_session_new(NULL, f.connection, f.cluster, NULL, &session, &err),
                   "eider_session_new");
    assert_refused(eider_session_new(f.database, NULL, f.cluster, NULL, &session, &err), "eider_session_new");
    assert_refused(eider_session_new(f.database, f.connection, f.cluster, NULL, NULL, &err),
                   "eider_session_new");
    assert_refused(eider_query(f.session, NULL, &result, &err), "sql is NULL");
    assert_refused(eider_query(f.session, "SELECT 1", NULL, &err), "ret_result is NULL");
    assert_refused(eider_prepare(f.session, NULL, &query, &err), "sql is NULL");
    assert_refused(eider_prepare(f.session, "SELECT 1", NULL, &err), "ret is NULL");
    assert_refused(eider_session_add_rule(f.session, NULL, no_rule, NULL, NULL, &err),
                   "eider_session_add_rule");
    assert_refused(eider_session_add_rule(f.session, "rule", NULL, NULL, NULL, &err),
                   "eider_session_add_rule");
    assert_refused(eider_session_add_custom(f.session, NULL, &err), "eider_session_add_custom");
    assert_refused(eider_session_declare_function(f.session, EIDER_FUNCTION_SCALAR, NULL, &err),
                   "name is NULL");
    assert_refused(eider_session_declare_function(f.session, (enum eider_function_kind)0, "f", &err),
                   "a kind of");
    assert_refused(eider_session_declare_function(f.session, EIDER_FUNCTION_TABLE, "", &err),
                   "a name of 1 to");
    assert_refused(eider_session_set_header(f.session, NULL, "value", &err), "name is NULL");
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &err), EIDER_OK);
    assert_refused(eider_query_run(query, NULL, &err), "ret_result is NULL");
    assert_refused(eider_query_stream(query, NULL, &err), "ret is NULL");
    assert_int_equal(eider_query_stream(query, &stream, &err), EIDER_OK);
    assert_refused(eider_stream_next(stream, NULL, &err), "ret_chunk is NULL");
    assert_refused(eider_stream_to_arrow(stream, NULL, &err), "ret is NULL");
    assert_null(eider_stream_column_name(stream, 100));
    eider_stream_close(stream);
    eider_query_free(query);
    fixture_close(&f);
}

/* ---- After they were freed ---- */

#ifndef NDEBUG
static void test_freed(void **state)
{
    static const char was_freed[] = "was freed already, or is no";
    struct eider_session *session, *none = NULL;
    struct eider_cluster *cluster;
    struct eider_query *query;
    struct eider_stream *stream;
    struct fixture f;

    (void)state;
    fixture_open(&f, 2);
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &err), EIDER_OK);
    assert_int_equal(eider_query_stream(query, &stream, &err), EIDER_OK);
    eider_stream_close(stream);
    refuse_stream(stream, was_freed);
    eider_query_free(query);
    refuse_query(query, was_freed);
    /* one of another kind is none of this one */
    refuse_query((struct eider_query *)(void *)f.session, was_freed);
    refuse_session((struct eider_session *)(void *)f.cluster, was_freed);
    session = f.session;
    eider_session_free(session);
    refuse_session(session, was_freed);
    cluster = eider_cluster_ref(f.cluster);
    eider_cluster_unref(cluster);
    assert_int_equal(eider_cluster_worker_count(cluster), 2);
    eider_cluster_unref(cluster);
    refuse_cluster(cluster, was_freed);
    assert_refused(eider_session_new(f.database, f.connection, cluster, NULL, &none, &err),
                   "eider_session_new: the cluster was freed already");
    assert_null(none);
    fixture_close(&f); /* a second time: no effect */
}

/* A query without its session, a stream without its query. */
static void test_out_of_order(void **state)
{
    struct eider_query *query;
    duckdb_result result;
    struct fixture f;

    (void)state;
    fixture_open(&f, 2);
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &err), EIDER_OK);
    eider_session_free(f.session);
    assert_refused(eider_query_run(query, &result, &err), "eider_query_run: the session was freed already");
    assert_non_null(eider_query_explain(query));
    eider_query_free(query);
    fixture_close(&f);
}

static void test_registry(void **state)
{
    struct handle handles[1000] = {{.kind = HANDLE_INVALID}};

    (void)state;
    for (int i = 0; i < 1000; i++)
        handle_add(&handles[i], &handles[i], HANDLE_QUERY);
    for (int i = 0; i < 1000; i += 2)
        handle_remove(&handles[i]);
    handle_remove(&handles[0]); /* twice, as half-made objects are freed */
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(handle_is_alive(&handles[i], HANDLE_QUERY), i % 2);
        assert_false(handle_is_alive(&handles[i], HANDLE_SESSION));
    }
    for (int i = 1; i < 1000; i += 2)
        handle_remove(&handles[i]);
    assert_false(handle_is_alive(&handles[1], HANDLE_QUERY));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_handles), cmocka_unit_test(test_null_arguments),
#ifndef NDEBUG
        cmocka_unit_test(test_freed),        cmocka_unit_test(test_out_of_order),
        cmocka_unit_test(test_registry),
#endif
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
