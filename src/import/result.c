/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of a query's result. A plan has their types, but not their names: what the root computes may be called
 * otherwise, or not at all. So engine/planning.c asks for the plan of a table made of the query, whose root says
 * what the table's columns would be:
 *
 *     {"type": "LOGICAL_CREATE_TABLE", "info": {"columns": {"columns": [{"name": "x", "type": …}, …]}, …}, "children": [query]}
 *
 * Below it the plan is that of the query. Where a table's columns would differ from those of the result, nothing is
 * known, and DuckDB is asked by preparing the query: a table has no two columns of one name (the second a becomes a_1), and
 * perhaps other types.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import/reader.h"

struct json_object *import_result_root(struct json_object *plan)
{
    struct json_object *children = import_key(plan, "children");

    if (strcmp(import_chars(import_key(plan, "type")), "LOGICAL_CREATE_TABLE") != 0 ||
        !json_object_is_type(children, json_type_array) || json_object_array_length(children) != 1)
        return NULL;
    return import_item(children, 0);
}

/* The length of a name without a last _N; 0 if it does not end so. */
static uint32_t stem_of(struct eider_str name)
{
    uint32_t size = name.size;

    while (size > 0 && isdigit((unsigned char)name.data[size - 1]))
        size--;
    return size < name.size && size > 1 && name.data[size - 1] == '_' ? size - 1 : 0;
}

/* True if the name may be one that DuckDB made, because another column has what stands before its number. */
static bool is_made(const struct column_list *columns, uint32_t index)
{
    struct eider_str name = columns->items[index].name;
    uint32_t stem = stem_of(name);

    for (uint32_t i = 0; stem > 0 && i < columns->count; i++) {
        struct eider_str other = columns->items[i].name;
        if (i != index && other.size == stem && strncasecmp(other.data, name.data, stem) == 0)
            return true;
    }
    return false;
}

static bool read_columns(struct import *im, struct json_object *list, struct column_list *ret)
{
    uint32_t count =
        json_object_is_type(list, json_type_array) ? (uint32_t)json_object_array_length(list) : 0;

    *ret = column_list_new(im->arena, count);
    for (uint32_t i = 0; i < ret->count; i++) {
        struct json_object *column = import_item(list, i), *name = import_key(column, "name");
        ret->items[i].name =
            str_make(im->arena, json_object_get_string(name), (size_t)json_object_get_string_len(name));
        ret->items[i].type = import_type(im, import_key(column, "type"));
        if (ret->items[i].type == NULL)
            return false;
    }
    return count > 0 && ret->count == count;
}

void import_result(struct import *im, struct json_object *plan, const struct column_list *computed)
{
    struct verdict unknown = {.kind = VERDICT_DISTRIBUTABLE}, *verdict = im->verdict;
    struct json_object *list = import_key(import_key(import_key(plan, "info"), "columns"), "columns");
    struct column_list columns;
    bool known;

    im->verdict = &unknown;
    known = read_columns(im, list, &columns) && import_same_types(&columns, computed);
    im->verdict = verdict;
    for (uint32_t i = 0; known && i < columns.count; i++)
        known = !is_made(&columns, i);
    if (known)
        im->facts->columns = columns;
}
