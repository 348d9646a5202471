/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a divisible scan each task reads: every file once, the bytes alike; a call that names all and picks its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "plan/object.h"
#include "planner/passes.h"

#define MAX_FILES 8

static struct arena *arena;

static const struct node_function_scan *scan_of(const uint64_t *bytes, uint32_t count)
{
    struct node_function_scan *scan = node_function_scan_new(arena);

    assert_non_null(scan);
    scan->name = str_from("read_csv");
    scan->divisible = true;
    scan->files = file_slice_list_new(arena, count);
    for (uint32_t i = 0; i < count; i++) {
        char path[16];

        snprintf(path, sizeof(path), "%u.csv", i);
        scan->files.items[i].path = str_make(arena, path, 5);
        scan->files.items[i].bytes = bytes[i];
    }
    return scan;
}

static const struct expr_list *paths_of(const struct eider_expr *list)
{
    assert_non_null(expr_as_nested(list));
    return &expr_as_nested(list)->children;
}

/* True if the scan's filter lets rows of the path through. */
static bool picks(const struct node_function_scan *share, struct eider_str path)
{
    const struct eider_expr *filter = share->filters.items[share->filters.count - 1];
    const struct expr_operator *not = expr_as_operator(filter);
    const struct expr_function *call = expr_as_function(not != NULL ? not ->children.items[0] : filter);
    const struct expr_list *paths = paths_of(call->args.items[0]);
    const struct expr_column *column = expr_as_column(call->args.items[1]);
    bool found = false;

    assert_string_equal(call->name.data, "list_contains");
    assert_non_null(column);
    assert_string_equal(share->read.items[column->index].name.data, "filename");
    for (uint32_t i = 0; i < paths->count; i++)
        found |= str_equal(expr_as_string(paths->items[i])->bytes, path);
    return found == (not == NULL);
}

/* The numbers of the files that the task reads, by its list and by its call, which have to agree; "" if it is an EMPTY. */
static const char *read_by(const struct node_function_scan *scan, uint32_t task, uint32_t tasks)
{
    static char text[MAX_FILES + 1];
    const struct eider_node *node = file_share(arena, scan, task, tasks);
    const struct node_function_scan *share = node_as_function_scan(node);
    const struct expr_list *paths;
    uint32_t at = 0;

    assert_non_null(node);
    text[0] = '\0';
    if (node->tag == NODE_EMPTY)
        return text;
    assert_int_equal(share->args.count, 1);
    paths = paths_of(share->args.items[0]);
    assert_int_equal(paths->count, scan->files.count);
    for (uint32_t i = 0; i < paths->count; i++) {
        struct eider_str path = scan->files.items[i].path;

        assert_true(str_equal(expr_as_string(paths->items[i])->bytes, path));
        if (!picks(share, path))
            continue;
        assert_true(at < share->files.count && str_equal(share->files.items[at].path, path));
        text[at++] = path.data[0];
    }
    assert_int_equal(at, share->files.count);
    text[at] = '\0';
    return text;
}

static void bytes_are_shared(void **unused)
{
    const uint64_t bytes[] = {2, 9, 3, 5, 4};
    const struct node_function_scan *scan = scan_of(bytes, 5);

    (void)unused;
    assert_string_equal(read_by(scan, 0, 2), "12");
    assert_string_equal(read_by(scan, 1, 2), "034");
}

static void small_files_go_to_all_tasks(void **unused)
{
    const uint64_t bytes[] = {0, 0, 0};
    const struct node_function_scan *scan = scan_of(bytes, 3);

    (void)unused;
    assert_string_equal(read_by(scan, 0, 2), "02");
    assert_string_equal(read_by(scan, 1, 2), "1");
}

static void a_task_may_have_no_file(void **unused)
{
    const uint64_t bytes[] = {7, 8};
    const struct node_function_scan *scan = scan_of(bytes, 2);

    (void)unused;
    assert_string_equal(read_by(scan, 0, 3), "1");
    assert_string_equal(read_by(scan, 1, 3), "0");
    assert_string_equal(read_by(scan, 2, 3), "");
}

static void a_file_that_is_read_twice_stays_together(void **unused)
{
    const uint64_t bytes[] = {5, 5, 5, 5};
    const struct node_function_scan *scan = scan_of(bytes, 4);

    (void)unused;
    scan->files.items[2].path = scan->files.items[0].path;
    assert_string_equal(read_by(scan, 0, 3), "00");
    assert_string_equal(read_by(scan, 1, 3), "1");
    assert_string_equal(read_by(scan, 2, 3), "3");
}

/* One that the query reads, too, is not asked for again. */
static void the_column_of_names_is_there_once(void **unused)
{
    const uint64_t bytes[] = {5, 5};
    struct node_function_scan *scan = (struct node_function_scan *)scan_of(bytes, 2);
    const struct node_function_scan *share;

    (void)unused;
    scan->named_args = named_expr_list_new(arena, 1);
    scan->named_args.items[0].name = str_from("filename");
    scan->named_args.items[0].expr = expr_whole(arena, type_simple(TYPE_BOOLEAN), 0);
    share = node_as_function_scan(file_share(arena, scan, 0, 2));
    assert_int_equal(share->read.count, 1);
    assert_int_equal(share->named_args.count, 1);
    assert_true(expr_as_integer(share->named_args.items[0].expr)->lower == 1);
    scan->named_args = share->named_args;
    scan->read = share->read;
    share = node_as_function_scan(file_share(arena, scan, 0, 2));
    assert_int_equal(share->read.count, 1);
    assert_int_equal(share->named_args.count, 1);
}

static int setup(void **unused)
{
    (void)unused;
    return (arena = arena_new()) == NULL;
}

static int teardown(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_shared),
        cmocka_unit_test(small_files_go_to_all_tasks),
        cmocka_unit_test(a_task_may_have_no_file),
        cmocka_unit_test(a_file_that_is_read_twice_stays_together),
        cmocka_unit_test(the_column_of_names_is_there_once),
    };

    return cmocka_run_group_tests_name("planner file shares", tests, setup, teardown);
}
