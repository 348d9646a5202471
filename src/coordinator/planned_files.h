/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_PLANNED_FILES_H
#define EIDER_COORDINATOR_PLANNED_FILES_H

/*
 * What the planner is told of Parquet files while one plan is made. The system is asked once for each file: several passes ask
 * for the same ones, and all of them must see the same version.
 *
 * Threads: one. A query has one, anew for each plan.
 */

#include "base/arena.h"
#include "base/error.h"
#include "engine/files.h"
#include "planner/planner.h"

struct planned_file;

struct planned_files {
    struct engine_files *files;
    struct arena *arena;
    struct planned_file *slots; /* open addressing; a power of two of them */
    uint32_t slot_count;
    uint32_t count;
};

/* Forgets what was told. All is borrowed. */
void planned_files_begin(struct planned_files *planned, struct engine_files *files, struct arena *arena);

/* For planner_options; `data` is the struct planned_files. */
enum eider_status planned_files_info(void *data, const char *path, struct planner_file *ret,
                                     struct eider_error *err);
double planned_files_distinct(void *data, const char *first_path, uint32_t file_count, const char *column);
bool planned_files_share(void *data, const char *path, const char *column, double *ret_share,
                         bool *ret_nested);
bool planned_files_range(void *data, const char *path, const char *column, double *ret_least,
                         double *ret_greatest);
bool planned_files_bounds(void *data, const char *path, const char *column, struct planner_bounds *ret);

#endif
