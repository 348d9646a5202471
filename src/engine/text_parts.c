/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a call of read_csv over several files may become several calls over some of them.
 *
 * What read_csv finds out, it finds out about all its files together: the first ones decide about columns and dialect, the
 * others are read by that, or by what they look like themselves. So the rows of one file depend on which files are beside it:
 *
 *     a.csv: id;name    b.csv: id,name    →    of ['a.csv', 'b.csv'] and of 'b.csv' alone, b's rows are not the same
 *
 * They do not if each file by itself looks like all others: then it does not matter which of them are looked at. DuckDB says
 * how a file looks (sniff_csv): dialect, header, columns, formats of dates. Or if nothing is found out at all, because the
 * call has auto_detect = false, and so all that there is to know.
 *
 * Arguments that are not in the list of known ones are not divided: with null_padding, for example, the number of files decides
 * whether a file is read by one thread, and that whether some files can be read at all; behind skip, a file may have no rows
 * and look like others. Neither are files below folders named key=value, because the types of such keys come of all files.
 *
 * State and locks: none. Failure: what DuckDB does not want to look at is not proved.
 */
#include "engine/text_parts.h"

#include <string.h>

#include "base/buf.h"
#include "engine/lookup.h"
#include "sqlgen/quote.h"

#define MAX_SQL_BYTES ((size_t)4 << 20)
#define BATCH         16   /* files per statement */
#define MAX_LOOKED_AT 1000 /* files */

static const char *const known[] = {"all_varchar",
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
                                    "decimal_separator"};

bool text_parts_knows(const char *argument)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(argument, known[i]) == 0)
            return true;
    }
    return false;
}

/* A path is to mean the one file, and to say nothing about its rows. */
static bool is_plain(const struct file_slice *file)
{
    return file->bytes > 0 && file->mtime_ns != 0 && strpbrk(file->path.data, "*?[]\\=") == NULL;
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

enum eider_status text_parts_prove(const struct text_parts_call *call, const struct file_slice_list *files,
                                   struct arena *arena, bool *ret, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    const char *looks = NULL;
    uint32_t seen = 0;

    *ret = false;
    for (uint32_t i = 0; i < files->count; i++) {
        if (!is_plain(&files->items[i]))
            return EIDER_OK;
    }
    if (!call->possible || !call->detects || files->count > MAX_LOOKED_AT) {
        *ret = call->possible && !call->detects;
        return EIDER_OK;
    }
    while (seen < files->count) {
        struct lookup_rows rows;
        uint32_t expected = files->count - seen < BATCH ? files->count - seen : BATCH;

        status = look(call, files, seen, arena, &rows, err);
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
