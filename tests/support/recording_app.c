/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application of the system tests: a small HTTP/1.1 program for containers without anything
 * else in them (linked statically). Every path answers 200 with "app=NAME id=ID"; ID is the
 * request's X-Request-Id. Each POST is written down as "begin ID" before it is handled and
 * "done ID" once its answer is written, so that a POST that was handled twice, or died with the
 * program, can be seen afterwards. On SIGTERM it exits at once, as careless programs do; with
 * -g it finishes what it has, with -i it takes no notice. With -e it only tells by its exit
 * status whether a file exists: a container's HEALTHCHECK.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 1000, REQUEST_BYTES = 8192, ID_BYTES = 64 };

struct options {
    unsigned port;
    int queue; /* connections that may wait to be accepted */
    const char *name;
    const char *record;    /* file that POSTs are written to, NULL: standard output */
    const char *sick_file; /* while it exists, /index.php answers 500 */
    unsigned delay_ms;     /* between a request and its answer */
    unsigned start_ms;     /* before it listens */
    bool is_graceful, is_deaf;
};

/* One client connection; a request is complete when due_ms is set. */
struct connection {
    char bytes[REQUEST_BYTES];
    size_t length;
    size_t request_length; /* head and body of the request being handled */
    long long due_ms;      /* when its answer is sent; 0: none */
    bool is_post, is_check, wants_close;
    char id[ID_BYTES];
};

static struct options options = {.port = 80, .queue = 1024, .name = "app"};
static struct pollfd polled[MOST_CONNECTIONS + 1]; /* [0] is the listening socket */
static struct connection *connections[MOST_CONNECTIONS + 1];
static nfds_t polled_count = 1;
static int record_fd = STDOUT_FILENO;
static volatile sig_atomic_t is_stopping;

static long long
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

static void
on_term(int number)
{
    (void)number;
    if (options.is_deaf)
        return;
    if (!options.is_graceful)
        _exit(EXIT_SUCCESS);
    is_stopping = 1;
}

static void
record(const char *what, const char *id)
{
    char line[ID_BYTES + 32];
    int length = snprintf(line, sizeof line, "%s %s %s\n", what, id, options.name);
    if (write(record_fd, line, (size_t)length) != length)
        _exit(EXIT_FAILURE);
}

/* The value of a field in a head that ends with an empty line, copied; "" where there is none.
 */
static void
find_field(const char *head, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    value[0] = '\0';
    for (const char *at = strstr(head, "\r\n"); at != NULL; at = strstr(at + 2, "\r\n")) {
        if (strncasecmp(at + 2, name, length) != 0 || at[2 + length] != ':')
            continue;
        const char *from = at + 3 + length;
        from += strspn(from, " ");
        snprintf(value, size, "%.*s", (int)strcspn(from, "\r"), from);
        return;
    }
}

/* Length of the body that begins at body; -1: not all of it is there. */
static long
body_length(const char *head, const char *body)
{
    char value[ID_BYTES];
    find_field(head, "Transfer-Encoding", value, sizeof value);
    if (value[0] != '\0') {
        const char *end = strstr(body, "0\r\n\r\n");
        return end == NULL ? -1 : end + 5 - body;
    }
    find_field(head, "Content-Length", value, sizeof value);
    long length = strtol(value, NULL, 10);
    return length > (long)strlen(body) ? -1 : length;
}

/* Takes note of a request once it is complete. */
static void
begin(struct connection *c)
{
    char *end = strstr(c->bytes, "\r\n\r\n");
    if (c->due_ms != 0 || end == NULL)
        return;
    char *body = end + 4, saved = *body;
    *body = '\0';
    char head[REQUEST_BYTES], value[ID_BYTES];
    memcpy(head, c->bytes, (size_t)(body - c->bytes) + 1);
    *body = saved;
    long length = body_length(head, body);
    if (length == -1)
        return;
    find_field(head, "X-Request-Id", c->id, sizeof c->id);
    find_field(head, "Connection", value, sizeof value);
    c->wants_close = strcasecmp(value, "close") == 0;
    c->is_post = strncmp(head, "POST ", 5) == 0;
    c->is_check = strncmp(head, "GET /index.php ", 15) == 0;
    c->request_length = (size_t)(body - c->bytes + length);
    c->due_ms = now_ms() + options.delay_ms;
    if (c->is_post)
        record("begin", c->id);
}

/* Sends the answer; false: the connection is over. */
static bool
answer(int fd, struct connection *c)
{
    char body[256], text[1024];
    struct stat unused;
    bool is_sick =
        c->is_check && options.sick_file != NULL && stat(options.sick_file, &unused) == 0;
    bool closes = c->wants_close || is_stopping;
    int length = snprintf(body, sizeof body, "app=%s id=%s\n", options.name, c->id);
    int size = snprintf(text, sizeof text,
                        "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                        "X-App: %s\r\n%s\r\n%s",
                        is_sick ? "500 Sick" : "200 OK", length, options.name,
                        closes ? "Connection: close\r\n" : "", body);
    bool sent = send(fd, text, (size_t)size, MSG_NOSIGNAL) == size;
    if (sent && c->is_post)
        record("done", c->id);
    c->length -= c->request_length;
    memmove(c->bytes, c->bytes + c->request_length, c->length + 1);
    c->due_ms = 0;
    begin(c);
    return sent && !closes;
}

static void
drop(nfds_t at)
{
    close(polled[at].fd);
    free(connections[at]);
    polled_count--;
    polled[at] = polled[polled_count];
    connections[at] = connections[polled_count];
}

static void
take(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd == -1)
        return;
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL || polled_count > MOST_CONNECTIONS) {
        free(c);
        close(fd);
        return;
    }
    polled[polled_count] = (struct pollfd){.fd = fd, .events = POLLIN};
    connections[polled_count++] = c;
}

/* Reads what came; false: the connection is over. */
static bool
receive(int fd, struct connection *c)
{
    size_t room = sizeof c->bytes - 1 - c->length;
    ssize_t count = room == 0 ? 0 : read(fd, c->bytes + c->length, room);
    if (count <= 0)
        return false;
    c->length += (size_t)count;
    c->bytes[c->length] = '\0';
    begin(c);
    return true;
}

static int
open_listener(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) == -1 || listen(fd, options.queue) == -1) {
        perror("recording_app");
        exit(EXIT_FAILURE);
    }
    return fd;
}

/* Milliseconds until the next answer is due; -1: none is. */
static int
next_wait(void)
{
    long long now = now_ms(), first = -1;
    for (nfds_t i = 1; i < polled_count; i++) {
        long long due = connections[i]->due_ms;
        if (due != 0 && (first == -1 || due < first))
            first = due;
    }
    return first == -1 ? -1 : first <= now ? 0 : (int)(first - now);
}

static void
serve_connection(nfds_t at)
{
    struct connection *c = connections[at];
    bool goes_on = polled[at].revents == 0 || receive(polled[at].fd, c);
    while (goes_on && c->due_ms != 0 && c->due_ms <= now_ms())
        goes_on = answer(polled[at].fd, c);
    if (!goes_on || (is_stopping && c->due_ms == 0))
        drop(at);
}

static void
read_options(int argc, char **argv)
{
    int option;
    while ((option = getopt(argc, argv, "p:n:r:u:d:s:q:gie:")) != -1) {
        switch (option) {
        case 'p':
            options.port = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'n':
            options.name = optarg;
            break;
        case 'r':
            options.record = optarg;
            break;
        case 'u':
            options.sick_file = optarg;
            break;
        case 'd':
            options.delay_ms = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            options.start_ms = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'q':
            options.queue = (int)strtol(optarg, NULL, 10);
            break;
        case 'g':
            options.is_graceful = true;
            break;
        case 'i':
            options.is_deaf = true;
            break;
        case 'e':
            exit(access(optarg, F_OK) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
        default:
            fprintf(stderr,
                    "usage: recording_app [-g | -i] [-p PORT] [-n NAME] [-r RECORD-FILE] "
                    "[-u SICK-FILE] [-d DELAY-MS] [-s START-MS] [-q QUEUE]\n"
                    "       recording_app -e FILE\n");
            exit(2);
        }
    }
}

int
main(int argc, char **argv)
{
    read_options(argc, argv);
    signal(SIGTERM, on_term);
    signal(SIGPIPE, SIG_IGN);
    if (options.record != NULL)
        record_fd = open(options.record, O_WRONLY | O_APPEND | O_CREAT, 0644);
    usleep(options.start_ms * 1000);
    polled[0] = (struct pollfd){.fd = open_listener(), .events = POLLIN};
    while (!is_stopping || polled_count > 1) {
        if (is_stopping && polled[0].fd != -1) {
            close(polled[0].fd);
            polled[0].fd = -1;
        }
        if (poll(polled, polled_count, next_wait()) == -1 && errno != EINTR)
            return EXIT_FAILURE;
        for (nfds_t i = polled_count - 1; i >= 1; i--)
            serve_connection(i);
        if (polled[0].revents & POLLIN)
            take(polled[0].fd);
    }
    return EXIT_SUCCESS;
}
