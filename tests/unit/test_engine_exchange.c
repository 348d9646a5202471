/* SPDX-License-Identifier: Apache-2.0 */
/* Rows through eider_sink and eider_source: every type, nested in every other, with NULLs at every level. */
#include <pthread.h>

#include "unit/engine_fixture.h"

/* The rows of a table expression with columns c0 …, in an order of their own, as one text: count and digest. */
static char *digest(struct fixture *fixture, const char *from, uint32_t columns)
{
    char *row = column_list(columns, " || '|' || ", "coalesce(c%u::VARCHAR, 'NULL of c')");
    size_t bytes = strlen(from) + strlen(row) + 300;
    char *sql = malloc(bytes), *value;

    snprintf(sql, bytes,
             "SELECT count(*) || ' ' || coalesce(md5(string_agg(r, chr(10) ORDER BY r)), '') FROM "
             "(SELECT %s AS r FROM %s)",
             columns > 0 ? row : "''", from);
    value = fixture_value(fixture, sql);
    free(sql);
    free(row);
    return value;
}

static void check_round_trip(struct fixture *fixture, const char *sql, uint32_t partitions)
{
    char from[128], *original, *arrived, *columns;
    struct exchanged exchanged;
    struct source *source;
    struct run *run;
    size_t bytes;
    char *subquery;

    fixture_send(fixture, sql, partitions, &exchanged);
    columns = column_list(exchanged.type_count, ", ", "c%u");
    bytes = strlen(sql) + strlen(columns) + 64;
    subquery = malloc(bytes);
    snprintf(subquery, bytes, "(%s) AS t(%s)", sql, columns);
    CHECK(run_new(&run, &check_error));
    source = fixture_source(fixture, &exchanged, run);
    snprintf(from, sizeof(from), "system.main.eider_source('%s')", source_token(source));
    original = digest(fixture, subquery, exchanged.type_count);
    arrived = digest(fixture, from, exchanged.type_count);
    if (strcmp(original, arrived) != 0)
        fail_msg("%s: sent %s, got %s", sql, original, arrived);
    assert_int_equal(source_rows(source), exchanged.rows);
    source_free(source);
    run_unref(run);
    duckdb_free(original);
    duckdb_free(arrived);
    free(columns);
    free(subquery);
    exchanged_done(&exchanged);
    store_drop_query(fixture->store, fixture->query);
}

/* Expressions over i, the number of a row: at least one value of each type that DuckDB has, edges included. */
static const char *const values[] = {
    "i % 3 = 0",
    "(i % 256 - 128)::TINYINT",
    "(i - 5000)::SMALLINT",
    "(i * 429496 - 2147483648)::INTEGER",
    "((i - 5000) * 1844674407370955)",
    "(i::HUGEINT * 17014118346046923173168730371588410) - 170141183460469231731687303715884105728",
    "(i % 256)::UTINYINT",
    "i::USMALLINT",
    "(i * 429496)::UINTEGER",
    "(i::HUGEINT * 1844674407370955)::UBIGINT",
    "(i::UHUGEINT * 34028236692093846346337)",
    "(CASE i % 5 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' WHEN 2 THEN -0.0::FLOAT ELSE i / 7 END)::FLOAT",
    "CASE i % 5 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN -0.0::DOUBLE ELSE i / 7 END",
    "(i % 99)::DECIMAL(4, 1)",
    "(i / 3)::DECIMAL(9, 4)",
    "(i / 3)::DECIMAL(18, 6)",
    "(i * 1e20)::DECIMAL(38, 10)",
    "repeat('ä', (i % 40)::INTEGER) || i",
    "CASE WHEN i % 100 = 0 THEN repeat('long', 5000) ELSE '' END",
    "('{\"a\": ' || i || '}')::JSON",
    "encode(repeat(chr((i % 100)::INTEGER), (i % 30)::INTEGER))",
    "repeat('10', (i % 20 + 1)::INTEGER)::BIT",
    "(i || repeat('7', (i % 50)::INTEGER))::BIGNUM",
    "md5(i::VARCHAR)::UUID",
    "CASE i % 4 WHEN 0 THEN 'infinity'::DATE ELSE DATE '2000-01-01' - i::INTEGER * 300 END",
    "TIME '00:00:00' + INTERVAL 1 SECOND * (i % 86400)",
    "make_time(i % 24, 1, 2.5)::TIME_NS",
    "(make_time(i % 24, i % 60, 2.5)::VARCHAR || '+0' || i % 10)::TIMETZ",
    "CASE i % 4 WHEN 0 THEN '-infinity'::TIMESTAMP ELSE TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i END",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMP_S",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMP_MS",
    "make_timestamp_ns(i * 1000000007)",
    "(TIMESTAMP '1992-01-01' + INTERVAL 1 HOUR * i)::TIMESTAMPTZ",
    "INTERVAL 1 HOUR * 200000 * i + INTERVAL 1 DAY * i - INTERVAL 1 MONTH * i",
    "(['sad', 'ok', 'happy'])[i % 3 + 1]::ENUM('sad', 'ok', 'happy')",
    "union_value(num := i)::UNION(num BIGINT, str VARCHAR)",
    "union_value(str := 'a string of ' || i)::UNION(num BIGINT, str VARCHAR)",
};
#define VALUE_COUNT (sizeof(values) / sizeof(values[0]))

/* What a value, written as %s, is put into: NULLs and emptiness at each level included. */
#define ROWS "FROM range(300) r(i)"
#define JOIN(e)                                                                                              \
    "SELECT e FROM range(300) q(j) LEFT JOIN (SELECT i, " e " AS e " ROWS ") ON i = j AND j %% 7 <> 3"
static const char *const wrappers[] = {
    "SELECT %s FROM range(2100) r(i)",
    "SELECT CASE WHEN i %% 7 <> 3 THEN %s END " ROWS,
    "SELECT CASE WHEN i %% 7 <> 3 THEN [%s, NULL, %s][1:(i %% 4)::INTEGER] END " ROWS,
    "SELECT CASE WHEN i %% 7 <> 3 THEN {'a': %s, 'b': CASE WHEN i %% 2 = 0 THEN %s END} END " ROWS,
    "SELECT CASE WHEN i %% 7 <> 3 THEN map([i, i + 1], [%s, NULL]) END " ROWS,
    "SELECT CASE WHEN i %% 7 <> 3 THEN [[%s], NULL, [], [NULL, %s]] END " ROWS,
    "SELECT CASE WHEN i %% 7 <> 3 THEN [{'a': [%s, NULL]}, NULL, {'a': NULL}] END " ROWS,
    JOIN("array_value(%s, NULL, %s)"),
    JOIN("{'a': array_value([%s], NULL), 'b': {'c': %s}}"),
    JOIN("[array_value({'x': %s}, NULL)]"),
    JOIN("array_value(array_value(NULL, %s), NULL, array_value(%s, NULL))"),
};
#define WRAPPER_COUNT (sizeof(wrappers) / sizeof(wrappers[0]))

static void test_every_type(void **state)
{
    struct fixture fixture;
    char sql[2048];

    (void)state;
    fixture_open(&fixture);
    fixture_sql(&fixture, "SET TimeZone = 'Asia/Kathmandu'");
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        for (size_t j = 0; j < WRAPPER_COUNT; j++) {
            snprintf(sql, sizeof(sql), wrappers[j], values[i], values[i]);
            check_round_trip(&fixture, sql, j % 2 == 0 ? 1 : 7);
        }
    }
    fixture_close(&fixture);
}

/* All types side by side, few and many rows, few and many partitions. */
static void test_all_columns(void **state)
{
    static const uint32_t row_counts[] = {0, 1, 2, 63, 64, 65, 2047, 2048, 2049, 20000};
    struct fixture fixture;
    enum {
        SQL_BYTES = 32768
    };
    char *sql = calloc(1, SQL_BYTES);
    size_t used;

    (void)state;
    fixture_open(&fixture);
    for (size_t i = 0; i < sizeof(row_counts) / sizeof(row_counts[0]); i++) {
        used = (size_t)snprintf(sql, SQL_BYTES, "SELECT i, ");
        for (size_t j = 0; j < VALUE_COUNT; j++)
            used += (size_t)snprintf(sql + used, SQL_BYTES - used, "%s%s", j > 0 ? ", " : "", values[j]);
        snprintf(sql + used, SQL_BYTES - used, " FROM (SELECT i %% 10000 AS i FROM range(%u) r(i))",
                 row_counts[i]);
        check_round_trip(&fixture, sql, i % 2 == 0 ? 1 : 64);
    }
    free(sql);
    fixture_close(&fixture);
}

static void test_vector_shapes(void **state)
{
    static const char *const queries[] = {
        /* dictionary vectors: repeated strings of a Parquet or native column, join and unnest outputs */
        "SELECT s, [s, s], {'s': s} FROM shapes",
        "SELECT a.s, b.l, b.st FROM shapes a JOIN shapes b ON a.i = b.i % 100",
        "SELECT unnest(l), i FROM shapes",
        "SELECT unnest(ll) FROM shapes",
        /* slices of lists, and elements picked out of them */
        "SELECT l[2:3], l[-1], ll[1], list_slice(l, 1, 3, 2), list_reverse(l) FROM shapes",
        "SELECT list_filter(l, lambda x: length(x) > 4), list_select(l, [1, 1]), list_sort(l) FROM shapes",
        "SELECT list_where(ll, [true, false, true]), list_distinct(l), list_concat(l, l) FROM shapes",
        /* constants */
        "SELECT 1, 'a constant string that is long', NULL::VARCHAR, ['x', 'a longer constant in a list'], "
        "[NULL]::INTEGER[] "
        "FROM shapes",
        "SELECT {'a': [1, 2, 3], 'b': NULL::VARCHAR[]}, map(['k'], [[1]]), array_value('p', 'quite a long "
        "one') FROM shapes",
        "SELECT {'a': s, 'b': 'constant', 'c': {'d': NULL::INTEGER}} FROM shapes",
        /* outer joins: rows of NULLs */
        "SELECT b.l, b.st, b.arr, b.m FROM shapes a LEFT JOIN (SELECT * FROM shapes WHERE i % 3 = 0) b USING "
        "(i)",
        "SELECT b.st.x, b.st, a.i FROM shapes a FULL JOIN (SELECT i + 500 AS i, st FROM shapes) b USING (i)",
        /* aggregates, sorted and windowed rows */
        "SELECT i % 10, list(s ORDER BY s), histogram(i % 3), first(st ORDER BY i), max(l) FROM shapes GROUP "
        "BY ALL",
        "SELECT l, row_number() OVER (ORDER BY i), lag(st) OVER (ORDER BY i) FROM shapes ORDER BY s DESC",
        "SELECT DISTINCT st, l FROM shapes",
        "SELECT l FROM shapes UNION ALL SELECT NULL UNION ALL SELECT []",
        "SELECT st FROM shapes LIMIT 77 OFFSET 13",
        "(SELECT arr FROM shapes ORDER BY i LIMIT 1)",
    };
    struct fixture fixture;

    (void)state;
    fixture_open(&fixture);
    fixture_sql(
        &fixture,
        "CREATE TABLE shapes AS SELECT i, 'string number ' || i % 17 AS s, "
        "CASE WHEN i % 5 > 0 THEN list_transform(range(i % 7), lambda x: 'element ' || x * i) END AS l, "
        "[[i, NULL], NULL, [i]] AS ll, "
        "CASE WHEN i % 3 > 0 THEN {'x': i, 'y': 'in a struct ' || i} END AS st, "
        "(CASE WHEN i % 4 > 0 THEN ['in an array ' || i, NULL, 'x'] END)::VARCHAR[3] AS arr, "
        "CASE WHEN i % 6 > 0 THEN map(['key of a map', 'k'], [i, NULL]) END AS m "
        "FROM range(5000) r(i)");
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        check_round_trip(&fixture, queries[i], 1);
        check_round_trip(&fixture, queries[i], 5);
    }
    fixture_close(&fixture);
}

/* A list whose child vector is a dictionary: Flatten leaves it alone below a constant list. */
static void hidden_dictionary(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    static const char *const words[] = {"first of the words", "second of the words", "third of the words"};
    duckdb_vector child = duckdb_list_vector_get_child(output);
    duckdb_list_entry *entries = duckdb_vector_get_data(output);
    duckdb_selection_vector selection = duckdb_create_selection_vector(3);

    (void)info;
    duckdb_list_vector_reserve(output, 3);
    duckdb_list_vector_set_size(output, 3);
    for (idx_t i = 0; i < 3; i++) {
        duckdb_vector_assign_string_element(child, i, words[i]);
        duckdb_selection_vector_get_data_ptr(selection)[i] = (sel_t)(2 - i);
    }
    duckdb_slice_vector(child, selection, 3);
    for (idx_t i = 0; i < duckdb_data_chunk_get_size(input); i++)
        entries[i] = (duckdb_list_entry){.offset = 0, .length = 3};
    duckdb_destroy_selection_vector(selection);
}

/* A table function with constant vectors, so that a function of its column gives a constant vector too. */
static void constant_bind(duckdb_bind_info info)
{
    duckdb_logical_type type = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);

    duckdb_bind_add_result_column(info, "k", type);
    duckdb_destroy_logical_type(&type);
}

static void constant_init(duckdb_init_info info)
{
    duckdb_init_set_init_data(info, calloc(1, sizeof(int)), free);
}

static void constant_call(duckdb_function_info info, duckdb_data_chunk output)
{
    int *calls = duckdb_function_get_init_data(info);
    duckdb_value value = duckdb_create_int64(42);

    duckdb_vector_reference_value(duckdb_data_chunk_get_vector(output, 0), value);
    duckdb_destroy_value(&value);
    duckdb_data_chunk_set_size(output, (*calls)++ < 3 ? 1000 : 0);
}

static void test_child_below_a_constant(void **state)
{
    duckdb_logical_type bigint = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    duckdb_logical_type varchar = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type list = duckdb_create_list_type(varchar);
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_table_function table = duckdb_create_table_function();
    struct fixture fixture;

    (void)state;
    fixture_open(&fixture);
    duckdb_scalar_function_set_name(function, "hidden_dictionary");
    duckdb_scalar_function_add_parameter(function, bigint);
    duckdb_scalar_function_set_return_type(function, list);
    duckdb_scalar_function_set_function(function, hidden_dictionary);
    assert_int_equal(duckdb_register_scalar_function(fixture.connection, function), DuckDBSuccess);
    duckdb_table_function_set_name(table, "constants");
    duckdb_table_function_set_bind(table, constant_bind);
    duckdb_table_function_set_init(table, constant_init);
    duckdb_table_function_set_function(table, constant_call);
    assert_int_equal(duckdb_register_table_function(fixture.connection, table), DuckDBSuccess);
    duckdb_destroy_scalar_function(&function);
    duckdb_destroy_table_function(&table);
    duckdb_destroy_logical_type(&bigint);
    duckdb_destroy_logical_type(&varchar);
    duckdb_destroy_logical_type(&list);
    check_round_trip(&fixture, "SELECT hidden_dictionary(k), k FROM constants()", 1);
    check_round_trip(&fixture, "SELECT {'a': hidden_dictionary(k)}, [hidden_dictionary(k)] FROM constants()",
                     3);
    fixture_close(&fixture);
}

static void test_no_columns(void **state)
{
    struct fixture fixture;
    struct exchanged exchanged = {0};
    struct sink_options options = {0};
    struct source *source;
    struct run *run;
    struct sink *sink;
    char sql[256], *value;
    uint64_t rows;

    (void)state;
    fixture_open(&fixture);
    exchanged.types = calloc(1, sizeof(*exchanged.types));
    exchanged.partitions = 4;
    CHECK(engine_layout_new(NULL, 0, &exchanged.layout, &check_error));
    CHECK(store_output(fixture.store, (struct output_key){.query = 1}, exchanged.layout, 4, &exchanged.output,
                       &check_error));
    CHECK(run_new(&run, &check_error));
    options = (struct sink_options){.run = run, .output = exchanged.output};
    CHECK(sink_new(fixture.engine, &options, &sink, &check_error));
    snprintf(sql, sizeof(sql), "SELECT count(system.main.eider_sink('%s', NULL)) FROM range(3000000)",
             sink_token(sink));
    CHECK(run_count(run, fixture.connection, sql, &rows, &check_error));
    assert_int_equal(rows, 3000000);
    CHECK(sink_finish(sink, rows, &check_error));
    CHECK(output_complete(exchanged.output, &check_error));
    source = fixture_source(&fixture, &exchanged, run);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM eider_source('%s')", source_token(source));
    value = fixture_value(&fixture, sql);
    assert_string_equal(value, "3000000");
    duckdb_free(value);
    source_free(source);
    sink_free(sink);
    run_unref(run);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

/* Equal keys meet in one partition, and partitions are even. */
static void test_partitions(void **state)
{
    struct fixture fixture;
    struct exchanged exchanged;

    (void)state;
    fixture_open(&fixture);
    fixture_send(&fixture, "SELECT i % 100000 FROM range(1000000) r(i)", 16, &exchanged);
    assert_int_equal(output_size(exchanged.output, 0, 16).rows, 1000000);
    for (uint32_t i = 0; i < 16; i++)
        assert_in_range(output_size(exchanged.output, i, 1).rows, 60000, 65000);
    exchanged_done(&exchanged);
    fixture_send(&fixture, "SELECT CASE i % 2 WHEN 0 THEN -0.0 ELSE 0.0 END::DOUBLE FROM range(1000) r(i)",
                 16, &exchanged);
    for (uint32_t i = 0; i < 16; i++)
        assert_true(output_size(exchanged.output, i, 1).rows % 1000 == 0);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

/* Projection, another order of columns, a column twice, filters, several scans, a join of a source with itself. */
static void test_source_in_queries(void **state)
{
    static const struct {
        const char *sql; /* %1$s: the token */
        const char *expected;
    } cases[] = {
        {"SELECT sum(c1)::BIGINT FROM eider_source('%1$s')", "449985000"},
        {"SELECT count(*) FROM eider_source('%1$s')", "30000"},
        {"SELECT count(*) FROM eider_source('%1$s') WHERE v", "30000"},
        {"SELECT count(*) FROM (SELECT c2, c0 FROM eider_source('%1$s') WHERE c0 % 10 = 0 AND v)", "3000"},
        {"SELECT max(c2) || min(c2) FROM eider_source('%1$s') WHERE c0 = 12345", "row 12345row 12345"},
        {"SELECT sum(c0 + c0)::BIGINT FROM eider_source('%1$s')", "899970000"},
        {"SELECT count(*) FROM eider_source('%1$s') a JOIN eider_source('%1$s') b USING (c0)", "30000"},
        {"SELECT sum(n)::BIGINT FROM (WITH RECURSIVE r(n) AS (SELECT 0::BIGINT UNION ALL SELECT c0 FROM "
         "eider_source('%1$s') s, r "
         "WHERE s.c0 = r.n + 1 AND n < 50) SELECT n FROM r)",
         "1275"},
    };
    struct fixture fixture;
    struct exchanged exchanged;
    struct run *run;
    char sql[512];

    (void)state;
    fixture_open(&fixture);
    fixture_send(&fixture, "SELECT i, i AS j, 'row ' || i FROM range(30000) r(i)", 3, &exchanged);
    CHECK(run_new(&run, &check_error));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct source *source = fixture_source(&fixture, &exchanged, run);
        char *value;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(sql, sizeof(sql), cases[i].sql, source_token(source));
#pragma GCC diagnostic pop
        value = fixture_value(&fixture, sql);
        if (strcmp(value, cases[i].expected) != 0)
            fail_msg("%s: %s", sql, value);
        duckdb_free(value);
        source_free(source);
    }
    run_unref(run);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

/* What DuckDB still holds of a statement that has ended does not keep the rows. */
static void test_rows_of_a_closed_source(void **state)
{
    struct fixture fixture;
    struct exchanged exchanged;
    struct source *source;
    struct run *run;
    duckdb_prepared_statement statement;
    duckdb_result result;
    char sql[512];

    (void)state;
    fixture_open(&fixture);
    fixture_send(&fixture, "SELECT i, 'row ' || i FROM range(30000) r(i)", 3, &exchanged);
    CHECK(run_new(&run, &check_error));
    source = fixture_source(&fixture, &exchanged, run);
    snprintf(sql, sizeof(sql), "SELECT max(c1) FROM eider_source('%s')", source_token(source));
    assert_int_equal(duckdb_prepare(fixture.connection, sql, &statement), DuckDBSuccess);
    assert_int_equal(duckdb_execute_prepared(statement, &result), DuckDBSuccess);
    duckdb_destroy_result(&result);
    exchanged_done(&exchanged);
    store_drop_query(fixture.store, fixture.query);
    assert_true(budget_used(engine_budget(fixture.engine)) > 0);
    source_free(source);
    assert_int_equal(budget_used(engine_budget(fixture.engine)), 0);
    assert_int_equal(duckdb_execute_prepared(statement, &result), DuckDBError);
    assert_non_null(strstr(duckdb_result_error(&result), "a source was read after its task had ended"));
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&statement);
    run_unref(run);
    fixture_close(&fixture);
}

/* A column of the type "NULL", which a query's result would show as INTEGER. */
static void test_null_type(void **state)
{
    struct sink_options options = {.type_count = 2};
    struct exchanged exchanged = {.type_count = 2, .partitions = 1};
    struct fixture fixture;
    struct source *source;
    struct sink *sink;
    char sql[256], *value;
    uint64_t rows;

    (void)state;
    fixture_open(&fixture);
    exchanged.types = calloc(2, sizeof(*exchanged.types));
    exchanged.types[0] = type_simple(TYPE_SQLNULL);
    exchanged.types[1] = type_simple(TYPE_BIGINT);
    CHECK(engine_layout_new(exchanged.types, 2, &exchanged.layout, &check_error));
    CHECK(store_output(fixture.store, (struct output_key){.query = 1}, exchanged.layout, 1, &exchanged.output,
                       &check_error));
    CHECK(run_new(&options.run, &check_error));
    options.output = exchanged.output;
    options.types = exchanged.types;
    CHECK(sink_new(fixture.engine, &options, &sink, &check_error));
    snprintf(sql, sizeof(sql),
             "SELECT count(eider_sink('%s', NULL, n, i)) FROM (SELECT NULL AS n, i FROM range(3000) r(i))",
             sink_token(sink));
    CHECK(run_count(options.run, fixture.connection, sql, &rows, &check_error));
    CHECK(sink_finish(sink, rows, &check_error));
    CHECK(output_complete(exchanged.output, &check_error));
    source = fixture_source(&fixture, &exchanged, options.run);
    snprintf(sql, sizeof(sql),
             "SELECT count(*) || ' ' || count(c0) || ' ' || any_value(typeof(c0)) FROM eider_source('%s')",
             source_token(source));
    value = fixture_value(&fixture, sql);
    assert_string_equal(value, "3000 0 \"NULL\"");
    duckdb_free(value);
    source_free(source);
    sink_free(sink);
    run_unref(options.run);
    exchanged_done(&exchanged);
    fixture_close(&fixture);
}

/* Tasks of several queries at once, each on a connection of its own. */
static void *run_tasks(void *object)
{
    struct fixture fixture = *(struct fixture *)object;

    assert_int_equal(duckdb_connect(fixture.database, &fixture.connection), DuckDBSuccess);
    fixture.arena = arena_new();
    fixture.query = (uint64_t)(uintptr_t)&fixture; /* a number of its own */
    for (int i = 0; i < 5; i++) {
        check_round_trip(&fixture, "SELECT i, 'string number ' || i, [i, NULL] FROM range(50000) r(i)", 8);
        check_round_trip(
            &fixture, "SELECT i % 100, count(*), list(i ORDER BY i) FROM range(20000) r(i) GROUP BY ALL", 3);
    }
    arena_free(fixture.arena);
    duckdb_disconnect(&fixture.connection);
    return NULL;
}

static void test_tasks_at_once(void **state)
{
    struct fixture fixture;
    pthread_t threads[4];

    (void)state;
    fixture_open(&fixture);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_tasks, &fixture), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),        cmocka_unit_test(test_all_columns),
        cmocka_unit_test(test_vector_shapes),     cmocka_unit_test(test_child_below_a_constant),
        cmocka_unit_test(test_no_columns),        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_source_in_queries), cmocka_unit_test(test_rows_of_a_closed_source),
        cmocka_unit_test(test_null_type),         cmocka_unit_test(test_tasks_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
