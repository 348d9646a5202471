/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that the .def files make: names of enums, field tables, constructors. Nothing here is written twice by
 * hand: see plan.h. Read-only data, safe in every thread.
 */
#include <string.h>

#include "plan/object.h"

#define V(PREFIX, TAG, text) [PREFIX##_##TAG] = text,
#define ENUM(name, values)                                                                                   \
    static const char *name##_text_of(int value)                                                             \
    {                                                                                                        \
        static const char *const texts[name##_END] = {values};                                               \
        return value > 0 && value < (int)name##_END ? texts[value] : "?";                                    \
    }                                                                                                        \
    const char *name##_text(enum name value)                                                                 \
    {                                                                                                        \
        return name##_text_of((int)value);                                                                   \
    }
#include "plan/enums.def"
#undef ENUM
#undef V

#define EXTRA_BOOL(extra)
#define EXTRA_U32(extra)
#define EXTRA_U64(extra)
#define EXTRA_I64(extra)
#define EXTRA_DOUBLE(extra)
#define EXTRA_ENUM(extra) .enum_text = extra##_text_of, .enum_end = extra##_END
#define EXTRA_STR(extra)
#define EXTRA_U32S(extra)
#define EXTRA_STRS(extra)
#define EXTRA_TYPE(extra)
#define EXTRA_EXPR(extra)
#define EXTRA_OPT_EXPR(extra)
#define EXTRA_NODE(extra)
#define EXTRA_EXPRS(extra)
#define EXTRA_NODES(extra)
#define EXTRA_RECS(extra) .record = &record_##extra

/* ---- Records ---- */

#define RECORD(name, fields) static const struct plan_record record_##name;
#include "plan/records.def"
#undef RECORD

#define F(owner, KIND, member, extra)                                                                        \
    {.kind = FIELD_##KIND, .offset = offsetof(struct owner, member), .name = #member, EXTRA_##KIND(extra)},
#define RECORD(n, list)                                                                                      \
    static const struct plan_field record_##n##_fields[] = {list{.kind = FIELD_END}};                        \
    static const struct plan_record record_##n = {                                                           \
        .name = #n, .size = sizeof(struct n), .fields = record_##n##_fields};
#include "plan/records.def"
#undef RECORD
#undef F

/* ---- Types ---- */

#define F(owner, KIND, member, extra)                                                                        \
    {.kind = FIELD_##KIND,                                                                                   \
     .offset = offsetof(struct type_##owner, member),                                                        \
     .name = #member,                                                                                        \
     EXTRA_##KIND(extra)},
#define TYPE(TAG, n, sql, fields)                                                                            \
    static const struct plan_field type_##n##_fields[] = {fields{.kind = FIELD_END}};
#include "plan/types.def"
#undef TYPE
#undef F

const struct plan_record *type_record(enum type_tag tag)
{
    static const struct plan_record records[TYPE_TAG_END] = {
#define TYPE(TAG, n, sql, f) [TYPE_##TAG] = {#n, sizeof(struct type_##n), type_##n##_fields},
#include "plan/types.def"
#undef TYPE
    };

    return (unsigned)tag < TYPE_TAG_END && records[tag].name != NULL ? &records[tag] : NULL;
}

const char *type_tag_name(enum type_tag tag)
{
    const struct plan_record *record = type_record(tag);

    return record != NULL ? record->name : "?";
}

const char *type_tag_sql(enum type_tag tag)
{
    static const char *const names[TYPE_TAG_END] = {
#define TYPE(TAG, n, sql, f) [TYPE_##TAG] = sql,
#include "plan/types.def"
#undef TYPE
    };

    return (unsigned)tag < TYPE_TAG_END ? names[tag] : NULL;
}

const struct eider_type *type_simple(enum type_tag tag)
{
    static const struct eider_type types[TYPE_TAG_END] = {
#define TYPE(TAG, n, sql, f) [TYPE_##TAG] = {TYPE_##TAG},
#include "plan/types.def"
#undef TYPE
    };

    return (unsigned)tag < TYPE_TAG_END ? &types[tag] : NULL;
}

/* ---- Expressions ---- */

#define F(owner, KIND, member, extra)                                                                        \
    {.kind = FIELD_##KIND,                                                                                   \
     .offset = offsetof(struct expr_##owner, member),                                                        \
     .name = #member,                                                                                        \
     EXTRA_##KIND(extra)},
#define EXPR(TAG, n, fields)                                                                                 \
    static const struct plan_field expr_##n##_fields[] = {                                                   \
        {.kind = FIELD_TYPE, .offset = offsetof(struct eider_expr, type), .name = "type"},                   \
        fields{.kind = FIELD_END}};
#include "plan/exprs.def"
#undef EXPR
#undef F

const struct plan_record *expr_record(enum expr_tag tag)
{
    static const struct plan_record records[EXPR_TAG_END] = {
#define EXPR(TAG, n, f) [EXPR_##TAG] = {#n, sizeof(struct expr_##n), expr_##n##_fields},
#include "plan/exprs.def"
#undef EXPR
    };

    return (unsigned)tag < EXPR_TAG_END && records[tag].name != NULL ? &records[tag] : NULL;
}

const char *expr_tag_name(enum expr_tag tag)
{
    const struct plan_record *record = expr_record(tag);

    return record != NULL ? record->name : "?";
}

/* ---- Nodes ---- */

#define F(owner, KIND, member, extra)                                                                        \
    {.kind = FIELD_##KIND,                                                                                   \
     .offset = offsetof(struct node_##owner, member),                                                        \
     .name = #member,                                                                                        \
     EXTRA_##KIND(extra)},
#define NODE(TAG, n, display, fields)                                                                        \
    static const struct plan_field node_##n##_fields[] = {                                                   \
        {.kind = FIELD_RECS,                                                                                 \
         .offset = offsetof(struct eider_node, columns),                                                     \
         .name = "columns",                                                                                  \
         .record = &record_column},                                                                          \
        {.kind = FIELD_DOUBLE, .offset = offsetof(struct eider_node, rows), .name = "rows"},                 \
        fields{.kind = FIELD_END}};
#include "plan/nodes.def"
#undef NODE
#undef F

const struct plan_record *node_record(enum node_tag tag)
{
    static const struct plan_record records[NODE_TAG_END] = {
#define NODE(TAG, n, display, f) [NODE_##TAG] = {#n, sizeof(struct node_##n), node_##n##_fields},
#include "plan/nodes.def"
#undef NODE
    };

    return (unsigned)tag < NODE_TAG_END && records[tag].name != NULL ? &records[tag] : NULL;
}

const char *node_tag_name(enum node_tag tag)
{
    const struct plan_record *record = node_record(tag);

    return record != NULL ? record->name : "?";
}

const char *node_tag_display(enum node_tag tag)
{
    static const char *const names[NODE_TAG_END] = {
#define NODE(TAG, n, display, f) [NODE_##TAG] = display,
#include "plan/nodes.def"
#undef NODE
    };

    return (unsigned)tag < NODE_TAG_END && names[tag] != NULL ? names[tag] : "?";
}

/* ---- Constructors ---- */

#define TYPE(TAG, name, sql, fields)                                                                         \
    struct type_##name *type_##name##_new(struct arena *arena)                                               \
    {                                                                                                        \
        struct type_##name *type = arena_alloc(arena, sizeof(*type));                                        \
        if (type != NULL)                                                                                    \
            type->base.tag = TYPE_##TAG;                                                                     \
        return type;                                                                                         \
    }
#include "plan/types.def"
#undef TYPE

#define EXPR(TAG, name, fields)                                                                              \
    struct expr_##name *expr_##name##_new(struct arena *arena, const struct eider_type *type)                \
    {                                                                                                        \
        struct expr_##name *expr = arena_alloc(arena, sizeof(*expr));                                        \
        if (expr != NULL) {                                                                                  \
            expr->base.tag = EXPR_##TAG;                                                                     \
            expr->base.type = type;                                                                          \
        }                                                                                                    \
        return expr;                                                                                         \
    }
#include "plan/exprs.def"
#undef EXPR

#define NODE(TAG, name, display, fields)                                                                     \
    struct node_##name *node_##name##_new(struct arena *arena)                                               \
    {                                                                                                        \
        struct node_##name *node = arena_alloc(arena, sizeof(*node));                                        \
        if (node != NULL) {                                                                                  \
            node->base.tag = NODE_##TAG;                                                                     \
            node->base.rows = -1;                                                                            \
        }                                                                                                    \
        return node;                                                                                         \
    }
#include "plan/nodes.def"
#undef NODE

/* ---- Lists ---- */

#define LIST_NEW(list, item)                                                                                 \
    struct list list##_new(struct arena *arena, uint32_t count)                                              \
    {                                                                                                        \
        struct list made = {NULL, count};                                                                    \
        if (count > 0 && (made.items = arena_alloc_array(arena, count, sizeof(item))) == NULL)               \
            made.count = 0;                                                                                  \
        return made;                                                                                         \
    }
LIST_NEW(u32_list, uint32_t)
LIST_NEW(str_list, struct eider_str)
LIST_NEW(expr_list, const struct eider_expr *)
LIST_NEW(node_list, const struct eider_node *)
#define RECORD(name, fields) LIST_NEW(name##_list, struct name)
#include "plan/records.def"
#undef RECORD
