/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_PASSES_H
#define EIDER_PLANNER_PASSES_H

#include "planner/planner.h"

/* What the passes work on. `plan` goes from pass to pass; `graph` is the last one's. */
struct planning {
    struct arena *arena;
    const struct planner_options *options;
    const struct eider_node *plan;
    bool has_boundaries; /* a rule placed them */
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
enum eider_status pass_distribute(struct planning *p);
enum eider_status pass_finalise(struct planning *p);
enum eider_status pass_bloom(struct planning *p);

/* Every aggregate that can be in two phases: Final over Partial. NULL if out of memory. */
const struct eider_node *two_phase(struct arena *arena, const struct eider_node *plan);

/* A leaf for `tasks` tasks: a DISTRIBUTED_LEAF with what each reads. Errors: MEMORY, and those of file_info. */
enum eider_status scale_leaf(struct arena *arena, const struct planner_options *options,
                             const struct eider_node *leaf, uint32_t tasks, const struct eider_node **ret,
                             struct eider_error *err);

bool node_is_boundary(const struct eider_node *node);

#endif
