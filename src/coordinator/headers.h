/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_HEADERS_H
#define EIDER_COORDINATOR_HEADERS_H

#include "rpc/transport.h"

/* The headers of a session; names and values are on the heap. */
struct session_headers {
    struct task_header *items;
    uint32_t count;
};

void session_headers_free(struct session_headers *headers);

#endif
