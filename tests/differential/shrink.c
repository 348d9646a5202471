/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shrinking: a failing case is a list of choices. Blocks of it are left out or made zero, the simplest choice, as long as
 * what comes of that is shorter and still fails. It ends when nothing helps, or when it has tried long enough. One thread.
 */
#include "shrink.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

enum {
    MAX_TRIES = 400
};
static const double max_ms = 90000;

struct shrink {
    const struct shrink_subject *subject;
    uint32_t *best;
    size_t best_count;
    char *best_text;
    uint32_t tries;
    double deadline_ms;
};

/* Takes a list of choices over if its case is shorter and fails. */
static bool try_choices(struct shrink *shrink, uint32_t *given, size_t count)
{
    struct choices choices;
    if (shrink->tries >= MAX_TRIES || clock_ms() > shrink->deadline_ms) {
        return false;
    }
    choices_init_replay(&choices, given, count);
    char *text = shrink->subject->make(shrink->subject->data, &choices);
    bool better = shrink->best_text == NULL || strlen(text) < strlen(shrink->best_text);
    if (better) {
        shrink->tries++;
        better = shrink->subject->fails(shrink->subject->data);
    }
    if (better) {
        shrink->best_count = choices.made_count < count ? choices.made_count : count;
        memcpy(shrink->best, choices.made, shrink->best_count * sizeof(*shrink->best));
        free(shrink->best_text);
        shrink->best_text = text;
    } else {
        free(text);
    }
    choices_done(&choices);
    return better;
}

/* Tries without the choices [start, start + size), or with zeros in their place. */
static bool try_block(struct shrink *shrink, size_t start, size_t size, bool zero)
{
    size_t count = shrink->best_count;
    uint32_t *given = xcalloc(count, sizeof(*given));
    memcpy(given, shrink->best, count * sizeof(*given));
    if (zero) {
        memset(given + start, 0, size * sizeof(*given));
    } else {
        memmove(given + start, given + start + size, (count - start - size) * sizeof(*given));
        count -= size;
    }
    bool better = try_choices(shrink, given, count);
    free(given);
    return better;
}

static void try_all(struct shrink *shrink)
{
    bool progress = true;
    while (progress && shrink->tries < MAX_TRIES && clock_ms() < shrink->deadline_ms) {
        progress = false;
        for (size_t size = 32; size > 0; size /= 2) {
            for (size_t start = 0; start + size <= shrink->best_count;) {
                bool better = try_block(shrink, start, size, false) || try_block(shrink, start, size, true);
                progress |= better;
                start += better ? 0 : size;
            }
        }
    }
}

void shrink_and_print(const struct shrink_subject *subject, const struct choices *failing)
{
    struct shrink shrink = {.subject = subject,
                            .best = xcalloc(failing->made_count, sizeof(uint32_t)),
                            .best_count = failing->made_count,
                            .deadline_ms = clock_ms() + max_ms};
    memcpy(shrink.best, failing->made, failing->made_count * sizeof(uint32_t));
    try_all(&shrink);
    if (shrink.best_text == NULL) {
        printf("  not shrunk (%u tries)\n\n", shrink.tries);
    } else {
        printf("  shrunk (%u tries): %s\n\n", shrink.tries, shrink.best_text);
    }
    fflush(stdout);
    free(shrink.best);
    free(shrink.best_text);
}
