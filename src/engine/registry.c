/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry of tokens: a hash table with chains, of few entries for a short time.
 *
 * Tokens hold 128 random bits, so that SQL of an application can meet no object but by being told its token.
 * Invariant: an entry's object is alive until registry_remove has returned. Threads: one mutex; `ref` runs
 * under it and must take no lock. Failure: an unknown token is NULL.
 */
#include "engine/registry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BUCKETS 256u

struct entry {
    struct entry *next;
    enum registry_kind kind;
    void *object;
    char token[TOKEN_BYTES];
};

static struct {
    pthread_mutex_t mutex;
    struct entry *buckets[BUCKETS];
} registry = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static const char *const prefixes[] = {[REGISTRY_SINK] = "sink",
                                       [REGISTRY_SOURCE] = "from",
                                       [REGISTRY_PROBE] = "keys",
                                       [REGISTRY_ARROW] = "flow",
                                       [REGISTRY_TEXT] = "text"};

static struct entry **bucket_of(const char *token)
{
    uint32_t hash = 2166136261u;

    for (; *token != '\0'; token++)
        hash = (hash ^ (unsigned char)*token) * 16777619u;
    return &registry.buckets[hash % BUCKETS];
}

enum eider_status registry_add(enum registry_kind kind, void *object, char ret_token[TOKEN_BYTES],
                               struct eider_error *err)
{
    uint64_t random[2];
    struct entry *entry, **bucket;
    ssize_t got;

    ret_token[0] = '\0';
    do {
        got = getrandom(random, sizeof(random), 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof(random))
        return error_set(err, EIDER_ERROR_INTERNAL, "the system gives no random bytes");
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return error_no_memory(err);
    entry->kind = kind;
    entry->object = object;
    snprintf(entry->token, sizeof(entry->token), "%s-%016llx%016llx", prefixes[kind],
             (unsigned long long)random[0], (unsigned long long)random[1]);
    memcpy(ret_token, entry->token, sizeof(entry->token));
    pthread_mutex_lock(&registry.mutex);
    bucket = bucket_of(entry->token);
    entry->next = *bucket;
    *bucket = entry;
    pthread_mutex_unlock(&registry.mutex);
    return EIDER_OK;
}

void registry_remove(const char *token)
{
    struct entry *removed = NULL;

    pthread_mutex_lock(&registry.mutex);
    for (struct entry **link = bucket_of(token); *link != NULL; link = &(*link)->next) {
        if (strcmp((*link)->token, token) == 0) {
            removed = *link;
            *link = removed->next;
            break;
        }
    }
    pthread_mutex_unlock(&registry.mutex);
    free(removed);
}

void *registry_find(enum registry_kind kind, const char *token, void (*ref)(void *object))
{
    void *object = NULL;

    pthread_mutex_lock(&registry.mutex);
    for (const struct entry *entry = *bucket_of(token); entry != NULL && object == NULL;
         entry = entry->next) {
        if (entry->kind == kind && strcmp(entry->token, token) == 0) {
            object = entry->object;
            ref(object);
        }
    }
    pthread_mutex_unlock(&registry.mutex);
    return object;
}

char *registry_token_of_value(duckdb_value value, const char **ret_problem)
{
    char *token = value == NULL || duckdb_is_null_value(value) ? NULL : duckdb_get_varchar(value);

    if (token == NULL)
        *ret_problem = "its first argument must be a token that Eider gave out";
    return token;
}

char *registry_token_of_argument(duckdb_bind_info info, const char **ret_problem)
{
    duckdb_client_context context = NULL;
    duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, 0);
    duckdb_value value = NULL;
    char *token;

    if (argument != NULL && duckdb_expression_is_foldable(argument)) {
        duckdb_error_data error;

        duckdb_scalar_function_get_client_context(info, &context);
        error = duckdb_expression_fold(context, argument, &value);
        duckdb_destroy_error_data(&error);
        duckdb_destroy_client_context(&context);
    }
    token = registry_token_of_value(value, ret_problem);
    if (value != NULL)
        duckdb_destroy_value(&value);
    duckdb_destroy_expression(&argument);
    return token;
}
