/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner: where boundaries go, how many tasks there are, which rows each task reads. Plans are built by hand, so
 * that each rule is seen alone; whole queries are the golden tests' matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/display.h"
#include "planner/decompose.h"
#include "planner/planner.h"
#include "unit/plans.h"

#define MIB (1 << 20)

/* Every file has 8 MiB, 8,000 rows in row groups of 1,000. */
static enum eider_status some_file(void *data, const char *path, struct planner_file *ret,
                                   struct eider_error *err)
{
    (void)data;
    (void)path;
    (void)err;
    *ret = (struct planner_file){.bytes = 8 * MIB, .mtime_ns = 1, .rows = 8000, .row_group_rows = 1000};
    return EIDER_OK;
}

static struct planner_options options_for(uint32_t workers)
{
    return (struct planner_options){.workers = workers,
                                    .bytes_per_task = 1,
                                    .partitions_per_task = 1,
                                    .broadcast_joins = true,
                                    .broadcast_rows = 1000,
                                    .file_info = some_file};
}

struct planned {
    struct arena *arena;
    struct stage_graph graph;
    struct verdict verdict;
    struct eider_error err;
    char *picture;
};

static void plan_with(struct planned *ret, const struct eider_node *plan,
                      const struct planner_options *options)
{
    struct buf out;

    ret->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
    assert_int_equal(planner_plan(ret->arena, plan, options, &ret->graph, &ret->verdict, &ret->err),
                     EIDER_OK);
    buf_init(&out, MIB);
    if (ret->verdict.kind == VERDICT_DISTRIBUTABLE)
        stage_graph_display(&out, &ret->graph, DISPLAY_PLAIN);
    ret->picture = arena_strndup(ret->arena, out.data, out.size);
    buf_done(&out);
}

static struct planned start(void)
{
    return (struct planned){.arena = arena_new()};
}

static void done(struct planned *planned)
{
    arena_free(planned->arena);
}

static void assert_has(const struct planned *planned, const char *text)
{
    if (strstr(planned->picture, text) == NULL)
        fail_msg("\"%s\" is not in\n%s", text, planned->picture);
}

static void assert_has_not(const struct planned *planned, const char *text)
{
    if (strstr(planned->picture, text) != NULL)
        fail_msg("\"%s\" is in\n%s", text, planned->picture);
}

/* ---- Aggregates ---- */

static void few_groups_meet_in_the_head(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 32000);

    (void)unused;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "avg", type_simple(TYPE_DOUBLE), 10), &options);
    assert_string_equal(p.picture,
                        "┌───── DistributedExec ── Tasks: t0:[p0]\n"
                        "│ ProjectionExec: expr=[a, eider_average(sum(b), count(b)) as avg]\n"
                        "│   AggregateExec: mode=Final, gby=[a], aggr=[avg(b)]\n"
                        "│     [Stage 1] => NetworkCoalesceExec: output_partitions=4, input_tasks=4\n"
                        "└──────────────────────────────────────────────────\n"
                        "  ┌───── Stage 1 ── Tasks: t0:[p0] t1:[p1] t2:[p2] t3:[p3]\n"
                        "  │ AggregateExec: mode=Partial, gby=[a], aggr=[avg(b)]\n"
                        "  │   DistributedLeafExec: DataSourceExec: files=[…/t/f0.parquet, …/t/f1.parquet, "
                        "…/t/f2.parquet, …/t/f3.parquet], projection=[a, b], file_type=parquet\n"
                        "  └──────────────────────────────────────────────────\n");
    done(&p);
}

static void many_groups_are_shuffled(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e9);

    (void)unused;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 1e6), &options);
    assert_int_equal(p.graph.stage_count, 2);
    assert_has(&p, "[Stage 1] => NetworkShuffleExec: output_partitions=1, input_tasks=4");
    assert_has(&p, "mode=Partial");
    assert_has(&p, "mode=Final");
    assert_has(&p, "t0:[p0..p3]");
    done(&p);
}

static void groups_that_hardly_repeat_are_not_aggregated_twice(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e9);

    (void)unused;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 5e8), &options);
    assert_has(&p, "mode=Single");
    assert_has_not(&p, "mode=Partial");
    assert_has(&p, "NetworkShuffleExec");
    done(&p);
}

/* The moments of a variance are merged more slowly than rows are shuffled, unless there are many rows to a group. */
static void slow_merges_need_a_larger_reduction(void **unused)
{
    static const double groups[] = {1e6, 1e7};

    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct planned p = start();
        struct planner_options options = options_for(4);
        const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e9);
        const struct eider_node *single =
            sample_aggregate(p.arena, scan, 1, "var_pop", type_simple(TYPE_DOUBLE), groups[i]);
        struct expr_aggregate *call = (struct expr_aggregate *)node_as_aggregate(single)->aggregates.items[0];
        struct expr_cast *cast = expr_cast_new(p.arena, type_simple(TYPE_DOUBLE));

        cast->child = call->args.items[0];
        call->args.items[0] = &cast->base;
        plan_with(&p, single, &options);
        assert_has(&p, i == 0 ? "mode=Partial" : "mode=Single");
        plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), groups[i]),
                  &options);
        assert_has(&p, "mode=Partial");
        done(&p);
    }
}

static void what_does_not_decompose_is_computed_whole(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e6);

    (void)unused;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "median", type_simple(TYPE_DOUBLE), 10), &options);
    assert_has(&p, "mode=Single, gby=[a], aggr=[median(b)]");
    assert_has(&p, "NetworkShuffleExec");
    plan_with(&p, sample_aggregate(p.arena, scan, 0, "median", type_simple(TYPE_DOUBLE), 1), &options);
    assert_has(&p, "mode=Single");
    assert_has(&p, "NetworkCoalesceExec");
    done(&p);
}

static void merging_states_gives_states(void **unused)
{
    struct arena *arena = arena_new();
    const struct eider_node *single =
        sample_aggregate(arena, sample_values(arena, 2, 4), 1, "avg", type_simple(TYPE_DOUBLE), 2);
    const struct node_aggregate *node = node_as_aggregate(single), *phase;

    (void)unused;
    phase = aggregate_partial(arena, node, node->input);
    assert_int_equal(phase->base.columns.count, 3); /* the group, a sum, a count */
    for (int i = 0; i < 3; i++) {                   /* as many merges as wanted, always the same columns */
        const struct node_aggregate *next =
            aggregate_merge(arena, node, &phase->base, AGGREGATE_PARTIAL_REDUCE);
        assert_int_equal(next->base.columns.count, 3);
        for (uint32_t k = 0; k < 3; k++)
            assert_true(type_equal(next->base.columns.items[k].type, phase->base.columns.items[k].type));
        phase = next;
    }
    assert_true(type_equal(aggregate_finish(arena, node, &phase->base)->columns.items[1].type,
                           type_simple(TYPE_DOUBLE)));
    arena_free(arena);
}

/* ---- Lists of distinct values ---- */

static double some_values(void *data, const char *path, uint32_t files, const char *column)
{
    const double *values = data;

    (void)path;
    (void)files;
    return values[strcmp(column, "b") == 0];
}

/* GROUP BY a, count(DISTINCT b) over a million rows; with rows given, nothing would be known of their values. */
static const struct eider_node *count_distinct(struct arena *arena, uint32_t groups)
{
    struct node_parquet_scan *scan = (struct node_parquet_scan *)sample_scan(arena, 2, 4, -1);
    struct node_aggregate *node = (struct node_aggregate *)sample_aggregate(
        arena, &scan->base, groups, "count_distinct", type_simple(TYPE_BIGINT), -1);
    struct expr_aggregate *call = (struct expr_aggregate *)node->aggregates.items[0];

    call->name = str_from("count");
    call->distinct = true;
    return &node->base;
}

static void distinct_aggregates_are_split(void **unused)
{
    static const struct {
        double values[2]; /* of a and b; -1: unknown */
        uint32_t groups;
        const char *has;
    } cases[] = {
        {{4, 100}, 1, "eider_distinct"}, {{4, 100}, 0, "eider_distinct"},
        {{4, 6000}, 1, "DistinctExec"}, /* 4 × 4 × 6,000 of 32,000 rows */
        {{4, -1}, 1, "DistinctExec"},    {{4, 8000}, 0, "DistinctExec"},
        {{15, 8000}, 1, "DistinctExec"}, {{16, 8000}, 1, "mode=Single"}, /* four groups for each task */
        {{20000, 2}, 1, "mode=Single"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p = start();
        struct planner_options options = options_for(4);

        options.column_distinct = some_values;
        options.file_data = (void *)cases[i].values;
        plan_with(&p, count_distinct(p.arena, cases[i].groups), &options);
        assert_has(&p, cases[i].has);
        done(&p);
    }
}

/* ---- What scans are worth ---- */

/* Of the file, column a is a tenth, b a half, and what is nested a fourth. */
static bool some_share(void *data, const char *path, const char *column, double *ret_share, bool *ret_nested)
{
    const bool *known = data;

    (void)path;
    *ret_nested = strcmp(column, "a") != 0 && strcmp(column, "b") != 0;
    *ret_share = *ret_nested ? 0.25 : strcmp(column, "a") == 0 ? 0.1 : 0.5;
    return *known;
}

/* Four files of 8 MiB and 8,000 rows; a task is worth `task` bytes. */
static uint32_t tasks_of_scan(const char *const *columns, uint32_t count, uint64_t task, bool known)
{
    struct planned p = start();
    struct planner_options options = options_for(64);
    struct node_parquet_scan *scan =
        (struct node_parquet_scan *)node_clone(p.arena, sample_scan(p.arena, 2, 4, 32000));
    struct scan_column first = scan->read.items[0];
    uint32_t tasks;

    scan->read = scan_column_list_new(p.arena, count);
    scan->projection = u32_list_identity(p.arena, count);
    scan->base.columns = column_list_new(p.arena, count);
    for (uint32_t i = 0; i < count; i++) {
        scan->read.items[i] = first;
        scan->read.items[i].name = str_from(columns[i]);
        scan->base.columns.items[i] = (struct column){str_from(columns[i]), first.type};
    }
    options.bytes_per_task = task;
    options.column_share = some_share;
    options.file_data = &known;
    plan_with(&p, &scan->base, &options);
    tasks = p.verdict.kind == VERDICT_SMALL ? 1 : p.graph.stages[0].tasks;
    done(&p);
    return tasks;
}

static void scans_are_worth_their_columns(void **unused)
{
    static const char *const columns[] = {"a", "b", "list", "struct"};

    (void)unused;
    assert_int_equal(tasks_of_scan(columns, 4, MIB, false), 32);
    assert_int_equal(tasks_of_scan(columns, 1, MIB, true), 4);     /* 3.2 MiB */
    assert_int_equal(tasks_of_scan(columns, 2, MIB, true), 20);    /* 19.2 */
    assert_int_equal(tasks_of_scan(columns, 3, MIB, true), 28);    /* 27.2 */
    assert_int_equal(tasks_of_scan(columns, 4, MIB, true), 28);    /* the nested ones count once */
    assert_int_equal(tasks_of_scan(columns, 1, 4 * MIB, true), 1); /* small */
    assert_int_equal(tasks_of_scan(columns, 0, 100, true), 5);     /* 32,000 rows, 480 bytes */
}

/* ---- CTEs ---- */

static const struct eider_node *read_twice(struct arena *arena, const struct eider_node *definition)
{
    struct node_cte *cte = node_cte_new(arena);
    struct node_union *both = node_union_new(arena);

    both->inputs = node_list_new(arena, 2);
    both->base.columns = definition->columns;
    for (int i = 0; i < 2; i++) {
        struct node_cte_ref *ref = node_cte_ref_new(arena);

        ref->cte = 3;
        ref->base.columns = definition->columns;
        ref->base.rows = definition->rows;
        both->inputs.items[i] = &ref->base;
    }
    cte->cte = 3;
    cte->definition = definition;
    cte->body = &both->base;
    cte->base.columns = definition->columns;
    return &cte->base;
}

/* Four files of 8 MiB make four tasks; of what they give, the rows say how many tasks read it. */
static void readers_of_few_rows_are_few(void **unused)
{
    static const struct {
        double rows; /* of 17 bytes */
        uint32_t tasks;
    } cases[] = {{1000, 1}, {61680, 1}, {61681, 2}, {1000000, 4}};

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct planned p = start();
        struct planner_options options = options_for(4);
        const struct eider_node *scan = sample_scan(p.arena, 2, 4, cases[i].rows);

        options.bytes_per_task = MIB;
        plan_with(&p, read_twice(p.arena, sample_filter(p.arena, scan)), &options);
        assert_int_equal(p.graph.stages[0].tasks, 4);
        if (cases[i].tasks == 1) /* the head */
            assert_int_equal(p.graph.stage_count, 1);
        else
            assert_int_equal(p.graph.stages[1].tasks, cases[i].tasks);
        done(&p);
    }
}

/* ---- Reduction in steps ---- */

static void states_of_many_tasks_meet_in_steps(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(64);
    const struct eider_node *scan = sample_scan(p.arena, 2, 64, 1e9);
    const struct eider_node *few = sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 10);

    (void)unused;
    plan_with(&p, few, &options);
    assert_int_equal(p.graph.stage_count, 1);
    options.partial_reduce_tree = true;
    plan_with(&p, few, &options);
    assert_int_equal(p.graph.stage_count, 3);
    assert_int_equal(p.graph.stages[0].tasks, 64);
    assert_int_equal(p.graph.stages[1].tasks, 8);
    assert_int_equal(p.graph.stages[2].tasks, 3);
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 1e6), &options);
    assert_has_not(&p, "mode=PartialReduce"); /* they are shuffled to as many tasks */
    options.workers = 8;
    plan_with(&p, few, &options);
    assert_int_equal(p.graph.stage_count, 2);
    assert_int_equal(p.graph.stages[1].tasks, 3);
    options.workers = 7;
    plan_with(&p, few, &options);
    assert_int_equal(p.graph.stage_count, 1);
    done(&p);
}

/* ---- Joins ---- */

static void small_sides_are_broadcast(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *big = sample_scan(p.arena, 2, 4, 1e6), *small = sample_scan(p.arena, 2, 1, 100);

    (void)unused;
    plan_with(&p, sample_join(p.arena, big, small, JOIN_INNER, 1e6), &options);
    assert_has(&p, "NetworkBroadcastExec: partitions_per_consumer=1, stage_partitions=4, input_tasks=4");
    plan_with(&p, sample_join(p.arena, big, small, JOIN_RIGHT, 1e6), &options);
    assert_has_not(&p, "NetworkBroadcastExec"); /* it emits unmatched rows of the small side: once only */
    plan_with(&p, sample_join(p.arena, small, big, JOIN_RIGHT_ANTI, 1e6), &options);
    assert_has(&p, "NetworkBroadcastExec");
    options.broadcast_joins = false;
    plan_with(&p, sample_join(p.arena, big, small, JOIN_INNER, 1e6), &options);
    assert_has_not(&p, "NetworkBroadcastExec");
    done(&p);
}

static void not_in_is_always_broadcast(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *big = sample_scan(p.arena, 2, 4, 1e6);

    (void)unused;
    options.broadcast_joins = false;
    plan_with(&p, sample_join(p.arena, big, sample_scan(p.arena, 2, 4, 1e6), JOIN_MARK, 1e6), &options);
    assert_has(&p, "NetworkBroadcastExec");
    assert_has_not(&p, "NetworkShuffleExec");
    done(&p);
}

static void joins_in_step_need_no_boundary(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *a = sample_scan(p.arena, 2, 4, 1e6), *b = sample_scan(p.arena, 2, 4, 1e6);
    const struct eider_node *join = sample_join(p.arena, a, b, JOIN_INNER, 1e6);
    const struct eider_node *again =
        sample_join(p.arena, join, sample_scan(p.arena, 2, 4, 1e6), JOIN_INNER, 1e6);

    (void)unused;
    plan_with(&p, again, &options);
    assert_int_equal(p.graph.stage_count, 4); /* three scans and one stage with both joins */
    plan_with(&p, sample_aggregate(p.arena, join, 1, "median", type_simple(TYPE_DOUBLE), 1e5), &options);
    assert_int_equal(p.graph.stage_count, 3);          /* grouped by the join key, in the stage of the join */
    join = sample_join(p.arena, a, b, JOIN_FULL, 1e6); /* keys of either side may be NULL here */
    plan_with(&p, sample_aggregate(p.arena, join, 1, "median", type_simple(TYPE_DOUBLE), 1e5), &options);
    assert_int_equal(p.graph.stage_count, 4);
    done(&p);
}

/* ---- Task counts ---- */

static void one_worker_means_no_boundary(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(1);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e6);

    (void)unused;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 10), &options);
    assert_int_equal(p.verdict.kind, VERDICT_SINGLE_TASK);
    options = options_for(8);
    options.bytes_per_task = 64 * MIB;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 10), &options);
    assert_int_equal(p.verdict.kind, VERDICT_SMALL);
    options.bytes_per_task = 12 * MIB; /* 32 MiB of files: three tasks */
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 10), &options);
    assert_int_equal(p.graph.stages[0].tasks, 3);
    options.max_tasks_per_stage = 2;
    plan_with(&p, sample_aggregate(p.arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 10), &options);
    assert_int_equal(p.graph.stages[0].tasks, 2);
    done(&p);
}

/* ---- Leaves ---- */

/* Every row of every file is in exactly one variant. */
static void check_split(uint32_t files, uint32_t tasks)
{
    struct planned p = start();
    struct planner_options options = options_for(tasks);
    const struct eider_node *scan = sample_scan(p.arena, 2, files, 1e6);
    const struct node_distributed_leaf *leaf;
    uint64_t next_file = 0, next_row = 0;

    plan_with(&p, sample_aggregate(p.arena, scan, 0, "count", type_simple(TYPE_BIGINT), 1), &options);
    assert_int_equal(p.graph.stages[0].tasks, tasks);
    leaf = node_as_distributed_leaf(node_child(p.graph.stages[0].root, 0));
    assert_non_null(leaf);
    assert_int_equal(leaf->variants.count, tasks);
    for (uint32_t t = 0; t < tasks; t++) {
        const struct node_parquet_scan *variant = node_as_parquet_scan(leaf->variants.items[t]);
        for (uint32_t i = 0; variant != NULL && i < variant->files.count; i++) {
            const struct file_slice *slice = &variant->files.items[i];
            uint64_t count = slice->row_count > 0 ? slice->row_count : 8000;
            char path[64];
            snprintf(path, sizeof(path), "/data/t/f%u.parquet", (unsigned)next_file);
            assert_string_equal(slice->path.data, path);
            assert_int_equal(slice->first_row, next_row);
            next_row += count;
            if (next_row == 8000) {
                next_file++;
                next_row = 0;
            }
        }
    }
    assert_int_equal(next_file, files);
    assert_int_equal(next_row, 0);
    done(&p);
}

static void leaves_are_split_without_loss(void **unused)
{
    (void)unused;
    for (uint32_t files = 1; files <= 5; files++) {
        for (uint32_t tasks = 2; tasks <= 60; tasks += files == 1 ? 1 : 7)
            check_split(files, tasks);
    }
}

/* ---- Order ---- */

static void limits_over_stored_order_stay_local(void **unused)
{
    struct planned p = start();
    struct planner_options options = options_for(4);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e6);
    struct node_limit *limit = node_limit_new(p.arena);

    (void)unused;
    limit->input = sample_filter(p.arena, scan);
    limit->has_limit = true;
    limit->limit = 5;
    limit->base.columns = scan->columns;
    plan_with(&p, &limit->base, &options);
    assert_int_equal(p.verdict.kind, VERDICT_ORDER_DEPENDENT);
    limit->input = sample_aggregate(p.arena, scan, 1, "median", type_simple(TYPE_DOUBLE), 100);
    limit->base.columns = limit->input->columns;
    plan_with(&p, &limit->base, &options);
    assert_int_equal(p.verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_has(&p, "LimitExec: skip=0, fetch=5"); /* per task, and once more */
    done(&p);
}

/* ---- Boundaries that a rule places ---- */

static uint32_t producers, consumers;

static enum eider_status place_coalesce(void *data, struct arena *arena, const struct eider_node *plan,
                                        const struct eider_node **ret, struct eider_error *err)
{
    struct node_network_coalesce *boundary = node_network_coalesce_new(arena);

    (void)data;
    (void)err;
    boundary->input = plan;
    boundary->producer_tasks = producers;
    boundary->consumer_tasks = consumers;
    boundary->base.columns = plan->columns;
    *ret = &boundary->base;
    return EIDER_OK;
}

static void placed_boundaries_are_only_finalised(void **unused)
{
    static const struct planner_rule_entry rule = {"place", place_coalesce, NULL};
    struct planned p = start();
    struct planner_options options = options_for(2);
    const struct eider_node *scan = sample_scan(p.arena, 2, 4, 1e6);

    (void)unused;
    options.rules = &rule;
    options.rule_count = 1;
    producers = 3; /* more than there are workers: the boundary counts, nothing else */
    consumers = 1;
    plan_with(&p, scan, &options);
    assert_int_equal(p.graph.stage_count, 1);
    assert_int_equal(p.graph.stages[0].tasks, 3);
    producers = 1;
    plan_with(&p, scan, &options);
    assert_int_equal(p.verdict.kind, VERDICT_SINGLE_TASK);
    producers = 0;
    p.verdict.kind = VERDICT_DISTRIBUTABLE;
    assert_int_equal(planner_plan(p.arena, scan, &options, &p.graph, &p.verdict, &p.err), EIDER_ERROR_PLAN);
    assert_string_equal(p.err.node, "NetworkCoalesceExec");
    producers = 3;
    consumers = 2; /* the head has one task */
    p.verdict.kind = VERDICT_DISTRIBUTABLE;
    assert_int_equal(planner_plan(p.arena, scan, &options, &p.graph, &p.verdict, &p.err), EIDER_ERROR_PLAN);
    done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_groups_meet_in_the_head),
        cmocka_unit_test(many_groups_are_shuffled),
        cmocka_unit_test(groups_that_hardly_repeat_are_not_aggregated_twice),
        cmocka_unit_test(slow_merges_need_a_larger_reduction),
        cmocka_unit_test(what_does_not_decompose_is_computed_whole),
        cmocka_unit_test(merging_states_gives_states),
        cmocka_unit_test(distinct_aggregates_are_split),
        cmocka_unit_test(scans_are_worth_their_columns),
        cmocka_unit_test(readers_of_few_rows_are_few),
        cmocka_unit_test(states_of_many_tasks_meet_in_steps),
        cmocka_unit_test(small_sides_are_broadcast),
        cmocka_unit_test(not_in_is_always_broadcast),
        cmocka_unit_test(joins_in_step_need_no_boundary),
        cmocka_unit_test(one_worker_means_no_boundary),
        cmocka_unit_test(leaves_are_split_without_loss),
        cmocka_unit_test(limits_over_stored_order_stay_local),
        cmocka_unit_test(placed_boundaries_are_only_finalised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
