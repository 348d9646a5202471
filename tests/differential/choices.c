/* SPDX-License-Identifier: Apache-2.0 */
/* Choices, recorded and replayed. One thread. */
#include "choices.h"

#include <stdlib.h>

#include "util.h"

/* A query that wants more decisions than this gets only simple ones, so that it ends. */
enum {
    MAX_CHOICES = 3000
};

void choices_init_random(struct choices *choices, uint64_t seed)
{
    *choices = (struct choices){.state = seed};
}

void choices_init_replay(struct choices *choices, uint32_t *given, size_t count)
{
    *choices = (struct choices){.replay = true, .given = given, .given_count = count};
}

void choices_done(struct choices *choices)
{
    free(choices->made);
    *choices = (struct choices){0};
}

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t choose(struct choices *choices, uint32_t n)
{
    uint32_t value = 0;
    size_t at = choices->made_count;
    if (at >= MAX_CHOICES) {
        return 0;
    }
    if (!choices->replay) {
        value = (uint32_t)(next_random(&choices->state) % n);
    } else if (at < choices->given_count) {
        value = choices->given[at] % n;
    }
    if (at == choices->capacity) {
        choices->capacity = at == 0 ? 256 : at * 2;
        choices->made = xrealloc(choices->made, choices->capacity, sizeof(*choices->made));
    }
    choices->made[choices->made_count++] = value;
    return value;
}

bool choose_yes(struct choices *choices, uint32_t percent)
{
    return choose(choices, 100) >= 100 - percent;
}

int64_t choose_between(struct choices *choices, int64_t low, int64_t high)
{
    return low + (int64_t)choose(choices, (uint32_t)(high - low + 1));
}
