/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_SCOPE_H
#define EIDER_SQLGEN_SCOPE_H

/* What the columns of an expression are called in SQL. */

#include "plan/plan.h"
#include "sqlgen/writer.h"

enum scope_kind {
    SCOPE_INVALID = 0,
    SCOPE_TABLE,   /* alias.c0, alias.c1 … */
    SCOPE_JOIN,    /* l.c0 … l.cN-1, then r.c0 … */
    SCOPE_READ,    /* the columns that a scan reads: alias."name" */
    SCOPE_LATERAL, /* those of a table function, r."name", then l.c0 … */
    SCOPE_DUMMY    /* one NULL */
};

struct scope {
    enum scope_kind kind;
    const char *alias;                   /* TABLE, READ */
    uint32_t left_width;                 /* JOIN */
    const struct scan_column_list *read; /* READ, LATERAL */
    const struct eider_type *type;       /* DUMMY */
    const struct u32_list *map;          /* column i of the expression is column map[i] here; NULL: i */
};

/* Writes the name of a column. */
void scope_column(struct writer *w, const struct scope *scope, uint32_t index);

static inline struct scope scope_table(const char *alias)
{
    return (struct scope){.kind = SCOPE_TABLE, .alias = alias};
}

#endif
