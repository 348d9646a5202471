/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Display width of UTF-8 text, by the C library's wcwidth in its C.UTF-8 locale, whatever locale the user
 * has. Where that locale is missing every character counts one. The locale is made once and lives as long as
 * the process.
 */
#include "cli/width.h"

#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t utf8_locale;

static void make_locale(void)
{
    utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* The bytes of the character at text[0], at least 1, and its code; a byte that starts no valid character is one. */
static size_t decode(const unsigned char *text, size_t bytes, uint32_t *ret_code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80    ? 1
                    : text[0] >= 0xF0 ? 4
                    : text[0] >= 0xE0 ? 3
                    : text[0] >= 0xC0 ? 2
                                      : 1,
           i;
    uint32_t code = length == 1 ? text[0] : text[0] & (0x7Fu >> length);

    *ret_code = text[0];
    if (length == 1 || length > bytes)
        return 1;
    for (i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 1;
        code = code << 6 | (text[i] & 0x3F);
    }
    if (code < smallest[length] || code > 0x10FFFF)
        return 1;
    *ret_code = code;
    return length;
}

static size_t code_width(uint32_t code)
{
    int width = code < 0x7F || utf8_locale == (locale_t)0 ? 1 : wcwidth((wchar_t)code);

    return width < 0 ? 1 : (size_t)width; /* not assigned yet, most likely */
}

size_t text_fit(const char *text, size_t bytes, size_t width, size_t *ret_width)
{
    locale_t before;
    size_t at = 0, used = 0;

    while (at < bytes && used < width && text[at] >= ' ' && text[at] < 0x7F) {
        at++;
        used++;
    }
    if (at < bytes) {
        pthread_once(&once, make_locale);
        before = uselocale(utf8_locale);
        while (at < bytes) {
            uint32_t code;
            size_t length = decode((const unsigned char *)text + at, bytes - at, &code);
            size_t added = code_width(code);

            if (added > width - used)
                break;
            at += length;
            used += added;
        }
        uselocale(before);
    }
    *ret_width = used;
    return at;
}

size_t text_width(const char *text, size_t bytes)
{
    size_t width;

    (void)text_fit(text, bytes, SIZE_MAX, &width);
    return width;
}
