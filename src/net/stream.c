/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets as streams, plain or under a transport. The read event is added once and stays; a
 * write event is made only for a stream whose socket has been full. recv and send rather than
 * readv and writev: measurably cheaper.
 */
#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "net/hangup.h"

/* Of the kernel's enum; its header for programs lacks the members of tcp_info that count bytes.
 */
#define TCP_CLOSE 7

/* A branch that a plain socket does not take. */
#define HAS_TRANSPORT(stream) __builtin_expect((stream)->session != NULL, 0)

static void on_write_event(int fd, short what, void *argument);

/* The write event is registered while the owner or the transport wants it. */
static void
register_write(struct stream *stream)
{
    bool is_wanted = stream->is_writing || stream->waits_to_write;

    if (stream->is_write_registered == is_wanted)
        return;
    if (stream->write_event == NULL) {
        stream->write_event = event_new(event_get_base(&stream->read_event), stream->fd,
                                        EV_WRITE | EV_PERSIST, on_write_event, stream);
        CHECK(stream->write_event != NULL);
    }
    if (is_wanted)
        CHECK(event_add(stream->write_event, NULL) == 0);
    else
        event_del(stream->write_event);
    stream->is_write_registered = is_wanted;
}

static void
wait_to_write(struct stream *stream, bool waits)
{
    stream->waits_to_write = waits;
    register_write(stream);
}

/* What the transport holds, the socket does not tell of: the read event comes by our own hand.
 */
static void
come_again(struct stream *stream)
{
    if (stream->fd != -1 && stream->is_reading && !stream->is_handshaking &&
        stream->session->transport->holds_bytes(stream->session))
        event_active(&stream->read_event, EV_READ, 0);
}

/* Out of a plain socket's way. */
__attribute__((cold, noinline)) static void
shake_hands(struct stream *stream)
{
    int result = stream->session->transport->handshake(stream->session);

    wait_to_write(stream, result == STREAM_WAIT_TO_WRITE);
    if (result == STREAM_WAIT || result == STREAM_WAIT_TO_WRITE)
        return;
    stream->is_handshaking = false;
    stream->callbacks->on_ready(stream->owner, result != 0);
    come_again(stream);
}

static void
on_read_event(int fd, short what, void *argument)
{
    struct stream *stream = argument;

    (void)fd;
    (void)what;
    loop_begin_turn();
    if (HAS_TRANSPORT(stream) && stream->is_handshaking) {
        shake_hands(stream);
        return;
    }
    stream->callbacks->on_readable(stream->owner);
    if (HAS_TRANSPORT(stream))
        come_again(stream);
}

/* True when it was the transport that waited, and the owner did not. */
__attribute__((cold, noinline)) static bool
write_for_transport(struct stream *stream)
{
    if (stream->is_handshaking) {
        shake_hands(stream);
        return true;
    }
    if (!stream->waits_to_write)
        return false;
    wait_to_write(stream, false);
    if (stream->is_reading)
        stream->callbacks->on_readable(stream->owner);
    if (stream->fd != -1)
        come_again(stream);
    return !stream->is_writing;
}

static void
on_write_event(int fd, short what, void *argument)
{
    struct stream *stream = argument;

    (void)fd;
    (void)what;
    loop_begin_turn();
    if (HAS_TRANSPORT(stream) && write_for_transport(stream))
        return;
    stream->callbacks->on_writable(stream->owner);
}

void
stream_open(struct stream *stream, struct loop *loop, int fd,
            const struct stream_callbacks *callbacks, void *owner)
{
    stream->callbacks = callbacks;
    stream->owner = owner;
    stream->session = NULL;
    stream->fd = fd;
    stream->write_event = NULL;
    stream->is_writing = false;
    stream->is_handshaking = false;
    stream->waits_to_write = false;
    stream->is_write_registered = false;
    stream->is_gone_watched = false;
    event_assign(&stream->read_event, loop_base(loop), fd, EV_READ | EV_PERSIST, on_read_event,
                 stream);
    CHECK(event_add(&stream->read_event, NULL) == 0);
    stream->is_reading = true;
}

void
stream_secure(struct stream *stream, struct stream_session *session)
{
    CHECK(stream->session == NULL && stream->is_reading && !stream->is_writing);
    stream->session = session;
    stream->is_handshaking = true;
    event_active(&stream->read_event, EV_READ, 0);
}

/* No event comes any more. */
static void
forget_events(struct stream *stream)
{
    if (stream->is_reading)
        event_del(&stream->read_event);
    if (stream->write_event != NULL)
        event_free(stream->write_event);
    if (stream->is_gone_watched)
        hangup_ignore(stream);
    stream->write_event = NULL;
    stream->is_reading = false;
    stream->is_writing = false;
    stream->is_write_registered = false;
    stream->is_gone_watched = false;
}

void
stream_adopt(struct stream *stream, struct stream_session *session)
{
    CHECK(stream->session == NULL && stream->is_reading && !stream->is_writing);
    stream->session = session;
    come_again(stream);
}

static void
close_stream(struct stream *stream, bool is_aborted)
{
    if (stream->fd == -1)
        return;
    if (HAS_TRANSPORT(stream))
        stream->session->transport->close(stream->session, is_aborted);
    forget_events(stream);
    close(stream->fd);
    stream->session = NULL;
    stream->fd = -1;
}

void
stream_close(struct stream *stream)
{
    close_stream(stream, false);
}

void
stream_abort(struct stream *stream)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    if (stream->fd != -1)
        setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close_stream(stream, true);
}

bool
stream_is_open(const struct stream *stream)
{
    return stream->fd != -1;
}

/* What a system call's -1 means to the owner. */
static ssize_t
reason_of(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ? STREAM_WAIT
                                                                     : STREAM_FAILED;
}

__attribute__((cold, noinline)) static ssize_t
read_through(struct stream *stream, void *memory, size_t length)
{
    ssize_t got = stream->session->transport->read(stream->session, memory, length);

    if (got == STREAM_WAIT_TO_WRITE) {
        wait_to_write(stream, true);
        return STREAM_WAIT;
    }
    come_again(stream);
    return got;
}

ssize_t
stream_read(struct stream *stream, void *memory, size_t length)
{
    if (HAS_TRANSPORT(stream))
        return read_through(stream, memory, length);
    ssize_t got = recv(stream->fd, memory, length, 0);

    return got == -1 ? reason_of(errno) : got;
}

ssize_t
stream_write(struct stream *stream, const void *bytes, size_t length)
{
    if (HAS_TRANSPORT(stream))
        return stream->session->transport->write(stream->session, bytes, length);
    ssize_t sent = send(stream->fd, bytes, length, MSG_NOSIGNAL);

    return sent == -1 ? reason_of(errno) : sent;
}

void
stream_want_writable(struct stream *stream, bool wanted)
{
    if (stream->is_writing == wanted)
        return;
    stream->is_writing = wanted;
    register_write(stream);
}

void
stream_pause_reading(struct stream *stream)
{
    if (!stream->is_reading)
        return;
    event_del(&stream->read_event);
    stream->is_reading = false;
    stream->is_gone_watched = stream->callbacks->on_gone != NULL && hangup_watch(stream);
}

void
stream_resume_reading(struct stream *stream)
{
    if (stream->is_reading || stream->fd == -1)
        return;
    if (stream->is_gone_watched)
        hangup_ignore(stream);
    stream->is_gone_watched = false;
    CHECK(event_add(&stream->read_event, NULL) == 0);
    stream->is_reading = true;
    if (HAS_TRANSPORT(stream))
        come_again(stream);
}

void
stream_finish_writing(struct stream *stream)
{
    if (HAS_TRANSPORT(stream))
        stream->session->transport->finish_writing(stream->session);
    else
        shutdown(stream->fd, SHUT_WR);
}

size_t
stream_waiting(const struct stream *stream)
{
    int waiting = 0;

    return ioctl(stream->fd, FIONREAD, &waiting) == -1 ? 0 : (size_t)waiting;
}

bool
stream_is_quiet(const struct stream *stream)
{
    char byte;

    if (HAS_TRANSPORT(stream) && stream->session->transport->holds_bytes(stream->session))
        return false;
    return recv(stream->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
           reason_of(errno) == STREAM_WAIT;
}

bool
stream_was_reset(const struct stream *stream)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    return getsockopt(stream->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_state == TCP_CLOSE;
}

int
stream_error(const struct stream *stream)
{
    int error = 0;
    socklen_t length = sizeof(error);

    if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &length) == -1)
        return errno;
    return error;
}

bool
stream_can_splice(const struct stream *stream)
{
    return stream->fd != -1 && stream->session == NULL;
}

ssize_t
stream_splice_in(struct stream *stream, int pipe_write_fd, size_t most)
{
    ssize_t moved =
        splice(stream->fd, NULL, pipe_write_fd, NULL, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

    return moved == -1 ? reason_of(errno) : moved;
}

ssize_t
stream_splice_out(struct stream *stream, int pipe_read_fd, size_t most, bool is_last)
{
    unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (is_last ? 0 : SPLICE_F_MORE);
    ssize_t moved = splice(pipe_read_fd, NULL, stream->fd, NULL, most, flags);

    return moved == -1 ? reason_of(errno) : moved;
}
