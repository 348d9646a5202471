/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EIDER_EXCHANGE_LAYOUT_H
#define EIDER_EXCHANGE_LAYOUT_H

/*
 * How the columns of an exchange lie in memory, without knowing what they mean: engine/layout.h makes a
 * layout from SQL types. The kinds are those of DuckDB's flat vectors, so that rows enter and leave by
 * memcpy.
 *
 * A layout is a list of nodes in pre-order: each column, followed by the nodes of its children. Nodes that
 * always have the same number of rows form a *segment*: the columns and the members of their structs and
 * arrays are segment 0, and the child of each list opens a segment of its own. The elements of an array are
 * `factor` rows each of the segment of their parent: an array of 3 inside an array of 2 has factor 6.
 *
 *     (BIGINT, STRUCT(VARCHAR, INTEGER[]))  =  0 FIXED/8  1 STRUCT/2  2 STRING  3 LIST  4 FIXED/4
 *     segments                                 0          0           0         0       1
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum layout_kind {
    LAYOUT_INVALID = 0,
    LAYOUT_FIXED,  /* width 1, 2, 4, 8 or 16 */
    LAYOUT_STRING, /* struct layout_string */
    LAYOUT_LIST,   /* struct layout_list; one child */
    LAYOUT_STRUCT, /* no data of its own, only validity; its children: also a UNION's tag and members */
    LAYOUT_ARRAY   /* no data of its own; one child with `array_size` rows for each of its own */
};

/* A string of bytes: up to 12 lie in the struct, from `prefix` on, zero-padded; of longer ones, `prefix` holds the first
 * 4 and `data` points at all of them. */
struct layout_string {
    uint32_t length;
    char prefix[4];
    union {
        char rest[8];
        char *data;
    };
};
_Static_assert(sizeof(struct layout_string) == 16, "as DuckDB's string_t");
#define LAYOUT_STRING_INLINE_BYTES 12u

struct layout_list {
    uint64_t offset; /* of the first element in the child's rows */
    uint64_t length;
};

/* What a caller gives for each node. */
struct layout_spec {
    enum layout_kind kind;
    uint32_t width;       /* FIXED */
    uint32_t array_size;  /* ARRAY: at least 1 */
    uint32_t child_count; /* LIST and ARRAY: 1; STRUCT: at least 1; else 0 */
};

struct layout_node {
    enum layout_kind kind;
    uint32_t width; /* bytes of data a row; 0 for STRUCT and ARRAY */
    uint32_t array_size;
    uint32_t child_count;
    uint32_t next; /* the node behind this one's subtree: a sibling, if there is one */
    uint32_t segment;
    uint32_t factor; /* rows of this node for each row of its segment */
};

struct layout_segment {
    uint32_t list_node;            /* whose elements these are; unused in segment 0 */
    uint32_t first_node, end_node; /* its nodes lie among these; inner segments' do too */
    uint64_t row_bits;             /* data and validity of a row */
};

#define LAYOUT_MAX_NODES  (1u << 16)
#define LAYOUT_MAX_FACTOR (1u << 20)

/* Immutable and counted by reference. Any thread. */
struct layout {
    _Atomic uint32_t refs;
    uint32_t column_count;
    uint32_t node_count;
    uint32_t segment_count;
    uint32_t depth; /* of the deepest node; a column has 1 */
    bool has_strings;
    bool is_flat;      /* only FIXED and STRING columns */
    uint32_t *columns; /* the node of each column */
    struct layout_node *nodes;
    struct layout_segment *segments;
};

/*
 * A layout of `column_count` columns (may be 0) from `node_count` specifications in pre-order. Errors:
 * ARGUMENT if they form no such tree or exceed the limits above, MEMORY.
 */
enum eider_status layout_new(const struct layout_spec *specs, uint32_t node_count, uint32_t column_count,
                             struct layout **ret, struct eider_error *err);
struct layout *layout_ref(struct layout *layout);
void layout_unref(struct layout *layout); /* accepts NULL */

bool layout_equal(const struct layout *a, const struct layout *b);

#endif
