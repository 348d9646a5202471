/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scaling a leaf to the tasks of its stage: a DISTRIBUTED_LEAF with a variant per task.
 *
 * Parquet: the files in their order are one line of bytes, cut into `tasks` pieces of equal length; a cut within a
 * file falls on a border of row groups where there are at least as many as tasks, else on a row. Each file row is in
 * exactly one variant, because a piece starts at the row where the one before it ends. Example: files of 30 and 10
 * MiB over 4 tasks: 10, 10 and 10 MiB of the first file by row ranges, then the second file as a whole.
 * A parallel CUSTOM leaf is told the task's number when it runs. Other leaves cannot be split: the first task reads them,
 * the others read nothing. A handler may know better.
 */
#include "planner/passes.h"

#include "plan/object.h"

/* A place in the line of files: file number, row in it. */
struct cut {
    uint32_t file;
    uint64_t row;
};

struct line {
    const struct node_parquet_scan *scan;
    struct planner_file *files;
    uint64_t bytes;
    bool by_row_group; /* enough row groups for all tasks */
};

static enum eider_status read_line(struct arena *arena, const struct planner_options *options,
                                   const struct node_parquet_scan *scan, uint32_t tasks, struct line *ret,
                                   struct eider_error *err)
{
    enum eider_status status;
    uint64_t groups = 0;

    *ret = (struct line){.scan = scan};
    ret->files = arena_alloc_array(arena, scan->files.count, sizeof(*ret->files));
    if (ret->files == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; i < scan->files.count; i++) {
        const struct file_slice *slice = &scan->files.items[i];
        struct planner_file *file = &ret->files[i];
        if (options->file_info != NULL &&
            (status = options->file_info(options->file_data, slice->path.data, file, err)) != EIDER_OK)
            return status;
        ret->bytes += file->bytes;
        if (file->row_group_rows > 0)
            groups += (file->rows + file->row_group_rows - 1) / file->row_group_rows;
    }
    ret->by_row_group = groups >= tasks;
    return EIDER_OK;
}

/* The place after `bytes` of the line. Unknown rows: the nearer end of the file. */
static struct cut cut_at(const struct line *line, uint64_t bytes)
{
    for (uint32_t i = 0; i < line->scan->files.count; i++) {
        const struct planner_file *file = &line->files[i];
        uint64_t unit = line->by_row_group ? file->row_group_rows : 1, row;
        if (bytes >= file->bytes) {
            bytes -= file->bytes;
            continue;
        }
        if (file->rows == 0 || file->row_group_rows == 0)
            return (struct cut){bytes * 2 >= file->bytes ? i + 1 : i, 0};
        row = (uint64_t)((double)file->rows * ((double)bytes / (double)file->bytes));
        row = (row + unit / 2) / unit * unit;
        return row >= file->rows ? (struct cut){i + 1, 0} : (struct cut){i, row};
    }
    return (struct cut){line->scan->files.count, 0};
}

/* The scan of what lies between two cuts; an EMPTY if that is nothing. */
static const struct eider_node *piece(struct arena *arena, const struct line *line, struct cut from,
                                      struct cut to)
{
    struct node_parquet_scan *scan;
    uint32_t last = to.row > 0 ? to.file + 1 : to.file, count = last > from.file ? last - from.file : 0;

    if (count == 0 || (from.file == to.file && from.row >= to.row)) {
        struct node_empty *empty = node_empty_new(arena);
        if (empty == NULL)
            return NULL;
        empty->base.columns = line->scan->base.columns;
        empty->base.rows = 0;
        return &empty->base;
    }
    if ((scan = (struct node_parquet_scan *)node_clone(arena, &line->scan->base)) == NULL)
        return NULL;
    scan->files = file_slice_list_new(arena, count);
    for (uint32_t i = 0; i < scan->files.count; i++) {
        uint32_t file = from.file + i;
        struct file_slice *slice = &scan->files.items[i];
        uint64_t first = i == 0 ? from.row : 0;
        *slice = line->scan->files.items[file];
        if (first > 0 || (file == to.file && to.row > 0)) {
            slice->first_row = first;
            slice->row_count = (file == to.file && to.row > 0 ? to.row : line->files[file].rows) - first;
        }
    }
    return scan->files.count == count ? &scan->base : NULL;
}

static const struct eider_node *variant(struct arena *arena, const struct line *line, uint32_t task,
                                        uint32_t tasks)
{
    uint64_t each = line->bytes / tasks, rest = line->bytes % tasks;
    struct cut from = {0, 0}, to = {line->scan->files.count, 0};

    if (task > 0)
        from = cut_at(line, each * task + rest * task / tasks);
    if (task + 1 < tasks)
        to = cut_at(line, each * (task + 1) + rest * (task + 1) / tasks);
    return piece(arena, line, from, to);
}

static struct node_distributed_leaf *leaf_new(struct arena *arena, const struct eider_node *leaf,
                                              uint32_t variants)
{
    struct node_distributed_leaf *made = node_distributed_leaf_new(arena);

    if (made == NULL)
        return NULL;
    made->leaf = leaf;
    made->base.columns = leaf->columns;
    made->base.rows = leaf->rows;
    made->variants = node_list_new(arena, variants);
    return made->variants.count == variants ? made : NULL;
}

enum eider_status scale_leaf(struct arena *arena, const struct planner_options *options,
                             const struct eider_node *leaf, uint32_t tasks, const struct eider_node **ret,
                             struct eider_error *err)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(leaf);
    struct node_distributed_leaf *made = leaf_new(arena, leaf, scan != NULL ? tasks : 1);
    enum eider_status status;
    struct line line;

    *ret = leaf;
    if (leaf->tag == NODE_CUSTOM && node_as_custom(leaf)->parallel)
        return EIDER_OK; /* it shares the work out itself, by the task's number */
    if (made != NULL && scan == NULL)
        made->variants.items[0] = leaf;
    if (made != NULL && scan != NULL) {
        if ((status = read_line(arena, options, scan, tasks, &line, err)) != EIDER_OK)
            return status;
        for (uint32_t i = 0; i < tasks; i++)
            made->variants.items[i] = variant(arena, &line, i, tasks);
    }
    if (made == NULL || arena_failed(arena))
        return error_no_memory(err);
    *ret = &made->base;
    return EIDER_OK;
}
