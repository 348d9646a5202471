/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_TEXT_SCAN_H
#define EIDER_PLAN_TEXT_SCAN_H

#include "plan/plan.h"

/* Scans of CSV and JSON files, which are FUNCTION_SCANs with files. */

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
