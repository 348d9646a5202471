/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow streams through eider_arrow: every type that DuckDB writes as Arrow, slices of large arrays, what streams do wrong. */
#include <malloc.h>

#include "unit/scanned.h"

/* ---- From DuckDB to Arrow and back ---- */

static void flow_from_query(struct fixture *fixture, const char *sql, struct flow *flow)
{
    duckdb_arrow_options options;
    duckdb_data_chunk chunk;
    duckdb_result result;
    duckdb_logical_type types[8];
    const char *names[8];
    idx_t count;

    if (duckdb_query(fixture->connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    options = duckdb_result_get_arrow_options(&result);
    count = duckdb_column_count(&result);
    assert_true(count <= 8);
    for (idx_t i = 0; i < count; i++) {
        types[i] = duckdb_column_logical_type(&result, i);
        names[i] = duckdb_column_name(&result, i);
    }
    assert_null(duckdb_to_arrow_schema(options, types, names, count, &flow->schema));
    while ((chunk = duckdb_fetch_chunk(result)) != NULL) {
        assert_true(flow->count < FLOW_MAX_ARRAYS);
        assert_null(duckdb_data_chunk_to_arrow(options, chunk, &flow->arrays[flow->count++]));
        duckdb_destroy_data_chunk(&chunk);
    }
    for (idx_t i = 0; i < count; i++)
        duckdb_destroy_logical_type(&types[i]);
    duckdb_destroy_arrow_options(&options);
    duckdb_destroy_result(&result);
}

static void check_round_trip(struct fixture *fixture, const char *sql)
{
    char from[128], *original, *arrived;
    struct scanned scanned;
    struct eider_error err;

    scanned_init(&scanned);
    declare(fixture, sql, &scanned);
    flow_from_query(fixture, sql, &scanned.flow);
    if (open_scan(&scanned, &err) != EIDER_OK)
        fail_msg("%s: %s", sql, err.message);
    snprintf(from, sizeof(from), "system.main.eider_arrow('%s')", arrow_scan_token(scanned.scan));
    original = fixture_digest(fixture, sql);
    arrived = digest(fixture, from, 1);
    if (strcmp(original, arrived) != 0)
        fail_msg("%s: sent %s, got %s", sql, original, arrived);
    duckdb_free(original);
    duckdb_free(arrived);
    scanned_done(&scanned);
}

static const char *const values[] = {
    "i % 3 = 0",
    "(i % 256 - 128)::TINYINT",
    "(i - 5000)::SMALLINT",
    "(i * 429496 - 2147483648)::INTEGER",
    "((i - 5000) * 1844674407370955)",
    "(i % 256)::UTINYINT",
    "i::USMALLINT",
    "(i * 429496)::UINTEGER",
    "(i::HUGEINT * 1844674407370955)::UBIGINT",
    "(CASE i % 5 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' ELSE i / 7 END)::FLOAT",
    "CASE i % 5 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE ELSE i / 7 END",
    "(i % 99)::DECIMAL(4, 1)",
    "(i / 3)::DECIMAL(9, 4)",
    "(i / 3)::DECIMAL(18, 6)",
    "(i * 1e20)::DECIMAL(38, 10)",
    "repeat('ä', (i % 40)::INTEGER) || i",
    "CASE WHEN i % 100 = 0 THEN repeat('long', 5000) ELSE '' END",
    "encode(repeat(chr((i % 100)::INTEGER), (i % 30)::INTEGER))",
    "md5(i::VARCHAR)::UUID",
    "DATE '2000-01-01' - i::INTEGER * 300",
    "TIME '00:00:00' + INTERVAL 1 SECOND * (i % 86400)",
    "TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMP_S",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMP_MS",
    "make_timestamp_ns(i * 1000000007)",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMPTZ",
    "INTERVAL 1 HOUR * 2 * i + INTERVAL 1 DAY * i - INTERVAL 1 MONTH * i",
};
#define VALUE_COUNT (sizeof(values) / sizeof(values[0]))

static const char *const wrappers[] = {
    "SELECT %s FROM range(5000) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN %s END FROM range(5000) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN [%s, NULL, %s][1:(i %% 4)::INTEGER] END FROM range(3000) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN {'a': %s, 'b': if(i %% 2 = 0, %s, NULL)} END FROM range(300) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN map([i, i + 1], [%s, NULL]) END FROM range(300) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN [{'a': [%s, NULL]}, NULL, {'a': NULL}] END FROM range(300) r(i)",
    "SELECT array_value(%s, NULL, %s) FROM range(300) r(i)",
    "SELECT %s FROM range(0) r(i)",
};
#define WRAPPER_COUNT (sizeof(wrappers) / sizeof(wrappers[0]))

static void every_type_arrives(void **unused)
{
    struct fixture fixture;
    char sql[1024];

    (void)unused;
    fixture_open(&fixture);
    for (size_t w = 0; w < WRAPPER_COUNT; w++) { /* booleans as bits */
        snprintf(sql, sizeof(sql), wrappers[w], values[0], values[0]);
        check_round_trip(&fixture, sql);
    }
    fixture_sql(&fixture, "SET arrow_lossless_conversion = true"); /* as bytes; UUIDs as such */
    for (size_t w = 0; w < WRAPPER_COUNT; w++) {
        for (size_t v = 0; v < VALUE_COUNT; v++) {
            snprintf(sql, sizeof(sql), wrappers[w], values[v], values[v]);
            check_round_trip(&fixture, sql);
        }
    }
    fixture_close(&fixture);
}

/* ---- Large arrays ---- */

/* Of row i: i, a string, a list of strings, a struct of a number and a string; each has NULLs. */
static void append_row(struct ArrowArray *array, int64_t i)
{
    static const char long_text[] = "a string that is too long to stand in a vector: ";
    struct ArrowArray **c = array->children;
    char text[100];

    snprintf(text, sizeof(text), "%s%lld", i % 2 == 0 ? "s" : long_text, (long long)i);
    assert_int_equal(i % 5 == 0 ? ArrowArrayAppendNull(c[0], 1) : ArrowArrayAppendInt(c[0], i), 0);
    assert_int_equal(
        i % 6 == 0 ? ArrowArrayAppendNull(c[1], 1) : ArrowArrayAppendString(c[1], ArrowCharView(text)), 0);
    for (int64_t k = 0; k < i % 4; k++)
        assert_int_equal(ArrowArrayAppendString(c[2]->children[0], ArrowCharView(text)), 0);
    assert_int_equal(i % 8 == 0 ? ArrowArrayAppendNull(c[2], 1) : ArrowArrayFinishElement(c[2]), 0);
    if (i % 9 == 0) {
        assert_int_equal(ArrowArrayAppendNull(c[3], 1), 0);
    } else {
        assert_int_equal(ArrowArrayAppendInt(c[3]->children[0], -i), 0);
        assert_int_equal(ArrowArrayAppendString(c[3]->children[1], ArrowCharView(text)), 0);
        assert_int_equal(ArrowArrayFinishElement(c[3]), 0);
    }
    assert_int_equal(ArrowArrayFinishElement(array), 0);
}

static void large_schema(struct ArrowSchema *schema)
{
    ArrowSchemaInit(schema);
    assert_int_equal(ArrowSchemaSetTypeStruct(schema, 4), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[0], NANOARROW_TYPE_INT64), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[1], NANOARROW_TYPE_STRING), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[2], NANOARROW_TYPE_LIST), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[2]->children[0], NANOARROW_TYPE_STRING), 0);
    assert_int_equal(ArrowSchemaSetTypeStruct(schema->children[3], 2), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[3]->children[0], NANOARROW_TYPE_INT64), 0);
    assert_int_equal(ArrowSchemaSetName(schema->children[3]->children[0], "a"), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[3]->children[1], NANOARROW_TYPE_STRING), 0);
    assert_int_equal(ArrowSchemaSetName(schema->children[3]->children[1], "b"), 0);
}

static const char large_query[] =
    "SELECT CASE WHEN i % 5 <> 0 THEN i END c0, CASE WHEN i % 6 <> 0 THEN s END c1, "
    "CASE WHEN i % 8 <> 0 THEN [s, s, s][1:i % 4] END c2, CASE WHEN i % 9 <> 0 THEN {'a': -i, 'b': s} END c3 "
    "FROM "
    "(SELECT i, CASE WHEN i % 2 = 0 THEN 's' ELSE 'a string that is too long to stand in a vector: ' END || "
    "i AS s "
    "FROM range(21000) r(i))";

/* 21,000 rows in arrays of 10,000, none, 1, 10,000, none and 999; the third is read from its offset on. */
static void large_arrays_are_sliced(void **unused)
{
    static const int lengths[] = {10000, 0, 1, 10000, 0, 999};
    char from[128], subquery[1024], *original, *arrived;
    struct fixture fixture;
    struct scanned scanned;
    int64_t row = 0;

    (void)unused;
    fixture_open(&fixture);
    scanned_init(&scanned);
    declare(&fixture, large_query, &scanned);
    large_schema(&scanned.flow.schema);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct ArrowArray *array = &scanned.flow.arrays[scanned.flow.count++];
        assert_int_equal(ArrowArrayInitFromSchema(array, &scanned.flow.schema, NULL), 0);
        assert_int_equal(ArrowArrayStartAppending(array), 0);
        for (int k = 0; k < lengths[i]; k++)
            append_row(array, row++);
        assert_int_equal(ArrowArrayFinishBuildingDefault(array, NULL), 0);
    }
    CHECK(open_scan(&scanned, &check_error));
    snprintf(from, sizeof(from), "system.main.eider_arrow('%s')", arrow_scan_token(scanned.scan));
    snprintf(subquery, sizeof(subquery), "(%s)", large_query);
    original = digest(&fixture, subquery, 4);
    arrived = digest(&fixture, from, 4);
    assert_string_equal(original, arrived);
    duckdb_free(original);
    duckdb_free(arrived);
    assert_int_equal(scanned.flow.given, 6);
    scanned_done(&scanned);
    fixture_close(&fixture);
}

/* Dictionaries become their values. A slice of an array starts at an offset. */
static void dictionaries_and_offsets_arrive(void **unused)
{
    struct fixture fixture;
    struct scanned scanned;
    struct ArrowArray *array, *child;
    uint64_t sum = 0;

    (void)unused;
    fixture_open(&fixture);
    scanned_init(&scanned);
    declare(&fixture, "SELECT 'x'", &scanned);
    ArrowSchemaInit(&scanned.flow.schema);
    assert_int_equal(ArrowSchemaSetTypeStruct(&scanned.flow.schema, 1), 0);
    assert_int_equal(ArrowSchemaSetType(scanned.flow.schema.children[0], NANOARROW_TYPE_INT32), 0);
    assert_int_equal(ArrowSchemaAllocateDictionary(scanned.flow.schema.children[0]), 0);
    ArrowSchemaInit(scanned.flow.schema.children[0]->dictionary);
    assert_int_equal(ArrowSchemaSetType(scanned.flow.schema.children[0]->dictionary, NANOARROW_TYPE_STRING),
                     0);
    array = &scanned.flow.arrays[scanned.flow.count++];
    assert_int_equal(ArrowArrayInitFromSchema(array, &scanned.flow.schema, NULL), 0);
    child = array->children[0];
    assert_int_equal(ArrowArrayStartAppending(array), 0);
    assert_int_equal(ArrowArrayAppendString(child->dictionary, ArrowCharView("7")), 0);
    assert_int_equal(ArrowArrayAppendString(child->dictionary, ArrowCharView("100")), 0);
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(i % 4 == 3 ? ArrowArrayAppendNull(child, 1) : ArrowArrayAppendInt(child, i % 4 == 0),
                         0);
        assert_int_equal(ArrowArrayFinishElement(array), 0);
    }
    assert_int_equal(ArrowArrayFinishBuildingDefault(array, NULL), 0);
    child->offset = 1000; /* rows 1,000 to 4,999 */
    child->length = array->length = 4000;
    CHECK(open_scan(&scanned, &check_error));
    CHECK(scan_rows(&fixture, &scanned, "(sum(c0::INTEGER) * 10000 + count(*) - count(c0))::BIGINT", &sum,
                    &check_error));
    assert_int_equal(sum, (uint64_t)(1000 * 100 + 2000 * 7) * 10000 + 1000);
    scanned_done(&scanned);
    fixture_close(&fixture);
}

/* ---- Reading ---- */

static void columns_that_nobody_reads_may_be_left_out(void **unused)
{
    static const int lengths[] = {3000, 0, 3000};
    struct fixture fixture;
    struct scanned scanned;
    uint64_t rows;

    (void)unused;
    fixture_open(&fixture);
    for (int i = 0; i < 2; i++) {
        scanned_init(&scanned);
        declare(&fixture, "SELECT 1::BIGINT", &scanned);
        flow_numbers(&scanned.flow, 0, lengths, 3, true);
        CHECK(open_scan(&scanned, &check_error));
        CHECK(scan_rows(&fixture, &scanned, i == 0 ? "count(*)" : "count(c0)", &rows, &check_error));
        assert_int_equal(rows, i == 0 ? 6000 : 6000 - 858);
        scanned_done(&scanned);
    }
    fixture_close(&fixture);
}

static void an_empty_stream_has_no_rows(void **unused)
{
    static const int lengths[] = {0, 0};
    struct fixture fixture;
    struct scanned scanned;
    uint64_t rows = 1;

    (void)unused;
    fixture_open(&fixture);
    for (int arrays = 0; arrays < 3; arrays++) {
        scanned_init(&scanned);
        declare(&fixture, "SELECT 1::BIGINT", &scanned);
        flow_numbers(&scanned.flow, 0, lengths, arrays, false);
        CHECK(open_scan(&scanned, &check_error));
        CHECK(scan_rows(&fixture, &scanned, "count(*)", &rows, &check_error));
        assert_int_equal(rows, 0);
        scanned_done(&scanned);
    }
    fixture_close(&fixture);
}

static void a_stream_is_read_once(void **unused)
{
    static const int lengths[] = {10};
    struct fixture fixture;
    struct scanned scanned;
    struct eider_error err;
    uint64_t rows;

    (void)unused;
    fixture_open(&fixture);
    scanned_init(&scanned);
    declare(&fixture, "SELECT 1::BIGINT", &scanned);
    flow_numbers(&scanned.flow, 0, lengths, 1, false);
    CHECK(open_scan(&scanned, &check_error));
    CHECK(scan_rows(&fixture, &scanned, "count(*)", &rows, &check_error));
    assert_int_equal(scan_rows(&fixture, &scanned, "count(*)", &rows, &err), EIDER_ERROR_PLAN);
    assert_non_null(strstr(err.message, "read twice"));
    scanned_done(&scanned);
    fixture_close(&fixture);
}

static void other_tokens_are_refused(void **unused)
{
    struct fixture fixture;
    duckdb_result result;

    (void)unused;
    fixture_open(&fixture);
    assert_int_equal(duckdb_query(fixture.connection, "FROM system.main.eider_arrow('flow-1')", &result),
                     DuckDBError);
    assert_non_null(strstr(duckdb_result_error(&result), "for Eider's own statements"));
    duckdb_destroy_result(&result);
    fixture_close(&fixture);
}

/* ---- What goes wrong ---- */

static void other_columns_are_refused(void **unused)
{
    static const struct {
        const char *sql, *part;
    } cases[] = {
        {"SELECT 1",
         "column 0 (name) of the Arrow stream of the custom node kind flow is BIGINT, but the node says "
         "INTEGER"},
        {"SELECT 'x'", "is BIGINT, but the node says VARCHAR"},
        {"SELECT 1::DECIMAL(18, 0)", "is BIGINT, but the node says DECIMAL(18,0)"},
        {"SELECT [1::BIGINT]", "is BIGINT, but the node says BIGINT[]"},
        {"SELECT 1::BIGINT, 2", "has 1 columns, but the node has 2"},
    };
    static const int lengths[] = {5};

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        struct scanned scanned;
        struct eider_error err;

        fixture_open(&fixture);
        scanned_init(&scanned);
        declare(&fixture, cases[i].sql, &scanned);
        flow_numbers(&scanned.flow, 0, lengths, 1, false);
        assert_int_equal(open_scan(&scanned, &err), EIDER_ERROR_PLAN);
        if (strstr(err.message, cases[i].part) == NULL)
            fail_msg("%s: %s", cases[i].sql, err.message);
        assert_string_equal(err.node, "flow");
        scanned_done(&scanned);
        fixture_close(&fixture);
    }
}

static void wrong_streams_fail(void **unused)
{
    static const struct {
        struct flow flow;
        enum eider_status status;
        const char *part;
    } cases[] = {
        {{.fail_schema = EIO, .says = "no map"},
         EIDER_ERROR_IO,
         "get_schema of the Arrow stream of the custom node kind flow: no map"},
        {{.fail_schema = ENOMEM},
         EIDER_ERROR_MEMORY,
         "get_schema of the Arrow stream of the custom node kind flow: "},
        {{.fail_at = 1, .fail_next = EINVAL, .says = "no water"},
         EIDER_ERROR_IO,
         "get_next of the Arrow stream of the custom node kind flow: no water"},
        {{.fail_at = 2, .fail_next = EIO}, EIDER_ERROR_IO, "kind flow: Input/output error"},
        {{.fail_at = 3, .fail_next = ENOMEM}, EIDER_ERROR_MEMORY, "get_next of"},
        {{.wrong_array = true}, EIDER_ERROR_CORRUPT, "gives an array that is not what its schema says"},
    };
    static const int lengths[] = {3000, 3000};

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct eider_error err = {.status = EIDER_OK};
        struct fixture fixture;
        struct scanned scanned;
        enum eider_status status;
        uint64_t rows;

        fixture_open(&fixture);
        scanned_init(&scanned);
        declare(&fixture, "SELECT 1::BIGINT", &scanned);
        flow_numbers(&scanned.flow, 0, lengths, 2, false);
        scanned.flow.fail_schema = cases[i].flow.fail_schema;
        scanned.flow.fail_at = cases[i].flow.fail_at;
        scanned.flow.fail_next = cases[i].flow.fail_next;
        scanned.flow.says = cases[i].flow.says;
        scanned.flow.wrong_array = cases[i].flow.wrong_array;
        status = open_scan(&scanned, &err);
        if (status == EIDER_OK)
            status = scan_rows(&fixture, &scanned, "count(*)", &rows, &err);
        if (status != cases[i].status || strstr(err.message, cases[i].part) == NULL)
            fail_msg("case %zu: %s: %s", i, eider_status_name(status), err.message);
        assert_string_equal(err.node, "flow");
        scanned.flow.wrong_array = false;
        scanned_done(&scanned);
        fixture_close(&fixture);
    }
}

/* Types that DuckDB knows none for, or that cannot be exchanged. */
static void unknown_types_are_refused(void **unused)
{
    static const char *const unknown[] = {"?", "tDx", "d:80,10,256", "w:-1", ""};

    (void)unused;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct eider_error err = {.status = EIDER_OK};
        struct fixture fixture;
        struct scanned scanned;
        enum eider_status status;

        fixture_open(&fixture);
        scanned_init(&scanned);
        declare(&fixture, "SELECT 1::BIGINT", &scanned);
        ArrowSchemaInit(&scanned.flow.schema);
        assert_int_equal(ArrowSchemaSetTypeStruct(&scanned.flow.schema, 1), 0);
        assert_int_equal(ArrowSchemaSetFormat(scanned.flow.schema.children[0], unknown[i]), 0);
        status = open_scan(&scanned, &err);
        if (status == EIDER_OK || strstr(err.message, "the custom node kind flow") == NULL)
            fail_msg("%s: %s: %s", unknown[i], eider_status_name(status), err.message);
        scanned_done(&scanned);
        fixture_close(&fixture);
    }
}

/* ---- Cancelling ---- */

static void cancel_run(void *data)
{
    run_cancel(data);
}

static void a_cancelled_scan_stops_between_arrays(void **unused)
{
    static const int lengths[] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
    struct eider_error err = {.status = EIDER_OK};
    struct fixture fixture;
    struct scanned scanned;
    uint64_t rows;

    (void)unused;
    fixture_open(&fixture);
    scanned_init(&scanned);
    declare(&fixture, "SELECT 1::BIGINT", &scanned);
    flow_numbers(&scanned.flow, 0, lengths, 16, false);
    CHECK(open_scan(&scanned, &check_error));
    scanned.flow.each = cancel_run;
    scanned.flow.each_data = scanned.run;
    assert_int_equal(scan_rows(&fixture, &scanned, "count(*)", &rows, &err), EIDER_ERROR_CANCELLED);
    assert_int_equal(scanned.flow.given, 1);
    scanned_done(&scanned);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_arrives),
        cmocka_unit_test(large_arrays_are_sliced),
        cmocka_unit_test(dictionaries_and_offsets_arrive),
        cmocka_unit_test(columns_that_nobody_reads_may_be_left_out),
        cmocka_unit_test(an_empty_stream_has_no_rows),
        cmocka_unit_test(a_stream_is_read_once),
        cmocka_unit_test(other_tokens_are_refused),
        cmocka_unit_test(other_columns_are_refused),
        cmocka_unit_test(wrong_streams_fail),
        cmocka_unit_test(unknown_types_are_refused),
        cmocka_unit_test(a_cancelled_scan_stops_between_arrays),
    };

    (void)mallopt(M_PERTURB, 0xA5); /* what was freed shows */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
