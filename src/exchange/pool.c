/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pool of memory blocks: a free list for each power of two.
 *
 * A list remembers the fewest blocks that it held since the last tick: so many were not needed, and the next
 * tick, TICK_SECONDS later, gives them back to the system. There is no thread for it: a tick comes with the
 * next use.
 *
 * Invariants: cached.bytes is the sum over all lists and at most POOL_MAX_CACHED_BYTES. Threads: one mutex, a
 * leaf; memory is given to the system outside of it. Failure: pool_take leaves the budget as it was.
 */
#include "exchange/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define MIN_SHIFT    9u
#define MAX_SHIFT    26u
#define TICK_SECONDS 5

struct free_list {
    struct pool_block *head;
    size_t count;
    size_t fewest; /* since the last tick */
};

static struct {
    pthread_mutex_t mutex;
    struct free_list lists[MAX_SHIFT - MIN_SHIFT + 1];
    size_t bytes;
    time_t last_tick;
} cached = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void free_chain(struct pool_block *chain)
{
    while (chain != NULL) {
        struct pool_block *next = chain->next;

        free(chain->data);
        free(chain);
        chain = next;
    }
}

/* The list for blocks of that size, or -1 if they are not kept. */
static int list_of(size_t block_bytes)
{
    int shift = 0;

    if (block_bytes > POOL_MAX_BLOCK_BYTES)
        return -1;
    while (((size_t)1 << shift) < block_bytes)
        shift++;
    return shift - (int)MIN_SHIFT;
}

size_t pool_block_bytes(size_t bytes)
{
    size_t size = POOL_MIN_BYTES;

    if (bytes > POOL_MAX_BLOCK_BYTES)
        return bytes > SIZE_MAX - 63 ? SIZE_MAX : (bytes + 63) & ~(size_t)63;
    while (size < bytes)
        size *= 2;
    return size;
}

/* Moves `count` blocks of a list in front of `chain`. Locked. */
static struct pool_block *pop_blocks(struct free_list *list, size_t count, struct pool_block *chain)
{
    while (count-- > 0 && list->head != NULL) {
        struct pool_block *block = list->head;

        list->head = block->next;
        list->count--;
        cached.bytes -= block->bytes;
        block->next = chain;
        chain = block;
    }
    if (list->fewest > list->count)
        list->fewest = list->count;
    return chain;
}

/* What was not needed since the last tick, to be freed by the caller. Locked. */
static struct pool_block *tick(void)
{
    struct pool_block *chain = NULL;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec - cached.last_tick < TICK_SECONDS)
        return NULL;
    cached.last_tick = now.tv_sec;
    for (size_t i = 0; i <= MAX_SHIFT - MIN_SHIFT; i++) {
        struct free_list *list = &cached.lists[i];

        chain = pop_blocks(list, list->fewest, chain);
        list->fewest = list->count;
    }
    return chain;
}

static struct pool_block *block_new(size_t bytes)
{
    struct pool_block *block = malloc(sizeof(*block));

    if (block == NULL || posix_memalign(&block->data, 64, bytes) != 0) {
        free(block);
        return NULL;
    }
    block->next = NULL;
    block->bytes = bytes;
    return block;
}

enum eider_status pool_take(struct budget *budget, size_t bytes, struct pool_block **ret,
                            struct eider_error *err)
{
    size_t block_bytes = pool_block_bytes(bytes);
    struct pool_block *block = NULL, *unneeded;
    int list = list_of(block_bytes);
    enum eider_status status = budget_reserve(budget, block_bytes, err);

    *ret = NULL;
    if (status != EIDER_OK)
        return status;
    if (list >= 0) {
        pthread_mutex_lock(&cached.mutex);
        block = pop_blocks(&cached.lists[list], 1, NULL);
        unneeded = tick();
        pthread_mutex_unlock(&cached.mutex);
        free_chain(unneeded);
    }
    if (block == NULL)
        block = block_new(block_bytes);
    if (block == NULL) {
        budget_release(budget, block_bytes);
        return error_no_memory(err);
    }
    *ret = block;
    return EIDER_OK;
}

void pool_give_all(struct budget *budget, struct pool_block *chain)
{
    struct pool_block *unneeded;

    if (chain == NULL)
        return;
    pthread_mutex_lock(&cached.mutex);
    unneeded = tick();
    while (chain != NULL) {
        struct pool_block *next = chain->next;
        int index = list_of(chain->bytes);

        budget_release(budget, chain->bytes);
        if (index >= 0 && cached.bytes + chain->bytes <= POOL_MAX_CACHED_BYTES) {
            struct free_list *list = &cached.lists[index];

            chain->next = list->head;
            list->head = chain;
            list->count++;
            cached.bytes += chain->bytes;
        } else {
            chain->next = unneeded;
            unneeded = chain;
        }
        chain = next;
    }
    pthread_mutex_unlock(&cached.mutex);
    free_chain(unneeded);
}

void pool_give(struct budget *budget, struct pool_block *block)
{
    if (block == NULL)
        return;
    block->next = NULL;
    pool_give_all(budget, block);
}

void pool_trim(size_t keep_bytes)
{
    struct pool_block *chain = NULL;

    pthread_mutex_lock(&cached.mutex);
    for (size_t i = MAX_SHIFT - MIN_SHIFT + 1; i-- > 0;) {
        while (cached.bytes > keep_bytes && cached.lists[i].head != NULL)
            chain = pop_blocks(&cached.lists[i], 1, chain);
    }
    pthread_mutex_unlock(&cached.mutex);
    free_chain(chain);
}

size_t pool_cached_bytes(void)
{
    size_t bytes;

    pthread_mutex_lock(&cached.mutex);
    bytes = cached.bytes;
    pthread_mutex_unlock(&cached.mutex);
    return bytes;
}
