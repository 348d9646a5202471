/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_TEXT_FILES_H
#define EIDER_COORDINATOR_TEXT_FILES_H

/*
 * Statements that read CSV and JSON files. DuckDB looks into such files whenever it plans, which takes longer than the rest of
 * planning; so for these, and only these, the parse tree is looked at before.
 */

#include "base/arena.h"
#include "base/error.h"
#include "duckdb.h"

/* Views that were found to read CSV or JSON files: a hint, which may be wrong or old. */
struct text_names {
    char *names[32];
    uint32_t count;
};
void text_names_done(struct text_names *names);

/* True if the statement may read such files: by the words in it. */
bool text_files_suspected(const struct text_names *names, const char *sql);

struct text_files_found {
    unsigned functions; /* of enum text_function, that the statement or its views call */
    bool
        known; /* everything that it reads is known, and `bytes` is the size of its files that tasks may share */
    bool special; /* one of its CSV or JSON files is a pipe or a device */
    double bytes;
};

/* Looks for the files of a statement in its parse tree and those of its views, without opening any. `names` learns. Errors:
 * MEMORY, CANCELLED. The thread that uses the connection. */
enum eider_status text_files_find(duckdb_connection connection, const char *sql, struct arena *arena,
                                  struct text_names *names, struct text_files_found *ret,
                                  struct eider_error *err);

#endif
