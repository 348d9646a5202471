/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the columns of a scan of JSON files can be said in its call. DuckDB reads 20,480 objects of each of 32 files to find them
 * out, and so does every task that makes the call as it is:
 *
 *     read_json('*.json')   →   read_json('*.json', columns := {'id': 'BIGINT'}, records := 'true')
 *
 * The rows are the same but for two things. An object with a key that was not found out is an error if all keys are read, and
 * only then. And dates are read in the format that was found out, which nobody tells: so none is among what is read, unless
 * the call says their format, too.
 */
#include "plan/text_scan.h"

#include "plan/object.h"

static const struct eider_expr *argument(const struct node_function_scan *scan, const char *name)
{
    for (uint32_t i = 0; i < scan->named_args.count; i++) {
        if (str_is(scan->named_args.items[i].name, name))
            return scan->named_args.items[i].expr;
    }
    return NULL;
}

bool text_scan_names_file(const struct node_function_scan *scan)
{
    const struct eider_expr *expr = argument(scan, TEXT_SCAN_FILENAME);
    const struct expr_integer *value = expr == NULL ? NULL : expr_as_integer(expr);

    return value != NULL && value->lower != 0;
}

static bool is_key(const struct node_function_scan *scan, const struct scan_column *column)
{
    return !text_scan_names_file(scan) || !str_is(column->name, TEXT_SCAN_FILENAME);
}

/* True if the values of the type are read alike whether DuckDB found it out or was told. */
static bool is_said(const struct node_function_scan *scan, const struct eider_type *type)
{
    const struct type_struct *fields = type_as_struct(type);
    const struct type_list *list = type_as_list(type);
    const struct type_map *map = type_as_map(type);

    for (uint32_t i = 0; fields != NULL && i < fields->fields.count; i++) {
        if (!is_said(scan, fields->fields.items[i].type))
            return false;
    }
    if (list != NULL)
        return is_said(scan, list->child);
    if (map != NULL)
        return is_said(scan, map->key) && is_said(scan, map->value);
    switch ((int)type->tag) {
    case TYPE_BOOLEAN:
    case TYPE_BIGINT:
    case TYPE_UBIGINT:
    case TYPE_HUGEINT:
    case TYPE_DOUBLE:
    case TYPE_VARCHAR:
    case TYPE_JSON:
    case TYPE_UUID:
    case TYPE_TIME:
    case TYPE_STRUCT:
        return true;
    case TYPE_DATE:
        return argument(scan, "dateformat") != NULL || argument(scan, "date_format") != NULL;
    case TYPE_TIMESTAMP:
        return argument(scan, "timestampformat") != NULL || argument(scan, "timestamp_format") != NULL;
    default:
        return false;
    }
}

/* True if an earlier column is the same. */
static bool is_again(const struct node_function_scan *scan, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (str_equal(scan->read.items[i].name, scan->read.items[index].name))
            return true;
    }
    return false;
}

bool text_scan_says_columns(const struct node_function_scan *scan)
{
    uint32_t count = 0;

    if (scan->keys == 0)
        return false;
    for (uint32_t i = 0; i < scan->read.count; i++) {
        if (!is_key(scan, &scan->read.items[i]) || is_again(scan, i))
            continue;
        if (!is_said(scan, scan->read.items[i].type))
            return false;
        count++;
    }
    return count < scan->keys;
}

bool text_scan_detects_keys(const struct node_function_scan *scan)
{
    static const char *const functions[] = {"read_json", "read_json_auto", "read_ndjson", "read_ndjson_auto"};
    bool reads_keys = false;

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        reads_keys |= str_is(scan->name, functions[i]);
    return reads_keys && argument(scan, "columns") == NULL && !text_scan_says_columns(scan);
}

struct u32_list text_scan_keys(struct arena *arena, const struct node_function_scan *scan)
{
    struct u32_list keys = u32_list_new(arena, scan->read.count);
    uint32_t count = 0;

    for (uint32_t i = 0; i < keys.count; i++) {
        if (is_key(scan, &scan->read.items[i]) && !is_again(scan, i))
            keys.items[count++] = i;
    }
    keys.count = count;
    return keys;
}
