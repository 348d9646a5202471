/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_PASSES_H
#define EIDER_PLANNER_PASSES_H

#include "planner/planner.h"

/* What the passes work on. `plan` goes from pass to pass; `graph` is the last one's. */
struct planning {
    struct arena *arena;
    const struct planner_options *options;
    const struct eider_node *plan;
    bool has_boundaries;               /* a rule placed them */
    const char *rule;                  /* the last one that changed the plan; NULL: none did */
    const struct sort_key_list *order; /* of the result, before the rules; NULL: it has none */
    struct stage_graph *graph;
    struct verdict *verdict;
    struct eider_error *err; /* never NULL */
};

/* A pass: one file, one function. With a verdict that says no, planning ends there. */
enum eider_status pass_order(struct planning *p);
enum eider_status pass_files(struct planning *p);
enum eider_status pass_estimate(struct planning *p);
enum eider_status pass_prune(struct planning *p);
enum eider_status pass_rules(struct planning *p);
enum eider_status pass_check(struct planning *p);
enum eider_status pass_distribute(struct planning *p);
enum eider_status pass_finalise(struct planning *p);
enum eider_status pass_bloom(struct planning *p);

/* What the prune pass does, for a plan all of whose columns are needed. NULL if out of memory. */
const struct eider_node *prune_plan(struct arena *arena, const struct eider_node *plan);

/* Every aggregate that can be in two phases: Final over Partial. NULL if out of memory. */
const struct eider_node *two_phase(struct arena *arena, const struct eider_node *plan);

/* What a leaf has of the tasks of its stage: task t reads what lies at t … t + 1 of its bytes, which lie at from … to. */
struct leaf_share {
    uint32_t tasks; /* of the stage */
    double from, to;
};

/* A leaf for the tasks of a stage: a DISTRIBUTED_LEAF with what each reads. Errors: MEMORY, and those of file_info. */
enum eider_status scale_leaf(struct arena *arena, const struct planner_options *options,
                             const struct eider_node *leaf, const struct leaf_share *share,
                             const struct eider_node **ret, struct eider_error *err);

/* What `task` of `tasks` reads of a divisible scan: few files, or an EMPTY. NULL if out of memory. */
const struct eider_node *file_share(struct arena *arena, const struct node_function_scan *scan, uint32_t task,
                                    uint32_t tasks);

/* About so many bytes does the scan read: those of its columns in its files. */
double scan_bytes(const struct planner_options *options, const struct node_parquet_scan *scan);

/* Those of all scans below `node` in the stage that it stands in; -1 if some are cut by ranges. */
double stage_scan_bytes(const struct planner_options *options, const struct eider_node *node);

/* Rows in the files of the scan below `node`, in the stage that it stands in, that has most; 0 if nothing is known of them. */
double stage_file_rows(const struct planner_options *options, const struct eider_node *node);

/* What each of the inputs of a union has of the tasks that the union has: by their bytes, but all of it where bytes are
 * not more than 0. */
void union_shares(const struct leaf_share *whole, const double *bytes, uint32_t count,
                  struct leaf_share *ret);

bool node_is_boundary(const struct eider_node *node);

/* True if a stage with this root reads what only the application's connection sees. */
bool stage_is_local(const struct planner_options *options, const struct eider_node *root);

/* What the options say of a table. */
struct planner_table table_of(const struct planner_options *options, const struct node_table_scan *scan);

/* An error about `node` of the plan that `rule` made (NULL: no rule did). The format goes on after the node's name: what is
 * wrong and what to do. Returns EIDER_ERROR_PLAN. */
enum eider_status plan_refuse(struct eider_error *err, const char *rule, const struct eider_node *node,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
