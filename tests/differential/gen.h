/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_GEN_H
#define DIFFER_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "choices.h"
#include "util.h"

/*
 * The generator of random queries. It writes SQL text directly, from choices. Its queries have one right answer
 * each: sums are over exactly summable numbers, a LIMIT has an order by every column, frames of rows too.
 */

/* What a query uses, counted in the report. FEATURE(TAG, name). */
#define GEN_FEATURES(FEATURE)                                                                                \
    FEATURE(FILTER, "filter")                                                                                \
    FEATURE(JOIN_INNER, "inner join")                                                                        \
    FEATURE(JOIN_COMMA, "join in WHERE")                                                                     \
    FEATURE(JOIN_LEFT, "left join")                                                                          \
    FEATURE(JOIN_RIGHT, "right join")                                                                        \
    FEATURE(JOIN_FULL, "full join")                                                                          \
    FEATURE(JOIN_SEMI, "semi join")                                                                          \
    FEATURE(JOIN_ANTI, "anti join")                                                                          \
    FEATURE(JOIN_TWO_KEYS, "join on two keys")                                                               \
    FEATURE(JOIN_RESIDUAL, "join with residual")                                                             \
    FEATURE(JOIN_INEQUALITY, "join on inequality")                                                           \
    FEATURE(JOIN_CROSS, "cross join")                                                                        \
    FEATURE(IN_SUBQUERY, "IN (subquery)")                                                                    \
    FEATURE(NOT_IN_SUBQUERY, "NOT IN (subquery)")                                                            \
    FEATURE(EXISTS, "EXISTS")                                                                                \
    FEATURE(NOT_EXISTS, "NOT EXISTS")                                                                        \
    FEATURE(SCALAR_SUBQUERY, "scalar subquery")                                                              \
    FEATURE(CORRELATED, "correlated subquery")                                                               \
    FEATURE(QUANTIFIED, "ANY, ALL")                                                                          \
    FEATURE(AGGREGATE, "grouped aggregate")                                                                  \
    FEATURE(AGGREGATE_UNGROUPED, "ungrouped aggregate")                                                      \
    FEATURE(AGGREGATE_DISTINCT, "DISTINCT aggregate")                                                        \
    FEATURE(AGGREGATE_FILTER, "FILTER clause")                                                               \
    FEATURE(AGGREGATE_HOLISTIC, "median, list, …")                                                           \
    FEATURE(GROUPING_SETS, "grouping sets")                                                                  \
    FEATURE(HAVING, "HAVING")                                                                                \
    FEATURE(DISTINCT, "DISTINCT")                                                                            \
    FEATURE(DISTINCT_ON, "DISTINCT ON")                                                                      \
    FEATURE(WINDOW, "window")                                                                                \
    FEATURE(QUALIFY, "QUALIFY")                                                                              \
    FEATURE(UNION_ALL, "UNION ALL")                                                                          \
    FEATURE(UNION, "UNION")                                                                                  \
    FEATURE(EXCEPT, "EXCEPT")                                                                                \
    FEATURE(INTERSECT, "INTERSECT")                                                                          \
    FEATURE(ORDER_BY, "ORDER BY")                                                                            \
    FEATURE(LIMIT, "LIMIT")                                                                                  \
    FEATURE(CTE, "CTE")                                                                                      \
    FEATURE(CTE_MATERIALIZED, "MATERIALIZED CTE")                                                            \
    FEATURE(DERIVED, "subquery in FROM")                                                                     \
    FEATURE(UNNEST, "unnest")                                                                                \
    FEATURE(VALUES, "VALUES")                                                                                \
    FEATURE(RANGE, "range")                                                                                  \
    FEATURE(LIST_FUNCTION, "list functions")                                                                 \
    FEATURE(OPAQUE, "columns of odd types")

enum gen_feature {
#define FEATURE(TAG, name) GEN_##TAG,
    GEN_FEATURES(FEATURE)
#undef FEATURE
    GEN_FEATURE_COUNT
};
const char *gen_feature_name(enum gen_feature feature);

/* Classes of types: an expression of a class can stand wherever another can. */
enum gen_type {
    GEN_INT = 0, /* integers within +-10^7 */
    GEN_STR,
    GEN_DEC, /* DECIMALs of two digits */
    GEN_DBL, /* FLOAT or DOUBLE, small multiples of 1/4: exactly summable */
    GEN_DATE,
    GEN_TS,
    GEN_BOOL,
    GEN_INTS, /* lists */
    GEN_STRS,
    GEN_ANY,     /* of a type that is only read, grouped, counted and compared with itself */
    GEN_INEXACT, /* a float that is only output */
    GEN_TYPE_COUNT
};

enum {
    GEN_MAX_COLUMNS = 20,
    GEN_MAX_RELATIONS = 6,
    GEN_MAX_CTES = 2
};

/* A column. Columns of one `domain` (not 0) hold the same kind of key. */
struct gen_column {
    const char *name; /* as it is written behind "alias." */
    enum gen_type type;
    char domain;
    int32_t low; /* the range of its values, for constants */
    int32_t high;
    double distinct; /* about how many values it has */
    double heavy;    /* rows of its most frequent value */
};

struct gen_relation {
    char alias[8];
    struct gen_column columns[GEN_MAX_COLUMNS];
    size_t column_count;
    double rows;
};

/* The relations that an expression can refer to. */
struct gen_scope {
    struct gen_relation relations[GEN_MAX_RELATIONS];
    size_t count;
};

/* What a SELECT puts out; its columns are named c0, c1, … */
struct gen_output {
    struct gen_column columns[GEN_MAX_COLUMNS];
    size_t count;
    double rows;
    bool exact; /* no GEN_INEXACT among them */
};

struct gen {
    struct choices *choices;
    bool tpch; /* the tables of TPC-H are there, too */
    uint64_t features;
    uint32_t aliases; /* made so far */
    uint32_t depth;   /* of subqueries */
    struct gen_relation ctes[GEN_MAX_CTES];
    size_t cte_count;
};

struct generated {
    char *sql;
    uint64_t features; /* bit per enum gen_feature */
    bool ordered;      /* it orders its rows completely */
    char *predicate;   /* over its output as a relation of that alias, with generate_split */
    char alias[8];
};

/* Makes one query; the caller frees it with generated_done. */
void generate(struct choices *choices, bool tpch, struct generated *ret);
/* Makes a query and a predicate over its output. It may have more rows than other queries: it is not counted instead. */
void generate_split(struct choices *choices, bool tpch, struct generated *ret);
void generated_done(struct generated *generated);

/* ---- Parts, from the leaves up ------------------------------------------------------------------------------ */

static inline void gen_use(struct gen *gen, enum gen_feature feature)
{
    gen->features |= UINT64_C(1) << feature;
}

void gen_buf_init(struct buf *buf);
/* Appends `from` and frees it. */
void gen_buf_move(struct buf *out, struct buf *from);

/* Puts a table of the data set in, with a new alias. Its SQL name is returned. */
const char *gen_base_table(struct gen *gen, struct gen_relation *ret);
void gen_new_alias(struct gen *gen, struct gen_relation *ret);

/* A column of a type (or of a domain, if it is not 0); NULL if the scope has none. */
const struct gen_column *gen_pick(struct gen *gen, const struct gen_scope *scope, enum gen_type type,
                                  char domain, const struct gen_relation **ret_relation);
/* Any column that is exact; NULL if there is none. */
const struct gen_column *gen_pick_any(struct gen *gen, const struct gen_scope *scope,
                                      const struct gen_relation **ret_relation);
void gen_column_ref(const struct gen_relation *relation, const struct gen_column *column, struct buf *out);

void gen_constant(struct gen *gen, const struct gen_column *like, enum gen_type type, struct buf *out);
void gen_expr(struct gen *gen, const struct gen_scope *scope, enum gen_type type, uint32_t depth,
              struct buf *out);
void gen_predicate(struct gen *gen, const struct gen_scope *scope, uint32_t depth, struct buf *out);
/*
 * Writes a form: text in which %i stands for an expression of type INT, %s STR, %m DEC (money), %f DBL, %d DATE, %t TS,
 * %n INTS, %l STRS, %b for a predicate, %x for any column, %c for a small positive number, %1 for what the first
 * placeholder became, once more, and %% for %. Returns the type of the first placeholder, or GEN_TYPE_COUNT.
 */
enum gen_type gen_fill(struct gen *gen, const struct gen_scope *scope, const char *form, uint32_t depth,
                       struct buf *out);
void gen_comparison(struct gen *gen, struct buf *out);

/* A predicate with a subquery in it. */
void gen_subquery_predicate(struct gen *gen, const struct gen_scope *scope, struct buf *out);
/* A scalar subquery; its type is returned. */
enum gen_type gen_scalar_subquery(struct gen *gen, const struct gen_scope *scope, struct buf *out);

/* FROM with its joins; conditions that belong into WHERE are appended to `where`, each with AND behind it. */
void gen_from(struct gen *gen, struct gen_scope *scope, struct buf *from, struct buf *where);

/* A whole SELECT without ORDER BY. */
void gen_select(struct gen *gen, struct gen_output *ret, struct buf *out);
void gen_select_aggregate(struct gen *gen, const struct gen_scope *scope, struct gen_output *ret,
                          struct buf *list, struct buf *tail);
void gen_select_window(struct gen *gen, const struct gen_scope *scope, struct gen_output *ret,
                       struct buf *list, struct buf *tail);
/* The next column of an output: writes " AS cN" and remembers its type. `like` may be NULL. */
void gen_output_add(struct gen_output *output, enum gen_type type, const struct gen_column *like,
                    struct buf *list);

#endif
