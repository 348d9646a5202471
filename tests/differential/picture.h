/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_PICTURE_H
#define DIFFER_PICTURE_H

#include <stdint.h>

/* Where a node stands in the picture of a distributed plan. */
struct picture_place {
    uint32_t lines;     /* lines that show it */
    uint32_t min_tasks; /* of the stages that hold it; 0 if none does */
    uint32_t max_tasks;
};

/* Looks for lines whose node starts with `node`, such as "HashJoinExec" or "AggregateExec: mode=Partial,". "" finds
 * every line. */
void picture_find(const char *picture, const char *node, struct picture_place *ret);

/* Looks for the scans of a table: lines with DataSourceExec and a file TABLE.… or in a folder TABLE. */
void picture_find_scan(const char *picture, const char *table, struct picture_place *ret);

#endif
