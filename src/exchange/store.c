/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: a hash table of outputs, each with its own lock.
 *
 * Invariants: an output in the table holds one reference of the table's. An output that is not open changes
 * no more, but that its rows are freed when it fails; its counts stay. `version` grows with every change.
 * Threads: the store's mutex guards the table, an output's mutex its state; the store's is taken first, and
 * neither is held while batches are freed. Failure: an output whose producer cannot go on is failed; whoever
 * reads it gets the same error.
 */
#include "exchange/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_BUCKETS ((size_t)64)

struct partition {
    struct batch **batches;
    uint64_t batch_count;
    uint64_t capacity;
    uint64_t rows;
    uint64_t bytes;
};

struct output {
    _Atomic uint32_t refs;
    struct output_key key;
    struct layout *layout;
    struct budget *budget;
    uint32_t partition_count;
    struct output *next; /* in its bucket; the store's lock */

    pthread_mutex_t mutex; /* for all below */
    pthread_cond_t changed;
    uint64_t version;
    enum output_state state;
    struct partition *partitions;
    struct output_hashes *hashes;
    uint64_t hash_count;
    uint64_t max_hashes; /* 0: none are kept */
    struct eider_error error;
};

struct store {
    pthread_mutex_t mutex;
    struct budget *budget;
    struct output **buckets;
    size_t bucket_count;
    size_t output_count;
};

/* ---- Outputs ---- */

static void output_free(struct output *output);

static struct output *output_new(struct store *store, struct output_key key, struct layout *layout,
                                 uint32_t partition_count)
{
    struct output *output = calloc(1, sizeof(*output));
    pthread_condattr_t attributes;

    if (output == NULL)
        return NULL;
    output->partitions = calloc(partition_count, sizeof(*output->partitions));
    if (output->partitions == NULL) {
        free(output);
        return NULL;
    }
    atomic_init(&output->refs, 1);
    output->key = key;
    output->layout = layout_ref(layout);
    output->budget = budget_ref(store->budget);
    output->partition_count = partition_count;
    output->state = OUTPUT_OPEN;
    pthread_mutex_init(&output->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&output->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return output;
}

static void free_hashes(struct budget *budget, struct output_hashes *chain)
{
    while (chain != NULL) {
        struct output_hashes *next = chain->next;

        pool_give(budget, chain->block);
        free(chain);
        chain = next;
    }
}

static void free_partitions(struct partition *partitions, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint64_t j = 0; j < partitions[i].batch_count; j++)
            batch_unref(partitions[i].batches[j]);
        free(partitions[i].batches);
    }
    free(partitions);
}

static void output_free(struct output *output)
{
    free_partitions(output->partitions, output->partition_count);
    free_hashes(output->budget, output->hashes);
    pthread_cond_destroy(&output->changed);
    pthread_mutex_destroy(&output->mutex);
    layout_unref(output->layout);
    budget_unref(output->budget);
    free(output);
}

struct output *output_ref(struct output *output)
{
    atomic_fetch_add_explicit(&output->refs, 1, memory_order_relaxed);
    return output;
}

void output_unref(struct output *output)
{
    if (output != NULL && atomic_fetch_sub_explicit(&output->refs, 1, memory_order_acq_rel) == 1)
        output_free(output);
}

struct output_key output_key(const struct output *output)
{
    return output->key;
}

struct layout *output_layout(const struct output *output)
{
    return output->layout;
}

uint32_t output_partition_count(const struct output *output)
{
    return output->partition_count;
}

struct budget *output_budget(const struct output *output)
{
    return output->budget;
}

/* Something changed: wakes who waits. Locked. */
static void touch(struct output *output)
{
    output->version++;
    pthread_cond_broadcast(&output->changed);
}

/* The error of an output that is not open. Locked. */
static enum eider_status closed_error(const struct output *output, struct eider_error *err)
{
    if (output->state != OUTPUT_FAILED)
        return error_set(err, EIDER_ERROR_INTERNAL, "rows came for an output that was complete");
    if (err != NULL)
        *err = output->error;
    return output->error.status;
}

static bool partition_has_room(struct partition *partition)
{
    uint64_t capacity = partition->capacity == 0 ? 4 : partition->capacity * 2;
    struct batch **batches;

    if (partition->batch_count < partition->capacity)
        return true;
    batches = realloc(partition->batches, capacity * sizeof(struct batch *));
    if (batches == NULL)
        return false;
    partition->batches = batches;
    partition->capacity = capacity;
    return true;
}

enum eider_status output_add(struct output *output, uint32_t partition, struct batch *batch,
                             struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    pthread_mutex_lock(&output->mutex);
    if (output->state != OUTPUT_OPEN) {
        status = closed_error(output, err);
    } else if (partition >= output->partition_count) {
        status = error_set(err, EIDER_ERROR_INTERNAL, "rows came for partition %u of %u", partition,
                           output->partition_count);
    } else if (!partition_has_room(&output->partitions[partition])) {
        status = error_no_memory(err);
    } else {
        struct partition *target = &output->partitions[partition];

        target->batches[target->batch_count++] = batch;
        target->rows += batch->rows;
        target->bytes += batch->bytes;
        batch = NULL;
        touch(output);
    }
    pthread_mutex_unlock(&output->mutex);
    batch_unref(batch);
    return status;
}

void output_limit_hashes(struct output *output, uint64_t max_hashes)
{
    pthread_mutex_lock(&output->mutex);
    output->max_hashes = max_hashes;
    pthread_mutex_unlock(&output->mutex);
}

void output_add_hashes(struct output *output, struct output_hashes *chain)
{
    struct output_hashes *last = chain;
    uint64_t count = chain == NULL ? 0 : chain->count;

    if (chain == NULL)
        return;
    while (last->next != NULL) {
        last = last->next;
        count += last->count;
    }
    pthread_mutex_lock(&output->mutex);
    last->next = output->hashes;
    output->hashes = chain;
    output->hash_count += count;
    chain = NULL;
    if (output->state == OUTPUT_FAILED || output->hash_count > output->max_hashes) {
        chain = output->hashes;
        output->hashes = NULL;
        output->hash_count = 0;
        output->max_hashes = 0;
    }
    pthread_mutex_unlock(&output->mutex);
    free_hashes(output->budget, chain);
}

uint64_t output_hash_count(struct output *output)
{
    uint64_t count;

    pthread_mutex_lock(&output->mutex);
    count = output->max_hashes == 0 ? UINT64_MAX : output->hash_count;
    pthread_mutex_unlock(&output->mutex);
    return count;
}

enum eider_status output_fill_bloom(struct output *output, struct bloom *bloom, struct eider_error *err)
{
    struct output_hashes *chain;
    bool kept;

    pthread_mutex_lock(&output->mutex);
    kept = output->max_hashes > 0;
    chain = output->hashes;
    output->hashes = NULL;
    output->hash_count = 0;
    output->max_hashes = 0;
    pthread_mutex_unlock(&output->mutex);
    if (!kept)
        return error_set(err, EIDER_ERROR_ARGUMENT, "an output has kept no key hashes");
    for (const struct output_hashes *hashes = chain; hashes != NULL; hashes = hashes->next)
        bloom_add(bloom, hashes->block->data, hashes->count);
    free_hashes(output->budget, chain);
    return EIDER_OK;
}

enum eider_status output_complete(struct output *output, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    pthread_mutex_lock(&output->mutex);
    if (output->state == OUTPUT_OPEN) {
        output->state = OUTPUT_COMPLETE;
        touch(output);
    } else if (output->state == OUTPUT_FAILED) {
        status = closed_error(output, err);
    }
    pthread_mutex_unlock(&output->mutex);
    return status;
}

void output_fail(struct output *output, const struct eider_error *error)
{
    struct partition empty = {0}, *freed = NULL;
    struct output_hashes *hashes = NULL;

    pthread_mutex_lock(&output->mutex);
    if (output->state == OUTPUT_OPEN) {
        output->error = *error;
        if (output->error.status == EIDER_OK)
            output->error.status = EIDER_ERROR_INTERNAL;
        output->state = OUTPUT_FAILED;
        hashes = output->hashes;
        output->hashes = NULL;
        output->hash_count = output->max_hashes = 0;
        freed = calloc(output->partition_count, sizeof(*freed));
        for (uint32_t i = 0; i < output->partition_count && freed != NULL; i++) {
            freed[i] = output->partitions[i]; /* if out of memory, the rows stay until the output goes */
            output->partitions[i] = empty;
        }
        touch(output);
    }
    pthread_mutex_unlock(&output->mutex);
    if (freed != NULL)
        free_partitions(freed, output->partition_count);
    free_hashes(output->budget, hashes);
}

enum output_state output_state(struct output *output, struct eider_error *err)
{
    enum output_state state;

    pthread_mutex_lock(&output->mutex);
    state = output->state;
    if (state == OUTPUT_FAILED && err != NULL)
        *err = output->error;
    pthread_mutex_unlock(&output->mutex);
    return state;
}

struct output_size output_size(struct output *output, uint32_t first, uint32_t count)
{
    struct output_size size = {0};

    pthread_mutex_lock(&output->mutex);
    for (uint32_t i = first; i < output->partition_count && i - first < count; i++) {
        size.rows += output->partitions[i].rows;
        size.bytes += output->partitions[i].bytes;
        size.batches += output->partitions[i].batch_count;
    }
    pthread_mutex_unlock(&output->mutex);
    return size;
}

enum output_state output_batch(struct output *output, uint32_t partition, uint64_t index, struct batch **ret,
                               struct eider_error *err)
{
    enum output_state state;

    *ret = NULL;
    pthread_mutex_lock(&output->mutex);
    state = output->state;
    if (state == OUTPUT_FAILED) {
        if (err != NULL)
            *err = output->error;
    } else if (partition < output->partition_count && index < output->partitions[partition].batch_count) {
        *ret = batch_ref(output->partitions[partition].batches[index]);
    }
    pthread_mutex_unlock(&output->mutex);
    return state;
}

void output_wait(struct output *output, uint64_t *version, uint32_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&output->mutex);
    while (output->version == *version && output->state == OUTPUT_OPEN) {
        if (pthread_cond_timedwait(&output->changed, &output->mutex, &until) != 0)
            break;
    }
    *version = output->version;
    pthread_mutex_unlock(&output->mutex);
}

uint64_t output_version(struct output *output)
{
    uint64_t version;

    pthread_mutex_lock(&output->mutex);
    version = output->version;
    pthread_mutex_unlock(&output->mutex);
    return version;
}

/* ---- The table ---- */

static size_t bucket_of(const struct store *store, struct output_key key)
{
    uint64_t hash = key.query * UINT64_C(0x9E3779B97F4A7C15);

    hash = (hash ^ key.stage) * UINT64_C(0xBF58476D1CE4E5B9);
    hash = (hash ^ (hash >> 31) ^ key.task) * UINT64_C(0x94D049BB133111EB);
    hash = (hash ^ (hash >> 29) ^ key.attempt) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(hash >> 32) & (store->bucket_count - 1);
}

static bool key_equal(struct output_key a, struct output_key b)
{
    return a.query == b.query && a.stage == b.stage && a.task == b.task && a.attempt == b.attempt;
}

enum eider_status store_new(struct budget *budget, struct store **ret, struct eider_error *err)
{
    struct store *store = calloc(1, sizeof(*store));

    *ret = NULL;
    if (store != NULL)
        store->buckets = calloc(FIRST_BUCKETS, sizeof(struct output *));
    if (store == NULL || store->buckets == NULL) {
        free(store);
        return error_no_memory(err);
    }
    store->bucket_count = FIRST_BUCKETS;
    store->budget = budget_ref(budget);
    pthread_mutex_init(&store->mutex, NULL);
    *ret = store;
    return EIDER_OK;
}

struct budget *store_budget(struct store *store)
{
    return store->budget;
}

static struct output *lookup(const struct store *store, struct output_key key)
{
    struct output *output = store->buckets[bucket_of(store, key)];

    while (output != NULL && !key_equal(output->key, key))
        output = output->next;
    return output;
}

/* Doubles the table when it is full; goes on with longer chains if there is no memory for that. Locked. */
static void grow(struct store *store)
{
    size_t old_count = store->bucket_count;
    struct output **old = store->buckets, **buckets;

    if (store->output_count < old_count || (buckets = calloc(old_count * 2, sizeof(struct output *))) == NULL)
        return;
    store->buckets = buckets;
    store->bucket_count = old_count * 2;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct output *output = old[i];
            size_t bucket = bucket_of(store, output->key);

            old[i] = output->next;
            output->next = buckets[bucket];
            buckets[bucket] = output;
        }
    }
    free(old);
}

enum eider_status store_output(struct store *store, struct output_key key, struct layout *layout,
                               uint32_t partition_count, struct output **ret, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    struct output *output;

    *ret = NULL;
    if (partition_count == 0 || partition_count > PARTITION_MAX)
        return error_set(err, EIDER_ERROR_ARGUMENT, "an output cannot have %u partitions", partition_count);
    pthread_mutex_lock(&store->mutex);
    output = lookup(store, key);
    if (output == NULL) {
        output = output_new(store, key, layout, partition_count);
        if (output == NULL) {
            status = error_no_memory(err);
        } else {
            size_t bucket;

            grow(store);
            bucket = bucket_of(store, key);
            output->next = store->buckets[bucket];
            store->buckets[bucket] = output;
            store->output_count++;
        }
    } else if (output->partition_count != partition_count || !layout_equal(output->layout, layout)) {
        status = error_set(err, EIDER_ERROR_ARGUMENT,
                           "stage %u, task %u: producer and consumer expect different columns or partitions",
                           key.stage, key.task);
    }
    if (status == EIDER_OK)
        *ret = output_ref(output);
    pthread_mutex_unlock(&store->mutex);
    return status;
}

struct output *store_find(struct store *store, struct output_key key)
{
    struct output *output;

    pthread_mutex_lock(&store->mutex);
    output = lookup(store, key);
    if (output != NULL)
        output_ref(output);
    pthread_mutex_unlock(&store->mutex);
    return output;
}

/* Takes outputs out of the table: those of a query, or one of them, or all. Returns them chained. Locked. */
static struct output *take_out(struct store *store, const uint64_t *query, const struct output_key *key)
{
    struct output *taken = NULL;

    for (size_t i = 0; i < store->bucket_count; i++) {
        struct output **link = &store->buckets[i];

        while (*link != NULL) {
            struct output *output = *link;

            if ((query != NULL && output->key.query != *query) ||
                (key != NULL && !key_equal(output->key, *key))) {
                link = &output->next;
                continue;
            }
            *link = output->next;
            output->next = taken;
            taken = output;
            store->output_count--;
        }
    }
    return taken;
}

static void let_go(struct output *chain)
{
    struct eider_error error;

    if (chain == NULL)
        return;
    error_set(&error, EIDER_ERROR_CANCELLED, "the query has ended");
    while (chain != NULL) {
        struct output *next = chain->next;

        output_fail(chain, &error);
        output_unref(chain);
        chain = next;
    }
}

void store_drop_output(struct store *store, struct output_key key)
{
    struct output *taken;

    pthread_mutex_lock(&store->mutex);
    taken = take_out(store, NULL, &key);
    pthread_mutex_unlock(&store->mutex);
    let_go(taken);
}

void store_drop_query(struct store *store, uint64_t query)
{
    struct output *taken;

    pthread_mutex_lock(&store->mutex);
    taken = take_out(store, &query, NULL);
    pthread_mutex_unlock(&store->mutex);
    let_go(taken);
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    let_go(take_out(store, NULL, NULL));
    free(store->buckets);
    pthread_mutex_destroy(&store->mutex);
    budget_unref(store->budget);
    free(store);
}

uint64_t store_output_count(struct store *store)
{
    uint64_t count;

    pthread_mutex_lock(&store->mutex);
    count = store->output_count;
    pthread_mutex_unlock(&store->mutex);
    return count;
}
