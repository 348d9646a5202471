/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_TEXT_SCANS_H
#define EIDER_ENGINE_TEXT_SCANS_H

/*
 * Plans over CSV and JSON files, whose scans DuckDB does not serialise: while there are text scans, its functions read_csv,
 * read_json and their like stand for eider_text_scan on the application's connection, which has the same columns and
 * whose calls DuckDB writes as they are. So a plan has the call
 *
 *     eider_text_scan('text-…', 'read_csv', 'a.csv', delim := ';', header := 'text-…', …)
 *
 * where a parameter with the value of the first was not given.
 */

#include "duckdb.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/verdict.h"
#include "plan/text_scan.h"

enum text_function {
    TEXT_READ_CSV = 1 << 0,
    TEXT_READ_CSV_AUTO = 1 << 1,
    TEXT_READ_JSON = 1 << 2,
    TEXT_READ_JSON_AUTO = 1 << 3,
    TEXT_READ_NDJSON = 1 << 4,
    TEXT_READ_NDJSON_AUTO = 1 << 5,
    TEXT_READ_JSON_OBJECTS = 1 << 6,
    TEXT_READ_JSON_OBJECTS_AUTO = 1 << 7,
    TEXT_READ_NDJSON_OBJECTS = 1 << 8
};
#define TEXT_CSV_FUNCTIONS  ((unsigned)(TEXT_READ_CSV | TEXT_READ_CSV_AUTO))
#define TEXT_JSON_FUNCTIONS (((1U << 9) - 1) & ~TEXT_CSV_FUNCTIONS)

/* 0 if it is none of them. In any letter case. */
enum text_function text_function_of(const char *name);

/* What stands for the functions on one connection. The thread that uses the connection. */
struct text_scans;

/*
 * From here on the functions of the set (of enum text_function) stand for eider_text_scan on this connection alone: TEMP
 * macros, within the application's transaction if it has one. Always pair it with text_scans_close, whatever it returns;
 * *ret is NULL if there is nothing to close. A verdict: an object of the application's has such a name. Errors: MEMORY,
 * CANCELLED, INTERNAL.
 */
enum eider_status text_scans_open(duckdb_connection connection, unsigned set, struct arena *arena,
                                  struct text_scans **ret, struct verdict *verdict, struct eider_error *err);

/*
 * Finds the calls of a statement, in its views and macros too, and asks DuckDB for the columns of each, which it finds out by
 * looking into the files. After that the statement can be planned. A verdict: DuckDB refuses the statement or a call, or a
 * call is one that only runs locally. Errors: MEMORY, CANCELLED. Calls that read no more than `task_bytes` are not divided.
 */
enum eider_status text_scans_describe(struct text_scans *scans, const char *sql, uint64_t task_bytes,
                                      struct verdict *verdict, struct eider_error *err);

/* All files behind the calls that were described; in the arena. */
struct text_files_list text_scans_files(const struct text_scans *scans);

/* The functions are DuckDB's again. `status` if that is done, else SQL. Accepts NULL. */
enum eider_status text_scans_close(struct text_scans *scans, enum eider_status status,
                                   struct eider_error *err);

/* A verdict if the application has a function or macro of its own with one of the names, in any schema: which of them a
 * statement means only DuckDB knows. About 12 ms. Errors: MEMORY, CANCELLED. */
enum eider_status text_functions_check(duckdb_connection connection, unsigned set, struct arena *arena,
                                       struct verdict *verdict, struct eider_error *err);

#endif
