/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sanitizers' runtimes ask every program for: their options, so that a test behaves the same under ctest,
 * in a debugger and by hand. The environment (ASAN_OPTIONS, …) still overrides each of them. Compiled and linked by
 * EiderSanitizers.cmake.
 *
 * ignore_noninstrumented_modules: libduckdb is not compiled with ThreadSanitizer, so the order that its atomics
 * make between its threads is invisible, while its calls of malloc, memcpy and pthread functions are seen: without
 * this option every query "races" inside DuckDB (operator delete in DataChunk::Flatten, mutexes of
 * GlobalUngroupedAggregateState, …). With it, only code of ours counts. A race in a callback of ours that DuckDB
 * runs on several threads is still found; two accesses of ours that only DuckDB's own atomics keep apart would be a
 * false report, and none is known.
 *
 * The suppressions: DuckDB 1.5.6 does not destroy the states of ordered aggregates in a hash table that nobody reads, such as
 * that of (SELECT k, string_agg(v, ',' ORDER BY v) FROM t GROUP BY GROUPING SETS ((), (k))) WHERE false_subquery.
 * No code of ours allocates either of the two classes.
 */

#define EIDER_VISIBLE __attribute__((visibility("default"), used))

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__tsan_default_options(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void);

EIDER_VISIBLE const char *__asan_default_options(void)
{
    return "strict_string_checks=1:detect_stack_use_after_return=1:check_initialization_order=1:detect_leaks="
           "1";
}

EIDER_VISIBLE const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

EIDER_VISIBLE const char *__tsan_default_options(void)
{
    return "ignore_noninstrumented_modules=1:second_deadlock_stack=1:detect_deadlocks=1";
}

EIDER_VISIBLE const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

EIDER_VISIBLE const char *__lsan_default_suppressions(void)
{
    return "leak:duckdb::*SortedAggregateFunction\n"
           "leak:duckdb::LinkedList\n";
}
