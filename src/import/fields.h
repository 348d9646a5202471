/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_IMPORT_FIELDS_H
#define EIDER_IMPORT_FIELDS_H

/*
 * Reading JSON objects by a list of the keys that are known. Absent keys have their default: 0, false, "", [].
 * Every function that can fail sets a verdict and returns false; the caller passes that on.
 */

#include <json.h>

#include "base/verdict.h"
#include "plan/plan.h"

struct import;

/* The keys of one kind of object. `base` keys are known too, but read elsewhere. Both lists are in the order in
 * which DuckDB writes them, which makes finding them quick. */
struct import_shape {
    const char *what; /* for the verdict: "LIMIT" */
    enum verdict_kind kind;
    const char *const *base; /* ends with NULL; may be NULL */
    const char *const *keys;
    uint32_t count;
};

#define IMPORT_SHAPE(name, what, kind, base, keys)                                                           \
    static const struct import_shape name = {what, kind, base, keys,                                         \
                                             (uint32_t)(sizeof(keys) / sizeof((keys)[0]))}

/* Fills values[i] with what stands under shape->keys[i] (NULL if absent). False if `object` is no object, or if it has
 * a key that the shape does not know and whose value is not empty. */
bool import_fields(struct import *im, struct json_object *object, const struct import_shape *shape,
                   struct json_object **values);

/* Scalars. NULL reads as the default; another type of value is unreadable. */
bool import_bool(struct import *im, struct json_object *value, bool *ret);
bool import_u64(struct import *im, struct json_object *value, uint64_t *ret);
bool import_u32(struct import *im, struct json_object *value, uint32_t *ret);
bool import_i64(struct import *im, struct json_object *value, int64_t *ret);
bool import_double(struct import *im, struct json_object *value, double *ret);
bool import_str(struct import *im, struct json_object *value,
                struct eider_str *ret); /* copied into the arena */

/* The text of a string without copying: "" for NULL or another type of value. */
const char *import_chars(struct json_object *value);
bool import_is(struct json_object *value, const char *text);

/* A list: NULL is an empty one. */
bool import_list(struct import *im, struct json_object *value, uint32_t *ret_count);
struct json_object *import_item(struct json_object *list, uint32_t index);
bool import_u32_list(struct import *im, struct json_object *value, struct u32_list *ret);

/* What stands under one key of an object, NULL if absent or if it is no object. */
struct json_object *import_key(struct json_object *object, const char *key);

/* True for what DuckDB would have left out as a default: null, false, 0, "", [], {}. */
bool import_is_default(struct json_object *value);

#endif
