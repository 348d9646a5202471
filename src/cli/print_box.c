/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The box format: a table with names, types and aligned values, in the manner of DuckDB's shell.
 *
 * On a terminal it shows the first and last rows and fits columns into the width: long values are cut, then
 * columns in the middle are left out. Elsewhere it is complete. Widths come from rows that are held back;
 * when those take HELD_BYTES, the widths are settled, and later rows go out as they come, even if one is
 * wider.
 *
 * Control characters in values are written as escapes, so a row is a line.
 */
#include "cli/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/width.h"

#define HELD_BYTES         ((size_t)64 << 20)
#define MAX_TEXT_BYTES     (SIZE_MAX / 4)
#define SHOWN_ROWS         40 /* on a terminal; half at the top, half at the bottom */
#define MARGIN_ROWS        3  /* as many rows more are shown: leaving them out would take the same place */
#define DOT_ROWS           3
#define SMALLEST_FIT_WIDTH 12 /* columns are not cut below this; then whole columns are left out */

enum alignment {
    ALIGN_LEFT,
    ALIGN_MIDDLE,
    ALIGN_RIGHT
};

/* A piece of box.text. */
struct piece {
    size_t offset, size, width;
};

struct box_column {
    struct piece name, type;
    size_t width;
    bool right;
    bool hidden;
};

struct box {
    uint64_t count;
    struct box_column *columns;
    struct buf text;
    size_t head_bytes;    /* of text: names and types */
    struct piece *pieces; /* of the rows held back */
    size_t held, capacity;
    uint64_t top, bottom; /* rows that are shown at either end */
    bool settled;         /* the head is out */
};

/* ---- Text ---- */

/* Appends with escapes for control characters; the piece tells where. */
static struct piece put_escaped(struct buf *text, const char *data, size_t size)
{
    static const char names[] = "\aa\bb\tt\nn\vv\ff\rr\x1b"
                                "e";
    struct piece piece = {.offset = text->size};
    size_t start = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        const char *name = c == 0 ? NULL : strchr(names, c);

        if (c >= 0x20)
            continue;
        buf_append(text, data + start, i - start);
        start = i + 1;
        if (name != NULL)
            buf_printf(text, "\\%c", name[1]);
        else
            buf_printf(text, "\\%d", c);
    }
    buf_append(text, data + start, size - start);
    piece.size = text->size - piece.offset;
    piece.width = text->failed ? 0 : text_width(text->data + piece.offset, piece.size);
    return piece;
}

static const char *short_type_name(duckdb_type id)
{
    static const struct {
        duckdb_type id;
        const char *name;
    } names[] = {
        {DUCKDB_TYPE_TINYINT, "int8"},     {DUCKDB_TYPE_SMALLINT, "int16"},  {DUCKDB_TYPE_INTEGER, "int32"},
        {DUCKDB_TYPE_BIGINT, "int64"},     {DUCKDB_TYPE_HUGEINT, "int128"},  {DUCKDB_TYPE_UTINYINT, "uint8"},
        {DUCKDB_TYPE_USMALLINT, "uint16"}, {DUCKDB_TYPE_UINTEGER, "uint32"}, {DUCKDB_TYPE_UBIGINT, "uint64"},
        {DUCKDB_TYPE_UHUGEINT, "uint128"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].id == id)
            return names[i].name;
    return NULL;
}

static bool is_number(duckdb_type id)
{
    return short_type_name(id) != NULL || id == DUCKDB_TYPE_DECIMAL || id == DUCKDB_TYPE_FLOAT ||
           id == DUCKDB_TYPE_DOUBLE;
}

/* "int32[]" for INTEGER[]; what has no short name is DuckDB's text in small letters. */
static struct piece put_type(struct buf *text, duckdb_logical_type type, const char *type_text)
{
    duckdb_type id = duckdb_get_type_id(type);
    size_t bytes = strlen(type_text), lists = 0, start = text->size;
    duckdb_logical_type child = NULL;
    const char *name;
    struct piece piece;

    while (id == DUCKDB_TYPE_LIST && bytes >= 2) {
        duckdb_logical_type inner = duckdb_list_type_child_type(child != NULL ? child : type);

        duckdb_destroy_logical_type(&child);
        child = inner;
        id = duckdb_get_type_id(child);
        bytes -= 2;
        lists++;
    }
    duckdb_destroy_logical_type(&child);
    name = short_type_name(id);
    piece = name != NULL ? put_escaped(text, name, strlen(name)) : put_escaped(text, type_text, bytes);
    if (text->failed)
        return piece;
    for (size_t i = start; i < text->size; i++)
        if (text->data[i] >= 'A' && text->data[i] <= 'Z')
            text->data[i] = (char)(text->data[i] + ('a' - 'A'));
    for (size_t i = 0; i < lists; i++)
        buf_puts(text, "[]");
    piece.size += 2 * lists;
    piece.width += 2 * lists;
    return piece;
}

/* ---- Widths ---- */

static size_t column_fit(const struct box_column *column, size_t limit)
{
    return column->width < limit ? column->width : limit;
}

/* The width of the table if no column is wider than `limit`. */
static size_t table_width(const struct box *box, size_t limit)
{
    size_t width = 1;
    bool gap = false;

    for (uint64_t i = 0; i < box->count; i++) {
        if (!box->columns[i].hidden)
            width += column_fit(&box->columns[i], limit) + 3;
        gap |= box->columns[i].hidden;
    }
    return width + (gap ? 4 : 0);
}

/* Cuts the widest columns first, then leaves out columns from the middle outwards. */
static void fit_width(struct box *box, size_t width)
{
    size_t limit = width;
    uint64_t hidden = 0;

    while (limit > SMALLEST_FIT_WIDTH && table_width(box, limit) > width)
        limit--;
    for (; hidden + 2 < box->count && table_width(box, limit) > width; hidden++) {
        /* Hidden are [first, first + hidden); grow at the end and at the start in turn. */
        uint64_t first = box->count / 2 - hidden / 2;

        box->columns[hidden % 2 == 0 ? first + hidden : first - 1].hidden = true;
    }
    for (uint64_t i = 0; i < box->count; i++)
        box->columns[i].width = column_fit(&box->columns[i], limit);
}

/* ---- Lines ---- */

static void put_cell(struct output *output, const char *data, const struct piece *piece, size_t width,
                     enum alignment alignment)
{
    size_t shown = piece->width, bytes = piece->size, padding, left;
    bool cut = piece->width > width;

    if (cut)
        bytes = text_fit(data, piece->size, width - 1, &shown);
    padding = width - shown - (cut ? 1 : 0) + 2;
    left = alignment == ALIGN_LEFT ? 1 : alignment == ALIGN_RIGHT ? padding - 1 : padding / 2;
    output_repeat(output, " ", left);
    output_write(output, data, bytes);
    output_puts(output, cut ? "…" : "");
    output_repeat(output, " ", padding - left);
}

/* A value that is wider than its settled column goes out whole where nothing has to fit. */
static void put_value(const struct printer *printer, const struct box *box, const struct piece *piece,
                      uint64_t column, enum alignment alignment)
{
    size_t width = box->columns[column].width;

    if (!printer->terminal && piece->width > width)
        width = piece->width;
    put_cell(printer->output, box->text.data + piece->offset, piece, width, alignment);
}

/* One line: `pieces` has one per column, `stride` structs apart. */
static void put_row(const struct printer *printer, const struct box *box, const struct piece *pieces,
                    size_t stride, bool head)
{
    bool gap = false;

    for (uint64_t i = 0; i < box->count; i++) {
        const struct piece *piece = (const struct piece *)((const char *)pieces + i * stride);
        enum alignment alignment = head ? ALIGN_MIDDLE : box->columns[i].right ? ALIGN_RIGHT : ALIGN_LEFT;

        if (!box->columns[i].hidden) {
            output_puts(printer->output, "│");
            put_value(printer, box, piece, i, alignment);
        } else if (!gap) {
            output_puts(printer->output, "│ … ");
            gap = true;
        }
    }
    output_puts(printer->output, "│\n");
}

static void put_line(const struct printer *printer, const struct box *box, const char *left,
                     const char *middle, const char *right)
{
    bool gap = false, first = true;

    for (uint64_t i = 0; i < box->count; i++) {
        if (box->columns[i].hidden && gap)
            continue;
        output_puts(printer->output, first ? left : middle);
        output_repeat(printer->output, "─", box->columns[i].hidden ? 3 : box->columns[i].width + 2);
        gap |= box->columns[i].hidden;
        first = false;
    }
    output_puts(printer->output, right);
    output_putc(printer->output, '\n');
}

static void put_dots(const struct printer *printer, const struct box *box)
{
    static const struct piece dot = {.size = 2, .width = 1}; /* "·", in UTF-8 */

    for (unsigned row = 0; row < DOT_ROWS; row++) {
        bool gap = false;

        for (uint64_t i = 0; i < box->count; i++) {
            if (box->columns[i].hidden && gap)
                continue;
            gap |= box->columns[i].hidden;
            output_puts(printer->output, "│");
            put_cell(printer->output, "·", &dot, box->columns[i].hidden ? 1 : box->columns[i].width,
                     box->columns[i].right ? ALIGN_RIGHT : ALIGN_MIDDLE);
        }
        output_puts(printer->output, "│\n");
    }
}

/* The head and the rows held back; later rows need no holding. */
static void settle(struct printer *printer, struct box *box)
{
    if (printer->terminal)
        fit_width(box, printer->terminal_width);
    put_line(printer, box, "┌", "┬", "┐");
    put_row(printer, box, &box->columns[0].name, sizeof(struct box_column), true);
    put_row(printer, box, &box->columns[0].type, sizeof(struct box_column), true);
    put_line(printer, box, "├", "┼", "┤");
    for (size_t row = 0; row < box->held; row++) {
        if (row == box->top)
            put_dots(printer, box);
        put_row(printer, box, box->pieces + row * box->count, sizeof(struct piece), false);
    }
    box->settled = true;
    box->held = 0;
}

/* ---- The format ---- */

static void choose_rows(const struct printer *printer, struct box *box)
{
    box->top = UINT64_MAX;
    if (printer->terminal && printer->total_rows != PRINT_ROWS_UNKNOWN &&
        printer->total_rows > SHOWN_ROWS + MARGIN_ROWS)
        box->top = box->bottom = SHOWN_ROWS / 2;
}

static enum eider_status box_begin(struct printer *printer, struct eider_error *err)
{
    struct box *box = calloc(1, sizeof(*box));

    if (box == NULL)
        return error_no_memory(err);
    printer->state = box;
    buf_init(&box->text, MAX_TEXT_BYTES);
    box->count = printer->columns->count;
    if ((box->columns = calloc(box->count + 1, sizeof(*box->columns))) == NULL)
        return error_no_memory(err);
    for (uint64_t i = 0; i < box->count; i++) {
        struct box_column *column = &box->columns[i];
        const char *name = printer->columns->names[i];

        column->name = put_escaped(&box->text, name, strlen(name));
        column->type =
            put_type(&box->text, printer->columns->types[i], converter_type_text(printer->converter, i));
        column->width = column->name.width > column->type.width ? column->name.width : column->type.width;
        column->right = is_number(duckdb_get_type_id(printer->columns->types[i]));
    }
    box->head_bytes = box->text.size;
    choose_rows(printer, box);
    return box->text.failed ? error_no_memory(err) : EIDER_OK;
}

static bool is_left_out(const struct printer *printer, const struct box *box, uint64_t row)
{
    return row >= box->top && row < printer->total_rows - box->bottom;
}

static bool box_skips(const struct printer *printer, uint64_t count)
{
    const struct box *box = printer->state;

    return count > 0 && is_left_out(printer, box, printer->row) &&
           is_left_out(printer, box, printer->row + count - 1);
}

/* The pieces of a further row, with widths of columns that follow them; NULL if out of memory. */
static struct piece *hold_row(const struct printer *printer, struct box *box, uint64_t row)
{
    size_t needed = (box->held + 1) * box->count;
    struct piece *pieces;

    if (needed > box->capacity) {
        size_t capacity = 2 * needed;

        if ((pieces = realloc(box->pieces, capacity * sizeof(*pieces))) == NULL)
            return NULL;
        box->pieces = pieces;
        box->capacity = capacity;
    }
    pieces = box->pieces + box->held * box->count;
    for (uint64_t i = 0; i < box->count; i++) {
        struct cell cell = print_cell(&printer->text[i], row);

        pieces[i] = cell.data == NULL ? put_escaped(&box->text, "NULL", 4)
                                      : put_escaped(&box->text, cell.data, cell.size);
        if (!box->settled && pieces[i].width > box->columns[i].width)
            box->columns[i].width = pieces[i].width;
    }
    return box->text.failed ? NULL : pieces;
}

static enum eider_status box_rows(struct printer *printer, duckdb_data_chunk chunk, struct eider_error *err)
{
    struct box *box = printer->state;
    idx_t rows = duckdb_data_chunk_get_size(chunk);

    for (idx_t row = 0; row < rows; row++) {
        struct piece *pieces;

        if (is_left_out(printer, box, printer->row + row))
            continue;
        if (box->settled)
            box->text.size = box->head_bytes; /* the row before is out */
        if ((pieces = hold_row(printer, box, row)) == NULL)
            return error_no_memory(err);
        if (box->settled)
            put_row(printer, box, pieces, sizeof(struct piece), false);
        else
            box->held++;
        if (!box->settled && box->text.size + box->held * box->count * sizeof(struct piece) > HELD_BYTES)
            settle(printer, box);
    }
    return EIDER_OK;
}

static enum eider_status box_end(struct printer *printer, struct eider_error *err)
{
    struct box *box = printer->state;
    unsigned long long rows = printer->row, columns = box->count, shown = 0;
    struct buf footer;

    if (!box->settled)
        settle(printer, box);
    put_line(printer, box, "└", "┴", "┘");
    for (uint64_t i = 0; i < box->count; i++)
        shown += !box->columns[i].hidden;
    buf_init(&footer, 256);
    buf_printf(&footer, "%llu row%s", rows, rows == 1 ? "" : "s");
    if (box->top != UINT64_MAX)
        buf_printf(&footer, " (%d shown)", SHOWN_ROWS);
    if (shown < columns)
        buf_printf(&footer, ", %llu columns (%llu shown)", columns, shown);
    buf_putc(&footer, '\n');
    output_write(printer->output, footer.data, footer.size);
    if (footer.failed)
        return error_no_memory(err);
    buf_done(&footer);
    return EIDER_OK;
}

static void box_done(struct printer *printer)
{
    struct box *box = printer->state;

    if (box == NULL)
        return;
    buf_done(&box->text);
    free(box->pieces);
    free(box->columns);
    free(box);
}

const struct format format_box = {.name = "box",
                                  .conversion = CONVERT_TEXT,
                                  .begin = box_begin,
                                  .rows = box_rows,
                                  .end = box_end,
                                  .done = box_done,
                                  .skips = box_skips};
