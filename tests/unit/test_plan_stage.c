/* SPDX-License-Identifier: Apache-2.0 */
/* Which inputs of a stage are handed on row by row, and which are read whole first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "plan/object.h"
#include "plan/stage.h"
#include "unit/plans.h"

static struct arena *arena;

static const struct eider_node *source(uint32_t stage)
{
    struct node_exchange_source *made = node_exchange_source_new(arena);

    assert_non_null(made);
    made->stage = stage;
    made->base.columns = sample_columns(arena, 1, type_simple(TYPE_BIGINT));
    return &made->base;
}

static const struct eider_node *sort(const struct eider_node *input)
{
    struct node_sort *made = node_sort_new(arena);

    assert_non_null(made);
    made->input = input;
    return &made->base;
}

static const struct eider_node *limit(const struct eider_node *input)
{
    struct node_limit *made = node_limit_new(arena);

    assert_non_null(made);
    made->input = input;
    return &made->base;
}

static const struct eider_node *both(const struct eider_node *first, const struct eider_node *second)
{
    struct node_union *made = node_union_new(arena);

    assert_non_null(made);
    made->inputs = node_list_new(arena, 2);
    made->inputs.items[0] = first;
    made->inputs.items[1] = second;
    return &made->base;
}

static bool hands_on(const struct eider_node *root, uint32_t input)
{
    struct plan_stage stage = {.root = root};

    return stage_hands_on(&stage, input);
}

static void rows_pass_through(void **unused)
{
    const struct eider_node *root = limit(both(sample_filter(arena, source(1)), sort(source(2))));

    (void)unused;
    assert_true(hands_on(source(1), 1));
    assert_true(hands_on(root, 1));
    assert_false(hands_on(root, 2));
    assert_false(hands_on(root, 3));
}

static void a_sort_reads_all_first(void **unused)
{
    (void)unused;
    assert_false(hands_on(limit(sort(sample_filter(arena, source(1)))), 1));
}

static void a_join_reads_one_side_first(void **unused)
{
    const struct eider_node *root =
        limit(sample_join(arena, sample_filter(arena, source(1)), source(2), JOIN_INNER, 1));

    (void)unused;
    assert_true(hands_on(root, 1));
    assert_false(hands_on(root, 2));
}

static int setup(void **unused)
{
    (void)unused;
    return (arena = arena_new()) == NULL;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_pass_through),
        cmocka_unit_test(a_sort_reads_all_first),
        cmocka_unit_test(a_join_reads_one_side_first),
    };

    return cmocka_run_group_tests_name("plan stage", tests, setup, teardown);
}
