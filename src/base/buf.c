/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte buffer: doubles its heap block, never beyond max_bytes.
 * Invariant: data[size] is NUL whenever data is on the heap; an empty buffer points at a static NUL.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)256)

static char empty[1];

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){.data = empty, .max_bytes = max_bytes};
}

void buf_done(struct buf *buf)
{
    if (buf->data != empty)
        free(buf->data);
    buf_init(buf, buf->max_bytes);
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    buf->failed = false;
    if (buf->data != empty)
        buf->data[0] = '\0';
}

void *buf_reserve(struct buf *buf, size_t bytes)
{
    size_t capacity = buf->capacity == 0 ? FIRST_BYTES : buf->capacity;
    char *data;

    if (buf->failed || bytes > buf->max_bytes || buf->size > buf->max_bytes - bytes) {
        buf->failed = true;
        return NULL;
    }
    if (buf->size + bytes < buf->capacity)
        return buf->data + buf->size;
    while (capacity < buf->size + bytes + 1)
        capacity *= 2;
    data = realloc(buf->data == empty ? NULL : buf->data, capacity);
    if (data == NULL) {
        buf->failed = true;
        return NULL;
    }
    data[buf->size] = '\0';
    buf->data = data;
    buf->capacity = capacity;
    return data + buf->size;
}

void buf_append(struct buf *buf, const void *data, size_t bytes)
{
    char *end = buf_reserve(buf, bytes);

    if (end == NULL)
        return;
    if (bytes > 0)
        memcpy(end, data, bytes);
    buf->size += bytes;
    buf->data[buf->size] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
    buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int length;
    char *end;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0 || (end = buf_reserve(buf, (size_t)length + 1)) == NULL) {
        buf->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(end, (size_t)length + 1, format, args);
    va_end(args);
    buf->size += (size_t)length;
}

char *buf_take(struct buf *buf, size_t *ret_size)
{
    char *data;

    if (buf->failed || buf_reserve(buf, 1) == NULL)
        return NULL;
    data = buf->data;
    if (ret_size != NULL)
        *ret_size = buf->size;
    buf->data = empty;
    buf->size = buf->capacity = 0;
    return data;
}
