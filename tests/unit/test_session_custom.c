/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom nodes, the set-up of workers, headers and rewrites, through sessions: right rows, each task its share, and an error
 * that names the kind or rewrite for whatever goes wrong.
 */
#include <stdatomic.h>

#include "unit/session_fixture.h"

/* ---- A custom leaf: numbers from 0, in place of the scan of t ---- */

struct numbers {
    int64_t count;
};

struct watch {
    atomic_uint encoded, decoded, freed, dropped;
    atomic_uint tasks; /* that asked for SQL, as a bit per task */
    const char *fail;  /* the callback that is to fail */
    const char *sql;   /* what `sql` writes instead */
};

static enum eider_status say(struct eider_error *err, const char *text)
{
    err->status = EIDER_ERROR_IO;
    snprintf(err->message, sizeof(err->message), "%s", text);
    return EIDER_ERROR_IO;
}

static bool fails(const struct watch *watch, const char *callback)
{
    return watch->fail != NULL && strcmp(watch->fail, callback) == 0;
}

static enum eider_status numbers_encode(void *data, const void *object, struct eider_writer *out,
                                        struct eider_error *err)
{
    struct watch *watch = data;

    atomic_fetch_add(&watch->encoded, 1);
    if (fails(watch, "encode"))
        return say(err, "no ink");
    if (!fails(watch, "short"))
        eider_write(out, object, sizeof(struct numbers));
    return EIDER_OK;
}

static enum eider_status numbers_decode(void *data, const void *bytes, size_t size, void **ret,
                                        struct eider_error *err)
{
    struct watch *watch = data;

    if (fails(watch, "decode"))
        return EIDER_ERROR_CORRUPT; /* without saying why */
    if (size != sizeof(struct numbers))
        return say(err, "not the bytes of numbers");
    *ret = malloc(size);
    assert_non_null(*ret);
    memcpy(*ret, bytes, size);
    atomic_fetch_add(&watch->decoded, 1);
    return EIDER_OK;
}

static void numbers_free(void *data, void *object)
{
    atomic_fetch_add(&((struct watch *)data)->freed, 1);
    free(object);
}

static enum eider_status numbers_sql(void *data, const void *object, const struct eider_task *task,
                                     struct eider_writer *out, struct eider_error *err)
{
    const struct numbers *numbers = object;
    struct watch *watch = data;

    atomic_fetch_or(&watch->tasks, 1u << task->task);
    if (fails(watch, "sql"))
        return say(err, "no pen");
    if (watch->sql != NULL) {
        eider_write_text(out, watch->sql);
        return EIDER_OK;
    }
    eider_write_text(out, "SELECT range FROM range(");
    eider_write_int64(out, numbers->count * task->task / task->tasks);
    eider_write_text(out, ", ");
    eider_write_int64(out, numbers->count * (task->task + 1) / task->tasks);
    eider_write_text(out, ") -- the end");
    return EIDER_OK;
}

static void numbers_drop(void *data)
{
    atomic_fetch_add(&((struct watch *)data)->dropped, 1);
}

static struct eider_custom_kind numbers_kind(struct watch *watch)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    kind.name = "numbers";
    kind.parallel = true;
    kind.encode = numbers_encode;
    kind.decode = numbers_decode;
    kind.free_object = numbers_free;
    kind.sql = numbers_sql;
    kind.data = watch;
    kind.free_data = numbers_drop;
    return kind;
}

/* ---- A rule: partial aggregates over numbers in three tasks ---- */

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

static enum eider_status use_numbers(void *data, struct eider_plan_context *ctx,
                                     const struct eider_node *plan, const struct eider_node **ret,
                                     struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *leaf, *final, *node;
    struct eider_node_custom fields = {.kind = eider_str_from("numbers"),
                                       .label = eider_str_from("NumbersExec: to 1000")};
    struct numbers numbers = {1000};
    enum eider_status status;

    (void)data;
    assert_non_null(scan);
    fields.columns = eider_node_columns(scan);
    if ((status = eider_node_new_custom(ctx, &fields, &numbers, &leaf, err)) != EIDER_OK ||
        (status = eider_plan_replace(ctx, plan, scan, leaf, &plan, err)) != EIDER_OK)
        return status;
    assert_true(eider_node_as_custom(leaf, &fields) && fields.parallel && fields.inputs.count == 0);
    final = eider_plan_find(plan, is_final, NULL);
    if (final == NULL) {
        *ret = plan;
        return EIDER_OK;
    }
    if ((status = eider_network_coalesce(ctx, eider_node_child(final, 0), 3, 1, &node, err)) != EIDER_OK ||
        (status = eider_aggregate_with_mode(ctx, final, EIDER_AGGREGATE_FINAL, node, &node, err)) != EIDER_OK)
        return status;
    return eider_plan_replace(ctx, plan, final, node, ret, err);
}

/* ---- A set-up of workers ---- */

struct setup {
    struct watch *numbers; /* the kind on workers; NULL: not added */
    eider_rule rewrite;
    atomic_uint calls;
    uint32_t dropped;
    const char *fail;
    char tenant[64];
};

static void setup_drop(void *data)
{
    ((struct setup *)data)->dropped++;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    struct setup *setup = data;
    struct eider_custom_kind kind;
    const char *tenant = eider_worker_header(worker, "TENANT");
    duckdb_result result;
    enum eider_status status = EIDER_OK;

    atomic_fetch_add(&setup->calls, 1);
    assert_true(eider_worker_number(worker) < 8);
    if (eider_worker_number(worker) == 0)
        snprintf(setup->tenant, sizeof(setup->tenant), "%s", tenant != NULL ? tenant : "none");
    assert_int_equal(duckdb_query(eider_worker_connection(worker), "SELECT 1", &result), DuckDBSuccess);
    duckdb_destroy_result(&result);
    if (setup->fail != NULL)
        return say(err, setup->fail);
    if (setup->numbers != NULL) {
        kind = numbers_kind(setup->numbers);
        status = eider_worker_add_custom(worker, &kind, err);
    }
    if (status == EIDER_OK && setup->rewrite != NULL)
        status = eider_worker_add_rewrite(worker, "a_rewrite", setup->rewrite, setup, setup_drop, err);
    return status;
}

/* One worker, so that what callbacks count need no care. */
static void open_with_setup(struct fixture *f, struct setup *setup, uint32_t workers)
{
    fixture_open(f, workers);
    eider_session_free(f->session);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, setup, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
}

static void open_numbers(struct fixture *f, struct setup *setup, struct watch *session)
{
    struct eider_custom_kind kind = numbers_kind(session);

    open_with_setup(f, setup, 4);
    assert_int_equal(eider_session_add_custom(f->session, &kind, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f->session, "use_numbers", use_numbers, NULL, NULL, &f->err),
                     EIDER_OK);
}

/* ---- Tests of custom nodes ---- */

static void each_task_gives_its_share(void **unused)
{
    struct watch session = {0}, worker = {0};
    struct setup setup = {.numbers = &worker};
    struct eider_query *query;
    struct fixture f;

    (void)unused;
    open_numbers(&f, &setup, &session);
    assert_answer(&f, "SELECT sum(v) FROM t", true, "499500");
    assert_int_equal(atomic_load(&worker.tasks), 7);
    assert_int_equal(worker.decoded, 3);
    assert_int_equal(worker.freed, 3);
    assert_int_equal(eider_prepare(f.session, "SELECT sum(v) FROM t", &query, &f.err), EIDER_OK);
    assert_non_null(strstr(eider_query_explain(query), "NumbersExec: to 1000"));
    eider_query_free(query);
    fixture_close(&f);
    assert_int_equal(session.dropped, 1);
    assert_true(worker.dropped >= 1);
}

static void a_codec_may_miss_on_either_side(void **unused)
{
    struct watch session = {0};
    struct setup setup = {.numbers = NULL};
    struct fixture f;

    (void)unused;
    open_numbers(&f, &setup, &session);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_PLAN, "the custom node kind numbers is not known");
    assert_string_equal(f.err.node, "numbers");
    assert_int_equal(f.err.stage, 1);
    fixture_close(&f);
    fixture_open(&f, 4);
    assert_int_equal(eider_session_add_rule(f.session, "use_numbers", use_numbers, NULL, NULL, &f.err),
                     EIDER_OK);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_ARGUMENT, "does not know the kind numbers");
    fixture_close(&f);
}

static void failing_codecs_are_named(void **unused)
{
    static const struct {
        const char *fail, *sql;
        enum eider_status status;
        const char *part;
    } cases[] = {
        {"encode", NULL, EIDER_ERROR_IO, "encode of the custom node kind numbers: no ink"},
        {"decode", NULL, EIDER_ERROR_CORRUPT, "decode of the custom node kind numbers: it failed without"},
        {"short", NULL, EIDER_ERROR_IO, "decode of the custom node kind numbers: not the bytes"},
        {"sql", NULL, EIDER_ERROR_IO, "sql of the custom node kind numbers: no pen"},
        {NULL, "", EIDER_ERROR_PLAN, "sql of the custom node kind numbers wrote nothing"},
        {NULL, "SELECT 1 FROM {input}", EIDER_ERROR_PLAN, "reads {input}"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct watch session = {.fail = cases[i].fail, .sql = cases[i].sql};
        struct watch worker = {.fail = cases[i].fail, .sql = cases[i].sql};
        struct setup setup = {.numbers = &worker};
        struct fixture f;

        open_numbers(&f, &setup, &session);
        assert_fails(&f, "SELECT sum(v) FROM t", cases[i].status, cases[i].part);
        assert_int_equal(worker.decoded, worker.freed);
        fixture_close(&f);
    }
}

/* DuckDB speaks of the task's statement, in which the node's is a part. */
static void wrong_sql_names_the_kind(void **unused)
{
    static const struct {
        const char *sql;
        enum eider_status status;
        const char *part, *node, *hint;
    } cases[] = {
        {"SELECT 1, 2", EIDER_ERROR_PLAN,
         "the SQL of the custom node kind numbers has 2 columns, but the node has 1", "numbers", ""},
        {"SELECT nonsense", EIDER_ERROR_SQL,
         "the SQL of the custom node kind numbers: Binder Error: Referenced column \"nonsense\" was not "
         "found",
         "numbers", ""},
        {"SELECT 1)", EIDER_ERROR_SQL, "the SQL of the custom node kind numbers: Parser Error", "numbers",
         ""},
        {"SELECT [1]", EIDER_ERROR_SQL, "INTEGER[] -> BIGINT", "",
         "the SQL of the custom node kind numbers is cast to the node's types: column 0 (v) is INTEGER[], "
         "the node says "
         "BIGINT"},
        {"SELECT 'x' -- no number", EIDER_ERROR_SQL, "Could not convert", "",
         "the SQL of the custom node kind numbers is cast to the node's types: column 0 (v) is VARCHAR, the "
         "node says "
         "BIGINT"},
        {"SELECT error('no more')", EIDER_ERROR_SQL, "no more", "", ""}, /* the SQL is right */
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct watch session = {.sql = cases[i].sql}, worker = {.sql = cases[i].sql};
        struct setup setup = {.numbers = &worker};
        struct fixture f;

        open_numbers(&f, &setup, &session);
        assert_fails(&f, "SELECT sum(v) FROM t", cases[i].status, cases[i].part);
        assert_string_equal(f.err.node, cases[i].node);
        assert_string_equal(f.err.hint, cases[i].hint);
        assert_int_equal(f.err.stage, 1);
        fixture_close(&f);
    }
}

/* ---- A unary node: rows times three, whose SQL reads its input by name ---- */

static enum eider_status triple_sql(void *data, const void *object, const struct eider_task *task,
                                    struct eider_writer *out, struct eider_error *err)
{
    (void)object;
    (void)task;
    (void)err;
    if (data != NULL) { /* what it writes instead */
        eider_write_text(out, data);
        return EIDER_OK;
    }
    eider_write_text(out, "SELECT 3 * ");
    eider_write_identifier(out, "v");
    eider_write_text(out, " FROM {input} WHERE v < 10");
    return EIDER_OK;
}

static enum eider_status use_triple(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *made;
    struct eider_node_custom fields = {.kind = eider_str_from("triple"), .inputs = {&scan, 1}};
    enum eider_status status;

    (void)data;
    fields.columns = eider_node_columns(scan);
    status = eider_node_new_custom(ctx, &fields, NULL, &made, err);
    return status == EIDER_OK ? eider_plan_replace(ctx, plan, scan, made, ret, err) : status;
}

static enum eider_status set_up_triple(void *data, struct eider_worker *worker, struct eider_error *err)
{
    return eider_worker_add_custom(worker, data, err);
}

static void open_triple(struct fixture *f, struct eider_custom_kind *kind)
{
    fixture_open(f, 4);
    eider_session_free(f->session);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up_triple, kind, NULL, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_session_add_custom(f->session, kind, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f->session, "triple", use_triple, NULL, NULL, &f->err), EIDER_OK);
}

static void a_unary_node_runs_where_its_input_is(void **unused)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    (void)unused;
    kind.name = "triple";
    kind.sql = triple_sql;
    for (int parallel = 0; parallel < 2; parallel++) {
        struct fixture f;

        kind.parallel = parallel == 1;
        open_triple(&f, &kind);
        assert_answer(&f, "SELECT sum(v) FROM t", true, "135");
        assert_answer(&f, "SELECT v FROM t ORDER BY v DESC LIMIT 1", true, "27");
        fixture_close(&f);
    }
}

/* In tasks, and in the head stage if all rows are needed in one task. */
static void wrong_sql_over_an_input_names_the_kind(void **unused)
{
    static const struct {
        const char *sql;
        enum eider_status status;
        const char *part, *node;
    } cases[] = {
        {"SELECT v, 1 FROM {input}", EIDER_ERROR_PLAN, "the SQL of the custom node kind triple has 2 columns",
         "triple"},
        {"SELECT w FROM {input}", EIDER_ERROR_SQL, "the SQL of the custom node kind triple: Binder Error",
         "triple"},
        {"SELECT error(v::VARCHAR) FROM {input} WHERE v = 77", EIDER_ERROR_SQL, "77", ""},
    };
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    (void)unused;
    kind.name = "triple";
    kind.sql = triple_sql;
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;

        kind.parallel = i % 2 == 1;
        kind.data = (void *)(uintptr_t)cases[i / 2].sql;
        open_triple(&f, &kind);
        assert_fails(&f, "SELECT sum(v) FROM t", cases[i / 2].status, cases[i / 2].part);
        assert_string_equal(f.err.node, cases[i / 2].node);
        assert_int_equal(f.err.stage, kind.parallel ? 1 : 0);
        fixture_close(&f);
    }
}

/* ---- A rule that changes something, but places no boundary ---- */

static enum eider_status guess_rows(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *made;
    enum eider_status status = eider_node_with_rows(ctx, scan, *(const double *)data, &made, err);

    return status == EIDER_OK ? eider_plan_replace(ctx, plan, scan, made, ret, err) : status;
}

/* Aggregates that are in two phases for the rule stay so: the first below a boundary, the last above it. */
static void phases_are_placed_where_no_rule_does(void **unused)
{
    static const char *const queries[] = {
        "SELECT sum(v) FROM t",
        "SELECT g, avg(v), max(s) FROM t GROUP BY g ORDER BY g",
        "SELECT v, avg(n), max(s) FROM t GROUP BY v ORDER BY v DESC LIMIT 1",
        "SELECT count(*) FROM (SELECT v, avg(n) AS a FROM t GROUP BY v) x JOIN t ON x.a = t.n",
        "SELECT count(*), sum(a) FROM (SELECT g, s, avg(n) AS a FROM t GROUP BY ROLLUP (g, s))",
        "SELECT sum(m) FROM (SELECT h, sum(1) AS m FROM (SELECT g % 2 AS h FROM t GROUP BY g) GROUP BY h)",
    };
    double guesses[] = {10, 1e12};

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        struct eider_query *query;
        const char *picture;
        struct fixture f;

        fixture_open(&f, 4);
        assert_int_equal(eider_session_add_rule(f.session, "guess", guess_rows, &guesses[i], NULL, &f.err),
                         EIDER_OK);
        for (size_t k = 0; k < sizeof(queries) / sizeof(queries[0]); k++)
            assert_same_answer(&f, queries[k], true);
        assert_int_equal(eider_prepare(f.session, queries[1], &query, &f.err), EIDER_OK);
        picture = strstr(eider_query_explain(query), "Stage 1 ──");
        assert_non_null(picture);
        assert_non_null(strstr(picture, "mode=Partial,"));
        eider_query_free(query);
        fixture_close(&f);
    }
}

/* ---- Set-up, headers ---- */

static void workers_are_set_up_once_for_their_headers(void **unused)
{
    struct setup setup = {.calls = 0};
    struct fixture f;

    (void)unused;
    open_with_setup(&f, &setup, 2);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_int_equal(atomic_load(&setup.calls), 2);
    assert_string_equal(setup.tenant, "none");
    assert_int_equal(eider_session_set_header(f.session, "Tenant", "blue", &f.err), EIDER_OK);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_string_equal(setup.tenant, "blue");
    assert_int_equal(eider_session_set_header(f.session, "tenant", "green", &f.err), EIDER_OK);
    assert_int_equal(eider_session_set_header(f.session, "other", "x", &f.err), EIDER_OK);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_string_equal(setup.tenant, "green");
    assert_int_equal(atomic_load(&setup.calls), 6);
    assert_int_equal(eider_session_set_header(f.session, "TENANT", NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_session_set_header(f.session, "never-set", NULL, &f.err), EIDER_OK);
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    assert_string_equal(setup.tenant, "none");
    setup.fail = "the licence has run out";
    assert_int_equal(eider_session_set_header(f.session, "tenant", "red", &f.err), EIDER_OK);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_IO, "the set-up of worker ");
    assert_non_null(strstr(f.err.message, ": the licence has run out"));
    setup.fail = NULL;
    assert_same_answer(&f, "SELECT sum(v) FROM t", true);
    fixture_close(&f);
}

static void wrong_headers_are_refused(void **unused)
{
    static const struct {
        const char *name, *value;
    } cases[] = {{"", "x"},        {"a b", "x"},         {"a:b", "x"},      {"eider-token", "x"},
                 {"EIDER-x", "x"}, {"a", "line\nbreak"}, {"a", "\xc3\xa4"}, {NULL, "x"}};
    char name[16], *value = malloc(10000);
    struct fixture f;

    (void)unused;
    assert_non_null(value);
    memset(value, 'x', 9999);
    value[9999] = '\0';
    fixture_open(&f, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(eider_session_set_header(f.session, cases[i].name, cases[i].value, &f.err),
                         EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_set_header(f.session, "a", value, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_set_header(NULL, "a", "x", &f.err), EIDER_ERROR_ARGUMENT);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "h%d", i);
        assert_int_equal(eider_session_set_header(f.session, name, "x", &f.err), EIDER_OK);
    }
    assert_int_equal(eider_session_set_header(f.session, "h100", "x", &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_set_header(f.session, "h99", "y", &f.err), EIDER_OK);
    fixture_close(&f);
    free(value);
}

/* ---- Rewrites ---- */

static enum eider_status keep_small(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan = eider_plan_find(plan, is_scan, NULL), *made;
    const struct eider_expr *column, *limit, *less;
    struct eider_node_filter filter = {.input = scan};
    enum eider_status status;

    (void)data;
    *ret = plan;
    if (scan == NULL)
        return EIDER_OK;
    if ((status = eider_expr_column_of(ctx, scan, 0, &column, err)) != EIDER_OK ||
        (status = eider_expr_bigint(ctx, 100, &limit, err)) != EIDER_OK ||
        (status = eider_expr_compare(ctx, EIDER_COMPARE_LESS, column, limit, &less, err)) != EIDER_OK)
        return status;
    filter.predicates = (struct eider_expr_list){&less, 1};
    status = eider_node_new_filter(ctx, &filter, &made, err);
    return status == EIDER_OK ? eider_plan_replace(ctx, plan, scan, made, ret, err) : status;
}

static enum eider_status give_nothing(void *data, struct eider_plan_context *ctx,
                                      const struct eider_node *plan, const struct eider_node **ret,
                                      struct eider_error *err)
{
    (void)data;
    (void)ctx;
    (void)plan;
    (void)err;
    *ret = NULL;
    return EIDER_OK;
}

static enum eider_status give_error(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)ctx;
    (void)plan;
    (void)ret;
    return say(err, "this tenant may not");
}

static enum eider_status give_child(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_empty empty = {.columns = eider_node_columns(plan)};

    (void)data;
    empty.columns.count--;
    return eider_node_new_empty(ctx, &empty, ret, err);
}

/* Keeps the columns but reads no input. */
static enum eider_status give_empty(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_empty empty = {.columns = eider_node_columns(plan)};

    (void)data;
    return eider_node_new_empty(ctx, &empty, ret, err);
}

static void rewrites_change_what_runs(void **unused)
{
    struct setup setup = {.rewrite = keep_small};
    struct fixture f;

    (void)unused;
    open_with_setup(&f, &setup, 2);
    assert_answer(&f, "SELECT sum(v) FROM t", true, "4950");
    fixture_close(&f);
    assert_true(setup.dropped >= 1);
}

static void wrong_rewrites_are_refused(void **unused)
{
    static const struct {
        eider_rule rewrite;
        enum eider_status status;
        const char *part;
    } cases[] = {
        {give_nothing, EIDER_ERROR_PLAN, "the rewrite a_rewrite: gave back no fragment"},
        {give_error, EIDER_ERROR_IO, "the rewrite a_rewrite: this tenant may not"},
        {give_child, EIDER_ERROR_PLAN, "the rewrite a_rewrite: changed the columns"},
        {give_empty, EIDER_ERROR_PLAN, "the rewrite a_rewrite: changed "},
    };
    static const char query[] =
        "SELECT count(*) FROM (SELECT a.v, count(*), list(a.s) FROM t a JOIN t b USING (v) GROUP BY a.v)";

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct setup setup = {.rewrite = cases[i].rewrite};
        struct fixture f;

        open_with_setup(&f, &setup, 2);
        sql(f.connection, "SET eider_broadcast_joins = false");
        sql(f.connection, "SET eider_range_scans = false");
        assert_fails(&f, query, cases[i].status, cases[i].part);
        fixture_close(&f);
    }
}

/* ---- Arguments ---- */

static void wrong_arguments_are_refused(void **unused)
{
    struct watch watch = {0};
    struct eider_custom_kind kind = numbers_kind(&watch), other;
    struct fixture f;
    char name[100];

    (void)unused;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    fixture_open(&f, 2);
    assert_int_equal(eider_session_add_custom(NULL, &kind, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_add_custom(f.session, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    for (int i = 0; i < 6; i++) {
        other = kind;
        switch (i) {
        case 0:
            other.size = 8;
            break;
        case 1:
            other.name = NULL;
            break;
        case 2:
            other.name = "";
            break;
        case 3:
            other.name = name;
            break;
        case 4:
            other.sql = NULL;
            break;
        default:
            other.decode = NULL;
            break;
        }
        assert_int_equal(eider_session_add_custom(f.session, &other, &f.err), EIDER_ERROR_ARGUMENT);
    }
    assert_int_equal(eider_session_add_custom(f.session, &kind, &f.err), EIDER_OK);
    assert_int_equal(eider_session_add_custom(f.session, &kind, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_add_custom(NULL, &kind, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_worker_add_rewrite(NULL, "x", keep_small, NULL, NULL, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_set_worker_setup(NULL, set_up, NULL, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_set_worker_setup(f.cluster, NULL, NULL, NULL, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_cluster_set_worker_setup(f.cluster, set_up, NULL, NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_cluster_set_worker_setup(f.cluster, set_up, NULL, NULL, &f.err),
                     EIDER_ERROR_ARGUMENT);
    assert_null(eider_worker_header(NULL, "x"));
    assert_null(eider_worker_connection(NULL));
    assert_int_equal(eider_worker_number(NULL), 0);
    fixture_close(&f);
    assert_int_equal(watch.dropped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_gives_its_share),
        cmocka_unit_test(a_codec_may_miss_on_either_side),
        cmocka_unit_test(failing_codecs_are_named),
        cmocka_unit_test(wrong_sql_names_the_kind),
        cmocka_unit_test(a_unary_node_runs_where_its_input_is),
        cmocka_unit_test(wrong_sql_over_an_input_names_the_kind),
        cmocka_unit_test(phases_are_placed_where_no_rule_does),
        cmocka_unit_test(workers_are_set_up_once_for_their_headers),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(rewrites_change_what_runs),
        cmocka_unit_test(wrong_rewrites_are_refused),
        cmocka_unit_test(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
