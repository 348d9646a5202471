/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_SCRIPT_H
#define EIDER_CLI_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lexer.h"
#include "eider/error.h"

/* A statement may have 1 GiB. */
#define SCRIPT_MAX_STATEMENT_BYTES ((size_t)1 << 30)

/*
 * Statements one after the other from the text of an option, a file or standard input. What was read but not
 * used yet is all that is held. One thread at a time.
 */
struct script {
    const char *name; /* for messages; borrowed */
    int fd;           /* -1: the text was given */
    int stop_fd;      /* waiting for input ends when this is readable; -1: none */
    size_t max_bytes; /* of one statement; SCRIPT_MAX_STATEMENT_BYTES unless changed */
    /* Called before standard input is waited for; `started`: within a statement. May be NULL. */
    void (*prompt)(bool started);

    char *data;
    size_t start, end, capacity; /* data[start, end) is not used yet */
    uint64_t line;               /* of data[start], from 1 */
    bool at_end;                 /* nothing more comes */
    struct lexer lexer;
};

/* A statement without the blanks and comments before it, and without its semicolon. Lives until the next call. */
struct statement {
    char *text; /* NUL behind it */
    size_t bytes;
    uint64_t line; /* of its first token */
};

/* The text is copied. Errors: MEMORY. */
EIDER_MUST_CHECK enum eider_status script_open_text(const char *name, const char *text, struct script *ret,
                                                    struct eider_error *err);

/* Errors: IO. */
EIDER_MUST_CHECK enum eider_status script_open_file(const char *path, struct script *ret,
                                                    struct eider_error *err);

/* Standard input, which is not closed by script_close. */
void script_open_stdin(struct script *ret);

void script_close(struct script *script);

/*
 * The next statement; ret->text is NULL at the end and if stop_fd became readable. Statements of blanks are
 * passed over. Errors: IO, MEMORY, ARGUMENT (longer than max_bytes): after one of these the script is over.
 * `ret->line` is set then too.
 */
EIDER_MUST_CHECK enum eider_status script_next(struct script *script, struct statement *ret,
                                               struct eider_error *err);

#endif
