/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_CHECK_H
#define EIDER_PLANNER_CHECK_H

#include "planner/distribute.h"
#include "planner/passes.h"

/*
 * Shared by the files of the check pass, which finds out, bottom-up, how the rows of each node are spread over the tasks
 * of its stage, and refuses what needs them otherwise.
 */

enum rows_spread {
    ROWS_ONE = 1, /* the stage has one task */
    ROWS_ANY,     /* each row is in one task, no matter which */
    ROWS_KEYS,    /* the same, and rows with equal keys are in one task */
    ROWS_ALL      /* every task has all rows */
};

struct rows {
    enum rows_spread spread;
    /* ROWS_KEYS. The keys as output columns (see distribute.h), and as expressions over the output columns as long as no
     * node has changed those (NULL afterwards): a key that is no column can be recognised by its expression only. */
    struct key_slots keys;
    const struct expr_list *exprs;
    uint32_t partitions;                   /* 0: by ranges, not by hash */
    const struct range_point_list *ranges; /* then: by which of the one key; NULL: by hash */
    const struct eider_node *sorted;       /* the sort in whose order the rows come */
    const struct eider_node *lost; /* the sort in whose order they came below a boundary; NULL: none */
};

/* Where a node stands. */
struct place {
    uint32_t tasks; /* of its stage */
    /* What reads its rows, not counting nodes that pass them on as they are: boundaries, repartitions, projections that
     * change nothing. NULL: they are the result. */
    const struct eider_node *above;
    bool below_boundary; /* directly */
    bool in_ranges;      /* and that keeps the order: the sort below it is the range of each task */
};

struct check {
    struct planning *p;
    const struct checked_stage *stages; /* that were looked at, for plans whose boundaries share stages */
    const struct node_window
        *ranks; /* drops rows by their rank in a task, for a window above that does it again */
    const struct eider_node *by_value; /* the shuffle below the sort of ranges that is being looked at */
    const struct visible_cte *ctes;    /* defined in the stage that is being looked at */
    enum eider_status status;
};

/* Always false: c->status is PLAN, and the error says about `node` what is wrong and what to do. */
bool check_refuse(struct check *c, const struct eider_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True for nodes that pass on the rows of their only input as they are, in its columns. */
bool check_passes_on(const struct eider_node *node);

/*
 * One operator over inputs that are known: may it stand at `place`, and how are its rows spread? False: c->status says why
 * not. The result's spread, keys, exprs, partitions and ranges are theirs; the order of rows is the caller's matter.
 */
bool check_aggregate(struct check *c, const struct node_aggregate *node, const struct place *place,
                     const struct rows *input, struct rows *ret);
bool check_distinct(struct check *c, const struct node_distinct *node, const struct place *place,
                    const struct rows *input, struct rows *ret);
bool check_topn(struct check *c, const struct node_topn *node, const struct place *place,
                const struct rows *input, struct rows *ret);
bool check_limit(struct check *c, const struct node_limit *node, const struct place *place,
                 const struct rows *input, struct rows *ret);
bool check_sort(struct check *c, const struct node_sort *node, const struct place *place,
                const struct rows *input, struct rows *ret);
/* What keeps the order of tasks needs a sort of ranges below it, and a shuffle by value stands nowhere else. */
bool check_is_ordered(const struct eider_node *node);
bool check_ranges(struct check *c, const struct eider_node *boundary, const struct place *place);
bool check_window(struct check *c, const struct node_window *node, const struct place *place,
                  const struct rows *input, struct rows *ret);
bool check_row_by_row(struct check *c, const struct eider_node *node, const struct rows *input,
                      struct rows *ret);
bool check_join(struct check *c, const struct eider_node *node, const struct place *place,
                const struct rows *inputs, struct rows *ret);
bool check_union(struct check *c, const struct node_union *node, const struct place *place,
                 const struct rows *inputs, struct rows *ret);
bool check_setop(struct check *c, const struct node_setop *node, const struct place *place,
                 const struct rows *inputs, struct rows *ret);
bool check_in_one_task(struct check *c, const struct eider_node *node, const struct place *place,
                       struct rows *ret);

/* Checks p->plan, whoever made it. Debug builds run it over what the distribute pass made, too. */
enum eider_status check_plan(struct planning *p);

#endif
