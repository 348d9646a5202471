/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_UNITS_H
#define EIDER_RPC_UNITS_H

/* Work units of feeds (eider/feed.h) on their way from the coordinator to a task: plain data. One thread at a time. */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "exchange/store.h"

#define UNITS_MAX_BYTES ((size_t)64 << 20)

/* Which units a task asks for. */
struct unit_request {
    struct output_key task;
    const char *feed;
    uint32_t leaf; /* which of the leaves of its fragment that read this feed */
};

struct unit_batch {
    struct buf bytes; /* of all units */
    struct buf sizes; /* a uint64_t for each */
    uint32_t count;
    bool end; /* no more come */
};

void unit_batch_init(struct unit_batch *batch);
void unit_batch_done(struct unit_batch *batch);
void unit_batch_clear(struct unit_batch *batch); /* `end` stays */
void unit_batch_add(struct unit_batch *batch, const void *data, size_t size);
bool unit_batch_failed(const struct unit_batch *batch); /* out of memory, or beyond UNITS_MAX_BYTES */

/* Appends the next units of a feed to `ret`. The coordinator's side of transport.next_units; any thread. */
typedef enum eider_status (*unit_provider)(void *data, const struct unit_request *request,
                                           struct unit_batch *ret, struct eider_error *err);

#endif
