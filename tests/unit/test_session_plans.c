/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom plans, through sessions: which task reads what of a boundary, and on which worker it runs; unions, joins and copies
 * in stages of any number of tasks give the rows of DuckDB alone; nothing stays behind.
 */
#include "coordinator/session.h"
#include "unit/session_fixture.h"

#define WORKERS  4
#define MOST     7 /* tasks of a stage */
#define CHILDREN 3

/* Outputs of all workers and of the coordinator: none when no query runs. */
static void assert_nothing_left(struct fixture *f)
{
    assert_int_equal(budget_used(engine_budget(f->session->engine)), 0);
}

/* ---- Custom nodes that tell where they run ---- */

/* Task and worker + 1, two digits each. */
static int64_t place_of(const struct eider_task *task)
{
    return task->task * INT64_C(100) + task->worker + 1;
}

/* A row per task: child, task, worker + 1, two digits each. The object is the number of the child. */
static enum eider_status where_sql(void *data, const void *object, const struct eider_task *task,
                                   struct eider_writer *out, struct eider_error *err)
{
    (void)data;
    (void)err;
    eider_write_text(out, "SELECT ");
    eider_write_int64(out, *(const uint32_t *)object * INT64_C(10000) + place_of(task));
    return EIDER_OK;
}

/* The rows of the input with the same two behind them. */
static enum eider_status mark_sql(void *data, const void *object, const struct eider_task *task,
                                  struct eider_writer *out, struct eider_error *err)
{
    (void)data;
    (void)object;
    (void)err;
    eider_write_text(out, "SELECT v * 10000 + ");
    eider_write_int64(out, place_of(task));
    eider_write_text(out, " FROM {input}");
    return EIDER_OK;
}

static enum eider_status encode_child(void *data, const void *object, struct eider_writer *out,
                                      struct eider_error *err)
{
    (void)data;
    (void)err;
    eider_write(out, object, sizeof(uint32_t));
    return EIDER_OK;
}

static enum eider_status decode_child(void *data, const void *bytes, size_t size, void **ret,
                                      struct eider_error *err)
{
    (void)data;
    (void)err;
    assert_int_equal(size, sizeof(uint32_t));
    *ret = malloc(size);
    assert_non_null(*ret);
    memcpy(*ret, bytes, size);
    return EIDER_OK;
}

static void free_child(void *data, void *object)
{
    (void)data;
    free(object);
}

static const struct eider_custom_kind where = {.size = sizeof(where),
                                               .name = "where",
                                               .parallel = true,
                                               .encode = encode_child,
                                               .decode = decode_child,
                                               .free_object = free_child,
                                               .sql = where_sql};
static const struct eider_custom_kind mark = {
    .size = sizeof(mark), .name = "mark", .parallel = true, .sql = mark_sql};

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    TRY(eider_worker_add_custom(worker, &where, err));
    return eider_worker_add_custom(worker, &mark, err);
}

static enum eider_status where_leaf(struct eider_plan_context *ctx, struct eider_column_list columns,
                                    uint32_t child, const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_custom fields = {.kind = eider_str_from("where"), .columns = columns};

    return eider_node_new_custom(ctx, &fields, &child, ret, err);
}

static void open_plans(struct fixture *f, eider_rule rule, void *data)
{
    fixture_open(f, WORKERS);
    eider_session_free(f->session);
    assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, NULL, NULL, &f->err), EIDER_OK);
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    sql(f->connection, "SET eider_bytes_per_task = '1'");
    assert_int_equal(eider_session_add_custom(f->session, &where, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_custom(f->session, &mark, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f->session, "plans", rule, data, NULL, &f->err), EIDER_OK);
}

/* ---- Which producers a task reads ---- */

struct widths {
    uint32_t producers, consumers;
};

static enum eider_status two_boundaries(void *data, struct eider_plan_context *ctx,
                                        const struct eider_node *plan, const struct eider_node **ret,
                                        struct eider_error *err)
{
    const struct widths *widths = data;
    const struct eider_node *node;
    struct eider_node_custom fields = {
        .kind = eider_str_from("mark"), .inputs = {&node, 1}, .columns = eider_node_columns(plan)};
    const struct eider_node *marked;

    TRY(where_leaf(ctx, eider_node_columns(plan), 0, &node, err));
    TRY(eider_network_coalesce(ctx, node, widths->producers, widths->consumers, &node, err));
    TRY(eider_node_new_custom(ctx, &fields, NULL, &marked, err));
    return eider_network_coalesce(ctx, marked, widths->consumers, 1, ret, err);
}

/* Task i of a stage on worker i mod n; the head stage, as what vanishes into it, on none. */
static int64_t worker_of(uint32_t task, uint32_t tasks)
{
    return tasks == 1 ? -1 : (int64_t)task % WORKERS;
}

/* The first N mod M groups are one larger. */
static uint32_t group_of(uint32_t producer, struct widths widths)
{
    uint32_t first = 0;

    for (uint32_t group = 0;; group++) {
        first += widths.producers / widths.consumers + (group < widths.producers % widths.consumers);
        if (producer < first)
            return group;
    }
}

static void check_groups(struct fixture *f, struct widths widths)
{
    bool seen[MOST] = {false};
    duckdb_result result;

    if (eider_query(f->session, "SELECT v FROM t", &result, &f->err) != EIDER_OK)
        fail_msg("%u to %u: %s", widths.producers, widths.consumers, f->err.message);
    assert_int_equal(duckdb_row_count(&result), widths.producers);
    for (uint32_t row = 0; row < widths.producers; row++) {
        int64_t value = duckdb_value_int64(&result, 0, row), worker = value / 10000 % 100 - 1;
        uint32_t producer = (uint32_t)(value / 1000000 % 100), consumer = (uint32_t)(value / 100 % 100);

        assert_true(producer < widths.producers && !seen[producer]);
        seen[producer] = true;
        if (consumer != group_of(producer, widths))
            fail_msg("%u to %u: task %u reads producer %u", widths.producers, widths.consumers, consumer,
                     producer);
        assert_int_equal(value % 100 - 1, worker_of(consumer, widths.consumers));
        assert_int_equal(worker, widths.producers == 1 ? 0 : worker_of(producer, widths.producers));
    }
    duckdb_destroy_result(&result);
    assert_nothing_left(f);
}

/* More consumers than producers: those beyond have nothing to read. More tasks than workers: they go round. */
static void a_coalesce_gives_contiguous_groups(void **unused)
{
    struct widths widths;
    struct fixture f;

    (void)unused;
    open_plans(&f, two_boundaries, &widths);
    for (widths.producers = 1; widths.producers <= MOST; widths.producers++) {
        for (widths.consumers = 1; widths.consumers <= MOST; widths.consumers++) {
            if (widths.producers > 1 || widths.consumers > 1) /* else no boundary is left */
                check_groups(&f, widths);
        }
    }
    fixture_close(&f);
}

/* ---- Unions ---- */

struct routes {
    uint32_t tasks;  /* of the stage */
    uint32_t factor; /* task i on worker i * factor mod n; 0: no handler */
    bool nested;
};

/* Leaves 0, 1 and 2 in a union; nested: the first two in one of their own. */
static enum eider_status union_of_leaves(void *data, struct eider_plan_context *ctx,
                                         const struct eider_node *plan, const struct eider_node **ret,
                                         struct eider_error *err)
{
    const struct routes *routes = data;
    const struct eider_node *children[CHILDREN], *node;
    struct eider_node_union fields = {.inputs = {children, CHILDREN}};

    for (uint32_t i = 0; i < CHILDREN; i++)
        TRY(where_leaf(ctx, eider_node_columns(plan), i, &children[i], err));
    if (routes->nested) {
        const struct eider_node_union inner = {.inputs = {children, 2}};
        TRY(eider_node_new_union(ctx, &inner, &children[1], err));
        fields.inputs = (struct eider_node_list){children + 1, 2};
    }
    TRY(eider_node_new_union(ctx, &fields, &node, err));
    return eider_network_coalesce(ctx, node, routes->tasks, 1, ret, err);
}

static enum eider_status route(void *data, const struct eider_stage *stage, uint32_t *workers,
                               struct eider_error *err)
{
    const struct routes *routes = data;

    (void)err;
    assert_int_equal(stage->tasks, routes->tasks);
    for (uint32_t i = 0; routes->factor > 0 && i < stage->tasks; i++)
        workers[i] = i * routes->factor % WORKERS;
    return EIDER_OK;
}

/* Each leaf is in each task, on the worker of the task. */
static void check_union(struct fixture *f, const struct routes *routes)
{
    bool seen[CHILDREN][MOST] = {{false}};
    duckdb_result result;

    if (eider_query(f->session, "SELECT v FROM t", &result, &f->err) != EIDER_OK)
        fail_msg("%u tasks: %s", routes->tasks, f->err.message);
    assert_int_equal(duckdb_row_count(&result), CHILDREN * routes->tasks);
    for (uint32_t row = 0; row < CHILDREN * routes->tasks; row++) {
        int64_t value = duckdb_value_int64(&result, 0, row);
        uint32_t child = (uint32_t)(value / 10000), task = (uint32_t)(value / 100 % 100);
        uint32_t factor = routes->factor > 0 ? routes->factor : 1;

        assert_true(child < CHILDREN && task < routes->tasks && !seen[child][task]);
        seen[child][task] = true;
        assert_int_equal(value % 100 - 1, task * factor % WORKERS);
    }
    duckdb_destroy_result(&result);
    assert_nothing_left(f);
}

static void unions_are_in_every_task(void **unused)
{
    struct routes routes;
    const struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "mine", .route_tasks = route, .data = &routes};
    struct fixture f;

    (void)unused;
    open_plans(&f, union_of_leaves, &routes);
    assert_int_equal(eider_session_add_handlers(f.session, &handlers, &f.err), EIDER_OK);
    for (uint32_t tasks = 2; tasks <= MOST;
         tasks++) { /* fewer than children, as many, more; more than workers */
        for (uint32_t factor = 0; factor <= 3; factor += 3) {
            for (int nested = 0; nested < 2; nested++) {
                routes = (struct routes){tasks, factor, nested == 1};
                check_union(&f, &routes);
            }
        }
    }
    fixture_close(&f);
}

/* ---- Plans of queries, with a boundary of some kind at some node ---- */

struct place {
    enum eider_node_kind kind; /* of the node below the last boundary */
    uint32_t tasks;            /* of the stage that ends there */
    uint32_t sides[2];         /* joins: tasks below the boundaries of the sides; 0: no boundary */
    bool broadcast;            /* the right side; else both sides are shuffled */
};

static bool is_kind(void *data, const struct eider_node *node)
{
    return eider_node_get_kind(node) == ((const struct place *)data)->kind;
}

static enum eider_status cut_side(const struct place *place, struct eider_plan_context *ctx, uint32_t side,
                                  const struct eider_node **child, struct eider_error *err)
{
    const struct eider_expr *key;
    struct eider_node_repartition fields = {.input = *child, .keys = {&key, 1}, .partitions = 5};

    if (place->sides[side] == 0)
        return EIDER_OK;
    if (place->broadcast)
        return eider_network_broadcast(ctx, *child, place->sides[side], 0, child, err);
    TRY(eider_expr_column_of(ctx, *child, 0, &key, err));
    TRY(eider_node_new_repartition(ctx, &fields, child, err));
    return eider_network_shuffle(ctx, *child, place->sides[side], child, err);
}

static enum eider_status cut_there(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                   const struct eider_node **ret, struct eider_error *err)
{
    const struct place *place = data;
    const struct eider_node *found = eider_plan_find(plan, is_kind, data), *node = found, *children[2];
    const struct eider_node_list list = {children, 2};

    if (found == NULL) {
        snprintf(err->message, sizeof(err->message), "there is no such node");
        return err->status = EIDER_ERROR_PLAN;
    }
    if (place->sides[0] + place->sides[1] > 0) {
        for (uint32_t side = 0; side < 2; side++) {
            children[side] = eider_node_child(found, side);
            TRY(cut_side(place, ctx, side, &children[side], err));
        }
        TRY(eider_node_with_children(ctx, found, &list, &node, err));
    }
    TRY(eider_network_coalesce(ctx, node, place->tasks, 1, &node, err));
    return eider_plan_replace(ctx, plan, found, node, ret, err);
}

static void check_places(const struct place *places, size_t count, const char *const *queries)
{
    for (size_t i = 0; i < count; i++) {
        struct place place = places[i];
        struct fixture f;

        open_plans(&f, cut_there, &place);
        for (const char *const *query = queries; *query != NULL; query++) {
            for (place.tasks = 2; place.tasks <= MOST; place.tasks += place.tasks < 3 ? 1 : 2) {
                assert_same_answer(&f, *query, true);
                assert_nothing_left(&f);
            }
        }
        fixture_close(&f);
    }
}

static void unions_of_scans_give_all_rows(void **unused)
{
    static const struct place places[] = {{.kind = EIDER_NODE_UNION}};
    static const char *const queries[] = {
        "SELECT sum(v) || ' ' || count(*) FROM (SELECT v FROM t UNION ALL SELECT -2 * v FROM t WHERE g = 1)",
        "SELECT sum(v) || ' ' || count(*) FROM (SELECT v FROM t UNION ALL SELECT 7 UNION ALL (SELECT g FROM "
        "t "
        "UNION ALL (SELECT v + g FROM t WHERE s = 'k1' UNION ALL SELECT range FROM range(10))))",
        NULL,
    };

    (void)unused;
    check_places(places, 1, queries);
}

/* The inputs of a union in stages of their own, of 2, 3, … tasks. */
static enum eider_status union_of_stages(void *data, struct eider_plan_context *ctx,
                                         const struct eider_node *plan, const struct eider_node **ret,
                                         struct eider_error *err)
{
    const struct place *place = data;
    const struct eider_node *found = eider_plan_find(plan, is_kind, data), *node;
    const struct eider_node *children[CHILDREN];
    const struct eider_node_list list = {children, CHILDREN};

    assert_int_equal(eider_node_child_count(found), CHILDREN);
    for (uint32_t i = 0; i < CHILDREN; i++)
        TRY(eider_network_coalesce(ctx, eider_node_child(found, i), i + 2, place->tasks, &children[i], err));
    TRY(eider_node_with_children(ctx, found, &list, &node, err));
    TRY(eider_network_coalesce(ctx, node, place->tasks, 1, &node, err));
    return eider_plan_replace(ctx, plan, found, node, ret, err);
}

static void unions_of_stages_give_all_rows(void **unused)
{
    struct place place = {.kind = EIDER_NODE_UNION};
    struct fixture f;

    (void)unused;
    open_plans(&f, union_of_stages, &place);
    for (place.tasks = 1; place.tasks <= MOST; place.tasks++) {
        assert_same_answer(
            &f,
            "SELECT sum(v) || ' ' || count(*) FROM (SELECT v FROM t UNION ALL SELECT v + 1 FROM "
            "t WHERE g = 1 UNION ALL SELECT -v FROM t WHERE s = 'k2')",
            true);
        assert_nothing_left(&f);
    }
    fixture_close(&f);
}

/* Rows without columns cross a boundary, too. */
static void rows_without_columns_are_counted(void **unused)
{
    static const struct place scans[] = {{.kind = EIDER_NODE_PARQUET_SCAN}};
    static const struct place joins[] = {{.kind = EIDER_NODE_CROSS_JOIN, .sides = {0, 2}, .broadcast = true}};
    static const char *const counts[] = {"SELECT count(*) FROM t", "SELECT count(*) FROM t WHERE v % 3 = 0",
                                         NULL};
    static const char *const products[] = {
        "SELECT count(*) FROM t a, (SELECT v FROM t WHERE v < 7) b",
        NULL,
    };

    (void)unused;
    check_places(scans, 1, counts);
    check_places(joins, 1, products);
}

static const char *const joined[] = {
    "SELECT count(*) || ' ' || sum(a.v) || ' ' || sum(b.g) FROM t a JOIN t b ON a.v = b.v WHERE b.n < 3000",
    "SELECT count(*) || ' ' || sum(a.v) FROM t a WHERE v IN (SELECT v FROM t WHERE g = 3)",
    NULL,
};

static void joined_sides_meet(void **unused)
{
    static const struct place places[] = {{.kind = EIDER_NODE_HASH_JOIN, .sides = {3, 2}},
                                          {.kind = EIDER_NODE_HASH_JOIN, .sides = {1, 5}}};

    (void)unused;
    check_places(places, 2, joined);
}

static void a_side_is_broadcast(void **unused)
{
    static const struct place places[] = {
        {.kind = EIDER_NODE_HASH_JOIN, .sides = {0, 1}, .broadcast = true},
        {.kind = EIDER_NODE_HASH_JOIN, .sides = {0, 3}, .broadcast = true},
    };
    static const struct place loops[] = {
        {.kind = EIDER_NODE_NESTED_LOOP_JOIN, .sides = {0, 2}, .broadcast = true}};
    static const char *const unequal[] = {
        "SELECT count(*) || ' ' || sum(a.v) FROM t a JOIN (SELECT v FROM t WHERE v < 20) b ON a.v < b.v",
        NULL};

    (void)unused;
    check_places(places, 2, joined);
    check_places(loops, 1, unequal);
}

static const char *const padded[] = {
    /* NULLs on either side: IN and NOT IN say NULL, which is neither */
    "SELECT count(*) || ' ' || sum(v) FROM t WHERE v NOT IN (SELECT v FROM t WHERE g = 3)",
    "SELECT count(*) FROM t WHERE v NOT IN (SELECT nullif(v, 13) FROM t WHERE g = 3)",
    "SELECT count(*) FROM t WHERE (nullif(v, 7) IN (SELECT v FROM t WHERE g = 3)) IS NULL",
    "SELECT count(*) FROM t WHERE (v IN (SELECT nullif(v, 13) FROM t WHERE g = 3)) IS NULL",
    NULL,
};

/* A NULL of the side that is looked up in counts for every row, so each task has to see it. */
static void not_in_needs_all_of_a_side(void **unused)
{
    static const struct place places[] = {{.kind = EIDER_NODE_HASH_JOIN, .sides = {0, 2}, .broadcast = true}};
    struct place shuffled = {.kind = EIDER_NODE_HASH_JOIN, .tasks = 3, .sides = {3, 2}};
    struct fixture f;

    (void)unused;
    check_places(places, 1, padded);
    open_plans(&f, cut_there, &shuffled);
    for (const char *const *query = padded; *query != NULL; query++)
        assert_fails(&f, *query, EIDER_ERROR_PLAN,
                     "the rule plans made a plan that is inconsistent: HashJoinExec");
    fixture_close(&f);
}

/* Rows of the side that is copied would come once for each task. */
static void joins_that_pad_a_side_do_not_copy_it(void **unused)
{
    static const char *const queries[] = {
        "SELECT count(*) || ' ' || sum(a.v) || ' ' || sum(b.v) FROM t a FULL JOIN (SELECT v + 5 AS v FROM t "
        "WHERE g = 3) b ON a.v "
        "= b.v",
        NULL,
    };
    static const struct place shuffled = {.kind = EIDER_NODE_HASH_JOIN, .sides = {3, 2}};
    struct place copied = {.kind = EIDER_NODE_HASH_JOIN, .tasks = 3, .sides = {0, 2}, .broadcast = true};
    struct fixture f;

    (void)unused;
    check_places(&shuffled, 1, queries);
    open_plans(&f, cut_there, &copied);
    assert_fails(&f, queries[0], EIDER_ERROR_PLAN,
                 "the rule plans made a plan that is inconsistent: HashJoinExec");
    fixture_close(&f);
}

/* The limit is of all rows, however many tasks read them. */
static void a_limited_side_stays_as_it_is(void **unused)
{
    static const struct place places[] = {{.kind = EIDER_NODE_HASH_JOIN, .sides = {0, 1}, .broadcast = true}};
    static const char *const queries[] = {
        "SELECT count(*) || ' ' || sum(b.v) FROM t a JOIN (SELECT v FROM t ORDER BY v DESC LIMIT 50) b ON "
        "a.v "
        "= b.v",
        NULL,
    };

    (void)unused;
    check_places(places, 1, queries);
}

/* Of the two shuffles below a join in one task, one, or both; the coalesce above it always. */
static void boundaries_from_one_task_to_one_vanish(void **unused)
{
    static const struct {
        uint32_t sides[2];
        uint32_t stages;
    } cases[] = {{{1, 3}, 1}, {{3, 1}, 1}, {{2, 3}, 2}, {{1, 1}, 0}};

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct place place = {
            .kind = EIDER_NODE_HASH_JOIN, .tasks = 1, .sides = {cases[i].sides[0], cases[i].sides[1]}};
        struct eider_query *query;
        struct fixture f;

        open_plans(&f, cut_there, &place);
        assert_same_answer(&f, joined[0], cases[i].stages > 0);
        assert_int_equal(eider_prepare(f.session, joined[0], &query, &f.err), EIDER_OK);
        assert_string_equal(eider_query_verdict_kind(query),
                            cases[i].stages > 0 ? "distributable" : "single_task");
        assert_true((strstr(eider_query_explain(query), "[Stage 1]") != NULL) == (cases[i].stages > 0));
        assert_true((strstr(eider_query_explain(query), "[Stage 2]") != NULL) == (cases[i].stages > 1));
        assert_null(strstr(eider_query_explain(query), "NetworkCoalesceExec"));
        eider_query_free(query);
        fixture_close(&f);
    }
}

/* Bottom-up, and from left to right. */
static void stages_are_numbered_from_below(void **unused)
{
    struct place place = {.kind = EIDER_NODE_HASH_JOIN, .tasks = 4, .sides = {3, 2}};
    static const char *const parts[] = {
        "[Stage 3] => NetworkCoalesceExec: output_partitions=4, input_tasks=4",
        "Stage 3 ── Tasks: t0",
        "[Stage 1] => NetworkShuffleExec: output_partitions=",
        "input_tasks=3",
        "[Stage 2] => NetworkShuffleExec: output_partitions=",
        "input_tasks=2",
    };
    struct eider_query *query;
    const char *text;
    struct fixture f;

    (void)unused;
    open_plans(&f, cut_there, &place);
    assert_int_equal(eider_prepare(f.session, joined[0], &query, &f.err), EIDER_OK);
    text = eider_query_explain(query);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        const char *found = strstr(text, parts[i]);
        if (found == NULL)
            fail_msg("\"%s\" is not in the rest of\n%s", parts[i], eider_query_explain(query));
        text = found + strlen(parts[i]);
    }
    eider_query_free(query);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coalesce_gives_contiguous_groups),
        cmocka_unit_test(unions_are_in_every_task),
        cmocka_unit_test(unions_of_scans_give_all_rows),
        cmocka_unit_test(unions_of_stages_give_all_rows),
        cmocka_unit_test(rows_without_columns_are_counted),
        cmocka_unit_test(joined_sides_meet),
        cmocka_unit_test(a_side_is_broadcast),
        cmocka_unit_test(not_in_needs_all_of_a_side),
        cmocka_unit_test(joins_that_pad_a_side_do_not_copy_it),
        cmocka_unit_test(a_limited_side_stays_as_it_is),
        cmocka_unit_test(boundaries_from_one_task_to_one_vanish),
        cmocka_unit_test(stages_are_numbered_from_below),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
