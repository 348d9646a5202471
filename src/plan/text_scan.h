/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_TEXT_SCAN_H
#define EIDER_PLAN_TEXT_SCAN_H

#include "plan/plan.h"

/* Scans of CSV and JSON files, which are FUNCTION_SCANs with files. */

/* What is known of the files behind one path or glob of a call. */
struct text_files {
    const char *pattern;
    struct file_slice_list files;
    bool divisible;           /* several tasks may share the files of the call (engine/text_parts.h) */
    uint32_t keys;            /* of its JSON objects, if they are the names of all its columns; else 0 */
    const char *const *names; /* of its columns */
    uint32_t name_count;
};
struct text_files_list {
    const struct text_files *items;
    uint32_t count;
};

/* The name of the column, or key, that says which file a row is of, if the scan asks for one. */
#define TEXT_SCAN_FILENAME "filename"

/* True if an argument asks for the column TEXT_SCAN_FILENAME. */
bool text_scan_names_file(const struct node_function_scan *scan);

/* True if the call can say the columns that are read, with the rows being the same, so that DuckDB does not find them out. */
bool text_scan_says_columns(const struct node_function_scan *scan);

/* True if DuckDB reads the beginnings of many JSON files to find out the columns, each time it plans the call. */
bool text_scan_detects_keys(const struct node_function_scan *scan);

/* The places in `read` of the keys that are read, once each; empty if out of memory, too. */
struct u32_list text_scan_keys(struct arena *arena, const struct node_function_scan *scan);

#endif
