/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates in phases. The table below says, per aggregate, which plain columns make its partial state, which
 * aggregate merges each of them, and what makes the answer of the merged states.
 *
 * Example: avg(x) GROUP BY g
 *   Partial        g, sum(x) AS s, count(x) AS n      one row per group and task
 *   PartialReduce  g, sum(s) AS s, sum(n) AS n        states into states, as often as wanted
 *   Final          g, sum(s) AS s, sum(n) AS n        every state of a group in one task
 *   projection     g, CAST(s AS DOUBLE) / n
 *
 * A state column has the same type in every phase. Where DuckDB's own type of a merge is another (the sum of BIGINTs is
 * a HUGEINT), the merge is written as sum_no_overflow, which sqlgen casts to the type that stands in the plan. What
 * has no entry, is DISTINCT or ordered is computed whole after a shuffle on the group keys.
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
    STATE_OF_SUM,    /* what sum() of the argument gives */
    STATE_OF_LAST    /* the type of the last argument */
};

enum finish {
    FINISH_COPY = 1, /* the first state is the answer */
    FINISH_COUNT,    /* the first state, 0 if there was none */
    FINISH_AVERAGE   /* first state / second state, as DOUBLE */
};

struct state_rule {
    enum state_type type;
    const char *partial; /* NULL: the aggregate itself, under its own name and with all its arguments */
    const char *merge;   /* NULL: the aggregate itself over its state(s) */
    bool only_last;      /* the partial state takes the last argument only, where the first is not NULL */
};

struct aggregate_rule {
    const char *name;
    uint32_t args;     /* exactly so many */
    bool needs_groups; /* a task without rows must give no state */
    bool any_distinct; /* DISTINCT makes no difference */
    enum finish finish;
    struct state_rule states[MAX_STATES];
};

#define ITSELF                                                                                               \
    {                                                                                                        \
        STATE_OF_RESULT, NULL, NULL, false                                                                   \
    }
#define COUNTED                                                                                              \
    {                                                                                                        \
        STATE_BIGINT, "count", "sum_no_overflow", false                                                      \
    }
#define SUMMED                                                                                               \
    {                                                                                                        \
        STATE_OF_RESULT, NULL, "sum_no_overflow", false                                                      \
    }

static const struct aggregate_rule rules[] = {
    {"count_star", 0, false, false, FINISH_COUNT, {COUNTED}},
    {"count", 0, false, false, FINISH_COUNT, {COUNTED}},
    {"count", 1, false, false, FINISH_COUNT, {COUNTED}},
    {"count_if", 1, false, false, FINISH_COPY, {SUMMED}}, /* NULL, not 0, where there is no row */
    {"countif", 1, false, false, FINISH_COPY, {SUMMED}},
    {"sum", 1, false, false, FINISH_COPY, {SUMMED}},
    {"sum_no_overflow", 1, false, false, FINISH_COPY, {SUMMED}},
    {"min", 1, false, true, FINISH_COPY, {ITSELF}},
    {"max", 1, false, true, FINISH_COPY, {ITSELF}},
    {"avg", 1, false, false, FINISH_AVERAGE, {{STATE_OF_SUM, "sum", "sum_no_overflow", false}, COUNTED}},
    {"mean", 1, false, false, FINISH_AVERAGE, {{STATE_OF_SUM, "sum", "sum_no_overflow", false}, COUNTED}},
    {"bool_and", 1, false, true, FINISH_COPY, {ITSELF}},
    {"bool_or", 1, false, true, FINISH_COPY, {ITSELF}},
    {"bit_and", 1, false, true, FINISH_COPY, {ITSELF}},
    {"bit_or", 1, false, true, FINISH_COPY, {ITSELF}},
    {"bit_xor", 1, false, false, FINISH_COPY, {ITSELF}},
    {"any_value", 1, false, true, FINISH_COPY, {ITSELF}},
    {"first", 1, true, true, FINISH_COPY, {ITSELF}},
    {"last", 1, true, true, FINISH_COPY, {ITSELF}},
    {"arbitrary", 1, true, true, FINISH_COPY, {ITSELF}},
    {"arg_min", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "min", "min", true}}},
    {"arg_max", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "max", "max", true}}},
    {"argmin", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "min", "min", true}}},
    {"argmax", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "max", "max", true}}},
    {"min_by", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "min", "min", true}}},
    {"max_by", 2, false, true, FINISH_COPY, {ITSELF, {STATE_OF_LAST, "max", "max", true}}},
};

static const struct aggregate_rule *find_rule(const struct node_aggregate *node,
                                              const struct expr_aggregate *call)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        const struct aggregate_rule *rule = &rules[i];
        if (!str_is(call->name, rule->name) || call->args.count != rule->args || call->orders.count > 0)
            continue;
        if ((call->distinct && !rule->any_distinct) || (rule->needs_groups && node->groups.count == 0))
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

static bool call_is_decomposable(const struct node_aggregate *node, const struct expr_aggregate *call)
{
    const struct aggregate_rule *rule = find_rule(node, call);

    if (rule == NULL)
        return false;
    if (rule->finish == FINISH_AVERAGE)
        return call->base.type->tag == TYPE_DOUBLE && sum_type(NULL, call->args.items[0]->type) != NULL;
    if (rule->states[0].merge != NULL && rule->states[0].type == STATE_OF_RESULT)
        return is_summable(call->base.type);
    return true;
}

bool aggregate_is_decomposable(const struct node_aggregate *node)
{
    if (node->mode != AGGREGATE_SINGLE)
        return false;
    for (uint32_t i = 0; i < node->aggregates.count; i++) {
        if (!call_is_decomposable(node, expr_as_aggregate(node->aggregates.items[i])))
            return false;
    }
    return true;
}

bool aggregate_is_merge(const struct expr_aggregate *merge, const struct expr_aggregate *state)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        for (uint32_t k = 0; k < MAX_STATES && rules[i].states[k].type != STATE_NONE; k++) {
            const struct state_rule *made = &rules[i].states[k];
            const char *name = made->merge != NULL ? made->merge : rules[i].name;
            if (!str_is(state->name, made->partial != NULL ? made->partial : rules[i].name))
                continue;
            if (str_is(merge->name, name) ||
                (strcmp(name, "sum_no_overflow") == 0 && str_is(merge->name, "sum")))
                return true;
        }
    }
    return false;
}

static uint32_t state_count(const struct aggregate_rule *rule)
{
    return rule->states[1].type == STATE_NONE ? 1 : 2;
}

static const struct eider_type *state_type_of(struct arena *arena, const struct expr_aggregate *call,
                                              const struct state_rule *state)
{
    switch (state->type) {
    case STATE_OF_RESULT:
        return call->base.type;
    case STATE_BIGINT:
        return type_simple(TYPE_BIGINT);
    case STATE_OF_SUM:
        return sum_type(arena, call->args.items[0]->type);
    case STATE_OF_LAST:
        return call->args.items[call->args.count - 1]->type;
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

static const struct eider_expr *is_not_null(struct arena *arena, const struct eider_expr *expr)
{
    struct expr_operator *test = expr_operator_new(arena, type_simple(TYPE_BOOLEAN));

    if (test == NULL)
        return NULL;
    test->op = OPERATOR_IS_NOT_NULL;
    test->children = expr_list_new(arena, 1);
    if (test->children.count == 1)
        test->children.items[0] = expr;
    return &test->base;
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
    if (state->only_last) {
        partial->args = expr_list_new(arena, 1);
        if (partial->args.count != 1)
            return NULL;
        partial->args.items[0] = call->args.items[call->args.count - 1];
        partial->filter = both(arena, call->filter, is_not_null(arena, call->args.items[0]));
    }
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

static const struct eider_expr *cast_to(struct arena *arena, const struct eider_expr *expr,
                                        const struct eider_type *type)
{
    struct expr_cast *cast;

    if (type_equal(expr->type, type))
        return expr;
    if ((cast = expr_cast_new(arena, type)) == NULL)
        return NULL;
    cast->child = expr;
    return &cast->base;
}

static const struct eider_expr *divide(struct arena *arena, const struct eider_expr *a,
                                       const struct eider_expr *b)
{
    struct expr_function *function = expr_function_new(arena, type_simple(TYPE_DOUBLE));

    if (function == NULL || a == NULL || b == NULL)
        return NULL;
    function->name = str_from("/");
    function->args = expr_list_new(arena, 2);
    if (function->args.count != 2)
        return NULL;
    function->args.items[0] = cast_to(arena, a, type_simple(TYPE_DOUBLE));
    function->args.items[1] = cast_to(arena, b, type_simple(TYPE_DOUBLE));
    return &function->base;
}

/* A count over no state at all (a grouping set of an empty input) is 0. */
static const struct eider_expr *or_zero(struct arena *arena, const struct eider_expr *expr)
{
    struct expr_operator *coalesce = expr_operator_new(arena, expr->type);
    struct expr_integer *zero = expr_integer_new(arena, expr->type);

    if (coalesce == NULL || zero == NULL)
        return NULL;
    coalesce->op = OPERATOR_COALESCE;
    coalesce->children = expr_list_new(arena, 2);
    if (coalesce->children.count != 2)
        return NULL;
    coalesce->children.items[0] = expr;
    coalesce->children.items[1] = &zero->base;
    return &coalesce->base;
}

static const struct eider_expr *finish_call(struct arena *arena, const struct aggregate_rule *rule,
                                            const struct eider_node *final, uint32_t first)
{
    const struct eider_expr *state = expr_column_of(arena, final, first);

    if (state == NULL)
        return NULL;
    switch (rule->finish) {
    case FINISH_COPY:
        return state;
    case FINISH_COUNT:
        return or_zero(arena, state);
    case FINISH_AVERAGE:
        return divide(arena, state, expr_column_of(arena, final, first + 1));
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
        const struct aggregate_rule *rule = find_rule(single, expr_as_aggregate(single->aggregates.items[i]));
        projection->exprs.items[groups + i] = finish_call(arena, rule, final, first);
        first += state_count(rule);
    }
    for (uint32_t i = groups + calls; i < projection->exprs.count; i++)
        projection->exprs.items[i] = expr_column_of(arena, final, first++);
    return arena_failed(arena) ? NULL : &projection->base;
}
