/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_API_CUSTOM_H
#define EIDER_API_CUSTOM_H

#include "base/buf.h"
#include "eider/custom.h"
#include "plan/plan.h"

struct eider_writer {
    struct buf buf;
};

/* The kinds of custom nodes that a session or a worker knows. Zeroed: none. Read by several threads, changed by one. */
struct custom_kinds {
    struct eider_custom_kind *items; /* names are copies */
    uint32_t count;
};

/* `function` is for messages. */
enum eider_status custom_kinds_add(struct custom_kinds *kinds, const struct eider_custom_kind *kind,
                                   const char *function, struct eider_error *err);
void custom_kinds_free(struct custom_kinds *kinds);

/* Decodes the node and appends the SELECT that it is to `out`. `kinds` may be NULL. Errors: PLAN if the kind is not known, what
 * its callbacks say, MEMORY. */
enum eider_status custom_write_sql(const struct custom_kinds *kinds, const struct node_custom *node,
                                   const struct eider_task *task, struct buf *out, struct eider_error *err);

#endif
