/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds, through sessions: leaves read ranges of numbers that the coordinator hands out while the query runs. Right rows,
 * whichever task gets which unit; a state per leaf, opened and closed once; errors that name feed and callback; waiting ends.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "coordinator/session.h"
#include "remote_workers.h"
#include "unit/session_fixture.h"

#define RANGE 10 /* numbers in a unit */
#define TASKS 3

/* ---- A feed of ranges: unit k is the numbers from k * RANGE on ---- */

enum share {
    SHARE_ASKING = 0, /* the next units go to whoever asks */
    SHARE_OWN,        /* unit k is for reader k mod tasks */
    SHARE_NEVER       /* none comes, and no end */
};

struct work {
    int64_t units;
    int64_t per_call; /* units in a batch */
    enum share share;
    bool slow;                   /* every other call gives nothing yet */
    bool one_scan;               /* only the scan of column g is replaced, in one task */
    bool fail_open, fail_second; /* of the leaves */
    bool second_empty;
    enum eider_status status;      /* of what fails */
    uint32_t fail_call;            /* of next, from 1; 0: none */
    int32_t fail_reader;           /* -1: any */
    struct remote_workers *remote; /* whose workers run the tasks; NULL: those of a local cluster */
    atomic_uint opened, closed, calls, batches, dropped;
    atomic_uint tasks;  /* that open was told, added up */
    atomic_uint stages; /* a bit for each */
    atomic_uint busy;   /* callbacks of one state that run */
    atomic_bool asked;
};

struct work_state {
    struct work *work;
    uint32_t tasks;
    int64_t units;
    int64_t next;       /* of SHARE_ASKING */
    int64_t own[TASKS]; /* of SHARE_OWN: how many the reader has had */
    uint32_t calls;
};

static enum eider_status say(const struct work *work, struct eider_error *err, const char *text)
{
    snprintf(err->message, sizeof(err->message), "%s", text);
    return work->status != EIDER_OK ? work->status : EIDER_ERROR_IO;
}

static enum eider_status work_open(void *data, const struct eider_feed_reader *reader, void **ret,
                                   struct eider_error *err)
{
    struct work *work = data;
    struct work_state *state;
    struct eider_node_custom node;

    assert_true(eider_node_as_custom(reader->node, &node) && node.feed.size == 4);
    if (work->fail_open || (work->fail_second && work->opened == 1))
        return say(work, err, "the office is shut");
    state = calloc(1, sizeof(*state));
    assert_non_null(state);
    state->work = work;
    state->tasks = reader->tasks;
    state->units = work->second_empty && work->opened == 1 ? 0 : work->units;
    atomic_fetch_add(&work->opened, 1);
    atomic_fetch_add(&work->tasks, reader->tasks);
    atomic_fetch_or(&work->stages, 1u << reader->stage);
    *ret = state;
    return EIDER_OK;
}

static void add_range(struct eider_units *units, int64_t number)
{
    char text[64];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    eider_units_add(units, text, strlen(text));
}

static enum eider_status work_next(void *data, void *opened, uint32_t reader, struct eider_units *units,
                                   struct eider_error *err)
{
    struct work *work = data;
    struct work_state *state = opened;
    uint32_t call = atomic_fetch_add(&work->calls, 1) + 1;

    assert_true(reader < state->tasks);
    atomic_store(&work->asked, true);
    state->calls++;
    if (work->fail_call > 0 && call >= work->fail_call &&
        (work->fail_reader < 0 || work->fail_reader == (int32_t)reader))
        return say(work, err, "out of paper");
    if (work->share == SHARE_NEVER || (work->slow && state->calls % 2 == 1))
        return EIDER_OK;
    for (int64_t i = 0; i < work->per_call; i++) {
        int64_t number =
            work->share == SHARE_OWN ? reader + state->own[reader]++ * state->tasks : state->next++;
        if (number < state->units)
            add_range(units, number);
        if (number + (work->share == SHARE_OWN ? state->tasks : 1) >= state->units) {
            eider_units_end(units);
            break;
        }
    }
    return EIDER_OK;
}

static void work_close(void *data, void *opened)
{
    struct work *work = data;

    assert_ptr_equal(((struct work_state *)opened)->work, work);
    atomic_fetch_add(&work->closed, 1);
    free(opened);
}

static void work_drop(void *data)
{
    atomic_fetch_add(&((struct work *)data)->dropped, 1);
}

static struct eider_feed work_feed(struct work *work)
{
    return (struct eider_feed){.size = sizeof(struct eider_feed),
                               .name = "work",
                               .open = work_open,
                               .next = work_next,
                               .close = work_close,
                               .data = work,
                               .free_data = work_drop};
}

/* ---- The leaf that reads it ---- */

static enum eider_status ranges_sql(void *data, const void *object, const struct eider_task *task,
                                    struct eider_writer *out, struct eider_error *err)
{
    struct work *work = data;

    (void)object;
    (void)err;
    assert_true(task->unit_count > 0);
    atomic_fetch_add(&work->batches, 1);
    for (uint32_t i = 0; i < task->unit_count; i++) {
        char text[64];
        int64_t number;

        assert_true(task->units[i].size < sizeof(text));
        memcpy(text, task->units[i].data, task->units[i].size);
        text[task->units[i].size] = '\0';
        number = strtoll(text, NULL, 10);
        eider_write_text(out, i == 0 ? "SELECT r * 10 + i FROM (SELECT unnest([" : ", ");
        eider_write_int64(out, number);
    }
    eider_write_text(out, "]) AS r), range(10) n(i)");
    return EIDER_OK;
}

static struct eider_custom_kind ranges_kind(struct work *work)
{
    struct eider_custom_kind kind = EIDER_CUSTOM_KIND_INIT;

    kind.name = "ranges";
    kind.parallel = true;
    kind.sql = ranges_sql;
    kind.data = work;
    return kind;
}

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    struct eider_custom_kind kind = ranges_kind(data);

    return eider_worker_add_custom(worker, &kind, err);
}

static bool is_scan(void *data, const struct eider_node *node)
{
    const struct work *work = data;

    return eider_node_get_kind(node) == EIDER_NODE_PARQUET_SCAN &&
           (!work->one_scan || strcmp(eider_node_columns(node).items[0].name.data, "g") == 0);
}

/* A leaf in place of every scan, or of that one. */
static enum eider_status use_ranges(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan, *leaf;

    while ((scan = eider_plan_find(plan, is_scan, data)) != NULL) {
        struct eider_node_custom fields = {.kind = eider_str_from("ranges"),
                                           .feed = eider_str_from("work"),
                                           .columns = eider_node_columns(scan)};
        enum eider_status status = eider_node_new_custom(ctx, &fields, NULL, &leaf, err);

        if (status == EIDER_OK)
            status = eider_plan_replace(ctx, plan, scan, leaf, &plan, err);
        if (status != EIDER_OK)
            return status;
    }
    *ret = plan;
    return EIDER_OK;
}

static enum eider_status three_tasks(void *data, const struct eider_node *node, struct eider_task_count *ret,
                                     struct eider_error *err)
{
    (void)data;
    (void)err;
    if (eider_node_get_kind(node) == EIDER_NODE_CUSTOM)
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, TASKS};
    return EIDER_OK;
}

static void open_without_feed(struct fixture *f, struct work *work)
{
    const struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "three", .desired_tasks = three_tasks};
    struct eider_custom_kind kind = ranges_kind(work);
    struct eider_worker_service_options options = EIDER_WORKER_SERVICE_OPTIONS_INIT;

    fixture_open(f, 4);
    eider_session_free(f->session);
    if (work->remote != NULL) {
        options.setup = set_up;
        options.setup_data = work;
        eider_cluster_unref(f->cluster);
        assert_int_equal(remote_start(work->remote, 4, &options, &f->cluster, &f->err), EIDER_OK);
    } else {
        assert_int_equal(eider_cluster_set_worker_setup(f->cluster, set_up, work, NULL, &f->err), EIDER_OK);
    }
    assert_int_equal(eider_session_new(f->database, f->connection, f->cluster, NULL, &f->session, &f->err),
                     EIDER_OK);
    assert_int_equal(eider_session_add_custom(f->session, &kind, &f->err), EIDER_OK);
    assert_int_equal(eider_session_add_rule(f->session, "use_ranges", use_ranges, work, NULL, &f->err),
                     EIDER_OK);
    if (!work->one_scan)
        assert_int_equal(eider_session_add_handlers(f->session, &handlers, &f->err), EIDER_OK);
}

static void open_work(struct fixture *f, struct work *work)
{
    const struct eider_feed feed = work_feed(work);

    open_without_feed(f, work);
    assert_int_equal(eider_session_add_feed(f->session, &feed, &f->err), EIDER_OK);
}

/* All that was opened is closed, and no output of a task is left. */
static void close_work(struct fixture *f, struct work *work)
{
    assert_int_equal(work->opened, work->closed);
    assert_int_equal(budget_used(engine_budget(f->session->engine)), 0);
    fixture_close(f);
    assert_int_equal(work->dropped, 1);
}

/* ---- Rows ---- */

static void units_are_read_by_batch(void **unused)
{
    (void)unused;
    for (int share = SHARE_ASKING; share <= SHARE_OWN; share++) {
        for (int64_t per_call = 1; per_call <= 50; per_call += 49) {
            struct work work = {.units = 100, .per_call = per_call, .share = (enum share)share};
            struct fixture f;

            open_work(&f, &work);
            assert_answer(&f, "SELECT sum(v) FROM t", true, "499500");
            assert_int_equal(work.opened, 1);
            assert_int_equal(work.tasks, TASKS);
            assert_int_equal(work.batches, share == SHARE_OWN ? (per_call == 1 ? 100 : 3) : 100 / per_call);
            assert_answer(&f, "SELECT count(v) FROM t WHERE v % 2 = 0", true, "500");
            assert_int_equal(work.opened, 2);
            close_work(&f, &work);
        }
    }
}

/* Workers that ask the coordinator for units by messages. */
static void units_reach_remote_workers(void **unused)
{
    struct remote_workers remote;
    struct work work = {.units = 100, .per_call = 3, .slow = true, .remote = &remote};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    assert_answer(&f, "SELECT sum(v) FROM t", true, "499500");
    assert_answer(&f, "SELECT count(*) || ' ' || sum(n) FROM (SELECT v % 7, count(*) AS n FROM t GROUP BY 1)",
                  true, "7 1000");
    close_work(&f, &work);
    remote_stop(&remote);
}

/* Shuffled partial states of many statements. */
static void batches_are_shuffled(void **unused)
{
    struct work work = {.units = 100, .per_call = 3, .slow = true};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    assert_answer(&f, "SELECT count(*) || ' ' || sum(n) FROM (SELECT v % 7, count(*) AS n FROM t GROUP BY 1)",
                  true, "7 1000");
    assert_answer(&f, "SELECT count(DISTINCT v) FROM t", true, "1000");
    close_work(&f, &work);
}

static void an_empty_feed_gives_no_rows(void **unused)
{
    struct work work = {.units = 0, .per_call = 1};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    assert_answer(&f, "SELECT count(v) FROM t", true, "0");
    assert_answer(&f, "SELECT count(*) FROM (SELECT v FROM t GROUP BY v)", true, "0");
    assert_answer(&f, "SELECT count(*) FROM (SELECT v FROM t ORDER BY v LIMIT 10)", true, "0");
    assert_int_equal(work.batches, 0);
    close_work(&f, &work);
}

/* Shuffled or broadcast, and whichever side it is that is slow or empty. */
static void both_sides_of_a_join_have_their_own(void **unused)
{
    (void)unused;
    for (int i = 0; i < 8; i++) {
        struct work work = {.units = 100, .per_call = 7, .slow = (i & 1) != 0, .second_empty = (i & 2) != 0};
        struct fixture f;

        open_work(&f, &work);
        if ((i & 4) != 0)
            sql(f.connection, "SET eider_broadcast_joins = false");
        assert_answer(&f, "SELECT count(*) || ' ' || coalesce(sum(a.v), 0) FROM t a JOIN t b USING (v)", true,
                      work.second_empty ? "0 0" : "1000 499500");
        assert_int_equal(work.opened, 2);
        if ((i & 4) != 0)
            assert_true((work.stages & 6) == 6); /* stages 1 and 2 */
        work.opened = work.closed = 0;
        assert_answer(&f, "SELECT count(*) FROM t a FULL JOIN t b USING (v)", true, "1000");
        close_work(&f, &work);
    }
}

/* What does not work row by row: each task computes all its units in one statement. */
static void other_operators_get_all_units_at_once(void **unused)
{
    static const struct {
        const char *sql, *answer;
    } cases[] = {
        {"SELECT min(v) FROM (SELECT v FROM t ORDER BY v DESC LIMIT 10)", "990"},
        {"SELECT sum(a.v) FROM t a JOIN t b ON a.v + 1 = b.v", "498501"},
        {"SELECT max(r) FROM (SELECT row_number() OVER (PARTITION BY v % 2 ORDER BY v) AS r FROM t)", "500"},
        {"SELECT count(*) FROM (SELECT DISTINCT v // 10 FROM t)", "100"},
        {"SELECT sum(v) FROM (SELECT v FROM t UNION ALL SELECT v + 1 FROM t)", "1000000"},
        {"SELECT sum(n) FROM (SELECT unnest([v, v]) AS n FROM t)", "999000"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int share = SHARE_ASKING; share <= SHARE_OWN; share++) {
            struct work work = {.units = 100, .per_call = 7, .share = (enum share)share};
            struct fixture f;

            open_work(&f, &work);
            assert_answer(&f, cases[i].sql, true, cases[i].answer);
            close_work(&f, &work);
        }
    }
}

/* It has one statement, for which all units are waited for. */
static void the_head_reads_a_feed(void **unused)
{
    struct work work = {.units = 100, .per_call = 7, .one_scan = true, .slow = true};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    assert_answer(&f, "SELECT sum(a.g) FROM t a JOIN (SELECT v FROM t ORDER BY v LIMIT 500) b ON a.g = b.v",
                  true, "124750");
    assert_int_equal(work.stages, 1); /* a bit for stage 0 */
    assert_int_equal(work.batches, 1);
    close_work(&f, &work);
}

/* A stage of one task that other tasks read: a statement per batch would number and cut off the rows of each. */
static void a_stage_of_one_task_gets_all_units_at_once(void **unused)
{
    static const struct {
        const char *sql, *answer;
    } cases[] = {
        {"SELECT sum(b.v) FROM (SELECT row_number() OVER (ORDER BY g) AS r FROM t) a JOIN t b ON a.r = b.v",
         "500500"},
        {"SELECT sum(b.v) FROM (SELECT g FROM t ORDER BY g DESC LIMIT 10) a JOIN t b ON a.g = b.v", "9945"},
        {"SELECT sum(b.v) FROM (SELECT count(g) AS n FROM t) a JOIN t b ON a.n = b.v", "1000"},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct work work = {.units = 100, .per_call = 7, .one_scan = true};
        struct fixture f;

        open_work(&f, &work);
        assert_answer(&f, cases[i].sql, true, cases[i].answer);
        assert_int_equal(work.stages, 2); /* a bit for stage 1 */
        close_work(&f, &work);
    }
}

static void many_units_arrive(void **unused)
{
    struct work many = {.units = 50000, .per_call = 20000}, often = {.units = 400, .per_call = 1};
    struct fixture f;

    (void)unused;
    open_work(&f, &many);
    assert_answer(&f, "SELECT sum(v) FROM t", true, "124999750000");
    close_work(&f, &many);
    open_work(&f, &often);
    assert_answer(&f, "SELECT sum(v) FROM t", true, "7998000");
    assert_int_equal(often.batches, 400);
    close_work(&f, &often);
}

/* ---- Errors ---- */

static void a_missing_feed_is_an_error(void **unused)
{
    struct work work = {.units = 10, .per_call = 1};
    struct fixture f;

    (void)unused;
    open_without_feed(&f, &work);
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_PLAN,
                 "a custom node of kind ranges reads the feed 'work', which the session does not have");
    assert_string_equal(f.err.node, "ranges");
    fixture_close(&f);
}

static void failing_callbacks_are_named(void **unused)
{
    struct fixture f;

    (void)unused;
    for (uint32_t call = 0; call <= 40; call += 10) {
        struct work work = {.units = 100, .per_call = 1, .fail_reader = -1, .fail_open = call == 0};

        work.fail_call = call;
        open_work(&f, &work);
        assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_IO,
                     call == 0 ? "feed 'work', open: the office is shut" : "feed 'work', next: out of paper");
        assert_int_equal(work.calls, call);
        assert_string_equal(f.err.node, "ranges");
        close_work(&f, &work);
    }
}

/* Two leaves: the one that was opened is closed. */
static void what_was_opened_before_a_failure_is_closed(void **unused)
{
    struct work work = {.units = 100, .per_call = 1, .fail_second = true};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    for (int i = 1; i < 3; i++) {
        work.opened = work.closed = 0;
        assert_fails(&f, "SELECT sum(a.v) FROM t a JOIN t b USING (v)", EIDER_ERROR_IO,
                     "feed 'work', open: the office is shut");
        assert_int_equal(work.opened, 1);
        assert_int_equal(work.closed, 1);
        assert_int_equal(work.calls, 0);
    }
    work.fail_second = false;
    assert_answer(&f, "SELECT sum(a.v) FROM t a JOIN t b USING (v)", true, "499500");
    close_work(&f, &work);
}

/* But for one: to the coordinator, UNSUPPORTED means that a task has not understood its plan. */
static void statuses_come_through(void **unused)
{
    struct work work = {.units = 100, .per_call = 1, .fail_reader = -1, .fail_call = 1};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    for (int status = EIDER_ERROR_MEMORY; status <= EIDER_ERROR_INTERNAL; status++) {
        enum eider_status expected =
            status == EIDER_ERROR_UNSUPPORTED ? EIDER_ERROR_SQL : (enum eider_status)status;

        work.status = (enum eider_status)status;
        work.fail_open = false;
        assert_fails(&f, "SELECT sum(v) FROM t", expected, "feed 'work', next: out of paper");
        work.fail_open = true;
        assert_fails(&f, "SELECT sum(v) FROM t", expected, "feed 'work', open: the office is shut");
    }
    close_work(&f, &work);
}

/* The tasks run at once; one waits for units that never come, another fails. */
static void a_failure_ends_those_that_wait(void **unused)
{
    struct work work = {.share = SHARE_NEVER, .fail_call = 10, .fail_reader = 1};
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    sql(f.connection, "SET eider_tasks_at_once = 3");
    assert_fails(&f, "SELECT sum(v) FROM t", EIDER_ERROR_IO, "feed 'work', next: out of paper");
    close_work(&f, &work);
}

struct canceller {
    struct fixture *f;
    struct work *work;
    bool interrupt; /* DuckDB's */
};

static void *cancel_when_asked(void *data)
{
    const struct canceller *canceller = data;

    while (!atomic_load(&canceller->work->asked))
        usleep(1000);
    if (!canceller->interrupt)
        eider_session_cancel(canceller->f->session);
    while (canceller->interrupt && atomic_load(&canceller->work->closed) == 0) {
        duckdb_interrupt(canceller->f->connection); /* one that comes between two statements is forgotten */
        usleep(5000);
    }
    return NULL;
}

static void waiting_is_cancelled(void **unused)
{
    static const struct {
        const char *sql;
        bool one_scan, interrupt;
    } cases[] = {
        {"SELECT sum(v) FROM t", false, false},
        {"SELECT sum(v) FROM t", false, true},
        {"SELECT sum(a.v) FROM t a JOIN t b ON a.v < b.v", false, false},
        {"SELECT sum(a.g) FROM t a JOIN (SELECT v FROM t ORDER BY v LIMIT 9) b ON a.g = b.v", true, false},
        {"SELECT sum(a.g) FROM t a JOIN (SELECT v FROM t ORDER BY v LIMIT 9) b ON a.g = b.v", true, true},
    };

    (void)unused;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct work work = {.share = SHARE_NEVER, .one_scan = cases[i].one_scan};
        struct fixture f;
        struct canceller canceller = {&f, &work, cases[i].interrupt};
        pthread_t thread;

        open_work(&f, &work);
        assert_int_equal(pthread_create(&thread, NULL, cancel_when_asked, &canceller), 0);
        assert_fails(&f, cases[i].sql, EIDER_ERROR_CANCELLED, "cancelled");
        pthread_join(thread, NULL);
        close_work(&f, &work);
    }
}

/* A stream that is closed before its end closes the feed too. */
static void a_closed_stream_closes_the_feed(void **unused)
{
    struct work work = {.units = 100, .per_call = 1, .slow = true};
    struct eider_query *query = NULL;
    struct eider_stream *stream = NULL;
    struct fixture f;

    (void)unused;
    open_work(&f, &work);
    assert_int_equal(eider_prepare(f.session, "SELECT v FROM t", &query, &f.err), EIDER_OK);
    assert_int_equal(work.opened, 0);
    assert_int_equal(eider_query_stream(query, &stream, &f.err), EIDER_OK);
    assert_int_equal(work.opened, 1);
    eider_stream_close(stream);
    assert_int_equal(work.closed, 1);
    eider_query_free(query);
    close_work(&f, &work);
}

static void wrong_arguments_are_refused(void **unused)
{
    struct work work = {.units = 1};
    struct eider_feed feed = work_feed(&work), other;
    char name[100];
    struct fixture f;

    (void)unused;
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    fixture_open(&f, 2);
    assert_int_equal(eider_session_add_feed(NULL, &feed, &f.err), EIDER_ERROR_ARGUMENT);
    assert_int_equal(eider_session_add_feed(f.session, NULL, &f.err), EIDER_ERROR_ARGUMENT);
    for (int i = 0; i < 5; i++) {
        other = feed;
        if (i == 0)
            other.size = 8;
        else if (i < 4)
            other.name = i == 1 ? NULL : i == 2 ? "" : name;
        else
            other.next = NULL;
        assert_int_equal(eider_session_add_feed(f.session, &other, &f.err), EIDER_ERROR_ARGUMENT);
    }
    assert_int_equal(eider_session_add_feed(f.session, &feed, &f.err), EIDER_OK);
    assert_int_equal(eider_session_add_feed(f.session, &feed, &f.err), EIDER_ERROR_ARGUMENT);
    fixture_close(&f);
    assert_int_equal(work.dropped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_read_by_batch),
        cmocka_unit_test(units_reach_remote_workers),
        cmocka_unit_test(batches_are_shuffled),
        cmocka_unit_test(an_empty_feed_gives_no_rows),
        cmocka_unit_test(both_sides_of_a_join_have_their_own),
        cmocka_unit_test(other_operators_get_all_units_at_once),
        cmocka_unit_test(the_head_reads_a_feed),
        cmocka_unit_test(a_stage_of_one_task_gets_all_units_at_once),
        cmocka_unit_test(many_units_arrive),
        cmocka_unit_test(a_missing_feed_is_an_error),
        cmocka_unit_test(failing_callbacks_are_named),
        cmocka_unit_test(what_was_opened_before_a_failure_is_closed),
        cmocka_unit_test(statuses_come_through),
        cmocka_unit_test(a_failure_ends_those_that_wait),
        cmocka_unit_test(waiting_is_cancelled),
        cmocka_unit_test(a_closed_stream_closes_the_feed),
        cmocka_unit_test(wrong_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, fixture_make_data, fixture_remove_data);
}
