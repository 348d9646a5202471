/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs statements and prints what they give.
 *
 * Queries are prepared, so that their verdict, plan and statistics can be asked for, and then streamed,
 * unless the format wants to know the number of rows. Other statements run at once; they print rows if they
 * have any (SHOW, CALL, RETURNING), and nothing otherwise, as in DuckDB's shell.
 */
#include "cli/runner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "base/lexer.h"

/* ---- Where rows come from ---- */

/* A materialised result, or a stream. */
struct rows {
    duckdb_result *result;
    struct eider_stream *stream; /* NULL: result */
    struct columns columns;
    uint64_t total; /* PRINT_ROWS_UNKNOWN: streamed */
};

static enum eider_status rows_open(struct rows *rows, struct eider_error *err)
{
    struct columns *columns = &rows->columns;
    uint64_t count =
        rows->stream != NULL ? eider_stream_column_count(rows->stream) : duckdb_column_count(rows->result);

    columns->names = calloc(count + 1, sizeof(*columns->names));
    columns->types = calloc(count + 1, sizeof(*columns->types));
    if (columns->names == NULL || columns->types == NULL)
        return error_no_memory(err);
    for (uint64_t i = 0; i < count; i++, columns->count++) {
        columns->names[i] = rows->stream != NULL ? eider_stream_column_name(rows->stream, i)
                                                 : duckdb_column_name(rows->result, i);
        columns->types[i] = rows->stream != NULL ? eider_stream_column_type(rows->stream, i)
                                                 : duckdb_column_logical_type(rows->result, i);
    }
    rows->total = rows->stream != NULL ? PRINT_ROWS_UNKNOWN : duckdb_row_count(rows->result);
    return EIDER_OK;
}

static void rows_close(struct rows *rows)
{
    for (uint64_t i = 0; i < rows->columns.count; i++)
        duckdb_destroy_logical_type(&rows->columns.types[i]);
    free(rows->columns.types);
    free(rows->columns.names);
}

/* *ret_chunk is NULL at the end. */
static enum eider_status rows_next(const struct rows *rows, duckdb_data_chunk *ret_chunk,
                                   struct eider_error *err)
{
    if (rows->stream != NULL)
        return eider_stream_next(rows->stream, ret_chunk, err);
    *ret_chunk = duckdb_fetch_chunk(*rows->result);
    return EIDER_OK;
}

/* ---- Printing ---- */

struct printing {
    const struct format *format;
    struct printer printer;
};

/* converter_take: a converted chunk goes to the format. */
static enum eider_status print_converted(void *data, duckdb_data_chunk chunk, struct eider_error *err)
{
    struct printing *printing = data;
    enum eider_status status;

    if (printing->printer.text != NULL)
        print_point(printing->printer.text, chunk);
    status = printing->format->rows(&printing->printer, chunk, err);
    printing->printer.row += duckdb_data_chunk_get_size(chunk);
    return status;
}

static enum eider_status print_chunk(struct runner *runner, struct printing *printing,
                                     duckdb_data_chunk chunk, struct eider_error *err)
{
    uint64_t count = duckdb_data_chunk_get_size(chunk);
    enum eider_status status;

    if (interrupt_is_cancelled(runner->interrupt))
        return error_set(err, EIDER_ERROR_CANCELLED, "cancelled");
    if (printing->format->skips != NULL && printing->format->skips(&printing->printer, count)) {
        printing->printer.row += count;
        return EIDER_OK;
    }
    status = converter_run(runner->converter, chunk, print_converted, printing, err);
    return status == EIDER_OK ? output_status(runner->output, err) : status;
}

static void measure_terminal(struct printer *printer)
{
    struct winsize size;

    printer->terminal = output_is_terminal(printer->output);
    printer->terminal_width = 80;
    if (printer->terminal && ioctl(printer->output->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        printer->terminal_width = size.ws_col;
}

static enum eider_status print_all(struct runner *runner, struct rows *rows, struct printing *printing,
                                   struct eider_error *err)
{
    enum eider_status status = printing->format->begin(&printing->printer, err);
    duckdb_data_chunk chunk = NULL;

    while (status == EIDER_OK && (status = rows_next(rows, &chunk, err)) == EIDER_OK && chunk != NULL) {
        status = print_chunk(runner, printing, chunk, err);
        duckdb_destroy_data_chunk(&chunk);
    }
    if (status == EIDER_OK)
        status = printing->format->end(&printing->printer, err);
    printing->format->done(&printing->printer);
    return status;
}

/* Prints the rows of a result or a stream, with the format of the command line. */
static enum eider_status print_rows(struct runner *runner, duckdb_result *result, struct eider_stream *stream,
                                    struct eider_error *err)
{
    struct rows rows = {.result = result, .stream = stream};
    struct printing printing = {.format = runner->options->format};
    struct printer *printer = &printing.printer;
    enum eider_status status = rows_open(&rows, err);

    if (status == EIDER_OK)
        status = converter_begin(runner->converter, printing.format->conversion, &rows.columns, err);
    if (status == EIDER_OK) {
        *printer = (struct printer){.output = runner->output,
                                    .columns = &rows.columns,
                                    .converter = runner->converter,
                                    .total_rows = rows.total};
        if (printing.format->conversion != CONVERT_ARROW &&
            (printer->text = calloc(rows.columns.count + 1, sizeof(*printer->text))) == NULL)
            status = error_no_memory(err);
        measure_terminal(printer);
    }
    if (status == EIDER_OK)
        status = print_all(runner, &rows, &printing, err);
    free(printer->text);
    converter_end(runner->converter);
    rows_close(&rows);
    return status;
}

/* ---- EXPLAIN ---- */

/* DuckDB's shell gives plans of these kinds a title. */
static const char *plan_title(const char *key)
{
    static const char *const titles[][2] = {{"physical_plan", "      Physical Plan      "},
                                            {"logical_plan", "Unoptimized Logical Plan "},
                                            {"logical_opt", " Optimized Logical Plan  "}};

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
        if (strcmp(titles[i][0], key) == 0)
            return titles[i][1];
    return NULL;
}

static void put_plan(struct output *output, const char *key, const char *value)
{
    /* Trees of boxes have a title; a plan as JSON, or Eider's own, is for itself. */
    const char *title = strncmp(value, "┌", strlen("┌")) == 0 ? plan_title(key) : NULL;
    size_t bytes = strlen(value);

    if (title != NULL) {
        output_puts(output, "\n┌─────────────────────────────┐\n│┌───────────────────────────┐│\n││ ");
        output_puts(output, title);
        output_puts(output, " ││\n│└───────────────────────────┘│\n└─────────────────────────────┘\n");
    }
    output_write(output, value, bytes);
    if (bytes > 0 && value[bytes - 1] != '\n')
        output_putc(output, '\n');
}

/* explain_key and explain_value, both text. */
static bool is_explain_result(duckdb_result *result)
{
    return duckdb_column_count(result) == 2 && duckdb_column_type(result, 0) == DUCKDB_TYPE_VARCHAR &&
           duckdb_column_type(result, 1) == DUCKDB_TYPE_VARCHAR;
}

static enum eider_status print_explain(struct runner *runner, duckdb_result *result, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    duckdb_data_chunk chunk;

    while (status == EIDER_OK && (chunk = duckdb_fetch_chunk(*result)) != NULL) {
        struct text_column text[2];

        print_point(text, chunk);
        for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk) && status == EIDER_OK; row++) {
            struct cell key = print_cell(&text[0], row), value = print_cell(&text[1], row);
            char *key_text = strndup(key.data != NULL ? key.data : "", key.size);
            char *value_text = strndup(value.data != NULL ? value.data : "", value.size);

            if (key_text == NULL || value_text == NULL)
                status = error_no_memory(err);
            else
                put_plan(runner->output, key_text, value_text);
            free(key_text);
            free(value_text);
        }
        duckdb_destroy_data_chunk(&chunk);
    }
    return status;
}

/* ---- Statements ---- */

/*
 * DuckDB's refusal of a statement that is not going to run, so that a wrong name is no reason why a query "is
 * not distributed". What DuckDB can only prepare after running a part of it (PIVOT) passes.
 */
static enum eider_status check_statement(struct runner *runner, const char *sql, struct eider_error *err)
{
    duckdb_extracted_statements statements = NULL;
    duckdb_prepared_statement prepared = NULL;
    idx_t count = duckdb_extract_statements(runner->connection, sql, &statements);
    enum eider_status status = EIDER_OK;

    if (count == 0 && duckdb_extract_statements_error(statements) != NULL)
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_extract_statements_error(statements));
    else if (count == 1 && duckdb_prepare_extracted_statement(runner->connection, statements, 0, &prepared) !=
                               DuckDBSuccess)
        status = error_set(err, EIDER_ERROR_SQL, "%s", duckdb_prepare_error(prepared));
    duckdb_destroy_prepare(&prepared);
    duckdb_destroy_extracted(&statements);
    return status;
}

static enum eider_status not_distributed(const struct eider_query *query, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_NOT_DISTRIBUTED, "the query is not distributed (%s): %s",
                     eider_query_verdict_kind(query), eider_query_verdict(query));
}

/* Of a query that has started: what its tasks turn out not to be able to say in SQL is run on DuckDB alone. */
static enum eider_status check_distributed(const struct runner *runner, const struct eider_query *query,
                                           struct eider_error *err)
{
    if (!runner->options->require_distributed || eider_query_is_distributed(query))
        return EIDER_OK;
    return not_distributed(query, err);
}

static enum eider_status run_streamed(struct runner *runner, struct eider_query *query,
                                      struct eider_error *err)
{
    struct eider_stream *stream = NULL;
    enum eider_status status = eider_query_stream(query, &stream, err);

    if (status != EIDER_OK)
        return status;
    if ((status = check_distributed(runner, query, err)) == EIDER_OK)
        status = print_rows(runner, NULL, stream, err);
    eider_stream_close(stream);
    return status;
}

static enum eider_status run_materialized(struct runner *runner, struct eider_query *query,
                                          struct eider_error *err)
{
    duckdb_result result;
    enum eider_status status = eider_query_run(query, &result, err);

    if (status != EIDER_OK)
        return status;
    if ((status = check_distributed(runner, query, err)) == EIDER_OK)
        status = print_rows(runner, &result, NULL, err);
    duckdb_destroy_result(&result);
    return status;
}

static enum eider_status run_prepared(struct runner *runner, const struct statement *statement,
                                      struct eider_query *query, struct eider_error *err)
{
    const struct options *options = runner->options;
    enum eider_status status = EIDER_OK;

    if (interrupt_is_cancelled(runner->interrupt))
        return error_set(err, EIDER_ERROR_CANCELLED, "cancelled");
    if (!eider_query_is_distributed(query) && (options->require_distributed || options->show_plan)) {
        if ((status = check_statement(runner, statement->text, err)) != EIDER_OK)
            return status;
        if (options->require_distributed)
            status = not_distributed(query, err);
    }
    if (status == EIDER_OK && options->show_plan)
        put_plan(runner->output, "", eider_query_explain(query));
    else if (status == EIDER_OK && options->format->streams)
        status = run_streamed(runner, query, err);
    else if (status == EIDER_OK)
        status = run_materialized(runner, query, err);
    if (options->stats && status == EIDER_OK)
        report_stats(query);
    return status;
}

static enum eider_status run_query(struct runner *runner, const struct statement *statement,
                                   struct eider_error *err)
{
    struct eider_query *query = NULL;
    enum eider_status status = eider_prepare(runner->session, statement->text, &query, err);

    if (status == EIDER_OK)
        status = run_prepared(runner, statement, query, err);
    eider_query_free(query);
    return status;
}

/* Statistics are those of statements that have, or store, the rows of a query. */
static enum eider_status run_whole(struct runner *runner, const struct statement *statement, bool stats,
                                   duckdb_result *ret_result, struct eider_error *err)
{
    struct eider_query *query = NULL;
    enum eider_status status = eider_prepare(runner->session, statement->text, &query, err);

    if (status == EIDER_OK && interrupt_is_cancelled(runner->interrupt))
        status = error_set(err, EIDER_ERROR_CANCELLED, "cancelled");
    if (status == EIDER_OK)
        status = eider_query_run(query, ret_result, err);
    if (status == EIDER_OK && stats && runner->options->stats)
        report_stats(query);
    eider_query_free(query);
    return status;
}

static enum eider_status run_other(struct runner *runner, const struct statement *statement,
                                   enum statement_kind kind, struct eider_error *err)
{
    duckdb_result result;
    enum eider_status status = run_whole(runner, statement, kind == STATEMENT_WRITE, &result, err);
    bool rows, explain = kind == STATEMENT_EXPLAIN;

    if (status != EIDER_OK)
        return status;
    rows = duckdb_result_return_type(result) == DUCKDB_RESULT_TYPE_QUERY_RESULT &&
           duckdb_column_count(&result) > 0;
    explain = explain && runner->options->format != &format_arrow && is_explain_result(&result);
    status = converter_sync(runner->converter, runner->connection, err); /* it may have been a SET */
    if (status == EIDER_OK && explain)
        status = print_explain(runner, &result, err);
    else if (status == EIDER_OK && rows)
        status = print_rows(runner, &result, NULL, err);
    duckdb_destroy_result(&result);
    return status;
}

/* What no statement may hold. */
static enum eider_status check_text(const struct statement *statement, struct eider_error *err)
{
    const char *nul = memchr(statement->text, '\0', statement->bytes);
    duckdb_error_data invalid;

    if (nul != NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "the statement holds a NUL byte, its byte %zu",
                         (size_t)(nul - statement->text) + 1);
    if ((invalid = duckdb_valid_utf8_check(statement->text, statement->bytes)) == NULL)
        return EIDER_OK;
    duckdb_destroy_error_data(&invalid);
    return error_set(err, EIDER_ERROR_ARGUMENT, "the statement is no valid UTF-8");
}

enum eider_status runner_statement(struct runner *runner, const struct statement *statement,
                                   struct eider_error *err)
{
    enum eider_status status = check_text(statement, err);
    struct statement_class class;

    if (status != EIDER_OK)
        return status;
    lexer_classify(statement->text, statement->bytes, &class);
    interrupt_begin(runner->interrupt, runner->session);
    if (class.kind == STATEMENT_QUERY)
        status = run_query(runner, statement, err);
    else if (class.kind != STATEMENT_BLANK)
        status = run_other(runner, statement, class.kind, err);
    interrupt_end(runner->interrupt);
    return status;
}
