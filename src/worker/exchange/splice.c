/* SPDX-License-Identifier: Apache-2.0 */
/* The pool of pipes and the move from socket to socket. */
#include "worker/exchange/splice.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

/*
 * A pipe that takes a usual large body whole wakes its neighbours seldom. 1 MiB is what an
 * unprivileged user may have (pipe-max-size), and 64 MiB together (pipe-user-pages-soft):
 * beyond that pipes are so small that buffers do better.
 */
#define PIPE_BYTES (1024 * 1024)
#define PIPE_LEAST_BYTES (64 * 1024)
#define PIPES_MAX 32
#define PIPES_KEPT 16

/* One call moves at most this often, so that one exchange cannot starve the others. */
#define ROUNDS_MAX 4

struct pipe_pool {
    struct splice_pipe *first_free;
    unsigned free_count, open_count;
};

struct pipe_pool *
pipe_pool_new(void)
{
    return memory_take(1, sizeof(struct pipe_pool));
}

static void
close_pipe(struct pipe_pool *pool, struct splice_pipe *pipe)
{
    close(pipe->read_fd);
    close(pipe->write_fd);
    free(pipe);
    pool->open_count--;
}

void
pipe_pool_free(struct pipe_pool **pool)
{
    while ((*pool)->first_free != NULL) {
        struct splice_pipe *pipe = (*pool)->first_free;
        (*pool)->first_free = pipe->next_free;
        close_pipe(*pool, pipe);
    }
    free(*pool);
    *pool = NULL;
}

struct splice_pipe *
pipe_pool_take(struct pipe_pool *pool)
{
    struct splice_pipe *pipe = pool->first_free;
    int fds[2];

    if (pipe != NULL) {
        pool->first_free = pipe->next_free;
        pool->free_count--;
        return pipe;
    }
    if (pool->open_count >= PIPES_MAX || pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
        return NULL;
    (void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES);
    if (fcntl(fds[1], F_GETPIPE_SZ) < PIPE_LEAST_BYTES) {
        close(fds[0]);
        close(fds[1]);
        return NULL;
    }
    pipe = memory_take(1, sizeof(*pipe));
    pipe->read_fd = fds[0];
    pipe->write_fd = fds[1];
    pool->open_count++;
    return pipe;
}

void
pipe_pool_give_back(struct pipe_pool *pool, struct splice_pipe **pipe)
{
    if (*pipe == NULL)
        return;
    if ((*pipe)->held > 0 || pool->free_count >= PIPES_KEPT) {
        close_pipe(pool, *pipe);
    } else {
        (*pipe)->next_free = pool->first_free;
        pool->first_free = *pipe;
        pool->free_count++;
    }
    *pipe = NULL;
}

/* Empties the pipe into the sink; MOVED_ALL when nothing is left inside. */
static enum splice_result
pour_out(struct splice_pipe *pipe, struct stream *sink, bool is_last, uint64_t *moved)
{
    while (pipe->held > 0) {
        ssize_t out = stream_splice_out(sink, pipe->read_fd, pipe->held, is_last);
        if (out == STREAM_WAIT)
            return SPLICE_SINK_WAITS;
        if (out <= 0)
            return SPLICE_SINK_FAILED;
        pipe->held -= (size_t)out;
        *moved += (uint64_t)out;
    }
    return SPLICE_MOVED_ALL;
}

enum splice_result
splice_move(struct splice_pipe *pipe, struct stream *source, struct stream *sink,
            uint64_t *remaining, uint64_t *moved)
{
    enum splice_result result = pour_out(pipe, sink, *remaining == 0, moved);

    for (int round = 0; result == SPLICE_MOVED_ALL && *remaining > 0; round++) {
        if (round == ROUNDS_MAX)
            return SPLICE_SOURCE_WAITS; /* the read event is level-triggered: it comes again */
        size_t most = *remaining < PIPE_BYTES ? (size_t)*remaining : PIPE_BYTES;
        ssize_t in = stream_splice_in(source, pipe->write_fd, most);
        if (in == STREAM_WAIT)
            return SPLICE_SOURCE_WAITS;
        if (in <= 0)
            return in == 0 ? SPLICE_SOURCE_ENDED : SPLICE_SOURCE_FAILED;
        pipe->held += (size_t)in;
        *remaining -= (uint64_t)in;
        /* A small piece may be all there is for a while (MSG_MORE would hold it back). */
        bool is_last = *remaining == 0 || (size_t)in < SPLICE_WORTH_BYTES;
        result = pour_out(pipe, sink, is_last, moved);
        /* The source is drained: letting more come in saves wake-ups on all three sides. */
        if (result == SPLICE_MOVED_ALL && *remaining > 0 && (size_t)in < most)
            return SPLICE_SOURCE_WAITS;
    }
    return result;
}
