/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parquet files, and the cache of their footers (footer.h).
 *
 * The cache is a hash table by path with a list in order of use. An entry counts as long as the file's device, inode,
 * size and times are the same. One mutex, never held while a file is read: two threads may read the same footer, and
 * the later one's entry stays.
 */
#include "engine/files.h"

#include "engine/footer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FOOTER_BYTES ((uint64_t)512 << 20)
#define TAIL_BYTES       ((uint64_t)64 << 10) /* read at once: most footers fit */
#define MAX_ENTRIES      16384
#define MAX_CACHE_BYTES  ((size_t)64 << 20)
#define BUCKETS          4096

/* What tells one version of a file from another. */
struct identity {
    uint64_t device;
    uint64_t inode;
    uint64_t bytes;
    int64_t mtime_ns;
    int64_t ctime_ns;
};

struct entry {
    struct entry *next_in_bucket;
    struct entry *newer, *older;
    struct identity identity;
    struct footer *footer;
    size_t bytes;
    uint32_t bucket;
    char path[];
};

struct engine_files {
    pthread_mutex_t mutex;
    struct entry *buckets[BUCKETS];
    struct entry *newest, *oldest;
    size_t count;
    size_t bytes;
};

static enum eider_status read_at(int fd, const char *path, uint8_t *out, size_t bytes, uint64_t offset,
                                 struct eider_error *err)
{
    while (bytes > 0) {
        ssize_t got = pread(fd, out, bytes, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, EIDER_ERROR_IO, "cannot read %s: %s", path, strerror(errno));
        if (got == 0)
            return error_set(err, EIDER_ERROR_IO, "%s became shorter while it was read", path);
        out += got;
        bytes -= (size_t)got;
        offset += (uint64_t)got;
    }
    return EIDER_OK;
}

static enum eider_status no_parquet(const char *path, const char *why, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_IO, "%s is no valid Parquet file: %s", path, why);
}

/* Reads the footer of an open file of `size` bytes; *ret is on the heap. */
static enum eider_status read_footer(int fd, const char *path, uint64_t size, struct footer **ret,
                                     struct eider_error *err)
{
    uint64_t tail = size < TAIL_BYTES ? size : TAIL_BYTES, length;
    uint8_t *data, *larger;
    enum eider_status status;
    bool bad = false;

    *ret = NULL;
    if (size < 12)
        return no_parquet(path, "it is too short", err);
    if ((data = malloc(tail)) == NULL)
        return error_no_memory(err);
    status = read_at(fd, path, data, tail, size - tail, err);
    if (status != EIDER_OK)
        goto done;
    if (memcmp(data + tail - 4, "PAR1", 4) != 0) {
        bool encrypted = memcmp(data + tail - 4, "PARE", 4) == 0;
        status = no_parquet(path, encrypted ? "its footer is encrypted" : "it does not end like one", err);
        goto done;
    }
    length = (uint64_t)data[tail - 8] | (uint64_t)data[tail - 7] << 8 | (uint64_t)data[tail - 6] << 16 |
             (uint64_t)data[tail - 5] << 24;
    if (length > size - 12 || length > MAX_FOOTER_BYTES) {
        status = no_parquet(path, "its footer is longer than the file, or than any should be", err);
        goto done;
    }
    if (length + 8 > tail) {
        tail = length + 8;
        if ((larger = realloc(data, tail)) == NULL) {
            status = error_no_memory(err);
            goto done;
        }
        data = larger;
        status = read_at(fd, path, data, tail, size - tail, err);
    }
    if (status == EIDER_OK && (*ret = footer_parse(data + tail - 8 - length, length, &bad)) == NULL)
        status = bad ? no_parquet(path, "its footer is damaged", err) : error_no_memory(err);
done:
    free(data);
    return status;
}

/* ---- The cache ---- */

static uint32_t bucket_of(const char *path)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; *path != '\0'; path++)
        hash = (hash ^ (unsigned char)*path) * UINT64_C(1099511628211);
    return (uint32_t)(hash >> 32) % BUCKETS;
}

static void unlink_entry(struct engine_files *files, struct entry *entry)
{
    struct entry **link = &files->buckets[entry->bucket];

    while (*link != entry)
        link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    *(entry->newer != NULL ? &entry->newer->older : &files->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &files->oldest) = entry->newer;
    files->count--;
    files->bytes -= entry->bytes;
}

static void link_entry(struct engine_files *files, struct entry *entry)
{
    entry->next_in_bucket = files->buckets[entry->bucket];
    files->buckets[entry->bucket] = entry;
    entry->newer = NULL;
    entry->older = files->newest;
    *(files->newest != NULL ? &files->newest->newer : &files->oldest) = entry;
    files->newest = entry;
    files->count++;
    files->bytes += entry->bytes;
}

static void free_entry(struct entry *entry)
{
    footer_free(entry->footer);
    free(entry);
}

static struct entry *find_entry(struct engine_files *files, const char *path)
{
    struct entry *entry = files->buckets[bucket_of(path)];

    while (entry != NULL && strcmp(entry->path, path) != 0)
        entry = entry->next_in_bucket;
    return entry;
}

static bool same_identity(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

static enum eider_status copy_footer(const struct footer *footer, struct arena *arena,
                                     struct engine_file_info *ret, struct eider_error *err)
{
    size_t values = 2 * (size_t)footer->count;
    uint64_t *copy = arena_alloc_array(arena, values + 1, sizeof(*copy));

    if (copy == NULL)
        return error_no_memory(err);
    memcpy(copy, footer->values, values * sizeof(*copy));
    ret->rows = footer->rows;
    ret->schema_hash = footer->schema_hash;
    ret->row_group_count = footer->count;
    ret->row_group_rows = copy;
    ret->row_group_bytes = copy + footer->count;
    return EIDER_OK;
}

/* Takes the footer over. That an entry finds no memory is no failure. */
static void remember(struct engine_files *files, const char *path, const struct identity *identity,
                     struct footer *footer)
{
    size_t length = strlen(path);
    struct entry *entry = malloc(sizeof(*entry) + length + 1), *old;

    if (entry == NULL) {
        footer_free(footer);
        return;
    }
    *entry = (struct entry){.identity = *identity, .footer = footer, .bucket = bucket_of(path)};
    memcpy(entry->path, path, length + 1);
    entry->bytes = sizeof(*entry) + length + footer->bytes;
    pthread_mutex_lock(&files->mutex);
    if ((old = find_entry(files, path)) != NULL) {
        unlink_entry(files, old);
        free_entry(old);
    }
    link_entry(files, entry);
    while (files->count > MAX_ENTRIES || (files->bytes > MAX_CACHE_BYTES && files->count > 1)) {
        old = files->oldest;
        unlink_entry(files, old);
        free_entry(old);
    }
    pthread_mutex_unlock(&files->mutex);
}

/* True if the cache has the file as it is now: then *ret is filled in, unless *ret_status says otherwise. */
static bool recall(struct engine_files *files, const char *path, const struct identity *identity,
                   struct arena *arena, struct engine_file_info *ret, enum eider_status *ret_status)
{
    struct entry *entry;
    bool found;

    pthread_mutex_lock(&files->mutex);
    entry = find_entry(files, path);
    found = entry != NULL && same_identity(&entry->identity, identity);
    if (found) {
        unlink_entry(files, entry);
        link_entry(files, entry);
        *ret_status = copy_footer(entry->footer, arena, ret, NULL);
    }
    pthread_mutex_unlock(&files->mutex);
    return found;
}

struct engine_files *engine_files_new(void)
{
    struct engine_files *files = calloc(1, sizeof(*files));

    if (files != NULL && pthread_mutex_init(&files->mutex, NULL) != 0) {
        free(files);
        return NULL;
    }
    return files;
}

void engine_files_free(struct engine_files *files)
{
    struct entry *entry, *older;

    if (files == NULL)
        return;
    for (entry = files->newest; entry != NULL; entry = older) {
        older = entry->older;
        free_entry(entry);
    }
    pthread_mutex_destroy(&files->mutex);
    free(files);
}

/* ---- Files ---- */

static struct identity identity_of(const struct stat *stat)
{
    return (struct identity){
        .device = (uint64_t)stat->st_dev,
        .inode = (uint64_t)stat->st_ino,
        .bytes = (uint64_t)stat->st_size,
        .mtime_ns = (int64_t)stat->st_mtim.tv_sec * 1000000000 + stat->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)stat->st_ctim.tv_sec * 1000000000 + stat->st_ctim.tv_nsec,
    };
}

/* The path as the system knows it: without file: in front; NULL if it has another scheme. */
static const char *local_path(const char *path)
{
    const char *scheme = strstr(path, "://");

    if (strncasecmp(path, "file:", 5) == 0) {
        path += 5;
        if (strncasecmp(path, "//localhost/", 12) == 0)
            return path + 11;
        return strncmp(path, "//", 2) == 0 ? path + 2 : path;
    }
    return scheme != NULL && scheme != path && memchr(path, '/', (size_t)(scheme - path)) == NULL ? NULL
                                                                                                  : path;
}

static enum eider_status cannot_open(const char *path, int error, struct eider_error *err)
{
    if (error == ENOENT || error == ENOTDIR)
        return error_set(err, EIDER_ERROR_IO, "%s is not there", path);
    return error_set(err, EIDER_ERROR_IO, "cannot open %s: %s", path, strerror(error));
}

enum engine_file_kind engine_file_look(const char *path, uint64_t *ret_bytes, int64_t *ret_mtime_ns)
{
    const char *local = local_path(path);
    struct identity identity;
    struct stat info;

    *ret_bytes = 0;
    *ret_mtime_ns = 0;
    if (local == NULL || stat(local, &info) != 0)
        return ENGINE_FILE_UNKNOWN;
    if (!S_ISREG(info.st_mode))
        return ENGINE_FILE_SPECIAL;
    identity = identity_of(&info);
    *ret_bytes = identity.bytes;
    *ret_mtime_ns = identity.mtime_ns;
    return ENGINE_FILE_REGULAR;
}

enum eider_status engine_file_info(struct engine_files *files, const char *path, struct arena *arena,
                                   struct engine_file_info *ret, struct eider_error *err)
{
    const char *local = local_path(path);
    struct identity identity;
    struct footer *footer;
    struct stat info;
    enum eider_status status = EIDER_OK;
    int fd;

    *ret = (struct engine_file_info){.is_local = false};
    if (local == NULL)
        return EIDER_OK;
    if (stat(local, &info) != 0)
        return cannot_open(path, errno, err);
    if (!S_ISREG(info.st_mode))
        return EIDER_OK;
    identity = identity_of(&info);
    if (!recall(files, path, &identity, arena, ret, &status)) {
        if ((fd = open(local, O_RDONLY | O_CLOEXEC)) < 0)
            return cannot_open(path, errno, err);
        if (fstat(fd, &info) != 0)
            status = cannot_open(path, errno, err);
        identity = identity_of(&info);
        if (status == EIDER_OK)
            status = read_footer(fd, path, identity.bytes, &footer, err);
        close(fd);
        if (status != EIDER_OK)
            return status;
        status = copy_footer(footer, arena, ret, err);
        remember(files, path, &identity, footer);
    }
    if (status != EIDER_OK)
        return error_no_memory(err);
    ret->is_local = true;
    ret->bytes = identity.bytes;
    ret->mtime_ns = identity.mtime_ns;
    return EIDER_OK;
}

static const struct footer_column *find_column(const struct footer *footer, const char *name)
{
    for (uint32_t i = 0; i < footer->column_count; i++) {
        if (strcmp(footer->columns[i].name, name) == 0)
            return &footer->columns[i];
    }
    return NULL;
}

bool engine_file_column(struct engine_files *files, const char *path, const char *column,
                        struct engine_file_column *ret)
{
    const struct footer_column *found;
    struct entry *entry;

    pthread_mutex_lock(&files->mutex);
    entry = find_entry(files, path);
    found = entry != NULL ? find_column(entry->footer, column) : NULL;
    if (found != NULL)
        *ret = (struct engine_file_column){.file_rows = entry->footer->rows,
                                           .distinct = found->distinct,
                                           .has_range = found->has_range,
                                           .has_bounds = found->has_bounds,
                                           .least = found->least,
                                           .greatest = found->greatest,
                                           .covered = found->covered,
                                           .row_group_count = entry->footer->count};
    pthread_mutex_unlock(&files->mutex);
    return found != NULL;
}

bool engine_file_share(struct engine_files *files, const char *path, const char *column, double *ret_share,
                       bool *ret_nested)
{
    const struct footer_column *found;
    struct entry *entry;

    *ret_share = 1;
    *ret_nested = false;
    pthread_mutex_lock(&files->mutex);
    entry = find_entry(files, path);
    found = entry != NULL ? find_column(entry->footer, column) : NULL;
    if (found != NULL) {
        *ret_share = found->share;
    } else if (entry != NULL) {
        *ret_nested = true;
        for (uint32_t i = 0; i < entry->footer->column_count; i++)
            *ret_share -= entry->footer->columns[i].share;
        *ret_share = *ret_share > 0 ? *ret_share : 0;
    }
    pthread_mutex_unlock(&files->mutex);
    return entry != NULL;
}
