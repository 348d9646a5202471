/* SPDX-License-Identifier: Apache-2.0 */
/* Arrow's formats, read from offsets, and values that cannot be. */
#include <malloc.h>

#include "unit/scanned.h"

/* ---- Formats, read from an offset within a byte ---- */

static void decimal_type(struct ArrowSchema *schema, enum ArrowType type, int width, int scale)
{
    assert_int_equal(ArrowSchemaSetTypeDecimal(schema, type, width, scale), 0);
}

static void append_text(struct ArrowArray *array, int64_t i)
{
    char text[64];

    snprintf(text, sizeof(text), "%s%lld",
             i % 2 == 0 ? "" : "a string that is too long to stand in a view: ", (long long)i);
    assert_int_equal(ArrowArrayAppendString(array, ArrowCharView(text)), 0);
}

static void append_bytes(struct ArrowArray *array, int64_t i)
{
    const char bytes[3] = {(char)('a' + i % 26), (char)('a' + i / 26), 'x'};
    const struct ArrowBufferView view = {.data.data = bytes, .size_bytes = 3};

    assert_int_equal(ArrowArrayAppendBytes(array, view), 0);
}

static void append_boolean(struct ArrowArray *array, int64_t i)
{
    assert_int_equal(ArrowArrayAppendInt(array, i % 5 == 0), 0);
}

static void append_number(struct ArrowArray *array, int64_t i)
{
    assert_int_equal(ArrowArrayAppendInt(array, i * 1000 - 20000), 0);
}

static void append_decimal(struct ArrowArray *array, int64_t i)
{
    struct ArrowDecimal decimal;
    const struct ArrowArrayPrivateData *own = array->private_data;

    ArrowDecimalInit(&decimal, (int32_t)own->layout.element_size_bits[1], 4, 2);
    ArrowDecimalSetInt(&decimal, i * 7 - 300);
    assert_int_equal(ArrowArrayAppendDecimal(array, &decimal), 0);
}

static void append_interval(struct ArrowArray *array, int64_t i)
{
    struct ArrowInterval interval;
    const struct ArrowArrayPrivateData *own = array->private_data;

    ArrowIntervalInit(&interval, own->storage_type);
    interval.months = (int32_t)i;
    interval.days = (int32_t)(i - 40);
    interval.ms = (int32_t)(i * 11);
    interval.ns = i * 5000;
    assert_int_equal(ArrowArrayAppendInterval(array, &interval), 0);
}

static void append_struct(struct ArrowArray *array, int64_t i)
{
    struct ArrowArray *inner = array->children[0];

    append_number(inner->children[0], i);
    append_boolean(inner->children[1], i);
    assert_int_equal(ArrowArrayFinishElement(inner), 0);
    assert_int_equal(ArrowArrayFinishElement(array), 0);
}

static void append_list(struct ArrowArray *array, int64_t i)
{
    for (int64_t k = 0; k < i % 3; k++)
        append_boolean(array->children[0], i + k);
    assert_int_equal(ArrowArrayFinishElement(array), 0);
}

static void struct_type(struct ArrowSchema *schema)
{
    struct ArrowSchema *inner;

    assert_int_equal(ArrowSchemaSetTypeStruct(schema, 1), 0);
    inner = schema->children[0];
    assert_int_equal(ArrowSchemaSetTypeStruct(inner, 2), 0);
    assert_int_equal(ArrowSchemaSetName(inner, "s"), 0);
    assert_int_equal(ArrowSchemaSetType(inner->children[0], NANOARROW_TYPE_INT64), 0);
    assert_int_equal(ArrowSchemaSetName(inner->children[0], "n"), 0);
    assert_int_equal(ArrowSchemaSetType(inner->children[1], NANOARROW_TYPE_BOOL), 0);
    assert_int_equal(ArrowSchemaSetName(inner->children[1], "b"), 0);
}

static void list_type(struct ArrowSchema *schema, enum ArrowType type)
{
    assert_int_equal(ArrowSchemaSetType(schema, type), 0);
    assert_int_equal(ArrowSchemaSetType(schema->children[0], NANOARROW_TYPE_BOOL), 0);
}

#define TEXT       "CASE WHEN i % 2 = 0 THEN '' ELSE 'a string that is too long to stand in a view: ' END || i"
#define ELEMENT(k) "(i + " #k ") % 5 = 0"

static const struct {
    const char *format; /* NULL: by `type` */
    enum ArrowType type;
    void (*append)(struct ArrowArray *array, int64_t i);
    const char *sql;
} formats[] = {
    {NULL, NANOARROW_TYPE_BOOL, append_boolean, "i % 5 = 0"},
    {NULL, NANOARROW_TYPE_STRING, append_text, TEXT},
    {NULL, NANOARROW_TYPE_LARGE_STRING, append_text, TEXT},
    {NULL, NANOARROW_TYPE_STRING_VIEW, append_text, TEXT},
    {"w:3", NANOARROW_TYPE_FIXED_SIZE_BINARY, append_bytes,
     "encode(chr((97 + i % 26)::INTEGER) || chr((97 + i // 26)::INTEGER) || 'x')"},
    {NULL, NANOARROW_TYPE_DECIMAL32, append_decimal, "((i * 7 - 300) / 100)::DECIMAL(4, 2)"},
    {NULL, NANOARROW_TYPE_DECIMAL64, append_decimal, "((i * 7 - 300) / 100)::DECIMAL(4, 2)"},
    {NULL, NANOARROW_TYPE_DECIMAL128, append_decimal, "((i * 7 - 300) / 100)::DECIMAL(4, 2)"},
    {"tdm", NANOARROW_TYPE_DATE64, append_number, "DATE '1970-01-01' - (i < 20)::INTEGER"},
    {"tss:UTC", NANOARROW_TYPE_TIMESTAMP, append_number, "to_timestamp(i * 1000 - 20000)"},
    {"tsm:UTC", NANOARROW_TYPE_TIMESTAMP, append_number, "to_timestamp((i * 1000 - 20000) / 1000)"},
    {"tsn:UTC", NANOARROW_TYPE_TIMESTAMP, append_number, "to_timestamp((i - 20) / 1000000)"},
    {"tDs", NANOARROW_TYPE_DURATION, append_number, "to_seconds(i * 1000 - 20000)"},
    {"tDn", NANOARROW_TYPE_DURATION, append_number, "to_microseconds(i - 20)"},
    {NULL, NANOARROW_TYPE_INTERVAL_MONTHS, append_interval, "to_months(i::INTEGER)"},
    {NULL, NANOARROW_TYPE_INTERVAL_DAY_TIME, append_interval,
     "to_days((i - 40)::INTEGER) + to_microseconds(i * 11000)"},
    {NULL, NANOARROW_TYPE_INTERVAL_MONTH_DAY_NANO, append_interval,
     "to_months(i::INTEGER) + to_days((i - 40)::INTEGER) + to_microseconds(i * 5)"},
    {NULL, NANOARROW_TYPE_STRUCT, append_struct, "{'s': {'n': i * 1000 - 20000, 'b': i % 5 = 0}}"},
    {NULL, NANOARROW_TYPE_LIST, append_list, "[" ELEMENT(0) ", " ELEMENT(1) "][1:i % 3]"},
    {NULL, NANOARROW_TYPE_LARGE_LIST, append_list, "[" ELEMENT(0) ", " ELEMENT(1) "][1:i % 3]"},
    {NULL, NANOARROW_TYPE_LIST_VIEW, append_list, "[" ELEMENT(0) ", " ELEMENT(1) "][1:i % 3]"},
};

static void set_format(struct ArrowSchema *schema, size_t number)
{
    switch ((int)formats[number].type) {
    case NANOARROW_TYPE_DECIMAL32:
    case NANOARROW_TYPE_DECIMAL64:
    case NANOARROW_TYPE_DECIMAL128:
        decimal_type(schema, formats[number].type, 4, 2);
        break;
    case NANOARROW_TYPE_STRUCT:
        struct_type(schema);
        break;
    case NANOARROW_TYPE_LIST:
    case NANOARROW_TYPE_LARGE_LIST:
    case NANOARROW_TYPE_LIST_VIEW:
        list_type(schema, formats[number].type);
        break;
    default:
        if (formats[number].format != NULL)
            assert_int_equal(ArrowSchemaSetFormat(schema, formats[number].format), 0);
        else
            assert_int_equal(ArrowSchemaSetType(schema, formats[number].type), 0);
        break;
    }
}

/* Rows 5 to 94 of 100, every third NULL. */
static void every_format_is_read(void **unused)
{
    struct fixture fixture;

    (void)unused;
    fixture_open(&fixture);
    fixture_sql(&fixture, "SET TimeZone = 'UTC'");
    for (size_t n = 0; n < sizeof(formats) / sizeof(formats[0]); n++) {
        char from[128], subquery[512], *original, *arrived;
        struct scanned scanned;
        struct ArrowArray *array;

        scanned_init(&scanned);
        snprintf(subquery, sizeof(subquery),
                 "SELECT CASE WHEN i %% 3 <> 0 THEN %s END AS c0 FROM range(5, 95) r(i)", formats[n].sql);
        declare(&fixture, subquery, &scanned);
        ArrowSchemaInit(&scanned.flow.schema);
        assert_int_equal(ArrowSchemaSetTypeStruct(&scanned.flow.schema, 1), 0);
        set_format(scanned.flow.schema.children[0], n);
        array = &scanned.flow.arrays[scanned.flow.count++];
        assert_int_equal(ArrowArrayInitFromSchema(array, &scanned.flow.schema, NULL), 0);
        assert_int_equal(ArrowArrayStartAppending(array), 0);
        for (int64_t i = 0; i < 100; i++) {
            if (i % 3 == 0)
                assert_int_equal(ArrowArrayAppendNull(array->children[0], 1), 0);
            else
                formats[n].append(array->children[0], i);
            assert_int_equal(ArrowArrayFinishElement(array), 0);
        }
        assert_int_equal(ArrowArrayFinishBuildingDefault(array, NULL), 0);
        array->offset = 2; /* two offsets add up */
        array->children[0]->offset = 3;
        array->length = 90;
        array->children[0]->length = 97;
        array->children[0]->null_count = -1;
        if (open_scan(&scanned, &check_error) != EIDER_OK)
            fail_msg("%s: %s", subquery, check_error.message);
        snprintf(from, sizeof(from), "system.main.eider_arrow('%s')", arrow_scan_token(scanned.scan));
        original = fixture_digest(&fixture, subquery);
        arrived = digest(&fixture, from, 1);
        if (strcmp(original, arrived) != 0)
            fail_msg("%s: sent %s, got %s", subquery, original, arrived);
        duckdb_free(original);
        duckdb_free(arrived);
        scanned_done(&scanned);
    }
    fixture_close(&fixture);
}

/* ---- Values that cannot be ---- */

static void one_column(struct scanned *scanned, enum ArrowType type)
{
    struct ArrowSchema *schema = &scanned->flow.schema;

    ArrowSchemaInit(schema);
    assert_int_equal(ArrowSchemaSetTypeStruct(schema, 1), 0);
    if (type == NANOARROW_TYPE_DECIMAL128)
        decimal_type(schema->children[0], type, 4, 2);
    else if (type == NANOARROW_TYPE_LIST)
        list_type(schema->children[0], type);
    else
        assert_int_equal(ArrowSchemaSetType(schema->children[0], type), 0);
    if (type == NANOARROW_TYPE_UINT16) {
        assert_int_equal(ArrowSchemaAllocateDictionary(schema->children[0]), 0);
        ArrowSchemaInit(schema->children[0]->dictionary);
        assert_int_equal(ArrowSchemaSetType(schema->children[0]->dictionary, NANOARROW_TYPE_STRING), 0);
    }
    assert_int_equal(ArrowArrayInitFromSchema(&scanned->flow.arrays[0], schema, NULL), 0);
    assert_int_equal(ArrowArrayStartAppending(&scanned->flow.arrays[0]), 0);
    scanned->flow.count = 1;
}

static void append_bad(struct ArrowArray *array, enum ArrowType type)
{
    struct ArrowDecimal decimal;

    switch ((int)type) {
    case NANOARROW_TYPE_STRING:
        assert_int_equal(ArrowArrayAppendString(array, ArrowCharView("half of \xc3")), 0);
        break;
    case NANOARROW_TYPE_DECIMAL128:
        ArrowDecimalInit(&decimal, 128, 4, 2);
        ArrowDecimalSetInt(&decimal, 40000);
        assert_int_equal(ArrowArrayAppendDecimal(array, &decimal), 0);
        break;
    case NANOARROW_TYPE_UINT16:
        assert_int_equal(ArrowArrayAppendString(array->dictionary, ArrowCharView("the only one")), 0);
        assert_int_equal(ArrowArrayAppendInt(array, 1), 0);
        break;
    case NANOARROW_TYPE_LIST:
        append_list(array, 2);
        break;
    default:
        assert_int_equal(ArrowArrayAppendInt(array, 1), 0);
        break;
    }
}

static void wrong_values_fail(void **unused)
{
    static const struct {
        enum ArrowType type;
        const char *sql, *part;
    } cases[] = {
        {NANOARROW_TYPE_STRING, "SELECT 'x'", "gives a string that is not UTF-8"},
        {NANOARROW_TYPE_DECIMAL128, "SELECT 1::DECIMAL(4, 2)", "gives a value that is beyond its type"},
        {NANOARROW_TYPE_UINT16, "SELECT 'x'", "gives an index that is beyond its dictionary"},
        {NANOARROW_TYPE_LIST, "SELECT [true]", "gives a list that is beyond its elements"},
        {NANOARROW_TYPE_INT64, "SELECT 1::BIGINT", "gives an array with a column that is too short"},
    };
    struct fixture fixture;

    (void)unused;
    fixture_open(&fixture);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct eider_error err = {.status = EIDER_OK};
        struct ArrowArray *array;
        struct scanned scanned;
        uint64_t rows;

        scanned_init(&scanned);
        declare(&fixture, cases[i].sql, &scanned);
        one_column(&scanned, cases[i].type);
        array = &scanned.flow.arrays[0];
        append_bad(array->children[0], cases[i].type);
        assert_int_equal(ArrowArrayFinishElement(array), 0);
        assert_int_equal(ArrowArrayFinishBuildingDefault(array, NULL), 0);
        if (cases[i].type == NANOARROW_TYPE_LIST)
            array->children[0]->children[0]->length = 1;
        else if (cases[i].type == NANOARROW_TYPE_INT64)
            array->length = 2;
        CHECK(open_scan(&scanned, &check_error));
        assert_int_equal(scan_rows(&fixture, &scanned, "count(c0)", &rows, &err), EIDER_ERROR_CORRUPT);
        if (strstr(err.message, cases[i].part) == NULL)
            fail_msg("%s: %s", cases[i].part, err.message);
        scanned_done(&scanned);
    }
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_read),
        cmocka_unit_test(wrong_values_fail),
    };

    (void)mallopt(M_PERTURB, 0xA5); /* what was freed shows */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
