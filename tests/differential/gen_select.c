/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SELECT and what is built of it: projections, aggregates, windows, DISTINCT, set operations, CTEs, ORDER BY and LIMIT.
 * An answer is unique because a LIMIT comes only with an order by every column, where none of them is an inexact
 * number: rows that tie are then the same row. Windows that depend on the order of rows are ordered by every column
 * that the SELECT reads. One thread.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static const double max_result_rows = 8000;

static const char *const output_names[GEN_MAX_COLUMNS] = {"c0",  "c1",  "c2",  "c3",  "c4",  "c5",  "c6",
                                                          "c7",  "c8",  "c9",  "c10", "c11", "c12", "c13",
                                                          "c14", "c15", "c16", "c17", "c18", "c19"};

/* Types that a projection computes, the frequent ones more than once. */
static const enum gen_type expression_types[] = {GEN_INT, GEN_STR,  GEN_DEC,  GEN_DBL, GEN_INT, GEN_DATE,
                                                 GEN_STR, GEN_BOOL, GEN_INTS, GEN_TS,  GEN_STRS};

static enum gen_type some_type(struct gen *gen)
{
    return expression_types[choose(gen->choices, sizeof(expression_types) / sizeof(expression_types[0]))];
}

void gen_output_add(struct gen_output *output, enum gen_type type, const struct gen_column *like,
                    struct buf *list)
{
    struct gen_column *column = &output->columns[output->count];
    *column =
        (struct gen_column){.type = type, .low = -100, .high = 1000, .distinct = 1, .heavy = output->rows};
    if (like != NULL) {
        *column = *like;
    }
    column->name = output_names[output->count];
    buf_printf(list, " AS %s, ", column->name);
    output->exact &= type != GEN_INEXACT;
    output->count++;
}

/* ---- Projection --------------------------------------------------------------------------------------------- */

static void select_item(struct gen *gen, const struct gen_scope *scope, struct gen_output *output,
                        struct buf *list)
{
    const struct gen_relation *relation = NULL;
    uint32_t kind = choose(gen->choices, 100);
    if (kind < 60) {
        const struct gen_column *column = gen_pick_any(gen, scope, &relation);
        if (column != NULL) {
            gen_column_ref(relation, column, list);
            gen_output_add(output, column->type, column, list);
            return;
        }
    }
    if (kind >= 96 && gen->depth < 2) {
        enum gen_type type = gen_scalar_subquery(gen, scope, list);
        gen_output_add(output, type, NULL, list);
        return;
    }
    enum gen_type type = some_type(gen);
    gen_expr(gen, scope, type, 3, list);
    gen_output_add(output, type, NULL, list);
}

static void select_projection(struct gen *gen, const struct gen_scope *scope, struct gen_output *output,
                              struct buf *list)
{
    uint32_t count = 1 + choose(gen->choices, 5);
    if (choose_yes(gen->choices, 12)) {
        buf_puts(list, "DISTINCT ");
        gen_use(gen, GEN_DISTINCT);
    }
    for (uint32_t i = 0; i < count; i++) {
        select_item(gen, scope, output, list);
    }
}

/* DISTINCT ON (a column): the row that comes first in an order by everything. */
static void select_distinct_on(struct gen *gen, const struct gen_scope *scope, struct gen_output *output,
                               struct buf *list, struct buf *tail)
{
    const struct gen_relation *relation = NULL;
    const struct gen_column *key = gen_pick_any(gen, scope, &relation);
    uint32_t count = choose(gen->choices, 4);
    if (key == NULL) { /* no column of these relations can be ordered by */
        select_projection(gen, scope, output, list);
        return;
    }
    buf_puts(list, "DISTINCT ON (c0) ");
    gen_column_ref(relation, key, list);
    gen_output_add(output, key->type, key, list);
    for (uint32_t i = 0; i < count; i++) {
        const struct gen_column *column = gen_pick_any(gen, scope, &relation);
        gen_column_ref(relation, column, list);
        gen_output_add(output, column->type, column, list);
    }
    output->rows = fmin(output->rows, key->distinct);
    buf_puts(tail, " ORDER BY ");
    for (size_t i = 0; i < output->count; i++) {
        buf_printf(tail, "%sc%zu%s", i == 0 ? "" : ", ", i, choose_yes(gen->choices, 30) ? " DESC" : "");
    }
    gen_use(gen, GEN_DISTINCT_ON);
}

/* ---- SELECT ------------------------------------------------------------------------------------------------- */

static void where_clause(struct gen *gen, const struct gen_scope *scope, struct buf *where)
{
    if (choose_yes(gen->choices, 60)) {
        gen_predicate(gen, scope, 2, where);
        buf_puts(where, " AND ");
        gen_use(gen, GEN_FILTER);
    }
    if (gen->depth < 2 && choose_yes(gen->choices, 22)) {
        gen_subquery_predicate(gen, scope, where);
        buf_puts(where, " AND ");
    }
}

/* Removes what separates the last item from one that does not come. */
static void chop(struct buf *buf, const char *end)
{
    size_t bytes = strlen(end);
    if (buf->size >= bytes && memcmp(buf->data + buf->size - bytes, end, bytes) == 0) {
        buf->size -= bytes;
        buf->data[buf->size] = '\0';
    }
}

void gen_select(struct gen *gen, struct gen_output *ret, struct buf *out)
{
    struct gen_scope scope;
    struct buf from;
    struct buf where;
    struct buf list;
    struct buf tail;
    gen_buf_init(&from);
    gen_buf_init(&where);
    gen_buf_init(&list);
    gen_buf_init(&tail);
    gen_from(gen, &scope, &from, &where);
    where_clause(gen, &scope, &where);
    double rows = 0;
    for (size_t i = 0; i < scope.count; i++) {
        rows = fmax(rows, scope.relations[i].rows);
    }
    *ret = (struct gen_output){.rows = rows, .exact = true};
    uint32_t kind = choose(gen->choices, 100);
    bool must_reduce = rows > max_result_rows * 2 && gen->depth > 0;
    if (kind >= 45 || must_reduce) {
        if (kind >= 88 && !must_reduce) {
            gen_select_window(gen, &scope, ret, &list, &tail);
        } else {
            gen_select_aggregate(gen, &scope, ret, &list, &tail);
        }
    } else if (kind >= 40) {
        select_distinct_on(gen, &scope, ret, &list, &tail);
    } else {
        select_projection(gen, &scope, ret, &list);
    }
    chop(&list, ", ");
    chop(&where, " AND ");
    buf_puts(out, "SELECT ");
    gen_buf_move(out, &list);
    buf_puts(out, " FROM ");
    gen_buf_move(out, &from);
    buf_puts(out, where.size > 0 ? " WHERE " : "");
    gen_buf_move(out, &where);
    gen_buf_move(out, &tail);
}

/* ---- Set operations ----------------------------------------------------------------------------------------- */

/* One side of a set operation: two columns of given types. */
static void set_side(struct gen *gen, const enum gen_type *types, size_t count, double *ret_rows,
                     struct buf *out)
{
    struct gen_scope scope = {.count = 1};
    const char *table = gen_base_table(gen, &scope.relations[0]);
    const struct gen_relation *relation = &scope.relations[0];
    buf_puts(out, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        gen_expr(gen, &scope, types[i], 1, out);
        buf_printf(out, "%s AS c%zu%s", types[i] == GEN_DEC ? "::DECIMAL(18, 2)" : "", i,
                   i + 1 < count ? ", " : "");
    }
    buf_printf(out, " FROM %s %s", table, relation->alias);
    if (choose_yes(gen->choices, 60)) {
        buf_puts(out, " WHERE ");
        gen_predicate(gen, &scope, 1, out);
    }
    *ret_rows = relation->rows;
}

static void set_operation(struct gen *gen, struct gen_output *ret, struct buf *out)
{
    static const struct {
        const char *words;
        enum gen_feature feature;
    } operations[] = {{" UNION ALL ", GEN_UNION_ALL}, {" UNION ", GEN_UNION},
                      {" EXCEPT ", GEN_EXCEPT},       {" INTERSECT ", GEN_INTERSECT},
                      {" EXCEPT ALL ", GEN_EXCEPT},   {" INTERSECT ALL ", GEN_INTERSECT}};
    enum gen_type types[3];
    size_t count = 1 + choose(gen->choices, 3);
    uint32_t sides = 2 + choose(gen->choices, 2);
    struct buf ignored;
    gen_buf_init(&ignored);
    *ret = (struct gen_output){.exact = true};
    for (size_t i = 0; i < count; i++) {
        types[i] = some_type(gen);
        gen_output_add(ret, types[i], NULL, &ignored);
    }
    buf_done(&ignored);
    for (uint32_t i = 0; i < sides; i++) {
        double rows;
        if (i > 0) {
            uint32_t which = choose(gen->choices, sizeof(operations) / sizeof(operations[0]));
            buf_puts(out, operations[which].words);
            gen_use(gen, operations[which].feature);
        }
        set_side(gen, types, count, &rows, out);
        ret->rows += rows;
    }
}

/* ---- The whole query ---------------------------------------------------------------------------------------- */

static void add_cte(struct gen *gen, struct buf *out)
{
    struct gen_output output;
    struct gen_relation cte = {0};
    bool materialized = choose_yes(gen->choices, 40);
    struct buf body;
    gen_buf_init(&body);
    gen->depth++;
    if (choose_yes(gen->choices, 20)) {
        set_operation(gen, &output, &body);
    } else {
        gen_select(gen, &output, &body);
    }
    gen->depth--;
    gen_new_alias(gen, &cte);
    cte.rows = output.rows;
    cte.column_count = output.count;
    memcpy(cte.columns, output.columns, sizeof(cte.columns));
    buf_printf(out, "%s%s AS %s(", gen->cte_count == 0 ? "WITH " : ", ", cte.alias,
               materialized ? "MATERIALIZED " : "");
    gen_buf_move(out, &body);
    buf_putc(out, ')');
    gen->ctes[gen->cte_count++] = cte;
    gen_use(gen, materialized ? GEN_CTE_MATERIALIZED : GEN_CTE);
}

static void order_by_all(struct gen *gen, const struct gen_output *output, struct buf *out)
{
    buf_puts(out, " ORDER BY ");
    for (size_t i = 0; i < output->count; i++) {
        static const char *const directions[] = {"", " DESC", " NULLS FIRST", " DESC NULLS LAST"};
        buf_printf(out, "%s%zu%s", i == 0 ? "" : ", ", i + 1, directions[choose(gen->choices, 4)]);
    }
    gen_use(gen, GEN_ORDER_BY);
}

static void limit(struct gen *gen, struct buf *out)
{
    buf_printf(out, " LIMIT %u", choose(gen->choices, 300));
    if (choose_yes(gen->choices, 30)) {
        buf_printf(out, " OFFSET %u", choose(gen->choices, 200));
    }
    gen_use(gen, GEN_LIMIT);
}

/* What becomes of a query whose rows would be too many: their number, and what can be said of a column. */
static void wrap_in_count(struct gen *gen, const struct gen_output *output, struct buf *query)
{
    struct buf wrapped;
    gen_buf_init(&wrapped);
    buf_puts(&wrapped, "SELECT count(*) AS c0");
    for (size_t i = 0; i < output->count; i++) {
        buf_printf(&wrapped, ", count(c%zu) AS n%zu", i, i);
        if (output->columns[i].type == GEN_INT) {
            buf_printf(&wrapped, ", sum(c%zu) AS s%zu", i, i);
        } else if (output->columns[i].type != GEN_INEXACT) {
            buf_printf(&wrapped, ", min(c%zu) AS s%zu, count(DISTINCT c%zu) AS d%zu", i, i, i, i);
        }
    }
    buf_puts(&wrapped, " FROM (");
    gen_buf_move(&wrapped, query);
    buf_puts(&wrapped, ")");
    *query = wrapped;
    gen_use(gen, GEN_AGGREGATE_UNGROUPED);
    gen_use(gen, GEN_DERIVED);
}

/* The query, with its CTEs. Where its rows would be too many, their number if `counts`. */
static void whole_query(struct gen *gen, bool counts, struct gen_output *output, struct generated *ret)
{
    struct buf with;
    struct buf query;
    gen_buf_init(&with);
    gen_buf_init(&query);
    uint32_t ctes = choose_yes(gen->choices, 18) ? 1 + choose(gen->choices, GEN_MAX_CTES) : 0;
    for (uint32_t i = 0; i < ctes; i++) {
        add_cte(gen, &with);
    }
    if (choose_yes(gen->choices, 10)) {
        set_operation(gen, output, &query);
    } else {
        gen_select(gen, output, &query);
    }
    bool distinct_on = strstr(query.data, "DISTINCT ON") == query.data + strlen("SELECT ");
    bool can_order = output->exact && !distinct_on;
    bool limited = can_order && choose_yes(gen->choices, output->rows > max_result_rows ? 60 : 15);
    if (limited || (can_order && choose_yes(gen->choices, 10))) {
        order_by_all(gen, output, &query);
        ret->ordered = true;
    }
    if (limited) {
        limit(gen, &query);
    } else if (counts && output->rows > max_result_rows) {
        wrap_in_count(gen, output, &query);
        ret->ordered = false;
    }
    buf_puts(&with, with.size > 0 ? " " : "");
    gen_buf_move(&with, &query);
    ret->sql = buf_take(&with, NULL);
    if (ret->sql == NULL) {
        die("a random query has grown too long");
    }
}

void generate(struct choices *choices, bool tpch, struct generated *ret)
{
    struct gen gen = {.choices = choices, .tpch = tpch};
    struct gen_output output;
    *ret = (struct generated){0};
    whole_query(&gen, true, &output, ret);
    ret->features = gen.features;
}

/* A predicate over the output of a query: most often one that is true, false and NULL for some of its rows each. */
static void split_predicate(struct gen *gen, const struct gen_scope *scope, struct buf *out)
{
    const struct gen_relation *relation = NULL;
    uint32_t kind = choose(gen->choices, 100);
    const struct gen_column *column = kind < 60 ? gen_pick_any(gen, scope, &relation) : NULL;
    if (column != NULL) {
        struct buf name;
        gen_buf_init(&name);
        gen_column_ref(relation, column, &name);
        if (column->type == GEN_INT && kind < 30) {
            buf_printf(out, "%s %% 2 = 0", name.data);
        } else {
            buf_printf(out, "CASE WHEN %s IS NOT NULL THEN hash(%s) %% 3 = 0 END", name.data, name.data);
        }
        buf_done(&name);
    } else if (kind < 85) {
        gen_predicate(gen, scope, 2, out);
    } else {
        gen_subquery_predicate(gen, scope, out);
    }
}

void generate_split(struct choices *choices, bool tpch, struct generated *ret)
{
    struct gen gen = {.choices = choices, .tpch = tpch};
    struct gen_output output;
    struct gen_scope scope = {.count = 1};
    struct buf predicate;
    *ret = (struct generated){0};
    whole_query(&gen, false, &output, ret);
    gen_new_alias(&gen, &scope.relations[0]);
    scope.relations[0].rows = output.rows;
    scope.relations[0].column_count = output.count;
    memcpy(scope.relations[0].columns, output.columns, sizeof(output.columns));
    gen.cte_count = 0; /* they are inside the query */
    gen_buf_init(&predicate);
    split_predicate(&gen, &scope, &predicate);
    ret->features = gen.features;
    ret->predicate = buf_take(&predicate, NULL);
    if (ret->predicate == NULL) {
        die("a random predicate has grown too long");
    }
    memcpy(ret->alias, scope.relations[0].alias, sizeof(ret->alias));
}

void generated_done(struct generated *generated)
{
    free(generated->sql);
    free(generated->predicate);
    *generated = (struct generated){0};
}
