/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_PROBE_H
#define EIDER_ENGINE_PROBE_H

/*
 * A probe: a Bloom filter as a SQL function, `WHERE system.main."eider_bloom"('TOKEN', hash(key))`, which
 * DuckDB pushes into scans. False means that no row of the exchange has such a key; a NULL hash gives true.
 * Any thread.
 */

#include "engine/engine.h"
#include "exchange/bloom.h"

struct probe;

/* Takes a reference of the filter, which must not change any more. Errors: MEMORY. */
enum eider_status probe_new(struct engine *engine, struct bloom *bloom, struct probe **ret,
                            struct eider_error *err);
const char *probe_token(const struct probe *probe); /* lives as long as the probe; holds no quotes */
uint64_t probe_kept_out(const struct probe *probe); /* how many rows it has said no to so far */
void probe_free(struct probe *probe); /* accepts NULL; no statement that uses it may be running */

#endif
