/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bloom filters, blocked by 64-bit words: the high bits of a mixed hash choose the word, its low 24 bits
 * choose four bits in it. With 16 bits a key, a word holds four keys on average and a foreign hash passes
 * with probability of about 0.01.
 *
 * The mixing differs from that of partition_of_hash: keys of one partition agree in the high bits of that
 * one, and must not crowd into a part of the filter.
 *
 * Threads: words are atomic, added to with relaxed OR; whoever hands a finished filter to another thread
 * synchronises (the reference count of the probe's registration does).
 */
#include "exchange/bloom.h"

#include <stdatomic.h>
#include <stdlib.h>

struct bloom {
    _Atomic uint32_t refs;
    uint32_t shift; /* of the mixed hash, to the word's index */
    uint64_t word_count;
    struct budget *budget;
    _Atomic uint64_t *words;
};

uint64_t bloom_words_for(uint64_t keys)
{
    uint64_t words = 8;

    while (words < BLOOM_MAX_WORDS && words * 64 < keys * BLOOM_BITS_PER_KEY)
        words *= 2;
    return words;
}

enum eider_status bloom_new(uint64_t words, struct budget *budget, struct bloom **ret,
                            struct eider_error *err)
{
    struct bloom *bloom;
    enum eider_status status;

    *ret = NULL;
    if (words < 2 || words > BLOOM_MAX_WORDS || (words & (words - 1)) != 0)
        return error_set(err, EIDER_ERROR_ARGUMENT, "a Bloom filter cannot have that size");
    if (budget != NULL && (status = budget_reserve(budget, words * 8, err)) != EIDER_OK)
        return status;
    bloom = calloc(1, sizeof(*bloom));
    if (bloom != NULL)
        bloom->words = calloc(words, sizeof(*bloom->words));
    if (bloom == NULL || bloom->words == NULL) {
        free(bloom);
        if (budget != NULL)
            budget_release(budget, words * 8);
        return error_no_memory(err);
    }
    atomic_init(&bloom->refs, 1);
    bloom->budget = budget == NULL ? NULL : budget_ref(budget);
    bloom->word_count = words;
    bloom->shift = 64;
    for (uint64_t n = words; n > 1; n /= 2)
        bloom->shift--;
    *ret = bloom;
    return EIDER_OK;
}

struct bloom *bloom_ref(struct bloom *bloom)
{
    atomic_fetch_add_explicit(&bloom->refs, 1, memory_order_relaxed);
    return bloom;
}

void bloom_unref(struct bloom *bloom)
{
    if (bloom == NULL || atomic_fetch_sub_explicit(&bloom->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (bloom->budget != NULL) {
        budget_release(bloom->budget, bloom->word_count * 8);
        budget_unref(bloom->budget);
    }
    free(bloom->words);
    free(bloom);
}

static inline uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 29;
    hash *= UINT64_C(0xBF58476D1CE4E5B9);
    return hash ^ (hash >> 32);
}

static inline uint64_t mask_of(uint64_t mixed)
{
    return UINT64_C(1) << (mixed & 63) | UINT64_C(1) << (mixed >> 6 & 63) |
           UINT64_C(1) << (mixed >> 12 & 63) | UINT64_C(1) << (mixed >> 18 & 63);
}

void bloom_add(struct bloom *bloom, const uint64_t *hashes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t mixed = mix(hashes[i]);

        atomic_fetch_or_explicit(&bloom->words[mixed >> bloom->shift], mask_of(mixed), memory_order_relaxed);
    }
}

enum eider_status bloom_merge(struct bloom *bloom, const struct bloom *other, struct eider_error *err)
{
    if (bloom->word_count != other->word_count)
        return error_set(err, EIDER_ERROR_ARGUMENT, "Bloom filters of different sizes cannot be merged");
    for (uint64_t i = 0; i < bloom->word_count; i++)
        atomic_fetch_or_explicit(&bloom->words[i],
                                 atomic_load_explicit(&other->words[i], memory_order_relaxed),
                                 memory_order_relaxed);
    return EIDER_OK;
}

bool bloom_may_contain(const struct bloom *bloom, uint64_t hash)
{
    uint64_t mixed = mix(hash), mask = mask_of(mixed);

    return (atomic_load_explicit(&bloom->words[mixed >> bloom->shift], memory_order_relaxed) & mask) == mask;
}

void bloom_probe(const struct bloom *bloom, const uint64_t *hashes, size_t count, bool *ret)
{
    for (size_t i = 0; i < count; i++)
        ret[i] = bloom_may_contain(bloom, hashes[i]);
}

uint64_t bloom_word_count(const struct bloom *bloom)
{
    return bloom->word_count;
}

void bloom_save(const struct bloom *bloom, uint64_t *ret_words)
{
    for (uint64_t i = 0; i < bloom->word_count; i++)
        ret_words[i] = atomic_load_explicit(&bloom->words[i], memory_order_relaxed);
}

enum eider_status bloom_load(struct bloom *bloom, const uint64_t *words, uint64_t count,
                             struct eider_error *err)
{
    if (count != bloom->word_count)
        return error_set(err, EIDER_ERROR_CORRUPT,
                         "a Bloom filter arrived with a size that was not asked for");
    for (uint64_t i = 0; i < count; i++)
        atomic_fetch_or_explicit(&bloom->words[i], words[i], memory_order_relaxed);
    return EIDER_OK;
}
