/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small helpers of the differential tester: memory, lists of strings, files, time. None of them returns an error:
 * what cannot go on ends the program with a message (die). Any thread.
 */
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("differ: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(3);
}

void *xcalloc(size_t count, size_t bytes)
{
    void *data = calloc(count == 0 ? 1 : count, bytes == 0 ? 1 : bytes);
    if (data == NULL) {
        die("out of memory");
    }
    return data;
}

void *xrealloc(void *data, size_t count, size_t bytes)
{
    if (bytes != 0 && count > SIZE_MAX / bytes) {
        die("out of memory");
    }
    void *grown = realloc(data, count * bytes == 0 ? 1 : count * bytes);
    if (grown == NULL) {
        die("out of memory");
    }
    return grown;
}

char *xstrndup(const char *text, size_t bytes)
{
    char *copy = xcalloc(bytes + 1, 1);
    memcpy(copy, text, bytes);
    return copy;
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xprintf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        die("out of memory");
    }
    va_end(args);
    return text;
}

void strings_take(struct strings *list, char *text)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        list->items = xrealloc(list->items, list->capacity, sizeof(*list->items));
    }
    list->items[list->count++] = text;
}

void strings_add(struct strings *list, const char *text)
{
    strings_take(list, xstrdup(text));
}

void strings_done(struct strings *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i]);
    }
    free(list->items);
    *list = (struct strings){0};
}

char *read_file(const char *path, size_t *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die("cannot read %s: %s", path, strerror(errno));
    }
    char *data = NULL;
    size_t size = 0;
    size_t got;
    do {
        data = xrealloc(data, size + 65537, 1);
        got = fread(data + size, 1, 65536, file);
        size += got;
    } while (got > 0);
    if (ferror(file)) {
        die("cannot read %s", path);
    }
    fclose(file);
    data[size] = '\0';
    if (ret_bytes != NULL) {
        *ret_bytes = size;
    }
    return data;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void list_folder(const char *path, struct strings *ret)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        die("cannot read folder %s: %s", path, strerror(errno));
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            strings_add(ret, entry->d_name);
        }
    }
    closedir(folder);
    if (ret->count > 1) {
        qsort(ret->items, ret->count, sizeof(*ret->items), compare_strings);
    }
}

bool path_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool text_ends_with(const char *text, const char *end)
{
    size_t bytes = strlen(text);
    size_t tail = strlen(end);
    return bytes >= tail && strcmp(text + bytes - tail, end) == 0;
}

bool text_starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

double clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}
