/* SPDX-License-Identifier: Apache-2.0 */
/* Output and widths: complete files, errors that are not lost, readers that go away; columns that text takes. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/output.h"
#include "cli/width.h"

static void test_file(void **state)
{
    char path[] = "/tmp/eider-output-XXXXXX", *read_back;
    size_t bytes = (size_t)5 << 20;
    char *big = malloc(bytes);
    struct output output;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0 && big != NULL);
    memset(big, 'x', bytes);
    assert_int_equal(output_open(path, &output, NULL), EIDER_OK);
    for (int i = 0; i < 100000; i++)
        output_puts(&output, "0123456789");
    output_write(&output, big, bytes);
    output_repeat(&output, "ab", 3);
    output_putc(&output, '\n');
    assert_int_equal(output_close(&output, NULL), EIDER_OK);
    assert_int_equal(output_close(&output, NULL), EIDER_OK);

    assert_int_equal(lseek(fd, 0, SEEK_END), 1000000 + bytes + 7);
    read_back = malloc(1000007);
    assert_int_equal(pread(fd, read_back, 1000000, 0), 1000000);
    for (size_t i = 0; i < 1000000; i++)
        assert_int_equal(read_back[i], '0' + (int)(i % 10));
    assert_int_equal(pread(fd, read_back, 8, (off_t)(1000000 + bytes - 1)), 8);
    assert_memory_equal(read_back, "xababab\n", 8);
    free(read_back);
    free(big);
    close(fd);
    unlink(path);
}

static void test_cannot_open(void **state)
{
    struct output output;
    struct eider_error error;

    (void)state;
    assert_int_equal(output_open("/nowhere/at/all", &output, &error), EIDER_ERROR_IO);
    assert_non_null(strstr(error.message, "/nowhere/at/all"));
}

static void test_full_disk(void **state)
{
    struct output output;
    struct eider_error error;

    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    /* A little, which fails when it is closed, and much, which fails at once. */
    for (size_t count = 1; count <= 1000000; count *= 1000000) {
        assert_int_equal(output_open("/dev/full", &output, NULL), EIDER_OK);
        for (size_t i = 0; i < count; i++)
            output_puts(&output, "text");
        assert_int_equal(output.error, count > 1 ? ENOSPC : 0);
        assert_int_equal(output_close(&output, &error), EIDER_ERROR_IO);
        assert_non_null(strstr(error.message, "/dev/full"));
        assert_non_null(strstr(error.message, strerror(ENOSPC)));
        assert_false(output_is_closed(&output));
    }
}

static void test_reader_gone(void **state)
{
    struct output output;
    int fds[2], real;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    assert_int_equal(output_open(NULL, &output, NULL), EIDER_OK);
    real = output.fd;
    output.fd = fds[1];
    output_puts(&output, "text");
    assert_int_equal(output_flush(&output, NULL), EIDER_ERROR_IO);
    assert_true(output_is_closed(&output));
    assert_int_equal(output_close(&output, NULL), EIDER_ERROR_IO);
    assert_true(real == STDOUT_FILENO);
}

static void test_width(void **state)
{
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"h\xC3\xA9", 2},
        {"e\xCC\x81", 1},                /* with a combining accent */
        {"\xE6\x97\xA5\xE6\x9C\xAC", 4}, /* two ideographs */
        {"\xF0\x9F\x98\x80", 2},         /* an emoji */
        {"a\xE2\x80\x8B"
         "b",
         2},             /* with a zero-width space */
        {"\xFF\xC3", 2}, /* no UTF-8: a column per byte */
        {"\xC0\x80\xED", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (text_width(cases[i].text, strlen(cases[i].text)) != cases[i].width)
            fail_msg("case %zu is %zu wide", i, text_width(cases[i].text, strlen(cases[i].text)));
}

static void test_fit(void **state)
{
    static const char text[] = "ab\xE6\x97\xA5"
                               "c";
    size_t width;

    (void)state;
    assert_int_equal(text_fit(text, 6, 0, &width), 0);
    assert_int_equal(text_fit(text, 6, 1, &width), 1);
    assert_int_equal(text_fit(text, 6, 3, &width), 2); /* the wide one has no room */
    assert_int_equal(width, 2);
    assert_int_equal(text_fit(text, 6, 4, &width), 5);
    assert_int_equal(width, 4);
    assert_int_equal(text_fit(text, 6, 100, &width), 6);
    assert_int_equal(width, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),      cmocka_unit_test(test_cannot_open),
        cmocka_unit_test(test_full_disk), cmocka_unit_test(test_reader_gone),
        cmocka_unit_test(test_width),     cmocka_unit_test(test_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
