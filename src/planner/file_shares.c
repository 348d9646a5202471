/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of a divisible function scan a task reads. Its call is over all files, so that it finds out about them what DuckDB
 * finds, and picks its own by their names:
 *
 *     read_csv(['a.csv', 'b.csv', 'c.csv'], filename := true) WHERE list_contains(['b.csv'], filename)
 *
 * The first task reads what the others do not: NOT list_contains([those of the others], filename).
 *
 * The largest file comes first, and each goes to the task that has the fewest bytes by then: files of 9, 5, 4, 3 and 2 MiB in two
 * tasks are 9 + 3 and 5 + 4 + 2. Every task counts the same, so each file is read by exactly one; files are not cut. A union
 * does not change that: each of its scans is spread over all tasks.
 */
#include <stdlib.h>
#include <string.h>

#include "planner/passes.h"

#include "plan/object.h"
#include "plan/text_scan.h"

struct share {
    uint64_t bytes;
    uint32_t file;
    struct eider_str path;
};

static int largest_first(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    uint32_t size = x->path.size < y->path.size ? x->path.size : y->path.size;
    int order = memcmp(x->path.data, y->path.data, size);

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    if (order == 0 && x->path.size != y->path.size)
        order = x->path.size < y->path.size ? -1 : 1;
    return order != 0 ? order : (x->file > y->file) - (x->file < y->file);
}

/* takers[i]: the task that reads file i. */
static void choose(const struct file_slice_list *files, struct share *sorted, uint64_t *loads, uint32_t tasks,
                   uint32_t *takers)
{
    for (uint32_t i = 0; i < files->count; i++)
        sorted[i] = (struct share){files->items[i].bytes, i, files->items[i].path};
    qsort(sorted, files->count, sizeof(*sorted), largest_first);
    for (uint32_t i = 0; i < files->count; i++) {
        uint32_t least = 0;

        for (uint32_t k = 1; k < tasks; k++)
            least = loads[k] < loads[least] ? k : least;
        if (i > 0 && str_equal(sorted[i].path, sorted[i - 1].path))
            least = takers[sorted[i - 1].file]; /* a file that is read twice is picked with all its rows */
        loads[least] += sorted[i].bytes + 1;    /* so that empty files are spread, too */
        takers[sorted[i].file] = least;
    }
}

/* The files that the task reads, or does not read. */
static struct file_slice_list select_files(struct arena *arena, const struct file_slice_list *files,
                                           const uint32_t *takers, uint32_t task, bool own)
{
    struct file_slice_list selected = file_slice_list_new(arena, files->count);

    selected.count = 0;
    for (uint32_t i = 0; selected.items != NULL && i < files->count; i++) {
        if ((takers[i] == task) == own)
            selected.items[selected.count++] = files->items[i];
    }
    return selected;
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

static const struct eider_expr *is_one_of(struct arena *arena, const struct file_slice_list *files,
                                          const struct eider_expr *filename, bool negated)
{
    struct expr_function *call = expr_call(arena, type_simple(TYPE_BOOLEAN), "list_contains", 2);
    struct expr_operator *negation = negated ? expr_operator_new(arena, type_simple(TYPE_BOOLEAN)) : NULL;

    if (call == NULL || (negated && negation == NULL) || filename == NULL ||
        (call->args.items[0] = paths(arena, files)) == NULL)
        return NULL;
    call->args.items[1] = filename;
    if (!negated)
        return &call->base;
    negation->op = OPERATOR_NOT;
    negation->children = expr_list_new(arena, 1);
    if (negation->children.count != 1)
        return NULL;
    negation->children.items[0] = &call->base;
    return &negation->base;
}

/* Lets the call have a column of the names of files. */
static bool ask_for_names(struct arena *arena, struct node_function_scan *scan)
{
    struct named_expr_list args = named_expr_list_new(arena, scan->named_args.count + 1);
    uint32_t count = 0;

    if (args.items == NULL)
        return false;
    for (uint32_t i = 0; i < scan->named_args.count; i++) {
        if (!str_is(scan->named_args.items[i].name, TEXT_SCAN_FILENAME))
            args.items[count++] = scan->named_args.items[i];
    }
    args.items[count].name = str_from(TEXT_SCAN_FILENAME);
    args.items[count++].expr = expr_whole(arena, type_simple(TYPE_BOOLEAN), 1);
    args.count = count;
    scan->named_args = args;
    return args.items[count - 1].expr != NULL;
}

/* The column of the names of files, which is read from now on if it was not before. */
static const struct eider_expr *read_filename(struct arena *arena, struct node_function_scan *scan)
{
    const struct eider_type *type = type_simple(TYPE_VARCHAR);
    struct str_list none = {NULL, 0};
    uint32_t at = scan->read.count;
    struct scan_column_list read;

    for (uint32_t i = 0; text_scan_names_file(scan) && i < scan->read.count; i++)
        at = str_is(scan->read.items[i].name, TEXT_SCAN_FILENAME) ? i : at;
    if (!text_scan_names_file(scan) && !ask_for_names(arena, scan))
        return NULL;
    if (at == scan->read.count) {
        read = scan_column_list_new(arena, at + 1);
        if (read.items == NULL)
            return NULL;
        for (uint32_t i = 0; i < at; i++)
            read.items[i] = scan->read.items[i];
        read.items[at] = (struct scan_column){
            .role = SCAN_COLUMN, .name = str_from(TEXT_SCAN_FILENAME), .path = none, .type = type};
        scan->read = read;
    }
    scan->names = none; /* they are the function's own */
    return expr_column(arena, type, at, str_from(TEXT_SCAN_FILENAME));
}

static bool add_filter(struct arena *arena, struct node_function_scan *scan, const struct eider_expr *filter)
{
    struct expr_list filters = expr_list_new(arena, scan->filters.count + 1);

    if (filters.items == NULL || filter == NULL)
        return false;
    for (uint32_t i = 0; i < scan->filters.count; i++)
        filters.items[i] = scan->filters.items[i];
    filters.items[scan->filters.count] = filter;
    scan->filters = filters;
    return true;
}

static const struct eider_node *nothing(struct arena *arena, const struct eider_node *scan)
{
    struct node_empty *empty = node_empty_new(arena);

    if (empty == NULL)
        return NULL;
    empty->base.columns = scan->columns;
    return &empty->base;
}

const struct eider_node *file_share(struct arena *arena, const struct node_function_scan *scan, uint32_t task,
                                    uint32_t tasks)
{
    struct share *sorted = arena_alloc_array(arena, (size_t)scan->files.count + 1, sizeof(*sorted));
    uint64_t *loads = arena_alloc_array(arena, tasks, sizeof(*loads));
    uint32_t *takers = arena_alloc_array(arena, (size_t)scan->files.count + 1, sizeof(*takers));
    struct node_function_scan *made = (struct node_function_scan *)node_clone(arena, &scan->base);
    struct file_slice_list picked;
    bool rest = task == 0;

    if (sorted == NULL || loads == NULL || takers == NULL || made == NULL)
        return NULL;
    choose(&scan->files, sorted, loads, tasks, takers);
    made->files = select_files(arena, &scan->files, takers, task, true);
    if (made->files.count == 0)
        return arena_failed(arena) ? NULL : nothing(arena, &scan->base);
    made->args = expr_list_new(arena, 1);
    if (made->args.count != 1)
        return NULL;
    made->args.items[0] = paths(arena, &scan->files);
    picked = select_files(arena, &scan->files, takers, task, !rest);
    if (made->args.items[0] == NULL ||
        !add_filter(arena, made, is_one_of(arena, &picked, read_filename(arena, made), rest)))
        return NULL;
    return arena_failed(arena) ? NULL : &made->base;
}
