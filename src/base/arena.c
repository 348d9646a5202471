/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena: a chain of blocks that doubles in size up to 1 MiB; larger requests get a block of their own.
 * Invariant: `used <= capacity` in every block; the newest block is the one that is bumped.
 * Not thread-safe: one owner at a time. Failure: NULL, and `failed` is set for good.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES ((size_t)4096)
#define LAST_BLOCK_BYTES  ((size_t)1 << 20)
#define ALIGNMENT         ((size_t)16)

struct block {
    struct block *next;
    size_t used;
    size_t capacity;
    size_t padding; /* keeps data[] on a multiple of 16 */
    unsigned char data[];
};

struct disposal {
    struct disposal *next;
    void (*dispose)(void *object);
    void *object;
};

struct arena {
    struct block *blocks;
    struct disposal *disposals;
    size_t next_block_bytes;
    size_t bytes;
    int failed;
};

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena != NULL)
        arena->next_block_bytes = FIRST_BLOCK_BYTES;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct disposal *d = arena->disposals; d != NULL; d = d->next)
        d->dispose(d->object);
    for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}

static struct block *arena_grow(struct arena *arena, size_t bytes)
{
    size_t capacity = arena->next_block_bytes;
    struct block *block;

    if (bytes > capacity)
        capacity = bytes;
    else if (arena->next_block_bytes < LAST_BLOCK_BYTES)
        arena->next_block_bytes *= 2;
    block = calloc(1, sizeof(*block) + capacity);
    if (block == NULL)
        return NULL;
    block->capacity = capacity;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->bytes += sizeof(*block) + capacity;
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    struct block *block = arena->blocks;
    void *memory;

    if (bytes > SIZE_MAX / 2) {
        arena->failed = 1;
        return NULL;
    }
    bytes = (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (bytes == 0)
        bytes = ALIGNMENT;
    if (block == NULL || block->capacity - block->used < bytes)
        block = arena_grow(arena, bytes);
    if (block == NULL) {
        arena->failed = 1;
        return NULL;
    }
    memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes)
{
    if (item_bytes != 0 && count > SIZE_MAX / 2 / item_bytes) {
        arena->failed = 1;
        return NULL;
    }
    return arena_alloc(arena, count * item_bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t bytes)
{
    char *copy = arena_alloc(arena, bytes + 1);

    if (copy != NULL && bytes > 0)
        memcpy(copy, text, bytes);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || (text = arena_alloc(arena, (size_t)length + 1)) == NULL) {
        arena->failed = 1;
        return NULL;
    }
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

int arena_defer(struct arena *arena, void (*dispose)(void *object), void *object)
{
    struct disposal *disposal = arena_alloc(arena, sizeof(*disposal));

    if (disposal == NULL)
        return 0;
    disposal->dispose = dispose;
    disposal->object = object;
    disposal->next = arena->disposals;
    arena->disposals = disposal;
    return 1;
}

int arena_owns(const struct arena *arena, const void *memory)
{
    uintptr_t address = (uintptr_t)memory;

    for (const struct block *block = arena->blocks; block != NULL; block = block->next) {
        uintptr_t first = (uintptr_t)block->data;
        if (address >= first && address < first + block->used)
            return 1;
    }
    return 0;
}

int arena_failed(const struct arena *arena)
{
    return arena->failed;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}
