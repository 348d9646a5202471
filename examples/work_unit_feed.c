/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A work unit feed: files that a catalogue lists page by page, while tasks already read those of the first pages.
 *
 * The table events is Parquet files that only a catalogue knows. The coordinator lists it while the query runs; each file is a
 * unit of work, and whichever task has nothing to do takes the next one. A rule puts a leaf that reads such units in the place
 * of the scan of the view events, which is there so that DuckDB alone can answer too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <eider/eider.h>

#include "common/table.h"

/* ---- The catalogue: a folder with files of rows, and pages that list them, a path a line ---- */

#define PAGES         4
#define FILES_A_PAGE  2
#define ROWS_A_FILE   1000
#define PATH_BYTES    512
#define MOST_COLUMNS  8
#define PAYLOAD_BYTES 1024

static const char rows_of_file[] =
    "SELECT v AS id, ['buy', 'click', 'view'][1 + v %% 3] AS kind, v %% 100 AS "
    "amount FROM range(%d, %d) AS rows(v)";

static bool run_sql(duckdb_connection connection, const char *sql, duckdb_result *ret)
{
    bool ok = duckdb_query(connection, sql, ret) == DuckDBSuccess;

    if (!ok) {
        fprintf(stderr, "%s\n", duckdb_result_error(ret));
        duckdb_destroy_result(ret);
    }
    return ok;
}

static bool write_page(const char *dir, int page, duckdb_connection connection)
{
    char path[PATH_BYTES], rows[512], sql[2048];
    duckdb_result result;
    FILE *list;

    snprintf(path, sizeof(path), "%s/page-%d.txt", dir, page);
    if ((list = fopen(path, "w")) == NULL) {
        perror(path);
        return false;
    }
    for (int i = page * FILES_A_PAGE; i < (page + 1) * FILES_A_PAGE; i++) {
        fprintf(list, "%s/events-%d.parquet\n", dir, i);
        snprintf(rows, sizeof(rows), rows_of_file, i * ROWS_A_FILE, (i + 1) * ROWS_A_FILE);
        snprintf(sql, sizeof(sql), "COPY (%s) TO '%s/events-%d.parquet'", rows, dir, i);
        if (!run_sql(connection, sql, &result)) {
            fclose(list);
            return false;
        }
        duckdb_destroy_result(&result);
    }
    return fclose(list) == 0;
}

/* Makes the folder and the view events; `dir` holds its name afterwards, or "". */
static bool catalogue_create(char dir[PATH_BYTES / 2], duckdb_connection connection)
{
    const char *parent = getenv("TMPDIR");
    char sql[2048];
    duckdb_result result;

    snprintf(dir, PATH_BYTES / 2, "%s/eider-example-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(dir) == NULL) {
        perror(dir);
        dir[0] = '\0';
        return false;
    }
    for (int page = 0; page < PAGES; page++) {
        if (!write_page(dir, page, connection))
            return false;
    }
    snprintf(sql, sizeof(sql), "CREATE VIEW events AS FROM read_parquet('%s/*.parquet')", dir);
    if (!run_sql(connection, sql, &result))
        return false;
    duckdb_destroy_result(&result);
    return true;
}

static void catalogue_remove(const char *dir)
{
    char path[PATH_BYTES];

    if (dir[0] == '\0')
        return;
    for (int i = 0; i < PAGES * FILES_A_PAGE; i++) {
        snprintf(path, sizeof(path), "%s/events-%d.parquet", dir, i);
        unlink(path);
        snprintf(path, sizeof(path), "%s/page-%d.txt", dir, i);
        unlink(path);
    }
    rmdir(dir);
}

/* The files of a page; none if there is no such page. */
static uint32_t catalogue_list(const char *dir, int page, char paths[FILES_A_PAGE][PATH_BYTES])
{
    char path[PATH_BYTES];
    uint32_t count = 0;
    FILE *list;

    snprintf(path, sizeof(path), "%s/page-%d.txt", dir, page);
    if ((list = fopen(path, "r")) == NULL)
        return 0;
    while (count < FILES_A_PAGE && fgets(paths[count], PATH_BYTES, list) != NULL) {
        paths[count][strcspn(paths[count], "\n")] = '\0';
        count++;
    }
    fclose(list);
    return count;
}

/* ---- The feed: runs on the coordinator ---- */

/* How far one leaf of one query has come. */
struct listing {
    int page; /* to be listed next */
    uint32_t files, next;
    char paths[FILES_A_PAGE][PATH_BYTES];
};

static enum eider_status start(void *data, const struct eider_feed_reader *reader, void **ret,
                               struct eider_error *err)
{
    struct listing *listing = calloc(1, sizeof(*listing));

    (void)data;
    if (listing == NULL) {
        snprintf(err->message, sizeof(err->message), "out of memory");
        return EIDER_ERROR_MEMORY;
    }
    printf("the query runs: %u tasks of stage %u ask for files\n", reader->tasks, reader->stage);
    *ret = listing;
    return EIDER_OK;
}

/* The next file, for whichever task asks. Eider makes one call at a time for a listing, so it needs no lock. */
static enum eider_status next_file(void *data, void *state, uint32_t reader, struct eider_units *units,
                                   struct eider_error *err)
{
    struct listing *listing = state;

    (void)reader;
    (void)err;
    if (listing->next == listing->files) {
        listing->files = catalogue_list(data, listing->page, listing->paths);
        listing->next = 0;
        if (listing->files == 0) {
            eider_units_end(units);
            return EIDER_OK;
        }
        printf("  page %d of the catalogue: %u files\n", listing->page++, listing->files);
    }
    eider_units_add(units, listing->paths[listing->next], strlen(listing->paths[listing->next]));
    listing->next++;
    return EIDER_OK;
}

static void stop(void *data, void *state)
{
    (void)data;
    free(state);
}

/* ---- The kind of the leaf: its object is the names of the columns that it reads, each with its NUL ---- */

struct columns {
    uint32_t size;
    char names[PAYLOAD_BYTES];
};

static enum eider_status encode(void *data, const void *object, struct eider_writer *out,
                                struct eider_error *err)
{
    const struct columns *columns = object;

    (void)data;
    (void)err;
    eider_write(out, columns->names, columns->size);
    return EIDER_OK;
}

static enum eider_status decode(void *data, const void *bytes, size_t size, void **ret,
                                struct eider_error *err)
{
    struct columns *columns = NULL;

    (void)data;
    if (size == 0 || size > PAYLOAD_BYTES || ((const char *)bytes)[size - 1] != '\0' ||
        (columns = malloc(sizeof(*columns))) == NULL) {
        snprintf(err->message, sizeof(err->message), "not the bytes of names, or no memory for them");
        return EIDER_ERROR_CORRUPT;
    }
    columns->size = (uint32_t)size;
    memcpy(columns->names, bytes, size);
    *ret = columns;
    return EIDER_OK;
}

static void free_columns(void *data, void *object)
{
    (void)data;
    free(object);
}

/* SELECT "kind", "amount" FROM read_parquet(['…']), for the units that a task has got. Called on workers. */
static enum eider_status write_sql(void *data, const void *object, const struct eider_task *task,
                                   struct eider_writer *out, struct eider_error *err)
{
    const struct columns *columns = object;
    char path[PATH_BYTES];

    (void)data;
    (void)err;
    for (uint32_t at = 0; at < columns->size; at += (uint32_t)strlen(columns->names + at) + 1) {
        eider_write_text(out, at == 0 ? "SELECT " : ", ");
        eider_write_identifier(out, columns->names + at);
    }
    eider_write_text(out, " FROM read_parquet([");
    for (uint32_t i = 0; i < task->unit_count; i++) {
        snprintf(path, sizeof(path), "%.*s", (int)task->units[i].size, (const char *)task->units[i].data);
        eider_write_text(out, i == 0 ? "" : ", ");
        eider_write_literal(out, path);
    }
    eider_write_text(out, "])");
    return EIDER_OK;
}

static const struct eider_custom_kind events = {.size = sizeof(struct eider_custom_kind),
                                                .name = "events",
                                                .parallel = true,
                                                .encode = encode,
                                                .decode = decode,
                                                .free_object = free_columns,
                                                .sql = write_sql};

static enum eider_status set_up(void *data, struct eider_worker *worker, struct eider_error *err)
{
    (void)data;
    return eider_worker_add_custom(worker, &events, err);
}

/* ---- The rule: the scan of the view becomes such a leaf, below the filters that DuckDB has pushed into the scan ---- */

static bool is_scan(void *data, const struct eider_node *node)
{
    (void)data;
    return eider_node_get_kind(node) == EIDER_NODE_PARQUET_SCAN;
}

/* The leaf with the columns that the scan reads; false: those are not all plain columns of the files. */
static bool describe_leaf(const struct eider_node_parquet_scan *scan, struct columns *object,
                          struct eider_column columns[MOST_COLUMNS])
{
    object->size = 0;
    for (uint32_t i = 0; i < scan->read.count; i++) {
        const struct eider_scan_column *column = &scan->read.items[i];
        uint32_t size = column->name.size + 1;

        if (i == MOST_COLUMNS || column->role != EIDER_SCAN_COLUMN || column->path.count > 0 ||
            size > PAYLOAD_BYTES - object->size)
            return false;
        memcpy(object->names + object->size, column->name.data, size);
        object->size += size;
        columns[i] = (struct eider_column){column->name, column->type};
    }
    return scan->read.count > 0;
}

static enum eider_status use_events(void *data, struct eider_plan_context *ctx, const struct eider_node *plan,
                                    const struct eider_node **ret, struct eider_error *err)
{
    const struct eider_node *scan_node = eider_plan_find(plan, is_scan, NULL), *node;
    struct eider_column columns[MOST_COLUMNS];
    struct eider_node_parquet_scan scan;
    struct columns object;
    struct eider_node_custom leaf = {.kind = eider_str_from("events"),
                                     .label = eider_str_from("EventsExec: files of the catalogue"),
                                     .feed = eider_str_from("catalogue")};
    enum eider_status status;

    (void)data;
    *ret = plan;
    if (!eider_node_as_parquet_scan(scan_node, &scan) || !describe_leaf(&scan, &object, columns))
        return EIDER_OK;
    leaf.columns = (struct eider_column_list){columns, scan.read.count};
    status = eider_node_new_custom(ctx, &leaf, &object, &node, err);
    if (status == EIDER_OK && scan.filters.count > 0) {
        struct eider_node_filter filter = {node, scan.filters, scan.projection};
        status = eider_node_new_filter(ctx, &filter, &node, err);
    }
    return status == EIDER_OK ? eider_plan_replace(ctx, plan, scan_node, node, ret, err) : status;
}

/* ---- The handler: a task for each worker ---- */

static enum eider_status desired_tasks(void *data, const struct eider_node *node,
                                       struct eider_task_count *ret, struct eider_error *err)
{
    (void)err;
    if (eider_node_get_kind(node) == EIDER_NODE_CUSTOM)
        *ret = (struct eider_task_count){EIDER_TASKS_DESIRED, *(const uint32_t *)data};
    return EIDER_OK;
}

/* ---- The program around it ---- */

static const char query_sql[] = "SELECT kind, count(*) AS events, sum(amount) AS amount FROM events WHERE "
                                "amount >= 10 GROUP BY kind ORDER BY kind";

/* Cell by cell, what DuckDB alone answers. */
static bool same_as_duckdb(duckdb_connection connection, duckdb_result *result)
{
    duckdb_result alone;
    bool same;

    if (!run_sql(connection, query_sql, &alone))
        return false;
    same = duckdb_row_count(&alone) == duckdb_row_count(result);
    for (idx_t i = 0; same && i < duckdb_row_count(&alone) * duckdb_column_count(&alone); i++) {
        idx_t column = i % duckdb_column_count(&alone), row = i / duckdb_column_count(&alone);
        char *a = duckdb_value_varchar(&alone, column, row);
        char *b = duckdb_value_varchar(result, column, row);
        same = a != NULL && b != NULL && strcmp(a, b) == 0;
        duckdb_free(a);
        duckdb_free(b);
    }
    duckdb_destroy_result(&alone);
    printf("DuckDB alone: %s\n", same ? "the same rows" : "other rows");
    return same;
}

static enum eider_status run_query(struct eider_session *session, duckdb_connection connection,
                                   struct eider_error *err)
{
    struct eider_query *query = NULL;
    duckdb_result result;
    enum eider_status status;

    if ((status = eider_prepare(session, query_sql, &query, err)) != EIDER_OK)
        return status;
    fputs(eider_query_explain(query), stdout);
    if ((status = eider_query_run(query, &result, err)) == EIDER_OK) {
        table_print(&result);
        if (!same_as_duckdb(connection, &result)) {
            snprintf(err->message, sizeof(err->message), "the rows are not those of DuckDB alone");
            status = EIDER_ERROR_INTERNAL;
        }
        duckdb_destroy_result(&result);
    }
    eider_query_free(query);
    return status;
}

static enum eider_status run(duckdb_database database, duckdb_connection connection, char *dir,
                             uint32_t workers, struct eider_error *err)
{
    struct eider_handlers handlers = {
        .size = sizeof(handlers), .name = "events", .desired_tasks = desired_tasks, .data = &workers};
    struct eider_feed feed = {.size = sizeof(feed),
                              .name = "catalogue",
                              .open = start,
                              .next = next_file,
                              .close = stop,
                              .data = dir};
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    enum eider_status status;

    if ((status = eider_cluster_new_local(workers, &cluster, err)) == EIDER_OK &&
        (status = eider_cluster_set_worker_setup(cluster, set_up, NULL, NULL, err)) == EIDER_OK &&
        (status = eider_session_new(database, connection, cluster, NULL, &session, err)) == EIDER_OK &&
        (status = eider_session_add_custom(session, &events, err)) == EIDER_OK &&
        (status = eider_session_add_feed(session, &feed, err)) == EIDER_OK &&
        (status = eider_session_add_rule(session, "use_events", use_events, NULL, NULL, err)) == EIDER_OK &&
        (status = eider_session_add_handlers(session, &handlers, err)) == EIDER_OK)
        status = run_query(session, connection, err);
    eider_session_free(session);
    eider_cluster_unref(cluster);
    return status;
}

int main(int argc, char **argv)
{
    uint32_t workers = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 3;
    struct eider_error err = {.status = EIDER_OK};
    char dir[PATH_BYTES / 2] = "";
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    int code = 1;

    if (argc > 2 || (argc == 2 && strspn(argv[1], "0123456789") != strlen(argv[1]))) {
        fprintf(stderr, "usage: work_unit_feed [number of workers]\n");
        return 2;
    }
    if (duckdb_open(NULL, &database) == DuckDBSuccess &&
        duckdb_connect(database, &connection) == DuckDBSuccess && catalogue_create(dir, connection)) {
        code = run(database, connection, dir, workers, &err) == EIDER_OK ? 0 : 1;
        if (code != 0)
            fprintf(stderr, "%s\n", err.message);
    }
    catalogue_remove(dir);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return code;
}
