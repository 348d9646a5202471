/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adoption of an application's fields, driven by the field tables: what is a list is copied, what is a string is copied, what
 * points at a node, expression or type must be of the plan that is being built. So nothing of a plan leads to the
 * application's memory, or to another query's.
 *
 * Limits: lists of up to MAX_ITEMS. Failure: the first thing that is wrong, by the name of its field.
 */
#include "api/adopt.h"

#include <string.h>

#include "plan/schema.h"
#include "plan/validate.h"

#define MAX_ITEMS 10000000u

struct adoption {
    struct eider_plan_context *ctx;
    const char *owner;  /* what is being made, for messages */
    enum node_tag node; /* its kind: one of these */
    enum expr_tag expr;
    struct eider_error *err;
    enum eider_status status;
};

static bool refuse(struct adoption *a, const struct plan_field *field, const char *what)
{
    a->status = error_set(a->err, EIDER_ERROR_ARGUMENT, "%s: %s %s", a->owner, field->name, what);
    error_node(a->err, a->owner);
    return false;
}

static bool no_memory(struct adoption *a)
{
    a->status = error_no_memory(a->err);
    return false;
}

static bool is_static_type(const void *object)
{
    for (int tag = 1; tag < (int)TYPE_TAG_END; tag++) {
        if (type_simple((enum type_tag)tag) == object)
            return true;
    }
    return false;
}

static bool is_ours(const struct eider_plan_context *ctx, const void *object)
{
    return arena_owns(ctx->arena, object) || is_static_type(object);
}

bool adopt_is_ours(const struct eider_plan_context *ctx, const void *object, const char *owner,
                   struct eider_error *err)
{
    if (object != NULL && is_ours(ctx, object))
        return true;
    error_set(err, EIDER_ERROR_ARGUMENT, "%s: %s", owner,
              object == NULL ? "an argument is NULL"
                             : "an argument belongs to the plan of another query, or of one that has ended");
    error_node(err, owner);
    return false;
}

/* Calls of aggregates and windows, and lambdas, mean something at one place only. */
static bool adopt_place(struct adoption *a, const struct plan_field *field, const struct eider_expr *expr)
{
    bool aggregates = a->node == NODE_AGGREGATE && strcmp(field->name, "aggregates") == 0;
    bool windows = a->node == NODE_WINDOW && strcmp(field->name, "windows") == 0;

    if ((expr->tag == EXPR_AGGREGATE) != aggregates)
        return refuse(a, field,
                      aggregates ? "holds what is no call of an aggregate" : "holds a call of an aggregate");
    if ((expr->tag == EXPR_WINDOW) != windows)
        return refuse(a, field,
                      windows ? "holds what is no call over a window" : "holds a call over a window");
    return expr->tag != EXPR_LAMBDA || a->expr == EXPR_FUNCTION ||
           refuse(a, field, "holds a lambda, which only a function takes");
}

static bool adopt_pointer(struct adoption *a, const struct plan_field *field, const void *pointer)
{
    bool is_expr = field->kind == FIELD_EXPR || field->kind == FIELD_OPT_EXPR || field->kind == FIELD_EXPRS;

    if (pointer == NULL)
        return field->kind == FIELD_OPT_EXPR || refuse(a, field, "is missing");
    if (!is_ours(a->ctx, pointer))
        return refuse(a, field, "belongs to the plan of another query, or of one that has ended");
    return !is_expr || adopt_place(a, field, pointer);
}

static bool adopt_str(struct adoption *a, const struct plan_field *field, struct eider_str *str)
{
    if (str->data == NULL && str->size > 0)
        return refuse(a, field, "has a size but no bytes");
    *str = str_make(a->ctx->arena, str->data != NULL ? str->data : "", str->size);
    return !arena_failed(a->ctx->arena) || no_memory(a);
}

static bool adopt_fields(struct adoption *a, const struct plan_field *fields, void *object);

/* One item of a list that was copied already. */
static bool adopt_item(struct adoption *a, const struct plan_field *field, void *item)
{
    switch ((int)field->kind) {
    case FIELD_STRS:
        return adopt_str(a, field, item);
    case FIELD_EXPRS:
    case FIELD_NODES:
        return adopt_pointer(a, field, *(void *const *)item);
    case FIELD_RECS:
        return adopt_fields(a, field->record->fields, item);
    default:
        return true;
    }
}

static bool adopt_list(struct adoption *a, const struct plan_field *field, struct any_list *list)
{
    size_t bytes = field_item_bytes(field);
    const void *items = list->items;

    if (list->count > MAX_ITEMS)
        return refuse(a, field, "has too many items");
    if (items == NULL && list->count > 0)
        return refuse(a, field, "has a count but no items");
    if ((list->items = arena_alloc_array(a->ctx->arena, list->count, bytes)) == NULL)
        return no_memory(a);
    if (list->count > 0)
        memcpy(list->items, items, list->count * bytes);
    for (uint32_t i = 0; i < list->count; i++) {
        if (!adopt_item(a, field, (char *)list->items + i * bytes))
            return false;
    }
    return true;
}

static bool adopt_field(struct adoption *a, const struct plan_field *field, void *member)
{
    switch (field->kind) {
    case FIELD_BOOL:
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_I64:
    case FIELD_DOUBLE:
    case FIELD_END:
        return true;
    case FIELD_ENUM: {
        int value;
        memcpy(&value, member, sizeof(value));
        return (value > 0 && (uint32_t)value < field->enum_end) ||
               refuse(a, field, "is not a value of its enum");
    }
    case FIELD_STR:
        return adopt_str(a, field, member);
    case FIELD_TYPE:
    case FIELD_EXPR:
    case FIELD_OPT_EXPR:
    case FIELD_NODE:
        return adopt_pointer(a, field, *(void *const *)member);
    case FIELD_U32S:
    case FIELD_STRS:
    case FIELD_EXPRS:
    case FIELD_NODES:
    case FIELD_RECS:
        return adopt_list(a, field, member);
    }
    return true;
}

static bool adopt_fields(struct adoption *a, const struct plan_field *fields, void *object)
{
    for (const struct plan_field *field = fields; field->kind != FIELD_END; field++) {
        if (!adopt_field(a, field, (char *)object + field->offset))
            return false;
    }
    return true;
}

/* ---- Projections ---- */

/* The projection of a kind of nodes that has one, else NULL. */
static const struct plan_field *projection_of(enum node_tag tag)
{
    for (const struct plan_field *field = node_record(tag)->fields; field->kind != FIELD_END; field++) {
        if (field->kind == FIELD_U32S && strcmp(field->name, "projection") == 0)
            return field;
    }
    return NULL;
}

/* A projection that was left NULL stands for all columns. Before adoption, as a list without items is none after it. */
static bool wants_all(const struct plan_field *projection, const void *object)
{
    const struct any_list *list;

    if (projection == NULL)
        return false;
    list = (const struct any_list *)(const void *)((const char *)object + projection->offset);
    return list->items == NULL;
}

/* ---- Objects ---- */

enum eider_status adopt_node(struct eider_plan_context *ctx, enum node_tag tag, const void *fields,
                             size_t bytes, struct eider_node **ret, struct eider_error *err)
{
    struct adoption a = {
        .ctx = ctx, .owner = node_tag_display(tag), .node = tag, .err = err, .status = EIDER_OK};
    const struct plan_record *record = node_record(tag);
    const struct plan_field *projection = projection_of(tag);
    struct eider_node *node = arena_alloc(ctx->arena, record->size);
    bool all;

    if (node == NULL)
        return error_no_memory(err);
    if (bytes > 0)
        memcpy(node + 1, fields, bytes);
    node->tag = tag;
    node->rows = -1;
    all = wants_all(projection, node);
    if (!adopt_fields(&a, record->fields, node))
        return a.status;
    node->columns = (struct column_list){NULL, 0};
    if (all) {
        struct u32_list *list = (struct u32_list *)(void *)((char *)node + projection->offset);
        *list = u32_list_identity(ctx->arena, node_full_width(node));
        if (arena_failed(ctx->arena))
            return error_no_memory(err);
    }
    *ret = node;
    return EIDER_OK;
}

enum eider_status adopt_expr(struct eider_plan_context *ctx, const struct expr_fields *fields,
                             const struct eider_expr **ret, struct eider_error *err)
{
    struct adoption a = {
        .ctx = ctx, .owner = expr_tag_name(fields->tag), .expr = fields->tag, .err = err, .status = EIDER_OK};
    const struct plan_record *record = expr_record(fields->tag);
    struct eider_expr *expr = arena_alloc(ctx->arena, record->size);

    if (expr == NULL)
        return error_no_memory(err);
    if (fields->bytes > 0)
        memcpy(expr + 1, fields->data, fields->bytes);
    expr->tag = fields->tag;
    expr->type = fields->type; /* the first of its fields */
    if (!adopt_fields(&a, record->fields, expr))
        return a.status;
    *ret = expr;
    return EIDER_OK;
}

enum eider_status adopt_finish(struct eider_plan_context *ctx, struct eider_node *node,
                               const struct eider_node **ret, struct eider_error *err)
{
    enum eider_status status;

    if (node->columns.items == NULL && !schema_derive(ctx->arena, node, &node->columns)) {
        if (arena_failed(ctx->arena))
            return error_no_memory(err);
        node->columns = (struct column_list){NULL, 0}; /* the check says what is wrong */
    }
    status = plan_validate_node(node, err);
    if (status == EIDER_OK)
        *ret = node;
    return status;
}

enum eider_status adopt_columns(struct eider_plan_context *ctx, const char *owner, const void *list,
                                struct column_list *ret, struct eider_error *err)
{
    struct adoption a = {.ctx = ctx, .owner = owner, .err = err, .status = EIDER_OK};
    /* the fields of a STRUCT type are a list of columns too */
    const struct plan_field *field = type_record(TYPE_STRUCT)->fields;

    memcpy(ret, list, sizeof(*ret));
    return adopt_list(&a, field, (struct any_list *)(void *)ret) ? EIDER_OK : a.status;
}

void expose_expr(const struct eider_expr *expr, size_t bytes, void *ret)
{
    memcpy(ret, expr + 1, bytes);
}

void expose_node(const struct eider_node *node, size_t bytes, void *ret)
{
    static uint32_t nothing[1];
    const struct plan_field *projection = projection_of(node->tag);
    const struct u32_list none = {nothing, 0}; /* to a constructor, NULL is all columns */

    memcpy(ret, node + 1, bytes);
    if (wants_all(projection, node))
        memcpy((char *)ret + projection->offset - sizeof(*node), &none, sizeof(none));
}
