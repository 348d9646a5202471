/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of joins, for the estimate pass: the rules are in the head of pass_estimate.c.
 *
 * Pure; one thread per arena. Failure: no memory.
 */
#include "planner/estimate.h"

#include "plan/object.h"

#define LEAST_ANTI 0.1
#define MAX_KEYS   64
#define MAX_TRIES  32 /* partners of a semi join that are told from many */

struct join {
    enum join_type type;
    const struct join_condition_list *conditions; /* NULL: none */
    const struct eider_expr *residual;
    const struct u32_list *projection; /* NULL: all columns */
    struct estimate left, right;
    uint32_t keys; /* how many equalities there are */
    struct expr_list left_keys, right_keys;
};

static bool is_equality(enum comparison op)
{
    return op == COMPARE_EQUAL || op == COMPARE_NOT_DISTINCT_FROM;
}

static bool find_keys(struct arena *arena, struct join *join)
{
    uint32_t count = join->conditions == NULL ? 0 : join->conditions->count;

    join->left_keys = expr_list_new(arena, count);
    join->right_keys = expr_list_new(arena, count);
    if (arena_failed(arena))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct join_condition *condition = &join->conditions->items[i];
        if (!is_equality(condition->op) || join->keys == MAX_KEYS)
            continue;
        join->left_keys.items[join->keys] = condition->left;
        join->right_keys.items[join->keys++] = condition->right;
    }
    join->left_keys.count = join->right_keys.count = join->keys;
    return true;
}

static const struct estimate_column *key_column(const struct estimate *side, const struct eider_expr *key)
{
    const struct expr_column *column = estimate_column_of(key);

    return column == NULL || column->index >= side->count ? NULL : &side->columns[column->index];
}

static bool all_are_of(const struct estimate *side, const struct expr_list *keys,
                       const struct estimate_source *source)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct estimate_column *column = key_column(side, keys->items[i]);
        if (column == NULL || (column->source != source && column->equal != source))
            return false;
    }
    return source != NULL;
}

/* The rows of the one table that all keys of a side are columns of; < 0: they are not of one. */
static double rows_of_keys(const struct estimate *side, const struct expr_list *keys)
{
    const struct estimate_column *first = keys->count > 0 ? key_column(side, keys->items[0]) : NULL;

    if (first != NULL && all_are_of(side, keys, first->source))
        return first->source->all_rows;
    return first != NULL && all_are_of(side, keys, first->equal) ? first->equal->all_rows : -1;
}

static bool are_of_one_table(const struct estimate_column *a, const struct estimate_column *b)
{
    return (a->source != NULL && (a->source == b->source || a->source == b->equal)) ||
           (a->equal != NULL && (a->equal == b->source || a->equal == b->equal));
}

/* Both sides come from the same rows: a correlated subquery. So the values that are left there are left here as well. */
static enum estimate_values values_of_keys(const struct join *join)
{
    for (uint32_t i = 0; i < join->keys; i++) {
        const struct estimate_column *left = key_column(&join->left, join->left_keys.items[i]);
        const struct estimate_column *right = key_column(&join->right, join->right_keys.items[i]);
        if (left == NULL || right == NULL || !are_of_one_table(left, right))
            return VALUES_DOMAIN;
    }
    return VALUES_DISTINCT;
}

/*
 * What left × right is divided by: of one key, the greater number of values. Several keys depend on each other more often
 * than not, so of the second-largest number counts the square root, of the third the fourth root, and so on; and where all
 * keys of each side are of one table, these are no more tuples than the smaller table has rows:
 *     lineitem JOIN partsupp on part and supplier: at most the 800,000 rows of partsupp, not 200,000 × 10,000
 */
static double key_values(const struct join *join)
{
    double values[MAX_KEYS], product = 1, left_rows, right_rows;
    enum estimate_values which = values_of_keys(join);

    for (uint32_t i = 0; i < join->keys; i++) {
        double left = estimate_distinct(&join->left, join->left_keys.items[i], which);
        double right = estimate_distinct(&join->right, join->right_keys.items[i], which);
        double value = left > right ? left : right;
        uint32_t at = i;

        for (; at > 0 && values[at - 1] < value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
    for (uint32_t i = 0; i < join->keys; i++) {
        double value = values[i];
        for (uint32_t k = 0; k < i && value > 1.01; k++)
            value = estimate_root(value);
        product *= value;
    }
    left_rows = rows_of_keys(&join->left, &join->left_keys);
    right_rows = rows_of_keys(&join->right, &join->right_keys);
    if (join->keys > 1 && left_rows >= 1 && right_rows >= 1) {
        double rows = left_rows < right_rows ? left_rows : right_rows;
        product = product < rows ? product : rows;
    }
    return product;
}

/* Of the pairs with equal keys, those that the other conditions leave. */
static double other_share(struct arena *arena, const struct join *join)
{
    double share = 1;

    for (uint32_t i = 0; join->conditions != NULL && i < join->conditions->count; i++) {
        const struct join_condition *condition = &join->conditions->items[i];
        if (!is_equality(condition->op))
            share *= estimate_pair_selectivity(
                estimate_distinct(&join->left, condition->left, VALUES_DISTINCT), condition->op,
                estimate_distinct(&join->right, condition->right, VALUES_DISTINCT));
    }
    if (join->residual != NULL) {
        struct estimate both = estimate_beside(arena, &join->left, &join->right);
        share *= estimate_selectivity(&both, join->residual);
    }
    return share;
}

/*
 * The share of `side` that has a partner: of its key values, those that the other side has. Where other conditions have to
 * hold as well, one of several partners is enough: half of the pairs and 4 partners leave 1 - 0.5⁴ of the rows.
 */
static double match_share(struct arena *arena, const struct join *join, bool of_right)
{
    const struct estimate *side = of_right ? &join->right : &join->left;
    const struct estimate *other = of_right ? &join->left : &join->right;
    double own = estimate_groups(side, of_right ? &join->right_keys : &join->left_keys, values_of_keys(join));
    double others = estimate_groups(other, of_right ? &join->left_keys : &join->right_keys, VALUES_DISTINCT);
    double share = others < own ? others / own : 1, misses = 1;
    double hit = other_share(arena, join), partners = other->rows / others;

    if (join->keys == 0)
        share = 1;
    for (int i = 0; i < MAX_TRIES && i < partners; i++)
        misses *= 1 - hit;
    return share * (hit < 1 ? 1 - misses : 1);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double join_rows(struct arena *arena, const struct join *join)
{
    double left = join->left.rows, right = join->right.rows, inner, share;

    switch (join->type) {
    case JOIN_LEFT_SEMI:
    case JOIN_RIGHT_SEMI:
    case JOIN_LEFT_ANTI:
    case JOIN_RIGHT_ANTI:
        share = match_share(arena, join, join->type == JOIN_RIGHT_SEMI || join->type == JOIN_RIGHT_ANTI);
        if (join->type == JOIN_LEFT_ANTI || join->type == JOIN_RIGHT_ANTI)
            share = larger(1 - share, LEAST_ANTI);
        return (join->type == JOIN_LEFT_SEMI || join->type == JOIN_LEFT_ANTI ? left : right) * share;
    case JOIN_MARK:
    case JOIN_SINGLE:
        return left;
    case JOIN_INNER:
    case JOIN_LEFT:
    case JOIN_RIGHT:
    case JOIN_FULL:
    case join_type_INVALID:
    case join_type_END:
        break;
    }
    inner = left * right / key_values(join) * other_share(arena, join);
    if (join->type == JOIN_LEFT || join->type == JOIN_FULL)
        inner = larger(inner, left);
    if (join->type == JOIN_RIGHT || join->type == JOIN_FULL)
        inner = larger(inner, right);
    return inner;
}

/* Keys that a join makes equal: only values that both sides have find a partner. */
static void share_values(const struct join *join)
{
    bool left_only = join->type == JOIN_INNER || join->type == JOIN_RIGHT || join->type == JOIN_LEFT_SEMI;
    bool right_only = join->type == JOIN_INNER || join->type == JOIN_LEFT || join->type == JOIN_RIGHT_SEMI;

    for (uint32_t i = 0; i < join->keys; i++) {
        const struct expr_column *l = estimate_column_of(join->left_keys.items[i]);
        const struct expr_column *r = estimate_column_of(join->right_keys.items[i]);
        struct estimate_column *left, *right;
        double distinct;

        if (l == NULL || r == NULL || l->index >= join->left.count || r->index >= join->right.count)
            continue;
        left = &join->left.columns[l->index];
        right = &join->right.columns[r->index];
        distinct = left->distinct < right->distinct ? left->distinct : right->distinct;
        if (left_only)
            left->distinct = distinct;
        if (right_only)
            right->distinct = distinct;
        if (join->type == JOIN_INNER && left->equal == NULL)
            left->equal = right->source;
        if (join->type == JOIN_INNER && right->equal == NULL)
            right->equal = left->source;
    }
}

static void open_join(const struct eider_node *node, struct join *ret)
{
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);

    ret->type = JOIN_INNER;
    if (hash != NULL) {
        ret->type = hash->type;
        ret->conditions = &hash->conditions;
        ret->residual = hash->residual;
        ret->projection = &hash->projection;
    } else if (loop != NULL) {
        ret->type = loop->type;
        ret->conditions = &loop->conditions;
        ret->residual = loop->residual;
        ret->projection = &loop->projection;
    } else if (asof != NULL) {
        ret->type = asof->type;
        ret->projection = &asof->projection;
    }
}

bool estimate_join(struct arena *arena, const struct eider_node *node, const struct estimate *inputs,
                   struct estimate *ret)
{
    struct join join = {.keys = 0};
    double rows;

    open_join(node, &join);
    join.left = estimate_copy(arena, &inputs[0], inputs[0].count);
    join.right = estimate_copy(arena, &inputs[1], inputs[1].count);
    if (!find_keys(arena, &join))
        return false;
    if (node->tag == NODE_POSITIONAL_JOIN)
        rows = larger(join.left.rows, join.right.rows);
    else if (node->tag == NODE_ASOF_JOIN)
        rows = join.type == JOIN_RIGHT || join.type == JOIN_FULL ? larger(join.left.rows, join.right.rows)
                                                                 : join.left.rows;
    else
        rows = join_rows(arena, &join);
    share_values(&join);
    if (join.type == JOIN_RIGHT_SEMI || join.type == JOIN_RIGHT_ANTI) {
        *ret = join.right;
    } else if (join.type == JOIN_LEFT_SEMI || join.type == JOIN_LEFT_ANTI) {
        *ret = join.left;
    } else if (join.type == JOIN_MARK) {
        struct estimate mark = estimate_new(arena, 1, 2);
        *ret = estimate_beside(arena, &join.left, &mark);
    } else {
        *ret = estimate_beside(arena, &join.left, &join.right);
    }
    if (join.projection != NULL)
        *ret = estimate_pick(arena, ret, join.projection);
    ret->rows = rows;
    return true;
}
