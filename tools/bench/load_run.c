/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of the load generator on one epoll. Closed loop: every connection asks again
 * when its answer is complete. Open loop: requests fall due at fixed times, wait for a free
 * connection, and their latency counts from when they were due, so that a stalled proxy cannot
 * hide the requests that it kept from being sent.
 */
#include "load.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "load_tls.h"
#include "pattern.h"

enum { HEAD_BYTES = 1024, BUFFER_BYTES = 65536, EVENTS_MAX = 512, HOLD_STEP = 200 };

/* Lives as long as the run; fd -1 while not connected. */
struct connection {
    int fd;
    struct tls_place tls;
    bool is_busy;
    bool waits_for_out;
    bool in_body;
    bool peer_closes;
    unsigned next_free; /* open loop: index of the next free connection plus one */
    size_t request;     /* which of the requests it sends */
    uint64_t begun_ns;
    size_t sent;
    uint64_t body_length, body_left, hash;
    size_t head_length;
    char head[HEAD_BYTES]; /* the head of the answer and what came with it */
};

/* One run. */
struct run {
    const struct load_options *options;
    struct load_result *result;
    struct load_request requests[REQUESTS_MAX];
    size_t request_count;
    struct connection *connections;
    int epoll_fd, timer_fd;
    uint64_t started_ns, ends_ns;
    uint64_t begun; /* requests started */
    uint64_t random;
    uint64_t due;        /* open loop: requests that fell due */
    unsigned first_free; /* open loop: list of free connections, index plus one */
    unsigned held;
    bool is_over;
    char *buffer;
    char *pattern;
    uint64_t post_hash;
};

static uint64_t
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static void
make_request(struct run *run, size_t index)
{
    const struct load_options *options = run->options;
    const char *path = options->paths[index % options->path_count];
    const char *host = options->hosts[index % options->host_count];
    struct load_request *request = &run->requests[index];
    request->bytes = malloc(1024 + strlen(path) + options->post_bytes);
    if (request->bytes == NULL)
        fail("malloc");
    int length = sprintf(request->bytes,
                         "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: load/1.0\r\n"
                         "Accept: */*\r\n%s",
                         options->post_bytes != 0 ? "POST" : "GET", path, host,
                         options->closes ? "Connection: close\r\n" : "");
    if (options->post_bytes != 0)
        length +=
            sprintf(request->bytes + length,
                    "Content-Type: text/plain\r\nContent-Length: %zu\r\n", options->post_bytes);
    length += sprintf(request->bytes + length, "\r\n");
    memcpy(request->bytes + length, run->pattern, options->post_bytes);
    request->wanted_size = pattern_wanted_size(path);
    request->length = (size_t)length + options->post_bytes;
}

static void
watch(const struct run *run, struct connection *connection, int operation, unsigned events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(run->epoll_fd, operation, connection->fd, &event);
}

static void
drop(struct connection *connection)
{
    tls_close(&connection->tls);
    if (connection->fd != -1)
        close(connection->fd);
    connection->fd = -1;
}

/* On loopback a connect is usually done at once. */
static void
open_connection(struct run *run, struct connection *connection)
{
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection->fd == -1)
        fail("socket");
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    int status = connect(connection->fd, (const struct sockaddr *)&run->options->address,
                         sizeof run->options->address);
    if (status == -1 && errno != EINPROGRESS)
        fail("connect");
    if (run->options->tls != NULL)
        tls_open(&connection->tls, connection->fd,
                 run->options->hosts[connection->request % run->options->host_count]);
    run->result->connections_opened++;
    connection->waits_for_out = status == -1;
    watch(run, connection, EPOLL_CTL_ADD, EPOLLIN | (status == -1 ? EPOLLOUT : 0u));
}

static ssize_t
send_bytes(struct connection *connection, const char *bytes, size_t length)
{
    if (connection->tls.ssl != NULL)
        return tls_send(&connection->tls, bytes, length);
    return send(connection->fd, bytes, length, MSG_NOSIGNAL);
}

static ssize_t
receive_bytes(struct connection *connection, char *memory, size_t length)
{
    if (connection->tls.ssl != NULL)
        return tls_receive(&connection->tls, memory, length);
    return recv(connection->fd, memory, length, 0);
}

/* Sends what is left of the request. A handshake waits for the other side first. */
static void
send_request(struct run *run, struct connection *connection)
{
    const struct load_request *request = &run->requests[connection->request];
    ssize_t sent = send_bytes(connection, request->bytes + connection->sent,
                              request->length - connection->sent);
    if (sent > 0)
        connection->sent += (size_t)sent;
    bool must_wait = connection->sent < request->length &&
                     (connection->tls.ssl == NULL || SSL_is_init_finished(connection->tls.ssl));
    if (must_wait != connection->waits_for_out)
        watch(run, connection, EPOLL_CTL_MOD, EPOLLIN | (must_wait ? EPOLLOUT : 0u));
    connection->waits_for_out = must_wait;
}

/*
 * Which request comes next: by chance, the same for every proxy. Clients that go through the
 * list in turn fall into step with each other after a while and ask for one path all at once.
 */
static size_t
draw(struct run *run)
{
    run->random = run->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (size_t)(run->random >> 33) % run->request_count;
}

static void
begin(struct run *run, struct connection *connection, uint64_t begun_ns)
{
    run->begun++;
    connection->request = draw(run);
    connection->begun_ns = begun_ns;
    connection->is_busy = true;
    connection->sent = connection->head_length = 0;
    connection->in_body = connection->peer_closes = false;
    connection->hash = PATTERN_HASH_START;
    if (connection->fd == -1)
        open_connection(run, connection);
    if (!connection->waits_for_out)
        send_request(run, connection);
}

static void
give_back(struct run *run, struct connection *connection)
{
    connection->is_busy = false;
    connection->next_free = run->first_free;
    run->first_free = (unsigned)(connection - run->connections) + 1;
}

/* Open loop: starts every request that is due, as far as connections are free. */
static void
begin_due(struct run *run)
{
    double interval = 1e9 / run->options->rate;
    uint64_t now = now_ns();
    run->due = (uint64_t)((double)(now - run->started_ns) / interval) + 1;
    while (run->begun < run->due && run->first_free != 0) {
        struct connection *connection = &run->connections[run->first_free - 1];
        run->first_free = connection->next_free;
        begin(run, connection, run->started_ns + (uint64_t)((double)run->begun * interval));
    }
    if (run->first_free == 0)
        return;
    uint64_t next = run->started_ns + (uint64_t)((double)run->begun * interval);
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(next / 1000000000u),
                                           .tv_nsec = (long)(next % 1000000000u)}};
    timerfd_settime(run->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static bool
may_begin(const struct run *run)
{
    return !run->is_over && (run->options->limit == 0 || run->begun < run->options->limit);
}

/* After a request, good or bad: the next one. */
static void
go_on(struct run *run, struct connection *connection)
{
    connection->is_busy = false;
    if (connection->peer_closes || run->options->closes)
        drop(connection);
    if (run->options->holds) {
        run->held++;
        if (run->begun < run->options->connections)
            begin(run, &run->connections[run->begun], now_ns());
    } else if (run->options->rate > 0) {
        give_back(run, connection);
        begin_due(run);
    } else if (may_begin(run)) {
        begin(run, connection, now_ns());
    }
}

static void
on_error(struct run *run, struct connection *connection)
{
    drop(connection);
    if (!connection->is_busy)
        return;
    run->result->errors++;
    if (run->result->errors > 1000 && run->result->errors > run->result->requests)
        run->is_over = true;
    go_on(run, connection);
}

static void
check_body(struct run *run, const struct connection *connection)
{
    size_t size = run->requests[connection->request].wanted_size;
    uint64_t expected = pattern_hash(PATTERN_HASH_START, run->pattern, size);
    if (run->options->post_bytes != 0) {
        char text[17];
        sprintf(text, "%016llx", (unsigned long long)run->post_hash);
        expected = pattern_hash(PATTERN_HASH_START, text, 16);
    }
    if (expected != connection->hash)
        run->result->errors++;
}

static void
finish(struct run *run, struct connection *connection)
{
    if (run->options->checks)
        check_body(run, connection);
    run->result->requests++;
    run->result->bytes += connection->body_length;
    histogram_add(&run->result->latencies, now_ns() - connection->begun_ns);
    go_on(run, connection);
}

/* A complete head, NUL-terminated. False: not the answer that is wanted. */
static bool
take_head(struct connection *connection)
{
    const char *length = strcasestr(connection->head, "\r\ncontent-length:");
    if (strncmp(connection->head, "HTTP/1.1 200", 12) != 0 || length == NULL)
        return false;
    connection->body_length = connection->body_left = strtoull(length + 17, NULL, 10);
    connection->in_body = true;
    connection->peer_closes = strcasestr(connection->head, "\r\nconnection: close") != NULL;
    return true;
}

static bool
take_body(struct run *run, struct connection *connection, const char *bytes, size_t length)
{
    if (length > connection->body_left)
        return false;
    if (run->options->checks)
        connection->hash = pattern_hash(connection->hash, bytes, length);
    connection->body_left -= length;
    return true;
}

/* Reads a head, as much of it as came, and the first bytes of the body. */
static bool
read_head(struct run *run, struct connection *connection)
{
    char *head = connection->head;
    ssize_t received = receive_bytes(connection, head + connection->head_length,
                                     HEAD_BYTES - 1 - connection->head_length);
    if (received <= 0)
        return received == -1 && errno == EAGAIN;
    connection->head_length += (size_t)received;
    head[connection->head_length] = '\0';
    char *end = strstr(head, "\r\n\r\n");
    if (end == NULL)
        return connection->head_length < HEAD_BYTES - 1;
    end[2] = '\0';
    size_t rest = connection->head_length - (size_t)(end + 4 - head);
    return take_head(connection) && take_body(run, connection, end + 4, rest);
}

/* Plain bodies are thrown away inside the kernel; checked ones are read and hashed. */
static bool
read_body(struct run *run, struct connection *connection)
{
    bool is_thrown = !run->options->checks && connection->tls.ssl == NULL;
    while (connection->body_left != 0) {
        size_t wanted = connection->body_left;
        if (wanted > BUFFER_BYTES && !is_thrown)
            wanted = BUFFER_BYTES;
        ssize_t received = is_thrown ? recv(connection->fd, run->buffer, wanted, MSG_TRUNC)
                                     : receive_bytes(connection, run->buffer, wanted);
        if (received <= 0)
            return received == -1 && errno == EAGAIN;
        take_body(run, connection, run->buffer, (size_t)received);
    }
    return true;
}

/* -1: broken; 0: more is to come; 1: complete. */
static int
read_answer(struct run *run, struct connection *connection)
{
    if (!connection->in_body && !read_head(run, connection))
        return -1;
    if (!connection->in_body)
        return 0;
    return read_body(run, connection) ? connection->body_left == 0 : -1;
}

static void
on_event(struct run *run, struct connection *connection, unsigned events)
{
    if (connection->fd == -1)
        return;
    if (!connection->is_busy) {
        drop(connection);
        return;
    }
    bool shakes_hands = connection->tls.ssl != NULL &&
                        connection->sent < run->requests[connection->request].length;
    if (((events & EPOLLOUT) != 0 && connection->waits_for_out) || shakes_hands)
        send_request(run, connection);
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) == 0)
        return;
    int outcome = read_answer(run, connection);
    if (outcome == -1)
        on_error(run, connection);
    else if (outcome == 1)
        finish(run, connection);
}

static void
prepare(struct run *run)
{
    const struct load_options *options = run->options;
    size_t pattern_bytes = 2u << 20;
    run->buffer = malloc(BUFFER_BYTES);
    run->pattern = malloc(pattern_bytes);
    run->connections = calloc(options->connections, sizeof *run->connections);
    if (run->buffer == NULL || run->pattern == NULL || run->connections == NULL)
        fail("malloc");
    pattern_fill(run->pattern, pattern_bytes);
    run->post_hash = pattern_hash(PATTERN_HASH_START, run->pattern, options->post_bytes);
    run->request_count =
        options->path_count > options->host_count ? options->path_count : options->host_count;
    for (size_t i = 0; i < run->request_count; i++)
        make_request(run, i);
    run->epoll_fd = epoll_create1(0);
    run->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event on_timer = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, run->timer_fd, &on_timer);
}

/* Idle connections are opened a few at a time: no queue overflows, no connect is repeated. */
static bool
begins_at_once(const struct run *run, unsigned index)
{
    return may_begin(run) && (!run->options->holds || index < HOLD_STEP);
}

static void
begin_all(struct run *run)
{
    run->started_ns = now_ns();
    run->ends_ns = run->started_ns + (uint64_t)(run->options->seconds * 1e9);
    for (unsigned i = 0; i < run->options->connections; i++)
        run->connections[i].fd = -1;
    for (unsigned i = 0; i < run->options->connections; i++) {
        if (run->options->rate > 0)
            give_back(run, &run->connections[i]);
        else if (begins_at_once(run, i))
            begin(run, &run->connections[i], now_ns());
    }
    if (run->options->rate > 0)
        begin_due(run);
}

static bool
is_done(const struct run *run)
{
    uint64_t answered = run->result->requests + run->result->errors;
    if (run->options->holds)
        return run->held == run->options->connections;
    if (run->options->limit != 0 && answered >= run->options->limit)
        return true;
    return run->is_over || (run->options->seconds > 0 && now_ns() >= run->ends_ns);
}

/* Holds the connections until stdin ends. */
static void
hold(struct run *run)
{
    printf("holding %u\n", run->held);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
}

void
load_run(const struct load_options *options, struct load_result *result)
{
    static struct run run;
    struct epoll_event events[EVENTS_MAX];
    run.options = options;
    run.result = result;
    if (options->tls != NULL)
        tls_start(options->tls, options->suite, options->resumes);
    prepare(&run);
    begin_all(&run);
    while (!is_done(&run)) {
        int count = epoll_wait(run.epoll_fd, events, EVENTS_MAX, 100);
        for (int i = 0; i < count; i++) {
            uint64_t ticks;
            if (events[i].data.ptr != NULL)
                on_event(&run, events[i].data.ptr, events[i].events);
            else if (read(run.timer_fd, &ticks, sizeof ticks) == sizeof ticks)
                begin_due(&run);
        }
    }
    result->seconds = (double)(now_ns() - run.started_ns) / 1e9;
    if (options->holds)
        hold(&run);
}
