/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_ARENA_H
#define EIDER_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory that lives and dies together: a query's, a pass's, a task's. Allocation is a pointer bump; nothing is
 * freed alone. Plan nodes live only in arenas. Memory comes zeroed and aligned to 16 bytes. One thread at a time.
 *
 * Running out of memory makes the allocation functions return NULL; `arena_failed` stays true from then on, so a
 * builder may check once at its end instead of at every node.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* runs the dispose callbacks, newest first; accepts NULL */

void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes); /* NULL on overflow too */
char *arena_strndup(struct arena *arena, const char *text, size_t bytes);      /* adds a final NUL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls dispose(object) when the arena is freed. Returns false if out of memory: then nothing is registered. */
int arena_defer(struct arena *arena, void (*dispose)(void *object), void *object);

/* True if `memory` lies in what the arena has given out. Reads nothing there: the pointer may be any. */
int arena_owns(const struct arena *arena, const void *memory);

int arena_failed(const struct arena *arena);
size_t arena_bytes(const struct arena *arena); /* what it holds of the heap */

#endif
