/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_SQLGEN_WRITER_H
#define EIDER_SQLGEN_WRITER_H

/*
 * What all parts of sqlgen share: where text goes, the WITH lists that collect definitions on the way, and the
 * first failure. Writing functions return nothing: after a failure they go on writing text that is thrown away.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "plan/plan.h"
#include "sqlgen/sqlgen.h"

/*
 * A statement, or an arm of a recursive CTE: definitions that its text needs are collected in `with` and
 * stand before it. They come in the order in which they are complete, so each sees those before it.
 */
struct with_scope {
    struct buf with; /* name AS (…), name AS (…) */
    struct buf body;
    struct buf *outer_out;
    struct with_scope *outer;
    uint32_t outer_depth;
};

/* A definition that is being written: see writer_define. */
struct definition {
    struct buf text;
    struct buf *outer_out;
    uint32_t outer_depth;
};

struct writer {
    struct arena *arena; /* scratch, for the time of one call */
    struct buf *out;
    struct with_scope *scope;
    struct with_scope *recursion; /* the scope around the outermost recursive CTE that we are in, or NULL */
    bool in_steps;                /* what is written is computed in every step of a recursive CTE */
    const struct sqlgen_context *context;
    struct eider_error *err;
    enum eider_status status; /* the first failure */
    uint32_t depth;           /* subselects around `out` since its scope or definition began */
    uint32_t node_depth;      /* nodes and expressions around this one */
    uint32_t names;           /* made up so far */
    size_t max_bytes;         /* of every text */
};

void writer_fail(struct writer *w, enum eider_status status, const struct eider_node *node, const char *what);
void writer_no_memory(struct writer *w);
static inline bool writer_failed(const struct writer *w)
{
    return w->status != EIDER_OK;
}

/* False, and a failure, if plans or expressions are nested too deep. Each writer_enter needs a writer_leave. */
bool writer_enter(struct writer *w);
void writer_leave(struct writer *w);

void writer_scope_begin(struct writer *w, struct with_scope *scope);
/* Writes `WITH … ` if there are definitions, then the body, to where text went before. */
void writer_scope_end(struct writer *w, struct with_scope *scope);

/* What is written until writer_define becomes the definition of `prefix``number` in the WITH list of the
 * scope. */
void writer_define_begin(struct writer *w, struct definition *definition);
enum materialized {
    MATERIALIZED_INVALID = 0,
    MATERIALIZED_YES, /* computed once */
    MATERIALIZED_NO   /* as if its text stood where it is read */
};
void writer_define(struct writer *w, struct definition *definition, const char *prefix, uint32_t number,
                   enum materialized materialized);

void put(struct writer *w, const char *text);
void put_number(struct writer *w, uint64_t number);
void put_name(struct writer *w, const char *prefix, uint32_t number); /* c12 */
void put_identifier(struct writer *w, struct eider_str name);
void put_function(struct writer *w, const char *name); /* system.main."name"( */
void put_type(struct writer *w, const struct eider_type *type);
/* CAST(NULL AS type) */
void put_null(struct writer *w, const struct eider_type *type);

#endif
