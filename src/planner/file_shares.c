/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of a divisible function scan a task reads, as a call with their paths.
 *
 * The largest file comes first, and each goes to the task that has the fewest bytes by then: files of 9, 5, 4, 3 and 2 MiB in two
 * tasks are 9 + 3 and 5 + 4 + 2. Every task counts the same, so each file is read by exactly one; files are not cut. Within a
 * task they stand in the order of the scan. A union does not change that: each of its scans is spread over all tasks.
 */
#include <stdlib.h>

#include "planner/passes.h"

#include "plan/object.h"

struct share {
    uint64_t bytes;
    uint32_t file;
};

static int largest_first(const void *a, const void *b)
{
    const struct share *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

/* taken[i]: the task reads file i. Returns how many it reads. */
static uint32_t choose(const struct file_slice_list *files, struct share *sorted, uint64_t *loads,
                       const uint32_t task, uint32_t tasks, bool *taken)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < files->count; i++)
        sorted[i] = (struct share){files->items[i].bytes, i};
    qsort(sorted, files->count, sizeof(*sorted), largest_first);
    for (uint32_t i = 0; i < files->count; i++) {
        uint32_t least = 0;

        for (uint32_t k = 1; k < tasks; k++)
            least = loads[k] < loads[least] ? k : least;
        loads[least] += sorted[i].bytes + 1; /* so that empty files are spread, too */
        taken[sorted[i].file] = least == task;
        count += least == task;
    }
    return count;
}

/* The paths as one argument. */
static const struct eider_expr *paths(struct arena *arena, const struct file_slice_list *files)
{
    struct type_list *type = type_list_new(arena);
    struct expr_nested *list = type == NULL ? NULL : expr_nested_new(arena, &type->base);

    if (list == NULL)
        return NULL;
    type->child = type_simple(TYPE_VARCHAR);
    list->children = expr_list_new(arena, files->count);
    for (uint32_t i = 0; i < list->children.count; i++) {
        struct expr_string *path = expr_string_new(arena, type->child);

        if (path == NULL)
            return NULL;
        path->bytes = files->items[i].path;
        list->children.items[i] = &path->base;
    }
    return list->children.count == files->count ? &list->base : NULL;
}

const struct eider_node *file_share(struct arena *arena, const struct node_function_scan *scan, uint32_t task,
                                    uint32_t tasks)
{
    struct share *sorted = arena_alloc_array(arena, (size_t)scan->files.count + 1, sizeof(*sorted));
    uint64_t *loads = arena_alloc_array(arena, tasks, sizeof(*loads));
    bool *taken = arena_alloc_array(arena, (size_t)scan->files.count + 1, sizeof(*taken));
    struct node_function_scan *made = (struct node_function_scan *)node_clone(arena, &scan->base);
    struct node_empty *empty;
    uint32_t count, at = 0;

    if (sorted == NULL || loads == NULL || taken == NULL || made == NULL)
        return NULL;
    if ((count = choose(&scan->files, sorted, loads, task, tasks, taken)) == 0) {
        if ((empty = node_empty_new(arena)) == NULL)
            return NULL;
        empty->base.columns = scan->base.columns;
        return &empty->base;
    }
    made->files = file_slice_list_new(arena, count);
    made->args = expr_list_new(arena, 1);
    if (made->files.count != count || made->args.count != 1)
        return NULL;
    for (uint32_t i = 0; i < scan->files.count; i++) {
        if (taken[i])
            made->files.items[at++] = scan->files.items[i];
    }
    return (made->args.items[0] = paths(arena, &made->files)) != NULL ? &made->base : NULL;
}
