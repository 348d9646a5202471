/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_IMPORT_IMPORT_H
#define EIDER_IMPORT_IMPORT_H

#include "base/verdict.h"
#include "plan/text_scan.h"

/*
 * DuckDB's optimised plan, as json_serialize_plan writes it, becomes a plan tree. Pure: text in, tree out.
 *
 * What is not understood in full is declined: a verdict with its reason, and EIDER_OK. Nothing is guessed: each reader
 * names the fields that it knows, and any other field that does not have its default value is a verdict. The text has no
 * estimates: the rows of all nodes are unknown, until the planner estimates them.
 */

#define IMPORT_MAX_BYTES ((size_t)64 << 20) /* of the text */
#define IMPORT_MAX_DEPTH 500                /* operators, expressions, types and values inside each other */

enum function_kind {
    FUNCTION_INVALID = 0,
    FUNCTION_SCALAR,
    FUNCTION_AGGREGATE,
    FUNCTION_TABLE
};

/* A function that is not DuckDB's own, of which the application says that tasks can call it. */
struct import_declared {
    enum function_kind kind;
    const char *name; /* in any letter case */
};

struct import_input {
    /* result of json_serialize_plan(sql, skip_null, skip_default, optimize; not skip_empty), of a query or of
     * CREATE TABLE … AS query */
    const char *plan_json;
    size_t plan_bytes;
    const struct import_declared *declared;
    uint32_t declared_count;
    struct text_files_list text_files; /* of its calls of functions that read text files */
};

struct imported {
    const struct eider_node *root; /* NULL if the verdict says no */
    struct column_list columns;    /* of the result: names and types; none if the text does not say */
    uint32_t next_cte;             /* CTE numbers from here on are free */
    uint32_t parquet_scans;
    uint32_t text_scans;  /* CSV and JSON */
    uint32_t table_scans; /* native and TEMP tables */
};

/*
 * *ret and everything in it live in `arena`. Unless the verdict is already set, a declined plan sets it; then
 * ret->root is NULL. Errors: MEMORY alone. Any thread, as long as the arena has one user.
 */
enum eider_status import_plan(struct arena *arena, const struct import_input *input, struct imported *ret,
                              struct verdict *verdict, struct eider_error *err);

#endif
