/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether several tasks may share the files of a call, and whether they have to find out its columns again.
 *
 * What such a function finds out, it finds out about all its files together: the first ones decide about columns, dialect and
 * formats of dates, the folders key=value of all of them about the types of the keys. So a task makes the call as it is, over all
 * files, and picks its own by their names, which DuckDB tells from the names alone before it reads any:
 *
 *     read_json(['a.json', 'b.json', 'c.json'], filename := true) WHERE list_contains(['b.json'], filename)
 *
 * With JSON files this is enough. Of CSV files, DuckDB 1.5.6 reads the first one that is left as it would the first one of all,
 * with that one's dialect and order of columns, whatever its own are:
 *
 *     a.csv: id,name    b.csv: name,id    →    SELECT id FROM read_csv(['a.csv', 'b.csv']) WHERE filename = 'b.csv' gives names
 *
 * So each CSV file by itself has to look like all others, which DuckDB says (sniff_csv): dialect, header, columns, formats of
 * dates. Or nothing is found out at all, because the call has auto_detect = false, and so all that there is to know.
 *
 * With a few arguments, the rows of a file depend on how many are read, or on the threads that the machine has: with
 * null_padding, for example, the number of files decides whether a file is read by one thread, and that whether some files can
 * be read at all. Of CSV, those are divided that are known not to be of this kind.
 *
 * State and locks: none. Failure: what DuckDB does not want to look at is not proved.
 */
#include "engine/text_parts.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "engine/lookup.h"
#include "sqlgen/quote.h"

#define MAX_SQL_BYTES ((size_t)4 << 20)
#define MAX_FILES     4096 /* each task names them all, and DuckDB compares each with all that the task picks */
#define MAX_LOOKED_AT 1000 /* CSV files */
#define BATCH         16   /* files per statement */

static const char *const known_to_csv[] = {"all_varchar",
                                           "auto_detect",
                                           "auto_type_candidates",
                                           "column_names",
                                           "column_types",
                                           "columns",
                                           "comment",
                                           "compression",
                                           "dateformat",
                                           "delim",
                                           "dtypes",
                                           "escape",
                                           "filename",
                                           "header",
                                           "max_line_size",
                                           "names",
                                           "new_line",
                                           "normalize_names",
                                           "nullstr",
                                           "quote",
                                           "sample_size",
                                           "sep",
                                           "types",
                                           "timestampformat",
                                           "union_by_name",
                                           "decimal_separator",
                                           "hive_partitioning",
                                           "hive_types",
                                           "hive_types_autocast",
                                           NULL};

static const char *const against_json[] = {"union_by_name",
                                           NULL}; /* samples as many files as there are threads */

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

void text_parts_note(struct text_parts_call *call, const char *name, duckdb_value value)
{
    bool is_bool = duckdb_get_type_id(duckdb_get_value_type(value)) == DUCKDB_TYPE_BOOLEAN;

    call->indivisible |= call->json ? is_one_of(name, against_json) : !is_one_of(name, known_to_csv);
    if (call->json && strcmp(name, "columns") == 0)
        call->detects = false;
    if (!call->json && strcmp(name, "auto_detect") == 0 && is_bool && !duckdb_is_null_value(value))
        call->detects = duckdb_get_bool(value);
    if (strcmp(name, "filename") == 0) {
        call->names_file = is_bool && !duckdb_is_null_value(value) && duckdb_get_bool(value);
        call->indivisible |= !is_bool; /* DuckDB prunes by a column of the name filename only */
    }
}

/* All files in one list, if each path means the one file that it names; else none. */
static struct file_slice_list all_files(const struct text_parts_call *call, struct arena *arena)
{
    struct file_slice_list all = {NULL, 0};
    uint64_t count = 0;

    for (uint32_t i = 0; i < call->list_count; i++)
        count += call->files[i].count;
    if (count > MAX_FILES)
        return all;
    all = file_slice_list_new(arena, (uint32_t)count);
    for (uint32_t i = 0, at = 0; all.count > 0 && i < call->list_count; i++) {
        for (uint32_t k = 0; k < call->files[i].count; k++) {
            const struct file_slice *file = &call->files[i].items[k];

            if (file->mtime_ns == 0 || strpbrk(file->path.data, "*?[]\\") != NULL)
                return (struct file_slice_list){NULL, 0};
            all.items[at++] = *file;
        }
    }
    return all;
}

/* How the files from `first` look, as a text each. */
static enum eider_status look(const struct text_parts_call *call, const struct file_slice_list *files,
                              uint32_t first, struct arena *arena, struct lookup_rows *ret,
                              struct eider_error *err)
{
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, MAX_SQL_BYTES);
    buf_puts(&sql, "SELECT CAST(t AS VARCHAR) FROM (");
    for (uint32_t i = first; i < files->count && i < first + BATCH; i++) {
        buf_puts(&sql, i > first ? " UNION ALL " : "");
        buf_puts(&sql, "SELECT * EXCLUDE (\"Prompt\", \"UserArguments\") FROM system.main.sniff_csv(");
        quote_string(&sql, files->items[i].path);
        buf_puts(&sql, call->arguments);
    }
    buf_puts(&sql, ") AS t");
    *ret = (struct lookup_rows){.count = 0};
    status = sql.failed ? error_no_memory(err) : lookup_rows(call->connection, sql.data, arena, ret, err);
    buf_done(&sql);
    return status;
}

/* *ret: all files look the same. */
static enum eider_status look_at_all(const struct text_parts_call *call, const struct file_slice_list *files,
                                     struct arena *arena, bool *ret, struct eider_error *err)
{
    const char *looks = NULL;
    uint32_t seen = 0;

    *ret = false;
    if (files->count > MAX_LOOKED_AT)
        return EIDER_OK;
    while (seen < files->count) {
        struct lookup_rows rows;
        uint32_t expected = files->count - seen < BATCH ? files->count - seen : BATCH;
        enum eider_status status = look(call, files, seen, arena, &rows, err);

        if (status != EIDER_OK || rows.count != expected)
            return status;
        for (uint32_t i = 0; i < rows.count; i++) {
            looks = looks == NULL ? rows.cells[i] : looks;
            if (looks == NULL || rows.cells[i] == NULL || strcmp(looks, rows.cells[i]) != 0)
                return EIDER_OK;
        }
        seen += expected;
    }
    *ret = true;
    return EIDER_OK;
}

enum eider_status text_parts_prove(const struct text_parts_call *call, struct arena *arena, bool *ret,
                                   struct eider_error *err)
{
    struct file_slice_list files = all_files(call, arena);

    *ret = !call->indivisible && files.count > 1;
    for (uint32_t i = 0; i < call->column_count; i++)
        *ret &= call->names_file || strcasecmp(call->names[i], "filename") != 0;
    for (uint32_t i = 0; i < files.count && !call->json; i++)
        *ret &= files.items[i].bytes > 0;
    if (!*ret || call->json || !call->detects)
        return EIDER_OK;
    return look_at_all(call, &files, arena, ret, err);
}

/* True if it may be that DuckDB made up the name, as it calls the key "Id" beside "id" Id_1. */
static bool may_be_made_up(const struct text_parts_call *call, const char *name)
{
    size_t stem = strlen(name);

    while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9')
        stem--;
    if (name[stem] == '\0' || stem < 2 || name[stem - 1] != '_')
        return false;
    for (uint32_t i = 0; i < call->column_count; i++) {
        if (strlen(call->names[i]) == stem - 1 && strncasecmp(call->names[i], name, stem - 1) == 0)
            return true;
    }
    return false;
}

uint32_t text_parts_keys(const struct text_parts_call *call)
{
    uint32_t count = call->column_count - call->names_file;

    for (uint32_t i = 0; i < call->column_count; i++) {
        if (may_be_made_up(call, call->names[i]))
            return 0;
    }
    for (uint32_t i = 0; i < call->list_count; i++) {
        for (uint32_t k = 0; k < call->files[i].count; k++) {
            if (strchr(call->files[i].items[k].path.data, '=') != NULL)
                return 0; /* the key of a folder may be a column, too */
        }
    }
    return call->json && call->detects && count > 1 ? count : 0;
}
