/* SPDX-License-Identifier: Apache-2.0 */
/* The store and the reader of its outputs: states, order, several readers, waiting, dropping. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/error.h"
#include "exchange/reader.h"
#include "exchange/store.h"

struct setting {
    struct budget *budget;
    struct store *store;
    struct layout *layout;
};

static void open_setting(struct setting *setting)
{
    static const struct layout_spec spec = {.kind = LAYOUT_FIXED, .width = 8};

    setting->budget = budget_new(1 << 30);
    assert_int_equal(store_new(setting->budget, &setting->store, NULL), EIDER_OK);
    assert_int_equal(layout_new(&spec, 1, 1, &setting->layout, NULL), EIDER_OK);
}

static void close_setting(struct setting *setting)
{
    store_free(setting->store);
    assert_int_equal(budget_used(setting->budget), 0);
    budget_unref(setting->budget);
    layout_unref(setting->layout);
}

static struct output_key key(uint64_t query, uint32_t task)
{
    return (struct output_key){.query = query, .stage = 1, .task = task};
}

static struct output *open_output(struct setting *setting, struct output_key id, uint32_t partitions)
{
    struct output *output;
    struct eider_error err;

    if (store_output(setting->store, id, setting->layout, partitions, &output, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    return output;
}

/* A batch of one row that holds a number. */
static struct batch *one_row(struct setting *setting, uint64_t number)
{
    struct batch *batch = batch_new(setting->layout, setting->budget);

    assert_int_equal(pool_take(setting->budget, 8, &batch->blocks, NULL), EIDER_OK);
    *(uint64_t *)batch->blocks->data = number;
    batch->columns[0].data = batch->blocks->data;
    batch->rows = batch->segment_rows[0] = 1;
    batch->bytes = 8;
    return batch;
}

static void add(struct setting *setting, struct output *output, uint32_t partition, uint64_t number)
{
    assert_int_equal(output_add(output, partition, one_row(setting, number), NULL), EIDER_OK);
}

static struct exchange_reader *open_reader(struct setting *setting, const struct reader_input *inputs,
                                           uint32_t count)
{
    struct exchange_reader *reader;
    struct eider_error err;

    if (reader_new_outputs(setting->layout, inputs, count, &reader, &err) != EIDER_OK)
        fail_msg("%s", err.message);
    return reader;
}

static void expect_number(struct exchange_reader *reader, uint64_t number)
{
    struct batch *batch = NULL;

    assert_int_equal(reader_next(reader, 1000, &batch, NULL), READER_BATCH);
    assert_int_equal(*(const uint64_t *)batch->columns[0].data, number);
    batch_unref(batch);
}

static void expect_result(struct exchange_reader *reader, enum reader_result result)
{
    struct batch *batch = NULL;

    assert_int_equal(reader_next(reader, 1, &batch, NULL), result);
    assert_null(batch);
}

/* One reader after the other, and the batches of each in their order, whichever are complete first. */
static void test_sequence(void **state)
{
    struct setting setting;
    struct output *first, *second;
    struct exchange_reader *readers[2], *reader;

    (void)state;
    open_setting(&setting);
    first = open_output(&setting, key(1, 0), 1);
    second = open_output(&setting, key(1, 1), 1);
    add(&setting, second, 0, 3);
    add(&setting, second, 0, 4);
    assert_int_equal(output_complete(second, NULL), EIDER_OK);
    readers[0] = open_reader(&setting, &(struct reader_input){first, 0, 1}, 1);
    readers[1] = open_reader(&setting, &(struct reader_input){second, 0, 1}, 1);
    assert_int_equal(reader_new_sequence(setting.layout, readers, 2, &reader, NULL), EIDER_OK);
    assert_false(reader->complete);
    assert_int_equal(reader->rows, 2);
    expect_result(reader, READER_AGAIN);
    add(&setting, first, 0, 1);
    expect_number(reader, 1);
    expect_result(reader, READER_AGAIN);
    add(&setting, first, 0, 2);
    assert_int_equal(output_complete(first, NULL), EIDER_OK);
    for (uint64_t number = 2; number <= 4; number++)
        expect_number(reader, number);
    expect_result(reader, READER_END);
    reader_free(reader);
    output_unref(first);
    output_unref(second);
    close_setting(&setting);
}

static void test_table(void **state)
{
    struct setting setting;
    struct output *first, *again, *other;
    struct layout *wide;
    static const struct layout_spec specs[] = {{.kind = LAYOUT_FIXED, .width = 8}, {.kind = LAYOUT_STRING}};
    struct eider_error err;

    (void)state;
    open_setting(&setting);
    first = open_output(&setting, key(1, 0), 3);
    again = open_output(&setting, key(1, 0), 3);
    assert_ptr_equal(first, again);
    assert_int_equal(store_output(setting.store, key(1, 0), setting.layout, 4, &other, &err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(store_output(setting.store, key(1, 9), setting.layout, 0, &other, &err),
                     EIDER_ERROR_ARGUMENT);
    assert_int_equal(layout_new(specs, 2, 2, &wide, NULL), EIDER_OK);
    assert_int_equal(store_output(setting.store, key(1, 0), wide, 3, &other, &err), EIDER_ERROR_ARGUMENT);
    layout_unref(wide);
    assert_null(store_find(setting.store, key(1, 1)));
    output_unref(again);
    again = store_find(setting.store, key(1, 0));
    assert_ptr_equal(first, again);
    for (uint32_t i = 0; i < 1000; i++)
        output_unref(open_output(&setting, key(i % 5 + 2, i), 1));
    assert_int_equal(store_output_count(setting.store), 1001);
    store_drop_query(setting.store, 3);
    assert_int_equal(store_output_count(setting.store), 801);
    store_drop_output(setting.store, key(2, 5));
    assert_int_equal(store_output_count(setting.store), 800);
    assert_null(store_find(setting.store, key(2, 5)));
    store_drop_query(setting.store, 12345);
    assert_int_equal(store_output_count(setting.store), 800);
    output_unref(again);
    output_unref(first);
    close_setting(&setting);
}

static void test_order_and_sizes(void **state)
{
    struct setting setting;
    struct reader_input inputs[2];
    struct exchange_reader *reader, *second;
    struct output_size size;
    struct output *a, *b;

    (void)state;
    open_setting(&setting);
    a = open_output(&setting, key(1, 0), 4);
    b = open_output(&setting, key(1, 1), 4);
    for (uint64_t i = 0; i < 3; i++) {
        for (uint32_t partition = 0; partition < 4; partition++) {
            add(&setting, a, partition, 100 + partition * 10 + i);
            add(&setting, b, partition, 200 + partition * 10 + i);
        }
    }
    assert_int_equal(output_add(a, 4, one_row(&setting, 0), NULL), EIDER_ERROR_INTERNAL);
    assert_int_equal(output_complete(a, NULL), EIDER_OK);
    assert_int_equal(output_complete(b, NULL), EIDER_OK);
    assert_int_equal(output_add(a, 0, one_row(&setting, 0), NULL), EIDER_ERROR_INTERNAL);
    size = output_size(a, 1, 2);
    assert_int_equal(size.rows, 6);
    assert_int_equal(size.bytes, 48);
    assert_int_equal(size.batches, 6);
    assert_int_equal(output_size(a, 0, UINT32_MAX).rows, 12);
    inputs[0] = (struct reader_input){.output = b, .first_partition = 1, .partition_count = 2};
    inputs[1] = (struct reader_input){.output = a, .first_partition = 1, .partition_count = 2};
    reader = open_reader(&setting, inputs, 2);
    second = open_reader(&setting, inputs, 2);
    assert_true(reader->complete);
    assert_int_equal(reader->rows, 12);
    for (uint64_t task = 2; task > 0; task--) {
        for (uint64_t partition = 1; partition < 3; partition++) {
            for (uint64_t i = 0; i < 3; i++)
                expect_number(reader, task * 100 + partition * 10 + i);
        }
    }
    expect_result(reader, READER_END);
    expect_result(reader, READER_END);
    reader_free(reader);
    store_drop_query(setting.store, 1); /* the second reader keeps what it has not read yet */
    expect_number(second, 210);
    inputs[0].partition_count = 4;
    assert_int_equal(reader_new_outputs(setting.layout, inputs, 1, &reader, NULL), EIDER_ERROR_ARGUMENT);
    reader_free(second);
    reader = open_reader(&setting, NULL, 0);
    expect_result(reader, READER_END);
    reader_free(reader);
    output_unref(a);
    output_unref(b);
    close_setting(&setting);
}

static void test_open_output(void **state)
{
    struct setting setting;
    struct exchange_reader *reader;
    struct reader_input input = {.partition_count = 2};

    (void)state;
    open_setting(&setting);
    input.output = open_output(&setting, key(1, 0), 2);
    add(&setting, input.output, 0, 1);
    reader = open_reader(&setting, &input, 1);
    assert_false(reader->complete);
    assert_int_equal(reader->rows, 1);
    expect_number(reader, 1);
    expect_result(reader, READER_AGAIN);
    add(&setting, input.output, 0, 2);
    add(&setting, input.output, 1, 3);
    expect_number(reader, 2);
    expect_result(reader, READER_AGAIN); /* partition 0 may still grow */
    assert_int_equal(output_complete(input.output, NULL), EIDER_OK);
    expect_number(reader, 3);
    expect_result(reader, READER_END);
    reader_free(reader);
    output_unref(input.output);
    close_setting(&setting);
}

static void test_failure(void **state)
{
    struct setting setting;
    struct exchange_reader *reader, *none;
    struct reader_input input = {.partition_count = 1};
    struct eider_error failure, err;
    struct batch *batch;

    (void)state;
    open_setting(&setting);
    error_set(&failure, EIDER_ERROR_IO, "the disk is gone");
    input.output = open_output(&setting, key(1, 0), 1);
    add(&setting, input.output, 0, 1);
    reader = open_reader(&setting, &input, 1);
    output_fail(input.output, &failure);
    assert_int_equal(budget_used(setting.budget), 0);
    assert_int_equal(output_state(input.output, &err), OUTPUT_FAILED);
    assert_int_equal(reader_next(reader, 0, &batch, &err), READER_ERROR);
    assert_int_equal(err.status, EIDER_ERROR_IO);
    assert_string_equal(err.message, "the disk is gone");
    assert_int_equal(output_complete(input.output, &err), EIDER_ERROR_IO);
    assert_int_equal(output_add(input.output, 0, one_row(&setting, 1), &err), EIDER_ERROR_IO);
    assert_int_equal(reader_new_outputs(setting.layout, &input, 1, &none, NULL), EIDER_ERROR_IO);
    reader_free(reader);
    output_unref(input.output);

    input.output = open_output(&setting, key(2, 0), 1); /* dropped while open */
    reader = open_reader(&setting, &input, 1);
    store_drop_query(setting.store, 2);
    assert_int_equal(reader_next(reader, 0, &batch, &err), READER_ERROR);
    assert_int_equal(err.status, EIDER_ERROR_CANCELLED);
    reader_free(reader);
    output_unref(input.output);
    close_setting(&setting);
}

#define PRODUCED 3000u

struct streamed {
    struct setting *setting;
    struct output *outputs[2];
    struct exchange_reader *reader;
    uint64_t sum;
};

static void *produce(void *object)
{
    struct streamed *streamed = object;

    for (uint64_t task = 0; task < 2; task++) {
        for (uint64_t i = 0; i < PRODUCED; i++) {
            add(streamed->setting, streamed->outputs[task], (uint32_t)(i % 3), i);
            if (i % 500 == 0)
                nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        }
        assert_int_equal(output_complete(streamed->outputs[task], NULL), EIDER_OK);
    }
    return NULL;
}

static void *consume(void *object)
{
    struct streamed *streamed = object;
    struct batch *batch = NULL;
    uintptr_t sum = 0;
    enum reader_result result;

    while ((result = reader_next(streamed->reader, 10, &batch, NULL)) != READER_END) {
        assert_true(result == READER_BATCH || result == READER_AGAIN);
        if (result == READER_BATCH) {
            sum += *(const uint64_t *)batch->columns[0].data;
            batch_unref(batch);
        }
    }
    return (void *)sum;
}

/* Several threads pull from one reader while the rows are produced: each row arrives once. */
static void test_threads(void **state)
{
    struct setting setting;
    struct streamed streamed = {.setting = &setting};
    struct reader_input inputs[2];
    pthread_t producer, consumers[3];
    uintptr_t sum = 0;

    (void)state;
    open_setting(&setting);
    for (uint32_t i = 0; i < 2; i++) {
        streamed.outputs[i] = open_output(&setting, key(1, i), 3);
        inputs[i] = (struct reader_input){.output = streamed.outputs[i], .partition_count = 3};
    }
    streamed.reader = open_reader(&setting, inputs, 2);
    for (size_t i = 0; i < 3; i++)
        pthread_create(&consumers[i], NULL, consume, &streamed);
    pthread_create(&producer, NULL, produce, &streamed);
    pthread_join(producer, NULL);
    for (size_t i = 0; i < 3; i++) {
        void *part;

        pthread_join(consumers[i], &part);
        sum += (uintptr_t)part;
    }
    assert_int_equal(sum, (uint64_t)PRODUCED * (PRODUCED - 1));
    reader_free(streamed.reader);
    output_unref(streamed.outputs[0]);
    output_unref(streamed.outputs[1]);
    close_setting(&setting);
}

/* A reader that waits sees the end of its query at once. */
static void *wait_for_rows(void *object)
{
    struct batch *batch;
    struct eider_error err;

    assert_int_equal(reader_next(object, 60000, &batch, &err), READER_ERROR);
    assert_int_equal(err.status, EIDER_ERROR_CANCELLED);
    return NULL;
}

static void test_drop_wakes(void **state)
{
    struct setting setting;
    struct exchange_reader *reader;
    struct reader_input input = {.partition_count = 1};
    pthread_t thread;

    (void)state;
    open_setting(&setting);
    input.output = open_output(&setting, key(1, 0), 1);
    reader = open_reader(&setting, &input, 1);
    pthread_create(&thread, NULL, wait_for_rows, reader);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    store_drop_query(setting.store, 1);
    pthread_join(thread, NULL);
    reader_free(reader);
    output_unref(input.output);
    close_setting(&setting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequence),        cmocka_unit_test(test_table),
        cmocka_unit_test(test_order_and_sizes), cmocka_unit_test(test_open_output),
        cmocka_unit_test(test_failure),         cmocka_unit_test(test_threads),
        cmocka_unit_test(test_drop_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
