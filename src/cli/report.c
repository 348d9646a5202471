/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages and statistics on standard error.
 */
#include "cli/report.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define MAX_MESSAGE_BYTES ((size_t)64 << 20)

/* Writes and frees the text. */
static void emit(struct buf *text)
{
    size_t at = 0;

    while (at < text->size) {
        ssize_t written = write(STDERR_FILENO, text->data + at, text->size - at);

        if (written <= 0)
            break;
        at += (size_t)written;
    }
    buf_done(text);
}

/* Without the line ends at the end of the text. */
static void put_trimmed(struct buf *out, const char *text)
{
    size_t bytes = strlen(text);

    while (bytes > 0 && (text[bytes - 1] == '\n' || text[bytes - 1] == ' '))
        bytes--;
    buf_append(out, text, bytes);
    buf_putc(out, '\n');
}

static void put_origin(struct buf *out, const struct eider_error *error)
{
    const char *comma = "  ";

    if (error->stage == 0)
        buf_printf(out, "%shead stage", comma);
    else if (error->stage > 0)
        buf_printf(out, "%sstage %d", comma, (int)error->stage);
    comma = error->stage >= 0 ? ", " : comma;
    if (error->task >= 0)
        buf_printf(out, "%stask %d", comma, (int)error->task);
    comma = error->task >= 0 ? ", " : comma;
    if (error->worker >= 0)
        buf_printf(out, "%sworker %d", comma, (int)error->worker);
    comma = error->worker >= 0 ? ", " : comma;
    if (error->node[0] != '\0')
        buf_printf(out, "%s%s", comma, error->node);
    if (error->stage >= 0 || error->task >= 0 || error->worker >= 0 || error->node[0] != '\0')
        buf_putc(out, '\n');
}

void report_error(const struct place *place, const struct eider_error *error)
{
    struct buf out;

    buf_init(&out, MAX_MESSAGE_BYTES);
    buf_puts(&out, "eider: ");
    if (place != NULL && place->name != NULL) {
        buf_puts(&out, place->name);
        if (place->line > 0)
            buf_printf(&out, ":%llu", (unsigned long long)place->line);
        buf_puts(&out, ": ");
    }
    put_trimmed(&out, error->message);
    put_origin(&out, error);
    if (error->hint[0] != '\0') {
        buf_puts(&out, "  hint: ");
        put_trimmed(&out, error->hint);
    }
    emit(&out);
}

void report_message(const char *message)
{
    struct buf out;

    buf_init(&out, MAX_MESSAGE_BYTES);
    buf_puts(&out, "eider: ");
    put_trimmed(&out, message);
    emit(&out);
}

static void put_json_string(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else
            buf_putc(out, *text);
    }
    buf_putc(out, '"');
}

void report_stats(const struct eider_query *query)
{
    struct eider_query_stats stats;
    struct buf out;

    eider_query_get_stats(query, &stats);
    buf_init(&out, MAX_MESSAGE_BYTES);
    buf_printf(&out, "{\"planning_ms\":%.3f,\"execution_ms\":%.3f,\"stages\":%u,\"tasks\":%u,",
               stats.planning_ms, stats.execution_ms, stats.stages, stats.tasks);
    buf_printf(&out,
               "\"rows_exchanged\":%llu,\"bytes_exchanged\":%llu,\"head_rows\":%llu,\"head_bytes\":%llu,"
               "\"rows_filtered\":%llu,",
               (unsigned long long)stats.rows_exchanged, (unsigned long long)stats.bytes_exchanged,
               (unsigned long long)stats.head_rows, (unsigned long long)stats.head_bytes,
               (unsigned long long)stats.rows_filtered);
    buf_printf(&out, "\"distributed\":%s,\"verdict_kind\":", stats.distributed ? "true" : "false");
    put_json_string(&out, eider_query_verdict_kind(query));
    buf_puts(&out, ",\"verdict\":");
    put_json_string(&out, eider_query_verdict(query));
    buf_puts(&out, "}\n");
    emit(&out);
}
