/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_ENGINE_FOOTER_H
#define EIDER_ENGINE_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of a Parquet file's metadata the planner uses. */

struct footer_column {
    char *name;      /* of a top-level column */
    double distinct; /* about so many different values in the whole file; < 0: unknown */
    double share;    /* about this part of the file's bytes, from 0 to 1, judged by the first row group */
    /* If has_range: its least and greatest number, maybe wider than the values are. Integers, also those that are dates
     * (days) and decimals (unscaled), and floating-point numbers; times in microseconds, whatever their unit in the file. */
    bool has_range;
    /* The column is of integers (or dates, or times in microseconds), and for certain none is NULL, less than `least`, or more
     * than `greatest`, which are integers. */
    bool has_bounds;
    double least, greatest;
    double
        covered; /* the sum of greatest - least over the row groups: greatest - least, if they follow one another */
};

/* On the heap; immutable. */
struct footer {
    uint64_t rows;
    uint64_t schema_hash; /* of the bytes that describe the columns */
    uint32_t count;       /* of row groups */
    uint64_t *values;     /* rows of each, then bytes of each */
    struct footer_column *columns;
    uint32_t column_count;
    size_t bytes; /* of all this */
};

/* The metadata between the file's last row group and its last 8 bytes. NULL if they are damaged (*ret_bad) or if memory
 * ran out. */
struct footer *footer_parse(const uint8_t *data, size_t bytes, bool *ret_bad);
void footer_free(struct footer *footer); /* accepts NULL */

#endif
