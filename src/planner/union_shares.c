/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the inputs of a UNION ALL share the tasks of its stage.
 *
 * The inputs, by the bytes of the files that they read in the stage, lie one behind the other on a line, which is cut into as
 * many equal pieces as there are tasks. So a task reads few inputs instead of a slice of each, and has as much to
 * read as the others. Example: 60, 30 and 10 MiB in 4 tasks; in units of tasks the inputs lie at 0 … 2.4, 2.4 … 3.6 and
 * 3.6 … 4: tasks 0 and 1 read the first alone, task 3 reads the second and the third.
 *   * A border close to that between two tasks is moved there, for the sake of fewer files per task.
 *   * An input of less than half a task is not cut.
 *   * An input that reads ranges of a key, or nothing but boundaries, is spread over all tasks: so it is in step with others.
 * How a scan is cut cannot change the rows: its tasks together read each row once.
 */
#include "planner/passes.h"

#include "plan/object.h"

#define CLOSE 0.125
#define SMALL 0.5

static double snap(double position)
{
    double nearest = (double)(uint32_t)(position + 0.5);

    return nearest - position < CLOSE && position - nearest < CLOSE ? nearest : position;
}

void union_shares(const struct leaf_share *whole, const double *bytes, uint32_t count, struct leaf_share *ret)
{
    double total = 0, before = 0, width = whole->to - whole->from;

    for (uint32_t i = 0; i < count; i++)
        total += bytes[i] > 0 ? bytes[i] : 0;
    for (uint32_t i = 0; i < count; i++) {
        struct leaf_share *share = &ret[i];
        *share = *whole;
        if (bytes[i] <= 0)
            continue;
        share->from = whole->from + width * (before / total);
        before += bytes[i];
        share->to = whole->from + width * (before / total);
        if (share->to - share->from < SMALL) {
            share->from = (double)(uint32_t)((share->from + share->to) / 2);
            share->to = share->from + 1;
        } else {
            share->from = snap(share->from);
            share->to = snap(share->to);
        }
    }
}
