/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of responses, in the application's hands. */
#include <stdlib.h>

#include "rpc/calls/calls.h"

struct eider_message *eider_message_new(void)
{
    struct eider_message *message = malloc(sizeof(*message));

    if (message != NULL)
        buf_init(&message->buf, WIRE_MAX_BYTES);
    return message;
}

void eider_message_free(struct eider_message *message)
{
    if (message == NULL)
        return;
    buf_done(&message->buf);
    free(message);
}

void eider_message_append(struct eider_message *message, const void *data, size_t bytes)
{
    if (message != NULL && data != NULL)
        buf_append(&message->buf, data, bytes);
}

const void *eider_message_data(const struct eider_message *message, size_t *ret_bytes)
{
    if (ret_bytes != NULL)
        *ret_bytes = message == NULL || message->buf.failed ? 0 : message->buf.size;
    return message == NULL || message->buf.data == NULL ? "" : message->buf.data;
}
