/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text scans: the table function eider_text_scan, the macros that lead to it, and what is known of its calls.
 *
 * A TEMP macro is found before DuckDB's own function of its name, in statements, views and macros alike, so DuckDB itself binds
 * whatever leads to a scan; nothing is rewritten. The macro has the parameters of the function, all with the token as their
 * default, which no statement can know: a parameter that has it was not given. What a statement writes with an equals sign,
 * delim = ';', is a parameter to a function but an argument without a name to a macro; so there are parameters for those,
 * too, which the macro hands on behind all others, where the function reads them as what they are:
 *
 *     read_csv('a.csv', delim = ';')   →   eider_text_scan(…, 'a.csv', delim := 'text-…', …, "eider 0" := (delim = ';'), …)
 *
 * The columns of a call are asked for before they are needed, because DuckDB cannot be asked while it binds: a call that is not
 * known yet fails its statement, is noted, and is described; then the statement is tried again.
 *
 *     prepare SELECT … FROM a JOIN b   → a's call is not known   → DESCRIBE it: system.main.read_csv('a.csv')
 *     prepare …                        → b's call is not known   → DESCRIBE it
 *     prepare …                        → all are known
 *
 * Invariants: the macros are there between text_scans_open and text_scans_close alone; calls are told apart by their text.
 * Threads: the session's. The function's bind runs on the same thread, inside of a statement. Failure: a macro that cannot
 * be dropped is tried again (an interrupt is for one statement), then an error; a transaction that is aborted takes it away.
 */
#include "engine/text_scans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "engine/files.h"
#include "engine/functions.h"
#include "engine/gate.h"
#include "engine/lookup.h"
#include "engine/registry.h"
#include "engine/text_parts.h"

#define MAX_CALLS      64
#define UNNAMED        20 /* parameters of a macro for arguments with an equals sign */
#define MAX_TEXT_BYTES ((size_t)1 << 20)
#define MAX_FILES      100000
#define WORTH_A_LOOK   16 /* files of that part of a task */
#define DROP_TRIES     1000
#define VALUE_BYTES    8.0 /* of a value in a file, to tell about how many rows it has */

/* Parameters that make tables in the session beside the rows. */
static const char *const rejecting[] = {"store_rejects", "rejects_table", "rejects_scan", "rejects_limit",
                                        NULL};

#define SHARED_PARAMETERS                                                                                    \
    "auto_detect", "columns", "compression", "dateformat", "filename", "hive_partitioning", "hive_types",    \
        "hive_types_autocast", "ignore_errors", "sample_size", "timestampformat", "union_by_name"

static const char *const csv_parameters[] = {SHARED_PARAMETERS,
                                             "all_varchar",
                                             "allow_quoted_nulls",
                                             "auto_type_candidates",
                                             "buffer_size",
                                             "column_names",
                                             "column_types",
                                             "comment",
                                             "decimal_separator",
                                             "delim",
                                             "dtypes",
                                             "encoding",
                                             "escape",
                                             "files_to_sniff",
                                             "force_not_null",
                                             "header",
                                             "max_line_size",
                                             "maximum_line_size",
                                             "names",
                                             "new_line",
                                             "normalize_names",
                                             "null_padding",
                                             "nullstr",
                                             "parallel",
                                             "quote",
                                             "rejects_limit",
                                             "rejects_scan",
                                             "rejects_table",
                                             "sep",
                                             "skip",
                                             "store_rejects",
                                             "strict_mode",
                                             "thousands",
                                             "types",
                                             NULL};

static const char *const json_parameters[] = {SHARED_PARAMETERS,
                                              "convert_strings_to_integers",
                                              "date_format",
                                              "field_appearance_threshold",
                                              "format",
                                              "map_inference_threshold",
                                              "maximum_depth",
                                              "maximum_object_size",
                                              "maximum_sample_files",
                                              "records",
                                              "timestamp_format",
                                              NULL};

static const char *const object_parameters[] = {
    "compression",         "filename",      "format",        "hive_partitioning",   "hive_types",
    "hive_types_autocast", "ignore_errors", "union_by_name", "maximum_object_size", NULL};

static const struct {
    const char *name;
    enum text_function function;
    const char *const *parameters;
} functions[] = {
    {"read_csv", TEXT_READ_CSV, csv_parameters},
    {"read_csv_auto", TEXT_READ_CSV_AUTO, csv_parameters},
    {"read_json", TEXT_READ_JSON, json_parameters},
    {"read_json_auto", TEXT_READ_JSON_AUTO, json_parameters},
    {"read_ndjson", TEXT_READ_NDJSON, json_parameters},
    {"read_ndjson_auto", TEXT_READ_NDJSON_AUTO, json_parameters},
    {"read_json_objects", TEXT_READ_JSON_OBJECTS, object_parameters},
    {"read_json_objects_auto", TEXT_READ_JSON_OBJECTS_AUTO, object_parameters},
    {"read_ndjson_objects", TEXT_READ_NDJSON_OBJECTS, object_parameters},
};
#define FUNCTION_COUNT (sizeof(functions) / sizeof(functions[0]))

/* One call: its text behind the function's schema, read_csv('a.csv', delim := ';'). */
struct text_call {
    const char *text;
    struct text_call *next;
    const char *function;
    const char *const *patterns;
    uint32_t pattern_count;
    struct text_parts_call parts;
    bool described;
    double bytes; /* of its files */
    uint32_t column_count;
    const char **names;
    duckdb_logical_type *types;
};

struct text_scans {
    duckdb_connection connection;
    struct arena *arena;
    char token[TOKEN_BYTES];
    unsigned made; /* macros that are there */
    struct text_call *calls, *last;
    uint32_t call_count;
    struct text_call *missing; /* the call that the last statement needed */
    uint64_t task_bytes;       /* calls of more are divided, if they can be */
    const char *declined;      /* why a call only runs locally; NULL: none was met */
    struct text_files *files;
    uint32_t file_lists;
};

enum text_function text_function_of(const char *name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (strcasecmp(name, functions[i].name) == 0)
            return functions[i].function;
    }
    return (enum text_function)0;
}

/* ---- The function ---- */

static void no_ref(void *object)
{
    (void)object; /* it lives as long as the statement, which runs on its thread */
}

/* NULL if the value was not given. To be destroyed. */
static duckdb_value given(duckdb_bind_info info, const struct text_scans *scans, const char *name)
{
    duckdb_value value = duckdb_bind_get_named_parameter(info, name);
    bool is_default;
    char *text;

    if (value == NULL || duckdb_is_null_value(value) ||
        duckdb_get_type_id(duckdb_get_value_type(value)) != DUCKDB_TYPE_VARCHAR)
        return value;
    text = duckdb_get_varchar(value);
    is_default = text != NULL && strcmp(text, scans->token) == 0;
    duckdb_free(text);
    if (is_default)
        duckdb_destroy_value(&value);
    return is_default ? NULL : value;
}

/* True if an argument has no name for the function either, as in read_csv('a.csv', true). */
static bool has_unnamed(duckdb_bind_info info, const struct text_scans *scans)
{
    bool found = false;

    for (int i = 0; i < UNNAMED; i++) {
        duckdb_value value;
        char name[24];

        snprintf(name, sizeof(name), "eider %d", i);
        value = given(info, scans, name);
        found |= value != NULL;
        if (value != NULL)
            duckdb_destroy_value(&value);
    }
    return found;
}

static void put_value(struct buf *out, duckdb_value value)
{
    char *text = duckdb_value_to_string(value);

    buf_puts(out, text != NULL ? text : "");
    out->failed |= text == NULL;
    duckdb_free(text);
}

/* The paths and globs of a call. False if its first argument is neither a text nor a list of texts. */
static bool read_patterns(struct text_scans *scans, duckdb_value value, struct text_call *call)
{
    duckdb_type type = value == NULL || duckdb_is_null_value(value)
                           ? DUCKDB_TYPE_INVALID
                           : duckdb_get_type_id(duckdb_get_value_type(value));
    idx_t count = type == DUCKDB_TYPE_LIST ? duckdb_get_list_size(value) : 1;
    const char **patterns = arena_alloc_array(scans->arena, count + 1, sizeof(*patterns));
    bool ok = patterns != NULL && count <= MAX_FILES;

    ok = ok && (type == DUCKDB_TYPE_LIST || type == DUCKDB_TYPE_VARCHAR);
    for (idx_t i = 0; ok && i < count; i++) {
        duckdb_value item = type == DUCKDB_TYPE_LIST ? duckdb_get_list_child(value, i) : value;
        char *text = item == NULL || duckdb_is_null_value(item) ||
                             duckdb_get_type_id(duckdb_get_value_type(item)) != DUCKDB_TYPE_VARCHAR
                         ? NULL
                         : duckdb_get_varchar(item);

        ok = text != NULL && (patterns[i] = arena_strndup(scans->arena, text, strlen(text))) != NULL;
        duckdb_free(text);
        if (type == DUCKDB_TYPE_LIST)
            duckdb_destroy_value(&item);
    }
    call->patterns = patterns;
    call->pattern_count = (uint32_t)count;
    return ok;
}

/* Writes the arguments that were given behind the path. False if one of them only runs locally. */
static bool read_arguments(duckdb_bind_info info, const struct text_scans *scans,
                           const char *const *parameters, struct buf *text, struct text_parts_call *parts)
{
    bool ok = true;

    *parts = (struct text_parts_call){.connection = scans->connection,
                                      .json = parameters != csv_parameters,
                                      .detects = parameters != object_parameters};
    for (; parameters != NULL && *parameters != NULL; parameters++) {
        duckdb_value value = given(info, scans, *parameters);

        if (value == NULL)
            continue;
        for (const char *const *name = rejecting; *name != NULL; name++)
            ok &= strcmp(*parameters, *name) != 0;
        text_parts_note(parts, *parameters, value);
        buf_printf(text, ", \"%s\" := ", *parameters);
        put_value(text, value);
        duckdb_destroy_value(&value);
    }
    return ok;
}

/* What is being bound, as a call whose text lives in the arena. False if it only runs locally. */
static bool read_call(duckdb_bind_info info, struct text_scans *scans, const char *function,
                      struct text_call *ret)
{
    duckdb_value path = duckdb_bind_get_parameter(info, 2);
    const char *const *parameters = NULL;
    size_t arguments_at;
    struct buf text;
    bool ok;

    *ret = (struct text_call){.text = NULL};
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (strcmp(functions[i].name, function) == 0) {
            parameters = functions[i].parameters;
            ret->function = functions[i].name;
        }
    }
    buf_init(&text, MAX_TEXT_BYTES);
    buf_printf(&text, "%s(", function);
    put_value(&text, path);
    arguments_at = text.size;
    ok = read_arguments(info, scans, parameters, &text, &ret->parts);
    buf_putc(&text, ')');
    if (has_unnamed(info, scans))
        scans->declined = "has an argument without a name";
    else if (!ok)
        scans->declined = "keeps rejected rows in tables of the session";
    else if (parameters == NULL || text.failed || !read_patterns(scans, path, ret))
        scans->declined = "has arguments that are not understood";
    else if ((ret->text = arena_strndup(scans->arena, text.data, text.size)) == NULL)
        scans->declined = "is too long";
    else
        ret->parts.arguments = ret->text + arguments_at;
    duckdb_destroy_value(&path);
    buf_done(&text);
    return ret->text != NULL;
}

static void give_columns(duckdb_bind_info info, const struct text_call *call)
{
    double rows = call->bytes / (VALUE_BYTES * call->column_count);

    for (uint32_t i = 0; i < call->column_count; i++)
        duckdb_bind_add_result_column(info, call->names[i], call->types[i]);
    if (rows > 0)
        duckdb_bind_set_cardinality(info, (idx_t)rows + 1, false);
}

static void bind_call(duckdb_bind_info info, struct text_scans *scans, const char *function)
{
    struct text_call call, *known = scans->calls, *kept;

    if (!read_call(info, scans, function, &call)) {
        duckdb_bind_set_error(info, "this call only runs locally");
        return;
    }
    while (known != NULL && strcmp(known->text, call.text) != 0)
        known = known->next;
    if (known != NULL && known->described) {
        give_columns(info, known);
        return;
    }
    if (known == NULL && (kept = arena_alloc(scans->arena, sizeof(*kept))) != NULL) {
        *kept = call;
        *(scans->last != NULL ? &scans->last->next : &scans->calls) = kept;
        scans->last = known = kept;
        scans->call_count++;
    }
    scans->missing = known;
    duckdb_bind_set_error(info, "its columns are not known yet");
}

static char *text_parameter(duckdb_bind_info info, idx_t index)
{
    duckdb_value value = duckdb_bind_get_parameter(info, index);
    const char *problem;
    char *text = registry_token_of_value(value, &problem);

    duckdb_destroy_value(&value);
    return text;
}

static void bind(duckdb_bind_info info)
{
    char *token = text_parameter(info, 0), *function = text_parameter(info, 1);
    struct text_scans *scans = token == NULL ? NULL : registry_find(REGISTRY_TEXT, token, no_ref);

    if (scans == NULL || function == NULL)
        duckdb_bind_set_error(info, "eider_text_scan is no function for statements");
    else
        bind_call(info, scans, function);
    duckdb_free(token);
    duckdb_free(function);
}

/* It stands in plans, which are not run. */
static void init(duckdb_init_info info)
{
    duckdb_init_set_error(info, "eider_text_scan does not run");
}

static void call(duckdb_function_info info, duckdb_data_chunk output)
{
    (void)info;
    duckdb_data_chunk_set_size(output, 0);
}

bool functions_register_text(duckdb_connection connection)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type any = duckdb_create_logical_type(DUCKDB_TYPE_ANY);
    duckdb_state state;

    duckdb_table_function_set_name(function, "eider_text_scan");
    duckdb_table_function_add_parameter(function, text);
    duckdb_table_function_add_parameter(function, text);
    duckdb_table_function_add_parameter(function, any);
    for (const char *const *name = csv_parameters; *name != NULL; name++)
        duckdb_table_function_add_named_parameter(function, *name, any);
    for (const char *const *name = json_parameters; *name != NULL; name++)
        duckdb_table_function_add_named_parameter(function, *name, any);
    for (int i = 0; i < UNNAMED; i++) {
        char name[24];

        snprintf(name, sizeof(name), "eider %d", i);
        duckdb_table_function_add_named_parameter(function, name, any);
    }
    duckdb_table_function_supports_projection_pushdown(function, true);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init);
    duckdb_table_function_set_function(function, call);
    state = duckdb_register_table_function(connection, function);
    duckdb_destroy_table_function(&function);
    duckdb_destroy_logical_type(&text);
    duckdb_destroy_logical_type(&any);
    return state == DuckDBSuccess;
}

/* ---- The macros ---- */

static enum eider_status cancelled(struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
}

static bool is_interrupt(const char *message)
{
    return message != NULL && strncasecmp(message, "INTERRUPT", 9) == 0;
}

static duckdb_error_type run(duckdb_connection connection, const char *sql)
{
    duckdb_error_type type = DUCKDB_ERROR_INVALID;
    duckdb_result result;

    if (gate_query(connection, sql, &result) != DuckDBSuccess) {
        type = duckdb_result_error_type(&result);
        if (type == DUCKDB_ERROR_INVALID)
            type = DUCKDB_ERROR_UNKNOWN_TYPE;
    }
    duckdb_destroy_result(&result);
    return type;
}

static void write_macro(struct buf *sql, const struct text_scans *scans, size_t number)
{
    buf_printf(sql, "CREATE TEMP MACRO \"%s\"(\"eider path\"", functions[number].name);
    for (int i = 0; i < UNNAMED; i++)
        buf_printf(sql, ", \"eider %d\" := '%s'", i, scans->token);
    for (const char *const *name = functions[number].parameters; *name != NULL; name++)
        buf_printf(sql, ", \"%s\" := '%s'", *name, scans->token);
    buf_printf(sql, ") AS TABLE SELECT * FROM system.main.\"eider_text_scan\"('%s', '%s', \"eider path\"",
               scans->token, functions[number].name);
    for (const char *const *name = functions[number].parameters; *name != NULL; name++)
        buf_printf(sql, ", \"%s\" := \"%s\"", *name, *name);
    for (int i = 0; i < UNNAMED; i++)
        buf_printf(sql, ", \"eider %d\" := \"eider %d\"", i, i);
    buf_puts(sql, ")");
}

enum eider_status text_scans_open(duckdb_connection connection, unsigned set, struct arena *arena,
                                  struct text_scans **ret, struct verdict *verdict, struct eider_error *err)
{
    struct text_scans *scans = arena_alloc(arena, sizeof(*scans));
    enum eider_status status = EIDER_OK;
    struct buf sql;

    *ret = NULL;
    if (scans == NULL)
        return error_no_memory(err);
    scans->connection = connection;
    scans->arena = arena;
    if ((status = registry_add(REGISTRY_TEXT, scans, scans->token, err)) != EIDER_OK)
        return status;
    *ret = scans;
    buf_init(&sql, MAX_TEXT_BYTES);
    for (size_t i = 0; i < FUNCTION_COUNT && status == EIDER_OK; i++) {
        duckdb_error_type failed;

        if ((set & (unsigned)functions[i].function) == 0)
            continue;
        buf_clear(&sql);
        write_macro(&sql, scans, i);
        failed = sql.failed ? DUCKDB_ERROR_OUT_OF_MEMORY : run(connection, sql.data);
        if (failed == DUCKDB_ERROR_INVALID)
            scans->made |= (unsigned)functions[i].function;
        else if (failed == DUCKDB_ERROR_INTERRUPT)
            status = cancelled(err);
        else
            verdict_no(verdict, VERDICT_TABLE_FUNCTION, "nothing can stand for %s for a moment",
                       functions[i].name);
    }
    buf_done(&sql);
    return status;
}

enum eider_status text_scans_close(struct text_scans *scans, enum eider_status status,
                                   struct eider_error *err)
{
    if (scans == NULL)
        return status;
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        duckdb_error_type failed = DUCKDB_ERROR_INVALID;
        char sql[80];

        if ((scans->made & (unsigned)functions[i].function) == 0)
            continue;
        snprintf(sql, sizeof(sql), "DROP MACRO TABLE temp.main.\"%s\"", functions[i].name);
        for (int tries = 0; tries < DROP_TRIES; tries++) {
            if ((failed = run(scans->connection, sql)) == DUCKDB_ERROR_INVALID ||
                failed == DUCKDB_ERROR_TRANSACTION)
                break;
            if (failed == DUCKDB_ERROR_INTERRUPT && status == EIDER_OK)
                status = cancelled(err);
        }
        if (failed != DUCKDB_ERROR_INVALID && failed != DUCKDB_ERROR_TRANSACTION)
            status = error_set(err, EIDER_ERROR_SQL, "the macro that stands for %s cannot be dropped",
                               functions[i].name);
    }
    registry_remove(scans->token);
    for (struct text_call *described = scans->calls; described != NULL; described = described->next) {
        for (uint32_t i = 0; i < described->column_count; i++)
            duckdb_destroy_logical_type(&described->types[i]);
    }
    return status;
}

/* ---- Describing ---- */

/* The files of one path; those of a path that another call has, too, are looked up again. */
static enum eider_status add_files(struct text_scans *scans, struct text_call *missing, const char *pattern,
                                   struct eider_error *err)
{
    struct lookup_files found;
    enum eider_status status = lookup_files(scans->connection, pattern, scans->arena, &found, err);

    if (status != EIDER_OK)
        return status;
    if (found.special)
        scans->declined = "reads what is no regular file";
    for (uint32_t i = 0; i < found.files.count; i++)
        missing->bytes += (double)found.files.items[i].bytes;
    if (scans->file_lists % 16 == 0) {
        struct text_files *longer =
            arena_alloc_array(scans->arena, (size_t)scans->file_lists + 16, sizeof(*longer));
        if (longer != NULL && scans->file_lists > 0)
            memcpy(longer, scans->files, scans->file_lists * sizeof(*longer));
        scans->files = longer;
    }
    if (arena_failed(scans->arena))
        return error_no_memory(err);
    scans->files[scans->file_lists++] = (struct text_files){.pattern = pattern, .files = found.files};
    return EIDER_OK;
}

static enum eider_status read_columns(struct text_scans *scans, struct text_call *missing,
                                      duckdb_prepared_statement statement, struct eider_error *err)
{
    uint32_t count = (uint32_t)duckdb_prepared_statement_column_count(statement);

    missing->names = arena_alloc_array(scans->arena, (size_t)count + 1, sizeof(*missing->names));
    missing->types = arena_alloc_array(scans->arena, (size_t)count + 1, sizeof(*missing->types));
    if (missing->names == NULL || missing->types == NULL)
        return error_no_memory(err);
    for (; missing->column_count < count; missing->column_count++) {
        const char *name = duckdb_prepared_statement_column_name(statement, missing->column_count);

        missing->names[missing->column_count] =
            name != NULL ? arena_strndup(scans->arena, name, strlen(name)) : NULL;
        missing->types[missing->column_count] =
            duckdb_prepared_statement_column_logical_type(statement, missing->column_count);
        duckdb_free((void *)name);
        if (missing->names[missing->column_count] == NULL)
            return error_no_memory(err);
    }
    missing->described = true;
    return EIDER_OK;
}

/* True if there is enough for several tasks, and files are large enough for DuckDB to say first how each looks. */
static bool is_worth_parts(const struct text_scans *scans, const struct text_call *call, uint32_t files)
{
    bool looks = !call->parts.json && call->parts.detects;

    return call->bytes > (double)scans->task_bytes &&
           (!looks || call->bytes * WORTH_A_LOOK / files >= (double)scans->task_bytes);
}

/* The lists of files from `first` are those of the call. */
static enum eider_status divide(struct text_scans *scans, const struct text_call *missing, uint32_t first,
                                struct eider_error *err)
{
    struct text_parts_call parts = missing->parts;
    struct file_slice_list *lists;
    enum eider_status status = EIDER_OK;
    uint32_t files = 0;
    bool divisible = false;

    parts.names = missing->names;
    parts.column_count = missing->column_count;
    parts.list_count = scans->file_lists - first;
    parts.files = lists = arena_alloc_array(scans->arena, (size_t)parts.list_count + 1, sizeof(*lists));
    if (lists == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < parts.list_count; i++) {
        lists[i] = scans->files[first + i].files;
        files += lists[i].count;
    }
    if (is_worth_parts(scans, missing, files))
        status = text_parts_prove(&parts, scans->arena, &divisible, err);
    for (uint32_t i = first; i < scans->file_lists; i++) {
        scans->files[i].divisible = divisible;
        scans->files[i].keys = text_parts_keys(&parts);
        scans->files[i].names = missing->names;
        scans->files[i].name_count = missing->column_count;
    }
    return status;
}

static enum eider_status describe(struct text_scans *scans, struct text_call *missing,
                                  struct verdict *verdict, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;
    uint32_t first = scans->file_lists;
    struct buf sql;

    for (uint32_t i = 0; i < missing->pattern_count && status == EIDER_OK; i++)
        status = add_files(scans, missing, missing->patterns[i], err);
    if (status != EIDER_OK || scans->declined != NULL)
        return status;
    buf_init(&sql, MAX_TEXT_BYTES + 64);
    buf_printf(&sql, "SELECT * FROM system.main.%s", missing->text);
    if (sql.failed) {
        status = error_no_memory(err);
    } else if (gate_prepare(scans->connection, sql.data, &statement) == DuckDBSuccess) {
        status = read_columns(scans, missing, statement, err);
        if (status == EIDER_OK)
            status = divide(scans, missing, first, err);
    } else {
        const char *message = duckdb_prepare_error(statement);
        if (is_interrupt(message))
            status = cancelled(err);
        verdict_no(verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses a scan: %.200s", message ? message : "");
    }
    duckdb_destroy_prepare(&statement);
    buf_done(&sql);
    return status;
}

/* Tries the statement once. *ret_done: it can be planned. Else a call is missing, or there is a verdict. */
static enum eider_status try_statement(struct text_scans *scans, const char *sql, bool *ret_done,
                                       struct verdict *verdict, struct eider_error *err)
{
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;
    const char *message;

    scans->missing = NULL;
    *ret_done = gate_prepare(scans->connection, sql, &statement) == DuckDBSuccess;
    message = *ret_done ? NULL : duckdb_prepare_error(statement);
    if (is_interrupt(message))
        status = cancelled(err);
    else if (!*ret_done && scans->missing == NULL && scans->declined == NULL)
        verdict_no(verdict, VERDICT_PLAN_REFUSED, "DuckDB refuses the statement: %.200s",
                   message ? message : "");
    duckdb_destroy_prepare(&statement);
    return arena_failed(scans->arena) ? error_no_memory(err) : status;
}

enum eider_status text_scans_describe(struct text_scans *scans, const char *sql, uint64_t task_bytes,
                                      struct verdict *verdict, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    bool done = false;

    scans->task_bytes = task_bytes;
    while (status == EIDER_OK && !done && verdict->kind == VERDICT_DISTRIBUTABLE) {
        if (scans->call_count > MAX_CALLS)
            verdict_no(verdict, VERDICT_LIMIT, "more than %d scans of CSV and JSON files", MAX_CALLS);
        else
            status = try_statement(scans, sql, &done, verdict, err);
        if (status == EIDER_OK && scans->missing != NULL && scans->declined == NULL)
            status = describe(scans, scans->missing, verdict, err);
        if (scans->declined != NULL)
            verdict_no(verdict, VERDICT_TABLE_FUNCTION, "a scan of CSV or JSON files %s", scans->declined);
    }
    return status;
}

struct text_files_list text_scans_files(const struct text_scans *scans)
{
    return (struct text_files_list){scans->files, scans->file_lists};
}

/* ---- What the application has of these names ---- */

enum eider_status text_functions_check(duckdb_connection connection, unsigned set, struct arena *arena,
                                       struct verdict *verdict, struct eider_error *err)
{
    struct lookup_rows rows = {.count = 0};
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, MAX_TEXT_BYTES);
    buf_puts(&sql, "SELECT function_name FROM system.main.duckdb_functions() WHERE NOT internal AND "
                   "system.main.lower(function_name) IN (''");
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if ((set & (unsigned)functions[i].function) != 0)
            buf_printf(&sql, ", '%s'", functions[i].name);
    }
    buf_puts(&sql, ")");
    status = sql.failed ? error_no_memory(err) : lookup_rows(connection, sql.data, arena, &rows, err);
    buf_done(&sql);
    if (status == EIDER_OK && rows.count > 0)
        verdict_no(verdict, VERDICT_TABLE_FUNCTION, "%.60s is a macro of the application's own, too",
                   rows.cells[0]);
    return status;
}
