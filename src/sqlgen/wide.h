/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_WIDE_H
#define EIDER_SQLGEN_WIDE_H

#include <stdint.h>

/* Unsigned 128-bit numbers as two words; C11 has no type for them. */
struct wide {
    uint64_t upper;
    uint64_t lower;
};

/* Divides by ten in place and returns the remainder. */
static inline uint32_t wide_divide_by_ten(struct wide *value)
{
    uint64_t parts[4] = {value->upper >> 32, value->upper & UINT32_MAX, value->lower >> 32,
                         value->lower & UINT32_MAX};
    uint64_t rest = 0;

    for (int i = 0; i < 4; i++) {
        uint64_t part = (rest << 32) | parts[i];
        parts[i] = part / 10;
        rest = part % 10;
    }
    value->upper = (parts[0] << 32) | parts[1];
    value->lower = (parts[2] << 32) | parts[3];
    return (uint32_t)rest;
}

/* Minus the number, modulo 2^128. */
static inline struct wide wide_negate(struct wide value)
{
    return (struct wide){~value.upper + (value.lower == 0 ? 1 : 0), 0 - value.lower};
}

#endif
