/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scans cut by the values of a column: see ranges.h.
 *
 * A column is offered if no value of it is NULL, all are integers (or dates, or timestamps) between bounds that are known
 * of every file, and the row groups hardly overlap: then a range of values is a part of the files, and DuckDB skips the
 * rest by its statistics. Where row groups are cut in two, two tasks read them, each with a filter.
 * A column that is made of the names of folders (k=1/) has one value in each file, which folders.c makes a number: then whole
 * files are read by one task, with no filter, and those of NULL by the first. It is offered if tasks are about equal so.
 *
 * The points of a scan say how many bytes lie below a value: one for the least value of each file, and one above all.
 * Between them values are taken to lie evenly. A domain is cut by the points of its largest scan, at equal shares of bytes,
 * and at a border of files where one is near:
 *   lineitem  1 … 3.7 M | 3.7 … 7.5 M | … 16 files    4 tasks: cut at the borders after files 4, 8 and 12
 *   orders    the same values, other borders           at the same values, so a file may be read by two tasks
 * The tasks of a stage may become more or fewer until the pass ends, so only points are kept; the cuts are made when the
 * leaves are scaled. They depend on nothing but points and tasks, hence scans with equal points in one stage are in step.
 *
 * Domains are sets, joined when a join is found to be in step; two are not joined if the tasks would be too unequal.
 */
#include "planner/ranges.h"

#include <stdlib.h>

#include "plan/object.h"

#define MAX_OVERLAP 1.5 /* row groups that cover a value, on average */
#define MAX_UNEQUAL 1.5 /* the bytes of the largest task, by those of the average task */
#define NEAR_SHARE  8   /* a border of files is near if it is off by at most a share's 8th part */

struct range_member {
    struct node_parquet_scan *scan; /* the pass's own copy, in the plan */
    uint32_t key;
    struct range_point_list points;
    struct range_member *next;
};

struct range_domain {
    struct range_domain *joined; /* the set that this one has become a part of; NULL: it is a set itself */
    struct range_member *members;
    struct range_point_list points; /* of the largest */
    bool used;
    struct range_domain *next; /* of the pass */
};

/* ---- Points ---- */

static uint64_t all_bytes(const struct range_point_list *points)
{
    return points->items[points->count - 1].bytes;
}

/* Where `bytes` of the scan lie below. */
static int64_t value_at(const struct range_point_list *points, uint64_t bytes, uint64_t near)
{
    const struct range_point *a, *b;
    uint32_t i = 1;
    double part;

    while (i + 1 < points->count && points->items[i].bytes <= bytes)
        i++;
    a = &points->items[i - 1];
    b = &points->items[i];
    if (bytes - a->bytes <= near && a->bytes > 0)
        return a->value;
    if (b->bytes - bytes <= near && i + 1 < points->count)
        return b->value;
    part = (double)(bytes - a->bytes) / (double)(b->bytes - a->bytes);
    return a->value + (int64_t)((double)(b->value - a->value) * part);
}

/* About how many bytes lie below a value. */
static double bytes_below(const struct range_point_list *points, int64_t value)
{
    const struct range_point *a, *b;
    uint32_t i = 1;

    if (value <= points->items[0].value)
        return 0;
    while (i < points->count && points->items[i].value <= value)
        i++;
    if (i == points->count)
        return (double)all_bytes(points);
    a = &points->items[i - 1];
    b = &points->items[i];
    return (double)a->bytes +
           (double)(b->bytes - a->bytes) * (double)(value - a->value) / (double)(b->value - a->value);
}

struct range_cut range_cut_of(const struct range_point_list *points, uint32_t task, uint32_t tasks)
{
    uint64_t share = all_bytes(points) / tasks;
    struct range_cut cut = {INT64_MIN, INT64_MAX};

    if (task > 0)
        cut.from = value_at(points, share * task, share / NEAR_SHARE);
    if (task + 1 < tasks)
        cut.to = value_at(points, share * (task + 1), share / NEAR_SHARE);
    return cut;
}

/* ---- Offers ---- */

struct file_bounds {
    struct planner_bounds bounds;
    uint64_t bytes;
};

static int by_least(const void *a, const void *b)
{
    int64_t left = ((const struct file_bounds *)a)->bounds.least,
            right = ((const struct file_bounds *)b)->bounds.least;

    return (left > right) - (left < right);
}

static bool is_countable(const struct eider_type *type)
{
    return type->tag == TYPE_TINYINT || type->tag == TYPE_SMALLINT || type->tag == TYPE_INTEGER ||
           type->tag == TYPE_BIGINT || type->tag == TYPE_DATE || type->tag == TYPE_TIMESTAMP;
}

/* The files that hold rows, with the bounds of a column; NULL is taken to lie below its least value. 0: some are not known, or
 * row groups overlap. */
static uint32_t find_bounds(const struct distribute *d, const struct node_parquet_scan *scan,
                            const struct scan_column *column, struct file_bounds *ret)
{
    const struct planner_options *options = d->options;
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    uint32_t count = 0, row_groups = 0;
    double covered = 0;

    for (uint32_t i = 0; i < scan->files.count; i++) {
        const char *path = scan->files.items[i].path.data;
        struct planner_file file = {0};
        struct planner_bounds *bounds = &ret[count].bounds;
        if (options->file_info(options->file_data, path, &file, NULL) != EIDER_OK || file.bytes == 0)
            return 0; /* not of this machine: nothing is known of it */
        if (file.rows == 0)
            continue;
        if (!range_bounds(options, scan, column, path, bounds))
            return 0;
        ret[count++].bytes = file.bytes;
        covered += bounds->covered;
        row_groups += bounds->row_groups;
        if (bounds->least != RANGE_NULL && bounds->least < least)
            least = bounds->least;
        if (bounds->greatest > greatest)
            greatest = bounds->greatest;
    }
    if (greatest <= least || covered > MAX_OVERLAP * ((double)greatest - (double)least))
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ret[i].bounds.least == RANGE_NULL && least > INT64_MIN)
            ret[i].bounds.least = least - 1;
    }
    return row_groups >= d->max_tasks || range_by_folders(scan) ? count : 0;
}

/* The files of one value are read by one task: true if that leaves none with much more than others. */
static bool is_fair(const struct range_point_list *points, const struct file_bounds *files, uint32_t count,
                    uint32_t tasks)
{
    double most = 0;

    for (uint32_t task = 0; task < tasks; task++) {
        struct range_cut cut = range_cut_of(points, task, tasks);
        double bytes = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (files[i].bounds.least >= cut.from && files[i].bounds.least < cut.to)
                bytes += (double)files[i].bytes;
        }
        most = bytes > most ? bytes : most;
    }
    return most * tasks <= MAX_UNEQUAL * (double)all_bytes(points);
}

static struct range_point_list points_of(struct distribute *d, struct file_bounds *files, uint32_t count)
{
    struct range_point_list points = range_point_list_new(d->arena, count + 1);
    uint64_t bytes = 0;
    int64_t end = files[0].bounds.greatest;
    uint32_t made = 0;

    if (points.count == 0)
        return points;
    qsort(files, count, sizeof(*files), by_least);
    for (uint32_t i = 0; i < count; i++) {
        if (made == 0 || points.items[made - 1].value < files[i].bounds.least)
            points.items[made++] = (struct range_point){files[i].bounds.least, bytes};
        if (files[i].bounds.greatest > end)
            end = files[i].bounds.greatest;
        bytes += files[i].bytes;
    }
    points.items[made++] = (struct range_point){end + 1, bytes};
    points.count = made;
    return points;
}

static bool is_wanted(struct distribute *d, const struct node_parquet_scan *scan, uint32_t column)
{
    struct u32_list slot = {&column, 1};
    struct key_slots keys = {&slot, 1};

    return distribute_wanted_rows(d, &scan->base, &keys) >= 0;
}

/* The bounds of the files by a column that the scan may be cut by, and how many they are; 0 if it may not. */
static uint32_t bounds_by(struct distribute *d, const struct node_parquet_scan *scan,
                          const struct scan_column *column, struct file_bounds **ret)
{
    *ret = arena_alloc_array(d->arena, (size_t)scan->files.count + 1, sizeof(**ret));
    if (*ret != NULL && column->role == SCAN_COLUMN && column->path.count == 0 &&
        (is_countable(column->type) || (range_by_folders(scan) && column->type->tag == TYPE_VARCHAR)))
        return find_bounds(d, scan, column, *ret);
    return 0;
}

bool ranges_ordered_by(struct arena *arena, const struct planner_options *options,
                       const struct node_parquet_scan *scan, uint32_t read)
{
    struct distribute d = {.arena = arena, .options = options, .max_tasks = 2};
    struct file_bounds *files;

    return options->file_info != NULL && options->column_bounds != NULL && read < scan->read.count &&
           bounds_by(&d, scan, &scan->read.items[read], &files) > 0;
}

/* The points of a column of the output, if the scan may be cut by it. None if not, or without memory. */
static struct range_point_list points_by(struct distribute *d, const struct node_parquet_scan *scan,
                                         uint32_t output, uint32_t tasks)
{
    const struct scan_column *column = &scan->read.items[scan->projection.items[output]];
    struct file_bounds *files;
    struct range_point_list points = {NULL, 0};
    bool by_folders = range_by_folders(scan);
    uint32_t count = bounds_by(d, scan, column, &files);

    if (count > 0)
        points = points_of(d, files, count);
    if (points.count > 0 && by_folders && !is_fair(&points, files, count, tasks))
        points.count = 0;
    return points;
}

static bool is_raised_by(const struct distribute *d, const struct node_parquet_scan *scan, uint32_t column)
{
    return d->raise.by != NULL && distribute_is_wanted_by(d, &scan->base, column, d->raise.by);
}

/* How much use somebody has for a column: 0, most, to 2, none. */
static uint32_t use_of(struct distribute *d, const struct node_parquet_scan *scan, uint32_t column)
{
    if (is_raised_by(d, scan, column))
        return 0;
    return is_wanted(d, scan, column) ? 1 : 2;
}

/* The first column of the output that the scan may be cut by, of those that somebody has most use for; its points are then
 * *ret. */
static bool find_column(struct distribute *d, const struct node_parquet_scan *scan, uint32_t tasks,
                        uint32_t *ret_column, struct range_point_list *ret)
{
    for (uint32_t use = d->raise.by != NULL ? 0 : 1; use <= 2; use++) {
        for (uint32_t i = 0; i < scan->projection.count; i++) {
            if (use_of(d, scan, i) != use)
                continue;
            *ret_column = i;
            *ret = points_by(d, scan, i, tasks);
            if (ret->count > 0)
                return true;
        }
    }
    return false;
}

/* An application that scales leaves itself shares their rows as it likes. */
static bool may_offer(const struct distribute *d)
{
    for (uint32_t i = 0; i < d->options->handler_count; i++) {
        if (d->options->handlers[i].scale_up_leaf != NULL)
            return false;
    }
    return d->options->range_scans && d->options->file_info != NULL && d->options->column_bounds != NULL;
}

bool ranges_offer(struct distribute *d, const struct node_parquet_scan *scan, struct placed *placed)
{
    struct range_domain *domain;
    struct range_member *member;
    struct range_point_list points;
    uint32_t key;

    if (!may_offer(d) ||
        !find_column(d, scan, placed->spread == SPREAD_ONE ? d->max_tasks : placed->tasks, &key, &points))
        return !arena_failed(d->arena) || distribute_no_memory(d);
    domain = arena_alloc(d->arena, sizeof(*domain));
    member = arena_alloc(d->arena, sizeof(*member));
    placed->keys = (struct key_slots){arena_alloc_array(d->arena, 1, sizeof(struct u32_list)), 1};
    if (domain == NULL || member == NULL || placed->keys.slots == NULL)
        return distribute_no_memory(d);
    member->scan = (struct node_parquet_scan *)node_clone(d->arena, &scan->base);
    placed->keys.slots[0] = u32_list_new(d->arena, 1);
    if (member->scan == NULL || placed->keys.slots[0].count == 0)
        return distribute_no_memory(d);
    placed->keys.slots[0].items[0] = key;
    member->key = key;
    member->points = domain->points = points;
    domain->members = member;
    domain->next = d->domains;
    d->domains = domain;
    placed->node = &member->scan->base;
    if (placed->spread != SPREAD_ONE) {
        placed->spread = SPREAD_KEYS;
    } else if (is_raised_by(d, scan, key)) {
        placed->spread = SPREAD_KEYS;
        placed->tasks = d->raise.tasks;
    }
    placed->ranges = domain;
    return true;
}

/* ---- Sets ---- */

static struct range_domain *set_of(struct range_domain *domain)
{
    while (domain->joined != NULL)
        domain = domain->joined;
    return domain;
}

/* Adds what each of a domain's scans has in each task. */
static void add_bytes(const struct range_domain *domain, const struct range_point_list *points, double *bytes,
                      uint32_t tasks)
{
    for (const struct range_member *member = domain->members; member != NULL; member = member->next) {
        for (uint32_t i = 0; i < tasks; i++) {
            struct range_cut cut = range_cut_of(points, i, tasks);
            bytes[i] += bytes_below(&member->points, cut.to) - bytes_below(&member->points, cut.from);
        }
    }
}

static bool is_balanced(struct distribute *d, const struct range_domain *a, const struct range_domain *b,
                        uint32_t tasks)
{
    double *bytes = arena_alloc_array(d->arena, tasks, sizeof(*bytes));
    const struct range_point_list *points =
        all_bytes(&a->points) >= all_bytes(&b->points) ? &a->points : &b->points;
    double sum = 0, most = 0;

    if (bytes == NULL)
        return distribute_no_memory(d);
    add_bytes(a, points, bytes, tasks);
    add_bytes(b, points, bytes, tasks);
    for (uint32_t i = 0; i < tasks; i++) {
        sum += bytes[i];
        most = bytes[i] > most ? bytes[i] : most;
    }
    return most * (double)tasks <= MAX_UNEQUAL * sum;
}

bool ranges_meet(struct distribute *d, const struct placed *a, const struct placed *b)
{
    struct range_domain *left, *right;
    struct range_member **end;

    if (a->ranges == NULL || b->ranges == NULL)
        return a->ranges == b->ranges;
    left = set_of(a->ranges);
    right = set_of(b->ranges);
    if (left == right)
        return true;
    if (!is_balanced(d, left, right, a->tasks > b->tasks ? a->tasks : b->tasks))
        return false;
    for (end = &left->members; *end != NULL; end = &(*end)->next)
        ;
    *end = right->members;
    if (all_bytes(&right->points) > all_bytes(&left->points))
        left->points = right->points;
    left->used |= right->used;
    right->joined = left;
    return true;
}

static bool offers(struct distribute *d, const struct node_parquet_scan *scan, uint32_t column,
                   const void *tasks)
{
    return points_by(d, scan, column, *(const uint32_t *)tasks).count > 0;
}

bool ranges_meet_scans(struct distribute *d, uint32_t cte, const struct placed *placed)
{
    return distribute_wanted_with(d, cte, &placed->keys, offers, &placed->tasks);
}

void ranges_use(const struct placed *placed)
{
    if (placed->spread == SPREAD_KEYS && placed->ranges != NULL)
        set_of(placed->ranges)->used = true;
}

bool ranges_commit(struct distribute *d)
{
    for (const struct range_domain *domain = d->domains; domain != NULL; domain = domain->next) {
        if (domain->joined != NULL || !domain->used)
            continue;
        for (struct range_member *member = domain->members; member != NULL; member = member->next) {
            member->scan->range_key = member->key;
            member->scan->range_points = range_point_list_new(d->arena, domain->points.count);
            for (uint32_t i = 0; i < member->scan->range_points.count; i++)
                member->scan->range_points.items[i] = domain->points.items[i];
        }
    }
    return !arena_failed(d->arena) || distribute_no_memory(d);
}
