/* SPDX-License-Identifier: Apache-2.0 */
/* Custom leaves that give Arrow streams, through sessions: each task its stream, all of them released, errors with the kind. */
#include "unit/arrow_flow.h"
#include "unit/session_fixture.h"

#define TASKS 3

struct flows {
    struct flow tasks[TASKS];
    const char *fail; /* the callback that is to fail */
    bool text;        /* strings in place of numbers */
    bool boundary;    /* the rule places one */
};

static enum eider_status open_flow(void *data, const void *object, const struct eider_task *task,
                                   struct ArrowArrayStream *ret, struct eider_error *err)
{
    struct flows *flows = data;
    struct flow *flow = &flows->tasks[task->task];
    const int lengths[] = {3000, 0, 100 * (int)task->task};

    assert_null(object);
    assert_true(task->tasks == (flows->boundary ? TASKS : 1));
    if (flows->fail != NULL && strcmp(flows->fail, "open_stream") == 0) {
        err->status = EIDER_ERROR_WORKER;
        snprintf(err->message, sizeof(err->message), "no source");
        return EIDER_ERROR_WORKER;
    }
    if (flows->fail != NULL && strcmp(flows->fail, "nothing") == 0)
        return EIDER_OK;
    flow_numbers(flow, 10000 * (int64_t)task->task, lengths, 3, false);
    if (flows->fail != NULL && strcmp(flows->fail, "get_next") == 0) {
        flow->fail_at = 2;
        flow->fail_next = EIO;
        flow->says = "dried up";
    }
    if (flows->text)
        assert_int_equal(ArrowSchemaSetFormat(flow->schema.children[0], "u"), 0);
    *ret = flow_open(flow);
    return EIDER_OK;
}

static bool is_scan(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_PARQUET_SCAN;
}

static bool is_final(void *data, const struct eider_node *node)
{
    struct eider_node_aggregate aggregate;

    (void)data;
    return eider_node_as_aggregate(node, &aggregate) && aggregate.mode == EIDER_AGGREGATE_FINAL;
}

static enum eider_status use_flow(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                  const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *leaf, *final, *node;
    struct eider_node_custom fields = {.kind = eider_str_from("flow"), .columns = eider_node_columns(scan)};
    const struct flows *flows = data;
    enum eider_status status;

    if ((status = eider_node_new_custom(ctx, &fields, NULL, &leaf, err)) != EIDER_OK ||
        (status = eider_plan_replace(ctx, plan, scan, leaf, ret, err)) != EIDER_OK || !flows->boundary)
        return status;
    plan = *ret;
    final = eider_plan_find(plan, is_final, NULL);
    assert_non_null(final);
    if ((status = eider_network_coalesce(ctx, eider_node_child(final, 0), TASKS, 1, &node, err)) !=
            EIDER_OK ||
        (status = eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, node, &node, err)) != EIDER_OK)
        return status;
    return eider_plan_replace(ctx, plan, final, node, ret, err);
}

static struct eider_custom_kind flow_kind(struct flows *flows)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    kind.name = "flow";
    kind.parallel = flows->boundary;
    kind.open_stream = open_flow;
    kind.data = flows;
    return kind;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    struct eider_custom_kind kind = flow_kind(data);

    return eider_worker_add_custom(worker, &kind, err);
}

static void open_flows(struct fixture *f, struct flows *flows)
{
    struct eider_custom_kind kind = flow_kind(flows);

    fixture_open(f, 4);
    eider_session_free(f->session);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, flows, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_session_add_custom(f->session, &kind, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f->session, "use_flow", use_flow, flows, NULL, &f->err),
                     EIDER_OK);
}

static void close_flows(struct fixture *f, struct flows *flows)
{
    fixture_close(f);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(flows->tasks[i].opened, flows->tasks[i].released);
        assert_int_equal(flows->tasks[i].given, flows->tasks[i].returned);
        flow_done(&flows->tasks[i]);
    }
}

static void each_task_reads_its_stream(void **unused)
{
    struct flows flows = {.boundary = true};
    struct fixture f;

    (void)unused;
    open_flows(&f, &flows);
    /* 3,000 numbers from 0, 3,100 from 10,000, 3,200 from 20,000 */
    assert_answer(&f, "SELECT sum(v) FROM t", true, "109420350");
    for (int i = 0; i < TASKS; i++)
        assert_int_equal(flows.tasks[i].opened, 1);
    close_flows(&f, &flows);
}

/* The planner places the boundaries; the leaf is in one task. */
static void a_stream_is_joined_with_a_scan(void **unused)
{
    struct flows flows = {.boundary = false};
    struct fixture f;

    (void)unused;
    open_flows(&f, &flows);
    assert_answer(&f, "SELECT sum(v) FROM t JOIN t u USING (v)", true, "4498500");
    assert_int_equal(flows.tasks[0].opened, 1);
    close_flows(&f, &flows);
}

static void errors_name_the_kind(void **unused)
{
    static const struct {
        const char *fail;
        bool text;
        enum eider_status status;
        const char *part;
    } cases[] = {
        {"open_stream", false, EIDER_ERROR_WORKER, "open_stream of the custom node kind flow: no source"},
        {"nothing", false, EIDER_ERROR_PLAN, "open_stream of the custom node kind flow gave no stream"},
        {"get_next", false, EIDER_ERROR_IO,
         "get_next of the Arrow stream of the custom node kind flow: dried up"},
        {NULL, true, EIDER_ERROR_PLAN,
         "column 0 (v) of the Arrow stream of the custom node kind flow is VARCHAR, but the node says "
         "BIGINT"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct flows flows = {.boundary = true, .fail = cases[i].fail, .text = cases[i].text};
        struct fixture f;

        open_flows(&f, &flows);
        assert_fails(&f, "SELECT sum(v) FROM t", cases[i].status, cases[i].part);
        assert_string_equal(f.err.node, "flow");
        assert_int_equal(f.err.stage, 1);
        close_flows(&f, &flows);
    }
}

static void cancel_session(void *data)
{
    eider_session_cancel(data);
}

static void a_cancelled_query_releases_its_streams(void **unused)
{
    struct flows flows = {.boundary = true};
    struct fixture f;

    (void)unused;
    open_flows(&f, &flows);
    for (int i = 0; i < TASKS; i++) {
        flows.tasks[i].each = cancel_session;
        flows.tasks[i].each_data = f.session;
    }
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_CANCELLED, "cancelled");
    close_flows(&f, &flows);
}

/* ---- Arguments ---- */

static enum eider_status give_sql(void *data, const void *object, const struct eider_task *task,
                                  struct eider_writer *out, struct eider_error *err)
{
    (void)data;
    (void)object;
    (void)task;
    (void)err;
    eider_write_text(out, "SELECT 1");
    return EIDER_OK;
}

static enum eider_status over_a_scan(void *data, struct eider_plan_context *ctx,
                                     const struct eider_node *plan, const struct eider_node **ret,
                                     struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL);
    struct eider_node_custom fields = {.kind = eider_str_from("flow"), .inputs = {&scan, 1}};

    (void)data;
    fields.columns = eider_node_columns(scan);
    return eider_node_new_custom(ctx, &fields, NULL, ret, err);
}

static void a_kind_is_sql_or_a_stream(void **unused)
{
    struct flows flows = {.boundary = true};
    struct eider_custom_kind kind = flow_kind(&flows);
    struct fixture f;

    (void)unused;
    fixture_open(&f, 2);
    kind.sql = give_sql;
    assert_int_equal(eider_session_add_custom(f.session, &kind, &f.err), EIDER_ERROR_ARGUMENT);
    assert_non_null(strstr(f.err.message, "either sql or open_stream"));
    kind.sql = NULL;
    assert_int_equal(eider_session_add_custom(f.session, &kind, &f.err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f.session, "over", over_a_scan, NULL, NULL, &f.err), EIDER_OK);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_ARGUMENT,
                 "gives an Arrow stream, so it has no input");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_reads_its_stream),
        cmocka_unit_test(a_stream_is_joined_with_a_scan),
        cmocka_unit_test(errors_name_the_kind),
        cmocka_unit_test(a_cancelled_query_releases_its_streams),
        cmocka_unit_test(a_kind_is_sql_or_a_stream),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
