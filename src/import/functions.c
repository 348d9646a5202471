/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of scalar functions, and which functions may be called at all.
 *
 * Accepted are the names of a pristine DuckDB (functions.def, written by scripts/gen-functions), from its own catalog,
 * that give the same result wherever and whenever they run. A function that keeps bind data of its own is accepted
 * only if a reader here puts back what binding took away from its arguments; any other is declined.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/reader.h"

enum {
    F_TYPE,
    F_CHILDREN,
    F_NAME,
    F_ARGUMENTS,
    F_ORIGINAL,
    F_CATALOG,
    F_SCHEMA,
    F_HAS_DATA,
    F_DATA,
    F_IS_OPERATOR,
    F_COUNT
};
static const char *const function_keys[F_COUNT] = {
    "return_type",  "children",    "name",          "arguments",     "original_arguments",
    "catalog_name", "schema_name", "has_serialize", "function_data", "is_operator"};
IMPORT_SHAPE(function_shape, "a function call", VERDICT_EXPRESSION, import_expr_base, function_keys);

/* ---- Which functions ---- */

struct known_function {
    const char *name;
    enum function_kind kind;
    enum function_stability stability;
};

static const struct known_function known_functions[] = {
#define FUNCTION(kind, stability, name) {name, FUNCTION_##kind, STABILITY_##stability},
#include "import/functions.def"
#undef FUNCTION
};

static int compare_names(const void *key, const void *entry)
{
    return strcmp(key, ((const struct known_function *)entry)->name);
}

static const struct known_function *find_function(enum function_kind kind, const char *name)
{
    const struct known_function *end = known_functions + sizeof(known_functions) / sizeof(known_functions[0]);
    const struct known_function *found =
        bsearch(name, known_functions, (size_t)(end - known_functions), sizeof(*end), compare_names);

    while (found != NULL && found > known_functions && strcmp(found[-1].name, name) == 0)
        found--;
    for (; found != NULL && found < end && strcmp(found->name, name) == 0; found++) {
        if (found->kind == kind)
            return found;
    }
    return NULL;
}

/* What DuckDB calls CONSISTENT although its result depends on the session, the catalog or the physical plan. */
static const struct {
    const char *name;
    enum verdict_kind kind;
} unsteady_functions[] = {
    {"alias", VERDICT_VOLATILE_FUNCTION},
    {"vector_type", VERDICT_VOLATILE_FUNCTION},
    {"current_localtime", VERDICT_SESSION_FUNCTION},
    {"current_localtimestamp", VERDICT_SESSION_FUNCTION},
    {"current_setting", VERDICT_SESSION_FUNCTION},
    {"getvariable", VERDICT_SESSION_FUNCTION},
    {"json_serialize_plan", VERDICT_SESSION_FUNCTION},
    {"json_serialize_sql", VERDICT_SESSION_FUNCTION},
    {"json_deserialize_sql", VERDICT_SESSION_FUNCTION},
};

static bool declined(struct import *im, enum verdict_kind kind, const char *name, const char *why)
{
    return verdict_no(im->verdict, kind, "the function %.60s %s", name, why);
}

bool import_is_declared(const struct import *im, enum function_kind kind, struct json_object *name)
{
    for (uint32_t i = 0; i < im->input->declared_count; i++) {
        const struct import_declared *declared = &im->input->declared[i];
        if (declared->kind == kind && strcasecmp(declared->name, import_chars(name)) == 0)
            return true;
    }
    return false;
}

bool import_check_function(struct import *im, enum function_kind kind, const struct function_json *function)
{
    const char *name = import_chars(function->name), *catalog = import_chars(function->catalog);
    const char *schema = import_chars(function->schema);
    const struct known_function *known = find_function(kind, name);
    enum verdict_kind unknown = kind == FUNCTION_TABLE ? VERDICT_TABLE_FUNCTION : VERDICT_FUNCTION;

    if ((known == NULL && !import_is_declared(im, kind, function->name)) ||
        strncmp(name, "__internal", 10) == 0 || (*catalog != '\0' && strcmp(catalog, "system") != 0) ||
        (*schema != '\0' && strcmp(schema, "main") != 0))
        return declined(im, unknown, name, "is not one of DuckDB's own that tasks can call");
    if (known == NULL)
        return true;
    for (size_t i = 0; i < sizeof(unsteady_functions) / sizeof(unsteady_functions[0]); i++) {
        if (strcmp(unsteady_functions[i].name, name) == 0)
            return declined(im, unsteady_functions[i].kind, name, "depends on where it runs");
    }
    switch (known->stability) {
    case STABILITY_CONSISTENT:
        return true;
    case STABILITY_CONSISTENT_WITHIN_QUERY:
        return declined(im, VERDICT_SESSION_FUNCTION, name, "depends on the session or on the time");
    case STABILITY_VOLATILE:
        break;
    }
    /* error() has no result to differ */
    return strcmp(name, "error") == 0 || declined(im, VERDICT_VOLATILE_FUNCTION, name, "is volatile");
}

/* ---- Calls ---- */

struct call {
    struct function_json function;
    struct json_object *children;
    const struct eider_type *type;
};

/* The call itself. What the bind data hold is either nothing that matters or has been put into `args`. */
static struct expr_function *make_call(struct import *im, const struct call *call, struct expr_list args)
{
    struct expr_function *expr = expr_function_new(im->arena, call->type);

    if (expr == NULL || !import_str(im, call->function.name, &expr->name))
        return NULL;
    expr->args = args;
    return expr;
}

static const struct eider_expr *read_plain(struct import *im, const struct scope *scope,
                                           const struct call *call)
{
    struct expr_list args;
    struct expr_function *expr;

    if (!import_exprs(im, scope, call->children, &args))
        return NULL;
    expr = make_call(im, call, args);
    return expr != NULL ? &expr->base : NULL;
}

static const struct eider_expr *unknown_data(struct import *im, const struct call *call)
{
    declined(im, VERDICT_FUNCTION_DATA, import_chars(call->function.name),
             "keeps data that cannot be written again");
    return NULL;
}

/* + - * of DECIMALs: the data say whether overflow is possible, which follows from the types. */
static const struct eider_expr *read_arithmetic(struct import *im, const struct scope *scope,
                                                const struct call *call)
{
    static const char *const keys[] = {"check_overflow", "return_type", "arguments"};
    IMPORT_SHAPE(shape, "DECIMAL arithmetic", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[3];

    if (call->function.data != NULL && !import_fields(im, call->function.data, &shape, values))
        return NULL;
    return read_plain(im, scope, call);
}

/* A collation's function: its data follow from its name. */
static const struct eider_expr *read_collation(struct import *im, const struct scope *scope,
                                               const struct call *call)
{
    static const char *const keys[] = {"language", "country", "tag"};
    IMPORT_SHAPE(shape, "a collation", VERDICT_FUNCTION_DATA, NULL, keys);
    struct json_object *values[3];

    return import_fields(im, call->function.data, &shape, values) ? read_plain(im, scope, call) : NULL;
}

static const struct eider_expr *read_empty_data(struct import *im, const struct scope *scope,
                                                const struct call *call)
{
    return import_is_default(call->function.data) ? read_plain(im, scope, call) : unknown_data(im, call);
}

/* struct_pack(a := …), union_value(k := …): the names are those of the result's fields; those of row(…) have none. */
static const struct eider_expr *read_pack(struct import *im, const struct scope *scope,
                                          const struct call *call)
{
    const struct type_struct *structure = type_as_struct(call->type);
    const struct type_union *choice = type_as_union(call->type);
    const struct column_list *fields;
    struct expr_function *expr;
    struct expr_list args;

    if (structure == NULL && choice == NULL)
        return unknown_data(im, call);
    fields = structure != NULL ? &structure->fields : &choice->members;
    if (!import_exprs(im, scope, call->children, &args) || (expr = make_call(im, call, args)) == NULL)
        return NULL;
    if (args.count != fields->count)
        return unknown_data(im, call);
    expr->arg_names = str_list_new(im->arena, args.count);
    for (uint32_t i = 0; i < expr->arg_names.count; i++)
        expr->arg_names.items[i] = fields->items[i].name;
    return expr->arg_names.count == args.count ? &expr->base : NULL;
}

static bool has_field(const struct type_struct *type, struct eider_str name)
{
    for (uint32_t i = 0; i < type->fields.count; i++) {
        if (type->fields.items[i].name.size == name.size &&
            strncasecmp(type->fields.items[i].name.data, name.data, name.size) == 0)
            return true;
    }
    return false;
}

/* struct_insert(s, a := …), struct_update(s, a := …): DuckDB itself reads the names from the arguments' aliases. */
static const struct eider_expr *read_insert(struct import *im, const struct scope *scope,
                                            const struct call *call)
{
    const struct type_struct *type = type_as_struct(call->type);
    struct expr_function *expr;
    struct expr_list args;

    if (!import_exprs(im, scope, call->children, &args) || (expr = make_call(im, call, args)) == NULL)
        return NULL;
    if (type == NULL || args.count < 2)
        return unknown_data(im, call);
    expr->arg_names = str_list_new(im->arena, args.count);
    for (uint32_t i = 0; i < expr->arg_names.count; i++) {
        struct eider_str *name = &expr->arg_names.items[i];

        *name = (struct eider_str){"", 0};
        if (i > 0 && (!import_str(im, import_key(import_item(call->children, i), "alias"), name) ||
                      !has_field(type, *name)))
            return unknown_data(im, call);
    }
    return expr->arg_names.count == args.count ? &expr->base : NULL;
}

/* A bound that was left out is a constant empty list. */
static bool is_missing_bound(const struct eider_expr *bound)
{
    const struct expr_nested *nested = expr_as_nested(bound);

    return nested != NULL && nested->base.type->tag == TYPE_LIST && nested->children.count == 0;
}

static const struct eider_expr *read_slice(struct import *im, const struct scope *scope,
                                           const struct call *call)
{
    struct expr_slice *slice;
    struct expr_function *plain;
    struct expr_list args;

    if (!import_exprs(im, scope, call->children, &args))
        return NULL;
    if (args.count < 3 || args.count > 4)
        return unknown_data(im, call);
    if (!is_missing_bound(args.items[1]) && !is_missing_bound(args.items[2])) {
        plain = make_call(im, call, args);
        return plain != NULL ? &plain->base : NULL;
    }
    if ((slice = expr_slice_new(im->arena, call->type)) == NULL)
        return NULL;
    slice->value = args.items[0];
    slice->begin = is_missing_bound(args.items[1]) ? NULL : args.items[1];
    slice->end = is_missing_bound(args.items[2]) ? NULL : args.items[2];
    slice->step = args.count == 4 ? args.items[3] : NULL;
    return &slice->base;
}

/* date_part(['year', …], x): the list is gone, and the names of the result's fields are what it held. */
static const struct eider_expr *read_date_part(struct import *im, const struct scope *scope,
                                               const struct call *call)
{
    static const char *const keys[] = {"stype", "tz_setting", "cal_setting", "part_codes"};
    IMPORT_SHAPE(shape, "date_part", VERDICT_FUNCTION_DATA, NULL, keys);
    const struct type_struct *type = type_as_struct(call->type);
    struct json_object *values[4];
    struct expr_nested *parts;
    struct expr_list args, with_parts = {NULL, 0};
    struct expr_function *expr;

    if (call->function.data == NULL)
        return read_plain(im, scope, call);
    if (!import_fields(im, call->function.data, &shape, values) ||
        !import_exprs(im, scope, call->children, &args))
        return NULL;
    if (type == NULL || args.count != 1)
        return unknown_data(im, call);
    parts = expr_nested_new(im->arena, import_list_type(im, type_simple(TYPE_VARCHAR)));
    if (parts == NULL)
        return NULL;
    parts->children = expr_list_new(im->arena, type->fields.count);
    for (uint32_t i = 0; i < parts->children.count; i++)
        parts->children.items[i] = import_text(im, type->fields.items[i].name);
    if (!import_append(im, &with_parts, &parts->base) || !import_append(im, &with_parts, args.items[0]) ||
        (expr = make_call(im, call, with_parts)) == NULL)
        return NULL;
    return &expr->base;
}

static const struct eider_expr *read_age(struct import *im, const struct scope *scope,
                                         const struct call *call)
{
    if (json_object_is_type(call->children, json_type_array) &&
        json_object_array_length(call->children) == 1) {
        declined(im, VERDICT_SESSION_FUNCTION, "age", "with one argument depends on the date");
        return NULL;
    }
    return call->function.data != NULL ? unknown_data(im, call) : read_plain(im, scope, call);
}

static const struct eider_expr *read_lambda(struct import *im, const struct scope *scope,
                                            const struct call *call)
{
    return import_lambda_function(im, scope, &call->function, call->children, call->type);
}

/* list_aggregate(l, 'quantile_cont', 0.3): further arguments went into the aggregate's own data. */
static const struct eider_expr *read_list_aggregate(struct import *im, const struct scope *scope,
                                                    const struct call *call)
{
    static const char *const data_keys[] = {"bind_data"};
    static const char *const bind_keys[] = {"stype", "aggr_expr"};
    static const char *const aggregate_keys[] = {
        "return_type",  "children",    "name",          "arguments",     "original_arguments",
        "catalog_name", "schema_name", "has_serialize", "function_data", "aggregate_type"};
    IMPORT_SHAPE(data_shape, "list_aggregate", VERDICT_FUNCTION_DATA, NULL, data_keys);
    IMPORT_SHAPE(bind_shape, "list_aggregate", VERDICT_FUNCTION_DATA, NULL, bind_keys);
    IMPORT_SHAPE(aggregate_shape, "list_aggregate", VERDICT_FUNCTION_DATA, import_expr_base, aggregate_keys);
    struct json_object *data[1], *bind[2], *aggregate[10];
    struct expr_function *expr;
    struct expr_list args;
    struct function_json inner;
    const struct type_list *list;
    const struct eider_type *type;

    if (!import_exprs(im, scope, call->children, &args))
        return NULL;
    if (!import_fields(im, call->function.data, &data_shape, data) ||
        !import_fields(im, data[0], &bind_shape, bind) ||
        !import_fields(im, bind[1], &aggregate_shape, aggregate))
        return NULL;
    list = args.count == 2 ? type_as_list(args.items[0]->type) : NULL;
    if (list == NULL || import_is(aggregate[9], "DISTINCT"))
        return unknown_data(im, call);
    inner = (struct function_json){aggregate[2], aggregate[5], aggregate[6], aggregate[7], aggregate[8]};
    if (!import_check_function(im, FUNCTION_AGGREGATE, &inner) ||
        (type = import_type(im, aggregate[0])) == NULL ||
        !import_erased_arguments(im, &inner, type, list->child, &args) ||
        (expr = make_call(im, call, args)) == NULL)
        return NULL;
    return &expr->base;
}

/* The functions that need more than their children. Every other one with data of its own is declined. */
static const struct {
    const char *name;
    const struct eider_expr *(*read)(struct import *, const struct scope *, const struct call *);
} special_functions[] = {
    {"+", read_arithmetic},
    {"-", read_arithmetic},
    {"*", read_arithmetic},
    {"add", read_arithmetic},
    {"subtract", read_arithmetic},
    {"multiply", read_arithmetic},
    {"equi_width_bins", read_empty_data},
    {"row", read_pack},
    {"struct_pack", read_pack},
    {"union_value", read_pack},
    {"struct_insert", read_insert},
    {"struct_update", read_insert},
    {"array_slice", read_slice},
    {"list_slice", read_slice},
    {"date_part", read_date_part},
    {"datepart", read_date_part},
    {"age", read_age},
    {"list_transform", read_lambda},
    {"array_transform", read_lambda},
    {"list_apply", read_lambda},
    {"array_apply", read_lambda},
    {"apply", read_lambda},
    {"list_filter", read_lambda},
    {"array_filter", read_lambda},
    {"filter", read_lambda},
    {"list_reduce", read_lambda},
    {"array_reduce", read_lambda},
    {"reduce", read_lambda},
    {"list_aggregate", read_list_aggregate},
    {"array_aggregate", read_list_aggregate},
    {"list_aggr", read_list_aggregate},
    {"array_aggr", read_list_aggregate},
    {"aggregate", read_list_aggregate},
};

const struct eider_expr *import_function(struct import *im, const struct scope *scope,
                                         struct json_object *json)
{
    struct json_object *values[F_COUNT];
    struct call call;
    bool has_data;

    if (!import_fields(im, json, &function_shape, values) || !import_bool(im, values[F_HAS_DATA], &has_data))
        return NULL;
    call = (struct call){
        .function = {values[F_NAME], values[F_CATALOG], values[F_SCHEMA], values[F_HAS_DATA], values[F_DATA]},
        .children = values[F_CHILDREN],
    };
    if (!import_check_function(im, FUNCTION_SCALAR, &call.function) ||
        (call.type = import_type(im, values[F_TYPE])) == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(special_functions) / sizeof(special_functions[0]); i++) {
        if (import_is(call.function.name, special_functions[i].name))
            return special_functions[i].read(im, scope, &call);
    }
    if (strncmp(import_chars(call.function.name), "icu_collate_", 12) == 0)
        return read_collation(im, scope, &call);
    if (has_data || call.function.data != NULL)
        return unknown_data(im, &call);
    return read_plain(im, scope, &call);
}
