/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entry of the importer: parses the text, checks the frame around the plan, reads its tree from the root, and
 * turns what went wrong into a verdict or an error.
 *
 * Readers return NULL or false for two reasons: they have declined, with a verdict, or an arena has run out of
 * memory. Bounds: the size of the text, the depth of JSON and of the tree, the number of objects read (a capture of a
 * lambda is read once per use, so that number does not follow from the size).
 */
#include "import/import.h"

#include <limits.h>
#include <string.h>

#include "import/reader.h"
#include "plan/validate.h"

#define JSON_DEPTH  (4 * IMPORT_MAX_DEPTH)
#define MAX_OBJECTS 4000000

bool import_unreadable(struct import *im, const char *what)
{
    return verdict_no(im->verdict, VERDICT_PLAN_UNREADABLE, "the plan is not of the expected form: %s", what);
}

bool import_enter(struct import *im)
{
    if (im->depth >= IMPORT_MAX_DEPTH)
        return verdict_no(im->verdict, VERDICT_LIMIT, "the plan is nested more than %d deep",
                          IMPORT_MAX_DEPTH);
    if (im->objects >= MAX_OBJECTS)
        return verdict_no(im->verdict, VERDICT_LIMIT, "the plan has more than %d objects", MAX_OBJECTS);
    im->depth++;
    im->objects++;
    return true;
}

void import_leave(struct import *im)
{
    im->depth--;
}

/* NULL if it is no JSON, too large, too deep, or if there is no memory for it: json-c does not tell which. */
static struct json_object *parse(const char *text, size_t bytes)
{
    struct json_tokener *tokener;
    struct json_object *json;

    if (text == NULL || bytes == 0 || bytes > IMPORT_MAX_BYTES || bytes > INT_MAX)
        return NULL;
    if ((tokener = json_tokener_new_ex(JSON_DEPTH)) == NULL)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
    json = json_tokener_parse_ex(tokener, text, (int)bytes);
    if (json_tokener_get_error(tokener) != json_tokener_success) {
        json_object_put(json);
        json = NULL;
    }
    json_tokener_free(tokener);
    return json;
}

/* {"error": true, "error_type": …, "error_message": …}: a statement that DuckDB refuses to plan or to write. */
static bool refused(struct import *im, struct json_object *json)
{
    const char *message = import_chars(import_key(json, "error_message"));

    if (strstr(message, "Serialize not implemented") != NULL)
        return verdict_no(im->verdict, VERDICT_TABLE_FUNCTION,
                          "DuckDB cannot hand on one of the scans: %.150s", message);
    return verdict_no(im->verdict, VERDICT_PLAN_REFUSED, "DuckDB gives no plan: %.180s", message);
}

bool import_is_statement(const char *type)
{
    static const char *const statements[] = {
        "LOGICAL_INSERT",      "LOGICAL_DELETE",  "LOGICAL_UPDATE", "LOGICAL_MERGE_INTO",
        "LOGICAL_ALTER",       "LOGICAL_CREATE",  "LOGICAL_DROP",   "LOGICAL_PRAGMA",
        "LOGICAL_TRANSACTION", "LOGICAL_ATTACH",  "LOGICAL_DETACH", "LOGICAL_EXPLAIN",
        "LOGICAL_PREPARE",     "LOGICAL_EXECUTE", "LOGICAL_EXPORT", "LOGICAL_VACUUM",
        "LOGICAL_SET",         "LOGICAL_LOAD",    "LOGICAL_RESET",  "LOGICAL_UPDATE_EXTENSIONS",
        "LOGICAL_COPY"};

    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        if (strncmp(type, statements[i], strlen(statements[i])) == 0)
            return true;
    }
    return false;
}

static void read_plan(struct import *im, struct json_object *json)
{
    struct json_object *plans = import_key(json, "plans"), *plan, *query;
    struct relation root;
    uint32_t count;

    if (json_object_get_boolean(import_key(json, "error"))) {
        refused(im, json);
        return;
    }
    if (!import_list(im, plans, &count))
        return;
    if (count != 1) {
        verdict_no(im->verdict, VERDICT_PLAN_REFUSED, "DuckDB gives %u plans for the statement", count);
        return;
    }
    plan = import_item(plans, 0);
    query = import_result_root(plan);
    if (query != NULL) {
        if (import_operator_tree(im, query, &root)) {
            im->facts->root = root.node;
            import_result(im, plan, &root.node->columns);
        }
        return;
    }
    if (import_is_statement(import_chars(import_key(plan, "type")))) {
        verdict_no(im->verdict, VERDICT_NOT_A_QUERY, "the statement is no query");
        return;
    }
    if (import_operator_tree(im, plan, &root))
        im->facts->root = root.node;
}

/* The net below the readers: a tree that does not hold together was misread. */
static void check_tree(struct import *im)
{
    struct eider_error err;

    if (im->facts->root == NULL || plan_validate(im->facts->root, &err) == EIDER_OK)
        return;
    im->facts->root = NULL;
    verdict_no(im->verdict, VERDICT_PLAN_UNREADABLE, "the plan does not hold together: %.200s", err.message);
}

enum eider_status import_plan(struct arena *arena, const struct import_input *input, struct imported *ret,
                              struct verdict *verdict, struct eider_error *err)
{
    struct import im = {.arena = arena, .verdict = verdict, .input = input, .facts = ret};
    struct json_object *json;

    memset(ret, 0, sizeof(*ret));
    if (input->plan_bytes > IMPORT_MAX_BYTES) {
        verdict_no(verdict, VERDICT_LIMIT, "the plan has more than %zu bytes", IMPORT_MAX_BYTES);
        return EIDER_OK;
    }
    if (input->plan_bytes == 0) {
        verdict_no(verdict, VERDICT_CONSTANT, "DuckDB cannot write the plan: a constant is no valid UTF-8");
        return EIDER_OK;
    }
    json = parse(input->plan_json, input->plan_bytes);
    if (json != NULL)
        read_plan(&im, json);
    check_tree(&im);
    json_object_put(json);
    if (arena_failed(arena)) {
        ret->root = NULL;
        return error_no_memory(err);
    }
    if (verdict->kind != VERDICT_DISTRIBUTABLE)
        ret->root = NULL;
    else if (ret->root == NULL)
        import_unreadable(&im, json == NULL ? "it is no JSON" : "its root");
    return EIDER_OK;
}
