/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_SCANNED_H
#define TESTS_UNIT_SCANNED_H

/* Scans of Arrow streams, for tests of the engine. */
#include "engine/arrow_scan.h"
#include "unit/arrow_flow.h"
#include "unit/engine_fixture.h"

struct scanned {
    struct flow flow;
    struct column_list columns;
    struct run *run;
    struct arrow_scan *scan;
};

/* The columns that the node has, by the types of a query. */
static inline void declare(struct fixture *fixture, const char *sql, struct scanned *scanned)
{
    struct exchanged types = {.types = NULL};

    fixture_types(fixture, sql, &types);
    scanned->columns = column_list_new(fixture->arena, types.type_count);
    for (uint32_t i = 0; i < types.type_count; i++)
        scanned->columns.items[i] = (struct column){str_from("name"), types.types[i]};
    free(types.types);
}

static inline enum eider_status open_scan(struct scanned *scanned, struct eider_error *err)
{
    struct ArrowArrayStream stream = flow_open(&scanned->flow);
    const struct arrow_scan_options options = {
        .stream = &stream, .kind = "flow", .columns = &scanned->columns, .run = scanned->run};
    enum eider_status status = arrow_scan_new(&options, &scanned->scan, err);

    assert_null(stream.release);
    return status;
}

static inline void scanned_init(struct scanned *scanned)
{
    memset(scanned, 0, sizeof(*scanned));
    CHECK(run_new(&scanned->run, &check_error));
}

/* Everything was given back, once. */
static inline void scanned_done(struct scanned *scanned)
{
    arrow_scan_free(scanned->scan);
    assert_int_equal(scanned->flow.opened, 1);
    assert_int_equal(scanned->flow.released, 1);
    assert_int_equal(scanned->flow.given, scanned->flow.returned);
    flow_done(&scanned->flow);
    run_unref(scanned->run);
}

static inline enum eider_status scan_rows(struct fixture *fixture, struct scanned *scanned,
                                          const char *select, uint64_t *ret, struct eider_error *err)
{
    char sql[512];

    snprintf(sql, sizeof(sql), "SELECT %s FROM system.main.eider_arrow('%s')", select,
             arrow_scan_token(scanned->scan));
    return run_count(scanned->run, fixture->connection, sql, ret, err);
}

/* The rows of a table expression as one text: count and digest. */
static inline char *digest(struct fixture *fixture, const char *from, uint32_t columns)
{
    char *row = column_list(columns, " || '|' || ", "coalesce(c%u::VARCHAR, 'NULL of c')");
    size_t bytes = strlen(from) + strlen(row) + 300;
    char *sql = malloc(bytes), *value;

    snprintf(sql, bytes,
             "SELECT count(*) || ' ' || coalesce(md5(string_agg(r, chr(10) ORDER BY r)), '') FROM "
             "(SELECT %s AS r FROM %s)",
             row, from);
    value = fixture_value(fixture, sql);
    free(sql);
    free(row);
    return value;
}

static inline char *fixture_digest(struct fixture *fixture, const char *query)
{
    char from[2048];

    snprintf(from, sizeof(from), "(%s) AS t(c0)", query);
    return digest(fixture, from, 1);
}

#endif
