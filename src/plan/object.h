/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_OBJECT_H
#define EIDER_PLAN_OBJECT_H

/*
 * What every object of a plan can do, by its field table: copy, equal, hash, print, walk, transform. The codec is in
 * codec.h, checks of meaning in validate.h, pictures for people in display.h.
 * All functions are pure and safe in any thread as long as each arena has one user.
 */

#include "base/buf.h"
#include "plan/plan.h"

enum field_kind {
    FIELD_END = 0, /* closes a table */
    FIELD_BOOL,
    FIELD_U32,
    FIELD_U64,
    FIELD_I64,
    FIELD_DOUBLE,
    FIELD_ENUM,
    FIELD_STR,
    FIELD_U32S,
    FIELD_STRS,
    FIELD_TYPE,
    FIELD_EXPR,
    FIELD_OPT_EXPR,
    FIELD_NODE,
    FIELD_EXPRS,
    FIELD_NODES,
    FIELD_RECS
};

struct plan_record;

struct plan_field {
    enum field_kind kind;
    uint32_t offset;
    const char *name;
    const struct plan_record *record;    /* FIELD_RECS */
    const char *(*enum_text)(int value); /* FIELD_ENUM */
    uint32_t enum_end;                   /* FIELD_ENUM: valid values are 1 … enum_end - 1 */
};

/* A record, or one kind of type, expression or node: its size and fields. Fields of the base come first. */
struct plan_record {
    const char *name;
    size_t size;
    const struct plan_field *fields;
};

const struct plan_record *type_record(enum type_tag tag); /* NULL if the tag is invalid; so for the others */
const struct plan_record *expr_record(enum expr_tag tag);
const struct plan_record *node_record(enum node_tag tag);

/* What lists of fields look like from the outside. */
struct any_list {
    void *items;
    uint32_t count;
};
struct any_list field_list(const void *object, const struct plan_field *field);
size_t field_item_bytes(const struct plan_field *field); /* of one item of a list */

/* Deep copies into `arena`; NULL if out of memory or if the argument is NULL. */
const struct eider_type *type_copy(struct arena *arena, const struct eider_type *type);
const struct eider_expr *expr_copy(struct arena *arena, const struct eider_expr *expr);
const struct eider_node *node_copy(struct arena *arena, const struct eider_node *node);

/* Equal in every field. Doubles by their bits. Both NULL is equal. */
bool type_equal(const struct eider_type *a, const struct eider_type *b);
bool expr_equal(const struct eider_expr *a, const struct eider_expr *b);
bool node_equal(const struct eider_node *a, const struct eider_node *b);

/* Equal objects have equal hashes. */
uint64_t type_hash(const struct eider_type *type);
uint64_t expr_hash(const struct eider_expr *expr);
uint64_t node_hash(const struct eider_node *node);

/* Every field, as an indented tree, for tests and debugging. */
void type_print(struct buf *out, const struct eider_type *type);
void expr_print(struct buf *out, const struct eider_expr *expr);
void node_print(struct buf *out, const struct eider_node *node);

/* ---- Walking and rebuilding ---- */

uint32_t node_child_count(const struct eider_node *node);
const struct eider_node *node_child(const struct eider_node *node, uint32_t index); /* NULL if out of range */
/* A shallow copy with other children (child_count of them); NULL if out of memory. */
struct eider_node *node_with_children(struct arena *arena, const struct eider_node *node,
                                      const struct eider_node *const *children);
/* A shallow copy, to be changed by the caller before anyone points at it. */
struct eider_node *node_clone(struct arena *arena, const struct eider_node *node);

/* Calls visit for each expression that the node itself holds (not its children's), and for their parts, parents
 * first. Stops and returns false as soon as visit does. */
typedef bool (*expr_visit)(void *data, const struct eider_expr *expr);
bool expr_walk(const struct eider_expr *expr, expr_visit visit, void *data);
bool node_walk_exprs(const struct eider_node *node, expr_visit visit, void *data);

/* Calls visit for each node below and including `node`, children first. Stops when visit returns false. */
typedef bool (*node_visit)(void *data, const struct eider_node *node);
bool node_walk(const struct eider_node *node, node_visit visit, void *data);

/*
 * Rebuilds an expression from its leaves up: `map` gets each expression, its parts already mapped, and returns what
 * stands for it: itself, another, or NULL to fail. Parts that did not change are shared.
 */
typedef const struct eider_expr *(*expr_map)(void *data, struct arena *arena, const struct eider_expr *expr);
const struct eider_expr *expr_transform(struct arena *arena, const struct eider_expr *expr, expr_map map,
                                        void *data);

/* The same for nodes, children first; the expressions stay. */
typedef const struct eider_node *(*node_map)(void *data, struct arena *arena, const struct eider_node *node);
const struct eider_node *node_transform(struct arena *arena, const struct eider_node *node, node_map map,
                                        void *data);

/* The node with each expression that it holds rebuilt; its children stay. The node itself if nothing changes. */
const struct eider_node *node_map_exprs(struct arena *arena, const struct eider_node *node, expr_map map,
                                        void *data);

/* Replaces every column reference by what `columns` holds at its index: a shift, or the expressions of a projection.
 * NULL if out of memory or if an index is out of range. */
const struct eider_expr *expr_substitute(struct arena *arena, const struct eider_expr *expr,
                                         const struct expr_list *columns);

/* Adds `shift` to every column index. */
const struct eider_expr *expr_shift(struct arena *arena, const struct eider_expr *expr, int32_t shift);

#endif
