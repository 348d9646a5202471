/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Native tables that tasks share: which are, what each task reads of them, and that the answer is right when a database is
 * detached, or a transaction begun, at a bad moment.
 */
#include <pthread.h>

#include "unit/session_fixture.h"

#define GROUPS                                                                                               \
    "SELECT string_agg(concat(g, ':', n, ':', s), ' ' ORDER BY g) FROM "                                     \
    "(SELECT g, count(*) AS n, sum(k) AS s FROM %s GROUP BY g)"

static char *with_text(const char *format, const char *value)
{
    static char texts[4][1024];
    static unsigned next;
    char *text = texts[next++ % 4];

    snprintf(text, sizeof(texts[0]), format, value); /* NOLINT: formats of this file */
    return text;
}

static const char *path_of(const char *name)
{
    static char paths[2][600];
    static unsigned next;
    char *path = paths[next++ % 2];

    snprintf(path, sizeof(paths[0]), "%s-%s.db", fixture_folder, name);
    return path;
}

/* A file with the table s."a ""table""": 400,000 rows with k from `first`, of which some are deleted, and one with a rowid of its
 * own. */
static void make_file(const char *name, const char *first)
{
    duckdb_database database;
    duckdb_connection connection;

    unlink(path_of(name));
    assert_int_equal(duckdb_open(path_of(name), &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    sql(connection, "CREATE SCHEMA s");
    sql(connection, with_text("CREATE TABLE s.\"a \"\"table\"\"\" AS SELECT i + %s AS k, i %% 7 AS g "
                              "FROM range(400000) r(i)",
                              first));
    sql(connection, "DELETE FROM s.\"a \"\"table\"\"\" WHERE g = 3 OR k BETWEEN 1000 AND 140000");
    sql(connection, "CREATE TABLE own AS SELECT 5 AS rowid, i AS k, i % 3 AS g FROM range(30000) r(i)");
    sql(connection, "CREATE TABLE nothing (k BIGINT, g BIGINT)");
    duckdb_disconnect(&connection);
    duckdb_close(&database);
}

static void attach(duckdb_connection connection, const char *name, const char *options)
{
    char text[1024];

    snprintf(text, sizeof(text), "ATTACH '%s' AS \"r o\" %s", path_of(name), options);
    sql(connection, text);
}

#define TABLE "\"r o\".s.\"a \"\"table\"\"\""

static void assert_picture(struct fixture *f, const char *text, const char *part)
{
    struct eider_query *query = NULL;

    assert_int_equal(eider_prepare(f->session, text, &query, &f->err), EIDER_OK);
    if (eider_query_explain(query) == NULL || strstr(eider_query_explain(query), part) == NULL)
        fail_msg("no %s in %s", part, eider_query_explain(query));
    eider_query_free(query);
}

static void read_only_tables_are_shared(void **unused)
{
    struct fixture f;

    (void)unused;
    make_file("a", "0");
    fixture_open(&f, 3);
    attach(f.connection, "a", "(READ_ONLY)");
    assert_same_answer(&f, with_text(GROUPS, TABLE), true);
    assert_same_answer(
        &f, "SELECT list(x ORDER BY x)::VARCHAR FROM (SELECT rowid AS x FROM " TABLE " WHERE k % 9973 = 0)",
        true);
    assert_same_answer(&f, "SELECT concat(count(*), ':', sum(a.k)) FROM " TABLE " a JOIN t ON t.v = a.k",
                       true);
    assert_same_answer(
        &f, "SELECT concat(count(*), ':', sum(a.k)) FROM \"r o\".nothing a JOIN t ON t.v = a.k", true);
    sql(f.connection, "CREATE VIEW seen AS SELECT k + 1 AS k, g FROM " TABLE);
    assert_same_answer(&f, with_text(GROUPS, "seen"), true);
    sql(f.connection, "BEGIN");
    assert_same_answer(&f, with_text(GROUPS, "seen"), false);
    sql(f.connection, "COMMIT");
    assert_same_answer(&f, with_text(GROUPS, "seen"), true);         /* nobody remembers the verdict */
    assert_same_answer(&f, with_text(GROUPS, "\"r o\".own"), false); /* its rowid is another */
    sql(f.connection, "CREATE TABLE mine AS FROM t");
    assert_same_answer(&f, "SELECT sum(v) FROM mine", false);
    fixture_close(&f);
    unlink(path_of("a"));
}

/* A database that is attached for writing is read here, though its file is the same. */
static void writable_tables_are_not(void **unused)
{
    struct fixture f;

    (void)unused;
    make_file("a", "0");
    fixture_open(&f, 3);
    attach(f.connection, "a", "");
    assert_same_answer(&f, with_text(GROUPS, TABLE), false);
    sql(f.connection, "SET eider_split_native_tables = true");
    assert_same_answer(&f, with_text(GROUPS, TABLE), true);
    sql(f.connection, "CREATE TEMP TABLE mine AS SELECT v AS k, g FROM t");
    assert_same_answer(&f, with_text(GROUPS, "mine"), false);
    fixture_close(&f);
    unlink(path_of("a"));
}

static void tasks_read_ranges(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE mine AS SELECT range AS k, range % 7 AS g FROM range(400000)");
    sql(f.connection, "SET eider_split_native_tables = true");
    assert_picture(&f, "SELECT g, sum(k) FROM mine GROUP BY g",
                   "DistributedLeafExec: DataSourceExec: table=memory.main.mine");
    sql(f.connection, "SET eider_max_tasks_per_stage = 2");
    assert_same_answer(&f, with_text(GROUPS, "mine"), true);
    sql(f.connection, "SET eider_bytes_per_task = '64MB'");
    assert_same_answer(&f, with_text(GROUPS, "mine"), false); /* small */
    fixture_close(&f);
}

/* Rows that only the application's transaction sees, and the same prepared before it began. */
static void transactions_keep_their_rows(void **unused)
{
    struct fixture f;
    struct eider_query *query = NULL;
    duckdb_result result;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE mine AS SELECT range AS k, range % 7 AS g FROM range(40000)");
    sql(f.connection, "SET eider_split_native_tables = true");
    assert_int_equal(eider_prepare(f.session, "SELECT sum(k), count(*) FROM mine", &query, &f.err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    sql(f.connection, "BEGIN");
    sql(f.connection, "INSERT INTO mine VALUES (1000000, 1)");
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    assert_int_equal(duckdb_value_int64(&result, 1, 0), 40001);
    duckdb_destroy_result(&result);
    eider_query_free(query);
    assert_same_answer(&f, "SELECT count(*) FROM mine WHERE k > 5", false);
    assert_same_answer(
        &f, "SELECT count(*) FROM mine JOIN t ON t.v = mine.k OR mine.k = 1000000 WHERE mine.k > 29900",
        true);
    sql(f.connection, "ROLLBACK");
    assert_same_answer(&f, "SELECT count(*) FROM mine WHERE k > 5", true); /* nobody remembers the verdict */
    fixture_close(&f);
}

/* What it stores is not among what it reads. */
static void a_table_is_written_from_itself(void **unused)
{
    struct fixture f;

    (void)unused;
    fixture_open(&f, 3);
    sql(f.connection, "CREATE TABLE mine AS SELECT range AS k, range % 7 AS g FROM range(40000)");
    sql(f.connection, "SET eider_split_native_tables = true");
    assert_answer(&f, "INSERT INTO mine SELECT k + 40000, g FROM mine WHERE k % 2 = 0", true, "20000");
    assert_answer(&f, "SELECT concat(count(*), ':', sum(k)) FROM mine", true, "60000:1999960000");
    fixture_close(&f);
}

/* ---- Databases that are replaced ---- */

static void replace(duckdb_connection connection)
{
    sql(connection, "DETACH \"r o\"");
    attach(connection, "b", "(READ_ONLY)");
}

static void a_database_is_replaced_before(void **unused)
{
    struct fixture f;
    struct eider_query *query = NULL;
    duckdb_connection other;
    duckdb_result result;

    (void)unused;
    make_file("a", "0");
    make_file("b", "1000000");
    fixture_open(&f, 3);
    attach(f.connection, "a", "(READ_ONLY)");
    assert_int_equal(duckdb_connect(f.database, &other), DuckDBSuccess);
    assert_int_equal(eider_prepare(f.session, "SELECT min(k) FROM " TABLE, &query, &f.err), EIDER_OK);
    assert_true(eider_query_is_distributed(query));
    replace(other);
    assert_int_equal(eider_query_run(query, &result, &f.err), EIDER_OK);
    assert_int_equal(duckdb_value_int64(&result, 0, 0), 1000000);
    assert_string_equal(eider_query_verdict_kind(query), "net");
    duckdb_destroy_result(&result);
    eider_query_free(query);
    duckdb_disconnect(&other);
    fixture_close(&f);
    unlink(path_of("a"));
    unlink(path_of("b"));
}

static struct {
    pthread_mutex_t lock;
    duckdb_connection connection; /* NULL: it has been done */
} replacing = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* The first fragment finds another database than those that were planned for. */
static enum eider_status replace_once(void *data, struct eider_plan_context *ctx,
                                      const struct eider_node *plan, const struct eider_node **ret,
                                      struct eider_error *err)
{
    (void)data;
    (void)ctx;
    (void)err;
    pthread_mutex_lock(&replacing.lock);
    if (replacing.connection != NULL)
        replace(replacing.connection);
    replacing.connection = NULL;
    pthread_mutex_unlock(&replacing.lock);
    *ret = plan;
    return EIDER_OK;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    return eider_worker_add_rewrite(worker, "replace", replace_once, NULL, NULL, err);
}

static void a_database_is_replaced_meanwhile(void **unused)
{
    struct fixture f;
    duckdb_connection other;

    (void)unused;
    make_file("a", "0");
    make_file("b", "1000000");
    fixture_open(&f, 3);
    eider_session_free(f.session);
    assert_int_equal(eider_cluster_set_worker_setup(f.cluster, set_up, NULL, NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_session_new(f.database, f.connection, f.cluster, NULL, &f.session, &f.err),
                     EIDER_OK);
    attach(f.connection, "a", "(READ_ONLY)");
    assert_answer(&f, "SELECT min(k) FROM " TABLE, true, "0");
    assert_int_equal(duckdb_connect(f.database, &other), DuckDBSuccess);
    replacing.connection = other;
    assert_answer(&f, "SELECT min(k) FROM " TABLE, false, "1000000");
    assert_null(replacing.connection);
    assert_answer(&f, "SELECT min(k) FROM " TABLE, true, "1000000");
    duckdb_disconnect(&other);
    fixture_close(&f);
    unlink(path_of("a"));
    unlink(path_of("b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_only_tables_are_shared),
        cmocka_unit_test(writable_tables_are_not),
        cmocka_unit_test(tasks_read_ranges),
        cmocka_unit_test(transactions_keep_their_rows),
        cmocka_unit_test(a_table_is_written_from_itself),
        cmocka_unit_test(a_database_is_replaced_before),
        cmocka_unit_test(a_database_is_replaced_meanwhile),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
