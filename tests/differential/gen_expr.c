/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions and predicates. Integers stay small by `% 1000` before they grow, so that no product overflows, floats
 * by staying multiples of 1/4, so that their sums are exact. Nothing here can fail at run time. One thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

static const char *const feature_names[] = {
#define FEATURE(TAG, name) name,
    GEN_FEATURES(FEATURE)
#undef FEATURE
};

const char *gen_feature_name(enum gen_feature feature)
{
    return feature_names[feature];
}

void gen_buf_init(struct buf *buf)
{
    buf_init(buf, 1 << 20);
}

void gen_buf_move(struct buf *out, struct buf *from)
{
    buf_append(out, from->data, from->size);
    out->failed |= from->failed;
    buf_done(from);
}

/* ---- Columns ------------------------------------------------------------------------------------------------ */

static bool column_fits(const struct gen_column *column, enum gen_type type, char domain)
{
    return column->type == type && (domain == 0 || column->domain == domain);
}

/* The `skip`-th column for which type (GEN_TYPE_COUNT: any exact one) and domain fit; counts them if skip is
 * SIZE_MAX. */
static const struct gen_column *find_column(const struct gen_scope *scope, enum gen_type type, char domain,
                                            size_t skip, size_t *ret_count,
                                            const struct gen_relation **ret_relation)
{
    size_t count = 0;
    for (size_t r = 0; r < scope->count; r++) {
        const struct gen_relation *relation = &scope->relations[r];
        for (size_t c = 0; c < relation->column_count; c++) {
            const struct gen_column *column = &relation->columns[c];
            bool fits =
                type == GEN_TYPE_COUNT ? column->type != GEN_INEXACT : column_fits(column, type, domain);
            if (fits && count++ == skip) {
                *ret_relation = relation;
                return column;
            }
        }
    }
    *ret_count = count;
    return NULL;
}

const struct gen_column *gen_pick(struct gen *gen, const struct gen_scope *scope, enum gen_type type,
                                  char domain, const struct gen_relation **ret_relation)
{
    size_t count = 0;
    find_column(scope, type, domain, SIZE_MAX, &count, ret_relation);
    if (count == 0) {
        return NULL;
    }
    return find_column(scope, type, domain, choose(gen->choices, (uint32_t)count), &count, ret_relation);
}

const struct gen_column *gen_pick_any(struct gen *gen, const struct gen_scope *scope,
                                      const struct gen_relation **ret_relation)
{
    const struct gen_column *column = gen_pick(gen, scope, GEN_TYPE_COUNT, 0, ret_relation);
    if (column != NULL && column->type == GEN_ANY) {
        gen_use(gen, GEN_OPAQUE);
    }
    return column;
}

void gen_column_ref(const struct gen_relation *relation, const struct gen_column *column, struct buf *out)
{
    buf_printf(out, "%s.%s", relation->alias, column->name);
}

/* A column as an operand: small integer types widened, so that sums of two do not overflow. */
static void operand(const struct gen_relation *relation, const struct gen_column *column, struct buf *out)
{
    gen_column_ref(relation, column, out);
    if (column->type == GEN_INT) {
        buf_puts(out, "::BIGINT");
    }
}

/* ---- Constants ---------------------------------------------------------------------------------------------- */

static const char *const some_strings[] = {"'alpha'",         "''",         "'a'",     "'m'",       "'été'",
                                           "'It''s'",         "'dim-1'",    "'north'", "'SYM3'",    "'row 7'",
                                           "'exactly13byte'", "'日本'",     "'own'",   "'Brand#2'", "'R'",
                                           "'AIR'",           "'1-URGENT'", "'Z'"};

void gen_constant(struct gen *gen, const struct gen_column *like, enum gen_type type, struct buf *out)
{
    static const struct gen_column any = {.low = -100, .high = 1000};
    const struct gen_column *range = like == NULL ? &any : like;
    int64_t number = choose_between(gen->choices, range->low, range->high);
    switch (type) {
    case GEN_INT:
        buf_printf(out, number < 0 ? "(%" PRId64 ")" : "%" PRId64, number);
        break;
    case GEN_DEC:
        buf_printf(out, number < 0 ? "(%" PRId64 ".%02u)" : "%" PRId64 ".%02u", number,
                   choose(gen->choices, 100));
        break;
    case GEN_DBL:
        buf_printf(out, "(%" PRId64 " / 4)", number * 4 + choose(gen->choices, 4));
        break;
    case GEN_STR:
        buf_puts(out, some_strings[choose(gen->choices, sizeof(some_strings) / sizeof(some_strings[0]))]);
        break;
    case GEN_DATE:
        buf_printf(out, "(DATE '2020-01-01' + %" PRId64 ")", number);
        break;
    case GEN_TS:
        buf_printf(out, "(TIMESTAMP '2020-01-01' + INTERVAL (%" PRId64 ") HOUR)", number * 24 + 7);
        break;
    case GEN_BOOL:
        buf_puts(out, number % 2 == 0 ? "true" : "false");
        break;
    case GEN_INTS:
        buf_printf(out, "[%" PRId64 ", NULL, 5]", number);
        break;
    case GEN_STRS:
        buf_puts(out, "['red', NULL, 'x']");
        break;
    case GEN_ANY:
    case GEN_INEXACT:
    case GEN_TYPE_COUNT:
        buf_puts(out, "NULL");
        break;
    }
}

/* ---- Expressions -------------------------------------------------------------------------------------------- */

static const enum gen_type no_type = GEN_TYPE_COUNT;

/* The ways to make an expression of a type; see gen_fill. */
static const char *const int_forms[] = {"(%i + %i)",
                                        "(%i - %i)",
                                        "abs(%i)",
                                        "(%i %% 1000 * %c)",
                                        "(%i // %c)",
                                        "(%i %% %c)",
                                        "coalesce(%i, %c)",
                                        "nullif(%i, %c)",
                                        "greatest(%i, %i)",
                                        "least(%i, %i, %c)",
                                        "length(%s)",
                                        "year(%d)",
                                        "month(%d)",
                                        "date_diff('day', %d, DATE '2020-06-01')",
                                        "CASE WHEN %b THEN %i ELSE %i END",
                                        "CASE WHEN %b THEN %i END",
                                        "len(%n)",
                                        "(list_sum(%n)::BIGINT %% 1000)",
                                        "(%b)::INTEGER",
                                        "hour(%t)",
                                        "(%i & 255)",
                                        "sign(%i)",
                                        "instr(%s, 'a')",
                                        "(round(%m) %% 1000)::BIGINT",
                                        "dayofweek(%d)",
                                        "floor(%f %% 1000)::BIGINT",
                                        "(%i %% 10000)::SMALLINT::BIGINT"};
static const char *const str_forms[] = {"upper(%s)",
                                        "lower(%s)",
                                        "(%s || %s)",
                                        "substr(%s, 2, 3)",
                                        "left(%s, 2)",
                                        "coalesce(%s, '?')",
                                        "replace(%s, 'a', 'bb')",
                                        "right(%s, 4)",
                                        "(%i)::VARCHAR",
                                        "reverse(%s)",
                                        "CASE WHEN %b THEN %s ELSE %s END",
                                        "trim(%s)",
                                        "md5(%s)",
                                        "strftime(%d, '%%Y-%%m')",
                                        "lpad(left(%s, 5), 8, '*')",
                                        "concat_ws('-', %s, %i)",
                                        "regexp_replace(%s, '[aeiou]+', '_')",
                                        "(%m)::VARCHAR",
                                        "(%d)::VARCHAR",
                                        "greatest(%s, %s)",
                                        "split_part(%s, ' ', 1)",
                                        "nullif(%s, '')",
                                        "repeat(left(%s, 3), 2)"};
static const char *const dec_forms[] = {"(-%m)",
                                        "(%m + %m)",
                                        "(%m - 1.25)",
                                        "coalesce(%m, 0.00)",
                                        "abs(%m)",
                                        "(%m * %c)",
                                        "round(%m, 1)",
                                        "CASE WHEN %b THEN %m ELSE %m END",
                                        "(%i %% 1000)::DECIMAL(12, 2)",
                                        "greatest(%m, %m)",
                                        "(%m %% 100)"};
static const char *const dbl_forms[] = {"(%f + %f)",        "(%f * 2)",
                                        "abs(%f)",          "(-%f)",
                                        "(%i %% 1000 / 4)", "coalesce(%f, 0.5::DOUBLE)",
                                        "floor(%f)",        "CASE WHEN %b THEN %f ELSE %f END",
                                        "greatest(%f, %f)", "least(%f, 1000.25::DOUBLE)"};
static const char *const date_forms[] = {"(%d + %c)",
                                         "date_trunc('month', %d)::DATE",
                                         "(%t)::DATE",
                                         "last_day(%d)",
                                         "greatest(%d, DATE '2020-03-01')",
                                         "CASE WHEN %b THEN %d END",
                                         "(%d - INTERVAL 1 MONTH)::DATE"};
static const char *const ts_forms[] = {"(%t + INTERVAL 90 MINUTE)", "date_trunc('hour', %t)",
                                       "(%d)::TIMESTAMP", "CASE WHEN %b THEN %t END",
                                       "time_bucket(INTERVAL 6 HOURS, %t)"};
static const char *const bool_forms[] = {"(%b)", "(NOT (%b))", "coalesce(%b, false)"};
static const char *const ints_forms[] = {"[%i, %i, NULL]",
                                         "list_transform(%n, lambda x: x + %c)",
                                         "list_filter(%n, lambda x: x > %c)",
                                         "list_sort(%n)",
                                         "list_concat(%n, [1, NULL])",
                                         "%n[1:2]",
                                         "list_transform(%n, lambda x: x + %i)",
                                         "CASE WHEN %b THEN %n ELSE [] END",
                                         "list_reverse(%n)"};
static const char *const strs_forms[] = {"[%s, 'x']", "string_split(left(%s, 9), 'a')",
                                         "list_transform(%l, lambda x: upper(x))", "list_concat(%l, [%s])",
                                         "list_distinct(%l).list_sort()"};

struct forms {
    const char *const *items;
    uint32_t count;
};
#define FORMS(list)                                                                                          \
    {                                                                                                        \
        list, sizeof(list) / sizeof((list)[0])                                                               \
    }
static const struct forms forms_of[GEN_TYPE_COUNT] = {
    [GEN_INT] = FORMS(int_forms),   [GEN_STR] = FORMS(str_forms),   [GEN_DEC] = FORMS(dec_forms),
    [GEN_DBL] = FORMS(dbl_forms),   [GEN_DATE] = FORMS(date_forms), [GEN_TS] = FORMS(ts_forms),
    [GEN_BOOL] = FORMS(bool_forms), [GEN_INTS] = FORMS(ints_forms), [GEN_STRS] = FORMS(strs_forms)};

static enum gen_type placeholder_type(char letter)
{
    static const char letters[] = "ismfdtbnl";
    static const enum gen_type types[] = {GEN_INT, GEN_STR,  GEN_DEC,  GEN_DBL, GEN_DATE,
                                          GEN_TS,  GEN_BOOL, GEN_INTS, GEN_STRS};
    const char *hit = strchr(letters, letter);
    return hit == NULL || letter == '\0' ? no_type : types[hit - letters];
}

static enum gen_type any_column(struct gen *gen, const struct gen_scope *scope, struct buf *out)
{
    const struct gen_relation *relation = NULL;
    const struct gen_column *column = gen_pick_any(gen, scope, &relation);
    if (column == NULL) {
        buf_puts(out, "1");
        return GEN_INT;
    }
    gen_column_ref(relation, column, out);
    return column->type;
}

enum gen_type gen_fill(struct gen *gen, const struct gen_scope *scope, const char *form, uint32_t depth,
                       struct buf *out)
{
    enum gen_type first_type = no_type;
    char *first = NULL;
    for (; *form != '\0'; form++) {
        if (form[0] != '%' || form[1] == '%') {
            buf_putc(out, *form);
            form += form[0] == '%' ? 1 : 0;
            continue;
        }
        enum gen_type type = placeholder_type(*++form);
        size_t start = out->size;
        if (*form == 'c') {
            buf_printf(out, "%u", 1 + choose(gen->choices, 20));
        } else if (*form == '1') {
            buf_puts(out, first == NULL ? "NULL" : first);
        } else if (*form == 'b') {
            gen_predicate(gen, scope, depth, out);
        } else if (*form == 'x') {
            type = any_column(gen, scope, out);
        } else {
            gen_expr(gen, scope, type, depth, out);
        }
        if (first == NULL) {
            first = xstrndup(out->data + start, out->size - start);
            first_type = type;
        }
    }
    free(first);
    return first_type;
}

/* How a type is made of another one, where the scope has no column of it: first of INT, else of STR. */
static const char *const from_int[GEN_TYPE_COUNT] = {
    [GEN_STR] = "(%i)::VARCHAR",
    [GEN_DEC] = "(%i %% 1000)::DECIMAL(12, 2)",
    [GEN_DBL] = "(%i %% 1000 / 4)",
    [GEN_DATE] = "(DATE '2020-01-01' + (%i %% 500)::INTEGER)",
    [GEN_TS] = "(TIMESTAMP '2020-01-01' + to_hours(%i %% 5000))",
    [GEN_BOOL] = "(%i %% 2 = 0)",
    [GEN_INTS] = "[%i, NULL]",
    [GEN_STRS] = "[(%i)::VARCHAR, 'x']"};
static const char *const from_str[GEN_TYPE_COUNT] = {[GEN_INT] = "length(%s)",
                                                     [GEN_DEC] = "length(%s)::DECIMAL(12, 2)",
                                                     [GEN_DBL] = "(length(%s) / 4)",
                                                     [GEN_DATE] = "(DATE '2020-01-01' + length(%s)::INTEGER)",
                                                     [GEN_TS] =
                                                         "(TIMESTAMP '2020-01-01' + to_hours(length(%s)))",
                                                     [GEN_BOOL] = "(%s < 'm')",
                                                     [GEN_INTS] = "[length(%s), NULL]",
                                                     [GEN_STRS] = "[%s, NULL]"};

static void leaf(struct gen *gen, const struct gen_scope *scope, enum gen_type type, struct buf *out)
{
    const struct gen_relation *relation = NULL;
    const struct gen_column *column = gen_pick(gen, scope, type, 0, &relation);
    if (column != NULL) {
        operand(relation, column, out);
        return;
    }
    size_t ints = 0;
    size_t strings = 0;
    find_column(scope, GEN_INT, 0, SIZE_MAX, &ints, &relation);
    find_column(scope, GEN_STR, 0, SIZE_MAX, &strings, &relation);
    if (ints > 0 && from_int[type] != NULL) {
        gen_fill(gen, scope, from_int[type], 0, out);
    } else if (strings > 0 && from_str[type] != NULL) {
        gen_fill(gen, scope, from_str[type], 0, out);
    } else {
        gen_constant(gen, NULL, type, out);
    }
}

void gen_expr(struct gen *gen, const struct gen_scope *scope, enum gen_type type, uint32_t depth,
              struct buf *out)
{
    const struct forms *forms = &forms_of[type];
    if (depth == 0 || forms->count == 0 || !choose_yes(gen->choices, 60)) {
        leaf(gen, scope, type, out);
        return;
    }
    if (type == GEN_INTS || type == GEN_STRS) {
        gen_use(gen, GEN_LIST_FUNCTION);
    }
    gen_fill(gen, scope, forms->items[choose(gen->choices, forms->count)], depth - 1, out);
}

/* ---- Predicates --------------------------------------------------------------------------------------------- */

void gen_comparison(struct gen *gen, struct buf *out)
{
    static const char *const signs[] = {
        " > ", " < ", " = ", " >= ", " <= ", " <> ", " IS NOT DISTINCT FROM ", " IS DISTINCT FROM "};
    buf_puts(out, signs[choose(gen->choices, sizeof(signs) / sizeof(signs[0]))]);
}

/* `column sign constant`, with a constant of the column's range. */
static void compare_column(struct gen *gen, const struct gen_relation *relation,
                           const struct gen_column *column, struct buf *out)
{
    gen_column_ref(relation, column, out);
    if (column->type == GEN_ANY) {
        buf_puts(out, choose_yes(gen->choices, 50) ? " IS NOT NULL" : " IS NULL");
        return;
    }
    bool list = column->type == GEN_INTS || column->type == GEN_STRS;
    switch (choose(gen->choices, list ? 3 : 5)) {
    case 0:
    case 1:
        gen_comparison(gen, out);
        gen_constant(gen, column, column->type, out);
        break;
    case 2:
        buf_puts(out, choose_yes(gen->choices, 50) ? " IS NOT NULL" : " IS NULL");
        break;
    case 3:
        buf_puts(out, choose_yes(gen->choices, 30) ? " NOT BETWEEN " : " BETWEEN ");
        gen_constant(gen, column, column->type, out);
        buf_puts(out, " AND ");
        gen_constant(gen, column, column->type, out);
        break;
    default:
        buf_puts(out, choose_yes(gen->choices, 30) ? " NOT IN (" : " IN (");
        for (uint32_t i = choose(gen->choices, 4) + 1; i > 0; i--) {
            gen_constant(gen, column, column->type, out);
            buf_puts(out, i == 1 ? ")" : ", ");
        }
    }
}

static void compare_expressions(struct gen *gen, const struct gen_scope *scope, uint32_t depth,
                                struct buf *out)
{
    static const enum gen_type types[] = {GEN_INT, GEN_STR, GEN_DEC, GEN_DBL, GEN_DATE, GEN_TS};
    enum gen_type type = types[choose(gen->choices, sizeof(types) / sizeof(types[0]))];
    gen_expr(gen, scope, type, depth, out);
    if (type == GEN_STR && choose_yes(gen->choices, 30)) {
        static const char *const patterns[] = {" LIKE '%a%'", " LIKE 'd_m%'", " NOT LIKE '%e'", " ILIKE 'A%'",
                                               " SIMILAR TO '[a-z ]+'"};
        buf_puts(out, patterns[choose(gen->choices, sizeof(patterns) / sizeof(patterns[0]))]);
        return;
    }
    gen_comparison(gen, out);
    gen_expr(gen, scope, type, depth, out);
}

void gen_predicate(struct gen *gen, const struct gen_scope *scope, uint32_t depth, struct buf *out)
{
    const struct gen_relation *relation = NULL;
    uint32_t kind = choose(gen->choices, depth == 0 ? 4 : 8);
    if (kind < 4) {
        const struct gen_column *column = gen_pick_any(gen, scope, &relation);
        if (column == NULL) {
            buf_puts(out, "true");
        } else {
            compare_column(gen, relation, column, out);
        }
        return;
    }
    buf_putc(out, '(');
    switch (kind) {
    case 4:
        compare_expressions(gen, scope, depth - 1, out);
        break;
    case 5:
    case 6:
        gen_predicate(gen, scope, depth - 1, out);
        buf_puts(out, kind == 5 ? " AND " : " OR ");
        gen_predicate(gen, scope, depth - 1, out);
        break;
    default:
        buf_puts(out, "NOT ");
        gen_predicate(gen, scope, depth - 1, out);
    }
    buf_putc(out, ')');
}
