/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimated rows, rule by rule, over two tables that are made up:
 *   big   4 files of 1,000 rows; a is unique, b has 10 values, c 100, of s nothing is known
 *   dim   1 file of 100 rows; a is unique, b has 10 values, c 100
 * Numbers are 0 … values - 1, and known as ranges of the files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "planner/passes.h"
#include "unit/plans.h"

enum {
    A,
    B,
    C,
    S
};

static struct arena *arena;
static uint32_t ranges_asked;

/* ---- Tables ---- */

static bool is_big(const char *path)
{
    return strncmp(path, "/big/", 5) == 0;
}

static enum eider_status file_info(void *data, const char *path, struct planner_file *ret,
                                   struct eider_error *err)
{
    (void)data;
    (void)err;
    *ret = (struct planner_file){.bytes = 8000, .rows = is_big(path) ? 1000 : 100, .row_group_rows = 1000};
    return EIDER_OK;
}

static double column_distinct(void *data, const char *first_path, uint32_t file_count, const char *column)
{
    (void)data;
    switch (*column) {
    case 'a':
        return is_big(first_path) ? 1000 * file_count : 100;
    case 'b':
        return 10;
    case 'c':
        return 100;
    default:
        return -1;
    }
}

/* Each file of big has its own thousand of a. */
static bool column_range(void *data, const char *path, const char *column, double *ret_least,
                         double *ret_greatest)
{
    double first = is_big(path) && *column == 'a' ? 1000 * (path[5] - '0') : 0;

    (void)data;
    ranges_asked++;
    *ret_least = first;
    *ret_greatest = first + (*column == 'b' ? 10 : is_big(path) && *column == 'a' ? 1000 : 100) - 1;
    return *column != 's';
}

static const struct planner_options usual = {.workers = 4,
                                             .bytes_per_task = 1,
                                             .file_info = file_info,
                                             .column_distinct = column_distinct,
                                             .column_range = column_range};

/* The type is that of a, b and c; s is a VARCHAR. */
static struct node_parquet_scan *scan_of(const char *table, uint32_t files, const struct eider_type *type)
{
    static const char *const names[] = {"a", "b", "c", "s"};
    struct node_parquet_scan *node = node_parquet_scan_new(arena);

    node->base.columns = column_list_new(arena, 4);
    node->read = scan_column_list_new(arena, 4);
    node->files = file_slice_list_new(arena, files);
    node->projection = u32_list_identity(arena, 4);
    for (uint32_t i = 0; i < files; i++)
        node->files.items[i].path = str_from(arena_printf(arena, "/%s/%u", table, i));
    for (uint32_t i = 0; i < 4; i++) {
        node->base.columns.items[i] =
            (struct column){str_from(names[i]), i < S ? type : type_simple(TYPE_VARCHAR)};
        node->read.items[i] = (struct scan_column){
            .role = SCAN_COLUMN, .name = str_from(names[i]), .type = node->base.columns.items[i].type};
    }
    return node;
}

static const struct eider_node *big(void)
{
    return &scan_of("big", 4, type_simple(TYPE_BIGINT))->base;
}

static const struct eider_node *dim(void)
{
    return &scan_of("dim", 1, type_simple(TYPE_BIGINT))->base;
}

/* ---- Rows ---- */

static const struct eider_node *estimated_with(const struct eider_node *plan,
                                               const struct planner_options *options)
{
    struct eider_error err;
    struct verdict verdict = {.kind = VERDICT_DISTRIBUTABLE};
    struct planning p = {.arena = arena, .options = options, .plan = plan, .verdict = &verdict, .err = &err};

    assert_false(arena_failed(arena));
    assert_int_equal(pass_estimate(&p), EIDER_OK);
    return p.plan;
}

static double rows_of(const struct eider_node *plan)
{
    return estimated_with(plan, &usual)->rows;
}

static void check_rows(const struct eider_node *plan, double expected, const char *what)
{
    double rows = rows_of(plan);

    if (rows < expected * 0.9999 || rows > expected * 1.0001)
        fail_msg("%s: %.10g rows, not %.10g", what, rows, expected);
}

/* ---- Expressions ---- */

static const struct eider_expr *column(uint32_t index)
{
    return expr_column(arena, index == S ? type_simple(TYPE_VARCHAR) : type_simple(TYPE_BIGINT), index,
                       str_from("x"));
}

static const struct eider_expr *number(int64_t value)
{
    return expr_bigint(arena, value);
}

static const struct eider_expr *text(const char *bytes)
{
    struct expr_string *expr = expr_string_new(arena, type_simple(TYPE_VARCHAR));

    expr->bytes = str_from(bytes);
    return &expr->base;
}

static const struct eider_expr *compare(const struct eider_expr *left, enum comparison op,
                                        const struct eider_expr *right)
{
    struct expr_comparison *expr = expr_comparison_new(arena, type_simple(TYPE_BOOLEAN));

    expr->left = left;
    expr->op = op;
    expr->right = right;
    return &expr->base;
}

/* Over up to four expressions, NULL behind the last. */
static struct expr_list list(const struct eider_expr *a, const struct eider_expr *b,
                             const struct eider_expr *c, const struct eider_expr *d)
{
    const struct eider_expr *const items[] = {a, b, c, d};
    struct expr_list made = expr_list_new(arena, 4);

    for (made.count = 0; made.count < 4 && items[made.count] != NULL; made.count++)
        made.items[made.count] = items[made.count];
    return made;
}

static const struct eider_expr *operation(enum operator op, struct expr_list children)
{
    struct expr_operator *expr = expr_operator_new(arena, type_simple(TYPE_BOOLEAN));

    expr->op = op;
    expr->children = children;
    return &expr->base;
}

static const struct eider_expr *between(const struct eider_expr *input, int64_t lower, int64_t upper)
{
    struct expr_between *expr = expr_between_new(arena, type_simple(TYPE_BOOLEAN));

    expr->input = input;
    expr->lower = number(lower);
    expr->upper = number(upper);
    expr->lower_inclusive = expr->upper_inclusive = true;
    return &expr->base;
}

static const struct eider_expr *function(const char *name, const struct eider_type *type,
                                         struct expr_list args)
{
    struct expr_function *expr = expr_function_new(arena, type);

    expr->name = str_from(name);
    expr->args = args;
    return &expr->base;
}

static const struct eider_expr *cast(const struct eider_expr *child, enum type_tag type)
{
    struct expr_cast *expr = expr_cast_new(arena, type_simple(type));

    expr->child = child;
    return &expr->base;
}

static const struct eider_node *filter(const struct eider_node *input, struct expr_list predicates)
{
    struct node_filter *node = node_filter_new(arena);

    node->input = input;
    node->predicates = predicates;
    node->projection = u32_list_identity(arena, input->columns.count);
    node->base.columns = input->columns;
    return &node->base;
}

/* Only the rows with b = 3: a tenth. */
static const struct eider_node *tenth(const struct eider_node *input)
{
    return filter(input, list(compare(column(B), COMPARE_EQUAL, number(3)), NULL, NULL, NULL));
}

/* ---- Scans ---- */

static void scans_have_the_rows_of_their_files(void **unused)
{
    struct planner_options none = usual;
    struct node_parquet_scan *scan = scan_of("big", 3, type_simple(TYPE_BIGINT));

    (void)unused;
    check_rows(&scan->base, 3000, "three files");
    scan->files.items[0].row_count = 250;
    check_rows(&scan->base, 2250, "a part of one");
    none.file_info = NULL;
    assert_true(estimated_with(&scan->base, &none)->rows == 250 + 2 * 100000.0);
    scan->files.items[1].bytes = scan->files.items[2].bytes = 5000;
    assert_true(estimated_with(&scan->base, &none)->rows == 250 + 2 * 5000 / 50.0);
    scan->base.rows = 77;
    check_rows(&scan->base, 77, "given by someone else");
    check_rows(tenth(&scan->base), 7.7, "and above it");
}

static void predicates_take_their_share(void **unused)
{
    const struct eider_type *boolean = type_simple(TYPE_BOOLEAN);
    const struct eider_expr *b3 = compare(column(B), COMPARE_EQUAL, number(3));
    const struct eider_expr *like = function("~~", boolean, list(column(S), text("x%"), NULL, NULL));
    const struct {
        const char *what;
        const struct eider_expr *predicate;
        double rows;
    } cases[] = {
        {"b = 3", b3, 400},
        {"3 = b", compare(number(3), COMPARE_EQUAL, column(B)), 400},
        {"b IS NOT DISTINCT FROM 3", compare(column(B), COMPARE_NOT_DISTINCT_FROM, number(3)), 400},
        {"b <> 3", compare(column(B), COMPARE_NOT_EQUAL, number(3)), 3600},
        {"b::HUGEINT = 3", compare(cast(column(B), TYPE_HUGEINT), COMPARE_EQUAL, number(3)), 400},
        {"s = 'x'", compare(column(S), COMPARE_EQUAL, text("x")), 400},
        {"b IN (1, 2, 3)", operation(OPERATOR_IN, list(column(B), number(1), number(2), number(3))), 1200},
        {"b NOT IN (1, 2)", operation(OPERATOR_NOT_IN, list(column(B), number(1), number(2), NULL)), 3200},
        {"a < 1000", compare(column(A), COMPARE_LESS, number(1000)), 1000},
        {"a <= 1000", compare(column(A), COMPARE_LESS_EQUAL, number(1000)), 1001},
        {"a > 1000", compare(column(A), COMPARE_GREATER, number(1000)), 2999},
        {"a >= 1000", compare(column(A), COMPARE_GREATER_EQUAL, number(1000)), 3000},
        {"1000 > a", compare(number(1000), COMPARE_GREATER, column(A)), 1000},
        {"a::HUGEINT < 1000", compare(cast(column(A), TYPE_HUGEINT), COMPARE_LESS, number(1000)), 1000},
        {"a::DOUBLE < 1000", compare(cast(column(A), TYPE_DOUBLE), COMPARE_LESS, number(1000)), 800},
        {"a < -5", compare(column(A), COMPARE_LESS, number(-5)), 1},
        {"a > -5", compare(column(A), COMPARE_GREATER, number(-5)), 4000},
        {"a BETWEEN 1000 AND 1999", between(column(A), 1000, 1999), 1000},
        {"s < 'x'", compare(column(S), COMPARE_LESS, text("x")), 800},
        {"b = c", compare(column(B), COMPARE_EQUAL, column(C)), 40},
        {"b < c", compare(column(B), COMPARE_LESS, column(C)), 4000 / 3.0},
        {"s LIKE", like, 800},
        {"s NOT LIKE", function("!~~", boolean, list(column(S), text("x%"), NULL, NULL)), 3200},
        {"year(a) = 3", /* 4,000 days are 12 or 13 years */
         compare(function("year", type_simple(TYPE_BIGINT), list(column(A), NULL, NULL, NULL)), COMPARE_EQUAL,
                 number(3)),
         4000 / (4000 / 365.0 + 2)},
        {"s IS NULL", operation(OPERATOR_IS_NULL, list(column(S), NULL, NULL, NULL)), 200},
        {"s IS NOT NULL", operation(OPERATOR_IS_NOT_NULL, list(column(S), NULL, NULL, NULL)), 4000},
        {"NOT b = 3", operation(OPERATOR_NOT, list(b3, NULL, NULL, NULL)), 3600},
        {"b = 3 OR s LIKE", operation(OPERATOR_OR, list(b3, like, NULL, NULL)), 1200},
        {"too many ORs",
         operation(OPERATOR_OR, list(operation(OPERATOR_NOT, list(b3, NULL, NULL, NULL)), b3, like, NULL)),
         4000},
        {"b = 3 AND s LIKE", operation(OPERATOR_AND, list(b3, like, NULL, NULL)), 80},
        {"a >= 1000 AND a < 1500",
         operation(OPERATOR_AND, list(compare(column(A), COMPARE_GREATER_EQUAL, number(1000)),
                                      compare(column(A), COMPARE_LESS, number(1500)), NULL, NULL)),
         500},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct node_parquet_scan *scan = scan_of("big", 4, type_simple(TYPE_BIGINT));
        scan->filters = list(cases[i].predicate, NULL, NULL, NULL);
        check_rows(&scan->base, cases[i].rows, cases[i].what);
        check_rows(filter(big(), scan->filters), cases[i].rows, cases[i].what);
    }
}

/* The bounds of one column are one interval; other predicates are independent. */
static void lists_of_predicates_multiply(void **unused)
{
    const struct eider_expr *from = compare(column(A), COMPARE_GREATER_EQUAL, number(1000));
    const struct eider_expr *to = compare(column(A), COMPARE_LESS, number(1500));
    const struct eider_expr *b3 = compare(column(B), COMPARE_EQUAL, number(3));
    const struct eider_expr *c7 = compare(column(C), COMPARE_EQUAL, number(7));

    (void)unused;
    check_rows(filter(big(), list(from, to, NULL, NULL)), 500, "an interval");
    check_rows(filter(big(), list(from, b3, to, NULL)), 50, "an interval and b = 3");
    check_rows(filter(big(), list(b3, c7, NULL, NULL)), 4, "b = 3 and c = 7");
    check_rows(filter(big(), list(from, compare(column(A), COMPARE_LESS, number(900)), NULL, NULL)), 1,
               "nothing in between");
    check_rows(filter(tenth(big()), list(b3, NULL, NULL, NULL)), 400, "b = 3 once more");
}

static void ranges_of_other_numbers(void **unused)
{
    static const struct {
        enum type_tag type;
        int64_t unit; /* of the constant, where ranges count microseconds */
    } times[] = {{TYPE_TIMESTAMP, 1}, {TYPE_DATE, 1}, {TYPE_TIMESTAMP_NS, 1000}, {TYPE_INTEGER, 1}};
    struct expr_double *half = expr_double_new(arena, type_simple(TYPE_DOUBLE));
    struct node_parquet_scan *scan;

    (void)unused;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const struct eider_type *type = type_simple(times[i].type);
        struct expr_integer *constant = expr_integer_new(arena, type);

        constant->lower = (uint64_t)(1000 * times[i].unit);
        scan = scan_of("big", 4, type);
        scan->filters =
            list(compare(expr_column(arena, type, A, str_from("a")), COMPARE_LESS, &constant->base), NULL,
                 NULL, NULL);
        check_rows(&scan->base, 1000, type_tag_name(times[i].type));
    }
    half->value = 49.5;
    scan = scan_of("dim", 1, type_simple(TYPE_DOUBLE));
    scan->filters = list(
        compare(expr_column(arena, type_simple(TYPE_DOUBLE), A, str_from("a")), COMPARE_LESS, &half->base),
        NULL, NULL, NULL);
    check_rows(&scan->base, 50, "double");
}

static void ranges_are_asked_for_once(void **unused)
{
    struct node_parquet_scan *scan = scan_of("big", 4, type_simple(TYPE_VARCHAR));

    (void)unused;
    ranges_asked = 0;
    check_rows(tenth(&scan->base), 400, "no range is needed");
    assert_int_equal(ranges_asked, 0);
    scan->filters = list(between(column(B), 0, 4), between(column(B), 0, 4), NULL, NULL);
    check_rows(&scan->base, 2000, "the same range twice");
    assert_int_equal(ranges_asked, 4);
}

/* ---- Joins ---- */

/* left.lk = right.rk, or another comparison. */
static struct node_hash_join *join_on(const struct eider_node *left, uint32_t lk,
                                      const struct eider_node *right, uint32_t rk, enum join_type type)
{
    struct node_hash_join *node = (struct node_hash_join *)sample_join(arena, left, right, type, -1);

    node->conditions.items[0].left = column(lk);
    node->conditions.items[0].right = column(rk);
    return node;
}

static const struct eider_node *joined(const struct eider_node *left, const struct eider_node *right,
                                       enum join_type type)
{
    return &join_on(left, C, right, A, type)->base;
}

static void joins_by_one_key(void **unused)
{
    (void)unused;
    check_rows(joined(big(), dim(), JOIN_INNER), 4000, "inner");
    check_rows(joined(big(), tenth(dim()), JOIN_INNER), 400, "inner, a tenth of the right");
    check_rows(joined(tenth(big()), tenth(dim()), JOIN_INNER), 40, "inner, a tenth of both");
    check_rows(joined(big(), tenth(dim()), JOIN_LEFT), 4000, "left");
    check_rows(joined(tenth(dim()), big(), JOIN_RIGHT), 4000, "right");
    check_rows(joined(tenth(big()), dim(), JOIN_RIGHT), 400, "right, all of which have partners");
    check_rows(joined(tenth(big()), tenth(dim()), JOIN_FULL), 400, "full");
    check_rows(joined(big(), tenth(dim()), JOIN_LEFT_SEMI), 400, "semi");
    check_rows(joined(big(), dim(), JOIN_LEFT_SEMI), 4000, "semi, all of which have partners");
    check_rows(&join_on(tenth(dim()), A, big(), C, JOIN_RIGHT_SEMI)->base, 400, "right semi");
    check_rows(joined(big(), tenth(dim()), JOIN_LEFT_ANTI), 3600, "anti");
    check_rows(joined(big(), dim(), JOIN_LEFT_ANTI), 400, "anti: at least a tenth");
    check_rows(&join_on(tenth(dim()), A, big(), C, JOIN_RIGHT_ANTI)->base, 3600, "right anti");
    check_rows(joined(big(), dim(), JOIN_MARK), 4000, "mark");
    check_rows(joined(big(), dim(), JOIN_SINGLE), 4000, "single");
}

static const struct eider_node *join_with(const struct eider_node *left, const struct eider_node *right,
                                          enum comparison op, const struct eider_expr *residual)
{
    struct node_hash_join *node = join_on(left, C, right, A, JOIN_INNER);

    node->conditions = join_condition_list_new(arena, 2);
    node->conditions.items[0] = (struct join_condition){column(C), COMPARE_EQUAL, column(A)};
    node->conditions.items[1] = (struct join_condition){column(B), op, column(B)};
    node->residual = residual;
    return &node->base;
}

static void joins_by_several_conditions(void **unused)
{
    const struct eider_expr *differ = compare(column(B), COMPARE_NOT_EQUAL, column(4 + B));
    struct node_hash_join *of_two =
        join_on(joined(big(), dim(), JOIN_INNER), C, dim(), A, JOIN_INNER); /* b is of dim */

    (void)unused;
    check_rows(join_with(big(), dim(), COMPARE_LESS, NULL), 4000 / 3.0, "an inequality");
    check_rows(join_with(big(), dim(), COMPARE_NOT_EQUAL, NULL), 3600, "<>");
    check_rows(join_with(big(), dim(), COMPARE_LESS, differ), 4000 / 3.0 * 0.9, "a residual");
    check_rows(join_with(big(), dim(), COMPARE_EQUAL, NULL), 4000,
               "two keys: no more combinations than dim has rows");
    of_two->conditions = join_condition_list_new(arena, 2);
    of_two->conditions.items[0] = (struct join_condition){column(A), COMPARE_EQUAL, column(A)};
    of_two->conditions.items[1] = (struct join_condition){column(4 + B), COMPARE_EQUAL, column(B)};
    check_rows(&of_two->base, 4000 * 100 / (4000 * 3.1622777), "two keys of two tables: 4000 × √10");
}

/* A correlated subquery: both sides are of one scan, so the same filter is not counted twice. */
static void joins_of_a_table_with_itself(void **unused)
{
    const struct eider_node *definition = tenth(dim());
    struct node_cte_ref *ref = node_cte_ref_new(arena);
    struct node_cte *cte = node_cte_new(arena);
    const struct eider_node *keys;

    (void)unused;
    ref->cte = cte->cte = 7;
    ref->base.columns = definition->columns;
    keys = joined(big(), &ref->base, JOIN_INNER);
    cte->name = str_from("t");
    cte->definition = definition;
    cte->body = &join_on(&ref->base, A, keys, 4 + A, JOIN_LEFT_SEMI)->base;
    cte->base.columns = cte->body->columns;
    check_rows(&cte->base, 10, "all of the 10 rows have partners");
}

static void joins_of_other_kinds(void **unused)
{
    struct node_cross_join *cross = node_cross_join_new(arena);
    struct node_positional_join *positional = node_positional_join_new(arena);
    struct node_nested_loop_join *loop = node_nested_loop_join_new(arena);
    struct node_asof_join *asof = node_asof_join_new(arena);
    const struct eider_node *left = big(), *right = dim();
    struct column_list columns = column_list_new(arena, 8);

    (void)unused;
    for (uint32_t i = 0; i < 8; i++)
        columns.items[i] = left->columns.items[i % 4];
    cross->left = positional->left = loop->left = asof->left = left;
    cross->right = positional->right = loop->right = asof->right = right;
    cross->base.columns = positional->base.columns = loop->base.columns = asof->base.columns = columns;
    loop->type = asof->type = JOIN_INNER;
    loop->projection = asof->projection = u32_list_identity(arena, 8);
    loop->conditions = join_condition_list_new(arena, 2);
    for (uint32_t i = 0; i < 2; i++)
        loop->conditions.items[i] = (struct join_condition){column(i), COMPARE_LESS, column(i)};
    check_rows(&cross->base, 400000, "cross");
    check_rows(&positional->base, 4000, "positional");
    check_rows(&loop->base, 400000 / 9.0, "two inequalities");
    check_rows(&asof->base, 4000, "ASOF");
    asof->type = JOIN_RIGHT;
    asof->right = big();
    asof->left = dim();
    check_rows(&asof->base, 4000, "ASOF right");
}

/* ---- Groups ---- */

static struct node_aggregate *grouped(const struct eider_node *input, struct expr_list groups)
{
    struct node_aggregate *node =
        (struct node_aggregate *)sample_aggregate(arena, input, 0, "count", type_simple(TYPE_BIGINT), -1);

    node->groups = groups;
    node->base.columns = sample_columns(arena, groups.count + 1, type_simple(TYPE_BIGINT));
    return node;
}

static void groups_are_combinations(void **unused)
{
    struct node_aggregate *sets;

    (void)unused;
    check_rows(&grouped(big(), list(NULL, NULL, NULL, NULL))->base, 1, "no group");
    check_rows(&grouped(big(), list(column(B), NULL, NULL, NULL))->base, 10, "b");
    check_rows(&grouped(big(), list(column(B), column(C), NULL, NULL))->base, 1000, "b, c");
    check_rows(&grouped(big(), list(column(A), column(B), NULL, NULL))->base, 4000, "a, b");
    check_rows(&grouped(tenth(big()), list(column(A), NULL, NULL, NULL))->base, 400, "a of a tenth");
    check_rows(&grouped(tenth(big()), list(column(B), NULL, NULL, NULL))->base, 1, "b = 3 by b");
    check_rows(
        &grouped(joined(big(), dim(), JOIN_INNER), list(column(4 + A), column(4 + B), column(B), NULL))->base,
        1000, "dim has 100 rows, b of big 10 values");
    sets = grouped(big(), list(column(B), column(C), NULL, NULL));
    sets->sets = index_set_list_new(arena, 3);
    sets->sets.items[0].indexes = u32_list_identity(arena, 2);
    sets->sets.items[1].indexes = u32_list_identity(arena, 1);
    check_rows(&sets->base, 1011, "GROUPING SETS ((b, c), (b), ())");
    /* 90 different counts in 4,000 rows: 1 + 2 + … + 89 are 4,005 */
    check_rows(
        &grouped(&grouped(big(), list(column(A), NULL, NULL, NULL))->base, list(column(1), NULL, NULL, NULL))
             ->base,
        89.442719, "counts of a");
}

/* Files tell nothing of truth values, which have no dictionary. */
static void few_values_by_their_type(void **unused)
{
    const struct eider_expr *flag = expr_column(arena, type_simple(TYPE_BOOLEAN), A, str_from("flag"));

    (void)unused;
    check_rows(&grouped(big(), list(flag, column(B), NULL, NULL))->base, 30, "flag, b");
    check_rows(filter(big(), list(compare(flag, COMPARE_EQUAL, number(1)), NULL, NULL, NULL)), 4000 / 3.0,
               "flag = true");
}

static void distinct_rows_are_groups(void **unused)
{
    struct node_projection *projection = node_projection_new(arena);
    struct node_distinct *distinct = node_distinct_new(arena);

    (void)unused;
    projection->input = big();
    projection->exprs = list(column(B), column(C), NULL, NULL);
    projection->base.columns = sample_columns(arena, 2, type_simple(TYPE_BIGINT));
    distinct->input = &projection->base;
    distinct->base.columns = projection->base.columns;
    check_rows(&distinct->base, 1000, "b, c");
    distinct->targets = list(column(1), NULL, NULL, NULL);
    check_rows(&distinct->base, 100, "ON (c)");
}

/* ---- Other operators ---- */

static void limits(void **unused)
{
    struct node_limit *limit = node_limit_new(arena);
    struct node_topn *topn = node_topn_new(arena);
    struct node_sample *sample = node_sample_new(arena);

    (void)unused;
    limit->input = topn->input = sample->input = big();
    limit->base.columns = topn->base.columns = sample->base.columns = limit->input->columns;
    check_rows(&limit->base, 4000, "no limit");
    limit->offset = 3990;
    check_rows(&limit->base, 10, "an offset");
    limit->has_limit = true;
    limit->limit = 3;
    check_rows(&limit->base, 3, "a limit");
    limit->limit = 0;
    assert_true(rows_of(&limit->base) == 0);
    check_rows(&grouped(&limit->base, list(NULL, NULL, NULL, NULL))->base, 1, "count(*) of nothing");
    assert_true(rows_of(joined(&limit->base, dim(), JOIN_INNER)) == 0);
    limit->has_limit = false;
    limit->offset = 0;
    limit->has_percent = true;
    limit->percent = 25;
    check_rows(&limit->base, 1000, "a quarter");
    topn->limit = 5;
    check_rows(&topn->base, 5, "top-n");
    sample->rows = 50;
    check_rows(&sample->base, 50, "a sample of rows");
    sample->is_percent = true;
    sample->percent = 10;
    check_rows(&sample->base, 400, "a sample of a tenth");
}

static void unions_and_set_operations(void **unused)
{
    struct node_union *all = node_union_new(arena);
    struct node_setop *setop = node_setop_new(arena);

    (void)unused;
    all->inputs = setop->inputs = node_list_new(arena, 2);
    all->inputs.items[0] = big();
    all->inputs.items[1] = dim();
    all->base.columns = setop->base.columns = big()->columns;
    setop->op = SETOP_EXCEPT;
    check_rows(&all->base, 4100, "union");
    check_rows(&grouped(&all->base, list(column(B), NULL, NULL, NULL))->base, 20, "values of both");
    check_rows(&setop->base, 4000, "except");
}

static struct node_function_scan *series(const char *name, struct expr_list args)
{
    struct node_function_scan *node = node_function_scan_new(arena);

    node->name = str_from(name);
    node->args = args;
    node->read = scan_column_list_new(arena, 1);
    node->read.items[0] = (struct scan_column){.role = SCAN_COLUMN, .type = type_simple(TYPE_BIGINT)};
    node->projection = u32_list_identity(arena, 1);
    node->base.columns = sample_columns(arena, 1, type_simple(TYPE_BIGINT));
    return node;
}

static void leaves_without_files(void **unused)
{
    struct node_empty *empty = node_empty_new(arena);
    struct node_dummy_scan *dummy = node_dummy_scan_new(arena);
    struct node_table_scan *table = node_table_scan_new(arena);
    struct node_values *values = (struct node_values *)sample_values(arena, 2, 3);

    (void)unused;
    values->base.rows = -1;
    check_rows(&values->base, 3, "values");
    assert_true(rows_of(&empty->base) == 0);
    check_rows(&dummy->base, 1, "dummy");
    check_rows(&table->base, 10000, "a table");
    table->row_count = 12;
    check_rows(&table->base, 12, "a part of one");
    check_rows(&series("range", list(number(7), NULL, NULL, NULL))->base, 7, "range(7)");
    check_rows(&series("range", list(number(-3), number(7), NULL, NULL))->base, 10, "range(-3, 7)");
    check_rows(&series("range", list(number(0), number(7), number(2), NULL))->base, 4, "range(0, 7, 2)");
    check_rows(&series("range", list(number(7), number(0), number(-1), NULL))->base, 7, "range(7, 0, -1)");
    assert_true(rows_of(&series("range", list(number(7), number(0), NULL, NULL))->base) == 0);
    check_rows(&series("generate_series", list(number(0), number(7), number(2), NULL))->base, 4,
               "0, 2, 4, 6");
    check_rows(&series("generate_series", list(number(1), number(7), NULL, NULL))->base, 7, "1 to 7");
    check_rows(&series("repeat", list(text("x"), number(9), NULL, NULL))->base, 9, "repeat");
    check_rows(&series("range", list(column(A), NULL, NULL, NULL))->base, 1000, "no constant");
}

static void ctes_and_unnested_lists(void **unused)
{
    struct node_recursive_cte *recursive = node_recursive_cte_new(arena);
    struct node_cte_ref *ref = node_cte_ref_new(arena);
    struct node_cte *cte = node_cte_new(arena);
    struct node_unnest *unnest = node_unnest_new(arena);

    (void)unused;
    cte->cte = ref->cte = 3;
    cte->definition = tenth(big());
    ref->base.columns = cte->base.columns = cte->definition->columns;
    cte->body = joined(&ref->base, dim(), JOIN_LEFT_SEMI);
    check_rows(&cte->base, 400, "a CTE, with the values of its columns");
    recursive->cte = 3;
    recursive->anchor = dim();
    recursive->recursion = &ref->base;
    recursive->base.columns = ref->base.columns;
    check_rows(&recursive->base, 1000, "a recursive one");
    assert_true(node_child(estimated_with(&recursive->base, &usual), 1)->rows == 100);
    unnest->input = dim();
    unnest->base.columns = sample_columns(arena, 5, type_simple(TYPE_BIGINT));
    check_rows(&unnest->base, 300, "unnest");
}

/* However large: a number that fits into an integer. */
static void rows_have_bounds(void **unused)
{
    const struct eider_node *node = big();

    (void)unused;
    for (int i = 0; i < 8; i++) {
        struct node_cross_join *cross = node_cross_join_new(arena);
        cross->left = node;
        cross->right = big();
        cross->base.columns = column_list_new(arena, node->columns.count + 4);
        for (uint32_t k = 0; k < cross->base.columns.count; k++)
            cross->base.columns.items[k] = cross->right->columns.items[k % 4];
        node = &cross->base;
    }
    assert_true(rows_of(node) == 1e15);
}

static int set_up(void **unused)
{
    (void)unused;
    arena = arena_new();
    return arena == NULL ? -1 : 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(scans_have_the_rows_of_their_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(predicates_take_their_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_of_predicates_multiply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ranges_of_other_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ranges_are_asked_for_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_by_one_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_by_several_conditions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_of_a_table_with_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_of_other_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_are_combinations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(few_values_by_their_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(distinct_rows_are_groups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unions_and_set_operations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(leaves_without_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ctes_and_unnested_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_have_bounds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
