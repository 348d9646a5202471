/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive CTEs in the distribute pass: the steps run in one task, but what does not depend on them is an input like any
 * other, and distributed if it is worth several tasks.
 *
 *     RecursiveCte r                        RecursiveCte r
 *       anchor: scan of a                     anchor: boundary over a
 *       recursion: join            →          recursion: join
 *         reference to r                        reference to r
 *         aggregate over b                      boundary over the aggregate
 *
 * A part depends on the steps if it refers to the recursive CTE or to a CTE that is defined in the recursion, around such a
 * reference. The largest parts that do not are placed on their own. They are read in every step: sqlgen keeps the rows of a
 * boundary in a materialised CTE around the recursion, and finalise leaves a boundary there even where it joins one task to
 * one, so that all steps see the same rows. What is not worth several tasks stays where it is.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "planner/passes.h"

struct recursion {
    struct distribute *d;
    uint32_t *inside; /* CTEs whose references depend on the steps; room for all of the recursion */
    uint32_t count;
    bool moved; /* something is in another stage that has to be, or is better there */
};

static bool depends(const struct recursion *r, const struct eider_node *node)
{
    for (uint32_t i = 0; node->tag == NODE_CTE_REF && i < r->count; i++) {
        if (r->inside[i] == node_as_cte_ref(node)->cte)
            return true;
    }
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (depends(r, node_child(node, i)))
            return true;
    }
    return false;
}

static bool find_boundary(void *data, const struct eider_node *node)
{
    *(bool *)data |= node_is_boundary(node);
    return !*(bool *)data;
}

/* A part that does not depend on the steps. */
static const struct eider_node *place_part(struct recursion *r, const struct eider_node *node)
{
    struct placed placed;
    bool reads_stages = false;

    if (!distribute_place(r->d, node, &placed))
        return NULL;
    node_walk(placed.node, find_boundary, &reads_stages);
    reads_stages |= distribute_is_spread(&placed);
    if (!reads_stages && placed.spread != SPREAD_LOCAL)
        return node;
    r->moved |= reads_stages;
    placed.spread = placed.spread == SPREAD_ONE ? SPREAD_LOCAL : placed.spread; /* it gets a boundary, too */
    return distribute_coalesce(r->d, &placed) ? placed.node : NULL;
}

static const struct eider_node *place_parts(struct recursion *r, const struct eider_node *node)
{
    uint32_t count = node_child_count(node);
    struct placed *children;

    if (!depends(r, node))
        return place_part(r, node);
    if (count == 0)
        return node;
    if (node->tag == NODE_CTE || node->tag == NODE_RECURSIVE_CTE)
        r->inside[r->count++] =
            node->tag == NODE_CTE ? node_as_cte(node)->cte : node_as_recursive_cte(node)->cte;
    if ((children = arena_alloc_array(r->d->arena, count, sizeof(*children))) == NULL) {
        distribute_no_memory(r->d);
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((children[i].node = place_parts(r, node_child(node, i))) == NULL)
            return NULL;
    }
    return distribute_rebuild(r->d, node, children);
}

static bool count_ctes(void *data, const struct eider_node *node)
{
    *(uint32_t *)data += node->tag == NODE_CTE || node->tag == NODE_RECURSIVE_CTE;
    return true;
}

bool distribute_recursion(struct distribute *d, const struct node_recursive_cte *node, struct placed *ret)
{
    struct recursion r = {.d = d, .count = 1};
    struct placed children[2];
    uint32_t ctes = 0;

    node_walk(&node->base, count_ctes, &ctes);
    if ((r.inside = arena_alloc_array(d->arena, ctes, sizeof(*r.inside))) == NULL)
        return distribute_no_memory(d);
    r.inside[0] = node->cte;
    children[0].node = place_part(&r, node->anchor);
    children[1].node = children[0].node == NULL ? NULL : place_parts(&r, node->recursion);
    if (children[1].node == NULL)
        return false;
    *ret = (struct placed){.node = &node->base, .spread = SPREAD_ONE, .tasks = 1};
    if (r.moved)
        ret->node = distribute_rebuild(d, &node->base, children);
    return ret->node != NULL;
}
