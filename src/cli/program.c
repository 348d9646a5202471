/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The eider program from command line to exit status: opens the output, the database, a session and the
 * tables, then runs the statements of each source in turn.
 *
 * Statuses: 0; 1 a statement failed or something named on the command line cannot be used; 2 the command line
 * is wrong; 130 and 143 after SIGINT and SIGTERM. If the reader of standard output went away the program ends
 * as others do then, by SIGPIPE, but only after everything is closed.
 */
#include "cli/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/runner.h"
#include "engine/settings.h"
#include "sqlgen/quote.h"

#define MAX_TEXT_BYTES ((size_t)1 << 20)

enum exit_status {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2
};

/*
 * A process may be started with 0, 1 or 2 closed: then the first file that is opened would take that number,
 * and rows or messages would go into it. A file that refuses to be written and read stands in.
 */
static void hold_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            break;
}

/* ---- Opening ---- */

static enum exit_status failed(const struct eider_error *error, enum exit_status status)
{
    report_error(NULL, error);
    return status;
}

static enum exit_status open_database(struct runner *runner)
{
    const char *path = runner->options->database;
    char *message = NULL;

    if (duckdb_open_ext(path, &runner->database, NULL, &message) != DuckDBSuccess) {
        struct eider_error error;

        error_set(&error, EIDER_ERROR_IO, "cannot open database '%s': %s",
                  path != NULL ? path : ":memory:", message != NULL ? message : "DuckDB gives no reason");
        duckdb_free(message);
        return failed(&error, EXIT_FAILED);
    }
    if (duckdb_connect(runner->database, &runner->connection) != DuckDBSuccess) {
        report_message("DuckDB gives no connection");
        return EXIT_FAILED;
    }
    return EXIT_OK;
}

static enum exit_status open_session(struct runner *runner)
{
    struct eider_cluster *cluster = NULL;
    struct eider_error error;
    enum eider_status status = EIDER_OK;

    if (runner->options->workers > 0)
        status = eider_cluster_new_local(runner->options->workers, &cluster, &error);
    if (status == EIDER_OK)
        status =
            eider_session_new(runner->database, runner->connection, cluster, NULL, &runner->session, &error);
    eider_cluster_unref(cluster);
    if (status == EIDER_OK) /* now, as the user may lock the configuration */
        status = converter_new(runner->database, &runner->converter, &error);
    return status == EIDER_OK ? EXIT_OK : failed(&error, EXIT_FAILED);
}

/* True if the text is a literal as SQL writes it: 'it''s'. */
static bool is_literal(const char *text, size_t bytes)
{
    if (bytes < 2 || text[0] != '\'' || text[bytes - 1] != '\'')
        return false;
    for (size_t i = 1; i + 1 < bytes; i++)
        if (text[i] == '\'' && text[++i] != '\'')
            return false;
    return true;
}

/* The value of a setting as a literal; one that is a literal already is not quoted twice. */
static void put_value(struct buf *sql, const char *value)
{
    size_t bytes = strlen(value);

    if (is_literal(value, bytes))
        buf_append(sql, value, bytes);
    else
        quote_string(sql, (struct eider_str){value, (uint32_t)bytes});
}

static enum exit_status apply_setting(struct runner *runner, const struct setting *setting)
{
    enum exit_status status = EXIT_OK;
    duckdb_result result = {0};
    struct settings settings;
    struct eider_error error;
    struct buf sql;

    buf_init(&sql, MAX_TEXT_BYTES);
    buf_puts(&sql, "SET ");
    (void)quote_identifier(&sql, (struct eider_str){setting->name, (uint32_t)strlen(setting->name)});
    buf_puts(&sql, " = ");
    put_value(&sql, setting->value);
    if (sql.failed || duckdb_query(runner->connection, sql.data, &result) != DuckDBSuccess) {
        error_set(&error, EIDER_ERROR_SQL, "setting %s: %s", setting->name,
                  sql.failed ? "too long" : duckdb_result_error(&result));
        status = failed(&error, EXIT_USAGE);
    } else if (strncasecmp(setting->name, "eider_", 6) == 0 &&
               settings_read(runner->connection, &settings, &error) != EIDER_OK) {
        status = failed(&error, EXIT_USAGE); /* DuckDB takes any value for them */
    } else if (converter_sync(runner->converter, runner->connection, &error) != EIDER_OK) {
        status = failed(&error, EXIT_FAILED);
    }
    duckdb_destroy_result(&result);
    buf_done(&sql);
    return status;
}

static enum exit_status open_tables(struct runner *runner)
{
    const struct options *options = runner->options;
    struct eider_error error;

    if (tables_create(runner->database, runner->connection, options->tables, options->table_count,
                      &runner->tables, &error) != EIDER_OK)
        return failed(&error, EXIT_FAILED);
    tables_warn(runner->tables);
    return EXIT_OK;
}

static enum exit_status open_all(struct runner *runner)
{
    const struct options *options = runner->options;
    enum exit_status status = open_database(runner);

    if (status == EXIT_OK)
        status = open_session(runner);
    for (size_t i = 0; i < options->setting_count && status == EXIT_OK; i++)
        status = apply_setting(runner, &options->settings[i]);
    return status == EXIT_OK && options->table_count > 0 ? open_tables(runner) : status;
}

static void close_all(struct runner *runner)
{
    converter_free(runner->converter);
    eider_session_free(runner->session);
    duckdb_disconnect(&runner->connection);
    duckdb_close(&runner->database);
}

/* ---- Running ---- */

static void prompt(bool started)
{
    const char *text = started ? "  ...> " : "eider> ";

    if (write(isatty(STDOUT_FILENO) ? STDOUT_FILENO : STDERR_FILENO, text, strlen(text)) < 0) {
        /* A prompt that nobody sees is no failure. */
    }
}

/* Whether the next statement has sense. */
static bool goes_on(const struct runner *runner, bool failed)
{
    return !(failed && runner->options->bail) && runner->output->error == 0 &&
           interrupt_exit_status(runner->interrupt) == 0;
}

static bool run_script(struct runner *runner, struct script *script, const char *place_name)
{
    struct place place = {.name = place_name};
    bool failed = false;

    script->stop_fd = interrupt_fd(runner->interrupt);
    while (goes_on(runner, failed)) {
        struct statement statement;
        struct eider_error error;
        enum eider_status status = script_next(script, &statement, &error);

        if (status == EIDER_OK && statement.text == NULL)
            break;
        tables_hint(runner->tables, NULL);
        /* A script that cannot be read is named by its message. */
        place.name = status == EIDER_ERROR_IO ? NULL : place_name;
        place.line = statement.line;
        if (status == EIDER_OK)
            status = runner_statement(runner, &statement, &error);
        if (status == EIDER_OK)
            status = output_flush(runner->output, &error);
        else
            output_flush(runner->output, NULL); /* rows come before the message */
        if (status == EIDER_OK || output_is_closed(runner->output))
            continue;
        failed = true;
        tables_hint(runner->tables, &error);
        if (runner->output->error == 0)
            report_error(&place, &error);
    }
    return !failed;
}

static bool run_stdin(struct runner *runner)
{
    struct script script;
    bool terminal = isatty(STDIN_FILENO) != 0, ok;

    script_open_stdin(&script);
    if (terminal) {
        fprintf(stderr, "Eider %s, DuckDB %s. A semicolon ends a statement, Ctrl-D the program.\n",
                eider_version(), eider_duckdb_version());
        script.prompt = prompt;
    }
    ok = run_script(runner, &script, terminal ? NULL : script.name);
    if (terminal)
        fputc('\n', stderr); /* the shell's own prompt starts a line */
    script_close(&script);
    return ok;
}

static bool run_source(struct runner *runner, const struct source *source)
{
    struct script script;
    struct eider_error error;
    enum eider_status status;
    bool ok;

    if (source->kind == SOURCE_FILE && strcmp(source->text, "-") == 0)
        return run_stdin(runner);
    if (source->kind == SOURCE_FILE)
        status = script_open_file(source->text, &script, &error);
    else
        status = script_open_text("-c", source->text, &script, &error);
    if (status != EIDER_OK) {
        report_error(NULL, &error);
        return false;
    }
    ok = run_script(runner, &script, source->kind == SOURCE_FILE ? source->text : NULL);
    script_close(&script);
    return ok;
}

static bool run_all(struct runner *runner)
{
    const struct options *options = runner->options;
    bool ok = true;

    for (size_t i = 0; i < options->source_count && goes_on(runner, !ok); i++)
        ok &= run_source(runner, &options->sources[i]);
    return options->source_count == 0 ? run_stdin(runner) : ok;
}

static bool is_interactive(const struct options *options)
{
    return options->source_count == 0 && isatty(STDIN_FILENO) != 0;
}

/* With the output open. */
static enum exit_status run(const struct options *options, struct output *output, int *ret_signal_status)
{
    struct runner runner = {.options = options, .output = output};
    enum exit_status status;

    if ((runner.interrupt = interrupt_new(is_interactive(options))) == NULL) {
        report_message("out of memory");
        return EXIT_FAILED;
    }
    status = open_all(&runner);
    if (status == EXIT_OK && !run_all(&runner))
        status = EXIT_FAILED;
    *ret_signal_status = interrupt_exit_status(runner.interrupt);
    if (*ret_signal_status != 0 && !is_interactive(options))
        report_message("interrupted");
    close_all(&runner);
    interrupt_free(runner.interrupt);
    return status;
}

static enum exit_status run_with_output(const struct options *options)
{
    struct output output;
    struct eider_error error;
    enum exit_status status;
    int signal_status = 0;

    if (output_open(options->output_path, &output, &error) != EIDER_OK)
        return failed(&error, EXIT_FAILED);
    status = run(options, &output, &signal_status);
    if (output_close(&output, &error) != EIDER_OK && !output_is_closed(&output))
        status = failed(&error, EXIT_FAILED);
    if (output_is_closed(&output)) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    return signal_status != 0 ? (enum exit_status)signal_status : status;
}

static enum exit_status print_text(struct buf *text)
{
    struct output output;
    struct eider_error error;
    enum eider_status status = output_open(NULL, &output, &error);

    if (status == EIDER_OK) {
        output_write(&output, text->data, text->size);
        status = output_close(&output, &error);
    }
    return status == EIDER_OK ? EXIT_OK : failed(&error, EXIT_FAILED);
}

int program_main(int argc, char *const *argv)
{
    struct options options;
    struct buf text;
    enum exit_status status;

    hold_standard_files();
    buf_init(&text, MAX_TEXT_BYTES);
    if (!options_parse(argc, argv, &options, &text)) {
        buf_puts(&text, "\ntry 'eider --help'");
        report_message(text.data);
        status = EXIT_USAGE;
    } else if (options.help) {
        options_help(&text);
        status = print_text(&text);
    } else if (options.version) {
        buf_printf(&text, "eider %s\nDuckDB %s\n", eider_version(), eider_duckdb_version());
        status = print_text(&text);
    } else {
        status = run_with_output(&options);
    }
    options_done(&options);
    buf_done(&text);
    return (int)status;
}
