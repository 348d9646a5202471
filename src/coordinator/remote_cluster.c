/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters whose workers an application's transport reaches.
 *
 * Workers are asked about themselves before each query, unless they have said it within the last second, and those that cannot
 * be used are left out. `lock` of the base guards what was heard, the list of sessions, and how many answers are being made from
 * each, which a session that closes waits for. It is not held during a call or an answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "coordinator/cluster.h"
#include "coordinator/session.h"
#include "coordinator/unique.h"
#include "coordinator/worker_list.h"
#include "eider/remote.h"
#include "rpc/calls/calls.h"

#define HEARD_MS 1000.0 /* how long an answer counts */

/* What a worker said, or why it said nothing. */
struct heard {
    char *address;
    double at_ms;
    enum eider_status status;
    struct eider_worker_info info;
    char problem[256];
};

struct remote_session {
    struct remote_session *next;
    uint64_t number;
    struct transport *transport;
    uint32_t answers; /* that are being made from it */
};

struct remote_cluster {
    struct eider_cluster base;
    struct eider_transport to;
    char *address;
    struct worker_resolver resolver;
    struct remote_session *sessions; /* under base.lock */
    pthread_cond_t answered;
    struct heard *heard; /* room for EIDER_MAX_WORKERS; under base.lock */
    uint32_t heard_count;
};

static struct remote_cluster *remote_of(struct eider_cluster *cluster)
{
    return (struct remote_cluster *)(void *)cluster;
}

/* ---- Sessions ---- */

static void session_closes(void *data, struct transport *transport)
{
    struct remote_cluster *remote = data;
    struct remote_session *gone = NULL;

    pthread_mutex_lock(&remote->base.lock);
    for (struct remote_session **link = &remote->sessions; *link != NULL; link = &(*link)->next) {
        if ((*link)->transport == transport) {
            gone = *link;
            *link = gone->next;
            break;
        }
    }
    while (gone != NULL && gone->answers > 0)
        pthread_cond_wait(&remote->answered, &remote->base.lock);
    pthread_mutex_unlock(&remote->base.lock);
    free(gone);
}

/* What was heard counts no longer. */
static void worker_lost(void *data)
{
    struct remote_cluster *remote = data;

    pthread_mutex_lock(&remote->base.lock);
    for (uint32_t i = 0; i < remote->heard_count; i++)
        remote->heard[i].at_ms = -HEARD_MS;
    pthread_mutex_unlock(&remote->base.lock);
}

static enum eider_status remote_connect(struct eider_cluster *cluster, struct engine *engine,
                                        struct store *coordinator, struct transport **ret,
                                        struct eider_error *err)
{
    struct remote_cluster *remote = remote_of(cluster);
    struct remote_session *session = calloc(1, sizeof(*session));
    struct calls_options options = {.to = &remote->to,
                                    .session = unique_number(),
                                    .capacity = EIDER_MAX_WORKERS,
                                    .store = coordinator,
                                    .budget = engine_budget(engine),
                                    .closing = session_closes,
                                    .lost = worker_lost,
                                    .closing_data = remote};
    enum eider_status status = session == NULL ? error_no_memory(err) : calls_new(&options, ret, err);

    if (status != EIDER_OK) {
        free(session);
        return status;
    }
    session->number = options.session;
    session->transport = *ret;
    pthread_mutex_lock(&remote->base.lock);
    session->next = remote->sessions;
    remote->sessions = session;
    pthread_mutex_unlock(&remote->base.lock);
    return EIDER_OK;
}

static void answer(struct remote_cluster *remote, const void *request, size_t bytes, struct buf *response)
{
    struct eider_error err = {.status = EIDER_OK, .stage = -1, .task = -1, .worker = -1};
    struct wire_reader reader = {.data = request, .left = bytes};
    enum wire_method method = wire_get_request(&reader, &err);
    struct remote_session *session;
    uint64_t number;

    if (method == WIRE_INVALID) {
        wire_put_error(response, &err);
        return;
    }
    number = wire_u64(&reader);
    pthread_mutex_lock(&remote->base.lock);
    session = remote->sessions;
    while (session != NULL && session->number != number)
        session = session->next;
    if (session != NULL)
        session->answers++;
    pthread_mutex_unlock(&remote->base.lock);
    if (session == NULL) {
        (void)error_set(&err, EIDER_ERROR_WORKER, "the coordinator has no such session");
        wire_put_error(response, &err);
        return;
    }
    calls_answer_coordinator(session->transport, method, &reader, response);
    pthread_mutex_lock(&remote->base.lock);
    if (--session->answers == 0)
        pthread_cond_broadcast(&remote->answered);
    pthread_mutex_unlock(&remote->base.lock);
}

void eider_cluster_answer(struct eider_cluster *cluster, const void *request, size_t request_bytes,
                          struct eider_message *response)
{
    struct eider_error err = {.stage = -1, .task = -1, .worker = -1};

    if (response == NULL)
        return;
    if (handle_check(cluster, HANDLE_CLUSTER, "eider_cluster_answer", &err) == EIDER_OK &&
        cluster->shares_database)
        (void)error_set(&err, EIDER_ERROR_ARGUMENT, "eider_cluster_answer: the cluster is not remote");
    if (err.status != EIDER_OK)
        wire_put_error(&response->buf, &err);
    else
        answer(remote_of(cluster), request, request == NULL ? 0 : request_bytes, &response->buf);
}

/* ---- What workers say of themselves ---- */

static void copy_text(char *to, struct wire_reader *reader)
{
    size_t bytes;
    const void *text = wire_bytes(reader, &bytes);

    bytes = bytes < EIDER_VERSION_BYTES ? bytes : EIDER_VERSION_BYTES - 1;
    memcpy(to, text, bytes);
    to[bytes] = '\0';
}

static enum eider_status call_worker(const struct remote_cluster *remote, const char *address,
                                     struct eider_worker_info *ret, struct eider_error *err)
{
    struct eider_message response;
    struct wire_reader said;
    struct buf request;
    enum eider_status status;

    buf_init(&request, WIRE_MAX_BYTES);
    buf_init(&response.buf, WIRE_MAX_BYTES);
    wire_put_request(&request, WIRE_INFO);
    status = calls_send(&remote->to, address, &request, &response, &said, err);
    if (status == EIDER_OK) {
        copy_text(ret->version, &said);
        copy_text(ret->eider_version, &said);
        copy_text(ret->duckdb_version, &said);
        status = wire_end(&said, err);
    }
    buf_done(&request);
    buf_done(&response.buf);
    return status;
}

/* Of an address; NULL: nothing was heard, and there is no room. Locked. */
static struct heard *heard_of(struct remote_cluster *remote, const char *address, bool add)
{
    struct heard *oldest = NULL;
    char *copy;

    for (uint32_t i = 0; i < remote->heard_count; i++) {
        struct heard *heard = &remote->heard[i];
        if (strcmp(heard->address, address) == 0)
            return heard;
        if (oldest == NULL || heard->at_ms < oldest->at_ms)
            oldest = heard;
    }
    if (!add || (copy = strdup(address)) == NULL)
        return NULL;
    if (remote->heard_count < EIDER_MAX_WORKERS)
        oldest = &remote->heard[remote->heard_count++];
    else
        free(oldest->address);
    *oldest = (struct heard){.address = copy};
    return oldest;
}

/* Asks a worker, or recalls what it said; *ret may be a failure. */
static void hear(struct remote_cluster *remote, const char *address, struct heard *ret)
{
    struct eider_error err = {.status = EIDER_OK};
    struct heard *heard;

    pthread_mutex_lock(&remote->base.lock);
    heard = heard_of(remote, address, false);
    if (heard != NULL && now_ms() - heard->at_ms < HEARD_MS) {
        *ret = *heard;
        pthread_mutex_unlock(&remote->base.lock);
        return;
    }
    pthread_mutex_unlock(&remote->base.lock);
    *ret = (struct heard){.status = EIDER_OK};
    ret->status = call_worker(remote, address, &ret->info, &err);
    ret->at_ms = now_ms();
    if (ret->status != EIDER_OK)
        snprintf(ret->problem, sizeof(ret->problem), "%.120s%s%.120s",
                 strncmp(err.message, address, strlen(address)) == 0 ? "" : address,
                 strncmp(err.message, address, strlen(address)) == 0 ? "" : ": ", err.message);
    pthread_mutex_lock(&remote->base.lock);
    if ((heard = heard_of(remote, address, true)) != NULL) {
        ret->address = heard->address;
        *heard = *ret;
    }
    pthread_mutex_unlock(&remote->base.lock);
}

enum eider_status eider_worker_list_ask(struct eider_worker_list *list, const char *address,
                                        struct eider_worker_info *ret, struct eider_error *err)
{
    struct heard heard;

    if (list == NULL || address == NULL || ret == NULL || list->cluster->shares_database)
        return error_set(err, EIDER_ERROR_ARGUMENT, "eider_worker_list_ask: %s",
                         list != NULL && address != NULL && ret != NULL ? "the cluster is not remote"
                                                                        : "an argument is NULL");
    hear(remote_of(list->cluster), address, &heard);
    if (heard.status != EIDER_OK)
        return error_set(err, heard.status, "%s", heard.problem);
    *ret = heard.info;
    return EIDER_OK;
}

/* ---- Workers ---- */

static void leave_out(struct query_workers *workers, struct arena *arena, const char *format,
                      const char *address, const char *why, const char *ours)
    __attribute__((format(printf, 3, 0)));

static void leave_out(struct query_workers *workers, struct arena *arena, const char *format,
                      const char *address, const char *why, const char *ours)
{
    const char *line = arena_printf(arena, format, address, why, ours);

    if (line != NULL)
        workers->left_out =
            workers->left_out == NULL ? line : arena_printf(arena, "%s\n%s", workers->left_out, line);
}

static enum eider_status add_worker(struct remote_cluster *remote, struct transport *transport,
                                    struct arena *arena, const char *address, struct query_workers *ret,
                                    struct eider_error *err)
{
    struct heard heard;
    uint32_t number;

    hear(remote, address, &heard);
    if (heard.status != EIDER_OK) {
        leave_out(ret, arena, "%s%s%s", "", heard.problem, "");
    } else if (strcmp(heard.info.duckdb_version, eider_duckdb_version()) != 0) {
        leave_out(ret, arena, "%s has DuckDB %s, the coordinator %s", address, heard.info.duckdb_version,
                  eider_duckdb_version());
    } else {
        if ((number = calls_number(transport, address)) == UINT32_MAX)
            return error_set(err, EIDER_ERROR_WORKER,
                             "the session has met %d workers by name already, or there is no memory",
                             EIDER_MAX_WORKERS);
        ret->numbers[ret->count] = number;
        ret->names[ret->count++] = address;
    }
    return EIDER_OK;
}

static enum eider_status remote_workers(struct eider_cluster *cluster, struct engine *engine,
                                        struct transport *transport, struct arena *arena,
                                        struct query_workers *ret, struct eider_error *err)
{
    struct remote_cluster *remote = remote_of(cluster);
    struct eider_worker_list *list;
    enum eider_status status = worker_list_resolve(&remote->resolver, cluster, arena, &list, err);

    (void)engine;
    *ret = (struct query_workers){.count = 0};
    if (status != EIDER_OK)
        return status;
    ret->numbers = arena_alloc_array(arena, (size_t)list->count + 1, sizeof(*ret->numbers));
    ret->names = arena_alloc_array(arena, (size_t)list->count + 1, sizeof(*ret->names));
    for (uint32_t i = 0; status == EIDER_OK && !arena_failed(arena) && i < list->count; i++)
        status = add_worker(remote, transport, arena, list->names[i], ret, err);
    return status == EIDER_OK && arena_failed(arena) ? error_no_memory(err) : status;
}

/* Workers have threads of their own; how many tasks run at once goes with each task. */
static void remote_set_tasks_at_once(struct eider_cluster *cluster, uint32_t tasks)
{
    (void)cluster;
    (void)tasks;
}

/* ---- Life ---- */

static void remote_free(struct eider_cluster *cluster)
{
    struct remote_cluster *remote = remote_of(cluster);

    if (remote->resolver.free_data != NULL)
        remote->resolver.free_data(remote->resolver.data);
    for (uint32_t i = 0; i < remote->heard_count; i++)
        free(remote->heard[i].address);
    free(remote->heard);
    free(remote->address);
    pthread_cond_destroy(&remote->answered);
    pthread_mutex_destroy(&cluster->lock);
    free(remote);
}

static const struct cluster_vtable remote_vtable = {
    .connect = remote_connect,
    .resolve = remote_workers,
    .set_tasks_at_once = remote_set_tasks_at_once,
    .free = remote_free,
};

static enum eider_status fill(struct remote_cluster *remote, const struct eider_transport *transport,
                              struct eider_error *err)
{
    remote->heard = calloc(EIDER_MAX_WORKERS, sizeof(*remote->heard));
    if (transport->address != NULL)
        remote->address = strdup(transport->address);
    if (remote->heard == NULL || (transport->address != NULL && remote->address == NULL))
        return error_no_memory(err);
    remote->to = *transport;
    remote->to.address = remote->address;
    return EIDER_OK;
}

enum eider_status eider_cluster_new_remote(const struct eider_transport *transport, eider_resolve resolve,
                                           void *data, void (*free_data)(void *data),
                                           struct eider_cluster **ret, struct eider_error *err)
{
    static const char me[] = "eider_cluster_new_remote";
    struct remote_cluster *remote;
    enum eider_status status;

    if (ret == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: ret is NULL", me);
    *ret = NULL;
    if (transport == NULL || transport->call == NULL || resolve == NULL)
        return error_set(err, EIDER_ERROR_ARGUMENT, "%s: the transport, its call or the resolver is NULL",
                         me);
    if (transport->size < sizeof(*transport))
        return error_set(err, EIDER_ERROR_ARGUMENT,
                         "%s: the transport is not initialised with EIDER_TRANSPORT_INIT", me);
    if ((remote = calloc(1, sizeof(*remote))) == NULL)
        return error_no_memory(err);
    pthread_mutex_init(&remote->base.lock, NULL);
    pthread_cond_init(&remote->answered, NULL);
    remote->base.vtable = &remote_vtable;
    atomic_init(&remote->base.refs, 1);
    if ((status = fill(remote, transport, err)) != EIDER_OK) {
        remote_free(&remote->base);
        return status;
    }
    remote->resolver = (struct worker_resolver){resolve, data, free_data};
    handle_add(&remote->base.handle, &remote->base, HANDLE_CLUSTER);
    *ret = &remote->base;
    return EIDER_OK;
}
