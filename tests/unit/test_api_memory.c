/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public interface with one allocation after the other failing: EIDER_ERROR_MEMORY or an answer as good as any, nothing that
 * is lost, and what an application handed over is given back exactly once, or not at all. Only allocations of Eider's own code
 * fail: DuckDB's and json-c's cannot be made to.
 */
#include "eider/remote.h"
#include "plan/context.h"
#include "plan/object.h"
#include "rebuild.h"
#include "unit/rule_fixture.h"
#include "unit/wrapped_allocations.h"

#define MAX_ALLOCATIONS 100000

static const char rich_query[] =
    "WITH c AS MATERIALIZED (SELECT g, s, sum(v) AS total, avg(n) AS mean, string_agg(s, ',' ORDER BY v) AS "
    "names "
    "FROM t WHERE v % 3 < 2 GROUP BY GROUPING SETS ((g, s), (g))) "
    "SELECT a.g, CASE WHEN a.total > 10 THEN 'big' ELSE a.s END AS size, row_number() OVER (PARTITION BY a.g "
    "ORDER BY "
    "a.total DESC) AS rank, list_transform([a.g, 1], lambda x: x + 1) AS l, b.names[1:3], a.total BETWEEN 1 "
    "AND 5 "
    "FROM c AS a LEFT JOIN c AS b ON a.g = b.g AND a.total < b.total "
    "WHERE a.s IN (SELECT s FROM t WHERE v < 100 UNION ALL SELECT 'k9') OR a.g IS NULL "
    "ORDER BY 1, 2, 3 LIMIT 20";

static uint32_t dropped;

static void drop(void *data)
{
    (*(uint32_t *)data)++;
}

/* It failed for want of memory, and says so. */
static void assert_memory(enum eider_status status)
{
    if (status != EIDER_ERROR_MEMORY || err.status != EIDER_ERROR_MEMORY || err.message[0] == '\0')
        fail_msg("%s: %s", eider_status_name(status), err.message);
    memset(&err, 0, sizeof(err));
}

/* ---- Clusters and sessions ---- */

static void test_clusters(void **state)
{
    enum eider_status status = EIDER_ERROR_MEMORY;
    struct eider_cluster *cluster = NULL;
    long count = 0;

    (void)state;
    for (; status != EIDER_OK; count++) {
        allocations_fail_after(count);
        status = eider_cluster_new_local(3, &cluster, &err);
        allocations_succeed();
        if (status != EIDER_OK) {
            assert_memory(status);
            assert_null(cluster);
        }
    }
    assert_true(count > 2);
    dropped = 0;
    allocations_fail_after(0); /* it needs none */
    status = eider_cluster_set_worker_setup(cluster, (eider_worker_setup)0, &dropped, drop, &err);
    allocations_succeed();
    refused(status, EIDER_ERROR_ARGUMENT, "the set-up is NULL");
    eider_cluster_unref(cluster);
    assert_int_equal(dropped, 0);
}

/* In one database, where functions and settings are registered once; and each time in a new one. */
static void sessions(bool fresh)
{
    enum eider_status status = EIDER_ERROR_MEMORY;
    struct eider_session *session = NULL;
    struct eider_cluster *cluster;
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    long count = 0;

    made(eider_cluster_new_local(3, &cluster, &err));
    for (; status != EIDER_OK; count++) {
        duckdb_result result;
        assert_true(count < MAX_ALLOCATIONS);
        if (database == NULL) {
            assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
            assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
        }
        allocations_fail_after(count);
        status = eider_session_new(database, connection, cluster, NULL, &session, &err);
        allocations_succeed();
        if (status == EIDER_OK) {
            made(eider_query(session, "SELECT sum(range) FROM range(10)", &result, &err));
            duckdb_destroy_result(&result);
            break;
        }
        assert_memory(status);
        assert_null(session);
        sql(connection, "SELECT 42"); /* the application's connection is none the worse */
        if (fresh) {
            duckdb_disconnect(&connection);
            duckdb_close(&database);
            database = NULL;
        }
    }
    assert_true(count > 10);
    eider_session_free(session);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    eider_cluster_unref(cluster);
}

static void test_sessions(void **state)
{
    (void)state;
    sessions(false);
    sessions(true);
}

/* ---- Workers elsewhere ---- */

static enum eider_status nobody(void *data, const char *address, const void *request, size_t bytes,
                                struct eider_message *response, struct eider_error *error)
{
    (void)data, (void)address, (void)request, (void)bytes, (void)response, (void)error;
    return EIDER_ERROR_WORKER;
}

static enum eider_status no_workers(void *data, struct eider_worker_list *list, struct eider_error *error)
{
    (void)data, (void)list, (void)error;
    return EIDER_OK;
}

/* A session of the cluster, and a worker on the same database. */
static void remote(const struct eider_transport *transport, struct eider_cluster *cluster)
{
    struct eider_worker_service *service = NULL;
    struct eider_session *session = NULL;
    enum eider_status status = EIDER_ERROR_MEMORY;
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;

    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    for (long count = 0; status != EIDER_OK; count++) {
        allocations_fail_after(count);
        status = eider_session_new(database, connection, cluster, NULL, &session, &err);
        allocations_succeed();
        if (status != EIDER_OK)
            assert_memory(status);
    }
    status = EIDER_ERROR_MEMORY;
    for (long count = 0; status != EIDER_OK; count++) {
        allocations_fail_after(count);
        status = eider_worker_service_new(database, transport, NULL, &service, &err);
        allocations_succeed();
        if (status != EIDER_OK)
            assert_memory(status);
    }
    for (long count = 0; count < 20; count++) { /* a response, or a message that failed */
        struct eider_message *response;

        allocations_fail_after(count);
        response = eider_message_new();
        eider_worker_service_answer(service, "EIDC\1\0\0\0\1", 9, response);
        eider_cluster_answer(cluster, "EIDC\1\0\0\0\1", 9, response);
        allocations_succeed();
        eider_message_free(response);
    }
    eider_worker_service_free(service);
    eider_session_free(session);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

static void test_remote(void **state)
{
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    enum eider_status status = EIDER_ERROR_MEMORY;
    struct eider_cluster *cluster = NULL;
    long count = 0;

    (void)state;
    transport.call = nobody;
    transport.address = "me";
    for (; status != EIDER_OK; count++) {
        dropped = 0;
        allocations_fail_after(count);
        status = eider_cluster_new_remote(&transport, no_workers, &dropped, drop, &cluster, &err);
        allocations_succeed();
        if (status != EIDER_OK) {
            assert_memory(status);
            assert_null(cluster);
            assert_int_equal(dropped, 0);
        }
    }
    assert_true(count > 2);
    remote(&transport, cluster);
    eider_cluster_unref(cluster);
    assert_int_equal(dropped, 1);
}

/* ---- What is added to a session ---- */

static enum eider_status one_row(void *data, const void *object, const struct eider_task *task,
                                 struct eider_writer *out, struct eider_error *error)
{
    (void)data;
    (void)object;
    (void)task;
    (void)error;
    eider_write_text(out, "SELECT 1");
    return EIDER_OK;
}

static enum eider_status no_setup(void *data, struct eider_worker *worker, struct eider_error *error)
{
    (void)data;
    (void)worker;
    (void)error;
    return EIDER_OK;
}

static enum eider_status same_plan(void *data, struct eider_plan_context *context,
                                   const struct eider_node *plan, const struct eider_node **ret,
                                   struct eider_error *error)
{
    (void)data;
    (void)context;
    (void)error;
    *ret = plan;
    return EIDER_OK;
}

enum addition {
    ADD_RULE = 0,
    ADD_CUSTOM,
    ADD_FUNCTION,
    ADD_HEADER,
    REPLACE_HEADER,
    ADDITIONS
};

static enum eider_status add(struct eider_session *session, enum addition what, const char *name)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    kind.name = name;
    kind.sql = one_row;
    kind.data = &dropped;
    kind.free_data = drop;
    switch (what) {
    case ADD_RULE:
        return eider_session_add_rule(session, name, same_plan, &dropped, drop, &err);
    case ADD_CUSTOM:
        return eider_session_add_custom(session, &kind, &err);
    case ADD_FUNCTION:
        return eider_session_declare_function(session, EIDER_FUNCTION_SCALAR, name, &err);
    case ADD_HEADER:
        return eider_session_set_header(session, name, "value", &err);
    case REPLACE_HEADER:
        return eider_session_set_header(session, "replaced", name, &err);
    case ADDITIONS:
        break;
    }
    return EIDER_ERROR_INTERNAL;
}

static void test_additions(void **state)
{
    struct fixture f;
    char name[32];

    (void)state;
    dropped = 0;
    fixture_open(&f, 2);
    for (int what = 0; what < ADDITIONS; what++) {
        long failures = 0;
        for (int i = 0; i < 20; i++) {
            enum eider_status status = EIDER_ERROR_MEMORY;
            snprintf(name, sizeof(name), "name_%d", i);
            for (long count = 0; status != EIDER_OK; count++) {
                assert_true(count < 10);
                allocations_fail_after(count);
                status = add(f.session, (enum addition)what, name);
                allocations_succeed();
                if (status != EIDER_OK) {
                    assert_memory(status);
                    failures++;
                }
            }
        }
        assert_true(failures >= 20);
    }
    assert_int_equal(dropped, 0);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    fixture_close(&f);
    assert_int_equal(dropped, 40); /* the data of each rule and kind once */
}

/* Nothing is given back that was refused, whatever for. */
static void test_refused_additions(void **state)
{
    struct fixture f;

    (void)state;
    dropped = 0;
    fixture_open(&f, 2);
    made(add(f.session, ADD_RULE, "rule"));
    refused(add(f.session, ADD_RULE, "rule"), EIDER_ERROR_ARGUMENT, "already");
    made(add(f.session, ADD_CUSTOM, "kind"));
    refused(add(f.session, ADD_CUSTOM, "kind"), EIDER_ERROR_ARGUMENT, "already");
    made(eider_cluster_set_worker_setup(f.cluster, no_setup, &dropped, drop, &err));
    refused(eider_cluster_set_worker_setup(f.cluster, no_setup, &dropped, drop, &err), EIDER_ERROR_ARGUMENT,
            "already");
    assert_int_equal(dropped, 0);
    fixture_close(&f);
    assert_int_equal(dropped, 3);
}

/* ---- Planning ---- */

static void test_planning(void **state)
{
    struct rebuild_options options = {.derive_names = false};
    enum eider_status status = EIDER_ERROR_MEMORY;
    struct eider_query *query = NULL;
    struct fixture f;
    long count = 0;

    (void)state;
    fixture_open(&f, 4);
    made(eider_session_add_rule(f.session, "rebuild", rebuild_plan, &options, NULL, &err));
    made(eider_session_add_rule(f.session, "again", rebuild_plan, &options, NULL, &err));
    for (;; count += 1 + count / 64) {
        assert_true(count < MAX_ALLOCATIONS);
        allocations_fail_after(count);
        status = eider_prepare(f.session, rich_query, &query, &err);
        allocations_succeed();
        if (status != EIDER_OK) {
            assert_memory(status);
            assert_null(query);
            continue;
        }
        if (eider_query_is_distributed(query))
            break;
        assert_non_null(eider_query_verdict(query)); /* then it runs on DuckDB alone */
        eider_query_free(query);
    }
    assert_true(count > 20);
    eider_query_free(query);
    assert_same_answer(&f, rich_query, true);
    fixture_close(&f);
}

/* Allocations fail while a query with parameters is prepared, and while it is planned with a value. */
static void test_parameters(void **state)
{
    duckdb_value value = duckdb_create_int64(7);
    bool planned = false;
    duckdb_result result;
    struct fixture f;
    long count = 0;

    (void)state;
    fixture_open(&f, 4);
    for (; !planned; count += 1 + count / 64) {
        struct eider_query *query = NULL;
        enum eider_status status;

        assert_true(count < MAX_ALLOCATIONS);
        allocations_fail_after(count);
        status = eider_prepare(f.session, "SELECT sum(v) + $1 FROM t WHERE v < $1", &query, &err);
        allocations_succeed();
        if (status != EIDER_OK) {
            assert_memory(status);
            assert_null(query);
            continue;
        }
        if (eider_query_parameter_count(query) == 1) {
            made(eider_query_bind(query, 1, value, &err));
            allocations_fail_after(count);
            assert_non_null(eider_query_explain(query));
            allocations_succeed();
            planned = eider_query_is_distributed(query);
            status = eider_query_run(query, &result, &err);
            if (status != EIDER_OK) { /* the memory of a query that had none once is not used again */
                assert_false(planned);
                assert_memory(status);
            }
            duckdb_destroy_result(&result);
        }
        eider_query_free(query);
    }
    assert_true(count > 5);
    duckdb_destroy_value(&value);
    assert_answer(&f, "SELECT count(*) FROM duckdb_variables()", false, "0");
    fixture_close(&f);
}

/* ---- Each step of building, with the memory of the plan running out there ---- */

/*
 * Fills an arena so that its last block, the first of 1 MiB, has `room` bytes left; false if it never had so many. How many
 * it had is found out with the first arena, as everything here takes the same memory each time.
 */
static bool leave(struct arena *arena, size_t room)
{
    static size_t had;
    size_t before;

    while (arena_bytes(arena) < ((size_t)2 << 20))
        assert_non_null(arena_alloc(arena, 4096));
    if (had == 0) {
        for (before = arena_bytes(arena); arena_bytes(arena) == before; had += 16)
            assert_non_null(arena_alloc(arena, 16));
        had -= 16;
        return false;
    }
    return room <= had && (room == had || arena_alloc(arena, had - room) != NULL);
}

static void run_out_of(const struct eider_node *plan, bool derive_names)
{
    enum eider_status status = EIDER_ERROR_MEMORY;
    size_t failures = 0;

    for (size_t room = 0; status != EIDER_OK; room += 16) {
        struct rebuild_options options = {.derive_names = derive_names};
        struct arena *arena = arena_new();
        struct eider_plan_context context = {.arena = arena, .workers = 4};
        const struct eider_node *copy, *node = NULL;

        assert_non_null(arena);
        assert_non_null(copy = node_copy(arena, plan));
        if (leave(arena, room)) {
            allocations_fail_after(1); /* the rule's own comes first */
            status = rebuild_plan(&options, &context, copy, &node, &err);
            allocations_succeed();
            assert_true(status == EIDER_OK || status == EIDER_ERROR_MEMORY);
            failures += status != EIDER_OK;
        } else if (room > 0) {
            fail_msg("the plan needs more than %zu bytes", room);
        }
        arena_free(arena);
    }
    assert_true(failures > 500);
}

static void run_out(const struct eider_node *plan)
{
    run_out_of(plan, false);
    run_out_of(plan, true);
}

static void test_building(void **state)
{
    (void)state;
    in_rule_of(rich_query, run_out);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_remote),
        cmocka_unit_test(test_additions),
        cmocka_unit_test(test_refused_additions),
        cmocka_unit_test(test_planning),
        cmocka_unit_test(test_building),
        cmocka_unit_test(test_parameters),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
