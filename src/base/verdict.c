/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: why a query is not distributed. Values without ownership. */
#include "base/verdict.h"

#include <stdarg.h>
#include <stdio.h>

bool verdict_no(struct verdict *verdict, enum verdict_kind kind, const char *format, ...)
{
    va_list args;

    if (verdict->kind != VERDICT_DISTRIBUTABLE)
        return false;
    verdict->kind = kind;
    va_start(args, format);
    vsnprintf(verdict->reason, sizeof(verdict->reason), format, args);
    va_end(args);
    return false;
}

const char *verdict_kind_name(enum verdict_kind kind)
{
    static const char *const names[VERDICT_KIND_COUNT] = {
        "distributable",
#define VERDICT(TAG, name, ...) name,
#include "base/verdicts.def"
#undef VERDICT
    };

    return (unsigned)kind < VERDICT_KIND_COUNT ? names[kind] : "unknown";
}
