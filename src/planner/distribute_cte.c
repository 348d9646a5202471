/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CTEs in the distribute pass: the definition is a stage of its own, computed once, that every reference reads. The
 * CteExec itself vanishes: its references become boundaries over one and the same input, which finalise makes one
 * stage.
 *
 * A definition whose rows are spread by keys stays so: task i of a stage that reads it reads what task i of its own has
 * made.
 *
 *     WITH c AS (orders, cut by ranges of id) SELECT … FROM c, items WHERE items.order_id = c.id …
 *     → c: range i of orders in task i;  above it: task i reads c of task i and range i of items
 *
 * Those who read few rows are no more tasks than these are worth: one, which may be the head, instead of several with
 * nothing to do. Not where the rows are spread by ranges: files above may be cut by the same ones.
 *
 * A correlated subquery is a CTE whose body reads the distinct values of some of its columns (import made it so of
 * DuckDB's delim join). Those columns are then the keys of everything above, so the definition is shuffled by them, or
 * by some of them, and all its references are in step. Unless it stays as it is: because it is spread by the hash of such
 * columns, or by ranges of one, and there are files above that can be cut by the same ranges.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "planner/ranges.h"

#define MUCH_MORE 2

/* DISTINCT over a projection of plain columns of a reference to `cte`. */
struct search {
    uint32_t cte;
    const struct node_distinct *found;
    const struct expr_list *columns; /* of the reference */
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
    search->found = distinct;
    search->columns = &projection->exprs;
    return false;
}

/* A node of the same kind over the same input; if it is a boundary, that is one more reader of the stage. */
static bool read_again(struct distribute *d, const struct cte_entry *entry, const struct eider_node *ref,
                       struct placed *ret)
{
    struct eider_node *made = node_clone(d->arena, entry->placed.node);

    if (made == NULL)
        return distribute_no_memory(d);
    made->columns = ref->columns;
    *ret = entry->placed;
    ret->node = made;
    return true;
}

/* What reads it must have as many tasks. So it gets as many as any stage has, where that is not much more than it wants, and
 * where no handler could want fewer of them above. */
static bool may_keep(const struct distribute *d, const struct placed *placed)
{
    return !distribute_is_told(d) && placed->spread == SPREAD_KEYS && placed->tasks > 1 &&
           placed->tasks * MUCH_MORE >= d->max_tasks &&
           (placed->tasks == d->max_tasks || placed->kind != EIDER_TASKS_MAXIMUM);
}

static bool keeps_keys(struct distribute *d, const struct search *search, const struct placed *placed)
{
    if (!may_keep(d, placed))
        return false;
    if (search->found == NULL)
        return true;
    return key_slots_within(&placed->keys, search->columns) &&
           (placed->ranges == NULL || ranges_meet_scans(d, search->cte, placed));
}

/* A definition that is worth one task gets as many as the files that are joined with it, if it can be cut by their ranges. */
static void raise_to_step(struct distribute *d, const struct search *search, struct placed *placed)
{
    struct placed raised = *placed;

    if (search->found == NULL || placed->spread != SPREAD_ONE || placed->kind != EIDER_TASKS_DESIRED ||
        placed->ranges == NULL)
        return;
    raised.spread = SPREAD_KEYS;
    raised.tasks = d->max_tasks;
    if (keeps_keys(d, search, &raised))
        *placed = raised;
}

/* By the columns whose distinct values are read, or those of them that what is above wants. */
static bool shuffle(struct distribute *d, const struct node_cte *node, const struct search *search,
                    uint32_t tasks, struct placed *placed)
{
    struct key_slots slots = {arena_alloc_array(d->arena, search->columns->count, sizeof(struct u32_list)),
                              search->columns->count};
    struct expr_list chosen;
    struct u32_list picked;

    for (uint32_t i = 0; slots.slots != NULL && i < slots.count; i++) {
        slots.slots[i] = u32_list_new(d->arena, 1);
        if (slots.slots[i].count == 1)
            slots.slots[i].items[0] = i;
    }
    if (arena_failed(d->arena) ||
        !distribute_choose_keys(d, &search->found->base, &slots, node->definition, search->columns, &picked))
        return distribute_no_memory(d);
    chosen = distribute_pick(d->arena, search->columns, &picked);
    return distribute_shuffle(d, placed, &chosen, tasks);
}

/* How many tasks those who read the rows need. Not more than the rows are worth, however many the definition has. */
static uint32_t reader_tasks(const struct distribute *d, const struct placed *placed)
{
    uint32_t worth = distribute_tasks_for(d, distribute_bytes(placed->node));

    return distribute_is_told(d) || worth > placed->tasks ? placed->tasks : worth;
}

static bool add_entry(struct distribute *d, uint32_t cte, const struct placed *placed)
{
    struct cte_entry *entry = arena_alloc(d->arena, sizeof(*entry));

    if (entry == NULL)
        return distribute_no_memory(d);
    entry->cte = cte;
    entry->placed = *placed;
    entry->next = d->ctes;
    d->ctes = entry;
    return true;
}

bool distribute_cte(struct distribute *d, const struct node_cte *node, struct placed *ret)
{
    struct search search = {.cte = node->cte};
    struct placed placed;
    bool top = d->top, keeps, ok;
    uint32_t tasks;

    if (!distribute_place(d, node->definition, &placed))
        return false;
    node_walk(node->body, find_distinct, &search);
    raise_to_step(d, &search, &placed);
    keeps = keeps_keys(d, &search, &placed);
    tasks = reader_tasks(d, &placed);
    if (placed.spread == SPREAD_ONE || placed.spread == SPREAD_LOCAL) {
        placed.spread = SPREAD_LOCAL; /* so that it gets a boundary although it is one task */
        ok = distribute_coalesce(d, &placed);
    } else if (keeps && (tasks > 1 || placed.ranges != NULL)) {
        placed.tasks = d->max_tasks;
        ok = distribute_keep(d, &placed);
    } else if (tasks == 1) {
        ok = distribute_coalesce(d, &placed);
    } else if (search.found != NULL) {
        ok = shuffle(d, node, &search, tasks, &placed);
    } else {
        ok = distribute_scatter(d, &placed, tasks);
    }
    if (!ok || !add_entry(d, node->cte, &placed))
        return false;
    d->top_below = top; /* the body's rows are the node's */
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

const struct eider_node *distribute_share(struct distribute *d, const struct placed *placed, uint32_t readers,
                                          const struct expr_list *keys)
{
    struct node_cte_ref *ref = node_cte_ref_new(d->arena);
    struct placed shared = *placed;
    bool ok = ref != NULL;

    if (ok && readers > 1 && may_keep(d, &shared)) {
        shared.tasks = d->max_tasks;
        ok = distribute_keep(d, &shared);
    } else if (ok && readers > 1) {
        ok = keys->count > 0 ? distribute_shuffle(d, &shared, keys, shared.tasks)
                             : distribute_scatter(d, &shared, shared.tasks);
    }
    if (!ok)
        return NULL;
    ref->cte = --d->last_share;
    ref->base.columns = placed->node->columns;
    ref->base.rows = placed->node->rows;
    return add_entry(d, ref->cte, &shared) ? &ref->base : NULL;
}
