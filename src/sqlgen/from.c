/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands in FROM: scans, sources of the exchange, CTEs, values and joins as they are, everything else as
 * a subselect. Conditions of a scan itself go into WHERE before all others, in the plan's order.
 *
 * Parquet files that are read whole make one scan; each range of rows is a scan of its own, whose condition
 * on file_row_number lets DuckDB skip row groups. Several such scans are a UNION ALL.
 *
 * Worked example: files a (rows 100 to 199), b, c →
 *     (SELECT … FROM read_parquet('a') AS t WHERE t.file_row_number >= 100 AND t.file_row_number < 200)
 *     UNION ALL (SELECT … FROM read_parquet(['b', 'c']) AS t)
 */
#include "plan/object.h"
#include "plan/text_scan.h"
#include "sqlgen/expr.h"
#include "sqlgen/quote.h"
#include "sqlgen/select.h"

#define TYPE_MAX_BYTES ((size_t)1 << 20) /* of the text of a JSON key's type */

/* ---- Parquet ---- */

struct file_group {
    uint32_t first;
    uint32_t count;
};

/* The group of files that starts at `first`: whole files in a row, or one range. */
static struct file_group next_group(const struct node_parquet_scan *scan, uint32_t first)
{
    struct file_group group = {first, 1};

    if (scan->files.items[first].row_count != 0)
        return group;
    while (first + group.count < scan->files.count && scan->files.items[first + group.count].row_count == 0)
        group.count++;
    return group;
}

static bool is_one_group(const struct node_parquet_scan *scan)
{
    return scan->files.count > 0 && next_group(scan, 0).count == scan->files.count;
}

static void write_named_args(struct writer *w, const struct scope *scope, const struct named_expr_list *args,
                             const char *before)
{
    for (uint32_t i = 0; i < args->count; i++) {
        put(w, i == 0 ? before : ", ");
        put_identifier(w, args->items[i].name);
        put(w, " := ");
        write_expr(w, scope, args->items[i].expr);
    }
}

static void write_files(struct writer *w, const struct node_parquet_scan *scan, struct file_group group)
{
    struct scope none = {.kind = SCOPE_INVALID};

    put(w, " FROM ");
    put_function(w, "read_parquet");
    if (group.count > 1)
        put_function(w, "list_value");
    for (uint32_t i = 0; i < group.count; i++) {
        if (i > 0)
            put(w, ", ");
        quote_path(w->out, scan->files.items[group.first + i].path);
    }
    if (group.count > 1)
        put(w, ")");
    write_named_args(w, &none, &scan->options, ", ");
    put(w, ") AS t");
}

static void write_bounds(struct writer *w, const char *column, uint64_t first, uint64_t count, bool *where)
{
    uint64_t end = first > UINT64_MAX - count ? UINT64_MAX : first + count;

    put_and(w, where);
    put(w, column);
    put(w, " >= ");
    put_number(w, first);
    put(w, " AND ");
    put(w, column);
    put(w, " < ");
    put_number(w, end);
}

static void write_predicates(struct writer *w, const struct scope *scope, const struct expr_list *predicates,
                             bool *where)
{
    for (uint32_t i = 0; i < predicates->count; i++) {
        put_and(w, where);
        write_expr(w, scope, predicates->items[i]);
    }
}

static struct scope read_scope(const struct scan_column_list *read)
{
    return (struct scope){.kind = SCOPE_READ, .alias = "t", .read = read};
}

static void write_group_conditions(struct writer *w, const struct node_parquet_scan *scan,
                                   uint32_t first_file, bool *where)
{
    const struct file_slice *file = &scan->files.items[first_file];
    struct scope scope = read_scope(&scan->read);

    if (file->row_count != 0)
        write_bounds(w, "t.\"file_row_number\"", file->first_row, file->row_count, where);
    write_predicates(w, &scope, &scan->filters, where);
}

static void write_group(struct writer *w, const struct node_parquet_scan *scan, struct file_group group)
{
    struct scope scope = read_scope(&scan->read);
    bool where = false;

    scope.map = &scan->projection;
    put(w, "(SELECT ");
    if (scan->projection.count == 0)
        put(w, "CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < scan->projection.count; i++) {
        if (i > 0)
            put(w, ", ");
        scope_column(w, &scope, i);
        put_as(w, i);
    }
    write_files(w, scan, group);
    write_group_conditions(w, scan, group.first, &where);
    put(w, ")");
}

void write_parquet_groups(struct writer *w, const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->read.items[i].role == SCAN_FILE_INDEX)
            writer_fail(w, EIDER_ERROR_PLAN, &scan->base,
                        "reads file_index, but not all its files in one scan");
    }
    for (uint32_t i = 0; i < scan->files.count;) {
        struct file_group group = next_group(scan, i);
        if (i > 0)
            put(w, " UNION ALL ");
        write_group(w, scan, group);
        i += group.count;
    }
}

/* ---- Which bases are direct ---- */

bool from_is_direct(const struct eider_node *node)
{
    switch ((int)node->tag) {
    case NODE_PARQUET_SCAN:
        return is_one_group(node_as_parquet_scan(node));
    case NODE_TABLE_SCAN:
    case NODE_FUNCTION_SCAN:
    case NODE_VALUES:
        return node->tag != NODE_VALUES || node->columns.count > 0;
    case NODE_DUMMY_SCAN:
    case NODE_CTE_REF:
    case NODE_EXCHANGE_SOURCE:
    case NODE_LATERAL_FUNCTION:
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
        return true;
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_ASOF_JOIN:
        return join_is_direct(node);
    default:
        return false;
    }
}

static struct scope join_scope(const struct eider_node *node)
{
    switch ((int)join_type_of(node)) {
    case JOIN_LEFT_SEMI:
    case JOIN_LEFT_ANTI:
        return scope_table("l");
    case JOIN_RIGHT_SEMI:
    case JOIN_RIGHT_ANTI:
        return scope_table("r");
    default:
        return (struct scope){.kind = SCOPE_JOIN, .left_width = node_child(node, 0)->columns.count};
    }
}

struct scope from_scope(const struct eider_node *base)
{
    switch ((int)base->tag) {
    case NODE_PARQUET_SCAN: /* several groups are a subselect */
        return is_one_group(node_as_parquet_scan(base)) ? read_scope(&node_as_parquet_scan(base)->read)
                                                        : scope_table("t");
    case NODE_TABLE_SCAN:
        return read_scope(&node_as_table_scan(base)->read);
    case NODE_FUNCTION_SCAN:
        return read_scope(&node_as_function_scan(base)->read);
    case NODE_LATERAL_FUNCTION:
        return (struct scope){.kind = SCOPE_LATERAL, .read = &node_as_lateral_function(base)->read};
    case NODE_DUMMY_SCAN:
        return (struct scope){.kind = SCOPE_DUMMY, .type = type_simple(TYPE_INTEGER)};
    case NODE_HASH_JOIN:
    case NODE_NESTED_LOOP_JOIN:
    case NODE_ASOF_JOIN:
    case NODE_CROSS_JOIN:
    case NODE_POSITIONAL_JOIN:
        return join_is_direct(base) ? join_scope(base) : scope_table("t");
    default:
        return scope_table("t");
    }
}

struct u32_list from_projection(struct writer *w, const struct eider_node *base)
{
    const struct node_lateral_function *lateral = node_as_lateral_function(base);
    struct u32_list list;

    if (base->tag == NODE_PARQUET_SCAN && is_one_group(node_as_parquet_scan(base)))
        return node_as_parquet_scan(base)->projection;
    if (base->tag == NODE_TABLE_SCAN)
        return node_as_table_scan(base)->projection;
    if (base->tag == NODE_FUNCTION_SCAN)
        return node_as_function_scan(base)->projection;
    if (base->tag == NODE_HASH_JOIN || base->tag == NODE_NESTED_LOOP_JOIN || base->tag == NODE_ASOF_JOIN)
        return *join_view(base).projection;
    if (lateral == NULL)
        return (struct u32_list){NULL, 0};
    list = u32_list_new(w->arena, lateral->projection.count + lateral->passed.count);
    if (list.count != lateral->projection.count + lateral->passed.count)
        writer_no_memory(w);
    for (uint32_t i = 0; i < list.count; i++)
        list.items[i] = i < lateral->projection.count
                            ? lateral->projection.items[i]
                            : lateral->read.count + lateral->passed.items[i - lateral->projection.count];
    return list;
}

/* ---- FROM ---- */

static void write_table(struct writer *w, const struct node_table_scan *scan)
{
    put(w, " FROM ");
    put_identifier(w, scan->catalog);
    put(w, ".");
    put_identifier(w, scan->schema);
    put(w, ".");
    put_identifier(w, scan->table);
    put(w, " AS t");
}

/* AS t("a", "b"): the columns have the names that the query gave them. */
static void write_function_alias(struct writer *w, bool ordinality, const char *alias,
                                 const struct str_list *names)
{
    put(w, ordinality ? ") WITH ORDINALITY AS " : ") AS ");
    put(w, alias);
    for (uint32_t i = 0; i < names->count; i++) {
        put(w, i > 0 ? ", " : "(");
        put_identifier(w, names->items[i]);
    }
    put(w, names->count > 0 ? ")" : "");
}

static void write_function_name(struct writer *w, struct eider_str name)
{
    if (!quote_function(w->out, name))
        writer_fail(w, EIDER_ERROR_PLAN, NULL, "the name of a function holds a NUL byte");
    put(w, "(");
}

/* , columns := {'id': 'BIGINT'}, records := 'true' */
static void write_read_columns(struct writer *w, const struct node_function_scan *scan)
{
    struct u32_list keys = text_scan_keys(w->arena, scan);
    struct buf type;

    if (arena_failed(w->arena))
        writer_no_memory(w);
    put(w, ", columns := {");
    buf_init(&type, TYPE_MAX_BYTES);
    for (uint32_t i = 0; i < keys.count; i++) {
        const struct scan_column *key = &scan->read.items[keys.items[i]];

        buf_clear(&type);
        if (!quote_type(&type, key->type) || type.failed)
            writer_fail(w, EIDER_ERROR_PLAN, &scan->base, "reads a column of a type that cannot be written");
        put(w, i > 0 ? ", " : "");
        put_identifier(w, key->name);
        put(w, ": ");
        quote_string(w->out, (struct eider_str){type.data, (uint32_t)type.size});
    }
    buf_done(&type);
    put(w, keys.count > 0 ? "}" : "\"none\": 'JSON'}"); /* it has to say one */
    for (uint32_t i = 0; i < scan->named_args.count; i++) {
        if (str_is(scan->named_args.items[i].name, "records"))
            return;
    }
    put(w, ", records := 'true'");
}

static void write_function_scan(struct writer *w, const struct node_function_scan *scan)
{
    struct scope none = {.kind = SCOPE_INVALID};
    struct str_list own_names = {NULL, 0};
    bool says = text_scan_says_columns(scan);

    put(w, " FROM ");
    write_function_name(w, scan->name);
    write_exprs(w, &none, &scan->args);
    write_named_args(w, &none, &scan->named_args, scan->args.count > 0 ? ", " : "");
    if (says)
        write_read_columns(w, scan);
    write_function_alias(w, scan->ordinality, "t", says ? &own_names : &scan->names);
}

static void write_lateral(struct writer *w, const struct node_lateral_function *node)
{
    struct scope left = scope_table("l");

    put(w, " FROM ");
    write_child(w, node->input, "l", NULL);
    put(w, ", LATERAL ");
    write_function_name(w, node->name);
    write_exprs(w, &left, &node->args);
    write_function_alias(w, node->ordinality, "r", &node->names);
}

static void write_values(struct writer *w, const struct node_values *node)
{
    struct scope none = {.kind = SCOPE_INVALID};

    for (uint32_t i = 0; i < node->rows.count; i++) {
        put(w, i == 0 ? " FROM (VALUES (" : ", (");
        write_exprs(w, &none, &node->rows.items[i].values);
        put(w, ")");
    }
    put(w, ") AS t(");
    for (uint32_t i = 0; i < node->base.columns.count; i++)
        put_name(w, i > 0 ? ", c" : "c", i);
    put(w, ")");
}

static const struct sqlgen_input *input_of(struct writer *w, const struct node_exchange_source *source)
{
    if (w->context == NULL || source->input >= w->context->input_count ||
        w->context->inputs[source->input].token == NULL) {
        writer_fail(w, EIDER_ERROR_PLAN, &source->base, "reads an input that the task does not have");
        return NULL;
    }
    return &w->context->inputs[source->input];
}

static void write_source_call(struct writer *w, const struct sqlgen_input *input)
{
    put(w, " FROM ");
    put_function(w, "eider_source");
    if (input != NULL)
        quote_string(w->out, str_from(input->token));
    put(w, ") AS t");
}

/* A recursive CTE reads its tables once a step, but the rows of a source come only once: x holds them. */
static void define_source(struct writer *w, const struct node_exchange_source *source,
                          const struct sqlgen_input *input)
{
    struct with_scope *scope = w->scope;
    struct definition definition;
    uint32_t number = w->names++;

    w->scope = w->recursion;
    writer_define_begin(w, &definition);
    put(w, source->base.columns.count > 0 ? "SELECT " : "SELECT CAST(NULL AS BOOLEAN) AS z");
    for (uint32_t i = 0; i < source->base.columns.count; i++)
        put_name(w, i > 0 ? ", t.c" : "t.c", i);
    write_source_call(w, input);
    put(w, input == NULL || input->complete ? "" : " WHERE t.v");
    writer_define(w, &definition, "x", number, MATERIALIZED_YES);
    w->scope = scope;
    put_name(w, " FROM x", number);
    put(w, " AS t");
}

static void write_source(struct writer *w, const struct node_exchange_source *source)
{
    const struct sqlgen_input *input = input_of(w, source);

    if (w->recursion != NULL)
        define_source(w, source, input);
    else
        write_source_call(w, input);
}

void write_from(struct writer *w, const struct eider_node *base)
{
    switch ((int)base->tag) {
    case NODE_DUMMY_SCAN:
        return;
    case NODE_TABLE_SCAN:
        write_table(w, node_as_table_scan(base));
        return;
    case NODE_FUNCTION_SCAN:
        write_function_scan(w, node_as_function_scan(base));
        return;
    case NODE_LATERAL_FUNCTION:
        write_lateral(w, node_as_lateral_function(base));
        return;
    case NODE_CTE_REF:
        put_name(w, " FROM k", node_as_cte_ref(base)->cte);
        put(w, " AS t");
        return;
    case NODE_EXCHANGE_SOURCE:
        write_source(w, node_as_exchange_source(base));
        return;
    default:
        break;
    }
    if (!from_is_direct(base)) {
        put(w, " FROM ");
        write_child(w, base, "t", NULL);
    } else if (base->tag == NODE_PARQUET_SCAN) {
        write_files(w, node_as_parquet_scan(base), next_group(node_as_parquet_scan(base), 0));
    } else if (base->tag == NODE_VALUES) {
        write_values(w, node_as_values(base));
    } else {
        write_join(w, base);
    }
}

void write_from_conditions(struct writer *w, const struct eider_node *base, bool *where)
{
    struct scope scope = from_scope(base);
    const struct node_table_scan *table = node_as_table_scan(base);
    const struct node_exchange_source *source = node_as_exchange_source(base);
    const struct sqlgen_input *input;

    if (base->tag == NODE_PARQUET_SCAN && from_is_direct(base)) {
        write_group_conditions(w, node_as_parquet_scan(base), 0, where);
        return;
    }
    if (table != NULL && table->row_count != 0)
        write_bounds(w, "t.\"rowid\"", table->first_row, table->row_count, where);
    if (table != NULL)
        write_predicates(w, &scope, &table->filters, where);
    else if (base->tag == NODE_FUNCTION_SCAN)
        write_predicates(w, &scope, &node_as_function_scan(base)->filters, where);
    else if (base->tag == NODE_LATERAL_FUNCTION)
        write_predicates(w, &scope, &node_as_lateral_function(base)->filters, where);
    if (source != NULL && w->recursion == NULL && (input = input_of(w, source)) != NULL && !input->complete) {
        put_and(w, where);
        put(w, "t.v");
    }
}
