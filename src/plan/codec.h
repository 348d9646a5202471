/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_PLAN_CODEC_H
#define EIDER_PLAN_CODEC_H

/*
 * The binary form of plans: bounded, versioned, the same on every machine (little-endian).
 *
 * Message: "EIDP", version (u8), one object. Object: tag (varint; 0 is none), then its fields in table order. Numbers
 * are varints (signed ones zigzag), doubles 8 bytes, strings and lists are a varint count and their items. A reader
 * knows all lengths before it allocates.
 *
 * Any byte string decodes to a plan that holds together (plan/validate.h) or gives EIDER_ERROR_CORRUPT with the place.
 */

#include "base/buf.h"
#include "plan/plan.h"

#define PLAN_CODEC_VERSION 4
#define PLAN_MAX_BYTES     ((size_t)64 << 20) /* of an encoded plan */
#define PLAN_MAX_DEPTH     1000               /* of objects inside objects */

enum eider_status plan_encode(const struct eider_node *node, struct buf *out, struct eider_error *err);

/* *ret lives in `arena`. Errors: CORRUPT, MEMORY. */
enum eider_status plan_decode(const void *data, size_t bytes, struct arena *arena,
                              const struct eider_node **ret, struct eider_error *err);

/* One expression or type alone, in the same form (for messages that carry them). */
void plan_encode_type(const struct eider_type *type, struct buf *out);

/*
 * Pushes a plan through copy, encode and decode and compares: every plan in debug builds goes through this.
 * EIDER_ERROR_INTERNAL if something differs.
 */
enum eider_status plan_check_roundtrip(const struct eider_node *node, struct eider_error *err);

#endif
