/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_DISPLAY_H
#define EIDER_PLAN_DISPLAY_H

#include "base/buf.h"
#include "plan/stage.h"

/* Pictures for people. Nothing here is parsed again by anyone. */

/* An expression in one line, like SQL: l_quantity < 24.00. */
void expr_text(struct buf *out, const struct eider_expr *expr);

/* A type in one line: DECIMAL(15,2). */
void type_text(struct buf *out, const struct eider_type *type);

/* A node's own line: FilterExec: l_quantity < 24.00. */
void node_text(struct buf *out, const struct eider_node *node);

/* A plan without stages, one line per node, two spaces per level. */
void plan_display(struct buf *out, const struct eider_node *node);

/* What a picture shows besides the nodes; may be combined. */
enum display_detail {
    DISPLAY_PLAIN = 0,
    DISPLAY_TASKS = 1, /* a line per task under each distributed leaf */
    DISPLAY_ESTIMATES =
        2, /* the rows that the planner expects of each node, and the bytes of the files of a leaf */
};

/* The picture of a stage graph: the head stage, then the stages it reads, each once, two spaces more per level. */
void stage_graph_display(struct buf *out, const struct stage_graph *graph, unsigned detail);

#endif
