/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_TUNNEL: after a 101, bytes go both ways as they come, until both sides have ended or one
 * has failed, or nothing has moved for tunnel_idle_seconds. Rules and fields no longer apply.
 */
#include "worker/exchange/exchange.h"

#include "base/check.h"

struct direction {
    struct stream *source, *sink;
    struct backlog *backlog;
    uint64_t *count;
    bool *has_ended;
};

/* What the source has goes to the sink; false when the tunnel is over. */
static bool
carry(struct exchange *exchange, const struct direction *way)
{
    struct stream *source = way->source, *sink = way->sink;
    struct backlog *backlog = way->backlog;
    char *bytes = exchange->worker->scratch;

    if (!backlog_is_empty(backlog)) {
        stream_pause_reading(source);
        return true;
    }
    ssize_t got = stream_read(source, bytes, SCRATCH_BYTES);
    if (got == STREAM_WAIT)
        return true;
    if (got == STREAM_FAILED)
        return false;
    exchange_touch(exchange);
    if (got == 0) {
        stream_pause_reading(source);
        stream_finish_writing(sink);
        *way->has_ended = true;
        return true;
    }
    *way->count += (uint64_t)got;
    if (!backlog_write(backlog, sink, bytes, (size_t)got))
        return false;
    if (!backlog_is_empty(backlog))
        stream_want_writable(sink, true);
    return true;
}

/* What the client sent right behind its request, before it saw the 101. */
static bool
carry_early_input(struct exchange *exchange)
{
    struct input *input = exchange->client->input;
    struct slice early = input_slice(input);

    if (early.length == 0)
        return true;
    input->start = input->end;
    exchange->received_bytes += early.length;
    if (!backlog_write(&exchange->to_target, &exchange->connection->stream, early.at,
                       early.length))
        return false;
    if (!backlog_is_empty(&exchange->to_target))
        stream_want_writable(&exchange->connection->stream, true);
    return true;
}

static bool
carry_both_ways(struct exchange *exchange)
{
    struct stream *client = &exchange->client->stream;
    struct stream *target = &exchange->connection->stream;
    bool client_was_readable = exchange->client_is_readable;
    bool target_was_readable = exchange->target_is_readable;

    exchange->client_is_readable = false;
    exchange->target_is_readable = false;
    if (exchange->target_is_lost || !carry_early_input(exchange))
        return false;
    const struct direction up = {client, target, &exchange->to_target,
                                 &exchange->received_bytes, &exchange->client_has_ended};
    const struct direction down = {target, client, &exchange->to_client, &exchange->sent_bytes,
                                   &exchange->target_has_ended};
    if (client_was_readable && !carry(exchange, &up))
        return false;
    if (target_was_readable && !carry(exchange, &down))
        return false;
    /* A side that was paused for the other's sake goes on when there is room again. */
    if (backlog_is_empty(&exchange->to_target) && !exchange->client_has_ended)
        stream_resume_reading(client);
    if (backlog_is_empty(&exchange->to_client) && !exchange->target_has_ended)
        stream_resume_reading(target);
    return !(exchange->client_has_ended && exchange->target_has_ended);
}

enum exchange_step
step_tunnel(struct exchange *exchange)
{
    if (carry_both_ways(exchange))
        return STEP_WAIT;
    exchange->end = END_TUNNEL_CLOSED;
    return STEP_FINISH;
}
