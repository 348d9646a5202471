/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_PARTIAL_PROBE_H
#define EIDER_COORDINATOR_PARTIAL_PROBE_H

#include "coordinator/aside.h"
#include "plan/stage.h"

/*
 * Looks at the first rows of a stage that asks for it (plan_stage.partial_rows): partial_skipped then says that its partial
 * phase would reduce little. What goes wrong says no, because then nothing is known. Errors: CANCELLED, MEMORY.
 */
enum eider_status partial_probe(const struct aside *aside, struct arena *arena, struct plan_stage *stage,
                                struct eider_error *err);

#endif
