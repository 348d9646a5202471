/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_EXECUTOR_H
#define EIDER_BASE_EXECUTOR_H

#include "base/error.h"

/*
 * The threads that run tasks, for all workers of a process: a queue, first in first out, and a few threads. One thread
 * by default, because DuckDB is parallel inside each task (PERFORMANCE: four tasks at once were slower than one).
 */
struct executor;

/* Threads start with the first job. Errors: MEMORY. */
enum eider_status executor_new(struct executor **ret, struct eider_error *err);

/* Waits until the queue is empty and all jobs have returned. Accepts NULL. Not from a job. */
void executor_free(struct executor *executor);

/* How many jobs may run at once, 1 to 64; takes effect for later jobs. Any thread. */
void executor_set_width(struct executor *executor, uint32_t width);

/* Queues run(data). Errors: MEMORY, INTERNAL if no thread can be started; then it is not run. Any thread. */
enum eider_status executor_submit(struct executor *executor, void (*run)(void *job), void *data,
                                  struct eider_error *err);

#endif
