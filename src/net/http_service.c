/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_service on libevent's evhttp. A request handle is made for each request and lives until
 * it is answered or its client is gone, whichever comes first; start reading at on_evhttp.
 * evhttp hands a request whose connection failed back to us (its connection is then NULL), so
 * on_close decides who frees it.
 */
#include "net/http_service.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "base/check.h"
#include "base/memory.h"
#include "net/http_service_request.h"
#include "net/tls/tls_service.h"

enum {
    BODY_BYTES_MAX = 1024 * 1024,
    HEAD_BYTES_MAX = 64 * 1024,
    CLIENT_TIMEOUT_SECONDS = 30,
    FIRST_REQUEST_MS = 10 * 1000,
    NEXT_REQUEST_MS = (CLIENT_TIMEOUT_SECONDS + 10) * 1000,
    CONNECTIONS_MAX = 256,
    DESCRIPTORS_SHARE = 4, /* and at most this part of what the process may have */
    SWEEP_MS = 100,
    PAUSE_MS = 1000, /* after an accept that failed */
    STREAM_INPUT_BYTES_MAX = 16 * 1024,
    STREAM_BACKLOG_BYTES_MAX = 4 * 1024 * 1024, /* a reader that far behind is cut off */
    ALL_BACKLOGS_BYTES_MAX = 64 * 1024 * 1024,  /* of many streams each has its share */
    LEAVING_SHARE = 8, /* of the connections, when there are too many */
};

struct http_service {
    LIST_ENTRY(http_service) entry;
    struct evhttp *evhttp;
    struct evhttp_bound_socket *listening; /* NULL: no more */
    struct loop *loop;
    http_service_handler *on_request;
    void *argument;
    struct tls_service *tls; /* NULL: plain */
    LIST_HEAD(, http_service_request) requests;
    LIST_HEAD(, connection) connections;
    unsigned connection_count, connections_max;
    unsigned stream_count;
    struct timer sweep_timer, pause_timer;
};

/* evhttp tells an accept's error without saying whose. */
static LIST_HEAD(, http_service) services = LIST_HEAD_INITIALIZER(services);

/* What evhttp keeps to itself: how many connections there are, and since when they are silent.
 */
struct connection {
    LIST_ENTRY(connection) entry;
    struct http_service *service;
    struct bufferevent *stream; /* with a reference of ours */
    struct timer deadline;      /* of the next request */
};

/* The handle's end: nobody may use it any more. */
static void
release(struct http_service_request *request)
{
    request->tag = 0;
    request->service->stream_count -= request->on_gone == NULL ? 0 : 1;
    LIST_REMOVE(request, entry);
    loop_free_later(request->service->loop, request, http_service_request_free);
}

static struct connection *
find_connection(const struct http_service *service, struct evhttp_request *source)
{
    struct bufferevent *stream =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(source));
    struct connection *connection;

    LIST_FOREACH (connection, &service->connections, entry) {
        if (connection->stream == stream)
            return connection;
    }
    return NULL;
}

static void
expect_next_request(struct http_service *service, struct evhttp_request *source)
{
    struct connection *connection = find_connection(service, source);

    if (connection != NULL)
        timer_set(&connection->deadline, service->loop, NEXT_REQUEST_MS);
}

/* Stops watching for the client's end; what follows on the connection is another request. */
static struct evhttp_request *
take_source(struct http_service_request *request)
{
    struct evhttp_request *source = request->source;

    CHECK_TAG(request, HTTP_SERVICE_REQUEST_TAG);
    request->source = NULL;
    if (source == NULL)
        return NULL;
    evhttp_connection_set_closecb(evhttp_request_get_connection(source), NULL, NULL);
    expect_next_request(request->service, source);
    return source;
}

static void
on_close(struct evhttp_connection *connection, void *argument)
{
    struct http_service_request *request = argument;
    struct evhttp_request *source = request->source;

    (void)connection;
    CHECK_TAG(request, HTTP_SERVICE_REQUEST_TAG);
    loop_begin_turn();
    request->source = NULL;
    if (source != NULL && evhttp_request_get_connection(source) == NULL)
        evhttp_request_free(source);
    if (request->on_gone == NULL)
        return; /* not answered yet: the handle stays until it is */
    request->on_gone(request->on_gone_argument);
    release(request);
}

/* The client went before its stream began. */
static void
on_gone_already(void *argument)
{
    struct http_service_request *request = argument;

    if (request->tag == 0)
        return; /* ended meanwhile */
    request->on_gone(request->on_gone_argument);
    release(request);
}

static void
on_evhttp(struct evhttp_request *source, void *argument)
{
    struct http_service *service = argument;
    struct http_service_request *request = http_service_request_new(source);

    request->service = service;
    LIST_INSERT_HEAD(&service->requests, request, entry);
    struct connection *connection = find_connection(service, source);
    if (connection != NULL)
        timer_stop(&connection->deadline);
    evhttp_connection_set_closecb(evhttp_request_get_connection(source), on_close, request);
    loop_begin_turn();
    service->on_request(request, service->argument);
}

/* evhttp has let go of it: it has taken its callbacks away. */
static bool
is_over(const struct connection *connection)
{
    bufferevent_data_cb on_read = NULL, on_write = NULL;
    bufferevent_event_cb on_event = NULL;
    void *argument;

    bufferevent_getcb(connection->stream, &on_read, &on_write, &on_event, &argument);
    return on_read == NULL && on_write == NULL && on_event == NULL;
}

static void
forget_connection(struct connection *connection)
{
    struct http_service *service = connection->service;

    LIST_REMOVE(connection, entry);
    service->connection_count--;
    timer_close(&connection->deadline, service->loop);
    bufferevent_decref(connection->stream);
    loop_free_later(service->loop, connection, NULL);
}

static void
pause_accepting(struct http_service *service)
{
    if (service->listening != NULL)
        evconnlistener_disable(evhttp_bound_socket_get_listener(service->listening));
}

static void
resume_accepting(struct http_service *service)
{
    if (service->listening != NULL && service->connection_count < service->connections_max &&
        !timer_is_set(&service->pause_timer))
        evconnlistener_enable(evhttp_bound_socket_get_listener(service->listening));
}

static void
forget_ended(struct http_service *service)
{
    struct connection *connection, *next;

    for (connection = LIST_FIRST(&service->connections); connection != NULL;
         connection = next) {
        next = LIST_NEXT(connection, entry);
        if (is_over(connection))
            forget_connection(connection);
    }
}

static void
on_sweep_time(void *argument)
{
    struct http_service *service = argument;

    forget_ended(service);
    resume_accepting(service);
    if (service->connection_count > 0)
        timer_set(&service->sweep_timer, service->loop, SWEEP_MS);
}

static void
on_pause_end(void *argument)
{
    resume_accepting(argument);
}

/* evhttp sees it as the client's end. */
static void
on_deadline(void *argument)
{
    const struct connection *connection = argument;

    if (!is_over(connection))
        shutdown(bufferevent_getfd(connection->stream), SHUT_RDWR);
}

/* Those that have been silent for longest make room: whoever only holds connections keeps
 * nobody else out. What stands in the list's front came last. */
static void
let_some_go(struct http_service *service)
{
    unsigned leaving = service->connections_max / LEAVING_SHARE;
    struct connection *connection, *silent[CONNECTIONS_MAX];
    unsigned count = 0;

    LIST_FOREACH (connection, &service->connections, entry) {
        if (timer_is_set(&connection->deadline) && count < CONNECTIONS_MAX)
            silent[count++] = connection;
    }
    for (; count > 0 && leaving > 0; leaving--)
        on_deadline(silent[--count]);
}

/* Called by evhttp for each connection that it has accepted. */
static struct bufferevent *
on_accepted(struct event_base *base, void *argument)
{
    struct http_service *service = argument;
    struct connection *connection = memory_take(1, sizeof(*connection));

    loop_begin_turn();
    if (service->connection_count + 1 >= service->connections_max)
        forget_ended(service);
    connection->service = service;
    /* The descriptor is closed with the last reference: were it evhttp's to close, our stream
     * would go on reading what the next connection with that number is sent. */
    connection->stream = service->tls == NULL
                             ? bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE)
                             : tls_service_stream(service->tls, base);
    CHECK(connection->stream != NULL);
    bufferevent_incref(connection->stream);
    LIST_INSERT_HEAD(&service->connections, connection, entry);
    timer_init(&connection->deadline, on_deadline, connection);
    timer_set(&connection->deadline, service->loop, FIRST_REQUEST_MS);
    if (!timer_is_set(&service->sweep_timer))
        timer_set(&service->sweep_timer, service->loop, SWEEP_MS);
    if (++service->connection_count < service->connections_max)
        return connection->stream;
    pause_accepting(service);
    let_some_go(service);
    return connection->stream;
}

/* Out of descriptors: what waits stays in the queue for a moment. */
static void
on_accept_error(struct evconnlistener *listener, void *argument)
{
    struct http_service *service;

    (void)argument;
    loop_begin_turn();
    evconnlistener_disable(listener);
    LIST_FOREACH (service, &services, entry) {
        if (service->listening != NULL &&
            evhttp_bound_socket_get_listener(service->listening) == listener)
            timer_set(&service->pause_timer, service->loop, PAUSE_MS);
    }
}

static unsigned
most_connections(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
        limit.rlim_cur / DESCRIPTORS_SHARE > CONNECTIONS_MAX)
        return CONNECTIONS_MAX;
    return (unsigned)limit.rlim_cur / DESCRIPTORS_SHARE;
}

static void
open_service(struct http_service *service)
{
    LIST_INIT(&service->requests);
    LIST_INIT(&service->connections);
    service->connections_max = most_connections();
    timer_init(&service->sweep_timer, on_sweep_time, service);
    timer_init(&service->pause_timer, on_pause_end, service);
    LIST_INSERT_HEAD(&services, service, entry);
}

struct http_service *
http_service_new(struct loop *loop, int listening_fd, http_service_handler *on_request,
                 void *argument)
{
    struct http_service *service = memory_take(1, sizeof(*service));

    signal(SIGPIPE, SIG_IGN); /* evhttp writes without MSG_NOSIGNAL */
    service->loop = loop;
    service->on_request = on_request;
    service->argument = argument;
    open_service(service);
    service->evhttp = evhttp_new(loop_base(loop));
    CHECK(service->evhttp != NULL);
    evhttp_set_allowed_methods(service->evhttp, http_service_request_methods());
    evhttp_set_max_body_size(service->evhttp, BODY_BYTES_MAX);
    evhttp_set_max_headers_size(service->evhttp, HEAD_BYTES_MAX);
    evhttp_set_timeout(service->evhttp, CLIENT_TIMEOUT_SECONDS);
    evhttp_set_gencb(service->evhttp, on_evhttp, service);
    evhttp_set_bevcb(service->evhttp, on_accepted, service);
    CHECK(evutil_make_socket_nonblocking(listening_fd) == 0);
    service->listening = evhttp_accept_socket_with_handle(service->evhttp, listening_fd);
    CHECK(service->listening != NULL);
    evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(service->listening),
                                on_accept_error);
    return service;
}

void
http_service_secure(struct http_service *service, struct tls_service *tls)
{
    service->tls = tls;
}

void
http_service_free(struct http_service **service)
{
    struct http_service *old = *service;

    if (old == NULL)
        return;
    *service = NULL;
    evhttp_free(old->evhttp); /* runs on_close for each connection with an open handle */
    while (!LIST_EMPTY(&old->requests))
        release(LIST_FIRST(&old->requests));
    while (!LIST_EMPTY(&old->connections))
        forget_connection(LIST_FIRST(&old->connections));
    timer_close(&old->sweep_timer, old->loop);
    timer_close(&old->pause_timer, old->loop);
    LIST_REMOVE(old, entry);
    loop_free_later(old->loop, old, NULL);
}

void
http_service_add_field(struct http_service_request *request, const char *name,
                       const char *value)
{
    if (request->source != NULL)
        evhttp_add_header(evhttp_request_get_output_headers(request->source), name, value);
}

static void
add_fields(struct evhttp_request *source, const char *content_type)
{
    struct evkeyvalq *fields = evhttp_request_get_output_headers(source);

    evhttp_add_header(fields, "Content-Type", content_type);
    if (evhttp_find_header(fields, "Cache-Control") == NULL)
        evhttp_add_header(fields, "Cache-Control", "no-store");
}

/* Of those that evhttp has no words for; NULL: it has. */
static const char *
reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {{421, "Misdirected Request"}, {429, "Too Many Requests"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return NULL;
}

void
http_service_reply(struct http_service_request *request, int status, const char *content_type,
                   const char *body, size_t length)
{
    struct evhttp_request *source = take_source(request);

    release(request);
    if (source == NULL)
        return;
    add_fields(source, content_type);
    evbuffer_add(evhttp_request_get_output_buffer(source), body, length);
    evhttp_send_reply(source, status, reason_of(status), NULL);
}

void
http_service_stream_begin(struct http_service_request *request, const char *content_type,
                          void (*on_gone)(void *argument), void *argument)
{
    struct bufferevent *connection;
    const struct timeval write_timeout = {.tv_sec = CLIENT_TIMEOUT_SECONDS};

    CHECK_TAG(request, HTTP_SERVICE_REQUEST_TAG);
    CHECK(on_gone != NULL);
    request->on_gone = on_gone;
    request->on_gone_argument = argument;
    request->service->stream_count++;
    if (request->source == NULL) {
        loop_call_later(request->service->loop, on_gone_already, request);
        return;
    }
    add_fields(request->source, content_type);
    evhttp_send_reply_start(request->source, 200, NULL);
    /* A silent client is what a stream expects; it only must not send much. */
    connection =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request->source));
    bufferevent_set_timeouts(connection, NULL, &write_timeout);
    bufferevent_setwatermark(connection, EV_READ, 0, STREAM_INPUT_BYTES_MAX);
    bufferevent_enable(connection, EV_READ);
}

static size_t
backlog_max(const struct http_service *service)
{
    size_t share = ALL_BACKLOGS_BYTES_MAX / (service->stream_count + 1);

    return share < STREAM_BACKLOG_BYTES_MAX ? share : STREAM_BACKLOG_BYTES_MAX;
}

void
http_service_stream_add(struct http_service_request *request, const char *bytes, size_t length)
{
    struct bufferevent *connection;
    struct evbuffer *chunk;

    CHECK_TAG(request, HTTP_SERVICE_REQUEST_TAG);
    if (request->source == NULL || length == 0)
        return;
    connection =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request->source));
    if (evbuffer_get_length(bufferevent_get_output(connection)) >
        backlog_max(request->service)) {
        /* Seen by evhttp as the client's end, after our caller has returned. */
        shutdown(bufferevent_getfd(connection), SHUT_RDWR);
        return;
    }
    chunk = evbuffer_new();
    CHECK(chunk != NULL);
    evbuffer_add(chunk, bytes, length);
    evhttp_send_reply_chunk(request->source, chunk);
    evbuffer_free(chunk);
}

void
http_service_stream_end(struct http_service_request *request)
{
    struct evhttp_request *source = take_source(request);

    release(request);
    if (source != NULL)
        evhttp_send_reply_end(source);
}

void
http_service_stop_listening(struct http_service *service)
{
    if (service->listening != NULL)
        evhttp_del_accept_socket(service->evhttp, service->listening);
    service->listening = NULL;
}

void
http_service_end_streams(struct http_service *service, const char *bytes, size_t length)
{
    struct http_service_request *request, *next;

    for (request = LIST_FIRST(&service->requests); request != NULL; request = next) {
        next = LIST_NEXT(request, entry);
        if (request->on_gone == NULL)
            continue;
        http_service_stream_add(request, bytes, length);
        request->on_gone(request->on_gone_argument);
        http_service_stream_end(request);
    }
}
