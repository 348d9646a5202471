/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions as SQL: DuckDB runs them, and gives what the expression that a person would write gives. */
#include "sqlgen_lab.h"

static void check(struct lab *lab, const struct eider_node *input, const struct eider_expr *expr,
                  const char *expected)
{
    lab_plan_is(lab, n_project(lab, input, x_list(lab, 1, expr)), expected);
}

/* t(i, n, s, l): four rows with NULLs. */
static const struct eider_node *table(struct lab *lab)
{
    struct type_list *list = type_list_new(lab->arena);

    list->child = t_of(TYPE_INTEGER);
    lab_run(lab,
            "CREATE TABLE IF NOT EXISTS t AS FROM (VALUES (1, 10, 'abc', [1, 2, 3, 4]), (2, NULL, 'x', []), "
            "(NULL, 30, NULL, NULL), (-4, 40, 'it''s', [7, NULL])) AS t(i, n, s, l)");
    return n_table(lab, "t", 4, "i", t_of(TYPE_INTEGER), "n", t_of(TYPE_INTEGER), "s", t_of(TYPE_VARCHAR),
                   "l", &list->base);
}

static void test_functions(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_type *integer = t_of(TYPE_INTEGER), *text = t_of(TYPE_VARCHAR);
    const struct eider_expr *i = x_col(lab, t, 0), *n = x_col(lab, t, 1), *s = x_col(lab, t, 2);

    check(lab, t, x_call(lab, integer, "+", x_list(lab, 2, i, n)), "SELECT i + n FROM t");
    check(lab, t, x_call(lab, integer, "-", x_list(lab, 1, i)), "SELECT -i FROM t");
    check(lab, t, x_call(lab, t_of(TYPE_BOOLEAN), "~~", x_list(lab, 2, s, x_text(lab, "%b%"))),
          "SELECT s LIKE '%b%' FROM t");
    check(lab, t, x_call(lab, text, "||", x_list(lab, 2, s, s)), "SELECT s || s FROM t");
    /* Macros of the same names do not take their place. */
    lab_run(lab, "CREATE MACRO \"+\"(a, b) AS 99");
    lab_run(lab, "CREATE MACRO upper(a) AS 'macro'");
    check(lab, t, x_call(lab, integer, "+", x_list(lab, 2, i, n)), "SELECT i - (-n) FROM t");
    check(lab, t, x_call(lab, text, "upper", x_list(lab, 1, s)), "SELECT ucase(s) FROM t");
    lab_run(lab, "DROP MACRO \"+\"");
    lab_run(lab, "DROP MACRO upper");
    /* "/" divides exactly, whatever the setting says about the operator. */
    lab_run(lab, "SET integer_division = true");
    check(lab, t,
          x_call(lab, t_of(TYPE_DOUBLE), "/",
                 x_list(lab, 2, x_cast(lab, i, t_of(TYPE_DOUBLE)), x_cast(lab, n, t_of(TYPE_DOUBLE)))),
          "SELECT CAST(i AS DOUBLE) / CAST(n AS DOUBLE) FROM t");
    lab_run(lab, "RESET integer_division");
}

/* error() has no type of its own: it takes the one that the plan gives it. */
static void test_error(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_expr *error =
        x_call(lab, t_of(TYPE_VARCHAR), "error", x_list(lab, 1, x_text(lab, "it's wrong")));
    struct expr_case *when = expr_case_new(lab->arena, t_of(TYPE_VARCHAR));
    const char *sql;

    when->branches = case_branch_list_new(lab->arena, 1);
    when->branches.items[0].when = x_cmp(lab, x_col(lab, t, 0), COMPARE_GREATER, x_integer(lab, 100));
    when->branches.items[0].then = error;
    when->otherwise = x_col(lab, t, 2);
    check(lab, t, &when->base, "SELECT s FROM t");
    sql = lab_sql(lab, n_project(lab, t, x_list(lab, 1, error)), NULL);
    assert_true(lab_refuses(lab, sql));
}

static void test_operators(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_type *boolean = t_of(TYPE_BOOLEAN), *integer = t_of(TYPE_INTEGER);
    const struct eider_expr *i = x_col(lab, t, 0), *n = x_col(lab, t, 1);
    const struct eider_expr *less = x_cmp(lab, i, COMPARE_LESS, n), *one = x_integer(lab, 1);

    check(lab, t, less, "SELECT i < n FROM t");
    check(lab, t, x_cmp(lab, i, COMPARE_NOT_DISTINCT_FROM, n), "SELECT i IS NOT DISTINCT FROM n FROM t");
    check(lab, t, x_cmp(lab, i, COMPARE_DISTINCT_FROM, n), "SELECT i IS DISTINCT FROM n FROM t");
    check(lab, t, x_cmp(lab, less, COMPARE_NOT_EQUAL, x_cmp(lab, n, COMPARE_GREATER_EQUAL, i)),
          "SELECT (i < n) <> (n >= i) FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_NOT, x_list(lab, 1, less)), "SELECT NOT i < n FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_IS_NULL, x_list(lab, 1, less)),
          "SELECT (i < n) IS NULL FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_IS_NOT_NULL, x_list(lab, 1, i)), "SELECT i IS NOT NULL FROM t");
    check(
        lab, t,
        x_op(lab, boolean, OPERATOR_AND,
             x_list(lab, 3, less,
                    x_op(lab, boolean, OPERATOR_OR, x_list(lab, 2, less, x_cmp(lab, i, COMPARE_EQUAL, one))),
                    x_int(lab, TYPE_BOOLEAN, 1))),
        "SELECT i < n AND (i < n OR i = 1) AND true FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_IN, x_list(lab, 3, i, one, x_null(lab, TYPE_INTEGER))),
          "SELECT i IN (1, NULL) FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_IN, x_list(lab, 2, i, one)), "SELECT i IN (1) FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_NOT_IN, x_list(lab, 3, i, one, n)),
          "SELECT i NOT IN (1, n) FROM t");
    check(lab, t, x_op(lab, boolean, OPERATOR_NOT_IN, x_list(lab, 2, i, one)), "SELECT i NOT IN (1) FROM t");
    check(lab, t, x_op(lab, integer, OPERATOR_COALESCE, x_list(lab, 2, i, n)),
          "SELECT coalesce(i, n) FROM t");
    check(lab, t, x_op(lab, integer, OPERATOR_NULLIF, x_list(lab, 2, i, one)), "SELECT nullif(i, 1) FROM t");
    check(lab, t, x_op(lab, integer, OPERATOR_TRY, x_list(lab, 1, x_cast(lab, x_col(lab, t, 2), integer))),
          "SELECT TRY(CAST(s AS INTEGER)) FROM t");
}

/* As DuckDB does with the ranges that it makes of regular expressions. */
static void test_text_against_bytes(void **state)
{
    struct lab *lab = *state;
    struct expr_string *bytes = expr_string_new(lab->arena, t_of(TYPE_BLOB));
    const struct eider_node *t;

    lab_run(lab, "CREATE TABLE bytes AS FROM (VALUES ('a'), ('\\x41'), ('\u00E4'), (NULL), ('zz')) AS t(s)");
    t = n_table(lab, "bytes", 1, "s", t_of(TYPE_VARCHAR));
    bytes->bytes = (struct eider_str){"b\xFF", 2};
    check(lab, t, x_cmp(lab, x_col(lab, t, 0), COMPARE_LESS, &bytes->base), "SELECT s < 'c' FROM bytes");
    check(lab, t, x_cmp(lab, &bytes->base, COMPARE_LESS, x_col(lab, t, 0)), "SELECT s > 'b' FROM bytes");
}

/* One candidate of a nested type is a candidate, not a list to search in. */
static void test_in_of_lists(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_expr *l = x_col(lab, t, 3);

    check(lab, t, x_op(lab, t_of(TYPE_BOOLEAN), OPERATOR_IN, x_list(lab, 2, l, l)), "SELECT l = l FROM t");
    check(lab, t, x_op(lab, l->type, OPERATOR_ARRAY, x_list(lab, 2, x_col(lab, t, 0), x_col(lab, t, 1))),
          "SELECT [i, n] FROM t");
}

static void test_between(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    static const char *const expected[] = {
        "SELECT i > -4 AND i < 2 FROM t", "SELECT i > -4 AND i <= 2 FROM t",
        "SELECT i >= -4 AND i < 2 FROM t", "SELECT i BETWEEN -4 AND 2 FROM t"};

    for (int i = 0; i < 4; i++) {
        struct expr_between *expr = expr_between_new(lab->arena, t_of(TYPE_BOOLEAN));
        expr->input = x_col(lab, t, 0);
        expr->lower = x_integer(lab, -4);
        expr->upper = x_integer(lab, 2);
        expr->lower_inclusive = (i & 2) != 0;
        expr->upper_inclusive = (i & 1) != 0;
        check(lab, t, &expr->base, expected[i]);
    }
}

/* A range in a plan is a BETWEEN again; other pairs of comparisons stay what they are. */
static void test_ranges(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_expr *i = x_col(lab, t, 0), *n = x_col(lab, t, 1);
    const struct eider_expr *low = x_cmp(lab, i, COMPARE_GREATER_EQUAL, x_integer(lab, -4));
    const struct eider_expr *high = x_cmp(lab, i, COMPARE_LESS_EQUAL, n);
    const struct eider_expr *both = x_op(lab, t_of(TYPE_BOOLEAN), OPERATOR_AND, x_list(lab, 2, low, high));

    check(lab, t, both, "SELECT i BETWEEN -4 AND n FROM t");
    lab_contains(lab_sql(lab, n_project(lab, t, x_list(lab, 1, both)), NULL),
                 "(t.\"i\" BETWEEN CAST(-4 AS INTEGER) AND t.\"n\")");
    check(lab, t, x_op(lab, t_of(TYPE_BOOLEAN), OPERATOR_AND, x_list(lab, 2, high, low)),
          "SELECT i <= n AND i >= -4 FROM t");
    check(lab, t,
          x_op(lab, t_of(TYPE_BOOLEAN), OPERATOR_AND,
               x_list(lab, 2, low, x_cmp(lab, n, COMPARE_LESS_EQUAL, x_integer(lab, 30)))),
          "SELECT i >= -4 AND n <= 30 FROM t");
}

static void test_case(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    struct expr_case *expr = expr_case_new(lab->arena, t_of(TYPE_VARCHAR));

    expr->branches = case_branch_list_new(lab->arena, 2);
    for (uint32_t i = 0; i < 2; i++) {
        expr->branches.items[i].when =
            x_cmp(lab, x_col(lab, t, 0), COMPARE_EQUAL, x_integer(lab, (int32_t)i + 1));
        expr->branches.items[i].then = x_text(lab, i == 0 ? "one" : "two");
    }
    check(lab, t, &expr->base, "SELECT CASE i WHEN 1 THEN 'one' WHEN 2 THEN 'two' END FROM t");
    expr->otherwise = x_col(lab, t, 2);
    check(lab, t, &expr->base, "SELECT CASE i WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE s END FROM t");
}

static void test_casts(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    struct expr_cast *cast = (struct expr_cast *)x_cast(lab, x_col(lab, t, 2), t_of(TYPE_INTEGER));

    check(lab, t, x_cast(lab, x_col(lab, t, 0), type_decimal(lab->arena, 12, 3)),
          "SELECT CAST(i AS DECIMAL(12, 3)) FROM t");
    cast->try_cast = true;
    check(lab, t, &cast->base, "SELECT TRY_CAST(s AS INTEGER) FROM t");
}

static void test_slices(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    static const char *const expected[] = {
        "SELECT l[:] FROM t",    "SELECT l[2:] FROM t",    "SELECT l[:3] FROM t",   "SELECT l[2:3] FROM t",
        "SELECT l[:-:2] FROM t", "SELECT l[2:-:2] FROM t", "SELECT l[:3:2] FROM t", "SELECT l[2:3:2] FROM t"};

    for (int i = 0; i < 8; i++) {
        struct expr_slice *expr = expr_slice_new(lab->arena, x_col(lab, t, 3)->type);
        expr->value = x_col(lab, t, 3);
        expr->begin = (i & 1) != 0 ? x_int(lab, TYPE_BIGINT, 2) : NULL;
        expr->end = (i & 2) != 0 ? x_int(lab, TYPE_BIGINT, 3) : NULL;
        expr->step = (i & 4) != 0 ? x_int(lab, TYPE_BIGINT, 2) : NULL;
        check(lab, t, &expr->base, expected[i]);
    }
}

static const struct eider_expr *parameter(struct lab *lab, enum type_tag type, uint32_t level,
                                          uint32_t position)
{
    struct expr_lambda_parameter *expr = expr_lambda_parameter_new(lab->arena, t_of(type));

    expr->level = level;
    expr->position = position;
    return &expr->base;
}

static const struct eider_expr *lambda(struct lab *lab, uint32_t level, uint32_t parameters,
                                       const struct eider_expr *body)
{
    struct expr_lambda *expr = expr_lambda_new(lab->arena, body->type);

    expr->level = level;
    expr->parameters = parameters;
    expr->body = body;
    return &expr->base;
}

/* Nested lambdas see the parameters of the outer ones and the columns of the row. */
static void test_lambdas(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    const struct eider_type *bigint = t_of(TYPE_BIGINT);
    struct type_list *list = type_list_new(lab->arena);
    const struct eider_expr *inner, *outer, *sum;
    struct expr_function *wrap;

    list->child = bigint;
    sum = x_call(lab, bigint, "+",
                 x_list(lab, 2, parameter(lab, TYPE_BIGINT, 1, 0),
                        x_call(lab, bigint, "*",
                               x_list(lab, 2, parameter(lab, TYPE_BIGINT, 0, 1),
                                      x_cast(lab, x_col(lab, t, 1), bigint)))));
    inner = x_call(lab, &list->base, "list_transform",
                   x_list(lab, 2, x_cast(lab, x_col(lab, t, 3), &list->base), lambda(lab, 1, 1, sum)));
    wrap = (struct expr_function *)x_call(lab, bigint, "list_sum", x_list(lab, 1, inner));
    wrap->base.type = t_of(TYPE_HUGEINT);
    outer = x_cast(lab, &wrap->base, bigint);
    check(lab, t,
          x_call(lab, &list->base, "list_transform",
                 x_list(lab, 2, x_cast(lab, x_col(lab, t, 3), &list->base), lambda(lab, 0, 2, outer))),
          "SELECT list_transform(CAST(l AS BIGINT[]), lambda x, k: CAST(list_sum(list_transform(CAST(l AS "
          "BIGINT[]), "
          "lambda y: y + k * n)) AS BIGINT)) FROM t");
}

static void test_named_arguments(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    struct type_struct *type = type_struct_new(lab->arena);
    struct expr_function *pack;

    type->fields = column_list_new(lab->arena, 2);
    type->fields.items[0] = (struct column){str_from("a \"x\""), t_of(TYPE_INTEGER)};
    type->fields.items[1] = (struct column){str_from("order"), t_of(TYPE_VARCHAR)};
    pack = (struct expr_function *)x_call(lab, &type->base, "struct_pack",
                                          x_list(lab, 2, x_col(lab, t, 0), x_col(lab, t, 2)));
    pack->arg_names = str_list_new(lab->arena, 2);
    pack->arg_names.items[0] = type->fields.items[0].name;
    pack->arg_names.items[1] = type->fields.items[1].name;
    check(lab, t, &pack->base, "SELECT {'a \"x\"': i, 'order': s} FROM t");
    check(
        lab, t,
        x_call(lab, t_of(TYPE_VARCHAR), "struct_extract", x_list(lab, 2, &pack->base, x_text(lab, "order"))),
        "SELECT s FROM t");
}

/* ---- DECIMAL arithmetic ---- */

static uint32_t stored_bytes(uint32_t width)
{
    return width <= 4 ? 2 : width <= 9 ? 4 : width <= 18 ? 8 : 16;
}

/* The argument as DuckDB binds it: cast to what the operator works on. */
static const struct eider_expr *bound(struct lab *lab, const struct eider_expr *argument, char op,
                                      const struct eider_type *result)
{
    const struct type_decimal *type = type_as_decimal(argument->type), *wanted = type_as_decimal(result);
    uint32_t scale = op == '*' ? (type != NULL ? type->scale : 0) : wanted->scale;

    if (type != NULL && type->scale == scale && stored_bytes(type->width) == stored_bytes(wanted->width))
        return argument;
    return x_cast(lab, argument, type_decimal(lab->arena, wanted->width, scale));
}

/* `a op b` as bound by DuckDB, over columns 0 and 1 of `input`, has the type that DuckDB found, and no cast around it. */
static void check_arithmetic(struct lab *lab, const struct eider_node *input, const struct eider_expr *a,
                             char op, const struct eider_expr *b, const char *plain)
{
    const char *found = lab_text(lab, arena_printf(lab->arena, "SELECT typeof(x) FROM (%s) AS t(x)", plain));
    const struct eider_type *type;
    const struct eider_node *plan;
    uint32_t width, scale;
    const char *sql, name[2] = {op, '\0'};

    if (sscanf(found, "DECIMAL(%u,%u)", &width, &scale) != 2)
        return; /* % of wide ones is DOUBLE */
    type = type_decimal(lab->arena, width, scale);
    plan = n_project(lab, input,
                     x_list(lab, 1,
                            x_call(lab, type, arena_strndup(lab->arena, name, 1),
                                   x_list(lab, 2, bound(lab, a, op, type), bound(lab, b, op, type)))));
    sql = lab_sql(lab, plan, NULL);
    lab_same(lab, sql, plain);
    lab_contains_not(sql, "SELECT CAST(system");
}

static const char *const operators = "+-*%";

static void test_decimal_columns(void **state)
{
    struct lab *lab = *state;
    static const uint32_t shapes[][2] = {{1, 0},   {4, 2},  {9, 3},   {15, 2}, {17, 17}, {18, 0},
                                         {18, 18}, {19, 2}, {30, 10}, {38, 0}, {38, 19}};
    const size_t count = sizeof(shapes) / sizeof(shapes[0]);

    for (size_t i = 0; i < count * count * 4; i++) {
        const uint32_t *left = shapes[i / 4 % count], *right = shapes[i / 4 / count];
        char op = operators[i % 4];
        const char *a = arena_printf(lab->arena, "DECIMAL(%u,%u)", left[0], left[1]);
        const char *b = arena_printf(lab->arena, "DECIMAL(%u,%u)", right[0], right[1]);
        const struct eider_node *input;
        if (op == '*' && left[1] + right[1] > 38)
            continue;
        lab_run(lab,
                arena_printf(lab->arena,
                             "CREATE OR REPLACE TABLE d AS SELECT CAST(0.1 AS %s) AS a, CAST(0.2 AS %s) AS b",
                             a, b));
        input = n_table(lab, "d", 2, "a", type_decimal(lab->arena, left[0], left[1]), "b",
                        type_decimal(lab->arena, right[0], right[1]));
        check_arithmetic(lab, input, x_col(lab, input, 0), op, x_col(lab, input, 1),
                         arena_printf(lab->arena, "SELECT a %c b FROM d", op));
    }
}

/* Integers count as DECIMALs; a constant has the type that it was bound to, and may take any that holds it. */
static void test_decimal_mixed(void **state)
{
    struct lab *lab = *state;
    static const enum type_tag integers[] = {TYPE_TINYINT, TYPE_SMALLINT, TYPE_INTEGER, TYPE_BIGINT,
                                             TYPE_UBIGINT};
    static const uint32_t shapes[][2] = {{4, 2}, {9, 9}, {15, 2}, {18, 6}, {18, 0}, {25, 3}, {38, 2}};
    static const char *const constants[] = {"1", "0", "1.5", "100", "0.05", "-12.25", "10000000", "1.000"};

    for (size_t i = 0; i < 5 * 7 * 4; i++) {
        const uint32_t *shape = shapes[i / 4 % 7];
        enum type_tag tag = integers[i / 28];
        const struct eider_node *input;
        lab_run(lab, arena_printf(lab->arena,
                                  "CREATE OR REPLACE TABLE d AS SELECT CAST(0.1 AS DECIMAL(%u,%u)) AS a, "
                                  "CAST(3 AS %s) AS b",
                                  shape[0], shape[1], type_tag_sql(tag)));
        input = n_table(lab, "d", 2, "a", type_decimal(lab->arena, shape[0], shape[1]), "b", t_of(tag));
        if (!lab_refuses(lab, arena_printf(lab->arena, "SELECT a %c b FROM d", operators[i % 4])))
            check_arithmetic(lab, input, x_col(lab, input, 0), operators[i % 4], x_col(lab, input, 1),
                             arena_printf(lab->arena, "SELECT a %c b FROM d", operators[i % 4]));
    }
    for (size_t i = 0; i < 8 * 7 * 4; i++) {
        const uint32_t *shape = shapes[i / 4 % 7];
        const char *text = constants[i / 28], *plain, *bits;
        struct expr_integer *constant;
        const struct eider_node *input;
        uint32_t width, scale;
        char op = operators[i % 4];
        lab_run(lab, arena_printf(lab->arena,
                                  "CREATE OR REPLACE TABLE d AS SELECT CAST(0.1 AS DECIMAL(%u,%u)) AS a",
                                  shape[0], shape[1]));
        input = n_table(lab, "d", 1, "a", type_decimal(lab->arena, shape[0], shape[1]));
        plain = arena_printf(lab->arena, "SELECT a %c %s FROM d", op, text);
        if (lab_refuses(lab, plain) ||
            sscanf(lab_text(lab, arena_printf(lab->arena, "SELECT typeof(x) FROM (%s) AS t(x)", plain)),
                   "DECIMAL(%u,%u)", &width, &scale) != 2)
            continue;
        /* As folded by DuckDB: in the type of the result, or, for *, with the scale of its own. */
        if (op == '*')
            scale = strchr(text, '.') != NULL ? (uint32_t)strlen(strchr(text, '.') + 1) : 0;
        bits = lab_text(lab, arena_printf(lab->arena, "SELECT CAST(%s * CAST(10 AS HUGEINT)**%u AS HUGEINT)",
                                          text, scale));
        constant = expr_integer_new(lab->arena, type_decimal(lab->arena, width, scale));
        constant->lower = (uint64_t)strtoll(bits, NULL, 10);
        constant->upper = bits[0] == '-' ? -1 : 0;
        check_arithmetic(lab, input, x_col(lab, input, 0), op, &constant->base, plain);
    }
}

/* A type that no arguments lead to is reached by a cast around the call. */
static void test_decimal_fallback(void **state)
{
    struct lab *lab = *state;
    const struct eider_type *type = type_decimal(lab->arena, 19, 2),
                            *argument = type_decimal(lab->arena, 5, 2);
    const struct eider_node *input;

    lab_run(lab, "CREATE OR REPLACE TABLE d AS SELECT CAST(0.1 AS DECIMAL(5,2)) AS a");
    input = n_table(lab, "d", 1, "a", argument);
    check(lab, input, x_call(lab, type, "+", x_list(lab, 2, x_col(lab, input, 0), x_col(lab, input, 0))),
          "SELECT CAST(a + a AS DECIMAL(19, 2)) FROM d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_in_of_lists),
        cmocka_unit_test(test_text_against_bytes),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_casts),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_lambdas),
        cmocka_unit_test(test_named_arguments),
        cmocka_unit_test(test_decimal_columns),
        cmocka_unit_test(test_decimal_mixed),
        cmocka_unit_test(test_decimal_fallback),
    };

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
