/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_RPC_WIRE_H
#define EIDER_RPC_WIRE_H

/*
 * Requests and responses between coordinators and workers as bytes. Numbers are little-endian, texts and bytes have their
 * length in front (u64). Every request begins with a magic, the version of this form and a method; every response with the
 * magic, the version and a status; an error's fields or the method's answer follow.
 *
 * Readers trust nothing: once something is missing or too long, `bad` stays set and everything reads as 0. One thread at a time.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "rpc/transport.h"

/* Changes whenever a message, the plan codec, or the partition of a hash does. */
#define WIRE_VERSION 4u

#define WIRE_MAX_BYTES ((size_t)1 << 30) /* of a message */

enum wire_method {
    WIRE_INVALID = 0,
    WIRE_INFO,       /* its answer has the same form in every version */
    WIRE_RUN_TASK,   /* answered when the task has ended */
    WIRE_CANCEL,     /* a query */
    WIRE_RELEASE,    /* a query */
    WIRE_FETCH,      /* batches of outputs, a page at a time */
    WIRE_FILTER,     /* the key hashes of an output as a Bloom filter */
    WIRE_HASH_COUNT, /* of an output */
    WIRE_UNITS,      /* of a feed; to coordinators */
    WIRE_METHOD_END
};

struct wire_reader {
    const uint8_t *data;
    size_t left;
    bool bad;
};

uint8_t wire_u8(struct wire_reader *reader);
uint32_t wire_u32(struct wire_reader *reader);
uint64_t wire_u64(struct wire_reader *reader);
/* Borrowed from the message; "" if there are none. */
const void *wire_bytes(struct wire_reader *reader, size_t *ret_bytes);
/* A copy with a final NUL; "" if it is bad, NULL if out of memory. */
const char *wire_text(struct wire_reader *reader, struct arena *arena);
/* A count of things that take at least `least_bytes` each: no more than there can be. */
uint32_t wire_count(struct wire_reader *reader, size_t least_bytes);

void wire_put_u8(struct buf *out, uint8_t value);
void wire_put_u32(struct buf *out, uint32_t value);
void wire_put_u64(struct buf *out, uint64_t value);
void wire_put_bytes(struct buf *out, const void *data, size_t bytes);
void wire_put_text(struct buf *out, const char *text);

/* ---- Heads ---- */

void wire_put_request(struct buf *out, enum wire_method method);
/* INVALID, and *err is set, if it is no request of this version; INFO of any version is one. Errors: CORRUPT, UNSUPPORTED. */
enum wire_method wire_get_request(struct wire_reader *reader, struct eider_error *err);

/* Starts a response that is no error. */
void wire_put_ok(struct buf *out);
/* Makes the response an error, whatever there is of it. */
void wire_put_error(struct buf *out, const struct eider_error *err);
/* What the response says: EIDER_OK, and the answer follows; its error; CORRUPT, UNSUPPORTED. */
enum eider_status wire_get_response(struct wire_reader *reader, struct eider_error *err);

/* CORRUPT if the reader is bad or has bytes left. */
enum eider_status wire_end(const struct wire_reader *reader, struct eider_error *err);

/* ---- Parts ---- */

void wire_put_key(struct buf *out, struct output_key key);
struct output_key wire_get_key(struct wire_reader *reader);

/*
 * A task, with the addresses of those whom its inputs are fetched from: slices name them by their place in `addresses`, but for
 * TRANSPORT_COORDINATOR. What is read lives in the arena or in the message. Errors: CORRUPT, MEMORY.
 */
struct wire_task {
    struct task_request request;
    const char *coordinator; /* its address; "": it cannot be called */
    uint64_t session;        /* of the coordinator */
    const char **addresses;
    uint32_t address_count;
    uint32_t self; /* whose number in `addresses` the worker has that gets the task */
};
void wire_put_task(struct buf *out, const struct wire_task *task);
enum eider_status wire_get_task(struct wire_reader *reader, struct arena *arena, struct wire_task *ret,
                                struct eider_error *err);

void wire_put_report(struct buf *out, const struct task_report *report);
void wire_get_report(struct wire_reader *reader, struct task_report *ret);

void wire_put_units(struct buf *out, const struct unit_batch *batch);
void wire_get_units(struct wire_reader *reader, struct unit_batch *ret);

#endif
