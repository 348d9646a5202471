/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plans in docs/planner.md. A block ```sql of the page is a query (settings and workers at its head, as in chains), and
 * a block ```plan WHAT behind it shows the plan of that query, which stands here:
 *
 *   ```plan PASS      after that pass ("import": before all), as a tree or a stage graph
 *   ```plan rows      as a tree, after the pass estimate, with the rows of each node
 *   ```plan tasks     the last stage graph, with what each task reads
 *   ```plan verdict   why it is not distributed
 *
 * The rest of the page is left as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "plan/display.h"
#include "plan/object.h"

#define MAX_PASSES 16

struct pass_text {
    char name[16];
    struct buf text;
};

/* All that can be shown of one query. */
struct views {
    struct pass_text items[MAX_PASSES];
    size_t count;
};

static struct buf *views_add(struct views *views, const char *name)
{
    struct pass_text *item = &views->items[views->count++];

    if (views->count == MAX_PASSES)
        die("too many passes");
    (void)snprintf(item->name, sizeof(item->name), "%s", name);
    buf_init(&item->text, GOLDEN_TEXT_MAX);
    return &item->text;
}

static void views_clear(struct views *views)
{
    for (size_t i = 0; i < views->count; i++)
        buf_done(&views->items[i].text);
    views->count = 0;
}

static void put_rows(struct buf *out, const struct eider_node *node, int level)
{
    buf_printf(out, "%*s", level * 2, "");
    node_text(out, node);
    buf_printf(out, "   rows=%.0f\n", node->rows);
    for (uint32_t i = 0, n = node_child_count(node); i < n; i++)
        put_rows(out, node_child(node, i), level + 1);
}

static void see_pass(void *data, const char *pass, const struct eider_node *plan,
                     const struct stage_graph *graph)
{
    struct views *views = data;

    if (graph != NULL)
        stage_graph_display(views_add(views, pass), graph, DISPLAY_PLAIN);
    else
        plan_display(views_add(views, pass), plan);
    if (graph == NULL && strcmp(pass, "estimate") == 0)
        put_rows(views_add(views, "rows"), plan, 0);
    if (graph != NULL && strcmp(pass, "bloom") == 0)
        stage_graph_display(views_add(views, "tasks"), graph, DISPLAY_TASKS);
}

static void look_at(struct lab *lab, const char *sql, struct views *views)
{
    struct eider_query *query;

    views_clear(views);
    lab_prepare_for(lab, sql);
    lab->session->observer = see_pass;
    lab->session->observer_data = views;
    query = lab_prepare(lab, sql);
    lab->session->observer = NULL;
    if (query != NULL && query->verdict.kind != VERDICT_DISTRIBUTABLE)
        buf_printf(views_add(views, "verdict"), "%s", eider_query_explain(query));
    eider_query_free(query);
    lab_reset_after(lab, sql);
}

static bool put_view(const struct views *views, const char *name, size_t bytes, struct buf *out)
{
    for (size_t i = 0; i < views->count; i++) {
        const struct pass_text *item = &views->items[i];
        if (strlen(item->name) == bytes && strncmp(item->name, name, bytes) == 0) {
            buf_append(out, item->text.data, item->text.size);
            if (item->text.data[item->text.size - 1] != '\n')
                buf_putc(out, '\n');
            return true;
        }
    }
    return false;
}

/* From the line behind ``` to the line that closes the block. */
static const char *block_end(const char *text)
{
    const char *end = strncmp(text, "```", 3) == 0 ? text : strstr(text, "\n```");

    if (end == NULL)
        die("planner.md: a block without end");
    return end == text ? text : end + 1;
}

void write_planner_page(struct lab *lab, struct golden_report *report)
{
    char *path = path_of(report->options->expected, "planner", report->suffix), *text = read_text(path);
    struct views views = {.count = 0};
    struct buf page;

    if (text == NULL)
        die("%s is missing", path);
    buf_init(&page, GOLDEN_TEXT_MAX);
    for (const char *at = text; *at != '\0';) {
        size_t bytes = strcspn(at, "\n");
        const char *next = at + bytes + (at[bytes] == '\n' ? 1 : 0);
        bool shows = strncmp(at, "```plan ", 8) == 0;
        buf_append(&page, at, (size_t)(next - at));
        if (shows && !put_view(&views, at + 8, bytes - 8, &page)) {
            printf("FAILED %s: there is no plan %.*s of the query above it\n", path, (int)bytes - 8, at + 8);
            report->failed++;
        }
        if (strncmp(at, "```sql\n", 7) == 0) {
            char *sql = strndup(next, (size_t)(block_end(next) - next));
            if (sql == NULL)
                die("out of memory");
            look_at(lab, sql, &views);
            free(sql);
        }
        if (strncmp(at, "```", 3) == 0 && at[3] != '\n') {
            const char *end = block_end(next);
            if (!shows)
                buf_append(&page, next, (size_t)(end - next));
            buf_puts(&page, "```\n");
            next = end + strlen("```\n");
        }
        at = next;
    }
    compare(report, "planner", &page);
    views_clear(&views);
    buf_done(&page);
    free(text);
    free(path);
}
