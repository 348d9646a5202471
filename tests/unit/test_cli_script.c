/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts: statements with their lines, from text, files and pipes in any pieces; limits; the end on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/script.h"

static const char text[] =
    "SELECT 1;\n\n-- a comment; of its own\n SELECT\n 2 ;; ;SELECT ';\n';\n/* x\n */ SELECT 4 -- y";

static const struct {
    const char *text;
    uint64_t line;
} expected[] = {{"SELECT 1", 1}, {"SELECT\n 2 ", 4}, {"SELECT ';\n'", 5}, {"SELECT 4 -- y", 8}};

static void check(struct script *script)
{
    struct statement statement;

    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_int_equal(script_next(script, &statement, NULL), EIDER_OK);
        assert_non_null(statement.text);
        assert_string_equal(statement.text, expected[i].text);
        assert_int_equal(statement.bytes, strlen(expected[i].text));
        assert_int_equal(statement.line, expected[i].line);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(script_next(script, &statement, NULL), EIDER_OK);
        assert_null(statement.text);
    }
}

static void test_text(void **state)
{
    struct script script;

    (void)state;
    assert_int_equal(script_open_text("-c", text, &script, NULL), EIDER_OK);
    check(&script);
    script_close(&script);
    assert_int_equal(script_open_text("-c", "", &script, NULL), EIDER_OK);
    assert_int_equal(script_next(&script, &(struct statement){0}, NULL), EIDER_OK);
    script_close(&script);
}

/* A pipe with `bytes` in it and nothing to come. */
static int make_pipe(const char *data, size_t bytes, int *ret_writer)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], data, bytes), bytes);
    if (ret_writer != NULL)
        *ret_writer = fds[1];
    else
        close(fds[1]);
    return fds[0];
}

static void test_file(void **state)
{
    char path[] = "/tmp/eider-script-XXXXXX";
    int fd = mkstemp(path);
    struct script script;
    struct eider_error error;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
    close(fd);
    assert_int_equal(script_open_file(path, &script, NULL), EIDER_OK);
    check(&script);
    script_close(&script);
    unlink(path);
    assert_int_equal(script_open_file(path, &script, &error), EIDER_ERROR_IO);
    assert_non_null(strstr(error.message, path));
    assert_int_equal(script_open_file("/", &script, NULL), EIDER_OK);
    assert_int_equal(script_next(&script, &(struct statement){0}, &error), EIDER_ERROR_IO);
    script_close(&script);
}

/* Statements come out as soon as they are complete: the writer may wait for what they do. */
static void test_pipe(void **state)
{
    struct statement statement;
    struct script script;
    int writer;

    (void)state;
    script_open_stdin(&script);
    script.fd = make_pipe("SELECT 1; SEL", 13, &writer);
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_string_equal(statement.text, "SELECT 1");
    assert_int_equal(write(writer, "ECT 2;", 6), 6);
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_string_equal(statement.text, "SELECT 2");
    close(writer);
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_null(statement.text);
    script_close(&script);
}

static void test_stop(void **state)
{
    struct statement statement;
    struct script script;
    int writer;

    (void)state;
    script_open_stdin(&script);
    script.fd = make_pipe("SELECT 1; SELECT 2", 18, &writer);
    script.stop_fd = make_pipe("x", 1, NULL);
    /* Asked to end while it waits: what is unfinished is not run. */
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_null(statement.text);
    close(writer);
    close(script.stop_fd);
    script_close(&script);
}

static void test_too_long(void **state)
{
    size_t bytes = (size_t)3 << 20;
    char *data = malloc(bytes), path[] = "/tmp/eider-script-XXXXXX";
    struct statement statement;
    struct script script;
    struct eider_error error;
    int fd = mkstemp(path);

    (void)state;
    assert_non_null(data);
    memset(data, '\n', bytes);
    memcpy(data, "SELECT 1;\n\nSELECT '", 19);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, bytes), bytes);
    close(fd);
    free(data);
    assert_int_equal(script_open_file(path, &script, NULL), EIDER_OK);
    script.max_bytes = (size_t)1 << 20;
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_int_equal(script_next(&script, &statement, &error), EIDER_ERROR_ARGUMENT);
    assert_int_equal(statement.line, 3);
    assert_non_null(strstr(error.message, "1048576"));
    assert_int_equal(script_next(&script, &statement, NULL), EIDER_OK);
    assert_null(statement.text);
    script_close(&script);
    unlink(path);
}

/* Blanks and statements that are done take no memory, however many there are. */
static void test_memory(void **state)
{
    char path[] = "/tmp/eider-script-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    struct statement statement;
    struct script script;
    uint64_t count = 0;

    (void)state;
    assert_non_null(file);
    for (int i = 0; i < 400000; i++)
        fprintf(file, "-- a line of comment; that is no statement\n%s",
                i % 2 == 0 ? "SELECT 'a;b';\n" : "/* ; */\n");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(script_open_file(path, &script, NULL), EIDER_OK);
    for (; script_next(&script, &statement, NULL) == EIDER_OK && statement.text != NULL; count++) {
        assert_string_equal(statement.text, "SELECT 'a;b'");
        assert_int_equal(statement.line, 4 * count + 2);
    }
    assert_int_equal(count, 200000);
    assert_true(script.capacity < (size_t)2 << 20);
    script_close(&script);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text), cmocka_unit_test(test_file),     cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_stop), cmocka_unit_test(test_too_long), cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
