/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tables a folder holds.
 *
 * Example: lineitem.parquet, part.csv.gz, orders/{a,b}.parquet and sales/year=2024/x.json give lineitem,
 * part, orders and the hive-partitioned sales. Entries and files come in the order of their bytes, so a view
 * does not depend on the file system. Symbolic links are followed; a folder within itself is passed over.
 */
#include "cli/tables.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.h"

#define MAX_DEPTH 64
#define MAX_FILES ((size_t)1000000)

/* ---- Names ---- */

static const struct {
    const char *extension;
    enum table_kind kind;
} extensions[] = {{".parquet", TABLE_PARQUET}, {".csv", TABLE_CSV},    {".tsv", TABLE_CSV},
                  {".json", TABLE_JSON},       {".jsonl", TABLE_JSON}, {".ndjson", TABLE_JSON}};

static bool ends_with(const char *name, size_t bytes, const char *extension)
{
    size_t length = strlen(extension);

    return bytes > length && strncasecmp(name + bytes - length, extension, length) == 0;
}

/* The kind of a file by its name; *ret_stem is the length of the name without extension. */
static enum table_kind kind_of(const char *name, size_t *ret_stem)
{
    size_t bytes = strlen(name), plain = bytes;

    *ret_stem = bytes;
    if (ends_with(name, bytes, ".gz"))
        plain = bytes - 3;
    else if (ends_with(name, bytes, ".zst"))
        plain = bytes - 4;
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (!ends_with(name, plain, extensions[i].extension) ||
            (plain < bytes && extensions[i].kind == TABLE_PARQUET))
            continue;
        *ret_stem = plain - strlen(extensions[i].extension);
        return extensions[i].kind;
    }
    return TABLE_NONE;
}

static bool is_passed_over(const char *name)
{
    return name[0] == '.' || name[0] == '_';
}

/* ---- Reading folders ---- */

/* Folders on the way down, so that a link cannot lead round in circles. */
struct trail {
    const struct trail *parent;
    dev_t device;
    ino_t inode;
    size_t depth;
};

/* What is found in one entry. */
struct find {
    struct arena *arena;
    struct table_entry *entry;
    size_t capacity;
    bool mixed;
    int error; /* errno of what could not be read */
    char *error_path;
};

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_candidate(const struct dirent *entry)
{
    return !is_passed_over(entry->d_name);
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static char *join(struct arena *arena, const char *folder, const char *name)
{
    size_t bytes = strlen(folder);

    return arena_printf(arena, "%s%s%s", folder, bytes > 0 && folder[bytes - 1] == '/' ? "" : "/", name);
}

static void add_file(struct find *find, char *path, enum table_kind kind)
{
    struct table_entry *entry = find->entry;

    find->mixed |= entry->kind != TABLE_NONE && entry->kind != kind;
    entry->kind = kind;
    if (entry->file_count == find->capacity) {
        size_t capacity = find->capacity == 0 ? 4 : 2 * find->capacity;
        char **files = arena_alloc_array(find->arena, capacity, sizeof(char *));

        if (files == NULL)
            return;
        if (entry->file_count > 0)
            memcpy(files, entry->files, entry->file_count * sizeof(char *));
        entry->files = files;
        find->capacity = capacity;
    }
    entry->files[entry->file_count++] = path;
}

static void find_failed(struct find *find, char *path, int error)
{
    if (find->error != 0)
        return;
    find->error = error;
    find->error_path = path;
}

/* Adds the data files in and below a folder. */
static void find_files(struct find *find, char *path, const struct stat *info, const struct trail *parent)
{
    struct trail trail = {parent, info->st_dev, info->st_ino, parent == NULL ? 0 : parent->depth + 1};
    struct dirent **names = NULL;
    int count;

    for (const struct trail *above = parent; above != NULL; above = above->parent)
        if (above->device == trail.device && above->inode == trail.inode)
            return;
    if (trail.depth > MAX_DEPTH || find->entry->file_count > MAX_FILES) {
        find_failed(find, path, E2BIG);
        return;
    }
    if ((count = scandir(path, &names, is_candidate, by_name)) < 0) {
        find_failed(find, path, errno);
        return;
    }
    for (int i = 0; i < count && find->error == 0 && !arena_failed(find->arena); i++) {
        char *child = join(find->arena, path, names[i]->d_name);
        enum table_kind kind;
        struct stat child_info;
        size_t stem;

        if (child == NULL || stat(child, &child_info) != 0)
            continue; /* gone, or a link to nowhere */
        if (S_ISDIR(child_info.st_mode)) {
            find->entry->hive |= strchr(names[i]->d_name, '=') != NULL;
            find_files(find, child, &child_info, &trail);
        } else if (S_ISREG(child_info.st_mode) && (kind = kind_of(names[i]->d_name, &stem)) != TABLE_NONE) {
            add_file(find, child, kind);
        }
    }
    free_names(names, count);
}

/* Looks at one entry of the folder. Its kind stays TABLE_NONE if there is no table and no problem either. */
static void find_table(struct arena *arena, char *path, const char *name, struct table_entry *ret)
{
    struct find find = {.arena = arena, .entry = ret};
    enum table_kind kind;
    struct stat info;
    size_t stem;

    *ret = (struct table_entry){.path = path};
    if (path == NULL || stat(path, &info) != 0)
        return;
    kind = kind_of(name, &stem);
    ret->name = arena_strndup(arena, name, stem);
    if (S_ISDIR(info.st_mode))
        find_files(&find, path, &info, NULL);
    else if (S_ISREG(info.st_mode) && kind != TABLE_NONE)
        add_file(&find, path, kind);
    if (find.error != 0)
        ret->problem =
            arena_printf(arena, "cannot read folder '%s': %s", find.error_path, strerror(find.error));
    else if (find.mixed)
        ret->problem = arena_printf(arena, "the files in it are of several kinds");
}

/* ---- The list ---- */

static int by_view_name(const void *a, const void *b)
{
    const struct table_entry *left = a, *right = b;
    int order = strcasecmp(left->name, right->name);

    return order != 0 ? order : strcmp(left->path, right->path);
}

/* Room for `added` entries more; false if out of memory. */
static bool reserve(struct table_list *list, size_t added)
{
    size_t capacity = 2 * (list->count + added);
    struct table_entry *entries;

    if (list->count + added <= list->capacity)
        return true;
    if ((entries = arena_alloc_array(list->arena, capacity, sizeof(*entries))) == NULL)
        return false;
    if (list->count > 0)
        memcpy(entries, list->entries, list->count * sizeof(*entries));
    list->entries = entries;
    list->capacity = capacity;
    return true;
}

enum eider_status tables_scan(const char *folder, struct table_list *list, struct eider_error *err)
{
    struct arena *arena = list->arena;
    struct dirent **names = NULL;
    size_t before = list->count;
    int count;

    if ((count = scandir(folder, &names, is_candidate, by_name)) < 0)
        return error_set(err, EIDER_ERROR_IO, "cannot read folder '%s': %s", folder, strerror(errno));
    if (reserve(list, (size_t)count)) {
        for (int i = 0; i < count && !arena_failed(arena); i++) {
            struct table_entry *entry = &list->entries[list->count];

            find_table(arena, join(arena, folder, names[i]->d_name), names[i]->d_name, entry);
            list->count += entry->kind != TABLE_NONE || entry->problem != NULL;
        }
    }
    free_names(names, count);
    if (list->count == before)
        list->empty_folder = arena_strndup(arena, folder, strlen(folder));
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}

/* Two views of one name: which is meant nobody knows, so there is none. */
enum eider_status tables_resolve(struct table_list *list, struct eider_error *err)
{
    struct table_entry *entries = list->entries;
    size_t end;

    if (list->count > 0)
        qsort(entries, list->count, sizeof(*entries), by_view_name);
    for (size_t start = 0; start < list->count; start = end) {
        for (end = start + 1; end < list->count && strcasecmp(entries[start].name, entries[end].name) == 0;
             end++)
            ;
        for (size_t i = start; i < end && end - start > 1; i++)
            entries[i].problem = arena_printf(list->arena, "both '%s' and '%s' have this name",
                                              entries[start].path, entries[start + 1].path);
        if (end - start > 1)
            entries[start].warning = arena_printf(list->arena, "warning: there is no view \"%s\": %s",
                                                  entries[start].name, entries[start].problem);
    }
    return arena_failed(list->arena) ? error_no_memory(err) : EIDER_OK;
}
