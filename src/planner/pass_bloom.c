/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Bloom pass: for joins of which one side comes from a stage that filters, the other side's scans drop the rows whose
 * keys that stage did not find. Those rows would only be exchanged to be dropped by the join. A stage that feeds no shuffle
 * gets a RepartitionExec of one partition, which says what its keys are.
 *
 *     stage 3: HashJoin(l_orderkey = o_orderkey) over stage 1 (lineitem) and stage 2 (orders, filtered)
 *     → stage 1 scans lineitem WHERE bloom0(l_orderkey), bloom0 over the keys that stage 2 shuffles by,
 *       and starts after stage 2
 *
 * Why the answer stays the same: a filter never says no to a key of the source, so it drops only rows without a partner,
 * and only for joins that drop such rows. On its way down from the join, the probe crosses only nodes for which dropping
 * all rows of a key below is the same as dropping them above: filters, projections, sorts, joins (on a side that is not
 * padded with NULLs), aggregates and DISTINCTs by that key, and boundaries of stages that nobody else reads. A stage is
 * never made to wait for one that waits for it.
 *
 * Within the stage of the join, DuckDB filters by itself what the join reads, but seldom what a join or an aggregate below it
 * does. There, and only there, the probe goes into a scan of that stage too: its source is then an input of the stage. But
 * not where a join on the way drops the same rows itself, or the joins on the way leave few rows as it is, and drop the larger
 * part.
 *
 * It works on the finished stage graph, because only there it is known who reads what. It is a matter of speed alone:
 * what it does not see is simply not filtered.
 */
#include "planner/distribute.h"
#include "planner/passes.h"
#include "planner/ranges.h"

#include <string.h>

#include "plan/object.h"

#define MAX_ROWS_OF_SOURCE 50e6 /* estimated; more keys make the filter larger than it is worth */
#define MANY_MORE          4.0  /* rows below joins, by those that they leave */

struct bloom_pass {
    struct planning *p;
    struct stage_graph *graph;
    struct plan_stage *join_stage; /* where the join is */
    uint32_t source;               /* the stage whose keys make the filter */
    struct plan_stage *changed;    /* it, if it got keys for that; else NULL */
    bool crossed;                  /* the probe has left the join's stage */
    uint32_t passed;               /* joins and aggregates of that stage that it went through */
    double join_rows;              /* that the join reads on that side */
    double left_rows;              /* that it leaves */
    double lowest_rows;            /* that the lowest of `passed` reads */
    unsigned char *seen;           /* per stage, for walks over the graph: a stage may be read on many ways */
};

static struct plan_stage *stage_at(struct stage_graph *graph, uint32_t id)
{
    return id == 0 ? &graph->head : &graph->stages[id - 1];
}

/* ---- Who waits for whom ---- */

static void forget_seen(struct bloom_pass *b)
{
    memset(b->seen, 0, b->graph->stage_count + 1);
}

static bool reaches(struct bloom_pass *b, uint32_t id, uint32_t other)
{
    const struct plan_stage *stage = stage_at(b->graph, id);

    if (id == other)
        return true;
    if (b->seen[id])
        return false;
    b->seen[id] = 1;
    for (uint32_t i = 0; i < stage->input_count; i++) {
        if (reaches(b, stage->inputs[i].stage, other))
            return true;
    }
    for (uint32_t i = 0; i < stage->filter_count; i++) {
        if (reaches(b, stage->filters[i], other))
            return true;
    }
    return false;
}

/* True if stage `id` is `other` or cannot start before it is complete. */
static bool waits_for(struct bloom_pass *b, uint32_t id, uint32_t other)
{
    forget_seen(b);
    return reaches(b, id, other);
}

static uint32_t readers_of(struct stage_graph *graph, uint32_t id)
{
    uint32_t readers = 0;

    for (uint32_t s = 0; s <= graph->stage_count; s++) {
        const struct plan_stage *stage = stage_at(graph, s);
        for (uint32_t i = 0; i < stage->input_count; i++)
            readers += stage->inputs[i].stage == id;
    }
    return readers;
}

/* ---- What filters ---- */

static bool selects(struct bloom_pass *b, const struct plan_stage *stage, const struct eider_node *node)
{
    const struct node_exchange_source *source = node_as_exchange_source(node);
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);

    if (scan != NULL)
        return scan->filters.count > 0;
    if (node->tag == NODE_DISTRIBUTED_LEAF)
        return selects(b, stage, node_as_distributed_leaf(node)->leaf);
    if (node->tag == NODE_FILTER || node->tag == NODE_TOPN || node->tag == NODE_LIMIT)
        return true;
    if (source != NULL) {
        uint32_t id = stage->inputs[source->input].stage;
        if (b->seen[id])
            return false;
        b->seen[id] = 1;
        return selects(b, stage_at(b->graph, id), stage_at(b->graph, id)->root);
    }
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (selects(b, stage, node_child(node, i)))
            return true;
    }
    return false;
}

/* True if something in the stage, or in a stage that it reads, drops rows. */
static bool is_selective(struct bloom_pass *b, const struct plan_stage *stage)
{
    forget_seen(b);
    return selects(b, stage, stage->root);
}

/* ---- Joins ---- */

static bool drops_left(enum join_type type)
{
    return type == JOIN_INNER || type == JOIN_LEFT_SEMI || type == JOIN_RIGHT || type == JOIN_RIGHT_SEMI ||
           type == JOIN_RIGHT_ANTI;
}

static bool drops_right(enum join_type type)
{
    return type == JOIN_INNER || type == JOIN_LEFT || type == JOIN_LEFT_SEMI || type == JOIN_LEFT_ANTI ||
           type == JOIN_SINGLE || type == JOIN_RIGHT_SEMI;
}

/* True if rows without a partner are padded with NULLs on that side: NULLs that no stage below has. */
static bool is_padded(enum join_type type, bool right)
{
    if (type == JOIN_FULL)
        return true;
    return right ? type == JOIN_LEFT || type == JOIN_SINGLE || type == JOIN_MARK : type == JOIN_RIGHT;
}

static const struct node_exchange_source *trace(const struct eider_node *node, uint32_t *index);

static const struct node_exchange_source *trace_join(const struct node_hash_join *join, uint32_t *index)
{
    bool right_alone = join->type == JOIN_RIGHT_SEMI || join->type == JOIN_RIGHT_ANTI, right;
    uint32_t width = right_alone ? 0 : join->left->columns.count;

    *index = join->projection.items[*index];
    right = *index >= width;
    if (is_padded(join->type, right))
        return NULL;
    *index -= right ? width : 0;
    return trace(right ? join->right : join->left, index);
}

/* Follows a column down to where it comes out of an exchange; NULL if it is computed on the way, or may be NULL without
 * having been so there. */
static const struct node_exchange_source *trace(const struct eider_node *node, uint32_t *index)
{
    const struct node_projection *projection = node_as_projection(node);
    const struct node_aggregate *aggregate = node_as_aggregate(node);
    const struct expr_column *column = NULL;

    if (node->tag == NODE_EXCHANGE_SOURCE)
        return node_as_exchange_source(node);
    if (node->tag == NODE_FILTER) {
        *index = node_as_filter(node)->projection.items[*index];
        return trace(node_child(node, 0), index);
    }
    if (node->tag == NODE_DISTINCT)
        return trace(node_child(node, 0), index);
    if (node->tag == NODE_HASH_JOIN)
        return trace_join(node_as_hash_join(node), index);
    if (projection != NULL)
        column = expr_as_column(projection->exprs.items[*index]);
    else if (aggregate != NULL && aggregate->sets.count == 0 && *index < aggregate->groups.count)
        column = expr_as_column(aggregate->groups.items[*index]);
    if (column == NULL)
        return NULL;
    *index = column->index;
    return trace(node_child(node, 0), index);
}

/* ---- Down to the scan ---- */

static const struct eider_node *push(struct bloom_pass *b, struct plan_stage *stage,
                                     const struct eider_node *node, const struct expr_list *args);

static bool find_column(void *data, const struct eider_expr *expr)
{
    (void)data;
    return expr->tag != EXPR_COLUMN;
}

static bool has_columns(const struct eider_expr *expr)
{
    return !expr_walk(expr, find_column, NULL);
}

/* The probe as an expression, registered with its stage; NULL if the stage has too many. */
static const struct eider_expr *probe_in(struct bloom_pass *b, struct plan_stage *stage,
                                         const struct expr_list *args)
{
    struct expr_bloom_probe *probe;
    uint32_t number = 0;

    /* In the join's own stage DuckDB filters what the join reads, but seldom what a join below it does; and the head has no
     * filters. */
    if (!b->crossed && (b->passed == 0 || stage == &b->graph->head))
        return NULL;
    while (number < stage->filter_count && stage->filters[number] != b->source)
        number++;
    if (number == STAGE_MAX_FILTERS ||
        (probe = expr_bloom_probe_new(b->p->arena, type_simple(TYPE_BOOLEAN))) == NULL)
        return NULL;
    stage->filters[number] = b->source;
    if (number == stage->filter_count)
        stage->filter_count++;
    stage_at(b->graph, b->source)->feeds_filter = true;
    probe->filter = number;
    probe->args = *args;
    return &probe->base;
}

static bool append(struct arena *arena, struct expr_list *list, const struct eider_expr *expr)
{
    struct expr_list longer = expr_list_new(arena, list->count + 1);

    if (longer.count != list->count + 1)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        longer.items[i] = list->items[i];
    longer.items[list->count] = expr;
    *list = longer;
    return true;
}

/* A FILTER above a node that the probe cannot cross. */
static const struct eider_node *place_above(struct bloom_pass *b, struct plan_stage *stage,
                                            const struct eider_node *node, const struct expr_list *args)
{
    const struct eider_expr *probe = b->crossed ? probe_in(b, stage, args) : NULL;
    struct node_filter *filter;

    if (probe == NULL || (filter = node_filter_new(b->p->arena)) == NULL)
        return NULL;
    filter->input = node;
    filter->base.columns = node->columns;
    filter->base.rows = node->rows;
    filter->projection = u32_list_identity(b->p->arena, node->columns.count);
    return append(b->p->arena, &filter->predicates, probe) ? &filter->base : NULL;
}

/* Into the filters of a scan; `args` are over its output, filters over what it reads. */
static const struct eider_node *place_in_scan(struct bloom_pass *b, const struct node_parquet_scan *scan,
                                              const struct eider_expr *probe)
{
    struct node_parquet_scan *copy = (struct node_parquet_scan *)node_clone(b->p->arena, &scan->base);

    return copy != NULL && append(b->p->arena, &copy->filters, probe) ? &copy->base : NULL;
}

/* `args` where each column is the one that `outputs` says; NULL if one is not there. */
static bool through(struct bloom_pass *b, const struct expr_list *args, const struct expr_list *outputs,
                    struct expr_list *ret)
{
    *ret = expr_list_new(b->p->arena, args->count);
    for (uint32_t i = 0; i < ret->count; i++) {
        if ((ret->items[i] = expr_substitute(b->p->arena, args->items[i], outputs)) == NULL)
            return false;
    }
    return ret->count == args->count;
}

/* The columns of `from`, as the projection of a node picks them. */
static struct expr_list picked(struct bloom_pass *b, const struct eider_node *from,
                               const struct u32_list *projection)
{
    struct expr_list outputs = expr_list_new(b->p->arena, projection->count);

    for (uint32_t i = 0; i < outputs.count; i++)
        outputs.items[i] = expr_column_of(b->p->arena, from, projection->items[i]);
    return outputs;
}

static bool same_read(const struct scan_column *a, const struct scan_column *b)
{
    if (a->role != b->role || !str_equal(a->name, b->name) || !type_equal(a->type, b->type) ||
        a->path.count != b->path.count)
        return false;
    for (uint32_t i = 0; i < a->path.count; i++) {
        if (!str_equal(a->path.items[i], b->path.items[i]))
            return false;
    }
    return true;
}

static bool same_columns(const struct node_parquet_scan *a, const struct node_parquet_scan *b)
{
    if (a->read.count != b->read.count || a->projection.count != b->projection.count)
        return false;
    for (uint32_t i = 0; i < a->read.count; i++) {
        if (!same_read(&a->read.items[i], &b->read.items[i]))
            return false;
    }
    for (uint32_t i = 0; i < a->projection.count; i++) {
        if (a->projection.items[i] != b->projection.items[i])
            return false;
    }
    return true;
}

/* True if the probe of a leaf's scan is right in each of its variants: an application's may read columns in another order. */
static bool variants_alike(const struct node_distributed_leaf *leaf, const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < leaf->variants.count; i++) {
        const struct node_parquet_scan *variant = node_as_parquet_scan(leaf->variants.items[i]);
        if (leaf->variants.items[i]->tag == NODE_EMPTY)
            continue;
        if (variant == NULL || !same_columns(variant, scan))
            return false;
    }
    return true;
}

/* Few keys are worth a list of them where the files are in the order of that column. */
static void note_pruning(struct bloom_pass *b, struct plan_stage *stage, const struct node_parquet_scan *scan,
                         const struct eider_expr *expr)
{
    const struct expr_bloom_probe *probe = expr_as_bloom_probe(expr);
    const struct expr_column *key = probe->args.count == 1 ? expr_as_column(probe->args.items[0]) : NULL;

    if (key != NULL && ranges_ordered_by(b->p->arena, b->p->options, scan, key->index))
        stage->filter_prunes[probe->filter] = true;
}

static const struct eider_node *push_into_scan(struct bloom_pass *b, struct plan_stage *stage,
                                               const struct eider_node *node, const struct expr_list *args)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);
    const struct node_parquet_scan *scan = node_as_parquet_scan(leaf != NULL ? leaf->leaf : node);
    struct node_distributed_leaf *copy;
    struct expr_list outputs, inner;
    const struct eider_expr *probe;

    if (scan == NULL || (leaf != NULL && !variants_alike(leaf, scan)))
        return place_above(b, stage, node, args);
    if (!b->crossed && b->lowest_rows > b->join_rows * MANY_MORE &&
        b->left_rows * b->lowest_rows >= b->join_rows * b->join_rows)
        return NULL; /* other joins drop more, for less */
    outputs = expr_list_new(b->p->arena, scan->projection.count);
    for (uint32_t i = 0; i < outputs.count; i++)
        outputs.items[i] = expr_column(b->p->arena, scan->base.columns.items[i].type,
                                       scan->projection.items[i], scan->base.columns.items[i].name);
    if (!through(b, args, &outputs, &inner) || (probe = probe_in(b, stage, &inner)) == NULL)
        return NULL;
    note_pruning(b, stage, scan, probe);
    if (leaf == NULL)
        return place_in_scan(b, scan, probe);
    if ((copy = (struct node_distributed_leaf *)node_clone(b->p->arena, node)) == NULL)
        return NULL;
    copy->leaf = place_in_scan(b, scan, probe);
    copy->variants = node_list_new(b->p->arena, leaf->variants.count);
    for (uint32_t i = 0; i < copy->variants.count; i++) {
        const struct node_parquet_scan *variant = node_as_parquet_scan(leaf->variants.items[i]);
        copy->variants.items[i] =
            variant == NULL ? leaf->variants.items[i] : place_in_scan(b, variant, probe);
    }
    return arena_failed(b->p->arena) ? NULL : &copy->base;
}

/* The node with child number `index` replaced. */
static const struct eider_node *with_child(struct bloom_pass *b, const struct eider_node *node,
                                           uint32_t index, const struct eider_node *child)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children = arena_alloc_array(b->p->arena, count, sizeof(*children));

    if (child == NULL || children == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        children[i] = i == index ? child : node_child(node, i);
    return node_with_children(b->p->arena, node, children);
}

static const struct eider_node *push_below(struct bloom_pass *b, struct plan_stage *stage,
                                           const struct eider_node *node, uint32_t child,
                                           const struct expr_list *args, const struct expr_list *outputs)
{
    struct expr_list inner;

    if (!through(b, args, outputs, &inner))
        return NULL;
    return with_child(b, node, child, push(b, stage, node_child(node, child), &inner));
}

static const struct eider_node *push_deeper(struct bloom_pass *b, struct plan_stage *stage,
                                            const struct eider_node *node, const struct expr_list *args)
{
    const struct eider_node *made;

    b->passed++;
    b->lowest_rows = distribute_rows(node);
    made = push(b, stage, node, args);
    b->passed--;
    return made;
}

/* Which sides of a join the probe may go down: those that are not padded with NULLs. */
static bool may_enter(enum join_type type, uint32_t side)
{
    if (type == JOIN_INNER)
        return true;
    if (side == 0)
        return type == JOIN_LEFT || type == JOIN_LEFT_SEMI || type == JOIN_LEFT_ANTI || type == JOIN_MARK ||
               type == JOIN_SINGLE;
    return type == JOIN_RIGHT || type == JOIN_RIGHT_SEMI || type == JOIN_RIGHT_ANTI;
}

/* True if a condition compares `expr` of that side with key number `key` of the source. */
static bool is_compared(const struct bloom_pass *b, const struct plan_stage *stage,
                        const struct node_hash_join *join, uint32_t side, const struct eider_expr *expr,
                        uint32_t key)
{
    const struct node_repartition *keys = node_as_repartition(stage_at(b->graph, b->source)->root);
    const struct expr_column *source_key = expr_as_column(keys->keys.items[key]);

    for (uint32_t i = 0; i < join->conditions.count; i++) {
        const struct join_condition *condition = &join->conditions.items[i];
        const struct expr_column *other = expr_as_column(side == 0 ? condition->right : condition->left);
        const struct node_exchange_source *source;
        uint32_t index;

        if (condition->op != COMPARE_EQUAL || other == NULL ||
            !expr_equal(side == 0 ? condition->left : condition->right, expr))
            continue;
        index = other->index;
        source = trace(side == 0 ? join->right : join->left, &index);
        if (source != NULL && stage->inputs[source->input].stage == b->source && source_key->index == index)
            return true;
    }
    return false;
}

/* True if the join drops these rows itself, since its other side comes out of the source too: then the probe is what its own
 * filter would be, if that is worth one. */
static bool drops_itself(const struct bloom_pass *b, const struct plan_stage *stage,
                         const struct node_hash_join *join, uint32_t side, const struct expr_list *args)
{
    if (!(side == 0 ? drops_left(join->type) : drops_right(join->type)))
        return false;
    for (uint32_t i = 0; i < args->count; i++) {
        if (!is_compared(b, stage, join, side, args->items[i], i))
            return false;
    }
    return true;
}

static const struct eider_node *push_into_join(struct bloom_pass *b, struct plan_stage *stage,
                                               const struct node_hash_join *join,
                                               const struct expr_list *args)
{
    bool right_alone = join->type == JOIN_RIGHT_SEMI || join->type == JOIN_RIGHT_ANTI;
    uint32_t width = right_alone ? 0 : join->left->columns.count;

    for (uint32_t side = 0; side < 2; side++) {
        struct expr_list outputs = expr_list_new(b->p->arena, join->projection.count), inner;
        const struct eider_node *child = side == 0 ? join->left : join->right;
        for (uint32_t i = 0; i < outputs.count; i++) {
            uint32_t index = join->projection.items[i];
            if (side == 0 ? index < width : index >= width)
                outputs.items[i] = expr_column_of(b->p->arena, child, side == 0 ? index : index - width);
        }
        /* a column of the other side has no place in outputs: the substitution fails */
        if (!may_enter(join->type, side) || !through(b, args, &outputs, &inner))
            continue;
        return drops_itself(b, stage, join, side, &inner)
                   ? NULL
                   : with_child(b, &join->base, side, push_deeper(b, stage, child, &inner));
    }
    return place_above(b, stage, &join->base, args);
}

static const struct eider_node *push_into_aggregate(struct bloom_pass *b, struct plan_stage *stage,
                                                    const struct node_aggregate *node,
                                                    const struct expr_list *args)
{
    struct expr_list inner;

    if (node->sets.count > 0 || !through(b, args, &node->groups, &inner))
        return place_above(b, stage, &node->base, args);
    return with_child(b, &node->base, 0, push_deeper(b, stage, node->input, &inner));
}

/* Into the stage below, if nobody else reads it and the source of the filter does not wait for it. */
static const struct eider_node *push_across(struct bloom_pass *b, struct plan_stage *stage,
                                            const struct node_exchange_source *source,
                                            const struct expr_list *args)
{
    uint32_t id = stage->inputs[source->input].stage;
    struct plan_stage *below = stage_at(b->graph, id);
    const struct eider_node *root;
    bool crossed = b->crossed;

    if (readers_of(b->graph, id) > 1 || waits_for(b, b->source, id))
        return place_above(b, stage, &source->base, args);
    b->crossed = true;
    root = push(b, below, below->root, args);
    b->crossed = crossed;
    if (root == NULL)
        return NULL;
    below->root = root;
    return &source->base;
}

/* Pushes the probe of `args` (over the node's output) as deep as it goes; the node with it, or NULL if it was placed
 * nowhere. */
static const struct eider_node *push(struct bloom_pass *b, struct plan_stage *stage,
                                     const struct eider_node *node, const struct expr_list *args)
{
    struct expr_list outputs;

    switch ((int)node->tag) {
    case NODE_FILTER:
        outputs = picked(b, node_child(node, 0), &node_as_filter(node)->projection);
        return push_below(b, stage, node, 0, args, &outputs);
    case NODE_SORT:
        outputs = picked(b, node_child(node, 0), &node_as_sort(node)->projection);
        return push_below(b, stage, node, 0, args, &outputs);
    case NODE_PROJECTION:
        return push_below(b, stage, node, 0, args, &node_as_projection(node)->exprs);
    case NODE_REPARTITION:
        return with_child(b, node, 0, push(b, stage, node_child(node, 0), args));
    case NODE_DISTINCT:
        if (node_as_distinct(node)->targets.count > 0)
            break;
        return with_child(b, node, 0, push(b, stage, node_child(node, 0), args));
    case NODE_AGGREGATE:
        return push_into_aggregate(b, stage, node_as_aggregate(node), args);
    case NODE_HASH_JOIN:
        return push_into_join(b, stage, node_as_hash_join(node), args);
    case NODE_EXCHANGE_SOURCE:
        return push_across(b, stage, node_as_exchange_source(node), args);
    case NODE_PARQUET_SCAN:
    case NODE_DISTRIBUTED_LEAF:
        return push_into_scan(b, stage, node, args);
    default:
        break;
    }
    return place_above(b, stage, node, args);
}

/* ---- From the join ---- */

/* A side of a join that may become a source, and its join keys. */
struct source_side {
    const struct plan_stage *stage; /* of the join */
    const struct eider_node *node;
    const struct expr_list *own;   /* its keys */
    const struct expr_list *other; /* what they are compared with */
};

/* The exchange that key number `k` of the side comes out of, and its column there; NULL if it comes from none. */
static const struct node_exchange_source *key_source(const struct source_side *side, uint32_t k,
                                                     uint32_t *ret_index)
{
    const struct expr_column *column = expr_as_column(side->own->items[k]);

    if (column == NULL)
        return NULL;
    *ret_index = column->index;
    return trace(side->node, ret_index);
}

/* What is compared with column `index` of that exchange, if the filter can be applied to it; else NULL. */
static const struct eider_expr *partner_of(const struct source_side *side,
                                           const struct node_exchange_source *source, uint32_t index)
{
    uint32_t found;

    for (uint32_t k = 0; k < side->own->count; k++) {
        if (key_source(side, k, &found) == source && found == index && has_columns(side->other->items[k]))
            return side->other->items[k];
    }
    return NULL;
}

/* The stage's rows leave it with the hash of those columns of it that are join keys. */
static const struct node_repartition *give_keys(struct bloom_pass *b, struct plan_stage *stage,
                                                const struct source_side *side,
                                                const struct node_exchange_source *source)
{
    struct node_repartition *made = node_repartition_new(b->p->arena);
    uint32_t count = 0, index;

    if (made == NULL)
        return NULL;
    made->keys = expr_list_new(b->p->arena, side->own->count);
    for (uint32_t k = 0; k < made->keys.count; k++) {
        if (key_source(side, k, &index) == source && partner_of(side, source, index) == side->other->items[k])
            made->keys.items[count++] = expr_column_of(b->p->arena, stage->root, index);
    }
    if (count == 0)
        return NULL;
    made->keys.count = count;
    made->partitions = 1;
    made->input = stage->root;
    made->base.columns = stage->root->columns;
    made->base.rows = stage->root->rows;
    stage->root = &made->base;
    b->changed = stage;
    return made;
}

/*
 * The stage that one side of a join comes from, if it is worth a filter: its keys are among those of the join. *ret are
 * the other side's expressions in the order of its keys. 0: there is none.
 */
static uint32_t find_source(struct bloom_pass *b, const struct source_side *side, struct expr_list *ret)
{
    const struct node_exchange_source *first = NULL;
    const struct node_repartition *repartition;
    struct plan_stage *from;
    uint32_t index = 0;

    for (uint32_t k = 0; first == NULL && k < side->own->count; k++)
        first = key_source(side, k, &index);
    if (first == NULL)
        return 0;
    from = stage_at(b->graph, side->stage->inputs[first->input].stage);
    if (!is_selective(b, from) || from->root->rows > MAX_ROWS_OF_SOURCE)
        return 0;
    repartition = node_as_repartition(from->root);
    if (repartition == NULL && (repartition = give_keys(b, from, side, first)) == NULL)
        return 0;
    *ret = expr_list_new(b->p->arena, repartition->keys.count);
    for (uint32_t r = 0; r < ret->count; r++) {
        const struct expr_column *key = expr_as_column(repartition->keys.items[r]);
        if (key == NULL || (ret->items[r] = partner_of(side, first, key->index)) == NULL)
            return 0;
    }
    return ret->count > 0 ? from->id : 0;
}

/* The join, maybe with a filter in one side. */
static const struct eider_node *filter_side(struct bloom_pass *b, const struct node_hash_join *join,
                                            uint32_t side, const struct expr_list *left,
                                            const struct expr_list *right)
{
    const struct eider_node *made = NULL;
    const struct eider_node *target = side == 0 ? join->left : join->right;
    const struct source_side source = {b->join_stage, side == 0 ? join->right : join->left,
                                       side == 0 ? right : left, side == 0 ? left : right};
    struct expr_list args;

    b->changed = NULL;
    b->source = find_source(b, &source, &args);
    b->crossed = false;
    b->passed = 0;
    b->join_rows = distribute_rows(target);
    b->left_rows = distribute_rows(&join->base);
    if (b->source != 0)
        made = push(b, b->join_stage, target, &args);
    if (made == NULL && b->changed != NULL)
        b->changed->root = node_as_repartition(b->changed->root)->input;
    return made == NULL ? &join->base : with_child(b, &join->base, side, made);
}

static const struct eider_node *filter_join(void *data, struct arena *arena, const struct eider_node *node)
{
    struct bloom_pass *b = data;
    const struct node_hash_join *join = node_as_hash_join(node);
    struct expr_list left, right;
    uint32_t keys = 0;

    if (join == NULL)
        return node;
    left = expr_list_new(arena, join->conditions.count);
    right = expr_list_new(arena, join->conditions.count);
    for (uint32_t i = 0; i < left.count && i < right.count; i++) {
        const struct join_condition *condition = &join->conditions.items[i];
        if (condition->op != COMPARE_EQUAL && condition->op != COMPARE_NOT_DISTINCT_FROM)
            continue;
        if (!type_equal(condition->left->type, condition->right->type))
            continue; /* equal values of two types hash differently */
        left.items[keys] = condition->left;
        right.items[keys++] = condition->right;
    }
    left.count = right.count = keys;
    if (join->right->rows <= join->left->rows) {
        if (drops_left(join->type))
            return filter_side(b, join, 0, &left, &right);
    } else if (drops_right(join->type)) {
        return filter_side(b, join, 1, &left, &right);
    }
    return node;
}

enum eider_status pass_bloom(struct planning *p)
{
    struct bloom_pass b = {.p = p, .graph = p->graph};

    if (!p->options->bloom_filters || p->has_boundaries)
        return EIDER_OK;
    if ((b.seen = arena_alloc(p->arena, p->graph->stage_count + 1)) == NULL)
        return error_no_memory(p->err);
    for (uint32_t i = 0; i <= p->graph->stage_count; i++) {
        b.join_stage = stage_at(p->graph, i);
        const struct eider_node *root = node_transform(p->arena, b.join_stage->root, filter_join, &b);
        if (root == NULL)
            return error_no_memory(p->err);
        b.join_stage->root = root;
    }
    return arena_failed(p->arena) ? error_no_memory(p->err) : EIDER_OK;
}
