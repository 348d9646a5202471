/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LOGICAL_GET: Parquet files, native tables, and table functions over constants or, with an input, per row of it.
 *
 * The columns that a scan reads (`read`) come from column_indexes; table filters may name further ones, which are
 * added and do not leave the scan. A Parquet column is read by its name in the file, which the function's own data
 * hold: the operator's names are aliases, if the query gave any.
 */
#include <string.h>

#include "import/reader.h"

enum {
    G_TABLE,
    G_TYPES,
    G_NAMES,
    G_PROJECTION,
    G_FILTERS,
    G_NAME,
    G_ARGUMENTS,
    G_ORIGINAL,
    G_CATALOG,
    G_SCHEMA,
    G_HAS_DATA,
    G_DATA,
    G_PARAMETERS,
    G_NAMED_PARAMETERS,
    G_INPUT_TYPES,
    G_INPUT_NAMES,
    G_PROJECTED_INPUT,
    G_COLUMNS,
    G_EXTRA,
    G_ORDINALITY,
    G_ROW_GROUP_ORDER,
    G_COUNT
};
static const char *const get_keys[G_COUNT] = {
    "table_index",       "returned_types",     "names",
    "projection_ids",    "table_filters",      "name",
    "arguments",         "original_arguments", "catalog_name",
    "schema_name",       "has_serialize",      "function_data",
    "parameters",        "named_parameters",   "input_table_types",
    "input_table_names", "projected_input",    "column_indexes",
    "extra_info",        "ordinality_idx",     "row_group_order_options"};
IMPORT_SHAPE(get_shape, "a scan", VERDICT_OPERATOR_FIELD, import_operator_base, get_keys);

enum {
    C_INDEX,
    C_CHILDREN,
    C_KIND,
    C_TYPE,
    C_FIELD,
    C_HAS_INDEX
};
static const char *const column_keys[] = {"index", "child_indexes", "index_type",
                                          "type",  "field",         "has_index"};
IMPORT_SHAPE(column_shape, "a column of a scan", VERDICT_OPERATOR_FIELD, NULL, column_keys);

enum {
    X_FILE_FILTERS,
    X_TOTAL,
    X_FILTERED,
    X_SAMPLE
};
static const char *const extra_keys[] = {"file_filters", "total_files", "filtered_files", "sample_options"};
IMPORT_SHAPE(extra_shape, "a scan", VERDICT_OPERATOR_FIELD, NULL, extra_keys);

static const char *const filter_set_keys[] = {"filters"};
IMPORT_SHAPE(filter_set_shape, "the filters of a scan", VERDICT_FILTER, NULL, filter_set_keys);

static const char *const entry_keys[] = {"key", "value"};
IMPORT_SHAPE(entry_shape, "an entry of a map", VERDICT_OPERATOR_FIELD, NULL, entry_keys);

#define NO_INDEX UINT64_MAX /* of an optional index */

/* A scan while it is being read. */
struct scan {
    struct json_object **values;
    struct json_object *names; /* of the columns, in the source */
    uint32_t width;            /* how many columns the source has */
    bool virtual_columns;      /* of files: filename, file_row_number, file_index */
    bool rowid;                /* of tables */
    uint64_t *indexes;         /* the primary index of each column in `read` */
    struct scan_column_list read;
    struct column_list columns; /* of `read`: what each gives */
    struct u32_list projection;
    struct expr_builder filters;
};

static bool declined_function(struct import *im, struct scan *scan)
{
    return verdict_no(im->verdict, VERDICT_TABLE_FUNCTION, "the table function %.60s only runs locally",
                      import_chars(scan->values[G_NAME]));
}

/* ---- Columns ---- */

static const struct {
    uint64_t index;
    const char *name;
    enum scan_role role;
    enum type_tag type;
} virtual_columns[] = {
    {UINT64_MAX, "rowid", SCAN_ROWID, TYPE_BIGINT},
    {UINT64_MAX - 1, "", SCAN_EMPTY, TYPE_BOOLEAN},
    {UINT64_C(1) << 63, "filename", SCAN_FILENAME, TYPE_VARCHAR},
    {(UINT64_C(1) << 63) + 1, "file_row_number", SCAN_FILE_ROW_NUMBER, TYPE_BIGINT},
    {(UINT64_C(1) << 63) + 2, "file_index", SCAN_FILE_INDEX, TYPE_UBIGINT},
};

static bool allows_role(const struct scan *scan, enum scan_role role)
{
    switch (role) {
    case SCAN_COLUMN:
    case SCAN_EMPTY:
        return true;
    case SCAN_ROWID:
        return scan->rowid;
    case SCAN_FILENAME:
    case SCAN_FILE_ROW_NUMBER:
    case SCAN_FILE_INDEX:
        return scan->virtual_columns;
    case scan_role_INVALID:
    case scan_role_END:
        break;
    }
    return false;
}

/* DuckDB gives a column of a file that has no name one by its position, unless another column has that. */
static bool name_after_position(struct import *im, struct scan *scan, uint64_t index, struct eider_str *ret)
{
    const char *name = arena_printf(im->arena, "C%u", (uint32_t)index);

    if (name == NULL)
        return false;
    for (uint32_t i = 0; i < scan->width; i++) {
        if (strcasecmp(import_chars(import_item(scan->names, i)), name) == 0)
            return import_unreadable(im, "the columns of a scan");
    }
    *ret = str_from(name);
    return true;
}

/* Column number `index` of the source as entry `at` of `read`, whole. */
static bool set_column(struct import *im, struct scan *scan, uint32_t at, uint64_t index)
{
    struct scan_column *column = &scan->read.items[at];

    scan->indexes[at] = index;
    column->role = SCAN_COLUMN;
    if (index < scan->width) {
        if (!import_str(im, import_item(scan->names, (uint32_t)index), &column->name) ||
            (column->type = import_type(im, import_item(scan->values[G_TYPES], (uint32_t)index))) == NULL)
            return false;
        if (column->name.size == 0 && !name_after_position(im, scan, index, &column->name))
            return false;
        scan->columns.items[at] = (struct column){column->name, column->type};
        return true;
    }
    for (size_t i = 0; i < sizeof(virtual_columns) / sizeof(virtual_columns[0]); i++) {
        if (virtual_columns[i].index == index && allows_role(scan, virtual_columns[i].role)) {
            column->role = virtual_columns[i].role;
            column->name = str_from(virtual_columns[i].name);
            column->type = type_simple(virtual_columns[i].type);
            scan->columns.items[at] = (struct column){column->name, column->type};
            return true;
        }
    }
    return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a virtual column of a scan is not understood");
}

/* The fields to descend into: {"child_indexes": [{"index": 1, "child_indexes": […]}]}, one at each level. The last
 * one's type must be that of the field: DuckDB may fold a cast into the scan. */
static bool read_path(struct import *im, struct json_object *json, struct scan *scan, uint32_t at)
{
    struct scan_column *column = &scan->read.items[at];
    const struct eider_type *type = column->type, *leaf;
    struct json_object *values[6], *child = json;
    uint32_t depth = 0;

    for (struct json_object *level = json; !import_is_default(import_key(level, "child_indexes")); depth++)
        level = import_item(import_key(level, "child_indexes"), 0);
    column->path = str_list_new(im->arena, depth);
    for (uint32_t i = 0; i < column->path.count; i++) {
        const struct type_struct *structure = type_as_struct(type);
        struct json_object *list = import_key(child, "child_indexes");
        uint64_t index;
        uint32_t count;

        child = import_item(list, 0);
        if (!import_list(im, list, &count) || !import_fields(im, child, &column_shape, values) ||
            !import_u64(im, values[C_INDEX], &index))
            return false;
        if (count != 1)
            return import_unreadable(im, "a field of a column");
        if (structure == NULL || index >= structure->fields.count || !import_is_default(values[C_FIELD]) ||
            values[C_HAS_INDEX] != NULL)
            return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a field of a column is not understood");
        column->path.items[i] = structure->fields.items[index].name;
        type = structure->fields.items[index].type;
    }
    if (depth == 0 || column->path.count != depth ||
        (leaf = import_type(im, import_key(child, "type"))) == NULL)
        return import_unreadable(im, "a field of a column");
    if (!type_equal(leaf, type))
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a scan casts a field of a column");
    scan->columns.items[at] = (struct column){column->path.items[depth - 1], type};
    return true;
}

static bool read_column(struct import *im, struct json_object *json, struct scan *scan, uint32_t at)
{
    struct json_object *values[6];
    uint64_t index;

    if (!import_fields(im, json, &column_shape, values) || !import_u64(im, values[C_INDEX], &index))
        return false;
    if (values[C_HAS_INDEX] != NULL || !import_is_default(values[C_FIELD]))
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a column of a scan has no number");
    if (!set_column(im, scan, at, index))
        return false;
    if (values[C_KIND] == NULL || import_is(values[C_KIND], "FULL_READ"))
        return true;
    if (!import_is(values[C_KIND], "PUSHDOWN_EXTRACT"))
        return import_unreadable(im, "a column of a scan");
    return read_path(im, json, scan, at);
}

/* Where the whole column `index` stands in `read`; it is added if need be. */
static bool find_filter_column(struct import *im, struct scan *scan, uint64_t index, uint32_t *ret)
{
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->indexes[i] != index)
            continue;
        if (scan->read.items[i].path.count > 0)
            return verdict_no(im->verdict, VERDICT_FILTER,
                              "a table filter is on a column of which a field is read");
        *ret = i;
        return true;
    }
    *ret = scan->read.count;
    scan->read.count++;
    scan->columns.count++;
    return set_column(im, scan, *ret, index);
}

static bool read_filters(struct import *im, struct scan *scan, struct json_object *filters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct json_object *entry[2];
        const struct eider_expr *column;
        uint64_t index;
        uint32_t at = 0;

        if (!import_fields(im, import_item(filters, i), &entry_shape, entry) ||
            !import_u64(im, entry[0], &index))
            return false;
        if (import_is_redundant_filter(entry[1]))
            continue;
        if (!find_filter_column(im, scan, index, &at))
            return false;
        column = expr_column(im->arena, scan->columns.items[at].type, at, scan->columns.items[at].name);
        if (column == NULL || !import_table_filter(im, column, entry[1], &scan->filters))
            return false;
    }
    return true;
}

/* `read`, filters and projection of every kind of scan. */
static bool read_columns(struct import *im, struct scan *scan)
{
    struct json_object *filters[1] = {NULL}, *types = scan->values[G_TYPES];
    uint32_t count, filter_count, type_count;

    if (!import_list(im, scan->names, &scan->width) || !import_list(im, types, &type_count) ||
        !import_list(im, scan->values[G_COLUMNS], &count) ||
        (scan->values[G_FILTERS] != NULL &&
         !import_fields(im, scan->values[G_FILTERS], &filter_set_shape, filters)) ||
        !import_list(im, filters[0], &filter_count) ||
        !import_u32_list(im, scan->values[G_PROJECTION], &scan->projection))
        return false;
    if (scan->width != type_count || count == 0)
        return import_unreadable(im, "the columns of a scan");
    scan->read = scan_column_list_new(im->arena, count + filter_count);
    scan->columns = column_list_new(im->arena, count + filter_count);
    scan->indexes = arena_alloc_array(im->arena, (size_t)count + filter_count, sizeof(*scan->indexes));
    if (scan->read.count == 0 || scan->columns.count == 0 || scan->indexes == NULL)
        return false;
    scan->read.count = scan->columns.count = count;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_column(im, import_item(scan->values[G_COLUMNS], i), scan, i))
            return false;
    }
    if (scan->projection.count == 0)
        scan->projection = u32_list_identity(im->arena, count);
    for (uint32_t i = 0; i < scan->projection.count; i++) {
        if (scan->projection.items[i] >= count)
            return import_unreadable(im, "the projection of a scan");
    }
    return scan->projection.count > 0 && read_filters(im, scan, filters[0], filter_count);
}

/* The columns that leave the scan, and their bindings: (table, position in column_indexes). */
static bool finish_scan(struct import *im, struct scan *scan, struct eider_node *node, struct relation *ret)
{
    uint32_t count = scan->projection.count;
    struct binding *bindings = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*bindings));
    uint64_t table;

    node->columns = column_list_new(im->arena, count);
    if (bindings == NULL || node->columns.count != count || !import_u64(im, scan->values[G_TABLE], &table))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        node->columns.items[i] = scan->columns.items[scan->projection.items[i]];
        bindings[i] = (struct binding){table, scan->projection.items[i]};
    }
    *ret = (struct relation){node, bindings};
    return true;
}

/* ---- Parquet ---- */

static bool add_option(struct import *im, struct named_expr_list *options, const char *name,
                       const struct eider_expr *value)
{
    if (value == NULL)
        return false;
    (void)im;
    options->items[options->count++] = (struct named_expr){str_from(name), value};
    return true;
}

/* hive_types := {year: 'BIGINT', …}: what DuckDB has found for the partition columns, so that a task which sees fewer
 * files does not find something else. */
static const struct eider_expr *read_hive_types(struct import *im, struct json_object *json)
{
    struct type_struct *type = type_struct_new(im->arena);
    struct expr_nested *types = type != NULL ? expr_nested_new(im->arena, &type->base) : NULL;
    uint32_t count;

    if (types == NULL || !import_list(im, json, &count))
        return NULL;
    type->fields = column_list_new(im->arena, count);
    types->children = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < count && type->fields.count == count && types->children.count == count; i++) {
        struct json_object *entry[2];
        const struct eider_type *column;

        if (!import_fields(im, import_item(json, i), &entry_shape, entry) ||
            !import_str(im, entry[0], &type->fields.items[i].name) ||
            (column = import_type(im, entry[1])) == NULL)
            return NULL;
        if (type_tag_sql(column->tag) == NULL || type->fields.items[i].name.size == 0) {
            verdict_no(im->verdict, VERDICT_PARQUET_OPTION,
                       "a partition column has a type that cannot be written");
            return NULL;
        }
        type->fields.items[i].type = type_simple(TYPE_VARCHAR);
        if ((types->children.items[i] = import_text(im, str_from(type_tag_sql(column->tag)))) == NULL)
            return NULL;
    }
    return type->fields.count == count && types->children.count == count ? &types->base : NULL;
}

static bool read_file_options(struct import *im, struct json_object *json, struct named_expr_list *options)
{
    enum {
        FILENAME,
        HIVE,
        AUTO_HIVE,
        BY_NAME,
        AUTOCAST,
        HIVE_TYPES,
        FILENAME_COLUMN,
        COUNT
    };
    static const char *const keys[COUNT] = {
        "filename",       "hive_partitioning",   "auto_detect_hive_partitioning",
        "union_by_name",  "hive_types_autocast", "hive_types_schema",
        "filename_column"};
    IMPORT_SHAPE(shape, "read_parquet", VERDICT_PARQUET_OPTION, NULL, keys);
    struct json_object *values[COUNT];
    struct eider_str filename_column;
    bool filename, hive, by_name;

    if (!import_fields(im, json, &shape, values) || !import_bool(im, values[FILENAME], &filename) ||
        !import_bool(im, values[HIVE], &hive) || !import_bool(im, values[BY_NAME], &by_name) ||
        !import_str(im, values[FILENAME_COLUMN], &filename_column))
        return false;
    if (!add_option(im, options, "hive_partitioning", import_boolean(im, hive)))
        return false;
    if (hive && !import_is_default(values[HIVE_TYPES]) &&
        !add_option(im, options, "hive_types", read_hive_types(im, values[HIVE_TYPES])))
        return false;
    if (filename &&
        !add_option(im, options, "filename",
                    filename_column.size > 0 ? import_text(im, filename_column) : import_boolean(im, true)))
        return false;
    return !by_name || add_option(im, options, "union_by_name", import_boolean(im, true));
}

/* file_row_number := true adds a column, which is the virtual one by its other name. */
static void use_virtual_row_number(struct scan *scan)
{
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (scan->read.items[i].role == SCAN_COLUMN && str_is(scan->read.items[i].name, "file_row_number"))
            scan->read.items[i].role = SCAN_FILE_ROW_NUMBER;
    }
}

static bool read_parquet_options(struct import *im, struct json_object *json, struct scan *scan,
                                 struct named_expr_list *options)
{
    enum {
        BINARY,
        ROW_NUMBER,
        FILE_OPTIONS,
        SCHEMA,
        ENCRYPTION,
        CARDINALITY,
        NAN,
        COUNT
    };
    static const char *const keys[COUNT] = {"binary_as_string", "file_row_number",   "file_options",
                                            "schema",           "encryption_config", "explicit_cardinality",
                                            "can_have_nan"};
    IMPORT_SHAPE(shape, "read_parquet", VERDICT_PARQUET_OPTION, NULL, keys);
    struct json_object *values[COUNT];
    bool binary, row_number, nan;

    *options = named_expr_list_new(im->arena, 8);
    if (options->count == 0)
        return false;
    options->count = 0;
    if (!import_fields(im, json, &shape, values) || !import_bool(im, values[BINARY], &binary) ||
        !import_bool(im, values[ROW_NUMBER], &row_number) || !import_bool(im, values[NAN], &nan))
        return false;
    if (!import_is_default(values[SCHEMA]) || values[ENCRYPTION] != NULL)
        return verdict_no(im->verdict, VERDICT_PARQUET_OPTION,
                          "read_parquet with a schema or with encryption only runs locally");
    if (row_number)
        use_virtual_row_number(scan);
    return add_option(im, options, "binary_as_string", import_boolean(im, binary)) &&
           (!nan || add_option(im, options, "can_have_nan", import_boolean(im, true))) &&
           read_file_options(im, values[FILE_OPTIONS], options);
}

/* With union_by_name the columns come from all files. If a filter has taken some away, the others may not have them. */
static bool check_pruned_files(struct import *im, struct scan *scan, const struct named_expr_list *options)
{
    uint64_t total, filtered;

    if (!import_u64(im, import_key(scan->values[G_EXTRA], "total_files"), &total) ||
        !import_u64(im, import_key(scan->values[G_EXTRA], "filtered_files"), &filtered))
        return false;
    for (uint32_t i = 0; i < options->count && filtered != total; i++) {
        if (str_is(options->items[i].name, "union_by_name"))
            return verdict_no(im->verdict, VERDICT_PARQUET_OPTION,
                              "read_parquet with union_by_name over a part of the files only runs locally");
    }
    return true;
}

/* A filter on the names of files or their partitions may leave none. */
static bool finish_no_files(struct import *im, struct scan *scan, struct relation *ret)
{
    struct node_empty *node = node_empty_new(im->arena);

    return node != NULL && finish_scan(im, scan, &node->base, ret);
}

static bool read_parquet(struct import *im, struct scan *scan, struct relation *ret)
{
    enum {
        FILES,
        TYPES,
        NAMES,
        OPTIONS,
        TABLE_COLUMNS,
        COUNT
    };
    static const char *const keys[COUNT] = {"files", "types", "names", "parquet_options", "table_columns"};
    IMPORT_SHAPE(shape, "read_parquet", VERDICT_PARQUET_OPTION, NULL, keys);
    struct json_object *values[COUNT];
    struct node_parquet_scan *node = node_parquet_scan_new(im->arena);
    uint32_t count;

    if (node == NULL || !import_fields(im, scan->values[G_DATA], &shape, values) ||
        !import_list(im, values[FILES], &count))
        return false;
    if (!import_is_default(values[TABLE_COLUMNS]))
        return verdict_no(im->verdict, VERDICT_PARQUET_OPTION,
                          "the files belong to a table of another system");
    scan->names = values[NAMES];
    scan->virtual_columns = true;
    if (!read_columns(im, scan) || !read_parquet_options(im, values[OPTIONS], scan, &node->options))
        return false;
    if (!check_pruned_files(im, scan, &node->options))
        return false;
    im->facts->parquet_scans++;
    if (count == 0)
        return finish_no_files(im, scan, ret);
    node->files = file_slice_list_new(im->arena, count);
    for (uint32_t i = 0; i < node->files.count; i++) {
        if (!import_str(im, import_item(values[FILES], i), &node->files.items[i].path))
            return false;
    }
    node->read = scan->read;
    node->filters = scan->filters.list;
    node->projection = scan->projection;
    return node->files.count == count && finish_scan(im, scan, &node->base, ret);
}

/* ---- Native tables ---- */

static bool read_table(struct import *im, struct scan *scan, struct relation *ret)
{
    enum {
        CATALOG,
        SCHEMA,
        TABLE,
        INDEX_SCAN,
        CREATE_INDEX,
        RESULT_IDS,
        COUNT
    };
    static const char *const keys[COUNT] = {"catalog",       "schema",          "table",
                                            "is_index_scan", "is_create_index", "result_ids"};
    IMPORT_SHAPE(shape, "the scan of a table", VERDICT_OPERATOR_FIELD, NULL, keys);
    struct json_object *values[COUNT];
    struct node_table_scan *node = node_table_scan_new(im->arena);

    if (node == NULL || !import_fields(im, scan->values[G_DATA], &shape, values) ||
        !import_str(im, values[CATALOG], &node->catalog) || !import_str(im, values[SCHEMA], &node->schema) ||
        !import_str(im, values[TABLE], &node->table))
        return false;
    if (!import_is_default(values[INDEX_SCAN]) || !import_is_default(values[CREATE_INDEX]) ||
        !import_is_default(values[RESULT_IDS]) || node->table.size == 0)
        return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "the scan of a table is not understood");
    scan->names = scan->values[G_NAMES];
    scan->rowid = true;
    if (!read_columns(im, scan))
        return false;
    node->read = scan->read;
    node->filters = scan->filters.list;
    node->projection = scan->projection;
    im->facts->table_scans++;
    return finish_scan(im, scan, &node->base, ret);
}

/* ---- Table functions ---- */

static bool is_listed(struct json_object *name, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (import_is(name, *list))
            return true;
    }
    return false;
}

/* The names of all columns of the function, for the alias list: they are the query's, if it gave any. */
static bool read_names(struct import *im, struct scan *scan, struct str_list *ret)
{
    *ret = str_list_new(im->arena, scan->width);
    for (uint32_t i = 0; i < ret->count; i++) {
        if (!import_str(im, import_item(scan->names, i), &ret->items[i]))
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (ret->items[i].size == ret->items[k].size &&
                strncasecmp(ret->items[i].data, ret->items[k].data, ret->items[i].size) == 0)
                return verdict_no(im->verdict, VERDICT_TABLE_FUNCTION,
                                  "two columns of a table function have the same name");
        }
    }
    return ret->count == scan->width;
}

static bool has_ordinality(struct import *im, struct scan *scan, bool *ret)
{
    uint64_t index = NO_INDEX;

    if (scan->values[G_ORDINALITY] != NULL && !import_u64(im, scan->values[G_ORDINALITY], &index))
        return false;
    *ret = index != NO_INDEX;
    return true;
}

/* Wide enough for every function that is allowed; keeps the check for duplicate names cheap. */
#define MAX_FUNCTION_COLUMNS 64
#define MAX_TEXT_COLUMNS     2000

static bool read_function_columns(struct import *im, struct scan *scan, uint32_t max, struct str_list *names)
{
    scan->names = scan->values[G_NAMES];
    if (!read_columns(im, scan))
        return false;
    return scan->width <= max ? read_names(im, scan, names) : declined_function(im, scan);
}

static bool read_function_scan(struct import *im, struct scan *scan, struct relation *ret)
{
    static const char *const allowed[] = {"range", "generate_series", "unnest", "repeat", "repeat_row", NULL};
    struct node_function_scan *node = node_function_scan_new(im->arena);
    uint32_t count, named;

    if ((!is_listed(scan->values[G_NAME], allowed) &&
         !import_is_declared(im, FUNCTION_TABLE, scan->values[G_NAME])) ||
        scan->values[G_DATA] != NULL)
        return declined_function(im, scan);
    if (node == NULL || !import_str(im, scan->values[G_NAME], &node->name) ||
        !import_list(im, scan->values[G_PARAMETERS], &count) ||
        !import_list(im, scan->values[G_NAMED_PARAMETERS], &named) ||
        !has_ordinality(im, scan, &node->ordinality) ||
        !read_function_columns(im, scan, MAX_FUNCTION_COLUMNS, &node->names))
        return false;
    node->args = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < node->args.count; i++) {
        if ((node->args.items[i] = import_value(im, import_item(scan->values[G_PARAMETERS], i))) == NULL)
            return false;
    }
    node->named_args = named_expr_list_new(im->arena, named);
    for (uint32_t i = 0; i < node->named_args.count; i++) {
        struct json_object *entry[2];

        if (!import_fields(im, import_item(scan->values[G_NAMED_PARAMETERS], i), &entry_shape, entry) ||
            !import_str(im, entry[0], &node->named_args.items[i].name) ||
            (node->named_args.items[i].expr = import_value(im, entry[1])) == NULL)
            return false;
    }
    node->read = scan->read;
    node->filters = scan->filters.list;
    node->projection = scan->projection;
    return node->args.count == count && node->named_args.count == named &&
           finish_scan(im, scan, &node->base, ret);
}

/* CSV or JSON files. */
static bool read_text_scan(struct import *im, struct scan *scan, struct relation *ret)
{
    struct node_function_scan *node = node_function_scan_new(im->arena);

    if (scan->values[G_DATA] != NULL || !import_is(scan->values[G_CATALOG], "system"))
        return declined_function(im, scan);
    if (node == NULL ||
        !import_text_call(im, scan->values[G_PARAMETERS], scan->values[G_NAMED_PARAMETERS], node) ||
        !has_ordinality(im, scan, &node->ordinality) ||
        !read_function_columns(im, scan, MAX_TEXT_COLUMNS, &node->names))
        return false;
    import_text_parts(im, node);
    node->read = scan->read;
    node->filters = scan->filters.list;
    node->projection = scan->projection;
    im->facts->text_scans++;
    return finish_scan(im, scan, &node->base, ret);
}

/* The arguments are the first columns of the input, cast to what the function takes. */
static bool read_lateral_arguments(struct import *im, struct scan *scan, const struct relation *input,
                                   struct expr_list *ret)
{
    uint32_t count;

    if (!import_list(im, scan->values[G_INPUT_TYPES], &count))
        return false;
    if (count == 0 || count > input->node->columns.count)
        return import_unreadable(im, "the arguments of a table function");
    *ret = expr_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        const struct eider_type *type = import_type(im, import_item(scan->values[G_INPUT_TYPES], i));

        if (type == NULL ||
            (ret->items[i] = import_cast(im, expr_column_of(im->arena, input->node, i), type)) == NULL)
            return false;
    }
    return ret->count == count;
}

/* Appends the columns of the input that pass through to what the function gives. */
static bool pass_input(struct import *im, const struct relation *input, const struct u32_list *passed,
                       struct relation *ret)
{
    uint32_t first = ret->node->columns.count, count = first + passed->count;
    struct column_list columns = column_list_new(im->arena, count);
    struct binding *bindings = arena_alloc_array(im->arena, (size_t)count + 1, sizeof(*bindings));

    if (columns.count != count || bindings == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t position = i < first ? i : passed->items[i - first];

        if (i >= first && position >= input->node->columns.count)
            return import_unreadable(im, "the input of a table function");
        columns.items[i] = i < first ? ret->node->columns.items[i] : input->node->columns.items[position];
        bindings[i] = i < first ? ret->bindings[i] : input->bindings[position];
    }
    ret->node->columns = columns;
    ret->bindings = bindings;
    return true;
}

/* FROM input, LATERAL name(…). DuckDB gives such a function neither filters nor a choice of columns. */
static bool read_lateral(struct import *im, struct scan *scan, const struct relation *input,
                         struct relation *ret)
{
    static const char *const allowed[] = {"range",     "generate_series", "unnest",
                                          "json_each", "json_tree",       NULL};
    struct node_lateral_function *node = node_lateral_function_new(im->arena);

    if (!is_listed(scan->values[G_NAME], allowed) || scan->values[G_DATA] != NULL ||
        !import_is_default(scan->values[G_PARAMETERS]) ||
        !import_is_default(scan->values[G_NAMED_PARAMETERS]))
        return declined_function(im, scan);
    if (node == NULL || !import_str(im, scan->values[G_NAME], &node->name) ||
        !import_u32_list(im, scan->values[G_PROJECTED_INPUT], &node->passed) ||
        !has_ordinality(im, scan, &node->ordinality) ||
        !read_function_columns(im, scan, MAX_FUNCTION_COLUMNS, &node->names) ||
        !read_lateral_arguments(im, scan, input, &node->args))
        return false;
    for (uint32_t i = 0; i < scan->projection.count; i++) {
        if (scan->projection.items[i] != i || scan->projection.count != scan->read.count)
            return declined_function(im, scan);
    }
    if (scan->filters.list.count > 0)
        return declined_function(im, scan);
    node->input = input->node;
    node->read = scan->read;
    node->projection = scan->projection;
    return finish_scan(im, scan, &node->base, ret) && pass_input(im, input, &node->passed, ret);
}

/* ---- All of them ---- */

/* A sample that DuckDB has pushed into the scan. */
static bool read_extra(struct import *im, struct scan *scan, struct relation *ret)
{
    struct json_object *values[4];
    struct relation input = *ret;

    if (scan->values[G_EXTRA] == NULL)
        return true;
    if (!import_fields(im, scan->values[G_EXTRA], &extra_shape, values))
        return false;
    return values[X_SAMPLE] == NULL || import_sample(im, &input, values[X_SAMPLE], ret);
}

/* Row groups that ORDER BY … LIMIT lets a scan skip stand in the plan; their number would be lost. */
static bool check_row_group_order(struct import *im, struct json_object *json)
{
    if (import_is_default(import_key(json, "row_group_offset")) &&
        import_is_default(import_key(json, "leading_null_group_offset")))
        return true;
    return verdict_no(im->verdict, VERDICT_OPERATOR_FIELD, "a scan skips row groups");
}

bool import_get(struct import *im, struct json_object *json, struct relation *ret)
{
    struct json_object *values[G_COUNT], *name;
    struct scan scan = {.values = values};
    struct function_json function;
    struct relation input;
    bool has_data, ok;
    uint32_t inputs;

    if (!import_fields(im, json, &get_shape, values) || !import_bool(im, values[G_HAS_DATA], &has_data) ||
        !import_list(im, import_key(json, "children"), &inputs))
        return false;
    name = values[G_NAME];
    function =
        (struct function_json){name, values[G_CATALOG], values[G_SCHEMA], values[G_HAS_DATA], values[G_DATA]};
    if (!has_data && inputs == 0 && import_is(name, "eider_text_scan"))
        return read_text_scan(im, &scan, ret) && read_extra(im, &scan, ret);
    if (!import_check_function(im, FUNCTION_TABLE, &function) ||
        !check_row_group_order(im, values[G_ROW_GROUP_ORDER]))
        return false;
    if (inputs > 0) {
        ok = import_children(im, json, &input, 1) && read_lateral(im, &scan, &input, ret);
    } else if (!import_is_default(values[G_PROJECTED_INPUT])) {
        ok = import_unreadable(im, "the input of a table function");
    } else if (has_data && values[G_ORDINALITY] != NULL) {
        ok = declined_function(im, &scan);
    } else if (has_data && (import_is(name, "read_parquet") || import_is(name, "parquet_scan"))) {
        ok = read_parquet(im, &scan, ret);
    } else if (has_data && import_is(name, "seq_scan")) {
        ok = read_table(im, &scan, ret);
    } else if (!has_data) {
        ok = read_function_scan(im, &scan, ret);
    } else {
        ok = declined_function(im, &scan);
    }
    return ok && read_extra(im, &scan, ret);
}
