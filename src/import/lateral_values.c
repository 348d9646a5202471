/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LATERAL VALUES: rows of expressions for each row of an input, such as columns that become rows:
 *
 *     FROM t, LATERAL (VALUES ('a', t.a), ('b', t.b)) AS v(name, value)
 *
 * DuckDB has an operator for it; here it is an UNNEST of a list of rows, which SQL can say everywhere:
 *
 *     Projection: struct_extract_at(row, 1), struct_extract_at(row, 2)
 *       Unnest: rows as row
 *         Projection: list_value(struct_pack(c0 := 'a', c1 := a), struct_pack(c0 := 'b', c1 := b)) as rows
 */
#include "import/reader.h"

/* The type of a row, with fields c0, c1 … */
static struct type_struct *type_of_row(struct import *im, const struct column_list *columns)
{
    struct type_struct *type = type_struct_new(im->arena);

    if (type == NULL)
        return NULL;
    type->fields = column_list_new(im->arena, columns->count);
    for (uint32_t i = 0; i < type->fields.count; i++) {
        const char *name = arena_printf(im->arena, "c%u", i);

        if (name == NULL)
            return NULL;
        type->fields.items[i] = (struct column){str_from(name), columns->items[i].type};
    }
    return type->fields.count == columns->count ? type : NULL;
}

static const struct eider_expr *read_row(struct import *im, const struct scope *scope,
                                         struct json_object *json, const struct type_struct *type)
{
    struct expr_function *pack = expr_call(im->arena, &type->base, "struct_pack", type->fields.count);
    struct expr_list values;

    if (pack == NULL || !import_exprs(im, scope, json, &values))
        return NULL;
    if (values.count != pack->args.count) {
        import_unreadable(im, "VALUES");
        return NULL;
    }
    pack->arg_names = str_list_new(im->arena, values.count);
    for (uint32_t i = 0; i < pack->arg_names.count; i++) {
        pack->arg_names.items[i] = type->fields.items[i].name;
        pack->args.items[i] = import_cast(im, values.items[i], type->fields.items[i].type);
        if (pack->args.items[i] == NULL)
            return NULL;
    }
    return pack->arg_names.count == values.count ? &pack->base : NULL;
}

/* One column over the input: the list of rows. */
static struct node_projection *list_rows(struct import *im, const struct relation *input,
                                         struct json_object *json, const struct type_struct *type)
{
    struct node_projection *node = node_projection_new(im->arena);
    struct scope scope = import_scope(input);
    struct expr_function *list;
    uint32_t count;

    if (node == NULL || !import_list(im, json, &count) ||
        (list = expr_call(im->arena, import_list_type(im, &type->base), "list_value", count)) == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        if ((list->args.items[i] = read_row(im, &scope, import_item(json, i), type)) == NULL)
            return NULL;
    }
    node->input = input->node;
    node->exprs = expr_list_new(im->arena, 1);
    node->base.columns = column_list_new(im->arena, 1);
    if (node->exprs.count != 1 || node->base.columns.count != 1)
        return NULL;
    node->exprs.items[0] = &list->base;
    node->base.columns.items[0] = (struct column){str_from("rows"), list->base.type};
    return node;
}

static struct node_unnest *unnest_rows(struct import *im, const struct node_projection *rows,
                                       const struct type_struct *type)
{
    struct node_unnest *node = node_unnest_new(im->arena);

    if (rows == NULL || node == NULL)
        return NULL;
    node->input = &rows->base;
    node->exprs = expr_list_new(im->arena, 1);
    node->base.columns = column_list_new(im->arena, 2);
    if (node->exprs.count != 1 || node->base.columns.count != 2)
        return NULL;
    node->exprs.items[0] = expr_column_of(im->arena, &rows->base, 0);
    node->base.columns.items[0] = rows->base.columns.items[0];
    node->base.columns.items[1] = (struct column){str_from("row"), &type->base};
    return node->exprs.items[0] != NULL ? node : NULL;
}

bool import_lateral_values(struct import *im, const struct relation *input, struct json_object *rows,
                           const struct column_list *columns, struct eider_node **ret)
{
    const struct type_struct *type = type_of_row(im, columns);
    struct node_unnest *unnest =
        type == NULL ? NULL : unnest_rows(im, list_rows(im, input, rows, type), type);
    struct node_projection *node = node_projection_new(im->arena);

    if (unnest == NULL || node == NULL)
        return false;
    node->input = &unnest->base;
    node->base.columns = *columns;
    node->exprs = expr_list_new(im->arena, columns->count);
    for (uint32_t i = 0; i < node->exprs.count; i++) {
        struct expr_function *field = expr_call(im->arena, columns->items[i].type, "struct_extract_at", 2);

        if (field == NULL || (field->args.items[0] = expr_column_of(im->arena, &unnest->base, 1)) == NULL ||
            (field->args.items[1] = expr_bigint(im->arena, (int64_t)i + 1)) == NULL)
            return false;
        node->exprs.items[i] = &field->base;
    }
    *ret = &node->base;
    return node->exprs.count == columns->count;
}
