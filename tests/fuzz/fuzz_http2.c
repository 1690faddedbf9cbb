/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole worker between an HTTP/2 client and a target that say anything at all, in random
 * pieces: it never crashes, no stream, exchange or connection is left behind, and what every
 * target connection got is one well-formed HTTP/1.1 request after the other.
 */
#include <sys/socket.h>

#include "base/check.h"
#include "http_messages.h"
#include "worker/http2/connection.h"
#include "worker/listeners/newcomer.h"
#include "worker_play.h"

static void
turn_once(struct worker_stand *stand)
{
    loop_turn(stand->worker->loop, 0);
}

/* Plain: what TLS would bring is what there is to try. */
static void
connect_client(struct worker_stand *stand)
{
    struct newcomer newcomer = {.client = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}}};
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    stand->client_fd = fds[0];
    newcomer.fd = fds[1];
    http2_accept(stand->worker, LIST_FIRST(&stand->worker->listeners), &newcomer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct worker_play play;

    if (!worker_play_open(&play, data, size))
        return 0;
    connect_client(&play.stand);
    worker_play_run(&play, turn_once);
    worker_play_close(&play);
    return 0;
}
