/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/planned_files.h"

#include <string.h>

#define FIRST_SLOTS 64

/* Of a path that was found; those that failed are asked for again. */
struct planned_file {
    const char *path; /* NULL: an empty slot */
    struct planner_file file;
};

void planned_files_begin(struct planned_files *planned, struct engine_files *files, struct arena *arena)
{
    *planned = (struct planned_files){.files = files, .arena = arena};
}

static struct planned_file *slot_of(struct planned_file *slots, uint32_t slot_count, const char *path)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    uint32_t at;

    for (const char *c = path; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    at = (uint32_t)(hash >> 32) & (slot_count - 1);
    while (slots[at].path != NULL && strcmp(slots[at].path, path) != 0)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static bool make_room(struct planned_files *planned)
{
    uint32_t slot_count = planned->slot_count == 0 ? FIRST_SLOTS : planned->slot_count * 2;
    struct planned_file *slots;

    if (planned->count < planned->slot_count / 2)
        return true;
    if ((slots = arena_alloc_array(planned->arena, slot_count, sizeof(*slots))) == NULL)
        return false;
    memset(slots, 0, slot_count * sizeof(*slots));
    for (uint32_t i = 0; i < planned->slot_count; i++) {
        if (planned->slots[i].path != NULL)
            *slot_of(slots, slot_count, planned->slots[i].path) = planned->slots[i];
    }
    planned->slots = slots;
    planned->slot_count = slot_count;
    return true;
}

static struct planner_file file_of(const struct engine_file_info *info)
{
    struct planner_file file = {.bytes = info->bytes,
                                .mtime_ns = info->mtime_ns,
                                .rows = info->rows,
                                .schema_hash = info->schema_hash};

    for (uint32_t i = 0; i < info->row_group_count; i++) {
        if (info->row_group_rows[i] > file.row_group_rows)
            file.row_group_rows = info->row_group_rows[i];
    }
    return file;
}

enum eider_status planned_files_info(void *data, const char *path, struct planner_file *ret,
                                     struct eider_error *err)
{
    struct planned_files *planned = data;
    struct engine_file_info info;
    struct planned_file *slot;
    enum eider_status status;

    *ret = (struct planner_file){.bytes = 0};
    if (!make_room(planned))
        return error_no_memory(err);
    slot = slot_of(planned->slots, planned->slot_count, path);
    if (slot->path == NULL) {
        if ((status = engine_file_info(planned->files, path, planned->arena, &info, err)) != EIDER_OK)
            return status;
        slot->path = arena_strndup(planned->arena, path, strlen(path));
        if (slot->path == NULL)
            return error_no_memory(err);
        if (info.is_local)
            slot->file = file_of(&info);
        planned->count++;
    }
    *ret = slot->file;
    return EIDER_OK;
}

double planned_files_distinct(void *data, const char *first_path, uint32_t file_count, const char *column)
{
    struct planned_files *planned = data;
    struct engine_file_column found;

    if (!engine_file_column(planned->files, first_path, column, &found) || found.distinct < 0)
        return -1;
    /* Values that grow with the rows of one file are taken to grow with the files. */
    return found.distinct * 20 > (double)found.file_rows ? found.distinct * file_count : found.distinct;
}

bool planned_files_share(void *data, const char *path, const char *column, double *ret_share,
                         bool *ret_nested)
{
    struct planned_files *planned = data;

    return engine_file_share(planned->files, path, column, ret_share, ret_nested);
}

bool planned_files_range(void *data, const char *path, const char *column, double *ret_least,
                         double *ret_greatest)
{
    struct planned_files *planned = data;
    struct engine_file_column found;

    if (!engine_file_column(planned->files, path, column, &found) || !found.has_range)
        return false;
    *ret_least = found.least;
    *ret_greatest = found.greatest;
    return true;
}

bool planned_files_bounds(void *data, const char *path, const char *column, struct planner_bounds *ret)
{
    struct planned_files *planned = data;
    struct engine_file_column found;

    if (!engine_file_column(planned->files, path, column, &found) || !found.has_bounds)
        return false;
    *ret = (struct planner_bounds){.least = (int64_t)found.least,
                                   .greatest = (int64_t)found.greatest,
                                   .covered = found.covered,
                                   .row_groups = found.row_group_count};
    return true;
}
