/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewrites on workers: each gets what the one before has made, the first that fails ends the query with its text, and none may
 * change inputs or partitions; what they see of a fragment: the inputs that it reads and the filters that earlier stages gave.
 * Nothing stays behind of a query that failed.
 */
#include <pthread.h>

#include "coordinator/session.h"
#include "unit/session_fixture.h"

#define SUM  "SELECT sum(v) FROM t"
#define JOIN "SELECT count(*), sum(a.v) FROM t a JOIN t b ON a.v = b.v WHERE b.g = 3"

/* ---- Rewrites of workers ---- */

struct step {
    const char *name;
    eider_rule rewrite; /* gets the step as its data */
    int64_t limit;
    uint32_t calls;
};

/* The steps of every worker, ended by one without a name. Its tasks run at the same time as those of others. */
struct steps {
    struct step step[4];
    enum eider_status status; /* of the set-up */
    pthread_mutex_t lock;
};

static struct steps steps = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void called(struct step *step)
{
    pthread_mutex_lock(&steps.lock);
    step->calls++;
    pthread_mutex_unlock(&steps.lock);
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    if (steps.status != EIDER_OK) {
        snprintf(err->message, sizeof(err->message), "no room");
        return steps.status;
    }
    for (struct step *step = steps.step; step->name != NULL; step++)
        TRY(eider_worker_add_rewrite(worker, step->name, step->rewrite, step, NULL, err));
    return EIDER_OK;
}

static void open_steps(struct fixture *f)
{
    fixture_open(f, 3);
    sql(f->connection, "SET eider_range_scans = false");
    eider_session_free(f->session);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, NULL, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
    sql(f->connection, "SET eider_broadcast_joins = false");
}

static void close_steps(struct fixture *f)
{
    assert_int_equal(budget_used(engine_budget(f->session->engine)), 0);
    fixture_close(f);
    memset(steps.step, 0, sizeof(steps.step));
}

static bool is_scan(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_PARQUET_SCAN;
}

static bool is_filter(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_FILTER;
}

/* Keeps the rows of `below` whose first column is less than the limit of the step. */
static enum eider_status keep_above(const struct step *step, struct eider_plan_context *ctx,
                                    const struct eider_node *below, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_expr *column, *limit, *less;
    struct eider_node_filter filter = {.input = below};
    const struct eider_node *made;

    TRY(eider_expr_column_of(ctx, below, 0, &column, err));
    TRY(eider_expr_bigint(ctx, step->limit, &limit, err));
    TRY(eider_expr_compare(ctx, EIDER_COMPARE_LESS, column, limit, &less, err));
    filter.predicates = (struct eider_expr_list){&less, 1};
    TRY(eider_node_new_filter(ctx, &filter, &made, err));
    return eider_plan_replace(ctx, plan, below, made, ret, err);
}

static enum eider_status keep_below_limit(void *data, struct eider_plan_context *ctx,
                                          const struct eider_node *plan, const struct eider_node **ret,
                                          struct eider_error *err)
{
    called(data);
    return keep_above(data, ctx, eider_plan_find(plan, is_scan, NULL), plan, ret, err);
}

/* Needs the filter of the step before. */
static enum eider_status keep_of_those(void *data, struct eider_plan_context *ctx,
                                       const struct eider_node *plan, const struct eider_node **ret,
                                       struct eider_error *err)
{
    const struct eider_node *filter = eider_plan_find(plan, is_filter, NULL);

    called(data);
    if (filter == NULL) {
        snprintf(err->message, sizeof(err->message), "no filter has been here");
        return EIDER_ERROR_PLAN;
    }
    return keep_above(data, ctx, filter, plan, ret, err);
}

static enum eider_status refuse(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                const struct eider_node **ret, struct eider_error *err)
{
    (void)ctx;
    (void)plan;
    (void)ret;
    called(data);
    snprintf(err->message, sizeof(err->message), "not in this house");
    return EIDER_ERROR_UNSUPPORTED;
}

/* A filter with a function that DuckDB does not know. */
static enum eider_status call_nothing(void *data, struct eider_plan_context *ctx,
                                      const struct eider_node *plan, const struct eider_node **ret,
                                      struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *made;
    const struct eider_expr_function call = {.name = eider_str_from("no_such_function")};
    const struct eider_expr *predicate;
    struct eider_node_filter filter = {.input = scan, .predicates = {&predicate, 1}};

    called(data);
    TRY(eider_expr_new_function(ctx, eider_type_simple(DUCKDB_TYPE_BOOLEAN), &call, &predicate, err));
    TRY(eider_node_new_filter(ctx, &filter, &made, err));
    return eider_plan_replace(ctx, plan, scan, made, ret, err);
}

/* The rows as they are, but without the repartition above them. */
static enum eider_status drop_partitions(void *data, struct eider_plan_context *ctx,
                                         const struct eider_node *plan, const struct eider_node **ret,
                                         struct eider_error *err)
{
    struct eider_node_repartition fields;

    (void)ctx;
    (void)err;
    called(data);
    *ret = eider_node_as_repartition(plan, &fields) ? fields.input : plan;
    return EIDER_OK;
}

static enum eider_status other_partitions(void *data, struct eider_plan_context *ctx,
                                          const struct eider_node *plan, const struct eider_node **ret,
                                          struct eider_error *err)
{
    struct eider_node_repartition fields;

    called(data);
    *ret = plan;
    if (!eider_node_as_repartition(plan, &fields))
        return EIDER_OK;
    fields.partitions++;
    return eider_node_new_repartition(ctx, &fields, ret, err);
}

static bool is_source(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_EXCHANGE_SOURCE;
}

/* An empty node in place of an input. */
static enum eider_status drop_input(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *source = eider_plan_find(plan, is_source, NULL), *made;
    struct eider_node_empty empty = {.columns = eider_node_columns(source)};

    called(data);
    *ret = plan;
    if (source == NULL)
        return EIDER_OK;
    TRY(eider_node_new_empty(ctx, &empty, &made, err));
    return eider_plan_replace(ctx, plan, source, made, ret, err);
}

/* ---- Order and errors ---- */

static void each_gets_what_the_one_before_made(void **unused)
{
    struct fixture f;

    (void)unused;
    steps.step[0] = (struct step){"first", keep_below_limit, 1000, 0};
    steps.step[1] = (struct step){"second", keep_of_those, 100, 0};
    open_steps(&f);
    assert_answer(&f, SUM, true, "4950");
    assert_int_equal(steps.step[0].calls, 3);
    assert_int_equal(steps.step[1].calls, 3);
    close_steps(&f);
    steps.step[0] = (struct step){"first", keep_of_those, 100, 0};
    steps.step[1] = (struct step){"second", keep_below_limit, 1000, 0};
    open_steps(&f);
    assert_fails(&f, SUM, EIDER_ERROR_PLAN, "the rewrite first: no filter has been here");
    close_steps(&f);
}

static void the_first_that_fails_is_named(void **unused)
{
    struct fixture f;

    (void)unused;
    steps.step[0] = (struct step){"first", keep_below_limit, 1000, 0};
    steps.step[1] = (struct step){"second", refuse, 0, 0};
    steps.step[2] = (struct step){"third", keep_below_limit, 1000, 0};
    open_steps(&f);
    for (int i = 0; i < 3; i++)
        assert_fails(&f, SUM, EIDER_ERROR_SQL, "the rewrite second: not in this house");
    assert_true(f.err.stage == 1 && f.err.task >= 0 && f.err.worker == f.err.task);
    assert_true(steps.step[1].calls >= 3);
    assert_int_equal(steps.step[2].calls, 0);
    close_steps(&f);
}

/* What DuckDB does not take must not run without what the rewrites have added. */
static void what_duckdb_refuses_is_an_error(void **unused)
{
    struct fixture f;

    (void)unused;
    steps.step[0] = (struct step){"only", call_nothing, 0, 0};
    open_steps(&f);
    assert_fails(&f, SUM, EIDER_ERROR_SQL, "no_such_function");
    assert_true(steps.step[0].calls > 0);
    close_steps(&f);
}

/* The same for the set-up: UNSUPPORTED is what Eider itself says when DuckDB alone should run a query. */
static void a_refused_set_up_is_an_error(void **unused)
{
    struct fixture f;

    (void)unused;
    steps.status = EIDER_ERROR_UNSUPPORTED;
    open_steps(&f);
    assert_fails(&f, SUM, EIDER_ERROR_SQL, ": no room");
    steps.status = EIDER_ERROR_WORKER;
    assert_fails(&f, SUM, EIDER_ERROR_WORKER, ": no room");
    steps.status = EIDER_OK;
    assert_same_answer(&f, SUM, true);
    close_steps(&f);
}

static void inputs_and_partitions_stay(void **unused)
{
    static const struct {
        eider_rule rewrite;
        const char *part;
    } cases[] = {
        {drop_partitions, "the rewrite only: changed how the rows of the fragment are partitioned"},
        {other_partitions, "the rewrite only: changed how the rows of the fragment are partitioned"},
        {drop_input, "the rewrite only: changed which inputs the fragment reads"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;

        steps.step[0] = (struct step){"only", cases[i].rewrite, 0, 0};
        open_steps(&f);
        assert_fails(&f, JOIN, EIDER_ERROR_PLAN, cases[i].part);
        close_steps(&f);
    }
}

/* ---- What a fragment shows ---- */

/* Of the fragments with two inputs, and with a Bloom filter: the last that was seen. */
static struct {
    uint32_t joins, probes;
    struct eider_node_exchange_source left, right;
    struct eider_expr_bloom_probe probe;
    enum eider_node_kind above; /* the kind of the node with the probe */
    char text[256];             /* the probe */
} seen;

static void look_at_probe(struct eider_expr_list exprs, enum eider_node_kind kind)
{
    struct eider_expr_bloom_probe probe;

    for (uint32_t i = 0; i < exprs.count; i++) {
        if (eider_expr_get_kind(exprs.items[i]) == EIDER_EXPR_BLOOM_PROBE) {
            assert_true(eider_expr_as_bloom_probe(exprs.items[i], &probe));
            assert_int_equal(probe.args.count, 1);
            assert_true(eider_type_equal(eider_expr_get_type(exprs.items[i]),
                                         eider_type_simple(DUCKDB_TYPE_BOOLEAN)));
            eider_expr_text(exprs.items[i], seen.text, sizeof(seen.text));
            seen.probe = probe;
            seen.above = kind;
            seen.probes++;
        }
    }
}

static bool look_at(void *data, const struct eider_node *node)
{
    struct eider_node_hash_join join;
    struct eider_node_parquet_scan scan;
    struct eider_node_filter filter;

    (void)data;
    if (eider_node_as_hash_join(node, &join)) {
        assert_true(eider_node_as_exchange_source(join.left, &seen.left));
        assert_true(eider_node_as_exchange_source(join.right, &seen.right));
        seen.joins++;
    }
    if (eider_node_as_parquet_scan(node, &scan))
        look_at_probe(scan.filters, EIDER_NODE_PARQUET_SCAN);
    if (eider_node_as_filter(node, &filter))
        look_at_probe(filter.predicates, EIDER_NODE_FILTER);
    return false;
}

static enum eider_status look(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                              const struct eider_node **ret, struct eider_error *err)
{
    (void)ctx;
    (void)err;
    called(data);
    pthread_mutex_lock(&steps.lock);
    assert_null(eider_plan_find(plan, look_at, NULL));
    pthread_mutex_unlock(&steps.lock);
    *ret = plan;
    return EIDER_OK;
}

static void fragments_show_inputs_and_filters(void **unused)
{
    struct fixture f;

    (void)unused;
    memset(&seen, 0, sizeof(seen));
    steps.step[0] = (struct step){"look", look, 0, 0};
    open_steps(&f);
    assert_same_answer(&f, JOIN, true);
    assert_int_equal(seen.joins, 3); /* a task each */
    assert_int_equal(seen.left.kind, EIDER_BOUNDARY_SHUFFLE);
    assert_int_equal(seen.right.kind, EIDER_BOUNDARY_SHUFFLE);
    assert_int_equal(seen.left.input, 0);
    assert_int_equal(seen.right.input, 1);
    assert_int_equal(seen.left.stage + seen.right.stage, 1 + 2);
    assert_int_equal(seen.probes, 3); /* of the side that is read second */
    assert_int_equal(seen.above, EIDER_NODE_PARQUET_SCAN);
    assert_int_equal(seen.probe.filter, 0);
    assert_non_null(strstr(seen.text, "v"));
    close_steps(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_gets_what_the_one_before_made),
        cmocka_unit_test(the_first_that_fails_is_named),
        cmocka_unit_test(what_duckdb_refuses_is_an_error),
        cmocka_unit_test(a_refused_set_up_is_an_error),
        cmocka_unit_test(inputs_and_partitions_stay),
        cmocka_unit_test(fragments_show_inputs_and_filters),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
