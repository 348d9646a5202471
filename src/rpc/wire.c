/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc/wire.h"

#include <string.h>

static const char magic[4] = {'E', 'I', 'D', 'C'};

/* ---- Reader ---- */

static const void *take(struct wire_reader *reader, size_t bytes)
{
    const uint8_t *data = reader->data;

    if (reader->bad || bytes > reader->left) {
        reader->bad = true;
        return NULL;
    }
    reader->data += bytes;
    reader->left -= bytes;
    return data;
}

uint8_t wire_u8(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 1);

    return data == NULL ? 0 : data[0];
}

uint32_t wire_u32(struct wire_reader *reader)
{
    const uint8_t *data = take(reader, 4);

    return data == NULL ? 0
                        : (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                              (uint32_t)data[3] << 24;
}

uint64_t wire_u64(struct wire_reader *reader)
{
    uint64_t low = wire_u32(reader);

    return low | (uint64_t)wire_u32(reader) << 32;
}

const void *wire_bytes(struct wire_reader *reader, size_t *ret_bytes)
{
    uint64_t bytes = wire_u64(reader);
    const void *data = bytes > reader->left ? NULL : take(reader, bytes);

    if (data == NULL)
        reader->bad = true;
    *ret_bytes = data == NULL ? 0 : bytes;
    return data == NULL ? "" : data;
}

const char *wire_text(struct wire_reader *reader, struct arena *arena)
{
    size_t bytes;
    const char *text = wire_bytes(reader, &bytes);

    if (memchr(text, '\0', bytes) != NULL) {
        reader->bad = true;
        return "";
    }
    return arena_strndup(arena, text, bytes);
}

uint32_t wire_count(struct wire_reader *reader, size_t least_bytes)
{
    uint32_t count = wire_u32(reader);

    if (count > reader->left / least_bytes)
        reader->bad = true;
    return reader->bad ? 0 : count;
}

/* ---- Writer ---- */

void wire_put_u8(struct buf *out, uint8_t value)
{
    buf_putc(out, (char)value);
}

void wire_put_u32(struct buf *out, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                             (uint8_t)(value >> 24)};

    buf_append(out, bytes, sizeof(bytes));
}

void wire_put_u64(struct buf *out, uint64_t value)
{
    wire_put_u32(out, (uint32_t)value);
    wire_put_u32(out, (uint32_t)(value >> 32));
}

void wire_put_bytes(struct buf *out, const void *data, size_t bytes)
{
    wire_put_u64(out, bytes);
    buf_append(out, data, bytes);
}

void wire_put_text(struct buf *out, const char *text)
{
    wire_put_bytes(out, text, strlen(text));
}

/* ---- Heads ---- */

static void put_head(struct buf *out)
{
    buf_append(out, magic, sizeof(magic));
    wire_put_u32(out, WIRE_VERSION);
}

/* The version, or 0 if this is no message at all. */
static uint32_t get_head(struct wire_reader *reader)
{
    const void *head = take(reader, sizeof(magic));
    uint32_t version = wire_u32(reader);

    return head == NULL || memcmp(head, magic, sizeof(magic)) != 0 || reader->bad ? 0 : version;
}

void wire_put_request(struct buf *out, enum wire_method method)
{
    put_head(out);
    wire_put_u8(out, (uint8_t)method);
}

enum wire_method wire_get_request(struct wire_reader *reader, struct eider_error *err)
{
    uint32_t version = get_head(reader);
    enum wire_method method = (enum wire_method)wire_u8(reader);

    if (version == 0 || reader->bad || method == WIRE_INVALID) {
        error_set(err, EIDER_ERROR_CORRUPT, "this is no request of Eider");
        return WIRE_INVALID;
    }
    if (method == WIRE_INFO)
        return method;
    if (version != WIRE_VERSION || method >= WIRE_METHOD_END) {
        error_set(err, EIDER_ERROR_UNSUPPORTED,
                  "a request in version %u of the protocol, method %d; this is %u", version, (int)method,
                  WIRE_VERSION);
        return WIRE_INVALID;
    }
    return method;
}

void wire_put_ok(struct buf *out)
{
    put_head(out);
    wire_put_u8(out, EIDER_OK);
}

void wire_put_error(struct buf *out, const struct eider_error *err)
{
    buf_clear(out);
    put_head(out);
    wire_put_u8(out, (uint8_t)err->status);
    wire_put_text(out, err->message);
    wire_put_text(out, err->hint);
    wire_put_text(out, err->node);
    wire_put_u32(out, (uint32_t)err->stage);
    wire_put_u32(out, (uint32_t)err->task);
    wire_put_u32(out, (uint32_t)err->worker);
}

static void copy_text(char *to, size_t room, struct wire_reader *reader)
{
    size_t bytes;
    const void *text = wire_bytes(reader, &bytes);

    bytes = bytes < room ? bytes : room - 1;
    memcpy(to, text, bytes);
    to[bytes] = '\0';
}

enum eider_status wire_get_response(struct wire_reader *reader, struct eider_error *err)
{
    uint32_t version = get_head(reader);
    struct eider_error said = {.status = (enum eider_status)wire_u8(reader)};

    if (version == 0 || reader->bad)
        return error_set(err, EIDER_ERROR_CORRUPT, "the answer is none of Eider's");
    if (version != WIRE_VERSION)
        return error_set(err, EIDER_ERROR_UNSUPPORTED, "an answer in version %u of the protocol; this is %u",
                         version, WIRE_VERSION);
    if (said.status == EIDER_OK)
        return EIDER_OK;
    copy_text(said.message, sizeof(said.message), reader);
    copy_text(said.hint, sizeof(said.hint), reader);
    copy_text(said.node, sizeof(said.node), reader);
    said.stage = (int32_t)wire_u32(reader);
    said.task = (int32_t)wire_u32(reader);
    said.worker = (int32_t)wire_u32(reader);
    if (reader->bad || said.status > EIDER_ERROR_INTERNAL)
        return error_set(err, EIDER_ERROR_CORRUPT, "the answer is a damaged error");
    if (err != NULL)
        *err = said;
    return said.status;
}

enum eider_status wire_end(const struct wire_reader *reader, struct eider_error *err)
{
    if (reader->bad || reader->left > 0)
        return error_set(err, EIDER_ERROR_CORRUPT, "a message is damaged");
    return EIDER_OK;
}

/* ---- Parts ---- */

void wire_put_key(struct buf *out, struct output_key key)
{
    wire_put_u64(out, key.query);
    wire_put_u32(out, key.stage);
    wire_put_u32(out, key.task);
    wire_put_u32(out, key.attempt);
}

struct output_key wire_get_key(struct wire_reader *reader)
{
    struct output_key key = {.query = wire_u64(reader)};

    key.stage = wire_u32(reader);
    key.task = wire_u32(reader);
    key.attempt = wire_u32(reader);
    return key;
}

void wire_put_units(struct buf *out, const struct unit_batch *batch)
{
    wire_put_u8(out, batch->end);
    wire_put_u32(out, batch->count);
    wire_put_bytes(out, batch->sizes.data, batch->sizes.size);
    wire_put_bytes(out, batch->bytes.data, batch->bytes.size);
}

void wire_get_units(struct wire_reader *reader, struct unit_batch *ret)
{
    bool end = wire_u8(reader) != 0;
    uint32_t count = wire_u32(reader);
    size_t sizes_bytes, bytes;
    const char *sizes = wire_bytes(reader, &sizes_bytes);
    const char *data = wire_bytes(reader, &bytes);

    if (sizes_bytes / sizeof(uint64_t) != count || sizes_bytes % sizeof(uint64_t) != 0)
        reader->bad = true;
    for (uint32_t i = 0; i < count && !reader->bad; i++) {
        uint64_t size;

        memcpy(&size, sizes + (size_t)i * sizeof(size), sizeof(size));
        if (size > bytes) {
            reader->bad = true;
            return;
        }
        unit_batch_add(ret, data, size);
        data += size;
        bytes -= size;
    }
    ret->end |= end && !reader->bad;
}
