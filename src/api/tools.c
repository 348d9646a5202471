/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tools of those who rebuild plans: other names, rows or children, find, replace, map, and aggregates in another mode.
 * A rebuilt node keeps its fields and gets the names of its columns again; types must fit, which plan_validate_node says.
 */
#include "eider/nodes.h"

#include "api/adopt.h"
#include "api/text.h"
#include "plan/display.h"
#include "plan/schema.h"
#include "plan/validate.h"

static enum eider_status no_argument(const char *function, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_ARGUMENT, "%s: an argument is NULL", function);
}

/* ---- One node ---- */

enum eider_status eider_node_with_names(struct eider_plan_context *ctx, const struct eider_node *node,
                                        const struct eider_str_list *names, const struct eider_node **ret,
                                        struct eider_error *err)
{
    struct column_list columns;
    struct eider_node *clone;

    if (ctx == NULL || names == NULL || ret == NULL)
        return no_argument("eider_node_with_names", err);
    if (!adopt_is_ours(ctx, node, "eider_node_with_names", err))
        return EIDER_ERROR_ARGUMENT;
    if (names->count != node->columns.count || (names->items == NULL && names->count > 0))
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_node_with_names: %u names for %u columns of %s",
                         names->count, node->columns.count, node_tag_display(node->tag));
    clone = node_clone(ctx->arena, node);
    columns = column_list_new(ctx->arena, names->count);
    for (uint32_t i = 0; i < columns.count; i++) {
        const struct eider_str *given = &names->items[i];
        if (given->data == NULL && given->size > 0)
            return error_set(err, EIDER_ERROR_ARGUMENT,
                             "eider_node_with_names: name %u has a size but no bytes", i);
        columns.items[i].name = str_make(ctx->arena, given->data != NULL ? given->data : "", given->size);
        columns.items[i].type = node->columns.items[i].type;
    }
    if (clone == NULL || arena_failed(ctx->arena))
        return error_no_memory(err);
    clone->columns = columns;
    *ret = clone;
    return EIDER_OK;
}

enum eider_status eider_node_with_rows(struct eider_plan_context *ctx, const struct eider_node *node,
                                       double rows, const struct eider_node **ret, struct eider_error *err)
{
    struct eider_node *clone;

    if (ctx == NULL || ret == NULL)
        return no_argument("eider_node_with_rows", err);
    if (!adopt_is_ours(ctx, node, "eider_node_with_rows", err))
        return EIDER_ERROR_ARGUMENT;
    if ((clone = node_clone(ctx->arena, node)) == NULL)
        return error_no_memory(err);
    clone->rows = rows >= 0 ? rows : -1; /* NaN is unknown too */
    *ret = clone;
    return EIDER_OK;
}

static enum eider_status other_columns(const char *function, const struct eider_node *node,
                                       const struct eider_node *other, struct eider_error *err)
{
    error_set(err, EIDER_ERROR_PLAN, "%s: %s has other columns than the %s whose place it takes", function,
              node_tag_display(other->tag), node_tag_display(node->tag));
    error_node(err, node_tag_display(other->tag));
    return EIDER_ERROR_PLAN;
}

enum eider_status eider_node_with_children(struct eider_plan_context *ctx, const struct eider_node *node,
                                           const struct eider_node_list *children,
                                           const struct eider_node **ret, struct eider_error *err)
{
    static const char name[] = "eider_node_with_children";
    uint32_t count;
    struct eider_node *made;

    if (ctx == NULL || children == NULL || ret == NULL)
        return no_argument(name, err);
    if (!adopt_is_ours(ctx, node, name, err))
        return EIDER_ERROR_ARGUMENT;
    count = node_child_count(node);
    if (children->count != count || (children->items == NULL && count > 0))
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: %u children for %s, which has %u", name,
                         children->count, node_tag_display(node->tag), count);
    for (uint32_t i = 0; i < count; i++) {
        if (!adopt_is_ours(ctx, children->items[i], name, err))
            return EIDER_ERROR_ARGUMENT;
        if (!schema_same_types(&node_child(node, i)->columns, &children->items[i]->columns))
            return other_columns(name, node_child(node, i), children->items[i], err);
    }
    if ((made = node_with_children(ctx->arena, node, children->items)) == NULL)
        return error_no_memory(err);
    return adopt_finish(ctx, made, ret, err);
}

/* ---- Trees ---- */

const struct eider_node *eider_plan_find(const struct eider_node *plan,
                                         bool (*matches)(void *data, const struct eider_node *node),
                                         void *data)
{
    const struct eider_node *found = NULL;

    if (plan == NULL || matches == NULL)
        return NULL;
    if (matches(data, plan))
        return plan;
    for (uint32_t i = 0, n = node_child_count(plan); i < n && found == NULL; i++)
        found = eider_plan_find(node_child(plan, i), matches, data);
    return found;
}

struct replacing {
    const struct eider_node *old, *replacement;
    bool found;
};

static const struct eider_node *replace(struct replacing *replacing, struct arena *arena,
                                        const struct eider_node *node)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children;
    bool changed = false;

    if (node == replacing->old) {
        replacing->found = true;
        return replacing->replacement;
    }
    if (count == 0)
        return node;
    if ((children = arena_alloc_array(arena, count, sizeof(*children))) == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        if ((children[i] = replace(replacing, arena, node_child(node, i))) == NULL)
            return NULL;
        changed |= children[i] != node_child(node, i);
    }
    return changed ? node_with_children(arena, node, children) : node;
}

enum eider_status eider_plan_replace(struct eider_plan_context *ctx, const struct eider_node *plan,
                                     const struct eider_node *old, const struct eider_node *replacement,
                                     const struct eider_node **ret, struct eider_error *err)
{
    static const char name[] = "eider_plan_replace";
    struct replacing replacing = {old, replacement, false};
    const struct eider_node *made;

    if (ctx == NULL || ret == NULL)
        return no_argument(name, err);
    if (!adopt_is_ours(ctx, plan, name, err) || !adopt_is_ours(ctx, old, name, err) ||
        !adopt_is_ours(ctx, replacement, name, err))
        return EIDER_ERROR_ARGUMENT;
    if (!schema_same_types(&old->columns, &replacement->columns))
        return other_columns(name, old, replacement, err);
    if ((made = replace(&replacing, ctx->arena, plan)) == NULL)
        return error_no_memory(err);
    if (!replacing.found)
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the plan does not hold the %s that is to be replaced", name,
                         node_tag_display(old->tag));
    *ret = made;
    return EIDER_OK;
}

struct mapping {
    struct eider_plan_context *ctx;
    enum eider_status (*map)(void *data, struct eider_plan_context *ctx, const struct eider_node *node,
                             const struct eider_node **ret, struct eider_error *err);
    void *data;
    struct eider_error *err;
    enum eider_status status;
};

static const struct eider_node *map_node(void *data, struct arena *arena, const struct eider_node *node)
{
    struct mapping *mapping = data;
    const struct eider_node *made = NULL;

    (void)arena;
    mapping->status = mapping->map(mapping->data, mapping->ctx, node, &made, mapping->err);
    if (mapping->status != EIDER_OK)
        return NULL;
    if (made == NULL)
        mapping->status =
            error_set(mapping->err, EIDER_ERROR_ARGUMENT,
                      "eider_plan_map: the callback gave no node for a %s", node_tag_display(node->tag));
    else if (!adopt_is_ours(mapping->ctx, made, "eider_plan_map", mapping->err))
        mapping->status = EIDER_ERROR_ARGUMENT;
    else if (!schema_same_types(&node->columns, &made->columns))
        mapping->status = other_columns("eider_plan_map", node, made, mapping->err);
    return mapping->status == EIDER_OK ? made : NULL;
}

enum eider_status eider_plan_map(struct eider_plan_context *ctx, const struct eider_node *plan,
                                 enum eider_status (*map)(void *data, struct eider_plan_context *ctx,
                                                          const struct eider_node *node,
                                                          const struct eider_node **ret,
                                                          struct eider_error *err),
                                 void *data, const struct eider_node **ret, struct eider_error *err)
{
    struct eider_error local = {.status = EIDER_OK};
    struct mapping mapping = {.ctx = ctx, .map = map, .data = data, .err = &local, .status = EIDER_OK};
    const struct eider_node *made;

    if (ctx == NULL || map == NULL || ret == NULL)
        return no_argument("eider_plan_map", err);
    if (!adopt_is_ours(ctx, plan, "eider_plan_map", err))
        return EIDER_ERROR_ARGUMENT;
    made = node_transform(ctx->arena, plan, map_node, &mapping);
    if (made != NULL) {
        *ret = made;
        return EIDER_OK;
    }
    if (mapping.status == EIDER_OK)
        return error_no_memory(err);
    if (local.status == EIDER_OK)
        error_set(&local, mapping.status, "eider_plan_map: the callback failed without saying why");
    if (err != NULL)
        *err = local;
    return mapping.status;
}

size_t eider_plan_text(const struct eider_node *plan, char *text, size_t size)
{
    struct buf out;

    buf_init(&out, TEXT_MAX_BYTES);
    if (plan != NULL)
        plan_display(&out, plan);
    return text_give(&out, text, size);
}

/* ---- Aggregates ---- */

/* The columns that every phase but a FINAL with grouping sets has: groups, then states. */
static bool has_states(const struct node_aggregate *merge, const struct eider_node *input)
{
    uint32_t count = merge->groups.count + merge->aggregates.count;

    if (input->columns.count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!type_equal(input->columns.items[i].type, merge->base.columns.items[i].type))
            return false;
    }
    return true;
}

enum eider_status eider_aggregate_with_mode(struct eider_plan_context *ctx, const struct eider_node *merge,
                                            enum eider_aggregate_mode mode, const struct eider_node *input,
                                            const struct eider_node **ret, struct eider_error *err)
{
    static const char name[] = "eider_aggregate_with_mode";
    const struct node_aggregate *aggregate;
    struct node_aggregate *made;

    if (ctx == NULL || ret == NULL)
        return no_argument(name, err);
    if (!adopt_is_ours(ctx, merge, name, err) || !adopt_is_ours(ctx, input, name, err))
        return EIDER_ERROR_ARGUMENT;
    aggregate = node_as_aggregate(merge);
    if (aggregate == NULL ||
        (aggregate->mode != AGGREGATE_FINAL && aggregate->mode != AGGREGATE_PARTIAL_REDUCE))
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: it takes a FINAL or PARTIAL_REDUCE aggregate", name);
    if (mode != EIDER_AGGREGATE_FINAL && mode != EIDER_AGGREGATE_PARTIAL_REDUCE)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the mode must be FINAL or PARTIAL_REDUCE", name);
    if (!has_states(aggregate, input))
        return error_set(err, EIDER_ERROR_PLAN,
                         "%s: %s does not have the columns of a partial phase of this %s", name,
                         node_tag_display(input->tag), node_tag_display(merge->tag));
    if ((made = (struct node_aggregate *)node_clone(ctx->arena, merge)) == NULL)
        return error_no_memory(err);
    made->mode = (enum aggregate_mode)mode;
    made->input = input;
    if (mode == EIDER_AGGREGATE_PARTIAL_REDUCE) {
        /* a state belongs to all its groups; sets are for the last phase */
        made->sets.count = made->grouping_functions.count = 0;
        made->base.columns.count = made->groups.count + made->aggregates.count;
    } else if (aggregate->mode != AGGREGATE_FINAL && made->sets.count == 0) {
        made->base.columns.count = made->groups.count + made->aggregates.count;
    }
    return adopt_finish(ctx, &made->base, ret, err);
}
