/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of JSON: what is JSON gives its values, what is not gives none, whatever the locale.
 */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import/json.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* From memory that ends where the text does. */
static const struct import_json *parse_bytes(const char *text, size_t bytes)
{
    char *exact = malloc(bytes > 0 ? bytes : 1);
    const struct import_json *json;

    assert_non_null(exact);
    memcpy(exact, text, bytes);
    json = import_json_parse(arena, exact, bytes, 50);
    free(exact);
    return json;
}

static const struct import_json *parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        enum import_json_kind kind;
        int64_t integer;
        double number;
    } cases[] = {
        {"0", IMPORT_JSON_INTEGER, 0, 0},
        {"-0", IMPORT_JSON_INTEGER, 0, 0},
        {" 17 ", IMPORT_JSON_INTEGER, 17, 0},
        {"9223372036854775807", IMPORT_JSON_INTEGER, INT64_MAX, 0},
        {"-9223372036854775808", IMPORT_JSON_INTEGER, INT64_MIN, 0},
        {"9223372036854775808", IMPORT_JSON_UNSIGNED, INT64_MIN, 0},
        {"18446744073709551615", IMPORT_JSON_UNSIGNED, -1, 0},
        {"18446744073709551616", IMPORT_JSON_DOUBLE, 0, 18446744073709551616.0},
        {"-9223372036854775809", IMPORT_JSON_DOUBLE, 0, -9223372036854775809.0},
        {"1.5", IMPORT_JSON_DOUBLE, 0, 1.5},
        {"-0.0", IMPORT_JSON_DOUBLE, 0, -0.0},
        {"1e3", IMPORT_JSON_DOUBLE, 0, 1000},
        {"2.5E-2", IMPORT_JSON_DOUBLE, 0, 0.025},
        {"5e-324", IMPORT_JSON_DOUBLE, 0, 5e-324},
        {"1.7976931348623157e308", IMPORT_JSON_DOUBLE, 0, 1.7976931348623157e308},
        {"0.1", IMPORT_JSON_DOUBLE, 0, 0.1},
        {"Infinity", IMPORT_JSON_DOUBLE, 0, (double)INFINITY},
        {"-Infinity", IMPORT_JSON_DOUBLE, 0, -(double)INFINITY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct import_json *json = parse(cases[i].text);

        if (json == NULL || json->kind != cases[i].kind)
            fail_msg("%s", cases[i].text);
        if (cases[i].kind == IMPORT_JSON_DOUBLE)
            assert_memory_equal(&json->as.number, &cases[i].number, sizeof(double));
        else
            assert_int_equal(json->as.integer, cases[i].integer);
    }
    assert_true(isnan(parse("NaN")->as.number));
}

static void test_strings(void **state)
{
    static const struct {
        const char *text;
        const char *value;
        uint32_t bytes;
    } cases[] = {
        {"\"\"", "", 0},
        {"\"abc\"", "abc", 3},
        {"\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d", 7},
        {"\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t", 5},
        {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4},
        {"\"\xf0\x9f\x98\x80\xc3\xa9\"", "\xf0\x9f\x98\x80\xc3\xa9", 6},
        {"\"a\\u0000b\"", "a\0b", 3},
        {"\"\x7f\"", "\x7f", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct import_json *json = parse(cases[i].text);

        if (json == NULL || json->kind != IMPORT_JSON_STRING)
            fail_msg("%s", cases[i].text);
        assert_int_equal(json->count, cases[i].bytes);
        assert_memory_equal(json->as.text, cases[i].value, cases[i].bytes + 1);
    }
}

static void test_nested(void **state)
{
    const struct import_json *json = parse("{\"a\": [1, {\"b\": null}, []], \"\": {}, \"a\": true}");

    (void)state;
    assert_int_equal(json->kind, IMPORT_JSON_OBJECT);
    assert_int_equal(json->count, 3);
    assert_string_equal(json->as.members[0].name, "a");
    assert_string_equal(json->as.members[1].name, "");
    assert_int_equal(json->as.members[1].value.kind, IMPORT_JSON_OBJECT);
    assert_int_equal(json->as.members[1].value.count, 0);
    assert_true(json->as.members[2].value.as.truth);
    json = &json->as.members[0].value;
    assert_int_equal(json->kind, IMPORT_JSON_LIST);
    assert_int_equal(json->count, 3);
    assert_int_equal(json->as.items[0].as.integer, 1);
    assert_int_equal(json->as.items[1].as.members[0].value.kind, IMPORT_JSON_NULL);
    assert_int_equal(json->as.items[2].count, 0);
    json = parse("[[[1],[2]],[[3]]]"); /* what is open lies on one stack */
    assert_int_equal(json->as.items[0].as.items[1].as.items[0].as.integer, 2);
    assert_int_equal(json->as.items[1].as.items[0].as.items[0].as.integer, 3);
}

static void test_no_json(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[1 2]",
                                        "{",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,}",
                                        "{a:1}",
                                        "{\"a\" 1}",
                                        "{1:2}",
                                        "nul",
                                        "nulll",
                                        "True",
                                        "1 2",
                                        "-",
                                        "+1",
                                        "--1",
                                        "-x",
                                        "1.2.3",
                                        "1e",
                                        "1e+",
                                        ".5",
                                        "Infinit",
                                        "\"",
                                        "\"a",
                                        "\"\\",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"\\ud800\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\udc00\"",
                                        "\"\n\"",
                                        "\"\x01\"",
                                        "\"\xff\"",
                                        "\"\xc3\"",
                                        "\"\xc0\x80\"",
                                        "\"\xe2\x82\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xf8\x88\x80\x80\x80\"",
                                        "'a'",
                                        "/**/1",
                                        "[1]]"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (parse(texts[i]) != NULL)
            fail_msg("%s was read", texts[i]);
    }
    assert_null(parse_bytes("\0", 1));
    assert_null(parse_bytes("1\0", 2));
}

static void test_depth(void **state)
{
    char text[400];

    (void)state;
    for (int depth = 1; depth < 150; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_int_equal(parse_bytes(text, (size_t)depth * 2) != NULL, depth <= 50);
    }
}

/* In a locale that writes numbers with a comma (if there is one here), 1.5 is still 1.5. */
static void test_locale(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    bool found = false;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    assert_true(parse("1.5")->as.number > 1.4);
    setlocale(LC_NUMERIC, "C");
    if (!found)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_strings), cmocka_unit_test(test_nested),
        cmocka_unit_test(test_no_json), cmocka_unit_test(test_depth),   cmocka_unit_test(test_locale),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
