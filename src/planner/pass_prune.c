/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prune pass: columns that nothing above a node reads leave its output. DuckDB has done so for scans, but joins and
 * filters still hand on the keys that they alone need, because a vector that nobody reads costs nothing within a process.
 * Between stages every column is copied, and over a network sent:
 *
 *     HashJoin(o_custkey = c_custkey) → o_orderkey, o_custkey, o_orderdate, c_custkey
 *     →                               → o_orderkey, o_orderdate       if only these are read above it
 *
 * From the root down, each node is asked for the columns that are needed, and gives a plan that has those (and maybe more,
 * where a node cannot leave one out: a TopN keeps what it sorts by) in their old order, with where each old column is now.
 * Only outputs are narrowed: every expression is computed as before, for the same rows, so the answer is the same. What
 * compares whole rows (DISTINCT, set operations) or is read by name (CTEs) needs all columns of its inputs.
 *
 * It stands before the rules, whose boundaries should carry what is needed too, and mutates nothing.
 */
#include "planner/passes.h"

#include "plan/object.h"

#define GONE UINT32_MAX

struct prune {
    struct arena *arena;
};

/* A narrowed plan. map[i]: where column i of the node as it was is now, or GONE. */
struct pruned {
    const struct eider_node *node;
    uint32_t *map;
};

static bool prune(struct prune *p, const struct eider_node *node, const bool *needed, struct pruned *ret);

/* ---- Needs ---- */

static bool *no_needs(struct prune *p, uint32_t count)
{
    return arena_alloc_array(p->arena, count + 1u, sizeof(bool));
}

static bool *all_needs(struct prune *p, uint32_t count)
{
    bool *needs = no_needs(p, count);

    for (uint32_t i = 0; needs != NULL && i < count; i++)
        needs[i] = true;
    return needs;
}

/* The columns from `first` on, `count` of them, of what an expression is over. */
struct range_needs {
    bool *needs;
    uint32_t first, count;
};

static bool need_column(void *data, const struct eider_expr *expr)
{
    struct range_needs *range = data;
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL && column->index >= range->first && column->index - range->first < range->count)
        range->needs[column->index - range->first] = true;
    return true;
}

static void need_range(const struct eider_expr *expr, bool *needs, uint32_t first, uint32_t count)
{
    struct range_needs range = {needs, first, count};

    if (expr != NULL)
        expr_walk(expr, need_column, &range);
}

/* What all expressions of the node read of its only child. */
static void need_exprs(const struct eider_node *node, bool *needs)
{
    struct range_needs range = {needs, 0, node_child(node, 0)->columns.count};

    node_walk_exprs(node, need_column, &range);
}

/* ---- Rebuilding ---- */

static const struct eider_expr *move_column(void *data, struct arena *arena, const struct eider_expr *expr)
{
    const uint32_t *map = data;
    const struct expr_column *column = expr_as_column(expr);

    return column == NULL || map[column->index] == column->index
               ? expr
               : expr_column(arena, expr->type, map[column->index], column->name);
}

static const struct eider_expr *moved(struct prune *p, const struct eider_expr *expr, uint32_t *map)
{
    return expr == NULL ? NULL : expr_transform(p->arena, expr, move_column, map);
}

static uint32_t *identity(struct prune *p, uint32_t count)
{
    uint32_t *map = arena_alloc_array(p->arena, count + 1u, sizeof(*map));

    for (uint32_t i = 0; map != NULL && i < count; i++)
        map[i] = i;
    return map;
}

static bool keep_all(struct prune *p, const struct eider_node *node, struct pruned *ret)
{
    *ret = (struct pruned){node, identity(p, node->columns.count)};
    return node != NULL && ret->map != NULL;
}

/* Narrows the columns of a fresh copy to those that are needed, and fills in the map. */
static bool narrow_columns(struct prune *p, struct eider_node *copy, const bool *needed, struct pruned *ret)
{
    struct column_list columns = column_list_new(p->arena, copy->columns.count);
    uint32_t count = 0;

    *ret = (struct pruned){copy, identity(p, copy->columns.count)};
    if (ret->map == NULL || arena_failed(p->arena))
        return false;
    for (uint32_t i = 0; i < copy->columns.count; i++) {
        ret->map[i] = needed[i] ? count : GONE;
        if (needed[i])
            columns.items[count++] = copy->columns.items[i];
    }
    columns.count = count;
    copy->columns = columns;
    return true;
}

/* The entries of a projection that are needed; `map`: where the columns are that it names, NULL: where they were. */
static struct u32_list narrow_projection(struct prune *p, const struct u32_list *projection,
                                         const bool *needed, const uint32_t *map)
{
    struct u32_list made = u32_list_new(p->arena, projection->count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < made.count; i++) {
        if (needed[i])
            made.items[count++] = map != NULL ? map[projection->items[i]] : projection->items[i];
    }
    made.count = count;
    return made;
}

static void need_projection(const struct u32_list *projection, const bool *needed, bool *needs)
{
    for (uint32_t i = 0; i < projection->count; i++) {
        if (needed[i])
            needs[projection->items[i]] = true;
    }
}

/* A copy over another child, with its expressions moved along; to be narrowed further by the caller. */
static struct eider_node *over(struct prune *p, const struct eider_node *node, const struct pruned *input)
{
    const struct eider_node *made = node_with_children(p->arena, node, &input->node);

    made = made == NULL ? NULL : node_map_exprs(p->arena, made, move_column, input->map);
    return made == NULL ? NULL : node_clone(p->arena, made);
}

/* ---- Kinds ---- */

static bool prune_scan(struct prune *p, const struct eider_node *node, const bool *needed, struct pruned *ret)
{
    struct eider_node *copy = node_clone(p->arena, node);
    struct u32_list *projection;

    if (copy == NULL || !narrow_columns(p, copy, needed, ret))
        return false;
    projection = node->tag == NODE_PARQUET_SCAN ? &((struct node_parquet_scan *)copy)->projection
                 : node->tag == NODE_TABLE_SCAN ? &((struct node_table_scan *)copy)->projection
                                                : &((struct node_function_scan *)copy)->projection;
    *projection = narrow_projection(p, projection, needed, NULL);
    return true;
}

static bool prune_filter(struct prune *p, const struct node_filter *node, const bool *needed,
                         struct pruned *ret)
{
    bool *needs = no_needs(p, node->input->columns.count);
    struct pruned input;
    struct node_filter *copy;

    if (needs == NULL)
        return false;
    need_exprs(&node->base, needs);
    need_projection(&node->projection, needed, needs);
    if (!prune(p, node->input, needs, &input) ||
        (copy = (struct node_filter *)over(p, &node->base, &input)) == NULL ||
        !narrow_columns(p, &copy->base, needed, ret))
        return false;
    copy->projection = narrow_projection(p, &node->projection, needed, input.map);
    return true;
}

static bool prune_sort(struct prune *p, const struct node_sort *node, const bool *needed, struct pruned *ret)
{
    bool *needs = no_needs(p, node->input->columns.count);
    struct pruned input;
    struct node_sort *copy;

    if (needs == NULL)
        return false;
    need_exprs(&node->base, needs);
    need_projection(&node->projection, needed, needs);
    if (!prune(p, node->input, needs, &input) ||
        (copy = (struct node_sort *)over(p, &node->base, &input)) == NULL ||
        !narrow_columns(p, &copy->base, needed, ret))
        return false;
    copy->projection = narrow_projection(p, &node->projection, needed, input.map);
    return true;
}

static bool prune_projection(struct prune *p, const struct node_projection *node, const bool *needed,
                             struct pruned *ret)
{
    struct node_projection *copy = (struct node_projection *)node_clone(p->arena, &node->base);
    bool *needs = no_needs(p, node->input->columns.count);
    struct pruned input;
    uint32_t count = 0;

    if (copy == NULL || needs == NULL || !narrow_columns(p, &copy->base, needed, ret))
        return false;
    copy->exprs = expr_list_new(p->arena, node->exprs.count);
    for (uint32_t i = 0; i < copy->exprs.count; i++) {
        if (needed[i])
            copy->exprs.items[count++] = node->exprs.items[i];
    }
    copy->exprs.count = count;
    need_exprs(&copy->base, needs);
    if (!prune(p, node->input, needs, &input))
        return false;
    ret->node = over(p, &copy->base, &input);
    return ret->node != NULL;
}

/* An aggregate computes what it computes: only its input is narrowed. */
static bool prune_aggregate(struct prune *p, const struct node_aggregate *node, struct pruned *ret)
{
    bool *needs = no_needs(p, node->input->columns.count);
    struct pruned input;

    if (needs == NULL)
        return false;
    need_exprs(&node->base, needs);
    return prune(p, node->input, needs, &input) && keep_all(p, over(p, &node->base, &input), ret);
}

/* Nodes whose output begins with their input's columns: top-n, limit, and with more columns behind them: window, unnest. */
static bool prune_passing(struct prune *p, const struct eider_node *node, const bool *needed,
                          struct pruned *ret)
{
    uint32_t width = node_child(node, 0)->columns.count, all = node->columns.count;
    bool *needs = no_needs(p, all);
    struct eider_node *copy;
    struct pruned input;

    if (needs == NULL)
        return false;
    need_exprs(node, needs);
    for (uint32_t i = 0; i < all; i++)
        needs[i] = needs[i] || needed[i] || i >= width;
    if (!prune(p, node_child(node, 0), needs, &input))
        return false;
    for (uint32_t i = 0; i < width; i++)
        needs[i] = input.map[i] != GONE;
    copy = over(p, node, &input);
    return copy != NULL && narrow_columns(p, copy, needs, ret);
}

/* What a join keeps of its sides, whatever its kind. */
struct join_fields {
    const struct join_condition_list *conditions;
    const struct eider_expr *residual;
    const struct u32_list *projection;
    enum join_type type;
};

static struct join_fields fields_of(const struct eider_node *node)
{
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);

    if (hash != NULL)
        return (struct join_fields){&hash->conditions, hash->residual, &hash->projection, hash->type};
    if (loop != NULL)
        return (struct join_fields){&loop->conditions, loop->residual, &loop->projection, loop->type};
    return (struct join_fields){&asof->conditions, asof->residual, &asof->projection, asof->type};
}

static void set_fields(struct eider_node *node, const struct join_condition_list *conditions,
                       const struct eider_expr *residual, const struct u32_list *projection)
{
    if (node->tag == NODE_HASH_JOIN) {
        struct node_hash_join *join = (struct node_hash_join *)node;
        join->conditions = *conditions;
        join->residual = residual;
        join->projection = *projection;
    } else if (node->tag == NODE_NESTED_LOOP_JOIN) {
        struct node_nested_loop_join *join = (struct node_nested_loop_join *)node;
        join->conditions = *conditions;
        join->residual = residual;
        join->projection = *projection;
    } else {
        struct node_asof_join *join = (struct node_asof_join *)node;
        join->conditions = *conditions;
        join->residual = residual;
        join->projection = *projection;
    }
}

static bool needs_of_join(struct prune *p, const struct eider_node *node, const struct join_fields *fields,
                          const bool *needed, bool *ret_needs[2])
{
    uint32_t left = node_child(node, 0)->columns.count, right = node_child(node, 1)->columns.count;
    bool right_alone = fields->type == JOIN_RIGHT_SEMI || fields->type == JOIN_RIGHT_ANTI;

    ret_needs[0] = no_needs(p, left);
    ret_needs[1] = no_needs(p, right);
    if (ret_needs[0] == NULL || ret_needs[1] == NULL)
        return false;
    for (uint32_t i = 0; i < fields->conditions->count; i++) {
        need_range(fields->conditions->items[i].left, ret_needs[0], 0, left);
        need_range(fields->conditions->items[i].right, ret_needs[1], 0, right);
    }
    need_range(fields->residual, ret_needs[0], 0, left);
    need_range(fields->residual, ret_needs[1], left, right);
    for (uint32_t i = 0; i < fields->projection->count; i++) {
        uint32_t index = fields->projection->items[i];
        if (!needed[i])
            continue;
        if (right_alone)
            ret_needs[1][index] = true;
        else if (index < left)
            ret_needs[0][index] = true;
        else if (fields->type != JOIN_MARK) /* whose last column is neither side's */
            ret_needs[1][index - left] = true;
    }
    return true;
}

/* Where the columns of the join's full output are, from where those of its sides are. */
static uint32_t *full_map(struct prune *p, const struct eider_node *node, const struct pruned sides[2])
{
    uint32_t left = node_child(node, 0)->columns.count, right = node_child(node, 1)->columns.count;
    uint32_t *map = identity(p, left + right + 1);

    for (uint32_t i = 0; map != NULL && i < left; i++)
        map[i] = sides[0].map[i];
    for (uint32_t i = 0; map != NULL && i < right; i++)
        map[left + i] = sides[1].map[i] == GONE ? GONE : sides[0].node->columns.count + sides[1].map[i];
    return map;
}

static bool move_conditions(struct prune *p, const struct join_condition_list *conditions,
                            const struct pruned sides[2], struct join_condition_list *ret)
{
    *ret = join_condition_list_new(p->arena, conditions->count);
    for (uint32_t i = 0; i < ret->count; i++) {
        ret->items[i].op = conditions->items[i].op;
        ret->items[i].left = moved(p, conditions->items[i].left, sides[0].map);
        ret->items[i].right = moved(p, conditions->items[i].right, sides[1].map);
    }
    return !arena_failed(p->arena);
}

static bool prune_join(struct prune *p, const struct eider_node *node, const bool *needed, struct pruned *ret)
{
    struct join_fields fields = fields_of(node);
    const struct eider_node *children[2];
    struct join_condition_list conditions;
    struct u32_list projection;
    struct pruned sides[2];
    struct eider_node *copy;
    bool *needs[2];
    uint32_t *full, *places;

    if (!needs_of_join(p, node, &fields, needed, needs) ||
        !prune(p, node_child(node, 0), needs[0], &sides[0]) ||
        !prune(p, node_child(node, 1), needs[1], &sides[1]) ||
        !move_conditions(p, fields.conditions, sides, &conditions) ||
        (full = full_map(p, node, sides)) == NULL)
        return false;
    places = full;
    if (fields.type == JOIN_RIGHT_SEMI || fields.type == JOIN_RIGHT_ANTI)
        places = sides[1].map;
    else if (fields.type == JOIN_MARK)
        places[node_child(node, 0)->columns.count] = sides[0].node->columns.count;
    projection = narrow_projection(p, fields.projection, needed, places);
    children[0] = sides[0].node;
    children[1] = sides[1].node;
    if ((copy = node_with_children(p->arena, node, children)) == NULL ||
        !narrow_columns(p, copy, needed, ret))
        return false;
    if (fields.type == JOIN_MARK && (full = full_map(p, node, sides)) == NULL)
        return false;
    set_fields(copy, &conditions, moved(p, fields.residual, full), &projection);
    return !arena_failed(p->arena);
}

/* Output: the left columns, then the right ones. */
static bool prune_cross_join(struct prune *p, const struct eider_node *node, const bool *needed,
                             struct pruned *ret)
{
    uint32_t left = node_child(node, 0)->columns.count, all = node->columns.count;
    const struct eider_node *children[2];
    struct pruned sides[2];
    struct eider_node *copy;
    bool *kept = no_needs(p, all);

    if (kept == NULL || !prune(p, node_child(node, 0), needed, &sides[0]) ||
        !prune(p, node_child(node, 1), needed + left, &sides[1]))
        return false;
    for (uint32_t i = 0; i < all; i++)
        kept[i] = (i < left ? sides[0].map[i] : sides[1].map[i - left]) != GONE;
    children[0] = sides[0].node;
    children[1] = sides[1].node;
    copy = node_with_children(p->arena, node, children);
    return copy != NULL && narrow_columns(p, copy, kept, ret);
}

/* Exactly the columns that are needed, by a projection if the plan kept more. */
static const struct eider_node *exactly(struct prune *p, const struct pruned *input,
                                        const struct column_list *columns, const bool *needed)
{
    struct node_projection *made;
    uint32_t count = 0, all = columns->count;

    for (uint32_t i = 0; i < all; i++)
        count += needed[i];
    if (count == input->node->columns.count)
        return input->node;
    if ((made = node_projection_new(p->arena)) == NULL)
        return NULL;
    made->input = input->node;
    made->base.rows = input->node->rows;
    made->base.columns = column_list_new(p->arena, count);
    made->exprs = expr_list_new(p->arena, count);
    count = 0;
    for (uint32_t i = 0; i < all && !arena_failed(p->arena); i++) {
        if (!needed[i])
            continue;
        made->base.columns.items[count] = columns->items[i];
        made->exprs.items[count++] = expr_column_of(p->arena, input->node, input->map[i]);
    }
    return arena_failed(p->arena) ? NULL : &made->base;
}

static bool prune_union(struct prune *p, const struct node_union *node, const bool *needed,
                        struct pruned *ret)
{
    struct node_union *copy = (struct node_union *)node_clone(p->arena, &node->base);

    if (copy == NULL || !narrow_columns(p, &copy->base, needed, ret))
        return false;
    copy->inputs = node_list_new(p->arena, node->inputs.count);
    for (uint32_t i = 0; i < copy->inputs.count; i++) {
        struct pruned input;
        if (!prune(p, node->inputs.items[i], needed, &input))
            return false;
        copy->inputs.items[i] = exactly(p, &input, &node->inputs.items[i]->columns, needed);
    }
    return !arena_failed(p->arena);
}

/* Nodes that need all columns of all their inputs. */
static bool prune_below(struct prune *p, const struct eider_node *node, struct pruned *ret)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children = arena_alloc_array(p->arena, count + 1u, sizeof(*children));

    if (children == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct eider_node *child = node_child(node, i);
        bool *needs = all_needs(p, child->columns.count);
        struct pruned input;
        if (needs == NULL || !prune(p, child, needs, &input))
            return false;
        children[i] = input.node;
    }
    return keep_all(p, count == 0 ? node : node_with_children(p->arena, node, children), ret);
}

/* The body decides what is needed; the definition is read as it is. */
static bool prune_cte(struct prune *p, const struct node_cte *node, const bool *needed, struct pruned *ret)
{
    bool *needs = all_needs(p, node->definition->columns.count);
    const struct eider_node *children[2];
    struct pruned definition, body;
    struct eider_node *copy;

    if (needs == NULL || !prune(p, node->definition, needs, &definition) ||
        !prune(p, node->body, needed, &body))
        return false;
    children[0] = definition.node;
    children[1] = body.node;
    if ((copy = node_with_children(p->arena, &node->base, children)) == NULL)
        return false;
    copy->columns = body.node->columns;
    *ret = (struct pruned){copy, body.map};
    return true;
}

static bool prune(struct prune *p, const struct eider_node *node, const bool *needed, struct pruned *ret)
{
    switch ((int)node->tag) {
    case NODE_PARQUET_SCAN:
    case NODE_TABLE_SCAN:
    case NODE_FUNCTION_SCAN:
        return prune_scan(p, node, needed, ret);
    case NODE_FILTER:
        return prune_filter(p, node_as_filter(node), needed, ret);
    case NODE_PROJECTION:
        return prune_projection(p, node_as_projection(node), needed, ret);
    case NODE_AGGREGATE:
        return prune_aggregate(p, node_as_aggregate(node), ret);
    case NODE_SORT:
        return prune_sort(p, node_as_sort(node), needed, ret);
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_WINDOW:
    case NODE_UNNEST:
        return prune_passing(p, node, needed, ret);
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_ASOF_JOIN:
        return prune_join(p, node, needed, ret);
    case NODE_CROSS_JOIN:
        return prune_cross_join(p, node, needed, ret);
    case NODE_UNION:
        return prune_union(p, node_as_union(node), needed, ret);
    case NODE_CTE:
        return prune_cte(p, node_as_cte(node), needed, ret);
    default:
        return prune_below(p, node, ret);
    }
}

const struct eider_node *prune_plan(struct arena *arena, const struct eider_node *plan)
{
    struct prune prune_all = {arena};
    bool *needs = all_needs(&prune_all, plan->columns.count);
    struct pruned pruned;

    if (needs == NULL || !prune(&prune_all, plan, needs, &pruned) || arena_failed(arena))
        return NULL;
    return pruned.node;
}

enum eider_status pass_prune(struct planning *p)
{
    const struct eider_node *pruned = prune_plan(p->arena, p->plan);

    if (pruned == NULL)
        return error_no_memory(p->err);
    p->plan = pruned;
    return EIDER_OK;
}
