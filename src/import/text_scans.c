/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of eider_text_scan, which engine/text_scans.h explains: they become the call of DuckDB's function that the query has,
 * with the same arguments.
 *
 *     eider_text_scan('text-1', 'read_csv', 'a.csv', delim := ';', header := 'text-1')   →   read_csv('a.csv', delim := ';')
 */
#include <string.h>

#include "import/reader.h"

static const char *const entry_keys[] = {"key", "value"};
IMPORT_SHAPE(entry_shape, "an entry of a map", VERDICT_OPERATOR_FIELD, NULL, entry_keys);

enum {
    P_TOKEN,
    P_FUNCTION,
    P_PATH,
    P_COUNT
};

/* The text of a VARCHAR constant; NULL if it is none. */
static const struct expr_string *text_of(const struct eider_expr *expr)
{
    return expr->type->tag == TYPE_VARCHAR ? expr_as_string(expr) : NULL;
}

/* The parameters that were given. */
static bool read_named(struct import *im, struct json_object *json, struct eider_str token,
                       struct named_expr_list *ret)
{
    uint32_t count;

    if (!import_list(im, json, &count))
        return false;
    *ret = named_expr_list_new(im->arena, count);
    if (ret->count != count)
        return false;
    ret->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct named_expr *item = &ret->items[ret->count];
        struct json_object *entry[2];
        const struct expr_string *text;

        if (!import_fields(im, import_item(json, i), &entry_shape, entry) ||
            !import_str(im, entry[0], &item->name) || (item->expr = import_value(im, entry[1])) == NULL)
            return false;
        text = text_of(item->expr);
        if (text == NULL || !str_equal(text->bytes, token))
            ret->count++;
    }
    return true;
}

static const struct text_files *find_files(struct import *im, const struct eider_expr *path)
{
    const struct expr_string *text = text_of(path);

    for (uint32_t i = 0; text != NULL && i < im->input->text_files.count; i++) {
        if (str_is(text->bytes, im->input->text_files.items[i].pattern))
            return &im->input->text_files.items[i];
    }
    import_unreadable(im, "the files of a scan");
    return NULL;
}

/* The files behind all paths of the call, in its order. */
static bool read_files(struct import *im, const struct eider_expr *argument, struct node_function_scan *ret)
{
    const struct expr_nested *list = expr_as_nested(argument);
    uint32_t paths = list != NULL ? list->children.count : 1, count = 0;

    for (uint32_t i = 0; i < paths; i++) {
        const struct text_files *found = find_files(im, list != NULL ? list->children.items[i] : argument);
        if (found == NULL)
            return false;
        count += found->files.count;
    }
    ret->files = file_slice_list_new(im->arena, count);
    if (ret->files.count != count)
        return false;
    for (uint32_t i = 0, at = 0; i < paths; i++) {
        const struct text_files *found = find_files(im, list != NULL ? list->children.items[i] : argument);
        for (uint32_t k = 0; k < found->files.count; k++)
            ret->files.items[at++] = found->files.items[k];
    }
    return true;
}

static bool has_names(const struct text_files *list, const struct str_list *names)
{
    bool same = list->name_count == names->count;

    for (uint32_t i = 0; same && i < names->count; i++)
        same = str_is(names->items[i], list->names[i]);
    return same;
}

/* True if one of the call's paths is this one. */
static bool has_path(const struct eider_expr *argument, const char *pattern)
{
    const struct expr_nested *list = expr_as_nested(argument);
    uint32_t count = list != NULL ? list->children.count : 1;

    for (uint32_t i = 0; i < count; i++) {
        if (str_is(text_of(list != NULL ? list->children.items[i] : argument)->bytes, pattern))
            return true;
    }
    return false;
}

void import_text_parts(const struct import *im, struct node_function_scan *node)
{
    const struct text_files *first = NULL;

    /* Several calls with one path are not told apart: what is not the same for all of them is not said of any. */
    for (uint32_t i = 0; i < im->input->text_files.count; i++) {
        const struct text_files *list = &im->input->text_files.items[i];
        bool own = has_names(list, &node->names) && !node->ordinality;

        if (!has_path(node->args.items[0], list->pattern))
            continue;
        if (first == NULL) {
            node->divisible = list->divisible;
            node->keys = list->keys;
            first = list;
        }
        node->divisible &= own && list->divisible;
        node->keys = own && list->keys == node->keys ? node->keys : 0;
    }
}

bool import_text_call(struct import *im, struct json_object *parameters, struct json_object *named,
                      struct node_function_scan *ret)
{
    const struct eider_expr *values[P_COUNT];
    const struct expr_string *token, *function;
    uint32_t count;

    if (!import_list(im, parameters, &count))
        return false;
    if (count != P_COUNT)
        return import_unreadable(im, "a scan of CSV or JSON files");
    for (uint32_t i = 0; i < P_COUNT; i++) {
        if ((values[i] = import_value(im, import_item(parameters, i))) == NULL)
            return false;
    }
    token = text_of(values[P_TOKEN]);
    function = text_of(values[P_FUNCTION]);
    if (token == NULL || function == NULL)
        return import_unreadable(im, "a scan of CSV or JSON files");
    ret->name = function->bytes;
    ret->args = expr_list_new(im->arena, 1);
    if (ret->args.count != 1)
        return false;
    ret->args.items[0] = values[P_PATH];
    return read_named(im, named, token->bytes, &ret->named_args) && read_files(im, values[P_PATH], ret);
}
