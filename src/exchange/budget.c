/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory budget: one atomic count against one atomic limit.
 *
 * Invariant: used never exceeds the limit that was in force when the last reservation was made. Threads: all
 * functions are lock-free. Failure: a reservation that does not fit changes nothing.
 */
#include "exchange/budget.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>

struct budget {
    _Atomic uint32_t refs;
    _Atomic uint64_t limit_bytes;
    _Atomic uint64_t used_bytes;
    _Atomic uint64_t peak_bytes;
};

struct budget *budget_new(uint64_t limit_bytes)
{
    struct budget *budget = calloc(1, sizeof(*budget));

    if (budget == NULL)
        return NULL;
    atomic_init(&budget->refs, 1);
    atomic_init(&budget->limit_bytes, limit_bytes);
    return budget;
}

struct budget *budget_ref(struct budget *budget)
{
    atomic_fetch_add_explicit(&budget->refs, 1, memory_order_relaxed);
    return budget;
}

void budget_unref(struct budget *budget)
{
    if (budget != NULL && atomic_fetch_sub_explicit(&budget->refs, 1, memory_order_acq_rel) == 1)
        free(budget);
}

void budget_set_limit(struct budget *budget, uint64_t limit_bytes)
{
    atomic_store_explicit(&budget->limit_bytes, limit_bytes, memory_order_relaxed);
}

enum eider_status budget_reserve(struct budget *budget, uint64_t bytes, struct eider_error *err)
{
    uint64_t limit = atomic_load_explicit(&budget->limit_bytes, memory_order_relaxed);
    uint64_t used = atomic_load_explicit(&budget->used_bytes, memory_order_relaxed);
    uint64_t peak = atomic_load_explicit(&budget->peak_bytes, memory_order_relaxed);

    do {
        if (bytes > limit || used > limit - bytes) {
            error_set(err, EIDER_ERROR_MEMORY,
                      "the rows between the stages of the queries need more than the %" PRIu64
                      " MiB of memory that they may have",
                      limit >> 20);
            error_hint(err, "raise the limit, for example: SET eider_exchange_memory = '%" PRIu64 "MiB'",
                       (limit >> 19) > 0 ? limit >> 19 : 1);
            return EIDER_ERROR_MEMORY;
        }
    } while (!atomic_compare_exchange_weak_explicit(&budget->used_bytes, &used, used + bytes,
                                                    memory_order_relaxed, memory_order_relaxed));
    used += bytes;
    while (used > peak && !atomic_compare_exchange_weak_explicit(&budget->peak_bytes, &peak, used,
                                                                 memory_order_relaxed, memory_order_relaxed))
        ;
    return EIDER_OK;
}

void budget_release(struct budget *budget, uint64_t bytes)
{
    atomic_fetch_sub_explicit(&budget->used_bytes, bytes, memory_order_relaxed);
}

uint64_t budget_limit(const struct budget *budget)
{
    return atomic_load_explicit(&budget->limit_bytes, memory_order_relaxed);
}

uint64_t budget_used(const struct budget *budget)
{
    return atomic_load_explicit(&budget->used_bytes, memory_order_relaxed);
}

uint64_t budget_peak(const struct budget *budget)
{
    return atomic_load_explicit(&budget->peak_bytes, memory_order_relaxed);
}
