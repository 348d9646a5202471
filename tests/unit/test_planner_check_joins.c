/* SPDX-License-Identifier: Apache-2.0 */
/* The check pass: joins, and what else has several inputs or needs all rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/custom_plans.h"

/* ---- Joins ---- */

static const struct eider_node *joined(struct lab *lab, const struct eider_node *left,
                                       const struct eider_node *right, enum join_type type)
{
    return coalesce(lab, join(lab, left, right, type), 2);
}

static void matching_rows_meet(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *a = shuffle(lab, scan(lab), 0), *b = shuffle(lab, scan(lab), 0),
                            *other = scan(lab);
    const struct eider_expr *key = expr_column_of(lab->arena, other, 0);
    struct node_hash_join *nulls;
    static const char far[] = "may have rows that match in different tasks";

    for (enum join_type type = JOIN_INNER; type < join_type_END; type++) {
        if (type == JOIN_MARK) /* must see every NULL of the right side */
            refused(lab, joined(lab, a, b, type), "HashJoinExec", far);
        else
            accepted(lab, joined(lab, a, b, type));
    }
    nulls = (struct node_hash_join *)(uintptr_t)join(lab, a, b, JOIN_MARK);
    nulls->conditions.items[0].op = COMPARE_NOT_DISTINCT_FROM;
    accepted(lab, coalesce(lab, &nulls->base, 2));
    refused(lab, joined(lab, scan(lab), scan(lab), JOIN_INNER), "HashJoinExec", far);
    refused(lab, joined(lab, a, scan(lab), JOIN_LEFT), "HashJoinExec", far);
    refused(lab, joined(lab, a, shuffle(lab, scan(lab), 1), JOIN_INNER), "HashJoinExec", far);
    refused(lab, joined(lab, a, shuffle_over(lab, repartition(lab, other, key, 7), 3), JOIN_INNER),
            "HashJoinExec", far);
    accepted(lab, joined(lab, a, shuffle_over(lab, repartition(lab, other, key, 8), 5), JOIN_INNER));
    accepted(lab, join(lab, coalesce(lab, scan(lab), 3), coalesce(lab, other, 2), JOIN_FULL));
    accepted(lab, joined(lab, join(lab, a, b, JOIN_INNER), shuffle(lab, other, 0), JOIN_INNER));
    refused(lab,
            joined(lab, join(lab, a, b, JOIN_INNER), shuffle_over(lab, repartition(lab, other, key, 7), 3),
                   JOIN_INNER),
            "HashJoinExec", far);
    accepted(lab, joined(lab, join(lab, a, broadcast(lab, scan(lab), 3), JOIN_INNER), b, JOIN_INNER));
}

/* The sides are spread by two keys each, in another order. */
static void keys_match_one_by_one(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *sides[2];
    struct node_hash_join *node;

    for (uint32_t s = 0; s < 2; s++) {
        const struct eider_node *input = scan(lab);
        struct node_repartition *parts = (struct node_repartition *)(uintptr_t)repartition(
            lab, input, expr_column_of(lab->arena, input, 0), 8);
        parts->keys = expr_list_new(lab->arena, 2);
        parts->keys.items[s] = expr_column_of(lab->arena, input, 0);
        parts->keys.items[1 - s] = expr_column_of(lab->arena, input, 1);
        sides[s] = shuffle_over(lab, &parts->base, 3);
    }
    node = (struct node_hash_join *)(uintptr_t)join(lab, sides[0], sides[1], JOIN_INNER);
    node->conditions = join_condition_list_new(lab->arena, 2);
    for (uint32_t i = 0; i < 2; i++)
        node->conditions.items[i] = (struct join_condition){
            expr_column_of(lab->arena, sides[0], i), COMPARE_EQUAL, expr_column_of(lab->arena, sides[1], i)};
    refused(lab, coalesce(lab, &node->base, 2), "HashJoinExec",
            "may have rows that match in different tasks");
    for (uint32_t i = 0; i < 2; i++)
        node->conditions.items[i].right = expr_column_of(lab->arena, sides[1], 1 - i);
    accepted(lab, coalesce(lab, &node->base, 2));
    node->left = shuffle(lab, scan(lab), 0); /* by the first of the two keys alone */
    refused(lab, coalesce(lab, &node->base, 2), "HashJoinExec",
            "may have rows that match in different tasks");
    node->left = sides[0];
    node->conditions.items[1].op = COMPARE_LESS;
    refused(lab, coalesce(lab, &node->base, 2), "HashJoinExec",
            "may have rows that match in different tasks");
}

static void sides_are_broadcast_where_that_is_right(void **state)
{
    struct lab *lab = *state;

    for (enum join_type type = JOIN_INNER; type < join_type_END; type++) {
        bool right =
            type != JOIN_RIGHT && type != JOIN_FULL && type != JOIN_RIGHT_SEMI && type != JOIN_RIGHT_ANTI;
        bool left =
            type == JOIN_INNER || type == JOIN_RIGHT || type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI;
        const struct eider_node *with_right = joined(lab, scan(lab), broadcast(lab, scan(lab), 3), type);
        const struct eider_node *with_left = joined(lab, broadcast(lab, scan(lab), 3), scan(lab), type);
        if (right)
            accepted(lab, with_right);
        else
            refused(lab, with_right, "HashJoinExec", "has all rows of its right side in each of its 2 tasks");
        if (left)
            accepted(lab, with_left);
        else
            refused(lab, with_left, "HashJoinExec", "has all rows of its left side in each of its 2 tasks");
    }
    /* what is spread by a key stays so */
    accepted(
        lab,
        coalesce(
            lab,
            single(lab, join(lab, shuffle(lab, scan(lab), 0), broadcast(lab, scan(lab), 3), JOIN_LEFT), 1),
            2));
    accepted(
        lab,
        coalesce(
            lab,
            single(lab, join(lab, shuffle(lab, scan(lab), 0), shuffle(lab, scan(lab), 0), JOIN_INNER), 1),
            2));
    refused(
        lab,
        coalesce(lab,
                 single(lab, join(lab, shuffle(lab, scan(lab), 0), shuffle(lab, scan(lab), 0), JOIN_FULL), 1),
                 2),
        "AggregateExec", "may have rows of one group in several"); /* either key may be NULL */
}

/* A window by column 2 of the join, the right's first, which the condition compares with column 0. */
static const struct eider_node *by_partner(struct lab *lab, enum join_type type, enum comparison op,
                                           const struct eider_expr *partner)
{
    const struct eider_node *left = shuffle(lab, scan(lab), 0), *right = broadcast(lab, scan(lab), 3);
    struct node_hash_join *node = (struct node_hash_join *)(uintptr_t)join(lab, left, right, type);

    node->conditions = join_condition_list_new(lab->arena, 2);
    for (uint32_t i = 0; i < 2; i++)
        node->conditions.items[i] = (struct join_condition){
            expr_column_of(lab->arena, left, i), COMPARE_EQUAL, expr_column_of(lab->arena, right, i)};
    node->conditions.items[0].op = op;
    if (partner != NULL)
        node->conditions.items[0].right = partner;
    return coalesce(lab, window(lab, &node->base, 2), 2);
}

static void equal_columns_are_keys(void **state)
{
    struct lab *lab = *state;
    const struct eider_expr *second = expr_column_of(lab->arena, scan(lab), 1);
    static const char apart[] = "may have rows of one partition in several";

    accepted(lab, by_partner(lab, JOIN_INNER, COMPARE_EQUAL, NULL));
    accepted(lab, by_partner(lab, JOIN_INNER, COMPARE_NOT_DISTINCT_FROM, NULL));
    refused(lab, by_partner(lab, JOIN_LEFT, COMPARE_EQUAL, NULL), "WindowExec", apart); /* may be NULL */
    refused(lab, by_partner(lab, JOIN_INNER, COMPARE_LESS, NULL), "WindowExec", apart);
    refused(lab, by_partner(lab, JOIN_INNER, COMPARE_EQUAL, second), "WindowExec", apart);
}

static void copies_of_both_sides(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *a = broadcast(lab, scan(lab), 3), *b = broadcast(lab, scan(lab), 2);

    refused(lab, joined(lab, a, b, JOIN_FULL), "NetworkCoalesceExec", "would pass on every row 2 times");
    refused(lab, joined(lab, a, b, JOIN_SINGLE), "HashJoinExec",
            "may have rows that match in different tasks");
    accepted(lab, joined(lab, sample_scan(lab->arena, 4, 1, 1e6), join(lab, a, b, JOIN_INNER), JOIN_LEFT));
}

static void joins_without_keys(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *a = scan(lab), *b = broadcast(lab, scan(lab), 3);
    struct node_nested_loop_join *loop = node_nested_loop_join_new(lab->arena);

    accepted(lab, coalesce(lab, two_inputs(lab, a, b, false), 2));
    accepted(lab, coalesce(lab, two_inputs(lab, b, a, false), 2));
    refused(lab, coalesce(lab, two_inputs(lab, a, scan(lab), false), 2), "CrossJoinExec",
            "may have rows that match in different tasks");
    refused(lab, coalesce(lab, two_inputs(lab, a, b, true), 2), "PositionalJoinExec",
            "needs all rows and stands in a stage with 2 tasks");
    loop->left = shuffle(lab, scan(lab), 0);
    loop->right = shuffle(lab, scan(lab), 0);
    loop->type = JOIN_INNER;
    loop->projection = u32_list_identity(lab->arena, 4);
    loop->base.columns = column_list_new(lab->arena, 4);
    for (uint32_t i = 0; i < 4; i++)
        loop->base.columns.items[i] = a->columns.items[i % 2];
    refused(lab, coalesce(lab, &loop->base, 2), "NestedLoopJoinExec",
            "may have rows that match in different tasks");
    loop->right = b;
    accepted(lab, coalesce(lab, &loop->base, 2));
    loop->type = JOIN_FULL;
    refused(lab, coalesce(lab, &loop->base, 2), "NestedLoopJoinExec", "has all rows of its right side");
}

static void asof_joins(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *left = shuffle(lab, scan(lab), 0), *right = shuffle(lab, scan(lab), 0);
    const struct node_hash_join *like = node_as_hash_join(join(lab, left, right, JOIN_INNER));
    struct node_asof_join *node = node_asof_join_new(lab->arena);

    node->left = left;
    node->right = right;
    node->type = JOIN_LEFT;
    node->conditions = join_condition_list_new(lab->arena, 2);
    node->conditions.items[0] = like->conditions.items[0];
    node->conditions.items[1] = (struct join_condition){
        expr_column_of(lab->arena, left, 1), COMPARE_GREATER_EQUAL, expr_column_of(lab->arena, right, 1)};
    node->projection = like->projection;
    node->base.columns = like->base.columns;
    accepted(lab, coalesce(lab, &node->base, 2));
    node->right = broadcast(lab, scan(lab), 3);
    accepted(lab, coalesce(lab, &node->base, 2));
    node->type = JOIN_INNER;
    node->left = broadcast(lab, scan(lab), 3);
    node->right = scan(lab);
    refused(lab, coalesce(lab, &node->base, 2), "AsOfJoinExec", "has all rows of its left side");
    node->right = broadcast(lab, scan(lab), 3);
    refused(lab, coalesce(lab, &node->base, 2), "AsOfJoinExec",
            "may have rows that match in different tasks");
}

/* ---- Others ---- */

static void unions_do_not_mix_copies(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *copies = broadcast(lab, scan(lab), 3);

    accepted(lab, coalesce(lab, unite(lab, scan(lab), coalesce(lab, scan(lab), 3)), 2));
    refused(lab, coalesce(lab, unite(lab, scan(lab), copies), 2), "UnionExec",
            "has an input of which each of its 2 tasks has all rows");
    accepted(lab, joined(lab, scan(lab), unite(lab, copies, broadcast(lab, scan(lab), 1)), JOIN_LEFT_SEMI));
    refused(lab, coalesce(lab, unite(lab, copies, broadcast(lab, scan(lab), 1)), 2), "NetworkCoalesceExec",
            "would pass on every row 2 times");
}

static const struct eider_node *both_distinct(struct lab *lab, const struct eider_node *a,
                                              const struct eider_node *b)
{
    return coalesce(lab, distinct(lab, unite(lab, a, b)), 2);
}

static void unions_are_spread_as_all_inputs_are(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *a = shuffle(lab, scan(lab), 0), *other = scan(lab);
    const struct eider_node *seven =
        shuffle_over(lab, repartition(lab, other, expr_column_of(lab->arena, other, 0), 7), 3);

    accepted(lab, both_distinct(lab, a, shuffle(lab, scan(lab), 0)));
    accepted(lab, coalesce(lab, window(lab, unite(lab, a, shuffle(lab, scan(lab), 0)), 0), 2));
    refused(lab, coalesce(lab, window(lab, unite(lab, a, shuffle(lab, scan(lab), 0)), 1), 2), "WindowExec",
            "may have rows of one partition in several");
    refused(lab, both_distinct(lab, a, shuffle(lab, scan(lab), 1)), "DistinctExec", "may have equal rows");
    refused(lab, both_distinct(lab, a, seven), "DistinctExec", "may have equal rows");
    refused(lab, both_distinct(lab, a, scan(lab)), "DistinctExec", "may have equal rows");
}

static void partitions_meet_in_one_task(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *rows = shuffle(lab, scan(lab), 1);

    accepted(lab, coalesce(lab, window(lab, rows, 1), 2));
    accepted(lab, coalesce(lab, single(lab, window(lab, shuffle(lab, scan(lab), 0), 0), 1), 2));
    refused(lab, coalesce(lab, window(lab, rows, 0), 2), "WindowExec",
            "may have rows of one partition in several of its 2 tasks");
    refused(lab, coalesce(lab, window(lab, broadcast(lab, scan(lab), 3), 0), 2), "WindowExec",
            "may have rows of one partition in several of its 2 tasks");
    accepted(lab, window(lab, coalesce(lab, scan(lab), 3), 0));
}

static const struct eider_node *except(struct lab *lab, const struct eider_node *left,
                                       const struct eider_node *right)
{
    struct node_setop *setop = node_setop_new(lab->arena);

    setop->op = SETOP_EXCEPT;
    setop->inputs = node_list_new(lab->arena, 2);
    setop->inputs.items[0] = left;
    setop->inputs.items[1] = right;
    COPY_COLUMNS(setop, left);
    return &setop->base;
}

static void equal_rows_meet(void **state)
{
    static const char message[] = "may have equal rows in different tasks, of which its stage has 2";
    struct lab *lab = *state;
    const struct eider_node *by_first = shuffle(lab, scan(lab), 0), *by_second = shuffle(lab, scan(lab), 1);

    accepted(lab, coalesce(lab, except(lab, by_first, shuffle(lab, scan(lab), 0)), 2));
    accepted(lab, coalesce(lab, except(lab, by_second, shuffle(lab, scan(lab), 1)), 2));
    accepted(lab, coalesce(lab, single(lab, except(lab, by_first, shuffle(lab, scan(lab), 0)), 1), 2));
    refused(lab, coalesce(lab, except(lab, by_first, by_second), 2), "SetOpExec", message);
    refused(lab, coalesce(lab, except(lab, by_first, scan(lab)), 2), "SetOpExec", message);
    refused(lab, coalesce(lab, except(lab, scan(lab), scan(lab)), 2), "SetOpExec", message);
    refused(lab, coalesce(lab, except(lab, by_first, broadcast(lab, scan(lab), 3)), 2), "SetOpExec", message);
    accepted(lab, except(lab, coalesce(lab, scan(lab), 3), coalesce(lab, scan(lab), 3)));
}

static void the_rest_needs_all_rows(void **state)
{
    struct lab *lab = *state;
    struct node_sample *sample = node_sample_new(lab->arena);
    struct node_recursive_cte *recursive = node_recursive_cte_new(lab->arena);

    sample->input = scan(lab);
    sample->method = str_from("system");
    COPY_COLUMNS(sample, sample->input);
    refused(lab, coalesce(lab, &sample->base, 2), "SampleExec", "needs all rows");
    recursive->cte = 7;
    recursive->anchor = scan(lab);
    recursive->recursion = scan(lab);
    COPY_COLUMNS(recursive, recursive->anchor);
    refused(lab, coalesce(lab, &recursive->base, 2), "RecursiveCteExec", "needs all rows");
}

/* The keys of an unnest and of a lateral function are columns of its output. */
static void keys_pass_through_functions(void **state)
{
    struct lab *lab = *state;
    struct node_lateral_function *lateral = node_lateral_function_new(lab->arena);
    struct node_unnest *unnest = node_unnest_new(lab->arena);
    const struct eider_node *rows;
    const struct eider_expr *equal;
    struct node_distinct *on;

    lateral->input = shuffle(lab, scan(lab), 1);
    lateral->name = str_from("range");
    lateral->names = str_list_new(lab->arena, 1);
    lateral->names.items[0] = str_from("x");
    lateral->read = scan_column_list_new(lab->arena, 1);
    lateral->read.items[0] =
        (struct scan_column){.role = SCAN_COLUMN, .name = str_from("x"), .type = type_simple(TYPE_BIGINT)};
    lateral->projection = u32_list_identity(lab->arena, 1);
    lateral->passed = u32_list_identity(lab->arena, 1);
    lateral->passed.items[0] = 1;
    lateral->base.columns = sample_columns(lab->arena, 2, type_simple(TYPE_BIGINT));
    accepted(lab, coalesce(lab, distinct_on(lab, &lateral->base, 1), 2));
    refused(lab, coalesce(lab, distinct_on(lab, &lateral->base, 0), 2), "DistinctExec",
            "may have equal rows");
    rows = scan(lab);
    equal =
        sample_equal(lab->arena, expr_column_of(lab->arena, rows, 0), expr_column_of(lab->arena, rows, 1));
    lateral->input = shuffle_over(lab, repartition(lab, rows, equal, 8), 3);
    on = (struct node_distinct *)(uintptr_t)distinct_on(lab, &lateral->base, 0);
    on->targets.items[0] = equal; /* of other columns by now */
    refused(lab, coalesce(lab, &on->base, 2), "DistinctExec", "may have equal rows");
    unnest->input = shuffle(lab, scan(lab), 1);
    COPY_COLUMNS(unnest, unnest->input);
    accepted(lab, coalesce(lab, distinct_on(lab, &unnest->base, 1), 2));
    refused(lab, coalesce(lab, distinct_on(lab, &unnest->base, 0), 2), "DistinctExec", "may have equal rows");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(matching_rows_meet),
        TEST(keys_match_one_by_one),
        TEST(sides_are_broadcast_where_that_is_right),
        TEST(equal_columns_are_keys),
        TEST(copies_of_both_sides),
        TEST(joins_without_keys),
        TEST(asof_joins),
        TEST(unions_do_not_mix_copies),
        TEST(unions_are_spread_as_all_inputs_are),
        TEST(partitions_meet_in_one_task),
        TEST(equal_rows_meet),
        TEST(the_rest_needs_all_rows),
        TEST(keys_pass_through_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
