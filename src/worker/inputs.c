/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fragment reads: sources over exchanged rows, filters, and what custom nodes give, which may depend on the units of a
 * feed.
 *
 * Sources and filters are there for all statements of a task. Custom nodes are asked for SQL or streams for each statement,
 * and a fragment that reads a feed has a statement for each batch of units, if it gives the right rows so (runs_by_batch);
 * else all units are waited for, and there is one statement. A leaf without units is written as a leaf without rows: it cannot
 * be left out, since an aggregate makes a row of no rows.
 *
 * One thread. Failure: what is half made is freed by fragment_inputs_free.
 */
#include "worker/inputs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "eider/feed.h"
#include "engine/arrow_abi.h"
#include "engine/arrow_scan.h"
#include "engine/layout.h"
#include "engine/probe.h"
#include "engine/pulse.h"
#include "engine/source.h"
#include "plan/object.h"
#include "sqlgen/sqlgen.h"

#define SQL_MAX_BYTES ((size_t)64 << 20)

/* ---- Types of columns ---- */

const struct eider_type **fragment_column_types(struct arena *arena, const struct eider_node *node)
{
    const struct eider_type **types = arena_alloc_array(arena, node->columns.count + 1, sizeof(*types));

    for (uint32_t i = 0; types != NULL && i < node->columns.count; i++)
        types[i] = node->columns.items[i].type;
    return types;
}

/* ---- Inputs ---- */

struct fragment_inputs {
    struct arena *arena;
    struct source **sources; /* by input number */
    struct sqlgen_input *sql_inputs;
    uint32_t count;
    struct probe **probes; /* by filter number */
    const char **sql_filters;
    uint32_t filter_count;
    struct task_context context;
    const struct eider_node *root;
    struct fragment_reads reads;
    struct feed_leaf *feeds; /* the leaves that read one */
    uint32_t feed_count;
    bool by_batch;       /* a statement for each batch of units of its only feed */
    struct arena *batch; /* what belongs to the statement that is next, or runs: all below */
    struct sqlgen_custom *customs;
    struct arrow_scan **scans; /* of those customs that are streams */
    uint32_t custom_count, scan_count;
    struct sqlgen_context sql;
};

struct open_context {
    const struct task_context *context;
    const struct task_input *inputs;
    struct fragment_inputs *made;
    enum eider_status status;
    struct eider_error *err;
};

/* In order, the producer tasks are read one after the other, each by a reader of its own: one over several of them may mix
 * what it gets from here and from there. */
static enum eider_status open_in_order(struct transport *transport, const struct task_input *input,
                                       struct layout *layout, struct exchange_reader **ret,
                                       struct eider_error *err)
{
    struct exchange_reader **readers = calloc((size_t)input->slice_count + 1, sizeof(*readers));
    enum eider_status status = EIDER_OK;
    uint32_t count = 0;

    if (readers == NULL)
        return error_no_memory(err);
    while (count < input->slice_count && status == EIDER_OK) {
        struct task_input one = *input;

        one.slices += count;
        one.slice_count = 1;
        if ((status = transport->vtable->open_input(transport, &one, layout, &readers[count], err)) ==
            EIDER_OK)
            count++;
    }
    if (status == EIDER_OK)
        status = reader_new_sequence(layout, readers, count, ret, err);
    else
        while (count > 0)
            reader_free(readers[--count]);
    free(readers);
    return status;
}

static enum eider_status open_reader(struct transport *transport, const struct task_input *input,
                                     bool ordered, struct layout *layout, struct exchange_reader **ret,
                                     struct eider_error *err)
{
    return ordered ? open_in_order(transport, input, layout, ret, err)
                   : transport->vtable->open_input(transport, input, layout, ret, err);
}

static enum eider_status open_one(struct open_context *open, const struct node_exchange_source *node)
{
    const struct task_input *input = &open->inputs[node->input];
    const struct eider_type **types = fragment_column_types(open->made->arena, &node->base);
    struct source_options options = {.run = open->context->run, .types = types, .ordered = node->ordered};
    struct layout *layout = NULL;
    enum eider_status status;

    if (types == NULL)
        return error_no_memory(open->err);
    options.type_count = node->base.columns.count;
    options.estimated_rows = node->base.rows > 0 ? (uint64_t)node->base.rows : 0;
    status = engine_layout_new(types, options.type_count, &layout, open->err);
    if (status == EIDER_OK)
        status =
            open_reader(open->context->transport, input, node->ordered, layout, &options.reader, open->err);
    if (status == EIDER_OK) {
        bool complete = options.reader->complete;
        status = source_new(open->context->engine, &options, &open->made->sources[node->input], open->err);
        if (status == EIDER_OK) {
            open->made->sql_inputs[node->input].token = source_token(open->made->sources[node->input]);
            open->made->sql_inputs[node->input].complete = complete;
        }
    }
    layout_unref(layout);
    return status;
}

static bool open_source(void *data, const struct eider_node *node)
{
    struct open_context *open = data;
    const struct node_exchange_source *source = node_as_exchange_source(node);

    if (source == NULL)
        return true;
    if (source->input >= open->made->count || open->made->sources[source->input] != NULL)
        open->status = error_set(
            open->err, EIDER_ERROR_PLAN, "ExchangeSourceExec reads input %u, which %s", source->input,
            source->input >= open->made->count ? "the task does not have" : "another one reads");
    else
        open->status = open_one(open, source);
    return open->status == EIDER_OK;
}

static enum eider_status open_filters(const struct task_context *context, const struct fragment_reads *reads,
                                      struct fragment_inputs *made, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;

    for (uint32_t i = 0; status == EIDER_OK && i < reads->filter_count; i++) {
        struct bloom *bloom = NULL;
        status = bloom_new(reads->filters[i].word_count, engine_budget(context->engine), &bloom, err);
        if (status == EIDER_OK)
            status = bloom_load(bloom, reads->filters[i].words, reads->filters[i].word_count, err);
        if (status == EIDER_OK)
            status = probe_new(context->engine, bloom, &made->probes[i], err);
        if (status == EIDER_OK)
            made->sql_filters[i] = probe_token(made->probes[i]);
        bloom_unref(bloom);
    }
    return status;
}

static bool count_custom(void *data, const struct eider_node *node)
{
    uint32_t *count = data;

    *count += node->tag == NODE_CUSTOM;
    return true;
}

/* ---- Units of feeds ---- */

struct feed_leaf {
    const struct node_custom *node;
    uint32_t number; /* among the leaves that read the same feed */
    struct unit_batch units;
};

/*
 * True if the rows of the fragment over several parts of its leaf's rows are the rows over all of them: operators work row by
 * row, or make partial states, which are merged above. The leaf is the only one.
 */
static bool runs_by_batch(const struct eider_node *node)
{
    const struct node_aggregate *aggregate = node_as_aggregate(node);
    const struct node_custom *custom = node_as_custom(node);

    if (custom != NULL && custom->inputs.count == 0)
        return custom->feed.size > 0;
    if (aggregate != NULL && aggregate->mode != AGGREGATE_PARTIAL &&
        aggregate->mode != AGGREGATE_PARTIAL_REDUCE)
        return false;
    if (aggregate == NULL && (custom == NULL || !custom->parallel) && node->tag != NODE_REPARTITION &&
        node->tag != NODE_FILTER && node->tag != NODE_PROJECTION && node->tag != NODE_UNNEST &&
        node->tag != NODE_LATERAL_FUNCTION)
        return false;
    return runs_by_batch(node_child(node, 0));
}

static bool add_feed(void *data, const struct eider_node *node)
{
    struct fragment_inputs *made = data;
    const struct node_custom *custom = node_as_custom(node);
    struct feed_leaf *leaf = &made->feeds[made->feed_count];

    if (custom == NULL || custom->feed.size == 0)
        return true;
    *leaf = (struct feed_leaf){.node = custom};
    unit_batch_init(&leaf->units);
    for (uint32_t i = 0; i < made->feed_count; i++)
        leaf->number += str_equal(made->feeds[i].node->feed, custom->feed);
    made->feed_count++;
    return true;
}

static bool nothing_to_wait_for(void *data, uint32_t wait_ms)
{
    const struct timespec nap = {.tv_nsec = EIDER_FEED_POLL_MS * 1000000L};

    (void)data;
    (void)wait_ms;
    (void)nanosleep(&nap, NULL);
    return true;
}

/* A while in which a cancellation is noticed: on the application's connection, that is one of DuckDB's interrupts too. */
static enum eider_status wait_a_while(const struct task_context *context, struct eider_error *err)
{
    if (context->worker < 0)
        return pulse_wait(context->engine, context->run, context->connection, nothing_to_wait_for, NULL, err);
    (void)nothing_to_wait_for(NULL, 0);
    return EIDER_OK;
}

/* Gets the next units of a leaf, or all of them if they cannot be computed in parts. None: there are no more. */
static enum eider_status get_units(struct fragment_inputs *made, struct feed_leaf *leaf,
                                   struct eider_error *err)
{
    struct transport *transport = made->context.transport;
    const struct unit_request request = {
        .task = made->reads.reader, .feed = leaf->node->feed.data, .leaf = leaf->number};
    enum eider_status status = EIDER_OK;

    unit_batch_clear(&leaf->units);
    while (status == EIDER_OK && !leaf->units.end && !unit_batch_failed(&leaf->units) &&
           (!made->by_batch || leaf->units.count == 0)) {
        uint32_t before = leaf->units.count;
        if (run_is_cancelled(made->context.run))
            return error_set(err, EIDER_ERROR_CANCELLED, "the query was cancelled");
        status = transport->vtable->next_units(transport, &request, &leaf->units, err);
        if (status == EIDER_OK && leaf->units.count == before && !leaf->units.end)
            status = wait_a_while(&made->context, err);
    }
    if (status == EIDER_OK && unit_batch_failed(&leaf->units)) {
        status =
            error_set(err, EIDER_ERROR_MEMORY,
                      "the units of the feed '%s' for one statement need more than %zu MiB, or there is no "
                      "memory for them",
                      leaf->node->feed.data, UNITS_MAX_BYTES >> 20);
        error_node(err, leaf->node->kind.data);
    }
    return status;
}

static enum eider_status find_feeds(struct fragment_inputs *made, struct eider_error *err)
{
    enum eider_status status = EIDER_OK;
    uint32_t count = 0;

    node_walk(made->root, count_custom, &count);
    if ((made->feeds = arena_alloc_array(made->arena, count + 1, sizeof(*made->feeds))) == NULL)
        return error_no_memory(err);
    node_walk(made->root, add_feed, made);
    made->by_batch = made->feed_count == 1 && made->reads.statements && runs_by_batch(made->root);
    for (uint32_t i = 0; i < made->feed_count && status == EIDER_OK; i++)
        status = get_units(made, &made->feeds[i], err);
    return status;
}

/* ---- Custom nodes ---- */

struct custom_context {
    struct eider_task task;
    struct fragment_inputs *made;
    enum eider_status status;
    struct eider_error *err;
};

/* The SELECT that reads a stream, which the scan takes over. */
static enum eider_status open_stream(struct custom_context *custom, const struct node_custom *node,
                                     struct ArrowArrayStream *stream, struct buf *text)
{
    struct fragment_inputs *made = custom->made;
    struct arrow_scan_options options = {
        .run = made->context.run, .stream = stream, .kind = node->kind.data, .columns = &node->base.columns};
    enum eider_status status;

    options.estimated_rows = node->base.rows > 0 ? (uint64_t)node->base.rows : 0;
    status = arrow_scan_new(&options, &made->scans[made->scan_count], custom->err);
    if (status == EIDER_OK)
        buf_printf(text, "SELECT * FROM system.main.\"eider_arrow\"('%s')",
                   arrow_scan_token(made->scans[made->scan_count++]));
    return status;
}

/* The units as an array in the arena, whose bytes are the batch's; NULL if out of memory. */
static const struct eider_unit *list_units(const struct unit_batch *batch, struct arena *arena)
{
    struct eider_unit *units = arena_alloc_array(arena, (size_t)batch->count + 1, sizeof(*units));
    const char *at = batch->bytes.data;

    for (uint32_t i = 0; units != NULL && i < batch->count; i++) {
        uint64_t size;

        memcpy(&size, batch->sizes.data + i * sizeof(size), sizeof(size));
        units[i] = (struct eider_unit){at, (size_t)size};
        at += size;
    }
    return units;
}

/* Sets the task's units to those of the leaf. False: it has none, so there is nothing to compute. */
static bool set_units(struct custom_context *custom, const struct node_custom *node)
{
    struct fragment_inputs *made = custom->made;

    custom->task.units = NULL;
    custom->task.unit_count = 0;
    for (uint32_t i = 0; i < made->feed_count; i++) {
        if (made->feeds[i].node != node)
            continue;
        if (made->feeds[i].units.count == 0)
            return false;
        custom->task.units = list_units(&made->feeds[i].units, made->batch);
        custom->task.unit_count = made->feeds[i].units.count;
        if (custom->task.units == NULL)
            custom->status = error_no_memory(custom->err);
    }
    return true;
}

static bool write_custom(void *data, const struct eider_node *node)
{
    struct custom_context *custom = data;
    struct fragment_inputs *made = custom->made;
    struct ArrowArrayStream stream = {.release = NULL};
    struct buf text;
    const struct custom_result result = {&text, &stream};
    bool computes;

    if (node->tag != NODE_CUSTOM)
        return true;
    buf_init(&text, SQL_MAX_BYTES);
    computes = set_units(custom, node_as_custom(node));
    if (custom->status == EIDER_OK && computes)
        custom->status =
            custom_compute(made->context.customs, node_as_custom(node), &custom->task, &result, custom->err);
    if (custom->status == EIDER_OK && stream.release != NULL)
        custom->status = open_stream(custom, node_as_custom(node), &stream, &text);
    if (custom->status == EIDER_OK) {
        struct eider_str sql = str_make(made->batch, text.data, text.size);
        made->customs[made->custom_count++] = (struct sqlgen_custom){node, sql};
        if (text.failed || arena_failed(made->batch))
            custom->status = error_no_memory(custom->err);
    }
    buf_done(&text);
    return custom->status == EIDER_OK;
}

/* What belongs to one statement. */
static void drop_customs(struct fragment_inputs *made)
{
    for (uint32_t i = 0; i < made->scan_count; i++)
        arrow_scan_free(made->scans[i]);
    arena_free(made->batch);
    made->batch = NULL;
    made->scans = NULL;
    made->customs = NULL;
    made->scan_count = made->custom_count = 0;
}

static enum eider_status write_customs(struct fragment_inputs *made, struct eider_error *err)
{
    const struct output_key *reader = &made->reads.reader;
    struct custom_context custom = {.task = {.stage = reader->stage,
                                             .task = reader->task,
                                             .tasks = made->reads.tasks,
                                             .worker = made->context.worker},
                                    .made = made,
                                    .status = EIDER_OK,
                                    .err = err};
    uint32_t count = 0;

    node_walk(made->root, count_custom, &count);
    if ((made->batch = arena_new()) == NULL)
        return error_no_memory(err);
    made->customs = arena_alloc_array(made->batch, count + 1, sizeof(*made->customs));
    made->scans = arena_alloc_array(made->batch, count + 1, sizeof(struct arrow_scan *));
    if (made->customs == NULL || made->scans == NULL)
        return error_no_memory(err);
    node_walk(made->root, write_custom, &custom);
    made->sql.customs = made->customs;
    made->sql.custom_count = made->custom_count;
    return custom.status;
}

/* ---- Life ---- */

static struct fragment_inputs *inputs_new(const struct fragment_reads *reads)
{
    struct fragment_inputs *made = calloc(1, sizeof(*made));

    if (made == NULL)
        return NULL;
    if ((made->arena = arena_new()) != NULL) {
        made->sources = arena_alloc_array(made->arena, reads->input_count + 1, sizeof(struct source *));
        made->sql_inputs = arena_alloc_array(made->arena, reads->input_count + 1, sizeof(*made->sql_inputs));
        made->probes = arena_alloc_array(made->arena, reads->filter_count + 1, sizeof(struct probe *));
        made->sql_filters = arena_alloc_array(made->arena, reads->filter_count + 1, sizeof(char *));
    }
    if (made->arena == NULL || arena_failed(made->arena)) {
        fragment_inputs_free(made);
        return NULL;
    }
    made->count = reads->input_count;
    made->filter_count = reads->filter_count;
    made->sql.inputs = made->sql_inputs;
    made->sql.input_count = made->count;
    made->sql.filters = made->sql_filters;
    made->sql.filter_count = made->filter_count;
    return made;
}

enum eider_status fragment_inputs_open(const struct task_context *context, const struct eider_node *root,
                                       const struct fragment_reads *reads, struct fragment_inputs **ret,
                                       struct eider_error *err)
{
    struct open_context open = {
        .context = context, .inputs = reads->inputs, .made = inputs_new(reads), .err = err};

    *ret = NULL;
    if (open.made == NULL)
        return error_no_memory(err);
    open.made->context = *context;
    open.made->root = root;
    open.made->reads = *reads;
    node_walk(root, open_source, &open);
    if (open.status == EIDER_OK)
        open.status = open_filters(context, reads, open.made, err);
    if (open.status == EIDER_OK)
        open.status = find_feeds(open.made, err);
    if (open.status == EIDER_OK)
        open.status = write_customs(open.made, err);
    if (open.status != EIDER_OK)
        fragment_inputs_free(open.made);
    else
        *ret = open.made;
    return open.status;
}

const struct sqlgen_context *fragment_inputs_sql(const struct fragment_inputs *inputs)
{
    return &inputs->sql;
}

enum eider_status fragment_inputs_next(struct fragment_inputs *inputs, bool *ret_more,
                                       struct eider_error *err)
{
    struct feed_leaf *leaf = inputs->feeds;
    enum eider_status status;

    *ret_more = false;
    if (!inputs->by_batch || leaf->units.end)
        return EIDER_OK;
    drop_customs(inputs);
    status = get_units(inputs, leaf, err);
    if (status != EIDER_OK || leaf->units.count == 0)
        return status;
    *ret_more = true;
    return write_customs(inputs, err);
}

uint64_t fragment_inputs_kept_out(const struct fragment_inputs *inputs, uint32_t filter)
{
    return filter < inputs->filter_count ? probe_kept_out(inputs->probes[filter]) : 0;
}

void fragment_inputs_free(struct fragment_inputs *inputs)
{
    if (inputs == NULL)
        return;
    for (uint32_t i = 0; i < inputs->count; i++)
        source_free(inputs->sources[i]);
    for (uint32_t i = 0; i < inputs->filter_count; i++)
        probe_free(inputs->probes[i]);
    drop_customs(inputs);
    for (uint32_t i = 0; i < inputs->feed_count; i++)
        unit_batch_done(&inputs->feeds[i].units);
    arena_free(inputs->arena);
    free(inputs);
}
