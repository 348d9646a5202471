/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever an application's callback fails with fails the query, with that status and its text, while planning and while running:
 * no status makes the query run on DuckDB alone, or again.
 */
#include "coordinator/session.h"
#include "unit/session_fixture.h"

#define SUM "SELECT g, sum(v) FROM t GROUP BY g ORDER BY g"

/* Its head stage reads rows while tasks run. */
#define LIMITED "SELECT a.v FROM t a JOIN t b ON a.v = b.n LIMIT 5"

/* What fails, and how; everything else does what it would do by itself. */
static struct {
    const char *callback;
    enum eider_status status;
    uint32_t calls;
} failing;

static enum eider_status answer(const char *callback, struct eider_error *err)
{
    if (failing.callback == NULL || strcmp(failing.callback, callback) != 0)
        return EIDER_OK;
    failing.calls++;
    snprintf(err->message, sizeof(err->message), "not on a Sunday");
    return failing.status;
}

static enum eider_status resolve(void *data, struct eider_worker_list *workers, struct eider_error *err)
{
    (void)data;
    eider_worker_list_add(workers, "a");
    eider_worker_list_add(workers, "b");
    return answer("resolve", err);
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    (void)worker;
    return answer("set_up", err);
}

static enum eider_status rule(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                              const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)ctx;
    *ret = plan;
    return answer("rule", err);
}

static enum eider_status desired_tasks(void *data, const struct eider_node *node,
                                       struct eider_task_count *ret, struct eider_error *err)
{
    (void)data;
    (void)node;
    (void)ret;
    return answer("desired_tasks", err);
}

static enum eider_status scale_up_leaf(void *data, struct eider_plan_context *ctx,
                                       const struct eider_node *leaf, uint32_t tasks,
                                       const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)ctx;
    (void)leaf;
    (void)tasks;
    (void)ret;
    return answer("scale_up_leaf", err);
}

static enum eider_status route_tasks(void *data, const struct eider_stage *stage, uint32_t *workers,
                                     struct eider_error *err)
{
    (void)data;
    (void)stage;
    (void)workers;
    return answer("route_tasks", err);
}

static void open_failing(struct fixture *f)
{
    const struct eider_handlers handlers = {.size = sizeof(handlers),
                                            .name = "mine",
                                            .desired_tasks = desired_tasks,
                                            .scale_up_leaf = scale_up_leaf,
                                            .route_tasks = route_tasks};

    fixture_open(f, 1);
    eider_session_free(f->session);
    eider_cluster_unref(f->cluster);
    assert_int_equal(eider_cluster_new_resolved(resolve, NULL, NULL, &f->cluster, &f->err), EIDER_OK);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, NULL, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
    assert_int_equal(eider_session_add_rule(f->session, "mine", rule, NULL, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_handlers(f->session, &handlers, &f->err), EIDER_OK);
}

static const struct callback_case {
    const char *callback, *message;
    bool on_worker; /* where UNSUPPORTED would mean that a plan was not understood */
} callbacks[] = {
    {"resolve", "the resolver of the cluster: not on a Sunday", false},
    {"rule", "the rule mine: not on a Sunday", false},
    {"desired_tasks", "handlers 'mine', desired_tasks: not on a Sunday", false},
    {"scale_up_leaf", "handlers 'mine', scale_up_leaf: not on a Sunday", false},
    {"route_tasks", "handlers 'mine', route_tasks: not on a Sunday", false},
    {"set_up", "the set-up of ", true},
};

/* The query, prepared or at once, and as a stream. */
static void check_failure(struct fixture *f, const struct callback_case *expected)
{
    enum eider_status status =
        expected->on_worker && failing.status == EIDER_ERROR_UNSUPPORTED ? EIDER_ERROR_SQL : failing.status;
    struct eider_query *query = NULL;
    struct eider_stream *stream = NULL;
    enum eider_status said;

    failing.calls = 0;
    assert_fails(f, SUM, status, expected->message);
    assert_non_null(strstr(f->err.message, ": not on a Sunday"));
    assert_true(failing.calls == 1 || (expected->on_worker && failing.calls == 2));
    assert_fails(f, LIMITED, status, expected->message);
    said = eider_prepare(f->session, SUM, &query, &f->err);
    if (said == EIDER_OK)
        said = eider_query_stream(query, &stream, &f->err);
    while (said == EIDER_OK) { /* until the head stage asks for a row that does not come */
        duckdb_data_chunk chunk = NULL;
        said = eider_stream_next(stream, &chunk, &f->err);
        assert_true(said != EIDER_OK || chunk != NULL);
        duckdb_destroy_data_chunk(&chunk);
    }
    assert_int_equal(said, status);
    assert_int_equal(f->err.status, status);
    assert_non_null(strstr(f->err.message, ": not on a Sunday"));
    eider_stream_close(stream);
    eider_query_free(query);
    assert_int_equal(budget_used(engine_budget(f->session->engine)), 0);
}

static void every_status_fails_the_query(void **unused)
{
    struct fixture f;

    (void)unused;
    open_failing(&f);
    for (size_t i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++) {
        for (int status = EIDER_ERROR_MEMORY; status <= EIDER_ERROR_INTERNAL; status++) {
            failing.callback = callbacks[i].callback;
            failing.status = (enum eider_status)status;
            check_failure(&f, &callbacks[i]);
        }
    }
    failing.callback = NULL;
    assert_same_answer(&f, SUM, true); /* the session goes on */
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_status_fails_the_query)};

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
