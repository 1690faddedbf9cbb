/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole worker between three requests of an HTTP/2 client and a target that should speak
 * HTTP/2 and says anything at all, in random pieces: it never crashes, no stream, exchange or
 * connection is left behind, and whatever the target says, what it hears keeps the rules of
 * RFC 9113.
 */
#include <nghttp2/nghttp2.h>
#include <string.h>
#include <sys/socket.h>

#include "base/check.h"
#include "http_messages.h"
#include "worker/http2/connection.h"
#include "worker/listeners/newcomer.h"
#include "worker_play.h"

#define CLIENT_BYTES 4096

static char words[CLIENT_BYTES];

static void
turn_once(struct worker_stand *stand)
{
    loop_turn(stand->worker->loop, 0);
}

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

static int
on_bad_frame(nghttp2_session *session, const nghttp2_frame *frame, int error, void *argument)
{
    (void)session;
    (void)frame;
    (void)argument;
    CHECK(error == 0);
    return 0;
}

/* Of what the target has said in SETTINGS the listener knows nothing, so it hears no ACKs. */
static bool
is_settings_ack(const struct http2_frame_head *frame)
{
    return frame->type == NGHTTP2_SETTINGS && (frame->flags & NGHTTP2_FLAG_ACK) != 0;
}

static void
listen_to(nghttp2_session *session, struct slice heard)
{
    struct http2_scan scan = {.rest = HTTP2_PREFACE_BYTES};
    const uint8_t *at = (const uint8_t *)heard.at, *end = at + heard.length;
    struct http2_frame_head frame;
    bool has_head = false;

    while (at < end) {
        size_t taken = http2_scan_next(&scan, at, (size_t)(end - at), &frame, &has_head);
        if (!has_head || !is_settings_ack(&frame))
            CHECK(nghttp2_session_mem_recv(session, at, taken) == (ssize_t)taken);
        at += taken;
    }
}

/* By a session of a server that answers nothing. */
static void
check_frames(struct slice heard)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_session *session = NULL;

    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_bad_frame);
    CHECK(nghttp2_session_server_new(&session, callbacks, NULL) == 0);
    listen_to(session, heard);
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
}

static ssize_t
read_body(nghttp2_session *session, int32_t id, uint8_t *bytes, size_t length, uint32_t *flags,
          nghttp2_data_source *source, void *argument)
{
    static const char body[] = "a body of some length, and then trailers";

    (void)session;
    (void)id;
    (void)source;
    (void)argument;
    CHECK(length >= sizeof(body));
    memcpy(bytes, body, sizeof(body));
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return sizeof(body);
}

static void
submit(nghttp2_session *session, const char *method, const nghttp2_data_provider *body)
{
    const char *const fields[][2] = {{":method", method},
                                     {":scheme", "https"},
                                     {":authority", "a.test"},
                                     {":path", "/"},
                                     {"te", "trailers"}};
    nghttp2_nv pairs[sizeof(fields) / sizeof(fields[0])];

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        pairs[i] =
            (nghttp2_nv){(uint8_t *)(uintptr_t)fields[i][0], (uint8_t *)(uintptr_t)fields[i][1],
                         strlen(fields[i][0]), strlen(fields[i][1]), NGHTTP2_NV_FLAG_NONE};
    CHECK(nghttp2_submit_request(session, NULL, pairs, sizeof(pairs) / sizeof(pairs[0]), body,
                                 NULL) > 0);
}

/* What the client says, always the same. */
static struct slice
write_client(void)
{
    const nghttp2_data_provider body = {.read_callback = read_body};
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_session *session = NULL;
    const uint8_t *piece = NULL;
    size_t length = 0;
    ssize_t more = 0;

    CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
    CHECK(nghttp2_session_client_new(&session, callbacks, NULL) == 0);
    CHECK(nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0) == 0);
    submit(session, "GET", NULL);
    submit(session, "POST", &body);
    submit(session, "HEAD", NULL);
    while ((more = nghttp2_session_mem_send(session, &piece)) > 0) {
        CHECK(length + (size_t)more <= sizeof(words));
        memcpy(words + length, piece, (size_t)more);
        length += (size_t)more;
    }
    nghttp2_session_del(session);
    nghttp2_session_callbacks_del(callbacks);
    return slice_make(words, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct worker_play play;

    if (!worker_play_open_as(&play, PROTOCOL_VERSION_HTTP2, data, size))
        return 0;
    play.check = check_frames;
    play.client = write_client();
    play.target = slice_make((const char *)data + 4, size - 4);
    connect_client(&play.stand);
    worker_play_run(&play, turn_once);
    worker_play_close(&play);
    return 0;
}
