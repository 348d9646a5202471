/* SPDX-License-Identifier: Apache-2.0 */
/* Which files of a divisible scan each task reads: every file once, the bytes alike, and a call that names no others. */
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

/* The numbers of the files that the task reads, by its list and by its call, which have to agree; "" if it is an EMPTY. */
static const char *read_by(const struct node_function_scan *scan, uint32_t task, uint32_t tasks)
{
    static char text[MAX_FILES + 1];
    const struct eider_node *node = file_share(arena, scan, task, tasks);
    const struct node_function_scan *share = node_as_function_scan(node);
    const struct expr_nested *paths;

    assert_non_null(node);
    text[0] = '\0';
    if (node->tag == NODE_EMPTY)
        return text;
    assert_int_equal(share->args.count, 1);
    paths = expr_as_nested(share->args.items[0]);
    assert_non_null(paths);
    assert_int_equal(paths->children.count, share->files.count);
    for (uint32_t i = 0; i < share->files.count; i++) {
        assert_true(str_equal(expr_as_string(paths->children.items[i])->bytes, share->files.items[i].path));
        text[i] = share->files.items[i].path.data[0];
    }
    text[share->files.count] = '\0';
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
    };

    return cmocka_run_group_tests_name("planner file shares", tests, setup, teardown);
}
