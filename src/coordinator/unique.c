/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers, not a count: processes that were forked would go on with the same one. */
#include "coordinator/unique.h"

#include <stdatomic.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* Where the kernel has no random bytes yet. */
static uint64_t mixed(void)
{
    static _Atomic uint64_t count;
    struct timespec now;
    uint64_t number;

    clock_gettime(CLOCK_REALTIME, &now);
    number = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    number = (number ^ (uint64_t)getpid() << 40) * UINT64_C(0x9E3779B97F4A7C15);
    return number + atomic_fetch_add(&count, 1);
}

uint64_t unique_number(void)
{
    uint64_t number;

    do {
        if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
            number = mixed();
    } while (number == 0);
    return number;
}
