/* SPDX-License-Identifier: Apache-2.0 */
/* Routing: the default, handlers and their order, and every answer that is an error. */
#include "unit/handlers_fixture.h"

#include "coordinator/routing.h"
#include "rpc/transport.h"

struct router {
    uint32_t stage; /* 0: every stage */
    uint32_t tasks; /* how many it answers for */
    uint32_t worker;
    enum eider_status status;
    uint32_t seen[8];   /* stages, in the order of the calls */
    uint32_t inputs[8]; /* the worker of task 1 of the first input, + 1 */
    uint32_t calls;
};

static enum eider_status route(void *data, const struct eider_stage *stage, uint32_t *workers,
                               struct eider_error *err)
{
    struct router *router = data;

    assert_non_null(stage->plan);
    assert_int_equal(stage->worker_count, 4);
    for (uint32_t i = 0; i < stage->tasks; i++)
        assert_int_equal(workers[i], EIDER_NO_WORKER);
    router->seen[router->calls] = stage->stage;
    if (stage->input_count > 0 && stage->inputs[0]->tasks > 1)
        router->inputs[router->calls] = stage->inputs[0]->workers[1] + 1;
    router->calls++;
    for (uint32_t i = 0; i < stage->tasks && i < router->tasks; i++)
        workers[i] = router->stage == 0 || router->stage == stage->stage ? router->worker : EIDER_NO_WORKER;
    if (router->status != EIDER_OK)
        snprintf(err->message, sizeof(err->message), "no such rack");
    return router->status;
}

static struct eider_handlers routing(struct router *router, const char *name)
{
    return (struct eider_handlers){
        .size = sizeof(struct eider_handlers), .name = name, .route_tasks = route, .data = router};
}

static enum eider_status route_status(struct planned *p, struct routes *ret)
{
    static uint32_t numbers[] = {0, 1, 2, 3};
    static const char *names[] = {"a", "b", "c", "d"};
    struct handlers handlers = {.items = p->handlers, .count = p->options.handler_count};
    struct query_workers workers = {.count = 4, .numbers = numbers, .names = names};

    p->err = (struct eider_error){.status = EIDER_OK};
    return routes_make(p->arena, &p->graph, &workers, &handlers, ret, &p->err);
}

/* Stage 1: a scan in four tasks; stage 2: the final aggregate in four. */
static void start_routing(struct planned *p)
{
    start(p);
    plan(p, sample_aggregate(p->arena, sample_scan(p->arena, 2, 4, 1e9), 1, "sum", type_simple(TYPE_HUGEINT),
                             1e6));
    assert_tasks(p, "4 4");
}

static void tasks_go_where_a_handler_says(void **unused)
{
    struct planned p;
    struct router second = {.stage = 1, .tasks = 100, .worker = 2}, first = {.tasks = 0};
    struct routes routes;

    (void)unused;
    start_routing(&p);
    assert_int_equal(route_status(&p, &routes), EIDER_OK);
    for (uint32_t task = 0; task < 4; task++) {
        assert_int_equal(routes.workers[0][task], task);
        assert_int_equal(routes.workers[1][task], task);
    }
    add(&p, routing(&first, "first"));
    add(&p, routing(&second, "second"));
    assert_int_equal(route_status(&p, &routes), EIDER_OK);
    for (uint32_t task = 0; task < 4; task++) {
        assert_int_equal(routes.workers[0][task], 2);
        assert_int_equal(routes.workers[1][task], task); /* no answer */
    }
    assert_int_equal(first.calls, 2);
    assert_int_equal(second.calls, 2);
    assert_int_equal(second.seen[0], 1);
    assert_int_equal(second.seen[1], 2);
    assert_int_equal(second.inputs[1], 2 + 1); /* it sees where stage 1 went */
    arena_free(p.arena);
}

/* More tasks than workers: they go round. */
static void tasks_go_round(void **unused)
{
    struct planned p;
    struct plan_stage stage;
    struct routes routes;

    (void)unused;
    start(&p);
    stage = (struct plan_stage){.id = 1, .root = sample_values(p.arena, 1, 1), .tasks = 11, .partitions = 1};
    p.graph = (struct stage_graph){.stages = &stage, .stage_count = 1};
    assert_int_equal(route_status(&p, &routes), EIDER_OK);
    for (uint32_t task = 0; task < 11; task++)
        assert_int_equal(routes.workers[0][task], task % 4);
    arena_free(p.arena);
}

static void wrong_routes_are_errors(void **unused)
{
    struct planned p;
    struct router router = {.tasks = 100, .worker = 4};
    struct routes routes;

    (void)unused;
    start_routing(&p);
    add(&p, routing(&router, "mine"));
    assert_int_equal(route_status(&p, &routes), EIDER_ERROR_PLAN);
    assert_string_equal(p.err.message,
                        "handlers 'mine', route_tasks: stage 1: worker 4 for task 0, but there "
                        "are 4 workers, from 0");
    assert_int_equal(p.err.stage, 1);
    assert_int_equal(p.err.task, 0);
    router = (struct router){.stage = 2, .tasks = 3, .worker = 1};
    assert_int_equal(route_status(&p, &routes), EIDER_ERROR_PLAN);
    assert_string_equal(p.err.message,
                        "handlers 'mine', route_tasks: stage 2: no worker for task 3, but for other tasks");
    assert_int_equal(p.err.stage, 2);
    assert_int_equal(p.err.task, 3);
    router = (struct router){.tasks = 3, .worker = 1, .status = EIDER_ERROR_WORKER};
    assert_int_equal(route_status(&p, &routes), EIDER_ERROR_WORKER);
    assert_string_equal(p.err.message, "handlers 'mine', route_tasks: no such rack");
    assert_int_equal(p.err.stage, 1);
    arena_free(p.arena);
}

/* A single task runs where the single task that it reads ran; local stages are nobody's choice. */
static void single_tasks_follow_each_other(void **unused)
{
    struct stage_input from_single = {1, BOUNDARY_COALESCE, 1, 1, 1},
                       from_local = {2, BOUNDARY_COALESCE, 1, 1, 1};
    struct planned p;
    struct plan_stage stages[4];
    struct router router = {.stage = 1, .tasks = 1, .worker = 3};
    struct routes routes;

    (void)unused;
    start(&p);
    for (uint32_t i = 0; i < 4; i++)
        stages[i] = (struct plan_stage){
            .id = i + 1, .root = sample_values(p.arena, 1, 1), .tasks = 1, .partitions = 1};
    stages[1].local = true;
    stages[2].inputs = &from_single;
    stages[2].input_count = 1;
    stages[3].inputs = &from_local;
    stages[3].input_count = 1;
    p.graph = (struct stage_graph){.stages = stages, .stage_count = 4};
    add(&p, routing(&router, "mine"));
    assert_int_equal(route_status(&p, &routes), EIDER_OK);
    assert_int_equal(routes.workers[0][0], 3);
    assert_int_equal(routes.workers[1][0], TRANSPORT_COORDINATOR);
    assert_int_equal(routes.workers[2][0], 3);
    assert_int_equal(routes.workers[3][0], 0);
    assert_int_equal(router.calls, 3);
    assert_int_equal(router.seen[1], 3); /* stage 2 was not asked for */
    arena_free(p.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_go_where_a_handler_says),
        cmocka_unit_test(tasks_go_round),
        cmocka_unit_test(wrong_routes_are_errors),
        cmocka_unit_test(single_tasks_follow_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
