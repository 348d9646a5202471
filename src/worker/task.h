/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_WORKER_TASK_H
#define EIDER_WORKER_TASK_H

#include "worker/inputs.h"

/*
 * Runs one attempt at a task to its end: decodes the plan, writes its SQL, runs it, and leaves the rows in the store as a
 * complete output (or as a failed one). Fails without a trace if the run is cancelled. Any thread.
 */
enum eider_status task_execute(const struct task_context *context, const struct task_request *request,
                               struct task_report *ret, struct eider_error *err);

/* Fails with CHANGED if a file of the fragment is not what the plan says, with IO if it is gone. */
enum eider_status fragment_check_files(const struct eider_node *root, struct eider_error *err);

#endif
