/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams over a transport that takes whole socketfuls and hands them out in small pieces, as
 * TLS does with records: nothing that waits inside may be forgotten.
 */
#include "../unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream.h"

#define INSIDE_MAX 4096
#define PIECE 3

/* Its handshake: it says "hi" and waits for "ok"; its end is "bye". */
struct fake {
    struct stream_session session; /* first */
    int fd;
    bool has_greeted, is_full, is_closed, was_aborted;
    size_t start, end;
    char inside[INSIDE_MAX];
};

static struct loop *loop;
static struct stream stream;
static struct fake fake;
static int peer;
static char got[INSIDE_MAX];
static size_t got_length;
static int ready_count, failed_count, writable_count, end_count, gone_count, lost_count;
static bool pauses_after_each, reads_nothing;

static struct fake *
fake_of(struct stream_session *session)
{
    return (struct fake *)session;
}

static int
shake(struct stream_session *session)
{
    struct fake *self = fake_of(session);
    char answer[2];

    if (self->is_full)
        return STREAM_WAIT_TO_WRITE;
    if (!self->has_greeted && send(self->fd, "hi", 2, MSG_NOSIGNAL) == 2)
        self->has_greeted = true;
    ssize_t length = recv(self->fd, answer, sizeof(answer), 0);
    if (length == -1)
        return STREAM_WAIT;
    return length == 2 && memcmp(answer, "ok", 2) == 0 ? 0 : STREAM_FAILED;
}

static ssize_t
read_piece(struct stream_session *session, void *memory, size_t length)
{
    struct fake *self = fake_of(session);

    if (self->is_full)
        return STREAM_WAIT_TO_WRITE;
    if (self->start == self->end) {
        ssize_t taken = recv(self->fd, self->inside, sizeof(self->inside), 0);
        if (taken <= 0)
            return taken == 0 ? 0 : STREAM_WAIT;
        self->start = 0;
        self->end = (size_t)taken;
    }
    size_t piece = self->end - self->start < PIECE ? self->end - self->start : PIECE;
    piece = piece < length ? piece : length;
    memcpy(memory, self->inside + self->start, piece);
    self->start += piece;
    return (ssize_t)piece;
}

static ssize_t
write_all(struct stream_session *session, const void *bytes, size_t length)
{
    return send(fake_of(session)->fd, bytes, length, MSG_NOSIGNAL);
}

static bool
holds_bytes(const struct stream_session *session)
{
    const struct fake *self = (const struct fake *)session;

    return self->start < self->end;
}

static void
say_bye(struct stream_session *session)
{
    assert_int_equal(send(fake_of(session)->fd, "bye", 3, MSG_NOSIGNAL), 3);
}

static void
close_fake(struct stream_session *session, bool is_aborted)
{
    fake_of(session)->is_closed = true;
    fake_of(session)->was_aborted = is_aborted;
}

static const struct stream_transport transport = {.handshake = shake,
                                                  .read = read_piece,
                                                  .write = write_all,
                                                  .holds_bytes = holds_bytes,
                                                  .finish_writing = say_bye,
                                                  .close = close_fake};

/* As owners do: one read a call. */
static void
on_readable(void *owner)
{
    (void)owner;
    if (reads_nothing) {
        reads_nothing = false;
        return;
    }
    ssize_t length = stream_read(&stream, got + got_length, sizeof(got) - 1 - got_length);
    if (length == 0) {
        end_count++;
        stream_pause_reading(&stream);
    }
    got_length += length > 0 ? (size_t)length : 0;
    got[got_length] = '\0';
    if (pauses_after_each)
        stream_pause_reading(&stream);
}

static void
on_writable(void *owner)
{
    (void)owner;
    writable_count++;
    stream_want_writable(&stream, false);
}

static void
on_ready(void *owner, bool has_failed)
{
    (void)owner;
    ready_count += has_failed ? 0 : 1;
    failed_count += has_failed ? 1 : 0;
    if (has_failed)
        stream_close(&stream);
}

static void
on_gone(void *owner, bool has_failed)
{
    (void)owner;
    gone_count += has_failed ? 0 : 1;
    lost_count += has_failed ? 1 : 0;
}

static const struct stream_callbacks callbacks = {on_readable, on_writable, on_ready, on_gone};

static void
turn(void)
{
    for (int i = 0; i < 20; i++)
        loop_turn(loop, 0);
}

static int
open_all(void **state)
{
    int fds[2];

    (void)state;
    got_length = 0;
    ready_count = failed_count = writable_count = end_count = gone_count = lost_count = 0;
    pauses_after_each = reads_nothing = false;
    loop = loop_new();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
                     0);
    peer = fds[1];
    fake = (struct fake){.session = {&transport}, .fd = fds[0]};
    stream_open(&stream, loop, fds[0], &callbacks, NULL);
    return 0;
}

static int
close_all(void **state)
{
    (void)state;
    stream_close(&stream);
    close(peer);
    loop_free(&loop);
    return 0;
}

static void
say(const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void
expect(const char *text)
{
    char heard[64] = "";
    ssize_t length = recv(peer, heard, sizeof(heard) - 1, 0);

    assert_int_equal(length, (ssize_t)strlen(text));
    assert_string_equal(heard, text);
}

static void
secure(void)
{
    stream_secure(&stream, &fake.session);
    turn();
    expect("hi");
    say("ok");
    turn();
    assert_int_equal(ready_count, 1);
}

static void
a_plain_socket_is_read_until_nothing_is_left(void **state)
{
    (void)state;
    reads_nothing = true;
    say("plain");
    turn();
    assert_string_equal(got, "plain");
    assert_int_equal(ready_count, 0);
    assert_true(stream_can_splice(&stream));
}

static void
what_waits_inside_comes_without_the_socket(void **state)
{
    (void)state;
    secure();
    say("these are many small pieces");
    turn();
    assert_string_equal(got, "these are many small pieces");
    assert_false(stream_can_splice(&stream));
}

static void
what_waits_inside_comes_when_reading_goes_on(void **state)
{
    (void)state;
    secure();
    pauses_after_each = true;
    say("abcdefg");
    turn();
    assert_string_equal(got, "abc");
    assert_false(stream_is_quiet(&stream));
    turn();
    assert_string_equal(got, "abc");
    stream_resume_reading(&stream);
    turn();
    assert_string_equal(got, "abcdef");
    pauses_after_each = false;
    stream_resume_reading(&stream);
    turn();
    assert_string_equal(got, "abcdefg");
    assert_true(stream_is_quiet(&stream));
}

static void
bytes_read_elsewhere_leave_the_rest_to_the_callback(void **state)
{
    char piece[PIECE];

    (void)state;
    secure();
    say("abcdefg");
    assert_int_equal(stream_read(&stream, piece, sizeof(piece)), PIECE);
    turn();
    assert_string_equal(got, "defg");
}

static void
an_owner_that_reads_nothing_is_called_again(void **state)
{
    char piece[PIECE];

    (void)state;
    secure();
    say("abcdef");
    assert_int_equal(stream_read(&stream, piece, sizeof(piece)), PIECE);
    reads_nothing = true;
    turn();
    assert_string_equal(got, "def");
}

static void
the_end_comes_behind_what_waits_inside(void **state)
{
    (void)state;
    secure();
    say("abcdefg");
    shutdown(peer, SHUT_WR);
    turn();
    assert_string_equal(got, "abcdefg");
    assert_int_equal(end_count, 1);
}

static void
a_handshake_may_wait_to_write(void **state)
{
    (void)state;
    fake.is_full = true;
    stream_secure(&stream, &fake.session);
    turn();
    assert_true(stream.waits_to_write);
    fake.is_full = false;
    turn();
    expect("hi");
    assert_false(stream.waits_to_write);
    say("ok");
    turn();
    assert_int_equal(ready_count, 1);
    assert_int_equal(writable_count, 0);
}

static void
a_read_may_wait_to_write(void **state)
{
    char piece[PIECE];

    (void)state;
    secure();
    say("abc");
    fake.is_full = true;
    assert_int_equal(stream_read(&stream, piece, sizeof(piece)), STREAM_WAIT);
    assert_true(stream.waits_to_write);
    fake.is_full = false;
    turn();
    assert_string_equal(got, "abc");
    assert_false(stream.waits_to_write);
    assert_int_equal(writable_count, 0);
    stream_want_writable(&stream, true);
    turn();
    assert_int_equal(writable_count, 1);
}

static void
a_failed_handshake_is_told_once(void **state)
{
    (void)state;
    stream_secure(&stream, &fake.session);
    turn();
    expect("hi");
    say("no");
    turn();
    assert_int_equal(failed_count, 1);
    assert_int_equal(ready_count, 0);
    assert_true(fake.is_closed);
}

static void
the_end_is_the_transports_own(void **state)
{
    (void)state;
    secure();
    stream_finish_writing(&stream);
    expect("bye");
    say("late");
    turn();
    assert_string_equal(got, "late");
    stream_abort(&stream);
    assert_true(fake.is_closed && fake.was_aborted);
}

static void
an_end_and_a_loss_are_told_once_each_while_reading_is_paused(void **state)
{
    (void)state;
    stream_pause_reading(&stream);
    say("unread");
    turn();
    assert_int_equal(gone_count, 0);
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    turn();
    assert_int_equal(gone_count, 1);
    assert_int_equal(stream_waiting(&stream), 6);
    close(peer);
    peer = -1;
    turn();
    assert_int_equal(gone_count, 1);
    assert_int_equal(lost_count, 1);
}

static void
an_end_is_not_told_beside_reading(void **state)
{
    (void)state;
    stream_pause_reading(&stream);
    stream_resume_reading(&stream);
    say("last");
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    turn();
    assert_string_equal(got, "last");
    assert_int_equal(end_count, 1);
    assert_int_equal(lost_count, 0);
}

int
main(void)
{
#define STREAMING(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        STREAMING(a_plain_socket_is_read_until_nothing_is_left),
        STREAMING(what_waits_inside_comes_without_the_socket),
        STREAMING(what_waits_inside_comes_when_reading_goes_on),
        STREAMING(bytes_read_elsewhere_leave_the_rest_to_the_callback),
        STREAMING(an_owner_that_reads_nothing_is_called_again),
        STREAMING(the_end_comes_behind_what_waits_inside),
        STREAMING(a_handshake_may_wait_to_write),
        STREAMING(a_read_may_wait_to_write),
        STREAMING(a_failed_handshake_is_told_once),
        STREAMING(the_end_is_the_transports_own),
        STREAMING(an_end_and_a_loss_are_told_once_each_while_reading_is_paused),
        STREAMING(an_end_is_not_told_beside_reading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
