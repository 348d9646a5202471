/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIFFER_SHRINK_H
#define DIFFER_SHRINK_H

#include <stdbool.h>

#include "choices.h"

/* What is made of choices, and whether it fails. */
struct shrink_subject {
    void *data;
    /* Makes a case of the choices and keeps it in `data`; returns it as text, which the caller frees. */
    char *(*make)(void *data, struct choices *choices);
    /* True if the case that was made last fails. */
    bool (*fails)(void *data);
};

/* Shrinks a failing case: prints the shortest text found for choices that fail as well. */
void shrink_and_print(const struct shrink_subject *subject, const struct choices *failing);

#endif
