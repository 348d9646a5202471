/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of the estimate pass: see estimate.h. Pure. Without memory an estimate has no columns; the arena knows. */
#include "planner/estimate.h"

double estimate_root(double value)
{
    double square = value > 1 ? value : 1, root = square;

    for (int i = 0; i < 60; i++) /* Newton's; it halves the number of bits, at most 50, and is exact soon */
        root = (root + square / root) / 2;
    return root;
}

struct estimate estimate_new(struct arena *arena, uint32_t count, double rows)
{
    struct estimate made = {rows, arena_alloc_array(arena, count + 1u, sizeof(*made.columns)), count};

    if (made.columns == NULL)
        made.count = 0;
    for (uint32_t i = 0; i < made.count; i++)
        made.columns[i] = (struct estimate_column){
            .distinct = rows > 1 ? rows : 1, .domain = rows > 1 ? rows : 1, .is_guess = true};
    return made;
}

struct estimate estimate_pick(struct arena *arena, const struct estimate *from,
                              const struct u32_list *projection)
{
    struct estimate made = estimate_new(arena, projection->count, from->rows);

    for (uint32_t i = 0; i < made.count; i++) {
        if (projection->items[i] < from->count)
            made.columns[i] = from->columns[projection->items[i]];
    }
    return made;
}

struct estimate estimate_copy(struct arena *arena, const struct estimate *from, uint32_t count)
{
    struct estimate made = estimate_new(arena, count, from->rows);

    for (uint32_t i = 0; i < made.count && i < from->count; i++)
        made.columns[i] = from->columns[i];
    return made;
}

struct estimate estimate_beside(struct arena *arena, const struct estimate *left,
                                const struct estimate *right)
{
    struct estimate made = estimate_copy(arena, left, left->count + right->count);

    for (uint32_t i = left->count; i < made.count; i++)
        made.columns[i] = right->columns[i - left->count];
    return made;
}

void estimate_set_rows(struct estimate *estimate, double rows)
{
    estimate->rows = rows;
    for (uint32_t i = 0; i < estimate->count; i++) {
        struct estimate_column *column = &estimate->columns[i];
        if (column->distinct > rows)
            column->distinct = rows > 1 ? rows : 1;
        if (column->domain < column->distinct)
            column->domain = column->distinct;
    }
}

double estimate_bounded(double rows)
{
    if (rows > 1e15)
        return 1e15;
    return rows > 1 ? rows : 1;
}
