/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public nodes, within a rule: joins of all types, nodes of several children and boundaries, made and read back as in
 * test_api_nodes.c; and what no reader may do: read a node of another kind.
 */
#include "eider/custom.h"
#include "eider/nodes.h"
#include "unit/rule_fixture.h"

static const struct eider_node *other; /* the right side: k BIGINT, w DATE */

static void make_other(void)
{
    const struct eider_column columns[] = {{STR("k"), eider_type_simple(DUCKDB_TYPE_BIGINT)},
                                           {STR("w"), eider_type_simple(DUCKDB_TYPE_DATE)}};
    struct eider_node_empty fields = {LIST(columns)};

    made(eider_node_new_empty(ctx, &fields, &other, &err));
}

#define LEFT_COLUMNS "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE"

static const struct join_case {
    enum eider_join_type type;
    const char *columns; /* all of them */
    const char *picked;  /* by {1, 0} */
} join_cases[] = {
    {EIDER_JOIN_INNER, LEFT_COLUMNS ", k BIGINT, w DATE", "g BIGINT, v BIGINT"},
    {EIDER_JOIN_LEFT, LEFT_COLUMNS ", k BIGINT, w DATE", "g BIGINT, v BIGINT"},
    {EIDER_JOIN_RIGHT, LEFT_COLUMNS ", k BIGINT, w DATE", "g BIGINT, v BIGINT"},
    {EIDER_JOIN_FULL, LEFT_COLUMNS ", k BIGINT, w DATE", "g BIGINT, v BIGINT"},
    {EIDER_JOIN_LEFT_SEMI, LEFT_COLUMNS, "g BIGINT, v BIGINT"},
    {EIDER_JOIN_LEFT_ANTI, LEFT_COLUMNS, "g BIGINT, v BIGINT"},
    {EIDER_JOIN_RIGHT_SEMI, "k BIGINT, w DATE", "w DATE, k BIGINT"},
    {EIDER_JOIN_RIGHT_ANTI, "k BIGINT, w DATE", "w DATE, k BIGINT"},
    {EIDER_JOIN_MARK, LEFT_COLUMNS ", mark BOOLEAN", "g BIGINT, v BIGINT"},
    {EIDER_JOIN_SINGLE, LEFT_COLUMNS ", k BIGINT, w DATE", "g BIGINT, v BIGINT"},
};
static const uint32_t picked[] = {1, 0};

static void assert_conditions(struct eider_join_condition_list list,
                              struct eider_join_condition_list expected)
{
    assert_int_equal(list.count, expected.count);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_ptr_equal(list.items[i].left, expected.items[i].left);
        assert_int_equal(list.items[i].op, expected.items[i].op);
        assert_ptr_equal(list.items[i].right, expected.items[i].right);
    }
}

/* The three kinds of joins that have a type have the same fields. */
#define JOINS(name)                                                                                          \
    static void join_##name(struct eider_join_condition_list conditions, const struct eider_expr *residual)  \
    {                                                                                                        \
        struct eider_node_##name fields = {                                                                  \
            .left = scan, .right = other, .conditions = conditions, .residual = residual};                   \
        for (size_t i = 0; i < ITEMS(join_cases); i++) {                                                     \
            struct eider_node_##name f;                                                                      \
            const struct eider_node *node;                                                                   \
            fields.type = join_cases[i].type;                                                                \
            fields.projection = (struct eider_u32_list){NULL, 0};                                            \
            made(eider_node_new_##name(ctx, &fields, &node, &err));                                          \
            assert_columns(node, join_cases[i].columns);                                                     \
            assert_ptr_equal(eider_node_child(node, 0), scan);                                               \
            assert_ptr_equal(eider_node_child(node, 1), other);                                              \
            fields.projection = (struct eider_u32_list)LIST(picked);                                         \
            made(eider_node_new_##name(ctx, &fields, &node, &err));                                          \
            assert_columns(node, join_cases[i].picked);                                                      \
            assert_true(eider_node_as_##name(node, &f));                                                     \
            assert_ptr_equal(f.left, scan);                                                                  \
            assert_ptr_equal(f.right, other);                                                                \
            assert_int_equal(f.type, fields.type);                                                           \
            assert_conditions(f.conditions, conditions);                                                     \
            assert_ptr_equal(f.residual, residual);                                                          \
            assert_u32s(f.projection, fields.projection);                                                    \
        }                                                                                                    \
    }
JOINS(hash_join)
JOINS(nested_loop_join)
JOINS(asof_join)

static void joins(const struct eider_node *plan)
{
    struct eider_expr_column far = {.index = 4, .name = STR("k")};
    const struct eider_expr *right_k, *residual;
    struct eider_join_condition conditions[2];

    (void)plan;
    make_other();
    conditions[0] = (struct eider_join_condition){col(scan, 0), EIDER_COMPARE_EQUAL, col(other, 0)};
    conditions[1] = (struct eider_join_condition){col(scan, 1), EIDER_COMPARE_GREATER_EQUAL, col(other, 0)};
    made(eider_expr_new_column(ctx, eider_type_simple(DUCKDB_TYPE_BIGINT), &far, &right_k, &err));
    residual = compare(EIDER_COMPARE_LESS, col(scan, 0), right_k);
    join_hash_join((struct eider_join_condition_list)LIST(conditions), residual);
    join_hash_join((struct eider_join_condition_list){conditions, 1}, NULL);
    join_nested_loop_join((struct eider_join_condition_list)LIST(conditions), residual);
    join_nested_loop_join((struct eider_join_condition_list){NULL, 0}, residual);
    join_asof_join((struct eider_join_condition_list)LIST(conditions), NULL);
}

static void plain_joins(const struct eider_node *plan)
{
    struct eider_node_cross_join cross, c;
    struct eider_node_positional_join positional, p;
    const struct eider_node *node;

    (void)plan;
    make_other();
    cross = (struct eider_node_cross_join){scan, other};
    made(eider_node_new_cross_join(ctx, &cross, &node, &err));
    assert_columns(node, LEFT_COLUMNS ", k BIGINT, w DATE");
    assert_true(eider_node_as_cross_join(node, &c) && c.left == scan && c.right == other);
    positional = (struct eider_node_positional_join){other, scan};
    made(eider_node_new_positional_join(ctx, &positional, &node, &err));
    assert_columns(node, "k BIGINT, w DATE, " LEFT_COLUMNS);
    assert_true(eider_node_as_positional_join(node, &p) && p.left == other && p.right == scan);
}

/* A mark join on top of a join: columns are counted over what the children really have. */
static void joins_of_joins(const struct eider_node *plan)
{
    const uint32_t first[] = {4, 5, 0}, second[] = {3, 0, 3};
    struct eider_join_condition condition;
    struct eider_node_hash_join inner, mark;
    const struct eider_node *node;

    (void)plan;
    make_other();
    condition = (struct eider_join_condition){col(scan, 0), EIDER_COMPARE_EQUAL, col(other, 0)};
    inner = (struct eider_node_hash_join){.left = scan,
                                          .right = other,
                                          .type = EIDER_JOIN_INNER,
                                          .conditions = {&condition, 1},
                                          .projection = LIST(first)};
    made(eider_node_new_hash_join(ctx, &inner, &node, &err));
    assert_columns(node, "k BIGINT, w DATE, v BIGINT");
    condition = (struct eider_join_condition){col(node, 2), EIDER_COMPARE_NOT_DISTINCT_FROM, col(scan, 1)};
    mark = (struct eider_node_hash_join){.left = node,
                                         .right = scan,
                                         .type = EIDER_JOIN_MARK,
                                         .conditions = {&condition, 1},
                                         .projection = LIST(second)};
    made(eider_node_new_hash_join(ctx, &mark, &node, &err));
    assert_columns(node, "mark BOOLEAN, k BIGINT, mark BOOLEAN");
}

/* ---- Several children ---- */

static void several(const struct eider_node *plan)
{
    const struct eider_node *inputs[] = {scan, scan, scan}, *node;
    struct eider_node_union all = {LIST(inputs)}, u;
    struct eider_node_setop setop = {.op = EIDER_SETOP_INTERSECT, .all = true, .inputs = {inputs, 2}}, s;
    struct eider_node_cte cte, c;
    struct eider_node_recursive_cte recursive = {.cte = 5,
                                                 .union_all = true,
                                                 .anchor = scan,
                                                 .recursion = scan},
                                    r;

    (void)plan;
    make_other();
    made(eider_node_new_union(ctx, &all, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_int_equal(eider_node_child_count(node), 3);
    assert_true(eider_node_as_union(node, &u) && u.inputs.count == 3 && u.inputs.items != inputs);
    assert_ptr_equal(u.inputs.items[2], scan);
    made(eider_node_new_setop(ctx, &setop, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_setop(node, &s) && s.op == EIDER_SETOP_INTERSECT && s.all &&
                s.inputs.count == 2 && s.inputs.items[1] == scan);
    cte = (struct eider_node_cte){.cte = 9, .name = STR("with"), .definition = scan, .body = other};
    made(eider_node_new_cte(ctx, &cte, &node, &err));
    assert_columns(node, "k BIGINT, w DATE");
    assert_true(eider_node_as_cte(node, &c) && c.cte == 9 && c.definition == scan && c.body == other);
    assert_str(c.name, "with");
    made(eider_node_new_recursive_cte(ctx, &recursive, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_recursive_cte(node, &r) && r.cte == 5 && r.union_all && r.anchor == scan &&
                r.recursion == scan);
}

/* ---- Distribution ---- */

static void boundaries(const struct eider_node *plan)
{
    const struct eider_expr *keys[] = {col(scan, 1)};
    struct eider_node_repartition fields = {.input = scan, .keys = LIST(keys), .partitions = 8};
    struct eider_node_network_shuffle s;
    struct eider_node_network_coalesce c;
    struct eider_node_network_broadcast b;
    struct eider_node_distributed_leaf leaf = {.leaf = scan, .variants = {&scan, 1}}, l;
    const struct eider_node *repartition, *node;

    (void)plan;
    made(eider_node_new_repartition(ctx, &fields, &repartition, &err));
    made(eider_network_shuffle(ctx, repartition, 3, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_network_shuffle(node, &s) && s.input == repartition && s.stage == 0 &&
                s.producer_tasks == 3 && s.consumer_tasks == 0);
    made(eider_network_coalesce(ctx, scan, 4, 2, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_network_coalesce(node, &c) && c.input == scan && c.stage == 0 &&
                c.producer_tasks == 4 && c.consumer_tasks == 2);
    made(eider_network_broadcast(ctx, scan, 5, 0, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_network_broadcast(node, &b) && b.input == scan && b.stage == 0 &&
                b.producer_tasks == 5 && b.consumer_tasks == 0);
    made(eider_node_new_distributed_leaf(ctx, &leaf, &node, &err));
    assert_columns(node, LEFT_COLUMNS);
    assert_true(eider_node_as_distributed_leaf(node, &l) && l.leaf == scan && l.variants.count == 1 &&
                l.variants.items[0] == scan && l.variants.items != &scan);
}

/* ---- Readers ---- */

/* The readers with a constructor that takes just the fields, then the others. */
#define MADE_KINDS(X)                                                                                        \
    X(parquet_scan)                                                                                          \
    X(table_scan)                                                                                            \
    X(function_scan)                                                                                         \
    X(values)                                                                                                \
    X(empty)                                                                                                 \
    X(cte_ref)                                                                                               \
    X(filter)                                                                                                \
    X(projection)                                                                                            \
    X(aggregate)                                                                                             \
    X(repartition)                                                                                           \
    X(sort)                                                                                                  \
    X(topn)                                                                                                  \
    X(limit)                                                                                                 \
    X(distinct)                                                                                              \
    X(window)                                                                                                \
    X(unnest)                                                                                                \
    X(lateral_function)                                                                                      \
    X(sample)                                                                                                \
    X(hash_join)                                                                                             \
    X(nested_loop_join)                                                                                      \
    X(cross_join)                                                                                            \
    X(positional_join)                                                                                       \
    X(asof_join)                                                                                             \
    X(union)                                                                                                 \
    X(setop)                                                                                                 \
    X(cte)                                                                                                   \
    X(recursive_cte)                                                                                         \
    X(distributed_leaf)
#define READ_KINDS(X)                                                                                        \
    MADE_KINDS(X)                                                                                            \
    X(network_shuffle)                                                                                       \
    X(network_coalesce)                                                                                      \
    X(network_broadcast)                                                                                     \
    X(exchange_source)                                                                                       \
    X(distributed)                                                                                           \
    X(custom)

/* How many readers take the node: none must change its fields if it does not. */
#define COUNT_READER(name)                                                                                   \
    {                                                                                                        \
        struct eider_node_##name f, untouched;                                                               \
        memset(&f, 0x5a, sizeof(f));                                                                         \
        memset(&untouched, 0x5a, sizeof(untouched));                                                         \
        if (eider_node_as_##name(node, &f))                                                                  \
            count++;                                                                                         \
        else                                                                                                 \
            assert_memory_equal(&f, &untouched, sizeof(f));                                                  \
        assert_false(eider_node_as_##name(node, NULL));                                                      \
    }
static int readers_of(const struct eider_node *node)
{
    int count = 0;

    READ_KINDS(COUNT_READER)
    return count;
}

/* Without fields nothing is made; with zeroed ones it is refused, and nothing is read that is not there. */
#define REFUSE_EMPTY(name)                                                                                   \
    {                                                                                                        \
        struct eider_node_##name f;                                                                          \
        const struct eider_node *node = NULL;                                                                \
        memset(&f, 0, sizeof(f));                                                                            \
        refused(eider_node_new_##name(NULL, &f, &node, &err), EIDER_ERROR_ARGUMENT, "is NULL");              \
        refused(eider_node_new_##name(ctx, NULL, &node, &err), EIDER_ERROR_ARGUMENT, "is NULL");             \
        refused(eider_node_new_##name(ctx, &f, NULL, &err), EIDER_ERROR_ARGUMENT, "is NULL");                \
        assert_int_equal(eider_node_new_##name(ctx, NULL, &node, NULL), EIDER_ERROR_ARGUMENT);               \
        if (eider_node_new_##name(ctx, &f, &node, &err) == EIDER_OK) {                                       \
            assert_true(strcmp(#name, "empty") == 0 || strcmp(#name, "cte_ref") == 0 ||                      \
                        strstr(#name, "_scan") != NULL);                                                     \
        } else {                                                                                             \
            assert_null(node);                                                                               \
            assert_true(err.status == EIDER_ERROR_ARGUMENT || err.status == EIDER_ERROR_PLAN);               \
            assert_true(err.node[0] != '\0' && strstr(err.message, err.node) != NULL);                       \
        }                                                                                                    \
    }
static void empty_fields(const struct eider_node *plan)
{
    (void)plan;
    MADE_KINDS(REFUSE_EMPTY)
}

static void readers(const struct eider_node *plan)
{
    struct eider_node_limit limit = {.input = scan};
    const struct eider_node *node;

    (void)plan;
    make_other();
    assert_int_equal(readers_of(scan), 1);
    assert_int_equal(readers_of(other), 1);
    assert_int_equal(readers_of(NULL), 0);
    made(eider_node_new_dummy_scan(ctx, &node, &err));
    assert_int_equal(readers_of(node), 0); /* it has no fields */
    made(eider_node_new_limit(ctx, &limit, &node, &err));
    assert_int_equal(readers_of(node), 1);
    made(eider_network_coalesce(ctx, scan, 1, 1, &node, &err));
    assert_int_equal(readers_of(node), 1);
    assert_int_equal(eider_node_get_kind(NULL), EIDER_NODE_INVALID);
    assert_string_equal(eider_node_name(NULL), "?");
    assert_string_equal(eider_node_name(scan), "DataSourceExec");
    assert_int_equal(eider_node_columns(NULL).count, 0);
    assert_true(eider_node_rows(NULL) < 0);
    assert_int_equal(eider_node_child_count(NULL), 0);
    assert_null(eider_node_child(NULL, 0));
    assert_null(eider_node_child(scan, UINT32_MAX));
    assert_true(eider_node_equal(NULL, NULL));
    assert_false(eider_node_equal(NULL, scan));
    assert_true(eider_node_equal(scan, scan));
    assert_false(eider_node_equal(scan, other));
}

/* ---- Tests ---- */

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_rule(name);                                                                                       \
    }
TEST(joins)
TEST(plain_joins)
TEST(joins_of_joins)
TEST(several)
TEST(boundaries)
TEST(empty_fields)
TEST(readers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joins),          cmocka_unit_test(test_plain_joins),
        cmocka_unit_test(test_joins_of_joins), cmocka_unit_test(test_several),
        cmocka_unit_test(test_boundaries),     cmocka_unit_test(test_empty_fields),
        cmocka_unit_test(test_readers),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
