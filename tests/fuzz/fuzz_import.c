/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: any text, read as DuckDB's plan, gives a verdict, an error, or a plan that holds together and survives
 * the codec. Seeds: tests/import. Build with clang and -fsanitize=fuzzer,address,undefined:
 *
 *     fuzz_import -max_len=30000 -only_ascii=1 CORPUS tests/import
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "plan/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import_input input = {.plan_json = (const char *)data, .plan_bytes = size};
    struct arena *arena = arena_new();
    struct imported imported;
    struct verdict verdict;
    struct eider_error err;

    memset(&verdict, 0, sizeof(verdict));
    if (arena == NULL)
        return 0;
    if (import_plan(arena, &input, &imported, &verdict, &err) == EIDER_OK &&
        (imported.root == NULL) == (verdict.kind == VERDICT_DISTRIBUTABLE))
        abort();
    if (imported.root != NULL && plan_check_roundtrip(imported.root, &err) != EIDER_OK)
        abort();
    arena_free(arena);
    return 0;
}
