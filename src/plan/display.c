/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan picture: stages in boxes of line-drawing characters, two spaces more per stage and per node. See display.h
 * and docs/plan-display.md. Stages that several others read are drawn once, where they are first read.
 */
#include "plan/display.h"

#include <inttypes.h>
#include <string.h>

#include "plan/object.h"
#include "plan/validate.h"

#define FILES_SHOWN 4

/* ---- Lines of nodes ---- */

static void exprs_text(struct buf *out, const char *label, const struct expr_list *list)
{
    buf_printf(out, "%s=[", label);
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        expr_text(out, list->items[i]);
    }
    buf_putc(out, ']');
}

static void keys_text(struct buf *out, const char *label, const struct sort_key_list *list)
{
    buf_printf(out, "%s=[", label);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sort_key *key = &list->items[i];
        if (i > 0)
            buf_puts(out, ", ");
        expr_text(out, key->expr);
        buf_printf(out, " %s %s", key->descending ? "DESC" : "ASC",
                   key->nulls_first ? "NULLS FIRST" : "NULLS LAST");
    }
    buf_putc(out, ']');
}

static void columns_text(struct buf *out, const struct eider_node *node)
{
    buf_puts(out, "projection=[");
    for (uint32_t i = 0; i < node->columns.count; i++) {
        buf_puts(out, i > 0 ? ", " : "");
        if (node->columns.items[i].name.size > 0)
            buf_puts(out, node->columns.items[i].name.data);
        else
            buf_printf(out, "#%" PRIu32, i);
    }
    buf_putc(out, ']');
}

/* Of a node that computes more columns than leave it: those that do. */
static void kept_text(struct buf *out, const struct eider_node *node, const struct u32_list *projection)
{
    bool all = projection->count == node_full_width(node);

    for (uint32_t i = 0; all && i < projection->count; i++)
        all = projection->items[i] == i;
    if (all)
        return;
    buf_puts(out, ", ");
    columns_text(out, node);
}

static void all_of_text(struct buf *out, const struct expr_list *predicates)
{
    for (uint32_t i = 0; i < predicates->count; i++) {
        const struct expr_operator *op = expr_as_operator(predicates->items[i]);
        bool parentheses = predicates->count > 1 && op != NULL && op->op == OPERATOR_OR;
        buf_puts(out, i > 0 ? " AND " : "");
        buf_puts(out, parentheses ? "(" : "");
        expr_text(out, predicates->items[i]);
        buf_puts(out, parentheses ? ")" : "");
    }
}

static void filters_text(struct buf *out, const struct expr_list *filters)
{
    if (filters->count == 0)
        return;
    buf_puts(out, ", predicate=");
    all_of_text(out, filters);
}

/* The last two parts of a path are enough to know it by. */
static void path_text(struct buf *out, const struct file_slice *file)
{
    const char *path = file->path.data, *slash = strrchr(path, '/');

    while (slash != NULL && slash > path && slash[-1] != '/')
        slash--;
    if (slash != NULL && slash > path + 1)
        buf_printf(out, "…/%s", slash);
    else
        buf_puts(out, path);
    if (file->row_count > 0)
        buf_printf(out, ":%" PRIu64 "..%" PRIu64, file->first_row, file->first_row + file->row_count);
}

static void files_text(struct buf *out, const struct file_slice_list *files)
{
    buf_puts(out, "files=[");
    for (uint32_t i = 0; i < files->count && i < FILES_SHOWN; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        path_text(out, &files->items[i]);
    }
    if (files->count > FILES_SHOWN)
        buf_printf(out, ", … %" PRIu32 " in all", files->count);
    buf_puts(out, "], ");
}

static void parquet_text(struct buf *out, const struct node_parquet_scan *scan)
{
    files_text(out, &scan->files);
    columns_text(out, &scan->base);
    if (scan->range_points.count > 0)
        buf_printf(out, ", ranges_of=%s", scan->base.columns.items[scan->range_key].name.data);
    buf_puts(out, ", file_type=parquet");
    filters_text(out, &scan->filters);
}

/* Of CSV and JSON files the arguments are paths first of all, which the files say better. */
static void function_text(struct buf *out, const struct node_function_scan *scan)
{
    if (scan->files.count > 0) {
        files_text(out, &scan->files);
        columns_text(out, &scan->base);
        buf_printf(out, ", function=%s", scan->name.data);
    } else {
        buf_printf(out, "function=%s, ", scan->name.data);
        exprs_text(out, "args", &scan->args);
    }
    filters_text(out, &scan->filters);
}

/* An expression and, where that is not the same, what its column is called. */
static void named_text(struct buf *out, const struct eider_expr *expr, struct eider_str name)
{
    size_t before = out->size;

    expr_text(out, expr);
    if (name.size > 0 &&
        !(out->size - before == name.size && memcmp(out->data + before, name.data, name.size) == 0))
        buf_printf(out, " as %s", name.data);
}

static void named_list_text(struct buf *out, const char *label, const struct expr_list *list,
                            const struct eider_node *node)
{
    buf_printf(out, "%s=[", label);
    for (uint32_t i = 0; i < list->count; i++) {
        buf_puts(out, i > 0 ? ", " : "");
        named_text(out, list->items[i], node->columns.items[i].name);
    }
    buf_putc(out, ']');
}

/* Like GROUPING SETS: (a, b), (a), (). */
static void sets_text(struct buf *out, const struct node_aggregate *node)
{
    buf_puts(out, ", sets=[");
    for (uint32_t i = 0; i < node->sets.count; i++) {
        const struct u32_list *indexes = &node->sets.items[i].indexes;
        buf_puts(out, i > 0 ? ", (" : "(");
        for (uint32_t k = 0; k < indexes->count; k++)
            buf_printf(out, "%s%s", k > 0 ? ", " : "", node->base.columns.items[indexes->items[k]].name.data);
        buf_putc(out, ')');
    }
    buf_putc(out, ']');
}

static void aggregate_node_text(struct buf *out, const struct node_aggregate *node)
{
    buf_printf(out, "mode=%s, ", aggregate_mode_text(node->mode));
    named_list_text(out, "gby", &node->groups, &node->base);
    if (node->sets.count > 0)
        sets_text(out, node);
    if (node->labels.count == 0) {
        buf_puts(out, ", ");
        exprs_text(out, "aggr", &node->aggregates);
        return;
    }
    buf_puts(out, ", aggr=[");
    for (uint32_t i = 0; i < node->labels.count; i++)
        buf_printf(out, "%s%s", i > 0 ? ", " : "", node->labels.items[i].data);
    buf_putc(out, ']');
}

static void join_text(struct buf *out, enum join_type type, const struct join_condition_list *conditions,
                      const struct eider_expr *residual)
{
    buf_printf(out, "join_type=%s, on=[", join_type_text(type));
    for (uint32_t i = 0; i < conditions->count; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        expr_text(out, conditions->items[i].left);
        buf_printf(out, " %s ", comparison_text(conditions->items[i].op));
        expr_text(out, conditions->items[i].right);
    }
    buf_putc(out, ']');
    if (residual != NULL) {
        buf_puts(out, ", filter=");
        expr_text(out, residual);
    }
}

static void limit_text(struct buf *out, const struct node_limit *node)
{
    buf_printf(out, "skip=%" PRIu64, node->offset);
    if (node->has_limit)
        buf_printf(out, ", fetch=%" PRIu64, node->limit);
    if (node->has_percent)
        buf_printf(out, ", fetch=%g%%", node->percent);
}

static void network_text(struct buf *out, uint32_t stage, uint32_t producers, uint32_t consumers)
{
    if (stage > 0)
        buf_printf(out, "stage=%" PRIu32 ", ", stage);
    buf_printf(out, "input_tasks=%" PRIu32, producers);
    if (consumers > 0)
        buf_printf(out, ", output_tasks=%" PRIu32, consumers);
}

/* Over all columns nothing need be said. */
static void distinct_text(struct buf *out, const struct node_distinct *node)
{
    if (node->targets.count == 0)
        return;
    exprs_text(out, "on", &node->targets);
    if (node->orders.count > 0) {
        buf_puts(out, ", ");
        keys_text(out, "order", &node->orders);
    }
}

static void table_text(struct buf *out, const struct node_table_scan *scan)
{
    uint64_t end = scan->first_row + scan->row_count;

    buf_printf(out, "table=%s.%s.%s", scan->catalog.data, scan->schema.data, scan->table.data);
    if (scan->row_count > 0)
        buf_printf(out, ":%" PRIu64 "..", scan->first_row);
    if (scan->row_count > 0 && end != INT64_MAX) /* else all that come */
        buf_printf(out, "%" PRIu64, end);
    buf_puts(out, ", ");
    columns_text(out, &scan->base);
    filters_text(out, &scan->filters);
}

/* What stands behind the node's name. A long function: one short case for each kind of node. */
static void detail_text(struct buf *out, const struct eider_node *node)
{
    switch (node->tag) {
    case NODE_PARQUET_SCAN:
        parquet_text(out, node_as_parquet_scan(node));
        return;
    case NODE_TABLE_SCAN:
        table_text(out, node_as_table_scan(node));
        return;
    case NODE_FUNCTION_SCAN:
        function_text(out, node_as_function_scan(node));
        return;
    case NODE_VALUES:
        buf_printf(out, "values, rows=%" PRIu32, node_as_values(node)->rows.count);
        return;
    case NODE_CTE_REF:
        buf_printf(out, "cte=%" PRIu32, node_as_cte_ref(node)->cte);
        return;
    case NODE_FILTER:
        all_of_text(out, &node_as_filter(node)->predicates);
        kept_text(out, node, &node_as_filter(node)->projection);
        return;
    case NODE_PROJECTION:
        named_list_text(out, "expr", &node_as_projection(node)->exprs, node);
        return;
    case NODE_AGGREGATE:
        aggregate_node_text(out, node_as_aggregate(node));
        return;
    case NODE_REPARTITION:
        exprs_text(
            out, node_as_repartition(node)->by_value ? "partitioning=Range, key" : "partitioning=Hash, keys",
            &node_as_repartition(node)->keys);
        buf_printf(out, ", partitions=%" PRIu32, node_as_repartition(node)->partitions);
        return;
    case NODE_SORT:
        keys_text(out, "expr", &node_as_sort(node)->orders);
        kept_text(out, node, &node_as_sort(node)->projection);
        return;
    case NODE_TOPN:
        keys_text(out, "expr", &node_as_topn(node)->orders);
        buf_printf(out, ", skip=%" PRIu64 ", fetch=%" PRIu64, node_as_topn(node)->offset,
                   node_as_topn(node)->limit);
        return;
    case NODE_LIMIT:
        limit_text(out, node_as_limit(node));
        return;
    case NODE_DISTINCT:
        distinct_text(out, node_as_distinct(node));
        return;
    case NODE_WINDOW:
        exprs_text(out, "wdw", &node_as_window(node)->windows);
        return;
    case NODE_UNNEST:
        exprs_text(out, "expr", &node_as_unnest(node)->exprs);
        return;
    case NODE_LATERAL_FUNCTION:
        buf_printf(out, "function=%s, ", node_as_lateral_function(node)->name.data);
        exprs_text(out, "args", &node_as_lateral_function(node)->args);
        return;
    case NODE_HASH_JOIN:
        join_text(out, node_as_hash_join(node)->type, &node_as_hash_join(node)->conditions,
                  node_as_hash_join(node)->residual);
        kept_text(out, node, &node_as_hash_join(node)->projection);
        return;
    case NODE_NESTED_LOOP_JOIN:
        join_text(out, node_as_nested_loop_join(node)->type, &node_as_nested_loop_join(node)->conditions,
                  node_as_nested_loop_join(node)->residual);
        kept_text(out, node, &node_as_nested_loop_join(node)->projection);
        return;
    case NODE_ASOF_JOIN:
        join_text(out, node_as_asof_join(node)->type, &node_as_asof_join(node)->conditions,
                  node_as_asof_join(node)->residual);
        kept_text(out, node, &node_as_asof_join(node)->projection);
        return;
    case NODE_SETOP:
        buf_printf(out, "%s%s", setop_text(node_as_setop(node)->op), node_as_setop(node)->all ? " all" : "");
        return;
    case NODE_CTE:
        buf_printf(out, "cte=%" PRIu32 ", name=%s", node_as_cte(node)->cte, node_as_cte(node)->name.data);
        return;
    case NODE_RECURSIVE_CTE:
        buf_printf(out, "cte=%" PRIu32 "%s", node_as_recursive_cte(node)->cte,
                   node_as_recursive_cte(node)->union_all ? ", all" : "");
        return;
    case NODE_NETWORK_SHUFFLE:
        network_text(out, node_as_network_shuffle(node)->stage, node_as_network_shuffle(node)->producer_tasks,
                     node_as_network_shuffle(node)->consumer_tasks);
        return;
    case NODE_NETWORK_COALESCE:
        network_text(out, node_as_network_coalesce(node)->stage,
                     node_as_network_coalesce(node)->producer_tasks,
                     node_as_network_coalesce(node)->consumer_tasks);
        if (node_as_network_coalesce(node)->ordered)
            buf_printf(out, ", ordered");
        return;
    case NODE_NETWORK_BROADCAST:
        network_text(out, node_as_network_broadcast(node)->stage,
                     node_as_network_broadcast(node)->producer_tasks,
                     node_as_network_broadcast(node)->consumer_tasks);
        return;
    case NODE_EXCHANGE_SOURCE:
        buf_printf(out, "stage=%" PRIu32, node_as_exchange_source(node)->stage);
        return;
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_SAMPLE:
    case NODE_CUSTOM:
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
    case NODE_UNION:
    case NODE_DISTRIBUTED_LEAF:
    case NODE_DISTRIBUTED:
    case NODE_INVALID:
    case NODE_TAG_END:
        return;
    }
}

/* ---- Columns that share a name: a@0 and a@1 ---- */

static const struct eider_expr *tell_apart(void *data, struct arena *arena, const struct eider_expr *expr)
{
    const struct column_list *columns = data;
    const struct expr_column *column = expr_as_column(expr);
    uint32_t same = 0;
    char *name;

    for (uint32_t i = 0; column != NULL && i < columns->count; i++)
        same += str_equal(columns->items[i].name, column->name);
    if (same < 2)
        return expr;
    name = arena_printf(arena, "%s@%" PRIu32, column->name.data, column->index);
    return name == NULL ? NULL : expr_column(arena, expr->type, column->index, str_from(name));
}

/* The residual of a join is over both sides. Its conditions need no more: the left side stands first. */
static const struct eider_node *with_clear_residual(struct arena *arena, const struct eider_node *node,
                                                    const struct eider_expr *residual)
{
    const struct column_list *left = &node_child(node, 0)->columns, *right = &node_child(node, 1)->columns;
    struct column_list both = column_list_new(arena, left->count + right->count);
    struct eider_node *clone = node_clone(arena, node);

    for (uint32_t i = 0; i < both.count; i++)
        both.items[i] = i < left->count ? left->items[i] : right->items[i - left->count];
    residual = expr_transform(arena, residual, tell_apart, &both);
    if (clone == NULL || residual == NULL)
        return NULL;
    if (node->tag == NODE_HASH_JOIN)
        ((struct node_hash_join *)clone)->residual = residual;
    else if (node->tag == NODE_ASOF_JOIN)
        ((struct node_asof_join *)clone)->residual = residual;
    else
        ((struct node_nested_loop_join *)clone)->residual = residual;
    return clone;
}

/* The node as it is shown. */
static const struct eider_node *with_clear_names(struct arena *arena, const struct eider_node *node)
{
    const struct node_hash_join *hash = node_as_hash_join(node);
    const struct node_nested_loop_join *loop = node_as_nested_loop_join(node);
    const struct node_asof_join *asof = node_as_asof_join(node);
    struct column_list columns;

    if (hash != NULL && hash->residual != NULL)
        return with_clear_residual(arena, node, hash->residual);
    if (loop != NULL && loop->residual != NULL)
        return with_clear_residual(arena, node, loop->residual);
    if (asof != NULL && asof->residual != NULL)
        return with_clear_residual(arena, node, asof->residual);
    if (node_child_count(node) != 1 || node->tag == NODE_LATERAL_FUNCTION)
        return node;
    columns = node_child(node, 0)->columns;
    return node_map_exprs(arena, node, tell_apart, &columns);
}

void node_text(struct buf *out, const struct eider_node *node)
{
    const struct node_custom *custom = node_as_custom(node);
    const struct eider_node *shown;
    struct arena *arena;
    size_t before;

    if (custom != NULL) { /* the application says how it is shown */
        buf_puts(out, custom->label.size > 0 ? custom->label.data : custom->kind.data);
        return;
    }
    arena = arena_new();
    shown = arena == NULL ? NULL : with_clear_names(arena, node);
    buf_puts(out, node_tag_display(node->tag));
    before = out->size;
    buf_puts(out, ": ");
    if (shown != NULL)
        detail_text(out, shown);
    out->failed |= shown == NULL;
    arena_free(arena);
    if (out->size == before + 2 && !out->failed) {
        out->size = before;
        out->data[before] = '\0';
    }
}

/* ---- Stages ---- */

#define RULE "──────────────────────────────────────────────────" /* fifty */

struct picture {
    struct buf *out;
    const struct stage_graph *graph; /* NULL: a plan without stages */
    const struct plan_stage *stage;
    uint32_t depth;       /* of the stage */
    unsigned detail;      /* of enum display_detail */
    unsigned char *drawn; /* per stage; drawn once */
    struct arena *arena;
};

static void start_line(const struct picture *picture, uint32_t level)
{
    if (picture->graph != NULL)
        buf_printf(picture->out, "%*s│ ", (int)picture->depth * 2, "");
    buf_printf(picture->out, "%*s", (int)level * 2, "");
}

/* How many of `parts` each of `tasks` gets, at most. */
static uint32_t share(uint32_t parts, uint32_t tasks)
{
    return tasks > 1 ? (parts + tasks - 1) / tasks : parts;
}

/* Boundaries as a task of their consumer sees them: output_partitions are those that it reads. */
static void source_text(const struct picture *picture, const struct node_exchange_source *source)
{
    const struct stage_input *input = &picture->stage->inputs[source->input];
    uint32_t parts = input->kind == BOUNDARY_SHUFFLE ? input->partitions : input->producer_tasks;

    buf_printf(picture->out, "[Stage %" PRIu32 "] => %s: ", input->stage, boundary_text(input->kind));
    if (input->kind == BOUNDARY_BROADCAST)
        buf_printf(picture->out,
                   "partitions_per_consumer=1, stage_partitions=%" PRIu32 ", input_tasks=%" PRIu32,
                   input->consumer_tasks, input->producer_tasks);
    else
        buf_printf(picture->out, "output_partitions=%" PRIu32 ", input_tasks=%" PRIu32,
                   share(parts, input->consumer_tasks), input->producer_tasks);
    if (source->ordered)
        buf_printf(picture->out, ", ordered");
}

static void draw_variants(const struct picture *picture, const struct node_distributed_leaf *leaf,
                          uint32_t level)
{
    for (uint32_t i = 0; (picture->detail & DISPLAY_TASKS) != 0 && i < picture->stage->tasks; i++) {
        start_line(picture, level + 1);
        buf_printf(picture->out, "t%" PRIu32 ": ", i);
        if (i < leaf->variants.count)
            node_text(picture->out, leaf->variants.items[i]);
        else
            buf_puts(picture->out, "nothing");
        buf_putc(picture->out, '\n');
    }
}

static uint64_t file_bytes(const struct file_slice_list *files)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < files->count; i++)
        bytes += files->items[i].bytes;
    return bytes;
}

/* " (~1200 rows)": as DuckDB writes them, but that a number is one word. */
static void estimate_text(const struct picture *picture, const struct eider_node *node)
{
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    const struct node_function_scan *function = node_as_function_scan(node);
    uint64_t bytes = scan != NULL       ? file_bytes(&scan->files)
                     : function != NULL ? file_bytes(&function->files)
                                        : 0;

    if ((picture->detail & DISPLAY_ESTIMATES) == 0 || (node->rows < 0 && bytes == 0))
        return;
    buf_puts(picture->out, " (");
    if (node->rows >= 0)
        buf_printf(picture->out, "~%.0f rows", node->rows);
    if (bytes > 0)
        buf_printf(picture->out, "%sfiles of %.1f MB", node->rows >= 0 ? ", " : "", (double)bytes / 1e6);
    buf_putc(picture->out, ')');
}

static void draw_node(const struct picture *picture, const struct eider_node *node, uint32_t level)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);

    start_line(picture, level);
    if (leaf != NULL) {
        buf_puts(picture->out, "DistributedLeafExec: ");
        node_text(picture->out, leaf->leaf);
        estimate_text(picture, leaf->leaf);
        buf_putc(picture->out, '\n');
        draw_variants(picture, leaf, level);
        return;
    }
    if (node->tag == NODE_EXCHANGE_SOURCE && picture->stage != NULL)
        source_text(picture, node_as_exchange_source(node));
    else
        node_text(picture->out, node);
    estimate_text(picture, node);
    buf_putc(picture->out, '\n');
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++)
        draw_node(picture, node_child(node, i), level + 1);
}

/* t0:[p0] t1:[p1]: one partition a task; a stage that feeds a shuffle shows the whole hash range for each. */
static void draw_head_line(const struct picture *picture)
{
    const struct plan_stage *stage = picture->stage;

    buf_printf(picture->out, "%*s┌───── ", (int)picture->depth * 2, "");
    if (stage->id == 0)
        buf_puts(picture->out, "DistributedExec");
    else
        buf_printf(picture->out, "Stage %" PRIu32, stage->id);
    buf_puts(picture->out, " ── Tasks:");
    for (uint32_t i = 0; i < stage->tasks; i++) {
        if (stage->output == BOUNDARY_SHUFFLE && stage->partitions > 1)
            buf_printf(picture->out, " t%" PRIu32 ":[p0..p%" PRIu32 "]", i, stage->partitions - 1);
        else
            buf_printf(picture->out, " t%" PRIu32 ":[p%" PRIu32 "]", i,
                       stage->output == BOUNDARY_SHUFFLE ? 0 : i);
    }
    for (uint32_t i = 0; i < stage->filter_count; i++) {
        buf_printf(picture->out, "%s bloom%" PRIu32 ":[Stage %" PRIu32 "]", i == 0 ? " ── Filters:" : "", i,
                   stage->filters[i]);
        if (stage->has_run && stage->filter_keys[i] > 0)
            buf_printf(picture->out, " as a list of %" PRIu32 " keys", stage->filter_keys[i]);
        else if (stage->has_run)
            buf_printf(picture->out, " kept out %" PRIu64 " rows", stage->kept_out[i]);
    }
    if (stage->has_run && stage->partial_skipped)
        buf_puts(picture->out, " ── Partial aggregate skipped: the first rows hardly repeat keys");
    buf_putc(picture->out, '\n');
}

static void draw_stage(const struct picture *around, const struct plan_stage *stage, uint32_t depth)
{
    struct picture picture = *around;

    picture.stage = stage;
    picture.depth = depth;
    draw_head_line(&picture);
    draw_node(&picture, stage->root, 0);
    buf_printf(picture.out, "%*s└%s\n", (int)depth * 2, "", RULE);
    for (uint32_t i = 0; i < stage->input_count; i++) {
        uint32_t id = stage->inputs[i].stage;
        if (id == 0 || id > picture.graph->stage_count || picture.drawn[id - 1])
            continue;
        picture.drawn[id - 1] = 1;
        draw_stage(&picture, &picture.graph->stages[id - 1], depth + 1);
    }
}

void plan_display(struct buf *out, const struct eider_node *node)
{
    struct picture picture = {.out = out};

    draw_node(&picture, node, 0);
}

void stage_graph_display(struct buf *out, const struct stage_graph *graph, unsigned detail)
{
    struct arena *arena = arena_new();
    struct picture picture = {.out = out, .graph = graph, .detail = detail, .arena = arena};

    picture.drawn = arena == NULL ? NULL : arena_alloc(arena, graph->stage_count);
    if (picture.drawn == NULL)
        out->failed = true;
    else
        draw_stage(&picture, &graph->head, 0);
    arena_free(arena);
}
