/* SPDX-License-Identifier: Apache-2.0 */
/* Batches as bytes: what was written is read, and damaged bytes are an error or a batch that can be read to its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exchange/batch_bytes.h"

#define ROWS     5u
#define ELEMENTS 4u

/* (VARCHAR, VARCHAR[], STRUCT(INTEGER[2])) */
static struct layout *make_layout(void)
{
    static const struct layout_spec specs[] = {
        {.kind = LAYOUT_STRING},
        {.kind = LAYOUT_LIST, .child_count = 1},
        {.kind = LAYOUT_STRING},
        {.kind = LAYOUT_STRUCT, .child_count = 1},
        {.kind = LAYOUT_ARRAY, .array_size = 2, .child_count = 1},
        {.kind = LAYOUT_FIXED, .width = 4},
    };
    struct layout *layout;

    assert_int_equal(layout_new(specs, 6, 3, &layout, NULL), EIDER_OK);
    return layout;
}

static void put_u64(struct buf *out, uint64_t value)
{
    buf_append(out, &value, sizeof(value));
}

static void put_lengths(struct buf *out, const uint32_t *lengths, size_t count)
{
    buf_append(out, lengths, count * sizeof(*lengths));
}

static void put_head(struct buf *out, bool validity, uint64_t strings)
{
    buf_putc(out, validity);
    put_u64(out, strings);
}

/* Written by hand, after the comment in batch_bytes.h. */
static void make_bytes(struct buf *out)
{
    static const char texts[] = "twelve bytes"
                                "thirteen bytes"
                                "x";
    static const uint32_t lengths[ROWS] = {12, 14, 0, 0, 1}, elements[ELEMENTS] = {1, 0, 2, 20};

    buf_init(out, 1 << 20);
    put_u64(out, ROWS);
    put_u64(out, ELEMENTS);
    put_head(out, true, sizeof(texts) - 1);
    put_head(out, false, 0);
    put_head(out, false, 23);
    put_head(out, false, 0);
    put_head(out, true, 0);
    put_head(out, false, 0);
    put_u64(out, UINT64_MAX ^ 4); /* the third is NULL */
    put_lengths(out, lengths, ROWS);
    buf_append(out, texts, sizeof(texts) - 1);
    for (uint64_t i = 0; i < ROWS; i++)
        put_u64(out, i < 4 ? i % 3 : 1); /* 0 1 2 0 1 */
    put_lengths(out, elements, ELEMENTS);
    buf_append(out, "abcdefghijklmnopqrstuvw", 23);
    put_u64(out, UINT64_MAX);
    for (uint32_t i = 0; i < 2 * ROWS; i++)
        put_lengths(out, &i, 1);
    assert_false(out->failed);
}

static uint64_t sum_of(const struct layout_string *strings, uint64_t count)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < count; i++) {
        const char *data =
            strings[i].length <= LAYOUT_STRING_INLINE_BYTES ? strings[i].prefix : strings[i].data;
        for (uint32_t c = 0; c < strings[i].length; c++)
            sum += (unsigned char)data[c];
    }
    return sum;
}

/* Reads all that a reader may read of a batch of that layout. */
static uint64_t read_all(const struct batch *batch)
{
    const struct layout_list *lists = batch->columns[1].data;
    const int32_t *numbers = batch->columns[5].data;
    uint64_t sum = sum_of(batch->columns[0].data, batch->rows);

    for (uint64_t i = 0; i < batch->rows; i++) {
        if (lists[i].length > 0)
            sum += sum_of((const struct layout_string *)batch->columns[2].data + lists[i].offset,
                          lists[i].length);
        sum += (uint64_t)numbers[2 * i] + (uint64_t)numbers[2 * i + 1];
    }
    for (uint32_t node = 0; node < 6; node++) {
        if (batch->columns[node].validity != NULL)
            sum += batch->columns[node].validity[0] & 1;
    }
    return sum;
}

static void what_was_written_is_read(void **unused)
{
    struct layout *layout = make_layout();
    struct budget *budget = budget_new(UINT64_MAX);
    struct batch *batch;
    const struct layout_string *strings;
    const struct layout_list *lists;
    struct buf bytes, again;

    (void)unused;
    make_bytes(&bytes);
    assert_int_equal(batch_get(bytes.data, bytes.size, layout, budget, &batch, NULL), EIDER_OK);
    assert_int_equal(batch->rows, ROWS);
    strings = batch->columns[0].data;
    assert_memory_equal(strings[0].prefix, "twelve bytes", 12);
    assert_memory_equal(strings[1].prefix, "thir", 4);
    assert_memory_equal(strings[1].data, "thirteen bytes", 14);
    assert_int_equal(strings[2].length, 0);
    lists = batch->columns[1].data;
    assert_int_equal(lists[2].offset, 1);
    assert_int_equal(lists[2].length, 2);
    assert_int_equal(((const int32_t *)batch->columns[5].data)[9], 9);
    assert_int_equal(batch->columns[0].validity[0], UINT64_MAX ^ 4);

    buf_init(&again, 1 << 20);
    batch_put(&again, batch);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
    batch_unref(batch);
    assert_int_equal(budget_used(budget), 0);
    buf_done(&bytes);
    buf_done(&again);
    budget_unref(budget);
    layout_unref(layout);
}

static void damage_is_found(void **unused)
{
    struct layout *layout = make_layout();
    struct budget *budget = budget_new(UINT64_MAX);
    struct eider_error err;
    struct batch *batch;
    struct buf bytes;
    uint64_t sum = 0;
    uint32_t bad = 0;

    (void)unused;
    make_bytes(&bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        char *cut = malloc(size + 1); /* so that reading behind it is noticed */
        memcpy(cut, bytes.data, size);
        assert_int_equal(batch_get(cut, size, layout, budget, &batch, &err), EIDER_ERROR_CORRUPT);
        assert_null(batch);
        free(cut);
    }
    for (size_t bit = 0; bit < bytes.size * 8; bit++) {
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
        if (batch_get(bytes.data, bytes.size, layout, budget, &batch, &err) == EIDER_OK)
            sum += read_all(batch);
        else
            bad++;
        batch_unref(batch);
        bytes.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_true(sum > 0 && bad > 8 * 8 * 6);
    assert_int_equal(budget_used(budget), 0);
    buf_done(&bytes);
    budget_unref(budget);
    layout_unref(layout);
}

/* Rows without columns are a number. */
static void no_columns_are_fine(void **unused)
{
    struct budget *budget = budget_new(UINT64_MAX);
    struct layout *layout;
    struct batch *batch;
    uint64_t rows = 1000000;

    (void)unused;
    assert_int_equal(layout_new(NULL, 0, 0, &layout, NULL), EIDER_OK);
    assert_int_equal(batch_get(&rows, sizeof(rows), layout, budget, &batch, NULL), EIDER_OK);
    assert_int_equal(batch->rows, rows);
    batch_unref(batch);
    rows = UINT64_MAX;
    assert_int_equal(batch_get(&rows, sizeof(rows), layout, budget, &batch, NULL), EIDER_ERROR_CORRUPT);
    budget_unref(budget);
    layout_unref(layout);
}

static void budgets_hold(void **unused)
{
    struct layout *layout = make_layout();
    struct budget *budget = budget_new(64);
    struct batch *batch;
    struct buf bytes;

    (void)unused;
    make_bytes(&bytes);
    assert_int_equal(batch_get(bytes.data, bytes.size, layout, budget, &batch, NULL), EIDER_ERROR_MEMORY);
    assert_int_equal(budget_used(budget), 0);
    buf_done(&bytes);
    budget_unref(budget);
    layout_unref(layout);
}

static void layouts_have_fingerprints(void **unused)
{
    static const struct layout_spec other[] = {{.kind = LAYOUT_FIXED, .width = 8}};
    struct layout *a = make_layout(), *b = make_layout(), *c;

    (void)unused;
    assert_int_equal(layout_new(other, 1, 1, &c, NULL), EIDER_OK);
    assert_int_equal(layout_fingerprint(a), layout_fingerprint(b));
    assert_int_not_equal(layout_fingerprint(a), layout_fingerprint(c));
    layout_unref(a);
    layout_unref(b);
    layout_unref(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),  cmocka_unit_test(damage_is_found),
        cmocka_unit_test(no_columns_are_fine),       cmocka_unit_test(budgets_hold),
        cmocka_unit_test(layouts_have_fingerprints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
