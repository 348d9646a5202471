/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one call of sqlgen.
 *
 * Text goes to w->out. Definitions of CTEs are written to buffers of their own and join the WITH list of the
 * innermost scope when they are complete; the scope's body follows them. One thread; the buffers are freed by
 * the *_end functions, which are called on every path, since writing goes on after a failure.
 */
#include "sqlgen/writer.h"

#include "sqlgen/quote.h"

void writer_fail(struct writer *w, enum eider_status status, const struct eider_node *node, const char *what)
{
    if (writer_failed(w))
        return;
    w->status = status;
    if (node == NULL) {
        error_set(w->err, status, "the plan cannot be written as SQL: %s", what);
        return;
    }
    error_set(w->err, status, "the plan cannot be written as SQL: %s %s", node_tag_display(node->tag), what);
    error_node(w->err, node_tag_display(node->tag));
}

void writer_no_memory(struct writer *w)
{
    if (!writer_failed(w))
        w->status = error_no_memory(w->err);
}

/* A buffer has failed: its maximum, or memory. */
static void buffer_failed(struct writer *w)
{
    if (writer_failed(w))
        return;
    w->status = error_set(w->err, EIDER_ERROR_MEMORY,
                          "the SQL of a fragment is larger than %zu bytes, or memory is out", w->max_bytes);
}

bool writer_enter(struct writer *w)
{
    if (++w->node_depth <= SQLGEN_MAX_DEPTH)
        return true;
    writer_fail(w, EIDER_ERROR_UNSUPPORTED, NULL, "it is nested too deep");
    return false;
}

void writer_leave(struct writer *w)
{
    w->node_depth--;
}

void writer_scope_begin(struct writer *w, struct with_scope *scope)
{
    buf_init(&scope->with, w->max_bytes);
    buf_init(&scope->body, w->max_bytes);
    scope->outer_out = w->out;
    scope->outer = w->scope;
    scope->outer_depth = w->depth;
    w->out = &scope->body;
    w->scope = scope;
    w->depth = 0;
}

void writer_scope_end(struct writer *w, struct with_scope *scope)
{
    w->out = scope->outer_out;
    w->scope = scope->outer;
    w->depth = scope->outer_depth;
    if (scope->with.failed || scope->body.failed)
        buffer_failed(w);
    if (scope->with.size > 0) {
        put(w, "WITH ");
        buf_append(w->out, scope->with.data, scope->with.size);
        put(w, " ");
    }
    buf_append(w->out, scope->body.data, scope->body.size);
    buf_done(&scope->with);
    buf_done(&scope->body);
    if (w->out->failed)
        buffer_failed(w);
}

void writer_define_begin(struct writer *w, struct definition *definition)
{
    buf_init(&definition->text, w->max_bytes);
    definition->outer_out = w->out;
    definition->outer_depth = w->depth;
    w->out = &definition->text;
    w->depth = 0;
}

void writer_define(struct writer *w, struct definition *definition, const char *prefix, uint32_t number,
                   enum materialized materialized)
{
    w->out = &w->scope->with;
    if (w->out->size > 0)
        put(w, ", ");
    put_name(w, prefix, number);
    put(w, materialized == MATERIALIZED_YES ? " AS MATERIALIZED (" : " AS NOT MATERIALIZED (");
    buf_append(w->out, definition->text.data, definition->text.size);
    put(w, ")");
    if (definition->text.failed)
        buffer_failed(w);
    buf_done(&definition->text);
    w->out = definition->outer_out;
    w->depth = definition->outer_depth;
}

void put(struct writer *w, const char *text)
{
    buf_puts(w->out, text);
}

void put_number(struct writer *w, uint64_t number)
{
    quote_number(w->out, number);
}

void put_name(struct writer *w, const char *prefix, uint32_t number)
{
    buf_puts(w->out, prefix);
    quote_number(w->out, number);
}

void put_identifier(struct writer *w, struct eider_str name)
{
    if (!quote_identifier(w->out, name))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "a name holds a NUL byte");
}

void put_function(struct writer *w, const char *name)
{
    quote_function(w->out, str_from(name));
    put(w, "(");
}

static void type_failed(struct writer *w, const struct eider_type *type)
{
    if (type_has_names(type))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "a type has a name with a NUL byte");
    else
        writer_fail(w, EIDER_ERROR_UNSUPPORTED, NULL, "a STRUCT without field names cannot be written here");
}

void put_type(struct writer *w, const struct eider_type *type)
{
    if (!quote_type(w->out, type))
        type_failed(w, type);
}

void put_null(struct writer *w, const struct eider_type *type)
{
    if (!quote_null(w->out, type))
        type_failed(w, type);
}
