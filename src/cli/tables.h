/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_TABLES_H
#define EIDER_CLI_TABLES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "duckdb.h"
#include "eider/error.h"

/*
 * --tables DIR: a view per data file, or folder of data files, in a folder.
 *
 * A folder counts if all data files in it and below it are of one kind; parts of paths like "year=2024" make
 * it a hive-partitioned one. Names that start with '.' or '_' are passed over, and so are files of other
 * kinds.
 */
enum table_kind {
    TABLE_NONE = 0,
    TABLE_PARQUET,
    TABLE_CSV, /* .csv and .tsv, also .gz and .zst */
    TABLE_JSON /* .json, .jsonl and .ndjson, also .gz and .zst */
};

struct table_entry {
    char *path;
    char *name; /* of the view */
    enum table_kind kind;
    bool hive;
    char **files;
    size_t file_count;
    const char *problem; /* NULL: none; else why there can be no view */
    const char *warning; /* what to say of it at once: the first of several of one name; NULL: nothing */
};

struct table_list {
    struct arena *arena; /* of everything in it */
    struct table_entry *entries;
    size_t count, capacity;
    char *empty_folder; /* one that holds no table; NULL: none */
    atomic_bool missed; /* DuckDB asked for a table that nobody has */
};

/* Appends what is in a folder. Errors: IO (it cannot be read), MEMORY. */
EIDER_MUST_CHECK enum eider_status tables_scan(const char *folder, struct table_list *list,
                                               struct eider_error *err);

/* Sorts by name, and gives entries of one name, whatever the case, a problem each and the first a warning. Errors:
 * MEMORY. */
EIDER_MUST_CHECK enum eider_status tables_resolve(struct table_list *list, struct eider_error *err);

/*
 * Makes a temporary view for each table of the folders. What cannot be a view (a broken file, two of one
 * name) fails the queries that name it, with the reason, and no other; tables_warn says what nobody may expect. *ret lives as
 * long as the database; NULL if all is well. Errors: IO (a folder cannot be read), ARGUMENT (the database has such a table
 * already), MEMORY, SQL.
 */
EIDER_MUST_CHECK enum eider_status tables_create(duckdb_database database, duckdb_connection connection,
                                                 const char *const *folders, size_t count,
                                                 struct table_list **ret, struct eider_error *err);

/* A line on standard error for each name that several files or folders have. `list` may be NULL. */
void tables_warn(const struct table_list *list);

/* Gives the error of a statement a hint if it named an unknown table and a folder was empty. Called before a
 * statement with NULL as error. `list` may be NULL. */
void tables_hint(struct table_list *list, struct eider_error *err);

#endif
