/* SPDX-License-Identifier: Apache-2.0 */
/* A bind that fails says what to do about it, since this is where most first starts end. */
#include "control/processes/listener_sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/address.h"
#include "base/check.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/processes/left_ports.h"
#include "net/socket.h"

#define BACKLOG 4096
#define UNIX_MODE 0666 /* who may reach the folder may connect, as to a TCP port */

struct listener_socket {
    uint32_t id;
    char *place; /* "10.0.0.1:80" or "unix:/path" */
    char *unix_path;
    struct address address; /* where a TCP listener is bound */
    int *fds;               /* one a worker, or one for all */
    unsigned fd_count;
    bool is_wanted; /* by the configuration that was prepared last */
    bool is_new;    /* bound by it */
    LIST_ENTRY(listener_socket) link;
};

struct listener_sockets {
    unsigned worker_count;
    struct numbers *numbers;
    LIST_HEAD(, listener_socket) open;
    struct left_ports left;
};

struct listener_sockets *
listener_sockets_new(unsigned worker_count, struct numbers *numbers)
{
    struct listener_sockets *sockets = memory_take(1, sizeof(*sockets));

    sockets->worker_count = worker_count;
    sockets->numbers = numbers;
    LIST_INIT(&sockets->open);
    return sockets;
}

static void
close_one(struct listener_socket *socket)
{
    LIST_REMOVE(socket, link);
    for (unsigned i = 0; i < socket->fd_count; i++)
        close(socket->fds[i]);
    if (socket->unix_path != NULL && socket->fd_count != 0)
        unlink(socket->unix_path);
    free(socket->fds);
    free(socket->place);
    free(socket->unix_path);
    free(socket);
}

void
listener_sockets_free(struct listener_sockets **sockets)
{
    if (*sockets == NULL)
        return;
    while (!LIST_EMPTY(&(*sockets)->open))
        close_one(LIST_FIRST(&(*sockets)->open));
    free(*sockets);
    *sockets = NULL;
}

static char *
place_of(const struct config_listener *listener)
{
    return listener->unix_path != NULL
               ? memory_print("unix:%s", listener->unix_path)
               : memory_print("%s:%u", listener->address, listener->port);
}

static struct listener_socket *
find(const struct listener_sockets *sockets, const char *place)
{
    struct listener_socket *socket;

    LIST_FOREACH (socket, &sockets->open, link) {
        if (strcmp(socket->place, place) == 0)
            return socket;
    }
    return NULL;
}

static const char *
advice(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "stop what uses it (ss -ltnp shows it) or choose another";
    case EACCES:
    case EPERM:
        return "start as root, give the program CAP_NET_BIND_SERVICE, or choose a port from "
               "1024";
    case EADDRNOTAVAIL:
        return "this machine has no such address; use one that ip addr shows, or 0.0.0.0";
    case ENOENT:
        return "make the folder first";
    default:
        return "correct the listener";
    }
}

static void
add_error(struct config_errors *errors, const struct config *config,
          const struct config_listener *listener, const char *place)
{
    int error = errno;
    const struct setting_places *places = listener->places;
    char *from = config_place_text(config, places == NULL ? NULL : &places->own);

    config_errors_add(errors,
                      memory_print("%s: listener %s: cannot listen on %s: %s; %s", from,
                                   listener->name, place, strerror(error), advice(error)));
    free(from);
}

/* Whether one of ours listens on that port already, at this or another address. */
static bool
is_port_ours(const struct listener_sockets *sockets, uint16_t port)
{
    const struct listener_socket *socket;
    struct address address;

    LIST_FOREACH (socket, &sockets->open, link) {
        if (socket->fd_count != 0 && socket_local_address(socket->fds[0], &address) &&
            address.port == port)
            return true;
    }
    return false;
}

/* Two programs of one user may share a port by SO_REUSEPORT: try it without that first. */
static bool
is_free(const struct listener_sockets *sockets, const struct address *address)
{
    if (address->port == 0 || is_port_ours(sockets, address->port) ||
        left_ports_has(&sockets->left, address->port))
        return true;
    int fd = socket_listen(address, false, 1);
    if (fd == -1)
        return false;
    close(fd);
    return true;
}

static bool
bind_tcp(const struct listener_sockets *sockets, struct listener_socket *socket,
         const struct config_listener *listener)
{
    struct address address;

    if (!address_parse(&address, listener->address, (uint16_t)listener->port)) {
        errno = EINVAL;
        return false;
    }
    if (!is_free(sockets, &address))
        return false;
    for (unsigned i = 0; i < sockets->worker_count; i++) {
        int fd = socket_listen(&address, true, BACKLOG);
        if (fd == -1)
            return false;
        socket->fds[socket->fd_count++] = fd;
        /* Port 0 takes a free one for the first: the others share it. */
        socket_local_address(fd, &address);
    }
    socket->address = address;
    return true;
}

static bool
bind_one(struct listener_sockets *sockets, const struct config_listener *listener,
         const char *place)
{
    struct listener_socket *socket = memory_take(1, sizeof(*socket));
    bool is_bound;

    socket->place = memory_copy_text(place);
    socket->id = numbers_listener_id(sockets->numbers, place);
    socket->fds = memory_take(sockets->worker_count, sizeof(*socket->fds));
    socket->is_wanted = true;
    socket->is_new = true;
    LIST_INSERT_HEAD(&sockets->open, socket, link);
    if (listener->unix_path == NULL) {
        is_bound = bind_tcp(sockets, socket, listener);
    } else {
        socket->unix_path = memory_copy_text(listener->unix_path);
        socket->fds[0] = socket_listen_unix(listener->unix_path, UNIX_MODE, BACKLOG);
        is_bound = socket->fds[0] != -1;
        socket->fd_count = is_bound ? 1 : 0;
    }
    if (is_bound)
        return true;
    int error = errno;
    close_one(socket);
    errno = error;
    return false;
}

/* One that was adopted may have been another number of workers'. */
static bool
complete(const struct listener_sockets *sockets, struct listener_socket *socket)
{
    while (socket->unix_path == NULL && socket->fd_count < sockets->worker_count) {
        int fd = socket_listen(&socket->address, true, BACKLOG);
        if (fd == -1)
            return false;
        socket->fds[socket->fd_count++] = fd;
    }
    return true;
}

void
listener_sockets_adopt(struct listener_sockets *sockets, const char *place, const int *fds,
                       unsigned count)
{
    static const char unix_start[] = "unix:";
    struct listener_socket *socket = memory_take(1, sizeof(*socket));

    socket->place = memory_copy_text(place);
    socket->id = numbers_listener_id(sockets->numbers, place);
    socket->fds = memory_take(sockets->worker_count, sizeof(*socket->fds));
    if (strncmp(place, unix_start, strlen(unix_start)) == 0)
        socket->unix_path = memory_copy_text(place + strlen(unix_start));
    for (unsigned i = 0; i < count; i++) {
        if (i < sockets->worker_count)
            socket->fds[socket->fd_count++] = fds[i];
        else
            close(fds[i]);
    }
    if (socket->unix_path == NULL)
        socket_local_address(socket->fds[0], &socket->address);
    LIST_INSERT_HEAD(&sockets->open, socket, link);
}

void
listener_sockets_visit(const struct listener_sockets *sockets,
                       void (*visit)(void *argument, const char *place, const int *fds,
                                     unsigned count),
                       void *argument)
{
    const struct listener_socket *socket;

    LIST_FOREACH (socket, &sockets->open, link)
        visit(argument, socket->place, socket->fds, socket->fd_count);
}

bool
listener_sockets_prepare(struct listener_sockets *sockets, const struct config *config,
                         struct config_errors *errors)
{
    struct listener_socket *socket;
    bool is_good = true;

    LIST_FOREACH (socket, &sockets->open, link) {
        socket->is_wanted = false;
        socket->is_new = false;
    }
    for (size_t i = 0; i < config->listener_count; i++) {
        const struct config_listener *listener = &config->listeners[i];
        char *place = place_of(listener);
        socket = find(sockets, place);
        if (socket != NULL && complete(sockets, socket)) {
            socket->is_wanted = true;
        } else if (!bind_one(sockets, listener, place)) {
            add_error(errors, config, listener, place);
            is_good = false;
        }
        free(place);
    }
    if (!is_good)
        listener_sockets_abandon(sockets);
    return is_good;
}

void
listener_sockets_abandon(struct listener_sockets *sockets)
{
    struct listener_socket *socket = LIST_FIRST(&sockets->open);

    while (socket != NULL) {
        struct listener_socket *next = LIST_NEXT(socket, link);
        if (socket->is_new)
            close_one(socket);
        socket = next;
    }
}

void
listener_sockets_commit(struct listener_sockets *sockets,
                        void (*on_close)(void *argument, uint32_t listener_id), void *argument)
{
    struct listener_socket *socket = LIST_FIRST(&sockets->open);

    while (socket != NULL) {
        struct listener_socket *next = LIST_NEXT(socket, link);
        if (!socket->is_wanted) {
            on_close(argument, socket->id);
            if (socket->unix_path == NULL)
                left_ports_note(&sockets->left, socket->address.port);
            close_one(socket);
        }
        socket = next;
    }
}

static int
socket_of(const struct listener_socket *socket, unsigned slot)
{
    return socket->fds[socket->fd_count == 1 ? 0 : slot - 1];
}

void
listener_sockets_each(const struct listener_sockets *sockets, unsigned slot, bool only_new,
                      void (*visit)(void *argument, uint32_t listener_id, int fd),
                      void *argument)
{
    const struct listener_socket *socket;

    CHECK(slot >= 1 && slot <= sockets->worker_count);
    LIST_FOREACH (socket, &sockets->open, link) {
        if (!only_new || socket->is_new)
            visit(argument, socket->id, socket_of(socket, slot));
    }
}

/* The old one's path is taken over: nobody is behind it any more. */
static int
bind_again(const struct listener_socket *socket)
{
    return socket->unix_path != NULL ? socket_listen_unix(socket->unix_path, UNIX_MODE, BACKLOG)
                                     : socket_listen(&socket->address, true, BACKLOG);
}

void
listener_sockets_mend(struct listener_sockets *sockets, unsigned slot,
                      void (*on_rebound)(void *argument, uint32_t listener_id, bool is_shared),
                      void *argument)
{
    const struct listener_socket *socket;

    CHECK(slot >= 1 && slot <= sockets->worker_count);
    LIST_FOREACH (socket, &sockets->open, link) {
        int *fd = &socket->fds[socket->fd_count == 1 ? 0 : slot - 1];
        if (socket_mend_listening(*fd))
            continue;
        int renewed = bind_again(socket);
        if (renewed == -1) {
            log_error("listener %s was shut down by a worker and cannot be bound again: %s; "
                      "trying again",
                      socket->place, strerror(errno));
            continue;
        }
        log_warning("listener %s was shut down by a worker: it is bound again", socket->place);
        close(*fd);
        *fd = renewed;
        on_rebound(argument, socket->id, socket->unix_path != NULL);
    }
}

int
listener_sockets_fd(const struct listener_sockets *sockets, uint32_t listener_id, unsigned slot)
{
    const struct listener_socket *socket;

    LIST_FOREACH (socket, &sockets->open, link) {
        if (socket->id == listener_id)
            return socket_of(socket, slot);
    }
    return -1;
}

uint32_t
listener_sockets_id(const struct listener_sockets *sockets,
                    const struct config_listener *listener)
{
    char *place = place_of(listener);
    const struct listener_socket *socket = find(sockets, place);
    uint32_t id = socket != NULL ? socket->id : numbers_listener_id(sockets->numbers, place);

    free(place);
    return id;
}
