/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans: what the field tables drive. Objects of every kind are filled with random fields by the same tables, so a new
 * kind is tested without a new line here; the codec is attacked with damaged bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/codec.h"
#include "plan/display.h"
#include "plan/validate.h"
#include "unit/plans.h"

/* ---- Random objects ---- */

static uint64_t state = 1;

static uint32_t roll(uint32_t sides)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % sides;
}

static void *random_object(struct arena *arena, enum field_kind family, int depth);
static void fill(struct arena *arena, const struct plan_record *record, void *object, int depth);

static void fill_list(struct arena *arena, const struct plan_field *field, void *object, int depth)
{
    struct any_list list = {NULL, depth > 3 ? 0 : roll(4)};
    size_t bytes = field_item_bytes(field);

    list.items = list.count == 0 ? NULL : arena_alloc_array(arena, list.count, bytes);
    for (uint32_t i = 0; i < list.count; i++) {
        char *item = (char *)list.items + i * bytes;
        if (field->kind == FIELD_U32S)
            memcpy(item, &(uint32_t){roll(100)}, sizeof(uint32_t));
        else if (field->kind == FIELD_STRS)
            *(struct eider_str *)(void *)item = str_make(arena, "x\0y", roll(4));
        else if (field->kind == FIELD_RECS)
            fill(arena, field->record, item, depth + 1);
        else
            memcpy(item,
                   &(void *){
                       random_object(arena, field->kind == FIELD_EXPRS ? FIELD_EXPR : FIELD_NODE, depth + 1)},
                   sizeof(void *));
    }
    memcpy((char *)object + field->offset, &list, sizeof(list));
}

static void fill(struct arena *arena, const struct plan_record *record, void *object, int depth)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        void *value = (char *)object + field->offset;
        uint64_t bits = ((uint64_t)roll(1u << 31) << 33) ^ roll(1u << 31);
        switch ((int)field->kind) {
        case FIELD_BOOL:
            *(bool *)value = roll(2) == 1;
            break;
        case FIELD_U32:
            *(uint32_t *)value = (uint32_t)bits;
            break;
        case FIELD_U64:
        case FIELD_I64:
        case FIELD_DOUBLE:
            memcpy(value, &bits, sizeof(bits));
            break;
        case FIELD_ENUM:
            memcpy(value, &(uint32_t){1 + roll(field->enum_end - 1)}, sizeof(uint32_t));
            break;
        case FIELD_STR:
            *(struct eider_str *)value = str_make(arena, "a name, \xC3\xA4\n", roll(12));
            break;
        case FIELD_TYPE:
        case FIELD_EXPR:
        case FIELD_OPT_EXPR:
        case FIELD_NODE:
            if (field->kind != FIELD_OPT_EXPR || roll(2) == 1)
                memcpy(value,
                       &(void *){random_object(
                           arena, field->kind == FIELD_OPT_EXPR ? FIELD_EXPR : field->kind, depth + 1)},
                       sizeof(void *));
            break;
        default:
            fill_list(arena, field, object, depth);
        }
    }
}

static void *object_of(struct arena *arena, enum field_kind family, int tag, int depth)
{
    const struct plan_record *record = family == FIELD_TYPE   ? type_record((enum type_tag)tag)
                                       : family == FIELD_EXPR ? expr_record((enum expr_tag)tag)
                                                              : node_record((enum node_tag)tag);
    void *object = arena_alloc(arena, record->size);

    memcpy(object, &tag, sizeof(tag));
    fill(arena, record, object, depth);
    return object;
}

static void *random_object(struct arena *arena, enum field_kind family, int depth)
{
    int tag;

    if (family == FIELD_TYPE)
        tag = depth > 4 ? (int)TYPE_BIGINT : 1 + (int)roll(TYPE_TAG_END - 1);
    else if (family == FIELD_EXPR)
        tag = depth > 4 ? (int)EXPR_NULL : 1 + (int)roll(EXPR_TAG_END - 1);
    else
        tag = depth > 4 ? (int)NODE_EMPTY : 1 + (int)roll(NODE_TAG_END - 1);
    return object_of(arena, family, tag, depth);
}

/* Changes one scalar somewhere in the first fields of the node itself; false if it has none. */
static bool disturb(const struct plan_record *record, void *object)
{
    for (const struct plan_field *field = record->fields; field->kind != FIELD_END; field++) {
        unsigned char *value = (unsigned char *)object + field->offset;
        if (field->kind == FIELD_U32 || field->kind == FIELD_U64 || field->kind == FIELD_I64 ||
            field->kind == FIELD_DOUBLE) {
            *value ^= 1;
            return true;
        }
        if (field->kind == FIELD_BOOL) {
            *(bool *)(void *)value = !*(bool *)(void *)value;
            return true;
        }
    }
    return false;
}

static void every_kind_copies_and_compares(void **unused)
{
    (void)unused;
    for (int tag = 1; tag < NODE_TAG_END; tag++) {
        for (int round = 0; round < 20; round++) {
            struct arena *arena = arena_new(), *other = arena_new();
            struct eider_node *node = object_of(arena, FIELD_NODE, tag, 0);
            struct eider_node *copy = (struct eider_node *)node_copy(other, node);
            assert_non_null(copy);
            assert_true(node_equal(node, copy));
            assert_int_equal(node_hash(node), node_hash(copy));
            assert_true(disturb(node_record(copy->tag), copy)); /* rows, at least */
            assert_false(node_equal(node, copy));
            assert_int_not_equal(node_hash(node), node_hash(copy));
            arena_free(arena); /* the copy needs nothing of the original */
            assert_true(node_equal(copy, copy));
            arena_free(other);
        }
    }
}

static void every_kind_prints(void **unused)
{
    struct buf out;

    (void)unused;
    buf_init(&out, (size_t)1 << 24);
    for (int tag = 1; tag < NODE_TAG_END; tag++) {
        struct arena *arena = arena_new();
        struct eider_node *node = object_of(arena, FIELD_NODE, tag, 2);
        buf_clear(&out);
        node_print(&out, node);
        assert_non_null(strstr(out.data, node_tag_name(node->tag)));
        for (const struct plan_field *field = node_record(node->tag)->fields; field->kind != FIELD_END;
             field++)
            assert_non_null(strstr(out.data, field->name));
        arena_free(arena);
    }
    buf_done(&out);
}

/* The codec checks meaning too, which random fields do not have: what it must not do is crash or change anything. */
static void random_plans_decode_or_fail_cleanly(void **unused)
{
    int decoded = 0;

    (void)unused;
    for (int round = 0; round < 4000; round++) {
        struct arena *arena = arena_new();
        struct eider_node *node = object_of(arena, FIELD_NODE, 1 + round % (NODE_TAG_END - 1), round % 3 + 2);
        const struct eider_node *back = NULL;
        struct eider_error err = {.status = EIDER_OK};
        struct buf encoded;
        buf_init(&encoded, PLAN_MAX_BYTES);
        assert_int_equal(plan_encode(node, &encoded, &err), EIDER_OK);
        if (plan_decode(encoded.data, encoded.size, arena, &back, &err) == EIDER_OK) {
            assert_true(node_equal(node, back));
            decoded++;
        } else {
            assert_int_equal(err.status, EIDER_ERROR_CORRUPT);
            assert_true(strlen(err.message) > 0);
            assert_null(back);
        }
        buf_done(&encoded);
        arena_free(arena);
    }
    assert_true(decoded > 0);
}

/* ---- A plan that means something ---- */

static const struct eider_node *meaningful(struct arena *arena)
{
    const struct eider_node *left = sample_filter(arena, sample_scan(arena, 3, 2, 1000));
    const struct eider_node *join = sample_join(arena, left, sample_values(arena, 2, 3), JOIN_LEFT, 1000);

    return sample_aggregate(arena, join, 2, "sum", type_simple(TYPE_HUGEINT), 10);
}

static void valid_plans_survive_the_codec(void **unused)
{
    struct arena *arena = arena_new();
    struct eider_error err = {.status = EIDER_OK};

    (void)unused;
    assert_int_equal(plan_validate(meaningful(arena), &err), EIDER_OK);
    assert_int_equal(plan_check_roundtrip(meaningful(arena), &err), EIDER_OK);
    arena_free(arena);
}

static void damaged_bytes_never_crash(void **unused)
{
    struct arena *arena = arena_new();
    struct buf encoded;
    uint32_t accepted = 0;

    (void)unused;
    buf_init(&encoded, PLAN_MAX_BYTES);
    assert_int_equal(plan_encode(meaningful(arena), &encoded, NULL), EIDER_OK);
    for (uint32_t round = 0; round < 20000; round++) {
        struct arena *scratch = arena_new();
        const struct eider_node *back = NULL;
        struct eider_error err = {.status = EIDER_OK};
        size_t size = round % 3 == 0 ? roll((uint32_t)encoded.size) : encoded.size;
        char *damaged = malloc(size + 1); /* exact size: a read beyond it is seen by the sanitizer */
        memcpy(damaged, encoded.data, size);
        for (uint32_t i = 0, n = 1 + roll(3); size > 0 && i < n; i++)
            damaged[roll((uint32_t)size)] = (char)roll(256);
        if (plan_decode(damaged, size, scratch, &back, &err) == EIDER_OK) {
            assert_int_equal(plan_validate(back, NULL), EIDER_OK);
            accepted++;
        } else {
            assert_int_equal(err.status, EIDER_ERROR_CORRUPT);
        }
        free(damaged);
        arena_free(scratch);
    }
    assert_true(accepted < 20000);
    buf_done(&encoded);
    arena_free(arena);
}

static void a_bomb_of_lists_is_refused(void **unused)
{
    static const char bomb[] = "EIDP\x01\x01\xff\xff\xff\xff\x0f";
    struct arena *arena = arena_new();
    const struct eider_node *node;
    struct eider_error err;

    (void)unused;
    assert_int_equal(plan_decode(bomb, sizeof(bomb) - 1, arena, &node, &err), EIDER_ERROR_CORRUPT);
    assert_true(arena_bytes(arena) < 1 << 20);
    assert_int_equal(plan_decode("EIDP\x63\x01", 6, arena, &node, &err), EIDER_ERROR_CORRUPT);
    assert_non_null(strstr(err.message, "version"));
    arena_free(arena);
}

static void deep_nesting_is_refused(void **unused)
{
    struct arena *arena = arena_new();
    const struct eider_expr *expr = expr_bigint(arena, 1);
    const struct eider_node *values = sample_values(arena, 1, 1), *back;
    struct node_projection *projection = node_projection_new(arena);
    struct eider_error err;
    struct buf encoded;

    (void)unused;
    for (int i = 0; i < PLAN_MAX_DEPTH + 10; i++) {
        struct expr_cast *cast = expr_cast_new(arena, type_simple(TYPE_BIGINT));
        cast->child = expr;
        expr = &cast->base;
    }
    projection->input = values;
    projection->exprs = expr_list_new(arena, 1);
    projection->exprs.items[0] = expr;
    projection->base.columns = values->columns;
    buf_init(&encoded, PLAN_MAX_BYTES);
    assert_int_equal(plan_encode(&projection->base, &encoded, &err), EIDER_OK);
    assert_int_equal(plan_decode(encoded.data, encoded.size, arena, &back, &err), EIDER_ERROR_CORRUPT);
    assert_non_null(strstr(err.message, "deep"));
    buf_done(&encoded);
    arena_free(arena);
}

/* ---- Validation ---- */

static void inconsistent_plans_are_named(void **unused)
{
    struct arena *arena = arena_new();
    struct eider_error err;
    struct node_filter *filter = (struct node_filter *)sample_filter(arena, sample_values(arena, 2, 2));
    struct node_hash_join *join;

    (void)unused;
    filter->predicates.items[0] = sample_equal(
        arena, expr_column(arena, type_simple(TYPE_BIGINT), 9, str_from("x")), expr_bigint(arena, 1));
    assert_int_equal(plan_validate(&filter->base, &err), EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "FilterExec");
    filter->predicates.items[0] = expr_bigint(arena, 1);
    assert_int_equal(plan_validate(&filter->base, &err), EIDER_ERROR_PLAN);
    filter->predicates.count = 0;
    assert_int_equal(plan_validate(&filter->base, &err), EIDER_OK);
    filter->projection.items[0] = 2;
    assert_int_equal(plan_validate(&filter->base, &err), EIDER_ERROR_PLAN);

    join = (struct node_hash_join *)sample_join(arena, sample_values(arena, 2, 2), sample_values(arena, 2, 2),
                                                JOIN_INNER, 2);
    assert_int_equal(plan_validate(&join->base, &err), EIDER_OK);
    join->conditions.items[0].op = COMPARE_LESS;
    assert_int_equal(plan_validate(&join->base, &err), EIDER_ERROR_PLAN);
    assert_string_equal(err.node, "HashJoinExec");
    arena_free(arena);
}

/* ---- Walking ---- */

static const struct eider_node *drop_filters(void *data, struct arena *arena, const struct eider_node *node)
{
    (void)data;
    (void)arena;
    return node->tag == NODE_FILTER ? node_child(node, 0) : node;
}

static void transform_shares_what_stays(void **unused)
{
    struct arena *arena = arena_new();
    const struct eider_node *plan = meaningful(arena),
                            *other = node_transform(arena, plan, drop_filters, NULL);
    const struct eider_node *join = node_child(plan, 0), *new_join = node_child(other, 0);

    (void)unused;
    assert_ptr_not_equal(plan, other);
    assert_int_equal(node_child(join, 0)->tag, NODE_FILTER);
    assert_int_equal(node_child(new_join, 0)->tag, NODE_PARQUET_SCAN);
    assert_ptr_equal(node_child(join, 1), node_child(new_join, 1));
    assert_ptr_equal(node_transform(arena, other, drop_filters, NULL), other);
    arena_free(arena);
}

static void substitution_reaches_every_column(void **unused)
{
    struct arena *arena = arena_new();
    const struct eider_node *values = sample_values(arena, 2, 1);
    const struct eider_expr *expr =
        sample_equal(arena, expr_column_of(arena, values, 1), expr_column_of(arena, values, 0));
    struct expr_list to = expr_list_new(arena, 2);
    const struct eider_expr *result;

    (void)unused;
    to.items[0] = expr_bigint(arena, 10);
    to.items[1] = expr_bigint(arena, 20);
    result = expr_substitute(arena, expr, &to);
    assert_true(expr_equal(result, sample_equal(arena, expr_bigint(arena, 20), expr_bigint(arena, 10))));
    to.count = 1;
    assert_null(expr_substitute(arena, expr, &to));
    assert_int_equal(expr_as_column(expr_shift(arena, expr_column_of(arena, values, 1), 5))->index, 6);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_copies_and_compares),
        cmocka_unit_test(every_kind_prints),
        cmocka_unit_test(random_plans_decode_or_fail_cleanly),
        cmocka_unit_test(valid_plans_survive_the_codec),
        cmocka_unit_test(damaged_bytes_never_crash),
        cmocka_unit_test(a_bomb_of_lists_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(inconsistent_plans_are_named),
        cmocka_unit_test(transform_shares_what_stays),
        cmocka_unit_test(substitution_reaches_every_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
