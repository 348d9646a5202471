/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_ARROW_FLOW_H
#define TESTS_UNIT_ARROW_FLOW_H

/* An Arrow stream for tests: over arrays that nanoarrow or DuckDB made, failing where it is told to, and counted. */

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "nanoarrow/nanoarrow.h"

#define FLOW_MAX_ARRAYS 64

struct flow {
    struct ArrowSchema schema;
    struct ArrowArray arrays[FLOW_MAX_ARRAYS];
    int count, next;
    int fail_schema;          /* the code that get_schema returns; 0: it works */
    int fail_at, fail_next;   /* the call of get_next that fails, from 1, and its code */
    const char *says;         /* get_last_error */
    bool wrong_array;         /* get_next gives an array with a column too few */
    void (*each)(void *data); /* before each array; may be NULL */
    void *each_data;
    atomic_uint opened, released; /* streams */
    atomic_uint given, returned;  /* arrays */
};

struct flow_array {
    struct ArrowArray inner;
    struct flow *flow;
};

static inline int flow_get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out)
{
    struct flow *flow = self->private_data;

    return flow->fail_schema != 0 ? flow->fail_schema : ArrowSchemaDeepCopy(&flow->schema, out);
}

static inline void flow_array_release(struct ArrowArray *array)
{
    struct flow_array *own = array->private_data;

    atomic_fetch_add(&own->flow->returned, 1);
    if (own->inner.release != NULL)
        own->inner.release(&own->inner);
    free(own);
    array->release = NULL;
}

static inline int flow_get_next(struct ArrowArrayStream *self, struct ArrowArray *out)
{
    struct flow *flow = self->private_data;
    struct flow_array *own;
    int number = flow->next++;

    if (flow->each != NULL)
        flow->each(flow->each_data);
    if (flow->fail_at == number + 1)
        return flow->fail_next;
    memset(out, 0, sizeof(*out));
    if (number >= flow->count)
        return 0;
    own = malloc(sizeof(*own));
    if (own == NULL)
        return ENOMEM;
    *own = (struct flow_array){flow->arrays[number], flow};
    flow->arrays[number].release = NULL;
    *out = own->inner;
    out->private_data = own;
    out->release = flow_array_release;
    out->n_children -= flow->wrong_array;
    atomic_fetch_add(&flow->given, 1);
    return 0;
}

static inline const char *flow_get_last_error(struct ArrowArrayStream *self)
{
    return ((struct flow *)self->private_data)->says;
}

static inline void flow_release(struct ArrowArrayStream *self)
{
    struct flow *flow = self->private_data;

    atomic_fetch_add(&flow->released, 1);
    self->release = NULL;
}

static inline struct ArrowArrayStream flow_open(struct flow *flow)
{
    atomic_fetch_add(&flow->opened, 1);
    return (struct ArrowArrayStream){.get_schema = flow_get_schema,
                                     .get_next = flow_get_next,
                                     .get_last_error = flow_get_last_error,
                                     .release = flow_release,
                                     .private_data = flow};
}

/* Frees what was not given out. */
static inline void flow_done(struct flow *flow)
{
    for (int i = 0; i < flow->count; i++) {
        if (flow->arrays[i].release != NULL)
            flow->arrays[i].release(&flow->arrays[i]);
    }
    if (flow->schema.release != NULL)
        flow->schema.release(&flow->schema);
}

/* A column of BIGINTs, in arrays of these lengths, counting from `first`; every seventh is NULL if `nulls`. */
static inline void flow_numbers(struct flow *flow, int64_t first, const int *lengths, int count, bool nulls)
{
    ArrowSchemaInit(&flow->schema);
    (void)ArrowSchemaSetTypeStruct(&flow->schema, 1);
    (void)ArrowSchemaSetType(flow->schema.children[0], NANOARROW_TYPE_INT64);
    for (int i = 0; i < count; i++) {
        struct ArrowArray *array = &flow->arrays[flow->count++];
        (void)ArrowArrayInitFromSchema(array, &flow->schema, NULL);
        (void)ArrowArrayStartAppending(array);
        for (int k = 0; k < lengths[i]; k++, first++) {
            if (nulls && first % 7 == 0)
                (void)ArrowArrayAppendNull(array->children[0], 1);
            else
                (void)ArrowArrayAppendInt(array->children[0], first);
            (void)ArrowArrayFinishElement(array);
        }
        (void)ArrowArrayFinishBuildingDefault(array, NULL);
    }
}

#endif
