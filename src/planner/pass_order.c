/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order pass: declines plans whose answer depends on the order in which rows are stored, which DuckDB keeps and
 * tasks do not. It changes nothing and stands first, so that later passes need not care.
 *
 * Declined: LIMIT without an order over what keeps the stored order (scans, filters, projections, unnests, unions):
 * DuckDB gives the first rows of the first file, and users count on it; windows without ORDER BY whose function counts
 * rows or looks at neighbours; positional joins; samples; row numbers that only the whole list of files defines.
 * Not declined: what is arbitrary in DuckDB too, such as a LIMIT over a join or first() of an unordered group.
 */
#include "planner/passes.h"

#include "plan/object.h"

bool planner_keeps_order(const struct eider_node *node)
{
    switch (node->tag) {
    case NODE_PARQUET_SCAN:
    case NODE_TABLE_SCAN:
    case NODE_FUNCTION_SCAN:
    case NODE_VALUES:
    case NODE_CTE_REF:
        return true;
    case NODE_FILTER:
    case NODE_PROJECTION:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
    case NODE_LIMIT:
        return planner_keeps_order(node_child(node, 0));
    case NODE_UNION:
        return true;
    case NODE_INVALID:
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_AGGREGATE:
    case NODE_REPARTITION:
    case NODE_SORT:
    case NODE_TOPN:
    case NODE_DISTINCT:
    case NODE_WINDOW:
    case NODE_SAMPLE:
    case NODE_CUSTOM:
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
    case NODE_ASOF_JOIN:
    case NODE_SETOP:
    case NODE_CTE:
    case NODE_RECURSIVE_CTE:
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
    case NODE_EXCHANGE_SOURCE:
    case NODE_DISTRIBUTED_LEAF:
    case NODE_DISTRIBUTED:
    case NODE_TAG_END:
        break;
    }
    return false;
}

static bool is_column(void *data, const struct eider_expr *expr)
{
    (void)data;
    return expr->tag != EXPR_COLUMN;
}

/*
 * LIMITs below a projection that reads none of their columns: EXISTS asks for one row, no matter which. A plan with more
 * of them than fit is declined, which is only a pity.
 */
struct excused {
    struct planning *p;
    const struct eider_node *limits[32];
    uint32_t count;
};

static bool excuse(void *data, const struct eider_node *node)
{
    struct excused *excused = data;
    const struct node_projection *projection = node_as_projection(node);
    bool reads = projection == NULL || projection->input->tag != NODE_LIMIT;

    for (uint32_t i = 0; !reads && i < projection->exprs.count; i++)
        reads = !expr_walk(projection->exprs.items[i], is_column, NULL);
    if (!reads && excused->count < 32)
        excused->limits[excused->count++] = projection->input;
    return true;
}

static bool is_excused(const struct excused *excused, const struct eider_node *limit)
{
    for (uint32_t i = 0; i < excused->count; i++) {
        if (excused->limits[i] == limit)
            return true;
    }
    return limit->columns.count == 0;
}

static bool is_one_of(struct eider_str name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (str_is(name, *names))
            return true;
    }
    return false;
}

/* Without ORDER BY the result depends on which row comes first: numbering, neighbours, frames of rows. */
static bool window_needs_order(const struct expr_window *window)
{
    static const char *const ordered[] = {
        "row_number", "lag",  "lead",      "first_value", "last_value",   "nth_value", "ntile", "first",
        "last",       "list", "array_agg", "string_agg",  "group_concat", "listagg",   "fill",  NULL};

    if (window->orders.count > 0 || window->arg_orders.count > 0)
        return false;
    return is_one_of(window->name, ordered) || window->start_bound != BOUND_UNBOUNDED_PRECEDING ||
           (window->unit == FRAME_ROWS && window->end_bound != BOUND_UNBOUNDED_FOLLOWING);
}

static bool check_window(struct planning *p, const struct node_window *node)
{
    for (uint32_t i = 0; i < node->windows.count; i++) {
        const struct expr_window *window = expr_as_window(node->windows.items[i]);
        if (window != NULL && window_needs_order(window))
            return verdict_no(p->verdict, VERDICT_ORDER_DEPENDENT,
                              "%s() OVER () without ORDER BY depends on the order of stored rows",
                              window->name.data);
    }
    return true;
}

static bool check_scan(struct planning *p, const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->read.items[i].role == SCAN_ROWID)
            return verdict_no(p->verdict, VERDICT_ORDER_DEPENDENT,
                              "rowid of files depends on the order of all rows");
    }
    return true;
}

static bool check(void *data, const struct eider_node *node)
{
    const struct excused *excused = data;
    struct planning *p = excused->p;

    switch ((int)node->tag) {
    case NODE_LIMIT:
        if (planner_keeps_order(node_as_limit(node)->input) && !is_excused(excused, node))
            return verdict_no(p->verdict, VERDICT_ORDER_DEPENDENT,
                              "LIMIT without ORDER BY takes the first rows as they are stored");
        return true;
    case NODE_SAMPLE:
        return verdict_no(p->verdict, VERDICT_ORDER_DEPENDENT,
                          "a sample depends on the order of stored rows");
    case NODE_POSITIONAL_JOIN:
        return verdict_no(p->verdict, VERDICT_ORDER_DEPENDENT,
                          "a positional join depends on the order of stored rows");
    case NODE_WINDOW:
        return check_window(p, node_as_window(node));
    case NODE_PARQUET_SCAN:
        return check_scan(p, node_as_parquet_scan(node));
    default:
        return true;
    }
}

enum eider_status pass_order(struct planning *p)
{
    struct excused excused = {.p = p};

    node_walk(p->plan, excuse, &excused);
    node_walk(p->plan, check, &excused);
    return EIDER_OK;
}
