/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts: trees, segments, factors, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exchange/layout.h"

#define FIXED(bytes)                                                                                         \
    {                                                                                                        \
        .kind = LAYOUT_FIXED, .width = (bytes)                                                               \
    }
#define STRING                                                                                               \
    {                                                                                                        \
        .kind = LAYOUT_STRING                                                                                \
    }
#define LIST                                                                                                 \
    {                                                                                                        \
        .kind = LAYOUT_LIST, .child_count = 1                                                                \
    }
#define STRUCT(members)                                                                                      \
    {                                                                                                        \
        .kind = LAYOUT_STRUCT, .child_count = (members)                                                      \
    }
#define ARRAY(elements)                                                                                      \
    {                                                                                                        \
        .kind = LAYOUT_ARRAY, .child_count = 1, .array_size = (elements)                                     \
    }
#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static void test_segments(void **state)
{
    /* BIGINT, STRUCT(VARCHAR, SMALLINT[][2][]), INTEGER[3][2] */
    static const struct layout_spec specs[] = {FIXED(8), STRUCT(2), STRING,   LIST,     ARRAY(2),
                                               LIST,     FIXED(2),  ARRAY(2), ARRAY(3), FIXED(4)};
    struct layout *layout;
    struct eider_error err;

    (void)state;
    assert_int_equal(layout_new(specs, COUNT(specs), 3, &layout, &err), EIDER_OK);
    assert_int_equal(layout->columns[0], 0);
    assert_int_equal(layout->columns[1], 1);
    assert_int_equal(layout->columns[2], 7);
    assert_int_equal(layout->segment_count, 3);
    assert_int_equal(layout->nodes[1].next, 7);
    assert_int_equal(layout->nodes[3].segment, 0);
    assert_int_equal(layout->nodes[4].segment, 1);
    assert_int_equal(layout->nodes[5].factor, 2); /* a list in an array of 2, itself in a list */
    assert_int_equal(layout->nodes[6].segment, 2);
    assert_int_equal(layout->nodes[6].factor, 1);
    assert_int_equal(layout->nodes[9].segment, 0);
    assert_int_equal(layout->nodes[9].factor, 6);
    assert_int_equal(layout->segments[2].list_node, 5);
    assert_int_equal(layout->segments[0].row_bits, 65 + 1 + 129 + 129 + 1 + 2 + 6 * 33);
    assert_int_equal(layout->segments[1].row_bits, 1 + 2 * 129);
    assert_int_equal(layout->depth, 5);
    assert_true(layout->has_strings);
    assert_false(layout->is_flat);
    layout_unref(layout);
    assert_int_equal(layout_new(NULL, 0, 0, &layout, &err), EIDER_OK);
    assert_int_equal(layout->segment_count, 1);
    layout_unref(layout);
}

static void expect_refused(const struct layout_spec *specs, uint32_t nodes, uint32_t columns)
{
    struct layout *layout;
    struct eider_error err;

    assert_int_equal(layout_new(specs, nodes, columns, &layout, &err), EIDER_ERROR_ARGUMENT);
    assert_null(layout);
}

static void test_refused(void **state)
{
    static const struct layout_spec width[] = {FIXED(3)};
    static const struct layout_spec childless[] = {LIST};
    static const struct layout_spec left_over[] = {FIXED(4), FIXED(4)};
    static const struct layout_spec empty_struct[] = {STRUCT(0)};
    static const struct layout_spec no_elements[] = {ARRAY(0), FIXED(1)};
    static const struct layout_spec too_many[] = {ARRAY(100000), ARRAY(100000), FIXED(1)};
    static const struct layout_spec kindless[] = {{.kind = LAYOUT_INVALID}};
    static const struct layout_spec fixed_with_child[] = {
        {.kind = LAYOUT_FIXED, .width = 4, .child_count = 1}, FIXED(4)};
    struct layout_spec *deep = calloc(1001, sizeof(*deep));

    (void)state;
    expect_refused(width, 1, 1);
    expect_refused(childless, 1, 1);
    expect_refused(left_over, 2, 1);
    expect_refused(left_over, 1, 2);
    expect_refused(empty_struct, 1, 1);
    expect_refused(no_elements, 2, 1);
    expect_refused(too_many, 3, 1);
    expect_refused(kindless, 1, 1);
    expect_refused(fixed_with_child, 2, 1);
    for (uint32_t i = 0; i < 1000; i++)
        deep[i] = (struct layout_spec)LIST;
    deep[1000] = (struct layout_spec)FIXED(1);
    expect_refused(deep, 1001, 1);
    expect_refused(deep, LAYOUT_MAX_NODES + 1, 1);
    free(deep);
}

static void test_equal(void **state)
{
    static const struct layout_spec a[] = {LIST, FIXED(4)}, b[] = {LIST, FIXED(8)},
                                    c[] = {ARRAY(2), FIXED(4)}, d[] = {ARRAY(3), FIXED(4)};
    const struct layout_spec *const all[] = {a, b, c, d};
    struct layout *layouts[COUNT(all)];
    struct eider_error err;

    (void)state;
    for (uint32_t i = 0; i < COUNT(all); i++)
        assert_int_equal(layout_new(all[i], 2, 1, &layouts[i], &err), EIDER_OK);
    for (uint32_t i = 0; i < COUNT(all); i++) {
        for (uint32_t j = 0; j < COUNT(all); j++)
            assert_int_equal(layout_equal(layouts[i], layouts[j]), i == j);
    }
    for (uint32_t i = 0; i < COUNT(all); i++)
        layout_unref(layouts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_equal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
