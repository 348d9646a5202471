/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_PLANNER_H
#define EIDER_PLANNER_PLANNER_H

#include "base/verdict.h"
#include "eider/handlers.h"
#include "plan/stage.h"

/*
 * From a single-node plan to a stage graph. The passes stand in one table in pipeline.c:
 *   order       declines plans whose answer depends on the order of stored rows
 *   files       writes the files' sizes and times into the scans
 *   estimate    fills in the rows of every node
 *   prune       leaves out columns that nothing reads
 *   rules       the application's own, in order; for them, aggregates are split into Partial and Final before
 *   check       refuses a rule's plan that could give wrong rows
 *   distribute  places boundaries, unless a rule did; the handlers are asked how many tasks there should be
 *   finalise    elides 1→1, numbers stages, cuts the plan at its boundaries; the handlers scale its leaves
 *   bloom       lets scans drop rows that a later join would drop, by the keys of an earlier stage
 */

/* What is known of a file before it is read. */
struct planner_file {
    uint64_t bytes;
    int64_t mtime_ns;
    uint64_t rows;
    uint64_t row_group_rows; /* rows of a typical row group; 0 if unknown: then the file is not split */
    uint64_t schema_hash;    /* files with another one may have other columns; 0: unknown */
};

/* An application's rule: *ret is the plan to go on with, `plan` itself if nothing changes. */
typedef enum eider_status (*planner_rule)(void *data, struct arena *arena, const struct eider_node *plan,
                                          const struct eider_node **ret, struct eider_error *err);
struct custom_kinds;

struct planner_rule_entry {
    const char *name;
    planner_rule rule;
    void *data;
};

/* Sees the plan as it came in ("import") and after each pass, for tests and debugging. From finalise on, `graph` is the
 * plan and `plan` is NULL; before, `graph` is NULL. Both are borrowed until planner_plan returns. */
typedef void (*planner_observer)(void *data, const char *pass, const struct eider_node *plan,
                                 const struct stage_graph *graph);

/* What is certain of a column in one file: every value is an integer (a date as days, a timestamp as microseconds) in these
 * bounds, and none is NULL. */
struct planner_bounds {
    int64_t least, greatest;
    double covered; /* greatest - least, summed over the row groups */
    uint32_t row_groups;
};

/* A table of a database that every connection reads alike while the query runs. */
struct planner_table {
    bool shared;
    uint64_t rows; /* about */
};

struct planner_options {
    uint32_t workers;             /* how many there are; 1 makes every boundary vanish */
    uint64_t bytes_per_task;      /* work that justifies a task, at least 1 */
    uint32_t max_tasks_per_stage; /* at least 1; 0: the number of workers */
    uint32_t partitions_per_task; /* of a shuffle, at least 1 */
    bool broadcast_joins;
    bool range_sorts; /* a sort at the top may be made in tasks, each of a range of the keys */
    bool range_scans; /* scans may be cut by ranges of a column that their files are sorted by */
    bool bloom_filters;
    bool partial_reduce_tree; /* many partial aggregates reach one task in steps */
    uint64_t broadcast_rows;  /* a build side of at most this many rows × tasks is broadcast */
    /* Looks a file up; NULL: nothing is known of files, and they are not split. */
    enum eider_status (*file_info)(void *data, const char *path, struct planner_file *ret,
                                   struct eider_error *err);
    /* About how many different values a column of a table has, judged by its first file; < 0: unknown. May be NULL. */
    double (*column_distinct)(void *data, const char *first_path, uint32_t file_count, const char *column);
    /* About which part of a file's bytes a column has, from 0 to 1. With *ret_nested, it is that of all columns together which
     * are nested, or unknown. False: nothing is known. May be NULL. Asked after file_info. */
    bool (*column_share)(void *data, const char *path, const char *column, double *ret_share,
                         bool *ret_nested);
    /* The least and greatest number in a column of one file, or wider bounds; dates as days, times as
     * microseconds, decimals unscaled. False: unknown. May be NULL. Asked after file_info. */
    bool (*column_range)(void *data, const char *path, const char *column, double *ret_least,
                         double *ret_greatest);
    /* False: unknown. May be NULL. Asked after file_info. */
    bool (*column_bounds)(void *data, const char *path, const char *column, struct planner_bounds *ret);
    void *file_data;
    /* Whether tasks may share the scan of a table, and how much it holds; the same answer each time that it is asked while one
     * plan is made. NULL: no table is shared, they are read on the application's connection. */
    void (*table_info)(void *data, const struct node_table_scan *scan, struct planner_table *ret);
    void *table_data;
    const struct custom_kinds *customs; /* for the context of handlers; NULL: none */
    const struct planner_rule_entry *rules;
    uint32_t rule_count;
    const struct eider_handlers *handlers; /* the application's, in order; the planner's own are asked last */
    uint32_t handler_count;
    planner_observer observer; /* NULL: nobody looks */
    void *observer_data;
};

/* True if the rows of the plan come out in the order in which they are stored, as far as DuckDB computes them. */
bool planner_keeps_order(const struct eider_node *plan);

/* Plans. With a verdict that says no, *ret is not filled: the query runs on DuckDB alone. What is made lives in `arena`.
 * Errors: PLAN (a rule's plan that is inconsistent, a handler's answer that cannot be), MEMORY, IO, and those of handlers. */
enum eider_status planner_plan(struct arena *arena, const struct eider_node *plan,
                               const struct planner_options *options, struct stage_graph *ret,
                               struct verdict *verdict, struct eider_error *err);

#endif
