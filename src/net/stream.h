/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected byte stream on the loop: what a client or target connection reads from and writes
 * to. Plain sockets now; TLS will be another table of stream_transport. Write first, ask for
 * writability only after a short write; the read event stays registered for the stream's life.
 */
#ifndef FAIRLEAD_NET_STREAM_H
#define FAIRLEAD_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/loop.h"

struct stream;

/* The owner's callbacks; each may close the stream. */
struct stream_callbacks {
    void (*on_readable)(void *owner);
    void (*on_writable)(
        void *owner); /* also called when a connect has ended: see stream_error */
};

/* Embedded first or anywhere in its owner; 160 bytes while idle. */
struct stream {
    struct event read_event;
    struct event *write_event; /* made when a write first falls short */
    const struct stream_callbacks *callbacks;
    void *owner;
    int fd;          /* -1: closed */
    bool is_reading; /* read event registered */
    bool is_writing; /* write event registered */
};

/* Results of reading and writing besides a byte count. */
enum { STREAM_WAIT = -1, STREAM_FAILED = -2 };

/* Takes over a connected or connecting non-blocking descriptor and starts reading. */
void stream_open(struct stream *stream, struct loop *loop, int fd,
                 const struct stream_callbacks *callbacks, void *owner);

/* Closes the descriptor at once. Closing a closed stream is allowed. */
void stream_close(struct stream *stream);

/* The same, but with a reset instead of an orderly end, so that the peer notices a cut answer.
 */
void stream_abort(struct stream *stream);
bool stream_is_open(const struct stream *stream);

/* Bytes read; 0 at the peer's end; STREAM_WAIT; STREAM_FAILED (reset, error). */
ssize_t stream_read(struct stream *stream, void *memory, size_t length);

/* Bytes taken (possibly fewer than length); STREAM_WAIT when none; STREAM_FAILED. */
ssize_t stream_write(struct stream *stream, const void *bytes, size_t length);

/* Starts and stops on_writable. */
void stream_want_writable(struct stream *stream, struct loop *loop, bool wanted);

void stream_pause_reading(struct stream *stream);
void stream_resume_reading(struct stream *stream);

/* Sends the end, keeps reading. */
void stream_finish_writing(struct stream *stream);

/* Whether nothing waits to be read, neither bytes nor the peer's end; costs a system call. */
bool stream_is_quiet(const struct stream *stream);

/*
 * Whether the peer has reset the connection. The system ends a program's connections in order,
 * also when it is killed, unless bytes are left that the program has not read: then by a reset.
 */
bool stream_was_reset(const struct stream *stream);

/* After a connect: 0 when connected, else the errno. */
int stream_error(const struct stream *stream);

/*
 * Kernel-side moves through a pipe (splice(2)); only where stream_can_splice, which TLS cannot.
 * Results as stream_read and stream_write.
 */
bool stream_can_splice(const struct stream *stream);
ssize_t stream_splice_in(struct stream *stream, int pipe_write_fd, size_t most);

/* is_last: nothing follows soon, so the last segment is not held back. */
ssize_t stream_splice_out(struct stream *stream, int pipe_read_fd, size_t most, bool is_last);

#endif
