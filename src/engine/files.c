/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Footers of Parquet files, and their cache.
 *
 * A Parquet file ends with its metadata (a struct in Thrift's compact protocol), their length in 4 bytes, and "PAR1".
 * Of the metadata we need the number of rows and, of each row group, the number of rows and bytes; everything else is
 * skipped. See https://github.com/apache/parquet-format, README and parquet.thrift, and Thrift's
 * thrift-compact-protocol.md. The reader trusts nothing: every length is checked against what is left.
 *
 * The cache is a hash table by path with a list in order of use. An entry counts as long as the file's device, inode,
 * size and times are the same. One mutex, never held while a file is read: two threads may read the same footer, and
 * the later one's entry stays.
 */
#include "engine/files.h"

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
#define MAX_SKIP_DEPTH   64
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

/* The row groups of a file, as read: rows of all, then bytes of all. Heap. */
struct footer {
    uint64_t rows;
    uint32_t count;
    uint64_t values[];
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

/* ---- Thrift's compact protocol ---- */

enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_I8 = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12,
    THRIFT_UUID = 13
};

struct thrift {
    const uint8_t *at;
    const uint8_t *end;
    bool bad; /* for good; reads return 0 from then on */
};

static void thrift_bad(struct thrift *in)
{
    in->bad = true;
    in->at = in->end;
}

static uint8_t thrift_byte(struct thrift *in)
{
    if (in->at == in->end) {
        thrift_bad(in);
        return 0;
    }
    return *in->at++;
}

static uint64_t thrift_varint(struct thrift *in)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = thrift_byte(in);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    thrift_bad(in);
    return 0;
}

/* A number that must not be negative. */
static uint64_t thrift_count(struct thrift *in)
{
    uint64_t zigzag = thrift_varint(in);

    if ((zigzag & 1) != 0)
        thrift_bad(in);
    return in->bad ? 0 : zigzag >> 1;
}

static void thrift_advance(struct thrift *in, uint64_t bytes)
{
    if (bytes > (uint64_t)(in->end - in->at))
        thrift_bad(in);
    else
        in->at += bytes;
}

/* The next field of a struct: its type (STOP at the end), and its id, which counts on from the last one. */
static enum thrift_type thrift_field(struct thrift *in, uint64_t *id)
{
    uint8_t byte = thrift_byte(in);
    enum thrift_type type = (enum thrift_type)(byte & 0x0f);

    if (type == THRIFT_STOP || in->bad)
        return THRIFT_STOP;
    *id = byte >> 4 != 0 ? *id + (byte >> 4) : thrift_count(in);
    return type;
}

/* The header of a list: how many elements, and of which type. */
static uint64_t thrift_list(struct thrift *in, enum thrift_type *type)
{
    uint8_t byte = thrift_byte(in);
    uint64_t count = byte >> 4 == 15 ? thrift_varint(in) : byte >> 4;

    *type = (enum thrift_type)(byte & 0x0f);
    if (count > (uint64_t)(in->end - in->at)) /* every element takes at least one byte */
        thrift_bad(in);
    return in->bad ? 0 : count;
}

static void thrift_skip(struct thrift *in, enum thrift_type type, bool in_list, int depth);

static void thrift_skip_struct(struct thrift *in, int depth)
{
    uint64_t id = 0;
    enum thrift_type type;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP)
        thrift_skip(in, type, false, depth);
}

static void thrift_skip_map(struct thrift *in, int depth)
{
    uint64_t count = thrift_varint(in);
    uint8_t types = count > 0 ? thrift_byte(in) : 0;

    if (count > (uint64_t)(in->end - in->at))
        thrift_bad(in);
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        thrift_skip(in, (enum thrift_type)(types >> 4), true, depth);
        thrift_skip(in, (enum thrift_type)(types & 0x0f), true, depth);
    }
}

/* A truth value is in the type of a field, but a byte of its own in a list. */
static void thrift_skip(struct thrift *in, enum thrift_type type, bool in_list, int depth)
{
    enum thrift_type element;
    uint64_t count;

    if (depth > MAX_SKIP_DEPTH) {
        thrift_bad(in);
        return;
    }
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        thrift_advance(in, in_list ? 1 : 0);
        return;
    case THRIFT_I8:
        thrift_advance(in, 1);
        return;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        thrift_varint(in);
        return;
    case THRIFT_DOUBLE:
        thrift_advance(in, 8);
        return;
    case THRIFT_BINARY:
        thrift_advance(in, thrift_varint(in));
        return;
    case THRIFT_LIST:
    case THRIFT_SET:
        count = thrift_list(in, &element);
        for (uint64_t i = 0; i < count && !in->bad; i++)
            thrift_skip(in, element, true, depth + 1);
        return;
    case THRIFT_MAP:
        thrift_skip_map(in, depth + 1);
        return;
    case THRIFT_STRUCT:
        thrift_skip_struct(in, depth + 1);
        return;
    case THRIFT_UUID:
        thrift_advance(in, 16);
        return;
    case THRIFT_STOP:
        break;
    }
    thrift_bad(in);
}

/* ---- The footer ---- */

/* RowGroup: 2 total_byte_size, 3 num_rows, 6 total_compressed_size. */
static void read_row_group(struct thrift *in, uint64_t *rows, uint64_t *bytes)
{
    uint64_t id = 0;
    enum thrift_type type;
    bool has_rows = false, has_compressed = false;

    *rows = *bytes = 0;
    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 3 && type == THRIFT_I64) {
            *rows = thrift_count(in);
            has_rows = true;
        } else if (id == 6 && type == THRIFT_I64) {
            *bytes = thrift_count(in);
            has_compressed = true;
        } else if (id == 2 && type == THRIFT_I64 && !has_compressed) {
            *bytes = thrift_count(in);
        } else {
            thrift_skip(in, type, false, 0);
        }
    }
    if (!has_rows)
        thrift_bad(in);
}

static struct footer *read_row_groups(struct thrift *in)
{
    enum thrift_type type;
    uint64_t count = thrift_list(in, &type);
    struct footer *footer;

    /* a row group takes at least 4 bytes */
    if (in->bad || count > (uint64_t)(in->end - in->at) / 4 || (count > 0 && type != THRIFT_STRUCT)) {
        thrift_bad(in);
        return NULL;
    }
    footer = calloc(1, sizeof(*footer) + 2 * (size_t)count * sizeof(footer->values[0]));
    if (footer == NULL)
        return NULL;
    footer->count = (uint32_t)count;
    for (uint32_t i = 0; i < footer->count && !in->bad; i++)
        read_row_group(in, &footer->values[i], &footer->values[footer->count + i]);
    return footer;
}

/* FileMetaData: 3 num_rows, 4 row_groups. *ret is NULL if the bytes are damaged or if memory ran out: `bad` tells. */
static struct footer *parse_footer(const uint8_t *data, size_t bytes, bool *ret_bad)
{
    struct thrift in = {data, data + bytes, false};
    struct footer *footer = NULL;
    uint64_t id = 0, rows = 0, sum = 0;
    enum thrift_type type;
    bool has_rows = false, no_memory = false;

    while (!no_memory && (type = thrift_field(&in, &id)) != THRIFT_STOP) {
        if (id == 3 && type == THRIFT_I64) {
            rows = thrift_count(&in);
            has_rows = true;
        } else if (id == 4 && type == THRIFT_LIST && footer == NULL) {
            footer = read_row_groups(&in);
            no_memory = footer == NULL && !in.bad;
        } else {
            thrift_skip(&in, type, false, 0);
        }
    }
    for (uint32_t i = 0; footer != NULL && i < footer->count; i++)
        sum += footer->values[i];
    *ret_bad = !no_memory && (in.bad || footer == NULL || !has_rows || sum != rows);
    if (*ret_bad || no_memory) {
        free(footer);
        return NULL;
    }
    footer->rows = rows;
    return footer;
}

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
    if (status == EIDER_OK && (*ret = parse_footer(data + tail - 8 - length, length, &bad)) == NULL)
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
    free(entry->footer);
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
        free(footer);
        return;
    }
    *entry = (struct entry){.identity = *identity, .footer = footer, .bucket = bucket_of(path)};
    memcpy(entry->path, path, length + 1);
    entry->bytes =
        sizeof(*entry) + length + sizeof(*footer) + 2 * (size_t)footer->count * sizeof(footer->values[0]);
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
