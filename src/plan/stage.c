/* SPDX-License-Identifier: Apache-2.0 */
/* Stage graph: what a task reads and runs. Pure functions over finished graphs; any thread. */
#include "plan/stage.h"

#include "plan/object.h"

/* Contiguous groups of `items` over `tasks`: the first items mod tasks groups hold one more. */
static void share(uint32_t items, uint32_t tasks, uint32_t task, uint32_t *ret_first, uint32_t *ret_count)
{
    uint32_t each = items / tasks, larger = items % tasks;

    *ret_first = task * each + (task < larger ? task : larger);
    *ret_count = each + (task < larger ? 1 : 0);
}

void stage_input_range(const struct stage_input *input, uint32_t task, uint32_t *ret_first,
                       uint32_t *ret_count)
{
    switch (input->kind) {
    case BOUNDARY_SHUFFLE:
        share(input->partitions, input->consumer_tasks, task, ret_first, ret_count);
        return;
    case BOUNDARY_COALESCE:
        share(input->producer_tasks, input->consumer_tasks, task, ret_first, ret_count);
        return;
    case BOUNDARY_BROADCAST:
    case boundary_INVALID:
    case boundary_END:
        break;
    }
    *ret_first = 0;
    *ret_count = input->producer_tasks;
}

static const struct eider_node *specialise(void *data, struct arena *arena, const struct eider_node *node)
{
    const struct node_distributed_leaf *leaf = node_as_distributed_leaf(node);
    const uint32_t *task = data;
    struct node_empty *empty;

    if (leaf == NULL)
        return node;
    if (*task < leaf->variants.count)
        return leaf->variants.items[*task];
    if ((empty = node_empty_new(arena)) == NULL)
        return NULL;
    empty->base.columns = node->columns;
    empty->base.rows = 0;
    return &empty->base;
}

const struct eider_node *stage_fragment(struct arena *arena, const struct plan_stage *stage, uint32_t task)
{
    return node_transform(arena, stage->root, specialise, &task);
}

/* Of a join, the probe side is meant: the other one is read first. */
static bool hands_on(const struct eider_node *node, uint32_t input)
{
    const struct node_exchange_source *source = node_as_exchange_source(node);
    uint32_t count;

    switch ((int)node->tag) {
    case NODE_EXCHANGE_SOURCE:
        return source->stage == input;
    case NODE_UNION:
        count = node_child_count(node);
        break;
    case NODE_PROJECTION:
    case NODE_FILTER:
    case NODE_LIMIT:
    case NODE_UNNEST:
    case NODE_LATERAL_FUNCTION:
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
        count = 1;
        break;
    default:
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (hands_on(node_child(node, i), input))
            return true;
    }
    return false;
}

bool stage_hands_on(const struct plan_stage *stage, uint32_t input)
{
    return hands_on(stage->root, input);
}
