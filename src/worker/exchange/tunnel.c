/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STEP_TUNNEL: after a 101, bytes go both ways as they come, until both sides have ended or one
 * has failed, or nothing has moved for tunnel_idle_seconds. Rules and fields no longer apply.
 */
#include "worker/exchange/exchange.h"

/* What the client has goes to the target; false when the tunnel is over. */
static bool
carry_up(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct target_link *link = exchange->link;
    struct carrier_body body = {0};

    if (link->is_blocked) {
        carrier_pause(carrier, true);
        return true;
    }
    enum carrier_result result = carrier->kind->read_body(carrier, &body);
    if (result == CARRIER_WAIT)
        return true;
    if (result != CARRIER_DONE && result != CARRIER_ENDED)
        return false;
    exchange_touch(exchange);
    exchange->client_has_ended = result == CARRIER_ENDED;
    if (exchange->client_has_ended)
        carrier_pause(carrier, true);
    body.is_last = exchange->client_has_ended;
    return link->kind->send_body(link, &body);
}

/* The other way. */
static bool
carry_down(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct target_link *link = exchange->link;
    struct target_link_answer answer = {0};

    if (carrier->is_blocked) {
        target_link_pause(link, true);
        return true;
    }
    enum target_link_result result = link->kind->read(link, &answer);
    if (result == LINK_WAIT)
        return true;
    if (result != LINK_READ)
        return false;
    exchange_touch(exchange);
    exchange->target_has_ended = answer.is_last;
    if (answer.is_last)
        target_link_pause(link, true);
    const struct carrier_body body = {
        .bytes = answer.bytes, .length = answer.length, .is_last = answer.is_last};
    return carrier->kind->send(carrier, NULL, &body) == CARRIER_DONE;
}

static bool
carry_both_ways(struct exchange *exchange)
{
    struct carrier *carrier = exchange->carrier;
    struct target_link *link = exchange->link;
    struct exchange_events events = exchange->events;

    exchange->events.client_is_readable = false;
    exchange->events.target_is_readable = false;
    if (events.target_is_lost)
        return false;
    if (events.client_is_readable && !carry_up(exchange))
        return false;
    if (events.target_is_readable && !carry_down(exchange))
        return false;
    /* A side that was paused for the other's sake goes on when there is room again. */
    if (!link->is_blocked && !exchange->client_has_ended)
        carrier_pause(carrier, false);
    if (!carrier->is_blocked && !exchange->target_has_ended)
        target_link_pause(link, false);
    return !(exchange->client_has_ended && exchange->target_has_ended);
}

enum exchange_step
step_tunnel(struct exchange *exchange)
{
    /* Its patience counts from now on. */
    if (!exchange->is_upgraded)
        exchange_touch(exchange);
    exchange->is_upgraded = true;
    if (carry_both_ways(exchange))
        return STEP_WAIT;
    exchange->end = END_TUNNEL_CLOSED;
    return STEP_FINISH;
}
