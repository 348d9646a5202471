/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_STAGE_H
#define EIDER_PLAN_STAGE_H

#include "plan/plan.h"

/*
 * The stage graph: a distributed plan that was cut at its boundaries. Not a plan (its fragments hold EXCHANGE_SOURCE
 * where boundaries were) and not a running query (that is the coordinator's).
 *
 * Stages are numbered 1..n bottom-up, left to right, so a stage only reads stages with smaller numbers; several stages
 * may read one. The head stage has number 0 and one task.
 */

/* One input of a stage: input number i of its fragment, as EXCHANGE_SOURCE.input says. */
struct stage_input {
    uint32_t stage; /* who produces it */
    enum boundary kind;
    uint32_t partitions;     /* of the producer's output */
    uint32_t producer_tasks; /* tasks of that stage */
    uint32_t consumer_tasks; /* tasks of this one */
};

/* The most Bloom filters that the scans of one stage apply. */
#define STAGE_MAX_FILTERS 8

struct plan_stage {
    uint32_t id;
    const struct eider_node *root; /* the fragment; a REPARTITION at its top says how rows leave it */
    uint32_t tasks;
    uint32_t partitions;  /* of its output: 1 unless it feeds a shuffle */
    enum boundary output; /* what it feeds; BOUNDARY_COALESCE for the head */
    bool local;           /* reads what only the application's connection sees: one task, run there */
    struct stage_input *inputs;
    uint32_t input_count;
    /* Bloom filters: number i of its BLOOM_PROBEs is over the keys by which stage filters[i] shuffles its output. So this
     * stage starts after those. */
    uint32_t filters[STAGE_MAX_FILTERS];
    uint32_t filter_count;
    bool filter_prunes[STAGE_MAX_FILTERS];   /* a scan could skip files or row groups by its keys */
    uint64_t kept_out[STAGE_MAX_FILTERS];    /* rows that each filter has kept out, once the stage has run */
    uint32_t filter_keys[STAGE_MAX_FILTERS]; /* then: not 0 if it was an IN list of so many keys */
    /* Rows that the partial aggregate of a task reads, by estimate, if it is left out when they hardly repeat keys; else 0. */
    double partial_rows;
    bool partial_skipped; /* once the stage has run: it was */
    bool has_run;
    bool feeds_filter; /* some stage applies a filter over this one's keys */
};

struct stage_graph {
    struct plan_stage
        head; /* without stages below it: the plan of a query that is not distributed, to be shown */
    struct plan_stage *stages; /* stages[i].id is i + 1 */
    uint32_t stage_count;
    bool by_rule; /* a rule of the application made the plan */
};

/* Which partitions (of a shuffle) or producer tasks (of a coalesce, a broadcast) consumer task `task` reads: the range
 * [*ret_first, *ret_first + *ret_count). A count of 0 is legal: nothing to read. */
void stage_input_range(const struct stage_input *input, uint32_t task, uint32_t *ret_first,
                       uint32_t *ret_count);

/* True if rows of the input can leave the stage before all of them are there: no sort, aggregate or such is between. */
bool stage_hands_on(const struct plan_stage *stage, uint32_t input);

/* The fragment of one task: each DISTRIBUTED_LEAF replaced by the task's variant (an EMPTY of the leaf's columns where
 * it has none). NULL if out of memory. */
const struct eider_node *stage_fragment(struct arena *arena, const struct plan_stage *stage, uint32_t task);

#endif
