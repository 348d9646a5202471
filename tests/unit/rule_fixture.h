/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_RULE_FIXTURE_H
#define TESTS_UNIT_RULE_FIXTURE_H

/*
 * For tests of the public plan functions: a function that is called within a rule, where plans can be built, over the scan of t
 * (v and g BIGINT, s VARCHAR, n DOUBLE); and short forms of what such tests say all the time.
 */
#include "unit/session_fixture.h"

#define ITEMS(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))
#define LIST(array)                                                                                          \
    {                                                                                                        \
        array, ITEMS(array)                                                                                  \
    }
#define STR(text)                                                                                            \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

static struct eider_plan_context *ctx; /* of the rule that runs */
static const struct eider_node *scan;  /* of t: v, g, s, n */
static struct eider_error err;

struct rule_body {
    void (*run)(const struct eider_node *plan);
    int calls;
};

static bool rule_is_scan(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_PARQUET_SCAN;
}

static enum eider_status rule_run(void *data, struct eider_plan_context *context,
                                  const struct eider_node *plan, const struct eider_node **ret,
                                  struct eider_error *error)
{
    struct rule_body *body = data;

    (void)error;
    ctx = context;
    scan = eider_plan_find(plan, rule_is_scan, NULL);
    body->calls++;
    body->run(plan);
    ctx = NULL;
    *ret = plan;
    return EIDER_OK;
}

/* Calls `run` within the planning of `query`. */
static inline void in_rule_of(const char *query, void (*run)(const struct eider_node *plan))
{
    struct rule_body body = {.run = run};
    struct eider_query *prepared;
    struct fixture f;

    fixture_open(&f, 4);
    assert_int_equal(eider_session_add_rule(f.session, "test", rule_run, &body, NULL, &f.err), EIDER_OK);
    if (eider_prepare(f.session, query, &prepared, &f.err) != EIDER_OK)
        fail_msg("%s: %s", query, f.err.message);
    eider_query_free(prepared);
    assert_int_equal(body.calls, 1);
    fixture_close(&f);
}

static inline void in_rule(void (*run)(const struct eider_node *plan))
{
    in_rule_of("SELECT v, g, s, n FROM t", run);
}

/* ---- What was made ---- */

static inline void made(enum eider_status status)
{
    if (status != EIDER_OK)
        fail_msg("%s: %s", eider_status_name(status), err.message);
}

/* It was refused, with a message that holds `part`. */
static inline void refused(enum eider_status status, enum eider_status expected, const char *part)
{
    if (status != expected || err.status != expected || strstr(err.message, part) == NULL)
        fail_msg("%s with \"%s\", not %s with \"%s\"", eider_status_name(status),
                 status == EIDER_OK ? "" : err.message, eider_status_name(expected), part);
    memset(&err, 0, sizeof(err));
}

static inline const struct eider_expr *col(const struct eider_node *node, uint32_t index)
{
    const struct eider_expr *expr;

    made(eider_expr_column_of(ctx, node, index, &expr, &err));
    return expr;
}

static inline const struct eider_expr *number(int64_t value)
{
    const struct eider_expr *expr;

    made(eider_expr_bigint(ctx, value, &expr, &err));
    return expr;
}

static inline const struct eider_expr *compare(enum eider_comparison op, const struct eider_expr *left,
                                               const struct eider_expr *right)
{
    const struct eider_expr *expr;

    made(eider_expr_compare(ctx, op, left, right, &expr, &err));
    return expr;
}

static inline const struct eider_expr *null_of(duckdb_type type)
{
    const struct eider_expr *expr;

    made(eider_expr_new_null(ctx, eider_type_simple(type), &expr, &err));
    return expr;
}

/* LIST(child), STRUCT(name child) and so on, from SQL's own types. */
static inline const struct eider_type *list_of(duckdb_type child)
{
    duckdb_logical_type item = duckdb_create_logical_type(child), list = duckdb_create_list_type(item);
    const struct eider_type *type;

    made(eider_type_from_duckdb(ctx, list, &type, &err));
    duckdb_destroy_logical_type(&list);
    duckdb_destroy_logical_type(&item);
    return type;
}

/* The columns as "name TYPE, name TYPE". */
static inline void assert_columns(const struct eider_node *node, const char *expected)
{
    struct eider_column_list columns = eider_node_columns(node);
    char text[1024] = "", type[256];
    size_t size = 0;

    for (uint32_t i = 0; i < columns.count; i++) {
        assert_int_equal(strlen(columns.items[i].name.data), columns.items[i].name.size);
        eider_type_text(columns.items[i].type, type, sizeof(type));
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s %s", i > 0 ? ", " : "",
                                 columns.items[i].name.data, type);
    }
    assert_string_equal(text, expected);
}

static inline void assert_text(const struct eider_expr *expr, const char *expected)
{
    char text[512];

    assert_int_equal(eider_expr_text(expr, text, sizeof(text)), strlen(expected));
    assert_string_equal(text, expected);
}

static inline void assert_str(struct eider_str str, const char *expected)
{
    assert_int_equal(str.size, strlen(expected));
    assert_string_equal(str.data, expected); /* a NUL is behind it */
}

/* Lists are copied, what they point at is the same. */
static inline void assert_exprs(struct eider_expr_list list, struct eider_expr_list expected)
{
    assert_int_equal(list.count, expected.count);
    assert_true(list.count == 0 || list.items != expected.items);
    for (uint32_t i = 0; i < list.count; i++)
        assert_ptr_equal(list.items[i], expected.items[i]);
}

static inline void assert_u32s(struct eider_u32_list list, struct eider_u32_list expected)
{
    assert_int_equal(list.count, expected.count);
    assert_non_null(list.items); /* NULL would be all columns */
    assert_ptr_not_equal(list.items, expected.items);
    for (uint32_t i = 0; i < list.count && i < expected.count; i++)
        assert_int_equal(list.items[i], expected.items[i]);
}

static inline void assert_strs(struct eider_str_list list, struct eider_str_list expected)
{
    assert_int_equal(list.count, expected.count);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].size, expected.items[i].size);
        assert_memory_equal(list.items[i].data, expected.items[i].data, expected.items[i].size);
        assert_ptr_not_equal(list.items[i].data, expected.items[i].data);
    }
}

static inline void assert_keys(struct eider_sort_key_list list, struct eider_sort_key_list expected)
{
    assert_int_equal(list.count, expected.count);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_ptr_equal(list.items[i].expr, expected.items[i].expr);
        assert_int_equal(list.items[i].descending, expected.items[i].descending);
        assert_int_equal(list.items[i].nulls_first, expected.items[i].nulls_first);
    }
}

#endif
