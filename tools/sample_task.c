/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The application of the quickstart: answers every path with who it is, so that a reader sees
 * which task served a request. Runs as a plain process or alone in a container.
 * usage: sample_task APPLICATION TASK PORT    (port 0: a free one, printed on stdout)
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, HEAD_MAX = 8192, BODY_MAX = 1024 };

/* One keep-alive connection; slot 0 of the poll set is the listening socket. */
struct client {
    size_t length;
    unsigned long long body_left; /* of a request: read and thrown away */
    char head[HEAD_MAX];
};

struct task {
    const char *application, *name;
    unsigned host_port;
};

static struct client clients[CLIENTS_MAX];
static struct pollfd polled[CLIENTS_MAX];
static nfds_t polled_count;

static void
on_term(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

/* Returns the port that it got. */
static unsigned
open_listener(unsigned long port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        fail("sample_task: socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(port == 0 ? INADDR_LOOPBACK : INADDR_ANY);
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1 || listen(fd, 64) == -1 ||
        getsockname(fd, (struct sockaddr *)&address, &length) == -1)
        fail("sample_task: listen");
    polled[polled_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
    return ntohs(address.sin_port);
}

/*
 * Inside a container nothing knows the host's port; but a health check names the address that
 * it checks in its Host field.
 */
static void
learn_host_port(struct task *task, const char *head)
{
    const char *host = strcasestr(head, "\r\nHost:");
    if (strcasestr(head, "HealthChecker") == NULL || host == NULL)
        return;
    size_t length = strcspn(host + 2, "\r");
    const char *colon = memrchr(host + 2, ':', length);
    if (colon != NULL && colon > host + 6)
        task->host_port = (unsigned)strtoul(colon + 1, NULL, 10);
}

static int
answer(int fd, const struct task *task, const char *head)
{
    char body[BODY_MAX], text[BODY_MAX + 256];
    bool is_head = strncmp(head, "HEAD ", 5) == 0;
    int path_length = (int)strcspn(strchr(head, ' ') + 1, " ?\r");
    int body_length = snprintf(body, sizeof body, "%s: task %s, host port %u, path %.*s\n",
                               task->application, task->name, task->host_port,
                               path_length > 512 ? 512 : path_length, strchr(head, ' ') + 1);
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                          "X-Task: %s\r\nContent-Length: %d\r\n\r\n%s",
                          task->name, body_length, is_head ? "" : body);
    return send(fd, text, (size_t)length, MSG_NOSIGNAL) == length ? 0 : -1;
}

/* Answers every complete head in the buffer. -1: close. */
static int
take_requests(struct client *client, int fd, struct task *task)
{
    while (client->length != 0) {
        size_t used = client->length;
        char *end = NULL;
        if (client->body_left != 0) {
            used = used < client->body_left ? used : (size_t)client->body_left;
            client->body_left -= used;
        } else if ((end = strstr(client->head, "\r\n\r\n")) != NULL) {
            end[2] = '\0';
            used = (size_t)(end + 4 - client->head);
            const char *length = strcasestr(client->head, "\r\nContent-Length:");
            client->body_left = length == NULL ? 0 : strtoull(length + 17, NULL, 10);
            learn_host_port(task, client->head);
            if (strchr(client->head, ' ') == NULL || answer(fd, task, client->head) == -1)
                return -1;
        } else {
            return client->length == HEAD_MAX - 1 ? -1 : 0;
        }
        client->length -= used;
        memmove(client->head, client->head + used, client->length + 1);
    }
    return 0;
}

static int
on_readable(struct client *client, int fd, struct task *task)
{
    ssize_t received =
        recv(fd, client->head + client->length, HEAD_MAX - 1 - client->length, 0);
    if (received <= 0)
        return received == -1 && errno == EINTR ? 0 : -1;
    client->length += (size_t)received;
    client->head[client->length] = '\0';
    return take_requests(client, fd, task);
}

static void
accept_client(void)
{
    int fd = accept(polled[0].fd, NULL, NULL);
    if (fd == -1)
        return;
    if (polled_count == CLIENTS_MAX) {
        close(fd);
        return;
    }
    clients[polled_count].length = 0;
    clients[polled_count].body_left = 0;
    polled[polled_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* The last client takes the place of the one that leaves. */
static void
drop_client(nfds_t index)
{
    close(polled[index].fd);
    polled_count--;
    polled[index] = polled[polled_count];
    clients[index] = clients[polled_count];
}

int
main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: sample_task APPLICATION TASK PORT\n");
        return 2;
    }
    struct task task = {.application = argv[1], .name = argv[2]};
    signal(SIGTERM, on_term);
    signal(SIGINT, on_term);
    unsigned long port = strtoul(argv[3], NULL, 10);
    task.host_port = open_listener(port);
    if (port == 0)
        printf("%u\n", task.host_port);
    fflush(stdout);
    for (;;) {
        if (poll(polled, polled_count, -1) == -1)
            continue;
        for (nfds_t i = polled_count; i-- > 1;)
            if (polled[i].revents != 0 && on_readable(&clients[i], polled[i].fd, &task) == -1)
                drop_client(i);
        if (polled[0].revents != 0)
            accept_client();
    }
}
