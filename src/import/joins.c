/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins. DuckDB has comparison joins (a list of left-op-right conditions, over the whole inputs), any joins (one
 * expression, over what the projection maps let through) and the special ones. Here they become a HASH_JOIN if some
 * condition is = or IS NOT DISTINCT FROM between the two sides, else a NESTED_LOOP_JOIN; what is no condition between
 * the sides goes into the residual:
 *
 *     ANY_JOIN LEFT  l.a = r.b AND l.x + r.y > 5 AND r.z < l.w
 *     HASH_JOIN Left conditions [l.a = r.b, l.w > r.z], residual l.x + r.y > 5
 *
 * Left and right stay as DuckDB chose them.
 */
#include <string.h>

#include "import/reader.h"

enum {
    J_TYPE,
    J_MARK_INDEX,
    J_LEFT_MAP,
    J_RIGHT_MAP,
    J_CONDITIONS,
    J_MARK_TYPES,
    J_DELIM_COLUMNS,
    J_DELIM_FLIPPED,
    J_PREDICATE,
    J_COUNT
};
static const char *const join_keys[J_COUNT] = {
    "join_type",  "mark_index", "left_projection_map",          "right_projection_map",
    "conditions", "mark_types", "duplicate_eliminated_columns", "delim_flipped",
    "predicate"};
IMPORT_SHAPE(join_shape, "a join", VERDICT_OPERATOR_FIELD, import_operator_base, join_keys);

static const char *const any_join_keys[] = {"join_type", "mark_index", "left_projection_map",
                                            "right_projection_map", "condition"};
IMPORT_SHAPE(any_join_shape, "a join", VERDICT_OPERATOR_FIELD, import_operator_base, any_join_keys);

static const char *const condition_keys[] = {"left", "right", "comparison"};
IMPORT_SHAPE(condition_shape, "a join condition", VERDICT_OPERATOR_FIELD, NULL, condition_keys);

static const char *const no_keys[] = {""};
IMPORT_SHAPE(no_fields_shape, "a join", VERDICT_OPERATOR_FIELD, import_operator_base, no_keys);

/* A join while it is being read. */
struct join {
    enum join_type type;
    struct relation inputs[2]; /* left, right */
    struct u32_list maps[2];
    uint64_t mark_index;
    struct join_condition_list conditions;
    const struct eider_expr *residual;
};

static bool declined(struct import *im, const char *what)
{
    return verdict_no(im->verdict, VERDICT_JOIN, "%s cannot be expressed", what);
}

static bool read_type(struct import *im, struct json_object *json, enum join_type *ret)
{
    static const struct {
        const char *text;
        enum join_type type;
    } types[] = {
        {"INNER", JOIN_INNER},
        {"LEFT", JOIN_LEFT},
        {"RIGHT", JOIN_RIGHT},
        {"FULL", JOIN_FULL},
        {"OUTER", JOIN_FULL},
        {"SEMI", JOIN_LEFT_SEMI},
        {"ANTI", JOIN_LEFT_ANTI},
        {"MARK", JOIN_MARK},
        {"SINGLE", JOIN_SINGLE},
        {"RIGHT_SEMI", JOIN_RIGHT_SEMI},
        {"RIGHT_ANTI", JOIN_RIGHT_ANTI},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (import_is(json, types[i].text)) {
            *ret = types[i].type;
            return true;
        }
    }
    return verdict_no(im->verdict, VERDICT_JOIN, "the join type %.40s is not understood", import_chars(json));
}

static bool is_equality(enum comparison op)
{
    return op == COMPARE_EQUAL || op == COMPARE_NOT_DISTINCT_FROM;
}

static bool has_equality(const struct join *join)
{
    for (uint32_t i = 0; i < join->conditions.count; i++) {
        if (is_equality(join->conditions.items[i].op))
            return true;
    }
    return false;
}

/* ---- The node ---- */

static bool leaves(const struct join *join, uint32_t side)
{
    switch (join->type) {
    case JOIN_LEFT_SEMI:
    case JOIN_LEFT_ANTI:
    case JOIN_MARK:
        return side == 0;
    case JOIN_RIGHT_SEMI:
    case JOIN_RIGHT_ANTI:
        return side == 1;
    case JOIN_INNER:
    case JOIN_LEFT:
    case JOIN_RIGHT:
    case JOIN_FULL:
    case JOIN_SINGLE:
    case join_type_INVALID:
    case join_type_END:
        break;
    }
    return true;
}

/* The full output is left columns then right ones, or those of one side, or left and the mark: projection, columns
 * and bindings of what leaves of it. */
static bool finish_output(struct import *im, const struct join *join, struct u32_list *ret_projection,
                          struct relation *ret)
{
    uint32_t counts[2], widths[2], total = join->type == JOIN_MARK ? 1 : 0, at = 0, base = 0;
    struct binding *bindings;

    for (uint32_t side = 0; side < 2; side++) {
        widths[side] = leaves(join, side) ? join->inputs[side].node->columns.count : 0;
        counts[side] =
            join->maps[side].count > 0 && leaves(join, side) ? join->maps[side].count : widths[side];
        total += counts[side];
    }
    *ret_projection = u32_list_new(im->arena, total);
    ret->node->columns = column_list_new(im->arena, total);
    ret->bindings = bindings = arena_alloc_array(im->arena, (size_t)total + 1, sizeof(*bindings));
    if (ret_projection->count != total || ret->node->columns.count != total || bindings == NULL)
        return false;
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < counts[side]; i++, at++) {
            uint32_t position = join->maps[side].count > 0 ? join->maps[side].items[i] : i;

            if (position >= widths[side])
                return import_unreadable(im, "the projection of a join");
            ret_projection->items[at] = base + position;
            ret->node->columns.items[at] = join->inputs[side].node->columns.items[position];
            bindings[at] = join->inputs[side].bindings[position];
        }
        base += widths[side];
    }
    if (join->type == JOIN_MARK) {
        ret_projection->items[at] = base;
        ret->node->columns.items[at] = (struct column){str_from("mark"), type_simple(TYPE_BOOLEAN)};
        bindings[at] = (struct binding){join->mark_index, 0};
    }
    return true;
}

static bool make_hash_join(struct import *im, const struct join *join, struct relation *ret)
{
    struct node_hash_join *node = node_hash_join_new(im->arena);

    if (node == NULL)
        return false;
    node->left = join->inputs[0].node;
    node->right = join->inputs[1].node;
    node->type = join->type;
    node->conditions = join->conditions;
    node->residual = join->residual;
    ret->node = &node->base;
    return finish_output(im, join, &node->projection, ret);
}

static bool make_nested_loop_join(struct import *im, const struct join *join, struct relation *ret)
{
    struct node_nested_loop_join *node = node_nested_loop_join_new(im->arena);

    if (node == NULL)
        return false;
    node->left = join->inputs[0].node;
    node->right = join->inputs[1].node;
    node->type = join->type;
    node->conditions = join->conditions;
    node->residual = join->residual;
    ret->node = &node->base;
    return finish_output(im, join, &node->projection, ret);
}

static bool make_asof_join(struct import *im, const struct join *join, struct relation *ret)
{
    struct node_asof_join *node = node_asof_join_new(im->arena);
    uint32_t inequalities = 0;

    for (uint32_t i = 0; i < join->conditions.count; i++)
        inequalities += is_equality(join->conditions.items[i].op) ? 0 : 1;
    if (inequalities != 1 || (join->type != JOIN_INNER && join->type != JOIN_LEFT &&
                              join->type != JOIN_RIGHT && join->type != JOIN_FULL))
        return declined(im, "this form of ASOF join");
    if (node == NULL)
        return false;
    node->left = join->inputs[0].node;
    node->right = join->inputs[1].node;
    node->type = join->type;
    node->conditions = join->conditions;
    node->residual = join->residual;
    ret->node = &node->base;
    return finish_output(im, join, &node->projection, ret);
}

/*
 * MARK: `x IN (SELECT y …)` and its like. Expressible are one comparison of any kind, several = (a row), and keys
 * compared by IS NOT DISTINCT FROM (of correlated subqueries) with at most one other comparison.
 * SINGLE: scalar subqueries; expressible with equalities alone.
 */
static bool is_expressible(struct import *im, const struct join *join)
{
    uint32_t not_distinct = 0, equal = 0, count = join->conditions.count;

    for (uint32_t i = 0; i < count; i++) {
        if (join->type == JOIN_MARK && join->conditions.items[i].op == COMPARE_DISTINCT_FROM)
            return declined(im, "a mark join of this form");
        not_distinct += join->conditions.items[i].op == COMPARE_NOT_DISTINCT_FROM ? 1 : 0;
        equal += join->conditions.items[i].op == COMPARE_EQUAL ? 1 : 0;
    }
    if (join->type == JOIN_SINGLE && (count == 0 || not_distinct + equal != count || join->residual != NULL))
        return declined(im, "a scalar subquery that is not joined by equality");
    if (join->type != JOIN_MARK)
        return true;
    if (join->residual != NULL || count == 0)
        return declined(im, "a mark join of this form");
    if (not_distinct == 0 ? count == 1 || equal == count : count - not_distinct <= 1)
        return true;
    return declined(im, "a mark join of this form");
}

static bool make_join(struct import *im, const struct join *join, struct relation *ret)
{
    if (!is_expressible(im, join))
        return false;
    return has_equality(join) ? make_hash_join(im, join, ret) : make_nested_loop_join(im, join, ret);
}

/* ---- Comparison joins ---- */

static bool read_conditions(struct import *im, struct json_object *json, struct join *join)
{
    struct scope left = import_scope(&join->inputs[0]), right = import_scope(&join->inputs[1]);
    uint32_t count;

    if (!import_list(im, json, &count))
        return false;
    join->conditions = join_condition_list_new(im->arena, count);
    for (uint32_t i = 0; i < join->conditions.count; i++) {
        struct join_condition *condition = &join->conditions.items[i];
        struct json_object *values[3];

        if (!import_fields(im, import_item(json, i), &condition_shape, values) ||
            (condition->left = import_expr(im, &left, values[0])) == NULL ||
            (condition->right = import_expr(im, &right, values[1])) == NULL)
            return false;
        condition->op = import_comparison(import_chars(values[2]));
        if (condition->op == comparison_INVALID)
            return declined(im, "a join condition");
        if (!type_equal(condition->left->type,
                        condition->right->type)) /* of rows with a NULL: (0, NULL) < ANY (…) */
            return verdict_no(im->verdict, VERDICT_JOIN, "a join compares values of different types");
    }
    return join->conditions.count == count;
}

/* What the maps let through of both sides; of the right side all of it where the join shows only the left. */
static struct scope mapped_scope(const struct join *join)
{
    struct scope scope = {.part_count = 2};
    bool left_only = join->type == JOIN_LEFT_SEMI || join->type == JOIN_LEFT_ANTI;

    scope.parts[0] =
        (struct scope_part){&join->inputs[0], join->maps[0].count > 0 ? &join->maps[0] : NULL, 0};
    scope.parts[1] =
        (struct scope_part){&join->inputs[1], join->maps[1].count > 0 && !left_only ? &join->maps[1] : NULL,
                            join->inputs[0].node->columns.count};
    return scope;
}

static bool read_frame(struct import *im, struct json_object **values, struct join *join)
{
    return read_type(im, values[J_TYPE], &join->type) &&
           import_u64(im, values[J_MARK_INDEX], &join->mark_index) &&
           import_u32_list(im, values[J_LEFT_MAP], &join->maps[0]) &&
           import_u32_list(im, values[J_RIGHT_MAP], &join->maps[1]);
}

static bool read_comparison_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[J_COUNT];
    struct join join = {.type = join_type_INVALID};

    if (!import_fields(im, json, &join_shape, values) || !read_frame(im, values, &join))
        return false;
    if (values[J_PREDICATE] != NULL || !import_is_default(values[J_DELIM_COLUMNS]) ||
        !import_is_default(values[J_DELIM_FLIPPED]))
        return declined(im, "a join with a predicate of its own");
    if (!import_children(im, json, join.inputs, 2) || !read_conditions(im, values[J_CONDITIONS], &join))
        return false;
    if (join.conditions.count == 0) {
        if (join.type != JOIN_INNER)
            return declined(im, "a join without conditions");
        if ((join.residual = import_boolean(im, true)) == NULL)
            return false;
    }
    return make_join(im, &join, ret);
}

static bool read_asof_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[J_COUNT];
    struct join join = {.type = join_type_INVALID};
    struct scope scope;
    bool ok;

    if (!import_fields(im, json, &join_shape, values) || !read_frame(im, values, &join))
        return false;
    if (!import_is_default(values[J_DELIM_COLUMNS]) || !import_is_default(values[J_DELIM_FLIPPED]))
        return declined(im, "this form of ASOF join");
    if (!import_children(im, json, join.inputs, 2) || !read_conditions(im, values[J_CONDITIONS], &join))
        return false;
    scope = mapped_scope(&join);
    join.residual = import_opt_expr(im, &scope, values[J_PREDICATE], &ok);
    return ok && make_asof_join(im, &join, ret);
}

/* ---- Any joins ---- */

/* Which sides an expression over both inputs refers to. */
struct sides {
    uint32_t left_width;
    bool left, right;
};

static bool note_side(void *data, const struct eider_expr *expr)
{
    struct sides *sides = data;
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL && column->index < sides->left_width)
        sides->left = true;
    else if (column != NULL)
        sides->right = true;
    return true;
}

static enum comparison flipped(enum comparison op)
{
    switch (op) {
    case COMPARE_LESS:
        return COMPARE_GREATER;
    case COMPARE_LESS_EQUAL:
        return COMPARE_GREATER_EQUAL;
    case COMPARE_GREATER:
        return COMPARE_LESS;
    case COMPARE_GREATER_EQUAL:
        return COMPARE_LESS_EQUAL;
    case COMPARE_EQUAL:
    case COMPARE_NOT_EQUAL:
    case COMPARE_DISTINCT_FROM:
    case COMPARE_NOT_DISTINCT_FROM:
    case comparison_INVALID:
    case comparison_END:
        break;
    }
    return op;
}

/* The comparison as a condition between the sides, in *ret; false if it is none. */
static bool as_condition(struct import *im, const struct eider_expr *expr, uint32_t left_width,
                         struct join_condition *ret)
{
    const struct expr_comparison *comparison = expr_as_comparison(expr);
    struct sides first = {.left_width = left_width}, second = {.left_width = left_width};

    if (comparison == NULL)
        return false;
    expr_walk(comparison->left, note_side, &first);
    expr_walk(comparison->right, note_side, &second);
    if (first.left && !first.right && second.right && !second.left)
        *ret = (struct join_condition){comparison->left, comparison->op, comparison->right};
    else if (first.right && !first.left && second.left && !second.right)
        *ret = (struct join_condition){comparison->right, flipped(comparison->op), comparison->left};
    else
        return false;
    ret->right = expr_shift(im->arena, ret->right, -(int32_t)left_width);
    return ret->right != NULL;
}

/* The members of nested ANDs, one after the other. */
static bool split_and(struct import *im, const struct eider_expr *expr, struct expr_builder *ret)
{
    const struct expr_operator *members = expr_as_operator(expr);

    if (members == NULL || members->op != OPERATOR_AND)
        return import_push(im, ret, expr);
    for (uint32_t i = 0; i < members->children.count; i++) {
        if (!split_and(im, members->children.items[i], ret))
            return false;
    }
    return true;
}

static bool split_condition(struct import *im, const struct eider_expr *condition, struct join *join)
{
    struct expr_builder conjuncts = {.capacity = 0}, rest = {.capacity = 0};
    struct expr_operator *all;
    uint32_t count = 0;

    if (!split_and(im, condition, &conjuncts))
        return false;
    join->conditions = join_condition_list_new(im->arena, conjuncts.list.count);
    if (join->conditions.count != conjuncts.list.count)
        return false;
    for (uint32_t i = 0; i < conjuncts.list.count; i++) {
        if (as_condition(im, conjuncts.list.items[i], join->inputs[0].node->columns.count,
                         &join->conditions.items[count]))
            count++;
        else if (!import_push(im, &rest, conjuncts.list.items[i]))
            return false;
    }
    join->conditions.count = count;
    if (rest.list.count <= 1) {
        join->residual = rest.list.count == 1 ? rest.list.items[0] : NULL;
        return true;
    }
    if ((all = expr_operator_new(im->arena, type_simple(TYPE_BOOLEAN))) == NULL)
        return false;
    all->op = OPERATOR_AND;
    all->children = rest.list;
    join->residual = &all->base;
    return true;
}

static bool read_any_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[5];
    struct join join = {.type = join_type_INVALID};
    const struct eider_expr *condition;
    struct scope scope;

    if (!import_fields(im, json, &any_join_shape, values) || !read_frame(im, values, &join))
        return false;
    if (join.type == JOIN_MARK || join.type == JOIN_SINGLE || join.type == JOIN_RIGHT_SEMI ||
        join.type == JOIN_RIGHT_ANTI)
        return declined(im, "a join by an arbitrary condition of this type");
    if (!import_children(im, json, join.inputs, 2))
        return false;
    scope = mapped_scope(&join);
    condition = import_expr(im, &scope, values[4]);
    return condition != NULL && split_condition(im, condition, &join) && make_join(im, &join, ret);
}

/* ---- Without conditions ---- */

static bool read_cross_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[1];
    struct join join = {.type = JOIN_INNER};
    struct node_cross_join *cross = node_cross_join_new(im->arena);
    struct node_positional_join *positional = node_positional_join_new(im->arena);
    bool is_cross = import_is(import_key(json, "type"), "LOGICAL_CROSS_PRODUCT");
    struct u32_list projection;

    if (cross == NULL || positional == NULL || !import_fields(im, json, &no_fields_shape, values) ||
        !import_children(im, json, join.inputs, 2))
        return false;
    cross->left = positional->left = join.inputs[0].node;
    cross->right = positional->right = join.inputs[1].node;
    ret->node = is_cross ? &cross->base : &positional->base;
    return finish_output(im, &join, &projection, ret);
}

/* ---- Joins with a duplicate-eliminated side ---- */

static bool read_delim_columns(struct import *im, struct json_object *json, const struct relation *side,
                               struct expr_list *ret)
{
    struct scope scope = import_scope(side);

    return import_exprs(im, &scope, json, ret) && (ret->count > 0 || declined(im, "a join of this form"));
}

static struct eider_node *make_cte_ref(struct import *im, uint32_t cte, const struct eider_node *definition)
{
    struct node_cte_ref *node = node_cte_ref_new(im->arena);

    if (node == NULL)
        return NULL;
    node->cte = cte;
    node->base.columns = definition->columns;
    return &node->base;
}

/* The side becomes a CTE, read by the join and by every DELIM_GET on the other side. It is computed once: it may hold
 * row numbers that both readers must see alike. */
static bool share_side(struct import *im, const struct delim_scope *scope, struct relation *ret)
{
    struct node_cte *node = node_cte_new(im->arena);

    if (node == NULL)
        return false;
    node->cte = scope->cte;
    node->name = str_from("delim");
    node->definition = scope->side;
    node->body = ret->node;
    node->base.columns = ret->node->columns;
    ret->node = &node->base;
    return true;
}

static bool read_delim_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[J_COUNT], *children = import_key(json, "children");
    struct join join = {.type = join_type_INVALID};
    struct delim_scope scope = {.outer = im->delims};
    struct eider_node *reference;
    uint32_t count, side, other;
    bool flipped_sides, ok;

    if (!import_fields(im, json, &join_shape, values) || !read_frame(im, values, &join) ||
        !import_bool(im, values[J_DELIM_FLIPPED], &flipped_sides) || !import_list(im, children, &count))
        return false;
    if (values[J_PREDICATE] != NULL || count != 2)
        return declined(im, "a join of this form");
    side = flipped_sides ? 1 : 0;
    other = 1 - side;
    if (!import_operator_tree(im, import_item(children, side), &join.inputs[side]) ||
        !read_delim_columns(im, values[J_DELIM_COLUMNS], &join.inputs[side], &scope.columns))
        return false;
    scope.side = join.inputs[side].node;
    scope.cte = im->facts->next_cte++;
    im->delims = &scope;
    ok = import_operator_tree(im, import_item(children, other), &join.inputs[other]);
    im->delims = scope.outer;
    if (!ok || !read_conditions(im, values[J_CONDITIONS], &join))
        return false;
    if (join.conditions.count == 0)
        return declined(im, "a join without conditions");
    if (scope.uses == 0)
        return make_join(im, &join, ret);
    if ((reference = make_cte_ref(im, scope.cte, scope.side)) == NULL)
        return false;
    join.inputs[side].node = reference;
    return make_join(im, &join, ret) && share_side(im, &scope, ret);
}

/* The distinct values of the duplicate-eliminated columns of the innermost join around it. */
bool import_delim_get(struct import *im, struct json_object *json, struct relation *ret)
{
    static const char *const keys[] = {"table_index", "chunk_types"};
    IMPORT_SHAPE(shape, "a scan of outer columns", VERDICT_OPERATOR_FIELD, import_operator_base, keys);
    struct json_object *values[2];
    struct node_projection *projection = node_projection_new(im->arena);
    struct node_distinct *distinct = node_distinct_new(im->arena);
    struct delim_scope *scope = im->delims;
    struct eider_node *reference;
    uint64_t table;
    uint32_t count;

    if (projection == NULL || distinct == NULL || !import_fields(im, json, &shape, values) ||
        !import_u64(im, values[0], &table) || !import_list(im, values[1], &count))
        return false;
    if (scope == NULL || scope->columns.count != count)
        return import_unreadable(im, "a scan of outer columns");
    scope->uses++;
    reference = make_cte_ref(im, scope->cte, scope->side);
    projection->input = reference;
    projection->exprs = scope->columns;
    projection->base.columns = column_list_new(im->arena, count);
    if (reference == NULL || projection->base.columns.count != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct eider_type *type = import_type(im, import_item(values[1], i));

        if (type == NULL)
            return false;
        if (!type_equal(type, scope->columns.items[i]->type))
            return import_unreadable(im, "a scan of outer columns");
        projection->base.columns.items[i] = import_column(im, scope->columns.items[i], NULL);
    }
    distinct->input = &projection->base;
    distinct->base.columns = projection->base.columns;
    *ret = (struct relation){&distinct->base, import_bindings(im, table, count)};
    return true;
}

bool import_join(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *type = import_key(json, "type");

    if (import_is(type, "LOGICAL_COMPARISON_JOIN"))
        return read_comparison_join(im, json, ret);
    if (import_is(type, "LOGICAL_DELIM_JOIN"))
        return read_delim_join(im, json, ret);
    if (import_is(type, "LOGICAL_ANY_JOIN"))
        return read_any_join(im, json, ret);
    if (import_is(type, "LOGICAL_ASOF_JOIN"))
        return read_asof_join(im, json, ret);
    return read_cross_join(im, json, ret);
}
