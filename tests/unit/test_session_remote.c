/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remote clusters: workers with databases of their own, reached by an application's transport. The same rows; whatever is wrong
 * on the way is an error that says where, or a worker that is left out, never a crash or a wrong row.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "coordinator/session.h"
#include "remote_workers.h"
#include "rpc/calls/calls.h"
#include "unit/session_fixture.h"

#define WORKERS 3

/* What goes wrong on the way, and what was seen of it. */
struct way {
    const char *address;     /* of whom; NULL: anyone */
    enum wire_method method; /* INVALID: none */
    enum eider_status fail;  /* the call */
    size_t keep;             /* bytes of the response; SIZE_MAX: all */
    const char *replace;     /* the response by this text */
    const char *from, *to;   /* in the response: texts of one length */
    atomic_uint calls[WIRE_METHOD_END];
    atomic_uint to_coordinator;
    struct buf *record; /* the first request of `method` is copied */
    atomic_bool recorded;
};

static enum wire_method method_of(const uint8_t *request)
{
    return (enum wire_method)request[8];
}

static void spoil_response(const struct way *way, struct buf *response)
{
    size_t length = way->from != NULL ? strlen(way->from) : 0;

    if (way->keep < response->size)
        response->size = way->keep;
    if (way->replace != NULL) {
        buf_clear(response);
        buf_puts(response, way->replace);
    }
    for (size_t i = 0; length > 0 && i + length <= response->size; i++) {
        if (memcmp(response->data + i, way->from, length) == 0)
            memcpy(response->data + i, way->to, length);
    }
}

static enum eider_status spoil(void *data, const char *address, const uint8_t *request, size_t bytes,
                               struct eider_message *response)
{
    struct way *way = data;
    enum wire_method method = method_of(request);

    assert_true(bytes > 8 && method > WIRE_INVALID && method < WIRE_METHOD_END);
    if (response == NULL) {
        atomic_fetch_add(&way->calls[method], 1);
        if (strcmp(address, REMOTE_COORDINATOR) == 0)
            atomic_fetch_add(&way->to_coordinator, 1);
        if (way->record != NULL && method == way->method && !atomic_exchange(&way->recorded, true))
            buf_append(way->record, request, bytes);
    }
    if (way->method != method || (way->address != NULL && strcmp(address, way->address) != 0))
        return EIDER_OK;
    if (response == NULL)
        return way->fail;
    spoil_response(way, &response->buf);
    return EIDER_OK;
}

struct remote_fixture {
    struct fixture f;
    struct remote_workers remote;
    struct way way;
};

static void open_with(struct remote_fixture *r, const struct eider_worker_service_options *options)
{
    struct fixture *f = &r->f;

    fixture_open(f, 1);
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    if (remote_start(&r->remote, WORKERS, options, &f->cluster, &f->err) != EIDER_OK)
        fail_msg("%s", f->err.message);
    r->way = (struct way){.keep = SIZE_MAX};
    r->remote.spoil = spoil;
    r->remote.spoil_data = &r->way;
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

static void open_remote(struct remote_fixture *r)
{
    open_with(r, NULL);
}

static void close_remote(struct remote_fixture *r)
{
    fixture_close(&r->f);
    remote_stop(&r->remote);
}

/* Forgets what workers have said of themselves: the next query asks again. */
static void forget(struct remote_fixture *r)
{
    struct fixture *f = &r->f;
    struct eider_transport transport = EIDER_TRANSPORT_INIT;

    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    transport.call = remote_call;
    transport.data = &r->remote;
    transport.address = REMOTE_COORDINATOR;
    assert_int_equal(
        eider_cluster_new_remote(&transport, remote_resolve, &r->remote, NULL, &f->cluster, &f->err),
        EIDER_OK);
    r->remote.cluster = f->cluster;
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
}

/* A query with shuffles, a Bloom filter, strings and lists. */
static const char busy_query[] =
    "SELECT sum(length(l::VARCHAR) + c) FROM (SELECT g, s, count(*) c, list(v ORDER BY v)[:3] l FROM t JOIN "
    "(SELECT v AS w FROM t WHERE v % 3 = 0 AND g = 4) ON v = w GROUP BY g, s)";

static const char window_query[] = "SELECT sum(c.len) FROM (SELECT {'len': length(s), 'a': [v, NULL]} AS c, "
                                   "row_number() OVER (PARTITION BY g "
                                   "ORDER BY v) r FROM t) WHERE r < 100";

static void fails(struct remote_fixture *r, const char *text, enum eider_status status)
{
    duckdb_result result;

    r->f.err = (struct eider_error){.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    assert_int_equal(eider_query(r->f.session, text, &result, &r->f.err), status);
}

/* ---- Rows ---- */

/* 1,000 of 30,000 rows have a partner, and few others pass the filter. */
static void filters_say_what_they_kept_out(struct fixture *f)
{
    static const char mark[] = " kept out ";
    struct eider_query *query = NULL;
    struct eider_query_stats stats;
    duckdb_result result;
    const char *at;

    assert_int_equal(eider_prepare(f->session, busy_query, &query, &f->err), EIDER_OK);
    assert_null(strstr(eider_query_explain(query), mark));
    assert_int_equal(eider_query_run(query, &result, &f->err), EIDER_OK);
    duckdb_destroy_result(&result);
    eider_query_get_stats(query, &stats);
    assert_in_range(stats.rows_filtered, 28000, 29000);
    at = strstr(eider_query_explain(query), mark);
    assert_non_null(at);
    assert_int_equal(strtoull(at + strlen(mark), NULL, 10), stats.rows_filtered);
    eider_query_free(query);
}

/* What the plan says once the query has run; its rows are DuckDB's. */
static void assert_explained(struct fixture *f, const char *text, const char *present, const char *absent)
{
    struct eider_query *query = NULL;
    duckdb_result result;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    assert_null(strstr(eider_query_explain(query), present));
    assert_int_equal(eider_query_run(query, &result, &f->err), EIDER_OK);
    duckdb_destroy_result(&result);
    if (strstr(eider_query_explain(query), present) == NULL ||
        (absent != NULL && strstr(eider_query_explain(query), absent) != NULL))
        fail_msg("%s: %s", text, eider_query_explain(query));
    eider_query_free(query);
    assert_same_answer(f, text, true);
}

/* The files are in the order of v, so the scan gets the keys themselves. More than 64 are a filter. */
static void few_keys_are_a_list(struct fixture *f)
{
    assert_explained(f, "SELECT count(*), min(s) FROM t WHERE v IN (SELECT v FROM t WHERE n % 2500 = 7)",
                     " as a list of 3 keys", " kept out ");
    assert_explained(f, "SELECT count(*), min(s) FROM t WHERE v IN (SELECT v FROM t WHERE n % 50 = 7)",
                     " kept out ", " as a list of ");
}

static void first_rows_decide_on_partial_aggregates(struct fixture *f)
{
    static const char many[] =
        "SELECT count(*), sum(c), sum(a), min(m), max(x) FROM (SELECT v * 2 + 1 AS k, count(*) AS c, "
        "avg(n) FILTER (g > 2) AS a, min(s) AS m, max(v) FILTER (g = 3) AS x FROM t GROUP BY k)";
    static const char few[] =
        "SELECT count(*), sum(c) FROM (SELECT (v * 2 + 1) % 7 AS k, count(*) AS c FROM t GROUP BY k)";
    struct eider_query *query = NULL;
    duckdb_result result;

    assert_explained(f, many, "Partial aggregate skipped", NULL);
    assert_int_equal(eider_prepare(f->session, few, &query, &f->err), EIDER_OK);
    assert_int_equal(eider_query_run(query, &result, &f->err), EIDER_OK);
    duckdb_destroy_result(&result);
    assert_non_null(strstr(eider_query_explain(query), "mode=Partial, gby=[(v * 2 + 1) % 7"));
    assert_null(strstr(eider_query_explain(query), "Partial aggregate skipped"));
    eider_query_free(query);
    assert_same_answer(f, few, true);
}

static void rows_are_the_same(void **unused)
{
    static const char *const queries[] = {
        busy_query,
        "SELECT count(*) FROM t",
        "SELECT string_agg(x, ',' ORDER BY x) FROM (SELECT DISTINCT s || repeat('y', 20) AS x FROM t)",
        window_query,
        "SELECT count(*) FROM t a LEFT JOIN t b ON a.v = b.v + 29990 WHERE b.v IS NULL",
        "SELECT count(*) FROM t WHERE v < 0",
        "SELECT v FROM t ORDER BY n DESC LIMIT 1",
    };
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        assert_same_answer(&r.f, queries[i], true);
    sql(r.f.connection, "SET eider_broadcast_joins = false");
    sql(r.f.connection, "SET eider_range_scans = false");
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        assert_same_answer(&r.f, queries[i], true);
    assert_true(r.way.calls[WIRE_RUN_TASK] > 0 && r.way.calls[WIRE_FETCH] > 0);
    assert_true(r.way.calls[WIRE_HASH_COUNT] > 0 && r.way.calls[WIRE_FILTER] > 0);
    assert_true(r.way.calls[WIRE_RELEASE] > 0);
    filters_say_what_they_kept_out(&r.f);
    few_keys_are_a_list(&r.f);
    first_rows_decide_on_partial_aggregates(&r.f);
    assert_int_equal(budget_used(engine_budget(r.f.session->engine)), 0);
    close_remote(&r);
}

/* What the workers do not have is read by the coordinator, and they fetch it there. */
static void tables_of_the_coordinator_are_joined(void **unused)
{
    static const char query[] = "SELECT sum(t.v * m.x) FROM t JOIN m ON t.v = m.v";
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    sql(r.f.connection, "CREATE TABLE m AS SELECT range * 3 AS v, range % 5 AS x FROM range(10000)");
    sql(r.f.connection, "SET eider_split_native_tables = true");
    assert_same_answer(&r.f, query, true);
    assert_true(r.way.to_coordinator > 0);

    eider_session_free(r.f.session); /* a coordinator that has no address */
    eider_cluster_unref(r.f.cluster);
    transport.call = remote_call;
    transport.data = &r.remote;
    assert_int_equal(
        eider_cluster_new_remote(&transport, remote_resolve, &r.remote, NULL, &r.f.cluster, &r.f.err),
        EIDER_OK);
    assert_int_equal(
        eider_session_new(r.f.database, r.f.connection, r.f.cluster, NULL, &r.f.session, &r.f.err), EIDER_OK);
    fails(&r, query, EIDER_ERROR_WORKER);
    assert_non_null(strstr(r.f.err.message, "has no address"));
    assert_same_answer(&r.f, busy_query, true);
    close_remote(&r);
}

static void tasks_fail_as_anywhere(void **unused)
{
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    fails(&r, "SELECT sum(CASE WHEN v = 25000 THEN error('no such luck') ELSE 1 END) FROM t",
          EIDER_ERROR_SQL);
    assert_non_null(strstr(r.f.err.message, "no such luck"));
    assert_true(r.f.err.stage > 0 && r.f.err.task >= 0 && r.f.err.worker >= 0);
    assert_same_answer(&r.f, busy_query, true);
    close_remote(&r);
}

/* ---- Workers ---- */

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)err;
    atomic_fetch_add((atomic_uint *)data, 1);
    assert_string_equal(eider_worker_header(worker, "tenant"), "blue");
    sql(eider_worker_connection(worker), "SET GLOBAL TimeZone = 'Asia/Tokyo'");
    return EIDER_OK;
}

static void workers_are_set_up_where_they_run(void **unused)
{
    struct eider_worker_service_options options = EIDER_WORKER_SERVICE_OPTIONS_INIT;
    struct remote_fixture r;
    atomic_uint count = 0;

    (void)unused;
    options.setup = set_up;
    options.setup_data = &count;
    open_with(&r, &options);
    assert_int_equal(eider_session_set_header(r.f.session, "tenant", "blue", &r.f.err), EIDER_OK);
    assert_same_answer(&r.f, busy_query, true);
    assert_int_equal(count, WORKERS);
    assert_int_equal(eider_cluster_set_worker_setup(r.f.cluster, set_up, &count, NULL, &r.f.err),
                     EIDER_ERROR_ARGUMENT);
    close_remote(&r);
}

/* Only workers of the version that `data` says. */
static enum eider_status resolve_version(void *data, struct eider_worker_list *list, struct eider_error *err)
{
    struct eider_worker_info info;
    char address[8];

    for (uint32_t i = 0; i < WORKERS; i++) {
        snprintf(address, sizeof(address), "w%u", i);
        TRY(eider_worker_list_ask(list, address, &info, err));
        assert_string_equal(info.eider_version, eider_version());
        assert_string_equal(info.duckdb_version, eider_duckdb_version());
        if (strcmp(info.version, data) == 0)
            eider_worker_list_add(list, address);
    }
    assert_int_equal(eider_worker_list_ask(list, "nobody", &info, err), EIDER_ERROR_WORKER);
    assert_int_equal(eider_worker_list_ask(NULL, "w0", &info, err), EIDER_ERROR_ARGUMENT);
    return EIDER_OK;
}

static void resolvers_choose_by_version(void **unused)
{
    struct eider_worker_service_options options = EIDER_WORKER_SERVICE_OPTIONS_INIT;
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct remote_fixture r;
    char green[] = "green";

    (void)unused;
    options.version = "blue";
    open_with(&r, &options);
    options.version = "green";
    transport.call = remote_call;
    transport.data = &r.remote;
    for (int i = 1; i < WORKERS; i++) {
        eider_worker_service_free(r.remote.workers[i].service);
        assert_int_equal(eider_worker_service_new(r.remote.workers[i].database, &transport, &options,
                                                  &r.remote.workers[i].service, &r.f.err),
                         EIDER_OK);
    }
    eider_session_free(r.f.session);
    eider_cluster_unref(r.f.cluster);
    assert_int_equal(
        eider_cluster_new_remote(&transport, resolve_version, green, NULL, &r.f.cluster, &r.f.err), EIDER_OK);
    r.remote.cluster = r.f.cluster;
    assert_int_equal(
        eider_session_new(r.f.database, r.f.connection, r.f.cluster, NULL, &r.f.session, &r.f.err), EIDER_OK);
    r.way.method = WIRE_RUN_TASK; /* no task may come to others */
    r.way.address = "w0";
    r.way.fail = EIDER_ERROR_INTERNAL;
    assert_same_answer(&r.f, busy_query, true);
    r.way.address = "w1";
    fails(&r, busy_query, EIDER_ERROR_INTERNAL);
    close_remote(&r);
}

static void left_out(struct remote_fixture *r, const char *expected, uint32_t tasks_at_most)
{
    struct eider_query *query = NULL;
    struct eider_query_stats stats;
    duckdb_result result;

    assert_int_equal(eider_prepare(r->f.session, busy_query, &query, &r->f.err), EIDER_OK);
    if (expected == NULL) {
        assert_null(eider_query_left_out(query));
    } else {
        assert_non_null(eider_query_left_out(query));
        if (strstr(eider_query_left_out(query), expected) == NULL)
            fail_msg("%s", eider_query_left_out(query));
    }
    assert_int_equal(eider_query_run(query, &result, &r->f.err), EIDER_OK);
    duckdb_destroy_result(&result);
    eider_query_get_stats(query, &stats);
    assert_int_equal(stats.distributed, tasks_at_most > 0);
    eider_query_free(query);
}

static void workers_that_do_not_fit_are_left_out(void **unused)
{
    static const char ours[] = {'E', 'I', 'D', 'C', WIRE_VERSION, '\0'};
    static const char theirs[] = {'E', 'I', 'D', 'C', WIRE_VERSION + 1, '\0'};
    struct eider_worker_service *gone;
    struct remote_fixture r;
    char other[32], answer[64];

    (void)unused;
    open_remote(&r);
    left_out(&r, NULL, WORKERS);

    gone = r.remote.workers[1].service;
    r.remote.workers[1].service = NULL;
    forget(&r);
    left_out(&r, "w1 cannot be called: nobody is there", WORKERS);
    r.remote.workers[1].service = gone;

    forget(&r);
    snprintf(other, sizeof(other), "%s", eider_duckdb_version());
    other[strlen(other) - 1] = 'x';
    r.way.method = WIRE_INFO;
    r.way.address = "w2";
    r.way.from = eider_duckdb_version();
    r.way.to = other;
    left_out(&r, "w2 has DuckDB v", WORKERS);

    forget(&r); /* everyone has another version of the protocol */
    r.way.address = NULL;
    r.way.from = ours;
    r.way.to = theirs;
    snprintf(answer, sizeof(answer), "w0: an answer in version %u of the protocol", WIRE_VERSION + 1);
    left_out(&r, answer, 0);
    forget(&r);
    r.way.from = NULL;
    r.way.replace = "HTTP/1.1 404 Not Found";
    left_out(&r, "w1: the answer is none of Eider's", 0);
    close_remote(&r);
}

/* ---- Losses and damage ---- */

static void lost_workers_fail_the_query(void **unused)
{
    static const enum wire_method methods[] = {WIRE_RUN_TASK, WIRE_FETCH, WIRE_FILTER};
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    sql(r.f.connection, "SET eider_broadcast_joins = false");
    sql(r.f.connection, "SET eider_range_scans = false");
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        r.way.method = methods[i];
        r.way.address = "w1";
        r.way.fail = EIDER_ERROR_WORKER;
        fails(&r, busy_query, EIDER_ERROR_WORKER);
        assert_non_null(strstr(r.f.err.message, "w1 cannot be called"));
        r.way.fail = EIDER_OK;
        assert_same_answer(&r.f, busy_query, true);
    }
    assert_int_equal(budget_used(engine_budget(r.f.session->engine)), 0);
    close_remote(&r);
}

/* A worker that was started anew does not have the rows that a stream waits for. */
static void rows_that_are_gone_end_a_stream(void **unused)
{
    static const char text[] = "SELECT v, unnest(range(300)) FROM t";
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct remote_fixture r;
    struct eider_query *query = NULL;
    struct eider_stream *stream = NULL;
    duckdb_data_chunk chunk = NULL;
    enum eider_status status = EIDER_OK;

    (void)unused;
    open_remote(&r);
    assert_int_equal(eider_prepare(r.f.session, text, &query, &r.f.err), EIDER_OK);
    assert_int_equal(eider_query_stream(query, &stream, &r.f.err), EIDER_OK);
    usleep(500000); /* for the tasks to end */
    eider_worker_service_free(r.remote.workers[1].service);
    transport.call = remote_call;
    transport.data = &r.remote;
    assert_int_equal(eider_worker_service_new(r.remote.workers[1].database, &transport, NULL,
                                              &r.remote.workers[1].service, &r.f.err),
                     EIDER_OK);
    do {
        duckdb_destroy_data_chunk(&chunk);
        status = eider_stream_next(stream, &chunk, &r.f.err);
    } while (status == EIDER_OK && chunk != NULL);
    duckdb_destroy_data_chunk(&chunk);
    assert_int_equal(status, EIDER_ERROR_WORKER);
    eider_stream_close(stream);
    eider_query_free(query);
    close_remote(&r);
}

/* Requests that a transport sends twice: no row comes twice. */
static enum eider_status send_twice(void *data, const char *address, const void *request, size_t bytes,
                                    struct eider_message *response, struct eider_error *error)
{
    struct eider_message *second = eider_message_new();
    enum eider_status status = remote_call(data, address, request, bytes, response, error);

    if (status == EIDER_OK && method_of(request) == WIRE_RUN_TASK)
        status = remote_call(data, address, request, bytes, second, error);
    eider_message_free(second);
    return status;
}

static void tasks_that_come_twice_run_once(void **unused)
{
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    eider_session_free(r.f.session);
    eider_cluster_unref(r.f.cluster);
    transport.call = send_twice;
    transport.data = &r.remote;
    assert_int_equal(
        eider_cluster_new_remote(&transport, remote_resolve, &r.remote, NULL, &r.f.cluster, &r.f.err),
        EIDER_OK);
    assert_int_equal(
        eider_session_new(r.f.database, r.f.connection, r.f.cluster, NULL, &r.f.session, &r.f.err), EIDER_OK);
    for (int i = 0; i < 5; i++)
        assert_same_answer(&r.f, busy_query, true);
    close_remote(&r);
}

/* The limit is that of the worker's DuckDB, and holds from the next task on. */
static void workers_have_a_memory_of_their_own(void **unused)
{
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    for (int i = 0; i < WORKERS; i++) {
        duckdb_connection connection;

        assert_int_equal(duckdb_connect(r.remote.workers[i].database, &connection), DuckDBSuccess);
        sql(connection, "SET GLOBAL eider_exchange_memory = '1MiB'");
        duckdb_disconnect(&connection);
    }
    fails(&r, "SELECT count(x) FROM (SELECT repeat(s, 400) AS x FROM t ORDER BY n LIMIT 20000)",
          EIDER_ERROR_MEMORY);
    close_remote(&r);
}

/* Responses that end anywhere. */
static void damaged_responses_are_errors(void **unused)
{
    static const enum wire_method methods[] = {WIRE_RUN_TASK, WIRE_FETCH, WIRE_FILTER};
    struct remote_fixture r;

    (void)unused;
    open_remote(&r);
    sql(r.f.connection, "SET eider_broadcast_joins = false");
    sql(r.f.connection, "SET eider_range_scans = false");
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        r.way.method = methods[i];
        for (size_t keep = 0; keep < 200; keep = keep * 2 + 1) {
            r.way.keep = methods[i] == WIRE_RUN_TASK && keep > 20 ? 20 : keep;
            fails(&r, busy_query, EIDER_ERROR_CORRUPT);
        }
        r.way.keep = SIZE_MAX;
        assert_same_answer(&r.f, busy_query, true);
    }
    assert_int_equal(budget_used(engine_budget(r.f.session->engine)), 0);
    close_remote(&r);
}

static void refuses(struct remote_fixture *r, const void *request, size_t bytes)
{
    struct eider_message *response = eider_message_new();
    struct wire_reader reader;
    size_t size;

    for (int node = 0; node < 2; node++) {
        if (node == 0)
            eider_worker_service_answer(r->remote.workers[0].service, request, bytes, response);
        else
            eider_cluster_answer(r->f.cluster, request, bytes, response);
        reader = (struct wire_reader){.data = eider_message_data(response, &size)};
        reader.left = size;
        assert_int_not_equal(wire_get_response(&reader, NULL), EIDER_OK);
        buf_clear(&response->buf);
    }
    eider_message_free(response);
}

/* Real requests that were cut, and others with bytes that are not theirs. */
static void damaged_requests_are_refused(void **unused)
{
    static const enum wire_method methods[] = {WIRE_RUN_TASK, WIRE_FETCH, WIRE_FILTER, WIRE_HASH_COUNT};
    struct eider_message *response = eider_message_new();
    struct remote_fixture r;
    uint32_t random = 7;

    (void)unused;
    open_remote(&r);
    sql(r.f.connection, "SET eider_broadcast_joins = false");
    sql(r.f.connection, "SET eider_range_scans = false");
    for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
        struct buf request;
        size_t step;

        buf_init(&request, WIRE_MAX_BYTES);
        r.way.method = methods[m];
        r.way.record = &request;
        r.way.recorded = false;
        assert_same_answer(&r.f, busy_query, true);
        r.way.record = NULL;
        assert_true(request.size > 20);
        step = request.size / 200 + 1;
        for (size_t bytes = 0; bytes < request.size; bytes += step)
            refuses(&r, request.data, bytes);
        for (size_t i = 0; i < request.size * 8; i += step) { /* anything may come of it, but an end */
            random = random * 1664525 + 1013904223;
            request.data[i % request.size] ^= (char)(random >> 24);
            eider_worker_service_answer(r.remote.workers[0].service, request.data, request.size, response);
            request.data[i % request.size] ^= (char)(random >> 24);
            buf_clear(&response->buf);
        }
        buf_done(&request);
    }
    eider_message_free(response);
    close_remote(&r);
}

/* ---- Cancelling ---- */

static void *cancel_soon(void *data)
{
    struct remote_fixture *r = data;

    while (r->way.calls[WIRE_RUN_TASK] == 0)
        usleep(1000);
    usleep(20000);
    eider_session_cancel(r->f.session);
    return NULL;
}

static void tasks_are_cancelled(void **unused)
{
    struct remote_fixture r;
    pthread_t thread;

    (void)unused;
    open_remote(&r);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &r), 0);
    fails(&r, "SELECT count(*) FROM t a, t b, t c WHERE a.v + b.v * 2 + c.v * 3 = 17", EIDER_ERROR_CANCELLED);
    pthread_join(thread, NULL);
    assert_true(r.way.calls[WIRE_CANCEL] > 0);
    assert_same_answer(&r.f, busy_query, true);
    close_remote(&r);
}

/* ---- Arguments ---- */

static enum eider_status name_nobody(void *data, struct eider_worker_list *list, struct eider_error *err)
{
    struct eider_worker_info info;

    (void)data;
    assert_int_equal(eider_worker_list_ask(list, "w0", &info, err), EIDER_ERROR_ARGUMENT);
    return EIDER_OK;
}

static void arguments_are_checked(void **unused)
{
    struct eider_worker_service_options options = EIDER_WORKER_SERVICE_OPTIONS_INIT;
    struct eider_transport good = EIDER_TRANSPORT_INIT, bad = EIDER_TRANSPORT_INIT;
    struct eider_message *message = eider_message_new();
    struct eider_worker_service *service;
    struct eider_cluster *cluster;
    char version[EIDER_VERSION_BYTES + 1];
    struct fixture f;
    size_t bytes;

    (void)unused;
    fixture_open(&f, 1);
    good.call = remote_call;
    assert_int_equal(eider_cluster_new_remote(&bad, name_nobody, NULL, NULL, &cluster, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_new_remote(NULL, name_nobody, NULL, NULL, &cluster, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_new_remote(&good, NULL, NULL, NULL, &cluster, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_new_remote(&good, name_nobody, NULL, NULL, NULL, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_service_new(f.database, &bad, NULL, &service, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_service_new(NULL, &good, NULL, &service, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_service_new(f.database, &good, NULL, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    memset(version, 'v', sizeof(version) - 1);
    version[sizeof(version) - 1] = '\0';
    options.version = version;
    assert_int_equal(eider_worker_service_new(f.database, &good, &options, &service, &f.err),
                     EIDER_ERROR_ARGUMENT);
    good.size = 8;
    assert_int_equal(eider_worker_service_new(f.database, &good, NULL, &service, &f.err),
                     EIDER_ERROR_ARGUMENT);

    eider_cluster_answer(f.cluster, "x", 1, message); /* not remote */
    assert_string_equal(eider_message_data(NULL, &bytes), "");
    assert_int_equal(bytes, 0);
    assert_memory_equal(eider_message_data(message, &bytes), "EIDC", 4);
    buf_clear(&message->buf);
    eider_message_append(message, "abc", 3);
    eider_message_append(message, NULL, 3);
    assert_string_equal(eider_message_data(message, &bytes), "abc");
    assert_int_equal(bytes, 3);
    eider_message_free(message);
    eider_message_free(NULL);
    eider_worker_service_free(NULL);
    eider_worker_service_answer(NULL, "x", 1, NULL);

    eider_session_free(f.session);
    eider_cluster_unref(f.cluster);
    assert_int_equal(eider_cluster_new_resolved(name_nobody, NULL, NULL, &f.cluster, &f.err), EIDER_OK);
    assert_int_equal(eider_session_new(f.database, f.connection, f.cluster, NULL, &f.session, &f.err),
                     EIDER_OK);
    assert_same_answer(&f, busy_query, false);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_the_same),
        cmocka_unit_test(tables_of_the_coordinator_are_joined),
        cmocka_unit_test(tasks_fail_as_anywhere),
        cmocka_unit_test(workers_are_set_up_where_they_run),
        cmocka_unit_test(resolvers_choose_by_version),
        cmocka_unit_test(workers_that_do_not_fit_are_left_out),
        cmocka_unit_test(lost_workers_fail_the_query),
        cmocka_unit_test(rows_that_are_gone_end_a_stream),
        cmocka_unit_test(tasks_that_come_twice_run_once),
        cmocka_unit_test(workers_have_a_memory_of_their_own),
        cmocka_unit_test(damaged_responses_are_errors),
        cmocka_unit_test(damaged_requests_are_refused),
        cmocka_unit_test(tasks_are_cancelled),
        cmocka_unit_test(arguments_are_checked),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
