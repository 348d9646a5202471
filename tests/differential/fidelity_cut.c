/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a plan in pieces: every operator is a task of its own, whose inputs are the exchanged rows of the operators below
 * it. CTE definitions are pieces too, which each reference reads anew; recursive CTEs are one piece. An operator that
 * gives its rows in an order stays with the operator above it, since rows lose their order on the way.
 *
 * The outputs of all pieces stay in the store until the query ends. One thread.
 */
#include "fidelity.h"

#include <stdlib.h>
#include <string.h>

#include "engine/layout.h"
#include "engine/run.h"
#include "engine/sink.h"
#include "engine/source.h"
#include "plan/object.h"

#define MAX_INPUTS 512
#define PARTITIONS 3u
#define SPLIT_ROWS 1500u

/* The rows of an operator that has run. */
struct piece {
    const struct eider_node *node;
    struct output *output; /* the store's reference is enough */
};

/* A CTE whose definition has run. */
struct defined {
    const struct defined *outer;
    uint32_t cte;
    struct piece piece;
};

struct cut {
    struct bench *bench;
    struct arena *arena;
    struct run *run;
    struct buf *sql;
    struct eider_error *err;
    uint32_t tasks;
};

/* A plan to be run at once: EXCHANGE_SOURCEs in place of what has run. */
struct fragment {
    struct cut *cut;
    struct piece inputs[MAX_INPUTS];
    struct source *sources[MAX_INPUTS];
    struct sqlgen_input sql_inputs[MAX_INPUTS];
    struct sqlgen_context context;
    uint32_t count;
};

static enum eider_status run_piece(struct cut *cut, const struct defined *ctes, const struct eider_node *node,
                                   struct piece *ret);

/* ---- Cutting ------------------------------------------------------------------------------------------------------ */

static const struct eider_node *no_memory(struct cut *cut)
{
    error_no_memory(cut->err);
    return NULL;
}

static const struct eider_node *source_of(struct fragment *fragment, const struct piece *piece,
                                          const struct column_list *columns)
{
    struct node_exchange_source *source = node_exchange_source_new(fragment->cut->arena);
    if (source == NULL) {
        return no_memory(fragment->cut);
    }
    if (fragment->count == MAX_INPUTS) {
        die("a piece has more than %d inputs", MAX_INPUTS);
    }
    source->input = fragment->count;
    source->kind = BOUNDARY_COALESCE;
    source->base.columns = *columns;
    fragment->inputs[fragment->count++] = *piece;
    return &source->base;
}

static const struct piece *find_cte(const struct defined *ctes, uint32_t cte)
{
    for (; ctes != NULL; ctes = ctes->outer) {
        if (ctes->cte == cte) {
            return &ctes->piece;
        }
    }
    return NULL;
}

/* True if the rows come in an order that someone may want. */
static bool is_ordered(const struct eider_node *node)
{
    switch ((int)node->tag) {
    case NODE_SORT:
    case NODE_TOPN:
        return true;
    case NODE_PROJECTION:
    case NODE_FILTER:
    case NODE_LIMIT:
    case NODE_WINDOW:
    case NODE_UNNEST:
        return is_ordered(node_child(node, 0));
    case NODE_CTE:
        return is_ordered(node_as_cte(node)->body);
    default:
        return false;
    }
}

static const struct eider_node *prepare(struct fragment *fragment, const struct defined *ctes,
                                        const struct eider_node *node);

/* What stands in the fragment for `node`, whose parent is in it. */
static const struct eider_node *prepare_child(struct fragment *fragment, const struct defined *ctes,
                                              const struct eider_node *node)
{
    struct piece piece;
    if (is_ordered(node)) {
        return prepare(fragment, ctes, node);
    }
    if (run_piece(fragment->cut, ctes, node, &piece) != EIDER_OK) {
        return NULL;
    }
    return source_of(fragment, &piece, &node->columns);
}

/* The node with its references to CTEs outside replaced, and nothing else. */
static const struct eider_node *replace_refs(struct fragment *fragment, const struct defined *ctes,
                                             const struct eider_node *node)
{
    uint32_t count = node_child_count(node);
    const struct node_cte_ref *ref = node_as_cte_ref(node);
    const struct piece *piece = ref == NULL ? NULL : find_cte(ctes, ref->cte);
    const struct eider_node *children[64];
    if (piece != NULL) {
        return source_of(fragment, piece, &node->columns);
    }
    if (count > 64) {
        die("an operator inside of a recursive CTE has %u inputs", count);
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((children[i] = replace_refs(fragment, ctes, node_child(node, i))) == NULL) {
            return NULL;
        }
    }
    return count == 0 ? node : node_with_children(fragment->cut->arena, node, children);
}

static const struct eider_node *prepare_children(struct fragment *fragment, const struct defined *ctes,
                                                 const struct eider_node *node)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children = xcalloc(count + 1, sizeof(*children));
    const struct eider_node *result = node;
    for (uint32_t i = 0; i < count && result != NULL; i++) {
        if ((children[i] = prepare_child(fragment, ctes, node_child(node, i))) == NULL) {
            result = NULL;
        }
    }
    if (result != NULL && count > 0 &&
        (result = node_with_children(fragment->cut->arena, node, children)) == NULL) {
        no_memory(fragment->cut);
    }
    free(children);
    return result;
}

/* The scan with every other file in two ranges of rows, as tasks read it. */
static const struct eider_node *split_scan(struct cut *cut, const struct node_parquet_scan *scan)
{
    struct node_parquet_scan *split = (struct node_parquet_scan *)node_clone(cut->arena, &scan->base);
    uint32_t count = 0;
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->read.items[i].role == SCAN_FILE_INDEX) {
            return &scan->base; /* which counts the files of one scan */
        }
    }
    for (uint32_t i = 0; i < scan->options.count; i++) {
        if (str_is(scan->options.items[i].name, "union_by_name")) {
            return &scan->base; /* whose columns come from all files together */
        }
    }
    if (split == NULL) {
        return no_memory(cut);
    }
    split->files = file_slice_list_new(cut->arena, 2 * scan->files.count);
    for (uint32_t i = 0; i < scan->files.count && split->files.count > 0; i++) {
        struct file_slice *file = &split->files.items[count++];
        *file = scan->files.items[i];
        if ((cut->tasks + i) % 2 == 0) {
            file->row_count = SPLIT_ROWS;
            split->files.items[count] = *file;
            split->files.items[count].first_row = SPLIT_ROWS;
            split->files.items[count++].row_count = INT64_MAX;
        }
    }
    split->files.count = count;
    return &split->base;
}

/* The node as the root of the fragment, or at the top of it. */
static const struct eider_node *prepare(struct fragment *fragment, const struct defined *ctes,
                                        const struct eider_node *node)
{
    const struct node_cte *cte = node_as_cte(node);
    const struct node_cte_ref *ref = node_as_cte_ref(node);
    if (cte != NULL) {
        struct defined *defined = arena_alloc(fragment->cut->arena, sizeof(*defined));
        if (defined == NULL) {
            return no_memory(fragment->cut);
        }
        *defined = (struct defined){.outer = ctes, .cte = cte->cte};
        if (run_piece(fragment->cut, ctes, cte->definition, &defined->piece) != EIDER_OK) {
            return NULL;
        }
        return prepare(fragment, defined, cte->body);
    }
    if (ref != NULL && find_cte(ctes, ref->cte) != NULL) {
        return source_of(fragment, find_cte(ctes, ref->cte), &node->columns);
    }
    if (node->tag == NODE_RECURSIVE_CTE) {
        return replace_refs(fragment, ctes, node);
    }
    if (node->tag == NODE_PARQUET_SCAN) {
        return split_scan(fragment->cut, node_as_parquet_scan(node));
    }
    return prepare_children(fragment, ctes, node);
}

/* ---- Running ------------------------------------------------------------------------------------------------------ */

static const struct eider_type **types_of(struct cut *cut, const struct eider_node *node)
{
    const struct eider_type **types = arena_alloc_array(cut->arena, node->columns.count + 1, sizeof(*types));
    for (uint32_t i = 0; types != NULL && i < node->columns.count; i++) {
        types[i] = node->columns.items[i].type;
    }
    return types;
}

static enum eider_status open_source(struct fragment *fragment, uint32_t input)
{
    struct cut *cut = fragment->cut;
    const struct piece *piece = &fragment->inputs[input];
    struct reader_input partitions = {.output = piece->output,
                                      .partition_count = output_partition_count(piece->output)};
    struct source_options options = {.run = cut->run, .types = types_of(cut, piece->node)};
    enum eider_status status;
    options.type_count = piece->node->columns.count;
    status = reader_new_outputs(output_layout(piece->output), &partitions, 1, &options.reader, cut->err);
    if (status == EIDER_OK) {
        status = source_new(cut->bench->engine, &options, &fragment->sources[input], cut->err);
    }
    if (status == EIDER_OK) {
        fragment->sql_inputs[input] = (struct sqlgen_input){source_token(fragment->sources[input]), true};
    }
    return status;
}

static enum eider_status open_sources(struct fragment *fragment)
{
    enum eider_status status = EIDER_OK;
    for (uint32_t i = 0; i < fragment->count && status == EIDER_OK; i++) {
        status = open_source(fragment, i);
    }
    fragment->context =
        (struct sqlgen_context){.inputs = fragment->sql_inputs, .input_count = fragment->count};
    return status;
}

static void close_sources(struct fragment *fragment)
{
    for (uint32_t i = 0; i < fragment->count; i++) {
        source_free(fragment->sources[i]);
        fragment->sources[i] = NULL;
    }
}

/* At the top of a result, DuckDB turns "NULL" into INTEGER. */
static bool is_type(const struct eider_type *planned, const struct eider_type *found)
{
    return type_equal(planned, found) || (planned->tag == TYPE_SQLNULL && found->tag == TYPE_INTEGER);
}

/* The columns of the fragment's query are those of its root. */
static enum eider_status check_types(struct fragment *fragment, const struct eider_node *root)
{
    struct cut *cut = fragment->cut;
    duckdb_prepared_statement statement = NULL;
    enum eider_status status;
    buf_clear(cut->sql);
    status = sqlgen_query(root, &fragment->context, cut->sql, cut->err);
    if (status == EIDER_OK &&
        duckdb_prepare(cut->bench->connection, cut->sql->data, &statement) != DuckDBSuccess) {
        status = error_set(cut->err, EIDER_ERROR_SQL, "%s", duckdb_prepare_error(statement));
    }
    for (uint32_t i = 0; status == EIDER_OK && i < root->columns.count; i++) {
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
        const struct eider_type *found;
        status = engine_type_from_duckdb(cut->arena, type, &found, cut->err);
        if (status == EIDER_OK && !is_type(root->columns.items[i].type, found)) {
            struct buf text;
            buf_init(&text, 10000);
            type_print(&text, root->columns.items[i].type);
            buf_puts(&text, " in the plan, but in DuckDB ");
            type_print(&text, found);
            status = error_set(cut->err, EIDER_ERROR_INTERNAL, "column %u of %s is %s", i,
                               node_tag_name(root->tag), text.data);
            buf_done(&text);
        }
        duckdb_destroy_logical_type(&type);
    }
    duckdb_destroy_prepare(&statement);
    return status;
}

/* By the hash of a column, to have partitions. */
static const struct eider_node *repartitioned(struct cut *cut, const struct eider_node *root)
{
    struct node_repartition *node = node_repartition_new(cut->arena);
    if (node == NULL || root->columns.count == 0) {
        return root;
    }
    node->input = root;
    node->base.columns = root->columns;
    node->partitions = PARTITIONS;
    node->keys = expr_list_new(cut->arena, 1);
    node->keys.items[0] = expr_column_of(cut->arena, root, cut->tasks % root->columns.count);
    return &node->base;
}

static enum eider_status run_task(struct fragment *fragment, const struct eider_node *root,
                                  struct output *output)
{
    struct cut *cut = fragment->cut;
    struct sink_options options = {.run = cut->run,
                                   .output = output,
                                   .types = types_of(cut, root),
                                   .type_count = root->columns.count,
                                   .concurrent_tasks = 1};
    struct sink *sink = NULL;
    uint64_t rows = 0;
    enum eider_status status = sink_new(cut->bench->engine, &options, &sink, cut->err);
    if (status == EIDER_OK) {
        double start = clock_ms();
        fragment->context.sink_token = sink_token(sink);
        buf_clear(cut->sql);
        status = sqlgen_task(repartitioned(cut, root), &fragment->context, cut->sql, cut->err);
        cut->bench->piece_ms += clock_ms() - start;
        cut->bench->pieces++;
    }
    if (status == EIDER_OK) {
        status = run_count(cut->run, cut->bench->connection, cut->sql->data, &rows, cut->err);
    }
    if (status == EIDER_OK) {
        status = sink_finish(sink, rows, cut->err);
    }
    if (status == EIDER_OK) {
        status = output_complete(output, cut->err);
    }
    sink_free(sink);
    return status;
}

static enum eider_status run_piece(struct cut *cut, const struct defined *ctes, const struct eider_node *node,
                                   struct piece *ret)
{
    struct fragment *fragment = xcalloc(1, sizeof(*fragment));
    const struct eider_node *root;
    struct layout *layout = NULL;
    struct output *output = NULL;
    enum eider_status status = EIDER_ERROR_INTERNAL;
    fragment->cut = cut;
    if ((root = prepare(fragment, ctes, node)) == NULL) {
        status = cut->err->status;
    } else {
        struct output_key key = {.query = cut->bench->next_query, .stage = 1, .task = cut->tasks++};
        status = engine_layout_new(types_of(cut, root), root->columns.count, &layout, cut->err);
        if (status == EIDER_OK) {
            status = store_output(cut->bench->store, key, layout, PARTITIONS, &output, cut->err);
        }
    }
    if (status == EIDER_OK) {
        status = open_sources(fragment);
    }
    if (status == EIDER_OK) {
        status = check_types(fragment, root);
    }
    if (status == EIDER_OK) {
        status = run_task(fragment, root, output);
    }
    close_sources(fragment);
    *ret = (struct piece){node, output};
    output_unref(output);
    layout_unref(layout);
    free(fragment);
    return status;
}

/* The piece at the top: its rows are the result. */
static enum eider_status run_head(struct cut *cut, const struct eider_node *node,
                                  const struct column_list *columns, duckdb_result *ret_result)
{
    struct fragment *fragment = xcalloc(1, sizeof(*fragment));
    const struct eider_node *root;
    enum eider_status status = EIDER_ERROR_INTERNAL;
    fragment->cut = cut;
    if ((root = prepare(fragment, NULL, node)) == NULL) {
        status = cut->err->status;
    } else {
        status = open_sources(fragment);
    }
    if (status == EIDER_OK) {
        status = check_types(fragment, root);
    }
    if (status == EIDER_OK) {
        buf_clear(cut->sql);
        status = sqlgen_result(root, columns, &fragment->context, cut->sql, cut->err);
    }
    if (status == EIDER_OK) {
        status = run_execute(cut->run, cut->bench->connection, cut->sql->data, RUN_MATERIALIZE, ret_result,
                             cut->err);
    }
    close_sources(fragment);
    free(fragment);
    return status;
}

enum eider_status cut_and_run(struct bench *bench, const struct eider_node *root,
                              const struct column_list *columns, duckdb_result *ret_result, struct buf *sql,
                              struct eider_error *err)
{
    struct cut cut = {.bench = bench, .arena = arena_new(), .sql = sql, .err = err};
    enum eider_status status = run_new(&cut.run, err);
    bench->next_query++;
    if (status == EIDER_OK) {
        status = run_head(&cut, root, columns, ret_result);
    }
    run_unref(cut.run);
    arena_free(cut.arena);
    if (status != EIDER_OK) {
        cut_forget(bench);
    }
    return status;
}

void cut_forget(struct bench *bench)
{
    store_drop_query(bench->store, bench->next_query);
}
