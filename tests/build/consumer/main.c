/* SPDX-License-Identifier: Apache-2.0 */
/* An application that knows nothing but the installed package. Its arena_new must not meet the library's own. */
#include <eider/eider.h>
#include <stdio.h>

int arena_new(void);
int arena_new(void)
{
    return 42;
}

int main(void)
{
    struct eider_error err;
    struct eider_cluster *cluster = NULL;
    if (eider_cluster_new_local(2, &cluster, &err) != EIDER_OK) {
        return 1;
    }
    eider_cluster_unref(cluster);
    printf("eider %s, DuckDB %s, %d\n", eider_version(), duckdb_library_version(), arena_new());
    return 0;
}
