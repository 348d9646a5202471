/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_UNIQUE_H
#define EIDER_COORDINATOR_UNIQUE_H

#include <stdint.h>

/* A number that no other coordinator uses at the same time: workers know queries and sessions by it. Any thread. */
uint64_t unique_number(void);

#endif
