/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many bytes a scan of Parquet files reads, for what tasks are worth: those of its columns, as they are stored, judged by the
 * first row group of the first file. The rest of wide files costs nothing, and a query of few columns of them nothing but tasks.
 * (TPC-DS at scale factor 1, where no query is worth two tasks by this: 1.07 times DuckDB alone; by whole files 1.40.)
 *
 * Values that often repeat take few bytes, but each of them is looked at, so a value counts for a byte at least. A row without
 * columns counts for much less: how many there are, DuckDB takes from the metadata.
 */
#include "planner/passes.h"

#include "plan/object.h"

#define ROW 0.015 /* bytes that a row without columns counts for */

/* Values over bytes of the first file. */
static double least_part(const struct planner_options *options, const char *path, uint32_t columns)
{
    struct planner_file file = {.bytes = 0};
    struct eider_error scratch;

    if (options->file_info == NULL ||
        options->file_info(options->file_data, path, &file, &scratch) != EIDER_OK || file.bytes == 0)
        return 1;
    return (double)file.rows * (columns > 0 ? columns : ROW) / (double)file.bytes;
}

/* The part of its files that the scan's columns are, judged by the first file. */
static double part_read(const struct planner_options *options, const struct node_parquet_scan *scan)
{
    const char *path;
    double part = 0, least;
    uint32_t columns = 0;
    bool counted = false;

    if (options->column_share == NULL || scan->files.count == 0)
        return 1;
    path = scan->files.items[0].path.data;
    for (uint32_t i = 0; i < scan->read.count; i++) {
        const struct scan_column *column = &scan->read.items[i];
        double share;
        bool nested;
        if (column->role != SCAN_COLUMN)
            continue;
        if (!options->column_share(options->file_data, path, column->name.data, &share, &nested))
            return 1;
        part += nested && counted ? 0 : share;
        counted |= nested;
        columns++;
    }
    least = least_part(options, path, columns);
    part = part < 1 ? part : 1;
    return part > least ? part : least;
}

double scan_bytes(const struct planner_options *options, const struct node_parquet_scan *scan)
{
    double bytes = 0;

    for (uint32_t i = 0; i < scan->files.count; i++)
        bytes += (double)scan->files.items[i].bytes;
    return bytes * part_read(options, scan);
}

double stage_scan_bytes(const struct planner_options *options, const struct eider_node *node)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    double bytes = scan != NULL ? scan_bytes(options, scan) : 0;

    if (node_is_boundary(node))
        return 0;
    if (scan != NULL && scan->range_points.count > 0)
        return -1;
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        double more = stage_scan_bytes(options, node_child(node, i));
        if (more < 0)
            return -1;
        bytes += more;
    }
    return bytes;
}

double stage_file_rows(const struct planner_options *options, const struct eider_node *node)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    double rows = 0;

    for (uint32_t i = 0; scan != NULL && options->file_info != NULL && i < scan->files.count; i++) {
        struct planner_file file;
        struct eider_error scratch;
        if (options->file_info(options->file_data, scan->files.items[i].path.data, &file, &scratch) ==
            EIDER_OK)
            rows += (double)file.rows;
    }
    for (uint32_t i = 0, count = node_is_boundary(node) ? 0 : node_child_count(node); i < count; i++) {
        double more = stage_file_rows(options, node_child(node, i));
        rows = more > rows ? more : rows;
    }
    return rows;
}
