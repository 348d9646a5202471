/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds of a column in a file: by its statistics or, of a partition column, by the folder that the file is in.
 *
 *   sales/region=north/day=2024-03-01/data_0.parquet    region: a number made of 'north'; day: 19783
 *
 * A folder's text is understood only where two texts cannot be one value, unless they have one number: integers as they are
 * printed, dates, and strings whose escapes (%20) are well-formed. Of strings the numbers have no meaning, but are the same in
 * all scans. What stands for NULL has a number of its own; that an empty text does too, which is NULL for some types only,
 * does no harm.
 */
#include "planner/ranges.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 18
#define MAX_TEXT   256

bool range_by_folders(const struct node_parquet_scan *scan)
{
    for (uint32_t i = 0; i < scan->options.count; i++) {
        const struct expr_integer *value = expr_as_integer(scan->options.items[i].expr);
        if (str_is(scan->options.items[i].name, "hive_partitioning") && (value == NULL || value->lower != 0))
            return true;
    }
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal_in_any_case(const char *a, size_t size, const char *b)
{
    for (size_t i = 0; i < size; i++) {
        if (b[i] == 0 || lower(a[i]) != lower(b[i]))
            return false;
    }
    return b[size] == 0;
}

/* The text of `name` in the folders of a path. False: none, or not certain which. */
static bool find_folder(const char *path, const char *name, const char **ret, size_t *ret_size)
{
    const char *start = path, *end;
    uint32_t found = 0;

    if (strpbrk(path, "?\\\n") != NULL)
        return false;
    for (; (end = strchr(start, '/')) != NULL; start = end + 1) {
        const char *equal = memchr(start, '=', (size_t)(end - start));
        size_t size = equal != NULL ? (size_t)(equal - start) : 0;
        if (size == 0 || !equal_in_any_case(start, size, name))
            continue;
        *ret = equal + 1;
        *ret_size = (size_t)(end - *ret);
        if (strncmp(start, name, size) != 0 || memchr(*ret, '=', *ret_size) != NULL || found++ > 0)
            return false;
    }
    return found == 1;
}

static bool is_null(const char *text, size_t size)
{
    return size == 0 || equal_in_any_case(text, size, "null") ||
           equal_in_any_case(text, size, "__hive_default_partition__");
}

static bool read_integer(const char *text, size_t size, int64_t *ret)
{
    bool minus = size > 0 && text[0] == '-';
    size_t digits = size - minus;

    text += minus;
    if (digits == 0 || digits > MAX_DIGITS || (text[0] == '0' && (digits > 1 || minus)))
        return false;
    *ret = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = *ret * 10 + (text[i] - '0');
    }
    *ret = minus ? -*ret : *ret;
    return true;
}

static bool read_digits(const char *text, size_t size, int64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = *ret * 10 + (text[i] - '0');
    }
    return true;
}

/* YYYY-MM-DD as days since 1970. Years begin in March here, so that a leap day is the last of its year. */
static bool read_date(const char *text, size_t size, int64_t *ret)
{
    int64_t year, month, day, century;

    if (size != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 4, &year) ||
        !read_digits(text + 5, 2, &month) || !read_digits(text + 8, 2, &day) || month < 1 || month > 12)
        return false;
    year -= month <= 2;
    month = (month + 9) % 12;
    if (year < 0)
        return false;
    century = year / 100;
    *ret = year * 365 + year / 4 - century + century / 4 + (153 * month + 2) / 5 + day - 1 - 719468;
    return true;
}

/* FNV-1a, without the two highest bits: sums and differences of two do not overflow. */
static int64_t number_of(const char *text, size_t size)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return (int64_t)(hash >> 2);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

static bool read_text(const char *text, size_t size, int64_t *ret)
{
    char plain[MAX_TEXT];
    size_t count = 0;

    if (size > MAX_TEXT)
        return false;
    for (size_t i = 0; i < size; i++) {
        plain[count++] = text[i];
        if (text[i] != '%')
            continue;
        if (i + 2 >= size || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
            return false;
        plain[count - 1] = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
        i += 2;
    }
    *ret = number_of(plain, count);
    return count == size || !is_null(plain, count);
}

static bool read_folder(const struct eider_type *type, const char *text, size_t size, int64_t *ret)
{
    *ret = RANGE_NULL;
    if (is_null(text, size))
        return true;
    switch ((int)type->tag) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return read_integer(text, size, ret);
    case TYPE_DATE:
        return read_date(text, size, ret);
    case TYPE_VARCHAR:
        return read_text(text, size, ret);
    default:
        return false;
    }
}

static bool folder_value(const struct scan_column *column, const char *path, int64_t *ret)
{
    const char *text = NULL;
    size_t size = 0;

    return find_folder(path, column->name.data, &text, &size) && read_folder(column->type, text, size, ret);
}

bool range_bounds(const struct planner_options *options, const struct node_parquet_scan *scan,
                  const struct scan_column *column, const char *path, struct planner_bounds *ret)
{
    int64_t value;

    if (!range_by_folders(scan))
        return options->column_bounds(options->file_data, path, column->name.data, ret);
    if (!folder_value(column, path, &value))
        return false;
    *ret = (struct planner_bounds){.least = value, .greatest = value, .covered = 0, .row_groups = 1};
    return true;
}

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

double range_folder_values(struct arena *arena, const struct node_parquet_scan *scan,
                           const struct scan_column *column)
{
    int64_t *values;
    double count = 0;

    if (!range_by_folders(scan) ||
        (values = arena_alloc_array(arena, scan->files.count, sizeof(*values))) == NULL)
        return -1;
    for (uint32_t i = 0; i < scan->files.count; i++) {
        if (!folder_value(column, scan->files.items[i].path.data, &values[i]))
            return -1;
    }
    qsort(values, scan->files.count, sizeof(*values), by_value);
    for (uint32_t i = 0; i < scan->files.count; i++)
        count += i == 0 || values[i] != values[i - 1];
    return count;
}
