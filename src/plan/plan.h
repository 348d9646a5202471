/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_PLAN_H
#define EIDER_PLAN_PLAN_H

/*
 * Plans: types, expressions and nodes, as immutable trees in arenas.
 *
 * The .def files beside this header are the only lists: the enums, the structs and the field tables are made of them,
 * and everything that has to know all fields (copy, equal, hash, print, encode, decode, walk) is driven by the
 * tables. A new kind is one entry in a .def file, and the compiler names every switch that misses it.
 *
 * A field is F(owner, KIND, member, extra): KIND is one of enum field_kind, `extra` names the record or the enum.
 * Objects are made with the *_new functions (zeroed, tag set), filled in, and not changed once another object points
 * at them. All pointers of an object lead into the same arena or into one that lives longer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "eider/str.h"

/* ---- Enums --------------------------------------------------------------------------------------------------- */

#define V(PREFIX, TAG, text) PREFIX##_##TAG,
#define ENUM(name, values)                                                                                   \
    enum name {                                                                                              \
        name##_INVALID = 0,                                                                                  \
        values name##_END                                                                                    \
    };
#include "plan/enums.def"
#undef ENUM
#undef V

#define ENUM(name, values) const char *name##_text(enum name value); /* "?" if invalid */
#include "plan/enums.def"
#undef ENUM

enum type_tag {
    TYPE_INVALID = 0,
#define TYPE(TAG, name, sql, fields) TYPE_##TAG,
#include "plan/types.def"
#undef TYPE
    TYPE_TAG_END
};

enum expr_tag {
    EXPR_INVALID = 0,
#define EXPR(TAG, name, fields) EXPR_##TAG,
#include "plan/exprs.def"
#undef EXPR
    EXPR_TAG_END
};

enum node_tag {
    NODE_INVALID = 0,
#define NODE(TAG, name, display, fields) NODE_##TAG,
#include "plan/nodes.def"
#undef NODE
    NODE_TAG_END
};

/* ---- Structs ------------------------------------------------------------------------------------------------- */

struct eider_type {
    enum type_tag tag;
};
struct eider_expr {
    enum expr_tag tag;
    const struct eider_type *type;
};

#define PLAN_LIST(name, item)                                                                                \
    struct name {                                                                                            \
        item *items;                                                                                         \
        uint32_t count;                                                                                      \
    };
PLAN_LIST(u32_list, uint32_t)
PLAN_LIST(str_list, struct eider_str)
PLAN_LIST(expr_list, const struct eider_expr *)
PLAN_LIST(node_list, const struct eider_node *)

#define FIELD_MEMBER_BOOL(member, extra)     bool member
#define FIELD_MEMBER_U32(member, extra)      uint32_t member
#define FIELD_MEMBER_U64(member, extra)      uint64_t member
#define FIELD_MEMBER_I64(member, extra)      int64_t member
#define FIELD_MEMBER_DOUBLE(member, extra)   double member
#define FIELD_MEMBER_ENUM(member, extra)     enum extra member
#define FIELD_MEMBER_STR(member, extra)      struct eider_str member
#define FIELD_MEMBER_U32S(member, extra)     struct u32_list member
#define FIELD_MEMBER_STRS(member, extra)     struct str_list member
#define FIELD_MEMBER_TYPE(member, extra)     const struct eider_type *member
#define FIELD_MEMBER_EXPR(member, extra)     const struct eider_expr *member
#define FIELD_MEMBER_OPT_EXPR(member, extra) const struct eider_expr *member
#define FIELD_MEMBER_NODE(member, extra)     const struct eider_node *member
#define FIELD_MEMBER_EXPRS(member, extra)    struct expr_list member
#define FIELD_MEMBER_NODES(member, extra)    struct node_list member
#define FIELD_MEMBER_RECS(member, extra)     struct extra##_list member

#define F(owner, KIND, member, extra) FIELD_MEMBER_##KIND(member, extra);
#define RECORD(name, fields)                                                                                 \
    struct name {                                                                                            \
        fields                                                                                               \
    };                                                                                                       \
    PLAN_LIST(name##_list, struct name)
#include "plan/records.def"
#undef RECORD

#define TYPE(TAG, name, sql, fields)                                                                         \
    struct type_##name {                                                                                     \
        struct eider_type base;                                                                              \
        fields                                                                                               \
    };
#include "plan/types.def"
#undef TYPE

#define EXPR(TAG, name, fields)                                                                              \
    struct expr_##name {                                                                                     \
        struct eider_expr base;                                                                              \
        fields                                                                                               \
    };
#include "plan/exprs.def"
#undef EXPR

struct eider_node {
    enum node_tag tag;
    struct column_list columns; /* output: names and types */
    double rows;                /* estimated output rows; < 0 if unknown */
};

#define NODE(TAG, name, display, fields)                                                                     \
    struct node_##name {                                                                                     \
        struct eider_node base;                                                                              \
        fields                                                                                               \
    };
#include "plan/nodes.def"
#undef NODE
#undef F

/* ---- Constructors: zeroed, tag set; NULL if out of memory ----------------------------------------------------- */

#define TYPE(TAG, name, sql, fields) struct type_##name *type_##name##_new(struct arena *arena);
#include "plan/types.def"
#undef TYPE
#define EXPR(TAG, name, fields)                                                                              \
    struct expr_##name *expr_##name##_new(struct arena *arena, const struct eider_type *type);
#include "plan/exprs.def"
#undef EXPR
#define NODE(TAG, name, display, fields) struct node_##name *node_##name##_new(struct arena *arena);
#include "plan/nodes.def"
#undef NODE

/* The object as its own kind, or NULL if it is another (or NULL): node_as_filter(node). */
#define TYPE(TAG, name, sql, fields)                                                                         \
    static inline const struct type_##name *type_as_##name(const struct eider_type *type)                    \
    {                                                                                                        \
        return type != NULL && type->tag == TYPE_##TAG ? (const struct type_##name *)type : NULL;            \
    }
#include "plan/types.def"
#undef TYPE
#define EXPR(TAG, name, fields)                                                                              \
    static inline const struct expr_##name *expr_as_##name(const struct eider_expr *expr)                    \
    {                                                                                                        \
        return expr != NULL && expr->tag == EXPR_##TAG ? (const struct expr_##name *)expr : NULL;            \
    }
#include "plan/exprs.def"
#undef EXPR
#define NODE(TAG, name, display, fields)                                                                     \
    static inline const struct node_##name *node_as_##name(const struct eider_node *node)                    \
    {                                                                                                        \
        return node != NULL && node->tag == NODE_##TAG ? (const struct node_##name *)node : NULL;            \
    }
#include "plan/nodes.def"
#undef NODE

/* ---- Names ---------------------------------------------------------------------------------------------------- */

const char *type_tag_name(enum type_tag tag);    /* "decimal"; "?" if invalid */
const char *type_tag_sql(enum type_tag tag);     /* "BIGINT"; NULL for types with parameters */
const char *expr_tag_name(enum expr_tag tag);    /* "between" */
const char *node_tag_name(enum node_tag tag);    /* "parquet_scan" */
const char *node_tag_display(enum node_tag tag); /* "DataSourceExec" */

/* ---- Small builders ---------------------------------------------------------------------------------------------- */

struct eider_str str_make(struct arena *arena, const char *data, size_t size); /* copies */
struct eider_str str_from(const char *text);                                   /* borrows a C string */
bool str_equal(struct eider_str a, struct eider_str b);
bool str_is(struct eider_str a, const char *text);

/* True for row(…): a STRUCT whose fields have positions and no names. */
bool type_is_unnamed(const struct eider_type *type);
/* TINYINT … UHUGEINT. */
bool type_is_integer(const struct eider_type *type);
/* True if SQL can name the type: there is no such STRUCT in it. */
bool type_has_names(const struct eider_type *type);

/* A type without fields: one static object per tag, no arena. The tag must have no fields. */
const struct eider_type *type_simple(enum type_tag tag);
const struct eider_type *type_decimal(struct arena *arena, uint32_t width, uint32_t scale);

const struct eider_expr *expr_column(struct arena *arena, const struct eider_type *type, uint32_t index,
                                     struct eider_str name);
/* A reference to column `index` of `node`. */
const struct eider_expr *expr_column_of(struct arena *arena, const struct eider_node *node, uint32_t index);
/* A constant of a type that DuckDB stores as an integer. */
const struct eider_expr *expr_whole(struct arena *arena, const struct eider_type *type, int64_t value);
const struct eider_expr *expr_bigint(struct arena *arena, int64_t value);
const struct eider_expr *expr_null(struct arena *arena, const struct eider_type *type);
const struct eider_expr *expr_is_not_null(struct arena *arena, const struct eider_expr *expr);
/* The expression itself if it has the type. */
const struct eider_expr *expr_cast_to(struct arena *arena, const struct eider_expr *expr,
                                      const struct eider_type *type);
/* CASE WHEN condition THEN then ELSE otherwise END, of the type of `then`; without `otherwise` NULL. */
const struct eider_expr *expr_when(struct arena *arena, const struct eider_expr *condition,
                                   const struct eider_expr *then, const struct eider_expr *otherwise);

/* A call with room for `count` arguments, which the caller fills in; `name` is borrowed. */
struct expr_function *expr_call(struct arena *arena, const struct eider_type *type, const char *name,
                                uint32_t count);

/* Lists with room for `count` items, zeroed; items is NULL if out of memory (then count is 0). */
struct u32_list u32_list_new(struct arena *arena, uint32_t count);
struct str_list str_list_new(struct arena *arena, uint32_t count);
struct expr_list expr_list_new(struct arena *arena, uint32_t count);
struct node_list node_list_new(struct arena *arena, uint32_t count);
#define RECORD(name, fields) struct name##_list name##_list_new(struct arena *arena, uint32_t count);
#include "plan/records.def"
#undef RECORD
struct u32_list u32_list_identity(struct arena *arena, uint32_t count); /* 0, 1, 2 … */

#endif
