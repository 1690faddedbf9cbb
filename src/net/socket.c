/* SPDX-License-Identifier: Apache-2.0 */
/* Making sockets. Every one is non-blocking and close-on-exec from its first moment. */
#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

/* Closes without touching errno, and gives the -1 to return. */
static int
give_up(int fd)
{
    int reason = errno;

    close(fd);
    errno = reason;
    return -1;
}

/* A stream socket of the address's family; *length is that of the system's form. */
static int
open_stream(const struct address *address, struct sockaddr_storage *system, socklen_t *length)
{
    if (address->family != ADDRESS_IPV4 && address->family != ADDRESS_IPV6) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    *length = address_to_system(address, system);
    return socket(system->ss_family, SOCK_STREAM | SOCKET_FLAGS, 0);
}

static int
turn_on(int fd, int level, int option)
{
    int on = 1;

    return setsockopt(fd, level, option, &on, sizeof(on));
}

/* "::" is IPv6 alone: an IPv4 listener beside it is configured, not implied. */
static int
set_listening_options(int fd, const struct address *address, bool reuse_port)
{
    if (turn_on(fd, SOL_SOCKET, SO_REUSEADDR) == -1 ||
        turn_on(fd, IPPROTO_TCP, TCP_NODELAY) == -1)
        return -1;
    if (reuse_port && turn_on(fd, SOL_SOCKET, SO_REUSEPORT) == -1)
        return -1;
    /* Who accepts from it cannot attach a filter that all sockets of the port would feel. */
    if (turn_on(fd, SOL_SOCKET, SO_LOCK_FILTER) == -1)
        return -1;
    return address->family == ADDRESS_IPV6 ? turn_on(fd, IPPROTO_IPV6, IPV6_V6ONLY) : 0;
}

int
socket_listen(const struct address *address, bool reuse_port, int backlog)
{
    struct sockaddr_storage system;
    socklen_t length;
    int fd = open_stream(address, &system, &length);

    if (fd == -1)
        return -1;
    if (set_listening_options(fd, address, reuse_port) == -1 ||
        bind(fd, (struct sockaddr *)&system, length) == -1 || listen(fd, backlog) == -1)
        return give_up(fd);
    return fd;
}

static bool
fill_path(struct sockaddr_un *system, const char *path)
{
    size_t length = strlen(path);

    *system = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof(system->sun_path)) {
        errno = length == 0 ? EINVAL : ENAMETOOLONG;
        return false;
    }
    memcpy(system->sun_path, path, length);
    return true;
}

/* Whether the path is a socket that nobody accepts from any more. */
static bool
is_stale(const struct sockaddr_un *system)
{
    struct stat status;

    if (lstat(system->sun_path, &status) == -1 || !S_ISSOCK(status.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
    if (fd == -1)
        return false;
    bool is_refused = connect(fd, (const struct sockaddr *)system, sizeof(*system)) == -1 &&
                      errno == ECONNREFUSED;
    close(fd);
    return is_refused;
}

/* The umask gives the file its mode from its first moment: nobody can slip in before a chmod.
 */
static int
bind_path(int fd, const struct sockaddr_un *system, unsigned mode)
{
    mode_t umask_before = umask(~mode & 0777);
    int result = bind(fd, (const struct sockaddr *)system, sizeof(*system));

    if (result == -1 && errno == EADDRINUSE) {
        if (is_stale(system) && unlink(system->sun_path) == 0)
            result = bind(fd, (const struct sockaddr *)system, sizeof(*system));
        else
            errno = EADDRINUSE;
    }
    int reason = errno;
    umask(umask_before);
    errno = reason;
    return result;
}

int
socket_listen_unix(const char *path, unsigned mode, int backlog)
{
    struct sockaddr_un system;

    if (!fill_path(&system, path))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCKET_FLAGS, 0);
    if (fd == -1)
        return -1;
    if (turn_on(fd, SOL_SOCKET, SO_LOCK_FILTER) == -1 || bind_path(fd, &system, mode) == -1 ||
        listen(fd, backlog) == -1)
        return give_up(fd);
    return fd;
}

static void
mend_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags != -1 && ((flags & O_NONBLOCK) == 0 || (flags & O_ASYNC) != 0))
        (void)fcntl(fd, F_SETFL, (flags & ~O_ASYNC) | O_NONBLOCK);
}

bool
socket_mend_listening(int fd)
{
    struct linger linger = {0};
    socklen_t size = sizeof(linger);
    int is_listening = 0;

    mend_flags(fd);
    /* Accepted connections inherit it, and closing one would wait. */
    if (getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) == 0 && linger.l_onoff != 0) {
        linger = (struct linger){0};
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    }
    size = sizeof(is_listening);
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 &&
           is_listening != 0;
}

bool
socket_mend_pair_end(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};

    mend_flags(fd);
    return poll(&end, 1, 0) == 0;
}

int
socket_accept(int listening_fd, struct address *peer)
{
    struct sockaddr_storage system = {0};
    socklen_t length = sizeof(system);
    int fd;

    do
        fd = accept4(listening_fd, (struct sockaddr *)&system, &length, SOCKET_FLAGS);
    while (fd == -1 && errno == EINTR);
    if (fd != -1)
        address_from_system(peer, &system);
    return fd;
}

int
socket_connect(const struct address *address)
{
    struct sockaddr_storage system;
    socklen_t length;
    int fd = open_stream(address, &system, &length);

    if (fd == -1)
        return -1;
    if (turn_on(fd, IPPROTO_TCP, TCP_NODELAY) == -1)
        return give_up(fd);
    if (connect(fd, (struct sockaddr *)&system, length) == -1 && errno != EINPROGRESS)
        return give_up(fd);
    return fd;
}

void
socket_close_abruptly(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(fd);
}

bool
socket_local_address(int fd, struct address *address)
{
    struct sockaddr_storage system = {0};
    socklen_t length = sizeof(system);

    if (getsockname(fd, (struct sockaddr *)&system, &length) == -1)
        return false;
    address_from_system(address, &system);
    return true;
}
