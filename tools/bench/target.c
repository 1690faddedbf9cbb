/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target behind the proxies under test: one thread, one epoll, any number of ports.
 * GET .../b/N answers N bytes of the pattern (128 where the path names none); a POST is read to
 * its end, and .../echo answers with the hash of what came. usage: target FIRST_PORT COUNT
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"

enum { HEAD_MAX = 8192, RESPONSES_MAX = 16, EVENTS_MAX = 256 };

enum { BODY_MAX = 16 << 20, FDS_MAX = 65536 };

/* A whole response, head and body, made once a size. */
struct response {
    size_t size;
    size_t length;
    char *bytes;
};

/* fd is that of a listening socket where is_listener; freed when its client closes. */
struct connection {
    int fd;
    bool is_listener;
    bool closes;
    bool is_echo;
    bool in_body;
    uint64_t body_left;
    uint64_t hash;
    const char *out;
    size_t out_left;
    char echo[160];
    size_t length;
    char buffer[HEAD_MAX];
};

static struct response responses[RESPONSES_MAX];
static struct connection *connections[FDS_MAX]; /* by descriptor */
static int epoll_fd;

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static const struct response *
response_of_size(size_t size)
{
    size_t i = 0;
    while (i < RESPONSES_MAX - 1 && responses[i].bytes != NULL && responses[i].size != size)
        i++;
    struct response *response = &responses[i];
    if (response->bytes != NULL && response->size == size)
        return response;
    free(response->bytes);
    response->bytes = malloc(size + 256);
    if (response->bytes == NULL)
        fail("malloc");
    int head = sprintf(response->bytes,
                       "HTTP/1.1 200 OK\r\nServer: target\r\nContent-Type: text/plain\r\n"
                       "Content-Length: %zu\r\n\r\n",
                       size);
    pattern_fill(response->bytes + head, size);
    response->size = size;
    response->length = (size_t)head + size;
    return response;
}

static void
watch(struct connection *connection, int operation, unsigned events)
{
    struct epoll_event event = {.events = events, .data.fd = connection->fd};
    epoll_ctl(epoll_fd, operation, connection->fd, &event);
}

static void
add_connection(int fd, bool is_listener)
{
    struct connection *connection = malloc(sizeof *connection);
    if (connection == NULL || fd >= FDS_MAX)
        fail("connection");
    memset(connection, 0, offsetof(struct connection, buffer));
    connection->fd = fd;
    connection->is_listener = is_listener;
    connections[fd] = connection;
    watch(connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void
drop(struct connection *connection)
{
    connections[connection->fd] = NULL;
    close(connection->fd);
    free(connection);
}

static void
accept_all(const struct connection *listener)
{
    int fd;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK)) != -1) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        add_connection(fd, false);
    }
}

/* Sends what is left; false: the connection is gone. */
static bool
flush_out(struct connection *connection)
{
    ssize_t sent = send(connection->fd, connection->out, connection->out_left, MSG_NOSIGNAL);
    if (sent > 0) {
        connection->out += sent;
        connection->out_left -= (size_t)sent;
    }
    if (connection->out_left == 0 && connection->closes) {
        drop(connection);
        return false;
    }
    return true;
}

static const char *
find_field(const char *head, const char *name)
{
    const char *found = strcasestr(head, name);
    return found == NULL ? NULL : found + strlen(name);
}

/* Reads a complete head, which is NUL-terminated, and chooses the answer. */
static void
take_head(struct connection *connection, char *head)
{
    const char *value = find_field(head, "\r\nContent-Length:");
    connection->body_left = value == NULL ? 0 : strtoull(value, NULL, 10);
    connection->in_body = true;
    connection->hash = PATTERN_HASH_START;
    connection->is_echo = strstr(head, "/echo") != NULL;
    connection->closes = find_field(head, "\r\nConnection: close") != NULL;
    head[strcspn(head, "\r")] = '\0';
    size_t size = pattern_wanted_size(head);
    const struct response *response = response_of_size(size > BODY_MAX ? BODY_MAX : size);
    connection->out = response->bytes;
    connection->out_left = response->length;
}

static void
make_echo(struct connection *connection)
{
    connection->out = connection->echo;
    connection->out_left = (size_t)sprintf(connection->echo,
                                           "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                           "Content-Length: 16\r\n\r\n%016llx",
                                           (unsigned long long)connection->hash);
}

/* Takes one head or a part of a body out of the buffer; false: more bytes are needed. */
static bool
step(struct connection *connection)
{
    size_t used;
    if (!connection->in_body) {
        connection->buffer[connection->length] = '\0';
        char *end = strstr(connection->buffer, "\r\n\r\n");
        if (end == NULL)
            return false;
        end[2] = '\0';
        take_head(connection, connection->buffer);
        used = (size_t)(end + 4 - connection->buffer);
    } else {
        used = connection->length < connection->body_left ? connection->length
                                                          : (size_t)connection->body_left;
        if (connection->is_echo)
            connection->hash = pattern_hash(connection->hash, connection->buffer, used);
        connection->body_left -= used;
    }
    connection->length -= used;
    memmove(connection->buffer, connection->buffer + used, connection->length);
    return connection->length != 0 || connection->body_left == 0;
}

static void
on_readable(struct connection *connection)
{
    ssize_t received = recv(connection->fd, connection->buffer + connection->length,
                            sizeof connection->buffer - 1 - connection->length, 0);
    if (received <= 0) {
        drop(connection);
        return;
    }
    connection->length += (size_t)received;
    while (step(connection)) {
        if (!connection->in_body || connection->body_left != 0)
            continue;
        connection->in_body = false;
        if (connection->is_echo)
            make_echo(connection);
        if (!flush_out(connection))
            return;
        if (connection->out_left != 0) {
            watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
            return;
        }
        if (connection->length == 0)
            return;
    }
}

static void
on_event(struct connection *connection, unsigned events)
{
    if (connection->is_listener) {
        accept_all(connection);
    } else if (connection->out_left == 0) {
        on_readable(connection);
    } else if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
        drop(connection);
    } else if (flush_out(connection) && connection->out_left == 0) {
        watch(connection, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static void
listen_on(unsigned port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1 || listen(fd, 4096) == -1)
        fail("listen");
    add_connection(fd, true);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: target FIRST_PORT COUNT\n");
        return 2;
    }
    unsigned first = (unsigned)strtoul(argv[1], NULL, 10);
    unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
    epoll_fd = epoll_create1(0);
    for (unsigned i = 0; i < count; i++)
        listen_on(first + i);
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        int n = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
        for (int i = 0; i < n; i++)
            on_event(connections[events[i].data.fd], events[i].events);
    }
}
