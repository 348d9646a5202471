/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_COORDINATOR_FEW_KEYS_H
#define EIDER_COORDINATOR_FEW_KEYS_H

#include "coordinator/aside.h"
#include "plan/stage.h"

/* Stages of more rows are not asked. */
#define FEW_KEYS_MAX_ROWS 10000u

/*
 * The distinct values of the column by which a complete stage's rows leave it, if there are at least one and at most 64, as
 * constants in the arena. Else, and where a value has no exact constant, one is NULL or the keys are several columns:
 * none. `input` is all of its rows. Errors: those of any statement.
 */
enum eider_status few_keys_find(const struct aside *aside, const struct plan_stage *stage,
                                const struct task_input *input, struct arena *arena, struct expr_list *ret,
                                struct eider_error *err);

#endif
