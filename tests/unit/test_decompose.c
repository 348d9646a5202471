/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decomposition table: which aggregates have an entry for which types, and that states keep their types however often they
 * are merged. What the states hold is tested where DuckDB computes them (test_session_trees.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner/decompose.h"
#include "unit/plans.h"

struct call {
    const char *name;
    uint32_t args;
    const struct eider_type *type, *arg;
    bool distinct;
};

/* GROUP BY a, the call over columns b, c. */
static const struct node_aggregate *aggregate(struct arena *arena, const struct call *call)
{
    struct node_empty *input = node_empty_new(arena);
    struct node_aggregate *node = node_aggregate_new(arena);
    struct expr_aggregate *expr = expr_aggregate_new(arena, call->type);

    input->base.columns = sample_columns(arena, 3, call->arg);
    expr->name = str_from(call->name);
    expr->distinct = call->distinct;
    expr->args = expr_list_new(arena, call->args);
    for (uint32_t i = 0; i < call->args; i++)
        expr->args.items[i] = expr_column_of(arena, &input->base, i + 1);
    node->input = &input->base;
    node->mode = AGGREGATE_SINGLE;
    node->groups = expr_list_new(arena, 1);
    node->groups.items[0] = expr_column_of(arena, &input->base, 0);
    node->aggregates = expr_list_new(arena, 1);
    node->aggregates.items[0] = &expr->base;
    node->base.columns = column_list_new(arena, 2);
    node->base.columns.items[0] = input->base.columns.items[0];
    node->base.columns.items[1] = (struct column){expr->name, call->type};
    return node;
}

static bool has_entry(struct arena *arena, const struct call *call)
{
    return aggregate_is_decomposable(aggregate(arena, call));
}

static void check_phases(struct arena *arena, const struct call *call, uint32_t states)
{
    const struct node_aggregate *single = aggregate(arena, call), *phase;
    const struct node_aggregate *partial = aggregate_partial(arena, single, single->input);
    const struct eider_node *finished;

    assert_int_equal(partial->base.columns.count, 1 + states);
    assert_int_equal(partial->labels.count, 1); /* pictures show the query's aggregate */
    phase = partial;
    for (int i = 0; i < 3; i++) {
        phase = aggregate_merge(arena, single, &phase->base, AGGREGATE_PARTIAL_REDUCE);
        assert_int_equal(phase->base.columns.count, 1 + states);
        for (uint32_t k = 0; k <= states; k++) {
            assert_true(type_equal(phase->base.columns.items[k].type, partial->base.columns.items[k].type));
            assert_true(str_equal(phase->base.columns.items[k].name, partial->base.columns.items[k].name));
        }
    }
    phase = aggregate_merge(arena, single, &phase->base, AGGREGATE_FINAL);
    finished = aggregate_finish(arena, single, &phase->base);
    assert_non_null(finished);
    assert_int_equal(finished->columns.count, 2);
    assert_true(type_equal(node_as_projection(finished)->exprs.items[1]->type, call->type));
    assert_false(arena_failed(arena));
}

static void moments_are_one_column(void **unused)
{
    static const struct {
        const char *name;
        uint32_t args;
    } names[] = {
        {"var_pop", 1},     {"var_samp", 1},   {"variance", 1}, {"stddev", 1},     {"stddev_pop", 1},
        {"stddev_samp", 1}, {"sem", 1},        {"skewness", 1}, {"kurtosis", 1},   {"kurtosis_pop", 1},
        {"covar_pop", 2},   {"covar_samp", 2}, {"corr", 2},     {"regr_slope", 2}, {"regr_intercept", 2},
        {"regr_r2", 2},     {"regr_sxx", 2},   {"regr_syy", 2}, {"regr_sxy", 2},   {"product", 1},
    };
    const struct eider_type *number = type_simple(TYPE_DOUBLE), *text = type_simple(TYPE_VARCHAR);

    (void)unused;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct arena *arena = arena_new();
        struct call call = {names[i].name, names[i].args, number, number, false};
        if (!has_entry(arena, &call))
            fail_msg("%s has no entry", call.name);
        check_phases(arena, &call, 1);
        call.distinct = true; /* of other rows than those that the state would be of */
        assert_false(has_entry(arena, &call));
        call.distinct = false;
        call.args = 3 - call.args;
        assert_false(has_entry(arena, &call));
        call.args = names[i].args;
        call.arg = text;
        assert_true(!has_entry(arena, &call) || strcmp(call.name, "product") == 0);
        arena_free(arena);
    }
}

static void others_are_plain_columns(void **unused)
{
    struct arena *arena = arena_new();
    const struct eider_type *number = type_simple(TYPE_DOUBLE), *text = type_simple(TYPE_VARCHAR);
    const struct call calls[] = {
        {"regr_avgx", 2, number, number, false}, {"regr_avgy", 2, number, number, false},
        {"arg_min_null", 2, text, text, false},  {"arg_max_null", 2, text, text, false},
        {"arg_max", 2, text, text, true},
    };
    const struct call count = {"regr_count", 2, type_simple(TYPE_UINTEGER), number, false};

    (void)unused;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        assert_true(has_entry(arena, &calls[i]));
        check_phases(arena, &calls[i], 2);
    }
    assert_true(has_entry(arena, &count));
    check_phases(arena, &count, 1);
    arena_free(arena);
}

/* Where list_distinct and DISTINCT find the same values equal. */
static void distinct_values_are_listed(void **unused)
{
    static const enum type_tag listed[] = {TYPE_BOOLEAN,    TYPE_TINYINT,   TYPE_UBIGINT, TYPE_HUGEINT,
                                           TYPE_VARCHAR,    TYPE_BLOB,      TYPE_UUID,    TYPE_DATE,
                                           TYPE_TIME,       TYPE_TIMESTAMP, TYPE_JSON,    TYPE_TIMESTAMP_NS,
                                           TYPE_TIMESTAMPTZ},
                               others[] = {TYPE_FLOAT,  TYPE_DOUBLE, TYPE_INTERVAL,
                                           TYPE_TIMETZ, TYPE_BIT,    TYPE_BIGNUM};
    struct arena *arena = arena_new();
    const struct eider_type *decimal = type_decimal(arena, 12, 2), *wide = type_decimal(arena, 38, 2);
    struct call call = {"count", 1, type_simple(TYPE_BIGINT), NULL, true};
    const struct call sums[] = {
        {"sum", 1, type_simple(TYPE_HUGEINT), type_simple(TYPE_INTEGER), true},
        {"sum", 1, wide, decimal, true},
        {"avg", 1, type_simple(TYPE_DOUBLE), decimal, true},
        {"mean", 1, type_simple(TYPE_DOUBLE), type_simple(TYPE_BIGINT), true},
    };
    const struct call none[] = {
        {"avg", 1, type_simple(TYPE_DATE), type_simple(TYPE_DATE), true},
        {"sum", 1, type_simple(TYPE_DOUBLE), type_simple(TYPE_DOUBLE), true},
        {"median", 1, type_simple(TYPE_DOUBLE), type_simple(TYPE_BIGINT), true},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
        call.arg = type_simple(listed[i]);
        if (!has_entry(arena, &call))
            fail_msg("no list of %s", type_tag_name(listed[i]));
        check_phases(arena, &call, 1);
        assert_non_null(aggregate_listed(aggregate(arena, &call), 0));
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        call.arg = type_simple(others[i]);
        if (has_entry(arena, &call))
            fail_msg("a list of %s", type_tag_name(others[i]));
    }
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        assert_true(has_entry(arena, &sums[i]));
        check_phases(arena, &sums[i], 1);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(has_entry(arena, &none[i]));
    call.distinct = false;
    assert_null(aggregate_listed(aggregate(arena, &call), 0));
    arena_free(arena);
}

/* DuckDB divides by how it stores the values; of DOUBLEs there is nothing to round but the quotient. */
static void averages_are_rounded_as_they_are_stored(void **unused)
{
    struct arena *arena = arena_new();
    const struct {
        const struct eider_type *type;
        const char *name;
    } cases[] = {
        {type_simple(TYPE_TINYINT), "eider_average_int16"},
        {type_simple(TYPE_SMALLINT), "eider_average_int16"},
        {type_decimal(arena, 4, 1), "eider_average_int16"},
        {type_decimal(arena, 5, 1), "eider_average"},
        {type_decimal(arena, 38, 9), "eider_average"},
        {type_simple(TYPE_INTEGER), "eider_average"},
        {type_simple(TYPE_BIGINT), "eider_average"},
        {type_simple(TYPE_HUGEINT), "eider_average"},
        {type_simple(TYPE_DOUBLE), "/"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct call call = {"avg", 1, type_simple(TYPE_DOUBLE), cases[i].type, false};
        const struct node_aggregate *single = aggregate(arena, &call), *phase;
        const struct expr_function *divided;

        check_phases(arena, &call, 2);
        phase = aggregate_partial(arena, single, single->input);
        phase = aggregate_merge(arena, single, &phase->base, AGGREGATE_FINAL);
        divided = expr_as_function(
            node_as_projection(aggregate_finish(arena, single, &phase->base))->exprs.items[1]);
        if (!str_is(divided->name, cases[i].name))
            fail_msg("case %u: %.*s", (unsigned)i, (int)divided->name.size, divided->name.data);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_one_column),
        cmocka_unit_test(others_are_plain_columns),
        cmocka_unit_test(distinct_values_are_listed),
        cmocka_unit_test(averages_are_rounded_as_they_are_stored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
