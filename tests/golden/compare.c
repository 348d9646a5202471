/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing with checked-in expectations, or writing them. What differs is left beside the data of the test, in
 * SCRATCH/actual, to be looked at with diff.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"

#define LINES_SHOWN 12
#define EXCERPT     120 /* bytes */

/* The one place that takes out what differs between machines: the path of the data. Tokens of exchanges are made up by
 * chain.c, and sizes, times and estimates are not shown by any picture. */
static void normalise(const struct golden_report *report, const struct buf *text, struct buf *out)
{
    replace_all(out, text->size > 0 ? text->data : "", report->data, "DATA");
}

static const char *skip_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end != NULL ? end + 1 : text + strlen(text);
}

static size_t line_bytes(const char *text)
{
    return (size_t)(skip_line(text) - text);
}

static void show(const char *sign, const char *text)
{
    for (int i = 0; i < LINES_SHOWN && *text != '\0'; i++) {
        size_t bytes = line_bytes(text);
        printf("%s %.*s", sign, (int)bytes, text);
        if (text[bytes - 1] != '\n')
            putchar('\n');
        text += bytes;
    }
}

static void show_excerpt(const char *sign, const char *text, size_t first)
{
    size_t bytes = strcspn(text + first, "\n");

    printf("%s …%.*s…\n", sign, (int)(bytes < EXCERPT ? bytes : EXCERPT), text + first);
}

/* Where in two long lines the difference begins. */
static void show_place(const char *expected, const char *actual)
{
    size_t same = 0;

    while (expected[same] == actual[same] && expected[same] != '\n' && expected[same] != '\0')
        same++;
    if (same < EXCERPT)
        return;
    printf("at column %zu:\n", same + 1);
    show_excerpt("-", expected, same - EXCERPT / 2);
    show_excerpt("+", actual, same - EXCERPT / 2);
}

static void show_difference(const char *expected, const char *actual)
{
    unsigned line = 1;

    while (*expected != '\0' && line_bytes(expected) == line_bytes(actual) &&
           strncmp(expected, actual, line_bytes(expected)) == 0) {
        expected = skip_line(expected);
        actual = skip_line(actual);
        line++;
    }
    printf("from line %u on, expected -, actual +:\n", line);
    show("-", expected);
    show("+", actual);
    show_place(expected, actual);
}

void compare(struct golden_report *report, const char *name, const struct buf *text)
{
    const struct options *options = report->options;
    char *path = path_of(options->expected, name, report->suffix), *expected = read_text(path),
         *actual_path = NULL;
    struct buf actual;

    buf_init(&actual, GOLDEN_TEXT_MAX);
    normalise(report, text, &actual);
    if (text->failed || actual.failed)
        die("%s: the text is too long", name);
    if (expected != NULL && strcmp(expected, actual.data) == 0) {
        report->same++;
    } else if (options->update) {
        write_text(path, &actual);
        report->written++;
        printf("%s: written\n", name);
    } else {
        char *folder = path_of(options->scratch, "actual", "");
        make_folder(folder);
        actual_path = path_of(folder, name, report->suffix);
        write_text(actual_path, &actual);
        report->failed++;
        printf("FAILED %s: ", name);
        if (expected != NULL)
            show_difference(expected, actual.data);
        else
            printf("there is no expectation\n");
        printf("diff -u %s %s\n\n", path, actual_path);
        free(folder);
    }
    free(actual_path);
    free(expected);
    free(path);
    buf_done(&actual);
}

static bool has_name(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i], name) == 0)
            return true;
    }
    return false;
}

void compare_orphans(struct golden_report *report, const struct names *names)
{
    const struct options *options = report->options;
    struct names expectations = list_files(options->expected, report->suffix);

    for (size_t i = 0; i < expectations.count; i++) {
        if (has_name(names, expectations.items[i]))
            continue;
        report->failed++;
        printf("FAILED %s/%s%s: there is no such query\n", options->expected, expectations.items[i],
               report->suffix);
    }
    names_done(&expectations);
}

int compare_done(struct golden_report *report)
{
    printf("%zu as expected, %zu written, %zu failed\n", report->same, report->written, report->failed);
    if (report->failed > 0 && !report->options->update)
        printf("If what is new is right: the target update-golden writes the expectations.\n");
    return report->failed > 0 || report->same + report->written == 0 ? 1 : 0;
}
