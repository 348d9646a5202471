/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXAMPLES_TABLE_H
#define EXAMPLES_TABLE_H

#include "duckdb.h"

/* Prints a result as a table, the way of the pages about the examples. */
void table_print(duckdb_result *result);

#endif
