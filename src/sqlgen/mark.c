/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MARK and SINGLE joins, which no join of SQL says. Both keep each left row once; a MARK adds whether the
 * right side has a partner (true, false, or NULL if that is unknown), a SINGLE adds the partner's columns and
 * fails if there are two.
 *
 * MARK without IS NOT DISTINCT FROM is IN or ANY, with DuckDB's own treatment of NULLs. A correlated one has
 * keys K that are compared by IS NOT DISTINCT FROM and at most one other condition x op y. IN with such keys
 * would be a correlated subquery, which DuckDB does not always flatten; it is computed from counts instead:
 *
 *     m:    K, y of the right side, computed once
 *     g:    for each K of m, the number of rows n, of known y ny, and min and max of y
 *     h:    the distinct K, y (for =)
 *     mark: true if the condition holds for some y (a row of h, or by min and max), false if there is no g,
 *           NULL if x or some y is NULL, else false
 *
 * SINGLE with equalities alone joins the right side grouped by its keys, with a count that must be 1; with
 * other conditions, left rows are numbered, joined, and grouped by their number.
 */
#include "plan/object.h"
#include "sqlgen/expr.h"
#include "sqlgen/quote.h"
#include "sqlgen/select.h"

#define TOO_MANY_ROWS                                                                                        \
    "More than one row returned by a subquery used as an expression - scalar subqueries can only return a "  \
    "single "                                                                                                \
    "row.\n\nUse \"SET scalar_subquery_error_on_multiple_rows=false\" to revert to previous behavior of "    \
    "returning a "                                                                                           \
    "random row."

/* ---- MARK as IN or ANY ---- */

static bool all_are(const struct join_condition_list *conditions, enum comparison op)
{
    for (uint32_t i = 0; i < conditions->count; i++) {
        if (conditions->items[i].op != op)
            return false;
    }
    return true;
}

static void write_row(struct writer *w, const struct scope *scope,
                      const struct join_condition_list *conditions)
{
    put(w, conditions->count > 1 ? "(" : "");
    for (uint32_t i = 0; i < conditions->count; i++) {
        if (i > 0)
            put(w, ", ");
        write_expr(w, scope, conditions->items[i].left);
    }
    put(w, conditions->count > 1 ? ")" : "");
}

/* (l.c0 IN (SELECT r.c1 FROM (right) AS r)) */
static void write_in_mark(struct writer *w, const struct join *join)
{
    struct scope left = scope_table("l"), right = scope_table("r");
    enum comparison op = join->conditions->items[0].op;

    put(w, "(");
    write_row(w, &left, join->conditions);
    put(w, " ");
    put(w, op == COMPARE_EQUAL ? "IN" : comparison_text(op));
    put(w, op == COMPARE_EQUAL ? " (SELECT " : " ANY (SELECT ");
    for (uint32_t i = 0; i < join->conditions->count; i++) {
        if (i > 0)
            put(w, ", ");
        write_expr(w, &right, join->conditions->items[i].right);
    }
    put(w, " FROM ");
    write_child(w, join->right, "r", NULL);
    put(w, "))");
}

/* ---- Correlated MARK ---- */

struct mark {
    const struct join *join;
    const struct join_condition *other; /* x op y, or NULL */
    uint32_t keys;
    uint32_t number; /* of the definition m */
};

/* alias.k0, alias.k1 … */
static void write_keys(struct writer *w, const struct mark *mark, const char *alias)
{
    for (uint32_t i = 0; i < mark->keys; i++) {
        if (i > 0)
            put(w, ", ");
        put(w, alias);
        put_name(w, ".k", i);
    }
}

/* m: SELECT <K> AS k0 …, <y> AS y FROM (right) AS r */
static void define_right(struct writer *w, struct mark *mark)
{
    struct scope right = scope_table("r");
    struct definition definition;
    uint32_t key = 0;

    writer_define_begin(w, &definition);
    put(w, "SELECT ");
    for (uint32_t i = 0; i < mark->join->conditions->count; i++) {
        const struct join_condition *condition = &mark->join->conditions->items[i];
        if (i > 0)
            put(w, ", ");
        write_expr(w, &right, condition->right);
        if (condition == mark->other)
            put(w, " AS y");
        else
            put_name(w, " AS k", key++);
    }
    put(w, " FROM ");
    write_child(w, mark->join->right, "r", NULL);
    mark->number = w->names++;
    writer_define(w, &definition, "m", mark->number, MATERIALIZED_YES);
}

static void write_key_conditions(struct writer *w, const struct mark *mark, const char *alias)
{
    struct scope left = scope_table("l");
    uint32_t key = 0;

    for (uint32_t i = 0; i < mark->join->conditions->count; i++) {
        const struct join_condition *condition = &mark->join->conditions->items[i];
        if (condition == mark->other)
            continue;
        put(w, key > 0 ? " AND (" : "(");
        write_expr(w, &left, condition->left);
        put(w, " IS NOT DISTINCT FROM ");
        put(w, alias);
        put_name(w, ".k", key++);
        put(w, ")");
    }
}

static void write_mark_from(struct writer *w, const struct mark *mark)
{
    struct scope left = scope_table("l");

    put(w, " FROM ");
    write_child(w, mark->join->left, "l", NULL);
    put(w, " LEFT JOIN (SELECT ");
    write_keys(w, mark, "t");
    put(w, ", system.main.\"count\"(*) AS n");
    if (mark->other != NULL)
        put(w, ", system.main.\"count\"(t.y) AS ny");
    if (mark->other != NULL && mark->other->op != COMPARE_EQUAL)
        put(w, ", system.main.\"min\"(t.y) AS lo, system.main.\"max\"(t.y) AS hi");
    put_name(w, " FROM m", mark->number);
    put(w, " AS t GROUP BY ");
    write_keys(w, mark, "t");
    put(w, ") AS g ON (");
    write_key_conditions(w, mark, "g");
    put(w, ")");
    if (mark->other == NULL || mark->other->op != COMPARE_EQUAL)
        return;
    put(w, " LEFT JOIN (SELECT DISTINCT ");
    write_keys(w, mark, "t");
    put_name(w, ", t.y FROM m", mark->number);
    put(w, " AS t WHERE t.y IS NOT NULL) AS h ON (");
    write_key_conditions(w, mark, "h");
    put(w, " AND (");
    write_expr(w, &left, mark->other->left);
    put(w, " = h.y))");
}

/* Whether x op y holds for some y, given the least and the greatest. */
static void write_hit(struct writer *w, const struct mark *mark)
{
    struct scope left = scope_table("l");
    const struct eider_expr *x = mark->other->left;
    enum comparison op = mark->other->op;

    if (op == COMPARE_EQUAL) {
        put(w, "(h.y IS NOT NULL)");
        return;
    }
    put(w, "((");
    write_expr(w, &left, x);
    put(w, " ");
    put(w, comparison_text(op));
    put(w, op == COMPARE_LESS || op == COMPARE_LESS_EQUAL ? " g.hi)" : " g.lo)");
    if (op == COMPARE_NOT_EQUAL) {
        put(w, " OR (");
        write_expr(w, &left, x);
        put(w, " <> g.hi)");
    }
    put(w, ")");
}

static void write_mark_value(struct writer *w, const struct mark *mark)
{
    struct scope left = scope_table("l");

    if (mark->other == NULL) {
        put(w, "(g.n IS NOT NULL)");
        return;
    }
    put(w, "CASE WHEN ");
    write_hit(w, mark);
    put(w, " THEN true WHEN (g.n IS NULL) THEN false WHEN ((");
    write_expr(w, &left, mark->other->left);
    put(w, " IS NULL) OR (g.ny < g.n)) THEN CAST(NULL AS BOOLEAN) ELSE false END");
}

/* Fills in *mark and returns true if there are keys. */
static bool mark_is_correlated(struct writer *w, const struct join *join, struct mark *mark)
{
    uint32_t others = 0;

    *mark = (struct mark){.join = join};
    for (uint32_t i = 0; i < join->conditions->count; i++) {
        if (join->conditions->items[i].op == COMPARE_NOT_DISTINCT_FROM) {
            mark->keys++;
            continue;
        }
        mark->other = &join->conditions->items[i];
        others++;
    }
    if (mark->keys > 0 && (others > 1 || (others == 1 && mark->other->op == COMPARE_DISTINCT_FROM)))
        writer_fail(w, EIDER_ERROR_PLAN, join->node, "is a mark join with conditions that no SQL says");
    return mark->keys > 0;
}

static void write_mark_outputs(struct writer *w, const struct join *join, const struct mark *mark)
{
    uint32_t width = join->left->columns.count;

    put(w, "SELECT ");
    if (join->projection->count == 0)
        put(w, "CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < join->projection->count; i++) {
        uint32_t column = join->projection->items[i];
        if (i > 0)
            put(w, ", ");
        if (column < width)
            put_name(w, "l.c", column);
        else if (mark->keys > 0)
            write_mark_value(w, mark);
        else
            write_in_mark(w, join);
        put_as(w, i);
    }
}

/* The mark is written where it is used. If that is twice, a projection above takes it twice. */
static bool write_mark_twice(struct writer *w, const struct join *join)
{
    uint32_t uses = 0, width = join->left->columns.count, count = join->projection->count;
    struct node_projection *above;

    for (uint32_t i = 0; i < count; i++)
        uses += join->projection->items[i] == width ? 1 : 0;
    if (uses < 2)
        return false;
    if ((above = node_projection_new(w->arena)) != NULL) {
        above->input = join_with_full_output(w, join->node);
        above->exprs = expr_list_new(w->arena, count);
        above->base.columns = join->node->columns;
    }
    for (uint32_t i = 0; above != NULL && above->input != NULL && i < above->exprs.count; i++)
        above->exprs.items[i] = expr_column_of(w->arena, above->input, join->projection->items[i]);
    if (arena_failed(w->arena))
        writer_no_memory(w);
    else
        write_query(w, &above->base, NULL);
    return true;
}

void write_mark_join(struct writer *w, const struct eider_node *node)
{
    struct join join = join_view(node);
    const struct join_condition_list *conditions = join.conditions;
    struct mark mark;
    bool correlated;

    if (conditions->count == 0 || join.residual != NULL) {
        writer_fail(w, EIDER_ERROR_PLAN, node,
                    "is a mark join with a residual condition or without conditions");
        return;
    }
    correlated = mark_is_correlated(w, &join, &mark);
    if (!correlated && !all_are(conditions, COMPARE_EQUAL) &&
        (conditions->count > 1 || conditions->items[0].op == COMPARE_DISTINCT_FROM))
        writer_fail(w, EIDER_ERROR_PLAN, node, "is a mark join with conditions that no SQL says");
    if (writer_failed(w) || write_mark_twice(w, &join))
        return;
    if (correlated)
        define_right(w, &mark);
    write_mark_outputs(w, &join, &mark);
    if (correlated) {
        write_mark_from(w, &mark);
        return;
    }
    put(w, " FROM ");
    write_child(w, join.left, "l", NULL);
}

/* ---- SINGLE ---- */

/* count(*) AS n, first(r.c0) AS c0 … */
static void write_partners(struct writer *w, const struct join *join)
{
    put(w, "system.main.\"count\"(*) AS n");
    for (uint32_t i = 0; i < join->right->columns.count; i++) {
        put(w, ", ");
        put_function(w, "first");
        put_name(w, "r.c", i);
        put(w, ")");
        put_as(w, i);
    }
}

/* SELECT <key> AS k0 …, count(*) AS n, first(r.c0) AS c0 … FROM the right side GROUP BY the keys */
static void write_partners_of_keys(struct writer *w, const struct join *join)
{
    struct scope right = scope_table("r");
    uint32_t keys = join->conditions->count;

    put(w, "SELECT ");
    for (uint32_t i = 0; i < keys; i++) {
        write_expr(w, &right, join->conditions->items[i].right);
        put_name(w, " AS k", i);
        put(w, ", ");
    }
    write_partners(w, join);
    put(w, " FROM ");
    write_child(w, join->right, "r", NULL);
    for (uint32_t i = 0; i < keys; i++) {
        put(w, i > 0 ? ", " : " GROUP BY ");
        put_number(w, i + 1);
    }
}

static void write_on_keys(struct writer *w, const struct join *join)
{
    struct scope left = scope_table("l");

    for (uint32_t i = 0; i < join->conditions->count; i++) {
        put(w, i > 0 ? " AND (" : " ON ((");
        write_expr(w, &left, join->conditions->items[i].left);
        put(w, join->conditions->items[i].op == COMPARE_EQUAL ? " = " : " IS NOT DISTINCT FROM ");
        put_name(w, "g.k", i);
        put(w, ")");
    }
    put(w, ")");
}

static bool find_single(void *data, const struct eider_node *node)
{
    (void)data;
    return node_child_count(node) != 2 || join_view(node).type != JOIN_SINGLE;
}

/*
 * p: the partners of each key, computed once, if there is another SINGLE join among what they are computed from. DuckDB takes
 * twice as long for each that is below another (20: a minute and a half), unless something stands between them. False: none.
 */
static bool define_partners(struct writer *w, const struct join *join, uint32_t *ret_number)
{
    struct definition definition;

    if (node_walk(join->right, find_single, NULL))
        return false;
    writer_define_begin(w, &definition);
    write_partners_of_keys(w, join);
    *ret_number = w->names++;
    writer_define(w, &definition, "p", *ret_number, MATERIALIZED_YES);
    return true;
}

/* s: the left rows with numbers */
static uint32_t define_numbered(struct writer *w, const struct join *join)
{
    struct definition definition;
    uint32_t number;

    writer_define_begin(w, &definition);
    put(w, "SELECT ");
    for (uint32_t i = 0; i < join->left->columns.count; i++) {
        put_name(w, "l.c", i);
        put(w, ", ");
    }
    put(w, "system.main.\"row_number\"() OVER () AS rn FROM ");
    write_child(w, join->left, "l", NULL);
    number = w->names++;
    writer_define(w, &definition, "s", number, MATERIALIZED_YES);
    return number;
}

static void write_partners_by_number(struct writer *w, const struct join *join, uint32_t number)
{
    put(w, "(SELECT l.rn AS rn, ");
    write_partners(w, join);
    put_name(w, " FROM s", number);
    put(w, " AS l JOIN ");
    write_child(w, join->right, "r", NULL);
    write_on(w, join);
    put(w, " GROUP BY 1) AS g ON (l.rn = g.rn)");
}

static void write_single_check(struct writer *w)
{
    put(w, " WHERE CASE WHEN (g.n > 1) THEN CAST(");
    put_function(w, "error");
    quote_string(w->out, str_from(TOO_MANY_ROWS));
    put(w, ") AS BOOLEAN) ELSE true END");
}

void write_single_join(struct writer *w, const struct eider_node *node)
{
    struct join join = join_view(node);
    uint32_t width = join.left->columns.count, number = 0;
    bool by_key = join.residual == NULL && join.conditions->count > 0, defined = false;

    for (uint32_t i = 0; i < join.conditions->count; i++)
        by_key = by_key && (join.conditions->items[i].op == COMPARE_EQUAL ||
                            join.conditions->items[i].op == COMPARE_NOT_DISTINCT_FROM);
    if (!by_key)
        number = define_numbered(w, &join);
    else
        defined = define_partners(w, &join, &number);
    put(w, "SELECT ");
    if (join.projection->count == 0)
        put(w, "CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < join.projection->count; i++) {
        uint32_t column = join.projection->items[i];
        if (i > 0)
            put(w, ", ");
        put_name(w, column < width ? "l.c" : "g.c", column < width ? column : column - width);
        put_as(w, i);
    }
    put(w, " FROM ");
    if (by_key) {
        write_child(w, join.left, "l", NULL);
        put(w, " LEFT JOIN ");
        if (defined) {
            put_name(w, "p", number);
        } else {
            put(w, "(");
            write_partners_of_keys(w, &join);
            put(w, ")");
        }
        put(w, " AS g");
        write_on_keys(w, &join);
    } else {
        put_name(w, "s", number);
        put(w, " AS l LEFT JOIN ");
        write_partners_by_number(w, &join, number);
    }
    write_single_check(w);
}
