/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the constructors of plans refuse, within a rule: each mistake has a status and a message that names the node, and what
 * an application does not have is not read; objects of other plans, also of ones that have ended; and what rules may not do.
 */
#include "eider/custom.h"
#include "eider/nodes.h"
#include "unit/rule_fixture.h"

/* Refused by the node `name`, which the error also has as its origin. */
static void refused_by(enum eider_status status, enum eider_status expected, const char *name,
                       const char *part)
{
    assert_string_equal(err.node, name);
    refused(status, expected, part);
}

static const struct eider_expr *far_column(uint32_t index)
{
    struct eider_expr_column fields = {.index = index};
    const struct eider_expr *expr;

    made(eider_expr_new_column(ctx, eider_type_simple(DUCKDB_TYPE_BIGINT), &fields, &expr, &err));
    return expr;
}

/* ---- Lists, strings, enums ---- */

static void broken_lists(const struct eider_node *plan)
{
    const struct eider_expr *null_expr = NULL,
                            *predicate = compare(EIDER_COMPARE_EQUAL, col(scan, 0), number(1));
    struct eider_node_filter filter = {.input = scan, .predicates = {NULL, 3}};
    struct eider_node_union all = {.inputs = {NULL, 2}};
    struct eider_expr_function function = {.name = {NULL, 4}};
    struct eider_node_custom custom = {.kind = {NULL, 4}};
    struct eider_node_empty empty = {.columns = {NULL, 1}};
    const struct eider_column untyped = {.name = STR("x"), .type = NULL};
    const struct eider_node *node = NULL, *null_node = NULL;
    const struct eider_expr *expr = NULL;

    (void)plan;
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_ARGUMENT, "FilterExec",
               "FilterExec: predicates has a count but no items");
    filter.predicates = (struct eider_expr_list){&predicate, UINT32_MAX};
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_ARGUMENT, "FilterExec",
               "FilterExec: predicates has too many items");
    filter.predicates = (struct eider_expr_list){&null_expr, 1};
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_ARGUMENT, "FilterExec",
               "FilterExec: predicates is missing");
    filter.predicates = (struct eider_expr_list){&predicate, 1};
    filter.projection = (struct eider_u32_list){NULL, 1};
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_ARGUMENT, "FilterExec",
               "FilterExec: projection has a count but no items");
    filter.input = NULL;
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_ARGUMENT, "FilterExec",
               "FilterExec: input is missing");
    refused_by(eider_node_new_union(ctx, &all, &node, &err), EIDER_ERROR_ARGUMENT, "UnionExec",
               "inputs has a count but no items");
    all.inputs = (struct eider_node_list){&null_node, 1};
    refused_by(eider_node_new_union(ctx, &all, &node, &err), EIDER_ERROR_ARGUMENT, "UnionExec",
               "inputs is missing");
    all.inputs.count = 0;
    refused_by(eider_node_new_union(ctx, &all, &node, &err), EIDER_ERROR_PLAN, "UnionExec", "has no input");
    refused(eider_expr_new_function(ctx, eider_type_simple(DUCKDB_TYPE_BIGINT), &function, &expr, &err),
            EIDER_ERROR_ARGUMENT, "function: name has a size but no bytes");
    refused(eider_node_new_custom(ctx, &custom, NULL, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_new_custom");
    refused(eider_node_new_custom(ctx, NULL, NULL, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_new_custom");
    refused(eider_node_new_custom(NULL, &custom, NULL, &node, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_new_custom");
    refused(eider_node_new_custom(ctx, &custom, NULL, NULL, &err), EIDER_ERROR_ARGUMENT,
            "eider_node_new_custom");
    refused_by(eider_node_new_empty(ctx, &empty, &node, &err), EIDER_ERROR_ARGUMENT, "EmptyExec",
               "has a count but no items");
    empty.columns.items = &untyped;
    refused_by(eider_node_new_empty(ctx, &empty, &node, &err), EIDER_ERROR_ARGUMENT, "EmptyExec",
               "type is missing");
    assert_null(node);
    assert_null(expr);
}

static void enums(const struct eider_node *plan)
{
    const struct eider_type *bigint = eider_type_simple(DUCKDB_TYPE_BIGINT);
    struct eider_node_aggregate aggregate = {.input = scan, .mode = (enum eider_aggregate_mode)5};
    struct eider_node_setop setop = {.op = (enum eider_setop)3, .inputs = {&scan, 1}};
    struct eider_join_condition condition = {col(scan, 0), (enum eider_comparison)9, col(scan, 0)};
    struct eider_node_hash_join join = {
        .left = scan, .right = scan, .type = (enum eider_join_type)0, .conditions = {&condition, 1}};
    struct eider_scan_column column = {.role = (enum eider_scan_role)7, .name = STR("a"), .type = bigint};
    struct eider_node_table_scan table = {.table = STR("t"), .read = {&column, 1}};
    struct eider_expr_operator op = {.op = (enum eider_operator) - 1};
    struct eider_expr_window window = {.name = STR("rank"),
                                       .unit = EIDER_FRAME_ROWS,
                                       .start_bound = EIDER_BOUND_CURRENT_ROW,
                                       .end_bound = EIDER_BOUND_CURRENT_ROW};
    const struct eider_node *node = NULL;
    const struct eider_expr *expr = NULL;

    (void)plan;
    refused_by(eider_node_new_aggregate(ctx, &aggregate, &node, &err), EIDER_ERROR_ARGUMENT, "AggregateExec",
               "AggregateExec: mode is not a value of its enum");
    refused_by(eider_node_new_setop(ctx, &setop, &node, &err), EIDER_ERROR_ARGUMENT, "SetOpExec",
               "op is not a value");
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_ARGUMENT, "HashJoinExec",
               "type is not a value");
    join.type = EIDER_JOIN_INNER;
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_ARGUMENT, "HashJoinExec",
               "op is not a value");
    refused_by(eider_node_new_table_scan(ctx, &table, &node, &err), EIDER_ERROR_ARGUMENT, "DataSourceExec",
               "role is not a value");
    refused(eider_expr_new_operator(ctx, bigint, &op, &expr, &err), EIDER_ERROR_ARGUMENT,
            "operator: op is not a value");
    refused(eider_expr_new_window(ctx, bigint, &window, &expr, &err), EIDER_ERROR_ARGUMENT,
            "window: exclude is not a value");
    window.exclude = EIDER_EXCLUDE_NOTHING;
    window.unit = (enum eider_frame_unit)4;
    refused(eider_expr_new_window(ctx, bigint, &window, &expr, &err), EIDER_ERROR_ARGUMENT,
            "window: unit is not");
    assert_null(node);
    assert_null(expr);
}

/* ---- Expressions that do not fit ---- */

static void columns_out_of_range(const struct eider_node *plan)
{
    const struct eider_expr *far = far_column(4), *wrong_type = far_column(2), *fits = far_column(0);
    const struct eider_expr *tested[] = {far, wrong_type};
    static const char *const messages[] = {"refers to a column that its input does not have",
                                           "refers to a column as of another type"};
    const uint32_t beyond[] = {0, 4};
    const struct eider_node *node = NULL;

    (void)plan;
    for (size_t i = 0; i < ITEMS(tested); i++) {
        const struct eider_expr *predicate = compare(EIDER_COMPARE_EQUAL, tested[i], number(1));
        const struct eider_sort_key key = {.expr = tested[i]};
        struct eider_node_filter filter = {.input = scan, .predicates = {&predicate, 1}};
        struct eider_node_projection projection = {.input = scan, .exprs = {&tested[i], 1}};
        struct eider_node_sort sort = {.input = scan, .orders = {&key, 1}};
        struct eider_node_topn topn = {.input = scan, .orders = {&key, 1}};
        struct eider_node_repartition repartition = {.input = scan, .keys = {&tested[i], 1}, .partitions = 2};
        struct eider_node_distinct distinct = {.input = scan, .targets = {&tested[i], 1}};
        struct eider_join_condition condition = {fits, EIDER_COMPARE_EQUAL, tested[i]};
        struct eider_node_hash_join join = {
            .left = scan, .right = scan, .type = EIDER_JOIN_INNER, .conditions = {&condition, 1}};

        refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_PLAN, "FilterExec",
                   messages[i]);
        refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_PLAN,
                   "ProjectionExec", messages[i]);
        refused_by(eider_node_new_sort(ctx, &sort, &node, &err), EIDER_ERROR_PLAN, "SortExec", messages[i]);
        refused_by(eider_node_new_topn(ctx, &topn, &node, &err), EIDER_ERROR_PLAN, "TopNExec", messages[i]);
        refused_by(eider_node_new_repartition(ctx, &repartition, &node, &err), EIDER_ERROR_PLAN,
                   "RepartitionExec", messages[i]);
        refused_by(eider_node_new_distinct(ctx, &distinct, &node, &err), EIDER_ERROR_PLAN, "DistinctExec",
                   messages[i]);
        refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
                   messages[i]);
    }
    {
        struct eider_node_filter filter = {.input = scan, .projection = LIST(beyond)};
        struct eider_node_sort sort = {.input = scan, .projection = LIST(beyond)};
        struct eider_node_lateral_function lateral = {
            .input = scan, .name = STR("f"), .passed = LIST(beyond)};
        refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_PLAN, "FilterExec",
                   "FilterExec");
        refused_by(eider_node_new_sort(ctx, &sort, &node, &err), EIDER_ERROR_PLAN, "SortExec", "SortExec");
        refused_by(eider_node_new_lateral_function(ctx, &lateral, &node, &err), EIDER_ERROR_PLAN,
                   "LateralFunctionExec", "passes a column");
    }
    assert_null(node);
}

static void joins(const struct eider_node *plan)
{
    struct eider_join_condition less = {col(scan, 0), EIDER_COMPARE_LESS, col(scan, 0)},
                                types = {col(scan, 0), EIDER_COMPARE_EQUAL, col(scan, 2)},
                                equal = {col(scan, 0), EIDER_COMPARE_EQUAL, col(scan, 1)};
    const uint32_t beyond_one[] = {4}, beyond_mark[] = {5}, beyond_both[] = {UINT32_MAX};
    struct eider_node_hash_join join = {
        .left = scan, .right = scan, .type = EIDER_JOIN_INNER, .conditions = {&less, 1}};
    const struct eider_node *node = NULL;

    (void)plan;
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "HashJoinExec has no equality among its conditions");
    join.conditions.count = 0;
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "no equality");
    join.conditions = (struct eider_join_condition_list){&types, 1};
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "compares values of different types");
    join.conditions = (struct eider_join_condition_list){&equal, 1};
    join.residual = number(1);
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "has a residual that is no BOOLEAN");
    join.residual = NULL;
    join.projection = (struct eider_u32_list)LIST(beyond_both);
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "HashJoinExec");
    join.projection = (struct eider_u32_list)LIST(beyond_one);
    for (int type = EIDER_JOIN_LEFT_SEMI; type <= EIDER_JOIN_RIGHT_ANTI; type++) {
        join.type = (enum eider_join_type)type;
        refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
                   "Hash");
    }
    join.type = EIDER_JOIN_MARK;
    join.projection = (struct eider_u32_list)LIST(beyond_mark);
    refused_by(eider_node_new_hash_join(ctx, &join, &node, &err), EIDER_ERROR_PLAN, "HashJoinExec",
               "HashJoinExec");
    assert_null(node);
}

static void misplaced(const struct eider_node *plan)
{
    const struct eider_type *bigint = eider_type_simple(DUCKDB_TYPE_BIGINT);
    struct eider_expr_aggregate sum = {.name = STR("sum")};
    struct eider_expr_window rank = {.name = STR("rank"),
                                     .unit = EIDER_FRAME_ROWS,
                                     .start_bound = EIDER_BOUND_CURRENT_ROW,
                                     .end_bound = EIDER_BOUND_CURRENT_ROW,
                                     .exclude = EIDER_EXCLUDE_NOTHING};
    struct eider_expr_lambda lambda_fields = {.parameters = 1, .body = number(1)};
    const struct eider_expr *plain = col(scan, 0), *aggregate, *window, *lambda, *expr;
    struct eider_node_projection projection = {.input = scan};
    struct eider_node_aggregate grouped = {.input = scan, .mode = EIDER_AGGREGATE_SINGLE};
    struct eider_node_window over = {.input = scan, .windows = {&plain, 1}};
    struct eider_expr_cast cast = {.child = NULL};
    struct eider_expr_function function = {.name = STR("list_transform")};
    const struct eider_node *node = NULL;

    (void)plan;
    made(eider_expr_new_aggregate(ctx, bigint, &sum, &aggregate, &err));
    made(eider_expr_new_window(ctx, bigint, &rank, &window, &err));
    made(eider_expr_new_lambda(ctx, bigint, &lambda_fields, &lambda, &err));
    projection.exprs = (struct eider_expr_list){&aggregate, 1};
    refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_ARGUMENT,
               "ProjectionExec", "exprs holds a call of an aggregate");
    projection.exprs = (struct eider_expr_list){&window, 1};
    refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_ARGUMENT,
               "ProjectionExec", "exprs holds a call over a window");
    projection.exprs = (struct eider_expr_list){&lambda, 1};
    refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_ARGUMENT,
               "ProjectionExec", "exprs holds a lambda");
    grouped.groups = (struct eider_expr_list){&aggregate, 1};
    refused_by(eider_node_new_aggregate(ctx, &grouped, &node, &err), EIDER_ERROR_ARGUMENT, "AggregateExec",
               "groups holds a call of an aggregate");
    grouped.groups.count = 0;
    grouped.aggregates = (struct eider_expr_list){&plain, 1};
    refused_by(eider_node_new_aggregate(ctx, &grouped, &node, &err), EIDER_ERROR_ARGUMENT, "AggregateExec",
               "aggregates holds what is no call of an aggregate");
    refused_by(eider_node_new_window(ctx, &over, &node, &err), EIDER_ERROR_ARGUMENT, "WindowExec",
               "windows holds what is no call over a window");
    cast.child = aggregate;
    refused(eider_expr_new_cast(ctx, bigint, &cast, &expr, &err), EIDER_ERROR_ARGUMENT,
            "cast: child holds a call of an aggregate");
    function.args = (struct eider_expr_list){&window, 1};
    refused(eider_expr_new_function(ctx, bigint, &function, &expr, &err), EIDER_ERROR_ARGUMENT,
            "function: args holds a call over a window");
    function.args = (struct eider_expr_list){&lambda, 1};
    made(eider_expr_new_function(ctx, bigint, &function, &expr, &err));
    assert_null(node);
}

static void shapes(const struct eider_node *plan)
{
    const struct eider_expr *predicate = number(1), *one[] = {number(1)}, *two[] = {number(1), number(2)};
    const struct eider_expr_row rows[] = {{LIST(one)}, {LIST(two)}};
    const uint32_t group[] = {1};
    const struct eider_index_set set = {LIST(group)};
    const struct eider_str names[] = {STR("a"), STR("b")};
    struct eider_node_filter filter = {.input = scan, .predicates = {&predicate, 1}};
    struct eider_node_values values = {LIST(rows)};
    struct eider_node_repartition repartition = {.input = scan, .partitions = 0};
    struct eider_node_unnest unnest = {.input = scan, .exprs = LIST(one)};
    struct eider_node_aggregate aggregate = {
        .input = scan, .mode = EIDER_AGGREGATE_SINGLE, .groups = LIST(one), .sets = {&set, 1}};
    struct eider_expr_function named = {.name = STR("f"), .args = LIST(one), .arg_names = LIST(names)};
    struct eider_expr_operator nothing = {.op = EIDER_OPERATOR_AND};
    struct eider_node_projection projection = {.input = scan};
    struct eider_node_table_scan table = {.table = STR("t")};
    const struct eider_scan_column column = {.role = EIDER_SCAN_COLUMN,
                                             .name = STR("a"),
                                             .path = {names, 1},
                                             .type = eider_type_simple(DUCKDB_TYPE_BIGINT)};
    const struct eider_expr *expr;
    const struct eider_node *node = NULL;

    (void)plan;
    refused_by(eider_node_new_filter(ctx, &filter, &node, &err), EIDER_ERROR_PLAN, "FilterExec",
               "filters by an expression that is no BOOLEAN");
    refused_by(eider_node_new_values(ctx, &values, &node, &err), EIDER_ERROR_PLAN, "DataSourceExec",
               "has a row that does not fit");
    values.rows.count = 0;
    refused_by(eider_node_new_values(ctx, &values, &node, &err), EIDER_ERROR_PLAN, "DataSourceExec",
               "has no row");
    refused_by(eider_node_new_repartition(ctx, &repartition, &node, &err), EIDER_ERROR_PLAN,
               "RepartitionExec", "has no partition");
    refused_by(eider_node_new_unnest(ctx, &unnest, &node, &err), EIDER_ERROR_PLAN, "UnnestExec",
               "UnnestExec");
    refused_by(eider_node_new_aggregate(ctx, &aggregate, &node, &err), EIDER_ERROR_PLAN, "AggregateExec",
               "with a group that it does not have");
    table.read = (struct eider_scan_column_list){&column, 1};
    refused_by(eider_node_new_table_scan(ctx, &table, &node, &err), EIDER_ERROR_PLAN, "DataSourceExec",
               "reads a field that its column does not have");
    made(eider_expr_new_function(ctx, eider_type_simple(DUCKDB_TYPE_BIGINT), &named, &expr, &err));
    projection.exprs = (struct eider_expr_list){&expr, 1};
    refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_PLAN, "ProjectionExec",
               "with more or fewer names than arguments");
    made(eider_expr_new_operator(ctx, eider_type_simple(DUCKDB_TYPE_BOOLEAN), &nothing, &expr, &err));
    refused_by(eider_node_new_projection(ctx, &projection, &node, &err), EIDER_ERROR_PLAN, "ProjectionExec",
               "holds an operator without operands");
    refused_by(eider_network_shuffle(ctx, scan, 2, &node, &err), EIDER_ERROR_PLAN, "NetworkShuffleExec",
               "its input must be a hash repartition, not DataSourceExec");
    refused_by(eider_network_shuffle(ctx, NULL, 2, &node, &err), EIDER_ERROR_ARGUMENT, "NetworkShuffleExec",
               "NULL");
    refused_by(eider_network_shuffle(NULL, scan, 2, &node, &err), EIDER_ERROR_ARGUMENT, "NetworkShuffleExec",
               "NULL");
    refused_by(eider_network_coalesce(ctx, NULL, 2, 1, &node, &err), EIDER_ERROR_ARGUMENT,
               "NetworkCoalesceExec", "input is missing");
    refused_by(eider_network_broadcast(NULL, scan, 2, 1, &node, &err), EIDER_ERROR_ARGUMENT,
               "NetworkBroadcastExec", "NULL");
    refused_by(eider_network_broadcast(ctx, scan, 2, 1, NULL, &err), EIDER_ERROR_ARGUMENT,
               "NetworkBroadcastExec", "NULL");
    assert_null(node);
}

/* ---- Objects of other plans ---- */

/* What an earlier rule call left behind. */
static struct {
    const struct eider_node *plan;
    const struct eider_expr *expr;
    const struct eider_type *type;
} kept;

static void keep(const struct eider_node *plan)
{
    kept.plan = plan;
    kept.expr = number(5);
    kept.type = list_of(DUCKDB_TYPE_DATE);
}

static void refuse_kept(const struct eider_node *plan)
{
    static const char ended[] = "the plan of another query, or of one that has ended";
    const struct eider_node *node = NULL, *both[] = {scan, kept.plan}, *one[] = {kept.plan};
    const struct eider_expr *expr = NULL, *predicates[] = {kept.expr};
    const struct eider_str names[4] = {{"a", 1}};
    const struct eider_str_list list = LIST(names);
    const struct eider_node_list children = LIST(one);
    const struct eider_column column = {.name = STR("x"), .type = kept.type};
    struct eider_node_limit limit = {.input = kept.plan}, fine = {.input = scan};
    struct eider_node_union all = {LIST(both)};
    struct eider_node_filter filter = {.input = scan, .predicates = LIST(predicates)};
    struct eider_node_empty empty = {{&column, 1}};
    struct eider_expr_cast cast = {.child = kept.expr};
    enum eider_status bad = EIDER_ERROR_ARGUMENT;

    (void)plan;
    refused(eider_node_new_limit(ctx, &limit, &node, &err), bad, ended);
    refused(eider_node_new_union(ctx, &all, &node, &err), bad, ended);
    refused(eider_node_new_filter(ctx, &filter, &node, &err), bad, ended);
    refused(eider_node_new_empty(ctx, &empty, &node, &err), bad, ended);
    refused(eider_network_shuffle(ctx, kept.plan, 2, &node, &err), bad, ended);
    refused(eider_network_coalesce(ctx, kept.plan, 2, 1, &node, &err), bad, ended);
    refused(eider_network_broadcast(ctx, kept.plan, 2, 1, &node, &err), bad, ended);
    refused(eider_node_with_names(ctx, kept.plan, &list, &node, &err), bad, ended);
    refused(eider_node_with_rows(ctx, kept.plan, 1, &node, &err), bad, ended);
    refused(eider_node_with_children(ctx, kept.plan, &children, &node, &err), bad, ended);
    refused(eider_plan_replace(ctx, kept.plan, scan, scan, &node, &err), bad, ended);
    refused(eider_plan_replace(ctx, scan, kept.plan, scan, &node, &err), bad, ended);
    refused(eider_plan_replace(ctx, scan, scan, kept.plan, &node, &err), bad, ended);
    refused(eider_aggregate_with_mode(ctx, kept.plan, EIDER_AGGREGATE_FINAL, scan, &node, &err), bad, ended);
    refused(eider_expr_column_of(ctx, kept.plan, 0, &expr, &err), bad, ended);
    refused(eider_expr_new_cast(ctx, eider_type_simple(DUCKDB_TYPE_DATE), &cast, &expr, &err), bad, ended);
    refused(eider_expr_new_null(ctx, kept.type, &expr, &err), bad, ended);
    refused(eider_expr_compare(ctx, EIDER_COMPARE_EQUAL, kept.expr, number(1), &expr, &err), bad, ended);
    refused(eider_expr_compare(ctx, EIDER_COMPARE_EQUAL, number(1), kept.expr, &expr, &err), bad, ended);
    made(eider_node_new_limit(ctx, &fine, &node, &err));
    one[0] = kept.plan;
    refused(eider_node_with_children(ctx, node, &children, &node, &err), bad, ended);
    assert_null(expr);
}

static void test_other_plans(void **state)
{
    struct rule_body first = {.run = keep};
    struct eider_query *query;
    struct fixture f;

    (void)state;
    fixture_open(&f, 2);
    assert_int_equal(eider_session_add_rule(f.session, "keep", rule_run, &first, NULL, &f.err), EIDER_OK);
    assert_int_equal(eider_prepare(f.session, "SELECT * FROM t", &query, &f.err), EIDER_OK);
    in_rule(refuse_kept); /* of a query that still lives, so that it is another's memory for sure */
    eider_query_free(query);
#ifdef __SANITIZE_ADDRESS__
    in_rule(refuse_kept); /* freed: elsewhere this query's memory may be at the same place */
#endif
    fixture_close(&f);
}

/* ---- What rules may not do ---- */

enum rule_mode {
    RULE_NULL = 1,
    RULE_OTHER_COLUMNS,
    RULE_OTHER_TYPES,
    RULE_OTHER_PLAN,
    RULE_LOST_CTE,
    RULE_SILENT,
    RULE_SAYS
};

static enum eider_status bad_rule(void *data, struct eider_plan_context *context,
                                  const struct eider_node *plan, const struct eider_node **ret,
                                  struct eider_error *error)
{
    struct eider_node_cte_ref ref = {.cte = 4242, .columns = eider_node_columns(plan)};
    struct eider_node_empty empty = {eider_node_columns(plan)};
    struct eider_column columns[4] = {{.name = STR("x"), .type = eider_type_simple(DUCKDB_TYPE_TINYINT)}};

    switch (*(enum rule_mode *)data) {
    case RULE_NULL:
        *ret = NULL;
        return EIDER_OK;
    case RULE_OTHER_COLUMNS:
        empty.columns.count--;
        return eider_node_new_empty(context, &empty, ret, error);
    case RULE_OTHER_TYPES:
        columns[1] = columns[2] = columns[3] = columns[0];
        empty.columns.items = columns;
        return eider_node_new_empty(context, &empty, ret, error);
    case RULE_OTHER_PLAN:
        *ret = kept.plan;
        return EIDER_OK;
    case RULE_LOST_CTE:
        return eider_node_new_cte_ref(context, &ref, ret, error);
    case RULE_SILENT:
        return EIDER_ERROR_IO;
    case RULE_SAYS:
        return eider_node_new_limit(context, &(struct eider_node_limit){.input = NULL}, ret, error);
    }
    return EIDER_ERROR_INTERNAL;
}

static void test_bad_rules(void **state)
{
    static const struct {
        enum rule_mode mode;
        enum eider_status status;
        const char *message, *node;
    } cases[] = {
        {RULE_NULL, EIDER_ERROR_PLAN, "the rule bad returned no plan: to change nothing, return the plan",
         "ProjectionExec"},
        {RULE_OTHER_COLUMNS, EIDER_ERROR_PLAN,
         "the rule bad made a plan that is inconsistent: EmptyExec at its top changes the schema",
         "EmptyExec"},
        {RULE_OTHER_TYPES, EIDER_ERROR_PLAN,
         "the rule bad made a plan that is inconsistent: EmptyExec at its top changes the schema",
         "EmptyExec"},
        {RULE_OTHER_PLAN, EIDER_ERROR_PLAN, "the rule bad: it gave back a plan of another query", ""},
        {RULE_LOST_CTE, EIDER_ERROR_PLAN,
         "the rule bad made a plan that is inconsistent: CteRefExec refers to a CTE that is not visible",
         "CteRefExec"},
        {RULE_SILENT, EIDER_ERROR_IO, "the rule bad: it failed with EIDER_ERROR_IO and did not say why", ""},
        {RULE_SAYS, EIDER_ERROR_ARGUMENT, "the rule bad: LimitExec: input is missing", "LimitExec"},
    };
    struct rule_body first = {.run = keep};
    struct eider_query *query, *other = NULL;
    struct fixture f, g;
    enum rule_mode mode;

    (void)state;
    fixture_open(&g, 2);
    assert_int_equal(eider_session_add_rule(g.session, "keep", rule_run, &first, NULL, &g.err), EIDER_OK);
    assert_int_equal(eider_prepare(g.session, "SELECT * FROM t", &query, &g.err), EIDER_OK);
    fixture_open(&f, 2);
    assert_int_equal(eider_session_add_rule(f.session, "bad", bad_rule, &mode, NULL, &f.err), EIDER_OK);
    for (size_t i = 0; i < ITEMS(cases); i++) {
        mode = cases[i].mode;
        refused(eider_prepare(f.session, "SELECT v, g, s, n FROM t", &other, &err), cases[i].status,
                cases[i].message);
        assert_null(other);
        assert_int_equal(eider_prepare(f.session, "SELECT v, g, s, n FROM t", &other, &err), cases[i].status);
        assert_string_equal(err.node, cases[i].node);
        assert_int_equal(eider_prepare(f.session, "SELECT v, g, s, n FROM t", &other, NULL), cases[i].status);
    }
    eider_query_free(query);
    fixture_close(&f);
    fixture_close(&g);
}

/* A rule that adds another one, for the queries to come. */
static enum eider_status adding_rule(void *data, struct eider_plan_context *context,
                                     const struct eider_node *plan, const struct eider_node **ret,
                                     struct eider_error *error)
{
    struct fixture *f = data;
    char name[32];

    (void)context;
    *ret = plan;
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "late %d", i);
        if (eider_session_add_rule(f->session, name, bad_rule, NULL, NULL, error) != EIDER_OK)
            return error->status;
    }
    return EIDER_OK;
}

static void test_rule_names(void **state)
{
    char name[EIDER_RULE_NAME_BYTES + 1];
    struct rule_body body = {.run = keep};
    struct eider_query *query;
    struct fixture f;

    (void)state;
    fixture_open(&f, 2);
    memset(name, 'n', sizeof(name));
    name[EIDER_RULE_NAME_BYTES] = '\0';
    refused(eider_session_add_rule(f.session, name, rule_run, &body, NULL, &err), EIDER_ERROR_ARGUMENT,
            "eider_session_add_rule: a name has 1 to 63 bytes");
    refused(eider_session_add_rule(f.session, "", rule_run, &body, NULL, &err), EIDER_ERROR_ARGUMENT,
            "eider_session_add_rule: a name has 1 to 63 bytes");
    name[EIDER_RULE_NAME_BYTES - 1] = '\0';
    made(eider_session_add_rule(f.session, name, adding_rule, &f, NULL, &err));
    refused(eider_session_add_rule(f.session, name, rule_run, &body, NULL, &err), EIDER_ERROR_ARGUMENT,
            "has a rule nnn");
    made(eider_session_add_rule(f.session, "last", rule_run, &body, NULL, &err));
    made(eider_prepare(f.session, "SELECT * FROM t", &query, &err));
    assert_int_equal(body.calls, 1); /* those that were added meanwhile are for later */
    eider_query_free(query);
    refused(eider_prepare(f.session, "SELECT * FROM t", &query, &err), EIDER_ERROR_ARGUMENT,
            "has a rule late 0 already");
    fixture_close(&f);
}

/* ---- Tests ---- */

#define TEST(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        in_rule(name);                                                                                       \
    }
TEST(broken_lists)
TEST(enums)
TEST(columns_out_of_range)
TEST(joins)
TEST(misplaced)
TEST(shapes)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_lists),
        cmocka_unit_test(test_enums),
        cmocka_unit_test(test_columns_out_of_range),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_misplaced),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_other_plans),
        cmocka_unit_test(test_bad_rules),
        cmocka_unit_test(test_rule_names),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
