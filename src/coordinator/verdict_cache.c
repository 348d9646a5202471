/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session knows of statements that are not distributed, so that one which is repeated is not planned twice each
 * time: by Eider for the verdict, and by DuckDB to run it.
 *
 * The invariant that permits it: running on DuckDB alone is always right. Only verdicts that say no are kept, so an
 * entry that is no longer true (a file has grown, a view was replaced from another connection) costs distribution for
 * VERDICT_CACHE_LIFE_MS at most, and never an answer. A hit does not make an entry live longer. What the session itself
 * changes shows at once: a statement that may change a verdict clears the cache (run_query.c).
 *
 * The key is the text itself, normalised by the lexer, behind the values of Eider's settings. All of them: one that
 * does not matter to the planner costs a miss when it is changed, and no list here can miss one that does.
 *
 * Entries are in the order of their use; the last one is dropped for a new one. With so few, a search looks at all.
 * Threads: those of the session, one at a time. Failure: without memory nothing is found and nothing kept.
 */
#include "coordinator/verdict_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/lexer.h"

struct verdict_entry {
    struct verdict verdict;
    double expires_ms;
    size_t key_bytes;
    char key[];
};

/* ---- Keys ---- */

/* False if there is no key: the statement is too long, or there is no memory. `ret` is to be done in any case. */
static bool make_key(const struct settings *settings, const char *sql, struct buf *ret)
{
    size_t bytes = strnlen(sql, VERDICT_CACHE_MAX_STATEMENT_BYTES + 1);

    buf_init(ret, VERDICT_CACHE_MAX_STATEMENT_BYTES + sizeof(*settings));
    if (bytes > VERDICT_CACHE_MAX_STATEMENT_BYTES)
        return false;
#define SETTING(KIND, member, default_text, min, max, text)                                                  \
    buf_append(ret, &settings->member, sizeof(settings->member));
#include "engine/settings.def"
#undef SETTING
    lexer_normalise(sql, bytes, ret);
    return !ret->failed;
}

/* ---- What is kept ---- */

/* Verdicts that follow from the statement, the catalog and the files. */
static bool is_kept(enum verdict_kind kind)
{
    switch (kind) {
    case VERDICT_DISTRIBUTABLE: /* is no verdict: what to run would have to be kept, and be true */
    case VERDICT_NOT_A_QUERY:   /* found without planning, and clears the cache when it runs */
    case VERDICT_NO_CLUSTER:    /* the same */
    case VERDICT_PLAN_REFUSED:  /* an error of the moment: the next statement may make what is missing */
    case VERDICT_SETTING:       /* depends on settings of DuckDB, which are not part of the key */
    case VERDICT_TARGET:        /* tables come and go */
    case VERDICT_TRANSACTION:   /* over with the transaction */
    case VERDICT_NET:           /* known only when the query runs */
    case VERDICT_KIND_COUNT:    /* none */
        return false;
    case VERDICT_PLAN_UNREADABLE: /* what the plan says, and DuckDB plans a statement the same way again */
    case VERDICT_OPERATOR:
    case VERDICT_OPERATOR_FIELD:
    case VERDICT_EXPRESSION:
    case VERDICT_JOIN:
    case VERDICT_FILTER:
    case VERDICT_WINDOW_FRAME:
    case VERDICT_PARAMETER:
    case VERDICT_TYPE:
    case VERDICT_CONSTANT:
    case VERDICT_TABLE_FUNCTION:
    case VERDICT_PARQUET_OPTION:
    case VERDICT_FUNCTION:
    case VERDICT_FUNCTION_DATA:
    case VERDICT_VOLATILE_FUNCTION:
    case VERDICT_SESSION_FUNCTION: /* it is there, whatever it returns */
    case VERDICT_ORDER_DEPENDENT:
    case VERDICT_NATIVE_TABLE:
    case VERDICT_LIMIT:
    case VERDICT_SMALL: /* files and numbers of tasks: true until the files grow */
    case VERDICT_SINGLE_TASK:
        return true;
    }
    return false;
}

/* ---- Entries ---- */

static size_t entry_bytes(const struct verdict_entry *entry)
{
    return sizeof(*entry) + entry->key_bytes;
}

static void drop(struct verdict_cache *cache, uint32_t index)
{
    struct verdict_entry *entry = cache->entries[index];

    cache->count--;
    memmove(cache->entries + index, cache->entries + index + 1,
            (cache->count - index) * sizeof(*cache->entries));
    cache->bytes -= entry_bytes(entry);
    free(entry);
}

/* Puts an entry before the first `behind` others, which move up by one. */
static void put_first(struct verdict_cache *cache, struct verdict_entry *entry, uint32_t behind)
{
    memmove(cache->entries + 1, cache->entries, behind * sizeof(*cache->entries));
    cache->entries[0] = entry;
}

/* cache->count if there is none. */
static uint32_t search(const struct verdict_cache *cache, const struct buf *key)
{
    uint32_t i = 0;

    while (i < cache->count && (cache->entries[i]->key_bytes != key->size ||
                                memcmp(cache->entries[i]->key, key->data, key->size) != 0))
        i++;
    return i;
}

static bool find(struct verdict_cache *cache, const struct buf *key, double now_ms, struct verdict *ret)
{
    uint32_t found = search(cache, key);
    struct verdict_entry *entry;

    if (found == cache->count)
        return false;
    entry = cache->entries[found];
    if (now_ms >= entry->expires_ms) {
        drop(cache, found);
        return false;
    }
    put_first(cache, entry, found);
    *ret = entry->verdict;
    return true;
}

bool verdict_cache_find(struct verdict_cache *cache, const struct settings *settings, const char *sql,
                        double now_ms, struct verdict *ret)
{
    struct buf key;
    bool found;

    if (cache->count == 0)
        return false;
    found = make_key(settings, sql, &key) && find(cache, &key, now_ms, ret);
    buf_done(&key);
    return found;
}

static void put(struct verdict_cache *cache, const struct buf *key, double now_ms,
                const struct verdict *verdict)
{
    struct verdict_entry *entry = malloc(sizeof(*entry) + key->size);

    if (entry == NULL)
        return;
    entry->verdict = *verdict;
    entry->expires_ms = now_ms + VERDICT_CACHE_LIFE_MS;
    entry->key_bytes = key->size;
    memcpy(entry->key, key->data, key->size);
    while (cache->count == VERDICT_CACHE_MAX_ENTRIES ||
           cache->bytes + entry_bytes(entry) > VERDICT_CACHE_MAX_BYTES)
        drop(cache, cache->count - 1);
    put_first(cache, entry, cache->count++);
    cache->bytes += entry_bytes(entry);
}

void verdict_cache_put(struct verdict_cache *cache, const struct settings *settings, const char *sql,
                       double now_ms, const struct verdict *verdict)
{
    struct buf key;
    uint32_t old;

    if (cache->count == 0 && !is_kept(verdict->kind))
        return;
    if (make_key(settings, sql, &key)) {
        if ((old = search(cache, &key)) < cache->count)
            drop(cache, old);
        if (is_kept(verdict->kind))
            put(cache, &key, now_ms, verdict);
    }
    buf_done(&key);
}

void verdict_cache_clear(struct verdict_cache *cache)
{
    while (cache->count > 0)
        drop(cache, cache->count - 1);
}
