/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimated rows. The serialised plan has none; EXPLAIN (FORMAT JSON) of the same query shows the same tree with them:
 *
 *     {"name": "FILTER", "children": […], "extra_info": {"Estimated Cardinality": "1200", …}}
 *
 * Trees of different form give no estimates at all. Nodes for which DuckDB shows none get what follows from their
 * inputs. Estimates decide how work is spread, never what the answer is.
 */
#include <stdlib.h>
#include <string.h>

#include "import/reader.h"

bool import_aligned(struct json_object *plan, struct json_object *explain, uint32_t depth)
{
    /* what EXPLAIN calls an operator whose name differs from the plan's */
    static const char *const names[][2] = {{"LOGICAL_AGGREGATE_AND_GROUP_BY", "AGGREGATE"},
                                           {"LOGICAL_RECURSIVE_CTE", "REC_CTE"},
                                           {"LOGICAL_MATERIALIZED_CTE", "CTE"},
                                           {"LOGICAL_CTE_REF", "CTE_SCAN"}};
    struct json_object *children = import_key(plan, "children"), *explained = import_key(explain, "children");
    const char *type = import_chars(import_key(plan, "type")),
               *name = import_chars(import_key(explain, "name"));
    size_t count = json_object_is_type(children, json_type_array) ? json_object_array_length(children) : 0;
    bool same = strncmp(type, "LOGICAL_", 8) == 0 && strcmp(type + 8, name) == 0;

    if (depth > IMPORT_MAX_DEPTH)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        same = same || (strcmp(type, names[i][0]) == 0 && strcmp(name, names[i][1]) == 0);
    if (strcmp(type, "LOGICAL_GET") == 0) /* shown as its function, in capitals */
        same = strcasecmp(import_chars(import_key(plan, "name")), name) == 0;
    if (!same ||
        count != (json_object_is_type(explained, json_type_array) ? json_object_array_length(explained) : 0))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!import_aligned(import_item(children, (uint32_t)i), import_item(explained, (uint32_t)i),
                            depth + 1))
            return false;
    }
    return true;
}

/* The least of two estimates, where -1 is unknown. */
static double limited(double rows, double limit)
{
    return rows >= 0 && rows < limit ? rows : limit;
}

static double sum_of(const struct node_list *inputs)
{
    double sum = 0;

    for (uint32_t i = 0; i < inputs->count; i++) {
        if (inputs->items[i]->rows < 0)
            return -1;
        sum += inputs->items[i]->rows;
    }
    return sum;
}

static double limit_rows(const struct node_limit *node)
{
    if (node->has_percent && node->input->rows >= 0)
        return node->input->rows * node->percent / 100;
    return node->has_limit ? limited(node->input->rows, (double)node->limit) : node->input->rows;
}

static double rows_from_inputs(const struct eider_node *node)
{
    if (node_as_values(node) != NULL)
        return node_as_values(node)->rows.count;
    if (node_as_empty(node) != NULL)
        return 0;
    if (node_as_dummy_scan(node) != NULL)
        return 1;
    if (node_as_limit(node) != NULL)
        return limit_rows(node_as_limit(node));
    if (node_as_topn(node) != NULL)
        return limited(node_as_topn(node)->input->rows, (double)node_as_topn(node)->limit);
    if (node_as_cte(node) != NULL)
        return node_as_cte(node)->body->rows;
    if (node_as_recursive_cte(node) != NULL)
        return node_as_recursive_cte(node)->anchor->rows;
    if (node_as_union(node) != NULL)
        return sum_of(&node_as_union(node)->inputs);
    if (node_as_setop(node) != NULL)
        return node_as_setop(node)->inputs.items[0]->rows;
    return node_child_count(node) == 1 ? node_child(node, 0)->rows : -1;
}

void import_rows(struct import *im, struct eider_node *node, struct json_object *explain)
{
    const char *text = import_chars(import_key(import_key(explain, "extra_info"), "Estimated Cardinality"));
    char *end;
    double rows = strtod(text, &end);

    if (!im->facts->estimates || node->rows >= 0)
        return;
    if (*text != '\0' && *end == '\0' && rows >= 0 && rows < 1e30)
        node->rows = rows;
    else
        node->rows = rows_from_inputs(node);
}
