/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in FROM: values, functions, tables, Parquet files, sources of the exchange; and the statements of tasks. */
#include <unistd.h>

#include "sqlgen_lab.h"

/* t(i, n, s): rows with NULLs and duplicates. */
static const struct eider_node *table(struct lab *lab)
{
    lab_run(lab,
            "CREATE TABLE IF NOT EXISTS t AS FROM (VALUES (1, 10, 'abc'), (2, NULL, 'x'), (NULL, 30, NULL), "
            "(-4, 40, 'it''s'), (2, NULL, 'x'), (2, 5, 'y')) AS t(i, n, s)");
    return n_table(lab, "t", 3, "i", t_of(TYPE_INTEGER), "n", t_of(TYPE_INTEGER), "s", t_of(TYPE_VARCHAR));
}

static const struct eider_node *filtered(struct lab *lab, const struct eider_node *input, uint32_t column,
                                         enum comparison op, int32_t value, struct u32_list projection)
{
    return n_filter(lab, input,
                    x_list(lab, 1, x_cmp(lab, x_col(lab, input, column), op, x_integer(lab, value))),
                    projection);
}

/* ---- Leaves ---- */

static void test_values(void **state)
{
    struct lab *lab = *state;
    struct node_empty *empty = node_empty_new(lab->arena);
    struct node_dummy_scan *dummy = node_dummy_scan_new(lab->arena);
    const struct eider_node *values;

    values = n_values(lab, x_columns(lab, 2, t_of(TYPE_INTEGER), t_of(TYPE_VARCHAR)), 2,
                      x_list(lab, 2, x_null(lab, TYPE_INTEGER), x_text(lab, "a")),
                      x_list(lab, 2, x_integer(lab, 3), x_text(lab, "b")));
    lab_plan_is(lab, values, "VALUES (NULL, 'a'), (3, 'b')");
    lab_plan_is(lab, filtered(lab, values, 0, COMPARE_EQUAL, 3, x_u32s(lab, 1, 1u)), "SELECT 'b'");
    empty->base.columns = x_columns(lab, 2, t_of(TYPE_DATE), type_decimal(lab->arena, 5, 2));
    lab_plan_is(lab, &empty->base, "SELECT DATE '2000-01-01', CAST(1 AS DECIMAL(5, 2)) WHERE false");
    dummy->base.columns = x_columns(lab, 1, t_of(TYPE_INTEGER));
    lab_plan_is(lab, &dummy->base, "SELECT CAST(NULL AS INTEGER)");
    lab_plan_is(lab, n_project(lab, &dummy->base, x_list(lab, 1, x_text(lab, "a"))), "SELECT 'a'");
    lab_plan_is(lab,
                n_filter(lab, &dummy->base, x_list(lab, 1, x_int(lab, TYPE_BOOLEAN, 0)), x_u32s(lab, 1, 0u)),
                "SELECT CAST(NULL AS INTEGER) WHERE false");
}

static struct node_function_scan *function_scan(struct lab *lab, const char *name, struct expr_list args,
                                                bool ordinality)
{
    struct node_function_scan *node = node_function_scan_new(lab->arena);

    node->name = str_from(name);
    node->args = args;
    node->ordinality = ordinality;
    node->read = scan_column_list_new(lab->arena, ordinality ? 2 : 1);
    for (uint32_t i = 0; i < node->read.count; i++)
        node->read.items[i] = (struct scan_column){.role = SCAN_COLUMN,
                                                   .name = i == 0 ? str_from(name) : str_from("ordinality"),
                                                   .type = t_of(TYPE_BIGINT)};
    node->projection = ordinality ? x_u32s(lab, 2, 1u, 0u) : x_u32s(lab, 1, 0u);
    node->base.columns = x_picked(lab, &node->base, node->projection);
    return node;
}

static void test_functions_in_from(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab);
    struct node_function_scan *scan;
    struct node_lateral_function *lateral = node_lateral_function_new(lab->arena);

    scan = function_scan(
        lab, "generate_series",
        x_list(lab, 3, x_int(lab, TYPE_BIGINT, 3), x_int(lab, TYPE_BIGINT, 9), x_int(lab, TYPE_BIGINT, 2)),
        true);
    scan->filters = x_list(lab, 1,
                           x_cmp(lab, expr_column(lab->arena, t_of(TYPE_BIGINT), 0, str_from("g")),
                                 COMPARE_GREATER, x_int(lab, TYPE_BIGINT, 4)));
    lab_plan_is(lab, &scan->base,
                "SELECT ordinality, generate_series FROM generate_series(3, 9, 2) WITH ORDINALITY WHERE "
                "generate_series > 4");
    /* Under names of the query's. */
    scan->names = str_list_new(lab->arena, 2);
    scan->names.items[0] = scan->read.items[0].name = str_from("a \"b\"");
    scan->names.items[1] = scan->read.items[1].name = str_from("order");
    lab_plan_is(lab, &scan->base, "SELECT range, 2 * range + 1 FROM range(2, 5)");
    /* LATERAL: the function's columns, then some of the input's. */
    lateral->input = t;
    lateral->name = str_from("range");
    lateral->args = x_list(lab, 1, x_cast(lab, x_col(lab, t, 0), t_of(TYPE_BIGINT)));
    lateral->read = scan->read;
    lateral->read = scan_column_list_new(lab->arena, 1);
    lateral->read.items[0] =
        (struct scan_column){.role = SCAN_COLUMN, .name = str_from("range"), .type = t_of(TYPE_BIGINT)};
    lateral->filters = x_list(lab, 1,
                              x_cmp(lab, expr_column(lab->arena, t_of(TYPE_BIGINT), 0, str_from("r")),
                                    COMPARE_GREATER_EQUAL, x_int(lab, TYPE_BIGINT, 0)));
    lateral->projection = x_u32s(lab, 1, 0u);
    lateral->passed = x_u32s(lab, 2, 2u, 0u);
    lateral->base.columns = x_columns(lab, 3, t_of(TYPE_BIGINT), t_of(TYPE_VARCHAR), t_of(TYPE_INTEGER));
    lab_plan_is(lab, &lateral->base, "SELECT r.range, t.s, t.i FROM t, LATERAL range(t.i) r");
}

static void test_table_scan(void **state)
{
    struct lab *lab = *state;
    struct node_table_scan *scan;
    struct type_struct *inner = type_struct_new(lab->arena), *outer = type_struct_new(lab->arena);

    inner->fields = column_list_new(lab->arena, 1);
    inner->fields.items[0] = (struct column){str_from("it's"), t_of(TYPE_INTEGER)};
    outer->fields = column_list_new(lab->arena, 2);
    outer->fields.items[0] = (struct column){str_from("x"), t_of(TYPE_VARCHAR)};
    outer->fields.items[1] = (struct column){str_from("y"), &inner->base};
    lab_run(lab, "ATTACH ':memory:' AS \"other db\"");
    lab_run(lab, "CREATE SCHEMA \"other db\".\"my \"\"schema\"\"\"");
    lab_run(lab, "CREATE TABLE \"other db\".\"my \"\"schema\"\"\".\"t.t\" AS SELECT range AS \"a "
                 "\"\"b\"\"\", {'x': 'v', 'y': "
                 "{'it''s': range::INTEGER * 2}} AS t FROM range(10)");
    scan = (struct node_table_scan *)n_table(lab, "t.t", 3, "a \"b\"", t_of(TYPE_BIGINT), "t", &outer->base,
                                             "", t_of(TYPE_BIGINT));
    scan->catalog = str_from("other db");
    scan->schema = str_from("my \"schema\"");
    scan->read.items[1].path = str_list_new(lab->arena, 2);
    scan->read.items[1].path.items[0] = str_from("y");
    scan->read.items[1].path.items[1] = str_from("it's");
    scan->read.items[2].role = SCAN_ROWID;
    scan->filters = x_list(lab, 1,
                           x_cmp(lab, expr_column(lab->arena, t_of(TYPE_INTEGER), 1, str_from("y")),
                                 COMPARE_LESS, x_integer(lab, 12)));
    scan->projection = x_u32s(lab, 3, 1u, 0u, 2u);
    scan->base.columns = x_picked(lab, &scan->base, scan->projection);
    lab_plan_is(lab, &scan->base, "SELECT CAST(range * 2 AS INTEGER), range, range FROM range(6)");
    scan->first_row = 2;
    scan->row_count = 3;
    lab_plan_is(lab, &scan->base, "SELECT CAST(range * 2 AS INTEGER), range, range FROM range(2, 5)");
    lab_run(lab, "DETACH \"other db\"");
}

/* ---- Parquet ---- */

struct folder {
    char path[64];
};

static const char *file_in(struct lab *lab, const struct folder *folder, const char *name)
{
    return arena_printf(lab->arena, "%s/%s", folder->path, name);
}

static void write_file(struct lab *lab, const char *path, const char *select)
{
    struct buf text;

    buf_init(&text, LAB_MAX_BYTES);
    quote_string(&text, str_from(path));
    lab_run(lab, arena_printf(lab->arena, "COPY (%s) TO %s (FORMAT parquet, ROW_GROUP_SIZE 2048)", select,
                              text.data));
    buf_done(&text);
}

static struct node_parquet_scan *scan_of(struct lab *lab, uint32_t count, ...)
{
    struct node_parquet_scan *scan = node_parquet_scan_new(lab->arena);
    va_list args;

    scan->files = file_slice_list_new(lab->arena, count);
    va_start(args, count);
    for (uint32_t i = 0; i < count; i++)
        scan->files.items[i].path = str_from(va_arg(args, const char *));
    va_end(args);
    scan->read = scan_column_list_new(lab->arena, 2);
    scan->read.items[0] =
        (struct scan_column){.role = SCAN_COLUMN, .name = str_from("t"), .type = t_of(TYPE_BIGINT)};
    scan->read.items[1] =
        (struct scan_column){.role = SCAN_COLUMN, .name = str_from("a \"b\""), .type = t_of(TYPE_VARCHAR)};
    scan->projection = x_u32s(lab, 2, 1u, 0u);
    scan->base.columns = x_picked(lab, &scan->base, scan->projection);
    return scan;
}

/* Names that DuckDB would read as patterns, or that need quotes; next to each a file that the pattern would match. */
static void test_parquet_names(void **state)
{
    struct lab *lab = *state;
    struct folder folder = {"/tmp/eider-sqlgen-XXXXXX"};
    static const char *const names[] = {"a[1].parquet", "a1.parquet", "b*.parquet",  "bb.parquet",
                                        "c?.parquet",   "cc.parquet", "it's.parquet"};
    const uint32_t count = sizeof(names) / sizeof(names[0]);

    assert_non_null(mkdtemp(folder.path));
    for (uint32_t i = 0; i < count; i++)
        write_file(lab, file_in(lab, &folder, names[i]),
                   arena_printf(lab->arena, "SELECT CAST(%u AS BIGINT) AS t, 'x' AS \"a \"\"b\"\"\"", i));
    for (uint32_t i = 0; i < count; i++) {
        struct node_parquet_scan *scan = scan_of(lab, 1, file_in(lab, &folder, names[i]));
        lab_plan_is(lab, &scan->base, arena_printf(lab->arena, "SELECT 'x', CAST(%u AS BIGINT)", i));
        scan = scan_of(lab, 2, file_in(lab, &folder, names[i]), file_in(lab, &folder, names[0]));
        lab_plan_is(lab, &scan->base,
                    arena_printf(lab->arena, "SELECT 'x', CAST(%u AS BIGINT) UNION ALL SELECT 'x', 0", i));
    }
    for (uint32_t i = 0; i < count; i++)
        unlink(file_in(lab, &folder, names[i]));
    rmdir(folder.path);
}

static void test_parquet_slices(void **state)
{
    struct lab *lab = *state;
    struct folder folder = {"/tmp/eider-sqlgen-XXXXXX"};
    struct node_parquet_scan *scan;
    const char *a, *b, *c;

    assert_non_null(mkdtemp(folder.path));
    a = file_in(lab, &folder, "a.parquet");
    b = file_in(lab, &folder, "b.parquet");
    c = file_in(lab, &folder, "c.parquet");
    write_file(lab, a, "SELECT range AS t, 'a' AS \"a \"\"b\"\"\", 1 AS more FROM range(5000)");
    write_file(lab, b, "SELECT range AS t, 'b' AS \"a \"\"b\"\"\" FROM range(10)");
    write_file(lab, c, "SELECT range AS t, 'c' AS \"a \"\"b\"\"\" FROM range(10)");
    scan = scan_of(lab, 4, a, b, c, a);
    scan->files.items[0].first_row = 2048;
    scan->files.items[0].row_count = 2048;
    scan->files.items[3].first_row = 4096;
    scan->files.items[3].row_count = UINT64_MAX;
    scan->filters = x_list(lab, 1,
                           x_cmp(lab, expr_column(lab->arena, t_of(TYPE_BIGINT), 0, str_from("t")),
                                 COMPARE_NOT_EQUAL, x_int(lab, TYPE_BIGINT, 5)));
    lab_plan_is(lab, &scan->base,
                "SELECT 'a', range FROM range(2048, 5000) UNION ALL SELECT s, range FROM range(10), (VALUES "
                "('b'), ('c')) AS v(s) WHERE range <> 5");
    /* It is a subselect for what stands above it. */
    lab_plan_is(
        lab,
        n_filter(
            lab, &scan->base,
            x_list(lab, 1, x_cmp(lab, x_col(lab, &scan->base, 1), COMPARE_LESS, x_int(lab, TYPE_BIGINT, 3))),
            x_u32s(lab, 1, 1u)),
        "SELECT range FROM range(3) UNION ALL SELECT range FROM range(3)");
    /* The files that are read whole are one scan, and the condition on rows comes first. */
    lab_contains(lab_sql(lab, &scan->base, NULL), "b.parquet', '");
    lab_contains(lab_sql(lab, &scan->base, NULL),
                 "WHERE t.\"file_row_number\" >= 2048 AND t.\"file_row_number\" < 4096 AND (t.\"t\" <> ");
    scan->files.count = 0;
    lab_plan_is(lab, &scan->base, "SELECT 'a', CAST(1 AS BIGINT) WHERE false");
    /* Columns that DuckDB makes up, a column of no file, and an option. */
    scan = scan_of(lab, 2, b, a);
    scan->options = named_expr_list_new(lab->arena, 2);
    scan->options.items[0] = (struct named_expr){str_from("union_by_name"), x_int(lab, TYPE_BOOLEAN, 1)};
    scan->options.items[1] = (struct named_expr){str_from("hive_partitioning"), x_int(lab, TYPE_BOOLEAN, 0)};
    scan->read = scan_column_list_new(lab->arena, 5);
    scan->read.items[0] = (struct scan_column){.role = SCAN_FILENAME, .type = t_of(TYPE_VARCHAR)};
    scan->read.items[1] = (struct scan_column){.role = SCAN_FILE_ROW_NUMBER, .type = t_of(TYPE_BIGINT)};
    scan->read.items[2] = (struct scan_column){.role = SCAN_FILE_INDEX, .type = t_of(TYPE_UBIGINT)};
    scan->read.items[3] = (struct scan_column){.role = SCAN_EMPTY, .type = t_of(TYPE_BOOLEAN)};
    scan->read.items[4] =
        (struct scan_column){.role = SCAN_COLUMN, .name = str_from("more"), .type = t_of(TYPE_INTEGER)};
    scan->projection = u32_list_identity(lab->arena, 5);
    scan->base.columns = x_picked(lab, &scan->base, scan->projection);
    lab_plan_is(
        lab, &scan->base,
        arena_printf(
            lab->arena,
            "SELECT '%s', range, CAST(0 AS UBIGINT), CAST(NULL AS BOOLEAN), CAST(NULL AS INTEGER) FROM "
            "range(10) "
            "UNION ALL SELECT '%s', range, CAST(1 AS UBIGINT), CAST(NULL AS BOOLEAN), 1 FROM range(5000)",
            b, a));
    unlink(a);
    unlink(b);
    unlink(c);
    rmdir(folder.path);
}

/* Skips row groups: reading one of 50 costs less than all of them. Seen in how many rows leave the scan. */
static void test_parquet_slice_prunes(void **state)
{
    struct lab *lab = *state;
    struct folder folder = {"/tmp/eider-sqlgen-XXXXXX"};
    struct node_parquet_scan *scan;
    duckdb_result result;
    const char *a, *text;
    char *plan;

    assert_non_null(mkdtemp(folder.path));
    a = file_in(lab, &folder, "a.parquet");
    write_file(lab, a, "SELECT range AS t, 'a' AS \"a \"\"b\"\"\" FROM range(102400)");
    scan = scan_of(lab, 1, a);
    scan->files.items[0].first_row = 2048;
    scan->files.items[0].row_count = 2048;
    text = arena_printf(lab->arena, "EXPLAIN ANALYZE %s", lab_sql(lab, &scan->base, NULL));
    lab_query(lab, text, &result);
    plan = duckdb_value_varchar(&result, 1, 0);
    lab_contains(plan, "2,048 rows");
    lab_contains_not(plan, "102,400 rows");
    duckdb_free(plan);
    duckdb_destroy_result(&result);
    unlink(a);
    rmdir(folder.path);
}

/* ---- Sources and tasks ---- */

static const struct eider_node *source(struct lab *lab, uint32_t input, struct column_list columns)
{
    struct node_exchange_source *node = node_exchange_source_new(lab->arena);

    node->input = input;
    node->kind = BOUNDARY_SHUFFLE;
    node->base.columns = columns;
    return &node->base;
}

static void test_sources(void **state)
{
    struct lab *lab = *state;
    const struct sqlgen_input inputs[] = {{"tok'en", true}, {"later", false}};
    const char *const filters[] = {"no", "it's"};
    struct sqlgen_context context = {
        .inputs = inputs, .input_count = 2, .filters = filters, .filter_count = 2};
    struct column_list columns = x_columns(lab, 2, t_of(TYPE_INTEGER), t_of(TYPE_INTEGER));
    const struct eider_node *a = source(lab, 0, columns), *b = source(lab, 1, columns);
    struct expr_bloom_probe *probe = expr_bloom_probe_new(lab->arena, t_of(TYPE_BOOLEAN));
    struct eider_error err = {0};
    struct buf buf;

    assert_string_equal(lab_sql(lab, a, &context),
                        "SELECT t.c0, t.c1 FROM system.main.\"eider_source\"('tok''en') AS t");
    assert_string_equal(lab_sql(lab, filtered(lab, b, 1, COMPARE_GREATER, 5, x_u32s(lab, 1, 0u)), &context),
                        "SELECT t.c0 FROM system.main.\"eider_source\"('later') AS t WHERE t.v AND (t.c1 > "
                        "CAST(5 AS INTEGER))");
    probe->filter = 1;
    probe->args = x_list(lab, 2, x_col(lab, a, 1), x_col(lab, a, 0));
    assert_string_equal(
        lab_sql(lab, n_filter(lab, a, x_list(lab, 1, &probe->base), x_u32s(lab, 1, 1u)), &context),
        "SELECT t.c1 AS c0 FROM system.main.\"eider_source\"('tok''en') AS t WHERE "
        "system.main.\"eider_bloom\"('it''s', system.main.\"hash\"(t.c1, t.c0))");
    probe->filter = 2;
    buf_init(&buf, LAB_MAX_BYTES);
    assert_int_equal(sqlgen_query(n_filter(lab, a, x_list(lab, 1, &probe->base), x_u32s(lab, 1, 1u)),
                                  &context, &buf, &err),
                     EIDER_ERROR_PLAN);
    buf_done(&buf);
}

/* A join of sources, the left one under a projection and the right one under a DISTINCT. */
static struct node_hash_join *joined(struct lab *lab, const struct eider_node *left,
                                     const struct eider_node *right, enum join_type type)
{
    struct node_distinct *distinct = node_distinct_new(lab->arena);
    const struct eider_node *swapped =
        n_project(lab, left, x_list(lab, 2, x_col(lab, left, 1), x_col(lab, left, 0)));

    distinct->input = n_project(lab, right, x_list(lab, 2, x_col(lab, right, 1), x_col(lab, right, 0)));
    distinct->base.columns = distinct->input->columns;
    return n_join(lab, swapped, &distinct->base, type, 1,
                  x_on(x_col(lab, swapped, 0), COMPARE_EQUAL, x_col(lab, &distinct->base, 0)));
}

/* Rows with a NULL key are left out where the join drops them anyway. */
static void test_null_keys(void **state)
{
    struct lab *lab = *state;
    const struct sqlgen_input inputs[] = {{"left", true}, {"right", true}};
    struct sqlgen_context context = {.inputs = inputs, .input_count = 2};
    struct column_list columns = x_columns(lab, 2, t_of(TYPE_INTEGER), t_of(TYPE_INTEGER));
    const struct eider_node *a = source(lab, 0, columns), *b = source(lab, 1, columns);
    static const struct {
        bool left, right;
    } drops[join_type_END] = {
        [JOIN_INNER] = {true, true},       [JOIN_LEFT] = {false, true},      [JOIN_RIGHT] = {true, false},
        [JOIN_LEFT_SEMI] = {true, true},   [JOIN_LEFT_ANTI] = {false, true}, [JOIN_RIGHT_SEMI] = {true, true},
        [JOIN_RIGHT_ANTI] = {true, false},
    };

    for (int type = JOIN_INNER; type < join_type_END; type++) {
        struct node_hash_join *join = joined(lab, a, b, (enum join_type)type);
        const char *sql = lab_sql(lab, &join->base, &context);
        (drops[type].left ? lab_contains : lab_contains_not)(sql, "('left') AS t WHERE t.c1 IS NOT NULL)");
        (drops[type].right ? lab_contains : lab_contains_not)(sql, "('right') AS t WHERE t.c1 IS NOT NULL)");
        join->conditions.items[0].op = COMPARE_NOT_DISTINCT_FROM;
        lab_contains_not(lab_sql(lab, &join->base, &context), "t.c1 IS NOT NULL");
    }
}

/* The arms of a recursive CTE are run again and again, a source gives its rows once. */
static void test_source_in_recursion(void **state)
{
    struct lab *lab = *state;
    const struct sqlgen_input inputs[] = {{"anchor", true}, {"step", false}};
    struct sqlgen_context context = {.inputs = inputs, .input_count = 2};
    struct column_list columns = x_columns(lab, 1, t_of(TYPE_INTEGER));
    struct node_recursive_cte *node = node_recursive_cte_new(lab->arena);
    struct node_cte_ref *ref = node_cte_ref_new(lab->arena);
    const struct eider_node *step = source(lab, 1, columns);
    const char *sql;

    ref->cte = node->cte = 1;
    ref->base.columns = node->base.columns = columns;
    node->anchor = source(lab, 0, columns);
    node->recursion = &n_join(lab, &ref->base, step, JOIN_LEFT_SEMI, 1,
                              x_on(x_col(lab, &ref->base, 0), COMPARE_EQUAL, x_col(lab, step, 0)))
                           ->base;
    sql = lab_sql(lab, &node->base, &context);
    lab_contains(
        sql,
        "WITH x0 AS MATERIALIZED (SELECT t.c0 FROM system.main.\"eider_source\"('anchor') AS t), x1 AS "
        "MATERIALIZED (SELECT t.c0 FROM system.main.\"eider_source\"('step') AS t WHERE t.v) SELECT * FROM "
        "(WITH RECURSIVE k1(c0) AS (");
    lab_contains(sql, "SEMI JOIN (SELECT t.c0 FROM x1 AS t WHERE t.c0 IS NOT NULL) AS r");
}

static const char *task_sql(struct lab *lab, const struct eider_node *node)
{
    struct sqlgen_context context = {.sink_token = "to'ken"};
    struct eider_error err = {0};
    struct buf buf;
    const char *copy;

    buf_init(&buf, LAB_MAX_BYTES);
    if (sqlgen_task(node, &context, &buf, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    copy = arena_strndup(lab->arena, buf.data, buf.size);
    buf_done(&buf);
    return copy;
}

static void test_tasks(void **state)
{
    struct lab *lab = *state;
    const struct eider_node *t = table(lab), *sort;
    struct node_repartition *repartition = node_repartition_new(lab->arena);
    struct eider_error err = {0};
    struct buf buf;

    assert_string_equal(task_sql(lab, n_project(lab, t, x_list(lab, 1, x_col(lab, t, 0)))),
                        "SELECT system.main.\"count\"(system.main.\"eider_sink\"('to''ken', CAST(NULL AS "
                        "UBIGINT), t.c0)) FROM "
                        "(SELECT t.\"i\" AS c0 FROM \"memory\".\"main\".\"t\" AS t) AS t");
    sort = n_sort(lab, t, x_keys(lab, 1, x_key(x_col(lab, t, 0), false, false)), x_u32s(lab, 2, 2u, 0u));
    lab_contains_not(task_sql(lab, sort), "ORDER BY");
    lab_contains(task_sql(lab, n_limit(lab, sort, 2, 0)), "ORDER BY");
    repartition->input = sort;
    repartition->keys =
        x_list(lab, 2, x_cast(lab, x_col(lab, sort, 1), t_of(TYPE_BIGINT)), x_col(lab, sort, 0));
    repartition->partitions = 4;
    repartition->base.columns = sort->columns;
    lab_contains(task_sql(lab, &repartition->base),
                 "('to''ken', system.main.\"hash\"(CAST(t.c1 AS BIGINT), t.c0), t.c0, t.c1)");
    lab_contains_not(task_sql(lab, &repartition->base), "ORDER BY");
    buf_init(&buf, LAB_MAX_BYTES);
    assert_int_equal(sqlgen_task(t, NULL, &buf, &err), EIDER_ERROR_ARGUMENT);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_functions_in_from),
        cmocka_unit_test(test_table_scan),
        cmocka_unit_test(test_parquet_names),
        cmocka_unit_test(test_parquet_slices),
        cmocka_unit_test(test_parquet_slice_prunes),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_null_keys),
        cmocka_unit_test(test_source_in_recursion),
        cmocka_unit_test(test_tasks),
    };

    return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
