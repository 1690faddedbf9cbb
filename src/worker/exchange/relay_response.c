/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target's answer on its way to the client: its head, judged by the link that read it, goes
 * to the carrier, which writes it anew, and its body behind it. The usual small answer is one
 * read and one write.
 */
#include "worker/exchange/relay_response.h"

#include "base/clock.h"
#include "http/response_judge.h"
#include "worker/balancing/stickiness.h"
#include "worker/exchange/pin.h"
#include "worker/exchange/relay_splice.h"
#include "worker/exchange/relay_state.h"
#include "worker/shared/context.h"

/*
 * Interim answers to one request that are taken from a target: so many bytes of them at once,
 * as many more with each second, and never more than that. A "102 Processing" a second takes
 * ten hours to get there; a flood is over at once.
 */
#define INTERIM_BYTES_AT_ONCE (64 * 1024)
#define INTERIM_BYTES_A_SECOND 4096
#define INTERIM_BYTES_MAX (1024 * 1024)

static enum exchange_step
client_is_gone(struct exchange *exchange)
{
    exchange_on_client_end_noted(exchange, true);
    return STEP_FINISH;
}

static enum exchange_step
complete(struct exchange *exchange)
{
    if (exchange->link != NULL)
        return STEP_REST;
    if (response_is_blocked(exchange) || exchange->response_pipe != NULL)
        return STEP_RELAY;
    exchange->end = END_COMPLETE;
    return STEP_FINISH;
}

static void
note_response(struct exchange *exchange, const struct http_head *head)
{
    struct group_counters *counters =
        &exchange->worker->counters->groups[exchange->group->group->counter_row];
    unsigned class_of_code = head->status / 100;

    exchange->target_status = (uint16_t)head->status;
    exchange->status = (uint16_t)head->status;
    if (class_of_code >= 1 && class_of_code <= 5)
        counter_add(&counters->target_codes[class_of_code - 1], 1);
    /* An early answer's first byte may have come before the request's last. */
    if (exchange->first_byte_us >= exchange->sent_us)
        counters_note_response_time(counters, exchange->target->counters,
                                    exchange->first_byte_us - exchange->sent_us);
    exchange->target->window_requests++;
    if (head->status < 500)
        return;
    exchange->target->errors_5xx++;
    exchange->target->window_errors++;
    counter_add(&exchange->target->counters->codes_5xx, 1);
}

/* Head (NULL: it was sent before) and payload, and then the target may be free. */
static enum exchange_step
pass_on(struct exchange *exchange, const struct target_link_answer *answer,
        const struct carrier_answer *head)
{
    struct carrier *carrier = exchange->carrier;
    const struct carrier_body body = {.bytes = answer->bytes,
                                      .length = answer->length,
                                      .is_last = answer->is_last,
                                      .trailers = answer->trailers};

    enum carrier_result result = carrier->kind->send(carrier, head, &body);
    if (result == CARRIER_REFUSED)
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    exchange->response_state = RESPONSE_HEAD_SENT;
    if (answer->is_last)
        exchange_target_done(exchange, answer->is_clean);
    else if (head != NULL)
        exchange->link->kind->forget_head(exchange->link);
    return result == CARRIER_FAILED ? client_is_gone(exchange) : STEP_RELAY;
}

static enum exchange_step
begin_tunnel(struct exchange *exchange, const struct target_link_answer *answer)
{
    struct carrier *carrier = exchange->carrier;
    const struct carrier_answer head = {.head = answer->head};
    const struct carrier_body body = {.bytes = answer->bytes, .length = answer->length};

    if (exchange->request_state < REQUEST_SENT)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    enum carrier_result result = carrier->kind->send(carrier, &head, &body);
    if (result == CARRIER_REFUSED)
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    note_response(exchange, answer->head);
    exchange->response_state = RESPONSE_HEAD_SENT;
    carrier->must_close = true;
    exchange->response_head_us = clock_us();
    exchange->link->kind->forget_head(exchange->link);
    if (result == CARRIER_FAILED)
        return client_is_gone(exchange);
    exchange->events.client_is_readable = true; /* what it sent behind its request */
    return STEP_TUNNEL;
}

static bool
interims_are_too_many(struct exchange *exchange, const struct http_head *head)
{
    uint64_t since_ms = (clock_us() - exchange->first_byte_us) / 1000;

    exchange->interim_bytes += head->bytes;
    return exchange->interim_bytes > INTERIM_BYTES_MAX ||
           exchange->interim_bytes >
               INTERIM_BYTES_AT_ONCE + since_ms * INTERIM_BYTES_A_SECOND / 1000;
}

/* 1xx: 103 and the like are passed on to clients that know them; our own 100 has been sent. */
static enum exchange_step
pass_interim(struct exchange *exchange, const struct http_head *head)
{
    struct carrier *carrier = exchange->carrier;

    if (interims_are_too_many(exchange, head))
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    if (head->status == 100 || exchange->request.minor_version == 0)
        return STEP_RELAY;
    enum carrier_result result = carrier->kind->send_interim(carrier, head);
    if (result == CARRIER_REFUSED)
        return exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
    return result == CARRIER_FAILED ? client_is_gone(exchange) : STEP_RELAY;
}

static void
write_cookies(const struct exchange *exchange, struct http_head *head, struct text *fields)
{
    const struct snapshot_action *action = exchange->rule_action;
    struct stickiness sticky;

    if (!stickiness_is_wanted(exchange->group, action))
        return;
    exchange_stickiness(exchange, &sticky);
    stickiness_write_cookies(&sticky, action, exchange->target->identity, head, fields);
}

/* The final head, and what came of the body with it. */
static enum exchange_step
pass_head(struct exchange *exchange, const struct target_link_answer *answer)
{
    char cookies[STICKINESS_FIELDS_MAX];
    struct text extra = text_over(cookies, sizeof(cookies));

    if (answer->head->status == 101)
        return begin_tunnel(exchange, answer);
    note_response(exchange, answer->head);
    pin_after(exchange, answer->head);
    exchange->response_head_us = clock_us();
    write_cookies(exchange, answer->head, &extra);
    const struct carrier_answer head = {answer->head, text_slice(&extra)};
    return pass_on(exchange, answer, &head);
}

static enum exchange_step
pass_answer(struct exchange *exchange, const struct target_link_answer *answer)
{
    if (answer->head == NULL)
        return pass_on(exchange, answer, NULL);
    if (response_is_interim(answer->head))
        return pass_interim(exchange, answer->head);
    return pass_head(exchange, answer);
}

static enum exchange_step
refuse_answer(struct exchange *exchange, const struct target_link_answer *answer)
{
    if (exchange->response_state >= RESPONSE_HEAD_SENT)
        return exchange_fail(exchange, END_TARGET_TRUNCATED);
    if (answer->head != NULL)
        note_response(exchange, answer->head);
    return exchange_fail(exchange, END_TARGET_MALFORMED);
}

/*
 * What stands on a kept connection where an answer should begin is left over from another
 * exchange, and no answer to this one, which a new connection may get.
 */
__attribute__((cold, noinline)) static enum exchange_step
meet_foreign_bytes(struct exchange *exchange)
{
    const struct target_link_answer none = {0};

    if (!exchange->link->is_reused || exchange->interim_bytes > 0)
        return refuse_answer(exchange, &none);
    exchange->response_state = RESPONSE_AWAITED;
    exchange->first_byte_us = 0;
    exchange->wants_new_link = true;
    return exchange_target_lost(exchange, END_TARGET_MALFORMED);
}

/* The target sent its end, or failed, before the answer's end. */
static enum exchange_step
target_ended(struct exchange *exchange)
{
    if (exchange->response_state < RESPONSE_BEGUN)
        return exchange_target_lost(exchange, END_TARGET_CLOSED);
    if (exchange->response_state < RESPONSE_HEAD_SENT)
        return exchange_fail(exchange, END_TARGET_MALFORMED);
    target_state_note_reset(exchange->target);
    return exchange_fail(exchange, END_TARGET_TRUNCATED);
}

static void
note_bytes(struct exchange *exchange)
{
    if (exchange->response_state < RESPONSE_BEGUN) {
        exchange->response_state = RESPONSE_BEGUN;
        exchange->first_byte_us = clock_us();
    }
    exchange_touch(exchange);
}

static enum exchange_step
read_once(struct exchange *exchange, bool *has_more)
{
    struct target_link_answer answer = {0};

    enum target_link_result result = exchange->link->kind->read(exchange->link, &answer);
    *has_more = answer.has_more;
    if (result == LINK_WAIT && !exchange->events.target_is_lost)
        return STEP_RELAY;
    if (result == LINK_UNPROCESSED && exchange->response_state < RESPONSE_BEGUN)
        return exchange_target_declined(exchange);
    if (result == LINK_WAIT || result == LINK_UNPROCESSED || result == LINK_ENDED ||
        result == LINK_FAILED)
        return target_ended(exchange);
    note_bytes(exchange);
    if (result == LINK_READ)
        return pass_answer(exchange, &answer);
    if (result == LINK_MORE)
        return STEP_RELAY;
    if (result == LINK_FOREIGN)
        return meet_foreign_bytes(exchange);
    return result == LINK_REFUSED ? refuse_answer(exchange, &answer)
                                  : exchange_fail(exchange, END_TARGET_HEAD_TOO_LARGE);
}

static enum exchange_step
read_response(struct exchange *exchange)
{
    bool has_more = true;
    enum exchange_step next = STEP_RELAY;

    while (has_more && next == STEP_RELAY)
        next = read_once(exchange, &has_more);
    return next;
}

/* The body behind a first read that took all it could has most likely come as well. */
static enum exchange_step
read_and_go_on(struct exchange *exchange)
{
    enum exchange_step next = read_response(exchange);

    if (next != STEP_RELAY || exchange->response_state != RESPONSE_HEAD_SENT ||
        response_is_blocked(exchange) || exchange->response_head_us != clock_us() ||
        !relay_splice_takes_response(exchange))
        return next;
    return relay_splice_response(exchange);
}

/* One step of the answer: STEP_RELAY when it is well, else where to go on. */
static enum exchange_step
go_on(struct exchange *exchange, bool was_readable)
{
    struct target_link *link = exchange->link;

    if (exchange->response_pipe != NULL)
        return relay_splice_response(exchange);
    if (response_is_blocked(exchange)) {
        if (was_readable)
            target_link_pause(link, true);
        return STEP_RELAY;
    }
    target_link_pause(link, false);
    if (was_readable && relay_splice_takes_response(exchange))
        return relay_splice_response(exchange);
    return was_readable || exchange->events.target_is_lost ? read_and_go_on(exchange)
                                                           : STEP_RELAY;
}

enum exchange_step
relay_response(struct exchange *exchange)
{
    enum exchange_step next = STEP_RELAY;
    bool was_readable = exchange->events.target_is_readable;

    exchange->events.target_is_readable = false;
    if (exchange->response_state < RESPONSE_READ)
        next = go_on(exchange, was_readable);
    if (next == STEP_RELAY && exchange->response_state == RESPONSE_READ)
        return complete(exchange);
    return next;
}
