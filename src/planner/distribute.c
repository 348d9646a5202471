/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The distribute pass: places network boundaries in a plan that has none.
 *
 * Bottom-up; see distribute.h for what "placed" means. Every operator says how its inputs must be spread and how its
 * output then is; where an input is spread otherwise, a boundary goes between. Rules:
 *   scan                   its stage has as many tasks as its files are worth, or as a handler says; cut by bytes, or by
 *                          ranges of a column if that makes a shuffle needless: ranges.c
 *   filter, projection,    run where their input is
 *   unnest, lateral
 *   aggregate, distinct    in place if rows are spread by (a part of) the group keys, else in two phases or after a
 *                          shuffle: distribute_aggregate.c
 *   joins                  in place if both sides are in step, else broadcast or shuffle: distribute_join.c
 *   top-n, limit           per task, then once more in one task
 *   union                  in one stage, whose tasks the inputs share: union_shares.c
 *   windows, EXCEPT,       in place if rows are spread by their keys, else after a shuffle: distribute_window.c
 *   INTERSECT
 *   recursive CTEs         their steps in one task: distribute_recursion.c
 *   a sort of the result   per task, each a range of the keys, if that is asked for: distribute_sort.c
 *   sort and what else needs all rows: one task, over distributed inputs
 * The tree is equivalent because each boundary is the identity on the multiset of rows, and each operator that
 * runs in several tasks is one whose result over a partition of the rows is the same partition of its result.
 *
 * Nothing of the input plan is changed; what is made lives in the arena. What is declined was declined by the order
 * pass before.
 */
#include "planner/distribute.h"

#include <string.h>

#include "plan/object.h"
#include "planner/passes.h"
#include "planner/ranges.h"

bool distribute_no_memory(struct distribute *d)
{
    if (d->status == EIDER_OK)
        d->status = error_no_memory(d->err);
    return false;
}

/* ---- Estimates ---- */

double distribute_rows(const struct eider_node *node)
{
    double most = 0;

    if (node->rows >= 0)
        return node->rows;
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        double rows = distribute_rows(node_child(node, i));
        if (rows > most)
            most = rows;
    }
    return most;
}

static double type_bytes(const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_UTINYINT:
        return 1;
    case TYPE_SMALLINT:
    case TYPE_USMALLINT:
    case TYPE_ENUM:
        return 2;
    case TYPE_INTEGER:
    case TYPE_UINTEGER:
    case TYPE_FLOAT:
    case TYPE_DATE:
        return 4;
    case TYPE_HUGEINT:
    case TYPE_UHUGEINT:
    case TYPE_UUID:
    case TYPE_INTERVAL:
        return 16;
    case TYPE_VARCHAR:
    case TYPE_BLOB:
    case TYPE_JSON:
        return 24;
    case TYPE_LIST:
    case TYPE_MAP:
    case TYPE_STRUCT:
    case TYPE_ARRAY:
    case TYPE_UNION:
        return 64;
    default:
        return 8;
    }
}

double distribute_width(const struct eider_node *node)
{
    double width = 1;

    for (uint32_t i = 0; i < node->columns.count; i++)
        width += type_bytes(node->columns.items[i].type);
    return width;
}

double distribute_bytes(const struct eider_node *node)
{
    return distribute_width(node) * distribute_rows(node);
}

uint32_t distribute_tasks_for(const struct distribute *d, double bytes)
{
    double tasks = bytes / (double)d->options->bytes_per_task;

    if (tasks >= (double)d->max_tasks)
        return d->max_tasks;
    return tasks <= 1 ? 1 : (uint32_t)tasks + (tasks > (double)(uint32_t)tasks ? 1 : 0);
}

/* ---- Task counts ---- */

/* The answer of the handlers, within what a stage may have. */
static bool ask(struct distribute *d, const struct eider_node *node, struct eider_task_count *ret)
{
    d->status = handlers_desired_tasks(&d->handlers, node, ret, d->err);
    if (ret->tasks > d->max_tasks)
        ret->tasks = d->max_tasks;
    return d->status == EIDER_OK;
}

/* True if a plan with `node` at its top, all of whose rows are in one task, may as well have several, if its inputs may. */
static bool works_in_parts(const struct eider_node *node)
{
    return node_child_count(node) == 0 || node->tag == NODE_FILTER || node->tag == NODE_PROJECTION ||
           node->tag == NODE_UNNEST || node->tag == NODE_LATERAL_FUNCTION || node->tag == NODE_UNION ||
           (node->tag == NODE_CUSTOM && node_as_custom(node)->parallel);
}

void distribute_settle(const struct eider_node *node, const struct eider_task_count *answer,
                       struct placed *placed)
{
    struct eider_task_count count = {placed->kind, placed->tasks};

    if (placed->spread == SPREAD_LOCAL || (placed->spread == SPREAD_ONE && !works_in_parts(node)))
        count = (struct eider_task_count){EIDER_TASKS_MAXIMUM, 1};
    else if (count.kind == EIDER_TASKS_ASK_NEXT && answer->kind != EIDER_TASKS_ASK_NEXT)
        count = *answer;
    else
        count = task_count_merge(count, *answer);
    placed->tasks = count.tasks;
    placed->kind = count.kind == EIDER_TASKS_ASK_NEXT ? EIDER_TASKS_DESIRED : count.kind;
    if (placed->spread == SPREAD_ONE && count.tasks > 1)
        placed->spread = SPREAD_ANY;
    else if (placed->spread != SPREAD_LOCAL && count.tasks == 1 && count.kind == EIDER_TASKS_MAXIMUM)
        placed->spread = SPREAD_ONE;
}

void distribute_merge(const struct placed *a, const struct placed *b, struct placed *ret)
{
    struct eider_task_count count = task_count_merge((struct eider_task_count){a->kind, a->tasks},
                                                     (struct eider_task_count){b->kind, b->tasks});

    ret->tasks = count.tasks;
    ret->kind = count.kind;
}

uint32_t distribute_tasks_answered(const struct distribute *d, const struct eider_task_count *answer,
                                   double bytes)
{
    return answer->kind != EIDER_TASKS_ASK_NEXT ? answer->tasks : distribute_tasks_for(d, bytes);
}

/* ---- Keys ---- */

struct key_slots key_slots_map(struct arena *arena, const struct key_slots *keys,
                               const struct expr_list *outputs)
{
    struct key_slots mapped = {arena_alloc_array(arena, keys->count, sizeof(struct u32_list)), keys->count};

    for (uint32_t i = 0; mapped.slots != NULL && i < keys->count; i++) {
        mapped.slots[i] = u32_list_new(arena, outputs->count);
        mapped.slots[i].count = 0;
        for (uint32_t k = 0; k < outputs->count; k++) {
            const struct expr_column *column = expr_as_column(outputs->items[k]);
            for (uint32_t s = 0; column != NULL && s < keys->slots[i].count; s++) {
                if (keys->slots[i].items[s] == column->index) {
                    mapped.slots[i].items[mapped.slots[i].count++] = k;
                    break;
                }
            }
        }
    }
    if (mapped.slots == NULL)
        mapped.count = 0;
    return mapped;
}

struct key_slots key_slots_project(struct arena *arena, const struct key_slots *keys,
                                   const struct u32_list *projection, uint32_t first, uint32_t count)
{
    struct key_slots mapped = {arena_alloc_array(arena, keys->count, sizeof(struct u32_list)), keys->count};

    for (uint32_t i = 0; mapped.slots != NULL && i < keys->count; i++) {
        mapped.slots[i] = u32_list_new(arena, projection->count);
        mapped.slots[i].count = 0;
        for (uint32_t k = 0; k < projection->count; k++) {
            uint32_t index = projection->items[k];
            if (index < first || index - first >= count)
                continue;
            for (uint32_t s = 0; s < keys->slots[i].count; s++) {
                if (keys->slots[i].items[s] == index - first) {
                    mapped.slots[i].items[mapped.slots[i].count++] = k;
                    break;
                }
            }
        }
    }
    if (mapped.slots == NULL)
        mapped.count = 0;
    return mapped;
}

struct key_slots key_slots_of(struct arena *arena, const struct expr_list *keys)
{
    struct key_slots made = {arena_alloc_array(arena, keys->count, sizeof(struct u32_list)), keys->count};

    for (uint32_t i = 0; made.slots != NULL && i < keys->count; i++) {
        const struct expr_column *column = expr_as_column(keys->items[i]);
        made.slots[i] = u32_list_new(arena, 1);
        if (column != NULL && made.slots[i].count == 1)
            made.slots[i].items[0] = column->index;
        else
            made.slots[i].count = 0;
    }
    if (made.slots == NULL)
        made.count = 0;
    return made;
}

bool key_slots_within(const struct key_slots *keys, const struct expr_list *columns)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < columns->count; k++) {
            const struct expr_column *column = expr_as_column(columns->items[k]);
            for (uint32_t s = 0; column != NULL && s < keys->slots[i].count; s++)
                found |= keys->slots[i].items[s] == column->index;
        }
        if (!found)
            return false;
    }
    return keys->count > 0;
}

/* ---- Boundaries ---- */

static void copy_columns(struct eider_node *node, const struct eider_node *input)
{
    node->columns = input->columns;
    node->rows = input->rows;
}

static uint32_t tasks_of(const struct placed *placed)
{
    return placed->spread == SPREAD_ONE || placed->spread == SPREAD_LOCAL ? 1 : placed->tasks;
}

/*
 * What a new boundary over `placed` reads: the placed plan; but where that is nothing but a boundary itself (a
 * reference to a CTE), the stage below it, which saves a stage that would only copy. Returns its tasks.
 */
static uint32_t producer_of(const struct placed *placed, const struct eider_node **ret)
{
    const struct node_network_shuffle *shuffle = node_as_network_shuffle(placed->node);
    const struct node_network_coalesce *coalesce = node_as_network_coalesce(placed->node);
    const struct node_network_broadcast *broadcast = node_as_network_broadcast(placed->node);

    *ret = placed->node;
    if (shuffle != NULL) {
        *ret = shuffle->input;
        return shuffle->producer_tasks;
    }
    if (coalesce != NULL) {
        *ret = coalesce->input;
        return coalesce->producer_tasks;
    }
    if (broadcast != NULL && tasks_of(placed) == 1) {
        *ret = broadcast->input;
        return broadcast->producer_tasks;
    }
    return tasks_of(placed);
}

/* N tasks to some, without repartitioning. */
static bool gather(struct distribute *d, struct placed *placed, enum spread spread, uint32_t tasks)
{
    struct node_network_coalesce *boundary = node_network_coalesce_new(d->arena);

    if (boundary == NULL)
        return distribute_no_memory(d);
    boundary->producer_tasks = producer_of(placed, &boundary->input);
    copy_columns(&boundary->base, placed->node);
    *placed = (struct placed){.node = &boundary->base, .spread = spread, .tasks = tasks};
    return true;
}

bool distribute_coalesce(struct distribute *d, struct placed *placed)
{
    if (placed->spread == SPREAD_ONE)
        return true;
    if (!gather(d, placed, SPREAD_ONE, 1))
        return false;
    placed->kind = EIDER_TASKS_MAXIMUM;
    return true;
}

bool distribute_leave_local(struct distribute *d, struct placed *placed)
{
    return placed->spread == SPREAD_LOCAL ? distribute_coalesce(d, placed) : true;
}

bool distribute_scatter(struct distribute *d, struct placed *placed, uint32_t tasks)
{
    return gather(d, placed, SPREAD_ANY, tasks);
}

bool distribute_is_told(const struct distribute *d)
{
    for (uint32_t i = 0; i < d->options->handler_count; i++) {
        if (d->options->handlers[i].desired_tasks != NULL)
            return true;
    }
    return false;
}

bool distribute_keep(struct distribute *d, struct placed *placed)
{
    struct placed kept = *placed;
    struct node_network_coalesce *boundary;

    if (node_is_boundary(placed->node)) /* it can be read again */
        return true;
    if (!gather(d, placed, placed->spread, placed->tasks))
        return false;
    boundary = (struct node_network_coalesce *)placed->node;
    boundary->consumer_tasks = kept.tasks;
    kept.node = placed->node;
    kept.kind = EIDER_TASKS_MAXIMUM;
    *placed = kept;
    return true;
}

bool distribute_broadcast(struct distribute *d, struct placed *placed, uint32_t tasks)
{
    struct node_network_broadcast *boundary = node_network_broadcast_new(d->arena);

    if (boundary == NULL)
        return distribute_no_memory(d);
    boundary->producer_tasks = producer_of(placed, &boundary->input);
    copy_columns(&boundary->base, placed->node);
    *placed = (struct placed){.node = &boundary->base, .spread = SPREAD_ANY, .tasks = tasks};
    return true;
}

bool distribute_shuffle(struct distribute *d, struct placed *placed, const struct expr_list *keys,
                        uint32_t tasks)
{
    struct node_repartition *repartition = node_repartition_new(d->arena);
    struct node_network_shuffle *boundary = node_network_shuffle_new(d->arena);

    if (repartition == NULL || boundary == NULL)
        return distribute_no_memory(d);
    repartition->input = placed->node;
    repartition->keys = *keys;
    repartition->partitions = d->partitions;
    copy_columns(&repartition->base, placed->node);
    boundary->input = &repartition->base;
    boundary->producer_tasks = tasks_of(placed);
    copy_columns(&boundary->base, placed->node);
    *placed = (struct placed){
        .node = &boundary->base, .spread = SPREAD_KEYS, .tasks = tasks, .keys = key_slots_of(d->arena, keys)};
    return !arena_failed(d->arena) || distribute_no_memory(d);
}

const struct eider_node *distribute_rebuild(struct distribute *d, const struct eider_node *node,
                                            const struct placed *children)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **nodes = arena_alloc_array(d->arena, count, sizeof(*nodes));
    const struct eider_node *made = NULL;

    for (uint32_t i = 0; nodes != NULL && i < count; i++)
        nodes[i] = children[i].node;
    if (nodes != NULL)
        made = node_with_children(d->arena, node, nodes);
    if (made == NULL)
        distribute_no_memory(d);
    return made;
}

/* ---- Operators ---- */

/* The schema of a scan is that of its first file, so files that differ stay in one scan, as with union_by_name. */
static bool files_differ(const struct planner_options *options, const struct node_parquet_scan *scan)
{
    uint64_t first = 0;

    for (uint32_t i = 0; options->file_info != NULL && i < scan->files.count; i++) {
        struct planner_file file = {0};
        if (options->file_info(options->file_data, scan->files.items[i].path.data, &file, NULL) != EIDER_OK)
            return true;
        if (i == 0)
            first = file.schema_hash;
        if (file.schema_hash != first)
            return true;
    }
    return false;
}

static bool needs_all_files(const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < scan->options.count; i++) {
        const struct expr_integer *value = expr_as_integer(scan->options.items[i].expr);
        if (str_is(scan->options.items[i].name, "union_by_name") && (value == NULL || value->lower != 0))
            return true;
    }
    return false;
}

bool distribute_splits(const struct planner_options *options, const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->read.items[i].role == SCAN_FILE_INDEX || scan->read.items[i].role == SCAN_ROWID)
            return false;
    }
    return scan->files.count == 1 || (!needs_all_files(scan) && !files_differ(options, scan));
}

/* How many tasks is what the handlers say, unless the scan has to stay in one. */
static bool place_parquet(struct distribute *d, const struct node_parquet_scan *scan, struct placed *ret)
{
    *ret = (struct placed){.node = &scan->base, .spread = SPREAD_ONE, .tasks = 1};
    ret->kind = distribute_splits(d->options, scan) ? EIDER_TASKS_ASK_NEXT : EIDER_TASKS_MAXIMUM;
    return true;
}

/* A table that only the application's connection reads rightly stays there. */
static bool place_table(struct distribute *d, const struct node_table_scan *scan, struct placed *ret)
{
    *ret = (struct placed){.node = &scan->base, .spread = SPREAD_ONE, .tasks = 1};
    if (table_of(d->options, scan).shared)
        ret->kind = EIDER_TASKS_ASK_NEXT;
    else
        ret->spread = SPREAD_LOCAL;
    return true;
}

/* Operators that work row by row: the keys survive as far as the output has them. */
static bool place_in_place(struct distribute *d, const struct eider_node *node, struct placed *ret)
{
    struct placed input;

    if (!distribute_place(d, node_child(node, 0), &input))
        return false;
    *ret = input;
    ret->node = distribute_rebuild(d, node, &input);
    if (node->tag == NODE_FILTER) {
        ret->keys =
            key_slots_project(d->arena, &input.keys, &node_as_filter(node)->projection, 0, UINT32_MAX);
    } else if (node->tag == NODE_PROJECTION) {
        ret->keys = key_slots_map(d->arena, &input.keys, &node_as_projection(node)->exprs);
    } else if (node->tag == NODE_LATERAL_FUNCTION || node->tag == NODE_CUSTOM) {
        ret->keys = (struct key_slots){NULL, 0};
        if (ret->spread == SPREAD_KEYS)
            ret->spread = SPREAD_ANY;
    }
    return ret->node != NULL;
}

/* Everything in one task, over inputs that are distributed as far as they can be. */
static bool place_in_one_task(struct distribute *d, const struct eider_node *node, struct placed *ret)
{
    uint32_t count = node_child_count(node), local = 0;
    struct placed *inputs = arena_alloc_array(d->arena, count, sizeof(*inputs));

    if (inputs == NULL)
        return distribute_no_memory(d);
    for (uint32_t i = 0; i < count; i++) {
        if (!distribute_place(d, node_child(node, i), &inputs[i]))
            return false;
        local += inputs[i].spread == SPREAD_LOCAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((local < count && !distribute_leave_local(d, &inputs[i])) ||
            (inputs[i].spread != SPREAD_LOCAL && !distribute_coalesce(d, &inputs[i])))
            return false;
    }
    *ret = (struct placed){.spread = local == count && count > 0 ? SPREAD_LOCAL : SPREAD_ONE, .tasks = 1};
    ret->node = distribute_rebuild(d, node, inputs);
    return ret->node != NULL;
}

static bool place_whole(const struct eider_node *node, struct placed *ret)
{
    *ret = (struct placed){.node = node, .spread = SPREAD_ONE, .tasks = 1};
    return true;
}

/* The operator per task, and once more over all tasks' rows. `each` is what runs per task. */
static bool place_twice(struct distribute *d, const struct eider_node *node, const struct eider_node *each,
                        const struct eider_task_count *answer, const struct placed *input, struct placed *ret)
{
    struct placed placed = *input;

    if (placed.spread == SPREAD_ANY || placed.spread == SPREAD_KEYS) {
        distribute_settle(each, answer, &placed);
        if ((placed.node = distribute_rebuild(d, each, &placed)) == NULL || !distribute_coalesce(d, &placed))
            return false;
    }
    *ret = (struct placed){.spread = placed.spread, .tasks = 1};
    ret->node = distribute_rebuild(d, node, &placed);
    return ret->node != NULL;
}

static bool place_topn(struct distribute *d, const struct node_topn *node,
                       const struct eider_task_count *answer, struct placed *ret)
{
    struct placed input;
    struct node_topn *each;

    if (!distribute_place(d, node->input, &input))
        return false;
    if (node->limit > UINT64_MAX - node->offset)
        return distribute_coalesce(d, &input) &&
               place_twice(d, &node->base, &node->base, answer, &input, ret);
    if ((each = (struct node_topn *)node_clone(d->arena, &node->base)) == NULL)
        return distribute_no_memory(d);
    each->limit = node->limit + node->offset;
    each->offset = 0;
    return place_twice(d, &node->base, &each->base, answer, &input, ret);
}

static bool place_limit(struct distribute *d, const struct node_limit *node,
                        const struct eider_task_count *answer, struct placed *ret)
{
    struct placed input;
    struct node_limit *each;

    if (!distribute_place(d, node->input, &input))
        return false;
    if (!node->has_limit || node->has_percent || node->limit > UINT64_MAX - node->offset)
        return (input.spread == SPREAD_LOCAL || distribute_coalesce(d, &input)) &&
               place_twice(d, &node->base, &node->base, answer, &input, ret);
    if ((each = (struct node_limit *)node_clone(d->arena, &node->base)) == NULL)
        return distribute_no_memory(d);
    each->limit = node->limit + node->offset;
    each->offset = 0;
    return place_twice(d, &node->base, &each->base, answer, &input, ret);
}

/* How many tasks a union is worth whose inputs may have some: as many as they have together, but not more than their
 * files are worth together. */
static uint32_t union_worth(const struct distribute *d, const struct placed *inputs, uint32_t count)
{
    uint32_t sum = 0, worth;
    double bytes = 0;

    for (uint32_t i = 0; i < count; i++) {
        double more =
            inputs[i].kind == EIDER_TASKS_DESIRED ? stage_scan_bytes(d->options, inputs[i].node) : 0;
        bytes += more > 0 ? more : 0;
        sum += more > 0 ? inputs[i].tasks : 0;
    }
    worth = distribute_tasks_for(d, bytes);
    return worth < sum ? worth : sum;
}

static bool place_union(struct distribute *d, const struct node_union *node, struct placed *ret)
{
    uint32_t count = node->inputs.count, tasks = 1, local = 0;
    struct placed *inputs = arena_alloc_array(d->arena, count, sizeof(*inputs));
    bool several = false;

    if (inputs == NULL)
        return distribute_no_memory(d);
    for (uint32_t i = 0; i < count; i++) {
        if (!distribute_place(d, node->inputs.items[i], &inputs[i]))
            return false;
        tasks = inputs[i].tasks > tasks ? inputs[i].tasks : tasks;
        local += inputs[i].spread == SPREAD_LOCAL;
        several |= distribute_is_spread(&inputs[i]);
    }
    if (union_worth(d, inputs, count) > tasks)
        tasks = union_worth(d, inputs, count);
    several |= tasks > 1;
    for (uint32_t i = 0; i < count; i++) {
        if (local < count && !distribute_leave_local(d, &inputs[i]))
            return false;
        /* What may as well have several tasks has its share of them. */
        if (several && inputs[i].spread == SPREAD_ONE && inputs[i].kind == EIDER_TASKS_MAXIMUM &&
            !distribute_scatter(d, &inputs[i], tasks))
            return false;
    }
    *ret = (struct placed){.tasks = inputs[0].tasks, .kind = inputs[0].kind, .spread = SPREAD_ANY};
    for (uint32_t i = 1; i < count; i++)
        distribute_merge(ret, &inputs[i], ret);
    if (ret->kind != EIDER_TASKS_MAXIMUM && tasks > ret->tasks)
        ret->tasks = tasks;
    if (!several)
        ret->spread = local == count ? SPREAD_LOCAL : SPREAD_ONE;
    if (distribute_in_step(d, inputs, count, &ret->keys)) {
        ret->spread = SPREAD_KEYS;
        ret->ranges = inputs[0].ranges;
    } else {
        ret->keys = (struct key_slots){NULL, 0};
    }
    ret->node = distribute_rebuild(d, &node->base, inputs);
    return ret->node != NULL;
}

static bool is_tail(const struct eider_node *node)
{
    return node->tag == NODE_SORT || node->tag == NODE_TOPN || node->tag == NODE_LIMIT ||
           node->tag == NODE_FILTER || node->tag == NODE_PROJECTION;
}

/* The application says whether it may run on a part of the rows. */
static bool place_custom(struct distribute *d, const struct node_custom *node, struct placed *ret)
{
    if (node->inputs.count == 0)
        return place_whole(&node->base, ret);
    return node->parallel ? place_in_place(d, &node->base, ret) : place_in_one_task(d, &node->base, ret);
}

static bool place_kind(struct distribute *d, const struct eider_node *node,
                       const struct eider_task_count *answer, struct placed *ret)
{
    *ret = (struct placed){.spread = SPREAD_ONE, .tasks = 1};
    switch (node->tag) {
    case NODE_PARQUET_SCAN:
        return place_parquet(d, node_as_parquet_scan(node), ret);
    case NODE_TABLE_SCAN:
        return place_table(d, node_as_table_scan(node), ret);
    case NODE_FUNCTION_SCAN:
        if (node_as_function_scan(node)->divisible) {
            ret->node = node;
            ret->kind = EIDER_TASKS_ASK_NEXT;
            return true;
        }
        return place_whole(node, ret);
    case NODE_VALUES:
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_EXCHANGE_SOURCE:
        return place_whole(node, ret);
    case NODE_FILTER:
        d->filter = node_as_filter(node);
        return place_in_place(d, node, ret);
    case NODE_PROJECTION:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
        return place_in_place(d, node, ret);
    case NODE_AGGREGATE:
        return distribute_aggregate(d, node_as_aggregate(node), answer, ret);
    case NODE_DISTINCT:
        return distribute_distinct(d, node_as_distinct(node), answer, ret);
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
    case NODE_ASOF_JOIN:
        return distribute_join(d, node, answer, ret);
    case NODE_TOPN:
        return place_topn(d, node_as_topn(node), answer, ret);
    case NODE_LIMIT:
        return place_limit(d, node_as_limit(node), answer, ret);
    case NODE_UNION:
        return place_union(d, node_as_union(node), ret);
    case NODE_CTE:
        return distribute_cte(d, node_as_cte(node), ret);
    case NODE_RECURSIVE_CTE:
        return distribute_recursion(d, node_as_recursive_cte(node), ret);
    case NODE_CTE_REF:
        return distribute_cte_ref(d, node_as_cte_ref(node), ret);
    case NODE_CUSTOM:
        return place_custom(d, node_as_custom(node), ret);
    case NODE_WINDOW:
        return distribute_window(d, node_as_window(node), answer, ret);
    case NODE_SETOP:
        return distribute_setop(d, node_as_setop(node), answer, ret);
    case NODE_SORT:
        return distribute_sort(d, node_as_sort(node), answer, ret);
    case NODE_SAMPLE:
    case NODE_POSITIONAL_JOIN:
    case NODE_REPARTITION:
        return place_in_one_task(d, node, ret);
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
    case NODE_DISTRIBUTED:
    case NODE_INVALID:
    case NODE_TAG_END:
        break;
    case NODE_DISTRIBUTED_LEAF:
        d->status = error_set(d->err, EIDER_ERROR_PLAN,
                              "%s is in a plan without boundaries: who places it places them too",
                              node_tag_display(node->tag));
        error_node(d->err, node_tag_display(node->tag));
        return false;
    }
    d->status = error_set(d->err, EIDER_ERROR_INTERNAL, "%s reached the distribute pass",
                          node_tag_display(node->tag));
    return false;
}

static bool may_have_more_tasks(const struct placed *placed)
{
    return placed->spread == SPREAD_ONE && placed->kind == EIDER_TASKS_DESIRED;
}

bool distribute_place(struct distribute *d, const struct eider_node *node, struct placed *ret)
{
    struct eider_task_count answer = {EIDER_TASKS_ASK_NEXT, 0};
    bool top = d->top_below, ok;

    if (node->tag != NODE_CTE && !ask(d, node, &answer)) /* a CTE vanishes: its parts are asked about */
        return false;
    d->top = top;
    d->top_below = top && is_tail(node);
    ok = place_kind(d, node, &answer, ret);
    d->top_below = top;
    if (ok && node->tag != NODE_CTE)
        distribute_settle(node, &answer, ret);
    if (ok && node->tag == NODE_PARQUET_SCAN && (ret->spread == SPREAD_ANY || may_have_more_tasks(ret)))
        ok = ranges_offer(d, node_as_parquet_scan(node), ret);
    return ok;
}
