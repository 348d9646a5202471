/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking and rebuilding plans by their field tables. What does not change is shared between the old tree and the
 * new one; nothing is changed in place. Recursion is as deep as the plan.
 */
#include <string.h>

#include "plan/object.h"

/* ---- Nodes ---- */

static const struct eider_node *const *field_nodes(const struct eider_node *node,
                                                   const struct plan_field *field, uint32_t *ret_count)
{
    const char *base = (const char *)node + field->offset;

    if (field->kind == FIELD_NODE) {
        *ret_count = 1;
        return (const struct eider_node *const *)(const void *)base;
    }
    if (field->kind == FIELD_NODES) {
        const struct node_list *list = (const struct node_list *)(const void *)base;
        *ret_count = list->count;
        return list->items;
    }
    *ret_count = 0;
    return NULL;
}

uint32_t node_child_count(const struct eider_node *node)
{
    uint32_t total = 0, count;

    for (const struct plan_field *field = node_record(node->tag)->fields; field->kind != FIELD_END; field++) {
        field_nodes(node, field, &count);
        total += count;
    }
    return total;
}

const struct eider_node *node_child(const struct eider_node *node, uint32_t index)
{
    uint32_t count;

    for (const struct plan_field *field = node_record(node->tag)->fields; field->kind != FIELD_END; field++) {
        const struct eider_node *const *nodes = field_nodes(node, field, &count);
        if (index < count)
            return nodes[index];
        index -= count;
    }
    return NULL;
}

struct eider_node *node_clone(struct arena *arena, const struct eider_node *node)
{
    size_t bytes = node_record(node->tag)->size;
    struct eider_node *clone = arena_alloc(arena, bytes);

    if (clone != NULL)
        memcpy(clone, node, bytes);
    return clone;
}

struct eider_node *node_with_children(struct arena *arena, const struct eider_node *node,
                                      const struct eider_node *const *children)
{
    struct eider_node *clone = node_clone(arena, node);

    if (clone == NULL)
        return NULL;
    for (const struct plan_field *field = node_record(node->tag)->fields; field->kind != FIELD_END; field++) {
        char *base = (char *)clone + field->offset;
        if (field->kind == FIELD_NODE) {
            memcpy(base, children++, sizeof(*children));
        } else if (field->kind == FIELD_NODES) {
            struct node_list *list = (struct node_list *)(void *)base;
            struct node_list fresh = node_list_new(arena, list->count);
            if (fresh.count != list->count)
                return NULL;
            for (uint32_t i = 0; i < fresh.count; i++)
                fresh.items[i] = *children++;
            *list = fresh;
        }
    }
    return clone;
}

bool node_walk(const struct eider_node *node, node_visit visit, void *data)
{
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++) {
        if (!node_walk(node_child(node, i), visit, data))
            return false;
    }
    return visit(data, node);
}

const struct eider_node *node_transform(struct arena *arena, const struct eider_node *node, node_map map,
                                        void *data)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children = arena_alloc_array(arena, count, sizeof(*children));
    bool changed = false;

    if (children == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct eider_node *child = node_child(node, i);
        if ((children[i] = node_transform(arena, child, map, data)) == NULL)
            return NULL;
        changed |= children[i] != child;
    }
    if (changed && (node = node_with_children(arena, node, children)) == NULL)
        return NULL;
    return map(data, arena, node);
}

/* ---- Expressions ---- */

/*
 * Calls `visit` for each expression slot of an object or record: the fields that hold one, lists of them, and those
 * of its records. Slots may be NULL only where the field is optional; those are skipped.
 */
typedef bool (*slot_visit)(void *data, const struct eider_expr **slot);

static bool each_slot(const struct plan_record *record, void *object, slot_visit visit, void *data)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        char *base = (char *)object + field->offset;
        if (field->kind == FIELD_EXPR || field->kind == FIELD_OPT_EXPR) {
            const struct eider_expr **slot = (const struct eider_expr **)(void *)base;
            if (*slot != NULL && !visit(data, slot))
                return false;
        } else if (field->kind == FIELD_EXPRS) {
            struct expr_list *list = (struct expr_list *)(void *)base;
            for (uint32_t i = 0; i < list->count; i++) {
                if (!visit(data, &list->items[i]))
                    return false;
            }
        } else if (field->kind == FIELD_RECS) {
            struct any_list list = field_list(object, field);
            for (uint32_t i = 0; i < list.count; i++) {
                if (!each_slot(field->record, (char *)list.items + i * field->record->size, visit, data))
                    return false;
            }
        }
    }
    return true;
}

struct walk {
    expr_visit visit;
    void *data;
};

static bool walk_slot(void *data, const struct eider_expr **slot)
{
    const struct walk *walk = data;

    return expr_walk(*slot, walk->visit, walk->data);
}

bool expr_walk(const struct eider_expr *expr, expr_visit visit, void *data)
{
    struct walk walk = {visit, data};
    union {
        const struct eider_expr *from;
        void *to;
    } object = {expr}; /* each_slot takes both; this visitor does not write */

    return visit(data, expr) && each_slot(expr_record(expr->tag), object.to, walk_slot, &walk);
}

bool node_walk_exprs(const struct eider_node *node, expr_visit visit, void *data)
{
    struct walk walk = {visit, data};
    union {
        const struct eider_node *from;
        void *to;
    } object = {node};

    return each_slot(node_record(node->tag), object.to, walk_slot, &walk);
}

/* Gives a shallow copy its own lists and records that can hold expressions, so that slots may be written. */
static bool own_lists(struct arena *arena, const struct plan_record *record, void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        struct any_list list;
        size_t bytes;
        void *items;
        if (field->kind != FIELD_EXPRS && field->kind != FIELD_RECS)
            continue;
        list = field_list(object, field);
        bytes = list.count * field_item_bytes(field);
        if (list.count == 0)
            continue;
        if ((items = arena_alloc(arena, bytes)) == NULL)
            return false;
        memcpy(items, list.items, bytes);
        list.items = items;
        memcpy((char *)object + field->offset, &list, sizeof(list));
        for (uint32_t i = 0; field->kind == FIELD_RECS && i < list.count; i++) {
            if (!own_lists(arena, field->record, (char *)items + i * field->record->size))
                return false;
        }
    }
    return true;
}

struct transform {
    struct arena *arena;
    expr_map map;
    void *data;
    bool changed;
};

static bool transform_slot(void *data, const struct eider_expr **slot)
{
    struct transform *transform = data;
    const struct eider_expr *mapped =
        expr_transform(transform->arena, *slot, transform->map, transform->data);

    transform->changed |= mapped != *slot;
    *slot = mapped;
    return mapped != NULL;
}

const struct eider_expr *expr_transform(struct arena *arena, const struct eider_expr *expr, expr_map map,
                                        void *data)
{
    const struct plan_record *record = expr_record(expr->tag);
    struct transform transform = {arena, map, data, false};
    struct eider_expr *clone = arena_alloc(arena, record->size);

    if (clone == NULL)
        return NULL;
    memcpy(clone, expr, record->size);
    if (!own_lists(arena, record, clone) || !each_slot(record, clone, transform_slot, &transform))
        return NULL;
    return map(data, arena, transform.changed ? clone : expr);
}

const struct eider_node *node_map_exprs(struct arena *arena, const struct eider_node *node, expr_map map,
                                        void *data)
{
    const struct plan_record *record = node_record(node->tag);
    struct transform transform = {arena, map, data, false};
    struct eider_node *clone = node_clone(arena, node);

    if (clone == NULL || !own_lists(arena, record, clone) ||
        !each_slot(record, clone, transform_slot, &transform))
        return NULL;
    return transform.changed ? clone : node;
}

static const struct eider_expr *substitute(void *data, struct arena *arena, const struct eider_expr *expr)
{
    const struct expr_list *columns = data;
    const struct expr_column *column = expr_as_column(expr);

    (void)arena;
    if (column == NULL)
        return expr;
    return column->index < columns->count ? columns->items[column->index] : NULL;
}

const struct eider_expr *expr_substitute(struct arena *arena, const struct eider_expr *expr,
                                         const struct expr_list *columns)
{
    struct expr_list list = *columns;

    return expr_transform(arena, expr, substitute, &list);
}

static const struct eider_expr *shift_column(void *data, struct arena *arena, const struct eider_expr *expr)
{
    const struct expr_column *column = expr_as_column(expr);

    if (column == NULL)
        return expr;
    return expr_column(arena, expr->type, (uint32_t)((int64_t)column->index + *(const int32_t *)data),
                       column->name);
}

const struct eider_expr *expr_shift(struct arena *arena, const struct eider_expr *expr, int32_t shift)
{
    return expr_transform(arena, expr, shift_column, &shift);
}
