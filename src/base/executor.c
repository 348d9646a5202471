/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small thread pool. Invariant under the lock: running <= width; idle threads sleep on `changed`. Threads end only
 * when the executor is freed. Jobs run without the lock. Failure to start a thread is an error only if there is none.
 */
#include "base/executor.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define MAX_WIDTH 64

struct job {
    struct job *next;
    void (*run)(void *job);
    void *data;
};

struct executor {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job *first, **last;
    pthread_t threads[MAX_WIDTH];
    uint32_t thread_count;
    uint32_t running;
    uint32_t width;
    bool ending;
};

static void *executor_thread(void *data)
{
    struct executor *executor = data;

    pthread_mutex_lock(&executor->lock);
    for (;;) {
        struct job *job = executor->first;
        if (job == NULL && executor->ending)
            break;
        if (job == NULL || executor->running >= executor->width) {
            pthread_cond_wait(&executor->changed, &executor->lock);
            continue;
        }
        if ((executor->first = job->next) == NULL)
            executor->last = &executor->first;
        executor->running++;
        pthread_mutex_unlock(&executor->lock);
        job->run(job->data);
        free(job);
        pthread_mutex_lock(&executor->lock);
        executor->running--;
        pthread_cond_broadcast(&executor->changed);
    }
    pthread_mutex_unlock(&executor->lock);
    return NULL;
}

enum eider_status executor_new(struct executor **ret, struct eider_error *err)
{
    struct executor *executor = calloc(1, sizeof(*executor));

    *ret = NULL;
    if (executor == NULL)
        return error_no_memory(err);
    executor->last = &executor->first;
    executor->width = 1;
    pthread_mutex_init(&executor->lock, NULL);
    pthread_cond_init(&executor->changed, NULL);
    *ret = executor;
    return EIDER_OK;
}

void executor_free(struct executor *executor)
{
    if (executor == NULL)
        return;
    pthread_mutex_lock(&executor->lock);
    executor->ending = true;
    pthread_cond_broadcast(&executor->changed);
    pthread_mutex_unlock(&executor->lock);
    for (uint32_t i = 0; i < executor->thread_count; i++)
        pthread_join(executor->threads[i], NULL);
    pthread_cond_destroy(&executor->changed);
    pthread_mutex_destroy(&executor->lock);
    free(executor);
}

void executor_set_width(struct executor *executor, uint32_t width)
{
    pthread_mutex_lock(&executor->lock);
    executor->width = width < 1 ? 1 : width > MAX_WIDTH ? MAX_WIDTH : width;
    pthread_cond_broadcast(&executor->changed);
    pthread_mutex_unlock(&executor->lock);
}

enum eider_status executor_submit(struct executor *executor, void (*run)(void *job), void *data,
                                  struct eider_error *err)
{
    struct job *job = calloc(1, sizeof(*job));
    bool has_thread;

    if (job == NULL)
        return error_no_memory(err);
    job->run = run;
    job->data = data;
    pthread_mutex_lock(&executor->lock);
    if (executor->thread_count < executor->width &&
        pthread_create(&executor->threads[executor->thread_count], NULL, executor_thread, executor) == 0)
        executor->thread_count++;
    has_thread = executor->thread_count > 0;
    if (has_thread) {
        *executor->last = job;
        executor->last = &job->next;
        pthread_cond_signal(&executor->changed);
    }
    pthread_mutex_unlock(&executor->lock);
    if (!has_thread) {
        free(job);
        return error_set(err, EIDER_ERROR_INTERNAL, "cannot start a thread for tasks");
    }
    return EIDER_OK;
}
