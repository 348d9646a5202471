/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: one thread takes SIGINT and SIGTERM with sigtimedwait, so that cancelling runs in no signal
 * handler.
 *
 * `lock` guards everything below it. The session is cancelled under the lock: interrupt_end waits for that,
 * so a session is never cancelled after its statement, nor used after it is freed.
 */
#include "cli/interrupt.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct interrupt {
    bool interactive;
    sigset_t signals;
    pthread_t thread;
    int pipe[2];
    pthread_mutex_t lock;
    struct eider_session *session; /* the one that runs a statement */
    bool cancelled;
    unsigned interrupts; /* SIGINTs so far */
    int exit_status;
};

#define STATUS_INTERRUPTED 130
#define STATUS_TERMINATED  143

static void ask_to_end(struct interrupt *interrupt, int status)
{
    if (interrupt->exit_status == 0 && write(interrupt->pipe[1], "", 1) < 0) {
        /* The pipe holds a byte already, or nobody waits: exit_status tells as well. */
    }
    interrupt->exit_status = status;
}

static void handle(struct interrupt *interrupt, int signal)
{
    bool again;

    pthread_mutex_lock(&interrupt->lock);
    again = interrupt->session != NULL && interrupt->cancelled;
    if (signal == SIGTERM)
        ask_to_end(interrupt, STATUS_TERMINATED);
    else if (interrupt->session == NULL || (!interrupt->interactive && interrupt->interrupts > 0))
        ask_to_end(interrupt, STATUS_INTERRUPTED);
    interrupt->interrupts += signal == SIGINT;
    if (again)
        _exit(signal == SIGTERM ? STATUS_TERMINATED : STATUS_INTERRUPTED);
    interrupt->cancelled = interrupt->cancelled || interrupt->session != NULL;
    pthread_mutex_unlock(&interrupt->lock);
}

/*
 * Cancelling reaches what runs at that moment; a statement that was about to start would be missed. So it is
 * repeated until the statement has ended. Returns whether there is something to repeat.
 */
static bool cancel_again(struct interrupt *interrupt)
{
    bool cancelling;

    pthread_mutex_lock(&interrupt->lock);
    cancelling = interrupt->session != NULL && interrupt->cancelled;
    if (cancelling)
        eider_session_cancel(interrupt->session);
    pthread_mutex_unlock(&interrupt->lock);
    return cancelling;
}

static void *wait_for_signals(void *data)
{
    static const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    struct interrupt *interrupt = data;
    bool cancelling = false;

    for (;;) {
        /* The one place where interrupt_free may cancel the thread. */
        int signal = sigtimedwait(&interrupt->signals, NULL, cancelling ? &pause : NULL), state;

        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
        if (signal > 0)
            handle(interrupt, signal);
        cancelling = cancel_again(interrupt);
        pthread_setcancelstate(state, NULL);
    }
    return NULL;
}

static void add_unless_ignored(sigset_t *set, int signal)
{
    struct sigaction action;

    if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset(set, signal);
}

struct interrupt *interrupt_new(bool interactive)
{
    struct interrupt *interrupt = calloc(1, sizeof(*interrupt));

    if (interrupt == NULL)
        return NULL;
    interrupt->interactive = interactive;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&interrupt->signals);
    add_unless_ignored(&interrupt->signals, SIGINT);
    add_unless_ignored(&interrupt->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &interrupt->signals, NULL);
    pthread_mutex_init(&interrupt->lock, NULL);
    if (pipe2(interrupt->pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        goto fail;
    if (pthread_create(&interrupt->thread, NULL, wait_for_signals, interrupt) == 0)
        return interrupt;
    close(interrupt->pipe[0]);
    close(interrupt->pipe[1]);
fail:
    pthread_mutex_destroy(&interrupt->lock);
    free(interrupt);
    return NULL;
}

void interrupt_free(struct interrupt *interrupt)
{
    if (interrupt == NULL)
        return;
    pthread_cancel(interrupt->thread);
    pthread_join(interrupt->thread, NULL);
    close(interrupt->pipe[0]);
    close(interrupt->pipe[1]);
    pthread_mutex_destroy(&interrupt->lock);
    free(interrupt);
}

void interrupt_begin(struct interrupt *interrupt, struct eider_session *session)
{
    pthread_mutex_lock(&interrupt->lock);
    interrupt->session = session;
    interrupt->cancelled = false;
    pthread_mutex_unlock(&interrupt->lock);
}

void interrupt_end(struct interrupt *interrupt)
{
    pthread_mutex_lock(&interrupt->lock);
    interrupt->session = NULL;
    pthread_mutex_unlock(&interrupt->lock);
}

bool interrupt_is_cancelled(struct interrupt *interrupt)
{
    bool cancelled;

    pthread_mutex_lock(&interrupt->lock);
    cancelled = interrupt->cancelled;
    pthread_mutex_unlock(&interrupt->lock);
    return cancelled;
}

int interrupt_exit_status(struct interrupt *interrupt)
{
    int status;

    pthread_mutex_lock(&interrupt->lock);
    status = interrupt->exit_status;
    pthread_mutex_unlock(&interrupt->lock);
    return status;
}

int interrupt_fd(const struct interrupt *interrupt)
{
    return interrupt->pipe[0];
}
