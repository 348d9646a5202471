/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_TRANSPORT_H
#define EIDER_RPC_TRANSPORT_H

/*
 * How a coordinator reaches workers, and how a worker is reached: the two sides of one interface. The code above knows
 * only this; `inproc` joins the two sides within a process, a network transport joins them over a wire.
 *
 * A request is plain data and may be written to a wire; the plan in it is in its encoded form everywhere.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "exchange/reader.h"
#include "exchange/store.h"
#include "plan/stage.h"
#include "rpc/units.h"

/* A part of what a task reads: partitions of one producer task's output. */
struct task_slice {
    struct output_key output;
    uint32_t worker; /* who has it */
    uint32_t first_partition;
    uint32_t partition_count;
};

/* One input of a task: what EXCHANGE_SOURCE number i stands for. */
struct task_input {
    struct task_slice *slices;
    uint32_t slice_count;
    uint32_t partitions; /* of each of those outputs */
    bool complete;       /* all rows are there already */
    /* Set when all rows have come to be there: what is then missing is lost. NULL: nobody says; not for the wire. */
    const atomic_bool *now_complete;
};

struct task_setting {
    const char *name;
    const char *value;
};

/* Of the application's session, for the set-up of workers. */
struct task_header {
    const char *name;
    const char *value;
};

/* A filter over key hashes that the task's scans apply: number i of the fragment's BLOOM_PROBE expressions. */
struct task_filter {
    const uint64_t *words;
    uint64_t word_count;
};

/* Where tasks write their rows themselves: a folder of Parquet files for all tasks of the stage. */
struct task_copy {
    const char *folder;  /* is there, and empty when the stage starts */
    const char *options; /* of COPY, as SQL */
};

/* One attempt at a task. Borrowed by whoever gets it, until `done` was called. */
struct task_request {
    struct output_key id;
    const void *plan; /* encoded, see plan/codec.h */
    size_t plan_bytes;
    uint32_t tasks;      /* of the stage */
    uint32_t partitions; /* of the output */
    const struct task_input *inputs;
    uint32_t input_count;
    const struct task_setting *settings; /* of the application's session */
    uint32_t setting_count;
    const struct task_header *headers;
    uint32_t header_count;
    const struct task_filter *filters;
    uint32_t filter_count;
    uint64_t max_hashes;       /* keep so many key hashes for a Bloom filter; 0: none */
    uint32_t concurrent_tasks; /* that may run at the same time and share the memory budget */
    /* Rows go there, by the names of the fragment's columns, and none into the output. NULL, or not for the wire. */
    const struct task_copy *copy;
};

/* What a finished task says of its output. */
struct task_report {
    uint64_t rows;
    uint64_t bytes;
    uint64_t kept_out[STAGE_MAX_FILTERS]; /* rows that each filter of the request said no to */
    uint64_t rows_written;                /* by a copy */
};

/* Called once per started task, from any thread, with no lock held. `report` and `err` are borrowed; err is NULL if
 * the status is EIDER_OK. */
typedef void (*task_done)(void *data, enum eider_status status, const struct task_report *report,
                          const struct eider_error *err);

/* ---- The worker's side ---- */

/* What a worker offers. All functions may be called from any thread. */
struct transport;

struct worker_service {
    const struct worker_service_vtable *vtable;
};

struct worker_service_vtable {
    /* Starts a task, which fetches its inputs through `transport`, until `done` was called. On failure it is not called. */
    enum eider_status (*run_task)(struct worker_service *worker, const struct task_request *request,
                                  struct transport *transport, task_done done, void *data,
                                  struct eider_error *err);
    /* Stops the tasks of a query: they end soon, with CANCELLED. */
    void (*cancel_query)(struct worker_service *worker, uint64_t query);
    /* Forgets a query: its outputs are freed. No task of it may be running. */
    void (*release_query)(struct worker_service *worker, uint64_t query);
    /* Where its outputs lie, for a transport within the process. */
    struct store *(*store)(struct worker_service *worker);
    void (*free)(struct worker_service *worker);
};

/* ---- The coordinator's side, and that of workers which fetch from others ---- */

struct transport {
    const struct transport_vtable *vtable;
    _Atomic uint32_t worker_count; /* may grow */
};

struct transport_vtable {
    /* As the worker's, on worker number `worker`. */
    enum eider_status (*run_task)(struct transport *transport, uint32_t worker,
                                  const struct task_request *request, task_done done, void *data,
                                  struct eider_error *err);
    void (*cancel_query)(struct transport *transport, uint64_t query);
    void (*release_query)(struct transport *transport, uint64_t query);
    /*
     * The rows of an input, wherever they lie. `layout` is that of its columns. Outputs that do not exist yet are
     * waited for unless the input says that it is complete. Errors: WORKER (an output is not there), MEMORY.
     */
    enum eider_status (*open_input)(struct transport *transport, const struct task_input *input,
                                    struct layout *layout, struct exchange_reader **ret,
                                    struct eider_error *err);
    /* Adds the key hashes that a finished output kept to a filter. Errors: ARGUMENT if there are none. */
    enum eider_status (*fill_filter)(struct transport *transport, uint32_t worker, struct output_key output,
                                     struct bloom *filter, struct eider_error *err);
    uint64_t (*hash_count)(struct transport *transport, uint32_t worker, struct output_key output);
    /*
     * For tasks: appends the next units of a feed to `ret`; none, and no end, if there are none yet. Errors: those of the feed
     * (the query fails with them anyway), CANCELLED, PLAN (the query has no such feed).
     */
    enum eider_status (*next_units)(struct transport *transport, const struct unit_request *request,
                                    struct unit_batch *ret, struct eider_error *err);
    /* For the coordinator: who gives the units of a query, before its tasks start; NULL when none of them runs any more. */
    void (*serve_units)(struct transport *transport, uint64_t query, unit_provider provider, void *data);
    void (*free)(struct transport *transport);
};

/* The number that the coordinator's own store has as a "worker": for what is run on the application's connection. */
#define TRANSPORT_COORDINATOR UINT32_MAX

static inline void transport_free(struct transport *transport)
{
    if (transport != NULL)
        transport->vtable->free(transport);
}

#endif
