/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recursive-descent reader of JSON. The members and items of what is open lie on one stack; when a list or an object
 * closes, its part of the stack moves into an array in the arena. All strings go into one block as long as the text,
 * in which each of them finds room: in the text it has two quotes, here one NUL.
 *
 * Failure: `failed` is set, and every function returns at once from then on.
 */
#include "import/json.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_STACK 256
#define MAX_NUMBER  400 /* bytes of a floating-point number */

struct reader {
    struct arena *arena;
    const char *at;
    const char *end;
    char *strings; /* where the next string goes */
    struct import_member *stack;
    size_t stack_count;
    size_t stack_capacity;
    uint32_t depth;
    uint32_t max_depth;
    bool failed;
};

static locale_t c_locale; /* numbers are written with a dot, whatever the process's locale */
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static bool fail(struct reader *in)
{
    in->failed = true;
    in->at = in->end;
    return false;
}

static void skip_space(struct reader *in)
{
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t'))
        in->at++;
}

/* Passes `c`, if it is next. */
static bool take(struct reader *in, char c)
{
    skip_space(in);
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool take_word(struct reader *in, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(in->end - in->at) < length || memcmp(in->at, word, length) != 0)
        return false;
    in->at += length;
    return true;
}

/* ---- Strings ---- */

/* The bytes of the UTF-8 sequence at `at`; 0 if it is none. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char first, last; /* of the first byte */
        unsigned char low, high;   /* bounds of the second */
        size_t length;
    } forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (at[0] < forms[i].first || at[0] > forms[i].last)
            continue;
        if (left < forms[i].length || at[1] < forms[i].low || at[1] > forms[i].high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++) {
            if (at[k] < 0x80 || at[k] > 0xBF)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

static uint32_t read_hex(struct reader *in)
{
    uint32_t value = 0;

    if (in->end - in->at < 4) {
        fail(in);
        return 0;
    }
    for (int i = 0; i < 4 && !in->failed; i++) {
        char c = *in->at++;

        value <<= 4;
        if (c >= '0' && c <= '9')
            value |= (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            value |= (uint32_t)((c | 0x20) - 'a' + 10);
        else
            fail(in);
    }
    return value;
}

static char *put_code_point(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* Behind a backslash. Code points beyond 16 bits are written as two escapes. */
static char *read_escape(struct reader *in, char *out)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    char c = in->at < in->end ? *in->at++ : '\0';
    const char *letter = c != '\0' ? strchr(letters, c) : NULL;
    uint32_t code, low;

    if (letter != NULL) {
        *out++ = meanings[letter - letters];
        return out;
    }
    if (c != 'u') {
        fail(in);
        return out;
    }
    code = read_hex(in);
    if (code >= 0xD800 && code <= 0xDBFF && take_word(in, "\\u")) {
        low = read_hex(in);
        if (low >= 0xDC00 && low <= 0xDFFF)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code >= 0xD800 && code <= 0xDFFF)
        fail(in);
    return in->failed ? out : put_code_point(out, code);
}

/* A string whose opening quote has been taken. */
static const char *read_string(struct reader *in, uint32_t *ret_bytes)
{
    char *start = in->strings, *out = start;

    while (in->at < in->end && *in->at != '"') {
        unsigned char c = (unsigned char)*in->at;

        if (c == '\\') {
            in->at++;
            out = read_escape(in, out);
        } else if (c < 0x80) {
            if (c < 0x20)
                fail(in);
            else
                *out++ = *in->at++;
        } else {
            size_t length = utf8_length((const unsigned char *)in->at, (size_t)(in->end - in->at));

            if (length == 0)
                fail(in);
            for (; length > 0 && !in->failed; length--)
                *out++ = *in->at++;
        }
    }
    if (in->failed || in->at == in->end || (size_t)(out - start) > UINT32_MAX) {
        fail(in);
        return NULL;
    }
    in->at++;
    *ret_bytes = (uint32_t)(out - start);
    *out++ = '\0';
    in->strings = out;
    return start;
}

/* ---- Numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What may follow the digits that a number begins with. */
static bool is_number_part(char c)
{
    return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

static void read_double(struct reader *in, const char *start, struct import_json *ret)
{
    char text[MAX_NUMBER + 1], *end;
    size_t length = (size_t)(in->at - start);

    if (length > MAX_NUMBER || c_locale == (locale_t)0) {
        fail(in);
        return;
    }
    memcpy(text, start, length);
    text[length] = '\0';
    ret->kind = IMPORT_JSON_DOUBLE;
    ret->as.number = strtod_l(text, &end, c_locale);
    if (*end != '\0')
        fail(in);
}

/* An integer that fits 64 bits is one, everything else is a floating-point number. */
static void read_number(struct reader *in, struct import_json *ret)
{
    const char *start = in->at;
    bool negative = *in->at == '-', integer = true;
    uint64_t value = 0;

    if (negative)
        in->at++;
    for (; in->at < in->end && is_digit(*in->at); in->at++) {
        uint64_t digit = (uint64_t)(*in->at - '0');

        integer = integer && value <= (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    for (; in->at < in->end && is_number_part(*in->at); in->at++)
        integer = false;
    if (!integer || (negative && value > (uint64_t)INT64_MAX + 1)) {
        read_double(in, start, ret);
    } else if (negative || value <= INT64_MAX) {
        ret->kind = IMPORT_JSON_INTEGER;
        ret->as.integer = (int64_t)(negative ? 0 - value : value);
    } else {
        ret->kind = IMPORT_JSON_UNSIGNED;
        ret->as.unsigned_integer = value;
    }
}

/* ---- Values ---- */

static bool push(struct reader *in, const struct import_member *member)
{
    if (in->stack_count == in->stack_capacity) {
        size_t capacity = in->stack_capacity > 0 ? in->stack_capacity * 2 : FIRST_STACK;
        struct import_member *stack = arena_alloc_array(in->arena, capacity, sizeof(*stack));

        if (stack == NULL)
            return fail(in);
        if (in->stack_count > 0)
            memcpy(stack, in->stack, in->stack_count * sizeof(*stack));
        in->stack = stack;
        in->stack_capacity = capacity;
    }
    in->stack[in->stack_count++] = *member;
    return true;
}

static void read_value(struct reader *in, struct import_json *ret);

/* The items up to the closing bracket, which stay on the stack. */
static void read_items(struct reader *in, bool is_object)
{
    char close = is_object ? '}' : ']';

    if (take(in, close))
        return;
    do {
        struct import_member member = {.name = NULL};
        uint32_t bytes;

        if (is_object &&
            (!take(in, '"') || (member.name = read_string(in, &bytes)) == NULL || !take(in, ':'))) {
            fail(in);
            return;
        }
        read_value(in, &member.value);
        if (in->failed || !push(in, &member))
            return;
    } while (take(in, ','));
    if (!take(in, close))
        fail(in);
}

static void read_list(struct reader *in, struct import_json *ret)
{
    size_t first = in->stack_count, count;
    struct import_json *items;

    read_items(in, false);
    count = in->stack_count - first;
    items = count > 0 && !in->failed ? arena_alloc_array(in->arena, count, sizeof(*items)) : NULL;
    if (in->failed || (count > 0 && items == NULL) || count > UINT32_MAX) {
        fail(in);
        return;
    }
    for (size_t i = 0; i < count; i++)
        items[i] = in->stack[first + i].value;
    in->stack_count = first;
    *ret = (struct import_json){.kind = IMPORT_JSON_LIST, .count = (uint32_t)count, .as.items = items};
}

static void read_object(struct reader *in, struct import_json *ret)
{
    size_t first = in->stack_count, count;
    struct import_member *members;

    read_items(in, true);
    count = in->stack_count - first;
    members = count > 0 && !in->failed ? arena_alloc_array(in->arena, count, sizeof(*members)) : NULL;
    if (in->failed || (count > 0 && members == NULL) || count > UINT32_MAX) {
        fail(in);
        return;
    }
    if (count > 0)
        memcpy(members, in->stack + first, count * sizeof(*members));
    in->stack_count = first;
    *ret = (struct import_json){.kind = IMPORT_JSON_OBJECT, .count = (uint32_t)count, .as.members = members};
}

static bool at_number(const struct reader *in)
{
    return in->at < in->end &&
           (is_digit(*in->at) || (*in->at == '-' && in->end - in->at > 1 && is_digit(in->at[1])));
}

static void read_scalar(struct reader *in, struct import_json *ret)
{
    if (at_number(in))
        read_number(in, ret);
    else if (take_word(in, "true"))
        *ret = (struct import_json){.kind = IMPORT_JSON_BOOL, .as.truth = true};
    else if (take_word(in, "false"))
        *ret = (struct import_json){.kind = IMPORT_JSON_BOOL, .as.truth = false};
    else if (take_word(in, "null"))
        *ret = (struct import_json){.kind = IMPORT_JSON_NULL};
    else if (take_word(in, "NaN"))
        *ret = (struct import_json){.kind = IMPORT_JSON_DOUBLE, .as.number = (double)NAN};
    else if (take_word(in, "Infinity"))
        *ret = (struct import_json){.kind = IMPORT_JSON_DOUBLE, .as.number = (double)INFINITY};
    else if (take_word(in, "-Infinity"))
        *ret = (struct import_json){.kind = IMPORT_JSON_DOUBLE, .as.number = -(double)INFINITY};
    else
        fail(in);
}

static void read_value(struct reader *in, struct import_json *ret)
{
    if (++in->depth > in->max_depth)
        fail(in);
    if (take(in, '{')) {
        read_object(in, ret);
    } else if (take(in, '[')) {
        read_list(in, ret);
    } else if (take(in, '"')) {
        ret->as.text = read_string(in, &ret->count);
        ret->kind = IMPORT_JSON_STRING;
    } else {
        read_scalar(in, ret);
    }
    in->depth--;
}

const struct import_json *import_json_parse(struct arena *arena, const char *text, size_t bytes,
                                            uint32_t max_depth)
{
    struct reader in = {.arena = arena, .at = text, .end = text + bytes, .max_depth = max_depth};
    struct import_json *root = arena_alloc(arena, sizeof(*root));

    pthread_once(&c_locale_once, make_c_locale);
    in.strings = arena_alloc(arena, bytes + 1);
    if (root == NULL || in.strings == NULL)
        return NULL;
    read_value(&in, root);
    skip_space(&in);
    if (in.at != in.end)
        fail(&in);
    return in.failed ? NULL : root;
}
