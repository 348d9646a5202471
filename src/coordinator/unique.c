/* SPDX-License-Identifier: Apache-2.0 */
/* A process counts from a random 64-bit number on. */
#include "coordinator/unique.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static pthread_once_t started = PTHREAD_ONCE_INIT;
static _Atomic uint64_t next;

static void start(void)
{
    struct timespec now;
    uint64_t first;

    if (getrandom(&first, sizeof(first), GRND_NONBLOCK) != (ssize_t)sizeof(first)) {
        clock_gettime(CLOCK_REALTIME, &now);
        first = ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec) * UINT64_C(0x9E3779B97F4A7C15) +
                (uint64_t)getpid();
    }
    atomic_store(&next, first);
}

uint64_t unique_number(void)
{
    uint64_t number;

    pthread_once(&started, start);
    do {
        number = atomic_fetch_add(&next, 1);
    } while (number == 0);
    return number;
}
