/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_BASE_VERDICT_H
#define EIDER_BASE_VERDICT_H

#include <stdbool.h>

/*
 * The answer to "can this be distributed?": yes, or no with a reason. A "no" is an ordinary answer and no error:
 * the query runs on DuckDB alone. `kind` is a short fixed word per reason ("volatile_function"), the closed list
 * of verdicts.def that tests know; `reason` is a sentence for the user.
 */
enum verdict_kind {
    VERDICT_DISTRIBUTABLE = 0,
#define VERDICT(TAG, name, ...) VERDICT_##TAG,
#include "base/verdicts.def"
#undef VERDICT
    VERDICT_KIND_COUNT
};

struct verdict {
    enum verdict_kind kind;
    char reason[256];
};

/* Sets the verdict unless one is set already (the first reason wins). Returns false, for `return verdict_no(…)`. */
bool verdict_no(struct verdict *verdict, enum verdict_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *verdict_kind_name(enum verdict_kind kind);

#endif
