/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public nodes, within a rule: each kind is made with its constructor and read back with its reader, field by field, and its
 * columns have the names and types that follow from the fields. Leaves and nodes of one child; the others are in
 * test_api_joins.c.
 */
#include "eider/nodes.h"
#include "unit/rule_fixture.h"

/* ---- Leaves ---- */

static const struct eider_type *point_type(void)
{
    duckdb_logical_type members[2] = {duckdb_create_logical_type(DUCKDB_TYPE_INTEGER),
                                      duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR)};
    const char *names[2] = {"x", "y"};
    duckdb_logical_type point = duckdb_create_struct_type(members, names, 2), outer;
    const char *outer_name = "point";
    const struct eider_type *type;

    outer = duckdb_create_struct_type(&point, &outer_name, 1);
    made(eider_type_from_duckdb(ctx, outer, &type, &err));
    duckdb_destroy_logical_type(&outer);
    duckdb_destroy_logical_type(&point);
    duckdb_destroy_logical_type(&members[0]);
    duckdb_destroy_logical_type(&members[1]);
    return type;
}

/* A whole column, a field of a field, a virtual column. */
static struct eider_scan_column_list sample_read(void)
{
    static const struct eider_str path[] = {STR("point"), STR("y")};
    static struct eider_scan_column read[3];

    read[0] = (struct eider_scan_column){
        .role = EIDER_SCAN_COLUMN, .name = STR("a"), .type = eider_type_simple(DUCKDB_TYPE_BIGINT)};
    read[1] = (struct eider_scan_column){
        .role = EIDER_SCAN_COLUMN, .name = STR("place"), .path = LIST(path), .type = point_type()};
    read[2] = (struct eider_scan_column){
        .role = EIDER_SCAN_FILENAME, .name = STR("filename"), .type = eider_type_simple(DUCKDB_TYPE_VARCHAR)};
    return (struct eider_scan_column_list){read, 3};
}

static void assert_read(struct eider_scan_column_list list, struct eider_scan_column_list expected)
{
    assert_int_equal(list.count, expected.count);
    assert_ptr_not_equal(list.items, expected.items);
    for (uint32_t i = 0; i < list.count; i++) {
        assert_int_equal(list.items[i].role, expected.items[i].role);
        assert_str(list.items[i].name, expected.items[i].name.data);
        assert_strs(list.items[i].path, expected.items[i].path);
        assert_ptr_equal(list.items[i].type, expected.items[i].type);
    }
}

static const struct eider_expr *read_column(uint32_t index, duckdb_type type)
{
    struct eider_expr_column column = {.index = index};
    const struct eider_expr *expr;

    made(eider_expr_new_column(ctx, eider_type_simple(type), &column, &expr, &err));
    return expr;
}

static void parquet_scan(const struct eider_node *plan)
{
    const struct eider_file_slice files[] = {
        {STR("/one.parquet"), .bytes = 100, .mtime_ns = -5, .first_row = 7, .row_count = 9},
        {STR("/two.parquet"), .bytes = 200}};
    const struct eider_expr *filters[] = {
        compare(EIDER_COMPARE_LESS, read_column(0, DUCKDB_TYPE_BIGINT), number(3))};
    const struct eider_named_expr options[] = {{STR("hive_partitioning"), number(1)}};
    const uint32_t projection[] = {2, 1};
    struct eider_node_parquet_scan fields = {.files = LIST(files),
                                             .read = sample_read(),
                                             .filters = LIST(filters),
                                             .projection = LIST(projection),
                                             .options = LIST(options)},
                                   f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_parquet_scan(ctx, &fields, &node, &err));
    assert_columns(node, "filename VARCHAR, y VARCHAR");
    assert_int_equal(eider_node_child_count(node), 0);
    assert_null(eider_node_child(node, 0));
    assert_true(eider_node_rows(node) < 0);
    assert_true(eider_node_as_parquet_scan(node, &f));
    assert_int_equal(f.files.count, 2);
    assert_str(f.files.items[0].path, "/one.parquet");
    assert_str(f.files.items[1].path, "/two.parquet");
    assert_ptr_not_equal(f.files.items[0].path.data, files[0].path.data);
    assert_int_equal(f.files.items[0].bytes, 100);
    assert_int_equal(f.files.items[0].mtime_ns, -5);
    assert_int_equal(f.files.items[0].first_row, 7);
    assert_int_equal(f.files.items[0].row_count, 9);
    assert_read(f.read, fields.read);
    assert_exprs(f.filters, fields.filters);
    assert_u32s(f.projection, fields.projection);
    assert_int_equal(f.options.count, 1);
    assert_str(f.options.items[0].name, "hive_partitioning");
    assert_ptr_equal(f.options.items[0].expr, options[0].expr);
    fields.projection = (struct eider_u32_list){NULL, 0};
    made(eider_node_new_parquet_scan(ctx, &fields, &node, &err));
    assert_columns(node, "a BIGINT, y VARCHAR, filename VARCHAR");
    assert_true(eider_node_as_parquet_scan(node, &f) && f.projection.count == 3 &&
                f.projection.items[2] == 2);
    fields.projection = (struct eider_u32_list){projection, 0};
    made(eider_node_new_parquet_scan(ctx, &fields, &node, &err));
    assert_columns(node, "");
    assert_true(eider_node_as_parquet_scan(node, &f));
    assert_u32s(f.projection, fields.projection);
}

static void table_scan(const struct eider_node *plan)
{
    const struct eider_expr *filters[] = {
        compare(EIDER_COMPARE_LESS, read_column(0, DUCKDB_TYPE_BIGINT), number(3))};
    const uint32_t projection[] = {0};
    struct eider_node_table_scan fields = {.catalog = STR("memory"),
                                           .schema = STR("main"),
                                           .table = STR("odd \"name\""),
                                           .read = sample_read(),
                                           .filters = LIST(filters),
                                           .projection = LIST(projection),
                                           .first_row = 4,
                                           .row_count = UINT64_MAX},
                                 f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_table_scan(ctx, &fields, &node, &err));
    assert_columns(node, "a BIGINT");
    assert_true(eider_node_as_table_scan(node, &f));
    assert_str(f.catalog, "memory");
    assert_str(f.schema, "main");
    assert_str(f.table, "odd \"name\"");
    assert_read(f.read, fields.read);
    assert_exprs(f.filters, fields.filters);
    assert_u32s(f.projection, fields.projection);
    assert_int_equal(f.first_row, 4);
    assert_true(f.row_count == UINT64_MAX);
}

static void function_scan(const struct eider_node *plan)
{
    const struct eider_str names[] = {STR("a"), STR("place"), STR("filename")};
    const struct eider_expr *args[] = {number(1), number(10)};
    const struct eider_named_expr named[] = {{STR("step"), number(2)}};
    const uint32_t projection[] = {1, 1};
    struct eider_node_function_scan fields = {.name = STR("my_rows"),
                                              .names = LIST(names),
                                              .args = LIST(args),
                                              .named_args = LIST(named),
                                              .ordinality = true,
                                              .read = sample_read(),
                                              .projection = LIST(projection)},
                                    f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_function_scan(ctx, &fields, &node, &err));
    assert_columns(node, "y VARCHAR, y VARCHAR");
    assert_true(eider_node_as_function_scan(node, &f));
    assert_str(f.name, "my_rows");
    assert_strs(f.names, fields.names);
    assert_exprs(f.args, fields.args);
    assert_int_equal(f.named_args.count, 1);
    assert_str(f.named_args.items[0].name, "step");
    assert_ptr_equal(f.named_args.items[0].expr, named[0].expr);
    assert_true(f.ordinality);
    assert_read(f.read, fields.read);
    assert_int_equal(f.filters.count, 0);
    assert_u32s(f.projection, fields.projection);
}

static void small_leaves(const struct eider_node *plan)
{
    const struct eider_expr *first[] = {number(1), null_of(DUCKDB_TYPE_VARCHAR)},
                            *second[] = {number(2), null_of(DUCKDB_TYPE_VARCHAR)};
    const struct eider_expr_row rows[] = {{LIST(first)}, {LIST(second)}};
    struct eider_node_values values = {LIST(rows)}, v;
    const struct eider_column columns[] = {{STR("x"), eider_type_simple(DUCKDB_TYPE_DATE)},
                                           {STR(""), list_of(DUCKDB_TYPE_DOUBLE)}};
    struct eider_node_empty empty = {LIST(columns)}, e;
    struct eider_node_cte_ref ref = {.cte = 77, .columns = LIST(columns)}, r;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_values(ctx, &values, &node, &err));
    assert_columns(node, "c0 BIGINT, c1 VARCHAR");
    assert_true(eider_node_as_values(node, &v));
    assert_int_equal(v.rows.count, 2);
    assert_exprs(v.rows.items[0].values, rows[0].values);
    assert_exprs(v.rows.items[1].values, rows[1].values);

    made(eider_node_new_empty(ctx, &empty, &node, &err));
    assert_columns(node, "x DATE,  DOUBLE[]");
    assert_true(eider_node_as_empty(node, &e) && e.columns.count == 2 && e.columns.items != columns);

    made(eider_node_new_cte_ref(ctx, &ref, &node, &err));
    assert_columns(node, "x DATE,  DOUBLE[]");
    assert_true(eider_node_as_cte_ref(node, &r) && r.cte == 77 && r.columns.count == 2);
    assert_true(eider_node_rows(node) < 0);

    made(eider_node_new_dummy_scan(ctx, &node, &err));
    assert_columns(node, "c0 INTEGER");
    assert_true(eider_node_rows(node) == 1);
    assert_int_equal(eider_node_get_kind(node), EIDER_NODE_DUMMY_SCAN);
}

/* ---- One child ---- */

static void filter(const struct eider_node *plan)
{
    const struct eider_expr *predicates[] = {compare(EIDER_COMPARE_EQUAL, col(scan, 1), number(3)),
                                             compare(EIDER_COMPARE_GREATER, col(scan, 0), number(5))};
    const uint32_t projection[] = {2, 0};
    struct eider_node_filter fields = {.input = scan, .predicates = LIST(predicates)}, f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_filter(ctx, &fields, &node, &err));
    assert_columns(node, "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE");
    assert_int_equal(eider_node_child_count(node), 1);
    assert_ptr_equal(eider_node_child(node, 0), scan);
    assert_null(eider_node_child(node, 1));
    assert_true(eider_node_as_filter(node, &f));
    assert_ptr_equal(f.input, scan);
    assert_exprs(f.predicates, fields.predicates);
    assert_int_equal(f.projection.count, 4);
    fields.projection = (struct eider_u32_list)LIST(projection);
    made(eider_node_new_filter(ctx, &fields, &node, &err));
    assert_columns(node, "s VARCHAR, v BIGINT");
    assert_true(eider_node_as_filter(node, &f));
    assert_u32s(f.projection, fields.projection);
    fields.projection.count = 0;
    made(eider_node_new_filter(ctx, &fields, &node, &err));
    assert_columns(node, "");
    assert_true(eider_node_as_filter(node, &f) && f.projection.items != NULL && f.projection.count == 0);
}

static const struct eider_expr *call(const char *name, duckdb_type type, const struct eider_expr *arg)
{
    struct eider_expr_function fields = {.name = eider_str_from(name), .args = {&arg, 1}};
    const struct eider_expr *expr;

    made(eider_expr_new_function(ctx, eider_type_simple(type), &fields, &expr, &err));
    return expr;
}

static const struct eider_expr *aggregate_of(const char *name, duckdb_type type, const struct eider_expr *arg)
{
    struct eider_expr_aggregate fields = {.name = eider_str_from(name),
                                          .args = {&arg, arg != NULL ? 1u : 0u}};
    const struct eider_expr *expr;

    made(eider_expr_new_aggregate(ctx, eider_type_simple(type), &fields, &expr, &err));
    return expr;
}

static void projection(const struct eider_node *plan)
{
    const struct eider_expr *exprs[] = {col(scan, 3), call("length", DUCKDB_TYPE_BIGINT, col(scan, 2)),
                                        number(7), read_column(0, DUCKDB_TYPE_BIGINT)};
    struct eider_node_projection fields = {.input = scan, .exprs = LIST(exprs)}, f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_projection(ctx, &fields, &node, &err));
    assert_columns(node, "n DOUBLE, length BIGINT, c2 BIGINT, c3 BIGINT");
    assert_true(eider_node_as_projection(node, &f));
    assert_ptr_equal(f.input, scan);
    assert_exprs(f.exprs, fields.exprs);
    fields.exprs.count = 0;
    made(eider_node_new_projection(ctx, &fields, &node, &err));
    assert_columns(node, "");
}

static void aggregate(const struct eider_node *plan)
{
    const struct eider_expr *groups[] = {col(scan, 1), call("upper", DUCKDB_TYPE_VARCHAR, col(scan, 2))};
    const struct eider_expr *calls[] = {aggregate_of("max", DUCKDB_TYPE_DOUBLE, col(scan, 3)),
                                        aggregate_of("count", DUCKDB_TYPE_BIGINT, NULL)};
    const uint32_t both[] = {0, 1}, one[] = {1};
    const struct eider_index_set sets[] = {{LIST(both)}, {LIST(one)}, {{NULL, 0}}},
                                 grouping[] = {{LIST(both)}};
    const struct eider_str labels[] = {STR("max(n)"), STR("count(*)")};
    struct eider_node_aggregate fields = {.input = scan,
                                          .mode = EIDER_AGGREGATE_PARTIAL,
                                          .groups = LIST(groups),
                                          .aggregates = LIST(calls),
                                          .labels = LIST(labels)},
                                f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_aggregate(ctx, &fields, &node, &err));
    assert_columns(node, "g BIGINT, upper VARCHAR, max DOUBLE, count BIGINT");
    assert_true(eider_node_as_aggregate(node, &f) && f.mode == EIDER_AGGREGATE_PARTIAL);
    assert_strs(f.labels, fields.labels);
    fields.mode = EIDER_AGGREGATE_SINGLE;
    fields.labels.count = 0;
    fields.sets = (struct eider_index_set_list)LIST(sets);
    fields.grouping_functions = (struct eider_index_set_list)LIST(grouping);
    made(eider_node_new_aggregate(ctx, &fields, &node, &err));
    assert_columns(node, "g BIGINT, upper VARCHAR, max DOUBLE, count BIGINT, grouping BIGINT");
    assert_true(eider_node_as_aggregate(node, &f));
    assert_ptr_equal(f.input, scan);
    assert_int_equal(f.mode, EIDER_AGGREGATE_SINGLE);
    assert_exprs(f.groups, fields.groups);
    assert_exprs(f.aggregates, fields.aggregates);
    assert_int_equal(f.sets.count, 3);
    assert_u32s(f.sets.items[0].indexes, sets[0].indexes);
    assert_u32s(f.sets.items[1].indexes, sets[1].indexes);
    assert_int_equal(f.sets.items[2].indexes.count, 0);
    assert_int_equal(f.grouping_functions.count, 1);
    assert_u32s(f.grouping_functions.items[0].indexes, grouping[0].indexes);
    assert_int_equal(f.labels.count, 0);
}

static void same_columns(const struct eider_node *plan)
{
    static const char columns[] = "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE";
    const struct eider_expr *keys[] = {col(scan, 1), col(scan, 2)};
    const struct eider_sort_key orders[] = {{col(scan, 0), .descending = true},
                                            {col(scan, 2), .nulls_first = true}};
    struct eider_node_repartition repartition = {.input = scan, .keys = LIST(keys), .partitions = 12}, r;
    struct eider_node_topn topn = {.input = scan, .orders = LIST(orders), .limit = UINT64_MAX, .offset = 3},
                           t;
    struct eider_node_limit limit = {.input = scan,
                                     .has_limit = true,
                                     .limit = 4,
                                     .offset = 5,
                                     .has_percent = true,
                                     .percent = 12.5},
                            l;
    struct eider_node_distinct distinct = {.input = scan, .targets = LIST(keys), .orders = LIST(orders)}, d;
    struct eider_node_sample sample = {.input = scan,
                                       .is_percent = true,
                                       .percent = 1.5,
                                       .rows = 6,
                                       .method = STR("bernoulli"),
                                       .has_seed = true,
                                       .seed = -7},
                             s;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_repartition(ctx, &repartition, &node, &err));
    assert_columns(node, columns);
    assert_true(eider_node_as_repartition(node, &r) && r.input == scan && r.partitions == 12);
    assert_exprs(r.keys, repartition.keys);
    made(eider_node_new_topn(ctx, &topn, &node, &err));
    assert_columns(node, columns);
    assert_true(eider_node_as_topn(node, &t) && t.input == scan && t.limit == UINT64_MAX && t.offset == 3);
    assert_keys(t.orders, topn.orders);
    made(eider_node_new_limit(ctx, &limit, &node, &err));
    assert_columns(node, columns);
    assert_true(eider_node_as_limit(node, &l) && l.input == scan && l.has_limit && l.limit == 4 &&
                l.offset == 5 && l.has_percent && l.percent == 12.5);
    made(eider_node_new_distinct(ctx, &distinct, &node, &err));
    assert_columns(node, columns);
    assert_true(eider_node_as_distinct(node, &d) && d.input == scan);
    assert_exprs(d.targets, distinct.targets);
    assert_keys(d.orders, distinct.orders);
    made(eider_node_new_sample(ctx, &sample, &node, &err));
    assert_columns(node, columns);
    assert_true(eider_node_as_sample(node, &s) && s.input == scan && s.is_percent && s.percent == 1.5 &&
                s.rows == 6 && s.has_seed && s.seed == -7);
    assert_str(s.method, "bernoulli");
}

static void sort(const struct eider_node *plan)
{
    const struct eider_sort_key orders[] = {{col(scan, 0), .descending = true},
                                            {col(scan, 2), .nulls_first = true}};
    const uint32_t projection[] = {3};
    struct eider_node_sort fields = {.input = scan, .orders = LIST(orders), .projection = LIST(projection)},
                           f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_sort(ctx, &fields, &node, &err));
    assert_columns(node, "n DOUBLE");
    assert_true(eider_node_as_sort(node, &f) && f.input == scan);
    assert_keys(f.orders, fields.orders);
    assert_u32s(f.projection, fields.projection);
    fields.projection.items = NULL;
    fields.projection.count = 0;
    made(eider_node_new_sort(ctx, &fields, &node, &err));
    assert_columns(node, "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE");
}

static void window_and_unnest(const struct eider_node *plan)
{
    const struct eider_expr *partitions[] = {col(scan, 1)};
    struct eider_expr_window row_number = {.name = STR("row_number"),
                                           .partitions = LIST(partitions),
                                           .unit = EIDER_FRAME_ROWS,
                                           .start_bound = EIDER_BOUND_UNBOUNDED_PRECEDING,
                                           .end_bound = EIDER_BOUND_CURRENT_ROW,
                                           .exclude = EIDER_EXCLUDE_NOTHING};
    const struct eider_expr *over, *list;
    struct eider_node_window window = {.input = scan}, w;
    struct eider_node_unnest unnest = {.input = scan}, u;
    const struct eider_node *node;

    (void)plan;
    made(eider_expr_new_window(ctx, eider_type_simple(DUCKDB_TYPE_BIGINT), &row_number, &over, &err));
    window.windows = (struct eider_expr_list){&over, 1};
    made(eider_node_new_window(ctx, &window, &node, &err));
    assert_columns(node, "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE, row_number BIGINT");
    assert_true(eider_node_as_window(node, &w) && w.input == scan);
    assert_exprs(w.windows, window.windows);
    made(eider_expr_new_null(ctx, list_of(DUCKDB_TYPE_DATE), &list, &err));
    unnest.exprs = (struct eider_expr_list){&list, 1};
    made(eider_node_new_unnest(ctx, &unnest, &node, &err));
    assert_columns(node, "v BIGINT, g BIGINT, s VARCHAR, n DOUBLE, unnest DATE");
    assert_true(eider_node_as_unnest(node, &u) && u.input == scan);
    assert_exprs(u.exprs, unnest.exprs);
}

static void lateral_function(const struct eider_node *plan)
{
    const struct eider_str names[] = {STR("a"), STR("place"), STR("filename")};
    const struct eider_expr *args[] = {col(scan, 0)};
    const struct eider_expr *filters[] = {
        compare(EIDER_COMPARE_LESS, read_column(0, DUCKDB_TYPE_BIGINT), number(3))};
    const uint32_t projection[] = {2, 0}, passed[] = {3, 1};
    struct eider_node_lateral_function fields = {.input = scan,
                                                 .name = STR("range"),
                                                 .names = LIST(names),
                                                 .args = LIST(args),
                                                 .ordinality = true,
                                                 .read = sample_read(),
                                                 .filters = LIST(filters),
                                                 .projection = LIST(projection),
                                                 .passed = LIST(passed)},
                                       f;
    const struct eider_node *node;

    (void)plan;
    made(eider_node_new_lateral_function(ctx, &fields, &node, &err));
    assert_columns(node, "filename VARCHAR, a BIGINT, n DOUBLE, g BIGINT");
    assert_true(eider_node_as_lateral_function(node, &f) && f.input == scan && f.ordinality);
    assert_str(f.name, "range");
    assert_strs(f.names, fields.names);
    assert_exprs(f.args, fields.args);
    assert_read(f.read, fields.read);
    assert_exprs(f.filters, fields.filters);
    assert_u32s(f.projection, fields.projection);
    assert_u32s(f.passed, fields.passed);
    fields.projection = fields.passed = (struct eider_u32_list){NULL, 0};
    made(eider_node_new_lateral_function(ctx, &fields, &node, &err));
    assert_columns(node, "a BIGINT, y VARCHAR, filename VARCHAR");
}

/* A scan for count(*) reads no column; what its reader gives means the same to the constructor. */
static void no_column(const struct eider_node *plan)
{
    struct eider_node_parquet_scan fields;
    const struct eider_node *node;

    (void)plan;
    assert_columns(scan, "");
    assert_true(eider_node_as_parquet_scan(scan, &fields));
    assert_non_null(fields.projection.items);
    assert_int_equal(fields.projection.count, 0);
    made(eider_node_new_parquet_scan(ctx, &fields, &node, &err));
    assert_columns(node, "");
}

static void test_no_column(void **state)
{
    (void)state;
    in_rule_of("SELECT count(*) FROM t WHERE g = 3", no_column);
}

/* ---- Tests ---- */

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_rule(name);                                                                                       \
    }
TEST(parquet_scan)
TEST(table_scan)
TEST(function_scan)
TEST(small_leaves)
TEST(filter)
TEST(projection)
TEST(aggregate)
TEST(same_columns)
TEST(sort)
TEST(window_and_unnest)
TEST(lateral_function)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parquet_scan),
        cmocka_unit_test(test_table_scan),
        cmocka_unit_test(test_function_scan),
        cmocka_unit_test(test_small_leaves),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_projection),
        cmocka_unit_test(test_aggregate),
        cmocka_unit_test(test_same_columns),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_window_and_unnest),
        cmocka_unit_test(test_lateral_function),
        cmocka_unit_test(test_no_column),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
