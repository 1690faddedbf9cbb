/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load that counts every failure: GETs and POSTs at a fixed rate over a number of
 * connections, each request with an id of its own (X-Request-Id, and in a POST's body). What is
 * not a 2xx from the right application is a failure. It runs until COUNT requests or SIGTERM,
 * waits for what is in flight, and prints its totals and the failed ids as JSON.
 *
 *   load_client [-r RATE] [-c CONNECTIONS] [-n COUNT] [-P PERCENT-OF-POSTS] [-k REQUESTS]
 *               [-t TIMEOUT-MS] [-i ID-PREFIX] HOST:PORT PATH[=APP] ...
 *
 * -k closes a connection after so many requests, so that new ones are made all the time.
 * APP: the answer must contain "app=APP".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_BYTES = 16384,
    REQUEST_BYTES = 1024,
    BATCH = 64,
    MOST_PATHS = 32,
    BUCKETS = 60001
};

struct path {
    const char *url;
    const char *app; /* NULL: any */
};

/* One connection, and the request on it. */
struct connection {
    int fd; /* -1: closed */
    bool is_connected, is_busy, is_post, is_reused;
    unsigned requests;
    long id;
    const struct path *path;
    long long sent_at;
    size_t length;
    char request[REQUEST_BYTES];
    char answer[ANSWER_BYTES];
    LIST_ENTRY(connection) idle;
};

struct failure {
    long id;
    bool is_post;
    const char *url, *kind;
    int detail;
    long long at_ms;
    SIMPLEQ_ENTRY(failure) next;
};

static struct {
    double rate;
    unsigned connections, posts_percent, requests_each;
    long count;
    long long timeout_ms;
    const char *prefix;
    struct sockaddr_in to;
    struct path paths[MOST_PATHS];
    size_t path_count;
} options = {.rate = 100, .connections = 16, .timeout_ms = 10000, .prefix = "r", .count = -1};

static struct {
    long sent, ok, posts, failed, failed_posts, in_flight, late;
    long latency[BUCKETS]; /* by millisecond, the last one is for all that took longer */
} totals;

static LIST_HEAD(, connection) idle = LIST_HEAD_INITIALIZER(idle);
static SIMPLEQ_HEAD(, failure) failures = SIMPLEQ_HEAD_INITIALIZER(failures);
static struct connection *connections;
static int epoll_fd;
static long long started_at;
static volatile sig_atomic_t is_stopping;

static long long
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
on_term(int number)
{
    (void)number;
    is_stopping = 1;
}

static void
disconnect(struct connection *c)
{
    if (c->fd != -1)
        close(c->fd);
    c->fd = -1;
    c->is_connected = false;
    c->requests = 0;
}

/* The request on c is over, one way or the other. */
static void
finish(struct connection *c)
{
    if (!c->is_busy)
        return;
    c->is_busy = false;
    totals.in_flight--;
    LIST_INSERT_HEAD(&idle, c, idle);
}

static void
fail(struct connection *c, const char *kind, int detail)
{
    struct failure *failure = calloc(1, sizeof *failure);
    if (failure == NULL)
        abort();
    *failure = (struct failure){.id = c->id,
                                .is_post = c->is_post,
                                .url = c->path->url,
                                .kind = kind,
                                .detail = detail,
                                .at_ms = now_ms() - started_at};
    SIMPLEQ_INSERT_TAIL(&failures, failure, next);
    totals.failed++;
    totals.failed_posts += c->is_post;
    disconnect(c);
    finish(c);
}

static void
succeed(struct connection *c, bool closes)
{
    long long took = now_ms() - c->sent_at;
    totals.ok++;
    totals.latency[took < BUCKETS - 1 ? took : BUCKETS - 1]++;
    c->requests++;
    if (closes || (options.requests_each != 0 && c->requests >= options.requests_each))
        disconnect(c);
    finish(c);
}

/* Length of a whole chunked body; -1: more is to come. */
static long
chunked_length(const char *body)
{
    const char *at = body;
    for (;;) {
        char *end;
        long size = strtol(at, &end, 16);
        const char *line_end = strstr(at, "\r\n");
        if (line_end == NULL || end == at)
            return -1;
        if ((long)strlen(line_end + 2) < size + 2)
            return -1;
        at = line_end + 2 + size + 2;
        if (size == 0)
            return at - body;
    }
}

/* Whether all of the answer is there. */
static bool
is_complete(struct connection *c, const char *body)
{
    const char *length = strcasestr(c->answer, "\r\ncontent-length:");
    if (length != NULL && length < body)
        return (long)strlen(body) >= strtol(length + 17, NULL, 10);
    const char *chunked = strcasestr(c->answer, "\r\ntransfer-encoding:");
    return chunked != NULL && chunked < body && chunked_length(body) != -1;
}

static void
check_answer(struct connection *c)
{
    char *body = strstr(c->answer, "\r\n\r\n");
    if (body == NULL || !is_complete(c, body + 4))
        return;
    int status = (int)strtol(c->answer + strcspn(c->answer, " "), NULL, 10);
    char expected[64];
    snprintf(expected, sizeof expected, "app=%s", c->path->app != NULL ? c->path->app : "");
    if (status < 200 || status > 299) {
        fail(c, "status", status);
    } else if (c->path->app != NULL && strstr(body, expected) == NULL) {
        fail(c, "wrong application", status);
    } else {
        const char *closes = strcasestr(c->answer, "\r\nconnection: close");
        succeed(c, closes != NULL && closes < body);
    }
}

static void
send_request(struct connection *c)
{
    size_t size = strlen(c->request);
    if (send(c->fd, c->request, size, MSG_NOSIGNAL) != (ssize_t)size)
        fail(c, "reset", errno);
}

static void
open_connection(struct connection *c)
{
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    if (c->fd == -1 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) == -1) {
        perror("load_client");
        exit(EXIT_FAILURE);
    }
    if (connect(c->fd, (struct sockaddr *)&options.to, sizeof options.to) == -1 &&
        errno != EINPROGRESS)
        fail(c, "connect", errno);
}

static void
write_request(struct connection *c)
{
    char body[64] = "";
    if (c->is_post)
        snprintf(body, sizeof body, "id=%s-%ld", options.prefix, c->id);
    snprintf(c->request, sizeof c->request,
             "%s %s HTTP/1.1\r\nHost: load.test\r\nX-Request-Id: %s-%ld\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             c->is_post ? "POST" : "GET", c->path->url, options.prefix, c->id, strlen(body),
             body);
    if (!c->is_post) { /* a GET with a length of zero is not fully compliant */
        char *field = strstr(c->request, "Content-Length: 0\r\n");
        memmove(field, field + 19, strlen(field + 19) + 1);
    }
}

static void
begin_request(struct connection *c)
{
    LIST_REMOVE(c, idle);
    c->id = totals.sent++;
    c->path = &options.paths[(size_t)c->id % options.path_count];
    c->is_post = (unsigned)(c->id * 37 % 100) < options.posts_percent;
    c->is_busy = true;
    c->is_reused = c->fd != -1;
    c->sent_at = now_ms();
    c->length = 0;
    c->answer[0] = '\0';
    totals.posts += c->is_post;
    totals.in_flight++;
    write_request(c);
    if (c->is_reused)
        send_request(c);
    else
        open_connection(c);
}

static void
on_end(struct connection *c, int error)
{
    if (c->is_busy)
        fail(c,
             error != 0       ? "reset"
             : c->length == 0 ? "closed before the answer"
                              : "truncated",
             error);
    else
        disconnect(c);
}

static void
receive(struct connection *c)
{
    while (c->fd != -1) {
        size_t room = sizeof c->answer - 1 - c->length;
        ssize_t count = recv(c->fd, c->answer + c->length, room, 0);
        if (count == -1 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count <= 0) {
            on_end(c, count == 0 ? 0 : errno);
            return;
        }
        c->length += (size_t)count;
        c->answer[c->length] = '\0';
        if (c->is_busy)
            check_answer(c);
    }
}

static void
on_event(struct connection *c)
{
    if (c->fd != -1 && !c->is_connected) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            fail(c, "connect", error);
            return;
        }
        c->is_connected = true;
        send_request(c);
    }
    receive(c);
}

static void
check_timeouts(void)
{
    long long now = now_ms();
    for (unsigned i = 0; i < options.connections; i++)
        if (connections[i].is_busy && now - connections[i].sent_at > options.timeout_ms)
            fail(&connections[i], "timeout", 0);
}

/* Begins as many requests as are due; what finds no free connection is late, not lost. */
static void
begin_due(void)
{
    long due = (long)((double)(now_ms() - started_at) * options.rate / 1000) + 1;
    if (options.count != -1 && due > options.count)
        due = options.count;
    while (totals.sent < due && !LIST_EMPTY(&idle))
        begin_request(LIST_FIRST(&idle));
    if (due - totals.sent > totals.late)
        totals.late = due - totals.sent;
}

static void
run(void)
{
    struct epoll_event events[BATCH];
    long long checked_at = started_at = now_ms();
    for (;;) {
        bool is_over = is_stopping || totals.sent == options.count;
        if (is_over && totals.in_flight == 0)
            return;
        if (!is_over)
            begin_due();
        int count = epoll_wait(epoll_fd, events, BATCH, 1);
        for (int i = 0; i < count; i++)
            on_event(events[i].data.ptr);
        if (now_ms() - checked_at > 100) {
            checked_at = now_ms();
            check_timeouts();
        }
    }
}

static int
percentile(double share)
{
    long want = (long)((double)totals.ok * share), seen = 0;
    for (int ms = 0; ms < BUCKETS; ms++)
        if ((seen += totals.latency[ms]) > want)
            return ms;
    return 0;
}

static void
report(void)
{
    printf("{\"sent\": %ld, \"ok\": %ld, \"failed\": %ld, \"failed_gets\": %ld, "
           "\"failed_posts\": %ld, \"posts\": %ld, \"seconds\": %.1f, \"p50_ms\": %d, "
           "\"p99_ms\": %d, \"max_ms\": %d, \"late\": %ld,\n \"failures\": [",
           totals.sent, totals.ok, totals.failed, totals.failed - totals.failed_posts,
           totals.failed_posts, totals.posts, (double)(now_ms() - started_at) / 1000,
           percentile(.5), percentile(.99), percentile(.9999999), totals.late);
    const char *separator = "";
    struct failure *failure;
    SIMPLEQ_FOREACH(failure, &failures, next)
    {
        printf("%s\n  {\"id\": \"%s-%ld\", \"method\": \"%s\", \"path\": \"%s\", "
               "\"kind\": \"%s\", \"detail\": %d, \"at_ms\": %lld}",
               separator, options.prefix, failure->id, failure->is_post ? "POST" : "GET",
               failure->url, failure->kind, failure->detail, failure->at_ms);
        separator = ",";
    }
    printf("]}\n");
}

static void
usage(void)
{
    fprintf(stderr, "usage: load_client [-r RATE] [-c CONNECTIONS] [-n COUNT] [-P POSTS-%%]\n"
                    "    [-k REQUESTS] [-t TIMEOUT-MS] [-i PREFIX] HOST:PORT PATH[=APP] ...\n");
    exit(2);
}

static void
read_targets(int argc, char **argv)
{
    char *port = argc > 1 ? strrchr(argv[0], ':') : NULL;
    if (port == NULL)
        usage();
    *port++ = '\0';
    options.to.sin_family = AF_INET;
    options.to.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    if (inet_pton(AF_INET, argv[0], &options.to.sin_addr) != 1)
        usage();
    for (int i = 1; i < argc && options.path_count < MOST_PATHS; i++) {
        char *app = strchr(argv[i], '=');
        if (app != NULL)
            *app++ = '\0';
        options.paths[options.path_count++] = (struct path){.url = argv[i], .app = app};
    }
}

static void
read_options(int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "r:c:n:P:k:t:i:")) != -1) {
        switch (option) {
        case 'r':
            options.rate = strtod(optarg, NULL);
            break;
        case 'c':
            options.connections = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'n':
            options.count = strtol(optarg, NULL, 10);
            break;
        case 'P':
            options.posts_percent = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'k':
            options.requests_each = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 't':
            options.timeout_ms = strtoll(optarg, NULL, 10);
            break;
        case 'i':
            options.prefix = optarg;
            break;
        default:
            usage();
        }
    }
    read_targets(argc - optind, argv + optind);
}

int
main(int argc, char **argv)
{
    read_options(argc, argv);
    signal(SIGTERM, on_term);
    signal(SIGINT, on_term);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(options.connections, sizeof *connections);
    if (connections == NULL || epoll_fd == -1)
        return EXIT_FAILURE;
    for (unsigned i = 0; i < options.connections; i++) {
        connections[i].fd = -1;
        LIST_INSERT_HEAD(&idle, &connections[i], idle);
    }
    run();
    report();
    return totals.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
