/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CTEs in the distribute pass: the definition is a stage of its own, computed once, that every reference reads. The
 * CteExec itself vanishes: its references become boundaries over one and the same input, which finalise makes one
 * stage.
 *
 * A correlated subquery is a CTE whose body reads the distinct values of some of its columns (import made it so of
 * DuckDB's delim join). Those columns are then the keys of everything above, so the definition is shuffled by them
 * and all its references are in step.
 */
#include "planner/distribute.h"

#include "plan/object.h"

/* DISTINCT over a projection of plain columns of a reference to `cte`. */
struct search {
    uint32_t cte;
    const struct node_projection *found;
};

static bool find_distinct(void *data, const struct eider_node *node)
{
    struct search *search = data;
    const struct node_distinct *distinct = node_as_distinct(node);
    const struct node_projection *projection = distinct == NULL ? NULL : node_as_projection(distinct->input);
    const struct node_cte_ref *ref = projection == NULL ? NULL : node_as_cte_ref(projection->input);

    if (ref == NULL || ref->cte != search->cte || distinct->targets.count > 0 || projection->exprs.count == 0)
        return true;
    for (uint32_t i = 0; i < projection->exprs.count; i++) {
        if (expr_as_column(projection->exprs.items[i]) == NULL)
            return true;
    }
    search->found = projection;
    return false;
}

/* A boundary node of the same kind over the same input: one more reader of the stage. */
static bool read_again(struct distribute *d, const struct cte_entry *entry, const struct eider_node *ref,
                       struct placed *ret)
{
    struct eider_node *boundary = node_clone(d->arena, entry->placed.node);

    if (boundary == NULL)
        return distribute_no_memory(d);
    boundary->columns = ref->columns;
    *ret = entry->placed;
    ret->node = boundary;
    return true;
}

bool distribute_cte(struct distribute *d, const struct node_cte *node, struct placed *ret)
{
    struct cte_entry *entry = arena_alloc(d->arena, sizeof(*entry));
    struct search search = {.cte = node->cte};
    struct placed placed;

    if (entry == NULL)
        return distribute_no_memory(d);
    if (!distribute_place(d, node->definition, &placed))
        return false;
    node_walk(node->body, find_distinct, &search);
    if (search.found != NULL && (placed.spread == SPREAD_ANY || placed.spread == SPREAD_KEYS)) {
        if (!distribute_shuffle(d, &placed, &search.found->exprs, placed.tasks))
            return false;
    } else if (placed.spread == SPREAD_ONE || placed.spread == SPREAD_LOCAL) {
        placed.spread = SPREAD_LOCAL; /* so that it gets a boundary although it is one task */
        if (!distribute_coalesce(d, &placed))
            return false;
    } else if (!distribute_scatter(d, &placed, placed.tasks)) {
        return false;
    }
    entry->cte = node->cte;
    entry->placed = placed;
    entry->next = d->ctes;
    d->ctes = entry;
    return distribute_place(d, node->body, ret);
}

bool distribute_cte_ref(struct distribute *d, const struct node_cte_ref *node, struct placed *ret)
{
    for (const struct cte_entry *entry = d->ctes; entry != NULL; entry = entry->next) {
        if (entry->cte == node->cte)
            return read_again(d, entry, &node->base, ret);
    }
    d->status = error_set(d->err, EIDER_ERROR_PLAN,
                          "CteRefExec refers to CTE %u, which is not defined above it", node->cte);
    return false;
}
