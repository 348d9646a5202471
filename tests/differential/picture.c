/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the picture of a distributed plan, of which only this is relied on: a stage begins with a line that has
 * `┌───── ` in it and shows its tasks as `t0:[…] t1:[…]`, and each of its nodes has a line with `│ ` before its name.
 */
#include "picture.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static uint32_t count_tasks(const char *line)
{
    uint32_t tasks = 0;
    const char *hit = line;
    while ((hit = strstr(hit, " t")) != NULL) {
        hit += 2;
        tasks += *hit >= '0' && *hit <= '9' ? 1 : 0;
    }
    return tasks;
}

/* The node on a line, behind │ and spaces; NULL if the line shows none. */
static const char *line_node(const char *line)
{
    static const char bar[] = "│";
    const char *hit = strstr(line, bar);
    if (hit == NULL) {
        return NULL;
    }
    hit += strlen(bar);
    return hit + strspn(hit, " ");
}

typedef bool (*line_matcher)(const char *line, const char *what);

static bool line_shows_node(const char *line, const char *what)
{
    return text_starts_with(line, what);
}

static bool line_scans_table(const char *line, const char *what)
{
    size_t bytes = strlen(what);
    const char *hit = strstr(line, "DataSourceExec:");
    while (hit != NULL && (hit = strstr(hit + 1, what)) != NULL) {
        if (hit[-1] == '/' && (hit[bytes] == '/' || hit[bytes] == '.')) {
            return true;
        }
    }
    return false;
}

static void find_lines(const char *picture, line_matcher matches, const char *what, struct picture_place *ret)
{
    *ret = (struct picture_place){0};
    uint32_t tasks = 0;
    while (*picture != '\0') {
        size_t bytes = strcspn(picture, "\n");
        char *line = xstrndup(picture, bytes);
        const char *shown = line_node(line);
        if (strstr(line, "┌─") != NULL) {
            tasks = count_tasks(line);
        } else if (shown != NULL && matches(shown, what)) {
            ret->lines++;
            ret->max_tasks = tasks > ret->max_tasks ? tasks : ret->max_tasks;
            ret->min_tasks = ret->lines == 1 || tasks < ret->min_tasks ? tasks : ret->min_tasks;
        }
        free(line);
        picture += bytes + (picture[bytes] == '\n' ? 1 : 0);
    }
}

void picture_find(const char *picture, const char *node, struct picture_place *ret)
{
    find_lines(picture, line_shows_node, node, ret);
}

void picture_find_scan(const char *picture, const char *table, struct picture_place *ret)
{
    find_lines(picture, line_scans_table, table, ret);
}
