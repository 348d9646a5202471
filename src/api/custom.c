/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Custom nodes: the kinds of a session or a worker, the constructor, and the way from an encoded node to SQL or a stream.
 *
 * A kind is found by its name, which travels with the node. The bytes of an object are bounded. Threads: kinds are added before
 * anybody reads them. Failure: a callback's error keeps its status and gets the name of the kind and of the callback.
 */
#include "api/custom.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/adopt.h"
#include "engine/arrow_abi.h"
#include "sqlgen/quote.h"

#define MAX_KINDS         1000u
#define MAX_PAYLOAD_BYTES ((size_t)64 << 20)
#define MAX_LABEL_BYTES   1000u

/* ---- Writers ---- */

void eider_write(struct eider_writer *writer, const void *bytes, size_t size)
{
    if (writer != NULL && bytes != NULL && size > 0)
        buf_append(&writer->buf, bytes, size);
}

void eider_write_text(struct eider_writer *writer, const char *text)
{
    if (writer != NULL && text != NULL)
        buf_puts(&writer->buf, text);
}

void eider_write_int64(struct eider_writer *writer, int64_t value)
{
    if (writer != NULL)
        buf_printf(&writer->buf, "%" PRId64, value);
}

void eider_write_literal(struct eider_writer *writer, const char *text)
{
    if (writer != NULL && text != NULL)
        quote_string(&writer->buf, str_from(text));
}

void eider_write_identifier(struct eider_writer *writer, const char *name)
{
    if (writer != NULL && name != NULL)
        (void)quote_identifier(&writer->buf, str_from(name)); /* a C string has no NUL byte inside */
}

/* ---- Kinds ---- */

static const struct eider_custom_kind *find_kind(const struct custom_kinds *kinds, struct eider_str name)
{
    for (uint32_t i = 0; kinds != NULL && i < kinds->count; i++) {
        if (str_is(name, kinds->items[i].name))
            return &kinds->items[i];
    }
    return NULL;
}

static enum eider_status check_kind(const struct custom_kinds *kinds, const struct eider_custom_kind *kind,
                                    const char *function, struct eider_error *err)
{
    if (kind == NULL || kind->size < sizeof(*kind))
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the kind is NULL, or its size is not set", function);
    if (kind->name == NULL || kind->name[0] == '\0' || strlen(kind->name) >= EIDER_CUSTOM_NAME_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: a kind needs a name of 1 to %d bytes", function,
                         EIDER_CUSTOM_NAME_BYTES - 1);
    if ((kind->sql == NULL) == (kind->open_stream == NULL) ||
        (kind->encode == NULL) != (kind->decode == NULL))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the kind %s needs either sql or open_stream, and encode and decode or neither",
                         function, kind->name);
    if (find_kind(kinds, str_from(kind->name)) != NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: there is a kind %s already", function, kind->name);
    if (kinds->count >= MAX_KINDS)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: there are %u kinds already", function, MAX_KINDS);
    return EIDER_OK;
}

enum eider_status custom_kinds_add(struct custom_kinds *kinds, const struct eider_custom_kind *kind,
                                   const char *function, struct eider_error *err)
{
    enum eider_status status = check_kind(kinds, kind, function, err);
    struct eider_custom_kind *items;
    char *name;

    if (status != EIDER_OK)
        return status;
    items = realloc(kinds->items, (kinds->count + 1) * sizeof(*items));
    if (items != NULL)
        kinds->items = items;
    if (items == NULL || (name = strdup(kind->name)) == NULL)
        return error_no_memory(err);
    items[kinds->count] = *kind;
    items[kinds->count++].name = name;
    return EIDER_OK;
}

void custom_kinds_free(struct custom_kinds *kinds)
{
    for (uint32_t i = 0; i < kinds->count; i++) {
        if (kinds->items[i].free_data != NULL)
            kinds->items[i].free_data(kinds->items[i].data);
        free((char *)kinds->items[i].name);
    }
    free(kinds->items);
    *kinds = (struct custom_kinds){NULL, 0};
}

/* What a callback said, with its name before it. */
static enum eider_status callback_failed(const char *kind, const char *callback, enum eider_status status,
                                         const struct eider_error *said, struct eider_error *err)
{
    error_set(err, status, "%s of the custom node kind %s: %s", callback, kind, error_said(said));
    error_node(err, kind);
    if (said->hint[0] != '\0')
        error_hint(err, "%s", said->hint);
    return status;
}

/* ---- Nodes ---- */

bool eider_node_as_custom(const struct eider_node *node, struct eider_node_custom *ret)
{
    const struct node_custom *custom = node_as_custom(node);

    if (custom == NULL || ret == NULL)
        return false;
    *ret = (struct eider_node_custom){.kind = custom->kind,
                                      .label = custom->label,
                                      .feed = custom->feed,
                                      .payload = custom->payload,
                                      .parallel = custom->parallel,
                                      .inputs = {custom->inputs.items, custom->inputs.count},
                                      .columns = eider_node_columns(node)};
    return true;
}

static enum eider_status encode(struct eider_plan_context *ctx, const struct eider_custom_kind *kind,
                                const void *object, struct eider_str *ret, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    struct eider_writer writer;
    enum eider_status status = EIDER_OK;

    *ret = str_from("");
    if (kind->encode == NULL)
        return EIDER_OK;
    buf_init(&writer.buf, MAX_PAYLOAD_BYTES);
    status = kind->encode(kind->data, object, &writer, &said);
    if (status != EIDER_OK)
        status = callback_failed(kind->name, "encode", status, &said, err);
    else if (writer.buf.failed)
        status = error_set(err, EIDER_ERROR_MEMORY,
                           "encode of the custom node kind %s wrote more than there is room for", kind->name);
    else
        *ret = str_make(ctx->arena, writer.buf.data, writer.buf.size);
    buf_done(&writer.buf);
    return status == EIDER_OK && arena_failed(ctx->arena) ? error_no_memory(err) : status;
}

enum eider_status eider_node_new_custom(struct eider_plan_context *ctx,
                                        const struct eider_node_custom *fields, const void *object,
                                        const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node_custom all;
    const struct eider_custom_kind *kind;
    struct eider_node *node;
    enum eider_status status;

    if (ctx == NULL || fields == NULL || ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_node_new_custom: an argument is NULL");
    all = *fields;
    if (all.kind.data == NULL || (kind = find_kind(ctx->customs, all.kind)) == NULL) {
        error_set(err, EIDER_ERROR_ARGUMENT, "eider_node_new_custom: the session does not know the kind %.*s",
                  (int)all.kind.size, all.kind.data != NULL ? all.kind.data : "");
        error_hint(err, "add it with eider_session_add_custom");
        return EIDER_ERROR_ARGUMENT;
    }
    if (all.inputs.count > 1 || all.label.size > MAX_LABEL_BYTES)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_node_new_custom: a node of kind %s has one input at most, and a label of "
                         "at most %u bytes",
                         kind->name, MAX_LABEL_BYTES);
    if (all.inputs.count > 0 && (kind->open_stream != NULL || all.feed.size > 0))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "eider_node_new_custom: a node of kind %s %s, so it has no input", kind->name,
                         kind->open_stream != NULL ? "gives an Arrow stream" : "reads a feed");
    all.parallel = kind->parallel;
    status = encode(ctx, kind, object, &all.payload, err);
    if (status == EIDER_OK)
        status = adopt_node(ctx, NODE_CUSTOM, &all, offsetof(struct eider_node_custom, columns), &node, err);
    if (status == EIDER_OK)
        status = adopt_columns(ctx, kind->name, &all.columns, &node->columns, err);
    return status == EIDER_OK ? adopt_finish(ctx, node, ret, err) : status;
}

/* ---- What a node computes ---- */

static enum eider_status decode(const struct eider_custom_kind *kind, const struct node_custom *node,
                                void **ret, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    enum eider_status status = EIDER_OK;

    *ret = NULL;
    if (kind->decode != NULL)
        status = kind->decode(kind->data, node->payload.data, node->payload.size, ret, &said);
    return status == EIDER_OK ? EIDER_OK : callback_failed(kind->name, "decode", status, &said, err);
}

/* The application's SELECT, appended to `out`. */
static enum eider_status write_sql(const struct eider_custom_kind *kind, const void *object,
                                   const struct eider_task *task, struct buf *out, struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    struct eider_writer writer;
    enum eider_status status;

    buf_init(&writer.buf, out->max_bytes);
    status = kind->sql(kind->data, object, task, &writer, &said);
    if (status != EIDER_OK)
        status = callback_failed(kind->name, "sql", status, &said, err);
    else if (writer.buf.failed || writer.buf.size == 0)
        status = error_set(err, EIDER_ERROR_PLAN, "sql of the custom node kind %s wrote %s", kind->name,
                           writer.buf.failed ? "more than there is room for" : "nothing");
    else
        buf_append(out, writer.buf.data, writer.buf.size);
    buf_done(&writer.buf);
    return status;
}

static enum eider_status open_stream(const struct eider_custom_kind *kind, const void *object,
                                     const struct eider_task *task, struct ArrowArrayStream *ret,
                                     struct eider_error *err)
{
    struct eider_error said = {.status = EIDER_OK};
    enum eider_status status = kind->open_stream(kind->data, object, task, ret, &said);

    if (status != EIDER_OK) {
        ret->release = NULL;
        return callback_failed(kind->name, "open_stream", status, &said, err);
    }
    if (ret->release == NULL) {
        error_set(err, EIDER_ERROR_PLAN, "open_stream of the custom node kind %s gave no stream", kind->name);
        error_node(err, kind->name);
        return EIDER_ERROR_PLAN;
    }
    return EIDER_OK;
}

bool custom_is_sql(const struct custom_kinds *kinds, const struct node_custom *node)
{
    const struct eider_custom_kind *kind = find_kind(kinds, node->kind);

    return kind != NULL && kind->sql != NULL;
}

enum eider_status custom_compute(const struct custom_kinds *kinds, const struct node_custom *node,
                                 const struct eider_task *task, const struct custom_result *ret,
                                 struct eider_error *err)
{
    const struct eider_custom_kind *kind = find_kind(kinds, node->kind);
    enum eider_status status;
    void *object;

    *ret->stream = (struct ArrowArrayStream){.release = NULL};
    if (kind == NULL) {
        error_set(err, EIDER_ERROR_PLAN, "the custom node kind %s is not known here", node->kind.data);
        error_node(err, node->kind.data);
        error_hint(err, task->worker >= 0 ? "add it in the set-up of workers, with eider_worker_add_custom"
                                          : "add it with eider_session_add_custom");
        return EIDER_ERROR_PLAN;
    }
    if (kind->open_stream != NULL && node->inputs.count > 0) {
        error_set(err, EIDER_ERROR_PLAN,
                  "the custom node kind %s gives Arrow streams here, but the node has an input", kind->name);
        error_node(err, kind->name);
        return EIDER_ERROR_PLAN;
    }
    if ((status = decode(kind, node, &object, err)) != EIDER_OK)
        return status;
    status = kind->open_stream != NULL ? open_stream(kind, object, task, ret->stream, err)
                                       : write_sql(kind, object, task, ret->sql, err);
    if (kind->free_object != NULL && object != NULL)
        kind->free_object(kind->data, object);
    return status;
}
