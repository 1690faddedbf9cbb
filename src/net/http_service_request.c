/* SPDX-License-Identifier: Apache-2.0 */
/* What a request says, and who has sent it; of one whose client is gone only path and
 * parameters. */
#include "net/http_service_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/check.h"
#include "base/memory.h"
#include "base/slice.h"

static const struct {
    enum evhttp_cmd_type command;
    const char *name;
} methods[] = {
    {EVHTTP_REQ_GET, "GET"},
    {EVHTTP_REQ_HEAD, "HEAD"},
    {EVHTTP_REQ_POST, "POST"},
};

uint16_t
http_service_request_methods(void)
{
    int bits = 0;

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        bits |= methods[i].command;
    return (uint16_t)bits;
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

    while (request->parameter_count < HTTP_SERVICE_PARAMETERS_MAX &&
           slice_next(&rest, '&', &pair)) {
        size_t equals = slice_find(pair, '=');
        size_t value = equals < pair.length ? equals + 1 : equals;
        struct http_service_parameter *parameter =
            &request->parameters[request->parameter_count];

        if (pair.length == 0)
            continue;
        parameter->name = decode(slice_make(pair.at, equals), true);
        parameter->value = decode(slice_make(pair.at + value, pair.length - value), true);
        request->parameter_count++;
    }
}

struct http_service_request *
http_service_request_new(struct evhttp_request *source)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(source);
    const char *path = evhttp_uri_get_path(uri);
    const char *query = evhttp_uri_get_query(uri);
    struct http_service_request *request = memory_take(1, sizeof(*request));

    request->tag = HTTP_SERVICE_REQUEST_TAG;
    request->source = source;
    request->path = decode(slice_of(path == NULL || *path == '\0' ? "/" : path), false);
    if (query != NULL)
        read_parameters(request, query);
    return request;
}

void
http_service_request_free(void *object)
{
    struct http_service_request *request = object;

    for (size_t i = 0; i < request->parameter_count; i++) {
        free(request->parameters[i].name);
        free(request->parameters[i].value);
    }
    free(request->path);
    free(request);
}

pid_t
http_service_peer(const struct http_service_request *request)
{
    struct ucred peer = {0};
    socklen_t size = sizeof(peer);

    if (request->source == NULL)
        return 0;
    int fd = bufferevent_getfd(
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request->source)));
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

void
http_service_client(const struct http_service_request *request, char text[ADDRESS_TEXT_SIZE])
{
    struct sockaddr_storage system = {0};
    socklen_t length = sizeof(system);
    struct address address = {.family = ADDRESS_NONE};

    if (request->source != NULL &&
        getpeername(bufferevent_getfd(evhttp_connection_get_bufferevent(
                        evhttp_request_get_connection(request->source))),
                    (struct sockaddr *)&system, &length) == 0)
        address_from_system(&address, &system);
    if (address.family == ADDRESS_UNIX)
        snprintf(text, ADDRESS_TEXT_SIZE, "unix");
    else
        address_format(&address, text);
}

const char *
http_service_target(const struct http_service_request *request)
{
    return request->source == NULL ? "" : evhttp_request_get_uri(request->source);
}

const char *
http_service_field(const struct http_service_request *request, const char *name)
{
    return request->source == NULL
               ? NULL
               : evhttp_find_header(evhttp_request_get_input_headers(request->source), name);
}

bool
http_service_field_at(const struct http_service_request *request, size_t index,
                      const char **name, const char **value)
{
    const struct evkeyval *field = NULL;

    if (request->source != NULL) {
        TAILQ_FOREACH (field, evhttp_request_get_input_headers(request->source), next) {
            if (index-- == 0)
                break;
        }
    }
    if (field == NULL)
        return false;
    *name = field->key;
    *value = field->value;
    return true;
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
