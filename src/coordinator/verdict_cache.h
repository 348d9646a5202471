/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_VERDICT_CACHE_H
#define EIDER_COORDINATOR_VERDICT_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/verdict.h"
#include "engine/settings.h"

#define VERDICT_CACHE_LIFE_MS             10000.0
#define VERDICT_CACHE_MAX_ENTRIES         256
#define VERDICT_CACHE_MAX_BYTES           ((size_t)1 << 20)  /* of all entries */
#define VERDICT_CACHE_MAX_STATEMENT_BYTES ((size_t)64 << 10) /* longer ones are not kept */

struct verdict_entry;

/* The verdicts of one session, negative ones only. Zeroed memory is an empty cache. One thread at a time. */
struct verdict_cache {
    struct verdict_entry *entries[VERDICT_CACHE_MAX_ENTRIES]; /* the one that was used last comes first */
    uint32_t count;
    size_t bytes; /* of the entries */
};

/* True if the verdict of the statement under these settings is known: then *ret is it. `now_ms` is a monotonic clock. */
bool verdict_cache_find(struct verdict_cache *cache, const struct settings *settings, const char *sql,
                        double now_ms, struct verdict *ret);

/* The statement was planned, with this verdict: keeps it if it is one to keep, and forgets an older one in any case.
 * Without memory nothing changes. */
void verdict_cache_put(struct verdict_cache *cache, const struct settings *settings, const char *sql,
                       double now_ms, const struct verdict *verdict);

/* Forgets everything and frees its memory. */
void verdict_cache_clear(struct verdict_cache *cache);

#endif
