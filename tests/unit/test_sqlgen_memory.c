/* SPDX-License-Identifier: Apache-2.0 */
/* Writing SQL with one allocation after the other failing, and into buffers of every size: an error, and nothing else. */
#include "allocations.h"
#include "sqlgen_lab.h"

/* A plan that takes most ways through the code: CTE, marks, SINGLE, grouping sets, DECIMALs, set operations, depth. */
static const struct eider_node *plan(struct lab *lab)
{
    const struct eider_type *decimal = type_decimal(lab->arena, 15, 2),
                            *wider = type_decimal(lab->arena, 18, 4);
    const struct eider_node *t =
        n_table(lab, "t", 3, "a", t_of(TYPE_INTEGER), "b", decimal, "c \"x\"", t_of(TYPE_VARCHAR));
    struct node_cte *cte = node_cte_new(lab->arena);
    struct node_cte_ref *ref = node_cte_ref_new(lab->arena);
    struct node_hash_join *mark, *single;
    struct node_aggregate *group;
    const struct eider_node *node;

    ref->cte = cte->cte = 1;
    ref->base.columns = t->columns;
    cte->definition = t;
    mark = n_join(lab, &ref->base, t, JOIN_MARK, 2,
                  x_on(x_col(lab, &ref->base, 0), COMPARE_NOT_DISTINCT_FROM, x_col(lab, t, 0)),
                  x_on(x_col(lab, &ref->base, 1), COMPARE_EQUAL, x_col(lab, t, 1)));
    mark->projection = x_u32s(lab, 4, 3u, 0u, 3u, 1u);
    mark->base.columns = x_picked(lab, &mark->base, mark->projection);
    single = n_join(lab, &mark->base, t, JOIN_SINGLE, 2,
                    x_on(x_col(lab, &mark->base, 1), COMPARE_EQUAL, x_col(lab, t, 0)),
                    x_on(x_col(lab, &mark->base, 3), COMPARE_LESS, x_col(lab, t, 1)));
    node = n_project(lab, &single->base,
                     x_list(lab, 2, x_col(lab, &single->base, 0),
                            x_call(lab, wider, "*",
                                   x_list(lab, 2, x_cast(lab, x_col(lab, &single->base, 3), decimal),
                                          x_cast(lab, x_col(lab, &single->base, 5), wider)))));
    group = n_aggregate(lab, node, x_list(lab, 2, x_col(lab, node, 0), x_col(lab, node, 0)),
                        x_list(lab, 1, x_agg(lab, t_of(TYPE_BIGINT), "count", x_list(lab, 0))));
    group->sets = index_set_list_new(lab->arena, 2);
    group->sets.items[0].indexes = x_u32s(lab, 2, 0u, 1u);
    node = n_union(lab, x_nodes(lab, 2, &group->base, &group->base));
    node = n_limit(
        lab,
        n_sort(lab, node, x_keys(lab, 1, x_key(x_col(lab, node, 2), true, false)), x_u32s(lab, 2, 2u, 0u)), 5,
        1);
    for (int i = 0; i < 60; i++)
        node = n_project(lab, node,
                         x_list(lab, 1,
                                x_call(lab, t_of(TYPE_BIGINT), "+",
                                       x_list(lab, 2, x_col(lab, node, 0), x_int(lab, TYPE_BIGINT, 1)))));
    cte->body = node;
    cte->base.columns = node->columns;
    return &cte->base;
}

static void test_allocations(void **state)
{
#ifdef ALLOCATIONS_CAN_FAIL
    struct lab *lab = *state;
    const struct eider_node *root = plan(lab);
    struct sqlgen_context context = {.sink_token = "token"};
    enum eider_status status = EIDER_ERROR_MEMORY;
    struct eider_error err;
    struct buf buf;
    long count = 0;

    if (plan_validate(root, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    for (; status == EIDER_ERROR_MEMORY; count++) {
        buf_init(&buf, LAB_MAX_BYTES);
        allocations_fail_after(count);
        status = sqlgen_task(root, &context, &buf, &err);
        allocations_succeed();
        buf_done(&buf);
    }
    assert_int_equal(status, EIDER_OK);
    assert_true(count > 20);
#else
    (void)state;
    skip();
#endif
}

static void test_small_buffers(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *root = plan(lab);
    struct eider_error err;
    struct buf buf;
    size_t bytes;

    buf_init(&buf, LAB_MAX_BYTES);
    assert_int_equal(sqlgen_query(root, NULL, &buf, &err), EIDER_OK);
    bytes = buf.size;
    buf_done(&buf);
    for (size_t max = 0; max < bytes; max += 97) {
        buf_init(&buf, max);
        assert_int_equal(sqlgen_query(root, NULL, &buf, &err), EIDER_ERROR_MEMORY);
        buf_done(&buf);
    }
    buf_init(&buf, bytes);
    assert_int_equal(sqlgen_query(root, NULL, &buf, &err), EIDER_OK);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_allocations),
                                       cmocka_unit_test(test_small_buffers)};

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
