/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators without inputs that are no scans (constant rows, no rows, references to CTEs), and the CTEs themselves.
 *
 * DuckDB numbers CTEs by table index; ours get numbers of their own, since more of them come from DELIM_JOINs.
 */
#include "import/reader.h"

#define OPERATOR_SHAPE(name, what, keys)                                                                     \
    IMPORT_SHAPE(name, what, VERDICT_OPERATOR_FIELD, import_operator_base, keys)

bool import_dummy_scan(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index"};
    OPERATOR_SHAPE(shape, "a scan of one row", keys);
    struct json_object *values[1];
    struct node_dummy_scan *node = node_dummy_scan_new(im->arena);
    uint64_t table;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table))
        return false;
    node->base.columns = column_list_new(im->arena, 1);
    if (node->base.columns.count != 1)
        return false;
    node->base.columns.items[0] = (struct column){str_from("dummy"), type_simple(TYPE_INTEGER)};
    *ret = (struct relation){&node->base, import_bindings(im, table, 1)};
    return true;
}

/* Columns with the types of a JSON list, named after their position. */
static bool read_columns(struct import *im, struct json_object *types, struct column_list *ret)
{
    uint32_t count;

    *ret = (struct column_list){NULL, 0};
    if (!import_list(im, types, &count))
        return false;
    *ret = column_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        const char *name = arena_printf(im->arena, "col%u", i);

        if (name == NULL || (ret->items[i].type = import_type(im, import_item(types, i))) == NULL)
            return false;
        ret->items[i].name = str_from(name);
    }
    return ret->count == count && (count > 0 || import_unreadable(im, "a scan without columns"));
}

bool import_empty_result(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"return_types", "bindings"};
    static const char *const binding_keys[] = {"table_index", "column_index"};
    OPERATOR_SHAPE(shape, "an empty result", keys);
    IMPORT_SHAPE(binding_shape, "an empty result", VERDICT_OPERATOR_FIELD, NULL, binding_keys);
    struct json_object *values[2], *binding[2];
    struct node_empty *node = node_empty_new(im->arena);
    struct binding *bindings;
    uint32_t count;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !read_columns(im, values[0], &node->base.columns) || !import_list(im, values[1], &count))
        return false;
    if (count != node->base.columns.count)
        return import_unreadable(im, "an empty result");
    if ((bindings = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*bindings))) == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!import_fields(im, import_item(values[1], i), &binding_shape, binding) ||
            !import_u64(im, binding[0], &bindings[i].table) ||
            !import_u64(im, binding[1], &bindings[i].column))
            return false;
    }
    *ret = (struct relation){&node->base, bindings};
    return true;
}

/* ---- Constant rows ---- */

/* VALUES, or an EMPTY of the same columns if there are no rows. */
static bool finish_values(struct import *im, struct node_values *node, uint64_t table, struct relation *ret)
{
    struct node_empty *empty;

    ret->node = &node->base;
    ret->bindings = import_bindings(im, table, node->base.columns.count);
    if (node->rows.count > 0)
        return true;
    if ((empty = node_empty_new(im->arena)) == NULL)
        return false;
    empty->base.columns = node->base.columns;
    ret->node = &empty->base;
    return true;
}

/* Rows of expressions over a scan of one row, to which they do not refer; over any other input, LATERAL VALUES. */
bool import_expression_get(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "expr_types", "expressions"};
    OPERATOR_SHAPE(shape, "VALUES", keys);
    struct json_object *values[3];
    struct node_values *node = node_values_new(im->arena);
    struct scope nothing = {.part_count = 0};
    struct relation input;
    uint64_t table;
    uint32_t count;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !read_columns(im, values[1], &node->base.columns) || !import_list(im, values[2], &count) ||
        !import_children(im, json, &input, 1))
        return false;
    if (input.node->tag != NODE_DUMMY_SCAN) {
        ret->bindings = import_bindings(im, table, node->base.columns.count);
        return import_lateral_values(im, &input, values[2], &node->base.columns, &ret->node);
    }
    node->rows = expr_row_list_new(im->arena, count);
    for (uint32_t row = 0; row < node->rows.count; row++) {
        struct expr_list *list = &node->rows.items[row].values;

        if (!import_exprs(im, &nothing, import_item(values[2], row), list))
            return false;
        if (list->count != node->base.columns.count)
            return import_unreadable(im, "VALUES");
        for (uint32_t i = 0; i < list->count; i++) {
            if ((list->items[i] = import_cast(im, list->items[i], node->base.columns.items[i].type)) == NULL)
                return false;
        }
    }
    return node->rows.count == count && finish_values(im, node, table, ret);
}

/* A collection is written by columns: values[column][row]. */
bool import_chunk_get(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "chunk_types", "collection"};
    static const char *const collection_keys[] = {"types", "values"};
    OPERATOR_SHAPE(shape, "constant rows", keys);
    IMPORT_SHAPE(collection_shape, "constant rows", VERDICT_OPERATOR_FIELD, NULL, collection_keys);
    struct json_object *values[3], *collection[2];
    struct node_values *node = node_values_new(im->arena);
    uint64_t table;
    uint32_t width, count = 0;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[0], &table) ||
        !read_columns(im, values[1], &node->base.columns) ||
        !import_fields(im, values[2], &collection_shape, collection) ||
        !import_list(im, collection[1], &width))
        return false;
    if (width != node->base.columns.count)
        return import_unreadable(im, "constant rows");
    for (uint32_t column = 0; column < width; column++) {
        uint32_t rows;

        if (!import_list(im, import_item(collection[1], column), &rows))
            return false;
        if (column == 0)
            count = rows;
        else if (rows != count)
            return import_unreadable(im, "constant rows");
    }
    node->rows = expr_row_list_new(im->arena, count);
    for (uint32_t row = 0; row < node->rows.count; row++) {
        if ((node->rows.items[row].values = expr_list_new(im->arena, width)).count != width)
            return false;
    }
    for (uint32_t column = 0; column < width && node->rows.count == count; column++) {
        struct json_object *list = import_item(collection[1], column);

        for (uint32_t row = 0; row < count; row++) {
            const struct eider_expr *value =
                import_value_of(im, node->base.columns.items[column].type, import_item(list, row));
            if ((node->rows.items[row].values.items[column] = value) == NULL)
                return false;
        }
    }
    return node->rows.count == count && finish_values(im, node, table, ret);
}

/* ---- CTEs ---- */

static bool read_child(struct import *im, struct json_object *json, uint32_t index, struct relation *ret)
{
    return import_operator_tree(im, import_item(import_key(json, "children"), index), ret);
}

static bool has_two_children(struct import *im, struct json_object *json)
{
    uint32_t count;

    return import_list(im, import_key(json, "children"), &count) &&
           (count == 2 || import_unreadable(im, "the inputs of a CTE"));
}

bool import_cte(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "column_count", "ctename", "materialize"};
    OPERATOR_SHAPE(shape, "a CTE", keys);
    struct json_object *values[4];
    struct node_cte *node = node_cte_new(im->arena);
    struct relation definition, body;
    struct cte_scope scope = {.outer = im->ctes};
    bool ok;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !import_u64(im, values[0], &scope.index) || !import_str(im, values[2], &node->name) ||
        !has_two_children(im, json) || !read_child(im, json, 0, &definition))
        return false;
    node->cte = scope.cte = im->facts->next_cte++;
    scope.definition = definition.node;
    im->ctes = &scope;
    ok = read_child(im, json, 1, &body);
    im->ctes = scope.outer;
    if (!ok)
        return false;
    node->definition = definition.node;
    node->body = body.node;
    node->base.columns = body.node->columns;
    *ret = (struct relation){&node->base, body.bindings};
    return true;
}

bool import_recursive_cte(struct import *im, struct json_object *json, struct relation *ret)
{
    enum {
        UNION_ALL,
        NAME,
        TABLE,
        COLUMN_COUNT,
        KEY_TARGETS,
        REF_RECURRING,
        COUNT
    };
    static const char *const keys[COUNT] = {"union_all",    "ctename",     "table_index",
                                            "column_count", "key_targets", "ref_recurring"};
    OPERATOR_SHAPE(shape, "a recursive CTE", keys);
    struct json_object *values[COUNT];
    struct node_recursive_cte *node = node_recursive_cte_new(im->arena);
    struct relation anchor, recursion;
    struct cte_scope scope = {.outer = im->ctes};
    bool ok;

    if (node == NULL || !import_fields(im, json, &shape, values) ||
        !import_u64(im, values[TABLE], &scope.index) ||
        !import_bool(im, values[UNION_ALL], &node->union_all) || !has_two_children(im, json))
        return false;
    if (!import_is_default(values[KEY_TARGETS]))
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD,
                          "a recursive CTE with USING KEY is not understood");
    if (!read_child(im, json, 0, &anchor))
        return false;
    node->cte = scope.cte = im->facts->next_cte++;
    scope.definition = anchor.node;
    im->ctes = &scope;
    ok = read_child(im, json, 1, &recursion);
    im->ctes = scope.outer;
    if (!ok)
        return false;
    if (!import_same_types(&recursion.node->columns, &anchor.node->columns))
        return import_unreadable(im, "a recursive CTE");
    node->anchor = anchor.node;
    node->recursion = recursion.node;
    node->base.columns = anchor.node->columns;
    *ret = (struct relation){&node->base, import_bindings(im, scope.index, anchor.node->columns.count)};
    return true;
}

bool import_cte_ref(struct import *im, struct json_object *json, struct relation *ret)
{
    enum {
        TABLE,
        CTE,
        TYPES,
        NAMES,
        RECURRING,
        COUNT
    };
    static const char *const keys[COUNT] = {"table_index", "cte_index", "chunk_types", "bound_columns",
                                            "is_recurring"};
    OPERATOR_SHAPE(shape, "a reference to a CTE", keys);
    struct json_object *values[COUNT];
    struct node_cte_ref *node = node_cte_ref_new(im->arena);
    const struct cte_scope *scope = im->ctes;
    uint64_t table, cte;
    uint32_t count;

    if (node == NULL || !import_fields(im, json, &shape, values) || !import_u64(im, values[TABLE], &table) ||
        !import_u64(im, values[CTE], &cte) || !import_list(im, values[TYPES], &count))
        return false;
    if (!import_is_default(values[RECURRING]))
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD,
                          "a recurring table of a CTE is not understood");
    while (scope != NULL && scope->index != cte)
        scope = scope->outer;
    if (scope == NULL || scope->definition->columns.count != count)
        return import_unreadable(im, "a reference to a CTE");
    node->cte = scope->cte;
    node->base.columns = column_list_new(im->arena, count);
    for (uint32_t i = 0; i < node->base.columns.count; i++) {
        const struct eider_type *type = import_type(im, import_item(values[TYPES], i));

        if (type == NULL)
            return false;
        node->base.columns.items[i] = scope->definition->columns.items[i];
        if (!type_equal(type, node->base.columns.items[i].type))
            return import_unreadable(im, "a reference to a CTE");
    }
    *ret = (struct relation){&node->base, import_bindings(im, table, count)};
    return node->base.columns.count == count;
}
