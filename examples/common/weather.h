/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXAMPLES_WEATHER_H
#define EXAMPLES_WEATHER_H

#include <stdbool.h>

#include "duckdb.h"

/*
 * The table of the examples: a year of weather, 366 rows in three Parquet files, with the columns "Date", "MinTemp",
 * "MaxTemp", "Rainfall" and "RainToday" (300 × No, 66 × Yes). The files are made in a new folder below the one for temporary
 * files, and the view weather reads them.
 */
struct weather {
    char dir[256];
};

/* False: an error was printed. */
bool weather_create(struct weather *weather, duckdb_connection connection);

/* Removes the files. */
void weather_remove(const struct weather *weather);

#endif
