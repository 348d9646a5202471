/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_WRAPPED_ALLOCATIONS_H
#define TESTS_WRAPPED_ALLOCATIONS_H

/*
 * Failing allocations of the program's own code, that is Eider's and the test's, but not of shared libraries such as DuckDB: for
 * tests/CMakeLists.txt, including this header means to link with --wrap. Works with AddressSanitizer too, which then finds what
 * is lost on the way out of a failure. Counted per thread, as allocations.h does.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *pointer, size_t bytes);
int __real_posix_memalign(void **ret, size_t alignment, size_t bytes);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *pointer, size_t bytes);
int __wrap_posix_memalign(void **ret, size_t alignment, size_t bytes);
char *__wrap_strdup(const char *text);

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

void *__wrap_malloc(size_t bytes)
{
    return allocation_fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return allocation_fails() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *pointer, size_t bytes)
{
    return allocation_fails() ? NULL : __real_realloc(pointer, bytes);
}

int __wrap_posix_memalign(void **ret, size_t alignment, size_t bytes)
{
    return allocation_fails() ? ENOMEM : __real_posix_memalign(ret, alignment, bytes);
}

char *__wrap_strdup(const char *text)
{
    return allocation_fails() ? NULL : __real_strdup(text);
}
/* NOLINTEND(bugprone-reserved-identifier) */

#endif
