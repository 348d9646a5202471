/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_BLOOM_H
#define EIDER_EXCHANGE_BLOOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exchange/budget.h"

/*
 * A Bloom filter of key hashes: never says no to a hash that was added, and says yes to about one in a
 * hundred others at BLOOM_BITS_PER_KEY bits a key. Every key lives in one 64-bit word (4 bits of it): one
 * cache miss to add or probe.
 *
 * Its size is chosen when the exact number of keys of the exchange is known: producers keep the hashes of
 * their rows until then (exchange/store.h). Filters of the same size are merged with OR, so tasks and workers
 * build theirs separately. Adding and merging are atomic: any threads may do so at once; what was added
 * before a thread was told is seen by it.
 */
#define BLOOM_BITS_PER_KEY 16u
#define BLOOM_MAX_WORDS    (UINT64_C(1) << 27) /* 1 GiB */

struct bloom;

/* The number of words (a power of two) for that many keys. */
uint64_t bloom_words_for(uint64_t keys);

/* An empty filter of `words` 64-bit words, a power of two, counted against `budget` (may be NULL). Errors:
 * ARGUMENT, MEMORY. */
enum eider_status bloom_new(uint64_t words, struct budget *budget, struct bloom **ret,
                            struct eider_error *err);
struct bloom *bloom_ref(struct bloom *bloom);
void bloom_unref(struct bloom *bloom); /* accepts NULL */

void bloom_add(struct bloom *bloom, const uint64_t *hashes, size_t count);
enum eider_status bloom_merge(struct bloom *bloom, const struct bloom *other, struct eider_error *err);

bool bloom_may_contain(const struct bloom *bloom, uint64_t hash);
void bloom_probe(const struct bloom *bloom, const uint64_t *hashes, size_t count, bool *ret);

/* The words themselves, for the wire: bloom_save writes bloom_word_count words, bloom_load ORs as many into a
 * filter of that size. Errors: CORRUPT if the size differs. */
uint64_t bloom_word_count(const struct bloom *bloom);
void bloom_save(const struct bloom *bloom, uint64_t *ret_words);
enum eider_status bloom_load(struct bloom *bloom, const uint64_t *words, uint64_t count,
                             struct eider_error *err);

#endif
