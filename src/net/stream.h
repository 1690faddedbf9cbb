/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected byte stream on the loop: what a client or target connection reads from and writes
 * to. A plain socket, or a transport over it (stream_transport). Write first, ask for
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

/*
 * The owner's callbacks; each may close the stream. on_readable comes again and again as long
 * as bytes can be read (or the peer's end), wherever they wait, in the socket or in a
 * transport; so an owner may read once and return. Only stream_pause_reading stops it.
 */
struct stream_callbacks {
    void (*on_readable)(void *owner);
    void (*on_writable)(
        void *owner); /* also called when a connect has ended: see stream_error */
    /* A transport's handshake has ended, one way or the other; never for a plain socket, which
     * is ready at once. May be NULL where stream_secure is never called. */
    void (*on_ready)(void *owner, bool has_failed);
    /* While reading is paused: the peer has sent its end, behind bytes that wait to be read, or
     * (has_failed) the connection is gone in both directions. NULL: nobody wants to know. */
    void (*on_gone)(void *owner, bool has_failed);
};

/* Results of reading and writing besides a byte count; the last one is for transports only. */
enum { STREAM_WAIT = -1, STREAM_FAILED = -2, STREAM_WAIT_TO_WRITE = -3 };

/* What a transport keeps for one stream, behind this; the transport's close frees it. */
struct stream_session {
    const struct stream_transport *transport;
};

/* How bytes become those of the socket, which the session knows. */
struct stream_transport {
    /* Goes on with the handshake: 0 when it is done, else what it waits for, or failure. */
    int (*handshake)(struct stream_session *session);
    /* As stream_read and stream_write. A read may have to write first (STREAM_WAIT_TO_WRITE).
     */
    ssize_t (*read)(struct stream_session *session, void *memory, size_t length);
    ssize_t (*write)(struct stream_session *session, const void *bytes, size_t length);
    /* Whether a read would give bytes or the end though nothing more comes from the socket. */
    bool (*holds_bytes)(const struct stream_session *session);
    /* Tells the peer that nothing more is written (close_notify). */
    void (*finish_writing)(struct stream_session *session);
    /* The descriptor is about to be closed; aborted: without a word to the peer. */
    void (*close)(struct stream_session *session, bool is_aborted);
};

/* Embedded first or anywhere in its owner; 168 bytes while idle. */
struct stream {
    struct event read_event;
    struct event *write_event; /* made when a write first falls short */
    const struct stream_callbacks *callbacks;
    void *owner;
    struct stream_session *session; /* NULL: a plain socket */
    int fd;                         /* -1: closed */
    bool is_reading;                /* the owner wants on_readable: read event registered */
    bool is_writing;                /* the owner wants on_writable */
    bool is_handshaking : 1;
    bool waits_to_write : 1;      /* the transport does, to shake hands or to read */
    bool is_write_registered : 1; /* for either of them */
    bool is_gone_watched : 1;
};

/* Takes over a connected or connecting non-blocking descriptor and starts reading. */
void stream_open(struct stream *stream, struct loop *loop, int fd,
                 const struct stream_callbacks *callbacks, void *owner);

/*
 * Puts a transport over a stream that was just opened, also one that is still connecting; the
 * session becomes the stream's. Until on_ready comes nothing but closing is allowed.
 */
void stream_secure(struct stream *stream, struct stream_session *session);

/* Puts a transport whose handshake is done over a stream that was just opened. */
void stream_adopt(struct stream *stream, struct stream_session *session);

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
void stream_want_writable(struct stream *stream, bool wanted);

void stream_pause_reading(struct stream *stream);
void stream_resume_reading(struct stream *stream);

/* Sends the end, in the transport's way where there is one; keeps reading. */
void stream_finish_writing(struct stream *stream);

/* Bytes that wait in the socket: of a plain one, all that would be read now. */
size_t stream_waiting(const struct stream *stream);

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
 * Kernel-side moves through a pipe (splice(2)); only where stream_can_splice, which no
 * transport can. Results as stream_read and stream_write.
 */
bool stream_can_splice(const struct stream *stream);
ssize_t stream_splice_in(struct stream *stream, int pipe_write_fd, size_t most);

/* is_last: nothing follows soon, so the last segment is not held back. */
ssize_t stream_splice_out(struct stream *stream, int pipe_read_fd, size_t most, bool is_last);

#endif
