/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stored plans of DuckDB (tests/import): each becomes the tree that stands beside it, and whatever is done to its
 * text, the importer gives a verdict, an error, or a tree that holds together.
 *
 * EIDER_UPDATE=1 writes plans and trees anew, with the DuckDB that this is linked with. EIDER_MUTATIONS is the number of
 * damaged copies of each text (default 150).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "allocations.h"
#include "duckdb.h"
#include "engine/planning.h"
#include "import/import.h"
#include "plan/codec.h"
#include "plan/object.h"
#include "plan/validate.h"

#define FOLDER      "tests/import/"
#define MAX_SAMPLES 64
#define MAX_TEXT    ((size_t)8 << 20)

struct sample {
    char *name;
    char *sql;
};

static char *setup_sql;
static struct sample samples[MAX_SAMPLES];
static size_t sample_count;

/* ---- Files ---- */

static char *read_file(const char *path, size_t *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long size;

    *ret_bytes = 0;
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    *ret_bytes = fread(text, 1, (size_t)size, file);
    fclose(file);
    return text;
}

static void write_file(const char *path, const char *text, size_t bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    fclose(file);
}

static char *sample_path(const struct sample *sample, const char *extension)
{
    size_t bytes = strlen(FOLDER) + strlen(sample->name) + strlen(extension) + 1;
    char *path = malloc(bytes);

    assert_non_null(path);
    snprintf(path, bytes, FOLDER "%s%s", sample->name, extension);
    return path;
}

static char *read_sample(const struct sample *sample, const char *extension, size_t *ret_bytes)
{
    char *path = sample_path(sample, extension);
    char *text = read_file(path, ret_bytes);

    if (text == NULL)
        fail_msg("%s is missing: run with EIDER_UPDATE=1", path);
    free(path);
    return text;
}

static void write_sample(const struct sample *sample, const char *extension, const char *text, size_t bytes)
{
    char *path = sample_path(sample, extension);

    write_file(path, text, bytes);
    free(path);
}

/* Splits samples.sql: what stands before the first "-- sample: " is set-up. */
static int load_samples(void **state)
{
    static const char mark[] = "-- sample: ";
    size_t bytes;
    char *text = read_file(FOLDER "samples.sql", &bytes), *at, *next;

    (void)state;
    assert_non_null(text);
    at = strstr(text, mark);
    assert_non_null(at);
    setup_sql = strndup(text, (size_t)(at - text));
    for (; at != NULL; at = next) {
        char *line = strchr(at, '\n');

        assert_non_null(line);
        assert_true(sample_count < MAX_SAMPLES);
        next = strstr(line, mark);
        at += sizeof(mark) - 1;
        samples[sample_count].name = strndup(at, (size_t)(line - at));
        samples[sample_count].sql = next != NULL ? strndup(line, (size_t)(next - line)) : strdup(line);
        sample_count++;
    }
    free(text);
    return 0;
}

static int free_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sample_count; i++) {
        free(samples[i].name);
        free(samples[i].sql);
    }
    free(setup_sql);
    return 0;
}

/* ---- The importer ---- */

static enum eider_status import_of(struct arena *arena, struct import_input input, struct imported *ret,
                                   struct verdict *verdict)
{
    struct eider_error err;

    memset(verdict, 0, sizeof(*verdict));
    return import_plan(arena, &input, ret, verdict, &err);
}

/* node_print, with a line for each part of the tree. */
static char *print_tree(const struct eider_node *root, size_t *ret_bytes)
{
    struct buf printed;

    buf_init(&printed, MAX_TEXT);
    node_print(&printed, root);
    buf_putc(&printed, '\n');
    assert_false(printed.failed);
    return buf_take(&printed, ret_bytes);
}

static void compare_tree(const struct sample *sample, const char *tree)
{
    size_t bytes;
    char *expected = read_sample(sample, ".tree", &bytes);

    if (strcmp(expected, tree) != 0) {
        size_t same = 0, from;

        while (expected[same] == tree[same])
            same++;
        from = same > 120 ? same - 120 : 0;
        fail_msg("%s: the tree differs at byte %zu (EIDER_UPDATE=1 writes it anew)\nexpected … %.300s\nbut "
                 "got  … %.300s",
                 sample->name, same, expected + from, tree + from);
    }
    free(expected);
}

static void test_trees(void **state)
{
    (void)state;
    assert_true(sample_count > 20);
    for (size_t i = 0; i < sample_count; i++) {
        size_t json_bytes, bytes;
        char *json = read_sample(&samples[i], ".json", &json_bytes);
        char *tree;
        struct arena *arena = arena_new();
        struct imported imported;
        struct verdict verdict;
        struct eider_error err = {0};

        assert_non_null(arena);
        assert_int_equal(import_of(arena, (struct import_input){.plan_json = json, .plan_bytes = json_bytes},
                                   &imported, &verdict),
                         EIDER_OK);
        if (verdict.kind != VERDICT_DISTRIBUTABLE)
            fail_msg("%s: %s: %s", samples[i].name, verdict_kind_name(verdict.kind), verdict.reason);
        if (plan_check_roundtrip(imported.root, &err) != EIDER_OK)
            fail_msg("%s: %s", samples[i].name, err.message);
        tree = print_tree(imported.root, &bytes);
        compare_tree(&samples[i], tree);
        free(tree);
        arena_free(arena);
        free(json);
    }
}

/* ---- Damage ---- */

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return limit == 0 ? 0 : (uint32_t)((random_state >> 33) % limit);
}

/* The bounds of a random JSON token: a string, a number or word, or one of {}[],: */
static void pick_token(const char *text, size_t bytes, size_t *begin, size_t *end)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._";
    size_t at = random_below((uint32_t)bytes);

    while (at > 0 && text[at] != '"' && strchr(word, text[at]) != NULL && strchr(word, text[at - 1]) != NULL)
        at--;
    *begin = at;
    if (text[at] == '"') {
        const char *close = memchr(text + at + 1, '"', bytes - at - 1);
        *end = close != NULL ? (size_t)(close - text) + 1 : bytes;
    } else {
        *end = at + 1;
        while (*end < bytes && strchr(word, text[at]) != NULL && strchr(word, text[*end]) != NULL)
            (*end)++;
    }
}

static const char *const replacements[] = {"0",
                                           "1",
                                           "-1",
                                           "7",
                                           "18446744073709551615",
                                           "9223372036854775808",
                                           "-9223372036854775808",
                                           "4294967295",
                                           "1e400",
                                           "0.5",
                                           "NaN",
                                           "-Infinity",
                                           "true",
                                           "false",
                                           "null",
                                           "\"\"",
                                           "\"x\"",
                                           "[]",
                                           "{}",
                                           "[[]]",
                                           "{\"id\":\"INTEGER\"}",
                                           "\"BIGINT\"",
                                           "\"LIST\"",
                                           "\"STRUCT\"",
                                           "\"LOGICAL_FILTER\"",
                                           "\"BOUND_REF\"",
                                           "\"BOUND_COLUMN_REF\"",
                                           "\"BOUND_CONSTANT\"",
                                           "\"INNER\"",
                                           "\"MARK\"",
                                           "\"SINGLE\"",
                                           "\"COMPARE_EQUAL\"",
                                           "\"\\u0000\"",
                                           "\"\\ud800\"",
                                           "\xff",
                                           "\"random\"",
                                           "\"sum\"",
                                           "{",
                                           "}",
                                           "[",
                                           "]",
                                           ",",
                                           ":",
                                           "\"",
                                           "\"index\"",
                                           "\"value\"",
                                           "\"type\"",
                                           "\"children\"",
                                           "\"unknown_key\":1,"};

/* Replaces a random token, or a random span between two, by something that may stand in JSON, or not. */
static char *damage(const char *text, size_t bytes, size_t *ret_bytes)
{
    const char *word = replacements[random_below(sizeof(replacements) / sizeof(replacements[0]))];
    size_t begin, end, begin2, end2, length;
    char *damaged;

    pick_token(text, bytes, &begin, &end);
    switch (random_below(5)) {
    case 0: /* a token goes */
        word = "";
        break;
    case 1: /* a span becomes another one */
        pick_token(text, bytes, &begin2, &end2);
        length = end2 - begin2;
        damaged = malloc(bytes + length + 1);
        assert_non_null(damaged);
        memcpy(damaged, text, begin);
        memcpy(damaged + begin, text + begin2, length);
        memcpy(damaged + begin + length, text + end, bytes - end);
        *ret_bytes = bytes - (end - begin) + length;
        damaged[*ret_bytes] = '\0';
        return damaged;
    case 2: /* the text ends early */
        *ret_bytes = random_below((uint32_t)bytes);
        return strndup(text, *ret_bytes);
    default:
        break;
    }
    length = strlen(word);
    damaged = malloc(bytes + length + 1);
    assert_non_null(damaged);
    memcpy(damaged, text, begin);
    memcpy(damaged + begin, word, length);
    memcpy(damaged + begin + length, text + end, bytes - end);
    *ret_bytes = bytes - (end - begin) + length;
    damaged[*ret_bytes] = '\0';
    return damaged;
}

/* Returns true if the damaged text was accepted. */
static bool import_damaged(const char *name, const char *json, size_t json_bytes)
{
    struct arena *arena = arena_new();
    struct imported imported;
    struct verdict verdict;
    struct eider_error err = {0};
    bool accepted;

    assert_non_null(arena);
    assert_int_equal(import_of(arena, (struct import_input){.plan_json = json, .plan_bytes = json_bytes},
                               &imported, &verdict),
                     EIDER_OK);
    accepted = verdict.kind == VERDICT_DISTRIBUTABLE;
    assert_int_equal(accepted, imported.root != NULL);
    assert_true(accepted || verdict.reason[0] != '\0');
    if (accepted && (plan_validate(imported.root, &err) != EIDER_OK ||
                     plan_check_roundtrip(imported.root, &err) != EIDER_OK))
        fail_msg("%s: damaged, accepted, but: %s\n%.*s", name, err.message, (int)json_bytes, json);
    arena_free(arena);
    return accepted;
}

static void test_damaged_plans(void **state)
{
    const char *wanted = getenv("EIDER_MUTATIONS");
    int count = wanted != NULL ? (int)strtol(wanted, NULL, 10) : 150, declined = 0;

    (void)state;
    random_state = 20240229;
    for (size_t i = 0; i < sample_count; i++) {
        size_t json_bytes, bytes;
        char *json = read_sample(&samples[i], ".json", &json_bytes);

        for (int round = 0; round < count; round++) {
            char *damaged = damage(json, json_bytes, &bytes);

            for (uint32_t more = random_below(3); more > 0 && bytes > 0; more--) {
                char *again = damage(damaged, bytes, &bytes);
                free(damaged);
                damaged = again;
            }
            declined += !import_damaged(samples[i].name, damaged, bytes);
            free(damaged);
        }
        free(json);
    }
    assert_true(declined > count * (int)sample_count / 2);
}

/* Every prefix of a short plan, and texts that are no plans at all. */
static void test_no_plans(void **state)
{
    static const char *const texts[] = {"x",
                                        "null",
                                        "[]",
                                        "{}",
                                        "0",
                                        "\"\"",
                                        "{\"error\":false}",
                                        "{\"error\":false,\"plans\":[]}",
                                        "{\"error\":false,\"plans\":[{}]}",
                                        "{\"error\":false,\"plans\":[1]}",
                                        "{\"error\":false,\"plans\":[{},{}]}",
                                        "{\"error\":true}",
                                        "{\"error\":true,\"error_message\":\"no\"}",
                                        "{\"plans\":{}}"};
    size_t bytes;
    char *json = read_sample(&samples[0], ".json", &bytes);

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(import_damaged(texts[i], texts[i], strlen(texts[i])));
    assert_false(import_damaged("empty", "", 0));
    for (size_t end = 0; end < bytes; end += 1 + end / 40)
        assert_false(import_damaged("a prefix", json, end));
    free(json);
}

static struct verdict verdict_of(const char *json, size_t bytes)
{
    struct arena *arena = arena_new();
    struct imported imported;
    struct verdict verdict;

    assert_non_null(arena);
    assert_int_equal(
        import_of(arena, (struct import_input){.plan_json = json, .plan_bytes = bytes}, &imported, &verdict),
        EIDER_OK);
    assert_null(imported.root);
    arena_free(arena);
    return verdict;
}

/* Deep nesting and large lists end in a verdict, not in the end of the stack or of memory. */
static void test_limits(void **state)
{
    static const char open[] = "{\"type\":\"LOGICAL_FILTER\",\"children\":[";
    struct buf text;

    (void)state;
    for (int depth = 400; depth <= 40000; depth *= 10) {
        buf_init(&text, MAX_TEXT);
        buf_puts(&text, "{\"error\":false,\"plans\":[");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, open);
        buf_puts(&text, "{\"type\":\"LOGICAL_DUMMY_SCAN\"}");
        for (int i = 0; i < depth; i++)
            buf_puts(&text, "]}");
        buf_puts(&text, "]}");
        assert_false(text.failed);
        if (depth > IMPORT_MAX_DEPTH) {
            enum verdict_kind kind = verdict_of(text.data, text.size).kind;
            assert_true(kind == VERDICT_LIMIT || kind == VERDICT_PLAN_UNREADABLE);
        }
        buf_done(&text);
    }
    assert_int_equal(verdict_of(NULL, IMPORT_MAX_BYTES + 1).kind, VERDICT_LIMIT);
}

/* ---- Without memory ---- */

/* Each allocation fails in turn, and all after it: an error or a verdict, and no crash. */
static void test_allocations(void **state)
{
    (void)state;
#ifdef ALLOCATIONS_CAN_FAIL
    for (size_t i = 0; i < sample_count; i++) {
        size_t json_bytes;
        char *json = read_sample(&samples[i], ".json", &json_bytes);
        enum eider_status status = EIDER_ERROR_MEMORY;
        struct imported imported = {.root = NULL};

        for (long count = 0; imported.root == NULL; count += 1 + count / 64) {
            struct arena *arena = arena_new();
            struct verdict verdict;

            assert_non_null(arena);
            allocations_fail_after(count);
            status = import_of(arena, (struct import_input){.plan_json = json, .plan_bytes = json_bytes},
                               &imported, &verdict);
            allocations_succeed();
            assert_true(
                status == EIDER_ERROR_MEMORY ||
                (status == EIDER_OK && (imported.root != NULL) == (verdict.kind == VERDICT_DISTRIBUTABLE)));
            arena_free(arena);
        }
        assert_int_equal(status, EIDER_OK);
        free(json);
    }
#else
    skip();
#endif
}

/* ---- Update ---- */

static void run_script(duckdb_connection connection, const char *script)
{
    duckdb_result result;

    if (duckdb_query(connection, script, &result) != DuckDBSuccess)
        fail_msg("%s", duckdb_result_error(&result));
    duckdb_destroy_result(&result);
}

static void update_sample(struct engine_planner *planner, const struct sample *sample, const char *folder)
{
    struct engine_plan_request request = {.sql = sample->sql, .flags = ENGINE_PLAN_TREE};
    char *here = getcwd(NULL, 0);
    struct arena *arena = arena_new();
    struct engine_plan plan;
    struct imported imported;
    struct verdict verdict = {0};
    struct eider_error err;
    size_t bytes;
    char *tree;

    assert_int_equal(chdir(folder), 0);
    assert_int_equal(engine_plan(planner, &request, arena, &plan, &verdict, &err), EIDER_OK);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(verdict.kind, VERDICT_DISTRIBUTABLE);
    assert_int_equal(
        import_of(arena, (struct import_input){.plan_json = plan.plan_json, .plan_bytes = plan.plan_bytes},
                  &imported, &verdict),
        EIDER_OK);
    if (imported.root == NULL)
        fail_msg("%s: %s", sample->name, verdict.reason);
    tree = print_tree(imported.root, &bytes);
    write_sample(sample, ".json", plan.plan_json, plan.plan_bytes);
    write_sample(sample, ".tree", tree, bytes);
    free(tree);
    free(here);
    arena_free(arena);
}

static void test_update(void **state)
{
    char folder[] = "/tmp/eider-samples-XXXXXX", *here = getcwd(NULL, 0);
    char command[sizeof(folder) + 16];
    duckdb_database database;
    duckdb_connection connection;
    struct engine *engine;
    struct engine_planner *planner;
    struct eider_error err;

    (void)state;
    if (getenv("EIDER_UPDATE") == NULL) {
        free(here);
        skip();
    }
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    run_script(connection, "SET threads = 1; SET TimeZone = 'UTC'");
    run_script(connection, setup_sql);
    assert_int_equal(chdir(here), 0);
    assert_int_equal(engine_open(database, &engine, &err), EIDER_OK);
    assert_int_equal(engine_planner_new(engine, connection, &planner, &err), EIDER_OK);
    for (size_t i = 0; i < sample_count; i++)
        update_sample(planner, &samples[i], folder);
    engine_planner_free(planner);
    engine_unref(engine);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    free(here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_update),   cmocka_unit_test(test_trees),  cmocka_unit_test(test_damaged_plans),
        cmocka_unit_test(test_no_plans), cmocka_unit_test(test_limits), cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests(tests, load_samples, free_samples);
}
