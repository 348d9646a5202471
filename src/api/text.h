/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_API_TEXT_H
#define EIDER_API_TEXT_H

#include <string.h>

#include "base/buf.h"

#define TEXT_MAX_BYTES ((size_t)16 << 20)

/* Copies what `out` holds to the caller, cut to `size` with the NUL; frees `out`. The full length, 0 if it failed. */
static inline size_t text_give(struct buf *out, char *text, size_t size)
{
    size_t length = out->failed ? 0 : out->size, copied;

    if (text != NULL && size > 0) {
        copied = length < size ? length : size - 1;
        if (copied > 0)
            memcpy(text, out->data, copied);
        text[copied] = '\0';
    }
    buf_done(out);
    return length;
}

#endif
