/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders, against a model: random layouts and vectors, whose NULL rows hold poison that must never be looked at, go in;
 * each partition's batches must render as the rows that belong there, in their order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "exchange/builder.h"
#include "exchange/partition.h"
#include "exchange/store.h"
#include "unit/allocations.h"

#define MAX_SPECS 64u

static uint64_t seed;

static uint32_t pick(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)((seed >> 20) % below);
}

/* ---- Random layouts ---- */

static void random_spec(struct layout_spec *specs, uint32_t *count, uint32_t depth)
{
    static const uint32_t widths[] = {1, 2, 4, 8, 16};
    struct layout_spec *spec = &specs[(*count)++];
    uint32_t choice = pick(depth > 3 || *count > MAX_SPECS / 2 ? 4 : 8);

    memset(spec, 0, sizeof(*spec));
    spec->kind = LAYOUT_FIXED;
    spec->width = widths[pick(5)];
    if (choice == 2 || choice == 3)
        spec->kind = LAYOUT_STRING;
    if (choice < 4)
        return;
    spec->child_count = 1;
    spec->kind = choice < 6 ? LAYOUT_LIST : choice == 6 ? LAYOUT_ARRAY : LAYOUT_STRUCT;
    if (spec->kind == LAYOUT_ARRAY)
        spec->array_size = 1 + pick(3);
    if (spec->kind == LAYOUT_STRUCT)
        spec->child_count = 1 + pick(3);
    for (uint32_t i = 0, children = spec->child_count; i < children; i++)
        random_spec(specs, count, depth + 1);
}

/* ---- Random vectors ---- */

static uint64_t *random_validity(uint32_t rows, uint32_t nulls_in_8, const bool *dead)
{
    uint64_t *validity = calloc(rows / 64 + 1, sizeof(*validity));

    for (uint32_t i = 0; i < rows; i++) {
        /* What lies below a NULL is arbitrary: here, it even claims to be valid. */
        if (dead[i] || pick(8) >= nulls_in_8)
            validity[i / 64] |= UINT64_C(1) << (i % 64);
    }
    return validity;
}

static bool is_valid(const uint64_t *validity, uint64_t row)
{
    return validity == NULL || (validity[row / 64] >> (row % 64) & 1) != 0;
}

static void *random_strings(uint32_t rows, const uint64_t *validity, const bool *dead)
{
    struct layout_string *strings = calloc(rows + 1, sizeof(*strings));

    for (uint32_t i = 0; i < rows; i++) {
        uint32_t length = pick(4) == 0 ? pick(60) : pick(14);
        char *text;

        memset(&strings[i], 0xEE, sizeof(strings[i]));
        if (dead[i] || !is_valid(validity, i))
            continue;
        text = malloc(length + 1); /* kept by string_garbage below */
        for (uint32_t j = 0; j < length; j++)
            text[j] = (char)('a' + pick(26));
        memset(&strings[i], 0, sizeof(strings[i]));
        strings[i].length = length;
        memcpy(strings[i].prefix, text, length < 4 ? length : 4);
        if (length <= LAYOUT_STRING_INLINE_BYTES) {
            if (length > 4)
                memcpy(strings[i].rest, text + 4, length - 4);
            free(text);
        } else {
            strings[i].data = text;
        }
    }
    return strings;
}

static void random_vector(const struct layout *layout, uint32_t node, uint32_t rows, const bool *dead,
                          struct vector_view *views);

/* Lists point anywhere into their child: overlapping, in any order, with gaps. */
static void *random_lists(const struct layout *layout, uint32_t node, uint32_t rows, const uint64_t *validity,
                          const bool *dead, struct vector_view *views)
{
    uint32_t elements = rows / 2 + 5;
    struct layout_list *lists = calloc(rows + 1, sizeof(*lists));
    bool *alive = calloc(elements, sizeof(*alive));

    for (uint32_t i = 0; i < rows; i++) {
        lists[i].length = pick(5);
        lists[i].offset = pick(elements - 4);
        if (dead[i] || !is_valid(validity, i))
            memset(&lists[i], 0xEE, sizeof(lists[i]));
    }
    random_vector(layout, node + 1, elements, alive, views);
    free(alive);
    return lists;
}

static void random_children(const struct layout *layout, uint32_t node, uint32_t rows,
                            const uint64_t *validity, const bool *dead, struct vector_view *views)
{
    const struct layout_node *shape = &layout->nodes[node];
    uint32_t factor = shape->kind == LAYOUT_ARRAY ? shape->array_size : 1;
    bool *below = calloc((size_t)rows * factor + 1, sizeof(*below));

    for (uint32_t i = 0; i < rows * factor; i++)
        below[i] = dead[i / factor] || !is_valid(validity, i / factor);
    for (uint32_t child = node + 1; child < shape->next; child = layout->nodes[child].next)
        random_vector(layout, child, rows * factor, below, views);
    free(below);
}

static void random_vector(const struct layout *layout, uint32_t node, uint32_t rows, const bool *dead,
                          struct vector_view *views)
{
    const struct layout_node *shape = &layout->nodes[node];
    uint32_t nulls = pick(3) == 0 ? 0 : pick(6);
    uint64_t *validity = pick(4) == 0 ? NULL : random_validity(rows, nulls, dead);
    void *data = NULL;

    if (shape->kind == LAYOUT_STRING) {
        data = random_strings(rows, validity, dead);
    } else if (shape->kind == LAYOUT_LIST) {
        data = random_lists(layout, node, rows, validity, dead, views);
    } else if (shape->kind == LAYOUT_FIXED) {
        data = malloc((size_t)rows * shape->width + 1);
        for (uint32_t i = 0; i < rows * shape->width; i++)
            ((uint8_t *)data)[i] = (uint8_t)pick(256);
    } else {
        random_children(layout, node, rows, validity, dead, views);
    }
    views[node] = (struct vector_view){.data = data, .validity = validity};
}

static void free_vectors(const struct layout *layout, struct vector_view *views, const uint64_t *rows)
{
    for (uint32_t node = 0; node < layout->node_count; node++) {
        const struct layout_string *strings = views[node].data;

        for (uint64_t i = 0; layout->nodes[node].kind == LAYOUT_STRING && i < rows[node]; i++) {
            if (strings[i].length > LAYOUT_STRING_INLINE_BYTES && strings[i].length != 0xEEEEEEEE)
                free(strings[i].data);
        }
        free((void *)(uintptr_t)views[node].data);
        free((void *)(uintptr_t)views[node].validity);
    }
}

/* How many rows the vector of each node has. */
static void vector_rows(const struct layout *layout, uint32_t node, uint64_t rows, uint64_t *ret)
{
    const struct layout_node *shape = &layout->nodes[node];

    ret[node] = rows;
    for (uint32_t child = node + 1; child < shape->next; child = layout->nodes[child].next)
        vector_rows(layout, child,
                    shape->kind == LAYOUT_LIST    ? rows / 2 + 5
                    : shape->kind == LAYOUT_ARRAY ? rows * shape->array_size
                                                  : rows,
                    ret);
}

/* ---- Rendering ---- */

static void render(struct buf *out, const struct layout *layout, const struct vector_view *views,
                   uint32_t node, uint64_t row)
{
    const struct layout_node *shape = &layout->nodes[node];
    const struct vector_view *view = &views[node];
    uint32_t child = node + 1;

    if (!is_valid(view->validity, row)) {
        buf_puts(out, "NULL,");
        return;
    }
    if (shape->kind == LAYOUT_FIXED) {
        for (uint32_t i = 0; i < shape->width; i++)
            buf_printf(out, "%02x", ((const uint8_t *)view->data)[row * shape->width + i]);
        buf_putc(out, ',');
    } else if (shape->kind == LAYOUT_STRING) {
        const struct layout_string *string = (const struct layout_string *)view->data + row;

        buf_append(out, string->length <= LAYOUT_STRING_INLINE_BYTES ? string->prefix : string->data,
                   string->length);
        buf_putc(out, ',');
    } else if (shape->kind == LAYOUT_STRUCT) {
        buf_putc(out, '{');
        for (; child < shape->next; child = layout->nodes[child].next)
            render(out, layout, views, child, row);
        buf_putc(out, '}');
    } else {
        struct layout_list list = {.offset = row * shape->array_size, .length = shape->array_size};

        if (shape->kind == LAYOUT_LIST)
            list = ((const struct layout_list *)view->data)[row];
        buf_putc(out, '[');
        for (uint64_t i = 0; i < list.length; i++)
            render(out, layout, views, child, list.offset + i);
        buf_putc(out, ']');
    }
}

static void render_row(struct buf *out, const struct layout *layout, const struct vector_view *views,
                       uint64_t row)
{
    for (uint32_t i = 0; i < layout->column_count; i++)
        render(out, layout, views, layout->columns[i], row);
    buf_putc(out, '\n');
}

/* ---- The promises of batch.h ---- */

static void check_nulls(const struct batch *batch, uint32_t node, uint64_t row, bool parent_is_null)
{
    const struct layout_node *shape = &batch->layout->nodes[node];
    const struct batch_column *column = &batch->columns[node];
    bool null = !is_valid(column->validity, row);
    uint32_t child = node + 1;

    assert_true(null || !parent_is_null);
    if (null && (shape->kind == LAYOUT_FIXED || shape->kind == LAYOUT_STRING)) {
        for (uint32_t i = 0; i < shape->width; i++)
            assert_int_equal(((const uint8_t *)column->data)[row * shape->width + i], 0);
    }
    for (; shape->kind == LAYOUT_STRUCT && child < shape->next; child = batch->layout->nodes[child].next)
        check_nulls(batch, child, row, null);
    for (uint32_t i = 0; shape->kind == LAYOUT_ARRAY && i < shape->array_size; i++)
        check_nulls(batch, child, row * shape->array_size + i, null);
}

static void check_lists(const struct batch *batch, uint32_t node)
{
    const struct layout_node *shape = &batch->layout->nodes[node];
    const struct layout_list *lists = batch->columns[node].data;
    uint64_t offset = 0;

    for (uint64_t i = 0; i < batch->segment_rows[shape->segment] * shape->factor; i++) {
        assert_int_equal(lists[i].offset, offset);
        assert_true(lists[i].length == 0 || is_valid(batch->columns[node].validity, i));
        offset += lists[i].length;
    }
    assert_int_equal(offset, batch->segment_rows[batch->layout->nodes[node + 1].segment]);
}

static void check_batch(const struct batch *batch, struct buf *out)
{
    const struct layout *layout = batch->layout;
    struct vector_view *views = calloc(layout->node_count + 1, sizeof(*views));

    for (uint32_t i = 0; i < layout->node_count; i++) {
        views[i] =
            (struct vector_view){.data = batch->columns[i].data, .validity = batch->columns[i].validity};
        if (layout->nodes[i].kind == LAYOUT_LIST)
            check_lists(batch, i);
    }
    for (uint64_t row = 0; row < batch->rows; row++) {
        render_row(out, layout, views, row);
        for (uint32_t i = 0; i < layout->column_count; i++)
            check_nulls(batch, layout->columns[i], row, false);
    }
    free(views);
}

/* ---- The tests ---- */

struct case_options {
    uint32_t columns; /* 0: random */
    uint32_t partitions;
    uint32_t chunks;
    uint64_t seal_bytes;
};

static struct layout *random_layout(uint32_t columns)
{
    struct layout_spec specs[1024];
    struct layout *layout;
    struct eider_error err;
    uint32_t count = 0;

    for (uint32_t i = 0; i < columns; i++)
        random_spec(specs, &count, 0);
    assert_int_equal(layout_new(specs, count, columns, &layout, &err), EIDER_OK);
    return layout;
}

/* Appends one random chunk, and the expected text to each partition's. */
static void append_random(struct builder *builder, const struct layout *layout, uint32_t partitions,
                          struct buf *expected)
{
    static const uint32_t sizes[] = {1, 2, 63, 64, 65, 2047, BUILDER_MAX_ROWS};
    struct vector_view *views = calloc(layout->node_count + 1, sizeof(*views));
    struct vector_view *given = calloc(layout->node_count + 1, sizeof(*given));
    uint64_t *counts = calloc(layout->node_count + 1, sizeof(*counts)), *hash_validity = NULL,
             hashes[BUILDER_MAX_ROWS];
    uint32_t rows = sizes[pick(7)], how = pick(4);
    bool alive[BUILDER_MAX_ROWS] = {false};
    struct eider_error err;

    for (uint32_t i = 0; i < layout->column_count; i++) {
        random_vector(layout, layout->columns[i], rows, alive, views);
        vector_rows(layout, layout->columns[i], rows, counts);
    }
    for (uint32_t i = 0; i < rows; i++)
        hashes[i] = (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX);
    if (how == 1)
        hash_validity = random_validity(rows, 4, alive);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t partition =
            how == 0 || !is_valid(hash_validity, i) ? 0 : partition_of_hash(hashes[i], partitions);

        render_row(&expected[partition], layout, views, i);
    }
    memcpy(given, views, layout->node_count * sizeof(*views));
    if (builder_append(builder, given, how == 0 ? NULL : hashes, hash_validity, rows, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    free_vectors(layout, views, counts);
    free(hash_validity);
    free(counts);
    free(given);
    free(views);
}

static void check_case(const struct case_options *options)
{
    struct layout *layout = random_layout(options->columns > 0 ? options->columns : 1 + pick(4));
    struct budget *budget = budget_new(UINT64_MAX);
    struct buf *expected = calloc(options->partitions, sizeof(*expected)), found;
    struct builder_options builder_options = {.seal_bytes = options->seal_bytes};
    struct builder *builder;
    struct output *output;
    struct store *store;
    uint64_t rows = 0;

    assert_int_equal(store_new(budget, &store, NULL), EIDER_OK);
    assert_int_equal(
        store_output(store, (struct output_key){.query = 1}, layout, options->partitions, &output, NULL),
        EIDER_OK);
    builder_options.output = output;
    assert_int_equal(builder_new(&builder_options, &builder, NULL), EIDER_OK);
    for (uint32_t i = 0; i < options->partitions; i++)
        buf_init(&expected[i], SIZE_MAX / 2);
    for (uint32_t i = 0; i < options->chunks; i++)
        append_random(builder, layout, options->partitions, expected);
    assert_int_equal(builder_finish(builder, NULL), EIDER_OK);
    for (uint32_t i = 0; i < options->partitions; i++) {
        struct batch *batch;

        buf_init(&found, SIZE_MAX / 2);
        for (uint64_t j = 0; output_batch(output, i, j, &batch, NULL), batch != NULL; j++) {
            rows += batch->rows;
            check_batch(batch, &found);
            batch_unref(batch);
        }
        assert_int_equal(found.size, expected[i].size);
        assert_memory_equal(found.data, expected[i].data, found.size);
        buf_done(&found);
        buf_done(&expected[i]);
    }
    assert_int_equal(rows, builder_rows(builder));
    builder_free(builder);
    output_unref(output);
    store_free(store);
    assert_int_equal(budget_used(budget), 0);
    budget_unref(budget);
    layout_unref(layout);
    free(expected);
}

static void test_against_model(void **state)
{
    static const uint32_t partitions[] = {1, 2, 7, 64};

    (void)state;
    for (uint32_t i = 0; i < 150; i++) {
        const struct case_options options = {
            .partitions = partitions[i % 4], .chunks = 1 + i % 9, .seal_bytes = i % 3 == 0 ? UINT64_MAX : 0};

        seed = 0x9E3779B97F4A7C15 * (i + 1);
        check_case(&options);
    }
}

/* Enough rows for many sealed batches, with large and with small ones. */
static void test_many_batches(void **state)
{
    const struct case_options small = {.columns = 2, .partitions = 3, .chunks = 60, .seal_bytes = 0};
    const struct case_options large = {
        .columns = 3, .partitions = 2, .chunks = 250, .seal_bytes = UINT64_MAX};

    (void)state;
    seed = 11;
    check_case(&small);
    seed = 12;
    check_case(&large);
}

struct numbers {
    uint64_t query;
    uint32_t rows;
    bool keep_hashes;
};

/* Sends numbers through a builder. */
static struct output *send_numbers(struct store *store, struct layout *layout, struct numbers sent_numbers,
                                   enum eider_status *ret_status, struct eider_error *err)
{
    struct builder_options options = {.seal_bytes = UINT64_MAX, .keep_hashes = sent_numbers.keep_hashes};
    uint64_t numbers[BUILDER_MAX_ROWS];
    struct builder *builder = NULL;
    struct output *output = NULL;

    *ret_status =
        store_output(store, (struct output_key){.query = sent_numbers.query}, layout, 4, &output, err);
    options.output = output;
    if (*ret_status == EIDER_OK && sent_numbers.keep_hashes)
        output_limit_hashes(output, 100000);
    if (*ret_status == EIDER_OK)
        *ret_status = builder_new(&options, &builder, err);
    for (uint32_t sent = 0; sent < sent_numbers.rows && *ret_status == EIDER_OK; sent += BUILDER_MAX_ROWS) {
        uint32_t count =
            sent_numbers.rows - sent < BUILDER_MAX_ROWS ? sent_numbers.rows - sent : BUILDER_MAX_ROWS;
        struct vector_view view = {.data = numbers};

        for (uint32_t i = 0; i < count; i++)
            numbers[i] = (sent + i) * UINT64_C(0x9E3779B97F4A7C15);
        *ret_status = builder_append(builder, &view, numbers, NULL, count, err);
    }
    if (*ret_status == EIDER_OK)
        *ret_status = builder_finish(builder, err);
    builder_free(builder);
    return output;
}

static struct layout *number_layout(void)
{
    static const struct layout_spec spec = {.kind = LAYOUT_FIXED, .width = 8};
    struct layout *layout;

    assert_int_equal(layout_new(&spec, 1, 1, &layout, NULL), EIDER_OK);
    return layout;
}

/* Small outputs take little memory, large ones little more than their rows. */
static void test_memory_in_use(void **state)
{
    struct layout *layout = number_layout();
    struct budget *budget = budget_new(UINT64_MAX);
    enum eider_status status;
    struct eider_error err;
    struct store *store;
    struct output *output;

    (void)state;
    assert_int_equal(store_new(budget, &store, NULL), EIDER_OK);
    output = send_numbers(store, layout, (struct numbers){1, 4, false}, &status, &err);
    assert_int_equal(status, EIDER_OK);
    assert_in_range(budget_used(budget), 1, 4 * POOL_MIN_BYTES);
    output_unref(output);
    store_drop_query(store, 1);
    output = send_numbers(store, layout, (struct numbers){2, 1000000, false}, &status, &err);
    assert_int_equal(status, EIDER_OK);
    assert_in_range(budget_used(budget), 8000000, 11000000);
    assert_in_range(output_size(output, 0, 4).bytes, 8000000, 8200000);
    output_unref(output);
    store_free(store);
    budget_unref(budget);
    layout_unref(layout);
}

static void test_hashes(void **state)
{
    struct layout *layout = number_layout();
    struct budget *budget = budget_new(UINT64_MAX);
    enum eider_status status;
    struct eider_error err;
    struct bloom *bloom;
    struct store *store;
    struct output *output;

    (void)state;
    assert_int_equal(store_new(budget, &store, NULL), EIDER_OK);
    output = send_numbers(store, layout, (struct numbers){1, 50000, true}, &status, &err);
    assert_int_equal(output_hash_count(output), 50000);
    assert_int_equal(bloom_new(bloom_words_for(50000), budget, &bloom, &err), EIDER_OK);
    assert_int_equal(output_fill_bloom(output, bloom, &err), EIDER_OK);
    for (uint64_t i = 0; i < 50000; i++)
        assert_true(bloom_may_contain(bloom, i * UINT64_C(0x9E3779B97F4A7C15)));
    assert_int_equal(output_hash_count(output), UINT64_MAX);
    assert_int_equal(output_fill_bloom(output, bloom, &err), EIDER_ERROR_ARGUMENT);
    output_unref(output);
    output = send_numbers(store, layout, (struct numbers){2, 200000, true}, &status,
                          &err); /* more than the limit */
    assert_int_equal(status, EIDER_OK);
    assert_int_equal(output_hash_count(output), UINT64_MAX);
    assert_int_equal(output_size(output, 0, 4).rows, 200000);
    output_unref(output);
    bloom_unref(bloom);
    store_free(store);
    assert_int_equal(budget_used(budget), 0);
    budget_unref(budget);
    layout_unref(layout);
}

/* With any limit, either all rows arrive or the error says why; nothing is left behind. */
static void test_budget_exceeded(void **state)
{
    struct layout *layout = number_layout();
    uint32_t failures = 0;

    (void)state;
    for (uint64_t limit = 0; limit < 6000000; limit += 50000) {
        struct budget *budget = budget_new(limit);
        enum eider_status status;
        struct eider_error err;
        struct store *store;
        struct output *output;

        assert_int_equal(store_new(budget, &store, NULL), EIDER_OK);
        output = send_numbers(store, layout, (struct numbers){1, 500000, true}, &status, &err);
        if (status != EIDER_OK) {
            assert_int_equal(status, EIDER_ERROR_MEMORY);
            assert_non_null(strstr(err.hint, "eider_exchange_memory"));
            failures++;
        }
        output_unref(output);
        store_free(store);
        assert_int_equal(budget_used(budget), 0);
        budget_unref(budget);
    }
    assert_in_range(failures, 50, 119);
    layout_unref(layout);
}

#ifdef ALLOCATIONS_CAN_FAIL
/* Every allocation fails in turn. */
static void test_out_of_memory(void **state)
{
    struct layout *layout = number_layout();
    long failing = 0;
    enum eider_status status = EIDER_ERROR_MEMORY;

    (void)state;
    for (; status != EIDER_OK; failing++) {
        struct budget *budget = budget_new(UINT64_MAX);
        struct eider_error err;
        struct store *store;
        struct output *output;

        assert_int_equal(store_new(budget, &store, NULL), EIDER_OK);
        pool_trim(0);
        allocations_fail_after(failing);
        output = send_numbers(store, layout, (struct numbers){1, 60000, true}, &status, &err);
        allocations_succeed();
        if (status != EIDER_OK)
            assert_int_equal(status, EIDER_ERROR_MEMORY);
        output_unref(output);
        store_free(store);
        assert_int_equal(budget_used(budget), 0);
        budget_unref(budget);
    }
    assert_true(failing > 30);
    layout_unref(layout);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_model),   cmocka_unit_test(test_many_batches),
        cmocka_unit_test(test_memory_in_use),   cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_budget_exceeded),
#ifdef ALLOCATIONS_CAN_FAIL
        cmocka_unit_test(test_out_of_memory),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
