/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins. Each side is a subselect of its own, and so is each join below another: for a flat list of joins
 * DuckDB would choose an order of its own, and of sources of the exchange it knows too little for that.
 *
 * Where a join drops rows with a NULL key anyway, they are filtered out of CTEs and of sources that are the rest
 * of a filter (select.c): only a build side with a filter makes DuckDB build a Bloom filter of its keys for the probe
 * side's scan, and it cannot see that such a side is the rest of one. On both sides, since DuckDB may swap them, and so
 * that its estimates keep their ratio.
 *
 * MARK and SINGLE joins, which no SQL says, are in mark.c.
 */
#include "plan/object.h"
#include "plan/validate.h"
#include "sqlgen/expr.h"
#include "sqlgen/select.h"

struct join join_view(const struct eider_node *node)
{
    struct join join = {.node = node, .left = node_child(node, 0), .right = node_child(node, 1)};
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);

    if (hash != NULL) {
        join.type = hash->type;
        join.conditions = &hash->conditions;
        join.residual = hash->residual;
        join.projection = &hash->projection;
    } else if (loop != NULL) {
        join.type = loop->type;
        join.conditions = &loop->conditions;
        join.residual = loop->residual;
        join.projection = &loop->projection;
    } else if (asof != NULL) {
        join.type = asof->type;
        join.conditions = &asof->conditions;
        join.residual = asof->residual;
        join.projection = &asof->projection;
    }
    return join;
}

const struct eider_node *join_with_full_output(struct writer *w, const struct eider_node *node)
{
    struct eider_node *copy = node_clone(w->arena, node);
    uint32_t width = node_full_width(node);
    struct u32_list projection = u32_list_identity(w->arena, width);

    if (copy == NULL)
        return NULL;
    copy->columns = column_list_new(w->arena, width);
    for (uint32_t i = 0; i < copy->columns.count; i++)
        copy->columns.items[i].type = node_full_type(node, i);
    if (node->tag == NODE_HASH_JOIN)
        ((struct node_hash_join *)copy)->projection = projection;
    else if (node->tag == NODE_NESTED_LOOP_JOIN)
        ((struct node_nested_loop_join *)copy)->projection = projection;
    return arena_failed(w->arena) ? NULL : copy;
}

enum join_type join_type_of(const struct eider_node *node)
{
    struct join join = join_view(node);

    return join.conditions != NULL ? join.type : JOIN_INNER;
}

bool join_is_direct(const struct eider_node *node)
{
    enum join_type type = join_type_of(node);

    return type != JOIN_MARK && type != JOIN_SINGLE;
}

void write_on(struct writer *w, const struct join *join)
{
    struct scope left = scope_table("l"), right = scope_table("r");
    struct scope both = {.kind = SCOPE_JOIN, .left_width = join->left->columns.count};
    const char *before = " ON (";

    for (uint32_t i = 0; i < join->conditions->count; i++) {
        put(w, before);
        before = " AND ";
        write_condition(w, &left, &right, &join->conditions->items[i]);
    }
    if (join->residual != NULL) {
        put(w, before);
        write_expr(w, &both, join->residual);
    }
    put(w, join->conditions->count == 0 && join->residual == NULL ? " ON (true)" : ")");
}

/* Rows of that side without a partner do not matter, so those with a NULL key need not be there. */
static bool drops_nulls(enum join_type type, bool right)
{
    switch (type) {
    case JOIN_INNER:
    case JOIN_LEFT_SEMI:
    case JOIN_RIGHT_SEMI:
        return true;
    case JOIN_LEFT:
    case JOIN_LEFT_ANTI:
        return right;
    case JOIN_RIGHT:
    case JOIN_RIGHT_ANTI:
        return !right;
    case JOIN_FULL:
    case JOIN_MARK:
    case JOIN_SINGLE:
    case join_type_INVALID:
    case join_type_END:
        break;
    }
    return false;
}

/* A side's plain columns that are compared by =, if its rows with a NULL there may be left out. */
static struct u32_list null_keys(struct writer *w, const struct join *join, bool right)
{
    struct u32_list list = u32_list_new(w->arena, join->conditions->count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < list.count && drops_nulls(join->type, right); i++) {
        const struct join_condition *condition = &join->conditions->items[i];
        const struct expr_column *column = expr_as_column(right ? condition->right : condition->left);
        if (column != NULL && condition->op == COMPARE_EQUAL)
            list.items[count++] = column->index;
    }
    list.count = count;
    return list;
}

static const char *join_sql(enum join_type type)
{
    switch ((int)type) {
    case JOIN_LEFT:
        return " LEFT JOIN ";
    case JOIN_RIGHT:
        return " RIGHT JOIN ";
    case JOIN_FULL:
        return " FULL JOIN ";
    case JOIN_LEFT_SEMI:
    case JOIN_RIGHT_SEMI:
        return " SEMI JOIN ";
    case JOIN_LEFT_ANTI:
    case JOIN_RIGHT_ANTI:
        return " ANTI JOIN ";
    default:
        return " JOIN ";
    }
}

static void write_sides(struct writer *w, const struct eider_node *node, const char *join_text)
{
    put(w, " FROM ");
    write_child(w, node_child(node, 0), "l", NULL);
    put(w, join_text);
    write_child(w, node_child(node, 1), "r", NULL);
}

void write_join(struct writer *w, const struct eider_node *node)
{
    struct join join = join_view(node);
    struct u32_list left_keys, right_keys;
    bool swapped = join.type == JOIN_RIGHT_SEMI || join.type == JOIN_RIGHT_ANTI;

    if (node->tag == NODE_CROSS_JOIN || node->tag == NODE_POSITIONAL_JOIN) {
        write_sides(w, node, node->tag == NODE_CROSS_JOIN ? " CROSS JOIN " : " POSITIONAL JOIN ");
        return;
    }
    left_keys = null_keys(w, &join, false);
    right_keys = null_keys(w, &join, true);
    put(w, " FROM ");
    if (swapped)
        write_child(w, join.right, "r", &right_keys);
    else
        write_child(w, join.left, "l", &left_keys);
    put(w, node->tag == NODE_ASOF_JOIN ? " ASOF" : "");
    put(w, join_sql(join.type));
    if (swapped)
        write_child(w, join.left, "l", &left_keys);
    else
        write_child(w, join.right, "r", &right_keys);
    write_on(w, &join);
}
