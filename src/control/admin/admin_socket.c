/* SPDX-License-Identifier: Apache-2.0 */
/* A door onto net/http_service. */
#include "control/admin/admin_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/admin/admin_call.h"
#include "net/http_service.h"
#include "net/socket.h"

#define BACKLOG 64
#define FOLDER_MODE 0755
#define SOCKET_MODE 0660

struct admin_socket {
    struct admin_socket_parts parts;
    struct http_service *service;
    int fd;     /* the service's */
    char *path; /* NULL: given up */
};

/* A call; the request comes first, so that it is the call. */
struct socket_call {
    struct admin_request request;
    struct http_service_request *source;
    struct loop *loop;
};

static struct socket_call *
call_of(struct admin_request *request)
{
    return (struct socket_call *)(void *)request;
}

static const struct http_service_request *
source_of(const struct admin_request *request)
{
    return ((const struct socket_call *)(const void *)request)->source;
}

/* Who may open the socket may do everything. */
static bool
admit(struct admin_request *request, enum admin_access access)
{
    (void)request;
    (void)access;
    return true;
}

static enum sigv4_fault
prove(struct admin_request *request, struct admin_proof *proof)
{
    proof->target = slice_of(http_service_field(source_of(request), "x-amz-target"));
    return SIGV4_SOUND;
}

static enum sigv4_fault
prove_change(struct admin_request *request, const char *what, bool *is_answered)
{
    (void)request;
    (void)what;
    *is_answered = false;
    return SIGV4_SOUND;
}

static const char *
parameter_at(const struct admin_request *request, const char *name, size_t n)
{
    return http_service_parameter_at(source_of(request), name, n);
}

static struct slice
query(const struct admin_request *request)
{
    struct slice target = slice_of(http_service_target(source_of(request)));
    size_t mark = slice_find(target, '?');
    size_t start = mark < target.length ? mark + 1 : mark;

    return slice_make(target.at + start, target.length - start);
}

static struct slice
body(const struct admin_request *request)
{
    size_t length;
    const char *bytes = http_service_body(source_of(request), &length);

    return slice_make(bytes, length);
}

static void
reply(struct admin_request *request, int status, const char *content_type, struct slice text)
{
    struct socket_call *call = call_of(request);

    http_service_reply(call->source, status, content_type, text.at, text.length);
    loop_free_later(call->loop, call, NULL);
}

static void
on_gone(void *argument)
{
    struct socket_call *call = argument;

    call->request.on_gone(call->request.on_gone_argument);
    loop_free_later(call->loop, call, NULL);
}

static void
stream_begin(struct admin_request *request, const char *content_type)
{
    struct socket_call *call = call_of(request);

    http_service_stream_begin(call->source, content_type, on_gone, call);
}

static void
stream_add(struct admin_request *request, struct slice bytes)
{
    http_service_stream_add(call_of(request)->source, bytes.at, bytes.length);
}

static void
stream_end(struct admin_request *request)
{
    struct socket_call *call = call_of(request);

    http_service_stream_end(call->source);
    loop_free_later(call->loop, call, NULL);
}

static const struct admin_door door = {
    admit, prove, prove_change, parameter_at, query,
    body,  reply, stream_begin, stream_add,   stream_end,
};

/* They run as the user that started us when that is not root, and may then open the socket. */
static bool
is_own_child(const struct admin_socket *socket, pid_t peer)
{
    struct processes *processes = children_processes(socket->parts.children);

    for (unsigned slot = 0; peer != 0 && slot < processes_count(processes); slot++)
        if (processes_at(processes, slot)->pid == peer)
            return true;
    return peer != 0 && finishing_has(socket->parts.finishing, peer);
}

static void
on_request(struct http_service_request *source, void *argument)
{
    struct admin_socket *socket = argument;
    struct socket_call *call = memory_take(1, sizeof(*call));

    call->request.door = &door;
    call->request.is_local = true;
    call->request.method = http_service_method(source);
    call->request.path = http_service_path(source);
    call->source = source;
    call->loop = socket->parts.loop;
    if (!is_own_child(socket, http_service_peer(source))) {
        socket->parts.on_request(&call->request, socket->parts.argument);
        return;
    }
    log_warning("a child of ours has asked the admin socket for %s", call->request.path);
    admin_refuse(&call->request, 403, "Forbidden",
                 "the admin socket is not for fairlead's children");
}

static int
open_socket(const char *path)
{
    folder_make_for(path, FOLDER_MODE); /* what is wrong with it, bind will say */
    int fd = socket_listen_unix(path, SOCKET_MODE, BACKLOG);
    if (fd == -1)
        log_error("admin socket %s: %s; %s", path, strerror(errno),
                  errno == EADDRINUSE
                      ? "another fairlead is running: stop it or choose another admin.socket"
                      : "make its folder and let this user write there, or choose another "
                        "admin.socket");
    return fd;
}

struct admin_socket *
admin_socket_open(const char *path, const struct admin_socket_parts *parts)
{
    int fd = parts->adopted_fd != 0 ? parts->adopted_fd : open_socket(path);

    if (fd == -1)
        return NULL;
    struct admin_socket *socket = memory_take(1, sizeof(*socket));
    socket->parts = *parts;
    socket->fd = fd;
    socket->path = memory_copy_text(path);
    socket->service = http_service_new(parts->loop, fd, on_request, socket);
    return socket;
}

int
admin_socket_fd(const struct admin_socket *socket)
{
    return socket->fd;
}

void
admin_socket_stop(struct admin_socket *socket)
{
    http_service_stop_listening(socket->service);
    if (socket->path != NULL)
        unlink(socket->path);
    free(socket->path);
    socket->path = NULL;
}

void
admin_socket_end_streams(struct admin_socket *socket, struct slice last)
{
    http_service_end_streams(socket->service, last.at, last.length);
}

void
admin_socket_free(struct admin_socket **socket)
{
    if (*socket == NULL)
        return;
    admin_socket_stop(*socket);
    http_service_free(&(*socket)->service);
    free(*socket);
    *socket = NULL;
}
