/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many tasks: how the answers of handlers merge, what they can and cannot change, and every answer that is an error.
 */
#include "unit/handlers_fixture.h"

#include "planner/handlers.h"

static void counts_merge(void **unused)
{
    static const struct {
        struct eider_task_count a, b, both;
    } cases[] = {
        {DESIRED(2), DESIRED(5), DESIRED(5)},
        {DESIRED(2), MAXIMUM(5), MAXIMUM(5)},
        {DESIRED(5), MAXIMUM(2), MAXIMUM(2)},
        {MAXIMUM(2), MAXIMUM(5), MAXIMUM(2)},
        {{EIDER_TASKS_ASK_NEXT, 3}, DESIRED(2), DESIRED(3)}, /* an estimate gives way to more */
        {{EIDER_TASKS_ASK_NEXT, 2}, DESIRED(3), DESIRED(3)},
        {{EIDER_TASKS_ASK_NEXT, 3}, MAXIMUM(2), MAXIMUM(2)},
        {{EIDER_TASKS_ASK_NEXT, 2}, {EIDER_TASKS_ASK_NEXT, 3}, {EIDER_TASKS_ASK_NEXT, 3}},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct eider_task_count one = task_count_merge(cases[i].a, cases[i].b);
        struct eider_task_count other = task_count_merge(cases[i].b, cases[i].a);
        assert_int_equal(one.kind, cases[i].both.kind);
        assert_int_equal(one.tasks, cases[i].both.tasks);
        assert_int_equal(other.kind, one.kind);
        assert_int_equal(other.tasks, one.tasks);
    }
}

/* A filter over a scan of four files, which by itself is worth as many tasks as there are workers: four. */
static void answers_merge_within_a_stage(void **unused)
{
    static const struct {
        struct eider_task_count scan, filter;
        const char *tasks;
    } cases[] = {
        {NONE, NONE, "4"},
        {DESIRED(2), NONE, "2"},
        {MAXIMUM(3), NONE, "3"},
        {NONE, DESIRED(2), "4"}, /* the larger one */
        {DESIRED(2), DESIRED(3), "3"},
        {DESIRED(3), DESIRED(2), "3"},
        {NONE, MAXIMUM(2), "2"}, /* a maximum beats a desired number, */
        {DESIRED(2), MAXIMUM(3), "3"},
        {MAXIMUM(2), DESIRED(3), "2"},
        {MAXIMUM(2), MAXIMUM(3), "2"},
        {MAXIMUM(3), MAXIMUM(2), "2"},
        {DESIRED(9), NONE, "4"}, /* the workers are the limit */
        {MAXIMUM(100000), NONE, "4"},
        {DESIRED(1), DESIRED(3), "3"},
        {MAXIMUM(1), DESIRED(3), NULL}, /* nothing to distribute */
        {NONE, MAXIMUM(1), NULL},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p;
        struct answers answers = {{{NODE_PARQUET_SCAN, 0, cases[i].scan}, {NODE_FILTER, 0, cases[i].filter}},
                                  {0}};
        start(&p);
        add(&p, answering(&answers));
        plan(&p, counted(&p, sample_filter(p.arena, sample_scan(p.arena, 2, 4, 1e6))));
        if (cases[i].tasks == NULL)
            assert_int_equal(p.verdict.kind, VERDICT_SMALL);
        else
            assert_tasks(&p, cases[i].tasks);
        arena_free(p.arena);
    }
}

static void settings_limit_answers(void **unused)
{
    struct planned p;
    struct answers answers = {{{NODE_PARQUET_SCAN, 0, DESIRED(4)}}, {0}};

    (void)unused;
    start(&p);
    add(&p, answering(&answers));
    p.options.max_tasks_per_stage = 3;
    plan(&p, counted(&p, sample_scan(p.arena, 2, 4, 1e6)));
    assert_tasks(&p, "3");
    arena_free(p.arena);
}

static void the_first_answer_counts(void **unused)
{
    struct planned p;
    struct answers first = {{{NODE_FILTER, 0, MAXIMUM(2)}}, {0}};
    struct answers second = {{{NODE_PARQUET_SCAN, 0, DESIRED(3)}, {NODE_FILTER, 0, MAXIMUM(1)}}, {0}};

    (void)unused;
    start(&p);
    add(&p, answering(&first));
    plan(&p, counted(&p, sample_scan(p.arena, 2, 4, 1e6)));
    assert_tasks(&p, "4"); /* nobody but the planner's own */
    add(&p, answering(&second));
    plan(&p, counted(&p, sample_scan(p.arena, 2, 4, 1e6)));
    assert_tasks(&p, "3");
    memset(&first.asked, 0, sizeof(first.asked));
    memset(&second.asked, 0, sizeof(second.asked));
    plan(&p, counted(&p, sample_filter(p.arena, sample_scan(p.arena, 2, 4, 1e6))));
    assert_tasks(&p, "2");
    assert_int_equal(first.asked[NODE_AGGREGATE], 1); /* every node, once */
    assert_int_equal(first.asked[NODE_FILTER], 1);
    assert_int_equal(first.asked[NODE_PARQUET_SCAN], 1);
    assert_int_equal(second.asked[NODE_FILTER], 0); /* there was an answer */
    assert_int_equal(second.asked[NODE_PARQUET_SCAN], 1);
    arena_free(p.arena);
}

/* Little work is in one task because it is little; a handler that says so distributes it. */
static void small_scans_can_be_distributed(void **unused)
{
    struct planned p;
    struct answers answers = {{{NODE_FILTER, 0, DESIRED(3)}}, {0}};
    const struct eider_node *node;

    (void)unused;
    start(&p);
    p.options.bytes_per_task = 64 * MIB;
    node = counted(&p, sample_filter(p.arena, sample_scan(p.arena, 2, 4, 1e6)));
    plan(&p, node);
    assert_int_equal(p.verdict.kind, VERDICT_SMALL);
    add(&p, answering(&answers));
    plan(&p, node);
    assert_tasks(&p, "3");
    arena_free(p.arena);
}

static void other_leaves_have_one_task_unless_answered(void **unused)
{
    struct planned p;
    struct answers answers = {{{NODE_FILTER, 0, DESIRED(3)}}, {0}};
    const struct node_distributed_leaf *leaf;
    const struct eider_node *node;

    (void)unused;
    start(&p);
    add(&p, answering(&answers));
    node = counted(&p, sample_filter(p.arena, sample_values(p.arena, 2, 10)));
    plan(&p, node);
    assert_int_equal(p.verdict.kind, VERDICT_SMALL);
    answers.items[1].tag = NODE_VALUES;
    answers.items[1].count = (struct eider_task_count)DESIRED(2);
    plan(&p, node);
    assert_tasks(&p, "3");
    leaf = node_as_distributed_leaf(node_child(node_child(p.graph.stages[0].root, 0), 0));
    assert_non_null(leaf);
    assert_int_equal(leaf->variants.count, 1); /* the first task reads it all */
    arena_free(p.arena);
}

static void what_needs_one_task_stays_in_one(void **unused)
{
    struct planned p;
    struct answers answers = {{{NODE_TABLE_SCAN, 0, DESIRED(4)},
                               {NODE_AGGREGATE, 0, DESIRED(4)},
                               {NODE_SORT, 0, DESIRED(4)},
                               {NODE_PARQUET_SCAN, 0, DESIRED(4)}},
                              {0}};
    const struct eider_node *scan;
    struct node_sort *sort;

    (void)unused;
    start(&p);
    add(&p, answering(&answers));
    plan(&p, counted(&p, sample_table(p.arena)));
    assert_int_equal(p.verdict.kind, VERDICT_NATIVE_TABLE);
    assert_int_equal(answers.asked[NODE_TABLE_SCAN], 1);
    scan = sample_scan(p.arena, 2, 4, 1e6);
    sort = node_sort_new(p.arena);
    sort->input = scan;
    sort->orders = sort_key_list_new(p.arena, 1);
    sort->orders.items[0].expr = expr_column_of(p.arena, scan, 0);
    sort->projection = u32_list_identity(p.arena, 2);
    sort->base.columns = scan->columns;
    plan(&p, counted(&p, &sort->base)); /* one task may feed many: the sort and the count are in the head */
    assert_tasks(&p, "4");
    assert_int_equal(p.graph.head.tasks, 1);
    arena_free(p.arena);
}

/* ---- Boundaries ---- */

static void answers_count_above_boundaries(void **unused)
{
    static const struct {
        struct eider_task_count aggregate;
        double groups;
        const char *tasks;
    } cases[] = {
        {NONE, 1e6, "4 4"},       {DESIRED(2), 1e6, "4 2"}, /* not less tasks for the scan */
        {MAXIMUM(3), 1e6, "3 3"},                           /* no more than that in either stage */
        {MAXIMUM(1), 1e6, NULL},  {NONE, 10, "4"},          /* few groups meet in the head */
        {DESIRED(2), 10, "4 2"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p;
        struct answers answers = {{{NODE_AGGREGATE, 0, cases[i].aggregate}}, {0}};
        start(&p);
        add(&p, answering(&answers));
        plan(&p, sample_aggregate(p.arena, sample_scan(p.arena, 2, 4, 1e9), 1, "sum",
                                  type_simple(TYPE_HUGEINT), cases[i].groups));
        assert_int_equal(answers.asked[NODE_AGGREGATE], 1);
        if (cases[i].tasks == NULL)
            assert_int_equal(p.verdict.kind, VERDICT_SMALL);
        else
            assert_tasks(&p, cases[i].tasks);
        arena_free(p.arena);
    }
}

/* Scans of five and four files, four tasks each. */
static void check_join(struct eider_task_count join, struct eider_task_count left, double right_rows,
                       const char *tasks)
{
    struct planned p;
    struct answers answers = {{{NODE_HASH_JOIN, 0, join}, {NODE_PARQUET_SCAN, 5, left}}, {0}};

    start(&p);
    add(&p, answering(&answers));
    p.options.broadcast_rows = 100000;
    plan(&p, counted(&p, sample_join(p.arena, sample_scan(p.arena, 2, 5, 1e6),
                                     sample_filter(p.arena, sample_scan(p.arena, 2, 4, right_rows)),
                                     JOIN_INNER, 1e6)));
    assert_tasks(&p, tasks);
    arena_free(p.arena);
}

static void joins_merge_their_sides(void **unused)
{
    const struct eider_task_count none = NONE, two = DESIRED(2), three = MAXIMUM(3), one = MAXIMUM(1);

    (void)unused;
    check_join(none, none, 100, "4 4"); /* broadcast: the build side, and the join with its probe side */
    check_join(none, two, 100, "4 2");
    check_join(two, none, 100, "4 4");
    check_join(three, two, 100, "4 3");
    check_join(one, none, 100, "4");
}

static void shuffled_joins_have_what_is_answered(void **unused)
{
    static const struct {
        struct eider_task_count join;
        const char *tasks;
    } cases[] = {{NONE, "4 4 4"}, {DESIRED(2), "4 4 2"}, {MAXIMUM(3), "4 4 3"}, {DESIRED(1), "4 4"}};

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p;
        struct answers answers = {{{NODE_HASH_JOIN, 0, cases[i].join}}, {0}};
        start(&p);
        add(&p, answering(&answers));
        p.options.broadcast_joins = false;
        plan(&p, counted(&p, sample_join(p.arena, sample_scan(p.arena, 2, 5, 1e6),
                                         sample_scan(p.arena, 2, 4, 1e6), JOIN_INNER, 1e6)));
        assert_tasks(&p, cases[i].tasks);
        arena_free(p.arena);
    }
}

static void unions_merge_their_inputs(void **unused)
{
    static const struct {
        struct eider_task_count one, all;
        const char *tasks;
    } cases[] = {
        {NONE, NONE, "4"},         {DESIRED(2), NONE, "4"}, {MAXIMUM(2), NONE, "2"},
        {MAXIMUM(1), NONE, "1 4"}, /* what has one task may have a stage of its own */
        {NONE, MAXIMUM(3), "3"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p;
        struct answers answers = {{{NODE_PARQUET_SCAN, 5, cases[i].one}, {NODE_UNION, 0, cases[i].all}}, {0}};
        struct node_union *node;
        start(&p);
        add(&p, answering(&answers));
        node = node_union_new(p.arena);
        node->inputs = node_list_new(p.arena, 2);
        node->inputs.items[0] = sample_scan(p.arena, 2, 5, 1e6);
        node->inputs.items[1] = sample_scan(p.arena, 2, 4, 1e6);
        node->base.columns = node->inputs.items[0]->columns;
        plan(&p, counted(&p, &node->base));
        assert_tasks(&p, cases[i].tasks);
        arena_free(p.arena);
    }
}

/* ---- Wrong counts ---- */

static enum eider_status fails_with(void *data, const struct eider_node *node, struct eider_task_count *ret,
                                    struct eider_error *err)
{
    *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, 2};
    if (node->tag != NODE_PARQUET_SCAN)
        return EIDER_OK;
    if (data == NULL)
        return EIDER_ERROR_IO;
    memset(err->message, 'x', sizeof(err->message)); /* without an end */
    snprintf(err->hint, sizeof(err->hint), "ask later");
    return EIDER_ERROR_CANCELLED;
}

static void wrong_counts_are_errors(void **unused)
{
    struct planned p;
    struct answers answers = {{{NODE_PARQUET_SCAN, 0, DESIRED(0)}}, {0}};
    const struct eider_node *node;

    (void)unused;
    start(&p);
    add(&p, answering(&answers));
    node = counted(&p, sample_scan(p.arena, 2, 4, 1e6));
    assert_fails(&p, node, EIDER_ERROR_PLAN,
                 "handlers 'mine', desired_tasks: 0 tasks for DataSourceExec, but a stage has 1 to 100000 of "
                 "them");
    assert_string_equal(p.err.node, "DataSourceExec");
    answers.items[0].count = (struct eider_task_count)MAXIMUM(100001);
    assert_fails(&p, node, EIDER_ERROR_PLAN,
                 "handlers 'mine', desired_tasks: 100001 tasks for DataSourceExec, but a stage has 1 to "
                 "100000 of them");
    answers.items[0].count = (struct eider_task_count){(enum eider_task_count_kind)7, 2};
    assert_fails(&p, node, EIDER_ERROR_PLAN,
                 "handlers 'mine', desired_tasks: the answer for DataSourceExec is of the unknown kind 7");
    p.handlers[0].desired_tasks = fails_with;
    p.handlers[0].data = NULL;
    assert_fails(&p, node, EIDER_ERROR_IO,
                 "handlers 'mine', desired_tasks: failed without a message: EIDER_ERROR_IO");
    assert_string_equal(p.err.node, "DataSourceExec");
    p.handlers[0].data = &p;
    assert_int_equal(plan_status(&p, node), EIDER_ERROR_CANCELLED);
    assert_memory_equal(p.err.message, "handlers 'mine', desired_tasks: xxx", 35);
    assert_string_equal(p.err.hint, "ask later");
    assert_int_equal(planner_plan(p.arena, node, &p.options, &p.graph, &p.verdict, NULL),
                     EIDER_ERROR_CANCELLED);
    arena_free(p.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_merge),
        cmocka_unit_test(answers_merge_within_a_stage),
        cmocka_unit_test(settings_limit_answers),
        cmocka_unit_test(the_first_answer_counts),
        cmocka_unit_test(small_scans_can_be_distributed),
        cmocka_unit_test(other_leaves_have_one_task_unless_answered),
        cmocka_unit_test(what_needs_one_task_stays_in_one),
        cmocka_unit_test(answers_count_above_boundaries),
        cmocka_unit_test(joins_merge_their_sides),
        cmocka_unit_test(shuffled_joins_have_what_is_answered),
        cmocka_unit_test(unions_merge_their_inputs),
        cmocka_unit_test(wrong_counts_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
