/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check pass: refuses a plan of the application's rules that could give wrong rows. A rule may place boundaries where
 * it likes, and a plan may hold together although its tasks do not compute the query: a Final aggregate in three tasks
 * makes three rows of a group, a join of which both sides lie anyhow misses matches. It stands after the rules and before
 * the distribute pass, which leaves plans with boundaries as they are. It changes nothing.
 *
 * A boundary's producer_tasks are the tasks of the stage below it; the head has one. Bottom-up, each node is told how the
 * rows of its inputs are spread over the tasks of its stage (check.h), says whether it may run there (check_nodes.c)
 * and how its own rows are spread:
 *
 *   Final   1 task                                    ONE
 *     NetworkCoalesceExec  2 → 1                      ONE
 *       PartialReduce  2 tasks                        ANY
 *         NetworkCoalesceExec  3 → 2                  ANY
 *           Partial  3 tasks                          ANY
 *             DataSourceExec                          ANY     each task reads a part of the files
 *
 * What is not known to be right is refused: an application that places boundaries wants to know why they are wrong, so
 * that is an error and no verdict.
 *
 * Rows have an order in a stage with one task only, and no boundary keeps it but one that vanishes (1 → 1). So the
 * result's order must be made above the last boundary, and what reads the first rows of a sorted input must stand in the
 * same stage.
 *
 * Plans of the distribute pass hold to the same rules; debug builds check that, after that pass.
 */
#include "planner/check.h"

#include <stdio.h>

#include "plan/object.h"

struct checked_stage {
    const struct eider_node *root;
    struct place place; /* of the root */
    struct rows rows;
    const struct checked_stage *next;
};

struct visible_cte {
    uint32_t cte;
    const struct visible_cte *next;
};

static bool check_node(struct check *c, const struct eider_node *node, const struct place *place,
                       struct rows *ret);

bool check_refuse(struct check *c, const struct eider_node *node, const char *format, ...)
{
    char what[EIDER_ERROR_MESSAGE_BYTES];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    c->status = plan_refuse(c->p->err, c->p->rule, node, "%s", what);
    return false;
}

static bool no_memory(struct check *c)
{
    c->status = error_no_memory(c->p->err);
    return false;
}

bool check_passes_on(const struct eider_node *node)
{
    const struct node_projection *projection = node_as_projection(node);

    if (node_is_boundary(node) || node->tag == NODE_REPARTITION)
        return true;
    if (projection == NULL || projection->exprs.count != projection->input->columns.count)
        return false;
    for (uint32_t i = 0; i < projection->exprs.count; i++) {
        const struct expr_column *column = expr_as_column(projection->exprs.items[i]);
        if (column == NULL || column->index != i)
            return false;
    }
    return true;
}

/* ---- Leaves ---- */

static bool check_cte_ref(struct check *c, const struct node_cte_ref *ref, const struct place *place)
{
    if (place->tasks > 1)
        return check_refuse(
            c, &ref->base,
            "stands in a stage with %u tasks, each of which would read all of CTE %u: read it in a "
            "stage with one task",
            place->tasks, ref->cte);
    for (const struct visible_cte *known = c->ctes; known != NULL; known = known->next) {
        if (known->cte == ref->cte)
            return true;
    }
    return check_refuse(c, &ref->base,
                        "reads CTE %u, whose definition is in another stage: no boundary may stand between "
                        "a CteExec and what reads it",
                        ref->cte);
}

/* A leaf that finalise shares among the tasks. Those without files are read by the first task alone. */
static bool check_scan(struct check *c, const struct eider_node *node, const struct place *place)
{
    if (c->p->has_boundaries && node->tag == NODE_PARQUET_SCAN &&
        node_as_parquet_scan(node)->range_points.count > 0)
        return check_refuse(c, node,
                            "is cut by ranges, which only the planner may do: leave range_points empty");
    if (place->tasks == 1)
        return true;
    if (node->tag == NODE_TABLE_SCAN && !table_of(c->p->options, node_as_table_scan(node)).shared)
        return check_refuse(
            c, node,
            "reads a table of this database in a stage with %u tasks: read it in a stage with one "
            "task, below a boundary of its own",
            place->tasks);
    if (node->tag == NODE_PARQUET_SCAN && !distribute_splits(c->p->options, node_as_parquet_scan(node)))
        return check_refuse(
            c, node,
            "reads files that %u tasks cannot share, because a column or the schema depends on "
            "all of them: read them in a stage with one task",
            place->tasks);
    return true;
}

/* What a task may read in place of a leaf: leaves, and what works row by row above them. */
static bool check_variant(struct check *c, const struct node_distributed_leaf *leaf,
                          const struct eider_node *node, const struct place *place)
{
    bool ok = false;

    switch ((int)node->tag) {
    case NODE_TABLE_SCAN:
        return check_scan(c, node, place);
    case NODE_PARQUET_SCAN:
    case NODE_FUNCTION_SCAN:
    case NODE_VALUES:
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_FILTER:
    case NODE_PROJECTION:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
    case NODE_UNION:
        ok = true;
        break;
    case NODE_CUSTOM:
        ok = node_as_custom(node)->inputs.count == 0 || node_as_custom(node)->parallel;
        break;
    default:
        break;
    }
    if (!ok)
        return check_refuse(c, &leaf->base,
                            "has a variant with a %s: a variant is made of scans, filters, projections "
                            "and unions",
                            node_tag_display(node->tag));
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (!check_variant(c, leaf, node_child(node, i), place))
            return false;
    }
    return true;
}

/* True if both scans have the same columns for filters and projection to refer to: the bloom pass puts a filter that it
 * has written for the leaf into each variant. */
static bool reads_alike(const struct node_parquet_scan *leaf, const struct node_parquet_scan *variant)
{
    struct node_parquet_scan a = *leaf;

    a.base = variant->base;
    a.files = variant->files;
    a.filters = variant->filters;
    a.options = variant->options;
    return node_equal(&a.base, &variant->base);
}

/*
 * A leaf that a rule has shared out itself. It knows its data, so which rows are in which variant is its own matter. A
 * task beyond the variants reads nothing, so fewer variants than tasks are fine; a variant beyond the tasks would be
 * read by nobody. Hence one variant in a stage with one task.
 */
static bool check_distributed_leaf(struct check *c, const struct node_distributed_leaf *leaf,
                                   const struct place *place)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(leaf->leaf);

    if (leaf->variants.count == 0)
        return check_refuse(c, &leaf->base, "has no variant: give it one for each task that reads something");
    if (leaf->variants.count > place->tasks)
        return check_refuse(c, &leaf->base,
                            "has %u variants in a stage with %u task(s), so that nobody would read some: "
                            "give it at most one per task",
                            leaf->variants.count, place->tasks);
    if (!check_variant(c, leaf, leaf->leaf, place))
        return false;
    for (uint32_t i = 0; i < leaf->variants.count; i++) {
        const struct node_parquet_scan *variant = node_as_parquet_scan(leaf->variants.items[i]);
        if (!check_variant(c, leaf, leaf->variants.items[i], place))
            return false;
        if (scan != NULL && variant != NULL && !reads_alike(scan, variant))
            return check_refuse(
                c, &leaf->base,
                "has a variant that reads other columns than the leaf: change the files only");
    }
    return true;
}

/* ---- Boundaries ---- */

struct boundary_view {
    enum boundary kind;
    const struct eider_node *input;
    uint32_t producer_tasks, consumer_tasks;
};

static struct boundary_view look_at(const struct eider_node *node)
{
    const struct node_network_shuffle *shuffle = node_as_network_shuffle(node);
    const struct node_network_coalesce *coalesce = node_as_network_coalesce(node);
    const struct node_network_broadcast *broadcast = node_as_network_broadcast(node);

    if (shuffle != NULL)
        return (struct boundary_view){BOUNDARY_SHUFFLE, shuffle->input, shuffle->producer_tasks,
                                      shuffle->consumer_tasks};
    if (coalesce != NULL)
        return (struct boundary_view){BOUNDARY_COALESCE, coalesce->input, coalesce->producer_tasks,
                                      coalesce->consumer_tasks};
    return (struct boundary_view){BOUNDARY_BROADCAST, broadcast->input, broadcast->producer_tasks,
                                  broadcast->consumer_tasks};
}

static bool check_counts(struct check *c, const struct eider_node *node, const struct boundary_view *view,
                         uint32_t tasks)
{
    if (view->producer_tasks == 0)
        return check_refuse(c, node, "has zero producer tasks: say how many tasks the stage below it has");
    if (view->producer_tasks > EIDER_MAX_TASKS || view->consumer_tasks > EIDER_MAX_TASKS)
        return check_refuse(c, node, "has too many tasks: a stage has at most %d", EIDER_MAX_TASKS);
    if (view->consumer_tasks != 0 && view->consumer_tasks != tasks)
        return check_refuse(
            c, node,
            "has %u consumer task(s), but stands in a stage with %u: they are the producer tasks of "
            "the boundary above it, and 1 where there is none",
            view->consumer_tasks, tasks);
    if (view->kind == BOUNDARY_SHUFFLE && view->input->tag != NODE_REPARTITION)
        return check_refuse(
            c, node, "needs a hash RepartitionExec as its input: put one there, with the keys to shuffle by");
    return true;
}

/* The rows that leave a stage; each stage is looked at once per place. */
static bool check_stage(struct check *c, const struct eider_node *root, const struct place *place,
                        struct rows *ret)
{
    struct checked_stage *made;

    for (const struct checked_stage *known = c->stages; known != NULL; known = known->next) {
        if (known->root == root && known->place.tasks == place->tasks && known->place.above == place->above &&
            known->place.in_ranges == place->in_ranges) {
            *ret = known->rows;
            return true;
        }
    }
    if (!check_node(c, root, place, ret))
        return false;
    if ((made = arena_alloc(c->p->arena, sizeof(*made))) == NULL)
        return no_memory(c);
    *made = (struct checked_stage){root, *place, *ret, c->stages};
    c->stages = made;
    return true;
}

static bool check_boundary(struct check *c, const struct eider_node *node, const struct place *place,
                           struct rows *ret)
{
    struct boundary_view view = look_at(node);
    struct place below = {view.producer_tasks, place->above, true, check_is_ordered(node)};
    const struct visible_cte *ctes = c->ctes;
    bool vanishes;
    struct rows rows;

    if (!check_counts(c, node, &view, place->tasks) || !check_ranges(c, node, place))
        return false;
    /* As in finalise, but for boundaries that share a stage, which no rule makes. */
    vanishes = view.producer_tasks == 1 && place->tasks == 1 && !stage_is_local(c->p->options, view.input);
    if (!vanishes)
        c->ctes = NULL;
    if (!check_stage(c, view.input, &below, &rows))
        return false;
    c->ctes = ctes;
    if (rows.spread == ROWS_ALL)
        return check_refuse(
            c, node,
            "would pass on every row %u times, because each of the tasks below it has all rows: "
            "do not broadcast what nothing joins, or give the stage below one task",
            view.producer_tasks);
    *ret = (struct rows){.spread = ROWS_ONE};
    ret->sorted = vanishes ? rows.sorted : NULL;
    ret->lost = vanishes || rows.sorted == NULL ? rows.lost : rows.sorted;
    if (below.in_ranges)
        *ret = (struct rows){.spread = ROWS_ONE, .sorted = view.input};
    if (place->tasks == 1)
        return true;
    if (view.kind == BOUNDARY_COALESCE && rows.spread == ROWS_KEYS && view.producer_tasks == place->tasks) {
        rows.sorted = ret->sorted; /* task to task */
        rows.lost = ret->lost;
        *ret = rows;
        return true;
    }
    ret->spread = view.kind == BOUNDARY_BROADCAST ? ROWS_ALL : ROWS_ANY;
    if (view.kind == BOUNDARY_SHUFFLE && node_as_repartition(view.input)->by_value) {
        ret->spread = ROWS_ANY;
    } else if (view.kind == BOUNDARY_SHUFFLE) {
        ret->spread = ROWS_KEYS;
        ret->exprs = &node_as_repartition(view.input)->keys;
        ret->keys = key_slots_of(c->p->arena, ret->exprs);
        ret->partitions = node_as_repartition(view.input)->partitions;
    }
    return true;
}

/* Below a coalesce or a broadcast it is needless, but right: all its partitions are read. */
static bool check_repartition(struct check *c, const struct node_repartition *node, const struct place *place)
{
    if (!place->below_boundary)
        return check_refuse(
            c, &node->base,
            "stands where no boundary reads it: it belongs directly below a NetworkShuffleExec");
    if (node->keys.count == 0)
        return check_refuse(c, &node->base, "has no key: say by what the rows are to be shuffled");
    return true;
}

/* ---- All nodes ---- */

/* Children of a CTE: the second reads what the first defines. */
static bool check_children(struct check *c, const struct eider_node *node, const struct place *place,
                           struct rows *ret)
{
    struct place below = {place->tasks, check_passes_on(node) ? place->above : node, false, false};
    const struct visible_cte *outside = c->ctes;
    struct visible_cte own = {0, outside};
    bool ok = true;

    for (uint32_t i = 0, n = node_child_count(node); ok && i < n; i++) {
        if (i == 1 && (node->tag == NODE_CTE || node->tag == NODE_RECURSIVE_CTE)) {
            own.cte = node->tag == NODE_CTE ? node_as_cte(node)->cte : node_as_recursive_cte(node)->cte;
            c->ctes = &own;
        }
        ok = check_node(c, node_child(node, i), &below, &ret[i]);
        c->ctes = outside;
    }
    return ok;
}

static bool check_leaf(struct check *c, const struct eider_node *node, const struct place *place,
                       struct rows *ret)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);

    *ret = (struct rows){.spread = place->tasks == 1 ? ROWS_ONE : ROWS_ANY};
    if (node->tag == NODE_CTE_REF)
        return check_cte_ref(c, node_as_cte_ref(node), place);
    if (node->tag == NODE_DISTRIBUTED_LEAF)
        return check_distributed_leaf(c, node_as_distributed_leaf(node), place);
    if (scan != NULL && scan->range_points.count > 0 && place->tasks > 1) {
        ret->spread = ROWS_KEYS;
        ret->ranges = &scan->range_points;
        ret->keys = (struct key_slots){arena_alloc_array(c->p->arena, 1, sizeof(struct u32_list)), 1};
        if (ret->keys.slots == NULL)
            return no_memory(c);
        ret->keys.slots[0] = u32_list_new(c->p->arena, 1);
        if (ret->keys.slots[0].count == 1)
            ret->keys.slots[0].items[0] = scan->range_key;
    }
    return check_scan(c, node, place);
}

/* The application says whether a unary node works on any part of the rows; where they go is its own matter. */
static bool check_custom(struct check *c, const struct node_custom *node, const struct place *place,
                         const struct rows *input, struct rows *ret)
{
    if (!node->parallel)
        return check_in_one_task(c, &node->base, place, ret);
    *ret = *input;
    if (ret->spread == ROWS_KEYS)
        ret->spread = ROWS_ANY;
    ret->exprs = NULL;
    return true;
}

static bool check_operator(struct check *c, const struct eider_node *node, const struct place *place,
                           const struct rows *inputs, struct rows *ret)
{
    switch (node->tag) {
    case NODE_CUSTOM:
        return check_custom(c, node_as_custom(node), place, inputs, ret);
    case NODE_FILTER:
    case NODE_PROJECTION:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
        return check_row_by_row(c, node, inputs, ret);
    case NODE_REPARTITION:
        *ret = inputs[0];
        return check_repartition(c, node_as_repartition(node), place);
    case NODE_AGGREGATE:
        return check_aggregate(c, node_as_aggregate(node), place, inputs, ret);
    case NODE_DISTINCT:
        return check_distinct(c, node_as_distinct(node), place, inputs, ret);
    case NODE_TOPN:
        return check_topn(c, node_as_topn(node), place, inputs, ret);
    case NODE_LIMIT:
        return check_limit(c, node_as_limit(node), place, inputs, ret);
    case NODE_SORT:
        return check_sort(c, node_as_sort(node), place, inputs, ret);
    case NODE_WINDOW:
        return check_window(c, node_as_window(node), place, inputs, ret);
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
    case NODE_ASOF_JOIN:
        return check_join(c, node, place, inputs, ret);
    case NODE_UNION:
        return check_union(c, node_as_union(node), place, inputs, ret);
    case NODE_SETOP:
        return check_setop(c, node_as_setop(node), place, inputs, ret);
    case NODE_CTE:
    case NODE_RECURSIVE_CTE:
    case NODE_SAMPLE:
    case NODE_POSITIONAL_JOIN:
    case NODE_PARQUET_SCAN: /* leaves and boundaries do not come here */
    case NODE_TABLE_SCAN:
    case NODE_FUNCTION_SCAN:
    case NODE_VALUES:
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_CTE_REF:
    case NODE_DISTRIBUTED_LEAF:
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
    case NODE_EXCHANGE_SOURCE: /* is_tree of the rules pass has refused these */
    case NODE_DISTRIBUTED:
    case NODE_INVALID:
    case NODE_TAG_END:
        break;
    }
    return check_in_one_task(c, node, place, ret);
}

/* Whose order the rows of an operator come in. */
static void set_order(const struct eider_node *node, const struct place *place, const struct rows *inputs,
                      struct rows *ret)
{
    const struct rows *from = NULL;

    ret->sorted = ret->lost = NULL;
    switch ((int)node->tag) {
    case NODE_SORT:
    case NODE_TOPN:
        ret->sorted = place->tasks == 1 ? node : NULL;
        return;
    case NODE_FILTER:
    case NODE_PROJECTION:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
    case NODE_LIMIT:
    case NODE_REPARTITION:
        from = &inputs[0];
        break;
    case NODE_CTE:
        from = &inputs[1];
        break;
    default:
        return;
    }
    ret->sorted = from->sorted;
    ret->lost = from->lost;
}

static void set_ranks(struct check *c, const struct node_window *node, const struct place *place)
{
    const struct node_window *below =
        place->above == NULL ? NULL : rank_limit_below(node_as_filter(place->above), node);

    if (below != NULL)
        c->ranks = below;
}

static bool check_node(struct check *c, const struct eider_node *node, const struct place *place,
                       struct rows *ret)
{
    uint32_t count = node_child_count(node);
    struct rows *inputs;

    if (node_is_boundary(node))
        return check_boundary(c, node, place, ret);
    if (count == 0 || node->tag == NODE_DISTRIBUTED_LEAF)
        return check_leaf(c, node, place, ret);
    if ((inputs = arena_alloc_array(c->p->arena, count, sizeof(*inputs))) == NULL)
        return no_memory(c);
    /* Stages that rules made may have other readers, who would miss the rows. */
    if (node->tag == NODE_WINDOW && !c->p->has_boundaries)
        set_ranks(c, node_as_window(node), place);
    if (!check_children(c, node, place, inputs) || !check_operator(c, node, place, inputs, ret))
        return false;
    set_order(node, place, inputs, ret);
    return arena_failed(c->p->arena) ? no_memory(c) : true;
}

/* ---- The pass ---- */

static bool same_directions(const struct sort_key_list *a, const struct sort_key_list *b)
{
    bool same = a->count == b->count;

    for (uint32_t i = 0; same && i < a->count; i++)
        same = a->items[i].descending == b->items[i].descending &&
               a->items[i].nulls_first == b->items[i].nulls_first;
    return same;
}

/* The rows of the result must come as they did before the rules. The keys themselves are other expressions where the rule
 * has changed what is below, so they are compared by number and direction. */
static bool check_order(struct check *c, const struct rows *rows)
{
    const struct eider_node *root = c->p->plan;
    const struct sort_key_list *order = NULL;

    if (c->p->order == NULL)
        return true;
    if (rows->sorted != NULL)
        order = rows->sorted->tag == NODE_SORT ? &node_as_sort(rows->sorted)->orders
                                               : &node_as_topn(rows->sorted)->orders;
    if (order != NULL && same_directions(order, c->p->order))
        return true;
    if (rows->lost != NULL)
        return check_refuse(c, rows->lost,
                            "sorts the result below a network boundary, which does not keep the order: sort "
                            "above the topmost boundary");
    return check_refuse(c, root,
                        "at its top does not give the rows in the order of the query: sort above the topmost "
                        "boundary, by the %u key(s) of the query",
                        c->p->order->count);
}

enum eider_status check_plan(struct planning *p)
{
    struct check c = {.p = p, .status = EIDER_OK};
    struct place top = {1, NULL, false, false};
    struct rows rows;

    if (check_node(&c, p->plan, &top, &rows))
        check_order(&c, &rows);
    return c.status;
}

static bool find_leaf(void *data, const struct eider_node *node)
{
    const struct eider_node **found = data;

    if (node->tag == NODE_DISTRIBUTED_LEAF)
        *found = node;
    return *found == NULL;
}

enum eider_status pass_check(struct planning *p)
{
    const struct eider_node *leaf = NULL;

    if (p->rule == NULL)
        return EIDER_OK;
    /* Without boundaries the stages and their tasks are the distribute pass's, so nobody can have shared out a leaf. */
    if (!p->has_boundaries)
        node_walk(p->plan, find_leaf, &leaf);
    if (leaf != NULL)
        return plan_refuse(
            p->err, p->rule, leaf,
            "stands in a plan without a network boundary: place one, so that its stage has tasks");
    return check_plan(p);
}
