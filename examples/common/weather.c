/* SPDX-License-Identifier: Apache-2.0 */
#include "common/weather.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 3

/* 66 rainy days: a day d with d * 66 mod 366 < 66. The rest is made of the day too, so that every run sees the same. */
static const char rows[] =
    "SELECT DATE '2008-01-01' + d::INTEGER AS \"Date\", round(12 - 9 * cos(d * 2 * pi() / 366) + d * 7 % 10 "
    "* 0.3, 1)::DECIMAL(4,1) AS "
    "\"MinTemp\", round(21 - 11 * cos(d * 2 * pi() / 366) + d * 3 % 10 * 0.4, 1)::DECIMAL(4,1) AS "
    "\"MaxTemp\", "
    "CASE WHEN d * 66 % 366 < 66 THEN 1.2 + d % 17 ELSE 0 END::DOUBLE AS \"Rainfall\", "
    "CASE WHEN d * 66 % 366 < 66 THEN 'Yes' ELSE 'No' END AS \"RainToday\" FROM range(366) AS days(d)";

static bool run(duckdb_connection connection, const char *sql)
{
    duckdb_result result;
    bool ok = duckdb_query(connection, sql, &result) == DuckDBSuccess;

    if (!ok)
        fprintf(stderr, "%s\n", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return ok;
}

bool weather_create(struct weather *weather, duckdb_connection connection)
{
    const char *parent = getenv("TMPDIR");
    char sql[2048];

    snprintf(weather->dir, sizeof(weather->dir), "%s/eider-example-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(weather->dir) == NULL) {
        perror(weather->dir);
        weather->dir[0] = '\0';
        return false;
    }
    snprintf(sql, sizeof(sql), "%s/weather", weather->dir);
    if (mkdir(sql, 0700) != 0) {
        perror(sql);
        return false;
    }
    for (int i = 0; i < FILES; i++) {
        snprintf(sql, sizeof(sql), "COPY (%s WHERE d // 122 = %d) TO '%s/weather/weather-%d.parquet'", rows,
                 i, weather->dir, i);
        if (!run(connection, sql))
            return false;
    }
    snprintf(sql, sizeof(sql), "CREATE VIEW weather AS FROM read_parquet('%s/weather/*.parquet')",
             weather->dir);
    return run(connection, sql);
}

void weather_remove(const struct weather *weather)
{
    char path[512];

    if (weather->dir[0] == '\0')
        return;
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof(path), "%s/weather/weather-%d.parquet", weather->dir, i);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/weather", weather->dir);
    rmdir(path);
    rmdir(weather->dir);
}
