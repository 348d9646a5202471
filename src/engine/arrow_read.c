/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow's schemas and arrays in DuckDB's words.
 *
 * DuckDB has a conversion of its own (duckdb_data_chunk_from_arrow), but in 1.5 it cannot be relied on. It reads other rows
 * than it should of booleans that start within a byte, of structs within sliced structs, and of fixed-size binaries after a
 * NULL; it loses NULLs of dictionaries whose null_count is not known, and writes beyond its masks where a dictionary has
 * more than 2,048 rows; unions ignore offsets, day-time intervals are misread. So rows are read here, by Arrow's
 * specification, and what is not listed (unions, run-end encoding, half floats, 256-bit decimals) is UNSUPPORTED.
 *
 * A row of an array is counted from its offset; a child's rows are counted from the child's own offset. Values are read with
 * memcpy, so buffers need no alignment. Rows that are NULL are NULL in all that belongs to them, as DuckDB wants its structs.
 *
 * Pure functions; any thread. Failure: a text that says what the stream "gives".
 */
#include "engine/arrow_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/arrow_abi.h"
#include "engine/layout.h"
#include "plan/object.h"

#define MAX_DEPTH     60
#define MAX_COLUMNS   100000
#define MICROS_PER_MS 1000
#define MICROS_PER_S  1000000
#define MS_PER_DAY    INT64_C(86400000)
#define DUCKDB_STRING 16 /* bytes of a string in a vector */

/* ---- Formats ---- */

enum form {
    FORM_INVALID = 0,
    FORM_NULL,
    FORM_COPY, /* the same bytes for both */
    FORM_BOOLEAN,
    FORM_BOOL8, /* a byte that is not 0 */
    FORM_DECIMAL,
    FORM_DATE_MS,
    FORM_TIME_SCALED, /* 32 bits, times `scale` */
    FORM_SCALED,      /* 64 bits, times `scale` */
    FORM_NS,          /* 64 bits, divided by 1,000 */
    FORM_DURATION,    /* 64 bits, times `scale` */
    FORM_DURATION_NS,
    FORM_MONTHS,
    FORM_DAY_TIME,
    FORM_MONTH_DAY_NANO,
    FORM_STRING,
    FORM_LARGE_STRING,
    FORM_STRING_VIEW,
    FORM_FIXED, /* binary of `size` bytes */
    FORM_UUID,
    FORM_LIST,
    FORM_LARGE_LIST,
    FORM_LIST_VIEW,
    FORM_LARGE_LIST_VIEW,
    FORM_ARRAY, /* of `size` elements */
    FORM_MAP,
    FORM_STRUCT
};

struct format {
    const char *text; /* exactly; one that ends in ':' is followed by a time zone, or by nothing */
    enum form form;
    enum type_tag tag; /* TYPE_INVALID: has parameters */
    uint32_t size;     /* FORM_COPY: bytes; filled in for FORM_DECIMAL, FORM_FIXED, FORM_ARRAY */
    int64_t scale;
};

static const struct format formats[] = {
    {"n", FORM_NULL, TYPE_SQLNULL, 0, 0},
    {"b", FORM_BOOLEAN, TYPE_BOOLEAN, 0, 0},
    {"c", FORM_COPY, TYPE_TINYINT, 1, 0},
    {"C", FORM_COPY, TYPE_UTINYINT, 1, 0},
    {"s", FORM_COPY, TYPE_SMALLINT, 2, 0},
    {"S", FORM_COPY, TYPE_USMALLINT, 2, 0},
    {"i", FORM_COPY, TYPE_INTEGER, 4, 0},
    {"I", FORM_COPY, TYPE_UINTEGER, 4, 0},
    {"l", FORM_COPY, TYPE_BIGINT, 8, 0},
    {"L", FORM_COPY, TYPE_UBIGINT, 8, 0},
    {"f", FORM_COPY, TYPE_FLOAT, 4, 0},
    {"g", FORM_COPY, TYPE_DOUBLE, 8, 0},
    {"u", FORM_STRING, TYPE_VARCHAR, 0, 0},
    {"U", FORM_LARGE_STRING, TYPE_VARCHAR, 0, 0},
    {"vu", FORM_STRING_VIEW, TYPE_VARCHAR, 0, 0},
    {"z", FORM_STRING, TYPE_BLOB, 0, 0},
    {"Z", FORM_LARGE_STRING, TYPE_BLOB, 0, 0},
    {"vz", FORM_STRING_VIEW, TYPE_BLOB, 0, 0},
    {"tdD", FORM_COPY, TYPE_DATE, 4, 0},
    {"tdm", FORM_DATE_MS, TYPE_DATE, 0, 0},
    {"tts", FORM_TIME_SCALED, TYPE_TIME, 0, MICROS_PER_S},
    {"ttm", FORM_TIME_SCALED, TYPE_TIME, 0, MICROS_PER_MS},
    {"ttu", FORM_COPY, TYPE_TIME, 8, 0},
    {"ttn", FORM_COPY, TYPE_TIME_NS, 8, 0},
    {"tss:", FORM_COPY, TYPE_TIMESTAMP_S, 8, MICROS_PER_S},
    {"tsm:", FORM_COPY, TYPE_TIMESTAMP_MS, 8, MICROS_PER_MS},
    {"tsu:", FORM_COPY, TYPE_TIMESTAMP, 8, 1},
    {"tsn:", FORM_COPY, TYPE_TIMESTAMP_NS, 8, 0},
    {"tDs", FORM_DURATION, TYPE_INTERVAL, 0, MICROS_PER_S},
    {"tDm", FORM_DURATION, TYPE_INTERVAL, 0, MICROS_PER_MS},
    {"tDu", FORM_DURATION, TYPE_INTERVAL, 0, 1},
    {"tDn", FORM_DURATION_NS, TYPE_INTERVAL, 0, 0},
    {"tiM", FORM_MONTHS, TYPE_INTERVAL, 0, 0},
    {"tiD", FORM_DAY_TIME, TYPE_INTERVAL, 0, 0},
    {"tin", FORM_MONTH_DAY_NANO, TYPE_INTERVAL, 0, 0},
    {"+l", FORM_LIST, TYPE_INVALID, 0, 0},
    {"+L", FORM_LARGE_LIST, TYPE_INVALID, 0, 0},
    {"+vl", FORM_LIST_VIEW, TYPE_INVALID, 0, 0},
    {"+vL", FORM_LARGE_LIST_VIEW, TYPE_INVALID, 0, 0},
    {"+m", FORM_MAP, TYPE_INVALID, 0, 0},
    {"+s", FORM_STRUCT, TYPE_INVALID, 0, 0},
};

/* "w:16", "+w:3": the number after the colon, at least 1. */
static bool sized(const char *text, const char *prefix, uint32_t *ret)
{
    size_t length = strlen(prefix);
    char *end = NULL;
    long number;

    if (strncmp(text, prefix, length) != 0)
        return false;
    number = strtol(text + length, &end, 10);
    if (end == text + length || *end != '\0' || number < 1 || number > MAX_COLUMNS)
        return false;
    *ret = (uint32_t)number;
    return true;
}

static int32_t read_int32(const void *bytes, uint64_t index)
{
    int32_t value;

    memcpy(&value, (const char *)bytes + index * sizeof(value), sizeof(value));
    return value;
}

static int64_t read_int64(const void *bytes, uint64_t index)
{
    int64_t value;

    memcpy(&value, (const char *)bytes + index * sizeof(value), sizeof(value));
    return value;
}

/* True if the schema has this extension name: metadata are pairs of key and value, each behind its length. */
static bool has_extension(const struct ArrowSchema *schema, const char *name)
{
    static const char key[] = "ARROW:extension:name";
    const char *at = schema->metadata;
    int32_t pairs = at == NULL ? 0 : read_int32(at, 0);

    at = at == NULL ? NULL : at + sizeof(int32_t);
    for (int32_t i = 0; i < pairs; i++) {
        int32_t key_size = read_int32(at, 0), value_size;
        const char *this_key = at + sizeof(int32_t), *value;
        value_size = read_int32(this_key + key_size, 0);
        value = this_key + key_size + sizeof(int32_t);
        if ((size_t)key_size == sizeof(key) - 1 && memcmp(this_key, key, sizeof(key) - 1) == 0)
            return (size_t)value_size == strlen(name) && memcmp(value, name, (size_t)value_size) == 0;
        at = value + value_size;
    }
    return false;
}

/* With a time zone, a timestamp is a TIMESTAMPTZ, of microseconds. */
static struct format with_zone(struct format format)
{
    if (format.tag == TYPE_TIMESTAMP_NS)
        format.form = FORM_NS;
    else if (format.scale != 1)
        format.form = FORM_SCALED;
    format.tag = TYPE_TIMESTAMPTZ;
    return format;
}

/* How the values of a schema are read, not looking at its dictionary. FORM_INVALID: not at all. */
static struct format format_of(const struct ArrowSchema *schema)
{
    struct format found = {.form = FORM_INVALID};
    uint32_t width, scale, bits = 128;

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        size_t length = strlen(formats[i].text);
        bool zoned = formats[i].text[length - 1] == ':';
        if (strncmp(schema->format, formats[i].text, length) == 0 &&
            (zoned || schema->format[length] == '\0')) {
            found = zoned && schema->format[length] != '\0' ? with_zone(formats[i]) : formats[i];
            if (found.tag == TYPE_VARCHAR && has_extension(schema, "arrow.json"))
                found.tag = TYPE_JSON;
            if (found.tag == TYPE_TINYINT && has_extension(schema, "arrow.bool8"))
                found = (struct format){.form = FORM_BOOL8, .tag = TYPE_BOOLEAN};
            return found;
        }
    }
    if (sized(schema->format, "+w:", &found.size)) {
        found.form = FORM_ARRAY;
    } else if (sized(schema->format, "w:", &found.size)) {
        bool uuid = found.size == 16 && has_extension(schema, "arrow.uuid");
        found.form = uuid ? FORM_UUID : FORM_FIXED;
        found.tag = uuid ? TYPE_UUID : TYPE_BLOB;
    } else if (sscanf(schema->format, "d:%u,%u,%u", &width, &scale, &bits) >= 2 && width >= 1 &&
               width <= 38 && scale <= width && (bits == 32 || bits == 64 || bits == 128)) {
        found.form = FORM_DECIMAL;
        found.size = bits / 8;
    }
    return found;
}

/* ---- Types ---- */

static enum eider_status unsupported(const struct ArrowSchema *schema, struct eider_error *err)
{
    return error_set(err, EIDER_ERROR_UNSUPPORTED, "Arrow's format '%.40s' cannot be read",
                     schema == NULL || schema->format == NULL ? "" : schema->format);
}

static enum eider_status type_at(struct arena *arena, const struct ArrowSchema *schema, int depth,
                                 const struct eider_type **ret, struct eider_error *err);

static enum eider_status struct_type(struct arena *arena, const struct ArrowSchema *schema, int depth,
                                     const struct eider_type **ret, struct eider_error *err)
{
    struct type_struct *made = type_struct_new(arena);
    enum eider_status status = EIDER_OK;

    if (made == NULL)
        return error_no_memory(err);
    made->fields = column_list_new(arena, (uint32_t)schema->n_children);
    if (made->fields.count != schema->n_children)
        return error_no_memory(err);
    for (uint32_t i = 0; status == EIDER_OK && i < made->fields.count; i++) {
        const struct ArrowSchema *child = schema->children[i];
        status = type_at(arena, child, depth + 1, &made->fields.items[i].type, err);
        if (status == EIDER_OK && child->name != NULL)
            made->fields.items[i].name = str_make(arena, child->name, strlen(child->name));
    }
    *ret = &made->base;
    return status;
}

static enum eider_status list_type(struct arena *arena, const struct ArrowSchema *schema,
                                   const struct format *format, int depth, const struct eider_type **ret,
                                   struct eider_error *err)
{
    struct type_list *list = format->form == FORM_ARRAY ? NULL : type_list_new(arena);
    struct type_array *array = format->form == FORM_ARRAY ? type_array_new(arena) : NULL;

    if (list == NULL && array == NULL)
        return error_no_memory(err);
    *ret = list != NULL ? &list->base : &array->base;
    if (array != NULL)
        array->size = format->size;
    return type_at(arena, schema->children[0], depth + 1, list != NULL ? &list->child : &array->child, err);
}

static enum eider_status map_type(struct arena *arena, const struct ArrowSchema *schema, int depth,
                                  const struct eider_type **ret, struct eider_error *err)
{
    const struct ArrowSchema *entries = schema->children[0];
    struct type_map *made = type_map_new(arena);
    enum eider_status status;

    if (made == NULL)
        return error_no_memory(err);
    if (entries == NULL || entries->format == NULL || strcmp(entries->format, "+s") != 0 ||
        entries->n_children != 2 || entries->dictionary != NULL)
        return unsupported(schema, err);
    *ret = &made->base;
    status = type_at(arena, entries->children[0], depth + 2, &made->key, err);
    return status != EIDER_OK ? status : type_at(arena, entries->children[1], depth + 2, &made->value, err);
}

static bool is_index(const struct ArrowSchema *schema)
{
    return schema->format[0] != '\0' && schema->format[1] == '\0' &&
           strchr("cCsSiIlL", schema->format[0]) != NULL;
}

static enum eider_status type_at(struct arena *arena, const struct ArrowSchema *schema, int depth,
                                 const struct eider_type **ret, struct eider_error *err)
{
    int64_t children = 0;
    struct format format;
    unsigned width, scale;

    if (schema == NULL || schema->format == NULL || depth > MAX_DEPTH)
        return unsupported(schema, err);
    if (schema->dictionary != NULL)
        return is_index(schema) ? type_at(arena, schema->dictionary, depth + 1, ret, err)
                                : unsupported(schema, err);
    format = format_of(schema);
    if (format.form == FORM_STRUCT)
        children = schema->n_children > 0 && schema->n_children < MAX_COLUMNS ? schema->n_children : -1;
    else if (format.form >= FORM_LIST)
        children = 1;
    if (format.form == FORM_INVALID || schema->n_children != children)
        return unsupported(schema, err);
    if (format.form == FORM_STRUCT)
        return struct_type(arena, schema, depth, ret, err);
    if (format.form == FORM_MAP)
        return map_type(arena, schema, depth, ret, err);
    if (format.form >= FORM_LIST)
        return list_type(arena, schema, &format, depth, ret, err);
    if (format.form != FORM_DECIMAL)
        *ret = type_simple(format.tag);
    else if (sscanf(schema->format, "d:%u,%u", &width, &scale) == 2)
        *ret = type_decimal(arena, width, scale);
    return *ret != NULL ? EIDER_OK : error_no_memory(err);
}

enum eider_status arrow_type(struct arena *arena, const struct ArrowSchema *schema,
                             const struct eider_type **ret, struct eider_error *err)
{
    enum eider_status status;

    *ret = NULL;
    status = type_at(arena, schema, 0, ret, err);
    return status == EIDER_OK && arena_failed(arena) ? error_no_memory(err) : status;
}

/* ---- The shape of arrays ---- */

/* How many buffers an array has at least. */
static int64_t buffers_of(enum form form)
{
    switch ((int)form) {
    case FORM_NULL:
        return 0;
    case FORM_STRUCT:
    case FORM_ARRAY:
        return 1;
    case FORM_STRING:
    case FORM_LARGE_STRING:
    case FORM_LIST_VIEW:
    case FORM_LARGE_LIST_VIEW:
        return 3;
    default:
        return 2; /* views of strings have more, one by one */
    }
}

const char *arrow_check(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
    static const char wrong[] = "gives an array that is not what its schema says";
    const char *problem = NULL;
    int64_t buffers;

    if (array == NULL || array->release == NULL || array->length < 0 || array->offset < 0 ||
        array->n_children != schema->n_children ||
        (array->dictionary == NULL) != (schema->dictionary == NULL))
        return wrong;
    buffers = schema->dictionary != NULL ? 2 : buffers_of(format_of(schema).form);
    if (array->n_buffers < buffers)
        return wrong;
    for (int64_t i = 1; array->length > 0 && i < buffers;
         i++) { /* bytes of strings may miss if all are empty */
        if (array->buffers[i] == NULL && i == 1)
            return wrong;
    }
    for (int64_t i = 0; i < array->n_children && problem == NULL; i++)
        problem = arrow_check(schema->children[i], array->children[i]);
    if (problem == NULL && array->dictionary != NULL)
        problem = arrow_check(schema->dictionary, array->dictionary);
    return problem;
}

/* ---- NULLs ---- */

static bool is_valid(const struct ArrowArray *array, uint64_t slot)
{
    const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;

    return array->null_count == 0 || bits == NULL || (bits[slot / 8] >> (slot % 8) & 1) != 0;
}

/* Makes a row NULL, and the rows of its parts. */
static void set_null(const struct ArrowSchema *schema, duckdb_vector vector, idx_t row)
{
    const struct ArrowSchema *values = schema->dictionary != NULL ? schema->dictionary : schema;
    struct format format = format_of(values);

    duckdb_vector_ensure_validity_writable(vector);
    duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
    if (format.form == FORM_STRUCT) {
        for (int64_t i = 0; i < values->n_children; i++)
            set_null(values->children[i], duckdb_struct_vector_get_child(vector, (idx_t)i), row);
    } else if (format.form == FORM_ARRAY) {
        for (idx_t i = 0; i < format.size; i++)
            set_null(values->children[0], duckdb_array_vector_get_child(vector), row * format.size + i);
    } else if (format.form >= FORM_LIST) {
        ((duckdb_list_entry *)duckdb_vector_get_data(vector))[row] = (duckdb_list_entry){0, 0};
    } else if (format.form >= FORM_STRING && format.form <= FORM_FIXED) {
        memset((char *)duckdb_vector_get_data(vector) + row * DUCKDB_STRING, 0, DUCKDB_STRING);
    }
}

/* ---- Values ---- */

/* One value of an array, by its slot, into a row. NULL or what is wrong. */
struct cell {
    const struct ArrowArray *array;
    uint64_t slot;
    char *data; /* of the vector */
    idx_t row;
};

static const char too_large[] = "gives a value that is beyond its type";

static bool scaled(int64_t value, int64_t scale, int64_t *ret)
{
    return !__builtin_mul_overflow(value, scale, ret);
}

static const char *read_time(const struct format *format, const struct cell *cell)
{
    const void *values = cell->array->buffers[1];
    int64_t *target = (int64_t *)(void *)cell->data + cell->row;

    if (format->form == FORM_DATE_MS) {
        int64_t ms = read_int64(values, cell->slot), days = ms / MS_PER_DAY - (ms % MS_PER_DAY < 0);
        ((int32_t *)(void *)cell->data)[cell->row] = (int32_t)days;
        return days < INT32_MIN || days > INT32_MAX ? too_large : NULL;
    }
    if (format->form == FORM_TIME_SCALED)
        *target = read_int32(values, cell->slot) * format->scale;
    else if (format->form == FORM_NS)
        *target = read_int64(values, cell->slot) / 1000;
    else if (!scaled(read_int64(values, cell->slot), format->scale, target))
        return too_large;
    return NULL;
}

static const char *read_interval(const struct format *format, const struct cell *cell)
{
    duckdb_interval *target = (duckdb_interval *)(void *)cell->data + cell->row;
    const void *values = cell->array->buffers[1];

    *target = (duckdb_interval){0, 0, 0};
    switch ((int)format->form) {
    case FORM_DURATION:
        return scaled(read_int64(values, cell->slot), format->scale, &target->micros) ? NULL : too_large;
    case FORM_DURATION_NS:
        target->micros = read_int64(values, cell->slot) / 1000;
        return NULL;
    case FORM_MONTHS:
        target->months = read_int32(values, cell->slot);
        return NULL;
    case FORM_DAY_TIME:
        target->days = read_int32(values, cell->slot * 2);
        target->micros = (int64_t)read_int32(values, cell->slot * 2 + 1) * MICROS_PER_MS;
        return NULL;
    default: /* months and days in 32 bits each, then nanoseconds in 64 */
        target->months = read_int32(values, cell->slot * 4);
        target->days = read_int32(values, cell->slot * 4 + 1);
        target->micros = read_int64(values, cell->slot * 2 + 1) / 1000;
        return NULL;
    }
}

/* Bytes that the vector has for a decimal of so many digits. */
static uint32_t decimal_bytes(const struct ArrowSchema *schema)
{
    unsigned width = 38;

    (void)sscanf(schema->format, "d:%u", &width);
    return width <= 4 ? 2 : width <= 9 ? 4 : width <= 18 ? 8 : 16;
}

/* From the stream's 4, 8 or 16 bytes to the vector's 2, 4, 8 or 16, little-endian and signed. */
static const char *read_decimal(const struct format *format, uint32_t bytes, const struct cell *cell)
{
    const char *source = (const char *)cell->array->buffers[1] + cell->slot * format->size;
    int64_t lower = format->size == 4 ? read_int32(source, 0) : read_int64(source, 0);
    int64_t upper = format->size == 16 ? read_int64(source, 1) : lower < 0 ? -1 : 0;
    int64_t parts[2] = {lower, upper};
    bool fits = bytes == 16 || upper == (lower < 0 ? -1 : 0);

    if (bytes == 2)
        fits = fits && lower >= INT16_MIN && lower <= INT16_MAX;
    else if (bytes == 4)
        fits = fits && lower >= INT32_MIN && lower <= INT32_MAX;
    memcpy(cell->data + cell->row * bytes, parts, bytes);
    return fits ? NULL : too_large;
}

/* RFC 4122's bytes, big-endian; DuckDB sorts UUIDs as signed numbers, so it flips the highest bit. */
static void read_uuid(const struct cell *cell)
{
    const uint8_t *source = (const uint8_t *)cell->array->buffers[1] + cell->slot * 16;
    uint64_t parts[2] = {0, 0}; /* lower, upper */

    for (int i = 0; i < 16; i++)
        parts[i < 8] = parts[i < 8] << 8 | source[i];
    parts[1] ^= UINT64_C(1) << 63;
    memcpy(cell->data + cell->row * sizeof(parts), parts, sizeof(parts));
}

static const char *set_string(const struct format *format, duckdb_vector vector, idx_t row, const char *bytes,
                              int64_t size)
{
    if (size < 0 || size > UINT32_MAX)
        return "gives a string of an impossible length";
    if (format->tag != TYPE_BLOB) {
        duckdb_error_data error = duckdb_valid_utf8_check(bytes != NULL ? bytes : "", (idx_t)size);
        bool bad = error != NULL && duckdb_error_data_has_error(error);
        duckdb_destroy_error_data(&error);
        if (bad)
            return "gives a string that is not UTF-8";
    }
    duckdb_unsafe_vector_assign_string_element_len(vector, row, bytes != NULL ? bytes : "", (idx_t)size);
    return NULL;
}

static const char *read_string(const struct format *format, duckdb_vector vector, const struct cell *cell)
{
    const void *offsets = cell->array->buffers[1];
    const char *view, *bytes;
    int64_t from, to;

    switch ((int)format->form) {
    case FORM_STRING:
        from = read_int32(offsets, cell->slot);
        to = read_int32(offsets, cell->slot + 1);
        break;
    case FORM_LARGE_STRING:
        from = read_int64(offsets, cell->slot);
        to = read_int64(offsets, cell->slot + 1);
        break;
    case FORM_FIXED:
        return set_string(format, vector, cell->row, (const char *)offsets + cell->slot * format->size,
                          format->size);
    default: /* a length; then up to 12 bytes, or the first 4, a buffer's number, and an offset in it */
        view = (const char *)offsets + cell->slot * DUCKDB_STRING;
        to = read_int32(view, 0);
        if (to <= 12)
            return set_string(format, vector, cell->row, view + 4, to);
        if (read_int32(view, 2) < 0 || read_int32(view, 2) + 2 >= cell->array->n_buffers - 1)
            return "gives a string in a buffer that it does not have";
        bytes = cell->array->buffers[read_int32(view, 2) + 2];
        return set_string(format, vector, cell->row, bytes + read_int32(view, 3), to);
    }
    bytes = cell->array->buffers[2];
    return set_string(format, vector, cell->row, bytes == NULL ? NULL : bytes + from, to - from);
}

static void read_boolean(const struct cell *cell)
{
    const uint8_t *bits = cell->array->buffers[1];

    cell->data[cell->row] = (char)(bits[cell->slot / 8] >> (cell->slot % 8) & 1);
}

static const char *read_value(const struct ArrowSchema *schema, const struct format *format,
                              duckdb_vector vector, const struct cell *cell)
{
    switch ((int)format->form) {
    case FORM_BOOLEAN:
        read_boolean(cell);
        return NULL;
    case FORM_BOOL8:
        cell->data[cell->row] = ((const char *)cell->array->buffers[1])[cell->slot] != 0;
        return NULL;
    case FORM_DECIMAL:
        return read_decimal(format, decimal_bytes(schema), cell);
    case FORM_DATE_MS:
    case FORM_TIME_SCALED:
    case FORM_SCALED:
    case FORM_NS:
        return read_time(format, cell);
    case FORM_UUID:
        read_uuid(cell);
        return NULL;
    case FORM_STRING:
    case FORM_LARGE_STRING:
    case FORM_STRING_VIEW:
    case FORM_FIXED:
        return read_string(format, vector, cell);
    default:
        return read_interval(format, cell);
    }
}

/* ---- Nested values ---- */

/* Where the elements of a list are in its child. */
static void list_range(enum form form, const struct ArrowArray *array, uint64_t slot, int64_t *ret_from,
                       int64_t *ret_count)
{
    bool large = form == FORM_LARGE_LIST || form == FORM_LARGE_LIST_VIEW;
    bool view = form == FORM_LIST_VIEW || form == FORM_LARGE_LIST_VIEW;
    const void *offsets = array->buffers[1], *sizes = view ? array->buffers[2] : NULL;

    *ret_from = large ? read_int64(offsets, slot) : read_int32(offsets, slot);
    if (view)
        *ret_count = large ? read_int64(sizes, slot) : read_int32(sizes, slot);
    else
        *ret_count = (large ? read_int64(offsets, slot + 1) : read_int32(offsets, slot + 1)) - *ret_from;
}

static const char *read_lists(const struct ArrowSchema *schema, enum form form,
                              const struct ArrowArray *array, const uint64_t range[2], duckdb_vector vector,
                              idx_t to)
{
    idx_t size = duckdb_list_vector_get_size(vector), total = size;
    duckdb_list_entry *lists;
    const char *problem = NULL;
    int64_t from, count;

    for (uint64_t i = 0; i < range[1]; i++) {
        uint64_t slot = range[0] + i;
        list_range(form, array, slot, &from, &count);
        if (is_valid(array, slot) && (from < 0 || count < 0 || from + count > array->children[0]->length))
            return "gives a list that is beyond its elements";
        total += is_valid(array, slot) ? (idx_t)count : 0;
    }
    if (duckdb_list_vector_reserve(vector, total) != DuckDBSuccess ||
        duckdb_list_vector_set_size(vector, total) != DuckDBSuccess)
        return "gives lists that are too long";
    lists = duckdb_vector_get_data(vector);
    for (uint64_t i = 0; i < range[1] && problem == NULL; i++) {
        if (!is_valid(array, range[0] + i))
            continue;
        list_range(form, array, range[0] + i, &from, &count);
        lists[to + i] = (duckdb_list_entry){.offset = size, .length = (uint64_t)count};
        if (count > 0)
            problem = arrow_read(schema->children[0], array->children[0], (uint64_t)from, (idx_t)count,
                                 duckdb_list_vector_get_child(vector), size);
        size += (idx_t)count;
        if (problem == NULL && form == FORM_MAP) {
            const struct ArrowArray *keys = array->children[0]->children[0];
            for (int64_t k = 0; k < count && problem == NULL; k++) {
                uint64_t slot = (uint64_t)(array->children[0]->offset + from + k + keys->offset);
                problem = is_valid(keys, slot) ? NULL : "gives a map with a NULL as key";
            }
        }
    }
    return problem;
}

static const char *read_nested(const struct ArrowSchema *schema, const struct format *format,
                               const struct ArrowArray *array, const uint64_t range[2], duckdb_vector vector,
                               idx_t to)
{
    const char *problem = NULL;

    if (format->form == FORM_ARRAY)
        return arrow_read(schema->children[0], array->children[0], range[0] * format->size,
                          range[1] * format->size, duckdb_array_vector_get_child(vector), to * format->size);
    if (format->form != FORM_STRUCT)
        return read_lists(schema, format->form, array, range, vector, to);
    for (int64_t i = 0; i < schema->n_children && problem == NULL; i++)
        problem = arrow_read(schema->children[i], array->children[i], range[0], range[1],
                             duckdb_struct_vector_get_child(vector, (idx_t)i), to);
    return problem;
}

/* ---- Rows ---- */

static int64_t index_at(char format, const void *indexes, uint64_t slot)
{
    switch (format) {
    case 'c':
        return ((const int8_t *)indexes)[slot];
    case 'C':
        return ((const uint8_t *)indexes)[slot];
    case 's':
    case 'S': {
        uint16_t value;
        memcpy(&value, (const char *)indexes + slot * sizeof(value), sizeof(value));
        return format == 's' ? (int16_t)value : value;
    }
    case 'i':
        return read_int32(indexes, slot);
    case 'I':
        return (uint32_t)read_int32(indexes, slot);
    default:
        return read_int64(indexes, slot);
    }
}

/* Each row is a row of the dictionary. */
static const char *read_dictionary(const struct ArrowSchema *schema, const struct ArrowArray *array,
                                   const uint64_t range[2], duckdb_vector vector, idx_t to)
{
    const char *problem = NULL;

    for (uint64_t i = 0; i < range[1] && problem == NULL; i++) {
        int64_t index;
        if (!is_valid(array, range[0] + i)) {
            set_null(schema, vector, to + i);
            continue;
        }
        index = index_at(schema->format[0], array->buffers[1], range[0] + i);
        if (index < 0 || index >= array->dictionary->length)
            return "gives an index that is beyond its dictionary";
        problem = arrow_read(schema->dictionary, array->dictionary, (uint64_t)index, 1, vector, to + i);
    }
    return problem;
}

const char *arrow_read(const struct ArrowSchema *schema, const struct ArrowArray *array, uint64_t first,
                       idx_t count, duckdb_vector vector, idx_t to)
{
    const uint64_t range[2] = {(uint64_t)array->offset + first, count};
    struct format format = format_of(schema);
    const char *problem = NULL;
    struct cell cell = {.array = array, .data = duckdb_vector_get_data(vector)};

    if (count == 0)
        return NULL;
    if (first + count > (uint64_t)array->length)
        return "gives an array with a column that is too short";
    if (schema->dictionary != NULL)
        return read_dictionary(schema, array, range, vector, to);
    if (format.form >= FORM_LIST)
        problem = read_nested(schema, &format, array, range, vector, to);
    else if (format.form == FORM_COPY)
        memcpy(cell.data + to * format.size, (const char *)array->buffers[1] + range[0] * format.size,
               count * format.size);
    if (format.form == FORM_COPY && (array->null_count == 0 || array->buffers[0] == NULL))
        return NULL;
    for (uint64_t i = 0; i < count && problem == NULL; i++) {
        cell.slot = range[0] + i;
        cell.row = to + i;
        if (format.form == FORM_NULL || !is_valid(array, cell.slot))
            set_null(schema, vector, cell.row);
        else if (format.form != FORM_COPY && format.form < FORM_LIST)
            problem = read_value(schema, &format, vector, &cell);
    }
    return problem;
}
