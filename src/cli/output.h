/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_OUTPUT_H
#define EIDER_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "eider/error.h"

/*
 * Where rows go: standard output or a file, through a buffer. After the first failure every write is a no-op
 * and `error` stays set, so a writer of rows asks once per chunk. One thread at a time.
 */
struct output {
    int fd;
    const char *path; /* NULL: standard output */
    char *data;
    size_t size;
    int error; /* errno of the first failure; EPIPE: the reader is gone */
};

/* Opens the file at `path` (borrowed), or takes standard output if it is NULL. Errors: IO, MEMORY. */
EIDER_MUST_CHECK enum eider_status output_open(const char *path, struct output *ret, struct eider_error *err);

void output_write(struct output *output, const void *data, size_t bytes);
void output_puts(struct output *output, const char *text);
void output_putc(struct output *output, char c);
void output_repeat(struct output *output, const char *text, size_t count);

/* Writes what is buffered. Returns output_status, which may as well be asked for later. */
enum eider_status output_flush(struct output *output, struct eider_error *err);

/* OK, or the failure as an error of status IO; its message names the file. */
EIDER_MUST_CHECK enum eider_status output_status(const struct output *output, struct eider_error *err);

/* The reader of a pipe has gone: nothing is wrong, but there is nobody to write for. */
bool output_is_closed(const struct output *output);

/* Flushes and closes; the file is complete if this returns OK. Accepts an output that was closed. */
EIDER_MUST_CHECK enum eider_status output_close(struct output *output, struct eider_error *err);

bool output_is_terminal(const struct output *output);

#endif
