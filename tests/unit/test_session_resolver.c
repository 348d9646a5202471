/* SPDX-License-Identifier: Apache-2.0 */
/* Clusters whose workers a resolver names: they come and go between queries, none is fine, nonsense is an error. */
#include <stdatomic.h>

#include "unit/session_fixture.h"

struct resolver {
    const char *names[8];
    uint32_t count;
    enum eider_status fail;
    const char *message;
    uint32_t freed, calls;
    atomic_uint set_up;       /* calls of the set-up */
    uint32_t routed, workers; /* of the last routing */
    char first[32];           /* worker's name in it */
};

static enum eider_status resolve(void *data, struct eider_worker_list *workers, struct eider_error *err)
{
    struct resolver *resolver = data;

    resolver->calls++;
    if (resolver->fail != EIDER_OK) {
        if (resolver->message != NULL) {
            err->status = resolver->fail;
            snprintf(err->message, sizeof(err->message), "%s", resolver->message);
        }
        return resolver->fail;
    }
    for (uint32_t i = 0; i < resolver->count; i++)
        eider_worker_list_add(workers, resolver->names[i]);
    return EIDER_OK;
}

static void resolver_free(void *data)
{
    ((struct resolver *)data)->freed++;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)err;
    assert_int_equal(strncmp(eider_worker_name(worker), "w", 1), 0);
    atomic_fetch_add(&((struct resolver *)data)->set_up, 1);
    return EIDER_OK;
}

/* Leaves the routing to the next. */
static enum eider_status look(void *data, const struct eider_stage *stage, uint32_t *workers,
                              struct eider_error *err)
{
    struct resolver *resolver = data;

    (void)workers;
    (void)err;
    resolver->routed++;
    resolver->workers = stage->worker_count;
    snprintf(resolver->first, sizeof(resolver->first), "%s", stage->worker_names[0]);
    return EIDER_OK;
}

static void open_resolved(struct fixture *f, struct resolver *resolver)
{
    struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "look", .route_tasks = look, .data = resolver};

    fixture_open(f, 1);
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    assert_int_equal(eider_cluster_new_resolved(resolve, resolver, resolver_free, &f->cluster, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_cluster_worker_count(f->cluster), 0);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, resolver, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_session_add_handlers(f->session, &handlers, &f->err), EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

static void workers_come_and_go(void **unused)
{
    struct resolver resolver = {.names = {"w0", "w1", "w2"}, .count = 0};
    struct eider_query *query;
    struct fixture f;

    (void)unused;
    open_resolved(&f, &resolver);
    assert_same_answer(&f, "SELECT sum(v) FROM t", false);
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &f.err), EIDER_OK);
    assert_string_equal(eider_query_verdict_kind(query), "no_cluster");
    eider_query_free(query);
    resolver.count = 1;
    assert_same_answer(&f, "SELECT sum(v) FROM t", false); /* one worker runs it alone */
    resolver.count = 2;
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_int_equal(resolver.workers, 2);
    assert_string_equal(resolver.first, "w0");
    assert_int_equal(atomic_load(&resolver.set_up), 2);
    resolver.count = 3;
    resolver.names[0] = "w9"; /* w0 has gone */
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_int_equal(resolver.workers, 3);
    assert_string_equal(resolver.first, "w9");
    assert_int_equal(atomic_load(&resolver.set_up), 4);
    resolver.names[0] = "w0";
    assert_same_answer(&f, "SELECT g, sum(v), list(s) FROM t GROUP BY g ORDER BY g", true);
    assert_int_equal(atomic_load(&resolver.set_up), 4); /* it is the worker that it was */
    resolver.count = 0;
    assert_same_answer(&f, "SELECT sum(v) FROM t", false);
    fixture_close(&f);
    assert_int_equal(resolver.freed, 1);
}

static void nonsense_is_an_error(void **unused)
{
    static char long_name[300];
    static const struct {
        const char *names[2];
        const char *part;
    } cases[] = {
        {{"w0", "w0"}, "the resolver of the cluster named the worker w0 twice"},
        {{"w0", ""}, "a worker without a name"},
        {{"w0", NULL}, "a worker without a name"},
        {{"w0", long_name}, "too long a name"},
    };
    struct fixture f;

    (void)unused;
    memset(long_name, 'x', sizeof(long_name) - 1);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct resolver resolver = {.names = {cases[i].names[0], cases[i].names[1]}, .count = 2};
        open_resolved(&f, &resolver);
        assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_WORKER, cases[i].part);
        resolver.count = 0;
        assert_same_answer(&f, "SELECT sum(v) FROM t", false); /* the session goes on */
        fixture_close(&f);
    }
}

static void a_failing_resolver_is_named(void **unused)
{
    struct resolver resolver = {.fail = EIDER_ERROR_IO, .message = "no answer from the registry"};
    struct fixture f;

    (void)unused;
    open_resolved(&f, &resolver);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_IO,
                 "the resolver of the cluster: no answer from the registry");
    resolver.message = NULL;
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_IO, "without saying why");
    fixture_close(&f);
}

/* One list after the other, until the session has met as many names as it may. */
static enum eider_status many(void *data, struct eider_worker_list *workers, struct eider_error *err)
{
    uint32_t *round = data;

    (void)err;
    for (uint32_t i = 0; i < EIDER_MAX_WORKERS / 2 + (*round == 9 ? EIDER_MAX_WORKERS : 0); i++) {
        char name[32];
        snprintf(name, sizeof(name), "w%u-%u", *round, i);
        eider_worker_list_add(workers, name);
    }
    return EIDER_OK;
}

static void there_is_a_limit(void **unused)
{
    struct eider_cluster *cluster;
    uint32_t round = 0;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 1);
    eider_session_free(f.session);
    assert_int_equal(eider_cluster_new_resolved(many, &round, NULL, &cluster, &f.err), EIDER_OK);
    assert_int_equal(eider_session_new(f.database, f.connection, cluster, NULL, &f.session, &f.err),
                     EIDER_OK);
    sql(f.connection, "SET eider_max_tasks_per_stage = 4");
    for (; round < 2; round++)
        assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_WORKER, "the session has met 1024 workers");
    round = 9;
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_WORKER, "named too many workers");
    fixture_close(&f);
    eider_cluster_unref(cluster);
}

static void wrong_arguments_are_refused(void **unused)
{
    struct eider_cluster *cluster;
    struct eider_error err;

    (void)unused;
    assert_int_equal(eider_cluster_new_resolved(NULL, NULL, NULL, &cluster, &err), EIDER_ERROR_ARGUMENT);
    assert_null(cluster);
    assert_int_equal(eider_cluster_new_resolved(resolve, NULL, NULL, NULL, &err), EIDER_ERROR_ARGUMENT);
    eider_worker_list_add(NULL, "w");
    assert_string_equal(eider_worker_name(NULL), "");
    assert_null(eider_cluster_ref(NULL));
    assert_int_equal(eider_cluster_worker_count(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_come_and_go),         cmocka_unit_test(nonsense_is_an_error),
        cmocka_unit_test(a_failing_resolver_is_named), cmocka_unit_test(there_is_a_limit),
        cmocka_unit_test(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
