/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FROM: tables, subqueries, CTEs, VALUES and range, joined in every way, and the predicates with subqueries. A join is
 * made on columns of one domain, so that it finds partners, and only if the estimate of its rows is bearable; the
 * estimate takes the most frequent values into account, of which some tables hold many. One thread.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gen.h"

static const double max_join_rows = 60000;
static const double max_product = 250000;

/* ---- Sources ------------------------------------------------------------------------------------------------ */

static void source_values(struct gen *gen, struct gen_relation *ret, struct buf *out)
{
    uint32_t rows = 1 + choose(gen->choices, 5);
    *ret = (struct gen_relation){.rows = rows, .column_count = 2};
    gen_new_alias(gen, ret);
    ret->columns[0] = (struct gen_column){
        .name = "c0", .type = GEN_INT, .domain = 'K', .high = 50, .distinct = rows, .heavy = 2};
    ret->columns[1] =
        (struct gen_column){.name = "c1", .type = GEN_STR, .domain = 'G', .distinct = rows, .heavy = 2};
    buf_puts(out, "(VALUES ");
    for (uint32_t i = 0; i < rows; i++) {
        buf_printf(out, "%s(%u, ", i == 0 ? "" : ", ", choose(gen->choices, 50));
        gen_constant(gen, NULL, GEN_STR, out);
        buf_putc(out, ')');
    }
    buf_printf(out, ") %s(c0, c1)", ret->alias);
    gen_use(gen, GEN_VALUES);
}

static void source_range(struct gen *gen, struct gen_relation *ret, struct buf *out)
{
    uint32_t rows = 1 + choose(gen->choices, 400);
    *ret = (struct gen_relation){.rows = rows, .column_count = 1};
    gen_new_alias(gen, ret);
    ret->columns[0] = (struct gen_column){
        .name = "c0", .type = GEN_INT, .domain = 'K', .high = (int32_t)rows, .distinct = rows, .heavy = 1};
    buf_printf(out, "range(%u) %s(c0)", rows, ret->alias);
    gen_use(gen, GEN_RANGE);
}

static void source_derived(struct gen *gen, struct gen_relation *ret, struct buf *out)
{
    struct gen_output output;
    gen->depth++;
    buf_putc(out, '(');
    gen_select(gen, &output, out);
    gen->depth--;
    *ret = (struct gen_relation){.rows = output.rows, .column_count = output.count};
    memcpy(ret->columns, output.columns, sizeof(ret->columns));
    gen_new_alias(gen, ret);
    buf_printf(out, ") %s", ret->alias);
    gen_use(gen, GEN_DERIVED);
}

static void source_cte(struct gen *gen, struct gen_relation *ret, struct buf *out)
{
    uint32_t number = choose(gen->choices, (uint32_t)gen->cte_count);
    *ret = gen->ctes[number];
    gen_new_alias(gen, ret);
    buf_printf(out, "%s %s", gen->ctes[number].alias, ret->alias);
}

static void source(struct gen *gen, struct gen_relation *ret, struct buf *out)
{
    uint32_t kind = choose(gen->choices, 100);
    if (gen->cte_count > 0 && kind >= 50 && kind < 75) {
        source_cte(gen, ret, out);
    } else if (kind >= 85 && gen->depth < 2) {
        source_derived(gen, ret, out);
    } else if (kind == 84) {
        source_values(gen, ret, out);
    } else if (kind == 83) {
        source_range(gen, ret, out);
    } else {
        const char *table = gen_base_table(gen, ret);
        buf_printf(out, "%s %s", table, ret->alias);
    }
}

/* ---- Joins -------------------------------------------------------------------------------------------------- */

/* A pair of columns that a join can be made on. */
struct pair {
    const struct gen_relation *left_relation;
    const struct gen_column *left;
    const struct gen_column *right;
};

enum {
    MAX_PAIRS = 64
};

static size_t find_pairs(const struct gen_scope *scope, const struct gen_relation *right, struct pair *pairs)
{
    size_t count = 0;
    for (size_t r = 0; r < scope->count; r++) {
        const struct gen_relation *left = &scope->relations[r];
        for (size_t i = 0; i < left->column_count; i++) {
            for (size_t j = 0; j < right->column_count; j++) {
                const struct gen_column *a = &left->columns[i];
                const struct gen_column *b = &right->columns[j];
                if (a->domain != 0 && a->domain == b->domain && a->type == b->type && count < MAX_PAIRS) {
                    pairs[count++] = (struct pair){left, a, b};
                }
            }
        }
    }
    return count;
}

static double scope_rows(const struct gen_scope *scope)
{
    double rows = 0;
    for (size_t r = 0; r < scope->count; r++) {
        rows = fmax(rows, scope->relations[r].rows);
    }
    return rows;
}

static double join_rows(const struct gen_scope *scope, const struct pair *pair,
                        const struct gen_relation *right)
{
    double rows = scope_rows(scope);
    double share = pair->left_relation->rows > 0 ? rows / pair->left_relation->rows : 1;
    double distinct = fmax(1, fmax(pair->left->distinct, pair->right->distinct));
    double even = rows * right->rows / distinct;
    return even + share * pair->left->heavy * pair->right->heavy;
}

/* Every relation of a join has as many rows as the join: what its columns say of their values scales with it. */
static void scale_scope(struct gen_scope *scope, double rows)
{
    for (size_t r = 0; r < scope->count; r++) {
        struct gen_relation *relation = &scope->relations[r];
        double factor = relation->rows > 0 ? rows / relation->rows : 1;
        relation->rows = rows;
        for (size_t c = 0; c < relation->column_count; c++) {
            relation->columns[c].heavy *= fmax(1, factor);
        }
    }
}

static void equality(struct gen *gen, const struct pair *pair, const struct gen_relation *right,
                     struct buf *out)
{
    gen_column_ref(pair->left_relation, pair->left, out);
    buf_puts(out, choose_yes(gen->choices, 8) && pair->left->heavy * pair->right->heavy < 1000
                      ? " IS NOT DISTINCT FROM "
                      : " = ");
    gen_column_ref(right, pair->right, out);
}

/* What is asked of a pair of rows beyond the equality. */
static void residual(struct gen *gen, const struct gen_scope *scope, const struct gen_relation *right,
                     struct buf *out)
{
    static const enum gen_type types[] = {GEN_INT, GEN_DEC, GEN_DBL, GEN_DATE, GEN_STR};
    enum gen_type type = types[choose(gen->choices, sizeof(types) / sizeof(types[0]))];
    struct gen_scope right_scope = {.count = 1};
    right_scope.relations[0] = *right;
    buf_puts(out, " AND ");
    gen_expr(gen, scope, type, 1, out);
    gen_comparison(gen, out);
    gen_expr(gen, &right_scope, type, 1, out);
    gen_use(gen, GEN_JOIN_RESIDUAL);
}

struct join_kind {
    const char *words;
    enum gen_feature feature;
};
static const struct join_kind join_kinds[] = {
    {" JOIN ", GEN_JOIN_INNER},     {" JOIN ", GEN_JOIN_INNER},     {", ", GEN_JOIN_COMMA},
    {" LEFT JOIN ", GEN_JOIN_LEFT}, {" LEFT JOIN ", GEN_JOIN_LEFT}, {" RIGHT JOIN ", GEN_JOIN_RIGHT},
    {" FULL JOIN ", GEN_JOIN_FULL}, {" SEMI JOIN ", GEN_JOIN_SEMI}, {" ANTI JOIN ", GEN_JOIN_ANTI},
};

/* A join that is being made. */
struct join {
    struct gen_scope *scope; /* of what stands left of it, later also of its right side */
    struct gen_relation right;
    struct buf right_sql;
    struct pair pairs[MAX_PAIRS]; /* columns that it may be made on */
    size_t pair_count;
    bool last;        /* no other join follows: a comma may stand here */
    struct buf *from; /* what is written */
    struct buf *where;
};

/* Joins on one or two equalities; there is at least one pair. */
static void join_equal(struct gen *gen, struct join *join)
{
    const struct join_kind *kind =
        &join_kinds[choose(gen->choices, sizeof(join_kinds) / sizeof(join_kinds[0]))];
    if (kind->feature == GEN_JOIN_COMMA && !join->last) {
        kind = &join_kinds[0];
    }
    const struct pair *pair = &join->pairs[choose(gen->choices, (uint32_t)join->pair_count)];
    bool comma = kind->feature == GEN_JOIN_COMMA;
    struct buf *out = comma ? join->where : join->from;
    double rows = join_rows(join->scope, pair, &join->right);
    gen_use(gen, kind->feature);
    buf_puts(join->from, kind->words);
    buf_append(join->from, join->right_sql.data, join->right_sql.size);
    buf_puts(join->from, comma ? "" : " ON ");
    equality(gen, pair, &join->right, out);
    if (join->pair_count > 1 && choose_yes(gen->choices, 15)) {
        buf_puts(out, " AND ");
        equality(gen, &join->pairs[choose(gen->choices, (uint32_t)join->pair_count)], &join->right, out);
        gen_use(gen, GEN_JOIN_TWO_KEYS);
    }
    if (choose_yes(gen->choices, 20)) {
        residual(gen, join->scope, &join->right, out);
    }
    buf_puts(out, comma ? " AND " : "");
    if (kind->feature == GEN_JOIN_SEMI || kind->feature == GEN_JOIN_ANTI) {
        return;
    }
    rows = fmax(rows, fmax(scope_rows(join->scope), join->right.rows));
    join->scope->relations[join->scope->count++] = join->right;
    scale_scope(join->scope, rows);
}

/* Without an equality: a cross product of small sides, or a join on an inequality. */
static void join_unequal(struct gen *gen, struct join *join)
{
    double rows = scope_rows(join->scope) * join->right.rows;
    bool cross = rows < 10000 && choose_yes(gen->choices, 50);
    buf_puts(join->from, cross ? " CROSS JOIN " : choose_yes(gen->choices, 50) ? " LEFT JOIN " : " JOIN ");
    buf_append(join->from, join->right_sql.data, join->right_sql.size);
    if (cross) {
        gen_use(gen, GEN_JOIN_CROSS);
    } else {
        struct gen_scope right_scope = {.count = 1};
        right_scope.relations[0] = join->right;
        buf_puts(join->from, " ON ");
        gen_expr(gen, join->scope, GEN_INT, 1, join->from);
        buf_puts(join->from, choose_yes(gen->choices, 50) ? " < " : " > ");
        gen_expr(gen, &right_scope, GEN_INT, 1, join->from);
        gen_use(gen, GEN_JOIN_INEQUALITY);
    }
    join->scope->relations[join->scope->count++] = join->right;
    scale_scope(join->scope, rows);
}

static void find_bearable_pairs(struct join *join)
{
    size_t count = find_pairs(join->scope, &join->right, join->pairs);
    join->pair_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (join_rows(join->scope, &join->pairs[i], &join->right) <= max_join_rows) {
            join->pairs[join->pair_count++] = join->pairs[i];
        }
    }
}

/* Tries to add one more relation: some attempts to find one that has a key in common, then any. Without a bearable
 * way to join it, it is left out. */
static void add_join(struct gen *gen, struct join *join)
{
    for (uint32_t attempt = 0; attempt < 6; attempt++) {
        gen_buf_init(&join->right_sql);
        source(gen, &join->right, &join->right_sql);
        find_bearable_pairs(join);
        bool unequal = attempt == 5 || choose_yes(gen->choices, 4);
        if (join->pair_count > 0) {
            join_equal(gen, join);
        } else if (unequal && scope_rows(join->scope) * join->right.rows <= max_product) {
            join_unequal(gen, join);
        }
        buf_done(&join->right_sql);
        if (join->pair_count > 0 || unequal) {
            return;
        }
    }
}

/* ", unnest(t0.nums) AS t5(c0)": a row per element. */
static void add_unnest(struct gen *gen, struct gen_scope *scope, struct buf *from)
{
    const struct gen_relation *relation = NULL;
    bool ints = !choose_yes(gen->choices, 30);
    const struct gen_column *column = gen_pick(gen, scope, ints ? GEN_INTS : GEN_STRS, 0, &relation);
    if (column == NULL || scope_rows(scope) > max_join_rows / 4) {
        return;
    }
    struct gen_relation elements = {.rows = scope_rows(scope) * 3, .column_count = 1};
    gen_new_alias(gen, &elements);
    elements.columns[0] = (struct gen_column){.name = "c0",
                                              .type = ints ? GEN_INT : GEN_STR,
                                              .high = 100,
                                              .distinct = 100,
                                              .heavy = elements.rows / 5};
    buf_puts(from, ", unnest(");
    gen_column_ref(relation, column, from);
    buf_printf(from, ") AS %s(c0)", elements.alias);
    scope->relations[scope->count++] = elements;
    scale_scope(scope, elements.rows);
    gen_use(gen, GEN_UNNEST);
}

void gen_from(struct gen *gen, struct gen_scope *scope, struct buf *from, struct buf *where)
{
    static const uint8_t joins_by_choice[] = {0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4};
    uint32_t joins = joins_by_choice[choose(gen->choices, sizeof(joins_by_choice))];
    *scope = (struct gen_scope){.count = 1};
    source(gen, &scope->relations[0], from);
    for (uint32_t i = 0; i < joins && scope->count < GEN_MAX_RELATIONS - 1; i++) {
        struct join join = {.scope = scope, .last = i == joins - 1, .from = from, .where = where};
        add_join(gen, &join);
    }
    if (choose_yes(gen->choices, 8)) {
        add_unnest(gen, scope, from);
    }
}

/* ---- Subqueries in expressions ------------------------------------------------------------------------------ */

/* FROM and WHERE of a subquery over `inner`, whose SQL name is `table`. */
static void subquery_tail(struct gen *gen, const struct gen_scope *outer, const struct gen_scope *inner,
                          const char *table, bool correlate, struct buf *out)
{
    const struct gen_relation *relation = &inner->relations[0];
    struct pair pairs[MAX_PAIRS];
    size_t count = correlate ? find_pairs(outer, relation, pairs) : 0;
    const char *word = " WHERE ";
    buf_printf(out, " FROM %s %s", table, relation->alias);
    if (count > 0) {
        const struct pair *pair = &pairs[choose(gen->choices, (uint32_t)count)];
        buf_puts(out, word);
        gen_column_ref(pair->left_relation, pair->left, out);
        buf_puts(out, " = ");
        gen_column_ref(relation, pair->right, out);
        word = " AND ";
        gen_use(gen, GEN_CORRELATED);
    }
    if (choose_yes(gen->choices, 60)) {
        buf_puts(out, word);
        gen_predicate(gen, inner, 1, out);
    }
}

static void in_predicate(struct gen *gen, const struct gen_scope *scope, const struct gen_scope *inner,
                         const char *table, struct buf *out)
{
    struct pair pairs[MAX_PAIRS];
    size_t count = find_pairs(scope, &inner->relations[0], pairs);
    if (count == 0) {
        buf_puts(out, "true");
        return;
    }
    const struct pair *pair = &pairs[choose(gen->choices, (uint32_t)count)];
    bool negative = choose_yes(gen->choices, 40);
    gen_use(gen, negative ? GEN_NOT_IN_SUBQUERY : GEN_IN_SUBQUERY);
    gen_column_ref(pair->left_relation, pair->left, out);
    buf_puts(out, negative ? " NOT IN (SELECT " : " IN (SELECT ");
    gen_column_ref(&inner->relations[0], pair->right, out);
    subquery_tail(gen, scope, inner, table, choose_yes(gen->choices, 15), out);
    buf_putc(out, ')');
}

static void exists_predicate(struct gen *gen, const struct gen_scope *scope, const struct gen_scope *inner,
                             const char *table, struct buf *out)
{
    bool negative = choose_yes(gen->choices, 40);
    gen_use(gen, negative ? GEN_NOT_EXISTS : GEN_EXISTS);
    buf_puts(out, negative ? "NOT EXISTS (SELECT 1" : "EXISTS (SELECT 1");
    subquery_tail(gen, scope, inner, table, true, out);
    buf_putc(out, ')');
}

static void quantified_predicate(struct gen *gen, const struct gen_scope *scope,
                                 const struct gen_scope *inner, const char *table, struct buf *out)
{
    static const char *const signs[] = {" > ", " < ", " >= ", " <= ", " = ", " <> "};
    static const enum gen_type types[] = {GEN_INT, GEN_DEC, GEN_DATE};
    enum gen_type type = types[choose(gen->choices, sizeof(types) / sizeof(types[0]))];
    gen_expr(gen, scope, type, 0, out);
    buf_puts(out, signs[choose(gen->choices, sizeof(signs) / sizeof(signs[0]))]);
    buf_puts(out, choose_yes(gen->choices, 50) ? "ALL (SELECT " : "ANY (SELECT ");
    gen_expr(gen, inner, type, 0, out);
    subquery_tail(gen, scope, inner, table, false, out);
    buf_putc(out, ')');
    gen_use(gen, GEN_QUANTIFIED);
}

enum gen_type gen_scalar_subquery(struct gen *gen, const struct gen_scope *scope, struct buf *out)
{
    static const char *const functions[] = {"max(", "min(", "sum("};
    static const enum gen_type types[] = {GEN_INT, GEN_DEC, GEN_DBL};
    struct gen_scope inner = {.count = 1};
    const char *table = gen_base_table(gen, &inner.relations[0]);
    enum gen_type type = types[choose(gen->choices, 3)];
    uint32_t function = choose(gen->choices, 4);
    gen_use(gen, GEN_SCALAR_SUBQUERY);
    buf_puts(out, "(SELECT ");
    if (function == 3) {
        buf_puts(out, "count(*)");
        type = GEN_INT;
    } else {
        buf_puts(out, functions[function]);
        gen_expr(gen, &inner, type, 1, out);
        buf_puts(out, function == 2 ? ") % 1000" : ")");
    }
    subquery_tail(gen, scope, &inner, table, choose_yes(gen->choices, 70), out);
    buf_putc(out, ')');
    return type;
}

void gen_subquery_predicate(struct gen *gen, const struct gen_scope *scope, struct buf *out)
{
    struct gen_scope inner = {.count = 1};
    uint32_t kind = choose(gen->choices, 10);
    if (kind >= 8) {
        struct buf subquery;
        gen_buf_init(&subquery);
        enum gen_type type = gen_scalar_subquery(gen, scope, &subquery);
        gen_expr(gen, scope, type, 1, out);
        gen_comparison(gen, out);
        gen_buf_move(out, &subquery);
        return;
    }
    const char *table = gen_base_table(gen, &inner.relations[0]);
    if (kind < 4) {
        in_predicate(gen, scope, &inner, table, out);
    } else if (kind < 7) {
        exists_predicate(gen, scope, &inner, table, out);
    } else {
        quantified_predicate(gen, scope, &inner, table, out);
    }
}
