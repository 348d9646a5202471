/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants, types and names as SQL: DuckDB reads them back. What must be exact is compared in DuckDB's own vectors, bit by
 * bit, and not through another text.
 */
#include "sqlgen_lab.h"

#include <float.h>
#include <locale.h>
#include <math.h>

/* Checks the type of the constant and hands its single value, where DuckDB holds it, to the caller's comparison. */
static void check_raw(struct lab *lab, const struct eider_expr *constant, const void *expected, size_t bytes)
{
    struct buf sql, type;
    duckdb_result result;
    duckdb_data_chunk chunk;
    duckdb_vector vector;

    buf_init(&sql, LAB_MAX_BYTES);
    buf_init(&type, LAB_MAX_BYTES);
    buf_puts(&sql, "SELECT ");
    if (!quote_constant(&sql, constant))
        fail_msg("no SQL for it, but: %s", sql.data);
    assert_true(quote_type(&type, constant->type));
    lab_same(lab, arena_printf(lab->arena, "SELECT typeof(x) FROM (%s AS x)", sql.data),
             arena_printf(lab->arena, "SELECT typeof(CAST(NULL AS %s))", type.data));
    buf_puts(
        &sql,
        " AS x"); /* else DuckDB prints the value to name the column, and cannot print each that it has */
    lab_query(lab, sql.data, &result);
    chunk = duckdb_fetch_chunk(result);
    vector = duckdb_data_chunk_get_vector(chunk, 0);
    assert_int_equal(duckdb_data_chunk_get_size(chunk), 1);
    assert_true(duckdb_vector_get_validity(vector) == NULL);
    if (memcmp(duckdb_vector_get_data(vector), expected, bytes) != 0)
        fail_msg("another value: %s", sql.data);
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    buf_done(&sql);
    buf_done(&type);
}

static bool refused(struct lab *lab, const struct eider_expr *constant)
{
    struct buf sql;
    bool ok;

    (void)lab;
    buf_init(&sql, LAB_MAX_BYTES);
    ok = quote_constant(&sql, constant);
    buf_done(&sql);
    return !ok;
}

static const struct eider_expr *wide(struct lab *lab, const struct eider_type *type, int64_t upper,
                                     uint64_t lower)
{
    struct expr_integer *expr = expr_integer_new(lab->arena, type);

    expr->upper = upper;
    expr->lower = lower;
    return &expr->base;
}

static void check_int(struct lab *lab, enum type_tag tag, int64_t value, size_t bytes)
{
    check_raw(lab, x_int(lab, tag, value), &value, bytes); /* little-endian: the low bytes come first */
}

static void test_integers(void **state)
{
    struct lab *lab = *state;
    const int64_t values[] = {0, 1, -1, 127, -128};
    const uint64_t max = UINT64_MAX;
    uint64_t pair[2];

    for (size_t i = 0; i < 5; i++) {
        check_int(lab, TYPE_TINYINT, values[i], 1);
        check_int(lab, TYPE_SMALLINT, values[i] * 256, 2);
        check_int(lab, TYPE_INTEGER, values[i] * (1 << 24), 4);
        check_int(lab, TYPE_BIGINT, values[i] * (INT64_C(1) << 56), 8);
    }
    check_int(lab, TYPE_INTEGER, INT32_MIN, 4);
    check_int(lab, TYPE_BIGINT, INT64_MIN, 8);
    check_int(lab, TYPE_BIGINT, INT64_MAX, 8);
    check_int(lab, TYPE_BOOLEAN, 1, 1);
    check_int(lab, TYPE_BOOLEAN, 0, 1);
    check_int(lab, TYPE_UTINYINT, 255, 1);
    check_int(lab, TYPE_USMALLINT, 65535, 2);
    check_int(lab, TYPE_UINTEGER, UINT32_MAX, 4);
    check_raw(lab, wide(lab, t_of(TYPE_UBIGINT), 0, max), &max, 8);
    pair[0] = 0;
    pair[1] = (uint64_t)INT64_MIN; /* the least HUGEINT */
    check_raw(lab, wide(lab, t_of(TYPE_HUGEINT), INT64_MIN, 0), pair, 16);
    pair[0] = max;
    pair[1] = INT64_MAX;
    check_raw(lab, wide(lab, t_of(TYPE_HUGEINT), INT64_MAX, max), pair, 16);
    pair[0] = (uint64_t)-5;
    pair[1] = max;
    check_raw(lab, wide(lab, t_of(TYPE_HUGEINT), -1, (uint64_t)-5), pair, 16);
    pair[0] = max;
    check_raw(lab, wide(lab, t_of(TYPE_UHUGEINT), -1, max), pair, 16);
}

static void test_decimals(void **state)
{
    struct lab *lab = *state;
    struct arena *arena = lab->arena;
    int16_t small = -9999;
    int32_t middle = 5;
    int64_t large = -INT64_C(999999999999999999);
    uint64_t huge[2] = {UINT64_C(0x098A223FFFFFFFFF), UINT64_C(0x4B3B4CA85A86C47A)}; /* 10^38 - 1 */
    uint64_t minus[2] = {~huge[0] + 1, ~huge[1]};

    check_raw(lab, wide(lab, type_decimal(arena, 4, 4), -1, (uint64_t)small), &small, 2);
    check_raw(lab, wide(lab, type_decimal(arena, 4, 0), -1, (uint64_t)small), &small, 2);
    check_raw(lab, wide(lab, type_decimal(arena, 9, 2), 0, (uint64_t)middle), &middle, 4);
    check_raw(lab, wide(lab, type_decimal(arena, 18, 9), -1, (uint64_t)large), &large, 8);
    check_raw(lab, wide(lab, type_decimal(arena, 38, 0), (int64_t)huge[1], huge[0]), huge, 16);
    check_raw(lab, wide(lab, type_decimal(arena, 38, 38), (int64_t)huge[1], huge[0]), huge, 16);
    check_raw(lab, wide(lab, type_decimal(arena, 38, 19), (int64_t)minus[1], minus[0]), minus, 16);
    huge[0] = huge[1] = 0;
    check_raw(lab, wide(lab, type_decimal(arena, 38, 38), 0, 0), huge, 16);
}

static void test_dates(void **state)
{
    struct lab *lab = *state;
    /* The infinities, the ends of the range, leap days, the end of 1 BC, and the border of an era of the calendar. */
    static const int32_t days[] = {
        INT32_MAX, -INT32_MAX, INT32_MAX - 1, -INT32_MAX + 1, 0,       -1,      1,       11016, 59,
        58,        -719162,    -719163,       -719528,        -719529, -719468, -719469, 146097};

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
        check_raw(lab, x_int(lab, TYPE_DATE, days[i]), &days[i], 4);
    assert_true(refused(lab, x_int(lab, TYPE_DATE, INT64_C(1) << 31)));
}

static void test_timestamps(void **state)
{
    struct lab *lab = *state;
    static const int64_t values[] = {0,
                                     -1,
                                     1,
                                     INT64_MAX,
                                     -INT64_MAX,
                                     INT64_MAX - 1,
                                     -86400000001,
                                     -86400000000,
                                     951782399999999,
                                     -63517780799999999};
    static const enum type_tag tags[] = {TYPE_TIMESTAMP, TYPE_TIMESTAMPTZ, TYPE_TIMESTAMP_NS,
                                         TYPE_TIMESTAMP_MS, TYPE_TIMESTAMP_S};
    static const int64_t first_us = -INT64_C(9223372022400000000);

    lab_run(lab, "SET TimeZone = 'America/New_York'"); /* must not matter */
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++) {
            int64_t value = values[i];
            if (value != INT64_MAX && value != -INT64_MAX && tags[k] == TYPE_TIMESTAMP_MS)
                value /= 1000;
            if (value != INT64_MAX && value != -INT64_MAX && tags[k] == TYPE_TIMESTAMP_S)
                value /= 1000000;
            check_raw(lab, x_int(lab, tags[k], value), &value, 8);
        }
    }
    check_raw(lab, x_int(lab, TYPE_TIMESTAMP, first_us), &first_us, 8);
    check_int(lab, TYPE_TIMESTAMP_NS, -INT64_MAX + 1, 8);
    check_int(lab, TYPE_TIME, 0, 8);
    check_int(lab, TYPE_TIME, 86400000000, 8);
    check_int(lab, TYPE_TIME, 86399999999, 8);
    check_int(lab, TYPE_TIME_NS, 1, 8);
    check_int(lab, TYPE_TIME_NS, 86400000000000, 8);
    assert_true(refused(lab, x_int(lab, TYPE_TIME, -1)));
    assert_true(refused(lab, x_int(lab, TYPE_TIME, 86400000001)));
}

static void test_timetz(void **state)
{
    struct lab *lab = *state;
    static const int32_t offsets[] = {0, 1, -1, 57599, -57599, 45296, -45296, 3600};
    static const uint64_t micros[] = {0, 1, 86400000000, 86399999999, 43200000000};

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        for (size_t k = 0; k < sizeof(micros) / sizeof(micros[0]); k++) {
            uint64_t bits = micros[k] << 24 | (uint64_t)(57599 - offsets[i]);
            check_raw(lab, wide(lab, t_of(TYPE_TIMETZ), 0, bits), &bits, 8);
        }
    }
}

static void check_interval(struct lab *lab, int32_t months, int32_t days, int64_t micros)
{
    struct expr_interval *expr = expr_interval_new(lab->arena, t_of(TYPE_INTERVAL));
    duckdb_interval value = {months, days, micros};

    expr->months = months;
    expr->days = days;
    expr->micros = micros;
    check_raw(lab, &expr->base, &value, sizeof(value));
}

static void test_intervals(void **state)
{
    struct lab *lab = *state;
    struct expr_interval *expr = expr_interval_new(lab->arena, t_of(TYPE_INTERVAL));

    check_interval(lab, 0, 0, 0);
    check_interval(lab, 1, 0, 0);
    check_interval(lab, 0, -1, 0);
    check_interval(lab, 0, 0, 1);
    check_interval(lab, 13, 40, 0);
    check_interval(lab, -13, 0, 86400000001);
    check_interval(lab, 0, 31, -86400000001);
    check_interval(lab, INT32_MAX, INT32_MIN, INT64_MAX);
    check_interval(lab, INT32_MIN, INT32_MAX, INT64_MIN);
    expr->months = INT64_C(1) << 31;
    assert_true(refused(lab, &expr->base));
}

static void check_double(struct lab *lab, double value)
{
    struct expr_double *expr = expr_double_new(lab->arena, t_of(TYPE_DOUBLE));
    struct expr_double *narrow = expr_double_new(lab->arena, t_of(TYPE_FLOAT));
    float half = (float)value;

    expr->value = value;
    check_raw(lab, &expr->base, &value, sizeof(value));
    narrow->value = (double)half;
    check_raw(lab, &narrow->base, &half, sizeof(half));
}

static void test_floats(void **state)
{
    struct lab *lab = *state;
    static const double values[] = {0.0,
                                    -0.0,
                                    1.0 / 3,
                                    0.1,
                                    -123456.789,
                                    DBL_MIN,
                                    1e300,
                                    5e-324,
                                    FLT_MAX,
                                    FLT_MIN,
                                    1.4012984643248171e-45,
                                    16777217,
                                    1.5e-39,
                                    INFINITY,
                                    -INFINITY};
    /* The decimal point of the process's locale must not matter, where there is one with a comma. */
    const char *comma = setlocale(LC_NUMERIC, "de_DE.UTF-8");

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        check_double(lab, values[i]);
    check_double(lab, DBL_MAX);
    assert_string_equal(lab_text(lab, "SELECT isnan(CAST('nan' AS DOUBLE))"), "true");
    if (comma != NULL)
        setlocale(LC_NUMERIC, "C");
}

/* A string's value is compared by its bytes, from the string_t in the vector. */
static void check_bytes(struct lab *lab, enum type_tag tag, const char *data, uint32_t size)
{
    struct expr_string *expr = expr_string_new(lab->arena, t_of(tag));
    struct buf sql;
    duckdb_result result;
    duckdb_data_chunk chunk;
    duckdb_string_t *string;

    expr->bytes = (struct eider_str){data, size};
    buf_init(&sql, LAB_MAX_BYTES);
    buf_puts(&sql, "SELECT ");
    assert_true(quote_constant(&sql, &expr->base));
    assert_int_equal(strlen(sql.data), sql.size); /* no NUL byte */
    lab_query(lab, sql.data, &result);
    chunk = duckdb_fetch_chunk(result);
    string = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0));
    assert_int_equal(duckdb_string_t_length(*string), size);
    assert_memory_equal(duckdb_string_t_data(string), data, size);
    assert_string_equal(lab_text(lab, arena_printf(lab->arena, "SELECT typeof(x) FROM (%s AS x)", sql.data)),
                        type_tag_sql(tag));
    duckdb_destroy_data_chunk(&chunk);
    duckdb_destroy_result(&result);
    buf_done(&sql);
}

static void test_strings(void **state)
{
    struct lab *lab = *state;
    char all[256];

    check_bytes(lab, TYPE_VARCHAR, "", 0);
    check_bytes(lab, TYPE_VARCHAR, "it's", 4);
    check_bytes(lab, TYPE_VARCHAR, "''", 2);
    check_bytes(lab, TYPE_VARCHAR, "\\x41 \\' $$ -- /* \n\r\t\x01\x7F", 19);
    check_bytes(lab, TYPE_VARCHAR, "\xC3\xA4\xE2\x82\xAC\xF0\x9F\xA6\x86", 9);
    check_bytes(lab, TYPE_VARCHAR, "\0", 1);
    check_bytes(lab, TYPE_VARCHAR, "a\0\0'b\0", 6);
    check_bytes(lab, TYPE_JSON, "{\"a\": \"it's \\u0041\"}", 20);
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    check_bytes(lab, TYPE_BLOB, all, 256);
    check_bytes(lab, TYPE_BLOB, "", 0);
    check_bytes(lab, TYPE_BLOB, "\\x41'", 5);
}

static void test_uuid_and_enum(void **state)
{
    struct lab *lab = *state;
    struct type_enum *mood = type_enum_new(lab->arena);
    uint64_t stored[2] = {UINT64_C(0x0102030405060708), UINT64_C(0x8123456789ABCDEF) ^ (UINT64_C(1) << 63)};
    uint8_t index = 1;

    /* DuckDB stores the upper half with its top bit flipped; the constant has it as in the text. */
    check_raw(lab, wide(lab, t_of(TYPE_UUID), (int64_t)UINT64_C(0x8123456789ABCDEF), stored[0]), stored, 16);
    mood->values = str_list_new(lab->arena, 2);
    mood->values.items[0] = str_from("so 'so'");
    mood->values.items[1] = str_from("\xC3\xA4");
    check_raw(lab, wide(lab, &mood->base, 0, 1), &index, 1);
    assert_true(refused(lab, wide(lab, &mood->base, 0, 2)));
}

static const struct eider_expr *nested(struct lab *lab, const struct eider_type *type,
                                       struct expr_list children)
{
    struct expr_nested *expr = expr_nested_new(lab->arena, type);

    expr->children = children;
    return &expr->base;
}

static void check_same(struct lab *lab, const struct eider_expr *constant, const char *expected)
{
    struct buf sql;

    buf_init(&sql, LAB_MAX_BYTES);
    buf_puts(&sql, "SELECT ");
    assert_true(quote_constant(&sql, constant));
    lab_same(lab, sql.data, arena_printf(lab->arena, "SELECT %s", expected));
    buf_done(&sql);
}

static void test_nested(void **state)
{
    struct lab *lab = *state;
    struct type_list *list = type_list_new(lab->arena), *lists = type_list_new(lab->arena);
    struct type_array *array = type_array_new(lab->arena);
    struct type_struct *strct = type_struct_new(lab->arena);
    struct type_map *map = type_map_new(lab->arena);
    struct type_union *sum = type_union_new(lab->arena);

    list->child = t_of(TYPE_SMALLINT);
    lists->child = &list->base;
    check_same(lab, nested(lab, &list->base, x_list(lab, 0)), "CAST([] AS SMALLINT[])");
    check_same(
        lab,
        nested(lab, &list->base, x_list(lab, 2, x_int(lab, TYPE_SMALLINT, 7), x_null(lab, TYPE_SMALLINT))),
        "CAST([7, NULL] AS SMALLINT[])");
    check_same(lab, nested(lab, &lists->base, x_list(lab, 1, nested(lab, &list->base, x_list(lab, 0)))),
               "CAST([[]] AS SMALLINT[][])");
    array->child = &list->base;
    array->size = 2;
    check_same(lab,
               nested(lab, &array->base,
                      x_list(lab, 2, nested(lab, &list->base, x_list(lab, 0)),
                             &expr_null_new(lab->arena, &list->base)->base)),
               "CAST([[], NULL] AS SMALLINT[][2])");
    strct->fields = column_list_new(lab->arena, 2);
    strct->fields.items[0] = (struct column){str_from("a \"b\""), t_of(TYPE_VARCHAR)};
    strct->fields.items[1] = (struct column){str_from("select"), &list->base};
    check_same(
        lab,
        nested(lab, &strct->base,
               x_list(lab, 2, x_text(lab, "it's"), nested(lab, &list->base, x_list(lab, 0)))),
        "CAST({'a \"b\"': 'it''s', 'select': []} AS STRUCT(\"a \"\"b\"\"\" VARCHAR, \"select\" SMALLINT[]))");
    map->key = t_of(TYPE_VARCHAR);
    map->value = &strct->base;
    check_same(lab, nested(lab, &map->base, x_list(lab, 0)),
               "CAST(MAP {} AS MAP(VARCHAR, STRUCT(\"a \"\"b\"\"\" VARCHAR, \"select\" SMALLINT[])))");
    check_same(
        lab,
        nested(lab, &map->base,
               x_list(lab, 2, x_text(lab, "k"), &expr_null_new(lab->arena, &strct->base)->base)),
        "CAST(MAP {'k': NULL} AS MAP(VARCHAR, STRUCT(\"a \"\"b\"\"\" VARCHAR, \"select\" SMALLINT[])))");
    sum->members = column_list_new(lab->arena, 2);
    sum->members.items[0] = (struct column){str_from("x"), t_of(TYPE_INTEGER)};
    sum->members.items[1] = (struct column){str_from("y y"), t_of(TYPE_INTEGER)};
    check_same(lab, nested(lab, &sum->base, x_list(lab, 2, x_int(lab, TYPE_UTINYINT, 1), x_integer(lab, 5))),
               "CAST(union_value(\"y y\" := 5) AS UNION(x INTEGER, \"y y\" INTEGER))");
    assert_true(refused(lab, nested(lab, &array->base, x_list(lab, 0))));
    assert_true(refused(lab, nested(lab, &strct->base, x_list(lab, 1, x_text(lab, "a")))));
    assert_true(refused(
        lab, nested(lab, &sum->base, x_list(lab, 2, x_int(lab, TYPE_UTINYINT, 2), x_integer(lab, 5)))));
}

/* STRUCTs without field names, which SQL makes with row() and cannot name. */
static void test_rows(void **state)
{
    struct lab *lab = *state;
    struct type_struct *row = type_struct_new(lab->arena), *outer = type_struct_new(lab->arena);
    struct type_list *list = type_list_new(lab->arena);
    struct type_array *array = type_array_new(lab->arena);
    const struct eider_expr *value;

    row->fields = column_list_new(lab->arena, 2);
    row->fields.items[0] = (struct column){str_from(""), t_of(TYPE_SMALLINT)};
    row->fields.items[1] = (struct column){str_from(""), t_of(TYPE_VARCHAR)};
    list->child = &row->base;
    outer->fields = column_list_new(lab->arena, 1);
    outer->fields.items[0] = (struct column){str_from("r"), &list->base};
    value = nested(lab, &row->base, x_list(lab, 2, x_int(lab, TYPE_SMALLINT, 7), x_null(lab, TYPE_VARCHAR)));
    check_same(lab, value, "row(7::SMALLINT, NULL::VARCHAR)");
    check_same(lab, nested(lab, &list->base, x_list(lab, 2, value, expr_null(lab->arena, &row->base))),
               "[row(7::SMALLINT, NULL::VARCHAR), NULL]");
    check_same(lab, expr_null(lab->arena, &row->base), "nullif(row(7::SMALLINT, ''), row(7::SMALLINT, ''))");
    check_same(lab, expr_null(lab->arena, &list->base),
               "nullif([row(7::SMALLINT, '')], [row(7::SMALLINT, '')])");
    check_same(lab, expr_null(lab->arena, &outer->base),
               "nullif({'r': [row(7::SMALLINT, '')]}, {'r': [row(7::SMALLINT, '')]})");
    array->child = &row->base;
    array->size = 1;
    assert_true(refused(lab, expr_null(lab->arena, &array->base)));
    assert_true(refused(lab, nested(lab, &list->base, x_list(lab, 0))));
}

static void test_nulls(void **state)
{
    struct lab *lab = *state;
    struct buf sql;

    for (int tag = TYPE_INVALID + 1; tag < TYPE_TAG_END; tag++) {
        if (type_simple((enum type_tag)tag) == NULL || type_tag_sql((enum type_tag)tag) == NULL)
            continue;
        buf_init(&sql, LAB_MAX_BYTES);
        assert_true(quote_constant(&sql, x_null(lab, (enum type_tag)tag)));
        assert_string_equal(
            lab_text(lab,
                     arena_printf(lab->arena, "SELECT concat(typeof(x), x IS NULL) FROM (SELECT %s AS x)",
                                  sql.data)),
            lab_text(lab, arena_printf(lab->arena, "SELECT concat(typeof(CAST(NULL AS %s)), 'true')",
                                       type_tag_sql((enum type_tag)tag))));
        buf_done(&sql);
    }
}

static void test_names(void **state)
{
    struct lab *lab = *state;
    struct buf out;

    buf_init(&out, LAB_MAX_BYTES);
    assert_true(quote_identifier(&out, str_from("a\"b.c\n\xC3\xA4")));
    assert_string_equal(out.data, "\"a\"\"b.c\n\xC3\xA4\"");
    assert_string_equal(
        lab_text(lab,
                 arena_printf(lab->arena, "SELECT column_name FROM (DESCRIBE SELECT 1 AS %s)", out.data)),
        "a\"b.c\n\xC3\xA4");
    buf_clear(&out);
    assert_false(quote_identifier(&out, (struct eider_str){"a\0b", 3}));
    buf_clear(&out);
    assert_true(quote_function(&out, str_from("+")));
    assert_string_equal(out.data, "system.main.\"+\"");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),      cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_dates),         cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_timetz),        cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_floats),        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_uuid_and_enum), cmocka_unit_test(test_nested),
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
