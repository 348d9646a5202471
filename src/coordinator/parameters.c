/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of queries. DuckDB serialises no plan with parameters, so the text that is planned has a variable in the place of
 * each one: while DuckDB plans, it replaces getvariable('…') by the variable's value, as it does with the parameters of a
 * statement that it plans again for its values. So values of all types arrive as they are, without being written as SQL:
 *
 *     SELECT k + $1 FROM t
 *     SELECT k + CAST(system.main.getvariable('eider_parameter_1') AS BIGINT) FROM t
 *
 * The cast is there for integers, which without it would be literals that take any width; a parameter has the type of its
 * value. Text is the other way: as a parameter it is a literal to DuckDB, unless DuckDB does not have to plan again.
 *
 * What differs is the names that DuckDB makes of expressions. Those of the result are put right; where others could show
 * (a row as a STRUCT, UNPIVOT, COLUMNS(…), a "$1" that refers to one) the query is not distributed. DuckDB prepares the statement
 * first, so one that it refuses with parameters is not planned at all.
 *
 * Threads: the session's. The variables are removed again whatever happens.
 */
#include "coordinator/parameters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/parameters.h"
#include "base/tokens.h"
#include "coordinator/session.h"
#include "engine/gate.h"

#define VARIABLE       "eider_parameter_"
#define MAX_TEXT_BYTES ((size_t)512 << 20)

/* ---- Finding them ---- */

static bool word_is(const char *text, size_t bytes, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == bytes && strncasecmp(text, *words, bytes) == 0)
            return true;
    return false;
}

/* COLUMNS(…), * LIKE '…', "(k + $1)": columns that are found by names that DuckDB made. */
static bool looks_at_names(const char *sql)
{
    static const char *const columns[] = {"columns", NULL};
    static const char *const patterns[] = {"like", "ilike", "similar", "glob", "not", NULL};
    struct lexer lexer = {0};
    bool star = false;

    for (;;) {
        enum lexer_state state = lexer.state;
        size_t start = lexer.position, bytes;
        enum token token = lexer_token(&lexer, sql, strlen(sql), true);

        bytes = lexer.position - start;
        if (token == TOKEN_END)
            return false;
        if (token == TOKEN_BLANK)
            continue;
        if (token == TOKEN_WORD &&
            (word_is(sql + start, bytes, columns) || (star && word_is(sql + start, bytes, patterns))))
            return true;
        if (state == LEXER_START && sql[start] == '"' && memchr(sql + start, '$', bytes) != NULL)
            return true;
        star = sql[start] == '*';
    }
}

static bool is_named(const struct query_parameter *parameter, const char *name, size_t bytes)
{
    return strlen(parameter->name) == bytes && strncasecmp(parameter->name, name, bytes) == 0;
}

/* The number that a name is, at most `max`; 0: it is none. */
static uint64_t number_of(const char *name, size_t bytes, uint64_t max)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes; i++) {
        if (name[i] < '0' || name[i] > '9' || number > max)
            return 0;
        number = 10 * number + (uint64_t)(name[i] - '0');
    }
    return number <= max ? number : 0;
}

/* $7 is the seventh unless numbers are left out: a statement with thousands of them is not searched for each. */
static bool find_index(const struct query_parameters *parameters, const char *name, size_t bytes,
                       uint64_t *ret)
{
    uint64_t number = number_of(name, bytes, parameters->count);

    if (number > 0 && is_named(&parameters->items[number - 1], name, bytes)) {
        *ret = number - 1;
        return true;
    }
    for (uint64_t i = 0; i < parameters->count; i++) {
        if (is_named(&parameters->items[i], name, bytes)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static uint32_t count_uses(const char *sql)
{
    struct lexer lexer = {0};
    struct parameter_token token;
    uint32_t count = 0;

    while (lexer_parameter(&lexer, sql, strlen(sql), &token))
        count++;
    return count;
}

/* Which parameter each place has. ? is the next number; how it counts beside $2 is not known here. */
static void resolve_uses(struct eider_query *query)
{
    struct query_parameters *parameters = &query->parameters;
    uint64_t seen = 0, numbered = 0, positional = 0;
    struct parameter_token token;
    struct lexer lexer = {0};

    for (uint32_t i = 0; i < parameters->use_count; i++) {
        struct query_parameter_use *use = &parameters->uses[i];

        (void)lexer_parameter(&lexer, query->sql, strlen(query->sql), &token);
        use->start = token.start;
        use->end = token.end;
        if (query->sql[token.start] == '?' && token.end == token.start + 1) {
            use->index = positional++;
        } else {
            numbered++;
            if (!find_index(parameters, query->sql + token.start + 1, token.end - token.start - 1,
                            &use->index))
                parameters->obstacle = "the parameters are not those that DuckDB finds";
        }
        seen = use->index >= seen ? use->index + 1 : seen;
    }
    if (positional > 0 && numbered > 0)
        parameters->obstacle = "there are parameters with and without a number";
    else if (seen != parameters->count)
        parameters->obstacle = "the parameters are not those that DuckDB finds";
    else if (looks_at_names(query->sql))
        parameters->obstacle = "the statement looks at the names of columns, which parameters may be part of";
}

static duckdb_type type_in_context(duckdb_prepared_statement statement, uint64_t index)
{
    duckdb_logical_type type = duckdb_param_logical_type(statement, index);
    char *alias = type == NULL ? NULL : duckdb_logical_type_get_alias(type);
    duckdb_type id = type == NULL || alias != NULL ? DUCKDB_TYPE_INVALID : duckdb_get_type_id(type);

    duckdb_free(alias);
    duckdb_destroy_logical_type(&type);
    return id;
}

static bool take_parameters(struct eider_query *query, duckdb_prepared_statement statement)
{
    struct query_parameters *parameters = &query->parameters;
    uint64_t count = duckdb_nparams(statement);

    parameters->items = arena_alloc_array(query->arena, count, sizeof(*parameters->items));
    parameters->values = arena_alloc_array(query->arena, count, sizeof(duckdb_value));
    parameters->uses = arena_alloc_array(query->arena, parameters->use_count, sizeof(*parameters->uses));
    if (parameters->items == NULL || parameters->values == NULL || parameters->uses == NULL)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        const char *name = duckdb_parameter_name(statement, i + 1);

        parameters->items[i].name = name == NULL ? NULL : arena_strndup(query->arena, name, strlen(name));
        parameters->items[i].type = type_in_context(statement, i + 1);
        duckdb_free((void *)name);
        if (parameters->items[i].name == NULL)
            return false;
    }
    parameters->count = count;
    return true;
}

enum eider_status parameters_find(struct eider_query *query, struct eider_error *err)
{
    struct query_parameters *parameters = &query->parameters;
    duckdb_prepared_statement statement = NULL;
    enum eider_status status = EIDER_OK;

    if ((parameters->use_count = count_uses(query->sql)) == 0)
        return EIDER_OK;
    if (gate_prepare(query->session->connection, query->sql, &statement) != DuckDBSuccess)
        parameters->obstacle = "DuckDB refuses the statement with parameters";
    else if (duckdb_nparams(statement) == 0)
        parameters->use_count = 0;
    else if (take_parameters(query, statement))
        resolve_uses(query);
    else
        status = error_no_memory(err);
    duckdb_destroy_prepare(&statement);
    return status;
}

void parameters_done(struct query_parameters *parameters)
{
    for (uint64_t i = 0; i < parameters->count; i++)
        duckdb_destroy_value(&parameters->values[i]);
}

/* ---- The text that is planned ---- */

static duckdb_type value_type(duckdb_value value)
{
    return duckdb_get_type_id(duckdb_get_value_type(value));
}

/* Values of a type of which there are several: whether it is the context's is not looked into. */
static bool is_one_of_many(duckdb_type type)
{
    return type == DUCKDB_TYPE_DECIMAL || type == DUCKDB_TYPE_ENUM || type == DUCKDB_TYPE_LIST ||
           type == DUCKDB_TYPE_STRUCT || type == DUCKDB_TYPE_MAP || type == DUCKDB_TYPE_ARRAY ||
           type == DUCKDB_TYPE_UNION;
}

/* DuckDB plans a statement again for its values unless all have the types of their contexts. */
static bool is_planned_again(const struct query_parameters *parameters, bool *ret_certain)
{
    *ret_certain = true;
    for (uint64_t i = 0; i < parameters->count; i++) {
        duckdb_type type = value_type(parameters->values[i]);
        if (type != parameters->items[i].type) {
            *ret_certain = true;
            return true;
        }
        *ret_certain = *ret_certain && !is_one_of_many(type);
    }
    return false;
}

static bool has_text(const struct query_parameters *parameters)
{
    for (uint64_t i = 0; i < parameters->count; i++)
        if (value_type(parameters->values[i]) == DUCKDB_TYPE_VARCHAR)
            return true;
    return false;
}

/* What the variable is cast to; NULL: nothing. */
static const char *cast_of(const struct query_parameters *parameters, uint64_t index)
{
    switch ((int)value_type(parameters->values[index])) {
    case DUCKDB_TYPE_TINYINT:
        return "TINYINT";
    case DUCKDB_TYPE_SMALLINT:
        return "SMALLINT";
    case DUCKDB_TYPE_INTEGER:
        return "INTEGER";
    case DUCKDB_TYPE_BIGINT:
        return "BIGINT";
    case DUCKDB_TYPE_HUGEINT:
        return "HUGEINT";
    case DUCKDB_TYPE_UTINYINT:
        return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT:
        return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER:
        return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT:
        return "UBIGINT";
    case DUCKDB_TYPE_UHUGEINT:
        return "UHUGEINT";
    case DUCKDB_TYPE_SQLNULL:
        return "\"NULL\"";
    case DUCKDB_TYPE_VARCHAR:
        return parameters->planned_again ? NULL : "VARCHAR";
    default:
        return NULL;
    }
}

/* How a variable is written in the text, and in names: there DuckDB quotes some types. */
struct spelling {
    const char *schema, *quote;
};

static void put_variable(struct buf *out, const struct query_parameters *parameters, uint64_t index,
                         const struct spelling *spelling)
{
    const char *cast = cast_of(parameters, index);

    buf_printf(out, "%s%s.main.getvariable('" VARIABLE "%llu')", cast != NULL ? "CAST(" : "",
               spelling->schema, (unsigned long long)index + 1);
    if (cast != NULL)
        buf_printf(out, " AS %s%s%s)", spelling->quote, cast, spelling->quote);
}

const char *parameters_text(struct eider_query *query, size_t start, size_t end)
{
    const struct query_parameters *parameters = &query->parameters;
    static const struct spelling written = {"system", ""};
    const char *text;
    struct buf out;

    buf_init(&out, MAX_TEXT_BYTES);
    for (uint32_t i = 0; i < parameters->use_count; i++) {
        const struct query_parameter_use *use = &parameters->uses[i];

        if (use->start < start || use->end > end)
            continue;
        buf_append(&out, query->sql + start, use->start - start);
        buf_putc(&out, ' ');
        put_variable(&out, parameters, use->index, &written);
        buf_putc(&out, ' ');
        start = use->end;
    }
    buf_append(&out, query->sql + start, end - start);
    text = out.failed ? NULL : arena_strndup(query->arena, out.data, out.size);
    buf_done(&out);
    return text;
}

/* What stands around the query of a statement that stores its rows is DuckDB's to read. */
static bool is_around_query(const struct eider_query *query, const struct query_parameter_use *use)
{
    const struct statement_class *statement = &query->statement;

    return statement->query_end > 0 && (use->start < statement->query || use->end > statement->query_end);
}

bool parameters_ready(struct eider_query *query)
{
    struct query_parameters *parameters = &query->parameters;
    bool certain;

    if (parameters->use_count == 0)
        return true;
    if (parameters->obstacle != NULL)
        return verdict_no(&query->verdict, VERDICT_PARAMETER, "%s", parameters->obstacle);
    for (uint64_t i = 0; i < parameters->count; i++)
        if (parameters->values[i] == NULL)
            return verdict_no(&query->verdict, VERDICT_PARAMETER, "the parameter $%.100s has no value yet",
                              parameters->items[i].name);
    for (uint32_t i = 0; i < parameters->use_count; i++)
        if (is_around_query(query, &parameters->uses[i]))
            return verdict_no(&query->verdict, VERDICT_PARAMETER,
                              "the statement has parameters outside of its query");
    parameters->planned_again = is_planned_again(parameters, &certain);
    if (has_text(parameters) && !parameters->planned_again && !certain)
        return verdict_no(&query->verdict, VERDICT_PARAMETER,
                          "whether DuckDB takes text for a literal depends on the type of another value");
    return true;
}

enum eider_status parameters_enter(struct eider_query *query, struct run *run, struct eider_error *err)
{
    const struct query_parameters *parameters = &query->parameters;
    struct eider_error why = {.status = EIDER_OK};
    enum eider_status status = EIDER_OK;

    for (uint64_t i = 0; i < parameters->count && status == EIDER_OK; i++) {
        struct run_bound bound = {.values = &parameters->values[i], .count = 1};
        duckdb_result result;
        char text[64];

        snprintf(text, sizeof(text), "SET VARIABLE " VARIABLE "%llu = $1", (unsigned long long)i + 1);
        bound.sql = text;
        status = run_execute_bound(run, query->session->connection, &bound, RUN_MATERIALIZE, &result, &why);
        if (status == EIDER_OK)
            duckdb_destroy_result(&result);
    }
    if (status == EIDER_ERROR_SQL) {
        verdict_no(&query->verdict, VERDICT_PARAMETER, "DuckDB makes no variable of a value: %.150s",
                   why.message);
        return EIDER_OK;
    }
    if (status != EIDER_OK && err != NULL)
        *err = why;
    return status;
}

void parameters_leave(struct eider_query *query)
{
    for (uint64_t i = 0; i < query->parameters.count; i++) {
        duckdb_result result;
        char text[64];

        snprintf(text, sizeof(text), "RESET VARIABLE " VARIABLE "%llu", (unsigned long long)i + 1);
        (void)gate_query(query->session->connection, text, &result);
        duckdb_destroy_result(&result);
    }
}

/* ---- Names ---- */

static bool holds(const char *text, size_t bytes, const char *part)
{
    return memmem(text, bytes, part, strlen(part)) != NULL;
}

void parameters_check_plan(struct eider_query *query, const char *json, size_t bytes)
{
    static const char *const shown[] = {"alias", "name", "sql", NULL};
    const char *key = json, *end = json + bytes, *c = json;
    size_t key_bytes = 0;

    if (query->parameters.count == 0 || !holds(json, bytes, VARIABLE))
        return;
    while ((c = memchr(c, '"', (size_t)(end - c))) != NULL) {
        const char *start = ++c;

        while (c < end && *c != '"')
            c += *c == '\\' && c + 1 < end ? 2 : 1;
        if (c >= end)
            break;
        if (c + 1 < end && c[1] == ':') {
            key = start;
            key_bytes = (size_t)(c - start);
        } else if (holds(start, (size_t)(c - start), VARIABLE) && !word_is(key, key_bytes, shown)) {
            verdict_no(&query->verdict, VERDICT_PARAMETER,
                       "the name of an expression with a parameter may show in values");
            return;
        }
        c++;
    }
}

/* The bytes that parameter `index` has at the start of a name; 0 if it does not stand there. */
static size_t shown_bytes(const struct query_parameters *parameters, uint64_t index, struct eider_str name)
{
    static const struct spelling shown[] = {{"\"system\"", ""}, {"\"system\"", "\""}};
    size_t bytes = 0;
    struct buf text;

    buf_init(&text, 256);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]) && bytes == 0; i++) {
        buf_clear(&text);
        put_variable(&text, parameters, index, &shown[i]);
        if (!text.failed && name.size >= text.size && memcmp(name.data, text.data, text.size) == 0)
            bytes = text.size;
    }
    buf_done(&text);
    return bytes;
}

static void put_name(struct buf *out, const struct query_parameters *parameters, struct eider_str name)
{
    while (name.size > 0) {
        uint64_t index = 0;
        size_t bytes = 0;

        if (name.data[0] == 'C' || name.data[0] == '"')
            while (index < parameters->count && (bytes = shown_bytes(parameters, index, name)) == 0)
                index++;
        if (bytes > 0)
            buf_printf(out, "$%s", parameters->items[index].name);
        else
            buf_putc(out, name.data[0]);
        bytes = bytes > 0 ? bytes : 1;
        name.data += bytes;
        name.size -= (uint32_t)bytes;
    }
}

enum eider_status parameters_name_columns(struct eider_query *query, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; i < query->columns.count && query->parameters.count > 0 && status == EIDER_OK; i++) {
        struct eider_str *name = &query->columns.items[i].name;
        struct buf out;

        if (!holds(name->data, name->size, VARIABLE))
            continue;
        buf_init(&out, MAX_TEXT_BYTES);
        put_name(&out, &query->parameters, *name);
        *name = str_make(query->arena, out.data, out.size);
        if (out.failed || arena_failed(query->arena))
            status = error_no_memory(err);
        else if (holds(name->data, name->size, VARIABLE))
            verdict_no(&query->verdict, VERDICT_PARAMETER, "the name of a column is not understood: %.150s",
                       name->data);
        buf_done(&out);
    }
    return status;
}

/* ---- The public functions ---- */

uint64_t eider_query_parameter_count(const struct eider_query *query)
{
    return handle_is_alive(query, HANDLE_QUERY) ? query->parameters.count : 0;
}

const char *eider_query_parameter_name(const struct eider_query *query, uint64_t index)
{
    return index == 0 || index > eider_query_parameter_count(query) ? NULL
                                                                    : query->parameters.items[index - 1].name;
}

/* DuckDB's C API copies values only on their way into others. NULL: it does not take one. */
static duckdb_value copy_value(duckdb_value value)
{
    duckdb_value list = duckdb_create_list_value(duckdb_get_value_type(value), &value, 1);
    duckdb_value copy = list == NULL ? NULL : duckdb_get_list_child(list, 0);

    duckdb_destroy_value(&list);
    return copy;
}

static enum eider_status set_value(struct eider_query *query, uint64_t index, duckdb_value value,
                                   struct eider_error *err)
{
    struct query_parameters *parameters = &query->parameters;
    duckdb_value copy;

    if (query->ran)
        return error_set(err, EIDER_ERROR_ARGUMENT, "this query has been run; prepare it again");
    if (value == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "the value is NULL; duckdb_create_null_value makes one");
    if ((copy = copy_value(value)) == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "a value of this type cannot be bound");
    duckdb_destroy_value(&parameters->values[index]);
    parameters->values[index] = copy;
    parameters->changed = true;
    return EIDER_OK;
}

enum eider_status eider_query_bind(struct eider_query *query, uint64_t index, duckdb_value value,
                                   struct eider_error *err)
{
    enum eider_status status = query_check(query, "eider_query_bind", err);

    if (status != EIDER_OK)
        return status;
    if (index == 0 || index > query->parameters.count)
        return error_set(err, EIDER_ERROR_ARGUMENT, "there is no parameter %llu; the statement has %llu",
                         (unsigned long long)index, (unsigned long long)query->parameters.count);
    return set_value(query, index - 1, value, err);
}

enum eider_status eider_query_bind_name(struct eider_query *query, const char *name, duckdb_value value,
                                        struct eider_error *err)
{
    enum eider_status status = query_check(query, "eider_query_bind_name", err);
    uint64_t index;

    if (status != EIDER_OK)
        return status;
    if (name == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_query_bind_name: name is NULL");
    if (!find_index(&query->parameters, name, strlen(name), &index))
        return error_set(err, EIDER_ERROR_ARGUMENT, "there is no parameter $%.100s", name);
    return set_value(query, index, value, err);
}
