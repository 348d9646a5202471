/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_CALLS_H
#define EIDER_RPC_CALLS_H

#include "base/executor.h"
#include "eider/transport.h"
#include "rpc/transport.h"
#include "rpc/wire.h"

/*
 * The transport over an application's calls: each request is a message, and has one response (rpc/wire.h).
 *
 * Whoever fetches asks: rows come a page at a time, so that nothing is buffered beyond a page for each reader and worker, and no
 * call is longer than the time that its reader waits, but for running a task.
 */

/* ---- Messages ---- */

struct eider_message {
    struct buf buf;
};

/* Sends what is in `request` and reads the head of the response into *ret; `response` holds its bytes, and was initialised. The
 * text of an error names the address. Errors: those of the call and of the response. */
enum eider_status calls_send(const struct eider_transport *to, const char *address, const struct buf *request,
                             struct eider_message *response, struct wire_reader *ret,
                             struct eider_error *err);

/* ---- Fetching ---- */

/* Whom a reader asks for rows. Borrowed until the reader is freed. */
struct calls_source {
    const struct eider_transport *to;
    const char *address;
    uint64_t session; /* if it is a coordinator */
    int32_t worker;   /* its number for errors; -1: the coordinator */
};

/* The slices of an input that one node has. */
struct calls_fetch {
    struct calls_source source;
    const struct task_slice *slices; /* copied */
    uint32_t slice_count;
};

struct calls_reading {
    const struct task_input *input;
    const struct calls_fetch *fetches;
    uint32_t fetch_count;
    struct exchange_reader *own; /* of outputs of this process; NULL: there are none */
    struct budget *budget;       /* for rows of others */
};

/* A reader of all that; takes `own` over, also on failure. Errors: WORKER, MEMORY and what the nodes say. */
enum eider_status calls_reader_new(struct layout *layout, const struct calls_reading *reading,
                                   struct exchange_reader **ret, struct eider_error *err);

/* What a page is asked for. */
struct calls_page {
    uint32_t partitions; /* of each output */
    bool complete;       /* they must be there */
    uint64_t fingerprint;
    uint32_t wait_ms;
    struct task_slice *slices; /* worker is unused */
    uint32_t slice_count;
    uint32_t slice; /* the cursor */
    uint32_t partition;
    uint64_t batch;
};

#define CALLS_PAGE_BYTES  ((size_t)4 << 20) /* a page ends with the batch that goes beyond */
#define CALLS_MAX_WAIT_MS 1000u

enum calls_page_end {
    CALLS_PAGE_MORE = 0, /* ask again at once */
    CALLS_PAGE_AGAIN,    /* no more now */
    CALLS_PAGE_END
};

void calls_put_page(struct buf *out, const struct calls_page *page);
enum eider_status calls_get_page(struct wire_reader *reader, struct arena *arena, struct calls_page *ret,
                                 struct eider_error *err);

/* ---- Answering ---- */

/* Requests of both sides begin with the number of the coordinator's session; workers do not mind it. */

/* Rows and units of a coordinator, or rows of a worker, from a request whose head and session were read. */
struct calls_rows {
    struct store *store;
    unit_provider units; /* NULL: there are none */
    void *units_data;
    uint64_t units_query;
};
enum eider_status calls_answer_rows(const struct calls_rows *rows, enum wire_method method,
                                    struct wire_reader *reader, struct buf *response,
                                    struct eider_error *err);

/* A worker, and how it reaches others. */
struct calls_worker {
    struct worker_service *service;
    struct executor *executor; /* on which it runs tasks */
    void (*before_task)(void *data);
    void *data;
    const struct eider_transport *to;
    const char *version, *eider_version, *duckdb_version;
    struct budget *budget; /* for rows that it fetches */
};
/* Answers any request to a worker. */
void calls_answer_worker(const struct calls_worker *worker, const void *request, size_t bytes,
                         struct buf *response);

/* ---- The transport ---- */

/* What a coordinator knows of the others. */
struct calls_options {
    const struct eider_transport *to; /* borrowed, as all here */
    uint64_t session;
    uint32_t capacity; /* of addresses */
    struct store *store;
    struct budget *budget; /* for rows that are fetched */
    /* Called before the transport is freed; may be NULL. */
    void (*closing)(void *data, struct transport *transport);
    /* Called when a task has met a worker that is lost: from any thread; may be NULL. */
    void (*lost)(void *data);
    void *closing_data; /* for both */
};

/* The coordinator's transport; tasks are run by calls from threads of its own. Errors: MEMORY. */
enum eider_status calls_new(const struct calls_options *options, struct transport **ret,
                            struct eider_error *err);
/* The number of an address, new if it has none yet; UINT32_MAX: no memory, or no room. One thread adds. */
uint32_t calls_number(struct transport *transport, const char *address);
/* Answers a worker's request to this coordinator, of which head and session were read. Any thread. */
void calls_answer_coordinator(struct transport *transport, enum wire_method method,
                              struct wire_reader *reader, struct buf *response);

/* For the time of one task: how its worker fetches. Borrows all. */
enum eider_status calls_new_for_task(const struct calls_worker *worker, const struct wire_task *task,
                                     struct transport **ret, struct eider_error *err);

#endif
