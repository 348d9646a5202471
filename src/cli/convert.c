/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion of result chunks by DuckDB's own casts.
 *
 * A table function of ours, eider_shell_rows(), is registered once in the database. It has the columns of the
 * result and hands out the one chunk that `chunk` points at, by reference. Per result one statement over it
 * is prepared, on a connection of our own, so that it meets neither the transaction nor the session settings
 * of the user; it is executed per chunk (60 microseconds). The function runs on one thread, so the rows keep
 * their order.
 *
 * Threads: DuckDB may call the function on one of its threads, while the thread of converter_run waits for
 * the result. Anyone may call eider_shell_rows() in SQL: outside of a conversion it refuses to bind, or gives
 * no rows.
 */
#include "cli/convert.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "sqlgen/quote.h"

#define ROWS_FUNCTION "eider_shell_rows"
#define MAX_SQL_BYTES ((size_t)64 << 20)
#define SETTING_COUNT 2

/* The settings of a session that a cast to VARCHAR depends on. */
static const char *const setting_names[SETTING_COUNT] = {"TimeZone", "Calendar"};

struct converter {
    duckdb_connection connection;
    const struct columns *columns;       /* of the result at hand; NULL: none */
    duckdb_data_chunk chunk;             /* to be handed out; NULL: none */
    duckdb_prepared_statement statement; /* NULL: chunks pass unchanged */
    struct columns converted;            /* its columns */
    char **type_texts;
    uint64_t type_count;
    char *settings[SETTING_COUNT]; /* what `connection` has; NULL: its default */
};

/* ---- The table function ---- */

static void rows_bind(duckdb_bind_info info)
{
    const struct converter *converter = duckdb_bind_get_extra_info(info);
    struct buf name;

    if (converter->columns == NULL) {
        duckdb_bind_set_error(info, ROWS_FUNCTION "() belongs to the eider program");
        return;
    }
    buf_init(&name, 64);
    for (uint64_t i = 0; i < converter->columns->count; i++) {
        buf_clear(&name);
        buf_printf(&name, "c%llu", (unsigned long long)i);
        duckdb_bind_add_result_column(info, name.data, converter->columns->types[i]);
    }
    buf_done(&name);
}

static void rows_init(duckdb_init_info info)
{
    duckdb_init_set_max_threads(info, 1);
}

static void rows_function(duckdb_function_info info, duckdb_data_chunk output)
{
    struct converter *converter = duckdb_function_get_extra_info(info);
    duckdb_data_chunk chunk = converter->chunk;
    idx_t count = duckdb_data_chunk_get_column_count(output);

    converter->chunk = NULL;
    if (chunk == NULL || duckdb_data_chunk_get_column_count(chunk) != count) {
        duckdb_data_chunk_set_size(output, 0);
        return;
    }
    for (idx_t i = 0; i < count; i++)
        duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i),
                                       duckdb_data_chunk_get_vector(chunk, i));
    duckdb_data_chunk_set_size(output, duckdb_data_chunk_get_size(chunk));
}

static enum eider_status register_rows(struct converter *converter, struct eider_error *err)
{
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_state state;

    duckdb_table_function_set_name(function, ROWS_FUNCTION);
    duckdb_table_function_set_extra_info(function, converter, NULL);
    duckdb_table_function_set_bind(function, rows_bind);
    duckdb_table_function_set_init(function, rows_init);
    duckdb_table_function_set_function(function, rows_function);
    state = duckdb_register_table_function(converter->connection, function);
    duckdb_destroy_table_function(&function);
    if (state != DuckDBSuccess)
        return error_set(err, EIDER_ERROR_SQL, "DuckDB refuses the function " ROWS_FUNCTION);
    return EIDER_OK;
}

/* What decides about Arrow output, whatever the user has set for the database. */
static enum eider_status set_arrow_options(struct converter *converter, struct eider_error *err)
{
    static const char sql[] =
        "SET SESSION arrow_lossless_conversion = true; SET SESSION arrow_output_version = '1.0';"
        "SET SESSION arrow_large_buffer_size = false; SET SESSION arrow_output_list_view = false;"
        "SET SESSION produce_arrow_string_view = false";
    enum eider_status status = EIDER_OK;
    duckdb_result result = {0};

    if (duckdb_query(converter->connection, sql, &result) != DuckDBSuccess)
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return status;
}

enum eider_status converter_new(duckdb_database database, struct converter **ret, struct eider_error *err)
{
    struct converter *converter = calloc(1, sizeof(*converter));
    enum eider_status status;

    *ret = NULL;
    if (converter == NULL)
        return error_no_memory(err);
    if (duckdb_connect(database, &converter->connection) != DuckDBSuccess)
        status = error_set(err, EIDER_ERROR_SQL, "DuckDB gives no second connection");
    else if ((status = register_rows(converter, err)) == EIDER_OK)
        status = set_arrow_options(converter, err);
    if (status != EIDER_OK) {
        converter_free(converter);
        return status;
    }
    *ret = converter;
    return EIDER_OK;
}

void converter_end(struct converter *converter)
{
    if (converter == NULL)
        return;
    duckdb_destroy_prepare(&converter->statement);
    for (uint64_t i = 0; i < converter->converted.count; i++)
        duckdb_destroy_logical_type(&converter->converted.types[i]);
    free(converter->converted.types);
    converter->converted = (struct columns){0};
    for (uint64_t i = 0; i < converter->type_count; i++)
        free(converter->type_texts[i]);
    free(converter->type_texts);
    converter->type_texts = NULL;
    converter->type_count = 0;
    converter->columns = NULL;
}

void converter_free(struct converter *converter)
{
    if (converter == NULL)
        return;
    converter_end(converter);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        free(converter->settings[i]);
    duckdb_disconnect(&converter->connection);
    free(converter);
}

/* ---- Settings ---- */

/* The value of a setting on a connection, freed with duckdb_free; NULL if there is no such setting. */
static char *read_setting(duckdb_connection connection, const char *name)
{
    duckdb_client_context context = NULL;
    duckdb_value value;
    char *text = NULL;

    duckdb_connection_get_client_context(connection, &context);
    value = duckdb_client_context_get_config_option(context, name, NULL);
    if (value != NULL)
        text = duckdb_get_varchar(value);
    duckdb_destroy_value(&value);
    duckdb_destroy_client_context(&context);
    return text;
}

static enum eider_status apply_setting(struct converter *converter, size_t setting, const char *value,
                                       struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_result result = {0};
    struct buf sql;
    char *copy = strdup(value);

    buf_init(&sql, MAX_SQL_BYTES);
    buf_printf(&sql, "SET SESSION %s = ", setting_names[setting]);
    quote_string(&sql, (struct eider_str){value, (uint32_t)strlen(value)});
    if (sql.failed || copy == NULL)
        status = error_no_memory(err);
    else if (duckdb_query(converter->connection, sql.data, &result) != DuckDBSuccess)
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    buf_done(&sql);
    if (status != EIDER_OK) {
        free(copy);
        return status;
    }
    free(converter->settings[setting]);
    converter->settings[setting] = copy;
    return EIDER_OK;
}

enum eider_status converter_sync(struct converter *converter, duckdb_connection settings_of,
                                 struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (size_t i = 0; i < SETTING_COUNT && status == EIDER_OK; i++) {
        char *value = read_setting(settings_of, setting_names[i]);
        const char *have = converter->settings[i];
        char *read = have == NULL ? read_setting(converter->connection, setting_names[i]) : NULL;

        have = have == NULL ? read : have;
        if (value != NULL && (have == NULL || strcmp(have, value) != 0))
            status = apply_setting(converter, i, value, err);
        duckdb_free(read);
        duckdb_free(value);
    }
    return status;
}

/* ---- Types ---- */

bool converter_is_nested(duckdb_type id)
{
    return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP ||
           id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_UNION || id == DUCKDB_TYPE_VARIANT;
}

/* Destroys `type`. */
static bool child_holds(duckdb_logical_type type, duckdb_type id)
{
    bool holds = converter_type_holds(type, id);

    duckdb_destroy_logical_type(&type);
    return holds;
}

bool converter_type_holds(duckdb_logical_type type, duckdb_type id)
{
    duckdb_type own = duckdb_get_type_id(type);
    bool holds = own == id;

    if (own == DUCKDB_TYPE_LIST)
        holds = child_holds(duckdb_list_type_child_type(type), id);
    else if (own == DUCKDB_TYPE_ARRAY)
        holds = child_holds(duckdb_array_type_child_type(type), id);
    else if (own == DUCKDB_TYPE_MAP)
        holds = child_holds(duckdb_map_type_key_type(type), id) ||
                child_holds(duckdb_map_type_value_type(type), id);
    else if (own == DUCKDB_TYPE_STRUCT)
        for (idx_t i = 0; i < duckdb_struct_type_child_count(type) && !holds; i++)
            holds = child_holds(duckdb_struct_type_child_type(type, i), id);
    else if (own == DUCKDB_TYPE_UNION)
        for (idx_t i = 0; i < duckdb_union_type_member_count(type) && !holds; i++)
            holds = child_holds(duckdb_union_type_member_type(type, i), id);
    return holds;
}

/* Behind the quoted piece that starts at `text`. */
static const char *skip_quoted(const char *text)
{
    const char *end = strchr(text + 1, *text);

    return end == NULL ? text + strlen(text) : end + 1;
}

/*
 * The text of a type with VARCHAR for each ENUM:
 *     STRUCT(a ENUM('x', 'y)'), "ENUM(" INTEGER)[]  →  STRUCT(a VARCHAR, "ENUM(" INTEGER)[]
 */
static void put_without_enum(struct buf *out, const char *text)
{
    while (*text != '\0') {
        if (*text == '"' || *text == '\'') {
            const char *end = skip_quoted(text);

            buf_append(out, text, (size_t)(end - text));
            text = end;
        } else if (strncmp(text, "ENUM(", 5) == 0) {
            while (*text != '\0' && *text != ')')
                text = *text == '\'' ? skip_quoted(text) : text + 1;
            text += *text == ')';
            buf_puts(out, "VARCHAR");
        } else {
            buf_putc(out, *text++);
        }
    }
}

/* Appends the expression for a column. False if the column passes unchanged. */
static bool put_expression(struct buf *out, const struct converter *converter, enum conversion conversion,
                           uint64_t column)
{
    duckdb_logical_type type = converter->columns->types[column];
    duckdb_type id = duckdb_get_type_id(type);
    unsigned long long number = column;

    switch (conversion) {
    case CONVERT_ARROW:
        if (!converter_type_holds(type, DUCKDB_TYPE_ENUM)) {
            buf_printf(out, "c%llu", number);
            return false;
        }
        buf_printf(out, "CAST(c%llu AS ", number);
        put_without_enum(out, converter->type_texts[column]);
        buf_putc(out, ')');
        return true;
    case CONVERT_JSON:
        if (converter_is_nested(id) || id == DUCKDB_TYPE_FLOAT || id == DUCKDB_TYPE_DOUBLE) {
            buf_printf(out, "CAST(CAST(c%llu AS JSON) AS VARCHAR)", number);
            return true;
        }
        break;
    case CONVERT_TEXT:
        break;
    }
    buf_printf(out, "CAST(c%llu AS VARCHAR)", number);
    return id != DUCKDB_TYPE_VARCHAR;
}

/* ---- Preparing ---- */

/* Fills type_texts with what DESCRIBE says of the rows. */
static enum eider_status read_type_texts(struct converter *converter, struct eider_error *err)
{
    duckdb_result result = {0};
    enum eider_status status = EIDER_OK;
    uint64_t at = 0;

    converter->type_texts = calloc(converter->columns->count + 1, sizeof(char *));
    if (converter->type_texts == NULL)
        return error_no_memory(err);
    converter->type_count = converter->columns->count;
    if (duckdb_query(converter->connection, "DESCRIBE SELECT * FROM system.main." ROWS_FUNCTION "()",
                     &result) != DuckDBSuccess) {
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_result_error(&result));
    } else {
        duckdb_data_chunk chunk;

        while ((chunk = duckdb_fetch_chunk(result)) != NULL) {
            duckdb_string_t *texts = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1));

            for (idx_t i = 0; i < duckdb_data_chunk_get_size(chunk) && at < converter->type_count; i++, at++)
                converter->type_texts[at] =
                    strndup(duckdb_string_t_data(&texts[i]), duckdb_string_t_length(texts[i]));
            duckdb_destroy_data_chunk(&chunk);
        }
        for (uint64_t i = 0; i < converter->type_count; i++)
            if (converter->type_texts[i] == NULL)
                status = error_no_memory(err);
    }
    duckdb_destroy_result(&result);
    return status;
}

static enum eider_status prepare(struct converter *converter, const char *sql, struct eider_error *err)
{
    enum eider_status status;

    if (duckdb_prepare(converter->connection, sql, &converter->statement) == DuckDBSuccess)
        return EIDER_OK;
    status = error_set(err, EIDER_ERROR_SQL, "the result cannot be printed: %s",
                       duckdb_prepare_error(converter->statement));
    duckdb_destroy_prepare(&converter->statement);
    return status;
}

/* The columns that come out of the statement. */
static enum eider_status read_converted(struct converter *converter, struct eider_error *err)
{
    struct columns *converted = &converter->converted;

    if ((converted->types = calloc(converter->columns->count + 1, sizeof(duckdb_logical_type))) == NULL)
        return error_no_memory(err);
    converted->names = converter->columns->names;
    for (uint64_t i = 0; i < converter->columns->count; i++, converted->count++)
        converted->types[i] = duckdb_prepared_statement_column_logical_type(converter->statement, i);
    return EIDER_OK;
}

enum eider_status converter_begin(struct converter *converter, enum conversion conversion,
                                  const struct columns *columns, struct eider_error *err)
{
    enum eider_status status;
    bool changes = false;
    struct buf sql;

    converter_end(converter);
    converter->columns = columns;
    if ((status = read_type_texts(converter, err)) != EIDER_OK)
        return status;
    buf_init(&sql, MAX_SQL_BYTES);
    buf_puts(&sql, "SELECT ");
    for (uint64_t i = 0; i < columns->count; i++) {
        buf_puts(&sql, i > 0 ? ", " : "");
        changes |= put_expression(&sql, converter, conversion, i);
    }
    buf_puts(&sql, " FROM system.main." ROWS_FUNCTION "()");
    if (sql.failed)
        status = error_no_memory(err);
    else if (changes && (status = prepare(converter, sql.data, err)) == EIDER_OK)
        status = read_converted(converter, err);
    buf_done(&sql);
    return status;
}

const char *converter_type_text(const struct converter *converter, uint64_t column)
{
    return converter->type_texts[column];
}

const struct columns *converter_columns(const struct converter *converter)
{
    return converter->statement == NULL ? converter->columns : &converter->converted;
}

duckdb_arrow_options converter_arrow_options(const struct converter *converter)
{
    duckdb_arrow_options options = NULL;

    duckdb_connection_get_arrow_options(converter->connection, &options);
    return options;
}

/* ---- Running ---- */

enum eider_status converter_run(struct converter *converter, duckdb_data_chunk chunk, converter_take *take,
                                void *data, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_result result = {0};
    idx_t rows = 0;
    duckdb_data_chunk text;

    if (converter->statement == NULL)
        return take(data, chunk, err);
    converter->chunk = chunk;
    if (duckdb_execute_prepared(converter->statement, &result) != DuckDBSuccess) {
        status =
            error_set(err, EIDER_ERROR_SQL, "the result cannot be printed: %s", duckdb_result_error(&result));
    } else {
        while (status == EIDER_OK && (text = duckdb_fetch_chunk(result)) != NULL) {
            rows += duckdb_data_chunk_get_size(text);
            status = take(data, text, err);
            duckdb_destroy_data_chunk(&text);
        }
        if (status == EIDER_OK && rows != duckdb_data_chunk_get_size(chunk))
            status = error_set(err, EIDER_ERROR_INTERNAL, "rows were lost on the way to the output");
    }
    converter->chunk = NULL;
    duckdb_destroy_result(&result);
    return status;
}
