/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of one query as text: the statement, the imported plan, the plan after each pass that changed it, the stage
 * graph (with what each task reads, where the query has a line `-- show: tasks`), and the SQL of each stage's first task.
 *
 * The plans come from the planner's observer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "plan/display.h"
#include "sqlgen/sqlgen.h"

struct passes {
    struct buf text; /* so far */
    struct buf last; /* the plan after the last pass */
    bool tasks;      /* show what each task reads */
};

static void section(struct buf *out, const char *title)
{
    buf_printf(out, "\n== %s\n", title);
}

static void see_pass(void *data, const char *pass, const struct eider_node *plan,
                     const struct stage_graph *graph)
{
    struct passes *passes = data;
    struct buf now;

    buf_init(&now, GOLDEN_TEXT_MAX);
    if (graph != NULL)
        stage_graph_display(&now, graph, passes->tasks ? DISPLAY_TASKS : DISPLAY_PLAIN);
    else
        plan_display(&now, plan);
    if (passes->last.size == 0 || strcmp(passes->last.data, now.data) != 0) {
        section(&passes->text, pass);
        buf_puts(&passes->text, now.data);
    }
    passes->text.failed |= now.failed;
    buf_done(&passes->last);
    passes->last = now;
}

/* ---- SQL ---- */

/* One line of SQL, broken before each SELECT and indented by its parentheses. Strings stay as they are. */
static void break_lines(struct buf *out, const char *sql)
{
    uint32_t depth = 0;
    char quote = '\0';

    for (const char *at = sql; *at != '\0'; at++) {
        if (quote == '\0' && at != sql && strncmp(at, "SELECT ", 7) == 0 && strchr("( ", at[-1]) != NULL)
            buf_printf(out, "\n%*s", (int)depth * 2, "");
        if (quote != '\0') {
            quote = *at == quote ? '\0' : quote;
        } else if (*at == '\'' || *at == '"') {
            quote = *at;
        } else {
            depth += *at == '(';
            depth -= *at == ')' && depth > 0;
        }
        buf_putc(out, *at);
    }
    buf_putc(out, '\n');
}

static bool write_sql(const struct eider_query *query, const struct plan_stage *stage, struct buf *out)
{
    struct arena *arena = query->arena;
    struct sqlgen_input *inputs = arena_alloc_array(arena, stage->input_count + 1, sizeof(*inputs));
    struct eider_error err = {.status = EIDER_OK};
    struct sqlgen_context context = {.inputs = inputs,
                                     .input_count = stage->input_count,
                                     .filter_count = stage->filter_count,
                                     .sink_token = "SINK"};
    const char **filters = arena_alloc_array(arena, stage->filter_count + 1, sizeof(*filters));
    enum eider_status status;
    struct buf sql;

    buf_init(&sql, GOLDEN_TEXT_MAX);
    for (uint32_t i = 0; i < stage->input_count; i++)
        inputs[i] = (struct sqlgen_input){arena_printf(arena, "STAGE %u", stage->inputs[i].stage), true};
    for (uint32_t i = 0; i < stage->filter_count; i++)
        filters[i] = arena_printf(arena, "KEYS OF STAGE %u", stage->filters[i]);
    context.filters = filters;
    if (stage->id == 0)
        status = sqlgen_result(stage->root, &query->columns, &context, &sql, &err);
    else
        status = sqlgen_task(stage_fragment(arena, stage, 0), &context, &sql, &err);
    if (status == EIDER_OK)
        break_lines(out, sql.data);
    else
        fprintf(stderr, "stage %u: %s\n", stage->id, err.message);
    buf_done(&sql);
    return status == EIDER_OK;
}

static bool write_graph(const struct eider_query *query, struct buf *out)
{
    const struct stage_graph *graph = &query->graph;
    char title[64];

    for (uint32_t i = 0; i < graph->stage_count; i++) {
        (void)snprintf(title, sizeof(title), "SQL of stage %u, task 0", graph->stages[i].id);
        section(out, title);
        if (!write_sql(query, &graph->stages[i], out))
            return false;
    }
    section(out, "SQL of the head stage");
    return write_sql(query, &graph->head, out);
}

bool chain_write(struct lab *lab, const char *sql, struct buf *out)
{
    struct passes passes;
    struct eider_query *query;
    bool ok = true;

    passes.tasks = strstr(sql, "-- show: tasks\n") != NULL;
    buf_init(&passes.text, GOLDEN_TEXT_MAX);
    buf_init(&passes.last, GOLDEN_TEXT_MAX);
    lab->session->observer = see_pass;
    lab->session->observer_data = &passes;
    query = lab_prepare(lab, sql);
    lab->session->observer = NULL;
    if (query != NULL) {
        buf_puts(out, sql);
        if (passes.text.size > 0)
            buf_puts(out, passes.text.data);
        if (query->verdict.kind == VERDICT_DISTRIBUTABLE)
            ok = write_graph(query, out);
        else
            buf_printf(out, "\n== verdict\n%s", eider_query_explain(query));
    }
    /* a chain without passes: nobody called the observer */
    ok &= query != NULL && passes.text.size > 0 && !passes.text.failed && !passes.last.failed;
    eider_query_free(query);
    buf_done(&passes.text);
    buf_done(&passes.last);
    return ok;
}
