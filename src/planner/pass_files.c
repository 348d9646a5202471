/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files pass: writes size and modification time of each file into the scans. Task counts come of the sizes, and a
 * task that finds another size or time than the plan says fails instead of mixing two versions. It stands before
 * everything that counts tasks; the plan stays the same in meaning.
 */
#include "planner/passes.h"

#include "plan/object.h"

static const struct eider_node *fill_in(void *data, struct arena *arena, const struct eider_node *node)
{
    struct planning *p = data;
    const struct node_parquet_scan *scan = node_as_parquet_scan(node);
    struct node_parquet_scan *filled;

    if (scan == NULL)
        return node;
    if ((filled = (struct node_parquet_scan *)node_clone(arena, node)) == NULL)
        return NULL;
    filled->files = file_slice_list_new(arena, scan->files.count);
    for (uint32_t i = 0; i < filled->files.count; i++) {
        struct planner_file file = {0};
        struct file_slice *slice = &filled->files.items[i];
        *slice = scan->files.items[i];
        if (p->options->file_info(p->options->file_data, slice->path.data, &file, p->err) != EIDER_OK)
            return NULL;
        slice->bytes = file.bytes;
        slice->mtime_ns = file.mtime_ns;
    }
    return filled->files.count == scan->files.count ? &filled->base : NULL;
}

enum eider_status pass_files(struct planning *p)
{
    struct eider_error said = {.status = EIDER_OK}, *err = p->err;
    const struct eider_node *plan;

    if (p->options->file_info == NULL)
        return EIDER_OK;
    p->err = &said; /* its status tells whether a file was at fault */
    plan = node_transform(p->arena, p->plan, fill_in, p);
    p->err = err;
    if (plan == NULL && said.status == EIDER_OK)
        return error_no_memory(err);
    if (plan == NULL) {
        if (err != NULL)
            *err = said;
        return said.status;
    }
    p->plan = plan;
    return EIDER_OK;
}
