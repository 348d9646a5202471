/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_SETUP_H
#define EIDER_WORKER_SETUP_H

#include "api/custom.h"
#include "eider/worker.h"
#include "engine/engine.h"
#include "rpc/transport.h"

/* The application's callback; zeroed: none. */
struct worker_setup_callback {
    eider_worker_setup setup;
    void *data;
};

struct worker_rewrites {
    struct worker_rewrite *items;
    uint32_t count;
};

/* What a worker was set up with for some headers. Immutable once made; tasks hold references. */
struct worker_setup {
    _Atomic uint32_t refs;
    struct custom_kinds customs;
    struct worker_rewrites rewrites;
    struct task_header *headers; /* copies */
    uint32_t header_count;
};

struct worker_id {
    uint32_t number;
    const char *name;
};

/*
 * Calls the callback. Errors: the callback's, with a prefix; MEMORY, SQL. UNSUPPORTED becomes SQL, as it does in tasks of workers
 * with rewrites: to the coordinator it means that Eider has not understood a plan, and that DuckDB alone may run the query. What
 * the application refuses, or runs in another form, must not run like that.
 */
enum eider_status worker_setup_new(const struct worker_setup_callback *callback, struct engine *engine,
                                   const struct worker_id *worker, const struct task_request *request,
                                   struct worker_setup **ret, struct eider_error *err);
struct worker_setup *worker_setup_ref(struct worker_setup *setup);
void worker_setup_unref(struct worker_setup *setup); /* accepts NULL */

/* True if it was made for the headers of the request. */
bool worker_setup_fits(const struct worker_setup *setup, const struct task_request *request);

/* Runs the fragment of a task through the rewrites. *ret is in the arena. */
enum eider_status worker_setup_rewrite(const struct worker_setup *setup, struct arena *arena,
                                       const struct eider_node *root, const struct eider_node **ret,
                                       struct eider_error *err);

#endif
