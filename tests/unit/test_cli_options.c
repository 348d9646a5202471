/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is accepted, what is refused and how, and that the help text knows every option. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

#define MAX_ARGUMENTS 16

struct parsed {
    struct options options;
    struct buf message;
    bool ok;
};

/* Parses the arguments of a list that NULL ends. */
static void parse(struct parsed *ret, const char *const *arguments)
{
    char *argv[MAX_ARGUMENTS] = {(char *)"eider"};
    int argc = 1;

    while (arguments[argc - 1] != NULL) {
        assert_true(argc < MAX_ARGUMENTS);
        argv[argc] = (char *)arguments[argc - 1];
        argc++;
    }
    buf_init(&ret->message, 4096);
    ret->ok = options_parse(argc, argv, &ret->options, &ret->message);
}

static void done(struct parsed *parsed)
{
    options_done(&parsed->options);
    buf_done(&parsed->message);
}

#define PARSE(parsed, ...) parse(parsed, (const char *[]){__VA_ARGS__, NULL})

static void test_defaults(void **state)
{
    struct parsed parsed;

    (void)state;
    parse(&parsed, (const char *[]){NULL});
    assert_true(parsed.ok);
    assert_null(parsed.options.database);
    assert_int_equal(parsed.options.source_count, 0);
    assert_int_equal(parsed.options.workers, 0);
    assert_ptr_equal(parsed.options.format, &format_box);
    assert_false(parsed.options.bail || parsed.options.stats || parsed.options.show_plan ||
                 parsed.options.require_distributed || parsed.options.help || parsed.options.version);
    done(&parsed);
}

static void test_everything(void **state)
{
    struct parsed parsed;

    (void)state;
    PARSE(&parsed, "-c", "SELECT 1", "my.db", "-fa.sql", "--command=SELECT 2", "--tables", "x", "--tables=y",
          "--local-cluster", "7", "--format=csv", "-o", "out.csv", "--bail", "--stats");
    assert_true(parsed.ok);
    assert_string_equal(parsed.options.database, "my.db");
    assert_int_equal(parsed.options.source_count, 3);
    assert_int_equal(parsed.options.sources[0].kind, SOURCE_SQL);
    assert_string_equal(parsed.options.sources[0].text, "SELECT 1");
    assert_int_equal(parsed.options.sources[1].kind, SOURCE_FILE);
    assert_string_equal(parsed.options.sources[1].text, "a.sql");
    assert_string_equal(parsed.options.sources[2].text, "SELECT 2");
    assert_int_equal(parsed.options.table_count, 2);
    assert_string_equal(parsed.options.tables[1], "y");
    assert_int_equal(parsed.options.workers, 7);
    assert_ptr_equal(parsed.options.format, &format_csv);
    assert_string_equal(parsed.options.output_path, "out.csv");
    assert_true(parsed.options.bail && parsed.options.stats);
    done(&parsed);

    PARSE(&parsed, "--threads", "3", "--set", "a=b=c", "--memory-limit", "1GB",
          "--set=empty=", "--show-distributed-plan", "--require-distributed", "--", "-c");
    assert_true(parsed.ok);
    assert_int_equal(parsed.options.setting_count, 4);
    assert_string_equal(parsed.options.settings[0].name, "threads");
    assert_string_equal(parsed.options.settings[1].name, "a");
    assert_string_equal(parsed.options.settings[1].value, "b=c");
    assert_string_equal(parsed.options.settings[2].name, "memory_limit");
    assert_string_equal(parsed.options.settings[3].value, "");
    assert_true(parsed.options.show_plan && parsed.options.require_distributed);
    assert_string_equal(parsed.options.database, "-c");
    done(&parsed);
}

/* Refused, with a message that names what is wrong. */
static void test_refused(void **state)
{
    static const struct {
        const char *arguments[4];
        const char *message;
    } cases[] = {
        {{"--nope", NULL}, "--nope"},
        {{"-x", NULL}, "-x"},
        {{"--tablesx", "d", NULL}, "--tablesx"},
        {{"--table", "d", NULL}, "--table"},
        {{"-c", NULL}, "-c"},
        {{"--set", NULL}, "--set"},
        {{"--set", "novalue", NULL}, "name=value"},
        {{"--set", "=1", NULL}, "name=value"},
        {{"--local-cluster", "-1", NULL}, "--local-cluster"},
        {{"--local-cluster=", NULL}, "--local-cluster"},
        {{"--local-cluster", "1025", NULL}, "1024"},
        {{"--local-cluster", "99999999999999999999999", NULL}, "--local-cluster"},
        {{"--local-cluster", "4 ", NULL}, "--local-cluster"},
        {{"--local-cluster", "0x4", NULL}, "--local-cluster"},
        {{"--local-cluster", "four", NULL}, "--local-cluster"},
        {{"--threads", "0", NULL}, "--threads"},
        {{"--threads", "+1", NULL}, "--threads"},
        {{"--format", "CSV", NULL}, "box, csv, json, arrow"},
        {{"--stats=yes", NULL}, "takes no value"},
        {{"a.db", "b.db", NULL}, "b.db"},
        {{"-oa", "-ob", NULL}, "twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct parsed parsed;

        parse(&parsed, cases[i].arguments);
        if (parsed.ok || strstr(parsed.message.data, cases[i].message) == NULL)
            fail_msg("%s %s: %s", cases[i].arguments[0], parsed.ok ? "is accepted" : "gives",
                     parsed.message.data);
        done(&parsed);
    }
}

static void test_limits(void **state)
{
    struct parsed parsed;

    (void)state;
    PARSE(&parsed, "--local-cluster", "1024");
    assert_true(parsed.ok);
    assert_int_equal(parsed.options.workers, 1024);
    done(&parsed);
    PARSE(&parsed, "--local-cluster", "0");
    assert_true(parsed.ok);
    done(&parsed);
}

static void test_help(void **state)
{
    static const char *const names[] = {"--command",
                                        "--file",
                                        "--tables",
                                        "--local-cluster",
                                        "--format",
                                        "--output",
                                        "--threads",
                                        "--memory-limit",
                                        "--set",
                                        "--show-distributed-plan",
                                        "--require-distributed",
                                        "--stats",
                                        "--bail",
                                        "--version",
                                        "--help"};
    struct buf help;

    (void)state;
    buf_init(&help, 1 << 16);
    options_help(&help);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strstr(help.data, names[i]) == NULL)
            fail_msg("the help text lacks %s", names[i]);
    for (const char *line = help.data; *line != '\0';) {
        size_t bytes = strcspn(line, "\n");

        assert_true(bytes <= 100);
        line += bytes + (line[bytes] != '\0');
    }
    buf_done(&help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_everything), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_help),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
