/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_PROBES_H
#define EIDER_COORDINATOR_PROBES_H

#include "plan/stage.h"

/* What becomes of a fragment's probes, by the number of their filter, when the filters are there. */
struct probe_fates {
    uint32_t to[STAGE_MAX_FILTERS];          /* its number among those of the task; UINT32_MAX: it is true */
    struct expr_list few[STAGE_MAX_FILTERS]; /* not empty: `key IN (these)` instead */
};

/* The fragment with other probes; NULL if out of memory. */
const struct eider_node *probes_replace(struct arena *arena, const struct eider_node *fragment,
                                        struct probe_fates *fates);

#endif
