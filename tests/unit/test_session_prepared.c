/* SPDX-License-Identifier: Apache-2.0 */
/* What a prepared query means is decided when it runs: settings, views, rules that changed in between count. */
#include <time.h>

#include "unit/session_fixture.h"

static struct eider_query *prepare(struct fixture *f, const char *text)
{
    struct eider_query *query = NULL;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    return query;
}

static void run(struct fixture *f, const char *text)
{
    duckdb_result result;

    if (eider_query(f->session, text, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    duckdb_destroy_result(&result);
}

/* Runs it; it must give what DuckDB alone says now. */
static void assert_means(struct fixture *f, struct eider_query *query, const char *text)
{
    duckdb_result result;
    char *mine, *theirs;

    if (eider_query_run(query, &result, &f->err) != EIDER_OK)
        fail_msg("%s: %s", text, f->err.message);
    mine = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    assert_int_equal(duckdb_query(f->connection, text, &result), DuckDBSuccess);
    theirs = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    assert_string_equal(mine, theirs);
    duckdb_free(mine);
    duckdb_free(theirs);
    eider_query_free(query);
}

static void settings_are_those_of_the_run(void **unused)
{
    static const char text[] = "SELECT sum(hour(to_timestamp(v * 60)) * g) FROM t";
    struct eider_query *query;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    run(&f, "SET TimeZone = 'UTC'");
    query = prepare(&f, text);
    run(&f, "SET TimeZone = 'Asia/Kolkata'");
    assert_means(&f, query, text);
    query = prepare(&f, text);
    assert_means(&f, query, text);
    fixture_close(&f);
}

static void views_are_those_of_the_run(void **unused)
{
    static const char text[] = "SELECT sum(x) FROM w";
    struct eider_query *query;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    run(&f, "CREATE VIEW w AS SELECT v AS x FROM t");
    query = prepare(&f, text);
    run(&f, "CREATE OR REPLACE VIEW w AS SELECT g AS x FROM t");
    assert_means(&f, query, text);
    query = prepare(&f, text);
    run(&f, "DROP VIEW w");
    {
        duckdb_result result;
        assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_SQL);
        assert_non_null(strstr(f.err.message, "w does not exist"));
    }
    eider_query_free(query);
    fixture_close(&f);
}

static void what_others_change_counts_after_a_while(void **unused)
{
    static const char text[] = "SELECT sum(x) FROM w";
    struct eider_query *query;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    sql(f.connection, "CREATE VIEW w AS SELECT v AS x FROM t");
    query = prepare(&f, text);
    sql(f.connection, "CREATE OR REPLACE VIEW w AS SELECT g AS x FROM t"); /* past the session */
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 100000000}, NULL);
    assert_means(&f, query, text);
    fixture_close(&f);
}

/* ---- Rules and the like that are added in between ---- */

static enum eider_status refuse(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)ctx;
    (void)plan;
    (void)ret;
    snprintf(err->message, sizeof(err->message), "not this one");
    return EIDER_ERROR_IO;
}

static void rules_are_those_of_the_run(void **unused)
{
    struct eider_query *query;
    duckdb_result result;
    struct fixture f;

    (void)unused;
    fixture_open(&f, 4);
    query = prepare(&f, "SELECT sum(v) FROM t");
    assert_int_equal(eider_session_add_rule(f.session, "refuse", refuse, NULL, NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_ERROR_IO);
    assert_string_equal(f.err.message, "the rule refuse: not this one");
    eider_query_free(query);
    fixture_close(&f);
}

/* ---- Rewrites, headers ---- */

struct order {
    char text[8];
    const char *missing;
};

static void note(struct order *order, char which)
{
    size_t length = strlen(order->text);

    assert_true(length + 1 < sizeof(order->text));
    order->text[length] = which;
}

static enum eider_status first(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                               const struct eider_node **ret, struct eider_error *err)
{
    (void)ctx;
    (void)err;
    note(data, '1');
    *ret = plan;
    return EIDER_OK;
}

static enum eider_status second(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                const struct eider_node **ret, struct eider_error *err)
{
    (void)ctx;
    (void)err;
    note(data, '2');
    *ret = plan;
    return EIDER_OK;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    struct order *order = data;
    enum eider_status status;

    if (order->missing != NULL && eider_worker_header(worker, order->missing) == NULL) {
        snprintf(err->message, sizeof(err->message), "the header %s is required", order->missing);
        return err->status = EIDER_ERROR_ARGUMENT;
    }
    if (eider_worker_number(worker) != 0) /* its tasks run at the same time as those of others */
        return EIDER_OK;
    status = eider_worker_add_rewrite(worker, "first", first, data, NULL, err);
    return status == EIDER_OK ? eider_worker_add_rewrite(worker, "second", second, data, NULL, err) : status;
}

static void rewrites_run_in_their_order(void **unused)
{
    struct order order = {.missing = "tenant"};
    struct fixture f;

    (void)unused;
    fixture_open(&f, 2);
    eider_session_free(f.session);
    assert_int_equal(eider_cluster_set_worker_setup(f.cluster, set_up, &order, NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_session_new(f.database, f.connection, f.cluster, NULL, &f.session, &f.err),
                     EIDER_OK);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_ARGUMENT, "the header tenant is required");
    assert_int_equal(eider_session_set_header(f.session, "tenant", "blue", &f.err), EIDER_OK);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_string_equal(order.text, "12");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_those_of_the_run),
        cmocka_unit_test(views_are_those_of_the_run),
        cmocka_unit_test(what_others_change_counts_after_a_while),
        cmocka_unit_test(rules_are_those_of_the_run),
        cmocka_unit_test(rewrites_run_in_their_order),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
