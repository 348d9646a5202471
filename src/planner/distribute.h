/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_DISTRIBUTE_H
#define EIDER_PLANNER_DISTRIBUTE_H

#include "planner/planner.h"

/*
 * Shared by the files of the distribute pass. The pass goes bottom-up; each subtree comes back *placed*: a plan whose
 * top runs in a stage that is still open, and how its rows are spread over the tasks of that stage.
 */

enum spread {
    SPREAD_ONE = 1, /* all rows in one task; the stage must have one */
    SPREAD_LOCAL,   /* the same, and that task must run on the application's connection */
    SPREAD_ANY,     /* over the stage's tasks, no matter how */
    SPREAD_HASH     /* by the hash of keys, see below */
};

/*
 * Rows with equal keys are in one task. Key i is any of the output columns in slots[i] (they are equal, or at least
 * hash alike for every row); no column left: the key is lost. Two SPREAD_HASH inputs are in step if their keys match
 * one by one, because all shuffles of a query have the same number of partitions.
 */
struct key_slots {
    struct u32_list *slots;
    uint32_t count;
};

struct placed {
    const struct eider_node *node;
    enum spread spread;
    uint32_t tasks; /* what the stage wants so far: at least 1 */
    struct key_slots keys;
};

struct cte_entry {
    uint32_t cte;
    struct placed placed; /* a boundary over the definition; every reference is a copy of that node */
    struct cte_entry *next;
};

struct distribute {
    struct arena *arena;
    const struct planner_options *options;
    uint32_t max_tasks;
    uint32_t partitions; /* of every shuffle of this query */
    struct cte_entry *ctes;
    /* Nothing but sorts, limits, filters and projections stands above the node that is being placed; and above those below
     * it. A placing function reads the first before it places its inputs. */
    bool top, top_below;
    struct eider_error *err;
    enum eider_status status;
};

/* Places a subtree. False: d->status and d->err say why. */
bool distribute_place(struct distribute *d, const struct eider_node *node, struct placed *ret);
bool distribute_aggregate(struct distribute *d, const struct node_aggregate *node, struct placed *ret);
bool distribute_distinct(struct distribute *d, const struct node_distinct *node, struct placed *ret);
bool distribute_join(struct distribute *d, const struct eider_node *node, struct placed *ret);
bool distribute_cte(struct distribute *d, const struct node_cte *node, struct placed *ret);
bool distribute_cte_ref(struct distribute *d, const struct node_cte_ref *node, struct placed *ret);

/* Boundaries above a placed subtree: its stage is closed, and the result is placed in a new one. */
bool distribute_coalesce(struct distribute *d, struct placed *placed); /* to one task */
bool distribute_shuffle(struct distribute *d, struct placed *placed, const struct expr_list *keys,
                        uint32_t tasks);
bool distribute_broadcast(struct distribute *d, struct placed *placed, uint32_t tasks);
bool distribute_scatter(struct distribute *d, struct placed *placed,
                        uint32_t tasks); /* any number → any task of n */

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
uint32_t distribute_tasks_for(const struct distribute *d, double bytes); /* 1 … max_tasks */

/* Keys after a projection: position of the output that is exactly input column `index`. */
struct key_slots key_slots_map(struct arena *arena, const struct key_slots *keys,
                               const struct expr_list *outputs);
struct key_slots key_slots_project(struct arena *arena, const struct key_slots *keys,
                                   const struct u32_list *projection, uint32_t first, uint32_t count);
/* Keys of expressions over the placed columns: plain columns have a slot, others none. */
struct key_slots key_slots_of(struct arena *arena, const struct expr_list *keys);
/* True if every key has a column among `columns` (plain column references). */
bool key_slots_within(const struct key_slots *keys, const struct expr_list *columns);

#endif
