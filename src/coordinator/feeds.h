/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_FEEDS_H
#define EIDER_COORDINATOR_FEEDS_H

#include "base/arena.h"
#include "eider/feed.h"
#include "plan/stage.h"
#include "rpc/units.h"

/* The feeds of a session. Zeroed: none. */
struct session_feeds {
    struct eider_feed *items; /* names are copies */
    uint32_t count;
};
void session_feeds_free(struct session_feeds *feeds);

/* The feeds of a query while it runs: a state for each leaf that reads one. Zeroed: none. */
struct feed_runs {
    struct feed_run *first;
};

/* Opens the feeds that the graph reads, on the session's thread; what was opened is closed by feed_runs_close, on failure too.
 * Errors: PLAN (a feed that the session does not have), those of open, MEMORY. */
enum eider_status feed_runs_open(struct feed_runs *runs, struct arena *arena, const struct stage_graph *graph,
                                 const struct session_feeds *feeds, struct eider_error *err);

/* Asks a feed for the next units of a task. Any thread. Errors: those of next, PLAN. */
enum eider_status feed_runs_next(const struct feed_runs *runs, const struct unit_request *request,
                                 struct unit_batch *ret, struct eider_error *err);

/* When no task asks any more. The session's thread. */
void feed_runs_close(struct feed_runs *runs);

#endif
