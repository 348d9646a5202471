/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts: checks a list of specifications in pre-order and works out segments and factors, once for each
 * exchange.
 *
 * Invariant of a finished layout: nodes[i].next is behind every node of i's subtree; the nodes between i and
 * next that share its segment are its members, the others lie in segments of lists below it. Threads:
 * immutable but for the reference count. Failure: layout_new leaves nothing behind.
 */
#include "exchange/layout.h"

#include <stdatomic.h>
#include <stdlib.h>

#define MAX_DEPTH 64u

struct layout_walk {
    struct layout *layout;
    const struct layout_spec *specs;
    uint32_t next; /* the node to read */
};

static bool spec_is_valid(const struct layout_spec *spec)
{
    switch (spec->kind) {
    case LAYOUT_FIXED:
        return spec->child_count == 0 && (spec->width == 1 || spec->width == 2 || spec->width == 4 ||
                                          spec->width == 8 || spec->width == 16);
    case LAYOUT_STRING:
        return spec->child_count == 0;
    case LAYOUT_LIST:
        return spec->child_count == 1;
    case LAYOUT_STRUCT:
        return spec->child_count >= 1;
    case LAYOUT_ARRAY:
        return spec->child_count == 1 && spec->array_size >= 1;
    case LAYOUT_INVALID:
        break;
    }
    return false;
}

static uint32_t spec_width(const struct layout_spec *spec)
{
    if (spec->kind == LAYOUT_FIXED)
        return spec->width;
    return spec->kind == LAYOUT_STRING || spec->kind == LAYOUT_LIST ? 16 : 0;
}

/* Reads one node and its subtree. False if the list is no valid tree. */
static bool add_node(struct layout_walk *walk, uint32_t segment, uint32_t factor, uint32_t depth)
{
    struct layout *layout = walk->layout;
    uint32_t index = walk->next++;
    const struct layout_spec *spec;
    struct layout_node *node;
    uint32_t child_segment = segment, child_factor = factor;

    if (index >= layout->node_count || depth > MAX_DEPTH || !spec_is_valid(&walk->specs[index]))
        return false;
    spec = &walk->specs[index];
    node = &layout->nodes[index];
    *node = (struct layout_node){.kind = spec->kind,
                                 .width = spec_width(spec),
                                 .array_size = spec->kind == LAYOUT_ARRAY ? spec->array_size : 0,
                                 .child_count = spec->child_count,
                                 .segment = segment,
                                 .factor = factor};
    layout->segments[segment].row_bits += (uint64_t)factor * (node->width * 8 + 1);
    layout->has_strings |= node->kind == LAYOUT_STRING;
    layout->is_flat &= node->kind == LAYOUT_STRING || node->kind == LAYOUT_FIXED;
    if (node->kind == LAYOUT_LIST) {
        child_segment = layout->segment_count++;
        child_factor = 1;
        layout->segments[child_segment] =
            (struct layout_segment){.list_node = index, .first_node = index + 1};
    } else if (node->kind == LAYOUT_ARRAY) {
        if (node->array_size > LAYOUT_MAX_FACTOR / factor)
            return false;
        child_factor = factor * node->array_size;
    }
    for (uint32_t i = 0; i < spec->child_count; i++) {
        if (!add_node(walk, child_segment, child_factor, depth + 1))
            return false;
    }
    node->next = walk->next;
    if (node->kind == LAYOUT_LIST)
        layout->segments[child_segment].end_node = node->next;
    if (depth > layout->depth)
        layout->depth = depth;
    return true;
}

enum eider_status layout_new(const struct layout_spec *specs, uint32_t node_count, uint32_t column_count,
                             struct layout **ret, struct eider_error *err)
{
    struct layout *layout;
    struct layout_walk walk;

    *ret = NULL;
    if (node_count > LAYOUT_MAX_NODES || column_count > node_count)
        return error_set(err, EIDER_ERROR_ARGUMENT, "an exchange of %u columns in %u parts is too wide",
                         column_count, node_count);
    layout = calloc(1, sizeof(*layout));
    if (layout == NULL)
        return error_no_memory(err);
    atomic_init(&layout->refs, 1);
    layout->column_count = column_count;
    layout->node_count = node_count;
    layout->segment_count = 1;
    layout->is_flat = true;
    layout->columns = calloc((size_t)column_count + 1, sizeof(*layout->columns));
    layout->nodes = calloc((size_t)node_count + 1, sizeof(*layout->nodes));
    layout->segments = calloc((size_t)node_count + 1, sizeof(*layout->segments));
    if (layout->columns == NULL || layout->nodes == NULL || layout->segments == NULL) {
        layout_unref(layout);
        return error_no_memory(err);
    }
    layout->segments[0].end_node = node_count;
    walk = (struct layout_walk){.layout = layout, .specs = specs};
    for (uint32_t i = 0; i < column_count; i++) {
        layout->columns[i] = walk.next;
        if (!add_node(&walk, 0, 1, 1))
            goto invalid;
    }
    if (walk.next != node_count)
        goto invalid;
    *ret = layout;
    return EIDER_OK;

invalid:
    layout_unref(layout);
    return error_set(err, EIDER_ERROR_ARGUMENT, "the columns of an exchange form no valid layout");
}

struct layout *layout_ref(struct layout *layout)
{
    atomic_fetch_add_explicit(&layout->refs, 1, memory_order_relaxed);
    return layout;
}

void layout_unref(struct layout *layout)
{
    if (layout == NULL || atomic_fetch_sub_explicit(&layout->refs, 1, memory_order_acq_rel) != 1)
        return;
    free(layout->columns);
    free(layout->nodes);
    free(layout->segments);
    free(layout);
}

bool layout_equal(const struct layout *a, const struct layout *b)
{
    if (a == b)
        return true;
    if (a->column_count != b->column_count || a->node_count != b->node_count)
        return false;
    for (uint32_t i = 0; i < a->node_count; i++) {
        const struct layout_node *x = &a->nodes[i], *y = &b->nodes[i];

        if (x->kind != y->kind || x->width != y->width || x->array_size != y->array_size ||
            x->next != y->next)
            return false;
    }
    return true;
}
