/* SPDX-License-Identifier: Apache-2.0 */
/* A door onto messages: a call is a page that is read, an answer one that is written. */
#include "control/admin/admin_api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "ipc/api_call.h"
#include "ipc/api_content.h"
#include "ipc/page.h"

/* Of which the api role has at most half in flight; the rest may still be at work on calls that
 * it does not wait for any more. */
#define CALLS_MAX 128
#define PARAMETERS_MAX 64

struct parameter {
    char *name, *value;
};

/* A call; the request comes first, so that it is the call. */
struct api_request {
    struct admin_request request;
    struct admin_api *api;
    uint64_t id;
    bool is_dropped; /* its answer has no reader */
    bool is_stream;
    uint32_t content; /* of the stream */
    struct api_call call;
    char *method, *path;
    struct parameter parameters[PARAMETERS_MAX];
    size_t parameter_count;
    LIST_ENTRY(api_request) link;
};

struct admin_api {
    struct admin_api_parts parts;
    LIST_HEAD(, api_request) calls;
    unsigned count;
};

static struct api_request *
call_of(struct admin_request *request)
{
    return (struct api_request *)(void *)request;
}

static void
free_call(void *object)
{
    struct api_request *call = object;

    for (size_t i = 0; i < call->parameter_count; i++) {
        free(call->parameters[i].name);
        free(call->parameters[i].value);
    }
    free(call->method);
    free(call->path);
    api_call_clear(&call->call);
    free(call);
}

static void
end(struct api_request *call)
{
    LIST_REMOVE(call, link);
    call->api->count--;
    loop_free_later(call->api->parts.loop, call, free_call);
}

static void
send_piece(const struct api_request *call, int status, struct slice body, bool is_last)
{
    const struct message_api_answer answer = {.call_id = call->id,
                                              .status = (uint32_t)status,
                                              .content = call->content,
                                              .is_last = is_last};
    int fd = call->is_dropped ? -1 : page_create(body);

    if (fd != -1) {
        children_answer_api(call->api->parts.children, &answer, fd);
        close(fd);
    } else if (!call->is_dropped) {
        log_error("no memory for an answer to the api role: %s", strerror(errno));
    }
}

/* Nobody has signed it. */
static bool
admit(struct admin_request *request, enum admin_access access)
{
    if (access == ADMIN_READ)
        return true;
    if (access == ADMIN_LOCAL)
        admin_refuse(request, 403, "AccessDenied", "%s is for the admin socket only",
                     request->path);
    else
        admin_refuse(request, 403, "MissingAuthenticationToken",
                     "this must be signed with an access key");
    return false;
}

static const char *
parameter_at(const struct admin_request *request, const char *name, size_t n)
{
    const struct api_request *call = (const struct api_request *)(const void *)request;

    for (size_t i = 0; i < call->parameter_count; i++)
        if (strcmp(call->parameters[i].name, name) == 0 && n-- == 0)
            return call->parameters[i].value;
    return NULL;
}

static struct slice
body(const struct admin_request *request)
{
    return ((const struct api_request *)(const void *)request)->call.body;
}

static void
reply(struct admin_request *request, int status, const char *content_type, struct slice text)
{
    struct api_request *call = call_of(request);

    call->content = api_content_find(content_type);
    send_piece(call, status, text, true);
    end(call);
}

static void
stream_begin(struct admin_request *request, const char *content_type)
{
    struct api_request *call = call_of(request);

    call->content = api_content_find(content_type);
    call->is_stream = true;
    send_piece(call, 200, SLICE_LITERAL(""), false);
}

static void
stream_add(struct admin_request *request, struct slice bytes)
{
    send_piece(call_of(request), 200, bytes, false);
}

static void
stream_end(struct admin_request *request)
{
    send_piece(call_of(request), 200, SLICE_LITERAL(""), true);
    end(call_of(request));
}

static const struct admin_door door = {
    admit, parameter_at, body, reply, stream_begin, stream_add, stream_end,
};

static int
hex_digit(char byte)
{
    byte = slice_lower(byte);
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* What the % signs say; an encoded NUL ends the text. */
static char *
decode(struct slice text)
{
    char *decoded = memory_take(text.length + 1, 1);
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++) {
        bool is_coded = text.at[i] == '%' && i + 2 < text.length &&
                        hex_digit(text.at[i + 1]) >= 0 && hex_digit(text.at[i + 2]) >= 0;
        if (is_coded) {
            decoded[length++] =
                (char)(hex_digit(text.at[i + 1]) * 16 + hex_digit(text.at[i + 2]));
            i += 2;
        } else {
            decoded[length++] = text.at[i];
        }
    }
    return decoded;
}

static void
read_query(struct api_request *call, struct slice query)
{
    struct slice pair;

    while (call->parameter_count < PARAMETERS_MAX && slice_next(&query, '&', &pair)) {
        size_t equals = slice_find(pair, '=');
        size_t value = equals < pair.length ? equals + 1 : equals;
        if (pair.length == 0)
            continue;
        call->parameters[call->parameter_count++] =
            (struct parameter){decode(slice_make(pair.at, equals)),
                               decode(slice_make(pair.at + value, pair.length - value))};
    }
}

/* "GET /v1/rules?listener=web"; false: it is no such line. */
static bool
read_line(struct api_request *call)
{
    struct slice target = call->call.request_line;
    struct slice method, path;

    if (!slice_next(&target, ' ', &method) || target.length == 0 || target.at[0] != '/')
        return false;
    size_t mark = slice_find(target, '?');
    path = slice_make(target.at, mark);
    call->method = memory_copy_bytes(method.at, method.length);
    call->path = decode(path);
    if (mark < target.length)
        read_query(call, slice_make(target.at + mark + 1, target.length - mark - 1));
    return true;
}

static void
serve(struct api_request *call)
{
    struct admin_api *api = call->api;

    call->request.method = call->request.path = "";
    if (!read_line(call)) {
        admin_refuse(&call->request, 400, "BadRequest", "the request line cannot be read");
        return;
    }
    call->request.method = call->method;
    call->request.path = call->path;
    api->parts.on_request(&call->request, api->parts.argument);
}

struct admin_api *
admin_api_new(const struct admin_api_parts *parts)
{
    struct admin_api *api = memory_take(1, sizeof(*api));

    api->parts = *parts;
    LIST_INIT(&api->calls);
    return api;
}

void
admin_api_free(struct admin_api **api)
{
    struct api_request *call;

    if (*api == NULL)
        return;
    admin_api_drop_all(*api);
    while ((call = LIST_FIRST(&(*api)->calls)) != NULL)
        end(call);
    free(*api);
    *api = NULL;
}

bool
admin_api_take(struct admin_api *api, uint64_t call_id, int fd)
{
    struct api_request *call = memory_take(1, sizeof(*call));
    bool is_within = api->count < CALLS_MAX;
    const char *error = "there are too many";
    bool is_read = is_within && api_call_read(fd, &call->call, &error);

    channel_drop_fd(fd);
    if (!is_read) {
        log_warning("a call of the api role is refused: %s", error);
        free(call);
        return false;
    }
    call->request.door = &door;
    call->api = api;
    call->id = call_id;
    LIST_INSERT_HEAD(&api->calls, call, link);
    api->count++;
    serve(call);
    return true;
}

/* An answer that is not there yet has no reader; a stream ends. */
static void
drop(struct api_request *call)
{
    call->is_dropped = true;
    if (!call->is_stream)
        return;
    call->request.on_gone(call->request.on_gone_argument);
    end(call);
}

void
admin_api_drop(struct admin_api *api, uint64_t call_id)
{
    struct api_request *call;

    LIST_FOREACH (call, &api->calls, link) {
        if (call->id == call_id && !call->is_dropped) {
            drop(call);
            return;
        }
    }
}

void
admin_api_drop_all(struct admin_api *api)
{
    struct api_request *call, *next;

    for (call = LIST_FIRST(&api->calls); call != NULL; call = next) {
        next = LIST_NEXT(call, link);
        if (!call->is_dropped)
            drop(call);
    }
}

void
admin_api_end_streams(struct admin_api *api, struct slice last)
{
    struct api_request *call, *next;

    for (call = LIST_FIRST(&api->calls); call != NULL; call = next) {
        next = LIST_NEXT(call, link);
        if (!call->is_stream)
            continue;
        call->request.on_gone(call->request.on_gone_argument);
        send_piece(call, 200, last, true);
        end(call);
    }
}
