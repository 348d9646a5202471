/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of rows and their comparison.
 *
 * As multisets, rows are sorted by their text first and by their floats second, and compared pair by pair. Two floats
 * that are equal within the tolerance can sort differently in the two sets: (1.0000000001, 5) and (1, 7) against
 * (1, 5) and (1.0000000001, 7). So where a run of rows with one text does not match pair by pair, each row of the
 * left run takes the first free row of the right run that equals it. With a tolerance far below the distance of
 * different values, taking the first is as good as a full matching.
 */
#include "rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"

enum {
    MAX_TEXT_BYTES = 1 << 30,
    SHOWN_ROWS = 3,
    SHOWN_BYTES = 600
};

/* ---- Making ------------------------------------------------------------------------------------------------- */

static void rows_add_columns(struct rows *rows, duckdb_result *result, struct shape *shapes)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        duckdb_logical_type type = duckdb_column_logical_type(result, i);
        struct buf text;
        buf_init(&text, MAX_TEXT_BYTES);
        print_type(type, &text);
        rows->types[i] = buf_take(&text, NULL);
        rows->names[i] = xstrdup(duckdb_column_name(result, i));
        shape_init(&shapes[i], type);
        duckdb_destroy_logical_type(&type);
        if (rows->types[i] == NULL) {
            die("out of memory");
        }
    }
}

static void rows_add_chunk(struct rows *rows, duckdb_data_chunk chunk, const struct shape *shapes)
{
    idx_t size = duckdb_data_chunk_get_size(chunk);
    if (rows->count + size > rows->capacity) {
        rows->capacity = (rows->count + size) * 2;
        rows->items = xrealloc(rows->items, rows->capacity, sizeof(*rows->items));
    }
    for (idx_t r = 0; r < size; r++) {
        struct row *row = &rows->items[rows->count++];
        row->text = rows->text.size;
        row->floats = rows->float_count;
        for (size_t c = 0; c < rows->column_count; c++) {
            buf_puts(&rows->text, c == 0 ? "" : " | ");
            render_value(rows, &shapes[c], duckdb_data_chunk_get_vector(chunk, c), r);
        }
        row->text_bytes = rows->text.size - row->text;
        row->float_count = rows->float_count - row->floats;
    }
}

bool rows_init(struct rows *rows, duckdb_result *result, size_t max_rows)
{
    *rows = (struct rows){.column_count = duckdb_column_count(result)};
    buf_init(&rows->text, MAX_TEXT_BYTES);
    rows->names = xcalloc(rows->column_count, sizeof(*rows->names));
    rows->types = xcalloc(rows->column_count, sizeof(*rows->types));
    struct shape *shapes = xcalloc(rows->column_count, sizeof(*shapes));
    rows_add_columns(rows, result, shapes);
    duckdb_data_chunk chunk;
    bool fits = true;
    while (fits && (chunk = duckdb_fetch_chunk(*result)) != NULL) {
        rows_add_chunk(rows, chunk, shapes);
        duckdb_destroy_data_chunk(&chunk);
        fits = rows->count <= max_rows && !rows->text.failed;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        shape_done(&shapes[i]);
    }
    free(shapes);
    if (!fits) {
        rows_done(rows);
    }
    return fits;
}

void rows_append(struct rows *rows, const struct rows *more)
{
    if (rows->column_count != more->column_count) {
        die("rows of other columns are appended");
    }
    size_t texts = rows->text.size;
    size_t floats = rows->float_count;
    rows->capacity = rows->count + more->count;
    rows->items = xrealloc(rows->items, rows->capacity, sizeof(*rows->items));
    for (size_t i = 0; i < more->count; i++) {
        struct row *row = &rows->items[rows->count++];
        *row = more->items[i];
        row->text += texts;
        row->floats += floats;
    }
    buf_append(&rows->text, more->text.data, more->text.size);
    if (rows->text.failed) {
        die("a result is too big to be compared");
    }
    rows->float_count += more->float_count;
    if (rows->float_count > rows->float_capacity) {
        rows->float_capacity = rows->float_count;
        rows->floats = xrealloc(rows->floats, rows->float_capacity, sizeof(*rows->floats));
    }
    if (more->float_count > 0) {
        memcpy(rows->floats + floats, more->floats, more->float_count * sizeof(*rows->floats));
    }
}

void rows_done(struct rows *rows)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        free(rows->names[i]);
        free(rows->types[i]);
    }
    free(rows->names);
    free(rows->types);
    free(rows->items);
    free(rows->floats);
    buf_done(&rows->text);
    *rows = (struct rows){0};
}

/* ---- Printing ----------------------------------------------------------------------------------------------- */

void rows_print(const struct rows *rows, size_t i, struct buf *out)
{
    const struct row *row = &rows->items[i];
    const char *text = rows->text.data + row->text;
    size_t next_float = row->floats;
    size_t start = out->size;
    for (size_t b = 0; b < row->text_bytes && out->size - start < SHOWN_BYTES; b++) {
        if (text[b] == '#') {
            buf_printf(out, "%.17g", rows->floats[next_float++]);
        } else {
            buf_putc(out, text[b]);
        }
    }
    buf_puts(out, out->size - start >= SHOWN_BYTES ? " …" : "");
}

static void explain_row(const struct rows *rows, size_t i, const char *what, struct buf *why)
{
    buf_printf(why, "    %s: ", what);
    rows_print(rows, i, why);
    buf_putc(why, '\n');
}

/* ---- Comparing ---------------------------------------------------------------------------------------------- */

static bool same_float(double a, double b, double tolerance)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b);
    }
    if (a == b) {
        return true;
    }
    return isfinite(a) && isfinite(b) && fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

static int compare_text(const struct rows *a, const struct row *x, const struct rows *b, const struct row *y)
{
    size_t bytes = x->text_bytes < y->text_bytes ? x->text_bytes : y->text_bytes;
    int order = bytes == 0 ? 0 : memcmp(a->text.data + x->text, b->text.data + y->text, bytes);
    if (order != 0 || x->text_bytes == y->text_bytes) {
        return order;
    }
    return x->text_bytes < y->text_bytes ? -1 : 1;
}

/* Any order will do, as long as it is one: NaN is largest. */
static int compare_float(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return (isnan(a) ? 1 : 0) - (isnan(b) ? 1 : 0);
    }
    return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right, void *data)
{
    const struct rows *rows = data;
    const struct row *a = &rows->items[*(const size_t *)left];
    const struct row *b = &rows->items[*(const size_t *)right];
    int order = compare_text(rows, a, rows, b);
    for (size_t i = 0; order == 0 && i < a->float_count; i++) {
        order = compare_float(rows->floats[a->floats + i], rows->floats[b->floats + i]);
    }
    return order;
}

static bool same_row(const struct rows *left, size_t l, const struct rows *right, size_t r, double tolerance)
{
    const struct row *a = &left->items[l];
    const struct row *b = &right->items[r];
    if (a->float_count != b->float_count || compare_text(left, a, right, b) != 0) {
        return false;
    }
    for (size_t i = 0; i < a->float_count; i++) {
        if (!same_float(left->floats[a->floats + i], right->floats[b->floats + i], tolerance)) {
            return false;
        }
    }
    return true;
}

static size_t *sorted(const struct rows *rows)
{
    size_t *order = xcalloc(rows->count, sizeof(*order));
    for (size_t i = 0; i < rows->count; i++) {
        order[i] = i;
    }
    qsort_r(order, rows->count, sizeof(*order), compare_rows, (void *)(uintptr_t)rows);
    return order;
}

/* A set in sorted order and where its current run of rows with one text lies. */
struct cursor {
    const struct rows *rows;
    size_t *order;
    size_t start;
    size_t end;
};

static void cursor_init(struct cursor *cursor, const struct rows *rows)
{
    *cursor = (struct cursor){.rows = rows, .order = sorted(rows)};
}

static const struct row *cursor_row(const struct cursor *cursor, size_t i)
{
    return &cursor->rows->items[cursor->order[i]];
}

static void cursor_next_run(struct cursor *cursor)
{
    cursor->start = cursor->end;
    while (cursor->end < cursor->rows->count &&
           compare_text(cursor->rows, cursor_row(cursor, cursor->start), cursor->rows,
                        cursor_row(cursor, cursor->end)) == 0) {
        cursor->end++;
    }
}

/* What a comparison found: rows without a partner, of which the first are shown. */
struct findings {
    size_t missing;
    size_t extra;
    struct buf *why;
};

static void report_missing(struct findings *found, const struct cursor *left, size_t i)
{
    if (found->missing++ < SHOWN_ROWS) {
        explain_row(left->rows, left->order[i], "only expected", found->why);
    }
}

static void report_extra(struct findings *found, const struct cursor *right, size_t i)
{
    if (found->extra++ < SHOWN_ROWS) {
        explain_row(right->rows, right->order[i], "only found   ", found->why);
    }
}

static bool runs_match_in_order(const struct cursor *left, const struct cursor *right, double tolerance)
{
    if (left->end - left->start != right->end - right->start) {
        return false;
    }
    for (size_t i = 0; i < left->end - left->start; i++) {
        if (!same_row(left->rows, left->order[left->start + i], right->rows, right->order[right->start + i],
                      tolerance)) {
            return false;
        }
    }
    return true;
}

/* Both runs have the same text. */
static void match_runs(const struct cursor *left, const struct cursor *right, double tolerance,
                       struct findings *found)
{
    if (runs_match_in_order(left, right, tolerance)) {
        return;
    }
    size_t right_count = right->end - right->start;
    bool *taken = xcalloc(right_count, sizeof(*taken));
    size_t first_free = 0;
    for (size_t i = left->start; i < left->end; i++) {
        size_t j = first_free;
        while (j < right_count && (taken[j] || !same_row(left->rows, left->order[i], right->rows,
                                                         right->order[right->start + j], tolerance))) {
            j++;
        }
        if (j == right_count) {
            report_missing(found, left, i);
            continue;
        }
        taken[j] = true;
        while (first_free < right_count && taken[first_free]) {
            first_free++;
        }
    }
    for (size_t j = 0; j < right_count; j++) {
        if (!taken[j]) {
            report_extra(found, right, right->start + j);
        }
    }
    free(taken);
}

static void compare_sets(const struct rows *expected, const struct rows *actual, double tolerance,
                         struct findings *found)
{
    struct cursor left;
    struct cursor right;
    cursor_init(&left, expected);
    cursor_init(&right, actual);
    cursor_next_run(&left);
    cursor_next_run(&right);
    while (left.start < left.end || right.start < right.end) {
        int order;
        if (left.start == left.end || right.start == right.end) {
            order = left.start == left.end ? 1 : -1;
        } else {
            order = compare_text(expected, cursor_row(&left, left.start), actual,
                                 cursor_row(&right, right.start));
        }
        if (order == 0) {
            match_runs(&left, &right, tolerance, found);
        }
        for (size_t i = left.start; order < 0 && i < left.end; i++) {
            report_missing(found, &left, i);
        }
        for (size_t i = right.start; order > 0 && i < right.end; i++) {
            report_extra(found, &right, i);
        }
        if (order <= 0) {
            cursor_next_run(&left);
        }
        if (order >= 0) {
            cursor_next_run(&right);
        }
    }
    free(left.order);
    free(right.order);
}

static bool same_in_order(const struct rows *left, const struct rows *right, double tolerance,
                          struct buf *why)
{
    size_t count = left->count < right->count ? left->count : right->count;
    for (size_t i = 0; i < count; i++) {
        if (!same_row(left, i, right, i, tolerance)) {
            buf_printf(why, "    row %zu differs\n", i);
            explain_row(left, i, "expected", why);
            explain_row(right, i, "found   ", why);
            return false;
        }
    }
    if (left->count != right->count) {
        buf_printf(why, "    %zu rows expected, %zu found\n", left->count, right->count);
        return false;
    }
    return true;
}

bool rows_same_columns(const struct rows *left, const struct rows *right, struct buf *why)
{
    if (left->column_count != right->column_count) {
        buf_printf(why, "    %zu columns expected, %zu found\n", left->column_count, right->column_count);
        return false;
    }
    for (size_t i = 0; i < left->column_count; i++) {
        if (strcmp(left->names[i], right->names[i]) != 0) {
            buf_printf(why, "    column %zu is named \"%s\", not \"%s\"\n", i, right->names[i],
                       left->names[i]);
            return false;
        }
        if (strcmp(left->types[i], right->types[i]) != 0) {
            buf_printf(why, "    column \"%s\" has type %s, not %s\n", left->names[i], right->types[i],
                       left->types[i]);
            return false;
        }
    }
    return true;
}

bool rows_same(const struct rows *left, const struct rows *right, const struct rows_comparison *how,
               struct buf *why)
{
    if (how->ordered) {
        return same_in_order(left, right, how->tolerance, why);
    }
    struct findings found = {.why = why};
    compare_sets(left, right, how->tolerance, &found);
    if (found.missing + found.extra > 0) {
        buf_printf(why, "    %zu rows expected, %zu found; %zu missing, %zu too many\n", left->count,
                   right->count, found.missing, found.extra);
    }
    return found.missing + found.extra == 0;
}

bool rows_subset(const struct rows *part, const struct rows *whole, const struct rows_comparison *how,
                 struct buf *why)
{
    struct buf ignored;
    buf_init(&ignored, 4096);
    struct findings found = {.why = &ignored};
    compare_sets(whole, part, how->tolerance, &found);
    if (found.extra > 0) {
        buf_printf(why, "    %zu of %zu rows are not in the whole set\n", found.extra, part->count);
    }
    buf_done(&ignored);
    return found.extra == 0;
}
