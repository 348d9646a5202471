/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and text for the golden tests. One thread. What fails here is the fault of the test's surroundings, so it ends
 * the program with a message.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "golden.h"

void die(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

static void *must(void *memory)
{
    if (memory == NULL)
        die("out of memory");
    return memory;
}

char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buf text;
    char part[4096];
    size_t bytes;

    if (file == NULL && errno == ENOENT)
        return NULL;
    if (file == NULL)
        die("%s: %s", path, strerror(errno));
    buf_init(&text, GOLDEN_TEXT_MAX);
    buf_puts(&text, "");
    while ((bytes = fread(part, 1, sizeof(part), file)) > 0)
        buf_append(&text, part, bytes);
    if (ferror(file) || text.failed)
        die("%s: cannot be read", path);
    fclose(file);
    return must(buf_take(&text, NULL));
}

void write_text(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL || fwrite(text->data, 1, text->size, file) != text->size || fclose(file) != 0)
        die("%s: %s", path, strerror(errno));
}

char *path_of(const char *folder, const char *name, const char *suffix)
{
    struct buf path;

    buf_init(&path, 65536);
    buf_printf(&path, "%s/%s%s", folder, name, suffix);
    return must(buf_take(&path, NULL));
}

void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        die("%s: %s", path, strerror(errno));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names list_files(const char *folder, const char *suffix)
{
    struct names names = {NULL, 0};
    DIR *directory = opendir(folder);
    struct dirent *entry;
    size_t tail = strlen(suffix);

    if (directory == NULL)
        die("%s: %s", folder, strerror(errno));
    while ((entry = readdir(directory)) != NULL) {
        size_t bytes = strlen(entry->d_name);
        if (bytes <= tail || strcmp(entry->d_name + bytes - tail, suffix) != 0)
            continue;
        names.items = must(realloc(names.items, (names.count + 1) * sizeof(*names.items)));
        names.items[names.count++] = must(strndup(entry->d_name, bytes - tail));
    }
    closedir(directory);
    if (names.count > 0)
        qsort(names.items, names.count, sizeof(*names.items), by_name);
    return names;
}

void names_done(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct names){NULL, 0};
}

void replace_all(struct buf *out, const char *text, const char *from, const char *to)
{
    const char *hit;

    while ((hit = strstr(text, from)) != NULL) {
        buf_append(out, text, (size_t)(hit - text));
        buf_puts(out, to);
        text = hit + strlen(from);
    }
    buf_puts(out, text);
}
