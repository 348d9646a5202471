/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan checks. One function per question (what is the full output of a node, what may its expressions refer to), each
 * a switch over all kinds, so that a new kind cannot be forgotten. Depth is bounded by what made the plan.
 */
#include "plan/validate.h"

#include "plan/object.h"

struct check {
    struct eider_error *err;
    const struct eider_node *node; /* the one that is being checked */
    uint32_t ctes[256];            /* visible here */
    uint32_t cte_count;
    uint32_t lambdas;                      /* how many lambdas are around the expression */
    const struct eider_node *left, *right; /* what columns refer to: left then right; right may be NULL */
    const struct scan_column_list *read;   /* or the columns that a scan reads */
    bool alone;                            /* what is above the node is not known */
    bool failed;
};

static bool bad(struct check *check, const char *what)
{
    if (!check->failed) {
        error_set(check->err, EIDER_ERROR_PLAN, "the plan is inconsistent: %s %s",
                  node_tag_display(check->node->tag), what);
        error_node(check->err, node_tag_display(check->node->tag));
    }
    check->failed = true;
    return false;
}

/* ---- Types ---- */

static bool type_is_valid(const struct eider_type *type, int depth)
{
    const struct type_decimal *decimal;

    if (type == NULL || depth > 64 || type_record(type->tag) == NULL)
        return false;
    switch ((int)type->tag) {
    case TYPE_DECIMAL:
        decimal = type_as_decimal(type);
        return decimal->width >= 1 && decimal->width <= 38 && decimal->scale <= decimal->width;
    case TYPE_LIST:
        return type_is_valid(type_as_list(type)->child, depth + 1);
    case TYPE_ARRAY:
        return type_as_array(type)->size > 0 && type_is_valid(type_as_array(type)->child, depth + 1);
    case TYPE_MAP:
        return type_is_valid(type_as_map(type)->key, depth + 1) &&
               type_is_valid(type_as_map(type)->value, depth + 1);
    case TYPE_STRUCT:
    case TYPE_UNION: {
        const struct column_list *fields =
            type->tag == TYPE_STRUCT ? &type_as_struct(type)->fields : &type_as_union(type)->members;
        for (uint32_t i = 0; i < fields->count; i++) {
            if (!type_is_valid(fields->items[i].type, depth + 1))
                return false;
        }
        return fields->count > 0;
    }
    default:
        return true;
    }
}

/* The type of a scan's column: the field that its path leads to; NULL if there is none. */
static const struct eider_type *read_type(const struct scan_column *column)
{
    const struct eider_type *type = column->type;

    for (uint32_t i = 0; type != NULL && i < column->path.count; i++) {
        const struct type_struct *fields = type_as_struct(type);
        type = NULL;
        for (uint32_t k = 0; fields != NULL && k < fields->fields.count; k++) {
            if (str_equal(fields->fields.items[k].name, column->path.items[i]))
                type = fields->fields.items[k].type;
        }
    }
    return type;
}

/* ---- The full output ---- */

static const struct scan_column_list *node_read(const struct eider_node *node)
{
    if (node->tag == NODE_PARQUET_SCAN)
        return &node_as_parquet_scan(node)->read;
    if (node->tag == NODE_TABLE_SCAN)
        return &node_as_table_scan(node)->read;
    if (node->tag == NODE_FUNCTION_SCAN)
        return &node_as_function_scan(node)->read;
    return node->tag == NODE_LATERAL_FUNCTION ? &node_as_lateral_function(node)->read : NULL;
}

static enum join_type node_join_type(const struct eider_node *node)
{
    if (node->tag == NODE_HASH_JOIN)
        return node_as_hash_join(node)->type;
    if (node->tag == NODE_NESTED_LOOP_JOIN)
        return node_as_nested_loop_join(node)->type;
    return node->tag == NODE_ASOF_JOIN ? node_as_asof_join(node)->type : JOIN_INNER;
}

static const struct eider_type *column_type(const struct eider_node *node, uint32_t index)
{
    return index < node->columns.count ? node->columns.items[index].type : NULL;
}

static const struct eider_type *join_type_of(const struct eider_node *node, uint32_t index)
{
    const struct eider_node *left = node_child(node, 0), *right = node_child(node, 1);
    uint32_t width = left->columns.count;

    switch (node_join_type(node)) {
    case JOIN_LEFT_SEMI:
    case JOIN_LEFT_ANTI:
        return column_type(left, index);
    case JOIN_RIGHT_SEMI:
    case JOIN_RIGHT_ANTI:
        return column_type(right, index);
    case JOIN_MARK:
        return index == width ? type_simple(TYPE_BOOLEAN) : column_type(left, index);
    case join_type_INVALID:
    case join_type_END:
        return NULL;
    case JOIN_INNER:
    case JOIN_LEFT:
    case JOIN_RIGHT:
    case JOIN_FULL:
    case JOIN_SINGLE:
        break;
    }
    return index < width ? column_type(left, index) : column_type(right, index - width);
}

const struct eider_type *node_full_type(const struct eider_node *node, uint32_t index)
{
    const struct scan_column_list *read = node_read(node);

    if (read != NULL)
        return index < read->count ? read_type(&read->items[index]) : NULL;
    if (node->tag == NODE_HASH_JOIN || node->tag == NODE_NESTED_LOOP_JOIN || node->tag == NODE_ASOF_JOIN ||
        node->tag == NODE_CROSS_JOIN || node->tag == NODE_POSITIONAL_JOIN)
        return join_type_of(node, index);
    if (node->tag == NODE_FILTER || node->tag == NODE_SORT)
        return column_type(node_child(node, 0), index);
    return column_type(node, index);
}

uint32_t node_full_width(const struct eider_node *node)
{
    uint32_t width = 0;

    while (node_full_type(node, width) != NULL)
        width++;
    return width;
}

static bool check_projection(struct check *check, const struct u32_list *projection, uint32_t first)
{
    const struct column_list *columns = &check->node->columns;

    for (uint32_t i = 0; i < projection->count; i++) {
        const struct eider_type *type = node_full_type(check->node, projection->items[i]);
        if (type == NULL)
            return bad(check, "projects a column that it does not have");
        if (first + i >= columns->count || !type_equal(type, columns->items[first + i].type))
            return bad(check, "has an output column of another type than it computes");
    }
    return true;
}

/* Output columns by position: the types of `exprs`, from column `first` on. */
static bool check_outputs(struct check *check, const struct expr_list *exprs, uint32_t first)
{
    for (uint32_t i = 0; i < exprs->count; i++) {
        const struct eider_type *type = column_type(check->node, first + i);
        if (type == NULL || !type_equal(type, exprs->items[i]->type))
            return bad(check, "has an output column of another type than it computes");
    }
    return true;
}

static bool check_same_columns(struct check *check, const struct eider_node *child)
{
    const struct column_list *columns = &check->node->columns;

    if (child->columns.count > columns->count)
        return bad(check, "has fewer columns than its input");
    for (uint32_t i = 0; i < child->columns.count; i++) {
        if (!type_equal(columns->items[i].type, child->columns.items[i].type))
            return bad(check, "has other columns than its input");
    }
    return true;
}

static bool check_width(struct check *check, uint32_t width)
{
    return check->node->columns.count == width ||
           bad(check, "has another number of columns than it computes");
}

/* ---- Expressions ---- */

static bool check_column(struct check *check, const struct expr_column *column)
{
    const struct eider_type *type = NULL;
    uint32_t index = column->index, width = check->left != NULL ? check->left->columns.count : 0;

    if (check->read != NULL)
        type = index < check->read->count ? read_type(&check->read->items[index]) : NULL;
    else if (index < width)
        type = column_type(check->left, index);
    else if (check->right != NULL)
        type = column_type(check->right, index - width);
    if (type == NULL)
        return bad(check, "refers to a column that its input does not have");
    return type_equal(type, column->base.type) || bad(check, "refers to a column as of another type");
}

static bool check_expr(void *data, const struct eider_expr *expr)
{
    struct check *check = data;
    const struct expr_function *function = expr_as_function(expr);
    const struct expr_lambda_parameter *parameter = expr_as_lambda_parameter(expr);

    if (!type_is_valid(expr->type, 0))
        return bad(check, "holds an expression without a valid type");
    if (expr->tag == EXPR_COLUMN)
        return check_column(check, expr_as_column(expr));
    if (function != NULL && function->arg_names.count != 0 &&
        function->arg_names.count != function->args.count)
        return bad(check, "calls a function with more or fewer names than arguments");
    if (expr->tag == EXPR_OPERATOR && expr_as_operator(expr)->children.count == 0 &&
        expr_as_operator(expr)->op != OPERATOR_ARRAY)
        return bad(check, "holds an operator without operands");
    if (parameter != NULL && parameter->level >= 256)
        return bad(check, "holds a lambda parameter out of range");
    return true;
}

static bool check_exprs(struct check *check, const struct expr_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (!expr_walk(list->items[i], check_expr, check))
            return false;
    }
    return true;
}

static bool check_predicates(struct check *check, const struct expr_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i]->type == NULL || list->items[i]->type->tag != TYPE_BOOLEAN)
            return bad(check, "filters by an expression that is no BOOLEAN");
    }
    return check_exprs(check, list);
}

static void set_scope(struct check *check, const struct eider_node *left, const struct eider_node *right,
                      const struct scan_column_list *read)
{
    check->left = left;
    check->right = right;
    check->read = read;
}

static bool check_conditions(struct check *check, const struct join_condition_list *list)
{
    const struct eider_node *left = node_child(check->node, 0), *right = node_child(check->node, 1);

    for (uint32_t i = 0; i < list->count; i++) {
        const struct join_condition *condition = &list->items[i];
        set_scope(check, left, NULL, NULL);
        if (!expr_walk(condition->left, check_expr, check))
            return false;
        set_scope(check, right, NULL, NULL);
        if (!expr_walk(condition->right, check_expr, check))
            return false;
        if (!type_equal(condition->left->type, condition->right->type))
            return bad(check, "compares values of different types");
    }
    return true;
}

static bool check_join(struct check *check, const struct join_condition_list *conditions,
                       const struct eider_expr *residual, const struct u32_list *projection)
{
    if (!check_conditions(check, conditions))
        return false;
    set_scope(check, node_child(check->node, 0), node_child(check->node, 1), NULL);
    if (residual != NULL && !expr_walk(residual, check_expr, check))
        return false;
    if (residual != NULL && residual->type->tag != TYPE_BOOLEAN)
        return bad(check, "has a residual that is no BOOLEAN");
    return check_projection(check, projection, 0) && check_width(check, projection->count);
}

static bool has_equality(const struct join_condition_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].op == COMPARE_EQUAL || list->items[i].op == COMPARE_NOT_DISTINCT_FROM)
            return true;
    }
    return false;
}

/* ---- Kinds ---- */

static bool check_scan(struct check *check, const struct expr_list *filters,
                       const struct u32_list *projection)
{
    const struct scan_column_list *read = node_read(check->node);

    for (uint32_t i = 0; i < read->count; i++) {
        if (!type_is_valid(read->items[i].type, 0) || read_type(&read->items[i]) == NULL)
            return bad(check, "reads a field that its column does not have");
    }
    set_scope(check, NULL, NULL, read);
    if (!check_predicates(check, filters) || !check_projection(check, projection, 0))
        return false;
    return check->node->tag == NODE_LATERAL_FUNCTION || check_width(check, projection->count);
}

static bool check_aggregate(struct check *check, const struct node_aggregate *node)
{
    uint32_t groups = node->groups.count, aggregates = node->aggregates.count;

    for (uint32_t i = 0; i < node->sets.count + node->grouping_functions.count; i++) {
        const struct u32_list *set = i < node->sets.count
                                         ? &node->sets.items[i].indexes
                                         : &node->grouping_functions.items[i - node->sets.count].indexes;
        for (uint32_t k = 0; k < set->count; k++) {
            if (set->items[k] >= groups)
                return bad(check, "has a grouping set with a group that it does not have");
        }
    }
    for (uint32_t i = 0; i < aggregates; i++) {
        if (expr_as_aggregate(node->aggregates.items[i]) == NULL)
            return bad(check, "has an aggregate that is none");
    }
    return check_exprs(check, &node->groups) && check_exprs(check, &node->aggregates) &&
           check_outputs(check, &node->groups, 0) && check_outputs(check, &node->aggregates, groups) &&
           check_width(check, groups + aggregates + node->grouping_functions.count);
}

static bool check_lateral(struct check *check, const struct node_lateral_function *node)
{
    if (!check_exprs(check, &node->args) || !check_scan(check, &node->filters, &node->projection))
        return false;
    for (uint32_t i = 0; i < node->passed.count; i++) {
        const struct eider_type *type = column_type(node->input, node->passed.items[i]);
        const struct eider_type *out = column_type(check->node, node->projection.count + i);
        if (type == NULL || out == NULL || !type_equal(type, out))
            return bad(check, "passes a column that its input does not have");
    }
    return check_width(check, node->projection.count + node->passed.count);
}

static bool check_inputs_alike(struct check *check)
{
    uint32_t count = node_child_count(check->node);

    for (uint32_t i = 0; i < count; i++) {
        const struct eider_node *child = node_child(check->node, i);
        if (!check_same_columns(check, child) || child->columns.count != check->node->columns.count)
            return bad(check, "has inputs with other columns than its own");
    }
    return count > 0 || bad(check, "has no input");
}

static bool check_values(struct check *check, const struct node_values *node)
{
    for (uint32_t i = 0; i < node->rows.count; i++) {
        const struct expr_list *row = &node->rows.items[i].values;
        if (row->count != check->node->columns.count || !check_exprs(check, row) ||
            !check_outputs(check, row, 0))
            return bad(check, "has a row that does not fit its columns");
    }
    return node->rows.count > 0 || bad(check, "has no row");
}

/* Children then expressions: exprs are what all records and lists of the node hold, over its only input. */
static bool check_plain(struct check *check)
{
    return node_walk_exprs(check->node, check_expr, check);
}

/* The input's columns, then the elements of lists. */
static bool check_unnest(struct check *check, const struct node_unnest *node)
{
    uint32_t width = node->input->columns.count;

    for (uint32_t i = 0; i < node->exprs.count; i++) {
        const struct type_list *list = type_as_list(node->exprs.items[i]->type);
        if (list == NULL || !type_equal(list->child, column_type(check->node, width + i)))
            return bad(check, "has an output column of another type than it computes");
    }
    return check_plain(check) && check_same_columns(check, node->input) &&
           check_width(check, width + node->exprs.count);
}

static bool check_cte_ref(struct check *check, uint32_t cte)
{
    if (check->alone)
        return true;
    for (uint32_t i = 0; i < check->cte_count; i++) {
        if (check->ctes[i] == cte)
            return true;
    }
    return bad(check, "refers to a CTE that is not visible there");
}

static bool check_two_inputs(struct check *check)
{
    uint32_t width = node_child(check->node, 0)->columns.count + node_child(check->node, 1)->columns.count;

    for (uint32_t i = 0; i < width; i++) {
        if (!type_equal(join_type_of(check->node, i), column_type(check->node, i)))
            return bad(check, "has an output column of another type than it computes");
    }
    return check_width(check, width);
}

static bool check_passing(struct check *check)
{
    return check_plain(check) && check_same_columns(check, node_child(check->node, 0)) &&
           check_width(check, node_child(check->node, 0)->columns.count);
}

static bool check_any_join(struct check *check)
{
    const struct node_hash_join *hash_join = node_as_hash_join(check->node);
    const struct node_nested_loop_join *loop_join = node_as_nested_loop_join(check->node);
    const struct node_asof_join *asof = node_as_asof_join(check->node);

    if (hash_join != NULL)
        return has_equality(&hash_join->conditions)
                   ? check_join(check, &hash_join->conditions, hash_join->residual, &hash_join->projection)
                   : bad(check, "has no equality among its conditions");
    if (loop_join != NULL)
        return check_join(check, &loop_join->conditions, loop_join->residual, &loop_join->projection);
    return check_join(check, &asof->conditions, asof->residual, &asof->projection);
}

static bool check_custom(struct check *check, const struct node_custom *node)
{
    if (node->inputs.count > 1 || node->kind.size == 0 || node->base.columns.count == 0)
        return bad(check, "has no kind, no column, or more than one input");
    return (node->feed.size == 0 || node->inputs.count == 0) || bad(check, "reads a feed and has an input");
}

static bool check_ranges(struct check *check, const struct node_parquet_scan *scan)
{
    const struct range_point_list *points = &scan->range_points;

    if (points->count == 0)
        return true;
    if (points->count == 1 || scan->range_key >= scan->projection.count)
        return bad(check, "has ranges of no column, or a single point");
    for (uint32_t i = 1; i < points->count; i++) {
        if (points->items[i].value <= points->items[i - 1].value ||
            points->items[i].bytes < points->items[i - 1].bytes)
            return bad(check, "has ranges that are not in order");
    }
    return true;
}

static bool check_repartition(struct check *check, const struct node_repartition *node)
{
    if (node->partitions == 0)
        return bad(check, "has no partition");
    if (node->by_value && (node->keys.count != 1 || node->keys.items[0]->type->tag != TYPE_UBIGINT))
        return bad(check, "is by value, which one UBIGINT has to be");
    return check_passing(check);
}

static bool check_node_itself(struct check *check)
{
    const struct eider_node *node = check->node,
                            *input = node_child_count(node) > 0 ? node_child(node, 0) : NULL;

    set_scope(check, input, NULL, NULL);
    switch (node->tag) {
    case NODE_PARQUET_SCAN:
        return check_ranges(check, node_as_parquet_scan(node)) &&
               check_scan(check, &node_as_parquet_scan(node)->filters,
                          &node_as_parquet_scan(node)->projection);
    case NODE_TABLE_SCAN:
        return check_scan(check, &node_as_table_scan(node)->filters, &node_as_table_scan(node)->projection);
    case NODE_FUNCTION_SCAN:
        return check_scan(check, &node_as_function_scan(node)->filters,
                          &node_as_function_scan(node)->projection);
    case NODE_LATERAL_FUNCTION:
        return check_lateral(check, node_as_lateral_function(node));
    case NODE_VALUES:
        return check_values(check, node_as_values(node));
    case NODE_CTE_REF:
        return check_cte_ref(check, node_as_cte_ref(node)->cte);
    case NODE_FILTER:
        return check_predicates(check, &node_as_filter(node)->predicates) &&
               check_projection(check, &node_as_filter(node)->projection, 0) &&
               check_width(check, node_as_filter(node)->projection.count);
    case NODE_SORT:
        return check_plain(check) && check_projection(check, &node_as_sort(node)->projection, 0) &&
               check_width(check, node_as_sort(node)->projection.count);
    case NODE_PROJECTION:
        return check_plain(check) && check_outputs(check, &node_as_projection(node)->exprs, 0) &&
               check_width(check, node_as_projection(node)->exprs.count);
    case NODE_AGGREGATE:
        return check_aggregate(check, node_as_aggregate(node));
    case NODE_WINDOW:
        return check_plain(check) && check_same_columns(check, input) &&
               check_outputs(check, &node_as_window(node)->windows, input->columns.count) &&
               check_width(check, input->columns.count + node_as_window(node)->windows.count);
    case NODE_UNNEST:
        return check_unnest(check, node_as_unnest(node));
    case NODE_REPARTITION:
        return check_repartition(check, node_as_repartition(node));
    case NODE_TOPN:
    case NODE_LIMIT:
    case NODE_DISTINCT:
    case NODE_SAMPLE:
    case NODE_DISTRIBUTED:
    case NODE_NETWORK_SHUFFLE:
    case NODE_NETWORK_COALESCE:
    case NODE_NETWORK_BROADCAST:
        return check_passing(check);
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_ASOF_JOIN:
        return check_any_join(check);
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
        return check_two_inputs(check);
    case NODE_UNION:
    case NODE_SETOP:
    case NODE_RECURSIVE_CTE:
    case NODE_DISTRIBUTED_LEAF:
        return check_inputs_alike(check);
    case NODE_CTE:
        return check_width(check, node_as_cte(node)->body->columns.count) &&
               check_same_columns(check, node_as_cte(node)->body);
    case NODE_CUSTOM:
        return check_custom(check, node_as_custom(node));
    case NODE_EMPTY:
    case NODE_DUMMY_SCAN:
    case NODE_EXCHANGE_SOURCE:
        return true;
    case NODE_INVALID:
    case NODE_TAG_END:
        break;
    }
    return bad(check, "is of an unknown kind");
}

static bool check_node(struct check *check, const struct eider_node *node);

/* Checks the children, each with the CTEs that it may see. */
static bool check_children(struct check *check, const struct eider_node *node)
{
    uint32_t visible = check->cte_count;
    bool ok = true;

    for (uint32_t i = 0, n = node_child_count(node); ok && i < n; i++) {
        bool sees = (node->tag == NODE_CTE || node->tag == NODE_RECURSIVE_CTE) && i == 1;
        if (sees && check->cte_count == sizeof(check->ctes) / sizeof(check->ctes[0]))
            return bad(check, "is nested in too many CTEs");
        if (sees)
            check->ctes[check->cte_count++] =
                node->tag == NODE_CTE ? node_as_cte(node)->cte : node_as_recursive_cte(node)->cte;
        ok = check_node(check, node_child(node, i));
        check->cte_count = visible;
    }
    return ok;
}

static bool check_columns(struct check *check)
{
    const struct column_list *columns = &check->node->columns;

    for (uint32_t i = 0; i < columns->count; i++) {
        if (!type_is_valid(columns->items[i].type, 0))
            return bad(check, "has a column without a valid type");
    }
    return true;
}

static bool check_node(struct check *check, const struct eider_node *node)
{
    check->node = node;
    if (!check_columns(check) || !check_children(check, node))
        return false;
    check->node = node;
    return check_node_itself(check);
}

enum eider_status plan_validate_node(const struct eider_node *node, struct eider_error *err)
{
    struct check check = {.err = err, .node = node, .alone = true};

    return check_columns(&check) && check_node_itself(&check) ? EIDER_OK : EIDER_ERROR_PLAN;
}

enum eider_status plan_validate(const struct eider_node *node, struct eider_error *err)
{
    struct check check = {.err = err};

    return check_node(&check, node) ? EIDER_OK : EIDER_ERROR_PLAN;
}
