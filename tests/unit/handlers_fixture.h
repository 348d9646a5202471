/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_TESTS_HANDLERS_FIXTURE_H
#define EIDER_TESTS_HANDLERS_FIXTURE_H

/* Planning of small plans with handlers: four workers, files that are worth a task each, and handlers that give fixed answers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner/planner.h"
#include "unit/plans.h"

#define MIB (1 << 20)

/* ---- Planning ---- */

/* Every file has 8 MiB, 8,000 rows in row groups of 1,000. */
static inline enum eider_status some_file(void *data, const char *path, struct planner_file *ret,
                                          struct eider_error *err)
{
    (void)data;
    (void)path;
    (void)err;
    *ret = (struct planner_file){.bytes = 8 * MIB, .mtime_ns = 1, .rows = 8000, .row_group_rows = 1000};
    return EIDER_OK;
}

struct planned {
    struct arena *arena;
    struct planner_options options;
    struct stage_graph graph;
    struct verdict verdict;
    struct eider_error err;
    struct eider_handlers handlers[2];
};

static inline void start(struct planned *p)
{
    *p = (struct planned){.arena = arena_new()};
    p->options = (struct planner_options){.workers = 4,
                                          .bytes_per_task = 1,
                                          .partitions_per_task = 1,
                                          .broadcast_joins = true,
                                          .broadcast_rows = 1000,
                                          .file_info = some_file,
                                          .handlers = p->handlers};
}

static inline void add(struct planned *p, struct eider_handlers handlers)
{
    p->handlers[p->options.handler_count++] = handlers;
}

static inline enum eider_status plan_status(struct planned *p, const struct eider_node *plan)
{
    p->verdict = (struct verdict){.kind = VERDICT_DISTRIBUTABLE};
    p->err = (struct eider_error){.status = EIDER_OK};
    return planner_plan(p->arena, plan, &p->options, &p->graph, &p->verdict, &p->err);
}

static inline void plan(struct planned *p, const struct eider_node *node)
{
    if (plan_status(p, node) != EIDER_OK)
        fail_msg("%s", p->err.message);
}

static inline void assert_fails(struct planned *p, const struct eider_node *node, enum eider_status status,
                                const char *message)
{
    assert_int_equal(plan_status(p, node), status);
    assert_int_equal(p->err.status, status);
    assert_string_equal(p->err.message, message);
}

/* The tasks of the stages, as "4 2". */
static inline void assert_tasks(struct planned *p, const char *expected)
{
    char text[128] = "";

    assert_int_equal(p->verdict.kind, VERDICT_DISTRIBUTABLE);
    for (uint32_t i = 0; i < p->graph.stage_count; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), i == 0 ? "%u" : " %u",
                 p->graph.stages[i].tasks);
    assert_string_equal(text, expected);
}

static inline const struct eider_node *counted(struct planned *p, const struct eider_node *input)
{
    return sample_aggregate(p->arena, input, 0, "count", type_simple(TYPE_BIGINT), 1);
}

/* ---- Answers by kind of node ---- */

#define NONE                                                                                                 \
    {                                                                                                        \
        EIDER_TASKS_ASK_NEXT, 0                                                                              \
    }
#define DESIRED(n)                                                                                           \
    {                                                                                                        \
        EIDER_TASKS_DESIRED, n                                                                               \
    }
#define MAXIMUM(n)                                                                                           \
    {                                                                                                        \
        EIDER_TASKS_MAXIMUM, n                                                                               \
    }

struct answers {
    struct {
        enum node_tag tag;
        uint32_t files; /* of a scan; 0: any */
        struct eider_task_count count;
    } items[4];
    uint32_t asked[NODE_TAG_END];
};

static inline enum eider_status answer(void *data, const struct eider_node *node,
                                       struct eider_task_count *ret, struct eider_error *err)
{
    struct answers *answers = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);

    assert_non_null(err);
    assert_int_equal(ret->kind, EIDER_TASKS_ASK_NEXT);
    answers->asked[node->tag]++;
    for (size_t i = 0; i < sizeof(answers->items) / sizeof(answers->items[0]); i++) {
        uint32_t files = answers->items[i].files;
        if (answers->items[i].tag == node->tag && (files == 0 || scan->files.count == files))
            *ret = answers->items[i].count;
    }
    return EIDER_OK;
}

static inline struct eider_handlers answering(struct answers *answers)
{
    return (struct eider_handlers){
        .size = sizeof(struct eider_handlers), .name = "mine", .desired_tasks = answer, .data = answers};
}

static inline const struct eider_node *sample_table(struct arena *arena)
{
    struct node_table_scan *node = node_table_scan_new(arena);

    node->catalog = str_from("memory");
    node->schema = str_from("main");
    node->table = str_from("t");
    node->base.columns = sample_columns(arena, 2, type_simple(TYPE_BIGINT));
    node->base.rows = 1000;
    node->read = scan_column_list_new(arena, 2);
    for (uint32_t i = 0; i < 2; i++)
        node->read.items[i] = (struct scan_column){
            .role = SCAN_COLUMN, .name = node->base.columns.items[i].name, .type = type_simple(TYPE_BIGINT)};
    node->projection = u32_list_identity(arena, 2);
    return &node->base;
}

#endif
