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
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"

enum {
    BODY_BYTES_MAX = 1024 * 1024,
    HEAD_BYTES_MAX = 64 * 1024,
    PARAMETERS_MAX = 64,
    CLIENT_TIMEOUT_SECONDS = 30,
    STREAM_INPUT_BYTES_MAX = 16 * 1024,
    STREAM_BACKLOG_BYTES_MAX = 4 * 1024 * 1024, /* a reader that far behind is cut off */
};

struct http_service {
    struct evhttp *evhttp;
    struct evhttp_bound_socket *listening; /* NULL: no more */
    struct loop *loop;
    http_service_handler *on_request;
    void *argument;
    LIST_HEAD(, http_service_request) requests;
};

#define REQUEST_TAG 0x68737271u

struct parameter {
    char *name;
    char *value;
};

/* Owned by its service; freed after the turn in which it is answered or its client goes. */
struct http_service_request {
    uint32_t tag;
    LIST_ENTRY(http_service_request) entry;
    struct http_service *service;
    struct evhttp_request *source; /* NULL: the client is gone */
    char *path;
    struct parameter parameters[PARAMETERS_MAX];
    size_t parameter_count;
    void (*on_gone)(void *argument); /* streams only */
    void *on_gone_argument;
};

static const struct {
    enum evhttp_cmd_type command;
    const char *name;
} methods[] = {
    {EVHTTP_REQ_GET, "GET"},
    {EVHTTP_REQ_HEAD, "HEAD"},
    {EVHTTP_REQ_POST, "POST"},
};

static void
free_request(void *object)
{
    struct http_service_request *request = object;

    for (size_t i = 0; i < request->parameter_count; i++) {
        free(request->parameters[i].name);
        free(request->parameters[i].value);
    }
    free(request->path);
    free(request);
}

/* The handle's end: nobody may use it any more. */
static void
release(struct http_service_request *request)
{
    request->tag = 0;
    LIST_REMOVE(request, entry);
    loop_free_later(request->service->loop, request, free_request);
}

/* Stops watching for the client's end; what follows on the connection is another request. */
static struct evhttp_request *
take_source(struct http_service_request *request)
{
    struct evhttp_request *source = request->source;

    CHECK_TAG(request, REQUEST_TAG);
    request->source = NULL;
    if (source != NULL)
        evhttp_connection_set_closecb(evhttp_request_get_connection(source), NULL, NULL);
    return source;
}

static void
on_close(struct evhttp_connection *connection, void *argument)
{
    struct http_service_request *request = argument;
    struct evhttp_request *source = request->source;

    (void)connection;
    CHECK_TAG(request, REQUEST_TAG);
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

static char *
decode(struct slice text, bool plus_is_space)
{
    char *encoded = memory_copy_bytes(text.at, text.length);
    char *decoded = evhttp_uridecode(encoded, plus_is_space, NULL);

    free(encoded);
    CHECK(decoded != NULL);
    return decoded;
}

static void
read_parameters(struct http_service_request *request, const char *query)
{
    struct slice rest = slice_of(query);
    struct slice pair;

    while (request->parameter_count < PARAMETERS_MAX && slice_next(&rest, '&', &pair)) {
        size_t equals = slice_find(pair, '=');
        size_t value = equals < pair.length ? equals + 1 : equals;
        struct parameter *parameter = &request->parameters[request->parameter_count];

        if (pair.length == 0)
            continue;
        parameter->name = decode(slice_make(pair.at, equals), true);
        parameter->value = decode(slice_make(pair.at + value, pair.length - value), true);
        request->parameter_count++;
    }
}

static void
on_evhttp(struct evhttp_request *source, void *argument)
{
    struct http_service *service = argument;
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(source);
    const char *path = evhttp_uri_get_path(uri);
    const char *query = evhttp_uri_get_query(uri);
    struct http_service_request *request = memory_take(1, sizeof(*request));

    request->tag = REQUEST_TAG;
    request->service = service;
    request->source = source;
    request->path = decode(slice_of(path == NULL || *path == '\0' ? "/" : path), false);
    if (query != NULL)
        read_parameters(request, query);
    LIST_INSERT_HEAD(&service->requests, request, entry);
    evhttp_connection_set_closecb(evhttp_request_get_connection(source), on_close, request);
    loop_begin_turn();
    service->on_request(request, service->argument);
}

struct http_service *
http_service_new(struct loop *loop, int listening_fd, http_service_handler *on_request,
                 void *argument)
{
    struct http_service *service = memory_take(1, sizeof(*service));
    int allowed = 0;

    signal(SIGPIPE, SIG_IGN); /* evhttp writes without MSG_NOSIGNAL */
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        allowed |= methods[i].command;
    service->loop = loop;
    service->on_request = on_request;
    service->argument = argument;
    LIST_INIT(&service->requests);
    service->evhttp = evhttp_new(loop_base(loop));
    CHECK(service->evhttp != NULL);
    evhttp_set_allowed_methods(service->evhttp, (ev_uint16_t)allowed);
    evhttp_set_max_body_size(service->evhttp, BODY_BYTES_MAX);
    evhttp_set_max_headers_size(service->evhttp, HEAD_BYTES_MAX);
    evhttp_set_timeout(service->evhttp, CLIENT_TIMEOUT_SECONDS);
    evhttp_set_gencb(service->evhttp, on_evhttp, service);
    CHECK(evutil_make_socket_nonblocking(listening_fd) == 0);
    service->listening = evhttp_accept_socket_with_handle(service->evhttp, listening_fd);
    CHECK(service->listening != NULL);
    return service;
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
    loop_free_later(old->loop, old, NULL);
}

const char *
http_service_method(const struct http_service_request *request)
{
    enum evhttp_cmd_type command =
        request->source == NULL ? EVHTTP_REQ_GET : evhttp_request_get_command(request->source);

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (methods[i].command == command)
            return methods[i].name;
    CHECK_UNREACHABLE();
}

const char *
http_service_path(const struct http_service_request *request)
{
    return request->path;
}

const char *
http_service_parameter(const struct http_service_request *request, const char *name)
{
    return http_service_parameter_at(request, name, 0);
}

const char *
http_service_parameter_at(const struct http_service_request *request, const char *name,
                          size_t n)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0 && n-- == 0)
            return request->parameters[i].value;
    return NULL;
}

const char *
http_service_body(const struct http_service_request *request, size_t *length)
{
    struct evbuffer *body;
    const unsigned char *bytes;

    *length = 0;
    if (request->source == NULL)
        return "";
    body = evhttp_request_get_input_buffer(request->source);
    *length = evbuffer_get_length(body);
    bytes = evbuffer_pullup(body, -1);
    return bytes == NULL ? "" : (const char *)bytes;
}

static void
add_fields(struct evhttp_request *source, const char *content_type)
{
    struct evkeyvalq *fields = evhttp_request_get_output_headers(source);

    evhttp_add_header(fields, "Content-Type", content_type);
    evhttp_add_header(fields, "Cache-Control", "no-store");
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
    evhttp_send_reply(source, status, NULL, NULL);
}

void
http_service_stream_begin(struct http_service_request *request, const char *content_type,
                          void (*on_gone)(void *argument), void *argument)
{
    struct bufferevent *connection;
    const struct timeval write_timeout = {.tv_sec = CLIENT_TIMEOUT_SECONDS};

    CHECK_TAG(request, REQUEST_TAG);
    CHECK(on_gone != NULL);
    request->on_gone = on_gone;
    request->on_gone_argument = argument;
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

void
http_service_stream_add(struct http_service_request *request, const char *bytes, size_t length)
{
    struct bufferevent *connection;
    struct evbuffer *chunk;

    CHECK_TAG(request, REQUEST_TAG);
    if (request->source == NULL || length == 0)
        return;
    connection =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request->source));
    if (evbuffer_get_length(bufferevent_get_output(connection)) > STREAM_BACKLOG_BYTES_MAX) {
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
