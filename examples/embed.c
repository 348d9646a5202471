/* SPDX-License-Identifier: Apache-2.0 */
/* Eider in a program of one's own: a cluster, a session, a query; the result is DuckDB's. */
#include <stdio.h>

#include <eider/eider.h>

int main(void)
{
    struct eider_error err = {.status = EIDER_OK};
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    duckdb_database database;
    duckdb_connection connection;
    duckdb_result result;

    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        duckdb_connect(database, &connection) != DuckDBSuccess)
        return 1;
    if (eider_cluster_new_local(4, &cluster, &err) == EIDER_OK &&
        eider_session_new(database, connection, cluster, NULL, &session, &err) == EIDER_OK &&
        eider_query(session, "SELECT sum(range) AS total FROM range(1000)", &result, &err) == EIDER_OK) {
        printf("%s: %lld\n", duckdb_column_name(&result, 0), (long long)duckdb_value_int64(&result, 0, 0));
        duckdb_destroy_result(&result);
    } else {
        fprintf(stderr, "%s\n", err.message);
    }
    eider_session_free(session);
    eider_cluster_unref(cluster);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return err.status == EIDER_OK ? 0 : 1;
}
