/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_CLI_INTERRUPT_H
#define EIDER_CLI_INTERRUPT_H

#include <stdbool.h>

#include "eider/eider.h"

/*
 * Signals of the program. A thread of its own waits for SIGINT and SIGTERM:
 *   - the first SIGINT during a statement cancels it;
 *   - another one during the same statement ends the process at once, with status 130;
 *   - SIGINT at other times, at the prompt above all, and the second one of a script, ask the program to end
 *     (130);
 *   - SIGTERM cancels and asks to end (143).
 *
 * A signal that the process was started to ignore stays ignored. SIGPIPE becomes an error of write().
 */
struct interrupt;

/* Must be called before any other thread exists, so that all of them have the signals blocked. NULL if out of
 * memory. */
struct interrupt *interrupt_new(bool interactive);
void interrupt_free(struct interrupt *interrupt); /* accepts NULL */

/* A statement runs between these two, on `session`. */
void interrupt_begin(struct interrupt *interrupt, struct eider_session *session);
void interrupt_end(struct interrupt *interrupt);

/* The statement that runs, or ran last, was cancelled. */
bool interrupt_is_cancelled(struct interrupt *interrupt);

/* The exit status with which the program was asked to end; 0 if it was not. */
int interrupt_exit_status(struct interrupt *interrupt);

/* Readable once the program was asked to end: for poll, beside an input that is waited for. */
int interrupt_fd(const struct interrupt *interrupt);

#endif
