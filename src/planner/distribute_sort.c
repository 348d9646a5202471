/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sort of the whole result by sampled ranges, in the distribute pass.
 *
 *   [head] NetworkCoalesceExec, ordered
 *     SortExec                                   each task its range
 *       NetworkShuffleExec
 *         RepartitionExec, by value              the partition, of [input, partition]
 *           ProjectionExec                       partition = CASE WHEN key < b2 THEN (CASE WHEN key < b1 …) ELSE … END
 *             CrossJoinExec
 *               ProjectionExec                   [input, key]
 *                 the input
 *               NetworkBroadcastExec             one row: the boundaries b1, b2, …
 *                 AggregateExec                  quantiles
 *                   NetworkCoalesceExec
 *                     ProjectionExec             [key]
 *                       the input, over a sample of the rows of its scan
 *
 * The key is DuckDB's create_sort_key over the expressions that the sort has, so its order is that of ORDER BY: a row of a lower
 * partition comes before a row of a higher one, and rows with equal keys meet. That holds for any boundaries, which are not even
 * in order if the two do not fit: then nothing is wrong but how even the ranges are. Without a sampled row the boundaries are
 * NULL, and all rows are in the last partition. The last argument of create_sort_key is an empty text, since of a few short
 * numbers alone it would make a number.
 *
 * The input is computed twice if it is filters and projections over Parquet files, and nothing else. Anything else is a stage of
 * its own, which the sample and the rows are read from: task i of both reads what its task i has made.
 */
#include "planner/distribute.h"

#include "plan/object.h"
#include "plan/schema.h"

#define SAMPLED_ROWS 100000.0 /* about so many keys are looked at; of fewer rows all are */
#define MAX_RANGES   256u     /* each has a column in the row of boundaries */

/* ---- Expressions ---- */

static const struct eider_expr *text(struct arena *arena, const char *value)
{
    struct expr_string *made = expr_string_new(arena, type_simple(TYPE_VARCHAR));

    if (made == NULL)
        return NULL;
    made->bytes = str_from(value);
    return &made->base;
}

static const struct eider_expr *number(struct arena *arena, double value)
{
    struct expr_double *made = expr_double_new(arena, type_simple(TYPE_DOUBLE));

    if (made == NULL)
        return NULL;
    made->value = value;
    return &made->base;
}

static const struct eider_expr *less(struct arena *arena, const struct eider_expr *left,
                                     const struct eider_expr *right)
{
    struct expr_comparison *made = expr_comparison_new(arena, type_simple(TYPE_BOOLEAN));

    if (made == NULL)
        return NULL;
    made->op = COMPARE_LESS;
    made->left = left;
    made->right = right;
    return &made->base;
}

/* create_sort_key(e1, 'ASC NULLS LAST', …). */
static const struct eider_expr *sort_key(struct arena *arena, const struct sort_key_list *orders)
{
    static const char *const directions[2][2] = {{"ASC NULLS LAST", "ASC NULLS FIRST"},
                                                 {"DESC NULLS LAST", "DESC NULLS FIRST"}};
    uint32_t count = orders->count;
    struct expr_function *made = expr_call(arena, type_simple(TYPE_BLOB), "create_sort_key", 2 * count + 2);

    if (made == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct sort_key *order = &orders->items[i];
        made->args.items[2 * i] = order->expr;
        made->args.items[2 * i + 1] = text(arena, directions[order->descending][order->nulls_first]);
    }
    made->args.items[2 * count] = text(arena, "");
    made->args.items[2 * count + 1] = text(arena, directions[0][0]);
    return &made->base;
}

/*
 * Which of the partitions first … last a row is in: `key` is column number `key` of `node`, boundary i, between the partitions
 * i - 1 and i, column number key + i. For four: CASE WHEN key < b2 THEN (CASE WHEN key < b1 THEN 0 ELSE 1 END) ELSE … END.
 */
static const struct eider_expr *find_partition(struct arena *arena, const struct eider_node *node,
                                               uint32_t key, uint32_t first, uint32_t last)
{
    uint32_t middle = first + (last - first + 1) / 2;
    struct expr_case *made;

    if (first == last)
        return expr_whole(arena, type_simple(TYPE_UBIGINT), first);
    if ((made = expr_case_new(arena, type_simple(TYPE_UBIGINT))) == NULL)
        return NULL;
    made->branches = case_branch_list_new(arena, 1);
    if (made->branches.count == 0)
        return NULL;
    made->branches.items[0].when =
        less(arena, expr_column_of(arena, node, key), expr_column_of(arena, node, key + middle));
    made->branches.items[0].then = find_partition(arena, node, key, first, middle - 1);
    made->otherwise = find_partition(arena, node, key, middle, last);
    return &made->base;
}

/* ---- Nodes ---- */

/* Output: the first `columns` columns of the input, then `more`, under its name. */
static const struct eider_node *project(struct distribute *d, const struct eider_node *input,
                                        uint32_t columns, const struct eider_expr *more, const char *name)
{
    struct node_projection *made = node_projection_new(d->arena);

    if (made == NULL)
        return NULL;
    made->input = input;
    made->exprs = expr_list_new(d->arena, columns + 1);
    if (made->exprs.count == 0)
        return NULL;
    for (uint32_t i = 0; i < columns; i++)
        made->exprs.items[i] = expr_column_of(d->arena, input, i);
    made->exprs.items[columns] = more;
    made->base.rows = input->rows;
    if (arena_failed(d->arena) || !schema_derive(d->arena, &made->base, &made->base.columns))
        return NULL;
    made->base.columns.items[columns].name = str_from(name);
    return &made->base;
}

/* The boundaries between `ranges` ranges, as columns of one row. */
static const struct eider_node *boundaries(struct distribute *d, const struct eider_node *keys,
                                           uint32_t ranges)
{
    struct node_aggregate *made = node_aggregate_new(d->arena);

    if (made == NULL)
        return NULL;
    made->input = keys;
    made->mode = AGGREGATE_SINGLE;
    made->aggregates = expr_list_new(d->arena, ranges - 1);
    made->base.rows = 1;
    for (uint32_t i = 0; i < made->aggregates.count; i++) {
        struct expr_aggregate *quantile = expr_aggregate_new(d->arena, type_simple(TYPE_BLOB));

        if (quantile == NULL)
            return NULL;
        quantile->name = str_from("quantile_disc");
        quantile->args = expr_list_new(d->arena, 2);
        if (quantile->args.count == 0)
            return NULL;
        quantile->args.items[0] = expr_column_of(d->arena, keys, 0);
        quantile->args.items[1] = number(d->arena, (double)(i + 1) / ranges);
        made->aggregates.items[i] = &quantile->base;
    }
    if (arena_failed(d->arena) || !schema_derive(d->arena, &made->base, &made->base.columns))
        return NULL;
    return &made->base;
}

/* ---- The sample ---- */

static const struct node_parquet_scan *sampled_scan(const struct eider_node *node)
{
    while (node->tag == NODE_FILTER || node->tag == NODE_PROJECTION)
        node = node_child(node, 0);
    return node_as_parquet_scan(node);
}

/* random() < share, over the scan. Which rows that keeps is no matter. */
static const struct eider_node *keep_some(struct distribute *d, const struct eider_node *scan, double share)
{
    struct node_filter *made = node_filter_new(d->arena);
    struct expr_function *random = expr_function_new(d->arena, type_simple(TYPE_DOUBLE));

    if (made == NULL || random == NULL)
        return NULL;
    random->name = str_from("random");
    made->input = scan;
    made->predicates = expr_list_new(d->arena, 1);
    made->projection = u32_list_identity(d->arena, scan->columns.count);
    made->base.columns = scan->columns;
    made->base.rows = scan->rows * share;
    if (arena_failed(d->arena))
        return NULL;
    made->predicates.items[0] = less(d->arena, &random->base, number(d->arena, share));
    return &made->base;
}

static const struct eider_node *sample(struct distribute *d, const struct eider_node *node, double share)
{
    const struct eider_node *input;

    if (node->tag == NODE_PARQUET_SCAN)
        return share < 1 ? keep_some(d, node, share) : node;
    input = sample(d, node_child(node, 0), share);
    return input == NULL ? NULL : node_with_children(d->arena, node, &input);
}

/* ---- The sort ---- */

/* The keys of a sample of the scan below the sort. */
static bool sample_scan(struct distribute *d, const struct node_sort *sort, const struct eider_expr *key,
                        double share, struct placed *ret)
{
    const struct eider_node *sampled = sample(d, sort->input, share);
    const struct eider_node *keys = sampled == NULL ? NULL : project(d, sampled, 0, key, "sort_key");
    bool top = d->top_below, ok;

    if (keys == NULL)
        return distribute_no_memory(d);
    d->top_below = false;
    ok = distribute_place(d, keys, ret);
    d->top_below = top;
    return ok;
}

/* The keys of a sample of what a stage has made. */
static bool sample_stage(struct distribute *d, const struct placed *stage, const struct eider_expr *key,
                         double share, struct placed *ret)
{
    const struct eider_node *rows = node_clone(d->arena, stage->node); /* one more that reads it */

    if (rows == NULL || (share < 1 && (rows = keep_some(d, rows, share)) == NULL))
        return distribute_no_memory(d);
    *ret = *stage;
    ret->node = project(d, rows, 0, key, "sort_key");
    return ret->node != NULL || distribute_no_memory(d);
}

/* The row of boundaries, in each of so many tasks. */
static bool place_boundaries(struct distribute *d, const struct node_sort *sort, const struct eider_expr *key,
                             uint32_t ranges, const struct placed *input, struct placed *ret)
{
    double rows = distribute_rows(sort->input), share = rows > 0 ? SAMPLED_ROWS / rows : 1;

    if (sampled_scan(sort->input) != NULL ? !sample_scan(d, sort, key, share, ret)
                                          : !sample_stage(d, input, key, share, ret))
        return false;
    if (!distribute_coalesce(d, ret))
        return false;
    if ((ret->node = boundaries(d, ret->node, ranges)) == NULL)
        return distribute_no_memory(d);
    return distribute_broadcast(d, ret, ranges);
}

/* The input with one more column, the partition; in the tasks of the input. */
static bool add_partition(struct distribute *d, const struct eider_node *row, const struct eider_expr *key,
                          uint32_t ranges, struct placed *placed)
{
    struct node_cross_join *join = node_cross_join_new(d->arena);
    uint32_t width = placed->node->columns.count;

    if (join == NULL || (join->left = project(d, placed->node, width, key, "sort_key")) == NULL)
        return distribute_no_memory(d);
    join->right = row;
    join->base.rows = placed->node->rows;
    if (!schema_derive(d->arena, &join->base, &join->base.columns))
        return distribute_no_memory(d);
    placed->node = project(d, &join->base, width, find_partition(d->arena, &join->base, width, 0, ranges - 1),
                           "partition");
    return placed->node != NULL || distribute_no_memory(d);
}

/* Makes a shuffle one by ranges. */
static bool shuffle_ranges(struct distribute *d, uint32_t ranges, struct placed *placed)
{
    struct expr_list key = expr_list_new(d->arena, 1);
    struct node_network_shuffle *shuffle;
    struct node_repartition *repartition;

    if (key.count == 0)
        return distribute_no_memory(d);
    key.items[0] = expr_column_of(d->arena, placed->node, placed->node->columns.count - 1);
    if (!distribute_shuffle(d, placed, &key, ranges))
        return false;
    shuffle = (struct node_network_shuffle *)node_clone(d->arena, placed->node);
    repartition = shuffle == NULL ? NULL : (struct node_repartition *)node_clone(d->arena, shuffle->input);
    if (repartition == NULL)
        return distribute_no_memory(d);
    repartition->partitions = ranges;
    repartition->by_value = true;
    shuffle->input = &repartition->base;
    placed->node = &shuffle->base;
    return true;
}

static bool sort_ranges(struct distribute *d, const struct node_sort *sort, uint32_t ranges,
                        struct placed *placed)
{
    const struct eider_expr *key = sort_key(d->arena, &sort->orders);
    struct node_network_coalesce *coalesce = node_network_coalesce_new(d->arena);
    struct placed row = {.node = NULL};

    if (key == NULL || coalesce == NULL)
        return distribute_no_memory(d);
    if (!place_boundaries(d, sort, key, ranges, placed, &row) ||
        !add_partition(d, row.node, key, ranges, placed) || !shuffle_ranges(d, ranges, placed))
        return false;
    coalesce->input = distribute_rebuild(d, &sort->base, placed);
    coalesce->producer_tasks = ranges;
    coalesce->ordered = true;
    coalesce->base.columns = sort->base.columns;
    coalesce->base.rows = sort->base.rows;
    *placed = (struct placed){.node = &coalesce->base, .spread = SPREAD_ONE, .tasks = 1};
    placed->kind = EIDER_TASKS_MAXIMUM;
    return coalesce->input != NULL;
}

bool distribute_sort(struct distribute *d, const struct node_sort *node,
                     const struct eider_task_count *answer, struct placed *ret)
{
    bool scan = sampled_scan(node->input) != NULL;
    bool ranges = d->top && d->options->range_sorts && (scan || !distribute_is_told(d));
    uint32_t tasks;

    if (!distribute_place(d, node->input, ret))
        return false;
    tasks = distribute_tasks_answered(d, answer, distribute_bytes(node->input));
    tasks = tasks < MAX_RANGES ? tasks : MAX_RANGES;
    if (ranges && tasks > 1 && distribute_is_spread(ret))
        return (scan || distribute_keep(d, ret)) && sort_ranges(d, node, tasks, ret);
    if (ret->spread != SPREAD_LOCAL && !distribute_coalesce(d, ret))
        return false;
    *ret =
        (struct placed){.spread = ret->spread, .tasks = 1, .node = distribute_rebuild(d, &node->base, ret)};
    return ret->node != NULL;
}
