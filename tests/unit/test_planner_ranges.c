/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scans that are cut by ranges of a column: the tasks' ranges follow one another without a gap, each value of a file is read
 * by one task, and joins and groups by the column have no boundary below them, unless the files are not in its order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/display.h"
#include "planner/planner.h"
#include "planner/ranges.h"
#include "unit/plans.h"

#define ROWS_OF_FILE 1000

/* The key of file i holds i × step … i × step + length, its other columns anything. */
struct files {
    int64_t step, length;
    double covered;  /* of length: more than one row group over the same values, if it is more than 1 */
    const char *key; /* the column; NULL: a */
    int remote;      /* a file of which nothing is known; 0: none */
};

static enum eider_status file_info(void *data, const char *path, struct planner_file *ret,
                                   struct eider_error *err)
{
    const struct files *files = data;
    long file = strtol(strrchr(path, '/') + 2, NULL, 10);

    (void)err;
    *ret = (struct planner_file){.bytes = 0};
    if (file == 0 || file != files->remote)
        *ret = (struct planner_file){
            .bytes = 1 << 20, .mtime_ns = 1, .rows = ROWS_OF_FILE, .row_group_rows = 100};
    return EIDER_OK;
}

static bool column_bounds(void *data, const char *path, const char *column, struct planner_bounds *ret)
{
    const struct files *files = data;
    long file = strtol(strrchr(path, '/') + 2, NULL, 10);

    if (strcmp(column, files->key != NULL ? files->key : "a") != 0 || (file != 0 && file == files->remote))
        return false;
    ret->least = file * files->step;
    ret->greatest = ret->least + files->length;
    ret->covered = files->covered * (double)files->length;
    ret->row_groups = 10;
    return true;
}

static struct planner_options options_for(uint32_t workers, struct files *files)
{
    return (struct planner_options){.workers = workers,
                                    .bytes_per_task = 1,
                                    .partitions_per_task = 1,
                                    .broadcast_rows = 1000,
                                    .range_scans = true,
                                    .file_info = file_info,
                                    .column_bounds = column_bounds,
                                    .file_data = files};
}

static void plan_with(struct arena *arena, const struct eider_node *plan,
                      const struct planner_options *options, struct stage_graph *ret)
{
    struct verdict verdict = {.kind = VERDICT_DISTRIBUTABLE};
    struct eider_error err;

    if (planner_plan(arena, plan, options, ret, &verdict, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
}

static const struct eider_node *find_leaf(const struct eider_node *node)
{
    const struct eider_node *found = node->tag == NODE_DISTRIBUTED_LEAF ? node : NULL;

    for (uint32_t i = 0, n = node_child_count(node); found == NULL && i < n; i++)
        found = find_leaf(node_child(node, i));
    return found;
}

/* ---- Cuts ---- */

static void cuts_follow_one_another(void **unused)
{
    struct range_point items[] = {{-50, 0}, {-10, 7}, {3, 1000}, {4, 1001}, {900, 5000}, {1000000, 5003}};
    const struct range_point_list points = {items, sizeof(items) / sizeof(items[0])};

    (void)unused;
    for (uint32_t tasks = 1; tasks <= 64; tasks++) {
        int64_t end = INT64_MIN;
        for (uint32_t task = 0; task < tasks; task++) {
            struct range_cut cut = range_cut_of(&points, task, tasks);
            assert_int_equal(cut.from, end);
            assert_true(cut.to >= cut.from);
            end = cut.to;
        }
        assert_int_equal(end, INT64_MAX);
    }
}

static void cuts_fall_on_borders_of_files_that_are_near(void **unused)
{
    struct range_point items[] = {{0, 0}, {100, 99}, {200, 205}, {300, 298}, {400, 400}};
    const struct range_point_list points = {items, 5};

    (void)unused;
    for (uint32_t task = 1; task < 4; task++)
        assert_int_equal(range_cut_of(&points, task, 4).from, task * 100);
    assert_int_equal(range_cut_of(&points, 1, 8).from, 50);
}

/* ---- Leaves ---- */

static bool passes(const struct node_parquet_scan *scan, int64_t value, const char *column)
{
    for (uint32_t i = 0; i < scan->filters.count; i++) {
        const struct expr_comparison *filter = expr_as_comparison(scan->filters.items[i]);
        int64_t bound = (int64_t)expr_as_integer(filter->right)->lower;
        const char *key = scan->read.items[expr_as_column(filter->left)->index].name.data;
        assert_string_equal(key, column);
        if (filter->op == COMPARE_LESS ? value >= bound : value < bound)
            return false;
    }
    return true;
}

static uint32_t readers_of(const struct node_distributed_leaf *leaf, const char *path, int64_t value,
                           const char *column)
{
    uint32_t readers = 0;

    for (uint32_t t = 0; t < leaf->variants.count; t++) {
        const struct node_parquet_scan *scan = node_as_parquet_scan(leaf->variants.items[t]);
        for (uint32_t f = 0; scan != NULL && f < scan->files.count; f++)
            readers += strcmp(scan->files.items[f].path.data, path) == 0 && passes(scan, value, column);
    }
    return readers;
}

/* Files that overlap, or have gaps, or follow one another; every value of each is read once. */
static void every_value_is_read_once(void **unused)
{
    static struct files kinds[] = {
        {100, 99, 1, "a", 0}, {100, 130, 1, "b", 0}, {1000, 99, 1, "b", 0}, {7, 7, 1, "b", 0}};

    (void)unused;
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        for (uint32_t tasks = 2; tasks <= 9; tasks++) {
            struct planner_options options = options_for(tasks, &kinds[k]);
            struct arena *arena = arena_new();
            const struct eider_node *scan = sample_scan(arena, 2, 6, 6000);
            const struct node_distributed_leaf *leaf;
            struct stage_graph graph;
            plan_with(arena, sample_aggregate(arena, scan, 2, "sum", type_simple(TYPE_HUGEINT), 5000),
                      &options, &graph);
            assert_int_equal(graph.stage_count, 1);
            leaf = node_as_distributed_leaf(find_leaf(graph.stages[0].root));
            assert_int_equal(leaf->variants.count, tasks);
            for (int64_t file = 0; file < 6; file++) {
                for (int64_t value = 0; value <= kinds[k].length; value++) {
                    const char *path = arena_printf(arena, "/data/t/f%d.parquet", (int)file);
                    assert_int_equal(readers_of(leaf, path, file * kinds[k].step + value, kinds[k].key), 1);
                }
            }
            arena_free(arena);
        }
    }
}

/* ---- Plans ---- */

static char *picture_of(struct arena *arena, const struct eider_node *plan,
                        const struct planner_options *options)
{
    struct stage_graph graph;
    struct buf out;
    char *text;

    plan_with(arena, plan, options, &graph);
    buf_init(&out, 1 << 20);
    stage_graph_display(&out, &graph, DISPLAY_PLAIN);
    text = arena_strndup(arena, out.data, out.size);
    buf_done(&out);
    return text;
}

static void groups_by_it_stay_in_place(void **unused)
{
    struct files files = {100, 99, 1, NULL, 0};
    struct planner_options options = options_for(4, &files);
    struct arena *arena = arena_new();
    const struct eider_node *scan = sample_scan(arena, 2, 8, 1e9);

    (void)unused;
    assert_string_equal(
        picture_of(arena, sample_aggregate(arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 5e8), &options),
        "┌───── DistributedExec ── Tasks: t0:[p0]\n"
        "│ [Stage 1] => NetworkCoalesceExec: output_partitions=4, input_tasks=4\n"
        "└──────────────────────────────────────────────────\n"
        "  ┌───── Stage 1 ── Tasks: t0:[p0] t1:[p1] t2:[p2] t3:[p3]\n"
        "  │ AggregateExec: mode=Single, gby=[a], aggr=[sum(b)]\n"
        "  │   DistributedLeafExec: DataSourceExec: files=[…/t/f0.parquet, …/t/f1.parquet, …/t/f2.parquet, "
        "…/t/f3.parquet, … 8 in all], projection=[a, b], ranges_of=a, file_type=parquet\n"
        "  └──────────────────────────────────────────────────\n");
    arena_free(arena);
}

static void joins_by_it_are_in_step(void **unused)
{
    struct files files = {100, 99, 1, NULL, 0};
    struct planner_options options = options_for(4, &files);
    struct arena *arena = arena_new();
    const struct eider_node *left = sample_scan(arena, 2, 8, 1e9), *right = sample_scan(arena, 2, 7, 1e9);
    const char *picture = picture_of(arena, sample_join(arena, left, right, JOIN_FULL, 1e9), &options);

    (void)unused;
    assert_null(strstr(picture, "NetworkShuffleExec"));
    assert_non_null(strstr(picture, "ranges_of=a"));
    arena_free(arena);
}

/* Each of these is shuffled instead. */
static void others_are_not_cut(void **unused)
{
    struct files in_order = {100, 99, 1, NULL, 0}, overlapping = {0, 99, 1, NULL, 0},
                 mixed = {100, 99, 3, NULL, 0}, remote = {100, 99, 1, NULL, 3};
    struct files *kinds[] = {&overlapping, &mixed, &remote};
    struct planner_options options;
    struct arena *arena = arena_new();
    const struct eider_node *scan = sample_scan(arena, 2, 8, 1e9);
    const struct eider_node *plan = sample_aggregate(arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 5e8);

    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        options = options_for(4, kinds[i]);
        assert_non_null(strstr(picture_of(arena, plan, &options), "NetworkShuffleExec"));
    }
    options = options_for(4, &in_order);
    options.range_scans = false;
    assert_non_null(strstr(picture_of(arena, plan, &options), "NetworkShuffleExec"));
    options.range_scans = true;
    options.column_bounds = NULL;
    assert_non_null(strstr(picture_of(arena, plan, &options), "NetworkShuffleExec"));
    arena_free(arena);
}

/* Tables whose keys hardly overlap would leave one task with all of the smaller one. */
static void unequal_tables_are_not_in_step(void **unused)
{
    struct files files = {100, 99, 1, NULL, 0};
    struct planner_options options = options_for(4, &files);
    struct arena *arena = arena_new();
    const struct eider_node *left = sample_scan(arena, 2, 40, 1e9), *right = sample_scan(arena, 2, 10, 1e9);
    const char *picture = picture_of(arena, sample_join(arena, left, right, JOIN_INNER, 1e9), &options);

    (void)unused;
    assert_non_null(strstr(picture, "NetworkShuffleExec"));
    assert_null(strstr(picture, "ranges_of"));
    arena_free(arena);
}

/* ---- Folders ---- */

static const struct node_parquet_scan *scan_of_folders(struct arena *arena)
{
    struct node_parquet_scan *scan = (struct node_parquet_scan *)(uintptr_t)sample_scan(arena, 1, 1, 1);

    scan->options = named_expr_list_new(arena, 1);
    scan->options.items[0].name = str_from("hive_partitioning");
    scan->options.items[0].expr = expr_bigint(arena, 1);
    return scan;
}

static void folders_have_one_value(void **unused)
{
    static const struct {
        enum type_tag type;
        const char *path;
        int64_t value;
    } known[] = {
        {TYPE_BIGINT, "/data/k=12/a.parquet", 12},
        {TYPE_INTEGER, "k=-7/x=y/a.parquet", -7},
        {TYPE_TINYINT, "/k=0/k=.parquet", 0},
        {TYPE_BIGINT, "/a=b=c/k=999999999999999999/a", 999999999999999999},
        {TYPE_BIGINT, "/k=__HIVE_DEFAULT_PARTITION__/a", RANGE_NULL},
        {TYPE_BIGINT, "/k=/a", RANGE_NULL},
        {TYPE_VARCHAR, "/k=Null/a", RANGE_NULL},
        {TYPE_DATE, "/k=1970-01-01/a", 0},
        {TYPE_DATE, "/k=2024-02-29/a", 19782},
        {TYPE_DATE, "/k=2024-03-01/a", 19783},
        {TYPE_DATE, "/k=1900-03-01/a", -25508},
        {TYPE_DATE, "/k=0001-01-01/a", -719162},
    };
    struct planner_options options = {.workers = 4};
    struct arena *arena = arena_new();
    const struct node_parquet_scan *scan = scan_of_folders(arena);
    struct planner_bounds bounds;

    (void)unused;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct scan_column column = {
            .role = SCAN_COLUMN, .name = str_from("k"), .type = type_simple(known[i].type)};
        if (!range_bounds(&options, scan, &column, known[i].path, &bounds))
            fail_msg("not understood: %s", known[i].path);
        assert_int_equal(bounds.least, known[i].value);
        assert_int_equal(bounds.greatest, known[i].value);
    }
    arena_free(arena);
}

/* Two texts that may be one value are not told apart. */
static void doubtful_folders_are_unknown(void **unused)
{
    static const struct {
        enum type_tag type;
        const char *path;
    } doubtful[] = {
        {TYPE_BIGINT, "/data/a.parquet"}, {TYPE_BIGINT, "/K=1/a"},
        {TYPE_BIGINT, "/k=1/k=1/a"},      {TYPE_BIGINT, "/k=1/K=2/a"},
        {TYPE_BIGINT, "/k=1=2/a"},        {TYPE_BIGINT, "/k=01/a"},
        {TYPE_BIGINT, "/k=-0/a"},         {TYPE_BIGINT, "/k=+1/a"},
        {TYPE_BIGINT, "/k=1 /a"},         {TYPE_BIGINT, "/k=1000000000000000000/a"},
        {TYPE_BIGINT, "/k=1.0/a"},        {TYPE_BIGINT, "/x?/k=1/a"},
        {TYPE_DATE, "/k=2024-3-1/a"},     {TYPE_DATE, "/k=2024-13-01/a"},
        {TYPE_DATE, "/k=20240301/a"},     {TYPE_TIMESTAMP, "/k=2024-03-01/a"},
        {TYPE_DOUBLE, "/k=1/a"},          {TYPE_VARCHAR, "/k=a%2/a"},
        {TYPE_VARCHAR, "/k=a%zz/a"},      {TYPE_VARCHAR, "/k=%4Eull/a"},
        {TYPE_BIGINT, "k=1.parquet"},
    };
    struct planner_options options = {.workers = 4};
    struct arena *arena = arena_new();
    const struct node_parquet_scan *scan = scan_of_folders(arena);
    struct planner_bounds bounds;

    (void)unused;
    for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++) {
        struct scan_column column = {
            .role = SCAN_COLUMN, .name = str_from("k"), .type = type_simple(doubtful[i].type)};
        if (range_bounds(&options, scan, &column, doubtful[i].path, &bounds))
            fail_msg("understood: %s", doubtful[i].path);
    }
    arena_free(arena);
}

static void strings_of_folders_are_told_apart(void **unused)
{
    static const char *const paths[] = {"/k=a/f", "/k=A/f", "/k=01/f", "/k=1/f", "/k=a%20b/f", "/k=a+b/f"};
    struct planner_options options = {.workers = 4};
    struct arena *arena = arena_new();
    const struct node_parquet_scan *scan = scan_of_folders(arena);
    struct scan_column column = {
        .role = SCAN_COLUMN, .name = str_from("k"), .type = type_simple(TYPE_VARCHAR)};
    struct planner_bounds bounds, others;

    (void)unused;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_true(range_bounds(&options, scan, &column, paths[i], &bounds));
        assert_true(bounds.least >= 0);
        for (size_t k = 0; k < i; k++) {
            assert_true(range_bounds(&options, scan, &column, paths[k], &others));
            assert_int_not_equal(bounds.least, others.least);
        }
    }
    assert_true(range_bounds(&options, scan, &column, "/k=a%20b/f", &bounds));
    assert_true(range_bounds(&options, scan, &column, "/k=a b/f", &others));
    assert_int_equal(bounds.least, others.least);
    arena_free(arena);
}

static enum eider_status scale(void *data, struct eider_plan_context *context, const struct eider_node *leaf,
                               uint32_t tasks, const struct eider_node **ret, struct eider_error *err)
{
    (void)data;
    (void)context;
    (void)tasks;
    (void)err;
    *ret = leaf;
    return EIDER_OK;
}

/* Who shares the leaves out knows which rows each task gets. */
static void handlers_of_leaves_come_first(void **unused)
{
    struct files files = {100, 99, 1, NULL, 0};
    struct planner_options options = options_for(4, &files);
    const struct eider_handlers handlers = {.size = sizeof(handlers), .name = "own", .scale_up_leaf = scale};
    struct arena *arena = arena_new();
    const struct eider_node *scan = sample_scan(arena, 2, 8, 1e9);

    (void)unused;
    options.handlers = &handlers;
    options.handler_count = 1;
    assert_null(strstr(
        picture_of(arena, sample_aggregate(arena, scan, 1, "sum", type_simple(TYPE_HUGEINT), 5e8), &options),
        "ranges_of"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cuts_follow_one_another),
                                       cmocka_unit_test(cuts_fall_on_borders_of_files_that_are_near),
                                       cmocka_unit_test(every_value_is_read_once),
                                       cmocka_unit_test(groups_by_it_stay_in_place),
                                       cmocka_unit_test(joins_by_it_are_in_step),
                                       cmocka_unit_test(others_are_not_cut),
                                       cmocka_unit_test(unequal_tables_are_not_in_step),
                                       cmocka_unit_test(folders_have_one_value),
                                       cmocka_unit_test(doubtful_folders_are_unknown),
                                       cmocka_unit_test(strings_of_folders_are_told_apart),
                                       cmocka_unit_test(handlers_of_leaves_come_first)};

    return cmocka_run_group_tests_name("planner ranges", tests, NULL, NULL);
}
