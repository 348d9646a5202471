/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public expressions and types, within a rule: each kind is made with its constructor and read back field by field; texts cut to
 * any size; types from DuckDB and back.
 */
#include <math.h>

#include "eider/expr.h"
#include "eider/nodes.h"
#include "unit/rule_fixture.h"

static const struct eider_type *type_of(duckdb_type type)
{
    const struct eider_type *simple = eider_type_simple(type);

    assert_non_null(simple);
    return simple;
}

/* ---- Readers ---- */

#define MADE_KINDS(X)                                                                                        \
    X(column)                                                                                                \
    X(integer)                                                                                               \
    X(double)                                                                                                \
    X(string)                                                                                                \
    X(interval)                                                                                              \
    X(nested)                                                                                                \
    X(function)                                                                                              \
    X(cast)                                                                                                  \
    X(comparison)                                                                                            \
    X(operator)                                                                                              \
    X(between)                                                                                               \
    X(case)                                                                                                  \
    X(slice)                                                                                                 \
    X(lambda)                                                                                                \
    X(lambda_parameter)                                                                                      \
    X(aggregate)                                                                                             \
    X(window)

#define COUNT_READER(name)                                                                                   \
    {                                                                                                        \
        struct eider_expr_##name f, untouched;                                                               \
        memset(&f, 0x5a, sizeof(f));                                                                         \
        memset(&untouched, 0x5a, sizeof(untouched));                                                         \
        if (eider_expr_as_##name(expr, &f))                                                                  \
            count++;                                                                                         \
        else                                                                                                 \
            assert_memory_equal(&f, &untouched, sizeof(f));                                                  \
        assert_false(eider_expr_as_##name(expr, NULL));                                                      \
    }
/* It has this kind and type, and one reader takes it. */
static void assert_kind(const struct eider_expr *expr, enum eider_expr_kind kind,
                        const struct eider_type *type)
{
    int count = 0;

    MADE_KINDS(COUNT_READER)
    COUNT_READER(bloom_probe)
    assert_int_equal(count, kind == EIDER_EXPR_NULL || expr == NULL ? 0 : 1);
    assert_int_equal(eider_expr_get_kind(expr), kind);
    assert_ptr_equal(eider_expr_get_type(expr), type);
    assert_true(eider_expr_equal(expr, expr));
    assert_int_equal(eider_expr_equal(expr, NULL), expr == NULL);
}

/* Without an argument nothing is made; what else lacks is refused by name. */
#define REFUSE_EMPTY(name)                                                                                   \
    {                                                                                                        \
        struct eider_expr_##name f;                                                                          \
        expr = NULL;                                                                                         \
        memset(&f, 0, sizeof(f));                                                                            \
        refused(eider_expr_new_##name(NULL, type, &f, &expr, &err), EIDER_ERROR_ARGUMENT, #name ": an");     \
        refused(eider_expr_new_##name(ctx, type, NULL, &expr, &err), EIDER_ERROR_ARGUMENT, #name ": an");    \
        refused(eider_expr_new_##name(ctx, type, &f, NULL, &err), EIDER_ERROR_ARGUMENT, #name ": an");       \
        refused(eider_expr_new_##name(ctx, NULL, &f, &expr, &err), EIDER_ERROR_ARGUMENT, "type is missing"); \
        assert_int_equal(eider_expr_new_##name(ctx, NULL, &f, &expr, NULL), EIDER_ERROR_ARGUMENT);           \
        assert_null(expr);                                                                                   \
        if (eider_expr_new_##name(ctx, type, &f, &expr, &err) != EIDER_OK)                                   \
            assert_true(err.status == EIDER_ERROR_ARGUMENT &&                                                \
                        strncmp(err.message, #name ": ", sizeof(#name) + 1) == 0);                           \
    }
static void empty_fields(const struct eider_node *plan)
{
    const struct eider_type *type = type_of(DUCKDB_TYPE_BIGINT);
    const struct eider_expr *expr = NULL;

    (void)plan;
    MADE_KINDS(REFUSE_EMPTY)
    refused(eider_expr_new_null(NULL, type, &expr, &err), EIDER_ERROR_ARGUMENT, "null: an argument");
    refused(eider_expr_new_null(ctx, type, NULL, &err), EIDER_ERROR_ARGUMENT, "null: an argument");
    refused(eider_expr_new_null(ctx, NULL, &expr, &err), EIDER_ERROR_ARGUMENT, "null: type is missing");
    assert_kind(NULL, EIDER_EXPR_INVALID, NULL);
}

/* ---- Columns and constants ---- */

static void leaves(const struct eider_node *plan)
{
    const struct eider_type *bigint = type_of(DUCKDB_TYPE_BIGINT);
    struct eider_expr_column column = {.index = UINT32_MAX, .name = STR("far")}, c;
    struct eider_expr_integer integer = {.upper = INT64_MIN, .lower = UINT64_MAX}, i;
    struct eider_expr_double number_fields = {.value = -0.0}, d;
    struct eider_expr_string string = {{"a\0b", 3}}, s;
    struct eider_expr_interval interval = {.months = -1, .days = INT64_MAX, .micros = 3}, v;
    struct eider_expr_lambda_parameter parameter = {.level = 1, .position = 2}, p;
    const struct eider_expr *expr, *again;

    (void)plan;
    made(eider_expr_new_column(ctx, bigint, &column, &expr, &err));
    assert_kind(expr, EIDER_EXPR_COLUMN, bigint);
    assert_true(eider_expr_as_column(expr, &c) && c.index == UINT32_MAX && c.name.data != column.name.data);
    assert_str(c.name, "far");
    made(eider_expr_new_null(ctx, bigint, &expr, &err));
    assert_kind(expr, EIDER_EXPR_NULL, bigint);
    made(eider_expr_new_integer(ctx, type_of(DUCKDB_TYPE_HUGEINT), &integer, &expr, &err));
    assert_kind(expr, EIDER_EXPR_INTEGER, type_of(DUCKDB_TYPE_HUGEINT));
    assert_true(eider_expr_as_integer(expr, &i) && i.upper == INT64_MIN && i.lower == UINT64_MAX);
    made(eider_expr_new_double(ctx, type_of(DUCKDB_TYPE_DOUBLE), &number_fields, &expr, &err));
    assert_kind(expr, EIDER_EXPR_DOUBLE, type_of(DUCKDB_TYPE_DOUBLE));
    assert_true(eider_expr_as_double(expr, &d) && d.value == 0 && signbit(d.value));
    made(eider_expr_new_string(ctx, type_of(DUCKDB_TYPE_BLOB), &string, &expr, &err));
    assert_kind(expr, EIDER_EXPR_STRING, type_of(DUCKDB_TYPE_BLOB));
    assert_true(eider_expr_as_string(expr, &s) && s.bytes.size == 3 && s.bytes.data != string.bytes.data);
    assert_memory_equal(s.bytes.data, "a\0b", 4);
    string.bytes = (struct eider_str){NULL, 0};
    made(eider_expr_new_string(ctx, type_of(DUCKDB_TYPE_VARCHAR), &string, &expr, &err));
    assert_true(eider_expr_as_string(expr, &s));
    assert_str(s.bytes, "");
    made(eider_expr_new_interval(ctx, type_of(DUCKDB_TYPE_INTERVAL), &interval, &expr, &err));
    assert_kind(expr, EIDER_EXPR_INTERVAL, type_of(DUCKDB_TYPE_INTERVAL));
    assert_true(eider_expr_as_interval(expr, &v) && v.months == -1 && v.days == INT64_MAX && v.micros == 3);
    made(eider_expr_new_interval(ctx, type_of(DUCKDB_TYPE_INTERVAL), &interval, &again, &err));
    assert_true(eider_expr_equal(expr, again) && expr != again);
    interval.micros++;
    made(eider_expr_new_interval(ctx, type_of(DUCKDB_TYPE_INTERVAL), &interval, &again, &err));
    assert_false(eider_expr_equal(expr, again));
    made(eider_expr_new_lambda_parameter(ctx, bigint, &parameter, &expr, &err));
    assert_kind(expr, EIDER_EXPR_LAMBDA_PARAMETER, bigint);
    assert_true(eider_expr_as_lambda_parameter(expr, &p) && p.level == 1 && p.position == 2);
}

/* ---- Calls ---- */

static void calls(const struct eider_node *plan)
{
    const struct eider_type *bigint = type_of(DUCKDB_TYPE_BIGINT), *boolean = type_of(DUCKDB_TYPE_BOOLEAN),
                            *list_type = list_of(DUCKDB_TYPE_BIGINT);
    const struct eider_expr *args[] = {col(scan, 0), number(2)}, *expr;
    const struct eider_str names[] = {STR("left"), STR("")};
    struct eider_expr_nested nested = {LIST(args)}, n;
    struct eider_expr_function function = {.name = STR("+"), .args = LIST(args), .arg_names = LIST(names)}, f;
    struct eider_expr_cast cast = {.child = args[0], .try_cast = true}, c;
    struct eider_expr_comparison comparison = {.op = EIDER_COMPARE_NOT_DISTINCT_FROM,
                                               .left = args[0],
                                               .right = args[1]},
                                 m;
    struct eider_expr_operator op = {.op = EIDER_OPERATOR_COALESCE, .children = LIST(args)}, o;

    (void)plan;
    made(eider_expr_new_nested(ctx, list_type, &nested, &expr, &err));
    assert_kind(expr, EIDER_EXPR_NESTED, list_type);
    assert_true(eider_expr_as_nested(expr, &n));
    assert_exprs(n.children, nested.children);
    made(eider_expr_new_function(ctx, bigint, &function, &expr, &err));
    assert_kind(expr, EIDER_EXPR_FUNCTION, bigint);
    assert_true(eider_expr_as_function(expr, &f));
    assert_str(f.name, "+");
    assert_exprs(f.args, function.args);
    assert_strs(f.arg_names, function.arg_names);
    made(eider_expr_new_cast(ctx, bigint, &cast, &expr, &err));
    assert_kind(expr, EIDER_EXPR_CAST, bigint);
    assert_true(eider_expr_as_cast(expr, &c) && c.child == args[0] && c.try_cast);
    made(eider_expr_new_comparison(ctx, boolean, &comparison, &expr, &err));
    assert_kind(expr, EIDER_EXPR_COMPARISON, boolean);
    assert_true(eider_expr_as_comparison(expr, &m) && m.op == EIDER_COMPARE_NOT_DISTINCT_FROM &&
                m.left == args[0] && m.right == args[1]);
    made(eider_expr_new_operator(ctx, bigint, &op, &expr, &err));
    assert_kind(expr, EIDER_EXPR_OPERATOR, bigint);
    assert_true(eider_expr_as_operator(expr, &o) && o.op == EIDER_OPERATOR_COALESCE);
    assert_exprs(o.children, op.children);
}

static void more_calls(const struct eider_node *plan)
{
    const struct eider_type *bigint = type_of(DUCKDB_TYPE_BIGINT), *boolean = type_of(DUCKDB_TYPE_BOOLEAN);
    const struct eider_expr *v = col(scan, 0), *one = number(1), *two = number(2), *expr;
    const struct eider_case_branch branches[] = {{compare(EIDER_COMPARE_LESS, v, one), one},
                                                 {compare(EIDER_COMPARE_LESS, v, two), two}};
    struct eider_expr_between between = {.input = v, .lower = one, .upper = two, .upper_inclusive = true}, b;
    struct eider_expr_case cases = {.branches = LIST(branches), .otherwise = v}, c;
    struct eider_expr_slice slice = {.value = v, .begin = one, .step = two}, s;
    struct eider_expr_lambda lambda = {.level = 3, .parameters = 2, .body = v}, l;

    (void)plan;
    made(eider_expr_new_between(ctx, boolean, &between, &expr, &err));
    assert_kind(expr, EIDER_EXPR_BETWEEN, boolean);
    assert_true(eider_expr_as_between(expr, &b) && b.input == v && b.lower == one && b.upper == two &&
                !b.lower_inclusive && b.upper_inclusive);
    made(eider_expr_new_case(ctx, bigint, &cases, &expr, &err));
    assert_kind(expr, EIDER_EXPR_CASE, bigint);
    assert_true(eider_expr_as_case(expr, &c) && c.otherwise == v && c.branches.count == 2 &&
                c.branches.items != branches && c.branches.items[1].when == branches[1].when &&
                c.branches.items[1].then == two);
    cases.otherwise = NULL;
    made(eider_expr_new_case(ctx, bigint, &cases, &expr, &err));
    assert_true(eider_expr_as_case(expr, &c) && c.otherwise == NULL);
    made(eider_expr_new_slice(ctx, bigint, &slice, &expr, &err));
    assert_kind(expr, EIDER_EXPR_SLICE, bigint);
    assert_true(eider_expr_as_slice(expr, &s) && s.value == v && s.begin == one && s.end == NULL &&
                s.step == two);
    made(eider_expr_new_lambda(ctx, bigint, &lambda, &expr, &err));
    assert_kind(expr, EIDER_EXPR_LAMBDA, bigint);
    assert_true(eider_expr_as_lambda(expr, &l) && l.level == 3 && l.parameters == 2 && l.body == v);
}

static void aggregate_and_window(const struct eider_node *plan)
{
    const struct eider_type *bigint = type_of(DUCKDB_TYPE_BIGINT);
    const struct eider_expr *args[] = {col(scan, 0)}, *partitions[] = {col(scan, 1), col(scan, 2)}, *expr,
                            *condition = compare(EIDER_COMPARE_LESS, col(scan, 1), number(4));
    const struct eider_sort_key orders[] = {{col(scan, 3), .descending = true, .nulls_first = true}},
                                arg_orders[] = {{.expr = col(scan, 2)}};
    struct eider_expr_aggregate aggregate = {.name = STR("sum"),
                                             .args = LIST(args),
                                             .distinct = true,
                                             .filter = condition,
                                             .orders = LIST(orders)},
                                a;
    struct eider_expr_window window = {.name = STR("sum"),
                                       .args = LIST(args),
                                       .distinct = true,
                                       .ignore_nulls = true,
                                       .filter = condition,
                                       .arg_orders = LIST(arg_orders),
                                       .partitions = LIST(partitions),
                                       .orders = LIST(orders),
                                       .unit = EIDER_FRAME_GROUPS,
                                       .start_bound = EIDER_BOUND_PRECEDING,
                                       .start = number(3),
                                       .end_bound = EIDER_BOUND_FOLLOWING,
                                       .end = number(4),
                                       .exclude = EIDER_EXCLUDE_TIES},
                             w;

    (void)plan;
    made(eider_expr_new_aggregate(ctx, bigint, &aggregate, &expr, &err));
    assert_kind(expr, EIDER_EXPR_AGGREGATE, bigint);
    assert_true(eider_expr_as_aggregate(expr, &a) && a.distinct && a.filter == condition);
    assert_str(a.name, "sum");
    assert_exprs(a.args, aggregate.args);
    assert_keys(a.orders, aggregate.orders);
    made(eider_expr_new_window(ctx, bigint, &window, &expr, &err));
    assert_kind(expr, EIDER_EXPR_WINDOW, bigint);
    assert_true(eider_expr_as_window(expr, &w) && w.distinct && w.ignore_nulls && w.filter == condition &&
                w.start == window.start && w.end == window.end);
    assert_str(w.name, "sum");
    assert_exprs(w.args, window.args);
    assert_exprs(w.partitions, window.partitions);
    assert_keys(w.arg_orders, window.arg_orders);
    assert_keys(w.orders, window.orders);
    assert_int_equal(w.unit, EIDER_FRAME_GROUPS);
    assert_int_equal(w.start_bound, EIDER_BOUND_PRECEDING);
    assert_int_equal(w.end_bound, EIDER_BOUND_FOLLOWING);
    assert_int_equal(w.exclude, EIDER_EXCLUDE_TIES);
}

/* ---- Short forms and texts ---- */

static void short_forms(const struct eider_node *plan)
{
    struct eider_expr_integer i;
    struct eider_expr_string s;
    const struct eider_expr *expr = NULL, *text;

    (void)plan;
    assert_text(col(scan, 2), "s");
    made(eider_expr_bigint(ctx, INT64_MIN, &expr, &err));
    assert_true(eider_expr_as_integer(expr, &i) && i.upper == -1 && i.lower == (uint64_t)INT64_MIN);
    assert_ptr_equal(eider_expr_get_type(expr), eider_type_simple(DUCKDB_TYPE_BIGINT));
    made(eider_expr_bigint(ctx, INT64_MAX, &expr, &err));
    assert_true(eider_expr_as_integer(expr, &i) && i.upper == 0 && i.lower == INT64_MAX);
    made(eider_expr_varchar(ctx, "it's", &text, &err));
    assert_true(eider_expr_as_string(text, &s));
    assert_str(s.bytes, "it's");
    assert_text(compare(EIDER_COMPARE_GREATER, col(scan, 0), number(5)), "v > 5");
    expr = NULL;
    refused(eider_expr_column_of(ctx, scan, 4, &expr, &err), EIDER_ERROR_ARGUMENT,
            "column: DataSourceExec has 4 columns, not one of number 4");
    refused(eider_expr_column_of(ctx, NULL, 0, &expr, &err), EIDER_ERROR_ARGUMENT,
            "column: an argument is NULL");
    refused(eider_expr_column_of(NULL, scan, 0, &expr, &err), EIDER_ERROR_ARGUMENT, "column: an argument");
    refused(eider_expr_column_of(ctx, scan, 0, NULL, &err), EIDER_ERROR_ARGUMENT, "column: an argument");
    refused(eider_expr_bigint(NULL, 1, &expr, &err), EIDER_ERROR_ARGUMENT, "integer: an argument");
    refused(eider_expr_bigint(ctx, 1, NULL, &err), EIDER_ERROR_ARGUMENT, "integer: an argument");
    refused(eider_expr_varchar(ctx, NULL, &expr, &err), EIDER_ERROR_ARGUMENT, "string: an argument");
    refused(eider_expr_varchar(NULL, "", &expr, &err), EIDER_ERROR_ARGUMENT, "string: an argument");
    refused(eider_expr_compare(ctx, EIDER_COMPARE_EQUAL, col(scan, 0), col(scan, 2), &expr, &err),
            EIDER_ERROR_ARGUMENT, "comparison: its sides have different types");
    refused(eider_expr_compare(ctx, (enum eider_comparison)0, col(scan, 0), col(scan, 0), &expr, &err),
            EIDER_ERROR_ARGUMENT, "comparison: op is not a value of its enum");
    refused(eider_expr_compare(ctx, EIDER_COMPARE_EQUAL, NULL, col(scan, 2), &expr, &err),
            EIDER_ERROR_ARGUMENT, "comparison: left is missing");
    refused(eider_expr_compare(ctx, EIDER_COMPARE_EQUAL, col(scan, 0), col(scan, 0), NULL, &err),
            EIDER_ERROR_ARGUMENT, "comparison: an argument is NULL");
    refused(eider_expr_compare(NULL, EIDER_COMPARE_EQUAL, text, text, &expr, &err), EIDER_ERROR_ARGUMENT,
            "comparison: an argument is NULL");
    assert_null(expr);
}

static void texts(const struct eider_node *plan)
{
    const struct eider_expr *expr = compare(EIDER_COMPARE_GREATER, col(scan, 0), number(5));
    char text[8], picture[4096];
    size_t full;

    (void)plan;
    for (size_t size = 0; size <= sizeof(text); size++) {
        memset(text, '#', sizeof(text));
        assert_int_equal(eider_expr_text(expr, text, size), 5);
        assert_int_equal(strncmp(text, "v > 5", size > 0 ? size - 1 : 0), 0);
        if (size > 0)
            assert_int_equal(text[size <= 5 ? size - 1 : 5], '\0');
        if (size < sizeof(text))
            assert_int_equal(text[size], '#');
        memset(text, '#', sizeof(text));
        assert_int_equal(eider_type_text(eider_type_simple(DUCKDB_TYPE_BIGINT), text, size), 6);
        if (size > 0)
            assert_int_equal(text[size <= 6 ? size - 1 : 6], '\0');
    }
    assert_int_equal(eider_expr_text(expr, NULL, 100), 5);
    assert_int_equal(eider_expr_text(NULL, text, sizeof(text)), 0);
    assert_string_equal(text, "");
    assert_int_equal(eider_type_text(NULL, text, 1), 0);
    full = eider_plan_text(plan, picture, sizeof(picture));
    assert_int_equal(full, strlen(picture));
    assert_non_null(strstr(picture, "DataSourceExec"));
    memset(text, '#', sizeof(text));
    assert_int_equal(eider_plan_text(plan, text, 4), full);
    assert_int_equal(strncmp(text, picture, 3), 0);
    assert_true(text[3] == '\0' && text[4] == '#');
    assert_int_equal(eider_plan_text(plan, text, 0), full);
    assert_int_equal(eider_plan_text(NULL, NULL, 0), 0);
}

/* ---- Types ---- */

/* From SQL to a type and back: equal, with the text that DuckDB has for it. */
static const char *const type_texts[] = {
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "VARCHAR",
    "BLOB",
    "BIT",
    "UUID",
    "DATE",
    "TIME",
    "TIMESTAMP",
    "INTERVAL",
    "TIMESTAMP_S",
    "TIMESTAMP_MS",
    "TIMESTAMP_NS",
    "DECIMAL(1,0)",
    "DECIMAL(38,38)",
    "BIGINT[]",
    "BIGINT[][]",
    "BIGINT[3]",
    "VARCHAR[2][]",
    "MAP(VARCHAR, DATE[])",
    "STRUCT(a BIGINT, \"b c\" STRUCT(x DATE))",
    "UNION(n BIGINT, t VARCHAR)",
    "ENUM('x', 'it''s', '')",
};

static void types(const struct eider_node *plan)
{
    duckdb_database database;
    duckdb_connection connection;
    duckdb_result result;
    char query[512];

    (void)plan;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    for (size_t i = 0; i < ITEMS(type_texts); i++) {
        const struct eider_type *type, *back;
        duckdb_logical_type logical, again;
        char text[256];

        snprintf(query, sizeof(query), "SELECT NULL::%s", type_texts[i]);
        assert_int_equal(duckdb_query(connection, query, &result), DuckDBSuccess);
        logical = duckdb_column_logical_type(&result, 0);
        made(eider_type_from_duckdb(ctx, logical, &type, &err));
        eider_type_text(type, text, sizeof(text));
        snprintf(query, sizeof(query), "SELECT NULL::%s", text);
        duckdb_destroy_result(&result);
        if (duckdb_query(connection, query, &result) != DuckDBSuccess)
            fail_msg("%s: %s", text, duckdb_result_error(&result));
        again = duckdb_column_logical_type(&result, 0);
        duckdb_destroy_result(&result);
        made(eider_type_from_duckdb(ctx, again, &back, &err));
        duckdb_destroy_logical_type(&again);
        assert_true(eider_type_equal(type, back));
        again = eider_type_to_duckdb(type);
        assert_int_equal(duckdb_get_type_id(logical), duckdb_get_type_id(again));
        made(eider_type_from_duckdb(ctx, again, &back, &err));
        assert_true(eider_type_equal(type, back));
        assert_int_equal(eider_type_equal(type, eider_type_simple(DUCKDB_TYPE_DATE)),
                         strcmp(type_texts[i], "DATE") == 0);
        duckdb_destroy_logical_type(&again);
        duckdb_destroy_logical_type(&logical);
    }
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

static void odd_types(const struct eider_node *plan)
{
    duckdb_logical_type logical = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT), any;
    const struct eider_type *type = NULL;

    (void)plan;
    refused(eider_type_from_duckdb(NULL, logical, &type, &err), EIDER_ERROR_ARGUMENT,
            "eider_type_from_duckdb");
    refused(eider_type_from_duckdb(ctx, NULL, &type, &err), EIDER_ERROR_ARGUMENT, "eider_type_from_duckdb");
    refused(eider_type_from_duckdb(ctx, logical, NULL, &err), EIDER_ERROR_ARGUMENT, "eider_type_from_duckdb");
    duckdb_destroy_logical_type(&logical);
    any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    assert_int_equal(eider_type_from_duckdb(ctx, any, &type, &err), EIDER_ERROR_UNSUPPORTED);
    assert_null(type);
    duckdb_destroy_logical_type(&any);
    assert_null(eider_type_to_duckdb(NULL));
    assert_false(eider_type_equal(NULL, eider_type_simple(DUCKDB_TYPE_DATE)));
    for (int i = -1; i < 60; i++) {
        const struct eider_type *simple = eider_type_simple((duckdb_type)i);
        bool nested = i == DUCKDB_TYPE_DECIMAL || i == DUCKDB_TYPE_ENUM || i == DUCKDB_TYPE_LIST ||
                      i == DUCKDB_TYPE_STRUCT || i == DUCKDB_TYPE_MAP || i == DUCKDB_TYPE_ARRAY ||
                      i == DUCKDB_TYPE_UNION || i == DUCKDB_TYPE_INVALID || i == DUCKDB_TYPE_ANY;
        assert_true(simple == NULL || !nested);
        assert_ptr_equal(simple, eider_type_simple((duckdb_type)i));
    }
    assert_int_equal(eider_str_from(NULL).size, 0);
    assert_non_null(eider_str_from(NULL).data);
    assert_int_equal(eider_str_from("four").size, 4);
}

/* ---- Tests ---- */

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_rule(name);                                                                                       \
    }
TEST(empty_fields)
TEST(leaves)
TEST(calls)
TEST(more_calls)
TEST(aggregate_and_window)
TEST(short_forms)
TEST(texts)
TEST(types)
TEST(odd_types)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_fields),
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_more_calls),
        cmocka_unit_test(test_aggregate_and_window),
        cmocka_unit_test(test_short_forms),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_odd_types),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
