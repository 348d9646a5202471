/* SPDX-License-Identifier: Apache-2.0 */
#include "eider/eider.h"

const char *eider_version(void)
{
    return EIDER_VERSION; /* CMake's */
}

const char *eider_duckdb_version(void)
{
    return duckdb_library_version();
}
