/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_BUF_H
#define EIDER_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer with a maximum, for text and for messages. After the first failure (memory, or over the
 * maximum) every append is a no-op and `failed` stays set, so a writer checks once at its end. `data` always ends
 * with a NUL that `size` does not count, also while the buffer is empty. One thread at a time.
 */
struct buf {
    char *data;
    size_t size;
    size_t capacity;
    size_t max_bytes;
    bool failed;
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory and resets `failed` */

void buf_append(struct buf *buf, const void *data, size_t bytes);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `bytes` more at the end, not yet counted in size; NULL on failure. */
void *buf_reserve(struct buf *buf, size_t bytes);

/* Hands the memory over to the caller (free with free()) and leaves an empty buffer; NULL if it failed. */
char *buf_take(struct buf *buf, size_t *ret_size);

#endif
