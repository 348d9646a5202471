/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffered output to standard output or a file.
 *
 * Plain write() instead of stdio: after a failure (disk full, reader gone) nothing more is tried, and the
 * error is known with its errno. Nothing buffered is written behind a failure, so a file ends where the disk
 * did.
 */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define OUTPUT_BYTES ((size_t)256 << 10)

enum eider_status output_open(const char *path, struct output *ret, struct eider_error *err)
{
    *ret = (struct output){.fd = STDOUT_FILENO, .path = path};
    if (path != NULL && (ret->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) < 0)
        return error_set(err, EIDER_ERROR_IO, "cannot write '%s': %s", path, strerror(errno));
    if ((ret->data = malloc(OUTPUT_BYTES)) != NULL)
        return EIDER_OK;
    if (path != NULL)
        close(ret->fd);
    ret->fd = -1;
    return error_no_memory(err);
}

static void write_all(struct output *output, const char *data, size_t bytes)
{
    while (bytes > 0 && output->error == 0) {
        ssize_t written = write(output->fd, data, bytes);

        if (written >= 0) {
            data += written;
            bytes -= (size_t)written;
        } else if (errno != EINTR) {
            output->error = errno;
        }
    }
}

static void write_buffered(struct output *output)
{
    write_all(output, output->data, output->size);
    output->size = 0;
}

void output_write(struct output *output, const void *data, size_t bytes)
{
    if (bytes > OUTPUT_BYTES - output->size) {
        write_buffered(output);
        if (bytes >= OUTPUT_BYTES) {
            write_all(output, data, bytes);
            return;
        }
    }
    if (bytes > 0)
        memcpy(output->data + output->size, data, bytes);
    output->size += bytes;
}

void output_puts(struct output *output, const char *text)
{
    output_write(output, text, strlen(text));
}

void output_putc(struct output *output, char c)
{
    output_write(output, &c, 1);
}

void output_repeat(struct output *output, const char *text, size_t count)
{
    while (count-- > 0)
        output_puts(output, text);
}

enum eider_status output_status(const struct output *output, struct eider_error *err)
{
    if (output->error == 0)
        return EIDER_OK;
    if (output->path == NULL)
        return error_set(err, EIDER_ERROR_IO, "cannot write to standard output: %s", strerror(output->error));
    return error_set(err, EIDER_ERROR_IO, "cannot write '%s': %s", output->path, strerror(output->error));
}

enum eider_status output_flush(struct output *output, struct eider_error *err)
{
    write_buffered(output);
    return output_status(output, err);
}

bool output_is_closed(const struct output *output)
{
    return output->error == EPIPE;
}

enum eider_status output_close(struct output *output, struct eider_error *err)
{
    if (output->data == NULL)
        return EIDER_OK;
    write_buffered(output);
    free(output->data);
    output->data = NULL;
    /* Network file systems report a full disk here. Standard output too: what follows writes to it no more. */
    if (close(output->fd) != 0 && output->error == 0 && errno != EINTR)
        output->error = errno;
    return output_status(output, err);
}

bool output_is_terminal(const struct output *output)
{
    return isatty(output->fd) != 0;
}
