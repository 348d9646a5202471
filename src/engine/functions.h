/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_FUNCTIONS_H
#define EIDER_ENGINE_FUNCTIONS_H

/* How the engine's functions get into a database; each lives in the file of its own. Private to the engine. False if
 * DuckDB refuses: a table function of the name is there already then (scalar functions are replaced). The connection is in
 * autocommit. */

#include <stdbool.h>

#include "duckdb.h"

bool functions_register_sink(duckdb_connection connection);    /* sink.c */
bool functions_register_source(duckdb_connection connection);  /* source.c */
bool functions_register_probe(duckdb_connection connection);   /* probe.c */
bool functions_register_text(duckdb_connection connection);    /* text_scans.c */
bool functions_register_arrow(duckdb_connection connection);   /* arrow_scan.c */
bool functions_register_average(duckdb_connection connection); /* average.c */

#endif
