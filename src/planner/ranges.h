/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLANNER_RANGES_H
#define EIDER_PLANNER_RANGES_H

#include "planner/distribute.h"

/*
 * Scans that are cut by the values of a column. Files are often sorted by a key, or written in its order; their
 * statistics say so. If each task of a stage reads the rows of a range of that key, then rows with equal keys are in one
 * task without a shuffle, and two scans that are cut at the same values are in step.
 *
 * A domain is a set of scans that are cut alike, each by a column of its own. It starts with one scan, as an offer: nothing
 * is cut before somebody uses it.
 */
struct range_domain;

/* If the scan may be cut by one of its columns, makes *placed, which is of the scan, spread by that column; one that is worth one
 * task stays in one, with the keys and the ranges that it would have in several. False: out of memory. */
bool ranges_offer(struct distribute *d, const struct node_parquet_scan *scan, struct placed *placed);

/* True if equal keys of both sides, which are spread by keys, are in one task: both by hash, or both cut alike from now on. */
bool ranges_meet(struct distribute *d, const struct placed *a, const struct placed *b);

/* True if files that are joined with the CTE, over whose definition `placed` is, can be cut by the column that is its key. */
bool ranges_meet_scans(struct distribute *d, uint32_t cte, const struct placed *placed);

/* True if the files, or row groups, of a scan are in the order of the column that it reads as number `read`: then few of them
 * have a value of it. */
bool ranges_ordered_by(struct arena *arena, const struct planner_options *options,
                       const struct node_parquet_scan *scan, uint32_t read);

/* The keys of `placed` are made use of. */
void ranges_use(const struct placed *placed);

/* At the end of the pass: writes into the scans how they are cut, if somebody uses it. */
bool ranges_commit(struct distribute *d);

/* The bounds of a file whose values are all NULL: the first task reads it. */
#define RANGE_NULL INT64_MIN

/* What is certain of a column of a scan in one of its files; of files in partition folders (k=1/): of the partition columns.
 * False: nothing. range_by_folders: whether the scan is of such files. */
bool range_bounds(const struct planner_options *options, const struct node_parquet_scan *scan,
                  const struct scan_column *column, const char *path, struct planner_bounds *ret);
bool range_by_folders(const struct node_parquet_scan *scan);
/* How many values a partition column has; < 0: it is none, or not understood. */
double range_folder_values(struct arena *arena, const struct node_parquet_scan *scan,
                           const struct scan_column *column);

/* What a task reads: values from `from` to before `to`; the first task everything below, the last everything above. */
struct range_cut {
    int64_t from, to;
};
struct range_cut range_cut_of(const struct range_point_list *points, uint32_t task, uint32_t tasks);

#endif
