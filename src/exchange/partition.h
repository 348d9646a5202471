/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_PARTITION_H
#define EIDER_EXCHANGE_PARTITION_H

#include <stdint.h>

/*
 * Which partition a row belongs to, from DuckDB's hash of its key. Every producer of an exchange, on every
 * machine, must agree: this function is part of the wire protocol.
 *
 * The hash is mixed first. DuckDB's joins and aggregates use bits of the very same hash to pick their own
 * partitions and slots; a task that only received keys which agree in some of these bits would fill a
 * fraction of its tables. After a multiplication, the high bits depend on all bits of the hash below them,
 * and the first shift brings the upper half down, so no simple relation to any group of bits is left. The
 * range reduction takes the high 32 bits times the count, shifted: even for any count, and cheaper than a
 * modulus.
 */
#define PARTITION_MAX 65535u

static inline uint32_t partition_of_hash(uint64_t hash, uint32_t partition_count)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9FB21C651E98DF25);
    return (uint32_t)(((hash >> 32) * partition_count) >> 32);
}

/* The partition is the value itself; one that does not exist is the last. */
static inline uint32_t partition_of_value(uint64_t value, uint32_t partition_count)
{
    return value < partition_count ? (uint32_t)value : partition_count - 1;
}

#endif
