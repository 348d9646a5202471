/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_IMPORT_JSON_H
#define EIDER_IMPORT_JSON_H

/*
 * JSON as DuckDB writes plans: RFC 8259, and NaN, Infinity and -Infinity besides. Plans name every column of a table in
 * every scan of it, so reading must be cheap: values lie in arrays in an arena, without tables by key. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum import_json_kind {
    IMPORT_JSON_INVALID = 0,
    IMPORT_JSON_NULL,
    IMPORT_JSON_BOOL,
    IMPORT_JSON_INTEGER,  /* from -2^63 to 2^63 - 1 */
    IMPORT_JSON_UNSIGNED, /* from 2^63 to 2^64 - 1 */
    IMPORT_JSON_DOUBLE,
    IMPORT_JSON_STRING,
    IMPORT_JSON_LIST,
    IMPORT_JSON_OBJECT
};

struct import_json;
struct import_member;

struct import_json {
    enum import_json_kind kind;
    uint32_t count; /* bytes of a string, items of a list, members of an object */
    union {
        bool truth;
        int64_t integer;
        uint64_t unsigned_integer;
        double number;
        const char *text; /* valid UTF-8, with a NUL behind it that count does not count; may hold others */
        const struct import_json *items;
        const struct import_member *members;
    } as;
};

struct import_member {
    const char *name; /* ends with a NUL */
    struct import_json value;
};

/*
 * The value that `text` is; it lives in `arena`, and not in the text. NULL if the text is no JSON, nested deeper than
 * `max_depth`, or if memory ran out (arena_failed).
 */
const struct import_json *import_json_parse(struct arena *arena, const char *text, size_t bytes,
                                            uint32_t max_depth);

#endif
