/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scaling a leaf to the tasks of its stage: a DISTRIBUTED_LEAF with a variant per task.
 *
 * Parquet: the files in their order are one line of bytes, cut into `tasks` pieces of equal length; a cut within a
 * file falls on a border of row groups where there are at least as many as tasks, else on a row. Each file row is in
 * exactly one variant, because a piece starts at the row where the one before it ends. Example: files of 30 and 10
 * MiB over 4 tasks: 10, 10 and 10 MiB of the first file by row ranges, then the second file as a whole. In a union the
 * inputs share the tasks (union_shares.c): the line is then cut at the borders of those that the scan has.
 * Where the distribute pass has given points (ranges.h), a variant reads the rows of a range of values: the files that may
 * hold some, with a filter unless all of them lie within.
 * Tables that every connection reads alike: ranges of rowid, which fall on borders of row groups where there are enough of them.
 * Rows that were deleted leave gaps, so that there may be higher ones than there are rows: the last range has no end.
 * Divisible function scans: whole files (file_shares.c).
 * A parallel CUSTOM leaf is told the task's number when it runs. Other leaves cannot be split: the first task reads them,
 * the others read nothing. A handler may know better.
 */
#include "planner/passes.h"

#include "plan/object.h"
#include "planner/ranges.h"

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

/* What a task reads that has no share. */
static const struct eider_node *nothing(struct arena *arena, const struct eider_node *scan)
{
    struct node_empty *empty = node_empty_new(arena);

    if (empty == NULL)
        return NULL;
    empty->base.columns = scan->columns;
    empty->base.rows = 0;
    return &empty->base;
}

/* The scan of what lies between two cuts; an EMPTY if that is nothing. */
static const struct eider_node *piece(struct arena *arena, const struct line *line, struct cut from,
                                      struct cut to)
{
    struct node_parquet_scan *scan;
    uint32_t last = to.row > 0 ? to.file + 1 : to.file, count = last > from.file ? last - from.file : 0;

    if (count == 0 || (from.file == to.file && from.row >= to.row))
        return nothing(arena, &line->scan->base);
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
                                        const struct leaf_share *share)
{
    double bytes = (double)line->bytes, width = share->to - share->from;
    struct cut from = {0, 0}, to = {line->scan->files.count, 0};

    if (share->to <= task || share->from >= task + 1)
        return nothing(arena, &line->scan->base);
    if (share->from < task)
        from = cut_at(line, (uint64_t)(bytes * (task - share->from) / width));
    if (share->to > task + 1)
        to = cut_at(line, (uint64_t)(bytes * (task + 1 - share->from) / width));
    return piece(arena, line, from, to);
}

/* ---- Ranges ---- */

/* The filter `key >= value` or `key < value`. */
static const struct eider_expr *bound(struct arena *arena, const struct node_parquet_scan *scan,
                                      enum comparison op, int64_t value)
{
    uint32_t index = scan->projection.items[scan->range_key];
    const struct scan_column *column = &scan->read.items[index];
    struct expr_comparison *made = expr_comparison_new(arena, type_simple(TYPE_BOOLEAN));
    const struct eider_expr *constant = expr_whole(arena, column->type, value);

    if (made == NULL || constant == NULL)
        return NULL;
    made->op = op;
    made->left = expr_column(arena, column->type, index, column->name);
    made->right = constant;
    return &made->base;
}

static void add_filters(struct arena *arena, struct node_parquet_scan *scan, const struct range_cut *cut)
{
    struct expr_list filters = expr_list_new(arena, scan->filters.count + 2);

    if (filters.count == 0)
        return;
    filters.count = 0;
    for (uint32_t i = 0; i < scan->filters.count; i++)
        filters.items[filters.count++] = scan->filters.items[i];
    if (cut->from != INT64_MIN)
        filters.items[filters.count++] = bound(arena, scan, COMPARE_GREATER_EQUAL, cut->from);
    if (cut->to != INT64_MAX)
        filters.items[filters.count++] = bound(arena, scan, COMPARE_LESS, cut->to);
    scan->filters = filters;
}

/* Adds the files that may hold rows of the cut. True if one may hold others too. */
static bool pick_files(const struct planner_options *options, const struct node_parquet_scan *scan,
                       const struct range_cut *cut, struct node_parquet_scan *ret)
{
    const struct scan_column *column = &scan->read.items[scan->projection.items[scan->range_key]];
    bool cuts = false;

    ret->files.count = 0;
    for (uint32_t i = 0; i < scan->files.count; i++) {
        struct planner_bounds bounds = {INT64_MIN, INT64_MAX, 0, 0};
        const char *path = scan->files.items[i].path.data;
        /* Of a file without rows nothing is known, and it does no harm. */
        bool known = range_bounds(options, scan, column, path, &bounds);
        if (known && (bounds.greatest < cut->from || bounds.least >= cut->to))
            continue;
        cuts |= bounds.least < cut->from || bounds.greatest >= cut->to;
        ret->files.items[ret->files.count++] = scan->files.items[i];
    }
    return cuts;
}

static const struct eider_node *range_variant(struct arena *arena, const struct planner_options *options,
                                              const struct node_parquet_scan *scan, uint32_t task,
                                              uint32_t tasks)
{
    struct range_cut cut = range_cut_of(&scan->range_points, task, tasks);
    struct node_parquet_scan *made = (struct node_parquet_scan *)node_clone(arena, &scan->base);

    if (made == NULL)
        return NULL;
    made->files = file_slice_list_new(arena, scan->files.count);
    if (made->files.count == 0)
        return NULL;
    if (pick_files(options, scan, &cut, made))
        add_filters(arena, made, &cut);
    made->range_key = 0;
    made->range_points = (struct range_point_list){NULL, 0};
    return made->files.count > 0 ? &made->base : nothing(arena, &scan->base);
}

/* ---- Tables ---- */

#define ROW_GROUP_ROWS 122880

static uint64_t rowid_cut(uint64_t rows, uint32_t task, uint32_t tasks)
{
    uint64_t unit = rows / ROW_GROUP_ROWS >= tasks ? ROW_GROUP_ROWS : 1;
    uint64_t row = rows / tasks * task + rows % tasks * task / tasks;

    return (row + unit / 2) / unit * unit;
}

static const struct eider_node *table_variant(struct arena *arena, const struct node_table_scan *scan,
                                              uint64_t rows, uint32_t task, uint32_t tasks)
{
    uint64_t from = rowid_cut(rows, task, tasks);
    uint64_t to = task + 1 < tasks ? rowid_cut(rows, task + 1, tasks) : INT64_MAX;
    struct node_table_scan *made;

    if (from == to)
        return nothing(arena, &scan->base);
    if ((made = (struct node_table_scan *)node_clone(arena, &scan->base)) == NULL)
        return NULL;
    made->first_row = from;
    made->row_count = to - from;
    return &made->base;
}

/* True if the scan may be cut: it reads all rows of a table that all connections read alike. */
static bool is_whole_table(const struct planner_options *options, const struct node_table_scan *scan,
                           uint64_t *ret_rows)
{
    struct planner_table table = {.shared = false};

    if (scan != NULL && scan->row_count == 0)
        table = table_of(options, scan);
    *ret_rows = table.rows;
    return table.shared;
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
                             const struct eider_node *leaf, const struct leaf_share *share,
                             const struct eider_node **ret, struct eider_error *err)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(leaf);
    const struct node_table_scan *table = node_as_table_scan(leaf);
    const struct node_function_scan *function = node_as_function_scan(leaf);
    uint32_t tasks = share->tasks;
    uint64_t rows;
    bool cuts = is_whole_table(options, table, &rows), divides = function != NULL && function->divisible;
    struct node_distributed_leaf *made = leaf_new(arena, leaf, scan != NULL || cuts || divides ? tasks : 1);
    enum eider_status status;
    struct line line;

    *ret = leaf;
    if (leaf->tag == NODE_CUSTOM && node_as_custom(leaf)->parallel)
        return EIDER_OK; /* it shares the work out itself, by the task's number */
    for (uint32_t i = 0; made != NULL && cuts && i < tasks; i++)
        made->variants.items[i] = table_variant(arena, table, rows, i, tasks);
    for (uint32_t i = 0; made != NULL && divides && i < tasks; i++)
        made->variants.items[i] = file_share(arena, function, i, tasks);
    if (made != NULL && scan == NULL && !cuts && !divides)
        made->variants.items[0] = leaf;
    if (made != NULL && scan != NULL && scan->range_points.count > 0 && options->column_bounds != NULL) {
        for (uint32_t i = 0; i < tasks; i++)
            made->variants.items[i] = range_variant(arena, options, scan, i, tasks);
    } else if (made != NULL && scan != NULL) {
        if ((status = read_line(arena, options, scan, tasks, &line, err)) != EIDER_OK)
            return status;
        for (uint32_t i = 0; i < tasks; i++)
            made->variants.items[i] = variant(arena, &line, i, share);
    }
    if (made == NULL || arena_failed(arena))
        return error_no_memory(err);
    *ret = &made->base;
    return EIDER_OK;
}
