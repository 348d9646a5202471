/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the SELECTs that peel.c finds.
 *
 * Columns are always qualified (t.c0): in WHERE, GROUP BY and ORDER BY a bare name could be the alias of an
 * output column. Order keys and groups that are output columns are named by their position for the same
 * reason, and so that nothing is written twice. Subselects nested deeper than MAX_NESTED move into the WITH
 * list: DuckDB's parser has a limit of depth.
 */
#include "sqlgen/select.h"

#include "plan/object.h"
#include "sqlgen/expr.h"
#include "sqlgen/quote.h"

#define MAX_NESTED 40u

void put_as(struct writer *w, uint32_t column)
{
    put_name(w, " AS c", column);
}

void put_and(struct writer *w, bool *where)
{
    put(w, *where ? " AND " : " WHERE ");
    *where = true;
}

/* The scope of the head's expressions, or of the base's columns if there is no head. */
static struct scope input_scope(const struct select *select)
{
    struct scope scope = from_scope(select->base);

    if (select->head != NULL)
        scope.map = &select->in;
    return scope;
}

/* ---- The SELECT list ---- */

static void write_grouping(struct writer *w, const struct scope *scope, const struct node_aggregate *node,
                           uint32_t index)
{
    const struct u32_list *groups = &node->grouping_functions.items[index].indexes;

    put(w, "GROUPING(");
    for (uint32_t i = 0; i < groups->count; i++) {
        if (i > 0)
            put(w, ", ");
        write_expr(w, scope, node->groups.items[groups->items[i]]);
    }
    put(w, ")");
}

static bool is_grouped(const struct node_aggregate *node, uint32_t group)
{
    for (uint32_t i = 0; i < node->sets.count; i++) {
        for (uint32_t k = 0; k < node->sets.items[i].indexes.count; k++) {
            if (node->sets.items[i].indexes.items[k] == group)
                return true;
        }
    }
    return node->sets.count == 0;
}

static void write_aggregate_item(struct writer *w, const struct scope *scope,
                                 const struct node_aggregate *node, uint32_t index)
{
    uint32_t groups = node->groups.count, aggregates = node->aggregates.count;

    if (index < groups &&
        !is_grouped(node, index)) /* in no set: always NULL, which DuckDB refuses to say so */
        put_null(w, node->groups.items[index]->type);
    else if (index < groups)
        write_expr(w, scope, node->groups.items[index]);
    else if (index < groups + aggregates)
        write_expr(w, scope, node->aggregates.items[index - groups]);
    else
        write_grouping(w, scope, node, index - groups - aggregates);
}

static void write_unnest_item(struct writer *w, const struct scope *scope, const struct eider_expr *list)
{
    put_function(w, "unnest");
    write_expr(w, scope, list);
    put(w, ")");
}

/* Column `index` of the head's output, or of the base. */
static void write_item(struct writer *w, const struct select *select, const struct scope *scope,
                       uint32_t index)
{
    const struct node_window *window = node_as_window(select->head);
    const struct node_unnest *unnest = node_as_unnest(select->head);
    uint32_t width = select->in.count;

    if (select->head == NULL || select->head->tag == NODE_DISTINCT)
        scope_column(w, scope, index);
    else if (select->head->tag == NODE_PROJECTION)
        write_expr(w, scope, node_as_projection(select->head)->exprs.items[index]);
    else if (select->head->tag == NODE_AGGREGATE)
        write_aggregate_item(w, scope, node_as_aggregate(select->head), index);
    else if (index < width)
        scope_column(w, scope, index);
    else if (window != NULL)
        write_expr(w, scope, window->windows.items[index - width]);
    else if (unnest != NULL)
        write_unnest_item(w, scope, unnest->exprs.items[index - width]);
}

static void write_item_cast(struct writer *w, const struct select *select, const struct scope *scope,
                            uint32_t index, const struct eider_type *type)
{
    if (type != NULL)
        put(w, "CAST(");
    write_item(w, select, scope, index);
    if (type == NULL)
        return;
    put(w, " AS ");
    put_type(w, type);
    put(w, ")");
}

static void write_distinct(struct writer *w, const struct scope *scope, const struct node_distinct *distinct)
{
    put(w, "DISTINCT ");
    if (distinct->targets.count == 0)
        return;
    put(w, "ON (");
    write_exprs(w, scope, &distinct->targets);
    put(w, ") ");
}

/* `casts` holds the types to cast to, NULL where the type is right. */
static void write_list(struct writer *w, const struct select *select, const struct scope *scope,
                       const struct column_list *names, const struct eider_type *const *casts)
{
    bool plain = select->head == NULL && scope->kind == SCOPE_TABLE && names == NULL;

    put(w, "SELECT ");
    if (node_as_distinct(select->head) != NULL)
        write_distinct(w, scope, node_as_distinct(select->head));
    /* A query needs a column; that of an aggregate keeps it one. */
    if (select->out.count == 0)
        put(w, node_as_aggregate(select->head) != NULL ? "system.main.\"count\"(*) AS z"
                                                       : "CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < select->out.count; i++) {
        if (i > 0)
            put(w, ", ");
        write_item_cast(w, select, scope, select->out.items[i], casts != NULL ? casts[i] : NULL);
        if (names != NULL) {
            put(w, " AS ");
            put_identifier(w, names->items[i].name);
        } else if (!plain || select->out.items[i] != i) {
            put_as(w, i);
        }
    }
}

/* ---- The other clauses ---- */

/* The position of a column of the head in the SELECT list, from 1; 0 if it is not there. */
static uint32_t position_of(const struct select *select, uint32_t index)
{
    for (uint32_t i = 0; i < select->out.count; i++) {
        if (select->out.items[i] == index)
            return i + 1;
    }
    return 0;
}

/* Rows that the reader of the query does without, if they are simply said: of a source or a CTE, perhaps DISTINCT. Not of a
 * source that nothing has filtered: DuckDB would take the filter to leave a fifth of the rows, and might build its hash table of
 * what is joined with it because that seems small. (TPC-DS q72 at scale factor 1, in four tasks: 870 → 520 ms.) */
static void write_not_null(struct writer *w, const struct select *select, const struct scope *scope,
                           bool *where)
{
    const struct node_distinct *distinct = node_as_distinct(select->head);
    bool plain = select->head == NULL || (distinct != NULL && distinct->targets.count == 0);
    const struct node_exchange_source *source = node_as_exchange_source(select->base);
    bool is_rows = source != NULL ? !source->unfiltered : select->base->tag == NODE_CTE_REF;

    if (select->not_null == NULL || !plain || !is_rows || select->has_limit || select->orders != NULL)
        return;
    for (uint32_t i = 0; i < select->not_null->count; i++) {
        uint32_t column = select->out.items[select->not_null->items[i]];
        put_and(w, where);
        scope_column(w, scope, distinct != NULL ? select->in.items[column] : column);
        put(w, " IS NOT NULL");
    }
}

static void write_where(struct writer *w, const struct select *select)
{
    struct scope scope = from_scope(select->base);
    bool where = false;

    write_from_conditions(w, select->base, &where);
    write_not_null(w, select, &scope, &where);
    for (uint32_t i = select->filter_count; i > 0; i--) {
        const struct filter_layer *layer = &select->filters[i - 1];
        scope.map = &layer->map;
        for (uint32_t k = 0; k < layer->predicates->count; k++) {
            put_and(w, &where);
            write_expr(w, &scope, layer->predicates->items[k]);
        }
    }
}

/* Computed groups are named by their position in the SELECT list: a constant would be read as one. */
static void write_group(struct writer *w, const struct select *select, const struct scope *scope,
                        const struct node_aggregate *node, uint32_t group)
{
    uint32_t position = position_of(select, group);

    if (node->groups.items[group]->tag != EXPR_COLUMN && position > 0)
        put_number(w, position);
    else
        write_expr(w, scope, node->groups.items[group]);
}

static void write_group_by(struct writer *w, const struct select *select, const struct scope *scope)
{
    const struct node_aggregate *node = node_as_aggregate(select->head);

    if (node == NULL || (node->groups.count == 0 && node->sets.count == 0))
        return;
    put(w, node->sets.count == 0 ? " GROUP BY " : " GROUP BY GROUPING SETS (");
    for (uint32_t i = 0; node->sets.count == 0 && i < node->groups.count; i++) {
        if (i > 0)
            put(w, ", ");
        write_group(w, select, scope, node, i);
    }
    for (uint32_t i = 0; i < node->sets.count; i++) {
        const struct u32_list *set = &node->sets.items[i].indexes;
        put(w, i > 0 ? ", (" : "(");
        for (uint32_t k = 0; k < set->count; k++) {
            if (k > 0)
                put(w, ", ");
            write_group(w, select, scope, node, set->items[k]);
        }
        put(w, ")");
    }
    if (node->sets.count > 0)
        put(w, ")");
}

static void write_order_key(struct writer *w, const struct select *select, const struct scope *scope,
                            const struct eider_expr *expr)
{
    struct scope base = from_scope(select->base);
    uint32_t position = 0, column = 0;

    if (!select->orders_on_output) {
        base.map = &select->order_map;
        write_expr(w, &base, expr);
        return;
    }
    column = expr_as_column(expr)->index;
    if (column >= select->order_map.count) {
        writer_fail(w, EIDER_ERROR_PLAN, select->head, "is sorted by a column that it does not have");
        return;
    }
    column = select->order_map.items[column];
    position = position_of(select, column);
    if (position > 0)
        put_number(w, position);
    else
        write_item(w, select, scope, column);
}

/* Constants order nothing, and as literals they would be positions. */
static void write_order_by(struct writer *w, const struct select *select, const struct scope *scope)
{
    const struct node_distinct *distinct = node_as_distinct(select->head);
    const char *before = " ORDER BY ";

    if (distinct != NULL && distinct->orders.count > 0 && select->orders == NULL) {
        put(w, before);
        write_sort_keys(w, scope, &distinct->orders);
        return;
    }
    for (uint32_t i = 0; select->orders != NULL && i < select->orders->count; i++) {
        const struct sort_key *key = &select->orders->items[i];
        if (is_constant(key->expr))
            continue;
        put(w, before);
        before = ", ";
        write_order_key(w, select, scope, key->expr);
        write_sort_direction(w, key);
    }
}

static void write_limit(struct writer *w, const struct select *select)
{
    const struct node_limit *limit = select->limit;
    uint64_t offset = select->topn != NULL ? select->topn->offset : limit != NULL ? limit->offset : 0;

    if (!select->has_limit)
        return;
    if (limit != NULL && limit->has_percent) {
        put(w, " LIMIT ");
        quote_double_digits(w->out, limit->percent);
        put(w, " %");
    } else if (select->topn != NULL || limit->has_limit) {
        put(w, " LIMIT ");
        put_number(w, select->topn != NULL ? select->topn->limit : limit->limit);
    }
    if (offset > 0) {
        put(w, " OFFSET ");
        put_number(w, offset);
    }
}

/* ---- Queries ---- */

static bool is_own_query(const struct select *select)
{
    return select->head == NULL && select->orders == NULL && !select->has_limit &&
           select->filter_count == 0 && !from_is_direct(select->base) &&
           list_is_identity(&select->out, select->base->columns.count);
}

static const struct eider_type **casts_of(struct writer *w, const struct eider_node *node,
                                          const struct column_list *names)
{
    const struct eider_type **casts =
        names == NULL ? NULL
                      : arena_alloc_array(w->arena, names->count + 1, sizeof(const struct eider_type *));

    if (names != NULL && casts == NULL)
        writer_no_memory(w);
    for (uint32_t i = 0; casts != NULL && i < names->count; i++) {
        if (!type_equal(names->items[i].type, node->columns.items[i].type))
            casts[i] = names->items[i].type;
    }
    return casts;
}

static void write_select(struct writer *w, const struct select *select, const struct column_list *names,
                         const struct eider_type *const *casts)
{
    struct scope scope = input_scope(select);

    write_list(w, select, &scope, names, casts);
    write_from(w, select->base);
    write_where(w, select);
    write_group_by(w, select, &scope);
    write_order_by(w, select, &scope);
    write_limit(w, select);
}

static void write_query_with(struct writer *w, const struct eider_node *node, const struct column_list *names,
                             const struct u32_list *not_null)
{
    struct select select;

    if (!writer_failed(w) && writer_enter(w)) {
        select_peel(w, node, &select);
        select.not_null = not_null;
        if (writer_failed(w))
            ;
        else if (names == NULL && is_own_query(&select))
            write_own_query(w, select.base);
        else
            write_select(w, &select, names, casts_of(w, node, names));
    }
    writer_leave(w);
}

void write_query(struct writer *w, const struct eider_node *node, const struct column_list *names)
{
    write_query_with(w, node, names, NULL);
}

struct invariant {
    bool scans; /* reads files or tables */
    bool refers;
};

static bool look_for_references(void *data, const struct eider_node *node)
{
    struct invariant *found = data;

    found->scans |=
        node->tag == NODE_PARQUET_SCAN || node->tag == NODE_TABLE_SCAN || node->tag == NODE_FUNCTION_SCAN;
    found->refers |= node->tag == NODE_CTE_REF;
    return !found->refers;
}

/* True if the rows are of files or tables and the same in every step of the recursive CTE that we are in. */
static bool is_invariant(const struct writer *w, const struct eider_node *node)
{
    struct invariant found = {false, false};

    return w->in_steps && node_walk(node, look_for_references, &found) && found.scans;
}

/*
 * What the steps of a recursive CTE read of files is computed once, before them. Not only to save time: DuckDB 1.5.6 loses
 * rows now and then if the step's own rows are the side of a join that its hash table is made of, and the other side scans files,
 * because the filters which it derives of the first for the scan can be those of another step.
 */
static void write_invariant(struct writer *w, const struct eider_node *node)
{
    struct with_scope *scope = w->scope, *recursion = w->recursion;
    struct definition definition;
    uint32_t number = w->names++;

    w->scope = recursion;
    w->recursion = NULL;
    w->in_steps = false;
    writer_define_begin(w, &definition);
    write_query_with(w, node, NULL, NULL);
    writer_define(w, &definition, "x", number, MATERIALIZED_YES);
    w->scope = scope;
    w->recursion = recursion;
    w->in_steps = true;
    put_name(w, "(SELECT * FROM x", number);
    put(w, ")");
}

void write_subquery(struct writer *w, const struct eider_node *node, const struct u32_list *not_null)
{
    struct definition definition;
    uint32_t number;

    if (is_invariant(w, node)) {
        write_invariant(w, node);
        return;
    }
    if (w->depth < MAX_NESTED) {
        w->depth++;
        put(w, "(");
        write_query_with(w, node, NULL, not_null);
        put(w, ")");
        w->depth--;
        return;
    }
    number = w->names++;
    writer_define_begin(w, &definition);
    write_query_with(w, node, NULL, not_null);
    writer_define(w, &definition, "q", number, MATERIALIZED_NO);
    put_name(w, "(SELECT * FROM q", number);
    put(w, ")");
}

void write_child(struct writer *w, const struct eider_node *node, const char *alias,
                 const struct u32_list *not_null)
{
    write_subquery(w, node, not_null);
    put(w, " AS ");
    put(w, alias);
}
