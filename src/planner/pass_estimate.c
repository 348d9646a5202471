/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The estimate pass: fills in the rows of every node that has none, from the leaves up. It knows of each column how many
 * different values it has (estimate.h); of the files their exact rows, the ranges of their columns and the sizes of their
 * dictionaries.
 *   Parquet scan           the files' rows × the share of its filters (selectivity.c)
 *   table scan             10,000 × that share: DuckDB tells the rows of a table only by listing all tables, which takes
 *                          longer than planning; and a table beside files that are distributed is most often a small one
 *   CSV and JSON files     by their size: 8 bytes for each value
 *   function scan          range, generate_series, repeat, unnest of constants: exact; else 1,000
 *   values, empty, dummy   exact
 *   filter                 input × share
 *   inner join             left × right / the greater number of key values, over all equalities; see key_values. Every
 *                          other condition: selectivity.c
 *   outer join             like an inner one, but at least the rows of the sides that it preserves
 *   semi join              side × (the other side's key values / its own, at most 1)
 *   anti join              side × (1 - that), at least a tenth
 *   mark, single           left
 *   ASOF                   left; of a right or full one, the larger side. Positional: the larger side
 *   aggregate, distinct    as many as there are groups (distinct.c), for each grouping set
 *   limit, top-n, sample   what they leave
 *   union                  the sum; other set operations: the first input
 *   unnest, lateral        3 × input
 *   recursive CTE          10 × anchor; a reference to a CTE: its definition
 *   all else               the input, or the largest of them
 *
 *     lineitem (6,000,000 rows, 1,500,000 orders) JOIN orders WHERE … (300,000 of 1,500,000 rows):
 *     6,000,000 × 300,000 / 1,500,000 = 1,200,000
 *
 * A join divides by the values that a key has in its table (`domain`), not by those that other filters leave: rows that two
 * filters leave independently of each other meet more rarely than rows of which one side has all.
 *
 * It stands behind `files`, for what the files say, and before all that compares costs. Rows alone change, and rows decide
 * only between plans that are all right; those that are given (by an application, or a test) stay. Nothing is declined.
 */
#include "planner/estimate.h"
#include "planner/passes.h"
#include "planner/ranges.h"

#include "plan/object.h"

#define TABLE_ROWS    10000.0
#define FUNCTION_ROWS 1000.0
#define FILE_ROWS     100000.0 /* of a file of which not even the size is known */
#define BYTES_OF_ROW  50.0     /* in a file of which only the size is known */
#define TEXT_BYTES    8.0      /* of a value in a CSV or JSON file */
#define LEAST_ANTI    0.1
#define UNNESTED      3.0
#define RECURSIVE     10.0
#define MAX_KEYS      64

struct cte_estimate {
    uint32_t cte;
    struct estimate estimate;
    const struct cte_estimate *next;
};

struct estimating {
    const struct planner_options *options;
    struct arena *arena;
    const struct cte_estimate *ctes;
};

/* NULL: out of memory. *ret is what is known of the node's rows. */
static const struct eider_node *estimate_node(struct estimating *e, const struct eider_node *node,
                                              struct estimate *ret);

/* ---- Columns ---- */

static void set_expr(const struct estimate *input, const struct eider_expr *expr, struct estimate_column *ret)
{
    const struct expr_column *column = expr_as_column(expr);

    if (column != NULL && column->index < input->count) {
        *ret = input->columns[column->index];
        return;
    }
    *ret = (struct estimate_column){.distinct = estimate_distinct(input, expr, VALUES_DISTINCT),
                                    .domain = estimate_distinct(input, expr, VALUES_DOMAIN),
                                    .is_guess = !estimate_is_known(input, expr)};
}

/* ---- Leaves ---- */

static double file_rows(struct estimating *e, const struct file_slice *slice)
{
    const struct planner_options *options = e->options;
    struct planner_file file = {0};

    if (slice->row_count > 0)
        return (double)slice->row_count;
    if (options->file_info != NULL)
        (void)options->file_info(options->file_data, slice->path.data, &file, NULL);
    if (file.rows > 0 || file.row_group_rows > 0)
        return (double)file.rows;
    return slice->bytes > 0 ? (double)slice->bytes / BYTES_OF_ROW : FILE_ROWS;
}

static double column_values(struct estimating *e, const struct node_parquet_scan *scan,
                            const struct scan_column *column)
{
    const struct planner_options *options = e->options;
    double values;

    if (column->role == SCAN_FILENAME || column->role == SCAN_FILE_INDEX)
        return scan->files.count;
    if (column->role == SCAN_COLUMN && (values = range_folder_values(e->arena, scan, column)) > 0)
        return values;
    if (column->role != SCAN_COLUMN || column->path.count > 0 || options->column_distinct == NULL ||
        scan->files.count == 0)
        return -1;
    return options->column_distinct(options->file_data, scan->files.items[0].path.data, scan->files.count,
                                    column->name.data);
}

/* What repeats seldom in the sample that a dictionary is may still be of a small range: the suppliers of lineitem. */
static double within_range(const struct estimate_column *column, double values)
{
    const struct scan_column *read = &column->source->scan->read.items[column->read];
    bool is_counted =
        type_is_integer(read->type) || read->type->tag == TYPE_DATE || read->type->tag == TYPE_DECIMAL;
    double least, greatest, step;

    if (!is_counted || values * 20 < column->source->all_rows ||
        !estimate_range_of(column, &least, &greatest, &step))
        return values;
    return values < greatest - least + 1 ? values : greatest - least + 1;
}

/* What is known of all rows of the files, column by column. */
static struct estimate read_files(struct estimating *e, const struct node_parquet_scan *scan,
                                  struct estimate_source *source)
{
    struct estimate made;

    for (uint32_t i = 0; i < scan->files.count; i++)
        source->all_rows += file_rows(e, &scan->files.items[i]);
    if (scan->base.rows > source->all_rows)
        source->all_rows = scan->base.rows;
    source->rows = source->all_rows;
    made = estimate_new(e->arena, scan->read.count, source->all_rows);
    for (uint32_t i = 0; i < made.count; i++) {
        struct estimate_column *column = &made.columns[i];
        double values = column_values(e, scan, &scan->read.items[i]);

        column->source = source;
        column->read = i;
        if (values < 0)
            continue;
        column->is_guess = false;
        values = within_range(column, values);
        column->distinct = column->domain = values > 1 ? values : 1;
    }
    estimate_set_rows(&made, source->all_rows);
    return made;
}

static bool estimate_parquet(struct estimating *e, const struct node_parquet_scan *scan, struct estimate *ret)
{
    struct estimate_source *source = arena_alloc(e->arena, sizeof(*source));
    struct estimate read;

    if (source == NULL)
        return false;
    source->options = e->options;
    source->scan = scan;
    source->ranges = estimate_ranges_new(e->arena, scan->read.count);
    read = read_files(e, scan, source);
    estimate_filter(&read, &scan->filters);
    source->rows = scan->base.rows >= 0 ? scan->base.rows : read.rows;
    *ret = estimate_pick(e->arena, &read, &scan->projection);
    return true;
}

static void estimate_leaf(struct estimating *e, double rows, const struct scan_column_list *columns,
                          const struct expr_list *filters, const struct u32_list *projection,
                          struct estimate *ret)
{
    struct estimate read = estimate_new(e->arena, columns->count, rows);

    estimate_filter(&read, filters);
    *ret = estimate_pick(e->arena, &read, projection);
}

static bool whole_number(const struct eider_expr *expr, double *ret)
{
    const struct expr_integer *integer = expr_as_integer(expr);

    if (integer == NULL || expr->type->tag < TYPE_TINYINT || expr->type->tag > TYPE_UBIGINT)
        return false;
    *ret = integer->upper < 0 ? (double)(int64_t)integer->lower : (double)integer->lower;
    return true;
}

/* range(end), range(start, end[, step]), and generate_series, which has the end as well. */
static double series_rows(const struct node_function_scan *scan)
{
    double numbers[3], start = 0, end, step = 1, rows;
    uint32_t count = scan->args.count;

    if (count == 0 || count > 3)
        return FUNCTION_ROWS;
    for (uint32_t i = 0; i < count; i++) {
        if (!whole_number(scan->args.items[i], &numbers[i]))
            return FUNCTION_ROWS;
    }
    end = numbers[count > 1 ? 1 : 0];
    if (count > 1)
        start = numbers[0];
    if (count > 2)
        step = numbers[2];
    if (step == 0)
        return 0;
    rows = (end - start) / step;
    if (rows < 0 || rows > 1e15)
        return rows < 0 ? 0 : 1e15;
    if (str_is(scan->name, "generate_series"))
        return (double)(uint64_t)rows + 1;
    return (double)(uint64_t)rows + ((double)(uint64_t)rows < rows ? 1 : 0);
}

static double function_rows(const struct node_function_scan *scan)
{
    double rows = 0;

    for (uint32_t i = 0; i < scan->files.count; i++)
        rows += (double)scan->files.items[i].bytes / (TEXT_BYTES * scan->names.count);
    if (rows > 0)
        return rows;
    if (str_is(scan->name, "range") || str_is(scan->name, "generate_series"))
        return series_rows(scan);
    if (str_is(scan->name, "repeat") && scan->args.count == 2 && whole_number(scan->args.items[1], &rows))
        return rows > 0 ? rows : 0;
    if (str_is(scan->name, "unnest") && scan->args.count == 1 && expr_as_nested(scan->args.items[0]) != NULL)
        return expr_as_nested(scan->args.items[0])->children.count;
    return FUNCTION_ROWS;
}

static void estimate_cte_ref(struct estimating *e, const struct node_cte_ref *node, struct estimate *ret)
{
    const struct cte_estimate *cte = e->ctes;

    while (cte != NULL && cte->cte != node->cte)
        cte = cte->next;
    *ret = cte == NULL ? estimate_new(e->arena, node->base.columns.count, FUNCTION_ROWS)
                       : estimate_copy(e->arena, &cte->estimate, node->base.columns.count);
}

/* ---- Other operators ---- */

static void estimate_aggregate(struct estimating *e, const struct node_aggregate *node,
                               const struct estimate *input, struct estimate *ret)
{
    double rows = 0;

    for (uint32_t i = 0; i < node->sets.count; i++) {
        const struct u32_list *set = &node->sets.items[i].indexes;
        struct expr_list groups = expr_list_new(e->arena, set->count);
        for (uint32_t k = 0; k < groups.count; k++)
            groups.items[k] = node->groups.items[set->items[k]];
        rows += estimate_groups(input, &groups, VALUES_DISTINCT);
    }
    if (node->sets.count == 0)
        rows = estimate_groups(input, &node->groups, VALUES_DISTINCT);
    if (input->rows <= 0 && node->groups.count > 0)
        rows = 0;
    *ret = estimate_new(e->arena, node->base.columns.count, rows);
    for (uint32_t i = 0; i < node->groups.count && i < ret->count; i++)
        set_expr(input, node->groups.items[i], &ret->columns[i]);
    for (uint32_t i = 0; i < node->aggregates.count && node->groups.count + i < ret->count; i++) {
        struct estimate_column *column = &ret->columns[node->groups.count + i];
        /* 1 + 2 + … + n counts that differ need as many rows */
        double counts = estimate_root(2 * input->rows);
        if (str_is(expr_as_aggregate(node->aggregates.items[i])->name, "count") && column->distinct > counts)
            column->distinct = column->domain = counts;
    }
}

static double distinct_rows(struct estimating *e, const struct node_distinct *node,
                            const struct estimate *input)
{
    struct expr_list columns = node->targets;

    if (columns.count == 0) {
        columns = expr_list_new(e->arena, node->base.columns.count);
        for (uint32_t i = 0; i < columns.count; i++)
            columns.items[i] = expr_column_of(e->arena, node->input, i);
    }
    return arena_failed(e->arena) ? 0 : estimate_groups(input, &columns, VALUES_DISTINCT);
}

static double limit_rows(const struct eider_node *node, double rows)
{
    const struct node_limit *limit = node_as_limit(node);
    const struct node_topn *topn = node_as_topn(node);
    const struct node_sample *sample = node_as_sample(node);
    double offset = 0, most = rows;

    if (sample != NULL) {
        most = sample->is_percent ? rows * sample->percent / 100 : (double)sample->rows;
    } else if (topn != NULL) {
        offset = (double)topn->offset;
        most = (double)topn->limit;
    } else if (limit != NULL) {
        offset = (double)limit->offset;
        if (limit->has_percent)
            most = rows * limit->percent / 100;
        else if (limit->has_limit)
            most = (double)limit->limit;
    }
    rows = rows > offset ? rows - offset : 0;
    return most < rows ? most : rows;
}

static void estimate_projection(struct estimating *e, const struct node_projection *node,
                                const struct estimate *input, struct estimate *ret)
{
    *ret = estimate_new(e->arena, node->exprs.count, input->rows);
    for (uint32_t i = 0; i < ret->count; i++)
        set_expr(input, node->exprs.items[i], &ret->columns[i]);
}

/* The values of the inputs add up. */
static void estimate_union(struct estimating *e, const struct eider_node *node, const struct estimate *inputs,
                           struct estimate *ret)
{
    uint32_t count = node_child_count(node);
    double rows = 0;

    for (uint32_t i = 0; i < count; i++)
        rows += inputs[i].rows;
    *ret = estimate_new(e->arena, node->columns.count, rows);
    for (uint32_t k = 0; k < ret->count; k++) {
        struct estimate_column sum = {.distinct = 0};
        for (uint32_t i = 0; i < count && k < inputs[i].count; i++) {
            sum.distinct += inputs[i].columns[k].distinct;
            sum.domain += inputs[i].columns[k].domain;
            sum.is_guess |= inputs[i].columns[k].is_guess;
        }
        ret->columns[k] = sum;
    }
}

/* Operators that are neither leaves nor joins nor CTEs. */
static void estimate_operator(struct estimating *e, const struct eider_node *node,
                              const struct estimate *inputs, struct estimate *ret)
{
    uint32_t count = node->columns.count;
    struct estimate input = inputs[0];

    switch ((int)node->tag) {
    case NODE_FILTER:
        input = estimate_copy(e->arena, &inputs[0], inputs[0].count);
        estimate_filter(&input, &node_as_filter(node)->predicates);
        *ret = estimate_pick(e->arena, &input, &node_as_filter(node)->projection);
        return;
    case NODE_SORT:
        *ret = estimate_pick(e->arena, &input, &node_as_sort(node)->projection);
        return;
    case NODE_PROJECTION:
        estimate_projection(e, node_as_projection(node), &input, ret);
        return;
    case NODE_AGGREGATE:
        estimate_aggregate(e, node_as_aggregate(node), &input, ret);
        return;
    case NODE_UNION:
        estimate_union(e, node, inputs, ret);
        return;
    case NODE_DISTINCT:
        *ret = estimate_copy(e->arena, &input, count);
        ret->rows = input.rows > 0 ? distinct_rows(e, node_as_distinct(node), &input) : 0;
        return;
    case NODE_LIMIT:
    case NODE_TOPN:
    case NODE_SAMPLE:
        *ret = estimate_copy(e->arena, &input, count);
        ret->rows = limit_rows(node, input.rows);
        return;
    case NODE_UNNEST:
        *ret = estimate_copy(e->arena, &input, count);
        ret->rows = input.rows * UNNESTED;
        return;
    case NODE_LATERAL_FUNCTION: /* the function's columns come first */
        *ret = estimate_new(e->arena, count, input.rows * UNNESTED);
        estimate_filter(ret, &node_as_lateral_function(node)->filters);
        return;
    default: /* windows, set operations; what a rule may place below */
        *ret = estimate_copy(e->arena, &input, count);
        for (uint32_t i = 1, n = node_child_count(node); node->tag != NODE_SETOP && i < n; i++)
            ret->rows = ret->rows > inputs[i].rows ? ret->rows : inputs[i].rows;
    }
}

/* ---- The tree ---- */

static double table_rows(const struct estimating *e, const struct node_table_scan *scan)
{
    struct planner_table table = table_of(e->options, scan);

    if (scan->row_count > 0 && (!table.shared || scan->row_count < table.rows))
        return (double)scan->row_count;
    return table.shared ? (double)table.rows : TABLE_ROWS;
}

static bool estimate_leaf_node(struct estimating *e, const struct eider_node *node, struct estimate *ret)
{
    const struct node_table_scan *table = node_as_table_scan(node);
    const struct node_function_scan *function = node_as_function_scan(node);

    switch ((int)node->tag) {
    case NODE_PARQUET_SCAN:
        return estimate_parquet(e, node_as_parquet_scan(node), ret);
    case NODE_TABLE_SCAN:
        estimate_leaf(e, table_rows(e, table), &table->read, &table->filters, &table->projection, ret);
        return true;
    case NODE_FUNCTION_SCAN:
        estimate_leaf(e, function_rows(function), &function->read, &function->filters, &function->projection,
                      ret);
        return true;
    case NODE_CTE_REF:
        estimate_cte_ref(e, node_as_cte_ref(node), ret);
        return true;
    case NODE_VALUES:
        *ret = estimate_new(e->arena, node->columns.count, node_as_values(node)->rows.count);
        return true;
    case NODE_EMPTY:
        *ret = estimate_new(e->arena, node->columns.count, 0);
        return true;
    case NODE_DUMMY_SCAN:
        *ret = estimate_new(e->arena, node->columns.count, 1);
        return true;
    default:
        *ret = estimate_new(e->arena, node->columns.count, FUNCTION_ROWS);
        return true;
    }
}

static bool add_cte(struct estimating *e, uint32_t cte, const struct estimate *estimate)
{
    struct cte_estimate *entry = arena_alloc(e->arena, sizeof(*entry));

    if (entry == NULL)
        return false;
    *entry = (struct cte_estimate){cte, *estimate, e->ctes};
    e->ctes = entry;
    return true;
}

/* The first input of a CTE is known to the second. */
static bool estimate_children(struct estimating *e, const struct eider_node *node,
                              const struct eider_node **children, struct estimate *inputs)
{
    const struct node_cte *cte = node_as_cte(node);
    const struct node_recursive_cte *recursive = node_as_recursive_cte(node);

    for (uint32_t i = 0, count = node_child_count(node); i < count; i++) {
        children[i] = estimate_node(e, node_child(node, i), &inputs[i]);
        if (children[i] == NULL)
            return false;
        if (i == 0 && cte != NULL && !add_cte(e, cte->cte, &inputs[0]))
            return false;
        if (i == 0 && recursive != NULL && !add_cte(e, recursive->cte, &inputs[0]))
            return false;
    }
    return true;
}

static bool estimate_kind(struct estimating *e, const struct eider_node *node, const struct estimate *inputs,
                          struct estimate *ret)
{
    switch ((int)node->tag) {
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
    case NODE_ASOF_JOIN:
        return estimate_join(e->arena, node, inputs, ret);
    case NODE_CTE:
        *ret = estimate_copy(e->arena, &inputs[1], node->columns.count);
        return true;
    case NODE_RECURSIVE_CTE:
        *ret = estimate_new(e->arena, node->columns.count, inputs[0].rows * RECURSIVE);
        return true;
    default:
        if (node_child_count(node) == 0)
            return estimate_leaf_node(e, node, ret);
        estimate_operator(e, node, inputs, ret);
        return true;
    }
}

static const struct eider_node *estimate_node(struct estimating *e, const struct eider_node *node,
                                              struct estimate *ret)
{
    uint32_t count = node_child_count(node);
    const struct eider_node **children = arena_alloc_array(e->arena, count + 1u, sizeof(*children));
    struct estimate *inputs = arena_alloc_array(e->arena, count + 1u, sizeof(*inputs));
    struct eider_node *made;

    if (children == NULL || inputs == NULL || !estimate_children(e, node, children, inputs) ||
        !estimate_kind(e, node, inputs, ret) || arena_failed(e->arena))
        return NULL;
    if (node->rows >= 0)
        estimate_set_rows(ret, node->rows);
    else
        estimate_set_rows(ret, ret->rows > 0 ? estimate_bounded(ret->rows) : 0);
    made = count > 0 ? node_with_children(e->arena, node, children) : node_clone(e->arena, node);
    if (made != NULL)
        made->rows = ret->rows;
    return made;
}

double estimate_pairs(struct arena *arena, const struct planner_options *options,
                      const struct node_aggregate *node, const struct eider_expr *value)
{
    struct estimating e = {.options = options, .arena = arena};
    struct estimate input;
    struct expr_list exprs = expr_list_new(arena, node->groups.count + 1);

    if (exprs.count == 0 || estimate_node(&e, node->input, &input) == NULL)
        return -1;
    for (uint32_t i = 0; i < node->groups.count; i++)
        exprs.items[i] = node->groups.items[i];
    exprs.items[node->groups.count] = value;
    return estimate_groups(&input, &exprs, VALUES_DISTINCT);
}

double estimate_tuples(struct arena *arena, const struct planner_options *options,
                       const struct eider_node *node, const struct expr_list *exprs)
{
    struct estimating e = {.options = options, .arena = arena};
    struct estimate input;

    if (estimate_node(&e, node, &input) == NULL)
        return -1;
    return estimate_groups(&input, exprs, VALUES_DISTINCT);
}

enum eider_status pass_estimate(struct planning *p)
{
    struct estimating e = {.options = p->options, .arena = p->arena};
    struct estimate estimate;
    const struct eider_node *plan = estimate_node(&e, p->plan, &estimate);

    if (plan == NULL)
        return error_no_memory(p->err);
    p->plan = plan;
    return EIDER_OK;
}
