/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CSV and JSON files a statement reads, found without DuckDB's binder. What comes out decides between ways to plan that
 * are all right, and whether the statement is too small to be planned at all; so it may be wrong, where names mean
 * something else than they seem to.
 *
 *     SELECT … FROM v JOIN 'b.csv'   →   file b.csv; name v, which is CREATE VIEW v AS FROM read_csv('a.csv')   →   file a.csv
 *
 * Bounds: the number of texts, which are the statement and its views. Threads: the session's. Failure: what cannot be found
 * out is not known.
 */
#include "coordinator/text_files.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "engine/lookup.h"
#include "engine/text_scans.h"
#include "import/relations.h"

#define MAX_TEXTS     64
#define MAX_SQL_BYTES ((size_t)16 << 20)

struct finding {
    duckdb_connection connection;
    struct arena *arena;
    struct text_names *names;
    struct text_files_found *ret;
    const char *texts[MAX_TEXTS];
    const char
        *roots[MAX_TEXTS]; /* the statement's own name for the view that led to the text; NULL: itself */
    uint32_t count;
    uint32_t at; /* the text that is being looked at */
};

/* ---- Names that were learnt ---- */

void text_names_done(struct text_names *names)
{
    while (names->count > 0)
        free(names->names[--names->count]);
}

static void learn(struct text_names *names, const char *name)
{
    const uint32_t max = sizeof(names->names) / sizeof(names->names[0]);
    char *copy;

    for (uint32_t i = 0; i < names->count; i++) {
        if (strcasecmp(names->names[i], name) == 0)
            return;
    }
    if ((copy = strdup(name)) == NULL)
        return;
    if (names->count == max) {
        free(names->names[0]);
        memmove(names->names, names->names + 1, (max - 1) * sizeof(names->names[0]));
        names->count--;
    }
    names->names[names->count++] = copy;
}

static bool holds(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (; *text != '\0'; text++) {
        if (strncasecmp(text, word, length) == 0)
            return true;
    }
    return false;
}

bool text_files_suspected(const struct text_names *names, const char *sql)
{
    static const char *const words[] = {"csv", ".tsv", "read_json", "read_ndjson", ".json", ".ndjson"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (holds(sql, words[i]))
            return true;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        if (holds(sql, names->names[i]))
            return true;
    }
    return false;
}

/* ---- Files ---- */

/* The files of a path of a call of `function`; 0: they are Parquet files. Several text files may be worth several tasks. */
static enum eider_status add_file(struct finding *f, const char *path, enum text_function function,
                                  bool several, struct eider_error *err)
{
    struct lookup_files found;
    enum eider_status status = lookup_files(f->connection, path, f->arena, &found, err);

    if (status != EIDER_OK)
        return status;
    f->ret->known &= found.known;
    f->ret->special |= function != 0 && found.special;
    several |= found.files.count > 1;
    for (uint32_t i = 0; (function == 0 || several) && i < found.files.count; i++)
        f->ret->bytes += (double)found.files.items[i].bytes;
    return EIDER_OK;
}

static void add_function(struct finding *f, enum text_function function)
{
    f->ret->functions |= (unsigned)function;
    if (function != 0 && f->roots[f->at] != NULL)
        learn(f->names, f->roots[f->at]);
}

/* True if the name ends with the extension, or with it and that of a compression. */
static bool has_extension(const char *name, const char *extension)
{
    static const char *const compressions[] = {"", ".gz", ".zst"};
    size_t length = strlen(name), size = strlen(extension);

    for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++) {
        size_t rest = strlen(compressions[i]);
        if (length > size + rest && strcasecmp(name + length - rest, compressions[i]) == 0 &&
            strncasecmp(name + length - rest - size, extension, size) == 0)
            return true;
    }
    return false;
}

/* The function that DuckDB reads a file of this name with, if that is one of CSV or JSON. */
static enum text_function function_of_file(const char *name)
{
    static const struct {
        const char *extension;
        enum text_function function;
    } extensions[] = {{".csv", TEXT_READ_CSV_AUTO},
                      {".tsv", TEXT_READ_CSV_AUTO},
                      {".json", TEXT_READ_JSON_AUTO},
                      {".jsonl", TEXT_READ_JSON_AUTO},
                      {".ndjson", TEXT_READ_JSON_AUTO}};

    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (has_extension(name, extensions[i].extension))
            return extensions[i].function;
    }
    return (enum text_function)0;
}

/* Functions that read no files, or files of which the first argument is the path. */
static enum eider_status look_at_function(struct finding *f, const struct import_relation *relation,
                                          struct eider_error *err)
{
    static const char *const fileless[] = {"range", "generate_series", "unnest", "repeat"};
    enum text_function function = text_function_of(relation->name);
    enum eider_status status = EIDER_OK;
    bool reads_files = function != 0 || strcasecmp(relation->name, "read_parquet") == 0 ||
                       strcasecmp(relation->name, "parquet_scan") == 0;

    add_function(f, function);
    for (size_t i = 0; i < sizeof(fileless) / sizeof(fileless[0]); i++) {
        if (strcasecmp(relation->name, fileless[i]) == 0)
            return EIDER_OK;
    }
    if (!reads_files || relation->path_count == 0)
        f->ret->known = false;
    for (uint32_t i = 0; reads_files && i < relation->path_count && status == EIDER_OK; i++)
        status = add_file(f, relation->paths[i], function, relation->path_count > 1, err);
    return status;
}

/* ---- Texts ---- */

static void put_text(struct buf *out, const char *text)
{
    buf_putc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_putc(out, '\'');
        buf_putc(out, *text);
    }
    buf_putc(out, '\'');
}

/* What stands behind AS in CREATE VIEW "name" ("columns") AS query; NULL if that is not its form. */
static const char *query_of_view(const char *text)
{
    int depth = 0;

    for (; *text != '\0'; text++) {
        if (*text == '"') {
            for (text++; *text != '\0' && *text != '"'; text++)
                ;
            if (*text == '\0')
                return NULL;
        } else if (*text == '(' || *text == ')') {
            depth += *text == '(' ? 1 : -1;
        } else if (depth == 0 && strncmp(text, " AS ", 4) == 0) {
            return text + 4;
        }
    }
    return NULL;
}

static void add_text(struct finding *f, const char *text, const char *root)
{
    for (uint32_t i = 0; i < f->count; i++) {
        if (text != NULL && strcmp(f->texts[i], text) == 0)
            return;
    }
    if (text == NULL || f->count == MAX_TEXTS) {
        f->ret->known = false;
        return;
    }
    f->texts[f->count] = text;
    f->roots[f->count++] = root;
}

static enum eider_status add_views(struct finding *f, const struct buf *names, struct eider_error *err)
{
    struct lookup_rows rows = {.count = 0};
    const char *root = f->roots[f->at];
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, MAX_SQL_BYTES);
    buf_printf(&sql,
               "SELECT view_name, sql FROM system.main.duckdb_views() WHERE NOT internal AND "
               "system.main.lower(view_name) IN (%s)",
               names->data);
    status = sql.failed ? error_no_memory(err) : lookup_rows(f->connection, sql.data, f->arena, &rows, err);
    buf_done(&sql);
    for (uint32_t i = 0; i < rows.count && status == EIDER_OK; i++)
        add_text(f, query_of_view(rows.cells[2 * (size_t)i + 1]),
                 root != NULL ? root : rows.cells[2 * (size_t)i]);
    return status;
}

/* A name of a table counts as nothing: its rows are read here, whatever else is distributed. */
static enum eider_status look_at_relations(struct finding *f, const struct import_relations *relations,
                                           struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct buf names;

    buf_init(&names, MAX_SQL_BYTES);
    for (uint32_t i = 0; i < relations->count && status == EIDER_OK; i++) {
        const struct import_relation *relation = &relations->items[i];
        enum text_function function = function_of_file(relation->name);

        if (relation->kind == IMPORT_RELATION_FUNCTION) {
            status = look_at_function(f, relation, err);
        } else if (function != 0 || has_extension(relation->name, ".parquet")) {
            add_function(f, function);
            status = add_file(f, relation->name, function, false, err);
        } else {
            f->ret->known &= strpbrk(relation->name, "/*?") == NULL;
            buf_puts(&names, names.size > 0 ? ", system.main.lower(" : "system.main.lower(");
            put_text(&names, relation->name);
            buf_putc(&names, ')');
        }
    }
    if (status == EIDER_OK && names.failed)
        status = error_no_memory(err);
    if (status == EIDER_OK && names.size > 0)
        status = add_views(f, &names, err);
    buf_done(&names);
    return status;
}

static enum eider_status look_at_text(struct finding *f, struct eider_error *err)
{
    struct import_relations relations = {NULL, 0};
    struct lookup_rows rows = {.count = 0};
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, MAX_SQL_BYTES);
    buf_puts(&sql, "SELECT system.main.json_serialize_sql(");
    put_text(&sql, f->texts[f->at]);
    buf_puts(&sql, ", skip_null := true, skip_empty := true, skip_default := true)");
    status = sql.failed ? error_no_memory(err) : lookup_rows(f->connection, sql.data, f->arena, &rows, err);
    buf_done(&sql);
    if (status == EIDER_OK && rows.count == 1)
        status = import_relations(f->arena, rows.cells[0], &relations, err);
    if (relations.count == 0)
        f->ret->known = false;
    return status != EIDER_OK ? status : look_at_relations(f, &relations, err);
}

enum eider_status text_files_find(duckdb_connection connection, const char *sql, struct arena *arena,
                                  struct text_names *names, struct text_files_found *ret,
                                  struct eider_error *err)
{
    struct finding f = {.connection = connection, .arena = arena, .names = names, .ret = ret};
    enum eider_status status = EIDER_OK;

    *ret = (struct text_files_found){.known = true};
    add_text(&f, sql, NULL);
    for (; f.at < f.count && status == EIDER_OK; f.at++)
        status = look_at_text(&f, err);
    return status;
}
