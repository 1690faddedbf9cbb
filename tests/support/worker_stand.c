/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets on both sides of a worker; every call is non-blocking. */
#include "worker_stand.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "net/socket.h"
#include "worker/exchange/waiting.h"
#include "worker/listeners/listener.h"

/* More turns than any step of a conversation takes. */
#define TURNS 12

#define MINUTE_MS 60000

static void
fill_settings(struct config *config)
{
    config->limits = (struct config_limits){.request_line_bytes = 16384,
                                            .field_bytes = 16384,
                                            .head_bytes = 65536,
                                            .response_head_bytes = 32768,
                                            .fields = 128,
                                            .http2_concurrent_streams = 128,
                                            .http2_requests = 10000,
                                            .http2_continuations = 8,
                                            .http2_resets_burst = 100,
                                            .http2_resets_per_second = 20,
                                            .http2_idle_frames_burst = 10000,
                                            .http2_idle_frames_per_second = 330};
    config->timeouts =
        (struct config_timeouts){MINUTE_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS,
                                 MINUTE_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS};
    config->attributes.idle_timeout_ms = MINUTE_MS;
    config->attributes.client_keep_alive_ms = 60 * MINUTE_MS;
    config->attributes.preserve_host_header = true;
    config->attributes.desync_mitigation_mode = DESYNC_DEFENSIVE;
}

static struct address
listen_anywhere(int *fd)
{
    struct address address = {.family = ADDRESS_IPV4, .bytes = {127, 0, 0, 1}};

    *fd = socket_listen(&address, false, 16);
    CHECK(*fd != -1 && socket_local_address(*fd, &address));
    return address;
}

static void
give_counters(struct worker *worker)
{
    int fd = counters_create();

    CHECK(fd != -1);
    worker->slot = 1;
    worker->worker_count = 1;
    worker->counters = counters_map(fd, true);
    worker->others[1] = worker->counters;
    close(fd);
}

void
worker_stand_open(struct worker_stand *stand)
{
    *stand = (struct worker_stand){.client_fd = -1, .target_fd = -1};
    stand->worker = worker_new(loop_new());
    give_counters(stand->worker);
    stand->sample = snapshot_sample_new();
    fill_settings(snapshot_sample_config(stand->sample));
    snapshot_sample_add_group(stand->sample, "web");
    snapshot_sample_add_rule(stand->sample, "web");
    snapshot_sample_add_condition(stand->sample, CONDITION_PATH_PATTERN, "/*");
    stand->target = snapshot_sample_add_target(stand->sample, "web", 1, 80);
    stand->target->address = listen_anywhere(&stand->listening_fd);
}

void
worker_stand_publish(struct worker_stand *stand)
{
    struct worker *worker = stand->worker;
    struct view *older = worker->view;
    int fd;

    worker->view = view_new(worker, snapshot_sample_open(stand->sample));
    if (older != NULL) {
        view_unpin(worker, &older);
    } else {
        /* Nobody comes by it: it gives clients their listener. */
        listen_anywhere(&fd);
        listener_open(worker, snapshot_listener(worker->view->snapshot, 0)->id, fd,
                      client_accept);
    }
    waiting_release(worker);
}

void
worker_stand_drop(int *fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (*fd == -1)
        return;
    setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(*fd);
    *fd = -1;
}

void
worker_stand_close(struct worker_stand *stand)
{
    worker_stand_drop(&stand->client_fd);
    worker_stand_drop(&stand->target_fd);
    worker_free(&stand->worker);
    snapshot_sample_free(&stand->sample);
    close(stand->listening_fd);
}

struct client *
worker_stand_connect(struct worker_stand *stand)
{
    struct newcomer newcomer = {.client = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}}};
    int fds[2];

    worker_stand_drop(&stand->client_fd);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    stand->client_fd = fds[0];
    newcomer.fd = fds[1];
    return client_open(stand->worker, LIST_FIRST(&stand->worker->listeners), &newcomer);
}

void
worker_stand_turn(struct worker_stand *stand)
{
    for (int i = 0; i < TURNS; i++)
        loop_turn(stand->worker->loop, 0);
}

bool
worker_stand_accept(struct worker_stand *stand)
{
    struct address peer;
    int fd = socket_accept(stand->listening_fd, &peer);

    if (fd == -1)
        return false;
    worker_stand_drop(&stand->target_fd);
    stand->target_fd = fd;
    return true;
}

size_t
worker_stand_read(struct worker_stand *stand, int fd, char *text, size_t size)
{
    size_t length = 0;
    ssize_t got;

    worker_stand_turn(stand);
    while (length < size - 1 && (got = recv(fd, text + length, size - 1 - length, 0)) > 0) {
        length += (size_t)got;
        worker_stand_turn(stand);
    }
    text[length] = '\0';
    return length;
}

void
worker_stand_write(struct worker_stand *stand, int fd, const char *text)
{
    size_t length = strlen(text);

    CHECK(send(fd, text, length, MSG_NOSIGNAL) == (ssize_t)length);
    worker_stand_turn(stand);
}
