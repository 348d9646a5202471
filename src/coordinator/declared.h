/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_DECLARED_H
#define EIDER_COORDINATOR_DECLARED_H

#include "import/import.h"

/* The functions that the application has declared; names are on the heap. */
struct declared_functions {
    struct import_declared *items;
    uint32_t count;
};

void declared_functions_free(struct declared_functions *functions);

#endif
