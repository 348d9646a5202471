/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_FEED_H
#define EIDER_FEED_H

/*
 * Feeds: work that the coordinator discovers while a query runs, and streams to the leaves that do it.
 *
 * A *feed* is registered on a session under a name, and a custom leaf reads it by that name (the member `feed` of struct
 * eider_node_custom). What it gives are *units*, strings of bytes of which only the application knows the meaning: the name of
 * a file that a catalogue has just listed, a range of keys. Each task of the leaf asks for units when it has nothing left to
 * do, and computes each batch of them as a statement of its own: the kind's `sql` or `open_stream` is called with the units of
 * the batch (struct eider_task). So what is slow gets less, and nobody has to know all work when the query starts.
 *
 * Where the operators above the leaf, in its stage, do not work row by row (a join, a sort, anything in the head stage), a
 * statement per batch would give other rows. There, a task gathers all its units, and then computes them in one statement. A
 * task that gets no unit reads no rows, and the kind is not asked.
 *
 * Callbacks run on the coordinator: `open` and `close` on the session's thread, inside the functions that run a query, `next` in
 * any thread, one call at a time for a state. No lock of Eider's is held but the one that keeps other calls of `next` for that
 * state waiting. They must not use the session or its connection.
 */

#include "eider/custom.h"

#ifdef __cplusplus
extern "C" {
#endif

struct eider_session;

/* Who reads a feed: one custom leaf of a query. */
struct eider_feed_reader {
    uint32_t stage; /* of the leaf; 0: the head stage */
    uint32_t tasks; /* how many tasks read it: they are the readers 0 … tasks - 1 */
    const struct eider_node
        *node; /* the leaf (one of its variants, if it has several); until the query ends */
};

/* Where `next` puts units. Running out of memory or room is remembered and fails the query. */
struct eider_units;

/* Adds a unit, copied; it may be empty. The units of one call of `next` are one batch, of at most 64 MiB. */
EIDER_API void eider_units_add(struct eider_units *units, const void *data, size_t size);

/* Says that what was added is the last that this reader gets. */
EIDER_API void eider_units_end(struct eider_units *units);

/* While there is no unit yet, a task asks again after this time. */
#define EIDER_FEED_POLL_MS 10

#define EIDER_FEED_NAME_BYTES 64

/*
 * A feed. A callback that returns another status than EIDER_OK fails the query with that status (EIDER_ERROR_UNSUPPORTED: with
 * EIDER_ERROR_SQL); `err` is never NULL in a callback, and the message that it leaves there gets the names of feed and callback
 * in front.
 */
struct eider_feed {
    size_t size; /* sizeof(struct eider_feed) */
    const char *name;

    /* Called once for each leaf of a query that reads the feed, when the query starts to run. *ret is the state of that leaf,
     * which the other callbacks get. NULL: the state is NULL. */
    enum eider_status (*open)(void *data, const struct eider_feed_reader *reader, void **ret,
                              struct eider_error *err);

    /*
     * Adds the next units for a reader; which units it gets is the application's choice: its own, or whatever comes next. It is
     * asked again until it was told the end. A call that neither adds a unit nor says that it was the end means "not
     * yet". It may wait for units itself, but no cancellation reaches it there, and the other readers wait as well. The tasks of
     * a worker run one after the other, so units of one reader must not depend on how far another has come.
     */
    enum eider_status (*next)(void *data, void *state, uint32_t reader, struct eider_units *units,
                              struct eider_error *err);

    /* Called once for each state that `open` made, when the query has ended, however it did. May be NULL. */
    void (*close)(void *data, void *state);

    void *data;
    void (*free_data)(void *data); /* when the session goes; may be NULL */
};

/*
 * Adds a feed to the session, copied. A query that reads a feed which the session does not have fails with EIDER_ERROR_PLAN when
 * it is run. On failure free_data is not called. Errors: ARGUMENT (no name, no next, twice the same name), MEMORY. The session's
 * thread.
 */
EIDER_API EIDER_MUST_CHECK enum eider_status
eider_session_add_feed(struct eider_session *session, const struct eider_feed *feed, struct eider_error *err);

#ifdef __cplusplus
}
#endif
#endif
