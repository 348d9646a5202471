/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of a stage's fragment once the stages that they ask about have run: of filters that exist, with their numbers in
 * the task's request; of few keys, an IN list; else true. Pure functions.
 */
#include "coordinator/probes.h"

#include "plan/object.h"

static const struct eider_expr *is_in(struct arena *arena, const struct eider_expr *key,
                                      const struct expr_list *values)
{
    struct expr_operator *made = expr_operator_new(arena, type_simple(TYPE_BOOLEAN));

    if (made == NULL)
        return NULL;
    made->op = OPERATOR_IN;
    made->children = expr_list_new(arena, values->count + 1);
    for (uint32_t i = 0; i < made->children.count; i++)
        made->children.items[i] = i == 0 ? key : values->items[i - 1];
    return made->children.count > 0 ? &made->base : NULL;
}

static const struct eider_expr *replace(void *data, struct arena *arena, const struct eider_expr *expr)
{
    const struct probe_fates *fates = data;
    const struct expr_bloom_probe *probe = expr_as_bloom_probe(expr);
    struct expr_bloom_probe *other;

    if (probe == NULL)
        return expr;
    if (fates->few[probe->filter].count > 0 && probe->args.count == 1)
        return is_in(arena, probe->args.items[0], &fates->few[probe->filter]);
    if (fates->to[probe->filter] == probe->filter)
        return expr;
    if (fates->to[probe->filter] == UINT32_MAX)
        return expr_whole(arena, type_simple(TYPE_BOOLEAN), 1);
    if ((other = expr_bloom_probe_new(arena, expr->type)) == NULL)
        return NULL;
    other->filter = fates->to[probe->filter];
    other->args = probe->args;
    return &other->base;
}

static const struct eider_node *replace_in(void *data, struct arena *arena, const struct eider_node *node)
{
    return node_map_exprs(arena, node, replace, data);
}

const struct eider_node *probes_replace(struct arena *arena, const struct eider_node *fragment,
                                        struct probe_fates *fates)
{
    return node_transform(arena, fragment, replace_in, fates);
}
