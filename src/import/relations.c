/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Relations of a parse tree: every object whose type is BASE_TABLE or TABLE_FUNCTION, wherever it stands. Nobody relies on the
 * list being complete or right: it helps to decide what is worth a closer look.
 *
 *     FROM t JOIN read_csv(['a.csv', 'b.csv']) …   →   name t; function read_csv, paths a.csv, b.csv
 */
#include "import/relations.h"

#include <limits.h>
#include <string.h>

#include "import/fields.h"
#include "import/import.h"

#define JSON_DEPTH    (4 * IMPORT_MAX_DEPTH)
#define MAX_RELATIONS 4096
#define MAX_PATHS     10000

struct walk {
    struct arena *arena;
    struct import_relations *ret;
    uint32_t capacity;
};

static bool is_class(struct json_object *json, const char *name)
{
    return import_is(import_key(json, "class"), name);
}

static const char *copy(struct walk *walk, struct json_object *text)
{
    const char *chars = import_chars(text);

    return arena_strndup(walk->arena, chars, strlen(chars));
}

/* The text of a VARCHAR constant. */
static struct json_object *constant(struct json_object *json)
{
    struct json_object *value = is_class(json, "CONSTANT") ? import_key(json, "value") : NULL;

    return import_is(import_key(import_key(value, "type"), "id"), "VARCHAR") ? import_key(value, "value")
                                                                             : NULL;
}

static void read_paths(struct walk *walk, struct json_object *argument, struct import_relation *relation)
{
    struct json_object *list = NULL;
    size_t count = constant(argument) != NULL ? 1 : 0;
    const char **paths;

    if (is_class(argument, "FUNCTION") && import_is(import_key(argument, "function_name"), "list_value"))
        list = import_key(argument, "children");
    if (json_object_is_type(list, json_type_array))
        count = json_object_array_length(list);
    if (count == 0 || count > MAX_PATHS)
        return;
    if ((paths = arena_alloc_array(walk->arena, count, sizeof(*paths))) == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        struct json_object *text = constant(list != NULL ? json_object_array_get_idx(list, i) : argument);

        if (text == NULL)
            return;
        paths[i] = copy(walk, text);
    }
    relation->paths = paths;
    relation->path_count = (uint32_t)count;
}

static struct import_relation *add(struct walk *walk)
{
    struct import_relations *ret = walk->ret;

    if (ret->count == walk->capacity) {
        uint32_t capacity = walk->capacity > 0 ? 2 * walk->capacity : 16;
        struct import_relation *longer = arena_alloc_array(walk->arena, capacity, sizeof(*longer));

        if (longer == NULL || capacity > MAX_RELATIONS)
            return NULL;
        if (ret->count > 0)
            memcpy(longer, ret->items, ret->count * sizeof(*longer));
        ret->items = longer;
        walk->capacity = capacity;
    }
    return &ret->items[ret->count++];
}

static void read_relation(struct walk *walk, struct json_object *json)
{
    struct json_object *type = import_key(json, "type"), *function, *children;
    struct import_relation *relation;

    if (import_is(type, "BASE_TABLE") && (relation = add(walk)) != NULL) {
        relation->kind = IMPORT_RELATION_NAME;
        relation->name = copy(walk, import_key(json, "table_name"));
    } else if (import_is(type, "TABLE_FUNCTION") && (relation = add(walk)) != NULL) {
        function = import_key(json, "function");
        children = import_key(function, "children");
        relation->kind = IMPORT_RELATION_FUNCTION;
        relation->name = copy(walk, import_key(function, "function_name"));
        if (json_object_is_type(children, json_type_array) && json_object_array_length(children) > 0)
            read_paths(walk, json_object_array_get_idx(children, 0), relation);
    }
}

/* As deep as the parser let it become. */
static void visit(struct walk *walk, struct json_object *json) /* NOLINT(misc-no-recursion) */
{
    if (json_object_is_type(json, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(json); i < n; i++)
            visit(walk, json_object_array_get_idx(json, i));
    } else if (json_object_is_type(json, json_type_object)) {
        read_relation(walk, json);
        json_object_object_foreach(json, key, value)
        {
            (void)key;
            visit(walk, value);
        }
    }
}

enum eider_status import_relations(struct arena *arena, const char *json, struct import_relations *ret,
                                   struct eider_error *err)
{
    struct walk walk = {.arena = arena, .ret = ret};
    struct json_tokener *tokener;
    struct json_object *tree;
    size_t bytes = strlen(json);

    *ret = (struct import_relations){NULL, 0};
    if (bytes == 0 || bytes > IMPORT_MAX_BYTES)
        return EIDER_OK;
    if ((tokener = json_tokener_new_ex(JSON_DEPTH)) == NULL)
        return error_no_memory(err);
    tree = json_tokener_parse_ex(tokener, json, (int)bytes);
    json_tokener_free(tokener);
    visit(&walk, tree);
    json_object_put(tree);
    return arena_failed(arena) ? error_no_memory(err) : EIDER_OK;
}
