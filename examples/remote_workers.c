/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workers in processes of their own, reached over Unix sockets: a transport of the application. A resolver takes only those of
 * one version, and a worker that was killed is left out of the next query.
 *
 * usage: remote_workers [VERSION]
 *
 * A request is its length in 8 bytes, then its bytes, on a connection of its own; a response looks the same.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <eider/eider.h>
#include <eider/remote.h>

#include "common/weather.h"

#define WORKERS           4
#define MAX_MESSAGE_BYTES ((uint64_t)1 << 30)

static const char *const versions[WORKERS] = {"blue", "blue", "blue", "green"};
static char folder[] = "/tmp/eider-remote-XXXXXX";

/* ---- Bytes on sockets ---- */

static bool send_all(int fd, const void *data, size_t bytes)
{
    const char *at = data;

    while (bytes > 0) {
        ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        bytes -= (size_t)sent;
    }
    return true;
}

static bool receive_all(int fd, void *data, size_t bytes)
{
    char *at = data;

    while (bytes > 0) {
        ssize_t got = recv(fd, at, bytes, 0);
        if (got <= 0)
            return false;
        at += got;
        bytes -= (size_t)got;
    }
    return true;
}

static bool send_message(int fd, const void *data, size_t bytes)
{
    uint64_t length = bytes;

    return send_all(fd, &length, sizeof(length)) && send_all(fd, data, bytes);
}

/* On the heap; NULL: the connection ended, or there is no memory. */
static void *receive_message(int fd, size_t *ret_bytes)
{
    uint64_t length;
    void *data;

    if (!receive_all(fd, &length, sizeof(length)) || length > MAX_MESSAGE_BYTES ||
        (data = malloc(length + 1)) == NULL)
        return NULL;
    if (!receive_all(fd, data, length)) {
        free(data);
        return NULL;
    }
    *ret_bytes = length;
    return data;
}

static struct sockaddr_un socket_of(const char *address)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};

    snprintf(name.sun_path, sizeof(name.sun_path), "%s/%.32s", folder, address);
    return name;
}

/* ---- The transport ---- */

static enum eider_status call(void *data, const char *address, const void *request, size_t request_bytes,
                              struct eider_message *response, struct eider_error *err)
{
    struct sockaddr_un name = socket_of(address);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    void *answer = NULL;
    size_t bytes;

    (void)data;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0 &&
        send_message(fd, request, request_bytes))
        answer = receive_message(fd, &bytes);
    if (answer != NULL)
        eider_message_append(response, answer, bytes);
    else
        snprintf(err->message, sizeof(err->message), "nobody answers on its socket");
    free(answer);
    if (fd >= 0)
        close(fd);
    return answer != NULL ? EIDER_OK : EIDER_ERROR_WORKER;
}

/* ---- A worker's process ---- */

struct connection {
    struct eider_worker_service *service;
    int fd;
};

static void *answer_connection(void *data)
{
    struct connection *connection = data;
    struct eider_message *response = eider_message_new();
    size_t bytes;
    void *request = receive_message(connection->fd, &bytes);

    if (request != NULL && response != NULL) {
        eider_worker_service_answer(connection->service, request, bytes, response);
        const void *answer = eider_message_data(response, &bytes);
        (void)send_message(connection->fd, answer, bytes);
    }
    eider_message_free(response);
    free(request);
    close(connection->fd);
    free(connection);
    return NULL;
}

/* A thread for each connection: a request to run a task lasts as long as the task, and others come meanwhile. */
static void serve(struct eider_worker_service *service, int listener)
{
    for (;;) {
        struct connection *connection = malloc(sizeof(*connection));
        pthread_t thread;

        if (connection == NULL)
            return;
        *connection = (struct connection){service, accept(listener, NULL, NULL)};
        if (connection->fd >= 0 && pthread_create(&thread, NULL, answer_connection, connection) == 0) {
            pthread_detach(thread);
            continue;
        }
        if (connection->fd >= 0)
            close(connection->fd);
        free(connection);
    }
}

static void run_worker(const char *address, const char *version)
{
    struct eider_worker_service_options options = EIDER_WORKER_SERVICE_OPTIONS_INIT;
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct eider_worker_service *service;
    struct eider_error err;
    duckdb_database database;
    struct sockaddr_un name = socket_of(address), early = name;
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    early.sun_path[strlen(early.sun_path) - 1] += 20; /* it gets its name when it can be called */
    transport.call = call;
    options.version = version;
    if (duckdb_open(NULL, &database) != DuckDBSuccess ||
        eider_worker_service_new(database, &transport, &options, &service, &err) != EIDER_OK ||
        bind(listener, (struct sockaddr *)&early, sizeof(early)) != 0 || listen(listener, 64) != 0 ||
        rename(early.sun_path, name.sun_path) != 0)
        _exit(1);
    serve(service, listener);
    _exit(1);
}

/* ---- The coordinator ---- */

/* Waits until a worker that was just started answers. */
static enum eider_status ask(struct eider_worker_list *list, const char *address,
                             struct eider_worker_info *ret, struct eider_error *err)
{
    struct sockaddr_un name = socket_of(address);

    for (int i = 0; i < 500 && access(name.sun_path, F_OK) != 0; i++)
        usleep(10000);
    return eider_worker_list_ask(list, address, ret, err);
}

/* The workers of the version that is wanted. Those that do not answer are added too: Eider leaves them out, and says why. */
static enum eider_status resolve(void *data, struct eider_worker_list *list, struct eider_error *err)
{
    const char *wanted = data;

    for (int i = 0; i < WORKERS; i++) {
        struct eider_worker_info info = {.version = ""};
        char address[32];

        snprintf(address, sizeof(address), "worker-%d", i);
        if (ask(list, address, &info, err) != EIDER_OK || strcmp(info.version, wanted) == 0)
            eider_worker_list_add(list, address);
    }
    return EIDER_OK;
}

static enum eider_status run_query(struct eider_session *session, struct eider_error *err)
{
    static const char sql[] = "SELECT count(*) FROM weather WHERE \"RainToday\" = 'Yes'";
    struct eider_query_stats stats;
    struct eider_query *query = NULL;
    duckdb_result result;
    enum eider_status status;

    if ((status = eider_prepare(session, sql, &query, err)) == EIDER_OK &&
        (status = eider_query_run(query, &result, err)) == EIDER_OK) {
        eider_query_get_stats(query, &stats);
        printf("%lld rainy days, %u tasks\n", (long long)duckdb_value_int64(&result, 0, 0), stats.tasks);
        if (!eider_query_is_distributed(query))
            printf("  not distributed: %s\n", eider_query_verdict(query));
        else if (eider_query_left_out(query) != NULL)
            printf("  left out: %s\n", eider_query_left_out(query));
        duckdb_destroy_result(&result);
    }
    eider_query_free(query);
    return status;
}

static enum eider_status run(duckdb_database database, duckdb_connection connection, char *version,
                             pid_t *workers, struct eider_error *err)
{
    struct eider_transport transport = EIDER_TRANSPORT_INIT;
    struct eider_cluster *cluster = NULL;
    struct eider_session *session = NULL;
    enum eider_status status;

    transport.call = call;
    if ((status = eider_cluster_new_remote(&transport, resolve, version, NULL, &cluster, err)) == EIDER_OK &&
        (status = eider_session_new(database, connection, cluster, NULL, &session, err)) == EIDER_OK) {
        duckdb_query(connection, "SET eider_bytes_per_task = 1", NULL); /* the table is small */
        status = run_query(session, err);
    }
    if (status == EIDER_OK) {
        printf("worker-1 is killed\n");
        kill(workers[1], SIGKILL);
        waitpid(workers[1], NULL, 0);
        sleep(2); /* what a worker said of itself counts for a second */
        status = run_query(session, err);
    }
    eider_session_free(session);
    eider_cluster_unref(cluster);
    return status;
}

static bool start_workers(pid_t *workers)
{
    if (mkdtemp(folder) == NULL)
        return false;
    for (int i = 0; i < WORKERS; i++) {
        char address[32];

        snprintf(address, sizeof(address), "worker-%d", i);
        if ((workers[i] = fork()) == 0)
            run_worker(address, versions[i]);
        if (workers[i] < 0)
            return false;
    }
    return true;
}

static void stop_workers(const pid_t *workers)
{
    for (int i = 0; i < WORKERS; i++) {
        char address[32];

        snprintf(address, sizeof(address), "worker-%d", i);
        if (workers[i] > 0 && kill(workers[i], SIGKILL) == 0)
            waitpid(workers[i], NULL, 0);
        unlink(socket_of(address).sun_path);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    struct eider_error err = {.message = "DuckDB cannot be opened, or a process cannot be started"};
    struct weather weather = {.dir = ""};
    duckdb_database database = NULL;
    duckdb_connection connection = NULL;
    pid_t workers[WORKERS] = {0};
    char blue[] = "blue";
    int code = 1;

    if (argc > 2) {
        fprintf(stderr, "usage: remote_workers [VERSION]\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IONBF, 0); /* what is buffered would be in each process */
    if (start_workers(workers) && duckdb_open(NULL, &database) == DuckDBSuccess &&
        duckdb_connect(database, &connection) == DuckDBSuccess && weather_create(&weather, connection))
        code = run(database, connection, argc > 1 ? argv[1] : blue, workers, &err) == EIDER_OK ? 0 : 1;
    if (code != 0)
        fprintf(stderr, "%s\n", err.message);
    weather_remove(&weather);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    stop_workers(workers);
    return code;
}
