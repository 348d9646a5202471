/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries that are no SELECT over a base: set operations, recursive CTEs, samples, nothing.
 *
 * A CTE's definition moves into the WITH list of the statement, computed once as in the plan. Only the arms
 * of a recursive CTE have lists of their own, since what stands there may read the rows of the last step.
 */
#include <string.h>

#include "plan/object.h"
#include "sqlgen/expr.h"
#include "sqlgen/quote.h"
#include "sqlgen/select.h"

void define_cte(struct writer *w, const struct node_cte *cte)
{
    struct definition definition;

    writer_define_begin(w, &definition);
    write_query(w, cte->definition, NULL);
    writer_define(w, &definition, "k", cte->cte, MATERIALIZED_YES);
}

static void write_all(struct writer *w, const struct node_list *inputs, const char *between)
{
    for (uint32_t i = 0; i < inputs->count; i++) {
        if (i > 0)
            put(w, between);
        write_subquery(w, inputs->items[i], NULL);
    }
}

static void write_setop(struct writer *w, const struct node_setop *node)
{
    if (node->op == SETOP_EXCEPT)
        write_all(w, &node->inputs, node->all ? " EXCEPT ALL " : " EXCEPT ");
    else
        write_all(w, &node->inputs, node->all ? " INTERSECT ALL " : " INTERSECT ");
}

/* An arm sees the WITH list around the CTE and has one of its own. */
static void write_arm(struct writer *w, const struct eider_node *node, bool steps)
{
    struct with_scope scope, *recursion = w->recursion;
    bool in_steps = w->in_steps;

    put(w, "(");
    if (recursion == NULL)
        w->recursion = w->scope;
    w->in_steps |= steps;
    writer_scope_begin(w, &scope);
    write_query(w, node, NULL);
    writer_scope_end(w, &scope);
    w->recursion = recursion;
    w->in_steps = in_steps;
    put(w, ")");
}

/* A subselect of its own: the statement may begin with another WITH. */
static void write_recursive_cte(struct writer *w, const struct node_recursive_cte *node)
{
    uint32_t width = node->base.columns.count;

    put_name(w, "SELECT * FROM (WITH RECURSIVE k", node->cte);
    for (uint32_t i = 0; i < width; i++)
        put_name(w, i > 0 ? ", c" : "(c", i);
    put(w, width > 0 ? ") AS (" : " AS (");
    write_arm(w, node->anchor, false);
    put(w, node->union_all ? " UNION ALL " : " UNION ");
    write_arm(w, node->recursion, true);
    put_name(w, ") SELECT * FROM k", node->cte);
    put(w, ") AS t");
}

static void write_empty(struct writer *w, const struct column_list *columns)
{
    put(w, "SELECT ");
    if (columns->count == 0)
        put(w, "CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < columns->count; i++) {
        if (i > 0)
            put(w, ", ");
        put_null(w, columns->items[i].type);
        put_as(w, i);
    }
    put(w, " WHERE false");
}

/* Rows without columns. */
static void write_bare_values(struct writer *w, const struct node_values *node)
{
    put(w, "SELECT CAST(NULL AS BOOLEAN) AS z FROM ");
    put_function(w, "range");
    put_number(w, node->rows.count);
    put(w, ")");
}

/* SELECT * FROM (input) AS t USING SAMPLE reservoir(10 ROWS) REPEATABLE (42) */
static void write_sample(struct writer *w, const struct node_sample *node)
{
    put(w, "SELECT * FROM ");
    write_child(w, node->input, "t", NULL);
    put(w, " USING SAMPLE ");
    if (node->method.size > 0)
        put_identifier(w, node->method);
    put(w, "(");
    if (node->is_percent)
        quote_double_digits(w->out, node->percent);
    else
        put_number(w, node->rows);
    put(w, node->is_percent ? " PERCENT)" : " ROWS)");
    if (node->has_seed) {
        put(w, " REPEATABLE (");
        put_number(w, (uint64_t)node->seed);
        put(w, ")");
    }
}

static void write_join_query(struct writer *w, const struct eider_node *node)
{
    if (join_type_of(node) == JOIN_MARK)
        write_mark_join(w, node);
    else
        write_single_join(w, node);
}

static const struct sqlgen_custom *custom_of(struct writer *w, const struct eider_node *node)
{
    for (uint32_t i = 0; w->context != NULL && i < w->context->custom_count; i++) {
        if (w->context->customs[i].node == node)
            return &w->context->customs[i];
    }
    writer_fail(w, EIDER_ERROR_PLAN, node, "is not known by what it does");
    return NULL;
}

/* The application's text, with the input's query for each {input}. */
static void write_custom_text(struct writer *w, const struct node_custom *node, const char *text)
{
    static const char input[] = "{input}";

    for (const char *found; (found = strstr(text, input)) != NULL; text = found + sizeof(input) - 1) {
        buf_append(w->out, text, (size_t)(found - text));
        if (node->inputs.count == 0) {
            writer_fail(w, EIDER_ERROR_PLAN, &node->base, "is a leaf, but its SQL reads {input}");
            return;
        }
        put(w, "(");
        write_query(w, node->inputs.items[0], &node->inputs.items[0]->columns);
        put(w, ")");
    }
    put(w, text);
}

/*
 * SELECT CAST(t.c0 AS …) AS c0 … FROM (no rows UNION ALL (the application's SELECT)) AS t(c0, …). The union refuses another
 * number of columns. The SELECT stands on lines of its own, as it may end in a comment.
 */
static void write_custom(struct writer *w, const struct node_custom *node)
{
    const struct sqlgen_custom *custom = custom_of(w, &node->base);
    const struct column_list *columns = &node->base.columns;

    if (custom == NULL)
        return;
    if (custom->sql.size == 0) {
        write_empty(w, columns);
        return;
    }
    for (uint32_t i = 0; i < columns->count; i++) {
        put_name(w, i > 0 ? ", CAST(t.c" : "SELECT CAST(t.c", i);
        put(w, " AS ");
        put_type(w, columns->items[i].type);
        put(w, ")");
        put_as(w, i);
    }
    put(w, " FROM ((");
    write_empty(w, columns);
    put(w, ") UNION ALL (\n");
    write_custom_text(w, node, custom->sql.data);
    put(w, "\n)) AS t(");
    for (uint32_t i = 0; i < columns->count; i++)
        put_name(w, i > 0 ? ", c" : "c", i);
    put(w, ")");
}

void write_own_query(struct writer *w, const struct eider_node *node)
{
    switch ((int)node->tag) {
    case NODE_UNION:
        write_all(w, &node_as_union(node)->inputs, " UNION ALL ");
        return;
    case NODE_SETOP:
        write_setop(w, node_as_setop(node));
        return;
    case NODE_RECURSIVE_CTE:
        write_recursive_cte(w, node_as_recursive_cte(node));
        return;
    case NODE_EMPTY:
        write_empty(w, &node->columns);
        return;
    case NODE_VALUES:
        write_bare_values(w, node_as_values(node));
        return;
    case NODE_SAMPLE:
        write_sample(w, node_as_sample(node));
        return;
    case NODE_PARQUET_SCAN:
        if (node_as_parquet_scan(node)->files.count == 0)
            write_empty(w, &node->columns);
        else
            write_parquet_groups(w, node_as_parquet_scan(node));
        return;
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
        write_join_query(w, node);
        return;
    case NODE_CUSTOM:
        write_custom(w, node_as_custom(node));
        return;
    default:
        break;
    }
    writer_fail(w, EIDER_ERROR_PLAN, node, "belongs to no fragment");
}
