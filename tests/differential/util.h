/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_UTIL_H
#define DIFFER_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A test program has nobody to report a failure to: it says what happened and exits with 3. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* As malloc and friends, but they die when memory runs out. */
void *xcalloc(size_t count, size_t bytes);
void *xrealloc(void *data, size_t count, size_t bytes);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t bytes);
char *xprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A growing list of strings that it owns. */
struct strings {
    char **items;
    size_t count;
    size_t capacity;
};
void strings_add(struct strings *list, const char *text);
void strings_take(struct strings *list, char *text);
void strings_done(struct strings *list);

/* The whole file, with a NUL behind it; dies if it cannot be read. *ret_bytes may be NULL. */
char *read_file(const char *path, size_t *ret_bytes);

/* The entries of a folder without . and .., sorted by bytes; dies if it cannot be read. */
void list_folder(const char *path, struct strings *ret);

bool path_is_folder(const char *path);
bool text_ends_with(const char *text, const char *end);
bool text_starts_with(const char *text, const char *start);

/* Milliseconds of a clock that never goes back. */
double clock_ms(void);

#endif
