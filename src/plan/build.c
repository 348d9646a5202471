/* SPDX-License-Identifier: Apache-2.0 */
/* Small builders that every user of plans needs: strings, simple expressions. Arena memory; NULL if there is none. */
#include <string.h>

#include "plan/object.h"
#include "plan/plan.h"

struct eider_str str_make(struct arena *arena, const char *data, size_t size)
{
    struct eider_str str = {arena_strndup(arena, data, size), (uint32_t)size};

    if (str.data == NULL || size > UINT32_MAX)
        str = (struct eider_str){"", 0};
    return str;
}

struct eider_str str_from(const char *text)
{
    return (struct eider_str){text, (uint32_t)strlen(text)};
}

bool str_equal(struct eider_str a, struct eider_str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool str_is(struct eider_str a, const char *text)
{
    return str_equal(a, str_from(text));
}

bool type_is_integer(const struct eider_type *type)
{
    return type->tag >= TYPE_TINYINT && type->tag <= TYPE_UHUGEINT;
}

bool type_is_unnamed(const struct eider_type *type)
{
    const struct type_struct *fields = type_as_struct(type);

    return fields != NULL && fields->fields.count > 0 && fields->fields.items[0].name.size == 0;
}

static bool fields_have_names(const struct column_list *fields)
{
    for (uint32_t i = 0; i < fields->count; i++) {
        if (!type_has_names(fields->items[i].type))
            return false;
    }
    return true;
}

bool type_has_names(const struct eider_type *type)
{
    switch ((int)type->tag) {
    case TYPE_LIST:
        return type_has_names(type_as_list(type)->child);
    case TYPE_ARRAY:
        return type_has_names(type_as_array(type)->child);
    case TYPE_MAP:
        return type_has_names(type_as_map(type)->key) && type_has_names(type_as_map(type)->value);
    case TYPE_STRUCT:
        return !type_is_unnamed(type) && fields_have_names(&type_as_struct(type)->fields);
    case TYPE_UNION:
        return fields_have_names(&type_as_union(type)->members);
    default:
        return true;
    }
}

const struct eider_type *type_decimal(struct arena *arena, uint32_t width, uint32_t scale)
{
    struct type_decimal *type = type_decimal_new(arena);

    if (type == NULL)
        return NULL;
    type->width = width;
    type->scale = scale;
    return &type->base;
}

const struct eider_expr *expr_column(struct arena *arena, const struct eider_type *type, uint32_t index,
                                     struct eider_str name)
{
    struct expr_column *column = expr_column_new(arena, type);

    if (column == NULL)
        return NULL;
    column->index = index;
    column->name = name;
    return &column->base;
}

const struct eider_expr *expr_column_of(struct arena *arena, const struct eider_node *node, uint32_t index)
{
    const struct column *column;

    if (index >= node->columns.count)
        return NULL;
    column = &node->columns.items[index];
    return expr_column(arena, column->type, index, column->name);
}

const struct eider_expr *expr_whole(struct arena *arena, const struct eider_type *type, int64_t value)
{
    struct expr_integer *integer = expr_integer_new(arena, type);

    if (integer == NULL)
        return NULL;
    integer->upper = value < 0 ? -1 : 0;
    integer->lower = (uint64_t)value;
    return &integer->base;
}

const struct eider_expr *expr_bigint(struct arena *arena, int64_t value)
{
    return expr_whole(arena, type_simple(TYPE_BIGINT), value);
}

const struct eider_expr *expr_null(struct arena *arena, const struct eider_type *type)
{
    struct expr_null *made = expr_null_new(arena, type);

    return made != NULL ? &made->base : NULL;
}

const struct eider_expr *expr_is_not_null(struct arena *arena, const struct eider_expr *expr)
{
    struct expr_operator *made = expr_operator_new(arena, type_simple(TYPE_BOOLEAN));

    if (made == NULL)
        return NULL;
    made->op = OPERATOR_IS_NOT_NULL;
    made->children = expr_list_new(arena, 1);
    if (made->children.count == 0)
        return NULL;
    made->children.items[0] = expr;
    return &made->base;
}

const struct eider_expr *expr_cast_to(struct arena *arena, const struct eider_expr *expr,
                                      const struct eider_type *type)
{
    struct expr_cast *made;

    if (type_equal(expr->type, type))
        return expr;
    if ((made = expr_cast_new(arena, type)) == NULL)
        return NULL;
    made->child = expr;
    return &made->base;
}

const struct eider_expr *expr_when(struct arena *arena, const struct eider_expr *condition,
                                   const struct eider_expr *then, const struct eider_expr *otherwise)
{
    struct expr_case *made = expr_case_new(arena, then->type);

    if (made == NULL)
        return NULL;
    made->branches = case_branch_list_new(arena, 1);
    if (made->branches.count == 0)
        return NULL;
    made->branches.items[0] = (struct case_branch){condition, then};
    made->otherwise = otherwise;
    return &made->base;
}

struct expr_function *expr_call(struct arena *arena, const struct eider_type *type, const char *name,
                                uint32_t count)
{
    struct expr_function *call = expr_function_new(arena, type);

    if (call == NULL)
        return NULL;
    call->name = str_from(name);
    call->args = expr_list_new(arena, count);
    return call->args.count == count ? call : NULL;
}

struct u32_list u32_list_identity(struct arena *arena, uint32_t count)
{
    struct u32_list list = u32_list_new(arena, count);

    for (uint32_t i = 0; i < list.count; i++)
        list.items[i] = i;
    return list;
}
