/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a plan does its work. A stage is wide if it is not the head and has two or more tasks. In any other stage, of
 * what lies above a scan of a large table, there may only be:
 *   the Final phase of an aggregate, or of a DISTINCT that the stages below have already made per task,
 *   an aggregate or a join whose inputs have at most one row each (a scalar subquery),
 *   sorts, top-n, limits, projections, filters.
 * So scans of large tables, the joins above them and at least the first phase of every grouped aggregate are in wide
 * stages.
 *
 * Stages come in the order of their numbers, in which a stage only reads those before it: what is known of a stage's
 * rows is known before anyone asks.
 */
#include <string.h>

#include "golden.h"
#include "plan/object.h"

#define MAX_STAGES 200

struct facts {
    bool large;   /* reads a large table, in this stage or below */
    bool one_row; /* at most one row, per task */
};

struct spread {
    const struct stage_graph *graph;
    const struct plan_stage *stage;
    struct facts known[MAX_STAGES + 1]; /* per stage number */
    struct buf *out;
    uint32_t breaches;
};

static bool is_wide(const struct plan_stage *stage)
{
    return stage->id > 0 && stage->tasks >= 2;
}

static void breach(struct spread *s, const char *node, const char *what)
{
    s->breaches++;
    if (s->stage->id == 0)
        buf_printf(s->out, "  %s in the head stage: %s\n", node, what);
    else
        buf_printf(s->out, "  %s in stage %u of %u task(s): %s\n", node, (unsigned)s->stage->id,
                   (unsigned)s->stage->tasks, what);
}

/* The folder of its files is the name of the table. */
static bool is_large(const struct node_parquet_scan *scan)
{
    static const char *const large[] = {"/lineitem/", "/orders/", "/partsupp/", "/customer/"};

    for (size_t i = 0; scan != NULL && scan->files.count > 0 && i < sizeof(large) / sizeof(large[0]); i++) {
        if (strstr(scan->files.items[0].path.data, large[i]) != NULL)
            return true;
    }
    return false;
}

static const struct plan_stage *read_stage(const struct spread *s, const struct eider_node *node)
{
    const struct node_exchange_source *source = node_as_exchange_source(node);

    return source != NULL ? &s->graph->stages[s->stage->inputs[source->input].stage - 1] : NULL;
}

/* The rows of a DISTINCT per task, come together. */
static bool is_distinct_already(const struct spread *s, const struct eider_node *node)
{
    const struct plan_stage *stage = read_stage(s, node);
    const struct eider_node *root = stage != NULL ? stage->root : NULL;

    if (root != NULL && root->tag == NODE_REPARTITION)
        root = node_child(root, 0);
    return root != NULL && root->tag == NODE_DISTINCT && is_wide(stage);
}

static bool is_ungrouped(const struct node_aggregate *node)
{
    return node->groups.count == 0 && node->sets.count == 0;
}

/* What a node above a large table does in a stage that is not wide. `one_row`: so have all its inputs. */
static void check_narrow(struct spread *s, const struct eider_node *node, bool one_row)
{
    const struct node_aggregate *aggregate = node_as_aggregate(node);

    switch ((int)node->tag) {
    case NODE_EXCHANGE_SOURCE:
    case NODE_SORT:
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_PROJECTION:
    case NODE_FILTER:
    case NODE_REPARTITION:
        return;
    case NODE_AGGREGATE:
        if (aggregate->mode != AGGREGATE_FINAL && aggregate->mode != AGGREGATE_PARTIAL_REDUCE &&
            !(is_ungrouped(aggregate) && one_row))
            breach(s, aggregate_mode_text(aggregate->mode), "an aggregate of rows, not of states");
        return;
    case NODE_DISTINCT:
        if (!is_distinct_already(s, node_child(node, 0)))
            breach(s, node_tag_display(node->tag), "over rows that no task below has made distinct");
        return;
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
        if (!one_row)
            breach(s, node_tag_display(node->tag), "a join of more than one row with one row");
        return;
    default:
        breach(s, node_tag_display(node->tag), "it stands above a large table");
    }
}

static bool has_one_row(const struct eider_node *node, bool inputs)
{
    switch ((int)node->tag) {
    case NODE_DUMMY_SCAN:
        return true;
    case NODE_AGGREGATE:
        return is_ungrouped(node_as_aggregate(node));
    case NODE_PROJECTION:
    case NODE_FILTER:
    case NODE_SORT:
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
        return inputs;
    default:
        return false;
    }
}

static struct facts look_at(struct spread *s, const struct eider_node *node)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);
    const struct plan_stage *below = read_stage(s, node);
    uint32_t count = leaf != NULL ? 0 : node_child_count(node);
    struct facts facts = {.large = false, .one_row = true};

    if (below != NULL)
        return (struct facts){s->known[below->id].large, s->known[below->id].one_row && below->tasks == 1};
    for (uint32_t i = 0; i < count; i++) {
        struct facts child = look_at(s, node_child(node, i));
        facts.large |= child.large;
        facts.one_row &= child.one_row;
    }
    if (facts.large && !is_wide(s->stage))
        check_narrow(s, node, facts.one_row);
    facts.one_row = has_one_row(node, facts.one_row);
    if (is_large(node_as_parquet_scan(leaf != NULL ? leaf->leaf : node))) {
        facts.large = true;
        if (leaf == NULL || !is_wide(s->stage))
            breach(s, node_tag_display(node->tag), "a large table is read by one task");
    }
    return facts;
}

uint32_t spread_check(const struct stage_graph *graph, struct buf *out)
{
    struct spread s = {.graph = graph, .out = out};

    if (graph->stage_count > MAX_STAGES)
        die("more than %d stages", MAX_STAGES);
    for (uint32_t i = 0; i <= graph->stage_count; i++) {
        s.stage = i < graph->stage_count ? &graph->stages[i] : &graph->head;
        s.known[s.stage->id] = look_at(&s, s.stage->root);
    }
    if (!s.known[0].large)
        breach(&s, node_tag_display(graph->head.root->tag), "no large table is read at all");
    return s.breaches;
}
