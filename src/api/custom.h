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

struct ArrowArrayStream;

/* Where a node's SELECT is appended, and where its stream goes. */
struct custom_result {
    struct buf *sql;
    struct ArrowArrayStream *stream;
};

/* Decodes the node and asks its kind for what it computes: SQL, or a stream, which is then the caller's to release (if there is
 * none, its release is NULL). `kinds` may be NULL. Errors: PLAN if the kind is not known, what its callbacks say, MEMORY. */
enum eider_status custom_compute(const struct custom_kinds *kinds, const struct node_custom *node,
                                 const struct eider_task *task, const struct custom_result *ret,
                                 struct eider_error *err);

/* True if the node's kind is known and gives SQL. */
bool custom_is_sql(const struct custom_kinds *kinds, const struct node_custom *node);

#endif
