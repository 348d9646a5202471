/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_STR_H
#define EIDER_STR_H

#include <stdint.h>

#include "eider/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes. Those that come from a plan have a NUL behind them, which `size` does not count. */
struct eider_str {
    const char *data;
    uint32_t size;
};

/* A C string, borrowed; NULL is the empty string. Any thread. */
EIDER_API struct eider_str eider_str_from(const char *text);

#ifdef __cplusplus
}
#endif
#endif
