/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ALLOCATIONS_H
#define TESTS_ALLOCATIONS_H

/*
 * Failing allocations: the test program's own malloc, calloc, realloc and posix_memalign pass on to glibc's, but for a
 * countdown of the current thread. Not with sanitizers, which have an allocator of their own.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ALLOCATIONS_CHECKED 1
#endif
#endif
#if !defined(ALLOCATIONS_CHECKED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&      \
    defined(__GLIBC__)
#define ALLOCATIONS_CAN_FAIL 1

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *pointer, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static _Thread_local long allocations_left = -1; /* negative: without end */

/* The next `count` allocations succeed, all later ones fail. */
static void allocations_fail_after(long count)
{
    allocations_left = count;
}

static void allocations_succeed(void)
{
    allocations_left = -1;
}

static int allocation_fails(void)
{
    if (allocations_left < 0)
        return 0;
    if (allocations_left == 0)
        return 1;
    allocations_left--;
    return 0;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc's parameters have reserved names */
void *malloc(size_t bytes)
{
    return allocation_fails() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return allocation_fails() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *pointer, size_t bytes)
{
    return allocation_fails() ? NULL : __libc_realloc(pointer, bytes);
}

int posix_memalign(void **ret, size_t alignment, size_t bytes)
{
    void *pointer = allocation_fails() ? NULL : __libc_memalign(alignment, bytes);

    if (pointer == NULL)
        return ENOMEM;
    *ret = pointer;
    return 0;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
#endif

#endif
