/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_CHOICES_H
#define DIFFER_CHOICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Every decision of the query generator is a choice of a number. They are recorded, so that a query is a list of
 * numbers: a failing query is shrunk by making the list shorter and its numbers smaller and generating again. A
 * generator that is made for this puts the simplest alternative at 0, which is also what it gets where the list ends.
 */
struct choices {
    bool replay;
    uint64_t state;  /* of the random numbers, if not replaying */
    uint32_t *given; /* the list that is replayed, borrowed */
    size_t given_count;
    uint32_t *made; /* what was chosen */
    size_t made_count;
    size_t capacity;
};

void choices_init_random(struct choices *choices, uint64_t seed);
void choices_init_replay(struct choices *choices, uint32_t *given, size_t count);
void choices_done(struct choices *choices);

/* A number below n, which is at least 1. */
uint32_t choose(struct choices *choices, uint32_t n);
/* True in that many of a hundred cases; false is the simple case. */
bool choose_yes(struct choices *choices, uint32_t percent);
/* A number in [low, high]. */
int64_t choose_between(struct choices *choices, int64_t low, int64_t high);

#endif
