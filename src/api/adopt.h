/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_API_ADOPT_H
#define EIDER_API_ADOPT_H

#include "plan/context.h"
#include "plan/object.h"

/*
 * From the structs that an application fills to objects of a plan. The public struct of a kind has the fields of the
 * internal one, in the same order and layout (layout.c compares them when it is compiled), without the base.
 */

/*
 * Makes a node or expression with the fields of the public struct, `bytes` long: lists and strings are copied, pointers
 * checked. The node has no columns yet. Errors: ARGUMENT (something missing, out of range, or of another plan), MEMORY.
 */
enum eider_status adopt_node(struct eider_plan_context *ctx, enum node_tag tag, const void *fields,
                             size_t bytes, struct eider_node **ret, struct eider_error *err);
struct expr_fields {
    enum expr_tag tag;
    const struct eider_type *type;
    const void *data; /* may be NULL for a kind without fields */
    size_t bytes;
};
enum eider_status adopt_expr(struct eider_plan_context *ctx, const struct expr_fields *fields,
                             const struct eider_expr **ret, struct eider_error *err);

/* Fills in the columns (unless it has them) and the unknown rows of a new node and checks it. */
enum eider_status adopt_finish(struct eider_plan_context *ctx, struct eider_node *node,
                               const struct eider_node **ret, struct eider_error *err);

/* Copies a list of names or columns. */
enum eider_status adopt_columns(struct eider_plan_context *ctx, const char *owner, const void *list,
                                struct column_list *ret, struct eider_error *err);

/* True if it is of the plan that ctx builds, else an error that names `owner`. NULL is none. */
bool adopt_is_ours(const struct eider_plan_context *ctx, const void *object, const char *owner,
                   struct eider_error *err);

/* Copies the fields behind the base out, `bytes` long. */
void expose_node(const struct eider_node *node, size_t bytes, void *ret);
void expose_expr(const struct eider_expr *expr, size_t bytes, void *ret);

#endif
