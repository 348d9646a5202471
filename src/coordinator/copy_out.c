/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COPY (query) TO 'out' (PER_THREAD_OUTPUT or PARTITION_BY), where `out` is not there yet and the head would do no more than
 * collect the rows of one stage: the tasks of that stage run COPY themselves, all into one new folder beside `out`, with names of
 * files that no two of them share. When all are done that folder is renamed, so that all files are there or none, at once:
 *
 *   out.eider-4711-8/g=1/data_0_0_0.parquet   of task 0          rename       out/g=1/data_0_0_0.parquet
 *   out.eider-4711-8/g=1/data_1_0_0.parquet   of task 1            →          out/g=1/data_1_0_0.parquet
 *
 * However the query fails, the folder beside is removed, and `out` was never touched. If there are no rows, the head writes,
 * because what DuckDB leaves then is its own matter. A folder that is there already may not be replaced (it has an owner,
 * rights, may be a link), so there, too, the head writes.
 *
 * Threads: the one of the session.
 */
#include "coordinator/copy_out.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "plan/object.h"

#define FOLDER_MODE      0755 /* as DuckDB makes them */
#define MAX_OPEN_FOLDERS 16

/* ---- Whether ---- */

static bool is_read_by_others(const struct stage_graph *graph, const struct plan_stage *stage)
{
    for (uint32_t i = 0; i < graph->stage_count; i++) {
        for (uint32_t k = 0; k < graph->stages[i].input_count; k++) {
            if (graph->stages[i].inputs[k].stage == stage->id)
                return true;
        }
    }
    return stage->feeds_filter;
}

/* The stage whose rows are those of the result, in any order; NULL: the head does more than to collect them. */
static const struct plan_stage *find_stage(const struct eider_query *query)
{
    const struct stage_graph *graph = &query->graph;
    const struct node_exchange_source *source = node_as_exchange_source(graph->head.root);
    const struct plan_stage *stage;

    if (source == NULL || source->kind != BOUNDARY_COALESCE || graph->head.input_count != 1)
        return NULL;
    stage = &graph->stages[graph->head.inputs[0].stage - 1];
    if (stage->local || stage->partitions != 1 || stage->root->tag == NODE_REPARTITION ||
        stage->root->columns.count != query->columns.count || is_read_by_others(graph, stage))
        return NULL;
    for (uint32_t i = 0; i < query->columns.count; i++) {
        if (!type_equal(stage->root->columns.items[i].type, query->columns.items[i].type))
            return NULL;
    }
    return stage;
}

enum eider_status copy_out_plan(struct eider_query *query, struct run *run, struct eider_error *err)
{
    const struct plan_stage *stage;
    enum eider_status status;

    if (!query->session->cluster->shares_database) /* workers elsewhere may have another disk */
        return EIDER_OK;
    if (query->statement.query_end == 0 || strncasecmp(query->target, "COPY", 4) != 0 ||
        (stage = find_stage(query)) == NULL)
        return EIDER_OK;
    status = engine_folder_look(run, query->session->connection, query->arena,
                                &(struct engine_copy){query->target, &query->columns}, &query->folder, err);
    query->copy_stage = status == EIDER_OK && query->folder.path != NULL ? stage->id : 0;
    return status;
}

/* ---- The folder ---- */

enum eider_status copy_out_begin(struct query_run *run, uint64_t number, struct eider_error *err)
{
    struct eider_query *query = run->query;
    struct task_copy *copy;
    struct stat info;
    const char *folder;

    if (query->copy_stage == 0 || lstat(query->folder.path, &info) == 0)
        return EIDER_OK;
    folder = arena_printf(query->arena, "%s.eider-%ld-%llu", query->folder.path, (long)getpid(),
                          (unsigned long long)number);
    copy = arena_alloc(query->arena, sizeof(*copy));
    if (folder == NULL || copy == NULL)
        return error_no_memory(err);
    *copy = (struct task_copy){.folder = folder, .options = query->folder.options};
    if (mkdir(folder, FOLDER_MODE) == 0) /* else DuckDB has its own words for what is wrong there */
        run->copy = copy;
    return EIDER_OK;
}

enum eider_status copy_out_end(struct query_run *run, uint64_t rows, duckdb_result *ret_result,
                               struct eider_error *err)
{
    const struct eider_query *query = run->query;
    enum eider_status status =
        engine_folder_result(run->run, query->session->connection, rows, ret_result, err);

    if (status != EIDER_OK)
        return status;
    if (rename(run->copy->folder, query->folder.path) ==
        0) { /* an empty folder is replaced, a full one is not */
        run->copy = NULL;
        return EIDER_OK;
    }
    status = error_set(err, EIDER_ERROR_IO, "Cannot make the folder \"%s\": %s", query->folder.path,
                       strerror(errno));
    duckdb_destroy_result(ret_result);
    *ret_result = (duckdb_result){0};
    return status;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    (void)remove(path);
    return 0; /* as much as is possible */
}

void copy_out_undo(struct query_run *run)
{
    if (run->copy != NULL)
        (void)nftw(run->copy->folder, remove_entry, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    run->copy = NULL;
}
