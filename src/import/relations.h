/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_IMPORT_RELATIONS_H
#define EIDER_IMPORT_RELATIONS_H

/*
 * What a query reads, by its parse tree (json_serialize_sql): before DuckDB has bound anything, which may mean to look into
 * large files. Names are not resolved: one may be of a table, a view, a CTE or a file.
 */

#include "base/arena.h"
#include "base/error.h"

enum import_relation_kind {
    IMPORT_RELATION_INVALID = 0,
    IMPORT_RELATION_NAME,    /* FROM name */
    IMPORT_RELATION_FUNCTION /* FROM name(…) */
};

struct import_relation {
    enum import_relation_kind kind;
    const char *name;
    const char *const *paths; /* of a function: its first argument, if that is a text or a list of texts */
    uint32_t path_count;
};

struct import_relations {
    struct import_relation *items;
    uint32_t count;
};

/* All of a query, those of its subqueries too, in `arena`. None if the text is no parse tree. Errors: MEMORY. */
enum eider_status import_relations(struct arena *arena, const char *json, struct import_relations *ret,
                                   struct eider_error *err);

#endif
