/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Routing: fills the table of workers, stage by stage in the order of their numbers, so that a stage's inputs are routed
 * before it. Handlers see a stage through the public struct, made here for the call. On the owner's thread, no state.
 */
#include "coordinator/routing.h"

#include "base/error.h"
#include "rpc/transport.h"

_Static_assert(EIDER_NO_WORKER == TRANSPORT_COORDINATOR, "what the public header says of inputs");

/* The last of the handlers. */
static enum eider_status route_own(void *data, const struct eider_stage *stage, uint32_t *workers,
                                   struct eider_error *err)
{
    (void)data;
    (void)err;
    for (uint32_t task = 0; task < stage->tasks; task++)
        workers[task] = task % stage->worker_count;
    for (uint32_t i = 0; stage->tasks == 1 && i < stage->input_count; i++) {
        if (stage->inputs[i]->tasks == 1 && stage->inputs[i]->workers[0] != EIDER_NO_WORKER) {
            workers[0] = stage->inputs[i]->workers[0];
            break;
        }
    }
    return EIDER_OK;
}

static bool view_inputs(struct arena *arena, const struct plan_stage *stage, const struct routes *routes,
                        struct eider_stage *view)
{
    struct eider_stage_input *inputs = arena_alloc_array(arena, stage->input_count + 1, sizeof(*inputs));
    const struct eider_stage_input **list = arena_alloc_array(arena, stage->input_count + 1, sizeof(*list));

    if (inputs == NULL || list == NULL)
        return false;
    for (uint32_t i = 0; i < stage->input_count; i++) {
        const struct stage_input *input = &stage->inputs[i];
        inputs[i] = (struct eider_stage_input){.stage = input->stage,
                                               .tasks = input->producer_tasks,
                                               .workers = routes->workers[input->stage - 1]};
        list[i] = &inputs[i];
    }
    view->inputs = list;
    view->input_count = stage->input_count;
    return true;
}

static enum eider_status route_stage(struct arena *arena, const struct plan_stage *stage,
                                     const struct query_workers *workers, const struct handlers *handlers,
                                     const struct routes *routes, struct eider_error *err)
{
    struct eider_stage view = {.stage = stage->id,
                               .tasks = stage->tasks,
                               .worker_count = workers->count,
                               .worker_names = workers->names,
                               .plan = stage->root};
    uint32_t *to = routes->workers[stage->id - 1];

    if (!view_inputs(arena, stage, routes, &view))
        return error_no_memory(err);
    return handlers_route_tasks(handlers, &view, to, err);
}

/* From positions among the query's workers, which handlers see, to numbers of the transport. */
static void number_workers(const struct stage_graph *graph, const struct query_workers *workers,
                           struct routes *routes)
{
    for (uint32_t i = 0; i < graph->stage_count; i++) {
        for (uint32_t task = 0; task < graph->stages[i].tasks; task++) {
            uint32_t *worker = &routes->workers[i][task];
            *worker = *worker == TRANSPORT_COORDINATOR ? *worker : workers->numbers[*worker];
        }
    }
}

enum eider_status routes_make(struct arena *arena, const struct stage_graph *graph,
                              const struct query_workers *workers, struct handlers *handlers,
                              struct routes *ret, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    handlers->own = (struct eider_handlers){.name = "eider", .route_tasks = route_own};
    ret->workers = arena_alloc_array(arena, graph->stage_count + 1, sizeof(*ret->workers));
    if (ret->workers == NULL)
        return error_no_memory(err);
    for (uint32_t i = 0; status == EIDER_OK && i < graph->stage_count; i++) {
        const struct plan_stage *stage = &graph->stages[i];
        ret->workers[i] = arena_alloc_array(arena, stage->tasks, sizeof(**ret->workers));
        if (ret->workers[i] == NULL)
            return error_no_memory(err);
        for (uint32_t task = 0; task < stage->tasks; task++)
            ret->workers[i][task] = TRANSPORT_COORDINATOR;
        if (!stage->local)
            status = route_stage(arena, stage, workers, handlers, ret, err);
    }
    if (status == EIDER_OK)
        number_workers(graph, workers, ret);
    return status;
}
