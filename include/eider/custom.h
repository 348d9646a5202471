/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CUSTOM_H
#define EIDER_CUSTOM_H

/*
 * Custom nodes: leaves and unary nodes that the application computes.
 *
 * A *kind* of custom nodes is a codec and a way to compute what a node does. The coordinator encodes an object of the
 * application when a rule or handler makes the node (eider_node_new_custom); the worker decodes it and asks, for each task of
 * its own, for SQL or, if the kind has no SQL, for an Arrow stream of the rows. The SQL may call table functions that the
 * application has registered there, or be anything that DuckDB understands. So a kind is added twice: to the session
 * (encode), and to the workers (decode, sql or open_stream) in their set-up callback (eider/worker.h). Nodes of the head stage,
 * which runs on the session's connection, are decoded by the session's kind.
 *
 * In pictures of plans a custom node is shown by its label.
 */

#include "eider/nodes.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;
struct ArrowArrayStream; /* of the Arrow C stream interface */

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

/* Where a callback writes bytes or text to. Running out of memory or room is remembered and fails the call. */
struct eider_writer;

EIDER_API void eider_write(struct eider_writer *writer, const void *bytes, size_t size);
EIDER_API void eider_write_text(struct eider_writer *writer, const char *text);
EIDER_API void eider_write_int64(struct eider_writer *writer, int64_t value); /* as decimal text */

/* As SQL: 'it''s' and "my column". Text without NUL bytes. */
EIDER_API void eider_write_literal(struct eider_writer *writer, const char *text);
EIDER_API void eider_write_identifier(struct eider_writer *writer, const char *name);

/* ---- Kinds -------------------------------------------------------------------------------------------------------- */

/* A work unit of a feed (eider/feed.h): bytes that say what a task is to read. */
struct eider_unit {
    const void *data;
    size_t size;
};

/* A task that runs. */
struct eider_task {
    uint32_t stage; /* 0: the head stage */
    uint32_t task;  /* 0 … tasks - 1 */
    uint32_t tasks; /* of the stage */
    int32_t worker; /* which worker runs it; -1: the coordinator */
    /* Of a leaf that reads a feed: what is to be read now, at least one unit; until the callback returns. The callback is called
     * again for the units that come later. */
    const struct eider_unit *units;
    uint32_t unit_count;
};

#define EIDER_CUSTOM_NAME_BYTES 64

/*
 * A kind of custom nodes. Start from EIDER_CUSTOM_KIND_INIT. What a callback returns but EIDER_OK fails the query, with `err`
 * (never NULL) naming the kind; EIDER_ERROR_UNSUPPORTED of one that a task calls becomes EIDER_ERROR_SQL. Callbacks of workers
 * are called in any thread, several at once.
 */
struct eider_custom_kind {
    size_t size; /* sizeof(struct eider_custom_kind) */
    const char *name;
    /*
     * A leaf: each task of a stage runs it and gives its share, by the task's number; if false, one task reads all of it. A unary
     * node: it may run on any part of the rows of its input; if false, it needs all rows in one task.
     */
    bool parallel;
    /* Writes the object's bytes. NULL: nodes of this kind have no bytes. */
    enum eider_status (*encode)(void *data, const void *object, struct eider_writer *out,
                                struct eider_error *err);
    /* The object of the bytes again, which are borrowed until it returns. NULL: the object is NULL. */
    enum eider_status (*decode)(void *data, const void *bytes, size_t size, void **ret,
                                struct eider_error *err);
    void (*free_object)(void *data, void *object); /* of decode; may be NULL */
    /*
     * Writes one SELECT, whose columns are those of the node, in order; they are cast to its types. In that of a unary
     * node, {input} stands for the rows of its input, as a subquery with the names of its columns: SELECT f(a) FROM {input}.
     * SQL that does not bind fails the query with SQL, another number of columns with PLAN: the error names the kind. So does
     * the hint where values cannot be cast.
     */
    enum eider_status (*sql)(void *data, const void *object, const struct eider_task *task,
                             struct eider_writer *out, struct eider_error *err);
    /*
     * In place of sql, for leaves: fills *ret, which comes in zeroed, with a stream of the task's rows. Its columns are those of
     * the node, in order (names do not matter), of just its types: Arrow's int32 is an INTEGER, decimal128(15, 2) a
     * DECIMAL(15,2), a timestamp of microseconds a TIMESTAMP (with a time zone: TIMESTAMPTZ, of any unit), a dictionary what
     * its values are; unions, run-end encoded arrays, 256-bit decimals and half floats are not read. Another number of
     * columns or another type fails the task, and so does a string that is not UTF-8. The keys of a map are unique.
     *
     * The stream is read when the object is gone, by one thread at a time, which may be any of DuckDB's: while get_next waits,
     * DuckDB has that thread for nothing else, and a cancellation is noticed when it returns. Its arrays are record batches of
     * any length. What get_schema and get_next return but 0 fails the task with the text of get_last_error. Eider releases the
     * stream, once, and its arrays, on every path; if this callback fails, *ret is not looked at.
     */
    enum eider_status (*open_stream)(void *data, const void *object, const struct eider_task *task,
                                     struct ArrowArrayStream *ret, struct eider_error *err);
    void *data;
    void (*free_data)(void *data); /* when the session or worker goes; may be NULL */
};
#define EIDER_CUSTOM_KIND_INIT                                                                               \
    {                                                                                                        \
        .size = sizeof(struct eider_custom_kind)                                                             \
    }

/*
 * Adds a kind to the session, copied: `encode` for nodes that rules and handlers make, `decode` and `sql` or `open_stream` for
 * the head stage. On failure free_data is not called. Errors: ARGUMENT (no name, not one of sql and open_stream, twice the same
 * name), MEMORY. The session's thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status eider_session_add_custom(struct eider_session *session,
                                                                      const struct eider_custom_kind *kind,
                                                                      struct eider_error *err);

/* ---- Nodes -------------------------------------------------------------------------------------------------------- */

/* A custom node: a leaf if it has no input, else unary. */
struct eider_node_custom {
    struct eider_str kind;
    struct eider_str label;   /* for pictures: "NumbersExec: 0 to 99"; empty: the kind's name */
    struct eider_str feed;    /* of a leaf: whose units it reads (eider/feed.h); empty: none */
    struct eider_str payload; /* the encoded object; given by the constructor, not to it */
    bool parallel;            /* likewise: the kind's */
    struct eider_node_list inputs;
    struct eider_column_list columns;
};
EIDER_API bool eider_node_as_custom(const struct eider_node *node, struct eider_node_custom *ret);

/* Makes a node of a kind that the session knows; `object` is encoded at once and not needed afterwards. A node of a kind with
 * open_stream has no input. */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_node_new_custom(struct eider_plan_context *ctx, const struct eider_node_custom *fields,
                      const void *object, const struct eider_node **ret, struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
