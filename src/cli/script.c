/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads scripts statement by statement.
 *
 * Invariants: the lexer stands in data[start, end) and looks at each byte once, however the input is cut; the
 * buffer holds one unfinished statement and at most one read more, and is moved to its front only when that
 * is cheap (fewer bytes move than were used). So a script of any size costs its length.
 *
 * A NUL byte behind a statement ends it for C: its place is that of the semicolon.
 */
#include "cli/script.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define READ_BYTES ((size_t)256 << 10)

static void script_init(const char *name, int fd, struct script *ret)
{
    *ret = (struct script){
        .name = name, .fd = fd, .stop_fd = -1, .max_bytes = SCRIPT_MAX_STATEMENT_BYTES, .line = 1};
}

enum eider_status script_open_text(const char *name, const char *text, struct script *ret,
                                   struct eider_error *err)
{
    size_t bytes = strlen(text);

    script_init(name, -1, ret);
    if ((ret->data = malloc(bytes + 1)) == NULL)
        return error_no_memory(err);
    memcpy(ret->data, text, bytes + 1);
    ret->end = bytes;
    ret->capacity = bytes + 1;
    ret->at_end = true;
    return EIDER_OK;
}

enum eider_status script_open_file(const char *path, struct script *ret, struct eider_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    script_init(path, fd, ret);
    if (fd < 0)
        return error_set(err, EIDER_ERROR_IO, "cannot read '%s': %s", path, strerror(errno));
    return EIDER_OK;
}

void script_open_stdin(struct script *ret)
{
    script_init("<stdin>", STDIN_FILENO, ret);
}

void script_close(struct script *script)
{
    if (script->fd > STDIN_FILENO)
        close(script->fd);
    free(script->data);
    script->data = NULL;
}

static uint64_t count_lines(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    uint64_t lines = 0;

    while (text < end && (text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        lines++;
        text++;
    }
    return lines;
}

/* False if the program was asked to end meanwhile. */
static bool wait_for_input(const struct script *script)
{
    struct pollfd fds[2] = {{.fd = script->fd, .events = POLLIN}, {.fd = script->stop_fd, .events = POLLIN}};

    if (script->stop_fd < 0)
        return true;
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    return fds[1].revents == 0;
}

/* Room for one read and a NUL behind it. */
static bool make_room(struct script *script)
{
    size_t used = script->start, held = script->end - script->start, capacity = script->capacity;
    char *data;

    if (script->capacity - script->end > READ_BYTES)
        return true;
    if (used > held) {
        memmove(script->data, script->data + used, held);
        script->start = 0;
        script->end = held;
        if (script->capacity - script->end > READ_BYTES)
            return true;
    }
    capacity = capacity == 0 ? 2 * READ_BYTES : 2 * capacity;
    if ((data = realloc(script->data, capacity)) == NULL)
        return false;
    script->data = data;
    script->capacity = capacity;
    return true;
}

static enum eider_status read_more(struct script *script, struct eider_error *err)
{
    ssize_t bytes;

    if (script->end - script->start > script->max_bytes) {
        script->at_end = true;
        return error_set(err, EIDER_ERROR_ARGUMENT, "the statement is longer than %zu bytes",
                         script->max_bytes);
    }
    if (!make_room(script))
        return error_no_memory(err);
    if (script->prompt != NULL)
        script->prompt(script->lexer.started);
    if (!wait_for_input(script)) {
        script->at_end = true;
        script->start = script->end; /* what is unfinished is not run */
        script->lexer = (struct lexer){0};
        return EIDER_OK;
    }
    do
        bytes = read(script->fd, script->data + script->end, READ_BYTES);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0) {
        script->at_end = true;
        return error_set(err, EIDER_ERROR_IO, "cannot read '%s': %s", script->name, strerror(errno));
    }
    script->end += (size_t)bytes;
    script->at_end = bytes == 0;
    return EIDER_OK;
}

/* The `bytes` from script->start are a statement, with `separator` bytes of semicolon at its end. */
static void take(struct script *script, size_t bytes, size_t separator, struct statement *ret)
{
    char *text = script->data + script->start;
    size_t first = script->lexer.first;

    ret->line = script->line + count_lines(text, first);
    script->line += count_lines(text, bytes);
    ret->text = text + first;
    ret->bytes = bytes - first - separator;
    ret->text[ret->bytes] = '\0';
    script->start += bytes;
    script->lexer = (struct lexer){0};
}

enum eider_status script_next(struct script *script, struct statement *ret, struct eider_error *err)
{
    for (;;) {
        size_t held = script->end - script->start, bytes;
        enum eider_status status;

        *ret = (struct statement){.line = script->line};
        bytes = held == 0
                    ? 0
                    : lexer_statement(&script->lexer, script->data + script->start, held, script->at_end);
        if (bytes > 0) {
            take(script, bytes, 1, ret);
            return EIDER_OK;
        }
        bytes = lexer_drop_blanks(&script->lexer);
        script->line += count_lines(script->data + script->start, bytes);
        script->start += bytes;
        held -= bytes;
        if (script->at_end) {
            if (script->lexer.started)
                take(script, held, 0, ret);
            return EIDER_OK;
        }
        if ((status = read_more(script, err)) != EIDER_OK) {
            ret->line = script->line + count_lines(script->data + script->start, script->lexer.first);
            script->start = script->end;
            script->lexer = (struct lexer){0};
            return status;
        }
    }
}
