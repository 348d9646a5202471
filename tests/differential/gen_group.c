/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates and windows. What depends on the order of rows is ordered by enough to make it unique; sums inside of
 * subqueries are cut down (`% 10007`), so that sums of sums stay exact and within their types. One thread.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gen.h"

/* ---- Aggregate functions ------------------------------------------------------------------------------------ */

/* Placeholders as in gen_fill; @ is where a FILTER clause goes, else it goes behind. */
struct aggregate {
    const char *form;
    enum gen_type type;
    bool holistic;
    bool distinct;
};

static const struct aggregate aggregates[] = {
    {"count(*)", GEN_INT, false, false},
    {"sum(%i)", GEN_INT, false, false},
    {"min(%i)", GEN_INT, false, false},
    {"max(%i)", GEN_INT, false, false},
    {"count(%x)", GEN_INT, false, false},
    {"sum(%m)", GEN_DEC, false, false},
    {"avg(%m)", GEN_INEXACT, false, false},
    {"avg(%i)", GEN_INEXACT, false, false},
    {"sum(%f)", GEN_DBL, false, false},
    {"avg(%f)", GEN_INEXACT, false, false},
    {"min(%s)", GEN_STR, false, false},
    {"max(%s)", GEN_STR, false, false},
    {"min(%m)", GEN_DEC, false, false},
    {"max(%f)", GEN_DBL, false, false},
    {"min(%d)", GEN_DATE, false, false},
    {"max(%t)", GEN_TS, false, false},
    {"bool_and(%b)", GEN_BOOL, false, false},
    {"bool_or(%b)", GEN_BOOL, false, false},
    {"countif(%b)", GEN_INT, false, false},
    {"bit_xor(%i)", GEN_INT, false, false},
    {"stddev(%i)", GEN_INEXACT, false, false},
    {"var_pop(%f)", GEN_INEXACT, false, false},
    {"(corr(%i, %f)@ + 2)", GEN_INEXACT, false, false}, /* about 0 it is the noise of rounding */
    {"covar_pop(%f, %i)", GEN_INEXACT, false, false},
    {"regr_count(%i, %f)", GEN_INT, false, false},
    {"arg_max(%s, {'a': %i, 'b': %1})", GEN_STR, false, false},
    {"arg_min(%i, {'a': %m, 'b': %1})", GEN_INT, false, false},
    {"approx_count_distinct(%x)", GEN_INT, false, false},
    {"count(DISTINCT %x)", GEN_INT, false, true},
    {"sum(DISTINCT %i)", GEN_INT, false, true},
    {"avg(DISTINCT %m)", GEN_INEXACT, false, true},
    /* Of what has no lists, however few there are. */
    {"count(DISTINCT {'a': %x, 'b': %i})", GEN_INT, false, true},
    {"count(DISTINCT (%s, %i))", GEN_INT, false, true},
    {"bit_xor(DISTINCT %i)", GEN_INT, false, true},
    {"covar_pop(DISTINCT %f, %i)", GEN_INEXACT, false, true},
    {"median(%i)", GEN_INEXACT, true, false},
    {"quantile_disc(%i, 0.75)", GEN_INT, true, false},
    {"quantile_cont(%f, 0.25)", GEN_INEXACT, true, false},
    {"list_sort(list(%i)@)", GEN_INTS, true, false},
    {"list_sort(list(DISTINCT %s)@)", GEN_STRS, true, true},
    {"string_agg(left(%s, 4), ',' ORDER BY left(%1, 4))", GEN_STR, true, false},
    {"first(%i ORDER BY (%s || ''), (%1 + 0))", GEN_INT, true, false},
};

/* Writes `text`, cut down if it is a sum inside of a subquery. */
static void write_sum(const struct gen *gen, enum gen_type type, const char *text, struct buf *out)
{
    bool cut = gen->depth > 0;
    switch ((int)type) {
    case GEN_INT:
        buf_printf(out, cut ? "(%s %% 10007)::BIGINT" : "%s", text);
        break;
    case GEN_DEC:
        buf_printf(out, cut ? "(%s %% 10007)::DECIMAL(18, 2)" : "%s", text);
        break;
    default:
        buf_printf(out, cut ? "(%s %% 65536)" : "%s", text);
    }
}

static void add_aggregate(struct gen *gen, const struct gen_scope *scope, struct gen_output *output,
                          struct buf *list)
{
    const struct aggregate *aggregate =
        &aggregates[choose(gen->choices, sizeof(aggregates) / sizeof(aggregates[0]))];
    struct buf text;
    size_t head = strcspn(aggregate->form, "@");
    const char *rest = aggregate->form[head] == '@' ? aggregate->form + head + 1 : "";
    char *form = xstrndup(aggregate->form, head);
    gen_buf_init(&text);
    gen_fill(gen, scope, form, 1, &text);
    free(form);
    if (choose_yes(gen->choices, 12)) {
        buf_puts(&text, " FILTER (WHERE ");
        gen_predicate(gen, scope, 1, &text);
        buf_putc(&text, ')');
        gen_use(gen, GEN_AGGREGATE_FILTER);
    }
    buf_puts(&text, rest);
    /* With thousands of elements in each row, the rows of a join would fill the memory. */
    if (text_starts_with(aggregate->form, "list_sort(") && gen->depth > 0) {
        buf_puts(&text, "[:50]");
    }
    if (text_starts_with(aggregate->form, "sum(")) {
        write_sum(gen, aggregate->type, text.data, list);
        buf_done(&text);
    } else {
        gen_buf_move(list, &text);
    }
    gen_output_add(output, aggregate->type, NULL, list);
    if (aggregate->holistic) {
        gen_use(gen, GEN_AGGREGATE_HOLISTIC);
    }
    if (aggregate->distinct) {
        gen_use(gen, GEN_AGGREGATE_DISTINCT);
    }
}

/* ---- Groups ------------------------------------------------------------------------------------------------- */

enum {
    MAX_GROUPS = 3
};

struct groups {
    struct buf texts[MAX_GROUPS];
    struct gen_column columns[MAX_GROUPS];
    uint32_t count;
    double distinct; /* combinations of values */
};

static void choose_groups(struct gen *gen, const struct gen_scope *scope, struct groups *ret)
{
    static const uint8_t counts[] = {1, 1, 1, 2, 2, 3, 0, 0};
    *ret = (struct groups){.count = counts[choose(gen->choices, sizeof(counts))], .distinct = 1};
    for (uint32_t i = 0; i < ret->count; i++) {
        const struct gen_relation *relation = NULL;
        const struct gen_column *column = gen_pick_any(gen, scope, &relation);
        gen_buf_init(&ret->texts[i]);
        if (column == NULL || choose_yes(gen->choices, 15)) {
            ret->columns[i] = (struct gen_column){.type = GEN_INT, .high = 10, .distinct = 20};
            gen_expr(gen, scope, GEN_INT, 2, &ret->texts[i]);
            buf_puts(&ret->texts[i], " % 10");
        } else {
            ret->columns[i] = *column;
            gen_column_ref(relation, column, &ret->texts[i]);
        }
        ret->distinct *= fmax(1, ret->columns[i].distinct);
    }
}

static void group_list(const struct groups *groups, struct buf *out)
{
    for (uint32_t i = 0; i < groups->count; i++) {
        buf_puts(out, i == 0 ? "" : ", ");
        buf_append(out, groups->texts[i].data, groups->texts[i].size);
    }
}

static void group_by(struct gen *gen, const struct groups *groups, struct buf *out)
{
    buf_puts(out, " GROUP BY ");
    if (!choose_yes(gen->choices, 10)) {
        group_list(groups, out);
        gen_use(gen, GEN_AGGREGATE);
        return;
    }
    gen_use(gen, GEN_GROUPING_SETS);
    uint32_t kind = choose(gen->choices, 3);
    buf_puts(out, kind == 0 ? "ROLLUP (" : kind == 1 ? "CUBE (" : "GROUPING SETS ((), (");
    group_list(groups, out);
    if (kind == 2) {
        buf_puts(out, "), (");
        buf_append(out, groups->texts[0].data, groups->texts[0].size);
        buf_putc(out, ')');
    }
    buf_putc(out, ')');
}

static void having(struct gen *gen, const struct gen_scope *scope, struct buf *out)
{
    static const char *const forms[] = {"count(*) > %c", "max(%i) > %c * 10", "sum(%m) < 1000 * %c",
                                        "count(DISTINCT %x) > 1", "min(%s) < 'm'"};
    buf_puts(out, " HAVING ");
    gen_fill(gen, scope, forms[choose(gen->choices, sizeof(forms) / sizeof(forms[0]))], 1, out);
    gen_use(gen, GEN_HAVING);
}

void gen_select_aggregate(struct gen *gen, const struct gen_scope *scope, struct gen_output *ret,
                          struct buf *list, struct buf *tail)
{
    struct groups groups;
    choose_groups(gen, scope, &groups);
    ret->rows = groups.count == 0 ? 1 : fmin(ret->rows, groups.distinct);
    for (uint32_t i = 0; i < groups.count; i++) {
        struct gen_column column = groups.columns[i];
        column.heavy =
            groups.count == 1 ? 1 : fmin(column.heavy, ret->rows / fmax(1, column.distinct) * 2 + 1);
        buf_append(list, groups.texts[i].data, groups.texts[i].size);
        gen_output_add(ret, column.type, &column, list);
    }
    for (uint32_t i = choose(gen->choices, 4) + 1; i > 0; i--) {
        add_aggregate(gen, scope, ret, list);
    }
    if (groups.count > 0) {
        group_by(gen, &groups, tail);
    } else {
        gen_use(gen, GEN_AGGREGATE_UNGROUPED);
    }
    if (choose_yes(gen->choices, 15)) {
        having(gen, scope, tail);
    }
    for (uint32_t i = 0; i < groups.count; i++) {
        buf_done(&groups.texts[i]);
    }
}

/* ---- Windows ------------------------------------------------------------------------------------------------ */

enum window_order {
    ORDER_NONE,
    ORDER_SOME,
    ORDER_NUMBER, /* one whole number, as RANGE with offsets needs */
    ORDER_TOTAL
};

/* A window function; its type is that of its argument %x if it is GEN_TYPE_COUNT. */
struct window {
    const char *call;
    enum window_order order;
    const char *frame;
    enum gen_type type;
};

static const struct window windows[] = {
    {"row_number()", ORDER_TOTAL, "", GEN_INT},
    {"rank()", ORDER_SOME, "", GEN_INT},
    {"dense_rank()", ORDER_SOME, "", GEN_INT},
    {"sum(%i)", ORDER_NONE, "", GEN_INT},
    {"count(*)", ORDER_SOME, "", GEN_INT},
    {"sum(%i)", ORDER_TOTAL, " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", GEN_INT},
    {"max(%s)", ORDER_SOME, "", GEN_STR},
    {"sum(%m)", ORDER_SOME, "", GEN_DEC},
    {"lag(%x)", ORDER_TOTAL, "", GEN_TYPE_COUNT},
    {"lead(%x, 2)", ORDER_TOTAL, "", GEN_TYPE_COUNT},
    {"first_value(%x)", ORDER_TOTAL, "", GEN_TYPE_COUNT},
    {"last_value(%x)", ORDER_TOTAL, " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
     GEN_TYPE_COUNT},
    {"nth_value(%x, 2)", ORDER_TOTAL, "", GEN_TYPE_COUNT},
    {"ntile(4)", ORDER_TOTAL, "", GEN_INT},
    {"avg(%i)", ORDER_NONE, "", GEN_INEXACT},
    {"percent_rank()", ORDER_SOME, "", GEN_INEXACT},
    {"cume_dist()", ORDER_SOME, "", GEN_INEXACT},
    {"count(DISTINCT %x)", ORDER_NONE, "", GEN_INT},
    {"sum(%f)", ORDER_TOTAL, " ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW", GEN_DBL},
    {"min(%i)", ORDER_SOME, " GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING", GEN_INT},
    {"count(%x)", ORDER_NONE, "", GEN_INT},
    {"count(*)", ORDER_NUMBER, " RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING", GEN_INT},
    {"sum(%i)", ORDER_NUMBER, " RANGE BETWEEN 0 PRECEDING AND 5 FOLLOWING EXCLUDE TIES", GEN_INT},
    {"max(%s)", ORDER_NUMBER, " RANGE BETWEEN UNBOUNDED PRECEDING AND 3 PRECEDING", GEN_STR},
};

/* The columns that a SELECT with windows reads: each is a relation of its own in `seen`. */
static void choose_columns(struct gen *gen, const struct gen_scope *scope, struct gen_scope *seen)
{
    uint32_t count = 1 + choose(gen->choices, 4);
    *seen = (struct gen_scope){0};
    for (uint32_t i = 0; i < count; i++) {
        const struct gen_relation *relation = NULL;
        const struct gen_column *column = gen_pick_any(gen, scope, &relation);
        if (column == NULL) {
            return;
        }
        struct gen_relation *one = &seen->relations[seen->count++];
        *one = (struct gen_relation){.column_count = 1, .rows = relation->rows};
        memcpy(one->alias, relation->alias, sizeof(one->alias));
        one->columns[0] = *column;
    }
}

/* ORDER BY all columns, from some column on. */
static void total_order(struct gen *gen, const struct gen_scope *seen, struct buf *out)
{
    static const char *const directions[] = {"", " DESC", " NULLS FIRST", " DESC NULLS LAST"};
    size_t start = choose(gen->choices, (uint32_t)seen->count);
    buf_puts(out, " ORDER BY ");
    for (size_t i = 0; i < seen->count; i++) {
        const struct gen_relation *one = &seen->relations[(start + i) % seen->count];
        buf_puts(out, i == 0 ? "" : ", ");
        gen_column_ref(one, &one->columns[0], out);
        buf_puts(out, directions[choose(gen->choices, 4)]);
    }
}

static void number_order(struct gen *gen, const struct gen_scope *seen, struct buf *out)
{
    static const char *const numbers[] = {"%i %% 1000", "(%i %% 1000 + 1)", "(3 - %i %% 50)", "7"};
    static const char *const directions[] = {"", " DESC", " NULLS FIRST", " DESC NULLS LAST"};
    buf_puts(out, " ORDER BY ");
    gen_fill(gen, seen, numbers[choose(gen->choices, 4)], 1, out);
    buf_puts(out, directions[choose(gen->choices, 4)]);
}

static void over(struct gen *gen, const struct gen_scope *seen, const struct window *window, struct buf *out)
{
    const struct gen_relation *relation = NULL;
    buf_puts(out, " OVER (");
    if (choose_yes(gen->choices, 80)) {
        const struct gen_column *column = gen_pick_any(gen, seen, &relation);
        buf_puts(out, "PARTITION BY ");
        gen_column_ref(relation, column, out);
    }
    if (window->order == ORDER_TOTAL) {
        total_order(gen, seen, out);
    } else if (window->order == ORDER_NUMBER) {
        number_order(gen, seen, out);
    } else if (window->order == ORDER_SOME) {
        const struct gen_column *column = gen_pick_any(gen, seen, &relation);
        buf_puts(out, " ORDER BY ");
        gen_column_ref(relation, column, out);
    }
    buf_printf(out, "%s)", window->frame);
}

/* Rows that are equal in all columns may stand in another order for each window that asks which comes first, and then it is not
 * said which of their values go together: so a SELECT has one of those at most. Returns true if this is one. */
static bool add_window(struct gen *gen, const struct gen_scope *seen, bool may_ask, struct gen_output *output,
                       struct buf *list)
{
    static const struct window count = {"count(*)", ORDER_SOME, "", GEN_INT};
    const struct window *window = &windows[choose(gen->choices, sizeof(windows) / sizeof(windows[0]))];
    struct buf text;
    if (window->order == ORDER_TOTAL && !may_ask) {
        window = &count;
    }
    gen_buf_init(&text);
    enum gen_type type = gen_fill(gen, seen, window->call, 1, &text);
    over(gen, seen, window, &text);
    if (text_starts_with(window->call, "sum(")) {
        write_sum(gen, window->type, text.data, list);
        buf_done(&text);
    } else {
        gen_buf_move(list, &text);
    }
    gen_output_add(output, window->type == GEN_TYPE_COUNT ? type : window->type, NULL, list);
    gen_use(gen, GEN_WINDOW);
    return window->order == ORDER_TOTAL;
}

void gen_select_window(struct gen *gen, const struct gen_scope *scope, struct gen_output *ret,
                       struct buf *list, struct buf *tail)
{
    static const struct window number = {"rank()", ORDER_TOTAL, "", GEN_INT};
    struct gen_scope seen;
    choose_columns(gen, scope, &seen);
    if (seen.count == 0) { /* no column of these relations can be compared exactly */
        gen_select_aggregate(gen, scope, ret, list, tail);
        return;
    }
    for (size_t i = 0; i < seen.count; i++) {
        const struct gen_relation *one = &seen.relations[i];
        gen_column_ref(one, &one->columns[0], list);
        gen_output_add(ret, one->columns[0].type, &one->columns[0], list);
    }
    bool asks = false;
    for (uint32_t i = choose(gen->choices, 2) + 1; i > 0; i--) {
        asks |= add_window(gen, &seen, !asks, ret, list);
    }
    if (choose_yes(gen->choices, 20)) {
        buf_puts(tail, " QUALIFY rank()"); /* of rows that tie none is kept alone */
        over(gen, &seen, &number, tail);
        buf_printf(tail, " <= %u", 1 + choose(gen->choices, 3));
        gen_use(gen, GEN_QUALIFY);
    }
}
