/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_REGISTRY_H
#define EIDER_ENGINE_REGISTRY_H

/*
 * Tokens: how SQL text names an object of this process. One registry for the process, since the functions that look
 * tokens up stay in a database longer than any engine. Private to the engine. Any thread.
 */

#include "duckdb.h"

#include "base/error.h"

#define TOKEN_BYTES 40 /* "sink-" and 32 digits, with the NUL */

enum registry_kind {
    REGISTRY_INVALID = 0,
    REGISTRY_SINK,
    REGISTRY_SOURCE,
    REGISTRY_PROBE,
    REGISTRY_ARROW,
    REGISTRY_TEXT
};

/* Makes a token for an object, which must be removed before it goes. Errors: MEMORY, INTERNAL (no random bytes). */
enum eider_status registry_add(enum registry_kind kind, void *object, char ret_token[TOKEN_BYTES],
                               struct eider_error *err);
void registry_remove(const char *token); /* "" is no error */

/* The object of that kind and token, after ref(object), or NULL. */
void *registry_find(enum registry_kind kind, const char *token, void (*ref)(void *object));

/* The token that is an argument of a call; the caller frees it with duckdb_free. NULL, and *ret_problem says why. */
char *registry_token_of_value(duckdb_value value, const char **ret_problem);
char *registry_token_of_argument(duckdb_bind_info info, const char **ret_problem);

#endif
