/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ENGINE_FIXTURE_H
#define TESTS_ENGINE_FIXTURE_H

/*
 * A database with an engine and a store, and the way of a query's rows through sink and source, for tests.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "duckdb.h"
#include "engine/engine.h"
#include "engine/layout.h"
#include "engine/run.h"
#include "engine/sink.h"
#include "engine/source.h"
#include "exchange/store.h"

struct fixture {
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct store *store;
    struct arena *arena;
    uint64_t query;
};

/* The columns of a query, and the output that its rows went to. */
struct exchanged {
    const struct eider_type **types;
    uint32_t type_count;
    struct layout *layout;
    struct output *output;
    uint32_t partitions;
    uint64_t rows;
};

static inline void check_status(enum eider_status status, const struct eider_error *err, const char *where)
{
    if (status != EIDER_OK)
        fail_msg("%s: %s: %s", where, eider_status_name(status), err->message);
}

/* CHECK(call(…, &check_error)): the call must succeed. */
static _Thread_local struct eider_error check_error;
#define CHECK(call) check_status(call, &check_error, #call)

static inline void fixture_open(struct fixture *fixture)
{
    memset(fixture, 0, sizeof(*fixture));
    assert_int_equal(duckdb_open(NULL, &fixture->database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(fixture->database, &fixture->connection), DuckDBSuccess);
    CHECK(engine_open(fixture->database, &fixture->engine, &check_error));
    CHECK(store_new(engine_budget(fixture->engine), &fixture->store, &check_error));
    fixture->arena = arena_new();
    assert_non_null(fixture->arena);
}

static inline void fixture_close(struct fixture *fixture)
{
    arena_free(fixture->arena);
    store_free(fixture->store);
    assert_int_equal(budget_used(engine_budget(fixture->engine)), 0);
    engine_unref(fixture->engine);
    duckdb_disconnect(&fixture->connection);
    duckdb_close(&fixture->database);
}

/* Runs SQL that must succeed. */
static inline void fixture_sql(struct fixture *fixture, const char *sql)
{
    duckdb_result result;

    if (duckdb_query(fixture->connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

/* The one value of a query, as text; freed with duckdb_free. */
static inline char *fixture_value(struct fixture *fixture, const char *sql)
{
    duckdb_result result;
    char *value;

    if (duckdb_query(fixture->connection, sql, &result) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_result_error(&result));
    value = duckdb_value_varchar(&result, 0, 0);
    duckdb_destroy_result(&result);
    return value;
}

static inline void fixture_types(struct fixture *fixture, const char *sql, struct exchanged *ret)
{
    duckdb_prepared_statement statement;

    if (duckdb_prepare(fixture->connection, sql, &statement) != DuckDBSuccess)
        fail_msg("%s: %s", sql, duckdb_prepare_error(statement));
    ret->type_count = (uint32_t)duckdb_prepared_statement_column_count(statement);
    ret->types = calloc(ret->type_count + 1, sizeof(*ret->types));
    for (uint32_t i = 0; i < ret->type_count; i++) {
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);

        CHECK(engine_type_from_duckdb(fixture->arena, type, &ret->types[i], &check_error));
        duckdb_destroy_logical_type(&type);
    }
    duckdb_destroy_prepare(&statement);
}

/* ", c0, c1 …" or "c0, c1 …"; `format` gets the number. */
static inline char *column_list(uint32_t count, const char *separator, const char *format)
{
    size_t bytes = (size_t)count * 80 + 1, used = 0;
    char *text = calloc(1, bytes);

    for (uint32_t i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, bytes - used, "%s", i > 0 ? separator : "");
        used += (size_t)snprintf(text + used, bytes - used, format, i);
    }
    return text;
}

static inline void exchanged_done(struct exchanged *exchanged)
{
    free(exchanged->types);
    layout_unref(exchanged->layout);
    output_unref(exchanged->output);
}

/* Sends the rows of a query to a complete output; by the hash of its first column if there is one. */
static inline void fixture_send(struct fixture *fixture, const char *sql, uint32_t partitions,
                                struct exchanged *ret)
{
    struct sink_options options = {.concurrent_tasks = 1};
    struct run *run;
    struct sink *sink;
    char *columns, *statement;
    size_t bytes;

    memset(ret, 0, sizeof(*ret));
    fixture_types(fixture, sql, ret);
    ret->partitions = partitions;
    CHECK(engine_layout_new(ret->types, ret->type_count, &ret->layout, &check_error));
    CHECK(store_output(fixture->store, (struct output_key){.query = ++fixture->query}, ret->layout,
                       partitions, &ret->output, &check_error));
    CHECK(run_new(&run, &check_error));
    options.run = run;
    options.output = ret->output;
    options.types = ret->types;
    options.type_count = ret->type_count;
    CHECK(sink_new(fixture->engine, &options, &sink, &check_error));
    columns = column_list(ret->type_count, ", ", "c%u");
    bytes = strlen(sql) + 2 * strlen(columns) + 300;
    statement = malloc(bytes);
    snprintf(statement, bytes, "SELECT count(system.main.\"eider_sink\"('%s', %s%s%s)) FROM (%s) AS t(%s)",
             sink_token(sink), ret->type_count > 0 && partitions > 1 ? "hash(c0)" : "NULL::UBIGINT",
             ret->type_count > 0 ? ", " : "", columns, sql, columns);
    CHECK(run_count(run, fixture->connection, statement, &ret->rows, &check_error));
    CHECK(sink_finish(sink, ret->rows, &check_error));
    CHECK(output_complete(ret->output, &check_error));
    sink_free(sink);
    run_unref(run);
    free(statement);
    free(columns);
}

/* A source that reads all partitions of an output, in one go. */
static inline struct source *fixture_source(struct fixture *fixture, const struct exchanged *exchanged,
                                            struct run *run)
{
    const struct reader_input input = {.output = exchanged->output, .partition_count = exchanged->partitions};
    struct source_options options = {
        .run = run, .types = exchanged->types, .type_count = exchanged->type_count};
    struct source *source;

    CHECK(reader_new_outputs(exchanged->layout, &input, 1, &options.reader, &check_error));
    CHECK(source_new(fixture->engine, &options, &source, &check_error));
    return source;
}

#endif
