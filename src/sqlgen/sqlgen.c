/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The face of sqlgen: whole statements. See sqlgen.h. The text is built in buffers of the call and appended
 * to the caller's at the end, with the WITH list before it. Scratch memory is an arena for the time of the
 * call. One thread a call.
 */
#include "sqlgen/sqlgen.h"

#include "sqlgen/expr.h"
#include "sqlgen/quote.h"
#include "sqlgen/select.h"
#include "sqlgen/writer.h"

static enum eider_status writer_init(struct writer *w, const struct sqlgen_context *context, struct buf *out,
                                     struct eider_error *err)
{
    *w = (struct writer){.out = out, .context = context, .err = err, .max_bytes = out->max_bytes};
    w->arena = arena_new();
    return w->arena != NULL ? EIDER_OK : error_no_memory(err);
}

static enum eider_status writer_finish(struct writer *w)
{
    if (arena_failed(w->arena))
        writer_no_memory(w);
    arena_free(w->arena);
    return w->status;
}

static enum eider_status write_statement(const struct eider_node *root, const struct column_list *names,
                                         const struct sqlgen_context *context, struct buf *out,
                                         struct eider_error *err)
{
    struct with_scope scope;
    struct writer w;

    if (writer_init(&w, context, out, err) != EIDER_OK)
        return EIDER_ERROR_MEMORY;
    writer_scope_begin(&w, &scope);
    write_query(&w, root, names);
    writer_scope_end(&w, &scope);
    return writer_finish(&w);
}

enum eider_status sqlgen_query(const struct eider_node *root, const struct sqlgen_context *context,
                               struct buf *out, struct eider_error *err)
{
    return write_statement(root, NULL, context, out, err);
}

enum eider_status sqlgen_result(const struct eider_node *root, const struct column_list *columns,
                                const struct sqlgen_context *context, struct buf *out,
                                struct eider_error *err)
{
    if (columns->count != root->columns.count)
        return error_set(err, EIDER_ERROR_ARGUMENT, "the statement has %u columns, its plan %u",
                         columns->count, root->columns.count);
    return write_statement(root, columns, context, out, err);
}

/* ---- Tasks ---- */

/* What is below an order at the root, with the same columns. */
static const struct eider_node *without_order(struct writer *w, const struct eider_node *node)
{
    const struct node_sort *sort = node_as_sort(node);
    struct node_projection *projection;

    if (sort == NULL)
        return node;
    if ((projection = node_projection_new(w->arena)) == NULL)
        return node;
    projection->base.columns = node->columns;
    projection->input = sort->input;
    projection->exprs = expr_list_new(w->arena, sort->projection.count);
    for (uint32_t i = 0; i < projection->exprs.count; i++)
        projection->exprs.items[i] = expr_column_of(w->arena, sort->input, sort->projection.items[i]);
    return arena_failed(w->arena) ? node : &projection->base;
}

static void write_task(struct writer *w, const struct eider_node *root)
{
    const struct node_repartition *repartition = node_as_repartition(root);
    const struct eider_node *input = repartition != NULL ? repartition->input : root;
    struct scope scope = scope_table("t");

    put(w, "SELECT system.main.\"count\"(");
    put_function(w, "eider_sink");
    quote_string(w->out, str_from(w->context->sink_token));
    put(w, ", ");
    if (repartition != NULL && repartition->by_value) {
        write_exprs(w, &scope, &repartition->keys);
    } else if (repartition != NULL && repartition->keys.count > 0) {
        put_function(w, "hash");
        write_exprs(w, &scope, &repartition->keys);
        put(w, ")");
    } else {
        put(w, "CAST(NULL AS UBIGINT)");
    }
    for (uint32_t i = 0; i < input->columns.count; i++)
        put_name(w, ", t.c", i);
    put(w, ")) FROM ");
    write_child(w, without_order(w, input), "t", NULL);
}

enum eider_status sqlgen_task(const struct eider_node *root, const struct sqlgen_context *context,
                              struct buf *out, struct eider_error *err)
{
    struct with_scope scope;
    struct writer w;

    if (context == NULL || context->sink_token == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "a task needs the token of its sink");
    if (writer_init(&w, context, out, err) != EIDER_OK)
        return EIDER_ERROR_MEMORY;
    writer_scope_begin(&w, &scope);
    write_task(&w, root);
    writer_scope_end(&w, &scope);
    return writer_finish(&w);
}
