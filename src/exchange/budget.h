/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_BUDGET_H
#define EIDER_EXCHANGE_BUDGET_H

#include <stdint.h>

#include "base/error.h"

/*
 * One count of bytes against one limit: whatever the exchange buffers (open builders, sealed batches, kept
 * key hashes, Bloom filters) is reserved here before it is allocated. Counted by reference, since batches
 * outlive the store they came from. Any thread.
 */
struct budget;

struct budget *budget_new(uint64_t limit_bytes); /* NULL if out of memory */
struct budget *budget_ref(struct budget *budget);
void budget_unref(struct budget *budget); /* accepts NULL */

/* May be lower than what is in use: then the next reservation fails. */
void budget_set_limit(struct budget *budget, uint64_t limit_bytes);

/* Fails with EIDER_ERROR_MEMORY and a hint that names the setting; then nothing is reserved. */
enum eider_status budget_reserve(struct budget *budget, uint64_t bytes, struct eider_error *err);
void budget_release(struct budget *budget, uint64_t bytes);

uint64_t budget_limit(const struct budget *budget);
uint64_t budget_used(const struct budget *budget);
uint64_t budget_peak(const struct budget *budget); /* the most that was ever in use */

#endif
