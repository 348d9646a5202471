/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins as SQL. Both sides have NULL keys, duplicates, and rows without a partner; every join is compared with the SQL that
 * a person would write for it, and MARK and SINGLE joins, which nobody can write, with subqueries.
 */
#include "sqlgen_lab.h"

struct sides {
    const struct eider_node *left;  /* l(k, g, x) */
    const struct eider_node *right; /* r(k, g, y) */
};

static struct sides tables(struct lab *lab)
{
    const struct eider_type *integer = t_of(TYPE_INTEGER), *text = t_of(TYPE_VARCHAR);

    lab_run(lab, "CREATE TABLE IF NOT EXISTS l AS FROM (VALUES (1, 'a', 10), (1, 'b', 20), (2, 'a', NULL), "
                 "(3, NULL, 30), "
                 "(NULL, 'a', 40), (NULL, NULL, NULL), (5, 'c', 5), (1, 'a', 10)) AS l(k, g, x)");
    lab_run(lab, "CREATE TABLE IF NOT EXISTS r AS FROM (VALUES (1, 'a', 10), (1, 'a', 15), (2, 'b', 20), (2, "
                 "'a', NULL), "
                 "(NULL, 'a', 50), (NULL, NULL, 60), (9, 'z', 1), (3, NULL, 30)) AS r(k, g, y)");
    return (struct sides){n_table(lab, "l", 3, "k", integer, "g", text, "x", integer),
                          n_table(lab, "r", 3, "k", integer, "g", text, "y", integer)};
}

static struct join_condition on(struct lab *lab, struct sides sides, uint32_t left, enum comparison op,
                                uint32_t right)
{
    return x_on(x_col(lab, sides.left, left), op, x_col(lab, sides.right, right));
}

/* l.x < r.y over both sides */
static const struct eider_expr *residual(struct lab *lab, struct sides sides)
{
    return x_cmp(lab, x_col(lab, sides.left, 2), COMPARE_LESS,
                 expr_column(lab->arena, t_of(TYPE_INTEGER), 5, str_from("y")));
}

static const char *const join_words[] = {
    [JOIN_INNER] = "JOIN", [JOIN_LEFT] = "LEFT JOIN", [JOIN_RIGHT] = "RIGHT JOIN", [JOIN_FULL] = "FULL JOIN"};

static void test_plain_joins(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);

    for (int type = JOIN_INNER; type <= JOIN_FULL; type++) {
        struct node_hash_join *join =
            n_join(lab, s.left, s.right, (enum join_type)type, 2, on(lab, s, 0, COMPARE_EQUAL, 0),
                   on(lab, s, 1, COMPARE_NOT_DISTINCT_FROM, 1));
        lab_plan_is(lab, &join->base,
                    arena_printf(lab->arena,
                                 "SELECT * FROM l %s r ON l.k = r.k AND l.g IS NOT DISTINCT FROM r.g",
                                 join_words[type]));
        join->residual = residual(lab, s);
        lab_plan_is(
            lab, &join->base,
            arena_printf(lab->arena,
                         "SELECT * FROM l %s r ON l.k = r.k AND l.g IS NOT DISTINCT FROM r.g AND l.x < r.y",
                         join_words[type]));
        join->projection = x_u32s(lab, 3, 5u, 0u, 5u);
        join->base.columns = x_picked(lab, &join->base, join->projection);
        lab_plan_is(
            lab,
            n_filter(lab, &join->base,
                     x_list(lab, 1, x_cmp(lab, x_col(lab, &join->base, 1), COMPARE_EQUAL, x_integer(lab, 1))),
                     x_u32s(lab, 2, 0u, 2u)),
            arena_printf(lab->arena,
                         "SELECT r.y, r.y AS y2 FROM l %s r ON l.k = r.k AND l.g IS NOT DISTINCT FROM r.g "
                         "AND l.x < r.y WHERE l.k = 1",
                         join_words[type]));
    }
}

static void test_semi_joins(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);
    static const struct {
        enum join_type type;
        const char *sql;
    } cases[] = {
        {JOIN_LEFT_SEMI, "SELECT * FROM l WHERE EXISTS (SELECT 1 FROM r WHERE l.k = r.k AND (%s))"},
        {JOIN_LEFT_ANTI, "SELECT * FROM l WHERE NOT EXISTS (SELECT 1 FROM r WHERE l.k = r.k AND (%s))"},
        {JOIN_RIGHT_SEMI, "SELECT * FROM r WHERE EXISTS (SELECT 1 FROM l WHERE l.k = r.k AND (%s))"},
        {JOIN_RIGHT_ANTI, "SELECT * FROM r WHERE NOT EXISTS (SELECT 1 FROM l WHERE l.k = r.k AND (%s))"}};

    for (int i = 0; i < 4; i++) {
        struct node_hash_join *join =
            n_join(lab, s.left, s.right, cases[i].type, 1, on(lab, s, 0, COMPARE_EQUAL, 0));
        lab_plan_is(lab, &join->base, arena_printf(lab->arena, cases[i].sql, "true"));
        join->residual = residual(lab, s);
        lab_plan_is(lab, &join->base, arena_printf(lab->arena, cases[i].sql, "l.x < r.y"));
        join->projection = x_u32s(lab, 1, 2u);
        join->base.columns = x_picked(lab, &join->base, join->projection);
        lab_plan_is(lab, &join->base,
                    arena_printf(lab->arena, "SELECT COLUMNS('[xy]') FROM (%s)",
                                 arena_printf(lab->arena, cases[i].sql, "l.x < r.y")));
    }
}

static void test_loop_and_cross_joins(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);
    struct node_nested_loop_join *loop = node_nested_loop_join_new(lab->arena);
    struct node_cross_join *cross = node_cross_join_new(lab->arena);
    struct node_positional_join *positional = node_positional_join_new(lab->arena);
    struct node_hash_join *join = n_join(lab, s.left, s.right, JOIN_INNER, 0);

    loop->left = cross->left = positional->left = s.left;
    loop->right = cross->right = s.right;
    loop->type = JOIN_LEFT;
    loop->conditions = join_condition_list_new(lab->arena, 1);
    loop->conditions.items[0] = on(lab, s, 0, COMPARE_GREATER, 0);
    loop->projection = join->projection;
    loop->base.columns = cross->base.columns = positional->base.columns = join->base.columns;
    lab_plan_is(lab, &loop->base, "SELECT * FROM l LEFT JOIN r ON l.k > r.k");
    loop->conditions.count = 0;
    lab_plan_is(lab, &loop->base, "SELECT * FROM l, r");
    loop->type = JOIN_LEFT_SEMI;
    loop->projection.count = loop->base.columns.count = 3;
    lab_plan_is(lab, &loop->base, "SELECT * FROM l");
    loop->type = JOIN_LEFT_ANTI;
    lab_plan_is(lab, &loop->base, "SELECT * FROM l WHERE false");
    lab_plan_is(lab, &cross->base, "SELECT * FROM l CROSS JOIN r");
    positional->right = n_limit(lab, s.right, 3, 0);
    lab_plan_is(lab, &positional->base, "SELECT * FROM l POSITIONAL JOIN (FROM r LIMIT 3) r");
}

static void test_asof_joins(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);

    for (int type = JOIN_INNER; type <= JOIN_FULL; type++) {
        struct node_hash_join *like = n_join(lab, s.left, s.right, (enum join_type)type, 0);
        struct node_asof_join *join = node_asof_join_new(lab->arena);
        join->left = s.left;
        join->right = s.right;
        join->type = (enum join_type)type;
        join->conditions = join_condition_list_new(lab->arena, 2);
        join->conditions.items[0] = on(lab, s, 1, COMPARE_EQUAL, 1);
        join->conditions.items[1] = on(lab, s, 2, COMPARE_GREATER_EQUAL, 2);
        join->projection = like->projection;
        join->base.columns = like->base.columns;
        lab_plan_is(lab, &join->base,
                    arena_printf(lab->arena, "SELECT * FROM l ASOF %s r ON l.g = r.g AND l.x >= r.y",
                                 join_words[type]));
        if (type != JOIN_INNER && type != JOIN_LEFT)
            continue;
        join->residual = x_cmp(lab,
                               x_call(lab, t_of(TYPE_INTEGER), "+",
                                      x_list(lab, 2, x_col(lab, s.left, 0),
                                             expr_column(lab->arena, t_of(TYPE_INTEGER), 5, str_from("y")))),
                               COMPARE_GREATER, x_integer(lab, 12));
        lab_plan_is(lab, &join->base,
                    arena_printf(lab->arena,
                                 "SELECT * FROM l ASOF %s r ON l.g = r.g AND l.x >= r.y AND l.k + r.y > 12",
                                 join_words[type]));
    }
}

/* ---- MARK ---- */

static void check_mark(struct lab *lab, struct node_hash_join *join, const char *mark)
{
    lab_plan_is(lab, &join->base, arena_printf(lab->arena, "SELECT *, %s FROM l", mark));
    /* The mark alone, twice, and not at all. */
    join->projection = x_u32s(lab, 2, 3u, 2u);
    join->base.columns = x_picked(lab, &join->base, join->projection);
    lab_plan_is(lab, &join->base, arena_printf(lab->arena, "SELECT %s, x FROM l", mark));
    join->projection = x_u32s(lab, 3, 3u, 2u, 3u);
    join->base.columns = x_picked(lab, &join->base, join->projection);
    lab_plan_is(lab, &join->base,
                arena_printf(lab->arena, "SELECT m, x, m FROM (SELECT %s AS m, x FROM l)", mark));
    join->projection = x_u32s(lab, 1, 2u);
    join->base.columns = x_picked(lab, &join->base, join->projection);
    lab_plan_is(lab, &join->base, "SELECT x FROM l");
    join->projection = u32_list_identity(lab->arena, 4);
    join->base.columns = x_picked(lab, &join->base, join->projection);
}

static void test_marks(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab), empty = s, known = s;
    struct node_hash_join *join;

    check_mark(lab, n_join(lab, s.left, s.right, JOIN_MARK, 1, on(lab, s, 0, COMPARE_EQUAL, 0)),
               "k IN (SELECT k FROM r)");
    check_mark(lab,
               n_join(lab, s.left, s.right, JOIN_MARK, 2, on(lab, s, 0, COMPARE_EQUAL, 0),
                      on(lab, s, 2, COMPARE_EQUAL, 2)),
               "(k, x) IN (SELECT k, y FROM r)");
    empty.right =
        n_filter(lab, s.right, x_list(lab, 1, x_int(lab, TYPE_BOOLEAN, 0)), x_u32s(lab, 3, 0u, 1u, 2u));
    check_mark(lab, n_join(lab, empty.left, empty.right, JOIN_MARK, 1, on(lab, s, 0, COMPARE_EQUAL, 0)),
               "false");
    known.right = n_filter(
        lab, s.right,
        x_list(lab, 1,
               x_op(lab, t_of(TYPE_BOOLEAN), OPERATOR_IS_NOT_NULL, x_list(lab, 1, x_col(lab, s.right, 0)))),
        x_u32s(lab, 3, 0u, 1u, 2u));
    check_mark(lab, n_join(lab, known.left, known.right, JOIN_MARK, 1, on(lab, s, 0, COMPARE_EQUAL, 0)),
               "k IN (SELECT k FROM r WHERE k IS NOT NULL)");
    join = n_join(lab, s.left, s.right, JOIN_MARK, 1, on(lab, s, 2, COMPARE_EQUAL, 2));
    for (int op = COMPARE_NOT_EQUAL; op <= COMPARE_GREATER_EQUAL; op++) {
        struct node_nested_loop_join *loop = node_nested_loop_join_new(lab->arena);
        loop->left = s.left;
        loop->right = s.right;
        loop->type = JOIN_MARK;
        loop->conditions = join->conditions;
        loop->conditions.items[0].op = (enum comparison)op;
        loop->projection = join->projection;
        loop->base.columns = join->base.columns;
        lab_plan_is(lab, &loop->base,
                    arena_printf(lab->arena, "SELECT *, x %s ANY (SELECT y FROM r) FROM l",
                                 comparison_text((enum comparison)op)));
    }
}

/* Correlated by g, which is NULL on both sides too: computed with the keys in place of DuckDB's correlation. */
static void test_correlated_marks(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);

    check_mark(lab, n_join(lab, s.left, s.right, JOIN_MARK, 1, on(lab, s, 1, COMPARE_NOT_DISTINCT_FROM, 1)),
               "EXISTS (SELECT 1 FROM r WHERE r.g IS NOT DISTINCT FROM l.g)");
    check_mark(
        lab,
        n_join(lab, s.left, s.right, JOIN_MARK, 2, on(lab, s, 1, COMPARE_NOT_DISTINCT_FROM, 1),
               on(lab, s, 0, COMPARE_NOT_DISTINCT_FROM, 0)),
        "EXISTS (SELECT 1 FROM r WHERE r.g IS NOT DISTINCT FROM l.g AND r.k IS NOT DISTINCT FROM l.k)");
    for (int op = COMPARE_EQUAL; op <= COMPARE_GREATER_EQUAL; op++) {
        const char *ops = comparison_text((enum comparison)op);
        check_mark(lab,
                   n_join(lab, s.left, s.right, JOIN_MARK, 2, on(lab, s, 1, COMPARE_NOT_DISTINCT_FROM, 1),
                          on(lab, s, 2, (enum comparison)op, 2)),
                   arena_printf(lab->arena,
                                "(SELECT CASE WHEN bool_or(l.x %s r.y) THEN true WHEN count(*) = 0 THEN "
                                "false WHEN bool_or((l.x %s r.y) IS "
                                "NULL) THEN NULL ELSE false END FROM r WHERE r.g IS NOT DISTINCT FROM l.g)",
                                ops, ops));
    }
}

static void test_marks_refused(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);
    struct node_hash_join *join;
    struct eider_error err = {0};
    struct buf buf;

    buf_init(&buf, LAB_MAX_BYTES);
    join = n_join(lab, s.left, s.right, JOIN_MARK, 2, on(lab, s, 0, COMPARE_EQUAL, 0),
                  on(lab, s, 2, COMPARE_LESS, 2));
    assert_int_equal(sqlgen_query(&join->base, NULL, &buf, &err), EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "HashJoinExec");
    join = n_join(lab, s.left, s.right, JOIN_MARK, 3, on(lab, s, 1, COMPARE_NOT_DISTINCT_FROM, 1),
                  on(lab, s, 0, COMPARE_EQUAL, 0), on(lab, s, 2, COMPARE_EQUAL, 2));
    assert_int_equal(sqlgen_query(&join->base, NULL, &buf, &err), EIDER_ERROR_PLAN);
    join = n_join(lab, s.left, s.right, JOIN_MARK, 1, on(lab, s, 0, COMPARE_EQUAL, 0));
    join->residual = residual(lab, s);
    assert_int_equal(sqlgen_query(&join->base, NULL, &buf, &err), EIDER_ERROR_PLAN);
    buf_done(&buf);
}

/* ---- SINGLE ---- */

static void test_singles(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab), one = s;
    struct node_hash_join *join;

    /* Keys 1 and 2 have two partners each. */
    join = n_join(lab, s.left, s.right, JOIN_SINGLE, 1, on(lab, s, 0, COMPARE_EQUAL, 0));
    assert_true(lab_refuses(lab, lab_sql(lab, &join->base, NULL)));
    join->projection.count = join->base.columns.count = 1; /* also where nobody asks for the partner */
    assert_true(lab_refuses(lab, lab_sql(lab, &join->base, NULL)));
    one.right =
        n_filter(lab, s.right,
                 x_list(lab, 1, x_cmp(lab, x_col(lab, s.right, 2), COMPARE_NOT_EQUAL, x_integer(lab, 15))),
                 x_u32s(lab, 3, 0u, 1u, 2u));
    join = n_join(lab, one.left, one.right, JOIN_SINGLE, 1, on(lab, one, 0, COMPARE_EQUAL, 0));
    lab_plan_is(lab, &join->base, "SELECT * FROM l LEFT JOIN (FROM r WHERE y <> 15) r ON l.k = r.k");
    join = n_join(lab, one.left, one.right, JOIN_SINGLE, 2, on(lab, one, 0, COMPARE_NOT_DISTINCT_FROM, 0),
                  on(lab, one, 1, COMPARE_NOT_DISTINCT_FROM, 1));
    lab_plan_is(lab, &join->base,
                "SELECT * FROM l LEFT JOIN (FROM r WHERE y <> 15) r ON l.k IS NOT DISTINCT FROM r.k AND l.g "
                "IS NOT DISTINCT FROM r.g");
    /* Other conditions: left rows are told apart although some are equal. */
    join = n_join(lab, s.left, s.right, JOIN_SINGLE, 2, on(lab, s, 0, COMPARE_EQUAL, 0),
                  on(lab, s, 2, COMPARE_LESS, 2));
    lab_plan_is(lab, &join->base, "SELECT * FROM l LEFT JOIN r ON l.k = r.k AND l.x < r.y");
    join = n_join(lab, s.left, s.right, JOIN_SINGLE, 1, on(lab, s, 0, COMPARE_EQUAL, 0));
    join->residual = residual(lab, s);
    lab_plan_is(lab, &join->base, "SELECT * FROM l LEFT JOIN r ON l.k = r.k AND l.x < r.y");
}

/* Each join is a subselect of its own, however many there are. */
static void test_join_chain(void **state)
{
    struct lab *lab = *state;
    struct sides s = tables(lab);
    const struct eider_node *node = n_project(lab, s.left, x_list(lab, 1, x_col(lab, s.left, 0)));
    const char *sql;

    for (int i = 0; i < 100; i++) {
        struct sides pair = {node, n_project(lab, s.left, x_list(lab, 1, x_col(lab, s.left, 0)))};
        struct node_hash_join *join =
            n_join(lab, pair.left, pair.right, JOIN_LEFT_SEMI, 1, on(lab, pair, 0, COMPARE_EQUAL, 0));
        node = &join->base;
    }
    sql = lab_sql(lab, node, NULL);
    lab_contains(sql, "AS NOT MATERIALIZED (");
    lab_plan_is(lab, node, "SELECT k FROM l WHERE k IS NOT NULL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_joins),
        cmocka_unit_test(test_semi_joins),
        cmocka_unit_test(test_loop_and_cross_joins),
        cmocka_unit_test(test_asof_joins),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_correlated_marks),
        cmocka_unit_test(test_marks_refused),
        cmocka_unit_test(test_singles),
        cmocka_unit_test(test_join_chain),
    };

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
