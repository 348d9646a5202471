/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_DISTRIBUTE_H
#define EIDER_PLANNER_DISTRIBUTE_H

#include "planner/handlers.h"
#include "planner/planner.h"

/*
 * Shared by the files of the distribute pass. The pass goes bottom-up; each subtree comes back *placed*: a plan whose
 * top runs in a stage that is still open, and how its rows are spread over the tasks of that stage.
 */

/* Values of a key per partition that make partitions nearly equal: with 32, the largest of 16 has 1.4 times the average. */
#define MIN_KEY_VALUES 32.0

enum spread {
    SPREAD_ONE = 1, /* all rows in one task; the stage must have one */
    SPREAD_LOCAL,   /* the same, and that task must run on the application's connection */
    SPREAD_ANY,     /* over the stage's tasks, no matter how */
    SPREAD_KEYS     /* by keys: by their hash, or by ranges of one; see below */
};

/*
 * Rows with equal keys are in one task. Key i is any of the output columns in slots[i] (they are equal, or at least
 * hash alike for every row); no column left: the key is lost. Two inputs that are spread by hash are in step if their keys match
 * one by one, because all shuffles of a query have the same number of partitions; of ranges, ranges.h says when.
 */
struct key_slots {
    struct u32_list *slots;
    uint32_t count;
};

/*
 * What the stage wants so far is `tasks`, at least 1, and `kind` says how much: an answer that was asked for ("desired" or
 * "maximum"), or the pass's own estimate above a boundary that it has just made, until the node above that boundary is
 * settled. A plan in one task that has to stay so has a maximum of 1.
 */
struct placed {
    const struct eider_node *node;
    enum spread spread;
    uint32_t tasks;
    enum eider_task_count_kind kind;
    struct key_slots keys;
    struct range_domain *ranges; /* SPREAD_KEYS: what the one key's ranges are; NULL: by hash */
};

/* True if the rows are over the tasks of the stage, no matter how. */
static inline bool distribute_is_spread(const struct placed *placed)
{
    return placed->spread == SPREAD_ANY || placed->spread == SPREAD_KEYS;
}

struct cte_entry {
    uint32_t cte;
    struct placed placed; /* a boundary over the definition; every reference is a copy of that node */
    struct cte_entry *next;
};

struct distribute {
    struct arena *arena;
    const struct planner_options *options;
    struct handlers handlers;
    uint32_t max_tasks;
    uint32_t partitions; /* of every shuffle of this query */
    struct cte_entry *ctes;
    uint32_t
        last_share; /* the number of the last CTE that distribute_share made: they go down from the greatest */
    struct range_domain *domains;
    struct wanted_columns *wanted;
    /* A side of the join `by` is placed once more: scans that are worth one task get `tasks` of them, if they can be cut by a
     * column that the join wants. NULL: no. */
    struct {
        const struct eider_node *by;
        uint32_t tasks;
    } raise;
    /* Nothing but sorts, limits, filters and projections stands above the node that is being placed; and above those below
     * it. A placing function reads the first before it places its inputs. */
    bool top, top_below;
    const struct node_filter *filter; /* the last filter on the way down */
    struct eider_error *err;
    enum eider_status status;
};

/*
 * Places a subtree. False: d->status and d->err say why. `answer` is what the handlers say of the node's tasks: it counts
 * where the node is placed in the end, which distribute_place sees to; those that make boundaries or work twice look at
 * it before.
 */
bool distribute_place(struct distribute *d, const struct eider_node *node, struct placed *ret);
bool distribute_aggregate(struct distribute *d, const struct node_aggregate *node,
                          const struct eider_task_count *answer, struct placed *ret);
/* The same aggregate as a plan in which no DISTINCT aggregate is left but those that are `listed`, whose values are few:
 * distinct_branches.c. NULL: it cannot be, or d->status says why. `input`: the node's, placed. */
const struct eider_node *distinct_branches(struct distribute *d, const struct node_aggregate *node,
                                           const bool *listed, const struct placed *input);
bool distribute_distinct(struct distribute *d, const struct node_distinct *node,
                         const struct eider_task_count *answer, struct placed *ret);
bool distribute_join(struct distribute *d, const struct eider_node *node,
                     const struct eider_task_count *answer, struct placed *ret);
bool distribute_window(struct distribute *d, const struct node_window *node,
                       const struct eider_task_count *answer, struct placed *ret);
bool distribute_setop(struct distribute *d, const struct node_setop *node,
                      const struct eider_task_count *answer, struct placed *ret);
/* True if all inputs are spread by the same columns, which are then *ret: equal rows of any two are in one task. */
bool distribute_in_step(struct distribute *d, const struct placed *inputs, uint32_t count,
                        struct key_slots *ret);
/* Drops, below the boundary that a window's input is about to get, rows whose rank is over the limit that the filter above
 * the window sets; if it pays. rank_limit_below: the window that does so below `node`, NULL if none does. */
bool rank_limit_apply(struct distribute *d, const struct node_window *node, struct placed *placed);
const struct node_window *rank_limit_below(const struct node_filter *filter, const struct node_window *node);
/* A sort of all rows of the result, if that may be made in several tasks: see distribute_sort.c. */
bool distribute_sort(struct distribute *d, const struct node_sort *node,
                     const struct eider_task_count *answer, struct placed *ret);
bool distribute_cte(struct distribute *d, const struct node_cte *node, struct placed *ret);
bool distribute_recursion(struct distribute *d, const struct node_recursive_cte *node, struct placed *ret);
/* A CTE reference to what is placed, for so many readers, each of which places the same node. `keys`: what its rows are shuffled
 * by, where they need a boundary and nothing has spread them by keys before; none: no matter. NULL: d->status says why. */
const struct eider_node *distribute_share(struct distribute *d, const struct placed *placed, uint32_t readers,
                                          const struct expr_list *keys);
bool distribute_cte_ref(struct distribute *d, const struct node_cte_ref *node, struct placed *ret);

/* The answer counts for the stage that `placed` is in, with `node` at its top now. */
void distribute_settle(const struct eider_node *node, const struct eider_task_count *answer,
                       struct placed *placed);
/* What two subtrees in one stage want together: fills in tasks and kind of *ret. */
void distribute_merge(const struct placed *a, const struct placed *b, struct placed *ret);
/* Tasks above a boundary: as answered, else as many as `bytes` are worth. */
uint32_t distribute_tasks_answered(const struct distribute *d, const struct eider_task_count *answer,
                                   double bytes);
/* What of a join says how it may run in several tasks: distribute_join.c. */
struct join_shape {
    const struct eider_node *node;
    enum join_type type;
    const struct join_condition_list *conditions; /* NULL: none that a shuffle may use */
    struct u32_list projection;
};
struct join_shape join_shape_of(struct arena *arena, const struct eider_node *node);
/* True if every task may have all rows of that side, and a part of the other's. */
bool join_may_broadcast_right(const struct join_shape *join);
bool join_may_broadcast_left(const struct join_shape *join);
/* True if both sides may be shuffled by what the condition compares. */
bool join_is_key(const struct join_shape *join, const struct join_condition *condition);
/* The keys of one side in the output; and of both, if the sides are in step: then false if no key is left. */
struct key_slots join_left_slots(struct arena *arena, const struct join_shape *join,
                                 const struct key_slots *left);
struct key_slots join_right_slots(struct arena *arena, const struct join_shape *join,
                                  const struct key_slots *right);
bool join_slots_in_step(struct arena *arena, const struct join_shape *join, const struct key_slots *left,
                        const struct key_slots *right, struct key_slots *ret);

/* Of each node: by which of its columns operators above it need rows to be spread: wanted.c. distribute_wanted_rows: how many
 * rows such an operator would shuffle that wants one of `keys`, over the node's output; < 0: there is none. */
bool distribute_find_wanted(struct distribute *d, const struct eider_node *plan);
double distribute_wanted_rows(const struct distribute *d, const struct eider_node *node,
                              const struct key_slots *keys);
/* True if the operator `by` wants the column. */
bool distribute_is_wanted_by(const struct distribute *d, const struct eider_node *node, uint32_t column,
                             const struct eider_node *by);
/* Calls `visit` for each column of a scan that an operator wants which also wants one of `keys` of a reference to the CTE, until
 * it returns true: then so does this. */
typedef bool (*wanted_visit)(struct distribute *d, const struct node_parquet_scan *scan, uint32_t column,
                             const void *data);
bool distribute_wanted_with(struct distribute *d, uint32_t cte, const struct key_slots *keys,
                            wanted_visit visit, const void *data);
/* Which of `keys`, over a node's input, to shuffle by, if it is right by any of them: as few as make boundaries above
 * needless. `slots`: the keys in the node's output. *ret are positions in `keys`; distribute_pick takes those. */
bool distribute_choose_keys(struct distribute *d, const struct eider_node *node,
                            const struct key_slots *slots, const struct eider_node *input,
                            const struct expr_list *keys, struct u32_list *ret);
struct expr_list distribute_pick(struct arena *arena, const struct expr_list *keys,
                                 const struct u32_list *picked);
/* Shuffles the placed input of `node`, whose columns stay where they are, by `keys` or by the part of them that is chosen. */
bool distribute_shuffle_wanted(struct distribute *d, const struct eider_node *node,
                               const struct expr_list *keys, uint32_t tasks, struct placed *placed);
/* What every window of the node partitions by. */
bool distribute_window_keys(struct distribute *d, const struct node_window *node, struct expr_list *ret);

/* True if tasks may share the files of a scan among them: no column, and not the schema, depends on all files. */
bool distribute_splits(const struct planner_options *options, const struct node_parquet_scan *scan);

/* Boundaries above a placed subtree: its stage is closed, and the result is placed in a new one. */
bool distribute_coalesce(struct distribute *d, struct placed *placed); /* to one task */
bool distribute_shuffle(struct distribute *d, struct placed *placed, const struct expr_list *keys,
                        uint32_t tasks);
bool distribute_broadcast(struct distribute *d, struct placed *placed, uint32_t tasks);
bool distribute_scatter(struct distribute *d, struct placed *placed,
                        uint32_t tasks); /* any number → any task of n */
/* True if an application's handler may want another number of tasks for a stage, so that two need not have the same. */
bool distribute_is_told(const struct distribute *d);
/* Each task to the one of its number in the stage above, which must have as many: rows stay spread as they are. */
bool distribute_keep(struct distribute *d, struct placed *placed);

/* Leaves a task of its own for what must run on the application's connection: LOCAL becomes ONE by a boundary. */
bool distribute_leave_local(struct distribute *d, struct placed *placed);

/* The node with other children. */
const struct eider_node *distribute_rebuild(struct distribute *d, const struct eider_node *node,
                                            const struct placed *children);

bool distribute_no_memory(struct distribute *d);

/* Estimates. Rows of a node that has none, because a rule made it: those of its largest input. Bytes of a row: by its
 * types. */
double distribute_rows(const struct eider_node *node);
double distribute_bytes(const struct eider_node *node);
double distribute_width(const struct eider_node *node);                  /* bytes of one row */
uint32_t distribute_tasks_for(const struct distribute *d, double bytes); /* 1 … max_tasks */

/* Keys after a projection: position of the output that is exactly input column `index`. */
struct key_slots key_slots_map(struct arena *arena, const struct key_slots *keys,
                               const struct expr_list *outputs);
struct key_slots key_slots_project(struct arena *arena, const struct key_slots *keys,
                                   const struct u32_list *projection, uint32_t first, uint32_t count);
/* Keys of expressions over the placed columns: plain columns have a slot, others none. */
struct key_slots key_slots_of(struct arena *arena, const struct expr_list *keys);
/* The columns that each key has in all of `count` outputs; no keys if they do not have equally many. True if each has one: then
 * rows of different outputs that are equal in all columns have equal keys. */
bool key_slots_common(struct arena *arena, const struct key_slots *const *outputs, uint32_t count,
                      struct key_slots *ret);
bool key_slot_has(const struct u32_list *slot, uint32_t column);
/* True if every key has a column among `columns` (plain column references). */
bool key_slots_within(const struct key_slots *keys, const struct expr_list *columns);

#endif
