/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates in phases. The table below says, per aggregate, which columns make its partial state, which aggregate
 * merges each of them, and what makes the answer of the merged states.
 *
 * Example: avg(x) GROUP BY g
 *   Partial        g, sum(x) AS s, count(x) AS n      one row per group and task
 *   PartialReduce  g, sum(s) AS s, sum(n) AS n        states into states, as often as wanted
 *   Final          g, sum(s) AS s, sum(n) AS n        every state of a group in one task
 *   projection     g, eider_average(s, n)             divides as DuckDB does (engine/average.c); of DOUBLEs it is s / n
 *
 * A state column has the same type in every phase. Where DuckDB's own type of a merge is another (the sum of BIGINTs is
 * a HUGEINT), the merge is written as sum_no_overflow, which sqlgen casts to the type that stands in the plan.
 *
 * States that no single aggregate of DuckDB merges are one column, a STRUCT or a LIST, with functions of our own
 * (eider_…), which sqlgen/macro.c writes as expressions: variances and what is made of them by their moments, skewness and
 * kurtosis by sums of powers as DuckDB has them, a DISTINCT count, sum or average by the list of distinct values. Users
 * cannot call these functions: import takes over DuckDB's own only.
 *
 * What merging moments costs: 400,000 states of 4,000,000 rows in 100,000 groups, 4 tasks in one process, took 480 ms; shuffling
 * those rows and computing stddev whole 150 ms. 40,000 states: 120 and 110 ms; 4,000: 85 and 105 ms. About 1 µs a state, so the
 * planner asks for a larger reduction than for plain sums (aggregate_merges_slowly). Lists: 200,000 values into 50 groups, 25 ms.
 *
 * Lists are merged by list_distinct, whose equality is not DISTINCT's for every type: NaN, intervals, nested values and bit
 * strings are not taken. Values keep their bytes: a collation makes no difference to DISTINCT in DuckDB either.
 *
 * Without an entry, because states would not give DuckDB's answer or would be as large as the input: median, quantiles, mode,
 * mad, histogram and entropy need all values; approx_count_distinct, approx_quantile and the like have states that DuckDB
 * does not let out; fsum, favg and kahan_sum would lose their compensation; arg_max_nulls_last and arg_min_nulls_last tell
 * NULL from "no row". They are computed whole after a shuffle on the group keys, as is what is ordered.
 *
 * Pure functions; objects in the caller's arena.
 */
#include "planner/decompose.h"

#include <string.h>

#include "plan/display.h"
#include "plan/object.h"

#define MAX_STATES 2

enum state_type {
    STATE_NONE = 0,
    STATE_OF_RESULT, /* the aggregate's own type */
    STATE_BIGINT,    /* a count */
    STATE_OF_SUM,    /* what sum() of the state's argument gives */
    STATE_OF_LAST,   /* the type of the last argument */
    STATE_MOMENTS,   /* structs: see sqlgen/macro.c */
    STATE_COMOMENT,
    STATE_PAIRS,
    STATE_POWERS,
    STATE_LIST /* of the argument's type */
};

enum state_args {
    ARGS_ALL = 0,
    ARGS_FIRST,
    ARGS_LAST
};

/* The rows that count, beyond those that the state's aggregate leaves out itself. */
enum state_rows {
    ROWS_ALL = 0,
    ROWS_WITH_FIRST, /* where the first argument is not NULL */
    ROWS_WITH_LAST,
    ROWS_WITH_BOTH
};

enum finish {
    FINISH_COPY = 1, /* the first state is the answer */
    FINISH_COUNT,    /* the first state, 0 if there was none */
    FINISH_AVERAGE,  /* first state / second state, rounded as DuckDB does */
    FINISH_CALL,     /* the function `call` of the first state */
    FINISH_LIST      /* the aggregate itself, of the list that is the first state */
};

enum distinct {
    DISTINCT_NO = 0,
    DISTINCT_SAME, /* it makes no difference */
    DISTINCT_ONLY
};

struct state_rule {
    enum state_type type;
    const char *partial; /* NULL: the aggregate itself, under its own name */
    const char *merge;   /* NULL: the aggregate itself over its state(s) */
    enum state_args args;
    enum state_rows rows;
};

struct aggregate_rule {
    const char *name;
    uint32_t args;     /* exactly so many */
    bool needs_groups; /* a task without rows must give no state */
    enum distinct distinct;
    enum finish finish;
    struct state_rule states[MAX_STATES];
    const char *call; /* of FINISH_CALL */
};

/* clang-format off */
#define ITSELF         { STATE_OF_RESULT, NULL, NULL, ARGS_ALL, ROWS_ALL }
#define COUNTED        { STATE_BIGINT, "count", "sum_no_overflow", ARGS_ALL, ROWS_ALL }
#define SUMMED         { STATE_OF_RESULT, NULL, "sum_no_overflow", ARGS_ALL, ROWS_ALL }
#define AVERAGED       { STATE_OF_SUM, "sum", "sum_no_overflow", ARGS_ALL, ROWS_ALL }, COUNTED
#define LEAST(rows)    { STATE_OF_LAST, "min", "min", ARGS_LAST, rows }
#define GREATEST(rows) { STATE_OF_LAST, "max", "max", ARGS_LAST, rows }
#define MOMENTS(args, rows) { STATE_MOMENTS, "eider_moments", "eider_merge_moments", args, rows }
#define COMOMENT       { STATE_COMOMENT, "eider_comoment", "eider_merge_comoment", ARGS_ALL, ROWS_WITH_BOTH }
#define PAIRS          { STATE_PAIRS, "eider_pairs", "eider_merge_pairs", ARGS_ALL, ROWS_WITH_BOTH }
#define POWERS         { STATE_POWERS, "eider_powers", "eider_merge_powers", ARGS_ALL, ROWS_ALL }
#define LISTED         { STATE_LIST, "eider_distinct", "eider_merge_distinct", ARGS_ALL, ROWS_WITH_FIRST }

/* Of one of two arguments, where both are not NULL: regr_…(y, x). */
#define COUNTED_PAIRS(args, rows) { STATE_BIGINT, "count", "sum_no_overflow", args, rows }
#define AVERAGED_PAIRS(args, rows) \
    { STATE_OF_SUM, "sum", "sum_no_overflow", args, rows }, COUNTED_PAIRS(args, rows)

static const struct aggregate_rule rules[] = {
    {"count_star", 0, false, DISTINCT_NO, FINISH_COUNT, {COUNTED}, NULL},
    {"count", 0, false, DISTINCT_NO, FINISH_COUNT, {COUNTED}, NULL},
    {"count", 1, false, DISTINCT_NO, FINISH_COUNT, {COUNTED}, NULL},
    {"count_if", 1, false, DISTINCT_NO, FINISH_COPY, {SUMMED}, NULL}, /* NULL, not 0, where there is no row */
    {"countif", 1, false, DISTINCT_NO, FINISH_COPY, {SUMMED}, NULL},
    {"sum", 1, false, DISTINCT_NO, FINISH_COPY, {SUMMED}, NULL},
    {"sum_no_overflow", 1, false, DISTINCT_NO, FINISH_COPY, {SUMMED}, NULL},
    {"min", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"max", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"avg", 1, false, DISTINCT_NO, FINISH_AVERAGE, {AVERAGED}, NULL},
    {"mean", 1, false, DISTINCT_NO, FINISH_AVERAGE, {AVERAGED}, NULL},
    {"bool_and", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"bool_or", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"bit_and", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"bit_or", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"bit_xor", 1, false, DISTINCT_NO, FINISH_COPY, {ITSELF}, NULL},
    {"product", 1, false, DISTINCT_NO, FINISH_COPY, {ITSELF}, NULL},
    {"any_value", 1, false, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"first", 1, true, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"last", 1, true, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"arbitrary", 1, true, DISTINCT_SAME, FINISH_COPY, {ITSELF}, NULL},
    {"arg_min", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, LEAST(ROWS_WITH_FIRST)}, NULL},
    {"arg_max", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, GREATEST(ROWS_WITH_FIRST)}, NULL},
    {"argmin", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, LEAST(ROWS_WITH_FIRST)}, NULL},
    {"argmax", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, GREATEST(ROWS_WITH_FIRST)}, NULL},
    {"min_by", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, LEAST(ROWS_WITH_FIRST)}, NULL},
    {"max_by", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, GREATEST(ROWS_WITH_FIRST)}, NULL},
    {"arg_min_null", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, LEAST(ROWS_ALL)}, NULL},
    {"arg_max_null", 2, false, DISTINCT_SAME, FINISH_COPY, {ITSELF, GREATEST(ROWS_ALL)}, NULL},

    {"var_pop", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_var_pop"},
    {"var_samp", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_var_samp"},
    {"variance", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_var_samp"},
    {"stddev_pop", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_stddev_pop"},
    {"stddev_samp", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_stddev_samp"},
    {"stddev", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_stddev_samp"},
    {"sem", 1, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_ALL, ROWS_ALL)}, "eider_sem"},
    {"skewness", 1, false, DISTINCT_NO, FINISH_CALL, {POWERS}, "eider_skewness"},
    {"kurtosis", 1, false, DISTINCT_NO, FINISH_CALL, {POWERS}, "eider_kurtosis"},
    {"kurtosis_pop", 1, false, DISTINCT_NO, FINISH_CALL, {POWERS}, "eider_kurtosis_pop"},
    {"covar_pop", 2, false, DISTINCT_NO, FINISH_CALL, {COMOMENT}, "eider_covar_pop"},
    {"covar_samp", 2, false, DISTINCT_NO, FINISH_CALL, {COMOMENT}, "eider_covar_samp"},
    {"corr", 2, false, DISTINCT_NO, FINISH_CALL, {PAIRS}, "eider_corr"},
    {"regr_slope", 2, false, DISTINCT_NO, FINISH_CALL, {PAIRS}, "eider_regr_slope"},
    {"regr_intercept", 2, false, DISTINCT_NO, FINISH_CALL, {PAIRS}, "eider_regr_intercept"},
    {"regr_r2", 2, false, DISTINCT_NO, FINISH_CALL, {PAIRS}, "eider_regr_r2"},
    {"regr_sxy", 2, false, DISTINCT_NO, FINISH_CALL, {COMOMENT}, "eider_regr_sxy"},
    {"regr_sxx", 2, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_LAST, ROWS_WITH_FIRST)}, "eider_regr_sxx"},
    {"regr_syy", 2, false, DISTINCT_NO, FINISH_CALL, {MOMENTS(ARGS_FIRST, ROWS_WITH_LAST)}, "eider_regr_sxx"},
    {"regr_avgx", 2, false, DISTINCT_NO, FINISH_AVERAGE, {AVERAGED_PAIRS(ARGS_LAST, ROWS_WITH_FIRST)}, NULL},
    {"regr_avgy", 2, false, DISTINCT_NO, FINISH_AVERAGE, {AVERAGED_PAIRS(ARGS_FIRST, ROWS_WITH_LAST)}, NULL},
    {"regr_count", 2, false, DISTINCT_NO, FINISH_COUNT, {COUNTED_PAIRS(ARGS_FIRST, ROWS_WITH_LAST)}, NULL},

    {"count", 1, false, DISTINCT_ONLY, FINISH_LIST, {LISTED}, NULL},
    {"sum", 1, false, DISTINCT_ONLY, FINISH_LIST, {LISTED}, NULL},
    {"avg", 1, false, DISTINCT_ONLY, FINISH_LIST, {LISTED}, NULL},
    {"mean", 1, false, DISTINCT_ONLY, FINISH_LIST, {LISTED}, NULL},
};
/* clang-format on */

static const struct aggregate_rule *find_rule(const struct node_aggregate *node,
                                              const struct expr_aggregate *call)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct aggregate_rule *rule = &rules[i];
        if (!str_is(call->name, rule->name) || call->args.count != rule->args || call->orders.count > 0)
            continue;
        if (rule->distinct == (call->distinct ? DISTINCT_NO : DISTINCT_ONLY) ||
            (rule->needs_groups && node->groups.count == 0))
            continue;
        return rule;
    }
    return NULL;
}

/* What sum() of a type gives in DuckDB, where a sum of such sums is again of that type; NULL: not decomposed. */
static const struct eider_type *sum_type(struct arena *arena, const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_HUGEINT:
        return type_simple(TYPE_HUGEINT);
    case TYPE_DOUBLE:
        return type_simple(TYPE_DOUBLE);
    case TYPE_DECIMAL:
        return arena == NULL ? type : type_decimal(arena, 38, type_as_decimal(type)->scale);
    default:
        return NULL;
    }
}

static bool is_summable(const struct eider_type *type)
{
    return type->tag == TYPE_HUGEINT || type->tag == TYPE_DOUBLE || type->tag == TYPE_DECIMAL ||
           type->tag == TYPE_BIGINT;
}

/* Types for which list_distinct finds the same values equal as DISTINCT does. */
static bool is_listable(const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_HUGEINT:
    case TYPE_UTINYINT:
    case TYPE_USMALLINT:
    case TYPE_UINTEGER:
    case TYPE_UBIGINT:
    case TYPE_UHUGEINT:
    case TYPE_DECIMAL:
    case TYPE_VARCHAR:
    case TYPE_JSON:
    case TYPE_BLOB:
    case TYPE_UUID:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIME_NS:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_S:
    case TYPE_TIMESTAMP_MS:
    case TYPE_TIMESTAMP_NS:
    case TYPE_TIMESTAMPTZ:
    case TYPE_ENUM:
        return true;
    default:
        return false;
    }
}

static bool list_is_possible(const struct expr_aggregate *call)
{
    const struct eider_type *type = call->args.items[0]->type;

    if (!is_listable(type))
        return false;
    if (str_is(call->name, "count"))
        return call->base.type->tag == TYPE_BIGINT;
    if (str_is(call->name, "sum"))
        return sum_type(NULL, type) != NULL && call->base.type->tag == sum_type(NULL, type)->tag;
    return sum_type(NULL, type) != NULL && call->base.type->tag == TYPE_DOUBLE;
}

static bool all_are_doubles(const struct expr_aggregate *call)
{
    for (uint32_t i = 0; i < call->args.count; i++) {
        if (call->args.items[i]->type->tag != TYPE_DOUBLE)
            return false;
    }
    return call->base.type->tag == TYPE_DOUBLE;
}

static bool call_is_decomposable(const struct node_aggregate *node, const struct expr_aggregate *call)
{
    const struct aggregate_rule *rule = find_rule(node, call);

    if (rule == NULL)
        return false;
    switch (rule->finish) {
    case FINISH_AVERAGE:
        return call->base.type->tag == TYPE_DOUBLE && sum_type(NULL, call->args.items[0]->type) != NULL;
    case FINISH_CALL:
        return all_are_doubles(call);
    case FINISH_LIST:
        return list_is_possible(call);
    case FINISH_COPY:
    case FINISH_COUNT:
        break;
    }
    if (rule->states[0].merge != NULL && rule->states[0].type == STATE_OF_RESULT)
        return is_summable(call->base.type);
    return true;
}

bool aggregate_is_decomposable(const struct node_aggregate *node)
{
    if (node->mode != AGGREGATE_SINGLE)
        return false;
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        if (!aggregate_has_states(node, i))
            return false;
    }
    return true;
}

bool aggregate_has_states(const struct node_aggregate *node, uint32_t index)
{
    return call_is_decomposable(node, expr_as_aggregate(node->aggregates.items[index]));
}

bool aggregate_is_of_distinct(const struct node_aggregate *node, uint32_t index)
{
    const struct expr_aggregate *call = expr_as_aggregate(node->aggregates.items[index]);
    struct expr_aggregate plain = *call;
    const struct aggregate_rule *rule;

    plain.distinct = false;
    rule = call->distinct ? find_rule(node, &plain) : NULL;
    return rule != NULL && rule->distinct == DISTINCT_NO && call_is_decomposable(node, &plain);
}

bool aggregate_is_merge(const struct expr_aggregate *merge, const struct expr_aggregate *state)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        for (uint32_t k = 0; k < MAX_STATES && rules[i].states[k].type != STATE_NONE; k++) {
            const struct state_rule *made = &rules[i].states[k];
            const char *name = made->merge != NULL ? made->merge : rules[i].name;
            if (!str_is(state->name, made->partial != NULL ? made->partial : rules[i].name) &&
                !str_is(state->name, name)) /* merged states are states */
                continue;
            if (str_is(merge->name, name) ||
                (strcmp(name, "sum_no_overflow") == 0 && str_is(merge->name, "sum")))
                return true;
        }
    }
    return false;
}

const struct eider_expr *aggregate_listed(const struct node_aggregate *node, uint32_t index)
{
    const struct expr_aggregate *call = expr_as_aggregate(node->aggregates.items[index]);
    const struct aggregate_rule *rule = find_rule(node, call);

    return rule != NULL && rule->finish == FINISH_LIST && list_is_possible(call) ? call->args.items[0] : NULL;
}

bool aggregate_merges_slowly(const struct node_aggregate *node)
{
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        const struct aggregate_rule *rule = find_rule(node, expr_as_aggregate(node->aggregates.items[i]));
        enum state_type type = rule == NULL ? STATE_NONE : rule->states[0].type;
        if (type == STATE_MOMENTS || type == STATE_COMOMENT || type == STATE_PAIRS)
            return true;
    }
    return false;
}

static uint32_t state_count(const struct aggregate_rule *rule)
{
    return rule->states[1].type == STATE_NONE ? 1 : 2;
}

/* STRUCT(n BIGINT, … DOUBLE): `names` are those of the doubles, one after another, the last one followed by NULL. */
static const struct eider_type *struct_of(struct arena *arena, const char *const *names)
{
    struct type_struct *type = type_struct_new(arena);
    uint32_t count = 0;

    while (names[count] != NULL)
        count++;
    if (type == NULL)
        return NULL;
    type->fields = column_list_new(arena, count + 1);
    for (uint32_t i = 0; i < type->fields.count; i++)
        type->fields.items[i] = i == 0 ? (struct column){str_from("n"), type_simple(TYPE_BIGINT)}
                                       : (struct column){str_from(names[i - 1]), type_simple(TYPE_DOUBLE)};
    return type->fields.count > 0 ? &type->base : NULL;
}

static const struct eider_type *list_of(struct arena *arena, const struct eider_type *child)
{
    struct type_list *type = type_list_new(arena);

    if (type == NULL)
        return NULL;
    type->child = child;
    return &type->base;
}

static const struct eider_expr *first_arg(const struct expr_aggregate *call, const struct state_rule *state)
{
    return call->args.items[state->args == ARGS_LAST ? call->args.count - 1 : 0];
}

static const struct eider_type *state_type_of(struct arena *arena, const struct expr_aggregate *call,
                                              const struct state_rule *state)
{
    static const char *const moments[] = {"mean", "m2", NULL}, *const comoment[] = {"y", "x", "c", NULL},
                             *const pairs[] = {"y", "x", "yy", "xx", "c", NULL},
                             *const powers[] = {"s1", "s2", "s3", "s4", NULL};

    switch (state->type) {
    case STATE_OF_RESULT:
        return call->base.type;
    case STATE_BIGINT:
        return type_simple(TYPE_BIGINT);
    case STATE_OF_SUM:
        return sum_type(arena, first_arg(call, state)->type);
    case STATE_OF_LAST:
        return call->args.items[call->args.count - 1]->type;
    case STATE_MOMENTS:
        return struct_of(arena, moments);
    case STATE_COMOMENT:
        return struct_of(arena, comoment);
    case STATE_PAIRS:
        return struct_of(arena, pairs);
    case STATE_POWERS:
        return struct_of(arena, powers);
    case STATE_LIST:
        return list_of(arena, call->args.items[0]->type);
    case STATE_NONE:
        break;
    }
    return NULL;
}

static const struct eider_expr *both(struct arena *arena, const struct eider_expr *a,
                                     const struct eider_expr *b)
{
    struct expr_operator *and = expr_operator_new(arena, type_simple(TYPE_BOOLEAN));

    if (a == NULL)
        return b;
    if (and == NULL)
        return NULL;
    and->op = OPERATOR_AND;
    and->children = expr_list_new(arena, 2);
    if (and->children.count != 2)
        return NULL;
    and->children.items[0] = a;
    and->children.items[1] = b;
    return &and->base;
}

/* One aggregate of the Partial phase. */
static const struct eider_expr *partial_state(struct arena *arena, const struct expr_aggregate *call,
                                              const struct state_rule *state)
{
    struct expr_aggregate *partial = expr_aggregate_new(arena, state_type_of(arena, call, state));

    if (partial == NULL)
        return NULL;
    partial->name = state->partial != NULL ? str_from(state->partial) : call->name;
    partial->args = call->args;
    partial->filter = call->filter;
    if (state->args != ARGS_ALL) {
        partial->args = expr_list_new(arena, 1);
        if (partial->args.count != 1)
            return NULL;
        partial->args.items[0] = first_arg(call, state);
    }
    if (state->rows == ROWS_WITH_FIRST || state->rows == ROWS_WITH_BOTH)
        partial->filter = both(arena, partial->filter, expr_is_not_null(arena, call->args.items[0]));
    if (state->rows == ROWS_WITH_LAST || state->rows == ROWS_WITH_BOTH)
        partial->filter =
            both(arena, partial->filter, expr_is_not_null(arena, call->args.items[call->args.count - 1]));
    return &partial->base;
}

/* sum where DuckDB's type is the plan's, so that it reads as people expect; else sum_no_overflow with its cast. */
static const char *merge_name(const struct state_rule *state, const struct eider_type *type)
{
    bool natural = type->tag == TYPE_HUGEINT || type->tag == TYPE_DOUBLE ||
                   (type->tag == TYPE_DECIMAL && type_as_decimal(type)->width == 38);

    return strcmp(state->merge, "sum_no_overflow") == 0 && natural ? "sum" : state->merge;
}

/* One aggregate of a merging phase: state number `k` of `rule`, whose columns start at `first` of the input. */
static const struct eider_expr *merge_state(struct arena *arena, const struct expr_aggregate *call,
                                            const struct aggregate_rule *rule, uint32_t k,
                                            const struct eider_node *input, uint32_t first)
{
    const struct state_rule *state = &rule->states[k];
    const struct eider_type *type = input->columns.items[first + k].type;
    struct expr_aggregate *merge = expr_aggregate_new(arena, type);
    uint32_t args = state->merge == NULL ? state_count(rule) : 1;

    if (merge == NULL)
        return NULL;
    merge->name = state->merge == NULL ? call->name : str_from(merge_name(state, type));
    merge->args = expr_list_new(arena, args);
    for (uint32_t i = 0; i < merge->args.count; i++)
        merge->args.items[i] = expr_column_of(arena, input, args > 1 ? first + i : first + k);
    return merge->args.count == args ? &merge->base : NULL;
}

static struct eider_str label(struct arena *arena, const struct eider_expr *expr)
{
    struct eider_str text = {"", 0};
    struct buf out;

    buf_init(&out, 4096);
    expr_text(&out, expr);
    text = str_make(arena, out.failed ? "…" : out.data, out.failed ? strlen("…") : out.size);
    buf_done(&out);
    return text;
}

static bool set_labels(struct arena *arena, struct node_aggregate *node, const struct node_aggregate *single)
{
    node->labels = str_list_new(arena, single->aggregates.count);
    for (uint32_t i = 0; i < node->labels.count; i++)
        node->labels.items[i] = label(arena, single->aggregates.items[i]);
    return node->labels.count == single->aggregates.count;
}

static uint32_t all_states(const struct node_aggregate *single)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < single->aggregates.count; i++)
        total += state_count(find_rule(single, expr_as_aggregate(single->aggregates.items[i])));
    return total;
}

static struct node_aggregate *phase_new(struct arena *arena, const struct node_aggregate *single,
                                        const struct eider_node *input, enum aggregate_mode mode)
{
    struct node_aggregate *node = node_aggregate_new(arena);
    uint32_t groups = single->groups.count, states = all_states(single);

    if (node == NULL || !set_labels(arena, node, single))
        return NULL;
    node->input = input;
    node->mode = mode;
    node->base.rows = single->base.rows;
    node->groups = expr_list_new(arena, groups);
    node->aggregates = expr_list_new(arena, states);
    node->base.columns = column_list_new(arena, groups + states);
    for (uint32_t i = 0; i < groups; i++)
        node->base.columns.items[i] = single->base.columns.items[i];
    return arena_failed(arena) ? NULL : node;
}

/* State columns are called what the Partial phase computes, in every phase: sum(x), not sum(sum(x)). */
static void set_state(struct node_aggregate *node, uint32_t position, const struct eider_expr *expr,
                      struct eider_str name)
{
    struct column *column = &node->base.columns.items[node->groups.count + position];

    node->aggregates.items[position] = expr;
    if (expr == NULL)
        return;
    column->name = name;
    column->type = expr->type;
}

struct node_aggregate *aggregate_partial(struct arena *arena, const struct node_aggregate *single,
                                         const struct eider_node *input)
{
    struct node_aggregate *node = phase_new(arena, single, input, AGGREGATE_PARTIAL);
    uint32_t position = 0;

    if (node == NULL)
        return NULL;
    node->groups = single->groups;
    for (uint32_t i = 0; i < single->aggregates.count; i++) {
        const struct expr_aggregate *call = expr_as_aggregate(single->aggregates.items[i]);
        const struct aggregate_rule *rule = find_rule(single, call);
        for (uint32_t k = 0; k < state_count(rule); k++) {
            const struct eider_expr *state = partial_state(arena, call, &rule->states[k]);
            if (state != NULL)
                set_state(node, position++, state, label(arena, state));
        }
    }
    return arena_failed(arena) ? NULL : node;
}

struct node_aggregate *aggregate_merge(struct arena *arena, const struct node_aggregate *single,
                                       const struct eider_node *input, enum aggregate_mode mode)
{
    struct node_aggregate *node = phase_new(arena, single, input, mode);
    uint32_t position = 0, groups = single->groups.count;

    if (node == NULL)
        return NULL;
    for (uint32_t i = 0; i < groups; i++)
        node->groups.items[i] = expr_column_of(arena, input, i);
    for (uint32_t i = 0; i < single->aggregates.count; i++) {
        const struct expr_aggregate *call = expr_as_aggregate(single->aggregates.items[i]);
        const struct aggregate_rule *rule = find_rule(single, call);
        uint32_t first = groups + position;
        for (uint32_t k = 0; k < state_count(rule); k++)
            set_state(node, position++, merge_state(arena, call, rule, k, input, first),
                      input->columns.items[first + k].name);
    }
    if (mode == AGGREGATE_FINAL && (single->sets.count > 0 || single->grouping_functions.count > 0)) {
        struct column_list columns =
            column_list_new(arena, node->base.columns.count + single->grouping_functions.count);
        node->sets = single->sets;
        node->grouping_functions = single->grouping_functions;
        for (uint32_t i = 0; i < columns.count; i++) {
            columns.items[i] =
                i < node->base.columns.count
                    ? node->base.columns.items[i]
                    : single->base.columns
                          .items[groups + single->aggregates.count + i - node->base.columns.count];
        }
        node->base.columns = columns;
    }
    return arena_failed(arena) ? NULL : node;
}

/* A count over no state at all (a grouping set of an empty input) is 0. */
static const struct eider_expr *or_zero(struct arena *arena, const struct eider_expr *expr)
{
    struct expr_operator *coalesce = expr_operator_new(arena, expr->type);
    const struct eider_expr *zero = expr_whole(arena, expr->type, 0);

    if (coalesce == NULL || zero == NULL)
        return NULL;
    coalesce->op = OPERATOR_COALESCE;
    coalesce->children = expr_list_new(arena, 2);
    if (coalesce->children.count != 2)
        return NULL;
    coalesce->children.items[0] = expr;
    coalesce->children.items[1] = zero;
    return &coalesce->base;
}

static const struct eider_expr *call_of(struct arena *arena, const struct eider_type *type, const char *name,
                                        const struct eider_expr *state, const struct eider_expr *second)
{
    struct expr_function *function = expr_call(arena, type, name, second == NULL ? 1 : 2);

    if (function == NULL)
        return NULL;
    for (uint32_t i = 0; i < function->args.count; i++)
        function->args.items[i] = i == 0 ? state : second;
    return &function->base;
}

/* sum / count of values of `type`: DuckDB's average of exact numbers rounds once, in a way that depends on how it stores them. */
static const struct eider_expr *average(struct arena *arena, const struct eider_type *type,
                                        const struct eider_expr *sum, const struct eider_expr *count)
{
    bool in_16_bits = type->tag == TYPE_TINYINT || type->tag == TYPE_SMALLINT ||
                      (type->tag == TYPE_DECIMAL && type_as_decimal(type)->width <= 4);
    const char *name = in_16_bits ? "eider_average_int16" : "eider_average";

    if (sum == NULL || count == NULL)
        return NULL;
    if (sum->type->tag == TYPE_DOUBLE) {
        name = "/";
        count = expr_cast_to(arena, count, type_simple(TYPE_DOUBLE));
    }
    return count == NULL ? NULL : call_of(arena, type_simple(TYPE_DOUBLE), name, sum, count);
}

/* list_aggregate(list, 'sum'); how many there are is 0 where there is no list. */
static const struct eider_expr *of_list(struct arena *arena, const struct expr_aggregate *call,
                                        const struct eider_expr *list)
{
    struct expr_string *name = expr_string_new(arena, type_simple(TYPE_VARCHAR));
    const struct eider_expr *value;

    if (name == NULL)
        return NULL;
    name->bytes = call->name;
    value = call_of(arena, call->base.type, "list_aggregate", list, &name->base);
    return value != NULL && str_is(call->name, "count") ? or_zero(arena, value) : value;
}

static const struct eider_expr *finish_call(struct arena *arena, const struct expr_aggregate *call,
                                            const struct aggregate_rule *rule, const struct eider_node *final,
                                            uint32_t first)
{
    const struct eider_expr *state = expr_column_of(arena, final, first), *count;

    if (state == NULL)
        return NULL;
    switch (rule->finish) {
    case FINISH_COPY:
        return state;
    case FINISH_COUNT: /* regr_count is a UINTEGER */
        count = or_zero(arena, state);
        return count == NULL ? NULL : expr_cast_to(arena, count, call->base.type);
    case FINISH_AVERAGE:
        return average(arena, first_arg(call, &rule->states[0])->type, state,
                       expr_column_of(arena, final, first + 1));
    case FINISH_CALL:
        return call_of(arena, call->base.type, rule->call, state, NULL);
    case FINISH_LIST:
        return of_list(arena, call, state);
    }
    return NULL;
}

const struct eider_node *aggregate_finish(struct arena *arena, const struct node_aggregate *single,
                                          const struct eider_node *final)
{
    struct node_projection *projection = node_projection_new(arena);
    uint32_t groups = single->groups.count, calls = single->aggregates.count, first = groups;

    if (projection == NULL)
        return NULL;
    projection->input = final;
    projection->base.columns = single->base.columns;
    projection->base.rows = single->base.rows;
    projection->exprs = expr_list_new(arena, single->base.columns.count);
    if (projection->exprs.count != single->base.columns.count)
        return NULL;
    for (uint32_t i = 0; i < groups; i++)
        projection->exprs.items[i] = expr_column_of(arena, final, i);
    for (uint32_t i = 0; i < calls; i++) {
        const struct expr_aggregate *call = expr_as_aggregate(single->aggregates.items[i]);
        const struct aggregate_rule *rule = find_rule(single, call);
        projection->exprs.items[groups + i] = finish_call(arena, call, rule, final, first);
        first += state_count(rule);
    }
    for (uint32_t i = groups + calls; i < projection->exprs.count; i++)
        projection->exprs.items[i] = expr_column_of(arena, final, first++);
    return arena_failed(arena) ? NULL : &projection->base;
}
