/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP/2 connection to a target, which the exchanges of many clients share, each with a
 * stream of its own (target_stream.h). Exchanges that come while it is being opened wait in it:
 * it is open when the target's SETTINGS have come, so that nothing is sent to whoever does not
 * speak HTTP/2, and no more at once than the target takes. nghttp2's callbacks
 * (target_frames.c) note what has come; exchanges run afterwards, in the session's turn.
 *
 * It belongs to its target_state while its socket is open, and then to its last stream.
 */
#ifndef FAIRLEAD_WORKER_HTTP2_TARGET_SESSION_H
#define FAIRLEAD_WORKER_HTTP2_TARGET_SESSION_H

#include <nghttp2/nghttp2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "model/config.h"
#include "net/loop.h"
#include "net/stream.h"
#include "worker/http2/guard.h"
#include "worker/http2/output.h"
#include "worker/http2/scan.h"
#include "worker/targets/target_table.h"

struct target_manner;
struct exchange;
struct http2_payload;
struct target_stream;

enum target_session_end {

#define HTTP2_TARGET_END(id, label, text) TARGET_SESSION_END_##id,
#include "ipc/http2_target_ends.def"
#undef HTTP2_TARGET_END
    TARGET_SESSION_END_COUNT /* it goes on */
};

enum target_session_state {
    TARGET_SESSION_CONNECTS, /* or shakes hands */
    TARGET_SESSION_GREETS,   /* awaits the target's SETTINGS */
    TARGET_SESSION_OPEN,
    TARGET_SESSION_CLOSED
};

TAILQ_HEAD(target_stream_list, target_stream);

struct target_session {
    uint32_t tag;
    enum target_session_state state;
    enum target_session_end end; /* COUNT: none yet */
    struct worker *worker;
    struct target_state *target;
    struct address dialled; /* the target may be reached elsewhere since */
    struct stream stream;
    nghttp2_session *session; /* NULL before GREETS, and when CLOSED */
    struct http2_scan scan;
    struct http2_output output;
    struct config_limits limits; /* of answers' heads */
    struct target_stream_list streams, ready;
    unsigned stream_count; /* not closed for nghttp2, and those that wait to be begun */
    unsigned users;        /* of these and of lost ones, with an exchange */
    struct guard idle_frames;
    int error; /* why it could not be opened */
    uint64_t idle_since_ms;
    uint64_t security_key;      /* see target_manner.h */
    struct stream_session *tls; /* until the system has connected it */
    bool has_settings;          /* the target's have come */
    bool is_used;               /* it has carried an exchange */
    bool is_leaving;   /* no new streams: the target's GOAWAY has come, or its end is near */
    bool is_condemned; /* what is under way ends with it */
    bool has_failed;   /* its socket */
    bool has_deferred; /* some stream waits for others to get their share of the window */
    bool is_scheduled; /* its turn comes */
    bool has_turn;     /* and is now */
    struct loop_place place;
    TAILQ_ENTRY(target_session) entry;
};

/* Streams that one session takes at most, whatever its target allows. */
#define TARGET_SESSION_STREAMS_MAX 128

/* Begins to connect; NULL with errno. */
struct target_session *target_session_open(struct worker *worker, struct target_state *target,
                                           struct target_manner *manner);

/* How many streams it may have now. */
unsigned target_session_room(const struct target_session *session);

/* Something is ready or to be sent. */
void target_session_schedule(struct target_session *session);

/* Nobody uses it: it ends, with a word for the target. */
void target_session_close(struct target_session *session, enum target_session_end end);

/* A stream's exchange has given it back, or the stream is gone. */
void target_session_left(struct target_session *session);

/* From inside of nghttp2. */
void target_session_condemn(struct target_session *session, enum target_session_end end,
                            uint32_t error_code);

/* nghttp2's half, as in connection.h. */
void target_frames_open(struct target_session *session);
nghttp2_data_provider target_frames_provider(struct http2_payload *payload);
ssize_t target_frames_receive(struct target_session *session, const char *bytes, size_t length);

#endif
