/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the program: what --require-distributed lets pass, and what is never given to DuckDB. */
#include "cli/runner.h"
#include "unit/session_fixture.h"

struct lab {
    struct fixture f;
    struct options options;
    struct output output;
    struct runner runner;
};

static char output_path[] = "/tmp/eider-runner-XXXXXX";

static void open_lab(struct lab *lab)
{
    memset(lab, 0, sizeof(*lab));
    fixture_open(&lab->f, 4);
    lab->options.format = &format_csv;
    lab->runner = (struct runner){.options = &lab->options,
                                  .output = &lab->output,
                                  .interrupt = interrupt_new(false),
                                  .database = lab->f.database,
                                  .connection = lab->f.connection,
                                  .session = lab->f.session};
    assert_non_null(lab->runner.interrupt);
    assert_int_equal(converter_new(lab->f.database, &lab->runner.converter, &lab->f.err), EIDER_OK);
    close(mkstemp(output_path));
    assert_int_equal(output_open(output_path, &lab->output, &lab->f.err), EIDER_OK);
}

static void close_lab(struct lab *lab)
{
    converter_free(lab->runner.converter);
    interrupt_free(lab->runner.interrupt);
    fixture_close(&lab->f);
    unlink(output_path);
    memcpy(strrchr(output_path, '-'), "-XXXXXX", 7);
}

static enum eider_status run_bytes(struct lab *lab, char *text, size_t bytes)
{
    const struct statement statement = {.text = text, .bytes = bytes, .line = 1};

    memset(&lab->f.err, 0, sizeof(lab->f.err));
    return runner_statement(&lab->runner, &statement, &lab->f.err);
}

static enum eider_status run(struct lab *lab, const char *text)
{
    char *copy = strdup(text);
    enum eider_status status;

    assert_non_null(copy);
    status = run_bytes(lab, copy, strlen(copy));
    free(copy);
    return status;
}

static void assert_printed(struct lab *lab, const char *expected)
{
    char text[256] = "";
    FILE *file;

    assert_int_equal(output_close(&lab->output, &lab->f.err), EIDER_OK);
    assert_non_null(file = fopen(output_path, "r"));
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void distribution_can_be_required(void **unused)
{
    struct lab lab;

    (void)unused;
    open_lab(&lab);
    lab.options.require_distributed = true;
    assert_int_equal(run(&lab, "SELECT random()"), EIDER_ERROR_NOT_DISTRIBUTED);
    assert_int_equal(lab.f.err.status, EIDER_ERROR_NOT_DISTRIBUTED);
    assert_non_null(strstr(lab.f.err.message, "the query is not distributed (volatile_function): "));
    assert_false(eider_status_is_retryable(lab.f.err.status));
    assert_int_equal(run(&lab, "SELECT nothing FROM t"), EIDER_ERROR_SQL); /* DuckDB's refusal comes first */
    assert_non_null(strstr(lab.f.err.message, "Binder Error"));
    assert_int_equal(run(&lab, "CREATE TABLE u AS SELECT 1 AS a"), EIDER_OK); /* no query */
    assert_int_equal(run(&lab, "SELECT sum(v) AS s FROM t"), EIDER_OK);
    lab.options.require_distributed = false;
    assert_int_equal(run(&lab, "SELECT random() < 2 AS small"), EIDER_OK);
    assert_printed(&lab, "s\n449985000\nsmall\ntrue\n");
    close_lab(&lab);
}

static void bytes_that_are_no_text_are_refused(void **unused)
{
    char nul[] = "SELECT 1\0, 2", latin[] = "SELECT '\xe4'";
    struct lab lab;

    (void)unused;
    open_lab(&lab);
    assert_int_equal(run_bytes(&lab, nul, sizeof(nul) - 1), EIDER_ERROR_ARGUMENT);
    assert_string_equal(lab.f.err.message, "the statement holds a NUL byte, its byte 9");
    assert_int_equal(run_bytes(&lab, latin, sizeof(latin) - 1), EIDER_ERROR_ARGUMENT);
    assert_string_equal(lab.f.err.message, "the statement is no valid UTF-8");
    assert_int_equal(run(&lab, " -- nothing\n"), EIDER_OK);
    assert_printed(&lab, "");
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distribution_can_be_required),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
