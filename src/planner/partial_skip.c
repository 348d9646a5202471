/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partial aggregates that would reduce little: see partial_skip.h.
 *
 *     Repartition(g)                          Repartition(g)
 *       Aggregate Partial: g, sum(x), count(x)  →  Projection: g, x as sum(x), CASE WHEN x IS NULL THEN 0 ELSE 1 END
 *         chain over a scan                      chain over a scan
 *
 * What it is worth: 15 million rows of lineitem by order and part, hardly one of which repeats another, take a task 5.4 s in
 * groups and 0.8 s as they are.
 *
 * Of columns Parquet files say how many values they have, and the estimate decides; of expressions (k % 10), and of columns of
 * CSV and JSON files, nobody does. Where such keys look as if they were many, the plan has the partial phase all the same, and
 * the first rows decide whether it is run.
 * How many groups there are is told by how often two of the first rows are of one group: of G groups alike, n rows have about
 * n² / 2G such pairs. Rows that are stored by group look like fewer groups than there are; then nothing is left out.
 */
#include "planner/partial_skip.h"

#include <string.h>

#include "plan/object.h"
#include "planner/distribute.h"
#include "planner/passes.h"

#define LEAST_REDUCTION 4.0
#define LEAST_SHARE     4.0 /* a task whose rows have less than this part of its bytes' worth is not looked at */

/* ---- States of one row ---- */

static bool is_added_exactly(const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_HUGEINT:
    case TYPE_UTINYINT:
    case TYPE_USMALLINT:
    case TYPE_UINTEGER:
    case TYPE_UBIGINT:
    case TYPE_DECIMAL:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
        return true;
    default:
        return false;
    }
}

static bool has_state(const struct expr_aggregate *call)
{
    const struct eider_type *type = call->args.count == 1 ? call->args.items[0]->type : NULL;

    if (call->distinct || call->orders.count > 0)
        return false;
    if (str_is(call->name, "count"))
        return call->args.count <= 1;
    if (type == NULL)
        return false;
    if (str_is(call->name, "sum"))
        return is_added_exactly(type);
    return (str_is(call->name, "min") || str_is(call->name, "max") || str_is(call->name, "bool_and") ||
            str_is(call->name, "bool_or") || str_is(call->name, "bit_and") || str_is(call->name, "bit_or") ||
            str_is(call->name, "bit_xor") || str_is(call->name, "any_value")) &&
           type_equal(type, call->base.type);
}

static const struct eider_expr *value_of(struct arena *arena, const struct expr_aggregate *call)
{
    const struct eider_type *type = call->base.type;
    const struct eider_expr *zero, *one;

    if (str_is(call->name, "count")) {
        zero = expr_whole(arena, type, 0);
        one = expr_whole(arena, type, 1);
        if (zero == NULL || one == NULL || call->args.count == 0)
            return zero == NULL ? NULL : one;
        return expr_when(arena, expr_is_not_null(arena, call->args.items[0]), one, zero);
    }
    return expr_cast_to(arena, call->args.items[0], type);
}

/* The state of one row, of the type that it has of many. A row that FILTER leaves out is none. */
static const struct eider_expr *state_of(struct arena *arena, const struct expr_aggregate *call)
{
    const struct eider_expr *value = value_of(arena, call);
    const struct eider_expr *none = str_is(call->name, "count") ? expr_whole(arena, call->base.type, 0)
                                                                : expr_null(arena, call->base.type);

    if (value == NULL || none == NULL)
        return NULL;
    return call->filter == NULL ? value : expr_when(arena, call->filter, value, none);
}

/* ---- The fragment ---- */

static const struct node_aggregate *find_partial(const struct eider_node *node)
{
    const struct node_aggregate *aggregate;

    while (node->tag == NODE_REPARTITION || node->tag == NODE_PROJECTION)
        node = node_child(node, 0);
    aggregate = node_as_aggregate(node);
    return aggregate != NULL && aggregate->mode == AGGREGATE_PARTIAL ? aggregate : NULL;
}

static bool may_skip(const struct node_aggregate *node)
{
    if (node->groups.count == 0 || node->sets.count > 0 || node->grouping_functions.count > 0)
        return false;
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        if (!has_state(expr_as_aggregate(node->aggregates.items[i])))
            return false;
    }
    return true;
}

/* The scan of files that a chain of filters and projections ends in; NULL: it ends in something else. */
static const struct eider_node *scan_below(const struct eider_node *node)
{
    while (node->tag == NODE_FILTER || node->tag == NODE_PROJECTION)
        node = node_child(node, 0);
    if (node->tag == NODE_DISTRIBUTED_LEAF)
        node = node_as_distributed_leaf(node)->leaf;
    return node->tag == NODE_PARQUET_SCAN ||
                   (node->tag == NODE_FUNCTION_SCAN && node_as_function_scan(node)->files.count > 0)
               ? node
               : NULL;
}

/* True if the expression over the node's output is a column of the Parquet scan below. */
static bool is_column(const struct eider_node *node, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);
    uint32_t index = column != NULL ? column->index : 0;

    for (; column != NULL && node->tag != NODE_PARQUET_SCAN; node = node_child(node, 0)) {
        if (node->tag == NODE_DISTRIBUTED_LEAF)
            break;
        if (node->tag == NODE_FILTER) {
            index = node_as_filter(node)->projection.items[index];
            continue;
        }
        if ((column = expr_as_column(node_as_projection(node)->exprs.items[index])) != NULL)
            index = column->index;
    }
    return column != NULL;
}

bool partial_skip_applies(const struct planner_options *options, const struct node_aggregate *node,
                          uint32_t tasks)
{
    const struct eider_node *scan = scan_below(node->input);
    double rows = distribute_rows(node->input);
    bool certain = scan != NULL && scan->tag == NODE_PARQUET_SCAN;

    if (!may_skip(node) || scan == NULL || tasks <= 1 ||
        distribute_width(node->input) * rows * LEAST_SHARE < (double)options->bytes_per_task * tasks)
        return false;
    for (uint32_t i = 0; certain && i < node->groups.count; i++)
        certain = is_column(node->input, node->groups.items[i]);
    return !certain;
}

double partial_skip_rows(const struct planner_options *options, const struct plan_stage *stage)
{
    const struct node_aggregate *node = find_partial(stage->root);

    if (node == NULL || stage->root->tag != NODE_REPARTITION || stage->local ||
        !partial_skip_applies(options, node, stage->tasks))
        return 0;
    return distribute_rows(node->input) / stage->tasks;
}

/* ---- The probe ---- */

static const struct eider_node *projection(struct arena *arena, const struct eider_node *input,
                                           const struct expr_list *exprs)
{
    struct node_projection *made = node_projection_new(arena);

    if (made == NULL)
        return NULL;
    made->input = input;
    made->exprs = *exprs;
    made->base.columns = column_list_new(arena, exprs->count);
    for (uint32_t i = 0; i < made->base.columns.count; i++)
        made->base.columns.items[i] = (struct column){str_make(arena, "k", 1), exprs->items[i]->type};
    return arena_failed(arena) ? NULL : &made->base;
}

/* The chain without its filters, over the first rows of the scan. NULL also if it ends in no scan. */
static const struct eider_node *first_rows(struct arena *arena, const struct eider_node *node, uint64_t rows)
{
    const struct eider_node *input;
    struct eider_node *scan;
    struct node_limit *limit;
    struct expr_list exprs;

    if (node->tag == NODE_PROJECTION || node->tag == NODE_FILTER) {
        if ((input = first_rows(arena, node_child(node, 0), rows)) == NULL)
            return NULL;
        if (node->tag == NODE_PROJECTION)
            return node_with_children(arena, node, &input);
        exprs = expr_list_new(arena, node->columns.count);
        for (uint32_t i = 0; i < exprs.count; i++)
            exprs.items[i] = expr_column_of(arena, input, node_as_filter(node)->projection.items[i]);
        return arena_failed(arena) ? NULL : projection(arena, input, &exprs);
    }
    if (scan_below(node) != node)
        return NULL;
    scan = node_clone(arena, node);
    limit = node_limit_new(arena);
    if (scan == NULL || limit == NULL)
        return NULL;
    if (node->tag == NODE_PARQUET_SCAN)
        ((struct node_parquet_scan *)scan)->filters.count = 0;
    else
        ((struct node_function_scan *)scan)->filters.count = 0;
    limit->input = scan;
    limit->has_limit = true;
    limit->limit = rows;
    limit->base.columns = node->columns;
    return &limit->base;
}

static struct expr_aggregate *call_new(struct arena *arena, const char *name, enum type_tag type)
{
    struct expr_aggregate *made = expr_aggregate_new(arena, type_simple(type));

    if (made != NULL)
        made->name = str_make(arena, name, strlen(name));
    return made;
}

static const struct eider_node *aggregate(struct arena *arena, const struct eider_node *input,
                                          const struct expr_list *groups, const struct expr_list *calls)
{
    struct node_aggregate *made = node_aggregate_new(arena);

    if (made == NULL)
        return NULL;
    made->input = input;
    made->mode = AGGREGATE_SINGLE;
    made->groups = *groups;
    made->aggregates = *calls;
    made->base.columns = column_list_new(arena, groups->count + calls->count);
    for (uint32_t i = 0; i < made->base.columns.count; i++)
        made->base.columns.items[i] = (struct column){
            str_make(arena, "c", 1),
            i < groups->count ? groups->items[i]->type : calls->items[i - groups->count]->type};
    return arena_failed(arena) ? NULL : &made->base;
}

const struct eider_node *partial_skip_probe(struct arena *arena, const struct eider_node *fragment,
                                            uint64_t rows)
{
    const struct node_aggregate *partial = find_partial(fragment);
    const struct eider_node *input = partial == NULL ? NULL : first_rows(arena, partial->input, rows);
    struct expr_aggregate *count = call_new(arena, "count", TYPE_BIGINT);
    struct expr_aggregate *groups = call_new(arena, "count", TYPE_BIGINT);
    struct expr_aggregate *sum = call_new(arena, "sum", TYPE_HUGEINT);
    struct expr_list each = expr_list_new(arena, 1), all = expr_list_new(arena, 2), none = {NULL, 0};

    if (input == NULL || count == NULL || groups == NULL || sum == NULL || each.count == 0 || all.count == 0)
        return NULL;
    each.items[0] = &count->base;
    if ((input = aggregate(arena, input, &partial->groups, &each)) == NULL)
        return NULL;
    sum->args = expr_list_new(arena, 1);
    if (sum->args.count == 0)
        return NULL;
    sum->args.items[0] = expr_column_of(arena, input, partial->groups.count);
    all.items[0] = &groups->base;
    all.items[1] = &sum->base;
    return aggregate(arena, input, &none, &all);
}

bool partial_skip_decide(double groups, double rows, double all_rows)
{
    double pairs = rows - groups; /* rows of a group that another row has shown */

    return rows > 0 && pairs * 2 * all_rows < LEAST_REDUCTION * rows * rows;
}

/* ---- Without it ---- */

static const struct eider_node *skip(void *data, struct arena *arena, const struct eider_node *node)
{
    const struct node_aggregate *partial = node_as_aggregate(node);
    struct node_projection *made;

    if (node != data)
        return node;
    if ((made = node_projection_new(arena)) == NULL)
        return NULL;
    made->base.columns = node->columns;
    made->base.rows = distribute_rows(partial->input);
    made->input = partial->input;
    made->exprs = expr_list_new(arena, node->columns.count);
    for (uint32_t i = 0; i < made->exprs.count; i++) {
        made->exprs.items[i] =
            i < partial->groups.count
                ? partial->groups.items[i]
                : state_of(arena, expr_as_aggregate(partial->aggregates.items[i - partial->groups.count]));
        if (made->exprs.items[i] == NULL)
            return NULL;
    }
    return made->exprs.count == node->columns.count ? &made->base : NULL;
}

const struct eider_node *partial_skip(struct arena *arena, const struct eider_node *fragment)
{
    const struct node_aggregate *partial = find_partial(fragment);

    return partial == NULL ? fragment : node_transform(arena, fragment, skip, (void *)&partial->base);
}
