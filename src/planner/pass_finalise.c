/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The finalise pass: from a plan with boundaries, placed by the distribute pass or by a rule, to a stage graph.
 *
 *   * A boundary from one task to one task vanishes, unless several read its input (a CTE is computed once) or its input
 *     is read on the application's connection, or a recursive CTE reads it in every step.
 *   * The plan is cut at the others. A boundary's producer_tasks are the tasks of the stage below it; the tasks of the
 *     stage it stands in are those that the boundary above that stage asks for.
 *   * Stages get their numbers when everything below them has one: bottom-up, left to right. Boundaries over the same
 *     node (by identity) read one stage.
 *   * Leaves are scaled to the tasks of their stage: by the handlers, or else as leaves.c does. The leaves of stages of one
 *     task, the head included, are the handlers' matter too, but stay as they are if those say nothing.
 *   * The inputs of a UNION ALL share the tasks of its stage by their bytes (union_shares.c), unless a rule placed the
 *     boundaries or handlers of the application scale leaves.
 *   * A rule's DISTRIBUTED_LEAF stays as it is; in a stage with one task, its one variant takes its place.
 * The plan is consistent: the check pass has seen to it. If nothing is left to distribute, the verdict says so.
 */
#include "planner/handlers.h"
#include "planner/partial_skip.h"
#include "planner/passes.h"

#include "plan/object.h"

#define MAX_STAGES 1000
#define UNFILTERED 2.0 /* rows of a stage's files, by those that leave it, at most */

struct known_stage {
    const struct eider_node *input; /* of the boundary */
    uint32_t readers;
    uint32_t id; /* 0: not numbered yet */
};

struct finalise {
    struct planning *p;
    struct handlers handlers;
    struct known_stage known[MAX_STAGES];
    uint32_t known_count;
    struct plan_stage stages[MAX_STAGES];
    uint32_t stage_count;
    bool shares_unions;
    bool in_recursion;       /* what is being cut is read in every step of a recursive CTE */
    struct leaf_share share; /* of the leaves below where cutting is */
    enum eider_status status;
};

struct boundary_view {
    enum boundary kind;
    bool ordered;
    const struct eider_node *input;
    uint32_t producer_tasks;
    uint32_t consumer_tasks; /* 0: what the stage has */
};

static bool fail(struct finalise *f, enum eider_status status)
{
    if (f->status == EIDER_OK)
        f->status = status;
    return false;
}

static bool look_at(const struct eider_node *node, struct boundary_view *ret)
{
    const struct node_network_shuffle *shuffle = node_as_network_shuffle(node);
    const struct node_network_coalesce *coalesce = node_as_network_coalesce(node);
    const struct node_network_broadcast *broadcast = node_as_network_broadcast(node);

    if (shuffle != NULL)
        *ret = (struct boundary_view){BOUNDARY_SHUFFLE, false, shuffle->input, shuffle->producer_tasks,
                                      shuffle->consumer_tasks};
    else if (coalesce != NULL)
        *ret = (struct boundary_view){BOUNDARY_COALESCE, coalesce->ordered, coalesce->input,
                                      coalesce->producer_tasks, coalesce->consumer_tasks};
    else if (broadcast != NULL)
        *ret = (struct boundary_view){BOUNDARY_BROADCAST, false, broadcast->input, broadcast->producer_tasks,
                                      broadcast->consumer_tasks};
    return shuffle != NULL || coalesce != NULL || broadcast != NULL;
}

/* ---- Who reads what ---- */

static struct known_stage *find_known(struct finalise *f, const struct eider_node *input)
{
    for (uint32_t i = 0; i < f->known_count; i++) {
        if (f->known[i].input == input)
            return &f->known[i];
    }
    return NULL;
}

/* Counts the readers of each boundary's input; goes below each input once. */
static bool count_readers(struct finalise *f, const struct eider_node *node)
{
    struct boundary_view view;

    if (look_at(node, &view)) {
        struct known_stage *known = find_known(f, view.input);
        if (known != NULL) {
            known->readers++;
            return true;
        }
        if (f->known_count == MAX_STAGES) {
            verdict_no(f->p->verdict, VERDICT_LIMIT, "the plan has more than %d stages", MAX_STAGES);
            return false;
        }
        f->known[f->known_count++] = (struct known_stage){view.input, 1, 0};
    }
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (!count_readers(f, node_child(node, i)))
            return false;
    }
    return true;
}

struct planner_table table_of(const struct planner_options *options, const struct node_table_scan *scan)
{
    struct planner_table table = {.shared = false};

    if (options->table_info != NULL)
        options->table_info(options->table_data, scan, &table);
    return table;
}

bool stage_is_local(const struct planner_options *options, const struct eider_node *root)
{
    if (root->tag == NODE_TABLE_SCAN)
        return !table_of(options, node_as_table_scan(root)).shared;
    if (node_is_boundary(root))
        return false;
    for (uint32_t i = 0, n = node_child_count(root); i < n; i++) {
        if (stage_is_local(options, node_child(root, i)))
            return true;
    }
    return false;
}

/* ---- Cutting ---- */

static const struct eider_node *cut(struct finalise *f, const struct eider_node *node,
                                    struct plan_stage *stage);

static uint32_t output_partitions(const struct eider_node *input)
{
    return input->tag == NODE_REPARTITION ? node_as_repartition(input)->partitions : 1;
}

/* The number of the stage that computes `view->input`: cuts it if that is not done yet. 0: failed. */
static uint32_t stage_of(struct finalise *f, const struct boundary_view *view)
{
    struct known_stage *known = find_known(f, view->input);
    struct plan_stage stage = {.tasks = view->producer_tasks, .output = view->kind};
    struct leaf_share share = f->share;
    bool in_recursion = f->in_recursion;

    if (known->id != 0)
        return known->id;
    stage.partitions = output_partitions(view->input);
    if (stage.partitions > 1)
        stage.output = BOUNDARY_SHUFFLE;
    stage.local = stage_is_local(f->p->options, view->input);
    f->share = (struct leaf_share){stage.tasks, 0, stage.tasks};
    f->in_recursion = false;
    stage.root = cut(f, view->input, &stage);
    f->share = share;
    f->in_recursion = in_recursion;
    if (stage.root == NULL)
        return 0;
    if (!f->p->has_boundaries)
        stage.partial_rows = partial_skip_rows(f->p->options, &stage);
    stage.id = ++f->stage_count;
    f->stages[stage.id - 1] = stage;
    return known->id = stage.id;
}

static bool add_input(struct finalise *f, struct plan_stage *stage, const struct stage_input *input)
{
    struct stage_input *inputs = arena_alloc_array(f->p->arena, stage->input_count + 1, sizeof(*inputs));

    if (inputs == NULL)
        return fail(f, error_no_memory(f->p->err));
    for (uint32_t i = 0; i < stage->input_count; i++)
        inputs[i] = stage->inputs[i];
    inputs[stage->input_count++] = *input;
    stage->inputs = inputs;
    return true;
}

static bool is_unfiltered(const struct finalise *f, const struct eider_node *input)
{
    double rows = stage_file_rows(f->p->options, input);

    return rows > 0 && input->rows * UNFILTERED > rows;
}

static const struct eider_node *cut_boundary(struct finalise *f, const struct eider_node *node,
                                             const struct boundary_view *view, struct plan_stage *stage)
{
    struct node_exchange_source *source;
    struct stage_input input = {.kind = view->kind, .producer_tasks = view->producer_tasks};

    if (view->consumer_tasks != 0 && view->consumer_tasks != stage->tasks) {
        verdict_no(f->p->verdict, VERDICT_NET, "a stage of %u tasks has a boundary for %u", stage->tasks,
                   view->consumer_tasks);
        return NULL;
    }
    if (view->producer_tasks == 1 && stage->tasks == 1 && find_known(f, view->input)->readers == 1 &&
        !stage_is_local(f->p->options, view->input) && !f->in_recursion)
        return cut(f, view->input->tag == NODE_REPARTITION ? node_child(view->input, 0) : view->input, stage);
    input.consumer_tasks = stage->tasks;
    input.partitions = output_partitions(view->input);
    if ((input.stage = stage_of(f, view)) == 0)
        return NULL;
    source = node_exchange_source_new(f->p->arena);
    if (source == NULL) {
        fail(f, error_no_memory(f->p->err));
        return NULL;
    }
    source->input = stage->input_count;
    source->stage = input.stage;
    source->kind = input.kind;
    source->ordered = view->ordered;
    source->unfiltered = is_unfiltered(f, view->input);
    source->base.columns = node->columns;
    source->base.rows = node->rows;
    return add_input(f, stage, &input) ? &source->base : NULL;
}

/* What stands for a leaf in a stage. A reference to a CTE is none: its rows come from elsewhere in the stage. */
static const struct eider_node *cut_leaf(struct finalise *f, const struct eider_node *leaf,
                                         const struct plan_stage *stage)
{
    struct eider_plan_context context = {
        .arena = f->p->arena, .workers = f->p->options->workers, .customs = f->p->options->customs};
    const struct eider_node *made = leaf;
    enum eider_status status;

    if (leaf->tag == NODE_CTE_REF)
        return leaf;
    status = handlers_scale_up_leaf(&f->handlers, &context, leaf, stage->tasks, &made, f->p->err);
    if (status == EIDER_OK)
        return made;
    fail(f, status);
    return NULL;
}

/* The shares of a union's inputs; NULL: all have that of the union, or out of memory. */
static struct leaf_share *share_out(struct finalise *f, const struct eider_node *node)
{
    uint32_t count = node_child_count(node);
    struct leaf_share *shares;
    double *bytes;

    if (node->tag != NODE_UNION || !f->shares_unions || f->share.tasks == 1)
        return NULL;
    shares = arena_alloc_array(f->p->arena, count, sizeof(*shares));
    bytes = arena_alloc_array(f->p->arena, count, sizeof(*bytes));
    if (shares == NULL || bytes == NULL) {
        fail(f, error_no_memory(f->p->err));
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = stage_scan_bytes(f->p->options, node_child(node, i));
    union_shares(&f->share, bytes, count, shares);
    return shares;
}

static const struct eider_node *cut(struct finalise *f, const struct eider_node *node,
                                    struct plan_stage *stage)
{
    const struct leaf_share whole = f->share, *shares = share_out(f, node);
    const bool in_recursion = f->in_recursion;
    uint32_t count = node_child_count(node);
    const struct eider_node **children;
    struct boundary_view view;
    bool changed = false;

    if (look_at(node, &view))
        return cut_boundary(f, node, &view, stage);
    if (node->tag == NODE_DISTRIBUTED_LEAF)
        return stage->tasks > 1 ? node : node_as_distributed_leaf(node)->variants.items[0];
    if (count == 0)
        return cut_leaf(f, node, stage);
    if ((children = arena_alloc_array(f->p->arena, count, sizeof(*children))) == NULL) {
        fail(f, error_no_memory(f->p->err));
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        f->share = shares != NULL ? shares[i] : whole;
        f->in_recursion |= i == 1 && node->tag == NODE_RECURSIVE_CTE;
        if ((children[i] = cut(f, node_child(node, i), stage)) == NULL)
            return NULL;
        changed |= children[i] != node_child(node, i);
    }
    f->share = whole;
    f->in_recursion = in_recursion;
    if (!changed)
        return node;
    if ((node = node_with_children(f->p->arena, node, children)) == NULL)
        fail(f, error_no_memory(f->p->err));
    return node;
}

/* ---- The pass ---- */

static bool is_parallel(const struct finalise *f)
{
    for (uint32_t i = 0; i < f->stage_count; i++) {
        if (f->stages[i].tasks > 1)
            return true;
    }
    return false;
}

static enum eider_status finish(struct finalise *f, const struct plan_stage *head)
{
    struct planning *p = f->p;
    struct stage_graph *graph = p->graph;

    if (f->stage_count == 0 || (!p->has_boundaries && !is_parallel(f))) {
        if (p->has_boundaries)
            graph->head = *head;
        if (p->options->workers <= 1)
            verdict_no(p->verdict, VERDICT_SINGLE_TASK,
                       "every boundary vanished: the cluster has one worker");
        else if (p->has_boundaries)
            verdict_no(p->verdict, VERDICT_SINGLE_TASK,
                       "every boundary vanished: each joins one task to one task");
        else
            verdict_no(p->verdict, VERDICT_SMALL, "too little work to distribute: one task does it all");
        return EIDER_OK;
    }
    graph->head = *head;
    graph->stage_count = f->stage_count;
    graph->stages = arena_alloc_array(p->arena, f->stage_count, sizeof(*graph->stages));
    if (graph->stages == NULL)
        return error_no_memory(p->err);
    for (uint32_t i = 0; i < f->stage_count; i++)
        graph->stages[i] = f->stages[i];
    return EIDER_OK;
}

/* The last of the handlers. */
static enum eider_status scale_own(void *data, struct eider_plan_context *context,
                                   const struct eider_node *leaf, uint32_t tasks,
                                   const struct eider_node **ret, struct eider_error *err)
{
    const struct finalise *f = data;

    *ret = leaf;
    if (tasks == 1 || leaf->tag == NODE_EMPTY)
        return EIDER_OK;
    return scale_leaf(context->arena, f->p->options, leaf, &f->share, ret, err);
}

/* An application that scales leaves itself is asked for the tasks of the stage, as it always was. */
static bool scales_leaves(const struct planner_options *options)
{
    for (uint32_t i = 0; i < options->handler_count; i++) {
        if (options->handlers[i].scale_up_leaf != NULL)
            return true;
    }
    return false;
}

enum eider_status pass_finalise(struct planning *p)
{
    struct finalise *f = arena_alloc(p->arena, sizeof(*f));
    struct plan_stage head = {.tasks = 1, .partitions = 1, .output = BOUNDARY_COALESCE};

    if (f == NULL)
        return error_no_memory(p->err);
    f->p = p;
    f->handlers = (struct handlers){.items = p->options->handlers, .count = p->options->handler_count};
    f->handlers.own = (struct eider_handlers){.name = "eider", .scale_up_leaf = scale_own, .data = f};
    f->shares_unions = !p->has_boundaries && !scales_leaves(p->options);
    f->share = (struct leaf_share){1, 0, 1};
    if (!count_readers(f, p->plan))
        return f->status;
    head.local = stage_is_local(p->options, p->plan);
    head.root = cut(f, p->plan, &head);
    if (head.root == NULL && p->verdict->kind != VERDICT_DISTRIBUTABLE)
        return EIDER_OK;
    if (head.root == NULL)
        return f->status != EIDER_OK ? f->status : error_no_memory(p->err);
    return finish(f, &head);
}
