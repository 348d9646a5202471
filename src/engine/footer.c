/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metadata of a Parquet file: a struct in Thrift's compact protocol. We need the number of rows, of each row group
 * the number of rows and bytes, of the columns their least and greatest number, and of the first row group's what tells
 * how many different values there are; everything else is skipped. See https://github.com/apache/parquet-format, README
 * and parquet.thrift, and Thrift's thrift-compact-protocol.md.
 *
 * The reader trusts nothing: every length is checked against what is left, nesting has a maximum, and the first thing that
 * is wrong makes everything after it read as nothing. Pure; any thread.
 */
#include "engine/footer.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_SKIP_DEPTH 64
#define MAX_COLUMNS    2048 /* of which something is known */

/* ---- Thrift's compact protocol ---- */

enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_I8 = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12,
    THRIFT_UUID = 13
};

struct thrift {
    const uint8_t *at;
    const uint8_t *end;
    bool bad; /* for good; reads return 0 from then on */
};

static void thrift_bad(struct thrift *in)
{
    in->bad = true;
    in->at = in->end;
}

static uint8_t thrift_byte(struct thrift *in)
{
    if (in->at == in->end) {
        thrift_bad(in);
        return 0;
    }
    return *in->at++;
}

static uint64_t thrift_varint(struct thrift *in)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = thrift_byte(in);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    thrift_bad(in);
    return 0;
}

/* A number that must not be negative. */
static uint64_t thrift_count(struct thrift *in)
{
    uint64_t zigzag = thrift_varint(in);

    if ((zigzag & 1) != 0)
        thrift_bad(in);
    return in->bad ? 0 : zigzag >> 1;
}

static void thrift_advance(struct thrift *in, uint64_t bytes)
{
    if (bytes > (uint64_t)(in->end - in->at))
        thrift_bad(in);
    else
        in->at += bytes;
}

/* The next field of a struct: its type (STOP at the end), and its id, which counts on from the last one. */
static enum thrift_type thrift_field(struct thrift *in, uint64_t *id)
{
    uint8_t byte = thrift_byte(in);
    enum thrift_type type = (enum thrift_type)(byte & 0x0f);

    if (type == THRIFT_STOP || in->bad)
        return THRIFT_STOP;
    *id = byte >> 4 != 0 ? *id + (byte >> 4) : thrift_count(in);
    return type;
}

/* The header of a list: how many elements, and of which type. */
static uint64_t thrift_list(struct thrift *in, enum thrift_type *type)
{
    uint8_t byte = thrift_byte(in);
    uint64_t count = byte >> 4 == 15 ? thrift_varint(in) : byte >> 4;

    *type = (enum thrift_type)(byte & 0x0f);
    if (count > (uint64_t)(in->end - in->at)) /* every element takes at least one byte */
        thrift_bad(in);
    return in->bad ? 0 : count;
}

static void thrift_skip(struct thrift *in, enum thrift_type type, bool in_list, int depth);

static void thrift_skip_struct(struct thrift *in, int depth)
{
    uint64_t id = 0;
    enum thrift_type type;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP)
        thrift_skip(in, type, false, depth);
}

static void thrift_skip_map(struct thrift *in, int depth)
{
    uint64_t count = thrift_varint(in);
    uint8_t types = count > 0 ? thrift_byte(in) : 0;

    if (count > (uint64_t)(in->end - in->at))
        thrift_bad(in);
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        thrift_skip(in, (enum thrift_type)(types >> 4), true, depth);
        thrift_skip(in, (enum thrift_type)(types & 0x0f), true, depth);
    }
}

/* A truth value is in the type of a field, but a byte of its own in a list. */
static void thrift_skip(struct thrift *in, enum thrift_type type, bool in_list, int depth)
{
    enum thrift_type element;
    uint64_t count;

    if (depth > MAX_SKIP_DEPTH) {
        thrift_bad(in);
        return;
    }
    switch (type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        thrift_advance(in, in_list ? 1 : 0);
        return;
    case THRIFT_I8:
        thrift_advance(in, 1);
        return;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        thrift_varint(in);
        return;
    case THRIFT_DOUBLE:
        thrift_advance(in, 8);
        return;
    case THRIFT_BINARY:
        thrift_advance(in, thrift_varint(in));
        return;
    case THRIFT_LIST:
    case THRIFT_SET:
        count = thrift_list(in, &element);
        for (uint64_t i = 0; i < count && !in->bad; i++)
            thrift_skip(in, element, true, depth + 1);
        return;
    case THRIFT_MAP:
        thrift_skip_map(in, depth + 1);
        return;
    case THRIFT_STRUCT:
        thrift_skip_struct(in, depth + 1);
        return;
    case THRIFT_UUID:
        thrift_advance(in, 16);
        return;
    case THRIFT_STOP:
        break;
    }
    thrift_bad(in);
}

/* ---- How numbers are to be read ---- */

enum number_kind {
    NUMBER_SIGNED = 0,
    NUMBER_UNSIGNED,
    NUMBER_MILLIS, /* times: all are given as microseconds */
    NUMBER_NANOS
};

/* TimestampType and TimeType: 2 unit, a union of 1 MILLIS, 2 MICROS, 3 NANOS. */
static enum number_kind read_time(struct thrift *in)
{
    enum number_kind kind = NUMBER_SIGNED;
    uint64_t id = 0, unit = 0;
    enum thrift_type type;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id != 2 || type != THRIFT_STRUCT) {
            thrift_skip(in, type, false, 0);
            continue;
        }
        while ((type = thrift_field(in, &unit)) != THRIFT_STOP) {
            kind = unit == 1 ? NUMBER_MILLIS : unit == 3 ? NUMBER_NANOS : NUMBER_SIGNED;
            thrift_skip(in, type, false, 0);
        }
    }
    return kind;
}

/* LogicalType: a union; 7 TIME, 8 TIMESTAMP. */
static enum number_kind read_logical_type(struct thrift *in, enum number_kind otherwise)
{
    enum number_kind kind = otherwise;
    uint64_t id = 0;
    enum thrift_type type;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if ((id == 7 || id == 8) && type == THRIFT_STRUCT)
            kind = read_time(in);
        else
            thrift_skip(in, type, false, 0);
    }
    return kind;
}

static enum number_kind kind_of_converted(uint64_t converted_type)
{
    switch (converted_type) {
    case 7: /* TIME_MILLIS */
    case 9: /* TIMESTAMP_MILLIS */
        return NUMBER_MILLIS;
    case 11: /* UINT_8, UINT_16, UINT_32, UINT_64 */
    case 12:
    case 13:
    case 14:
        return NUMBER_UNSIGNED;
    default:
        return NUMBER_SIGNED;
    }
}

/* The leaves of the schema, which are what the columns of every row group are, in this order. */
struct leaves {
    uint32_t count;
    uint8_t kinds[MAX_COLUMNS];       /* enum number_kind */
    bool required[MAX_COLUMNS];       /* no value is NULL */
    struct thrift names[MAX_COLUMNS]; /* of the top-level columns, nested ones too */
    uint32_t name_count;
    bool
        is_clear; /* no two of them are the same but for case: DuckDB renames those, so a name may mean another column */
};

/* What one element of the schema says. */
struct element {
    enum number_kind kind;
    uint64_t children;
    bool required;
    struct thrift name; /* stands at it */
};

/* SchemaElement: 3 repetition_type (0 REQUIRED), 4 name, 5 num_children, 6 converted_type, 10 logicalType. */
static struct element read_element(struct thrift *in)
{
    struct element element = {.kind = NUMBER_SIGNED};
    enum thrift_type type;
    uint64_t id = 0;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 4 && type == THRIFT_BINARY)
            element.name = *in;
        if (id == 3 && type == THRIFT_I32)
            element.required = thrift_count(in) == 0;
        else if (id == 5 && type == THRIFT_I32)
            element.children = thrift_count(in);
        else if (id == 6 && type == THRIFT_I32)
            element.kind = kind_of_converted(thrift_count(in));
        else if (id == 10 && type == THRIFT_STRUCT)
            element.kind = read_logical_type(in, element.kind);
        else
            thrift_skip(in, type, false, 0);
    }
    return element;
}

static int compare_names(const void *a, const void *b)
{
    struct thrift left = *(const struct thrift *)a, right = *(const struct thrift *)b;
    uint64_t left_bytes = thrift_varint(&left), right_bytes = thrift_varint(&right);
    int order = strncasecmp((const char *)left.at, (const char *)right.at,
                            (size_t)(left_bytes < right_bytes ? left_bytes : right_bytes));

    return order != 0 ? order : (left_bytes > right_bytes) - (left_bytes < right_bytes);
}

static bool names_differ(struct leaves *leaves)
{
    qsort(leaves->names, leaves->name_count, sizeof(leaves->names[0]), compare_names);
    for (uint32_t i = 1; i < leaves->name_count; i++) {
        if (compare_names(&leaves->names[i - 1], &leaves->names[i]) == 0)
            return false;
    }
    return true;
}

/* The root comes first, then everything below each of its children in turn. */
static void read_schema(struct thrift *in, struct leaves *leaves)
{
    enum thrift_type type;
    uint64_t count = thrift_list(in, &type),
             below = 0; /* elements to come below the current top-level column */
    bool all = true;

    if (!in->bad && count > 0 && type != THRIFT_STRUCT)
        thrift_bad(in);
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        struct element element = read_element(in);
        bool is_leaf = element.children == 0, is_top = i > 0 && below == 0;
        if (leaves == NULL || in->bad)
            continue;
        if (i > 0)
            below = is_top ? element.children : below - 1 + element.children;
        if (is_top && element.name.at != NULL && leaves->name_count < MAX_COLUMNS)
            leaves->names[leaves->name_count++] = element.name;
        else
            all &= !is_top;
        if (is_leaf && leaves->count < MAX_COLUMNS) {
            leaves->kinds[leaves->count] = (uint8_t)element.kind;
            leaves->required[leaves->count++] = element.required;
        }
    }
    if (leaves != NULL && !in->bad)
        leaves->is_clear = all && names_differ(leaves);
}

/* ---- Columns ---- */

enum parquet_type {
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_FLOAT = 4,
    PARQUET_DOUBLE = 5
};

struct chunk {
    struct thrift path; /* stands at the first element of path_in_schema */
    uint64_t path_parts;
    enum number_kind kind;
    uint64_t type, values, bytes, nulls, data_page, dictionary_page;
    bool has_range;
    bool no_nulls; /* for certain */
    double least, greatest;
};

/* What is known of a top-level column: its first row group's chunk, and its range in all row groups so far. */
struct column {
    struct chunk first;
    bool has_range, no_range; /* no_range: a row group does not tell, for good */
    bool no_bounds;           /* nor are all of its values numbers between two integers, for certain */
    double least, greatest;
    double covered;
};

/* What the readers of row groups fill in. `columns` is NULL if there was no memory for it. */
struct found {
    struct leaves *leaves;
    struct column *columns;
    uint32_t count;
    uint64_t first_bytes; /* of all chunks of the first row group */
};

static double integer_value(enum number_kind kind, uint64_t bits, uint64_t bytes)
{
    double value = bytes == 4 ? (double)(int32_t)(uint32_t)bits : (double)(int64_t)bits;

    switch (kind) {
    case NUMBER_SIGNED:
        break;
    case NUMBER_UNSIGNED:
        return (double)bits;
    case NUMBER_MILLIS:
        return value * 1000;
    case NUMBER_NANOS:
        return value / 1000;
    }
    return value;
}

/* A number as statistics hold it: little-endian, 4 or 8 bytes. False for other types, NaN and the infinities. */
static bool read_number(struct thrift *in, const struct chunk *chunk, double *ret)
{
    uint64_t bytes = thrift_varint(in), bits = 0;
    bool is_short = chunk->type == PARQUET_INT32 || chunk->type == PARQUET_FLOAT;
    bool is_long = chunk->type == PARQUET_INT64 || chunk->type == PARQUET_DOUBLE;
    const uint8_t *at = in->at;
    uint32_t low;
    float single;

    thrift_advance(in, bytes);
    if (in->bad || !((is_short && bytes == 4) || (is_long && bytes == 8)))
        return false;
    for (uint64_t i = 0; i < bytes; i++)
        bits |= (uint64_t)at[i] << (8 * i);
    if (chunk->type == PARQUET_DOUBLE) {
        memcpy(ret, &bits, sizeof(*ret));
    } else if (chunk->type == PARQUET_FLOAT) {
        low = (uint32_t)bits;
        memcpy(&single, &low, sizeof(single));
        *ret = (double)single;
    } else {
        *ret = integer_value(chunk->kind, bits, bytes);
    }
    return *ret >= -DBL_MAX && *ret <= DBL_MAX;
}

/* Statistics: 3 null_count, 5 max_value, 6 min_value. */
static void read_statistics(struct thrift *in, struct chunk *chunk)
{
    uint64_t id = 0;
    enum thrift_type type;
    bool has_least = false, has_greatest = false;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 3 && type == THRIFT_I64)
            chunk->no_nulls |= (chunk->nulls = thrift_count(in)) == 0 && !in->bad;
        else if (id == 5 && type == THRIFT_BINARY)
            has_greatest = read_number(in, chunk, &chunk->greatest);
        else if (id == 6 && type == THRIFT_BINARY)
            has_least = read_number(in, chunk, &chunk->least);
        else
            thrift_skip(in, type, false, 0);
    }
    chunk->has_range = has_least && has_greatest && chunk->least <= chunk->greatest;
}

/* ColumnMetaData: 1 type, 3 path_in_schema, 5 num_values, 7 total_compressed_size, 9 data_page_offset,
 * 11 dictionary_page_offset, 12 statistics. */
static void read_column_metadata(struct thrift *in, struct chunk *chunk)
{
    uint64_t id = 0;
    enum thrift_type type, element;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 1 && type == THRIFT_I32) {
            chunk->type = thrift_count(in);
        } else if (id == 3 && type == THRIFT_LIST) {
            chunk->path_parts = thrift_list(in, &element);
            chunk->path = *in;
            for (uint64_t i = 0; i < chunk->path_parts && !in->bad; i++)
                thrift_skip(in, element, true, 0);
        } else if (id == 5 && type == THRIFT_I64) {
            chunk->values = thrift_count(in);
        } else if (id == 7 && type == THRIFT_I64) {
            chunk->bytes = thrift_count(in);
        } else if (id == 9 && type == THRIFT_I64) {
            chunk->data_page = thrift_count(in);
        } else if (id == 11 && type == THRIFT_I64) {
            chunk->dictionary_page = thrift_count(in);
        } else if (id == 12 && type == THRIFT_STRUCT) {
            read_statistics(in, chunk);
        } else {
            thrift_skip(in, type, false, 0);
        }
    }
}

static bool is_integer(const struct chunk *chunk)
{
    return chunk->type == PARQUET_INT32 || chunk->type == PARQUET_INT64;
}

/*
 * Values in the whole file, of which the row group is a sample. A dictionary that grows with the rows (more than one
 * value in 20 rows) is taken to go on growing; numbers cannot be more than their range in the sample allows, if they
 * repeat in it.
 */
static double estimate_distinct(const struct chunk *chunk, uint64_t file_rows)
{
    double values = (double)chunk->values, width = 6;

    if (chunk->values == 0)
        return 1;
    if (chunk->type == PARQUET_INT32 || chunk->type == PARQUET_FLOAT)
        width = 4;
    if (chunk->type == PARQUET_INT64 || chunk->type == PARQUET_DOUBLE)
        width = 8;
    if (chunk->dictionary_page > 0 && chunk->data_page > chunk->dictionary_page)
        values = (double)(chunk->data_page - chunk->dictionary_page) / width + 1;
    if (is_integer(chunk) && chunk->has_range && chunk->greatest - chunk->least + 1 < values)
        values = chunk->greatest - chunk->least + 1;
    if (values > (double)chunk->values)
        values = (double)chunk->values;
    return values * 20 > (double)chunk->values ? values * (double)file_rows / (double)chunk->values : values;
}

/* The numbers below it are all doubles. */
#define EXACT_DOUBLE 9007199254740992.0

static bool has_bounds(const struct chunk *chunk)
{
    return is_integer(chunk) && chunk->kind == NUMBER_SIGNED && chunk->no_nulls && chunk->has_range &&
           chunk->least > -EXACT_DOUBLE && chunk->greatest < EXACT_DOUBLE;
}

static bool same_path(struct thrift a, struct thrift b)
{
    uint64_t bytes = thrift_varint(&a);

    return thrift_varint(&b) == bytes && !a.bad && !b.bad && bytes <= (uint64_t)(a.end - a.at) &&
           bytes <= (uint64_t)(b.end - b.at) && memcmp(a.at, b.at, (size_t)bytes) == 0;
}

/* One more row group's values. Of those that are all NULL nothing is said, and there is nothing to say. */
static void widen(struct column *column, const struct chunk *chunk)
{
    if (chunk->values > 0 && !(has_bounds(chunk) && same_path(column->first.path, chunk->path)))
        column->no_bounds = true;
    else if (chunk->values > 0)
        column->covered += chunk->greatest - chunk->least;
    if (chunk->nulls > 0 && chunk->nulls == chunk->values)
        return;
    if (!chunk->has_range) {
        column->no_range = true;
        return;
    }
    if (!column->has_range || chunk->least < column->least)
        column->least = chunk->least;
    if (!column->has_range || chunk->greatest > column->greatest)
        column->greatest = chunk->greatest;
    column->has_range = true;
}

static char *copy_name(struct chunk *chunk)
{
    uint64_t bytes = thrift_varint(&chunk->path);
    const uint8_t *at = chunk->path.at;

    thrift_advance(&chunk->path, bytes);
    return chunk->path.bad ? NULL : strndup((const char *)at, (size_t)bytes);
}

/*
 * RowGroup.columns: ColumnChunk: 3 meta_data. What cannot be kept is not known of. All row groups have the same columns in
 * the same order; one that has not leaves a range that is wrong, which costs an estimate, no more, and no bounds.
 */
static void read_columns(struct thrift *in, struct found *found, bool is_first)
{
    const struct leaves *leaves = found->leaves;
    enum thrift_type type, element;
    uint64_t count = thrift_list(in, &element);
    uint32_t top_level = 0;

    if (in->bad || element != THRIFT_STRUCT)
        thrift_bad(in);
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        struct chunk chunk = {.path_parts = 0};
        uint64_t id = 0;
        if (leaves != NULL && i < leaves->count)
            chunk.kind = (enum number_kind)leaves->kinds[i];
        chunk.no_nulls = leaves != NULL && i < leaves->count && leaves->required[i];
        while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
            if (id == 3 && type == THRIFT_STRUCT)
                read_column_metadata(in, &chunk);
            else
                thrift_skip(in, type, false, 0);
        }
        found->first_bytes += is_first ? chunk.bytes : 0;
        if (chunk.path_parts != 1 || found->columns == NULL || top_level == MAX_COLUMNS)
            continue;
        if (is_first)
            found->columns[found->count++].first = chunk;
        if (top_level < found->count)
            widen(&found->columns[top_level++], &chunk);
    }
}

static double share_of(const struct chunk *chunk, const struct found *found)
{
    return found->first_bytes == 0 ? 1 : (double)chunk->bytes / (double)found->first_bytes;
}

static void keep_columns(struct footer *footer, struct found *found)
{
    footer->columns = found->count == 0 ? NULL : calloc(found->count, sizeof(*footer->columns));
    for (uint32_t i = 0; footer->columns != NULL && i < found->count; i++) {
        struct column *column = &found->columns[i];
        char *name = copy_name(&column->first);
        if (name == NULL)
            continue;
        footer->bytes += sizeof(*footer->columns) + strlen(name) + 1;
        footer->columns[footer->column_count++] =
            (struct footer_column){.name = name,
                                   .distinct = estimate_distinct(&column->first, footer->rows),
                                   .share = share_of(&column->first, found),
                                   .has_range = column->has_range && !column->no_range,
                                   .has_bounds = column->has_range && !column->no_bounds &&
                                                 found->leaves != NULL && found->leaves->is_clear,
                                   .least = column->least,
                                   .greatest = column->greatest,
                                   .covered = column->covered};
    }
}

/* ---- Row groups ---- */

/* RowGroup: 1 columns, 2 total_byte_size, 3 num_rows, 6 total_compressed_size. */
static void read_row_group(struct thrift *in, struct footer *footer, uint32_t index, struct found *found)
{
    uint64_t id = 0, *rows = &footer->values[index], *bytes = &footer->values[footer->count + index];
    enum thrift_type type;
    bool has_rows = false, has_compressed = false;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 3 && type == THRIFT_I64) {
            *rows = thrift_count(in);
            has_rows = true;
        } else if (id == 6 && type == THRIFT_I64) {
            *bytes = thrift_count(in);
            has_compressed = true;
        } else if (id == 2 && type == THRIFT_I64 && !has_compressed) {
            *bytes = thrift_count(in);
        } else if (id == 1 && type == THRIFT_LIST) {
            read_columns(in, found, index == 0);
        } else {
            thrift_skip(in, type, false, 0);
        }
    }
    if (!has_rows)
        thrift_bad(in);
}

static bool read_row_groups(struct thrift *in, struct footer *footer, struct found *found)
{
    enum thrift_type type;
    uint64_t count = thrift_list(in, &type);

    /* a row group takes at least 4 bytes */
    if (in->bad || count > (uint64_t)(in->end - in->at) / 4 || (count > 0 && type != THRIFT_STRUCT)) {
        thrift_bad(in);
        return true;
    }
    footer->values = calloc(2 * (size_t)count + 1, sizeof(*footer->values));
    if (footer->values == NULL)
        return false;
    footer->count = (uint32_t)count;
    footer->bytes += 2 * (size_t)count * sizeof(*footer->values);
    for (uint32_t i = 0; i < footer->count && !in->bad; i++)
        read_row_group(in, footer, i, found);
    return true;
}

void footer_free(struct footer *footer)
{
    if (footer == NULL)
        return;
    for (uint32_t i = 0; i < footer->column_count && footer->columns != NULL; i++)
        free(footer->columns[i].name);
    free(footer->columns);
    free(footer->values);
    free(footer);
}

static uint64_t hash_bytes(const uint8_t *data, const uint8_t *end)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (; data < end; data++)
        hash = (hash ^ *data) * UINT64_C(1099511628211);
    return hash;
}

/* FileMetaData: 2 schema, 3 num_rows, 4 row_groups. */
static bool read_metadata(struct thrift *in, struct footer *footer, struct found *found)
{
    uint64_t id = 0, sum = 0;
    enum thrift_type type;
    bool has_rows = false;

    while ((type = thrift_field(in, &id)) != THRIFT_STOP) {
        if (id == 3 && type == THRIFT_I64) {
            footer->rows = thrift_count(in);
            has_rows = true;
        } else if (id == 4 && type == THRIFT_LIST && footer->values == NULL) {
            if (!read_row_groups(in, footer, found))
                return false;
        } else if (id == 2 && type == THRIFT_LIST) {
            const uint8_t *start = in->at;
            read_schema(in, found->leaves);
            footer->schema_hash = hash_bytes(start, in->at);
        } else {
            thrift_skip(in, type, false, 0);
        }
    }
    for (uint32_t i = 0; i < footer->count; i++)
        sum += footer->values[i];
    if (footer->values == NULL || !has_rows || sum != footer->rows)
        thrift_bad(in);
    return true;
}

struct footer *footer_parse(const uint8_t *data, size_t bytes, bool *ret_bad)
{
    struct thrift in = {data, data + bytes, false};
    struct footer *footer = calloc(1, sizeof(*footer));
    struct found found = {.leaves = calloc(1, sizeof(*found.leaves)),
                          .columns = calloc(MAX_COLUMNS, sizeof(*found.columns))};
    bool ok = footer != NULL;

    *ret_bad = false;
    if (ok) {
        footer->bytes = sizeof(*footer);
        ok = read_metadata(&in, footer, &found);
        *ret_bad = ok && in.bad;
        if (ok && !in.bad)
            keep_columns(footer, &found);
    }
    free(found.columns);
    free(found.leaves);
    if (!ok || *ret_bad) {
        footer_free(footer);
        return NULL;
    }
    return footer;
}
